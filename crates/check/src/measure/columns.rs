//! The overview of a file: columns that become twice as long whenever there are too many.

use super::steps::{Both, Sums, sums};
use crate::Overview;

/// What a column sums up.
#[derive(Debug, Clone, Copy, Default)]
struct Column {
    lowest: f64,
    highest: f64,
    square: f64,
    frames: u64,
    /// Σ left², Σ right², Σ left·right.
    pair: [f64; 3],
}

impl Column {
    fn join(&mut self, other: &Self) {
        self.lowest = self.lowest.min(other.lowest);
        self.highest = self.highest.max(other.highest);
        self.square += other.square;
        self.frames += other.frames;
        for (sum, other) in self.pair.iter_mut().zip(other.pair) {
            *sum += other;
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Columns {
    step_frames: u64,
    /// Steps in a column.
    steps: u64,
    /// Steps in the last one.
    filled: u64,
    columns: Vec<Column>,
}

impl Columns {
    pub(crate) fn new(step_frames: u64) -> Self {
        Self { step_frames, steps: 1, filled: 1, columns: Vec::new() }
    }

    /// A block of a signal of which nothing else is measured by step.
    pub(crate) fn block(&mut self, planes: &[&[f64]], step: usize) {
        let frames = planes.first().map_or(0, |plane| plane.len());
        let mut at = 0;
        while at < frames {
            let end = frames.min(at + step);
            let sums: Vec<Sums> = planes.iter().map(|plane| sums(&plane[at..end])).collect();
            self.step((end - at) as u64, &sums, None);
            at = end;
        }
    }

    pub(super) fn step(&mut self, frames: u64, sums: &[Sums], both: Option<&Both>) {
        let mut column = Column { frames, ..Column::default() };
        for sums in sums {
            column.lowest = column.lowest.min(sums.lowest);
            column.highest = column.highest.max(sums.highest);
            column.square += sums.square;
        }
        column.square /= sums.len().max(1) as f64;
        if let ([left, right], Some(both)) = (sums, both) {
            column.pair = [left.square, right.square, both.product];
        }
        self.push(&column);
    }

    pub(super) fn silence(&mut self, step_frames: u64, steps: u32) {
        for _ in 0..steps {
            self.push(&Column { frames: step_frames, ..Column::default() });
        }
    }

    fn push(&mut self, column: &Column) {
        match self.columns.last_mut() {
            Some(last) if self.filled < self.steps => {
                last.join(column);
                self.filled += 1;
            }
            _ => {
                if self.columns.len() == Overview::MOST {
                    for n in 0..Overview::MOST / 2 {
                        let mut joined = self.columns[2 * n];
                        joined.join(&self.columns[2 * n + 1]);
                        self.columns[n] = joined;
                    }
                    self.columns.truncate(Overview::MOST / 2);
                    self.steps *= 2;
                }
                self.columns.push(*column);
                self.filled = 1;
            }
        }
    }

    /// All but loudness and spectrogram.
    pub(crate) fn finish(&self, stereo: bool) -> Overview {
        let correlation = |column: &Column| {
            let [left, right, product] = column.pair;
            if left * right > 0.0 { (product / (left * right).sqrt()) as f32 } else { f32::NAN }
        };
        Overview {
            frames_a_column: self.steps * self.step_frames,
            waveform: self.columns.iter().map(|c| [c.lowest as f32, c.highest as f32]).collect(),
            power: self.columns.iter().map(|c| (c.square / c.frames.max(1) as f64) as f32).collect(),
            correlation: if stereo { self.columns.iter().map(correlation).collect() } else { Vec::new() },
            ..Overview::default()
        }
    }
}
