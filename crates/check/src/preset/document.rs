//! A TOML document → a preset.

use super::level::any_of;
use super::{Applies, Limit, Must, Preset, PresetError, PresetPlace, Source};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::io::Read;
use std::ops::Range;
use std::path::{Path, PathBuf};
use stemwright_core::{Severity, nearest};
use toml::Spanned;

/// No preset is larger: whoever names a recording by mistake is told at once.
const MOST_BYTES: u64 = 1 << 20;
/// No presets build upon each other more deeply.
const DEEPEST: usize = 8;

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Document {
    name: Option<String>,
    title: Option<String>,
    description: Option<String>,
    extends: Option<Spanned<String>>,
    #[serde(default)]
    drop: Vec<Spanned<String>>,
    source: Option<Spanned<String>>,
    #[serde(default)]
    sources: BTreeMap<String, Source>,
    #[serde(default, rename = "limit")]
    limits: Vec<Spanned<Written>>,
}

/// A limit as written: what is absent comes from the preset that this one extends.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Written {
    id: String,
    applies: Option<Applies>,
    must: Option<Must>,
    severity: Option<Severity>,
    asks: Option<String>,
    hint: Option<String>,
    source: Option<Spanned<String>>,
    section: Option<String>,
    verified: Option<bool>,
}

/// A preset that is compiled in.
pub(super) fn built_in(name: &str, text: &str) -> Preset {
    let file = PathBuf::from(format!("{name}.toml"));
    Reading { file: &file, text }
        .preset(None, &mut Vec::new())
        .unwrap_or_else(|error| unreachable!("the tests read all built-in presets: {error}"))
}

/// As [`Preset::find`]; `beside` is the folder of the preset that asks for this one, `chain` the files that are being read.
pub(super) fn find(
    name: &str,
    beside: Option<&Path>,
    folder: Option<&Path>,
    chain: &mut Vec<PathBuf>,
) -> Result<Preset, PresetError> {
    if let Some(preset) = Preset::built_in(name) {
        return Ok(preset);
    }
    if Path::new(name).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("toml")) {
        return read(&beside.unwrap_or(Path::new("")).join(name), folder, chain);
    }
    let a_name = !name.is_empty() && !name.contains(['/', '\\']);
    match folder.filter(|_| a_name).map(|folder| folder.join(format!("{name}.toml"))) {
        Some(file) if file.is_file() => read(&file, folder, chain),
        _ => Err(PresetError::Unknown { name: name.to_owned(), hint: unknown(name, folder) }),
    }
}

fn unknown(name: &str, folder: Option<&Path>) -> String {
    let own = folder.and_then(|folder| std::fs::read_dir(folder).ok()).into_iter().flatten().filter_map(|entry| {
        let path = entry.ok()?.path();
        (path.extension()? == "toml").then(|| path.file_stem()?.to_str().map(str::to_owned)).flatten()
    });
    let known: Vec<String> = Preset::names().map(str::to_owned).chain(own).collect();
    if let Some(near) = nearest(name, known.iter().map(String::as_str)) {
        return format!("did you mean `{near}`?");
    }
    let place = folder.map_or_else(String::new, |folder| format!(", a NAME.toml in {}", folder.display()));
    format!("write one of {}{place}, or the path of a file that ends in .toml", known.join(", "))
}

fn read(file: &Path, folder: Option<&Path>, chain: &mut Vec<PathBuf>) -> Result<Preset, PresetError> {
    let failed = |source| PresetError::Read { file: file.to_owned(), source };
    let mut bytes = Vec::new();
    let opened = std::fs::File::open(file).map_err(failed)?;
    opened.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(PresetError::TooLarge { file: file.to_owned(), most: MOST_BYTES });
    }
    let text = String::from_utf8(bytes).map_err(|_| PresetError::NoText { file: file.to_owned() })?;
    chain.push(std::fs::canonicalize(file).unwrap_or_else(|_| file.to_owned()));
    let preset = Reading { file, text: text.trim_start_matches('\u{feff}') }.preset(folder, chain)?;
    chain.pop();
    Ok(preset)
}

/// A document that is being read.
struct Reading<'a> {
    file: &'a Path,
    text: &'a str,
}

