//! The pad.

use crate::buffer::Audio;
use crate::envelope::Adsr;
use crate::filter::Svf;
use crate::noise::Noise;
use crate::oscillator::{Phase, hertz, sine};
use crate::score::harmony::Chord;
use crate::score::{BPM, seconds};
use crate::{RATE, frames};

/// How a pad is played.
#[derive(Clone, Copy, Debug)]
pub struct Pad {
    /// Where the filter rests, Hz.
    pub cutoff: f64,
    /// How far it sways, Hz.
    pub sway: f64,
    /// Seconds until a chord is there.
    pub attack: f64,
    /// Seconds until it is gone.
    pub release: f64,
    /// Semitones by which the two upper voices are lifted.
    pub lift: u8,
}

impl Pad {
    /// For each voice and side two sawtooths, a few cents apart, and a hollow pulse; a low-pass that sways.
    #[must_use]
    pub fn chords(&self, chords: &[Chord], seed: u64) -> Audio {
        let mut noise = Noise::new(seed);
        let shape = Adsr { attack: self.attack, decay: 1.0, sustain: 0.85, release: self.release };
        let mut out = Audio::stereo(0);
        for chord in chords {
            let (start, held) = (frames(seconds(chord.beat)), seconds(chord.length));
            for (n, &pitch) in chord.keys.iter().enumerate() {
                let hz = hertz(f64::from(pitch + if n > 1 { self.lift } else { 0 }));
                for side in [-1.0, 1.0] {
                    let mut saws = [-6.5, 8.0].map(|cents: f64| {
                        let detune = libm::exp2((cents * side + 1.5 * noise.white()) / 1200.0);
                        (Phase(0.5 + 0.5 * noise.white()), hz * detune)
                    });
                    let mut hollow = Phase(0.5 + 0.5 * noise.white());
                    let level = [1.0, 0.85, 0.75, 0.65][n];
                    let sound: Vec<f64> = (0..frames(held + self.release))
                        .map(|i| {
                            let t = i as f64 / RATE;
                            let width = 0.5 + 0.3 * sine(0.31 * t + 0.25 * side);
                            let x: f64 = saws.iter_mut().map(|(p, f)| p.saw(*f)).sum();
                            (x + 0.5 * hollow.pulse(hz, width)) * level * shape.at(t, held)
                        })
                        .collect();
                    out.add(start, &sound, side * 0.85);
                }
            }
        }
        for (side, channel) in out.channels.iter_mut().enumerate() {
            let mut low = [Svf::new(self.cutoff, 0.7); 2];
            let mut rumble = Svf::new(170.0, 0.7);
            let mut lfo = Phase(0.25 * side as f64);
            for (i, x) in channel.iter_mut().enumerate() {
                let cut = self.cutoff + self.sway * sine(lfo.next(BPM / 60.0 / 16.0));
                if i % 16 == 0 {
                    low[0].tune(cut, 0.9);
                    low[1].tune(cut * 1.3, 0.6);
                }
                let y = low[0].low(*x);
                *x = rumble.high(low[1].low(y));
            }
        }
        out
    }
}
