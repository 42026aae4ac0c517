//! Sections in series whose coefficients stay, several sections and channels side by side.
//!
//! A section is a chain of dependent operations from frame to frame, and a processor that runs one alone waits most of
//! the time. So they run at the same time on different frames: each is [`SKEW`] frames behind the one before it. Each does
//! on each frame what [`Section::tick`] does: the same bits.

use crate::NOTHING;
use crate::section::{Coefficients, Section};
use std::ops::{Add, Mul, Sub};
use stemwright_core::CONTROL_GRID;
use stemwright_simd::{Pair, Quad, Quads, widest};

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
        let mut sections: [Lanes<Pair>; K] =
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
    fn together<S: Samples, const K: usize>(&self, sections: &mut [Lanes<Pair>; K], samples: &mut S) {
        let (frames, behind) = (samples.frames(), SKEW * (K - 1));
        // What each section gave two steps ago, and last.
        let given =
            |step: usize| -> [Pair; K] { std::array::from_fn(|k| samples.at((step - SKEW * k).saturating_sub(SKEW))) };
        let (mut older, mut last) = (given(behind), given(behind + 1));
        match (Quads::here(), &mut *sections, &mut older, &mut last) {
            (Some(quads), sections, older, last) if K == 4 => {
                let mut lanes = [0, 2].map(|k| Lanes::two(quads, &sections[k], &sections[k + 1]));
                let two = |given: &[Pair; K]| [0, 2].map(|k| Quad::new(quads, given[k], given[k + 1]));
                let (mut older_two, mut last_two) = (two(older), two(last));
                self.steps(
                    behind,
                    samples,
                    #[inline(always)]
                    |samples, step, settled| {
                        if let Some(k) = settled {
                            lanes[k / 2].settle_one(quads, k % 2);
                        }
                        let [first, second] = older_two;
                        let output = [
                            lanes[0].tick(Quad::new(quads, samples.at(step), first.lower())),
                            lanes[1].tick(first.between(second)),
                        ];
                        samples.put(step - behind, output[1].upper());
                        (older_two, last_two) = (last_two, output);
                    },
                );
                for k in [0, 2] {
                    (sections[k], sections[k + 1]) = lanes[k / 2].apart();
                    (older[k], older[k + 1]) = (older_two[k / 2].lower(), older_two[k / 2].upper());
                    (last[k], last[k + 1]) = (last_two[k / 2].lower(), last_two[k / 2].upper());
                }
            }
            (_, sections, older, last) => self.steps(
                behind,
                samples,
                #[inline(always)]
                |samples, step, settled| {
                    if let Some(k) = settled {
                        sections[k].settle();
                    }
                    let mut output = [Pair::of(0.0); K];
                    for k in 0..K {
                        output[k] = sections[k].tick(if k == 0 { samples.at(step) } else { older[k - 1] });
                    }
                    samples.put(step - behind, output[K - 1]);
                    (*older, *last) = (*last, output);
                },
            ),
        }
        for k in 1..K {
            samples.put(frames - SKEW * k, older[k - 1]);
            samples.put(frames - SKEW * k + 1, last[k - 1]);
        }
        // What is left for a section when the first is done.
        for (k, section) in sections.iter_mut().enumerate().skip(1) {
            self.alone(section, frames - SKEW * k..frames, samples);
        }
    }

    /// Goes through the steps in which all sections work, `behind` being how far the last is behind the first. Each has its
    /// grid frame as much later as it is behind: on such a step `tick` is told which one.
    #[inline(always)]
    fn steps<S: Samples>(&self, behind: usize, samples: &mut S, mut tick: impl FnMut(&mut S, usize, Option<usize>)) {
        let frames = samples.frames();
        let mut step = behind;
        while step < frames {
            let phase = (self.phase + step) % GRID;
            if phase <= behind {
                tick(samples, step, phase.is_multiple_of(SKEW).then_some(phase / SKEW));
                step += 1;
            } else {
                let end = frames.min(step + GRID - phase);
                for step in step..end {
                    tick(samples, step, None);
                }
                step = end;
            }
        }
    }

    /// One section on some frames, in place.
    #[inline(always)]
    fn alone<S: Samples>(&self, section: &mut Lanes<Pair>, range: std::ops::Range<usize>, samples: &mut S) {
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

/// A section of two channels side by side, or of one beside silence; two such sections.
struct Lanes<V> {
    /// 2c₁, 2c₂, 2c₃, m₀, m₁/2, m₂/2.
    coefficients: [V; 6],
    two: V,
    x1: V,
    x2: V,
}

impl Lanes<Pair> {
    #[inline(always)]
    fn new(coefficients: &Coefficients, states: &[Section]) -> Self {
        let state = |c: usize| states.get(c).map_or([0.0; 2], Section::state);
        let [left, right] = [state(0), state(1)];
        let [x1, x2] = [0, 1].map(|which| Pair::new([left[which], right[which]]));
        let [c1, c2, c3, m0, m1, m2] = *coefficients;
        let coefficients = [2.0 * c1, 2.0 * c2, 2.0 * c3, m0, 0.5 * m1, 0.5 * m2];
        Self { coefficients: coefficients.map(Pair::of), two: Pair::of(2.0), x1, x2 }
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
}

impl Lanes<Quad> {
    #[inline(always)]
    fn two(quads: Quads, first: &Lanes<Pair>, second: &Lanes<Pair>) -> Self {
        Self {
            coefficients: std::array::from_fn(|i| Quad::new(quads, first.coefficients[i], second.coefficients[i])),
            two: Quad::new(quads, first.two, second.two),
            x1: Quad::new(quads, first.x1, second.x1),
            x2: Quad::new(quads, first.x2, second.x2),
        }
    }

    #[inline(always)]
    fn apart(&self) -> (Lanes<Pair>, Lanes<Pair>) {
        let Self { coefficients, two, x1, x2 } = self;
        (
            Lanes { coefficients: coefficients.map(Quad::lower), two: two.lower(), x1: x1.lower(), x2: x2.lower() },
            Lanes { coefficients: coefficients.map(Quad::upper), two: two.upper(), x1: x1.upper(), x2: x2.upper() },
        )
    }

    /// [`Section::settle`] of the first or the second.
    #[inline(always)]
    fn settle_one(&mut self, quads: Quads, which: usize) {
        let (mut first, mut second) = self.apart();
        if which == 0 {
            first.settle()
        } else {
            second.settle()
        };
        (self.x1, self.x2) = (Quad::new(quads, first.x1, second.x1), Quad::new(quads, first.x2, second.x2));
    }
}

impl<V: Copy + Add<Output = V> + Sub<Output = V> + Mul<Output = V>> Lanes<V> {
    /// [`Section::tick`], with its v₁ and v₂ found twice as large. Doubling is exact, so each sum and product is rounded as
    /// it is there, and the way around a state, which is what is waited for, is one addition shorter.
    #[inline(always)]
    fn tick(&mut self, input: V) -> V {
        let [c1, c2, c3, m0, m1, m2] = self.coefficients;
        let v3 = input - self.x2;
        let v1 = c1 * self.x1 + c2 * v3;
        let v2 = self.two * self.x2 + c2 * self.x1 + c3 * v3;
        (self.x1, self.x2) = (v1 - self.x1, v2 - self.x2);
        m0 * input + m1 * v1 + m2 * v2
    }
}
