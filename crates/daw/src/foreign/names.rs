//! Names of strips: each once.

use std::collections::{HashMap, HashSet};

/// Names given so far.
#[derive(Debug, Default)]
pub(crate) struct UniqueNames {
    given: HashSet<String>,
    /// The number that is tried next behind a name that was given before: ten thousand tracks may all be called the same.
    next: HashMap<String, usize>,
}

/// The longest name that is kept whole.
const LONGEST: usize = 200;

impl UniqueNames {
    /// A name as it is, or with a number behind it where it was given before; `otherwise` where there is none.
    pub(crate) fn give(&mut self, name: &str, otherwise: &str) -> String {
        let clean: String = name.chars().map(|c| if c.is_control() { ' ' } else { c }).take(LONGEST).collect();
        let clean = clean.trim();
        let wanted = if clean.is_empty() { otherwise } else { clean };
        // `master` is the name of the master.
        let mut name = if wanted == "master" { "master (2)".to_owned() } else { wanted.to_owned() };
        if self.given.contains(&name) {
            let number = self.next.entry(wanted.to_owned()).or_insert(2);
            while self.given.contains(&name) {
                name = format!("{wanted} ({number})");
                *number += 1;
            }
        }
        self.given.insert(name.clone());
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_given_once() {
        let mut names = UniqueNames::default();
        let given = ["Bass", "Bass", "", "", "master", "a\tb"].map(|name| names.give(name, "Track 3"));
        assert_eq!(given, ["Bass", "Bass (2)", "Track 3", "Track 3 (2)", "master (2)", "a b"]);
        let more = ["Bass (3)", "Bass", "Bass", "master"].map(|name| names.give(name, ""));
        assert_eq!(more, ["Bass (3)", "Bass (4)", "Bass (5)", "master (3)"]);
    }
}
