//! The folder of a cache: entries by their keys, a bound, and what is known of the content of source files.

use crate::cache::CacheOptions;
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use stemwright_audio::{file_sha256, free_space};

/// Entries end with this, and those that are being written with the other.
const ENTRY: &str = "taps";
const UNFINISHED: &str = "new";
/// Hexadecimal digits of a key.
const KEY: usize = 64;
/// What is known of source files.
const CONTENTS: &str = "contents.tsv";
/// An unfinished entry of this age was left by a run that was killed.
const LEFT_BEHIND: Duration = Duration::from_secs(24 * 3600);
/// A file that was changed so lately may change again without its time telling.
const SETTLED: Duration = Duration::from_secs(3);
/// More source files than this are not remembered.
const MOST_CONTENTS: usize = 50_000;

/// A cache on disk.
pub(crate) struct Store {
    options: CacheOptions,
    /// SHA-256 of this program.
    pub(crate) program: String,
    contents: Mutex<HashMap<String, String>>,
}

impl Store {
    /// Opens the folder, and makes it if it is not there; nothing where that is refused.
    pub(crate) fn open(options: &CacheOptions) -> Option<Self> {
        make_private(&options.folder).ok()?;
        let known = fs::read_to_string(options.folder.join(CONTENTS)).unwrap_or_default();
        let pairs = known.lines().filter_map(|line| line.split_once('\t'));
        let contents: HashMap<String, String> =
            pairs.take(MOST_CONTENTS).map(|(stamp, hash)| (stamp.to_owned(), hash.to_owned())).collect();
        let store = Self { options: options.clone(), program: String::new(), contents: Mutex::new(contents) };
        let program = store.content(&std::env::current_exe().ok()?)?;
        Some(Self { program, ..store })
    }

    /// Where the entry of a key is.
    pub(crate) fn place(&self, key: &str) -> PathBuf {
        self.options.folder.join(format!("{key}.{ENTRY}"))
    }

    /// Where it is while it is written.
    pub(crate) fn unfinished(&self, key: &str) -> PathBuf {
        // Two jobs of one program may work on the same entry.
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        self.options.folder.join(format!("{key}-{}-{number}.{UNFINISHED}", std::process::id()))
    }

    /// Notes that an entry was used.
    pub(crate) fn touch(&self, key: &str) {
        // Where that fails the entry makes room a little earlier.
        let _ = fs::File::options()
            .append(true)
            .open(self.place(key))
            .and_then(|file| file.set_modified(SystemTime::now()));
    }

    /// How many bytes may be kept of one run: no more than the bound, and no more than half of what is free beside what
    /// the set itself will take.
    pub(crate) fn room(&self, set: u64) -> u64 {
        let free = free_space(&self.options.folder).unwrap_or(0);
        self.options.limit.min(free.saturating_sub(set) / 2)
    }

    /// SHA-256 of a file. Files that were hashed before and whose size and times are the same are not read again.
    pub(crate) fn content(&self, file: &Path) -> Option<String> {
        let file = file.canonicalize().ok()?;
        let meta = fs::metadata(&file).ok().filter(fs::Metadata::is_file)?;
        let changed = meta.modified().ok()?;
        let nanos = changed.duration_since(UNIX_EPOCH).ok()?.as_nanos();
        let stamp = format!("{}|{}|{nanos}|{}", file.display(), meta.len(), identity(&meta));
        let usable = !stamp.contains(['\t', '\n', '\r']);
        let lock = || self.contents.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(hash) = lock().get(&stamp).filter(|_| usable) {
            return Some(hash.clone());
        }
        let hash = file_sha256(&file).ok()?;
        let settled = SystemTime::now().duration_since(changed).is_ok_and(|age| age > SETTLED);
        if usable && settled {
            lock().insert(stamp, hash.clone());
        }
        Some(hash)
    }

    /// Writes down what was learnt, and takes away what is too much, beginning with what was used longest ago.
    pub(crate) fn clean(&self) {
        self.remember();
        let Ok(entries) = fs::read_dir(&self.options.folder) else { return };
        let now = SystemTime::now();
        let mut kept = Vec::new();
        for entry in entries.flatten() {
            let (path, Ok(meta)) = (entry.path(), entry.metadata()) else { continue };
            let used = meta.modified().unwrap_or(UNIX_EPOCH);
            // Nothing that was not named by us is touched, whatever folder this is.
            if !is_ours(&path) {
                continue;
            }
            match path.extension().and_then(|extension| extension.to_str()) {
                Some(ENTRY) => kept.push((used, meta.len(), path)),
                Some(UNFINISHED) if now.duration_since(used).is_ok_and(|age| age > LEFT_BEHIND) => {
                    let _ = fs::remove_file(path);
                }
                _ => {}
            }
        }
        kept.sort();
        let mut bytes: u64 = kept.iter().map(|(_, size, _)| size).sum();
        for (_, size, path) in kept {
            if bytes <= self.options.limit {
                break;
            }
            if fs::remove_file(path).is_ok() {
                bytes -= size;
            }
        }
    }

    fn remember(&self) {
        let contents = self.contents.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut lines: Vec<String> = contents.iter().map(|(stamp, hash)| format!("{stamp}\t{hash}\n")).collect();
        lines.sort_unstable();
        let whole = self.options.folder.join(CONTENTS);
        let part = self.unfinished(&"0".repeat(KEY));
        if fs::write(&part, lines.concat()).and_then(|()| fs::rename(&part, &whole)).is_err() {
            let _ = fs::remove_file(part);
        }
    }
}

/// Whether a file is called as entries are.
fn is_ours(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    name.get(..KEY).is_some_and(|key| key.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// What tells a file from another that took its place.
#[cfg(unix)]
fn identity(meta: &fs::Metadata) -> String {
    use std::os::unix::fs::MetadataExt;
    format!("{}|{}|{}|{}", meta.dev(), meta.ino(), meta.ctime(), meta.ctime_nsec())
}

#[cfg(not(unix))]
fn identity(meta: &fs::Metadata) -> String {
    format!("{:?}", meta.created().ok())
}

/// A folder that only its user can look into: it holds music that is not out yet.
fn make_private(folder: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(folder)
}
