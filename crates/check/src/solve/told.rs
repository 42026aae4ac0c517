//! How far solving has come.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

/// What is behind, of 1, when a step is done. How long each takes depends on the song; these are those of four minutes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step {
    Read = 15,
    Found = 25,
    Solved = 40,
    Explained = 55,
}

/// Tells somebody, and hears whether to go on.
pub(super) struct Told<'a> {
    tell: Mutex<&'a mut (dyn FnMut(f64) -> bool + Send)>,
    stopped: AtomicBool,
}

impl<'a> Told<'a> {
    pub(super) fn new(tell: &'a mut (dyn FnMut(f64) -> bool + Send)) -> Self {
        Self { tell: Mutex::new(tell), stopped: AtomicBool::new(false) }
    }

    fn tell(&self, done: f64) -> Option<()> {
        if let Ok(mut tell) = self.tell.lock()
            && !tell(done)
        {
            self.stopped.store(true, Ordering::Relaxed);
        }
        (!self.stopped.load(Ordering::Relaxed)).then_some(())
    }

    /// A step is done. `None` where it is to stop.
    pub(super) fn step(&self, step: Step) -> Option<()> {
        self.tell(step as usize as f64 / 100.0)
    }

    /// So much of the song was walked through, of 1.
    pub(super) fn walked(&self, share: f64) -> Option<()> {
        let before = Step::Explained as usize as f64 / 100.0;
        self.tell(before + (1.0 - before) * share)
    }
}
