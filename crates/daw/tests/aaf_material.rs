//! Files of Pro Tools, Media Composer, Premiere and Resolve from the material: what is read is what their names and texts say, and
//! what pyaaf2 finds in them.

#[path = "aaf/bench.rs"]
mod bench;

use bench::{audio, compare, of_code, read, script, with_audio};
use std::path::{Path, PathBuf};
use stemwright_audio::testing;
use stemwright_core::{Db, FadeShape, Layout, Severity};
use stemwright_daw::{ForeignSession, Format, detect};

fn files() -> Vec<PathBuf> {
    let Some(folder) = testing::material("sessions/aaf") else { return Vec::new() };
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|own| own == "aaf"));
    files.sort();
    assert!(files.len() >= 14);
    files
}

/// A file of the material, in a folder with this audio: names, channels, rates, frames.
fn with(name: &str, media: &[(&str, u16, u32, u64)]) -> Option<(tempfile::TempDir, ForeignSession)> {
    let from = testing::material(&format!("sessions/aaf/{name}"))?;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, std::fs::read(from).unwrap()).unwrap();
    for (name, channels, rate, frames) in media {
        audio(&folder.path().join(name), *channels, *rate, *frames);
    }
    let read = read(&path);
    Some((folder, read))
}

#[test]
fn every_file_of_the_material_is_read() {
    for file in files() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("renamed.bin");
        std::fs::write(&path, std::fs::read(&file).unwrap()).unwrap();
        assert_eq!(detect(&path), Some(Format::Aaf), "by its bytes");
        let read = read(&path);
        assert!(!read.program.is_empty());
        assert_eq!(of_code(&read.ledger, "not-understood").len(), 0, "{}: {:?}", file.display(), read.ledger);
        let missing = read.ledger.iter().filter(|finding| finding.severity == Severity::Error);
        assert!(missing.clone().all(|finding| finding.code == "media-missing"), "{}: {missing:?}", file.display());
    }
}

#[test]
fn pyaaf2_finds_the_same() {
    for file in files() {
        let Some(wanted) = script("dump", &file) else { return };
        let folder = tempfile::tempdir().unwrap();
        let path = with_audio(&file, folder.path(), &wanted);
        let read = read(&path);
        let errors: Vec<_> = read.ledger.iter().filter(|finding| finding.severity == Severity::Error).collect();
        assert!(errors.is_empty(), "{}: {errors:?}", file.display());
        compare(&read, &wanted, &file.file_name().unwrap().to_string_lossy());
    }
}

#[test]
fn gains_of_media_composer_are_those_of_its_clips_and_of_clips_in_clips() {
    let media = [
        ("1000hz-18dA01.65A40B01E984A.mxf", 1, 48_000, 144_144),
        ("A1000hz-18A01.65A40B55B067A.mxf", 1, 48_000, 144_144),
    ];
    let Some((folder, read)) = with("MC_Audio_Levels.aaf", &media) else { return };
    assert_eq!(read.program, "Avid Media Composer 23.12");
    let gain = |track: usize, clip: usize| {
        let clip = &read.session.tracks[track].clips[clip];
        (clip.gain.0 * 10.0).round() / 10.0
    };
    // +3 dB; in a subclip of −7 dB +2; in an adjusted clip of +6 dB +1.5 and +6.
    assert_eq!([gain(0, 1), gain(2, 0), gain(3, 0), gain(4, 0)], [3.0, -5.0, 7.5, 12.0]);
    let clip = &read.session.tracks[0].clips[1];
    // 30 frames at 29.97; the source begins at frame 40.
    assert_eq!((clip.at, clip.from, clip.length), (48_048, 64_064, Some(48_048)));
    assert!(clip.file.starts_with(folder.path().join("unpacked")), "taken out of MXF: {:?}", clip.file);
    let mut samples = hound::WavReader::open(&clip.file).unwrap().into_samples::<i16>();
    assert!((0..1000).all(|frame| samples.next().unwrap().unwrap() == bench::sample(frame, 0)));
    assert!(read.session.tracks[2].strip.solo && of_code(&read.ledger, "solo-active").len() == 1);
}

