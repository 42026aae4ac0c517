//! Buffers: a signal and, where several stems meet, its lanes.

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

    /// The current block of a stereo wave.
    pub(crate) fn sides(&self, frames: usize) -> [&[f64]; 2] {
        [&self.channels[0][..frames], &self.channels[1][..frames]]
    }

    pub(crate) fn slices_mut(&mut self, frames: usize) -> Vec<&mut [f64]> {
        self.channels.iter_mut().map(|channel| &mut channel[..frames]).collect()
    }

    /// The largest magnitude of a part of the current block.
    pub(crate) fn peak(&self, range: std::ops::Range<usize>) -> f64 {
        if self.silent {
            return 0.0;
        }
        self.channels.iter().flat_map(|channel| &channel[range.clone()]).fold(0.0, |peak, x| peak.max(x.abs()))
    }
}

/// The lane-free signal and its lanes. A signal that one stem alone makes up has no lanes: it is its own.
#[derive(Default)]
pub(crate) struct Signal {
    pub(crate) whole: Wave,
    pub(crate) lanes: Vec<Wave>,
}

impl Signal {
    pub(crate) fn new(channels: usize, lanes: usize, block: usize) -> Self {
        Self { whole: Wave::new(channels, block), lanes: (0..lanes).map(|_| Wave::new(channels, block)).collect() }
    }

    /// The lane-free signal, then the lanes.
    pub(crate) fn waves_mut(&mut self) -> impl Iterator<Item = &mut Wave> {
        std::iter::once(&mut self.whole).chain(&mut self.lanes)
    }

    pub(crate) fn is_silent(&self) -> bool {
        self.whole.silent && self.lanes.iter().all(|lane| lane.silent)
    }
}
