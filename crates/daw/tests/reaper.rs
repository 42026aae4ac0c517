//! REAPER projects made by others, and small ones of our own, are read as what they say.

#[path = "reaper/small.rs"]
mod small;

use small::{Folder, Stub, item, track};
use stemwright_audio::testing::material;
use stemwright_core::{
    Clip, Db, FadeShape, Layout, Pitch, Send, Severity, Shape, Strip, Tap, Target, TempoMap, Unit, Warp,
};
use stemwright_daw::{ForeignOptions, ForeignSession, read_foreign};

fn read(name: &str) -> Option<ForeignSession> {
    let path = material(&format!("sessions/rpp/{name}"))?;
    let options = ForeignOptions { rate: None, extract_to: std::path::Path::new("/nowhere") };
    Some(read_foreign(&path, &Stub, &options).unwrap())
}

fn codes(session: &ForeignSession) -> Vec<&str> {
    let mut codes: Vec<&str> = session.ledger.iter().map(|finding| finding.code.as_str()).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

fn strips(session: &ForeignSession) -> Vec<&Strip> {
    let tracks = session.session.tracks.iter().map(|track| &track.strip);
    tracks.chain(session.session.buses.iter().map(|bus| &bus.strip)).collect()
}

fn strip<'s>(session: &'s ForeignSession, name: &str) -> &'s Strip {
    strips(session).into_iter().find(|strip| strip.name == name).unwrap()
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-9
}

#[test]
fn every_project_of_the_material_is_read_and_each_loss_is_told() {
    let wanted = [
        ("exvertus-bwv879.rpp", "REAPER 6.69", 1, 44_100, &["plugin-not-run"][..]),
        (
            "exvertus-test_track.rpp",
            "REAPER 6.69",
            4,
            44_100,
            &["device-approximated", "media-missing", "midi-silent", "plugin-not-run", "send-not-carried"],
        ),
        ("perlence-empty.RPP", "REAPER 4.32", 2, 48_000, &["channels-not-carried", "routing-cut"]),
        (
            "perlence-vst.RPP",
            "REAPER 5.50c",
            10,
            44_100,
            &["device-approximated", "media-missing", "midi-silent", "plugin-not-run", "send-not-carried"],
        ),
        ("rppp-audio-file-x4.RPP", "REAPER 6.13", 1, 44_100, &["media-missing"]),
        ("rppp-send-receive.RPP", "REAPER 6.25", 2, 44_100, &[]),
        ("rppp-tricky-strings.RPP", "REAPER 6.13", 17, 44_100, &[]),
        ("rppp-two-vst3s.RPP", "REAPER 6.13", 1, 44_100, &["plugin-not-run"]),
        ("rppp-vst-line-endings.RPP", "REAPER 6.61", 1, 44_100, &["plugin-not-run"]),
        ("rppp-vst2.RPP", "REAPER 6.13", 2, 44_100, &["device-approximated", "plugin-not-run"]),
    ];
    for (name, program, count, rate, ledger) in wanted {
        let Some(session) = read(name) else { return };
        assert_eq!((session.program.as_str(), strips(&session).len()), (program, count), "{name}");
        assert_eq!(session.session.rate.hz(), rate, "{name}");
        let found: Vec<_> = codes(&session).into_iter().filter(|code| *code != "not-understood").collect();
        assert_eq!(found, ledger, "{name}: {:#?}", session.ledger);
        assert!(session.ledger.iter().all(|finding| !finding.message.is_empty()));
    }
}

