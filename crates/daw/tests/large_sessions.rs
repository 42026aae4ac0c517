//! What sessions of any size need: tempo maps, VCAs, layouts, cross-fades, curves, other rates.

use std::path::Path;
use stemwright_core::{
    Automation, Db, Fade, FadeShape, Layout, SampleRate, Session, Shape, Target, Tempo, TempoChange,
};
use stemwright_daw::{SessionError, SessionFile};

fn parse(text: &str) -> Result<Session, SessionError> {
    SessionFile::parse(Path::new("session.toml"), text.to_owned()).map(|file| file.session)
}

#[test]
fn what_sessions_of_any_size_need_arrives() {
    let text = r#"
        song = { bpm = 120.0 }
        session = { rate = 48000 }
        tempo = [{ at = "3|1", bpm = 60.0, time_signature = "3/4" }, { at = "4|1", bpm = 120.0, ramp = true }]
        vca = [{ name = "All", gain = -2.0 }, { name = "Rhythm", vca = "All", mute = true, solo = true,
                 automation = [{ param = "gain", points = [[0.0, -6.0]] }] }]
        track = [{ name = "A", layout = "ms", vca = ["Rhythm", "All"], solo_safe = true, delay = "-10 ms", crossfade = "fast",
                   clip = [{ file = "a.wav", at = ["3|1", "1|1"], length = "1 bar", fade_in = "1 beat", fade_in_shape = "slow" }],
                   automation = [{ param = "mute", shape = "hold", points = [[0.0, 0.0], ["3|2", 1.0, "smooth"], [9.0, 0.0, -0.5]] }] }]
        bus = [{ name = "B", layout = "7.1" }]
        master = { layout = "5.1" }
        extra = [{ name = "E", stems = ["A", "B"] }]
        marker = [{ name = "Late", at = "4|2" }, { name = "Early", at = "2|1" }]
    "#;
    let session = parse(text).unwrap();
    let change = |at, bpm, time_signature, ramp| TempoChange { at, tempo: Tempo { bpm, time_signature }, ramp };
    assert_eq!(session.tempo_changes, [change(8.0, 60.0, (3, 4), false), change(11.0, 120.0, (3, 4), true)]);
    let [all, rhythm] = session.vcas.as_slice() else { panic!("two") };
    assert_eq!(
        (all.gain, rhythm.vcas.as_slice(), rhythm.mute, rhythm.solo),
        (Db(-2.0), &["All".to_owned()][..], true, true)
    );
    assert_eq!(rhythm.automation, [Automation::new(Target::Gain, Shape::Linear, &[(0, -6.0)])]);
    let track = &session.tracks[0];
    assert_eq!((track.strip.layout, track.strip.solo_safe), (Some(Layout::MidSide), true));
    assert_eq!((track.delay, track.crossfade), (-480, Some(FadeShape::Fast)));
    assert_eq!(track.strip.vcas, ["Rhythm", "All"]);
    // Two bars of 4/4 at 120 are 4 s. From there a bar is 3 beats, and the tempo runs from 60 to 120 in them:
    // ∫ 60/(60 + 20q) dq = 3·ln(1 + q/3), 2.079442 s to the end and 0.863046 s to the first beat.
    let [first, second] = track.clips.as_slice() else { panic!("two") };
    assert_eq!((first.at, first.length), (192_000, Some(99_813)));
    assert_eq!(first.fade_in, Fade { frames: 41_426, shape: FadeShape::Slow });
    assert_eq!((second.at, second.length, second.fade_in.frames), (0, Some(96_000), 24_000));
    let points = &track.strip.automation[0].points;
    let shapes: Vec<Shape> = points.iter().map(|point| point.shape).collect();
    assert_eq!(shapes, [Shape::Hold, Shape::Smooth, Shape::Curve(-0.5)]);
    assert_eq!(points[1].frame, 192_000 + 41_426);
    assert_eq!((session.buses[0].strip.layout, session.master.layout), (Some(Layout::Surround71), Layout::Surround51));
    assert_eq!(session.extras[0].stems, ["A", "B"]);
    let markers: Vec<(&str, i64)> = session.markers.iter().map(|marker| (marker.name.as_str(), marker.at)).collect();
    // The second beat after the end of the ramp, at 120 again.
    assert_eq!(markers, [("Early", 96_000), ("Late", 192_000 + 99_813 + 24_000)]);
}

#[test]
fn a_session_at_another_rate_is_the_same_times_in_other_frames() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("session.toml");
    let text = "session = { rate = 48000 }\ntrack = [{ name = 'A', clip = [{ file = 'a.wav', at = '4800 frames', from = 0.5 }] }]";
    std::fs::write(&path, text).unwrap();
    let at = |hz| SessionFile::read_at(&path, SampleRate::new(hz)).unwrap().session;
    let clip = |hz| (at(hz).tracks[0].clips[0].at, at(hz).tracks[0].clips[0].from);
    assert_eq!([clip(48_000), clip(96_000), clip(44_100)], [(4_800, 24_000), (9_600, 48_000), (4_410, 22_050)]);
}
