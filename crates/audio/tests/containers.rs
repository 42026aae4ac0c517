//! What is written in any container is read back the same, and says what it should beside its samples.

mod kinds;
mod signals;

use std::path::Path;

use kinds::{KINDS, kind, little_endian, planes, write, write_with};
use signals::{interleave, read_all, read_from, spec};
use stemwright_audio::testing::create_with_largest;
use stemwright_audio::{
    AudioError, AudioWriter, Bext, BextLoudness, Chunk, Container, FileSpec, Files, Ixml, Media, SampleFormat, Written,
    sha256,
};
use stemwright_core::Layout;

#[test]
fn every_container_gives_back_what_was_written() {
    let folder = tempfile::tempdir().unwrap();
    for (container, format) in KINDS {
        for layout in Layout::ALL {
            for frames in [0, 1, 4_095, 4_096, 4_097, 30_001] {
                let what = format!("{container:?} {format:?} {layout} {frames}");
                let spec = kind(container, layout, format);
                let planes = planes(&spec, frames);
                let path = folder.path().join(format!("x.{}", container.extension()));
                let written = write(&path, &spec, &planes, 997);
                assert_eq!(written.frames, frames as u64, "{what}");
                assert_eq!(written.bytes, std::fs::metadata(&path).unwrap().len(), "{what}");
                assert_eq!(written.pcm_sha256, Some(sha256(&little_endian(&spec, &planes))), "{what}");
                let files = Files::new();
                let info = files.info(&path).unwrap();
                let usual = Layout::of_channels(layout.channels());
                assert_eq!((info.frames, info.channels), (frames as u64, layout.channels()), "{what}");
                assert_eq!((info.layout, info.bits), (usual, Some(format.bits())), "{what}");
                assert!(info.lossless && info.findings.is_empty(), "{what}: {:?}", info.findings);
                assert!(read_all(&files, &path).unwrap() == planes, "{what}");
                for from in [1, frames / 3, frames] {
                    let rest = read_from(&Files::new(), &path, from as u64, usize::MAX).unwrap();
                    assert!(rest.iter().zip(&planes).all(|(rest, plane)| *rest == plane[from.min(frames)..]), "{what}");
                }
            }
        }
    }
}

#[test]
fn bytes_do_not_depend_on_how_many_frames_a_call_brings() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    for (container, format) in KINDS {
        let spec = kind(container, Layout::Stereo, format);
        let planes = planes(&spec, 120_000);
        let files: Vec<(Written, Vec<u8>)> = [120_000, 1, 8_192, 4_097]
            .iter()
            .map(|piece| (write(&path, &spec, &planes, *piece), std::fs::read(&path).unwrap()))
            .collect();
        assert!(files.iter().all(|file| *file == files[0]), "{container:?} {format:?}");
    }
}

#[test]
fn full_scale_and_silence_survive_in_every_container() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    for (container, format) in KINDS {
        let spec = kind(container, Layout::Stereo, format);
        let top = 1.0 - 2f64.powi(1 - i32::from(format.bits().min(24)));
        // Square waves at full scale, the largest differences that side and predictors can meet; then nothing.
        let square = |odd: usize| -> Vec<f64> {
            let value = |n: usize| if (n + odd).is_multiple_of(2) { top } else { -1.0 };
            (0..20_000).map(|n| if n < 10_000 { value(n) } else { 0.0 }).collect()
        };
        let planes = [square(0), square(1)];
        write(&path, &spec, &planes, 1_000);
        assert!(read_all(&Files::new(), &path).unwrap() == planes, "{container:?} {format:?}");
    }
}

