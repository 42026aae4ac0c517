//! VCA groups: which faders move which.

use crate::GraphError;
use std::collections::{BTreeMap, HashMap};
use stemwright_core::{Session, Strip, Vca};

/// The groups of every strip: its own and those that they are members of.
pub(crate) struct Groups<'s>(HashMap<&'s str, &'s Vca>);

impl<'s> Groups<'s> {
    pub(crate) fn new(session: &'s Session) -> Result<Self, GraphError> {
        let mut vcas = HashMap::new();
        for vca in &session.vcas {
            if vcas.insert(vca.name.as_str(), vca).is_some() {
                return Err(GraphError::DuplicateName { name: vca.name.clone() });
            }
        }
        let groups = Self(vcas);
        for vca in &session.vcas {
            let above = groups.above(&vca.vcas, &vca.name)?;
            if above.iter().any(|above| above.name == vca.name) {
                let names: Vec<String> = above.iter().map(|above| format!("`{}`", above.name)).collect();
                return Err(GraphError::Loop { path: format!("VCA {} moves itself", names.join(" with ")) });
            }
        }
        Ok(groups)
    }

    /// The groups that move a strip, each once, by name.
    pub(crate) fn of(&self, strip: &Strip) -> Result<Vec<&'s Vca>, GraphError> {
        self.above(&strip.vcas, &strip.name)
    }

    fn above(&self, names: &[String], by: &str) -> Result<Vec<&'s Vca>, GraphError> {
        let mut found: BTreeMap<&str, &'s Vca> = BTreeMap::new();
        let mut next: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), by)).collect();
        while let Some((name, by)) = next.pop() {
            let vca = self.0.get(name).copied().ok_or_else(|| GraphError::UnknownName {
                name: name.to_owned(),
                by: by.to_owned(),
                known: self.0.keys().map(|&name| name.to_owned()).collect(),
            })?;
            if found.insert(&vca.name, vca).is_none() {
                next.extend(vca.vcas.iter().map(|above| (above.as_str(), vca.name.as_str())));
            }
        }
        Ok(found.into_values().collect())
    }
}
