//! Files at another rate: where an impulse lands, how flat, how clean, and that nothing depends on the reading.

mod signals;

use std::f64::consts::{PI, TAU};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use signals::{Random, noise, noise24, write_f32, write_pcm24};
use stemwright_audio::testing::program;
use stemwright_audio::{AudioError, Files, FrameReader, Media, MediaInfo, open_at, resampled_frames, sha256};
use stemwright_core::SampleRate;

const SOURCES: [u32; 14] =
    [8_000, 11_025, 12_345, 22_050, 32_000, 44_099, 44_100, 47_952, 48_000, 88_200, 96_000, 176_400, 192_000, 384_000];
const SESSIONS: [u32; 4] = [44_100, 48_000, 96_000, 192_000];

fn rate(hz: u32) -> SampleRate {
    SampleRate::new(hz).unwrap()
}

fn pairs() -> impl Iterator<Item = (u32, u32)> {
    let pairs = SOURCES.into_iter().flat_map(|from| SESSIONS.map(|to| (from, to)));
    pairs.filter(|(from, to)| from != to)
}

type Value = Arc<dyn Fn(usize, u64) -> f64 + Send + Sync>;

/// A file of one's own making: a value for each channel and frame.
#[derive(Clone)]
struct Signal {
    info: MediaInfo,
    value: Value,
    /// Where it breaks.
    broken: u64,
}

impl Signal {
    fn new(hz: u32, frames: u64, value: impl Fn(usize, u64) -> f64 + Send + Sync + 'static) -> Self {
        let info = MediaInfo::new(rate(hz), 1, frames);
        Self { info, value: Arc::new(value), broken: u64::MAX }
    }

    fn of(hz: u32, samples: Vec<f64>) -> Self {
        Self::new(hz, samples.len() as u64, move |_, n| samples[n as usize])
    }

    fn sine(hz: u32, frequency: f64) -> Self {
        // Long enough for whatever is measured in its middle.
        let turn = frequency / f64::from(hz);
        Self::new(hz, 10 * u64::from(hz), move |_, n| (TAU * (turn * n as f64).fract()).sin())
    }

    fn at(&self, to: u32, from: u64) -> Box<dyn FrameReader> {
        open_at(self, Path::new("signal"), from, rate(to)).unwrap()
    }

    fn some(&self, to: u32, from: u64, count: usize) -> Vec<f64> {
        let mut plane = vec![0.0; count];
        let done = self.at(to, from).read(&mut [&mut plane]).unwrap();
        plane.truncate(done);
        plane
    }

    fn all(&self, to: u32) -> Vec<f64> {
        let frames = resampled_frames(self.info.frames, self.info.rate, rate(to));
        self.some(to, 0, frames as usize + 1)
    }
}

impl Media for Signal {
    fn info(&self, _: &Path) -> Result<MediaInfo, AudioError> {
        Ok(self.info.clone())
    }

    fn open(&self, _: &Path, from: u64) -> Result<Box<dyn FrameReader>, AudioError> {
        Ok(Box::new(SignalReader { signal: self.clone(), next: from, finished: false }))
    }
}

struct SignalReader {
    signal: Signal,
    next: u64,
    finished: bool,
}

impl FrameReader for SignalReader {
    fn read(&mut self, out: &mut [&mut [f64]]) -> Result<usize, AudioError> {
        let count = (out[0].len() as u64).min(self.signal.info.frames.saturating_sub(self.next));
        if self.finished {
            return Ok(0);
        }
        if self.next + count > self.signal.broken {
            self.finished = true;
            let what = format!("frame {} is broken", self.signal.broken);
            return Err(AudioError::Malformed { file: "signal".into(), what, hint: String::new() });
        }
        for (channel, plane) in out.iter_mut().enumerate() {
            // What lies beyond the count is nobody's.
            plane.fill(1e9);
            for (value, n) in plane.iter_mut().zip(self.next..self.next + count) {
                *value = (self.signal.value)(channel, n);
            }
        }
        self.next += count;
        Ok(count as usize)
    }
}