#[test]
fn the_project_with_a_side_chain_keys_its_compressor() {
    let Some(session) = read("exvertus-test_track.rpp") else { return };
    let names: Vec<_> = session.session.sections.iter().map(|section| (section.name.as_str(), section.start)).collect();
    assert_eq!(names[..2], [("Pickup", 0), ("A Loop", 165_375)]);
    assert_eq!(session.session.tempo.bpm, 64.0);
    let bus = strip(&session, "Sidechained Bus");
    let Unit::Compressor(compressor) = &bus.inserts[0].unit else { panic!("{bus:?}") };
    let key = compressor.key.as_ref().unwrap();
    assert_eq!((key.from.as_str(), key.tap), ("Kick", Tap::Post));
    assert!((compressor.threshold.0 + 25.70).abs() < 0.01 && (compressor.ratio - 20.13).abs() < 0.01);
    assert!(strip(&session, "NB loop").sends_only);
    assert!(strip(&session, "Scratch").mute);
    // The master fades in and out along REAPER's fader.
    let fade = &session.session.master.automation[0];
    assert_eq!(fade.target, Target::Gain);
    assert_eq!(fade.value(0), f64::NEG_INFINITY);
    assert!(near(fade.value(44_100 * 20), 0.0) && fade.points.len() > 20);
}

#[test]
fn names_with_every_kind_of_quote_are_kept() {
    let Some(session) = read("rppp-tricky-strings.RPP") else { return };
    let names: Vec<_> = strips(&session).into_iter().map(|strip| strip.name.as_str()).collect();
    for name in ["\"", "'''", "``", "'''```\"\"\"", "<HELLO world >", "<>", "Track 1"] {
        assert!(names.contains(&name), "{name} in {names:?}");
    }
}

#[test]
fn receives_and_their_envelopes_become_sends() {
    let Some(session) = read("rppp-send-receive.RPP") else { return };
    let sender = strip(&session, "s-track");
    assert_eq!(sender.sends, [Send::new("r-track")]);
    assert_eq!(sender.automation[0].target, Target::Send(0));
    // From 1 to 0 between 0.5 and 1 s, along the fader.
    assert!(near(sender.automation[0].value(22_050), 0.0) && sender.automation[0].value(44_100) == f64::NEG_INFINITY);
}

#[test]
fn folders_are_buses_and_their_own_items_get_a_track() {
    let folder = Folder::new(&["Media/a.wav", "b mono.wav"]);
    let lines = track("Drums", &format!("ISBUS 1 1\nVOLPAN 0.5 0 -1\nPEAKCOL 33488896\n{}", item("Media\\a.wav", "")))
        + &track("Kick", &format!("ISBUS 0 0\nMUTESOLO 0 1 0\n{}", item("\"C:\\Songs\\x\\b mono.wav\"", "")))
        + &track("Inner", "ISBUS 1 1")
        + &track("Snare", "ISBUS 2 -2\nIPHASE 1")
        + &track("\"\"", "MAINSEND 0 0\nMUTESOLO 1 0 1\nPLAYOFFS -0.01 0\nAUXRECV 3 3 0.5 0 0 0 0 0 0 -1:U 0 -1 ''");
    let session = folder.read(&lines);
    let outputs: Vec<_> =
        strips(&session).into_iter().map(|strip| (strip.name.as_str(), strip.output.as_deref())).collect();
    let wanted = [
        ("Drums (clips)", Some("Drums")),
        ("Kick", Some("Drums")),
        ("Snare", Some("Inner")),
        ("Drums", None),
        ("Inner", Some("Drums")),
        ("Track 5", None),
    ];
    assert_eq!(outputs, wanted);
    assert!(
        near(strip(&session, "Drums").gain.0, -6.020_599_913_279_624)
            && strip(&session, "Drums (clips)").gain == Db::ZERO
    );
    assert_eq!(strip(&session, "Drums").colour.as_deref(), Some("#0000ff"));
    assert!(strip(&session, "Kick").solo && strip(&session, "Snare").inverted);
    let last = strip(&session, "Track 5");
    assert!(last.sends_only && last.mute && last.solo_safe);
    let send = &strip(&session, "Snare").sends[0];
    assert_eq!((send.to.as_str(), send.tap), ("Track 5", Tap::Pre));
    assert_eq!(session.session.tracks[1].clips[0].file, folder.path("b mono.wav"));
    let returns: Vec<_> = session.session.buses.iter().map(|bus| bus.is_return).collect();
    assert_eq!(returns, [false, false, true]);
}

