//! What stretched sound must be: as long as asked, its tones tones, its hits where they belong.

mod memory;

use memory::{Memory, noise};
use std::f64::consts::TAU;
use stemwright_core::{Pitch, Warp, WarpPoint};

const SPEEDS: [f64; 8] = [0.5, 0.6, 0.8, 0.97, 1.03, 1.25, 1.6, 2.0];

fn even(source: usize, speed: f64, pitch: Pitch) -> Warp {
    Warp::even(0, source as u64, (source as f64 / speed).round() as u64, pitch)
}

/// Sum of sines of these frequencies and amplitudes.
fn tones(partials: &[(f64, f64)], frames: usize) -> Vec<f64> {
    let phase = |number: usize| number as f64 * 1.3;
    let value = |i: usize| {
        let partials = partials.iter().enumerate();
        partials.map(|(n, (hz, level))| level * (TAU * hz * i as f64 / 48_000.0 + phase(n)).sin()).sum()
    };
    (0..frames).map(value).collect()
}

/// What is left of a sound when sines of these frequencies are taken out as well as may be, in dB of it: all power that is no tone.
fn spurious(sound: &[f64], frequencies: &[f64]) -> f64 {
    let count = 2 * frequencies.len();
    let row = |i: usize| -> Vec<f64> {
        let angle = |hz: &f64| TAU * hz * i as f64 / 48_000.0;
        frequencies.iter().flat_map(|hz| [angle(hz).sin(), angle(hz).cos()]).collect()
    };
    // The normal equations, solved by elimination.
    let mut matrix = vec![vec![0.0; count + 1]; count];
    for (i, x) in sound.iter().enumerate() {
        let row = row(i);
        for a in 0..count {
            (0..count).for_each(|b| matrix[a][b] += row[a] * row[b]);
            matrix[a][count] += row[a] * x;
        }
    }
    for a in 0..count {
        let pivot = matrix[a].clone();
        for (b, other) in matrix.iter_mut().enumerate() {
            if a != b {
                let factor = other[a] / pivot[a];
                other.iter_mut().zip(&pivot).for_each(|(x, p)| *x -= factor * p);
            }
        }
    }
    let weights: Vec<f64> = (0..count).map(|a| matrix[a][count] / matrix[a][a]).collect();
    let left = |(i, x): (usize, &f64)| (x - row(i).iter().zip(&weights).map(|(a, b)| a * b).sum::<f64>()).powi(2);
    let residual: f64 = sound.iter().enumerate().map(left).sum();
    10.0 * (residual / sound.iter().map(|x| x * x).sum::<f64>()).log10()
}

#[test]
fn lengths_are_exact_and_blocks_do_not_matter() {
    let mut next = noise(1);
    let media = Memory::new(vec![(0..30_011).map(|_| 0.3 * next()).collect(), tones(&[(330.0, 0.5)], 30_011)]);
    for pitch in [Pitch::Kept(0.0), Pitch::Kept(3.5), Pitch::Kept(-12.0), Pitch::Follows] {
        for frames in [15_005, 15_006, 22_222, 29_999, 30_012, 45_001, 60_022] {
            let warp = Warp::even(0, 30_011, frames, pitch);
            let whole = media.warped(&warp, 100_000);
            assert!(whole.iter().all(|plane| plane.len() as u64 == frames));
            assert!(whole.iter().flatten().all(|x| x.is_finite() && x.abs() < 4.0));
            if frames == 22_222 {
                for block in [1, 129, 2_047, 5_000] {
                    assert_eq!(media.warped(&warp, block), whole, "{pitch:?} in blocks of {block}");
                }
            }
        }
    }
}

#[test]
fn speed_one_is_the_file_itself() {
    let mut next = noise(2);
    let media = Memory::new(vec![(0..20_000).map(|_| next()).collect()]);
    let point = |(frame, source)| WarpPoint { frame, source };
    let points = [(0, 1_234), (5_000, 6_234), (18_000, 19_234)].map(point).to_vec();
    for pitch in [Pitch::Kept(0.0), Pitch::Follows] {
        let out = media.warped(&Warp { points: points.clone(), pitch }, 4_096);
        assert_eq!(out[0], media.planes[0][1_234..19_234]);
    }
}

