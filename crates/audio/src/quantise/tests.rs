//! Sets of noises, quantised and added up again.

use super::*;

const SCALE: f64 = 8_388_608.0;

fn noise(seed: u64, n: usize) -> Vec<f64> {
    (0..n as u64).map(|i| tpdf(seed, i) * 0.05).collect()
}

fn sum(signals: &[Vec<f64>]) -> Vec<f64> {
    (0..signals[0].len()).map(|n| signals.iter().map(|signal| signal[n]).sum()).collect()
}

fn names(count: usize) -> Vec<String> {
    (0..count).map(|number| number.to_string()).collect()
}

/// Quantises N noises and their sum; returns the remainders, the largest distance of an integer from its float, and
/// the number of samples that do not add up.
fn run(bits: u32, channels: usize, stems: usize, dither: bool) -> (Remainders, f64, usize) {
    let n = 20_000;
    let signals: Vec<Vec<Vec<f64>>> = (0..stems * channels)
        .collect::<Vec<_>>()
        .chunks(channels)
        .map(|seeds| seeds.iter().map(|seed| noise(*seed as u64 + 7, n)).collect())
        .collect();
    let lanes = |c: usize| signals.iter().map(|stem| stem[c].clone()).collect::<Vec<_>>();
    let mix: Vec<Vec<f64>> = (0..channels).map(|c| sum(&lanes(c))).collect();
    let mut quantiser = SumQuantiser::new(bits, channels, 1.0, dither, "mix", &names(stems));
    let (mut mix_out, mut outs) = (Vec::new(), vec![Vec::new(); stems]);
    let (mut farthest, mut wrong) = (0.0f64, 0);
    let scale = f64::from(1 << (bits - 1));
    // In blocks that do not fit the pieces.
    for start in (0..n).step_by(3_001) {
        let range = start..n.min(start + 3_001);
        let mix: Vec<&[f64]> = mix.iter().map(|lane| &lane[range.clone()]).collect();
        let stems: Vec<Vec<&[f64]>> =
            signals.iter().map(|stem| stem.iter().map(|lane| &lane[range.clone()]).collect()).collect();
        quantiser.block(&mix, &stems, &mut mix_out, &mut outs);
        assert_eq!(mix_out.len(), range.len() * channels);
        for i in 0..mix_out.len() {
            wrong += usize::from(mix_out[i] != outs.iter().map(|out| out[i]).sum::<i32>());
            for (out, stem) in outs.iter().zip(&stems) {
                let value = stem[i % channels][i / channels] * scale;
                farthest = farthest.max((f64::from(out[i]) - value).abs());
            }
        }
    }
    assert_eq!(quantiser.frame(), n as u64);
    (quantiser.remainders(), farthest, wrong)
}

#[test]
fn integers_add_up_and_stay_near_their_floats() {
    for (bits, channels, stems) in
        [(24, 2, 1), (24, 2, 2), (24, 2, 3), (24, 2, 8), (24, 2, 16), (16, 2, 8), (24, 1, 3), (16, 6, 5), (24, 8, 2)]
    {
        let (remainders, farthest, wrong) = run(bits, channels, stems, false);
        assert_eq!((wrong, remainders.lsb_errors, remainders.over, remainders.unmet), (0, 0, 0, 0), "{stems} stems");
        assert!(farthest <= 2.0 && f64::from(remainders.largest) <= remainders.bound, "{stems}: {farthest}");
        let (remainders, farthest, wrong) = run(bits, channels, stems, true);
        assert_eq!((wrong, remainders.lsb_errors, remainders.over, remainders.unmet), (0, 0, 0, 0), "{stems} dither");
        assert!(farthest <= 3.5 && f64::from(remainders.largest) <= remainders.bound, "{stems}: {farthest}");
    }
}

#[test]
fn a_stem_that_is_not_in_the_mix_is_over_the_bound() {
    let signal = noise(1, 100);
    let mix: Vec<f64> = signal.iter().map(|x| x * 1.0001).collect();
    let mut quantiser = SumQuantiser::new(24, 2, 1.0, false, "mix", &["a".into()]);
    let (mut mix_out, mut outs) = (Vec::new(), vec![Vec::new()]);
    quantiser.block(&[&mix, &mix], &[vec![&signal, &signal]], &mut mix_out, &mut outs);
    let remainders = quantiser.remainders();
    assert!(remainders.over > 0 && remainders.lsb_errors == remainders.over);
    assert!(remainders.first_over.is_some());
}

