//! Faults at file operations, on request: that a set is whole or not there is shown by failing at every one of them.
//!
//! `STEMWRIGHT_FAULT_AT=N:KIND` in the environment: the Nth operation on the way to a set fails (`enospc`, `eacces`,
//! `ebusy`), or the process is killed just before it, which is just after the one before (`kill`). Of an operation of
//! several steps, half is done first. `N+:KIND` means the Nth and all that follow: a disk that stays full. `0` only
//! lists the operations on standard error. `STEMWRIGHT_FAULT_TURNS=1` lets two folders change places in two renames, as
//! on a file system that cannot exchange them. Without these variables a point costs one look at an atomic.

use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

struct Plan {
    at: u64,
    lasting: bool,
    kind: Kind,
}

enum Kind {
    List,
    Kill,
    Fail(ErrorKind),
}

static PLAN: LazyLock<Option<Plan>> = LazyLock::new(|| Plan::read(&std::env::var("STEMWRIGHT_FAULT_AT").ok()?));
static TURNS: LazyLock<bool> = LazyLock::new(|| std::env::var_os("STEMWRIGHT_FAULT_TURNS").is_some());
static PASSED: AtomicU64 = AtomicU64::new(0);

impl Plan {
    fn read(text: &str) -> Option<Self> {
        if text == "0" {
            return Some(Self { at: 0, lasting: true, kind: Kind::List });
        }
        let (at, kind) = text.split_once(':')?;
        let kind = match kind {
            "kill" => Kind::Kill,
            "enospc" => Kind::Fail(ErrorKind::StorageFull),
            "eacces" => Kind::Fail(ErrorKind::PermissionDenied),
            "ebusy" => Kind::Fail(ErrorKind::ResourceBusy),
            _ => return None,
        };
        let once = at.trim_end_matches('+');
        Some(Self { at: once.parse().ok()?, lasting: once != at, kind })
    }
}

/// Stands before a file operation.
///
/// # Errors
/// The one that was asked for.
pub fn point(operation: &str) -> io::Result<()> {
    torn(operation, || ())
}

/// As [`point`], before an operation of several steps, of which `half` does some: they are done before the fault.
///
/// # Errors
/// The one that was asked for.
pub fn torn(operation: &str, half: impl FnOnce()) -> io::Result<()> {
    let Some(plan) = PLAN.as_ref() else { return Ok(()) };
    let number = PASSED.fetch_add(1, Ordering::Relaxed) + 1;
    if number != plan.at && !(plan.lasting && number > plan.at) {
        return Ok(());
    }
    match plan.kind {
        Kind::List => {
            eprintln!("{number}: {operation}");
            Ok(())
        }
        Kind::Kill => {
            half();
            kill()
        }
        Kind::Fail(error) => {
            half();
            Err(error.into())
        }
    }
}

/// Writes all of `bytes`, with a point at which half of them are written.
///
/// # Errors
/// When the system refuses, or as asked for.
pub fn write_all(file: &mut File, bytes: &[u8], operation: &str) -> io::Result<()> {
    torn(operation, || drop(file.write_all(&bytes[..bytes.len() / 2])))?;
    file.write_all(bytes)
}

/// Whether folders are to change places in two renames.
pub(crate) fn in_turns() -> bool {
    *TURNS
}

/// As `kill -9` does: nothing is dropped, no handler runs.
fn kill() -> ! {
    #[cfg(unix)]
    let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
    std::process::abort()
}
