//! Exact quantisation: integer stems that add up to the integer mix with no error at all.
//!
//! The mix is quantised once and each stem is quantised; what is then missing to the mix, the *remainder*, is given,
//! LSB by LSB, to the stems whose rounding error it makes smaller. That the integers then add up proves nothing by
//! itself: the remainder *before* distribution is the evidence. With N active stems (value not exactly 0), N + 1
//! roundings are each off by at most ½ LSB, so the remainder is at most (N+1)/2 LSB; TPDF dither adds at most 1 LSB to
//! each, so 3(N+1)/2. What is beyond that no rounding explains.

/// Adding and taking away 1.5·2⁵² rounds a double below 2⁵¹ to an integer, halves to even, without a libm call.
const ROUND: f64 = 6_755_399_441_055_744.0;

/// The 24-bit range.
const HIGHEST: f64 = 8_388_607.0;
const LOWEST: f64 = -8_388_608.0;

/// LSBs in full scale.
const SCALE: f64 = 8_388_608.0;

/// What the remainders of a whole set were.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Remainders {
    /// The largest magnitude, in LSB.
    pub largest: u32,
    /// The largest bound that applied, in LSB.
    pub bound: f64,
    /// Samples on which the integers do not add up.
    pub lsb_errors: u64,
    /// The first sample whose remainder was over its bound: frame and channel.
    pub first_over: Option<(u64, usize)>,
    /// Samples whose remainder was over its bound.
    pub over: u64,
}

/// Quantises a mix and its stems to 24 bits, block after block.
pub struct SumQuantiser {
    gain: f64,
    dither: bool,
    mix_id: u64,
    stem_ids: Vec<u64>,
    frame: u64,
    remainders: Remainders,
    /// Of the sample at hand: scaled values and integers.
    values: Vec<f64>,
    integers: Vec<f64>,
}

impl SumQuantiser {
    /// `gain` multiplies everything before it is quantised. Dither is of its own for every file, from its name,
    /// channel and frame.
    pub fn new(gain: f64, dither: bool, mix: &str, stems: &[String]) -> Self {
        Self {
            gain,
            dither,
            mix_id: name_hash(mix),
            stem_ids: stems.iter().map(|name| name_hash(name)).collect(),
            frame: 0,
            remainders: Remainders::default(),
            values: vec![0.0; stems.len()],
            integers: vec![0.0; stems.len()],
        }
    }

    /// Quantises the next block: planar f64 in, interleaved integers out, which are cleared first. Values beyond the
    /// 24-bit range are clipped; whoever calls measures peaks and refuses.
    pub fn block(
        &mut self,
        mix: [&[f64]; 2],
        stems: &[[&[f64]; 2]],
        mix_out: &mut Vec<i32>,
        stems_out: &mut [Vec<i32>],
    ) {
        debug_assert_eq!(stems.len(), self.stem_ids.len());
        mix_out.clear();
        stems_out.iter_mut().for_each(Vec::clear);
        for n in 0..mix[0].len() {
            for c in 0..2 {
                let mixed = self.sample(self.frame + n as u64, c, mix[c][n], |stem| stems[stem][c][n]);
                mix_out.push(mixed as i32);
                for (out, &integer) in stems_out.iter_mut().zip(&self.integers) {
                    out.push(integer as i32);
                }
            }
        }
        self.frame += mix[0].len() as u64;
    }

    /// One file on its own (a master, which nothing sums to), from the frame at which its block starts.
    pub fn alone(&self, name: &str, first: u64, channels: [&[f64]; 2], out: &mut Vec<i32>) {
        let id = name_hash(name);
        out.clear();
        for n in 0..channels[0].len() {
            for (c, channel) in channels.iter().enumerate() {
                let value = channel[n] * self.gain * SCALE;
                out.push(self.quantise(value, id, c, first + n as u64) as i32);
            }
        }
    }

    /// The frame that the next block starts with.
    pub fn frame(&self) -> u64 {
        self.frame
    }

    /// What was found so far.
    pub fn remainders(&self) -> Remainders {
        self.remainders
    }

    #[inline]
    fn quantise(&self, value: f64, id: u64, channel: usize, frame: u64) -> f64 {
        // Never into digital silence, which stays silence.
        let value = if self.dither && value != 0.0 { value + tpdf(id, channel, frame) } else { value };
        // Integers are written, so −0.0 cannot matter here.
        ((value + ROUND) - ROUND).clamp(LOWEST, HIGHEST)
    }

    fn sample(&mut self, frame: u64, channel: usize, mix: f64, stem: impl Fn(usize) -> f64) -> f64 {
        let (mut sum, mut active) = (0.0, 0u32);
        for number in 0..self.stem_ids.len() {
            let value = stem(number) * self.gain * SCALE;
            let integer = self.quantise(value, self.stem_ids[number], channel, frame);
            active += u32::from(value != 0.0);
            sum += integer;
            self.values[number] = value;
            self.integers[number] = integer;
        }
        let value = mix * self.gain * SCALE;
        // Where every stem is silent nobody could take a dither of the mix.
        let mixed = if active == 0 {
            ((value + ROUND) - ROUND).clamp(LOWEST, HIGHEST)
        } else {
            self.quantise(value, self.mix_id, channel, frame)
        };
        let remainder = mixed - sum;
        let bound = f64::from(active + 1) * if self.dither { 1.5 } else { 0.5 };
        self.remainders.bound = self.remainders.bound.max(bound);
        if remainder == 0.0 {
            return mixed;
        }
        self.remainders.largest = self.remainders.largest.max(remainder.abs() as u32);
        // A sum that is not a number fails this comparison too.
        if remainder.abs() <= bound {
            self.distribute(remainder);
        } else {
            self.remainders.over += 1;
            self.remainders.lsb_errors += 1;
            self.remainders.first_over.get_or_insert((frame, channel));
        }
        mixed
    }

