//! Spectra moved in time: every bin is turned by as much as its frequency is late.

use stemwright_simd::widest;

/// Bins side by side.
const LANES: usize = 8;

/// By how much one bin after the other is turned further: cosines and negative sines of 0 to 7 steps, and of 8.
#[derive(Debug, Clone, Copy)]
pub(super) struct Turn {
    late: f64,
    re: [f64; LANES],
    im: [f64; LANES],
    on: [f64; 2],
}

impl Turn {
    /// Of a signal `late` frames late, where bins are `step` radians a frame apart.
    pub(super) fn new(step: f64, late: f64) -> Self {
        let angles: [f64; LANES] = std::array::from_fn(|lane| step * late * lane as f64);
        let on = step * late * LANES as f64;
        Self {
            late,
            re: angles.map(libm::cos),
            im: angles.map(|angle| -libm::sin(angle)),
            on: [libm::cos(on), -libm::sin(on)],
        }
    }

    /// Adds `gain` times bins that are turned; the first of them is of `omega` radians a frame. Rounding adds up over the bins, so few
    /// hundreds of them are to be turned at once.
    pub(super) fn add(&self, [out_re, out_im]: [&mut [f64]; 2], [re, im]: [&[f32]; 2], gain: f64, omega: f64) {
        let angle = omega * self.late;
        let (c, s) = (gain * libm::cos(angle), -gain * libm::sin(angle));
        let mut cs: [f64; LANES] = std::array::from_fn(|n| c * self.re[n] - s * self.im[n]);
        let mut ss: [f64; LANES] = std::array::from_fn(|n| c * self.im[n] + s * self.re[n]);
        let [on_re, on_im] = self.on;
        widest(
            #[inline(always)]
            || {
                let whole = re.len() / LANES * LANES;
                let from = re.as_chunks::<LANES>().0.iter().zip(im.as_chunks::<LANES>().0);
                let to = out_re.as_chunks_mut::<LANES>().0.iter_mut().zip(out_im.as_chunks_mut::<LANES>().0);
                for ((out_re, out_im), (re, im)) in to.zip(from) {
                    for n in 0..LANES {
                        let (x, y) = (f64::from(re[n]), f64::from(im[n]));
                        out_re[n] += x * cs[n] - y * ss[n];
                        out_im[n] += x * ss[n] + y * cs[n];
                    }
                    for n in 0..LANES {
                        (cs[n], ss[n]) = (cs[n] * on_re - ss[n] * on_im, cs[n] * on_im + ss[n] * on_re);
                    }
                }
                for bin in whole..re.len() {
                    let (n, x, y) = (bin - whole, f64::from(re[bin]), f64::from(im[bin]));
                    out_re[bin] += x * cs[n] - y * ss[n];
                    out_im[bin] += x * ss[n] + y * cs[n];
                }
            },
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_are_turned_by_their_frequency() {
        let (step, late, gain, omega) = (1e-4, 23.4, -0.7, 0.3);
        let re: Vec<f32> = (0..301).map(|n| (n as f32 * 0.37).sin()).collect();
        let im: Vec<f32> = (0..301).map(|n| (n as f32 * 0.11).cos()).collect();
        let (mut out_re, mut out_im) = (vec![0.5; 301], vec![-0.25; 301]);
        Turn::new(step, late).add([&mut out_re, &mut out_im], [&re, &im], gain, omega);
        for n in 0..301 {
            let angle = -(omega + step * n as f64) * late;
            let (x, y) = (f64::from(re[n]), f64::from(im[n]));
            let (c, s) = (gain * angle.cos(), gain * angle.sin());
            assert!((out_re[n] - 0.5 - (x * c - y * s)).abs() < 1e-13);
            assert!((out_im[n] + 0.25 - (x * s + y * c)).abs() < 1e-13);
        }
    }
}
