//! At least a thousand random sessions: the stems sum to the mix, the mix is what the session means, and no bit
//! depends on blocks, threads or the order in which tracks are listed.
//!
//! A failure prints the session; `STEMWRIGHT_SEED=n` runs that case alone, `STEMWRIGHT_CASES=n` runs n cases.

mod interpreter;
mod memory;
mod random;

use interpreter::{Mutant, interpret};
use memory::{Memory, Printed, difference, peak, render};
use random::{Case, case, describe, shuffled};
use stemwright_render::{EngineOptions, Tail};

/// The engine zeroes states below 2⁻⁴⁸ where the interpreter does not; what follows may amplify that a little.
const ZEROING: f64 = 1.0 / (1u64 << 44) as f64;

fn cases() -> Vec<u64> {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    match number("STEMWRIGHT_SEED") {
        Some(seed) => vec![seed],
        None => (0..number("STEMWRIGHT_CASES").unwrap_or(1000)).collect(),
    }
}

fn size(seed: u64) -> u32 {
    (seed % 11) as u32
}

fn print(case: &Case, threads: usize, block: usize) -> Printed {
    print_through(case, threads, block, false)
}

fn print_through(case: &Case, threads: usize, block: usize, through_master: bool) -> Printed {
    let media = Memory { rate: case.session.rate, sources: &case.sources };
    // Some random echoes ring for half a minute.
    let options = EngineOptions { block, tail: Tail::Seconds(0.01), through_master, ..Default::default() };
    render(&case.session, &media, threads, options)
}

#[test]
fn stems_sum_to_the_mix_and_the_mix_is_what_the_session_means() {
    let (mut worst, mut heard, mut undecided, mut wrong) = (0.0f64, 0, Vec::new(), Vec::new());
    for seed in cases() {
        let case = case(seed, size(seed));
        // Several block lengths over the cases, odd ones too.
        let printed = print(&case, 1, [64, 1000, 4096, 333][seed as usize % 4]);
        let (start, _) = case.span();
        assert!(printed.start >= start.min(0), "{}", describe(&case));
        if printed.frames() == 0 {
            let (start, end) = case.span();
            let wanted = interpret(&case.session, &case.sources, start, (end - start) as usize, None);
            assert_eq!(peak(&wanted.mix), 0.0, "something can be heard\n{}", describe(&case));
            continue;
        }
        let wanted = interpret(&case.session, &case.sources, printed.start, printed.frames(), None);
        undecided.extend(wanted.undecided.map(|_| seed));
        for (what, got, meant) in [("mix", &printed.mix, &wanted.mix), ("master", &printed.master, &wanted.master)] {
            let limit = peak(meant) / (1u64 << 32) as f64 + ZEROING;
            // Where a gate's level lies at its threshold, what follows may rightly be another.
            let off = difference(&first(got, wanted.decided), &first(meant, wanted.decided));
            if off <= limit {
                worst = worst.max(off / limit);
            } else {
                wrong.push((seed, format!("seed {seed}: the {what} is off by {off:e}, {limit:e} is allowed")));
            }
        }
        heard += usize::from(peak(&printed.mix) > 1e-3);
        assert!(sums(&printed, &printed.mix), "stems do not sum to the mix\n{}", describe(&case));
    }
    eprintln!("largest distance from the interpreter: {worst:.3} of what is allowed; {heard} cases above -60 dBFS");
    eprintln!("a gate is undecided in {} cases: {undecided:?}", undecided.len());
    assert!(undecided.len() <= cases().len().div_ceil(100), "gates should rarely be undecided");
    if let Some((seed, _)) = wrong.first() {
        let first = describe(&case(*seed, size(*seed)));
        let all: Vec<String> = wrong.into_iter().map(|(_, text)| text).collect();
        panic!("the first of these:\n{first}\n{}", all.join("\n"));
    }
}

fn first(signal: &[Vec<f64>], frames: usize) -> Vec<Vec<f64>> {
    signal.iter().map(|channel| channel[..frames].to_vec()).collect()
}

/// DESIGN's bound, computed in the plainest way; also that all is finite and equally long.
fn sums(printed: &Printed, whole: &[Vec<f64>]) -> bool {
    let floor = printed.stems.len() as f64 / (1u64 << 44) as f64;
    (0..whole.len()).all(|c| {
        let mut loudest = 0.0f64;
        (0..printed.frames()).all(|n| {
            let (mut sum, mut magnitude) = (0.0, 0.0);
            for stem in &printed.stems {
                sum += stem[c][n];
                magnitude += stem[c][n].abs();
            }
            // These files last less than a second.
            loudest = loudest.max(magnitude);
            let residual = (whole[c][n] - sum).abs();
            residual <= loudest / (1u64 << 34) as f64 + floor && printed.master[c][n].is_finite()
        })
    })
}

