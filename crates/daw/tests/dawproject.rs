//! What the elements of a DAWproject mean: small projects by hand, at 120 BPM and 48 kHz (a quarter note is 24,000 frames).

#[path = "dawproject/bench.rs"]
mod bench;

use bench::{Bench, ONE, of_code, one_track, project, wav, worst};
use stemwright_core::{Clip, Db, Finding, Layout, PanLaw, Pitch, Session, Severity, Shape, Tap, Target, Unit};

const BEAT: i64 = 24_000;

/// Where the clips of the only track are: at, from, length.
#[track_caller]
fn places(xml: &str) -> (Vec<(i64, u64, u64)>, Vec<Finding>) {
    let (session, ledger) = Bench::of_xml(xml).read();
    assert_eq!(session.rate.hz(), 48_000);
    let clips = session.tracks.iter().flat_map(|track| &track.clips);
    (clips.map(|clip| (clip.at, clip.from, clip.length.unwrap())).collect(), ledger)
}

fn warps(content: &str, points: &[(f64, f64)]) -> String {
    let points: String =
        points.iter().map(|(time, inside)| format!("<Warp time=\"{time}\" contentTime=\"{inside}\"/>")).collect();
    format!("<Warps contentTimeUnit=\"seconds\" timeUnit=\"beats\">{content}{points}</Warps>")
}

#[test]
fn clips_lie_in_beats_and_their_content_in_seconds() {
    let clip = format!(
        "<Clip time=\"4\" duration=\"2\" contentTimeUnit=\"seconds\" playStart=\"0.25\" fadeTimeUnit=\"seconds\" \
         fadeInTime=\"0.01\" fadeOutTime=\"0.5\" name=\"a\">{ONE}</Clip>"
    );
    let (session, ledger) = Bench::of_xml(&one_track(&clip)).read();
    let clip = &session.tracks[0].clips[0];
    assert_eq!((clip.at, clip.from, clip.length), (4 * BEAT, 12_000, Some(2 * BEAT as u64)));
    assert_eq!((clip.fade_in.frames, clip.fade_out.frames), (480, 24_000));
    assert_eq!(worst(&ledger), Some(Severity::Note), "{ledger:?}");
    assert_eq!(of_code(&ledger, "fade-approximated").len(), 1);
}

#[test]
fn fades_count_like_the_clip_unless_they_say_otherwise_and_a_negative_one_comes_before_it() {
    let clip =
        format!("<Clip time=\"4\" duration=\"2\" fadeInTime=\"-1\" fadeOutTime=\"0.5\" playStart=\"2\">{ONE}</Clip>");
    let (session, _) = Bench::of_xml(&one_track(&clip)).read();
    let clip = &session.tracks[0].clips[0];
    // Two beats into the file at beat 4, so one beat into it at beat 3.
    assert_eq!((clip.at, clip.from, clip.length), (3 * BEAT, BEAT as u64, Some(3 * BEAT as u64)));
    assert_eq!((clip.fade_in.frames, clip.fade_out.frames), (BEAT as u64, BEAT as u64 / 2));
}

#[test]
fn loops_go_round_until_the_clip_ends() {
    // From 1 to 3, then 2 to 3 again and again, for 4.5 beats.
    let clip = format!("<Clip time=\"8\" duration=\"4.5\" playStart=\"1\" loopStart=\"2\" loopEnd=\"3\">{ONE}</Clip>");
    let (clips, _) = places(&one_track(&clip));
    let beat = BEAT as u64;
    let wanted = [(8, beat, 2 * beat), (10, 2 * beat, beat), (11, 2 * beat, beat), (12, 2 * beat, beat / 2)];
    assert_eq!(clips, wanted.map(|(at, from, length)| (at * BEAT, from, length)));
    // A loop that ends before it begins is none.
    let clip = format!("<Clip time=\"0\" duration=\"2\" loopStart=\"3\" loopEnd=\"3\">{ONE}</Clip>");
    assert_eq!(places(&one_track(&clip)).0, [(0, 0, 2 * beat)]);
}

