//! A plain delay line, for look-ahead and for compensating it.

use crate::INAUDIBLE;
use crate::since::since;

/// Delays all channels of one wave by a fixed number of frames.
#[derive(Debug, Clone)]
pub struct Line {
    channels: Vec<Vec<f64>>,
    head: usize,
    /// Frames since something that is not exactly zero, and since something above [`INAUDIBLE`], went in.
    since_something: usize,
    since_audible: usize,
}

impl Line {
    /// A silent line. No frames of delay pass everything on at once.
    pub fn new(frames: usize, channels: usize) -> Self {
        Self { channels: vec![vec![0.0; frames]; channels], head: 0, since_something: frames, since_audible: frames }
    }

    /// How long it is.
    pub fn frames(&self) -> usize {
        self.channels.first().map_or(0, Vec::len)
    }

    /// Takes a block in and gives as many older frames in its place.
    pub fn process(&mut self, block: &mut [&mut [f64]]) {
        let length = self.frames();
        let count = block.first().map_or(0, |channel| channel.len());
        if length == 0 {
            return;
        }
        self.since_something = since(self.since_something, count, &*block, |x| x.abs() > 0.0);
        self.since_audible = since(self.since_audible, count, &*block, |x| x.abs() >= INAUDIBLE);
        for (line, channel) in self.channels.iter_mut().zip(block) {
            let (mut rest, mut at) = (&mut **channel, self.head);
            while !rest.is_empty() {
                let (now, later) = rest.split_at_mut(rest.len().min(length - at));
                now.swap_with_slice(&mut line[at..at + now.len()]);
                (rest, at) = (later, 0);
            }
        }
        self.head = (self.head + count) % length;
    }

    /// Whether all that is in it is exactly zero.
    pub fn is_silent(&self) -> bool {
        self.since_something >= self.frames()
    }

    /// Frames until everything audible in it has come out.
    pub fn pending(&self) -> u64 {
        self.frames().saturating_sub(self.since_audible) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_in_comes_out_later_in_blocks_of_any_length() {
        let signal: Vec<f64> = (1..200).map(f64::from).collect();
        for frames in [0, 1, 7, 64] {
            let mut line = Line::new(frames, 1);
            let mut out = Vec::new();
            for block in signal.chunks(13) {
                let mut block = block.to_vec();
                line.process(&mut [&mut block]);
                out.extend(block);
            }
            assert_eq!(out[frames..], signal[..signal.len() - frames]);
            assert!(out[..frames].iter().all(|&x| x == 0.0));
            assert_eq!(line.pending(), frames as u64);
            assert_eq!(line.is_silent(), frames == 0);
            line.process(&mut [&mut vec![0.0; frames]]);
            assert_eq!((line.pending(), line.is_silent()), (0, true));
        }
    }
}
