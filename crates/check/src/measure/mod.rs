//! Everything that is measured of one file, while it goes by once, in memory that does not grow with its length but for 80 bytes a
//! second, of which loudness range is made.

mod bits;
mod columns;
mod flat;
mod levels;
mod sound;
mod steps;
mod stereo;

use crate::Overview;
use crate::report::Measurements;
use bits::BitsUsed;
pub(crate) use columns::Columns;
use flat::Flat;
use levels::Levels;
pub(crate) use sound::LOUDEST;
use sound::Soundness;
use stemwright_core::{Db, SampleRate};
use stemwright_dsp::{Loudness, TruePeak};
use stemwright_simd::{is_zero, widest};
use stereo::StereoMeter;

/// What the samples of a file are, for what is measured of them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Samples {
    pub(crate) rate: SampleRate,
    pub(crate) channels: usize,
    /// Bits of an integer; `None` of what was decoded to something else.
    pub(crate) bits: Option<u16>,
    pub(crate) float: bool,
    pub(crate) lossless: bool,
}

/// All meters of a file.
#[derive(Debug, Clone)]
pub(crate) struct FileMeter {
    samples: Samples,
    step: usize,
    frame: u64,
    loudness: Loudness,
    true_peak: TruePeak,
    levels: Levels,
    stereo: Option<StereoMeter>,
    flat: Vec<Flat>,
    bits: BitsUsed,
    sound: Soundness,
    columns: Columns,
}

/// Frames in a step of 10 ms, rounded down.
pub(crate) fn step_frames(rate: SampleRate) -> usize {
    rate.hz() as usize / 100
}

impl FileMeter {
    pub(crate) fn new(samples: Samples) -> Self {
        let Samples { rate, channels, .. } = samples;
        let step = step_frames(rate);
        Self {
            samples,
            step,
            frame: 0,
            loudness: Loudness::new(rate, channels),
            true_peak: TruePeak::new(channels).counting_over(1.0),
            levels: Levels::new(channels),
            stereo: (channels == 2).then(|| StereoMeter::new(step as u64)),
            flat: vec![Flat::new(samples.bits.filter(|_| !samples.float)); channels],
            bits: BitsUsed::new(samples.bits, samples.float),
            sound: Soundness::default(),
            columns: Columns::new(step as u64),
        }
    }

    /// Counts what is no signal in the block that comes next, and sets it to 0.
    pub(crate) fn clean(&mut self, planes: &mut [&mut [f64]]) {
        for (channel, plane) in planes.iter_mut().enumerate() {
            self.sound.block(self.frame, channel, plane, self.samples.float);
        }
    }

    /// Measures a block of whole steps that was cleaned; only the last one of a file may end in a part of a step.
    pub(crate) fn block(&mut self, planes: &[&[f64]]) {
        let frames = planes.first().map_or(0, |plane| plane.len());
        if frames.is_multiple_of(self.step) && planes.iter().all(|plane| is_zero(plane)) {
            self.loudness.silence(frames as u64);
            self.true_peak.silence(frames as u64);
            let steps = (frames / self.step) as u32;
            self.levels.silence(frames as u64, steps);
            if let Some(stereo) = &mut self.stereo {
                (0..steps).for_each(|_| stereo.step(&steps::Sums::default(), &steps::Sums::default(), &SILENT));
            }
            self.columns.silence(self.step as u64, steps);
        } else {
            self.loudness.block(planes);
            self.true_peak.block(planes);
            let mut at = 0;
            while at < frames {
                let end = frames.min(at + self.step);
                self.step(&planes.iter().map(|plane| &plane[at..end]).collect::<Vec<_>>(), at as u64);
                at = end;
            }
        }
        self.frame += frames as u64;
    }

