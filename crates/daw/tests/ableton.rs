//! Sets of Live, written by hand: what each thing in them becomes, with figures worked out on paper.

#[path = "ableton/packed.rs"]
mod packed;
#[path = "ableton/small.rs"]
mod small;

use packed::{Folder, of_code};
use small::{Track, clip, set, still, unwarped, value, warped};
use stemwright_core::{
    Band, BandKind, Clip, Db, Fade, FadeShape, Pitch, Severity, Shape, Tap, Target, Unit, Warp, WarpPoint,
};
use stemwright_daw::{Format, detect, foreign_in};

/// The clips of a set with one track, at 120 BPM and 48 kHz: a beat is 24,000 frames.
fn clips_of(clips: &str) -> Vec<Clip> {
    let folder = Folder::new(&["a.wav"]);
    folder.read(&set(&Track { clips, ..Track::default() }.text(), "")).session.tracks[0].clips.clone()
}

#[test]
fn sets_are_known_by_their_text_and_their_name() {
    let folder = Folder::new(&["plain.als", "Ableton Project Info/x", "Backup/old.als"]);
    assert_eq!(foreign_in(&folder.path("")), Some(folder.path("plain.als")));
    let text = set("", "");
    for (name, bytes) in [("a.bin", packed::gzip(text.as_bytes())), ("b.xml", text.clone().into_bytes())] {
        std::fs::write(folder.path(name), bytes).unwrap();
        assert_eq!(detect(&folder.path(name)), Some(Format::Ableton), "{name}");
    }
    std::fs::write(folder.path("c.gz"), packed::gzip(b"<Other/>")).unwrap();
    assert_eq!(detect(&folder.path("c.gz")), None);
    let clip = text.replace("<LiveSet>", "<Clip>").replace("</LiveSet>", "</Clip>");
    let error = folder.bytes(clip.as_bytes()).unwrap_err();
    assert!(error.to_string().contains("no set"), "{error}");
}

#[test]
fn unwarped_clips_count_in_seconds_of_their_file() {
    let [clip] = clips_of(&clip(4.0, 8.0, &(unwarped(0.5) + &value("SampleVolume", 0.5)))).try_into().unwrap();
    assert_eq!((clip.at, clip.from, clip.length, clip.warp), (96_000, 24_000, Some(96_000), None));
    assert_eq!(clip.gain, Db::of(0.5));
    assert!(clip.file.ends_with("a.wav"));
}

#[test]
fn what_lies_before_a_file_is_silence() {
    let [clip] = clips_of(&clip(4.0, 8.0, &unwarped(-0.25))).try_into().unwrap();
    assert_eq!((clip.at, clip.from, clip.length), (108_000, 0, Some(84_000)));
}

#[test]
fn a_transposed_clip_that_is_not_warped_plays_faster() {
    let [up] = clips_of(&clip(0.0, 4.0, &(unwarped(0.0) + &value("PitchCoarse", 12)))).try_into().unwrap();
    assert_eq!(up.warp, Some(Warp::even(0, 192_000, 96_000, Pitch::Follows)));
    assert_eq!((up.from, up.length), (0, None));
}

#[test]
fn a_warp_at_the_tempo_of_the_song_is_none() {
    let looped = value("LoopStart", 2) + &value("LoopEnd", 100);
    let [own] = clips_of(&clip(4.0, 8.0, &warped(120.0, 4, &looped))).try_into().unwrap();
    assert_eq!((own.at, own.from, own.length, own.warp), (96_000, 48_000, Some(96_000), None));
}

