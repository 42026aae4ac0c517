//! Reports of sets that nobody recorded, for the tests of the page and for looking at it.

use std::f64::consts::PI;
use stemwright_check::{
    Band, CheckReport, FileKind, FileProved, FileReport, FileState, FormatReport, FoundBy, LimitReport, Measurements,
    Overview, PresetReport, ReceiptReport, Spectrogram, Stereo, SumClass, SumReport, WorstMoment,
};
use stemwright_core::{Finding, Layout, Role, SampleRate, Severity};

const RATE: u32 = 48_000;

pub(crate) fn rate() -> SampleRate {
    SampleRate::new(RATE).unwrap()
}

/// Noise from 0 to 1 that is the same everywhere.
pub(crate) struct Noise(pub(crate) u64);

impl Noise {
    pub(crate) fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as f64 / f64::from(1_u32 << 31)
    }
}

/// Envelopes of so many columns: a beat under a phrase, between two times (parts of the length) only.
pub(crate) fn overview(seed: u64, columns: usize, seconds: f64, level: f64, from: f64, to: f64) -> Overview {
    let mut noise = Noise(seed);
    let mut overview = Overview {
        frames_a_column: (seconds * f64::from(RATE) / columns as f64).ceil() as u64,
        short_term_step: 0.1_f64.max(seconds / 2048.0),
        ..Overview::default()
    };
    for i in 0..columns {
        let at = i as f64 / columns as f64;
        let phrase = 0.55 + 0.45 * (2.0 * PI * at * (3.0 + seed as f64 % 4.0)).sin();
        let sounds = f64::from(u8::from((from..to).contains(&at)));
        let size = level * sounds * phrase * (0.45 + 0.55 * noise.next());
        overview.waveform.push([(-size * (0.75 + 0.25 * noise.next())) as f32, size as f32]);
        overview.power.push((0.09 * size * size) as f32);
        overview.correlation.push(if sounds > 0.0 { (0.9 - 0.4 * noise.next()) as f32 } else { f32::NAN });
    }
    let values = (seconds / overview.short_term_step) as usize;
    for i in 0..values {
        let at = i as f64 / values as f64;
        let phrase = 0.55 + 0.45 * (2.0 * PI * at * (3.0 + seed as f64 % 4.0)).sin();
        let lufs = 20.0 * (level * phrase).log10() - 11.0 + noise.next();
        overview.short_term.push(if (from..to).contains(&at) { lufs as f32 } else { f32::NAN });
    }
    overview
}

pub(crate) fn format(frames: u64) -> FormatReport {
    FormatReport {
        coding: "WAV".into(),
        rate: rate(),
        channels: 2,
        layout: Some(Layout::Stereo),
        bits: Some(24),
        float: false,
        lossless: true,
        frames,
        time_reference: Some(172_800_000),
    }
}

pub(crate) fn measurements(level: f64, frames: u64, from: f64, to: f64) -> Measurements {
    let peak = 20.0 * level.log10();
    let round = |value: f64| Some((value * 100.0).round() / 100.0);
    let frame = |part: f64| Some((frames as f64 * part) as u64);
    Measurements {
        integrated_lufs: round(peak - 14.3),
        short_term_lufs: round(peak - 11.2),
        momentary_lufs: round(peak - 9.1),
        range_lu: round(6.4),
        true_peak_dbtp: round(peak + 0.31),
        true_peak_frame: frame(0.41),
        peak_dbfs: round(peak),
        peak_frame: frame(0.41),
        rms_dbfs: round(peak - 13.8),
        crest_db: round(13.8),
        plr_lu: round(14.61),
        noise_floor_dbfs: round(-78.4),
        dc_dbfs: round(-96.3),
        dc_channel: Some(2),
        first_sound: frame(from),
        last_sound: frame(to),
        first_heard: frame(from + 0.001),
        last_heard: frame(to - 0.004),
        end_dbfs: round(-88.2),
        silence_seconds: frames as f64 / f64::from(RATE) * (1.0 - (to - from)),
        bits_used: Some(24),
        stereo: Some(Stereo {
            difference_db: round(-9.4),
            balance_db: round(0.3),
            correlation: round(0.78),
            correlation_min: round(0.12),
            correlation_min_frame: frame(0.62),
            mono_db: round(-0.52),
            ..Stereo::default()
        }),
        ..Measurements::default()
    }
}