    fn step(&mut self, planes: &[&[f64]], at: u64) {
        let start = self.frame + at;
        let (sums, both) = widest(
            #[inline(always)]
            || {
                let mut sums = [steps::Sums::default(); MOST_CHANNELS];
                for (sums, plane) in sums.iter_mut().zip(planes) {
                    *sums = steps::sums(plane);
                    self.bits.block(plane);
                }
                let both = match planes {
                    [left, right] => Some(steps::both(left, right)),
                    _ => None,
                };
                (sums, both)
            },
        );
        let sums = &sums[..planes.len().min(MOST_CHANNELS)];
        self.levels.step(start, planes, sums);
        for ((flat, plane), sums) in self.flat.iter_mut().zip(planes).zip(sums) {
            flat.step(start, plane, [sums.lowest, sums.highest]);
        }
        if let (Some(stereo), [left, right], Some(both)) = (&mut self.stereo, sums, &both) {
            stereo.step(left, right, both);
        }
        self.columns.step(planes.first().map_or(0, |plane| plane.len() as u64), sums, both.as_ref());
    }

    /// What was found, and what a page is drawn from.
    pub(crate) fn finish(mut self) -> (Measurements, Overview) {
        self.true_peak.finish();
        let levels = &self.levels;
        let integrated = self.loudness.integrated();
        let true_peak = Levels::db(self.true_peak.peak());
        let rms = levels.mean_square().sqrt();
        let db = |value: Option<f64>| value.and_then(|value| Db(value).stored());
        let (dc_channel, dc) = levels.dc();
        let ceilings: Vec<_> = self.flat.iter().flat_map(Flat::found).filter(|ceiling| ceiling.runs > 0).collect();
        let measured = Measurements {
            integrated_lufs: db(integrated),
            short_term_lufs: db(self.loudness.short_term_max()),
            momentary_lufs: db(self.loudness.momentary_max()),
            range_lu: db(self.loudness.range()),
            true_peak_dbtp: true_peak,
            true_peak_frame: self.true_peak.peak_frame(),
            intersample_overs: self.true_peak.overs(),
            peak_dbfs: Levels::db(levels.peak),
            peak_frame: levels.peak_frame,
            rms_dbfs: Levels::db(rms),
            crest_db: (rms > 0.0).then(|| Levels::db(levels.peak / rms)).flatten(),
            plr_lu: integrated.and_then(|lufs| Db(Db::of(self.true_peak.peak()).0 - lufs).stored()),
            noise_floor_dbfs: levels.noise_floor(),
            dc_dbfs: Levels::db(dc),
            dc_channel: (dc != 0.0).then_some(dc_channel as u16 + 1),
            first_sound: levels.first_sound,
            last_sound: levels.last_sound,
            first_heard: levels.first_heard,
            last_heard: levels.last_heard,
            end_dbfs: Levels::db(levels.end),
            silence_seconds: (levels.silent_frames() as f64 / f64::from(self.samples.rate.hz()) * 100.0).round()
                / 100.0,
            clipped_runs: ceilings.iter().map(|ceiling| ceiling.runs).sum(),
            clipped_longest: ceilings.iter().map(|ceiling| ceiling.longest).max().unwrap_or(0),
            clipped_frame: ceilings.iter().filter_map(|ceiling| ceiling.first).min(),
            ceiling_dbfs: ceilings.iter().map(|ceiling| ceiling.height).reduce(f64::max).and_then(Levels::db),
            nan: self.sound.nan,
            infinite: self.sound.infinite,
            garbage: self.sound.garbage,
            unsound_frame: self.sound.first.map(|(frame, _)| frame),
            unsound_last: self.sound.last,
            unsound_channel: self.sound.first.map(|(_, channel)| channel as u16 + 1),
            denormal: self.sound.denormal,
            bits_used: self.samples.lossless.then(|| self.bits.finish()).flatten(),
            stereo: self.stereo.as_ref().and_then(StereoMeter::finish),
        };
        let mut overview = self.columns.finish(self.stereo.is_some());
        overview.set_short_term(&self.loudness);
        (measured, overview)
    }
}

/// As many as any reader accepts.
const MOST_CHANNELS: usize = 32;

/// Two channels in a step of silence.
const SILENT: steps::Both = steps::Both { product: 0.0, difference: 0.0, opposite: true };