#[test]
fn sends_that_turn_polarity_or_add_up_sides_go_through_a_bus() {
    let folder = Folder::new(&[]);
    let lines = track("A", "")
        + &track(
            "B",
            "AUXRECV 0 0 1 0 0 1 1 0 0 -1:U 0 -1 ''\nAUXRECV 0 0 1 0 1 0 0 0 0\nAUXRECV 1 0 1 0\nAUXRECV 7 0 1 0",
        );
    let session = folder.read(&lines);
    let between = strip(&session, "A → B");
    assert!(between.inverted && between.layout == Some(Layout::Mono) && between.output.as_deref() == Some("B"));
    assert_eq!(strip(&session, "A").sends, [Send::new("A → B")]);
    assert_eq!(codes(&session), ["routing-cut", "send-not-carried"]);
}

#[test]
fn pans_are_a_balance_and_a_gain() {
    let folder = Folder::new(&[]);
    let lines = "PANLAW 1\n".to_owned()
        + &track("A", "VOLPAN 1 0.5 -1")
        + &track("B", "VOLPAN 1 -0.5 0.5")
        + &track("C", "VOLPAN 1 1 0.70710678")
        + &track("D", "PANMODE 6\nVOLPAN 1 0 0.70710678 -0.5 0.25")
        + &track("E", "PANMODE 5\nVOLPAN 1 0 -1 -1 -0.5");
    let session = folder.read(&lines);
    // As measured: 1.23044 on the near side, 0.50967 on the far one.
    let a = strip(&session, "A");
    assert!((a.gain.factor() - 1.23044).abs() < 2e-5 && (a.gain.factor() * (1.0 - a.pan) - 0.50967).abs() < 2e-5);
    // Of −6 dB it is linear: 3/4 and 1/4.
    let b = strip(&session, "B");
    assert!(near(b.gain.factor(), 0.75) && near(b.pan, 1.0 / 3.0 - 1.0));
    assert_eq!((strip(&session, "C").gain, strip(&session, "C").pan), (Db::ZERO, 1.0));
    assert_eq!(strip(&session, "D").sides, Some([-0.5, 0.25]));
    assert_eq!(strip(&session, "E").sides, Some([0.5, -0.5]));
}

#[test]
fn envelopes_multiply_the_fader_or_take_its_place() {
    let folder = Folder::new(&[]);
    let envelope = "<VOLENV2\nACT 1 -1\nVOLTYPE 0\nPT 0 0.5 0\nPT 1 1 1\nPT 2 0.25 0\n>\n<PANENV2\nACT 0\nPT 0 1 0\n>";
    let lines = "SAMPLERATE 48000 1 0\n".to_owned()
        + &track("Trim", &format!("VOLPAN 0.5 0 -1\nAUTOMODE 0\n{envelope}"))
        + &track("Read", &format!("VOLPAN 0.5 0 -1\nAUTOMODE 1\n{envelope}"))
        + &track(
            "Pan",
            "VOLPAN 1 0 -1\n<PANENV2\nACT 1 -1\nPT 0 1 0\nPT 1 -1 0\n>\n<MUTEENV\nACT 1\nPT 0 1 1\nPT 1 0 1\n>",
        )
        + &track("Before", "<VOLENV\nACT 1\nPT 0 0.5 0\n>");
    let session = folder.read(&lines);
    let gain = |name: &str, frame: i64| strip(&session, name).automation[0].value(frame);
    assert!(near(Db(gain("Trim", 24_000)).factor(), 0.375) && near(Db(gain("Read", 24_000)).factor(), 0.75));
    assert!(near(Db(gain("Read", 95_999)).factor(), 1.0) && near(Db(gain("Read", 96_000)).factor(), 0.25));
    let shapes: Vec<_> = strip(&session, "Read").automation[0].points.iter().map(|point| point.shape).collect();
    assert_eq!(shapes, [Shape::Factor, Shape::Hold, Shape::Factor]);
    // In envelopes of pan, 1 is left; in those of mute, 1 is heard.
    let pan = strip(&session, "Pan");
    assert_eq!([pan.automation[0].value(0), pan.automation[0].value(48_000)], [-1.0, 1.0]);
    assert!((Db(pan.automation[1].value(12_000)).factor() - 1.23044).abs() < 5e-5);
    assert_eq!([pan.automation[2].value(0), pan.automation[2].value(48_000)], [0.0, 1.0]);
    assert_eq!(strip(&session, "Before").automation[0].target, Target::Insert(0, stemwright_core::Param::Gain));
}

