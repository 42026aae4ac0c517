//! AIFF files of others are read right, and those that lie are errors that say how.

mod signals;

use std::process::Command;

use signals::{Random, noise24, read_all, write_pcm24};
use stemwright_audio::testing::{decode, decode_from, program};
use stemwright_audio::{AudioError, Files, Media};
use stemwright_core::Layout;

/// 48 000 Hz as 80 bits.
const RATE: [u8; 10] = [0x40, 0x0e, 0xbb, 0x80, 0, 0, 0, 0, 0, 0];

/// A FORM of the given chunks, padded; sizes are as stated, whatever the bodies are.
fn form(kind: &[u8; 4], chunks: &[(&[u8; 4], u32, &[u8])]) -> Vec<u8> {
    let mut out = [&b"FORM\0\0\0\0"[..], kind].concat();
    for (id, size, body) in chunks {
        out.extend_from_slice(*id);
        out.extend_from_slice(&size.to_be_bytes());
        out.extend_from_slice(body);
        out.resize(out.len().next_multiple_of(2), 0);
    }
    let size = out.len() as u32 - 8;
    out[4..8].copy_from_slice(&size.to_be_bytes());
    out
}

fn common(channels: u16, frames: u32, bits: u16, rate: [u8; 10], compression: &[u8]) -> Vec<u8> {
    let words: [&[u8]; 5] = [&channels.to_be_bytes(), &frames.to_be_bytes(), &bits.to_be_bytes(), &rate, compression];
    words.concat()
}

fn sound(offset: u32, samples: &[u8]) -> Vec<u8> {
    [&offset.to_be_bytes()[..], &[0; 4], &vec![0xee; offset as usize], samples].concat()
}

/// One channel of 100 frames of 16 bits, with a `COMM` chunk of the test's.
fn with_common(common: &[u8]) -> Vec<u8> {
    let kind = if common.len() > 18 { b"AIFC" } else { b"AIFF" };
    form(kind, &[(b"COMM", common.len() as u32, common), (b"SSND", 208, &sound(0, &[0; 200]))])
}

#[test]
fn headers_that_lie_are_errors_that_say_how() {
    assert_eq!(decode(&with_common(&common(1, 100, 16, RATE, b""))).unwrap().1, 100);
    let rate = |bytes: [u8; 4]| [bytes[0], bytes[1], bytes[2], bytes[3], 0, 0, 0, 0, 0, 0];
    let cases: [(Vec<u8>, &str); 17] = [
        (common(0, 100, 16, RATE, b""), "0 channels"),
        (common(33, 100, 16, RATE, b""), "33 channels"),
        (common(65_535, 100, 16, RATE, b""), "65535 channels"),
        (common(1, 100, 0, RATE, b""), "0 bits"),
        (common(1, 100, 33, RATE, b""), "33 bits"),
        (common(1, 100, 65_535, RATE, b""), "65535 bits"),
        (common(1, 101, 16, RATE, b""), "1 of which are missing"),
        (common(1, u32::MAX, 16, RATE, b""), "4294967195 of which are missing"),
        (common(1, 100, 16, [0; 10], b""), "0 Hz"),
        (common(1, 100, 16, rate([0x7f, 0xff, 0xc0, 0]), b""), "not a number"),
        (common(1, 100, 16, rate([0xc0, 0x0e, 0xbb, 0x80]), b""), "negative"),
        (common(1, 100, 16, rate([0x00, 0x01, 0x80, 0]), b""), "0 Hz"),
        (common(1, 100, 16, rate([0x40, 0x1e, 0xff, 0xff]), b""), "4294901760 Hz"),
        (common(1, 100, 16, rate([0x43, 0xff, 0xff, 0xff]), b""), "without bounds"),
        (common(1, 100, 16, RATE, b"ima4"), "ADPCM"),
        (common(1, 100, 16, RATE, b"????"), "coding `????`"),
        (common(1, 100, 16, RATE, b"")[..17].to_vec(), "17 bytes"),
    ];
    for (common, words) in cases {
        let error = decode(&with_common(&common)).unwrap_err();
        assert!(error.to_string().contains(words), "`{error}` should say `{words}`");
        assert!(error.hint().is_some(), "{error}");
    }
    let good = common(1, 100, 16, RATE, b"");
    let cases: [(Vec<u8>, &str); 6] = [
        (form(b"AIFF", &[(b"COMM", 18, &good)]), "no `SSND`"),
        (form(b"AIFF", &[(b"SSND", 208, &sound(0, &[0; 200]))]), "no `COMM`"),
        (form(b"AIFF", &[(b"COMM", 18, &good), (b"SSND", 2_008, &sound(0, &[0; 200]))]), "900 of which are missing"),
        (form(b"AIFF", &[(b"COMM", 18, &good), (b"SSND", 108, &sound(0, &[0; 200]))]), "room for 50"),
        (form(b"AIFF", &[(b"COMM", 18, &good), (b"SSND", 208, &[0xff; 208])]), "behind the end"),
        (form(b"AIFF", &[(b"COMM", 18, &good), (b"SSND", 4, &[0; 4])]), "ends inside"),
    ];
    for (bytes, words) in cases {
        let error = decode(&bytes).unwrap_err();
        assert!(error.to_string().contains(words), "`{error}` should say `{words}`");
        assert!(error.hint().is_some(), "{error}");
    }
}

