//! Clips → items.

use super::super::fades;
use super::Writer;
use super::moving::envelope;
use super::page::{guid, number, quoted};
use stemwright_core::{Clip, Fade, FadeShape, Pitch, SampleRate, Track};

impl Writer<'_> {
    /// The clips of a track, in order.
    pub(super) fn items(&mut self, track: &Track) {
        let name = &track.strip.name;
        let mut clips: Vec<(Clip, u64)> = Vec::new();
        for clip in &track.clips {
            match self.length(clip) {
                Some(length) => clips.push((clip.clone(), length)),
                None => {
                    let message = format!(
                        "{} cannot be read, so that it is not known how long its clip is; it is left out",
                        clip.file.display()
                    );
                    self.ledger.error("media-missing", name, message, "put the file in its place");
                }
            }
        }
        if let Some(shape) = track.crossfade {
            crossfade(&mut clips, shape);
        }
        for (number, (clip, length)) in clips.iter().enumerate() {
            self.item(name, number, clip, *length);
        }
    }

    fn length(&self, clip: &Clip) -> Option<u64> {
        clip.frames().or_else(|| {
            let info = self.media.info(&clip.file).ok()?;
            Some(
                stemwright_audio::resampled_frames(info.frames, info.rate, self.session.rate).saturating_sub(clip.from),
            )
        })
    }

    fn item(&mut self, track: &str, place: usize, clip: &Clip, length: u64) {
        let rate = self.session.rate;
        let seconds = |frames: u64| number(frames as f64 / f64::from(rate.hz()));
        // REAPER has no time before 0.
        let cut = clip.at.min(0).unsigned_abs();
        if cut > 0 {
            let message = "a clip begins before bar 1, where REAPER has no time; that part is cut off";
            self.ledger.error("clip-out-of-range", track, message, "move the whole session to later");
        }
        if cut >= length {
            return;
        }
        let at = clip.at.max(0);
        self.page.open("ITEM");
        self.page.line(&format!("POSITION {}", number(rate.seconds(at))));
        self.page.line("SNAPOFFS 0");
        self.page.line(&format!("LENGTH {}", seconds(length - cut)));
        self.page.line("LOOP 0");
        self.page.line("ALLTAKES 0");
        let fade_in = Fade { frames: clip.fade_in.frames.saturating_sub(cut), ..clip.fade_in };
        self.fade(track, "FADEIN", fade_in, rate);
        self.fade(track, "FADEOUT", clip.fade_out, rate);
        for line in ["MUTE 0 0", "SEL 0"] {
            self.page.line(line);
        }
        self.page.line(&format!("IGUID {}", guid("item", track, place)));
        let name = clip.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        self.page.line(&format!("NAME {}", quoted(&name)));
        // At the sides the pan law is 1 and 0.
        let pan = match clip.into {
            Some(0) => -1,
            Some(_) => 1,
            None => 0,
        };
        let polarity = if clip.inverted { -1 } else { 1 };
        self.page.line(&format!("VOLPAN {} {pan} {polarity} -1", number(clip.gain.factor())));
        let (from, speed, keeps, semitones) = self.speed(track, clip, cut);
        self.page.line(&format!("SOFFS {}", number(from / f64::from(rate.hz()))));
        self.page.line(&format!("PLAYRATE {} {keeps} {} -1 0 0.0025", number(speed), number(semitones)));
        let mode = match clip.channel {
            None => 0,
            Some(channel @ 0..=63) => channel + 3,
            Some(channel) => channel.saturating_add(67),
        };
        self.page.line(&format!("CHANMODE {mode}"));
        self.page.line(&format!("GUID {}", guid("take", track, place)));
        self.page.open(&format!("SOURCE {}", kind(&clip.file)));
        let path = self.relative(&clip.file);
        self.page.line(&format!("FILE {}", quoted(&path)));
        self.page.close();
        if super::page::loses_quotes(&path) {
            self.ledger.error(
                "media-missing",
                track,
                format!("{path} has quotes of three kinds in its name"),
                "rename the file",
            );
        }
        if !clip.envelope.is_empty() {
            let shift = cut as i64;
            let points: Vec<_> =
                clip.envelope.iter().map(|point| (point.frame as i64 - shift, point.gain.factor(), 0)).collect();
            envelope(&mut self.page, "VOLENV", &format!("{track}\0{place}"), rate, &points);
        }
        self.page.close();
    }

    /// Where in its file an item begins after a cut, in frames, how fast the file runs, whether the pitch is kept, and semitones.
    fn speed(&mut self, track: &str, clip: &Clip, cut: u64) -> (f64, f64, u8, f64) {
        let Some(warp) = &clip.warp else { return ((clip.from + cut) as f64, 1.0, 1, 0.0) };
        if warp.points.len() > 2 {
            let message = "a clip's speed changes on its way, which is not written: the item runs evenly from its beginning to its end";
            self.ledger.error("clip-warped", track, message, "bounce the track with Stemwright and use its stem");
        }
        let sources = warp.sources();
        let speed = (sources.end - sources.start) as f64 / warp.frames() as f64;
        let (keeps, semitones) = match warp.pitch {
            Pitch::Kept(semitones) => (1, semitones),
            Pitch::Follows => (0, 0.0),
        };
        (sources.start as f64 + cut as f64 * speed, speed, keeps, semitones)
    }

    fn fade(&mut self, track: &str, name: &str, Fade { frames, shape }: Fade, rate: SampleRate) {
        let (number_of, bend, same) = fades::of_shape(shape);
        if !same && frames > 0 {
            let message = "fades of equal power become REAPER's own, which differ by up to 0.004";
            self.ledger.warning("fade-approximated", track, message, "");
        }
        let bend = if name == "FADEOUT" { -bend } else { bend };
        let length = number(frames as f64 / f64::from(rate.hz()));
        self.page.line(&format!("{name} {number_of} {length} 0 {number_of} 0 {} 0", number(bend)));
    }
}

/// What overlaps becomes fades, see [`Track::crossfade`].
fn crossfade(clips: &mut [(Clip, u64)], shape: FadeShape) {
    clips.sort_by_key(|(clip, _)| clip.at);
    let end = |(clip, length): &(Clip, u64)| clip.at.saturating_add_unsigned(*length);
    for i in 1..clips.len() {
        let (before, end_here) = (end(&clips[i - 1]), end(&clips[i]));
        let begin = clips[i].0.at;
        if begin < before && end_here > before {
            let fade = Fade { frames: before.abs_diff(begin), shape };
            clips[i - 1].0.fade_out = fade;
            clips[i].0.fade_in = fade;
        }
    }
}

/// What REAPER calls files of a kind.
fn kind(file: &std::path::Path) -> &'static str {
    let extension = file.extension().map(|extension| extension.to_string_lossy().to_lowercase());
    match extension.as_deref() {
        Some("flac") => "FLAC",
        Some("mp3") => "MP3",
        Some("ogg" | "opus") => "VORBIS",
        Some("m4a" | "mp4" | "aac" | "mov") => "VIDEO",
        _ => "WAVE",
    }
}
