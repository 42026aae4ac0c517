//! Random sessions with everything in them that a session.toml can say.

use super::random_units::insert;
use stemwright_core::{
    Automation, Bus, Clip, Db, ExtraWish, Fade, FadeShape, GainPoint, Insert, Layout, Marker, Master, PanLaw, Param,
    Pitch, Point, Role, SampleRate, Section, Send, Session, Shape, Song, StemWish, Strip, Tap, Target, Tempo,
    TempoChange, Track, Unit, Vca, Warp, WarpPoint,
};

/// A small generator (xorshift64*), so that a failure comes again.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn below(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % sides
    }

    pub(crate) fn coin(&mut self) -> bool {
        self.below(2) == 0
    }

    pub(crate) fn of<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())].clone()
    }

    /// Now round, as people write numbers, now any.
    pub(crate) fn number(&mut self, from: f64, to: f64) -> f64 {
        let part = self.below(1 << 30) as f64 / f64::from(1 << 30);
        let any = from + (to - from) * part;
        match self.below(4) {
            0 => any,
            1 => any.round().clamp(from, to),
            2 => ((any * 10.0).round() / 10.0).clamp(from, to),
            _ => self.of(&[from, to]),
        }
    }

    pub(crate) fn maybe<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.coin() { Some(make(self)) } else { None }
    }

    fn some<T>(&mut self, most: usize, mut make: impl FnMut(&mut Self) -> T) -> Vec<T> {
        (0..self.below(most + 1)).map(|_| make(self)).collect()
    }

    /// A frame: on a beat, on a millisecond, or anywhere.
    fn frame(&mut self) -> i64 {
        match self.below(4) {
            0 => self.below(400) as i64 * 12_000 - 96_000,
            1 => self.below(9_000) as i64 * 48,
            2 => self.below(1 << 28) as i64 - (1 << 20),
            _ => 0,
        }
    }

    fn length(&mut self) -> u64 {
        self.frame().unsigned_abs()
    }

    fn name(&mut self, kind: &str, number: usize) -> String {
        let odd = [
            "",
            " (L)",
            " \"loud\"",
            " \\",
            "\n",
            " é",
            " e\u{301}",
            " 声",
            " \u{202e}x",
            " #1",
            "]]",
            " = 3",
            "\t",
            "'''",
            "\u{7f}",
            "\0",
            "🥁",
            " |",
            " \u{feff}",
        ];
        format!("{kind} {number}{}", self.of(&odd))
    }
}

pub(crate) fn session(dice: &mut Dice) -> Session {
    let rate = dice.of(&[44_100, 48_000, 88_200, 96_000, 192_000]);
    let mut session = Session::new(SampleRate::new(rate).unwrap());
    session.song = Song {
        title: dice.of(&[String::new(), "Low \"Tide\"".into(), "海\\".into()]),
        artist: dice.of(&[String::new(), "Nobody".into()]),
        key: dice.maybe(|_| "A minor".into()),
        tuning: dice.maybe(|dice| dice.number(220.0, 880.0)),
    };
    session.tempo = tempo(dice);
    session.tempo_changes = tempo_changes(dice, session.tempo);
    session.pan_law = law(dice);
    let groups: Vec<String> = (0..dice.below(3)).map(|number| dice.name("Group", number)).collect();
    let buses: Vec<(String, bool)> = (0..dice.below(5)).map(|number| (dice.name("Bus", number), number > 2)).collect();
    let tracks: Vec<String> = (0..dice.below(6)).map(|number| dice.name("Track", number)).collect();
    let world = World {
        into: buses.iter().map(|(name, _)| name.clone()).collect(),
        keys: tracks.iter().cloned().chain(buses.iter().map(|(name, _)| name.clone())).collect(),
        groups: groups.clone(),
        rate: f64::from(rate),
        bpm: session.tempo.bpm,
    };
    session.vcas = groups.into_iter().map(|name| vca(dice, &world, name)).collect();
    session.buses =
        buses.into_iter().map(|(name, is_return)| Bus { strip: strip(dice, &world, name), is_return }).collect();
    session.tracks = tracks.into_iter().map(|name| track(dice, &world, name)).collect();
    let inserts = dice.some(2, |dice| insert(dice, &world));
    session.master = Master {
        layout: dice.of(&[Layout::Mono, Layout::Stereo, Layout::Surround51, Layout::Surround71]),
        gain: gain(dice),
        automation: automation(dice, &targets(&inserts, None)),
        inserts,
    };
    session.stems = (0..dice.below(3))
        .map(|number| StemWish {
            name: dice.name("Stem", number),
            role: dice.maybe(|dice| dice.of(&Role::ALL)),
            colour: dice.maybe(|_| "#d9480f".into()),
        })
        .collect();
    session.extras = (0..dice.below(2))
        .map(|number| ExtraWish { name: dice.name("Extra", number), stems: vec!["A".into(), dice.name("Stem", 1)] })
        .collect();
    session.sections =
        (0..dice.below(3)).map(|n| Section { name: dice.name("Part", n), start: dice.frame() }).collect();
    session.sections.sort_by_key(|section| section.start);
    session.markers = (0..dice.below(3)).map(|n| Marker { name: dice.name("Mark", n), at: dice.frame() }).collect();
    session.markers.sort_by_key(|marker| marker.at);
    session.references = dice.some(2, file);
    session
}

