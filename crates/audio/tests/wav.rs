//! WAV files that are written read back the same, here and elsewhere; those of others are read right.

mod signals;

use std::path::Path;
use std::process::Command;

use signals::{interleave, noise, noise24, read_all, read_from, spec, write_f32, write_pcm24};
use stemwright_audio::testing::program;
use stemwright_audio::{AudioError, AudioWriter, Bext, Files, Ixml, Media, SampleFormat, file_sha256};

fn ffmpeg(arguments: &[&str], file: &Path) -> Vec<u8> {
    let output =
        Command::new("ffmpeg").args(["-v", "error", "-i"]).arg(file).args(arguments).arg("-").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

#[test]
fn pcm24_reads_back_bit_exact_here_in_hound_and_in_ffmpeg() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.wav");
    for (channels, frames) in [(1, 1), (1, 9_999), (2, 10_001), (6, 777), (2, 0)] {
        let planes = noise24(channels, frames);
        let written = write_pcm24(&path, 48_000, &planes);
        assert_eq!(written.frames, frames as u64);
        assert_eq!(written.bytes, std::fs::metadata(&path).unwrap().len());
        assert_eq!(read_all(&Files::new(), &path).unwrap(), planes);
        let integers: Vec<i32> = interleave(&planes, |x| (x * 8_388_608.0) as i32);
        let mut hound = hound::WavReader::open(&path).unwrap();
        assert_eq!((hound.spec().bits_per_sample, usize::from(hound.spec().channels)), (24, channels));
        assert_eq!(hound.samples::<i32>().map(Result::unwrap).collect::<Vec<_>>(), integers);
        if program("ffmpeg") && frames > 0 {
            let theirs = ffmpeg(&["-f", "s24le", "-c:a", "pcm_s24le"], &path);
            let ours: Vec<u8> = integers.iter().flat_map(|v| v.to_le_bytes()[..3].to_vec()).collect();
            assert!(theirs == ours, "{channels} channels, {frames} frames");
        }
    }
}

#[test]
fn floats_read_back_bit_exact_here_in_hound_and_in_ffmpeg() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.wav");
    for (channels, frames) in [(1, 1), (1, 9_999), (2, 10_001), (8, 333)] {
        let planes = noise(channels, frames);
        write_f32(&path, 96_000, &planes);
        assert_eq!(read_all(&Files::new(), &path).unwrap(), planes);
        let floats = interleave(&planes, |x| x as f32);
        let mut hound = hound::WavReader::open(&path).unwrap();
        assert_eq!(hound.samples::<f32>().map(Result::unwrap).collect::<Vec<_>>(), floats);
        if program("ffmpeg") {
            let theirs = ffmpeg(&["-f", "f32le", "-c:a", "pcm_f32le"], &path);
            assert!(theirs == floats.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<_>>());
        }
    }
}

#[test]
fn bytes_do_not_depend_on_how_many_frames_a_call_brings() {
    let folder = tempfile::tempdir().unwrap();
    let samples: Vec<i32> = interleave(&noise24(2, 300_000), |x| (x * 8_388_608.0) as i32);
    let mut files = Vec::new();
    for piece in [600_000, 2, 8_192, 99_998] {
        let path = folder.path().join(format!("{piece}.wav"));
        let mut writer = AudioWriter::create(&path, &spec(48_000, 2, SampleFormat::Pcm24)).unwrap();
        for piece in samples.chunks(piece) {
            writer.write_integers(piece).unwrap();
        }
        files.push((writer.finish().unwrap(), file_sha256(&path).unwrap()));
    }
    assert!(files.iter().all(|file| *file == files[0]));
}

