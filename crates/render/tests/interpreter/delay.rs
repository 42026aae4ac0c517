//! The echo, from the law at `stemwright_core::Delay`.

use stemwright_core::{Delay, DelayTime, Param};

use super::control::Line;
use super::eq::Cut;
use super::inserts::Slot;

/// An echo with everything it ever wrote.
pub struct RunningDelay<'a> {
    slot: Slot<'a>,
    params: &'a Delay,
    crosses: bool,
    distance: usize,
    /// Feedback and wet.
    line: Line<2>,
    cuts: Vec<Cut>,
    written: Vec<[f64; 2]>,
}

impl<'a> RunningDelay<'a> {
    pub fn new(slot: Slot<'a>, params: &'a Delay) -> Self {
        let seconds = match params.time {
            DelayTime::Quarters(quarters) => slot.tempo.quarters(quarters),
            DelayTime::Seconds(seconds) => seconds,
        };
        let low = params.low_cut.map(|freq| Cut::high_pass(freq, slot.rate));
        let high = params.high_cut.map(|freq| Cut::low_pass(freq, slot.rate));
        Self {
            slot,
            params,
            crosses: params.ping_pong && !slot.mono,
            distance: ((seconds * slot.rate).round() as usize).max(1),
            line: slot.line(&[Param::Feedback, Param::Wet]),
            cuts: low.into_iter().chain(high).collect(),
            written: Vec::new(),
        }
    }

    pub fn step(&mut self, frame: i64, input: [f64; 2]) -> [f64; 2] {
        let [feedback, wet] = self.line.at(frame, |at| {
            let read = |param, fixed| self.slot.read(param, fixed, at);
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
