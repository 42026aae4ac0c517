//! Our bounces of Ardour sessions against Ardour's own exports of them: Ardour 7.3, without a screen, on its dummy driver.
//!
//! `ardour/make_sessions.py` writes the sessions and asks Ardour for the exports, each of which takes four seconds, most of them waiting.

mod desk;

use desk::{Desk, samples};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use stemwright_audio::testing::program;

/// A session, how far below full scale the difference must be, and why it is not nothing.
type Case = (&'static str, f64, &'static str);

/// Plain mixing: floats of 32 bits on both sides, and nothing else.
const PLAIN: f64 = -120.0;

const CASES: [Case; 12] = [
    ("clips", PLAIN, "32-bit floats"),
    ("fades", PLAIN, "32-bit floats; fades of 1000 frames and more are lines between 4096 points"),
    ("layers", PLAIN, "32-bit floats"),
    ("pans", PLAIN, "32-bit floats"),
    ("sends", PLAIN, "32-bit floats"),
    ("mutes", PLAIN, "32-bit floats"),
    ("solos", PLAIN, "32-bit floats"),
    ("vcas", PLAIN, "32-bit floats"),
    ("old3", PLAIN, "32-bit floats"),
    ("old6", PLAIN, "32-bit floats"),
    ("panauto", -95.0, "gains are straight between frames that are multiples of 32; Ardour pans each frame by itself"),
    ("fx", -55.0, "ACE EQ: its controls stop 0.05 dB before they arrive, and it crowds the highest frequencies"),
];

/// The generator in a folder of its own, with Ardour's settings kept away from the user's.
fn make(desk: &Desk, name: &str) -> PathBuf {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ardour/make_sessions.py");
    let run = Command::new("python3")
        .arg(script)
        .arg(desk.path("."))
        .arg(name)
        .env("HOME", desk.path("."))
        .env_remove("DISPLAY")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(run.status.success(), "{name}: {}", String::from_utf8_lossy(&run.stderr));
    desk.path(name).join(format!("{name}.ardour"))
}

/// Ardour's export and our bounce, as stereo frames of one length.
fn both(desk: &Desk, name: &str) -> (Vec<f64>, Vec<f64>) {
    let session = make(desk, name);
    let set = format!("{name}-stems");
    let arguments = [
        session.to_str().unwrap(),
        "-o",
        &set,
        "--format",
        "wav32f",
        "--headroom",
        "0",
        "--no-cache",
        "--fail-on",
        "error",
    ];
    desk.bounce(&arguments).ended(0);
    let master = desk.path(&set).join("00_MASTER.wav");
    let mix = desk.path(&set).join("00_MIX_REFERENCE.wav");
    let theirs = samples(&desk.path(name).join("ref.wav"));
    let mut ours = samples(if master.is_file() { &master } else { &mix });
    // Theirs lasts as long as the session's range, ours as long as there is something.
    assert!(ours[theirs.len().min(ours.len())..].iter().all(|x| *x == 0.0), "{name}: sound after the session's end");
    ours.resize(theirs.len(), 0.0);
    (theirs, ours)
}

/// Ardour's exports of one session differ now and then, most on a busy machine: automation is a cycle off, a mute comes late. What
/// nulls against one of three is what the session means; nothing else nulls by chance.
fn nulled(name: &str, is_null: impl Fn(&[f64], &[f64]) -> bool) -> (Vec<f64>, Vec<f64>) {
    let mut last = both(&Desk::new(), name);
    for again in 2..=3 {
        if is_null(&last.0, &last.1) {
            break;
        }
        eprintln!("{name}: Ardour exports it for the {again}. time");
        last = both(&Desk::new(), name);
    }
    last
}

fn level(of: impl Iterator<Item = f64>) -> f64 {
    20.0 * of.fold(0.0, |peak: f64, x| peak.max(x.abs())).log10()
}

fn residual(theirs: &[f64], ours: &[f64]) -> f64 {
    level(theirs.iter().zip(ours).map(|(a, b)| a - b))
}

fn is_there() -> bool {
    program("ardour7-export") && program("python3")
}

#[test]
fn what_ardour_exports_is_what_we_bounce() {
    if !is_there() {
        return;
    }
    let mut failed = Vec::new();
    for (name, bound, reason) in CASES {
        let (theirs, ours) = nulled(name, |theirs, ours| residual(theirs, ours) <= bound);
        assert!(level(theirs.iter().copied()) > -30.0, "{name}: Ardour exports next to nothing");
        let residual = residual(&theirs, &ours);
        eprintln!("Measured against Ardour: {name:8} {residual:7.1} dBFS (at most {bound}): {reason}");
        if residual.is_nan() || residual > bound {
            failed.push(format!("{name}: {residual:.1} dBFS"));
        }
        if name == "fx" {
            // The compressor alone, in single precision there; the EQ sounds up to frame 60,300.
            let after = 2 * 65_000;
            let residual = self::residual(&theirs[after..], &ours[after..]);
            eprintln!("Measured against Ardour: {:8} {residual:7.1} dBFS (at most -110): single precision", "ACE comp");
            assert!(residual <= -110.0, "{residual}");
        }
    }
    assert!(failed.is_empty(), "{failed:?}");
}

/// Ardour moves faders through a low pass of 25 Hz, and on the dummy driver 256 frames late. Neither is what the session means. Put on
/// our bounce of a constant, they make Ardour's export of it.
#[test]
fn faders_move_by_ardours_law_but_for_its_lag() {
    if !is_there() {
        return;
    }
    let (theirs, ours) = nulled("fader", |theirs, ours| lagging(theirs, ours)[..2].iter().all(|&off| off <= -100.0));
    eprintln!(
        "Measured against Ardour: fader    {:7.1} dBFS as it is: a lag of 6.4 ms and 256 frames",
        residual(&theirs, &ours)
    );
    let [before, after, all] = lagging(&theirs, &ours);
    eprintln!(
        "Measured against Ardour: fader    {before:7.1} and {after:.1} dBFS with its lag; {all:.1} after a jump in one frame"
    );
    assert!(before <= -100.0 && after <= -100.0 && all <= -40.0, "{before} {after} {all}");
}

/// What is left where Ardour's lag is put on ours: before a jump of the fader at frame 96,000 (for us within the 32 to the next frame
/// on the grid), well after it, and in all.
fn lagging(theirs: &[f64], ours: &[f64]) -> [f64; 3] {
    const LATE: usize = 256;
    let alpha = 156.825 / 48_000.0;
    let mut lagged = vec![0.0; ours.len()];
    for channel in 0..2 {
        let mut now = ours[channel];
        for frame in 0..ours.len() / 2 {
            lagged[2 * frame + channel] = now;
            let target = ours[2 * frame.saturating_sub(LATE) + channel];
            now += alpha * (target - now);
        }
    }
    let (before, after) = (..2 * 96_000, 2 * 100_000..);
    let parts = [residual(&theirs[before], &lagged[before]), residual(&theirs[after.clone()], &lagged[after])];
    [parts[0], parts[1], residual(theirs, &lagged)]
}
