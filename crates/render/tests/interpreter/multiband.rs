//! The multiband compressor, from the law at `stemwright_core::Multiband`.

use stemwright_core::{Multiband, Param};

use super::Mutant;
use super::compressor::wanted_reduction;
use super::control::factor;
use super::inserts::{Slot, loudest, scaled, smoothing};
use super::layout::{Signal, add, silence};
use super::trapezoid::Trapezoid;

pub fn compress(slot: Slot<'_>, params: &Multiband, input: &Signal, key: Option<&Signal>) -> Signal {
    let frames = input[0].len();
    let bands = split(slot, params, input);
    let heard = key.map_or_else(|| bands.clone(), |key| split(slot, params, key));
    let mixes = slot.lines(&[Param::Mix], frames, |at| [slot.read(Param::Mix, params.mix, at)]);
    let mut output = silence(input.len(), frames);
    for (place, band) in params.bands.iter().enumerate() {
        let moving = [Param::BandThreshold(place), Param::BandRatio(place), Param::BandMakeup(place)];
        let lines = slot.lines(&moving, frames, |at| {
            let [threshold, ratio, makeup] = moving;
            [
                slot.read(threshold, band.threshold.0, at),
                1.0 - 1.0 / slot.read(ratio, band.ratio, at),
                slot.read(makeup, band.makeup.0, at),
            ]
        });
        let attack = smoothing(band.attack, slot.rate);
        let release = smoothing(band.release, slot.rate);
        let mut reduction = 0.0;
        let gain = |(level, [threshold, slope, makeup]): (f64, [f64; 3])| {
            let wanted = wanted_reduction(20.0 * level.log10() - threshold, band.knee, slope);
            let a = if wanted > reduction { attack } else { release };
            reduction = a * reduction + (1.0 - a) * wanted;
            if band.bypass { 1.0 } else { factor(makeup - reduction) }
        };
        let gains: Vec<f64> = loudest(&heard[place]).into_iter().zip(lines).map(gain).collect();
        add(&mut output, &scaled(&bands[place], |n| 1.0 - mixes[n][0] + mixes[n][0] * gains[n]));
    }
    output
}

/// The bands of a signal, from the lowest.
fn split(slot: Slot<'_>, params: &Multiband, signal: &Signal) -> Vec<Signal> {
    let mut bands: Vec<Signal> = Vec::new();
    let mut rest = signal.clone(); // r
    for &freq in &params.crossovers {
        let filter = Trapezoid::new(freq, std::f64::consts::SQRT_2, slot.rate);
        let low = |channel: &Vec<f64>| filter.whole(&filter.whole(channel, |of| of.low), |of| of.low);
        let high = |channel: &Vec<f64>| filter.whole(&filter.whole(channel, |of| of.high), |of| of.high);
        let all = |channel: &Vec<f64>| filter.whole(channel, |of| of.all);
        if slot.mutant != Some(Mutant::BandsOutOfPhase) {
            bands.iter_mut().for_each(|band| *band = band.iter().map(all).collect());
        }
        bands.push(rest.iter().map(low).collect());
        rest = rest.iter().map(high).collect();
    }
    bands.push(rest);
    bands
}
