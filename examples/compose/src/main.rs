//! `stemwright-compose [--check]`: writes the clips of `examples/song`, or says whether the ones there are the same.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use stemwright_compose::clips::{self, CLIPS};
use stemwright_compose::flac;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../song/clips");
    let done = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => write(&folder),
        ["--check"] => check(&folder),
        _ => Err("usage: stemwright-compose [--check]".into()),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(message) => {
            let _ = writeln!(io::stderr(), "{message}");
            ExitCode::from(2)
        }
    }
}

fn write(folder: &Path) -> Result<bool, String> {
    std::fs::create_dir_all(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let mut total = 0;
    for clip in CLIPS {
        let audio = (clip.sound)();
        let bytes = flac::encode(&audio).map_err(|e| format!("{}: {e}", clip.name))?;
        let path = clip.path(folder);
        std::fs::write(&path, &bytes).map_err(|e| format!("{}: {e}", path.display()))?;
        total += bytes.len();
        say(&format!("{:>9} bytes  {:>7} frames  {}.flac", bytes.len(), audio.len(), clip.name))?;
    }
    say(&format!("{total:>9} bytes in {} clips", CLIPS.len()))?;
    Ok(true)
}

fn check(folder: &Path) -> Result<bool, String> {
    let lines = clips::differences(&clips::sounded(), folder)?;
    for line in &lines {
        say(line)?;
    }
    Ok(lines.is_empty())
}

fn say(line: &str) -> Result<(), String> {
    writeln!(io::stdout(), "{line}").map_err(|e| e.to_string())
}
