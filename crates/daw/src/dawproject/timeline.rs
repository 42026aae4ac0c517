//! The arrangement, flattened: every stretch of audio that sounds, in seconds of the song.
//!
//! A timeline inside a clip counts in a unit of its own from a beginning of its own. Where tempo rules, both are known together:
//! *place in the song, in the timeline's unit, = time in the timeline + offset*. That is all that is handed down; only warps
//! that really stretch are not of this form: they end there, with the audio that they stretch.

mod clip;
mod curve;
mod warp;

use super::model::{Audio, Clip, Content, FileReference, Points, Project, TimeUnit, Timeline, Value};
use super::values::Quantity;
use crate::foreign::ledger::Ledger;
use crate::foreign::warped::{PRINT, STRETCHED};
use crate::foreign::{DEEPEST, MOST_CLIPS};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;
use stemwright_core::TempoMap;

pub(super) use curve::Curve;

/// Timelines and clips that are walked through: those that refer to each other could be endless.
const MOST_STEPS: usize = 10 * MOST_CLIPS;

/// A stretch of audio where it sounds. Times are seconds.
#[derive(Debug, Clone)]
pub(super) struct Placed<'d> {
    pub(super) track: Option<&'d str>,
    pub(super) file: FileReference<'d>,
    pub(super) name: &'d str,
    /// In the song.
    pub(super) start: f64,
    pub(super) end: f64,
    /// In the file, at `start`.
    pub(super) from: f64,
    pub(super) curves: Rc<[Curve]>,
    /// Where it is stretched: times in the song and in the file, from `start` to `end`.
    pub(super) warp: Option<Vec<(f64, f64)>>,
}

/// Automation of the arrangement, and how its times become places in the song.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lane<'a, 'd> {
    pub(super) points: &'a Points<'d>,
    pub(super) unit: TimeUnit,
    pub(super) offset: f64,
}

/// What a walk through the arrangement brings.
#[derive(Debug, Default)]
pub(super) struct Arrangement<'a, 'd> {
    pub(super) placed: Vec<Placed<'d>>,
    pub(super) lanes: Vec<Lane<'a, 'd>>,
    /// Name, comment and time in seconds.
    pub(super) markers: Vec<(&'d str, Option<&'d str>, f64)>,
}

/// Too much of something.
#[derive(Debug)]
pub(super) struct TooMuch;

/// Where a timeline stands.
#[derive(Debug, Clone)]
struct Here<'d> {
    unit: TimeUnit,
    /// Added to a time in the timeline it is a place in the song, in `unit`.
    offset: f64,
    /// What is heard of it, in seconds of the song.
    start: f64,
    end: f64,
    track: Option<&'d str>,
    /// Gains that move, of the clips around it.
    curves: Rc<[Curve]>,
    /// The clip around it.
    name: &'d str,
    in_clip: bool,
    depth: usize,
}

/// What cannot be played, or not as it is written, counted until it is told: by track, how often and first where.
#[derive(Debug, Default)]
pub(super) struct Unplayed<'d> {
    counts: BTreeMap<(&'static str, Option<&'d str>), (usize, f64)>,
}

impl<'d> Unplayed<'d> {
    pub(super) fn add(&mut self, what: &'static str, track: Option<&'d str>, count: usize, seconds: f64) {
        let entry = self.counts.entry((what, track)).or_insert((0, seconds));
        entry.0 += count;
        entry.1 = entry.1.min(seconds);
    }

    /// `track_name` is what the ledger calls a track.
    pub(super) fn tell(self, track_name: impl Fn(Option<&'d str>) -> String, ledger: &mut Ledger) {
        for ((what, track), (count, seconds)) in self.counts {
            tell(what, &track_name(track), count, seconds, ledger);
        }
    }
}

pub(super) struct Walk<'a, 'd, 'l> {
    map: &'l TempoMap,
    /// Timelines that clips refer to.
    referred: HashMap<&'d str, &'a Timeline<'d>>,
    out: Arrangement<'a, 'd>,
    unplayed: Unplayed<'d>,
    steps: usize,
}

