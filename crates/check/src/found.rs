//! What a set is: its manifest and receipt if there are any, its files, and what each of them is.

use crate::report::{FileKind, FoundBy};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use stemwright_audio::{AudioError, Media, MediaInfo};
use stemwright_core::{Finding, Manifest, Receipt, ReferenceKind, Role, Severity};
use stemwright_daw::{AudioFiles, FileName, Files as Of, Side, What, audio_files, folder_name, understand};

/// The manifest's name.
const MANIFEST: &str = "stems.json";
/// The longest document that is read: the manifest of thousands of stems has a few megabytes.
const MOST_BYTES: u64 = 64 << 20;

/// Why nothing could be checked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckError {
    /// There is nothing to check.
    #[error("{message}")]
    NoSet {
        /// What is the matter.
        message: String,
        /// What to do.
        hint: Option<String>,
    },
    /// A file that was named cannot be read, or one cannot be written.
    #[error(transparent)]
    Audio(#[from] AudioError),
    /// Whoever watches the progress said stop.
    #[error("stopped")]
    Stopped,
}

impl CheckError {
    /// What to do about it.
    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::NoSet { hint, .. } => hint.as_deref(),
            Self::Audio(error) => error.hint(),
            Self::Stopped => None,
        }
    }
}

/// A file of the set.
#[derive(Debug)]
pub(crate) struct Subject {
    /// Below the folder.
    pub(crate) file: String,
    pub(crate) path: PathBuf,
    pub(crate) name: String,
    pub(crate) kind: FileKind,
    pub(crate) role: Option<Role>,
    /// Whether its role is a guess that nothing supports.
    pub(crate) unclear: bool,
    /// Of two mono files that are one stereo stem, which one it is.
    pub(crate) side: Option<Side>,
    /// What the manifest calls it, where it is in one.
    pub(crate) listed: Option<String>,
    pub(crate) info: Result<MediaInfo, AudioError>,
}

/// A set, before anything is measured.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) manifest: Option<Manifest>,
    pub(crate) receipt: Option<Receipt>,
    /// Whether the manifest is the one that the receipt was written for.
    pub(crate) manifest_same: bool,
    pub(crate) subjects: Vec<Subject>,
    /// Files that the stems may add up to, and how each was found.
    pub(crate) mixes: Vec<(usize, FoundBy)>,
    /// Listed files that are not there.
    pub(crate) missing: Vec<String>,
    pub(crate) findings: Vec<Finding>,
}

impl Found {
    /// Looks at a folder, or at one file; `mix` is what the stems are to be compared with.
    pub(crate) fn look(set: &Path, mix: Option<&Path>, media: &dyn Media) -> Result<Self, CheckError> {
        let metadata = fs::metadata(set).map_err(|error| CheckError::NoSet {
            message: format!("{} cannot be read: {error}", set.display()),
            hint: Some("name a folder of stems, or one audio file".into()),
        })?;
        let mut found = if metadata.is_dir() { Self::of_folder(set, media)? } else { Self::of_file(set, media)? };
        if let Some(mix) = mix {
            found.compare_with(mix, media)?;
        }
        if found.subjects.is_empty() && found.missing.is_empty() {
            let message = format!("{} holds no audio files", set.display());
            return Err(CheckError::NoSet { message, hint: Some("name the folder that the stems are in".into()) });
        }
        Ok(found)
    }

    fn of_file(file: &Path, media: &dyn Media) -> Result<Self, CheckError> {
        // One file that cannot be read is no set with a finding.
        let info = media.info(file)?;
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let mut found = Self::default();
        let path = file.to_owned();
        found.findings.extend(info.findings.iter().cloned());
        let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        found.subjects.push(subject(name, path, stem, FileKind::Mix, Ok(info)));
        Ok(found)
    }

    fn of_folder(folder: &Path, media: &dyn Media) -> Result<Self, CheckError> {
        let AudioFiles { mut files, findings } =
            audio_files(folder).map_err(|error| CheckError::NoSet { message: error.to_string(), hint: error.hint })?;
        let mut found = Self { findings, ..Self::default() };
        found.read_documents(folder);
        if let Some(manifest) = found.manifest.take() {
            found.by_manifest(&manifest, folder, &mut files, media);
            found.manifest = Some(manifest);
        } else {
            found.by_names(folder, &files, media);
        }
        for subject in &found.subjects {
            if let Ok(info) = &subject.info {
                found.findings.extend(info.findings.iter().cloned());
            }
        }
        Ok(found)
    }

