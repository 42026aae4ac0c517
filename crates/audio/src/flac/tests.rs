//! What is coded is decoded the same, by our reader and by the reference decoder, whatever the signal.

use std::path::Path;
use std::process::Command;

use stemwright_core::SampleRate;

use super::bits::Bits;
use super::frame::{BLOCK, FrameCoder};
use super::metadata::StreamInfo;
use crate::testing::program;
use crate::{Files, Media, sha256};

/// The same numbers on every run (Knuth's MMIX).
struct Random(u64);

impl Random {
    /// A whole number of so many bits, signed.
    fn bits(&mut self, bits: u32) -> i32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 as i64 >> (64 - bits)) as i32
    }
}

const SIGNALS: [&str; 18] = [
    "silence",
    "top",
    "bottom",
    "square",
    "opposite squares",
    "white noise",
    "faint noise",
    "extremes",
    "sine",
    "slow sine",
    "slow sine, then extremes",
    "slow sine, then its inverse",
    "impulse",
    "ramp",
    "wasted bits",
    "16 bits",
    "noise, then nothing",
    "the same in all channels",
];

fn signal(name: &str, bits: u32, channel: usize, frames: usize) -> Vec<i32> {
    let (least, most) = (-(1 << (bits - 1)), (1 << (bits - 1)) - 1);
    let mut random = Random(channel as u64 + 1);
    let sine = |n: usize, pitch: f64| (libm::sin(pitch * n as f64) * f64::from(most)) as i32;
    let late = |n: usize| n % BLOCK > BLOCK - 40;
    (0..frames)
        .map(|n| match name {
            "silence" => 0,
            "top" => most,
            "bottom" => least,
            "square" => [least, most][n % 2],
            "opposite squares" => [least, most][(n / 3 + channel) % 2],
            "white noise" => random.bits(bits),
            "faint noise" => random.bits(2 + channel as u32),
            "extremes" => [least, most][(random.bits(2) & 1) as usize],
            "sine" => sine(n, 0.3 + channel as f64 / 10.0),
            "slow sine" => sine(n, 0.001),
            // The window hides the end of a block from the analysis, and predictors of slow sines have the largest gain.
            "slow sine, then extremes" if late(n) => [least, most][(random.bits(2) & 1) as usize],
            "slow sine, then extremes" => sine(n, 0.002),
            "slow sine, then its inverse" => {
                if late(n) {
                    -sine(n, 0.01)
                } else {
                    sine(n, 0.01)
                }
            }
            "impulse" => {
                if n == frames / 2 {
                    least
                } else {
                    0
                }
            }
            "ramp" => (n as i32 * 5).min(most) - channel as i32,
            "wasted bits" => random.bits(bits - 5 - channel as u32 % 3) << 5,
            "16 bits" => random.bits(16) << (bits - 16),
            "noise, then nothing" => {
                if n % 1000 < 300 {
                    random.bits(bits)
                } else {
                    0
                }
            }
            "the same in all channels" => Random(n as u64 * 0x9e37_79b9).bits(bits - 3),
            _ => unreachable!("{name}"),
        })
        .collect()
}

fn little_endian(planes: &[Vec<i32>], bits: u32) -> Vec<u8> {
    let samples = (0..planes[0].len()).flat_map(|n| planes.iter().map(move |plane| plane[n]));
    samples.flat_map(|sample| sample.to_le_bytes().into_iter().take(bits as usize / 8)).collect()
}

/// A whole file.
fn encode(planes: &[Vec<i32>], bits: u32) -> Vec<u8> {
    let (rate, channels) = (SampleRate::new(48_000).unwrap(), planes.len());
    let bytes = little_endian(planes, bits);
    let mut info = StreamInfo::new(BLOCK as u16, rate, channels as u8, bits as u8);
    let mut coder = FrameCoder::new(rate, channels, bits);
    let mut coded = Bits::default();
    for block in bytes.chunks(BLOCK * channels * bits as usize / 8) {
        let before = coded.bytes().len();
        coder.code(block, &mut coded);
        let size = coded.bytes().len() - before;
        // Header and checksum of the frame, headers of its channels.
        assert!(size <= block.len() + 18 + channels, "{size} bytes for {}", block.len());
        info.frame(size as u32);
    }
    info.complete(planes[0].len() as u64, md5::compute(&bytes).0);
    [b"fLaC\x80\0\0\x22", &info.to_bytes()[..], coded.bytes()].concat()
}

