//! Which of the decoded frames are meant to be heard: encoders put silence in front (priming) and fill the last packet
//! (padding), and say so in one of two places, or in none.

use std::path::Path;

use stemwright_core::{Finding, SampleRate, Severity};

use super::PACKET_FRAMES;
use super::boxes::{Boxes, be32, be64};
use crate::AudioError;

/// The usual priming of AAC encoders since iTunes (Apple Technical Note TN2258).
const USUAL_PRIMING: u64 = 2112;

/// Decoded frames to drop in front, and how many to keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Edges {
    pub(super) priming: u64,
    pub(super) frames: u64,
}

/// What the boxes say about time.
pub(super) struct Timing<'a> {
    pub(super) rate: SampleRate,
    pub(super) packets: u64,
    /// Ticks a second of the media, and the media's length in them, by `stts`.
    pub(super) media_scale: u32,
    pub(super) media_ticks: u64,
    pub(super) movie_scale: u32,
    pub(super) elst: Option<&'a [u8]>,
    pub(super) itunes: Option<Gapless>,
}

/// `iTunSMPB`: what iTunes and most encoders after it write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Gapless {
    pub(super) priming: u64,
    pub(super) padding: u64,
    pub(super) frames: u64,
}

impl Timing<'_> {
    fn frames_of(&self, ticks: u64, scale: u32) -> u64 {
        let scale = u128::from(scale.max(1));
        let frames = (u128::from(ticks) * u128::from(self.rate.hz()) + scale / 2) / scale;
        u64::try_from(frames).unwrap_or(u64::MAX)
    }

    pub(super) fn edges(&self, file: &Path, findings: &mut Vec<Finding>) -> Result<Edges, AudioError> {
        let decoded = self.packets * PACKET_FRAMES;
        // `stts` often gives the last packet less than 1024: then it knows where the padding begins.
        let media = self.frames_of(self.media_ticks, self.media_scale).min(decoded);
        let edges = match self.elst.map(|elst| self.edit(elst, media, file)).transpose()?.flatten() {
            Some(edges) => edges,
            None => match self.itunes {
                Some(itunes) => Edges { priming: itunes.priming, frames: itunes.frames },
                None => {
                    let priming = USUAL_PRIMING.min(media);
                    findings.push(
                        Finding::new(
                            Severity::Note,
                            "aac-priming-assumed",
                            format!(
                                "The file does not say how much silence its encoder put in front; \
                                 {priming} frames are left out, as most encoders put there."
                            ),
                        )
                        .in_file(file)
                        .hint("if it sounds late or early against the other stems, export it as WAV or FLAC"),
                    );
                    Edges { priming, frames: media - priming }
                }
            },
        };
        let end = edges.priming.checked_add(edges.frames);
        if end.is_none_or(|end| end > decoded) {
            let promised = edges.frames;
            let there = decoded.saturating_sub(edges.priming);
            return Err(AudioError::Truncated {
                file: file.to_path_buf(),
                what: format!("it promises {promised} frames, but its packets hold only {there}"),
                missing: Some(promised.saturating_sub(there)),
                hint: "export it again".into(),
            });
        }
        Ok(edges)
    }

    /// The edit list, or `None` where it says nothing: an edit from 0 to the end, beside which `iTunSMPB` counts.
    fn edit(&self, elst: &[u8], media: u64, file: &Path) -> Result<Option<Edges>, AudioError> {
        let wide = elst.first() == Some(&1);
        let width = if wide { 20 } else { 12 };
        let entries = elst.get(8..).unwrap_or_default().chunks_exact(width).take(be32(elst, 4) as usize);
        let mut edits = entries.map(|entry| {
            if wide {
                (be64(entry, 0), be64(entry, 8) as i64)
            } else {
                (be32(entry, 0).into(), i64::from(be32(entry, 4) as i32))
            }
        });
        let Some((duration, start)) = edits.next() else { return Ok(None) };
        let (true, Ok(start)) = (edits.next().is_none(), u64::try_from(start)) else {
            return Err(AudioError::unsupported(
                file,
                "is an MP4 file that is edited (its edit list has gaps or several parts), which is not read",
                "decode it to WAV first",
            ));
        };
        let priming = self.frames_of(start, self.media_scale);
        // A duration of 0 means "to the end" (ISO/IEC 14496-12, 8.6.6).
        let stated =
            if duration == 0 { media.saturating_sub(priming) } else { self.frames_of(duration, self.movie_scale) };
        // Movie ticks are often milliseconds. What else is known about the end is finer, if it agrees to within one.
        let tick = u64::from(self.rate.hz()).div_ceil(u64::from(self.movie_scale.max(1)));
        let agrees = |frames: u64| frames.abs_diff(stated) <= tick;
        let itunes = self.itunes.filter(|itunes| itunes.priming == priming && agrees(itunes.frames));
        let rest = media.saturating_sub(priming);
        if start == 0 && self.itunes.is_some() && agrees(rest) {
            return Ok(None);
        }
        let frames = match itunes {
            Some(itunes) => itunes.frames,
            None if agrees(rest) => rest,
            None => stated,
        };
        Ok(Some(Edges { priming, frames }))
    }
}

/// Looks for `iTunSMPB` in the `ilst` of a `udta` body.
pub(super) fn read_itunes(udta: &[u8]) -> Option<Gapless> {
    let meta = Boxes::new(udta).find(b"meta")?;
    // A full box in ISO files, a plain one in QuickTime's.
    let ilst = [4, 0].iter().find_map(|skip| Boxes::new(meta.get(*skip..)?).find(b"ilst"))?;
    Boxes::new(ilst).filter(|(kind, _)| kind == b"----").find_map(|(_, body)| {
        let item = Boxes::new(body);
        (item.find(b"name")?.get(4..)? == b"iTunSMPB").then_some(())?;
        parse_itunes(std::str::from_utf8(item.find(b"data")?.get(8..)?).ok()?)
    })
}