#[test]
fn tones_stay_tones() {
    let chord = [(261.63, 0.2), (329.63, 0.2), (392.0, 0.2), (523.25, 0.15), (2_637.0, 0.1), (7_040.0, 0.05)];
    let low_chord = chord.map(|(hz, level)| (hz / 2.0, level));
    let voice: Vec<(f64, f64)> = (1..=30).map(|n| (146.83 * f64::from(n), 0.3 / f64::from(n))).collect();
    // Of partials nearer to each other than 45 Hz, which windows of 171 ms do not tell apart, less can be asked.
    type Sound<'a> = (&'a str, &'a [(f64, f64)], f64);
    let sounds: [Sound<'_>; 7] = [
        ("bass", &[(55.0, 0.5)], -70.0),
        ("low", &[(110.0, 0.5)], -60.0),
        ("middle", &[(997.0, 0.5)], -80.0),
        ("high", &[(9_001.3, 0.5)], -80.0),
        ("chord", &chord, -60.0),
        ("chord, partials 32 Hz apart", &low_chord, -40.0),
        ("thirty partials", &voice, -60.0),
    ];
    for (name, partials, limit) in sounds {
        let media = Memory::new(vec![tones(partials, 96_000)]);
        let frequencies: Vec<f64> = partials.iter().map(|(hz, _)| *hz).collect();
        let mut worst = f64::NEG_INFINITY;
        for speed in SPEEDS {
            let out = &media.warped(&even(96_000, speed, Pitch::Kept(0.0)), 4_096)[0];
            // Where it is steady: the file begins and ends at once.
            let edge = (0.25 * 48_000.0 / speed) as usize;
            let steady = &out[edge..out.len() - edge];
            let middle = &steady[steady.len() / 2..][..12_000];
            let left = spurious(middle, &frequencies);
            worst = worst.max(left);
            let level = |sound: &[f64]| 10.0 * (sound.iter().map(|x| x * x).sum::<f64>() / sound.len() as f64).log10();
            let off = level(steady) - level(&media.planes[0][12_000..84_000]);
            assert!(off.abs() < 0.4, "{name} at {speed}: {off} dB louder");
        }
        eprintln!("{name}: {worst:.1} dB of spurious at the worst speed");
        assert!(worst < limit, "{name}: {worst}");
    }
}

#[test]
fn short_notes_stay_notes() {
    // Sixteenths at 120 beats a minute, each with two partials and an attack of 5 ms.
    let length = 6_000;
    let pitch = |note: usize| 220.0 * 2f64.powf([0.0, 4.0, 7.0, 12.0, 16.0][note % 5] / 12.0);
    let mut sound = vec![0.0; 16 * length];
    for (note, part) in sound.chunks_mut(length).enumerate() {
        for (i, x) in part.iter_mut().enumerate() {
            let rise = (i as f64 / 240.0).min(1.0).min((length - i) as f64 / 240.0);
            let phase = TAU * pitch(note) * i as f64 / 48_000.0;
            *x = rise * (0.3 * phase.sin() + 0.1 * (3.0 * phase).sin());
        }
    }
    let media = Memory::new(vec![sound]);
    for speed in SPEEDS {
        let out = &media.warped(&even(96_000, speed, Pitch::Kept(0.0)), 4_096)[0];
        let long = length as f64 / speed;
        let note = |note: usize| {
            let begin = (note as f64 + 0.35) * long;
            spurious(&out[begin as usize..(begin + 0.4 * long) as usize], &[pitch(note), 3.0 * pitch(note)])
        };
        let worst = (2..14).map(note).fold(f64::NEG_INFINITY, f64::max);
        eprintln!("notes at {speed}: {worst:.1} dB");
        assert!(worst < -18.0, "{worst}");
    }
}