#[test]
fn what_a_container_cannot_hold_is_refused_before_space_is_wasted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    for container in [Container::Aiff, Container::Flac] {
        let error = AudioWriter::create(&path, &kind(container, Layout::Stereo, SampleFormat::Float32)).unwrap_err();
        assert!(matches!(error, AudioError::Unsupported { .. }) && !path.exists(), "{error}");
    }
    let mut odd = spec(88_201, 2, SampleFormat::Pcm24);
    odd.container = Container::Flac;
    assert!(matches!(AudioWriter::create(&path, &odd), Err(AudioError::Unsupported { .. })));
    // 4 GiB of 24-bit stereo are 715 827 882 frames; a little less with the header.
    let aiff = kind(Container::Aiff, Layout::Stereo, SampleFormat::Pcm24);
    for (frames, fits) in [(715_827_000, true), (715_827_883, false)] {
        let mut writer = AudioWriter::create(&path, &aiff).unwrap();
        writer.expect_frames(frames);
        let written = writer.write_integers(&[0; 20]);
        assert_eq!(written.is_ok(), fits, "{frames}");
        if let Err(error) = written {
            assert!(matches!(error, AudioError::Limit { .. }), "{error}");
            assert!(error.to_string().contains("715827883 frames"), "{error}");
            assert!(error.hint().unwrap().contains("RF64"), "{error}");
            // Nothing of it was written.
            assert!(std::fs::metadata(&path).unwrap().len() < 100);
        }
    }
    // Where nobody said how long it would be, at the limit.
    let mut writer = create_with_largest(&path, &aiff, 10_000).unwrap();
    let results: Vec<_> = (0..20).map(|_| writer.write_integers(&[0; 200])).collect();
    let first = results.iter().position(Result::is_err).unwrap();
    // 100 frames of 6 bytes a call.
    assert_eq!(first, (10_000 - 60) / 600);
}

#[test]
fn a_full_aiff_and_a_long_wav_read_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    for layout in [Layout::Mono, Layout::Surround51] {
        let aiff = kind(Container::Aiff, layout, SampleFormat::Pcm24);
        let frames = (0..).find(|frames| {
            let mut writer = create_with_largest(&path, &aiff, 3_000).unwrap();
            writer.write_integers(&vec![0; (frames + 1) * layout.channels()]).is_err()
        });
        let planes = planes(&aiff, frames.unwrap());
        let writer = create_with_largest(&path, &aiff, 3_000).unwrap();
        let written = write_with(writer, &aiff, &planes, 100);
        // FORM's size is the file's less 8, and within one frame and a padding byte of the limit.
        let frame = 3 * layout.channels() as u64;
        assert!((3_008 - frame - 1..=3_008).contains(&written.bytes), "{}", written.bytes);
        assert!(read_all(&Files::new(), &path).unwrap() == planes);
    }
    for format in [SampleFormat::Pcm16, SampleFormat::Pcm24, SampleFormat::Float32] {
        for (largest, id) in [(u64::from(u32::MAX), b"RIFF"), (1_000, b"RF64")] {
            let mut spec = kind(Container::Wav, Layout::Mono, format);
            spec.chunks.push(Chunk { id: *b"cue ", bytes: vec![7; 5] });
            let planes = planes(&spec, 1_001);
            let writer = create_with_largest(&path, &spec, largest).unwrap();
            write_with(writer, &spec, &planes, 100);
            assert_eq!(&std::fs::read(&path).unwrap()[..4], id);
            assert!(read_all(&Files::new(), &path).unwrap() == planes);
            assert_eq!(Files::new().chunks(&path).unwrap(), spec.chunks);
        }
    }
}

