//! Inserts in words and values, for the processing chains of a manifest and for people.

use crate::{
    Align, AlignTime, Band, BandKind, Chorus, Compressor, CompressorBand, Convolution, DeEsser, Delay, DelayTime,
    DynamicBand, DynamicEq, DynamicKind, Gate, Key, Limiter, Multiband, Phaser, Reverb, Saturation, Sweep, Transient,
    Unit, Width,
};
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
            Self::Reverb(reverb) => write!(f, " {reverb}"),
            Self::Limiter(limiter) => write!(f, " {limiter}"),
            Self::Gate(gate) => write!(f, " {gate}"),
            Self::DeEsser(de_esser) => write!(f, " {de_esser}"),
            Self::Saturation(saturation) => write!(f, " {saturation}"),
            Self::Width(width) => write!(f, " {width}"),
            Self::Transient(transient) => write!(f, " {transient}"),
            Self::Multiband(multiband) => write!(f, " {multiband}"),
            Self::DynamicEq(eq) => write!(f, " {eq}"),
            Self::Convolution(convolution) => write!(f, " {convolution}"),
            Self::Chorus(chorus) => write!(f, " {chorus}"),
            Self::Phaser(phaser) => write!(f, " {phaser}"),
            Self::Align(align) => write!(f, " {align}"),
        }
    }
}

fn milliseconds(seconds: f64) -> f64 {
    (seconds * 1e6).round() / 1e3
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

impl Display for Reverb {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "{} s size {}", self.decay, self.size)?;
        write!(f, " high decay {} above {} Hz", self.high_decay, self.crossover)?;
        if self.predelay != 0.0 {
            write!(f, " predelay {} ms", milliseconds(self.predelay))?;
        }
        if let Some(freq) = self.low_cut {
            write!(f, " low cut {freq} Hz")?;
        }
        if let Some(freq) = self.high_cut {
            write!(f, " high cut {freq} Hz")?;
        }
        write!(f, " mix {}", self.wet)
    }
}

impl Display for Limiter {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "{} dBTP", self.ceiling.0)?;
        if self.gain.0 != 0.0 {
            write!(f, " gain {:+} dB", self.gain.0)?;
        }
        write!(f, " look-ahead {} ms release {} ms", milliseconds(self.look_ahead), milliseconds(self.release))
    }
}

impl Display for Gate {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "{} dBFS", self.threshold.0)?;
        if self.ratio.is_finite() {
            write!(f, " {}:1", self.ratio)?;
        }
        write!(f, " range {} dB hysteresis {} dB", self.range, self.hysteresis)?;
        write!(f, " attack {} ms hold {} ms", milliseconds(self.attack), milliseconds(self.hold))?;
        write!(f, " release {} ms", milliseconds(self.release))?;
        if self.look_ahead != 0.0 {
            write!(f, " look-ahead {} ms", milliseconds(self.look_ahead))?;
        }
        if let Some(key) = &self.key {
            write!(f, " keyed by {}", key.from)?;
        }
        if let Some(freq) = self.key_high_pass {
            write!(f, " key high-pass {freq} Hz")?;
        }
        match self.key_low_pass {
            Some(freq) => write!(f, " key low-pass {freq} Hz"),
            None => Ok(()),
        }
    }
}

impl Display for DeEsser {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "{} Hz Q {} {} dBFS {}:1", self.freq, self.q, self.threshold.0, self.ratio)?;
        write!(f, " range {} dB", self.range)?;
        write!(f, " attack {} ms release {} ms", milliseconds(self.attack), milliseconds(self.release))
    }
}

impl Display for Saturation {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "drive {:+} dB", self.drive.0)?;
        if self.asymmetry != 0.0 {
            write!(f, " asymmetry {}", self.asymmetry)?;
        }
        write!(f, " output {:+} dB mix {}", self.output.0, self.mix)
    }
}

impl Display for Width {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "{}", self.width)?;
        match self.mono_below {
            Some(freq) => write!(f, " mono below {freq} Hz"),
            None => Ok(()),
        }
    }
}

