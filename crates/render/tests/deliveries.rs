//! Everything that a set can be, read back from disk and added up: layouts, formats, depths, rates, mono stems, parts,
//! sections, extra files. WAV is read by `hound`; AIFF and FLAC hold the same samples as WAV, which their hashes say
//! (`stemwright-audio`'s tests read them with other programs).

mod disk;
mod every;

use disk::print;
use std::collections::BTreeMap;
use std::path::Path;
use stemwright_core::{Coding, Layout, SampleRate, Session};
use stemwright_daw::SessionFile;
use stemwright_render::{BounceError, BounceOptions, Bounced, Headroom, Tail};

/// Tracks of every layout, buses of every layout, and what stems share: a surround reverb, an M-S bus, a mono bus.
const SESSION: &str = r#"
    song = { title = "Layouts", bpm = 120.0 }
    session = { rate = 48000 }
    master = { layout = "LAYOUT", insert = [{ type = "bus-compressor", threshold = -20.0 }] }
    track = [
        { name = "Kick", stem = "Drums", output = "Group", clip = [{ file = "mono.wav" }], pan = -0.3 },
        { name = "Room", stem = "Drums", output = "Group", clip = [{ file = "stereo.wav", at = 0.1 }],
          send = [{ to = "Hall", gain = -6.0 }] },
        { name = "Low", stem = "Bass", output = "Narrow", gain = -3.0,
          clip = [{ file = "mono.wav", at = 0.2, fade_in = 0.2, fade_in_shape = "smooth" }] },
        { name = "Pair", stem = "Keys", layout = "ms", output = "Sides", pan = 0.4, clip = [{ file = "stereo.wav" }] },
        { name = "Field", stem = "Field", output = "Group", pan = 0.2, clip = [{ file = "five.wav", at = 0.05 }],
          insert = [{ type = "eq", bands = [{ type = "bell", freq = 900.0, gain = 4.0 }] }],
          send = [{ to = "Hall", gain = -9.0, tap = "pre" }, { to = "Sides", gain = -12.0 }] },
        { name = "Dome", stem = "Field", clip = [{ file = "seven.wav" }], gain = -6.0,
          send = [{ to = "Hall", gain = -9.0 }] },
    ]
    bus = [
        { name = "Group", insert = [{ type = "bus-compressor", threshold = -24.0 }, { type = "saturation", drive = 3.0 }] },
        { name = "Narrow", layout = "mono", insert = [{ type = "compressor", threshold = -30.0 }] },
        { name = "Sides", layout = "ms", insert = [{ type = "eq", bands = [{ type = "high-shelf", freq = 4000.0, gain = 3.0 }] }] },
    ]
    return = [{ name = "Hall", insert = [{ type = "reverb", decay = 0.4 }, { type = "width", width = 1.2 }] }]
    extra = [{ name = "Rhythm", stems = ["Drums", "Bass"] }, { name = "All", stems = ["Drums", "Bass", "Keys", "Field"] }]
    section = [{ name = "A", start = 0.0 }, { name = "B", start = 0.30001 }, { name = "A", start = 0.7 }]
    marker = [{ name = "Hit", at = 0.5 }]
"#;

fn session(folder: &Path, layout: &str) -> Session {
    for (seed, (name, channels)) in [("mono", 1), ("stereo", 2), ("five", 6), ("seven", 8)].into_iter().enumerate() {
        every::source(&folder.join(format!("{name}.wav")), channels, 48_000, seed as u32 + 1);
    }
    parse(folder, &SESSION.replace("LAYOUT", layout))
}

/// Low enough for every fold-down.
fn plain() -> BounceOptions {
    BounceOptions { headroom: Headroom::Db(9.0), ..BounceOptions::default() }
}

fn parse(folder: &Path, text: &str) -> Session {
    let path = folder.join("session.toml");
    // Inline tables and arrays over several lines are easier to read in Rust.
    let session = SessionFile::parse(&path, text.to_owned());
    session.unwrap_or_else(|error| panic!("{error}")).session
}