/// The arrangement of a project. `track_name` is what the ledger calls a track.
pub(super) fn arrangement<'a, 'd>(
    project: &'a Project<'d>,
    map: &TempoMap,
    track_name: impl Fn(Option<&'d str>) -> String,
    ledger: &mut Ledger,
) -> Result<Arrangement<'a, 'd>, TooMuch> {
    let mut walk =
        Walk { map, referred: referred(project), out: Arrangement::default(), unplayed: Unplayed::default(), steps: 0 };
    let here = Here {
        unit: TimeUnit::Beats,
        offset: 0.0,
        start: f64::NEG_INFINITY,
        end: f64::INFINITY,
        track: None,
        curves: Rc::new([]),
        name: "",
        in_clip: false,
        depth: 0,
    };
    if let Some(timeline) = &project.timeline {
        walk.timeline(timeline, &here)?;
    }
    // Markers stand beside the lanes; without a unit of their own they count like these.
    let unit = project.timeline.as_ref().and_then(|timeline| timeline.unit).unwrap_or(TimeUnit::Beats);
    for markers in &project.markers {
        walk.timeline(markers, &Here { unit, ..here.clone() })?;
    }
    walk.unplayed.tell(track_name, ledger);
    Ok(walk.out)
}

fn tell(what: &str, track: &str, count: usize, seconds: f64, ledger: &mut Ledger) {
    let place = if seconds.is_finite() { format!("{track}, from {}", clock(seconds)) } else { track.to_owned() };
    let times = if count == 1 { "once" } else { "in all" };
    match what {
        "midi-silent" => {
            let message = format!("{count} notes are silent: no instrument is run");
            ledger.error(what, &place, message, "render the track in the program and save again");
        }
        "clip-warped" => {
            let message = format!("audio is stretched in time ({count} {times}); here it plays at its own speed");
            ledger.error(what, &place, message, "bounce the clips in place in the program and save again");
        }
        "stretched" => {
            let message = format!("audio is stretched in time ({count} {times}), {STRETCHED}");
            ledger.warning("clip-warped", &place, message, PRINT);
        }
        "clip-muted" => ledger.note(what, &place, format!("{count} clips are switched off and left out"), ""),
        "video" => ledger.note("not-understood", &place, format!("{count} pieces of video are left out"), ""),
        "clip-automation" => {
            let message = format!("automation inside of clips ({count} {times}) does not move anything here");
            ledger.warning("automation-not-carried", &place, message, "turn it into automation of the track");
        }
        "expression" => {
            let message = format!("pan, pitch or another expression of clips ({count} {times}) is left out");
            ledger.warning("automation-not-carried", &place, message, "bounce the clips in place in the program");
        }
        "reference" => {
            let message = format!("{count} clips refer to content that is not in the project");
            ledger.error("media-missing", &place, message, "save the project again in its program");
        }
        other => ledger.note("not-understood", &place, format!("{other} ({count} {times})"), ""),
    }
}

/// `M:SS.mmm`.
pub(super) fn clock(seconds: f64) -> String {
    let rate = stemwright_core::SampleRate::new(48_000);
    rate.map_or_else(String::new, |rate| rate.clock(rate.frames(seconds)))
}

/// The timelines that clips refer to, by their identifiers.
fn referred<'a, 'd>(project: &'a Project<'d>) -> HashMap<&'d str, &'a Timeline<'d>> {
    let mut wanted = HashSet::new();
    each(project, &mut |timeline| {
        if let Content::Clips(clips) = &timeline.content {
            wanted.extend(clips.iter().filter_map(|clip| clip.reference));
        }
    });
    let mut found = HashMap::new();
    if !wanted.is_empty() {
        each(project, &mut |timeline| {
            if let Some(id) = timeline.id.filter(|id| wanted.contains(id)) {
                found.entry(id).or_insert(timeline);
            }
        });
    }
    found
}

/// Visits every timeline of the document once.
fn each<'a, 'd>(project: &'a Project<'d>, visit: &mut dyn FnMut(&'a Timeline<'d>)) {
    let mut open: Vec<&'a Timeline<'d>> = project.timeline.iter().collect();
    while let Some(timeline) = open.pop() {
        visit(timeline);
        match &timeline.content {
            Content::Lanes(inside) => open.extend(inside),
            Content::Clips(clips) => open.extend(clips.iter().filter_map(|clip| clip.content.as_deref())),
            Content::Warps(warps) => open.extend(warps.content.as_deref()),
            _ => {}
        }
    }
}

impl<'d> Here<'d> {
    /// The same beginning in another unit.
    fn counted_in(&self, unit: TimeUnit, map: &TempoMap) -> Self {
        let offset = match (self.unit, unit) {
            (TimeUnit::Beats, TimeUnit::Seconds) => map.seconds(self.offset),
            (TimeUnit::Seconds, TimeUnit::Beats) => map.quarters_at(self.offset),
            _ => self.offset,
        };
        Self { unit, offset, ..self.clone() }
    }

    /// A time of the timeline in seconds of the song.
    fn seconds(&self, time: f64, map: &TempoMap) -> f64 {
        in_seconds(time + self.offset, self.unit, map)
    }
}

