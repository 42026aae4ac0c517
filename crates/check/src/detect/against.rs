//! What the residual of a set that adds up otherwise says: where one stem, for a moment or from a moment on, is not what the mix was
//! made of, and which stem that is.
//!
//! Where mix − Σ stems is not rounding, the stem that is wrong becomes smooth when the residual is added to it, and every other
//! one becomes rough. A stem that stands still while the residual sounds has a hole there. What is wrong from beginning to end is
//! held against three things that happen to whole stems: their sides are exchanged, one is lost, both were made one.

/// Frames before a block that are kept of each stem.
const KEPT: usize = 32;
/// Frames to both sides of a place of which roughness is made.
const NEAR: usize = 4;
/// Of what rounding can leave, what is no rounding any more.
const BEYOND: f64 = 4.0;
/// By how much smoother than before a stem must become.
const SMOOTHER: f64 = 3.0;
/// Places; where there are more, the set does not add up otherwise.
const MOST: usize = 64;
/// −80 dBFS.
const HEARD: f64 = 1e-8;
/// −60 dB of the residual: a hypothesis that leaves more is wrong.
const LEFT: f64 = 1e-6;

/// What is wrong with a stem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Wrong {
    Click,
    DropOut,
    Discontinuity,
    CutTail,
    CutHead,
    Swapped,
    ChannelLost,
    MonoCollapsed,
}

/// A place, or all of a stem.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Accusation {
    /// Which of the parts.
    pub(crate) part: usize,
    pub(crate) wrong: Wrong,
    pub(crate) frame: u64,
    pub(crate) frames: u64,
    pub(crate) peak: f64,
}

/// A stem's block as it goes into the sum: a plane for each channel of the mix, absent where it has no part in it.
pub(crate) type PartPlanes<'a> = Vec<Option<&'a [f64]>>;

#[derive(Debug, Clone)]
struct Burst {
    start: u64,
    /// After its last frame so far.
    end: u64,
    peak: f64,
    /// The stem that becomes smooth at its start, and by how much.
    smooth: Option<(usize, f64)>,
    /// Stems that have stood still since its start, with their values, and whether they sounded before.
    still: Vec<Option<Vec<f64>>>,
    sounded: Vec<bool>,
    /// The frames before it that added up.
    nulled: u64,
    /// Σ r² of the residual, and for each stem Σ r·s and Σ s², over its first second.
    square: f64,
    products: Vec<[f64; 2]>,
}

impl Burst {
    /// Whether its first second is above −80 dBFS. Below that is what decoders make up: from one generator, so that it is alike in all
    /// files of a codec and nobody's edit.
    fn is_heard(&self, rate: u64, channels: usize) -> bool {
        let frames = self.end - self.start;
        // Of what is over within a block there is no square.
        let short = frames < rate && self.peak * self.peak > 10.0 * HEARD;
        short || self.square > HEARD * (frames.min(rate) * channels as u64) as f64
    }

    /// What is wrong from now on takes the place of what should be there, so the residual holds it upside down: the one stem of
    /// which that is so. A residual that is nothing but the stem is a matter of its level, not of an edit.
    fn holds(&self) -> Option<usize> {
        let share = |[product, square]: &[f64; 2]| -product / (self.square * square + 1e-30).sqrt();
        let shares: Vec<f64> = self.products.iter().map(share).collect();
        let most = (0..shares.len()).max_by(|a, b| shares[*a].total_cmp(&shares[*b]))?;
        let alone = shares.iter().enumerate().all(|(part, share)| part == most || share.abs() < 0.5 * shares[most]);
        ((0.3..0.95).contains(&shares[most]) && alone && self.sounded[most]).then_some(most)
    }
}

/// Σ of squares of what hypotheses leave, of one stem.
#[derive(Debug, Clone, Copy, Default)]
struct Whole {
    swapped: f64,
    silent: [bool; 2],
    sounds: bool,
    identical: bool,
}

