//! Random sessions, to hold the engine against the interpreter: everything a session can say, often enough to matter.
//!
//! A case is a function of its seed and size alone. Sources are short so that a thousand cases fit an ordinary run.

#![allow(dead_code, unreachable_pub, reason = "each test that includes this module uses its own part of it")]

use std::collections::BTreeSet;
use std::f64::consts::TAU;

use stemwright_core::{
    Automation, Bus, Clip, Db, Fade, FadeShape, GainPoint, Insert, Layout, Master, PanLaw, Param, Pitch, Point, Role,
    SampleRate, Section, Send, Session, Shape, Song, StemWish, Strip, Tap, Target, Tempo, Track, Vca, Warp, WarpPoint,
};

mod units;

use crate::interpreter::{Source, Sources};

/// A random session with its audio.
#[derive(Debug, Clone)]
pub struct Case {
    pub seed: u64,
    pub size: u32,
    pub session: Session,
    pub sources: Sources,
}

impl Case {
    /// From the last multiple of 32 before everything to the end of the last clip.
    pub fn span(&self) -> (i64, i64) {
        let clips = || self.session.tracks.iter().flat_map(|track| track.clips.iter().map(|clip| (track.delay, clip)));
        let end = |(delay, clip): (i64, &Clip)| {
            let rest = self.sources[&clip.file].channels[0].len() as u64 - clip.from;
            let warped = clip.warp.as_ref().map(Warp::frames);
            delay + clip.at + warped.or(clip.length).unwrap_or(rest) as i64
        };
        let start = clips().map(|(delay, clip)| delay + clip.at).min().unwrap_or(0).div_euclid(32) * 32;
        (start, clips().map(end).max().unwrap_or(start))
    }
}

/// What a person needs to see of a case that failed; seed and size make it again.
pub fn describe(case: &Case) -> String {
    let mut text = format!("random::case({}, {}): {:#?}\n", case.seed, case.size, case.session);
    for (path, source) in &case.sources {
        let (channels, frames) = (source.channels.len(), source.channels[0].len());
        text += &format!("{}: {channels} channels of {frames} frames\n", path.display());
    }
    text
}

/// The same session, written down in another order.
pub fn shuffled(case: &Case, seed: u64) -> Case {
    let mut dice = Dice(seed ^ 0x5eed);
    let mut other = case.clone();
    dice.shuffle(&mut other.session.tracks);
    dice.shuffle(&mut other.session.buses);
    dice.shuffle(&mut other.session.vcas);
    dice.shuffle(&mut other.session.stems);
    other
}

/// A session from its seed; size 0 is a couple of tracks, size 10 dozens of strips.
pub fn case(seed: u64, size: u32) -> Case {
    let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9).wrapping_add(u64::from(size)));
    let rate = *dice.pick(&[44_100, 44_100, 48_000, 48_000, 88_200, 96_000, 176_400, 192_000]);
    let bpm = if dice.one_in(2) { 120.0 } else { dice.between(60.0, 200.0) };
    let surround = !dice.one_in(3);
    let sources = files(&mut dice, size, f64::from(rate), surround);
    let tracks = 2 + dice.below(1 + 2 * u64::from(size)) as usize;
    let buses = dice.below(3 + u64::from(size)) as usize;
    let mut maker = Maker {
        rate: f64::from(rate),
        span: dice.integer(1_000, 4_000 + 500 * i64::from(size)),
        tempo: Tempo { bpm, time_signature: *dice.pick(&[(4, 4), (3, 4), (6, 8)]) },
        names: names(&mut dice, tracks + buses),
        wild: dice.one_in(6),
        surround,
        solo: dice.one_in(2),
        dice,
    };
    let vcas = maker.vcas();
    let (tracks, buses) = maker.strips(tracks, buses, &vcas, &sources);
    let dice = &mut maker.dice;
    let mut session = Session {
        song: Song { title: "Zufall".into(), ..Song::default() },
        tempo: maker.tempo,
        pan_law: dice.pan_law(),
        stems: wishes(dice, tracks.iter().map(|track| &track.strip).chain(buses.iter().map(|bus| &bus.strip))),
        tracks,
        buses,
        vcas,
        sections: (0..dice.integer(0, 3)).map(|i| Section { name: format!("Part {i}"), start: i * 700 }).collect(),
        ..Session::new(SampleRate::new(rate).unwrap())
    };
    session.master = maker.master();
    Case { seed, size, session, sources }
}

