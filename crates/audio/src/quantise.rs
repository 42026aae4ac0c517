//! Exact quantisation: integer stems that add up to the integer mix with no error at all.
//!
//! The mix is quantised once and each stem is quantised; what is then missing to the mix, the *remainder*, is given,
//! LSB by LSB, to the stems whose rounding error it makes smaller. That the integers then add up proves nothing by
//! itself: the remainder *before* distribution is the evidence. With N active stems (value not exactly 0), N + 1
//! roundings are each off by at most ½ LSB, so the remainder is at most (N+1)/2 LSB; TPDF dither adds at most 1 LSB to
//! each, so 3(N+1)/2. What is beyond that no rounding explains.
//!
//! # Mono stems in a stereo set
//!
//! A mono stem has one value, the mean of its two lanes, which stands in left and in right. Whoever declares it mono has
//! seen that the lanes are within 2⁻³⁴ of the peak of each other: under 2⁻¹¹ LSB of 24 bits, so the mean takes no
//! remainder, which is whole, over its bound. A step of a mono stem moves both sums:
//!
//! * Where stereo stems are active on both sides, they alone take the remainders.
//! * Where they are active on one side, the mono stems take the remainder of the other side, and the stereo stems of
//!   their own side make up for it.
//! * Where mono stems alone are active, they take what both sides want. The two sides then differ only by how the mix was
//!   rounded, which gets the same dither on both sides there: its two integers are at most 1 apart, so one side is met
//!   and the other is off by 1 LSB ([`Remainders::unmet`]).

use std::ops::Range;
use stemwright_simd::widest;

/// Adding and taking away 1.5·2⁵² rounds a double below 2⁵¹ to an integer, halves to even, without a libm call.
const ROUND: f64 = 6_755_399_441_055_744.0;

/// Frames that are worked on at a time: what is kept of them for 16 stems stays in the nearest cache.
const PIECE: usize = 128;

/// What the remainders of a whole set were.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Remainders {
    /// The largest magnitude, in LSB.
    pub largest: u32,
    /// The largest bound that applied, in LSB.
    pub bound: f64,
    /// Samples on which the integers do not add up, though they could.
    pub lsb_errors: u64,
    /// Samples on which the integers do not add up, because mono stems alone are active and left and right differ.
    pub unmet: u64,
    /// The first sample whose remainder was over its bound: frame and channel.
    pub first_over: Option<(u64, usize)>,
    /// Samples whose remainder was over its bound.
    pub over: u64,
}

/// Quantises a mix and its stems to integers, block after block.
pub struct SumQuantiser {
    depth: Depth,
    gain: f64,
    dither: bool,
    mix_id: u64,
    stems: Vec<Stem>,
    any_mono: bool,
    frame: u64,
    remainders: Remainders,
    /// Of the piece at hand, one for each channel.
    planes: Vec<Plane>,
}

/// The range of the integers.
#[derive(Clone, Copy)]
struct Depth {
    /// LSBs in full scale.
    scale: f64,
    lowest: f64,
    highest: f64,
}

impl Depth {
    fn new(bits: u32) -> Self {
        assert!(matches!(bits, 16 | 24), "16 or 24 bits");
        let scale = f64::from(1 << (bits - 1));
        Self { scale, lowest: -scale, highest: scale - 1.0 }
    }

    #[inline(always)]
    fn round(self, value: f64) -> f64 {
        // Integers are written, so −0.0 cannot matter here.
        ((value + ROUND) - ROUND).clamp(self.lowest, self.highest)
    }
}

/// An LSB of the sign of what is missing.
#[inline(always)]
fn step(missing: f64) -> f64 {
    if missing > 0.0 {
        1.0
    } else if missing < 0.0 {
        -1.0
    } else {
        0.0
    }
}

struct Stem {
    id: u64,
    mono: bool,
}

/// One channel of a piece.
#[derive(Default)]
struct Plane {
    /// Scaled values and integers, [`PIECE`] for each stem.
    values: Vec<f64>,
    integers: Vec<f64>,
    /// Of the integers on each frame, and how many stems are active there.
    sums: Vec<f64>,
    active: Vec<f64>,
    /// The integers of the mix.
    mixed: Vec<f64>,
    giving: Giving,
}

/// What is still to be given away on each frame of a piece, and to whom.
#[derive(Default)]
struct Giving {
    missing: Vec<f64>,
    /// An LSB of its sign, and the magnitude at which a stem has no room for one.
    step: Vec<f64>,
    last: Vec<f64>,
    /// The stem that an LSB brings nearest to its true value, −1 for none, and how far it is.
    taker: Vec<f64>,
    error: Vec<f64>,
}

