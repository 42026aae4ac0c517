//! What goes through an insert, over the whole timeline at once.
//!
//! A mono signal is the left channel beside a silent right one: the largest of the two levels is then its own, and
//! inserts keep the silence. Only those have to know that mix left and right.

use stemwright_core::{Db, Insert, Param, Target, Tempo, Unit};

use super::Mutant;
use super::compressor::RunningCompressor;
use super::control::{Line, Moves, factor};
use super::delay::RunningDelay;
use super::eq::RunningEq;
use super::{de_esser, gate, limiter, reverb, saturation, width};

/// Left and right on every frame of the timeline.
pub type Signal = Vec<[f64; 2]>;

/// Where an insert stands.
#[derive(Clone, Copy)]
pub struct Slot<'a> {
    pub rate: f64,
    pub tempo: Tempo,
    /// The first frame of the timeline, a multiple of 32.
    pub begin: i64,
    /// In its strip.
    pub place: usize,
    pub moves: Moves<'a>,
    pub mono: bool,
    pub mutant: Option<Mutant>,
}

impl Slot<'_> {
    /// The value of a parameter on a frame.
    pub fn read(&self, param: Param, fixed: f64, at: i64) -> f64 {
        self.moves.read(Target::Insert(self.place, param), fixed, at)
    }

    /// A line of what is computed from these parameters.
    pub fn line<const N: usize>(&self, params: &[Param]) -> Line<N> {
        Line::new(params.iter().any(|&param| self.moves.moves(Target::Insert(self.place, param))))
    }

    /// What such a line says on every frame of the timeline.
    pub fn lines<const N: usize>(
        &self,
        params: &[Param],
        frames: usize,
        law: impl Fn(i64) -> [f64; N],
    ) -> Vec<[f64; N]> {
        let mut line = self.line(params);
        (self.begin..).take(frames).map(|frame| line.at(frame, &law)).collect()
    }
}

/// What a unit makes of a signal and its key (itself, where there is none), and the first frame on which it may as well
/// have decided otherwise.
pub fn through(slot: Slot<'_>, unit: &Unit, input: Signal, key: Option<Signal>) -> (Signal, Option<i64>) {
    let frames = slot.begin..;
    let output = match unit {
        Unit::Gain(Db(gain)) => {
            let by = slot.lines(&[Param::Gain], input.len(), |at| [factor(slot.read(Param::Gain, *gain, at))]);
            input.iter().zip(by).map(|(x, [by])| x.map(|x| by * x)).collect()
        }
        Unit::Eq(eq) => {
            let mut running = RunningEq::new(slot, &eq.bands);
            frames.zip(input).map(|(frame, x)| running.step(frame, x)).collect()
        }
        Unit::Compressor(params) => {
            let mut running = RunningCompressor::new(slot, params);
            let key = key.unwrap_or_else(|| input.clone());
            frames.zip(input.iter().zip(key)).map(|(frame, (&x, key))| running.step(frame, x, key)).collect()
        }
        Unit::Delay(params) => {
            let mut running = RunningDelay::new(slot, params);
            frames.zip(input).map(|(frame, x)| running.step(frame, x)).collect()
        }
        Unit::Reverb(params) => reverb::reverberate(slot, params, &input),
        Unit::Limiter(params) => limiter::limit(slot, params, &input),
        Unit::Gate(params) => return gate::gate(slot, params, &input, key.as_ref()),
        Unit::DeEsser(params) => de_esser::de_ess(slot, params, &input),
        Unit::Saturation(params) => saturation::saturate(slot, params, &input),
        Unit::Width(params) => width::widen(slot, params, &input),
    };
    (output, None)
}

/// How many frames ahead an insert hears, or a little more.
pub fn reach(insert: &Insert, rate: f64) -> i64 {
    let frames = |seconds: f64| (seconds * rate).round() as i64;
    match &insert.unit {
        _ if insert.bypass => 0,
        Unit::Limiter(params) => frames(params.look_ahead).max(8) + 176,
        Unit::Gate(params) => frames(params.look_ahead),
        Unit::Saturation(_) => 128,
        _ => 0,
    }
}

/// α of a time constant.
pub fn smoothing(seconds: f64, rate: f64) -> f64 {
    if seconds == 0.0 { 0.0 } else { (-1.0 / (seconds * rate)).exp() }
}
