//! A document put in its place as a whole, or not at all.

use crate::SessionError;
use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// Writes a session document. It is there whole, or what was there before is. Where a document is in the way it is
/// refused, or with `force` kept beside it as `NAME.bak`, `NAME.bak-2`…; its new name is returned.
///
/// # Errors
/// When something is in the way, or cannot be written.
pub fn write_session(path: &Path, text: &str, force: bool) -> Result<Option<PathBuf>, SessionError> {
    put_whole(path, force, |file| file.write_all(text.as_bytes()))
}

/// Writes a document of any kind as [`write_session`] does; `write` is given the new file.
pub(crate) fn put_whole(
    path: &Path,
    force: bool,
    write: impl FnOnce(&mut File) -> std::io::Result<()>,
) -> Result<Option<PathBuf>, SessionError> {
    let error = |message: String, hint: &str| SessionError {
        file: path.to_owned(),
        message,
        hint: Some(hint.to_owned()),
        place: None,
    };
    let failed = |source: std::io::Error| match source.kind() {
        ErrorKind::NotFound => error("its folder does not exist".into(), "make the folder, or write elsewhere with -o"),
        ErrorKind::PermissionDenied => {
            error("may not be written there".into(), "write elsewhere with -o, or check the permissions of the folder")
        }
        _ => error(format!("cannot be written: {source}"), "write elsewhere with -o"),
    };
    let in_the_way =
        || error("is already there".into(), "--force keeps it under another name; or write elsewhere with -o");
    if path.is_dir() {
        return Err(error("is a folder".into(), "write elsewhere with -o"));
    }
    if !force && path.symlink_metadata().is_ok() {
        return Err(in_the_way());
    }
    let Some(name) = path.file_name() else {
        return Err(error("is no name for a file".into(), "write elsewhere with -o"));
    };
    let mut hidden = std::ffi::OsString::from(".");
    hidden.push(name);
    hidden.push(".stemwright-new");
    let new = path.with_file_name(hidden);
    let put = || {
        let mut file = File::create(&new).map_err(failed)?;
        write(&mut file).and_then(|()| file.sync_all()).map_err(failed)?;
        let kept = if force && path.symlink_metadata().is_ok() { Some(keep(path).map_err(failed)?) } else { None };
        if kept.is_some() {
            std::fs::rename(&new, path).map_err(failed)?;
            return Ok(kept);
        }
        // A link fails where a name is taken; a rename would take it over.
        match std::fs::hard_link(&new, path) {
            Ok(()) => Ok(None),
            Err(taken) if taken.kind() == ErrorKind::AlreadyExists => Err(in_the_way()),
            // Some file systems have no links.
            Err(_) if path.symlink_metadata().is_ok() => Err(in_the_way()),
            Err(_) => std::fs::rename(&new, path).map(|()| None).map_err(failed),
        }
    };
    let result = put();
    let _ = std::fs::remove_file(&new);
    result
}

/// Gives what is there a second name that was free.
fn keep(path: &Path) -> std::io::Result<PathBuf> {
    for number in 1.. {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(if number == 1 { ".bak".to_owned() } else { format!(".bak-{number}") });
        let kept = path.with_file_name(name);
        match std::fs::hard_link(path, &kept) {
            Ok(()) => return Ok(kept),
            Err(taken) if taken.kind() == ErrorKind::AlreadyExists => {}
            Err(_) if kept.symlink_metadata().is_ok() => {}
            // Some file systems have no links.
            Err(_) => return std::fs::copy(path, &kept).map(|_| kept),
        }
    }
    Err(ErrorKind::AlreadyExists.into())
}