#[test]
fn noise_is_as_loud_as_it_was() {
    let mut next = noise(3);
    let white: Vec<f64> = (0..240_000).map(|_| 0.1 * next()).collect();
    let mut low = 0.0;
    let mut lower = || {
        low = 0.99 * low + 0.05 * next();
        low
    };
    let brown: Vec<f64> = (0..240_000).map(|_| lower()).collect();
    // Noise below a few hundred Hz is a handful of bins, which are taken for tones that waver: a phase vocoder loses some of those.
    for (name, sound, limit) in [("white", white, 0.2), ("brown", brown, 1.5)] {
        let media = Memory::new(vec![sound]);
        for speed in [0.5, 0.95, 1.25, 2.0] {
            let out = &media.warped(&even(240_000, speed, Pitch::Kept(0.0)), 4_096)[0];
            let level = |sound: &[f64]| 10.0 * (sound.iter().map(|x| x * x).sum::<f64>() / sound.len() as f64).log10();
            let off = level(&out[20_000..out.len() - 20_000]) - level(&media.planes[0]);
            eprintln!("{name} noise at {speed}: {off:.2} dB");
            assert!(off.abs() < limit, "{name} at {speed}: {off} dB");
        }
    }
}

#[test]
fn slow_noise_does_not_repeat_itself() {
    let mut next = noise(4);
    let media = Memory::new(vec![(0..200_000).map(|_| 0.1 * next()).collect()]);
    for speed in [0.5, 0.8, 1.25] {
        let out = &media.warped(&even(200_000, speed, Pitch::Kept(0.0)), 4_096)[0];
        let sound = &out[10_000..110_000];
        let likeness = |lag: usize| {
            let products: f64 = sound.iter().zip(&sound[lag..]).map(|(a, b)| a * b).sum();
            products / sound.iter().map(|x| x * x).sum::<f64>()
        };
        let worst = (16..2_400).map(|lag| likeness(lag).abs()).fold(0.0, f64::max);
        eprintln!("noise at {speed} is like itself by {:.0} %", 100.0 * worst);
        assert!(worst < 0.1, "{worst} at {speed}");
    }
}

#[test]
fn a_hit_on_the_first_frame_is_heard() {
    let mut next = noise(6);
    let mut sound = vec![0.0; 120_000];
    [0, 30_000, 61_234, 90_000].into_iter().for_each(|at| hit(&mut sound, at, 0.8, &mut next));
    let media = Memory::new(vec![sound]);
    for speed in [0.5, 0.8, 1.25, 2.0] {
        for from in [0u64, 30_000, 61_234] {
            let out = &media.warped(&Warp::even(from, 24_000, (24_000.0 / speed) as u64, Pitch::Kept(0.0)), 4_096)[0];
            let source = &media.planes[0][from as usize..];
            // How much of the first millisecond comes out as it was, wherever within four frames.
            let energy: f64 = source[..48].iter().map(|x| x * x).sum();
            let missing = |late: usize| (0..48).map(|i| (out[i + late] - source[i]).powi(2)).sum::<f64>() / energy;
            let early = |by: usize| {
                source[..by].iter().map(|x| x * x).sum::<f64>() / energy
                    + (by..48).map(|i| (out[i - by] - source[i]).powi(2)).sum::<f64>() / energy
            };
            let best = (0..4).map(missing).chain((1..4).map(early)).fold(f64::INFINITY, f64::min);
            assert!(best < 0.1, "at {speed} from {from}: {best}");
        }
    }
}

/// A drum: a click, and noise that dies away.
fn hit(sound: &mut [f64], at: usize, level: f64, next: &mut impl FnMut() -> f64) {
    let count = 6_000.min(sound.len() - at);
    for (i, x) in sound[at..at + count].iter_mut().enumerate() {
        *x += level * (-(i as f64) / 900.0).exp() * next();
    }
}

