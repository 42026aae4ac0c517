//! `Session`: what the user made. Tracks, clips, buses, returns, sends, inserts, automation, tempo and sections.
//!
//! # What a session means
//!
//! The renderer must do exactly this, and the naive interpreter of the engine's tests does it one sample at a time.
//!
//! * Every position is in frames at [`Session::rate`], counted from bar 1 beat 1. It may be negative.
//! * Every strip has a [`Layout`], see [`Strip::layout`]. Signals go from one layout to another by
//!   [`Layout::matrix`].
//! * A track is the sum of its clips, each brought to the track's layout. A file has the layout that
//!   [`Layout::of_channels`] gives it; with two channels on an M-S track they are mid and side.
//! * Bus input: main outputs and sends, summed, each brought to the bus's layout. Solo and mute: see [`Strip::solo`] and
//!   [`Strip::mute`].
//! * Strip: input → polarity → inserts in order → *pre* tap → gain and pan → *post* tap → output. The master has
//!   inserts and a gain; its input is the *mix*.
//! * On an M-S strip polarity and inserts work on mid and side (stereo units take them for left and right); before the
//!   pre tap they become left and right (M+S and M−S), so that both taps are stereo.
//! * The post tap of a mono strip is stereo, by the pan law; any other strip's is of its own layout, where the pan
//!   *balances*: channels of the side panned away from fall, the others stay, C and LFE too.
//! * On a stereo strip with [`Strip::sides`] the pan does nothing: left and right are placed each by itself, by the pan law,
//!   and added up.
//! * A send takes the strip's pre or post tap times its gain, and balances it by its own pan. The pre tap of a mono strip
//!   becomes stereo first, placed there by the strip's pan law.
//! * A side-chain key is a strip's tap, in the tap's own channels. Solo does not silence a track for what it keys; a bus
//!   that is keyed from is what it then adds up; a muted strip keys with silence.
//! * Reverb, convolution, ping-pong delay, chorus, phaser and width are stereo units: on 5.1 and 7.1 each pair of sides
//!   (L R, Ls Rs, Lrs Rrs, Lss Rss) has one of its own, C one as on a mono strip. LFE has none: of it 1 − wet comes out, so
//!   that a return does not double it, and all of it where there is no `wet` (width). All other inserts treat all channels
//!   alike.
//! * Automation replaces the fixed value of what it moves.
//! * Control values (gain, pan, send gains, insert parameters) are evaluated on frames that are multiples of
//!   [`CONTROL_GRID`]; what the audio is multiplied or filtered with (a factor, a coefficient) is computed there and
//!   runs in a straight line between one grid frame and the next. With no automation it is a constant. A strip's gain
//!   and pan make one factor for each side, their product; a send's gain is a factor of its own; so is mute.

use crate::{Db, Insert, Layout, SampleRate, Tempo, TempoChange, Warp};

/// The distance in frames of the frames on which control values are computed; the grid is anchored at frame 0.
pub const CONTROL_GRID: i64 = 32;

/// A whole session. `Session` holds no audio, only where it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    /// What the song is called, by whom, in which key.
    pub song: Song,
    /// The rate of every file that is read and written.
    pub rate: SampleRate,
    /// Tempo and time signature at bar 1. Delays in notes keep to this tempo.
    pub tempo: Tempo,
    /// What changes later, in order. Positions are already in frames: nothing that is rendered depends on this.
    pub tempo_changes: Vec<TempoChange>,
    /// For strips that do not name their own.
    pub pan_law: PanLaw,
    /// Tracks, in the user's order. Nothing that is rendered depends on this order.
    pub tracks: Vec<Track>,
    /// Group buses and returns, in the user's order.
    pub buses: Vec<Bus>,
    /// Groups of faders.
    pub vcas: Vec<Vca>,
    /// Where everything ends.
    pub master: Master,
    /// Order, role and colour of stems, where the user gave them.
    pub stems: Vec<StemWish>,
    /// Files that overlap with stems: each is the sum of some of them.
    pub extras: Vec<ExtraWish>,
    /// Named parts of the song, by their start.
    pub sections: Vec<Section>,
    /// Named places, by their frame.
    pub markers: Vec<Marker>,
    /// Mixes to compare with: no part of what is rendered. Relative paths were resolved by whoever read the session.
    pub references: Vec<std::path::PathBuf>,
}

