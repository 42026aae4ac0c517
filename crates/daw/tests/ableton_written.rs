//! What is read of a set agrees with a second reading of it, in Python, that shares no code with ours: on random sets in the dialects
//! of Live 8 to 12, and on the sets of the material.

#[path = "ableton/packed.rs"]
mod packed;
#[path = "ableton/writer.rs"]
mod writer;

use packed::{Folder, Stub, gzip};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;
use stemwright_audio::testing;
use stemwright_core::{Automation, Bus, Clip, Pitch, SampleRate, Session, Strip, Tap, Target, TempoMap, Track};
use stemwright_daw::{ForeignOptions, read_foreign};

const RATE: u32 = 48_000;

/// What the script says of sets, one after the other.
fn second_reading(sets: &[PathBuf]) -> Vec<Value> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ableton/reading.py");
    let run = Command::new("python3").arg(script).arg(RATE.to_string()).args(sets).output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let lines = String::from_utf8(run.stdout).unwrap();
    let read: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(read.len(), sets.len());
    read
}

/// Counts of what was compared: a test that compares nothing proves nothing.
#[derive(Debug, Default)]
struct Compared {
    strips: usize,
    clips: usize,
    stretched: usize,
    points: usize,
    places: usize,
    sends: usize,
}

struct Comparison<'s> {
    what: String,
    session: &'s Session,
    /// Frames by which our tempo map may be off: it puts jumps a millionth of a beat apart.
    slack: f64,
    compared: &'s mut Compared,
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("no number: {value}"))
}

fn list(value: &Value) -> &Vec<Value> {
    value.as_array().unwrap_or_else(|| panic!("no list: {value}"))
}

