//! The interpreter against analysis: analogue prototypes, static curves, time constants and arithmetic done by hand.

mod interpreter;

#[path = "interpreter/itself/bands.rs"]
mod bands;
#[path = "interpreter/itself/clips.rs"]
mod clips;
#[path = "interpreter/itself/colour.rs"]
mod colour;
#[path = "interpreter/itself/dynamics.rs"]
mod dynamics;
#[path = "interpreter/itself/faders.rs"]
mod faders;
#[path = "interpreter/itself/layouts.rs"]
mod layouts;
#[path = "interpreter/itself/motion.rs"]
mod motion;

use stemwright_core::{
    Automation, Band, BandKind, Bus, Clip, Compressor, Db, Delay, DelayTime, Detector, Eq, Fade, Insert, Key, PanLaw,
    Param, SampleRate, Send, Session, Shape, Strip, Tap, Target, Track, Unit,
};

use interpreter::{Interpreted, Mutant, Source, Sources, interpret};

/// One file, one track on it (named `track`) straight to the master, at 0 dB in both channels where it is mono.
fn session(rate: u32, channels: Vec<Vec<f64>>) -> (Session, Sources) {
    let mut strip = Strip::new("track");
    strip.pan_law = Some(PanLaw::Balance);
    let session =
        Session { tracks: vec![Track::new(strip, vec![clip(0)])], ..Session::new(SampleRate::new(rate).unwrap()) };
    (session, Sources::from([("file".into(), Source { channels })]))
}

fn clip(at: i64) -> Clip {
    Clip::new("file", at)
}

fn fade(frames: u64) -> Fade {
    Fade { frames, ..Fade::default() }
}

fn bus(name: &str) -> Bus {
    Bus { strip: Strip::new(name), is_return: false }
}

/// What an insert makes of a file.
fn through(rate: u32, unit: Unit, channels: Vec<Vec<f64>>, frames: usize) -> Interpreted {
    let (mut session, sources) = session(rate, channels);
    session.tracks[0].strip.inserts = vec![unit.into()];
    interpret(&session, &sources, 0, frames, None)
}

#[track_caller]
fn close(found: f64, wanted: f64, tolerance: f64) {
    assert!((found - wanted).abs() <= tolerance, "{found} instead of {wanted} ± {tolerance}");
}

/// |H(freq)| of an impulse response, by its Fourier sum.
fn magnitude(response: &[f64], freq: f64, rate: f64) -> f64 {
    let (mut re, mut im) = (0.0, 0.0);
    for (n, &h) in response.iter().enumerate() {
        let angle = std::f64::consts::TAU * ((freq / rate * n as f64) % 1.0);
        re += h * angle.cos();
        im -= h * angle.sin();
    }
    re.hypot(im)
}

/// |H| of the analogue prototype at freq·x.
fn prototype(band: &Band, q: f64, x: f64) -> f64 {
    let a = 10f64.powf(band.gain.0 / 40.0);
    let polynomial = |s2: f64, s1: f64, s0: f64| (s0 - s2 * x * x).hypot(s1 * x);
    match band.kind {
        BandKind::HighPass { .. } => polynomial(1.0, 0.0, 0.0) / polynomial(1.0, 1.0 / q, 1.0),
        BandKind::LowPass { .. } => 1.0 / polynomial(1.0, 1.0 / q, 1.0),
        BandKind::Bell => polynomial(1.0, a / q, 1.0) / polynomial(1.0, 1.0 / (a * q), 1.0),
        BandKind::LowShelf => a * polynomial(1.0, a.sqrt() / q, a) / polynomial(a, a.sqrt() / q, 1.0),
        BandKind::HighShelf => a * polynomial(a, a.sqrt() / q, 1.0) / polynomial(1.0, a.sqrt() / q, a),
    }
}

fn whole_prototype(band: &Band, x: f64) -> f64 {
    match band.kind {
        BandKind::HighPass { steep: true } | BandKind::LowPass { steep: true } => {
            let q =
                [1.0 / (2.0 * (std::f64::consts::PI / 8.0).cos()), 1.0 / (2.0 * (std::f64::consts::PI / 8.0).sin())];
            prototype(band, q[0], x) * prototype(band, q[1], x)
        }
        _ => prototype(band, band.q, x),
    }
}

fn response(rate: u32, band: Band, frames: usize) -> Vec<f64> {
    let [left, _] = through(rate, Unit::Eq(Eq { bands: vec![band] }), vec![vec![1.0]], frames).sides();
    left
}