#[test]
fn chunks_of_others_are_carried_over_and_what_is_ours_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let (path, copy) = (folder.path().join("x.wav"), folder.path().join("y.wav"));
    let mut spec = spec(48_000, 1, SampleFormat::Pcm24);
    spec.bext = Bext { time_reference: 1 << 40, ..Bext::default() };
    spec.ixml = Some(Ixml { tempo: Some(97.5), key: Some("Bb".into()), ..Ixml::default() });
    spec.chunks = vec![
        Chunk { id: *b"cue ", bytes: vec![1, 2, 3] },
        Chunk { id: *b"LIST", bytes: b"adtllabl".to_vec() },
        Chunk { id: *b"smpl", bytes: vec![] },
        Chunk { id: *b"cue ", bytes: vec![9; 1_001] },
    ];
    let planes = planes(&spec, 999);
    write(&path, &spec, &planes, 999);
    let files = Files::new();
    assert_eq!(files.chunks(&path).unwrap(), spec.chunks);
    let info = files.info(&path).unwrap();
    assert_eq!((info.time_reference, info.tempo, info.key.as_deref()), (Some(1 << 40), Some(97.5), Some("Bb")));
    // FLAC says the same in its comments, and its frames are where they were.
    let flac = FileSpec { container: Container::Flac, chunks: Vec::new(), ..spec.clone() };
    write(&copy, &flac, &planes, 10);
    let said = files.info(&copy).unwrap();
    assert_eq!((said.time_reference, said.tempo, said.key), (info.time_reference, info.tempo, info.key));
    // Written anew they are the same.
    spec.chunks = files.chunks(&path).unwrap();
    write(&copy, &spec, &planes, 10);
    assert_eq!(std::fs::read(&path).unwrap(), std::fs::read(&copy).unwrap());
    // Too much is left out when it is read, and refused when it is written.
    let mut bytes = std::fs::read(&path).unwrap();
    for number in 0..100u8 {
        bytes.extend_from_slice(b"junk\x02\0\0\0ab");
        bytes.extend_from_slice(&[b'x', b'x', b'0' + number / 10, b'0' + number % 10, 1, 0, 0, 0, number, 0]);
    }
    std::fs::write(&copy, &bytes).unwrap();
    let many = files.chunks(&copy).unwrap();
    assert_eq!(many.len(), Chunk::MOST);
    assert!(many[..4] == spec.chunks && many[4..].iter().all(|chunk| chunk.id.starts_with(b"xx")));
    spec.chunks.push(Chunk { id: *b"big ", bytes: vec![0; Chunk::MOST_BYTES] });
    assert!(matches!(AudioWriter::create(&path, &spec), Err(AudioError::Limit { .. })));
    spec.container = Container::Aiff;
    spec.chunks.truncate(2);
    write(&path, &spec, &planes, 999);
    assert!(files.chunks(&path).unwrap().is_empty());
}

#[test]
fn loudness_stands_where_it_should_whatever_the_container_does_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    for (container, format) in KINDS {
        let spec = kind(container, Layout::Stereo, format);
        let mut writer = AudioWriter::create(&path, &spec).unwrap();
        writer.loudness(BextLoudness { integrated: Some(-14.25), ..BextLoudness::default() });
        writer.finish().unwrap();
        let bytes = std::fs::read(&path).unwrap();
        let there = bytes.windows(2).any(|pair| pair == (-1425i16).to_le_bytes());
        assert_eq!(there, container == Container::Wav, "{container:?}");
    }
}