#[test]
fn fades_of_a_loop_are_at_its_ends_only() {
    let clip = format!(
        "<Clip time=\"0\" duration=\"3\" loopStart=\"0\" loopEnd=\"1\" fadeInTime=\"1.5\" fadeOutTime=\"0.5\">{ONE}</Clip>"
    );
    let (session, _) = Bench::of_xml(&one_track(&clip)).read();
    let [a, b, c] = session.tracks[0].clips.as_slice() else { panic!() };
    // One and a half rounds of fade-in are no fade of one clip: they are in the envelopes.
    let factor = |clip: &Clip, frame: u64| {
        let at = clip.envelope.partition_point(|point| point.frame <= frame);
        let (p, q) = (clip.envelope[at - 1], clip.envelope.get(at).copied().unwrap_or(clip.envelope[at - 1]));
        let part = if q.frame > p.frame { (frame - p.frame) as f64 / (q.frame - p.frame) as f64 } else { 0.0 };
        p.gain.factor() + (q.gain.factor() - p.gain.factor()) * part
    };
    for frame in [0u64, 1, 999, 23_999] {
        let wanted = (frame as f64 + 0.5) / 36_000.0;
        assert!((factor(a, frame) - wanted).abs() < 1e-9, "{frame}: {} {wanted}", factor(a, frame));
    }
    assert!(
        (factor(b, 0) - 24_000.5 / 36_000.0).abs() < 1e-9 && (factor(b, 11_999) - 35_999.5 / 36_000.0).abs() < 1e-9
    );
    assert!((factor(b, 12_000) - 1.0).abs() < 1e-12 && (factor(b, 23_999) - 1.0).abs() < 1e-12);
    assert_eq!((c.fade_in.frames, c.fade_out.frames, c.envelope.len()), (0, 12_000, 0));
}

#[test]
fn clips_in_clips_with_warps_that_do_not_stretch_are_carried_exactly() {
    // As Bitwig writes an audio clip: 2 beats are a second at 120 BPM; the inner clip begins a beat into the outer content.
    let inner = format!(
        "<Clips><Clip time=\"1\" duration=\"4\" contentTimeUnit=\"beats\" playStart=\"0.5\" fadeTimeUnit=\"beats\" fadeInTime=\"0\" \
         fadeOutTime=\"0\">{}</Clip></Clips>",
        warps(ONE, &[(0.0, 0.0), (8.0, 4.0)])
    );
    let clip = format!("<Clip time=\"16\" duration=\"3\" playStart=\"0\" enable=\"true\">{inner}</Clip>");
    let (clips, ledger) = places(&one_track(&clip));
    let beat = BEAT as u64;
    assert_eq!(clips, [(17 * BEAT, beat / 2, 2 * beat)]);
    assert_eq!(worst(&ledger), None, "{ledger:?}");
}

/// An export of Bitwig Studio keeps beats as single floats, wherever in the song: still nothing is stretched.
#[test]
fn beats_of_single_precision_are_no_stretching() {
    let bpm = 93.7;
    let long = 601.3 * bpm / 60.0;
    let beats = f64::from(long as f32);
    assert_ne!(beats, long);
    let places = [1.25, 33.0, 700.5];
    let clips: String = places
        .iter()
        .map(|time| {
            let inner = warps(&ONE.replace("\"4\"", "\"601.3\""), &[(0.0, 0.0), (beats, 601.3)]);
            format!(
                "<Clip time=\"{time}\" duration=\"2.5\" playStart=\"0.5\"><Clips><Clip time=\"0\" duration=\"{beats}\" contentTimeUnit=\"beats\" \
                 playStart=\"0\">{inner}</Clip></Clips></Clip>"
            )
        })
        .collect();
    let (clips, ledger) = self::places(&one_track(&clips).replace("value=\"120\"", "value=\"93.7\""));
    assert_eq!(worst(&ledger), None, "{ledger:?}");
    let frame = |beats: f64| (beats * 60.0 / bpm * 48_000.0).round() as i64;
    let wanted = places.map(|time| (frame(time), frame(0.5) as u64, (frame(time + 2.5) - frame(time)) as u64));
    assert_eq!(clips, wanted);
}