#[test]
fn every_band_follows_its_analogue_prototype_up_to_a_third_of_the_rate() {
    let kinds = [
        BandKind::Bell,
        BandKind::LowShelf,
        BandKind::HighShelf,
        BandKind::HighPass { steep: false },
        BandKind::HighPass { steep: true },
        BandKind::LowPass { steep: false },
        BandKind::LowPass { steep: true },
    ];
    let mut worst = [0f64; 7];
    for rate in [44_100, 192_000] {
        for (kind, worst) in kinds.into_iter().zip(&mut worst) {
            for (freq, gain, q) in [(200.0, 9.0, 0.7), (1_000.0, -12.0, 3.0), (5_000.0, 6.0, 1.0), (9_000.0, -6.0, 0.3)]
            {
                let band = Band { kind, freq, gain: Db(gain), q };
                let response = response(rate, band, 40_000);
                for share in [0.0002, 0.002, 0.01, 0.03, 0.1, 0.2, 0.28, 1.0 / 3.0] {
                    let at = share * f64::from(rate);
                    let found = magnitude(&response, at, f64::from(rate));
                    let wanted = whole_prototype(&band, at / freq);
                    // Far down the skirts decibels say nothing.
                    if wanted > 0.003 {
                        *worst = worst.max((20.0 * (found / wanted).log10()).abs());
                    }
                }
            }
        }
    }
    eprintln!("largest departures in dB: {worst:?}");
    assert!(worst.iter().all(|&worst| worst < 1.0), "{worst:?} dB");
}

#[test]
fn the_conditions_of_the_design_hold_to_eleven_digits_even_at_ten_hertz_and_192_khz() {
    let rate = 192_000.0;
    for (freq, frames) in [(10.0, 800_000), (1_000.0, 60_000), (0.45 * rate, 60_000)] {
        let band = |kind, q| Band { kind, freq, gain: Db(-12.0), q };
        let at = |band: Band, freq: f64| magnitude(&response(192_000, band, frames), freq, rate);
        let gain = 10f64.powf(-12.0 / 20.0);
        close(at(band(BandKind::HighPass { steep: false }, 0.8), freq), 0.8, 1e-11);
        close(at(band(BandKind::LowPass { steep: false }, 0.8), freq), 0.8, 1e-11);
        close(at(band(BandKind::LowPass { steep: true }, 0.8), freq), std::f64::consts::FRAC_1_SQRT_2, 1e-11);
        let bell = response(192_000, band(BandKind::Bell, 2.0), frames);
        close(magnitude(&bell, freq, rate), gain, 1e-11);
        close(magnitude(&bell, 0.0, rate), 1.0, 1e-11);
        for by in [0.999, 1.001] {
            assert!(magnitude(&bell, freq * by, rate) > gain * (1.0 + 1e-9), "a dip is lowest at its own frequency");
        }
        let shelf = band(BandKind::LowShelf, 0.7);
        close(at(shelf, freq), gain.sqrt(), 1e-11);
        close(at(shelf, 0.0), gain, 1e-11);
        close(at(shelf, freq / 2.0), prototype(&shelf, shelf.q, 0.5), 1e-11);
        let shelf = band(BandKind::HighShelf, 0.7);
        close(at(shelf, 0.0), 1.0, 1e-11);
        close(at(shelf, freq), gain.sqrt(), 1e-11);
        close(at(shelf, freq / 2.0), prototype(&shelf, shelf.q, 0.5), 1e-11);
    }
}

#[test]
fn a_bell_undoes_its_opposite() {
    let band = |gain| Band { kind: BandKind::Bell, freq: 20.0, gain: Db(gain), q: 1.5 };
    let eq = Eq { bands: vec![band(9.0), band(-9.0)] };
    let [left, _] = through(192_000, Unit::Eq(eq), vec![vec![1.0]], 20_000).sides();
    close(left[0], 1.0, 1e-9);
    assert!(left[1..].iter().all(|x| x.abs() < 1e-9));
}

/// The gain in dB that a steady level comes to.
fn settled(compressor: &Compressor, level: f64) -> f64 {
    let x = 10f64.powf(level / 20.0);
    let [left, _] = through(48_000, Unit::Compressor(compressor.clone()), vec![vec![x; 48_000]], 48_000).sides();
    20.0 * (left[47_999] / x).log10()
}

