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
