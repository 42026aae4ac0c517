//! What AAF says that the material does not show: fades of clips, speeds, scopes, takes, channels, pans of clips, both kinds of
//! sectors. The files are made by a writer of our own; figures are worked out by hand.

#[path = "aaf/bench.rs"]
mod bench;
#[path = "aaf/writer.rs"]
mod writer;

use bench::{audio, envelope, of_code, read, sample, try_read};
use std::path::{Path, PathBuf};
use stemwright_core::{Clip, FadeShape, Finding, Layout, Pitch, Session, Severity, Shape, Target};
use tempfile::TempDir;
use writer::{
    AMPLITUDE, COMBINER, CONSTANT, DISSOLVE, GAIN, INCOMING, LINEAR, LOG, MIXDOWN, OUTGOING, PAN, PLACE, RATIO, SPEED,
    Thing, clip, composition, constant, essence, faded, file, filler, inside, made_from, master, one_track, operation,
    outside, root, scope, scope_reference, selector, sequence, slot, track_at, transition, varying,
};

/// A file with `a.wav` beside it: mono, 48 kHz, ten seconds.
fn desk(bytes: &[u8]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("song.aaf");
    std::fs::write(&path, bytes).unwrap();
    audio(&folder.path().join("a.wav"), 1, 48_000, 480_000);
    (folder, path)
}

#[track_caller]
fn session(bytes: &[u8]) -> (Session, Vec<Finding>) {
    let (_folder, path) = desk(bytes);
    let read = read(&path);
    (read.session, read.ledger)
}

/// The clips of a file with one track.
#[track_caller]
fn clips(segment: Thing) -> (Vec<Clip>, Vec<Finding>) {
    let (mut session, ledger) = session(&one_track(segment));
    assert_eq!(session.tracks.len(), 1);
    (session.tracks.remove(0).clips, ledger)
}

fn place(clip: &Clip) -> (i64, u64, u64) {
    (clip.at, clip.from, clip.length.unwrap())
}

#[test]
fn small_and_large_sectors_hold_the_same() {
    let parts = || (0..200).flat_map(|n| [filler(n), clip(2, n, 100)]).collect();
    let mobs = || vec![composition(1, "one", vec![slot(1, "T", (48_000, 1), sequence(parts()))]), outside(2, "a.wav")];
    let [small, large] = [512, 4096].map(|sector| session(&file(&root(mobs(), Vec::new()), sector)).0);
    assert_eq!(small.tracks[0].clips.len(), 200);
    let places = |session: &Session| session.tracks[0].clips.iter().map(place).collect::<Vec<_>>();
    assert_eq!(places(&small), places(&large));
    assert_eq!(places(&small)[3], (306, 3, 100));
}

#[test]
fn fades_of_clips_are_straight_in_amplitude_or_in_power() {
    let (clips, ledger) = clips(sequence(vec![faded(2, 1000, (100, 1), (200, 2)), faded(2, 1000, (50, 7), (0, 1))]));
    assert_eq!((clips[0].fade_in.frames, clips[0].fade_in.shape), (100, FadeShape::Linear));
    assert_eq!(clips[0].fade_out.frames, 0);
    for frame in 800..1000u64 {
        let wanted = ((1000 - frame) as f64 - 0.5) / 200.0;
        assert!((envelope(&clips[0].envelope, frame).powi(2) - wanted).abs() < 1e-9, "{frame}");
    }
    assert_eq!(envelope(&clips[0].envelope, 799), 1.0);
    assert_eq!((clips[1].fade_in.frames, clips[1].fade_out.frames), (50, 0));
    assert_eq!(of_code(&ledger, "fade-approximated").len(), 1, "kind 7: {ledger:?}");
}