#[test]
fn steady_levels_lie_on_the_static_curve() {
    for detector in [Detector::Peak, Detector::Rms] {
        let base = Compressor { detector, attack: 0.01, release: 0.01, ..Compressor::channel() };
        let hard = Compressor { threshold: Db(-20.0), ratio: 4.0, knee: 0.0, makeup: Db(2.0), ..base.clone() };
        close(settled(&hard, -30.0), 2.0, 1e-9);
        close(settled(&hard, -8.0), 2.0 - 9.0, 1e-9);
        let wall = Compressor { threshold: Db(-20.0), ratio: f64::INFINITY, knee: 12.0, ..base.clone() };
        close(settled(&wall, -26.0), 0.0, 1e-9);
        // In the middle of the knee: an eighth of its width times the slope; at its upper end half its width.
        close(settled(&wall, -20.0), -12.0 / 8.0, 1e-9);
        close(settled(&wall, -14.0), -6.0, 1e-9);
        close(settled(&wall, 0.0), -20.0, 1e-9);
        let half = Compressor { mix: 0.5, ..hard };
        close(settled(&half, -8.0), 20.0 * (0.5 + 0.5 * 10f64.powf(-7.0 / 20.0)).log10(), 1e-9);
    }
}

#[test]
fn peak_ballistics_have_their_time_constants() {
    let compressor = Compressor {
        threshold: Db(-20.0),
        ratio: f64::INFINITY,
        knee: 0.0,
        attack: 0.02,
        release: 0.05,
        ..Compressor::channel()
    };
    let mut input = vec![1.0; 48_000];
    input.extend(vec![0.05; 4_800]);
    let [out, _] = through(48_000, Unit::Compressor(compressor), vec![input.clone()], input.len()).sides();
    let reduction = |n: usize| -20.0 * (out[n] / input[n]).log10();
    // 20 dB are wanted from frame 0 on, so after frame n n + 1 steps are done.
    for n in [0, 100, 959, 2_000] {
        close(reduction(n), 20.0 * (1.0 - (-((n + 1) as f64) / 960.0).exp()), 1e-9);
    }
    for n in [0, 1_000, 2_399] {
        close(reduction(48_000 + n), 20.0 * (-((n + 1) as f64) / 2_400.0).exp(), 1e-9);
    }
}

#[test]
fn the_mean_square_takes_five_milliseconds_and_the_louder_channel_counts() {
    let compressor = Compressor {
        threshold: Db(-40.0),
        ratio: 2.0,
        knee: 0.0,
        attack: 0.0,
        release: 0.0,
        detector: Detector::Rms,
        ..Compressor::channel()
    };
    let unit = Unit::Compressor(compressor);
    let [left, right] = through(48_000, unit, vec![vec![0.25; 4_800], vec![0.5; 4_800]], 4_800).sides();
    for n in [239, 1_000, 4_799] {
        let level = 10.0 * (0.25 * (1.0 - (-((n + 1) as f64) / 240.0).exp())).log10();
        close(20.0 * (right[n] / 0.5).log10(), -(level + 40.0) / 2.0, 1e-9);
        close(left[n], right[n] / 2.0, 1e-15);
    }
}

#[test]
fn echoes_fall_where_the_time_says() {
    let delay = |ping_pong, time| Delay { time, feedback: 0.5, ping_pong, low_cut: None, high_cut: None, wet: 0.25 };
    // A sixteenth of a second at 120 BPM is an eighth of a quarter note: 3,000 frames.
    let unit = Unit::Delay(delay(false, DelayTime::Quarters(0.125)));
    let [left, right] = through(48_000, unit, vec![vec![1.0]], 10_000).sides();
    assert_eq!(left, right);
    for (n, &x) in left.iter().enumerate() {
        let wanted = match n {
            0 => 0.75,
            3_000 => 0.25,
            6_000 => 0.125,
            9_000 => 0.0625,
            _ => 0.0,
        };
        assert_eq!(x, wanted, "frame {n}");
    }
    let unit = Unit::Delay(delay(true, DelayTime::Seconds(0.001)));
    let [left, right] = through(48_000, unit.clone(), vec![vec![1.0], vec![0.0]], 200).sides();
    assert_eq!([left[0], left[48], left[96], left[144]], [0.75, 0.125, 0.0, 0.03125]);
    assert_eq!([right[0], right[48], right[96], right[144]], [0.0, 0.0, 0.0625, 0.0]);
    let [mono, _] = through(48_000, unit, vec![vec![1.0]], 200).sides();
    assert_eq!([mono[0], mono[48], mono[96], mono[144]], [0.75, 0.25, 0.125, 0.0625]);
}

