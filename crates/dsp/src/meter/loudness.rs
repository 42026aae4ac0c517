//! Loudness after ITU-R BS.1770-5 and EBU Tech 3341, loudness range after EBU Tech 3342.

use crate::{NOTHING, log2};
use std::f64::consts::{LOG10_2, PI};
use stemwright_core::SampleRate;
use stemwright_simd::{Pair, is_zero, widest};

/// The smallest step of the measurement: 10 ms. The standard's gating blocks start on every tenth.
const STEPS_A_SECOND: u64 = 100;
/// Steps in a tenth of a second, by which gating blocks and short-term windows of the range advance.
const TENTH: usize = 10;
/// Steps in 3 s.
const SHORT_TERM: usize = 300;
/// The two gates of BS.1770-5 annex 1 and of Tech 3342, as ratios of energies.
const TEN_LU: f64 = 0.1;
const TWENTY_LU: f64 = 0.01;

/// The two filters of BS.1770-5 annex 1, each as b₀, b₁, b₂, a₁, a₂ of
/// y\[n\] = b₀x\[n\] + b₁x\[n−1\] + b₂x\[n−2\] − a₁y\[n−1\] − a₂y\[n−2\].
///
/// The standard lists coefficients for 48 kHz and asks for the same response at other rates. They are bilinear
/// transforms, prewarped at the corner, of two analogue prototypes; those are transformed for the rate here. At 48 kHz the
/// standard leaves its high-pass unscaled, 1, −2, 1, which is 0.043 dB above the prototype: that factor
/// stays at every rate, while a bare 1, −2, 1 would read 0.038 dB less at 384 kHz.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KWeighting {
    /// The shelf that stands for the head: +4 dB from about 1.7 kHz.
    pub shelf: [f64; 5],
    /// The high-pass at 38 Hz.
    pub high_pass: [f64; 5],
}

impl KWeighting {
    /// The filters for a rate.
    pub fn new(rate: SampleRate) -> Self {
        let rate = f64::from(rate.hz());
        Self { shelf: shelf(rate), high_pass: high_pass(rate) }
    }
}

fn shelf(rate: f64) -> [f64; 5] {
    let (freq, gain, q) = (1_681.974_450_955_533, 3.999_843_853_973_347, 0.707_175_236_955_419_6);
    let k = libm::tan(PI * freq / rate);
    let high = libm::exp10(gain / 20.0);
    // Nearly √high: the exponent that reproduces the standard's coefficients.
    let band = libm::pow(high, 0.499_666_774_154_541_6);
    let a0 = 1.0 + k / q + k * k;
    [
        (high + band * k / q + k * k) / a0,
        2.0 * (k * k - high) / a0,
        (high - band * k / q + k * k) / a0,
        2.0 * (k * k - 1.0) / a0,
        (1.0 - k / q + k * k) / a0,
    ]
}

fn high_pass(rate: f64) -> [f64; 5] {
    let q = 0.500_327_037_323_877_3;
    let denominator = |rate: f64| {
        let k = libm::tan(PI * 38.135_470_876_024_44 / rate);
        (1.0 + k / q + k * k, k)
    };
    let (a0, k) = denominator(rate);
    let b = denominator(48_000.0).0 / a0;
    [b, -2.0 * b, b, 2.0 * (k * k - 1.0) / a0, (1.0 - k / q + k * k) / a0]
}

/// Both filters of one channel in the transposed direct form, the high-pass without its factor. For the energy of what
/// goes by, its rounding (10⁻¹¹ of the signal at 384 kHz) does not matter, and it has the fewest steps for each sample.
#[derive(Debug, Clone, Copy, Default)]
struct State {
    shelf: [f64; 2],
    high_pass: [f64; 2],
}

impl State {
    /// Zeroes what is nothing, each filter by itself, long before it is denormal.
    fn settle(&mut self) {
        for state in [&mut self.shelf, &mut self.high_pass] {
            if state.iter().all(|v| v.abs() < NOTHING) {
                *state = [0.0; 2];
            }
        }
    }

