//! What one file's measurements say.

use super::OURS;
use crate::report::{FileKind, FileReport, FormatReport, Measurements, Stereo};
use std::path::Path;
use stemwright_audio::AudioError;
use stemwright_core::{Finding, Severity};

/// A mean beyond 1 % of full scale costs headroom and clicks at every edit; beyond a thousandth it is worth knowing.
const DC: (f64, f64) = (-40.0, -60.0);

/// Where more than half of the level is lost in mono.
const MONO: f64 = -6.0;

/// A file that cannot be read, or not to its end.
pub(crate) fn unreadable(file: &str, error: &AudioError) -> Finding {
    let finding = Finding::new(Severity::Error, "unreadable-file", error.to_string()).in_file(Path::new(file));
    match error.hint() {
        Some(hint) => finding.hint(hint),
        None => finding,
    }
}

/// Findings of a file that was measured.
pub(crate) fn of_file(file: &FileReport, format: &FormatReport, measured: &Measurements) -> Vec<Finding> {
    let about = About { file, format, measured };
    let mut findings = Vec::new();
    findings.extend(about.unsound());
    findings.extend(about.clipped());
    findings.extend(about.silent());
    findings.extend(about.levels());
    if let Some(stereo) = &measured.stereo {
        findings.extend(about.stereo(stereo));
    }
    findings
}

struct About<'a> {
    file: &'a FileReport,
    format: &'a FormatReport,
    measured: &'a Measurements,
}

