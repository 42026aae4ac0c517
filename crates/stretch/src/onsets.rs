//! Where hits begin.

use crate::span::Span;
use std::collections::VecDeque;

/// Frames whose energy is looked at together, at 48 kHz: 0.67 ms.
const BLOCK: usize = 32;
/// Blocks before a hit that it is compared with: 21 ms.
const BEFORE: usize = 32;
/// 6 dB above what was before.
const ABOVE: f64 = 4.0;
/// Of the loudest hits that were heard, which are forgotten by half in a second.
const FLOOR: f64 = 1e-4;
/// −90 dBFS.
const SILENCE: f64 = 1e-9;
/// Blocks from a hit's beginning to its peak.
const RISE: usize = 12;
/// Blocks between two hits: 27 ms.
const APART: i64 = 40;
/// Blocks before a hit of which a little is heard early, as splitting smears it: 85 ms.
const SMEARED: i64 = 128;
/// 15 dB: what is quieter than a hit that follows at once is its own smear.
const SMEAR: f64 = 30.0;

/// Finds onsets as it goes along.
pub(crate) struct Onsets {
    block: usize,
    hz: f64,
    /// The place of the first block that was not looked at.
    next: i64,
    /// Energy a frame, of blocks up to `next`.
    energies: VecDeque<f64>,
    loudest: f64,
    /// Place and energy of those that a louder one may still come after.
    pending: VecDeque<(i64, f64)>,
    /// Places, earliest first.
    pub(crate) found: VecDeque<i64>,
}

impl Onsets {
    pub(crate) fn new(hz: u32, start: i64) -> Self {
        let block = (BLOCK as f64 * f64::from(hz) / 48_000.0).round() as usize;
        Self {
            block,
            hz: f64::from(hz),
            next: start,
            energies: std::iter::repeat_n(0.0, BEFORE).collect(),
            loudest: 0.0,
            pending: VecDeque::new(),
            found: VecDeque::new(),
        }
    }

    /// Up to where all onsets are known.
    pub(crate) fn known(&self) -> i64 {
        self.next - (RISE as i64 + 1 + SMEARED) * self.block as i64
    }

    /// Up to where hits must be known for onsets to be known up to `known`.
    pub(crate) fn needs(&self, known: i64) -> i64 {
        known + (RISE as i64 + 2 + SMEARED) * self.block as i64
    }

    /// Goes on until onsets are known up to a place.
    pub(crate) fn advance(&mut self, hits: &Span, known: i64) {
        while self.known() < known {
            let places = self.next..self.next + self.block as i64;
            let squares = (0..hits.channels()).flat_map(|channel| hits.get(channel, places.clone()));
            let energy = squares.map(|x| x * x).sum::<f64>() / self.block as f64;
            self.energies.push_back(energy);
            self.next = places.end;
            self.loudest = energy.max(self.loudest * (1.0 - 0.693 * self.block as f64 / self.hz));
            if self.energies.len() > BEFORE + RISE {
                self.look(hits);
                self.energies.pop_front();
            }
        }
    }

    /// Whether a hit begins in the block after those before.
    fn look(&mut self, hits: &Span) {
        let before = self.energies.iter().take(BEFORE).sum::<f64>() / BEFORE as f64;
        let now = self.energies[BEFORE];
        let peak = self.energies.iter().skip(BEFORE).copied().fold(0.0, f64::max);
        let begin = self.next - ((RISE + 1) * self.block) as i64;
        let stands_out = peak > ABOVE * before && peak > FLOOR * self.loudest && peak > SILENCE;
        // The block in which it is a quarter of the way to its peak, the first such one.
        let previous = self.energies[BEFORE - 1];
        let rises = now > peak / 4.0 && previous <= peak / 4.0;
        if stands_out && rises {
            self.candidate(first(hits, begin..begin + self.block as i64, peak), peak);
        }
        while let Some((place, _)) = self.pending.front().filter(|(place, _)| begin - place > self.frames(SMEARED)) {
            self.found.push_back(*place);
            self.pending.pop_front();
        }
    }

    fn candidate(&mut self, begin: i64, peak: f64) {
        while let Some((place, energy)) = self.pending.back() {
            let gap = begin - place;
            let smear = gap <= self.frames(SMEARED) && peak > SMEAR * energy;
            let same = gap <= self.frames(APART) && peak > ABOVE * energy;
            if !smear && !same {
                break;
            }
            self.pending.pop_back();
        }
        if self.pending.back().is_none_or(|(place, _)| begin - place > self.frames(APART)) {
            self.pending.push_back((begin, peak));
        }
    }

    fn frames(&self, blocks: i64) -> i64 {
        blocks * self.block as i64
    }
}

/// The first of these frames that is loud for a hit of this energy, or else the last of them.
fn first(hits: &Span, places: std::ops::Range<i64>, peak: f64) -> i64 {
    let square = |place: i64| (0..hits.channels()).map(|c| hits.get(c, place..place + 1)[0].powi(2)).sum::<f64>();
    let last = places.end - 1;
    places.into_iter().find(|place| square(*place) > peak / 8.0).unwrap_or(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hits_are_found_where_they_begin_and_decays_are_none() {
        let mut span = Span::new(2, 0);
        span.extend_to(100_000);
        let places = [5_000i64, 20_011, 24_000, 60_007];
        let mut state = 1u64;
        for (number, place) in places.into_iter().enumerate() {
            let loud = [1.0, 0.3, 0.5, 0.02][number];
            let tail = span.get_mut(number % 2, place..96_000);
            for (i, x) in tail.iter_mut().enumerate() {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                *x += loud * libm::exp(-(i as f64) / 700.0) * ((state >> 33) as f64 / (1u64 << 30) as f64 - 1.0);
            }
        }
        let mut onsets = Onsets::new(48_000, 0);
        onsets.advance(&span, 95_000);
        let found: Vec<i64> = onsets.found.into_iter().collect();
        assert_eq!(found.len(), places.len(), "{found:?}");
        assert!(found.iter().zip(places).all(|(found, place)| (found - place).abs() <= 8), "{found:?}");
    }
}
