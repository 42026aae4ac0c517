//! The meters on real music against two that others wrote: the crate `ebur128`, a port of libebur128, and ffmpeg's filter of that
//! name. The figures stand on stderr: `cargo test -p stemwright-check --test oracles -- --nocapture`.

use ebur128::{EbuR128, Mode};
use std::fmt;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use stemwright_audio::{Files, Media, testing};
use stemwright_check::true_peak_signal;
use stemwright_core::SampleRate;
use stemwright_dsp::{Loudness, TruePeak};

/// LUFS, LU and dBTP; NaN where the meter does not say.
#[derive(Clone, Copy)]
struct Figures {
    integrated: f64,
    range: f64,
    momentary: f64,
    short_term: f64,
    true_peak: f64,
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { integrated, range, momentary, short_term, true_peak } = self;
        write!(f, "I {integrated:8.3}  LRA {range:7.3}  M {momentary:8.3}  S {short_term:8.3}  TP {true_peak:8.3}")
    }
}

fn db(linear: f64) -> f64 {
    20.0 * libm::log10(linear)
}

// --- Three meters ----------------------------------------------------------------------------------------------------

struct Ours {
    loudness: Loudness,
    peak: TruePeak,
    blocks: u64,
    /// The largest every 100 ms, as theirs; the meter's own maximum looks every 10.
    short_term: f64,
}

impl Ours {
    fn new(rate: SampleRate, channels: usize) -> Self {
        let (loudness, peak) = (Loudness::new(rate, channels), TruePeak::new(channels));
        Self { loudness, peak, blocks: 0, short_term: f64::NEG_INFINITY }
    }

    fn block(&mut self, block: &[&[f64]]) {
        self.loudness.block(block);
        self.peak.block(block);
        self.blocks += 1;
        if self.blocks.is_multiple_of(10) {
            self.short_term = self.loudness.short_term_now().map_or(self.short_term, |now| now.max(self.short_term));
        }
    }

    fn finish(mut self) -> Figures {
        self.peak.finish();
        let or = |figure: Option<f64>| figure.unwrap_or(f64::NAN);
        let most = self.loudness.short_term_max().unwrap_or(f64::NEG_INFINITY);
        assert!(most >= self.short_term, "the maximum of more windows is larger: {most}, {}", self.short_term);
        Figures {
            integrated: or(self.loudness.integrated()),
            range: or(self.loudness.range()),
            momentary: or(self.loudness.momentary_max()),
            short_term: self.short_term,
            true_peak: db(self.peak.peak()),
        }
    }
}

/// Fed with blocks of 10 ms.
struct Theirs {
    meter: EbuR128,
    blocks: u64,
    momentary: f64,
    /// The short-term loudness every 100 ms, once 3 s are there.
    short_term: Vec<f64>,
}

impl Theirs {
    fn new(rate: SampleRate, channels: usize) -> Self {
        // Without `HISTOGRAM`, which quantises; `Mode::all()` has it.
        let mode = Mode::I | Mode::S | Mode::M | Mode::LRA | Mode::TRUE_PEAK;
        let meter = EbuR128::new(channels as u32, rate.hz(), mode).unwrap();
        Self { meter, blocks: 0, momentary: f64::NEG_INFINITY, short_term: Vec::new() }
    }

    fn block(&mut self, block: &[&[f64]]) {
        self.meter.add_frames_planar_f64(block).unwrap();
        self.blocks += 1;
        self.momentary = self.momentary.max(self.meter.loudness_momentary().unwrap());
        if self.blocks.is_multiple_of(10) && self.blocks >= 300 {
            self.short_term.push(self.meter.loudness_shortterm().unwrap());
        }
    }

    /// Figures, and the range as the crate itself reckons it, from one window each second.
    fn finish(self) -> (Figures, f64) {
        let true_peak = (0..self.meter.channels()).map(|c| self.meter.true_peak(c).unwrap()).fold(0.0, f64::max);
        let figures = Figures {
            integrated: self.meter.loudness_global().unwrap(),
            range: range(&self.short_term),
            momentary: self.momentary,
            short_term: self.short_term.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            true_peak: db(true_peak),
        };
        (figures, self.meter.loudness_range().unwrap())
    }
}

/// Tech 3342 on loudness every 100 ms, which the edition of 2023 asks for (windows overlap by 2.9 s at least).
fn range(short_term: &[f64]) -> f64 {
    let energy = |lufs: &f64| libm::exp10(lufs / 10.0);
    let heard: Vec<f64> = short_term.iter().copied().filter(|lufs| *lufs >= -70.0).collect();
    let gate = 10.0 * libm::log10(heard.iter().map(energy).sum::<f64>() / heard.len() as f64) - 20.0;
    let mut kept: Vec<f64> = heard.into_iter().filter(|lufs| *lufs >= gate).collect();
    kept.sort_by(f64::total_cmp);
    let percentile = |share: f64| kept.get((share * kept.len().saturating_sub(1) as f64).round() as usize);
    percentile(0.95).zip(percentile(0.1)).map_or(f64::NAN, |(high, low)| high - low)
}

