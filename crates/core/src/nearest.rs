//! The word that was probably meant.

/// The known word with the fewest edits (Levenshtein, letter case aside), if it is near enough to be a slip.
pub fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let word: Vec<char> = word.to_lowercase().chars().collect();
    let distance = |other: &str| {
        let other: Vec<char> = other.to_lowercase().chars().collect();
        let mut row: Vec<usize> = (0..=other.len()).collect();
        for (i, x) in word.iter().enumerate() {
            let mut corner = row[0];
            row[0] = i + 1;
            for (j, y) in other.iter().enumerate() {
                let above = row[j + 1];
                row[j + 1] = (corner + usize::from(x != y)).min(above + 1).min(row[j] + 1);
                corner = above;
            }
        }
        row[other.len()]
    };
    let (edits, near) = known.into_iter().map(|other| (distance(other), other)).min()?;
    (edits <= 1 + word.len() / 4).then_some(near)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_recognised_and_other_words_are_not() {
        let known = ["gain", "pan", "mute"];
        assert_eq!(nearest("gian", known), Some("gain"));
        assert_eq!(nearest("Pan", known), Some("pan"));
        assert_eq!(nearest("threshold", known), None);
        assert_eq!(nearest("x", []), None);
    }
}
