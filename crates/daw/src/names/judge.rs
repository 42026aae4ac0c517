//! What a file is: the words of its name, those of its folder, and the other files.

use super::{
    Sure,
    lexicon::{Sense, Strength},
    words::Found,
};
use stemwright_core::Role;

/// The words of a file.
#[derive(Debug, Clone, Default)]
pub(super) struct Reading {
    pub(super) name: Vec<Found>,
    /// Of the folders that it lies in.
    pub(super) folders: Vec<Found>,
    /// The name was no more than what all names begin with.
    pub(super) bare: bool,
    /// The name ends in a number.
    pub(super) numbered: bool,
}

/// What the folder as a whole tells of its files.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Context {
    kit: bool,
    /// A voice that is called the lead.
    lead: bool,
    voices: bool,
    backing: bool,
    guitars: bool,
    synths: bool,
    orchestra: bool,
    choir: bool,
    /// Brass with a rhythm section: altos and tenors are saxophones.
    big_band: bool,
}

/// What kind of file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Track,
    Guide,
    Reference,
}

/// What was decided of a file, and why.
#[derive(Debug, Clone)]
pub(super) struct Verdict {
    pub(super) kind: Kind,
    pub(super) role: Role,
    pub(super) bus: Role,
    pub(super) sure: Sure,
    pub(super) because: Vec<String>,
    pub(super) returned: bool,
}

const PARTS_OF_CHOIRS: [&str; 9] =
    ["soprano", "soprani", "sop", "mezzo", "alto", "alti", "tenor", "tenori", "baritone"];
const CHOIRS: [&str; 6] = ["choir", "chor", "coro", "хор", "合唱", "chorale"];
const ORCHESTRAL_DRUMS: [&str; 8] = ["bassdrum", "bd", "snaredrum", "cymbal", "cym", "becken", "platos", "snare"];

impl Context {
    pub(super) fn of(readings: &[Reading]) -> Self {
        let any = |test: &dyn Fn(&Found) -> bool| {
            readings.iter().any(|reading| reading.name.iter().chain(&reading.folders).any(test))
        };
        let role =
            |role| any(&|found: &Found| sense_role(found) == Some(role) && found.entry.strength == Strength::Strong);
        let fair =
            |role| any(&|found: &Found| sense_role(found) == Some(role) && found.entry.strength >= Strength::Fair);
        let voices =
            any(&|found: &Found| found.entry.sense == Sense::Voice && found.entry.strength == Strength::Strong)
                || role(Role::LeadVocals);
        let lead = readings.iter().any(|reading| {
            let has = |sense: Sense| reading.name.iter().any(|found| found.entry.sense == sense);
            has(Sense::Role(Role::LeadVocals)) || (has(Sense::Lead) && has(Sense::Voice))
        });
        let heads: Vec<&Found> = readings.iter().filter_map(|reading| head(&reading.name)).collect();
        let of = |roles: &[Role]| {
            heads.iter().filter(|found| sense_role(found).is_some_and(|role| roles.contains(&role))).count()
        };
        let orchestral = of(&[Role::Strings, Role::Brass, Role::Winds]);
        let kit = heads.iter().any(|found| {
            sense_role(found) == Some(Role::Drums) && !ORCHESTRAL_DRUMS.contains(&found.entry.key.as_str())
        });
        let parts = heads.iter().filter(|found| PARTS_OF_CHOIRS.contains(&found.entry.key.as_str())).count();
        let choirs = any(&|found: &Found| CHOIRS.contains(&found.entry.key.as_str()));
        let sopranos = heads.iter().any(|found| found.entry.key.starts_with("sop"));
        let big_band = of(&[Role::Brass]) >= 2 && role(Role::Drums) && !sopranos && !choirs;
        Self {
            kit: role(Role::Drums),
            lead,
            voices,
            backing: role(Role::BackingVocals),
            guitars: fair(Role::Guitars),
            synths: fair(Role::Synths),
            orchestra: orchestral >= 3 && orchestral * 2 >= heads.len() && !kit,
            choir: !voices && !kit && !big_band && (parts >= 2 || choirs),
            big_band,
        }
    }
}

fn sense_role(found: &Found) -> Option<Role> {
    match found.entry.sense {
        Sense::Role(role) => Some(role),
        Sense::Voice => Some(Role::Vocals),
        Sense::Room => Some(Role::Ambience),
        _ => None,
    }
}