#[test]
fn warped_clips_are_stretched_and_keep_their_pitch() {
    // At 60 BPM a beat of the file lasts a second; at 120 two of them are heard in one.
    let looped = value("LoopStart", 1) + &value("LoopEnd", 100);
    let more = warped(60.0, 4, &looped) + &value("PitchCoarse", -3) + &value("PitchFine", 50);
    let [own] = clips_of(&clip(4.0, 8.0, &more)).try_into().unwrap();
    assert_eq!(own.warp, Some(Warp::even(48_000, 192_000, 96_000, Pitch::Kept(-2.5))));
    let [tape] = clips_of(&clip(4.0, 8.0, &warped(60.0, 3, &looped))).try_into().unwrap();
    assert_eq!(tape.warp.map(|warp| warp.pitch), Some(Pitch::Follows));
}

#[test]
fn warp_markers_and_tempo_ramps_bend_a_clip() {
    let markers = [(0.0, 0.0), (1.0, 2.0), (3.0, 4.0)];
    let markers = markers.map(|(seconds, beat)| format!("<WarpMarker SecTime=\"{seconds}\" BeatTime=\"{beat}\" />"));
    let more = format!("<IsWarped Value=\"true\" /><WarpMarkers>{}</WarpMarkers>", markers.concat());
    let [own] = clips_of(&clip(0.0, 8.0, &more)).try_into().unwrap();
    // Beyond the last marker it goes on as before it.
    let points = [(0, 0), (48_000, 48_000), (96_000, 144_000), (192_000, 336_000)];
    let points = points.map(|(frame, source)| WarpPoint { frame, source }).to_vec();
    assert_eq!(own.warp, Some(Warp { points, pitch: Pitch::Kept(0.0) }));
}

#[test]
fn loops_are_as_many_clips_as_they_go_round() {
    let looped = value("LoopStart", 2) + &value("LoopEnd", 4) + &value("StartRelative", 1) + &value("LoopOn", "true");
    let fades = "<Fade Value=\"true\" /><Fades><FadeInLength Value=\"0.5\" /><FadeOutLength Value=\"0.25\" /></Fades>";
    let clips = clips_of(&clip(4.0, 8.5, &(warped(120.0, 0, &looped) + fades)));
    let places: Vec<_> = clips.iter().map(|clip| (clip.at, clip.from, clip.length.unwrap())).collect();
    assert_eq!(places, [(96_000, 72_000, 24_000), (120_000, 48_000, 48_000), (168_000, 48_000, 36_000)]);
    let fade = |frames| Fade { frames, shape: FadeShape::Linear };
    let fades: Vec<_> = clips.iter().map(|clip| (clip.fade_in, clip.fade_out)).collect();
    assert_eq!(fades, [(fade(12_000), fade(0)), (fade(0), fade(0)), (fade(0), fade(6_000))]);
}

#[test]
fn short_fades_are_at_edges_where_no_clip_goes_on() {
    let usual =
        "<Fade Value=\"true\" /><Fades><IsDefaultFadeIn Value=\"true\" /><IsDefaultFadeOut Value=\"true\" /></Fades>";
    let clips = clip(0.0, 2.0, &(unwarped(0.0) + usual)) + &clip(2.0, 4.0, &(unwarped(1.0) + usual));
    let fades: Vec<_> = clips_of(&clips).iter().map(|clip| (clip.fade_in.frames, clip.fade_out.frames)).collect();
    assert_eq!(fades, [(192, 0), (0, 192)]);
}

#[test]
fn switched_off_clips_and_those_of_the_session_view_are_told() {
    let folder = Folder::new(&["a.wav"]);
    let clips = clip(0.0, 2.0, &unwarped(0.0)) + &clip(2.0, 4.0, &(unwarped(0.0) + &value("Disabled", "true")));
    let slots = format!(
        "<ClipSlotList><ClipSlot><ClipSlot><Value>{}</Value></ClipSlot></ClipSlot></ClipSlotList>",
        clip(0.0, 1.0, "")
    );
    let read = folder.read(&set(&Track { clips: &clips, sequencer: &slots, ..Track::default() }.text(), ""));
    assert_eq!(read.session.tracks[0].clips.len(), 1);
    assert_eq!(of_code(&read.ledger, "clip-muted").len(), 1);
    assert_eq!(of_code(&read.ledger, "clips-not-arranged")[0].severity, Severity::Note);
    let read = folder.read(&set(&Track { sequencer: &slots, ..Track::default() }.text(), ""));
    let [nothing] = of_code(&read.ledger, "clips-not-arranged")[..] else { panic!("{:?}", read.ledger) };
    assert!(nothing.severity == Severity::Error && nothing.message.contains("1 clips lie in the session view"));
}

