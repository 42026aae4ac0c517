//! `session.toml`: a document that uses every key, positions of all kinds, hostile and very large documents.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use stemwright_core::{
    Automation, Band, BandKind, Bus, Clip, Compressor, Db, Delay, DelayTime, Detector, Eq, Fade, Insert, Key, Layout,
    Master, PanLaw, Param, Role, SampleRate, Section, Send, Session, Shape, Song, StemWish, Strip, Tap, Target, Tempo,
    Track, Unit,
};
use stemwright_daw::{SessionError, SessionFile};

fn parse(text: &str) -> Result<Session, SessionError> {
    SessionFile::parse(Path::new("songs/session.toml"), text.to_owned()).map(|file| file.session)
}

const EVERY_KEY: &str = r##"
[song]
title = "Low Tide"
artist = "Nobody"
bpm = 120
time_signature = "3/4"
key = "A minor"
tuning = 442.0

[session]
rate = 48000
pan_law = "compromise"

[[section]]
name = "Chorus"
start = "5|1"

[[section]]
name = "Intro"
start = "0|3"

[[stem]]
name = "Drums"
role = "drums"
colour = "#D9480F"

[[track]]
name = "Kick"
output = "Drum Bus"
stem = "Drums"
role = "drums"
gain = -8.5
pan = -0.25
pan_law = "linear"
polarity = "inverted"
mute = true
solo = true

    [[track.clip]]
    file = "audio/kick.wav"
    at = ["1|1", 1.5, "-32 frames"]
    from = "10 ms"
    length = "2 beats"
    gain = -3
    fade_in = 0.001
    fade_out = "48 frames"

    [[track.clip]]
    file = "/abs/tail.flac"

    [[track.insert]]
    type = "gain"
    gain = 2.0
    bypass = true

    [[track.insert]]
    type = "eq"
    bands = [
        { type = "bell", freq = 330, gain = -2.5, q = 1.1 },
        { type = "low-shelf", freq = 80.0, gain = 3.0 },
        { type = "high-shelf", freq = 8e3, gain = +1.0, q = 0.5 },
        { type = "high-pass", freq = 30.0, slope = 24 },
        { type = "low-pass", freq = 18_000.0, slope = 12, q = 1.0 },
    ]

    [[track.insert]]
    type = "compressor"
    threshold = -20.0
    ratio = inf
    knee = 0.0
    attack_ms = 1.5
    release_ms = 80
    makeup = 4.0
    mix = 0.75
    detector = "rms"
    key = "Bass"
    key_tap = "pre"
    key_high_pass = 120.0

    [[track.insert]]
    type = "bus-compressor"

    [[track.insert]]
    type = "delay"
    time = "1/8."
    feedback = 0.4
    ping_pong = true
    low_cut = 200.0
    high_cut = 6000.0
    mix = 0.3

    [[track.insert]]
    type = "delay"
    time = 0.5

    [[track.send]]
    to = "Reverb"
    gain = -12.0
    tap = "pre"

    [[track.send]]
    to = "Drum Bus"

    [[track.automation]]
    param = "gain"
    shape = "hold"
    points = [["1|1", -8.5], ["2|1", -6.0], ["2|1", -5.0]]

    [[track.automation]]
    param = "pan"
    points = [[0, -1], [1.5, 1.0]]

    [[track.automation]]
    param = "send.Reverb"
    points = [["1|1", -150.0]]

    [[track.automation]]
    param = "insert.2.band.1.freq"
    points = [["1|1", 5.0]]

    [[track.automation]]
    param = "insert.3.threshold"
    points = [["1|1", -30.0]]

    [[track.automation]]
    param = "insert.5.mix"
    points = [["1|1", 1.0]]

[[track]]
name = "Bass"

[[bus]]
name = "Drum Bus"
output = "master"

[[return]]
name = "Reverb"
gain = -1.0

[master]
gain = -0.5

    [[master.insert]]
    type = "gain"

    [[master.automation]]
    param = "insert.1.gain"
    points = [["1|1", 0.0]]

[[reference]]
file = "mixes/rough.wav"
"##;

fn moved(target: Target, shape: Shape, points: &[(i64, f64)]) -> Automation {
    Automation::new(target, shape, points)
}