#[test]
fn silence_stays_silence_under_dither() {
    let (silence, signal) = (vec![0.0; 500], noise(3, 500));
    let mut quantiser = SumQuantiser::new(24, 2, 1.0, true, "mix", &["a".into(), "b".into()]);
    let (mut mix_out, mut outs) = (Vec::new(), vec![Vec::new(); 2]);
    let stems: [Vec<&[f64]>; 2] = [vec![&signal, &silence], vec![&silence, &silence]];
    quantiser.block(&[&signal, &silence], &stems, &mut mix_out, &mut outs);
    assert!(outs[1].iter().all(|&x| x == 0) && outs[0].iter().skip(1).step_by(2).all(|&x| x == 0));
    assert!(mix_out.iter().skip(1).step_by(2).all(|&x| x == 0));
}

#[test]
fn dither_is_triangular() {
    let n = 200_000;
    let (mut sum, mut squares) = (0.0, 0.0);
    for i in 0..n {
        let d = tpdf(99, 2 * i + 1);
        sum += d;
        squares += d * d;
    }
    // Mean 0 and variance 1/6 within four standard errors.
    assert!((sum / n as f64).abs() < 4.0 * (1.0f64 / 6.0 / n as f64).sqrt());
    assert!((squares / n as f64 - 1.0 / 6.0).abs() < 0.002);
}

/// A stereo set of which some stems are mono: what it is like, and how the integers add up.
struct Mixed {
    remainders: Remainders,
    /// Samples that do not add up, and by how much at most.
    wrong: u64,
    most: i32,
    /// The largest distance of a mono stem's integer from its float.
    farthest: f64,
}

/// `stems` are left, right and whether it is mono.
fn mixed(bits: u32, dither: bool, stems: &[(Vec<f64>, Vec<f64>, bool)]) -> Mixed {
    let n = stems[0].0.len();
    let mono: Vec<bool> = stems.iter().map(|stem| stem.2).collect();
    let left = sum(&stems.iter().map(|stem| stem.0.clone()).collect::<Vec<_>>());
    let right = sum(&stems.iter().map(|stem| stem.1.clone()).collect::<Vec<_>>());
    let mut quantiser = SumQuantiser::new(bits, 2, 1.0, dither, "mix", &names(stems.len())).with_mono(&mono);
    let (mut mix_out, mut outs) = (Vec::new(), vec![Vec::new(); stems.len()]);
    let lanes: Vec<Vec<&[f64]>> = stems.iter().map(|(l, r, _)| vec![l.as_slice(), r.as_slice()]).collect();
    quantiser.block(&[&left, &right], &lanes, &mut mix_out, &mut outs);
    let mut found = Mixed { remainders: quantiser.remainders(), wrong: 0, most: 0, farthest: 0.0 };
    for i in 0..2 * n {
        let value = |(out, mono): (&Vec<i32>, &bool)| if *mono { out[i / 2] } else { out[i] };
        let off = (mix_out[i] - outs.iter().zip(&mono).map(value).sum::<i32>()).abs();
        found.wrong += u64::from(off != 0);
        found.most = found.most.max(off);
    }
    for (out, (l, _, _)) in outs.iter().zip(stems).filter(|(_, stem)| stem.2) {
        assert_eq!(out.len(), n);
        for (integer, value) in out.iter().zip(l) {
            let off = f64::from(*integer) - value * f64::from(1 << (bits - 1));
            found.farthest = found.farthest.max(off.abs());
        }
    }
    found
}

fn mono(seed: u64, n: usize) -> (Vec<f64>, Vec<f64>, bool) {
    (noise(seed, n), noise(seed, n), true)
}

