//! The chorus: its moving delays beside a sine at the time that the law reads it.

use crate::report::{Section, figure, level};
use crate::run::{linear, still};
use crate::signals::sine;
use crate::spectrum::{db, fraction, rms};
use std::f64::consts::TAU;
use stemwright_core::{Chorus, Sweep, Tempo, Unit};
use stemwright_dsp::ChorusUnit;

/// The rates at which it is measured.
pub const RATES: [u32; 4] = [44_100, 48_000, 96_000, 192_000];

/// One voice, all wet, no feedback: 10 ms ± `depth` ms once a second.
fn voice(depth: f64) -> Chorus {
    Chorus { rate: Sweep::Hz(1.0), delay: 0.010, depth: depth / 1000.0, voices: 1, feedback: 0.0, phase: 0.0, wet: 1.0 }
}

/// The difference in dB between a sine through one voice and the sine of the moved time, computed afresh on every frame
/// (no control grid).
pub fn error(depth: f64, freq: f64, hz: u32) -> f64 {
    let (chorus, rate) = (voice(depth), f64::from(hz));
    let mut channels = vec![sine(freq / rate, 0.0, hz as usize)];
    let mut unit = ChorusUnit::new(&chorus, Tempo::default(), 1, rate);
    linear(&mut unit, &mut still(&Unit::Chorus(chorus.clone()), hz), &mut channels);
    let moved = |n: usize| {
        let delay = (chorus.delay + chorus.depth * libm::sin(TAU * n as f64 / rate)) * rate;
        libm::sin(TAU * fraction(freq / rate * (n as f64 - delay)))
    };
    let from = hz as usize / 20;
    let off: Vec<f64> = (from..hz as usize).map(|n| channels[0][n] - moved(n)).collect();
    db(rms(&off) / 0.5f64.sqrt())
}

/// The section of the report.
pub fn section() -> Section {
    let mut out = Section::new("Chorus");
    out.say(
        "One voice, 10 ms ± 3 ms once a second, all wet, on a sine: its difference in dB from the sine at the moved time, \
         computed on every frame. This is what the cubic interpolation loses of high frequencies between frames (Lagrange's \
         is maximally flat at DC; half way between two frames it is 3 dB down at 0.326 of the rate), and what straight lines \
         over 32 frames differ from a sine.",
    );
    let freqs = [100.0, 1000.0, 5000.0, 10_000.0];
    let rows: Vec<Vec<String>> = freqs
        .iter()
        .map(|&freq| {
            let name = if freq < 1000.0 { format!("{freq} Hz") } else { format!("{} kHz", freq / 1000.0) };
            std::iter::once(name).chain(RATES.map(|hz| level(error(3.0, freq, hz)))).collect()
        })
        .collect();
    out.table(&["", "44.1 kHz", "48 kHz", "96 kHz", "192 kHz"], &rows);
    out.sum_up(
        "Chorus: a voice beside the sine of the moved time, 1 and 5 kHz at 48 kHz",
        "stated",
        &format!("{} and {} dB", figure(error(3.0, 1000.0, 48_000), 0), figure(error(3.0, 5000.0, 48_000), 0)),
    );
    out
}