    /// Gives the remainder away, LSB by LSB, each to the active stem that it brings nearest to its true value.
    fn distribute(&mut self, remainder: f64) {
        let step = remainder.signum();
        for _ in 0..remainder.abs() as u32 {
            let mut best: Option<(f64, usize)> = None;
            for (number, (&value, &integer)) in self.values.iter().zip(&self.integers).enumerate() {
                let error = (value - integer) * step;
                let room = (LOWEST..=HIGHEST).contains(&(integer + step));
                if value != 0.0 && room && best.is_none_or(|(most, _)| error > most) {
                    best = Some((error, number));
                }
            }
            match best {
                Some((_, number)) => self.integers[number] += step,
                None => {
                    self.remainders.lsb_errors += 1;
                    return;
                }
            }
        }
    }
}

/// FNV-1a, so that a file's dither depends on its name and on nothing else.
fn name_hash(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Triangular noise in (−1, 1) LSB: the difference of two uniform numbers, from a splitmix64 hash.
#[inline]
fn tpdf(id: u64, channel: usize, frame: u64) -> f64 {
    let mut z = id.wrapping_add((2 * frame + channel as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^= z >> 31;
    let unit = 1.0 / 4_294_967_296.0;
    f64::from((z >> 32) as u32) * unit - f64::from(z as u32) * unit
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(seed: u64, n: usize) -> Vec<f64> {
        (0..n as u64).map(|i| tpdf(seed, 0, i) * 0.05).collect()
    }

    /// Quantises N noises and their sum; returns the remainders and the largest distance of an integer from its float.
    fn run(stems: usize, dither: bool) -> (Remainders, f64, i64) {
        let n = 20_000;
        let signals: Vec<Vec<f64>> = (0..stems as u64).map(|s| noise(s + 7, n)).collect();
        let mix: Vec<f64> = (0..n).map(|i| signals.iter().map(|s| s[i]).sum()).collect();
        let names: Vec<String> = (0..stems).map(|s| format!("{s}")).collect();
        let mut quantiser = SumQuantiser::new(1.0, dither, "mix", &names);
        let (mut mix_out, mut outs) = (Vec::new(), vec![Vec::new(); stems]);
        let inputs: Vec<[&[f64]; 2]> = signals.iter().map(|s| [s.as_slice(); 2]).collect();
        quantiser.block([&mix, &mix], &inputs, &mut mix_out, &mut outs);
        let (mut farthest, mut wrong) = (0.0f64, 0);
        for i in 0..2 * n {
            wrong += i64::from(mix_out[i] != outs.iter().map(|out| out[i]).sum::<i32>());
            for (out, signal) in outs.iter().zip(&signals) {
                farthest = farthest.max((f64::from(out[i]) - signal[i / 2] * SCALE).abs());
            }
        }
        (quantiser.remainders(), farthest, wrong)
    }

    #[test]
    fn integers_add_up_and_stay_near_their_floats() {
        for stems in [1, 2, 3, 8, 16] {
            let (remainders, farthest, wrong) = run(stems, false);
            assert_eq!((wrong, remainders.lsb_errors, remainders.over), (0, 0, 0), "{stems} stems");
            assert!(farthest <= 2.0 && f64::from(remainders.largest) <= remainders.bound, "{stems}: {farthest}");
            let (remainders, farthest, wrong) = run(stems, true);
            assert_eq!((wrong, remainders.lsb_errors, remainders.over), (0, 0, 0), "{stems} stems, dither");
            assert!(farthest <= 3.5 && f64::from(remainders.largest) <= remainders.bound, "{stems}: {farthest}");
        }
    }

    #[test]
    fn a_stem_that_is_not_in_the_mix_is_over_the_bound() {
        let signal = noise(1, 100);
        let mix: Vec<f64> = signal.iter().map(|x| x * 1.0001).collect();
        let mut quantiser = SumQuantiser::new(1.0, false, "mix", &["a".into()]);
        let (mut mix_out, mut outs) = (Vec::new(), vec![Vec::new()]);
        quantiser.block([&mix, &mix], &[[&signal, &signal]], &mut mix_out, &mut outs);
        let remainders = quantiser.remainders();
        assert!(remainders.over > 0 && remainders.lsb_errors == remainders.over);
        assert!(remainders.first_over.is_some());
    }

    #[test]
    fn silence_stays_silence_under_dither() {
        let (silence, signal) = (vec![0.0; 500], noise(3, 500));
        let mut quantiser = SumQuantiser::new(1.0, true, "mix", &["a".into(), "b".into()]);
        let (mut mix_out, mut outs) = (Vec::new(), vec![Vec::new(); 2]);
        let stems: [[&[f64]; 2]; 2] = [[&signal, &silence], [&silence, &silence]];
        quantiser.block([&signal, &silence], &stems, &mut mix_out, &mut outs);
        assert!(outs[1].iter().all(|&x| x == 0) && outs[0].iter().skip(1).step_by(2).all(|&x| x == 0));
        assert!(mix_out.iter().skip(1).step_by(2).all(|&x| x == 0));
    }

    #[test]
    fn dither_is_triangular() {
        let n = 200_000;
        let (mut sum, mut squares) = (0.0, 0.0);
        for i in 0..n {
            let d = tpdf(99, 1, i);
            sum += d;
            squares += d * d;
        }
        // Mean 0 and variance 1/6 within four standard errors.
        assert!((sum / n as f64).abs() < 4.0 * (1.0f64 / 6.0 / n as f64).sqrt());
        assert!((squares / n as f64 - 1.0 / 6.0).abs() < 0.002);
    }
}
