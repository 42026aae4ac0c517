//! What a session, a stem set and a finding are: units, types and names. No I/O and no DSP.

mod describe;
mod finding;
mod insert;
mod layout;
mod nearest;
mod report;
mod role;
mod session;
mod stemset;
mod units;

pub use finding::{Finding, Severity};
pub use insert::{
    Band, BandKind, Compressor, DeEsser, Delay, DelayTime, Detector, Eq, Gate, HALF_BAND_BETA, HALF_BANDS, Insert, Key,
    Limiter, PEAK_HALF_BANDS, Param, Reverb, Saturation, Unit, Width,
};
pub use layout::Layout;
pub use nearest::nearest;
pub use report::{BounceReport, ErrorReport, Plan, PlannedStem};
pub use role::Role;
pub use session::{
    Automation, Bus, CONTROL_GRID, Clip, Master, PanLaw, Section, Send, Session, Shape, Song, StemWish, Strip, Tap,
    Target, Tempo, Track,
};
pub use stemset::{
    Coding, Extra, FileProof, Format, Levels, Manifest, NullProof, Receipt, Reference, ReferenceKind, SectionInfo,
    SongInfo, Stem, stem_file_name,
};
pub use units::{Db, SampleRate};
