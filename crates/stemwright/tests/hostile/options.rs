//! Every two options of `bounce` together.

use crate::desk::{Desk, RATE};
use crate::sensible;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Each option with everything that it can be; nothing is its default.
const OPTIONS: &[&[&str]] = &[
    &["--format wav24", "--format wav16", "--format wav32f", "--format flac24", "--format flac16", "--format aiff24"],
    &["", "--layout mono", "--layout stereo", "--layout ms", "--layout 5.1", "--layout 7.1"],
    &["", "--dry", "--wet", "--dry --wet"],
    &["", "--rate 44100", "--rate 96000"],
    &["", "--stems pad,DRUMS"],
    &["", "--section A", "--section b", "--tail 0", "--tail 0.1"],
    &["", "--dither", "--no-dither"],
    &["", "--headroom auto", "--headroom 6"],
    &["", "--mono-stems"],
    &["", "--through-master"],
    &["", "--no-cache"],
    &["", "--block 1", "--block 777 --threads 1"],
];

/// Sets of options in which every two values of two options occur together: the greedy way, without chance.
fn pairwise() -> Vec<Vec<usize>> {
    let mut open: BTreeSet<[(usize, usize); 2]> = BTreeSet::new();
    for (a, some) in OPTIONS.iter().enumerate() {
        for (b, others) in OPTIONS.iter().enumerate().skip(a + 1) {
            open.extend((0..some.len()).flat_map(|x| (0..others.len()).map(move |y| [(a, x), (b, y)])));
        }
    }
    let mut cases = Vec::new();
    while let Some(&[(a, x), (b, y)]) = open.first() {
        let mut case: Vec<Option<usize>> = vec![None; OPTIONS.len()];
        (case[a], case[b]) = (Some(x), Some(y));
        for option in 0..OPTIONS.len() {
            let gain = |value: usize| {
                let with = |other: usize| {
                    let mut pair = [(option, value), (other, case[other].unwrap_or(usize::MAX))];
                    pair.sort_unstable();
                    open.contains(&pair)
                };
                (0..OPTIONS.len()).filter(|&other| with(other)).count()
            };
            // Of equals the one that comes next, so that no value stays behind.
            let next = |value: usize| {
                (value + OPTIONS[option].len() - cases.len() % OPTIONS[option].len()) % OPTIONS[option].len()
            };
            let best = (0..OPTIONS[option].len()).max_by_key(|&value| (gain(value), next(value)));
            case[option] = case[option].or(best);
        }
        let case: Vec<usize> = case.into_iter().flatten().collect();
        open.retain(|pair| pair.iter().any(|&(option, value)| case[option] != value));
        cases.push(case);
    }
    cases
}

/// Two sections of a song in which stems meet in a compressor, a room and the master; one is mono, one has no sides.
fn song() -> Desk {
    let desk = Desk::new();
    desk.sine("song/clip.wav", 0.3, RATE / 5);
    let noise = |n: u32| (n.wrapping_mul(2_654_435_761) >> 8) as f32 / (1 << 24) as f32 - 0.5;
    desk.floats("song/wide.wav", 2, RATE, (0..RATE / 4).map(noise));
    desk.write(
        "song/session.toml",
        r#"
            [session]
            rate = 48000
            [song]
            title = "Pairs"
            [[section]]
            name = "A"
            start = 0
            [[section]]
            name = "B"
            start = 0.1
            [[bus]]
            name = "Band"
            insert = [{ type = "bus-compressor", threshold = -20.0 }]
            [[return]]
            name = "Room"
            insert = [{ type = "reverb", decay = 0.1 }]
            [[track]]
            name = "Voice"
            stem = "Voice"
            clip = [{ file = "clip.wav" }]
            [[track]]
            name = "Pad"
            stem = "Pad"
            output = "Band"
            send = [{ to = "Room" }]
            clip = [{ file = "wide.wav" }]
            [[track]]
            name = "Drums"
            stem = "Drums"
            output = "Band"
            gain = 3.0
            clip = [{ file = "wide.wav", at = 0.05 }]
            [[extra]]
            name = "Playback"
            stems = ["Pad", "Drums"]
            [master]
            insert = [{ type = "limiter", ceiling = -6.0 }]
        "#,
    );
    desk
}

fn arguments(case: &[usize]) -> Vec<&'static str> {
    case.iter().zip(OPTIONS).flat_map(|(&value, option)| option[value].split_whitespace()).collect()
}

/// The integers of a WAV file, interleaved.
fn integers(file: &Path) -> (usize, Vec<i64>) {
    let mut reader = hound::WavReader::open(file).unwrap();
    (usize::from(reader.spec().channels), reader.samples::<i32>().map(|x| i64::from(x.unwrap())).collect())
}

