//! Multiband compressor, dynamic equaliser and transient shaper of the interpreter against arithmetic done by hand.

use stemwright_core::{CompressorBand, DynamicBand, DynamicEq, DynamicKind, Multiband, Transient};

use super::*;

const RATE: f64 = 48_000.0;

fn impulse(frames: usize) -> Vec<f64> {
    (0..frames).map(|n| if n == 0 { 1.0 } else { 0.0 }).collect()
}

fn left(unit: Unit, file: Vec<f64>) -> Vec<f64> {
    let frames = file.len();
    let [left, _] = through(48_000, unit, vec![file], frames).sides();
    left
}

/// At a quarter of the rate, 45° beside the peaks, a sine has but one magnitude: 1/√2 of its size.
fn quarter(size: f64, frames: i32) -> Vec<f64> {
    (0..frames).map(|n| size * (std::f64::consts::TAU * (f64::from(n) + 0.5) / 4.0).sin()).collect()
}

/// The frequency of the analogue prototype over the corner, by the trapezoidal rule.
fn warped(freq: f64, corner: f64) -> f64 {
    (std::f64::consts::PI * freq / RATE).tan() / (std::f64::consts::PI * corner / RATE).tan()
}

/// A band that does nothing at the threshold of all levels.
fn idle() -> CompressorBand {
    CompressorBand { threshold: Db(20.0), knee: 0.0, ..CompressorBand::default() }
}

fn multiband(crossovers: &[f64], bands: Vec<CompressorBand>) -> Multiband {
    Multiband { crossovers: crossovers.to_vec(), bands, mix: 1.0, key: None }
}

#[test]
fn bands_add_up_to_an_all_pass_and_each_is_its_own() {
    let crossovers = [200.0, 2_000.0, 9_000.0];
    let sum = left(Unit::Multiband(multiband(&crossovers, vec![idle(); 4])), impulse(24_000));
    for freq in [20.0, 150.0, 200.0, 700.0, 2_000.0, 5_000.0, 9_000.0, 20_000.0] {
        close(magnitude(&sum, freq, RATE), 1.0, 1e-9);
    }
    // Only the second band is left: high of 200 Hz and low of 2 kHz, both twice, and an all-pass of 9 kHz.
    let silent = CompressorBand { makeup: Db(f64::NEG_INFINITY), ..idle() };
    let alone = multiband(&crossovers, vec![silent, idle(), silent, silent]);
    let alone = left(Unit::Multiband(alone), impulse(24_000));
    for freq in [50.0, 200.0, 632.0, 2_000.0, 10_000.0] {
        let high = warped(freq, 200.0).powi(4);
        let low = warped(freq, 2_000.0).powi(4);
        // |Butterworth|² of the second order is x⁴/(1 + x⁴) and 1/(1 + x⁴).
        close(magnitude(&alone, freq, RATE), high / (1.0 + high) / (1.0 + low), 1e-9);
    }
}

#[test]
fn a_band_is_compressed_by_its_own_level() {
    // Low and high bands of a tone at the crossover, 12 kHz: each has half of it, 6.02 dB less.
    let level = -10.0 * 2f64.log10() + 20.0 * 0.5f64.log10();
    let wall = CompressorBand {
        threshold: Db(level - 6.0),
        ratio: 2.0,
        knee: 0.0,
        attack: 0.001,
        release: 0.001,
        makeup: Db(1.0),
        bypass: false,
    };
    let gain = |bands: Vec<CompressorBand>, mix| {
        let unit = Multiband { mix, ..multiband(&[12_000.0], bands) };
        let found = left(Unit::Multiband(unit), quarter(1.0, 9_600));
        magnitude(&found[4_800..], 12_000.0, RATE) / 2_400.0
    };
    // 6 dB over at 2:1 is 3 dB, and 1 dB of makeup. Both halves are in phase.
    let turned = 10f64.powf(-2.0 / 20.0);
    close(gain(vec![wall, idle()], 1.0), (turned + 1.0) / 2.0, 1e-9);
    close(gain(vec![idle(), wall], 1.0), (turned + 1.0) / 2.0, 1e-9);
    close(gain(vec![wall, wall], 1.0), turned, 1e-9);
    close(gain(vec![wall, wall], 0.25), 0.75 + 0.25 * turned, 1e-9);
    close(gain(vec![CompressorBand { bypass: true, ..wall }, wall], 1.0), (turned + 1.0) / 2.0, 1e-9);
    // With a knee of 24 dB, 6 dB over the threshold: ½·(6 + 12)²/48.
    let soft = CompressorBand { knee: 24.0, makeup: Db::ZERO, ..wall };
    close(gain(vec![soft, soft], 1.0), 10f64.powf(-3.375 / 20.0), 1e-9);
}

