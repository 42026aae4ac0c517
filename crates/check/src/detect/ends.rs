//! Whether a file begins or ends in the middle of a sound, and whether its sound ends inside it as if it were cut.

/// −50 dBFS.
const LOUD: f64 = 3.2e-3;

/// Where sound breaks off.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Ends {
    /// The level (RMS) that the file begins with at once.
    pub(crate) head: Option<f64>,
    /// The level that it ends with.
    pub(crate) tail: Option<f64>,
    /// Where sound inside the file ends for good, and its level there.
    pub(crate) inside: Option<(u64, f64)>,
}

/// One channel's.
#[derive(Debug, Clone)]
pub(super) struct EndMeter {
    ten: usize,
    head: Vec<f64>,
    /// The last 10 ms that end in a sample other than 0.
    tail: Vec<f64>,
    /// The frame after the last such sample, and of the file.
    sound: u64,
    frames: u64,
}

impl EndMeter {
    pub(super) fn new(hz: usize) -> Self {
        Self { ten: (hz / 100).max(1), head: Vec::new(), tail: Vec::new(), sound: 0, frames: 0 }
    }

    pub(super) fn block(&mut self, samples: &[f64]) {
        let missing = (5 * self.ten).saturating_sub(self.head.len()).min(samples.len());
        self.head.extend_from_slice(&samples[..missing]);
        if let Some(last) = samples.iter().rposition(|x| *x != 0.0) {
            if self.sound != self.frames {
                // Silence was between.
                self.tail.clear();
            }
            self.sound = self.frames + last as u64 + 1;
            let sounding = &samples[..=last];
            if sounding.len() >= self.ten {
                self.tail.clear();
            }
            self.tail.extend_from_slice(&sounding[sounding.len().saturating_sub(self.ten)..]);
            let surplus = self.tail.len().saturating_sub(self.ten);
            self.tail.drain(..surplus);
        }
        self.frames += samples.len() as u64;
    }

    pub(super) fn finish(&self) -> Ends {
        let tail = self.breaks(&self.tail, true);
        let at_end = self.frames > 0 && self.sound + 2 >= self.frames;
        Ends {
            head: self.head.get(..self.ten).and_then(|head| self.breaks(head, false)).filter(|level| {
                // Nothing rises any more.
                rms(&self.head) < 1.6 * level
            }),
            tail: tail.filter(|_| at_end),
            inside: tail.filter(|_| !at_end).map(|level| (self.sound, level)),
        }
    }

    /// The level of 10 ms, if it is as loud at its very edge.
    fn breaks(&self, x: &[f64], at_end: bool) -> Option<f64> {
        // An offset is no sound.
        let mean = x.iter().sum::<f64>() / x.len().max(1) as f64;
        let x = &x.iter().map(|x| x - mean).collect::<Vec<_>>()[..];
        let level = rms(x);
        if x.len() < self.ten || level < LOUD {
            return None;
        }
        // A millisecond, and its half beside the edge: what fades is far below there.
        let edge = |part: usize| {
            let part = (self.ten / part).max(1);
            if at_end { &x[x.len() - part..] } else { &x[..part] }
        };
        let jump = stemwright_simd::peak(edge(20));
        (rms(edge(10)) > 0.25 * level && jump > 0.25 * level).then_some(level)
    }
}

fn rms(x: &[f64]) -> f64 {
    (x.iter().map(|x| x * x).sum::<f64>() / x.len().max(1) as f64).sqrt()
}
