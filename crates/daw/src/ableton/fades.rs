//! Fades of clips. Their length is in beats of the song; how they are bent is written as two numbers whose law nobody published.

use super::clips::{AudioClip, Fade as Written};
use super::clock::Clock;
use stemwright_core::{Clip, Fade, FadeShape};

/// The short fade that Live gives every edge where nobody drew one (Ableton, *Live Reference Manual*, "Clip Fades": up to 4 ms).
const USUAL: f64 = 0.004;

/// The edges at which another clip goes on: there Live's own short fades cross, and what goes on is heard as it is.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Joined {
    pub(super) before: bool,
    pub(super) after: bool,
}

/// What is not exact about the fades of a clip.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Inexact {
    pub(super) bent: bool,
    pub(super) crossed: bool,
    pub(super) usual: bool,
}

/// Gives a piece of a clip its fades: the first piece the fade-in, the last one the fade-out.
pub(super) fn put(
    clip: &mut Clip,
    written: &AudioClip<'_, '_>,
    (first, last): (bool, bool),
    joined: Joined,
    clock: &Clock,
) -> Inexact {
    let length = clip.warp.as_ref().map_or_else(|| clip.length.unwrap_or(0), stemwright_core::Warp::frames);
    let mut inexact = Inexact::default();
    let [fade_in, fade_out] = written.fades;
    if first {
        let own = |beats: f64| clock.seconds(written.start + beats) - clock.seconds(written.start);
        clip.fade_in = fade(fade_in, joined.before, length, own, clock, &mut inexact);
        inexact.crossed |= written.crossfaded && fade_in.length > 0.0;
    }
    if last {
        let own = |beats: f64| clock.seconds(written.end) - clock.seconds(written.end - beats);
        clip.fade_out = fade(fade_out, joined.after, length, own, clock, &mut inexact);
    }
    inexact
}

fn fade(
    written: Written,
    joined: bool,
    most: u64,
    seconds: impl Fn(f64) -> f64,
    clock: &Clock,
    inexact: &mut Inexact,
) -> Fade {
    let long = if written.length > 0.0 {
        seconds(written.length)
    } else if written.usual && !joined {
        inexact.usual = true;
        USUAL
    } else {
        return Fade::default();
    };
    let frames = u64::try_from(clock.rate.frames(long)).unwrap_or(0).min(most);
    let bent = written.skew != 0.0 || written.slope != 0.0;
    inexact.bent |= bent && frames > 0;
    // Of a fade bent up the skew is negative.
    let shape = match bent {
        false => FadeShape::Linear,
        true if written.skew < 0.0 => FadeShape::Fast,
        true if written.skew > 0.0 => FadeShape::Slow,
        true => FadeShape::Smooth,
    };
    Fade { frames, shape: if frames == 0 { FadeShape::Linear } else { shape } }
}
