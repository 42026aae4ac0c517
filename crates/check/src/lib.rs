//! Stemwright: a set of stems → measurements → findings → a report.

mod overview;
mod preset;
mod report;
mod third_octaves;

pub use overview::{Overview, Spectrogram};
pub use preset::{Applies, Limit, Must, Pattern, Present, Preset, PresetError, PresetPlace, Source, SumKind, judge};
pub use report::{
    CheckReport, FileKind, FileProved, FileReport, FileState, FormatReport, FoundBy, LimitReport, Measurements,
    PresetReport, ReceiptReport, Stereo, SumClass, SumReport, WorstMoment,
};
pub use third_octaves::Band;
