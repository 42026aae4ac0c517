//! The broadcast extension of a WAV file (EBU Tech 3285).

/// What the `bext` chunk says. Text beyond a field's width is cut; what is not ASCII becomes `?`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bext {
    /// What the file is, at most 256 characters.
    pub description: String,
    /// The program that wrote it, at most 32 characters.
    pub originator: String,
    /// An identifier of the originator's own, at most 32 characters.
    pub originator_reference: String,
    /// Frames since midnight: where a DAW places the file.
    pub time_reference: u64,
    /// One line for each coding process, each ended by CR LF (EBU R 98).
    pub coding_history: String,
}

/// The loudness of a file for its `bext` chunk (version 2, EBU Tech 3285): written in hundredths; `None` is "not given".
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct BextLoudness {
    /// Integrated, in LUFS.
    pub integrated: Option<f64>,
    /// Loudness range, in LU.
    pub range: Option<f64>,
    /// Largest true peak, in dBTP.
    pub true_peak: Option<f64>,
    /// Largest momentary, in LUFS.
    pub momentary: Option<f64>,
    /// Largest short-term, in LUFS.
    pub short_term: Option<f64>,
}

impl BextLoudness {
    /// The five fields in their order.
    pub(crate) fn to_bytes(self) -> [u8; 10] {
        let values = [self.integrated, self.range, self.true_peak, self.momentary, self.short_term];
        let mut bytes = [0; 10];
        for (field, value) in bytes.chunks_exact_mut(2).zip(values) {
            // −99.99…99.99 are levels; 0x7FFF is none (section 2.4).
            let hundredths = value.map(|value| (value * 100.0).round()).filter(|h| h.abs() <= 9999.0);
            field.copy_from_slice(&hundredths.map_or(0x7fff, |h| h as i16).to_le_bytes());
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loudness_is_written_in_hundredths_and_what_is_unknown_is_not_given() {
        let loudness =
            BextLoudness { integrated: Some(-23.456), range: Some(7.0), true_peak: None, ..Default::default() };
        let bytes = loudness.to_bytes();
        let fields: Vec<i16> = bytes.chunks_exact(2).map(|b| i16::from_le_bytes([b[0], b[1]])).collect();
        assert_eq!(fields, [-2346, 700, 0x7fff, 0x7fff, 0x7fff]);
    }
}