/// The word that says what the thing is: the strongest, and of these the last, as English puts it.
fn head(words: &[Found]) -> Option<&Found> {
    words.iter().filter(|found| sense_role(found).is_some()).max_by_key(|found| found.entry.strength)
}

/// Decides what a file is.
pub(super) fn judge(reading: &Reading, context: &Context) -> Verdict {
    let has = |sense: Sense| reading.name.iter().find(|found| found.entry.sense == sense && !found.guessed);
    let head = head(&reading.name);
    let strength = head.map(|found| found.entry.strength);
    let aside = |kind, sure, because: Vec<String>| Verdict {
        kind,
        role: Role::Other,
        bus: Role::Other,
        sure,
        because,
        returned: false,
    };
    if let Some(word) = has(Sense::Guide).filter(|_| strength != Some(Strength::Strong)) {
        return aside(Kind::Guide, Sure::Certain, vec![word.word.clone()]);
    }
    if let Some(word) = has(Sense::Reference) {
        if word.entry.strength == Strength::Strong {
            return aside(Kind::Reference, Sure::Certain, vec![word.word.clone()]);
        }
        if strength.is_none_or(|strength| strength == Strength::Hint) {
            return aside(Kind::Reference, Sure::Likely, vec![word.word.clone()]);
        }
    }
    if reading.bare {
        return aside(Kind::Reference, Sure::Guess, vec!["the name of the song alone".into()]);
    }
    let folder = reading
        .folders
        .iter()
        .rev()
        .find(|found| sense_role(found).is_some() && found.entry.strength >= Strength::Fair && !found.guessed);
    // `Snare Rev` came back from a reverb; `Rev Snare` is played in reverse.
    let returned = reading
        .name
        .iter()
        .rev()
        .map_while(|found| head.is_none_or(|head| !std::ptr::eq(head, found)).then_some(found));
    let returned = returned.into_iter().any(|found| found.entry.sense == Sense::Return && !found.guessed);
    let (role, sure, because) = match (head, folder) {
        (Some(head), Some(folder)) if strength == Some(Strength::Fair) && same(head, folder) => {
            let (role, _) = refine(head, reading, context);
            (role, Sure::Certain, vec![head.word.clone(), folder.word.clone()])
        }
        (Some(head), None) if strength >= Some(Strength::Fair) => by_name(head, reading, context),
        // What lies among keys or synthesisers imitates: `Synths/Choir`, `Keys/Strings`.
        (Some(head), Some(folder)) if imitates(head, folder) => {
            (sense_role(folder).unwrap_or(Role::Other), Sure::Likely, vec![folder.word.clone()])
        }
        (Some(head), Some(folder)) if strength == Some(Strength::Strong) => {
            let (role, sure, because) = by_name(head, reading, context);
            (role, if same(head, folder) { sure } else { sure.min(Sure::Likely) }, because)
        }
        (_, Some(folder)) if returned && folder.entry.sense == Sense::Voice => {
            (Role::Vocals, Sure::Likely, vec![folder.word.clone()])
        }
        (_, Some(folder)) => {
            let (role, _) = refine(folder, reading, context);
            (role, Sure::Likely, vec![folder.word.clone()])
        }
        (head, None) => without_help(head, reading, context, returned),
    };
    let bus = match (role, folder.and_then(sense_role)) {
        (Role::Percussion, Some(Role::Drums)) => Role::Drums,
        (Role::Vocals, _) if !context.choir => Role::LeadVocals,
        _ => role,
    };
    Verdict { kind: Kind::Track, role, bus, sure, because, returned }
}

fn imitates(head: &Found, folder: &Found) -> bool {
    matches!(sense_role(folder), Some(Role::Keys | Role::Synths))
        && matches!(
            sense_role(head),
            Some(Role::Strings | Role::Brass | Role::Winds | Role::BackingVocals | Role::Vocals)
        )
}

fn same(one: &Found, other: &Found) -> bool {
    let family = |found: &Found| match sense_role(found) {
        Some(Role::LeadVocals | Role::BackingVocals) => Some(Role::Vocals),
        role => role,
    };
    family(one) == family(other)
}

