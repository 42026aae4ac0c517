//! Stemwright: a set of stems → measurements → findings → a report.

mod overview;
mod report;
mod selftest;
mod third_octaves;

pub use overview::{Overview, Spectrogram};
pub use report::{
    CheckReport, FileKind, FileProved, FileReport, FileState, FormatReport, FoundBy, LimitReport, Measurements,
    PresetReport, ReceiptReport, Stereo, SumClass, SumReport, WorstMoment,
};
#[doc(hidden)]
pub use selftest::true_peak_signal;
pub use selftest::{LEFT_OUT, Quantity, SelfTest, selftest, table as selftest_table};
pub use third_octaves::Band;
