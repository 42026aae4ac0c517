//! What the sum says, in words and as findings.

use super::OURS;
use crate::pass::Summed;
use crate::report::{FileKind, FileReport, SumClass, SumReport};
use crate::sum::{Gain, decibels};
use crate::{Cause, Solution};
use std::path::Path;
use stemwright_core::{Finding, SampleRate, Severity};

/// A correction in words.
fn gain_words(factor: f64) -> String {
    let db = decibels(factor);
    let inverted = if factor < 0.0 { " and inverted" } else { "" };
    match db {
        db if db.abs() < 0.005 => format!("at the same level{inverted}"),
        db if db > 0.0 => format!("{db:.2} dB louder{inverted}"),
        db => format!("{:.2} dB quieter{inverted}", -db),
    }
}

/// The sum as it stands in the report.
pub(crate) fn report(summed: &Summed, mix: &str) -> SumReport {
    let sum = &summed.sum;
    let level = |x: f64| (x > 0.0).then(|| decibels(x));
    // Of what does not null, a correction is worth a word only where it takes half of what is left away.
    let worth = |gain: Gain| sum.class != SumClass::DoesNotNull || gain.left < 0.5 * sum.rms;
    let correction = match summed.delayed {
        Some((delay, gain)) if gain.left < sum.gain.left => Some((delay, gain)),
        _ if matches!(sum.class, SumClass::StaticGain | SumClass::DoesNotNull) => Some((0, sum.gain)),
        _ => None,
    };
    let correction = correction.filter(|(_, gain)| worth(*gain));
    SumReport {
        mix: mix.to_owned(),
        found_by: summed.found_by,
        class: sum.class,
        verdict: verdict(summed),
        stems: summed.stems as u64,
        frames: sum.frames,
        different_samples: sum.different,
        residual_peak_dbfs: level(sum.peak),
        residual_rms_dbfs: level(sum.rms),
        residual_lufs: sum.lufs.map(|lufs| (lufs * 100.0).round() / 100.0),
        residual_of_mix_db: level(sum.rms / sum.mix_rms).filter(|level| level.is_finite()),
        rounding_bound_dbfs: level(sum.bound),
        gain_db: correction.map(|(_, gain)| decibels(gain.factor)).filter(|gain| gain.is_finite()),
        inverted: correction.is_some_and(|(_, gain)| gain.factor < 0.0),
        delay_frames: correction.map(|(delay, _)| delay),
        corrected_rms_dbfs: correction.and_then(|(_, gain)| level(gain.left)),
        worst: sum.worst.clone(),
        third_octaves: sum.bands.clone(),
        solution: None,
        residual_file: None,
        corrected: None,
        overview: sum.overview.clone(),
    }
}

fn verdict(summed: &Summed) -> String {
    let sum = &summed.sum;
    let left = format!("{:.1} dBFS RMS, {:.1} dBFS peak", decibels(sum.rms), decibels(sum.peak));
    match sum.class {
        SumClass::BitExact => "the stems add up to the mix exactly, on every sample".into(),
        SumClass::Rounding => format!("the stems add up to the mix within the rounding of the files ({left})"),
        SumClass::Dither => format!("the stems add up to the mix within the dither of the files ({left})"),
        SumClass::LossyCoding => format!("the stems add up to the mix as nearly as lossy coding lets them ({left})"),
        SumClass::StaticGain => format!(
            "the mix is the sum of the stems, {}; then {} is left",
            gain_words(sum.gain.factor),
            level_words(sum.gain.left)
        ),
        SumClass::CommonDelay => {
            let (delay, gain) = summed.delayed.unwrap_or_default();
            let late = if delay > 0 { "later" } else { "earlier" };
            format!(
                "the mix is the sum of the stems, {} frames {late}, {}; then {} is left",
                delay.abs(),
                gain_words(gain.factor),
                level_words(gain.left)
            )
        }
        SumClass::DoesNotNull if sum.clipped_mix => format!(
            "the stems add up to the mix but where it is clipped at full scale ({left} on {} samples)",
            sum.different
        ),
        SumClass::DoesNotNull => format!(
            "the stems do not add up to the mix: {left} is left, {:.1} dB against the mix",
            decibels(sum.rms / sum.mix_rms)
        ),
    }
}

