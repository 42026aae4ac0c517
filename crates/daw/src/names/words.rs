//! A name read as words of the lexicon.

use super::{
    fold::fold,
    lexicon::{self, Entry, Strength},
};

/// A word of the lexicon as it stands in a name.
#[derive(Debug, Clone)]
pub(super) struct Found {
    /// As written.
    pub(super) word: String,
    pub(super) entry: &'static Entry,
    /// Not written as the lexicon has it: the word that was probably meant.
    pub(super) guessed: bool,
}

/// A run of letters of one kind, or of digits.
#[derive(Debug, Clone)]
struct Token {
    text: String,
    key: String,
    ideographic: bool,
}

/// The words of the lexicon in a text, in order; the longest first where several begin at one place.
pub(super) fn read(text: &str) -> Vec<Found> {
    // Music and effects: the ampersand is all that tells it from stray letters.
    let tokens = tokens(&text.replace("M&E", "MnE"));
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let longest = (1..=4.min(tokens.len() - at)).rev().find_map(|count| {
            let group = &tokens[at..at + count];
            let key: String = group.iter().map(|token| token.key.as_str()).collect();
            // Two stray letters are no word: `B`, `D`.
            let stray = count > 1 && key.chars().count() < 3 && !key.chars().any(|c| c.is_ascii_digit());
            let entry = if stray { None } else { lexicon::lookup(&key) }?;
            let word = group.iter().map(|token| token.text.as_str()).collect::<Vec<_>>().join(" ");
            Some((count, Found { word, entry, guessed: false }))
        });
        if let Some((count, word)) = longest {
            found.push(word);
            at += count;
            continue;
        }
        let token = &tokens[at];
        if token.ideographic {
            found.extend(inside(&token.text));
        } else if let Some(parts) = apart(&token.key) {
            found.extend(parts.into_iter().map(|entry| Found { word: token.text.clone(), entry, guessed: false }));
        } else if let Some(entry) = slip(&token.key) {
            found.push(Found { word: token.text.clone(), entry, guessed: true });
        }
        at += 1;
    }
    found
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Digit,
    Small,
    Capital,
    Ideographic,
    Border,
}

fn kind(c: char) -> Kind {
    match c {
        c if c.is_numeric() => Kind::Digit,
        '\u{1100}'..='\u{11ff}' | '\u{2e80}'..='\u{d7ff}' | '\u{20000}'..='\u{3ffff}' if c.is_alphanumeric() => {
            Kind::Ideographic
        }
        c if c.is_uppercase() => Kind::Capital,
        c if c.is_alphabetic() || ('\u{300}'..='\u{36f}').contains(&c) => Kind::Small,
        _ => Kind::Border,
    }
}

fn tokens(text: &str) -> Vec<Token> {
    let chars: Vec<char> = text.chars().collect();
    let mut tokens: Vec<Token> = Vec::new();
    let mut start = 0;
    for at in 0..=chars.len() {
        let here = chars.get(at).map_or(Kind::Border, |&c| kind(c));
        let before = if at == start { Kind::Border } else { kind(chars[at - 1]) };
        let border = match (before, here) {
            (Kind::Border, _) => false,
            (Kind::Capital, Kind::Small) => {
                // `KickIn`, `BGVox`, `DIBox`: the last capital begins a word; but `BVs`, `DIs` are plurals.
                let next = chars.get(at + 1).map_or(Kind::Border, |&c| kind(c));
                if at - start >= 2 && !(chars[at] == 's' && next != Kind::Small) {
                    push(&mut tokens, &chars[start..at - 1]);
                    start = at - 1;
                }
                false
            }
            (before, here) => before != here,
        };
        if border {
            push(&mut tokens, &chars[start..at]);
        }
        if border || before == Kind::Border {
            start = at;
        }
    }
    tokens
}

fn push(tokens: &mut Vec<Token>, chars: &[char]) {
    if let Some(&first) = chars.first() {
        let text: String = chars.iter().collect();
        tokens.push(Token { key: fold(&text), text, ideographic: kind(first) == Kind::Ideographic });
    }
}

/// The words in a run of a script that sets no spaces.
fn inside(text: &str) -> Vec<Found> {
    let chars: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let longest = (1..=(chars.len() - at).min(12)).rev().find_map(|count| {
            let word: String = chars[at..at + count].iter().collect();
            lexicon::lookup(&fold(&word)).map(|entry| (count, Found { word, entry, guessed: false }))
        });
        at += longest.as_ref().map_or(1, |(count, _)| *count);
        found.extend(longest.map(|(_, word)| word));
    }
    found
}

/// `leadgtrdbl`: a word that is two or three words written together.
fn apart(key: &str) -> Option<Vec<&'static Entry>> {
    fn split(key: &str, parts: usize) -> Option<Vec<&'static Entry>> {
        let borders: Vec<usize> = key.char_indices().map(|(at, _)| at).skip(3).collect();
        for at in borders.into_iter().rev() {
            let (head, tail) = key.split_at(at);
            let Some(first) = lexicon::lookup(head) else { continue };
            if tail.chars().count() >= 2
                && let Some(second) = lexicon::lookup(tail)
            {
                return Some(vec![first, second]);
            }
            if parts > 2
                && let Some(rest) = split(tail, parts - 1)
            {
                return Some([vec![first], rest].concat());
            }
        }
        None
    }
    (5..=24).contains(&key.chars().count()).then(|| split(key, 3))?
}

/// `gutiar`: a slip in a long word.
fn slip(key: &str) -> Option<&'static Entry> {
    let length = key.chars().count();
    if !key.is_ascii() || !(6..=16).contains(&length) {
        return None;
    }
    let alike = lexicon::keys().filter(|other| other.len() >= 5 && other.get(..1) == key.get(..1));
    let entry = lexicon::lookup(stemwright_core::nearest(key, alike)?)?;
    (entry.strength == Strength::Strong).then_some(entry)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Vec<String> {
        tokens(text).into_iter().map(|token| token.text).collect()
    }

    #[test]
    fn case_digits_and_scripts_are_borders() {
        assert_eq!(split("KickIn"), ["Kick", "In"]);
        assert_eq!(split("BGVox02"), ["BG", "Vox", "02"]);
        assert_eq!(split("BVs_2"), ["BVs", "2"]);
        assert_eq!(split("ギターL"), ["ギター", "L"]);
        assert_eq!(split(""), Vec::<String>::new());
    }

    #[test]
    fn the_longest_words_are_read() {
        let keys = |text| read(text).into_iter().map(|found| found.entry.key.as_str()).collect::<Vec<_>>();
        assert_eq!(keys("Synth Bass"), ["synthbass"]);
        assert_eq!(keys("Bassoon"), ["bassoon"]);
        assert_eq!(keys("Basse"), ["basse"]);
        assert_eq!(keys("tomfloor"), ["tomfloor"]);
        assert_eq!(keys("メインボーカル"), ["メインボーカル"]);
        assert_eq!(keys("Gutiar"), ["guitar"]);
    }
}
