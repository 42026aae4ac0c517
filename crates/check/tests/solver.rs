//! Why a sum does not null, told from bands in which something was made to be wrong.

mod band;
mod music;
mod stage;

use band::*;
use stage::*;
use std::sync::atomic::{AtomicU64, Ordering};
use stemwright_check::{Cause, CheckReport, Solution, StemSolution, SumClass};

const NAMES: [&str; 7] =
    ["01_Drums.wav", "02_Bass.wav", "03_Pad.wav", "04_Vocals.wav", "05_Guitar.wav", "06_Shaker.wav", "07_Keys.wav"];
const CODES: [&str; 13] = [
    "stem-delay",
    "stem-gain",
    "stem-polarity",
    "stem-missing",
    "stem-extra",
    "stem-doubled",
    "channels-swapped",
    "clock-drift",
    "mix-processed",
    "mix-filtered",
    "stem-revision",
    "sum-delay",
    "sum-gain",
];
const KINDS: [&str; 16] = [
    "delay",
    "gain",
    "polarity",
    "all-differ",
    "missing",
    "doubled",
    "extra",
    "swapped",
    "drift",
    "compressor",
    "limiter",
    "equaliser",
    "revision",
    "delay+gain",
    "compressor+delay",
    "missing+delay",
];

/// What the mix holds of a stem.
#[derive(Debug, Clone, Copy)]
struct Truth {
    gain: f64,
    delay: f64,
    ppm: f64,
}

struct Trial {
    kind: usize,
    stems: Vec<Frames>,
    mix: Frames,
    truth: Vec<Option<Truth>>,
    /// What must be said, and nothing else.
    wanted: Vec<(&'static str, Option<usize>)>,
    /// Whether gains against the mix mean something: not where it was compressed.
    levels: bool,
}

fn db(db: f64) -> f64 {
    10f64.powf(db / 20.0)
}

/// What the stems are.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Music {
    /// Played by `band`.
    Ours,
    /// Excerpts of a song.
    Real,
}

