//! The text of a project: lines of words, and blocks of lines between `<NAME …` and `>`.
//!
//! Nothing is copied: a document is its text and where its lines are, and words are found when they are asked for. Words may
//! stand in quotes of three kinds (`"`, `'`, `` ` ``), so that there is one that does not occur in them; what begins with
//! `|` is free text, and never opens or closes a block.

use crate::SessionError;
use std::path::Path;

/// How deep blocks may be nested.
pub(super) const DEEPEST: usize = 128;

/// A line, by bytes of the text.
#[derive(Debug, Clone, Copy)]
struct Line {
    start: u32,
    end: u32,
    /// Of the beginning of a block, the line of its end; else the line itself.
    closed: u32,
}

/// A project's text, taken apart.
#[derive(Debug)]
pub(super) struct Tree {
    text: String,
    lines: Vec<Line>,
}

/// A block: everything between its first and its last line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Block<'t> {
    tree: &'t Tree,
    open: usize,
    close: usize,
}

/// A line of a block, or a block in it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry<'t> {
    /// The first word; empty of free text.
    pub(super) name: &'t str,
    /// The words after it.
    pub(super) words: Words<'t>,
    /// What is in it, of a block.
    pub(super) block: Option<Block<'t>>,
}

/// The rest of a line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Words<'t>(&'t str);

impl Tree {
    /// Takes a text apart.
    ///
    /// # Errors
    /// Where it is no project, is nested too deep, or ends inside a block.
    pub(super) fn read(path: &Path, bytes: &[u8]) -> Result<Self, SessionError> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let begin = bytes.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(bytes.len());
        let wrong = |message: &str, hint: &str| SessionError {
            file: path.to_owned(),
            message: message.to_owned(),
            hint: Some(hint.to_owned()),
            place: None,
        };
        if !bytes[begin..].starts_with(b"<REAPER_PROJECT") {
            return Err(wrong("is no REAPER project", "a project's text begins with <REAPER_PROJECT"));
        }
        if u32::try_from(bytes.len()).is_err() {
            return Err(wrong(
                "is too large for a project",
                "leave out takes and states of plug-ins that are not needed",
            ));
        }
        // Text of other programs may hold anything; what is no Unicode is no name that could be kept.
        let text = String::from_utf8_lossy(bytes).into_owned();
        let mut lines: Vec<Line> = Vec::new();
        let mut open: Vec<usize> = Vec::new();
        for (start, line) in split(&text) {
            let number = lines.len();
            let trimmed = line.trim();
            let indent = line.len() - line.trim_start().len();
            let span = start + indent..start + indent + trimmed.len();
            let place = |message: String| SessionError::at(path, &text, span.clone(), message);
            let (Ok(start), Ok(end)) = (u32::try_from(span.start), u32::try_from(span.end)) else {
                return Err(wrong(
                    "is too large for a project",
                    "save it without states of plug-ins that are not needed",
                ));
            };
            lines.push(Line { start, end, closed: number as u32 });
            if trimmed.starts_with('<') {
                if open.len() >= DEEPEST {
                    return Err(place(format!("blocks are nested more than {DEEPEST} deep"))
                        .hint("REAPER nests a handful; the file is damaged"));
                }
                open.push(number);
            } else if trimmed == ">" {
                let Some(begun) = open.pop() else {
                    return Err(
                        place("`>` closes nothing".into()).hint("the file is damaged; take an earlier one (.rpp-bak)")
                    );
                };
                lines[begun].closed = number as u32;
                if open.is_empty() {
                    // Nothing that counts comes after the project.
                    break;
                }
            }
        }
        if let Some(&unclosed) = open.last() {
            let Line { start, end, .. } = lines[unclosed];
            let message = "the file ends inside this block";
            return Err(SessionError::at(path, &text, start as usize..end as usize, message)
                .hint("the file is cut off; take an earlier one (.rpp-bak)"));
        }
        Ok(Self { text, lines })
    }

    /// The whole project, with the words after its name.
    pub(super) fn root(&self) -> Option<Entry<'_>> {
        (0..self.lines.len()).find(|&line| !self.text(line).is_empty()).map(|line| self.entry(line))
    }

    fn text(&self, line: usize) -> &str {
        self.lines.get(line).map_or("", |line| &self.text[line.start as usize..line.end as usize])
    }

    fn entry(&self, line: usize) -> Entry<'_> {
        let text = self.text(line);
        let block =
            text.strip_prefix('<').map(|_| Block { tree: self, open: line, close: self.lines[line].closed as usize });
        let text = text.strip_prefix('<').unwrap_or(text);
        if text.starts_with('|') {
            return Entry { name: "", words: Words(text), block };
        }
        let (name, rest) = word(text).unwrap_or(("", ""));
        Entry { name, words: Words(rest), block }
    }
}

/// Lines with where they begin, whatever ends them: `\r\n`, `\n` or `\r`.
fn split(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = Some(0);
    std::iter::from_fn(move || {
        let start = at?;
        let rest = &text[start..];
        let Some(end) = rest.find(['\n', '\r']) else {
            at = None;
            return Some((start, rest));
        };
        let width = if rest[end..].starts_with("\r\n") { 2 } else { 1 };
        at = Some(start + end + width);
        Some((start, &rest[..end]))
    })
}

