//! AAF that is damaged, or made to hurt: no panic, no hang, little memory, an error that says what is wrong.

#[path = "aaf/bench.rs"]
mod bench;
#[path = "aaf/writer.rs"]
mod writer;

use bench::{audio, of_code, try_read};
use std::fs;
use std::io::{Seek, SeekFrom, Write};
use std::path::PathBuf;
use stemwright_core::Session;
use stemwright_daw::ForeignSession;
use tempfile::TempDir;
use writer::{
    AMPLITUDE, COMBINER, DISSOLVE, GAIN, LINEAR, LOG, PAN, PLACE, SPEED, Thing, clip, clip_of, composition, constant,
    essence, file, filler, id, inside, master, one_track, operation, outside, root, scope, scope_reference, selector,
    sequence, slot, track_at, transition, varying,
};

struct Desk {
    folder: TempDir,
    path: PathBuf,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        audio(&folder.path().join("a.wav"), 1, 48_000, 48_000);
        let path = folder.path().join("song.aaf");
        Self { folder, path }
    }

    /// Reads bytes; what is read is sound, what is not is refused with a reason and a hint.
    fn read(&self, bytes: &[u8]) -> Option<ForeignSession> {
        fs::write(&self.path, bytes).unwrap();
        match try_read(&self.path, None) {
            Ok(read) => {
                sound(&read.session);
                bench::written(&read.session);
                Some(read)
            }
            Err(error) => {
                assert!(error.hint.is_some() && !error.message.is_empty(), "{error}");
                None
            }
        }
    }

    #[track_caller]
    fn refuse(&self, bytes: &[u8], part: &str) {
        fs::write(&self.path, bytes).unwrap();
        let error = try_read(&self.path, None).expect_err(part);
        assert!(error.to_string().contains(part), "{error}");
    }
}

/// What every session holds to, whatever it was read from.
fn sound(session: &Session) {
    for track in &session.tracks {
        let strip = &track.strip;
        assert!(!strip.gain.0.is_nan() && strip.gain.0 <= 120.0 && (-1.0..=1.0).contains(&strip.pan), "{strip:?}");
        for automation in &strip.automation {
            assert!(automation.points.iter().all(|point| !point.value.is_nan()));
            assert!(automation.points.windows(2).all(|pair| pair[0].frame <= pair[1].frame), "{automation:?}");
        }
        for clip in &track.clips {
            assert!(!clip.gain.0.is_nan() && clip.envelope.iter().all(|point| !point.gain.0.is_nan()));
            assert!(clip.envelope.windows(2).all(|pair| pair[0].frame < pair[1].frame), "{:?}", clip.envelope);
            assert!(clip.length.is_none_or(|length| length > 0 && clip.from + length <= 48_000), "{clip:?}");
            assert!(clip.warp.as_ref().is_none_or(|warp| warp.wrong().is_none()));
        }
    }
}

/// A file with something of everything.
fn rich(sector: usize) -> Vec<u8> {
    let points = [((0, 1), (1, 1)), ((1, 2), (1, 2)), ((1, 1), (2, 1))];
    let gain = operation(GAIN, 1000, vec![clip(2, 0, 1000)], vec![varying(AMPLITUDE, LINEAR, &points)]);
    let dissolve = transition(200, operation(DISSOLVE, 200, Vec::new(), Vec::new()));
    let pair = operation(COMBINER, 500, vec![clip(2, 0, 500), clip(4, 0, 500)], Vec::new());
    let pan = operation(PAN, 500, vec![clip(3, 10, 500)], vec![constant(PLACE, 1, 4)]);
    let fast = operation(SPEED, 500, vec![clip(2, 0, 1000)], Vec::new());
    let chosen = selector(100, clip(2, 0, 100), vec![filler(100)]);
    let scoped = scope(100, vec![clip(2, 0, 100), scope_reference(100, 0, 1)]);
    let parts = vec![filler(10), gain, dissolve, clip(2, 300, 900), pair, pan, fast, chosen, scoped];
    let mobs = vec![
        composition(1, "rich", vec![slot(1, "T", (48_000, 1), sequence(parts)), slot(2, "U", (25, 1), filler(9))]),
        outside(2, "a.wav"),
        master(3, vec![slot(1, "m", (30_000, 1001), clip(2, 0, 25))]),
        inside(4, "kick"),
    ];
    file(&root(mobs, vec![essence(4, (0..9000u16).flat_map(u16::to_le_bytes).collect())]), sector)
}