#[test]
fn every_key_of_a_document_arrives_in_the_session() {
    let band = |kind, freq, gain, q| Band { kind, freq, gain: Db(gain), q };
    let q = std::f64::consts::FRAC_1_SQRT_2;
    let clip = |at| Clip {
        file: "songs/audio/kick.wav".into(),
        at,
        from: 480,
        length: Some(48_000),
        channel: None,
        into: None,
        inverted: false,
        warp: None,
        envelope: Vec::new(),
        gain: Db(-3.0),
        fade_in: Fade { frames: 48, ..Fade::default() },
        fade_out: Fade { frames: 48, ..Fade::default() },
    };
    let compressor = Compressor {
        threshold: Db(-20.0),
        ratio: f64::INFINITY,
        knee: 0.0,
        attack: 0.0015,
        release: 0.080,
        makeup: Db(4.0),
        mix: 0.75,
        detector: Detector::Rms,
        key: Some(Key { from: "Bass".into(), tap: Tap::Pre }),
        key_high_pass: Some(120.0),
    };
    let delay = Delay {
        time: DelayTime::Quarters(0.75),
        feedback: 0.4,
        ping_pong: true,
        low_cut: Some(200.0),
        high_cut: Some(6000.0),
        wet: 0.3,
    };
    let plain_delay = Delay {
        time: DelayTime::Seconds(0.5),
        feedback: 0.0,
        ping_pong: false,
        low_cut: None,
        high_cut: None,
        wet: 1.0,
    };
    let eq = Eq {
        bands: vec![
            band(BandKind::Bell, 330.0, -2.5, 1.1),
            band(BandKind::LowShelf, 80.0, 3.0, q),
            band(BandKind::HighShelf, 8000.0, 1.0, 0.5),
            band(BandKind::HighPass { steep: true }, 30.0, 0.0, q),
            band(BandKind::LowPass { steep: false }, 18_000.0, 0.0, 1.0),
        ],
    };
    let kick = Strip {
        output: Some("Drum Bus".into()),
        stem: Some("Drums".into()),
        role: Some(Role::Drums),
        gain: Db(-8.5),
        pan: -0.25,
        pan_law: Some(PanLaw::Linear),
        inverted: true,
        mute: true,
        solo: true,
        inserts: vec![
            Insert { bypass: true, unit: Unit::Gain(Db(2.0)) },
            Unit::Eq(eq).into(),
            Unit::Compressor(compressor).into(),
            Unit::Compressor(Compressor::bus()).into(),
            Unit::Delay(delay).into(),
            Unit::Delay(plain_delay).into(),
        ],
        sends: vec![
            Send { to: "Reverb".into(), gain: Db(-12.0), tap: Tap::Pre, pan: 0.0 },
            Send { to: "Drum Bus".into(), gain: Db::ZERO, tap: Tap::Post, pan: 0.0 },
        ],
        automation: vec![
            moved(Target::Gain, Shape::Hold, &[(0, -8.5), (72_000, -6.0), (72_000, -5.0)]),
            moved(Target::Pan, Shape::Linear, &[(0, -1.0), (72_000, 1.0)]),
            moved(Target::Send(0), Shape::Linear, &[(0, -150.0)]),
            moved(Target::Insert(1, Param::BandFreq(0)), Shape::Linear, &[(0, 5.0)]),
            moved(Target::Insert(2, Param::Threshold), Shape::Linear, &[(0, -30.0)]),
            moved(Target::Insert(4, Param::Wet), Shape::Linear, &[(0, 1.0)]),
        ],
        ..Strip::new("Kick")
    };
    let tail = Clip::new("/abs/tail.flac", 0);
    let want = Session {
        song: Song {
            title: "Low Tide".into(),
            artist: "Nobody".into(),
            key: Some("A minor".into()),
            tuning: Some(442.0),
        },
        tempo: Tempo { bpm: 120.0, time_signature: (3, 4) },
        pan_law: PanLaw::Compromise,
        tracks: vec![
            Track::new(kick, vec![clip(0), clip(72_000), clip(-32), tail]),
            Track::new(Strip::new("Bass"), vec![]),
        ],
        buses: vec![
            Bus { strip: Strip::new("Drum Bus"), is_return: false },
            Bus { strip: Strip { gain: Db(-1.0), ..Strip::new("Reverb") }, is_return: true },
        ],
        master: Master {
            layout: Layout::Stereo,
            gain: Db(-0.5),
            inserts: vec![Unit::Gain(Db::ZERO).into()],
            automation: vec![moved(Target::Insert(0, Param::Gain), Shape::Linear, &[(0, 0.0)])],
        },
        stems: vec![StemWish { name: "Drums".into(), role: Some(Role::Drums), colour: Some("#d9480f".into()) }],
        // By their start, whatever the order in which they are written: "0|3" is a beat before bar 1.
        sections: vec![
            Section { name: "Intro".into(), start: -24_000 },
            Section { name: "Chorus".into(), start: 288_000 },
        ],
        references: vec!["songs/mixes/rough.wav".into()],
        ..Session::new(SampleRate::new(48_000).unwrap())
    };
    assert_eq!(parse(EVERY_KEY).unwrap(), want);
}

