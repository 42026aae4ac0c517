//! AAC in M4A: what is heard, and nothing else.

mod signals;

use std::path::Path;
use std::process::Command;

use signals::{read_all, read_from, snr};
use stemwright_audio::testing::{material, program};
use stemwright_audio::{AudioError, Files, Media};

fn run(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// The samples that ffmpeg decodes, from its first packet on.
fn ffmpeg_f32(file: &Path, channels: usize) -> Vec<Vec<f64>> {
    // `skip_manual` keeps ffmpeg from taking off what it thinks is priming.
    let output = Command::new("ffmpeg")
        .args(["-v", "error", "-flags2", "+skip_manual", "-i"])
        .arg(file)
        .args(["-map", "0:a:0", "-f", "f32le", "-"])
        .output()
        .unwrap();
    assert!(output.status.success());
    let (samples, _) = output.stdout.as_chunks::<4>();
    (0..channels)
        .map(|channel| samples.iter().skip(channel).step_by(channels).map(|b| f32::from_le_bytes(*b).into()).collect())
        .collect()
}

#[test]
fn a_whole_song_of_stems_has_the_length_of_its_157_bars() {
    let Some(folder) = material("francium") else { return };
    let files = Files::new();
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "m4a") {
            continue;
        }
        let info = files.info(&path).unwrap();
        let open_hats = path.to_string_lossy().contains("OPEN HATS");
        assert_eq!(info.frames, if open_hats { 14_008_320 } else { 14_130_000 }, "{}", path.display());
        assert_eq!((info.rate.hz(), info.channels, info.lossless), (48_000, 2, false));
        assert_eq!(info.findings, []);
        count += 1;
    }
    assert_eq!(count, 26);
}

#[test]
fn decoded_stems_are_those_of_another_decoder_without_its_priming() {
    let Some(folder) = material("francium") else { return };
    let path = folder.join("7.Francium_Stem_KICK.m4a");
    let ours = read_all(&Files::new(), &path).unwrap();
    assert_eq!(ours[0].len(), 14_130_000);
    if !program("ffmpeg") {
        return;
    }
    let theirs = ffmpeg_f32(&path, 2);
    // Whether it takes off the 2112 frames depends on its version; both begin with the same music.
    let priming = theirs[0].len() - 14_130_000;
    let priming = if priming >= 2112 { 2112 } else { 0 };
    for (ours, theirs) in ours.iter().zip(&theirs) {
        let ratio = snr(&theirs[priming..priming + ours.len()], ours);
        eprintln!("SNR against ffmpeg: {ratio:.1} dB");
        // Two decoders in single precision: the standard's own conformance limit is about 90 dB.
        assert!(ratio > 100.0, "{ratio} dB");
    }
}

#[test]
fn frames_have_the_same_bits_wherever_reading_begins() {
    let Some(folder) = material("francium") else { return };
    let path = folder.join("7.Francium_Stem_VOX LEAD.m4a");
    let files = Files::new();
    let whole = read_from(&files, &path, 0, 3_000_000).unwrap();
    for from in [1, 1023, 1024, 2_500_000] {
        let part = read_from(&files, &path, from, 5_000).unwrap();
        let at = from as usize;
        assert_eq!(part[0], whole[0][at..at + 5_000], "from {from}");
        assert_eq!(part[1], whole[1][at..at + 5_000], "from {from}");
    }
}

#[test]
fn what_ffmpeg_encodes_has_its_own_length_again() {
    if !program("ffmpeg") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for (rate, channels, frames) in [(44_100, 2, 100_003), (48_000, 1, 48_000), (8_000, 1, 12_345), (96_000, 2, 70_001)]
    {
        let source = signals::tones(channels, frames);
        let (wav, m4a) = (folder.path().join("in.wav"), folder.path().join("out.m4a"));
        signals::write_f32(&wav, rate, &source);
        run(Command::new("ffmpeg")
            .args(["-v", "error", "-y", "-i"])
            .arg(&wav)
            .args(["-c:a", "aac", "-b:a", "192k"])
            .arg(&m4a));
        let files = Files::new();
        let info = files.info(&m4a).unwrap();
        assert_eq!(info.frames, frames as u64, "{rate} Hz, {channels} channels");
        assert_eq!(info.findings, []);
        let decoded = read_all(&files, &m4a).unwrap();
        assert_eq!(decoded[0].len(), frames);
        // A displacement by one frame would leave 4 dB.
        let ratio = snr(&source[0], &decoded[0]);
        assert!(ratio > 20.0, "{rate} Hz: {ratio} dB");
    }
}

#[test]
fn what_is_not_aac_lc_is_refused_by_name() {
    let Some(path) = material("stem-mp4/falcon69_NI_ALAC.stem.m4a") else { return };
    let error = Files::new().info(&path).unwrap_err();
    assert!(matches!(error, AudioError::Unsupported { .. }), "{error}");
    assert!(error.to_string().contains("ALAC"), "{error}");
    assert_eq!(error.hint(), Some("decode it to WAV first"));
}

#[test]
fn the_first_of_several_tracks_is_read_and_said_to_be() {
    let Some(path) = material("stem-mp4/falcon69.stem.mp4") else { return };
    let files = Files::new();
    let info = files.info(&path).unwrap();
    assert!(info.findings.iter().any(|finding| finding.code == "several-audio-tracks"), "{:?}", info.findings);
    assert_eq!(read_all(&files, &path).unwrap()[0].len() as u64, info.frames);
}
