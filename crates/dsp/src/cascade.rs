//! Sections in series whose coefficients stay, several sections and channels side by side.
//!
//! A section is a chain of dependent operations from frame to frame, and a processor that runs one alone waits most of
//! the time. So they run at the same time on different frames: each is [`SKEW`] frames behind the one before it. Each does
//! on each frame what [`Section::tick`] does: the same bits.

use crate::NOTHING;
use crate::section::{Coefficients, Section};
use stemwright_core::CONTROL_GRID;
use stemwright_simd::{Pair, widest};

/// How many frames a section is behind the one before it. With 1, the way from its input to its output would be waited
/// for; with 2, only the shorter one around its state is.
const SKEW: usize = 2;
/// Sections that run side by side.
const MOST: usize = 4;
const GRID: usize = CONTROL_GRID as usize;

/// Filters a block in place, from session frame `start` on. `states` are by section, then channel.
pub(crate) fn cascade(
    start: i64,
    channels: &mut [&mut [f64]],
    coefficients: &[Coefficients],
    states: &mut [Vec<Section>],
) {
    let phase = start.rem_euclid(CONTROL_GRID) as usize;
    for (pair, channels) in channels.chunks_mut(2).enumerate() {
        for (states, coefficients) in states.chunks_mut(MOST).zip(coefficients.chunks(MOST)) {
            Block { phase, coefficients, first: 2 * pair }.filter(channels, states);
        }
    }
}

/// A block for some of the sections and one or two channels.
struct Block<'a> {
    /// How far it begins after a frame of the control grid.
    phase: usize,
    coefficients: &'a [Coefficients],
    /// The number of its first channel.
    first: usize,
}

impl Block<'_> {
    fn filter(&self, channels: &mut [&mut [f64]], states: &mut [Vec<Section>]) {
        widest(
            #[inline(always)]
            || match (channels, states.len()) {
                ([left, right], 1) => self.run::<_, 1>(Stereo(left, right), states),
                ([left, right], 2) => self.run::<_, 2>(Stereo(left, right), states),
                ([left, right], 3) => self.run::<_, 3>(Stereo(left, right), states),
                ([left, right], _) => self.run::<_, 4>(Stereo(left, right), states),
                ([mono], 1) => self.run::<_, 1>(Mono(mono), states),
                ([mono], 2) => self.run::<_, 2>(Mono(mono), states),
                ([mono], 3) => self.run::<_, 3>(Mono(mono), states),
                ([mono], _) => self.run::<_, 4>(Mono(mono), states),
                _ => {}
            },
        );
    }

    /// `K` sections.
    #[inline(always)]
    fn run<S: Samples, const K: usize>(&self, mut samples: S, states: &mut [Vec<Section>]) {
        let (frames, behind) = (samples.frames(), SKEW * (K - 1));
        let mut sections: [Lanes; K] =
            std::array::from_fn(|k| Lanes::new(&self.coefficients[k], &states[k][self.first..]));
        // What a section has to do before all of them can work; where the block is as short as that, all it has to do.
        let short = frames <= behind + SKEW;
        for (k, section) in sections.iter_mut().enumerate() {
            self.alone(section, 0..if short { frames } else { behind - SKEW * k }, &mut samples);
        }
        if !short {
            self.together(&mut sections, &mut samples);
        }
        for (section, states) in sections.iter().zip(states) {
            section.leave(&mut states[self.first..]);
        }
    }

    #[inline(always)]
    fn together<S: Samples, const K: usize>(&self, sections: &mut [Lanes; K], samples: &mut S) {
        let (frames, behind) = (samples.frames(), SKEW * (K - 1));
        // What each section gave two steps ago, and last.
        let mut older: [Pair; K] = std::array::from_fn(|k| samples.at((behind - SKEW * k).saturating_sub(SKEW)));
        let mut last: [Pair; K] = std::array::from_fn(|k| samples.at((behind - SKEW * k + 1).saturating_sub(SKEW)));
        let mut tick_all = |sections: &mut [Lanes; K], samples: &mut S, step: usize| {
            let mut output = [Pair::of(0.0); K];
            for k in 0..K {
                output[k] = sections[k].tick(if k == 0 { samples.at(step) } else { older[k - 1] });
            }
            samples.put(step - behind, output[K - 1]);
            (older, last) = (last, output);
        };
        let mut step = behind;
        while step < frames {
            let phase = (self.phase + step) % GRID;
            // Each section has its grid frame as much later as it is behind.
            if phase < SKEW * K {
                if phase.is_multiple_of(SKEW) {
                    sections[phase / SKEW].settle();
                }
                tick_all(sections, samples, step);
                step += 1;
            } else {
                let end = frames.min(step + GRID - phase);
                (step..end).for_each(|step| tick_all(sections, samples, step));
                step = end;
            }
        }
        for k in 1..K {
            samples.put(frames - SKEW * k, older[k - 1]);
            samples.put(frames - SKEW * k + 1, last[k - 1]);
        }
        // What is left for a section when the first is done.
        (1..K).for_each(|k| self.alone(&mut sections[k], frames - SKEW * k..frames, samples));
    }

    /// One section on some frames, in place.
    #[inline(always)]
    fn alone<S: Samples>(&self, section: &mut Lanes, range: std::ops::Range<usize>, samples: &mut S) {
        for n in range {
            if (self.phase + n).is_multiple_of(GRID) {
                section.settle();
            }
            samples.put(n, section.tick(samples.at(n)));
        }
    }
}

