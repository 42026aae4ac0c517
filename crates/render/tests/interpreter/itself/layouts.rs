//! Layouts of files, strips and the master, and what lies between them, by hand.

use std::f64::consts::FRAC_1_SQRT_2 as FOLD;

use stemwright_core::{Layout, Reverb, Width};

use super::*;

/// A file of one frame with these channels.
fn frame(channels: &[f64]) -> Vec<Vec<f64>> {
    channels.iter().map(|&x| vec![x]).collect()
}

/// Frame n of a mix.
fn mix(session: &Session, sources: &Sources, n: usize) -> Vec<f64> {
    interpret(session, sources, 0, n + 1, None).mix.iter().map(|channel| channel[n]).collect()
}

#[track_caller]
fn all_close(found: &[f64], wanted: &[f64]) {
    assert_eq!(found.len(), wanted.len());
    assert!(found.iter().zip(wanted).all(|(a, b)| (a - b).abs() < 1e-14), "{found:?} instead of {wanted:?}");
}

const FIVE: [f64; 6] = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
const SEVEN: [f64; 8] = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0];

#[test]
fn files_fold_down_to_the_master() {
    for (file, master, wanted) in [
        (&FIVE[..], Layout::Surround51, &FIVE[..]),
        (&FIVE, Layout::Stereo, &[1.0 + 8.0 * FOLD, 2.0 + 9.0 * FOLD]),
        (&FIVE, Layout::Mono, &[1.5 + 8.5 * FOLD]),
        (&FIVE, Layout::Surround71, &[1.0, 2.0, 3.0, 4.0, 0.0, 0.0, 5.0, 6.0]),
        (&SEVEN, Layout::Surround71, &SEVEN),
        (&SEVEN, Layout::Surround51, &[1.0, 2.0, 3.0, 4.0, 7.0 + 5.0 * FOLD, 8.0 + 6.0 * FOLD]),
        (&SEVEN, Layout::Stereo, &[3.5 + 10.0 * FOLD, 5.0 + 11.0 * FOLD]),
        (&SEVEN, Layout::Mono, &[4.25 + 10.5 * FOLD]),
        (&[1.0, 2.0], Layout::Surround51, &[1.0, 2.0, 0.0, 0.0, 0.0, 0.0]),
        (&[1.0, 2.0], Layout::Surround71, &[1.0, 2.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]),
        (&[1.0, 2.0], Layout::Mono, &[1.5]),
        // Mono strips are stereo behind their pan, which is 0 dB to both sides here.
        (&[3.0], Layout::Surround51, &[3.0, 3.0, 0.0, 0.0, 0.0, 0.0]),
        (&[3.0], Layout::Mono, &[3.0]),
    ] {
        let (mut session, sources) = session(48_000, frame(file));
        session.master.layout = master;
        all_close(&mix(&session, &sources, 0), wanted);
        all_close(&interpret(&session, &sources, 0, 1, None).master.concat(), wanted);
    }
}

#[test]
fn clips_come_to_the_layout_of_their_track() {
    for (file, track, wanted) in [
        (&[3.0][..], Layout::Surround51, [3.0, 3.0, 0.0, 0.0, 0.0, 0.0]),
        (&[1.0, 2.0], Layout::Mono, [1.5, 1.5, 0.0, 0.0, 0.0, 0.0]),
        (&FIVE, Layout::Mono, [1.5 + 8.5 * FOLD, 1.5 + 8.5 * FOLD, 0.0, 0.0, 0.0, 0.0]),
        (&FIVE, Layout::Stereo, [1.0 + 8.0 * FOLD, 2.0 + 9.0 * FOLD, 0.0, 0.0, 0.0, 0.0]),
        // On an M-S track two channels are mid and side, one is mid, and others are folded down and brought there.
        (&[0.75, 0.25], Layout::MidSide, [1.0, 0.5, 0.0, 0.0, 0.0, 0.0]),
        (&[3.0], Layout::MidSide, [3.0, 3.0, 0.0, 0.0, 0.0, 0.0]),
        (&FIVE, Layout::MidSide, [1.0 + 8.0 * FOLD, 2.0 + 9.0 * FOLD, 0.0, 0.0, 0.0, 0.0]),
        (&SEVEN, Layout::Surround51, [1.0, 2.0, 3.0, 4.0, 7.0 + 5.0 * FOLD, 8.0 + 6.0 * FOLD]),
        // The side pair of 7.1 from 5.1, folded into the surrounds of the master again.
        (&FIVE, Layout::Surround71, FIVE),
    ] {
        let (mut session, sources) = session(48_000, frame(file));
        session.master.layout = Layout::Surround51;
        session.tracks[0].strip.layout = Some(track);
        all_close(&mix(&session, &sources, 0), &wanted);
    }
}