#[test]
fn the_stated_hash_is_that_of_the_sample_bytes_and_silence_has_one_form() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.wav");
    let mut writer = AudioWriter::create(&path, &spec(48_000, 1, SampleFormat::Float32)).unwrap();
    writer.write_f32(&[0.0, -0.0, 1.0]).unwrap();
    let written = writer.finish().unwrap();
    let bytes = std::fs::read(&path).unwrap();
    let data = &bytes[bytes.len() - 12..];
    assert_eq!(data, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80, 0x3f]);
    let raw = folder.path().join("raw");
    std::fs::write(&raw, data).unwrap();
    assert_eq!(written.pcm_sha256, Some(file_sha256(&raw).unwrap()));
}

#[test]
fn names_tempo_and_time_reference_are_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.wav");
    let mut spec = spec(48_000, 2, SampleFormat::Pcm24);
    spec.bext = Bext {
        description: "Stem: Drums".into(),
        originator: "Stemwright".into(),
        time_reference: 172_800_000,
        coding_history: "A=PCM,F=48000,W=24,M=stereo\r\n".into(),
        ..Bext::default()
    };
    spec.ixml = Some(Ixml {
        project: "Rock & <Roll> \u{1}".into(),
        note: "Drums".into(),
        tracks: vec!["Drums L".into(), "Drums R".into()],
        tempo: Some(97.5),
        key: Some("Bb".into()),
        time_signature: Some((6, 8)),
    });
    let writer = AudioWriter::create(&path, &spec).unwrap();
    writer.finish().unwrap();
    let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
    for part in [
        "<PROJECT>Rock &amp; &lt;Roll&gt; \u{fffd}</PROJECT>",
        "<NAME>Drums R</NAME>",
        "<TEMPO>97.5</TEMPO>",
        "<inKey>Bb</inKey>",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    if program("ffprobe") {
        let run = Command::new("ffprobe").args(["-v", "error", "-show_entries", "format_tags"]).arg(&path).output();
        let tags = String::from_utf8_lossy(&run.unwrap().stdout).into_owned();
        for tag in ["=Stem: Drums\n", "=Stemwright\n", "TAG:time_reference=172800000", "TAG:coding_history=A=PCM"] {
            assert!(tags.contains(tag), "{tag} in {tags}");
        }
    }
}

#[test]
fn files_of_sox_and_ffmpeg_are_read_right_in_every_format() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("source.wav");
    let planes = noise24(2, 20_001);
    write_pcm24(&source, 44_100, &planes);
    let made = folder.path().join("made.wav");
    // The largest error that the format's own rounding may make, in full scale.
    let check = |what: &str, lsb: f64| {
        let read = read_all(&Files::new(), &made).unwrap_or_else(|error| panic!("{what}: {error}"));
        assert_eq!(read.len(), 2, "{what}");
        for (read, plane) in read.iter().zip(&planes) {
            assert_eq!(read.len(), plane.len(), "{what}");
            let worst = read.iter().zip(plane).map(|(x, y)| (x - y).abs()).fold(0.0, f64::max);
            assert!(worst <= lsb, "{what}: {worst}");
        }
    };
    if program("sox") {
        for (bits, coding, lsb) in [
            ("8", "unsigned-integer", 1.0 / 128.0),
            ("16", "signed-integer", 1.0 / 32_768.0),
            ("24", "signed-integer", 0.0),
            ("32", "signed-integer", 0.0),
            ("32", "floating-point", 0.0),
            ("64", "floating-point", 0.0),
        ] {
            let run = Command::new("sox").arg("-D").arg(&source).args(["-b", bits, "-e", coding]).arg(&made).status();
            assert!(run.unwrap().success());
            check(&format!("sox {bits} {coding}"), lsb);
        }
        let piped = Command::new("sox").arg("-D").arg(&source).args(["-t", "wav", "-"]).output().unwrap();
        std::fs::write(&made, piped.stdout).unwrap();
        check("sox through a pipe", 0.0);
    }
    if program("ffmpeg") {
        for (codec, lsb) in [
            ("pcm_u8", 1.0 / 128.0),
            ("pcm_s16le", 1.0 / 32_768.0),
            ("pcm_s24le", 0.0),
            ("pcm_s32le", 0.0),
            ("pcm_f32le", 0.0),
            ("pcm_f64le", 0.0),
        ] {
            for rf64 in ["never", "always"] {
                let run = Command::new("ffmpeg")
                    .args(["-v", "error", "-y", "-i"])
                    .arg(&source)
                    .args(["-c:a", codec, "-rf64", rf64])
                    .arg(&made)
                    .status();
                assert!(run.unwrap().success());
                check(&format!("ffmpeg {codec}, RF64 {rf64}"), lsb);
            }
        }
        std::fs::write(&made, ffmpeg(&["-f", "wav", "-c:a", "pcm_f32le"], &source)).unwrap();
        check("ffmpeg through a pipe", 0.0);
        assert_eq!(Files::new().info(&made).unwrap().findings[0].code, "wav-length-unknown");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_said_to_be_full() {
    let error = AudioWriter::create(Path::new("/dev/full"), &spec(48_000, 2, SampleFormat::Pcm24)).unwrap_err();
    assert!(matches!(error, AudioError::NoSpace { .. }), "{error}");
    assert!(error.hint().is_some_and(|hint| hint.contains("free some space")), "{error}");
}

#[test]
fn any_frame_can_be_the_first() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.wav");
    let planes = noise24(6, 60_000);
    write_pcm24(&path, 48_000, &planes);
    for from in [0, 1, 21_844, 21_845, 21_846, 59_999, 60_000, u64::MAX] {
        // Opened anew each time: from the disk, not from the cache.
        let read = read_from(&Files::new(), &path, from, usize::MAX).unwrap();
        let at = from.min(60_000) as usize;
        assert!(read.iter().zip(&planes).all(|(read, plane)| *read == plane[at..]), "from {from}");
    }
}

