//! Items → clips: loops unrolled, channels placed, fades and envelopes that a clip has no name for baked into its own.

use super::gains::Gains;
use super::item::{self, Item, Source, Take};
use super::pan::Law;
use super::project::{Account, Project, Track};
use super::tree::Block;
use crate::foreign::ledger::Ledger;
use crate::foreign::sources::Sources;
use crate::foreign::warped::STRETCHED;
use crate::foreign::{FARTHEST_SECONDS, MOST_CLIPS};
use std::path::PathBuf;
use stemwright_core::{Clip, Db, Pitch, SampleRate, Warp};

const FREEZE: &str = "render or freeze the track in REAPER, and read the project again";

/// Makes the clips of one session.
pub(super) struct Clips<'c, 'm> {
    pub(super) rate: SampleRate,
    pub(super) sources: &'c mut Sources<'m>,
    pub(super) ledger: &'c mut Ledger,
    pub(super) account: &'c mut Account,
    pub(super) pan_law: f64,
    /// Clips so far.
    pub(super) count: usize,
    /// Items of notes on the track that is being made.
    pub(super) notes: usize,
}

/// What of an item's time one repetition of its source fills.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece {
    /// Frames after the item's beginning.
    pub(super) after: i64,
    from: u64,
    pub(super) length: i64,
}

/// Another speed than a take was recorded at.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    /// Seconds of the source in each of the item.
    rate: f64,
    pitch: Pitch,
}

impl Stretch {
    /// A piece, counted in frames of the source, in frames of an item of this length.
    fn sounding(self, read: Piece, length: i64) -> Piece {
        let frame = |source: i64| ((source as f64 / self.rate).round() as i64).min(length);
        let after = frame(read.after);
        Piece { after, from: read.from, length: frame(read.after + read.length) - after }
    }

    /// `None` where less than a frame is heard.
    fn warp(self, from: u64, read: Piece, piece: Piece) -> Option<Warp> {
        let warp = Warp::even(from, read.length as u64, u64::try_from(piece.length).ok()?, self.pitch);
        warp.wrong().is_none().then_some(warp)
    }
}

/// One channel of a source, and where it goes.
#[derive(Debug, Clone, Copy)]
struct Path {
    channel: Option<u16>,
    into: Option<u16>,
    factor: f64,
}

impl Clips<'_, '_> {
    /// The clips of a track.
    pub(super) fn of_track(&mut self, project: &Project<'_>, track: &Track<'_>, name: &str) -> Vec<Clip> {
        let outlines: Vec<Outline> = track.items.iter().map(|block| Outline::of(*block)).collect();
        if project.item_mix != 1 && hides(&outlines) {
            self.ledger.warning(
                "overlap-summed",
                name,
                "items lie inside others, and the project lets one hide the other; here both are heard",
                "cut away in REAPER what is not to be heard",
            );
        }
        let solo = outlines.iter().any(|item| item.solo);
        let mut clips = Vec::new();
        for block in &track.items {
            let item = Item::read(*block, self.account);
            let place = format!(
                "{name}, {}",
                self.rate.clock(self.rate.frames(item.seconds.clamp(-FARTHEST_SECONDS, FARTHEST_SECONDS)))
            );
            if !item.solo && (solo || item.mute) {
                self.ledger.note("clip-muted", &place, "an item is muted and left out", "");
                continue;
            }
            if !plays(track, &item) {
                self.ledger.note("take-unused", &place, "an item on a lane that does not play is left out", "");
                continue;
            }
            self.item(&item, &place, &mut clips);
        }
        if self.notes > 0 {
            let message = format!("{} items hold notes, which make no sound here", self.notes);
            self.ledger.error("midi-silent", name, message, FREEZE);
        }
        clips
    }

    fn item(&mut self, item: &Item<'_>, place: &str, clips: &mut Vec<Clip>) {
        let unused = item.takes.iter().filter(|take| take.source.is_some()).count().saturating_sub(1);
        if unused > 0 && !item.all_takes {
            let message = format!("{unused} more takes are not played and left out");
            self.ledger.note("take-unused", place, message, "");
        }
        for (number, take) in item.takes.iter().enumerate() {
            if number == item.active || item.all_takes {
                self.take(item, take, place, clips);
            }
        }
    }

