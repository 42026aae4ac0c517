//! What goes through an insert, over the whole timeline at once.

use stemwright_core::{Db, Insert, Layout, Param, Target, Tempo, Unit};

use super::control::{Line, Moves, factor};
use super::layout::{Signal, groups};
use super::{
    Mutant, Sources, align, compressor, convolution, de_esser, delay, dynamic_eq, eq, gate, limiter, multiband, reverb,
    saturation, sweep, transient, width,
};

/// Where an insert stands.
#[derive(Clone, Copy)]
pub struct Slot<'a> {
    pub rate: f64,
    /// Impulse responses are among them.
    pub sources: &'a Sources,
    pub tempo: Tempo,
    /// The first frame of the timeline, a multiple of 32.
    pub begin: i64,
    /// In its strip.
    pub place: usize,
    pub moves: Moves<'a>,
    pub layout: Layout,
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
    let output = match unit {
        Unit::Gain(Db(gain)) => {
            let by = slot.lines(&[Param::Gain], input[0].len(), |at| [factor(slot.read(Param::Gain, *gain, at))]);
            let channel = |channel: &Vec<f64>| channel.iter().zip(&by).map(|(x, [by])| by * x).collect();
            input.iter().map(channel).collect()
        }
        Unit::Eq(eq) => eq::equalise(slot, &eq.bands, input),
        Unit::Compressor(params) => compressor::compress(slot, params, &input, key.as_ref()),
        Unit::Delay(params) if params.ping_pong => {
            stereo(slot, Some(params.wet), input, |input| delay::echo(slot, params, input))
        }
        Unit::Delay(params) => delay::echo(slot, params, &input),
        Unit::Reverb(params) => stereo(slot, Some(params.wet), input, |input| reverb::reverberate(slot, params, input)),
        Unit::Limiter(params) => limiter::limit(slot, params, &input),
        Unit::Gate(params) => return gate::gate(slot, params, &input, key.as_ref()),
        Unit::DeEsser(params) => de_esser::de_ess(slot, params, &input),
        Unit::Saturation(params) => saturation::saturate(slot, params, &input),
        Unit::Width(params) => stereo(slot, None, input, |input| width::widen(slot, params, input)),
        Unit::Transient(params) => transient::shape(slot, params, &input),
        Unit::Multiband(params) => multiband::compress(slot, params, &input, key.as_ref()),
        Unit::DynamicEq(params) => dynamic_eq::equalise(slot, params, input, key.as_ref()),
        Unit::Convolution(params) => {
            stereo(slot, Some(params.wet), input, |input| convolution::convolve(slot, params, input))
        }
        Unit::Chorus(params) => stereo(slot, Some(params.wet), input, |input| sweep::chorus(slot, params, input)),
        Unit::Phaser(params) => stereo(slot, Some(params.wet), input, |input| sweep::phaser(slot, params, input)),
        Unit::Align(params) => align::align(slot, params, &input),
    };
    (output, None)
}

/// Each pair of sides, and the centre alone, through a unit of its own. Of LFE comes out what is not wet.
fn stereo(slot: Slot<'_>, wet: Option<f64>, mut signal: Signal, unit: impl Fn(&Signal) -> Signal) -> Signal {
    let surround = matches!(slot.layout, Layout::Surround51 | Layout::Surround71);
    let mutated = slot.mutant == Some(Mutant::LfeThroughStereoUnits);
    if let Some(wet) = wet.filter(|_| surround && !mutated) {
        let lines = slot.lines(&[Param::Wet], signal[3].len(), |at| [slot.read(Param::Wet, wet, at)]);
        signal[3].iter_mut().zip(&lines).for_each(|(x, [wet])| *x *= 1.0 - wet);
    }
    let lfe: &[&[usize]] = if surround && mutated { &[&[3]] } else { &[] };
    for group in groups(slot.layout).iter().chain(lfe) {
        let part: Signal = group.iter().map(|&channel| signal[channel].clone()).collect();
        for (&channel, done) in group.iter().zip(unit(&part)) {
            signal[channel] = done;
        }
    }
    signal
}

/// The largest magnitude of all channels on each frame.
pub fn loudest(signal: &Signal) -> Vec<f64> {
    let magnitude = |n: usize| signal.iter().fold(0f64, |most, channel| most.max(channel[n].abs()));
    (0..signal[0].len()).map(magnitude).collect()
}

/// Each frame of every channel by that frame's factor.
pub fn scaled(signal: &Signal, by: impl Fn(usize) -> f64) -> Signal {
    let by: Vec<f64> = (0..signal[0].len()).map(by).collect();
    signal.iter().map(|channel| channel.iter().zip(&by).map(|(x, by)| x * by).collect()).collect()
}

/// How many frames ahead an insert hears, or a little more.
pub fn reach(insert: &Insert, rate: f64) -> i64 {
    let frames = |seconds: f64| (seconds * rate).round() as i64;
    match &insert.unit {
        _ if insert.bypass => 0,
        Unit::Limiter(params) => frames(params.look_ahead).max(8) + 176,
        Unit::Gate(params) => frames(params.look_ahead),
        Unit::Saturation(_) => 128,
        Unit::Align(params) => align::reach(params, rate),
        _ => 0,
    }
}

/// α of a time constant.
pub fn smoothing(seconds: f64, rate: f64) -> f64 {
    if seconds == 0.0 { 0.0 } else { (-1.0 / (seconds * rate)).exp() }
}