#[test]
fn what_is_left_out_has_its_default() {
    let session = parse("[session]\nrate = 44100\n[[track]]\nname = \"A\"\n").unwrap();
    assert_eq!(session.song, Song::default());
    assert_eq!(session.tempo, Tempo { bpm: 120.0, time_signature: (4, 4) });
    assert_eq!((session.pan_law, session.master), (PanLaw::ConstantPower, Master::default()));
    assert_eq!(session.tracks, [Track::new(Strip::new("A"), vec![])]);
}

#[test]
fn the_error_is_shown_as_compilers_show_theirs() {
    let error = parse("[session]\nrate = 48000\n\n[[track]]\nname = \"Größe\" # ä\n\tgain = \"laut\"\n").unwrap_err();
    let want = "songs/session.toml:6:9: `gain` must be a number\n  |\n6 | \tgain = \"laut\"\n  | \t       ^^^^^^";
    assert_eq!(error.to_string(), want);
}

/// Characters of two, three and four bytes stand before the place.
#[test]
fn columns_count_characters() {
    let text = "session = { rate = 48000 }\nsong = { title = \"é語🎚\", bpm = 1 }\n";
    let at = parse(text).unwrap_err().place.unwrap();
    assert_eq!((at.line, at.column), (2, 31));
}

#[test]
fn without_a_rate_the_hint_is_what_to_write() {
    for text in ["", "[song]\ntitle = \"x\"\n"] {
        let error = parse(text).unwrap_err();
        assert_eq!(error.place.as_ref().map(|at| (at.line, at.column)), Some((1, 1)));
        assert_eq!(error.hint.as_deref(), Some("write a table [session] with `rate = 48000`"));
        assert!(parse(&format!("[session]\nrate = 48000\n{text}")).is_ok());
    }
    let error = parse("[session]\n").unwrap_err();
    assert_eq!(error.hint.as_deref(), Some("write `rate = 48000`"));
    for rate in ["44099", "192001", "48000.5", "\"48000\"", "nan", "1e300", "-48000"] {
        let error = parse(&format!("[session]\nrate = {rate}\n")).unwrap_err();
        assert_eq!(error.place.as_ref().map(|at| (at.line, at.column)), Some((2, 8)));
        assert_eq!(error.hint.as_deref(), Some("write a number of Hz from 44100 to 192000"));
    }
    for rate in ["44100", "192000", "96_000", "88200.0", "0xBB80"] {
        assert!(parse(&format!("[session]\nrate = {rate}\n")).is_ok(), "{rate}");
    }
}

#[test]
fn invalid_toml_names_the_place() {
    for (text, line) in [
        ("[session\nrate = 48000", 1),
        ("[session]\nrate = ", 2),
        ("[session]\nrate = 48000\nrate = 44100", 3),
        ("[session]\nrate = 48000\n[session]", 3),
        ("[session]\nrate = 48000\n[song]\ntitle = \"never closed", 4),
        ("[session]\nrate = 48000\n\u{0}", 3),
    ] {
        let error = parse(text).expect_err(text);
        assert!(error.message.starts_with("is not valid TOML: "), "{error}");
        assert_eq!(error.place.as_ref().map(|at| at.line), Some(line), "{error}");
        assert!(error.hint.is_some(), "{error}");
    }
}

/// A file in the temporary folder of this test program, removed when it is dropped.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        Self(std::env::temp_dir().join(format!("stemwright-daw-{}-{name}.toml", std::process::id())))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[test]
fn files_that_are_no_sessions_are_refused_with_a_hint() {
    let error = |path: &Path| {
        let error = SessionFile::read(path).unwrap_err();
        assert!(error.hint.is_some() && error.file == path, "{error}");
        error.message
    };
    let file = Scratch::new("latin1");
    std::fs::write(&file.0, b"[session]\nrate = 48000\n[song]\ntitle = \"Gr\xf6\xdfe\"\n").unwrap();
    assert_eq!(error(&file.0), "is not UTF-8 text");
    // The hint is to save it as UTF-8.
    std::fs::write(&file.0, "[session]\nrate = 48000\n[song]\ntitle = \"Größe\"\n").unwrap();
    assert_eq!(SessionFile::read(&file.0).unwrap().session.song.title, "Größe");

    // Sparse: it takes no room on the disk, and none in memory, as it is refused by its length.
    let file = Scratch::new("huge");
    std::fs::File::create(&file.0).unwrap().set_len((64 << 20) + 1).unwrap();
    assert_eq!(error(&file.0), "is larger than 64 MiB");
    assert_eq!(error(Path::new("/nowhere/session.toml")), "does not exist");
    assert!(error(&std::env::temp_dir()).starts_with("cannot be read: "), "a folder");
}

