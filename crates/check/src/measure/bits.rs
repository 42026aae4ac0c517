//! How many bits the samples of a file need: padded files need fewer than they have.

/// 2³¹: what brings samples to integers of 32 bits.
const FULL: f64 = 2_147_483_648.0;

#[derive(Debug, Clone)]
pub(super) struct BitsUsed {
    /// Which bits of a 32-bit integer are ever set.
    set: u32,
    /// Whether some sample is no such integer.
    float: bool,
    /// When this bit is found set, there is nothing more to learn.
    lowest: u32,
}

impl BitsUsed {
    /// `bits`: of the file's integers.
    pub(super) fn new(bits: Option<u16>, float: bool) -> Self {
        let bits = bits.filter(|bits| !float && (1..=32).contains(bits)).unwrap_or(32);
        Self { set: 0, float: false, lowest: 1 << (32 - bits) }
    }

    #[inline(always)]
    pub(super) fn block(&mut self, samples: &[f64]) {
        if self.float || self.set & self.lowest != 0 {
            return;
        }
        for x in samples {
            let scaled = x * FULL;
            // +1.0 is one above the largest integer.
            let integer = scaled as i64;
            if integer as f64 != scaled || integer.abs() > 1 << 31 {
                self.float = true;
                return;
            }
            self.set |= integer as u32;
        }
    }

    /// `None` of floats that need more, and of silence.
    pub(super) fn finish(&self) -> Option<u16> {
        (!self.float && self.set != 0).then(|| 32 - self.set.trailing_zeros() as u16)
    }
}
