//! Changing a session renders only what the change touches, and writes the same bytes as rendering all of it.

mod disk;
mod every;

use disk::print;
use std::path::{Path, PathBuf};
use stemwright_core::{Automation, Db, Fade, FadeShape, Insert, Section, Session, Shape, Tap, Target, Unit};
use stemwright_render::{BounceOptions, Bounced, CacheOptions, Headroom, Tail};

const PLENTY: u64 = 1 << 32;

/// Splitmix64 (Steele, Lea & Flood 2014).
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % n as u64) as usize
    }
}

fn options(cache: Option<(&Path, u64)>) -> BounceOptions {
    let cache = cache.map(|(folder, limit)| CacheOptions { folder: folder.to_owned(), limit });
    BounceOptions { cache, headroom: Headroom::Auto, ..BounceOptions::default() }
}

fn bytes(set: &Bounced) -> Vec<(String, String)> {
    set.receipt.files.iter().map(|file| (file.name.clone(), file.sha256.clone())).collect()
}

fn entries(cache: &Path) -> Vec<PathBuf> {
    let all = std::fs::read_dir(cache).expect("a folder").map(|entry| entry.expect("an entry").path());
    all.filter(|path| path.extension().is_some_and(|extension| extension == "taps")).collect()
}

/// Something that a person would change between two bounces.
fn change(session: &mut Session, options: &mut BounceOptions, dice: &mut Dice) -> &'static str {
    let mut below = |n: usize| dice.below(n);
    let track = below(session.tracks.len());
    let bus = below(session.buses.len());
    let db = -0.5 * below(20) as f64;
    match below(17) {
        0 => {
            session.tracks[track].strip.gain = Db(db);
            "the gain of a track"
        }
        1 => {
            session.buses[bus].strip.gain = Db(db);
            "the gain of a bus"
        }
        2 => {
            session.tracks[track].strip.inserts.push(Insert::from(Unit::Gain(Db(db))));
            "one insert more"
        }
        3 => {
            session.tracks[track].strip.inserts.pop();
            session.tracks[track].strip.automation.retain(|moves| !matches!(moves.target, Target::Insert(..)));
            "one insert less"
        }
        4 => {
            if let Some(insert) = session.buses[bus].strip.inserts.first_mut() {
                insert.bypass = !insert.bypass;
            }
            "a bypass"
        }
        5 => {
            session.tracks[track].clips.iter_mut().for_each(|clip| clip.at += 1_000);
            "later clips"
        }
        6 => {
            session.tracks[track].clips.iter_mut().for_each(|clip| clip.at -= 1_000);
            "earlier clips"
        }
        7 => {
            let fade = Fade { frames: 500 + 10 * below(50) as u64, shape: FadeShape::Smooth };
            session.tracks[track].clips.iter_mut().for_each(|clip| clip.fade_in = fade);
            "fades"
        }
        8 => {
            session.tracks[track].strip.mute = !session.tracks[track].strip.mute;
            "a mute"
        }
        9 => {
            session.tracks[track].strip.pan = 0.1 * below(10) as f64;
            "a pan"
        }
        10 => {
            let moves = &mut session.tracks[track].strip.automation;
            moves.retain(|moves| moves.target != Target::Gain);
            moves.push(Automation::new(Target::Gain, Shape::Linear, &[(0, db), (20_000, -6.0)]));
            "automation"
        }
        11 => {
            if let Some(send) = session.tracks[track].strip.sends.first_mut() {
                send.gain = Db(db - 6.0);
                send.tap = if below(2) == 0 { Tap::Pre } else { Tap::Post };
            }
            "a send"
        }
        12 => {
            session.tracks[track].strip.stem = Some(["One", "Two", "Three"][below(3)].to_owned());
            "the stem of a track"
        }
        13 => {
            options.section = [None, Some("Early".to_owned()), Some("Late".to_owned())][below(3)].clone();
            "a section"
        }
        14 => {
            options.tail = [Tail::Auto, Tail::Seconds(0.5), Tail::Seconds(2.0), Tail::Auto][below(4)];
            "the tail"
        }
        15 => {
            options.through_master = !options.through_master;
            "through the master, or not"
        }
        _ => {
            options.dry = !options.dry;
            "dry, or not"
        }
    }
}