fn db(ratio: f64) -> f64 {
    20.0 * ratio.log10()
}

fn rms(samples: &[f64]) -> f64 {
    (samples.iter().map(|x| x * x).sum::<f64>() / samples.len() as f64).sqrt()
}

/// The amplitude of the sine of `turn` turns a frame that fits best, and the RMS of what it leaves.
fn fit_sine(samples: &[f64], turn: f64) -> (f64, f64) {
    let wave = |n: usize| (TAU * (turn * n as f64).fract()).sin_cos();
    let [mut ss, mut sc, mut cc, mut sy, mut cy] = [0.0; 5];
    for (n, y) in samples.iter().enumerate() {
        let (s, c) = wave(n);
        ss += s * s;
        sc += s * c;
        cc += c * c;
        sy += s * y;
        cy += c * y;
    }
    let determinant = ss * cc - sc * sc;
    let (a, b) = ((sy * cc - cy * sc) / determinant, (cy * ss - sy * sc) / determinant);
    let rest: Vec<f64> = samples.iter().enumerate().map(|(n, y)| y - a * wave(n).0 - b * wave(n).1).collect();
    (a.hypot(b), rms(&rest))
}

/// The documented kernel in plain form: Σ x[k]·h(k − t) / Σ h(k − t).
fn direct(samples: &[f64], from: u32, to: u32, n: u64) -> f64 {
    let lower = f64::from(from.max(to)) / f64::from(to);
    let half = ((120.0 * lower - 1e-9).ceil() / 8.0).ceil() * 8.0;
    let cutoff = (0.952 * half / lower).round() / half;
    let bessel = |x: f64| {
        let (mut sum, mut term) = (1.0, 1.0);
        for k in 1..100 {
            term *= (x / 2.0 / f64::from(k)).powi(2);
            sum += term;
        }
        sum
    };
    let kernel = |d: f64| {
        let angle = PI * cutoff * d;
        let sinc = if d == 0.0 { 1.0 } else { angle.sin() / angle };
        if d.abs() >= half { 0.0 } else { sinc * bessel(16.67326 * (1.0 - (d / half).powi(2)).sqrt()) }
    };
    let place = u128::from(n) * u128::from(from);
    let frame = (place / u128::from(to)) as i64;
    let after = (place % u128::from(to)) as f64 / f64::from(to);
    let (mut sum, mut weight) = (0.0, 0.0);
    for k in frame - half as i64..=frame + half as i64 {
        let h = kernel((k - frame) as f64 - after);
        weight += h;
        sum += h * usize::try_from(k).ok().and_then(|k| samples.get(k)).copied().unwrap_or(0.0);
    }
    sum / weight
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[test]
fn it_is_the_windowed_sinc_sum() {
    let mut worst = 0.0f64;
    for (from, to) in pairs() {
        let samples = noise(1, 3_000).remove(0);
        let signal = Signal::of(from, samples.clone());
        let out = signal.all(to);
        let mut random = Random(7);
        let ends = [0, 1, 2, out.len() - 2, out.len() - 1];
        for n in ends.into_iter().chain((0..40).map(|_| random.below(out.len()))) {
            let error = (out[n] - direct(&samples, from, to, n as u64)).abs();
            worst = worst.max(error);
            assert!(error < 1e-12, "{from} → {to}, frame {n}: {error:e}");
        }
    }
    eprintln!("largest difference from the direct sum: {worst:.1e}");
}

#[test]
fn an_impulse_lands_where_its_time_is_and_is_symmetric() {
    for (from, to) in pairs() {
        let common = gcd(from.into(), to.into());
        let (up, down) = (u64::from(to) / common, u64::from(from) / common);
        let odd = up > 4_000;
        // Where source and output frames coincide, whatever the ratio.
        let reach = 300 * u64::from(from.max(to)) / u64::from(to);
        let whole = reach.div_ceil(down) * down;
        let impulse = |at: u64| Signal::new(from, 2 * whole + 1, move |_, n| f64::from(n == at));
        let centre = (whole / down * up) as usize;
        let start = centre - 250.min(centre);
        let around = impulse(whole).some(to, start as u64, 2 * (centre - start) + 1);
        let middle = centre - start;
        let peak = around.iter().fold(0.0f64, |peak, x| peak.max(x.abs()));
        assert_eq!(around[middle], peak, "{from} → {to}");
        for k in 0..=middle {
            let difference = (around[middle - k] - around[middle + k]).abs();
            assert!(if odd { difference < 1e-13 } else { difference == 0.0 }, "{from} → {to}: {k}, {difference:e}");
        }
        // Anywhere else: the centre of gravity is its time, and the mirrored impulse gives the mirrored response.
        for shift in [1, 2, 17, reach / 7] {
            let time = (whole - shift) as f64 * f64::from(to) / f64::from(from);
            let first = (time as u64).saturating_sub(reach * u64::from(to) / u64::from(from) + 2);
            let count = 2 * (time as u64 - first) as usize;
            let response = impulse(whole - shift).some(to, first, count);
            let sum: f64 = response.iter().sum();
            let moment: f64 = response.iter().enumerate().map(|(n, y)| y * ((first + n as u64) as f64 - time)).sum();
            assert!((moment / sum).abs() < 1e-5, "{from} → {to}, {shift}: off by {:e}", moment / sum);
            let mirrored = impulse(whole + shift);
            let begin = (2 * centre as u64 + 1).saturating_sub(first + response.len() as u64);
            let mirrored = mirrored.some(to, begin, 2 * centre - first as usize + 1 - begin as usize);
            for (n, x) in response.iter().enumerate() {
                let Some(place) = (2 * centre).checked_sub(first as usize + n + begin as usize) else { continue };
                let Some(y) = mirrored.get(place) else { continue };
                let difference = (x - y).abs();
                assert!(if odd { difference < 1e-13 } else { difference == 0.0 }, "{from} → {to}: {difference:e}");
            }
        }
    }
}

#[test]
fn a_constant_remains_one_at_every_phase() {
    for (from, to) in pairs() {
        let signal = Signal::new(from, 400_000, |_, _| 1.0);
        for y in signal.some(to, 20_000, 10_000) {
            assert!((y - 1.0).abs() < 1e-13, "{from} → {to}: {y:?}");
        }
    }
}

#[test]
fn sines_stay_sines() {
    // From frame 3000 on, for 4096 frames: away from the ends. −140 dB was asked for; the kernel has −160.
    eprintln!("{:>7} → {:<7} {:>9} {:>14}", "from", "to", "sine", "THD+N");
    for (from, to) in [(44_100, 48_000), (48_000, 44_100), (96_000, 44_100), (192_000, 48_000), (44_099, 48_000)] {
        for frequency in [20.0, 997.0, 5_000.0, 10_000.0, 15_000.0, 18_000.0, 19_500.0, 20_000.0] {
            let turn = frequency / f64::from(to);
            let out = Signal::sine(from, frequency).some(to, 3_000, 4_096);
            let (amplitude, rest) = fit_sine(&out, turn);
            let thd = db(rest / (amplitude / 2.0f64.sqrt()));
            eprintln!("{from:>7} → {to:<7} {frequency:>6} Hz {thd:>11.1} dB");
            assert!(thd < -140.0, "{from} → {to}, {frequency} Hz: {thd:.1} dB");
        }
    }
}

#[test]
fn the_pass_band_is_flat_and_nothing_is_mirrored_into_or_out_of_it() {
    eprintln!("{:>7} → {:<7} {:>12} {:>9} {:>9} {:>9}", "from", "to", "ripple", "images", "aliases", "at edge");
    for (from, to) in pairs() {
        let lower = f64::from(from.min(to)) / 2.0;
        let measure = |frequency: f64| {
            let out = Signal::sine(from, frequency).some(to, 3_000, 600);
            let (amplitude, rest) = fit_sine(&out, frequency / f64::from(to));
            (db(amplitude), db(rest * 2.0f64.sqrt()), db(rms(&out) * 2.0f64.sqrt()))
        };
        let (mut ripple, mut images, mut aliases) = (0.0f64, f64::NEG_INFINITY, f64::NEG_INFINITY);
        for part in 1..=40 {
            let (level, rest, _) = measure(lower * 0.907 * f64::from(part) / 40.0);
            ripple = ripple.max(level.abs());
            images = images.max(rest);
        }
        // What the session cannot hold must not be heard in it.
        if from > to {
            let upper = f64::from(from) / 2.0;
            for part in 0..40 {
                let frequency = lower * 1.001 + (upper * 0.999 - lower * 1.001) * f64::from(part) / 39.0;
                aliases = aliases.max(measure(frequency).2);
            }
        }
        let edge = measure(lower * 0.907).0;
        eprintln!("{from:>7} → {to:<7} {ripple:>9.1e} dB {images:>9.1} {aliases:>9.1} {edge:>9.6}");
        assert!(ripple < 0.001, "{from} → {to}: ripple {ripple} dB");
        assert!(images < -140.0 && aliases < -140.0, "{from} → {to}: images {images:.1}, aliases {aliases:.1} dB");
    }
}

#[test]
fn whatever_the_ratio_the_pass_band_reaches_as_far() {
    // The kernel's length and zeros are whole numbers, so its cutoff moves a little from one ratio to another.
    let mut random = Random(11);
    let (mut droop, mut alias) = (0.0f64, f64::NEG_INFINITY);
    for _ in 0..150 {
        let to = SESSIONS[random.below(4)];
        let from = to + 1 + random.below((384_000 - to).min(3 * to) as usize) as u32;
        let lower = f64::from(to) / 2.0;
        let out = |part: f64| Signal::sine(from, part * lower).some(to, 1_000, 2_000);
        droop = droop.max(db(fit_sine(&out(0.907), 0.907 / 2.0).0).abs());
        alias = alias.max(db(rms(&out(1.003)) * 2.0f64.sqrt()));
    }
    eprintln!("150 ratios: at most {droop:.1e} dB off at 0.907, {alias:.1} dB at 1.003 of the lower Nyquist frequency");
    assert!(droop < 0.001 && alias < -140.0, "{droop} dB, {alias:.1} dB");
}

#[test]
fn every_machine_computes_these_bits() {
    let samples = noise(1, 2_000).remove(0);
    for (from, to, expected) in
        [(44_100, 48_000, "c90dc268"), (96_000, 44_100, "e2965bae"), (44_099, 48_000, "af07c009")]
    {
        let out = Signal::of(from, samples.clone()).all(to);
        let bytes: Vec<u8> = out.iter().flat_map(|x| x.to_le_bytes()).collect();
        let found: String = sha256(&bytes)[..8].into();
        assert_eq!(found, expected, "{from} → {to}");
    }
}

#[test]
fn there_are_as_many_frames_as_begin_before_the_end() {
    for (frames, from, to, expected) in [
        (44_100, 44_100, 48_000, 48_000),
        (44_101, 44_100, 48_000, 48_002),
        (1, 44_100, 192_000, 5),
        (1, 192_000, 44_100, 1),
        (5, 192_000, 48_000, 2),
        (0, 8_000, 48_000, 0),
        (12_345, 48_000, 48_000, 12_345),
        (u64::MAX, 8_000, 384_000, u64::MAX),
    ] {
        assert_eq!(resampled_frames(frames, rate(from), rate(to)), expected);
    }
    for (from, to) in pairs() {
        for frames in [0, 1, 2, 239, 240, 1_025, 5_000] {
            let out = Signal::new(from, frames, |_, _| 0.5).all(to);
            assert_eq!(out.len() as u64, resampled_frames(frames, rate(from), rate(to)), "{from} → {to}");
        }
    }
    let signal = Signal::new(44_100, 1_000, |_, _| 0.5);
    for from in [1_089, 1_090, u64::MAX] {
        assert_eq!(signal.some(48_000, from, 10).is_empty(), from >= 1_089);
    }
}

#[test]
fn neither_the_size_of_a_read_nor_where_it_begins_changes_a_bit() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.wav");
    let planes = noise(6, 9_001);
    for (from, to) in [
        (44_100, 48_000),
        (48_000, 44_100),
        (192_000, 44_100),
        (384_000, 48_000),
        (8_000, 192_000),
        (44_099, 48_000),
        (383_999, 44_101),
    ] {
        write_f32(&path, from, &planes);
        let files = Files::new();
        let read = |start: u64, size: &mut dyn FnMut() -> usize| {
            let mut reader = open_at(&files, &path, start, rate(to)).unwrap();
            let mut all = vec![Vec::new(); planes.len()];
            loop {
                let mut piece = vec![vec![f64::NAN; size()]; planes.len()];
                let mut slices: Vec<&mut [f64]> = piece.iter_mut().map(Vec::as_mut_slice).collect();
                let count = reader.read(&mut slices).unwrap();
                all.iter_mut().zip(&piece).for_each(|(all, piece)| all.extend_from_slice(&piece[..count]));
                if count < piece[0].len() {
                    return all;
                }
            }
        };
        let whole = read(0, &mut || 65_536);
        let frames = resampled_frames(9_001, rate(from), rate(to)) as usize;
        assert_eq!(whole[2].len(), frames);
        for size in [1, 7, 1_000, 4_096] {
            assert!(read(0, &mut || size) == whole, "{from} → {to} in reads of {size}");
        }
        let mut random = Random(u64::from(from));
        for _ in 0..30 {
            let start = random.below(frames + 2);
            let mut sizes = Random(start as u64);
            let rest = read(start as u64, &mut || 1 + sizes.below(2_000));
            let expected: Vec<&[f64]> = whole.iter().map(|plane| &plane[start.min(frames)..]).collect();
            assert!(rest == expected, "{from} → {to} from {start}");
        }
    }
}