/// Splitmix64 (Steele, Lea & Flood 2014).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// 0 … n − 1.
    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    fn integer(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low + 1) as u64) as i64
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * ((self.next() >> 11) as f64 / (1u64 << 53) as f64)
    }

    /// As frequencies and times are spread.
    fn spread(&mut self, low: f64, high: f64) -> f64 {
        self.between(low.ln(), high.ln()).exp().clamp(low, high)
    }

    fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.below(choices.len() as u64) as usize]
    }

    fn shuffle<T>(&mut self, list: &mut [T]) {
        for i in (1..list.len()).rev() {
            list.swap(i, self.below(i as u64 + 1) as usize);
        }
    }

    fn pan_law(&mut self) -> PanLaw {
        *self.pick(&PanLaw::ALL)
    }

    /// Each of these now and then.
    fn groups(&mut self, vcas: &[Vca], rarity: u64) -> Vec<String> {
        let mut names: Vec<String> = vcas.iter().filter(|_| self.one_in(rarity)).map(|vca| vca.name.clone()).collect();
        self.shuffle(&mut names);
        names
    }

    fn fade_shape(&mut self) -> FadeShape {
        *self.pick(&FadeShape::ALL)
    }

    fn point_shape(&mut self) -> Shape {
        match self.below(9) {
            8 => Shape::Factor,
            0..3 => Shape::Linear,
            3 | 4 => Shape::Hold,
            5 => Shape::Smooth,
            _ => Shape::Curve(self.between(-0.95, 0.95)),
        }
    }

    /// The pan of a send.
    fn aside(&mut self) -> f64 {
        if self.one_in(3) { self.between(-1.0, 1.0) } else { 0.0 }
    }

    /// Points on the frames of a clip, silence among them, two of them now and then on one frame.
    fn envelope(&mut self, frames: i64) -> Vec<GainPoint> {
        let mut places: Vec<u64> = (0..self.integer(1, 5)).map(|_| self.integer(0, frames) as u64).collect();
        places.sort_unstable();
        if places.len() > 2 && self.one_in(3) {
            places[1] = places[0];
        }
        let gain = |dice: &mut Self| if dice.one_in(6) { f64::NEG_INFINITY } else { dice.between(-20.0, 2.0) };
        places.into_iter().map(|frame| GainPoint { frame, gain: Db(gain(self)) }).collect()
    }

    /// Up to four lines through a file, some of them at its own speed.
    fn warp(&mut self, frames: u64) -> Warp {
        let mut sources: Vec<u64> = (0..self.integer(2, 5)).map(|_| self.below(frames + 1)).collect();
        sources.extend([0, frames / 2]);
        sources.sort_unstable();
        sources.dedup();
        let mut points = vec![WarpPoint { frame: 0, source: sources[0] }];
        for pair in sources.windows(2) {
            let speed = if self.one_in(4) { 1.0 } else { self.between(0.5, 2.0) };
            let last = points[points.len() - 1].frame;
            let frame = last + (((pair[1] - pair[0]) as f64 / speed) as u64).max(1);
            points.push(WarpPoint { frame, source: pair[1] });
        }
        let pitch = match self.below(4) {
            0 => Pitch::Follows,
            1 => Pitch::Kept(self.between(-7.0, 7.0)),
            _ => Pitch::Kept(0.0),
        };
        Warp { points, pitch }
    }

    fn tap(&mut self) -> Tap {
        *self.pick(&[Tap::Pre, Tap::Post])
    }
}

/// How many impulse responses every session has.
const RESPONSES: u64 = 3;