impl Plane {
    fn new(stems: usize) -> Self {
        let (of_stems, of_frames) = (vec![0.0; stems * PIECE], vec![0.0; PIECE]);
        Self {
            values: of_stems.clone(),
            integers: of_stems,
            sums: of_frames.clone(),
            active: of_frames.clone(),
            mixed: of_frames.clone(),
            giving: Giving {
                missing: of_frames.clone(),
                step: of_frames.clone(),
                last: of_frames.clone(),
                taker: of_frames.clone(),
                error: of_frames,
            },
        }
    }

    /// [`Self::distribute`] for a whole piece, frames side by side; returns on how many nobody had room.
    #[inline(always)]
    fn distribute_all(&mut self, length: usize, depth: Depth) -> u64 {
        let Self { values, integers, giving, .. } = self;
        let Giving { missing, step: steps, last, taker, error } = giving;
        let (missing, steps, last) = (&mut missing[..length], &mut steps[..length], &mut last[..length]);
        let (taker, error) = (&mut taker[..length], &mut error[..length]);
        let mut refused = 0;
        loop {
            let mut any = false;
            for n in 0..length {
                any |= missing[n] != 0.0;
                steps[n] = step(missing[n]);
                last[n] = if missing[n] > 0.0 { depth.highest } else { -depth.lowest };
            }
            if !any {
                break;
            }
            error.fill(f64::NEG_INFINITY);
            taker.fill(-1.0);
            let stems = values.chunks_exact(PIECE).zip(integers.chunks_exact(PIECE));
            for (number, (values, integers)) in stems.enumerate() {
                let (values, integers) = (&values[..length], &integers[..length]);
                let number = number as f64;
                for n in 0..length {
                    let off = (values[n] - integers[n]) * steps[n];
                    let nearer = (values[n] != 0.0) & (integers[n] * steps[n] < last[n]) & (off > error[n]);
                    error[n] = if nearer { off } else { error[n] };
                    taker[n] = if nearer { number } else { taker[n] };
                }
            }
            for (number, integers) in integers.chunks_exact_mut(PIECE).enumerate() {
                let (integers, number) = (&mut integers[..length], number as f64);
                for n in 0..length {
                    integers[n] += if taker[n] == number { steps[n] } else { 0.0 };
                }
            }
            for n in 0..length {
                let none = taker[n] < 0.0;
                refused += u64::from(none & (missing[n] != 0.0));
                missing[n] = if none { 0.0 } else { missing[n] - steps[n] };
            }
        }
        refused
    }

    /// Gives a remainder away, LSB by LSB, each to the active stem among those that take it which it brings nearest to
    /// its true value; returns what nobody has room for.
    fn distribute(&mut self, n: usize, mut remainder: f64, depth: Depth, takes: impl Fn(usize) -> bool) -> f64 {
        let step = remainder.signum();
        while remainder != 0.0 {
            let Some(stem) = self.nearest(n, step, depth, &takes) else { break };
            self.integers[stem * PIECE + n] += step;
            remainder -= step;
        }
        remainder
    }

    fn nearest(&self, n: usize, step: f64, depth: Depth, takes: impl Fn(usize) -> bool) -> Option<usize> {
        // Without a branch: which stem it will be cannot be foretold.
        let (mut most, mut best) = (f64::NEG_INFINITY, None);
        let last = if step > 0.0 { depth.highest } else { -depth.lowest };
        let values = self.values.iter().skip(n).step_by(PIECE);
        let integers = self.integers.iter().skip(n).step_by(PIECE);
        for (stem, (&value, &integer)) in values.zip(integers).enumerate() {
            let can = (value != 0.0) & (integer * step < last) & takes(stem);
            let error = if can { (value - integer) * step } else { f64::NEG_INFINITY };
            best = if error > most { Some(stem) } else { best };
            most = if error > most { error } else { most };
        }
        best
    }

    /// Whether one of the stems is active.
    fn sounds(&self, n: usize, stems: impl Iterator<Item = usize>) -> bool {
        stems.into_iter().any(|stem| self.values[stem * PIECE + n] != 0.0)
    }
}

impl SumQuantiser {
    /// To 16 or 24 `bits`, for sets of 1 to 8 channels. `gain` multiplies everything before it is quantised. Dither is of
    /// its own for every file, from its name, channel and frame.
    ///
    /// # Panics
    /// With other depths or numbers of channels.
    pub fn new(bits: u32, channels: usize, gain: f64, dither: bool, mix: &str, stems: &[String]) -> Self {
        assert!((1..=8).contains(&channels), "1 to 8 channels");
        Self {
            depth: Depth::new(bits),
            gain,
            dither,
            mix_id: name_hash(mix),
            stems: stems.iter().map(|name| Stem { id: name_hash(name), mono: false }).collect(),
            any_mono: false,
            frame: 0,
            remainders: Remainders::default(),
            planes: (0..channels).map(|_| Plane::new(stems.len())).collect(),
        }
    }

