//! One file of a set on its way: measured and written.

use std::path::Path;
use stemwright_audio::{AudioError, AudioWriter, BextLoudness, FileSpec, SampleFormat, file_sha256};
use stemwright_core::{Db, FileProof, Layout, Levels};
use stemwright_dsp::{Loudness, TruePeak};

pub(crate) struct Print {
    pub(crate) name: String,
    writer: AudioWriter,
    layout: Layout,
    format: SampleFormat,
    /// The set's gain.
    factor: f64,
    /// Of a block after the gain; untouched where the gain is 1.
    scaled: Vec<Vec<f64>>,
    /// Left and right of an M-S file, for its loudness.
    decoded: [Vec<f64>; 2],
    /// What is written of a block of an integer file; whoever quantises fills it in.
    pub(crate) integers: Vec<i32>,
    floats: Vec<f32>,
    pub(crate) peak: f64,
    /// Nothing where only the sums are wanted.
    meters: Option<Box<Meters>>,
}

struct Meters {
    true_peak: TruePeak,
    loudness: Loudness,
}

/// The largest magnitude; what is not a number must not get lost in a maximum: it fails the proof.
fn loudest(signal: &[&[f64]]) -> f64 {
    signal.iter().map(|channel| stemwright_simd::peak(channel)).fold(0.0, f64::max)
}

/// The weights of BS.1770-5 table 4: 1.41 at 60° to 120° from the front, 0 for LFE, 1 elsewhere.
fn weights(layout: Layout) -> &'static [f64] {
    match layout {
        Layout::Mono => &[1.0],
        Layout::Stereo | Layout::MidSide => &[1.0, 1.0],
        Layout::Surround51 => &[1.0, 1.0, 1.0, 0.0, 1.41, 1.41],
        Layout::Surround71 => &[1.0, 1.0, 1.0, 0.0, 1.0, 1.0, 1.41, 1.41],
    }
}

impl Print {
    pub(crate) fn create(
        folder: &Path,
        name: &str,
        spec: &FileSpec,
        factor: f64,
        expected: u64,
        measured: bool,
    ) -> Result<Self, AudioError> {
        let mut writer = AudioWriter::create(&folder.join(name), spec)?;
        writer.expect_frames(expected);
        if !measured {
            writer = writer.without_hash();
        }
        let channels = spec.layout.channels();
        Ok(Self {
            name: name.to_owned(),
            writer,
            layout: spec.layout,
            format: spec.format,
            factor,
            scaled: vec![Vec::new(); channels],
            decoded: Default::default(),
            integers: Vec::new(),
            floats: Vec::new(),
            peak: 0.0,
            meters: measured.then(|| {
                let loudness = Loudness::with_weights(spec.rate, weights(spec.layout));
                Box::new(Meters { true_peak: TruePeak::new(channels), loudness })
            }),
        })
    }

    /// Measures and writes a block, which comes before the gain. `peak`: its largest magnitude after the gain, where that
    /// is known.
    pub(crate) fn block(&mut self, signal: &[&[f64]], peak: Option<f64>) -> Result<(), AudioError> {
        if self.meters.is_none() && self.format != SampleFormat::Float32 {
            // Rounding keeps the order: the loudest is the loudest after the gain too.
            self.peak = self.peak.max(peak.unwrap_or_else(|| loudest(signal) * self.factor.abs()));
            return self.writer.write_integers(&self.integers);
        }
        if self.factor == 1.0 {
            return self.take(signal, peak);
        }
        let mut scaled = std::mem::take(&mut self.scaled);
        for (scaled, channel) in scaled.iter_mut().zip(signal) {
            scaled.resize(channel.len(), 0.0);
            stemwright_simd::scaled(scaled, channel, self.factor);
        }
        let taken = self.take(&scaled.iter().map(Vec::as_slice).collect::<Vec<_>>(), peak);
        self.scaled = scaled;
        taken
    }

    fn take(&mut self, signal: &[&[f64]], peak: Option<f64>) -> Result<(), AudioError> {
        let peak = peak.unwrap_or_else(|| loudest(signal));
        self.peak = self.peak.max(peak);
        if let Some(meters) = &mut self.meters {
            if peak == 0.0 {
                meters.true_peak.silence(signal[0].len() as u64);
                meters.loudness.silence(signal[0].len() as u64);
            } else if peak.is_finite() {
                meters.true_peak.block(signal);
                self.weigh(signal);
            }
        }
        if self.format != SampleFormat::Float32 {
            return self.writer.write_integers(&self.integers);
        }
        self.floats.clear();
        match signal {
            [left, right] => {
                self.floats.extend(left.iter().zip(*right).flat_map(|(left, right)| [*left as f32, *right as f32]));
            }
            _ => (0..signal[0].len()).for_each(|n| self.floats.extend(signal.iter().map(|channel| channel[n] as f32))),
        }
        self.writer.write_f32(&self.floats)
    }

    fn weigh(&mut self, signal: &[&[f64]]) {
        let Some(Meters { loudness, .. }) = self.meters.as_deref_mut() else { return };
        let (Layout::MidSide, [mid, side]) = (self.layout, signal) else { return loudness.block(signal) };
        self.decoded.iter_mut().for_each(Vec::clear);
        self.decoded[0].extend(mid.iter().zip(*side).map(|(mid, side)| mid + side));
        self.decoded[1].extend(mid.iter().zip(*side).map(|(mid, side)| mid - side));
        loudness.block(&self.decoded.each_ref().map(Vec::as_slice));
    }

    /// What is stored of its levels.
    pub(crate) fn levels(&mut self) -> Levels {
        let peak_dbfs = Db::of(self.peak).stored();
        let Some(Meters { true_peak, loudness }) = self.meters.as_deref_mut() else {
            return Levels { peak_dbfs, ..Levels::default() };
        };
        true_peak.finish();
        let stored = |level: Option<f64>| level.and_then(|level| Db(level).stored());
        Levels {
            peak_dbfs,
            true_peak_dbtp: Db::of(true_peak.peak()).stored(),
            integrated_lufs: stored(loudness.integrated()),
            momentary_lufs: stored(loudness.momentary_max()),
            short_term_lufs: stored(loudness.short_term_max()),
            range_lu: stored(loudness.range()),
        }
    }

    /// Completes the file and, where it was measured, reads it back for its hash.
    pub(crate) fn finish(mut self, folder: &Path, levels: Levels) -> Result<Option<FileProof>, AudioError> {
        self.writer.loudness(BextLoudness {
            integrated: levels.integrated_lufs,
            range: levels.range_lu,
            true_peak: levels.true_peak_dbtp,
            momentary: levels.momentary_lufs,
            short_term: levels.short_term_lufs,
        });
        let written = self.writer.finish()?;
        let Some(pcm_sha256) = written.pcm_sha256 else { return Ok(None) };
        let sha256 = file_sha256(&folder.join(&self.name))?;
        Ok(Some(FileProof { name: self.name, sha256, pcm_sha256 }))
    }
}