/// Clips are pieces of what is in `audio`.
fn files(dice: &mut Dice, size: u32, rate: f64, surround: bool) -> Sources {
    let count = 2 + dice.below(2 + u64::from(size));
    let mut sources = Sources::new();
    for i in 0..count {
        let longest = *dice.pick(&[800, 3_000, 6_000]);
        let frames = dice.integer(200, longest) as usize;
        // One loud file in every session: what is only −120 dBFS quiet cannot be compared relative to itself.
        let level = if i == 0 { 1.0 } else { *dice.pick(&[1.0, 0.7, 0.3, 0.05, 0.3, 1e-6]) };
        let kind = if i == 0 { dice.below(2) } else { dice.below(7) };
        let channel = |dice: &mut Dice| {
            let freq = dice.spread(20.0, rate * 0.4);
            let from = dice.below(frames as u64 / 2) as usize;
            let step = if dice.one_in(2) { level } else { -level };
            (0..frames)
                .map(|n| match kind {
                    0 => dice.between(-level, level),
                    1 | 2 => level * (TAU * freq * n as f64 / rate).sin(),
                    3 if n >= from && n < from + frames / 3 => dice.between(-level, level),
                    4 if n % (from + 40) == from / 2 => level,
                    5 if n >= from => step,
                    _ => 0.0,
                })
                .collect::<Vec<f64>>()
        };
        let channels = *dice.pick(if surround { &[1, 2, 2, 6, 6, 8] } else { &[1, 2] });
        let channels = (0..channels).map(|_| channel(dice)).collect();
        sources.insert(format!("audio/{i} ∿.wav").into(), Source { channels });
    }
    for i in 0..RESPONSES {
        let longest = *dice.pick(&[1, 200, 1_000, 3_000, 12_000]);
        let frames = dice.integer(1, longest);
        let fall = dice.between(0.0, 8.0) / frames as f64;
        let channel = |dice: &mut Dice| -> Vec<f64> {
            (0..frames).map(|n| (-fall * n as f64).exp() * dice.between(-1.0, 1.0)).collect()
        };
        let channels = (0..*dice.pick(&[1, 2, 4])).map(|_| channel(dice)).collect();
        sources.insert(format!("ir/{i}.wav").into(), Source { channels });
    }
    sources
}

/// Names in no order, in many scripts, unique.
fn names(dice: &mut Dice, count: usize) -> Vec<String> {
    let stock = [
        "Kick",
        "kick",
        "Snare ↑",
        "歌",
        "Ω Pad",
        "бас",
        "Gitarre ü",
        "été",
        "10",
        "9",
        "a",
        "Z",
        "Drum Bus",
        "🥁",
        "ボーカル",
        "Lead/Vox",
        "~",
        "Ärger",
        "كمان",
        "Hall .2",
    ];
    let mut names = BTreeSet::new();
    let mut list = Vec::new();
    while list.len() < count {
        let stem = *dice.pick(&stock);
        let name = if dice.one_in(3) { stem.to_owned() } else { format!("{stem} {}", dice.below(100)) };
        if names.insert(name.clone()) {
            list.push(name);
        }
    }
    list
}

/// Order, role and colour for most of the stems that are named, and now and then for one that nobody prints.
fn wishes<'a>(dice: &mut Dice, strips: impl Iterator<Item = &'a Strip>) -> Vec<StemWish> {
    let named: BTreeSet<String> = strips.filter_map(|strip| strip.stem.clone()).collect();
    let mut names: Vec<String> = named.into_iter().filter(|_| !dice.one_in(4)).collect();
    if dice.one_in(20) {
        names.push("Niemand".into());
    }
    dice.shuffle(&mut names);
    let role = |dice: &mut Dice| dice.one_in(2).then(|| *dice.pick(&Role::ALL));
    names
        .into_iter()
        .map(|name| StemWish { name, role: role(dice), colour: dice.one_in(2).then(|| "#12ab9f".into()) })
        .collect()
}

/// How the strips of a session get their stems.
#[derive(Clone, Copy, PartialEq)]
enum Stems {
    None,
    Tracks,
    Buses,
    Roles,
    Mixed,
}

