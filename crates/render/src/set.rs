//! The writer of a stem set: blocks in; quantised, measured and proven files out.

use crate::delivery::{Delivery, MASTER, MIX, PREMASTER};
use crate::engine::PARALLEL_FROM;
use crate::master::is_plain;
use crate::null::{Null, NullTest};
use crate::print::Print;
use crate::route::{Route, add};
use crate::spec::spec;
use crate::{Block, EngineError, Graph, Sink};
use rayon::prelude::*;
use std::path::Path;
use stemwright_audio::{AudioError, Chunk, FileSpec, Remainders, SumQuantiser, file_sha256};
use stemwright_core::{FileProof, Layout, Levels};

/// The manifest's name.
pub const MANIFEST: &str = "stems.json";
/// The receipt's name.
pub const RECEIPT: &str = "receipt.json";

pub(crate) struct SetWriter<'d> {
    delivery: &'d Delivery,
    /// What the stems add up to, and the other side of the master chain.
    references: [Print; 2],
    /// Whether both are the same samples: then the second is measured and hashed with the first.
    same: bool,
    /// By stem; none for those that are not written.
    stems: Vec<Option<Print>>,
    extras: Vec<Print>,
    fold: Option<Fold>,
    null: NullTest,
    quantiser: Option<SumQuantiser>,
    /// What the dither of the other side of the master chain is made from.
    beside_id: String,
    stem_integers: Vec<Vec<i32>>,
    /// The integers of an extra, summed.
    totals: Vec<i64>,
    /// The lanes of extras, summed.
    sums: Vec<Vec<Vec<f64>>>,
    /// Left and right of mono stems, as one.
    means: Vec<Vec<f64>>,
    /// The session frame of the next block.
    now: i64,
    /// The largest |left − right| and the largest sample of each stem.
    apart: Vec<(f64, f64)>,
}

/// A finished set, before its manifest.
pub(crate) struct Finished {
    /// Frames in every file.
    pub(crate) frames: u64,
    /// References, stems and extras that were written, in this order.
    pub(crate) names: Vec<String>,
    /// Their hashes, in the same order; none where nothing was measured.
    pub(crate) files: Vec<FileProof>,
    /// Largest magnitudes, in the same order.
    pub(crate) peaks: Vec<f64>,
    /// What is stored of them, in the same order.
    pub(crate) levels: Vec<Levels>,
    pub(crate) null: Null,
    /// Of integer files.
    pub(crate) remainders: Option<Remainders>,
    /// The stems whose left and right are the same.
    pub(crate) same_sides: Vec<bool>,
}

/// Dither is made from the name that a file has as WAV, so that a set holds the same samples in every container.
fn dithered(name: &str) -> String {
    format!("{name}.wav")
}

/// The layout of the master into that of the files.
struct Fold {
    route: Route,
    /// Of what was folded in the block at hand.
    folded: Vec<Vec<Vec<f64>>>,
}

impl Fold {
    /// Folds a signal of the block into place `number`.
    fn fold(route: &Route, signal: &[&[f64]], into: &mut Vec<Vec<f64>>) {
        into.resize_with(route.cells.len(), Vec::new);
        for (channel, cells) in into.iter_mut().zip(&route.cells) {
            channel.clear();
            channel.resize(signal[0].len(), 0.0);
            cells.iter().for_each(|&(from, factor)| add(channel, signal[from], route.factors[factor]));
        }
    }
}

fn slices(channels: &[Vec<f64>]) -> Vec<&[f64]> {
    channels.iter().map(Vec::as_slice).collect()
}

impl<'d> SetWriter<'d> {
    /// Opens all files in `folder`.
    pub(crate) fn create(
        folder: &Path,
        graph: &Graph<'_>,
        delivery: &'d Delivery,
        chunks: &[Vec<Chunk>],
        expected: u64,
    ) -> Result<Self, AudioError> {
        let (session, format) = (graph.session, delivery.format);
        let (layout, factor) = (format.layout, format.gain.factor());
        let print = |title: &str, name: &str, layout: Layout, chunks: &[Chunk], measured: bool| {
            let kind = (format.container(), format.sample_format());
            let spec = FileSpec { chunks: chunks.to_vec(), ..spec(session, title, layout, kind, delivery.start) };
            Print::create(folder, name, &spec, factor, expected, measured)
        };
        let file = |title: &str, name: &str, layout: Layout, chunks: &[Chunk]| {
            print(title, name, layout, chunks, delivery.measured)
        };
        // Each file has a dither of its own.
        let same = is_plain(&session.master) && !format.dither;
        let [sum, beside] = format.references();
        let beside_title = if format.through_master { "Premaster" } else { "Master" };
        let references = [
            file("Mix reference", &sum, layout, &[])?,
            print(beside_title, &beside, layout, &[], delivery.measured && !same)?,
        ];
        let stem = |(stem, chunks): (&crate::delivery::DeliveredStem, &Vec<Chunk>)| {
            let layout = if stem.mono { Layout::Mono } else { layout };
            stem.written.then(|| file(&stem.name, &stem.file, layout, chunks)).transpose()
        };
        let stems = delivery.stems.iter().zip(chunks).map(stem).collect::<Result<Vec<_>, _>>()?;
        let extra = |extra: &crate::delivery::DeliveredExtra| file(&extra.name, &extra.file, layout, &[]);
        let names: Vec<String> = delivery.stems.iter().map(|stem| stem.name.clone()).collect();
        let mono: Vec<bool> = delivery.stems.iter().map(|stem| stem.mono).collect();
        let channels = layout.channels();
        let quantiser = format.coding.integer_bits().map(|bits| {
            SumQuantiser::new(bits, channels, factor, format.dither, &dithered(MIX), &names).with_mono(&mono)
        });
        Ok(Self {
            delivery,
            references,
            same,
            stems,
            extras: delivery.extras.iter().map(extra).collect::<Result<_, _>>()?,
            fold: (layout != session.master.layout)
                .then(|| Fold { route: Route::new(session.master.layout, layout), folded: Vec::new() }),
            null: NullTest::new(names.len(), channels, session.rate),
            quantiser,
            beside_id: dithered(if format.through_master { PREMASTER } else { MASTER }),
            stem_integers: vec![Vec::new(); names.len()],
            totals: Vec::new(),
            sums: vec![Vec::new(); delivery.extras.len()],
            means: vec![Vec::new(); names.len()],
            now: graph.start,
            apart: vec![(0.0, 0.0); names.len()],
        })
    }