#[test]
fn items_become_clips() {
    let folder = Folder::new(&["a.wav", "mono.wav", "wide.wav"]);
    let lines = "SAMPLERATE 48000 1 0\n".to_owned()
        + &track(
            "A",
            &[
                item("a.wav", "POSITION 1\nLENGTH 3\nSOFFS 0.5\nVOLPAN 0.5 0 -0.5 -1\nFADEIN 1 0.25 0 1 0 0 0\nFADEOUT 5 0.001 0.5 5 0 0 0"),
                item("a.wav", "LOOP 1\nLENGTH 25\nSOFFS 8"),
                item("a.wav", "LENGTH 25\nSOFFS -1"),
                item("a.wav", "CHANMODE 1"),
                item("a.wav", "CHANMODE 2"),
                item("a.wav", "CHANMODE 4"),
                item("mono.wav", "VOLPAN 1 -1 1 -1"),
                item("wide.wav", ""),
                item("a.wav", "MUTE 1 0"),
            ]
            .concat(),
        );
    let session = folder.read(&lines);
    let clips = &session.session.tracks[0].clips;
    let first = &clips[0];
    assert_eq!((first.at, first.from, first.length), (48_000, 24_000, Some(144_000)));
    assert!(near(first.gain.factor(), 0.25) && first.inverted);
    assert_eq!((first.fade_in.frames, first.fade_in.shape), (12_000, FadeShape::Fast));
    assert_eq!((first.fade_out.frames, first.fade_out.shape), (24_000, FadeShape::Smooth));
    // From second 8 of 10 on, again and again.
    let loops: Vec<_> = clips[1..4].iter().map(|clip| (clip.at, clip.from, clip.length)).collect();
    assert_eq!(loops, [(0, 384_000, Some(96_000)), (96_000, 0, Some(480_000)), (576_000, 0, Some(480_000))]);
    assert_eq!((clips[4].at, clips[4].from, clips[4].length), (1_056_000, 0, Some(144_000)));
    assert_eq!((clips[5].at, clips[5].from, clips[5].length), (48_000, 0, Some(480_000)));
    let paths: Vec<_> = clips[6..].iter().map(|clip| (clip.channel, clip.into, clip.gain.factor())).collect();
    let wanted = [
        (Some(1), Some(0), 1.0),
        (Some(0), Some(1), 1.0),
        (Some(0), None, 0.5),
        (Some(1), None, 0.5),
        (Some(1), None, 1.0),
        (None, Some(0), 1.0),
        (Some(0), Some(0), 1.0),
        (Some(1), Some(1), 1.0),
    ];
    assert_eq!(paths.len(), wanted.len());
    for (path, wanted) in paths.iter().zip(wanted) {
        assert!((path.0, path.1) == (wanted.0, wanted.1) && near(path.2, wanted.2), "{paths:?}");
    }
    assert_eq!(codes(&session), ["channels-not-carried", "clip-muted"]);
}

