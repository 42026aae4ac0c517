//! Voices without words: a source like the vocal folds, formants like a mouth.
//!
//! The formants lie near those of the table of formant values in the Csound manual (alto), the upper ones raised until the
//! vowels could be told apart in a full mix.

use crate::buffer::Audio;
use crate::envelope::{decay, ramp};
use crate::filter::{OnePole, Svf};
use crate::noise::{Drift, Noise};
use crate::oscillator::{Phase, hertz, sine};
use crate::room::Room;
use crate::score::{Note, choir};
use crate::{RATE, frames};

/// Five formants: Hz, level in dB, bandwidth in Hz.
type Vowel = [(f64, f64, f64); 5];

const OOH: Vowel = [
    (335.0, 0.0, 60.0),
    (720.0, -11.0, 70.0),
    (2_530.0, -26.0, 170.0),
    (3_500.0, -30.0, 180.0),
    (4_950.0, -40.0, 200.0),
];
const AAH: Vowel = [
    (790.0, 0.0, 80.0),
    (1_150.0, -4.0, 90.0),
    (2_800.0, -15.0, 120.0),
    (3_500.0, -24.0, 130.0),
    (4_950.0, -38.0, 140.0),
];

/// One singer.
#[derive(Clone, Copy, Debug)]
struct Singer {
    seed: u64,
    /// Length of the mouth: above 1 is a smaller head.
    size: f64,
    cents: f64,
    vibrato: f64,
    breath: f64,
}

impl Singer {
    /// Sings `notes`; `open` says how far from “ooh” (0) to “aah” (1) the mouth is, `t` seconds into a note.
    fn sing(&self, notes: &[Note], open: impl Fn(&Note, f64) -> f64) -> Vec<f64> {
        let end = notes.iter().map(|n| n.start() + frames(n.held())).max().unwrap_or(0);
        let (mut folds, mut vibrato) = (Phase::default(), Phase(0.3));
        let (mut jitter, mut sway) = (Drift::new(self.seed, 9.0), Drift::new(self.seed + 1, 1.3));
        let mut air = Noise::new(self.seed + 2);
        let mut tilt = OnePole::new(4_500.0);
        let mut mouth = [Svf::new(500.0, 5.0); 5];
        let mut levels = [0.0; 5];
        let mut pitch = notes.first().map_or(60.0, |n| n.pitch - 0.8);
        let (mut level, mut jaw) = (0.0, 0.0);
        let sing = (0..end + frames(0.5)).map(|i| {
            let Some(note) = notes.iter().rev().find(|n| n.start() <= i) else { return 0.0 };
            let t = (i - note.start()) as f64 / RATE;
            pitch += (note.pitch - pitch) * 0.0006;
            let deep = 0.24 * ramp(t - 0.3, 0.6) * (1.0 + 0.3 * sway.wander());
            let bend = deep * sine(vibrato.next(self.vibrato)) + 0.05 * jitter.wander() + self.cents / 100.0;
            let hz = hertz(pitch + bend);
            let wish = if t < note.held() { note.velocity * (0.55 + 0.45 * ramp(t, 0.22)) } else { 0.0 };
            level += (wish - level) * if wish > level { 0.0009 } else { 0.00035 };
            jaw += (open(note, t) - jaw) * 0.0004;
            if i % 32 == 0 {
                self.shape(&mut mouth, &mut levels, jaw, hz);
            }
            let p = folds.0;
            let buzz = tilt.low(folds.saw(hz));
            let breath = self.breath * air.white() * (0.4 + 0.6 * (1.0 - p)) * (1.0 + 2.0 * decay(t, 0.06));
            let source = buzz + breath;
            let sung: f64 = mouth.iter_mut().zip(levels).map(|(f, g)| g * f.band(source)).sum();
            level * (sung + 0.04 * buzz)
        });
        sing.collect()
    }

    fn shape(&self, mouth: &mut [Svf; 5], levels: &mut [f64; 5], jaw: f64, hz: f64) {
        for n in 0..5 {
            let ((f0, db0, bw0), (f1, db1, bw1)) = (OOH[n], AAH[n]);
            let mix = |a: f64, b: f64| a + (b - a) * jaw;
            let mut centre = mix(f0, f1) * self.size;
            if n == 0 {
                // Singers open the mouth until the first formant is not below the note.
                centre = centre.max(1.02 * hz);
            }
            mouth[n].tune(centre, centre / (1.3 * mix(bw0, bw1)));
            let sign = if n % 2 == 0 { 1.0 } else { -1.0 };
            levels[n] = sign * libm::pow(10.0, mix(db0, db1) / 20.0) * [1.0, 1.7, 7.0, 9.0, 12.0][n];
        }
    }
}

/// The soloist, mono: “ooh” that opens on the long notes.
#[must_use]
pub fn solo(notes: &[Note]) -> Audio {
    let singer = Singer { seed: 110, size: 1.04, cents: 0.0, vibrato: 5.3, breath: 0.07 };
    let sung = singer.sing(notes, |note, t| if note.length > 1.2 { 0.12 + 0.6 * ramp(t - 0.12, 0.7) } else { 0.15 });
    let booth = Room { seconds: 0.9, size: 0.5, damping: 4_500.0, wet: 0.14 };
    booth.around(&Audio::mono(sung)).finish(-4.0, 0.08)
}

/// The choir, stereo: three parts, three singers a part, “aah”.
#[must_use]
pub fn aah() -> Audio {
    let mut out = Audio::stereo(0);
    for part in 0..3 {
        let notes = choir(part);
        for n in 0..3 {
            let k = (3 * part + n) as f64;
            let singer = Singer {
                seed: 130 + 10 * k as u64,
                size: [0.94, 1.0, 1.07][n] + 0.01 * part as f64,
                cents: [-8.0, 2.0, 7.0][n],
                vibrato: 4.8 + 0.11 * k,
                breath: 0.03,
            };
            let sung = singer.sing(&notes, |_, t| 0.35 + 0.55 * ramp(t, 0.5));
            out.add(0, &sung, [-0.8, 0.1, 0.75][n] * if part == 1 { -1.0 } else { 1.0 });
        }
    }
    Room { seconds: 2.4, size: 1.0, damping: 4_200.0, wet: 0.4 }.around(&out).finish(-5.0, 0.3)
}
