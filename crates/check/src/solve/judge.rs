//! What the model and the whole song say: which stem differs by what, and what was done to the mix. Nothing is said of what could as
//! well be chance.

use super::Solved;
use super::bank::{Part, Sources};
use super::model::Model;
use super::shift::Timing;
use super::solution::{Cause, StemSolution};
use super::walk::Walked;
use super::words::{self, Blame};

/// Below these no difference is worth a word.
const LEVEL: f64 = 0.02;
const FRAMES: f64 = 0.02;
const PPM: f64 = 0.05;
/// So for levels where the mix has a gain over time or a filter, in dB.
const VAGUE: f64 = 0.5;
/// How many standard uncertainties are no chance, where nothing was searched for.
const SURE: f64 = 4.0;
/// And where the best of many delays was taken.
const FOUND: f64 = 8.0;
/// By how much what is left must grow where a stem is put back.
const MATTERS: f64 = 1.5;

/// What most stems share.
#[derive(Debug, Clone, Copy)]
pub(super) struct Common {
    /// As a factor, negative where upside down.
    pub(super) gain: f64,
    pub(super) delay: f64,
    pub(super) ppm: f64,
}

pub(super) fn level(factor: f64) -> f64 {
    20.0 * libm::log10(factor.abs())
}

/// What most of the values share: `usual` where half of them are there, else what more than half are at.
fn shared(values: &[f64], usual: f64, near: impl Fn(f64, f64) -> bool) -> f64 {
    let count = |at: f64| values.iter().filter(|value| near(**value, at)).count();
    if values.len() < 2 || 2 * count(usual) >= values.len() {
        return usual;
    }
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted[sorted.len() / 2];
    let close: Vec<f64> = sorted.into_iter().filter(|value| near(*value, middle)).collect();
    if 2 * close.len() > values.len() { close[close.len() / 2] } else { usual }
}

pub(super) fn judge(sources: &Sources<'_>, model: &Model, walked: &Walked, master: bool) -> Solved {
    let groups = model.members.len();
    let of = |number: usize| (&model.parts[number], model.fit.sigmas[number], model.members[number].len() as f64);
    let present: Vec<bool> = (0..groups)
        .map(|number| {
            let (part, sigma, _) = of(number);
            part.gain.abs() > 0.05 && sigma.gain.is_some_and(|sigma| part.gain.abs() > FOUND * sigma)
        })
        .collect();
    let there: Vec<usize> = (0..groups).filter(|number| present[*number]).collect();
    let gains: Vec<f64> = there.iter().map(|n| of(*n).0.gain / of(*n).2).collect();
    // A gain curve has the level that all share in it.
    let wide = if model.curve.is_some() || model.filter.is_some() { 0.5 * VAGUE } else { LEVEL };
    let gain = shared(&gains, 1.0, |a, b| a * b > 0.0 && (level(a) - level(b)).abs() < wide);
    let timed: Vec<usize> =
        there.iter().copied().filter(|n| of(*n).1.delay.is_some_and(|sigma| sigma < 0.25)).collect();
    let delays: Vec<f64> = timed.iter().map(|n| of(*n).0.timing.delay).collect();
    let ppms: Vec<f64> = timed.iter().map(|n| of(*n).0.timing.ppm).collect();
    let delay = shared(&delays, 0.0, |a, b| (a - b).abs() < FRAMES);
    // Of those that share it, the one that knows it best.
    let near = timed.iter().filter(|n| delay != 0.0 && (of(**n).0.timing.delay - delay).abs() < FRAMES);
    let surest = near.min_by(|a, b| of(**a).1.delay.unwrap_or(1.0).total_cmp(&of(**b).1.delay.unwrap_or(1.0)));
    let common = Common {
        gain,
        delay: surest.map_or(delay, |n| of(*n).0.timing.delay),
        ppm: shared(&ppms, 0.0, |a, b| (a - b).abs() < 2.0 * PPM),
    };
    let ordinary = there
        .iter()
        .filter(|n| (level(of(**n).0.gain / of(**n).2 / common.gain)).abs() < 0.5)
        .filter(|n| (of(**n).0.timing.delay - common.delay).abs() < 0.1)
        .count();
    let nulls = model.nulls();
    let unrelated = !nulls && (2 * there.len() < groups || (model.remains() > 0.7 && 2 * ordinary < groups));
    let mut blames: Vec<Blame> = Vec::new();
    let mut stems = Vec::with_capacity(sources.stems.len());
    for (number, members) in model.members.iter().enumerate() {
        let solved = if unrelated { None } else { Some(of_part(model, number, common, present[number], &mut blames)) };
        for stem in members {
            let file = sources.stems[*stem].file.clone();
            let solution = match &solved {
                Some(solved) if members.len() == 1 => StemSolution { file, ..solved.clone() },
                Some(_) => StemSolution { finding: Some(words::twins(sources, members, *stem)), ..nothing(file) },
                None => StemSolution { finding: Some("it is not found in the mix".into()), ..nothing(file) },
            };
            stems.push((*stem, solution));
        }
    }
    for stem in &model.silent {
        let file = sources.stems[*stem].file.clone();
        let why = "it is silent where it was looked at: nothing can be said of it";
        stems.push((*stem, StemSolution { finding: Some(why.into()), ..nothing(file) }));
    }
    stems.sort_by_key(|(stem, _)| *stem);
    if !unrelated {
        of_all(model, common, &mut blames);
        for part in &model.parts[groups..] {
            blames.push(Blame::Echo { stem: part.stem, delay: part.timing.delay - common.delay, gain: part.gain });
        }
        of_mix(model, walked, nulls, &there, common, &mut blames);
    }
    let words = words::Words { sources, model, walked, master, common, unrelated };
    words.solved(stems.into_iter().map(|(_, stem)| stem).collect(), blames)
}