impl About<'_> {
    fn finding(&self, severity: Severity, code: &str, what: impl Into<String>) -> Finding {
        Finding::new(severity, code, what).in_file(Path::new(&self.file.file))
    }

    /// Samples that are no signal.
    fn unsound(&self) -> Vec<Finding> {
        let Measurements { nan, infinite, garbage, .. } = *self.measured;
        let mut findings = Vec::new();
        let place = |finding: Finding| {
            let (Some(first), Some(last)) = (self.measured.unsound_frame, self.measured.unsound_last) else {
                return finding;
            };
            let finding = finding.at_frame(first, self.format.rate);
            let finding = match self.measured.unsound_channel {
                Some(channel) => finding.in_channel(channel.into()),
                None => finding,
            };
            if last > first {
                finding.at(format!("frames {first} to {last}"))
            } else {
                finding.at(format!("frame {first}"))
            }
        };
        if nan + infinite > 0 {
            let what = format!(
                "{nan} samples are no number, {infinite} are infinite: they silence or blow up whatever they go through"
            );
            let finding =
                place(self.finding(Severity::Error, "not-a-number", what)).measured((nan + infinite) as f64, "samples");
            findings.push(
                finding.hint("export it again; bypass the plug-ins on it one by one to find the one that does this"),
            );
        }
        if garbage > 0 {
            let what = format!("{garbage} samples are above +60 dBFS: garbage, not music");
            let finding = place(self.finding(Severity::Error, "garbage", what)).measured(garbage as f64, "samples");
            findings.push(
                finding
                    .limit(60.0, "dBFS", OURS)
                    .hint("export it again; until then cut these frames out before anyone listens"),
            );
        }
        if self.measured.denormal > 0 {
            let what = format!(
                "{} samples are denormal floats, which make some programs a hundred times slower",
                self.measured.denormal
            );
            findings.push(
                self.finding(Severity::Note, "denormals", what).measured(self.measured.denormal as f64, "samples"),
            );
        }
        findings
    }

    fn clipped(&self) -> Option<Finding> {
        let Measurements { clipped_runs, clipped_longest, ceiling_dbfs, clipped_frame, .. } = *self.measured;
        if clipped_runs == 0 {
            return None;
        }
        let (runs, ceiling) = (if clipped_runs == 1 { "place" } else { "places" }, ceiling_dbfs.unwrap_or(0.0));
        let what =
            format!("clipped in {clipped_runs} {runs}, for up to {clipped_longest} frames, at {ceiling:.2} dBFS");
        let finding = self.finding(Severity::Warning, "clipped", what).measured(clipped_runs as f64, "runs");
        let finding = match clipped_frame {
            Some(frame) => finding.at_frame(frame, self.format.rate),
            None => finding,
        };
        let finding = finding.limit(0.0, "runs", OURS);
        Some(finding.hint("print it again with a lower level before the place where it clips, or as 32-bit float"))
    }

    fn silent(&self) -> Option<Finding> {
        if self.measured.peak_dbfs.is_some() {
            return None;
        }
        let (severity, what) = match self.file.kind {
            FileKind::Mix | FileKind::Master => (Severity::Error, "it is digital silence from beginning to end"),
            _ => (
                Severity::Warning,
                "it is digital silence from beginning to end: was the track muted, or routed elsewhere?",
            ),
        };
        let finding = self.finding(severity, "silent-file", what);
        Some(finding.hint("print it again with its tracks heard, or leave it out"))
    }

    fn levels(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        if let Some(dc) = self.measured.dc_dbfs.filter(|dc| *dc > DC.1) {
            let (severity, limit) = if dc > DC.0 { (Severity::Warning, DC.0) } else { (Severity::Note, DC.1) };
            let what = format!("a constant offset (DC) of {dc:.1} dBFS: it costs headroom and clicks at every cut");
            let finding = self.finding(severity, "dc-offset", what).measured(dc, "dBFS").limit(limit, "dBFS", OURS);
            let finding =
                self.measured.dc_channel.map_or(finding.clone(), |channel| finding.in_channel(channel.into()));
            findings.push(finding.hint("print it again with a high-pass at 5 to 20 Hz on what makes it"));
        }
        let peak = self.measured.peak_dbfs.unwrap_or(f64::NEG_INFINITY);
        if self.format.float && peak > 0.0 {
            let what = format!(
                "peaks at +{peak:.2} dBFS: only a float file can hold that, and it clips where it is made to integers"
            );
            let finding = self.finding(Severity::Note, "above-full-scale", what).measured(peak, "dBFS").limit(
                0.0,
                "dBFS",
                "IEC 61606-1: full scale",
            );
            findings.push(
                finding.hint(format!(
                    "lower everything by {:.1} dB before it becomes integers",
                    (peak * 10.0).ceil() / 10.0
                )),
            );
        } else if let Some(true_peak) = self.measured.true_peak_dbtp.filter(|peak| *peak > 0.0) {
            let count = self.measured.intersample_overs;
            let times = if count == 1 { "once".to_owned() } else { format!("{count} times") };
            let what = format!(
                "goes to +{true_peak:.2} dBTP between its samples, {times}: converters and codecs may clip there"
            );
            let finding = self.finding(Severity::Note, "intersample-overs", what).measured(true_peak, "dBTP");
            let finding = finding.limit(0.0, "dBTP", "ITU-R BS.1770-5, annex 2");
            let finding = self
                .measured
                .true_peak_frame
                .map_or(finding.clone(), |frame| finding.at_frame(frame, self.format.rate));
            findings.push(finding.hint(format!(
                "lower everything by {:.1} dB for true peaks below full scale",
                (true_peak * 10.0).ceil() / 10.0
            )));
        }
        findings
    }

    fn stereo(&self, stereo: &Stereo) -> Vec<Finding> {
        let mut findings = Vec::new();
        let note = |code: &str, what: &str, hint: &str| self.finding(Severity::Note, code, what).hint(hint);
        if let Some(channel) = stereo.silent_channel {
            let side = if channel == 1 { "left" } else { "right" };
            let what = format!("its {side} channel is digital silence");
            findings.push(
                note("one-sided", &what, "fine where it is panned so; else print it again from both channels")
                    .in_channel(channel.into()),
            );
        } else if stereo.inverted {
            let what = "right is left turned upside down on every sample: in mono nothing of it is left";
            let finding = self
                .finding(Severity::Warning, "inverted-channel", what)
                .measured(stereo.correlation.unwrap_or(-1.0), "correlation");
            findings.push(finding.hint("invert the polarity of one channel"));
        } else if stereo.identical {
            findings.push(note(
                "mono-as-stereo",
                "left and right are the same on every sample: it is mono",
                "a mono file says the same in half the space",
            ));
        } else if stereo.mono_db.is_none_or(|mono| mono < MONO) {
            let lost = stereo.mono_db.map_or("all of it".to_owned(), |mono| format!("{:.1} dB", -mono));
            let what = format!(
                "in mono {lost} of its level is lost: left and right cancel (correlation {:.2})",
                stereo.correlation.unwrap_or(-1.0)
            );
            let finding = self.finding(Severity::Note, "mono-loss", what).limit(MONO, "dB", OURS);
            let finding = stereo.mono_db.map_or(finding.clone(), |mono| finding.measured(mono, "dB"));
            let finding =
                stereo.correlation_min_frame.map_or(finding.clone(), |frame| finding.at_frame(frame, self.format.rate));
            findings.push(
                finding.hint("listen in mono; narrow what is wide, or look for a channel with inverted polarity"),
            );
        }
        findings
    }
}
