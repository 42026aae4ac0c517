//! The one pass over all files: they are read side by side, 80 ms at a time; each is measured, and what belongs in the sum is added up
//! and compared with the mix.

use crate::detect::against::{Accusation, Against, PartPlanes};
use crate::detect::{Bleed, BleedMeter, Detected, Detectors};
use crate::found::{CheckError, Found, Subject};
use crate::measure::{FileMeter, Samples, step_frames};
use crate::report::{FileKind, FoundBy, Measurements};
use crate::residual::ResidualFile;
use crate::sum::{Gain, Rounding, Sum, SumMeter, nulls};
use crate::{Overview, Progress, SumClass, Work};
use rayon::prelude::*;
use stemwright_audio::{AudioError, FrameReader, Media, SampleFormat, SampleHash, open_at};
use stemwright_core::SampleRate;
use stemwright_daw::Side;
use stemwright_simd::{add, peak};

/// Steps of 10 ms in a block.
const STEPS: usize = 8;
/// How many files the stems are compared with at most, where several may be the mix.
const MOST_MIXES: usize = 4;

/// What became of one file.
#[derive(Debug, Default)]
pub(crate) struct Measured {
    /// Absent of files that cannot be read to the end.
    pub(crate) measurements: Option<Measurements>,
    pub(crate) overview: Overview,
    pub(crate) detected: Detected,
    pub(crate) pcm_sha256: Option<String>,
    pub(crate) error: Option<AudioError>,
}

/// What became of the sum.
#[derive(Debug)]
pub(crate) struct Summed {
    /// Which file it was compared with.
    pub(crate) mix: usize,
    pub(crate) found_by: FoundBy,
    pub(crate) stems: usize,
    /// Which files they are.
    pub(crate) added: Vec<usize>,
    /// Stems that could not be added up, and why.
    pub(crate) left_out: Vec<(usize, String)>,
    pub(crate) sum: Sum,
    pub(crate) rounding: Rounding,
    /// Where the mix is only later, by so many frames, and what is left then.
    pub(crate) delayed: Option<(i64, Gain)>,
    /// What the residual says of single stems: their subjects.
    pub(crate) accused: Vec<(usize, Accusation)>,
}

/// Frames that were read together.
struct Block {
    planes: Vec<Vec<f64>>,
    /// How many; fewer than a block at the end, and silence after them.
    got: usize,
    /// Whether none follow.
    last: bool,
}

/// A file being read.
struct Reader {
    reader: Option<Box<dyn FrameReader>>,
    error: Option<AudioError>,
}

impl Reader {
    fn new(reader: Result<Box<dyn FrameReader>, AudioError>, channels: usize, rate: SampleRate) -> (Self, Block) {
        let frames = step_frames(rate) * STEPS;
        let (reader, error) = match reader {
            Ok(reader) => (Some(reader), None),
            Err(error) => (None, Some(error)),
        };
        (Self { reader, error }, Block { planes: vec![vec![0.0; frames]; channels], got: 0, last: false })
    }

    /// The next block.
    fn read(&mut self, block: &mut Block) {
        block.got = 0;
        if let Some(reader) = &mut self.reader {
            let mut planes: Vec<&mut [f64]> = block.planes.iter_mut().map(Vec::as_mut_slice).collect();
            match reader.read(&mut planes) {
                Ok(got) => block.got = got,
                Err(error) => self.error = Some(error),
            }
        }
        if block.planes.first().is_none_or(|plane| block.got < plane.len()) {
            self.reader = None;
            block.last = true;
            for plane in &mut block.planes {
                plane[block.got..].fill(0.0);
            }
        }
    }
}

/// A file being measured.
struct Meters {
    file: FileMeter,
    detectors: Detectors,
    hash: Option<SampleHash>,
}

impl Meters {
    /// What must be done before others see the block: hashing as it is, and taking out what is no signal.
    fn hear(&mut self, block: &mut Block) {
        let got = block.got;
        if let Some(hash) = self.hash.as_mut().filter(|_| got > 0) {
            hash.block(&block.planes.iter().map(|plane| &plane[..got]).collect::<Vec<_>>());
        }
        let mut planes: Vec<&mut [f64]> = block.planes.iter_mut().map(|plane| &mut plane[..got]).collect();
        self.file.clean(&mut planes);
    }