/// Fed through a pipe with samples in f64.
struct Ffmpeg {
    child: Child,
    pipe: BufWriter<std::process::ChildStdin>,
    said: tempfile::NamedTempFile,
}

impl Ffmpeg {
    fn new(rate: SampleRate, channels: usize) -> Self {
        // It says a line for each tenth of a second: into a file, or the pipe would be full.
        let said = tempfile::NamedTempFile::new().unwrap();
        let mut child = Command::new("ffmpeg")
            .args(["-hide_banner", "-nostats", "-f", "f64le", "-ar", &rate.hz().to_string()])
            .args(["-ac", &channels.to_string(), "-i", "pipe:0", "-af", "ebur128=peak=true", "-f", "null", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(File::create(said.path()).unwrap())
            .spawn()
            .unwrap();
        let pipe = BufWriter::with_capacity(1 << 20, child.stdin.take().unwrap());
        Self { child, pipe, said }
    }

    fn block(&mut self, block: &[&[f64]]) {
        for frame in 0..block[0].len() {
            for channel in block {
                self.pipe.write_all(&channel[frame].to_le_bytes()).unwrap();
            }
        }
    }

    fn finish(mut self) -> Figures {
        self.pipe.flush().unwrap();
        drop(self.pipe);
        self.child.wait().unwrap();
        let text = std::fs::read_to_string(self.said.path()).unwrap();
        let summary = text.rsplit("Summary:").next().unwrap();
        let number = |label: &str| {
            let after = summary.lines().find_map(|line| line.trim().strip_prefix(label));
            let number = after.and_then(|after| after.split_whitespace().next()).and_then(|number| number.parse().ok());
            number.unwrap_or_else(|| panic!("ffmpeg said no {label} {summary}"))
        };
        Figures {
            integrated: number("I:"),
            range: number("LRA:"),
            momentary: f64::NAN,
            short_term: f64::NAN,
            true_peak: number("Peak:"),
        }
    }
}

// --- Real music ------------------------------------------------------------------------------------------------------

/// By how much ours may be below and above theirs.
fn near(what: &str, ours: f64, theirs: f64, below: f64, above: f64) {
    let off = ours - theirs;
    assert!((-below..=above).contains(&off), "{what}: {ours:.4}, where the other meter reads {theirs:.4}");
}

/// Measures a file with all meters; `None` of one that our reader refuses, for samples that are no sound.
fn measure(path: &Path, ffmpeg: bool) -> Option<(Figures, Figures, f64, Option<Figures>)> {
    let files = Files::new();
    let info = files.info(path).unwrap();
    let (rate, channels) = (info.rate, info.channels);
    let mut reader = files.open(path, 0).unwrap();
    let (mut ours, mut theirs) = (Ours::new(rate, channels), Theirs::new(rate, channels));
    let mut ffmpeg = ffmpeg.then(|| Ffmpeg::new(rate, channels));
    let mut planes = vec![vec![0.0; rate.hz() as usize / 100]; channels];
    loop {
        let mut slices: Vec<&mut [f64]> = planes.iter_mut().map(Vec::as_mut_slice).collect();
        let Ok(count) = reader.read(&mut slices) else { return None };
        let block: Vec<&[f64]> = planes.iter().map(|plane| &plane[..count]).collect();
        if count < planes[0].len() {
            // The last step is not whole, and no meter's window ends in it.
            ours.block(&block);
            if count > 0 {
                theirs.meter.add_frames_planar_f64(&block).unwrap();
            }
            ffmpeg.iter_mut().for_each(|ffmpeg| ffmpeg.block(&block));
            break;
        }
        ours.block(&block);
        theirs.block(&block);
        ffmpeg.iter_mut().for_each(|ffmpeg| ffmpeg.block(&block));
    }
    let (theirs, their_range) = theirs.finish();
    Some((ours.finish(), theirs, their_range, ffmpeg.map(Ffmpeg::finish)))
}

/// Whether there was music to compare in it; `whole` of a stem of minutes, not of 10 s.
fn compare(path: &Path, whole: bool, ffmpeg: bool) -> bool {
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    let Some((ours, theirs, their_range, ffmpeg)) = measure(path, ffmpeg) else {
        eprintln!("{name}: left out, it holds samples above +60 dBFS");
        return false;
    };
    eprintln!("{name}\n  ours     {ours}\n  ebur128  {theirs}  (LRA of one window a second {their_range:.3})");
    if let Some(ffmpeg) = ffmpeg {
        eprintln!("  ffmpeg   {ffmpeg}");
    }
    if ours.integrated.is_nan() {
        assert_eq!(theirs.integrated, f64::NEG_INFINITY, "{name}: only ours found nothing");
        return false;
    }
    // The same definition, filters from the same analogue prototypes: libebur128 leaves the high-pass unscaled at every rate, which
    // is 0.004 dB at 44.1 kHz.
    near(&format!("{name}: integrated"), ours.integrated, theirs.integrated, 0.01, 0.01);
    near(&format!("{name}: momentary"), ours.momentary, theirs.momentary, 0.01, 0.01);
    near(&format!("{name}: short-term"), ours.short_term, theirs.short_term, 0.01, 0.01);
    near(&format!("{name}: range"), ours.range, theirs.range, 0.02, 0.02);
    // At four times the rate it reads up to 0.3 dB too little between samples; its 49 taps ripple by some hundredths.
    near(&format!("{name}: true peak"), ours.true_peak, theirs.true_peak, 0.03, 0.4);
    if let Some(ffmpeg) = ffmpeg {
        // It prints tenths.
        near(&format!("{name}: integrated, ffmpeg"), ours.integrated, ffmpeg.integrated, 0.06, 0.06);
        // Its percentiles fall on neighbouring windows. In minutes of music those are nearly as loud; in 10 s of a cymbal that
        // rings out they are 1 LU apart.
        if whole {
            near(&format!("{name}: range, ffmpeg"), ours.range, ffmpeg.range, 0.1, 0.1);
        }
        // It resamples to 192 kHz with a short filter.
        near(&format!("{name}: true peak, ffmpeg"), ours.true_peak, ffmpeg.true_peak, 0.1, 0.4);
    }
    true
}

#[test]
fn ebur128_and_ffmpeg_read_the_same_of_float_stems() {
    let Some(folder) = testing::material("lmms-mauiwowi") else { return };
    let ffmpeg = testing::program("ffmpeg");
    let mut files: Vec<_> = folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "wav"));
    files.sort();
    let heard = files.iter().filter(|path| compare(path, false, ffmpeg)).count();
    eprintln!("{heard} of {} files hold music", files.len());
    assert!(heard >= 8, "only {heard} files were compared");
}

