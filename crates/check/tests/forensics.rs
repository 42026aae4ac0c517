//! Defects that are put into real stems are found, by what `evidence.toml` says can be found; clean sets raise no alarm.
//!
//! The limits of the detectors were chosen on the seeds from [`TUNING`] on. Those from [`SCORING`] on were never looked at before the
//! score was taken that stands in `docs/check.md`.

mod seeds;
mod songs;
mod stage;

use seeds::{Chance, Seeded, seed};
use serde::Deserialize;
use songs::{Song, songs};
use stage::*;
use std::collections::BTreeMap;
use stemwright_check::CheckReport;
use stemwright_core::{Finding, Severity};

const SCORING: u64 = 1_100_000;
const TUNING: u64 = 10_000;
/// What is written for other programs to look at.
const PEERS: u64 = 900_000;
const RUNS: [&str; 3] = ["with-mix", "without-mix", "renamed"];
const WITH_MIX: usize = 0;
const WITHOUT_MIX: usize = 1;
const RENAMED: usize = 2;

/// What a run must say of a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Wanted {
    Required,
    Note,
    Impossible,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Class {
    #[serde(default)]
    codes: Vec<String>,
    with_mix: Wanted,
    without_mix: Wanted,
    renamed: Wanted,
    because: String,
    except: Option<String>,
}

fn evidence() -> BTreeMap<String, Class> {
    toml::from_str(include_str!("evidence.toml")).unwrap()
}

/// What a check says of a song in a run: `changed` are stems with another content.
fn look_at(song: &Song, run: usize, changed: &BTreeMap<usize, Seeded>) -> (CheckReport, Vec<String>) {
    let stage = Stage::new();
    let mut names = Vec::new();
    let depth = if changed.values().any(|seeded| seeded.float) { Depth::Float } else { Depth::Bits(24) };
    for (number, (name, frames)) in song.stems.iter().enumerate() {
        let name = if run == RENAMED { format!("{}.wav", number + 1) } else { name.clone() };
        match changed.get(&number) {
            Some(seeded) => stage.write_at(&name, &seeded.frames, depth, seeded.rate),
            None => stage.write(&name, frames, depth),
        }
        names.push(name);
    }
    if run == WITH_MIX {
        let stems: Vec<Frames> = song.stems.iter().map(|(_, frames)| frames.clone()).collect();
        stage.write("Song mix.wav", &sum(&stems), depth);
    }
    (stage.check(), names)
}

fn alarms(report: &CheckReport) -> impl Iterator<Item = &Finding> {
    report.findings.iter().filter(|finding| finding.severity > Severity::Note)
}

/// Whether a finding is of a class, in a file, near one of its places, and measured as it was done.
fn names(finding: &Finding, codes: &[String], file: &str, seeded: &Seeded) -> bool {
    let near = |frame: u64| seeded.places.iter().any(|place| frame.abs_diff(*place as u64) <= u64::from(RATE) / 100);
    let right = codes.contains(&finding.code) && finding.file.as_deref().is_none_or(|named| named == file);
    let measured = |[value, within]: [f64; 2]| {
        finding.measured.as_ref().is_some_and(|measured| (measured.value - value).abs() <= within)
    };
    right && (seeded.places.is_empty() || finding.frame.is_none_or(near)) && seeded.value.is_none_or(measured)
}

#[test]
fn evidence_is_whole() {
    for (name, class) in evidence() {
        assert!(class.because.len() > 20, "{name}");
        assert!(class.except.is_none_or(|except| except.len() > 10), "{name}");
        let claims = [class.with_mix, class.without_mix, class.renamed].contains(&Wanted::Required);
        assert!(!claims || !class.codes.is_empty(), "{name} is required under no code");
        assert!(CLASSES.contains(&name.as_str()), "{name} is never tried");
    }
}