#[test]
fn positions_and_lengths_are_read_in_every_way_of_writing() {
    // 120 beats a minute in 3/4 at 48 kHz: a beat is 24,000 frames, a bar 72,000.
    let document = |key: &str, value: &str| {
        let song = "[song]\nbpm = 120\ntime_signature = \"3/4\"\n[session]\nrate = 48000\n";
        format!("{song}[[track]]\nname = \"A\"\n[[track.clip]]\nfile = \"a.wav\"\n{key} = {value}\n")
    };
    for (value, at) in [
        ("\"1|1\"", 0),
        ("\"17|3\"", 16 * 72_000 + 48_000),
        ("\"2|2.5\"", 108_000),
        ("\" 2 | 2.5 \"", 108_000),
        ("\"0|1\"", -72_000),
        ("\"-1|3.75\"", -144_000 + 66_000),
        ("\"2|4\"", 144_000), // beat 4 of three is the next bar's first
        ("0", 0),
        ("12.5", 600_000),
        ("-0.5", -24_000),
        ("+1", 48_000),
        ("1e-3", 48),
        ("\"1.5 s\"", 72_000),
        ("\"-10ms\"", -480),
        ("\"1e3 ms\"", 48_000),
        ("\"1:23.456\"", 4_005_888),
        ("\"-0:01\"", -48_000),
        ("\"96000 frames\"", 96_000),
        ("\"1 frame\"", 1),
        ("\"-32 frames\"", -32),
        ("\"2 bars\"", 144_000),
        ("\"-1 beat\"", -24_000),
        ("\"1.5 beats\"", 36_000),
    ] {
        let session = parse(&document("at", value)).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(session.tracks[0].clips[0].at, at, "at = {value}");
        // As a length where it can be one.
        let length = parse(&document("length", value)).map(|session| session.tracks[0].clips[0].length);
        match u64::try_from(at).ok().filter(|_| !value.contains('|')) {
            Some(frames) => assert_eq!(length.unwrap(), Some(frames), "length = {value}"),
            None => assert!(length.is_err(), "length = {value}"),
        }
    }
    for value in [
        "\"1|\"",
        "\"|1\"",
        "\"1.5|1\"",
        "\"1|1|1\"",
        "\"1|nan\"",
        "\"1|inf\"",
        "\"99999999999|1\"",
        "\"-2147483648|1\"",
        "\"1:2:3\"",
        "\"1:-2\"",
        "\"--1:02\"",
        "\"1:nan\"",
        "\"4294967295:00\"",
        "\"3\"",
        "\"frames\"",
        "\"1.5 frames\"",
        "\"9223372036854775807 frames\"",
        "\"1 furlong\"",
        "\"é\"",
        "\"1 ms ms\"",
        "\"\"",
        "nan",
        "inf",
        "-1e300",
        "true",
        "1979-05-27",
        "{}",
        "[[0]]",
    ] {
        assert!(parse(&document("at", value)).is_err(), "at = {value}");
    }
}

#[test]
fn line_ends_of_windows_and_a_byte_order_mark_change_nothing() {
    let plain = parse(EVERY_KEY).unwrap();
    let crlf = EVERY_KEY.replace('\n', "\r\n");
    assert_eq!(parse(&crlf).unwrap(), plain);
    assert_eq!(parse(&format!("\u{feff}{EVERY_KEY}")).unwrap(), plain);
    assert_eq!(parse(&format!("\u{feff}{crlf}")).unwrap(), plain);

    let shown = |text: &str| parse(text).unwrap_err().to_string();
    let wrong = "session = { rate = 1 }\nsong = { bpm = 100 }\n";
    assert!(shown(wrong).starts_with("songs/session.toml:1:20: "), "{}", shown(wrong));
    assert_eq!(shown(&wrong.replace('\n', "\r\n")), shown(wrong));
    assert_eq!(shown(&format!("\u{feff}{wrong}")), shown(wrong), "the mark has no column");
}

