//! `stemwright-units [--check]`: writes `docs/units.md` and its plots, or says whether the ones there are up to date.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    let done = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => write(&docs),
        ["--check"] => check(&docs),
        _ => Err("usage: stemwright-units [--check]".into()),
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

fn measured() -> Vec<(String, String)> {
    let start = Instant::now();
    stemwright_units::report(|name| {
        let _ = writeln!(io::stderr(), "{:6.1} s  {name}", start.elapsed().as_secs_f64());
    })
}

fn write(docs: &Path) -> Result<bool, String> {
    let failed = |path: &Path, error: io::Error| format!("{}: {error}", path.display());
    let plots = docs.join("units");
    std::fs::create_dir_all(&plots).map_err(|e| failed(&plots, e))?;
    let files = measured();
    for path in others(docs, &files)? {
        std::fs::remove_file(&path).map_err(|e| failed(&path, e))?;
    }
    for (name, text) in &files {
        let path = docs.join(name);
        std::fs::write(&path, text).map_err(|e| failed(&path, e))?;
    }
    Ok(true)
}

/// Plots that the report no longer has.
fn others(docs: &Path, files: &[(String, String)]) -> Result<Vec<PathBuf>, String> {
    let plots = docs.join("units");
    let entries = std::fs::read_dir(&plots).map_err(|e| format!("{}: {e}", plots.display()))?;
    let there = entries.filter_map(|entry| entry.ok().map(|entry| entry.path()));
    let svg = there.filter(|path| path.extension().is_some_and(|ending| ending == "svg"));
    let mut rest: Vec<PathBuf> = svg.filter(|path| !files.iter().any(|(name, _)| *path == docs.join(name))).collect();
    rest.sort();
    Ok(rest)
}

fn check(docs: &Path) -> Result<bool, String> {
    let files = measured();
    let mut lines: Vec<String> =
        others(docs, &files)?.iter().map(|p| format!("{}: not of this report", p.display())).collect();
    for (name, text) in &files {
        match std::fs::read_to_string(docs.join(name)) {
            Ok(there) if there.replace("\r\n", "\n") == *text => {}
            Ok(there) => {
                lines.push(format!("docs/{name} is not up to date"));
                let differing = there.lines().zip(text.lines()).find(|(there, now)| there != now);
                if let Some((there, now)) = differing.filter(|_| name.ends_with(".md")) {
                    lines.push(format!("  there: {there}\n  now:   {now}"));
                }
            }
            Err(error) => lines.push(format!("docs/{name}: {error}")),
        }
    }
    if !lines.is_empty() {
        lines.push("run `cargo run --release -p stemwright-units`".into());
    }
    for line in &lines {
        writeln!(io::stdout(), "{line}").map_err(|e| e.to_string())?;
    }
    Ok(lines.is_empty())
}