/// What every set must be; where all stems are written in integer WAV, the files add up.
fn proven(set: &Path, report: &Value, said: &str) -> bool {
    let (manifest, null) = (&report["manifest"], &report["receipt"]["null"]);
    assert_eq!((&report["ok"], &null["proven"]), (&true.into(), &true.into()), "{said}");
    let coding = manifest["format"]["coding"].as_str().unwrap();
    assert_eq!(null["lsb_errors"].as_u64(), (coding != "wav32f").then_some(0), "{said}");
    let files = |kind: &str| manifest[kind].as_array().cloned().unwrap_or_default();
    let name = |file: &Value| file["file"].as_str().unwrap().to_owned();
    for file in [files("stems"), files("references"), files("extras")].concat() {
        assert!(set.join(name(&file)).is_file(), "{said}: {file}");
    }
    if !matches!(coding, "wav16" | "wav24") || !files("absent").is_empty() {
        return false;
    }
    let sum = files("references").into_iter().find(|reference| reference["sum"] == true).unwrap();
    let (channels, mut rest) = integers(&set.join(name(&sum)));
    assert_eq!(rest.len() as u64, manifest["format"]["frames"].as_u64().unwrap() * channels as u64, "{said}");
    assert!(rest.iter().any(|&x| x != 0), "{said}");
    for stem in files("stems") {
        let (own, samples) = integers(&set.join(name(&stem)));
        assert!(samples.len() * channels == rest.len() * own, "{said}: lengths");
        rest.iter_mut().enumerate().for_each(|(k, x)| *x -= samples[k * own / channels]);
    }
    // Of mono stems left and right cannot both be met where only they sound.
    let unmet = null["mono_unmet"].as_u64().unwrap_or(0);
    let off = rest.iter().filter(|&&x| x != 0).count() as u64;
    assert!(rest.iter().all(|x| x.abs() <= 1) && off <= unmet * 2, "{said}: {off} samples off, {unmet} unmet");
    true
}

/// The hashes of samples by the names of files, without endings.
fn hashes(report: &Value) -> BTreeMap<String, String> {
    let files = report["receipt"]["files"].as_array().unwrap();
    let pair = |file: &Value| {
        let name = file["name"].as_str().unwrap();
        (name.rsplit_once('.').unwrap().0.to_owned(), file["pcm_sha256"].as_str().unwrap().to_owned())
    };
    files.iter().map(pair).collect()
}

#[test]
fn every_two_options_together_make_a_proven_set_or_a_remedy() {
    let desk = song();
    let (mut added_up, mut alike, mut refused) = (0, 0, Vec::new());
    let cases = pairwise();
    for case in &cases {
        let options = arguments(case);
        let said = options.join(" ");
        let outcome = desk.bounce(&[&["song", "-o", "set", "--json"], options.as_slice()].concat());
        let planned = desk.bounce(&[&["song", "-o", "set", "--json", "--dry-run"], options.as_slice()].concat());
        if !sensible(&outcome) {
            refused.push(format!("{said}\n    {}", outcome.json()["error"]["message"]));
            continue;
        }
        assert!(sensible(&planned), "refused with --dry-run only: {said}");
        let twin: Vec<&str> = options
            .iter()
            .map(|option| match *option {
                "flac24" | "aiff24" => "wav24",
                "flac16" => "wav16",
                other => other,
            })
            .collect();
        let other =
            (twin != options).then(|| desk.bounce(&[&["song", "-o", "twin", "--json"], twin.as_slice()].concat()));
        let answer = outcome.json();
        let both = !answer["dry"].is_null();
        assert_eq!(both, said.contains("--dry --wet"));
        for (part, ending) in
            [(answer.clone(), ""), (answer["dry"].clone(), "-dry")].into_iter().take(1 + usize::from(both))
        {
            added_up += usize::from(proven(&desk.path(&format!("set{ending}")), &part, &said));
            let Some(other) = &other else { continue };
            let other = other.json();
            let other = if ending.is_empty() { other } else { other["dry"].clone() };
            added_up += usize::from(proven(&desk.path(&format!("twin{ending}")), &other, &said));
            assert_eq!(hashes(&part), hashes(&other), "{said}");
            alike += 1;
        }
    }
    eprintln!("{} cases, {added_up} sets added up, {alike} are their twins, {} refused:", cases.len(), refused.len());
    refused.iter().for_each(|refused| eprintln!("{refused}"));
    assert!(added_up >= 10 && alike >= 10 && refused.len() < cases.len() / 3);
}