/// The warp of the only clip: where it is, and its points.
fn warp_of(clip: &str) -> (i64, Vec<(u64, u64)>) {
    let (session, ledger) = Bench::of_xml(&one_track(clip)).read();
    let [finding] = of_code(&ledger, "clip-warped")[..] else { panic!("{ledger:?}") };
    assert_eq!(finding.severity, Severity::Warning);
    assert!(finding.place.as_deref().is_some_and(|place| place.contains("T, from 0:02.000")), "{finding:?}");
    let [clip] = &session.tracks[0].clips[..] else { panic!("{session:?}") };
    let warp = clip.warp.as_ref().unwrap();
    assert_eq!(warp.pitch, Pitch::Kept(0.0));
    (clip.at, warp.points.iter().map(|point| (point.frame, point.source)).collect())
}

#[test]
fn warps_that_stretch_are_carried_and_told() {
    let clip =
        format!("<Clip time=\"4\" duration=\"4\" playStart=\"2\">{}</Clip>", warps(ONE, &[(0.0, 0.0), (8.0, 3.9)]));
    // Two beats in, that is 0.975 s of the file, to six, 2.925 s.
    assert_eq!(warp_of(&clip), (4 * BEAT, vec![(0, 46_800), (4 * BEAT as u64, 140_400)]));
    // A bend in it is a point; what lies before the clip is none.
    let bent = warps(ONE, &[(-1.0, -0.3), (0.0, 0.0), (2.0, 1.1), (8.0, 4.0)]);
    let clip = format!("<Clip time=\"4\" duration=\"4\">{bent}</Clip>");
    let beat = BEAT as u64;
    let end = 52_800 + (2.9f64 / 3.0 * 48_000.0).round() as u64;
    assert_eq!(warp_of(&clip), (4 * BEAT, vec![(0, 0), (2 * beat, 52_800), (4 * beat, end)]));
}

#[test]
fn warps_that_nothing_can_play_are_told_and_play_at_their_own_speed() {
    for points in [[(0.0, 0.0), (0.1, 3.9)], [(0.0, 3.0), (8.0, 1.0)]] {
        let clip = format!("<Clip time=\"4\" duration=\"4\">{}</Clip>", warps(ONE, &points));
        let (session, ledger) = Bench::of_xml(&one_track(&clip)).read();
        let [finding] = of_code(&ledger, "clip-warped")[..] else { panic!("{ledger:?}") };
        assert_eq!(finding.severity, Severity::Error);
        let [clip] = &session.tracks[0].clips[..] else { panic!("{session:?}") };
        assert_eq!((clip.at, clip.warp.as_ref()), (4 * BEAT, None));
    }
}

#[test]
fn a_bend_that_is_not_heard_is_none() {
    // Only from beat 2 on is the file stretched; the clip ends there.
    let bent = warps(ONE, &[(0.0, 0.0), (2.0, 1.0), (8.0, 3.0)]);
    let clip = format!("<Clip time=\"4\" duration=\"2\">{bent}</Clip>");
    let (clips, ledger) = places(&one_track(&clip));
    assert_eq!((clips, worst(&ledger)), (vec![(4 * BEAT, 0, 2 * BEAT as u64)], None));
}

#[test]
fn clips_share_content_by_reference_and_circles_of_it_are_refused() {
    let shared = ONE.replace("<Audio ", "<Audio id=\"shared\" ");
    let clips = format!(
        "<Clip time=\"0\" duration=\"1\">{shared}</Clip><Clip time=\"2\" duration=\"1\" reference=\"shared\"/>\
         <Clip time=\"4\" duration=\"1\" reference=\"gone\"/>"
    );
    let (clips, ledger) = places(&one_track(&clips));
    assert_eq!(clips, [(0, 0, BEAT as u64), (2 * BEAT, 0, BEAT as u64)]);
    assert_eq!(of_code(&ledger, "media-missing").len(), 1);
    let circle = "<Clip time=\"0\" duration=\"8\"><Clips id=\"round\"><Clip time=\"0\" duration=\"8\" reference=\"round\"/></Clips></Clip>";
    let error = Bench::of_xml(&one_track(circle)).try_read().unwrap_err();
    assert!(error.message.contains("more than a session has"), "{error}");
}

