//! `Session`: what the user made. Tracks, clips, buses, returns, sends, inserts, automation, tempo and sections.
//!
//! # What a session means
//!
//! The renderer must do exactly this, and the naive interpreter of the engine's tests does it one sample at a time.
//!
//! * Every position is in frames at [`Session::rate`], counted from bar 1 beat 1. It may be negative.
//! * A track is the sum of its clips. It is mono when all its clips are mono; otherwise it is stereo, and a mono clip
//!   in it sounds equally (factor 1) in both channels. Buses, returns and the master are stereo.
//! * Bus input: main outputs and sends, summed. Solo and mute: see [`Strip::solo`] and [`Strip::mute`].
//! * Strip: input → polarity → inserts in order → *pre* tap → gain and pan → *post* tap → output. The master has
//!   inserts and a gain; its input is the *mix*.
//! * A send takes the strip's pre or post tap times its gain. The pre tap of a mono track goes to a stereo bus as
//!   panned to the centre by the track's pan law.
//! * A side-chain key is a strip's tap. Solo does not silence a track for what it keys; a bus that is keyed from is
//!   what it then adds up; a muted strip keys with silence.
//! * Automation replaces the fixed value of what it moves.
//! * Control values (gain, pan, send gains, insert parameters) are evaluated on frames that are multiples of
//!   [`CONTROL_GRID`]; what the audio is multiplied or filtered with (a factor, a coefficient) is computed there and
//!   runs in a straight line between one grid frame and the next. With no automation it is a constant. A strip's gain
//!   and pan make one factor for each side, their product; a send's gain is a factor of its own.

use crate::{Db, Insert, SampleRate};

/// The distance in frames of the frames on which control values are computed; the grid is anchored at frame 0.
pub const CONTROL_GRID: i64 = 32;

/// A whole session. `Session` holds no audio, only where it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    /// What the song is called, by whom, in which key.
    pub song: Song,
    /// The rate of every file that is read and written.
    pub rate: SampleRate,
    /// Beats a minute and the time signature.
    pub tempo: Tempo,
    /// For strips that do not name their own.
    pub pan_law: PanLaw,
    /// Tracks, in the user's order. Nothing that is rendered depends on this order.
    pub tracks: Vec<Track>,
    /// Group buses and returns, in the user's order.
    pub buses: Vec<Bus>,
    /// Where everything ends.
    pub master: Master,
    /// Order, role and colour of stems, where the user gave them.
    pub stems: Vec<StemWish>,
    /// Named parts of the song, by their start.
    pub sections: Vec<Section>,
}

/// What is known of the song.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Song {
    /// Its title; empty where unknown.
    pub title: String,
    /// Who made it; empty where unknown.
    pub artist: String,
    /// As people write it: `B flat`, `A minor`.
    pub key: Option<String>,
    /// Concert pitch in Hz.
    pub tuning: Option<f64>,
}

/// A constant tempo (a tempo map comes with the sessions of other programs).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tempo {
    /// Quarter notes a minute.
    pub bpm: f64,
    /// Beats a bar, and which note is a beat: 6/8 is (6, 8).
    pub time_signature: (u32, u32),
}

impl Tempo {
    /// Seconds that a number of *beats of the time signature* last.
    pub fn beats(self, beats: f64) -> f64 {
        self.quarters(beats * 4.0 / f64::from(self.time_signature.1))
    }

    /// Seconds that a number of quarter notes last.
    pub fn quarters(self, quarters: f64) -> f64 {
        quarters * 60.0 / self.bpm
    }
}

/// How a mono signal is placed between left and right. With p from −1 (left) to 1 (right) and t = (p+1)/2:
/// stereo signals are *balanced* under every law: the side panned away from falls as 1 − |p|, the other stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PanLaw {
    /// cos(tπ/2) and sin(tπ/2): −3 dB in the centre.
    #[default]
    ConstantPower,
    /// √((1−t)·cos(tπ/2)) and √(t·sin(tπ/2)): −4.5 dB in the centre.
    Compromise,
    /// 1−t and t: −6 dB in the centre.
    Linear,
    /// min(1, 1−p) and min(1, 1+p): 0 dB in the centre.
    Balance,
}

/// What tracks, buses and returns have in common.
#[derive(Debug, Clone, PartialEq)]
pub struct Strip {
    /// Unique among tracks, buses and returns; sums are made in the order of these names.
    pub name: String,
    /// Where the main output goes: a bus or return by name; `None` is the master.
    pub output: Option<String>,
    /// The stem it is printed in, where the user says so.
    pub stem: Option<String>,
    /// What it is, for naming stems that nobody named.
    pub role: Option<crate::Role>,
    /// The fader.
    pub gain: Db,
    /// −1 left … 1 right.
    pub pan: f64,
    /// Its own law, else the session's.
    pub pan_law: Option<PanLaw>,
    /// Multiplies the input by −1.
    pub inverted: bool,
    /// Silences output, sends (pre and post) and what is keyed from it.
    pub mute: bool,
    /// Where any strip is soloed, an output or send is heard only if it lies on a path of outputs and sends that
    /// passes through a soloed strip.
    pub solo: bool,
    /// In order.
    pub inserts: Vec<Insert>,
    /// Copies to buses and returns.
    pub sends: Vec<Send>,
    /// What moves.
    pub automation: Vec<Automation>,
}