#[test]
fn whatever_changes_the_bytes_are_those_of_a_full_render() {
    let folder = tempfile::tempdir().expect("a folder");
    let cache = folder.path().join("cache");
    let (mut read, mut computed, mut saved) = (0, 0, 0);
    for seed in 0..4 {
        let mut session = every::session(folder.path(), [44_100, 48_000][seed % 2]);
        let section = |name: &str, start| Section { name: name.to_owned(), start };
        session.sections = vec![section("Early", 0), section("Late", 30_000)];
        let mut dice = Dice(100 + seed as u64);
        let (mut with, mut without) = (options(Some((&cache, PLENTY))), options(None));
        with.block = [4096, 1000, 64][seed % 3];
        for step in 0..10 {
            let what = if step == 0 {
                "nothing yet"
            } else {
                let what = change(&mut session, &mut with, &mut dice);
                without = BounceOptions { cache: None, block: without.block, ..with.clone() };
                what
            };
            let whole = print(&session, &folder.path().join("whole"), without.clone());
            let Ok(whole) = whole else {
                assert!(print(&session, &folder.path().join("part"), with.clone()).is_err(), "{what}");
                continue;
            };
            let part = print(&session, &folder.path().join("part"), with.clone()).expect("a proven set");
            assert_eq!(bytes(&part), bytes(&whole), "seed {seed}, step {step}: {what}");
            assert_eq!(part.receipt, whole.receipt, "seed {seed}, step {step}: {what}");
            computed += part.strips[0];
            read += part.strips[1];
            saved += whole.strips[0].saturating_sub(part.strips[0]);
        }
    }
    eprintln!("{computed} strips were computed, {read} read, {saved} computations saved");
    assert!(read > 50 && saved > read / 2, "the cache is of use");
}

#[test]
fn what_did_not_change_is_read_and_what_feeds_only_that_is_not_looked_at() {
    let folder = tempfile::tempdir().expect("a folder");
    let cache = folder.path().join("cache");
    let mut session = every::session(folder.path(), 48_000);
    let first = print(&session, &folder.path().join("set"), options(Some((&cache, PLENTY)))).expect("a set");
    let again = print(&session, &folder.path().join("set"), options(Some((&cache, PLENTY)))).expect("a set");
    assert_eq!(bytes(&first), bytes(&again));
    assert!(first.strips[0] > again.strips[0] && again.strips[1] > 0, "{:?} then {:?}", first.strips, again.strips);
    let name = session.tracks[0].strip.name.clone();
    session.tracks[0].strip.gain = Db(-7.0);
    let changed = print(&session, &folder.path().join("set"), options(Some((&cache, PLENTY)))).expect("a set");
    assert!(
        changed.strips[0] >= again.strips[0] && changed.strips[0] < first.strips[0],
        "{name}: {:?}",
        changed.strips
    );
    // The content of a file counts, not its name or time.
    every::source(&session.tracks[0].clips[0].file, 1, 48_000, 99);
    let other = print(&session, &folder.path().join("other"), options(Some((&cache, PLENTY)))).expect("a set");
    let full = print(&session, &folder.path().join("full"), options(None)).expect("a set");
    assert_eq!(bytes(&other), bytes(&full));
    assert_ne!(bytes(&other), bytes(&changed));
}