#[test]
fn frozen_tracks_play_what_they_were_frozen_to() {
    let folder = Folder::new(&["a.wav"]);
    let notes = "<MidiClip Time=\"0\"><CurrentStart Value=\"0\" /><CurrentEnd Value=\"4\" /></MidiClip>";
    let frozen = clip(0.0, 4.0, &unwarped(0.0));
    let track = Track { kind: "MidiTrack", clips: notes, frozen: &frozen, devices: "<Operator />", ..Track::default() };
    let read = folder.read(&set(&Track { more: &value("Freeze", "true"), ..track }.text(), ""));
    assert_eq!(read.session.tracks[0].clips.len(), 1);
    assert!(of_code(&read.ledger, "midi-silent").is_empty() && of_code(&read.ledger, "plugin-not-run").is_empty());
    let track = Track { kind: "MidiTrack", clips: notes, frozen: &frozen, devices: "<Operator />", ..Track::default() };
    let read = folder.read(&set(&track.text(), ""));
    assert!(read.session.tracks[0].clips.is_empty());
    let [silent] = of_code(&read.ledger, "midi-silent")[..] else { panic!("{:?}", read.ledger) };
    assert!(silent.severity == Severity::Error && silent.message.contains("Operator"));
}

#[test]
fn groups_returns_and_tracks_into_tracks_are_buses() {
    let group = Track { kind: "GroupTrack", id: 5, name: "Drums", ..Track::default() }.text();
    let inside = Track {
        id: 6,
        name: "Kick",
        more: &value("TrackGroupId", 5),
        output: "AudioOut/GroupTrack",
        ..Track::default()
    };
    let bus = Track { id: 7, name: "Bus", sequencer: &value("MonitoringEnum", 0), ..Track::default() }.text();
    let into = Track { id: 8, name: "Snare", output: "AudioOut/Track.7/TrackIn", ..Track::default() }.text();
    let deaf = Track { id: 9, name: "Lost", output: "AudioOut/Track.6/TrackIn", ..Track::default() }.text();
    let send = format!("<Sends><TrackSendHolder Id=\"0\">{}</TrackSendHolder></Sends>", still("Send", 0.25));
    let only = Track { id: 10, name: "Dry", output: "AudioOut/None", mixer: &send, ..Track::default() }.text();
    let room = Track { kind: "ReturnTrack", id: 2, name: "A-Room", ..Track::default() }.text();
    let read = Folder::new(&[]).read(&set(&(group + &inside.text() + &bus + &into + &deaf + &only + &room), ""));
    let session = &read.session;
    let buses: Vec<_> = session.buses.iter().map(|bus| (bus.strip.name.as_str(), bus.is_return)).collect();
    assert_eq!(buses, [("Drums", false), ("Bus", false), ("A-Room", true)]);
    let outputs: Vec<_> =
        session.tracks.iter().map(|track| (track.strip.output.as_deref(), track.strip.sends_only)).collect();
    assert_eq!(outputs, [(Some("Drums"), false), (Some("Bus"), false), (None, true), (None, true)]);
    let dry = &session.tracks[3].strip.sends[0];
    assert_eq!((dry.to.as_str(), dry.tap, dry.gain), ("A-Room", Tap::Pre, Db::of(0.25)));
    assert_eq!(of_code(&read.ledger, "routing-cut").len(), 1, "{:?}", read.ledger);
}