#[derive(Debug)]
pub(crate) struct Against {
    rate: u64,
    frame: u64,
    /// Frames with sound in which mix and stems agreed.
    nulled: u64,
    over: u64,
    open: Option<Burst>,
    over_with: Vec<(Burst, bool)>,
    too_many: bool,
    /// For the residual and each stem, the last [`KEPT`] frames.
    before: Vec<Vec<Vec<f64>>>,
    whole: Vec<Whole>,
    /// The first frame on which each stem sounds.
    firsts: Vec<Option<u64>>,
    /// Σ squares of the residual's channels, of their sum.
    squares: [f64; 3],
}

impl Against {
    pub(crate) fn new(rate: u32, channels: usize, parts: usize) -> Self {
        Self {
            rate: rate.into(),
            frame: 0,
            nulled: 0,
            over: 0,
            open: None,
            over_with: Vec::new(),
            too_many: false,
            before: vec![vec![vec![0.0; KEPT]; channels]; parts + 1],
            whole: vec![Whole { silent: [true; 2], identical: true, ..Whole::default() }; parts],
            firsts: vec![None; parts],
            squares: [0.0; 3],
        }
    }

    /// A block of the residual and of all stems; `bound` is what rounding can leave.
    pub(crate) fn block(&mut self, residual: &[Vec<f64>], parts: &[PartPlanes<'_>], bound: f64) {
        let frames = residual.first().map_or(0, Vec::len);
        let least = BEYOND * bound.max(1e-9);
        let peak = residual.iter().map(|plane| stemwright_simd::peak(plane)).fold(0.0, f64::max);
        let sounds =
            |part: &PartPlanes<'_>| part.iter().flatten().any(|plane| !stemwright_simd::is_zero(&plane[..frames]));
        for (first, part) in self.firsts.iter_mut().zip(parts) {
            if first.is_none() {
                let sound = |plane: &&[f64]| plane[..frames].iter().position(|x| *x != 0.0);
                *first = part.iter().flatten().filter_map(sound).min().map(|n| self.frame + n as u64);
            }
        }
        self.wholes(residual, parts, peak > least);
        if peak <= least {
            self.close_if(self.frame + frames as u64);
            if parts.iter().any(sounds) {
                self.nulled += frames as u64;
            }
        } else if !self.too_many {
            self.bursts(residual, parts, least);
        }
        for (channel, plane) in residual.iter().enumerate() {
            keep(&mut self.before[0][channel], plane);
        }
        for (kept, part) in self.before[1..].iter_mut().zip(parts) {
            for (kept, plane) in kept.iter_mut().zip(part) {
                if let Some(plane) = plane {
                    keep(kept, &plane[..frames]);
                }
            }
        }
        self.frame += frames as u64;
    }

    /// What whole stems are, and what hypotheses about them leave.
    fn wholes(&mut self, residual: &[Vec<f64>], parts: &[PartPlanes<'_>], beyond: bool) {
        let [left, right] = residual else { return };
        if beyond {
            for (l, r) in left.iter().zip(right) {
                self.squares[0] += l * l;
                self.squares[1] += r * r;
                self.squares[2] += (l + r) * (l + r);
            }
        }
        for (whole, part) in self.whole.iter_mut().zip(parts) {
            let [Some(a), Some(b)] = part[..] else { continue };
            let (a, b) = (&a[..left.len()], &b[..left.len()]);
            let silent = [stemwright_simd::is_zero(a), stemwright_simd::is_zero(b)];
            whole.silent = [whole.silent[0] && silent[0], whole.silent[1] && silent[1]];
            whole.sounds |= !(silent[0] && silent[1]);
            whole.identical = whole.identical && a == b;
            if beyond {
                for (((l, r), a), b) in left.iter().zip(right).zip(a).zip(b) {
                    let d = b - a;
                    whole.swapped += (l - d) * (l - d) + (r + d) * (r + d);
                }
            }
        }
    }

    fn bursts(&mut self, residual: &[Vec<f64>], parts: &[PartPlanes<'_>], least: f64) {
        let frames = residual[0].len();
        let gap = self.rate / 100;
        let mut quiet = 0;
        for n in 0..frames {
            let here = residual.iter().map(|plane| plane[n].abs()).fold(0.0, f64::max);
            let frame = self.frame + n as u64;
            if here <= least {
                quiet += 1;
                continue;
            }
            self.over += 1;
            if self.open.as_ref().is_some_and(|burst| frame - burst.end > gap) {
                self.close(false);
            }
            if self.open.is_none() {
                self.open = Some(self.begun(residual, parts, n, self.nulled + quiet));
            }
            if let Some(burst) = &mut self.open {
                burst.end = frame + 1;
                burst.peak = burst.peak.max(here);
                for (still, part) in burst.still.iter_mut().zip(parts) {
                    let same = |values: &Vec<f64>| {
                        values.iter().zip(part).all(|(value, plane)| plane.is_none_or(|plane| plane[n] == *value))
                    };
                    if still.as_ref().is_some_and(|values| !same(values)) {
                        *still = None;
                    }
                }
            }
        }
        self.nulled += quiet;
        let Some(burst) = self.open.as_mut().filter(|burst| self.frame < burst.start + self.rate) else { return };
        let from = burst.start.saturating_sub(self.frame) as usize;
        for (channel, left) in residual.iter().enumerate() {
            let left = &left[from..];
            burst.square += left.iter().map(|r| r * r).sum::<f64>();
            for (sums, part) in burst.products.iter_mut().zip(parts) {
                let Some(plane) = part[channel] else { continue };
                for (r, s) in left.iter().zip(&plane[from..]) {
                    sums[0] += r * s;
                    sums[1] += s * s;
                }
            }
        }
    }

    fn begun(&self, residual: &[Vec<f64>], parts: &[PartPlanes<'_>], n: usize, nulled: u64) -> Burst {
        let mut smooth: Option<(usize, f64)> = None;
        let mut sounded = Vec::new();
        for (number, part) in parts.iter().enumerate() {
            let [mut rough, mut mended] = [0.0; 2];
            let mut loud = false;
            for (channel, plane) in part.iter().enumerate() {
                let Some(plane) = plane else { continue };
                let of = |kept: &[f64], plane: &[f64]| -> Vec<f64> {
                    let at = |m: i64| if m < 0 { kept[(KEPT as i64 + m) as usize] } else { plane[m as usize] };
                    let end = (n + NEAR + 1).min(residual[0].len()) as i64;
                    (n as i64 - 4 * NEAR as i64..end).map(at).collect()
                };
                let own = of(&self.before[number + 1][channel], plane);
                let left = of(&self.before[0][channel], &residual[channel]);
                let sum: Vec<f64> = own.iter().zip(&left).map(|(x, r)| x + r).collect();
                rough += roughness(&own[3 * NEAR - 2..]);
                mended += roughness(&sum[3 * NEAR - 2..]);
                loud |= own[..4 * NEAR].windows(2).any(|pair| pair[0] != pair[1]);
            }
            sounded.push(loud);
            let score = (rough / (mended + 1e-18)).sqrt();
            if smooth.is_none_or(|(_, best)| score > best) {
                smooth = Some((number, score));
            }
        }
        let value =
            |part: &PartPlanes<'_>| Some(part.iter().map(|plane| plane.map_or(0.0, |plane| plane[n])).collect());
        Burst {
            start: self.frame + n as u64,
            end: self.frame + n as u64,
            peak: 0.0,
            smooth,
            still: parts.iter().map(value).collect(),
            sounded,
            nulled,
            square: 0.0,
            products: vec![[0.0; 2]; parts.len()],
        }
    }

    fn close_if(&mut self, now: u64) {
        if self.open.as_ref().is_some_and(|burst| now - burst.end > self.rate / 100) {
            self.close(false);
        }
    }

    fn close(&mut self, at_end: bool) {
        if let Some(burst) = self.open.take() {
            if self.over_with.len() == MOST {
                self.too_many = true;
            }
            self.over_with.push((burst, at_end));
        }
    }

    pub(crate) fn finish(mut self) -> Vec<Accusation> {
        // A sound that is cut off rings on in no sample: what is open now was open when the sound ended.
        let reaches_end = |burst: &Burst, frame: u64, rate: u64| frame.saturating_sub(burst.end) <= 5 * rate;
        self.close(true);
        let mut found: Vec<Accusation> = self.of_wholes().into_iter().collect();
        if self.too_many || !found.is_empty() {
            return found;
        }
        let last = self.over_with.len().saturating_sub(1);
        for (number, (burst, open)) in self.over_with.iter().enumerate() {
            let frames = burst.end - burst.start;
            let say =
                |part: usize, wrong: Wrong| Accusation { part, wrong, frame: burst.start, frames, peak: burst.peak };
            let smooth = burst.smooth.filter(|(_, score)| *score > SMOOTHER);
            let hole = |part: &usize| burst.still[*part].is_some() && burst.sounded[*part];
            let sounded: Vec<usize> = (0..burst.still.len()).filter(hole).collect();
            // The residual ends where the first sound of a stem begins.
            let begins = |first: &Option<u64>| first.is_some_and(|first| first.abs_diff(burst.end) <= 2);
            let begun = self.firsts.iter().position(begins).filter(|_| frames > self.rate / 100);
            // Without a fifth of a second that added up, this is how the set is.
            let otherwise = burst.nulled > self.rate / 5;
            let at_end = *open || number == last && reaches_end(burst, self.frame, self.rate);
            let accused = match (frames, &sounded[..]) {
                (1..=4, _) if otherwise => smooth.map(|(part, _)| say(part, Wrong::Click)),
                (_, [part]) if otherwise && at_end && frames > self.rate / 10 => Some(say(*part, Wrong::CutTail)),
                (_, [part]) if otherwise && frames <= self.rate / 4 => Some(say(*part, Wrong::DropOut)),
                _ if begun.is_some() && self.nulled > self.rate => begun.map(|part| say(part, Wrong::CutHead)),
                _ if otherwise && burst.is_heard(self.rate, self.before[0].len()) => {
                    let part = smooth.map(|(part, _)| part).or_else(|| burst.holds());
                    part.map(|part| say(part, Wrong::Discontinuity))
                }
                _ => None,
            };
            found.extend(accused);
        }
        found
    }

    /// What happened to a whole stem, if it explains all of the residual.
    fn of_wholes(&self) -> Option<Accusation> {
        let [left, right, middle] = self.squares;
        let all = left + right;
        // Quieter than −80 dBFS in the mean, or a moment: nothing happened to a whole stem.
        if all <= HEARD * self.frame as f64 || self.over < self.rate / 2 {
            return None;
        }
        let say = |part: usize, wrong: Wrong| Accusation { part, wrong, frame: 0, frames: self.frame, peak: 0.0 };
        let only = |test: &dyn Fn(&Whole) -> bool| {
            let mut parts = (0..self.whole.len()).filter(|part| self.whole[*part].sounds && test(&self.whole[*part]));
            parts.next().filter(|_| parts.next().is_none())
        };
        if let Some(part) = only(&|whole| whole.swapped < LEFT * all) {
            return Some(say(part, Wrong::Swapped));
        }
        if right < LEFT * left || left < LEFT * right {
            let side = usize::from(left < right);
            return only(&|whole| whole.silent[side]).map(|part| say(part, Wrong::ChannelLost));
        }
        if middle < LEFT * all {
            return only(&|whole| whole.identical).map(|part| say(part, Wrong::MonoCollapsed));
        }
        None
    }
}

/// Σ of squared fourth differences.
fn roughness(x: &[f64]) -> f64 {
    let fourth = |w: &[f64]| w[0] - 4.0 * w[1] + 6.0 * w[2] - 4.0 * w[3] + w[4];
    x.windows(5).map(|w| fourth(w) * fourth(w)).sum()
}

fn keep(kept: &mut [f64], plane: &[f64]) {
    if plane.len() >= KEPT {
        kept.copy_from_slice(&plane[plane.len() - KEPT..]);
    } else {
        kept.rotate_left(plane.len());
        let from = KEPT - plane.len();
        kept[from..].copy_from_slice(plane);
    }
}
