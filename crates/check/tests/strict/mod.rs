//! Reads a page as strictly as XML is read, though browsers would forgive more.

/// A start tag.
#[derive(Debug)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, String)>,
}

impl Element {
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }
}

/// Every element in order.
///
/// # Panics
/// Where anything is not closed, quoted or escaped.
pub(crate) fn elements(page: &str) -> Vec<Element> {
    let mut rest = page.strip_prefix("<!DOCTYPE html>").expect("a doctype");
    let (mut all, mut open) = (Vec::new(), Vec::<String>::new());
    while let Some(at) = rest.find('<') {
        text(&rest[..at]);
        let end = rest[at..].find('>').expect("a tag ends") + at;
        let tag = &rest[at + 1..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name), "closed in order");
            continue;
        }
        let element = start(tag.strip_suffix('/').unwrap_or(tag));
        if element.name == "style" {
            let end = rest.find("</style>").expect("a style sheet ends");
            assert!(!rest[..end].contains(['<', '&']));
            rest = &rest[end..];
        }
        if !tag.ends_with('/') {
            open.push(element.name.clone());
        }
        all.push(element);
    }
    assert_eq!((rest.trim(), open.as_slice()), ("", [].as_slice()));
    all
}

fn start(tag: &str) -> Element {
    let (name, mut rest) = tag.split_once(' ').unwrap_or((tag, ""));
    assert!(!name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric()), "<{tag}>");
    let mut attributes: Vec<(String, String)> = Vec::new();
    rest = rest.trim_end();
    while !rest.is_empty() {
        let (name, after) = rest.trim_start().split_once("=\"").unwrap_or_else(|| panic!("a value in <{tag}>"));
        let (value, after) = after.split_once('"').unwrap_or_else(|| panic!("quotes in <{tag}>"));
        assert!(name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'), "{name} in <{tag}>");
        assert!(attributes.iter().all(|(other, _)| other != name), "{name} twice in <{tag}>");
        assert!(after.is_empty() || after.starts_with(' '), "room between attributes in <{tag}>");
        text(value);
        attributes.push((name.to_owned(), value.to_owned()));
        rest = after;
    }
    Element { name: name.to_owned(), attributes }
}

/// Every `&` begins one of the references that XML has too.
fn text(text: &str) {
    for after in text.split('&').skip(1) {
        assert!(["amp;", "lt;", "gt;", "quot;", "#39;"].iter().any(|name| after.starts_with(name)), "&{after}");
    }
    assert!(!text.contains('>'), "{text}");
}