#[test]
fn what_a_clip_has_no_name_for_is_baked_into_its_envelope() {
    let folder = Folder::new(&["a.wav"]);
    let lines = "SAMPLERATE 48000 1 0\n".to_owned()
        + &track(
            "A",
            &(item("a.wav", "FADEIN 6 1 0 6 0 0 0")
                + &item("a.wav", "<VOLENV\nACT 1 -1\nVOLTYPE 0\nPT 0 1 0\nPT 1 0.5 0\n>")
                + &item("a.wav", "LENGTH 15\nLOOP 1\nFADEOUT 0 10 0 0 0 0 0")),
        );
    let session = folder.read(&lines);
    let clips = &session.session.tracks[0].clips;
    let factor = |clip: usize, frame: u64| {
        let envelope = &clips[clip].envelope;
        let next = envelope.partition_point(|point| point.frame <= frame);
        let (a, b) = (envelope[next - 1], envelope.get(next).copied().unwrap_or(envelope[next - 1]));
        let part = if b.frame > a.frame { (frame - a.frame) as f64 / (b.frame - a.frame) as f64 } else { 0.0 };
        a.gain.factor() + (b.gain.factor() - a.gain.factor()) * part
    };
    // 8x⁴ up to the middle, then its mirror image.
    for (frame, wanted) in
        [(12_000, 8.0 * ((12_000.5_f64 / 48_000.0).powi(4))), (36_000, 1.0 - 8.0 * ((11_999.5_f64 / 48_000.0).powi(4)))]
    {
        assert!((factor(0, frame) - wanted).abs() < 4e-7, "{frame}: {}", factor(0, frame));
    }
    assert!(near(factor(0, 60_000), 1.0));
    let points: Vec<_> = clips[1].envelope.iter().map(|point| (point.frame, point.gain.factor())).collect();
    assert_eq!(points.len(), 2);
    assert!(points[1].0 == 48_000 && near(points[1].1, 0.5));
    // The fade-out of 10 s begins in the first of two repetitions.
    assert!((factor(2, 360_000) - 0.75).abs() < 1e-5 && (factor(3, 120_000) - 0.25).abs() < 1e-5);
}

#[test]
fn sound_that_is_missing_is_told_as_an_error() {
    let folder = Folder::new(&["a.wav"]);
    let lines = track("A", &item("gone.wav", ""))
        + &track(
            "B",
            &(item("a.wav", "PLAYRATE 1.5 1 0 -1")
                + &item("a.wav", "POSITION 1\nPLAYRATE 1 1 3 -1")
                + &item("a.wav", "POSITION 2\nSM 0 0 + 1 2")),
        )
        + &track("C", "<ITEM\nLENGTH 1\n<SOURCE SECTION\nMODE 3\n<SOURCE WAVE\nFILE a.wav\n>\n>\n>")
        + &track(
            "D",
            "<ITEM\nLENGTH 1\n<SOURCE MIDI\nHASDATA 1 960 QN\n>\n>\n<ITEM\nLENGTH 1\n<SOURCE RPP_PROJECT\nFILE x.rpp\n>\n>",
        )
        + &track(
            "E",
            "<FXCHAIN\nBYPASS 0 0 0\n<VST3 \"VST3: Pro-Q (Fab)\" x 0 \"\" 1\n>\nBYPASS 1 0 0\n<JS off \"\"\n>\n>\nFUTURE 1 2",
        );
    let session = folder.read(&lines);
    let errors: Vec<_> = session
        .ledger
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .map(|finding| finding.code.as_str())
        .collect();
    let count = |code: &str| errors.iter().filter(|other| **other == code).count();
    assert_eq!(
        ["media-missing", "clip-warped", "clip-reversed", "midi-silent", "plugin-not-run"].map(count),
        [2, 1, 1, 1, 1]
    );
    let unknown = session.ledger.iter().find(|finding| finding.code == "not-understood").unwrap();
    assert!(unknown.message.contains("TRACK/FUTURE"));
    // Stretched ones still sound, as they were recorded.
    assert_eq!(session.session.tracks[1].clips.len(), 3);
}

