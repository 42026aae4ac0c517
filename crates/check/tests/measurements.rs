//! What is measured of one file, against what was put into it.

mod stage;

use stage::*;
use std::f64::consts::TAU;

fn tone(freq: f64, level: f64, seconds: f64) -> Vec<f64> {
    let frames = (seconds * f64::from(RATE)) as usize;
    (0..frames).map(|n| level * (TAU * freq * n as f64 / f64::from(RATE)).sin()).collect()
}

fn stereo(left: &[f64], right: &[f64]) -> Vec<f64> {
    left.iter().zip(right).flat_map(|(l, r)| [*l, *r]).collect()
}

fn near(value: Option<f64>, wanted: f64, by: f64) {
    let value = value.unwrap_or_else(|| panic!("no value, not {wanted}"));
    assert!((value - wanted).abs() <= by, "{value}, not {wanted}");
}

/// EBU Tech 3341: a stereo sine of 1 kHz at −23 dBFS is −23 LUFS; its RMS is 3.01 dB below its peak.
#[test]
fn a_tone_measures_what_it_is() {
    let x = tone(1_000.0, 10f64.powf(-23.0 / 20.0), 20.0);
    let m = Stage::new().measured(&stereo(&x, &x), 2, Depth::Bits(24));
    near(m.integrated_lufs, -23.0, 0.1);
    near(m.momentary_lufs, -23.0, 0.1);
    near(m.short_term_lufs, -23.0, 0.1);
    near(m.range_lu, 0.0, 0.1);
    near(m.peak_dbfs, -23.0, 0.01);
    near(m.true_peak_dbtp, -23.0, 0.05);
    near(m.rms_dbfs, -26.01, 0.01);
    near(m.crest_db, 3.01, 0.01);
    near(m.plr_lu, 0.0, 0.1);
    near(m.noise_floor_dbfs, -26.01, 0.5);
    assert_eq!((m.nan, m.garbage, m.clipped_runs, m.denormal, m.intersample_overs), (0, 0, 0, 0, 0));
    assert_eq!(m.dc_dbfs.filter(|dc| *dc > -100.0), None);
}

#[test]
fn first_and_last_sounds_are_found_to_the_frame() {
    let mut x = vec![0.0; 5 * RATE as usize];
    x[50_001] = 1.0 / 8_388_608.0;
    x[60_007] = 0.5;
    x[100_003] = -0.25;
    x[170_009] = -1.0 / 8_388_608.0;
    let m = Stage::new().measured(&x, 1, Depth::Bits(24));
    assert_eq!((m.first_sound, m.last_sound), (Some(50_001), Some(170_009)));
    assert_eq!((m.first_heard, m.last_heard, m.peak_frame), (Some(60_007), Some(100_003), Some(60_007)));
    assert_eq!(m.end_dbfs, None);
    // All but the steps of 10 ms that hold one of the four.
    near(Some(m.silence_seconds), 5.0 - 0.04, 1e-9);
    assert_eq!(m.bits_used, Some(24));
}

#[test]
fn low_bits_that_are_never_set_are_found() {
    let x: Vec<f64> = tone(440.0, 0.5, 1.0).iter().map(|x| (x * 32_768.0).round() / 32_768.0).collect();
    let stage = Stage::new();
    assert_eq!(stage.measured(&x, 1, Depth::Bits(24)).bits_used, Some(16));
    assert_eq!(stage.measured(&x, 1, Depth::Float).bits_used, Some(16));
    assert_eq!(stage.measured(&tone(440.0, 0.5, 1.0), 1, Depth::Bits(24)).bits_used, Some(24));
    let eight: Vec<f64> = x.iter().map(|x| (x * 128.0).round() / 128.0).collect();
    assert_eq!(stage.measured(&eight, 1, Depth::Bits(16)).bits_used, Some(8));
    // What was multiplied is no integer any more.
    let scaled: Vec<f64> = x.iter().map(|x| x * 0.7).collect();
    assert_eq!(stage.measured(&scaled, 1, Depth::Float).bits_used, None);
}