    fn take(&mut self, item: &Item<'_>, take: &Take<'_>, place: &str, clips: &mut Vec<Clip>) {
        let end = item.seconds + item.length;
        let far = |seconds: f64| seconds.abs() > FARTHEST_SECONDS;
        if far(item.seconds) || far(end) || item.length < 0.0 {
            let message = format!("an item lies at {} s and is {} s long: it is left out", item.seconds, item.length);
            self.ledger.error("clip-out-of-range", place, message, "is the project damaged?");
            return;
        }
        let length = self.rate.frames(end) - self.rate.frames(item.seconds);
        let Some((file, section)) = self.source(take, place) else { return };
        for effect in &take.effects {
            self.ledger.error(
                "plugin-not-run",
                place,
                format!("{effect} on a take is not run"),
                "apply it to the take in REAPER (\"Apply track/take FX to items as new take\")",
            );
        }
        let stretch = self.stretch(take, place);
        let begin = section.0 as i64;
        let most = (self.sources.frames(&file, self.rate) as i64 - begin).clamp(0, section.1.unwrap_or(i64::MAX));
        let offset = self.rate.frames(take.begins().clamp(-FARTHEST_SECONDS, FARTHEST_SECONDS));
        let gains = Gains::new(item, take, length, self.rate, Law(self.law(take)));
        if gains.unknown_fade() {
            self.ledger.warning(
                "fade-approximated",
                place,
                "a fade has a shape that is not known; it is straight here",
                "",
            );
        }
        let paths = self.paths(&file, take, place);
        let at = self.rate.frames(item.seconds);
        let heard = stretch.as_ref().map_or(length, |stretch| (length as f64 * stretch.rate).round() as i64);
        for read in pieces(offset, most, heard, item.looped) {
            // As long as it sounds.
            let piece = stretch.as_ref().map_or(read, |stretch| stretch.sounding(read, length));
            if self.count >= MOST_CLIPS {
                self.ledger.error(
                    "clip-out-of-range",
                    "",
                    "there are more than 1,000,000 clips; the rest is left out",
                    "is the project damaged?",
                );
                return;
            }
            for path in &paths {
                self.count += 1;
                let mut clip = Clip::new(&file, at + piece.after);
                let from = (begin + read.from as i64) as u64;
                match &stretch {
                    Some(stretch) => match stretch.warp(from, read, piece) {
                        Some(warp) => clip.warp = Some(warp),
                        None => continue,
                    },
                    None => (clip.from, clip.length) = (from, Some(piece.length as u64)),
                }
                (clip.channel, clip.into) = (path.channel, path.into);
                let factor = item.volume * take.volume * path.factor;
                (clip.gain, clip.inverted) = (Db::of(factor), factor < 0.0);
                gains.put(&mut clip, piece, usize::from(path.into == Some(1)), &mut self.account.points);
                clips.push(clip);
            }
        }
    }

    /// How a take is stretched, if it is, and Stemwright can do it; said either way.
    fn stretch(&mut self, take: &Take<'_>, place: &str) -> Option<Stretch> {
        if take.bends() {
            let message = format!(
                "{} is bent by stretch markers or an envelope of its pitch in REAPER; here it plays as it was recorded, cut to the item's length",
                named(take)
            );
            self.ledger.error("clip-warped", place, message, "glue the item in REAPER, and read the project again");
            return None;
        }
        if !take.is_stretched() {
            return None;
        }
        // As on tape, and moved from there.
        let follows = if take.pitch_follows { 12.0 * libm::log2(take.rate) } else { 0.0 };
        let pitch =
            if take.pitch_follows && take.pitch == 0.0 { Pitch::Follows } else { Pitch::Kept(follows + take.pitch) };
        let can = Warp::SPEEDS.contains(&take.rate) && !matches!(pitch, Pitch::Kept(by) if by.abs() > Warp::SEMITONES);
        if !can {
            let message =
                format!("{} plays at {} times its speed: no more than 32 is possible", named(take), take.rate);
            self.ledger.error("clip-warped", place, message, "glue the item in REAPER, and read the project again");
            return None;
        }
        if pitch == Pitch::Follows {
            let message =
                format!("{} is played at another speed, its pitch with it, by Stemwright's own resampler", named(take));
            self.ledger.note("clip-warped", place, message, "");
        } else {
            let message = format!("{} is stretched or transposed {STRETCHED}", named(take));
            self.ledger.warning(
                "clip-warped",
                place,
                message,
                "where that matters, glue the item in REAPER and read the project again",
            );
        }
        Some(Stretch { rate: take.rate, pitch })
    }

    /// The file of a take and the part of it that is its source, in frames.
    fn source(&mut self, take: &Take<'_>, place: &str) -> Option<(PathBuf, (u64, Option<i64>))> {
        let missing = |ledger: &mut Ledger, code: &str, message: String, hint: &str| {
            ledger.error(code, place, message, hint);
            None
        };
        match take.source? {
            Source::Empty => None,
            Source::Midi => {
                self.notes += 1;
                None
            }
            Source::Project(path) => {
                let message = format!("{path} is a project in the project and is not rendered");
                missing(self.ledger, "media-missing", message, FREEZE)
            }
            Source::Other(kind) => missing(
                self.ledger,
                "media-missing",
                format!("REAPER makes the sound of an item itself ({kind})"),
                FREEZE,
            ),
            Source::File { reversed: true, path, .. } => {
                let message = format!("{path} is played backwards in REAPER and left out here");
                missing(self.ledger, "clip-reversed", message, "glue the item in REAPER, and read the project again")
            }
            Source::File { path, start, length, .. } => {
                let file = self.sources.find(path, place, self.ledger)?;
                let start = self.rate.frames(start.clamp(0.0, FARTHEST_SECONDS));
                let length = length.map(|length| self.rate.frames(length.clamp(0.0, FARTHEST_SECONDS)));
                Some((file, (start as u64, length)))
            }
        }
    }

