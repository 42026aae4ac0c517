//! The example song as music: is it loud enough and not too loud, does its spectrum look like a record's, does anything happen?
//!
//! No measurement hears whether a song is good. These hear some ways in which one is bad: clipped, dull, thin, too long.
//! What our own meters say is taken from the manifest; beside it stand plain computations that share nothing with them
//! (`measured/`).

mod disk;
mod measured;

use measured::{BANDS, Bar, bars, levels, momentary, oversampled_peak, third_octaves};
use std::path::Path;
use std::sync::LazyLock;
use stemwright_audio::{Files, Media, testing};
use stemwright_core::{Levels, Session};
use stemwright_render::BounceOptions;

/// The song, printed once for all tests.
struct Printed {
    session: Session,
    stems: Vec<String>,
    /// Of the master, from the manifest.
    levels: Levels,
    /// The master.
    channels: [Vec<f64>; 2],
    /// Name, first and last bar (from 0, the end not included).
    sections: Vec<(String, f64, f64)>,
}

static SONG: LazyLock<Printed> = LazyLock::new(|| {
    let session = disk::example();
    let folder = tempfile::tempdir().expect("a folder");
    let set = disk::print(&session, &folder.path().join("set"), BounceOptions::default()).expect("a proven set");
    let master = set.manifest.references.iter().find(|r| r.file == "00_MASTER.wav").expect("a master");
    let samples = disk::integers(&set.folder.join(&master.file));
    let side = |n: usize| samples.iter().skip(n).step_by(2).map(|&x| f64::from(x) / 8_388_608.0).collect();
    let bar = session.tempo.beats(4.0) * f64::from(session.rate.hz());
    let end = samples.len() as f64 / 2.0 / bar;
    let starts: Vec<f64> = session.sections.iter().map(|s| s.start as f64 / bar).collect();
    let ends = starts.iter().skip(1).copied().chain([end]);
    let sections = session.sections.iter().zip(&starts).zip(ends);
    Printed {
        stems: set.manifest.stems.iter().map(|stem| stem.name.clone()).collect(),
        levels: master.levels,
        channels: [side(0), side(1)],
        sections: sections.map(|((s, &from), to)| (s.name.clone(), from, to)).collect(),
        session,
    }
});

fn bar_frames() -> f64 {
    SONG.session.tempo.beats(4.0) * 48_000.0
}

#[test]
fn the_song_has_the_tracks_buses_and_length_of_a_song() {
    let Printed { session, stems, channels, .. } = &*SONG;
    let seconds = channels[0].len() as f64 / 48_000.0;
    eprintln!("{} tracks, {} stems, {seconds:.1} s", session.tracks.len(), stems.len());
    assert_eq!(session.rate.hz(), 48_000);
    assert!((16..=24).contains(&session.tracks.len()), "{} tracks", session.tracks.len());
    assert!((60.0..=90.0).contains(&seconds), "{seconds} s");
    assert_eq!(stems, &["Drums", "Bass", "Music", "Lead", "Voices", "FX"]);
    for name in ["Drums", "Bass", "Music", "Lead", "Voices", "FX"] {
        let bus = session.buses.iter().find(|bus| bus.strip.name == name);
        assert!(bus.is_some_and(|bus| !bus.is_return), "no bus {name}");
    }
}

/// What makes the session worth splitting: something shared of every kind.
#[test]
fn the_session_is_one_that_a_mixer_would_make() {
    let session = &SONG.session;
    let strips = || session.tracks.iter().map(|t| &t.strip).chain(session.buses.iter().map(|b| &b.strip));
    let units: Vec<&str> =
        strips().flat_map(|s| &s.inserts).chain(&session.master.inserts).map(|i| i.unit.name()).collect();
    for name in
        ["eq", "compressor", "bus-compressor", "delay", "reverb", "saturation", "gate", "de-esser", "width", "limiter"]
    {
        assert!(units.contains(&name), "no {name}");
    }
    for bus in session.buses.iter().filter(|bus| bus.is_return) {
        let senders = strips().filter(|s| s.sends.iter().any(|send| send.to == bus.strip.name)).count();
        eprintln!("{}: {senders} sends", bus.strip.name);
        assert!(senders > 1, "{} is not shared", bus.strip.name);
    }
    let saturated = |name: &str| {
        session
            .buses
            .iter()
            .any(|b| b.strip.name == name && b.strip.inserts.iter().any(|i| i.unit.name() == "saturation"))
    };
    let shared =
        session.buses.iter().filter(|b| b.strip.stem.is_some() && b.strip.output.as_deref().is_some_and(saturated));
    assert_eq!(shared.count(), 2, "two stems meet in a saturated bus");
    let bass = session.buses.iter().find(|b| b.strip.name == "Bass").expect("a bass");
    let key = bass.strip.inserts.iter().find_map(|i| i.unit.key()).expect("a key");
    assert_eq!(key.from, "Kick");
    assert!(strips().any(|s| !s.automation.is_empty()), "nothing is automated");
}

