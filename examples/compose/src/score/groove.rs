//! What the drummer and the percussionist play, a character a sixteenth.
//!
//! `X` is an accent, `x` a stroke, `o` a soft one, `-` a brush, `g` a ghost; `O` an open hat; `1` to `3` toms from high to
//! low; `.` is a rest.

use super::{BAR, BPM, swing};
use crate::noise::Noise;

/// A stroke.
#[derive(Clone, Copy, Debug)]
pub struct Hit {
    /// Beats from the clip's start.
    pub beat: f64,
    /// How hard, 0 … 1.
    pub velocity: f64,
    /// The character that was written.
    pub kind: char,
}

/// Kick of the verse, four bars.
pub const KICK_VERSE: &[&str] = &["X......o.xo.....", "X......o..x....o", "X......o.xo.....", "X......o..x..x.."];
/// Kick of the pre-chorus: every beat, then it hurries, then it holds its breath.
pub const KICK_PRE: &[&str] = &["X...x...x...x...", "X...x...x...x...", "X...x...x...x.x.", "x.x.x.x.X......."];
/// Kick of the chorus, four bars.
pub const KICK_CHORUS: &[&str] = &["X..o..x.X.o...x.", "X..o..x.X..x....", "X..o..x.X.o...x.", "X..o..x.X..x..x."];
/// Kick under a fill.
pub const KICK_FILL: &[&str] = &["X..o..x.X...x..."];
/// Kick of the break: a heart.
pub const KICK_BREAK: &[&str] = &["x..o............", "x..o............", "x..o............", "................"];

/// Cross-stick of the first half of the verse, four bars.
pub const STICK: &[&str] = &["....x.......x...", "....x.......x..o", "....x.......x...", "....x..o....x.o."];
/// Snare of the second half of the verse, ghosts between.
pub const SNARE_VERSE: &[&str] = &["....X..g.g..X...", "....X..g....X..g", "....X..g.g..X...", "....X..g..g.X.x."];
/// Snare of the pre-chorus: from marching eighths to a roll, and a hole before the chorus.
pub const SNARE_PRE: &[&str] = &["....x.......x...", "....x.......x.o.", "o.o.x.o.o.o.x.o.", "oooooxxxxxxxX..."];
/// Snare of the chorus, two bars.
pub const SNARE_CHORUS: &[&str] = &["....X..g....X..g", "....X..g.g..X.g."];
/// Snare into the next section.
pub const SNARE_FILL: &[&str] = &["....X...x.xx...."];
/// Toms after it.
pub const TOM_FILL: &[&str] = &["............1123"];
/// A longer way down the toms, for the end of the last chorus.
pub const TOM_LONG: &[&str] = &["......1.1.2.2233"];
/// Low toms of the pre-chorus and of the break's last bar.
pub const TOM_PULSE: &[&str] = &["3.....3...3...2.", "3.....3...3...2.", "3.....3...3.2.2.", "3.2.3.2.1......."];

/// Hats of the verse, two bars.
pub const HATS_VERSE: &[&str] = &["X.o.x.o.X.o.x.o-", "X.o.x.o.X.o-x.O."];
/// Hats of the chorus, two bars.
pub const HATS_CHORUS: &[&str] = &["x-O-x-O-x-O-x-O-", "x-O-x-Oox-O-xoO-"];
/// Shaker, two bars.
pub const SHAKER: &[&str] = &["X-o-x-o-X-o-x-oo", "X-o-x-o-X-oox-o-"];
/// Tambourine of the chorus, two bars.
pub const TAMBOURINE: &[&str] = &["o-..X.-.o-..X.-o", "o-..X.-.o-..X-oo"];
/// Claps of the chorus, two bars.
pub const CLAPS: &[&str] = &["....X.......X...", "....X.......X..x"];

/// The strokes of `bars`, each up to `milliseconds` early or late around `late` milliseconds, never before the clip.
#[must_use]
pub fn hits(bars: &[&str], milliseconds: f64, late: f64, seed: u64) -> Vec<Hit> {
    let mut noise = Noise::new(seed);
    let mut hits = Vec::new();
    for (bar, line) in bars.iter().enumerate() {
        for (step, kind) in line.chars().enumerate() {
            let velocity = match kind {
                'X' => 1.0,
                'O' | '1'..='3' => 0.85,
                'x' => 0.76,
                'o' => 0.5,
                '-' => 0.3,
                'g' => 0.22,
                _ => continue,
            };
            let beat = bar as f64 * BAR + step as f64 * 0.25;
            let human = (late + milliseconds * noise.white()) * 0.001 * BPM / 60.0;
            let velocity = (velocity * (1.0 + 0.1 * noise.white())).min(1.0);
            let beat = if beat > 0.0 { beat + swing(beat) + human } else { 0.0 };
            hits.push(Hit { beat, velocity, kind });
        }
    }
    hits
}
