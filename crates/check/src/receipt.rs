//! The receipt proved again: which files are still those that it was written for, and what became of the others.

use crate::found::{CheckError, Found, Subject};
use crate::pass::Measured;
use crate::report::{FileProved, FileState, ReceiptReport};
use crate::{Progress, Work};
use rayon::prelude::*;
use std::path::Path;
use stemwright_audio::{Media, SampleFormat, SampleHash, file_sha256};
use stemwright_core::{Coding, FileProof, Finding, Receipt, Severity};

/// Frames that are hashed at a time.
const BLOCK: usize = 16_384;

/// How samples of a coding are hashed.
fn format(coding: Coding) -> SampleFormat {
    match coding.integer_bits() {
        Some(16) => SampleFormat::Pcm16,
        Some(_) => SampleFormat::Pcm24,
        None => SampleFormat::Float32,
    }
}

/// The hash of a file and that of its samples; what cannot be read has none.
pub(crate) fn hashes(path: &Path, coding: Coding, media: &dyn Media) -> Vec<String> {
    let samples = || -> Result<String, stemwright_audio::AudioError> {
        let info = media.info(path)?;
        let mut reader = media.open_unlooked(path, 0)?;
        let mut hash = SampleHash::new(format(coding));
        let mut planes = vec![vec![0.0; BLOCK]; info.channels];
        loop {
            let mut slices: Vec<&mut [f64]> = planes.iter_mut().map(Vec::as_mut_slice).collect();
            let got = reader.read(&mut slices)?;
            hash.block(&planes.iter().map(|plane| &plane[..got]).collect::<Vec<_>>());
            if got < BLOCK {
                return Ok(hash.finish());
            }
        }
    };
    [file_sha256(path), samples()].into_iter().flatten().collect()
}

/// A receipt on its way, as far as it can be proved without decoding anything.
pub(crate) struct Proving {
    /// By subject: its place in the receipt.
    proofs: Vec<Option<usize>>,
    /// By subject: whether its bytes are the same.
    same: Vec<bool>,
    /// By subject: how its samples are to be hashed, where they can be compared.
    pub(crate) hashed: Vec<Option<SampleFormat>>,
}

impl Proving {
    /// Hashes what the receipt lists.
    pub(crate) fn new(found: &Found, progress: &mut (dyn FnMut(Progress) -> bool + Send)) -> Result<Self, CheckError> {
        let receipt = found.receipt.as_ref();
        let proof = |subject: &Subject| {
            let listed = subject.listed.as_ref()?;
            receipt?.files.iter().position(|proof| proof.name == *listed)
        };
        let proofs: Vec<Option<usize>> = found.subjects.iter().map(proof).collect();
        let size = |subject: &Subject| std::fs::metadata(&subject.path).map_or(0, |metadata| metadata.len());
        let wanted: Vec<(usize, &String)> =
            (0..proofs.len()).filter_map(|n| Some((n, &receipt?.files[proofs[n]?].sha256))).collect();
        let of: u64 = wanted.iter().map(|(n, _)| size(&found.subjects[*n])).sum();
        let mut same = vec![false; found.subjects.len()];
        let mut done = 0;
        // A few at a time, so that somebody is told in between.
        for files in wanted.chunks(4) {
            let is_same = |(n, wanted): &(usize, &String)| {
                (*n, file_sha256(&found.subjects[*n].path).ok().as_ref() == Some(*wanted))
            };
            let proved: Vec<(usize, bool)> = files.par_iter().map(is_same).collect();
            proved.into_iter().for_each(|(n, is_same)| same[n] = is_same);
            done += files.iter().map(|(n, _)| size(&found.subjects[*n])).sum::<u64>();
            if !progress(Progress { work: Work::Hashing, done: done as f64, of: of as f64 }) {
                return Err(CheckError::Stopped);
            }
        }
        let coding = found.manifest.as_ref().map(|manifest| manifest.format.coding);
        let hashed = (0..proofs.len()).map(|n| {
            let comparable = proofs[n].is_some() && !same[n] && differs(found, n).is_none();
            coding.filter(|_| comparable).map(format)
        });
        let hashed = hashed.collect();
        Ok(Self { proofs, same, hashed })
    }

    /// What became of everything, once samples are hashed and the sum is known: `sum_differs` on so many samples.
    pub(crate) fn finish(
        self,
        found: &Found,
        measured: &[Measured],
        sum_differs: Option<u64>,
    ) -> (Option<ReceiptReport>, Vec<Finding>) {
        let Some(receipt) = &found.receipt else { return (None, Vec::new()) };
        let mut findings = Vec::new();
        let mut files: Vec<FileProved> = receipt
            .files
            .iter()
            .map(|proof| FileProved { name: proof.name.clone(), found_as: None, state: FileState::Missing })
            .collect();
        for (number, subject) in found.subjects.iter().enumerate() {
            let Some(place) = self.proofs[number] else { continue };
            let proved = &mut files[place];
            proved.found_as = Some(subject.file.clone()).filter(|file| *file != proved.name);
            let pcm = measured[number].pcm_sha256.as_ref();
            proved.state = if subject.info.is_err() || measured[number].error.is_some() {
                FileState::Unreadable
            } else if self.same[number] {
                FileState::Same
            } else if let Some(difference) = differs(found, number) {
                let what = format!("{difference}: the receipt does not apply to it");
                let finding = Finding::new(Severity::Warning, "receipt-not-applicable", what).in_file(&subject.path);
                findings.push(
                    finding.hint("take the file as it was bounced where the proof matters; the sum is measured afresh"),
                );
                FileState::Reformatted
            } else if pcm == Some(&receipt.files[place].pcm_sha256) {
                let what = "the bytes are not those of the receipt, the samples are: it was wrapped or tagged anew";
                findings.push(Finding::new(Severity::Note, "rewrapped", what).in_file(&subject.path));
                FileState::Rewrapped
            } else {
                let (state, finding) = changed(&receipt.files, place, pcm, subject);
                findings.push(finding);
                state
            };
        }
        for proved in files.iter().filter(|proved| proved.state == FileState::Missing) {
            findings.push(missing(&proved.name));
        }
        if !found.manifest_same {
            let what = "the manifest is not the one that the receipt was written for: it was edited";
            findings.push(Finding::new(Severity::Note, "manifest-edited", what).in_file(Path::new("stems.json")));
        }
        findings.extend(sum_finding(receipt, &files, sum_differs));
        (Some(report(receipt, files, &findings)), findings)
    }
}

