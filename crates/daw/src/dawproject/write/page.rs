//! XML, element by element.

use std::fmt::{Display, Write};

/// An XML document that is being written.
pub(super) struct Page {
    text: String,
    /// Elements that are open.
    open: Vec<&'static str>,
    /// Whether the last tag still takes attributes.
    in_tag: bool,
    ids: usize,
}

impl Page {
    /// A document with its root open.
    pub(super) fn new(root: &'static str) -> Self {
        let text = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n".to_owned();
        let mut page = Self { text, open: Vec::new(), in_tag: false, ids: 0 };
        page.open(root);
        page
    }

    pub(super) fn open(&mut self, name: &'static str) {
        if self.in_tag {
            self.text.push_str(">\n");
        }
        self.indent();
        self.text.push('<');
        self.text.push_str(name);
        self.open.push(name);
        self.in_tag = true;
    }

    pub(super) fn close(&mut self) {
        let Some(name) = self.open.pop() else { return };
        if self.in_tag {
            self.text.push_str("/>\n");
        } else {
            self.indent();
            let _ = writeln!(self.text, "</{name}>");
        }
        self.in_tag = false;
    }

    /// An element of nothing but text.
    pub(super) fn text(&mut self, name: &'static str, text: &str) {
        self.open(name);
        self.text.push('>');
        escape(text, &mut self.text);
        let _ = writeln!(self.text, "</{name}>");
        self.open.pop();
        self.in_tag = false;
    }

    pub(super) fn attribute(&mut self, name: &str, value: impl Display) -> &mut Self {
        let _ = write!(self.text, " {name}=\"");
        escape(&value.to_string(), &mut self.text);
        self.text.push('"');
        self
    }

    /// Gives the open element an identifier of its own.
    pub(super) fn id(&mut self) -> String {
        let id = self.new_id();
        self.attribute("id", &id);
        id
    }

    /// An identifier for an element that comes later.
    pub(super) fn new_id(&mut self) -> String {
        let id = format!("id{}", self.ids);
        self.ids += 1;
        id
    }

    /// The parameter that automation moves.
    pub(super) fn target(&mut self, id: &str) {
        self.open("Target");
        self.attribute("parameter", id);
        self.close();
    }

    pub(super) fn point(&mut self, time: f64, value: f64, interpolation: &str) {
        self.open("RealPoint");
        self.attribute("time", time).attribute("value", value).attribute("interpolation", interpolation);
        self.close();
    }

    pub(super) fn finish(mut self) -> String {
        while !self.open.is_empty() {
            self.close();
        }
        self.text
    }

    fn indent(&mut self) {
        (0..self.open.len()).for_each(|_| self.text.push_str("  "));
    }
}

/// Text as XML takes it, in attributes too; characters that no XML can hold (XML 1.0, 2.2) become U+FFFD.
fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // Line ends and tabs would become spaces.
            '\t' | '\n' | '\r' => _ = write!(out, "&#{};", u32::from(c)),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Page;

    #[test]
    fn what_is_written_is_xml() {
        let mut page = Page::new("a");
        page.open("b");
        page.attribute("c", "<&\">\n\0").attribute("d", 0.1);
        page.close();
        page.text("e", "f & g");
        let text = page.finish();
        let document = roxmltree::Document::parse(&text).unwrap();
        let b = document.root_element().first_element_child().unwrap();
        assert_eq!(b.attribute("c"), Some("<&\">\n\u{fffd}"));
        assert_eq!(b.next_sibling_element().unwrap().text(), Some("f & g"));
    }
}
