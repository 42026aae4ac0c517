//! The crossovers: a signal becomes bands.

use crate::trapezoid::{Integrators, PairFilter, PairIntegrators, Trapezoid};
use crate::{Run, runs};
use stemwright_core::CONTROL_GRID;
use stemwright_simd::{Pair, widest};

/// The most bands.
pub(super) const MOST: usize = 5;
pub(super) const GRID: usize = CONTROL_GRID as usize;

/// The bands of two channels for one run: by band, then channel.
pub(super) type Bands = [[[f64; GRID]; 2]; MOST];

/// The crossovers of one channel.
#[derive(Debug, Clone)]
pub(super) struct Split {
    /// For each crossover: what makes both sides of it, then the second half of each.
    crossovers: Vec<[Integrators; 3]>,
    /// The all-passes of each band, of the crossovers above its own.
    phases: Vec<Vec<Integrators>>,
}

impl Split {
    pub(super) fn new(bands: usize) -> Self {
        Self {
            crossovers: vec![Default::default(); bands - 1],
            phases: (1..bands).map(|above| vec![Integrators::default(); bands - 1 - above]).collect(),
        }
    }

    pub(super) fn is_silent(&self) -> bool {
        self.crossovers.iter().flatten().chain(self.phases.iter().flatten()).all(Integrators::is_silent)
    }
}

/// What one channel or two come from, and where their bands go.
pub(super) trait Block {
    fn channels(&self) -> usize;
    fn frames(&self) -> usize;
    /// Writes a run of a channel down.
    fn read(&self, channel: usize, run: Run, to: &mut [f64; GRID]);
    fn take(&mut self, run: Run, bands: &Bands);
}

/// Splits a block that begins on session frame `start`; a state for each channel.
pub(super) fn split(start: i64, mut block: impl Block, filters: &[Trapezoid], states: &mut [Split]) {
    widest(
        #[inline(always)]
        || match filters.len() {
            1 => work::<1>(start, &mut block, filters, states),
            2 => work::<2>(start, &mut block, filters, states),
            3 => work::<3>(start, &mut block, filters, states),
            _ => work::<4>(start, &mut block, filters, states),
        },
    );
}

#[inline(always)]
fn work<const N: usize>(start: i64, block: &mut impl Block, filters: &[Trapezoid], states: &mut [Split]) {
    let mut pair = PairSplit::<N>::new(filters, states);
    let mut heard = [[0.0; GRID]; 2];
    let mut bands = [[[0.0; GRID]; 2]; MOST];
    for run in runs(start, block.frames()) {
        if run.phase == 0 {
            pair.settle();
        }
        for (c, heard) in heard.iter_mut().enumerate().take(block.channels()) {
            block.read(c, run, heard);
        }
        pair.split(&heard, run.frames, &mut bands);
        block.take(run, &bands);
    }
    pair.leave(states);
}

/// N crossovers of two channels side by side, or of one beside silence; all filters of a frame in one loop, so that none
/// waits for itself alone.
struct PairSplit<const N: usize> {
    filters: [PairFilter; N],
    crossovers: [[PairIntegrators; 3]; N],
    /// By band, then crossover; those of the crossovers above the band's own are used.
    phases: [[PairIntegrators; N]; N],
}

impl<const N: usize> PairSplit<N> {
    #[inline(always)]
    fn new(filters: &[Trapezoid], states: &[Split]) -> Self {
        let pair = |state: &dyn Fn(&Split) -> Integrators| {
            PairIntegrators::new([0, 1].map(|side| states.get(side).map_or_else(Integrators::default, state)))
        };
        Self {
            filters: std::array::from_fn(|k| PairFilter::new(&filters[k])),
            crossovers: std::array::from_fn(|k| [0, 1, 2].map(|which| pair(&|state| state.crossovers[k][which]))),
            phases: std::array::from_fn(|k| {
                std::array::from_fn(|j| {
                    pair(&|state| if j > k { state.phases[k][j - k - 1] } else { Integrators::default() })
                })
            }),
        }
    }

    #[inline(always)]
    fn leave(&self, states: &mut [Split]) {
        for (side, state) in states.iter_mut().enumerate() {
            for k in 0..N {
                state.crossovers[k] = self.crossovers[k].map(|pair| pair.get()[side]);
                for j in k + 1..N {
                    state.phases[k][j - k - 1] = self.phases[k][j].get()[side];
                }
            }
        }
    }

    #[inline(always)]
    fn settle(&mut self) {
        for k in 0..N {
            self.crossovers[k].iter_mut().for_each(PairIntegrators::settle);
            self.phases[k].iter_mut().skip(k + 1).for_each(PairIntegrators::settle);
        }
    }

    #[inline(always)]
    #[allow(clippy::needless_range_loop, reason = "frames and crossovers are what it is written in")]
    fn split(&mut self, [left, right]: &[[f64; GRID]; 2], frames: usize, bands: &mut Bands) {
        for n in 0..frames.min(GRID) {
            // What the crossovers so far have left.
            let mut rest = Pair::new([left[n], right[n]]);
            for k in 0..N {
                let filter = &self.filters[k];
                let [both, low, high] = &mut self.crossovers[k];
                let first = both.tick(rest, filter);
                let mut band = low.tick(first.low, filter).low;
                rest = high.tick(first.high, filter).high;
                for j in k + 1..N {
                    band = self.phases[k][j].tick(band, &self.filters[j]).all_pass();
                }
                [bands[k][0][n], bands[k][1][n]] = band.get();
            }
            [bands[N][0][n], bands[N][1][n]] = rest.get();
        }
    }
}
