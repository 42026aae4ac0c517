//! What one file must be.

use super::judge::Miss;
use super::level::{any_of, between, change, figure, kilohertz};
use super::{Limit, Must, name};
use crate::{CheckReport, FileReport, FormatReport, Measurements};
use stemwright_core::Quantity;

const UNREAD: &str = "the file cannot be read";
const NOTHING: &str = "there is nothing to measure";

/// How a file fails a limit; nothing where it meets it; why it cannot be judged.
pub(super) fn miss(limit: &Limit, file: &FileReport, report: &CheckReport) -> Result<Option<Miss>, &'static str> {
    let format = file.format.as_ref().ok_or(UNREAD);
    let measured = file.measured.as_ref().ok_or(UNREAD);
    let miss = match &limit.must {
        Must::Coding { one_of } => coding(&format?.coding, one_of),
        Must::Lossless => (!format?.lossless).then(|| Miss {
            message: format!("is {}, which keeps an approximation of its samples", format.map_or("", |f| &f.coding)),
            ..Miss::default()
        }),
        Must::Bits { at_least, exactly, float } => {
            // Of what is lossy there are no bits; another limit says that.
            let bits = format?.bits.ok_or("its samples are an approximation")?;
            self::bits(bits, format?.float, *at_least, *exactly, *float)
        }
        Must::Rate { one_of, at_least } => rate(format?.rate.hz(), one_of.as_deref(), *at_least),
        Must::Channels { one_of } => channels(format?.channels, one_of),
        Must::Peak { at_least, at_most } => {
            let peak = measured?.peak_dbfs.ok_or(NOTHING)?;
            let miss = level(peak, *at_least, *at_most, "peaks at", "dBFS", "dB");
            placed(miss, measured?.peak_frame, format?)
        }
        Must::TruePeak { at_most } => {
            let peak = measured?.true_peak_dbtp.ok_or(NOTHING)?;
            let miss = level(peak, None, Some(*at_most), "has a true peak of", "dBTP", "dB");
            placed(miss, measured?.true_peak_frame, format?)
        }
        Must::Headroom { at_least } => headroom(measured?, *at_least)?,
        Must::Loudness { target, tolerance } => loudness(measured?, *target, *tolerance)?,
        Must::DialogueLoudness { .. } => {
            return Err("that needs a meter that tells dialogue from the rest, and there is none here");
        }
        Must::LoudnessRange { at_least, at_most } => {
            let range = measured?.range_lu.ok_or(NOTHING)?;
            level(range, *at_least, *at_most, "has a loudness range of", "LU", "LU")
        }
        Must::ShortTerm { at_most } => {
            let loudest = measured?.short_term_lufs.ok_or(NOTHING)?;
            level(loudest, None, Some(*at_most), "has a short-term loudness of up to", "LUFS", "dB")
        }
        Must::NoClipping => clipping(measured?, format?),
        Must::Name { .. } | Must::PlainName | Must::NameLength { .. } => name::miss(&limit.must, file, report),
        // What is left is asked of the set, and judged there.
        _ => None,
    };
    Ok(miss.map(|miss| Miss {
        file: Some(file.file.clone()),
        message: format!("{} {}", file.name, miss.message),
        ..miss
    }))
}

fn coding(coding: &str, one_of: &[String]) -> Option<Miss> {
    (!one_of.iter().any(|allowed| allowed.eq_ignore_ascii_case(coding))).then(|| Miss {
        message: format!("is {coding}, where {} is asked for", any_of(one_of)),
        fit: Some(any_of(one_of)),
        ..Miss::default()
    })
}

fn bits(bits: u16, is_float: bool, at_least: Option<u16>, exactly: Option<u16>, float: bool) -> Option<Miss> {
    let wanted = exactly.or(at_least);
    let deep_enough = exactly.map_or(at_least.is_none_or(|least| bits >= least), |exactly| bits == exactly);
    if deep_enough && (float || !is_float) {
        return None;
    }
    let has = if is_float { format!("holds {bits}-bit floats") } else { format!("has {bits} bits") };
    let kind = if float { "" } else { " as integers" };
    let asked = match (exactly, at_least) {
        (Some(bits), _) => format!("{bits} bits{kind}"),
        (None, Some(bits)) => format!("{bits} bits or more{kind}"),
        (None, None) => "integers".to_owned(),
    };
    Some(Miss {
        message: format!("{has}, where {asked} are asked for"),
        measured: wanted.map(|_| Quantity::new(f64::from(bits), "bits")),
        limit: wanted.map(|bits| Quantity::new(f64::from(bits), "bits")),
        fit: Some(wanted.map_or_else(|| "24-bit integers".to_owned(), |bits| format!("{bits} bits"))),
        ..Miss::default()
    })
}