/// A block of one or two channels.
trait Samples {
    fn frames(&self) -> usize;
    fn at(&self, n: usize) -> Pair;
    fn put(&mut self, n: usize, frame: Pair);
}

struct Stereo<'a>(&'a mut [f64], &'a mut [f64]);

impl Samples for Stereo<'_> {
    #[inline(always)]
    fn frames(&self) -> usize {
        self.0.len().min(self.1.len())
    }

    #[inline(always)]
    fn at(&self, n: usize) -> Pair {
        Pair::new([self.0[n], self.1[n]])
    }

    #[inline(always)]
    fn put(&mut self, n: usize, frame: Pair) {
        [self.0[n], self.1[n]] = frame.get();
    }
}

struct Mono<'a>(&'a mut [f64]);

impl Samples for Mono<'_> {
    #[inline(always)]
    fn frames(&self) -> usize {
        self.0.len()
    }

    #[inline(always)]
    fn at(&self, n: usize) -> Pair {
        Pair::new([self.0[n], 0.0])
    }

    #[inline(always)]
    fn put(&mut self, n: usize, frame: Pair) {
        self.0[n] = frame.get()[0];
    }
}

/// A section of two channels side by side, or of one beside silence.
struct Lanes {
    coefficients: [Pair; 6],
    x1: Pair,
    x2: Pair,
}

impl Lanes {
    #[inline(always)]
    fn new(coefficients: &Coefficients, states: &[Section]) -> Self {
        let state = |c: usize| states.get(c).map_or([0.0; 2], Section::state);
        let [left, right] = [state(0), state(1)];
        let [x1, x2] = [0, 1].map(|which| Pair::new([left[which], right[which]]));
        Self { coefficients: coefficients.map(Pair::of), x1, x2 }
    }

    #[inline(always)]
    fn leave(&self, states: &mut [Section]) {
        let (x1, x2) = (self.x1.get(), self.x2.get());
        states
            .iter_mut()
            .zip(x1.into_iter().zip(x2))
            .for_each(|(state, (x1, x2))| *state = Section::of_state([x1, x2]));
    }

    /// [`Section::settle`].
    #[inline(always)]
    fn settle(&mut self) {
        let (mut x1, mut x2) = (self.x1.get(), self.x2.get());
        for (x1, x2) in x1.iter_mut().zip(&mut x2) {
            if x1.abs() < NOTHING && x2.abs() < NOTHING {
                (*x1, *x2) = (0.0, 0.0);
            }
        }
        (self.x1, self.x2) = (Pair::new(x1), Pair::new(x2));
    }

    /// [`Section::tick`].
    #[inline(always)]
    fn tick(&mut self, input: Pair) -> Pair {
        let [c1, c2, c3, m0, m1, m2] = self.coefficients;
        let v3 = input - self.x2;
        let v1 = c1 * self.x1 + c2 * v3;
        let v2 = self.x2 + c2 * self.x1 + c3 * v3;
        // 2v, exactly.
        self.x1 = v1 + v1 - self.x1;
        self.x2 = v2 + v2 - self.x2;
        m0 * input + m1 * v1 + m2 * v2
    }
}