/// Numbers of a seed (SplitMix64).
fn random(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *seed;
    z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ z >> 31
}

#[test]
fn files_that_are_cut_are_refused_or_lack_only_what_is_gone() {
    let desk = Desk::new();
    for sector in [512, 4096] {
        let whole = rich(sector);
        assert!(desk.read(&whole).is_some());
        let mut refused = 0;
        let step = whole.len() / 150;
        for length in (0..whole.len()).step_by(step).chain(whole.len() - 20..whole.len()) {
            refused += usize::from(desk.read(&whole[..length]).is_none());
        }
        // All that matters lies before the end, where the table of sectors is.
        assert!(refused >= 150, "{refused}");
    }
}

#[test]
fn changed_bytes_are_no_panic() {
    let desk = Desk::new();
    let whole = rich(512);
    let mut seed = 20_240_117;
    let (mut read, mut refused) = (0, 0);
    for round in 0..700 {
        let mut bytes = whole.clone();
        for _ in 0..1 + round % 3 {
            let place = (random(&mut seed) % bytes.len() as u64) as usize;
            bytes[place] = match random(&mut seed) % 4 {
                0 => 0,
                1 => 0xff,
                2 => bytes[place] ^ 1 << (random(&mut seed) % 8),
                _ => random(&mut seed) as u8,
            };
        }
        if desk.read(&bytes).is_some() { read += 1 } else { refused += 1 }
    }
    assert!(read > 100 && refused > 30, "{read} read, {refused} refused");
}

#[test]
fn every_byte_of_the_header_and_the_directory_may_be_wrong() {
    let desk = Desk::new();
    let whole = one_track(sequence(vec![clip(2, 0, 100)]));
    for place in (0..110).chain(512..2048) {
        for byte in [0, 0xff, whole[place] ^ 0x81] {
            let mut bytes = whole.clone();
            bytes[place] = byte;
            desk.read(&bytes);
        }
    }
}

#[test]
fn tables_that_go_round_in_circles_are_found_out() {
    let desk = Desk::new();
    let whole = rich(512);
    let word = |place: usize| u32::from_le_bytes(whole[place..place + 4].try_into().unwrap()) as usize;
    let sector = |number: usize| 512 * (number + 1);
    let fat = sector(word(76));
    let with = |changes: &[(usize, u32)]| {
        let mut bytes = whole.clone();
        for (place, value) in changes {
            bytes[*place..place + 4].copy_from_slice(&value.to_le_bytes());
        }
        bytes
    };
    // The directory's second sector leads back to its first; the table of small streams leads to itself.
    desk.refuse(&with(&[(fat, 1), (fat + 4, 0)]), "circle");
    let minis = word(60);
    desk.refuse(&with(&[(fat + 4 * minis, minis as u32)]), "circle");
    // A table of tables that is its own next.
    let own = with(&[(68, word(76) as u32), (72, 1)]);
    assert!(desk.read(&own).is_some(), "nothing is looked for there, as the header names all tables");
    // Small streams: every mini sector leads to the first one.
    let mini_table = sector(minis);
    let all: Vec<(usize, u32)> = (0..128).map(|link| (mini_table + 4 * link, 0)).collect();
    assert!(desk.read(&with(&all)).is_none());
    // A large stream that goes round: the audio that is inside.
    let mut bytes = whole.clone();
    let links: Vec<usize> = (0..bytes.len() / 512 - 1).filter(|&link| fat + 4 * link + 4 <= bytes.len()).collect();
    let last = links.iter().rev().find(|&&link| word(fat + 4 * link) == 0xffff_fffe && link > 20).copied().unwrap();
    let loops = (last - 1) as u32;
    bytes[fat + 4 * (last - 2)..fat + 4 * (last - 2) + 4].copy_from_slice(&loops.to_le_bytes());
    bytes[fat + 4 * (last - 1)..fat + 4 * (last - 1) + 4].copy_from_slice(&loops.to_le_bytes());
    desk.read(&bytes);
}