    fn measure(&mut self, block: &Block) {
        if block.got > 0 {
            let planes: Vec<&[f64]> = block.planes.iter().map(|plane| &plane[..block.got]).collect();
            self.file.block(&planes);
            self.detectors.block(&planes);
        }
    }
}

/// A stem in the sum.
struct Part {
    subject: usize,
    /// A reader of its own, at the rate of the mix, where that of the file is another.
    resampled: Option<(Reader, Block)>,
    side: Option<Side>,
    float: bool,
}

/// Measures everything. `hashed`: files whose samples are to be hashed, and how those are stored.
pub(crate) fn pass(
    found: &Found,
    hashed: &[Option<SampleFormat>],
    media: &dyn Media,
    mut residual: Option<&mut ResidualFile>,
    progress: &mut (dyn FnMut(Progress) -> bool + Send),
) -> Result<(Vec<Measured>, Option<Summed>), CheckError> {
    let subjects = &found.subjects;
    let mut readers = Vec::with_capacity(subjects.len());
    let mut blocks = Vec::with_capacity(subjects.len());
    let mut meters = Vec::with_capacity(subjects.len());
    for (subject, hashed) in subjects.iter().zip(hashed) {
        let Ok(info) = &subject.info else {
            readers.push(None);
            blocks.push(None);
            meters.push(None);
            continue;
        };
        let (reader, block) = Reader::new(media.open_unlooked(&subject.path, 0), info.channels, info.rate);
        readers.push(Some(reader));
        blocks.push(Some(block));
        let samples = Samples {
            rate: info.rate,
            channels: info.channels,
            bits: info.bits,
            float: info.float,
            lossless: info.lossless,
        };
        meters.push(Some(Meters {
            file: FileMeter::new(samples),
            detectors: Detectors::new(info.rate, info.channels),
            hash: hashed.map(SampleHash::new),
        }));
    }
    let mut adding = Adding::new(found, media);
    let (together, mut bleeding) = comparable(subjects);
    let seconds = |subject: &Subject| subject.info.as_ref().map_or(0.0, |info| info.rate.seconds(info.frames as i64));
    let length = subjects.iter().map(seconds).fold(0.0, f64::max);
    let mut passed = 0u64;
    loop {
        readers.par_iter_mut().zip(&mut blocks).zip(&mut meters).for_each(|((reader, block), meters)| {
            if let (Some(reader), Some(block), Some(meters)) = (reader, block, meters) {
                reader.read(block);
                meters.hear(block);
            }
        });
        let measure = || {
            blocks.par_iter().zip(&mut meters).for_each(|(block, meters)| {
                if let (Some(block), Some(meters)) = (block, meters) {
                    meters.measure(block);
                }
            });
        };
        let sum = || adding.as_mut().map_or(Ok(()), |adding| adding.block(&blocks, residual.as_deref_mut()));
        let bleed = || {
            if let Some(meter) = &mut bleeding {
                let planes: Vec<&[Vec<f64>]> =
                    together.iter().map(|stem| blocks[*stem].as_ref().map_or(&[][..], |block| &block.planes)).collect();
                meter.block(&planes, passed);
            }
        };
        let ((), (summed, ())) = rayon::join(measure, || rayon::join(sum, bleed));
        summed?;
        passed += 1;
        let done = passed as f64 * 0.01 * STEPS as f64;
        if !progress(Progress { work: Work::Measuring, done: done.min(length), of: length }) {
            return Err(CheckError::Stopped);
        }
        if blocks.iter().flatten().all(|block| block.last) && adding.as_ref().is_none_or(Adding::is_over) {
            break;
        }
    }
    let finish = |(reader, meters): (Option<Reader>, Option<Meters>)| {
        let (Some(Reader { error, .. }), Some(meters)) = (reader, meters) else { return Measured::default() };
        let (measurements, overview) = meters.file.finish();
        Measured {
            measurements: error.is_none().then_some(measurements),
            overview,
            detected: meters.detectors.finish(),
            pcm_sha256: meters.hash.map(SampleHash::finish).filter(|_| error.is_none()),
            error,
        }
    };
    let broken: Vec<bool> = readers.iter().map(|r| r.as_ref().is_none_or(|reader| reader.error.is_some())).collect();
    let mut measured: Vec<Measured> = readers.into_par_iter().zip(meters).map(finish).collect();
    for (stem, bleed) in bleeding.iter().flat_map(BleedMeter::finish).enumerate() {
        let bleed = bleed.map(|bleed| Bleed { of: together[bleed.of], ..bleed });
        measured[together[stem]].detected.bleed = bleed;
    }
    let summed = adding.and_then(|adding| adding.finish(found, &broken, media));
    Ok((measured, summed))
}