/// Of a set without its mix, stem by stem: what files say by themselves can be put into all of them at once.
const ALONE: [&[&str]; 7] = [
    &["bleed"],
    &["click"],
    &["drop-out"],
    &["garbage"],
    &["hum", "clipping", "dc"],
    // What is seen only where most files are otherwise.
    &["cut-tail", "limited", "wrong-length", "mono-collapsed", "other-rate", "silent", "hum-masked"],
    &[
        "other-rate",
        "upsampled",
        "cut-tail",
        "formerly-lossy",
        "silent",
        "trimmed-head",
        "wrong-length",
        "channel-lost",
        "padded-bits",
    ],
];

/// All classes; against the mix each is tried by itself.
const CLASSES: [&str; 29] = [
    "aliasing",
    "bleed",
    "channel-lost",
    "click",
    "clipping",
    "cut-head",
    "cut-tail",
    "dc",
    "delay",
    "discontinuity",
    "drop-out",
    "duplicate",
    "formerly-lossy",
    "gain",
    "garbage",
    "hum",
    "hum-masked",
    "limited",
    "missing-file",
    "mono-collapsed",
    "other-rate",
    "padded-bits",
    "polarity",
    "silent",
    "swapped-channels",
    "swapped-files",
    "trimmed-head",
    "upsampled",
    "wrong-length",
];

/// What follows from a defect is true as well.
fn follows(class: &str, code: &str) -> bool {
    matches!(
        (class, code),
        // A file that was shortened may end in a sound, one that ends in a sound is short.
        ("cut-tail", "length") | ("wrong-length", "cut-tail")
        // An edge of one sample is a click.
        | ("discontinuity" | "drop-out", "click")
        // A file at another rate that was not converted has another length, too.
        | ("other-rate", "length")
        // What is cut off above more than below leaves a mean.
        | ("clipping", "dc-offset")
        // Hum goes on to the end of the file.
        | ("hum" | "hum-masked", "cut-tail")
    )
}

#[derive(Default, Clone, Copy)]
struct Score {
    found: usize,
    of: usize,
}

struct Table {
    evidence: BTreeMap<String, Class>,
    scores: BTreeMap<(String, usize), Score>,
    false_alarms: Vec<String>,
}

impl Table {
    fn count(&mut self, class: &str, run: usize, found: bool, what: &str) {
        let score = self.scores.entry((class.to_owned(), run)).or_default();
        score.found += usize::from(found);
        score.of += 1;
        if !found && self.wanted(class, run) == Wanted::Required {
            eprintln!("missed: {class} {} {what}", RUNS[run]);
        }
    }

    fn wanted(&self, class: &str, run: usize) -> Wanted {
        let class = &self.evidence[class];
        [class.with_mix, class.without_mix, class.renamed][run]
    }

    fn print(&self) {
        eprintln!("{:18}{:>24}{:>24}{:>24}", "class", RUNS[0], RUNS[1], RUNS[2]);
        for class in self.evidence.keys() {
            let cell = |run: usize| {
                let wanted = format!("{:?}", self.wanted(class, run)).to_lowercase();
                match self.scores.get(&(class.clone(), run)) {
                    Some(score) => format!("{wanted} {}/{}", score.found, score.of),
                    None => format!("{wanted} –"),
                }
            };
            eprintln!("{class:18}{:>24}{:>24}{:>24}", cell(0), cell(1), cell(2));
        }
        eprintln!("false alarms: {}", self.false_alarms.len());
        self.false_alarms.iter().for_each(|alarm| eprintln!("  {alarm}"));
    }

    /// Nothing was done to it, and nothing is said.
    fn clean(&mut self, song: &Song) {
        for (run, name) in RUNS.iter().enumerate() {
            let (report, _) = look_at(song, run, &BTreeMap::new());
            self.false_alarms.extend(alarms(&report).map(|finding| format!("clean {} {name}: {finding:?}", song.name)));
        }
    }

