//! The inserts other than the equaliser, from the laws in `stemwright_core`'s `insert.rs`.
//!
//! A mono signal is the left channel beside a silent right one: the largest of the two levels is then its own, and
//! linear inserts keep the silence. Only ping-pong has to know.

use stemwright_core::{BandKind, Compressor, Delay, DelayTime, Detector, Insert, Param, Session, Target, Unit};

use super::control::{Line, Moves, factor};
use super::eq::{Cut, RunningEq};

/// An insert in its slot, with its state.
pub enum Running<'a> {
    Bypassed,
    Gain { place: usize, gain: f64, moves: Moves<'a>, line: Line<1> },
    Eq(RunningEq<'a>),
    Compressor(Box<RunningCompressor<'a>>),
    Delay(Box<RunningDelay<'a>>),
}

impl<'a> Running<'a> {
    pub fn new(session: &Session, place: usize, insert: &'a Insert, moves: Moves<'a>, mono: bool) -> Self {
        let rate = f64::from(session.rate.hz());
        if insert.bypass {
            return Self::Bypassed;
        }
        match &insert.unit {
            Unit::Gain(gain) => {
                let line = Line::new(moves.moves(Target::Insert(place, Param::Gain)));
                Self::Gain { place, gain: gain.0, moves, line }
            }
            Unit::Eq(eq) => Self::Eq(RunningEq::new(place, &eq.bands, moves, rate)),
            Unit::Compressor(params) => Self::Compressor(Box::new(RunningCompressor::new(place, params, moves, rate))),
            Unit::Delay(params) => Self::Delay(Box::new(RunningDelay::new(session, place, params, moves, mono))),
        }
    }

    /// One frame; `key` is what the side-chain carries, where the insert has one.
    pub fn step(&mut self, frame: i64, input: [f64; 2], key: Option<[f64; 2]>) -> [f64; 2] {
        match self {
            Self::Bypassed => input,
            Self::Gain { place, gain, moves, line } => {
                let [by] = line.at(frame, |at| [factor(moves.read(Target::Insert(*place, Param::Gain), *gain, at))]);
                input.map(|x| by * x)
            }
            Self::Eq(eq) => eq.step(frame, input),
            Self::Compressor(compressor) => compressor.step(frame, input, key.unwrap_or(input)),
            Self::Delay(delay) => delay.step(frame, input),
        }
    }
}

/// A compressor with its detector and ballistics.
pub struct RunningCompressor<'a> {
    place: usize,
    params: &'a Compressor,
    moves: Moves<'a>,
    /// α of the mean square, the attack and the release.
    smoothing: [f64; 3],
    /// T, S, makeup, mix.
    line: Line<4>,
    key_filter: Option<Cut>,
    mean_square: [f64; 2],
    held: f64,
    reduction: f64,
}

impl<'a> RunningCompressor<'a> {
    fn new(place: usize, params: &'a Compressor, moves: Moves<'a>, rate: f64) -> Self {
        let moving = [Param::Threshold, Param::Ratio, Param::Makeup, Param::Mix]
            .into_iter()
            .any(|param| moves.moves(Target::Insert(place, param)));
        let key_filter = params.key_high_pass.map(|freq| Cut::new(BandKind::HighPass { steep: false }, freq, rate));
        Self {
            place,
            params,
            moves,
            smoothing: [0.005, params.attack, params.release].map(|seconds| smoothing(seconds, rate)),
            line: Line::new(moving),
            key_filter,
            mean_square: [0.0; 2],
            held: 0.0,
            reduction: 0.0,
        }
    }

    fn step(&mut self, frame: i64, input: [f64; 2], key: [f64; 2]) -> [f64; 2] {
        let [threshold, slope, makeup, mix] = self.line.at(frame, |at| {
            let read = |param, fixed| self.moves.read(Target::Insert(self.place, param), fixed, at);
            [
                read(Param::Threshold, self.params.threshold.0),
                1.0 - 1.0 / read(Param::Ratio, self.params.ratio),
                read(Param::Makeup, self.params.makeup.0),
                read(Param::Mix, self.params.mix),
            ]
        });
        let [mean_square, attack, release] = self.smoothing;
        let heard = match &mut self.key_filter {
            Some(filter) => filter.step(key),
            None => key,
        };
        let level = match self.params.detector {
            Detector::Peak => heard[0].abs().max(heard[1].abs()),
            Detector::Rms => {
                for (mean, x) in self.mean_square.iter_mut().zip(heard) {
                    *mean = mean_square * *mean + (1.0 - mean_square) * x * x;
                }
                self.mean_square[0].max(self.mean_square[1]).sqrt()
            }
        };
        let wanted = wanted_reduction(20.0 * level.log10() - threshold, self.params.knee, slope);

        match self.params.detector {
            Detector::Peak => {
                let a = if wanted > self.reduction { attack } else { release };
                self.reduction = a * self.reduction + (1.0 - a) * wanted;
            }
            Detector::Rms => {
                self.held = wanted.max(release * self.held + (1.0 - release) * wanted);
                self.reduction = attack * self.reduction + (1.0 - attack) * self.held;
            }
        }
        let gain = factor(makeup - self.reduction);
        input.map(|x| x * (1.0 - mix + mix * gain))
    }
}

/// Equation 4 of the paper, as a reduction: `over` is the level above the threshold, −∞ for silence.
fn wanted_reduction(over: f64, knee: f64, slope: f64) -> f64 {
    if 2.0 * over < -knee {
        0.0
    } else if knee > 0.0 && 2.0 * over.abs() <= knee {
        slope * (over + knee / 2.0).powi(2) / (2.0 * knee)
    } else {
        slope * over
    }
}

fn smoothing(seconds: f64, rate: f64) -> f64 {
    if seconds == 0.0 { 0.0 } else { (-1.0 / (seconds * rate)).exp() }
}

/// An echo with everything it ever wrote.
pub struct RunningDelay<'a> {
    place: usize,
    params: &'a Delay,
    moves: Moves<'a>,
    crosses: bool,
    distance: usize,
    /// Feedback and wet.
    line: Line<2>,
    cuts: Vec<Cut>,
    written: Vec<[f64; 2]>,
}

impl<'a> RunningDelay<'a> {
    fn new(session: &Session, place: usize, params: &'a Delay, moves: Moves<'a>, mono: bool) -> Self {
        let rate = f64::from(session.rate.hz());
        let seconds = match params.time {
            DelayTime::Quarters(quarters) => session.tempo.quarters(quarters),
            DelayTime::Seconds(seconds) => seconds,
        };
        let low = params.low_cut.map(|freq| Cut::new(BandKind::HighPass { steep: false }, freq, rate));
        let high = params.high_cut.map(|freq| Cut::new(BandKind::LowPass { steep: false }, freq, rate));
        let moving = [Param::Feedback, Param::Wet].into_iter().any(|param| moves.moves(Target::Insert(place, param)));
        Self {
            place,
            params,
            moves,
            crosses: params.ping_pong && !mono,
            distance: ((seconds * rate).round() as usize).max(1),
            line: Line::new(moving),
            cuts: low.into_iter().chain(high).collect(),
            written: Vec::new(),
        }
    }

    fn step(&mut self, frame: i64, input: [f64; 2]) -> [f64; 2] {
        let [feedback, wet] = self.line.at(frame, |at| {
            let read = |param, fixed| self.moves.read(Target::Insert(self.place, param), fixed, at);
            [read(Param::Feedback, self.params.feedback), read(Param::Wet, self.params.wet)]
        });
        let mut echo = match self.written.len().checked_sub(self.distance) {
            Some(then) => self.written[then],
            None => [0.0; 2],
        };
        for cut in &mut self.cuts {
            echo = cut.step(echo);
        }
        self.written.push(if self.crosses {
            [(input[0] + input[1]) / 2.0 + feedback * echo[1], feedback * echo[0]]
        } else {
            [input[0] + feedback * echo[0], input[1] + feedback * echo[1]]
        });
        std::array::from_fn(|channel| (1.0 - wet) * input[channel] + wet * echo[channel])
    }
}
