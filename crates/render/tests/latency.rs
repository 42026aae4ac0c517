//! Latency is compensated: units that do nothing but are late change no bit of anything, wherever they stand.

mod interpreter;
mod memory;
mod random;

use interpreter::{Source, Sources};
use memory::{Memory, Printed, render};
use random::{Case, case, describe};
use stemwright_core::{
    Automation, Bus, Clip, Compressor, Db, Gate, Insert, Key, Limiter, Master, PanLaw, SampleRate, Saturation, Send,
    Session, Shape, Strip, Tap, Target, Track, Unit,
};
use stemwright_render::{EngineOptions, Graph, Tail};

/// Units that are late and leave every sample as it is: bypassed, or a gate that closes by 0 dB.
fn idle(number: usize) -> Insert {
    let late = 0.0004 * (1 + number % 5) as f64;
    match number % 3 {
        0 => Insert { bypass: true, unit: Unit::Limiter(Limiter { look_ahead: late, ..Limiter::default() }) },
        1 => Insert { bypass: true, unit: Unit::Saturation(Saturation::default()) },
        _ => Unit::Gate(Gate { look_ahead: late, range: 0.0, ..Gate::hard() }).into(),
    }
}

fn print(case: &Case, through_master: bool, block: usize) -> Printed {
    let media = Memory { rate: case.session.rate, sources: &case.sources };
    let options = EngineOptions { block, tail: Tail::Seconds(0.01), through_master, ..Default::default() };
    render(&case.session, &media, 2, options)
}

/// The same session with idle units behind the inserts of most strips and of the master.
fn delayed(case: &Case) -> Case {
    let mut late = case.clone();
    let tracks = late.session.tracks.iter_mut().map(|track| &mut track.strip);
    let strips = tracks.chain(late.session.buses.iter_mut().map(|bus| &mut bus.strip));
    let mut idlers = (case.seed as usize..).map(idle);
    for (number, strip) in strips.enumerate() {
        if number % 3 != 2 {
            strip.inserts.extend(idlers.by_ref().take(1 + number % 2));
        }
    }
    late.session.master.inserts.extend(idlers.next());
    late
}

#[test]
fn units_that_only_delay_change_no_bit() {
    let mut latest = 0;
    for seed in 0..200 {
        let case = case(seed, (seed % 11) as u32);
        let late = delayed(&case);
        let media = Memory { rate: late.session.rate, sources: &late.sources };
        if let Ok(graph) = Graph::new(&late.session, &media) {
            latest = latest.max(graph.master_late.output);
        }
        for (through_master, block) in [(false, 512), (true, 100)] {
            let (plain, shifted) = (print(&case, through_master, block), print(&late, through_master, block));
            assert!(plain.mix == shifted.mix, "the mix\n{}", describe(&late));
            assert!(plain.master == shifted.master, "the master\n{}", describe(&late));
            assert!(plain.stems == shifted.stems, "the stems\n{}", describe(&late));
        }
    }
    assert!(latest > 1_000, "some path is late: {latest} frames");
}

fn strip(name: &str, output: Option<&str>, inserts: Vec<Insert>) -> Strip {
    let mut strip = Strip::new(name);
    strip.output = output.map(str::to_owned);
    strip.inserts = inserts;
    strip
}

fn clip(file: &str, at: i64) -> Clip {
    Clip::new(file, at)
}

/// Impulses under every threshold, through late tracks, late buses and late sends; `master` is late too.
fn session(rate: u32, master: Vec<Insert>) -> Session {
    let limiter = || Insert::from(Unit::Limiter(Limiter { look_ahead: 0.003, ..Limiter::default() }));
    let saturation = || Insert::from(Unit::Saturation(Saturation { drive: Db::ZERO, ..Saturation::default() }));
    let mut tracks = Vec::new();
    for (name, output, inserts) in [
        ("A", None, vec![]),
        ("B", None, vec![limiter(), saturation()]),
        ("C", Some("Late"), vec![]),
        ("D", Some("Late"), vec![saturation()]),
        ("E", Some("Straight"), vec![Unit::Compressor(Compressor::channel()).into()]),
    ] {
        let mut strip = strip(name, output, inserts);
        strip.stem = Some(format!("Stem {name}"));
        strip.pan_law = Some(PanLaw::Balance);
        strip.sends = vec![Send { to: "Return".into(), gain: Db(-30.0), tap: Tap::Pre, pan: 0.0 }];
        tracks.push(Track::new(strip, vec![clip("impulse", 1001)]));
    }
    let bus = |strip| Bus { strip, is_return: false };
    Session {
        tracks,
        buses: vec![
            bus(strip("Late", None, vec![limiter(), saturation()])),
            bus(strip("Straight", Some("Late"), vec![])),
            bus(strip("Return", None, vec![saturation(), saturation()])),
        ],
        master: Master { inserts: master, ..Master::default() },
        ..Session::new(SampleRate::new(rate).expect("a rate"))
    }
}

