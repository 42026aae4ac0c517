//! Reports that meet a preset, and reports that fail one of its limits and no other.

use stemwright_check::{
    Applies, CheckReport, FileKind, FileReport, FormatReport, FoundBy, Limit, Measurements, Must, Overview, Present,
    Preset, SumClass, SumReport,
};
use stemwright_core::{Layout, Role, SampleRate};

fn rate(hz: u32) -> SampleRate {
    SampleRate::new(hz).expect("a rate")
}

fn file(name: &str, kind: FileKind, role: Option<Role>) -> FileReport {
    FileReport {
        file: format!("{name}.wav"),
        name: name.to_owned(),
        kind,
        role,
        format: Some(FormatReport {
            coding: "WAV".to_owned(),
            rate: rate(48_000),
            channels: 2,
            layout: Some(Layout::Stereo),
            bits: Some(24),
            float: false,
            lossless: true,
            frames: 4_800_000,
            time_reference: Some(172_800_000),
        }),
        measured: Some(Measurements {
            integrated_lufs: Some(-20.0),
            short_term_lufs: Some(-18.0),
            range_lu: Some(8.0),
            true_peak_dbtp: Some(-11.0),
            true_peak_frame: Some(2_000_000),
            peak_dbfs: Some(-12.0),
            peak_frame: Some(2_000_000),
            first_heard: Some(4_800),
            last_heard: Some(4_800_000 - 48_001),
            ..Measurements::default()
        }),
        overview: Overview::default(),
    }
}

/// A set that meets every limit of a preset.
pub(crate) fn good(preset: &Preset) -> CheckReport {
    let stems = [
        ("Drums", Role::Drums),
        ("Bass", Role::Bass),
        ("LeadVocals", Role::LeadVocals),
        ("Music", Role::Music),
        ("Effects", Role::Effects),
        ("Dialogue", Role::Dialogue),
    ];
    let mut files: Vec<FileReport> = stems.iter().map(|(name, role)| file(name, FileKind::Stem, Some(*role))).collect();
    files.push(file("MixReference", FileKind::Mix, None));
    files.push(file("Master", FileKind::Master, None));
    files.push(file("Click", FileKind::Guide, None));
    let mut report = CheckReport { ok: true, title: Some("Night Bus".to_owned()), files, ..CheckReport::default() };
    report.sum = Some(SumReport {
        mix: "MixReference.wav".to_owned(),
        found_by: FoundBy::Name,
        class: SumClass::BitExact,
        verdict: "no sample differs".to_owned(),
        stems: 6,
        frames: 4_800_000,
        different_samples: 0,
        residual_peak_dbfs: None,
        residual_rms_dbfs: None,
        residual_lufs: None,
        residual_of_mix_db: None,
        rounding_bound_dbfs: Some(-120.0),
        gain_db: None,
        inverted: false,
        delay_frames: None,
        corrected_rms_dbfs: None,
        worst: Vec::new(),
        third_octaves: Vec::new(),
        solution: None,
        residual_file: None,
        corrected: None,
        overview: Overview::default(),
    });
    for limit in &preset.limits {
        meet(limit, &mut report);
    }
    report
}

/// The files that a limit is asked of. A programme is the master; the mix stands in for it where there is none.
fn asked(applies: Applies, report: &mut CheckReport) -> Vec<&mut FileReport> {
    let of = |kind: FileKind| match applies {
        Applies::Stems => kind == FileKind::Stem,
        Applies::Mix => kind == FileKind::Mix,
        Applies::Master => kind == FileKind::Master,
        Applies::Programme => matches!(kind, FileKind::Mix | FileKind::Master),
        Applies::Files | Applies::Set => kind != FileKind::Guide,
    };
    report.files.iter_mut().filter(|file| of(file.kind)).collect()
}

fn each(applies: Applies, report: &mut CheckReport, change: impl Fn(&mut FormatReport, &mut Measurements)) {
    for file in asked(applies, report) {
        change(file.format.as_mut().expect("read"), file.measured.as_mut().expect("read"));
    }
}

fn first(applies: Applies, report: &mut CheckReport, change: impl Fn(&mut FormatReport, &mut Measurements)) {
    // The master before the mix, for it is what a programme is.
    let file =
        asked(applies, report).into_iter().max_by_key(|file| (file.kind == FileKind::Master, file.name == "Bass"));
    let file = file.expect("there is one");
    change(file.format.as_mut().expect("read"), file.measured.as_mut().expect("read"));
}

fn middle(low: Option<f64>, high: Option<f64>) -> f64 {
    match (low, high) {
        (Some(low), Some(high)) => f64::midpoint(low, high),
        (Some(low), None) => low + 1.0,
        (None, Some(high)) => high - 1.0,
        (None, None) => 0.0,
    }
}