/// On a thread with as little stack as Rust gives threads by default, 2 MiB.
#[test]
fn deep_nesting_does_not_overflow_the_stack() {
    let deep = |n: usize| {
        [
            format!("[session]\nrate = 48000\nx = {}{}", "[".repeat(n), "]".repeat(n)),
            format!("[session]\nrate = 48000\nx = {}1{}", "{a=".repeat(n), "}".repeat(n)),
            format!("[session]\nrate = 48000\nx = {}", "[".repeat(n)),
            format!("[session]\nrate = 48000\nx = {}", "{a=".repeat(n)),
            format!("[session]\nrate = 48000\n{}x = 1", "a.".repeat(n)),
            format!("[session]\nrate = 48000\n[{}a]", "a.".repeat(n)),
            format!("[session]\nrate = 48000\n[[{}a]]", "a.".repeat(n)),
            // As deep as the limits of each kind allow, multiplied.
            format!("[session]\nrate = 48000\nx = {}1{}", format!("{{{}a=", "a.".repeat(75)).repeat(n), "}".repeat(n)),
        ]
    };
    let work = move || {
        for n in [10, 70, 79, 100, 10_000, 200_000] {
            for text in deep(n) {
                assert!(parse(&text).is_err());
            }
        }
    };
    std::thread::Builder::new().stack_size(2 << 20).spawn(work).unwrap().join().unwrap();
}

#[test]
fn a_very_large_session_is_read() {
    let mut text = String::from("[session]\nrate = 48000\n[[bus]]\nname = \"Bus\"\n");
    for track in 0..2000 {
        writeln!(text, "[[track]]\nname = \"Track {track}\"\noutput = \"Bus\"").unwrap();
        writeln!(text, "[[track.clip]]\nfile = \"a.wav\"\n[[track.automation]]\nparam = \"gain\"\npoints = [").unwrap();
        for point in 0..50 {
            writeln!(text, "[\"{}|{}\", {}.5],", point / 4 + 1, point % 4 + 1, -(point % 20)).unwrap();
        }
        text.push_str("]\n");
    }
    let before = std::time::Instant::now();
    let session = parse(&text).unwrap();
    eprintln!("2,000 tracks and 100,000 points, {} bytes: {:?}", text.len(), before.elapsed());
    assert_eq!(session.tracks.len(), 2000);
    assert!(session.tracks.iter().all(|track| track.strip.automation[0].points.len() == 50));
}

#[test]
fn names_may_be_in_any_script() {
    let text = "[session]\nrate = 48000\n[[track]]\nname = \"ボーカル 🎤\"\noutput = \"Größe\"\nstem = \"Голос\"\n\
        [[track.send]]\nto = \"صدى\"\n[[track.automation]]\nparam = \"send.صدى\"\npoints = [[0, 0]]\n\
        [[bus]]\nname = \"Größe\"\n[[return]]\nname = \"صدى\"\n";
    let strip = &parse(text).unwrap().tracks[0].strip;
    assert_eq!((strip.name.as_str(), strip.stem.as_deref()), ("ボーカル 🎤", Some("Голос")));
    assert_eq!((strip.output.as_deref(), strip.automation[0].target), (Some("Größe"), Target::Send(0)));
}

#[test]
fn an_error_of_a_later_step_is_shown_at_the_strip() {
    let text = "[session]\nrate = 48000\n[[track]]\nname = \"A\"\n\n[[bus]]\nname = \"B\"\n";
    for text in [text.to_owned(), format!("\u{feff}{text}")] {
        let file = SessionFile::parse(Path::new("session.toml"), text).unwrap();
        let error = file.error_at_strip("B", "feeds itself", Some("cut the loop".into()));
        assert_eq!(error.to_string(), "session.toml:6:1: feeds itself\n  |\n6 | [[bus]]\n  | ^^^^^^^");
        assert_eq!(file.error_at_strip("C", "is not there", None).to_string(), "session.toml: is not there");
    }
}

#[test]
fn the_example_song_is_a_session() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/song/session.toml");
    let session = SessionFile::read(&path).unwrap_or_else(|error| panic!("{error}")).session;
    assert!(session.tracks.len() > 3 && session.tracks.iter().all(|track| !track.clips.is_empty()));
}

/// What newcomers copy must work.
#[test]
fn the_session_in_the_readme_is_a_session() {
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md")).unwrap();
    let (_, block) = readme.split_once("```toml\n").unwrap();
    let session = parse(block.split_once("```").unwrap().0).unwrap();
    assert_eq!(session.tracks.iter().map(|track| track.clips.len()).collect::<Vec<_>>(), [4, 1]);
    assert_eq!(session.tracks[1].strip.inserts[0].unit.key().map(|key| key.from.as_str()), Some("Kick"));
}