#[test]
fn dissolves_of_two_levels_move_both_sides_by_their_own() {
    let out = varying(OUTGOING, LINEAR, &[((0, 1), (1, 1)), ((1, 2), (1, 1)), ((1, 1), (0, 1))]);
    let up = varying(INCOMING, LINEAR, &[((0, 1), (0, 1)), ((1, 4), (1, 1)), ((1, 1), (1, 1))]);
    let dissolve = transition(400, operation("2311bd90-b5da-4285-aa3a-8552848779b3", 400, Vec::new(), vec![out, up]));
    let (clips, _) = clips(sequence(vec![clip(2, 0, 1000), dissolve, clip(2, 5000, 1000)]));
    assert_eq!((place(&clips[0]), place(&clips[1])), ((0, 0, 1000), (600, 5000, 1000)));
    for frame in 0..400u64 {
        let x = (frame as f64 + 0.5) / 400.0;
        let falls = if x < 0.5 { 1.0 } else { 2.0 - 2.0 * x };
        let rises = (4.0 * x).min(1.0);
        assert!((envelope(&clips[0].envelope, 600 + frame) - falls).abs() < 1e-9, "{frame}");
        assert!((envelope(&clips[1].envelope, frame) - rises).abs() < 1e-9, "{frame}");
    }
}

#[test]
fn a_dissolve_without_parameters_is_straight_and_one_that_is_none_is_told() {
    let dissolve = |id| transition(400, operation(id, 400, Vec::new(), Vec::new()));
    let wipe = "0c3bea44-fc05-11d2-8a29-0050040ef7d2";
    let parts = vec![clip(2, 0, 1000), dissolve(DISSOLVE), clip(2, 0, 1000), dissolve(wipe), clip(2, 0, 1000)];
    let (clips, ledger) = clips(sequence(parts));
    assert_eq!([clips[0].fade_out.frames, clips[1].fade_in.frames, clips[1].fade_out.frames], [400; 3]);
    assert!(clips.iter().all(|clip| clip.fade_in.shape == FadeShape::Linear));
    let told = of_code(&ledger, "fade-approximated");
    assert!(!told.is_empty() && told.iter().all(|finding| finding.severity == Severity::Warning), "{ledger:?}");
}

#[test]
fn gains_jump_or_run_by_their_logarithm_where_the_file_says_so() {
    let points = [((0, 1), (1, 1)), ((1, 2), (1, 100)), ((1, 1), (1, 1))];
    let gain = |how| operation(GAIN, 1000, vec![clip(2, 0, 1000)], vec![varying(AMPLITUDE, how, &points)]);
    let (found, ledger) = clips(sequence(vec![gain(CONSTANT), gain(LOG), gain(SPEED)]));
    let steps = &found[0].envelope;
    assert_eq!([0, 499, 500, 999].map(|frame| envelope(steps, frame)), [1.0, 1.0, 0.01, 0.01]);
    for frame in 0..1000u64 {
        let wanted = 10f64.powf(-2.0 * (1.0 - (frame as f64 / 500.0 - 1.0).abs()));
        let found = envelope(&found[1].envelope, frame);
        assert!((found - wanted).abs() < 3e-7, "{frame}: {found}, not {wanted}");
    }
    assert!((envelope(&found[2].envelope, 250) - 0.505).abs() < 1e-9, "unknown: straight");
    assert_eq!(of_code(&ledger, "automation-approximated").len(), 1);
}

#[test]
fn a_constant_speed_is_a_warp_and_a_reversed_clip_is_left_out() {
    let ratio = |over, under| vec![constant(RATIO, over, under)];
    let parts = vec![
        operation(SPEED, 1000, vec![clip(2, 4800, 2000)], ratio(2, 1)),
        operation(SPEED, 1000, vec![clip(2, 0, 1000)], ratio(-1, 1)),
        operation(SPEED, 1000, vec![clip(2, 0, 1000)], ratio(1, 1)),
        operation(SPEED, 1000, vec![clip(2, 0, 1000)], ratio(3, 2)),
    ];
    let (clips, ledger) = clips(sequence(parts));
    let warp = clips[0].warp.as_ref().unwrap();
    assert_eq!((warp.frames(), warp.sources(), warp.pitch), (1000, 4800..6800, Pitch::Follows));
    assert_eq!(clips.len(), 3);
    assert_eq!((place(&clips[1]), clips[1].warp.as_ref()), ((2000, 0, 1000), None));
    assert_eq!(of_code(&ledger, "clip-reversed").len(), 1);
    let warped: Vec<Severity> = of_code(&ledger, "clip-warped").iter().map(|finding| finding.severity).collect();
    assert_eq!(warped, [Severity::Error, Severity::Note], "one speed cannot be told: {ledger:?}");
}