impl Comparison<'_> {
    /// Whether a frame is the nearest whole one to a place.
    fn near(&self, frame: f64, wanted: f64, of: &str) {
        let most = 0.5 + 1e-4 + self.slack;
        assert!((frame - wanted).abs() <= most, "{}: {of}: frame {frame}, not {wanted}", self.what);
    }

    fn same(&self, factor: f64, wanted: f64, of: &str) {
        assert!((factor - wanted).abs() <= 1e-9, "{}: {of}: {factor}, not {wanted}", self.what);
    }

    fn all(&mut self, wanted: &Value) {
        let session = self.session;
        self.same(session.tempo.bpm, number(&wanted["bpm"]), "tempo");
        let signature = [session.tempo.time_signature.0, session.tempo.time_signature.1].map(f64::from);
        let meant: Vec<f64> = list(&wanted["signature"]).iter().map(number).collect();
        assert_eq!(signature.as_slice(), meant, "{}", self.what);
        let map = TempoMap::new(session.tempo, &session.tempo_changes);
        for place in list(&wanted["seconds"]) {
            let (beat, seconds) = (number(&place[0]), number(&place[1]));
            let slack = self.slack / f64::from(RATE) + 1e-9;
            let got = map.seconds(beat);
            assert!(
                (got - seconds).abs() <= slack,
                "{}: beat {beat}: {got}, not {seconds} ({slack}): {:?} {:?}",
                self.what,
                session.tempo,
                session.tempo_changes
            );
        }
        let markers = list(&wanted["markers"]);
        assert_eq!(session.markers.len(), markers.len(), "{}", self.what);
        for (marker, wanted) in session.markers.iter().zip(markers) {
            self.near(marker.at as f64, number(&wanted[0]), "marker");
            assert_eq!(marker.name, wanted[1].as_str().unwrap());
        }
        self.same(session.master.gain.factor(), number(&wanted["master"]["gain"]), "master");
        self.automation(&session.master.automation, &wanted["master"]["automation"], "master");
        let strips = list(&wanted["strips"]);
        let own = session.tracks.len() + session.buses.len();
        let beside = session.tracks.iter().filter(|track| track.strip.name.contains("(clips)")).count();
        assert_eq!(own - beside, strips.len(), "{}", self.what);
        for strip in strips {
            self.strip(strip);
        }
    }

    fn strip(&mut self, wanted: &Value) {
        let name = wanted["name"].as_str().unwrap();
        let bus: Option<&Bus> = self.session.buses.iter().find(|bus| bus.strip.name == name);
        let track: Option<&Track> = self.session.tracks.iter().find(|track| track.strip.name == name);
        let strip: &Strip =
            bus.map(|bus| &bus.strip).or(track.map(|track| &track.strip)).unwrap_or_else(|| panic!("{name}"));
        let what = format!("{} {name}", self.what);
        assert_eq!(bus.is_some(), wanted["bus"] == true, "{what}");
        assert_eq!(bus.is_some_and(|bus| bus.is_return), wanted["returns"] == true, "{what}");
        assert_eq!(strip.output.as_deref(), wanted["output"].as_str(), "{what}");
        assert_eq!(strip.sends_only, wanted["only"] == true, "{what}");
        assert_eq!((strip.mute, strip.solo), (wanted["mute"] == true, wanted["solo"] == true), "{what}");
        let is_moved = |target: &str| list(&wanted["automation"]).iter().any(|own| own["target"] == target);
        if !is_moved("pan") {
            self.same(strip.gain.factor(), number(&wanted["gain"]), &what);
            self.same(strip.pan, number(&wanted["pan"]), &what);
        }
        self.automation(&strip.automation, &wanted["automation"], &what);
        let sends = list(&wanted["sends"]);
        assert_eq!(strip.sends.len(), sends.len(), "{what}");
        for (send, wanted) in strip.sends.iter().zip(sends) {
            assert_eq!(Some(send.to.as_str()), wanted["to"].as_str(), "{what}");
            assert_eq!(send.tap == Tap::Pre, wanted["pre"] == true, "{what}");
            self.same(send.gain.factor(), number(&wanted["gain"]), &what);
            self.compared.sends += 1;
        }
        let own: Option<&Track> = match track {
            Some(track) => Some(track),
            None => self.session.tracks.iter().find(|track| track.strip.name == format!("{name} (clips)")),
        };
        let clips: &[Clip] = own.map_or(&[], |track| &track.clips);
        if let Some(track) = own {
            assert!((track.delay as f64 - number(&wanted["delay"])).abs() <= 0.5 + 1e-6, "{what}");
        }
        let wanted = list(&wanted["clips"]);
        assert_eq!(clips.len(), wanted.len(), "{what}");
        for (clip, wanted) in clips.iter().zip(wanted) {
            self.clip(clip, wanted, &what);
        }
        self.compared.strips += 1;
    }

    fn automation(&mut self, own: &[Automation], wanted: &Value, what: &str) {
        let wanted: Vec<&Value> = list(wanted).iter().filter(|moved| !list(&moved["at"]).is_empty()).collect();
        for moved in &wanted {
            let target = match moved["target"].as_str().unwrap() {
                "gain" => Target::Gain,
                "pan" => Target::Pan,
                "mute" => Target::Mute,
                send => Target::Send(send.split(' ').nth(1).unwrap().parse().unwrap()),
            };
            let found = own.iter().find(|own| own.target == target);
            let found = found.unwrap_or_else(|| panic!("{what}: nothing moves {target:?}"));
            assert!(found.points.windows(2).all(|pair| pair[0].frame <= pair[1].frame), "{what}: {target:?}");
            let both = wanted.iter().any(|other| other["target"] == "pan");
            for place in list(&moved["at"]) {
                let (frame, value, exact) = (number(&place[0]), number(&place[1]), place[2] == true);
                if exact && (frame - frame.floor() - 0.5).abs() < 1e-3 + self.slack {
                    continue;
                }
                let got = found.value(frame.round() as i64);
                let got = if target.is_gain() { stemwright_core::Db(got).factor() } else { got };
                // Between breakpoints the nearest frame is up to half a frame away, and bent lines are points within -100 dB.
                let bound = if exact && !both { 1e-9 } else { 4e-5 + self.slack * 1e-3 };
                assert!((got - value).abs() <= bound, "{what}: {target:?} at {frame}: {got}, not {value} ({exact})");
                self.compared.places += 1;
            }
        }
        let targets =
            own.iter().filter(|own| matches!(own.target, Target::Gain | Target::Pan | Target::Mute | Target::Send(_)));
        let moved = list(&serde_json::json!(wanted)).len();
        assert!(targets.count() >= moved, "{what}");
    }

    fn clip(&mut self, clip: &Clip, wanted: &Value, what: &str) {
        let points: Vec<(f64, f64)> =
            list(&wanted["points"]).iter().map(|point| (number(&point[0]), number(&point[1]))).collect();
        let what = format!("{what}, clip at {}", clip.at);
        let (first, last) = (points[0], points[points.len() - 1]);
        self.near(clip.at as f64, first.0, &what);
        let length = clip.warp.as_ref().map_or_else(|| clip.length.unwrap(), stemwright_core::Warp::frames);
        self.near((clip.at + length as i64) as f64, last.0, &what);
        self.same(clip.gain.factor(), number(&wanted["gain"]), &what);
        let file = wanted["file"].as_str().unwrap().trim_start_matches("../");
        assert!(clip.file.ends_with(file), "{what}: {:?} and not {file}", clip.file);
        let fades = list(&wanted["fades"]);
        for (fade, wanted) in [clip.fade_in, clip.fade_out].iter().zip(fades) {
            let wanted = number(wanted).min(length as f64);
            assert!((fade.frames as f64 - wanted).abs() <= 1.0 + self.slack, "{what}: {fade:?}, not {wanted}");
        }
        self.compared.clips += 1;
        if wanted["edge"] == true {
            return;
        }
        let Some(warp) = &clip.warp else {
            // A warp whose places are whole frames apart is none; else it was found to be none.
            assert!(
                wanted["plain"] == true || (last.1 - first.1 - (last.0 - first.0)).abs() <= 1.0,
                "{what}: {wanted}"
            );
            return self.near(clip.from as f64, first.1.max(0.0), &what);
        };
        assert!(wanted["plain"] == false, "{what}");
        let semitones = number(&wanted["semitones"]);
        match warp.pitch {
            Pitch::Follows => assert_eq!(wanted["pitch"], "follows", "{what}"),
            Pitch::Kept(own) => assert!(wanted["pitch"] == "kept" && (own - semitones).abs() < 1e-12, "{what}"),
        }
        assert_eq!(warp.wrong(), None, "{what}");
        for &(song, file) in &points {
            // Each is a point, unless it is so near to another that rounding made them one.
            let close = |other: &(f64, f64)| (other.0 - song).abs() < 3.0 || (other.1 - file).abs() < 3.0;
            if points.iter().filter(|other| close(other)).count() > 1 {
                continue;
            }
            let most = 0.5 + 1e-4 + self.slack;
            let is = |point: &stemwright_core::WarpPoint| {
                let place = (clip.at + point.frame as i64) as f64;
                (place - song).abs() <= most && (point.source as f64 - file.max(0.0)).abs() <= most
            };
            let near =
                |point: &&stemwright_core::WarpPoint| ((clip.at + point.frame as i64) as f64 - song).abs() < 9000.0;
            let beside: Vec<_> = warp.points.iter().filter(near).collect();
            assert!(warp.points.iter().any(is), "{what}: no point at {song}, {file}: {beside:?}");
            self.compared.points += 1;
        }
        for place in list(&wanted["between"]) {
            let (song, file) = (number(&place[0]), number(&place[1]));
            let got = warp.source_at(song - clip.at as f64);
            // Rounded ends, at most 32 times the speed, and a quarter of a frame for ramps of the tempo.
            assert!((got - file).abs() <= 3.0 + 4.0 * self.slack, "{what}: {got} at {song}, not {file}");
        }
        self.compared.stretched += 1;
    }
}

