//! Frames by their place, of which old ones are let go.

use std::ops::Range;

/// Planar frames from one place on.
#[derive(Debug, Clone)]
pub(crate) struct Span {
    /// The place of the first frame that is kept.
    start: i64,
    /// Values before it that are not yet thrown away.
    dead: usize,
    planes: Vec<Vec<f64>>,
}

impl Span {
    pub(crate) fn new(channels: usize, start: i64) -> Self {
        Self { start, dead: 0, planes: vec![Vec::new(); channels] }
    }

    pub(crate) fn channels(&self) -> usize {
        self.planes.len()
    }

    /// The place after the last frame.
    pub(crate) fn end(&self) -> i64 {
        self.start + self.planes.first().map_or(0, |plane| plane.len() - self.dead) as i64
    }

    /// Frames of one channel.
    pub(crate) fn get(&self, channel: usize, places: Range<i64>) -> &[f64] {
        &self.planes[channel][self.index(places)]
    }

    /// Frames of one channel, to be changed.
    pub(crate) fn get_mut(&mut self, channel: usize, places: Range<i64>) -> &mut [f64] {
        let index = self.index(places);
        &mut self.planes[channel][index]
    }

    fn index(&self, places: Range<i64>) -> Range<usize> {
        let index = |place: i64| (place - self.start) as usize + self.dead;
        index(places.start)..index(places.end)
    }

    /// Silence up to a place.
    pub(crate) fn extend_to(&mut self, end: i64) {
        let length = self.dead + (end - self.start).max(0) as usize;
        for plane in &mut self.planes {
            if plane.len() < length {
                plane.resize(length, 0.0);
            }
        }
    }

    /// Lets go of what lies before a place.
    pub(crate) fn forget(&mut self, before: i64) {
        let before = before.min(self.end());
        if before <= self.start {
            return;
        }
        self.dead += (before - self.start) as usize;
        self.start = before;
        if self.planes.first().is_some_and(|plane| self.dead > plane.len() / 2) {
            let dead = std::mem::take(&mut self.dead);
            self.planes.iter_mut().for_each(|plane| drop(plane.drain(..dead)));
        }
    }

    /// All planes between two places, to be written to.
    pub(crate) fn slices(&mut self, places: Range<i64>) -> Vec<&mut [f64]> {
        let index = self.index(places);
        self.planes.iter_mut().map(|plane| &mut plane[index.clone()]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_stay_where_they_are_while_old_ones_go() {
        let mut span = Span::new(2, -3);
        for place in -3..1000 {
            span.extend_to(place + 1);
            span.get_mut(1, place..place + 1)[0] = place as f64;
            span.forget(place - 20);
            let from = (place - 20).max(-3);
            let wanted: Vec<f64> = (from..=place).map(|place| place as f64).collect();
            assert_eq!(span.get(1, from..place + 1), wanted);
        }
        assert!(span.planes[1].len() < 100);
    }
}
