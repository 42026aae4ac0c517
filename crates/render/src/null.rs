//! The null test of the float sums: Σ stems against the mix, sample by sample.

use std::collections::VecDeque;
use stemwright_core::{CONTROL_GRID, SampleRate};
use stemwright_simd::{peak, widest};

/// What the null test found.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Null {
    /// The largest |mix − Σ stems|.
    pub residual: f64,
    /// The largest ratio of |mix − Σ stems| to what is allowed on its sample.
    pub of_bound: f64,
    /// The first sample over its bound, or not finite: frame and channel.
    pub first_over: Option<(u64, usize)>,
}

/// Compares two computations, the lane-free mix and the sum of the lanes.
///
/// On each sample |mix − Σ stems| may be 2⁻³⁴·(largest Σ|stem| of the last second) + N·2⁻⁴⁴: what rounding in f64
/// leaves after filters and echoes, far below what a file can hold. The last second is counted in whole control-grid
/// intervals.
pub(crate) struct NullTest {
    stems: usize,
    intervals: u64,
    channels: Vec<Channel>,
}

#[derive(Default)]
struct Channel {
    found: Null,
    frame: u64,
    /// The largest Σ|stem| of the interval at hand.
    now: f64,
    /// Intervals and their largest Σ|stem|: falling, none older than a second.
    recent: VecDeque<(u64, f64)>,
}

impl NullTest {
    pub(crate) fn new(stems: usize, channels: usize, rate: SampleRate) -> Self {
        let intervals = u64::from(rate.hz()) / CONTROL_GRID as u64 - 1;
        Self { stems, intervals, channels: (0..channels).map(|_| Channel::default()).collect() }
    }

    pub(crate) fn block(&mut self, mix: &[&[f64]], stems: &[Vec<&[f64]>]) {
        let floor = self.stems as f64 / (1u64 << 44) as f64;
        for (c, channel) in self.channels.iter_mut().enumerate() {
            channel.block(c, mix[c], stems.iter().map(|stem| stem[c]), self.intervals, floor);
        }
    }

    pub(crate) fn found(&self) -> Null {
        let found = || self.channels.iter().map(|channel| channel.found);
        Null {
            residual: found().map(|channel| channel.residual).fold(0.0, f64::max),
            of_bound: found().map(|channel| channel.of_bound).fold(0.0, f64::max),
            first_over: found().filter_map(|channel| channel.first_over).min(),
        }
    }
}

