//! One channel of a block: how it is coded smallest, and the bits of that (RFC 9639, section 9.2).

use stemwright_simd::widest;

use super::bits::Bits;
use super::linear::{Analysis, Predictor};
use super::predict;
use super::rice::Rice;

/// A channel of a block.
#[derive(Debug, Default)]
pub(super) struct Subframe {
    /// To be filled, then planned: then without the bits that are zero in all of them.
    pub(super) samples: Vec<i32>,
    /// The same.
    exact: Vec<f64>,
    /// Bits of a sample, and how many more there are that are zero (section 9.2.2).
    bits: u32,
    wasted: u32,
    coding: Coding,
    /// The residual of the coding, folded, and space for that of another.
    folded: Vec<u32>,
    other: Vec<u32>,
    /// Bits that all of it takes.
    pub(super) size: u64,
}

#[derive(Debug, Default)]
enum Coding {
    #[default]
    Constant,
    Verbatim,
    Fixed {
        order: usize,
        rice: Rice,
    },
    Linear {
        predictor: Predictor,
        rice: Rice,
    },
}

/// What all samples of a block are like.
struct Traits {
    /// The bits that are set in any.
    set: i32,
    least: i32,
    largest: i32,
}

impl Subframe {
    /// Finds how its samples, of so many bits, are coded smallest.
    pub(super) fn plan(&mut self, bits: u32, analysis: &mut Analysis) {
        let traits = traits(&self.samples);
        (self.bits, self.wasted) = (bits, 0);
        if traits.least == traits.largest {
            self.coding = Coding::Constant;
            self.size = u64::from(8 + bits);
            return;
        }
        self.wasted = traits.set.trailing_zeros();
        self.bits -= self.wasted;
        let Self { samples, exact, wasted, folded, other, .. } = self;
        let length = samples.len();
        exact.resize(length, 0.0);
        folded.resize(length, 0);
        other.resize(length, 0);
        widest(
            #[inline(always)]
            || {
                samples.iter_mut().zip(exact).for_each(|(sample, exact)| {
                    *sample >>= *wasted;
                    *exact = f64::from(*sample);
                });
            },
        );
        let head = u64::from(8 + self.wasted);
        self.coding = Coding::Verbatim;
        self.size = head + length as u64 * u64::from(self.bits);
        let peak = traits.least.unsigned_abs().max(traits.largest.unsigned_abs()) >> self.wasted;
        let left = self.plan_linear(head, peak, analysis);
        self.plan_fixed(head, left);
    }

    /// Returns the sum of what linear prediction leaves.
    fn plan_linear(&mut self, head: u64, peak: u32, analysis: &mut Analysis) -> Option<u64> {
        let predictor = analysis.predictor(&self.exact, self.bits);
        let predictor = predictor.filter(|predictor| predict::is_safe(predictor, peak))?;
        predict::linear(&self.samples, &self.exact, &predictor, &mut self.other);
        let order = predictor.coefficients.len();
        let rice = Rice::plan(&self.other, order);
        let (coefficients, left) = (4 + 5 + order as u64 * u64::from(self.bits + predictor.precision), rice.sum);
        self.take(head + coefficients + rice.bits, Coding::Linear { predictor, rice });
        Some(left)
    }

    fn plan_fixed(&mut self, head: u64, linear: Option<u64>) {
        let (order, sum) = predict::best_fixed(&self.samples);
        // A bit more for every sample is not made up for by coefficients that need not be stored.
        if linear.is_some_and(|linear| sum > 2 * linear) {
            return;
        }
        predict::fixed(&self.samples, order, &mut self.other);
        let rice = Rice::plan(&self.other, order);
        self.take(head + order as u64 * u64::from(self.bits) + rice.bits, Coding::Fixed { order, rice });
    }

    /// Keeps a coding whose residual is in `other`, if it is smaller than what there is.
    fn take(&mut self, size: u64, coding: Coding) {
        if size < self.size {
            (self.size, self.coding) = (size, coding);
            std::mem::swap(&mut self.folded, &mut self.other);
        }
    }

    /// Writes what was planned.
    pub(super) fn write(&self, out: &mut Bits) {
        let kind = match &self.coding {
            Coding::Constant => 0b00_0000,
            Coding::Verbatim => 0b00_0001,
            Coding::Fixed { order, .. } => 0b00_1000 | order,
            Coding::Linear { predictor, .. } => 0b10_0000 | (predictor.coefficients.len() - 1),
        };
        out.put((kind as u64) << 1 | u64::from(self.wasted > 0), 8);
        if self.wasted > 0 {
            out.put(1, self.wasted);
        }
        let raw = |samples: &[i32], out: &mut Bits| {
            samples.iter().for_each(|sample| out.put_signed(*sample, self.bits));
        };
        match &self.coding {
            Coding::Constant => raw(&self.samples[..1], out),
            Coding::Verbatim => raw(&self.samples, out),
            Coding::Fixed { order, rice } => {
                raw(&self.samples[..*order], out);
                rice.write(&self.folded, *order, out);
            }
            Coding::Linear { predictor, rice } => {
                let order = predictor.coefficients.len();
                raw(&self.samples[..order], out);
                out.put(u64::from(predictor.precision - 1), 4);
                out.put(predictor.shift.into(), 5);
                for coefficient in &predictor.coefficients {
                    out.put_signed(*coefficient, predictor.precision);
                }
                rice.write(&self.folded, order, out);
            }
        }
    }
}

fn traits(samples: &[i32]) -> Traits {
    widest(
        #[inline(always)]
        || {
            let none = Traits { set: 0, least: i32::MAX, largest: i32::MIN };
            samples.iter().fold(none, |seen, sample| Traits {
                set: seen.set | sample,
                least: seen.least.min(*sample),
                largest: seen.largest.max(*sample),
            })
        },
    )
}