#[test]
fn a_track_is_as_wide_as_its_widest_file_and_a_bus_as_the_master() {
    let (mut session, mut sources) = session(48_000, frame(&[3.0]));
    sources.insert("wide".into(), Source { channels: frame(&FIVE) });
    session.master.layout = Layout::Surround51;
    session.tracks[0].clips.push(Clip { file: "wide".into(), ..clip(0) });
    session.tracks[0].strip.output = Some("bus".into());
    session.buses = vec![bus("bus")];
    all_close(&mix(&session, &sources, 0), &[4.0, 5.0, 3.0, 4.0, 5.0, 6.0]);
    // Of a mono master they are stereo, and panned as such.
    session.master.layout = Layout::Mono;
    session.buses[0].strip.pan = -1.0;
    all_close(&mix(&session, &sources, 0), &[(3.0 + 1.0 + 8.0 * FOLD) / 2.0]);
}

#[test]
fn pan_balances_the_sides_of_surround_and_leaves_the_middle() {
    let (mut session, sources) = session(48_000, frame(&SEVEN));
    session.master.layout = Layout::Surround71;
    session.tracks[0].strip.pan = -0.5;
    all_close(&mix(&session, &sources, 0), &[1.0, 1.0, 3.0, 4.0, 5.0, 3.0, 7.0, 4.0]);
    session.tracks[0].strip.pan = 0.75;
    session.tracks[0].strip.gain = Db(20.0);
    all_close(&mix(&session, &sources, 0), &[2.5, 20.0, 30.0, 40.0, 12.5, 60.0, 17.5, 80.0]);
}

#[test]
fn an_ms_strip_works_on_mid_and_side_and_is_stereo_at_its_taps() {
    let (mut session, sources) = session(48_000, frame(&[1.0, 0.5]));
    session.tracks[0].strip.output = Some("sides".into());
    session.buses = vec![bus("sides"), bus("other")];
    session.buses[0].strip.layout = Some(Layout::MidSide);
    all_close(&mix(&session, &sources, 0), &[1.0, 0.5]);
    // Mid ¾ and side ¼; a width of 0 on those makes both their mean, ½: L is their sum, R their difference.
    session.buses[0].strip.inserts = vec![Unit::Width(Width { width: 0.0, mono_below: None }).into()];
    all_close(&mix(&session, &sources, 0), &[1.0, 0.0]);
    session.buses[0].strip.inverted = true;
    all_close(&mix(&session, &sources, 0), &[-1.0, 0.0]);
    session.buses[0].strip.inverted = false;
    session.buses[0].strip.inserts.clear();
    session.buses[0].strip.pan = 0.25;
    all_close(&mix(&session, &sources, 0), &[0.75, 0.5]);
    session.buses[0].strip.sends = vec![Send { to: "other".into(), gain: Db::ZERO, tap: Tap::Pre, pan: 0.0 }];
    all_close(&mix(&session, &sources, 0), &[1.75, 1.0]);
    // A gain on mid alone tells that it is (L+R)/2: the compressor hears mid ¾ as its loudest channel.
    let wall =
        Compressor { threshold: Db::ZERO, ratio: f64::INFINITY, knee: 0.0, attack: 0.0, ..Compressor::channel() };
    session.buses[0].strip.sends.clear();
    session.buses[0].strip.pan = 0.0;
    session.buses[0].strip.inserts = vec![Unit::Gain(Db(20.0)).into(), Unit::Compressor(wall).into()];
    all_close(&mix(&session, &sources, 0), &[4.0 / 3.0, 2.0 / 3.0]);
}