#[test]
fn a_file_of_the_sessions_rate_is_read_as_it_is() {
    let samples = noise(1, 1_000).remove(0);
    let signal = Signal::of(48_000, samples.clone());
    assert_eq!(signal.some(48_000, 10, 2_000), samples[10..]);
}

#[test]
fn silence_is_silence_outside_the_kernels_reach() {
    let signal = Signal::new(44_100, 20_000, |_, n| if n < 5_000 { 0.9 } else { 0.0 });
    let after = signal.some(48_000, 5_120 * 48_000 / 44_100 + 1, 1_000);
    assert!(after.iter().all(|x| x.to_bits() == 0), "exactly zero, and positive");
}

#[test]
fn an_error_of_the_source_keeps_its_own_frame_and_comes_no_sooner_than_it_must() {
    for (from, to) in [(44_100, 48_000), (96_000, 44_100)] {
        let mut signal = Signal::new(from, 50_000, |_, _| 0.5);
        signal.broken = 20_000;
        // Half a kernel reaches 264 frames at most here.
        let safe = (20_000 - 265) * u64::from(to) / u64::from(from);
        let mut reader = signal.at(to, 0);
        let mut plane = vec![0.0; safe as usize];
        assert_eq!(reader.read(&mut [&mut plane]).unwrap(), safe as usize);
        let error = reader.read(&mut [&mut plane]).unwrap_err();
        assert!(error.to_string().contains("frame 20000"), "{error}");
        assert_eq!(reader.read(&mut [&mut plane]).unwrap(), 0, "then it is finished");
        // An opener that fails is passed on as well.
        let absent = open_at(&Files::new(), Path::new("/absent.wav"), 0, rate(to)).err().unwrap();
        assert!(matches!(absent, AudioError::NotFound { .. }));
    }
}

