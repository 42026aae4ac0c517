//! Tapes and the files that were found for them → tracks.

use super::clips::{self, Made, Points};
use super::essence::Found;
use super::placed::{Curve, How, Placed, Tape};
use super::wrong::Wrong;
use crate::foreign::ledger::Ledger;
use crate::foreign::names::UniqueNames;
use crate::foreign::sources::Sources;
use std::rc::Rc;
use stemwright_core::{Automation, Clip, Db, Layout, Point, Session, Shape, Strip, Target, Track};

/// Makes the tracks of a session.
pub(super) fn tracks(
    session: &mut Session,
    tapes: Vec<Tape>,
    found: Vec<Vec<Option<Found>>>,
    sources: &Sources<'_>,
    ledger: &mut Ledger,
) -> Result<(), Wrong> {
    let mut names = UniqueNames::default();
    let mut points = Points::all();
    let pairs = pairs(&tapes);
    let mut is_panned = false;
    for (index, (tape, files)) in tapes.into_iter().zip(found).enumerate() {
        let mut strip = Strip::new(names.give(&tape.name, &format!("Track {}", index + 1)));
        (strip.mute, strip.solo) = (tape.is_muted, tape.is_soloed);
        strip.gain = Db::of(tape.gain.abs());
        strip.inverted = tape.gain < 0.0;
        strip.layout = layout(&tape, &strip.name, ledger);
        if tape.is_soloed {
            let message = "the track is soloed: all that are not are silent in the stems";
            ledger.warning("solo-active", &strip.name, message, "switch solo off in its program to hear all");
        }
        let mut own = Vec::with_capacity(tape.placed.len());
        for (placed, file) in tape.placed.iter().zip(&files) {
            let Some(Found { path, channel, source }) = file else { continue };
            let Some(made) = clips::clip(placed, path, *channel, *source, session.rate, &mut points)? else { continue };
            let Made { clip, wrong } = made;
            let place = format!("{} at {}", strip.name, session.rate.clock(clip.at));
            if let Some(wrong) = wrong {
                let message = format!("the clip plays at its own speed: {wrong}");
                ledger.error("clip-warped", &place, message, "render the clip in its program");
            }
            match sources.fit(clip, session.rate) {
                Some(clip) => own.push(clip),
                None => {
                    let message = format!("a clip lies behind the end of {} and is silent", path.display());
                    ledger.error("media-shorter", &place, message, "put the right file in its place");
                }
            }
        }
        volume(&mut strip, &tape, session, &mut points)?;
        let side = pairs.iter().find_map(|(left, right)| match index {
            _ if index == *left => Some(-1.0),
            _ if index == *right => Some(1.0),
            _ => None,
        });
        match side {
            Some(side) => {
                strip.pan = side;
                let message = "is taken for one side of a stereo track, by its name";
                ledger.note("pan-approximated", &strip.name, message, "set its pan if it is not");
            }
            None => pan(&mut strip, &tape, session, &mut points, ledger)?,
        }
        is_panned |= strip.pan != 0.0 || strip.automation.iter().any(|automation| automation.target == Target::Pan);
        let own = joined(own, sources, strip.layout);
        session.tracks.push(Track::new(strip, own));
    }
    if !session.tracks.is_empty() {
        let about = if is_panned { "pans say where, not how loud" } else { "there is no pan law" };
        let message = format!(
            "in AAF {about}: mono tracks are panned at constant power (-3 dB in the centre), stereo ones are balanced"
        );
        ledger.note("pan-approximated", "", message, "");
    }
    Ok(())
}

/// By the number of channels that Avid's attribute gives, else by what the track is combined of.
fn layout(tape: &Tape, name: &str, ledger: &mut Ledger) -> Option<Layout> {
    let format = match tape.format {
        Some(1) => Some(Layout::Mono),
        Some(2) => Some(Layout::Stereo),
        Some(3) => Some(Layout::Surround51),
        Some(4) => Some(Layout::Surround71),
        _ => None,
    };
    let combined = Layout::of_channels(usize::from(tape.wide)).filter(|_| tape.wide > 1);
    if tape.wide > 1 && combined.is_none() {
        let message = format!("{} channels are no layout that there is: only some are heard", tape.wide);
        ledger.error("channels-not-carried", name, message, "split the track into mono or stereo ones");
        return format.filter(|layout| layout.channels() >= 2).or(Some(Layout::Surround71)).filter(|_| tape.wide <= 8);
    }
    let layout = combined.filter(|own| format.is_none_or(|format| own.channels() > format.channels())).or(format);
    if layout.is_some_and(|layout| layout.channels() > 2) {
        let message = "AAF does not say which channel is which: they are taken in the order of WAV (L R C LFE Ls Rs)";
        ledger.note("channels-not-carried", name, message, "check where the sound stands");
    }
    layout
}

/// Left and right of what one program split: neighbours called `X.L` and `X.R` that are placed nowhere else.
fn pairs(tapes: &[Tape]) -> Vec<(usize, usize)> {
    let is_plain = |tape: &Tape| {
        tape.pan.is_none()
            && tape.wide < 2
            && tape.format.is_none_or(|format| format == 1)
            && tape.placed.iter().all(|placed| placed.pan.is_none())
    };
    let stem = |tape: &Tape, side: &str| tape.name.strip_suffix(side).map(str::to_owned);
    let is_pair = |at: usize| {
        let [left, right] = [&tapes[at], &tapes[at + 1]];
        let same = stem(left, ".L").is_some_and(|name| !name.is_empty() && stem(right, ".R") == Some(name));
        same && is_plain(left) && is_plain(right)
    };
    (0..tapes.len().saturating_sub(1)).filter(|&at| is_pair(at)).map(|at| (at, at + 1)).collect()
}