#[test]
fn oddities_of_the_wild_are_read() {
    let good = common(1, 100, 16, RATE, b"");
    let samples = [1, 0].repeat(100);
    let check = |bytes: &[u8], findings: &[&str]| {
        let mut seen = Vec::new();
        let (info, frames) = decode_from(bytes, 0, |plane| seen.extend_from_slice(plane)).unwrap();
        assert_eq!((info.frames, frames), (100, 100));
        assert!(seen.iter().all(|x| *x == 256.0 / 32_768.0));
        let codes: Vec<&str> = info.findings.iter().map(|finding| finding.code.as_str()).collect();
        assert_eq!(codes, findings);
    };
    // Samples before their format, samples behind an offset, chunks of odd size.
    check(&form(b"AIFF", &[(b"SSND", 208, &sound(0, &samples)), (b"COMM", 18, &good)]), &[]);
    check(&form(b"AIFF", &[(b"COMM", 18, &good), (b"SSND", 220, &sound(12, &samples))]), &[]);
    check(&form(b"AIFF", &[(b"NAME", 3, b"abc"), (b"COMM", 18, &good), (b"SSND", 208, &sound(0, &samples))]), &[]);
    // More than is counted; half a frame more.
    let more = [samples.as_slice(), &[9; 20]].concat();
    check(&form(b"AIFF", &[(b"COMM", 18, &good), (b"SSND", 228, &sound(0, &more))]), &["aiff-more-samples"]);
    check(&form(b"AIFF", &[(b"COMM", 18, &good), (b"SSND", 209, &sound(0, &more[..201]))]), &["aiff-partial-frame"]);
    // Sizes that were never filled in.
    for (frames, size) in [(0, 0), (0, u32::MAX), (0x7f00_0000 / 2, 0x7f00_0008)] {
        let open = common(1, frames, 16, RATE, b"");
        check(&form(b"AIFF", &[(b"COMM", 18, &open), (b"SSND", size, &sound(0, &samples))]), &["aiff-length-unknown"]);
    }
    // A rate between two numbers; no sound at all.
    let mut half = RATE;
    half[4] = 0x80;
    let (info, _) = decode(&with_common(&common(1, 100, 16, half, b""))).unwrap();
    assert_eq!((info.rate.hz(), info.findings[0].code.as_str()), (48_001, "aiff-rate"));
    assert_eq!(decode(&form(b"AIFF", &[(b"COMM", 18, &common(2, 0, 16, RATE, b""))])).unwrap().1, 0);
}

#[test]
fn every_coding_is_read_at_its_depth() {
    let value = 0.375f64;
    let cases: [(&[u8; 4], u16, Vec<u8>, u16); 14] = [
        (b"NONE", 8, vec![48], 8),
        (b"NONE", 12, vec![0x30, 0x00], 12),
        (b"NONE", 16, vec![0x30, 0x00], 16),
        (b"NONE", 20, vec![0x30, 0, 0], 20),
        (b"NONE", 24, vec![0x30, 0, 0], 24),
        (b"NONE", 32, vec![0x30, 0, 0, 0], 32),
        (b"twos", 16, vec![0x30, 0x00], 16),
        (b"sowt", 16, vec![0x00, 0x30], 16),
        (b"sowt", 24, vec![0, 0, 0x30], 24),
        (b"raw ", 8, vec![128 + 48], 8),
        (b"in24", 24, vec![0x30, 0, 0], 24),
        (b"fl32", 32, (value as f32).to_be_bytes().to_vec(), 32),
        (b"FL32", 32, (value as f32).to_be_bytes().to_vec(), 32),
        (b"fl64", 64, value.to_be_bytes().to_vec(), 64),
    ];
    for (compression, bits, sample, read_bits) in cases {
        let common = common(1, 3, bits, RATE, &[&compression[..], &[0, 0]].concat());
        let sound = sound(0, &sample.repeat(3));
        let size = sound.len() as u32;
        let bytes =
            form(b"AIFC", &[(b"FVER", 4, &[0xa2, 0x80, 0x51, 0x40]), (b"COMM", 24, &common), (b"SSND", size, &sound)]);
        let mut seen = Vec::new();
        let (info, _) = decode_from(&bytes, 0, |plane| seen.extend_from_slice(plane)).unwrap();
        assert_eq!(seen, [value; 3], "{} {bits}", compression.escape_ascii());
        assert_eq!(info.bits, Some(read_bits));
    }
    let bad = common(1, 1, 32, RATE, b"fl32");
    let sound = sound(0, &f32::NAN.to_be_bytes());
    let bytes = form(b"AIFC", &[(b"COMM", 22, &bad), (b"SSND", 12, &sound)]);
    assert!(matches!(decode(&bytes), Err(AudioError::BadSample { .. })));
}