/// A RIFF of the given chunks; sizes are as stated, whatever the bodies are.
fn riff(chunks: &[(&[u8; 4], u32, &[u8])]) -> Vec<u8> {
    let mut out = b"RIFF\0\0\0\0WAVE".to_vec();
    for (id, size, body) in chunks {
        out.extend_from_slice(*id);
        out.extend_from_slice(&size.to_le_bytes());
        out.extend_from_slice(body);
    }
    let size = out.len() as u32 - 8;
    out[4..8].copy_from_slice(&size.to_le_bytes());
    out
}

fn format(tag: u16, channels: u16, rate: u32, byte_rate: u32, block: u16, bits: u16) -> Vec<u8> {
    let words = |values: &[u16]| values.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<_>>();
    [words(&[tag, channels]), rate.to_le_bytes().to_vec(), byte_rate.to_le_bytes().to_vec(), words(&[block, bits])]
        .concat()
}

#[test]
fn headers_that_lie_are_errors_that_say_how() {
    use stemwright_audio::testing::decode;
    let good = format(1, 1, 48_000, 96_000, 2, 16);
    let data = [0u8; 200];
    let with = |fmt: &[u8]| riff(&[(b"fmt ", fmt.len() as u32, fmt), (b"data", 200, &data)]);
    assert_eq!(decode(&with(&good)).unwrap().1, 100);
    let cases = [
        (format(1, 0, 48_000, 0, 0, 16), "0 channels"),
        (format(1, 1, 0, 0, 2, 16), "at 0 Hz"),
        (format(1, 1, 48_000, 96_000, 4, 16), "4 bytes a frame"),
        (format(1, 1, 48_000, 88_200, 2, 16), "88200 bytes a second"),
        (format(2, 1, 48_000, 96_000, 2, 16), "ADPCM"),
        (format(0x55, 2, 48_000, 96_000, 1, 0), "MP3"),
        (format(1, 1, 48_000, 96_000, 2, 12), "12-bit PCM"),
        (format(3, 1, 48_000, 96_000, 2, 16), "16-bit float"),
        (format(1, 33, 48_000, 48_000 * 66, 66, 16), "33 channels"),
        (format(1, 1, 1_000, 2_000, 2, 16), "1000 Hz"),
        (format(1, 1, 48_000, 96_000, 2, 16)[..14].to_vec(), "14 bytes"),
    ];
    for (fmt, words) in cases {
        let error = decode(&with(&fmt)).unwrap_err();
        assert!(error.to_string().contains(words), "`{error}` should say `{words}`");
        assert!(error.hint().is_some(), "{error}");
    }
    let cut = riff(&[(b"fmt ", 16, &good), (b"data", 1_000, &data)]);
    let error = decode(&cut).unwrap_err();
    assert!(matches!(error, AudioError::Truncated { missing: Some(400), .. }), "{error}");
    assert!(error.to_string().contains("500 frames, 400 of which are missing"), "{error}");
    assert!(matches!(decode(&riff(&[(b"fmt ", 16, &good)])), Err(AudioError::Truncated { .. })));
    assert!(matches!(decode(&riff(&[(b"data", 200, &data)])), Err(AudioError::Malformed { .. })));
}

