//! What the detectors say of a file, and of files that are the same.

use super::OURS;
use crate::detect::duplicates::Duplicate;
use crate::detect::{Bleed, Cliff, Detected, Spots};
use crate::report::{FileKind, FileReport, FormatReport};
use std::path::Path;
use stemwright_core::{Finding, SampleRate, Severity};

/// Places that are named.
const NAMED: usize = 4;

/// Half of the rates that things are at before they are converted, in Hz. From 16 kHz on codecs leave such edges too, and samples of
/// 44.1 and 48 kHz are at home in sessions of 96 kHz: these are notes.
const CORNERS: [f64; 5] = [4_000.0, 5_512.5, 8_000.0, 11_025.0, 12_000.0];

/// A file and what was detected in it.
pub(crate) struct Heard<'a> {
    pub(crate) file: &'a FileReport,
    pub(crate) format: &'a FormatReport,
    pub(crate) detected: &'a Detected,
}

/// Findings of the detectors, over all files that belong to the music.
pub(crate) fn of_defects(files: &[Heard<'_>]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for heard in files {
        findings.extend(heard.clicks());
        findings.extend(heard.gaps());
        findings.extend(heard.hum());
        findings.extend(heard.cliff());
        findings.extend(heard.limited());
    }
    findings.extend(ends(files));
    findings
}

