//! `stemwright session convert --consolidate`: one full-length file a track, which sounds as its clips did.

mod desk;

use desk::Desk;
use std::collections::BTreeMap;
use std::f64::consts::TAU;

const RATE: u32 = 48_000;

/// Writes a WAV file of 24 bits.
fn wav(desk: &Desk, file: &str, channels: u16, frames: usize, value: impl Fn(usize, usize) -> f64) {
    let spec =
        hound::WavSpec { channels, sample_rate: RATE, bits_per_sample: 24, sample_format: hound::SampleFormat::Int };
    let mut writer = hound::WavWriter::create(desk.path(file), spec).unwrap();
    for frame in 0..frames {
        for channel in 0..usize::from(channels) {
            writer.write_sample((value(frame, channel) * 8_388_607.0) as i32).unwrap();
        }
    }
    writer.finalize().unwrap();
}

fn sine(hz: f64) -> impl Fn(usize, usize) -> f64 {
    move |frame, channel| 0.3 * (TAU * hz * (1.0 + 0.01 * channel as f64) * frame as f64 / f64::from(RATE)).sin()
}

/// Everything that clips can have, on tracks with mixers' settings, into buses with inserts.
const SONG: &str = r#"
[song]
title = "Harbour"
bpm = 120.0
[session]
rate = 48000
[[bus]]
name = "Band"
    [[bus.insert]]
    type = "compressor"
    threshold = -20.0
[[return]]
name = "Hall"
    [[return.insert]]
    type = "reverb"
    decay = 1.2
[[track]]
name = "Edits/1"
output = "Band"
gain = -2.5
pan = 0.3
crossfade = "equal-power"
    [[track.clip]]
    file = "low.wav"
    at = 0.25
    from = 0.1
    length = 0.8
    gain = -3.3
    fade_in = "20 ms"
    [[track.clip]]
    file = "low.wav"
    at = 1.0
    from = 0.4
    length = 0.5
    fade_out = "0.2 s"
    fade_out_shape = "smooth"
    envelope = [["0 ms", -6.0], ["300 ms", 0.0]]
    [[track.send]]
    to = "Hall"
    gain = -9.0
[[track]]
name = "Early"
delay = -0.25
    [[track.clip]]
    file = "wide.wav"
    polarity = "inverted"
[[track]]
name = "Of two halves"
layout = "stereo"
    [[track.clip]]
    file = "low.wav"
    into = 2
    [[track.clip]]
    file = "wide.wav"
    channel = 2
    into = 1
    at = 0.5
[[track]]
name = "Stretched"
solo_safe = true
    [[track.clip]]
    file = "wide.wav"
    at = 0.75
    warp = [[0, 0], ["0.6 s", "0.9 s"], ["1.2 s", "1.2 s"]]
[[track]]
name = "Sides"
layout = "ms"
    [[track.clip]]
    file = "wide.wav"
[[track]]
name = "Muted"
mute = true
    [[track.clip]]
    file = "low.wav"
[[track]]
name = "Nothing"
"#;

fn desk() -> Desk {
    let desk = Desk::new();
    wav(&desk, "low.wav", 1, 60_000, sine(110.0));
    wav(&desk, "wide.wav", 2, 60_000, sine(523.0));
    desk
}

/// The integers of each file of a set of 24 bits.
fn set(desk: &Desk, folder: &str) -> BTreeMap<String, Vec<i32>> {
    let files = std::fs::read_dir(desk.path(folder)).unwrap().map(|entry| entry.unwrap().path());
    let waves = files.filter(|path| path.extension().is_some_and(|extension| extension == "wav"));
    let read = |path: std::path::PathBuf| {
        let samples = hound::WavReader::open(&path).unwrap().into_samples::<i32>().map(Result::unwrap).collect();
        (path.file_name().unwrap().to_string_lossy().into_owned(), samples)
    };
    waves.map(read).collect()
}