    fn is_silent(&self) -> bool {
        self.shelf == [0.0; 2] && self.high_pass == [0.0; 2]
    }
}

/// Adds the energy of one channel or two to `sums`, frame by frame. Two go side by side, because each is a chain of dependent
/// operations.
fn weigh(filter: &KWeighting, states: &mut [State], sums: &mut [f64], channels: &[&[f64]]) {
    let of = |value: fn(&State) -> f64| Pair::new([0, 1].map(|c| states.get(c).map_or(0.0, value)));
    let shelf = [of(|state| state.shelf[0]), of(|state| state.shelf[1])];
    let high_pass = [of(|state| state.high_pass[0]), of(|state| state.high_pass[1])];
    let sum = Pair::new([0, 1].map(|c| sums.get(c).copied().unwrap_or(0.0)));
    let mut run = Weighing { shelf, high_pass, sum };
    widest(
        #[inline(always)]
        || match channels {
            [left, right] => {
                for (left, right) in left.iter().zip(*right) {
                    run.tick(filter, Pair::new([*left, *right]));
                }
            }
            [single] => {
                for x in *single {
                    run.tick(filter, Pair::new([*x, 0.0]));
                }
            }
            _ => {}
        },
    );
    let (shelf, high_pass) = (run.shelf.map(Pair::get), run.high_pass.map(Pair::get));
    for (c, (state, sum)) in states.iter_mut().zip(sums).enumerate() {
        *state = State { shelf: shelf.map(|state| state[c]), high_pass: high_pass.map(|state| state[c]) };
        *sum = run.sum.get()[c];
    }
}

/// Two channels side by side.
struct Weighing {
    shelf: [Pair; 2],
    high_pass: [Pair; 2],
    sum: Pair,
}

impl Weighing {
    #[inline(always)]
    fn tick(&mut self, filter: &KWeighting, x: Pair) {
        let [b0, b1, b2, a1, a2] = filter.shelf.map(Pair::of);
        let [_, _, _, c1, c2] = filter.high_pass.map(Pair::of);
        let [s1, s2] = self.shelf;
        let u = b0 * x + s1;
        self.shelf = [(b1 * x + s2) - a1 * u, b2 * x - a2 * u];
        let [t1, t2] = self.high_pass;
        let y = u + t1;
        self.high_pass = [(t2 - (u + u)) - c1 * y, u - c2 * y];
        self.sum = self.sum + y * y;
    }
}

/// Measures loudness: integrated, the maxima of momentary (400 ms) and short-term (3 s), and loudness range.
///
/// Time is cut into steps of 10 ms: step *k* ends before frame ⌊(*k*+1)·rate/100⌋, so at a rate that 100 does not
/// divide steps differ by one frame and never drift, and each window's mean is over the frames that it really has. The
/// maxima are over windows that end on any step; gating blocks of 400 ms and the 3 s windows of the range advance by ten
/// steps, 100 ms. Windows that the signal does not fill are not measured.
///
/// Exact, without a histogram: it keeps 80 bytes for each second. Samples must be finite.
#[derive(Debug, Clone)]
pub struct Loudness {
    rate: u64,
    filter: KWeighting,
    weights: Vec<f64>,
    states: Vec<State>,
    /// Each channel's energy in the step that has begun.
    sums: Vec<f64>,
    frame: u64,
    /// How many steps are complete, and where the next one ends.
    steps: u64,
    step_end: u64,
    /// The energies of the last ten steps, and of the tenth of a second before each of the last 300.
    recent: [f64; TENTH],
    tenths: Vec<f64>,
    /// The energies of all tenths of a second since the start.
    history: Vec<f64>,
    momentary_max: f64,
    short_term_max: f64,
}

impl Loudness {
    /// A meter for these channels: 5 are L, R, C, Ls, Rs and 6 are L, R, C, LFE, Ls, Rs, weighted as in BS.1770-5 annex 1;
    /// any other number has weight 1 each. One mono channel counts once: the same signal in two channels is 3.01 LU
    /// louder.
    pub fn new(rate: SampleRate, channels: usize) -> Self {
        match channels {
            5 => Self::with_weights(rate, &[1.0, 1.0, 1.0, 1.41, 1.41]),
            6 => Self::with_weights(rate, &[1.0, 1.0, 1.0, 0.0, 1.41, 1.41]),
            _ => Self::with_weights(rate, &vec![1.0; channels]),
        }
    }