impl Reading<'_> {
    fn damaged(&self, span: Option<Range<usize>>, message: impl Into<String>, hint: impl Into<String>) -> PresetError {
        let place = span.map_or_else(PresetPlace::default, |span| PresetPlace::of(self.text, span.start));
        PresetError::Damaged { file: self.file.to_owned(), place, message: message.into(), hint: hint.into() }
    }

    fn preset(&self, folder: Option<&Path>, chain: &mut Vec<PathBuf>) -> Result<Preset, PresetError> {
        let document: Document = toml::from_str(self.text).map_err(|error| {
            let message = one_message(error.message());
            let hint = what_is_known(&message);
            self.damaged(error.span(), message, hint)
        })?;
        let base = document.extends.as_ref().map(|name| self.base(name, folder, chain)).transpose()?;
        let name = match (&document.name, self.file.file_stem()) {
            (Some(name), _) => name.clone(),
            (None, Some(stem)) => stem.to_string_lossy().into_owned(),
            (None, None) => String::new(),
        };
        let own = self.own_source(&document, &name)?;
        let mut limits = base.as_ref().map_or_else(Vec::new, |base| base.limits.clone());
        for id in &document.drop {
            let Some(at) = limits.iter().position(|limit| limit.id == *id.get_ref()) else {
                let ids = limits.iter().map(|limit| limit.id.as_str());
                let message = format!("there is no limit `{}` to drop", id.get_ref());
                return Err(self.damaged(Some(id.span()), message, one_of(id.get_ref(), ids)));
            };
            limits.remove(at);
        }
        let mut written: Vec<String> = Vec::new();
        for limit in document.limits {
            let span = limit.span();
            let limit = limit.into_inner();
            if written.contains(&limit.id) {
                let message = format!("there are two limits `{}`", limit.id);
                return Err(self.damaged(Some(span), message, "give one of them another id"));
            }
            written.push(limit.id.clone());
            let at = limits.iter().position(|known| known.id == limit.id);
            let limit = self.limit(limit, span, at.map(|at| &limits[at]), &document.sources, &own)?;
            match at {
                Some(at) => limits[at] = limit,
                None => limits.push(limit),
            }
        }
        if limits.is_empty() {
            return Err(self.damaged(None, "there is no limit in it", "write at least one [[limit]], or `extends`"));
        }
        let title =
            document.title.or_else(|| base.as_ref().map(|base| base.title.clone())).unwrap_or_else(|| name.clone());
        let description = document.description.or_else(|| base.as_ref().map(|base| base.description.clone()));
        Ok(Preset { name, title, description: description.unwrap_or_default(), source: own, limits })
    }

    fn base(
        &self,
        name: &Spanned<String>,
        folder: Option<&Path>,
        chain: &mut Vec<PathBuf>,
    ) -> Result<Preset, PresetError> {
        let beside = self.file.parent();
        let asked = beside.unwrap_or(Path::new("")).join(name.get_ref());
        let asked = std::fs::canonicalize(&asked).unwrap_or(asked);
        if chain.contains(&asked) || chain.len() >= DEEPEST {
            let hint = "let the last of them extend a built-in preset, or nothing";
            return Err(self.damaged(Some(name.span()), "presets extend each other without an end", hint));
        }
        find(name.get_ref(), beside, folder, chain).map_err(|error| match error {
            PresetError::Unknown { name: unknown, hint } => {
                self.damaged(Some(name.span()), format!("there is no preset `{unknown}` to extend"), hint)
            }
            other => other,
        })
    }

    /// The source that a document names for itself; else the document is its own.
    fn own_source(&self, document: &Document, name: &str) -> Result<Source, PresetError> {
        match &document.source {
            Some(key) => self.source(key, &document.sources),
            None => Ok(Source {
                document: format!("your preset {name}"),
                section: None,
                address: None,
                date: None,
                read: None,
            }),
        }
    }

    fn source(&self, key: &Spanned<String>, sources: &BTreeMap<String, Source>) -> Result<Source, PresetError> {
        sources.get(key.get_ref()).cloned().ok_or_else(|| {
            let hint = if sources.is_empty() {
                format!("write [sources.{}] with a `document`", key.get_ref())
            } else {
                one_of(key.get_ref(), sources.keys().map(String::as_str))
            };
            self.damaged(Some(key.span()), format!("there is no [sources.{}]", key.get_ref()), hint)
        })
    }

    fn limit(
        &self,
        written: Written,
        span: Range<usize>,
        base: Option<&Limit>,
        sources: &BTreeMap<String, Source>,
        own: &Source,
    ) -> Result<Limit, PresetError> {
        let id = written.id;
        let lacks = |what: &str, hint: &str| {
            self.damaged(Some(span.clone()), format!("the limit `{id}` has no `{what}`"), hint)
        };
        // Another value is not what the source says, and the words of the old one are wrong for it.
        let changed = written.must.is_some() || written.applies.is_some();
        let kept = base.filter(|_| !changed);
        let must = written.must.or_else(|| base.map(|base| base.must.clone()));
        let must = must.ok_or_else(|| lacks("must", "write what is measured: must = { peak = { at-most = -3 } }"))?;
        let applies = written.applies.or_else(|| base.map(|base| base.applies));
        let applies =
            applies.ok_or_else(|| lacks("applies", "write `stems`, `files`, `mix`, `master`, `programme` or `set`"))?;
        let asks = written.asks.or_else(|| kept.map(|kept| kept.asks.clone()));
        let asks = asks.ok_or_else(|| lacks("asks", "write in words what is asked"))?;
        let wrong = |message: String, hint: &str| {
            Err(self.damaged(Some(span.clone()), format!("the limit `{id}`: {message}"), hint))
        };
        if let Err(hint) = must.applies_to(applies) {
            return wrong("it cannot be asked of that".to_owned(), hint);
        }
        if let Some(nonsense) = must.nonsense() {
            return wrong(nonsense, "correct the value of `must`");
        }
        let hint = written.hint.or_else(|| base.and_then(|base| base.hint.clone()));
        if let Some(token) = hint.as_deref().and_then(|hint| unknown_token(hint, must.tokens())) {
            let known: Vec<String> = must.tokens().iter().map(|token| format!("{{{token}}}")).collect();
            let known =
                if known.is_empty() { "leave it out".to_owned() } else { format!("use {}", known.join(" or ")) };
            return wrong(format!("nothing can be filled in for `{token}` in its hint"), &known);
        }
        let mut source = match (&written.source, kept) {
            (Some(key), _) => self.source(key, sources)?,
            (None, Some(kept)) => kept.source.clone(),
            (None, None) => own.clone(),
        };
        source.section = written.section.or(source.section);
        let verified = match (written.verified, kept) {
            (Some(verified), _) => verified,
            (None, kept) => kept.is_some_and(|kept| kept.verified && written.source.is_none()),
        };
        if verified && source.read.is_none() {
            return wrong(
                "it is verified, and its source was never read".to_owned(),
                "write the day as `read` in its source",
            );
        }
        let severity = written.severity.or_else(|| base.map(|base| base.severity)).unwrap_or(Severity::Warning);
        Ok(Limit { applies, must, severity, asks, hint, source, verified, id })
    }
}

