//! Samples that no programme material holds: not a number, infinite, above +60 dBFS; and denormal ones.

use stemwright_simd::{peak, widest};

/// +60 dBFS: garbage in real exports goes to 10⁸, nothing that was meant goes here.
pub(crate) const LOUDEST: f64 = 1000.0;

/// The smallest normal magnitude of a 32-bit float.
const SMALLEST: f64 = f32::MIN_POSITIVE as f64;

/// Counts them, and takes them out of what other meters see.
#[derive(Debug, Clone, Default)]
pub(super) struct Soundness {
    pub(super) nan: u64,
    pub(super) infinite: u64,
    pub(super) garbage: u64,
    pub(super) denormal: u64,
    pub(super) first: Option<(u64, usize)>,
    pub(super) last: Option<u64>,
}

impl Soundness {
    /// Looks at a block of one channel, `start` frames into the file; what is no signal becomes 0.
    pub(super) fn block(&mut self, start: u64, channel: usize, samples: &mut [f64], float: bool) {
        if peak(samples) > LOUDEST {
            for (n, x) in samples.iter_mut().enumerate() {
                let kind = match *x {
                    x if x.is_nan() => &mut self.nan,
                    x if x.is_infinite() => &mut self.infinite,
                    x if x.abs() > LOUDEST => &mut self.garbage,
                    _ => continue,
                };
                *kind += 1;
                *x = 0.0;
                let frame = start + n as u64;
                if self.first.is_none_or(|(first, _)| frame < first) {
                    self.first = Some((frame, channel));
                }
                self.last = self.last.max(Some(frame));
            }
        }
        if float {
            self.denormal += widest(
                #[inline(always)]
                || {
                    let mut count = 0;
                    for x in samples {
                        count += u64::from(*x != 0.0 && x.abs() < SMALLEST);
                    }
                    count
                },
            );
        }
    }
}
