//! Rice's code in partitions (RFC 9639, section 9.2.7): how a residual is cut, and each part's parameter.
//!
//! Residuals come folded: 0, −1, 1, −2, 2 … as 0, 1, 2, 3, 4 … (section 9.2.7.2).

use stemwright_simd::widest;

use super::bits::Bits;

/// Partitions are halved at most so often. The format has 4 bits for it, and its streamable subset ends at 8 (section 7).
const MOST_HALVINGS: u32 = 8;
/// The largest parameter of 4 bits, and the largest of 5; the one above would announce numbers that are not coded.
const LARGEST: [u32; 2] = [14, 30];

/// Bits in front of the partitions.
const HEAD: u64 = 6;

/// A residual folded as above.
#[inline(always)]
pub(super) fn fold(residual: i32) -> u32 {
    (residual << 1 ^ residual >> 31) as u32
}

/// How a residual is coded.
#[derive(Debug, Clone)]
pub(super) struct Rice {
    halvings: u32,
    /// The parameter of each of the 2^`halvings` partitions, and how many bits it takes.
    parameters: [u8; 1 << MOST_HALVINGS],
    parameter_bits: u32,
    /// Bits of all of it.
    pub(super) bits: u64,
    /// The sum of the residual.
    pub(super) sum: u64,
}

impl Rice {
    /// For a block's residual, which begins with a zero for each of the `warm_up` samples that are stored as they are.
    pub(super) fn plan(folded: &[u32], warm_up: usize) -> Self {
        let mut finest = MOST_HALVINGS.min(folded.len().trailing_zeros());
        while finest > 0 && folded.len() >> finest <= warm_up {
            finest -= 1;
        }
        // Those of h halvings from 2^h on, so that the halves of part n are 2n and 2n + 1.
        let mut sums = [0; 2 << MOST_HALVINGS];
        widest(
            #[inline(always)]
            || sum_parts(folded, &mut sums[1 << finest..2 << finest]),
        );
        for part in (1..1 << finest).rev() {
            sums[part] = sums[2 * part] + sums[2 * part + 1];
        }
        let count =
            |part: usize, halvings: u32| ((folded.len() >> halvings) - if part == 0 { warm_up } else { 0 }) as u64;
        let expected = |halvings: &u32| {
            let (mut size, mut largest) = (0, 0);
            for (part, sum) in sums[1 << halvings..2 << halvings].iter().enumerate() {
                let count = count(part, *halvings);
                let k = parameter(*sum, count);
                size += expected(*sum, count, k);
                largest = largest.max(k);
            }
            size + (u64::from(parameter_bits(largest)) << halvings)
        };
        let halvings = (0..=finest).min_by_key(expected).unwrap_or(0);
        let mut rice = Self { halvings, parameters: [0; 1 << MOST_HALVINGS], parameter_bits: 0, bits: 0, sum: sums[1] };
        let mut largest = 0;
        for (part, sum) in sums[1 << halvings..2 << halvings].iter().enumerate() {
            let k = parameter(*sum, count(part, halvings));
            rice.parameters[part] = k as u8;
            largest = largest.max(k);
        }
        rice.parameter_bits = parameter_bits(largest);
        rice.bits = widest(
            #[inline(always)]
            || rice.measure(folded, warm_up),
        );
        rice
    }

    /// How many bits it takes, where planning went by what is expected.
    #[inline(always)]
    fn measure(&self, folded: &[u32], warm_up: usize) -> u64 {
        let length = folded.len() >> self.halvings;
        let parts = folded.chunks_exact(length).zip(&self.parameters).map(|(numbers, k)| {
            let above: u64 = numbers.iter().map(|number| u64::from(number >> k)).sum();
            above + length as u64 * (u64::from(*k) + 1)
        });
        let uncoded = warm_up as u64 * (u64::from(self.parameters[0]) + 1);
        HEAD + (u64::from(self.parameter_bits) << self.halvings) + parts.sum::<u64>() - uncoded
    }

    pub(super) fn write(&self, folded: &[u32], warm_up: usize, out: &mut Bits) {
        let mut room = out.room(self.bits);
        room.put(u64::from(self.parameter_bits - 4), 2);
        room.put(self.halvings.into(), 4);
        let parts = folded.chunks_exact(folded.len() >> self.halvings).zip(&self.parameters);
        for (part, (numbers, k)) in parts.enumerate() {
            room.put((*k).into(), self.parameter_bits);
            room.rice(&numbers[if part == 0 { warm_up } else { 0 }..], (*k).into());
        }
        room.close();
    }
}

#[inline(always)]
fn sum_parts(folded: &[u32], sums: &mut [u64]) {
    let length = folded.len() / sums.len();
    for (sum, part) in sums.iter_mut().zip(folded.chunks_exact(length)) {
        *sum = part.iter().map(|number| u64::from(*number)).sum();
    }
}

fn parameter_bits(largest: u32) -> u32 {
    if largest > LARGEST[0] { 5 } else { 4 }
}

/// The cheapest parameter for `count` numbers of such a sum, by [`expected`]: one more saves bits as long as
/// sum + count/2 > count·2^(k + 1).
fn parameter(sum: u64, count: u64) -> u32 {
    let target = sum + count / 2;
    let least = (count.leading_zeros() - target.leading_zeros().min(count.leading_zeros())).saturating_sub(1);
    let more = u32::from(target > count << (least + 1));
    (least + more).min(LARGEST[1])
}

/// Bits of `count` numbers of such a sum in the code of parameter `k`, where what is cut off below is half of what can
/// be, which it is on average. Exact for `k` = 0.
fn expected(sum: u64, count: u64, k: u32) -> u64 {
    count * u64::from(k + 1) + ((2 * sum + count) >> (k + 1)) - count / 2
}