fn set_tail(applies: Applies, report: &mut CheckReport, seconds: f64) {
    each(applies, report, |format, measured| {
        measured.last_heard = Some(format.frames - 1 - format.rate.frames(seconds) as u64);
    });
}

fn set_head(applies: Applies, report: &mut CheckReport, seconds: f64) {
    each(applies, report, |format, measured| measured.first_heard = Some(format.rate.frames(seconds) as u64));
}

fn meet(limit: &Limit, report: &mut CheckReport) {
    let applies = limit.applies;
    match &limit.must {
        Must::Coding { one_of } => each(applies, report, |format, _| format.coding.clone_from(&one_of[0])),
        Must::Bits { at_least, exactly, .. } => {
            each(applies, report, |format, _| format.bits = exactly.or(*at_least).or(Some(24)));
        }
        Must::Rate { one_of, at_least } => {
            let hz = one_of.as_ref().map(|rates| rates[0]).or(*at_least).expect("one of them");
            each(Applies::Set, report, |format, _| format.rate = rate(hz));
        }
        Must::Channels { one_of } => each(applies, report, |format, _| format.channels = one_of[0]),
        Must::Peak { at_least, at_most } => {
            each(applies, report, |_, measured| measured.peak_dbfs = Some(middle(*at_least, *at_most)));
        }
        Must::TruePeak { at_most } => each(applies, report, |_, measured| measured.true_peak_dbtp = Some(*at_most)),
        Must::Headroom { at_least } => each(applies, report, |_, measured| measured.peak_dbfs = Some(-at_least)),
        Must::Loudness { target, .. } => each(applies, report, |_, measured| measured.integrated_lufs = Some(*target)),
        Must::LoudnessRange { at_least, at_most } => {
            each(applies, report, |_, measured| measured.range_lu = Some(middle(*at_least, *at_most)));
        }
        Must::ShortTerm { at_most } => each(applies, report, |_, measured| measured.short_term_lufs = Some(*at_most)),
        Must::Head { at_least, at_most, .. } => set_head(applies, report, middle(*at_least, *at_most)),
        Must::Tail { at_least, at_most, .. } => set_tail(applies, report, middle(*at_least, *at_most)),
        Must::Name { example, .. } => {
            // The same name in as many folders: the limit is about the last part of a path.
            for (at, file) in asked(applies, report).into_iter().enumerate() {
                file.file = format!("{at}/{example}.wav");
            }
        }
        Must::Sum { one_of } => {
            report.sum.as_mut().expect("there is a mix").class = one_of[0];
        }
        // The set meets these as it is.
        Must::Lossless
        | Must::DialogueLoudness { .. }
        | Must::NoClipping
        | Must::SameRate
        | Must::SameBits
        | Must::SameLength
        | Must::SameStart
        | Must::Stems { .. }
        | Must::Roles { .. }
        | Must::LeadApart
        | Must::Present { .. }
        | Must::PlainName
        | Must::NameLength { .. } => {}
    }
}