#[test]
fn items_at_another_speed_or_pitch_are_warped() {
    let folder = Folder::new(&["a.wav"]);
    let items = item("a.wav", "LENGTH 2\nSOFFS 1\nPLAYRATE 1.5 1 0 -1")
        + &item("a.wav", "POSITION 3\nLENGTH 2\nPLAYRATE 1 1 3 -1")
        + &item("a.wav", "POSITION 6\nLENGTH 2\nPLAYRATE 0.8 0 0 -1")
        + &item("a.wav", "POSITION 9\nLENGTH 2\nPLAYRATE 2 0 -1 -1");
    let read = folder.read(&track("A", &items));
    let warps: Vec<_> = read.session.tracks[0].clips.iter().map(|clip| (clip.at, clip.warp.clone().unwrap())).collect();
    let wanted = [
        (0, Warp::even(48_000, 144_000, 96_000, Pitch::Kept(0.0))),
        (144_000, Warp::even(0, 96_000, 96_000, Pitch::Kept(3.0))),
        (288_000, Warp::even(0, 76_800, 96_000, Pitch::Follows)),
        (432_000, Warp::even(0, 192_000, 96_000, Pitch::Kept(11.0))),
    ];
    assert_eq!(warps, wanted);
    assert_eq!(read.ledger.iter().filter(|finding| finding.code == "clip-warped").count(), 4);
    // A loop goes round as often as it is heard.
    let looped = item("a.wav", "LENGTH 12\nLOOP 1\nPLAYRATE 2 1 0 -1");
    let read = folder.read(&track("A", &looped));
    let seconds = |clip: &Clip| (clip.at as f64 / 48e3, clip.warp.as_ref().unwrap().frames() as f64 / 48e3);
    let places: Vec<_> = read.session.tracks[0].clips.iter().map(seconds).collect();
    let length = places[0].1;
    assert!(places.len() == (12.0 / length).ceil() as usize && places.last().map(|(at, own)| at + own) == Some(12.0));
}

#[test]
fn tempo_markers_and_rates() {
    let folder = Folder::new(&["a.wav"]);
    let lines = "SAMPLERATE 44100 0 0\nTEMPO 120 3 4\nTITLE \"Low Tide\"\nAUTHOR Nobody\n\
        <TEMPOENVEX\nACT 1 -1\nPT 0 120 1 262147 0 1\nPT 6 60 0\nPT 10 120 1 524294 0 1\n>\n\
        MARKER 1 2.5 \"Here\" 0\nMARKER 2 1 Verse 1\nMARKER 2 5 \"\" 1\nMARKER 3 5 Chorus 9\nMARKER 3 9 \"\" 9\n"
        .to_owned()
        + &track("A", &item("a.wav", ""));
    let session = folder.read(&lines).session;
    // Not fixed: that of the file.
    assert_eq!(session.rate.hz(), 48_000);
    assert_eq!((session.song.title.as_str(), session.song.artist.as_str()), ("Low Tide", "Nobody"));
    assert_eq!((session.tempo.bpm, session.tempo.time_signature), (120.0, (3, 4)));
    let map = TempoMap::new(session.tempo, &session.tempo_changes);
    // Six seconds at 120 are 12 quarters; four that rise from 60 to 120 are six.
    assert_eq!(session.tempo_changes[0].at, 12.0);
    let last = session.tempo_changes.last().unwrap();
    assert_eq!((last.at, last.tempo.time_signature), (18.0, (6, 8)));
    assert!((map.seconds(12.0) - 6.0).abs() < 1e-12 && (map.seconds(18.0) - 10.0).abs() < 2e-5);
    assert_eq!(session.markers[0].at, 120_000);
    let sections: Vec<_> = session.sections.iter().map(|section| (section.name.as_str(), section.start)).collect();
    assert_eq!(sections, [("Verse", 48_000), ("Chorus", 240_000)]);
}

#[test]
fn lanes_that_do_not_play_and_takes_that_are_not_chosen_are_left_out() {
    let folder = Folder::new(&["a.wav", "b.wav"]);
    let takes = "<ITEM\nLENGTH 1\n<SOURCE WAVE\nFILE a.wav\n>\nTAKE SEL\n<SOURCE WAVE\nFILE b.wav\n>\n>";
    let lanes = item("a.wav", "YPOS 0 0.5 2") + &item("b.wav", "YPOS 0.5 0.5 2");
    let session = folder.read(&(track("A", takes) + &track("B", &format!("FREEMODE 2\nLANESOLO 2 0 0 0\n{lanes}"))));
    for track in &session.session.tracks {
        let files: Vec<_> = track.clips.iter().map(|clip| clip.file.clone()).collect();
        assert_eq!(files, [folder.path("b.wav")]);
    }
    assert_eq!(codes(&session), ["take-unused"]);
}
