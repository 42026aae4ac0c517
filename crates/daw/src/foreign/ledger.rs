//! What could not be carried over, or not exactly: one entry a matter, in the order in which it was met.

use std::collections::{BTreeMap, HashSet};
use stemwright_core::{Finding, Severity};

/// Of one code, no more entries are kept; the rest is counted.
const MOST_OF_A_CODE: usize = 50;
/// A message is no longer, in characters: a document may call a thing by a name of a hundred megabytes.
const LONGEST: usize = 2000;

/// The entries of one session.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    entries: Vec<Finding>,
    /// What stands there already.
    known: HashSet<(String, String, String)>,
    /// How many entries of each code there were.
    counts: BTreeMap<String, usize>,
}

impl Ledger {
    /// Worth knowing; nothing sounds otherwise.
    pub(crate) fn note(&mut self, code: &str, place: &str, message: impl Into<String>, hint: &str) {
        self.add(Severity::Note, code, place, message.into(), hint);
    }

    /// The stems sound a little otherwise.
    pub(crate) fn warning(&mut self, code: &str, place: &str, message: impl Into<String>, hint: &str) {
        self.add(Severity::Warning, code, place, message.into(), hint);
    }

    /// Sound is missing, or clearly another.
    pub(crate) fn error(&mut self, code: &str, place: &str, message: impl Into<String>, hint: &str) {
        self.add(Severity::Error, code, place, message.into(), hint);
    }

    fn add(&mut self, severity: Severity, code: &str, place: &str, mut message: String, hint: &str) {
        if let Some((cut, _)) = message.char_indices().nth(LONGEST) {
            message.truncate(cut);
            message.push('…');
        }
        let key = (code.to_owned(), place.to_owned(), message.clone());
        let count = self.counts.entry(code.to_owned()).or_default();
        if *count >= MOST_OF_A_CODE {
            *count += 1;
            return;
        }
        if !self.known.insert(key) {
            return;
        }
        *count += 1;
        let mut finding = Finding::new(severity, code, message);
        if !place.is_empty() {
            finding = finding.at(place);
        }
        if !hint.is_empty() {
            finding = finding.hint(hint);
        }
        self.entries.push(finding);
    }

    /// Says of things that the reader never looked at how many there were, by what they are called.
    pub(crate) fn not_understood(&mut self, things: BTreeMap<String, usize>) {
        for (what, count) in things {
            let times = if count == 1 { "once".to_owned() } else { format!("{count} times") };
            self.note(
                "not-understood",
                "",
                format!("the document holds `{what}` ({times}), which is not understood"),
                "if it shapes the sound, render it in its program; if not, nothing is lost",
            );
        }
    }

    /// All entries, the grave ones first.
    pub(crate) fn finish(mut self) -> Vec<Finding> {
        for (code, count) in self.counts.iter().filter(|(_, count)| **count > MOST_OF_A_CODE) {
            let severity = self.entries.iter().filter(|entry| entry.code == *code).map(|entry| entry.severity).max();
            let message = format!("and {} more like this", count - MOST_OF_A_CODE);
            self.entries.push(Finding::new(severity.unwrap_or(Severity::Note), code, message));
        }
        self.entries.sort_by_key(|entry| std::cmp::Reverse(entry.severity));
        self.entries
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_said_once_and_counted_beyond_the_limit() {
        let mut ledger = Ledger::default();
        for number in 0..60 {
            ledger.note("a", "", format!("number {number}"), "");
            ledger.note("a", "", "number 0", "");
        }
        ledger.error("b", "Bass", "is missing", "find it");
        let entries = ledger.finish();
        assert_eq!(entries.len(), 52);
        assert_eq!(entries[0].code, "b");
        assert!(entries[51].message.starts_with("and "));
    }
}
