//! How stems and mix differ, told from files that were made to differ so.

mod stage;

use stage::*;
use stemwright_check::{CheckOptions, FoundBy, SumClass, SumReport};
use stemwright_core::Severity;

const STEMS: [&str; 4] = ["01_Drums.wav", "02_Bass.wav", "03_Keys.wav", "04_Vocals.wav"];
const FRAMES: usize = 6 * RATE as usize + 1_234;

fn stems() -> Vec<Frames> {
    (1..=4).map(|seed| stem(seed, FRAMES)).collect()
}

/// The stems as they are, and a mix.
fn set(stems: &[Frames], mix: &Frames, depth: Depth) -> Stage {
    let stage = Stage::new();
    for (name, stem) in STEMS.iter().zip(stems) {
        stage.write(name, stem, depth);
    }
    stage.write("Song mix.wav", mix, depth);
    stage
}

fn sum_of(stage: &Stage) -> SumReport {
    stage.check().sum.expect("a sum")
}

fn near(value: Option<f64>, wanted: f64, by: f64) {
    let value = value.unwrap_or_else(|| panic!("no value, not {wanted}"));
    assert!((value - wanted).abs() <= by, "{value}, not {wanted}");
}

#[test]
fn integers_that_add_up_are_bit_exact() {
    let stems: Vec<Frames> = stems().iter().map(|stem| rounded(stem, 24)).collect();
    let stage = set(&stems, &sum(&stems), Depth::Bits(24));
    let report = stage.check();
    let found = report.sum.as_ref().unwrap();
    assert_eq!((found.class, found.different_samples, found.residual_peak_dbfs), (SumClass::BitExact, 0, None));
    assert_eq!((found.mix.as_str(), found.found_by, found.stems), ("Song mix.wav", FoundBy::Name, 4));
    assert_eq!(found.frames, FRAMES as u64);
    assert!(report.findings.is_empty(), "{:#?}", report.findings);
}

/// Each file rounded by itself: the error of N + 1 roundings has an RMS of q·√((N + 1) / 12).
#[test]
fn files_rounded_one_by_one_are_told_as_rounding() {
    let stems = stems();
    let mix = sum(&stems);
    for bits in [16, 24] {
        let stage = set(&stems, &mix, Depth::Bits(bits));
        let found = sum_of(&stage);
        assert_eq!(found.class, SumClass::Rounding);
        let q = (1.0 - f64::from(bits)).exp2();
        near(found.residual_rms_dbfs, 20.0 * (q * (5.0f64 / 12.0).sqrt()).log10(), 0.1);
        near(found.rounding_bound_dbfs, 20.0 * (q * 2.5).log10(), 0.01);
        assert!(complaints(&stage.check()).is_empty());
    }
}

/// TPDF dither of 2 LSB in every file: q·√((N + 1) / 4).
#[test]
fn dithered_files_are_told_as_dither() {
    let (stems, mut noise) = (stems(), Noise(99));
    let mut dithered = |frames: &Frames| map(frames, |x| x + (noise.next() + noise.next()) / 2.0 / 32_768.0);
    let (files, mix): (Vec<Frames>, Frames) = (stems.iter().map(&mut dithered).collect(), dithered(&sum(&stems)));
    let found = sum_of(&set(&files, &mix, Depth::Bits(16)));
    assert_eq!(found.class, SumClass::Dither);
    near(found.residual_rms_dbfs, 20.0 * ((5.0f64 / 4.0).sqrt() / 32_768.0).log10(), 0.1);
}

/// The bound of floats is half an ulp of each: what a DAW leaves that renders each file by itself.
#[test]
fn floats_are_told_as_rounding() {
    let stems = stems();
    let found = sum_of(&set(&stems, &sum(&stems), Depth::Float));
    assert_eq!(found.class, SumClass::Rounding);
    assert!(found.residual_peak_dbfs.unwrap() < -130.0);
}

#[test]
fn one_gain_is_found_with_its_value_and_its_sign() {
    let stems = stems();
    let mix = sum(&stems);
    for gain in [-6.0f64, -0.05, 0.3, 4.0] {
        for sign in [1.0, -1.0] {
            let factor = sign * 10f64.powf(gain / 20.0);
            let stage = set(&stems, &map(&mix, |x| factor * x), Depth::Bits(24));
            let report = stage.check();
            let found = report.sum.as_ref().unwrap();
            assert_eq!(found.class, SumClass::StaticGain, "{gain} dB, {sign}: {}", found.verdict);
            near(found.gain_db, gain, 0.005);
            assert_eq!((found.inverted, found.delay_frames), (sign < 0.0, Some(0)));
            assert!(found.corrected_rms_dbfs.unwrap() < -130.0, "{:?}", found.corrected_rms_dbfs);
            assert_eq!(complaints(&report), ["sum-gain"]);
        }
    }
}

