//! Writes the page of a made-up report: `cargo run -p stemwright-check --example page -- page.html`.

#[path = "../tests/made_up/mod.rs"]
#[allow(dead_code, reason = "shared with the tests, each of which needs a part")]
mod made_up;

fn main() -> std::io::Result<()> {
    let path = std::env::args_os().nth(1).unwrap_or_else(|| "page.html".into());
    std::fs::write(path, stemwright_check::html(&made_up::rich()))
}