    /// Says which stems are written as one channel that stands in left and in right.
    ///
    /// # Panics
    /// When a stem is mono and the set is not stereo, or with other than one word for each stem.
    #[must_use]
    pub fn with_mono(mut self, mono: &[bool]) -> Self {
        assert_eq!(mono.len(), self.stems.len(), "a word for each stem");
        self.any_mono = mono.contains(&true);
        assert!(self.planes.len() == 2 || !self.any_mono, "mono stems are of stereo sets");
        for (stem, mono) in self.stems.iter_mut().zip(mono) {
            stem.mono = *mono;
        }
        self
    }

    /// Quantises the next block: planar f64 in, interleaved integers out, which are cleared first. A mono stem comes as
    /// its two lanes (or as one) and goes out with one value a frame. Values beyond the range are clipped; whoever calls
    /// measures peaks and refuses.
    ///
    /// # Panics
    /// When the numbers of channels, stems or frames are not those announced.
    pub fn block(&mut self, mix: &[&[f64]], stems: &[Vec<&[f64]>], mix_out: &mut Vec<i32>, stems_out: &mut [Vec<i32>]) {
        let channels = self.planes.len();
        assert_eq!((mix.len(), stems.len(), stems_out.len()), (channels, self.stems.len(), self.stems.len()));
        let frames = mix[0].len();
        mix_out.clear();
        mix_out.resize(frames * channels, 0);
        for (out, stem) in stems_out.iter_mut().zip(&self.stems) {
            out.clear();
            out.resize(frames * if stem.mono { 1 } else { channels }, 0);
        }
        widest(
            #[inline(always)]
            || {
                for start in (0..frames).step_by(PIECE) {
                    self.piece(start..frames.min(start + PIECE), mix, stems, mix_out, stems_out);
                }
            },
        );
        self.frame += frames as u64;
    }

    #[inline(always)]
    fn piece(
        &mut self,
        range: Range<usize>,
        mix: &[&[f64]],
        stems: &[Vec<&[f64]>],
        mix_out: &mut [i32],
        stems_out: &mut [Vec<i32>],
    ) {
        let (first, length, channels) = (self.frame + range.start as u64, range.len(), self.planes.len());
        for channel in 0..channels {
            self.quantise_stems(channel, first, &range, stems);
        }
        for (channel, mix) in mix.iter().enumerate() {
            self.quantise_mix(channel, first, &mix[range.clone()]);
        }
        if self.any_mono {
            (0..length).for_each(|n| self.settle_both(first, n));
        } else {
            for channel in 0..channels {
                self.settle(channel, first, length);
            }
        }
        self.put(&range, mix_out, stems_out);
    }

    /// One file on its own (a master, which nothing sums to), from the frame at which its block starts.
    pub fn alone(&self, name: &str, first: u64, channels: &[&[f64]], out: &mut Vec<i32>) {
        let (id, count) = (name_hash(name), channels.len());
        out.clear();
        out.resize(channels[0].len() * count, 0);
        for (c, channel) in channels.iter().enumerate() {
            for (n, (x, out)) in channel.iter().zip(out[c..].iter_mut().step_by(count)).enumerate() {
                let value = x * self.gain * self.depth.scale;
                *out = self.quantise(value, id, place(first + n as u64, c, count)) as i32;
            }
        }
    }

    /// The frame that the next block starts with.
    pub fn frame(&self) -> u64 {
        self.frame
    }

    /// Leaves frames out: dither goes on as if they had been quantised.
    pub fn skip(&mut self, frames: u64) {
        self.frame += frames;
    }

    /// What was found so far.
    pub fn remainders(&self) -> Remainders {
        self.remainders
    }

    #[inline]
    fn quantise(&self, value: f64, id: u64, place: u64) -> f64 {
        // Never into digital silence, which stays silence.
        self.depth.round(if self.dither && value != 0.0 { value + tpdf(id, place) } else { value })
    }

