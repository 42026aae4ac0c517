//! REAPER's envelopes: points, the shapes between them, and the scale along which they run.

use super::fader;
use super::tree::Block;
use crate::foreign::FARTHEST_SECONDS;
use stemwright_core::SampleRate;

/// An envelope as it is written, in seconds.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Envelope {
    /// Whether it does anything.
    pub(super) active: bool,
    /// Whether a volume envelope runs along REAPER's fader instead of the factor.
    scaled: bool,
    points: Vec<Written>,
    /// Automation items on it: their points are kept elsewhere.
    pub(super) pooled: usize,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Written {
    seconds: f64,
    value: f64,
    /// 0 linear, 1 square, 2 slow start and end, 3 fast start, 4 fast end, 5 Bézier.
    shape: i64,
    /// Of Bézier curves, −1…1.
    tension: f64,
}

impl Envelope {
    /// Reads a block; `points` counts those of the whole session.
    pub(super) fn read(block: Block<'_>, points: &mut usize) -> Self {
        // Before REAPER 4 there was no `ACT`, and an envelope that was there worked.
        let mut envelope = Self { active: true, ..Self::default() };
        for entry in block.entries() {
            let words = entry.words;
            match entry.name {
                "ACT" => envelope.active = words.flag(0),
                "VOLTYPE" => envelope.scaled = words.flag(0),
                "PT" => {
                    *points += 1;
                    if *points > crate::foreign::MOST_POINTS {
                        continue;
                    }
                    envelope.points.push(Written {
                        seconds: words.value(0, 0.0),
                        value: words.value(1, 0.0).clamp(-1e3, 1e3),
                        shape: words.integer(2, 0),
                        tension: words.value(6, 0.0).clamp(-1.0, 1.0),
                    });
                }
                "POOLEDENVINST" => envelope.pooled += 1,
                _ => {}
            }
        }
        envelope.points.sort_by(|a, b| a.seconds.total_cmp(&b.seconds));
        envelope
    }

    /// Whether it moves or sets anything.
    pub(super) fn works(&self) -> bool {
        self.active && !self.points.is_empty()
    }

    /// Over frames; times are multiplied by `stretch` first.
    pub(super) fn over_frames(&self, rate: SampleRate, stretch: f64) -> Frames {
        let points = self.points.iter().map(|point| {
            let place = if self.scaled { fader::place(point.value) } else { point.value };
            let seconds = (point.seconds * stretch).clamp(-FARTHEST_SECONDS, FARTHEST_SECONDS);
            FramePoint { frame: rate.frames(seconds), value: place, shape: point.shape, tension: point.tension }
        });
        Frames { points: points.collect(), scaled: self.scaled }
    }
}

/// An envelope over frames.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Frames {
    /// Values are places on the fader where it is scaled.
    points: Vec<FramePoint>,
    scaled: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct FramePoint {
    frame: i64,
    value: f64,
    shape: i64,
    tension: f64,
}

impl Frames {
    /// The frames on which there are points.
    pub(super) fn knots(&self) -> impl Iterator<Item = i64> {
        self.points.iter().map(|point| point.frame)
    }

    /// Points that need no more between them: where each line is straight or a jump. `true` stands for a jump.
    pub(super) fn plain(&self) -> Option<Vec<(i64, f64, bool)>> {
        let plain = |point: &FramePoint| matches!(point.shape, 0 | 1) || point.shape == 5 && point.tension == 0.0;
        if self.scaled || !self.points.iter().all(plain) {
            return None;
        }
        Some(self.points.iter().map(|point| (point.frame, point.value, point.shape == 1)).collect())
    }

    /// The value at a frame: the factor of a scaled one.
    pub(super) fn value(&self, frame: i64, before: bool) -> f64 {
        let value = self.place(frame, before);
        if self.scaled { fader::factor(value.max(0.0)) } else { value }
    }

    fn place(&self, frame: i64, before: bool) -> f64 {
        let next = self.points.partition_point(|point| if before { point.frame < frame } else { point.frame <= frame });
        match (next.checked_sub(1).and_then(|i| self.points.get(i)), self.points.get(next)) {
            (Some(a), Some(b)) if b.frame > a.frame => {
                let x = (frame - a.frame) as f64 / (b.frame - a.frame) as f64;
                a.value + (b.value - a.value) * way(a.shape, a.tension, self.scaled, x)
            }
            (Some(only), _) => only.value,
            (None, Some(first)) => first.value,
            (None, None) => 0.0,
        }
    }
}