impl Session {
    /// An empty session: 120 BPM, 4/4, stereo.
    pub fn new(rate: SampleRate) -> Self {
        Self {
            song: Song::default(),
            rate,
            tempo: Tempo::default(),
            tempo_changes: Vec::new(),
            pan_law: PanLaw::default(),
            tracks: Vec::new(),
            buses: Vec::new(),
            vcas: Vec::new(),
            master: Master::default(),
            stems: Vec::new(),
            extras: Vec::new(),
            sections: Vec::new(),
            markers: Vec::new(),
            references: Vec::new(),
        }
    }
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
    /// (1−t)·(s·(1−t) + 1−s) and t·(s·t + 1−s) with s = 2 − 4·10^(−3/20): −3 dB in the centre, as in Ardour.
    Quadratic,
}

impl PanLaw {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::ConstantPower, Self::Compromise, Self::Linear, Self::Balance, Self::Quadratic];

    /// As in session.toml.
    pub fn id(self) -> &'static str {
        match self {
            Self::ConstantPower => "constant-power",
            Self::Compromise => "compromise",
            Self::Linear => "linear",
            Self::Balance => "balance",
            Self::Quadratic => "quadratic",
        }
    }
}

/// What tracks, buses and returns have in common.
#[derive(Debug, Clone, PartialEq)]
pub struct Strip {
    /// Unique among tracks, buses and returns; sums are made in the order of these names.
    pub name: String,
    /// Where the main output goes: a bus or return by name; `None` is the master.
    pub output: Option<String>,
    /// Whether the main output goes nowhere, and only sends are heard.
    pub sends_only: bool,
    /// Of a track: the widest of its files' where `None`. Of a bus: the master's, and stereo where that is mono.
    pub layout: Option<Layout>,
    /// The stem it is printed in, where the user says so.
    pub stem: Option<String>,
    /// What it is, for naming stems that nobody named.
    pub role: Option<crate::Role>,
    /// The fader. What its [VCAs](Vca) have is added to it, in dB.
    pub gain: Db,
    /// The groups whose fader moves this one too, by name.
    pub vcas: Vec<String>,
    /// −1 left … 1 right.
    pub pan: f64,
    /// Its own law, else the session's.
    pub pan_law: Option<PanLaw>,
    /// On a stereo strip: where left and right are placed (−1…1), each by the pan law, instead of the balance.
    pub sides: Option<[f64; 2]>,
    /// Multiplies the input by −1.
    pub inverted: bool,
    /// Silences output, sends (pre and post) and what is keyed from it. [`Target::Mute`] moves it: that is a factor of 0
    /// or 1 before the pre tap, which silences the same in one control-grid interval.
    pub mute: bool,
    /// Where any strip is soloed, an output or send is heard only if it lies on a path of outputs and sends that
    /// passes through a soloed strip, or that begins at a solo-safe one.
    pub solo: bool,
    /// Whether solo elsewhere leaves it and everything after it as it is. What feeds it is silenced all the same.
    pub solo_safe: bool,
    /// `#rrggbb`, for programs that show it.
    pub colour: Option<String>,
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
            sends_only: false,
            layout: None,
            stem: None,
            role: None,
            gain: Db::ZERO,
            vcas: Vec::new(),
            pan: 0.0,
            pan_law: None,
            sides: None,
            inverted: false,
            mute: false,
            solo: false,
            solo_safe: false,
            colour: None,
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
    /// Frames by which all clips sound later than they are written; negative: earlier. Nothing else moves with them.
    pub delay: i64,
    /// The shape of cross-fades. Where a clip begins while the one before it (by their beginnings, then in the order of
    /// the track) still sounds, and ends after it, the overlap becomes a fade-out of the first and a fade-in of the second,
    /// in place of those that they have there. `None`: what overlaps is summed with the fades that it has.
    pub crossfade: Option<FadeShape>,
}

impl Track {
    /// A track with these clips.
    pub fn new(strip: Strip, clips: Vec<Clip>) -> Self {
        Self { strip, clips, delay: 0, crossfade: None }
    }
}