impl Channel {
    fn block<'a>(
        &mut self,
        channel: usize,
        mix: &[f64],
        stems: impl Iterator<Item = &'a [f64]>,
        intervals: u64,
        floor: f64,
    ) {
        let stems: Vec<&[f64]> = stems.collect();
        let mut at = 0;
        while at < mix.len() {
            let phase = (self.frame % CONTROL_GRID as u64) as usize;
            if phase == 0 {
                self.next_interval(intervals);
            }
            let range = at..mix.len().min(at + CONTROL_GRID as usize - phase);
            at = range.end;
            self.frame += range.len() as u64;
            self.run(channel, &mix[range.clone()], stems.iter().map(|stem| &stem[range.clone()]), floor);
        }
    }

    /// A stretch of one interval.
    fn run<'a>(&mut self, channel: usize, mix: &[f64], stems: impl Iterator<Item = &'a [f64]>, floor: f64) {
        let (mut sums, mut magnitudes) = ([0.0; CONTROL_GRID as usize], [0.0; CONTROL_GRID as usize]);
        let (sums, magnitudes) = (&mut sums[..mix.len()], &mut magnitudes[..mix.len()]);
        widest(
            #[inline(always)]
            || {
                for stem in stems {
                    for n in 0..mix.len() {
                        sums[n] += stem[n];
                        magnitudes[n] += stem[n].abs();
                    }
                }
                // Sums become residuals.
                for (sum, mix) in sums.iter_mut().zip(mix) {
                    *sum = (mix - *sum).abs();
                }
            },
        );
        let (residual, loudest) = (peak(sums), peak(magnitudes));
        let before = self.recent.front().map_or(self.now, |&(_, most)| most.max(self.now));
        // No bound of the stretch is lower than the first.
        let least = before / (1u64 << 34) as f64 + floor;
        let found = &mut self.found;
        if residual == 0.0 || residual <= found.residual && residual <= found.of_bound * least && residual <= least {
            self.now = self.now.max(loudest);
            return;
        }
        let first = self.frame - mix.len() as u64;
        for (n, (&residual, &magnitude)) in sums.iter().zip(&*magnitudes).enumerate() {
            self.now = self.now.max(magnitude);
            let bound = before.max(self.now) / (1u64 << 34) as f64 + floor;
            if residual > found.residual {
                found.residual = residual;
            }
            if residual > found.of_bound * bound {
                found.of_bound = residual / bound;
            }
            // Fails for what is not a number, too.
            let within = residual <= bound;
            if !within {
                found.first_over.get_or_insert((first + n as u64, channel));
            }
        }
    }

    /// Files the interval that ended and forgets what is older than a second.
    fn next_interval(&mut self, intervals: u64) {
        let number = self.frame / CONTROL_GRID as u64;
        if number > 0 {
            while self.recent.back().is_some_and(|&(_, most)| most <= self.now) {
                self.recent.pop_back();
            }
            self.recent.push_back((number - 1, self.now));
        }
        self.now = 0.0;
        while self.recent.front().is_some_and(|&(at, _)| at + intervals < number) {
            self.recent.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bound_remembers_one_second_and_no_more() {
        let rate = SampleRate::new(48_000).unwrap();
        let error = 2f64.powi(-35);
        let run = |quiet: usize| {
            let mut test = NullTest::new(1, 2, rate);
            let mut stem = vec![0.0; quiet + 64];
            stem[10] = 1.0;
            let mut mix = stem.clone();
            mix[10 + quiet] += error;
            for block in 0..mix.len().div_ceil(50) {
                let range = 50 * block..(50 * block + 50).min(mix.len());
                test.block(&[&mix[range.clone()], &mix[range.clone()]], &[vec![&stem[range.clone()], &stem[range]]]);
            }
            test.found().first_over
        };
        assert_eq!(run(40_000), None, "within a second of something loud");
        assert_eq!(run(48_100), Some((48_110, 0)), "later it stands out");
    }

    #[test]
    fn what_is_not_a_number_is_never_within_the_bound() {
        let mut test = NullTest::new(1, 2, SampleRate::new(48_000).unwrap());
        test.block(&[&[0.0, f64::NAN], &[0.0, 0.0]], &[vec![&[0.0, 0.0], &[0.0, 0.0]]]);
        assert_eq!(test.found().first_over, Some((1, 0)));
    }

    #[test]
    fn what_is_skipped_could_not_have_changed_what_is_found() {
        let rate = SampleRate::new(8_000).unwrap();
        let mut state = 5u64;
        let mut noise = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1u64 << 52) as f64 - 1.0
        };
        let frames = 30_000;
        let loud = |n: usize| if (n / 1_500).is_multiple_of(9) { 0.5 } else { 1e-4 };
        let stems: Vec<Vec<f64>> = (0..3).map(|_| (0..frames).map(|n| noise() * loud(n)).collect()).collect();
        let error = |n: usize| if n.is_multiple_of(2_001) { 2f64.powi(-36) } else { 2f64.powi(-52) };
        let mix: Vec<f64> = (0..frames).map(|n| stems.iter().map(|stem| stem[n]).sum::<f64>() + error(n)).collect();
        let mut test = NullTest::new(3, 1, rate);
        for start in (0..frames).step_by(777) {
            let range = start..frames.min(start + 777);
            let stems: Vec<Vec<&[f64]>> = stems.iter().map(|stem| vec![&stem[range.clone()]]).collect();
            test.block(&[&mix[range]], &stems);
        }
        // The law, sample by sample: every magnitude of the last second, in whole intervals.
        let magnitude: Vec<f64> = (0..frames).map(|n| stems.iter().map(|stem| stem[n].abs()).sum()).collect();
        let mut law = Null::default();
        for n in 0..frames {
            let first = (n / 32).saturating_sub(8_000 / 32 - 1) * 32;
            let loudest = magnitude[first..=n].iter().fold(0.0, |most: f64, x| most.max(*x));
            let bound = loudest / (1u64 << 34) as f64 + 3.0 / (1u64 << 44) as f64;
            let residual = (mix[n] - stems.iter().map(|stem| stem[n]).sum::<f64>()).abs();
            law.residual = law.residual.max(residual);
            if residual > law.of_bound * bound {
                law.of_bound = residual / bound;
            }
            if residual > bound {
                law.first_over.get_or_insert((n as u64, 0));
            }
        }
        assert!(law.first_over.is_some());
        assert_eq!(test.found(), law);
    }
}
