//! The pad.

use crate::buffer::Audio;
use crate::envelope::Adsr;
use crate::filter::Svf;
use crate::noise::Noise;
use crate::oscillator::{Phase, hertz, sine};
use crate::room::Room;
use crate::score::{BAR, Chord, seconds};
use crate::{RATE, frames};

const HALL: Room = Room { seconds: 2.2, size: 1.0, damping: 3_800.0, wet: 0.3 };

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
}

impl Pad {
    /// A chord a bar: for each voice and side three sawtooths, a few cents apart, through a swaying low-pass, in a hall.
    #[must_use]
    pub fn chords(&self, chords: &[Chord], seed: u64) -> Audio {
        let mut noise = Noise::new(seed);
        let shape = Adsr { attack: self.attack, decay: 1.0, sustain: 0.85, release: self.release };
        let held = seconds(BAR);
        let mut out = Audio::stereo(0);
        for (bar, (voices, _)) in chords.iter().enumerate() {
            let start = frames(seconds(bar as f64 * BAR));
            for (n, &pitch) in voices.iter().enumerate() {
                let hz = hertz(f64::from(pitch));
                for side in [-1.0, 1.0] {
                    let mut saws = [-7.0, 1.5, 8.5].map(|cents: f64| {
                        let detune = libm::exp2((cents * side + 1.5 * noise.white()) / 1200.0);
                        (Phase(0.5 + 0.5 * noise.white()), hz * detune)
                    });
                    let level = [1.0, 0.8, 0.75, 0.7, 0.6][n];
                    let sound: Vec<f64> = (0..frames(held + self.release))
                        .map(|i| {
                            let x: f64 = saws.iter_mut().map(|(p, f)| p.saw(*f)).sum();
                            x * level * shape.at(i as f64 / RATE, held)
                        })
                        .collect();
                    out.add(start, &sound, side * 0.8);
                }
            }
        }
        for (side, channel) in out.channels.iter_mut().enumerate() {
            let mut low = [Svf::new(self.cutoff, 0.7); 2];
            let mut rumble = Svf::new(140.0, 0.7);
            let mut lfo = Phase(0.25 * side as f64);
            for (i, x) in channel.iter_mut().enumerate() {
                let cut = self.cutoff + self.sway * sine(lfo.next(100.0 / 60.0 / 16.0));
                if i % 16 == 0 {
                    low[0].tune(cut, 0.9);
                    low[1].tune(cut * 1.3, 0.6);
                }
                let y = low[0].low(*x);
                *x = rumble.high(low[1].low(y));
            }
        }
        HALL.around(&out).finish(-5.0, 0.3)
    }
}