/// Stems of one rate, which are heard side by side, and what looks for one in the pauses of another.
fn comparable(subjects: &[Subject]) -> (Vec<usize>, Option<BleedMeter>) {
    let rate = |stem: usize| subjects[stem].info.as_ref().map(|info| info.rate).ok();
    let stems = (0..subjects.len()).filter(|stem| subjects[*stem].kind == FileKind::Stem && rate(*stem).is_some());
    let mut stems: Vec<usize> = stems.collect();
    let Some(most) = stems
        .iter()
        .filter_map(|stem| rate(*stem))
        .max_by_key(|most| stems.iter().filter(|stem| rate(**stem) == Some(*most)).count())
    else {
        return (stems, None);
    };
    stems.retain(|stem| rate(*stem) == Some(most));
    let meter = BleedMeter::new(stems.len(), step_frames(most) * STEPS);
    (stems, meter)
}

/// The sum of the stems, being compared with whatever may be the mix.
struct Adding {
    rate: SampleRate,
    channels: usize,
    parts: Vec<Part>,
    left_out: Vec<(usize, String)>,
    /// Files that may be the mix, the likeliest first.
    mixes: Vec<(usize, FoundBy, bool)>,
    meters: Vec<SumMeter>,
    against: Vec<Against>,
    rounding: Vec<Rounding>,
    total: Vec<Vec<f64>>,
}

impl Adding {
    fn new(found: &Found, media: &dyn Media) -> Option<Self> {
        let readable = |number: &usize| found.subjects[*number].info.as_ref().ok();
        let mut candidates: Vec<_> = found.mixes.iter().filter(|(number, _)| readable(number).is_some()).collect();
        candidates.sort_by_key(|(number, _)| found.subjects[*number].kind);
        let first = readable(&candidates.first()?.0)?;
        let (rate, channels) = (first.rate, first.channels);
        let alike = |number: usize| readable(&number).filter(|info| info.rate == rate && info.channels == channels);
        candidates.retain(|(number, _)| alike(*number).is_some());
        candidates.truncate(MOST_MIXES);
        let mut stems = Rounding::NONE;
        let (mut parts, mut left_out) = (Vec::new(), Vec::new());
        for (number, subject) in found.subjects.iter().enumerate() {
            if subject.kind != FileKind::Stem || candidates.iter().any(|(mix, _)| *mix == number) {
                continue;
            }
            let info = match &subject.info {
                Ok(info) => info,
                Err(_) => {
                    left_out.push((number, "it cannot be read".to_owned()));
                    continue;
                }
            };
            if info.channels != channels && info.channels != 1 {
                left_out.push((number, format!("it has {} channels, the mix {channels}", info.channels)));
                continue;
            }
            let resampled =
                (info.rate != rate).then(|| Reader::new(open_at(media, &subject.path, 0, rate), info.channels, rate));
            stems.add(info.bits, info.float || info.rate != rate, info.lossless);
            let side = subject.side.filter(|_| channels == 2 && info.channels == 1);
            parts.push(Part {
                subject: number,
                resampled,
                side,
                float: info.float || info.bits.is_none() || info.rate != rate,
            });
        }
        if parts.is_empty() {
            return None;
        }
        let with_mix = |number: usize| {
            let mut rounding = stems;
            if let Some(info) = readable(&number) {
                rounding.add(info.bits, info.float, info.lossless);
            }
            rounding
        };
        let rounding: Vec<Rounding> = candidates.iter().map(|(number, _)| with_mix(*number)).collect();
        let float = |number: usize| readable(&number).is_some_and(|info| info.float || info.bits.is_none());
        Some(Self {
            rate,
            channels,
            left_out,
            meters: rounding.iter().map(|rounding| SumMeter::new(rate, channels, *rounding)).collect(),
            against: rounding.iter().map(|_| Against::new(rate.hz(), channels, parts.len())).collect(),
            rounding,
            mixes: candidates.into_iter().map(|(number, by)| (*number, *by, float(*number))).collect(),
            total: vec![vec![0.0; step_frames(rate) * STEPS]; channels],
            parts,
        })
    }

