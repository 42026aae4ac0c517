//! Every kind of file that is written is read by programs of others: samples to the bit, and what stands beside them.

mod kinds;
mod signals;

use std::process::Command;

use kinds::{KINDS, kind, little_endian, planes, write, write_with};
use stemwright_audio::testing::{create_with_largest, program, python_module};
use stemwright_audio::{AudioWriter, Bext, BextLoudness, Chunk, Container, FileSpec, Ixml, SampleFormat};
use stemwright_core::{Layout, SampleRate};

const RATES: [u32; 6] = [44_100, 48_000, 88_200, 96_000, 176_400, 192_000];

/// Every kind in every layout, at every rate, and with next to no frames: what to write, and how many frames.
fn cases() -> Vec<(FileSpec, usize)> {
    let mut cases = Vec::new();
    for (container, format) in KINDS {
        cases.extend(Layout::ALL.map(|layout| (kind(container, layout, format), 5_003)));
        cases.extend([0, 1].map(|frames| (kind(container, Layout::Stereo, format), frames)));
        let at = |hz| FileSpec { rate: SampleRate::new(hz).unwrap(), ..kind(container, Layout::Stereo, format) };
        cases.extend(RATES.map(|hz| (at(hz), 4_099)));
    }
    cases
}

fn run(program: &str, arguments: &[&str]) -> Vec<u8> {
    let output = Command::new(program).args(arguments).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {arguments:?}: {said}");
    output.stdout
}

fn text(program: &str, arguments: &[&str]) -> String {
    String::from_utf8(run(program, arguments)).unwrap()
}

/// Writes each case and shows it: file, what it is, its samples as they stand in a WAV file, its number of frames.
fn each(mut see: impl FnMut(&str, &FileSpec, &[u8], usize)) {
    let folder = tempfile::tempdir().unwrap();
    for (spec, frames) in cases() {
        let path = folder.path().join(format!("x.{}", spec.container.extension()));
        let planes = planes(&spec, frames);
        write(&path, &spec, &planes, 1_000);
        see(path.to_str().unwrap(), &spec, &little_endian(&spec, &planes), frames);
    }
}

/// What ffmpeg and sox call raw samples.
fn raw(format: SampleFormat) -> (&'static str, [&'static str; 4]) {
    match format {
        SampleFormat::Pcm16 => ("s16le", ["-e", "signed-integer", "-b", "16"]),
        SampleFormat::Pcm24 => ("s24le", ["-e", "signed-integer", "-b", "24"]),
        SampleFormat::Float32 => ("f32le", ["-e", "floating-point", "-b", "32"]),
    }
}

fn ffmpeg_samples(file: &str, format: SampleFormat) -> Vec<u8> {
    let (name, _) = raw(format);
    run("ffmpeg", &["-v", "error", "-i", file, "-f", name, "-c:a", &format!("pcm_{name}"), "-"])
}

#[test]
fn ffmpeg_reads_every_kind_to_the_bit_and_knows_its_channels() {
    if !program("ffmpeg") || !program("ffprobe") {
        return;
    }
    each(|file, spec, samples, frames| {
        let what = format!("{spec:?}, {frames} frames");
        if frames > 0 {
            assert!(ffmpeg_samples(file, spec.format) == samples, "{what}");
        }
        let entries = "stream=sample_rate,channels,channel_layout,bits_per_raw_sample,bits_per_sample";
        let said = text("ffprobe", &["-v", "error", "-show_entries", entries, file]);
        let bits = spec.format.bits();
        assert!(said.contains(&format!("sample_rate={}\n", spec.rate.hz())), "{what}: {said}");
        assert!(said.contains(&format!("channels={}\n", spec.layout.channels())), "{what}: {said}");
        let depth = [format!("bits_per_sample={bits}\n"), format!("bits_per_raw_sample={bits}\n")];
        assert!(depth.iter().any(|depth| said.contains(depth)), "{what}: {said}");
        let name = match spec.layout {
            // Surrounds at the sides where the container leaves it open, as FLAC does.
            Layout::Surround51 if spec.container == Container::Flac => "channel_layout=5.1(side)\n",
            Layout::Surround51 => "channel_layout=5.1\n",
            Layout::Surround71 => "channel_layout=7.1\n",
            // Of one and two channels there is nothing to be known.
            _ => "channel",
        };
        assert!(said.contains(name), "{what}: {said}");
    });
}