/// A file's interleaved samples, its channels and its depth.
struct Heard {
    samples: Vec<i64>,
    channels: usize,
    bits: u16,
}

fn read(path: &Path) -> Heard {
    let mut reader = hound::WavReader::open(path).expect("a WAV file");
    let spec = reader.spec();
    assert_eq!(spec.sample_format, hound::SampleFormat::Int);
    let samples = reader.samples::<i32>().map(|sample| i64::from(sample.expect("a whole file"))).collect();
    Heard { samples, channels: usize::from(spec.channels), bits: spec.bits_per_sample }
}

/// Adds up the stems of a WAV set and gives the samples on which they are not its mix, and its files by name.
fn add_up(set: &Bounced) -> (usize, BTreeMap<String, Heard>) {
    let files: BTreeMap<String, Heard> =
        set.receipt.files.iter().map(|file| (file.name.clone(), read(&set.folder.join(&file.name)))).collect();
    let sum_file = set.manifest.references.iter().find(|reference| reference.sum).expect("a mix");
    let mix = &files[&sum_file.file];
    assert_eq!(mix.samples.len(), mix.channels * set.receipt.frames as usize);
    let mut sum = vec![0i64; mix.samples.len()];
    for stem in &set.manifest.stems {
        let stem_file = &files[&stem.file];
        assert_eq!((stem_file.channels, stem_file.bits), (usize::from(stem.channels), mix.bits), "{}", stem.name);
        let spread = if stem_file.channels == mix.channels { 1 } else { mix.channels };
        let samples = stem_file.samples.iter().flat_map(|&x| std::iter::repeat_n(x, spread));
        assert_eq!(stem_file.samples.len() * spread, sum.len(), "{}", stem.name);
        sum.iter_mut().zip(samples).for_each(|(sum, x)| *sum += x);
    }
    (sum.iter().zip(&mix.samples).filter(|(sum, mix)| sum != mix).count(), files)
}

fn proven(session: &Session, target: &Path, options: BounceOptions) -> Bounced {
    let set = print(session, target, options).unwrap_or_else(|error| panic!("{}: {error}", target.display()));
    assert!(set.receipt.null.proven, "{:?}", set.receipt.null);
    set
}

/// Samples by file, of any container: what their hashes say.
fn hashes(set: &Bounced) -> Vec<(String, String)> {
    let name = |file: &str| file.rsplit_once('.').expect("an extension").0.to_owned();
    set.receipt.files.iter().map(|file| (name(&file.name), file.pcm_sha256.clone())).collect()
}

#[test]
fn every_layout_adds_up_at_every_depth_and_into_every_other_layout() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    for master in ["mono", "stereo", "5.1", "7.1"] {
        let session = session(folder.path(), master);
        for layout in [None, Some(Layout::Mono), Some(Layout::Stereo), Some(Layout::MidSide), Some(Layout::Surround51)]
        {
            for (coding, through_master) in [(Coding::Wav24, false), (Coding::Wav16, true)] {
                let options = BounceOptions { coding, layout, through_master, ..plain() };
                let set = proven(&session, &at("set"), options);
                let (errors, files) = add_up(&set);
                assert_eq!(errors, 0, "{master} as {layout:?}, {coding:?}");
                assert!(files.values().all(|file| u32::from(file.bits) == coding.integer_bits().expect("integers")));
                assert_eq!(set.manifest.format.layout, layout.unwrap_or(session.master.layout));
                let silent = files.iter().filter(|(_, file)| file.samples.iter().all(|&x| x == 0)).count();
                assert_eq!(silent, 0, "everything sounds in {master}");
            }
        }
    }
}

