//! The fields of one table of a document: taken one by one, with their places; what nobody took is an unknown key.

use crate::SessionError;
use std::collections::BTreeMap;
use std::ops::{Range, RangeInclusive};
use std::path::Path;
use stemwright_core::nearest;
use toml::de::{DeTable, DeValue};

/// A document and its text.
#[derive(Clone, Copy)]
pub(crate) struct Document<'a> {
    pub(crate) file: &'a Path,
    pub(crate) text: &'a str,
}

impl Document<'_> {
    pub(crate) fn error(&self, span: &Range<usize>, message: impl Into<String>) -> SessionError {
        SessionError::at(self.file, self.text, span.clone(), message)
    }
}

/// A value and its place.
pub(crate) struct Value<'a> {
    pub(crate) key: String,
    pub(crate) span: Range<usize>,
    pub(crate) value: DeValue<'a>,
    pub(crate) document: Document<'a>,
}

/// A table of which fields are taken.
pub(crate) struct Fields<'a> {
    pub(crate) document: Document<'a>,
    /// As an error names it: `[[track]]`.
    what: String,
    pub(crate) span: Range<usize>,
    left: BTreeMap<String, (Range<usize>, Value<'a>)>,
    known: Vec<&'static str>,
}

impl<'a> Fields<'a> {
    pub(crate) fn new(document: Document<'a>, what: &str, span: Range<usize>, table: DeTable<'a>) -> Self {
        let left = table.into_iter().map(|(key, value)| {
            let (key_span, name) = (key.span(), key.into_inner().into_owned());
            let span = value.span();
            let value = Value { key: name.clone(), span, value: value.into_inner(), document };
            (name, (key_span, value))
        });
        Self { document, what: what.to_owned(), span, left: left.collect(), known: Vec::new() }
    }