#[test]
fn sox_reads_every_kind_to_the_bit() {
    if !program("sox") {
        return;
    }
    each(|file, spec, samples, frames| {
        // sox does not read its own empty AIFF files either.
        if spec.container == Container::Aiff && frames == 0 {
            return;
        }
        let what = format!("{spec:?}, {frames} frames");
        let (_, arguments) = raw(spec.format);
        let raw = [&["-D", file, "-t", "raw"][..], &arguments, &["-L", "-"]].concat();
        let read = run("sox", &raw);
        if spec.format == SampleFormat::Float32 {
            // Inside, sox has integers of 32 bits, of which it gives floats 24: half of such a step is lost.
            let floats = |bytes: &[u8]| bytes.as_chunks().0.iter().map(|b| f32::from_le_bytes(*b)).collect::<Vec<_>>();
            let (read, wrote) = (floats(&read), floats(samples));
            assert_eq!(read.len(), wrote.len(), "{what}");
            assert!(read.iter().zip(&wrote).all(|(a, b)| (a - b).abs() <= 1.0 / 16_777_216.0), "{what}");
        } else {
            assert!(read == samples, "{what}");
        }
        let says = |option: &str| text("soxi", &[option, file]).trim().to_owned();
        assert_eq!(says("-r"), spec.rate.hz().to_string(), "{what}");
        assert_eq!(says("-c"), spec.layout.channels().to_string(), "{what}");
        assert_eq!(says("-s"), frames.to_string(), "{what}");
        if spec.format != SampleFormat::Float32 {
            assert_eq!(says("-b"), spec.format.bits().to_string(), "{what}");
        }
    });
}

#[test]
fn flac_tests_and_decodes_every_flac_file() {
    if !program("flac") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let decoded = folder.path().join("x.raw");
    each(|file, spec, samples, frames| {
        if spec.container != Container::Flac {
            return;
        }
        let what = format!("{spec:?}, {frames} frames");
        // A length of 0 means that it is unknown, which is a warning.
        let strict: &[&str] = if frames > 0 { &["-w"] } else { &[] };
        run("flac", &[&["-s", "-t"], strict, &[file]].concat());
        let options = ["-s", "-f", "-d", "--force-raw-format", "--endian=little", "--sign=signed", "-o"];
        run("flac", &[&options[..], &[decoded.to_str().unwrap(), file]].concat());
        assert!(std::fs::read(&decoded).unwrap() == samples, "{what}");
    });
}

/// What stands beside the samples in the tests below.
fn described(container: Container) -> FileSpec {
    FileSpec {
        bext: Bext {
            description: "Low Tide - Drums".into(),
            originator: "Stemwright".into(),
            originator_reference: "SW-1".into(),
            time_reference: 5_000_000_000,
            coding_history: "A=PCM,F=48000,W=24,M=stereo,T=Stemwright\r\n".into(),
        },
        ixml: Some(Ixml {
            project: "Low Tide".into(),
            note: "Drums".into(),
            tracks: vec!["Drums L".into(), "Drums R".into()],
            tempo: Some(97.5),
            key: Some("Bb".into()),
            time_signature: Some((6, 8)),
        }),
        ..kind(container, Layout::Stereo, SampleFormat::Pcm24)
    }
}

#[test]
fn ffmpeg_finds_the_names() {
    if !program("ffprobe") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for (container, tags) in [
        (Container::Wav, &["comment=Low Tide - Drums", "encoded_by=Stemwright", "time_reference=5000000000"][..]),
        (Container::Aiff, &["title=Low Tide - Drums", "author=Stemwright", "comment=A=PCM,F=48000,W=24"]),
        (Container::Flac, &["TITLE=Low Tide - Drums", "BPM=97.5", "INITIALKEY=Bb", "TIME_REFERENCE=5000000000"]),
    ] {
        let path = folder.path().join("x");
        let spec = described(container);
        write(&path, &spec, &planes(&spec, 100), 100);
        let said = text("ffprobe", &["-v", "error", "-show_entries", "format_tags", path.to_str().unwrap()]);
        for tag in tags {
            assert!(said.contains(&format!("TAG:{tag}")), "{container:?}: {tag} in {said}");
        }
    }
}

#[test]
fn an_rf64_file_is_read_by_others_with_its_chunks() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.wav");
    for format in [SampleFormat::Pcm16, SampleFormat::Pcm24, SampleFormat::Float32] {
        let mut spec = FileSpec { format, ..described(Container::Wav) };
        spec.chunks.push(Chunk { id: *b"cue ", bytes: vec![0; 4] });
        let planes = planes(&spec, 10_001);
        let writer = create_with_largest(&path, &spec, 1_000).unwrap();
        write_with(writer, &spec, &planes, 1_000);
        assert!(std::fs::read(&path).unwrap().starts_with(b"RF64\xff\xff\xff\xff"));
        let samples = little_endian(&spec, &planes);
        let file = path.to_str().unwrap();
        if program("ffmpeg") {
            assert!(ffmpeg_samples(file, format) == samples, "{format:?}");
        }
        if program("ffprobe") {
            let said = text("ffprobe", &["-v", "error", "-show_entries", "format_tags", file]);
            assert!(said.contains("TAG:time_reference=5000000000"), "{said}");
        }
        if python_module("wavinfo") {
            assert_eq!(wavinfo(file)["data"]["frame_count"], "10001");
        }
    }
}

