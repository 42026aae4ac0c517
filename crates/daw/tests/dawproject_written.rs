//! Sessions are written as DAWprojects: valid by the format's own schema, the same bytes each time, and read back as the same
//! sessions in all that the format can hold.

#[path = "dawproject/bench.rs"]
mod bench;
#[path = "dawproject/essence.rs"]
mod essence;
#[path = "written/random.rs"]
mod random;
#[path = "written/random_units.rs"]
mod random_units;

use bench::{of_code, wav, worst};
use essence::{factor, held, times};
use random::{Dice, session};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use stemwright_audio::{AudioError, Files, FrameReader, Media, MediaInfo, resampled_frames, testing};
use stemwright_core::{
    Automation, Clip, Db, FadeShape, GainPoint, Layout, Pitch, SampleRate, Send, Session, Severity, Shape, Strip,
    Target, Track,
};
use stemwright_daw::{DawProjectOptions, ForeignOptions, read_foreign, write_dawproject};
use tempfile::TempDir;

/// Twelve hours of audio in files of no bytes: `m` mono, `s` stereo, others 5.1.
struct Claimed;

const CLAIMED: u64 = 1 << 31;

fn channels(file: &Path) -> usize {
    match file.file_name().unwrap().to_str().unwrap().as_bytes()[0] {
        b'm' => 1,
        b's' => 2,
        _ => 6,
    }
}

impl Media for Claimed {
    fn info(&self, file: &Path) -> Result<MediaInfo, AudioError> {
        Ok(MediaInfo::new(SampleRate::new(48_000).unwrap(), channels(file), CLAIMED))
    }

    fn open(&self, _: &Path, _: u64) -> Result<Box<dyn FrameReader>, AudioError> {
        unreachable!("nothing is played")
    }
}

/// A random session whose files are in a folder, whose routing ends, and whose fades are straight.
fn holdable(dice: &mut Dice, folder: &Path) -> Session {
    let mut session = session(dice);
    let files = ["mono.wav", "stereo \"x\" & <y>.wav", "wide.wav", "mü.wav"].map(|name| folder.join(name));
    for track in &mut session.tracks {
        track.crossfade = None;
        for clip in &mut track.clips {
            clip.file = dice.of(&files);
            (clip.channel, clip.into) = (None, None);
            if let Some(warp) = &mut clip.warp {
                warp.pitch = Pitch::Kept(0.0);
            }
            // One that stretches nothing that could be heard is read as none.
            clip.warp.take_if(|warp| {
                let offsets = || warp.points.iter().map(|point| point.source as i64 - point.frame as i64);
                offsets().max().unwrap() - offsets().min().unwrap() < 100
            });
            // Together no more than what a session takes, 60 dB.
            clip.gain.0 = clip.gain.0.min(30.0);
            clip.envelope.iter_mut().for_each(|point| point.gain.0 = point.gain.0.min(30.0));
            (clip.fade_in.shape, clip.fade_out.shape) = (FadeShape::Linear, FadeShape::Linear);
        }
    }
    // Names as XML and strips can have them; buses go on to later ones only.
    let mut names = BTreeMap::new();
    for (index, track) in session.tracks.iter_mut().enumerate() {
        track.strip.name = format!("Track <{index}> é");
    }
    for (index, bus) in session.buses.iter_mut().enumerate() {
        names.insert(std::mem::take(&mut bus.strip.name), (index, format!("Bus \"{index}\" & 声")));
    }
    let tracks = session.tracks.iter_mut().map(|track| (None, &mut track.strip));
    let buses = session.buses.iter_mut().enumerate().map(|(index, bus)| (Some(index), &mut bus.strip));
    for (own, strip) in tracks.chain(buses) {
        let later = |name: &String| {
            let (index, new) = &names[name];
            own.is_none_or(|own| *index > own).then(|| new.clone())
        };
        strip.sends_only = false;
        strip.output = strip.output.take().and_then(|name| later(&name));
        let all = strip.sends.len();
        strip.sends = std::mem::take(&mut strip.sends)
            .into_iter()
            .filter_map(|send| Some(Send { to: later(&send.to)?, ..send }))
            .collect();
        if strip.sends.len() < all {
            strip.automation.retain(|automation| !matches!(automation.target, Target::Send(_)));
        }
    }
    for (index, bus) in session.buses.iter_mut().enumerate() {
        bus.strip.name = format!("Bus \"{index}\" & 声");
    }
    session
}

fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in ["mono.wav", "stereo \"x\" & <y>.wav", "wide.wav", "mü.wav"] {
        fs::write(folder.path().join(name), b"").unwrap();
    }
    folder
}

fn outside() -> DawProjectOptions {
    DawProjectOptions { embed: false, force: true }
}

fn near(a: f64, b: f64, bound: f64) -> bool {
    a == b || (a - b).abs() <= bound
}

