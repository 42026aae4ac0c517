//! Clips of the arrangement, as they stand in a set.

use super::moving::Curve;
use super::node::{all, at, flag, number, text, whole};
use roxmltree::Node;

/// A piece of audio on a track.
#[derive(Debug, Clone)]
pub(super) struct AudioClip<'d, 'i> {
    pub(super) node: Node<'d, 'i>,
    pub(super) name: &'d str,
    /// Beats of the song.
    pub(super) start: f64,
    pub(super) end: f64,
    pub(super) content: Content,
    pub(super) warped: bool,
    /// 0 beats, 1 tones, 2 texture, 3 re-pitch, 4 complex, 5 REX, 6 complex pro.
    pub(super) mode: i64,
    /// Places in the file in seconds, by places in the content in beats; both rise.
    pub(super) markers: Vec<Marker>,
    /// Up.
    pub(super) semitones: f64,
    /// A factor.
    pub(super) gain: f64,
    pub(super) fades: [Fade; 2],
    /// Whether its beginning is a cross-fade with the clip before it.
    pub(super) crossfaded: bool,
    pub(super) off: bool,
    /// Whether the song's tempo follows it.
    pub(super) leads: bool,
    /// Whether a groove moves it in time.
    pub(super) grooved: bool,
}

/// A warp marker.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Marker {
    pub(super) beat: f64,
    pub(super) seconds: f64,
}

/// What of the content is heard: in beats where it is warped, else in seconds of the file.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Content {
    pub(super) start: f64,
    /// Where the loop begins and ends.
    pub(super) looped: Option<(f64, f64)>,
}

/// A fade at an end of a clip.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Fade {
    /// Beats.
    pub(super) length: f64,
    /// Whether it is the short one that Live gives every edge.
    pub(super) usual: bool,
    /// −1…1 each; 0 is straight.
    pub(super) skew: f64,
    pub(super) slope: f64,
}

impl<'d, 'i> AudioClip<'d, 'i> {
    /// `None` where it has no place or no length.
    pub(super) fn read(node: Node<'d, 'i>) -> Option<Self> {
        let time = || crate::foreign::number(node.attribute("Time")?);
        let start = number(node, "CurrentStart").or_else(time)?;
        let end = number(node, "CurrentEnd")?;
        if end <= start {
            return None;
        }
        let warped = flag(node, "IsWarped").unwrap_or(true);
        let own = |path: &str| number(node, path);
        let fades_on = flag(node, "Fade").unwrap_or(false);
        let fade = |side: &str| {
            let own = |what: &str| own(&format!("Fades/Fade{side}{what}")).unwrap_or(0.0);
            let usual = flag(node, &format!("Fades/IsDefaultFade{side}")).unwrap_or(false);
            let fade = Fade { length: own("Length").max(0.0), usual, skew: own("CurveSkew"), slope: own("CurveSlope") };
            if fades_on { fade } else { Fade::default() }
        };
        Some(Self {
            node,
            name: text(node, "Name").unwrap_or_default(),
            start,
            end,
            content: content(node, warped),
            warped,
            mode: whole(node, "WarpMode").unwrap_or(0),
            markers: markers(node),
            semitones: own("PitchCoarse").unwrap_or(0.0) + own("PitchFine").unwrap_or(0.0) / 100.0,
            gain: own("SampleVolume").unwrap_or(1.0).max(0.0),
            fades: [fade("In"), fade("Out")],
            crossfaded: whole(node, "Fades/CrossfadeInState").is_some_and(|state| state != 0),
            off: flag(node, "Disabled").unwrap_or(false),
            grooved: warped && whole(node, "GrooveSettings/GrooveId").is_some_and(|groove| groove >= 0),
            leads: ["IsSongTempoMaster", "IsSongTempoLeader"].iter().any(|name| flag(node, name) == Some(true)),
        })
    }

    /// What moves inside of the clip: the number of what is moved, and how. Times are beats of the content.
    pub(super) fn envelopes(&self) -> impl Iterator<Item = (&'d str, Curve, bool)> + use<'d, 'i> {
        all(self.node, "Envelopes/Envelopes", "ClipEnvelope").filter_map(|envelope| {
            let target = text(envelope, "EnvelopeTarget/PointeeId")?;
            let curve = Curve::read(at(envelope, "Automation/Events")?)?;
            // An envelope may have a loop of its own.
            let own_loop = at(envelope, "LoopSlot/Value").is_some_and(|value| value.has_children());
            let own_loop = own_loop && at(envelope, "LoopSlot/Value").and_then(|v| v.first_element_child()).is_some();
            Some((target, curve, own_loop))
        })
    }
}

fn content(node: Node<'_, '_>, warped: bool) -> Content {
    /// A loop shorter than this is none, in beats.
    const SHORTEST_LOOP: f64 = 1e-6;
    let own = |name: &str| number(node, name).unwrap_or(0.0);
    let (from, to) = (own("Loop/LoopStart"), own("Loop/LoopEnd"));
    // Only warped clips loop; without a loop its start is where the clip starts.
    if !warped || flag(node, "Loop/LoopOn") != Some(true) || to - from <= SHORTEST_LOOP {
        return Content { start: from, looped: None };
    }
    let start = from + own("Loop/StartRelative");
    Content { start, looped: (start < to).then_some((from, to)) }
}

fn markers(node: Node<'_, '_>) -> Vec<Marker> {
    let own = |node: Node<'_, '_>, name: &str| crate::foreign::number(node.attribute(name)?);
    let markers = all(node, "WarpMarkers", "WarpMarker");
    let mut markers: Vec<Marker> = markers
        .filter_map(|marker| Some(Marker { beat: own(marker, "BeatTime")?, seconds: own(marker, "SecTime")? }))
        .collect();
    markers.sort_by(|a, b| a.beat.total_cmp(&b.beat));
    // Time in the file never stands still or runs back.
    markers.dedup_by(|b, a| b.beat <= a.beat || b.seconds <= a.seconds);
    markers
}