/// Decided by the name.
fn by_name(head: &Found, reading: &Reading, context: &Context) -> (Role, Sure, Vec<String>) {
    let rivals: Vec<&Found> = reading
        .name
        .iter()
        .filter(|found| {
            found.entry.strength == head.entry.strength && sense_role(found).is_some() && !same(found, head)
        })
        .collect();
    let (role, plain) = refine(head, reading, context);
    let sure = match head.entry.strength {
        _ if head.guessed => Sure::Guess,
        Strength::Strong if rivals.is_empty() && plain => Sure::Certain,
        _ if plain => Sure::Likely,
        _ if head.entry.strength == Strength::Strong => Sure::Likely,
        _ => Sure::Guess,
    };
    (role, sure, vec![head.word.clone()])
}

/// The role of a word among the others; and whether the word alone says it.
fn refine(head: &Found, reading: &Reading, context: &Context) -> (Role, bool) {
    let key = head.entry.key.as_str();
    let has = |sense: Sense| reading.name.iter().any(|found| found.entry.sense == sense);
    let backing = reading
        .name
        .iter()
        .any(|found| sense_role(found) == Some(Role::BackingVocals) && found.entry.strength >= Strength::Fair);
    match head.entry.sense {
        Sense::Voice if backing => (Role::BackingVocals, true),
        Sense::Voice if has(Sense::Role(Role::Vocals)) => (Role::Vocals, true),
        Sense::Voice if has(Sense::Lead) => (Role::LeadVocals, true),
        // `Vox 3` beside a lead vocal.
        Sense::Voice if context.lead && reading.numbered && !has(Sense::Double) => (Role::BackingVocals, false),
        Sense::Voice => (Role::LeadVocals, !context.lead),
        Sense::Role(Role::LeadVocals) if backing => (Role::BackingVocals, false),
        Sense::Role(Role::BackingVocals) if context.choir && CHOIRS.contains(&key) => (Role::Vocals, false),
        Sense::Role(Role::Vocals) if context.big_band && key == "bariton" => (Role::Brass, false),
        Sense::Role(Role::Vocals) if context.big_band && PARTS_OF_CHOIRS.contains(&key) => (Role::Winds, false),
        Sense::Role(Role::Bass) if context.choir && matches!(key, "bass" | "basse" | "basso" | "bajo") => {
            (Role::Vocals, false)
        }
        Sense::Role(Role::Bass) if context.orchestra && is_upright(key) => (Role::Strings, false),
        Sense::Role(Role::Strings) if !context.orchestra && matches!(key, "cb" | "db") => (Role::Bass, false),
        Sense::Role(Role::Drums) if context.orchestra => (Role::Percussion, false),
        Sense::Role(role) => (role, true),
        Sense::Room if context.kit => (Role::Drums, true),
        _ => (Role::Ambience, true),
    }
}

fn is_upright(key: &str) -> bool {
    matches!(key, "bass" | "doublebass" | "dblbass" | "stringbass" | "uprightbass" | "低音提琴" | "basso")
        || ["contr", "kontr", "контр"].iter().any(|start| key.starts_with(start))
}

/// No word and no folder says it: by hints and by what else there is.
fn without_help(
    head: Option<&Found>,
    reading: &Reading,
    context: &Context,
    returned: bool,
) -> (Role, Sure, Vec<String>) {
    let word = |sense: Sense| reading.name.iter().find(|found| found.entry.sense == sense);
    if let Some(lead) = word(Sense::Lead) {
        let role = match context {
            Context { voices: false, backing: true, .. } => Role::LeadVocals,
            Context { synths: true, .. } => Role::Synths,
            Context { guitars: true, .. } => Role::Guitars,
            _ => Role::Synths,
        };
        return (role, Sure::Guess, vec![lead.word.clone()]);
    }
    if let Some(word) = word(Sense::Return).filter(|_| returned) {
        // Nobody prints a hall beside a choir: microphones stand in it.
        if context.choir && word.entry.key == "hall" {
            return (Role::Ambience, Sure::Guess, vec![word.word.clone()]);
        }
        return (Role::Effects, Sure::Likely, vec![word.word.clone()]);
    }
    if let Some(head) = head {
        return (refine(head, reading, context).0, Sure::Guess, vec![head.word.clone()]);
    }
    match word(Sense::Double) {
        Some(double) if context.voices => (Role::LeadVocals, Sure::Guess, vec![double.word.clone()]),
        Some(double) if context.guitars => (Role::Guitars, Sure::Guess, vec![double.word.clone()]),
        _ => (Role::Other, Sure::Guess, Vec::new()),
    }
}