#[allow(clippy::too_many_arguments)]
pub(crate) fn file(
    name: &str,
    kind: FileKind,
    role: Option<Role>,
    level: f64,
    from: f64,
    to: f64,
    columns: usize,
    seconds: f64,
) -> FileReport {
    let frames = (seconds * f64::from(RATE)) as u64;
    let seed = name.bytes().map(u64::from).sum();
    FileReport {
        file: format!("{name}.wav"),
        name: name.split_once('_').map_or(name, |(_, name)| name).replace('_', " "),
        kind,
        role,
        format: Some(format(frames)),
        measured: Some(measurements(level, frames, from, to)),
        overview: overview(seed, columns, seconds, level, from, to),
    }
}

/// What is left: noise, and a burst at three fifths of the length.
pub(crate) fn residual(columns: usize, seconds: f64) -> Overview {
    let mut noise = Noise(7);
    let frames_a_column = (seconds * f64::from(RATE) / columns as f64).ceil() as u64;
    let burst = |at: f64| (-((at - 0.6) / 0.012).powi(2)).exp() + 0.3 * (-((at - 0.22) / 0.02).powi(2)).exp();
    let mut overview = Overview { frames_a_column, ..Overview::default() };
    for i in 0..columns {
        let size = 1e-4 * (0.5 + noise.next()) + 0.02 * burst(i as f64 / columns as f64);
        overview.waveform.push([-size as f32, size as f32]);
        overview.power.push((size * size * 0.1) as f32);
    }
    let bands = 96;
    let edges = (0..=bands).map(|i| (20.0 * 1000_f64.powf(f64::from(i) / f64::from(bands))) as f32).collect();
    let column = |i: usize| {
        let at = i as f64 / columns as f64;
        let level = |band: i32| {
            let low = f64::from((band - 60).abs()) * -0.5;
            let swept = -(f64::from(band) - 20.0 - 60.0 * at).abs() * 2.0;
            let sound = burst(at).max(1e-6).log10() * 20.0 + low;
            if at > 0.95 {
                f64::NEG_INFINITY
            } else {
                -96.0 + (8.0 * noise.next()) + (60.0 + sound).max(25.0 + swept).max(0.0)
            }
        };
        (0..bands).map(level).map(|level| level as f32).collect()
    };
    let mut column = column;
    let columns = (0..columns).map(&mut column).collect();
    overview.spectrogram = Some(Spectrogram { frames_a_column, edges, columns });
    overview
}

pub(crate) fn sum(columns: usize, seconds: f64) -> SumReport {
    let frames = (seconds * f64::from(RATE)) as u64;
    let octave = |i: i32| Band {
        hz: (1000.0 * 10_f64.powf(f64::from(i) / 10.0)).round(),
        dbfs: -62.0 - f64::from((i - 4).abs()) * 2.3 - f64::from(i * 7 % 5),
    };
    let moment = |part: f64, rms_dbfs: f64| WorstMoment { frame: (frames as f64 * part) as u64, rms_dbfs };
    SumReport {
        mix: "00_Mix.wav".into(),
        found_by: FoundBy::Manifest,
        class: SumClass::DoesNotNull,
        verdict: "What is left peaks at −33.96 dBFS, at most in 2:15, and no gain or delay explains it: a stem lacks something there."
            .into(),
        stems: 8,
        frames,
        different_samples: 9_812_334,
        residual_peak_dbfs: Some(-33.96),
        residual_rms_dbfs: Some(-61.02),
        residual_lufs: Some(-64.4),
        residual_of_mix_db: Some(-42.18),
        rounding_bound_dbfs: Some(-127.0),
        gain_db: None,
        inverted: false,
        delay_frames: None,
        corrected_rms_dbfs: None,
        worst: vec![moment(0.6, -38.2), moment(0.604, -40.9), moment(0.22, -48.3), moment(0.97, -79.5)],
        third_octaves: (-17..=13).map(octave).collect(),
        solution: None,
        residual_file: Some("residual.wav".into()),
        corrected: None,
        overview: residual(columns, seconds),
    }
}