#[test]
fn faders_pans_and_switches_stand_where_live_has_them() {
    let mixer = still("Volume", 0.5) + &still("Pan", -0.5) + &still("Speaker", "false") + &value("SoloSink", "true");
    let more =
        value("Color", 14) + "<TrackDelay><Value Value=\"-10\" /><IsValueSampleBased Value=\"false\" /></TrackDelay>";
    let read = Folder::new(&[])
        .read(&set(&Track { mixer: &mixer, more: &more, ..Track::default() }.text(), &still("Volume", 2)));
    let (track, strip) = (&read.session.tracks[0], &read.session.tracks[0].strip);
    let (left, right) =
        (2f64.sqrt() * (std::f64::consts::PI / 8.0).cos(), 2f64.sqrt() * (std::f64::consts::PI / 8.0).sin());
    assert!((strip.gain.factor() - 0.5 * left).abs() < 1e-12 && (strip.pan - (right / left - 1.0)).abs() < 1e-12);
    assert!(strip.mute && strip.solo && strip.colour.as_deref() == Some("#ff3636"));
    assert_eq!((track.delay, read.session.master.gain), (-480, Db::of(2.0)));
}

#[test]
fn automation_moves_what_it_points_at() {
    let events = |events: &[(f64, f64)]| {
        events
            .iter()
            .map(|(time, value)| format!("<FloatEvent Time=\"{time}\" Value=\"{value}\" />"))
            .collect::<String>()
    };
    let envelope = |target: u32, events: &str| {
        format!(
            "<AutomationEnvelope><EnvelopeTarget><PointeeId Value=\"{target}\" /></EnvelopeTarget><Automation><Events>{events}</Events></Automation></AutomationEnvelope>"
        )
    };
    let volume = envelope(7, &events(&[(-63_072_000.0, 1.0), (4.0, 0.5), (8.0, 0.000_316_227_757_1)]));
    let switch = "<BoolEvent Time=\"-63072000\" Value=\"true\" /><BoolEvent Time=\"2\" Value=\"false\" />";
    let lost = envelope(99, &events(&[(0.0, 1.0), (4.0, 0.5)]));
    let all = format!(
        "<AutomationEnvelopes><Envelopes>{volume}{}{lost}</Envelopes></AutomationEnvelopes>",
        envelope(8, switch)
    );
    let of = |name: &str, target: u32, manual: &str| {
        format!("<{name}><Manual Value=\"{manual}\" /><AutomationTarget Id=\"{target}\" /></{name}>")
    };
    let mixer = of("Volume", 7, "0.9") + &of("Speaker", 8, "true");
    let read = Folder::new(&[]).read(&set(&Track { mixer: &mixer, more: &all, ..Track::default() }.text(), ""));
    let strip = &read.session.tracks[0].strip;
    let of = |target| &strip.automation.iter().find(|own| own.target == target).unwrap().points;
    // What holds before the first breakpoint jumps to it.
    let gain: Vec<_> = of(Target::Gain).iter().map(|point| (point.frame, point.value, point.shape)).collect();
    let silence = f64::NEG_INFINITY;
    let wanted = [(96_000, 0.0), (96_000, Db::of(0.5).0), (192_000, silence)];
    assert_eq!(gain, wanted.map(|(frame, value)| (frame, value, Shape::Factor)));
    let mute: Vec<_> = of(Target::Mute).iter().map(|point| (point.frame, point.value, point.shape)).collect();
    assert_eq!(mute, [(47_999, 0.0, Shape::Hold), (48_000, 1.0, Shape::Hold)]);
    assert_eq!(of_code(&read.ledger, "automation-not-carried").len(), 1, "{:?}", read.ledger);
}

