//! The meters against the EBU's test signals (Tech 3341 and 3342), against slow references written here, and against
//! ffmpeg. Every signal is made here. The figures stand on stderr: `cargo test --test meters -- --nocapture`.

mod signals;

use signals::*;
use std::f64::consts::PI;
use std::process::{Command, Stdio};
use std::time::Instant;
use stemwright_dsp::{KWeighting, Loudness, TruePeak};

// --- K-weighting -----------------------------------------------------------------------------------------------------

/// The tables of BS.1770-5 annex 1, which have 14 decimals.
#[test]
fn k_weighting_at_48_khz_is_the_standards() {
    let standard = KWeighting {
        shelf: [
            1.535_124_859_586_97,
            -2.691_696_189_406_38,
            1.198_392_810_852_85,
            -1.690_659_293_182_41,
            0.732_480_774_215_85,
        ],
        high_pass: [1.0, -2.0, 1.0, -1.990_047_454_833_98, 0.990_072_250_366_21],
    };
    let ours = KWeighting::new(rate_of(48_000));
    let pairs = ours.shelf.iter().zip(&standard.shelf).chain(ours.high_pass.iter().zip(&standard.high_pass));
    let worst = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    eprintln!("K-weighting at 48 kHz: {worst:e} from the standard's coefficients");
    assert!(worst < 1e-9, "{ours:?}");
}

fn response(rate: u32, freq: f64) -> f64 {
    let filter = KWeighting::new(rate_of(rate));
    let w = 2.0 * PI * freq / f64::from(rate);
    let section = |[b0, b1, b2, a1, a2]: [f64; 5]| {
        let square = |c0: f64, c1: f64, c2: f64| {
            let re = c0 + c1 * libm::cos(w) + c2 * libm::cos(2.0 * w);
            let im = c1 * libm::sin(w) + c2 * libm::sin(2.0 * w);
            re * re + im * im
        };
        square(b0, b1, b2) / square(1.0, a1, a2)
    };
    10.0 * libm::log10(section(filter.shelf) * section(filter.high_pass))
}

/// The bilinear transform bends the shelf where a rate is low: at 44.1 kHz and above that is nothing, at 8 kHz it must
/// still be far from the tolerance of a meter on music.
#[test]
fn k_weighting_is_the_same_curve_at_every_rate() {
    for (rate, limit) in [
        (8_000, 0.3),
        (16_000, 0.07),
        (32_000, 0.011),
        (44_100, 0.002),
        (96_000, 0.007),
        (192_000, 0.009),
        (384_000, 0.009),
    ] {
        let freqs = (0..400).map(|i| 20.0 * libm::pow(0.8 * f64::from(rate.min(48_000)) / 40.0, f64::from(i) / 399.0));
        let worst = freqs.map(|f| (response(rate, f) - response(48_000, f)).abs()).fold(0.0, f64::max);
        eprintln!("K-weighting at {rate} Hz: within {worst:.4} dB of 48 kHz, 20 Hz to 0.4 of the rate");
        assert!(worst < limit, "{rate} Hz: {worst} dB");
    }
}

// --- Tech 3341: loudness ---------------------------------------------------------------------------------------------

#[test]
fn tech_3341_integrated_loudness() {
    let cases: [(&str, f64, &[Tone]); 5] = [
        ("1", -23.0, &[(20.0, -23.0)]),
        ("2", -33.0, &[(20.0, -33.0)]),
        ("3", -23.0, &[(10.0, -36.0), (60.0, -23.0), (10.0, -36.0)]),
        ("4", -23.0, &[(10.0, -72.0), (10.0, -36.0), (60.0, -23.0), (10.0, -36.0), (10.0, -72.0)]),
        ("5", -23.0, &[(20.0, -26.0), (20.1, -20.0), (20.0, -26.0)]),
    ];
    for rate in RATES {
        let mut worst = Worst::new("Tech 3341 signals 1 to 6, integrated");
        for (case, expected, parts) in cases {
            let signal = tones(rate, parts);
            let meter = loudness(rate, &[&signal, &signal]);
            worst.see(&format!("signal {case} at {rate} Hz"), meter.integrated().unwrap(), expected, (-0.1, 0.1));
            if parts.len() == 1 {
                // Signals 1 and 2 are for all three meters.
                worst.see(case, meter.momentary_max().unwrap(), expected, (-0.1, 0.1));
                worst.see(case, meter.short_term_max().unwrap(), expected, (-0.1, 0.1));
            }
        }
        let [front, centre, rear] = [-28.0, -24.0, -30.0].map(|level| tones(rate, &[(20.0, level)]));
        let five = loudness(rate, &[&front, &front, &centre, &rear, &rear]).integrated().unwrap();
        worst.see(&format!("signal 6 at {rate} Hz"), five, -23.0, (-0.1, 0.1));
        // With a loud LFE, which does not count.
        let six = loudness(rate, &[&front, &front, &centre, &tones(rate, &[(20.0, -3.0)]), &rear, &rear]);
        assert_eq!(six.integrated(), Some(five));
    }
}

