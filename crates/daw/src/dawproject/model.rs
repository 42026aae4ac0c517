//! What a project.xml says, by its own words: elements as types, identifiers not yet followed, times in their own units.

use std::collections::BTreeMap;

/// In which unit a timeline counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TimeUnit {
    /// Quarter notes.
    Beats,
    Seconds,
}

/// In which unit a parameter is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Linear,
    Normalized,
    Percent,
    Decibel,
    Hertz,
    Semitones,
    Seconds,
    Beats,
    Bpm,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Real<'d> {
    pub(super) id: Option<&'d str>,
    pub(super) value: Option<f64>,
    pub(super) unit: Unit,
    pub(super) min: Option<f64>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Switch<'d> {
    pub(super) id: Option<&'d str>,
    pub(super) value: Option<bool>,
}

impl Switch<'_> {
    /// Of a switch that may be left out.
    pub(super) fn is(switch: Option<&Self>, otherwise: bool) -> bool {
        switch.and_then(|switch| switch.value).unwrap_or(otherwise)
    }
}

#[derive(Debug, Default)]
pub(super) struct Project<'d> {
    pub(super) program: String,
    pub(super) tempo: Option<Real<'d>>,
    pub(super) signature: Option<(u32, u32)>,
    pub(super) lanes: Vec<Lane<'d>>,
    pub(super) timeline: Option<Timeline<'d>>,
    pub(super) markers: Vec<Timeline<'d>>,
    pub(super) tempo_points: Option<Points<'d>>,
    pub(super) signature_points: Option<Points<'d>>,
    /// Clips in scenes.
    pub(super) launcher_clips: u64,
}

/// A track, or a channel that stands alone.
#[derive(Debug)]
pub(super) struct Lane<'d> {
    pub(super) id: Option<&'d str>,
    pub(super) name: &'d str,
    pub(super) colour: Option<&'d str>,
    pub(super) loaded: bool,
    pub(super) channel: Option<Channel<'d>>,
    pub(super) children: Vec<Lane<'d>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MixerRole {
    Regular,
    Master,
    Effect,
    Submix,
    Vca,
}

#[derive(Debug)]
pub(super) struct Channel<'d> {
    pub(super) id: Option<&'d str>,
    pub(super) name: &'d str,
    pub(super) colour: Option<&'d str>,
    pub(super) role: MixerRole,
    pub(super) channels: u32,
    pub(super) destination: Option<&'d str>,
    pub(super) solo: bool,
    pub(super) volume: Option<Real<'d>>,
    pub(super) pan: Option<Real<'d>>,
    pub(super) mute: Option<Switch<'d>>,
    pub(super) sends: Vec<Send<'d>>,
    pub(super) devices: Vec<Device<'d>>,
}

#[derive(Debug)]
pub(super) struct Send<'d> {
    pub(super) destination: Option<&'d str>,
    pub(super) pre: bool,
    pub(super) enable: Option<Switch<'d>>,
    pub(super) pan: Option<Real<'d>>,
    pub(super) volume: Option<Real<'d>>,
}

#[derive(Debug)]
pub(super) struct Device<'d> {
    /// The element: `Vst3Plugin`, `Equalizer`…
    pub(super) element: &'d str,
    pub(super) name: &'d str,
    /// `instrument`, `noteFX`, `audioFX`, `analyzer`.
    pub(super) role: &'d str,
    pub(super) loaded: bool,
    pub(super) enabled: Option<Switch<'d>>,
    /// The identifiers and names of what can be moved without being known.
    pub(super) parameters: Vec<(&'d str, &'d str)>,
    /// `Threshold`, `Ratio`…, by element.
    pub(super) reals: BTreeMap<&'d str, Real<'d>>,
    pub(super) auto_makeup: Option<Switch<'d>>,
    pub(super) bands: Vec<EqBand<'d>>,
}

#[derive(Debug)]
pub(super) struct EqBand<'d> {
    pub(super) kind: &'d str,
    /// Of the filter, as programs write it: 2 is 12 dB an octave.
    pub(super) order: Option<u32>,
    pub(super) freq: Option<Real<'d>>,
    pub(super) gain: Option<Real<'d>>,
    pub(super) q: Option<Real<'d>>,
    pub(super) enabled: Option<Switch<'d>>,
}

/// Anything that lies in time.
#[derive(Debug)]
pub(super) struct Timeline<'d> {
    pub(super) id: Option<&'d str>,
    /// Its own; else that around it.
    pub(super) unit: Option<TimeUnit>,
    /// The track that it belongs to; else that around it.
    pub(super) track: Option<&'d str>,
    pub(super) content: Content<'d>,
}

#[derive(Debug)]
pub(super) enum Content<'d> {
    Lanes(Vec<Timeline<'d>>),
    Clips(Vec<Clip<'d>>),
    Audio(Audio<'d>),
    Warps(Warps<'d>),
    Points(Points<'d>),
    Markers(Vec<(f64, &'d str, Option<&'d str>)>),
    Notes(u64),
    Video,
    /// What cannot sound in an arrangement.
    Other,
}

#[derive(Debug)]
pub(super) struct Clip<'d> {
    pub(super) name: &'d str,
    pub(super) time: f64,
    pub(super) duration: Option<f64>,
    pub(super) content_unit: Option<TimeUnit>,
    pub(super) play_start: f64,
    pub(super) play_stop: Option<f64>,
    pub(super) loop_start: Option<f64>,
    pub(super) loop_end: Option<f64>,
    pub(super) fade_unit: Option<TimeUnit>,
    pub(super) fade_in: f64,
    pub(super) fade_out: f64,
    pub(super) enable: bool,
    pub(super) reference: Option<&'d str>,
    pub(super) gain: Option<Real<'d>>,
    pub(super) content: Option<Box<Timeline<'d>>>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Audio<'d> {
    /// Seconds.
    pub(super) duration: Option<f64>,
    pub(super) file: FileReference<'d>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct FileReference<'d> {
    pub(super) path: &'d str,
    pub(super) external: bool,
}

#[derive(Debug)]
pub(super) struct Warps<'d> {
    pub(super) content_unit: TimeUnit,
    pub(super) content: Option<Box<Timeline<'d>>>,
    /// Outside and inside.
    pub(super) points: Vec<(f64, f64)>,
}

#[derive(Debug)]
pub(super) struct Points<'d> {
    /// Where these stand alone, outside of any other timeline.
    pub(super) unit_of_time: Option<TimeUnit>,
    pub(super) unit: Option<Unit>,
    pub(super) parameter: Option<&'d str>,
    pub(super) expression: Option<&'d str>,
    pub(super) points: Vec<Point>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Point {
    pub(super) time: f64,
    pub(super) value: Value,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Value {
    Real { value: f64, hold: bool },
    Switch(bool),
    Whole(i64),
    Signature(u32, u32),
}