/// How much of the way from one point to the next is done at x, 0…1. As others measured it on renders of REAPER 7: straight, none,
/// x²(3 − 2x), 1 − (1−x)³, x³, and cubic Bézier curves.
fn way(shape: i64, tension: f64, scaled: bool, x: f64) -> f64 {
    match shape {
        1 => 0.0,
        2 => x * x * (3.0 - 2.0 * x),
        3 => 1.0 - (1.0 - x) * (1.0 - x) * (1.0 - x),
        4 => x * x * x,
        5 if tension.abs() > 1e-9 => bezier(tension, scaled, x),
        _ => x,
    }
}

/// The Bézier curve of a tension: with b = 1 − |t| and t < 0 the control points are (b/4, 1 − 3b/4) and (3b/4, 1 − b/4), along the
/// fader (b/4, 1 − 7b/8) and (3b/4, 1 − b/8); turned about the middle for t > 0.
fn bezier(tension: f64, scaled: bool, x: f64) -> f64 {
    let rest = 1.0 - tension.abs();
    let (lower, upper) = if scaled { (7.0 / 8.0, 1.0 / 8.0) } else { (3.0 / 4.0, 1.0 / 4.0) };
    let (first, second) = ((rest / 4.0, 1.0 - lower * rest), (3.0 * rest / 4.0, 1.0 - upper * rest));
    if tension > 0.0 {
        return 1.0 - along(first, second, 1.0 - x);
    }
    along(first, second, x)
}

fn along(first: (f64, f64), second: (f64, f64), x: f64) -> f64 {
    let cubic = |u: f64, a: f64, b: f64| {
        let v = 1.0 - u;
        3.0 * v * v * u * a + 3.0 * v * u * u * b + u * u * u
    };
    // The place on the curve with this x: it rises, so halving finds it.
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..48 {
        let middle = (low + high) / 2.0;
        if cubic(middle, first.0, second.0) < x { low = middle } else { high = middle }
    }
    cubic((low + high) / 2.0, first.1, second.1)
}

#[cfg(test)]
mod tests {
    use super::super::tree::Tree;
    use super::*;
    use std::path::Path;

    fn envelope(lines: &str) -> Frames {
        let text = format!("<REAPER_PROJECT\n<VOLENV2\n{lines}\n>\n>\n");
        let tree = Tree::read(Path::new("x"), text.as_bytes()).unwrap();
        let block = tree.root().unwrap().block.unwrap().entries().next().unwrap().block.unwrap();
        Envelope::read(block, &mut 0).over_frames(SampleRate::new(48_000).unwrap(), 1.0)
    }

    #[test]
    fn shapes_go_from_point_to_point_and_jumps_have_two_sides() {
        for shape in 0..=5 {
            for tension in [-1.0, -0.4, 0.0, 0.7, 1.0] {
                for scaled in [0, 1] {
                    let frames = envelope(&format!("VOLTYPE {scaled}\nPT 0 1 {shape} 0 0 0 {tension}\nPT 1 0.25 0"));
                    assert!(
                        (frames.value(0, false) - 1.0).abs() < 1e-9
                            && (frames.value(48_000, false) - 0.25).abs() < 1e-9
                    );
                    let (mut last, mut rises) = (1.0, false);
                    for frame in 0..480 {
                        let value = frames.value(frame * 100, false);
                        rises |= value > last + 1e-9;
                        last = value;
                    }
                    assert!(!rises, "{shape} {tension} {scaled}");
                }
            }
        }
        let frames = envelope("PT 0 1 1\nPT 1 0.5 0\nPT 1 2 0\nPT 2 2 0");
        assert_eq!([frames.value(48_000, true), frames.value(48_000, false)], [1.0, 2.0]);
        assert_eq!(
            [frames.value(47_999, false), frames.value(-9, false), frames.value(1 << 40, true)],
            [1.0, 1.0, 2.0]
        );
    }

    #[test]
    fn an_envelope_on_the_fader_is_where_others_heard_it() {
        // Half of the way from +12 to −80 dB is at −10 dB.
        let frames = envelope("VOLTYPE 1\nPT 0 3.98107170553497 0\nPT 2 0.0001 0");
        assert!((20.0 * frames.value(48_000, false).log10() + 10.0).abs() < 0.01);
    }
}