/// Fails a limit, and it alone, in one of several ways; whether there is such a way.
pub(crate) fn fail(limit: &Limit, preset: &Preset, report: &mut CheckReport, way: usize) -> bool {
    let applies = limit.applies;
    let limits = |low: Option<f64>, high: Option<f64>| {
        let ways: Vec<f64> = high.map(|high| high + 1.25).into_iter().chain(low.map(|low| low - 1.25)).collect();
        ways.get(way).copied()
    };
    match &limit.must {
        Must::DialogueLoudness { .. } => return false,
        Must::Head { at_least, at_most, .. } => match limits(*at_least, *at_most).map(|seconds| seconds.max(0.0)) {
            Some(seconds) => set_head(applies, report, seconds),
            None => return false,
        },
        Must::Tail { at_least, at_most, .. } => match limits(*at_least, *at_most).map(|seconds| seconds.max(0.0)) {
            Some(seconds) => set_tail(applies, report, seconds),
            None => return false,
        },
        Must::Peak { at_least, at_most } => match limits(*at_least, *at_most) {
            Some(peak) => first(applies, report, |_, measured| measured.peak_dbfs = Some(peak)),
            None => return false,
        },
        Must::LoudnessRange { at_least, at_most } => match limits(*at_least, *at_most) {
            Some(range) => first(applies, report, |_, measured| measured.range_lu = Some(range)),
            None => return false,
        },
        Must::Loudness { target, tolerance } => match limits(Some(target - tolerance), Some(target + tolerance)) {
            Some(loudness) => first(applies, report, |_, measured| measured.integrated_lufs = Some(loudness)),
            None => return false,
        },
        Must::Stems { at_least, at_most } => match (way, at_least, at_most) {
            (0, _, Some(most)) => {
                let stem = report.files[0].clone();
                while report.files.iter().filter(|file| file.kind == FileKind::Stem).count() <= *most {
                    report.files.push(stem.clone());
                }
            }
            (0, Some(least), None) | (1, Some(least), Some(_)) => {
                let mut left = least - 1;
                report.files.retain(|file| {
                    let stem = file.kind == FileKind::Stem;
                    let keep = !stem || left > 0;
                    left -= usize::from(stem && keep);
                    keep
                });
            }
            _ => return false,
        },
        Must::Bits { at_least, exactly, float } => match way {
            0 => {
                // All files alike, so that they stay the same.
                let Some(bits) = exactly.or(*at_least) else { return fail(limit, preset, report, 1) };
                each(applies, report, |format, _| format.bits = Some(bits - 8));
            }
            1 if !float => each(applies, report, |format, _| format.float = true),
            _ => return false,
        },
        _ if way > 0 => return false,
        Must::Coding { .. } => first(applies, report, |format, _| "Ogg Vorbis".clone_into(&mut format.coding)),
        Must::Lossless => first(applies, report, |format, _| format.lossless = false),
        Must::Rate { at_least, .. } => {
            let hz = at_least.map_or(47_999, |least| least - 1);
            each(Applies::Set, report, |format, _| format.rate = rate(hz));
        }
        Must::Channels { one_of } => {
            let other = (1..).find(|channels| !one_of.contains(channels)).expect("lists end");
            first(applies, report, |format, _| format.channels = other);
        }
        Must::TruePeak { at_most } => {
            first(applies, report, |_, measured| measured.true_peak_dbtp = Some(at_most + 0.5));
        }
        Must::Headroom { at_least } => first(applies, report, |_, measured| measured.peak_dbfs = Some(0.5 - at_least)),
        Must::ShortTerm { at_most } => {
            first(applies, report, |_, measured| measured.short_term_lufs = Some(at_most + 0.5));
        }
        Must::NoClipping => first(applies, report, |_, measured| {
            measured.clipped_runs = 3;
            measured.clipped_frame = Some(480);
        }),
        Must::SameRate => {
            let now = report.files[0].format.as_ref().expect("read").rate.hz();
            let allowed = |hz: &u32| {
                preset.limits.iter().all(|limit| match &limit.must {
                    Must::Rate { one_of, .. } => one_of.as_ref().is_none_or(|rates| rates.contains(hz)),
                    _ => true,
                })
            };
            let other = [44_100, 48_000, 96_000].into_iter().filter(|&hz| hz != now).find(allowed);
            first(Applies::Stems, report, |format, _| format.rate = rate(other.expect("another rate is allowed")));
        }
        Must::SameBits => first(Applies::Stems, report, |format, _| format.bits = Some(32)),
        Must::SameLength => first(Applies::Stems, report, |format, _| format.frames += 4_800),
        Must::SameStart => first(Applies::Stems, report, |format, _| format.time_reference = Some(172_800_480)),
        Must::Roles { each } => {
            let stems = report.files.iter_mut().filter(|file| file.role.is_some_and(|role| each[0].contains(&role)));
            stems.for_each(|file| file.role = Some(Role::Other));
        }
        Must::LeadApart => {
            let lead = report.files.iter_mut().find(|file| file.role == Some(Role::LeadVocals));
            lead.expect("there is one").role = Some(Role::Vocals);
        }
        Must::Present { file } => {
            let kind = match file {
                Present::Mix => FileKind::Mix,
                Present::Master => FileKind::Master,
                Present::Guide => FileKind::Guide,
            };
            report.files.retain(|file| file.kind != kind);
            if kind == FileKind::Mix {
                report.sum = None;
            }
        }
        Must::Sum { .. } => {
            let sum = report.sum.as_mut().expect("there is a mix");
            (sum.class, sum.residual_rms_dbfs) = (SumClass::DoesNotNull, Some(-31.0));
        }
        Must::Name { .. } => "0/wrong.wav".clone_into(&mut asked(applies, report)[0].file),
        Must::PlainName => {
            let name = &mut asked(applies, report)[0].file;
            let at = name.rfind('_').or_else(|| name.rfind('.')).expect("it ends in .wav");
            name.insert(at, 'é');
        }
        Must::NameLength { at_most } => asked(applies, report)[0].file = "x".repeat(*at_most) + ".wav",
    }
    true
}
