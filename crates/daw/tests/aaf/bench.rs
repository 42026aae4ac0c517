//! AAF files in folders with their audio, and what another program (pyaaf2) says that they hold.

#![allow(dead_code, unused_imports, reason = "no test file uses all of it")]

#[path = "../written/again.rs"]
mod again;

pub(crate) use again::written;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use stemwright_audio::Files;
use stemwright_core::{Clip, Db, Finding, GainPoint, SampleRate, Session};
use stemwright_daw::{ForeignOptions, ForeignSession, SessionError, read_foreign};

/// Reads a file; audio inside is unpacked into the folder `unpacked` beside it.
pub(crate) fn try_read(path: &Path, rate: Option<u32>) -> Result<ForeignSession, SessionError> {
    let to = path.with_file_name("unpacked");
    let options = ForeignOptions { rate: rate.and_then(SampleRate::new), extract_to: &to };
    read_foreign(path, &Files::default(), &options)
}

#[track_caller]
pub(crate) fn read(path: &Path) -> ForeignSession {
    try_read(path, None).unwrap_or_else(|error| panic!("{error}"))
}

pub(crate) fn of_code<'l>(ledger: &'l [Finding], code: &str) -> Vec<&'l Finding> {
    ledger.iter().filter(|finding| finding.code == code).collect()
}