#[test]
fn channel_layouts_are_understood() {
    let layout = |channels: u16, chan: Option<[u32; 3]>| {
        let common = common(channels, 0, 16, RATE, b"");
        let chan = chan.map(|words| words.iter().flat_map(|word| word.to_be_bytes()).collect::<Vec<_>>());
        let mut chunks: Vec<(&[u8; 4], u32, &[u8])> = vec![(b"COMM", 18, &common)];
        chunks.extend(chan.as_ref().map(|chan| (b"CHAN", 12, chan.as_slice())));
        decode(&form(b"AIFF", &chunks)).unwrap().0.layout
    };
    assert_eq!(layout(6, None), Some(Layout::Surround51));
    assert_eq!(layout(6, Some([1 << 16, 0x3f, 0])), Some(Layout::Surround51));
    assert_eq!(layout(6, Some([121 << 16 | 6, 0, 0])), Some(Layout::Surround51));
    assert_eq!(layout(8, Some([1 << 16, 0x63f, 0])), Some(Layout::Surround71));
    assert_eq!(layout(8, Some([1 << 16, 0xff, 0])), None, "front centres, and no sides");
    assert_eq!(layout(6, Some([125 << 16 | 6, 0, 0])), None, "another order");
    assert_eq!(layout(2, Some([103 << 16 | 2, 0, 0])), Some(Layout::Stereo));
    assert_eq!(layout(3, None), None);
}

#[test]
fn files_of_sox_and_ffmpeg_are_read_right_in_every_coding() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("source.wav");
    let planes = noise24(2, 20_001);
    write_pcm24(&source, 44_100, &planes);
    let made = folder.path().join("made.aiff");
    // The largest error that the format's own rounding may make, in full scale.
    let check = |what: &str, lsb: f64| {
        let read = read_all(&Files::new(), &made).unwrap_or_else(|error| panic!("{what}: {error}"));
        for (read, plane) in read.iter().zip(&planes) {
            assert_eq!(read.len(), plane.len(), "{what}");
            let worst = read.iter().zip(plane).map(|(x, y)| (x - y).abs()).fold(0.0, f64::max);
            assert!(worst <= lsb, "{what}: {worst}");
        }
    };
    let run = |program: &str, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    };
    let (from, to) = (source.to_str().unwrap(), made.to_str().unwrap());
    if program("sox") {
        for (bits, lsb) in [("8", 1.0 / 128.0), ("16", 1.0 / 32_768.0), ("24", 0.0), ("32", 0.0)] {
            run("sox", &["-D", from, "-b", bits, to]);
            check(&format!("sox {bits}"), lsb);
        }
        for kind in ["aiff", "aifc"] {
            std::fs::write(&made, run("sox", &["-D", from, "-t", kind, "-"])).unwrap();
            check(&format!("sox {kind} through a pipe"), 0.0);
        }
    }
    if program("ffmpeg") {
        for (codec, lsb) in [
            ("pcm_s8", 1.0 / 128.0),
            ("pcm_s16be", 1.0 / 32_768.0),
            ("pcm_s16le", 1.0 / 32_768.0),
            ("pcm_s24be", 0.0),
            ("pcm_s32be", 0.0),
            ("pcm_f32be", 0.0),
            ("pcm_f64be", 0.0),
        ] {
            run("ffmpeg", &["-v", "error", "-y", "-i", from, "-c:a", codec, "-f", "aiff", to]);
            check(&format!("ffmpeg {codec}"), lsb);
        }
        let piped = run("ffmpeg", &["-v", "error", "-i", from, "-c:a", "pcm_s24be", "-f", "aiff", "-"]);
        std::fs::write(&made, piped).unwrap();
        check("ffmpeg through a pipe", 0.0);
        assert_eq!(Files::new().info(&made).unwrap().findings[0].code, "aiff-length-unknown");
    }
}

#[test]
fn any_common_and_any_sound_end_in_frames_or_an_error() {
    let mut random = Random(3);
    let edges = [0u32, 1, 8, 18, 0x7fff_ffff, 0x8000_0000, u32::MAX, 200, 208];
    let mut read = 0;
    for _ in 0..20_000 {
        let mut pick = || if random.below(2) == 0 { edges[random.below(edges.len())] } else { random.next() as u32 };
        let (channels, frames, bits, offset, size) = (pick() as u16, pick(), pick() as u16 % 70, pick(), pick());
        let mut rate = RATE;
        if pick() % 3 == 0 {
            rate[..4].copy_from_slice(&pick().to_be_bytes());
        }
        let channels = if channels > 40 { 2 } else { channels };
        let sound = [&(offset % 300).to_be_bytes()[..], &[0; 300]].concat();
        let common = common(channels, frames % 400, bits, rate, b"");
        let bytes = form(b"AIFF", &[(b"COMM", 18, &common), (b"SSND", size, &sound)]);
        match decode(&bytes) {
            Ok((info, frames)) => {
                assert_eq!(info.frames, frames);
                read += 1;
            }
            Err(error) => assert!(error.hint().is_some(), "{error}"),
        }
    }
    assert!(read > 100, "{read}");
}