    /// Takes a field, if it is there.
    pub(crate) fn take(&mut self, key: &'static str) -> Option<Value<'a>> {
        self.known.push(key);
        self.left.remove(key).map(|(_, value)| value)
    }

    /// Takes a field that must be there; `example` is what to write.
    pub(crate) fn need(&mut self, key: &'static str, example: &str) -> Result<Value<'a>, SessionError> {
        let (document, span, what) = (self.document, self.span.clone(), self.what.clone());
        self.take(key).ok_or_else(|| {
            document.error(&span, format!("{what} has no `{key}`")).hint(format!("write `{key} = {example}`"))
        })
    }

    pub(crate) fn text(&mut self, key: &'static str) -> Result<Option<String>, SessionError> {
        self.take(key).map(|value| value.into_text()).transpose()
    }

    pub(crate) fn flag(&mut self, key: &'static str) -> Result<bool, SessionError> {
        match self.take(key) {
            None => Ok(false),
            Some(Value { value: DeValue::Boolean(flag), .. }) => Ok(flag),
            Some(value) => Err(value.wrong("true or false", "true or false")),
        }
    }

    /// A number within a range; `unit` is for messages.
    pub(crate) fn number(
        &mut self,
        key: &'static str,
        range: RangeInclusive<f64>,
        unit: &str,
    ) -> Result<Option<f64>, SessionError> {
        self.take(key).map(|value| value.into_number(range, unit)).transpose()
    }

    /// An array of tables such as `[[track]]`; `what` is how errors call one.
    pub(crate) fn tables(&mut self, key: &'static str, what: &str) -> Result<Vec<Fields<'a>>, SessionError> {
        self.take(key).map_or(Ok(Vec::new()), |value| value.into_tables(what))
    }

    /// One table such as `[song]`.
    pub(crate) fn table(&mut self, key: &'static str) -> Result<Option<Fields<'a>>, SessionError> {
        let document = self.document;
        match self.take(key) {
            None => Ok(None),
            Some(Value { value: DeValue::Table(table), span, .. }) => {
                Ok(Some(Fields::new(document, &format!("[{key}]"), span, table)))
            }
            Some(value) => Err(value.wrong("a table", &format!("[{key}]"))),
        }
    }

    /// Refuses what was not taken.
    pub(crate) fn finish(self) -> Result<(), SessionError> {
        let Some((key, (span, _))) = self.left.into_iter().min_by_key(|(_, (span, _))| span.start) else {
            return Ok(());
        };
        let error = self.document.error(&span, format!("{} does not know the key `{key}`", self.what));
        Err(error.hint(match nearest(&key, self.known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("it knows: {}", self.known.join(", ")),
        }))
    }
}

impl<'a> Value<'a> {
    /// An error at this value.
    pub(crate) fn error(&self, message: impl Into<String>) -> SessionError {
        self.document.error(&self.span, message)
    }

    /// An error of type; `example` is what to write.
    pub(crate) fn wrong(&self, wanted: &str, example: &str) -> SessionError {
        self.error(format!("`{}` must be {wanted}", self.key)).hint(format!("write {example}"))
    }

    pub(crate) fn as_text(&self) -> Result<String, SessionError> {
        match &self.value {
            DeValue::String(text) => Ok(text.clone().into_owned()),
            _ => Err(self.wrong("text", "it in quotes")),
        }
    }

    pub(crate) fn into_text(self) -> Result<String, SessionError> {
        self.as_text()
    }

    /// A number, integer or float.
    pub(crate) fn as_number(&self) -> Option<f64> {
        match &self.value {
            DeValue::Integer(integer) => {
                i64::from_str_radix(&clean(integer.as_str()), integer.radix()).ok().map(|i| i as f64)
            }
            DeValue::Float(float) => clean(float.as_str()).parse().ok(),
            _ => None,
        }
    }

    pub(crate) fn into_number(self, range: RangeInclusive<f64>, unit: &str) -> Result<f64, SessionError> {
        let unit = if unit.is_empty() { String::new() } else { format!(" {unit}") };
        let wanted = match (range.start(), range.end()) {
            (low, high) if low.is_infinite() => format!("a number up to {high}{unit}, or -inf"),
            (low, high) => format!("a number from {low} to {high}{unit}"),
        };
        let number = self.as_number().ok_or_else(|| self.wrong("a number", &wanted))?;
        if range.contains(&number) {
            return Ok(number);
        }
        Err(self.error(format!("`{}` is {number}{unit}", self.key)).hint(format!("write {wanted}")))
    }

    /// One of a few words.
    pub(crate) fn into_choice<T: Copy>(self, choices: &[(&str, T)]) -> Result<T, SessionError> {
        let wanted = || {
            let names: Vec<_> = choices.iter().map(|(name, _)| format!("\"{name}\"")).collect();
            format!("one of {}", names.join(", "))
        };
        let DeValue::String(text) = &self.value else { return Err(self.wrong("text", &wanted())) };
        choices.iter().find(|(name, _)| *name == text.as_ref()).map(|&(_, choice)| choice).ok_or_else(|| {
            self.error(format!("`{}` cannot be \"{text}\"", self.key)).hint(format!("write {}", wanted()))
        })
    }

    /// The tables of an array; `what` is how errors call one.
    pub(crate) fn into_tables(self, what: &str) -> Result<Vec<Fields<'a>>, SessionError> {
        let (document, key) = (self.document, self.key.clone());
        let DeValue::Array(array) = self.value else { return Err(self.wrong("tables", what)) };
        let table = |item: toml::Spanned<DeValue<'a>>| {
            let span = item.span();
            match item.into_inner() {
                DeValue::Table(table) => Ok(Fields::new(document, what, span, table)),
                _ => Err(document.error(&span, format!("`{key}` must hold tables")).hint(format!("write {what}"))),
            }
        };
        array.into_iter().map(table).collect()
    }

    /// The items of an array.
    pub(crate) fn into_items(self) -> Result<Vec<Value<'a>>, SessionError> {
        if !matches!(self.value, DeValue::Array(_)) {
            return Err(self.wrong("a list", "it in brackets: [ … ]"));
        }
        let DeValue::Array(array) = self.value else { return Ok(Vec::new()) };
        let item = |item: toml::Spanned<DeValue<'a>>| Value {
            key: self.key.clone(),
            span: item.span(),
            value: item.into_inner(),
            document: self.document,
        };
        Ok(array.into_iter().map(item).collect())
    }
}

/// TOML's underscores and plus sign are not Rust's.
fn clean(number: &str) -> String {
    number.trim_start_matches('+').replace('_', "")
}