#[test]
fn switched_off_clips_stops_and_missing_lengths() {
    let clips = format!(
        "<Clip time=\"0\" duration=\"1\" enable=\"false\">{ONE}</Clip><Clip time=\"1\" duration=\"8\" playStart=\"1\" playStop=\"2\">{ONE}</Clip>\
         <Clip time=\"4\" contentTimeUnit=\"seconds\" playStart=\"3\" playStop=\"3.5\">{ONE}</Clip><Clip time=\"8\">{ONE}</Clip>\
         <Clip time=\"32\" duration=\"100\">{ONE}</Clip>"
    );
    let (clips, ledger) = places(&one_track(&clips));
    let file = 192_000;
    let wanted = [(BEAT, 24_000, 24_000), (4 * BEAT, 144_000, 24_000), (8 * BEAT, 0, file), (32 * BEAT, 0, file)];
    assert_eq!(clips, wanted, "what is longer than its file ends with it");
    assert_eq!(of_code(&ledger, "clip-muted").len(), 1);
}

#[test]
fn gains_of_clips_are_clip_gain_or_an_envelope() {
    let with = |points: &str| {
        format!(
            "<Clip time=\"0\" duration=\"8\" contentTimeUnit=\"seconds\"><Lanes timeUnit=\"seconds\">{ONE}<Points unit=\"linear\">\
             <Target expression=\"gain\"/>{points}</Points></Lanes></Clip>"
        )
    };
    let (session, _) = Bench::of_xml(&one_track(&with("<RealPoint time=\"0\" value=\"0.5\"/>"))).read();
    assert!((session.tracks[0].clips[0].gain.0 - Db::of(0.5).0).abs() < 1e-12);
    let ramp = "<RealPoint time=\"1\" value=\"1\" interpolation=\"linear\"/><RealPoint time=\"2\" value=\"0\" interpolation=\"hold\"/>\
                <RealPoint time=\"3\" value=\"1\"/>";
    let (session, _) = Bench::of_xml(&one_track(&with(ramp))).read();
    let points: Vec<_> =
        session.tracks[0].clips[0].envelope.iter().map(|point| (point.frame, point.gain.factor())).collect();
    let wanted = [(0, 1.0), (48_000, 1.0), (96_000, 0.0), (143_999, 0.0), (144_000, 1.0), (191_999, 1.0)];
    assert_eq!(points, wanted);
    // As newer files may say it.
    let clip = format!("<Clip time=\"0\" duration=\"8\">{ONE}<Gain unit=\"decibel\" value=\"-3\"/></Clip>");
    let (session, ledger) = Bench::of_xml(&one_track(&clip)).read();
    assert_eq!((session.tracks[0].clips[0].gain, worst(&ledger)), (Db(-3.0), None));
}

#[test]
fn lanes_hand_down_their_track_and_their_unit() {
    let arrangement = format!(
        "<Lanes timeUnit=\"seconds\" track=\"t\"><Lanes><Clips timeUnit=\"beats\"><Clip time=\"2\" duration=\"1\">{ONE}</Clip></Clips>\
         <Clips><Clip time=\"2\" duration=\"1\">{ONE}</Clip></Clips></Lanes><Clips track=\"u\"><Clip time=\"3\" duration=\"1\">{ONE}</Clip>\
         </Clips></Lanes>"
    );
    let structure = "<Track id=\"t\" name=\"T\"><Channel id=\"c\"/></Track><Track id=\"u\" name=\"U\"/>";
    let (session, _) = Bench::of_xml(&project(structure, &arrangement)).read();
    let at = |track: usize| session.tracks[track].clips.iter().map(|clip| clip.at).collect::<Vec<_>>();
    assert_eq!((at(0), at(1)), (vec![48_000, 96_000], vec![144_000]));
}