fn nothing(file: String) -> StemSolution {
    StemSolution {
        file,
        gain_db: None,
        gain_uncertainty_db: None,
        inverted: false,
        delay_frames: None,
        delay_uncertainty_frames: None,
        drift_ppm: None,
        drift_uncertainty_ppm: None,
        swapped: false,
        identifiable: false,
        finding: None,
    }
}

/// Uncertainties are rounded up, and never 0.
fn up(value: f64, step: f64) -> f64 {
    ((value / step).ceil() * step).max(step)
}

fn rounded(value: f64, step: f64) -> f64 {
    (value / step).round() * step
}

/// One part: what it differs by from what all share, where that is sure and matters.
fn of_part(model: &Model, number: usize, common: Common, present: bool, blames: &mut Vec<Blame>) -> StemSolution {
    let (part, sigma) = (model.parts[number], model.fit.sigmas[number]);
    let members = &model.members[number];
    let stem = members[0];
    let usual = common.gain * members.len() as f64;
    let at = Timing { delay: common.delay, ppm: common.ppm };
    // Where the model does not hold, figures lean towards what it lacks.
    let bar = if model.nulls() { MATTERS } else { 2.0 * MATTERS };
    let matters = |other: Part| model.costs(number, other) > bar;
    let mut solution = nothing(String::new());
    let Some(gain_sigma) = sigma.gain else {
        solution.finding = Some("it sounds like others of the set together: only their sum is known".into());
        return solution;
    };
    let relative = part.gain / usual;
    let uncertain = gain_sigma / usual.abs();
    // Of copies, one may be in the mix: that is not nothing.
    let (once, unsure) = ((part.gain / common.gain).abs(), gain_sigma / common.gain.abs());
    if once < 0.01 + SURE * unsure {
        if unsure < 0.02 && matters(Part { gain: usual, timing: at, ..part }) {
            blames.push(Blame::Extra { stem, below: level((relative.abs() + 2.0 * uncertain).max(1e-6)) });
            solution.identifiable = true;
            solution.finding = Some("it is not in the mix".into());
        } else {
            solution.finding = Some("it cannot be told from the other stems, or from nothing".into());
        }
        return solution;
    }
    if !present {
        solution.finding = Some("whether it is in the mix is not sure".into());
        return solution;
    }
    let db = level(relative);
    let db_sigma = 20.0 / std::f64::consts::LN_10 * gain_sigma / part.gain.abs();
    solution.gain_db = Some(rounded(level(part.gain), 1e-3));
    solution.gain_uncertainty_db = Some(up(db_sigma, 1e-3));
    solution.inverted = part.gain < 0.0;
    solution.swapped = part.swapped;
    let clear = model.next_delay_costs(number) > MATTERS;
    let delay_sigma = sigma.delay.filter(|sigma| *sigma < 0.5 && clear);
    solution.identifiable = delay_sigma.is_some();
    let mut words: Vec<String> = Vec::new();
    let mut blame = |blame: Blame, words: &mut Vec<String>| {
        words.push(blame.short());
        blames.push(blame);
    };
    if members.len() > 1 {
        let times = (relative * members.len() as f64).round();
        if (relative * members.len() as f64 - times).abs() < 0.01 && (times as usize) != members.len() && times > 0.0 {
            blame(Blame::Twins { stems: members.clone(), times }, &mut words);
        }
        return solution;
    }
    // Relations of stems to a gain that changes, or a filter, are less sure than their scatter says.
    let least = if model.curve.is_some() || model.filter.is_some() { VAGUE } else { LEVEL };
    if part.swapped && model.unswapped_costs(number) > MATTERS {
        blame(Blame::Swapped { stem }, &mut words);
    }
    if relative < 0.0 && matters(Part { gain: -part.gain, ..part }) {
        blame(Blame::Polarity { stem }, &mut words);
    }
    if db.abs() > least.max(SURE * db_sigma) && matters(Part { gain: usual * relative.signum(), ..part }) {
        let twice = (relative.abs() - 2.0).abs() < 0.005 + 2.0 * uncertain && relative > 0.0;
        if twice && solution.delay_frames.is_none_or(|delay| (delay - common.delay).abs() < FRAMES) {
            blame(Blame::Twice { stem, db, sigma: db_sigma }, &mut words);
        } else {
            blame(Blame::Gain { stem, db, sigma: db_sigma }, &mut words);
        }
    }
    let Some(delay_sigma) = delay_sigma else {
        words.push("its delay is not known: it has too few high frequencies, or repeats itself".into());
        solution.finding = Some(words.join("; "));
        return solution;
    };
    solution.delay_frames = Some(rounded(part.timing.delay, 1e-4));
    solution.delay_uncertainty_frames = Some(up(delay_sigma, 1e-4));
    if model.drifting[number] {
        let ppm = part.timing.ppm;
        solution.drift_ppm = Some(rounded(ppm, 1e-3));
        solution.drift_uncertainty_ppm = sigma.ppm.map(|sigma| up(sigma, 1e-3));
        let sure = sigma.ppm.is_some_and(|sigma| (ppm - common.ppm).abs() > SURE * sigma);
        let straight = Part { timing: Timing { ppm: common.ppm, ..part.timing }, ..part };
        if sure && (ppm - common.ppm).abs() > PPM && matters(straight) {
            let blamed =
                Blame::Drift { stem, ppm: ppm - common.ppm, sigma: sigma.ppm.unwrap_or(0.0), at: part.timing.delay };
            blame(blamed, &mut words);
            solution.finding = Some(words.join("; "));
            return solution;
        }
    }
    let late = part.timing.delay - common.delay;
    let still = Part { timing: Timing { delay: common.delay, ..part.timing }, ..part };
    if late.abs() > FRAMES.max(SURE * delay_sigma) && model.costs(number, still) > MATTERS {
        blame(Blame::Delay { stem, delay: late, sigma: delay_sigma }, &mut words);
    }
    solution.finding = (!words.is_empty()).then(|| words.join("; "));
    solution
}

