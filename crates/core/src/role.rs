//! What a track or stem is.

use serde::{Deserialize, Serialize};

/// The roles that stems have in deliveries, in the order in which sets list them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Role {
    Drums,
    Percussion,
    Bass,
    Guitars,
    Keys,
    Synths,
    Strings,
    Brass,
    Winds,
    Music,
    LeadVocals,
    BackingVocals,
    Vocals,
    Dialogue,
    Effects,
    Ambience,
    Other,
}

impl Role {
    /// All roles, in order.
    pub const ALL: [Self; 17] = [
        Self::Drums,
        Self::Percussion,
        Self::Bass,
        Self::Guitars,
        Self::Keys,
        Self::Synths,
        Self::Strings,
        Self::Brass,
        Self::Winds,
        Self::Music,
        Self::LeadVocals,
        Self::BackingVocals,
        Self::Vocals,
        Self::Dialogue,
        Self::Effects,
        Self::Ambience,
        Self::Other,
    ];

    /// As written in `session.toml` and `stems.json`.
    pub fn id(self) -> &'static str {
        match self {
            Self::Drums => "drums",
            Self::Percussion => "percussion",
            Self::Bass => "bass",
            Self::Guitars => "guitars",
            Self::Keys => "keys",
            Self::Synths => "synths",
            Self::Strings => "strings",
            Self::Brass => "brass",
            Self::Winds => "winds",
            Self::Music => "music",
            Self::LeadVocals => "lead-vocals",
            Self::BackingVocals => "backing-vocals",
            Self::Vocals => "vocals",
            Self::Dialogue => "dialogue",
            Self::Effects => "effects",
            Self::Ambience => "ambience",
            Self::Other => "other",
        }
    }

    /// The role with this [`Self::id`].
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.id() == id)
    }

    /// What a stem of this role is called where nobody named it: `Lead Vocals`.
    pub fn stem_name(self) -> &'static str {
        match self {
            Self::Drums => "Drums",
            Self::Percussion => "Percussion",
            Self::Bass => "Bass",
            Self::Guitars => "Guitars",
            Self::Keys => "Keys",
            Self::Synths => "Synths",
            Self::Strings => "Strings",
            Self::Brass => "Brass",
            Self::Winds => "Winds",
            Self::Music => "Music",
            Self::LeadVocals => "Lead Vocals",
            Self::BackingVocals => "Backing Vocals",
            Self::Vocals => "Vocals",
            Self::Dialogue => "Dialogue",
            Self::Effects => "Effects",
            Self::Ambience => "Ambience",
            Self::Other => "Other",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_back() {
        for role in Role::ALL {
            assert_eq!(Role::from_id(role.id()), Some(role));
        }
    }
}