    /// Scales and rounds all stems of a channel of a piece, adds them up and counts the active ones.
    #[inline(always)]
    fn quantise_stems(&mut self, channel: usize, first: u64, range: &Range<usize>, stems: &[Vec<&[f64]>]) {
        let (length, channels) = (range.len(), self.planes.len());
        let mut plane = std::mem::take(&mut self.planes[channel]);
        plane.sums.fill(0.0);
        plane.active.fill(0.0);
        let slots = plane.values.chunks_exact_mut(PIECE).zip(plane.integers.chunks_exact_mut(PIECE));
        for ((stem, lanes), (values, integers)) in self.stems.iter().zip(stems).zip(slots) {
            let (values, integers) = (&mut values[..length], &mut integers[..length]);
            let (gain, depth) = (self.gain, self.depth);
            let lane = |channel: usize| &lanes[channel][range.clone()];
            if stem.mono && lanes.len() == 2 {
                for ((value, l), r) in values.iter_mut().zip(lane(0)).zip(lane(1)) {
                    *value = (l + r) * 0.5 * gain * depth.scale;
                }
            } else {
                for (value, x) in values.iter_mut().zip(lane(if stem.mono { 0 } else { channel })) {
                    *value = x * gain * depth.scale;
                }
            }
            if self.dither {
                // Both sides of a mono stem are one file, with one dither.
                let channel = if stem.mono { 0 } else { channel };
                for (n, (integer, value)) in integers.iter_mut().zip(&*values).enumerate() {
                    *integer = self.quantise(*value, stem.id, place(first + n as u64, channel, channels));
                }
            } else {
                for (integer, value) in integers.iter_mut().zip(&*values) {
                    *integer = depth.round(*value);
                }
            }
            for (sum, integer) in plane.sums.iter_mut().zip(&*integers) {
                *sum += integer;
            }
            for (active, value) in plane.active.iter_mut().zip(&*values) {
                *active += if *value != 0.0 { 1.0 } else { 0.0 };
            }
        }
        self.planes[channel] = plane;
    }

    /// Scales and rounds a channel of the mix.
    #[inline(always)]
    fn quantise_mix(&mut self, channel: usize, first: u64, mix: &[f64]) {
        let (gain, depth) = (self.gain, self.depth);
        for (mixed, x) in self.planes[channel].mixed.iter_mut().zip(mix) {
            *mixed = depth.round(x * gain * depth.scale);
        }
        if !self.dither {
            return;
        }
        for (n, x) in mix.iter().enumerate() {
            // Where every stem is silent nobody could take a dither of the mix.
            if self.planes[channel].active[n] != 0.0 {
                let channel_of_dither = if self.mono_alone(n) { 0 } else { channel };
                let place = place(first + n as u64, channel_of_dither, self.planes.len());
                self.planes[channel].mixed[n] = self.quantise(x * gain * depth.scale, self.mix_id, place);
            }
        }
    }

    /// Whether no stereo stem is active on either side of a frame.
    fn mono_alone(&self, n: usize) -> bool {
        let stereo = || (0..self.stems.len()).filter(|stem| !self.stems[*stem].mono);
        self.any_mono && !self.planes.iter().any(|plane| plane.sounds(n, stereo()))
    }

    /// What is missing to the mix on a sample, which goes into the evidence; `None` where it is over its bound.
    #[inline]
    fn remainder(&mut self, channel: usize, first: u64, n: usize) -> Option<f64> {
        let plane = &self.planes[channel];
        let remainder = plane.mixed[n] - plane.sums[n];
        let bound = (plane.active[n] + 1.0) * if self.dither { 1.5 } else { 0.5 };
        self.remainders.bound = self.remainders.bound.max(bound);
        if remainder == 0.0 {
            return Some(0.0);
        }
        self.remainders.largest = self.remainders.largest.max(remainder.abs() as u32);
        // A sum that is not a number fails this comparison too.
        if remainder.abs() <= bound {
            return Some(remainder);
        }
        self.remainders.over += 1;
        self.remainders.lsb_errors += 1;
        self.remainders.first_over.get_or_insert((first + n as u64, channel));
        None
    }

    /// Lets the integers of a channel add up.
    #[inline(always)]
    fn settle(&mut self, channel: usize, first: u64, length: usize) {
        let factor = if self.dither { 1.5 } else { 0.5 };
        let Plane { sums, active, mixed, giving, .. } = &mut self.planes[channel];
        let missing = &mut giving.missing[..length];
        // Magnitudes are ordered as their bits are, and a processor finds the largest of whole numbers side by side.
        let (mut largest, mut bound, mut over) = (0, 0, false);
        for n in 0..length {
            missing[n] = mixed[n] - sums[n];
            let (size, most) = (missing[n].abs(), (active[n] + 1.0) * factor);
            largest = size.to_bits().cast_signed().max(largest);
            bound = most.to_bits().cast_signed().max(bound);
            // A sum that is not a number is not within either.
            let within = size <= most;
            over |= !within;
        }
        if over {
            return self.settle_each(channel, first, length);
        }
        let [largest, bound] = [largest, bound].map(|bits| f64::from_bits(bits.cast_unsigned()));
        self.remainders.bound = self.remainders.bound.max(bound);
        self.remainders.largest = self.remainders.largest.max(largest as u32);
        self.remainders.lsb_errors += self.planes[channel].distribute_all(length, self.depth);
    }