#[test]
fn dissolves_of_media_composer_lie_over_both_clips() {
    let mono = ("1000hz-18dA01.65A40B01E984A.mxf", 1, 48_000, 144_144);
    let sides = ["stereo-ideA01.65B526B69015A.mxf", "stereo-ideA02.65B526B69235A.mxf"];
    let Some((_folder, read)) =
        with("MC_Fades.aaf", &[mono, (sides[0], 1, 48_000, 94_496), (sides[1], 1, 48_000, 94_496)])
    else {
        return;
    };
    let clips = &read.session.tracks[0].clips;
    let places: Vec<(i64, u64, u64)> =
        clips.iter().map(|clip| (clip.fade_in.frames as i64, clip.length.unwrap(), clip.fade_out.frames)).collect();
    // Five frames of 1601.6: 8008. The first clip fades in and out, the next three into each other.
    assert_eq!(places[0], (8008, 48_048, 8008));
    assert_eq!((places[1].2, places[2].0, places[2].2, places[3].0), (8008, 8008, 8008, 8008));
    assert_eq!(clips[2].at, clips[1].at + clips[1].length.unwrap() as i64 - 8008);
    assert_eq!(clips[1].fade_out.shape, FadeShape::Linear);
    assert_eq!((clips[2].fade_out.shape, clips[3].fade_in.shape), (FadeShape::EqualPower, FadeShape::EqualPower));
    let stereo = &read.session.tracks[2];
    assert_eq!(stereo.strip.layout, Some(Layout::Stereo));
    assert_eq!((stereo.clips[0].into, stereo.clips[1].into), (Some(0), Some(1)));
    assert_ne!(stereo.clips[0].file, stereo.clips[1].file);
}

#[test]
fn a_muted_clip_of_media_composer_is_left_out_and_told() {
    let Some((_folder, read)) = with("MC_Clip_Mute.aaf", &[]) else { return };
    assert!(read.session.tracks.iter().all(|track| track.clips.is_empty()));
    let [muted] = of_code(&read.ledger, "clip-muted")[..] else { panic!("{:?}", read.ledger) };
    assert_eq!(muted.severity, Severity::Note);
}

#[test]
fn markers_stand_where_their_texts_say() {
    // Resolve: 24 frames a second from 01:00:00:00 on; the markers say 01:01:00:00 and 01:01:30:00.
    let Some((_folder, resolve)) = with("DR_Markers.aaf", &[]) else { return };
    let places: Vec<i64> = resolve.session.markers.iter().map(|marker| marker.at).collect();
    assert_eq!(places, [60 * 48_000, 90 * 48_000]);
    assert!(resolve.session.markers[0].name.starts_with("Marker1Name: "));
    // Media Composer: frames 0, 10 and 29 at 29.97.
    let Some((_folder, avid)) = with("MC_Markers.aaf", &[]) else { return };
    let places: Vec<i64> = avid.session.markers.iter().map(|marker| marker.at).collect();
    assert_eq!(places, [0, 16_016, 46_446]);
    let [colours] = of_code(&avid.ledger, "marker-not-carried")[..] else { panic!("{:?}", avid.ledger) };
    assert!(colours.message.contains("#a12f19") && colours.message.contains("4 edit units"), "{}", colours.message);
}

#[test]
fn timecodes_are_exact() {
    for (file, wanted) in [
        ("MC_TC_29.97_DF.aaf", "timecode 01:00:00;00 (30 frames a second, drop-frame)"),
        ("DR_Markers.aaf", "timecode 01:00:00:00 (24 frames a second)"),
        ("PR_WAV_Internal.aaf", "timecode 00:00:00;00 (30 frames a second, drop-frame)"),
    ] {
        let Some((_folder, read)) = with(file, &[]) else { return };
        let [found] = of_code(&read.ledger, "starts-at-timecode")[..] else { panic!("{:?}", read.ledger) };
        assert!(found.message.contains(wanted), "{file}: {}", found.message);
    }
}

#[test]
fn gains_of_resolve_that_stand_in_each_other_multiply() {
    let media = [("1000hz-18dbs16b44.1k.wav", 1, 44_100, 132_300), ("stereo-identif.wav", 2, 22_050, 43_117)];
    let Some((_folder, read)) = with("DR_Audio_Levels.aaf", &media) else { return };
    let clips = &read.session.tracks[0].clips;
    assert_eq!(read.session.rate.hz(), 44_100);
    // −99 dB and +6 dB of clip gain in an automation that stays at 0 dB; then one that moves.
    assert!((clips[0].gain.0 + 99.0).abs() < 0.01 && (clips[1].gain.0 - 6.0).abs() < 0.01, "{clips:?}");
    assert!(clips[0].envelope.is_empty() && clips[2].envelope.len() > 30);
    assert_eq!(clips[0].at, 30 * 44_100);
    // Of 72 picture frames, 31 to 38 are at 1697734912/2^29.
    let loud = bench::envelope(&clips[2].envelope, 44_100 * 35 / 24);
    assert!((loud - 1_697_734_912.0 / 536_870_912.0).abs() < 1e-9, "{loud}");
}