fn compare(path: &Path, wanted: &Value, what: String, compared: &mut Compared) {
    let rate = SampleRate::new(RATE).unwrap();
    let read = read_foreign(path, &Stub, &ForeignOptions { rate: Some(rate), extract_to: Path::new("nowhere") });
    let session = read.unwrap_or_else(|error| panic!("{what}: {error}")).session;
    Comparison { what, session: &session, slack: number(&wanted["slack"]), compared }.all(wanted);
}

#[test]
fn random_sets_are_read_alike_by_another_reader() {
    if !testing::program("python3") {
        return;
    }
    let folder = Folder::new(&writer::FILES);
    let mut sets = Vec::new();
    for version in 8..=12 {
        for seed in 0..36 {
            let path = folder.path(&format!("set {version} {seed}.als"));
            std::fs::write(&path, gzip(writer::set(seed * 8 + u64::from(version), version).as_bytes())).unwrap();
            sets.push(path);
        }
    }
    let mut compared = Compared::default();
    for (path, wanted) in sets.iter().zip(second_reading(&sets)) {
        let what = path.file_name().unwrap().to_string_lossy().into_owned();
        compare(path, &wanted, what, &mut compared);
    }
    eprintln!("Read alike: {compared:?}");
    let Compared { strips, clips, stretched, points, places, sends } = compared;
    assert!(strips > 1000 && clips > 1500 && stretched > 500 && points > 1000 && places > 3000 && sends > 500);
}

#[test]
fn sets_of_the_material_are_read_alike_by_another_reader() {
    let Some(material) = testing::material("sessions/als") else { return };
    if !testing::program("python3") {
        return;
    }
    let names = [
        "example-120.als",
        "automation.als",
        "automation-pathological.als",
        "L12-automation.als",
        "markers-malformed-no-master-ae.als",
        "live9/live9-patch-2-0point.als",
        "live9/live9-patch-markers-noauto.als",
    ];
    let sets: Vec<PathBuf> = names.iter().map(|name| material.join(name)).collect();
    let mut compared = Compared::default();
    for (path, wanted) in sets.iter().zip(second_reading(&sets)) {
        // Their audio is not there: empty files stand for it.
        let folder = Folder::new(&[]);
        for strip in list(&wanted["strips"]) {
            for clip in list(&strip["clips"]) {
                folder.add(clip["file"].as_str().unwrap().trim_start_matches("../"));
            }
        }
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let copy = folder.path(&name);
        std::fs::copy(path, &copy).unwrap();
        compare(&copy, &wanted, name, &mut compared);
    }
    eprintln!("Read alike: {compared:?}");
    assert!(compared.clips > 200 && compared.stretched > 50 && compared.places > 50);
}
