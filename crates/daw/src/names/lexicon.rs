//! The words that names of tracks are made of, and what each tells.

mod others;
mod pitched;
mod rhythm;
mod voices;

use super::fold::fold;
use std::{collections::HashMap, sync::OnceLock};
use stemwright_core::Role;

/// How much a word says about what the track is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Strength {
    /// Something, where nothing else does.
    Hint,
    /// Usually this.
    Fair,
    /// This, whatever stands beside it.
    Strong,
}

/// What a word says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sense {
    /// The track is of this role.
    Role(Role),
    /// A voice that sings; lead or backing, the other words and files say.
    Voice,
    /// The leading one of whatever it is.
    Lead,
    /// Doubles another track.
    Double,
    /// Microphones of a room: of the drums where there are drums.
    Room,
    /// What an effect returned, printed.
    Return,
    /// Not music: click, cue, count-in.
    Guide,
    /// A mix or a master.
    Reference,
    /// Known, and says nothing about the role.
    Plain,
}

/// A word of the lexicon.
#[derive(Debug)]
pub(super) struct Entry {
    /// Folded, its words written together: `hihat`, `basschoir`.
    pub(super) key: String,
    pub(super) sense: Sense,
    pub(super) strength: Strength,
}

/// Words of one sense; `+` joins what is one entry of several words.
type Section = (Sense, Strength, &'static str);

/// The entry of folded words written together.
pub(super) fn lookup(key: &str) -> Option<&'static Entry> {
    let lexicon = lexicon();
    let ascii = key.is_ascii();
    let plural = || lexicon.get(&format!("{key}s")).filter(|_| ascii && key.len() >= 4);
    let singular = || lexicon.get(key.strip_suffix('s')?).filter(|_| ascii && key.len() >= 3);
    lexicon.get(key).or_else(singular).or_else(plural)
}

/// All keys, for words that are not written as usual.
pub(super) fn keys() -> impl Iterator<Item = &'static str> {
    lexicon().keys().map(String::as_str)
}

fn lexicon() -> &'static HashMap<String, Entry> {
    static LEXICON: OnceLock<HashMap<String, Entry>> = OnceLock::new();
    LEXICON.get_or_init(|| {
        let mut lexicon = HashMap::new();
        for &(sense, strength, words) in
            [rhythm::WORDS, pitched::WORDS, voices::WORDS, others::WORDS].into_iter().flatten()
        {
            for word in words.split_whitespace() {
                let key = fold(&word.replace('+', ""));
                lexicon.entry(key.clone()).or_insert(Entry { key, sense, strength });
            }
        }
        lexicon
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_found_in_the_plural() {
        assert_eq!(lookup("snares").map(|entry| entry.sense), Some(Sense::Role(Role::Drums)));
        assert_eq!(lookup("bvs").map(|entry| entry.sense), Some(Sense::Role(Role::BackingVocals)));
        assert!(lookup("s").is_none());
    }
}
