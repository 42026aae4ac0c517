//! Where files end: on the control-grid frame that follows from the echoes' arithmetic, whatever the blocks are.

mod interpreter;
mod memory;

use interpreter::{Source, Sources};
use memory::{Memory, Printed, render};
use std::path::Path;
use stemwright_core::SampleRate;
use stemwright_daw::SessionFile;
use stemwright_render::{EngineOptions, Tail};

/// The impulse of the clip, its frame, and how long the clip is.
const PEAK: f64 = 0.5;
const AT: i64 = 70;
const CLIP: usize = 100;
/// Frames between echoes: 10 ms, no multiple of the grid's 32.
const ECHO: i64 = 480;

fn print(inserts: &str, tail: Tail, block: usize) -> Printed {
    print_with(inserts, "", tail, block)
}

/// `others`: what else is in the session.
fn print_with(inserts: &str, others: &str, tail: Tail, block: usize) -> Printed {
    let text = format!(
        "[session]\nrate = 48000\npan_law = \"balance\"\n[[track]]\nname = \"A\"\n[[track.clip]]\nfile = \"clip\"\n\
         [[track.send]]\nto = \"Echo\"\n[[return]]\nname = \"Echo\"\n{inserts}{others}"
    );
    let session = SessionFile::parse(Path::new("session.toml"), text).expect("a session").session;
    let mut clip = vec![0.0; CLIP];
    clip[AT as usize] = PEAK;
    let sources: Sources = [("clip".into(), Source { channels: vec![clip] })].into();
    let media = Memory { rate: SampleRate::new(48_000).expect("a rate"), sources: &sources };
    render(&session, &media, 1, EngineOptions { block, tail, ..Default::default() })
}

fn echo(seconds: f64, feedback: f64) -> String {
    format!("[[return.insert]]\ntype = \"delay\"\ntime = {seconds}\nfeedback = {feedback}\n")
}

#[test]
fn without_a_tail_files_end_on_the_grid_frame_after_the_last_clip() {
    for block in [1, 64, 4096] {
        assert_eq!(print("", Tail::Auto, block).frames(), CLIP.next_multiple_of(32));
        assert_eq!(print("", Tail::Seconds(0.01), block).frames(), CLIP + 480, "as many seconds as were asked for");
    }
}

/// Echo k (from 1) has the level PEAK·feedbackᵏ⁻¹. The last one that is not under −120 dBFS must be heard, with at least a
/// whole grid interval after it in which nothing is; then the first grid frame is the end.
#[test]
fn files_end_after_the_last_audible_echo() {
    for feedback in [0.0, 0.3, 0.5, 0.8] {
        let mut last = AT + ECHO;
        let mut level = PEAK * feedback;
        while level >= 1e-6 {
            last += ECHO;
            level *= feedback;
        }
        let end = (last / 32 + 2) * 32;
        for block in [1, 50, 4096, 65_536] {
            let printed = print(&echo(0.01, feedback), Tail::Auto, block);
            assert_eq!(printed.frames() as i64, end, "feedback {feedback}, block {block}");
            assert!(printed.mix[0][last as usize].abs() >= 1e-6 && printed.cut_tail.is_none());
        }
    }
}

/// Between two echoes of nine seconds everything is silent, and still the next one is waited for.
#[test]
fn a_silence_between_echoes_is_not_the_end() {
    let printed = print(&echo(9.0, 0.0), Tail::Auto, 4096);
    let last = AT + 9 * 48_000;
    assert_eq!(printed.frames() as i64, (last / 32 + 2) * 32);
    assert_eq!(printed.stems[0][0][last as usize], PEAK);
}

#[test]
fn what_sounds_for_ever_is_cut_after_thirty_seconds_and_said_so() {
    let printed = print(&echo(0.01, 0.98), Tail::Auto, 4096);
    assert_eq!(printed.cut_tail, None, "0.98 to the 650th is under -120 dBFS: 6.5 s");
    let printed = print(&echo(1.0, 0.98), Tail::Auto, 4096);
    assert_eq!(printed.frames(), CLIP.next_multiple_of(32) + 30 * 48_000);
    // The loudest echo of the last ten seconds is the 21st: PEAK·0.98²⁰. The cut itself falls between two echoes.
    let level = 20.0 * (PEAK * 0.98f64.powi(20)).log10();
    assert!((printed.cut_tail.expect("cut") - level).abs() < 1e-9, "{:?}, not {level}", printed.cut_tail);
}

/// Something late on the way, before the echo, after it, beside it: the last echo is heard all the same, on its frame, and
/// the end is not far.
#[test]
fn what_is_late_is_waited_for() {
    let limiter = |of: &str| format!("[[{of}.insert]]\ntype = \"limiter\"\nceiling = 0.0\nlook_ahead_ms = 20\n");
    let bypassed = |of: &str| format!("[[{of}.insert]]\ntype = \"saturation\"\nbypass = true\n");
    let late_track = format!("[[track]]\nname = \"Z\"\n{0}{0}{0}", bypassed("track"));
    for (name, before, after, others) in [
        ("a limiter on the master", String::new(), String::new(), format!("[master]\n{}", limiter("master"))),
        ("bypassed on the master", String::new(), String::new(), format!("[master]\n{}", bypassed("master"))),
        ("before the echo", limiter("return"), String::new(), String::new()),
        ("after the echo", String::new(), limiter("return"), String::new()),
        ("another track", String::new(), String::new(), late_track),
    ] {
        for seconds in [0.01, 3.0] {
            let inserts = format!("{before}{}{after}", echo(seconds, 0.0));
            let last = AT + (seconds * 48_000.0) as i64;
            let end = (last / 32 + 2) * 32;
            let mut lengths = Vec::new();
            for block in [1, 50, 4096] {
                let printed = print_with(&inserts, &others, Tail::Auto, block);
                let frames = printed.frames() as i64;
                assert!((end..end + 1_300).contains(&frames), "{name}: {frames} frames, not {end}");
                // The clip itself is the other thing that is heard.
                let heard: Vec<_> = (0..frames as usize).filter(|&n| printed.mix[0][n].abs() > 1e-6).collect();
                assert_eq!(heard, [AT as usize, last as usize], "{name}: {seconds} s in blocks of {block}");
                assert_eq!(printed.master[0][last as usize], PEAK, "{name}");
                lengths.push(frames);
            }
            assert!(lengths.iter().all(|&length| length == lengths[0]), "{name}: {lengths:?}");
        }
    }
}