/// With `--through-master` the same lanes go on through the master chain, and the mix and the master stay what they are.
#[test]
fn stems_through_the_master_sum_to_the_master() {
    let mut shaped = 0;
    for seed in cases().into_iter().filter(|seed| seed % 3 == 0) {
        let case = case(seed, size(seed));
        let (before, through) = (print(&case, 1, 4096), print_through(&case, 2, 700, true));
        assert!(before.mix == through.mix && before.master == through.master, "{}", describe(&case));
        assert!(sums(&through, &through.master), "stems do not sum to the master\n{}", describe(&case));
        shaped += usize::from(before.stems != through.stems);
    }
    assert!(shaped > 0 || cases().len() < 100, "some master does something");
}

/// A dry session has no unit at work, and its stems sum as well.
#[test]
fn dry_stems_sum_to_the_dry_mix() {
    for seed in cases().into_iter().filter(|seed| seed % 10 == 1) {
        let mut case = case(seed, size(seed));
        case.session = stemwright_render::dry(&case.session);
        let printed = print(&case, 1, 512);
        if printed.frames() == 0 {
            // Only returns were heard, and they are muted.
            let (start, end) = case.span();
            let wanted = interpret(&case.session, &case.sources, start, (end - start) as usize, None);
            assert_eq!(peak(&wanted.mix), 0.0, "something can be heard\n{}", describe(&case));
            continue;
        }
        let wanted = interpret(&case.session, &case.sources, printed.start, printed.frames(), None);
        let limit = peak(&wanted.mix) / (1u64 << 32) as f64;
        assert!(difference(&printed.mix, &wanted.mix) <= limit, "{}", describe(&case));
        assert!(sums(&printed, &printed.mix), "{}", describe(&case));
        let inserts = case.session.tracks.iter().flat_map(|track| &track.strip.inserts);
        let inserts = inserts.chain(case.session.buses.iter().flat_map(|bus| &bus.strip.inserts));
        assert!(inserts.chain(&case.session.master.inserts).all(|insert| insert.bypass));
        assert!(case.session.buses.iter().all(|bus| !bus.is_return || bus.strip.mute));
    }
}

#[test]
fn no_bit_depends_on_blocks_threads_or_the_order_of_tracks() {
    for seed in cases().into_iter().filter(|seed| seed % 5 == 0) {
        let case = case(seed, size(seed));
        let one = print(&case, 1, 4096);
        for (threads, block) in [(2, 300), (7, 65_536), (1, 1)] {
            assert!(print(&case, threads, block) == one, "{threads} threads, block {block}\n{}", describe(&case));
        }
        let other = print(&shuffled(&case, seed), 2, 4096);
        let same_stems = one.names.iter().all(|name| {
            let place = |printed: &Printed| printed.names.iter().position(|other| other == name);
            place(&other).map(|at| &other.stems[at]) == place(&one).map(|at| &one.stems[at])
        });
        assert!(other.mix == one.mix && other.master == one.master && same_stems, "shuffled\n{}", describe(&case));
    }
}

/// If the comparison could not tell a wrong engine, it would prove nothing.
#[test]
fn the_comparison_catches_engines_that_are_wrong() {
    let mut caught = [0; Mutant::ALL.len()];
    for seed in 0..40 {
        let case = case(seed, size(seed));
        let printed = print(&case, 1, 4096);
        // Where nothing can be heard there is nothing to compare.
        for (mutant, caught) in Mutant::ALL.into_iter().zip(&mut caught).filter(|_| printed.frames() > 0) {
            let wrong = interpret(&case.session, &case.sources, printed.start, printed.frames(), Some(mutant));
            let differs = |got: &[Vec<f64>], wrong: &[Vec<f64>]| {
                difference(got, wrong) > peak(wrong) / (1u64 << 32) as f64 + ZEROING
            };
            *caught += usize::from(differs(&printed.mix, &wrong.mix) || differs(&printed.master, &wrong.master));
        }
    }
    for (mutant, caught) in Mutant::ALL.into_iter().zip(caught) {
        eprintln!("{mutant:?}: caught in {caught} of 40 sessions");
    }
    let unnoticed = Mutant::ALL.into_iter().zip(caught).filter(|(_, caught)| *caught < 5);
    assert_eq!(unnoticed.collect::<Vec<_>>(), [], "mutants that go unnoticed");
}
