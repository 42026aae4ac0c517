//! What sounds like a defect and is meant: no error and no warning. And what is no sound at all: no panic.

mod stage;

use stage::*;
use std::f64::consts::TAU;
use stemwright_audio::testing;
use stemwright_check::{Cause, CheckOptions, CheckReport};
use stemwright_core::{Finding, Severity};

const SECONDS: usize = 15;
const LENGTH: usize = SECONDS * RATE as usize;

/// Samples made one by one, silent in the last second.
fn made(mut sample: impl FnMut(usize) -> f64) -> Vec<f64> {
    let last = LENGTH - RATE as usize;
    (0..LENGTH).map(|n| if n < last { sample(n) } else { 0.0 }).collect()
}

fn sine(freq: f64, n: usize) -> f64 {
    (TAU * freq * n as f64 / f64::from(RATE)).sin()
}

/// Another pitch for each note of so many frames.
fn melody(n: usize, note: usize) -> f64 {
    110.0 * 2f64.powf([0.0, 3.0, 7.0, 10.0, 12.0, 5.0, 8.0][n / note % 7] / 12.0)
}

/// Hits of noise over a tone, every `period` frames.
fn drums(seed: u64, period: usize) -> impl FnMut(usize) -> f64 {
    let mut noise = Noise(seed);
    move |n| {
        let at = n % period;
        let attack = (at as f64 / 40.0).min(1.0);
        let fall = (-(at as f64) / 2_500.0).exp();
        0.5 * attack * fall * (0.6 * noise.next() + sine(180.0 - 0.01 * at as f64, at))
    }
}