#[test]
fn mono_stems_among_stereo_stems_cost_nothing() {
    let n = 20_000;
    let stereo = |seed| (noise(seed, n), noise(seed + 50, n), false);
    // Hard left: where it is the only stereo stem, it makes up for what the mono stems do for the right side.
    let hard = (noise(99, n), vec![0.0; n], false);
    for stems in [
        vec![mono(1, n), stereo(2)],
        vec![mono(1, n), mono(2, n), mono(3, n), stereo(4), stereo(5)],
        vec![mono(1, n), mono(2, n), hard],
    ] {
        for (bits, dither) in [(24, false), (16, true)] {
            let found = mixed(bits, dither, &stems);
            assert_eq!((found.wrong, found.remainders.lsb_errors, found.remainders.unmet), (0, 0, 0));
            assert!(found.remainders.over == 0 && found.farthest <= if dither { 4.5 } else { 2.5 });
        }
    }
}

#[test]
fn mono_stems_alone_add_up_where_left_and_right_agree() {
    let n = 20_000;
    for count in [1, 2, 5] {
        let stems: Vec<_> = (0..count).map(|seed| mono(seed, n)).collect();
        for (bits, dither) in [(24, false), (16, true), (24, true)] {
            let found = mixed(bits, dither, &stems);
            assert_eq!((found.wrong, found.remainders.lsb_errors, found.remainders.unmet), (0, 0, 0), "{count}");
        }
    }
}

#[test]
fn where_left_and_right_cannot_both_be_met_it_is_counted_and_off_by_one_step() {
    let n = 20_000;
    let lsb = 1.0 / SCALE;
    // On the edge between two integers: 2⁻³⁴ of the peak decides which one it is.
    let left: Vec<f64> = (0..n).map(|i| (i as f64 - 5_000.5) * lsb).collect();
    let right: Vec<f64> = left.iter().map(|x| x + 2f64.powi(-44)).collect();
    for dither in [false, true] {
        let found = mixed(24, dither, &[(left.clone(), right.clone(), true)]);
        assert_eq!(found.wrong, found.remainders.unmet);
        assert_eq!((found.remainders.lsb_errors, found.remainders.over), (0, 0));
        assert!(found.most <= 1 && found.wrong <= n as u64);
        // Without dither about every second edge is rounded to different sides.
        assert!(dither || found.wrong > n as u64 / 4, "{}", found.wrong);
    }
}

#[test]
fn remainders_given_away_side_by_side_are_those_given_away_one_by_one() {
    for (bits, stems, loud) in [(24, 1, 0.05), (24, 3, 0.05), (24, 9, 0.05), (16, 5, 0.05), (24, 4, 25.0)] {
        // Some stems are silent for a while; the loudest set reaches the ends of the range, where nobody has room.
        let silent = |n: usize, number: usize| (n / 100).is_multiple_of(number + 2);
        let lane = |number: usize| -> Vec<f64> {
            let noise = noise(number as u64 + 3, 3_000).into_iter().enumerate();
            noise.map(|(n, x)| if silent(n, number) { 0.0 } else { x / 0.05 * loud }).collect()
        };
        let lanes: Vec<Vec<f64>> = (0..stems).map(lane).collect();
        let mix: Vec<f64> = sum(&lanes).iter().map(|x| x.clamp(-1.0, 1.0)).collect();
        let clipped: Vec<Vec<f64>> =
            lanes.iter().map(|lane| lane.iter().map(|x| x.clamp(-1.0, 1.0)).collect()).collect();
        let (mix, lanes) = if loud > 1.0 { (sum(&clipped), clipped) } else { (mix, lanes) };
        let quantiser = || SumQuantiser::new(bits, 1, 1.0, false, "mix", &names(stems));
        let (mut fast, mut slow) = (quantiser(), quantiser());
        for start in (0..3_000).step_by(PIECE) {
            let range = start..3_000.min(start + PIECE);
            let of_stems: Vec<Vec<&[f64]>> = lanes.iter().map(|lane| vec![lane.as_slice()]).collect();
            for quantiser in [&mut fast, &mut slow] {
                quantiser.quantise_stems(0, start as u64, &range, &of_stems);
                quantiser.quantise_mix(0, start as u64, &mix[range.clone()]);
            }
            fast.settle(0, start as u64, range.len());
            slow.settle_each(0, start as u64, range.len());
            for stem in 0..stems {
                let of =
                    |quantiser: &SumQuantiser| quantiser.planes[0].integers[stem * PIECE..][..range.len()].to_vec();
                assert_eq!(of(&fast), of(&slow), "{bits} bits, {stems} stems, from {start}");
            }
        }
        assert_eq!(fast.remainders(), slow.remainders());
    }
}