#[test]
fn echoes_pass_their_cuts_once_a_turn() {
    let delay = Delay {
        time: DelayTime::Seconds(0.05),
        feedback: 0.8,
        ping_pong: false,
        low_cut: Some(300.0),
        high_cut: Some(4_000.0),
        wet: 1.0,
    };
    let [left, _] = through(48_000, Unit::Delay(delay), vec![vec![1.0]], 7_200).sides();
    let pass = |kind, freq, at| {
        prototype(&Band { kind, freq, gain: Db::ZERO, q: 0.0 }, std::f64::consts::FRAC_1_SQRT_2, at / freq)
    };
    for at in [300.0, 1_000.0, 4_000.0] {
        let wanted = pass(BandKind::HighPass { steep: false }, 300.0, at)
            * pass(BandKind::LowPass { steep: false }, 4_000.0, at);
        // The digital skirts differ by some thousandths; the second turn has both cuts twice.
        close(magnitude(&left[2_400..4_800], at, 48_000.0), wanted, 0.01);
        close(magnitude(&left[4_800..7_200], at, 48_000.0), 0.8 * wanted * wanted, 0.01);
    }
}

#[test]
fn clips_have_their_place_gain_and_fades() {
    let (mut session, sources) = session(48_000, vec![(1..=10).map(f64::from).collect()]);
    let first =
        Clip { at: -5, from: 2, length: Some(4), gain: Db(-6.0), fade_in: fade(2), fade_out: fade(2), ..clip(0) };
    session.tracks[0].clips = vec![first, clip(-2)];
    let [left, _] = interpret(&session, &sources, -32, 64, None).sides();
    let half = 10f64.powf(-0.3);
    let wanted = [3.0 * 0.25 * half, 4.0 * 0.75 * half, 5.0 * 0.75 * half, 6.0 * 0.25 * half + 1.0];
    for (n, wanted) in [(27, wanted[0]), (28, wanted[1]), (29, wanted[2])] {
        close(left[n], wanted, 1e-14);
    }
    close(left[30], 6.0 * 0.25 * half + 1.0, 1e-14);
    assert_eq!((left[26], left[39], left[40]), (0.0, 10.0, 0.0));
}

#[test]
fn automation_runs_straight_between_grid_frames() {
    let (mut session, sources) = session(48_000, vec![vec![1.0; 96]]);
    let strip = &mut session.tracks[0].strip;
    strip.automation = vec![
        Automation::new(Target::Gain, Shape::Hold, &[(10, 0.0), (33, 20.0)]),
        Automation::new(Target::Pan, Shape::Linear, &[(0, 0.0), (32, 0.5), (64, 0.5)]),
    ];
    session.tracks[0].clips[0].at = -16;
    let [left, right] = interpret(&session, &sources, -32, 128, None).sides();
    let at = |n: i64| (left[(n + 32) as usize], right[(n + 32) as usize]);
    assert_eq!(at(-1), (1.0, 1.0));
    // The product of gain and pan runs: from 1 to ½ on the left until 32, then to 5 at 64.
    assert_eq!([at(16), at(32)], [(0.75, 1.0), (0.5, 1.0)]);
    close(at(48).0, (0.5 + 5.0) / 2.0, 1e-14);
    close(at(48).1, (1.0 + 10.0) / 2.0, 1e-14);
    assert_eq!(at(79), (5.0, 10.0));
}

#[test]
fn pan_laws_have_their_centre_levels_and_stereo_is_balanced() {
    for (law, decibels) in
        [(PanLaw::ConstantPower, 3.01), (PanLaw::Compromise, 4.515), (PanLaw::Linear, 6.02), (PanLaw::Balance, 0.0)]
    {
        let (mut session, sources) = session(48_000, vec![vec![1.0]]);
        session.tracks[0].strip.pan_law = Some(law);
        let [left, right] = interpret(&session, &sources, 0, 1, None).sides();
        close(left[0], right[0], 1e-15);
        close(20.0 * left[0].log10(), -decibels, 0.01);
        session.tracks[0].strip.pan = -1.0;
        let [left, right] = interpret(&session, &sources, 0, 1, None).sides();
        close(left[0], 1.0, 1e-15);
        close(right[0], 0.0, 1e-15);
    }
    let (mut session, sources) = session(48_000, vec![vec![1.0], vec![0.5]]);
    session.tracks[0].strip.pan_law = None;
    session.tracks[0].strip.pan = 0.25;
    let [left, right] = interpret(&session, &sources, 0, 1, None).sides();
    assert_eq!((left[0], right[0]), (0.75, 0.5));
}