#[test]
fn groups_are_buses_effects_are_returns_and_regular_channels_that_are_fed_are_buses() {
    let structure = "<Track id=\"g\" name=\"Drums\" contentType=\"tracks\" color=\"#FF8800\"><Channel role=\"submix\" id=\"cg\" destination=\"m\"/>\
        <Track id=\"k\" name=\"Kick\"><Channel audioChannels=\"1\" id=\"ck\" destination=\"cg\" solo=\"true\"><Mute value=\"true\"/>\
        <Pan unit=\"normalized\" value=\"0.25\"/><Sends><Send destination=\"cf\" type=\"pre\"><Pan unit=\"normalized\" value=\"1\"/>\
        <Volume unit=\"linear\" value=\"0.5\"/></Send><Send destination=\"gone\"><Volume unit=\"linear\" value=\"1\"/></Send></Sends>\
        <Volume unit=\"decibel\" value=\"-3\"/></Channel></Track>\
        <Track name=\"Folder\"><Track id=\"s\" name=\"Kick\"><Channel id=\"cs\" destination=\"nowhere\"><Pan unit=\"linear\" min=\"-1\" value=\"-0.5\"/></Channel></Track></Track>\
        </Track><Track name=\"FX\"><Channel role=\"effect\" id=\"cf\"/></Track>\
        <Channel id=\"cb\" name=\"Alone\" destination=\"m\"/><Track name=\"To it\"><Channel id=\"ct\" destination=\"cb\"/></Track>\
        <Track name=\"Faders\"><Channel role=\"vca\" id=\"cv\"/></Track>";
    let (session, ledger) = Bench::of_xml(&project(structure, "")).read();
    let tracks: Vec<_> =
        session.tracks.iter().map(|track| (track.strip.name.as_str(), track.strip.output.as_deref())).collect();
    assert_eq!(tracks, [("Kick", Some("Drums")), ("Kick (2)", Some("Drums")), ("To it", Some("Alone"))]);
    let buses: Vec<_> = session.buses.iter().map(|bus| (bus.strip.name.as_str(), bus.is_return)).collect();
    assert_eq!(buses, [("Drums", false), ("FX", true), ("Alone", false)]);
    let kick = &session.tracks[0].strip;
    assert_eq!(
        (kick.layout, kick.mute, kick.solo, kick.pan, kick.gain),
        (Some(Layout::Mono), true, true, -0.5, Db(-3.0))
    );
    assert_eq!(session.pan_law, PanLaw::ConstantPower);
    let [send] = kick.sends.as_slice() else { panic!("{:?}", kick.sends) };
    assert_eq!((send.to.as_str(), send.tap, send.pan), ("FX", Tap::Pre, 1.0));
    assert!((send.gain.0 - Db::of(0.5).0).abs() < 1e-12);
    assert_eq!(session.tracks[1].strip.pan, -0.5);
    assert_eq!(session.buses[0].strip.colour.as_deref(), Some("#ff8800"));
    for code in ["send-not-carried", "routing-cut", "vca-not-carried", "pan-approximated"] {
        assert_eq!(of_code(&ledger, code).len(), 1, "{code}: {ledger:?}");
    }
}

#[test]
fn circles_are_cut_at_a_send_and_only_there() {
    let bus = |id: &str, to: &str, send: &str| {
        format!(
            "<Track name=\"{id}\"><Channel role=\"submix\" id=\"{id}\" destination=\"{to}\"><Sends><Send destination=\"{send}\">\
             <Volume unit=\"linear\" value=\"1\" id=\"v{id}\"/></Send></Sends></Channel></Track>"
        )
    };
    // A goes to B, B to the master and, by a send, to A.
    let structure = bus("B", "m", "A") + &bus("A", "B", "C") + &bus("C", "m", "C");
    let (session, ledger) = Bench::of_xml(&project(&structure, "")).read();
    let strip = |name: &str| &session.buses.iter().find(|bus| bus.strip.name == name).unwrap().strip;
    assert_eq!(strip("A").output.as_deref(), Some("B"));
    assert_eq!((strip("A").sends.len(), strip("B").sends.len(), strip("C").sends.len()), (1, 0, 0));
    assert_eq!(of_code(&ledger, "routing-cut").len(), 1, "{ledger:?}");
    // Outputs in a circle.
    let structure = bus("A", "B", "x") + &bus("B", "C", "x") + &bus("C", "A", "x");
    let (session, ledger) = Bench::of_xml(&project(&structure, "")).read();
    let outputs: Vec<_> = session.buses.iter().map(|bus| bus.strip.output.as_deref()).collect();
    assert_eq!(outputs, [Some("B"), Some("C"), None]);
    assert_eq!(of_code(&ledger, "routing-cut").len(), 1);
}

