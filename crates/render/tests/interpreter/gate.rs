//! The gate and expander, from the law at `stemwright_core::Gate`.

use stemwright_core::{Gate, Param};

use super::Mutant;
use super::control::factor;
use super::eq::Cut;
use super::inserts::{Slot, loudest, scaled, smoothing};
use super::layout::Signal;

/// In dB. A level this near to what it is compared with may in another correct computation lie on its other side.
pub const NEAR: f64 = 1e-9;

/// A key so far below the loudest that goes through the filters before it (those of oversampling sound before they are due, too)
/// is made of their roundings: 2⁻⁵³ of that is 10⁻⁶ of it.
const ROUNDINGS: f64 = 1.0 / (1u64 << 30) as f64;

/// Also the first frame on which a decision was as near as [`NEAR`], or a slope followed roundings.
pub fn gate(slot: Slot<'_>, params: &Gate, input: &Signal, key: Option<&Signal>) -> (Signal, Option<i64>) {
    let thresholds =
        slot.lines(&[Param::Threshold], input[0].len(), |at| [slot.read(Param::Threshold, params.threshold.0, at)]);
    let range = params.range.min(160.0 * (params.ratio - 1.0));
    let high_pass = params.key_high_pass.map(|freq| Cut::high_pass(freq, slot.rate));
    let low_pass = params.key_low_pass.map(|freq| Cut::low_pass(freq, slot.rate));
    let mut heard = key.unwrap_or(input).clone();
    for cut in high_pass.into_iter().chain(low_pass) {
        heard = cut.whole(&heard);
    }
    let fall = smoothing(0.010, slot.rate);
    let attack = smoothing(params.attack, slot.rate);
    let release = smoothing(params.release, slot.rate);
    let hold = (params.hold * slot.rate).round() as u64;

    let mut undecided = None;
    let mut envelope = 0f64;
    let mut open = false;
    let mut frames_left = 0;
    let mut reduction = range;
    let mut reductions = Vec::new();
    let levels = loudest(&heard);
    let peak = levels.iter().copied().fold(0.0, f64::max);
    for (n, level) in levels.into_iter().enumerate() {
        let [threshold] = thresholds[n];
        envelope = level.max(fall * envelope);
        let x = 20.0 * envelope.max(1e-15).log10();

        let border = if open { threshold - params.hysteresis } else { threshold };
        if undecided.is_none() && (x - border).abs() < NEAR {
            undecided = Some(slot.begin + n as i64);
        }
        if x >= threshold {
            open = true;
        }
        if open {
            if x >= threshold - params.hysteresis {
                frames_left = hold;
            } else if frames_left > 0 {
                frames_left -= 1;
            } else {
                open = false;
            }
        }

        let wanted = if open { 0.0 } else { range.min((params.ratio - 1.0) * (threshold - x)) };
        let sloping = wanted > 0.0 && wanted < range;
        if undecided.is_none() && sloping && envelope > 0.0 && envelope < ROUNDINGS * peak {
            undecided = Some(slot.begin + n as i64);
        }
        let smooth = if wanted < reduction { attack } else { release };
        reduction = smooth * reduction + (1.0 - smooth) * wanted;
        reductions.push(reduction);
    }

    let forgotten = slot.mutant == Some(Mutant::LookAheadForgotten);
    let ahead = if forgotten { 0 } else { (params.look_ahead * slot.rate).round() as usize };
    let reduction = |n: usize| reductions[(n + ahead).min(reductions.len() - 1)];
    (scaled(input, |n| factor(-reduction(n))), undecided)
}
