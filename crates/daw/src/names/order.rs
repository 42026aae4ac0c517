//! The order in which people read numbered names.

/// Compares as people do: `2 Snare` before `10 Bass`.
pub(super) fn natural(path: &str) -> Vec<(bool, u64, String)> {
    let mut parts: Vec<(bool, u64, String)> = Vec::new();
    for c in path.chars() {
        let digit = c.is_ascii_digit();
        match parts.last_mut() {
            Some((false, _, text)) if !digit => text.extend(c.to_lowercase()),
            Some((true, number, text)) if digit => {
                *number = number.saturating_mul(10).saturating_add(u64::from(c as u32 - '0' as u32));
                text.push(c);
            }
            _ if digit => parts.push((true, u64::from(c as u32 - '0' as u32), c.to_string())),
            _ => parts.push((false, 0, c.to_lowercase().collect())),
        }
    }
    parts.iter_mut().for_each(|part| part.0 = !part.0);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_ordered_by_value() {
        assert!(natural("2_b.wav") < natural("10_a.wav"));
        assert!(natural("Tom 9") < natural("Tom 10"));
    }
}