    /// A meter for channels with these weights (BS.1770-5 tables 3 and 4: 1 in front, 1.41 at 60° to 120°, 0 for
    /// low-frequency effects).
    pub fn with_weights(rate: SampleRate, weights: &[f64]) -> Self {
        let rate_hz = u64::from(rate.hz());
        Self {
            rate: rate_hz,
            filter: KWeighting::new(rate),
            weights: weights.to_vec(),
            states: vec![State::default(); weights.len()],
            sums: vec![0.0; weights.len()],
            frame: 0,
            steps: 0,
            step_end: rate_hz / STEPS_A_SECOND,
            recent: [0.0; TENTH],
            tenths: vec![0.0; SHORT_TERM],
            history: Vec::new(),
            momentary_max: 0.0,
            short_term_max: 0.0,
        }
    }

    /// Measures a block of any length: one slice a channel, equal lengths. What is measured does not depend on the
    /// lengths of the blocks.
    ///
    /// # Panics
    ///
    /// If the number of slices is not that of the channels, or their lengths differ.
    pub fn block(&mut self, channels: &[&[f64]]) {
        assert_eq!(channels.len(), self.weights.len(), "one slice for each channel");
        let frames = channels.first().map_or(0, |samples| samples.len());
        assert!(channels.iter().all(|samples| samples.len() == frames), "channels of one length");
        let mut at = 0;
        while at < frames {
            let left = usize::try_from(self.step_end - self.frame).unwrap_or(usize::MAX);
            let range = at..at + left.min(frames - at);
            let groups = self.states.chunks_mut(2).zip(self.sums.chunks_mut(2)).zip(channels.chunks(2));
            for ((states, sums), channels) in groups {
                let silent = states.iter().all(State::is_silent)
                    && channels.iter().all(|samples| is_zero(&samples[range.clone()]));
                if !silent {
                    let [first, last] =
                        [channels[0], channels[channels.len() - 1]].map(|channel| &channel[range.clone()]);
                    weigh(&self.filter, states, sums, &[first, last][..channels.len()]);
                }
            }
            at = range.end;
            self.advance(range.len() as u64);
        }
    }

    /// Measures frames of digital silence: the same as a block of zeros, in next to no time once the filters have rung
    /// out (a few steps).
    pub fn silence(&mut self, frames: u64) {
        const ZEROS: [f64; 512] = [0.0; 512];
        let end = self.frame + frames;
        while self.frame < end {
            let left = end.min(self.step_end) - self.frame;
            if self.states.iter().all(State::is_silent) {
                self.advance(left);
            } else {
                let zeros = &ZEROS[..left.min(512) as usize];
                self.block(&vec![zeros; self.weights.len()]);
            }
        }
    }

    /// Counts frames that never go beyond the end of the step.
    fn advance(&mut self, frames: u64) {
        self.frame += frames;
        if self.frame == self.step_end {
            self.end_step();
        }
    }

    fn end_step(&mut self) {
        let mut energy = 0.0;
        for (sum, weight) in self.sums.iter_mut().zip(&self.weights) {
            energy += weight * *sum;
            *sum = 0.0;
        }
        // The high-pass's factor, left out of the filter.
        energy *= self.filter.high_pass[0] * self.filter.high_pass[0];
        self.states.iter_mut().for_each(State::settle);

        let step = self.steps as usize;
        self.recent[step % TENTH] = energy;
        let tenth = (1..=TENTH).map(|i| self.recent[(step + i) % TENTH]).sum();
        self.tenths[step % SHORT_TERM] = tenth;
        self.steps += 1;
        self.step_end = self.frames_in(self.steps + 1);
        if self.steps.is_multiple_of(TENTH as u64) {
            self.history.push(tenth);
        }
        self.momentary_max = self.momentary_max.max(self.latest(4));
        self.short_term_max = self.short_term_max.max(self.latest(30));
    }

