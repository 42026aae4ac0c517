//! What a set must be as a whole, and its silence before and after.

use super::judge::{Miss, Verdict, asked};
use super::level::{any_of, between, change, figure, kilohertz};
use super::{Applies, Limit, Must, Present};
use crate::{CheckReport, FileKind, FileReport, SumClass};
use stemwright_core::{Quantity, Role};

/// What came of a limit that is not judged file by file.
pub(super) fn verdict(limit: &Limit, report: &CheckReport) -> Option<Verdict> {
    Some(match &limit.must {
        Must::SameRate => same(report, |file| Some(file.format.as_ref()?.rate.hz()), |hz| kilohertz(*hz), "is at"),
        Must::SameBits => same(
            report,
            |file| file.format.as_ref().and_then(|format| Some((format.bits?, format.float))),
            |&(bits, float)| if float { format!("{bits}-bit floats") } else { format!("{bits} bits") },
            "has",
        ),
        Must::SameLength => {
            same(report, |file| Some(file.format.as_ref()?.frames), |frames| format!("{frames} frames"), "is")
        }
        Must::SameStart => start(report),
        Must::Head { at_least, at_most, bars } => {
            silence(limit, report, (*at_least, *at_most, *bars), "silent before the first sound", head)
        }
        Must::Tail { at_least, at_most, bars } => {
            silence(limit, report, (*at_least, *at_most, *bars), "silent after the last sound", tail)
        }
        Must::Stems { at_least, at_most } => stems(report, *at_least, *at_most),
        Must::Roles { each } => roles(report, each),
        Must::LeadApart => lead_apart(report),
        Must::Present { file } => present(report, *file),
        Must::Sum { one_of } => sum(report, one_of),
        _ => return None,
    })
}

fn verdict_of(misses: Vec<Miss>) -> Verdict {
    if misses.is_empty() { Verdict::Met } else { Verdict::Missed(misses) }
}

/// Whether all files have one value; who has another than most (of a tie, than the first) is named.
fn same<V: PartialEq>(
    report: &CheckReport,
    value: impl Fn(&FileReport) -> Option<V>,
    shown: impl Fn(&V) -> String,
    has: &str,
) -> Verdict {
    let files: Vec<(&FileReport, V)> =
        asked(Applies::Set, report).into_iter().filter_map(|file| Some((file, value(file)?))).collect();
    let votes = |value: &V| files.iter().filter(|(_, other)| other == value).count();
    let Some((_, usual)) = files.iter().rev().max_by_key(|(_, value)| votes(value)) else {
        return Verdict::Unjudged("no file can be read");
    };
    let others = files.iter().filter(|(_, value)| value != usual);
    verdict_of(
        others
            .map(|(file, value)| Miss {
                file: Some(file.file.clone()),
                message: format!("{} {has} {}, most files {}", file.name, shown(value), shown(usual)),
                fit: Some(shown(usual)),
                ..Miss::default()
            })
            .collect(),
    )
}

/// Files say where they begin by a time reference; where they say nothing, stems that add up to the mix begin together.
fn start(report: &CheckReport) -> Verdict {
    let reference = |file: &FileReport| file.format.as_ref().and_then(|format| format.time_reference);
    // A 0 beside times of day means that nobody set it.
    let set: Vec<u64> = asked(Applies::Set, report).into_iter().filter_map(reference).filter(|&at| at > 0).collect();
    if set.is_empty() {
        let together = report.sum.as_ref().is_some_and(|sum| {
            matches!(sum.class, SumClass::BitExact | SumClass::Rounding | SumClass::Dither | SumClass::StaticGain)
        });
        return if together { Verdict::Met } else { Verdict::Unjudged("no file says where it begins") };
    }
    same(
        report,
        |file| reference(file).filter(|&at| at > 0),
        |at| format!("at frame {at} of its time reference"),
        "begins",
    )
}

fn head(file: &FileReport) -> Option<f64> {
    let format = file.format.as_ref()?;
    Some(file.measured.as_ref()?.first_heard? as f64 / f64::from(format.rate.hz()))
}

fn tail(file: &FileReport) -> Option<f64> {
    let format = file.format.as_ref()?;
    let silent = format.frames.checked_sub(file.measured.as_ref()?.last_heard? + 1)?;
    Some(silent as f64 / f64::from(format.rate.hz()))
}