#[test]
fn hits_are_where_they_belong() {
    for with_pad in [false, true] {
        let pad = tones(&[(220.0, 0.06), (277.2, 0.05), (329.6, 0.05)], 192_000);
        let mut sound = if with_pad { pad } else { vec![0.0; 192_000] };
        let mut next = noise(5);
        let places: Vec<usize> = (0..14).map(|i| 9_000 + i * 12_500 + (i * i * 613) % 3_000).collect();
        for (number, place) in places.iter().enumerate() {
            hit(&mut sound, *place, [0.9, 0.5, 0.7][number % 3], &mut next);
        }
        let media = Memory::new(vec![sound]);
        let mut worst = 0.0f64;
        for speed in SPEEDS {
            let warp = even(192_000, speed, Pitch::Kept(0.0));
            let out = &media.warped(&warp, 4_096)[0];
            for place in &places {
                let wanted = warp.frame_at(*place as f64);
                // Of 20 ms before and after: the first time that it is half as loud as it gets.
                let near = &out[wanted as usize - 960..wanted as usize + 960];
                let peak = near.iter().fold(0.0f64, |peak, x| peak.max(x.abs()));
                let begins = near.iter().position(|x| x.abs() > peak / 2.0).expect("a peak");
                let off = (begins as f64 - 960.0 - wanted.fract()) / 48.0;
                worst = worst.max(off.abs());
                let before: f64 = near[..960 - 144].iter().map(|x| x * x).sum();
                let after: f64 = near[960..].iter().map(|x| x * x).sum();
                assert!(with_pad || before < 0.01 * after, "at {speed}: heard before it is there");
            }
        }
        eprintln!("hits{}: {worst:.2} ms off at most", if with_pad { " over tones" } else { "" });
        assert!(worst < 1.5, "{worst} ms");
    }
}

#[test]
fn rolls_stay_rolls() {
    // Thirty hits a second: each is heard once, where it belongs.
    let mut next = noise(8);
    let places: Vec<usize> = (0..40).map(|i| 10_000 + i * 1_600 + (i * i * 131) % 300).collect();
    let mut sound = vec![0.0; 90_000];
    for place in &places {
        for (i, x) in sound[*place..*place + 1_200].iter_mut().enumerate() {
            *x += 0.7 * (-(i as f64) / 150.0).exp() * next();
        }
    }
    let media = Memory::new(vec![sound]);
    for speed in SPEEDS {
        let warp = even(90_000, speed, Pitch::Kept(0.0));
        let out = &media.warped(&warp, 4_096)[0];
        let energy = |from: f64, to: f64| out[from as usize..to as usize].iter().map(|x| x * x).sum::<f64>();
        let before: Vec<f64> = places
            .iter()
            .map(|place| {
                let at = warp.frame_at(*place as f64);
                energy(at - 336.0, at - 144.0) / energy(at - 144.0, at + 336.0)
            })
            .collect();
        let worst = before.iter().copied().fold(0.0, f64::max);
        eprintln!("roll at {speed}: {:.1} dB from 7 to 3 ms before a hit", 10.0 * worst.log10());
        assert!(worst < 0.1, "{worst} at {speed}");
    }
}

#[test]
fn a_click_keeps_its_shape() {
    let mut sound = vec![0.0; 96_000];
    let shape = [0.2, -0.7, 1.0, -0.5, 0.3];
    sound[40_000..40_005].copy_from_slice(&shape);
    let media = Memory::new(vec![sound]);
    for speed in SPEEDS {
        let warp = even(96_000, speed, Pitch::Kept(0.0));
        let out = &media.warped(&warp, 4_096)[0];
        let wanted = warp.frame_at(40_000.0).round() as usize;
        let place = (wanted - 150..wanted + 150).max_by(|a, b| out[*a].total_cmp(&out[*b])).expect("frames") - 2;
        for (i, x) in shape.iter().enumerate() {
            assert!((out[place + i] - x).abs() < 1e-3, "at {speed}");
        }
        assert!(place.abs_diff(wanted) < 96, "at {speed}: {place} and not {wanted}");
    }
}