    /// The mean energy of the latest so many tenths of a second, 0 where the signal is not yet as long.
    fn latest(&self, tenths: usize) -> f64 {
        let steps = (tenths * TENTH) as u64;
        if self.steps < steps {
            return 0.0;
        }
        let last = self.steps as usize - 1 + SHORT_TERM;
        let energy: f64 = (0..tenths).rev().map(|i| self.tenths[(last - i * TENTH) % SHORT_TERM]).sum();
        energy / (self.frames_in(self.steps) - self.frames_in(self.steps - steps)) as f64
    }

    /// How many frames the first steps have.
    fn frames_in(&self, steps: u64) -> u64 {
        steps * self.rate / STEPS_A_SECOND
    }

    /// The mean energies of all windows of so many tenths of a second, 100 ms apart.
    fn windows(&self, tenths: usize) -> impl Iterator<Item = f64> {
        self.history.windows(tenths).enumerate().map(move |(first, energies)| {
            let frames = |tenth: usize| self.frames_in((tenth * TENTH) as u64);
            energies.iter().sum::<f64>() / (frames(first + tenths) - frames(first)) as f64
        })
    }

    /// Integrated loudness in LUFS: the mean over the 400 ms blocks above −70 LUFS and above 10 LU under the mean of
    /// those. `None` where no block is above −70 LUFS.
    pub fn integrated(&self) -> Option<f64> {
        let absolute = energy(-70.0);
        let relative = TEN_LU * mean(self.windows(4).filter(|&block| block > absolute))?;
        loudness(mean(self.windows(4).filter(|&block| block > absolute && block > relative))?)
    }

    /// The loudness of the latest 400 ms in LUFS, at the last step of 10 ms; `None` of digital silence and of less than 400 ms.
    pub fn momentary_now(&self) -> Option<f64> {
        loudness(self.latest(4))
    }

    /// The loudness of the latest 3 s in LUFS, at the last step of 10 ms; `None` of digital silence and of less than 3 s.
    pub fn short_term_now(&self) -> Option<f64> {
        loudness(self.latest(30))
    }

    /// The highest momentary loudness (400 ms) in LUFS; `None` of digital silence and of less than 400 ms.
    pub fn momentary_max(&self) -> Option<f64> {
        loudness(self.momentary_max)
    }

    /// The highest short-term loudness (3 s) in LUFS; `None` of digital silence and of less than 3 s.
    pub fn short_term_max(&self) -> Option<f64> {
        loudness(self.short_term_max)
    }

    /// Short-term loudness (3 s) in LUFS of the windows that begin every 100 ms; `None` where it has no logarithm.
    pub fn short_term(&self) -> impl Iterator<Item = Option<f64>> {
        self.windows(30).map(loudness)
    }

    /// Loudness range in LU (Tech 3342): from the 10th to the 95th percentile of the short-term loudness where it is at
    /// least −70 LUFS and at least 20 LU under the mean of that. `None` where it never is.
    pub fn range(&self) -> Option<f64> {
        let absolute = energy(-70.0);
        let relative = TWENTY_LU * mean(self.windows(30).filter(|&window| window >= absolute))?;
        let mut kept: Vec<f64> = self.windows(30).filter(|&window| window >= absolute && window >= relative).collect();
        kept.sort_unstable_by(f64::total_cmp);
        let last = kept.len().checked_sub(1)?;
        let percentile = |percent: usize| kept[(last * percent + 50) / 100];
        Some(10.0 * LOG10_2 * log2(percentile(95) / percentile(10)))
    }
}

fn mean(energies: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = energies.fold((0.0, 0_u32), |(sum, count), energy| (sum + energy, count + 1));
    (count > 0).then(|| sum / f64::from(count))
}

/// BS.1770-5 annex 1, equation 2.
fn loudness(energy: f64) -> Option<f64> {
    (energy.is_normal() && energy > 0.0).then(|| -0.691 + 10.0 * LOG10_2 * log2(energy))
}

fn energy(loudness: f64) -> f64 {
    libm::exp10((loudness + 0.691) / 10.0)
}