fn widest(clips: &[Clip]) -> Layout {
    let widest = clips.iter().filter_map(|clip| Layout::of_channels(channels(&clip.file))).max();
    widest.unwrap_or(Layout::Stereo)
}

#[test]
fn random_sessions_are_read_back_as_far_as_the_format_holds_them() {
    let folder = folder();
    let path = folder.path().join("song.dawproject");
    let mut dice = Dice(0xda3);
    for round in 0..400 {
        let wanted = holdable(&mut dice, folder.path());
        let _ = fs::remove_file(&path);
        write_dawproject(&wanted, &path, &Claimed, outside()).unwrap();
        let options = ForeignOptions { rate: Some(wanted.rate), extract_to: &folder.path().join("none") };
        let read = read_foreign(&path, &Claimed, &options).unwrap_or_else(|error| panic!("session {round}: {error}"));
        assert!(of_code(&read.ledger, "not-understood").is_empty(), "session {round}: {:?}", read.ledger);
        assert_eq!(read.program, concat!("Stemwright ", env!("CARGO_PKG_VERSION")));
        compare(round, &wanted, &read.session);
    }
}

fn compare(round: usize, wanted: &Session, read: &Session) {
    assert_eq!((&wanted.song.title, &wanted.song.artist), (&read.song.title, &read.song.artist));
    for (a, b) in times(wanted).into_iter().zip(times(read)) {
        assert!(near(a, b, 1e-9 * a.abs().max(1.0)), "session {round}: {a} {b}");
    }
    let clean = |name: &str| -> String {
        name.chars().map(|c| if c < ' ' && !"\t\n\r".contains(c) { '\u{fffd}' } else { c }).collect()
    };
    let marks = |session: &Session| {
        let sections = session.sections.iter().map(|section| (clean(&section.name), section.start));
        sections.chain(session.markers.iter().map(|marker| (clean(&marker.name), marker.at))).collect::<Vec<_>>()
    };
    assert_eq!(marks(wanted), marks(read), "session {round}");
    let (wanted_held, read_held) = (held(wanted, widest), held(read, widest));
    assert_eq!(wanted_held.keys().collect::<Vec<_>>(), read_held.keys().collect::<Vec<_>>());
    for (name, a) in &wanted_held {
        let b = &read_held[name];
        let at = format!("session {round}, {name}");
        assert_eq!(
            (a.kind, &a.output, a.layout, &a.colour, a.mute, a.solo),
            (b.kind, &b.output, b.layout, &b.colour, b.mute, b.solo),
            "{at}"
        );
        assert!(near(a.gain, b.gain, 1e-9) && near(a.pan, b.pan, 1e-12), "{at}: {a:?} {b:?}");
        assert_eq!(a.inserts.len(), b.inserts.len(), "{at}: {:?} {:?}", a.inserts, b.inserts);
        for (a, b) in a.inserts.iter().flatten().zip(b.inserts.iter().flatten()) {
            assert!(near(*a, *b, 1e-9 * a.abs().max(1.0)), "{at}: {a} {b}");
        }
        assert_eq!(a.sends.len(), b.sends.len(), "{at}");
        for (a, b) in a.sends.iter().zip(&b.sends) {
            assert!(a.0 == b.0 && a.3 == b.3 && near(a.1, b.1, 1e-9) && near(a.2, b.2, 1e-12), "{at}: {a:?} {b:?}");
        }
        assert_eq!(a.automation.keys().collect::<Vec<_>>(), b.automation.keys().collect::<Vec<_>>(), "{at}");
        for (target, a) in &a.automation {
            automation(&format!("{at}, {target}"), a, &b.automation[target]);
        }
        clips(&at, wanted.rate, &a.clips, &b.clips);
    }
}

/// The same values on every point and, where lines stay lines, between them.
fn automation(at: &str, a: &Automation, b: &Automation) {
    let value = |automation: &Automation, frame: i64| {
        let value = automation.value(frame);
        if automation.target == Target::Mute { f64::from(u8::from(value >= 0.5)) } else { value }
    };
    let bends = |shape: Shape| matches!(shape, Shape::Smooth | Shape::Curve(_));
    let ratio = format!("{:?}", a.target).contains("Ratio");
    let mixed = a.target.is_gain()
        && a.points.iter().any(|point| point.shape == Shape::Linear)
        && a.points.iter().any(|point| point.shape == Shape::Factor);
    for (index, point) in a.points.iter().enumerate() {
        let mut frames = vec![point.frame];
        let next = a.points.get(index + 1);
        let straight = !bends(point.shape) && !ratio && !mixed;
        if let Some(next) = next.filter(|_| straight) {
            frames.extend([point.frame + (next.frame - point.frame) / 3, (next.frame - 1).max(point.frame)]);
        }
        for frame in frames {
            let (a, b) = (value(a, frame), value(b, frame));
            assert!(near(a, b, 1e-8 * a.abs().max(1.0)), "{at}, frame {frame}: {a} {b}");
        }
    }
}

