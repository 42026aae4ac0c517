//! Sessions are written as session.toml and read back as the same sessions.

#[path = "written/random.rs"]
mod random;
#[path = "written/random_units.rs"]
mod random_units;

use random::{Dice, session};
use std::path::Path;
use stemwright_core::{Band, BandKind, Clip, Db, Eq, Role, SampleRate, Session, StemWish, Strip, Track, Unit};
use stemwright_daw::{Comments, Places, SessionFile, session_text};

const PATH: &str = "songs/session.toml";

#[track_caller]
fn read(text: &str) -> Session {
    match SessionFile::parse(Path::new(PATH), text.to_owned()) {
        Ok(file) => file.session,
        Err(error) => panic!("{error}\n{:?}\n{text}", error.hint),
    }
}

#[test]
fn every_session_is_read_back_as_it_was() {
    let mut dice = Dice(0x5eed);
    for round in 0..3000 {
        let wanted = session(&mut dice);
        let places = dice.of(&[Places::Bars, Places::Seconds]);
        let text = session_text(&wanted, Path::new("songs"), places, &Comments::default());
        let back = read(&text);
        if back != wanted {
            let (a, b) = (format!("{wanted:#?}"), format!("{back:#?}"));
            let differs = a.lines().zip(b.lines()).enumerate().find(|(_, (a, b))| a != b);
            panic!("session {round}: {differs:?}\n{text}");
        }
        assert_eq!(session_text(&back, Path::new("songs"), places, &Comments::default()), text);
    }
}

#[test]
fn the_example_is_read_back_as_it_was() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/song/session.toml");
    let wanted = SessionFile::read(&path).unwrap().session;
    let text = session_text(&wanted, path.parent().unwrap(), Places::Bars, &Comments::default());
    assert_eq!(SessionFile::parse(&path, text).unwrap().session, wanted);
}

fn small() -> Session {
    let mut session = Session::new(SampleRate::new(48_000).unwrap());
    session.tempo.bpm = 128.0;
    session.stems = vec![StemWish { name: "Drums".into(), role: Some(Role::Drums), colour: None }];
    let kick = Strip { gain: Db(-6.0), pan: 0.5, ..Strip::new("Kick") };
    let places = [0, 22_500, 22_501, 48_000 * 60 + 24].map(|at| Clip::new("songs/audio/kick.wav", at));
    session.tracks = vec![
        Track::new(kick, places.to_vec()),
        Track::new(Strip::new("Pad"), vec![Clip { length: Some(90_000), ..Clip::new("/elsewhere/pad.wav", -90_000) }]),
    ];
    session.references = vec!["songs/mix.wav".into()];
    session
}

#[test]
fn what_is_written_is_what_a_person_would_write() {
    let comments = Comments {
        head: vec!["By hand.".into()],
        strips: [("Pad".to_owned(), vec!["guessed from \"pd\"\nkeys".to_owned()])].into(),
        tail: vec!["The end.".into()],
        ..Comments::default()
    };
    let wanted = r#"# By hand.

[song]
bpm = 128

[session]
rate = 48000

[[stem]]
name = "Drums"
role = "drums"

[[track]]
name = "Kick"
gain = -6
pan = 0.5

    [[track.clip]]
    file = "audio/kick.wav"
    at = ["1|1", "1|2", "22501 frames", "2880024 frames"]

# guessed from "pd"�keys
[[track]]
name = "Pad"

    [[track.clip]]
    file = "/elsewhere/pad.wav"
    at = "0|1"
    length = "1 bar"

[[reference]]
file = "mix.wav"

# The end.
"#;
    let text = session_text(&small(), Path::new("songs"), Places::Bars, &comments);
    assert_eq!(text, wanted);
    assert_eq!(read(&text), small());
}

#[test]
fn comments_cannot_change_the_session() {
    let evil = vec!["x\n[[track]]\nname = \"y\"\r\n\u{0}\u{85}\u{2028}".to_owned()];
    let comments = Comments {
        head: evil.clone(),
        song: evil.clone(),
        session: evil.clone(),
        strips: [("Kick".to_owned(), evil.clone())].into(),
        references: [("songs/mix.wav".into(), evil.clone())].into(),
        tail: evil,
    };
    assert_eq!(read(&session_text(&small(), Path::new("songs"), Places::Bars, &comments)), small());
}

#[test]
fn a_gain_that_a_band_ignores_is_not_written() {
    // Programs keep one for every band, whatever it is set to.
    let mut session = small();
    let kinds = [BandKind::HighPass { steep: false }, BandKind::LowPass { steep: true }, BandKind::Bell];
    let bands = kinds.map(|kind| Band { kind, freq: 1000.0, gain: Db(12.0), q: 1.0 }).to_vec();
    session.tracks[0].strip.inserts = vec![Unit::Eq(Eq { bands }).into()];
    let back = read(&session_text(&session, Path::new("songs"), Places::Bars, &Comments::default()));
    let Unit::Eq(eq) = &back.tracks[0].strip.inserts[0].unit else { panic!() };
    assert_eq!(eq.bands.iter().map(|band| band.gain.0).collect::<Vec<_>>(), [0.0, 0.0, 12.0]);
}