    /// A take's pan law: its own, or the project's.
    fn law(&self, take: &Take<'_>) -> f64 {
        if take.pan_law > 0.0 { take.pan_law } else { self.pan_law }
    }

    /// Which channels of a file go where: REAPER's channel modes and take pans, on a stereo track.
    fn paths(&mut self, file: &std::path::Path, take: &Take<'_>, place: &str) -> Vec<Path> {
        let channels = self.sources.info(file).map_or(0, |info| info.channels) as i64;
        let [left, right] = match &take.pan_envelope {
            Some(_) => [1.0; 2],
            None => Law(self.law(take)).factors(take.pan),
        };
        let both = |channel: i64| (channel, channel);
        // The channels that become left and right; several of them are added up.
        let (pairs, factor) = match take.channels {
            _ if channels == 1 => (vec![both(0)], 1.0),
            1 => (vec![(1, 0)], 1.0),
            2 => (vec![both(0), both(1)], 0.5),
            mode @ 3..=66 => (vec![both(mode - 3)], 1.0),
            mode @ 67..=130 => (vec![(mode - 67, mode - 66)], 1.0),
            mode @ 131..=194 => (vec![both(mode - 67)], 1.0),
            mode @ 195..=257 => (vec![(mode - 131, mode - 130)], 1.0),
            _ => (vec![(0, 1)], 1.0),
        };
        if channels > 2 && take.channels == 0 {
            let message = format!("{} has {channels} channels; the first two are heard", named(take));
            self.ledger.warning("channels-not-carried", place, message, "render what is wider than stereo in REAPER");
        }
        let moves = take.pan_envelope.is_some();
        let mut paths = Vec::new();
        for (to_left, to_right) in pairs {
            let channel = |channel: i64| if channels == 1 { None } else { u16::try_from(channel).ok() };
            if to_left == to_right && left == right && !moves {
                paths.push(Path { channel: channel(to_left), into: None, factor: factor * left });
                continue;
            }
            if channels == 2 && (to_left, to_right) == (0, 1) && left == right && !moves {
                paths.push(Path { channel: None, into: None, factor: factor * left });
                continue;
            }
            paths.push(Path { channel: channel(to_left), into: Some(0), factor: factor * left });
            paths.push(Path { channel: channel(to_right), into: Some(1), factor: factor * right });
        }
        paths.retain(|path| path.factor != 0.0 && i64::from(path.channel.unwrap_or(0)) < channels);
        paths
    }
}

fn named(take: &Take<'_>) -> String {
    if take.name.is_empty() { "an item".to_owned() } else { take.name.chars().take(80).collect() }
}

/// Whether an item's lane plays.
fn plays(track: &Track<'_>, item: &Item<'_>) -> bool {
    let (true, Some(playing), Some((top, height))) = (track.lanes.on, &track.lanes.playing, item.lane) else {
        return true;
    };
    if height <= 0.0 {
        return true;
    }
    let lane = (top / height).round().clamp(0.0, 1e6) as usize;
    playing.get(lane / 32).is_none_or(|bits| bits >> (lane % 32) & 1 == 1)
}

/// Where an item lies, and whether it is heard: what must be known of all items of a track before the first is made.
struct Outline {
    begin: f64,
    end: f64,
    mute: bool,
    solo: bool,
}

impl Outline {
    fn of(block: Block<'_>) -> Self {
        let (mut begin, mut length, mut mute, mut solo) = (0.0, 0.0, false, false);
        for entry in block.entries() {
            match entry.name {
                "POSITION" => begin = entry.words.number(0).unwrap_or(0.0),
                "LENGTH" => length = entry.words.number(0).unwrap_or(0.0),
                "MUTE" => (mute, solo) = item::mute_and_solo(entry.words),
                _ => {}
            }
        }
        Self { begin, end: begin + length, mute, solo }
    }
}

/// Whether an item lies wholly within one that began earlier.
fn hides(items: &[Outline]) -> bool {
    let mut spans: Vec<(f64, f64)> =
        items.iter().filter(|item| !item.mute && item.end > item.begin).map(|item| (item.begin, item.end)).collect();
    spans.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut latest = f64::NEG_INFINITY;
    spans.iter().any(|&(_, end)| {
        let hidden = end < latest - 1e-6;
        latest = latest.max(end);
        hidden
    })
}

/// How the source fills an item: once, or again and again.
fn pieces(offset: i64, most: i64, length: i64, looped: bool) -> impl Iterator<Item = Piece> {
    let (mut after, mut from) = match (most > 0, looped) {
        (false, _) => (length, 0),
        (true, true) => (0, offset.rem_euclid(most)),
        // What would lie before the source is silent.
        (true, false) => ((-offset).clamp(0, length), offset.clamp(0, most)),
    };
    std::iter::from_fn(move || {
        let fits = (most - from).min(length - after);
        if fits <= 0 {
            return None;
        }
        let piece = Piece { after, from: from as u64, length: fits };
        (after, from) = if looped { (after + fits, 0) } else { (length, 0) };
        Some(piece)
    })
}