    fn read_documents(&mut self, folder: &Path) {
        let Some(text) = self.document(folder, MANIFEST) else { return };
        let Some(manifest) = self.parsed::<Manifest>(&text, MANIFEST) else { return };
        // A name only: the manifest is foreign, and must not lead out of its folder.
        let plain = Path::new(&manifest.receipt).components().count() == 1 && !manifest.receipt.starts_with("..");
        if !manifest.receipt.is_empty() && plain {
            let receipt = self.document(folder, &manifest.receipt);
            self.receipt = receipt.and_then(|text| self.parsed::<Receipt>(&text, &manifest.receipt));
            if let Some(receipt) = &self.receipt {
                self.manifest_same = stemwright_audio::sha256(text.as_bytes()) == receipt.manifest_sha256;
            }
        }
        self.manifest = Some(manifest);
    }

    fn document(&mut self, folder: &Path, name: &str) -> Option<String> {
        let path = folder.join(name);
        let metadata = fs::metadata(&path).ok()?;
        let problem = if !metadata.is_file() || metadata.len() > MOST_BYTES {
            "it is too long, or no file".to_owned()
        } else {
            match fs::read_to_string(&path) {
                Ok(text) => return Some(text),
                Err(error) => error.to_string(),
            }
        };
        let what = format!("{name} cannot be read ({problem}); the set is understood by its file names");
        self.findings.push(Finding::new(Severity::Warning, "unreadable-document", what).in_file(&path));
        None
    }

    fn parsed<T: serde::de::DeserializeOwned>(&mut self, text: &str, name: &str) -> Option<T> {
        match serde_json::from_str(text) {
            Ok(value) => Some(value),
            Err(error) => {
                let what = format!("{name} is damaged, or of another version: {error}");
                let finding = Finding::new(Severity::Warning, "unreadable-document", what).in_file(Path::new(name));
                self.findings.push(
                    finding.hint(
                        "take the file from the delivery again; without it the set is understood by its file names",
                    ),
                );
                None
            }
        }
    }

    /// The files that the manifest lists; what else there is has no part in the sum.
    fn by_manifest(
        &mut self,
        manifest: &Manifest,
        folder: &Path,
        files: &mut BTreeMap<String, PathBuf>,
        media: &dyn Media,
    ) {
        let stems = manifest.stems.iter().map(|stem| (&stem.file, stem.name.clone(), FileKind::Stem, stem.role));
        let references = manifest.references.iter().map(|reference| {
            let kind = match reference.kind {
                ReferenceKind::Mix => FileKind::Mix,
                ReferenceKind::Master => FileKind::Master,
            };
            (&reference.file, name_of(&reference.file), kind, None)
        });
        let extras = manifest.extras.iter().map(|extra| (&extra.file, extra.name.clone(), FileKind::Extra, None));
        let listed: Vec<_> = stems.chain(references).chain(extras).collect();
        let mut absent = Vec::new();
        for (number, (file, ..)) in listed.iter().enumerate() {
            if !files.contains_key(*file) {
                absent.push(number);
            }
        }
        let mut found_as: BTreeMap<usize, String> = BTreeMap::new();
        let known: Vec<&String> = listed.iter().map(|listed| listed.0).collect();
        let mut others: Vec<String> = files.keys().filter(|file| !known.contains(file)).cloned().collect();
        // Wrapped anew: the same name with another ending.
        for number in &absent {
            let wanted = name_of(listed[*number].0);
            if let Some(at) = others.iter().position(|other| name_of(other) == wanted) {
                found_as.insert(*number, others.remove(at));
            }
        }
        // Renamed: the same bytes, or the same samples.
        let unplaced: Vec<usize> = absent.into_iter().filter(|number| !found_as.contains_key(number)).collect();
        if let Some(receipt) = self.receipt.as_ref().filter(|_| !unplaced.is_empty()) {
            let coding = manifest.format.coding;
            for other in std::mem::take(&mut others) {
                let proof = |number: usize| receipt.files.iter().find(|proof| proof.name == *listed[number].0);
                let hashes = crate::receipt::hashes(&files[&other], coding, media);
                let same = unplaced.iter().copied().filter(|number| !found_as.contains_key(number)).find(|number| {
                    proof(*number).is_some_and(|proof| {
                        hashes.iter().any(|hash| *hash == proof.sha256 || *hash == proof.pcm_sha256)
                    })
                });
                match same {
                    Some(number) => {
                        let what = format!("holds the samples of {}, and has another name", listed[number].0);
                        let note = Finding::new(Severity::Note, "renamed", what).in_file(Path::new(&other));
                        self.findings.push(note.hint(format!(
                            "call it {} again, so that others find it by the manifest",
                            listed[number].0
                        )));
                        found_as.insert(number, other);
                    }
                    None => others.push(other),
                }
            }
        }
        for (number, (file, name, kind, role)) in listed.into_iter().enumerate() {
            let here = found_as.remove(&number).unwrap_or_else(|| file.clone());
            let Some(path) = files.remove(&here) else {
                self.missing.push(file.clone());
                continue;
            };
            let info = media.info(&path);
            let mut subject = subject(here, path, name, kind, info);
            subject.role = role;
            subject.listed = Some(file.clone());
            let number = self.subjects.len();
            if manifest.references.iter().any(|reference| reference.sum && reference.file == *file) {
                self.mixes.push((number, FoundBy::Manifest));
            }
            self.subjects.push(subject);
        }
        for other in others {
            let what = "the manifest does not list it: it has no part in the sum, and is not checked";
            let finding = Finding::new(Severity::Warning, "unlisted-file", what).in_file(Path::new(&other));
            self.findings
                .push(finding.hint(format!("take it out of {}, or bounce the set again", folder_name(folder))));
        }
    }

