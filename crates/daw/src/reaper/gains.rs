//! What an item's gain does over its frames: fades, and the envelopes of its take.

use super::clips::Piece;
use super::envelope::{Envelope, Frames};
use super::fades::Curve;
use super::item::{Item, Take};
use super::pan::Law;
use crate::foreign::curve::{Fineness, points};
use crate::foreign::{FARTHEST_SECONDS, MOST_POINTS};
use stemwright_core::{Clip, Db, Fade, GainPoint, SampleRate};

/// All of it that moves.
#[derive(Debug)]
pub(super) struct Gains {
    length: i64,
    fade_in: (i64, Curve),
    fade_out: (i64, Curve),
    volume: Option<Frames>,
    mute: Option<Frames>,
    pan: Option<(Frames, f64, Law)>,
}

impl Gains {
    /// Of an item of so many frames. Envelopes of takes run in the take's time, which its speed stretches.
    pub(super) fn new(item: &Item<'_>, take: &Take<'_>, length: i64, rate: SampleRate, law: Law) -> Self {
        let fade = |(seconds, curve): (f64, Curve)| (rate.frames(seconds.clamp(0.0, FARTHEST_SECONDS)), curve);
        let frames = |envelope: &Option<Envelope>| {
            envelope.as_ref().map(|envelope| envelope.over_frames(rate, 1.0 / take.rate.max(1e-3)))
        };
        Self {
            length,
            fade_in: fade(item.fade_in),
            fade_out: fade(item.fade_out),
            volume: frames(&take.volume_envelope),
            mute: frames(&take.mute_envelope),
            pan: frames(&take.pan_envelope).map(|frames| (frames, take.pan, law)),
        }
    }

    /// Whether there is a fade whose shape is not known.
    pub(super) fn unknown_fade(&self) -> bool {
        [self.fade_in, self.fade_out].iter().any(|(frames, curve)| *frames > 0 && curve.is_unknown())
    }

    /// Gives a clip that plays a piece of the item its fades and envelope; `side` is the channel it goes into, for a pan that moves.
    pub(super) fn put(&self, clip: &mut Clip, piece: Piece, side: usize, count: &mut usize) {
        let end = piece.after + piece.length;
        let own = |(frames, curve): (i64, Curve), whole: bool| {
            curve.ours().filter(|_| whole && frames <= piece.length).map(|shape| Fade { frames: frames as u64, shape })
        };
        let (own_in, own_out) = (own(self.fade_in, piece.after == 0), own(self.fade_out, end == self.length));
        clip.fade_in = own_in.filter(|fade| fade.frames > 0).unwrap_or_default();
        clip.fade_out = own_out.filter(|fade| fade.frames > 0).unwrap_or_default();
        // Fades that clips have no name for, and those that reach over several pieces.
        let bakes_in = own_in.is_none() && piece.after < self.fade_in.0;
        let bakes_out = own_out.is_none() && end > self.length - self.fade_out.0;
        if !bakes_in && !bakes_out && self.volume.is_none() && self.mute.is_none() && self.pan.is_none() {
            return;
        }
        let alone = !bakes_in && !bakes_out && self.mute.is_none() && self.pan.is_none();
        if let Some(volume) = self.volume.as_ref().filter(|_| alone && piece.after == 0 && end == self.length)
            && let Some(envelope) = straight(volume, end)
        {
            *count += envelope.len();
            clip.envelope = envelope;
            return;
        }
        let factor = |frame: i64, _: bool| {
            let mut factor = 1.0;
            if bakes_in {
                factor *= faded(self.fade_in, frame);
            }
            if bakes_out {
                factor *= faded(self.fade_out, self.length - 1 - frame);
            }
            if let Some(volume) = &self.volume {
                factor *= volume.value(frame, false).max(0.0);
            }
            if let Some(mute) = &self.mute {
                // 1 is heard, 0 is muted.
                factor *= f64::from(u8::from(mute.value(frame, false) >= 0.5));
            }
            if let Some((pan, fixed, law)) = &self.pan {
                // In envelopes of pan, 1 is left.
                factor *= law.factors(fixed - pan.value(frame, false))[side];
            }
            factor
        };
        let last = end - 1;
        let bends = [self.fade_in.0, self.length - self.fade_out.0];
        let frames =
            self.volume.iter().chain(&self.mute).chain(self.pan.iter().map(|(pan, ..)| pan)).flat_map(Frames::knots);
        let mut knots: Vec<i64> = bends.into_iter().chain(frames).flat_map(|frame| [frame - 1, frame]).collect();
        if let Some(mute) = &self.mute {
            knots.extend(crossings(mute, piece.after, last));
        }
        knots.extend([piece.after, last]);
        knots.retain(|frame| (piece.after..=last).contains(frame));
        knots.sort_unstable();
        knots.dedup();
        let found = points(&knots, &factor, Fineness::CLIP, MOST_POINTS.saturating_sub(*count).max(2));
        *count += found.len();
        if found.iter().all(|(_, factor)| *factor == 1.0) {
            return;
        }
        let point =
            |(frame, factor): &(i64, f64)| GainPoint { frame: (frame - piece.after) as u64, gain: Db::of(*factor) };
        // The middle of three equal ones says nothing.
        let says = |i: &usize| {
            *i == 0 || *i + 1 == found.len() || found[*i].1 != found[*i - 1].1 || found[*i].1 != found[*i + 1].1
        };
        clip.envelope = (0..found.len()).filter(says).map(|i| point(&found[i])).collect();
    }
}

/// A volume envelope that is a clip's envelope as it stands: straight lines between points on the clip.
fn straight(volume: &Frames, end: i64) -> Option<Vec<GainPoint>> {
    let plain = volume.plain()?;
    let fits = plain.iter().all(|(frame, _, jumps)| !jumps && (0..=end).contains(frame))
        && plain.windows(2).all(|pair| pair[0].0 < pair[1].0);
    let point =
        |&(frame, factor, _): &(i64, f64, bool)| GainPoint { frame: frame as u64, gain: Db::of(factor.max(0.0)) };
    fits.then(|| plain.iter().map(point).collect())
}

/// The factor of a fade on the frame that is so many after (or before) its silent end.
fn faded((frames, curve): (i64, Curve), frame: i64) -> f64 {
    if frame < frames { curve.value((frame as f64 + 0.5) / frames as f64).clamp(0.0, 1.0) } else { 1.0 }
}

/// The frames on which a mute that glides from point to point changes over, and those before them.
fn crossings(mute: &Frames, from: i64, to: i64) -> Vec<i64> {
    let mut knots: Vec<i64> = mute.knots().filter(|frame| (from..=to).contains(frame)).chain([from, to]).collect();
    knots.sort_unstable();
    let heard = |frame: i64| mute.value(frame, false) >= 0.5;
    let mut found = Vec::new();
    for pair in knots.windows(2) {
        let (mut low, mut high) = (pair[0], pair[1] - 1);
        if high <= low || heard(low) == heard(high) {
            continue;
        }
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if heard(middle) == heard(low) { low = middle } else { high = middle }
        }
        found.extend([low, high]);
    }
    found
}