#[test]
fn what_ended_before_a_section_did_is_not_taken_for_silence() {
    let folder = tempfile::tempdir().expect("a folder");
    let cache = folder.path().join("cache");
    every::source(&folder.path().join("burst.wav"), 1, 44_100, 3);
    // A strip that is read and sounds again after the section, into one that is computed and at rest when it ends.
    let session = |drive: f64| {
        let text = format!(
            r#"
            session = {{ rate = 48000 }}
            bus = [{{ name = "B", insert = [{{ type = "saturation", drive = {drive} }}, {{ type = "limiter" }}] }}]
            track = [{{ name = "A", output = "B", clip = [{{ file = "burst.wav", at = [0.0, 4.0] }}] }},
                     {{ name = "Late", output = "B", insert = [{{ type = "limiter", look_ahead_ms = 5.0 }}] }}]
            section = [{{ name = "Verse", start = 0.0 }}, {{ name = "Chorus", start = 3.0 }}]
            "#
        );
        let path = folder.path().join("session.toml");
        stemwright_daw::SessionFile::parse(&path, text).unwrap_or_else(|error| panic!("{error}")).session
    };
    let print = |drive, section: Option<&str>, cache: Option<(&Path, u64)>| {
        // Of a fixed tail nobody asks what is pending, so the silence that is noted decides alone.
        let tail = Tail::Seconds(0.5);
        let options = BounceOptions { section: section.map(str::to_owned), tail, ..options(cache) };
        print(&session(drive), &folder.path().join("set"), options).expect("a proven set")
    };
    let kept = Some((cache.as_path(), PLENTY));
    print(3.0, None, kept);
    print(6.0, Some("Verse"), kept);
    for section in [None, Some("Chorus")] {
        assert_eq!(bytes(&print(6.0, section, kept)), bytes(&print(6.0, section, None)), "{section:?}");
    }
}

#[test]
fn a_damaged_cache_is_not_believed() {
    let folder = tempfile::tempdir().expect("a folder");
    let cache = folder.path().join("cache");
    let session = every::session(folder.path(), 48_000);
    let whole = print(&session, &folder.path().join("whole"), options(None)).expect("a set");
    let fill = || print(&session, &folder.path().join("set"), options(Some((&cache, PLENTY)))).expect("a set");
    fill();
    let damages: [fn(&mut Vec<u8>); 5] = [
        |bytes| bytes.truncate(bytes.len() / 2),
        |bytes| {
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
        },
        |bytes| bytes.clear(),
        |bytes| {
            let end = bytes.len() - 20;
            bytes[end] ^= 0x40;
        },
        |bytes| bytes[24] ^= 0xff,
    ];
    for (number, damage) in damages.into_iter().enumerate() {
        for path in entries(&cache) {
            let mut bytes = std::fs::read(&path).expect("an entry");
            damage(&mut bytes);
            std::fs::write(&path, bytes).expect("an entry");
        }
        assert_eq!(bytes(&fill()), bytes(&whole), "damage {number}");
        assert_eq!(bytes(&fill()), bytes(&whole), "damage {number} mended");
    }
}

#[test]
fn the_cache_keeps_its_bound_and_what_was_used_last() {
    let folder = tempfile::tempdir().expect("a folder");
    let cache = folder.path().join("cache");
    let session = every::session(folder.path(), 44_100);
    let sizes = || -> u64 { entries(&cache).iter().map(|path| std::fs::metadata(path).expect("an entry").len()).sum() };
    print(&session, &folder.path().join("set"), options(Some((&cache, PLENTY)))).expect("a set");
    let all = sizes();
    assert!(all > 1_000_000, "{all}");
    let whole = print(&session, &folder.path().join("set"), options(Some((&cache, all / 3)))).expect("a set");
    assert!(sizes() <= all / 3);
    let left_behind = std::fs::read_dir(&cache).expect("a folder").flatten();
    assert!(left_behind.filter(|entry| entry.path().extension().is_some_and(|e| e == "new")).count() == 0);
    let none = print(&session, &folder.path().join("set"), options(Some((&cache, 0)))).expect("a set");
    assert_eq!(sizes(), 0);
    assert_eq!(bytes(&none), bytes(&whole));
    // A cache that cannot be written is no reason to fail.
    let file = folder.path().join("a file");
    std::fs::write(&file, "in the way").expect("a file");
    let blocked = print(&session, &folder.path().join("set"), options(Some((&file, PLENTY)))).expect("a set");
    assert_eq!(bytes(&blocked), bytes(&whole));
}