#[test]
fn dc_is_the_mean() {
    let x: Vec<f64> = tone(440.0, 0.1, 2.0).iter().map(|x| x - 0.01).collect();
    let silent = vec![0.0; x.len()];
    let m = Stage::new().measured(&stereo(&silent, &x), 2, Depth::Bits(24));
    near(m.dc_dbfs, -40.0, 0.05);
    assert_eq!(m.dc_channel, Some(2));
}

#[test]
fn clipped_waves_are_clipped_at_any_level_and_others_are_not() {
    let stage = Stage::new();
    let clip = |x: &[f64], at: f64| x.iter().map(|x| x.clamp(-at, at)).collect::<Vec<_>>();
    let wave = tone(100.0, 1.4, 1.0);
    for (level, depth) in [(1.0, Depth::Bits(24)), (0.5, Depth::Bits(16)), (0.25, Depth::Float)] {
        let clipped: Vec<f64> = clip(&wave, 1.0).iter().map(|x| x * level).collect();
        let m = stage.measured(&clipped, 1, depth);
        // Twice in each of 100 periods, but for one at the border of the file.
        assert!((195..=200).contains(&m.clipped_runs), "{depth:?}: {m:?}");
        near(m.ceiling_dbfs, 20.0 * level.log10(), 0.01);
        assert!(m.clipped_longest > 100, "{m:?}");
    }
    // One sample over, in two hits.
    let mut music: Vec<f64> = stem(3, 2 * RATE as usize).iter().map(|frame| 12.0 * frame[0]).collect();
    music = clip(&music, 0.6);
    let m = stage.measured(&music, 1, Depth::Bits(24));
    let runs =
        music.windows(5).filter(|w| w[0].abs() < 0.6 && w[1].abs() == 0.6 && w[2] == w[1] && w[3] == w[1]).count();
    assert!(runs > 3, "the signal has {runs} runs");
    assert!(m.clipped_runs as usize >= runs / 2, "{m:?}, of {runs}");
}

/// None of these was cut off.
#[test]
fn flat_tops_that_are_meant_are_no_clipping() {
    let stage = Stage::new();
    let second = RATE as usize;
    let square = |n: usize, period: usize| if n % period < period / 2 { 0.5 } else { -0.5 };
    let steps =
        |n: usize, levels: f64| ((TAU * 55.0 * n as f64 / f64::from(RATE)).sin() * levels).round() / levels * 0.5;
    let cases: [(&str, Vec<f64>); 7] = [
        ("a square wave", (0..second).map(|n| square(n, 96)).collect()),
        ("a pulse", (0..second).map(|n| if n % 96 < 12 { 0.5 } else { 0.0 }).collect()),
        ("eight bits", (0..second).map(|n| steps(n, 128.0)).collect()),
        ("four bits", (0..second).map(|n| steps(n, 8.0)).collect()),
        ("a slow tone of 16 bits", tone(20.0, 0.5, 1.0)),
        ("gated squares", (0..second).map(|n| if n / 4_800 % 2 == 0 { square(n, 200) } else { 0.0 }).collect()),
        ("a constant", vec![0.5; second]),
    ];
    for (what, samples) in cases {
        let m = stage.measured(&samples, 1, Depth::Bits(16));
        assert_eq!(m.clipped_runs, 0, "{what}: {m:?}");
    }
}

#[test]
fn what_is_no_signal_is_counted_and_kept_from_the_other_meters() {
    let mut x: Vec<f64> = tone(440.0, 0.1, 2.0);
    x[10_000] = f64::NAN;
    x[10_005] = f64::INFINITY;
    x[10_009] = 1e7;
    x[10_010] = -1e7;
    x[20_000] = 1e-40;
    let m = Stage::new().measured(&x, 1, Depth::Float);
    assert_eq!((m.nan, m.infinite, m.garbage, m.denormal), (1, 1, 2, 1));
    assert_eq!((m.unsound_frame, m.unsound_last, m.unsound_channel), (Some(10_000), Some(10_010), Some(1)));
    near(m.peak_dbfs, -20.0, 0.01);
    assert!(m.integrated_lufs.unwrap() < -20.0);
}