#[test]
fn gains_inside_of_a_speed_keep_their_place_in_the_sound() {
    let points = [((0, 1), (0, 1)), ((1, 1), (1, 1))];
    let gain = operation(GAIN, 2000, vec![clip(2, 0, 2000)], vec![varying(AMPLITUDE, LINEAR, &points)]);
    let (clips, _) = clips(sequence(vec![filler(100), operation(SPEED, 1000, vec![gain], Vec::new())]));
    assert_eq!(clips[0].warp.as_ref().unwrap().sources(), 0..2000);
    assert!((envelope(&clips[0].envelope, 500) - 0.5).abs() < 1e-9);
}

#[test]
fn a_track_of_one_clip_in_an_effect_ends_with_it() {
    let gain = |part| operation(GAIN, 100, vec![part], vec![constant(AMPLITUDE, 1, 2)]);
    for segment in [gain(clip(2, 5, 100)), gain(gain(clip(2, 5, 100))), scope(100, vec![gain(clip(2, 5, 100))])] {
        let (clips, _) = clips(segment);
        assert_eq!(clips.iter().map(place).collect::<Vec<_>>(), [(0, 5, 100)]);
    }
}

#[test]
fn takes_mixes_and_scopes_play_what_is_heard() {
    let taken = selector(100, clip(2, 1, 100), vec![clip(2, 2, 100), clip(2, 3, 100)]);
    let muted = selector(100, filler(100), vec![clip(2, 4, 100)]);
    let mix = operation(MIXDOWN, 100, vec![clip(2, 5, 100), clip(2, 6, 100)], Vec::new());
    // The last slot is heard; it refers to the first, two before it.
    let scoped = scope(100, vec![clip(2, 7, 100), clip(2, 8, 100), scope_reference(100, 0, 2)]);
    let nowhere = scope_reference(100, 3, 1);
    let (clips, ledger) = clips(sequence(vec![taken, muted, mix, scoped, nowhere]));
    let found: Vec<_> = clips.iter().map(place).collect();
    assert_eq!(found, [(0, 1, 100), (200, 5, 100), (200, 6, 100), (300, 7, 100)]);
    assert_eq!((of_code(&ledger, "take-unused").len(), of_code(&ledger, "clip-muted").len()), (1, 1), "{ledger:?}");
}

#[test]
fn compositions_in_compositions_play_the_part_that_is_asked_for() {
    let inner = sequence(vec![clip(2, 0, 100), filler(50), clip(2, 1000, 100)]);
    let mobs = vec![
        composition(1, "outer", vec![slot(1, "T", (48_000, 1), sequence(vec![filler(10), clip(3, 90, 100)]))]),
        outside(2, "a.wav"),
        // Lower-level: no usage code of the top.
        master(3, vec![slot(1, "", (48_000, 1), inner)]),
    ];
    let (session, _) = session(&file(&root(mobs, Vec::new()), 512));
    let found: Vec<_> = session.tracks[0].clips.iter().map(place).collect();
    // From 90 on: ten frames of the first, fifty of nothing, forty of the second.
    assert_eq!(found, [(10, 90, 10), (70, 1000, 40)]);
}