#[test]
fn there_and_back_is_the_same_music() {
    // 200 sines below 19.5 kHz stand for noise without anything above.
    let mut random = Random(3);
    let mut uniform = || random.next() as f64 / u64::MAX as f64;
    let sines: Vec<(f64, f64)> = (0..200).map(|_| (uniform() * 19_500.0 / 44_100.0, uniform())).collect();
    let samples: Vec<f64> = (0..12_000)
        .map(|n| sines.iter().map(|(turn, phase)| (TAU * (turn * f64::from(n) + phase)).sin()).sum::<f64>() * 0.02)
        .collect();
    for between in [96_000, 48_000, 192_000, 47_999] {
        let there = Signal::of(44_100, samples.clone()).all(between);
        let back = Signal::of(between, there).all(44_100);
        // Away from the ends, where the sines begin and stop, which is not band-limited.
        let rest: Vec<f64> = (1_000..11_000).map(|n| back[n] - samples[n]).collect();
        let residual = db(rms(&rest) / rms(&samples));
        eprintln!("44100 → {between} → 44100: {residual:.1} dB");
        assert!(residual < -130.0, "{between}: {residual:.1} dB");
    }
}

#[test]
fn peers_agree() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    // Low-passed noise has energy in the transition, where designs differ: shown to one octave and a half below.
    let mut planes = noise24(2, 44_100);
    let tame = |plane: &Vec<f64>| {
        let out = Signal::of(44_100, plane.clone()).all(22_050);
        Signal::of(22_050, out).all(44_100)
    };
    planes = planes.iter().map(tame).collect();
    write_pcm24(&path("in.wav"), 44_100, &planes);
    let files = Files::new();
    let mut ours = vec![vec![0.0; 48_000]; 2];
    let mut slices: Vec<&mut [f64]> = ours.iter_mut().map(Vec::as_mut_slice).collect();
    open_at(&files, &path("in.wav"), 0, rate(48_000)).unwrap().read(&mut slices).unwrap();
    let compare = |name: &str, file: &Path| {
        let mut theirs = vec![vec![0.0; 48_000]; 2];
        let mut slices: Vec<&mut [f64]> = theirs.iter_mut().map(Vec::as_mut_slice).collect();
        let count = files.open(file, 0).unwrap().read(&mut slices).unwrap();
        assert_eq!(count, 48_000, "{name} counts the same frames");
        // Away from the ends: 24-bit steps and their dither are left.
        let rest: Vec<f64> = (1_000..47_000).map(|n| ours[0][n] - theirs[0][n]).collect();
        let residual = db(rms(&rest) / rms(&ours[0]));
        eprintln!("against {name}: {residual:.1} dB");
        assert!(residual < -105.0, "{name}: {residual:.1} dB");
    };
    if program("sox") {
        let out = path("sox.wav");
        let mut run = Command::new("sox");
        run.arg("-D").arg(path("in.wav")).args(["-b", "32", "-e", "float"]).arg(&out);
        assert!(run.args(["rate", "-v", "48000"]).status().unwrap().success());
        compare("sox rate -v", &out);
    }
    if program("ffmpeg") {
        let out = path("soxr.wav");
        let mut run = Command::new("ffmpeg");
        run.args(["-v", "quiet", "-i"]).arg(path("in.wav")).arg("-af");
        run.args(["aresample=48000:resampler=soxr:precision=33", "-c:a", "pcm_f32le"]).arg(&out);
        if run.status().unwrap().success() {
            compare("ffmpeg soxr", &out);
        } else {
            eprintln!("skipped: this ffmpeg has no soxr");
        }
    }
}