#[test]
fn directories_that_go_round_in_circles_are_found_out() {
    let desk = Desk::new();
    let whole = one_track(sequence(vec![clip(2, 0, 100)]));
    let entry = |number: usize| 512 + 128 * number;
    for (place, target) in [
        (entry(0) + 76, 0), // the root is in itself
        (entry(1) + 68, 1), // its own left neighbour
        (entry(1) + 76, 1), // in itself
        (entry(2) + 76, 1), // in what is in it
    ] {
        let mut bytes = whole.clone();
        bytes[place..place + 4].copy_from_slice(&(target as u32).to_le_bytes());
        desk.refuse(&bytes, "circle");
    }
    let mut bytes = whole.clone();
    bytes[entry(1) + 72..entry(1) + 76].copy_from_slice(&900_000u32.to_le_bytes());
    desk.refuse(&bytes, "outside of itself");
}

#[test]
fn sizes_that_lie_are_found_out() {
    let desk = Desk::new();
    let whole = rich(512);
    let entries: Vec<usize> = (512..whole.len() - 128).step_by(128).filter(|&at| whole[at + 66] == 2).collect();
    assert!(entries.len() > 50);
    for at in entries.into_iter().take(60) {
        for size in [u32::MAX, 1 << 31, 1 << 20, 4095, 0] {
            let mut bytes = whole.clone();
            bytes[at + 120..at + 124].copy_from_slice(&size.to_le_bytes());
            desk.read(&bytes);
        }
    }
    // Counts of an index, of properties, and sizes of properties.
    let place = whole.windows(4).position(|four| four == [9, 0, 0, 0]).unwrap();
    let mut bytes = whole.clone();
    bytes[place..place + 4].copy_from_slice(&u32::MAX.to_le_bytes());
    assert!(desk.read(&bytes).is_none());
}

#[test]
fn a_directory_of_a_million_entries_is_refused_without_being_read() {
    // A sparse file: 4096 × 33,000 bytes of directory, of which the table of sectors is true.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.aaf");
    let (sectors, tables) = (33_000u32, 33u32);
    let mut header = one_track(filler(1))[..512].to_vec();
    header[26] = 4;
    header[30] = 12;
    header[48..52].copy_from_slice(&tables.to_le_bytes());
    header[60..64].copy_from_slice(&0xffff_fffeu32.to_le_bytes());
    header[64..68].copy_from_slice(&[0; 4]);
    for table in 0..109 {
        let number = if table < tables { table } else { u32::MAX };
        header[76 + 4 * table as usize..80 + 4 * table as usize].copy_from_slice(&number.to_le_bytes());
    }
    let mut out = fs::File::create(&path).unwrap();
    out.write_all(&header).unwrap();
    out.seek(SeekFrom::Start(4096)).unwrap();
    let link = |sector: u32| if sector < tables { 0xffff_fffd } else { sector + 1 };
    let links: Vec<u8> = (0..tables * 1024).flat_map(|sector| link(sector).to_le_bytes()).collect();
    out.write_all(&links).unwrap();
    out.set_len(4096 * (u64::from(sectors) + 200)).unwrap();
    drop(out);
    let error = try_read(&path, None).unwrap_err();
    assert!(error.to_string().contains("million") || error.to_string().contains("cut short"), "{error}");
    let last = tables as usize * 4096 + 4096 - 4 * (tables as usize * 1024 - 33_000);
    let mut out = fs::OpenOptions::new().write(true).open(&path).unwrap();
    out.seek(SeekFrom::Start(last as u64 - 4)).unwrap();
    out.write_all(&0xffff_fffeu32.to_le_bytes()).unwrap();
    drop(out);
    let error = try_read(&path, None).unwrap_err();
    assert!(error.to_string().contains("million"), "{error}");
}

