//! What was done to the mix as a whole: a gain that changes over time, an equaliser, distortion.

use super::bank::{Bank, Bins, Wide};
use rayon::prelude::*;

/// Frames of one value of a gain curve, at 48 kHz: compressors are slower.
const STEP: usize = 128;
/// Nodes of a filter in an octave.
const NODES: f64 = 12.0;

/// What is left of the whitened mix, as energies, before and after one more thing was taken into account.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Left {
    pub(super) before: f64,
    pub(super) after: f64,
}

impl Left {
    /// Below 1 where it helps.
    pub(super) fn ratio(self) -> f64 {
        if self.before > 0.0 { self.after / self.before } else { 1.0 }
    }
}

/// Gains of each segment, `step` frames apart, the first `step`/2 frames after its beginning.
#[derive(Debug, Clone)]
pub(super) struct Curve {
    pub(super) segments: Vec<Vec<f64>>,
    pub(super) step: usize,
    pub(super) left: Left,
    /// The 5th and 95th percentile where there is sound, and the median.
    pub(super) range: [f64; 3],
}

/// Factors that make the mix white, smoothly over frequency and alike all the time, so that gains are not those of the bass alone.
fn whitener(bank: &Bank) -> Vec<f64> {
    let mut mean = vec![0.0; bank.bands.len() - 1];
    for piece in 0..bank.pieces() {
        stemwright_simd::add(&mut mean, &bank.powers(&bank.wide_mix(piece)));
    }
    let loudest = mean.iter().copied().fold(0.0, f64::max);
    let logs: Vec<f64> = mean.iter().map(|power| libm::log(power + 1e-7 * loudest + f64::MIN_POSITIVE)).collect();
    let centre = |band: usize| 0.5 * (bank.bands[band] + bank.bands[band + 1]) as f64;
    let mut band = 0;
    let of = |bin: usize| {
        while band + 2 < logs.len() && centre(band + 1) < bin as f64 {
            band += 1;
        }
        if logs.len() < 2 {
            return 1.0;
        }
        let along = ((bin as f64 - centre(band)) / (centre(band + 1) - centre(band))).clamp(0.0, 1.0);
        libm::exp(-0.5 * (logs[band] + along * (logs[band + 1] - logs[band])))
    };
    (0..bank.bins()).map(of).collect()
}

/// The gain of the mix against the model over time: <m, y> / <y, y> of short windows.
pub(super) fn curve(bank: &Bank, left: &[Wide]) -> Curve {
    let white = whitener(bank);
    let step = (STEP * bank.window.len() / 65_536).max(16);
    let count = bank.window.len() / step;
    let of_segment = |segment: usize| {
        let (mut ms, mut ss, mut mm) = (vec![0.0; count], vec![0.0; count], vec![0.0; count]);
        for channel in 0..bank.channels {
            let piece = segment * bank.channels + channel;
            let mix = bank.wide_mix(piece);
            let r = &left[piece];
            let m = bank.values(|bin| white[bin] * mix.re[bin], |bin| white[bin] * mix.im[bin]);
            let y =
                bank.values(|bin| white[bin] * (mix.re[bin] - r.re[bin]), |bin| white[bin] * (mix.im[bin] - r.im[bin]));
            for (n, (m, y)) in m.chunks(step).zip(y.chunks(step)).enumerate().take(count) {
                ms[n] += m.iter().zip(y).map(|(m, y)| m * y).sum::<f64>();
                ss[n] += y.iter().map(|y| y * y).sum::<f64>();
                mm[n] += m.iter().map(|m| m * m).sum::<f64>();
            }
        }
        (ms, ss, mm)
    };
    let sums: Vec<_> = (0..bank.starts.len()).into_par_iter().map(of_segment).collect();
    let loudest = sums.iter().flat_map(|(_, ss, _)| ss).copied().fold(0.0, f64::max);
    let mut totals = Left::default();
    let mut known: Vec<(f64, f64)> = Vec::new();
    let mut segments = Vec::with_capacity(sums.len());
    for (ms, ss, mm) in &sums {
        let mut gains = Vec::with_capacity(count);
        let mut last = 1.0;
        for n in 0..count {
            totals.before += mm[n] - 2.0 * ms[n] + ss[n];
            if ss[n] > 1e-8 * loudest {
                last = ms[n] / ss[n];
                known.push((last, ss[n]));
                totals.after += (mm[n] - ms[n] * last).max(0.0);
            } else {
                totals.after += mm[n] - 2.0 * ms[n] + ss[n];
            }
            gains.push(last);
        }
        segments.push(gains);
    }
    known.sort_by(|a, b| a.0.total_cmp(&b.0));
    let total: f64 = known.iter().map(|(_, weight)| weight).sum();
    let quantile = |share: f64| {
        let mut sum = 0.0;
        let at = known.iter().find(|(_, weight)| {
            sum += weight;
            sum >= share * total
        });
        at.map_or(1.0, |(gain, _)| *gain)
    };
    Curve { segments, step, left: totals, range: [quantile(0.05), quantile(0.95), quantile(0.5)] }
}