#[test]
fn the_master_is_as_loud_as_released_music_and_does_not_clip() {
    let Levels { integrated_lufs: Some(lufs), true_peak_dbtp: Some(peak), range_lu, .. } = SONG.levels else {
        panic!("the master is silent: {:?}", SONG.levels);
    };
    let (plain, plain_peak) = (levels::integrated(&SONG.channels), oversampled_peak(&SONG.channels));
    eprintln!("{lufs:.2} LUFS (plainly {plain:.2}), {peak:.2} dBTP (plainly {plain_peak:.2}), range {range_lu:.1?} LU");
    // Between what AES TD1008 recommends by track (−16) and by album for its loudest track (−14), and 2 LU above.
    assert!((-16.0..=-12.0).contains(&lufs), "{lufs} LUFS");
    // The same standard computed twice; what differs is where blocks start.
    assert!((lufs - plain).abs() < 0.1, "{lufs} LUFS, plainly {plain}");
    // The limiter stops at −1.3 dBTP, so that any meter, whatever its filter, reads less than −1: ours and the limiter's are a
    // sixth of a decibel apart on hats, which have energy above 0.45 of the rate.
    assert!(peak <= -1.0, "{peak} dBTP");
    assert!(plain_peak <= -1.0, "plainly {plain_peak} dBTP");
}

/// Third octaves over the whole song, each as its deviation from the mean of all.
#[test]
fn its_spectrum_is_near_that_of_released_music() {
    let ours = third_octaves(&SONG.channels);
    // Pestana, Ma, Reiss, Barbosa and Black, “Spectral Characteristics of Popular Commercial Recordings 1950–2010” (AES
    // convention paper 8960, 2013): 772 number-one singles fall by about 5 dB an octave from 100 Hz to 4 kHz, measured by
    // hertz. Bands that widen by 3 dB an octave fall by 2. One track may lie a decibel an octave beside that mean; white noise
    // would rise by 3, brown noise fall by 3.
    let (slope, off) = measured::line(&ours, 100.0, 4_000.0);
    eprintln!("100 Hz to 4 kHz: {slope:.2} dB an octave, {off:.1} dB rms off that line");
    assert!((-3.0..=-1.0).contains(&slope), "{slope} dB an octave");
    // A hole or a hump an octave wide and 7 dB deep or high makes 3 dB.
    assert!(off < 3.0, "{off} dB off a straight line");

    let Some(folder) = testing::material("francium") else { return };
    let theirs = third_octaves(&summed(&folder));
    let difference: Vec<f64> = ours.iter().zip(&theirs).map(|(a, b)| a - b).collect();
    for ((hz, a), b) in BANDS.iter().zip(&ours).zip(&theirs) {
        eprintln!("{hz:>8} Hz  ours {a:6.1}  francium {b:6.1}");
    }
    let rms = (difference.iter().map(|d| d * d).sum::<f64>() / difference.len() as f64).sqrt();
    let widest = |from: f64, to: f64| {
        let inside = BANDS.iter().zip(&difference).filter(|(hz, _)| (from..=to).contains(*hz));
        inside.map(|(_, d)| d.abs()).fold(0.0, f64::max)
    };
    eprintln!("against francium: {rms:.1} dB rms, {:.1} at most from 40 Hz to 12.5 kHz", widest(40.0, 12_500.0));
    // Elowsson and Friberg, “Long-term Average Spectrum in Popular Music and its Relation to the Level of the Percussion” (AES
    // convention paper 9762, 2017), call deviations of up to 10 dB from the mean not uncommon. One track against one:
    // 3.5 dB rms; its first version, synthetic throughout, was 3.8 dB off.
    assert!(rms < 3.5, "{rms} dB rms");
    assert!(widest(40.0, 12_500.0) < 7.0, "a band is {} dB off", widest(40.0, 12_500.0));
    // Below 40 Hz a song has what its key has: ours ends at E1, 41 Hz.
    assert!(widest(31.5, 16_000.0) < 14.0, "an outer band is {} dB off", widest(31.5, 16_000.0));
}

/// The stems of a song that was released (CC0), added up as they are.
fn summed(folder: &Path) -> [Vec<f64>; 2] {
    let files = Files::new();
    let mut sum = [Vec::new(), Vec::new()];
    let names = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut names: Vec<_> = names.filter(|path| path.extension().is_some_and(|e| e == "m4a")).collect();
    names.sort();
    for name in names {
        let info = files.info(&name).expect("a sound file");
        let mut channels = vec![vec![0.0; info.frames as usize]; info.channels];
        let mut slices: Vec<&mut [f64]> = channels.iter_mut().map(Vec::as_mut_slice).collect();
        files.open(&name, 0).and_then(|mut reader| reader.read(&mut slices)).expect("a whole file");
        for (side, sum) in sum.iter_mut().enumerate() {
            let channel = &channels[side.min(info.channels - 1)];
            sum.resize(sum.len().max(channel.len()), 0.0);
            sum.iter_mut().zip(channel).for_each(|(sum, x)| *sum += x);
        }
    }
    sum
}

