//! Sets that were made to do harm.

#[path = "ableton/packed.rs"]
mod packed;
#[path = "ableton/small.rs"]
mod small;
#[path = "ableton/writer.rs"]
mod writer;

use packed::{Folder, gzip, of_code};
use small::{Track, clip, set, still, unwarped, value, warped};
use std::fmt::Write;

fn one(clips: &str) -> String {
    set(&Track { clips, ..Track::default() }.text(), "")
}

#[test]
fn text_that_swells_when_unpacked_is_refused() {
    let folder = Folder::new(&[]);
    // 17 members of 16 MiB each, 16 KiB a member.
    let member = gzip(&vec![b' '; 16 << 20]);
    let error = folder.bytes(&member.repeat(17)).unwrap_err();
    assert!(error.to_string().contains("256 MiB"), "{error}");
    assert!(member.len() < 32 << 10);
    // Several members that hold a set between them are one text.
    let text = one("");
    let (a, b) = text.split_at(100);
    let read = folder.bytes(&[gzip(a.as_bytes()), gzip(b.as_bytes())].concat()).unwrap();
    assert_eq!(read.session.tracks.len(), 1);
}

#[test]
fn a_set_cut_off_or_changed_anywhere_is_read_or_refused() {
    let folder = Folder::new(&["a.wav"]);
    let clips = clip(0.0, 4.0, &unwarped(0.5)) + &clip(4.0, 8.0, &warped(100.0, 0, &value("LoopOn", "true")));
    let text = one(&clips);
    let packed = gzip(text.as_bytes());
    let tried = |bytes: &[u8]| match folder.bytes(bytes) {
        Ok(_) => true,
        Err(error) => {
            assert!(error.hint.is_some() && !error.to_string().is_empty());
            false
        }
    };
    assert!(tried(&packed) && tried(text.as_bytes()));
    for end in 0..packed.len() {
        assert!(!tried(&packed[..end]), "cut at {end}");
    }
    for at in 0..packed.len() {
        let mut changed = packed.clone();
        changed[at] ^= 1 << (at % 8);
        tried(&changed);
    }
    // Cut as text there is no checksum to tell.
    for end in (0..text.len()).step_by(3) {
        tried(&text.as_bytes()[..end]);
    }
    let mut dice = writer::Dice::new(7);
    for _ in 0..1500 {
        let mut changed = text.clone().into_bytes();
        let at = dice.below(changed.len() as u64) as usize;
        changed[at] = b"0129-.eE\"<>/ NaN"[dice.below(16) as usize];
        tried(&changed);
    }
}

#[test]
fn deep_text_and_entities_are_refused() {
    let folder = Folder::new(&[]);
    let deep = format!("<Ableton ><LiveSet>{}{}</LiveSet></Ableton>", "<a>".repeat(300), "</a>".repeat(300));
    assert!(folder.bytes(deep.as_bytes()).unwrap_err().to_string().contains("deep"));
    let bomb = "<!DOCTYPE a [<!ENTITY b \"bbbb\">]><Ableton ><LiveSet>&b;</LiveSet></Ableton>";
    assert!(folder.bytes(bomb.as_bytes()).is_err());
    // Racks in racks end.
    let mut inside = String::from("<StereoGain />");
    for _ in 0..14 {
        inside = format!(
            "<AudioEffectGroupDevice><Branches><AudioEffectBranch><DeviceChain><AudioToAudioDeviceChain><Devices>{inside}\
             </Devices></AudioToAudioDeviceChain></DeviceChain></AudioEffectBranch></Branches></AudioEffectGroupDevice>"
        );
    }
    folder.read(&set(&Track { devices: &inside, ..Track::default() }.text(), ""));
}