/// The first word of a text, and what comes after it.
fn word(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start();
    let first = text.chars().next()?;
    if matches!(first, '"' | '\'' | '`') {
        let inside = &text[1..];
        return Some(match inside.find(first) {
            Some(end) => (&inside[..end], &inside[end + 1..]),
            // Never closed: the rest of the line.
            None => (inside, ""),
        });
    }
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    Some((&text[..end], &text[end..]))
}

impl<'t> Block<'t> {
    /// What is directly in it, in order; empty lines are left out.
    pub(super) fn entries(self) -> impl Iterator<Item = Entry<'t>> {
        let mut line = self.open + 1;
        std::iter::from_fn(move || {
            while line < self.close {
                let here = line;
                line = self.tree.lines[here].closed as usize + 1;
                if !self.tree.text(here).is_empty() {
                    return Some(self.tree.entry(here));
                }
            }
            None
        })
    }

    /// The lines as they stand, without blocks: base64, free text.
    pub(super) fn raw(self) -> impl Iterator<Item = &'t str> {
        (self.open + 1..self.close)
            .filter(move |&line| self.tree.lines[line].closed as usize == line)
            .map(move |line| self.tree.text(line))
    }
}

impl<'t> Words<'t> {
    /// The words in order.
    pub(super) fn iter(self) -> impl Iterator<Item = &'t str> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            let (found, after) = word(rest)?;
            rest = after;
            Some(found)
        })
    }

    /// A word, from 0.
    pub(super) fn get(self, index: usize) -> Option<&'t str> {
        self.iter().nth(index)
    }

    /// A word as text; empty where there is none.
    pub(super) fn text(self, index: usize) -> &'t str {
        self.get(index).unwrap_or_default()
    }

    /// A word as a number; `None` where it is none, or not finite.
    pub(super) fn number(self, index: usize) -> Option<f64> {
        self.get(index)?.parse().ok().filter(|number: &f64| number.is_finite())
    }

    /// A word as a number within ±10⁷, the most seconds that a timeline may have; `other` where it is none.
    pub(super) fn value(self, index: usize, other: f64) -> f64 {
        self.number(index).map_or(other, |number| number.clamp(-1e7, 1e7))
    }

    /// A word as an integer; `other` where it is none.
    pub(super) fn integer(self, index: usize, other: i64) -> i64 {
        // Some are written as `2147483648` or `1.0`.
        self.number(index).map_or(other, |number| number as i64)
    }

    /// Whether a word is a number other than 0.
    pub(super) fn flag(self, index: usize) -> bool {
        self.integer(index, 0) != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(text: &str) -> Tree {
        Tree::read(Path::new("x.rpp"), text.as_bytes()).unwrap()
    }

    #[test]
    fn words_are_taken_out_of_their_quotes() {
        let line = Words(" 1 \"a b\" 'c \"d\"' `e 'f' \"g\"` -1:U '' <5653> \"open");
        let words: Vec<_> = line.iter().collect();
        assert_eq!(words, ["1", "a b", "c \"d\"", "e 'f' \"g\"", "-1:U", "", "<5653>", "open"]);
        assert_eq!(Words("nan inf 1e400 x -3").iter().count(), 5);
        assert_eq!(
            (0..5).map(|i| Words("nan inf 1e400 x -3").number(i)).collect::<Vec<_>>(),
            [None, None, None, None, Some(-3.0)]
        );
    }

    #[test]
    fn every_kind_of_line_end_makes_the_same_tree() {
        let text = "<REAPER_PROJECT 0.1 \"7.0\" 1\n  A 1\n  <B 2\n    |<no block\n    |>\n    C 3\n  >\n\n  D 4\n>\n";
        for end in ["\n", "\r\n", "\r"] {
            let tree = tree(&text.replace('\n', end));
            let root = tree.root().unwrap();
            let names: Vec<_> = root.block.unwrap().entries().map(|entry| (entry.name, entry.words.text(0))).collect();
            assert_eq!(names, [("A", "1"), ("B", "2"), ("D", "4")]);
            let b = root.block.unwrap().entries().nth(1).unwrap().block.unwrap();
            assert_eq!(b.raw().collect::<Vec<_>>(), ["|<no block", "|>", "C 3"]);
            assert_eq!(b.entries().map(|entry| entry.name).collect::<Vec<_>>(), ["", "", "C"]);
        }
    }

    #[test]
    fn what_is_damaged_is_refused_with_its_place() {
        for (text, message) in [
            ("", "is no REAPER project"),
            ("<SOMETHING\n>\n", "is no REAPER project"),
            ("<REAPER_PROJECT\n<A\n>\n", "ends inside this block"),
            ("<REAPER_PROJECT", "ends inside this block"),
        ] {
            let error = Tree::read(Path::new("x.rpp"), text.as_bytes()).unwrap_err();
            assert!(error.to_string().contains(message) && error.hint.is_some(), "{error}");
        }
        let deep = format!("<REAPER_PROJECT\n{}", "<A\n".repeat(100_000));
        assert!(Tree::read(Path::new("x.rpp"), deep.as_bytes()).unwrap_err().to_string().contains("nested"));
    }
}