#[test]
fn time_signatures_and_tempo_move() {
    let events = |name: &str, events: &[(f64, f64)]| {
        events.iter().map(|(time, value)| format!("<{name} Time=\"{time}\" Value=\"{value}\" />")).collect::<String>()
    };
    let moved = |name: &str, events: String| {
        format!(
            "<{name}><ArrangerAutomation><Events>{events}</Events></ArrangerAutomation><Manual Value=\"0\" /></{name}>"
        )
    };
    let tempo =
        moved("Tempo", events("FloatEvent", &[(-63_072_000.0, 60.0), (8.0, 60.0), (16.0, 120.0), (16.0, 90.0)]));
    let meter = moved("TimeSignature", events("EnumEvent", &[(-63_072_000.0, 201.0), (4.0, 200.0), (5.0, 302.0)]));
    let read = Folder::new(&[]).read(&set("", &(tempo + &meter)));
    let session = &read.session;
    assert_eq!((session.tempo.bpm, session.tempo.time_signature), (60.0, (4, 4)));
    let changes: Vec<_> = session
        .tempo_changes
        .iter()
        .map(|change| (change.at, change.tempo.bpm, change.tempo.time_signature, change.ramp))
        .collect();
    let wanted = [
        (4.0, 60.0, (3, 4), false),
        (8.0, 60.0, (3, 4), false),
        (16.0, 120.0, (3, 4), true),
        (16.000_001, 90.0, (3, 4), false),
    ];
    assert_eq!(changes, wanted);
    // 6/8 one quarter into a bar of 3/4 has no place.
    assert_eq!(of_code(&read.ledger, "tempo-approximated").len(), 1);
}

#[test]
fn devices_that_are_known_are_inserts() {
    let utility = format!(
        "<StereoGain>{}{}{}</StereoGain>",
        still("Gain", 0.5),
        still("StereoWidth", 1),
        still("PhaseInvertL", "true") + &still("PhaseInvertR", "true")
    );
    let old = format!("<StereoGain>{}{}</StereoGain>", still("Gain", -6), still("StereoSeparation", 0));
    let band = |number: u32, mode: u32, on: bool| {
        format!(
            "<Bands.{number}><ParameterA>{}{}{}{}{}</ParameterA></Bands.{number}>",
            still("IsOn", on),
            still("Mode", mode),
            still("Freq", 200),
            still("Gain", 3),
            still("Q", 1)
        )
    };
    let eq = format!("<Eq8>{}{}{}{}</Eq8>", value("Mode", 0), still("Scale", 2), band(0, 3, true), band(1, 5, false));
    let side = "<SideChain><OnOff><Manual Value=\"true\" /></OnOff><RoutedInput><Routable><Target Value=\"AudioIn/Track.2/PostFxOut\" />\
                </Routable></RoutedInput></SideChain>";
    let compressor = format!(
        "<Compressor2>{}{}{}{side}</Compressor2>",
        still("Threshold", 0.1),
        still("Ratio", 4),
        still("Attack", 5)
    );
    let rack = |inside: &str| format!("<AudioEffectGroupDevice><Branches>{inside}</Branches></AudioEffectGroupDevice>");
    let branch = |inside: &str| {
        format!(
            "<AudioEffectBranch><DeviceChain><AudioToAudioDeviceChain><Devices>{inside}</Devices></AudioToAudioDeviceChain></DeviceChain></AudioEffectBranch>"
        )
    };
    let off = format!("<Reverb>{}</Reverb>", still("On", "false"));
    let plugin = "<PluginDevice><PluginDesc><Vst3PluginInfo><Name Value=\"Bus Glue\" /></Vst3PluginInfo></PluginDesc></PluginDevice>";
    let devices =
        [utility, rack(&branch(&old)), eq, compressor, off, plugin.into(), rack(&(branch("") + &branch("")))].concat();
    let tracks = Track { devices: &devices, ..Track::default() }.text()
        + &Track { id: 2, name: "Kick", ..Track::default() }.text();
    let read = Folder::new(&[]).read(&set(&tracks, ""));
    let strip = &read.session.tracks[0].strip;
    assert!(strip.inverted);
    let [gain, mono, old_gain, eq, compressor] = strip.inserts.as_slice() else { panic!("{:?}", strip.inserts) };
    assert_eq!(gain.unit, Unit::Gain(Db::of(0.5)));
    assert!(matches!(&mono.unit, Unit::Width(width) if width.width == 0.0));
    assert_eq!(old_gain.unit, Unit::Gain(Db(-6.0)));
    let Unit::Eq(eq) = &eq.unit else { panic!("{eq:?}") };
    assert_eq!(eq.bands, [Band { kind: BandKind::Bell, freq: 200.0, gain: Db(6.0), q: 1.0 }]);
    let Unit::Compressor(unit) = &compressor.unit else { panic!("{compressor:?}") };
    assert_eq!((unit.threshold, unit.ratio, unit.attack), (Db(-20.0), 4.0, 0.005));
    assert_eq!(unit.key.as_ref().map(|key| (key.from.as_str(), key.tap)), Some(("Kick", Tap::Pre)));
    let not_run: Vec<_> =
        of_code(&read.ledger, "plugin-not-run").iter().map(|finding| finding.message.clone()).collect();
    assert!(
        not_run.len() == 2 && not_run[0].contains("Bus Glue") && not_run[1].contains("side by side"),
        "{not_run:?}"
    );
    assert_eq!(of_code(&read.ledger, "device-off").len(), 1);
}