/// The mix with a gain curve taken off again.
pub(super) fn without_curve(bank: &Bank, curve: &Curve) -> Vec<Bins> {
    let of = |piece: usize| {
        let gains = &curve.segments[piece / bank.channels];
        let mix = bank.wide_mix(piece);
        let mut values = bank.values(|bin| mix.re[bin], |bin| mix.im[bin]);
        for (n, x) in values.iter_mut().enumerate() {
            let place = (n as f64 - 0.5 * curve.step as f64) / curve.step as f64;
            let at = (place.max(0.0) as usize).min(gains.len() - 1);
            let next = (at + 1).min(gains.len() - 1);
            let along = (place - at as f64).clamp(0.0, 1.0);
            *x /= (gains[at] + along * (gains[next] - gains[at])).clamp(0.02, 50.0);
        }
        bank.transform(&values)
    };
    (0..bank.pieces()).into_par_iter().map(of).collect()
}

/// A filter: complex gains at frequencies a twelfth of an octave apart, and lines between them.
#[derive(Debug, Clone)]
pub(super) struct Filter {
    /// By used bin.
    pub(super) re: Vec<f64>,
    pub(super) im: Vec<f64>,
    pub(super) left: Left,
}

/// The filter that brings the model nearest to the mix: least squares over all segments.
pub(super) fn filter(bank: &Bank, left: &[Wide], weights: &[Vec<f64>]) -> Filter {
    let model = |piece: usize| {
        let mut mix = bank.wide_mix(piece);
        stemwright_simd::add_scaled(&mut mix.re, &left[piece].re, -1.0);
        stemwright_simd::add_scaled(&mut mix.im, &left[piece].im, -1.0);
        mix
    };
    filter_of(bank, left, weights, model)
}

/// The filter on one signal that takes most off what is left.
pub(super) fn filter_of(bank: &Bank, left: &[Wide], weights: &[Vec<f64>], signal: impl Fn(usize) -> Wide) -> Filter {
    let place = |bin: usize| NODES * libm::log2((bank.low + bin) as f64 / bank.low as f64);
    let nodes = place(bank.bins()) as usize + 2;
    let (mut diagonal, mut beside) = (vec![0.0; nodes], vec![0.0; nodes]);
    let mut right = [vec![0.0; nodes], vec![0.0; nodes]];
    let places: Vec<(usize, f64)> = (0..bank.bins()).map(|bin| (place(bin) as usize, place(bin).fract())).collect();
    let mut totals = Left::default();
    for (piece, r) in left.iter().enumerate() {
        let signal = signal(piece);
        for (band, weight) in bank.bands.windows(2).zip(&weights[piece]) {
            for (bin, &(at, along)) in places.iter().enumerate().take(band[1]).skip(band[0]) {
                let (y, r) = ([signal.re[bin], signal.im[bin]], [r.re[bin], r.im[bin]]);
                let power = weight * (y[0] * y[0] + y[1] * y[1]);
                let near = [1.0 - along, along];
                let product = [weight * (r[0] * y[0] + r[1] * y[1]), weight * (r[1] * y[0] - r[0] * y[1])];
                for side in 0..2 {
                    diagonal[at + side] += near[side] * near[side] * power;
                    right[0][at + side] += near[side] * product[0];
                    right[1][at + side] += near[side] * product[1];
                }
                beside[at] += near[0] * near[1] * power;
                totals.before += weight * (r[0] * r[0] + r[1] * r[1]);
            }
        }
    }
    let ridge = 1e-9 * diagonal.iter().copied().fold(0.0, f64::max) + f64::MIN_POSITIVE;
    diagonal.iter_mut().for_each(|x| *x += ridge);
    // Thomas' algorithm; what is solved for is the difference from 1.
    let solve = |right: &[f64]| {
        let (mut c, mut d) = (vec![0.0; nodes], vec![0.0; nodes]);
        for n in 0..nodes {
            let before = if n > 0 { beside[n - 1] } else { 0.0 };
            let pivot = diagonal[n] - before * if n > 0 { c[n - 1] } else { 0.0 };
            c[n] = beside[n] / pivot;
            d[n] = (right[n] - before * if n > 0 { d[n - 1] } else { 0.0 }) / pivot;
        }
        for n in (0..nodes - 1).rev() {
            d[n] -= c[n] * d[n + 1];
        }
        d
    };
    let off = [solve(&right[0]), solve(&right[1])];
    let explained: f64 = (0..2).map(|k| off[k].iter().zip(&right[k]).map(|(x, b)| x * b).sum::<f64>()).sum();
    totals.after = (totals.before - explained).max(0.0);
    let at = |values: &[f64], bin: usize| {
        let (at, along) = places[bin];
        values[at] + along * (values[at + 1] - values[at])
    };
    Filter {
        re: (0..bank.bins()).map(|bin| 1.0 + at(&off[0], bin)).collect(),
        im: (0..bank.bins()).map(|bin| at(&off[1], bin)).collect(),
        left: totals,
    }
}