#[test]
fn a_hundred_thousand_clips_are_read() {
    let desk = Desk::new();
    let parts = (0..100_000).map(|n| clip(2, n % 40_000, 10)).collect();
    let mobs = vec![composition(1, "long", vec![slot(1, "T", (48_000, 1), sequence(parts))]), outside(2, "a.wav")];
    let read = desk.read(&file(&root(mobs, Vec::new()), 4096)).unwrap();
    assert_eq!(read.session.tracks[0].clips.len(), 100_000);
    assert_eq!(read.session.tracks[0].clips[99_999].at, 999_990);
}

#[test]
fn mobs_that_refer_to_each_other_end() {
    let desk = Desk::new();
    let on = |number: u8, to: u8| master(number, vec![slot(1, "", (48_000, 1), clip(to, 0, 100))]);
    let mobs = |more: Vec<(Vec<u8>, Thing)>| {
        let mut mobs = vec![composition(1, "one", vec![slot(1, "T", (48_000, 1), sequence(vec![clip(3, 0, 100)]))])];
        mobs.extend(more);
        file(&root(mobs, Vec::new()), 512)
    };
    desk.refuse(&mobs(vec![on(3, 4), on(4, 3)]), "without end");
    desk.refuse(&mobs(vec![on(3, 3)]), "without end");
    desk.refuse(&mobs(vec![on(3, 1)]), "without end");
    // Ten clips of ten clips, eight times: a hundred million.
    let tenfold = |number: u8, to: u8| {
        let parts = (0..10).map(|_| clip(to, 0, 1000)).collect();
        master(number, vec![slot(1, "", (48_000, 1), sequence(parts))])
    };
    let mut all: Vec<_> = (3..11).map(|number| tenfold(number, number + 1)).collect();
    all.push(outside(11, "a.wav"));
    let whole = mobs(all);
    fs::write(&desk.path, &whole).unwrap();
    let started = try_read(&desk.path, None);
    assert!(started.is_err() || started.is_ok_and(|read| read.session.tracks[0].clips.len() <= 1_000_000));
    // Sources that are made of each other.
    let (id3, source) = outside(3, "b.wav");
    let round = source_of(3, 4).1;
    let _ = (id3, source);
    let read = desk.read(&mobs(vec![(id(3), round), source_of(4, 3)])).unwrap();
    assert!(read.session.tracks[0].clips.is_empty() && !of_code(&read.ledger, "media-missing").is_empty());
}

/// A source whose slot refers to another one.
fn source_of(number: u8, to: u8) -> (Vec<u8>, Thing) {
    let (own, _) = inside(number, "x");
    let thing = Thing::of(0x37)
        .data(0x4401, own.clone())
        .vector(0x4403, vec![slot(1, "", (48_000, 1), clip_of(id(to), 1, 0, 100))]);
    (own, thing)
}