/// Volume that moves over the whole track.
fn volume(strip: &mut Strip, tape: &Tape, session: &Session, points: &mut Points) -> Result<(), Wrong> {
    let mut curves = Vec::new();
    for curve in &tape.gains {
        curves.push(clips::frames(curve, session.rate, points)?);
    }
    let Some(first) = curves.first() else { return Ok(()) };
    let mut found = first.clone();
    for other in &curves[1..] {
        found = clips::product(&found, other, points)?;
    }
    let own = tape.gain.abs();
    let point = |&(frame, value): &(i64, f64)| Point {
        frame,
        value: Db::of(value.abs() * own).0.max(-200.0),
        shape: Shape::Factor,
    };
    strip.automation.push(Automation { target: Target::Gain, points: found.iter().map(point).collect() });
    Ok(())
}

/// 0 left … 1 right becomes −1 … 1.
fn place(value: f64) -> f64 {
    (2.0 * value - 1.0).clamp(-1.0, 1.0)
}

/// The pan of a track, or those of its clips one after another.
fn pan(
    strip: &mut Strip,
    tape: &Tape,
    session: &Session,
    points: &mut Points,
    ledger: &mut Ledger,
) -> Result<(), Wrong> {
    let shape = |how: How| if how == How::Steps { Shape::Hold } else { Shape::Linear };
    let automation = |curve: &Curve, frames: Vec<(i64, f64)>| {
        let how = shape(curve.how);
        frames.into_iter().map(move |(frame, value)| Point { frame, value: place(value), shape: how })
    };
    if let Some(curve) = &tape.pan {
        match curve.is_constant() {
            Some(value) => strip.pan = place(value),
            None => {
                let found = automation(curve, clips::frames(curve, session.rate, points)?).collect();
                strip.automation.push(Automation { target: Target::Pan, points: found });
            }
        }
        return Ok(());
    }
    let middle = Rc::new(Curve::constant(0.5));
    let of = |placed: &Placed| placed.pan.clone().unwrap_or_else(|| Rc::clone(&middle));
    let Some(first) = tape.placed.first() else { return Ok(()) };
    let constant = of(first).is_constant();
    if constant.is_some() && tape.placed.iter().all(|placed| of(placed).is_constant() == constant) {
        strip.pan = constant.map_or(0.0, place);
        return Ok(());
    }
    let mut ordered: Vec<&Placed> = tape.placed.iter().collect();
    ordered.sort_by_key(|placed| placed.start);
    let (mut found, mut last): (Vec<Point>, Option<i64>) = (Vec::new(), None);
    let mut before = Rc::clone(&middle);
    for placed in ordered {
        let start = placed.start.frames(session.rate)?;
        let end = placed.start.plus(placed.length)?.frames(session.rate)?;
        // The jump is made in the gap before the clip, where nothing sounds.
        let jump = last.map_or(start, |last| if last < start { last + (start - last) / 2 } else { start });
        let curve = of(placed);
        if last.is_some_and(|last| last > start) && curve != before {
            let at = format!("{} at {}", strip.name, session.rate.clock(start));
            let message = "two clips with pans of their own lie over each other: both are panned as the later one is";
            ledger.warning("pan-approximated", &at, message, "put them on tracks of their own");
        }
        match curve.is_constant() {
            Some(value) => found.push(Point { frame: jump, value: place(value), shape: Shape::Hold }),
            // Only what is heard of it: what comes before and after is of other clips.
            None if end > start => {
                let frames = clips::within(&curve, start, end, session.rate)?;
                points.spend(frames.len())?;
                found.push(Point {
                    frame: jump,
                    value: place(frames.first().map_or(0.5, |first| first.1)),
                    shape: Shape::Hold,
                });
                found.extend(automation(&curve, frames));
            }
            None => {}
        }
        last = Some(last.map_or(end, |last| last.max(end)));
        before = curve;
    }
    found.sort_by_key(|point| point.frame);
    points.spend(found.len())?;
    strip.automation.push(Automation { target: Target::Pan, points: found });
    Ok(())
}

/// Left and right of one stereo file that do the same become one clip.
fn joined(clips: Vec<Clip>, sources: &Sources<'_>, layout: Option<Layout>) -> Vec<Clip> {
    let is_stereo = |clip: &Clip| sources.info(&clip.file).is_some_and(|info| info.channels == 2);
    let mut out: Vec<Clip> = Vec::with_capacity(clips.len());
    for clip in clips {
        let is_right = layout == Some(Layout::Stereo) && (clip.channel, clip.into) == (Some(1), Some(1));
        let left = Clip { channel: Some(0), into: Some(0), ..clip.clone() };
        match out.last_mut() {
            Some(last) if is_right && *last == left && is_stereo(&clip) => (last.channel, last.into) = (None, None),
            _ => out.push(clip),
        }
    }
    out
}
