//! The de-esser, from the law at `stemwright_core::DeEsser`.

use stemwright_core::{DeEsser, Param};

use super::control::factor;
use super::inserts::{Signal, Slot, smoothing};

pub fn de_ess(slot: Slot<'_>, params: &DeEsser, input: &Signal) -> Signal {
    let lines = slot.lines(&[Param::Threshold, Param::Ratio], input.len(), |at| {
        [slot.read(Param::Threshold, params.threshold.0, at), 1.0 - 1.0 / slot.read(Param::Ratio, params.ratio, at)]
    });
    let g = (std::f64::consts::PI * params.freq / slot.rate).tan();
    let k = 1.0 / params.q;
    let c1 = 1.0 / (1.0 + g * (g + k));
    let c2 = g * c1;
    let c3 = g * c2;
    let attack = smoothing(params.attack, slot.rate);
    let release = smoothing(params.release, slot.rate);

    let mut states = [[0.0; 2]; 2];
    let mut reduction = 0.0;
    let step = |(&frame, [threshold, slope]): (&[f64; 2], [f64; 2])| {
        let mut band = [0.0; 2];
        for channel in 0..2 {
            let [x1, x2] = &mut states[channel];
            let v3 = frame[channel] - *x2;
            let v1 = c1 * *x1 + c2 * v3;
            let v2 = *x2 + c2 * *x1 + c3 * v3;
            *x1 = 2.0 * v1 - *x1;
            *x2 = 2.0 * v2 - *x2;
            band[channel] = k * v1;
        }
        let level = 20.0 * band[0].abs().max(band[1].abs()).log10();
        // Where the slope is 0, silence (−∞) gives 0·∞; `max` makes that 0.
        let wanted = (slope * (level - threshold)).max(0.0).min(params.range);
        let smooth = if wanted > reduction { attack } else { release };
        reduction = smooth * reduction + (1.0 - smooth) * wanted;
        let cut = 1.0 - factor(-reduction);
        [frame[0] - cut * band[0], frame[1] - cut * band[1]]
    };
    input.iter().zip(lines).map(step).collect()
}