#[test]
fn clips_of_a_group_play_from_a_track_into_it() {
    let structure = "<Track id=\"g\" name=\"Drums\"><Channel role=\"submix\" id=\"cg\"/></Track>";
    let arrangement = format!(
        "<Lanes timeUnit=\"beats\"><Clips track=\"g\"><Clip time=\"0\" duration=\"1\">{ONE}</Clip></Clips><Clips>\
         <Clip time=\"1\" duration=\"1\">{ONE}</Clip></Clips></Lanes>"
    );
    let (session, _) = Bench::of_xml(&project(structure, &arrangement)).read();
    let tracks: Vec<_> = session
        .tracks
        .iter()
        .map(|track| (track.strip.name.as_str(), track.strip.output.as_deref(), track.clips.len()))
        .collect();
    assert_eq!(tracks, [("Drums clips", Some("Drums"), 1), ("Without a track", None, 1)]);
}

#[test]
fn plug_ins_are_told_by_what_they_do_and_generic_devices_are_approximated() {
    let device = |element: &str, role: &str, more: &str| {
        format!("<{element} deviceName=\"D\" deviceRole=\"{role}\">{more}</{element}>")
    };
    let devices = [
        device("Vst3Plugin", "audioFX", ""),
        device("ClapPlugin", "instrument", ""),
        device("AuPlugin", "analyzer", ""),
        device("Vst2Plugin", "audioFX", "<Enabled value=\"false\"/>"),
        device(
            "Compressor",
            "audioFX",
            "<Enabled value=\"false\"/><InputGain unit=\"decibel\" value=\"2\"/><OutputGain unit=\"decibel\" value=\"3\"/>\
             <Ratio unit=\"percent\" value=\"75\"/><Threshold unit=\"decibel\" value=\"-20\"/>",
        ),
        device("NoiseGate", "audioFX", "<Range unit=\"decibel\" value=\"-inf\"/>"),
        device(
            "Limiter",
            "audioFX",
            "<Threshold unit=\"decibel\" value=\"-1.5\"/><OutputGain unit=\"decibel\" value=\"-2\"/>",
        ),
        device(
            "Equalizer",
            "audioFX",
            "<Band type=\"bandPass\"><Freq unit=\"hertz\" value=\"100\"/></Band><Band type=\"notch\"><Freq unit=\"hertz\" value=\"50\"/></Band>",
        ),
    ];
    let structure =
        format!("<Track name=\"T\"><Channel id=\"c\"><Devices>{}</Devices></Channel></Track>", devices.concat());
    let (session, ledger) = Bench::of_xml(&project(&structure, "")).read();
    let inserts = &session.tracks[0].strip.inserts;
    let names: Vec<_> = inserts.iter().map(|insert| (insert.unit.name(), insert.bypass)).collect();
    let wanted =
        [("gain", true), ("compressor", true), ("gate", false), ("limiter", false), ("gain", false), ("eq", false)];
    assert_eq!(names, wanted);
    let Unit::Compressor(compressor) = &inserts[1].unit else { panic!() };
    assert_eq!((compressor.ratio, compressor.threshold, compressor.makeup), (4.0, Db(-20.0), Db(3.0)));
    let Unit::Gate(gate) = &inserts[2].unit else { panic!() };
    assert_eq!(gate.range, 150.0);
    let told = of_code(&ledger, "plugin-not-run");
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told.iter().all(|finding| finding.severity == Severity::Error));
    assert_eq!(of_code(&ledger, "device-approximated").len(), 5, "four devices and a band");
}