fn level_words(left: f64) -> String {
    if left > 0.0 { format!("{:.1} dBFS RMS", decibels(left)) } else { "nothing".to_owned() }
}

/// Findings about the sum.
pub(crate) fn of_sum(summed: &Summed, report: &SumReport, files: &[FileReport], rate: SampleRate) -> Vec<Finding> {
    let mix = &files[summed.mix];
    let mut findings: Vec<Finding> = summed
        .left_out
        .iter()
        .map(|(stem, why)| {
            let finding = Finding::new(Severity::Warning, "not-in-sum", format!("it is not in the sum: {why}"));
            finding.in_file(Path::new(&files[*stem].file))
        })
        .collect();
    let master = mix.kind == FileKind::Master;
    let (severity, code, hint) = match report.class {
        SumClass::BitExact | SumClass::Rounding | SumClass::Dither => return findings,
        SumClass::LossyCoding => {
            (Severity::Note, "sum-lossy", "compare WAV or FLAC files where the proof matters".to_owned())
        }
        SumClass::StaticGain => {
            let gain = report.gain_db.unwrap_or(0.0);
            let invert = if report.inverted { ", and invert their polarity" } else { "" };
            (
                Severity::Warning,
                "sum-gain",
                format!("change all stems by {gain:+.2} dB{invert}: they then add up to the mix"),
            )
        }
        SumClass::CommonDelay => {
            let delay = report.delay_frames.unwrap_or(0);
            let how = if delay > 0 { "later" } else { "earlier" };
            (
                Severity::Warning,
                "sum-delay",
                format!("move all stems {} frames {how}: they then add up to the mix", delay.abs()),
            )
        }
        SumClass::DoesNotNull if summed.sum.clipped_mix => {
            (Severity::Warning, "mix-clipped", "print the mix again with more headroom, or as 32-bit float".to_owned())
        }
        SumClass::DoesNotNull if master => {
            let hint =
                "a master went through its own chain, which the stems have not: name the mix before it with --mix";
            (Severity::Warning, "sum-does-not-null", hint.to_owned())
        }
        SumClass::DoesNotNull => {
            let hint = "print stems and mix in one go, with the master chain off and sends and side-chains as they are in the mix";
            (Severity::Error, "sum-does-not-null", hint.to_owned())
        }
    };
    let finding = Finding::new(severity, code, report.verdict.clone()).in_file(Path::new(&mix.file));
    let finding = match report.worst.first().filter(|_| report.class == SumClass::DoesNotNull) {
        Some(worst) => finding.at_frame(worst.frame, rate),
        None => finding,
    };
    let finding = match (report.residual_peak_dbfs, report.rounding_bound_dbfs) {
        (Some(peak), Some(bound)) => {
            finding.measured(peak, "dBFS").limit(bound, "dBFS", "what rounding of these files can leave")
        }
        (Some(peak), None) => finding.measured(peak, "dBFS").limit(f64::MIN, "dBFS", OURS),
        _ => finding,
    };
    findings.push(finding.hint(hint));
    findings
}

/// What is the matter, once that is known, in place of what might be.
pub(crate) fn explain(findings: &mut [Finding], solution: &Solution, master: bool) {
    // That a master is processed is known.
    let known = match solution.cause {
        Cause::Unexplained => false,
        Cause::MixProcessed | Cause::MixFiltered => !master,
        _ => true,
    };
    let Some(sentence) = solution.sentences.first().filter(|_| known) else { return };
    for finding in findings.iter_mut().filter(|finding| finding.code == "sum-does-not-null") {
        finding.hint = Some(sentence.clone());
    }
}

/// Corrected stems were asked for, and there are none.
pub(crate) fn not_corrected(sum: &SumReport) -> Finding {
    let what = match sum.class {
        SumClass::BitExact | SumClass::Rounding | SumClass::Dither | SumClass::LossyCoding => {
            "no corrected stems were written: the stems add up as they are"
        }
        _ => "no corrected stems were written: nothing that would put them right is sure",
    };
    Finding::new(Severity::Note, "not-corrected", what).in_file(Path::new(&sum.mix))
}
