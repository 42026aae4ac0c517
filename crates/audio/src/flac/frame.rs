//! Frames (RFC 9639, section 9): a block of every channel, and of two channels what they have in common.

use stemwright_core::SampleRate;
use stemwright_simd::widest;

use super::bits::Bits;
use super::crc::{crc8, crc16};
use super::linear::Analysis;
use super::subframe::Subframe;

/// Frames of audio in one frame of FLAC, as the reference encoder has it; the last has what is left.
pub(super) const BLOCK: usize = 4096;
/// How two channels can be stored: what the header says (section 9.1.3), and which two of left, right, mid and side.
const STEREO: [(u64, [usize; 2]); 4] = [(0b0001, [0, 1]), (0b1000, [0, 3]), (0b1001, [3, 1]), (0b1010, [2, 3])];

/// What codes the blocks of a file, in their order.
#[derive(Debug)]
pub(super) struct FrameCoder {
    rate: SampleRate,
    bits: u32,
    channels: usize,
    /// Of each channel; of left, right, mid and side where there are two.
    subframes: Vec<Subframe>,
    analysis: Analysis,
    /// The next frame's number.
    number: u64,
}

impl FrameCoder {
    pub(super) fn new(rate: SampleRate, channels: usize, bits: u32) -> Self {
        let subframes =
            std::iter::repeat_with(Subframe::default).take(if channels == 2 { 4 } else { channels }).collect();
        Self { rate, bits, channels, subframes, analysis: Analysis::default(), number: 0 }
    }

    /// Appends the frame of a block of interleaved little-endian samples.
    pub(super) fn code(&mut self, block: &[u8], out: &mut Bits) {
        self.take_apart(block);
        let length = block.len() / (self.channels * self.bits as usize / 8);
        let start = out.bytes().len();
        if self.channels == 2 {
            let (assignment, stored) = self.plan_stereo();
            self.write_header(assignment, length, out);
            stored.iter().for_each(|number| self.subframes[*number].write(out));
        } else {
            self.subframes.iter_mut().for_each(|subframe| subframe.plan(self.bits, &mut self.analysis));
            self.write_header(self.channels as u64 - 1, length, out);
            self.subframes.iter().for_each(|subframe| subframe.write(out));
        }
        out.align();
        out.put(crc16(&out.bytes()[start..]).into(), 16);
        self.number += 1;
    }

    fn take_apart(&mut self, block: &[u8]) {
        let width = self.bits as usize / 8;
        for (number, subframe) in self.subframes.iter_mut().enumerate().take(self.channels) {
            subframe.samples.clear();
            let frames = block.chunks_exact(self.channels * width);
            let samples = frames.map(|frame| match frame[number * width..][..width] {
                [a, b] => i32::from(i16::from_le_bytes([a, b])),
                [a, b, c] => i32::from_le_bytes([0, a, b, c]) >> 8,
                _ => unreachable!("16 or 24 bits"),
            });
            subframe.samples.extend(samples);
        }
    }

    /// What the header says of the channels, and which two are stored.
    fn plan_stereo(&mut self) -> (u64, [usize; 2]) {
        let Self { bits, subframes, analysis, .. } = self;
        let [left, right, mid, side] = &mut subframes[..] else { unreachable!("two channels have four subframes") };
        mid.samples.resize(left.samples.len(), 0);
        side.samples.resize(left.samples.len(), 0);
        widest(
            #[inline(always)]
            || {
                let pairs = left.samples.iter().zip(&right.samples);
                for ((left, right), (mid, side)) in pairs.zip(mid.samples.iter_mut().zip(&mut side.samples)) {
                    // The bit that halving loses is the lowest of the side as well (section 4.2).
                    (*mid, *side) = ((left + right) >> 1, left - right);
                }
            },
        );
        for subframe in [left, right, mid] {
            subframe.plan(*bits, analysis);
        }
        side.plan(*bits + 1, analysis);
        let size = |stored: [usize; 2]| stored.iter().map(|number| subframes[*number].size).sum::<u64>();
        STEREO.into_iter().min_by_key(|(_, stored)| size(*stored)).expect("there are four")
    }

    /// The header (section 9.1), with its checksum.
    fn write_header(&self, assignment: u64, length: usize, out: &mut Bits) {
        let start = out.bytes().len();
        let hz = self.rate.hz();
        let (block, block_width) = match length {
            BLOCK => (0b1100, 0),
            1..=0x100 => (0b0110, 8),
            _ => (0b0111, 16),
        };
        let (rate, rate_width, rate_value) = match hz {
            88_200 => (1, 0, 0),
            176_400 => (2, 0, 0),
            192_000 => (3, 0, 0),
            8_000 => (4, 0, 0),
            16_000 => (5, 0, 0),
            22_050 => (6, 0, 0),
            24_000 => (7, 0, 0),
            32_000 => (8, 0, 0),
            44_100 => (9, 0, 0),
            48_000 => (10, 0, 0),
            96_000 => (11, 0, 0),
            ..=0xffff => (13, 16, hz),
            _ => (14, 16, hz / 10),
        };
        // 15 bits to find a frame by, then that blocks are of a fixed length.
        out.put(0xfff8, 16);
        out.put(block, 4);
        out.put(rate, 4);
        out.put(assignment, 4);
        // The depth, and a bit that is reserved.
        out.put(if self.bits == 16 { 0b1000 } else { 0b1100 }, 4);
        self.write_number(out);
        if block_width > 0 {
            out.put(length as u64 - 1, block_width);
        }
        if rate_width > 0 {
            out.put(rate_value.into(), rate_width);
        }
        out.put(crc8(&out.bytes()[start..]).into(), 8);
    }

    /// The frame's number, as UTF-8 has numbers (section 9.1.5).
    fn write_number(&self, out: &mut Bits) {
        let number = self.number;
        if number < 0x80 {
            return out.put(number, 8);
        }
        // So many bytes of 6 bits follow the first, which has as many ones in front, one for itself and a zero.
        let more = (1..6).find(|more| number < 1 << (5 * more + 6)).expect("a file has fewer than 2³¹ blocks");
        out.put((0xff00 >> (more + 1) & 0xff) | number >> (6 * more), 8);
        for at in (0..more).rev() {
            out.put(0x80 | (number >> (6 * at) & 0x3f), 8);
        }
    }
}
