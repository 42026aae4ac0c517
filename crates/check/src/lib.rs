//! Stemwright: a set of stems → measurements → findings → a report.

mod html;
mod overview;
mod report;
mod third_octaves;

pub use html::html;
pub use overview::{Overview, Spectrogram};
pub use report::{
    CheckReport, FileKind, FileProved, FileReport, FileState, FormatReport, FoundBy, LimitReport, Measurements,
    PresetReport, ReceiptReport, Stereo, SumClass, SumReport, WorstMoment,
};
pub use third_octaves::Band;