    /// [`Self::settle`] where a remainder is over its bound.
    #[cold]
    fn settle_each(&mut self, channel: usize, first: u64, length: usize) {
        for n in 0..length {
            if let Some(remainder) = self.remainder(channel, first, n)
                && remainder != 0.0
            {
                let left = self.planes[channel].distribute(n, remainder, self.depth, |_| true);
                self.remainders.lsb_errors += u64::from(left != 0.0);
            }
        }
    }

    /// Lets the integers of both sides of a frame add up, where some stems are mono.
    fn settle_both(&mut self, first: u64, n: usize) {
        let found = [0, 1].map(|side| self.remainder(side, first, n));
        let Self { planes, stems, depth, remainders, .. } = self;
        let stereo = |stem: usize| !stems[stem].mono;
        let active = [0, 1].map(|side: usize| planes[side].sounds(n, (0..stems.len()).filter(|stem| stereo(*stem))));
        let wanted = match (found, active) {
            // Nothing is given away that could spoil the evidence.
            ([None, _] | [_, None], _) | (_, [true, true]) => 0.0,
            ([_, Some(right)], [true, false]) => right,
            ([Some(left), _], [false, true]) => left,
            ([Some(left), Some(right)], [false, false]) => ((left + right) * 0.5).trunc(),
        };
        // Their values are the same in both planes, so both planes choose the same stems.
        let given = [0, 1].map(|side: usize| wanted - planes[side].distribute(n, wanted, *depth, |stem| !stereo(stem)));
        for side in [0, 1] {
            let Some(remainder) = found[side] else { continue };
            if planes[side].distribute(n, remainder - given[side], *depth, stereo) == 0.0 {
                continue;
            }
            let differ = active == [false; 2] && found[0] != found[1];
            *(if differ { &mut remainders.unmet } else { &mut remainders.lsb_errors }) += 1;
        }
    }

    /// Interleaves the integers of a piece.
    #[inline(always)]
    fn put(&self, range: &Range<usize>, mix_out: &mut [i32], stems_out: &mut [Vec<i32>]) {
        let channels = self.planes.len();
        let wide = range.start * channels..range.end * channels;
        interleave(self.planes.iter().map(|plane| plane.mixed.as_slice()), channels, &mut mix_out[wide.clone()]);
        for (number, (stem, out)) in self.stems.iter().zip(stems_out).enumerate() {
            let own = number * PIECE..(number + 1) * PIECE;
            let planes = self.planes.iter().map(|plane| &plane.integers[own.clone()]);
            if stem.mono {
                interleave(planes.take(1), 1, &mut out[range.clone()]);
            } else {
                interleave(planes, channels, &mut out[wide.clone()]);
            }
        }
    }
}

#[inline(always)]
fn interleave<'a>(mut planes: impl Iterator<Item = &'a [f64]>, channels: usize, out: &mut [i32]) {
    // Whole numbers of 24 bits: with 1.5·2⁵² added, they stand in the lower bits as they are.
    let integer = |x: f64| (x + ROUND).to_bits() as i32;
    if channels == 2 {
        let (Some(left), Some(right)) = (planes.next(), planes.next()) else { return };
        for ((frame, left), right) in out.as_chunks_mut::<2>().0.iter_mut().zip(left).zip(right) {
            *frame = [integer(*left), integer(*right)];
        }
        return;
    }
    for (channel, plane) in planes.enumerate() {
        for (out, x) in out[channel..].iter_mut().step_by(channels).zip(plane) {
            *out = integer(*x);
        }
    }
}

/// FNV-1a, so that a file's dither depends on its name and on nothing else.
fn name_hash(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The number of a sample among the interleaved ones of its file.
#[inline]
fn place(frame: u64, channel: usize, channels: usize) -> u64 {
    frame * channels as u64 + channel as u64
}

/// Triangular noise in (−1, 1) LSB: the difference of two uniform numbers, from a splitmix64 hash.
#[inline]
fn tpdf(id: u64, place: u64) -> f64 {
    let mut z = id.wrapping_add((place + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^= z >> 31;
    let unit = 1.0 / 4_294_967_296.0;
    f64::from((z >> 32) as u32) * unit - f64::from(z as u32) * unit
}

#[cfg(test)]
mod tests;
