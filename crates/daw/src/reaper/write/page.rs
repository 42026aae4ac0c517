//! The text of a project as REAPER writes it: two spaces for each block, words in quotes where they need some.

use std::fmt::Write;

/// A project that grows line by line.
#[derive(Debug, Default)]
pub(super) struct Page {
    text: String,
    depth: usize,
}

impl Page {
    pub(super) fn line(&mut self, line: &str) {
        let _ = writeln!(self.text, "{:1$}{line}", "", 2 * self.depth);
    }

    /// Opens a block.
    pub(super) fn open(&mut self, line: &str) {
        self.line(&format!("<{line}"));
        self.depth += 1;
    }

    /// Closes the last one.
    pub(super) fn close(&mut self) {
        self.depth = self.depth.saturating_sub(1);
        self.line(">");
    }

    pub(super) fn finish(self) -> String {
        self.text
    }
}

/// A word in the quotes that do not occur in it. Where all three do, `` ` `` is written as `'`, as in REAPER.
pub(super) fn quoted(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    match ['"', '\'', '`'].into_iter().find(|quote| !text.contains(*quote)) {
        Some(quote) => format!("{quote}{text}{quote}"),
        None => format!("`{}`", text.replace('`', "'")),
    }
}

/// Whether a word cannot be written as it is.
pub(super) fn loses_quotes(text: &str) -> bool {
    ['"', '\'', '`'].iter().all(|quote| text.contains(*quote))
}

/// The shortest number that is read back as the same one, without an exponent.
pub(super) fn number(value: f64) -> String {
    // Both zeros are 0.
    if value == 0.0 { "0".to_owned() } else { format!("{value}") }
}

/// A name of 128 bits that depends on nothing but what it is given (FNV-1a, twice).
pub(super) fn guid(kind: &str, name: &str, number: usize) -> String {
    let hash = |seed: u64| {
        let text = format!("{kind}\0{name}\0{number}");
        text.bytes().fold(seed, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
    };
    let (a, b) = (hash(0xcbf2_9ce4_8422_2325), hash(0x8422_2325_cbf2_9ce4));
    format!(
        "{{{:08X}-{:04X}-{:04X}-{:04X}-{:012X}}}",
        a >> 32,
        a >> 16 & 0xffff,
        a & 0xffff,
        b >> 48,
        b & 0xffff_ffff_ffff
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_by_what_they_lack() {
        assert_eq!(
            ["a b", "a\"", "\"'", "\"'`", "a\nb"].map(quoted),
            ["\"a b\"", "'a\"'", "`\"'`", "`\"''`", "\"a b\""]
        );
        assert_eq!([0.1 + 0.2, 1e-7, -0.0].map(number), ["0.30000000000000004", "0.0000001", "0"]);
        assert_eq!(guid("track", "Bass", 1).len(), 38);
        assert_ne!(guid("track", "Bass", 1), guid("track", "Bass", 2));
    }
}
