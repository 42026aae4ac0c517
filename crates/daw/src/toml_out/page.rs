//! TOML as a person writes it: short numbers, text in quotes, nothing that is a default.

use std::fmt::Write;

/// A document that grows line by line.
#[derive(Debug, Default)]
pub(super) struct Page {
    text: String,
    /// What stands before every line of the table that is being written.
    indent: &'static str,
}

/// A value on the right of an equals sign.
pub(super) enum Value {
    Text(String),
    Number(f64),
    Flag,
    /// Already TOML.
    Plain(String),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl Value {
    /// As TOML.
    pub(super) fn written(&self) -> String {
        match self {
            Self::Text(text) => quoted(text),
            Self::Number(value) => number(*value),
            Self::Flag => "true".into(),
            Self::Plain(toml) => toml.clone(),
        }
    }
}

impl Page {
    /// A comment: one line for each, whatever is in it.
    pub(super) fn comment(&mut self, text: &str) {
        let _ = writeln!(self.text, "{}# {}", self.indent, visible(text));
    }

    /// An empty line, but never two, and none at the beginning.
    pub(super) fn gap(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    /// A table: `[[track]]`. Those of tracks are indented.
    pub(super) fn table(&mut self, header: &str) {
        let _ = writeln!(self.text, "{}{header}", self.indent);
    }

    /// What is written from here on belongs to a table inside another, or no longer.
    pub(super) fn inside(&mut self, inside: bool) {
        self.indent = if inside { "    " } else { "" };
    }

    pub(super) fn key(&mut self, key: &str, value: impl Into<Value>) {
        let _ = writeln!(self.text, "{}{key} = {}", self.indent, value.into().written());
    }

    /// A key only where there is something to say.
    pub(super) fn maybe(&mut self, key: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.key(key, value);
        }
    }

    pub(super) fn flag(&mut self, key: &str, flag: bool) {
        self.maybe(key, flag.then_some(Value::Flag));
    }

    /// A list of tables, one a line.
    pub(super) fn rows(&mut self, key: &str, rows: &[Row]) {
        let list = match rows {
            [] => return,
            [one] => format!("[{}]", one.written()),
            many => {
                let lines = many.iter().map(|row| format!("{0}    {1},\n", self.indent, row.written()));
                format!("[\n{}{}]", lines.collect::<String>(), self.indent)
            }
        };
        self.key(key, Value::Plain(list));
    }

    /// A number, unless it is the default.
    pub(super) fn number(&mut self, key: &str, value: f64, default: f64) {
        self.maybe(key, (value != default).then_some(value));
    }

    /// A time that is kept in seconds and written in milliseconds, unless it is the default.
    pub(super) fn milliseconds(&mut self, key: &str, seconds: f64, default: f64) {
        self.maybe(key, (seconds != default).then(|| Value::Plain(milliseconds(seconds))));
    }

    pub(super) fn finish(self) -> String {
        self.text
    }
}

/// A table on one line, as one of the bands of an insert.
#[derive(Debug, Default)]
pub(super) struct Row(Vec<String>);

impl Row {
    pub(super) fn key(&mut self, key: &str, value: impl Into<Value>) {
        self.0.push(format!("{key} = {}", value.into().written()));
    }

    /// See [`Page::number`].
    pub(super) fn number(&mut self, key: &str, value: f64, default: f64) {
        if value != default {
            self.key(key, value);
        }
    }

    /// See [`Page::milliseconds`].
    pub(super) fn milliseconds(&mut self, key: &str, seconds: f64, default: f64) {
        if seconds != default {
            self.key(key, Value::Plain(milliseconds(seconds)));
        }
    }

    pub(super) fn flag(&mut self, key: &str, flag: bool) {
        if flag {
            self.key(key, Value::Flag);
        }
    }

    fn written(&self) -> String {
        if self.0.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", self.0.join(", ")) }
    }
}

/// The shortest number that is read back as the same one.
pub(super) fn number(value: f64) -> String {
    let size = value.abs();
    // Integers end at 2⁶³ in TOML, and nobody counts zeros.
    if value == 0.0 {
        // Whatever its sign.
        "0".to_owned()
    } else if value.is_finite() && !(1e-5..1e15).contains(&size) {
        format!("{value:e}")
    } else {
        format!("{value}")
    }
}

/// The shortest number of milliseconds that is read back as so many seconds; the nearest where none is.
fn milliseconds(seconds: f64) -> String {
    let near = seconds * 1000.0;
    let back = |text: &String| text.parse::<f64>().is_ok_and(|ms| ms / 1000.0 == seconds);
    let rounded = (0..6).map(|digits| number(format!("{near:.digits$}").parse().unwrap_or(near)));
    let exact = [near, near.next_up(), near.next_down()].map(number);
    rounded.chain(exact).find(back).unwrap_or_else(|| number(near))
}

/// A TOML string. What cannot be seen, or turns the direction of writing, is escaped.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\t' => quoted.push_str("\\t"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            c if unseen(c) => _ = write!(quoted, "\\u{:04X}", u32::from(c)),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// A list of strings on one line.
pub(super) fn list<'t>(texts: impl IntoIterator<Item = &'t str>) -> Value {
    Value::Plain(format!("[{}]", texts.into_iter().map(quoted).collect::<Vec<_>>().join(", ")))
}

/// Control characters, and those that turn the direction of writing; all of them have four hexadecimal digits.
fn unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// For comments, where TOML knows no escapes and forbids control characters.
fn visible(text: &str) -> String {
    text.chars().map(|c| if unseen(c) { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_as_short_as_they_can_be() {
        for (value, text) in [
            (-6.0, "-6"),
            (0.5, "0.5"),
            (0.1 + 0.2, "0.30000000000000004"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
            (1e-7, "1e-7"),
            (2e15, "2e15"),
            (0.0, "0"),
        ] {
            assert_eq!(number(value), text);
        }
        for (seconds, text) in
            [(0.0015, "1.5"), (0.03, "30"), (0.0005, "0.5"), (10.0 / 3.0 / 1000.0, "3.3333333333333335")]
        {
            assert_eq!(milliseconds(seconds), text);
        }
    }

    #[test]
    fn nothing_in_a_text_ends_its_string_or_its_comment() {
        assert_eq!(quoted("a\"b\\\n\u{7f}\u{202e}"), "\"a\\\"b\\\\\\n\\u007F\\u202E\"");
        let mut page = Page::default();
        page.comment("one\ntwo = 2\r\0");
        assert_eq!(page.finish().lines().count(), 1);
    }
}
