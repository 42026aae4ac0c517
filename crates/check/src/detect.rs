//! Defects that are heard: clicks, drop-outs, hum, edges in the spectrum, sound that breaks off, bleed. All are looked for while a
//! file goes by once, in memory that does not grow with it.
//!
//! Music is full of clicks, gaps and edges that are meant. What is doubtful is a note or nothing; a warning must be true.

pub(crate) mod against;
mod bleed;
mod cliff;
pub(crate) mod duplicates;
mod ends;
mod gaps;
mod hum;
mod limited;
mod outliers;
mod predict;
mod spots;

pub(crate) use bleed::{Bleed, BleedMeter};
pub(crate) use cliff::Cliff;
use cliff::CliffMeter;
use ends::EndMeter;
pub(crate) use ends::Ends;
use gaps::Gaps;
pub(crate) use hum::Hum;
use hum::HumMeter;
pub(crate) use limited::Limited;
use limited::Pinned;
use outliers::{Outliers, REACH};
pub(crate) use spots::Spots;
use stemwright_core::SampleRate;

/// What was found in a file.
#[derive(Debug, Clone, Default)]
pub(crate) struct Detected {
    pub(crate) clicks: Spots,
    pub(crate) gaps: Spots,
    pub(crate) hum: Option<Hum>,
    pub(crate) cliff: Option<Cliff>,
    pub(crate) limited: Option<Limited>,
    pub(crate) ends: Ends,
    pub(crate) bleed: Option<Bleed>,
}

/// All detectors of a file.
#[derive(Debug)]
pub(crate) struct Detectors {
    channels: Vec<Channel>,
    hum: HumMeter,
    cliff: CliffMeter,
    middle: Vec<f64>,
    step: usize,
    blocks: usize,
}

#[derive(Debug)]
struct Channel {
    /// What was heard last, and what is to be looked at.
    held: Vec<f64>,
    /// The frame of the first of them; below 0 stands silence.
    first: i64,
    /// Samples before what is to be looked at, and after it.
    reach: [usize; 2],
    outliers: Outliers,
    gaps: Gaps,
    ends: EndMeter,
    pinned: Pinned,
}

impl Channel {
    fn new(channel: usize, rate: SampleRate) -> Self {
        let hz = rate.hz() as usize;
        let [before, after] = Gaps::reach(hz);
        let reach = [before.max(REACH), after.max(REACH)];
        Self {
            held: vec![0.0; reach[0] + reach[1]],
            first: -((reach[0] + reach[1]) as i64),
            reach,
            outliers: Outliers::new(channel, f64::from(rate.hz())),
            gaps: Gaps::new(channel, hz),
            ends: EndMeter::new(hz),
            pinned: Pinned::default(),
        }
    }

    fn block(&mut self, samples: &[f64], step: usize) {
        self.ends.block(samples);
        for samples in samples.chunks(step) {
            self.pinned.step(samples);
        }
        self.look(samples);
    }

    fn look(&mut self, samples: &[f64]) {
        self.held.extend_from_slice(samples);
        let [before, after] = self.reach;
        let region = before..self.held.len() - after;
        if !stemwright_simd::is_zero(&self.held) {
            self.outliers.look(&self.held, self.first, region.clone());
            self.gaps.look(&self.held, self.first, region.clone());
        }
        let over = region.len();
        self.held.drain(..over);
        self.first += over as i64;
    }
}

impl Detectors {
    pub(crate) fn new(rate: SampleRate, channels: usize) -> Self {
        let hz = f64::from(rate.hz());
        Self {
            channels: (0..channels).map(|channel| Channel::new(channel, rate)).collect(),
            hum: HumMeter::new(hz),
            cliff: CliffMeter::new(hz),
            middle: Vec::new(),
            step: (rate.hz() as usize / 100).max(1),
            blocks: 0,
        }
    }

    /// A block of all channels, in which nothing is but signal.
    pub(crate) fn block(&mut self, planes: &[&[f64]]) {
        for (channel, plane) in self.channels.iter_mut().zip(planes) {
            channel.block(plane, self.step);
        }
        if let Some((first, others)) = planes.split_first() {
            self.middle.clear();
            self.middle.extend_from_slice(first);
            if let Some(second) = others.first() {
                stemwright_simd::add(&mut self.middle, second);
                stemwright_simd::scale(&mut self.middle, 0.5);
            }
            self.hum.block(&self.middle);
            // Of the channels by turns: what is in one only is heard too.
            self.cliff.block(planes[self.blocks % planes.len()]);
        }
        self.blocks += 1;
    }

    pub(crate) fn finish(mut self) -> Detected {
        for channel in &mut self.channels {
            let silence = vec![0.0; channel.reach[1]];
            channel.look(&silence);
        }
        let mut ends = Ends::default();
        let louder = |a: Option<f64>, b: Option<f64>| if b > a { b } else { a };
        for channel in &self.channels {
            let own = channel.ends.finish();
            (ends.head, ends.tail) = (louder(ends.head, own.head), louder(ends.tail, own.tail));
            if own.inside.map(|(frame, _)| frame) > ends.inside.map(|(frame, _)| frame) {
                ends.inside = own.inside;
            }
        }
        let limited: Vec<Option<Limited>> = self.channels.iter().map(|channel| channel.pinned.finish()).collect();
        Detected {
            clicks: Spots::merged(self.channels.iter().map(|channel| channel.outliers.clicks.clone())),
            gaps: Spots::merged(self.channels.iter().map(|channel| channel.gaps.found.clone())),
            hum: self.hum.finish(),
            cliff: self.cliff.finish(),
            limited: limited.iter().all(Option::is_some).then(|| limited.into_iter().next().flatten()).flatten(),
            ends,
            bleed: None,
        }
    }
}
