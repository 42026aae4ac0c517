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
    /// The last 40 ms that end in a sample other than 0.
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
            if sounding.len() >= 4 * self.ten {
                self.tail.clear();
            }
            self.tail.extend_from_slice(&sounding[sounding.len().saturating_sub(4 * self.ten)..]);
            let surplus = self.tail.len().saturating_sub(4 * self.ten);
            self.tail.drain(..surplus);
        }
        self.frames += samples.len() as u64;
    }

    pub(super) fn finish(&self) -> Ends {
        let tail = self.ends_in_sound();
        let at_end = self.frames > 0 && self.sound + 2 >= self.frames;
        Ends {
            head: self.head.get(..self.ten).and_then(|head| self.begins_in_sound(head)).filter(|level| {
                // Nothing rises any more.
                rms(&self.head) < 1.6 * level
            }),
            tail: tail.filter(|_| at_end),
            inside: tail.filter(|_| !at_end).map(|level| (self.sound, level)),
        }
    }

    /// The level of the last 10 ms, if the last 2 ms are as loud as what was before: what fades is far below.
    fn ends_in_sound(&self) -> Option<f64> {
        let x = without_offset(&self.tail);
        if x.len() < self.ten {
            return None;
        }
        let last = |frames: usize| &x[x.len() - frames.max(1)..];
        let (level, around) = (rms(last(self.ten)), rms(&x));
        let jump = stemwright_simd::peak(last(self.ten / 20));
        let full = rms(last(self.ten / 5)) > 0.25 * around && jump > 0.1 * around;
        (level > LOUD && full).then_some(level)
    }

    /// The level of the first 10 ms, if their first millisecond is as loud.
    fn begins_in_sound(&self, head: &[f64]) -> Option<f64> {
        let x = without_offset(head);
        let level = rms(&x);
        let jump = stemwright_simd::peak(&x[..(self.ten / 20).max(1)]);
        let full = rms(&x[..(self.ten / 10).max(1)]) > 0.25 * level && jump > 0.25 * level;
        (level > LOUD && full).then_some(level)
    }
}

/// An offset is no sound.
fn without_offset(x: &[f64]) -> Vec<f64> {
    let mean = x.iter().sum::<f64>() / x.len().max(1) as f64;
    x.iter().map(|x| x - mean).collect()
}

fn rms(x: &[f64]) -> f64 {
    (x.iter().map(|x| x * x).sum::<f64>() / x.len().max(1) as f64).sqrt()
}