/// A track with a pre send (−6 dB), a post send and its output into three buses, and a second track that a
/// compressor ducks by the first.
fn routed() -> (Session, Sources) {
    let (mut session, sources) = session(48_000, vec![vec![1.0; 4]]);
    let strip = &mut session.tracks[0].strip;
    strip.pan_law = None;
    strip.gain = Db(-20.0);
    strip.output = Some("c".into());
    strip.sends = vec![
        Send { to: "a".into(), gain: Db(-20.0), tap: Tap::Pre, pan: 0.0 },
        Send { to: "b".into(), gain: Db::ZERO, tap: Tap::Post, pan: 0.0 },
    ];
    session.buses = ["a", "b", "c"].map(bus).to_vec();
    session
        .buses
        .iter_mut()
        .zip([0.0, 40.0, 60.0])
        .for_each(|(bus, gain)| bus.strip.inserts = vec![Unit::Gain(Db(gain)).into()]);
    let mut second = session.tracks[0].clone();
    second.strip = Strip::new("ducked");
    second.strip.pan = -1.0;
    second.strip.inserts = vec![Insert::from(Unit::Compressor(Compressor {
        threshold: Db(-40.0),
        ratio: f64::INFINITY,
        knee: 0.0,
        attack: 0.0,
        key: Some(Key { from: "c".into(), tap: Tap::Post }),
        ..Compressor::channel()
    }))];
    session.tracks.push(second);
    (session, sources)
}

#[test]
fn taps_mute_and_solo_do_what_they_say() {
    let side = std::f64::consts::FRAC_1_SQRT_2;
    let right = |session: &Session, sources: &Sources| interpret(session, sources, 0, 4, None).mix[1][3];
    let ducked = |session: &Session, sources: &Sources| {
        let [left, right] = interpret(session, sources, 0, 4, None).sides();
        left[3] - right[3]
    };
    let (mut session, sources) = routed();
    // Pre: centre · 0.1; post: centre · 0.1 · 100; output: centre · 0.1 · 1000.
    close(right(&session, &sources), side * (0.1 + 10.0 + 100.0), 1e-12);
    // The key is at 100·side: the threshold of 0.01 is exceeded that many times.
    close(ducked(&session, &sources), 0.01 / (100.0 * side), 1e-12);

    session.buses[0].strip.solo = true;
    close(right(&session, &sources), side * 0.1, 1e-12);
    close(ducked(&session, &sources), 0.0, 1e-12);
    session.buses[0].strip.solo = false;
    session.tracks[1].strip.solo = true;
    close(right(&session, &sources), 0.0, 1e-12);
    // The bus that keys it hears nothing that is soloed: it adds up to silence.
    close(ducked(&session, &sources), 1.0, 1e-12);
    session.tracks[1].strip.solo = false;
    session.tracks[0].strip.solo = true;
    close(right(&session, &sources), side * (0.1 + 10.0 + 100.0), 1e-12);
    close(ducked(&session, &sources), 0.0, 1e-12);
    session.tracks[0].strip.solo = false;

    session.buses[2].strip.mute = true;
    close(right(&session, &sources), side * (0.1 + 10.0), 1e-12);
    close(ducked(&session, &sources), 1.0, 1e-12);
    session.buses[2].strip.mute = false;
    session.tracks[0].strip.mute = true;
    close(right(&session, &sources), 0.0, 0.0);
    session.tracks[0].strip.mute = false;

    session.tracks[0].strip.inverted = true;
    close(right(&session, &sources), -side * (0.1 + 10.0 + 100.0), 1e-12);
}

#[test]
fn mutants_are_heard() {
    let (mut session, sources) = routed();
    session.tracks[0].clips[0].fade_in = fade(4);
    session.tracks[0].strip.pan = 0.3;
    let whole = interpret(&session, &sources, 0, 8, None);
    for mutant in [Mutant::SendTapSwapped, Mutant::PanLawSwapped, Mutant::KeyOneFrameLate] {
        assert_ne!(interpret(&session, &sources, 0, 8, Some(mutant)).mix, whole.mix, "{mutant:?}");
    }
}

#[test]
fn a_filter_that_moves_stays_where_it_stands_still() {
    // A frequency that runs by nothing is the same filter: the moving path and the fixed one agree exactly.
    let band = Band { kind: BandKind::Bell, freq: 500.0, gain: Db(6.0), q: 1.0 };
    let (mut session, sources) = session(96_000, vec![(0..300).map(|n| (f64::from(n) * 0.1).sin()).collect()]);
    session.tracks[0].strip.inserts = vec![Unit::Eq(Eq { bands: vec![band] }).into()];
    let fixed = interpret(&session, &sources, 0, 300, None);
    session.tracks[0].strip.automation =
        vec![Automation::new(Target::Insert(0, Param::BandFreq(0)), Shape::Linear, &[(-7, 500.0), (200, 500.0)])];
    assert_eq!(interpret(&session, &sources, 0, 300, None), fixed);
}
