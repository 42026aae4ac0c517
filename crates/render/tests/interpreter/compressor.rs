//! The compressor, from the law at `stemwright_core::Compressor`.

use stemwright_core::{Compressor, Detector, Param};

use super::control::factor;
use super::eq::Cut;
use super::inserts::{Slot, loudest, scaled, smoothing};
use super::layout::Signal;

pub fn compress(slot: Slot<'_>, params: &Compressor, input: &Signal, key: Option<&Signal>) -> Signal {
    let rate = slot.rate;
    let moving = [Param::Threshold, Param::Ratio, Param::Makeup, Param::Mix];
    let mut line = slot.line(&moving);
    let attack = smoothing(params.attack, rate);
    let release = smoothing(params.release, rate);
    let heard = key.unwrap_or(input);
    let heard = match params.key_high_pass {
        Some(freq) => Cut::high_pass(freq, rate).whole(heard),
        None => heard.clone(),
    };
    let levels = match params.detector {
        Detector::Peak => loudest(&heard),
        Detector::Rms => loudest(&heard.iter().map(|channel| mean_square(channel, rate)).collect())
            .into_iter()
            .map(f64::sqrt)
            .collect(),
    };

    let mut held = 0f64;
    let mut reduction = 0f64;
    let factors: Vec<f64> = levels
        .into_iter()
        .zip(slot.begin..)
        .map(|(level, frame)| {
            let [threshold, slope, makeup, mix] = line.at(frame, |at| {
                let read = |param, fixed| slot.read(param, fixed, at);
                [
                    read(Param::Threshold, params.threshold.0),
                    1.0 - 1.0 / read(Param::Ratio, params.ratio),
                    read(Param::Makeup, params.makeup.0),
                    read(Param::Mix, params.mix),
                ]
            });
            let wanted = wanted_reduction(20.0 * level.log10() - threshold, params.knee, slope);
            match params.detector {
                Detector::Peak => {
                    let a = if wanted > reduction { attack } else { release };
                    reduction = a * reduction + (1.0 - a) * wanted;
                }
                Detector::Rms => {
                    held = wanted.max(release * held + (1.0 - release) * wanted);
                    reduction = attack * reduction + (1.0 - attack) * held;
                }
            }
            1.0 - mix + mix * factor(makeup - reduction)
        })
        .collect();
    scaled(input, |n| factors[n])
}

/// Over five milliseconds.
fn mean_square(channel: &[f64], rate: f64) -> Vec<f64> {
    let smooth = smoothing(0.005, rate);
    let mut mean = 0.0;
    let step = |x: &f64| {
        mean = smooth * mean + (1.0 - smooth) * x * x;
        mean
    };
    channel.iter().map(step).collect()
}

/// Equation 4 of the paper, as a reduction: `over` is the level above the threshold, −∞ for silence.
pub fn wanted_reduction(over: f64, knee: f64, slope: f64) -> f64 {
    if 2.0 * over < -knee {
        0.0
    } else if knee > 0.0 && 2.0 * over.abs() <= knee {
        slope * (over + knee / 2.0).powi(2) / (2.0 * knee)
    } else {
        slope * over
    }
}
