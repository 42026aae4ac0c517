//! One file of a set on its way: measured and written.

use std::path::Path;
use stemwright_audio::{AudioError, SampleFormat, WavSpec, WavWriter, file_sha256};
use stemwright_core::{Db, FileProof, Levels};
use stemwright_dsp::{Loudness, TruePeak};

pub(crate) struct Print {
    pub(crate) name: String,
    writer: WavWriter,
    format: SampleFormat,
    /// The set's gain.
    factor: f64,
    /// Of a block before and after the gain; the former is untouched where the gain is 1.
    scaled: [Vec<f64>; 2],
    /// What is written of a block of an integer file; whoever quantises fills it in.
    pub(crate) integers: Vec<i32>,
    floats: Vec<f32>,
    pub(crate) peak: f64,
    true_peak: TruePeak,
    loudness: Loudness,
}

impl Print {
    pub(crate) fn create(
        folder: &Path,
        name: &str,
        spec: &WavSpec,
        factor: f64,
        expected: u64,
    ) -> Result<Self, AudioError> {
        let mut writer = WavWriter::create(&folder.join(name), spec)?;
        writer.expect_frames(expected);
        Ok(Self {
            name: name.to_owned(),
            writer,
            format: spec.format,
            factor,
            scaled: Default::default(),
            integers: Vec::new(),
            floats: Vec::new(),
            peak: 0.0,
            true_peak: TruePeak::new(2),
            loudness: Loudness::new(spec.rate, 2),
        })
    }

    /// Measures and writes a block, which comes before the gain.
    pub(crate) fn block(&mut self, signal: [&[f64]; 2]) -> Result<(), AudioError> {
        let signal = if self.factor == 1.0 {
            signal
        } else {
            for (scaled, channel) in self.scaled.iter_mut().zip(signal) {
                scaled.clear();
                scaled.extend(channel.iter().map(|x| x * self.factor));
            }
            self.scaled.each_ref().map(Vec::as_slice)
        };
        let peak = signal.iter().flat_map(|channel| channel.iter()).fold(0.0f64, |peak, x| {
            // What is not a number must not get lost in a maximum: it fails the proof.
            if x.is_nan() { f64::INFINITY } else { peak.max(x.abs()) }
        });
        self.peak = self.peak.max(peak);
        if peak == 0.0 {
            self.true_peak.silence(signal[0].len() as u64);
            self.loudness.silence(signal[0].len() as u64);
        } else if peak.is_finite() {
            self.true_peak.block(&signal);
            self.loudness.block(&signal);
        }
        match self.format {
            SampleFormat::Pcm24 => self.writer.write_pcm24(&self.integers),
            SampleFormat::Float32 => {
                self.floats.clear();
                let frames = signal[0].iter().zip(signal[1]);
                self.floats.extend(frames.flat_map(|(left, right)| [*left as f32, *right as f32]));
                self.writer.write_f32(&self.floats)
            }
        }
    }

    /// What is stored of its levels.
    pub(crate) fn levels(&mut self) -> Levels {
        self.true_peak.finish();
        let stored = |level: Option<f64>| level.and_then(|level| Db(level).stored());
        Levels {
            peak_dbfs: Db::of(self.peak).stored(),
            true_peak_dbtp: Db::of(self.true_peak.peak()).stored(),
            integrated_lufs: stored(self.loudness.integrated()),
            momentary_lufs: stored(self.loudness.momentary_max()),
            short_term_lufs: stored(self.loudness.short_term_max()),
            range_lu: stored(self.loudness.range()),
        }
    }

    /// Completes the file and reads it back for its hash.
    pub(crate) fn finish(mut self, folder: &Path, levels: Levels) -> Result<FileProof, AudioError> {
        self.writer.loudness(stemwright_audio::BextLoudness {
            integrated: levels.integrated_lufs,
            range: levels.range_lu,
            true_peak: levels.true_peak_dbtp,
            momentary: levels.momentary_lufs,
            short_term: levels.short_term_lufs,
        });
        let written = self.writer.finish()?;
        let sha256 = file_sha256(&folder.join(&self.name))?;
        Ok(FileProof { name: self.name, sha256, pcm_sha256: written.pcm_sha256 })
    }
}
