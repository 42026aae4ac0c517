//! Buffers: a signal and, where several stems meet, its lanes.

use crate::past::Past;

/// One planar buffer, one `Vec` a channel, each as long as the longest block.
#[derive(Default)]
pub(crate) struct Wave {
    pub(crate) channels: Vec<Vec<f64>>,
    /// Known to be exactly zero in the current block.
    pub(crate) silent: bool,
}

impl Wave {
    pub(crate) fn new(channels: usize, block: usize) -> Self {
        Self { channels: vec![vec![0.0; block]; channels], silent: true }
    }

    pub(crate) fn clear(&mut self, frames: usize) {
        self.channels.iter_mut().for_each(|channel| channel[..frames].fill(0.0));
        self.silent = true;
    }

    /// The current block of each channel.
    pub(crate) fn slices(&self, frames: usize) -> Vec<&[f64]> {
        self.channels.iter().map(|channel| &channel[..frames]).collect()
    }

    pub(crate) fn slices_mut(&mut self, frames: usize) -> Vec<&mut [f64]> {
        self.channels.iter_mut().map(|channel| &mut channel[..frames]).collect()
    }
}

/// The current block of a wave, or one as long from its past.
pub(crate) struct Heard<'a> {
    pub(crate) channels: Vec<&'a [f64]>,
    /// Known to be exactly zero.
    pub(crate) silent: bool,
}

/// The lane-free signal and its lanes. A signal that one stem alone makes up has no lanes: it is its own.
#[derive(Default)]
pub(crate) struct Signal {
    pub(crate) whole: Wave,
    pub(crate) lanes: Vec<Wave>,
    /// Of the whole, then of the lanes; none where nobody needs it.
    past: Vec<Past>,
}

impl Signal {
    pub(crate) fn new(channels: usize, lanes: usize, block: usize) -> Self {
        Self {
            whole: Wave::new(channels, block),
            lanes: (0..lanes).map(|_| Wave::new(channels, block)).collect(),
            past: Vec::new(),
        }
    }

    /// Also keeps what it was, so many frames back.
    pub(crate) fn keeping(mut self, frames: usize) -> Self {
        if frames > 0 {
            self.past = self.waves_mut().map(|wave| Past::new(frames, wave.channels.len())).collect();
        }
        self
    }

    /// Notes the block that was just computed.
    pub(crate) fn keep(&mut self, count: usize) {
        let waves = std::iter::once(&self.whole).chain(&self.lanes);
        self.past.iter_mut().zip(waves).for_each(|(past, wave)| past.push(wave, count));
    }

    /// A wave of so many frames ago: wave 0 is the whole, the others are its lanes.
    pub(crate) fn heard(&self, wave: usize, ago: usize, count: usize) -> Heard<'_> {
        let now = wave.checked_sub(1).map_or(&self.whole, |lane| &self.lanes[lane]);
        if ago == 0 {
            return Heard { channels: now.slices(count), silent: now.silent };
        }
        let past = &self.past[wave];
        let channels = (0..now.channels.len()).map(|channel| past.channel(channel, ago)).collect();
        Heard { channels, silent: past.is_silent(ago) }
    }

    /// Whether nothing is kept for others but exact zeros.
    pub(crate) fn is_at_rest(&self) -> bool {
        self.past.iter().all(Past::is_at_rest)
    }

    /// For how many more frames something audible is kept for others.
    pub(crate) fn pending(&self) -> u64 {
        self.past.iter().map(Past::pending).max().unwrap_or(0)
    }

    /// The lane-free signal, then the lanes.
    pub(crate) fn waves_mut(&mut self) -> impl Iterator<Item = &mut Wave> {
        std::iter::once(&mut self.whole).chain(&mut self.lanes)
    }

    pub(crate) fn is_silent(&self) -> bool {
        self.whole.silent && self.lanes.iter().all(|lane| lane.silent)
    }
}
