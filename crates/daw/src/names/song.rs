//! Tempo and key, where names tell them.

use super::{fold::fold, pieces::Piece};

/// Beats a minute beside the word `bpm`: `128bpm`, `120 BPM`, `BPM_92.5`.
pub(super) fn tempo(text: &str) -> Option<f64> {
    let text: Vec<char> = fold(text).chars().collect();
    let at = text.windows(3).position(|window| window == ['b', 'p', 'm'])?;
    let gap = |c: &&char| matches!(c, ' ' | '_' | '-' | '=' | ':');
    let number = |c: &&char| c.is_ascii_digit() || **c == '.';
    let before: String = text[..at].iter().rev().skip_while(gap).take_while(number).collect();
    let after: String = text[at + 3..].iter().skip_while(gap).take_while(number).collect();
    [before.chars().rev().collect(), after]
        .iter()
        .filter_map(|digits: &String| digits.trim_matches('.').parse().ok())
        .find(|bpm| (20.0..=400.0).contains(bpm))
}

/// How openly a piece names a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Openness {
    /// `Bb`, `F#`: a key in the name of a song, an instrument's tuning in the name of a track.
    Bare,
    /// `Am`, `F#min`, `C# minor`.
    WithMode,
}

/// The key that begins at a piece, as it is usually written (`F#m`, `Bb`), and how many pieces tell it.
pub(super) fn key(pieces: &[Piece]) -> Option<(String, usize, Openness)> {
    let text = pieces.first()?.text.as_str();
    let note = text.chars().next().filter(|c| ('A'..='G').contains(c))?;
    let rest = &text[1..];
    let (accidental, rest) = match rest.chars().next() {
        Some('#' | '♯') => ("#", &rest[rest.chars().next()?.len_utf8()..]),
        Some('b' | '♭') => ("b", &rest[rest.chars().next()?.len_utf8()..]),
        _ => ("", rest),
    };
    let (accidental, rest, mut used) = match pieces.get(1).map(Piece::key).as_deref() {
        Some("sharp") if rest.is_empty() && accidental.is_empty() => ("#", "", 2),
        Some("flat") if rest.is_empty() && accidental.is_empty() => ("b", "", 2),
        _ => (accidental, rest, 1),
    };
    let mode = match rest {
        "m" => Some("m"),
        "M" if !accidental.is_empty() => Some(""),
        "" => match pieces.get(used).map(Piece::key).as_deref() {
            Some("minor" | "min" | "moll") => Some("m"),
            Some("major" | "maj" | "dur") => Some(""),
            _ => None,
        }
        .inspect(|_| used += 1),
        _ => match fold(rest).as_str() {
            "min" | "minor" | "moll" => Some("m"),
            "maj" | "major" | "dur" => Some(""),
            _ => return None,
        },
    };
    let open = match mode {
        Some(_) => Openness::WithMode,
        None if accidental.is_empty() => return None,
        None => Openness::Bare,
    };
    Some((format!("{note}{accidental}{}", mode.unwrap_or_default()), used, open))
}

/// The key that the name of a folder tells.
pub(super) fn key_of_folder(pieces: &[Piece]) -> Option<String> {
    let named = pieces.iter().position(|piece| piece.key() == "key").map(|at| &pieces[at + 1..]);
    let named = named.map(|rest| if rest.first().is_some_and(|piece| piece.key() == "of") { &rest[1..] } else { rest });
    if let Some([note, ..]) = named
        && matches!(note.text.as_bytes(), [b'A'..=b'G'])
    {
        return Some(key(named?).map_or_else(|| note.text.clone(), |(key, _, _)| key));
    }
    let found = (0..pieces.len()).filter_map(|at| key(&pieces[at..]).filter(|(_, _, open)| !tuning(pieces, at, *open)));
    found.max_by_key(|(_, _, open)| *open).map(|(key, _, _)| key)
}

/// `Drop D`, `I Am`, `Clarinet in Bb`: not keys.
pub(super) fn tuning(pieces: &[Piece], at: usize, open: Openness) -> bool {
    let before = at.checked_sub(1).map(|before| pieces[before].key());
    match before.as_deref() {
        Some("i") => true,
        Some("drop" | "in" | "clarinet" | "trumpet" | "horn") => open == Openness::Bare,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{super::pieces::cut, *};

    #[test]
    fn tempo_stands_beside_bpm() {
        assert_eq!(tempo("Song_128bpm_Am"), Some(128.0));
        assert_eq!(tempo("BPM 92.5"), Some(92.5));
        assert_eq!(tempo("Kick 909"), None);
        assert_eq!(tempo("9999bpm"), None);
    }

    #[test]
    fn keys_are_not_articles_or_strings() {
        for (text, expected) in [
            ("Song Am 120", Some("Am")),
            ("Song_F#min", Some("F#m")),
            ("Song C# minor", Some("C#m")),
            ("Song Bb", Some("Bb")),
            ("Song A flat major", Some("Ab")),
            ("Song key of G", Some("G")),
            ("Key C minor", Some("Cm")),
            ("Take A", None),
            ("Bass C", None),
            ("E Gtr", None),
            ("I Am Here", None),
            ("FM Synth", None),
            ("Big Band", None),
        ] {
            assert_eq!(key_of_folder(&cut(text)).as_deref(), expected, "{text}");
        }
    }
}
