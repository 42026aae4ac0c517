//! A name in pieces, and back.

use super::fold::fold;

/// What stands between two separators.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    /// What stands before it: a separator, or nothing.
    before: String,
    pub(super) text: String,
}

impl Piece {
    /// Folded, for comparing.
    pub(super) fn key(&self) -> String {
        fold(&self.text)
    }

    /// Of digits alone.
    pub(super) fn is_number(&self) -> bool {
        self.text.chars().all(|c| c.is_ascii_digit())
    }

    /// The same piece with another text.
    pub(super) fn with(&self, text: &str) -> Self {
        Self { before: self.before.clone(), text: text.to_owned() }
    }
}

/// Cut at everything but letters, digits and the signs that belong to words.
pub(super) fn cut(name: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut before = String::new();
    let mut open = false;
    for c in name.chars() {
        let marks = matches!(c, '#' | '♯' | '♭' | '\'' | '’') || ('\u{300}'..='\u{36f}').contains(&c);
        if !(c.is_alphanumeric() || marks) {
            before.push(c);
            open = false;
        } else if open && let Some(last) = pieces.last_mut() {
            last.text.push(c);
        } else {
            pieces.push(Piece { before: std::mem::take(&mut before), text: c.to_string() });
            open = true;
        }
    }
    pieces
}

/// Written for people: `_`, `.` and brackets become spaces; hyphens and ampersands stay.
pub(super) fn join(pieces: &[Piece]) -> String {
    let mut name = String::new();
    for piece in pieces {
        if !name.is_empty() {
            let sign = piece.before.chars().find(|c| matches!(c, '-' | '–' | '&' | '+'));
            let spaced = piece.before.chars().count() > 1;
            match sign {
                Some(sign) if spaced => name.extend([' ', sign, ' ']),
                Some(sign) => name.push(sign),
                None => name.push(' '),
            }
        }
        name.push_str(&piece.text);
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_joined_as_people_write() {
        for (name, joined) in [
            ("MINILOGUE_SYNTH", "MINILOGUE SYNTH"),
            ("Hi-Hat", "Hi-Hat"),
            ("Tom - Vox", "Tom - Vox"),
            ("Gtr (Left)", "Gtr Left"),
            ("a.b", "a b"),
            ("__", ""),
        ] {
            assert_eq!(join(&cut(name)), joined);
        }
    }
}