fn unknown_token<'a>(hint: &'a str, known: &[&str]) -> Option<&'a str> {
    let mut rest = hint;
    while let Some(at) = rest.find('{') {
        let end = rest[at..].find('}').map_or(rest.len(), |end| at + end + 1);
        let token = &rest[at..end];
        if !known.contains(&token.trim_matches(['{', '}'])) {
            return Some(token);
        }
        rest = &rest[end..];
    }
    None
}

fn one_of<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.collect();
    match nearest(word, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there are {}", known.join(", ")),
    }
}

/// The words of `toml` for keys in an inline table are those of serde everywhere else.
fn one_message(message: &str) -> String {
    let quoted = |words: &str| words.split(", ").map(|word| format!("`{word}`")).collect::<Vec<_>>();
    let keys =
        message.strip_prefix("unexpected keys in table: ").and_then(|keys| keys.split_once(", available keys: "));
    match keys {
        Some((unknown, known)) => {
            let first = unknown.split(", ").next().unwrap_or_default();
            format!("unknown field `{first}`, expected {}", any_of(&quoted(known)))
        }
        None => message.replace('\n', ", "),
    }
}

/// What serde lists after an unknown word: ``unknown field `at-mots`, expected `at-least` or `at-most` ``.
fn what_is_known(message: &str) -> String {
    let words: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    match words.split_first() {
        Some((word, known)) if message.starts_with("unknown") && !known.is_empty() => {
            one_of(word, known.iter().copied())
        }
        _ => "docs/presets.md shows how a preset is written".to_owned(),
    }
}