#[test]
fn tech_3341_short_term_and_momentary() {
    for rate in RATES {
        let mut short = Worst::new("Tech 3341 signals 9 and 10, short-term");
        let signal = tones(rate, &[(1.34, -20.0), (1.66, -30.0)].repeat(5));
        // Constant after 3 s: measured there, window by window, 10 ms apart.
        for step in 0..100 {
            let start = rate_of(rate).frames(0.01 * f64::from(step)) as usize;
            let window = &signal[start..start + 3 * rate as usize];
            let meter = loudness(rate, &[window, window]);
            short.see("signal 9", meter.short_term_max().unwrap(), -23.0, (-0.1, 0.1));
        }
        let mut all = vec![];
        for i in 0..20 {
            all.extend([(0.15 * f64::from(i), SILENCE), (3.0, -23.0), (1.0, SILENCE)]);
        }
        for case in all.chunks(3) {
            let signal = tones(rate, case);
            let measured = loudness(rate, &[&signal, &signal]).short_term_max().unwrap();
            short.see(&format!("signal 10 {case:?}"), measured, -23.0, (-0.1, 0.1));
        }
        drop(short);

        let mut momentary = Worst::new("Tech 3341 signals 12 and 13, momentary");
        let signal = tones(rate, &[(0.18, -20.0), (0.22, -30.0)].repeat(25));
        for step in 0..100 {
            let start = rate_of(rate).frames(0.01 * f64::from(step)) as usize;
            let window = &signal[start..start + 2 * rate as usize / 5];
            let meter = loudness(rate, &[window, window]);
            momentary.see("signal 12", meter.momentary_max().unwrap(), -23.0, (-0.1, 0.1));
        }
        for i in 0..20 {
            let case = [(0.02 * f64::from(i), SILENCE), (0.4, -23.0), (1.0, SILENCE)];
            let signal = tones(rate, &case);
            let measured = loudness(rate, &[&signal, &signal]).momentary_max().unwrap();
            momentary.see(&format!("signal 13 {case:?}"), measured, -23.0, (-0.1, 0.1));
        }
    }
}

/// Bursts that begin anywhere, not on a step: the maximum may miss half a step of 400 ms, 0.055 dB.
#[test]
fn a_burst_off_the_grid_is_read_within_a_tenth() {
    let mut worst = Worst::new("bursts off the grid, momentary");
    for rate in [11_025, 44_100, 47_951] {
        let burst = |lead: f64| {
            let signal = tones(rate, &[(lead, SILENCE), (0.4, -23.0), (1.0, SILENCE)]);
            loudness(rate, &[&signal, &signal]).momentary_max().unwrap()
        };
        for millis in [1.0, 2.5, 5.0, 7.7] {
            worst.see(&format!("{millis} ms at {rate} Hz"), burst(0.5 + millis / 1000.0), burst(0.5), (-0.1, 0.1));
        }
    }
}

#[test]
fn tech_3342_loudness_range() {
    let cases: [(f64, &[f64]); 4] = [
        (10.0, &[-20.0, -30.0]),
        (5.0, &[-20.0, -15.0]),
        (20.0, &[-40.0, -20.0]),
        (15.0, &[-50.0, -35.0, -20.0, -35.0, -50.0]),
    ];
    let mut worst = Worst::new("Tech 3342 signals 1 to 4, range");
    for rate in RATES {
        for (expected, levels) in cases {
            let parts: Vec<_> = levels.iter().map(|&level| (20.0, level)).collect();
            let signal = tones(rate, &parts);
            let measured = loudness(rate, &[&signal, &signal]).range().unwrap();
            worst.see(&format!("{levels:?} at {rate} Hz"), measured, expected, (-0.1, 0.1));
        }
    }
}

// --- Gates and ends --------------------------------------------------------------------------------------------------

