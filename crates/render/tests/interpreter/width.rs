//! Stereo width, from the law at `stemwright_core::Width`.

use stemwright_core::{Param, Width};

use super::eq::Cut;
use super::inserts::{Signal, Slot};

pub fn widen(slot: Slot<'_>, params: &Width, input: &Signal) -> Signal {
    if slot.mono {
        return input.clone();
    }
    let widths = slot.lines(&[Param::Width], input.len(), |at| [slot.read(Param::Width, params.width, at)]);
    let mut cut = params.mono_below.map(|freq| Cut::high_pass(freq, slot.rate));
    let step = |(&[left, right], [width]): (&[f64; 2], [f64; 1])| {
        let mid = (left + right) / 2.0;
        let side = (left - right) / 2.0;
        let side = cut.as_mut().map_or(side, |cut| cut.step([side, 0.0])[0]);
        [mid + width * side, mid - width * side]
    };
    input.iter().zip(widths).map(step).collect()
}