impl Heard<'_> {
    fn finding(&self, severity: Severity, code: &str, what: impl Into<String>) -> Finding {
        Finding::new(severity, code, what).in_file(Path::new(&self.file.file))
    }

    fn seconds(&self) -> f64 {
        self.format.rate.seconds(self.format.frames as i64)
    }

    /// What sounds are made of that were made with few bits: their steps are no defects.
    fn coarse(&self) -> f64 {
        let bits = self.file.measured.as_ref().and_then(|measured| measured.bits_used).filter(|bits| *bits <= 12);
        bits.map_or(0.0, |bits| 8.0 * libm::exp2(1.0 - f64::from(bits)))
    }

    /// Places that are larger than the steps of the file, if they are few: what happens all the time is meant.
    fn few(&self, spots: &Spots, a_second: f64) -> Option<Spots> {
        // Where it was clipped, corners stand out that are no clicks of their own.
        let measured = self.file.measured.as_ref().filter(|measured| measured.clipped_runs > 0);
        let clipped =
            measured.and_then(|measured| measured.ceiling_dbfs).map_or(0.0, |db| 0.6 * libm::exp10(db / 20.0));
        let least = self.coarse().max(clipped);
        // What is no signal was taken for silence, and is told of by itself.
        let known =
            self.file.measured.as_ref().and_then(|measured| Some((measured.unsound_frame?, measured.unsound_last?)));
        let told = |frame: u64| known.is_some_and(|(from, to)| (from.saturating_sub(2)..=to + 2).contains(&frame));
        let first: Vec<_> =
            spots.first.iter().copied().filter(|spot| spot.size >= least && !told(spot.frame)).collect();
        let few = spots.count as f64 <= 3.0 + a_second * self.seconds();
        (few && !first.is_empty()).then_some(Spots { count: first.len() as u64, first })
    }

    fn clicks(&self) -> Option<Finding> {
        if let Some(clicks) = self.few(&self.detected.clicks, 0.7) {
            let largest = largest(&clicks);
            let what = format!(
                "{} that no sound around leads to, of up to {largest:.1} dBFS: clicks",
                counted(clicks.count, "sample")
            );
            let finding = self.finding(Severity::Warning, "click", what);
            let finding = placed(finding, &clicks, self.format.rate).measured(clicks.count as f64, "clicks");
            return Some(finding.limit(0.0, "clicks", OURS).hint(
                "listen there, and print it again: a buffer that ran dry or a bad edit does this; a de-clicker mends what cannot be printed again",
            ));
        }
        let crackle = self.detected.clicks.first.iter().filter(|spot| spot.size >= self.coarse()).count();
        (crackle > 8).then(|| {
            let what = format!("{} clicks, as records have them", self.detected.clicks.count);
            let finding = self.finding(Severity::Note, "crackle", what);
            finding.measured(self.detected.clicks.count as f64, "clicks").hint("fine where crackle is wanted")
        })
    }

    fn gaps(&self) -> Option<Finding> {
        let gaps = self.few(&self.detected.gaps, 0.5)?;
        let longest = gaps.first.iter().map(|gap| gap.frames).max().unwrap_or(0);
        let what = format!(
            "the sound stands still in {}, for up to {:.1} ms, and goes on as before: drop-outs",
            counted(gaps.count, "place"),
            1000.0 * self.format.rate.seconds(longest as i64)
        );
        let finding = placed(self.finding(Severity::Warning, "drop-out", what), &gaps, self.format.rate);
        Some(
            finding
                .measured(gaps.count as f64, "gaps")
                .limit(0.0, "gaps", OURS)
                .hint("print it again, offline or with larger buffers: the machine was too late there"),
        )
    }

    fn hum(&self) -> Option<Finding> {
        let hum = self.detected.hum?;
        let level = decibels(hum.level);
        let lines =
            format!("{} lines at multiples of {} Hz that never move, together at {level:.1} dBFS", hum.lines, hum.hz);
        // The peak of so many lines is 11 dB above their level at most (√(2·lines)): without anything louder they are the sound.
        let peak = self.file.measured.as_ref().and_then(|measured| measured.peak_dbfs).unwrap_or(f64::MIN);
        let alone = peak < level + 10.0 * libm::log10(2.0 * hum.lines as f64) + 1.0;
        let finding = if alone {
            self.finding(Severity::Note, "hum", format!("{lines}, and little else: a drone, or hum of the mains"))
        } else {
            self.finding(Severity::Warning, "hum", format!("{lines}: hum of the mains"))
        };
        let finding = finding.measured(level, "dBFS");
        Some(finding.limit(-90.0, "dBFS", OURS).hint(
            "record it again from a balanced line or with the ground loop opened; else notch these frequencies, or gate what is between",
        ))
    }

    fn cliff(&self) -> Option<Finding> {
        let Cliff { hz, fall } = self.detected.cliff?;
        let half = f64::from(self.format.rate.hz()) / 2.0;
        // Converters' filters begin to fall a little below half the rate.
        let corner = CORNERS.into_iter().find(|corner| (0.88 * corner..1.03 * corner).contains(&hz));
        let lossy = !self.format.lossless;
        let upsampled = corner.filter(|corner| *corner < 0.6 * half && !lossy);
        // Sounds of a sampler or of a codec end so as well: it is worth knowing, and nothing is wrong by itself.
        let what = match upsampled {
            Some(corner) => format!(
                "nothing above {hz:.0} Hz, where it falls by {fall:.0} dB at once: as if it had been at {} Hz before it came to {}",
                2.0 * corner,
                self.format.rate
            ),
            None => format!(
                "nothing above {hz:.0} Hz, where it falls by {fall:.0} dB at once: as a codec, a sampler or a steep filter leaves it"
            ),
        };
        if lossy {
            // That it is coded with losses is said of the format.
            return None;
        }
        let finding = self.finding(Severity::Note, "spectral-cliff", what).measured(hz, "Hz");
        Some(finding.limit(half, "Hz", "half the rate of the file").hint(match upsampled {
            Some(_) => "ask for the original, and convert once at most; a higher rate brings nothing back",
            None => "ask whether it came through MP3 or AAC, and for what it was made of",
        }))
    }

    fn limited(&self) -> Option<Finding> {
        let limited = self.detected.limited?;
        let share = 100.0 * limited.share;
        let what = format!(
            "{share:.0} % of its loud moments peak within 0.3 dB of {:.1} dBFS: it went through a limiter",
            decibels(limited.ceiling)
        );
        let finding = self.finding(Severity::Note, "limited", what).measured(share, "%");
        Some(
            finding
                .limit(20.0, "%", OURS)
                .hint("fine where that is its sound; for a mix or a master ask for it without"),
        )
    }

    /// Whether it is part of the music that ends together.
    fn is_music(&self) -> bool {
        self.file.kind != FileKind::Guide
            && self.file.measured.as_ref().is_some_and(|measured| measured.peak_dbfs.is_some())
    }
}