fn programme() -> Vec<(&'static str, Vec<f64>)> {
    let beat = RATE as usize / 2;
    let mut hits = drums(3, beat / 2);
    let gated = made(|n| {
        let x = hits(n);
        // A gate with neither hold nor release.
        if (-((n % (beat / 2)) as f64) / 2_500.0).exp() < 0.02 { 0.0 } else { x }
    });
    let square = made(|n| {
        let on = n % beat < beat * 9 / 10;
        if on { 0.3 * sine(melody(n, beat), n % beat).signum() } else { 0.0 }
    });
    let saw = made(|n| {
        let phase = melody(n, beat) * (n % beat) as f64 / f64::from(RATE);
        0.3 * (2.0 * phase.fract() - 1.0)
    });
    let pulse =
        made(|n| if (melody(n, beat) * (n % beat) as f64 / f64::from(RATE)).fract() < 0.1 { 0.36 } else { -0.04 });
    let eight = made(|n| {
        let fall = (-((n % beat) as f64) / 6_000.0).exp();
        (100.0 * fall * sine(melody(n, beat), n)).round() / 128.0
    });
    let mut noise = Noise(11);
    let mut held = 0.0;
    let crackle = made(|n| {
        let music = 0.1 * sine(melody(n, 2 * beat), n) * (-((n % beat) as f64) / 9_000.0).exp();
        let hit = noise.next();
        if hit > 0.9997 {
            held = 0.4 * noise.next();
        }
        held *= 0.6;
        music + held + 0.0005 * noise.next()
    });
    let mut sparse = Noise(12);
    let dust = made(|n| {
        let hit = if sparse.next() > 0.99993 { 0.2 * sparse.next() } else { 0.0 };
        0.05 * sine(220.0, n) + hit + 0.0005 * sparse.next()
    });
    let fade = made(|n| {
        let fall = (1.0 - n as f64 / (LENGTH - RATE as usize) as f64).max(0.0);
        (0.5 * fall * fall * (sine(220.0, n) + 0.3 * sine(663.0, n)) * 32_768.0).round() / 32_768.0
    });
    let mut breath = Noise(21);
    let voice = made(|n| {
        let at = n % (2 * beat);
        let swell = (TAU / 2.0 * at as f64 / (1.7 * beat as f64)).sin().max(0.0);
        let freq = 196.0 * (1.0 + 0.004 * sine(5.5, n));
        let phase = freq * n as f64 / f64::from(RATE);
        let tone: f64 = (1..20).map(|h| (TAU * phase * f64::from(h)).sin() / f64::from(h)).sum();
        let x = swell * (0.2 * tone + 0.03 * breath.next());
        // Hard: open or shut.
        if swell < 0.15 { 0.0 } else { x }
    });
    let mut slices = drums(31, beat);
    let drum: Vec<f64> = (0..LENGTH).map(&mut slices).collect();
    // The first sixteenth of a hit, again and again, from hit to hit.
    let glitch = made(|n| if n / beat % 8 == 7 { drum[n / beat * beat + n % (beat / 8)] } else { drum[n] });
    let stutter = made(|n| if n % (beat / 8) < beat / 14 { 0.3 * sine(melody(n, beat), n) } else { 0.0 });
    let crushed = made(|n| {
        let m = n / 6 * 6;
        (20.0 * sine(melody(m, beat), m) * (-((m % beat) as f64) / 9_000.0).exp()).round() / 40.0
    });
    let metronome = made(|n| if n % beat == 0 { 0.8 } else { 0.0 });
    let sub = made(|n| {
        0.5 * (sine(49.0, n) + 0.2 * sine(98.0, n) + 0.1 * sine(147.0, n)) * (1.0 - (n % beat) as f64 / beat as f64)
    });
    let loop_of_two_hertz = {
        let mut kick = drums(5, beat);
        made(move |n| 0.6 * kick(n % beat) + 0.4 * (-((n % beat) as f64) / 4_000.0).exp() * sine(50.0, n % beat))
    };
    let mut clap = Noise(41);
    let claps = made(|n| {
        let at = n % beat;
        // Three hands, 9 ms apart, and the room; on every other beat a stick on the rim.
        let hands: f64 =
            (0..3).filter(|hand| at >= hand * 430).map(|hand| (-((at - hand * 430) as f64) / 90.0).exp()).sum();
        let room = if at > 1_300 { (-((at - 1_300) as f64) / 2_000.0).exp() } else { 0.0 };
        if (n / beat).is_multiple_of(2) {
            0.25 * (hands + room) * clap.next()
        } else {
            let ring = (-(at as f64) / 400.0).exp() * (sine(1_720.0, at) + 0.6 * sine(480.0, at + 30));
            0.4 * ring + if at == 0 { 0.5 } else { 0.0 }
        }
    });
    // Cut into sixteenths without a fade, every fourth of them muted, and shorter in the second half.
    let chopped = made(|n| {
        let piece = if n < LENGTH / 2 { beat / 4 } else { beat / 16 };
        if n / piece % 4 == 3 { 0.0 } else { voice[n] }
    });
    let drone = made(|n| 0.2 * sine(60.0, n) + 0.1 * sine(120.0, n) + 0.07 * sine(180.0, n) + 0.05 * sine(240.0, n));
    let moving = made(|n| {
        let open = 0.6 + 0.4 * sine(0.13, n);
        (1..9).map(|h| 0.2 / f64::from(h) * open.powi(h) * sine(60.0 * f64::from(h), n)).sum()
    });
    let mut grains = Noise(51);
    let (mut left, mut pitch) = (0usize, 0.0);
    let granular = made(|n| {
        if left == 0 && grains.next() > 0.9985 {
            left = 100 + (400.0 * (1.0 + grains.next())) as usize;
            pitch = 300.0 * 2f64.powf(2.0 * grains.next());
        }
        left = left.saturating_sub(1);
        // No window: grains begin and end with an edge.
        if left > 0 { 0.3 * sine(pitch, n + 17) } else { 0.0 }
    });
    vec![
        ("Claps and rim", claps),
        ("Chopped voice", chopped),
        ("Drone on 60 Hz", drone),
        ("Moving drone", moving),
        ("Granular", granular),
        ("Gated drums", gated),
        ("Square lead", square),
        ("Saw bass", saw),
        ("Pulse", pulse),
        ("Eight bit", eight),
        ("Vinyl", crackle),
        ("Dust", dust),
        ("Fade", fade),
        ("Gated voice", voice),
        ("Glitch", glitch),
        ("Stutter", stutter),
        ("Crushed", crushed),
        ("Metronome", metronome),
        ("Sub", sub),
        ("Kick on 50 Hz", loop_of_two_hertz),
    ]
}

