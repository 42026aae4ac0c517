//! Stereo width, from the law at `stemwright_core::Width`.

use stemwright_core::{Param, Width};

use super::eq::Cut;
use super::inserts::Slot;
use super::layout::Signal;

/// Of a pair, or of one channel as on a mono strip.
pub fn widen(slot: Slot<'_>, params: &Width, input: &Signal) -> Signal {
    let [left, right] = input.as_slice() else { return input.clone() };
    let widths = slot.lines(&[Param::Width], left.len(), |at| [slot.read(Param::Width, params.width, at)]);
    let mut cut = params.mono_below.map(|freq| Cut::high_pass(freq, slot.rate));
    let mut output = vec![Vec::new(), Vec::new()];
    for ((left, right), [width]) in left.iter().zip(right).zip(widths) {
        let mid = (left + right) / 2.0;
        let side = (left - right) / 2.0;
        let side = cut.as_mut().map_or(side, |cut| cut.step(0, side));
        output[0].push(mid + width * side);
        output[1].push(mid - width * side);
    }
    output
}