#[test]
fn rates_and_lengths_that_are_none_are_told_or_refused() {
    let desk = Desk::new();
    for rate in [(0, 1), (48_000, 0), (-25, 1), (25, -1), (0, 0), (i32::MIN, 1), (i32::MIN, -1)] {
        let read = desk.read(&track_at(rate, sequence(vec![clip(2, 0, 100)]))).unwrap();
        assert!(read.session.tracks.is_empty(), "{rate:?}");
        assert_eq!(of_code(&read.ledger, "clip-out-of-range").len(), 1, "{rate:?}");
    }
    for rate in [(1, i32::MAX), (i32::MAX, 1), (i32::MAX, i32::MAX - 1), (i32::MAX - 18, 1_000_003)] {
        for number in [i64::MAX, i64::MIN, 1 << 53, -1, 1 << 40] {
            let parts = vec![filler(number), clip(2, number, 100), clip(2, 0, number), clip(2, number, number)];
            desk.read(&track_at(rate, sequence(parts)));
            desk.read(&track_at(rate, clip(2, number, number)));
            let dissolve = transition(number, operation(DISSOLVE, number, Vec::new(), Vec::new()));
            desk.read(&track_at(rate, sequence(vec![clip(2, 0, 100), dissolve, clip(2, 0, 100)])));
            let fast = operation(SPEED, number, vec![clip(2, 0, 100)], Vec::new());
            desk.read(&track_at(rate, sequence(vec![fast])));
            let slow = operation(SPEED, 100, vec![clip(2, 0, number)], Vec::new());
            desk.read(&track_at(rate, sequence(vec![slow])));
        }
    }
}

#[test]
fn values_that_are_none_are_no_panic() {
    let desk = Desk::new();
    for (over, under) in [(1, 0), (0, 0), (i32::MAX, 1), (i32::MIN, 1), (-1, i32::MIN), (i32::MAX, -1)] {
        for other in [(0, 1), (1, 1), (over, under)] {
            let points = [((over, under), other), (other, (over, under)), ((0, 1), (1, 1)), ((0, 1), (1, 2))];
            let curve = varying(AMPLITUDE, LINEAR, &points);
            let gain = operation(
                GAIN,
                100,
                vec![clip(2, 0, 100)],
                vec![curve.clone(), curve.clone(), constant(AMPLITUDE, over, under)],
            );
            let pan = operation(PAN, 100, vec![gain], vec![varying(PLACE, LINEAR, &points)]);
            let whole = operation(PAN, 100, vec![sequence(vec![pan.clone()])], vec![varying(PLACE, LINEAR, &points)]);
            let level = varying("e4962320-2267-11d3-8a4c-0050040ef7d2", LINEAR, &points);
            let dissolve = transition(50, operation(DISSOLVE, 50, Vec::new(), vec![level]));
            desk.read(&one_track(sequence(vec![pan.clone(), dissolve, pan])));
            desk.read(&one_track(operation(GAIN, 100, vec![whole], vec![curve.clone(), curve])));
        }
    }
}

#[test]
fn parts_in_parts_end_at_some_depth() {
    let desk = Desk::new();
    let deep = |depth: usize| {
        (0..depth).fold(clip(2, 0, 100), |inner, _| operation(GAIN, 100, vec![inner], vec![constant(AMPLITUDE, 1, 1)]))
    };
    assert!(desk.read(&one_track(sequence(vec![deep(100)]))).is_some());
    desk.refuse(&one_track(sequence(vec![deep(200)])), "deep");
}

#[test]
fn nothing_is_unpacked_outside_of_its_folder() {
    let desk = Desk::new();
    let samples: Vec<u8> = vec![1; 9600];
    let elsewhere = tempfile::tempdir().unwrap();
    let absolute = elsewhere.path().join("evil").to_string_lossy().into_owned();
    let names = ["../../evil", &absolute, "C:\\evil", "..", "a/../../evil", "evil\u{0}", "\u{202e}evil", ""];
    for name in names {
        let mobs = vec![
            composition(1, "one", vec![slot(1, "T", (48_000, 1), sequence(vec![clip(4, 0, 100)]))]),
            inside(4, name),
        ];
        let read = desk.read(&file(&root(mobs, vec![essence(4, samples.clone())]), 512)).unwrap();
        let clip = &read.session.tracks[0].clips[0];
        assert_eq!(clip.file.parent().unwrap(), desk.folder.path().join("unpacked"), "{name:?}");
    }
    assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0);
    let around: Vec<_> = fs::read_dir(desk.folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(around.len(), 3, "{around:?}");
}

