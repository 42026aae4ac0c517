//! Clips on their tracks: files probed, places and fades worked out.

use crate::GraphError;
use crate::route::Route;
use std::ops::Range;
use std::sync::Arc;
use stemwright_audio::{Media, MediaInfo, resampled_frames};
use stemwright_core::{Clip, Fade, FadeShape, Finding, Layout, SampleRate, Session, Severity, Strip, Track};

/// A clip, what is known of its file, and where and how it sounds.
#[derive(Clone)]
pub struct PlacedClip<'s> {
    /// What the session says.
    pub clip: &'s Clip,
    /// The frame of the timeline on which it starts: with the delay of its track.
    pub at: i64,
    /// Frames used.
    pub frames: u64,
    /// Of its file.
    pub channels: usize,
    /// Of its file.
    pub rate: SampleRate,
    /// With those of cross-fades.
    pub fade_in: Fade,
    /// See [`Self::fade_in`].
    pub fade_out: Fade,
    pub(crate) route: Arc<Route>,
}

impl PlacedClip<'_> {
    fn end(&self) -> i64 {
        self.at + self.frames as i64
    }
}

/// Probes the files of a track's clips, checks that they can be used, and says what layout the track has.
pub(crate) fn place<'s>(
    track: &'s Track,
    session: &Session,
    media: &dyn Media,
    findings: &mut Vec<Finding>,
) -> Result<(Vec<PlacedClip<'s>>, Layout), GraphError> {
    let strip = &track.strip;
    let mut probed = Vec::with_capacity(track.clips.len());
    for clip in &track.clips {
        let (info, frames) = probe(strip, clip, session, media)?;
        let layout = played(strip, clip, info.channels)?;
        let resampled = (info.rate != session.rate).then(|| {
            let message = format!("is at {} and was resampled to {}", info.rate, session.rate);
            Finding::new(Severity::Note, "resampled", message).in_file(&clip.file)
        });
        for finding in info.findings.into_iter().chain(resampled) {
            if !findings.contains(&finding) {
                findings.push(finding);
            }
        }
        probed.push((clip, frames, info.rate, info.channels, layout));
    }
    let widest = probed
        .iter()
        .map(|&(clip, _, _, _, layout)| if clip.into.is_some() { Layout::Stereo } else { layout })
        .max_by_key(|layout| layout.channels());
    let layout = strip.layout.or(widest).unwrap_or(Layout::Mono);
    if let Some((clip, into)) = track.clips.iter().find_map(|clip| Some((clip, clip.into?)))
        && usize::from(into) >= layout.channels()
    {
        return Err(no_channel(strip, clip, into, "the track", layout.to_string()));
    }
    type Way = (usize, Layout, Option<u16>, Option<u16>);
    let mut routes: Vec<(Way, Arc<Route>)> = Vec::new();
    let mut route = |clip: &Clip, channels: usize, from: Layout| {
        let from = if from == Layout::Stereo && layout == Layout::MidSide { Layout::MidSide } else { from };
        let way = (channels, from, clip.channel, clip.into);
        if let Some((_, route)) = routes.iter().find(|(known, _)| *known == way) {
            return Arc::clone(route);
        }
        let [channel, into] = [clip.channel, clip.into].map(|channel| channel.map(usize::from));
        let route = Arc::new(Route::of_clip((channels, from), channel, into, layout));
        routes.push((way, Arc::clone(&route)));
        route
    };
    let placed = probed.into_iter().map(|(clip, frames, rate, channels, from)| PlacedClip {
        clip,
        at: clip.at + track.delay,
        frames,
        channels,
        rate,
        fade_in: clip.fade_in,
        fade_out: clip.fade_out,
        route: route(clip, channels, from),
    });
    let mut placed: Vec<PlacedClip<'s>> = placed.collect();
    placed.sort_by_key(|clip| clip.at);
    if let Some(shape) = track.crossfade {
        crossfade(&mut placed, shape);
    }
    let order = |placed: &PlacedClip<'s>| {
        let from = placed.clip.warp.as_ref().map_or(placed.clip.from, |warp| warp.sources().start);
        (placed.at, from, placed.clip.channel, placed.clip.into)
    };
    placed.sort_by(|a, b| (a.at, &a.clip.file, order(a)).cmp(&(b.at, &b.clip.file, order(b))));
    Ok((placed, layout))
}