fn clips(at: &str, rate: SampleRate, wanted: &[Clip], read: &[Clip]) {
    assert_eq!(wanted.len(), read.len(), "{at}");
    for (a, b) in wanted.iter().zip(read) {
        let left = resampled_frames(CLAIMED, SampleRate::new(48_000).unwrap(), rate) - a.from;
        let length = a.frames().unwrap_or(left);
        assert_eq!((&a.file, a.at, a.from, Some(length)), (&b.file, b.at, b.from, b.frames()), "{at}");
        assert_eq!(a.warp, b.warp, "{at}");
        let fade = |frames: u64| [0, 1, frames / 2, frames.saturating_sub(1), frames];
        let mut frames: Vec<u64> = fade(a.fade_in.frames).to_vec();
        frames.extend(fade(a.fade_out.frames).map(|frame| length.saturating_sub(frame + 1)));
        frames.extend(a.envelope.iter().map(|point| point.frame));
        frames.extend([length / 3, length - 1]);
        for frame in frames.into_iter().filter(|&frame| frame < length) {
            let (x, y) = (factor(a, length, frame), factor(b, length, frame));
            // Two fades that are longer than the clip are one curve, in straight pieces.
            let bound = if a.fade_in.frames.max(a.fade_out.frames) > length { 3e-8 } else { 1e-12 };
            assert!(
                near(x, y, 1e-6 * x.abs() + bound * a.gain.factor().max(1.0)),
                "{at}, frame {frame} of {length}: {x} {y}\n{a:?}\n{:?}",
                b.fade_in
            );
        }
        if a.envelope.is_empty() {
            assert!(near(a.gain.0, b.gain.0, 1e-9) || !b.envelope.is_empty(), "{at}: {:?} {:?}", a.gain, b.gain);
        }
    }
}

#[test]
fn what_is_written_is_valid_by_the_schemas_of_the_format() {
    let Some(schemas) = testing::material("schemas/Project.xsd") else { return };
    if !testing::program("xmllint") {
        return;
    }
    let folder = folder();
    let (mut dice, mut documents) = (Dice(0x5c4e3a), Vec::new());
    for round in 0..60 {
        let session = holdable(&mut dice, folder.path());
        let path = folder.path().join(format!("{round}.dawproject"));
        write_dawproject(&session, &path, &Claimed, outside()).unwrap();
        documents.push(path);
    }
    for (name, schema) in [("project.xml", schemas.clone()), ("metadata.xml", schemas.with_file_name("MetaData.xsd"))] {
        let files: Vec<PathBuf> = documents
            .iter()
            .enumerate()
            .map(|(index, path)| {
                let file = folder.path().join(format!("{index}-{name}"));
                let unzipped = Command::new("unzip").arg("-p").arg(path).arg(name).output().unwrap();
                fs::write(&file, unzipped.stdout).unwrap();
                file
            })
            .collect();
        let run = Command::new("xmllint").args(["--noout", "--schema"]).arg(schema).args(files).output().unwrap();
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    }
}

/// A session with real files, on disk.
fn small(folder: &Path) -> Session {
    fs::write(folder.join("kick.wav"), wav(1, 48_000, 48_000)).unwrap();
    fs::create_dir_all(folder.join("other")).unwrap();
    fs::write(folder.join("other/Kick.wav"), wav(2, 44_100, 44_100)).unwrap();
    let mut session = Session::new(SampleRate::new(48_000).unwrap());
    session.song.title = "Tide".into();
    let clip = |file: &str, at: i64| Clip::new(folder.join(file), at);
    let kick = vec![clip("kick.wav", 0), Clip { length: Some(1000), from: 7, ..clip("kick.wav", 48_000) }];
    let pad = vec![Clip {
        gain: Db(-6.0),
        envelope: vec![GainPoint { frame: 10, gain: Db::ZERO }, GainPoint { frame: 1000, gain: Db(f64::NEG_INFINITY) }],
        ..clip("other/Kick.wav", -100)
    }];
    session.tracks = vec![Track::new(Strip::new("Kick"), kick), Track::new(Strip::new("Pad"), pad)];
    session
}