fn rate(hz: u32, one_of: Option<&[u32]>, at_least: Option<u32>) -> Option<Miss> {
    let allowed = one_of.is_none_or(|allowed| allowed.contains(&hz)) && at_least.is_none_or(|least| hz >= least);
    if allowed {
        return None;
    }
    // The nearest above it loses nothing.
    let nearest =
        one_of.and_then(|allowed| allowed.iter().filter(|&&rate| rate >= hz).min().or_else(|| allowed.iter().max()));
    let wanted = nearest.copied().or(at_least)?;
    let asked = match (one_of, at_least) {
        (Some(rates), _) => any_of(&rates.iter().map(|&rate| kilohertz(rate)).collect::<Vec<_>>()),
        (None, least) => format!("{} or more", kilohertz(least?)),
    };
    Some(Miss {
        message: format!("is at {}, where {asked} is asked for", kilohertz(hz)),
        measured: Some(Quantity::new(f64::from(hz), "Hz")),
        limit: Some(Quantity::new(f64::from(wanted), "Hz")),
        fit: Some(kilohertz(wanted)),
        ..Miss::default()
    })
}

fn channels(channels: u16, one_of: &[u16]) -> Option<Miss> {
    let wanted = one_of.iter().copied().min_by_key(|&wanted| wanted.abs_diff(channels))?;
    let called = |channels: u16| match channels {
        1 => "mono".to_owned(),
        2 => "stereo".to_owned(),
        more => format!("{more} channels"),
    };
    (!one_of.contains(&channels)).then(|| {
        let asked = any_of(&one_of.iter().map(|&wanted| called(wanted)).collect::<Vec<_>>());
        let many = if channels == 1 { "channel" } else { "channels" };
        Miss {
            message: format!("has {channels} {many}, where {asked} is asked for"),
            measured: Some(Quantity::new(f64::from(channels), "channels")),
            limit: Some(Quantity::new(f64::from(wanted), "channels")),
            fit: Some(called(wanted)),
            ..Miss::default()
        }
    })
}

/// A level between two limits. `step` is the unit of what must be changed.
fn level(value: f64, low: Option<f64>, high: Option<f64>, has: &str, unit: &str, step: &'static str) -> Option<Miss> {
    let change = change(value, low, high)?;
    let (away, limit) = if change < 0.0 { ("above", high) } else { ("below", low) };
    Some(Miss {
        message: format!(
            "{has} {} {unit}, {} {step} {away} what is asked for ({})",
            figure(value),
            figure(change.abs()),
            between(low, high, unit)
        ),
        measured: Some(Quantity::new(value, unit)),
        limit: limit.map(|limit| Quantity::new(limit, unit)),
        change: Some((change, step)),
        ..Miss::default()
    })
}

fn headroom(measured: &Measurements, at_least: f64) -> Result<Option<Miss>, &'static str> {
    let headroom = -measured.peak_dbfs.ok_or(NOTHING)?;
    Ok(change(headroom, Some(at_least), None).map(|change| Miss {
        message: format!("has {} dB of headroom, where {} dB are asked for", figure(headroom), figure(at_least)),
        measured: Some(Quantity::new(headroom, "dB")),
        limit: Some(Quantity::new(at_least, "dB")),
        // More headroom is a lower level.
        change: Some((-change, "dB")),
        ..Miss::default()
    }))
}

fn loudness(measured: &Measurements, target: f64, tolerance: f64) -> Result<Option<Miss>, &'static str> {
    let loudness = measured.integrated_lufs.ok_or(NOTHING)?;
    // The way to the target, not to the edge of what is tolerated.
    Ok(change(loudness, Some(target - tolerance), Some(target + tolerance)).map(|change| Miss {
        message: format!(
            "has a loudness of {} LUFS, {} LU {} what is asked for ({} ±{} LUFS)",
            figure(loudness),
            figure(change.abs()),
            if change < 0.0 { "above" } else { "below" },
            figure(target),
            figure(tolerance)
        ),
        measured: Some(Quantity::new(loudness, "LUFS")),
        limit: Some(Quantity::new(target, "LUFS")),
        change: Some((target - loudness, "dB")),
        ..Miss::default()
    }))
}

fn clipping(measured: &Measurements, format: &FormatReport) -> Option<Miss> {
    let runs = measured.clipped_runs;
    (runs > 0).then(|| Miss {
        message: format!("is clipped in {runs} {}", if runs == 1 { "place" } else { "places" }),
        frame: measured.clipped_frame.map(|frame| (frame, format.rate)),
        measured: Some(Quantity::new(runs as f64, "")),
        limit: Some(Quantity::new(0.0, "")),
        ..Miss::default()
    })
}

fn placed(miss: Option<Miss>, frame: Option<u64>, format: &FormatReport) -> Option<Miss> {
    miss.map(|miss| Miss { frame: frame.map(|frame| (frame, format.rate)), ..miss })
}