fn by_our_reader(path: &Path, bits: u32) -> Vec<Vec<i32>> {
    let files = Files::new();
    let info = files.info(path).unwrap();
    assert_eq!(info.bits, Some(bits as u16));
    let mut planes = vec![vec![0.0; info.frames as usize]; info.channels];
    let mut slices: Vec<&mut [f64]> = planes.iter_mut().map(Vec::as_mut_slice).collect();
    assert_eq!(files.open(path, 0).unwrap().read(&mut slices).unwrap(), info.frames as usize);
    let scale = f64::from(1 << (bits - 1));
    planes.iter().map(|plane| plane.iter().map(|sample| (sample * scale) as i32).collect()).collect()
}

fn each(lengths: &[usize], channels: &[usize], mut see: impl FnMut(&Path, &[Vec<i32>], u32, &str)) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.flac");
    for name in SIGNALS {
        for bits in [16, 24] {
            for &channels in channels {
                for &frames in lengths {
                    let planes: Vec<_> = (0..channels).map(|channel| signal(name, bits, channel, frames)).collect();
                    std::fs::write(&path, encode(&planes, bits)).unwrap();
                    see(&path, &planes, bits, &format!("{name}, {bits} bits, {channels} × {frames}"));
                }
            }
        }
    }
}

#[test]
fn every_signal_is_read_back_by_our_reader() {
    let lengths = [1, 2, 3, 4, 5, 8, 9, 16, 24, 25, 26, 47, 255, 256, 257, 1_024, 4_095, 4_096, 4_097, 12_301];
    each(&lengths, &[1, 2], |path, planes, bits, what| assert!(by_our_reader(path, bits) == planes, "{what}"));
    each(&[7, 5_000], &[3, 4, 5, 6, 7, 8], |path, planes, bits, what| {
        assert!(by_our_reader(path, bits) == planes, "{what}");
    });
}

#[test]
fn every_signal_is_read_back_by_the_reference_decoder() {
    if !program("flac") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let raw = folder.path().join("x.raw");
    each(&[1, 30, 8_999], &[1, 2, 3, 8], |path, planes, bits, what| {
        // It holds the samples against the checksum of STREAMINFO.
        let mut flac = Command::new("flac");
        flac.args(["-s", "-w", "-f", "-d", "--force-raw-format", "--endian=little", "--sign=signed", "-o"]);
        let run = flac.arg(&raw).arg(path).output().unwrap();
        assert!(run.status.success(), "{what}: {}", String::from_utf8_lossy(&run.stderr));
        assert!(std::fs::read(&raw).unwrap() == little_endian(planes, bits), "{what}");
    });
}

/// On every machine the same bytes, with every kind of subframe: a change of the encoder, or of a processor's
/// instructions, shows here.
#[test]
fn the_bytes_of_every_signal_are_those_that_were_once_written() {
    let mut all = Vec::new();
    each(&[5_000], &[1, 2], |path, _, _, _| all.extend(std::fs::read(path).unwrap()));
    assert_eq!(sha256(&all), "86a5a3860d38d9b224bfc2033da79aa1663a2aff3291b618f2b6f1bd2410e548");
}

#[test]
fn nothing_costs_next_to_nothing() {
    let size = |name: &str, channels: usize| {
        let planes: Vec<_> = (0..channels).map(|channel| signal(name, 24, channel, 10 * BLOCK)).collect();
        encode(&planes, 24).len() - 42
    };
    // 6 bytes of header, 2 of checksum, 4 for each channel, and one more for its side.
    assert!(size("silence", 1) <= 10 * 12 && size("silence", 2) <= 10 * 17);
    // A side of nothing.
    assert!(size("the same in all channels", 2) <= size("the same in all channels", 1) + 10 * 4);
    // Bits that are always zero.
    assert!(size("16 bits", 1) <= 10 * (BLOCK * 2 + 16));
    // A sine is known from its past but for what coefficients of 15 bits cannot say.
    assert!(size("sine", 1) <= 10 * BLOCK * 12 / 8, "{}", size("sine", 1));
}