#[test]
fn a_mono_bus_is_the_mean_and_is_panned_like_a_mono_track() {
    let (mut session, sources) = session(48_000, frame(&FIVE));
    session.tracks[0].strip.output = Some("narrow".into());
    session.buses = vec![bus("narrow"), bus("wide")];
    session.buses[1].strip.layout = Some(Layout::Surround51);
    let strip = &mut session.buses[0].strip;
    strip.layout = Some(Layout::Mono);
    strip.pan_law = Some(PanLaw::Linear);
    strip.pan = 0.5;
    let mean = 1.5 + 8.5 * FOLD;
    all_close(&mix(&session, &sources, 0), &[0.25 * mean, 0.75 * mean]);
    // Its pre tap is sent as panned to the centre.
    session.buses[0].strip.gain = Db(f64::NEG_INFINITY);
    session.buses[0].strip.sends = vec![Send { to: "wide".into(), gain: Db::ZERO, tap: Tap::Pre, pan: 0.0 }];
    all_close(&mix(&session, &sources, 0), &[0.5 * mean, 0.5 * mean]);
}

#[test]
fn a_key_is_a_tap_in_its_own_channels() {
    // LFE, 4, is louder than L and R; the compressor turns down by what is above 0 dBFS.
    let wall = |tap| {
        let key = Some(Key { from: "key".into(), tap });
        let base = Compressor::channel();
        Unit::Compressor(Compressor { threshold: Db::ZERO, ratio: f64::INFINITY, knee: 0.0, attack: 0.0, key, ..base })
    };
    let (mut session, mut sources) = session(48_000, frame(&[1.0, 1.0]));
    let mut key = session.tracks[0].clone();
    key.strip.name = "key".into();
    key.strip.pan_law = None;
    key.strip.output = Some("nowhere".into());
    key.clips[0].file = "key".into();
    session.tracks.push(key);
    session.buses = vec![bus("nowhere")];
    session.buses[0].strip.mute = true;
    let mut gain = |tap, channels: &[f64], layout| {
        sources.insert("key".into(), Source { channels: frame(channels) });
        session.tracks[1].strip.layout = layout;
        session.tracks[0].strip.inserts = vec![wall(tap).into()];
        mix(&session, &sources, 0)[0]
    };
    close(gain(Tap::Pre, &[1.0, 2.0, 3.0, 8.0, 5.0, 6.0], None), 1.0 / 8.0, 1e-14);
    close(gain(Tap::Pre, &[4.0], None), 1.0 / 4.0, 1e-14);
    close(gain(Tap::Post, &[4.0], None), 1.0 / (4.0 * FOLD), 1e-14);
    // Mid 3 and side 1 are 4 and 2.
    close(gain(Tap::Pre, &[3.0, 1.0], Some(Layout::MidSide)), 1.0 / 4.0, 1e-14);
}

/// What a unit makes of a file in a master of the same layout.
fn surround(unit: Unit, layout: Layout, channels: Vec<Vec<f64>>, frames: usize) -> Vec<Vec<f64>> {
    let (mut session, sources) = session(48_000, channels);
    session.master.layout = layout;
    session.tracks[0].strip.inserts = vec![unit.into()];
    interpret(&session, &sources, 0, frames, None).mix
}