#[test]
fn ebur128_and_ffmpeg_read_the_same_of_whole_stems() {
    let ffmpeg = testing::program("ffmpeg");
    // Peaks and pauses, a voice, and what sounds all the time.
    for name in ["KICK", "VOX LEAD", "MINILOGUE_SYNTH"] {
        let Some(path) = testing::material(&format!("francium/7.Francium_Stem_{name}.m4a")) else { return };
        assert!(compare(&path, true, ffmpeg), "{name} holds music");
    }
}

// --- True peak at high rates -----------------------------------------------------------------------------------------

/// Prints what each reads of the true-peak signals; asserts ours only.
#[test]
fn true_peak_signals_at_every_rate_beside_the_others() {
    let expected = |signal| match signal {
        15..=18 => -6.0,
        19 => 3.0,
        _ => 0.0,
    };
    let with_ffmpeg = testing::program("ffmpeg");
    eprintln!("dBTP read − expected, * is outside −0.4…+0.2\n     Hz  signal     ours  ebur128   ffmpeg");
    for hz in [44_100, 48_000, 88_200, 96_000, 192_000] {
        let rate = SampleRate::new(hz).unwrap();
        for signal in 15..=23 {
            let mut ours = TruePeak::new(2);
            let mut theirs = EbuR128::new(2, hz, Mode::TRUE_PEAK).unwrap();
            let mut ffmpeg = with_ffmpeg.then(|| Ffmpeg::new(rate, 2));
            true_peak_signal(signal, rate, &mut |block| {
                ours.block(block);
                theirs.add_frames_planar_f64(block).unwrap();
                ffmpeg.iter_mut().for_each(|ffmpeg| ffmpeg.block(block));
            });
            ours.finish();
            let read = [
                Some(db(ours.peak())),
                Some(db(theirs.true_peak(0).unwrap())),
                ffmpeg.map(|ffmpeg| ffmpeg.finish().true_peak),
            ];
            let cells = read.map(|read| {
                let Some(off) = read.map(|read| read - expected(signal)) else { return String::from("      –  ") };
                format!("{off:+8.3}{}", if (-0.4..=0.2).contains(&off) { ' ' } else { '*' })
            });
            eprintln!("{hz:7}  {signal:6} {}", cells.concat());
            near(&format!("signal {signal} at {hz} Hz"), db(ours.peak()), expected(signal), 0.4, 0.2);
        }
    }
}