fn of_all(model: &Model, common: Common, blames: &mut Vec<Blame>) {
    if common.delay.abs() > FRAMES {
        blames.push(Blame::AllDelayed(common.delay));
    }
    // Where something is missing, gains lean towards it.
    let matters = || model.costs_all(|part| Part { gain: part.gain / common.gain, ..part }) > MATTERS;
    if (level(common.gain).abs() > LEVEL || common.gain < 0.0) && matters() {
        blames.push(Blame::AllLouder(common.gain));
    }
    if common.ppm.abs() > PPM {
        blames.push(Blame::MixDrifts(common.ppm));
    }
}

/// What was done to the mix, and what of it no stem has.
fn of_mix(model: &Model, walked: &Walked, nulls: bool, there: &[usize], common: Common, blames: &mut Vec<Blame>) {
    if let Some(curve) = &model.curve {
        blames.retain(|blame| !matches!(blame, Blame::AllLouder(_)));
        let [low, high, _] = curve.range;
        blames.push(Blame::Processed { low: level(low * common.gain.abs()), high: level(high * common.gain.abs()) });
    }
    if model.filter.is_some() {
        blames.retain(|blame| !matches!(blame, Blame::AllLouder(_)));
        blames.push(Blame::Filtered);
    }
    if nulls || model.curve.is_some() || model.filter.is_some() || model.remains() < 1e-5 {
        return;
    }
    if let Some(blame) = local(model, walked, blames) {
        blames.push(blame);
        return;
    }
    if model.bent() > 0.6 {
        blames.retain(|blame| !matches!(blame, Blame::AllLouder(_) | Blame::Gain { .. }));
        blames.push(Blame::Bent);
        return;
    }
    // How much of what is left follows one stem, over time or over frequency.
    let follows = |number: usize| {
        let own = walked.windows.iter().map(|w| w.parts[number]).filter(|[_, xx]| *xx > 0.0);
        own.map(|[rx, xx]| rx * rx / xx).sum::<f64>() / walked.total.rr
    };
    let mut shares: Vec<(f64, usize)> =
        there.iter().map(|number| (follows(*number).max(model.filtered(*number)), *number)).collect();
    shares.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let extras: Vec<usize> = blames.iter().filter_map(|blame| blame.extra()).collect();
    if let [extra] = extras[..]
        && let Some(number) = model.members.iter().position(|all| all == &[extra])
        && alike(walked, number) > 0.6
    {
        blames.retain(|blame| blame.extra().is_none());
        blames.push(Blame::Revision { stem: extra, of: words::Of::All, frames: None });
        return;
    }
    let first = shares.first().map_or(0.0, |share| share.0);
    let second = shares.get(1).map_or(0.0, |share| share.0);
    if first > 0.8 && first > 1.5 * second {
        let stem = model.members[shares[0].1][0];
        blames.retain(|blame| !blame.is_of(stem));
        blames.push(Blame::Revision { stem, of: words::Of::Sound, frames: None });
        return;
    }
    let mixed = model.mix_ratios();
    let ordinary = there.iter().filter(|number| {
        let part = &model.parts[**number];
        level(part.gain / common.gain / model.members[**number].len() as f64).abs() < 0.1
    });
    let whole = walked.constant > 0.9 * walked.total.rr;
    if whole {
        blames.push(Blame::Constant);
    } else if first < 0.5 && mixed > 0.6 && 2 * ordinary.count() >= there.len() && !there.is_empty() {
        blames.push(Blame::Missing { frames: None });
    }
}