/// What strips can refer to.
pub(crate) struct World {
    into: Vec<String>,
    pub(crate) keys: Vec<String>,
    groups: Vec<String>,
    pub(crate) rate: f64,
    pub(crate) bpm: f64,
}

fn tempo(dice: &mut Dice) -> Tempo {
    Tempo { bpm: dice.number(40.0, 300.0), time_signature: dice.of(&[(4, 4), (3, 4), (6, 8), (7, 8)]) }
}

/// Changes on bars and on beats of the bars before them.
fn tempo_changes(dice: &mut Dice, first: Tempo) -> Vec<TempoChange> {
    let (mut changes, mut at, mut before) = (Vec::new(), 0.0, first);
    for _ in 0..dice.below(4) {
        let quarters = 4.0 / f64::from(before.time_signature.1);
        let bar = f64::from(before.time_signature.0) * quarters;
        at += bar * (1 + dice.below(8)) as f64;
        let ramp = dice.coin();
        before = tempo(dice);
        changes.push(TempoChange { at, tempo: before, ramp });
    }
    changes
}

fn law(dice: &mut Dice) -> PanLaw {
    dice.of(&PanLaw::ALL)
}

fn gain(dice: &mut Dice) -> Db {
    if dice.coin() { Db::ZERO } else { Db(dice.number(-150.0, 60.0)) }
}

pub(crate) fn file(dice: &mut Dice) -> std::path::PathBuf {
    let names = ["kick.wav", "a b/ç.flac", "\"x\".wav", "sub/e\u{301}\u{301}.wav", "n\nl.wav", "/abs/x.wav", "..wav"];
    std::path::Path::new("songs").join(dice.of(&names))
}

fn strip(dice: &mut Dice, world: &World, name: String) -> Strip {
    let mut strip = Strip::new(name);
    strip.output = dice.maybe(|dice| some_of(dice, &world.into)).flatten();
    strip.layout = dice.maybe(|dice| dice.of(&Layout::ALL));
    strip.stem = dice.maybe(|dice| dice.of(&["Drums".into(), "a \"b\"".to_owned()]));
    strip.role = dice.maybe(|dice| dice.of(&Role::ALL));
    strip.gain = gain(dice);
    strip.vcas = world.groups.iter().filter(|_| dice.coin()).cloned().collect();
    strip.pan = dice.number(-1.0, 1.0);
    strip.pan_law = dice.maybe(law);
    strip.sides = dice.maybe(|dice| [dice.number(-1.0, 1.0), dice.number(-1.0, 1.0)]);
    strip.sends_only = dice.coin();
    strip.colour = dice.maybe(|dice| format!("#{:06x}", dice.below(1 << 24)));
    strip.inverted = dice.coin();
    strip.mute = dice.coin();
    strip.solo = dice.coin();
    strip.solo_safe = dice.coin();
    strip.inserts = dice.some(3, |dice| insert(dice, world));
    for to in &world.into {
        if dice.coin() {
            strip.sends.push(Send {
                to: to.clone(),
                gain: gain(dice),
                tap: dice.of(&[Tap::Pre, Tap::Post]),
                pan: dice.number(-1.0, 1.0),
            });
        }
    }
    strip.automation = automation(dice, &targets(&strip.inserts, Some(strip.sends.len())));
    strip
}

