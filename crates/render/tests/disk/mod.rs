//! Sessions on disk, and sets read back by an independent reader (`hound`).

#![allow(dead_code, unreachable_pub, reason = "each test that includes this module uses its own part of it")]

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use stemwright_audio::{Files, testing};
use stemwright_core::Session;
use stemwright_daw::SessionFile;
use stemwright_render::{BounceError, BounceOptions, Bounced, bounce};

/// The example of the repository.
pub fn example() -> Session {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/song/session.toml");
    SessionFile::read(&path).expect("the example is sound").session
}

pub fn print(session: &Session, target: &Path, options: BounceOptions) -> Result<Bounced, BounceError> {
    bounce(session, &Files::new(), target, options, &|_| {}, &AtomicBool::new(false))
}

/// Interleaved 24-bit integers of a file.
pub fn integers(path: &Path) -> Vec<i32> {
    let mut reader = hound::WavReader::open(path).expect("a WAV file");
    assert_eq!((reader.spec().channels, reader.spec().bits_per_sample), (2, 24));
    assert_eq!(reader.spec().sample_format, hound::SampleFormat::Int);
    reader.samples::<i32>().map(|sample| sample.expect("a whole file")).collect()
}

/// Interleaved floats of a file.
pub fn floats(path: &Path) -> Vec<f32> {
    let mut reader = hound::WavReader::open(path).expect("a WAV file");
    assert_eq!((reader.spec().channels, reader.spec().bits_per_sample), (2, 32));
    assert_eq!(reader.spec().sample_format, hound::SampleFormat::Float);
    reader.samples::<f32>().map(|sample| sample.expect("a whole file")).collect()
}

/// All 26 files of francium as somebody would mix them: four buses, a shared echo and reverb, a ducked sine, a bus
/// compressor and saturation that all stems share, and a limiter. Nothing where the material is absent.
pub fn francium(folder: &Path) -> Option<Session> {
    let material = testing::material("francium")?;
    let mut names: Vec<(String, PathBuf)> = std::fs::read_dir(material)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "m4a"))
        .map(|path| {
            let stem = path.file_stem().expect("a name").to_string_lossy().into_owned();
            (stem.rsplit("Stem_").next().expect("a name").to_owned(), path)
        })
        .collect();
    names.sort();
    assert_eq!(names.len(), 26);
    let mut text = String::from(
        r#"
        song = { title = "Francium", artist = "Software-Entwicklungskit", bpm = 128.0, key = "B flat" }
        session = { rate = 48000 }
        [[bus]]
        name = "Drums"
        stem = "Drums"
        output = "Glue"
        insert = [{ type = "compressor", threshold = -12.0, makeup = 1.0 }, { type = "saturation", drive = 3.0, output = -2.0 }]
        [[bus]]
        name = "Vocals"
        stem = "Vocals"
        output = "Glue"
        insert = [{ type = "eq", bands = [
            { type = "high-pass", freq = 90.0, slope = 24 }, { type = "bell", freq = 3000.0, gain = 2.0 } ] },
            { type = "de-esser", threshold = -32.0 }]
        send = [{ to = "Echo", gain = -12.0 }, { to = "Hall", gain = -14.0 }]
        automation = [{ param = "gain", points = [["1|1", -3.0], ["33|1", 0.0]] }]
        [[bus]]
        name = "Synths"
        stem = "Synths"
        output = "Glue"
        insert = [{ type = "width", width = 1.3, mono_below = 120.0 }]
        send = [{ to = "Hall", gain = -16.0 }, { to = "Echo", gain = -20.0, tap = "pre" }]
        [[bus]]
        name = "Effects"
        stem = "Effects"
        output = "Glue"
        [[bus]]
        name = "Glue"
        insert = [{ type = "bus-compressor", threshold = -14.0, key_high_pass = 90.0 },
                  { type = "eq", bands = [{ type = "low-shelf", freq = 90.0, gain = -1.0 }] },
                  { type = "saturation", drive = 4.0, output = -3.0, asymmetry = 0.2, mix = 0.6 }]
        [[return]]
        name = "Echo"
        insert = [{ type = "delay", time = "1/8.", feedback = 0.45, ping_pong = true, high_cut = 6000.0 }]
        [[return]]
        name = "Hall"
        insert = [{ type = "reverb", decay = 1.6, predelay_ms = 20.0, low_cut = 200.0 }]
        [master]
        insert = [{ type = "bus-compressor", threshold = -10.0 }, { type = "limiter", ceiling = -1.5, gain = 1.0 }]
        "#,
    );
    for (name, path) in &names {
        let bus = match name.as_str() {
            n if n.contains("VOX") => "Vocals",
            "SINE" | "MINILOGUE_SYNTH" | "MELODY GLITCH" => "Synths",
            "TEXTURE" | "MICROCOSM_EFFECT" | "FILL SCRATCH" => "Effects",
            _ => "Drums",
        };
        text += &format!("[[track]]\nname = {name:?}\noutput = {bus:?}\ngain = -3.0\n");
        if name == "SINE" {
            text += "insert = [{ type = \"compressor\", key = \"KICK\", threshold = -30.0, ratio = 6.0 }]\n";
        }
        text += &format!("clip = [{{ file = {:?} }}]\n", path.canonicalize().expect("a file").display().to_string());
    }
    Some(SessionFile::parse(&folder.join("session.toml"), text).expect("the session is sound").session)
}