fn findings(seconds: f64) -> Vec<Finding> {
    let frame = |part: f64| (seconds * part * f64::from(RATE)) as u64;
    let at = |finding: Finding, part: f64| finding.at_frame(frame(part), rate());
    let file = |finding: Finding, name: &str| finding.in_file(std::path::Path::new(name));
    let new = Finding::new;
    let mut all = vec![
        at(new(Severity::Error, "does-not-null", "The stems do not add up to the mix: −33.96 dBFS are left."), 0.6)
            .measured(-33.96, "dBFS")
            .limit(-127.0, "dBFS", "what rounding of 9 files of 24 bits can leave")
            .hint("Export all stems and the mix in one pass, with the same plug-ins; listen to residual.wav first."),
        file(
            at(new(Severity::Error, "clipped", "The signal is cut at −0.10 dBFS for 14 frames."), 0.41),
            "01_Drums.wav",
        )
        .in_channel(1)
        .measured(14.0, "frames")
        .limit(3.0, "frames", "runs that music does not have")
        .hint("Turn the drum bus down by 2 dB and export again; a limiter on the stem would break the sum."),
        file(new(Severity::Error, "unreadable", "The file ends in the middle of its header."), "09_FX.wav")
            .hint("Export it again."),
        file(
            at(new(Severity::Warning, "true-peak", "Between samples the mix reaches +0.31 dBTP."), 0.412),
            "00_Mix.wav",
        )
        .measured(0.31, "dBTP")
        .limit(-1.0, "dBTP", "AES TD1008.1.21-9, section 5")
        .hint("Lower the mix and all stems by 1.4 dB, the same for all."),
        file(
            at(
                new(Severity::Warning, "phase", "Left and right cancel in mono: 3 s with a correlation of −0.62."),
                0.95,
            ),
            "05_Synths.wav",
        )
        .measured(-0.62, "")
        .limit(-0.3, "", "a default; change it with --limit"),
        file(new(Severity::Note, "padded-bits", "16 of the 24 bits are used."), "03_Bass.wav").measured(16.0, "bits"),
        file(at(new(Severity::Note, "starts-late", "The first sound comes at 0:45.000."), 0.2), "06_Strings.wav"),
        new(Severity::Note, "no-click", "There is no click track; nobody asked for one."),
    ];
    for i in 0..9_u32 {
        let part = 0.1 + 0.09 * f64::from(i);
        let name = ["02_Percussion.wav", "07_Lead_Vocals.wav"][i as usize % 2];
        let message = format!("A step of {} dB between two samples: it clicks.", 12 + i);
        let finding = at(Finding::new(Severity::Warning, "click", message), part).measured(f64::from(12 + i), "dB");
        all.push(file(finding, name).hint("Fade the edges of the clip there, 2 to 5 ms."));
    }
    all
}

/// A report with everything: eight stems and what stands beside them, findings of each weight, a preset, a receipt.
pub(crate) fn rich() -> CheckReport {
    rich_of(2048, 225.123)
}

