//! An impulse in every track, through every bus, lands on the same frame in every stem and in the mix.

mod interpreter;
mod memory;

use interpreter::{Source, Sources};
use memory::{Memory, render};
use stemwright_core::{
    Band, BandKind, Bus, Clip, Compressor, Db, Delay, DelayTime, Eq, Insert, SampleRate, Send, Session, Strip, Tap,
    Track, Unit,
};
use stemwright_render::{EngineOptions, Tail};

/// Where the impulse is in the file, and where the clip starts.
const INSIDE: usize = 37;
const CLIP_AT: i64 = 1001;

fn eq() -> Insert {
    // A gentle shelf: its first output sample is by far its largest.
    let band = Band { kind: BandKind::HighShelf, freq: 6000.0, gain: Db(3.0), q: 0.7 };
    Unit::Eq(Eq { bands: vec![band] }).into()
}

fn bus(name: &str, output: Option<&str>, inserts: Vec<Insert>) -> Bus {
    let mut strip = Strip::new(name);
    strip.output = output.map(str::to_owned);
    strip.inserts = inserts;
    Bus { strip, is_return: false }
}

/// Tracks through all sorts of paths: straight, through one bus, through three, through a shared compressor, with
/// sends to a shared echo.
fn session() -> Session {
    let paths = [("A", None), ("B", Some("One")), ("C", Some("Two")), ("D", Some("Three")), ("E", Some("Three"))];
    let mut tracks = Vec::new();
    for (number, (name, output)) in paths.into_iter().enumerate() {
        let mut strip = Strip::new(name);
        strip.output = output.map(str::to_owned);
        strip.stem = Some(format!("Stem {name}"));
        strip.inserts = if number % 2 == 0 { vec![eq()] } else { vec![Unit::Compressor(Compressor::channel()).into()] };
        strip.sends = vec![Send { to: "Echo".into(), gain: Db(-20.0), tap: Tap::Post, pan: 0.0 }];
        let file = if number % 2 == 0 { "mono" } else { "stereo" };
        let clip = Clip { gain: Db(-12.0), ..Clip::new(file, CLIP_AT) };
        tracks.push(Track::new(strip, vec![clip]));
    }
    let echo = Delay {
        time: DelayTime::Seconds(0.01),
        feedback: 0.3,
        ping_pong: true,
        low_cut: None,
        high_cut: None,
        wet: 1.0,
    };
    Session {
        tracks,
        buses: vec![
            bus("One", None, vec![eq()]),
            bus("Two", Some("One"), vec![Unit::Compressor(Compressor::bus()).into()]),
            bus("Three", Some("Two"), vec![eq(), Unit::Compressor(Compressor::bus()).into()]),
            bus("Echo", None, vec![Unit::Delay(echo).into()]),
        ],
        ..Session::new(SampleRate::new(48_000).expect("a rate"))
    }
}

#[test]
fn an_impulse_lands_on_the_same_frame_everywhere() {
    let mut impulse = vec![0.0; 200];
    impulse[INSIDE] = 0.9;
    let sources: Sources = [
        ("mono".into(), Source { channels: vec![impulse.clone()] }),
        ("stereo".into(), Source { channels: vec![impulse.clone(), impulse] }),
    ]
    .into();
    let session = session();
    let media = Memory { rate: session.rate, sources: &sources };
    for block in [1, 64, 1024] {
        let options = EngineOptions { block, tail: Tail::Seconds(0.1), ..Default::default() };
        let printed = render(&session, &media, 2, options);
        let at = CLIP_AT as usize + INSIDE;
        let echo = at + 480;
        for (name, stem) in printed.names.iter().zip(&printed.stems).chain([(&"mix".to_owned(), &printed.mix)]) {
            for channel in stem {
                let first = channel.iter().position(|&x| x != 0.0);
                assert_eq!(first, Some(at), "{name}: nothing before the impulse");
                let loudest = (0..channel.len()).max_by(|&a, &b| channel[a].abs().total_cmp(&channel[b].abs()));
                assert_eq!(loudest, Some(at), "{name}: the impulse itself is the loudest");
            }
            // The echo begins on the left, ten milliseconds later, on every stem.
            let jump = (at + 300..at + 600).max_by(|&a, &b| stem[0][a].abs().total_cmp(&stem[0][b].abs()));
            assert_eq!(jump, Some(echo), "{name}: the first echo");
        }
        assert_eq!(printed.stems.len(), 5);
    }
}
