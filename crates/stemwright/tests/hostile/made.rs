//! Files as bytes: what our writers would never write.

/// A RIFF or RF64 header before `bytes` of samples; what the chunks say of their size is what is passed.
pub(crate) fn wav_header(tag: u16, bits: u16, channels: u16, rate: u32, bytes: u64) -> Vec<u8> {
    let large = bytes > u64::from(u32::MAX) - 100;
    let short = |bytes: u64| if large { u32::MAX } else { bytes as u32 };
    let block = u32::from(channels) * u32::from(bits.div_ceil(8));
    let mut file = Vec::new();
    file.extend(if large { b"RF64" } else { b"RIFF" });
    file.extend(short(bytes + bytes % 2 + 36).to_le_bytes());
    file.extend(b"WAVE");
    if large {
        file.extend(b"ds64");
        file.extend(28u32.to_le_bytes());
        file.extend([bytes + 72, bytes, bytes / u64::from(block.max(1))].map(u64::to_le_bytes).concat());
        file.extend(0u32.to_le_bytes());
    }
    file.extend(b"fmt ");
    file.extend(16u32.to_le_bytes());
    file.extend([tag, channels].map(u16::to_le_bytes).concat());
    file.extend([rate, rate.wrapping_mul(block)].map(u32::to_le_bytes).concat());
    file.extend([block as u16, bits].map(u16::to_le_bytes).concat());
    file.extend(b"data");
    file.extend(short(bytes).to_le_bytes());
    file
}

pub(crate) fn wav(tag: u16, bits: u16, channels: u16, samples: &[u8]) -> Vec<u8> {
    let mut file = wav_header(tag, bits, channels, super::desk::RATE, samples.len() as u64);
    file.extend(samples);
    file.resize(file.len() + samples.len() % 2, 0);
    file
}

pub(crate) fn aiff_header(bits: u16, channels: u16, frames: u32) -> Vec<u8> {
    let bytes = u64::from(frames) * u64::from(channels) * u64::from(bits.div_ceil(8));
    let mut file = Vec::new();
    file.extend(b"FORM");
    file.extend(((46 + bytes + bytes % 2) as u32).to_be_bytes());
    file.extend(b"AIFFCOMM");
    file.extend(18u32.to_be_bytes());
    file.extend(channels.to_be_bytes());
    file.extend(frames.to_be_bytes());
    file.extend(bits.to_be_bytes());
    // 48000 as an 80-bit float.
    file.extend([0x40, 0x0e, 0xbb, 0x80, 0, 0, 0, 0, 0, 0]);
    file.extend(b"SSND");
    file.extend(((8 + bytes) as u32).to_be_bytes());
    file.extend([0; 8]);
    file
}

pub(crate) fn aiff(bits: u16, channels: u16, samples: &[u8]) -> Vec<u8> {
    let frame = usize::from(channels) * usize::from(bits.div_ceil(8));
    let frames = samples.len().checked_div(frame).unwrap_or(0);
    let mut file = aiff_header(bits, channels, frames as u32);
    file.extend(samples);
    file.resize(file.len() + samples.len() % 2, 0);
    file
}

/// As FLAC, written by our own writer.
pub(crate) fn flac(channels: u16, samples: &[i32]) -> Vec<u8> {
    use stemwright_audio::{AudioWriter, Container, FileSpec, SampleFormat};
    use stemwright_core::{Layout, SampleRate};
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("made.flac");
    let spec = FileSpec {
        container: Container::Flac,
        rate: SampleRate::new(super::desk::RATE).unwrap(),
        layout: if channels == 1 { Layout::Mono } else { Layout::Stereo },
        format: SampleFormat::Pcm24,
        bext: Default::default(),
        ixml: None,
        chunks: Vec::new(),
    };
    let mut writer = AudioWriter::create(&path, &spec).unwrap();
    writer.write_integers(samples).unwrap();
    writer.finish().unwrap();
    std::fs::read(path).unwrap()
}

/// A string of TOML.
pub(crate) fn quoted(text: &str) -> String {
    let escaped = text.chars().map(|c| match c {
        '"' | '\\' => format!("\\{c}"),
        c if c.is_control() => format!("\\u{:04x}", c as u32),
        c => c.to_string(),
    });
    format!("\"{}\"", escaped.collect::<String>())
}