#[test]
fn audio_is_found_in_the_project_though_the_set_is_a_copy() {
    let folder =
        Folder::new(&["P Project/Ableton Project Info/x", "P Project/Samples/Imported/a.wav", "P Project/Backup/x"]);
    let moved = clip(0.0, 4.0, &unwarped(0.0)).replace(
        "Value=\"1\" /><RelativePath Value=\"a.wav\"",
        "Value=\"3\" /><RelativePath Value=\"Samples/Imported/a.wav\"",
    );
    let path = folder.path("P Project/Backup/song.als");
    std::fs::write(&path, set(&Track { clips: &moved, ..Track::default() }.text(), "")).unwrap();
    let options = stemwright_daw::ForeignOptions { rate: None, extract_to: std::path::Path::new("nowhere") };
    let read = stemwright_daw::read_foreign(&path, &packed::Stub, &options).unwrap();
    assert_eq!(read.session.tracks[0].clips[0].file, folder.path("P Project/Samples/Imported/a.wav"));
    assert!(of_code(&read.ledger, "media-moved").is_empty(), "{:?}", read.ledger);
}

#[test]
fn clip_envelopes_move_the_clip() {
    let folder = Folder::new(&["a.wav"]);
    let events = "<FloatEvent Time=\"-63072000\" Value=\"1\" /><FloatEvent Time=\"1\" Value=\"1\" /><FloatEvent Time=\"3\" Value=\"0\" />";
    let envelope = |target: u32| {
        format!(
            "<ClipEnvelope><EnvelopeTarget><PointeeId Value=\"{target}\" /></EnvelopeTarget><Automation><Events>{events}</Events></Automation></ClipEnvelope>"
        )
    };
    let more = format!(
        "{}<Envelopes><Envelopes>{}{}</Envelopes></Envelopes>",
        warped(120.0, 0, ""),
        envelope(40),
        envelope(41)
    );
    let clips = clip(0.0, 4.0, &more);
    let sequencer = "<VolumeModulationTarget Id=\"40\" />";
    let read = folder.read(&set(&Track { clips: &clips, sequencer, ..Track::default() }.text(), ""));
    let envelope = &read.session.tracks[0].clips[0].envelope;
    let factor = |frame: u64| {
        let next = envelope.partition_point(|point| point.frame <= frame).min(envelope.len() - 1);
        let (a, b) = (envelope[next.saturating_sub(1)], envelope[next]);
        let part = if b.frame > a.frame { (frame - a.frame) as f64 / (b.frame - a.frame) as f64 } else { 0.0 };
        a.gain.factor() + (b.gain.factor() - a.gain.factor()) * part
    };
    for (frame, wanted) in [(0, 1.0), (24_000, 1.0), (48_000, 0.5), (60_000, 0.25), (72_000, 0.0), (95_000, 0.0)] {
        assert!((factor(frame) - wanted).abs() < 1e-6, "{frame}: {}", factor(frame));
    }
    assert_eq!(of_code(&read.ledger, "automation-approximated").len(), 1);
    assert_eq!(of_code(&read.ledger, "automation-not-carried").len(), 1);
}