#[test]
fn width_and_ping_pong_work_on_each_pair() {
    let width = Unit::Width(Width { width: 0.0, mono_below: None });
    all_close(
        &surround(width, Layout::Surround71, frame(&SEVEN), 1).concat(),
        &[1.5, 1.5, 3.0, 4.0, 5.5, 5.5, 7.5, 7.5],
    );
    let time = DelayTime::Seconds(1.0 / 48_000.0);
    let delay =
        |ping_pong| Unit::Delay(Delay { time, feedback: 0.5, ping_pong, low_cut: None, high_cut: None, wet: 1.0 });
    let echoes = surround(delay(true), Layout::Surround51, frame(&FIVE), 3);
    let at = |n: usize| echoes.iter().map(|channel| channel[n]).collect::<Vec<f64>>();
    all_close(&at(0), &[0.0; 6]);
    all_close(&at(1), &[1.5, 0.0, 3.0, 0.0, 5.5, 0.0]);
    all_close(&at(2), &[0.0, 0.75, 1.5, 0.0, 0.0, 2.75]);
    // Any other echo treats LFE like the rest.
    let echoes = surround(delay(false), Layout::Surround51, frame(&FIVE), 2);
    assert_eq!(echoes.iter().map(|channel| channel[1]).collect::<Vec<f64>>(), FIVE);
}

#[test]
fn a_surround_reverb_is_one_reverb_a_pair_and_one_for_the_centre() {
    let reverb = Reverb {
        predelay: 0.0,
        decay: 0.3,
        size: 0.5,
        high_decay: 0.5,
        crossover: 4_000.0,
        low_cut: Some(100.0),
        high_cut: None,
        wet: 0.7,
    };
    let unit = || Unit::Reverb(reverb.clone());
    let all = surround(unit(), Layout::Surround71, frame(&SEVEN), 2_000);
    for [left, right] in [[0, 1], [4, 5], [6, 7]] {
        let pair = surround(unit(), Layout::Stereo, frame(&[SEVEN[left], SEVEN[right]]), 2_000);
        assert!(all[left] == pair[0] && all[right] == pair[1] && pair[0] != pair[1]);
    }
    assert!(all[2] == surround(unit(), Layout::Stereo, frame(&SEVEN[2..3]), 2_000)[0]);
    assert!((all[3][0] - 4.0 * (1.0 - 0.7)).abs() < 1e-15 && all[3][1..].iter().all(|&x| x == 0.0));
}

#[test]
fn every_other_insert_hears_the_loudest_of_all_channels() {
    // LFE is the loudest: what it has above the threshold is taken off everywhere.
    let wall =
        Compressor { threshold: Db::ZERO, ratio: f64::INFINITY, knee: 0.0, attack: 0.0, ..Compressor::channel() };
    let loud = [1.0, 2.0, 3.0, 8.0, 5.0, 6.0];
    let turned_down = loud.map(|x| x / 8.0);
    all_close(&surround(Unit::Compressor(wall), Layout::Surround51, frame(&loud), 1).concat(), &turned_down);
}

#[test]
fn mutants_of_layouts_are_heard() {
    let (mut session, sources) = session(48_000, (1..=6).map(|x| vec![f64::from(x); 64]).collect());
    let strip = &mut session.tracks[0].strip;
    strip.inserts = vec![Unit::Width(Width { width: 0.5, mono_below: Some(100.0) }).into()];
    strip.inserts.insert(
        0,
        Unit::Delay(Delay {
            time: DelayTime::Seconds(0.0001),
            feedback: 0.1,
            ping_pong: true,
            low_cut: None,
            high_cut: None,
            wet: 0.5,
        })
        .into(),
    );
    strip.pan = 0.2;
    strip.output = Some("wide".into());
    strip.sends = vec![Send { to: "sides".into(), gain: Db(-6.0), tap: Tap::Post, pan: 0.0 }];
    session.buses = vec![bus("wide"), bus("sides")];
    session.buses[0].strip.layout = Some(Layout::Surround71);
    session.buses[1].strip.layout = Some(Layout::MidSide);
    let heard = |session: &Session, mutant| interpret(session, &sources, 0, 64, mutant).mix;
    session.master.layout = Layout::Surround51;
    let (wide, mut narrow) = (session.clone(), session);
    narrow.master.layout = Layout::Stereo;
    for mutant in [
        Mutant::FoldFactor,
        Mutant::SurroundsRear,
        Mutant::MidSideUnscaled,
        Mutant::MiddlePanned,
        Mutant::LfeThroughStereoUnits,
    ] {
        let differs = |session: &Session| heard(session, None) != heard(session, Some(mutant));
        assert!(differs(&wide) || differs(&narrow), "{mutant:?}");
    }
}