    fn block(&mut self, blocks: &[Option<Block>], mut residual: Option<&mut ResidualFile>) -> Result<(), CheckError> {
        let (mut frames, mut floats) = (0, 0.0);
        self.total.iter_mut().for_each(|plane| plane.fill(0.0));
        for part in &mut self.parts {
            if let Some((reader, block)) = &mut part.resampled {
                reader.read(block);
            }
            let resampled = part.resampled.as_ref().map(|(_, block)| block);
            let Some(block) = resampled.or(blocks[part.subject].as_ref()).filter(|block| block.got > 0) else {
                continue;
            };
            frames = frames.max(block.got);
            if part.float {
                floats += loudest(&block.planes);
            }
            add_part(&mut self.total, block, part.side);
        }
        for (mix, ..) in &self.mixes {
            frames = frames.max(blocks[*mix].as_ref().map_or(0, |block| block.got));
        }
        if frames == 0 {
            return Ok(());
        }
        let total: Vec<&[f64]> = self.total.iter().map(|plane| &plane[..frames]).collect();
        let planes: Vec<PartPlanes<'_>> =
            self.parts.iter().map(|part| part_planes(part, blocks, self.total.len())).collect();
        for (((number, _, float), meter), against) in self.mixes.iter().zip(&mut self.meters).zip(&mut self.against) {
            let Some(block) = &blocks[*number] else { continue };
            let mix: Vec<&[f64]> = block.planes.iter().map(|plane| &plane[..frames]).collect();
            let own = if *float { loudest(&block.planes) } else { 0.0 };
            meter.block(&mix, &total, floats + own);
            let left = meter.residual();
            against.block(left, &planes, meter.bound());
            // Of several mixes, the residual of the likeliest is written.
            if let Some(file) = residual.take() {
                file.write(left)?;
            }
        }
        Ok(())
    }

    /// Whether what is read at another rate is over too.
    fn is_over(&self) -> bool {
        self.parts.iter().all(|part| part.resampled.as_ref().is_none_or(|(_, block)| block.last))
    }

    fn finish(self, found: &Found, broken: &[bool], media: &dyn Media) -> Option<Summed> {
        let Self { rate, channels, parts, mut left_out, mixes, meters, against, rounding, .. } = self;
        for part in &parts {
            if broken[part.subject] {
                left_out.push((part.subject, "it cannot be read to its end".to_owned()));
            }
        }
        let sums = meters.into_iter().zip(against).map(|(meter, against)| (meter.finish(), against));
        let candidates = mixes.into_iter().zip(rounding).zip(sums).filter(|(((mix, ..), _), _)| !broken[*mix]);
        // What the stems are nearest to is what they were meant to add up to.
        let nearest = candidates.min_by(|(_, (a, _)), (_, (b, _))| a.rms.total_cmp(&b.rms));
        let (((mix, found_by, _), rounding), (sum, against)) = nearest?;
        // Of lossy files the residual is never quiet enough to be asked, and of stems that are left out nothing is known.
        let asked = !rounding.lossy && left_out.is_empty();
        let accused = if asked { against.finish() } else { Vec::new() };
        let accused = accused.into_iter().map(|accused| (parts[accused.part].subject, accused)).collect();
        let added = parts.iter().map(|part| part.subject).collect();
        let stems = parts.len();
        let mut summed = Summed { mix, found_by, stems, added, left_out, sum, rounding, delayed: None, accused };
        if summed.sum.class == SumClass::DoesNotNull
            && let Some((delay, _)) = summed.sum.delay.filter(|(delay, _)| *delay != 0)
        {
            let gain = delayed(found, &parts, (mix, delay), (rate, channels), media);
            if nulls(gain.left, summed.sum.mix_rms, &summed.rounding) {
                summed.sum.class = SumClass::CommonDelay;
            }
            summed.delayed = Some((delay, gain));
        }
        Some(summed)
    }
}

