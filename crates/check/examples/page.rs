//! Writes pages of made-up reports into a folder, to look at: `cargo run -p stemwright-check --example page -- FOLDER`.

#[path = "../tests/made_up/mod.rs"]
#[allow(dead_code, reason = "shared with the tests, each of which needs a part")]
mod made_up;

use std::path::PathBuf;
use stemwright_check::{CheckReport, html};
use stemwright_core::ErrorReport;

fn main() -> std::io::Result<()> {
    let folder = PathBuf::from(std::env::args_os().nth(1).unwrap_or_else(|| ".".into()));
    let error = ErrorReport {
        message: "`deliveries` holds no audio file".into(),
        hint: Some("name the folder in which the stems are".into()),
    };
    let failed = CheckReport { set: "deliveries".into(), error: Some(error), ..CheckReport::default() };
    for (name, report) in [("rich", made_up::rich()), ("clean", made_up::clean()), ("failed", failed)] {
        std::fs::write(folder.join(name).with_extension("html"), html(&report))?;
    }
    Ok(())
}