/// A group of faders: no signal goes through it. Its gain is added, in dB, to the fader of each member, once; so are
/// those of the groups that it is itself a member of.
#[derive(Debug, Clone, PartialEq)]
pub struct Vca {
    /// Unique among VCAs.
    pub name: String,
    /// The fader.
    pub gain: Db,
    /// Mutes its members and those of the groups in it, whatever moves their own mute.
    pub mute: bool,
    /// Solos its members and those of the groups in it.
    pub solo: bool,
    /// The groups whose fader moves this one too.
    pub vcas: Vec<String>,
    /// Of the gain.
    pub automation: Vec<Automation>,
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
    /// Of the mix, the master and all stems; not M-S.
    pub layout: Layout,
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
    /// Mono, stereo, 5.1 or 7.1; relative paths were resolved by whoever read the session.
    pub file: std::path::PathBuf,
    /// The frame on the timeline on which it starts.
    pub at: i64,
    /// The first frame of the file that is used; like all frames of a session, counted at the session's rate.
    pub from: u64,
    /// How many frames are used; to the end of the file where `None`.
    pub length: Option<u64>,
    /// Where time does not run in the file as it does in the song: what of it is heard when, and the clip's length; `from` is 0 then
    /// and `length` is `None`.
    pub warp: Option<Warp>,
    /// Plays this channel of the file alone (from 0), as if the file were mono.
    pub channel: Option<u16>,
    /// Of what is mono: the one channel of the track that it goes into (from 0), as it is.
    pub into: Option<u16>,
    /// Clip gain.
    pub gain: Db,
    /// Multiplies by −1.
    pub inverted: bool,
    /// Clip gain that moves, by its frames from the clip's start: the factor runs in a straight line from point to point, on every
    /// frame, and holds before the first and after the last. It is multiplied with `gain`.
    pub envelope: Vec<GainPoint>,
    /// From its first frame on.
    pub fade_in: Fade,
    /// The mirror image of a fade-in, counted back from the last frame. Where both overlap, both factors apply.
    pub fade_out: Fade,
}

impl Clip {
    /// All of a file from a frame of the timeline on.
    pub fn new(file: impl Into<std::path::PathBuf>, at: i64) -> Self {
        Self {
            file: file.into(),
            at,
            from: 0,
            length: None,
            warp: None,
            channel: None,
            into: None,
            gain: Db::ZERO,
            inverted: false,
            envelope: Vec::new(),
            fade_in: Fade::default(),
            fade_out: Fade::default(),
        }
    }

    /// How long it is, where it says so itself.
    pub fn frames(&self) -> Option<u64> {
        self.warp.as_ref().map(Warp::frames).or(self.length)
    }
}

/// A point of a clip's envelope.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GainPoint {
    /// Frames from the clip's start.
    pub frame: u64,
    /// −∞ dB is silence.
    pub gain: Db,
}

/// A fade of F frames: frame i (from 0) is multiplied by the shape's value at x = (i + ½)/F.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Fade {
    /// How long it is; 0 is none.
    pub frames: u64,
    /// How it rises.
    pub shape: FadeShape,
}

/// How a fade rises while x goes from 0 to 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum FadeShape {
    /// x.
    #[default]
    Linear,
    /// sin(x·π/2): two of them make a cross-fade of constant power.
    EqualPower,
    /// x²·(3 − 2x): slow at both ends; two of them add up to 1.
    Smooth,
    /// x²: slow at first.
    Slow,
    /// x·(2 − x): fast at first.
    Fast,
}

impl FadeShape {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Linear, Self::EqualPower, Self::Smooth, Self::Slow, Self::Fast];

    /// As in session.toml.
    pub fn id(self) -> &'static str {
        match self {
            Self::Linear => "linear",
            Self::EqualPower => "equal-power",
            Self::Smooth => "smooth",
            Self::Slow => "slow",
            Self::Fast => "fast",
        }
    }

    /// The factor at x, 0…1.
    pub fn value(self, x: f64) -> f64 {
        match self {
            Self::Linear => x,
            Self::EqualPower => libm::sin(x * std::f64::consts::FRAC_PI_2),
            Self::Smooth => x * x * (3.0 - 2.0 * x),
            Self::Slow => x * x,
            Self::Fast => x * (2.0 - x),
        }
    }
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
    /// −1 left … 1 right: the balance of what is stereo, the place of what is mono.
    pub pan: f64,
}

impl Send {
    /// A copy of the post tap, as loud as it is.
    pub fn new(to: impl Into<String>) -> Self {
        Self { to: to.into(), gain: Db::ZERO, tap: Tap::Post, pan: 0.0 }
    }
}

/// What an automation moves. Indices count from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Target {
    /// The fader, in dB.
    Gain,
    /// The pan, −1…1.
    Pan,
    /// The place of left (0) or right (1) in [`Strip::sides`], −1…1.
    Side(usize),
    /// [`Strip::mute`]: muted from 0.5 on. Takes the place of the fixed value.
    Mute,
    /// A send's gain in dB, by its place in [`Strip::sends`].
    Send(usize),
    /// A parameter of an insert, by its place in [`Strip::inserts`].
    Insert(usize, crate::Param),
}

impl Target {
    /// Whether its values are gains in dB.
    pub fn is_gain(self) -> bool {
        use crate::Param;
        match self {
            Self::Gain | Self::Send(_) => true,
            Self::Pan | Self::Side(_) | Self::Mute => false,
            Self::Insert(_, param) => {
                matches!(param, Param::Gain | Param::Makeup | Param::BandMakeup(_) | Param::Drive | Param::Output)
            }
        }
    }
}