pub(crate) fn rich_of(columns: usize, seconds: f64) -> CheckReport {
    let stem = |name: &str, role: Role, level: f64, from: f64, to: f64| {
        file(name, FileKind::Stem, Some(role), level, from, to, columns, seconds)
    };
    let mut files = vec![
        stem("01_Drums", Role::Drums, 0.98, 0.04, 0.97),
        stem("02_Percussion", Role::Percussion, 0.3, 0.2, 0.8),
        stem("03_Bass", Role::Bass, 0.55, 0.08, 0.95),
        stem("04_Guitars", Role::Guitars, 0.42, 0.1, 0.93),
        stem("05_Synths", Role::Synths, 0.35, 0.0, 1.0),
        stem("06_Strings", Role::Strings, 0.22, 0.2, 0.7),
        stem("07_Lead_Vocals", Role::LeadVocals, 0.6, 0.12, 0.9),
        stem("08_Backing_Vocals", Role::BackingVocals, 0.25, 0.4, 0.85),
        file("00_Mix", FileKind::Mix, None, 0.99, 0.0, 1.0, columns, seconds),
        file("00_MASTER", FileKind::Master, None, 1.0, 0.0, 1.0, columns, seconds),
    ];
    files[0].measured.as_mut().unwrap().clipped_runs = 3;
    files[0].measured.as_mut().unwrap().clipped_frame = Some(4_430_000);
    // Synths that cancel in mono near the end.
    let late = columns * 19 / 20;
    files[4].overview.correlation[late - columns / 40..late + columns / 40].fill(-0.5);
    // A stem that stops early, and one that holds nothing.
    files[7].format.as_mut().unwrap().frames = (seconds * 0.85 * f64::from(RATE)) as u64;
    let kept = columns * 85 / 100;
    files[7].overview.waveform.truncate(kept);
    files[7].overview.power.truncate(kept);
    let cut = files[7].overview.short_term.len() * 85 / 100;
    files[7].overview.short_term.truncate(cut);
    let mut silent = file("10_Ambience", FileKind::Stem, Some(Role::Ambience), 0.0, 2.0, 3.0, columns, seconds);
    silent.measured = Some(Measurements { silence_seconds: seconds, ..Measurements::default() });
    files.insert(8, silent);
    files.insert(
        8,
        FileReport {
            file: "fx/09_FX.wav".into(),
            name: "FX".into(),
            kind: FileKind::Stem,
            role: Some(Role::Effects),
            format: None,
            measured: None,
            overview: Overview::default(),
        },
    );
    let limit = |asks: &str, met, source: &str, verified| LimitReport {
        asks: asks.into(),
        met,
        source: source.into(),
        verified,
    };
    let proved = |name: &str, found_as: Option<&str>, state| FileProved {
        name: name.into(),
        found_as: found_as.map(Into::into),
        state,
    };
    CheckReport {
        ok: true,
        set: "deliveries/Long Way Down (stems)".into(),
        title: Some("Long Way Down".into()),
        preset: Some(PresetReport {
            name: "mixing".into(),
            title: "stems for a mixing engineer".into(),
            met: false,
            limits: vec![
                limit(
                    "files are WAV of 24 bits or 32-bit float",
                    Some(true),
                    "AES TD1002, section 4.2: Delivery of recorded music projects",
                    true,
                ),
                limit("stems peak at −3 dBFS at most", Some(false), "a habit of mixing engineers", false),
                limit("all files have one length", Some(false), "the set itself", true),
                limit("stems begin on the same frame", None, "the set itself", true),
            ],
        }),
        rate: Some(rate()),
        frames: (seconds * f64::from(RATE)) as u64,
        files,
        sum: Some(sum(columns, seconds)),
        receipt: Some(ReceiptReport {
            proved: false,
            applies: true,
            verdict: "8 of 10 files are those of the receipt; one was changed and one is missing.".into(),
            files: vec![
                proved("01_Drums.wav", None, FileState::Changed),
                proved("02_Percussion.wav", None, FileState::Same),
                proved("03_Bass.wav", Some("03_Bass_final_FINAL_2.wav"), FileState::Rewrapped),
                proved("04_Guitars.wav", Some("05_Synths.wav"), FileState::Swapped),
                proved("05_Synths.wav", None, FileState::Missing),
                proved("06_Strings.wav", None, FileState::Reformatted),
                proved("09_FX.wav", None, FileState::Unreadable),
            ],
        }),
        findings: findings(seconds),
        error: None,
    }
}

/// A set without fault: it adds up on every bit, the receipt is proved, the preset met; one note.
pub(crate) fn clean() -> CheckReport {
    let mut report = rich();
    report.files.retain(|file| file.format.is_some() && file.measured.as_ref().is_some_and(|m| m.peak_dbfs.is_some()));
    report.files.iter_mut().for_each(|file| file.measured.as_mut().unwrap().clipped_runs = 0);
    report.findings = vec![Finding::new(Severity::Note, "no-click", "There is no click track; nobody asked for one.")];
    let sum = report.sum.as_mut().unwrap();
    sum.class = SumClass::BitExact;
    sum.verdict = "The sum of 8 stems is the mix, on every sample.".into();
    (sum.different_samples, sum.residual_peak_dbfs, sum.residual_rms_dbfs) = (0, None, None);
    (sum.residual_lufs, sum.residual_of_mix_db, sum.rounding_bound_dbfs) = (None, None, None);
    (sum.overview, sum.residual_file) = (Overview::default(), None);
    sum.worst.clear();
    sum.third_octaves.clear();
    let preset = report.preset.as_mut().unwrap();
    preset.met = true;
    preset.limits.iter_mut().for_each(|limit| limit.met = Some(true));
    let receipt = report.receipt.as_mut().unwrap();
    (receipt.proved, receipt.verdict) = (true, "All 10 files are those of the receipt.".into());
    receipt.files.iter_mut().for_each(|file| (file.state, file.found_as) = (FileState::Same, None));
    report
}