impl Strip {
    /// A strip at unity, centred, to the master.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            output: None,
            stem: None,
            role: None,
            gain: Db::ZERO,
            pan: 0.0,
            pan_law: None,
            inverted: false,
            mute: false,
            solo: false,
            inserts: Vec::new(),
            sends: Vec::new(),
            automation: Vec::new(),
        }
    }
}

/// A strip fed by clips.
#[derive(Debug, Clone, PartialEq)]
pub struct Track {
    /// Everything but the clips.
    pub strip: Strip,
    /// Clips may overlap; they are summed.
    pub clips: Vec<Clip>,
}

/// A strip fed by other strips. A return is a bus that only sends feed; nothing else differs.
#[derive(Debug, Clone, PartialEq)]
pub struct Bus {
    /// Everything.
    pub strip: Strip,
    /// Whether it was written down as a return.
    pub is_return: bool,
}

/// The end of every path.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Master {
    /// The fader, after the inserts.
    pub gain: Db,
    /// In order.
    pub inserts: Vec<Insert>,
    /// Of the gain and of the inserts.
    pub automation: Vec<Automation>,
}

/// A piece of a file, somewhere on the timeline.
#[derive(Debug, Clone, PartialEq)]
pub struct Clip {
    /// Mono or stereo; relative paths were resolved by whoever read the session.
    pub file: std::path::PathBuf,
    /// The frame on the timeline on which it starts.
    pub at: i64,
    /// The first frame of the file that is used; like all frames of a session, counted at the session's rate.
    pub from: u64,
    /// How many frames are used; to the end of the file where `None`.
    pub length: Option<u64>,
    /// Clip gain.
    pub gain: Db,
    /// Frames of fade: frame i (from 0) of a fade-in of F frames has the factor (i + ½)/F; the fade-out is its mirror
    /// image, counted back from the last frame of the clip.
    pub fade_in: u64,
    /// See [`Self::fade_in`]. Where both overlap, both factors apply.
    pub fade_out: u64,
}

/// Where a send or key takes the signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tap {
    /// After the inserts, before gain and pan.
    Pre,
    /// After gain and pan.
    #[default]
    Post,
}

/// A copy to a bus or return.
#[derive(Debug, Clone, PartialEq)]
pub struct Send {
    /// The bus or return.
    pub to: String,
    /// How loud.
    pub gain: Db,
    /// From where.
    pub tap: Tap,
}

/// What an automation moves. Indices count from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Target {
    /// The fader, in dB.
    Gain,
    /// The pan, −1…1.
    Pan,
    /// A send's gain in dB, by its place in [`Strip::sends`].
    Send(usize),
    /// A parameter of an insert, by its place in [`Strip::inserts`].
    Insert(usize, crate::Param),
}

/// How a value goes from one point to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Shape {
    /// In a straight line (in the unit of the target: dB for gains).
    #[default]
    Linear,
    /// Stays, then jumps at the next point.
    Hold,
}

/// One moving value.
#[derive(Debug, Clone, PartialEq)]
pub struct Automation {
    /// What moves; at most one automation for each target of a strip.
    pub target: Target,
    /// Between all points.
    pub shape: Shape,
    /// Sorted by frame. Of several points on one frame the last one holds from that frame on.
    pub points: Vec<(i64, f64)>,
}

impl Automation {
    /// The value at a frame: the first point's before it, the last point's after it.
    pub fn value(&self, frame: i64) -> f64 {
        let next = self.points.partition_point(|&(at, _)| at <= frame);
        match (next.checked_sub(1).map(|i| self.points[i]), self.points.get(next)) {
            (Some((t0, v0)), Some(&(t1, v1))) if self.shape == Shape::Linear => {
                v0 + (v1 - v0) * ((frame - t0) as f64 / (t1 - t0) as f64)
            }
            (Some((_, v0)), _) => v0,
            (None, Some(&(_, v1))) => v1,
            (None, None) => 0.0,
        }
    }
}

/// What the user said of a stem.
#[derive(Debug, Clone, PartialEq)]
pub struct StemWish {
    /// As in `stem =`.
    pub name: String,
    /// Its role.
    pub role: Option<crate::Role>,
    /// `#rrggbb`.
    pub colour: Option<String>,
}

/// A named part of the song; it lasts until the next one starts.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// Verse, chorus…
    pub name: String,
    /// Its first frame.
    pub start: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lane(shape: Shape, points: &[(i64, f64)]) -> Automation {
        Automation { target: Target::Gain, shape, points: points.to_vec() }
    }

    #[test]
    fn automation_holds_its_ends_and_runs_straight_between() {
        let a = lane(Shape::Linear, &[(0, -6.0), (100, 0.0), (100, 3.0), (200, 3.0)]);
        assert_eq!([-5, 0, 50, 100, 150, 900].map(|f| a.value(f)), [-6.0, -6.0, -3.0, 3.0, 3.0, 3.0]);
        let a = lane(Shape::Hold, &[(10, 1.0), (20, 2.0)]);
        assert_eq!([0, 10, 19, 20].map(|f| a.value(f)), [1.0, 1.0, 1.0, 2.0]);
    }

    #[test]
    fn beats_follow_the_time_signature() {
        let tempo = Tempo { bpm: 120.0, time_signature: (6, 8) };
        assert_eq!(tempo.beats(6.0), 1.5);
        assert_eq!(tempo.quarters(1.0), 0.5);
    }
}