struct Maker {
    dice: Dice,
    rate: f64,
    /// Frames in which most things happen.
    span: i64,
    tempo: Tempo,
    names: Vec<String>,
    /// Whether extremes are frequent.
    wild: bool,
    /// Whether there are other layouts than mono and stereo.
    surround: bool,
    /// Whether anything is soloed.
    solo: bool,
}

impl Maker {
    /// Groups of faders; each may be in those before it.
    fn vcas(&mut self) -> Vec<Vca> {
        let count = *self.dice.pick(&[0, 0, 1, 2, 3, 4]);
        let mut vcas: Vec<Vca> = Vec::new();
        for i in 0..count {
            let automation = match self.dice.one_in(3) {
                true => vec![self.moving(Target::Gain, -12.0, 3.0)],
                false => Vec::new(),
            };
            let dice = &mut self.dice;
            let vca = Vca {
                name: format!("VCA {}", ["Ω", "a", "É", "9"][i]),
                gain: Db(if dice.one_in(3) { 0.0 } else { dice.between(-8.0, 3.0) }),
                mute: dice.one_in(25),
                solo: self.solo && dice.one_in(6),
                vcas: dice.groups(&vcas, 2),
                automation,
            };
            vcas.push(vca);
        }
        vcas
    }

    fn strips(&mut self, tracks: usize, buses: usize, vcas: &[Vca], sources: &Sources) -> (Vec<Track>, Vec<Bus>) {
        // Signals and keys go from lower to higher ranks only: no cycles.
        let mut ranked: Vec<(f64, usize)> = (0..tracks + buses)
            .map(|place| {
                let rank = if place < tracks { self.dice.between(0.0, 0.7) } else { self.dice.between(0.3, 1.0) };
                (rank, place)
            })
            .collect();
        ranked.sort_by(|a, b| a.0.total_cmp(&b.0));
        let order: Vec<usize> = ranked.into_iter().map(|(_, place)| place).collect();
        let returns: Vec<bool> = (0..tracks + buses).map(|place| place >= tracks && self.dice.one_in(3)).collect();
        let stems = *self.dice.pick(&[Stems::None, Stems::Tracks, Stems::Buses, Stems::Roles, Stems::Mixed]);

        let mut made: Vec<Option<Strip>> = vec![None; tracks + buses];
        for (rank, &place) in order.iter().enumerate() {
            let later = || order[rank + 1..].iter().copied().filter(|&place| place >= tracks);
            let groups: Vec<usize> = later().filter(|&place| !returns[place]).collect();
            let receivers: Vec<usize> = later().collect();
            let key_names: Vec<String> = order[..rank].iter().map(|&place| self.names[place].clone()).collect();

            let mut strip = Strip::new(self.names[place].clone());
            let dice = &mut self.dice;
            if !groups.is_empty() && !dice.one_in(4) {
                strip.output = Some(self.names[*dice.pick(&groups)].clone());
            }
            if !receivers.is_empty() {
                for _ in 0..*dice.pick(&[0, 0, 1, 1, 2, 3]) {
                    let to = self.names[*dice.pick(&receivers)].clone();
                    strip.sends.push(Send {
                        to,
                        gain: Db(dice.between(-30.0, -3.0)),
                        tap: dice.tap(),
                        pan: dice.aside(),
                    });
                }
            }
            strip.gain = match dice.below(40) {
                0 => Db(f64::NEG_INFINITY),
                1..8 => Db::ZERO,
                _ => Db(dice.between(-15.0, 2.0)),
            };
            strip.pan = match dice.below(4) {
                0 => 0.0,
                1 => *dice.pick(&[-1.0, 1.0]),
                _ => dice.between(-1.0, 1.0),
            };
            strip.pan_law = dice.one_in(3).then(|| dice.pan_law());
            strip.sides = dice.one_in(4).then(|| [dice.between(-1.0, 1.0), dice.between(-1.0, 1.0)]);
            strip.sends_only = !strip.sends.is_empty() && dice.one_in(8);
            strip.inverted = dice.one_in(8);
            strip.mute = dice.one_in(14);
            strip.solo = self.solo && dice.one_in(6);
            strip.solo_safe = dice.one_in(2);
            strip.vcas = dice.groups(vcas, 4);
            let mut layouts = vec![Layout::MidSide, Layout::Surround71];
            layouts.extend(Layout::ALL);
            strip.layout = match self.surround {
                true => dice.one_in(2).then(|| *dice.pick(&layouts)),
                false => dice.one_in(6).then(|| *dice.pick(&[Layout::Mono, Layout::Stereo])),
            };
            let wishes = match stems {
                Stems::Tracks => place < tracks,
                Stems::Buses => place >= tracks,
                Stems::Mixed => dice.one_in(3),
                Stems::None | Stems::Roles => false,
            };
            if wishes && !dice.one_in(5) {
                let stock = ["Drums", "Musik", "Stimmen", "低音", "Rest 2"];
                strip.stem = Some((*dice.pick(&stock)).to_owned());
            }
            if (stems == Stems::Roles || dice.one_in(4)) && !dice.one_in(5) {
                strip.role = Some(*dice.pick(&Role::ALL));
            }
            let most = if returns[place] { 3 } else { 2 };
            for _ in 0..self.dice.integer(0, most) {
                let insert = self.insert(&key_names, returns[place]);
                strip.inserts.push(insert);
            }
            strip.automation = self.automation(&strip.inserts, strip.sends.len(), true);
            made[place] = Some(strip);
        }

        let mut made = made.into_iter().flatten();
        let track = |strip: Strip| {
            let clips = self.clips(sources, &strip);
            let dice = &mut self.dice;
            let delay = if dice.one_in(4) { dice.integer(-3_000, 1_500) } else { 0 };
            Track { delay, crossfade: dice.one_in(2).then(|| dice.fade_shape()), ..Track::new(strip, clips) }
        };
        let tracks = made.by_ref().take(tracks).map(track).collect();
        let buses = made.zip(&returns[returns.len() - buses..]);
        (tracks, buses.map(|(strip, &is_return)| Bus { strip, is_return }).collect())
    }

