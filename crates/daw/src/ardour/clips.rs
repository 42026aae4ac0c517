//! Pieces of regions → clips.

use super::curve::Curve;
use super::layers::{Below, Piece};
use super::media::Files;
use super::regions::Region;
use super::time::Clock;
use crate::foreign::bake::{bake, factor};
use crate::foreign::ledger::Ledger;
use stemwright_core::{Clip, Db, GainPoint, SampleRate};

/// A shorter stretch between two points of an envelope gets a point a frame: what Ardour cuts from times is heard there.
const STEEP: u64 = 256;

/// How the channels of a track are made.
pub(super) struct Channels<'a> {
    /// How many the strip has: 1 or 2.
    pub(super) count: usize,
    /// Which are inverted.
    pub(super) inverted: &'a [bool],
}

/// What all clips of a session share.
pub(super) struct Maker<'a, 'd, 'm> {
    pub(super) clock: &'a Clock,
    /// The rate that is asked for.
    pub(super) rate: SampleRate,
    pub(super) files: &'a mut Files<'d, 'm>,
    /// Points that envelopes may still take.
    pub(super) points_left: &'a mut usize,
}

impl<'d> Maker<'_, 'd, '_> {
    /// The clips of one piece: one, or one a channel.
    pub(super) fn clips(
        &mut self,
        piece: &Piece,
        regions: &[Region<'d>],
        channels: &Channels<'_>,
        ledger: &mut Ledger,
    ) -> Vec<Clip> {
        let region = &regions[piece.region];
        let mut made = Clip::new("", piece.start);
        made.from = region.from + (piece.start - region.at) as u64;
        made.length = Some((piece.end - piece.start) as u64);
        self.shape(&mut made, piece, regions, ledger);
        let mut clips = Vec::new();
        let both = channels.count == 2 && (channels.inverted.first() == channels.inverted.get(1));
        let of = |channel: usize| region.sources[channel % region.sources.len()];
        if channels.count == 1 || both && region.sources.len() == 1 {
            let place = (channels.inverted.first().copied().unwrap_or(false), None);
            clips.extend(self.play(&made, of(0), region, place, ledger));
        } else if both && self.files.is_pair(of(0), of(1), region.name, ledger) {
            let inverted = channels.inverted.first().copied().unwrap_or(false);
            clips.extend(self.play_pair(&made, of(0), region, inverted, ledger));
        } else {
            for channel in 0..2 {
                let inverted = channels.inverted.get(channel).copied().unwrap_or(false);
                clips.extend(self.play(&made, of(channel), region, (inverted, Some(channel as u16)), ledger));
            }
        }
        clips
    }

    /// A clip of one source; `place`: inverted, and the channel that it goes into.
    fn play(
        &mut self,
        made: &Clip,
        source: &str,
        region: &Region<'d>,
        place: (bool, Option<u16>),
        ledger: &mut Ledger,
    ) -> Option<Clip> {
        let found = self.files.find(source, region.name, ledger)?;
        let mut clip = made.clone();
        clip.channel = found.channel;
        clip.into = place.1;
        self.finish(clip, found.path, region.gain * found.gain, place.0)
    }

    fn play_pair(
        &mut self,
        made: &Clip,
        source: &str,
        region: &Region<'d>,
        inverted: bool,
        ledger: &mut Ledger,
    ) -> Option<Clip> {
        let found = self.files.find(source, region.name, ledger)?;
        self.finish(made.clone(), found.path, region.gain * found.gain, inverted)
    }

    fn finish(&self, mut clip: Clip, file: std::path::PathBuf, gain: f64, inverted: bool) -> Option<Clip> {
        clip.file = file;
        clip.gain = if gain.abs() == 1.0 { Db::ZERO } else { Db::of(gain) };
        clip.inverted = inverted != (gain < 0.0);
        self.rescale(&mut clip);
        self.files.sources.fit(clip, self.rate)
    }

    /// The same times at the rate that is asked for.
    fn rescale(&self, clip: &mut Clip) {
        let (own, asked) = (self.clock.rate.hz(), self.rate.hz());
        if own == asked {
            return;
        }
        let scaled = |frame: i64| super::rescaled(frame, own, asked);
        let end = scaled(clip.at + clip.length.unwrap_or(0) as i64);
        clip.at = scaled(clip.at);
        clip.length = Some((end - clip.at).max(0) as u64);
        clip.from = scaled(clip.from as i64) as u64;
        clip.envelope.iter_mut().for_each(|point| point.frame = scaled(point.frame as i64) as u64);
        clip.envelope.dedup_by_key(|point| point.frame);
    }

    /// Envelope, fades, and the fades of regions above.
    fn shape(&mut self, clip: &mut Clip, piece: &Piece, regions: &[Region<'d>], ledger: &mut Ledger) {
        let region = &regions[piece.region];
        let length = (piece.end - piece.start) as u64;
        let offset = (piece.start - region.at) as u64;
        let per_frame = self.clock.per_frame();
        if let Some(curve) = &region.envelope {
            let value = curve.sampled(offset, length, per_frame);
            let kinks = curve.kinks(offset, length);
            let mut frames: Vec<u64> = kinks.flat_map(|kink| [kink, kink + 1]).chain([0, length - 1]).collect();
            frames.retain(|&frame| frame < length);
            frames.sort_unstable();
            frames.dedup();
            let short = |pair: &[u64]| if pair[1] - pair[0] <= STEEP { pair[0] + 1..pair[1] } else { 0..0 };
            let between: Vec<u64> = frames.windows(2).flat_map(short).collect();
            let wanted = frames.len() + between.len();
            if *self.points_left >= wanted {
                frames.extend(between);
                frames.sort_unstable();
            }
            *self.points_left = self.points_left.saturating_sub(wanted);
            clip.envelope =
                frames.iter().map(|&frame| GainPoint { frame, gain: Db::of(value(frame).max(0.0)) }).collect();
        }
        let at = |frame: i64| (frame - piece.start) as u64;
        // Its own fades are read in one go where they are heard.
        let ends = region.at + region.length as i64;
        let fade_in = region.at + region.fade_in.length.min(region.length) as i64;
        if region.fade_in.active && fade_in > piece.start {
            let count = at(fade_in.min(piece.end));
            let part = Part { from: offset, count, skipped: 0, heard: (0, count) };
            self.fade(clip, region.fade_in.curve.as_deref(), &part, ledger);
        }
        let fade_out = ends - region.fade_out.length.min(region.length) as i64;
        if region.fade_out.active && fade_out < piece.end {
            let start = fade_out.max(piece.start);
            // A fade longer than its region begins before it.
            let from = (start - (ends - region.fade_out.length as i64)) as u64;
            let part = Part { from, count: (piece.end - start) as u64, skipped: 0, heard: (at(start), length) };
            self.fade(clip, region.fade_out.curve.as_deref(), &part, ledger);
        }
        for Below { region, is_in, start, end } in &piece.below {
            let above = &regions[*region];
            let (fade, begins) = if *is_in {
                (&above.fade_in, above.at)
            } else {
                (&above.fade_out, above.at + (above.length as i64) - above.fade_out.length as i64)
            };
            let (first, last) = (*start.max(&piece.start), *end.min(&piece.end));
            let part = Part {
                from: (start - begins) as u64,
                count: (end - start) as u64,
                skipped: (first - start) as u64,
                heard: (at(first), at(last)),
            };
            self.fade(clip, fade.inverse.as_deref(), &part, ledger);
        }
    }

    /// Multiplies a clip by a part of a fade, on the frames where it is heard.
    fn fade(&mut self, clip: &mut Clip, curve: Option<&Curve>, part: &Part, ledger: &mut Ledger) {
        let (Some(curve), (begin, end)) = (curve, part.heard) else { return };
        let count = end.saturating_sub(begin);
        let wanted = count.min(4096) as usize + 2;
        if *self.points_left < wanted {
            let message = "the session has more fades than are kept exactly: the rest are straight";
            ledger.warning("fade-approximated", "", message, "");
            let first = part.from + part.skipped;
            straight(clip, part.heard, [first, first + count].map(|frame| curve.value(frame as f64)));
            return;
        }
        *self.points_left -= wanted;
        let value = curve.sampled(part.from, part.count, self.clock.per_frame());
        // Where the curve is shorter than what is read, its ends hold: they are baked by themselves, so that it gets all points.
        let (first, last) = curve.steps(part.from, part.count).moving();
        let cuts = [first, last].map(|index| (begin + index.saturating_sub(part.skipped)).min(end));
        for (begin_of, end_of) in [(begin, cuts[0]), (cuts[0], cuts[1]), (cuts[1], end)] {
            bake(clip, begin_of, end_of, |frame| value(frame - begin + part.skipped));
        }
    }
}

/// A part of a fade: where it is read in one go, and where of that it is heard.
struct Part {
    /// The first frame that is read, from the beginning of the fade, and how many.
    from: u64,
    count: u64,
    /// How many of them come before what is heard.
    skipped: u64,
    /// Frames of the clip.
    heard: (u64, u64),
}

/// A straight fade between two factors.
fn straight(clip: &mut Clip, (begin, end): (u64, u64), ends: [f64; 2]) {
    if end <= begin {
        return;
    }
    let old = std::mem::take(&mut clip.envelope);
    let mut points: Vec<GainPoint> = Vec::new();
    for (frame, by) in [(begin.checked_sub(1), 1.0), (Some(begin), ends[0]), (Some(end - 1), ends[1]), (Some(end), 1.0)]
    {
        let Some(frame) = frame else { continue };
        points.push(GainPoint { frame, gain: Db::of(factor(&old, frame) * by) });
    }
    points.dedup_by_key(|point| point.frame);
    let outside = |point: &&GainPoint| point.frame + 1 < begin || point.frame > end;
    points.extend(old.iter().filter(outside));
    points.sort_by_key(|point| point.frame);
    clip.envelope = points;
}