/// `None` where there is no such music.
fn made(music: Music, seed: u64) -> Option<Trial> {
    let kind = (seed % KINDS.len() as u64) as usize;
    let mut noise = Noise(seed.wrapping_mul(0xd134_2543_de82_ef95) | 1);
    (0..16).for_each(|_| _ = noise.next());
    let mut between = |from: f64, to: f64| from + (to - from) * (0.5 + 0.5 * noise.next());
    let frames = (between(8.0, 11.0) * f64::from(RATE)) as usize;
    let count = between(4.0, 7.99) as usize;
    let stems: Vec<Frames> = match music {
        Music::Ours => (0..count).map(|n| play(BAND[n], seed * 31 + n as u64, frames)).collect(),
        Music::Real => music::excerpts(seed, count, frames)?,
    };
    let stems: Vec<Frames> = stems.iter().map(|stem| rounded(&scaled(stem, 0.7), 24)).collect();
    let mut truth = vec![Truth { gain: 1.0, delay: 0.0, ppm: 0.0 }; count];
    let mut wanted = Vec::new();
    let one = between(0.0, count as f64 - 0.01) as usize;
    let other = (one + 1 + between(0.0, count as f64 - 1.01) as usize) % count;
    let delay = |between: &mut dyn FnMut(f64, f64) -> f64| {
        let size = between(0.3, 500.0);
        if between(-1.0, 1.0) < 0.0 { -size } else { size }
    };
    let gain = |between: &mut dyn FnMut(f64, f64) -> f64| {
        let size = between(0.2, 12.0);
        db(if between(-1.0, 1.0) < 0.0 { -size } else { size })
    };
    let mut in_mix: Vec<Frames> = stems.clone();
    let mut files = stems.clone();
    let mut levels = true;
    match KINDS[kind] {
        "delay" => {
            truth[one].delay = delay(&mut between);
            wanted.push(("stem-delay", Some(one)));
        }
        "gain" => {
            truth[one].gain = gain(&mut between);
            wanted.push(("stem-gain", Some(one)));
        }
        "polarity" => {
            truth[one].gain = -1.0;
            wanted.push(("stem-polarity", Some(one)));
        }
        "all-differ" => {
            for (n, truth) in truth.iter_mut().enumerate() {
                *truth = Truth { gain: gain(&mut between), delay: delay(&mut between), ppm: 0.0 };
                wanted.push(("stem-delay", Some(n)));
                wanted.push(("stem-gain", Some(n)));
                if between(-1.0, 1.0) < 0.0 {
                    truth.gain *= -1.0;
                    wanted.push(("stem-polarity", Some(n)));
                }
            }
        }
        "missing" => wanted.push(("stem-missing", None)),
        "doubled" => {
            truth[one].gain = 2.0;
            wanted.push(("stem-doubled", Some(one)));
        }
        "extra" => {
            truth[one].gain = 0.0;
            wanted.push(("stem-extra", Some(one)));
        }
        "swapped" => {
            in_mix[one].iter_mut().for_each(|frame| frame.swap(0, 1));
            wanted.push(("channels-swapped", Some(one)));
        }
        "drift" => {
            let size = (between(0.5f64.ln(), 50f64.ln())).exp();
            truth[one].ppm = if between(-1.0, 1.0) < 0.0 { -size } else { size };
            wanted.push(("clock-drift", Some(one)));
        }
        "compressor" | "limiter" => wanted.push(("mix-processed", None)),
        "equaliser" => wanted.push(("mix-filtered", None)),
        "revision" => {
            let take = rounded(&scaled(&play(BAND[one], seed * 77 + 5, frames), 0.7), 24);
            let (from, to) = (frames / 3, frames / 3 + (between(1.5, 2.5) * f64::from(RATE)) as usize);
            for n in from..to {
                let fade = ((n - from).min(to - n) as f64 / 480.0).min(1.0);
                in_mix[one][n] = [0, 1].map(|c| (1.0 - fade) * in_mix[one][n][c] + fade * take[n][c]);
            }
            wanted.push(("stem-revision", Some(one)));
        }
        "delay+gain" => {
            truth[one].delay = delay(&mut between);
            truth[other].gain = gain(&mut between);
            wanted.extend([("stem-delay", Some(one)), ("stem-gain", Some(other))]);
        }
        "compressor+delay" => {
            truth[one].delay = delay(&mut between);
            wanted.extend([("stem-delay", Some(one)), ("mix-processed", None)]);
        }
        "missing+delay" => {
            truth[one].delay = delay(&mut between);
            wanted.extend([("stem-delay", Some(one)), ("stem-missing", None)]);
        }
        _ => unreachable!(),
    }
    let mut truth: Vec<Option<Truth>> = truth.into_iter().map(Some).collect();
    for (stem, truth) in in_mix.iter_mut().zip(&truth) {
        let Some(truth) = truth else { continue };
        if truth.delay != 0.0 || truth.ppm != 0.0 {
            *stem = moved(stem, truth.delay, truth.ppm);
        }
        if truth.gain != 1.0 {
            *stem = scaled(stem, truth.gain);
        }
    }
    let mut mix = sum(&in_mix);
    match KINDS[kind] {
        "compressor" => (mix, levels) = (compressed(&mix, between(8.0, 20.0)), false),
        "compressor+delay" => (mix, levels) = (compressed(&mix, between(8.0, 20.0)), false),
        "limiter" => (mix, levels) = (limited(&mix, between(4.0, 9.0)), false),
        "equaliser" => {
            mix = bell(&mix, between(80.0, 400.0), between(2.0, 6.0), between(0.5, 1.5));
            mix = bell(&mix, between(1_000.0, 8_000.0), between(-6.0, -2.0), between(0.5, 1.5));
            levels = false;
        }
        "missing" => {
            files.remove(one);
            truth.remove(one);
        }
        "missing+delay" => {
            files.remove(other);
            truth.remove(other);
            for (_, stem) in &mut wanted {
                *stem = stem.map(|stem| if stem > other { stem - 1 } else { stem });
            }
        }
        _ => {}
    }
    // Headroom, not clipping, is what these are about.
    let peak = mix.iter().flatten().fold(0.0f64, |most, x| most.max(x.abs()));
    if peak > 0.99 {
        let back = 0.5 / (peak / 1.98).log2().ceil().exp2().max(1.0);
        files = files.iter().map(|file| scaled(file, back)).collect();
        mix = scaled(&mix, back);
    }
    Some(Trial { kind, stems: files, mix, truth, wanted, levels })
}

