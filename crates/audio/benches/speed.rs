//! How much faster than real time files are read and written on one thread: `cargo bench -p stemwright-audio`. FLAC of
//! music is held against `flac -5` in size and CPU time, where both are there.

use std::hint::black_box;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use stemwright_audio::testing::{material, program};
use stemwright_audio::{AudioWriter, Bext, Container, FileSpec, Files, Media, SampleFormat};
use stemwright_core::{Layout, SampleRate};

const SECONDS: usize = 180;
const RATE: u32 = 48_000;
/// As the engine reads.
const BLOCK: usize = 8_192;

fn report(what: &str, seconds: f64, start: Instant) {
    let took = start.elapsed().as_secs_f64();
    eprintln!("{what:<28} {took:7.3} s for {seconds:.0} s of stereo: {:6.0} × real time", seconds / took);
}

fn write(path: &Path, container: Container, format: SampleFormat) {
    let rate = SampleRate::new(RATE).expect("an ordinary rate");
    let (layout, bext) = (Layout::Stereo, Bext::default());
    let spec = FileSpec { container, rate, layout, format, bext, ixml: None, chunks: Vec::new() };
    let mut state = 1u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state as i32 >> 10
    };
    let integers: Vec<i32> = (0..BLOCK * 2).map(|_| next()).collect();
    let floats: Vec<f32> = integers.iter().map(|x| *x as f32 / 8_388_608.0).collect();
    let start = Instant::now();
    let mut writer = AudioWriter::create(path, &spec).expect("the temporary folder is writable");
    for _ in 0..SECONDS * RATE as usize / BLOCK {
        let done = match format {
            SampleFormat::Pcm16 | SampleFormat::Pcm24 => writer.write_integers(&integers),
            SampleFormat::Float32 => writer.write_f32(&floats),
        };
        done.expect("there is space");
    }
    let unsynced = start.elapsed().as_secs_f64();
    writer.finish().expect("there is space");
    report(&format!("write {container:?} {format:?}"), SECONDS as f64, start);
    eprintln!("{:<28} {unsynced:7.3} s of it before the sync", "");
}

fn read(what: &str, path: &Path) {
    let files = Files::new();
    let info = files.info(path).expect("it was made for this");
    let start = Instant::now();
    let mut reader = files.open(path, 0).expect("it was made for this");
    let (mut left, mut right) = (vec![0.0; BLOCK], vec![0.0; BLOCK]);
    while reader.read(&mut [&mut left, &mut right]).expect("it was made for this") == BLOCK {
        black_box(&left);
    }
    report(what, info.frames as f64 / f64::from(info.rate.hz()), start);
}

/// Seconds of processor that this process has used, and that those have which it waited for, where the system tells.
fn cpu() -> Option<(f64, f64)> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let fields: Vec<f64> = stat.rsplit(')').next()?.split(' ').filter_map(|field| field.parse().ok()).collect();
    // Behind the name and the state, which are no numbers: user and system at 10 and 11 (proc(5)), in hundredths.
    Some(((fields.get(10)? + fields.get(11)?) / 100.0, (fields.get(12)? + fields.get(13)?) / 100.0))
}

/// Writes music as FLAC, and lets `flac -5` write the same.
fn write_music(song: &Path, folder: &Path) {
    let files = Files::new();
    let info = files.info(song).expect("it is music");
    let mut planes = vec![vec![0.0; info.frames as usize]; info.channels];
    let mut slices: Vec<&mut [f64]> = planes.iter_mut().map(Vec::as_mut_slice).collect();
    let frames = files.open(song, 0).and_then(|mut reader| reader.read(&mut slices)).expect("it is music");
    let rounded = |x: f64| (x * 8_388_608.0).round().clamp(-8_388_608.0, 8_388_607.0) as i32;
    let integers: Vec<i32> = (0..frames).flat_map(|n| planes.iter().map(move |plane| rounded(plane[n]))).collect();
    let layout = Layout::of_channels(info.channels).expect("mono or stereo");
    let write = |container: Container, path: &Path| {
        let (format, bext) = (SampleFormat::Pcm24, Bext::default());
        let spec = FileSpec { container, rate: info.rate, layout, format, bext, ixml: None, chunks: Vec::new() };
        let mut writer = AudioWriter::create(path, &spec).expect("the temporary folder is writable");
        for piece in integers.chunks(BLOCK * info.channels) {
            writer.write_integers(piece).expect("there is space");
        }
        writer.finish().expect("there is space").bytes as f64
    };
    let (wav, ours, theirs) = (folder.join("song.wav"), folder.join("song.flac"), folder.join("theirs.flac"));
    write(Container::Wav, &wav);
    let seconds = frames as f64 / f64::from(info.rate.hz());
    let (before, start) = (cpu(), Instant::now());
    let size = write(Container::Flac, &ours);
    report("write FLAC (music)", seconds, start);
    let used = cpu().zip(before).map(|(after, before)| after.0 - before.0);
    let before = cpu();
    if !program("flac") {
        return;
    }
    let run = Command::new("flac").args(["-5", "--totally-silent", "-o"]).args([&theirs, &wav]).status();
    assert!(run.is_ok_and(|status| status.success()), "flac writes what it reads");
    let their_size = std::fs::metadata(&theirs).expect("it was just written").len() as f64;
    eprintln!("{:<28} {:7.4} of the size of flac -5", "", size / their_size);
    if let (Some(ours), Some((after, before))) = (used, cpu().zip(before)) {
        eprintln!("{:<28} {ours:7.2} s of processor, flac -5 {:.2} s", "", after.1 - before.1);
    }
}

fn main() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = |name: &str| folder.path().join(name);
    write(&path("24.wav"), Container::Wav, SampleFormat::Pcm24);
    write(&path("32.wav"), Container::Wav, SampleFormat::Float32);
    write(&path("24.aiff"), Container::Aiff, SampleFormat::Pcm24);
    write(&path("ours.flac"), Container::Flac, SampleFormat::Pcm24);
    read("read 24-bit WAV", &path("24.wav"));
    read("read float WAV", &path("32.wav"));
    read("read 24-bit AIFF", &path("24.aiff"));
    if program("flac") {
        let made = Command::new("flac").args(["-s", "-o"]).args([path("24.flac"), path("24.wav")]).status();
        if made.is_ok_and(|status| status.success()) {
            read("read FLAC (noise)", &path("24.flac"));
        }
    }
    if let Some(stem) = material("francium/7.Francium_Stem_GARAGE BEAT.m4a") {
        read("read AAC", &stem);
    }
    for stem in ["VOX LEAD", "GARAGE BEAT", "MINILOGUE_SYNTH", "TEXTURE"] {
        if let Some(stem) = material(&format!("francium/7.Francium_Stem_{stem}.m4a")) {
            let folder = tempfile::tempdir().expect("a temporary folder");
            write_music(&stem, folder.path());
        }
    }
}