#[test]
fn what_is_consolidated_bounces_to_the_last_bit_as_the_session_does() {
    let desk = desk();
    desk.write("song.toml", SONG);
    let said = desk.run(&["session", "convert", "song.toml", "multi", "--consolidate"]).ended(1);
    assert!(said.out.contains("01 Edits-1.wav") && said.out.contains("no clip sounds on Nothing"), "{}", said.out);
    let names = ["01 Edits-1", "02 Early", "03 Of two halves", "04 Stretched", "05 Sides", "06 Muted"];
    let lengths: Vec<u32> = names
        .iter()
        .map(|name| hound::WavReader::open(desk.path(&format!("multi/{name}.wav"))).unwrap().duration())
        .collect();
    // From a quarter of a second before bar 1 to the end of the last clip.
    assert_eq!(lengths, [12_000 + 36_000 + 57_600; 6].map(|frames: u32| frames.max(12_000 + 84_000)));
    desk.bounce(&["song.toml", "-o", "a", "--tail", "1", "--headroom", "6"]).ended(0);
    desk.bounce(&["multi", "-o", "b", "--tail", "1", "--headroom", "6"]).ended(0);
    let (a, b) = (set(&desk, "a"), set(&desk, "b"));
    assert!(a.len() == 4 && a.keys().eq(b.keys()), "{:?} {:?}", a.keys(), b.keys());
    for (name, a) in &a {
        assert_eq!(a.len(), b[name].len(), "{name}");
        let off = a.iter().zip(&b[name]).map(|(a, b)| (a - b).abs()).max();
        // Files of floats hold a clip's gain and fades to a part in 2²⁵: what lies between two integers may go to either.
        assert!(off <= Some(1), "{name} is off by {off:?}");
    }
    assert!(a.values().any(|samples| samples.iter().any(|x| x.abs() > 100_000)), "something sounds");
}

#[test]
fn clips_without_a_gain_or_fade_are_kept_bit_by_bit() {
    let desk = desk();
    let song = "[session]\nrate = 48000\n[[track]]\nname = \"A\"\npan = 0.4\n    [[track.clip]]\n    file = \"low.wav\"\n    at = [0.1, 2.0]\n    \
                [[track.clip]]\n    file = \"wide.wav\"\n    at = 3.5\n    from = 0.25\n";
    desk.write("song.toml", song);
    // The last one is cut in at its full level, which is told.
    desk.run(&["session", "convert", "song.toml", "multi", "--consolidate"]).ended(1).says(&["edit-click"]);
    desk.bounce(&["song.toml", "-o", "a"]).ended(0);
    desk.bounce(&["multi", "-o", "b"]).ended(0);
    assert_eq!(set(&desk, "a"), set(&desk, "b"));
}

#[test]
fn the_projects_beside_the_files_sound_as_they_do() {
    let desk = desk();
    // What all three hold: levels, polarity, folders.
    let song = "[song]\ntitle = \"Both\"\n[session]\nrate = 48000\npan_law = \"balance\"\n[[bus]]\nname = \"Band\"\ngain = -1.0\n[[track]]\nname = \"A\"\n\
                output = \"Band\"\ngain = -4.0\nlayout = \"stereo\"\n    [[track.clip]]\n    file = \"wide.wav\"\n    at = 0.5\n    fade_in = \"50 ms\"\n\
                [[track]]\nname = \"B\"\nlayout = \"stereo\"\n    [[track.clip]]\n    file = \"wide.wav\"\n    at = 1.0\n";
    desk.write("song.toml", song);
    desk.run(&["session", "convert", "song.toml", "multi", "--consolidate"]).ended(0);
    desk.bounce(&["multi/session.toml", "-o", "own", "--tail", "0"]).ended(0);
    for project in ["multi/Both.dawproject", "multi/Both.rpp"] {
        desk.bounce(&[project, "-o", "theirs", "--tail", "0", "--headroom", "0", "--force"]).ended(0);
        let (own, theirs) = (set(&desk, "own"), set(&desk, "theirs"));
        let [a, b] = [&own, &theirs].map(|set| &set["00_MIX_REFERENCE.wav"]);
        assert_eq!(a.len(), b.len(), "{project}");
        let off = a.iter().zip(b).map(|(a, b)| (a - b).abs()).max();
        assert!(off <= Some(1), "{project} is off by {off:?}");
    }
}