#[test]
fn bent_envelopes_and_jumps_are_met_on_every_frame() {
    let folder = Folder::new(&["a.wav"]);
    // A quarter of a circle's way up over two beats, and a jump down; the loop plays it twice, from its first beat on.
    let events = "<FloatEvent Time=\"0\" Value=\"0\" CurveControl1X=\"0.5\" CurveControl1Y=\"0\" CurveControl2X=\"1\" CurveControl2Y=\"0.5\"/>\
                  <FloatEvent Time=\"2\" Value=\"1\"/><FloatEvent Time=\"2\" Value=\"0.25\"/>";
    let looped = value("LoopStart", 1) + &value("LoopEnd", 4) + &value("LoopOn", "true");
    let more = format!(
        "{}<Envelopes><Envelopes><ClipEnvelope><EnvelopeTarget><PointeeId Value=\"40\" /></EnvelopeTarget><Automation><Events>{events}</Events></Automation></ClipEnvelope></Envelopes></Envelopes>",
        warped(120.0, 0, &looped)
    );
    let sequencer = "<VolumeModulationTarget Id=\"40\" />";
    let clips = clip(0.0, 6.0, &more);
    let read = folder.read(&set(&Track { clips: &clips, sequencer, ..Track::default() }.text(), ""));
    let made = &read.session.tracks[0].clips;
    assert_eq!(made.len(), 2);
    // The curve at a part of its way: Newton's method on its time, 1.5·t − 1.5·t²·… as Bézier has it.
    let bend = |x: f64| {
        let of = |a: f64, b: f64, t: f64| 3.0 * (1.0 - t).powi(2) * t * a + 3.0 * (1.0 - t) * t * t * b + t.powi(3);
        let mut t = x;
        for _ in 0..50 {
            let slope = (of(0.5, 1.0, t + 1e-6) - of(0.5, 1.0, t - 1e-6)) / 2e-6;
            t = (t - (of(0.5, 1.0, t) - x) / slope.max(1e-3)).clamp(0.0, 1.0);
        }
        of(0.0, 0.5, t)
    };
    for clip in made {
        let envelope = &clip.envelope;
        assert!(envelope.windows(2).all(|pair| pair[0].frame < pair[1].frame) && envelope.len() < 3000);
        for frame in (0..72_000u64).step_by(37).chain(23_995..24_005) {
            let next = envelope.partition_point(|point| point.frame <= frame).min(envelope.len() - 1);
            let (a, b) = (envelope[next.saturating_sub(1)], envelope[next]);
            let part = if b.frame > a.frame { (frame - a.frame) as f64 / (b.frame - a.frame) as f64 } else { 0.0 };
            let found = a.gain.factor() + (b.gain.factor() - a.gain.factor()) * part.min(1.0);
            let wanted = if frame < 24_000 { bend(0.5 + frame as f64 / 48_000.0) } else { 0.25 };
            assert!((found - wanted).abs() < 1e-5, "frame {frame}: {found}, not {wanted}");
        }
    }
}

#[test]
fn grooves_are_told() {
    let folder = Folder::new(&["a.wav"]);
    let own = |groove: i32| {
        warped(120.0, 0, "") + &format!("<GrooveSettings><GrooveId Value=\"{groove}\" /></GrooveSettings>")
    };
    let read =
        |groove| folder.read(&set(&Track { clips: &clip(0.0, 4.0, &own(groove)), ..Track::default() }.text(), ""));
    assert_eq!(of_code(&read(0).ledger, "groove-not-carried").len(), 1);
    assert!(of_code(&read(-1).ledger, "groove-not-carried").is_empty());
}