#[test]
fn channels_of_combined_tracks_go_into_their_own() {
    let six: Vec<Thing> = (0..6).map(|n| clip(2, n, 100)).collect();
    let five: Vec<Thing> = (0..5).map(|n| clip(2, n, 100)).collect();
    let slots = [six, five].into_iter().enumerate().map(|(index, inputs)| {
        let number = index as u32 + 1;
        slot(number, "S", (48_000, 1), sequence(vec![operation(COMBINER, 100, inputs, Vec::new())]))
    });
    let mobs = vec![composition(1, "one", slots.collect()), outside(2, "a.wav")];
    let (session, ledger) = session(&file(&root(mobs, Vec::new()), 512));
    assert_eq!(session.tracks[0].strip.layout, Some(Layout::Surround51));
    let into: Vec<_> = session.tracks[0].clips.iter().map(|clip| (clip.into.unwrap(), clip.from)).collect();
    assert_eq!(into, (0..6).map(|n| (n, u64::from(n))).collect::<Vec<_>>());
    let told: Vec<Severity> = of_code(&ledger, "channels-not-carried").iter().map(|finding| finding.severity).collect();
    assert_eq!(told, [Severity::Error, Severity::Note], "{ledger:?}");
}

#[test]
fn pans_of_clips_become_the_tracks() {
    let panned = |value: (i32, i32), start| {
        operation(PAN, 1000, vec![clip(2, start, 1000)], vec![constant(PLACE, value.0, value.1)])
    };
    let (same, _) = session(&one_track(sequence(vec![panned((1, 4), 0), panned((1, 4), 10)])));
    assert_eq!((same.tracks[0].strip.pan, same.tracks[0].strip.automation.len()), (-0.5, 0));
    let parts = vec![panned((0, 1), 0), filler(100), panned((1, 1), 10), clip(2, 0, 1000)];
    let (other, _) = session(&one_track(sequence(parts)));
    let [pan] = other.tracks[0].strip.automation.as_slice() else { panic!() };
    let points: Vec<_> = pan.points.iter().map(|point| (point.frame, point.value, point.shape)).collect();
    assert_eq!(
        points,
        [(0, -1.0, Shape::Hold), (1050, 1.0, Shape::Hold), (2100, 0.0, Shape::Hold)],
        "the jump is in the gap"
    );
    assert_eq!(pan.target, Target::Pan);
}

#[test]
fn a_pan_that_moves_is_that_of_what_is_heard_of_it() {
    // Once from the middle on, then from the beginning on: what lies outside of the pieces moves nothing.
    let moving = operation(
        PAN,
        96_000,
        vec![clip(2, 0, 96_000)],
        vec![varying(PLACE, LINEAR, &[((0, 1), (0, 1)), ((1, 1), (1, 1))])],
    );
    let inner = master(5, vec![slot(1, "m", (48_000, 1), sequence(vec![moving]))]);
    let parts = vec![clip(5, 48_000, 24_000), filler(24_000), clip(5, 0, 24_000)];
    let outer = composition(1, "one", vec![slot(1, "T", (48_000, 1), sequence(parts))]);
    let (read, ledger) = session(&file(&root(vec![outer, outside(2, "a.wav"), inner], Vec::new()), 512));
    let [pan] = read.tracks[0].strip.automation.as_slice() else { panic!("{:?}", read.tracks[0].strip) };
    for (frame, wanted) in [(0, 0.0), (12_000, 0.25), (23_999, 0.5), (48_000, -1.0), (60_000, -0.75), (71_999, -0.5)] {
        let next = pan.points.partition_point(|point| point.frame <= frame);
        let a = pan.points[next - 1];
        let b = pan.points.get(next).copied().unwrap_or(a);
        let x = if b.frame > a.frame && a.shape == Shape::Linear {
            (frame - a.frame) as f64 / (b.frame - a.frame) as f64
        } else {
            0.0
        };
        let found = a.value + (b.value - a.value) * x;
        assert!((found - wanted).abs() < 1e-4, "frame {frame}: {found}, not {wanted} in {:?}", pan.points);
    }
    assert!(of_code(&ledger, "pan-approximated").iter().all(|finding| finding.severity == Severity::Note));
}