#[test]
fn a_multiband_compressor_hears_the_bands_of_its_key() {
    let (mut session, mut sources) = session(48_000, vec![vec![1.0; 9_600]]);
    sources.insert("key".into(), Source { channels: vec![quarter(0.1, 9_600)] });
    let mut key = session.tracks[0].clone();
    key.strip.name = "key".into();
    key.strip.gain = Db(f64::NEG_INFINITY);
    key.clips[0].file = "key".into();
    session.tracks.push(key);
    let wall = CompressorBand { threshold: Db(-60.0), ratio: f64::INFINITY, knee: 0.0, ..idle() };
    let key = Some(Key { from: "key".into(), tap: Tap::Pre });
    // The constant is all in the lowest band, the key in the highest: nothing is turned down.
    let unit = |bands| Unit::Multiband(Multiband { key: key.clone(), ..multiband(&[100.0, 1_000.0], bands) });
    session.tracks[0].strip.inserts = vec![unit(vec![idle(), wall, wall]).into()];
    close(interpret(&session, &sources, 0, 9_600, None).mix[0][9_599], 1.0, 1e-6);
    // With one crossover at the tone: the lower band of the key is half of 0.1/√2, 36.99 dB above −66.02.
    let level = 20.0 * (0.05 * std::f64::consts::FRAC_1_SQRT_2).log10();
    let wall = CompressorBand { attack: 0.001, release: 0.001, ..wall };
    session.tracks[0].strip.inserts =
        vec![Unit::Multiband(Multiband { key, ..multiband(&[12_000.0], vec![wall, idle()]) }).into()];
    let found = interpret(&session, &sources, 0, 9_600, None).mix[0][9_599];
    close(20.0 * found.log10(), -(level + 60.0), 1e-6);
}

fn dynamic(band: DynamicBand) -> Unit {
    Unit::DynamicEq(DynamicEq { bands: vec![band], key: None })
}

#[test]
fn a_dynamic_bell_changes_its_centre_by_what_is_over_the_threshold() {
    let level = -10.0 * 2f64.log10();
    let band = |ratio, range| DynamicBand {
        q: 1.0,
        threshold: Db(-30.0),
        ratio,
        range,
        attack: 0.001,
        release: 0.001,
        ..DynamicBand::new(DynamicKind::Bell, 12_000.0)
    };
    let settled = |band: DynamicBand| {
        let sine = quarter(1.0, 9_600);
        20.0 * (left(dynamic(band), sine.clone())[9_599] / sine[9_599]).log10()
    };
    close(settled(band(3.0, -40.0)), -(level + 30.0) * 2.0 / 3.0, 1e-9);
    close(settled(band(3.0, 40.0)), (level + 30.0) * 2.0 / 3.0, 1e-9);
    close(settled(band(f64::INFINITY, -5.0)), -5.0, 1e-9);
    close(settled(band(f64::INFINITY, 5.0)), 5.0, 1e-9);
    close(settled(band(1.0, -5.0)), 0.0, 1e-12);
    close(settled(DynamicBand { threshold: Db(0.0), ..band(3.0, -40.0) }), 0.0, 1e-12);
    // The attack: |w| > |y| from the first frame on that is over it.
    let found = left(dynamic(DynamicBand { attack: 0.01, q: 0.2, ..band(f64::INFINITY, -6.0) }), quarter(1.0, 2_000));
    let at = |n: usize| 20.0 * (found[n] / quarter(1.0, 2_000)[n]).log10();
    // The band-pass is settled long before: between two frames the rest shrinks by exp(−1/480) each.
    close((6.0 + at(1_200)) / (6.0 + at(720)), (-1f64).exp(), 1e-6);
}

#[test]
fn dynamic_shelves_have_their_range_beyond_the_corner_and_move_their_zeros() {
    // A loud tone far inside the shelf holds it at its range; a quiet one elsewhere shows the curve.
    let m = |db: f64| 10f64.powf(db / 40.0);
    let (corner, q) = (3_000.0, 0.7);
    for (kind, loud, range) in [
        (DynamicKind::LowShelf, 20.0, -12.0),
        (DynamicKind::LowShelf, 20.0, 9.0),
        (DynamicKind::HighShelf, 23_900.0, -12.0),
        (DynamicKind::HighShelf, 23_900.0, 9.0),
    ] {
        let band =
            DynamicBand { q, threshold: Db(-80.0), ratio: f64::INFINITY, range, ..DynamicBand::new(kind, corner) };
        let band = DynamicBand { release: 10.0, attack: 0.0, ..band };
        let tone =
            |freq: f64, size: f64, n: i32| size * (std::f64::consts::TAU * freq * f64::from(n) / RATE + 0.3).sin();
        for probe in [100.0, 1_000.0, 3_000.0, 8_000.0, 20_000.0] {
            let file = (0..24_000).map(|n| tone(loud, 1.0, n) + tone(probe, 1e-9, n)).collect();
            let found = left(dynamic(band), file);
            let plain: Vec<f64> = (0..24_000).map(|n| tone(loud, 1.0, n)).collect();
            let alone = left(dynamic(band), plain);
            let only: Vec<f64> = found.iter().zip(&alone).map(|(a, b)| (a - b) / 1e-9).collect();
            // The prototype: poles of 1/(s² + s/q + 1); zeros m²·L + m·B + H, or their mirror image.
            let (x, m) = (warped(probe, corner), m(range));
            let numerator = match kind {
                DynamicKind::LowShelf => (m * m - x * x).hypot(m * x / q),
                _ => (1.0 - m * m * x * x).hypot(m * x / q),
            };
            let wanted = numerator / (1.0 - x * x).hypot(x / q);
            close(magnitude(&only[12_000..], probe, RATE) / 6_000.0, wanted, 1e-3 * wanted.max(1.0));
        }
    }
}