/// The definition, sample by sample and window by window, from the standard's own difference equations.
#[test]
fn gating_is_the_standards_on_uneven_noise() {
    for rate in [8_000, 11_025, 22_050, 44_100, 47_951] {
        let frames = 40 * rate as usize;
        let level = |i: usize| linear([-10.0, -45.0, -18.0, -65.0, -80.0, -25.0, -14.0][i * 7 / frames]);
        let signal: Vec<f64> = noise(3, frames).iter().enumerate().map(|(i, x)| x * level(i)).collect();
        let filter = KWeighting::new(rate_of(rate));
        let mut weighted = signal.clone();
        for [b0, b1, b2, a1, a2] in [filter.shelf, filter.high_pass] {
            let (mut s1, mut s2) = (0.0, 0.0);
            for sample in &mut weighted {
                let (x, y) = (*sample, b0 * *sample + s1);
                (s1, s2) = (b1 * x - a1 * y + s2, b2 * x - a2 * y);
                *sample = y;
            }
        }
        let end = |tenth: usize| tenth * rate as usize / 10;
        let windows = |tenths: usize| {
            let energies = (0..=frames * 10 / rate as usize - tenths).map(|first| {
                let window = &weighted[end(first)..end(first + tenths)];
                window.iter().map(|y| y * y).sum::<f64>() / window.len() as f64
            });
            energies.collect::<Vec<f64>>()
        };
        let lufs = |energy: f64| -0.691 + 10.0 * libm::log10(energy);
        let gated = |energies: &[f64], gate: f64| {
            let kept: Vec<f64> = energies.iter().copied().filter(|&energy| lufs(energy) > gate).collect();
            (lufs(kept.iter().sum::<f64>() / kept.len() as f64), kept)
        };
        let blocks = windows(4);
        let (integrated, _) = gated(&blocks, (gated(&blocks, -70.0).0 - 10.0).max(-70.0));
        let (_, mut kept) = gated(&windows(30), (gated(&windows(30), -70.0).0 - 20.0).max(-70.0));
        kept.sort_by(f64::total_cmp);
        let at = |percent: f64| lufs(kept[(percent / 100.0 * (kept.len() - 1) as f64).round() as usize]);

        let meter = loudness(rate, &[&signal]);
        let (i, r) = (meter.integrated().unwrap(), meter.range().unwrap());
        eprintln!(
            "{rate} Hz: {i:.6} LUFS, definition {integrated:.6}; range {r:.6} LU, definition {:.6}",
            at(95.0) - at(10.0)
        );
        assert!((i - integrated).abs() < 1e-9 && (r - (at(95.0) - at(10.0))).abs() < 1e-9);
    }
}

#[test]
fn nothing_passes_the_gate_of_silence_and_of_what_is_short() {
    let zeros = vec![0.0; 200_000];
    let meter = loudness(48_000, &[&zeros, &zeros]);
    assert_eq!(
        (meter.integrated(), meter.momentary_max(), meter.short_term_max(), meter.range()),
        (None, None, None, None)
    );

    let quiet = tones(48_000, &[(5.0, -71.0)]);
    let meter = loudness(48_000, &[&quiet, &quiet]);
    assert_eq!((meter.integrated(), meter.range()), (None, None));
    assert!((meter.momentary_max().unwrap() + 71.0).abs() < 0.1);

    let short = tones(48_000, &[(0.399, -20.0)]);
    let meter = loudness(48_000, &[&short, &short]);
    assert_eq!((meter.integrated(), meter.momentary_max()), (None, None));
    assert_eq!(Loudness::new(rate_of(48_000), 2).integrated(), None);
    let (mut none, mut empty) = (TruePeak::new(2), TruePeak::new(0));
    none.finish();
    empty.finish();
    assert_eq!((none.peak(), empty.peak()), (0.0, 0.0));
}

fn figures(meter: &Loudness) -> [Option<u64>; 4] {
    [meter.integrated(), meter.momentary_max(), meter.short_term_max(), meter.range()].map(|f| f.map(f64::to_bits))
}

/// Noise in bursts, with silence between and near-silence at the end.
fn bursts(seed: u64, frames: usize) -> Vec<f64> {
    let mut signal = noise(seed, frames);
    for (i, sample) in signal.iter_mut().enumerate() {
        *sample *= [0.5, 0.0, 0.02, 0.0, 0.9, 1e-9][i * 6 / frames];
    }
    signal
}