#[test]
fn files_go_into_the_project_and_come_out_of_it_once() {
    let folder = tempfile::tempdir().unwrap();
    let session = small(folder.path());
    let path = folder.path().join("out.dawproject");
    let written = write_dawproject(&session, &path, &Files::default(), DawProjectOptions::default()).unwrap();
    assert_eq!(written.kept, None);
    assert_eq!(worst(&written.findings), None, "{:?}", written.findings);
    let bytes = fs::read(&path).unwrap();
    // A second time it is in the way; with force it is kept, and the new one is the same.
    let refused = write_dawproject(&session, &path, &Files::default(), DawProjectOptions::default()).unwrap_err();
    assert!(refused.message.contains("already there"), "{refused}");
    let force = DawProjectOptions { force: true, ..DawProjectOptions::default() };
    let written = write_dawproject(&session, &path, &Files::default(), force).unwrap();
    assert_eq!(written.kept, Some(folder.path().join("out.dawproject.bak")));
    assert_eq!(fs::read(&path).unwrap(), bytes, "the same session makes the same bytes");
    let others: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(others.iter().all(|name| !name.to_string_lossy().starts_with('.')), "{others:?}");

    let to = folder.path().join("unpacked");
    let options = ForeignOptions { rate: None, extract_to: &to };
    let read = read_foreign(&path, &Files::default(), &options).unwrap();
    let file = |session: &Session, track: usize, clip: usize| session.tracks[track].clips[clip].file.clone();
    assert_eq!(file(&read.session, 0, 0), to.join("audio/kick.wav"));
    assert_eq!(file(&read.session, 0, 0), file(&read.session, 0, 1), "once");
    assert_eq!(file(&read.session, 1, 0), to.join("audio/Kick (2).wav"), "names that differ by their case only");
    assert_eq!(fs::read(to.join("audio/kick.wav")).unwrap(), fs::read(folder.path().join("kick.wav")).unwrap());
    // Read again into the same folder, it is the same files; what is another file there stays.
    fs::write(to.join("audio/kick.wav"), b"mine").unwrap();
    let again = read_foreign(&path, &Files::default(), &options).unwrap();
    assert_eq!(file(&again.session, 0, 0), to.join("audio/kick (2).wav"));
    assert_eq!(file(&again.session, 1, 0), to.join("audio/Kick (2).wav"));
    assert_eq!(fs::read(to.join("audio/kick.wav")).unwrap(), b"mine");
}

#[test]
fn files_that_stay_outside_are_named_from_where_the_project_is() {
    let folder = tempfile::tempdir().unwrap();
    let session = small(folder.path());
    let path = folder.path().join("out.dawproject");
    write_dawproject(&session, &path, &Files::default(), outside()).unwrap();
    let moved = folder.path().join("moved");
    fs::create_dir(&moved).unwrap();
    for name in ["out.dawproject", "kick.wav", "other"] {
        fs::rename(folder.path().join(name), moved.join(name)).unwrap();
    }
    let to = folder.path().join("unpacked");
    let options = ForeignOptions { rate: None, extract_to: &to };
    let read = read_foreign(&moved.join("out.dawproject"), &Files::default(), &options).unwrap();
    assert_eq!(read.session.tracks[1].clips[0].file, moved.join("other/Kick.wav"));
    assert!(!to.exists(), "nothing was inside");
}

#[test]
fn crossfades_become_fades_and_what_is_not_held_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let mut session = small(folder.path());
    let file = folder.path().join("kick.wav");
    let clip = |at: i64| Clip { length: Some(1000), ..Clip::new(&file, at) };
    session.tracks[0] = Track {
        crossfade: Some(FadeShape::EqualPower),
        delay: 50,
        ..Track::new(Strip { inverted: true, ..Strip::new("Kick") }, vec![clip(900), clip(0)])
    };
    let path = folder.path().join("out.dawproject");
    let written = write_dawproject(&session, &path, &Files::default(), DawProjectOptions::default()).unwrap();
    assert_eq!(worst(&written.findings), Some(Severity::Error));
    assert!(of_code(&written.findings, "not-held")[0].message.contains("polarity"), "{:?}", written.findings);
    assert_eq!(of_code(&written.findings, "fade-approximated").len(), 1);
    let to = folder.path().join("unpacked");
    let read =
        read_foreign(&path, &Files::default(), &ForeignOptions { rate: Some(session.rate), extract_to: &to }).unwrap();
    let fades: Vec<_> =
        read.session.tracks[0].clips.iter().map(|clip| (clip.at, clip.fade_in.frames, clip.fade_out.frames)).collect();
    assert_eq!(fades, [(950, 100, 0), (50, 0, 100)]);
}

#[test]
fn a_file_that_is_missing_is_said_and_the_rest_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let mut session = small(folder.path());
    session.tracks[0].clips[0].file = folder.path().join("gone.wav");
    let path = folder.path().join("out.dawproject");
    let written = write_dawproject(&session, &path, &Files::default(), DawProjectOptions::default()).unwrap();
    assert_eq!(of_code(&written.findings, "media-missing").len(), 1);
    let to = folder.path().join("unpacked");
    let read =
        read_foreign(&path, &Files::default(), &ForeignOptions { rate: Some(session.rate), extract_to: &to }).unwrap();
    assert_eq!(read.session.tracks[0].clips.len(), 1);
}