/// A file of 3 GB without its samples: sizes as they would be, and a hole.
#[test]
#[cfg(unix)]
fn the_end_of_a_huge_file_is_read_without_reading_the_rest() {
    const FRAMES: u64 = 500_000_000;
    let folder = tempfile::tempdir().unwrap();
    let end: Vec<i32> = (0..2_000).map(|n| n * 3_001 - 3_000_000).collect();
    for container in [Container::Wav, Container::Aiff] {
        let path = folder.path().join(container.extension());
        let spec = kind(container, Layout::Stereo, SampleFormat::Pcm24);
        AudioWriter::create(&path, &spec).unwrap().finish().unwrap();
        let mut bytes = std::fs::read(&path).unwrap();
        let start = bytes.len();
        let data = FRAMES * 6;
        match container {
            Container::Wav => {
                bytes[4..8].copy_from_slice(&(start as u32 - 8 + data as u32).to_le_bytes());
                bytes[start - 4..].copy_from_slice(&(data as u32).to_le_bytes());
            }
            _ => {
                bytes[4..8].copy_from_slice(&(start as u32 - 8 + data as u32).to_be_bytes());
                bytes[22..26].copy_from_slice(&(FRAMES as u32).to_be_bytes());
                bytes[start - 12..start - 8].copy_from_slice(&(data as u32 + 8).to_be_bytes());
            }
        }
        let tail: Vec<u8> = end
            .iter()
            .flat_map(|x| match container {
                Container::Wav => x.to_le_bytes()[..3].to_vec(),
                _ => x.to_be_bytes()[1..].to_vec(),
            })
            .collect();
        let file = std::fs::File::create(&path).unwrap();
        std::os::unix::fs::FileExt::write_all_at(&file, &bytes, 0).unwrap();
        std::os::unix::fs::FileExt::write_all_at(&file, &tail, start as u64 + data - tail.len() as u64).unwrap();
        let files = Files::new();
        assert_eq!(files.info(&path).unwrap().frames, FRAMES);
        let read = read_from(&files, &path, FRAMES - 1_000, usize::MAX).unwrap();
        let expected: Vec<f64> = end.iter().map(|x| f64::from(*x) / 8_388_608.0).collect();
        assert_eq!(interleave(&read, |x| x), expected);
        #[cfg(target_os = "linux")]
        {
            // Its pages were never touched: the hole is still one.
            use std::os::unix::fs::MetadataExt;
            assert!(std::fs::metadata(&path).unwrap().blocks() * 512 < 1 << 20);
        }
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_said_to_be_full_in_every_container() {
    for (container, format) in KINDS {
        let spec = kind(container, Layout::Stereo, format);
        let error = AudioWriter::create(Path::new("/dev/full"), &spec).unwrap_err();
        assert!(matches!(error, AudioError::NoSpace { .. }), "{error}");
    }
}

/// On every machine the same file: a change of the encoder, or of a processor's instructions, shows here.
#[test]
fn the_bytes_of_a_file_are_those_that_were_once_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    for (container, format, hash) in [
        (Container::Wav, SampleFormat::Pcm24, "0c65694ff7a082923e45d4175ac4d57937c1ea5b06214c2f5772cb70021a9f21"),
        (Container::Aiff, SampleFormat::Pcm24, "26177e39ee92effaae99d3d5d3996b267e944a0c850a582c7202f10a51075c46"),
        (Container::Flac, SampleFormat::Pcm24, "6800418372e7b76e1c1c74f38ebbacc3c9874558deb6e62861e7a3ac17fba171"),
        (Container::Flac, SampleFormat::Pcm16, "852331b05cf64faf5d0a4f8682f977d5780543da1e966569048582566f8d39fd"),
    ] {
        let spec = kind(container, Layout::Stereo, format);
        write(&path, &spec, &planes(&spec, 100_000), 1_000);
        assert_eq!(sha256(&std::fs::read(&path).unwrap()), hash, "{container:?} {format:?}");
    }
}

/// Every operation on a file can fail, and then it is said.
#[test]
fn a_fault_at_any_operation_of_any_container_is_an_error() {
    const CHILD: &str = "STEMWRIGHT_TEST_CHILD";
    let write_one = |container: Container, path: &Path| -> Result<(), AudioError> {
        let spec = kind(container, Layout::Mono, SampleFormat::Pcm24);
        let mut writer = AudioWriter::create(path, &spec)?;
        writer.expect_frames(99_999);
        writer.write_integers(&vec![12_345; 99_999])?;
        writer.finish().map(drop)
    };
    let containers = [Container::Wav, Container::Aiff, Container::Flac];
    if let Ok(number) = std::env::var(CHILD) {
        let container = containers[number.parse::<usize>().unwrap()];
        let path = std::env::temp_dir().join(format!("stemwright-fault-{}", std::process::id()));
        let written = write_one(container, &path);
        let _ = std::fs::remove_file(path);
        match written {
            Ok(()) => eprintln!("it was written"),
            Err(error) => eprintln!("it was refused: {}", matches!(error, AudioError::NoSpace { .. })),
        }
        return;
    }
    for (number, container) in containers.iter().enumerate() {
        let child = |at: usize| {
            let output = std::process::Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "a_fault_at_any_operation_of_any_container_is_an_error", "--nocapture"])
                .env(CHILD, number.to_string())
                .env("STEMWRIGHT_FAULT_AT", format!("{at}:enospc"))
                .output()
                .unwrap();
            assert!(output.status.success());
            String::from_utf8_lossy(&output.stderr).into_owned()
        };
        let refused = (1..).take_while(|at| child(*at).contains("it was refused: true")).count();
        assert!(child(refused + 1).contains("it was written"));
        // Created, begun, at least one piece of samples, two places completed, synced.
        assert!(refused >= 6, "{container:?}: {refused}");
    }
}
