//! XML of other programs, within limits, and an account of what a reader looked at.

use super::{DEEPEST, error};
use crate::SessionError;
use roxmltree::{Document, Node, NodeId, ParsingOptions};
use std::cell::RefCell;
use std::collections::{BTreeMap, HashSet};
use std::path::Path;

/// Elements, texts and attributes of a document.
const MOST_NODES: u32 = 30_000_000;

/// The text of a document: UTF-8, with or without a byte order mark.
pub(crate) fn text(path: &Path, bytes: Vec<u8>) -> Result<String, SessionError> {
    let mut text = String::from_utf8(bytes)
        .map_err(|_| error(path, "is not UTF-8 text", "it is damaged, or not what its name says"))?;
    if text.starts_with('\u{feff}') {
        text.drain(..'\u{feff}'.len_utf8());
    }
    Ok(text)
}

/// Parses a document. Document types are refused, and with them every entity that could grow.
pub(crate) fn parse<'t>(path: &Path, text: &'t str) -> Result<Document<'t>, SessionError> {
    refuse_depth(path, text)?;
    let options = ParsingOptions { allow_dtd: false, nodes_limit: MOST_NODES, ..ParsingOptions::default() };
    Document::parse_with_options(text, options).map_err(|failed| {
        error(path, format!("is not the XML that it should be: {failed}"), "save the session again in its program")
    })
}

/// Before anything is built: how deep elements stand in each other. A closing or empty tag is told by its slash; what looks
/// like a tag in a comment or a text can only make a sane document seem deeper by as much.
fn refuse_depth(path: &Path, text: &str) -> Result<(), SessionError> {
    let mut depth = 0usize;
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(open) = bytes[at..].iter().position(|&byte| byte == b'<').map(|i| at + i) {
        at = open + 1;
        match bytes.get(at) {
            Some(b'/') => depth = depth.saturating_sub(1),
            Some(b'?') => {}
            Some(b'!') => {
                let end = if bytes[at..].starts_with(b"!--") { "-->" } else { ">" };
                at = text[at..].find(end).map_or(bytes.len(), |i| at + i);
            }
            _ => {
                let Some(close) = tag_end(bytes, at) else { break };
                depth += usize::from(bytes[close - 1] != b'/');
                at = close;
            }
        }
        if depth > DEEPEST {
            let hint = "it is damaged, or made to do harm";
            return Err(error(path, format!("holds elements more than {DEEPEST} deep in each other"), hint));
        }
    }
    Ok(())
}

/// Where a tag ends: attributes may hold `>`.
fn tag_end(bytes: &[u8], from: usize) -> Option<usize> {
    let mut quote = None;
    for (i, &byte) in bytes[from..].iter().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(from + i),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
    }
    None
}

/// What a reader looked at. What it did not is told at the end, by name.
#[derive(Debug, Default)]
pub(crate) struct Account<'d> {
    elements: RefCell<HashSet<NodeId>>,
    /// Element names and attributes of theirs that were asked for.
    attributes: RefCell<HashSet<(&'d str, &'d str)>>,
}

impl<'d> Account<'d> {
    /// Notes that an element is understood. Its attributes are still to be asked for.
    pub(crate) fn look(&self, node: Node<'d, '_>) {
        self.elements.borrow_mut().insert(node.id());
    }

    /// Notes that an element and all in it has nothing to say about the sound.
    pub(crate) fn ignore(&self, node: Node<'d, '_>) {
        let mut elements = self.elements.borrow_mut();
        let mut attributes = self.attributes.borrow_mut();
        for inner in node.descendants().filter(Node::is_element) {
            elements.insert(inner.id());
            attributes.extend(inner.attributes().map(|a| (inner.tag_name().name(), a.name())));
        }
    }

    /// An attribute.
    pub(crate) fn attribute<'i: 'd>(&self, node: Node<'d, 'i>, name: &'d str) -> Option<&'d str> {
        self.attributes.borrow_mut().insert((node.tag_name().name(), name));
        node.attribute(name)
    }

    /// Notes that attributes of elements of a name have nothing to say about the sound.
    pub(crate) fn ignore_attributes(&self, element: &'d str, names: &[&'d str]) {
        self.attributes.borrow_mut().extend(names.iter().map(|name| (element, *name)));
    }

    /// What was never looked at: elements as `Parent/Name`, attributes as `Name@attribute`, with their numbers.
    pub(crate) fn left(&self, document: &'d Document<'_>) -> BTreeMap<String, usize> {
        let (elements, attributes) = (self.elements.borrow(), self.attributes.borrow());
        let mut left = BTreeMap::new();
        let mut count = |what: String| *left.entry(what).or_default() += 1;
        let mut open = vec![document.root_element()];
        while let Some(node) = open.pop() {
            let name = node.tag_name().name();
            if !elements.contains(&node.id()) {
                let parent = node.parent_element().map_or("", |parent| parent.tag_name().name());
                count(if parent.is_empty() { name.to_owned() } else { format!("{parent}/{name}") });
                continue;
            }
            for attribute in node.attributes().filter(|a| !attributes.contains(&(name, a.name()))) {
                count(format!("{name}@{}", attribute.name()));
            }
            open.extend(node.children().filter(Node::is_element));
        }
        left
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_looked_at_is_counted() {
        let text = "<a x='1' y='2'><b/><b/><c z='>'><d/></c></a>";
        let document = parse(Path::new("x"), text).unwrap();
        let account = Account::default();
        let root = document.root_element();
        account.look(root);
        assert_eq!(account.attribute(root, "x"), Some("1"));
        root.children().filter(|child| child.has_tag_name("c")).for_each(|child| account.look(child));
        let left: Vec<_> = account.left(&document).into_iter().collect();
        let wanted = [("a/b", 2), ("a@y", 1), ("c/d", 1), ("c@z", 1)];
        assert_eq!(left, wanted.map(|(what, count)| (what.to_owned(), count)));
    }

    #[test]
    fn bombs_and_depths_are_refused() {
        let bomb = "<!DOCTYPE a [<!ENTITY b \"bbbbbbbb\"><!ENTITY c \"&b;&b;&b;\">]><a>&c;</a>";
        assert!(parse(Path::new("x"), bomb).is_err());
        for depth in [200, 2_000_000] {
            assert!(parse(Path::new("x"), &"<a>".repeat(depth)).is_err());
            assert!(parse(Path::new("x"), &format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth))).is_err());
        }
        let wide = format!("<a>{}</a>", "<b c='/'></b><d e='>'/><!-- <x> -->".repeat(10_000));
        assert!(parse(Path::new("x"), &wide).is_ok());
    }
}