#[test]
fn audio_that_is_there_many_times_over_is_refused() {
    // A hundred files that are the same sectors.
    let desk = Desk::new();
    let count = 100u8;
    let clips = (0..count).map(|n| clip(n + 10, 0, 10)).collect();
    let mut mobs = vec![composition(1, "one", vec![slot(1, "T", (48_000, 1), sequence(clips))])];
    mobs.extend((0..count).map(|n| inside(n + 10, "x")));
    let mut essences: Vec<_> = (0..count).map(|n| essence(n + 10, vec![0; 1])).collect();
    essences[0] = essence(10, vec![7; 200_000]);
    let whole = file(&root(mobs, essences), 512);
    let entries: Vec<usize> = (512..whole.len() - 128).step_by(128).collect();
    let is_data = |at: usize| whole[at + 66] == 2 && whole[at..at + 10] == *b"p\x002\x007\x000\x002\x00";
    let data: Vec<usize> = entries.into_iter().filter(|&at| is_data(at)).collect();
    assert_eq!(data.len(), usize::from(count));
    let large = data.iter().copied().find(|&at| whole[at + 120..at + 124] != 1u32.to_le_bytes()).unwrap();
    let mut bytes = whole.clone();
    for at in data {
        bytes.copy_within(large + 116..large + 128, at + 116);
    }
    desk.refuse(&bytes, "more audio than it has bytes");
}

#[test]
fn audio_in_no_form_that_is_read_is_told() {
    let desk = Desk::new();
    let wave = |size: u32| [&b"RIFF"[..], &size.to_le_bytes(), b"WAVEfmt "].concat();
    for data in [Vec::new(), wave(36), b"FORM\0\0\0\x04AIFC".to_vec(), vec![0x06, 0x0e, 0x2b, 0x34], vec![1]] {
        let mobs = vec![
            composition(1, "one", vec![slot(1, "T", (48_000, 1), sequence(vec![clip(4, 0, 100)]))]),
            inside(4, "x"),
        ];
        let read = desk.read(&file(&root(mobs, vec![essence(4, data.clone())]), 512)).unwrap();
        assert!(read.session.tracks[0].clips.is_empty(), "{data:?}");
        assert!(!read.ledger.is_empty());
    }
}

#[test]
fn objects_that_are_referred_to_again_and_again_are_refused() {
    // Each selector means the one in it twice: 2^60 parts in a file of 50 KiB.
    let desk = Desk::new();
    let twice = |inner: Thing| Thing::of(0x0e).strong(0x0f01, inner).again(0x0f02, 0x0f01);
    let deep = (0..60).fold(clip(2, 0, 100), |inner, _| twice(inner));
    desk.refuse(&one_track(sequence(vec![deep])), "without end");
    assert!(desk.read(&one_track(sequence(vec![twice(twice(clip(2, 0, 100)))]))).is_some());
}

#[test]
fn curves_over_many_clips_are_looked_at_where_the_clips_are() {
    let desk = Desk::new();
    let (count, long) = (20_000, 40);
    let clips = |parts: i64| sequence((0..parts).map(|n| clip(2, n % 40_000, long)).collect());
    let whole =
        |curve: Thing| sequence(vec![filler(long), operation(GAIN, count * long, vec![clips(count)], vec![curve])]);
    let points: Vec<_> = (0..20_000).map(|n| ((n, 20_000), (1 + n % 2, 2))).collect();
    let read = desk.read(&one_track_large(whole(varying(AMPLITUDE, LINEAR, &points)))).unwrap();
    let made = &read.session.tracks[0].clips;
    assert_eq!(made.len(), count as usize);
    // A point every 40 frames, which is where clips begin: up in one, down in the next.
    for clip in made.iter().skip(1000).step_by(997) {
        let up = (clip.at / long - 1) % 2 == 0;
        let first = if up { 0.5 } else { 1.0 };
        assert!(clip.envelope.len() <= 4, "{:?}", clip.envelope);
        assert!((clip.envelope[0].gain.factor() - first).abs() < 1e-9, "{clip:?}");
    }
    // Sixty decibels in a logarithm's line over all of them.
    let read =
        desk.read(&one_track_large(whole(varying(AMPLITUDE, LOG, &[((0, 1), (1, 1)), ((1, 1), (1000, 1))])))).unwrap();
    for clip in read.session.tracks[0].clips.iter().step_by(499) {
        let wanted = 1000f64.powf((clip.at - long) as f64 / (count * long) as f64);
        let found = clip.envelope[0].gain.factor();
        assert!((found / wanted - 1.0).abs() < 3e-6, "{found}, not {wanted}");
    }
}

