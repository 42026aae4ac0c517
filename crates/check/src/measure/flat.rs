//! Clipping: runs of equal samples at a file's own ceiling.
//!
//! A ceiling alone is not clipping: the top of a square wave is flat, and a slow tone of 16 bits stays on its highest value for a
//! while. What was cut off was on its way further up: the run is entered and left on slopes that would have led above it. Waves
//! that jump to their top, and those that are flat elsewhere too (stepped synthesisers), are what they are meant to be.

/// Fewer equal samples happen in any signal.
const SHORTEST: usize = 3;
/// Samples looked at before and after a run.
const AROUND: usize = 3;

/// Finds runs at one ceiling, the positive or the negative one of one channel.
#[derive(Debug, Clone, Default)]
pub(super) struct Ceiling {
    /// The highest value so far.
    pub(super) height: f64,
    pub(super) runs: u64,
    pub(super) longest: u64,
    pub(super) first: Option<u64>,
}

/// The ceilings of one channel.
#[derive(Debug, Clone)]
pub(super) struct Flat {
    up: Ceiling,
    down: Ceiling,
    /// The smallest step between two values, where the file holds integers.
    lsb: f64,
    /// The end of the step before, for runs that cross into this one: [`KEPT`] samples at most.
    before: Vec<f64>,
}

/// Longer runs than this that cross the border of a step are found shorter than they are.
const KEPT: usize = 64;

impl Flat {
    pub(super) fn new(bits: Option<u16>) -> Self {
        let lsb = bits.map_or(0.0, |bits| libm::exp2(1.0 - f64::from(bits.min(32))));
        Self { up: Ceiling::default(), down: Ceiling::default(), lsb, before: Vec::new() }
    }

    /// Looks at a step whose extremes are known, `start` frames into the file.
    pub(super) fn step(&mut self, start: u64, samples: &[f64], [lowest, highest]: [f64; 2]) {
        let at_top = highest > 0.0 && highest >= self.up.height;
        let at_bottom = lowest < 0.0 && -lowest >= self.down.height;
        if at_top || at_bottom {
            let mut all = std::mem::take(&mut self.before);
            let first = start - all.len() as u64;
            let known = all.len();
            all.extend_from_slice(samples);
            if at_top {
                look(&mut self.up, &all, known, first, highest, self.lsb, 1.0);
            }
            if at_bottom {
                look(&mut self.down, &all, known, first, -lowest, self.lsb, -1.0);
            }
            self.before = all;
            let surplus = self.before.len().saturating_sub(KEPT);
            self.before.drain(..surplus);
        } else {
            self.before.clear();
            self.before.extend_from_slice(&samples[samples.len().saturating_sub(KEPT)..]);
        }
    }

    /// Runs, the longest, the first, and the ceiling, of both polarities.
    pub(super) fn found(&self) -> [&Ceiling; 2] {
        [&self.up, &self.down]
    }
}

/// Counts the runs that end in the new samples, from `known` on.
fn look(ceiling: &mut Ceiling, all: &[f64], known: usize, first: u64, height: f64, lsb: f64, sign: f64) {
    if height > ceiling.height {
        // What looked like a ceiling was none.
        *ceiling = Ceiling { height, ..Ceiling::default() };
    }
    let at = |n: usize| sign * all[n];
    let mut n = 0;
    let (mut flat, mut elsewhere, mut found) = (0, 0, Vec::new());
    while n < all.len() {
        let value = at(n);
        let run = 1 + (n + 1..all.len()).take_while(|&m| at(m) == value).count();
        let end = n + run;
        if value == height {
            flat += run - 1;
            // A run that ended before the border was judged with the step before, one that ends where this step does is judged
            // with the next.
            let new = (known..all.len()).contains(&end);
            if new && run >= SHORTEST && n > 0 && leads_above(&at, n, end, all.len(), lsb) {
                found.push((n, run));
            }
        } else if (0.02 * height..0.95 * height).contains(&value.abs()) {
            // The other ceiling is not elsewhere.
            elsewhere += run - 1;
        }
        n = end;
    }
    if 2 * elsewhere > flat {
        return;
    }
    for (n, run) in found {
        ceiling.runs += 1;
        ceiling.longest = ceiling.longest.max(run as u64);
        ceiling.first.get_or_insert(first + n as u64);
    }
}

/// Whether the slopes on both sides of a run lead above it.
fn leads_above(at: &impl Fn(usize) -> f64, n: usize, end: usize, length: usize, lsb: f64) -> bool {
    let height = at(n);
    let before = height - at(n - 1);
    let after = height - at(end);
    // The top of a parabola that rounding makes flat for so long is left by 4 LSB / run at most, and one more by chance.
    let least = (1.0 + 4.0 / (end - n) as f64) * lsb + 1e-9 * height;
    let jumps = |step: f64, further: Option<f64>| step > 0.5 * height && further.is_none_or(|x| x < 0.1 * height);
    let entered = jumps(before, n.checked_sub(AROUND).map(at));
    let left = jumps(after, Some(end + AROUND - 1).filter(|m| *m < length).map(at));
    before > least && after > least && !(entered && left)
}
