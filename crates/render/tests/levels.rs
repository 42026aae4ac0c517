//! Loudness and true peak in the manifest, held against ffmpeg's meter, from the files alone.

mod disk;

use std::f64::consts::PI;
use std::path::Path;
use std::process::Command;
use stemwright_audio::testing;
use stemwright_core::{Levels, Session};
use stemwright_render::BounceOptions;

/// Integrated loudness and true peak as ffmpeg's `ebur128` filter measures them.
fn measured(path: &Path) -> (f64, f64) {
    let output = Command::new("ffmpeg")
        .args(["-hide_banner", "-nostats", "-i"])
        .arg(path)
        .args(["-af", "ebur128=peak=true:framelog=verbose", "-f", "null", "-"])
        .output()
        .expect("ffmpeg runs");
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let summary = text.rsplit("Summary:").next().expect("a summary");
    let figure = |name: &str| {
        let line = summary.lines().find(|line| line.trim_start().starts_with(name)).expect("a figure");
        line.split_whitespace().nth(1).and_then(|word| word.parse::<f64>().ok()).unwrap_or(f64::NEG_INFINITY)
    };
    (figure("I:"), figure("Peak:"))
}

/// A windowed sinc for each of `phases` places from one sample to the next, of 2·`reach` taps.
fn interpolator(phases: u32, reach: usize) -> Vec<Vec<f64>> {
    let bessel = |x: f64| {
        let term = |k: u32| (1..=k).map(|i| (x / 2.0 / f64::from(i)).powi(2)).product::<f64>();
        (0..60).map(term).sum::<f64>()
    };
    let tap = |phase: u32, k: usize| {
        let t = f64::from(phase) / f64::from(phases) - (k as f64 - reach as f64 + 1.0);
        let window = bessel(8.0 * (1.0 - (t / reach as f64).powi(2)).max(0.0).sqrt()) / bessel(8.0);
        window * if t == 0.0 { 1.0 } else { (PI * t).sin() / (PI * t) }
    };
    (0..phases).map(|phase| (0..2 * reach).map(|k| tap(phase, k)).collect()).collect()
}

fn largest(window: &[f64], interpolator: &[Vec<f64>]) -> f64 {
    let value = |taps: &Vec<f64>| window.iter().zip(taps).map(|(x, tap)| x * tap).sum::<f64>().abs();
    interpolator.iter().map(value).fold(0.0, f64::max)
}

/// The true peak of an interleaved stereo file, 64-fold oversampled with 512 taps a phase: flat to 0.495 of the rate.
/// It is looked for wherever a coarse interpolation (8-fold, 32 taps) is within 2 dB of its own largest.
fn reference(samples: &[i32]) -> f64 {
    const REACH: usize = 256;
    let (coarse, fine) = (interpolator(8, 16), interpolator(64, REACH));
    let mut peak = 0.0f64;
    for channel in 0..2 {
        let mut signal = vec![0.0; REACH];
        signal.extend(samples.iter().skip(channel).step_by(2).map(|&x| f64::from(x)));
        signal.resize(signal.len() + REACH, 0.0);
        let top = signal.iter().fold(0.0f64, |most, x| most.max(x.abs()));
        let rough = |window: &[f64]| {
            let middle = &window[REACH - 16..REACH + 16];
            if middle.iter().all(|x| x.abs() < 0.5 * top) { 0.0 } else { largest(middle, &coarse) }
        };
        let rough: Vec<f64> = signal.windows(2 * REACH).map(rough).collect();
        let limit = 0.8 * rough.iter().fold(0.0f64, |most, &x| most.max(x));
        for (window, _) in signal.windows(2 * REACH).zip(rough).filter(|&(_, rough)| rough >= limit) {
            peak = peak.max(largest(window, &fine));
        }
    }
    peak / 8_388_608.0
}

fn compare(session: &Session, images: f64) {
    if !testing::program("ffmpeg") {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let set = disk::print(session, &folder.path().join("set"), BounceOptions::default()).expect("a proven set");
    let stems = set.manifest.stems.iter().map(|stem| (&stem.file, stem.levels));
    let references = set.manifest.references.iter().map(|reference| (&reference.file, reference.levels));
    for (file, levels) in stems.chain(references) {
        let Levels { integrated_lufs: Some(lufs), true_peak_dbtp: Some(peak), .. } = levels else {
            panic!("{file} is not silent: {levels:?}");
        };
        let (theirs, their_peak) = measured(&set.folder.join(file));
        eprintln!("{file}: {lufs:.2} LUFS (ffmpeg {theirs:.1}), {peak:.2} dBTP (ffmpeg {their_peak:.1})");
        // Both are rounded; ffmpeg prints one decimal.
        assert!((lufs - theirs).abs() <= 0.1 + 0.05, "{file}: {lufs} LUFS, ffmpeg says {theirs}");
        let slow = 20.0 * reference(&disk::integers(&set.folder.join(file))).log10();
        eprintln!("{file}: {slow:.3} dBTP by the 64-fold reference");
        assert!((peak - slow).abs() <= 0.1, "{file}: {peak} dBTP, the 64-fold reference says {slow}");
        // ffmpeg oversamples four times, which misses up to 0.6 dB at the top; and its short filter lets images through
        // where there is energy near half the rate (`images`, in dB over the 64-fold reference).
        assert!((-images - 0.05..=0.6).contains(&(peak - their_peak)), "{file}: {peak} dBTP, ffmpeg says {their_peak}");
    }
}

#[test]
fn levels_of_the_example_are_what_ffmpeg_measures() {
    // Its hats are noise up to half the rate.
    compare(&disk::example(), 0.2);
}

#[test]
fn levels_of_francium_are_what_ffmpeg_measures() {
    let folder = tempfile::tempdir().expect("a folder");
    if let Some(session) = disk::francium(folder.path()) {
        compare(&session, 0.1);
    }
}