#[test]
fn one_delay_is_found_to_the_frame() {
    // What is moved out of the file would be lost: it begins and ends in silence, as songs do.
    let stems = framed(&stems());
    let mix = sum(&stems);
    for delay in [1i64, -1, 26, -53, 4_800, -20_000] {
        let from = |n: i64| usize::try_from(n).ok().and_then(|n| mix.get(n)).copied().unwrap_or_default();
        let late: Frames = (0..FRAMES as i64).map(|n| from(n - delay).map(|x| -0.5 * x)).collect();
        let found = sum_of(&set(&stems, &late, Depth::Bits(24)));
        assert_eq!(found.delay_frames, Some(delay), "{}", found.verdict);
        assert_eq!(found.class, SumClass::CommonDelay, "{delay}: {}", found.verdict);
        near(found.gain_db, -6.02, 0.01);
        assert!(found.inverted);
    }
}

/// With 1.25 s of silence at both ends.
fn framed(stems: &[Frames]) -> Vec<Frames> {
    let faded = |stem: &Frames| {
        let end = stem.len();
        let inside = |n: usize| n > 60_000 && n + 60_000 < end;
        stem.iter().enumerate().map(|(n, frame)| if inside(n) { *frame } else { [0.0; 2] }).collect()
    };
    stems.iter().map(faded).collect()
}

#[test]
fn what_does_not_null_says_where_and_how_much() {
    let stems = stems();
    let mut mix = sum(&stems);
    // A tone of −20 dBFS that no stem has, from 3 s to 4 s.
    let second = RATE as usize;
    for (n, frame) in mix.iter_mut().enumerate().take(4 * second).skip(3 * second) {
        let tone = 0.1 * (std::f64::consts::TAU * 1_000.0 * n as f64 / f64::from(RATE)).sin();
        *frame = frame.map(|x| x + tone);
    }
    let stage = set(&stems, &mix, Depth::Bits(24));
    let report = stage.check();
    let found = report.sum.as_ref().unwrap();
    assert_eq!(found.class, SumClass::DoesNotNull);
    near(found.residual_peak_dbfs, -20.0, 0.01);
    assert!(found.worst[0].frame.abs_diff(3 * u64::from(RATE)) < 4_000, "{:?}", found.worst);
    assert!((found.worst[0].rms_dbfs + 23.0).abs() < 0.5, "{:?}", found.worst);
    let loudest = found.third_octaves.iter().max_by(|a, b| a.dbfs.total_cmp(&b.dbfs)).unwrap();
    assert_eq!(loudest.hz, 1_000.0);
    // −20 LUFS in two channels, of which the gating blocks see 7 whole and 6 that hold a quarter, a half and three quarters of it.
    near(found.residual_lufs, -20.0 + 10.0 * (10.0f64 / 13.0).log10(), 0.1);
    let finding = only(&report, "sum-does-not-null");
    assert_eq!(finding.severity, Severity::Error);
    assert!(finding.hint.is_some() && finding.frame.is_some());
}

#[test]
fn a_mix_that_was_clipped_is_told_so() {
    let stems: Vec<Frames> = stems().iter().map(|stem| map(stem, |x| 3.0 * x)).collect();
    let mix = sum(&stems);
    assert!(mix.iter().flatten().any(|x| x.abs() > 1.0), "nothing to clip");
    let report = set(
        &stems.iter().map(|s| rounded(s, 24)).collect::<Vec<_>>(),
        &sum(&stems.iter().map(|s| rounded(s, 24)).collect::<Vec<_>>()),
        Depth::Bits(24),
    )
    .check();
    assert!(complaints(&report).contains(&"mix-clipped"), "{:#?}", report.findings);
    assert!(complaints(&report).contains(&"clipped"), "{:#?}", report.findings);
}

#[test]
fn of_several_mixes_the_one_that_is_met_counts() {
    let stems: Vec<Frames> = stems().iter().map(|stem| rounded(stem, 24)).collect();
    let mix = sum(&stems);
    let stage = set(&stems, &mix, Depth::Bits(24));
    stage.write("Song master.wav", &map(&mix, |x| (1.5 * x).tanh()), Depth::Bits(24));
    stage.write("Song mix old.wav", &map(&mix, |x| 0.9 * x), Depth::Bits(24));
    let found = sum_of(&stage);
    assert_eq!((found.mix.as_str(), found.class), ("Song mix.wav", SumClass::BitExact));
}

