//! Ctrl-C: long work looks here and leaves nothing half-written.

use crate::exit::STOPPED;
use anyhow::Context;
use std::sync::atomic::{AtomicBool, Ordering};

/// Set by Ctrl-C; the engine looks at it in every block.
pub(crate) static STOP: AtomicBool = AtomicBool::new(false);

/// Listens from now on.
pub(crate) fn listen() -> anyhow::Result<()> {
    let handler = || {
        if STOP.swap(true, Ordering::Relaxed) {
            // Asked twice: the rest of the staging folder is removed by the next run.
            std::process::exit(i32::from(STOPPED));
        }
    };
    ctrlc::set_handler(handler).context("cannot listen for Ctrl-C")
}