fn loudest(planes: &[Vec<f64>]) -> f64 {
    planes.iter().map(|plane| peak(plane)).fold(0.0, f64::max)
}

/// What `add_part` adds of a stem to each channel; nothing of stems that are resampled.
fn part_planes<'b>(part: &Part, blocks: &'b [Option<Block>], channels: usize) -> PartPlanes<'b> {
    let block = blocks[part.subject].as_ref().filter(|_| part.resampled.is_none());
    let plane = |channel: usize| {
        let planes = &block?.planes;
        match part.side {
            Some(Side::Left) if channel != 0 => None,
            Some(Side::Right) if channel != 1 => None,
            _ => planes.get(if planes.len() == 1 { 0 } else { channel }).map(Vec::as_slice),
        }
    };
    (0..channels).map(plane).collect()
}

/// Adds a stem: one channel sounds in all, but for a half of a stereo stem.
fn add_part(total: &mut [Vec<f64>], block: &Block, side: Option<Side>) {
    for (channel, total) in total.iter_mut().enumerate() {
        let from = match (side, block.planes.len()) {
            (Some(Side::Left), _) if channel != 0 => continue,
            (Some(Side::Right), _) if channel != 1 => continue,
            (_, 1) => 0,
            _ => channel,
        };
        add(total, &block.planes[from]);
    }
}

/// Compares the mix, from `delay` frames later on, with the sum.
fn delayed(
    found: &Found,
    parts: &[Part],
    (mix, delay): (usize, i64),
    (rate, channels): (SampleRate, usize),
    media: &dyn Media,
) -> Gain {
    let open = |number: usize, from: i64| {
        let subject = &found.subjects[number];
        let channels = subject.info.as_ref().map_or(1, |info| info.channels);
        Reader::new(open_at(media, &subject.path, u64::try_from(from).unwrap_or(0), rate), channels, rate)
    };
    let (mut late, mut late_block) = open(mix, delay.max(0));
    let mut stems: Vec<((Reader, Block), Option<Side>)> =
        parts.iter().map(|part| (open(part.subject, (-delay).max(0)), part.side)).collect();
    let mut total = vec![vec![0.0; step_frames(rate) * STEPS]; channels];
    let ([mut rr, mut rs, mut ss], mut samples) = ([0.0; 3], 0);
    // Of an inverted sum mix − Σ would hide what is left: mix + Σ is looked at as well.
    let [mut pp, mut ps] = [0.0; 2];
    loop {
        late.read(&mut late_block);
        stems.par_iter_mut().for_each(|((reader, block), _)| reader.read(block));
        total.iter_mut().for_each(|plane| plane.fill(0.0));
        for ((_, block), side) in &stems {
            add_part(&mut total, block, *side);
        }
        for (mix, sum) in late_block.planes.iter().zip(&total) {
            for (m, s) in mix.iter().zip(sum) {
                let (r, p) = (m - s, m + s);
                rr += r * r;
                rs += r * s;
                pp += p * p;
                ps += p * s;
                ss += s * s;
            }
            samples += mix.len() as u64;
        }
        if late_block.last && stems.iter().all(|((_, block), _)| block.last) {
            break;
        }
    }
    let plain = Gain::of(1.0, [rr, rs, ss], samples);
    let inverted = Gain::of(-1.0, [pp, ps, ss], samples);
    if inverted.left < plain.left { inverted } else { plain }
}