/// As [`one_track`], in large sectors.
fn one_track_large(segment: Thing) -> Vec<u8> {
    let slots = vec![slot(1, "T", (48_000, 1), segment)];
    file(&root(vec![composition(1, "one", slots), outside(2, "a.wav")], Vec::new()), 4096)
}

#[test]
fn gains_upon_gains_are_no_more_points_than_a_session_has() {
    // Two curves that both run from end to end are parabolas between their points: two million pieces each.
    let desk = Desk::new();
    let long = 48_000 * 3600 * 10;
    let points = |shift: i32| -> Vec<_> {
        (0..=60).map(|n| ((n, 60), (if (n + shift) % 2 == 0 { 1000 } else { -1000 }, 1))).collect()
    };
    let curve = |shift| vec![varying(AMPLITUDE, LINEAR, &points(shift))];
    let inner = operation(GAIN, long, vec![clip(2, 0, long)], curve(0));
    let outer = operation(GAIN, long, vec![inner], curve(1));
    desk.refuse(&one_track(sequence(vec![filler(1), outer])), "points of automation");
    let track = operation(GAIN, long, vec![sequence(vec![clip(2, 0, 100)])], curve(0));
    desk.refuse(&one_track(operation(GAIN, long, vec![track], curve(1))), "points of automation");
}

#[test]
fn recordings_of_one_name_are_files_of_their_own() {
    let desk = Desk::new();
    let count = 100u8;
    let clips = (0..count).map(|n| clip(n + 10, 0, 10)).collect();
    let mut mobs = vec![composition(1, "one", vec![slot(1, "T", (48_000, 1), sequence(clips))])];
    mobs.extend((0..count).map(|n| inside(n + 10, "Audio 1")));
    // The last ten hold what the first ten do.
    let essences = (0..count).map(|n| essence(n + 10, vec![n % 90; 200])).collect();
    let whole = file(&root(mobs, essences), 512);
    let files = |read: ForeignSession| -> Vec<PathBuf> {
        read.session.tracks[0].clips.iter().map(|clip| clip.file.clone()).collect()
    };
    let first = files(desk.read(&whole).unwrap());
    for (n, path) in first.iter().enumerate() {
        assert_eq!(fs::read(path).unwrap()[44..], [(n % 90) as u8; 200], "{}", path.display());
    }
    assert_eq!(files(desk.read(&whole).unwrap()), first, "what is there already is not written again");
    assert_eq!(fs::read_dir(first[0].parent().unwrap()).unwrap().count(), 90);
}

#[test]
fn gains_that_no_session_has_are_cut_and_told() {
    let desk = Desk::new();
    let loud = |part| operation(GAIN, 100, vec![part], vec![constant(AMPLITUDE, 1000, 1)]);
    let read = desk.read(&one_track(sequence(vec![loud(loud(clip(2, 0, 100)))]))).unwrap();
    assert_eq!(read.session.tracks[0].clips[0].gain.0, 60.0);
    assert_eq!(of_code(&read.ledger, "gain-cut").len(), 1);
    assert!(read.ledger.windows(2).all(|pair| pair[0].severity >= pair[1].severity), "{:?}", read.ledger);
    let read = desk.read(&one_track(sequence(vec![loud(clip(2, 0, 100))]))).unwrap();
    assert!(of_code(&read.ledger, "gain-cut").is_empty());
}
