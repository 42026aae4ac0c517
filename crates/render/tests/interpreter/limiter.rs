//! The limiter, from the law at `stemwright_core::Limiter`.

use stemwright_core::{Limiter, PEAK_HALF_BANDS, Param};

use super::Mutant;
use super::control::factor;
use super::inserts::{Slot, scaled, smoothing};
use super::layout::Signal;
use super::oversampling::up;

pub fn limit(slot: Slot<'_>, params: &Limiter, input: &Signal) -> Signal {
    let frames = input[0].len();
    let factors = slot.lines(&[Param::Gain, Param::Ceiling], frames, |at| {
        let gain = factor(slot.read(Param::Gain, params.gain.0, at));
        [gain, gain / factor(slot.read(Param::Ceiling, params.ceiling.0, at))]
    });

    let mut wanted = vec![0f64; frames]; // R
    for channel in input {
        let v: Vec<f64> = channel.iter().zip(&factors).map(|(x, by)| by[1] * x).collect();
        let fine = up(&v, &PEAK_HALF_BANDS);
        for (n, wanted) in wanted.iter_mut().enumerate() {
            let near = (16 * n).saturating_sub(8)..(16 * n + 9).min(fine.len());
            let peak = fine[near].iter().fold(0f64, |peak, x| peak.max(x.abs()));
            *wanted = wanted.max(20.0 * peak.log10()).min(240.0);
        }
    }

    let ahead = ((params.look_ahead * slot.rate).round() as usize).max(8); // A
    let release = smoothing(params.release, slot.rate);
    let mut last = 0.0;
    let held: Vec<f64> = (0..frames) // E
        .map(|n| {
            let highest = wanted[n..(n + ahead + 1).min(frames)].iter().fold(0f64, |most, &r| most.max(r));
            last = highest.max(release * last);
            last
        })
        .collect();
    let half = ahead / 2; // B
    let smooth = mean_of_last(&mean_of_last(&held, half + 1), ahead - half + 1); // G

    let late = usize::from(slot.mutant == Some(Mutant::LimiterOneFrameLate));
    let gain_of = |n: usize| factor(-smooth[n.saturating_sub(late)]);
    scaled(input, |n| factors[n][0] * gain_of(n))
}

/// The mean of each value and those before it, `count` in all; before the first there is 0.
fn mean_of_last(values: &[f64], count: usize) -> Vec<f64> {
    let sum = |n: usize| values[(n + 1).saturating_sub(count)..=n].iter().sum::<f64>();
    (0..values.len()).map(|n| sum(n) / count as f64).collect()
}