    /// A defect in each stem at once, of one class after the other.
    fn alone(&mut self, song: &Song, run: usize, classes: &[&str], chance: &mut Chance) {
        let mut changed = BTreeMap::new();
        let mut seeded = Vec::new();
        let first = chance.below(classes.len());
        for (number, (_, stem)) in song.stems.iter().enumerate() {
            let class = classes[(first + number) % classes.len()];
            let other = &song.stems[(number + 1) % song.stems.len()].1;
            if let Some(done) = seed(class, stem, other, chance) {
                changed.insert(number, done);
                seeded.push((number, class));
            }
        }
        let (report, files) = look_at(song, run, &changed);
        for (number, class) in &seeded {
            let codes = &self.evidence[*class].codes;
            let found = report.findings.iter().any(|finding| names(finding, codes, &files[*number], &changed[number]));
            let what = format!("{} {} {:?}", song.name, song.stems[*number].0, changed[number].places);
            self.count(class, run, found, &what);
        }
        for finding in alarms(&report) {
            let ours = seeded.iter().any(|(number, class)| {
                finding.file.as_deref().is_none_or(|file| file == files[*number])
                    && (self.evidence[*class].codes.contains(&finding.code) || follows(class, &finding.code))
            });
            if !ours {
                let file = finding.file.clone().unwrap_or_default();
                let class = seeded.iter().find(|(number, _)| files[*number] == file).map(|(_, class)| *class);
                let what = format!("{} {} {file} ({class:?}): {}", song.name, finding.code, finding.message);
                self.false_alarms.push(what);
            }
        }
    }

    /// Another stem in the place of one.
    fn twice(&mut self, song: &Song, run: usize, chance: &mut Chance) {
        let number = 1 + chance.below(song.stems.len() - 1);
        let gain = 0.3 + 0.6 * chance.unit();
        let copy = Seeded::of(map(&song.stems[number - 1].1, |x| gain * x));
        let (report, files) = look_at(song, run, &BTreeMap::from([(number, copy)]));
        let pair = [&files[number], &files[number - 1]];
        let found = report.findings.iter().filter(|finding| finding.code == "duplicate");
        let right = found.filter(|finding| finding.file.as_ref().is_some_and(|file| pair.contains(&file))).count();
        self.count("duplicate", run, right == 1, &format!("{} {}", song.name, files[number]));
    }

    /// Two stems, each under the name of the other; what is said of that must be nothing.
    fn exchanged(&mut self, song: &Song, run: usize, chance: &mut Chance) {
        let number = 1 + chance.below(song.stems.len() - 1);
        let of = |number: usize| Seeded::of(song.stems[number].1.clone());
        let changed = BTreeMap::from([(number, of(number - 1)), (number - 1, of(number))]);
        let (report, _) = look_at(song, run, &changed);
        self.count("swapped-files", run, false, "");
        self.false_alarms.extend(alarms(&report).map(|finding| format!("{} exchanged: {finding:?}", song.name)));
    }

    /// A set without one of its stems.
    fn without(&mut self, song: &Song, chance: &mut Chance) {
        let number = chance.below(song.stems.len());
        let stage = Stage::new();
        for (name, frames) in song.stems.iter().take(number).chain(&song.stems[number + 1..]) {
            stage.write(name, frames, Depth::Bits(24));
        }
        let stems: Vec<Frames> = song.stems.iter().map(|(_, frames)| frames.clone()).collect();
        stage.write("Song mix.wav", &sum(&stems), Depth::Bits(24));
        let report = stage.check();
        let found = report.findings.iter().any(|finding| self.evidence["missing-file"].codes.contains(&finding.code));
        self.count("missing-file", WITH_MIX, found, &format!("{} {}", song.name, song.stems[number].0));
        self.others(song, "missing-file", &report, "Song mix.wav", None);
    }

    /// One class in one stem, against the mix.
    fn against(&mut self, song: &Song, class: &str, chance: &mut Chance) {
        // Not every stem offers a place.
        for _ in 0..4 {
            let number = chance.below(song.stems.len());
            let (name, stem) = &song.stems[number];
            let from = (number + 1) % song.stems.len();
            let Some(done) = seed(class, stem, &song.stems[from].1, chance) else { continue };
            let changed = BTreeMap::from([(number, done)]);
            let (report, files) = look_at(song, WITH_MIX, &changed);
            let codes = &self.evidence[class].codes;
            let found = report.findings.iter().any(|finding| names(finding, codes, &files[number], &changed[&number]));
            let what = format!("{} {name} {:?} {:?}", song.name, changed[&number].places, changed[&number].value);
            self.count(class, WITH_MIX, found, &what);
            // A stem that is heard in another one is louder than the mix has it: the residual is the same.
            let heard = (class == "bleed").then_some(files[from].as_str());
            self.others(song, class, &report, &files[number], heard);
            return;
        }
    }