#[test]
fn it_is_nowhere_silent_before_its_end() {
    // 400 ms windows every 100 ms. What is below −40 LUFS is 26 LU below the song: people reach for the volume.
    let loudness = momentary(&SONG.channels);
    let last = loudness.iter().rposition(|&l| l > -40.0).expect("something sounds");
    let mut longest = 0;
    let mut run = 0;
    for &l in &loudness[..last] {
        run = if l < -40.0 { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let ending = (loudness.len() - last) as f64 * 0.1;
    eprintln!("longest lull {:.1} s, the end takes {ending:.1} s", f64::from(longest) * 0.1);
    assert!(longest <= 20, "{} tenths of a second below −40 LUFS", longest);
    assert!(ending < 6.0, "{ending} s of nothing at the end");
}

#[test]
fn sections_differ_as_sections_do() {
    let found: Vec<(&str, f64)> = SONG
        .sections
        .iter()
        .map(|(name, from, to)| {
            let cut =
                |c: &Vec<f64>| c[(from * bar_frames()) as usize..((to * bar_frames()) as usize).min(c.len())].to_vec();
            (name.as_str(), levels::integrated(&SONG.channels.each_ref().map(cut)))
        })
        .collect();
    eprintln!("{found:.1?}");
    let of = |name: &str| found.iter().find(|(n, _)| *n == name).unwrap_or_else(|| panic!("no {name}")).1;
    // Each by 1 LU, which is what people notice side by side.
    assert!(of("Verse") > of("Intro") + 1.0);
    assert!(of("Chorus") > of("Verse") + 1.0);
    assert!(of("Break") < of("Chorus") - 1.0);
    assert!(of("Last chorus") > of("Break") + 1.0);
    assert!(of("Last chorus") >= of("Chorus"), "the second chorus tops the first");
}

#[test]
fn no_four_bars_stand_still_or_come_twice_alike() {
    let found = bars(&SONG.channels, bar_frames());
    let song = SONG.session.sections.last().map_or(0, |s| (s.start as f64 / bar_frames()).round() as usize);
    for (n, bar) in found.iter().enumerate().take(song) {
        eprintln!("bar {:>2}: {bar:.2?}", n + 1);
    }
    for n in 0..song - 3 {
        assert!(moves(&found[n..n + 4]), "bars {} to {} stand still: {:.2?}", n + 1, n + 4, &found[n..n + 4]);
    }
    for n in 0..song - 7 {
        assert!(!alike(&found[n..n + 8]), "bars {} to {} are the four before once more", n + 5, n + 8);
    }
    // The measures can fail. A bar of the chorus looped four times is dull, and so is one that only gets a little louder.
    for gain in [1.0, 1.03] {
        assert!(!moves(&bars(&looped(17.0, 1.0, 4, gain), bar_frames())[..4]), "a loop at {gain} passes");
    }
    // Four bars of the chorus, twice.
    assert!(alike(&bars(&looped(17.0, 4.0, 2, 1.0), bar_frames())[..8]), "a loop of four bars passes");
}

/// `bars` bars from bar `from` on (from 0), `times` times, each `gain` times as loud as the one before.
fn looped(from: f64, bars: f64, times: i32, gain: f64) -> [Vec<f64>; 2] {
    let (from, to) = ((from * bar_frames()) as usize, ((from + bars) * bar_frames()) as usize);
    SONG.channels
        .each_ref()
        .map(|c| (0..times).flat_map(|n| c[from..to].iter().map(move |x| x * gain.powi(n))).collect())
}

/// Whether something happens from bar to bar at least once in a window.
fn moves(window: &[Bar]) -> bool {
    window.windows(2).any(|pair| differ(&pair[0], &pair[1]))
}

/// Whether the second four of eight bars are the first four once more.
fn alike(window: &[Bar]) -> bool {
    !(0..4).any(|n| differ(&window[n], &window[n + 4]))
}

/// Whether people would tell two bars apart: by 1 dB of level; by an eighth of an octave, a semitone and a half, of the spectrum's
/// centre of gravity; by three attacks; by a harmony of which a quarter is other notes.
fn differ(a: &Bar, b: &Bar) -> bool {
    let other = a.chroma.iter().zip(&b.chroma).map(|(x, y)| (x - y).abs()).sum::<f64>() / 2.0;
    (a.level - b.level).abs() >= 1.0
        || (a.centroid - b.centroid).abs() >= 0.125
        || a.onsets.abs_diff(b.onsets) >= 3
        || other >= 0.25
}
