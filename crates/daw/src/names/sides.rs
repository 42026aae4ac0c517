//! Left and right: the two files of one stereo source, and mono files that are panned.

use super::pieces::Piece;

/// A side of the stereo image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Side {
    Left,
    Right,
}

/// Folded words for left and right. Those beyond [`ALONE`] are too short to tell without the other side.
const WORDS: [(&str, &str); 22] = [
    ("l", "r"),
    ("left", "right"),
    ("lft", "rgt"),
    ("izq", "der"),
    ("izquierda", "derecha"),
    ("links", "rechts"),
    ("gauche", "droite"),
    ("sinistra", "destra"),
    ("esquerda", "direita"),
    ("左", "右"),
    ("лев", "прав"),
    ("левыи", "правыи"),
    ("левая", "правая"),
    ("왼쪽", "오른쪽"),
    ("좌", "우"),
    ("lt", "rt"),
    ("li", "re"),
    ("g", "d"),
    ("sx", "dx"),
    ("esq", "dir"),
    ("л", "п"),
    ("1", "2"),
];
const ALONE: usize = 15;
const NUMBERED: usize = WORDS.len() - 1;

/// A name that says its side.
#[derive(Debug, Clone)]
pub(super) struct Sided {
    pub(super) side: Side,
    /// The name without its side.
    pub(super) base: Vec<Piece>,
    /// The place and the language of the side's word: the other side is written in the same way.
    pub(super) manner: (usize, usize),
    /// `L Gtr`, not `Gtr L`.
    pub(super) first: bool,
    /// Tells the side also without its partner.
    pub(super) alone: bool,
    /// 1 and 2.
    pub(super) numbered: bool,
}

/// Is a text a word for a side?
pub(super) fn is_side(text: &str) -> bool {
    word(&super::fold::fold(text)).is_some()
}

fn word(key: &str) -> Option<(usize, Side)> {
    // Portuguese and French share their right.
    let key = if key == "e" { "g" } else { key };
    WORDS.iter().enumerate().find_map(|(style, (left, right))| match key {
        _ if key == *left => Some((style, Side::Left)),
        _ if key == *right => Some((style, Side::Right)),
        _ => None,
    })
}

/// The side that a name says: a word of its own, or the end of its last word.
pub(super) fn split(pieces: &[Piece]) -> Option<Sided> {
    if pieces.len() > 1 {
        let sides = || (0..pieces.len()).rev().filter_map(|at| word(&pieces[at].key()).map(|found| (at, found)));
        // A number is one of a pair only where nothing else says the side: `OH L 2`.
        let named = sides().find(|(_, (style, _))| *style != NUMBERED);
        let last = sides().next().filter(|(at, _)| at + 1 == pieces.len());
        if let Some((at, (style, side))) = named.or(last) {
            let mut base = pieces.to_vec();
            base.remove(at);
            return Some(Sided {
                side,
                base,
                manner: (at, style),
                first: at == 0,
                alone: style < ALONE,
                numbered: style == NUMBERED,
            });
        }
    }
    let last = pieces.last()?;
    let (style, side, end) = glued(&last.text)?;
    let mut base = pieces.to_vec();
    *base.last_mut()? = last.with(&last.text[..last.text.len() - end]);
    let manner = (pieces.len() + 1, style);
    Some(Sided { side, base, manner, first: false, alone: false, numbered: false })
}

/// `OHL`, `overheadright`, `ギターL`, `吉他左`; with the length of the end in bytes.
fn glued(text: &str) -> Option<(usize, Side, usize)> {
    WORDS[..NUMBERED].iter().enumerate().find_map(|(style, (left, right))| {
        // One Latin or Cyrillic letter beyond `l` and `r` ends too many words.
        if style > 0 && (style >= ALONE || left.len() <= 2) {
            return None;
        }
        [(Side::Left, left), (Side::Right, right)].into_iter().find_map(|(side, word)| {
            let at = text.len().checked_sub(word.len())?;
            let end = text.get(at..)?;
            let matches = end == *word || end.to_lowercase() == **word;
            (matches && text[..at].chars().count() > usize::from(text[..at].is_ascii())).then_some((
                style,
                side,
                word.len(),
            ))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::{super::pieces::*, *};

    #[test]
    fn sides_are_words_or_the_ends_of_words() {
        let base = |name| split(&cut(name)).map(|sided| (join(&sided.base), sided.side));
        assert_eq!(base("OH L"), Some(("OH".into(), Side::Left)));
        assert_eq!(base("Gtr (Right)"), Some(("Gtr".into(), Side::Right)));
        assert_eq!(base("OHR"), Some(("OH".into(), Side::Right)));
        assert_eq!(base("电吉他左"), Some(("电吉他".into(), Side::Left)));
        assert_eq!(base("Pno Hi"), None);
        assert_eq!(base("L"), None);
    }
}
