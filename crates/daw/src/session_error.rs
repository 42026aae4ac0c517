//! An error in a session document: where it is, what is wrong, what to write.

use std::ops::Range;
use std::path::{Path, PathBuf};

/// What is wrong with a session document. `Display` shows the line with a mark under the place, as compilers do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionError {
    /// The document.
    pub file: PathBuf,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub hint: Option<String>,
    /// The place, if it has one.
    pub place: Option<Place>,
}

/// A place in a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// The line, or of a long one what is around the place.
    text: String,
    /// How many characters of the text stand before the place.
    before: usize,
    /// How many characters are meant.
    width: usize,
}

/// More characters of a line are not shown: a document that is none may be one line.
const WIDEST: usize = 160;

impl Place {
    /// The place of a byte range of `text`.
    pub(crate) fn new(text: &str, span: Range<usize>) -> Self {
        let at = character(text, span.start.min(text.len()));
        let begin = text[..at].rfind('\n').map_or(0, |i| i + 1);
        let end = text[at..].find('\n').map_or(text.len(), |i| at + i);
        let stop = character(text, span.end.clamp(at, end));
        let (column, shown) = (text[begin..at].chars().count(), text[begin..end].trim_end());
        let left_out = if shown.len() > WIDEST { column.saturating_sub(WIDEST / 2) } else { 0 };
        let mut shown: String = shown.chars().skip(left_out).collect();
        if let Some((cut, _)) = shown.char_indices().nth(WIDEST) {
            shown.truncate(cut);
            shown.push('…');
        }
        if left_out > 0 {
            shown.insert(0, '…');
        }
        let before = column - left_out + usize::from(left_out > 0);
        let width = text[at..stop].chars().count().clamp(1, WIDEST / 2);
        Self { line: text[..at].matches('\n').count() + 1, column: column + 1, text: shown, before, width }
    }
}

/// The start of the character in which a byte lies.
fn character(text: &str, byte: usize) -> usize {
    (0..=byte).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}

impl SessionError {
    pub(crate) fn at(file: &Path, text: &str, span: Range<usize>, message: impl Into<String>) -> Self {
        Self { file: file.to_owned(), message: message.into(), hint: None, place: Some(Place::new(text, span)) }
    }

    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl std::fmt::Display for SessionError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Some(place) = &self.place else {
            return write!(f, "{}: {}", self.file.display(), self.message);
        };
        let Place { line, column, text, before, width } = place;
        let margin = line.to_string().len();
        // Tabs stay tabs, so that the mark stands under what it marks.
        let before: String = text.chars().take(*before).map(|c| if c == '\t' { c } else { ' ' }).collect();
        writeln!(f, "{}:{line}:{column}: {}", self.file.display(), self.message)?;
        writeln!(f, "{:margin$} |", "")?;
        writeln!(f, "{line} | {text}")?;
        write!(f, "{:margin$} | {before}{}", "", "^".repeat(*width))
    }
}

impl std::error::Error for SessionError {}
