//! 24-bit FLAC files.
//!
//! The encoder is `flac-codec`, with the fixed predictors only, so that a file's bytes follow from whole numbers alone: its
//! linear prediction takes cosines and logarithms from the platform's libm. One logarithm is left, ⌈log₂(mean)⌉ for the Rice
//! parameter; the mean is a whole number below 2⁴¹ over one of at most 4096, so it is either a power of two, where log₂ is
//! exact, or its log₂ is a hundred roundings away from a whole number. `flacenc` 0.5.1 can do without logarithms, but has no
//! Rice parameter above 14 (24-bit noise wants 20), and its counts of bits overflow there: five seconds of shaker came out as
//! 34 MB.
//! Threads (`rayon`) are a feature that is off unless asked for.

use std::io::Cursor;

use flac_codec::encode::{FlacSampleWriter, Options};

use crate::RATE;
use crate::buffer::Audio;

/// Steps from zero to full scale: 13 of the 24 bits. A clip's rounding lies at −83 dBFS, over 60 dB under the clip while it
/// sounds and gone when it ends; in the song, where faders stand at −10, it is drowned by every reverb's tail. Each further bit
/// would make the folder 4 MB larger.
const STEPS: f64 = 4_095.0;

/// What a step of [`STEPS`] is worth in 24 bits.
const WORTH: i32 = 2_048;

/// `audio` as 24-bit whole numbers, interleaved.
#[must_use]
pub fn quantise(audio: &Audio) -> Vec<i32> {
    let mut samples = Vec::with_capacity(audio.len() * audio.channels.len());
    for i in 0..audio.len() {
        for channel in &audio.channels {
            samples.push((channel[i] * STEPS).round().clamp(-STEPS, STEPS) as i32 * WORTH);
        }
    }
    samples
}

/// The bytes of a FLAC file that holds `audio`.
///
/// # Errors
/// What the encoder says; it is given nothing that it should refuse.
pub fn encode(audio: &Audio) -> Result<Vec<u8>, String> {
    let samples = quantise(audio);
    let options = Options::best()
        .max_lpc_order(None)
        .map_err(|e| e.to_string())?
        .no_padding()
        .no_seektable()
        .tag("ARTIST", "Stemwright")
        .tag("ALBUM", "Low Tide Lanterns")
        .tag("LICENSE", "CC0-1.0");
    let mut bytes = Cursor::new(Vec::new());
    let mut writer = FlacSampleWriter::new(
        &mut bytes,
        options,
        RATE as u32,
        24,
        audio.channels.len() as u8,
        Some(samples.len() as u64),
    )
    .map_err(|e| e.to_string())?;
    writer.write(&samples).map_err(|e| e.to_string())?;
    writer.finalize().map_err(|e| e.to_string())?;
    Ok(bytes.into_inner())
}
