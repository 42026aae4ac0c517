//! A finished report against a preset.

use super::level::distance;
use super::{Applies, Limit, Must, Present, Preset, files, set};
use crate::{CheckReport, FileKind, FileReport, LimitReport, PresetReport};
use stemwright_core::{Finding, Quantity, SampleRate, Severity};

/// What came of a limit.
pub(super) enum Verdict {
    /// It is met.
    Met,
    /// It is not met, by these.
    Missed(Vec<Miss>),
    /// It could not be judged, because of this.
    Unjudged(&'static str),
}

/// A file, or the set, that does not meet a limit.
#[derive(Default)]
pub(super) struct Miss {
    pub(super) file: Option<String>,
    pub(super) frame: Option<(u64, SampleRate)>,
    pub(super) message: String,
    pub(super) measured: Option<Quantity>,
    pub(super) limit: Option<Quantity>,
    /// How far it must move, and the unit: negative is down or shorter.
    pub(super) change: Option<(f64, &'static str)>,
    /// What would fit.
    pub(super) fit: Option<String>,
}

/// Holds a report against a preset. Looks at nothing but the report. What cannot be judged is neither met nor not met, and
/// a note says why where nothing else in the report does.
pub fn judge(preset: &Preset, report: &CheckReport) -> (PresetReport, Vec<Finding>) {
    let (mut limits, mut findings) = (Vec::new(), Vec::new());
    for limit in &preset.limits {
        let verdict = verdict(limit, report);
        let met = match &verdict {
            Verdict::Met => Some(true),
            Verdict::Missed(_) => Some(false),
            Verdict::Unjudged(_) => None,
        };
        limits.push(LimitReport {
            asks: limit.asks.clone(),
            met,
            source: limit.source.text(),
            verified: limit.verified,
        });
        match verdict {
            Verdict::Met => {}
            Verdict::Missed(misses) => {
                findings.extend(misses.iter().map(|miss| finding(preset, limit, miss, &misses)));
            }
            Verdict::Unjudged(why) if matters(preset, limit, report) => {
                let message = format!("not judged: {}: {why}", limit.asks);
                let mut note = Finding::new(Severity::Note, "preset-not-judged", message);
                note.source = Some(source(preset, limit));
                note.hint = match limit.must {
                    Must::DialogueLoudness { .. } => limit.hint.clone(),
                    _ => Some(
                        "put the mix into the set so that its name says what it is, or name it by `--mix`".to_owned(),
                    ),
                };
                findings.push(note);
            }
            Verdict::Unjudged(_) => {}
        }
    }
    let met = limits.iter().all(|limit| limit.met != Some(false));
    (PresetReport { name: preset.name.clone(), title: preset.title.clone(), met, limits }, findings)
}

fn verdict(limit: &Limit, report: &CheckReport) -> Verdict {
    if let Some(verdict) = set::verdict(limit, report) {
        return verdict;
    }
    let asked = asked(limit.applies, report);
    if asked.is_empty() {
        return Verdict::Unjudged(match limit.applies {
            Applies::Mix => "there is no mix",
            Applies::Master => "there is no master",
            Applies::Programme => "there is neither a master nor a mix",
            Applies::Stems => "there are no stems",
            Applies::Files | Applies::Set => "there are no files",
        });
    }
    let judged: Vec<Result<Option<Miss>, &'static str>> =
        asked.iter().map(|file| files::miss(limit, file, report)).collect();
    let why = judged.iter().find_map(|file| file.as_ref().err().copied());
    let any = judged.iter().any(Result::is_ok);
    let misses: Vec<Miss> = judged.into_iter().filter_map(|file| file.ok().flatten()).collect();
    match (misses.is_empty(), any, why) {
        (false, ..) => Verdict::Missed(misses),
        (true, false, Some(why)) => Verdict::Unjudged(why),
        _ => Verdict::Met,
    }
}

/// The files that a limit is asked of; for the set, the music.
pub(super) fn asked(applies: Applies, report: &CheckReport) -> Vec<&FileReport> {
    let kinds = |kinds: &[FileKind]| -> Vec<&FileReport> {
        report.files.iter().filter(|file| kinds.contains(&file.kind)).collect()
    };
    match applies {
        Applies::Stems => kinds(&[FileKind::Stem]),
        Applies::Files => kinds(&[FileKind::Stem, FileKind::Mix, FileKind::Master, FileKind::Extra]),
        Applies::Set => kinds(&[FileKind::Stem, FileKind::Mix, FileKind::Master]),
        Applies::Mix => kinds(&[FileKind::Mix]),
        Applies::Master => kinds(&[FileKind::Master]),
        Applies::Programme => {
            let master = kinds(&[FileKind::Master]);
            if master.is_empty() { kinds(&[FileKind::Mix]) } else { master }
        }
    }
}

/// Whether a person must be told that a limit was not judged: not where another limit already says what is missing, and not
/// where all is well except that there is nothing to measure.
fn matters(preset: &Preset, limit: &Limit, report: &CheckReport) -> bool {
    let missing = |kind: FileKind| {
        let asked = |limit: &Limit| matches!(&limit.must, Must::Present { file } if file.kind() == kind);
        !report.files.iter().any(|file| file.kind == kind) && !preset.limits.iter().any(asked)
    };
    match (&limit.must, limit.applies) {
        (Must::DialogueLoudness { .. }, _) => true,
        (Must::Sum { .. }, _) => report.files.iter().any(|file| file.kind == FileKind::Mix) || missing(FileKind::Mix),
        (_, Applies::Mix | Applies::Programme) => missing(FileKind::Mix),
        (_, Applies::Master) => missing(Present::Master.kind()),
        _ => false,
    }
}

fn source(preset: &Preset, limit: &Limit) -> String {
    let unverified = if limit.verified { "" } else { "; unverified default" };
    format!("preset {}: {}{unverified}", preset.name, limit.source.text())
}

fn finding(preset: &Preset, limit: &Limit, miss: &Miss, all: &[Miss]) -> Finding {
    let mut finding = Finding::new(limit.severity, limit.must.code(), miss.message.clone());
    finding.file.clone_from(&miss.file);
    if let Some((frame, rate)) = miss.frame {
        finding = finding.at_frame(frame, rate);
    }
    finding.measured.clone_from(&miss.measured);
    finding.limit.clone_from(&miss.limit);
    finding.source = Some(source(preset, limit));
    finding.hint = limit.hint.as_ref().map(|hint| filled(hint, miss, all));
    finding
}

/// A hint with its figures. One gain for all: stems that are lowered one by one no longer add up to their mix.
fn filled(hint: &str, miss: &Miss, all: &[Miss]) -> String {
    let mut hint = hint.to_owned();
    if let Some((change, unit)) = miss.change {
        let same_way =
            all.iter().filter_map(|other| other.change).map(|(other, _)| other).filter(|other| other * change > 0.0);
        let worst = same_way.fold(0.0, |worst: f64, other| worst.max(distance(other)));
        let (lower, lengthen) = if change < 0.0 { ("lower", "shorten") } else { ("raise", "lengthen") };
        hint =
            hint.replace("{by}", &format!("{worst} {unit}")).replace("{lower}", lower).replace("{lengthen}", lengthen);
    }
    if let Some(fit) = &miss.fit {
        hint = hint.replace("{fit}", fit);
    }
    hint
}