/// The correlation of the levels of what is left and of a stem, over time.
fn alike(walked: &Walked, number: usize) -> f64 {
    let pairs: Vec<[f64; 2]> = walked.windows.iter().map(|w| [w.rr.sqrt(), w.parts[number][1].sqrt()]).collect();
    let n = pairs.len().max(1) as f64;
    let mean = [0, 1].map(|k| pairs.iter().map(|pair| pair[k]).sum::<f64>() / n);
    let sum = |a: usize, b: usize| pairs.iter().map(|p| (p[a] - mean[a]) * (p[b] - mean[b])).sum::<f64>();
    sum(0, 1) / (sum(0, 0) * sum(1, 1)).sqrt().max(f64::MIN_POSITIVE)
}

/// What is left is left at some times only: there a stem is another, or something was added.
fn local(model: &Model, walked: &Walked, blames: &[Blame]) -> Option<Blame> {
    let sounding = walked.windows.iter().filter(|w| w.mm > 0.0).count();
    let quiet = |w: &super::walk::Window| w.rr <= 1e-6 * w.mm.max(w.yy);
    let nulled = walked.windows.iter().filter(|w| w.mm > 0.0 && quiet(w)).count();
    let loud: Vec<usize> =
        (0..walked.windows.len()).filter(|n| walked.windows[*n].rr > 1e-4 * walked.windows[*n].mm).collect();
    if 4 * nulled < sounding || loud.is_empty() || !blames.iter().all(|blame| blame.is_simple()) {
        return None;
    }
    let begin = |n: usize| walked.windows[..n].iter().map(|w| w.frames).sum::<u64>();
    let frames = Some((begin(loud[0]), begin(loud[loud.len() - 1] + 1)));
    let total: f64 = loud.iter().map(|n| walked.windows[*n].rr).sum();
    let mut shares: Vec<(f64, f64, usize)> = (0..model.members.len())
        .map(|number| {
            let sum = |k: usize| loud.iter().map(|n| walked.windows[*n].parts[number][k]).sum::<f64>();
            let (rx, xx) = (sum(0), sum(1));
            let part = model.parts[number].gain;
            if xx > 0.0 { (rx * rx / xx / total, rx / xx / part, number) } else { (0.0, 0.0, number) }
        })
        .collect();
    shares.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (share, gone, number) = shares[0];
    let second = shares.get(1).map_or(0.0, |other| other.0);
    if share > 0.15 && share > 3.0 * second && (gone + 1.0).abs() < 0.25 {
        let of = if share > 0.98 { words::Of::Nothing } else { words::Of::Take };
        return Some(Blame::Revision { stem: model.members[number][0], of, frames });
    }
    (share < 0.3).then_some(Blame::Missing { frames })
}