impl Display for Transient {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let (attack, sustain) = (milliseconds(self.attack_time), milliseconds(self.sustain_time));
        write!(f, "attack {:+} dB over {attack} ms sustain {:+} dB over {sustain} ms", self.attack, self.sustain)
    }
}

impl Display for Multiband {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        for (number, band) in self.bands.iter().enumerate() {
            match number.checked_sub(1).and_then(|below| self.crossovers.get(below)) {
                Some(freq) => write!(f, " | {freq} Hz | {band}")?,
                None => write!(f, "{band}")?,
            }
        }
        if self.mix != 1.0 {
            write!(f, " mix {}", self.mix)?;
        }
        keyed(self.key.as_ref(), f)
    }
}

impl Display for CompressorBand {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        if self.bypass {
            return f.write_str("as it is");
        }
        write!(f, "{} dBFS {}:1 knee {} dB", self.threshold.0, self.ratio, self.knee)?;
        write!(f, " attack {} ms release {} ms", milliseconds(self.attack), milliseconds(self.release))?;
        if self.makeup.0 != 0.0 { write!(f, " make-up {:+} dB", self.makeup.0) } else { Ok(()) }
    }
}

impl Display for DynamicEq {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        for (number, band) in self.bands.iter().enumerate() {
            write!(f, "{}{band}", if number == 0 { "" } else { ", " })?;
        }
        keyed(self.key.as_ref(), f)
    }
}

impl Display for DynamicBand {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let kind = match self.kind {
            DynamicKind::Bell => "bell",
            DynamicKind::LowShelf => "low-shelf",
            DynamicKind::HighShelf => "high-shelf",
        };
        let q = (self.q * 1000.0).round() / 1000.0;
        write!(f, "{kind} {} Hz Q {q} {} dBFS {}:1", self.freq, self.threshold.0, self.ratio)?;
        write!(f, " range {:+} dB", self.range)?;
        write!(f, " attack {} ms release {} ms", milliseconds(self.attack), milliseconds(self.release))
    }
}

impl Display for Convolution {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        // Where the file lies says something of the machine.
        let file = self.file.file_name().map_or_else(Default::default, |name| name.to_string_lossy());
        f.write_str(&file)?;
        if self.length < Self::LONGEST {
            write!(f, " first {} s", self.length)?;
        }
        if self.predelay != 0.0 {
            write!(f, " predelay {} ms", milliseconds(self.predelay))?;
        }
        f.write_str(if self.normalise { " normalised" } else { "" })?;
        if self.gain.0 != 0.0 {
            write!(f, " gain {:+} dB", self.gain.0)?;
        }
        write!(f, " mix {}", self.wet)
    }
}

impl Display for Sweep {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Quarters(quarters) => write!(f, "once in {} quarter notes", (quarters * 1e4).round() / 1e4),
            Self::Hz(hz) => write!(f, "{hz} Hz"),
        }
    }
}

impl Display for Chorus {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let (delay, depth) = (milliseconds(self.delay), milliseconds(self.depth));
        write!(f, "{} {} × {delay} ms ± {depth} ms", self.rate, self.voices)?;
        write!(f, " feedback {} phase {}° mix {}", self.feedback, self.phase, self.wet)
    }
}

impl Display for Phaser {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "{} {} Hz ± {} octaves {} stages", self.rate, self.freq, self.depth, self.stages)?;
        write!(f, " feedback {} phase {}° mix {}", self.feedback, self.phase, self.wet)
    }
}

impl Display for Align {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self.delay {
            AlignTime::Seconds(seconds) => write!(f, "{:+} ms", milliseconds(seconds))?,
            AlignTime::Frames(frames) => write!(f, "{frames:+} frames")?,
        }
        f.write_str(if self.inverted { " inverted" } else { "" })
    }
}

fn keyed(key: Option<&Key>, f: &mut Formatter<'_>) -> Result {
    key.map_or(Ok(()), |key| write!(f, " keyed by {}", key.from))
}
