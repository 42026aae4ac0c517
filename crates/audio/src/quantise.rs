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

mod plane;

use plane::{Depth, PIECE, Plane, ROUND, WIDE};
use std::ops::Range;
use stemwright_simd::{peak, widest};

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
    /// The largest magnitudes of the last block, of the scaled mix and then the scaled stems.
    largest: Vec<f64>,
}

struct Stem {
    id: u64,
    mono: bool,
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
            largest: vec![0.0; 1 + stems.len()],
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
        self.largest.fill(0.0);
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

    /// The largest magnitudes of the last block, after the gain: of the mix, and of the stems in their order. What is not a
    /// number is infinite.
    pub fn peaks(&self) -> impl Iterator<Item = f64> {
        self.largest.iter().map(|largest| largest / self.depth.scale)
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
        let Plane { values, integers, sums, active, .. } = &mut plane;
        sums.fill(0.0);
        active.fill(0.0);
        let (sums, active) = (&mut sums[..length], &mut active[..length]);
        let slots = values.chunks_exact_mut(PIECE).zip(integers.chunks_exact_mut(PIECE));
        for (number, ((stem, lanes), (values, integers))) in self.stems.iter().zip(stems).zip(slots).enumerate() {
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
            self.largest[1 + number] = self.largest[1 + number].max(peak(values));
            for n in 0..length {
                let (value, integer) = (values[n], integers[n]);
                sums[n] += integer;
                active[n] += if value != 0.0 { 1.0 } else { 0.0 };
                values[n] = if value != 0.0 { value } else { f64::NAN };
            }
        }
        self.planes[channel] = plane;
    }

    /// Scales and rounds a channel of the mix.
    #[inline(always)]
    fn quantise_mix(&mut self, channel: usize, first: u64, mix: &[f64]) {
        let (gain, depth) = (self.gain, self.depth);
        let plane = &mut self.planes[channel];
        let values = &mut plane.missing[..mix.len()];
        for (value, x) in values.iter_mut().zip(mix) {
            *value = x * gain * depth.scale;
        }
        self.largest[0] = self.largest[0].max(peak(values));
        for (mixed, value) in plane.mixed.iter_mut().zip(values) {
            *mixed = depth.round(*value);
        }
        // What fills a piece up adds up.
        plane.mixed[mix.len()..].fill(0.0);
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
        let filled = length.next_multiple_of(WIDE);
        let Plane { sums, active, mixed, missing, .. } = &mut self.planes[channel];
        let missing = missing[..filled].as_chunks_mut::<WIDE>().0.iter_mut();
        let terms =
            mixed.as_chunks::<WIDE>().0.iter().zip(sums.as_chunks::<WIDE>().0).zip(active.as_chunks::<WIDE>().0);
        let (mut most, mut most_active, mut over) = ([0.0; WIDE], [0.0; WIDE], [0u64; WIDE]);
        for (missing, ((mixed, sums), active)) in missing.zip(terms) {
            for n in 0..WIDE {
                missing[n] = mixed[n] - sums[n];
                let (size, bound) = (missing[n].abs(), (active[n] + 1.0) * factor);
                most[n] = if size > most[n] { size } else { most[n] };
                most_active[n] = if active[n] > most_active[n] { active[n] } else { most_active[n] };
                // A sum that is not a number is not within its bound either.
                over[n] |= if size <= bound { 0 } else { 1 };
            }
        }
        if over != [0; WIDE] {
            return self.settle_each(channel, first, length);
        }
        let most = most.into_iter().fold(0.0, f64::max) as u32;
        let bound = (most_active.into_iter().fold(0.0, f64::max) + 1.0) * factor;
        self.remainders.bound = self.remainders.bound.max(bound);
        self.remainders.largest = self.remainders.largest.max(most);
        if most > 0 {
            let loudest = self.largest[1..].iter().fold(0.0, |most: f64, largest| most.max(*largest)) + 2.0;
            self.remainders.lsb_errors += self.planes[channel].distribute_all(length, most, loudest, self.depth);
        }
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