#[test]
fn clips_with_pans_of_their_own_that_lie_over_each_other_are_told() {
    let panned = |value: i32| operation(PAN, 1000, vec![clip(2, 0, 1000)], vec![constant(PLACE, value, 1)]);
    let cross = transition(100, operation(DISSOLVE, 100, Vec::new(), Vec::new()));
    let (_, ledger) = session(&one_track(sequence(vec![panned(0), cross.clone(), panned(1)])));
    let told = |ledger: &[Finding]| {
        of_code(ledger, "pan-approximated").iter().filter(|own| own.severity == Severity::Warning).count()
    };
    assert_eq!(told(&ledger), 1, "{ledger:?}");
    let (_, ledger) = session(&one_track(sequence(vec![panned(0), cross, panned(0), filler(9), panned(1)])));
    assert_eq!(told(&ledger), 0, "{ledger:?}");
}

#[test]
fn a_volume_of_the_whole_track_is_its_faders() {
    let points = [((0, 1), (1, 1)), ((1, 2), (1, 2)), ((1, 1), (2, 1))];
    let whole = operation(
        GAIN,
        2000,
        vec![sequence(vec![clip(2, 0, 1000), clip(2, 0, 1000)])],
        vec![varying(AMPLITUDE, LINEAR, &points)],
    );
    let (moving, _) = session(&one_track(whole.clone()));
    let strip = &moving.tracks[0].strip;
    assert!(moving.tracks[0].clips.iter().all(|clip| clip.envelope.is_empty()));
    let points: Vec<_> =
        strip.automation[0].points.iter().map(|point| (point.frame, point.value, point.shape)).collect();
    let decibels = 20.0 * 2f64.log10();
    assert_eq!(points.len(), 3);
    for (found, wanted) in points.iter().zip([(0, 0.0), (1000, -decibels), (2000, decibels)]) {
        assert!(found.0 == wanted.0 && (found.1 - wanted.1).abs() < 1e-9 && found.2 == Shape::Factor, "{points:?}");
    }
    let louder = operation(GAIN, 2000, vec![whole], vec![constant(AMPLITUDE, -1, 2)]);
    let (still, _) = session(&one_track(louder));
    let strip = &still.tracks[0].strip;
    assert!(strip.inverted && (strip.gain.0 + decibels).abs() < 1e-9);
    assert!((strip.automation[0].points[2].value - 0.0).abs() < 1e-9, "both: 2 × 1/2");
}

#[test]
fn sides_of_a_track_that_was_split_stand_left_and_right() {
    let names = ["Keys.L", "Keys.R", "Bass", "Odd.L"];
    let slots = names.iter().zip(1..).map(|(name, n)| slot(n, name, (48_000, 1), sequence(vec![clip(2, 0, 100)])));
    let mobs = vec![composition(1, "one", slots.collect()), outside(2, "a.wav")];
    let (session, ledger) = session(&file(&root(mobs, Vec::new()), 512));
    let pans: Vec<f64> = session.tracks.iter().map(|track| track.strip.pan).collect();
    assert_eq!(pans, [-1.0, 1.0, 0.0, 0.0]);
    assert_eq!(of_code(&ledger, "pan-approximated").len(), 3);
}

#[test]
fn clips_end_with_their_files_and_begin_with_them() {
    let parts = vec![clip(2, 479_000, 5000), clip(2, -300, 1000), clip(2, 600_000, 100)];
    let (clips, ledger) = clips(sequence(parts));
    let found: Vec<_> = clips.iter().map(place).collect();
    assert_eq!(found, [(0, 479_000, 1000), (5300, 0, 700)]);
    assert_eq!(of_code(&ledger, "media-shorter").len(), 1);
}

