//! Units driven block by block, as the engine drives them.

use stemwright_core::{SampleRate, Unit};
use stemwright_dsp::{Controller, GainUnit, Linear};

const BLOCK: usize = 512;

/// A rate of the table of rates; all are in range.
pub fn rate_of(hz: u32) -> SampleRate {
    SampleRate::new(hz).expect("a rate in range")
}

/// The controls of a unit that nothing moves.
pub fn still(unit: &Unit, hz: u32) -> Controller {
    Controller::of_unit(unit, 0, &[], rate_of(hz))
}

/// Blocks of all channels, with the frame that each starts on.
fn blocks(channels: &mut [Vec<f64>], mut each: impl FnMut(i64, &mut [&mut [f64]])) {
    let frames = channels.first().map_or(0, Vec::len);
    for at in (0..frames).step_by(BLOCK) {
        let to = (at + BLOCK).min(frames);
        let mut block: Vec<&mut [f64]> = channels.iter_mut().map(|channel| &mut channel[at..to]).collect();
        each(at as i64, &mut block);
    }
}

/// Filters all channels in place.
pub fn linear(unit: &mut dyn Linear, controller: &mut Controller, channels: &mut [Vec<f64>]) {
    blocks(channels, |start, block| unit.process(start, block, controller.block(start, block[0].len())));
}

/// Turns all channels down in place, by what they are themselves.
pub fn gain(unit: &mut dyn GainUnit, controller: &mut Controller, channels: &mut [Vec<f64>]) {
    blocks(channels, |start, block| {
        let controls = controller.block(start, block[0].len());
        let heard: Vec<&[f64]> = block.iter().map(|channel| &**channel).collect();
        unit.detect(start, &heard, controls);
        unit.apply(0, start, block, controls);
    });
}

/// The gain that a unit of one channel and two waves computes for a signal: what becomes of a lane of ones. Where it
/// looks ahead, the first frames are 0.
pub fn gains(unit: &mut dyn GainUnit, controller: &mut Controller, heard: &[Vec<f64>]) -> Vec<f64> {
    let mut both = heard.to_vec();
    both.push(vec![1.0; heard[0].len()]);
    blocks(&mut both, |start, block| {
        let controls = controller.block(start, block[0].len());
        let (ones, signal) = block.split_last_mut().expect("a lane of ones");
        let heard: Vec<&[f64]> = signal.iter().map(|channel| &**channel).collect();
        unit.detect(start, &heard, controls);
        unit.apply(0, start, signal, controls);
        unit.apply(1, start, &mut [ones], controls);
    });
    both.pop().expect("a lane of ones")
}
