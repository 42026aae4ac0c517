//! `stemwright-tracks FOLDER COUNT SECONDS RATE float|24|flac`: stereo tracks to measure with, the same bytes on every
//! machine: a decaying tone and noise on each beat, of a tempo, pitch and decay of each track's own. They are loud
//! together, so that compressors work, and never silent, so that nothing can be skipped.

use std::error::Error;
use std::path::{Path, PathBuf};

use stemwright_audio::{AudioWriter, Bext, Container, FileSpec, SampleFormat};
use stemwright_core::{Layout, SampleRate};

const USAGE: &str = "usage: stemwright-tracks FOLDER COUNT SECONDS RATE float|24|flac";
const BLOCK: usize = 4096;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, count, seconds, rate, kind] = &arguments[..] else { return Err(USAGE.into()) };
    let (container, format) = match kind.as_str() {
        "float" => (Container::Wav, SampleFormat::Float32),
        "24" => (Container::Wav, SampleFormat::Pcm24),
        "flac" => (Container::Flac, SampleFormat::Pcm24),
        _ => return Err(USAGE.into()),
    };
    let rate = SampleRate::new(rate.parse()?).ok_or(USAGE)?;
    let frames = (seconds.parse::<f64>()? * f64::from(rate.hz())) as usize;
    let spec = FileSpec {
        container,
        rate,
        layout: Layout::Stereo,
        format,
        bext: Bext::default(),
        ixml: None,
        chunks: Vec::new(),
    };
    let folder = PathBuf::from(folder);
    std::fs::create_dir_all(&folder)?;
    for track in 0..count.parse()? {
        let path = folder.join(format!("t{track:02}.{}", container.extension()));
        write(&path, &spec, frames, Track::new(track, rate))?;
    }
    Ok(())
}

fn write(path: &Path, spec: &FileSpec, frames: usize, mut track: Track) -> Result<(), Box<dyn Error>> {
    let mut writer = AudioWriter::create(path, spec)?;
    let mut left = frames;
    while left > 0 {
        let samples: Vec<f64> = (0..left.min(BLOCK)).flat_map(|_| track.frame()).collect();
        if spec.format == SampleFormat::Float32 {
            writer.write_f32(&samples.iter().map(|x| *x as f32).collect::<Vec<_>>())?;
        } else {
            writer.write_integers(&samples.iter().map(|x| (x * 8_388_608.0) as i32).collect::<Vec<_>>())?;
        }
        left -= samples.len() / 2;
    }
    writer.finish()?;
    Ok(())
}

/// The sound of one track, frame by frame.
struct Track {
    /// Frames of a beat, and how many of it are over.
    beat: u32,
    at: u32,
    envelope: f64,
    decay: f64,
    /// cos and sin of the tone; a turn of it each frame needs no sine.
    tone: [f64; 2],
    turn: [f64; 2],
    noise: u64,
}

impl Track {
    fn new(number: u32, rate: SampleRate) -> Self {
        let rate = f64::from(rate.hz());
        let beat = (0.5 * rate) as u32 / (1 + number % 4);
        let hz = 55.0 * libm::exp2(f64::from(number % 16) / 3.0);
        let angle = 2.0 * std::f64::consts::PI * hz / rate;
        let phase = 2.4 * f64::from(number);
        Self {
            beat,
            at: beat,
            envelope: 1.0,
            decay: libm::exp(-f64::from(3 + number % 5) / f64::from(beat)),
            // Phases of their own, or all crests of a beat would fall together.
            tone: [libm::cos(phase), libm::sin(phase)],
            turn: [libm::cos(angle), libm::sin(angle)],
            noise: 1000 + u64::from(number),
        }
    }

    fn frame(&mut self) -> [f64; 2] {
        if self.at == self.beat {
            (self.at, self.envelope) = (0, 1.0);
        }
        self.at += 1;
        self.envelope *= self.decay;
        let ([c, s], [turn_c, turn_s]) = (self.tone, self.turn);
        self.tone = [c * turn_c - s * turn_s, c * turn_s + s * turn_c];
        let loud = 0.35 * self.envelope;
        [self.tone[1], self.tone[0]].map(|tone| loud * (0.5 * tone + 0.12 * self.noise()))
    }

    /// The sum of four uniform values, which is close to Gaussian, with a deviation of 1.
    fn noise(&mut self) -> f64 {
        // Knuth's MMIX; only its upper half is random enough, so two steps make the four values.
        let mut sum = 0.0;
        for _ in 0..2 {
            self.noise = self.noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            sum += f64::from((self.noise >> 48) as u16) + f64::from((self.noise >> 32) as u16);
        }
        (sum / 65_536.0 - 2.0) * 1.732_050_807_568_877_2
    }
}
