//! Units on a bus and on a master that several stems share: the stems sum to the mix through each of them, no bit depends
//! on blocks, and a room that cannot be read is named with its strip.

mod interpreter;
mod memory;

use interpreter::{Source, Sources};
use memory::{Memory, Printed, render};
use std::path::Path;
use stemwright_audio::{AudioError, Files, FrameReader, Media, MediaInfo};
use stemwright_core::{
    Align, AlignTime, Bus, Chorus, Clip, CompressorBand, Convolution, Db, DynamicBand, DynamicEq, DynamicKind, Insert,
    Layout, Master, Multiband, Phaser, SampleRate, Session, Strip, Track, Transient, Unit,
};
use stemwright_render::{EngineOptions, Graph, GraphError, Tail};

fn units() -> Vec<Unit> {
    let down = DynamicBand { threshold: Db(-40.0), ..DynamicBand::new(DynamicKind::LowShelf, 300.0) };
    let align = |delay| Unit::Align(Align { delay, inverted: true });
    let band = CompressorBand { threshold: Db(-40.0), ..CompressorBand::default() };
    vec![
        Unit::Transient(Transient { attack: 12.0, sustain: -9.0, ..Transient::default() }),
        Unit::Multiband(Multiband { crossovers: vec![200.0, 3000.0], bands: vec![band; 3], mix: 1.0, key: None }),
        Unit::DynamicEq(DynamicEq { bands: vec![down], key: None }),
        Unit::Convolution(Convolution { predelay: 0.002, wet: 0.4, normalise: true, ..Convolution::new("room") }),
        Unit::Chorus(Chorus { feedback: 0.6, ..Chorus::default() }),
        Unit::Phaser(Phaser::default()),
        align(AlignTime::Seconds(-0.001_37)),
        align(AlignTime::Frames(-48.0)),
        align(AlignTime::Frames(13.5)),
    ]
}

/// Noise in bursts, with silence after it.
fn source(seed: u64, frames: usize) -> Source {
    let mut state = seed;
    let mut sample = |n: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let noise = (state >> 11) as f64 / (1u64 << 52) as f64 - 1.0;
        if n % 3000 < 1200 { 0.3 * noise } else { 0.001 * noise }
    };
    Source { channels: vec![(0..frames).map(&mut sample).collect()] }
}

fn sources() -> Sources {
    let tracks = ["A", "B", "C"].into_iter().zip(1..).map(|(name, seed)| (name.into(), source(seed, 9_000)));
    let room = source(9, 3_000).channels[0].iter().enumerate().map(|(n, x)| x / (1.0 + n as f64)).collect();
    tracks.chain([("room".into(), Source { channels: vec![room] })]).collect()
}

fn session(unit: &Unit, layout: Layout) -> Session {
    let tracks = ["A", "B", "C"].into_iter().enumerate().map(|(number, name)| {
        let mut strip = Strip::new(name);
        strip.stem = Some(format!("Stem {name}"));
        strip.output = (number < 2).then(|| "Bus".into());
        strip.pan = number as f64 / 2.0 - 0.5;
        Track::new(strip, vec![Clip::new(name, 100 * number as i64)])
    });
    let mut bus = Strip::new("Bus");
    bus.inserts = vec![Insert::from(unit.clone())];
    Session {
        tracks: tracks.collect(),
        buses: vec![Bus { strip: bus, is_return: false }],
        master: Master { layout, inserts: vec![unit.clone().into()], ..Master::default() },
        ..Session::new(SampleRate::new(48_000).expect("a rate"))
    }
}

fn print(session: &Session, sources: &Sources, block: usize) -> Printed {
    let media = Memory { rate: session.rate, sources };
    let options = EngineOptions { block, tail: Tail::Seconds(0.2), through_master: true, ..Default::default() };
    render(session, &media, 2, options)
}

#[test]
fn stems_sum_to_the_master_through_every_unit_whatever_the_block() {
    let sources = sources();
    let all =
        units().into_iter().flat_map(|unit| [Layout::Stereo, Layout::Surround51].map(|layout| (unit.clone(), layout)));
    for (unit, layout) in all {
        let session = session(&unit, layout);
        let printed = print(&session, &sources, 512);
        assert_eq!(printed.stems.len(), 3);
        let mut worst = 0.0f64;
        for (c, master) in printed.master.iter().enumerate() {
            for (n, x) in master.iter().enumerate() {
                let sum: f64 = printed.stems.iter().map(|stem| stem[c][n]).sum();
                worst = worst.max((x - sum).abs());
            }
        }
        assert!(worst < 1e-13, "{unit}: {worst:e}");
        for block in [1, 333, 16_384] {
            assert!(print(&session, &sources, block) == printed, "{unit} in blocks of {block}");
        }
    }
}

/// Bypassed units that are late are as late; and nothing else changes a sample.
#[test]
fn alignment_moves_a_stem_against_the_others() {
    let impulse = Source { channels: vec![vec![1.0]] };
    let sources: Sources = ["A", "B", "C"].into_iter().map(|name| (name.into(), impulse.clone())).collect();
    for (frames, bypass) in [(-40.0, false), (25.0, false), (-40.0, true)] {
        let unit = Unit::Align(Align { delay: AlignTime::Frames(frames), inverted: false });
        let mut session = session(&unit, Layout::Stereo);
        session.master.inserts.clear();
        session.buses[0].strip.inserts[0].bypass = bypass;
        session.tracks.iter_mut().for_each(|track| track.clips[0].at = 500);
        let printed = print(&session, &sources, 64);
        let heard = |stem: usize| printed.stems[stem][0].iter().position(|x| *x != 0.0);
        let moved = if bypass { 500 } else { (500.0 + frames) as usize };
        assert_eq!([heard(0), heard(1), heard(2)], [Some(moved), Some(moved), Some(500)], "{frames}, {bypass}");
    }
}

/// What memory does not hold is looked for on the disk.
struct Half<'a>(Memory<'a>);

impl Media for Half<'_> {
    fn info(&self, file: &Path) -> Result<MediaInfo, AudioError> {
        if self.0.sources.contains_key(file) { self.0.info(file) } else { Files::new().info(file) }
    }

    fn open(&self, file: &Path, from: u64) -> Result<Box<dyn FrameReader>, AudioError> {
        self.0.open(file, from)
    }
}

#[test]
fn rooms_that_cannot_be_read_are_named_with_their_strip() {
    let mut sources = sources();
    let unit = Unit::Convolution(Convolution::new("room"));
    let mut session = session(&unit, Layout::Stereo);
    session.master.inserts.clear();
    let error = |session: &Session, sources: &Sources| {
        let error = Graph::new(session, &Half(Memory { rate: session.rate, sources })).err().expect("an error");
        assert!(error.to_string().contains("`Bus`") && error.to_string().contains("room"), "{error}");
        error
    };
    sources.insert("room".into(), Source { channels: vec![vec![0.5]; 3] });
    assert!(matches!(error(&session, &sources), GraphError::ImpulseChannels { channels: 3, .. }));
    session.buses[0].strip.inserts = vec![Unit::Convolution(Convolution::new("absent room.wav")).into()];
    assert!(matches!(error(&session, &sources), GraphError::Impulse { .. }));
    // Bypassed, it is not needed.
    session.buses[0].strip.inserts[0].bypass = true;
    assert!(Graph::new(&session, &Memory { rate: session.rate, sources: &sources }).is_ok());
}