/// Figures of one or many trials.
#[derive(Debug, Clone, Default)]
struct Score {
    trials: usize,
    right: usize,
    delays: Vec<f64>,
    gains: Vec<f64>,
    ppms: Vec<f64>,
    covered: [usize; 2],
    unidentifiable: usize,
}

fn stage_of(trial: &Trial) -> Stage {
    let stage = Stage::new();
    for (name, stem) in NAMES.iter().zip(&trial.stems) {
        stage.write(name, stem, Depth::Bits(24));
    }
    stage.write("Song mix.wav", &trial.mix, Depth::Bits(24));
    stage
}

fn said(report: &CheckReport) -> Vec<(String, Option<usize>)> {
    let ours = report.findings.iter().filter(|finding| CODES.contains(&finding.code.as_str()));
    let place = |file: &Option<String>| NAMES.iter().position(|name| file.as_deref() == Some(name));
    ours.map(|finding| (finding.code.clone(), place(&finding.file))).collect()
}

/// `None` where there is no such music.
fn scored(music: Music, seed: u64) -> Option<(usize, Score, Option<String>)> {
    Some(scored_trial(made(music, seed)?))
}

fn scored_trial(trial: Trial) -> (usize, Score, Option<String>) {
    let report = stage_of(&trial).check();
    let mut score = Score { trials: 1, ..Score::default() };
    let none = |what: String| (trial.kind, Score { trials: 1, ..Score::default() }, Some(what));
    let Some(sum) = &report.sum else { return none("no sum".into()) };
    let Some(solution) = &sum.solution else { return none(format!("no solution: {}", sum.verdict)) };
    let said = said(&report);
    // A delay that is not known need not be named.
    let known = |wanted: &&(&str, Option<usize>)| match wanted {
        ("stem-delay", Some(stem)) => {
            solution.stems[*stem].identifiable
                || said.iter().any(|(code, at)| code == "stem-delay" && *at == Some(*stem))
        }
        _ => true,
    };
    let wanted: Vec<(String, Option<usize>)> =
        trial.wanted.iter().filter(known).map(|(code, stem)| ((*code).to_owned(), *stem)).collect();
    let all = wanted.iter().all(|wanted| said.contains(wanted));
    let right = all && said.iter().all(|said| wanted.contains(said));
    score.right = usize::from(right);
    for (stem, truth) in solution.stems.iter().zip(&trial.truth) {
        let Some(truth) = truth.filter(|truth| truth.gain != 0.0) else { continue };
        score_stem(&mut score, stem, truth, trial.levels && trial.kind != 12);
    }
    let what = (!right).then(|| {
        format!("wanted {wanted:?}, said {said:?}\n      {:?}\n      {}", solution.sentences, figures(solution, &trial))
    });
    (trial.kind, score, what)
}

fn figures(solution: &Solution, trial: &Trial) -> String {
    let of = |(stem, truth): (&StemSolution, &Option<Truth>)| {
        format!(
            "{} g {:?}±{:?} d {:?}±{:?} p {:?} id {} true {truth:?}",
            stem.file,
            stem.gain_db,
            stem.gain_uncertainty_db,
            stem.delay_frames,
            stem.delay_uncertainty_frames,
            stem.drift_ppm,
            stem.identifiable
        )
    };
    let lines: Vec<String> = solution.stems.iter().zip(&trial.truth).map(of).collect();
    format!("left {:?} dB; {}", solution.remaining_of_mix_db, lines.join("\n      "))
}

fn score_stem(score: &mut Score, stem: &StemSolution, truth: Truth, levels: bool) {
    if !stem.identifiable {
        score.unidentifiable += 1;
    }
    let mut covers = |off: f64, sigma: Option<f64>| {
        score.covered[1] += 1;
        score.covered[0] += usize::from(off.abs() <= 2.0 * sigma.unwrap_or(0.0));
    };
    if let (Some(gain), true) = (stem.gain_db, levels) {
        let off = gain - 20.0 * truth.gain.abs().log10();
        covers(off, stem.gain_uncertainty_db);
        score.gains.push(off.abs());
    }
    if let Some(delay) = stem.delay_frames {
        covers(delay - truth.delay, stem.delay_uncertainty_frames);
        score.delays.push((delay - truth.delay).abs());
    }
    if let Some(ppm) = stem.drift_ppm {
        covers(ppm - truth.ppm, stem.drift_uncertainty_ppm);
        score.ppms.push((ppm - truth.ppm).abs());
    }
}