#[test]
fn automation_is_in_the_units_of_what_it_moves() {
    let structure = "<Track id=\"t\" name=\"T\"><Channel id=\"c\"><Devices><Compressor deviceName=\"C\" deviceRole=\"audioFX\">\
        <Ratio unit=\"percent\" value=\"50\" id=\"r\"/></Compressor><Vst3Plugin deviceName=\"P\" deviceRole=\"audioFX\"><Parameters>\
        <RealParameter id=\"p\" unit=\"linear\" value=\"0\" parameterID=\"7\"/></Parameters></Vst3Plugin></Devices>\
        <Volume id=\"v\" unit=\"linear\" value=\"1\"/></Channel></Track>";
    let points = |id: &str, unit: &str, points: &str| {
        format!("<Points unit=\"{unit}\"><Target parameter=\"{id}\"/>{points}</Points>")
    };
    let line = "<RealPoint time=\"0\" value=\"-6\" interpolation=\"linear\"/><RealPoint time=\"1\" value=\"0\" interpolation=\"hold\"/>";
    let ratio = "<RealPoint time=\"0\" value=\"0\" interpolation=\"linear\"/><RealPoint time=\"64\" value=\"50\"/>";
    let lanes = [
        points("v", "decibel", line),
        points("r", "percent", ratio),
        points("p", "linear", line),
        points("x", "linear", line),
    ];
    let arrangement = format!("<Lanes timeUnit=\"beats\"><Lanes track=\"t\">{}</Lanes></Lanes>", lanes.concat());
    let (session, ledger) = Bench::of_xml(&project(structure, &arrangement)).read();
    let automation = &session.tracks[0].strip.automation;
    assert_eq!(automation.len(), 2);
    assert_eq!(automation[0].target, Target::Gain);
    let gain: Vec<_> = automation[0].points.iter().map(|point| (point.frame, point.value, point.shape)).collect();
    assert_eq!(gain, [(0, -6.0, Shape::Linear), (BEAT, 0.0, Shape::Hold)]);
    // Half of the way in percent is 25 %, a ratio of 4/3, and no ratio of 1.5.
    let half = automation[1].value(32 * BEAT);
    assert!((half - 4.0 / 3.0).abs() < 1e-9, "{half}");
    assert_eq!(of_code(&ledger, "automation-not-carried").len(), 2, "{ledger:?}");
}

#[test]
fn tempo_and_time_signatures_move_what_lies_in_beats() {
    let arrangement = format!(
        "<Lanes timeUnit=\"beats\"><Clips track=\"t\"><Clip time=\"8\" duration=\"4\" contentTimeUnit=\"seconds\">{ONE}</Clip></Clips></Lanes>\
         <Markers><Marker time=\"8\" name=\"Drop\"/></Markers>\
         <TempoAutomation unit=\"bpm\"><Target parameter=\"tempo\"/><RealPoint time=\"0\" value=\"120\"/><RealPoint time=\"4\" value=\"60\"/>\
         <RealPoint time=\"10\" value=\"240\"/></TempoAutomation>\
         <TimeSignatureAutomation><Target parameter=\"s\"/><TimeSignaturePoint time=\"4\" numerator=\"3\" denominator=\"4\"/>\
         <TimeSignaturePoint time=\"5\" numerator=\"6\" denominator=\"8\"/></TimeSignatureAutomation>"
    );
    let structure = "<Track id=\"t\" name=\"T\"><Channel id=\"c\"/></Track>";
    let (session, ledger) = Bench::of_xml(&project(structure, &arrangement)).read();
    let clip = &session.tracks[0].clips[0];
    // 4 quarters at 120, 4 at 60; then 2 at 60 and 2 at 240.
    assert_eq!((clip.at, clip.length), (6 * 48_000, Some(120_000)));
    assert_eq!(session.markers[0].at, 6 * 48_000);
    let changes: Vec<_> = session
        .tempo_changes
        .iter()
        .map(|change| (change.at, change.tempo.bpm, change.tempo.time_signature, change.ramp))
        .collect();
    assert_eq!(changes, [(4.0, 60.0, (3, 4), false), (10.0, 240.0, (3, 4), false)]);
    assert_eq!(of_code(&ledger, "tempo-approximated").len(), 1, "6/8 begins within a bar of 3/4: {ledger:?}");
}