/// What the script says; `None` where Python has no pyaaf2.
pub(crate) fn script(what: &str, path: &Path) -> Option<Value> {
    let python = std::env::var("STEMWRIGHT_PYTHON").unwrap_or_else(|_| "python3".into());
    let import = Command::new(&python).args(["-c", "import aaf2"]).output();
    if !import.is_ok_and(|run| run.status.success()) {
        let required = std::env::var("STEMWRIGHT_REQUIRE").unwrap_or_default();
        assert!(
            !required.split(',').any(|name| name.trim() == "pyaaf2"),
            "no pyaaf2, which STEMWRIGHT_REQUIRE asks for"
        );
        eprintln!("skipped: no Python module `aaf2` (pyaaf2)");
        return None;
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/aaf/with_pyaaf2.py");
    let run = Command::new(&python).arg("-B").arg(script).arg(what).arg(path).output().unwrap();
    assert!(run.status.success(), "{}: {}", path.display(), String::from_utf8_lossy(&run.stderr));
    Some(serde_json::from_slice(&run.stdout).unwrap())
}

/// A file of a ramp, of 16 bits, in WAV or, by its name, in MXF.
pub(crate) fn audio(path: &Path, channels: u16, rate: u32, frames: u64) {
    if path.extension().is_some_and(|own| own == "mxf") {
        return fs::write(path, mxf(rate, frames)).unwrap();
    }
    let spec =
        hound::WavSpec { channels, sample_rate: rate, bits_per_sample: 16, sample_format: hound::SampleFormat::Int };
    let mut writer = hound::WavWriter::create(path, spec).unwrap();
    for frame in 0..frames {
        for channel in 0..channels {
            writer.write_sample(sample(frame, channel)).unwrap();
        }
    }
    writer.finalize().unwrap();
}

/// What such files hold.
pub(crate) fn sample(frame: u64, channel: u16) -> i16 {
    ((frame * 7 + u64::from(channel) * 11) % 20_000) as i16
}

/// OP-Atom as far as a reader needs it: a partition, a descriptor, one clip of sound.
pub(crate) fn mxf(rate: u32, frames: u64) -> Vec<u8> {
    let mut out = Vec::new();
    let mut klv = |key: [u8; 12], value: &[u8]| {
        out.extend([0x06, 0x0e, 0x2b, 0x34]);
        out.extend(key);
        out.push(0x87);
        out.extend(&(value.len() as u64).to_be_bytes()[1..]);
        out.extend(value);
    };
    klv([2, 5, 1, 1, 0x0d, 1, 2, 1, 1, 2, 4, 0], &[0; 88]);
    let mut set = Vec::new();
    for (tag, value) in [
        (0x3d03u16, [rate.to_be_bytes(), 1u32.to_be_bytes()].concat()),
        (0x3d07, 1u32.to_be_bytes().to_vec()),
        (0x3d01, 16u32.to_be_bytes().to_vec()),
        (0x3d0a, 2u16.to_be_bytes().to_vec()),
    ] {
        set.extend(tag.to_be_bytes());
        set.extend((value.len() as u16).to_be_bytes());
        set.extend(value);
    }
    klv([2, 0x53, 1, 1, 0x0d, 1, 1, 1, 1, 1, 0x48, 0], &set);
    klv([1, 1, 1, 2, 3, 1, 2, 0x10, 1, 0, 0, 0], &[0; 100]);
    let samples: Vec<u8> = (0..frames).flat_map(|frame| sample(frame, 0).to_le_bytes()).collect();
    klv([1, 2, 1, 1, 0x0d, 1, 3, 1, 0x16, 1, 2, 1], &samples);
    out
}

/// Numerator and denominator of a time in the script's answer.
pub(crate) fn fraction(value: &Value) -> (i128, i128) {
    let (over, under) = value.as_str().unwrap().split_once('/').unwrap();
    (over.parse().unwrap(), under.parse().unwrap())
}

/// The nearest frame to a time; halves go up.
pub(crate) fn frame(value: &Value, rate: SampleRate) -> i64 {
    let (over, under) = fraction(value);
    i64::try_from((over * i128::from(rate.hz()) * 2 + under).div_euclid(under * 2)).unwrap()
}

fn sum(a: &Value, b: &Value) -> Value {
    let ((a, c), (b, d)) = (fraction(a), fraction(b));
    Value::String(format!("{}/{}", a * d + b * c, c * d))
}

/// The factor of an envelope at a frame.
pub(crate) fn envelope(points: &[GainPoint], frame: u64) -> f64 {
    let next = points.partition_point(|point| point.frame <= frame);
    match (next.checked_sub(1).map(|before| points[before]), points.get(next)) {
        (Some(a), Some(b)) => {
            let x = (frame - a.frame) as f64 / (b.frame - a.frame) as f64;
            a.gain.factor() + (b.gain.factor() - a.gain.factor()) * x
        }
        (Some(a), None) => a.gain.factor(),
        (None, Some(b)) => b.gain.factor(),
        (None, None) => 1.0,
    }
}

/// The value of a curve of the script at a frame of the timeline.
fn curve(points: &Value, at: i64, rate: SampleRate) -> f64 {
    let points: Vec<(f64, f64)> = points
        .as_array()
        .unwrap()
        .iter()
        .map(|point| (frame(&point[0], rate) as f64, point[1].as_f64().unwrap()))
        .collect();
    let at = at as f64;
    let next = points.iter().position(|point| point.0 > at);
    match next {
        Some(0) => points[0].1,
        Some(next) => {
            let (a, b) = (points[next - 1], points[next]);
            a.1 + (b.1 - a.1) * (at - a.0) / (b.0 - a.0)
        }
        None => points[points.len() - 1].1,
    }
}

/// Holds a session against what the script says of its file.
#[track_caller]
pub(crate) fn compare(read: &ForeignSession, wanted: &Value, about: &str) {
    let Session { rate, tracks, markers, .. } = &read.session;
    let rate = *rate;
    assert_eq!(read.session.song.title, wanted["name"].as_str().unwrap(), "{about}");
    let all = wanted["tracks"].as_array().unwrap();
    assert_eq!(tracks.len(), all.len(), "{about}");
    for (track, wanted) in tracks.iter().zip(all) {
        let about = format!("{about}, {}", track.strip.name);
        let name = wanted["name"].as_str().unwrap();
        assert!(name.is_empty() || track.strip.name.starts_with(name), "{about}: {name}");
        assert_eq!(track.strip.mute, wanted["mute"].as_bool().unwrap(), "{about}");
        assert_eq!(track.strip.solo, wanted["solo"].as_bool().unwrap(), "{about}");
        assert!((track.strip.pan - wanted["pan"].as_f64().unwrap_or(0.0)).abs() < 1e-9, "{about}");
        let wanted: Vec<&Value> = wanted["clips"].as_array().unwrap().iter().collect();
        let wanted = joined(wanted);
        assert_eq!(track.clips.len(), wanted.len(), "{about}");
        for (clip, wanted) in track.clips.iter().zip(wanted) {
            compare_clip(clip, wanted, rate, &format!("{about} at {}", rate.clock(clip.at)));
        }
    }
    let all = wanted["markers"].as_array().unwrap();
    assert_eq!(markers.len(), all.len(), "{about}");
    for (marker, wanted) in markers.iter().zip(all) {
        assert_eq!(marker.at, frame(&wanted["at"], rate), "{about}");
        let [name, comment] = ["name", "comment"].map(|part| wanted[part].as_str().unwrap());
        let text = if name.is_empty() { comment.to_owned() } else { format!("{name}: {comment}") };
        assert_eq!(marker.name, text, "{about}");
    }
    let timecode = of_code(&read.ledger, "starts-at-timecode");
    match wanted["timecode"].as_str() {
        Some(wanted) => assert!(timecode[0].message.contains(&format!("timecode {wanted} ")), "{about}: {timecode:?}"),
        None => assert!(timecode.is_empty(), "{about}"),
    }
}

/// Left and right of one stereo file, which the reader makes one clip of.
fn joined(clips: Vec<&Value>) -> Vec<(&Value, Option<u64>, Option<u64>)> {
    let mut out: Vec<(&Value, Option<u64>, Option<u64>)> = Vec::new();
    for clip in clips {
        let (channel, into) = (clip["channel"].as_u64(), clip["into"].as_u64());
        if let Some(last) = out.last_mut().filter(|_| (channel, into) == (Some(1), Some(1))) {
            let same = ["at", "length", "source", "file"].iter().all(|part| last.0[part] == clip[part]);
            if same && (last.1, last.2) == (Some(0), Some(0)) {
                (last.1, last.2) = (None, None);
                continue;
            }
        }
        out.push((clip, channel, into));
    }
    out
}

#[track_caller]
fn compare_clip(
    clip: &Clip,
    (wanted, channel, into): (&Value, Option<u64>, Option<u64>),
    rate: SampleRate,
    about: &str,
) {
    let (at, end) = (frame(&wanted["at"], rate), frame(&sum(&wanted["at"], &wanted["length"]), rate));
    assert_eq!((clip.at, clip.length), (at, Some((end - at) as u64)), "{about}");
    assert_eq!(clip.from as i64, frame(&wanted["source"], rate), "{about}");
    assert_eq!((clip.channel.map(u64::from), clip.into.map(u64::from)), (channel, into), "{about}");
    if let Some(name) = wanted["file"].as_str() {
        let stem = |name: &str| name.rsplit_once('.').map_or(name.to_owned(), |(stem, _)| stem.to_owned());
        let own = clip.file.file_name().unwrap().to_string_lossy().into_owned();
        assert_eq!(stem(&own), stem(name), "{about}");
    }
    // Gains: at both ends, at the points, and between them.
    let curves = wanted["points"].as_array().unwrap();
    let mut frames = vec![0, (end - at) / 3, (end - at) / 2, end - at - 1];
    for point in curves.iter().flat_map(|curve| curve.as_array().unwrap()) {
        let place = frame(&point[0], rate) - at;
        frames.extend([place - 1, place, place + 1, place + 100]);
    }
    for place in frames.into_iter().filter(|place| (0..end - at).contains(place)) {
        let wanted = curves.iter().map(|points| curve(points, at + place, rate)).product::<f64>()
            * wanted["gain"].as_f64().unwrap();
        let found = clip.gain.factor() * envelope(&clip.envelope, place as u64);
        assert!((found - wanted).abs() <= 1e-9 * wanted.max(1.0), "{about}, frame {place}: {found}, not {wanted}");
    }
    assert!(clip.gain >= Db(-400.0) || clip.gain.factor() == 0.0);
    for (fade, wanted, rises) in [(clip.fade_in, &wanted["fade_in"], true), (clip.fade_out, &wanted["fade_out"], false)]
    {
        match wanted.as_array() {
            None => assert_eq!(fade.frames, 0, "{about}"),
            Some(wanted) => {
                // As long as between the frames of both ends.
                let long = &wanted[0];
                let frames = if rises {
                    frame(&sum(&wanted_at(at, rate), long), rate) - at
                } else {
                    end - frame(&sum(&wanted_at(end, rate), &minus(long)), rate)
                };
                assert!(fade.frames.abs_diff(frames as u64) <= 1, "{about}: {} not {frames}", fade.frames);
                assert_eq!(fade.shape.id(), wanted[1].as_str().unwrap(), "{about}");
            }
        }
    }
}

fn wanted_at(frame: i64, rate: SampleRate) -> Value {
    Value::String(format!("{frame}/{}", rate.hz()))
}

fn minus(value: &Value) -> Value {
    let (over, under) = fraction(value);
    Value::String(format!("{}/{under}", -over))
}

/// A copy of a file with all the audio that it refers to beside it.
pub(crate) fn with_audio(from: &Path, folder: &Path, wanted: &Value) -> PathBuf {
    let path = folder.join(from.file_name().unwrap());
    fs::write(&path, fs::read(from).unwrap()).unwrap();
    for media in wanted["media"].as_array().unwrap() {
        let number = |part: &str| media[part].as_u64().unwrap();
        let frames = (media["seconds"].as_f64().unwrap() * number("rate") as f64).ceil() as u64 + 100;
        let name = media["name"].as_str().unwrap();
        audio(&folder.join(name), number("channels") as u16, number("rate") as u32, frames);
    }
    path
}
