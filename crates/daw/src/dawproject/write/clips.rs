//! Clips as the format has them: beats outside, seconds inside.

use super::files::AudioFiles;
use super::page::Page;
use crate::foreign::ledger::Ledger;
use stemwright_audio::resampled_frames;
use stemwright_core::{Clip, Db, Fade, FadeShape, SampleRate, TempoMap, Track};

/// A clip of which it is known where it ends.
struct Known<'s> {
    clip: &'s Clip,
    at: i64,
    length: u64,
    fade_in: Fade,
    fade_out: Fade,
}

impl Known<'_> {
    fn end(&self) -> i64 {
        self.at.saturating_add_unsigned(self.length)
    }
}

/// Writes the clips of a track.
pub(super) fn clips(
    page: &mut Page,
    track: &Track,
    rate: SampleRate,
    map: &TempoMap,
    files: &mut AudioFiles<'_>,
    ledger: &mut Ledger,
) {
    let place = track.strip.name.as_str();
    let mut known = Vec::new();
    for clip in &track.clips {
        let info = match files.of(&clip.file) {
            Ok(reference) => reference.info,
            Err(why) => {
                ledger.error("media-missing", place, format!("{why}: its clips are left out"), "find the file");
                continue;
            }
        };
        let left = resampled_frames(info.frames, info.rate, rate).saturating_sub(clip.from);
        let length = clip.length.unwrap_or(left);
        if length > 0 {
            let at = clip.at.saturating_add(track.delay);
            known.push(Known { clip, at, length, fade_in: clip.fade_in, fade_out: clip.fade_out });
        }
    }
    if let Some(shape) = track.crossfade {
        crossfade(&mut known, shape);
    }
    page.open("Clips");
    page.id();
    for known in &known {
        clip(page, known, place, rate, map, files, ledger);
    }
    page.close();
}

/// Overlaps become fades, as a session means it.
fn crossfade(clips: &mut [Known<'_>], shape: FadeShape) {
    let mut order: Vec<usize> = (0..clips.len()).collect();
    order.sort_by_key(|&index| clips[index].at);
    for pair in order.windows(2) {
        let (first, second) = (pair[0], pair[1]);
        let (end, next, last) = (clips[first].end(), clips[second].at, clips[second].end());
        if next < end && last > end {
            let fade = Fade { frames: end.abs_diff(next), shape };
            clips[first].fade_out = fade;
            clips[second].fade_in = fade;
        }
    }
}

fn clip(
    page: &mut Page,
    known: &Known<'_>,
    place: &str,
    rate: SampleRate,
    map: &TempoMap,
    files: &mut AudioFiles<'_>,
    ledger: &mut Ledger,
) {
    let Known { clip, at, length: _, fade_in, fade_out } = *known;
    let Clip { file, at: _, from, length: _, warp: _, channel, into, gain, inverted, envelope, fade_in: _, fade_out: _ } = clip;
    let Ok(reference) = files.of(file) else { return };
    if channel.is_some() || into.is_some() {
        let message =
            "a clip plays one channel of its file, or into one channel: the format has no such clips; it plays whole";
        ledger.error("not-held", place, message, "bounce the track with Stemwright and use its stem");
    }
    if *inverted {
        let message = "a clip is inverted in polarity; the format has no place for that";
        ledger.error("not-held", place, message, "invert it in the program");
    }
    if [fade_in, fade_out].iter().any(|fade| fade.frames > 0 && fade.shape != FadeShape::Linear) {
        let message = "the format says how long fades are and not how they rise: they may sound another way";
        ledger.note("fade-approximated", "", message, "");
    }
    let seconds = |frames: u64| frames as f64 / f64::from(rate.hz());
    let beat = |frame: i64| map.quarters_at(rate.seconds(frame));
    let time = beat(at);
    page.open("Clip");
    page.attribute("time", time).attribute("duration", beat(known.end()) - time);
    page.attribute("contentTimeUnit", "seconds").attribute("playStart", seconds(*from));
    if fade_in.frames + fade_out.frames > 0 {
        page.attribute("fadeTimeUnit", "seconds");
        page.attribute("fadeInTime", seconds(fade_in.frames)).attribute("fadeOutTime", seconds(fade_out.frames));
    }
    if let Some(name) = file.file_stem() {
        page.attribute("name", name.to_string_lossy());
    }
    let moves = *gain != Db::ZERO || !envelope.is_empty();
    if moves {
        page.open("Lanes");
        page.attribute("timeUnit", "seconds");
        page.id();
    }
    page.open("Audio");
    page.attribute("timeUnit", "seconds");
    page.attribute("channels", reference.info.channels).attribute("sampleRate", reference.info.rate.hz());
    page.attribute("duration", reference.info.frames as f64 / f64::from(reference.info.rate.hz()));
    page.attribute("algorithm", "raw");
    page.id();
    page.open("File");
    page.attribute("path", &reference.path);
    if reference.external {
        page.attribute("external", true);
    }
    page.close();
    page.close();
    if moves {
        // Over the content, which begins with the file.
        page.open("Points");
        page.attribute("unit", "linear").attribute("timeUnit", "seconds");
        page.id();
        page.open("Target");
        page.attribute("expression", "gain");
        page.close();
        if envelope.is_empty() {
            page.point(seconds(*from), gain.factor(), "hold");
        }
        for point in envelope {
            page.point(seconds(from + point.frame), gain.factor() * point.gain.factor(), "linear");
        }
        page.close();
        page.close();
    }
    page.close();
}