#[test]
fn a_million_clips_points_and_markers_are_read_within_limits() {
    let folder = Folder::new(&["a.wav"]);
    let mut clips = String::new();
    for number in 0..200_000_u32 {
        clips += &clip(f64::from(number), f64::from(number) + 0.5, "<IsWarped Value=\"false\" />");
    }
    let read = folder.read(&one(&clips));
    // A session reaches 90,000 seconds: 180,000 beats.
    assert!((179_000..=180_000).contains(&read.session.tracks[0].clips.len()));
    assert!(!of_code(&read.ledger, "clip-out-of-range").is_empty());
    let mut events = String::new();
    let mut markers = String::new();
    for number in 0..1_000_000_u32 {
        let _ = write!(events, "<FloatEvent Time=\"{}\" Value=\"{}\"/>", f64::from(number) / 64.0, number % 3);
        let _ = write!(
            markers,
            "<WarpMarker SecTime=\"{}\" BeatTime=\"{number}\"/>",
            f64::from(number) * 0.5 + f64::from(number % 2) * 0.1
        );
    }
    let volume = format!(
        "<Volume><ArrangerAutomation><Events>{events}</Events></ArrangerAutomation><Manual Value=\"1\"/></Volume>"
    );
    let read = folder.read(&set(&Track { mixer: &volume, ..Track::default() }.text(), ""));
    assert_eq!(read.session.tracks[0].strip.automation[0].points.len(), 1_000_000);
    let more = format!("<IsWarped Value=\"true\"/><WarpMarkers>{markers}</WarpMarkers>");
    let read = folder.read(&one(&clip(0.0, 1e6, &more)));
    let points = read.session.tracks[0].clips[0].warp.as_ref().unwrap().points.len();
    assert!((170_000..1_000_000).contains(&points), "{points}");
}

#[test]
fn loops_without_length_or_end_are_none_or_refused() {
    let folder = Folder::new(&["a.wav"]);
    let looped = |from: &str, to: &str| value("LoopStart", from) + &value("LoopEnd", to) + &value("LoopOn", "true");
    for (from, to) in [("0", "0"), ("4", "1"), ("0", "1e-300"), ("NaN", "inf"), ("0", "1e-7"), ("-1e300", "1e300")] {
        let read = folder.bytes(one(&clip(0.0, 1e6, &warped(120.0, 0, &looped(from, to)))).as_bytes());
        if let Ok(read) = read {
            assert!(read.session.tracks[0].clips.len() <= 1, "{from} {to}");
        }
    }
    let error = folder.bytes(one(&clip(0.0, 1e6, &warped(120.0, 0, &looped("0", "0.00001")))).as_bytes()).unwrap_err();
    assert!(error.to_string().contains("clips"), "{error}");
}

#[test]
fn numbers_that_are_none_or_too_large_do_no_harm() {
    let folder = Folder::new(&["a.wav"]);
    let wrong = ["NaN", "inf", "-inf", "1e308", "-1e308", "", "x", "99999999999999999999", "-5", "1e-300", "-0"];
    for number in wrong {
        let event = |time: &str| {
            format!(
                "<FloatEvent Time=\"{time}\" Value=\"{number}\" CurveControl1X=\"{number}\" CurveControl1Y=\"0.1\" CurveControl2X=\"0.5\" CurveControl2Y=\"{number}\"/>"
            )
        };
        let moved = |name: &str| {
            format!(
                "<{name}><ArrangerAutomation><Events>{}{}{}</Events></ArrangerAutomation><Manual Value=\"{number}\"/></{name}>",
                event("0"),
                event(number),
                event("8")
            )
        };
        let all = ["CurrentStart", "CurrentEnd", "SampleVolume", "PitchCoarse", "PitchFine", "WarpMode"];
        for name in all {
            let more = warped(90.0, 0, &value("LoopStart", number)) + &value(name, number);
            let base = clip(0.0, 8.0, &more);
            // The first of two elements of a name counts.
            let swapped = base.replacen(
                "<CurrentStart Value=\"0\" />",
                &value("CurrentStart", number),
                usize::from(name == "CurrentStart"),
            );
            let swapped = swapped.replacen(
                "<CurrentEnd Value=\"8\" />",
                &value("CurrentEnd", number),
                usize::from(name == "CurrentEnd"),
            );
            let fades = format!(
                "<Fade Value=\"true\"/><Fades><FadeInLength Value=\"{number}\"/><FadeOutLength Value=\"{number}\"/></Fades>"
            );
            let swapped = swapped.replace("</AudioClip>", &format!("{fades}</AudioClip>"));
            let delay = format!("<TrackDelay><Value Value=\"{number}\"/></TrackDelay><Color Value=\"{number}\"/>");
            let mixer = moved("Volume") + &moved("Pan") + &moved("Speaker") + &still("CrossFadeState", 0);
            let track = Track { clips: &swapped, mixer: &mixer, more: &delay, ..Track::default() };
            let gain = format!(
                "<StereoGain>{}{}</StereoGain><Compressor2>{}</Compressor2>",
                moved("Gain"),
                moved("StereoWidth"),
                moved("Ratio")
            );
            let text = set(
                &Track { devices: &gain, ..track }.text(),
                &(moved("Tempo") + &moved("TimeSignature") + &moved("CrossFade")),
            );
            let read = folder.read(&text);
            let strip = &read.session.tracks[0].strip;
            assert!(!strip.gain.0.is_nan() && strip.pan.abs() <= 1.0);
            let points = strip.automation.iter().flat_map(|own| &own.points);
            assert!(points.clone().all(|point| !point.value.is_nan()), "{number}");
            assert!(read.session.tempo.bpm >= 10.0 && read.session.tempo.bpm <= 1000.0);
            for clip in &read.session.tracks[0].clips {
                assert!(clip.warp.as_ref().is_none_or(|warp| warp.wrong().is_none()), "{number}");
                assert!(!clip.gain.0.is_nan());
            }
        }
        let markers = format!(
            "<IsWarped Value=\"true\"/><WarpMarkers><WarpMarker SecTime=\"0\" BeatTime=\"{number}\"/><WarpMarker SecTime=\"{number}\" BeatTime=\"1\"/><WarpMarker SecTime=\"2\" BeatTime=\"4\"/></WarpMarkers>"
        );
        folder.read(&one(&clip(0.0, 4.0, &markers)));
    }
}