#[test]
fn two_channels_are_compared() {
    let stage = Stage::new();
    let music = stem(5, 4 * RATE as usize);
    let left: Vec<f64> = music.iter().map(|frame| frame[0]).collect();
    let right: Vec<f64> = music.iter().map(|frame| frame[1]).collect();
    let negative: Vec<f64> = left.iter().map(|x| -x).collect();
    let silent = vec![0.0; left.len()];
    let of = |right: &[f64]| stage.measured(&stereo(&left, right), 2, Depth::Float).stereo.unwrap();

    let same = of(&left);
    assert!(same.identical && !same.inverted && same.correlation == Some(1.0));
    near(same.mono_db, 0.0, 0.001);
    let inverted = of(&negative);
    assert!(inverted.inverted && !inverted.identical && inverted.mono_db.is_none());
    assert_eq!((inverted.correlation, inverted.correlation_min), (Some(-1.0), Some(-1.0)));
    let one = of(&silent);
    assert_eq!((one.silent_channel, one.correlation), (Some(2), None));

    // Against sums written out here.
    let product =
        |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (*a as f32 as f64) * (*b as f32 as f64)).sum::<f64>();
    let (ll, rr, lr) = (product(&left, &left), product(&right, &right), product(&left, &right));
    let both = of(&right);
    near(both.correlation, lr / (ll * rr).sqrt(), 0.005);
    near(both.mono_db, 10.0 * ((ll + rr + 2.0 * lr) / (2.0 * (ll + rr))).log10(), 0.01);
    near(both.balance_db, 10.0 * (ll / rr).log10(), 0.01);
    near(both.difference_db, 10.0 * ((ll + rr - 2.0 * lr) / (ll + rr)).log10(), 0.01);
}

#[test]
fn the_worst_three_seconds_of_correlation_are_found() {
    let frames = 12 * RATE as usize;
    let left: Vec<f64> = stem(6, frames).iter().map(|frame| frame[0]).collect();
    let turned = 5 * RATE as usize..8 * RATE as usize;
    let right: Vec<f64> = left.iter().enumerate().map(|(n, x)| if turned.contains(&n) { -x } else { *x }).collect();
    let stereo = Stage::new().measured(&stereo(&left, &right), 2, Depth::Float).stereo.unwrap();
    near(stereo.correlation_min, -1.0, 0.01);
    assert_eq!(stereo.correlation_min_frame, Some(5 * u64::from(RATE)));
}

/// A sine of fs/4 at 45° exceeds its samples by 3.01 dB (EBU Tech 3341, signal 19).
#[test]
fn peaks_between_samples_are_counted_and_placed() {
    let frames = 2 * RATE as usize;
    let at = RATE as usize..RATE as usize + 4_800;
    let wave = |n: usize| (TAU * (n as f64 / 4.0 + 0.125)).sin();
    let x: Vec<f64> = (0..frames).map(|n| wave(n) * if at.contains(&n) { 1.35 } else { 0.5 }).collect();
    let m = Stage::new().measured(&x, 1, Depth::Bits(24));
    assert!(m.true_peak_dbtp.unwrap() > 2.4 && m.peak_dbfs.unwrap() < 0.0, "{m:?}");
    let place = m.true_peak_frame.unwrap() as usize;
    assert!(place + 32 >= at.start && place <= at.end, "{place}");
    // 4800 frames are 150 runs of 32.
    assert!((149..=152).contains(&m.intersample_overs), "{m:?}");
}

/// What is measured does not depend on the channels beside it, and silence around it changes nothing but loudness.
#[test]
fn silence_before_and_after_changes_no_level() {
    let stage = Stage::new();
    let music: Vec<f64> = stem(7, 3 * RATE as usize).iter().flatten().copied().collect();
    let mut framed = vec![0.0; 2 * 77_777];
    framed.extend(&music);
    framed.extend(vec![0.0; 2 * 200_000]);
    let (a, b) = (stage.measured(&music, 2, Depth::Float), stage.measured(&framed, 2, Depth::Float));
    assert_eq!((a.peak_dbfs, a.true_peak_dbtp, a.bits_used), (b.peak_dbfs, b.true_peak_dbtp, b.bits_used));
    assert_eq!(a.peak_frame.map(|frame| frame + 77_777), b.peak_frame);
    let (a, b) = (a.stereo.unwrap(), b.stereo.unwrap());
    assert_eq!((a.correlation, a.mono_db, a.balance_db), (b.correlation, b.mono_db, b.balance_db));
}
