//! Inserts in words and values, for the processing chains of a manifest and for people.

use crate::{Band, BandKind, Compressor, Delay, DelayTime, Unit};
use std::fmt::{Display, Formatter, Result};

impl Display for Unit {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(self.name())?;
        match self {
            Self::Gain(gain) => write!(f, " {:+} dB", gain.0),
            Self::Eq(eq) => {
                for (number, band) in eq.bands.iter().enumerate() {
                    write!(f, "{}{band}", if number == 0 { " " } else { ", " })?;
                }
                Ok(())
            }
            Self::Compressor(compressor) => write!(f, " {compressor}"),
            Self::Delay(delay) => write!(f, " {delay}"),
        }
    }
}

impl Display for Band {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let (freq, gain, q) = (self.freq, self.gain.0, (self.q * 1000.0).round() / 1000.0);
        match self.kind {
            BandKind::Bell => write!(f, "bell {freq} Hz {gain:+} dB Q {q}"),
            BandKind::LowShelf => write!(f, "low-shelf {freq} Hz {gain:+} dB Q {q}"),
            BandKind::HighShelf => write!(f, "high-shelf {freq} Hz {gain:+} dB Q {q}"),
            BandKind::HighPass { steep: false } => write!(f, "high-pass {freq} Hz 12 dB/octave Q {q}"),
            BandKind::LowPass { steep: false } => write!(f, "low-pass {freq} Hz 12 dB/octave Q {q}"),
            BandKind::HighPass { steep: true } => write!(f, "high-pass {freq} Hz 24 dB/octave"),
            BandKind::LowPass { steep: true } => write!(f, "low-pass {freq} Hz 24 dB/octave"),
        }
    }
}

impl Display for Compressor {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let milliseconds = |seconds: f64| (seconds * 1e6).round() / 1e3;
        write!(f, "{} dBFS {}:1 knee {} dB", self.threshold.0, self.ratio, self.knee)?;
        write!(f, " attack {} ms release {} ms", milliseconds(self.attack), milliseconds(self.release))?;
        if self.makeup.0 != 0.0 {
            write!(f, " make-up {:+} dB", self.makeup.0)?;
        }
        if self.mix != 1.0 {
            write!(f, " mix {}", self.mix)?;
        }
        if let Some(key) = &self.key {
            write!(f, " keyed by {}", key.from)?;
        }
        match self.key_high_pass {
            Some(freq) => write!(f, " key high-pass {freq} Hz"),
            None => Ok(()),
        }
    }
}

impl Display for Delay {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self.time {
            DelayTime::Quarters(quarters) => write!(f, "{} quarter notes", (quarters * 1e4).round() / 1e4)?,
            DelayTime::Seconds(seconds) => write!(f, "{seconds} s")?,
        }
        write!(f, " feedback {}{}", self.feedback, if self.ping_pong { " ping-pong" } else { "" })?;
        if let Some(freq) = self.low_cut {
            write!(f, " low cut {freq} Hz")?;
        }
        if let Some(freq) = self.high_cut {
            write!(f, " high cut {freq} Hz")?;
        }
        write!(f, " mix {}", self.wet)
    }
}