#[test]
fn a_fold_that_loses_lfe_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    for (master, layout, lost) in
        [("5.1", None, 0), ("5.1", Some(Layout::Stereo), 1), ("7.1", Some(Layout::Surround51), 0), ("stereo", None, 3)]
    {
        let session = session(folder.path(), master);
        let set = proven(&session, &folder.path().join("set"), BounceOptions { layout, ..plain() });
        let said: Vec<&str> =
            set.receipt.findings.iter().filter(|f| f.code == "lfe-left-out").map(|f| f.message.as_str()).collect();
        // What goes to the M-S bus or the stereo master, and what its files are.
        let of_buses = said.iter().filter(|text| text.contains("`Sides`")).count();
        assert!(said.len() - of_buses >= lost && (lost > 0 || said.len() == of_buses), "{master}: {said:#?}");
    }
}

#[test]
fn every_container_holds_the_same_samples() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    for master in ["stereo", "7.1"] {
        let session = session(folder.path(), master);
        let of = |coding, dither| {
            let options = BounceOptions { coding, dither, ..plain() };
            let set = proven(&session, &at(coding.id()), options);
            assert!(set.receipt.files.iter().all(|file| file.name.ends_with(coding.extension())));
            hashes(&set)
        };
        assert_eq!(of(Coding::Wav24, None), of(Coding::Aiff24, None));
        assert_eq!(of(Coding::Wav24, Some(true)), of(Coding::Flac24, Some(true)));
        assert_eq!(of(Coding::Wav16, None), of(Coding::Flac16, None));
        assert_ne!(of(Coding::Wav16, None), of(Coding::Wav16, Some(false)), "16 bits are dithered unless asked not to");
        assert_ne!(of(Coding::Wav24, None), of(Coding::Wav24, Some(true)), "24 bits are not");
    }
}

#[test]
fn any_block_and_any_number_of_threads_write_the_same_bytes() {
    let folder = tempfile::tempdir().expect("a folder");
    for (master, coding) in [("7.1", Coding::Flac24), ("5.1", Coding::Wav16), ("stereo", Coding::Aiff24)] {
        let session = session(folder.path(), master);
        let bytes = |block, threads| {
            let options = BounceOptions { coding, block, threads: Some(threads), ..plain() };
            let set = proven(&session, &folder.path().join("set"), options);
            set.receipt.files.iter().map(|file| (file.name.clone(), file.sha256.clone())).collect::<Vec<_>>()
        };
        let once = bytes(4096, 1);
        for (block, threads) in [(64, 2), (1000, 3), (65_536, 7)] {
            assert_eq!(bytes(block, threads), once, "{master} in blocks of {block}");
        }
    }
}

#[test]
fn a_part_of_the_stems_is_the_same_files_and_says_what_is_absent() {
    let folder = tempfile::tempdir().expect("a folder");
    let session = session(folder.path(), "stereo");
    let whole = proven(&session, &folder.path().join("whole"), plain());
    let chosen = Some(vec!["bass".to_owned(), "Field".to_owned()]);
    let part = proven(&session, &folder.path().join("part"), BounceOptions { stems: chosen, ..plain() });
    assert_eq!(part.manifest.absent, ["Drums", "Keys"]);
    let names: Vec<&str> = part.manifest.stems.iter().map(|stem| stem.name.as_str()).collect();
    assert_eq!(names, ["Bass", "Field"]);
    assert_eq!(part.receipt.null, whole.receipt.null, "all are proven");
    let of_whole = hashes(&whole);
    assert!(hashes(&part).iter().all(|file| of_whole.contains(file)), "under the same names");
    let unknown = BounceOptions { stems: Some(vec!["Brass".to_owned()]), ..plain() };
    let error = print(&session, &folder.path().join("none"), unknown).expect_err("there is no brass");
    assert!(error.hint().is_some_and(|hint| hint.contains("Bass")), "{error}");
}