/// Silence of each file, or of the set: what no file fills.
fn silence(
    limit: &Limit,
    report: &CheckReport,
    (low, high, bars): (Option<f64>, Option<f64>, Option<u32>),
    what: &str,
    of: impl Fn(&FileReport) -> Option<f64>,
) -> Verdict {
    if bars.is_some() && low.is_none() && high.is_none() {
        return Verdict::Unjudged("the length of a bar is not known");
    }
    let mut silent: Vec<(Option<&FileReport>, f64)> =
        asked(limit.applies, report).into_iter().filter_map(|file| Some((Some(file), of(file)?))).collect();
    if limit.applies == Applies::Set {
        let least = silent.iter().map(|(_, seconds)| *seconds).reduce(f64::min);
        silent = least.map(|seconds| (None, seconds)).into_iter().collect();
    }
    if silent.is_empty() {
        return Verdict::Unjudged("nothing is heard");
    }
    let misses = silent.into_iter().filter_map(|(file, seconds)| {
        let change = change(seconds, low, high)?;
        let limit = if change < 0.0 { high } else { low };
        let name = file.map_or("the set", |file| file.name.as_str());
        Some(Miss {
            file: file.map(|file| file.file.clone()),
            message: format!("{name} is {what} for {} s; {} is asked for", figure(seconds), between(low, high, "s")),
            measured: Some(Quantity::new(seconds, "s")),
            limit: limit.map(|limit| Quantity::new(limit, "s")),
            change: Some((change, "s")),
            ..Miss::default()
        })
    });
    verdict_of(misses.collect())
}

fn stems(report: &CheckReport, at_least: Option<usize>, at_most: Option<usize>) -> Verdict {
    let count = asked(Applies::Stems, report).len();
    let (few, many) = (at_least.filter(|&least| count < least), at_most.filter(|&most| count > most));
    let Some(limit) = few.or(many) else { return Verdict::Met };
    let asked = between(at_least.map(|n| n as f64), at_most.map(|n| n as f64), "stems");
    let are = if count == 1 { "is 1 stem".to_owned() } else { format!("are {count} stems") };
    Verdict::Missed(vec![Miss {
        message: format!("there {are}, where {asked} are asked for"),
        measured: Some(Quantity::new(count as f64, "stems")),
        limit: Some(Quantity::new(limit as f64, "stems")),
        ..Miss::default()
    }])
}

fn roles(report: &CheckReport, each: &[Vec<Role>]) -> Verdict {
    let stems = asked(Applies::Stems, report);
    if stems.is_empty() {
        return Verdict::Unjudged("there are no stems");
    }
    let nameless: Vec<&str> = stems.iter().filter(|stem| stem.role.is_none()).map(|stem| stem.name.as_str()).collect();
    let unknown = match nameless.len() {
        0 => String::new(),
        1..=4 => format!("; what {} holds is not known", nameless.join(", ")),
        many => format!("; what {many} stems hold is not known"),
    };
    let missing =
        each.iter().filter(|group| !stems.iter().any(|stem| stem.role.is_some_and(|role| group.contains(&role))));
    let misses = missing.map(|group| {
        let names: Vec<String> = group.iter().map(|role| role.stem_name().to_lowercase()).collect();
        Miss {
            message: format!("no stem holds {}{unknown}", any_of(&names)),
            fit: group.first().map(|role| role.stem_name().to_owned()),
            ..Miss::default()
        }
    });
    verdict_of(misses.collect())
}

fn lead_apart(report: &CheckReport) -> Verdict {
    let stems = asked(Applies::Stems, report);
    let has = |role: Role| stems.iter().find(|stem| stem.role == Some(role));
    match (has(Role::LeadVocals), has(Role::Vocals).or_else(|| has(Role::BackingVocals))) {
        (None, Some(voices)) => Verdict::Missed(vec![Miss {
            file: Some(voices.file.clone()),
            message: format!("no stem holds the lead vocals alone; there is {}", voices.name),
            ..Miss::default()
        }]),
        (None, None) if stems.iter().all(|stem| stem.role.is_none()) => {
            Verdict::Unjudged("what the stems hold is not known")
        }
        _ => Verdict::Met,
    }
}

fn present(report: &CheckReport, file: Present) -> Verdict {
    if report.files.iter().any(|other| other.kind == file.kind()) {
        return Verdict::Met;
    }
    let what = match file.kind() {
        FileKind::Mix => "mix to compare the stems with",
        FileKind::Master => "mastered mix",
        _ => "click or guide",
    };
    Verdict::Missed(vec![Miss { message: format!("there is no {what}"), ..Miss::default() }])
}

fn sum(report: &CheckReport, one_of: &[SumClass]) -> Verdict {
    let Some(sum) = &report.sum else {
        return Verdict::Unjudged("there is no mix that the stems could be compared with");
    };
    if one_of.contains(&sum.class) {
        return Verdict::Met;
    }
    Verdict::Missed(vec![Miss {
        file: Some(sum.mix.clone()),
        message: format!("the stems do not add up to the mix: {}", sum.verdict),
        measured: sum.residual_rms_dbfs.map(|rms| Quantity::new(rms, "dBFS")),
        limit: sum.rounding_bound_dbfs.map(|bound| Quantity::new(bound, "dBFS")),
        ..Miss::default()
    }])
}