#[test]
fn an_impulse_lands_on_the_same_frame_through_every_late_path() {
    let mut impulse = vec![0.0; 200];
    impulse[37] = 0.01;
    let sources: Sources = [("impulse".into(), Source { channels: vec![impulse] })].into();
    for rate in [44_100, 96_000, 192_000] {
        let limiter = Insert::from(Unit::Limiter(Limiter::default()));
        for master in [vec![], vec![limiter]] {
            let session = session(rate, master);
            let media = Memory { rate: session.rate, sources: &sources };
            let late = Graph::new(&session, &media).expect("a session").master_late;
            assert!(late.output > 400, "{late:?}");
            for through_master in [false, true] {
                for block in [1, 64, 1024] {
                    let options =
                        EngineOptions { block, tail: Tail::Seconds(0.05), through_master, ..Default::default() };
                    let printed = render(&session, &media, 2, options);
                    assert_eq!(printed.stems.len(), 5);
                    for signal in printed.stems.iter().chain([&printed.mix, &printed.master]) {
                        for channel in signal {
                            let loudest =
                                (0..channel.len()).max_by(|&a, &b| channel[a].abs().total_cmp(&channel[b].abs()));
                            assert_eq!(loudest, Some(1001 + 37), "at {rate} Hz in blocks of {block}");
                        }
                    }
                }
            }
        }
    }
}

/// A key that comes through late units still opens the gate on the frame on which it sounds; and automation moves where
/// it is drawn.
#[test]
fn keys_and_automation_wait_for_what_is_late() {
    let frames = 9_000;
    let mut key = vec![0.0; frames];
    key[4_000..5_000].fill(0.1);
    let sources: Sources = [
        ("key".into(), Source { channels: vec![key] }),
        ("ones".into(), Source { channels: vec![vec![0.25; frames]] }),
    ]
    .into();
    let gate = Gate {
        threshold: Db(-30.0),
        attack: 0.0,
        hold: 0.0,
        release: 0.0,
        range: 150.0,
        key: Some(Key { from: "Key".into(), tap: Tap::Pre }),
        ..Gate::hard()
    };
    let limiter = Insert::from(Unit::Limiter(Limiter { look_ahead: 0.004, ..Limiter::default() }));
    let mut gated = strip("Gated", None, vec![Unit::Gate(gate).into()]);
    gated.pan = -1.0;
    let mut moved = strip("Moved", None, vec![limiter.clone(), limiter.clone()]);
    moved.pan = 1.0;
    moved.automation = vec![Automation::new(Target::Gain, Shape::Hold, &[(0, -150.0), (6_400, 0.0)])];
    let mut key = strip("Key", None, vec![limiter]);
    key.gain = Db(f64::NEG_INFINITY);
    let track = |strip: Strip, file| Track::new(strip, vec![clip(file, 0)]);
    let mut session = session(48_000, Vec::new());
    session.tracks = vec![track(key, "key"), track(gated, "ones"), track(moved, "ones")];
    session.buses.clear();
    let media = Memory { rate: session.rate, sources: &sources };
    let options = EngineOptions { tail: Tail::Seconds(0.01), ..Default::default() };
    let mix = render(&session, &media, 1, options).mix;
    let (left, right) = (&mix[0], &mix[1]);
    assert_eq!(left.iter().position(|&x| x > 0.2), Some(4_000), "the gate opens with its key");
    // Jumps run in a straight line over the grid interval before them.
    assert_eq!(right.iter().position(|&x| x == 0.25), Some(6_400), "the fader jumps where it is told to");
    assert!(right[..6_368].iter().all(|&x| x < 1e-7));
}