pub(crate) fn some_of(dice: &mut Dice, all: &[String]) -> Option<String> {
    if all.is_empty() { None } else { Some(dice.of(all)) }
}

fn track(dice: &mut Dice, world: &World, name: String) -> Track {
    let mut clips = Vec::new();
    for clip in dice.some(4, clip) {
        // Some stand in several places.
        let again = dice.below(3);
        clips.push(clip.clone());
        clips.extend((0..again).map(|_| Clip { at: dice.frame(), ..clip.clone() }));
    }
    Track {
        strip: strip(dice, world, name),
        clips,
        delay: if dice.coin() { 0 } else { dice.frame() / 100 },
        crossfade: dice.maybe(|dice| dice.of(&FadeShape::ALL)),
    }
}

fn warp(dice: &mut Dice) -> Warp {
    let point = |frame, source| WarpPoint { frame, source };
    let from = dice.length();
    let mut points = vec![point(0, from)];
    for _ in 0..=dice.below(3) {
        let last = points[points.len() - 1];
        let step = 100 + dice.length();
        points.push(point(last.frame + step, last.source + step * (50 + dice.below(100) as u64) / 100));
    }
    let pitch = if dice.coin() { Pitch::Follows } else { Pitch::Kept(dice.number(-48.0, 48.0)) };
    Warp { points, pitch }
}

fn clip(dice: &mut Dice) -> Clip {
    let warp = dice.maybe(warp);
    let warped = warp.is_some();
    let fade = |dice: &mut Dice| Fade { frames: dice.length() / 1000, shape: dice.of(&FadeShape::ALL) };
    Clip {
        from: if warped { 0 } else { dice.length() },
        length: dice.maybe(Dice::length).filter(|_| !warped),
        warp,
        channel: dice.maybe(|dice| dice.below(8) as u16),
        into: dice.maybe(|dice| dice.below(2) as u16),
        inverted: dice.coin(),
        envelope: envelope(dice),
        gain: gain(dice),
        fade_in: fade(dice),
        fade_out: fade(dice),
        ..Clip::new(file(dice), dice.frame())
    }
}

fn envelope(dice: &mut Dice) -> Vec<GainPoint> {
    let mut places = dice.some(3, Dice::length);
    places.sort_unstable();
    let gain = |dice: &mut Dice| if dice.coin() { Db(f64::NEG_INFINITY) } else { gain(dice) };
    places.into_iter().map(|frame| GainPoint { frame, gain: gain(dice) }).collect()
}

fn vca(dice: &mut Dice, world: &World, name: String) -> Vca {
    Vca {
        vcas: world.groups.iter().filter(|other| **other != name && dice.coin()).cloned().collect(),
        name,
        gain: gain(dice),
        mute: dice.coin(),
        solo: dice.coin(),
        automation: automation(dice, &[(Target::Gain, -150.0, 60.0)]),
    }
}