#[test]
fn extra_files_are_the_sums_of_the_stem_files() {
    let folder = tempfile::tempdir().expect("a folder");
    for (master, mono_stems) in [("stereo", false), ("stereo", true), ("5.1", false)] {
        let session = session(folder.path(), master);
        let options = BounceOptions { mono_stems, dither: Some(true), ..plain() };
        let set = proven(&session, &folder.path().join("set"), options);
        let (_, files) = add_up(&set);
        assert_eq!(set.manifest.extras.len(), 2);
        for extra in &set.manifest.extras {
            let written = &files[&extra.file];
            let mut sum = vec![0i64; written.samples.len()];
            for name in &extra.stems {
                let stem = set.manifest.stems.iter().find(|stem| stem.name == *name).expect("a stem");
                let spread = written.channels / usize::from(stem.channels);
                let samples = files[&stem.file].samples.iter().flat_map(|&x| std::iter::repeat_n(x, spread));
                sum.iter_mut().zip(samples).for_each(|(sum, x)| *sum += x);
            }
            assert!(sum == written.samples, "{} in {master}", extra.name);
        }
    }
}

#[test]
fn a_section_is_cut_out_of_the_whole_song_sample_for_sample() {
    let folder = tempfile::tempdir().expect("a folder");
    for (master, dither) in [("stereo", Some(true)), ("5.1", None)] {
        let session = session(folder.path(), master);
        let options = BounceOptions { dither, ..plain() };
        let whole = proven(&session, &folder.path().join("whole"), options.clone());
        let (_, all) = add_up(&whole);
        let mut covered = 0;
        for (section, start) in [("A#1", 0), ("b", 14_400), ("A#2", 33_600)] {
            let options = BounceOptions { section: Some(section.to_owned()), block: 1_000, ..options.clone() };
            let part = proven(&session, &folder.path().join("part"), options);
            let (errors, files) = add_up(&part);
            assert_eq!(errors, 0);
            assert_eq!((part.manifest.format.start, part.manifest.format.section.as_deref()), (start, Some(section)));
            let frames = part.receipt.frames as usize;
            covered += frames;
            for (name, file) in &files {
                let from = file.channels * start as usize;
                assert!(file.samples == all[name].samples[from..from + file.channels * frames], "{name} of {section}");
            }
            assert_eq!(part.manifest.song.markers.len(), usize::from(section == "b"), "{section}");
        }
        assert_eq!(covered as u64, whole.receipt.frames, "together they are the song with its tail");
        let options = |section: &str| BounceOptions { section: Some(section.to_owned()), ..plain() };
        for (section, known) in [("A", "A#1, B, A#2"), ("C", "A#1, B, A#2"), ("A#3", "A#1, B, A#2")] {
            let error = print(&session, &folder.path().join("none"), options(section)).expect_err("no such section");
            assert!(matches!(&error, BounceError::UnknownSection { .. }), "{error}");
            assert!(error.hint().is_some_and(|hint| hint.contains(known)), "{section}: {:?}", error.hint());
        }
    }
}

/// Two mono tracks in the middle, and a stereo one.
fn with_mono_stems(folder: &Path, stereo: bool) -> Session {
    for (seed, (name, channels)) in [("mono", 1), ("stereo", 2)].into_iter().enumerate() {
        every::source(&folder.join(format!("{name}.wav")), channels, 44_100, seed as u32 + 3);
    }
    let third = r#"{ name = "Wide", stem = "Wide", clip = [{ file = "stereo.wav" }] },"#;
    let text = r#"
        session = { rate = 44100 }
        track = [
            { name = "Kick", stem = "Kick", clip = [{ file = "mono.wav" }] },
            { name = "Bass", stem = "Bass", gain = -4.1, clip = [{ file = "mono.wav", at = 0.3 }] },
            THIRD
        ]
    "#;
    parse(folder, &text.replace("THIRD", if stereo { third } else { "" }))
}

