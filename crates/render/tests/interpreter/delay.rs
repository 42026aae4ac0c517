//! The echo, from the law at `stemwright_core::Delay`.

use stemwright_core::{Delay, DelayTime, Param};

use super::eq::Cut;
use super::inserts::Slot;
use super::layout::{Signal, silence};

/// With ping-pong the input is a pair, or one channel as on a mono strip.
pub fn echo(slot: Slot<'_>, params: &Delay, input: &Signal) -> Signal {
    let seconds = match params.time {
        DelayTime::Quarters(quarters) => slot.tempo.quarters(quarters),
        DelayTime::Seconds(seconds) => seconds,
    };
    let distance = ((seconds * slot.rate).round() as usize).max(1);
    let low = params.low_cut.map(|freq| Cut::high_pass(freq, slot.rate));
    let high = params.high_cut.map(|freq| Cut::low_pass(freq, slot.rate));
    let mut cuts: Vec<Cut> = low.into_iter().chain(high).collect();
    let crosses = params.ping_pong && input.len() == 2;
    let frames = input[0].len();
    let mut line = slot.line(&[Param::Feedback, Param::Wet]);
    // Everything it ever wrote.
    let mut written = silence(input.len(), frames);
    let mut output = silence(input.len(), frames);
    for (n, frame) in (0..frames).zip(slot.begin..) {
        let [feedback, wet] = line.at(frame, |at| {
            let read = |param, fixed| slot.read(param, fixed, at);
            [read(Param::Feedback, params.feedback), read(Param::Wet, params.wet)]
        });
        let mut echo: Vec<f64> =
            written.iter().map(|line| n.checked_sub(distance).map_or(0.0, |then| line[then])).collect();
        for cut in &mut cuts {
            echo.iter_mut().enumerate().for_each(|(channel, x)| *x = cut.step(channel, *x));
        }
        if crosses {
            written[0][n] = (input[0][n] + input[1][n]) / 2.0 + feedback * echo[1];
            written[1][n] = feedback * echo[0];
        } else {
            for (channel, line) in written.iter_mut().enumerate() {
                line[n] = input[channel][n] + feedback * echo[channel];
            }
        }
        for (channel, output) in output.iter_mut().enumerate() {
            output[n] = (1.0 - wet) * input[channel][n] + wet * echo[channel];
        }
    }
    output
}
