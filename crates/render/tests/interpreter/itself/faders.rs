//! Groups of faders, moving mutes, solo-safe strips and the shapes of points, by hand.

use stemwright_core::{FadeShape, Point, Vca};

use super::*;

fn vca(name: &str, gain: f64, vcas: &[&str]) -> Vca {
    let vcas = vcas.iter().map(|&name| name.to_owned()).collect();
    Vca { name: name.into(), gain: Db(gain), mute: false, solo: false, vcas, automation: Vec::new() }
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

/// A track of ones with a pre send (0 dB) to a bus that is panned to the right; the track goes to the left.
fn sending() -> (Session, Sources) {
    let (mut session, sources) = session(48_000, vec![vec![1.0; 200]]);
    let strip = &mut session.tracks[0].strip;
    strip.pan = -1.0;
    strip.sends = vec![Send { to: "aside".into(), gain: Db::ZERO, tap: Tap::Pre, pan: 0.0 }];
    session.buses = vec![bus("aside")];
    session.buses[0].strip.pan = 1.0;
    (session, sources)
}

fn at(session: &Session, sources: &Sources, n: usize) -> [f64; 2] {
    interpret(session, sources, 0, n + 1, None).sides().map(|channel| channel[n])
}

fn db(db: f64) -> f64 {
    10f64.powf(db / 20.0)
}

#[test]
fn groups_add_their_decibels_once_and_leave_the_pre_tap() {
    let (mut session, sources) = sending();
    session.tracks[0].strip.gain = Db(-6.0);
    session.tracks[0].strip.vcas = names(&["A", "B"]);
    // B is in A as well as the track itself, and A in C: −6 − 4 + 1 − 20.
    session.vcas = vec![vca("A", -4.0, &["C"]), vca("B", 1.0, &["A"]), vca("C", -20.0, &[]), vca("D", 40.0, &["C"])];
    let [left, right] = at(&session, &sources, 0);
    close(left, db(-29.0), 1e-15);
    close(right, 1.0, 0.0);
}

#[test]
fn a_moving_group_moves_the_product_in_straight_lines() {
    let (mut session, sources) = sending();
    session.tracks[0].strip.vcas = names(&["A"]);
    session.tracks[0].strip.automation =
        vec![Automation::new(Target::Gain, Shape::Hold, &[(0, -20.0), (32, 0.0), (64, 0.0)])];
    session.vcas = vec![vca("A", 12.0, &["B"]), vca("B", 0.0, &[])];
    session.vcas[0].automation = vec![Automation::new(Target::Gain, Shape::Hold, &[(0, 20.0), (32, 0.0)])];
    session.vcas[1].automation = vec![Automation::new(Target::Gain, Shape::Hold, &[(64, 0.0), (96, -20.0)])];
    // 0 dB at 0 and at 32, so on the way as well; −20 dB at 96.
    for (n, wanted) in [(0, 1.0), (16, 1.0), (32, 1.0), (64, 1.0), (80, 0.55), (96, 0.1), (150, 0.1)] {
        close(at(&session, &sources, n)[0], wanted, 1e-15);
    }
}

#[test]
fn groups_mute_and_solo_what_is_in_them_and_in_their_groups() {
    let (mut session, sources) = sending();
    session.tracks[0].strip.vcas = names(&["inner"]);
    session.vcas = vec![vca("inner", 0.0, &["outer"]), vca("outer", 0.0, &[])];
    session.vcas[1].mute = true;
    assert_eq!(at(&session, &sources, 0), [0.0, 0.0]);
    // An automation takes the place of the strip's own mute, not of the group's.
    session.tracks[0].strip.automation = vec![Automation::new(Target::Mute, Shape::Hold, &[(0, 0.0)])];
    assert_eq!(at(&session, &sources, 0), [0.0, 0.0]);
    session.vcas[1].mute = false;
    assert_eq!(at(&session, &sources, 0), [1.0, 1.0]);

    let mut other = session.tracks[0].clone();
    other.strip.name = "other".into();
    other.strip.vcas.clear();
    session.tracks.push(other);
    assert_eq!(at(&session, &sources, 0), [2.0, 2.0]);
    session.vcas[1].solo = true;
    assert_eq!(at(&session, &sources, 0), [1.0, 1.0]);
}

#[test]
fn a_moving_mute_silences_both_taps_in_one_interval() {
    let (mut session, sources) = sending();
    let strip = &mut session.tracks[0].strip;
    // It takes the place of the fixed one. Just below ½ is not muted.
    strip.mute = true;
    strip.automation = vec![Automation::new(Target::Mute, Shape::Hold, &[(0, 0.49), (40, 0.5), (100, 0.0)])];
    for (n, wanted) in [(0, 1.0), (32, 1.0), (48, 0.5), (64, 0.0), (96, 0.0), (112, 0.5), (128, 1.0), (199, 1.0)] {
        assert_eq!(at(&session, &sources, n), [wanted, wanted], "frame {n}");
    }
    // And what is keyed from it, before and after the fader.
    for tap in [Tap::Pre, Tap::Post] {
        let mut session = session.clone();
        let key = Some(Key { from: "track".into(), tap });
        let base =
            Compressor { threshold: Db(-20.0), ratio: f64::INFINITY, knee: 0.0, attack: 0.0, ..Compressor::channel() };
        let unit = Unit::Compressor(Compressor { release: 0.0, key, ..base });
        let mut ducked = session.tracks[0].clone();
        ducked.strip = Strip::new("ducked");
        ducked.strip.inserts = vec![unit.into()];
        ducked.strip.pan = 1.0;
        session.tracks.push(ducked);
        session.tracks[0].strip.sends.clear();
        for (n, level) in [(0, 1.0), (48, 0.5), (80, 0.1)] {
            close(at(&session, &sources, n)[1], 0.1 / level, 1e-12);
        }
    }
}

#[test]
fn solo_leaves_what_is_safe_and_what_comes_after_it() {
    // Two tracks into a bus, both sending to a return: 0.1 and 0.01 by the bus, 10 and 1 by the return.
    let (mut session, sources) = session(48_000, vec![vec![1.0; 4]]);
    let mut second = session.tracks[0].clone();
    second.strip.name = "second".into();
    second.strip.gain = Db(-20.0);
    session.tracks.push(second);
    for track in &mut session.tracks {
        track.strip.output = Some("bus".into());
        track.strip.sends = vec![Send { to: "return".into(), gain: Db(20.0), tap: Tap::Post, pan: 0.0 }];
    }
    session.buses = vec![bus("bus"), bus("return")];
    session.buses[0].strip.gain = Db(-20.0);
    let heard = |session: &Session| at(session, &sources, 0)[0];
    close(heard(&session), 0.11 + 11.0, 1e-13);
    session.tracks[0].strip.solo = true;
    close(heard(&session), 0.1 + 10.0, 1e-13);
    session.tracks[1].strip.solo_safe = true;
    close(heard(&session), 0.11 + 11.0, 1e-13);
    // A safe bus does not bring back what feeds it, and its own output was heard anyway.
    session.tracks[1].strip.solo_safe = false;
    session.buses[0].strip.solo_safe = true;
    close(heard(&session), 0.1 + 10.0, 1e-13);
    // Nothing is soloed: safe means nothing.
    session.tracks[0].strip.solo = false;
    close(heard(&session), 0.11 + 11.0, 1e-13);
    // What a safe strip feeds stays, whatever else is soloed; mute goes on as ever.
    session.tracks[1].strip.solo_safe = true;
    session.buses[1].strip.solo = true;
    session.buses[0].strip.solo_safe = false;
    close(heard(&session), 0.01 + 11.0, 1e-13);
    session.tracks[1].strip.mute = true;
    close(heard(&session), 10.0, 1e-13);
}

#[test]
fn each_point_says_how_it_goes_on() {
    let (mut session, sources) = session(48_000, vec![vec![1.0; 800]]);
    let point = |frame, value, shape| Point { frame, value, shape };
    let points = vec![
        point(0, -20.0, Shape::Smooth),
        point(128, 0.0, Shape::Curve(0.5)),
        point(256, -20.0, Shape::Curve(-0.5)),
        point(384, 0.0, Shape::Hold),
        point(512, -6.0, Shape::Linear),
        point(640, -10.0, Shape::Hold),
        point(640, -40.0, Shape::Smooth),
    ];
    session.tracks[0].strip.automation = vec![Automation { target: Target::Gain, points }];
    let [left, _] = interpret(&session, &sources, 0, 800, None).sides();
    for (n, wanted) in [
        (0, -20.0),
        // w(¼) = 0.15625, w(¾) = 0.84375.
        (32, -16.875),
        (96, -3.125),
        (128, 0.0),
        // (1 + c)/(1 − c) is 3: w(½) = ½/(½ + 3/2), w(¼) = ¼/(¼ + 9/4).
        (192, -5.0),
        (160, -2.0),
        // And a third: w(½) = ½/(½ + 1/6), w(¼) = ¼/(¼ + ¼).
        (320, -5.0),
        (288, -10.0),
        (384, 0.0),
        (480, 0.0),
        (512, -6.0),
        (544, -7.0),
        (608, -9.0),
        (640, -40.0),
        (799, -40.0),
    ] {
        close(20.0 * left[n].log10(), wanted, 1e-12);
    }
}

#[test]
fn mutants_of_faders_and_clips_are_heard() {
    let (mut session, sources) = sending();
    let track = &mut session.tracks[0];
    track.clips = vec![Clip { length: Some(100), fade_in: Fade { frames: 9, shape: FadeShape::Slow }, ..clip(0) }];
    track.clips.push(clip(60));
    track.crossfade = Some(FadeShape::Fast);
    track.delay = 3;
    track.strip.vcas = names(&["A"]);
    session.vcas = vec![vca("A", -2.0, &[])];
    let points = [(0, 0.0, Shape::Linear), (100, 1.0, Shape::Smooth), (190, 0.0, Shape::Hold)];
    let points = points.map(|(frame, value, shape)| Point { frame, value, shape }).to_vec();
    track.strip.automation = vec![Automation { target: Target::Mute, points }];
    session.tracks.push(session.tracks[0].clone());
    session.tracks[1].strip.name = "soloed".into();
    session.tracks[1].strip.solo = true;
    session.tracks[0].strip.solo_safe = true;
    let whole = interpret(&session, &sources, 0, 300, None);
    for mutant in [
        Mutant::FadesLinear,
        Mutant::CrossfadeLinear,
        Mutant::TrackDelayEarlier,
        Mutant::VcaTwice,
        Mutant::SoloSafeForgotten,
        Mutant::ShapeOfNextPoint,
        Mutant::MuteAfterPreTap,
    ] {
        assert!(interpret(&session, &sources, 0, 300, Some(mutant)).mix != whole.mix, "{mutant:?}");
    }
}