impl Blame {
    pub(super) fn cause(&self) -> Cause {
        match self {
            Self::Delay { .. } => Cause::StemDelay,
            Self::Gain { .. } => Cause::StemGain,
            Self::Polarity { .. } => Cause::StemPolarity,
            Self::Swapped { .. } => Cause::ChannelsSwapped,
            Self::Extra { .. } => Cause::StemExtra,
            Self::Twice { .. } | Self::Twins { .. } | Self::Echo { .. } => Cause::StemDoubled,
            Self::Drift { .. } | Self::MixDrifts(_) => Cause::ClockDrift,
            Self::Revision { .. } => Cause::StemRevision,
            Self::Missing { .. } => Cause::StemMissing,
            Self::AllDelayed(_) => Cause::CommonDelay,
            Self::AllLouder(_) => Cause::CommonGain,
            Self::Processed { .. } | Self::Bent => Cause::MixProcessed,
            Self::Filtered => Cause::MixFiltered,
            Self::Constant => Cause::Unexplained,
        }
    }

    fn extra(&self) -> Option<usize> {
        if let Self::Extra { stem, .. } = self { Some(*stem) } else { None }
    }

    /// Whether it is about one stem, and leaves the others alone.
    fn is_simple(&self) -> bool {
        !matches!(self, Self::Extra { .. } | Self::Echo { .. })
    }

    fn is_of(&self, wanted: usize) -> bool {
        matches!(self, Self::Gain { stem, .. } | Self::Delay { stem, .. } if *stem == wanted)
    }
}
