//! The transient shaper, from the law at `stemwright_core::Transient`.

use stemwright_core::{Param, Transient};

use super::inserts::{Slot, loudest, scaled, smoothing};
use super::layout::Signal;

pub fn shape(slot: Slot<'_>, params: &Transient, input: &Signal) -> Signal {
    let rate = slot.rate;
    let amounts = slot.lines(&[Param::Attack, Param::Sustain], input[0].len(), |at| {
        [slot.read(Param::Attack, params.attack, at), slot.read(Param::Sustain, params.sustain, at)]
    });
    let e = loudest(input);
    let window = (0.0125 * rate).round() as usize; // H
    let alpha = smoothing(params.attack_time, rate);
    let beta = smoothing(params.sustain_time, rate);
    let (mut level, mut beginning, mut ending) = (-120.0f64, 0.0f64, 0.0f64);
    let mut factors = Vec::new();
    for (n, [attack, sustain]) in amounts.into_iter().enumerate() {
        let peak = e[n.saturating_sub(window)..=n].iter().fold(0f64, |most, &e| most.max(e));
        let before = level;
        level = (20.0 * peak.max(1e-6).log10()).max(before - 1000.0 / rate);
        let change = level - before;
        beginning = (alpha * (beginning + change)).clamp(0.0, 12.0);
        ending = (beta * (ending - change)).clamp(0.0, 12.0);
        factors.push(10f64.powf((attack * beginning + sustain * ending) / 240.0));
    }
    scaled(input, |n| factors[n])
}