    /// Of the files to which nothing was done nothing is said.
    fn others(&mut self, song: &Song, class: &str, report: &CheckReport, file: &str, heard: Option<&str>) {
        for finding in alarms(report) {
            let Some(named) = finding.file.as_deref() else { continue };
            if named != file && named != "Song mix.wav" && Some(named) != heard {
                self.false_alarms.push(format!("{} with {class} in {file}: {finding:?}", song.name));
            }
        }
    }
}

/// How often everything is tried: `STEMWRIGHT_TRIALS`, else once, each run without the mix on one song only.
#[test]
fn clean_sets_raise_no_alarm_and_seeded_defects_are_found() {
    let start = if std::env::var_os("STEMWRIGHT_TUNING").is_some() { TUNING } else { SCORING };
    let trials: Option<u64> = std::env::var("STEMWRIGHT_TRIALS").ok().and_then(|trials| trials.parse().ok());
    let mut table = Table { evidence: evidence(), scores: BTreeMap::new(), false_alarms: Vec::new() };
    let songs = songs();
    for (place, song) in songs.iter().enumerate() {
        table.clean(song);
        for round in 0..trials.unwrap_or(1) {
            eprintln!("{} {round}", song.name);
            let mut chance = Chance::new(start + 2 * round + place as u64);
            for run in [WITHOUT_MIX, RENAMED] {
                if trials.is_some() || songs.len() == 1 || run == WITHOUT_MIX + place {
                    for classes in ALONE {
                        table.alone(song, run, classes, &mut chance);
                    }
                }
                table.twice(&song.half(0), run, &mut chance);
            }
            let half = song.half(chance.below(2));
            table.twice(&half, WITH_MIX, &mut chance);
            table.exchanged(&half, WITH_MIX, &mut chance);
            table.without(&half, &mut chance);
            for class in CLASSES {
                // Of what is only worth a note, a third is enough.
                let note = round % 3 == 0 && (trials.is_some() || place == 0);
                if note || table.wanted(class, WITH_MIX) == Wanted::Required {
                    table.against(&half, class, &mut chance);
                }
            }
        }
    }
    table.print();
    assert!(table.false_alarms.is_empty());
    for ((class, run), Score { found, of }) in &table.scores {
        if table.wanted(class, *run) == Wanted::Required {
            // Of fewer than twenty, one is more than 5 %.
            let few = usize::from(*of < 20);
            assert!(20 * (found + few) >= 19 * of, "{class} {}: {found}/{of}", RUNS[*run]);
        }
    }
}

/// For `bench/forensics_peers.py`: files with and without defects into the folder that `STEMWRIGHT_SEEDED_FILES` names, and
/// `truth.json` beside them.
#[test]
fn seeded_files_for_other_programs() {
    let Some(folder) = std::env::var_os("STEMWRIGHT_SEEDED_FILES") else { return };
    let stage = Stage::at(std::path::Path::new(&folder));
    let mut truth = Vec::new();
    for (place, song) in songs().iter().enumerate() {
        let mut chance = Chance::new(PEERS + place as u64);
        for class in ["clean", "click", "drop-out", "discontinuity", "hum", "clipping"] {
            for (number, (name, stem)) in song.stems.iter().enumerate() {
                let other = &song.stems[(number + 1) % song.stems.len()].1;
                let done = if class == "clean" {
                    Some(Seeded::of(stem.clone()))
                } else {
                    seed(class, stem, other, &mut chance)
                };
                let Some(done) = done else { continue };
                let file = format!("{class}/{} {name}", song.name);
                stage.write(&file, &done.frames, Depth::Bits(24));
                truth.push(serde_json::json!({ "file": file, "class": class, "places": done.places, "rate": RATE }));
            }
        }
    }
    std::fs::write(stage.path("truth.json"), serde_json::to_string_pretty(&truth).unwrap()).unwrap();
}
