//! The room the players share: a small reverberator, printed into the clips.

use crate::buffer::Audio;
use crate::filter::OnePole;
use crate::{RATE, frames};

/// A feedback delay network of eight lines mixed by a Hadamard matrix (Jot and Chaigne, “Digital Delay Networks for Designing
/// Artificial Reverberators”, AES 90, 1991), after two all-pass diffusers a side.
#[derive(Clone, Copy, Debug)]
pub struct Room {
    /// Seconds to −60 dB at low frequencies.
    pub seconds: f64,
    /// Length of the lines: 1 is a hall's first 60 ms, 0.3 a booth.
    pub size: f64,
    /// Where the walls start to swallow, Hz.
    pub damping: f64,
    /// Level of the room against the direct sound.
    pub wet: f64,
}

const LINES: [f64; 8] = [1031.0, 1327.0, 1523.0, 1871.0, 2053.0, 2311.0, 2539.0, 2801.0];

impl Room {
    /// `dry` in the room; mono in gives mono out (the room's sides summed).
    #[must_use]
    pub fn around(&self, dry: &Audio) -> Audio {
        let length = dry.len() + frames(self.seconds * 1.1);
        let mut out = dry.clone().cut(length);
        let mono = dry.channels.len() == 1;
        let mut lines: Vec<Vec<f64>> = LINES.iter().map(|n| vec![0.0; (n * self.size) as usize | 1]).collect();
        let gains: Vec<f64> =
            lines.iter().map(|l| libm::pow(10.0, -3.0 * l.len() as f64 / (self.seconds * RATE))).collect();
        let mut at = [0usize; 8];
        let mut walls = [OnePole::new(self.damping); 8];
        let mut rumble = [OnePole::new(160.0); 2];
        let mut diffuse: Vec<AllPass> =
            [229.0, 353.0, 241.0, 337.0].iter().map(|n| AllPass::new((n * self.size) as usize + 7)).collect();
        for i in 0..length {
            let mut entering = [0.0; 2];
            for (side, x) in entering.iter_mut().enumerate() {
                let source = &dry.channels[if mono { 0 } else { side }];
                let high = rumble[side].high(source.get(i).copied().unwrap_or(0.0));
                let once = diffuse[2 * side].next(high);
                *x = diffuse[2 * side + 1].next(once);
            }
            let mut v = [0.0; 8];
            for (n, x) in v.iter_mut().enumerate() {
                *x = walls[n].low(lines[n][at[n]]) * gains[n];
            }
            let left = v[0] - v[2] + v[4] - v[6];
            let right = v[1] - v[3] + v[5] - v[7];
            hadamard(&mut v);
            for (n, x) in v.iter().enumerate() {
                lines[n][at[n]] = x + 0.5 * entering[n % 2];
                at[n] = (at[n] + 1) % lines[n].len();
            }
            if mono {
                out.channels[0][i] += self.wet * 0.5 * (left + right);
            } else {
                out.channels[0][i] += self.wet * left;
                out.channels[1][i] += self.wet * right;
            }
        }
        out
    }
}

struct AllPass {
    line: Vec<f64>,
    at: usize,
}

impl AllPass {
    fn new(length: usize) -> Self {
        Self { line: vec![0.0; length], at: 0 }
    }

    fn next(&mut self, x: f64) -> f64 {
        let delayed = self.line[self.at];
        let w = x + 0.6 * delayed;
        self.line[self.at] = w;
        self.at = (self.at + 1) % self.line.len();
        delayed - 0.6 * w
    }
}

fn hadamard(v: &mut [f64; 8]) {
    for half in [1, 2, 4] {
        for i in 0..8 {
            if i & half == 0 {
                let (a, b) = (v[i], v[i + half]);
                v[i] = a + b;
                v[i + half] = a - b;
            }
        }
    }
    let scale = 1.0 / 8.0_f64.sqrt();
    for x in v.iter_mut() {
        *x *= scale;
    }
}