#[test]
fn channels_keep_what_is_between_them() {
    let mut next = noise(9);
    let left = tones(&[(196.0, 0.4), (587.3, 0.2), (2_093.0, 0.1)], 96_000);
    let left: Vec<f64> = left.into_iter().map(|x| x + 0.01 * next()).collect();
    let right: Vec<f64> = left.iter().map(|x| -0.5 * x).collect();
    let media = Memory::new(vec![left, right]);
    for speed in SPEEDS {
        let out = media.warped(&even(96_000, speed, Pitch::Kept(0.0)), 4_096);
        assert!(out[0].iter().zip(&out[1]).all(|(left, right)| (right + 0.5 * left).abs() < 1e-12));
    }
}

#[test]
fn pitch_moves_by_semitones_and_follows_on_tape() {
    let media = Memory::new(vec![tones(&[(440.0, 0.5)], 96_000)]);
    let steady = |out: &[f64]| out[out.len() / 2..][..12_000].to_vec();
    for semitones in [-12.0, -5.0, 0.3, 7.0, 12.0] {
        for speed in [0.7, 1.0, 1.4] {
            let out = &media.warped(&even(96_000, speed, Pitch::Kept(semitones)), 4_096)[0];
            // Lengths are whole frames, and the pitch goes with them.
            let length = out.len() as f64;
            let pitch = 440.0 * (length * (semitones / 12.0f64).exp2()).round() / length;
            let left = spurious(&steady(out), &[pitch]);
            assert!(left < -75.0, "{semitones} at {speed}: {left}");
        }
    }
    for speed in [0.5, 0.9, 1.01, 2.0] {
        let out = &media.warped(&even(96_000, speed, Pitch::Follows), 4_096)[0];
        let left = spurious(&steady(out), &[440.0 * 96_000.0 / out.len() as f64]);
        assert!(left < -95.0, "tape at {speed}: {left}");
    }
}

#[test]
fn warps_with_many_points_are_met() {
    // Clicks on the points: each must come out on its frame.
    let sources = [10_000u64, 22_000, 31_000, 60_000, 71_000];
    let frames = [8_000u64, 24_000, 30_000, 80_000, 88_000];
    let mut sound = vec![0.0; 96_000];
    sources.iter().for_each(|source| sound[*source as usize] = 1.0);
    let media = Memory::new(vec![sound]);
    let ends = [(0, 0), (100_000, 90_000)];
    let inner = frames.into_iter().zip(sources);
    let points = ends[..1].iter().copied().chain(inner).chain(ends[1..].iter().copied());
    let points = points.map(|(frame, source)| WarpPoint { frame, source }).collect();
    let out = &media.warped(&Warp { points, pitch: Pitch::Kept(0.0) }, 4_096)[0];
    for frame in frames {
        let near = frame as usize - 400..frame as usize + 400;
        let place = near.max_by(|a, b| out[*a].total_cmp(&out[*b])).expect("frames");
        assert!(place.abs_diff(frame as usize) <= 48, "{place} and not {frame}");
        assert!(out[place] > 0.9);
    }
}

#[test]
fn the_far_ends_of_speed_hold() {
    let mut next = noise(11);
    let media = Memory::new(vec![(0..64_000).map(|_| next()).collect()]);
    for (source, frames) in [(64_000, 2_000), (3_000, 96_000), (1, 32), (33, 2)] {
        let out = media.warped(&Warp::even(0, source, frames, Pitch::Kept(0.0)), 512);
        assert!(out[0].len() as u64 == frames && out[0].iter().all(|x| x.is_finite()));
    }
    // Hits just before a clip, wherever it begins.
    let mut drums = vec![0.0; 200_000];
    (0..30).for_each(|number| hit(&mut drums, 3_000 + number * 6_500, 0.8, &mut next));
    let drums = Memory::new(vec![drums]);
    for speed in [3, 6, 12, 32] {
        for from in (0..100_000).step_by(20_001) {
            let out = drums.warped(&Warp::even(from, 64_000, 64_000 / speed, Pitch::Kept(0.0)), 512);
            assert!(out[0].len() as u64 == 64_000 / speed && out[0].iter().all(|x| x.is_finite()));
        }
    }
    // A clip that begins within a file and ends with it.
    let out = media.warped(&Warp::even(63_000, 1_000, 1_500, Pitch::Kept(24.0)), 512);
    assert_eq!(out[0].len(), 1_500);
}
