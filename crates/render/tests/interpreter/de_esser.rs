//! The de-esser, from the law at `stemwright_core::DeEsser`.

use stemwright_core::{DeEsser, Param};

use super::control::factor;
use super::inserts::{Slot, loudest, smoothing};
use super::layout::Signal;
use super::trapezoid::Trapezoid;

pub fn de_ess(slot: Slot<'_>, params: &DeEsser, input: &Signal) -> Signal {
    let lines = slot.lines(&[Param::Threshold, Param::Ratio], input[0].len(), |at| {
        [slot.read(Param::Threshold, params.threshold.0, at), 1.0 - 1.0 / slot.read(Param::Ratio, params.ratio, at)]
    });
    let filter = Trapezoid::new(params.freq, 1.0 / params.q, slot.rate);
    let band: Signal = input.iter().map(|channel| filter.whole(channel, |of| of.band)).collect();
    let attack = smoothing(params.attack, slot.rate);
    let release = smoothing(params.release, slot.rate);
    let mut reduction = 0.0;
    let cut = |(level, [threshold, slope]): (f64, [f64; 2])| {
        let level = 20.0 * level.log10();
        // Where the slope is 0, silence (−∞) gives 0·∞; `max` makes that 0.
        let wanted = (slope * (level - threshold)).max(0.0).min(params.range);
        let smooth = if wanted > reduction { attack } else { release };
        reduction = smooth * reduction + (1.0 - smooth) * wanted;
        1.0 - factor(-reduction)
    };
    let cuts: Vec<f64> = loudest(&band).into_iter().zip(lines).map(cut).collect();
    let channel = |(input, band): (&Vec<f64>, &Vec<f64>)| {
        input.iter().zip(band).zip(&cuts).map(|((x, band), cut)| x - cut * band).collect()
    };
    input.iter().zip(&band).map(channel).collect()
}
