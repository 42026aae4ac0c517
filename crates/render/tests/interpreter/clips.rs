//! What the clips of a track add up to.

use std::collections::BTreeSet;
use std::f64::consts::FRAC_PI_2;

use stemwright_core::{Clip, Fade, FadeShape, Layout, Track};

use super::control::factor;
use super::layout::{self, Signal, channels, silence};
use super::{Mutant, Source, Sources};

/// A file of the session.
pub fn source<'a>(sources: &'a Sources, clip: &Clip) -> &'a Source {
    sources.get(&clip.file).unwrap_or_else(|| panic!("no source is called {}", clip.file.display()))
}

/// How long a clip is.
///
/// Reading: a length beyond the end of the file is kept, with silence after the file's end: the fade-out then
/// counts back from the length that was asked for.
fn length(clip: &Clip, file: &Source) -> u64 {
    clip.length.unwrap_or(rest(clip, file))
}

/// What the file has from the clip's first frame on.
fn rest(clip: &Clip, file: &Source) -> u64 {
    (file.channels[0].len() as u64).saturating_sub(clip.from)
}

/// How a fade rises.
fn rise(shape: FadeShape, x: f64) -> f64 {
    match shape {
        FadeShape::Linear => x,
        FadeShape::EqualPower => (x * FRAC_PI_2).sin(),
        FadeShape::Smooth => x * x * (3.0 - 2.0 * x),
        FadeShape::Slow => x * x,
        FadeShape::Fast => x * (2.0 - x),
    }
}

/// The factor of a fade-in on its frame i; a fade-out counts from the other end.
fn fade(fade: Fade, i: u64, mutant: Option<Mutant>) -> f64 {
    let shape = if mutant == Some(Mutant::FadesLinear) { FadeShape::Linear } else { fade.shape };
    if i < fade.frames { rise(shape, (i as f64 + 0.5) / fade.frames as f64) } else { 1.0 }
}

/// The fade-in and fade-out of every clip, with the cross-fades in their places.
fn fades(track: &Track, sources: &Sources, mutant: Option<Mutant>) -> Vec<[Fade; 2]> {
    let clips = &track.clips;
    let mut fades: Vec<[Fade; 2]> = clips.iter().map(|clip| [clip.fade_in, clip.fade_out]).collect();
    let Some(shape) = track.crossfade else { return fades };
    let shape = if mutant == Some(Mutant::CrossfadeLinear) { FadeShape::Linear } else { shape };
    let end = |place: usize| clips[place].at + length(&clips[place], source(sources, &clips[place])) as i64;
    let mut by_beginning: Vec<usize> = (0..clips.len()).collect();
    // This sort leaves clips that begin together in the order of the track.
    by_beginning.sort_by_key(|&place| clips[place].at);
    // What goes into one channel of the track is faded by itself.
    let ways: BTreeSet<Option<u16>> = clips.iter().map(|clip| clip.into).collect();
    let pairs = ways.iter().flat_map(|way| {
        let those: Vec<usize> = by_beginning.iter().copied().filter(|&place| clips[place].into == *way).collect();
        those.windows(2).map(|pair| (pair[0], pair[1])).collect::<Vec<_>>()
    });
    for (first, second) in pairs {
        let overlap = end(first) - clips[second].at;
        if overlap > 0 && end(second) > end(first) {
            let fade = Fade { frames: overlap as u64, shape };
            fades[first][1] = fade;
            fades[second][0] = fade;
        }
    }
    fades
}

/// The factor of a clip's envelope on its frame i.
fn envelope(clip: &Clip, i: u64) -> f64 {
    let points = &clip.envelope;
    let Some(after) = points.iter().position(|point| point.frame > i) else {
        return points.last().map_or(1.0, |last| factor(last.gain.0));
    };
    let b = points[after];
    let Some(a) = after.checked_sub(1).map(|before| points[before]) else { return factor(b.gain.0) };
    let way = (i - a.frame) as f64 / (b.frame - a.frame) as f64;
    factor(a.gain.0) * (1.0 - way) + factor(b.gain.0) * way
}

/// The sum of a track's clips in the track's layout on `frames` frames from `begin` on.
pub fn play(
    track: &Track,
    sources: &Sources,
    layout: Layout,
    begin: i64,
    frames: usize,
    mutant: Option<Mutant>,
) -> Signal {
    let mut sum = silence(channels(layout), frames);
    let delay = if mutant == Some(Mutant::TrackDelayEarlier) { -track.delay } else { track.delay };
    for (clip, [fade_in, fade_out]) in track.clips.iter().zip(fades(track, sources, mutant)) {
        let file = source(sources, clip);
        let played: Vec<&Vec<f64>> = match clip.channel {
            Some(channel) => vec![&file.channels[usize::from(channel)]],
            None => file.channels.iter().collect(),
        };
        let own = match layout::of_file(played.len()) {
            Layout::Stereo if layout == Layout::MidSide => Layout::MidSide,
            own => own,
        };
        let mut matrix = layout::matrix(own, layout, mutant);
        if let Some(into) = clip.into {
            assert_eq!(played.len(), 1);
            matrix.iter_mut().enumerate().for_each(|(row, cells)| cells[0] = f64::from(row == usize::from(into)));
        }
        let length = length(clip, file);
        for i in 0..length.min(rest(clip, file)) {
            let Ok(n) = usize::try_from(clip.at + delay + i as i64 - begin) else { continue };
            if n >= frames {
                continue;
            }
            let sign = if clip.inverted { -1.0 } else { 1.0 };
            let moving = envelope(clip, i);
            let by =
                sign * moving * factor(clip.gain.0) * fade(fade_in, i, mutant) * fade(fade_out, length - 1 - i, mutant);
            for (sum, row) in sum.iter_mut().zip(&matrix) {
                for (factor, channel) in row.iter().zip(&played) {
                    sum[n] += by * factor * channel[(clip.from + i) as usize];
                }
            }
        }
    }
    sum
}