    /// Completes the files and reads them back for their hashes.
    pub(crate) fn finish(self, folder: &Path) -> Result<Finished, AudioError> {
        let remainders = self.quantiser.as_ref().map(SumQuantiser::remainders);
        let null = self.null.found();
        // As for lanes: rounding of a signal that is as loud as this.
        let same = |&(apart, peak): &(f64, f64)| apart <= peak / (1u64 << 34) as f64;
        let same_sides = self.apart.iter().map(same).collect();
        let mut prints: Vec<Print> =
            self.references.into_iter().chain(self.stems.into_iter().flatten()).chain(self.extras).collect();
        let names: Vec<String> = prints.iter().map(|file| file.name.clone()).collect();
        let peaks = prints.iter().map(|file| file.peak).collect();
        let mut levels: Vec<Levels> = prints.iter_mut().map(Print::levels).collect();
        if self.same {
            levels[1] = levels[0];
        }
        let files: Vec<Result<Option<FileProof>, AudioError>> =
            prints.into_par_iter().zip(&levels).map(|(file, levels)| file.finish(folder, *levels)).collect();
        let mut files: Vec<Option<FileProof>> = files.into_iter().collect::<Result<_, _>>()?;
        if let (true, Some(first)) = (self.same, &files[0]) {
            let (name, pcm_sha256) = (names[1].clone(), first.pcm_sha256.clone());
            files[1] = Some(FileProof { sha256: file_sha256(&folder.join(&name))?, name, pcm_sha256 });
        }
        Ok(Finished {
            frames: (self.now - self.delivery.start).max(0) as u64,
            names,
            files: files.into_iter().flatten().collect(),
            peaks,
            levels,
            null,
            remainders,
            same_sides,
        })
    }