#[track_caller]
fn no_alarm(report: &CheckReport) {
    let grave: Vec<&Finding> = report.findings.iter().filter(|finding| finding.severity > Severity::Note).collect();
    assert!(grave.is_empty(), "{grave:#?}");
}

#[test]
fn what_is_meant_raises_no_alarm() {
    for depth in [Depth::Bits(24), Depth::Float] {
        let stage = Stage::new();
        for (name, samples) in programme() {
            stage.planes(&format!("{name}.wav"), 1, &samples, depth, RATE);
        }
        no_alarm(&stage.check());
    }
}

#[test]
fn doubles_that_were_played_twice_are_no_duplicates() {
    let stage = Stage::new();
    for (name, seed, side) in [("Guitar left", 1, 0), ("Guitar right", 2, 1)] {
        let mut take = Noise(seed);
        // The same notes, a little earlier or later each time.
        let mut late = 0.0;
        let frames: Frames = made(|n| {
            if n % 12_000 == 0 {
                late = 60.0 * take.next();
            }
            let at = (n % 12_000) as f64 - 60.0 - late;
            let tone = (TAU * melody(n, 12_000) * at / f64::from(RATE)).sin();
            if at > 0.0 { 0.3 * tone * (-at / 5_000.0).exp() * (at / 50.0).min(1.0) } else { 0.0 }
        })
        .into_iter()
        .map(|x| if side == 0 { [x, 0.0] } else { [0.0, x] })
        .collect();
        stage.write(&format!("{name}.wav"), &frames, Depth::Bits(24));
    }
    no_alarm(&stage.check());
}

#[test]
fn the_same_recording_is_found_at_any_gain_in_any_format() {
    let faded = |seed: u64| -> Frames {
        let end = 5 * RATE as usize;
        let gain = |n: usize| ((end - 1 - n) as f64 / 20_000.0).min(1.0);
        stem(seed, end).iter().enumerate().map(|(n, frame)| frame.map(|x| x * gain(n))).collect()
    };
    let stage = Stage::new();
    let (drums, bass, keys, voice) = (faded(1), faded(2), faded(3), faded(4));
    stage.write("Drums.wav", &drums, Depth::Bits(24));
    stage.write("Drums again.wav", &drums, Depth::Bits(24));
    stage.write("Bass.wav", &bass, Depth::Bits(24));
    stage.write("Bass louder.wav", &map(&bass, |x| -1.37 * x), Depth::Float);
    stage.write("Keys.wav", &keys, Depth::Bits(24));
    stage.write("Keys short.wav", &keys, Depth::Bits(16));
    stage.write("Voice.wav", &voice, Depth::Bits(24));
    let report = stage.check();
    let mut found: Vec<&str> = report
        .findings
        .iter()
        .filter(|finding| finding.code == "duplicate" && finding.severity == Severity::Warning)
        .filter_map(|finding| finding.file.as_deref())
        .collect();
    found.sort_unstable();
    let wanted = ["Bass", "Drums", "Keys"].map(|name| second(&report, name));
    assert_eq!(found, wanted, "{:#?}", report.findings);
    assert!(report.findings.iter().any(|finding| finding.message.contains("upside down")));
}

/// Of a file and the one that holds the same, the one that stands later in the report.
fn second<'a>(report: &'a CheckReport, name: &str) -> &'a str {
    let mut of = report.files.iter().rev().filter(|file| file.file.starts_with(name));
    &of.next().unwrap().file
}

