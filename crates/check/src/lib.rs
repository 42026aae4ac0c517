//! Stemwright: a set of stems → measurements → findings → a report.

mod check;
mod correlation;
mod detect;
mod found;
mod html;
mod measure;
mod overview;
mod pass;
mod preset;
mod receipt;
mod report;
mod residual;
mod rules;
mod selftest;
mod solve;
mod spectra;
mod sum;
mod third_octaves;

pub use check::{CheckOptions, Progress, Work, check};
pub use found::CheckError;
pub use html::html;
pub use overview::{Overview, Spectrogram};
pub use preset::{Applies, Limit, Must, Pattern, Present, Preset, PresetError, PresetPlace, Source, judge};
pub use report::{
    CheckReport, CorrectedFile, CorrectedReport, FileKind, FileProved, FileReport, FileState, FormatReport, FoundBy,
    LimitReport, Measurements, PresetLine, PresetReport, PresetsReport, ReceiptReport, SelfTestReport, Stereo,
    SumClass, SumReport, WorstMoment,
};
#[doc(hidden)]
pub use selftest::true_peak_signal;
pub use selftest::{LEFT_OUT, Quantity, SelfTest, selftest, table as selftest_table};
pub use solve::{Cause, FilterBand, GainCurve, Solution, StemSolution};
pub use third_octaves::Band;