/// How a value goes from one point to the next: at a part x of the way (0…1) from a to b it is a + (b − a)·w(x).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Shape {
    /// w = x: a straight line (in the unit of the target: dB for gains).
    #[default]
    Linear,
    /// w = 0: stays, then jumps at the next point.
    Hold,
    /// w = x²·(3 − 2x): slow at both ends.
    Smooth,
    /// Of gains: the factor 10^(dB/20) runs in a straight line. Other values as [`Self::Linear`].
    Factor,
    /// w = x/(x + (1 − x)·(1 + c)/(1 − c)), with −1 < c < 1: slow at first where c > 0, fast where c < 0.
    Curve(f64),
}

impl Shape {
    /// w(x).
    pub fn value(self, x: f64) -> f64 {
        match self {
            Self::Linear | Self::Factor => x,
            Self::Hold => 0.0,
            Self::Smooth => x * x * (3.0 - 2.0 * x),
            Self::Curve(c) => x / (x + (1.0 - x) * (1.0 + c) / (1.0 - c)),
        }
    }
}

/// A point of an automation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Where it is.
    pub frame: i64,
    /// In the unit of the target.
    pub value: f64,
    /// How it goes on from here to the next.
    pub shape: Shape,
}

/// One moving value.
#[derive(Debug, Clone, PartialEq)]
pub struct Automation {
    /// What moves; at most one automation for each target of a strip.
    pub target: Target,
    /// Sorted by frame. Of several points on one frame the last one holds from that frame on.
    pub points: Vec<Point>,
}

impl Automation {
    /// Points that all have one shape.
    pub fn new(target: Target, shape: Shape, points: &[(i64, f64)]) -> Self {
        Self { target, points: points.iter().map(|&(frame, value)| Point { frame, value, shape }).collect() }
    }

    /// The value at a frame: the first point's before it, the last point's after it.
    pub fn value(&self, frame: i64) -> f64 {
        let next = self.points.partition_point(|point| point.frame <= frame);
        match (next.checked_sub(1).map(|i| self.points[i]), self.points.get(next)) {
            (Some(a), Some(b)) if a.shape != Shape::Hold => {
                let x = (frame - a.frame) as f64 / (b.frame - a.frame) as f64;
                if a.shape == Shape::Factor && self.target.is_gain() {
                    let [from, to] = [a.value, b.value].map(|value| Db(value).factor());
                    return Db::of(from + (to - from) * x).0;
                }
                a.value + (b.value - a.value) * a.shape.value(x)
            }
            (Some(a), _) => a.value,
            (None, Some(b)) => b.value,
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

/// A file beside the stems: the sum of some of them. It is no part of what adds up to the mix.
#[derive(Debug, Clone, PartialEq)]
pub struct ExtraWish {
    /// What it is called.
    pub name: String,
    /// The stems in it, by name.
    pub stems: Vec<String>,
}

/// A named place.
#[derive(Debug, Clone, PartialEq)]
pub struct Marker {
    /// What is there.
    pub name: String,
    /// Where.
    pub at: i64,
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

    #[test]
    fn automation_holds_its_ends_and_runs_straight_between() {
        let a = Automation::new(Target::Gain, Shape::Linear, &[(0, -6.0), (100, 0.0), (100, 3.0), (200, 3.0)]);
        assert_eq!([-5, 0, 50, 100, 150, 900].map(|f| a.value(f)), [-6.0, -6.0, -3.0, 3.0, 3.0, 3.0]);
        let a = Automation::new(Target::Gain, Shape::Hold, &[(10, 1.0), (20, 2.0)]);
        assert_eq!([0, 10, 19, 20].map(|f| a.value(f)), [1.0, 1.0, 1.0, 2.0]);
    }

    #[test]
    fn every_shape_goes_from_one_point_to_the_next() {
        for shape in [Shape::Linear, Shape::Smooth, Shape::Curve(0.9), Shape::Curve(-0.5), Shape::Curve(0.0)] {
            assert_eq!((shape.value(0.0), shape.value(1.0)), (0.0, 1.0), "{shape:?}");
        }
        assert_eq!(Shape::Curve(0.5).value(0.5), 0.25);
        assert_eq!(Shape::Curve(-0.5).value(0.5), 0.75);
        for shape in FadeShape::ALL {
            assert!(shape.value(0.0) == 0.0 && (shape.value(1.0) - 1.0).abs() < 1e-15, "{shape:?}");
        }
        let power = FadeShape::EqualPower;
        assert!((power.value(0.3).powi(2) + power.value(0.7).powi(2) - 1.0).abs() < 1e-15);
    }
}
