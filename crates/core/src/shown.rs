//! Text that others wrote, where people read it: on a terminal, in the name of a file.

/// Whether a character does something where it is shown instead of being seen: control characters, which command a
/// terminal, those that break lines or turn the direction of all that follows, and code points that are no characters
/// (Unicode 23.7), which some file systems refuse. The joiners of emoji and of Arabic and Indic letters are none of these.
pub(crate) fn acts(c: char) -> bool {
    let none = matches!(c, '\u{fdd0}'..='\u{fdef}') || u32::from(c) & 0xfffe == 0xfffe;
    none || c.is_control() || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Text of several lines with one sign in place of each character that would act.
pub fn shown(text: &str) -> String {
    text.chars().map(|c| if acts(c) && c != '\n' && c != '\t' { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_commands_a_terminal_is_not_shown_and_all_scripts_are() {
        assert_eq!(shown("a\u{1b}[2J\r\u{7}\u{9b}1m\u{202e}z"), "a\u{fffd}[2J\u{fffd}\u{fffd}\u{fffd}1m\u{fffd}z");
        let plain = "one\n\ttwo 👩\u{200d}👧 مرحبا ไทย cafe\u{301} 声 ≤";
        assert_eq!(shown(plain), plain);
    }
}