#[test]
fn mono_stems_stand_in_left_and_right_with_factor_one() {
    let folder = tempfile::tempdir().expect("a folder");
    for (stereo, dither) in [(true, None), (true, Some(true)), (false, None), (false, Some(true))] {
        let session = with_mono_stems(folder.path(), stereo);
        let options = BounceOptions { mono_stems: true, dither, ..plain() };
        let set = proven(&session, &folder.path().join("set"), options);
        let (errors, files) = add_up(&set);
        let channels: Vec<u16> = set.manifest.stems.iter().map(|stem| stem.channels).collect();
        assert_eq!(&channels[..2], [1, 1]);
        let unmet = set.receipt.null.mono_unmet.expect("counted where there are mono stems");
        assert_eq!(errors as u64, unmet, "the receipt counts what does not add up");
        if stereo {
            assert_eq!(channels, [1, 1, 2]);
            // Where the stereo stem is silent nobody can take what left and right do not share.
            let wide = &files[&set.manifest.stems[2].file].samples;
            let silent = wide.iter().filter(|&&x| x == 0).count() as u64;
            assert!(unmet <= silent, "{unmet} of {silent}");
        } else if dither.is_none() {
            assert_eq!(unmet, 0, "left and right of the mix are the same");
        }
    }
}

#[test]
fn stems_that_are_not_mono_stay_stereo() {
    let folder = tempfile::tempdir().expect("a folder");
    let session = session(folder.path(), "stereo");
    let options = BounceOptions { mono_stems: true, ..plain() };
    let set = proven(&session, &folder.path().join("set"), options);
    let channels: Vec<u16> = set.manifest.stems.iter().map(|stem| stem.channels).collect();
    let names: Vec<&str> = set.manifest.stems.iter().map(|stem| stem.name.as_str()).collect();
    // The bass goes through a mono bus and nowhere else.
    assert_eq!(
        names.into_iter().zip(channels).collect::<Vec<_>>(),
        [("Bass", 1), ("Drums", 2), ("Field", 2), ("Keys", 2)]
    );
}

#[test]
fn a_session_at_another_rate_is_as_long_and_adds_up() {
    let folder = tempfile::tempdir().expect("a folder");
    session(folder.path(), "5.1");
    let path = folder.path().join("session.toml");
    std::fs::write(&path, SESSION.replace("LAYOUT", "5.1")).expect("a file");
    let mut seconds = Vec::new();
    for hz in [44_100, 48_000, 88_200, 96_000, 176_400, 192_000] {
        let session = SessionFile::read_at(&path, SampleRate::new(hz)).expect("a session").session;
        let options = BounceOptions { tail: Tail::Seconds(0.5), ..plain() };
        let set = proven(&session, &folder.path().join("set"), options);
        assert_eq!(add_up(&set).0, 0, "{hz} Hz");
        seconds.push(set.receipt.frames as f64 / f64::from(hz));
    }
    assert!(seconds.iter().all(|s| (s - seconds[0]).abs() < 1e-4), "{seconds:?}");
}

#[test]
fn a_stem_of_one_clip_keeps_the_chunks_of_its_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let session = with_mono_stems(folder.path(), false);
    // A cue point, and something that only its maker understands.
    let path = folder.path().join("mono.wav");
    let mut bytes = std::fs::read(&path).expect("a file");
    for (id, body) in [(b"cue ", &[0u8; 4][..]), (b"mysT", b"odd")] {
        bytes.extend_from_slice(id);
        bytes.extend_from_slice(&(body.len() as u32).to_le_bytes());
        bytes.extend_from_slice(body);
        bytes.extend(std::iter::repeat_n(0, body.len() % 2));
    }
    let riff = (bytes.len() as u32 - 8).to_le_bytes();
    bytes[4..8].copy_from_slice(&riff);
    std::fs::write(&path, bytes).expect("a file");
    let set = proven(&session, &folder.path().join("set"), plain());
    let holds = |name: &str, id: &[u8]| {
        let bytes = std::fs::read(set.folder.join(name)).expect("a file");
        bytes.windows(id.len()).any(|window| window == id)
    };
    let [bass, kick] = ["Bass", "Kick"]
        .map(|name| set.manifest.stems.iter().find(|stem| stem.name == name).expect("a stem").file.clone());
    assert!(holds(&kick, b"mysT\x03\0\0\0odd\0") && holds(&kick, b"cue \x04"), "the same frames");
    assert!(holds(&bass, b"mysT") && !holds(&bass, b"cue "), "0.3 s later its cue points would be wrong");
    assert!(!holds("00_MIX_REFERENCE.wav", b"mysT"));
}
