//! What a session, a stem set and a finding are: units, types and names. No I/O and no DSP.

mod describe;
mod finding;
mod insert;
mod layout;
mod mixer;
mod nearest;
mod report;
mod role;
mod session;
mod shown;
mod stemset;
mod tempo;
mod units;
mod warp;

pub use finding::{Finding, Quantity, Severity};
pub use insert::{
    Align, AlignTime, Band, BandKind, Chorus, Compressor, CompressorBand, Convolution, DeEsser, Delay, DelayTime,
    Detector, DynamicBand, DynamicEq, DynamicKind, Eq, Gate, HALF_BAND_BETA, HALF_BANDS, Insert, Key, Limiter,
    Multiband, PEAK_HALF_BANDS, Param, Phaser, Reverb, Saturation, Sweep, Transient, Unit, Width,
};
pub use layout::Layout;
pub use mixer::MixerStrip;
pub use nearest::nearest;
pub use report::{
    BounceReport, ErrorReport, NewReport, NewStem, NewTrack, Plan, PlannedExtra, PlannedStem, SessionReport,
    SharedStrip,
};
pub use role::Role;
pub use session::{
    Automation, Bus, CONTROL_GRID, Clip, ExtraWish, Fade, FadeShape, GainPoint, Marker, Master, PanLaw, Point, Section,
    Send, Session, Shape, Song, StemWish, Strip, Tap, Target, Track, Vca,
};
pub use shown::shown;
pub use stemset::{
    Coding, Extra, FileProof, Format, Levels, Manifest, MarkerInfo, NullProof, Receipt, Reference, ReferenceKind,
    SectionInfo, SongInfo, Stem, TempoInfo, extra_file_name, in_file_name, stem_file_name,
};
pub use tempo::{Tempo, TempoChange, TempoMap};
pub use units::{Db, SampleRate};
pub use warp::{Pitch, Warp, WarpPoint};