/// A file past 4 GiB, most of it a hole that is never read.
#[test]
#[cfg(target_os = "linux")]
fn ffmpeg_finds_the_end_of_a_file_past_4_gib() {
    use std::os::unix::fs::FileExt;
    const FRAMES: u64 = 900_000_000;
    if !program("ffmpeg") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.wav");
    let spec = kind(Container::Wav, Layout::Stereo, SampleFormat::Pcm24);
    // As RF64 from the start; then the sizes of what will be there.
    create_with_largest(&path, &spec, 0).unwrap().finish().unwrap();
    let start = std::fs::metadata(&path).unwrap().len();
    let data = FRAMES * 6;
    let file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
    let sizes = [start - 8 + data, data, FRAMES].map(u64::to_le_bytes).concat();
    file.write_all_at(&sizes, 20).unwrap();
    let planes = planes(&spec, 48_000);
    let samples = little_endian(&spec, &planes);
    file.write_all_at(&samples, start + data - samples.len() as u64).unwrap();
    let from = format!("{}", (FRAMES - 48_000) / 48_000);
    let file = path.to_str().unwrap();
    let read = run("ffmpeg", &["-v", "error", "-ss", &from, "-i", file, "-f", "s24le", "-c:a", "pcm_s24le", "-"]);
    assert!(read == samples, "{} bytes, not {}", read.len(), samples.len());
}

type Fields = std::collections::HashMap<String, std::collections::HashMap<String, String>>;

/// What the BWF reader of others (PyPI `wavinfo`) finds: its fields by scope.
fn wavinfo(file: &str) -> Fields {
    let script = "import sys, wavinfo\n\
                  for scope, key, value in wavinfo.WavInfoReader(sys.argv[1]).walk():\n    \
                      print(scope, key, str(value).encode('unicode_escape').decode(), sep='\\t')";
    let mut fields = Fields::new();
    for line in text("python3", &["-c", script, file]).lines() {
        if let [scope, key, value] = line.splitn(3, '\t').collect::<Vec<_>>()[..] {
            fields.entry(scope.into()).or_default().insert(key.into(), value.into());
        }
    }
    fields
}

#[test]
fn a_broadcast_wave_reader_finds_sizes_masks_times_loudness_and_names() {
    if !python_module("wavinfo") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.wav");
    let file = path.to_str().unwrap();
    for layout in Layout::ALL {
        for format in [SampleFormat::Pcm16, SampleFormat::Pcm24, SampleFormat::Float32] {
            let spec = FileSpec { layout, format, ..described(Container::Wav) };
            let mut writer = AudioWriter::create(&path, &spec).unwrap();
            writer.loudness(BextLoudness {
                integrated: Some(-23.45),
                range: Some(7.5),
                true_peak: Some(-1.25),
                momentary: Some(-18.0),
                short_term: Some(-20.5),
            });
            write_with(writer, &spec, &planes(&spec, 1_001), 100);
            let found = wavinfo(file);
            let is = |scope: &str, key: &str, value: &str| {
                let there = found.get(scope).and_then(|fields| fields.get(key));
                assert_eq!(there.map(String::as_str), Some(value), "{scope} {key} of {format:?} {layout}: {found:?}");
            };
            is("fmt", "channel_count", &layout.channels().to_string());
            is("fmt", "sample_rate", "48000");
            is("fmt", "bits_per_sample", &format.bits().to_string());
            is("fmt", "block_align", &(layout.channels() * format.bytes()).to_string());
            is("data", "frame_count", "1001");
            is("data", "byte_count", &(1_001 * layout.channels() * format.bytes()).to_string());
            is("bext", "description", "Low Tide - Drums");
            is("bext", "originator", "Stemwright");
            is("bext", "originator_ref", "SW-1");
            is("bext", "time_reference", "5000000000");
            is("bext", "version", "2");
            is("bext", "coding_history", "A=PCM,F=48000,W=24,M=stereo,T=Stemwright\\r\\n");
            is("bext", "loudness_value", "-23.45");
            is("bext", "loudness_range", "7.5");
            is("bext", "max_true_peak", "-1.25");
            is("bext", "max_momentary_loudness", "-18.0");
            is("bext", "max_shortterm_loudness", "-20.5");
            is("ixml", "project", "Low Tide");
            let tracks = &found["ixml"]["track_list"];
            assert!(["Drums L", "Drums R"].iter().all(|name| tracks.contains(name)), "{tracks}");
            let bytes = std::fs::read(&path).unwrap();
            let at = bytes.windows(4).position(|id| id == b"fmt ").unwrap() + 8;
            let (tag, mask) = (&bytes[at..at + 2], &bytes[at + 20..at + 24]);
            if layout.channels() > 2 {
                assert_eq!((tag, mask), (&[0xfe, 0xff][..], &layout.speakers().to_le_bytes()[..]));
            } else {
                assert_eq!(tag, [if format == SampleFormat::Float32 { 3 } else { 1 }, 0]);
            }
        }
    }
}