fn within(values: &[f64], bound: f64) -> String {
    if values.is_empty() {
        return "–".into();
    }
    let share = values.iter().filter(|value| **value <= bound).count() as f64 / values.len() as f64;
    let worst = values.iter().copied().fold(0.0, f64::max);
    format!("{:.1} % (worst {worst:.4})", 100.0 * share)
}

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// `STEMWRIGHT_TRIALS` says how many, `STEMWRIGHT_SEED` from where on: thresholds were found with seeds below 10 000.
#[test]
fn causes_and_stems_are_named_and_figures_hold() {
    let total = score_all(Music::Ours, number("STEMWRIGHT_TRIALS", 16));
    assert!(share(total.right, total.trials) >= 0.95, "{} of {}", total.right, total.trials);
    assert!(share(total.covered[0], total.covered[1]) >= 0.95, "{:?}", total.covered);
}

/// `STEMWRIGHT_REAL_TRIALS` says how many.
#[test]
fn so_they_are_in_a_real_song() {
    let total = score_all(Music::Real, number("STEMWRIGHT_REAL_TRIALS", 6));
    if total.trials > 0 {
        assert!(share(total.right, total.trials) >= REAL, "{} of {}", total.right, total.trials);
        assert!(share(total.covered[0], total.covered[1]) >= 0.95, "{:?}", total.covered);
    }
}

/// What of real trials must be right.
const REAL: f64 = 0.8;

fn share(part: usize, all: usize) -> f64 {
    part as f64 / all.max(1) as f64
}

fn score_all(music: Music, trials: u64) -> Score {
    let first = number("STEMWRIGHT_SEED", 1_000_000);
    // Threads of its own, not rayon's: one that waits for a check would begin another trial.
    let next = AtomicU64::new(first);
    let work = || {
        let mut own = Vec::new();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= first + trials {
                return own;
            }
            let Some((kind, score, what)) = scored(music, seed) else { continue };
            let [within, all] = score.covered;
            let what = what.unwrap_or_else(|| "right".into());
            eprintln!("  {seed} {}: {within}/{all} covered; {what}", KINDS[kind]);
            own.push((seed, (kind, score)));
        }
    };
    let mut results: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..2).map(|_| scope.spawn(work)).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    results.sort_by_key(|(seed, _)| *seed);
    let mut kinds = vec![Score::default(); KINDS.len()];
    let mut total = Score::default();
    for (_, (kind, score)) in &results {
        for sum in [&mut kinds[*kind], &mut total] {
            sum.trials += score.trials;
            sum.right += score.right;
            sum.delays.extend(&score.delays);
            sum.gains.extend(&score.gains);
            sum.ppms.extend(&score.ppms);
            sum.unidentifiable += score.unidentifiable;
            (0..2).for_each(|n| sum.covered[n] += score.covered[n]);
        }
    }
    eprintln!("| kind | right | delays within 0.01 | gains within 0.01 dB | covered by 2 σ | not identifiable |");
    eprintln!("|---|---|---|---|---|---|");
    for (name, score) in KINDS.iter().chain([&"all"]).zip(kinds.iter().chain([&total])) {
        let covered = 100.0 * score.covered[0] as f64 / score.covered[1].max(1) as f64;
        eprintln!(
            "| {name} | {}/{} | {} | {} | {covered:.1} % of {} | {} |",
            score.right,
            score.trials,
            within(&score.delays, 0.01),
            within(&score.gains, 0.01),
            score.covered[1],
            score.unidentifiable
        );
    }
    total
}