/// ` 00000000 00000840 00000070 0000000000D79B90 …`: a zero, priming, padding, frames.
fn parse_itunes(text: &str) -> Option<Gapless> {
    let mut numbers = text.split_ascii_whitespace().map(|word| u64::from_str_radix(word, 16).ok());
    numbers.next()??;
    let (priming, padding, frames) = (numbers.next()??, numbers.next()??, numbers.next()??);
    Some(Gapless { priming, padding, frames })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 1000 packets at 48 kHz; `stts` as long as the packets.
    fn timing<'a>(elst: Option<&'a [u8]>, itunes: Option<Gapless>) -> Timing<'a> {
        let rate = SampleRate::new(48_000).unwrap();
        Timing { rate, packets: 1000, media_scale: 48_000, media_ticks: 1_024_000, movie_scale: 1000, elst, itunes }
    }

    fn elst(edits: &[(u32, i32)]) -> Vec<u8> {
        let mut body = vec![0; 4];
        body.extend((edits.len() as u32).to_be_bytes());
        for (duration, start) in edits {
            body.extend(duration.to_be_bytes());
            body.extend(start.to_be_bytes());
            body.extend([0, 1, 0, 0]);
        }
        body
    }

    fn edges(timing: &Timing<'_>) -> (Result<Edges, AudioError>, Vec<Finding>) {
        let mut findings = Vec::new();
        (timing.edges(Path::new("x.m4a"), &mut findings), findings)
    }

    #[test]
    fn itunes_s_words_are_understood() {
        let text = " 00000000 00000840 00000070 0000000000D79B90 00000000 00000000";
        assert_eq!(parse_itunes(text), Some(Gapless { priming: 2112, padding: 112, frames: 14_130_064 }));
        assert_eq!(parse_itunes(" 00000000 00000840 x"), None);
        assert_eq!(parse_itunes(""), None);
    }

    #[test]
    fn an_edit_list_is_obeyed_and_refined_by_what_is_finer() {
        // 20 s to the millisecond, and nothing finer: 960 000 frames.
        let list = elst(&[(20_000, 1024)]);
        let (coarse, findings) = edges(&timing(Some(&list), None));
        assert_eq!((coarse.unwrap(), findings.len()), (Edges { priming: 1024, frames: 960_000 }, 0));
        // The sample table ends 17 frames later, within the millisecond.
        let fine = Timing { media_ticks: 1024 + 960_017, ..timing(Some(&list), None) };
        assert_eq!(edges(&fine).0.unwrap().frames, 960_017);
        // So does `iTunSMPB`, if it speaks of the same priming.
        let itunes = Gapless { priming: 1024, padding: 0, frames: 959_990 };
        assert_eq!(edges(&timing(Some(&list), Some(itunes))).0.unwrap().frames, 959_990);
        let other = Gapless { priming: 2112, ..itunes };
        assert_eq!(edges(&timing(Some(&list), Some(other))).0.unwrap().frames, 960_000);
        // To the end.
        let open = elst(&[(0, 2112)]);
        assert_eq!(edges(&timing(Some(&open), None)).0.unwrap(), Edges { priming: 2112, frames: 1_021_888 });
        // The same in 64 bits.
        let mut wide = vec![1, 0, 0, 0, 0, 0, 0, 1];
        wide.extend(20_000u64.to_be_bytes());
        wide.extend(1024i64.to_be_bytes());
        wide.extend([0, 1, 0, 0]);
        assert_eq!(edges(&timing(Some(&wide), None)).0.unwrap(), Edges { priming: 1024, frames: 960_000 });
    }

    #[test]
    fn an_edit_list_that_says_nothing_leaves_the_word_to_itunes() {
        let whole = elst(&[(21_333, 0)]);
        let itunes = Gapless { priming: 2112, padding: 112, frames: 1_021_776 };
        let kept = Edges { priming: 2112, frames: 1_021_776 };
        assert_eq!(edges(&timing(Some(&whole), Some(itunes))).0.unwrap(), kept);
        assert_eq!(edges(&timing(None, Some(itunes))).0.unwrap(), kept);
        // Without either word, an edit from 0 is an edit from 0.
        assert_eq!(edges(&timing(Some(&whole), None)).0.unwrap(), Edges { priming: 0, frames: 1_024_000 });
    }

    #[test]
    fn priming_is_assumed_aloud_and_gaps_and_lies_are_refused() {
        let (assumed, findings) = edges(&timing(None, None));
        assert_eq!(assumed.unwrap(), Edges { priming: 2112, frames: 1_021_888 });
        assert_eq!(findings[0].code, "aac-priming-assumed");
        let silence_first = elst(&[(500, -1), (20_000, 1024)]);
        assert!(matches!(edges(&timing(Some(&silence_first), None)).0, Err(AudioError::Unsupported { .. })));
        let too_long = elst(&[(30_000, 1024)]);
        let lie = edges(&timing(Some(&too_long), None)).0;
        assert!(matches!(lie, Err(AudioError::Truncated { missing: Some(417_024), .. })), "{lie:?}");
        let absurd = Gapless { priming: u64::MAX, padding: 0, frames: u64::MAX };
        assert!(matches!(edges(&timing(None, Some(absurd))).0, Err(AudioError::Truncated { .. })));
    }
}
