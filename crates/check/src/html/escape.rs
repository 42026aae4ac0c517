//! The one way by which text gets into the page.

use std::fmt::{self, Display, Write as _};

/// Appends to a page. A `String` takes everything, so there is no error to pass on.
macro_rules! put {
    ($out:expr, $($text:tt)*) => {{
        use std::fmt::Write as _;
        let _ = write!($out, $($text)*);
    }};
}
pub(super) use put;

/// Text of others, as content or as the value of a quoted attribute.
pub(super) struct Escaped<'a>(&'a str);

/// Text that is shown as it is written, whatever it holds: markup is text, and what would act (control characters, those that turn
/// the direction) is a sign.
pub(super) fn esc(text: &str) -> Escaped<'_> {
    Escaped(text)
}

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in stemwright_core::shown(self.0).chars() {
            match c {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                c => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

/// Text in a direction of its own, so that a name in Arabic leaves what stands beside it where it is.
pub(super) struct Apart<'a>(&'a str);

/// A name or sentence of others beside text of ours.
pub(super) fn apart(text: &str) -> Apart<'_> {
    Apart(text)
}

impl Display for Apart<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<bdi>{}</bdi>", esc(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_text_and_what_acts_is_a_sign() {
        let hostile = "<a href='x' b=\"y\">&\u{202e}\u{0}\u{1b}";
        let safe = "&lt;a href=&#39;x&#39; b=&quot;y&quot;&gt;&amp;\u{fffd}\u{fffd}\u{fffd}";
        assert_eq!(esc(hostile).to_string(), safe);
        assert_eq!(apart("声").to_string(), "<bdi>声</bdi>");
    }
}