/// The mix with a filter taken off again.
pub(super) fn without_filter(bank: &Bank, filter: &Filter) -> Vec<Bins> {
    let of = |piece: usize| {
        let mut bins = bank.mix[piece].clone();
        for (bin, (re, im)) in bins.re.iter_mut().zip(&mut bins.im).enumerate() {
            let (h, k) = (filter.re[bin], filter.im[bin]);
            let square = (h * h + k * k).max(1e-3);
            let (x, y) = (f64::from(*re), f64::from(*im));
            (*re, *im) = (((x * h + y * k) / square) as f32, ((y * h - x * k) / square) as f32);
        }
        bins
    };
    (0..bank.pieces()).map(of).collect()
}

/// How much of what is left a bent curve from model to mix explains, 0 to 1: saturation, clipping.
pub(super) fn bent(bank: &Bank, left: &[Wide]) -> f64 {
    const TERMS: usize = 4;
    let of = |piece: usize| {
        let mix = bank.wide_mix(piece);
        let r = &left[piece];
        let m = bank.values(|bin| r.re[bin], |bin| r.im[bin]);
        let y = bank.values(|bin| mix.re[bin] - r.re[bin], |bin| mix.im[bin] - r.im[bin]);
        let (mut normal, mut right, mut energy) = ([[0.0; TERMS]; TERMS], [0.0; TERMS], 0.0);
        for ((r, y), w) in m.iter().zip(&y).zip(bank.window.iter()).filter(|(_, w)| **w > 0.5) {
            let (r, y) = (r / w, y / w);
            let terms = [y, y * y.abs(), y * y * y, y * y * y * y * y];
            for i in 0..TERMS {
                right[i] += terms[i] * r;
                for j in 0..TERMS {
                    normal[i][j] += terms[i] * terms[j];
                }
            }
            energy += r * r;
        }
        (normal, right, energy)
    };
    let sums: Vec<_> = (0..bank.pieces()).into_par_iter().map(of).collect();
    let (mut normal, mut right, mut energy) = ([[0.0; TERMS]; TERMS], [0.0; TERMS], 0.0);
    for (n, b, e) in sums {
        for i in 0..TERMS {
            right[i] += b[i];
            for j in 0..TERMS {
                normal[i][j] += n[i][j];
            }
        }
        energy += e;
    }
    if energy <= 0.0 {
        return 0.0;
    }
    // Gram and Schmidt, one term after the other.
    let mut explained = 0.0;
    for k in 0..TERMS {
        let pivot = normal[k][k];
        if pivot <= 1e-12 * normal[0][0] {
            continue;
        }
        explained += right[k] * right[k] / pivot;
        for i in k + 1..TERMS {
            let factor = normal[i][k] / pivot;
            right[i] -= factor * right[k];
            let row = normal[k];
            normal[i].iter_mut().zip(row).skip(k + 1).for_each(|(x, y)| *x -= factor * y);
        }
    }
    (explained / energy).clamp(0.0, 1.0)
}
