//! Channel layouts, their order in files, and how a signal of one layout goes into another.

use serde::{Deserialize, Serialize};

/// Which loudspeaker, or which of mid and side, each channel is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Layout {
    /// One channel.
    #[serde(rename = "mono")]
    Mono,
    /// Left, right.
    #[default]
    #[serde(rename = "stereo")]
    Stereo,
    /// Mid (L+R)/2, side (L−R)/2.
    #[serde(rename = "ms")]
    MidSide,
    /// L, R, C, LFE, Ls, Rs (SMPTE ST 2036-2; ITU-R BS.775-4, 3/2 with LFE).
    #[serde(rename = "5.1")]
    Surround51,
    /// L, R, C, LFE, Lrs, Rrs, Lss, Rss: 5.1 with the rear before the side pair, as WAV and FLAC have it.
    #[serde(rename = "7.1")]
    Surround71,
}

/// How loud a centre or surround channel is in a fold-down: 1/√2, −3 dB (ITU-R BS.775-4, table 2).
const FOLD: f64 = std::f64::consts::FRAC_1_SQRT_2;

impl Layout {
    /// All, from the narrowest to the widest.
    pub const ALL: [Self; 5] = [Self::Mono, Self::Stereo, Self::MidSide, Self::Surround51, Self::Surround71];

    /// As in session.toml and on the command line.
    pub fn id(self) -> &'static str {
        match self {
            Self::Mono => "mono",
            Self::Stereo => "stereo",
            Self::MidSide => "ms",
            Self::Surround51 => "5.1",
            Self::Surround71 => "7.1",
        }
    }

    /// The layout that files of so many channels have unless somebody says otherwise; `None` where there is none.
    pub fn of_channels(channels: usize) -> Option<Self> {
        match channels {
            1 => Some(Self::Mono),
            2 => Some(Self::Stereo),
            6 => Some(Self::Surround51),
            8 => Some(Self::Surround71),
            _ => None,
        }
    }

    /// How many channels it has.
    pub fn channels(self) -> usize {
        self.names().len()
    }

    /// Its channels in the order of files.
    pub fn names(self) -> &'static [&'static str] {
        match self {
            Self::Mono => &["M"],
            Self::Stereo => &["L", "R"],
            Self::MidSide => &["Mid", "Side"],
            Self::Surround51 => &["L", "R", "C", "LFE", "Ls", "Rs"],
            Self::Surround71 => &["L", "R", "C", "LFE", "Lrs", "Rrs", "Lss", "Rss"],
        }
    }

    /// `dwChannelMask` of WAVE_FORMAT_EXTENSIBLE (Microsoft, *Multiple Channel Audio Data and WAVE Files*); 0 where no
    /// loudspeaker is meant. 5.1 is 0x3F, the form that programs write and FLAC means, though ITU's surrounds stand at
    /// the sides.
    pub fn speakers(self) -> u32 {
        match self {
            Self::Mono => 0x4,
            Self::Stereo => 0x3,
            Self::MidSide => 0,
            Self::Surround51 => 0x3f,
            Self::Surround71 => 0x63f,
        }
    }

    /// −1 where a channel is left of the middle, 1 where it is right of it, 0 for the others.
    pub fn side(self, channel: usize) -> i32 {
        match self.names()[channel] {
            "L" | "Ls" | "Lrs" | "Lss" => -1,
            "R" | "Rs" | "Rrs" | "Rss" => 1,
            _ => 0,
        }
    }

    /// Factor `[to][from]` of each channel of a signal in each channel of what it goes to: the same channels where both
    /// have them, fold-downs by ITU-R BS.775-4 table 2 (LFE is left out), and
    ///
    /// * mono goes equally to L and R; any other signal goes to mono as the mean of its stereo fold-down;
    /// * mid and side are (L+R)/2 and (L−R)/2 of a stereo fold-down, and go back as M+S and M−S;
    /// * the surrounds of 5.1 are the side pair of 7.1, there and back; the rear pair goes to the surrounds of 5.1 with 1/√2
    ///   (no standard says it).
    pub fn matrix(self, to: Self) -> Vec<Vec<f64>> {
        if self == to {
            return (0..to.channels())
                .map(|t| (0..to.channels()).map(|f| f64::from(u8::from(f == t))).collect())
                .collect();
        }
        match (self, to) {
            (Self::Mono, Self::Stereo) => vec![vec![1.0], vec![1.0]],
            (Self::MidSide, Self::Stereo) => vec![vec![1.0, 1.0], vec![1.0, -1.0]],
            (Self::Stereo, Self::MidSide) => vec![vec![0.5, 0.5], vec![0.5, -0.5]],
            (Self::Stereo, Self::Mono) => vec![vec![0.5, 0.5]],
            (Self::Surround51, Self::Stereo) => {
                vec![vec![1.0, 0.0, FOLD, 0.0, FOLD, 0.0], vec![0.0, 1.0, FOLD, 0.0, 0.0, FOLD]]
            }
            (Self::Surround71, Self::Surround51) => {
                let mut matrix = vec![vec![0.0; 8]; 6];
                (0..4).for_each(|channel| matrix[channel][channel] = 1.0);
                for (surround, [rear, side]) in [(4, [4, 6]), (5, [5, 7])] {
                    matrix[surround][rear] = FOLD;
                    matrix[surround][side] = 1.0;
                }
                matrix
            }
            (Self::Surround51, Self::Surround71) => {
                let mut matrix = vec![vec![0.0; 6]; 8];
                (0..4).for_each(|channel| matrix[channel][channel] = 1.0);
                matrix[6][4] = 1.0;
                matrix[7][5] = 1.0;
                matrix
            }
            (Self::Stereo, wide @ (Self::Surround51 | Self::Surround71)) => {
                let mut matrix = vec![vec![0.0; 2]; wide.channels()];
                matrix[0][0] = 1.0;
                matrix[1][1] = 1.0;
                matrix
            }
            (Self::Surround71, Self::Stereo) => through(self, Self::Surround51, to),
            _ => through(self, Self::Stereo, to),
        }
    }
}