    fn clips(&mut self, sources: &Sources, strip: &Strip) -> Vec<Clip> {
        let dice = &mut self.dice;
        let count = *dice.pick(&[0, 1, 1, 1, 2, 2, 3, 5]);
        let paths: Vec<_> = sources.keys().filter(|path| path.starts_with("audio")).collect();
        let own = *dice.pick(&paths);
        (0..count)
            .map(|_| {
                let file = (*if dice.one_in(2) { &own } else { dice.pick(&paths) }).clone();
                let frames = sources[&file].channels[0].len() as i64;
                let from = if dice.one_in(3) { dice.integer(0, frames - 100) } else { 0 };
                let rest = frames - from;
                let length = dice.one_in(3).then(|| dice.integer(1, rest) as u64);
                let fade = |dice: &mut Dice| match dice.below(6) {
                    0 | 1 => dice.integer(1, rest / 2) as u64,
                    2 => dice.integer(1, rest * 2) as u64,
                    _ => 0,
                };
                let fade = |dice: &mut Dice| Fade { frames: fade(dice), shape: dice.fade_shape() };
                let channels = sources[&file].channels.len() as i64;
                let channel = dice.one_in(5).then(|| dice.integer(0, channels - 1) as u16);
                let most = if strip.layout == Some(Layout::Mono) { 0 } else { 1 };
                let into = (channels == 1 || channel.is_some()) && dice.one_in(4);
                let into = into.then(|| dice.integer(0, most) as u16);
                let envelope = if dice.one_in(5) { dice.envelope(rest) } else { Vec::new() };
                let early = if dice.one_in(4) { -3_000 } else { 0 };
                let warp = dice.one_in(20).then(|| dice.warp(frames as u64));
                let warped = warp.is_some();
                Clip {
                    at: dice.integer(early, self.span.max(1_000) / 2),
                    from: if warped { 0 } else { from as u64 },
                    length: length.filter(|_| !warped),
                    warp,
                    channel,
                    into,
                    inverted: dice.one_in(8),
                    envelope,
                    gain: if dice.one_in(2) { Db::ZERO } else { Db(dice.between(-12.0, 3.0)) },
                    fade_in: fade(dice),
                    fade_out: fade(dice),
                    file,
                }
            })
            .collect()
    }

