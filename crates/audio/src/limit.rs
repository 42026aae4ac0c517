//! How many files the system lets a process have open.

/// Raises this process's limit of open files as far as an ordinary user may: a set of two hundred stems is two hundred
/// open files, and some systems begin with 256 for everything.
#[cfg(unix)]
pub fn allow_many_files() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    // macOS says "unlimited" and then refuses more than this.
    const ENOUGH: u64 = 10_240;
    let most = limit.maximum.unwrap_or(ENOUGH).min(ENOUGH);
    if limit.current.is_some_and(|current| current < most) {
        // Where it is refused, the limit stays as it was, and a set that needs more says so.
        let _ = setrlimit(Resource::Nofile, Rlimit { current: Some(most), maximum: limit.maximum });
    }
}

/// Raises this process's limit of open files; there is none here.
#[cfg(not(unix))]
pub fn allow_many_files() {}
