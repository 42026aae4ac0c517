//! What stands where a set is to be written, and whether it may be replaced.

use crate::impulses;
use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use stemwright_audio::{file_sha256, sha256};
use stemwright_core::{Manifest, Receipt, Session};

/// What is at the target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Occupied {
    /// Nothing, or an empty folder.
    Free,
    /// A set whose every file matches its receipt, with nothing else in the folder.
    OurSet,
    /// Something that was not written by us, or was changed since; in words.
    Other(String),
}

/// Looks at the target. Every file of a set is read and hashed.
pub(crate) fn examine(target: &Path) -> Occupied {
    let entries = match std::fs::read_dir(target) {
        Ok(entries) => entries,
        // A file in the way is refused where the folder is to be made.
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Occupied::Free,
        Err(error) => return Occupied::Other(format!("it cannot be looked into: {error}")),
    };
    let names: BTreeSet<String> = entries.flatten().map(|e| e.file_name().to_string_lossy().into_owned()).collect();
    if names.is_empty() {
        return Occupied::Free;
    }
    let read = |name: &str| std::fs::read(target.join(name)).ok();
    let manifest = read(crate::set::MANIFEST).and_then(|json| serde_json::from_slice::<Manifest>(&json).ok());
    let Some(manifest) = manifest else {
        return Occupied::Other(format!("it holds `{}`", names.first().map_or("", String::as_str)));
    };
    let receipt = read(&manifest.receipt).and_then(|json| serde_json::from_slice::<Receipt>(&json).ok());
    let Some(receipt) = receipt else {
        return Occupied::Other(format!("its `{}` is missing or not readable", manifest.receipt));
    };
    if receipt.files.is_empty() {
        return Occupied::Other(
            "its receipt has no hashes (--no-measure), so nobody knows whether it was changed".into(),
        );
    }
    let mut known: BTreeSet<&str> = receipt.files.iter().map(|file| file.name.as_str()).collect();
    known.extend([crate::set::MANIFEST, manifest.receipt.as_str()]);
    if let Some(unknown) = names.iter().find(|name| !known.contains(name.as_str())) {
        return Occupied::Other(format!("`{unknown}` is not part of the set in it"));
    }
    let changed = |file: &&stemwright_core::FileProof| {
        names.contains(&file.name) && file_sha256(&target.join(&file.name)).ok().as_ref() != Some(&file.sha256)
    };
    if read(crate::set::MANIFEST).map(|json| sha256(&json)).as_ref() != Some(&receipt.manifest_sha256) {
        return Occupied::Other(format!("its `{}` was changed since it was written", crate::set::MANIFEST));
    }
    match receipt.files.iter().find(changed) {
        Some(file) => Occupied::Other(format!("`{}` was changed since it was written", file.name)),
        None => Occupied::OurSet,
    }
}

/// A file of the session's clips or reverbs that lies in the target, by its own name or at the end of a link: a set that replaces
/// what it is made from would destroy it.
pub(crate) fn source_within(session: &Session, target: &Path) -> Option<PathBuf> {
    let target = target.canonicalize().ok()?;
    let clips = session.tracks.iter().flat_map(|track| &track.clips).map(|clip| clip.file.as_path());
    let files: BTreeSet<&Path> = clips.chain(impulses::files(session)).collect();
    let within = |path: &Path| path.canonicalize().is_ok_and(|path| path.starts_with(&target));
    files.into_iter().find(|file| within(file) || file.parent().is_some_and(within)).map(Path::to_owned)
}

/// Names, sizes and times in a folder: whether somebody touched it between examining and replacing.
pub(crate) fn glance(target: &Path) -> BTreeSet<(String, u64, Option<SystemTime>)> {
    let entries = std::fs::read_dir(target).into_iter().flatten().flatten();
    let glance = entries.map(|entry| {
        let meta = entry.metadata().ok();
        let (size, time) = meta.map_or((0, None), |meta| (meta.len(), meta.modified().ok()));
        (entry.file_name().to_string_lossy().into_owned(), size, time)
    });
    glance.collect()
}