/// Files that begin or end in the middle of a sound; where most do, it is an excerpt, and meant.
fn ends(files: &[Heard<'_>]) -> Vec<Finding> {
    let music: Vec<&Heard<'_>> = files.iter().filter(|heard| heard.is_music()).collect();
    let many = |at: &dyn Fn(&Heard<'_>) -> bool| 2 * music.iter().filter(|heard| at(heard)).count() >= music.len();
    let heads = many(&|heard| heard.detected.ends.head.is_some());
    let mut findings = Vec::new();
    for heard in &music {
        let ends = heard.detected.ends;
        let mut say = |severity, code: &str, frame: u64, level: f64, what: &str, hint: &str| {
            let level = decibels(level);
            let finding = heard.finding(severity, code, format!("{what} (at {level:.1} dBFS)"));
            let finding = finding.at_frame(frame, heard.format.rate).measured(level, "dBFS");
            findings.push(finding.limit(-50.0, "dBFS", OURS).hint(hint));
        };
        // What never stops in the whole file does not stop at its end either: hiss, hum.
        let floor = heard.file.measured.as_ref().and_then(|measured| measured.noise_floor_dbfs).unwrap_or(f64::MIN);
        let above =
            ends.tail.filter(|level| (*level > HISS || decibels(*level) > floor + 6.0) && heard.detected.hum.is_none());
        let together = many(&|other| other.detected.ends.tail.is_some() && other.format.frames == heard.format.frames);
        if let Some(level) = above.filter(|_| !together) {
            let what = "it ends in the middle of a sound: its tail is cut off";
            say(Severity::Warning, "cut-tail", heard.format.frames.saturating_sub(1), level, what, TAIL);
        }
        if let Some((frame, level)) = ends.inside {
            let what = "its sound breaks off, and silence follows to the end: cut, or gated";
            say(Severity::Note, "cut-tail", frame, level, what, TAIL);
        }
        if let Some(level) = ends.head.filter(|_| !heads) {
            let what = "it begins at full level on its first frame: cut, or a sound without an attack";
            let hint = "listen to its start; print from a bar before the first sound";
            say(Severity::Note, "cut-head", 0, level, what, hint);
        }
    }
    findings
}

/// −40 dBFS: louder hiss has been heard by those who recorded it.
const HISS: f64 = 0.01;

const TAIL: &str = "print it again to the end of the longest tail";

/// Stems that are heard in the pauses of others; `bleeds` stand in the order of the files.
pub(crate) fn of_bleed(files: &[FileReport], bleeds: &[Option<Bleed>]) -> Vec<Finding> {
    let say = |(file, bleed): (&FileReport, &Option<Bleed>)| {
        let (bleed, rate) = (bleed.as_ref()?, file.format.as_ref()?.rate);
        let (share, of) = (100.0 * bleed.share, &files[bleed.of].file);
        let level = decibels(bleed.gain);
        let what =
            format!("where it rests it holds {of}, at {level:.0} dB of that: {share:.0} % of what is left there");
        let finding = Finding::new(Severity::Note, "bleed", what).in_file(Path::new(&file.file));
        let finding = finding.at_frame(bleed.frame, rate).measured(share, "%").limit(40.0, "%", OURS);
        Some(finding.hint(
            "fine where both were in one room or share a return; else look for a send or a routing that should be closed, or gate it",
        ))
    };
    files.iter().zip(bleeds).filter_map(say).collect()
}

/// Files that are the same recording.
pub(crate) fn of_duplicates(pairs: &[Duplicate], files: &[FileReport]) -> Vec<Finding> {
    let say = |pair: &Duplicate| {
        let gain = decibels(pair.gain.abs());
        let how = match (gain.abs() < 0.005, pair.gain < 0.0) {
            (true, false) => String::new(),
            (true, true) => ", upside down".to_owned(),
            (false, false) => format!(", {gain:+.2} dB"),
            (false, true) => format!(", {gain:+.2} dB and upside down"),
        };
        let what = format!("it holds the same recording as {}{how}", files[pair.one].file);
        let finding = Finding::new(Severity::Warning, "duplicate", what).in_file(Path::new(&files[pair.other].file));
        let finding = finding.measured(decibels(pair.left).max(-200.0), "dB left of it");
        finding
            .limit(-100.0, "dB", "what rounding and dither of the two files leave, or −20 dB of lossy coding")
            .hint("leave one of them out, or find the stem that should be in its place")
    };
    pairs.iter().map(say).collect()
}

fn decibels(x: f64) -> f64 {
    20.0 * libm::log10(x + 1e-30)
}

fn largest(spots: &Spots) -> f64 {
    decibels(spots.first.iter().map(|spot| spot.size).fold(0.0, f64::max))
}

fn counted(count: u64, what: &str) -> String {
    if count == 1 { format!("one {what}") } else { format!("{count} {what}s") }
}

/// The first place as the frame, and the first few in words.
fn placed(finding: Finding, spots: &Spots, rate: SampleRate) -> Finding {
    let Some(first) = spots.first.first() else { return finding };
    let clock = |frame: u64| rate.clock(i64::try_from(frame).unwrap_or(i64::MAX));
    let mut places: Vec<String> = spots.first.iter().take(NAMED).map(|spot| clock(spot.frame)).collect();
    if spots.count > NAMED as u64 {
        places.push(format!("and {} more", spots.count - NAMED as u64));
    }
    let same = spots.first.iter().all(|spot| spot.channel == first.channel);
    let finding = finding.at_frame(first.frame, rate).at(places.join(", "));
    if same { finding.in_channel(first.channel + 1) } else { finding }
}