#[test]
fn bands_of_a_dynamic_equaliser_follow_each_other_or_the_key() {
    let level = -10.0 * 2f64.log10();
    let band = DynamicBand {
        threshold: Db(-20.0),
        ratio: f64::INFINITY,
        range: -30.0,
        attack: 0.001,
        release: 0.001,
        ..DynamicBand::new(DynamicKind::Bell, 12_000.0)
    };
    // The first brings the tone to −20 dB, the second finds 10 dB over −30 dB.
    let second = DynamicBand { threshold: Db(-30.0), ..band };
    let sine = quarter(1.0, 9_600);
    let unit = |key| Unit::DynamicEq(DynamicEq { bands: vec![band, second], key });
    let found = left(unit(None), sine.clone());
    close(20.0 * (found[9_599] / sine[9_599]).log10(), -30.0 - level, 1e-9);
    // Each band hears the key as it is: 26 dB less than the tone, over −40 dB by −10·log 2 + 14.
    let (mut session, mut sources) = session(48_000, vec![sine.clone()]);
    sources.insert("key".into(), Source { channels: vec![quarter(0.05, 9_600), quarter(0.01, 9_600)] });
    let mut key = session.tracks[0].clone();
    key.strip.name = "key".into();
    key.strip.gain = Db(f64::NEG_INFINITY);
    key.clips[0].file = "key".into();
    session.tracks.push(key);
    let band = DynamicBand { threshold: Db(-40.0), ..band };
    let key = Some(Key { from: "key".into(), tap: Tap::Pre });
    session.tracks[0].strip.inserts = vec![Unit::DynamicEq(DynamicEq { bands: vec![band, band], key }).into()];
    let found = interpret(&session, &sources, 0, 9_600, None).mix[0][9_599];
    let over = 20.0 * 0.05f64.log10() + level + 40.0;
    close(20.0 * (found / sine[9_599]).log10(), -2.0 * over, 1e-9);
}

#[test]
fn a_transient_shaper_turns_beginnings_and_endings() {
    // 0.01 for long, then 0.1, then 0.01 again: 20 dB up in one frame, and down by 1 dB a millisecond once the peak
    // has left the 12.5 ms (600 frames) before now.
    let mut file = vec![0.01; 30_000];
    file[20_000..24_000].fill(0.1);
    let change = |attack, sustain, n: usize| {
        let shaper = Transient { attack, sustain, attack_time: 0.01, sustain_time: 0.05 };
        20.0 * (left(Unit::Transient(shaper), file.clone())[n] / file[n]).log10()
    };
    let (alpha, beta) = ((-1.0 / 480.0f64).exp(), (-1.0 / 2_400.0f64).exp());
    close(change(6.0, 0.0, 19_999), 0.0, 1e-9);
    // α·20 is more than 12: all of the amount. Then u falls with α.
    close(change(6.0, 0.0, 20_000), 6.0, 1e-12);
    close(change(6.0, 0.0, 20_480), 6.0 * alpha.powi(480), 1e-9);
    close(change(-24.0, 0.0, 20_100), -24.0 * alpha.powi(100), 1e-9);
    // What began at 80 dB over −120 is over by now, and what goes up ends no ending.
    close(change(0.0, 12.0, 23_999), 0.0, 1e-12);
    // The last loud frame is in the window up to 24,599.
    close(change(0.0, 12.0, 24_599), 0.0, 1e-12);
    let step = 1_000.0 / RATE;
    let mut ending = 0.0;
    for n in 24_600..=24_900 {
        ending = beta * (ending + step);
        if n % 100 == 0 {
            close(change(0.0, 12.0, n), ending, 1e-9);
        }
    }
    // At half the amount half of it; nothing is nothing to the bit.
    close(change(0.0, 6.0, 24_900), ending / 2.0, 1e-9);
    assert!(left(Unit::Transient(Transient::default()), file.clone()) == file);
}

#[test]
fn a_transient_shaper_hears_no_less_than_its_floor() {
    // −140 dBFS lies under −120: no beginning. A step from silence to −114 dBFS is one of 6 dB.
    let shaper = Transient { attack: 12.0, ..Transient::default() };
    let quiet = left(Unit::Transient(shaper.clone()), vec![1e-7; 100]);
    assert!(quiet.iter().all(|&x| x == 1e-7));
    let step = left(Unit::Transient(shaper), vec![2e-6; 100]);
    let alpha = (-1.0 / (0.015 * RATE)).exp();
    close(20.0 * (step[0] / 2e-6).log10(), alpha * 20.0 * 2f64.log10(), 1e-9);
}