    /// Takes a block in the layout of the files.
    fn folded(
        &mut self,
        start: i64,
        sum: &[&[f64]],
        beside: &[&[f64]],
        stems: &[Vec<&[f64]>],
    ) -> Result<(), EngineError> {
        let frames = sum[0].len();
        // What lies before a section is proven with it, and not written.
        let skipped = (self.delivery.start - start).clamp(0, frames as i64) as usize;
        let part = |signal: &[&'_ [f64]]| -> Vec<Vec<f64>> { signal.iter().map(|c| c[skipped..].to_vec()).collect() };
        if skipped == 0 {
            return self.written(sum, beside, stems, true);
        }
        self.null.block(sum, stems);
        if let Some(quantiser) = &mut self.quantiser {
            quantiser.skip(skipped as u64);
        }
        if skipped == frames {
            return Ok(());
        }
        let (sum, beside) = (part(sum), part(beside));
        let stems: Vec<Vec<Vec<f64>>> = stems.iter().map(|stem| part(stem)).collect();
        let stems: Vec<Vec<&[f64]>> = stems.iter().map(|stem| slices(stem)).collect();
        self.written(&slices(&sum), &slices(&beside), &stems, false)
    }

    /// Quantises, measures and writes; proves the floats as well where they were not.
    fn written(
        &mut self,
        sum: &[&[f64]],
        beside: &[&[f64]],
        stems: &[Vec<&[f64]>],
        prove: bool,
    ) -> Result<(), EngineError> {
        let serial = sum[0].len() < PARALLEL_FROM;
        let Self { references, same, quantiser, beside_id, null, stem_integers, .. } = self;
        let [whole, other] = references;
        let mut quantise = || {
            let Some(quantiser) = quantiser else { return };
            if !*same {
                quantiser.alone(beside_id, quantiser.frame(), beside, &mut other.integers);
            }
            quantiser.block(sum, stems, &mut whole.integers, stem_integers);
            if *same {
                other.integers.clone_from(&whole.integers);
            }
        };
        match (prove, serial) {
            (false, _) => quantise(),
            (true, true) => {
                null.block(sum, stems);
                quantise();
            }
            (true, false) => _ = rayon::join(|| null.block(sum, stems), quantise),
        }
        self.sum_extras(stems);
        if self.delivery.seeks_mono {
            self.join_sides(stems);
        }
        for (print, integers) in self.stems.iter_mut().zip(&mut self.stem_integers) {
            if let Some(print) = print {
                std::mem::swap(&mut print.integers, integers);
            }
        }
        let Self { references, same, stems: prints, extras, sums, means, delivery, quantiser, .. } = self;
        let [whole, other] = references;
        // Who quantises has seen every sample.
        let mut peaks = quantiser.iter().flat_map(SumQuantiser::peaks);
        let peak = peaks.next();
        let other_peak = peak.filter(|_| *same);
        let mut work = vec![(whole, sum.to_vec(), peak), (other, beside.to_vec(), other_peak)];
        for (((print, signal), plan), mean) in prints.iter_mut().zip(stems).zip(&delivery.stems).zip(means.iter()) {
            let peak = peaks.next();
            if let Some(print) = print {
                work.push(if plan.mono { (print, vec![mean.as_slice()], None) } else { (print, signal.clone(), peak) });
            }
        }
        drop(peaks);
        work.extend(extras.iter_mut().zip(sums.iter()).map(|(print, sum)| (print, slices(sum), None)));
        let write = |(file, signal, peak): (&mut Print, Vec<&[f64]>, Option<f64>)| file.block(&signal, peak);
        if serial {
            return Ok(work.into_iter().try_for_each(write)?);
        }
        let results: Vec<Result<(), AudioError>> = work.into_par_iter().map(write).collect();
        Ok(results.into_iter().collect::<Result<(), _>>()?)
    }

    /// Extras are sums: of the lanes, to be measured and written as floats, and of the integers of the stem files.
    fn sum_extras(&mut self, stems: &[Vec<&[f64]>]) {
        let channels = self.delivery.format.layout.channels();
        let extras = self.extras.iter_mut().zip(&self.delivery.extras).zip(&mut self.sums);
        for ((print, plan), sums) in extras {
            sums.resize_with(channels, Vec::new);
            for (c, sum) in sums.iter_mut().enumerate() {
                sum.clear();
                sum.resize(stems[0][0].len(), 0.0);
                plan.stems.iter().for_each(|&stem| add(sum, stems[stem][c], 1.0));
            }
            if self.quantiser.is_none() {
                continue;
            }
            let totals = &mut self.totals;
            totals.clear();
            totals.resize(sums[0].len() * channels, 0);
            for &stem in &plan.stems {
                let integers = &self.stem_integers[stem];
                let times = if self.delivery.stems[stem].mono { channels } else { 1 };
                let spread = integers.iter().flat_map(|&x| std::iter::repeat_n(i64::from(x), times));
                totals.iter_mut().zip(spread).for_each(|(sum, x)| *sum += x);
            }
            let bits = self.delivery.format.coding.integer_bits().unwrap_or(24);
            let most = (1i64 << (bits - 1)) - 1;
            if totals.iter().any(|sum| !(-most - 1..=most).contains(sum)) {
                // A sum of integers may clip where its floats hardly do not: it is refused like any other.
                print.peak = print.peak.max(1.0);
            }
            print.integers.clear();
            print.integers.extend(totals.iter().map(|&sum| sum.clamp(-most - 1, most) as i32));
        }
    }

    /// Notes how far left and right are apart, and makes one of them for mono stems.
    fn join_sides(&mut self, stems: &[Vec<&[f64]>]) {
        for (number, signal) in stems.iter().enumerate() {
            let [left, right] = signal.as_slice() else { return };
            let (apart, peak) = &mut self.apart[number];
            for (l, r) in left.iter().zip(*right) {
                *apart = apart.max((l - r).abs());
                *peak = peak.max(l.abs());
            }
            if self.delivery.stems[number].mono {
                self.means[number].clear();
                self.means[number].extend(left.iter().zip(*right).map(|(l, r)| (l + r) / 2.0));
            }
        }
    }
}

impl Sink for SetWriter<'_> {
    fn block(&mut self, block: &Block<'_>) -> Result<(), EngineError> {
        let through = self.delivery.format.through_master;
        let (sum, beside) = if through { (&block.master, &block.mix) } else { (&block.mix, &block.master) };
        self.now = block.start + block.frames as i64;
        let Some(mut fold) = self.fold.take() else {
            return self.folded(block.start, sum, beside, &block.stems);
        };
        let signals = [sum, beside].into_iter().chain(&block.stems);
        fold.folded.resize_with(2 + block.stems.len(), Vec::new);
        fold.folded.iter_mut().zip(signals).for_each(|(into, signal)| Fold::fold(&fold.route, signal, into));
        let folded: Vec<Vec<&[f64]>> = fold.folded.iter().map(|signal| slices(signal)).collect();
        let taken = self.folded(block.start, &folded[0], &folded[1], &folded[2..]);
        drop(folded);
        self.fold = Some(fold);
        taken
    }
}