/// What can be moved, and how far; `sends` is `None` for the master.
fn targets(inserts: &[Insert], sends: Option<usize>) -> Vec<(Target, f64, f64)> {
    let mut targets = vec![(Target::Gain, -150.0, 60.0)];
    if let Some(sends) = sends {
        targets.extend([Target::Pan, Target::Side(0), Target::Side(1)].map(|target| (target, -1.0, 1.0)));
        targets.push((Target::Mute, 0.0, 1.0));
        targets.extend((0..sends).map(|send| (Target::Send(send), -150.0, 60.0)));
    }
    for (place, insert) in inserts.iter().enumerate() {
        let params: Vec<(Param, f64, f64)> = match &insert.unit {
            Unit::Gain(_) => vec![(Param::Gain, -150.0, 60.0)],
            Unit::Eq(eq) => (0..eq.bands.len())
                .flat_map(|band| {
                    [
                        (Param::BandFreq(band), 5.0, 20_000.0),
                        (Param::BandGain(band), -40.0, 40.0),
                        (Param::BandQ(band), 0.1, 40.0),
                    ]
                })
                .collect(),
            Unit::Compressor(_) => {
                vec![
                    (Param::Threshold, -80.0, 20.0),
                    (Param::Ratio, 1.0, 50.0),
                    (Param::Makeup, -40.0, 40.0),
                    (Param::Mix, 0.0, 1.0),
                ]
            }
            Unit::Delay(_) => vec![(Param::Feedback, 0.0, 0.98), (Param::Wet, 0.0, 1.0)],
            Unit::Reverb(_) => vec![(Param::Wet, 0.0, 1.0)],
            Unit::Limiter(_) => vec![(Param::Gain, -20.0, 40.0), (Param::Ceiling, -40.0, 0.0)],
            Unit::Gate(_) => vec![(Param::Threshold, -100.0, 0.0)],
            Unit::DeEsser(_) => vec![(Param::Threshold, -80.0, 0.0), (Param::Ratio, 1.0, 50.0)],
            Unit::Saturation(_) => {
                vec![(Param::Drive, -20.0, 40.0), (Param::Output, -40.0, 20.0), (Param::Mix, 0.0, 1.0)]
            }
            Unit::Width(_) => vec![(Param::Width, 0.0, 2.0)],
            Unit::Transient(_) => vec![(Param::Attack, -24.0, 24.0), (Param::Sustain, -24.0, 24.0)],
            Unit::Multiband(unit) => (0..unit.bands.len())
                .flat_map(|band| {
                    let makeup = (Param::BandMakeup(band), -40.0, 40.0);
                    [(Param::BandThreshold(band), -80.0, 20.0), (Param::BandRatio(band), 1.0, 50.0), makeup]
                })
                .chain([(Param::Mix, 0.0, 1.0)])
                .collect(),
            Unit::DynamicEq(unit) => (0..unit.bands.len())
                .flat_map(|band| {
                    let range = (Param::BandRange(band), -30.0, 30.0);
                    [(Param::BandThreshold(band), -80.0, 0.0), (Param::BandRatio(band), 1.0, 50.0), range]
                })
                .collect(),
            Unit::Convolution(_) => vec![(Param::Gain, -60.0, 40.0), (Param::Wet, 0.0, 1.0)],
            Unit::Chorus(_) => vec![(Param::Depth, 0.0, 20.0), (Param::Feedback, -0.95, 0.95), (Param::Wet, 0.0, 1.0)],
            Unit::Phaser(_) => vec![(Param::Freq, 20.0, 10_000.0), (Param::Depth, 0.0, 4.0), (Param::Wet, 0.0, 1.0)],
            Unit::Align(_) => vec![],
        };
        targets.extend(params.into_iter().map(|(param, from, to)| (Target::Insert(place, param), from, to)));
    }
    targets
}

fn automation(dice: &mut Dice, targets: &[(Target, f64, f64)]) -> Vec<Automation> {
    let mut all = Vec::new();
    for &(target, from, to) in targets {
        if dice.below(3) > 0 {
            continue;
        }
        let usual = shape(dice);
        let mixed = dice.coin();
        let mut points: Vec<Point> = (0..1 + dice.below(7))
            .map(|_| Point {
                frame: dice.frame(),
                value: dice.number(from, to),
                shape: if mixed { shape(dice) } else { usual },
            })
            .collect();
        points.sort_by_key(|point| point.frame);
        all.push(Automation { target, points });
    }
    all
}

fn shape(dice: &mut Dice) -> Shape {
    let bend = dice.number(-0.99, 0.99);
    dice.of(&[Shape::Linear, Shape::Hold, Shape::Smooth, Shape::Factor, Shape::Curve(bend)])
}
