//! The dynamic equaliser, from the law at `stemwright_core::DynamicEq`.

use stemwright_core::{DynamicBand, DynamicEq, DynamicKind, Param};

use super::Mutant;
use super::inserts::{Slot, loudest, smoothing};
use super::layout::Signal;
use super::trapezoid::Trapezoid;

pub fn equalise(slot: Slot<'_>, params: &DynamicEq, input: Signal, key: Option<&Signal>) -> Signal {
    let key = key.filter(|_| slot.mutant != Some(Mutant::DynamicEqDeaf));
    let mut signal = input;
    for (place, band) in params.bands.iter().enumerate() {
        let changes = changes(slot, place, band, key.unwrap_or(&signal));
        let filter = Trapezoid::new(band.freq, 1.0 / band.q, slot.rate);
        for channel in &mut signal {
            let part = part(band, filter, channel);
            let middle = filter.whole(channel, |of| of.band);
            for (n, x) in channel.iter_mut().enumerate() {
                let m = 10f64.powf(changes[n] / 40.0);
                *x += match band.kind {
                    DynamicKind::Bell => (m * m - 1.0) * middle[n],
                    DynamicKind::LowShelf | DynamicKind::HighShelf => (m * m - 1.0) * part[n] + (m - 1.0) * middle[n],
                };
            }
        }
    }
    signal
}

/// F of the law.
fn part(band: &DynamicBand, filter: Trapezoid, channel: &[f64]) -> Vec<f64> {
    match band.kind {
        DynamicKind::Bell => filter.whole(channel, |of| of.band),
        DynamicKind::LowShelf => filter.whole(channel, |of| of.low),
        DynamicKind::HighShelf => filter.whole(channel, |of| of.high),
    }
}

/// y of the law on every frame, from what the band hears.
fn changes(slot: Slot<'_>, place: usize, band: &DynamicBand, heard: &Signal) -> Vec<f64> {
    let moving = [Param::BandThreshold(place), Param::BandRatio(place), Param::BandRange(place)];
    let lines = slot.lines(&moving, heard[0].len(), |at| {
        let [threshold, ratio, range] = moving;
        [
            slot.read(threshold, band.threshold.0, at),
            1.0 - 1.0 / slot.read(ratio, band.ratio, at),
            slot.read(range, band.range, at),
        ]
    });
    let filter = Trapezoid::new(band.freq, 1.0 / band.q, slot.rate);
    let levels = loudest(&heard.iter().map(|channel| part(band, filter, channel)).collect());
    let attack = smoothing(band.attack, slot.rate);
    let release = smoothing(band.release, slot.rate);
    let mut change = 0f64;
    let step = |(level, [threshold, slope, range]): (f64, [f64; 3])| {
        // Where the slope is 0, silence (−∞) gives 0·∞; `max` makes that 0.
        let over = (slope * (20.0 * f64::log10(level) - threshold)).max(0.0);
        let wanted = over.min(range.abs()).copysign(range);
        let a = if wanted.abs() > change.abs() { attack } else { release };
        change = a * change + (1.0 - a) * wanted;
        change
    };
    levels.into_iter().zip(lines).map(step).collect()
}