#[test]
fn clicks_at_edits_are_told_and_crossfades_are_silent() {
    let desk = desk();
    // The second clip goes on where the sine is elsewhere in its period.
    let song = |more: &str| {
        format!(
            "[session]\nrate = 48000\n[[track]]\nname = \"A\"\n{more}    [[track.clip]]\n    file = \"low.wav\"\n    length = \"24000 frames\"\n    \
             fade_out = \"0 ms\"\n    [[track.clip]]\n    file = \"low.wav\"\n    at = \"23900 frames\"\n    from = \"10100 frames\"\n"
        )
    };
    desk.write("hard.toml", song("").replace("23900", "24000"));
    let hard = desk.run(&["session", "convert", "hard.toml", "hard", "--consolidate", "--json"]).ended(1).json();
    let clicks: Vec<&str> = hard["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["code"] == "edit-click")
        .map(|finding| finding["place"].as_str().unwrap())
        .collect();
    assert_eq!(clicks, ["A, 0:00.500"]);
    // Cross-faded, and cut where the sound goes on as before.
    desk.write("soft.toml", song("crossfade = \"equal-power\"\n"));
    desk.write("same.toml", song("").replace("23900", "24000").replace("10100", "24000"));
    for name in ["soft", "same"] {
        let said = desk.run(&["session", "convert", &format!("{name}.toml"), name, "--consolidate"]).ended(0);
        assert!(!said.err.contains("edit-click") && !said.out.contains("edit-click"), "{name}");
    }
    let readme = std::fs::read_to_string(desk.path("hard/README.txt")).unwrap();
    assert!(readme.contains("a click") && readme.contains("01 A.wav: mono, peak -10.5 dBFS"), "{readme}");
}

#[test]
fn what_the_folder_does_not_hold_is_said() {
    let desk = desk();
    wav(&desk, "hall.wav", 2, 4_800, |frame, _| if frame == 0 { 1.0 } else { 0.0 });
    let song = "[session]\nrate = 48000\n[[track]]\nname = \"A\"\n    [[track.clip]]\n    file = \"low.wav\"\n    [[track.insert]]\n    \
                type = \"convolution\"\n    file = \"hall.wav\"\n";
    desk.write("song.toml", song);
    desk.run(&["session", "convert", "song.toml", "multi", "--consolidate"])
        .ended(0)
        .says(&["impulse-outside", "hall.wav"]);
    assert!(std::fs::read_to_string(desk.path("multi/README.txt")).unwrap().contains("hall.wav"));
    // Its session plays it from where it is.
    desk.bounce(&["multi", "-o", "stems"]).ended(0);
}

#[test]
fn nothing_is_overwritten_and_nothing_is_left_of_what_fails() {
    let desk = desk();
    desk.write("song.toml", SONG);
    desk.write("multi/mine.txt", "keep me");
    desk.run(&["session", "convert", "song.toml", "multi", "--consolidate"]).ended(2).says(&["--force"]);
    assert_eq!(std::fs::read_dir(desk.path("multi")).unwrap().count(), 1);
    desk.run(&["session", "convert", "song.toml", "multi", "--consolidate", "--force"]).ended(1);
    assert_eq!(std::fs::read_to_string(desk.path("multi.old-1/mine.txt")).unwrap(), "keep me");
    // The folder that holds what is played is never the target.
    desk.run(&["session", "convert", "song.toml", ".", "--consolidate", "--force"]).ended(2).says(&["low.wav"]);
    std::fs::remove_file(desk.path("low.wav")).unwrap();
    desk.run(&["session", "convert", "song.toml", "other", "--consolidate"]).ended(2).says(&["low.wav"]);
    let left: Vec<_> = std::fs::read_dir(desk.path(".")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().contains("other")), "{left:?}");
}