#[test]
fn oddities_of_the_wild_are_read() {
    use stemwright_audio::testing::decode;
    let fmt = format(1, 1, 48_000, 96_000, 2, 16);
    let data = [0u8; 200];
    // Samples before their format; chunks of odd size, padded or (as some writers do) not; an open length.
    let behind = riff(&[(b"data", 200, &data), (b"fmt ", 16, &fmt)]);
    let padded = riff(&[(b"LIST", 3, b"abc\0"), (b"fmt ", 16, &fmt), (b"data", 200, &data)]);
    let unpadded = riff(&[(b"LIST", 3, b"abc"), (b"fmt ", 16, &fmt), (b"data", 200, &data)]);
    let open = riff(&[(b"fmt ", 16, &fmt), (b"data", u32::MAX, &data)]);
    let sox = riff(&[(b"fmt ", 16, &fmt), (b"data", 0x7fff_f000, &data)]);
    let mut zero = riff(&[(b"fmt ", 16, &fmt), (b"data", 0, &data)]);
    zero[4..8].fill(0);
    for (bytes, findings) in [(behind, 0), (padded, 0), (unpadded, 0), (open, 1), (sox, 1), (zero, 1)] {
        let (info, frames) = decode(&bytes).unwrap();
        assert_eq!((info.frames, frames, info.findings.len()), (100, 100, findings));
    }
    // No samples at all, and a list behind them: empty, not open.
    let empty = riff(&[(b"fmt ", 16, &fmt), (b"data", 0, b""), (b"LIST", 4, b"abcd")]);
    assert_eq!(decode(&empty).unwrap().1, 0);
    let partial = riff(&[(b"fmt ", 16, &fmt), (b"data", 199, &data)]);
    let (info, frames) = decode(&partial).unwrap();
    assert_eq!((frames, info.findings[0].code.as_str()), (99, "wav-partial-frame"));
}