fn probe(strip: &Strip, clip: &Clip, session: &Session, media: &dyn Media) -> Result<(MediaInfo, u64), GraphError> {
    let at = |source| GraphError::Source { track: strip.name.clone(), source };
    let info = media.info(&clip.file).map_err(at)?;
    let have = resampled_frames(info.frames, info.rate, session.rate);
    if let Some(warp) = &clip.warp {
        let (file, track) = (clip.file.clone(), strip.name.clone());
        let both =
            (clip.from != 0 || clip.length.is_some()).then_some("a warp says what is played, not `from` and `length`");
        if let Some(problem) = warp.wrong().or(both) {
            return Err(GraphError::Warp { file, track, problem });
        }
        let Range { start: from, end } = warp.sources();
        if end > have {
            return Err(GraphError::PastTheEnd { file, track, from, frames: end - from, have });
        }
        return Ok((info, warp.frames()));
    }
    let left = have.saturating_sub(clip.from);
    let frames = clip.length.unwrap_or(left);
    if frames > left || (frames == 0 && clip.from > 0) {
        let (file, track) = (clip.file.clone(), strip.name.clone());
        return Err(GraphError::PastTheEnd { file, track, from: clip.from, frames, have });
    }
    Ok((info, frames))
}

/// The layout of what a clip plays: its file's, or mono where it plays one channel.
fn played(strip: &Strip, clip: &Clip, channels: usize) -> Result<Layout, GraphError> {
    let (file, track) = (clip.file.clone(), strip.name.clone());
    match (clip.channel, Layout::of_channels(channels)) {
        (Some(channel), _) if usize::from(channel) < channels => Ok(Layout::Mono),
        (Some(channel), _) => Err(no_channel(strip, clip, channel, "the file", format!("of {channels} channels"))),
        (None, None) => Err(GraphError::Channels { file, track, channels }),
        (None, Some(layout)) if clip.into.is_some() && layout != Layout::Mono => {
            Err(GraphError::IntoOne { file, track })
        }
        (None, Some(layout)) => Ok(layout),
    }
}

fn no_channel(strip: &Strip, clip: &Clip, channel: u16, whose: &'static str, layout: String) -> GraphError {
    let (file, track) = (clip.file.clone(), strip.name.clone());
    GraphError::NoChannel { file, track, channel: channel + 1, whose, layout }
}

/// Turns overlaps into cross-fades. The law is at [`Track::crossfade`]. What goes into one channel of a track is by itself.
fn crossfade(clips: &mut [PlacedClip<'_>], shape: FadeShape) {
    let mut ways: Vec<Option<u16>> = clips.iter().map(|placed| placed.clip.into).collect();
    ways.sort_unstable();
    ways.dedup();
    for into in ways {
        crossfade_those(clips, shape, |clip| clip.into == into);
    }
}

fn crossfade_those(clips: &mut [PlacedClip<'_>], shape: FadeShape, those: impl Fn(&Clip) -> bool) {
    let sounding: Vec<usize> = (0..clips.len()).filter(|&i| clips[i].frames > 0 && those(clips[i].clip)).collect();
    for pair in sounding.windows(2) {
        let [first, second] = [pair[0], pair[1]];
        let overlap = clips[first].end() - clips[second].at;
        if overlap > 0 && clips[second].end() > clips[first].end() {
            let fade = Fade { frames: overlap as u64, shape };
            clips[first].fade_out = fade;
            clips[second].fade_in = fade;
        }
    }
}
