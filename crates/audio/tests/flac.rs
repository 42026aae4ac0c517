//! FLAC files are what was encoded, from any frame on, and whole.

mod signals;

use std::path::{Path, PathBuf};
use std::process::Command;

use signals::{noise24, read_all, read_from, write_pcm24};
use stemwright_audio::testing::program;
use stemwright_audio::{AudioError, Files, Media};

fn encode(wav: &Path, options: &[&str]) -> PathBuf {
    let flac = wav.with_extension("flac");
    let run = Command::new("flac").args(["-s", "-f"]).args(options).arg("-o").arg(&flac).arg(wav).output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    flac
}

#[test]
fn flac_is_the_source_from_any_frame_on() {
    if !program("flac") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let wav = folder.path().join("x.wav");
    for (channels, frames, options) in [
        (2, 100_001, &["-8"][..]),
        (1, 5_000, &["-0", "--no-seektable"]),
        (2, 70_000, &["-5", "-b", "1000"]),
        (6, 9_000, &["-5"]),
    ] {
        let planes = noise24(channels, frames);
        write_pcm24(&wav, 48_000, &planes);
        let flac = encode(&wav, options);
        let info = Files::new().info(&flac).unwrap();
        assert_eq!((info.frames, info.channels, info.lossless), (frames as u64, channels, true));
        for from in [0, 1, 999, 1_000, 4_095, 4_096, frames / 2, frames - 1, frames, frames + 1] {
            let read = read_from(&Files::new(), &flac, from as u64, usize::MAX).unwrap();
            let at = from.min(frames);
            assert!(read.iter().zip(&planes).all(|(read, plane)| *read == plane[at..]), "{options:?} from {from}");
        }
    }
}

#[test]
fn ffmpeg_s_flac_is_read_too() {
    if !program("ffmpeg") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (wav, flac) = (folder.path().join("x.wav"), folder.path().join("x.flac"));
    let planes = noise24(2, 50_000);
    write_pcm24(&wav, 44_100, &planes);
    let run = Command::new("ffmpeg").args(["-v", "error", "-i"]).arg(&wav).arg(&flac).status().unwrap();
    assert!(run.success());
    assert_eq!(read_all(&Files::new(), &flac).unwrap(), planes);
}

#[test]
fn an_unstated_length_is_counted() {
    if !program("flac") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let wav = folder.path().join("x.wav");
    let planes = noise24(2, 30_000);
    write_pcm24(&wav, 48_000, &planes);
    let flac = encode(&wav, &[]);
    let mut bytes = std::fs::read(&flac).unwrap();
    // STREAMINFO begins at 8; the 36 bits of the length end at its byte 18.
    bytes[8 + 13] &= 0xf0;
    bytes[8 + 14..8 + 18].fill(0);
    std::fs::write(&flac, bytes).unwrap();
    assert_eq!(Files::new().info(&flac).unwrap().frames, 30_000);
    assert_eq!(read_all(&Files::new(), &flac).unwrap(), planes);
}

#[test]
fn missing_and_broken_frames_are_named() {
    if !program("flac") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let wav = folder.path().join("x.wav");
    let planes = noise24(2, 100_000);
    write_pcm24(&wav, 48_000, &planes);
    let flac = encode(&wav, &[]);
    let whole = std::fs::read(&flac).unwrap();
    std::fs::write(&flac, &whole[..whole.len() * 3 / 4]).unwrap();
    let error = read_all(&Files::new(), &flac).unwrap_err();
    assert!(matches!(error, AudioError::Truncated { missing: Some(1..), .. }), "{error}");
    let mut broken = whole.clone();
    let middle = broken.len() / 2;
    broken[middle] ^= 0x10;
    std::fs::write(&flac, &broken).unwrap();
    let error = read_all(&Files::new(), &flac).unwrap_err();
    assert!(matches!(error, AudioError::Malformed { .. }), "{error}");
    assert!(error.to_string().contains("frame "), "{error}");
    // Behind the damage all is well.
    assert_eq!(read_from(&Files::new(), &flac, 90_000, usize::MAX).unwrap()[0], planes[0][90_000..]);
}

#[test]
fn tags_around_the_stream_do_no_harm() {
    if !program("flac") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let wav = folder.path().join("x.wav");
    let planes = noise24(1, 20_000);
    write_pcm24(&wav, 48_000, &planes);
    let flac = encode(&wav, &[]);
    let mut bytes = b"ID3\x04\0\0\0\0\0\x05hello".to_vec();
    bytes.extend(std::fs::read(&flac).unwrap());
    bytes.extend(b"TAG");
    bytes.extend([0; 125]);
    std::fs::write(&flac, bytes).unwrap();
    assert_eq!(read_all(&Files::new(), &flac).unwrap(), planes);
}

#[test]
fn a_channel_mask_says_what_the_channels_are() {
    use stemwright_audio::testing::decode;
    use stemwright_core::Layout;
    let block = |kind: u8, body: &[u8]| [&[kind][..], &(body.len() as u32).to_be_bytes()[1..], body].concat();
    let layout = |channels: u64, comments: &[&str]| {
        let mut info = vec![0x10, 0, 0x10, 0, 0, 0, 0, 0, 0, 0];
        info.extend((48_000u64 << 44 | (channels - 1) << 41 | 15 << 36).to_be_bytes());
        info.extend([0; 16]);
        let mut body = vec![0; 4];
        body.extend((comments.len() as u32).to_le_bytes());
        for comment in comments {
            body.extend((comment.len() as u32).to_le_bytes());
            body.extend(comment.as_bytes());
        }
        decode(&[b"fLaC".to_vec(), block(0, &info), block(0x84, &body)].concat()).unwrap().0.layout
    };
    assert_eq!(layout(2, &[]), Some(Layout::Stereo));
    assert_eq!(layout(6, &["TITLE=x"]), Some(Layout::Surround51));
    assert_eq!(layout(8, &["waveformatextensible_channel_mask=0x63F"]), Some(Layout::Surround71));
    assert_eq!(layout(6, &["TITLE=x", "WAVEFORMATEXTENSIBLE_CHANNEL_MASK=0x60F"]), Some(Layout::Surround51));
    assert_eq!(layout(8, &["WAVEFORMATEXTENSIBLE_CHANNEL_MASK=0xFF"]), None);
    assert_eq!(layout(8, &["WAVEFORMATEXTENSIBLE_CHANNEL_MASK=speakers"]), Some(Layout::Surround71));
    assert_eq!(layout(5, &[]), None);
}
