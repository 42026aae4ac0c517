//! What pages are drawn from: a file or a residual in a bounded number of columns, however long it is.

use stemwright_dsp::Loudness;

/// A file in at most [`Overview::MOST`] columns of equal length. All lists are as long as there are columns, or empty.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Overview {
    /// Frames in each column; the last may have fewer.
    pub frames_a_column: u64,
    /// The lowest and the highest sample of all channels.
    pub waveform: Vec<[f32; 2]>,
    /// The mean square over all channels.
    pub power: Vec<f32>,
    /// The correlation of two channels; NaN where there is none.
    pub correlation: Vec<f32>,
    /// Short-term loudness (3 s) in LUFS, 100 ms apart or, of long files, the largest of several; NaN where there is none.
    pub short_term: Vec<f32>,
    /// Seconds from one value of `short_term` to the next.
    pub short_term_step: f64,
    /// Of a residual: the power by time and frequency.
    pub spectrogram: Option<Spectrogram>,
}

impl Overview {
    /// More columns than any page is wide.
    pub const MOST: usize = 2048;
}

/// Power over time and frequency.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Spectrogram {
    /// Frames in each column.
    pub frames_a_column: u64,
    /// The lower edges of the bands in Hz, and the upper edge of the last: logarithmic.
    pub edges: Vec<f32>,
    /// Mean power in dBFS (0 is a full-scale sine), column after column, each from the lowest band on; −∞ where nothing is.
    pub columns: Vec<Vec<f32>>,
}

impl Overview {
    /// Takes short-term loudness over, thinned out to as many values as there may be columns.
    pub(crate) fn set_short_term(&mut self, loudness: &Loudness) {
        let values: Vec<f32> =
            loudness.short_term().map(|value| value.map_or(f32::NAN, |value| value as f32)).collect();
        let several = values.len().div_ceil(Self::MOST).max(1);
        let loudest = |values: &[f32]| values.iter().copied().fold(f32::NAN, f32::max);
        self.short_term = values.chunks(several).map(loudest).collect();
        self.short_term_step = several as f64 * 0.1;
    }
}