/// One matrix after another.
fn through(from: Layout, by: Layout, to: Layout) -> Vec<Vec<f64>> {
    let (first, second) = (from.matrix(by), by.matrix(to));
    let cell = |row: &Vec<f64>, f: usize| row.iter().zip(&first).map(|(factor, by)| factor * by[f]).sum();
    second.iter().map(|row| (0..from.channels()).map(|f| cell(row, f)).collect()).collect()
}

impl std::fmt::Display for Layout {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_layout_goes_into_every_other_and_keeps_what_both_have() {
        for from in Layout::ALL {
            for to in Layout::ALL {
                let matrix = from.matrix(to);
                assert_eq!((matrix.len(), matrix[0].len()), (to.channels(), from.channels()), "{from} to {to}");
            }
        }
        assert_eq!(Layout::MidSide.matrix(Layout::Mono), [[1.0, 0.0]]);
        assert_eq!(Layout::Mono.matrix(Layout::MidSide), [[1.0], [0.0]]);
        assert_eq!(Layout::Surround71.matrix(Layout::Stereo)[0], [1.0, 0.0, FOLD, 0.0, FOLD * FOLD, 0.0, FOLD, 0.0]);
        assert_eq!(Layout::Mono.matrix(Layout::Surround51), [[1.0], [1.0], [0.0], [0.0], [0.0], [0.0]]);
    }

    #[test]
    fn what_goes_out_and_comes_back_is_what_it_was() {
        for (narrow, wide) in [
            (Layout::Mono, Layout::Stereo),
            (Layout::Stereo, Layout::MidSide),
            (Layout::MidSide, Layout::Stereo),
            (Layout::Stereo, Layout::Surround71),
            (Layout::Surround51, Layout::Surround71),
        ] {
            let (out, back) = (narrow.matrix(wide), wide.matrix(narrow));
            for (t, row) in back.iter().enumerate() {
                for f in 0..narrow.channels() {
                    let factor: f64 = row.iter().zip(&out).map(|(a, b)| a * b[f]).sum();
                    assert_eq!(factor, f64::from(u8::from(t == f)), "{narrow} to {wide}");
                }
            }
        }
    }
}
