//! Where a limit comes from.

use serde::Deserialize;

/// A document that asks for something, or the custom of a trade.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Who wrote it and what it is called.
    pub document: String,
    /// The section, page or version in it.
    pub section: Option<String>,
    /// Where it is on the web.
    pub address: Option<String>,
    /// The date of the document, as exact as it is known; absent of pages without one.
    pub date: Option<String>,
    /// The day on which it was read; absent where it was not: what is said of it comes from others then.
    pub read: Option<String>,
}

impl Source {
    /// The document, its section and its date, else the day on which it was read.
    pub fn text(&self) -> String {
        let mut text = self.document.clone();
        if let Some(section) = &self.section {
            text += &format!(", {section}");
        }
        match (&self.date, &self.read) {
            (Some(date), _) => text + &format!(" ({date})"),
            (None, Some(read)) => text + &format!(" (read {read})"),
            (None, None) => text,
        }
    }
}