#[test]
fn another_rate_is_another_grid_of_the_same_times() {
    let (_folder, path) = desk(&track_at((30_000, 1001), sequence(vec![filler(30), clip(2, 30, 30)])));
    let at = |rate| place(&try_read(&path, Some(rate)).unwrap().session.tracks[0].clips[0]);
    assert_eq!(at(48_000), (48_048, 48_048, 48_048));
    // 44144.1 and 88288.2.
    assert_eq!(at(44_100), (44_144, 44_144, 44_144));
    assert_eq!(at(96_000), (96_096, 96_096, 96_096));
}

#[test]
fn what_is_inside_is_cut_out_sample_for_sample() {
    let samples: Vec<u8> = (0..48_000u64).flat_map(|frame| sample(frame, 0).to_le_bytes()).collect();
    let contents = |sector| {
        let mobs = vec![
            composition(1, "one", vec![slot(1, "T", (48_000, 1), sequence(vec![clip(2, 100, 200)]))]),
            inside(2, "kick"),
        ];
        file(&root(mobs, vec![essence(2, samples.clone())]), sector)
    };
    for sector in [512, 4096] {
        let (folder, path) = desk(&contents(sector));
        let read = read(&path);
        let clip = &read.session.tracks[0].clips[0];
        assert_eq!(clip.file, folder.path().join("unpacked/kick.wav"));
        let own: Vec<i16> =
            hound::WavReader::open(&clip.file).unwrap().into_samples().map(|sample| sample.unwrap()).collect();
        assert!(own.len() == 48_000 && own.iter().zip(0..).all(|(own, frame)| *own == sample(frame, 0)));
    }
}

#[test]
fn a_missing_file_is_played_from_what_it_was_made_from() {
    let mobs = |url| {
        vec![
            composition(1, "one", vec![slot(1, "T", (48_000, 1), sequence(vec![clip(3, 100, 200)]))]),
            outside(2, "file:///C:/import/a.wav"),
            made_from(3, url, 2, 5000),
        ]
    };
    let (gone, ledger) = session(&file(&root(mobs("gone.mxf"), Vec::new()), 512));
    assert_eq!(place(&gone.tracks[0].clips[0]), (0, 5100, 200), "the file began at 5000");
    assert!(of_code(&ledger, "media-missing").is_empty() && !of_code(&ledger, "media-moved").is_empty());
    let (there, _) = session(&file(&root(mobs("a.wav"), Vec::new()), 512));
    assert_eq!(place(&there.tracks[0].clips[0]), (0, 100, 200));
}

#[test]
fn files_that_are_no_session_are_refused_with_a_reason() {
    let nothing = file(&root(vec![outside(2, "a.wav")], Vec::new()), 512);
    let foreign = file(&Thing::of(0x42), 512);
    let refused = |bytes: &[u8], part: &str| {
        let (_folder, path) = desk(bytes);
        let error = try_read(&path, None).unwrap_err();
        assert!(error.to_string().contains(part) && error.hint.is_some(), "{error}");
    };
    refused(&nothing, "no composition");
    refused(&foreign, "no header");
    refused(b"no compound file at all", "too short");
    refused(&[b'x'; 4096], "does not begin as one");
    assert!(try_read(Path::new("/nowhere/at/all.aaf"), None).is_err());
}

#[test]
fn of_several_compositions_one_is_read_and_the_others_told() {
    let track = |n| slot(n, "T", (48_000, 1), sequence(vec![clip(2, 0, 100)]));
    let mobs = vec![
        composition(1, "short", vec![track(1)]),
        outside(2, "a.wav"),
        composition(3, "long", vec![track(1), track(2)]),
    ];
    let (session, ledger) = session(&file(&root(mobs, Vec::new()), 512));
    assert_eq!((session.song.title.as_str(), session.tracks.len()), ("long", 2));
    assert!(of_code(&ledger, "composition-unused")[0].message.contains("\"short\""));
}