/// In which way a file is another than it was, so that its samples cannot be compared.
fn differs(found: &Found, number: usize) -> Option<String> {
    let (manifest, receipt) = (found.manifest.as_ref()?, found.receipt.as_ref()?);
    let subject = &found.subjects[number];
    let info = subject.info.as_ref().ok()?;
    let stem = manifest.stems.iter().find(|stem| Some(&stem.file) == subject.listed.as_ref());
    let channels = stem.map_or(manifest.format.layout.channels(), |stem| usize::from(stem.channels));
    let bits = manifest.format.coding.integer_bits();
    let depth = |bits: Option<u16>, float: bool| match bits {
        Some(bits) if float => format!("{bits}-bit floats"),
        Some(bits) => format!("{bits} bits"),
        None => "a lossy coding".to_owned(),
    };
    let was = depth(Some(bits.map_or(32, |bits| bits as u16)), bits.is_none());
    let is = depth(info.bits.filter(|_| info.lossless), info.float);
    if info.rate != receipt.rate {
        Some(format!("it has {}, and was bounced at {}", info.rate, receipt.rate))
    } else if is != was {
        Some(format!("it has {is}, and was bounced with {was}"))
    } else if info.channels != channels {
        Some(format!("it has {} channels, and was bounced with {channels}", info.channels))
    } else if info.frames != receipt.frames {
        Some(format!("it has {} frames, and was bounced with {}", info.frames, receipt.frames))
    } else {
        None
    }
}

fn changed(proofs: &[FileProof], place: usize, pcm: Option<&String>, subject: &Subject) -> (FileState, Finding) {
    let other = proofs.iter().enumerate().find(|(other, proof)| *other != place && Some(&proof.pcm_sha256) == pcm);
    match other {
        Some((_, other)) => {
            let what = format!("it holds the samples of {}", other.name);
            let finding = Finding::new(Severity::Error, "swapped-file", what).in_file(&subject.path);
            (FileState::Swapped, finding.hint("give the files their names back, or take the delivery again"))
        }
        None => {
            let what = "its samples are not those that the receipt was written for";
            let finding = Finding::new(Severity::Error, "changed-file", what).in_file(&subject.path);
            (FileState::Changed, finding.hint("take the file from the delivery again, or bounce the set again"))
        }
    }
}

/// A file of the manifest or of the receipt that is not there.
pub(crate) fn missing(name: &str) -> Finding {
    let finding = Finding::new(Severity::Error, "missing-file", "it is listed, and not there").in_file(Path::new(name));
    finding.hint("take the file from the delivery again, or bounce the set again")
}

/// What the receipt says of the sum, against what was found.
fn sum_finding(receipt: &Receipt, files: &[FileProved], differs: Option<u64>) -> Option<Finding> {
    let stated = receipt.null.lsb_errors? + receipt.null.mono_unmet.unwrap_or(0);
    let whole =
        !files.is_empty() && files.iter().all(|file| matches!(file.state, FileState::Same | FileState::Rewrapped));
    let found = differs.filter(|found| whole && *found > stated)?;
    let what = format!("the receipt says that the stems differ from the mix on {stated} samples; it is {found}");
    Some(Finding::new(Severity::Error, "receipt-wrong", what).in_file(Path::new("receipt.json")))
}

fn report(receipt: &Receipt, files: Vec<FileProved>, findings: &[Finding]) -> ReceiptReport {
    let count = |state: FileState| files.iter().filter(|file| file.state == state).count();
    let held = count(FileState::Same) + count(FileState::Rewrapped);
    let wrong = findings.iter().any(|finding| finding.severity == Severity::Error);
    let applies = !files.is_empty() && count(FileState::Reformatted) == 0;
    let proved = applies && held == files.len() && !wrong;
    let verdict = if files.is_empty() {
        "the receipt lists no files: the set was bounced without measuring".to_owned()
    } else if proved && count(FileState::Rewrapped) == 0 {
        format!("proved: all {} files are those of the receipt", files.len())
    } else if proved {
        format!(
            "proved: all {} files hold the samples of the receipt; {} of them wrapped or tagged anew",
            files.len(),
            count(FileState::Rewrapped)
        )
    } else if held == 0 && !applies && !wrong {
        format!("not applicable: all {} files have another rate, depth or length than the receipt's", files.len())
    } else {
        format!("not proved: {held} of {} files hold the samples of the receipt", receipt.files.len())
    };
    ReceiptReport { proved, applies, verdict, files }
}