/// A master alone is no mix: that is said, and not as an error.
#[test]
fn stems_against_a_master_are_no_error() {
    let stems = stems();
    let stage = Stage::new();
    for (name, stem) in STEMS.iter().zip(&stems) {
        stage.write(name, stem, Depth::Bits(24));
    }
    stage.write("Song master.wav", &map(&sum(&stems), |x| (2.0 * x).tanh()), Depth::Bits(24));
    let report = stage.check();
    assert_eq!(only(&report, "sum-does-not-null").severity, Severity::Warning);
}

#[test]
fn the_mix_may_lie_elsewhere_and_the_residual_is_written_once() {
    let stems: Vec<Frames> = stems().iter().map(|stem| rounded(stem, 24)).collect();
    let stage = Stage::new();
    for (name, stem) in STEMS.iter().zip(&stems) {
        stage.write(&format!("set/{name}"), stem, Depth::Bits(24));
    }
    let mix = sum(&stems);
    stage.write("elsewhere.wav", &map(&mix, |x| x + 0.25), Depth::Bits(24));
    let options = CheckOptions {
        mix: Some(stage.path("elsewhere.wav")),
        residual: Some(stage.path("left.wav")),
        ..CheckOptions::default()
    };
    let report = look(&stage.path("set"), &options);
    let found = report.sum.unwrap();
    assert_eq!((found.found_by, found.mix.as_str()), (FoundBy::Asked, "elsewhere.wav"));
    let mut left = hound::WavReader::open(stage.path("left.wav")).unwrap();
    assert_eq!(left.len() as usize, 2 * FRAMES);
    assert!(left.samples::<f32>().all(|x| (f64::from(x.unwrap()) - 0.25).abs() < 1e-6));
    let again = stemwright_check::check(&stage.path("set"), &options, &stemwright_audio::Files::new(), &mut |_| true);
    assert!(again.unwrap_err().to_string().contains("there already"));
    // Stopped: nothing is left but what was there.
    let options = CheckOptions { residual: Some(stage.path("other.wav")), ..options };
    let stopped =
        stemwright_check::check(&stage.path("set"), &options, &stemwright_audio::Files::new(), &mut |_| false);
    assert!(matches!(stopped, Err(stemwright_check::CheckError::Stopped)));
    let mut names: Vec<_> = std::fs::read_dir(stage.path(".")).unwrap().map(|e| e.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["elsewhere.wav", "left.wav", "set"]);
}

/// Mono stems sound in both channels, two halves of a stereo stem in one each.
#[test]
fn mono_stems_and_halves_are_added_where_they_belong() {
    let stage = Stage::new();
    let (wide, mono): (Frames, Frames) = (rounded(&stem(1, FRAMES), 24), rounded(&stem(2, FRAMES), 24));
    let channel = |frames: &Frames, channel: usize| frames.iter().map(|frame| frame[channel]).collect::<Vec<_>>();
    stage.planes("Drums.L.wav", 1, &channel(&wide, 0), Depth::Bits(24), RATE);
    stage.planes("Drums.R.wav", 1, &channel(&wide, 1), Depth::Bits(24), RATE);
    stage.planes("Bass.wav", 1, &channel(&mono, 0), Depth::Bits(24), RATE);
    let both: Frames = mono.iter().map(|frame| [frame[0]; 2]).collect();
    stage.write("mix.wav", &sum(&[wide, both]), Depth::Bits(24));
    assert_eq!(sum_of(&stage).class, SumClass::BitExact);
}

/// A stem at another rate is out of tune in a DAW; the sum can be looked at all the same.
#[test]
fn a_stem_at_another_rate_is_an_error_and_still_added() {
    let stems: Vec<Frames> = (1..=4).map(|_| Frames::new()).collect();
    drop(stems);
    let tone = |rate: u32| -> Frames {
        (0..4 * rate as usize)
            .map(|n| {
                let t = n as f64 / f64::from(rate);
                let fade = (t / 0.5).min((4.0 - t) / 0.5).min(1.0);
                [0.1 * fade * (std::f64::consts::TAU * 440.0 * t).sin(); 2]
            })
            .collect()
    };
    let stage = Stage::new();
    stage.write_at("Bass.wav", &tone(44_100), Depth::Bits(24), 44_100);
    stage.write("Drums.wav", &map(&tone(RATE), |x| 0.5 * x), Depth::Bits(24));
    stage.write("Keys.wav", &map(&tone(RATE), |x| 0.25 * x), Depth::Bits(24));
    stage.write("mix.wav", &map(&tone(RATE), |x| 1.75 * x), Depth::Bits(24));
    let report = stage.check();
    assert!(complaints(&report).contains(&"mixed-rates"));
    let found = report.sum.unwrap();
    assert!(found.residual_rms_dbfs.unwrap() < -130.0, "{}", found.verdict);
}