    /// Roles, pairs and mixes by the names of the files.
    fn by_names(&mut self, folder: &Path, files: &BTreeMap<String, PathBuf>, media: &dyn Media) {
        let infos: Vec<_> = files.iter().map(|(file, path)| (file, path, media.info(path))).collect();
        let names: Vec<FileName> = infos
            .iter()
            .map(|(file, _, info)| match info {
                Ok(info) => FileName {
                    path: (*file).clone(),
                    channels: u16::try_from(info.channels).ok(),
                    frames: Some(info.frames),
                    rate: Some(info.rate.hz()),
                },
                Err(_) => FileName::new((*file).clone()),
            })
            .collect();
        let understood = understand(&folder_name(folder), &names);
        let mut subjects: Vec<Option<Subject>> = infos
            .into_iter()
            .map(|(file, path, info)| Some(subject(file.clone(), path.clone(), name_of(file), FileKind::Stem, info)))
            .collect();
        let numbered = names.iter().filter(|name| begins_with_number(&name.path)).count();
        for track in &understood.tracks {
            let sides = match track.files {
                Of::One(file) => vec![(file, None)],
                Of::Pair { left, right } => vec![(left, Some(Side::Left)), (right, Some(Side::Right))],
            };
            for (file, side) in sides {
                let Some(mut subject) = subjects[file].take() else { continue };
                subject.name.clone_from(&track.name);
                subject.unclear = track.because.is_empty();
                subject.role = (!subject.unclear).then_some(track.role);
                subject.side = side;
                // As our own sets call sums of stems that lie beside them.
                if numbered > 0 && is_extra(&subject.file) {
                    subject.kind = FileKind::Extra;
                }
                self.subjects.push(subject);
            }
        }
        for aside in &understood.asides {
            let Some(mut subject) = subjects[aside.file].take() else { continue };
            subject.name.clone_from(&aside.name);
            subject.kind = match aside.what {
                What::Reference if subject.file.to_lowercase().contains("master") => FileKind::Master,
                What::Reference => FileKind::Mix,
                What::Guide => FileKind::Guide,
                What::Hidden | What::NotAudio => continue,
            };
            self.subjects.push(subject);
        }
        let is_mix = |kind: FileKind| matches!(kind, FileKind::Mix | FileKind::Master);
        let mixes =
            self.subjects.iter().enumerate().filter(|(_, subject)| is_mix(subject.kind) && subject.info.is_ok());
        self.mixes = mixes.map(|(number, _)| (number, FoundBy::Name)).collect();
    }

    /// Takes one file for the mix, in the set or outside.
    fn compare_with(&mut self, mix: &Path, media: &dyn Media) -> Result<(), CheckError> {
        let same = |a: &Path, b: &Path| a.canonicalize().ok().is_some_and(|a| b.canonicalize().ok() == Some(a));
        let number = match self.subjects.iter().position(|subject| same(&subject.path, mix)) {
            Some(number) => number,
            None => {
                let info = media.info(mix)?;
                let file = mix.file_name().unwrap_or_default().to_string_lossy().into_owned();
                let name = name_of(&file);
                self.subjects.push(subject(file, mix.to_owned(), name, FileKind::Mix, Ok(info)));
                self.subjects.len() - 1
            }
        };
        if !matches!(self.subjects[number].kind, FileKind::Mix | FileKind::Master) {
            self.subjects[number].kind = FileKind::Mix;
        }
        self.mixes = vec![(number, FoundBy::Asked)];
        Ok(())
    }
}

fn subject(file: String, path: PathBuf, name: String, kind: FileKind, info: Result<MediaInfo, AudioError>) -> Subject {
    Subject { file, path, name, kind, role: None, unclear: false, side: None, listed: None, info }
}

/// A file name without its ending and folders.
fn name_of(file: &str) -> String {
    Path::new(file).file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn begins_with_number(file: &str) -> bool {
    name_of(file).starts_with(|c: char| c.is_ascii_digit())
}

/// `X1_…`.
fn is_extra(file: &str) -> bool {
    let name = name_of(file);
    let Some(rest) = name.strip_prefix('X') else { return false };
    let digits = rest.chars().take_while(char::is_ascii_digit).count();
    digits > 0 && rest[digits..].starts_with('_')
}