    fn master(&mut self) -> Master {
        let keys = self.names.clone();
        let inserts: Vec<Insert> = (0..self.dice.integer(0, 3)).map(|_| self.insert(&keys, false)).collect();
        let automation = self.automation(&inserts, 0, false);
        let gain = if self.dice.one_in(3) { 0.0 } else { self.dice.between(-9.0, 3.0) };
        let dice = &mut self.dice;
        let wide = [Layout::Stereo, Layout::Mono, Layout::Surround51, Layout::Surround71];
        let layout = match self.surround {
            true => *dice.pick(&wide),
            false if dice.one_in(10) => Layout::Mono,
            false => Layout::Stereo,
        };
        Master { layout, gain: Db(gain), inserts, automation }
    }

    /// Some of everything that can move, each with a range that keeps levels reasonable.
    fn automation(&mut self, inserts: &[Insert], sends: usize, pans: bool) -> Vec<Automation> {
        let mut targets = vec![(Target::Gain, -30.0, 2.0)];
        if pans {
            targets.push((Target::Pan, -1.0, 1.0));
            targets.push((Target::Side(0), -1.0, 1.0));
            targets.push((Target::Side(1), -1.0, 1.0));
            targets.push((Target::Mute, 0.0, 1.0));
        }
        targets.extend((0..sends).map(|send| (Target::Send(send), -40.0, -3.0)));
        for (place, insert) in inserts.iter().enumerate() {
            let of_insert = |(param, low, high)| (Target::Insert(place, param), low, high);
            targets.extend(units::ranges(&insert.unit, self.rate).into_iter().map(of_insert));
        }
        let rarity = *self.dice.pick(&[3, 8, 8, 1_000]);
        targets.retain(|_| self.dice.one_in(rarity));
        targets.into_iter().map(|(target, low, high)| self.moving(target, low, high)).collect()
    }

    fn moving(&mut self, target: Target, low: f64, high: f64) -> Automation {
        let span = self.span;
        let dice = &mut self.dice;
        let spreads =
            matches!(target, Target::Insert(_, Param::BandFreq(_) | Param::BandQ(_) | Param::Freq | Param::Ratio));
        let limit = match target {
            Target::Gain | Target::Send(_) => Some(f64::NEG_INFINITY),
            Target::Insert(_, Param::Ratio) => Some(f64::INFINITY),
            _ => None,
        };
        let mut frames: Vec<i64> = (0..dice.integer(1, 6)).map(|_| dice.integer(-4_000, span + 3_000)).collect();
        frames.sort_unstable();
        if frames.len() > 2 && dice.one_in(2) {
            frames[1] = frames[0];
        }
        if dice.one_in(3) {
            frames.iter_mut().for_each(|frame| *frame = frame.div_euclid(32) * 32);
        }
        // One shape for all, or one for each.
        let all = dice.one_in(2).then(|| dice.point_shape());
        let mut points: Vec<Point> = Vec::new();
        for frame in frames {
            let shape = all.unwrap_or_else(|| dice.point_shape());
            let jumps = shape == Shape::Hold && points.last().is_none_or(|before| before.shape == Shape::Hold);
            let value = match limit {
                // Lines to and from infinity mean nothing; jumps to it do.
                Some(limit) if jumps && dice.one_in(4) => limit,
                _ if dice.one_in(8) => *dice.pick(&[low, high]),
                _ if spreads => dice.spread(low, high),
                _ => dice.between(low, high),
            };
            points.push(Point { frame, value, shape });
        }
        Automation { target, points }
    }
}