/// Sets that have no answer get none: no stem is blamed.
#[test]
fn what_has_no_answer_blames_nobody() {
    let frames = 5 * RATE as usize;
    let stems: Vec<Frames> = (0..4).map(|n| play(BAND[n], n as u64, frames)).collect();
    let others: Vec<Frames> = (0..5).map(|n| play(BAND[n], 900 + n as u64, frames)).collect();
    let of = |stems: &[Frames], mix: &Frames| {
        let stage = Stage::new();
        for (n, stem) in stems.iter().enumerate() {
            stage.write(&format!("{:02}_Stem {n}.wav", n + 1), stem, Depth::Bits(24));
        }
        stage.write("Song mix.wav", mix, Depth::Bits(24));
        stage.check()
    };
    let cases: Vec<(&str, CheckReport)> = vec![
        ("another song", of(&stems, &sum(&others))),
        ("a silent mix", of(&stems, &vec![[0.0; 2]; frames])),
        ("silent stems", of(&vec![vec![[0.0; 2]; frames]; 3], &sum(&others))),
        ("a constant", of(&vec![vec![[0.1; 2]; frames]; 2], &vec![[0.5; 2]; frames])),
        ("one sample", of(&vec![vec![[0.1; 2]; 1]; 2], &vec![[0.5; 2]; 1])),
        ("a short file", of(&[stems[0][20_000..22_000].to_vec()], &stems[1][20_000..22_000].to_vec())),
        ("noise", of(&stems, &noise(frames))),
        ("a tone", of(&[tone(frames, 440.0)], &tone(frames, 441.0))),
    ];
    for (name, report) in cases {
        let said = said(&report);
        let solution = report.sum.as_ref().and_then(|sum| sum.solution.as_ref());
        eprintln!("{name}: {:?} {:?}", solution.map(|s| s.cause), solution.map(|s| &s.sentences));
        // One gain of the whole is what the pass found, and true.
        let gain = report.sum.as_ref().is_some_and(|sum| sum.class == SumClass::StaticGain);
        assert!(said.iter().all(|(code, _)| code == "sum-gain" && gain), "{name}: {said:?}");
    }
}

fn noise(frames: usize) -> Frames {
    let mut noise = Noise(77);
    (0..frames).map(|_| [0.3 * noise.next(), 0.3 * noise.next()]).collect()
}

fn tone(frames: usize, hz: f64) -> Frames {
    (0..frames).map(|n| [0.3 * (std::f64::consts::TAU * hz * n as f64 / f64::from(RATE)).sin(); 2]).collect()
}

/// Files that hold the same can only be told together.
#[test]
fn sixty_four_copies_are_one() {
    let frames = 4 * RATE as usize;
    let [one, other] =
        [Player::Guitar, Player::Voice].map(|player| rounded(&scaled(&play(player, 3, frames), 0.1), 24));
    let stage = Stage::new();
    for n in 0..63 {
        stage.write(&format!("{:02}_Copy.wav", n + 1), &one, Depth::Bits(24));
    }
    stage.write("64_Vocals.wav", &other, Depth::Bits(24));
    stage.write("Song mix.wav", &sum(&[one, other]), Depth::Bits(24));
    let report = stage.check();
    let solution = report.sum.as_ref().unwrap().solution.as_ref().unwrap();
    assert_eq!(solution.cause, Cause::StemDoubled, "{:?}", solution.sentences);
    assert!(solution.stems[..63].iter().all(|stem| !stem.identifiable && stem.gain_db.is_none()));
    assert_eq!(solution.stems[63].gain_db, Some(0.0));
}

/// Every stem is as late as the mix, but one: that one is named, and the others together.
#[test]
fn what_all_stems_share_is_said_once() {
    let frames = 8 * RATE as usize;
    let stems: Vec<Frames> = (0..5).map(|n| rounded(&play(BAND[n], 40 + n as u64, frames), 24)).collect();
    let late: Vec<Frames> =
        stems.iter().enumerate().map(|(n, s)| scaled(&moved(s, if n == 3 { 90.5 } else { 64.0 }, 0.0), 0.5)).collect();
    let trial = Trial { kind: 0, stems, mix: sum(&late), truth: Vec::new(), wanted: Vec::new(), levels: true };
    let report = stage_of(&trial).check();
    let solution = report.sum.as_ref().unwrap().solution.as_ref().unwrap();
    assert!((solution.common_delay_frames.unwrap() - 64.0).abs() < 1e-3, "{solution:#?}");
    assert!((solution.common_gain_db.unwrap() + 6.02).abs() < 0.01);
    let said = said(&report);
    assert!(said.contains(&("stem-delay".into(), Some(3))), "{said:?}");
    assert_eq!(said.len(), 3, "{said:?}");
    assert!(only(&report, "stem-delay").message.contains("26.50 samples early"), "{:?}", only(&report, "stem-delay"));
}