#[test]
fn ramps_of_tempo_over_beats_and_over_time() {
    let with = |unit: &str, until: f64| {
        format!(
            "<Lanes timeUnit=\"beats\"/><Markers timeUnit=\"beats\"><Marker time=\"6\" name=\"x\"/></Markers><TempoAutomation timeUnit=\"{unit}\">\
             <RealPoint time=\"0\" value=\"120\" interpolation=\"linear\"/><RealPoint time=\"{until}\" value=\"60\" interpolation=\"hold\"/>\
             </TempoAutomation>"
        )
    };
    // Over 8 beats: ∫ 60/(120 − 7.5 q) dq to 6 = 8·ln(120/75).
    let (session, _) = Bench::of_xml(&project("", &with("beats", 8.0))).read();
    let wanted = 8.0 * (120.0f64 / 75.0).ln();
    assert!((session.markers[0].at as f64 / 48_000.0 - wanted).abs() < 2e-5);
    // Over 4 seconds there are 6 beats: (120 + 60)/2 · 4/60.
    let (session, ledger) = Bench::of_xml(&project("", &with("seconds", 4.0))).read();
    assert!((session.markers[0].at - 4 * 48_000).abs() <= 4, "{}", session.markers[0].at);
    assert_eq!(of_code(&ledger, "tempo-approximated").len(), 1);
}

#[test]
fn what_is_not_understood_is_counted_by_name() {
    let clips = format!(
        "<Clip time=\"0\" duration=\"1\" spin=\"3\"><Hologram/>{ONE}</Clip><Clip time=\"nan\" duration=\"1\" spin=\"4\">{ONE}</Clip>"
    );
    let (_, ledger) = Bench::of_xml(&one_track(&clips)).read();
    let said: Vec<&str> = of_code(&ledger, "not-understood").iter().map(|finding| finding.message.as_str()).collect();
    assert!(said.iter().any(|said| said.contains("`Clip/Hologram` (once)")), "{said:?}");
    assert!(said.iter().any(|said| said.contains("`Clip@spin` (2 times)")), "{said:?}");
    assert!(said.iter().any(|said| said.contains("Clip@time=\"nan\"")), "{said:?}");
}

#[test]
fn the_rate_is_that_of_most_files_unless_it_is_asked_for() {
    let audio =
        |path: &str| format!("<Audio channels=\"1\" sampleRate=\"1\" duration=\"1\"><File path=\"{path}\"/></Audio>");
    let clips: String = ["a.wav", "b.wav", "c.wav"]
        .map(|path| format!("<Clip time=\"2\" duration=\"1\">{}</Clip>", audio(path)))
        .concat();
    let xml = one_track(&clips);
    let (a, b, c) = (wav(1, 44_100, 44_100), wav(1, 48_000, 48_000), wav(1, 44_100, 44_100));
    let files = [
        ("project.xml", xml.as_bytes()),
        ("a.wav", &a),
        ("b.wav", &b),
        ("c.wav", &c),
        ("metadata.xml", b"<MetaData><Title>Tide</Title><Artist>N</Artist></MetaData>"),
    ];
    let bench = Bench::of_files(&files);
    let (session, _) = bench.read();
    assert_eq!((session.rate.hz(), session.tracks[0].clips[0].at), (44_100, 44_100));
    assert_eq!((session.song.title.as_str(), session.song.artist.as_str()), ("Tide", "N"));
    let at: Session = bench.read_at(Some(96_000)).unwrap().session;
    assert_eq!((at.rate.hz(), at.tracks[0].clips[0].at, at.tracks[0].clips[0].length), (96_000, 96_000, Some(48_000)));
}

#[test]
fn scenes_notes_and_video_are_told() {
    let clips = "<Clip time=\"0\" duration=\"4\"><Notes><Note time=\"0\" duration=\"1\" channel=\"0\" key=\"60\"/></Notes></Clip>\
        <Clip time=\"0\" duration=\"4\"><Video channels=\"2\" sampleRate=\"48000\" duration=\"1\"><File path=\"v.mp4\"/></Video></Clip>";
    let xml = one_track(clips).replace("</Project>", &format!("<Scenes><Scene><Lanes><ClipSlot><Clip time=\"0\">{ONE}</Clip></ClipSlot></Lanes></Scene></Scenes></Project>"));
    let bench = Bench::of_xml(&xml);
    let (_, ledger) = bench.read();
    for code in ["midi-silent", "clips-not-arranged", "not-understood"] {
        assert_eq!(of_code(&ledger, code).len(), 1, "{code}: {ledger:?}");
    }
    assert!(!bench.unpacked().exists(), "what is not heard is not unpacked");
}