fn in_seconds(place: f64, unit: TimeUnit, map: &TempoMap) -> f64 {
    match unit {
        TimeUnit::Beats => map.seconds(place),
        TimeUnit::Seconds => place,
    }
}

fn in_unit(seconds: f64, unit: TimeUnit, map: &TempoMap) -> f64 {
    match unit {
        TimeUnit::Beats => map.quarters_at(seconds),
        TimeUnit::Seconds => seconds,
    }
}

impl<'a, 'd> Walk<'a, 'd, '_> {
    fn timeline(&mut self, timeline: &'a Timeline<'d>, around: &Here<'d>) -> Result<(), TooMuch> {
        self.steps += 1;
        // Clips that refer to what they stand in have no end.
        if self.steps > MOST_STEPS || around.depth > 4 * DEEPEST {
            return Err(TooMuch);
        }
        let mut here = around.counted_in(timeline.unit.unwrap_or(around.unit), self.map);
        here.track = timeline.track.or(around.track);
        here.depth += 1;
        match &timeline.content {
            Content::Lanes(inside) => self.lanes(inside, here)?,
            Content::Clips(clips) => {
                for clip in clips {
                    self.clip(clip, &here)?;
                }
            }
            Content::Audio(audio) => self.audio(audio, &here)?,
            Content::Warps(warps) => self.warps(warps, &here)?,
            Content::Points(points) => self.points(points, &here),
            Content::Markers(marks) => {
                for (time, name, comment) in marks.iter().filter(|_| !here.in_clip) {
                    self.out.markers.push((name, *comment, here.seconds(*time, self.map)));
                }
            }
            Content::Notes(0) => {}
            Content::Notes(count) => self.unplayed.add("midi-silent", here.track, *count as usize, here.start),
            Content::Video => self.unplayed.add("video", here.track, 1, here.start),
            // Slots stand in scenes, and what is none of all these was counted when it was read.
            Content::Other => {}
        }
        Ok(())
    }

    fn lanes(&mut self, inside: &'a [Timeline<'d>], mut here: Here<'d>) -> Result<(), TooMuch> {
        if here.in_clip {
            // What moves the gain of a clip stands beside what it moves.
            let mut curves = here.curves.to_vec();
            for timeline in inside {
                let Content::Points(points) = &timeline.content else { continue };
                if points.expression == Some("gain") {
                    let own = here.counted_in(timeline.unit.unwrap_or(here.unit), self.map);
                    curves.extend(self.gain(points, &own));
                }
            }
            here.curves = curves.into();
        }
        inside.iter().try_for_each(|timeline| self.timeline(timeline, &here))
    }

    fn points(&mut self, points: &'a Points<'d>, here: &Here<'d>) {
        if points.points.is_empty() || here.in_clip && points.expression == Some("gain") {
            return;
        }
        if points.expression.is_some() {
            self.unplayed.add("expression", here.track, 1, here.start);
        } else if here.in_clip {
            self.unplayed.add("clip-automation", here.track, 1, here.start);
        } else {
            self.out.lanes.push(Lane { points, unit: here.unit, offset: here.offset });
        }
    }

    /// A gain that moves over the content of a clip.
    fn gain(&self, points: &Points<'d>, here: &Here<'d>) -> Option<Curve> {
        let unit = points.unit.unwrap_or(super::model::Unit::Linear);
        let nodes = points.points.iter().filter_map(|point| match point.value {
            Value::Real { value, hold } => {
                let gain = Quantity::Gain.read(value, unit, None);
                Some((here.seconds(point.time, self.map), gain, hold))
            }
            _ => None,
        });
        let nodes: Vec<_> = nodes.collect();
        let decibels = unit == super::model::Unit::Decibel;
        (!nodes.is_empty()).then_some(Curve::Gain { nodes: nodes.into(), decibels })
    }

    fn audio(&mut self, audio: &Audio<'d>, here: &Here<'d>) -> Result<(), TooMuch> {
        let here = here.counted_in(TimeUnit::Seconds, self.map);
        // Before its beginning there is silence; how it ends is told by the file.
        let start = here.start.max(here.offset);
        let end = here.end.min(audio.duration.map_or(f64::INFINITY, |length| here.offset + length.max(1e-3) + 1.0));
        if end <= start || !start.is_finite() {
            return Ok(());
        }
        if self.out.placed.len() == MOST_CLIPS {
            return Err(TooMuch);
        }
        self.out.placed.push(Placed {
            track: here.track,
            file: audio.file,
            name: here.name,
            start,
            end,
            from: start - here.offset,
            curves: here.curves,
            warp: None,
        });
        Ok(())
    }
}