#[test]
fn circles_are_cut_and_told() {
    let group = |id: u32, into: u32| {
        Track {
            kind: "GroupTrack",
            id,
            name: "G",
            more: &value("TrackGroupId", into),
            output: "AudioOut/GroupTrack",
            ..Track::default()
        }
        .text()
    };
    let bus = |id: u32, into: u32| {
        Track {
            id,
            name: "B",
            sequencer: &value("MonitoringEnum", 0),
            output: &format!("AudioOut/Track.{into}/TrackIn"),
            ..Track::default()
        }
        .text()
    };
    let sends = format!(
        "<Sends><TrackSendHolder>{}</TrackSendHolder><TrackSendHolder>{}</TrackSendHolder></Sends>",
        still("Send", 1),
        still("Send", 1)
    );
    let room = |id: u32| Track { kind: "ReturnTrack", id, name: "R", mixer: &sends, ..Track::default() }.text();
    let own = group(1, 1) + &group(2, 3) + &group(3, 2) + &bus(4, 5) + &bus(5, 4) + &bus(6, 6) + &room(7) + &room(8);
    let read = Folder::new(&[]).read(&set(&own, ""));
    assert!(of_code(&read.ledger, "routing-cut").len() >= 4, "{:?}", read.ledger);
    // Following outputs and sends from anywhere comes to an end.
    let strips: Vec<_> = read
        .session
        .buses
        .iter()
        .map(|bus| &bus.strip)
        .chain(read.session.tracks.iter().map(|track| &track.strip))
        .collect();
    let mut left: Vec<_> = strips.clone();
    loop {
        let before = left.len();
        let names: Vec<&str> = left.iter().map(|strip| strip.name.as_str()).collect();
        let goes_on = |to: &str| names.contains(&to);
        left = left
            .iter()
            .copied()
            .filter(|strip| {
                strip.output.as_deref().is_some_and(goes_on) || strip.sends.iter().any(|send| goes_on(&send.to))
            })
            .collect();
        if left.is_empty() {
            return;
        }
        assert!(left.len() < before, "{left:?}");
    }
}

#[test]
fn more_tracks_than_a_session_has_are_refused() {
    let track = Track::default().text();
    let error = Folder::new(&[]).bytes(set(&track.repeat(10_001), "").as_bytes()).unwrap_err();
    assert!(error.to_string().contains("tracks"), "{error}");
}

