//! What nobody means to hand in, and somebody does: files of gigabytes and of one sample, thousands of tracks, names that
//! escape, collide or are no names at all, folders that lead into themselves, every option with every other. Each ends in
//! a set that is proven or in an error with a remedy.

mod desk;
#[cfg_attr(not(target_os = "linux"), allow(dead_code, unused_imports, reason = "sparse files are made on Linux"))]
#[path = "hostile/files.rs"]
mod files;
#[path = "hostile/folders.rs"]
mod folders;
#[path = "hostile/made.rs"]
mod made;
#[path = "hostile/names.rs"]
mod names;
#[path = "hostile/options.rs"]
mod options;

use desk::Outcome;

/// A set was written, or a refusal says what to do; whatever it is, nothing broke.
#[track_caller]
fn sensible(outcome: &Outcome) -> bool {
    let said = format!("{:?}\nstdout:\n{}\nstderr:\n{}", outcome.status, outcome.out, outcome.err);
    assert!(!outcome.err.contains("panicked") && !outcome.err.contains("RUST_BACKTRACE"), "{said}");
    match outcome.status {
        Some(0 | 1) => true,
        Some(2) => {
            let answer: Option<serde_json::Value> = serde_json::from_str(&outcome.out).ok();
            let hint = answer.as_ref().is_some_and(|answer| {
                [&answer["error"]["hint"], &answer["dry"]["error"]["hint"]].iter().any(|hint| hint.is_string())
            });
            assert!(hint || outcome.err.contains("\nhint: "), "no remedy: {said}");
            false
        }
        _ => panic!("{said}"),
    }
}
