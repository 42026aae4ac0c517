//! Hum: lines at multiples of the mains' frequency that never move.
//!
//! Every note ends; hum is as loud between the notes as under them. So a line counts only where it is alone, and it must be at the
//! same level nearly everywhere where nothing hides it.

use std::collections::VecDeque;
use stemwright_dsp::PowerSpectrum;

/// Frames of the lowered rate in a window: 2 s, whose bins are half a hertz apart.
const LENGTH: usize = 4096;
/// The lowered rate, about.
const LOW_RATE: f64 = 2000.0;
/// Multiples of the mains' frequency that are looked at.
const LINES: usize = 8;
/// Hz of the mains.
const MAINS: [f64; 2] = [50.0, 60.0];
/// Windows of an hour: what hums does so in the first hour.
const MOST: usize = 3600;
/// Windows that must show a line, at least: 5 s.
const FEWEST: usize = 4;
/// By how much a line must exceed all that is beside it, in power: 8 dB.
const ALONE: f64 = 6.3;
/// −90 dBFS: no one hears a line below it.
const FAINTEST: f64 = 1e-9;

/// A line in a window, and the loudest of what is beside it, in power.
type Line = [f32; 2];

/// What hums.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Hum {
    pub(crate) hz: f64,
    /// All lines together, RMS.
    pub(crate) level: f64,
    pub(crate) lines: usize,
}

#[derive(Debug)]
pub(super) struct HumMeter {
    hz: f64,
    /// Frames of which one is made.
    lower: usize,
    ramp: Vec<f64>,
    /// Samples that wait to be as many, Σ of the ramp over those before.
    waiting: Vec<f64>,
    carried: f64,
    low: VecDeque<f64>,
    spectrum: Option<PowerSpectrum>,
    windows: Vec<[[Line; LINES]; 2]>,
}

impl HumMeter {
    pub(super) fn new(rate: f64) -> Self {
        let lower = ((rate / LOW_RATE) as usize).max(1);
        Self {
            hz: rate / lower as f64,
            lower,
            ramp: (0..lower).map(|n| (n as f64 + 0.5) / lower as f64).collect(),
            waiting: Vec::new(),
            carried: 0.0,
            low: VecDeque::new(),
            spectrum: None,
            windows: Vec::new(),
        }
    }

    /// The middle of a block's channels.
    pub(super) fn block(&mut self, samples: &[f64]) {
        if self.windows.len() >= MOST {
            return;
        }
        let mut rest = samples;
        while self.waiting.len() + rest.len() >= self.lower {
            if self.waiting.is_empty() {
                let (now, later) = rest.split_at(self.lower);
                self.lowered(now);
                rest = later;
            } else {
                let (now, later) = rest.split_at(self.lower - self.waiting.len());
                let mut whole = std::mem::take(&mut self.waiting);
                whole.extend_from_slice(now);
                self.lowered(&whole);
                whole.clear();
                self.waiting = whole;
                rest = later;
            }
        }
        self.waiting.extend_from_slice(rest);
        if self.low.len() >= LENGTH {
            self.window();
        }
    }

    /// A triangle over two runs: what it lets through beside the lowered rate's multiples lies 50 dB down.
    fn lowered(&mut self, samples: &[f64]) {
        let (mut sum, mut rising) = (0.0, 0.0);
        for (x, ramp) in samples.iter().zip(&self.ramp) {
            sum += x;
            rising += x * ramp;
        }
        self.low.push_back((self.carried + sum - rising) / self.lower as f64);
        self.carried = rising;
    }

    fn window(&mut self) {
        let block: Vec<f64> = self.low.iter().copied().take(LENGTH).collect();
        self.low.drain(..LENGTH / 2);
        if block.iter().all(|x| *x == 0.0) {
            return;
        }
        let power = self.spectrum.get_or_insert_with(|| PowerSpectrum::new(LENGTH)).of(&block);
        let wide = self.hz / LENGTH as f64;
        let mut window = [[[0.0; 2]; LINES]; 2];
        for (lines, mains) in window.iter_mut().zip(MAINS) {
            for (n, line) in lines.iter_mut().enumerate() {
                let hz = mains * (n + 1) as f64;
                let at = (hz / wide).round() as usize;
                let loudest = |range: std::ops::Range<usize>| power[range].iter().copied().fold(0.0, f64::max);
                // A line of its own is the largest within a quarter of a hertz and falls off to both sides.
                let here: f64 = power[at - 1..=at + 1].iter().sum();
                let (apart, far) = ((1.6 / wide) as usize, (8.0 / wide) as usize);
                let beside = loudest(at - far..at - apart).max(loudest(at + apart + 1..at + far));
                *line = [here as f32, beside as f32];
            }
        }
        self.windows.push(window);
    }

    pub(super) fn finish(&self) -> Option<Hum> {
        let of = |which: usize| -> Option<Hum> {
            let (mut lines, mut power) = (0, 0.0);
            for line in 0..LINES {
                if let Some(found) = steady(self.windows.iter().map(|window| window[which][line])) {
                    lines += 1;
                    power += found;
                }
            }
            (lines >= 3).then(|| Hum { hz: MAINS[which], level: power.sqrt(), lines })
        };
        let [fifty, sixty] = [of(0), of(1)];
        [fifty, sixty].into_iter().flatten().max_by(|a, b| a.level.total_cmp(&b.level))
    }
}

/// The power of a line that is at one level wherever it is not hidden.
fn steady(windows: impl Iterator<Item = Line> + Clone) -> Option<f64> {
    let alone = |[here, beside]: &Line| f64::from(*here) > ALONE * f64::from(*beside) && f64::from(*here) > FAINTEST;
    let mut levels: Vec<f32> = windows.clone().filter(alone).map(|line| line[0]).collect();
    if levels.len() < FEWEST {
        return None;
    }
    levels.sort_by(f32::total_cmp);
    let level = f64::from(levels[levels.len() / 2]);
    // 1.5 dB.
    let near = |here: f32| f64::from(here) < 1.41 * level && f64::from(here) > level / 1.41;
    let (mut clear, mut steady) = (0, 0);
    for [here, beside] in windows {
        if f64::from(beside) * ALONE < 0.7 * level {
            clear += 1;
            steady += usize::from(near(here));
        }
    }
    (clear >= FEWEST && 10 * steady >= 9 * clear).then_some(level)
}
