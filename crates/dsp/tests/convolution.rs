//! The convolution reverb against the sum that defines it, and how fast it is.

mod signals;

use signals::noise;
use std::sync::Arc;
use std::time::Instant;
use stemwright_core::{Convolution, Db, SampleRate, Unit};
use stemwright_dsp::{Controller, ConvolutionUnit, Linear, Room};

const HZ: u32 = 48_000;

fn response(seed: u64, frames: usize) -> Vec<f64> {
    let decay = |n: usize| libm::exp(-(n as f64) / (0.2 * frames as f64));
    noise(seed, frames).iter().enumerate().map(|(n, x)| x * decay(n)).collect()
}

fn through(
    convolution: &Convolution,
    file: &[Vec<f64>],
    input: &[Vec<f64>],
    start: i64,
    block: usize,
) -> Vec<Vec<f64>> {
    let room = Arc::new(Room::new(convolution, file, input.len(), f64::from(HZ)));
    let mut unit = ConvolutionUnit::new(&room);
    let rate = SampleRate::new(HZ).expect("a rate");
    let mut controller = Controller::of_unit(&Unit::Convolution(convolution.clone()), 0, &[], rate);
    let mut out = input.to_vec();
    for at in (0..out[0].len()).step_by(block) {
        let to = (at + block).min(out[0].len());
        let mut slices: Vec<&mut [f64]> = out.iter_mut().map(|channel| &mut channel[at..to]).collect();
        let start = start + at as i64;
        unit.process(start, &mut slices, controller.block(start, to - at));
    }
    out
}

/// Σ h\[k\]·x\[n−k\], frame by frame.
fn direct(h: &[f64], x: &[f64]) -> Vec<f64> {
    (0..x.len()).map(|n| (0..h.len().min(n + 1)).map(|k| h[k] * x[n - k]).sum()).collect()
}

fn difference(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

/// Lengths on either side of every edge of the head and of the partitions; sessions may begin anywhere.
#[test]
fn it_is_the_sum_of_the_law() {
    for frames in [1, 2, 127, 128, 129, 255, 257, 1023, 1024, 1025, 2047, 9000] {
        for start in [0, -77, 100_003] {
            let (h, x) = (response(3, frames), noise(4, 12_000));
            let out =
                through(&Convolution::new("a room"), std::slice::from_ref(&h), std::slice::from_ref(&x), start, 480);
            let wanted = direct(&h, &x);
            let off = difference(&out[0], &wanted);
            // A transform rounds by some 2⁻⁵² of the product of the norms of what it convolves: here up to 74·24.
            assert!(off < 1e-12, "{frames} frames from {start}: {off:e} off");
        }
    }
}

/// 65536-frame partitions, by an input of few impulses: their responses, moved and added.
#[test]
fn long_rooms_are_moved_copies_of_their_impulse_response() {
    let h = response(5, 200_000);
    let mut x = vec![0.0; 400_000];
    let hits = [(3usize, 1.0), (70_001, -0.5), (131_072, 0.25)];
    for (at, level) in hits {
        x[at] = level;
    }
    let out = through(&Convolution::new("a room"), std::slice::from_ref(&h), &[x], -5, 4096);
    let mut wanted = vec![0.0; 400_000];
    for (at, level) in hits {
        wanted[at..].iter_mut().zip(&h).for_each(|(sum, h)| *sum += level * h);
    }
    let off = difference(&out[0], &wanted);
    assert!(off < 1e-14, "{off:e}");
    assert!(out[0][131_072 + 200_000..].iter().all(|&x| x == 0.0), "after the last frame it is exactly 0");
    assert!(out[0][..3].iter().all(|&x| x == 0.0), "before the first one too");
}

#[test]
fn every_number_of_channels_goes_where_the_law_says() {
    let file: Vec<Vec<f64>> = (0..4).map(|c| response(10 + c, 500)).collect();
    let (left, right) = (noise(20, 2000), noise(21, 2000));
    let plain = Convolution::new("a room");
    let add = |a: Vec<f64>, b: Vec<f64>| -> Vec<f64> { a.iter().zip(&b).map(|(a, b)| a + b).collect() };
    let stereo = [left.clone(), right.clone()];
    for (channels, wanted) in [
        (1, [direct(&file[0], &left), direct(&file[0], &right)]),
        (2, [direct(&file[0], &left), direct(&file[1], &right)]),
        (
            4,
            [
                add(direct(&file[0], &left), direct(&file[2], &right)),
                add(direct(&file[1], &left), direct(&file[3], &right)),
            ],
        ),
    ] {
        let out = through(&plain, &file[..channels], &stereo, 0, 500);
        for (out, wanted) in out.iter().zip(&wanted) {
            assert!(difference(out, wanted) < 1e-13, "{channels} channels");
        }
        // One channel is left and right alike, and gets the mean of both.
        let both = through(&plain, &file[..channels], &[left.clone(), left.clone()], 0, 500);
        let mean: Vec<f64> = both[0].iter().zip(&both[1]).map(|(l, r)| (l + r) / 2.0).collect();
        let one = through(&plain, &file[..channels], std::slice::from_ref(&left), 0, 500);
        assert!(difference(&one[0], &mean) < 1e-13, "{channels} channels on a mono strip");
    }
}

#[test]
fn predelay_gain_length_mix_and_normalising_do_what_they_say() {
    let (h, x) = (response(7, 4800), noise(8, 6000));
    let convolution = Convolution {
        predelay: 0.010,
        gain: Db(-6.0),
        length: 0.05,
        normalise: true,
        wet: 0.4,
        ..Convolution::new("a room")
    };
    let out = through(&convolution, std::slice::from_ref(&h), std::slice::from_ref(&x), 0, 100);
    let used = &h[..2400];
    let energy: f64 = used.iter().map(|x| x * x).sum();
    let wet = direct(used, &x);
    for n in 0..x.len() {
        let delayed = n.checked_sub(480).map_or(0.0, |n| wet[n]);
        let wanted = 0.6 * x[n] + 0.4 * libm::exp10(-6.0 / 20.0) * delayed / energy.sqrt();
        assert!((out[0][n] - wanted).abs() < 1e-13, "frame {n}");
    }
}

/// Speed belongs in benches; here it is only said, and held to what no machine misses.
#[test]
fn half_a_minute_of_room_is_faster_than_playing_it() {
    let h: Vec<Vec<f64>> = (0..4).map(|c| response(c, 30 * HZ as usize)).collect();
    let room = Arc::new(Room::new(&Convolution::new("a room"), &h, 2, f64::from(HZ)));
    let mut unit = ConvolutionUnit::new(&room);
    let seconds = 6;
    let mut block = [noise(1, 4096), noise(2, 4096)];
    let begun = Instant::now();
    let mut at = 0;
    while at < seconds * i64::from(HZ) {
        let mut slices: Vec<&mut [f64]> = block.iter_mut().map(Vec::as_mut_slice).collect();
        unit.process(at, &mut slices, stemwright_dsp::Controls::fixed(&[0.999, 0.0001]));
        at += 4096;
    }
    let took = begun.elapsed().as_secs_f64();
    let times = seconds as f64 / took;
    eprintln!("30 s of true stereo at 48 kHz: {times:.0} times as fast as played");
    assert!(times > 1.0 || cfg!(debug_assertions));
}