/// As in the notes beside the material: one stem is 2.5 s shorter, and nothing else is wrong.
#[test]
fn the_raw_stems_of_somebody_else_raise_one_alarm() {
    let Some(folder) = testing::material("francium") else { return };
    // All 26 take longer than a test may: those that gave most to think about, and the short one.
    let stage = Stage::new();
    for name in ["OPEN HATS", "MELODY GLITCH", "KICK", "FILL SCRATCH", "VOX LEAD", "BREAK"] {
        let name = format!("7.Francium_Stem_{name}.m4a");
        std::fs::copy(folder.join(&name), stage.path(&name)).unwrap();
    }
    let report = stage.check();
    let grave: Vec<(&str, Option<&str>)> = report
        .findings
        .iter()
        .filter(|finding| finding.severity > Severity::Note)
        .map(|finding| (finding.code.as_str(), finding.file.as_deref()))
        .collect();
    assert_eq!(grave, [("length", Some("7.Francium_Stem_OPEN HATS.m4a"))]);
}

#[test]
fn a_hostile_export_is_told_for_what_it_is() {
    let Some(folder) = testing::material("lmms-mauiwowi") else { return };
    let report = look(&folder, &CheckOptions::default());
    let of = |code: &str| -> Vec<&Finding> { report.findings.iter().filter(|finding| finding.code == code).collect() };
    let garbage = only(&report, "garbage");
    assert_eq!((garbage.file.as_deref(), garbage.frame), (Some("1_Default preset.wav"), Some(109)));
    assert_eq!(garbage.place.as_deref(), Some("frames 109 to 127"));
    assert_eq!(of("silent-file").len(), 7);
    let longer = of("length");
    for file in ["5_hihat_closed05.ogg.wav", "12_Ride3.ds.wav"] {
        assert!(longer.iter().any(|finding| finding.file.as_deref() == Some(file)), "{longer:#?}");
    }
    assert!(only(&report, "shared-name").message.contains("default preset"));
    assert_eq!(only(&report, "sum-does-not-null").severity, Severity::Error);
    // A stem was lost to garbage, so the mix holds what no stem has: that, and which stem to print again, is said.
    let solution = report.sum.as_ref().and_then(|sum| sum.solution.as_ref()).unwrap();
    assert_eq!(solution.cause, Cause::StemMissing);
    assert!(solution.sentences[0].contains("1_Default preset.wav"), "{:?}", solution.sentences);
    assert!(of("stem-missing").len() == 1 && of("stem-polarity").is_empty() && of("stem-extra").is_empty());
    // Nothing is claimed of clicks or gaps in an export that has none.
    assert!(of("click").is_empty() && of("drop-out").is_empty() && of("hum").is_empty() && of("duplicate").is_empty());
}

#[test]
fn what_is_no_sound_raises_no_panic() {
    let mut noise = Noise(77);
    let mut wild: Vec<f64> = (0..50_000).map(|_| noise.next()).collect();
    (wild[100], wild[200], wild[300]) = (f64::NAN, f64::INFINITY, -1e30);
    let cases: [(&str, u16, Vec<f64>); 9] = [
        ("silence", 2, vec![0.0; 200_000]),
        ("nothing", 2, Vec::new()),
        ("one frame", 2, vec![0.5; 2]),
        ("one sample", 1, vec![1.0]),
        ("constant", 1, vec![0.25; 100_000]),
        ("not a number", 1, vec![f64::NAN; 30_000]),
        ("wild", 2, wild.clone()),
        ("5.1", 6, wild.iter().map(|x| if x.is_finite() { *x } else { 0.1 }).take(49_998).collect()),
        ("ends on a peak", 1, (0..5_000).map(|n| sine(1_000.0, n)).collect()),
    ];
    for rate in [8_000, 44_100, 48_000, 192_000] {
        let stage = Stage::new();
        for (name, channels, samples) in &cases {
            stage.planes(&format!("{name}.wav"), *channels, samples, Depth::Float, rate);
        }
        stage.planes("mix.wav", 2, &wild, Depth::Float, rate);
        let report = stage.check();
        assert!(report.files.len() >= 8, "{rate}: {:#?}", report.findings);
        for (name, ..) in &cases {
            // A file by itself, too.
            let _ = stemwright_check::check(
                &stage.path(&format!("{name}.wav")),
                &CheckOptions::default(),
                &stemwright_audio::Files::new(),
                &mut |_| true,
            );
        }
    }
}