#[test]
fn paths_lead_to_audio_or_nowhere() {
    let folder = Folder::new(&["a.wav"]);
    let long = "x/".repeat(5000);
    for path in ["../../../../etc/passwd", "/etc/passwd", "..", "", "/", "a\\b", ".", "song.als", long.as_str()] {
        let own = clip(0.0, 4.0, &unwarped(0.0)).replace("\"a.wav\"", &format!("\"{path}\""));
        let read = folder.read(&one(&own));
        // The stub takes whatever is a file for audio.
        let heard = read.session.tracks[0].clips.len();
        assert!(heard == 0 || std::path::Path::new("/etc/passwd").exists() || path == "song.als", "{path}");
        assert!(heard == 1 || of_code(&read.ledger, "media-missing").len() == 1, "{path}: {:?}", read.ledger);
    }
}

#[test]
fn envelopes_in_loops_are_looked_at_where_the_loop_is() {
    let folder = Folder::new(&["a.wav"]);
    let mut events = String::new();
    for number in 0..50_000_u32 {
        let _ =
            write!(events, "<FloatEvent Time=\"{}\" Value=\"{}\"/>", f64::from(number) / 500.0, f64::from(number % 2));
    }
    // Each round of a hundredth of a beat holds five of them.
    let looped = value("LoopStart", 1) + &value("LoopEnd", 1.01) + &value("LoopOn", "true");
    let envelope = format!(
        "<Envelopes><Envelopes><ClipEnvelope><EnvelopeTarget><PointeeId Value=\"7\"/></EnvelopeTarget><Automation><Events>{events}\
         </Events></Automation></ClipEnvelope></Envelopes></Envelopes>"
    );
    let clips = clip(0.0, 1000.0, &(warped(120.0, 0, &looped) + &envelope));
    let sequencer = "<VolumeModulationTarget Id=\"7\"/>";
    let read = folder.read(&set(&Track { clips: &clips, sequencer, ..Track::default() }.text(), ""));
    let made = &read.session.tracks[0].clips;
    assert_eq!(made.len(), 100_000);
    for clip in made.iter().step_by(9973) {
        // From one breakpoint to the next are 48 frames, at each of which it is silent or as loud as can be.
        for (number, point) in [0u64, 48, 96, 144, 192].into_iter().enumerate() {
            let found = clip.envelope.iter().find(|own| own.frame == point).unwrap().gain.factor();
            assert!((found - (number % 2) as f64).abs() < 1e-6, "{point}: {found} in {:?}", clip.envelope);
        }
    }
}

#[test]
fn tempos_that_never_rest_are_read_or_refused() {
    let folder = Folder::new(&["a.wav"]);
    let mut events = String::new();
    for number in 0..20_000_u32 {
        let _ = write!(events, "<FloatEvent Time=\"{number}\" Value=\"{}\"/>", if number % 2 == 0 { 10 } else { 999 });
    }
    let tempo = format!(
        "<Tempo><ArrangerAutomation><Events>{events}</Events></ArrangerAutomation><Manual Value=\"120\"/></Tempo>"
    );
    let track = |clips: &str| Track { clips, ..Track::default() }.text();
    let error = folder.bytes(set(&track(&clip(0.0, 20_000.0, &warped(120.0, 0, ""))), &tempo).as_bytes()).unwrap_err();
    assert!(error.to_string().contains("warp markers"), "{error}");
    // Automation of a thousand tracks, none of which moves but at its ends.
    let still = "<Volume><ArrangerAutomation><Events><FloatEvent Time=\"0\" Value=\"1\"/><FloatEvent Time=\"19000\" Value=\"1\"/>\
                 <FloatEvent Time=\"19001\" Value=\"0.5\"/></Events></ArrangerAutomation></Volume>";
    let tracks = Track { mixer: still, ..Track::default() }.text().repeat(1000);
    let read = folder.read(&set(&tracks, &tempo));
    assert_eq!(read.session.tracks.len(), 1000);
    assert!(read.session.tracks.iter().all(|track| !track.strip.automation[0].points.is_empty()));
}

#[test]
fn ten_thousand_tracks_of_one_name_are_told_apart() {
    let read = Folder::new(&[]).read(&set(&Track::default().text().repeat(10_000), ""));
    assert_eq!(read.session.tracks[9_999].strip.name, "A (10000)");
}
