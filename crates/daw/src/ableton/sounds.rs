//! Clips of tracks → clips of a session.

use super::clips::AudioClip;
use super::clock::Clock;
use super::fades::{self, Inexact, Joined};
use super::media::Audio;
use super::moving::{Breakpoint, Curve, Frames};
use super::node::{flag, within};
use super::tracks::{Kind, Monitor, Track};
use super::warp::{self, Piece};
use crate::foreign::curve::{self, Fineness};
use crate::foreign::ledger::Ledger;
use crate::foreign::warped::{Laid, STRETCHED};
use crate::foreign::{MOST_CLIPS, MOST_POINTS};
use std::path::PathBuf;
use stemwright_core::{Clip, Db, GainPoint, Pitch};

/// More of something than a session has.
#[derive(Debug)]
pub(super) struct TooMuch(pub(super) &'static str);

/// The clips of a track and their files.
#[derive(Debug, Default)]
pub(super) struct Sounds<'d, 'i> {
    clips: Vec<(AudioClip<'d, 'i>, PathBuf)>,
    /// Clips of notes.
    pub(super) notes: usize,
    /// Audio that is or would be heard, whether its file is there or not.
    pub(super) audio: usize,
}

/// What one set's clips share.
#[derive(Debug, Default)]
pub(super) struct Totals {
    pieces: usize,
    points: usize,
    inexact: Inexact,
    /// Warp modes of clips that are stretched.
    stretched: std::collections::BTreeMap<i64, usize>,
    repitched: usize,
    pub(super) leads: bool,
    grooved: usize,
}

const BOUNCE: &str = "consolidate or freeze it in Live, save the set and read it again";

/// Looks through the clips of a track, and for their files.
pub(super) fn look<'d, 'i>(
    track: &Track<'d, 'i>,
    name: &str,
    audio: &mut Audio<'_>,
    ledger: &mut Ledger,
) -> Sounds<'d, 'i> {
    let mut sounds = Sounds::default();
    // Frozen tracks play what they were frozen to, whatever comes in.
    let deaf = track.kind == Kind::Audio && track.monitor == Monitor::In && !track.frozen;
    let mut off = 0;
    for node in track.clips().filter(|node| node.is_element()) {
        if node.has_tag_name("MidiClip") {
            sounds.notes += usize::from(flag(node, "Disabled") != Some(true));
            continue;
        }
        let Some(clip) = node.has_tag_name("AudioClip").then(|| AudioClip::read(node)).flatten() else { continue };
        if clip.off {
            off += 1;
            continue;
        }
        sounds.audio += 1;
        if deaf {
            continue;
        }
        let place = format!("{name}, {:?} at beat {:.3}", clip.name, clip.start + 1.0);
        if let Some(file) = audio.find(node, &place, ledger) {
            sounds.clips.push((clip, file));
        }
    }
    sounds.clips.sort_by(|a, b| a.0.start.total_cmp(&b.0.start));
    if off > 0 {
        ledger.note("clip-muted", name, format!("{off} clips are switched off and left out"), "");
    }
    if deaf && sounds.audio > 0 {
        let message =
            format!("it monitors its input, so that Live does not play its {} clips: they are silent", sounds.audio);
        ledger.error("clip-muted", name, message, "set Monitor to Auto in Live and save again to hear them");
    }
    if track.frozen && sounds.audio == 0 {
        let message = "it is frozen, and the set holds no frozen audio of its arrangement: it is silent";
        ledger.error("media-missing", name, message, "unfreeze and freeze it again in Live");
    }
    sounds
}

impl Sounds<'_, '_> {
    /// The clips in frames. `envelope` is the number of the clip volume of the track's sequencer.
    pub(super) fn clips(
        &self,
        track: &Track<'_, '_>,
        name: &str,
        audio: &Audio<'_>,
        clock: &Clock,
        totals: &mut Totals,
        ledger: &mut Ledger,
    ) -> Result<Vec<Clip>, TooMuch> {
        let volume = within(track.sequencer, "VolumeModulationTarget").and_then(|target| target.attribute("Id"));
        let mut made = Vec::new();
        for (index, (written, file)) in self.clips.iter().enumerate() {
            let touches = |a: f64, b: f64| (a - b).abs() < 1e-6;
            let before = index.checked_sub(1).map(|index| self.clips[index].0.end);
            let after = self.clips.get(index + 1).map(|next| next.0.start);
            let joined = Joined {
                before: before.is_some_and(|end| touches(end, written.start)),
                after: after.is_some_and(|start| touches(start, written.end)),
            };
            totals.leads |= written.leads;
            totals.grooved += usize::from(written.grooved);
            let place = format!("{name}, {:?} at beat {:.3}", written.name, written.start + 1.0);
            let farthest = clock.farthest();
            if written.start.abs() >= farthest || written.end > farthest {
                let message = "lies or reaches further from the beginning than a session does, a day: it is cut there";
                ledger.error("clip-out-of-range", &place, message, "move it in Live");
            }
            let written = &AudioClip { end: written.end.min(farthest), ..written.clone() };
            if written.start.abs() >= farthest {
                continue;
            }
            let envelope = envelope(written, volume, &place, ledger);
            let left = MOST_CLIPS.saturating_sub(totals.pieces);
            let pieces = warp::pieces(written, left).map_err(|_| TooMuch("clips, loops unrolled"))?;
            totals.pieces += pieces.len();
            if totals.pieces > MOST_CLIPS {
                return Err(TooMuch("clips, loops unrolled"));
            }
            let count = pieces.len();
            for (index, piece) in pieces.into_iter().enumerate() {
                let placed = warp::place(written, piece, clock, &mut totals.points);
                if totals.points > MOST_POINTS {
                    return Err(TooMuch("warp markers and points of envelopes"));
                }
                let mut clip = match placed {
                    Some(Laid::Clip(clip)) => clip,
                    Some(Laid::AtOwnSpeed(clip)) => {
                        let message =
                            "is warped backwards, or by more than 32 times its speed: here it plays at its own";
                        ledger.error("clip-warped", &place, message, BOUNCE);
                        clip
                    }
                    None => continue,
                };
                clip.file.clone_from(file);
                clip.gain = Db(Db::of(super::levels::fader(written.gain)).0.min(60.0));
                if let Some(curve) = &envelope {
                    follow(&mut clip, curve, piece, clock, &mut totals.points);
                }
                let inexact = fades::put(&mut clip, written, (index == 0, index + 1 == count), joined, clock);
                totals.add(inexact);
                let Some(clip) = audio.sources.fit(clip, clock.rate) else { continue };
                match clip.warp.as_ref().map(|warp| warp.pitch) {
                    Some(Pitch::Kept(_)) => *totals.stretched.entry(written.mode).or_default() += 1,
                    Some(Pitch::Follows) => totals.repitched += 1,
                    None => {}
                }
                made.push(clip);
            }
        }
        Ok(made)
    }
}

/// The clip's own volume envelope, if it has one that can be followed. All else that moves inside of it is told.
fn envelope(written: &AudioClip<'_, '_>, volume: Option<&str>, place: &str, ledger: &mut Ledger) -> Option<Curve> {
    let mut found = None;
    for (target, curve, own_loop) in written.envelopes() {
        let plain = curve.nodes.iter().all(|node| (0.0..=1.0).contains(&node.value));
        if Some(target) == volume && curve.constant() == Some(1.0) {
            continue;
        }
        if Some(target) == volume && plain && !own_loop && written.warped && found.is_none() {
            let message =
                "its volume envelope is carried as a factor of its gain: how Live scales it is not documented";
            ledger.warning("automation-approximated", place, message, BOUNCE);
            found = Some(curve);
            continue;
        }
        let message = "an envelope inside the clip moves something that does not move here";
        ledger.warning("automation-not-carried", place, message, BOUNCE);
    }
    // Live 8 keeps them elsewhere.
    if super::node::at(written.node, "ModulationList/Modulations").is_some_and(|list| list.has_children())
        && written.node.descendants().any(|node| node.has_tag_name("Modulation"))
    {
        let message = "an envelope inside the clip is left out";
        ledger.warning("automation-not-carried", place, message, BOUNCE);
    }
    found
}

/// Gives a piece the envelope over its content.
fn follow(clip: &mut Clip, curve: &Curve, piece: Piece, clock: &Clock, points: &mut usize) {
    let (before, nodes) = curve.song();
    // What is heard of it, and a breakpoint on either side: a loop goes round a million times.
    let end = piece.content + (piece.end - piece.start);
    let first = nodes.partition_point(|node| node.beat <= piece.content).saturating_sub(1);
    let behind = nodes.partition_point(|node| node.beat < end).max(first);
    let heard = nodes[first..nodes.len().min(behind + 1)].iter();
    let early = Breakpoint { beat: f64::NEG_INFINITY, value: before, bend: None };
    let song = heard.map(|node| Breakpoint { beat: piece.start + (node.beat - piece.content), ..*node });
    let song = Curve { nodes: std::iter::once(early).chain(song).collect() };
    let moving = Frames::new(&song, clock);
    let length = clip.warp.as_ref().map_or_else(|| clip.length.unwrap_or(0), stemwright_core::Warp::frames);
    let (at, last) = (clip.at, clip.at.saturating_add_unsigned(length.saturating_sub(1)));
    let value = |frame: i64, before: bool| moving.value(frame, before).max(0.0);
    let knots = moving.knots().filter(|frame| (at + 1..last).contains(frame));
    let knots: Vec<i64> = std::iter::once(at).chain(knots).chain([last]).collect();
    let made = if moving.is_straight() {
        let ends = |&frame: &i64| [(frame, value(frame, true)), (frame, value(frame, false))];
        let mut made: Vec<(i64, f64)> = knots.iter().flat_map(ends).collect();
        made.dedup();
        made
    } else {
        curve::points(&knots, &value, Fineness::CLIP, MOST_POINTS.saturating_sub(*points).max(2))
    };
    let mut envelope: Vec<(i64, f64)> = Vec::with_capacity(made.len());
    for (frame, factor) in made {
        // Where it jumps, what comes before holds up to the frame before.
        if envelope.pop_if(|point| point.0 == frame).is_some()
            && frame > at
            && envelope.last().is_none_or(|point| point.0 < frame - 1)
        {
            envelope.push((frame - 1, value(frame - 1, false)));
        }
        envelope.push((frame, factor));
    }
    *points += envelope.len();
    let point = |(frame, factor): (i64, f64)| GainPoint { frame: frame.abs_diff(at), gain: Db::of(factor) };
    clip.envelope = envelope.into_iter().map(point).collect();
}

impl Totals {
    fn add(&mut self, other: Inexact) {
        self.inexact.bent |= other.bent;
        self.inexact.crossed |= other.crossed;
        self.inexact.usual |= other.usual;
    }

    /// Tells what is true of many clips at once.
    pub(super) fn tell(&self, ledger: &mut Ledger) {
        for (mode, count) in &self.stretched {
            let mode = match mode {
                0 => "Beats",
                1 => "Tones",
                2 => "Texture",
                4 => "Complex",
                5 => "REX",
                6 => "Complex Pro",
                _ => "an unknown mode",
            };
            let message = format!("{count} pieces of clips are warped in {mode}, here {STRETCHED}");
            ledger.warning("clip-warped", "", message, "where that matters, freeze the tracks in Live");
        }
        if self.repitched > 0 {
            let message = format!("{} pieces of clips play faster or slower, and their pitch follows", self.repitched);
            ledger.note("clip-warped", "", message, "");
        }
        if self.inexact.bent {
            let message = "bent fades of clips are our nearest shapes: Live's law for them is not documented";
            ledger.warning("fade-approximated", "", message, "");
        }
        if self.inexact.crossed {
            let message = "cross-fades between clips stay within each clip here; Live lets them reach over the edge";
            ledger.warning("fade-approximated", "", message, "consolidate the clips in Live if that matters");
        }
        if self.inexact.usual {
            let message =
                "the short fades that Live gives the edges of clips are straight and 4 ms long; Live says up to 4 ms";
            ledger.note("fade-approximated", "", message, "");
        }
        if self.grooved > 0 {
            let message =
                format!("{} clips play with a groove, which moves them in time and here does not", self.grooved);
            ledger.warning(
                "groove-not-carried",
                "",
                message,
                "freeze the tracks in Live, or set the amounts of the groove to 0",
            );
        }
        if self.leads {
            let message = "a clip leads the tempo: Live's tempo follows it where it plays, and here it does not";
            ledger.warning("tempo-approximated", "", message, "switch off Lead for the clip in Live and save again");
        }
    }
}