#[test]
fn stereo_clips_of_resolve_are_one_clip_and_as_long_as_their_file() {
    let Some((_folder, read)) = with("DR_Stereo_Clip_Positioning.aaf", &[("stereo-identif.wav", 2, 48_000, 93_860)])
    else {
        return;
    };
    let track = &read.session.tracks[0];
    assert_eq!(track.strip.layout, Some(Layout::Stereo));
    let places: Vec<(i64, Option<u64>)> = track.clips.iter().map(|clip| (clip.at, clip.length)).collect();
    assert_eq!(places, [0, 200_000, 432_000, 659_321].map(|at| (at, Some(93_860))));
    assert!(track.clips.iter().all(|clip| (clip.channel, clip.into) == (None, None)));
}

#[test]
fn the_pan_of_a_premiere_track_is_its_strips() {
    let media = [("1000hz-18dbs16b44.1k.wav", 1, 44_100, 132_300), ("stereo-identif.wav", 2, 22_050, 43_117)];
    let Some((_folder, read)) = with("PR_Audio_Pan-noBTM.aaf", &media) else { return };
    let tracks = &read.session.tracks;
    assert_eq!((tracks[0].strip.pan, tracks[0].strip.layout), (-0.5, Some(Layout::Mono)));
    assert_eq!((tracks[1].strip.pan, tracks[1].strip.layout), (0.0, Some(Layout::Stereo)));
    assert_eq!(tracks[0].clips.iter().map(|clip| clip.at).collect::<Vec<_>>(), [0, 132_300, 264_600]);
    assert_eq!(tracks[0].clips[2].gain, Db::ZERO);
}

#[test]
fn audio_inside_is_unpacked_once_and_reads_as_it_was() {
    // Plain samples, 16 kHz, of two seconds.
    let Some((folder, read)) = with("PT_PCM_Internal.aaf", &[]) else { return };
    let clip = &read.session.tracks[0].clips[0];
    let wav = hound::WavReader::open(&clip.file).unwrap();
    let spec = wav.spec();
    assert_eq!((wav.duration(), spec.sample_rate, spec.channels, spec.bits_per_sample), (32_000, 16_000, 1, 16));
    // The text of the file: a tone of 1 kHz at −18 dBFS.
    let samples: Vec<f64> = wav.into_samples::<i16>().map(|sample| f64::from(sample.unwrap()) / 32_768.0).collect();
    let peak = 20.0 * samples.iter().fold(0.0f64, |most, sample| most.max(sample.abs())).log10();
    let rises = samples.windows(2).filter(|pair| pair[0] < 0.0 && pair[1] >= 0.0).count();
    assert!((peak + 18.0).abs() < 0.2 && (1998..=2001).contains(&rises), "{peak} dBFS, {rises} periods");
    assert_eq!((clip.at, clip.length), (3600 * 48_000, Some(96_000)));
    assert_eq!(std::fs::read_dir(folder.path().join("unpacked")).unwrap().count(), 1);
    let again = bench::read(&folder.path().join("PT_PCM_Internal.aaf"));
    assert_eq!(again.session.tracks[0].clips[0].file, clip.file);
    assert_eq!(std::fs::read_dir(folder.path().join("unpacked")).unwrap().count(), 1);
    // A WAV file: 41642 frames of it were left out, and it begins with frame 1 at 29.97.
    let Some((folder, read)) = with("PR_WAV_Internal.aaf", &[]) else { return };
    let clip = &read.session.tracks[0].clips[0];
    assert_eq!((clip.at, clip.from, clip.length), (172_799_827, 1602, Some(48_048)));
    assert_eq!(clip.file.parent(), Some(Path::new(&folder.path().join("unpacked"))));
    assert_eq!(hound::WavReader::open(&clip.file).unwrap().duration(), 51_252);
}

#[test]
fn pro_tools_keeps_fades_as_files_and_names_in_any_script() {
    let Some(from) = testing::material("sessions/aaf/PT_lang_ja.aaf") else { return };
    let Some(wanted) = script("dump", &from) else { return };
    let folder = tempfile::tempdir().unwrap();
    let read = read(&with_audio(&from, folder.path(), &wanted));
    assert_eq!(read.program, "ProTools 23.12.0.136");
    let clips = &read.session.tracks[0].clips;
    assert_eq!(clips.len(), 7);
    // The second of them is 9 picture frames at 30 a second, right behind a fade of one.
    assert_eq!((clips[1].at - clips[0].at, clips[1].length), (44_100 / 30, Some(9 * 44_100 / 30)));
}