#[test]
fn fewer_bits_than_their_container_and_wrong_masks_are_read_for_what_they_are() {
    use stemwright_audio::testing::decode;
    use stemwright_core::Layout;
    let extensible = |channels: u16, bits: u16, valid: u16, mask: u32| {
        let block = channels * bits / 8;
        let mut fmt = format(0xfffe, channels, 48_000, 48_000 * u32::from(block), block, bits);
        fmt.extend_from_slice(&22u16.to_le_bytes());
        fmt.extend_from_slice(&valid.to_le_bytes());
        fmt.extend_from_slice(&mask.to_le_bytes());
        fmt.extend_from_slice(&[1, 0, 0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71]);
        let data = vec![0; usize::from(block) * 10];
        decode(&riff(&[(b"fmt ", 40, &fmt), (b"data", data.len() as u32, &data)])).unwrap().0
    };
    let read = |channels, bits, valid, mask| {
        let info = extensible(channels, bits, valid, mask);
        assert_eq!((info.frames, info.channels), (10, usize::from(channels)));
        (info.layout, info.bits, info.findings.len())
    };
    assert_eq!(read(2, 32, 24, 0x3), (Some(Layout::Stereo), Some(24), 0));
    assert_eq!(read(2, 24, 20, 0), (Some(Layout::Stereo), Some(20), 0));
    // What makes no sense is not believed.
    assert_eq!(read(2, 24, 0, 0x3), (Some(Layout::Stereo), Some(24), 0));
    assert_eq!(read(2, 24, 32, 0x3), (Some(Layout::Stereo), Some(24), 0));
    assert_eq!(read(6, 16, 16, 0x3f), (Some(Layout::Surround51), Some(16), 0));
    assert_eq!(read(6, 16, 16, 0x60f), (Some(Layout::Surround51), Some(16), 0));
    assert_eq!(read(8, 16, 16, 0x63f), (Some(Layout::Surround71), Some(16), 0));
    assert_eq!(read(8, 16, 16, 0xff), (None, Some(16), 0));
    assert_eq!(read(4, 16, 16, 0x33), (None, Some(16), 0));
    // Fewer or more loudspeakers than channels.
    assert_eq!(read(6, 16, 16, 0x3), (Some(Layout::Surround51), Some(16), 1));
    assert_eq!(read(2, 16, 16, u32::MAX), (Some(Layout::Stereo), Some(16), 1));
}

#[test]
fn a_tempo_is_found_before_and_behind_the_samples_and_only_where_it_means_one() {
    use stemwright_audio::testing::decode;
    let fmt = format(1, 1, 48_000, 96_000, 2, 16);
    let data = [0u8; 200];
    let acid = |flags: u8, tempo: f32| [&[flags][..], &[0; 19], &tempo.to_le_bytes()].concat();
    let info = |chunk: (&[u8; 4], &[u8])| {
        let chunk = (chunk.0, chunk.1.len() as u32, chunk.1);
        let behind = decode(&riff(&[(b"fmt ", 16, &fmt), (b"data", 200, &data), chunk])).unwrap().0;
        let before = decode(&riff(&[chunk, (b"fmt ", 16, &fmt), (b"data", 200, &data)])).unwrap().0;
        assert_eq!(before, behind);
        before
    };
    let tempo = |id: &[u8; 4], body: &[u8]| info((id, body)).tempo;
    assert_eq!(tempo(b"acid", &acid(0, 174.0)), Some(174.0));
    assert_eq!(tempo(b"acid", &acid(1, 174.0)), None, "a hit");
    assert_eq!(tempo(b"acid", &acid(0, f32::NAN)), None);
    assert_eq!(tempo(b"acid", &acid(0, 0.0)), None);
    assert_eq!(tempo(b"acid", &acid(0, 174.0)[..22]), None, "cut short");
    assert_eq!(tempo(b"iXML", b"<BWFXML><USER><TEMPO> 97.5 </TEMPO></USER></BWFXML>"), Some(97.5));
    assert_eq!(tempo(b"iXML", b"<BWFXML><TEMPO>fast</TEMPO><tempo>90</tempo></BWFXML>"), Some(90.0));
    assert_eq!(tempo(b"iXML", b"<TEMPO>-3</TEMPO>"), None);
    assert_eq!(info((b"iXML", b"<KEY>F# minor</KEY>")).key.as_deref(), Some("F# minor"));
    assert_eq!(info((b"iXML", b"<KEY><b>F</b></KEY>")).key, None);
    let mut bext = vec![0; 602];
    bext[338..346].copy_from_slice(&77u64.to_le_bytes());
    assert_eq!(info((b"bext", &bext)).time_reference, Some(77));
    assert_eq!(info((b"bext", &bext[..340])).time_reference, None);
}