#[test]
fn blocks_and_silence_do_not_change_a_bit() {
    for rate in [44_100, 48_000, 11_025] {
        let frames = 12 * rate as usize + 77;
        let (left, right) = (bursts(1, frames), bursts(2, frames));
        let whole = loudness(rate, &[&left, &right]);
        let mut whole_peak = TruePeak::new(2);
        whole_peak.block(&[&left, &right]);
        whole_peak.finish();
        for blocks in [&[1][..], &[7, 64, 1], &[32], &[441, 0, 480], &[4096], &[1024, 48, 1072, 5000], &[50_001]] {
            let mut meter = Loudness::new(rate_of(rate), 2);
            let mut peak = TruePeak::new(2);
            let (mut at, mut lengths) = (0, blocks.iter().cycle());
            while at < frames {
                let to = frames.min(at + lengths.next().unwrap());
                let (l, r) = (&left[at..to], &right[at..to]);
                // Where a block is silent, say so instead.
                if blocks.len() > 1 && l.iter().chain(r).all(|&x| x == 0.0) {
                    meter.silence((to - at) as u64);
                    peak.silence((to - at) as u64);
                } else {
                    meter.block(&[l, r]);
                    peak.block(&[l, r]);
                }
                at = to;
            }
            peak.finish();
            assert_eq!(figures(&meter), figures(&whole), "{rate} Hz, blocks of {blocks:?}");
            assert_eq!(peak.peak().to_bits(), whole_peak.peak().to_bits(), "{rate} Hz, blocks of {blocks:?}");
        }
        let parts = [true_peak(&left), true_peak(&right)];
        assert_eq!(whole_peak.peak(), parts[0].max(parts[1]), "the peak of the channels is the largest of theirs");
    }
}

/// Pinned: another machine, compiler or version that computes other bits fails here.
#[test]
fn the_bits_are_the_same_everywhere() {
    let pinned = |hz: u32| {
        let signal = bursts(8, 10 * hz as usize);
        let meter = loudness(hz, &[&signal, &noise(9, signal.len())]);
        let [i, m, s, range] = figures(&meter).map(Option::unwrap);
        [i, m, s, range, true_peak(&signal).to_bits()]
    };
    for (hz, bits) in [
        (
            44_100,
            [
                0xbfee_250a_50be_11a2,
                0x3fef_061c_3c9b_a735,
                0xbf9b_8046_baff_3580,
                0x3ffa_349a_3436_b98a,
                0x3ffd_acde_e3d2_7ff2,
            ],
        ),
        (
            96_000,
            [
                0xbfea_1f57_91da_bf1e,
                0x3ff1_1756_683a_33d2,
                0x3fb5_694e_fda4_e4b0,
                0x3ff9_895b_1b87_8398,
                0x3ffc_f04a_ee07_6be2,
            ],
        ),
    ] {
        assert_eq!(pinned(hz), bits, "at {hz} Hz: {:#x?}", pinned(hz));
    }
}

// --- ffmpeg ----------------------------------------------------------------------------------------------------------

/// Kicks, a bass line, chords and noise-like hats, loud and soft parts; two channels that differ.
fn music(rate: u32, seconds: usize) -> [Vec<f64>; 2] {
    let hats = noise(11, seconds * rate as usize);
    let at = |i: usize, side: f64| {
        let t = i as f64 / f64::from(rate);
        let beat = (t * 2.0).fract() / 2.0;
        let section = [0.25, 1.0, 0.1, 0.8][(t / 8.0) as usize % 4];
        let kick =
            libm::exp(-beat * 12.0) * libm::sin(2.0 * PI * (50.0 * beat + 3.0 * (1.0 - libm::exp(-beat * 40.0))));
        let bass = 0.3 * libm::sin(2.0 * PI * 55.0 * t);
        let chord: f64 =
            [220.0, 277.18, 329.63, 1318.5].iter().map(|f| 0.08 * libm::sin(2.0 * PI * f * t + side)).sum();
        let hat = 0.2 * libm::exp(-((t * 4.0 + side / 9.0).fract()) * 15.0) * hats[i];
        section * (0.5 * kick + bass + chord + hat)
    };
    [0.0, 0.7].map(|side| (0..seconds * rate as usize).map(|i| at(i, side)).collect())
}

