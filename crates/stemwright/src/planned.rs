//! What a bounce would write, in words.

use stemwright_core::Plan;

/// A plan as people read it.
pub(crate) fn in_words(plan: &Plan, set: &str) -> String {
    let rate = f64::from(plan.rate.hz());
    let written = plan.stems.iter().filter(|stem| stem.written).count();
    let mut text = format!("{set} would hold {}, the mix and the master", count(written));
    match plan.extras.len() {
        0 => {}
        1 => text += ", and 1 extra file",
        extras => text += &format!(", and {extras} extra files"),
    }
    let length = plan.rate.clock(plan.frames as i64);
    let (layout, coding, megabytes) = (plan.layout, plan.coding.words(), plan.bytes as f64 / 1e6);
    let tail = if plan.tail { " and the tail" } else { "" };
    text += &format!("\n{length}{tail}, {layout}, {} {coding}, about {megabytes:.0} MB", plan.rate);
    let buses = if plan.buses == 1 { "1 bus or return" } else { &format!("{} buses and returns", plan.buses) };
    let tracks = if plan.tracks == 1 { "1 track" } else { &format!("{} tracks", plan.tracks) };
    text += &format!("\n{tracks}, {buses}; about {:.0} s of work for one core\n", plan.core_seconds.max(1.0));
    if plan.latency > 0 {
        text += &format!("latency {:.1} ms ({} frames), compensated\n", plan.latency as f64 / rate * 1e3, plan.latency);
    }
    text += "\n";
    let files = plan.stems.iter().map(|stem| &stem.file).chain(plan.extras.iter().map(|extra| &extra.file));
    let width = files.map(|file| file.chars().count()).max().unwrap_or(0);
    for stem in &plan.stems {
        let absent = if stem.written { "" } else { "not written: " };
        text += &format!("  {:width$}  {absent}{}\n", stem.file, stem.tracks.join(", "));
    }
    for extra in &plan.extras {
        text += &format!("  {:width$}  the sum of {}\n", extra.file, extra.stems.join(", "));
    }
    if !plan.shared.is_empty() {
        text += "\nstems share these, and are split there into lanes:\n";
    }
    for shared in &plan.shared {
        text += &format!("  {}: {}\n", shared.name, shared.stems.join(", "));
    }
    text
}

/// Stems, counted.
pub(crate) fn count(stems: usize) -> String {
    if stems == 1 { "1 stem".to_owned() } else { format!("{stems} stems") }
}