/// The numbers of ffmpeg's `ebur128`: integrated, range, true peak.
fn ffmpeg(rate: u32, channels: &[Vec<f64>; 2]) -> Option<[f64; 3]> {
    let required =
        std::env::var("STEMWRIGHT_REQUIRE").unwrap_or_default().split(',').any(|name| name.trim() == "ffmpeg");
    let there = Command::new("ffmpeg").arg("-version").stdin(Stdio::null()).output().is_ok();
    assert!(there || !required, "no program `ffmpeg`, which STEMWRIGHT_REQUIRE asks for");
    if !there {
        eprintln!("skipped: no program `ffmpeg`");
        return None;
    }
    let path = std::env::temp_dir().join(format!("stemwright-meters-{}-{rate}.f64", std::process::id()));
    let frames = channels[0].iter().zip(&channels[1]);
    let bytes: Vec<u8> = frames.flat_map(|(l, r)| [l.to_le_bytes(), r.to_le_bytes()].concat()).collect();
    std::fs::write(&path, bytes).unwrap();
    let output = Command::new("ffmpeg")
        .args(["-hide_banner", "-nostats", "-f", "f64le", "-ar", &rate.to_string(), "-ac", "2", "-i"])
        .arg(&path)
        .args(["-af", "ebur128=peak=true", "-f", "null", "-"])
        .stdin(Stdio::null())
        .output();
    std::fs::remove_file(&path).unwrap();
    let text = String::from_utf8(output.unwrap().stderr).unwrap();
    let summary = text.rsplit("Summary:").next().unwrap();
    let number = |label: &str| {
        let after = summary.lines().find_map(|line| line.trim().strip_prefix(label));
        after.and_then(|after| after.split_whitespace().next()).and_then(|number| number.parse().ok())
    };
    let numbers = [number("I:"), number("LRA:"), number("Peak:")];
    assert!(numbers.iter().all(Option::is_some), "ffmpeg said {text}");
    Some(numbers.map(Option::unwrap))
}

/// ffmpeg prints tenths, 0.05 off at most. It oversamples less, to 192 kHz with a short filter.
#[test]
fn ffmpeg_measures_the_same() {
    for rate in [44_100, 48_000, 96_000] {
        let channels = music(rate, 32);
        let meter = loudness(rate, &[&channels[0], &channels[1]]);
        let peak = db(true_peak(&channels[0]).max(true_peak(&channels[1])));
        let ours = [meter.integrated().unwrap(), meter.range().unwrap(), peak];
        let Some(theirs) = ffmpeg(rate, &channels) else { return };
        eprintln!("{rate} Hz: integrated, range, true peak {ours:.3?}, ffmpeg {theirs:?}");
        for ((ours, theirs), limit) in ours.into_iter().zip(theirs).zip([0.1, 0.25, 0.25]) {
            assert!((ours - theirs).abs() < limit, "{ours} and {theirs} at {rate} Hz");
        }
    }
}

// --- Cost ------------------------------------------------------------------------------------------------------------

/// Prints only: nanoseconds a sample of one channel, in stereo at 48 kHz.
#[test]
fn what_the_meters_cost() {
    let frames = 48_000 * 20;
    let decay = |(i, x): (usize, f64)| x * libm::exp(-((i % 24_000) as f64) / 6_000.0);
    let decaying = |seed| noise(seed, frames).into_iter().enumerate().map(decay).collect::<Vec<f64>>();
    let zeros = vec![0.0; frames];
    for (name, left, right) in [
        ("noise", noise(1, frames), noise(2, frames)),
        ("decaying peaks", decaying(3), decaying(4)),
        ("music", music(48_000, 20)[0].clone(), music(48_000, 20)[1].clone()),
        ("zeros", zeros.clone(), zeros),
    ] {
        let mut meter = Loudness::new(rate_of(48_000), 2);
        let mut peak = TruePeak::new(2);
        let each = |run: &mut dyn FnMut(&[&[f64]])| {
            let start = Instant::now();
            for (l, r) in left.chunks(4096).zip(right.chunks(4096)) {
                run(&[l, r]);
            }
            start.elapsed().as_nanos() as f64 / (2 * frames) as f64
        };
        let (loudness, peak) = (each(&mut |block| meter.block(block)), each(&mut |block| peak.block(block)));
        eprintln!("{name}: loudness {loudness:.2} ns a sample, true peak {peak:.2}");
    }
    let start = Instant::now();
    let mut meter = Loudness::new(rate_of(48_000), 2);
    meter.silence(48_000 * 3600);
    eprintln!("an hour of silence(): {:.2} ms", start.elapsed().as_secs_f64() * 1e3);
}
