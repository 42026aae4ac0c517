//! The list of clips: each file of `examples/song/clips`, and what sounds in it.

use std::fs;
use std::path::{Path, PathBuf};

use crate::buffer::Audio;
use crate::pads::Pad;
use crate::score::{self, CHORUS, ENDING, VERSE, played};
use crate::{bass, cymbals, drums, flac, fx, keys, lead, percussion, plucks, voice};

/// One file to be.
#[derive(Clone, Copy, Debug)]
pub struct Clip {
    /// The file's name without `.flac`.
    pub name: &'static str,
    /// Sounds it.
    pub sound: fn() -> Audio,
}

impl Clip {
    /// Its file in `folder`.
    #[must_use]
    pub fn path(&self, folder: &Path) -> PathBuf {
        folder.join(format!("{}.flac", self.name))
    }
}

/// Every clip, in the order of the session.
pub const CLIPS: &[Clip] = &[
    Clip { name: "kick", sound: drums::kick },
    Clip { name: "snare", sound: || drums::snare(1.0, 20) },
    Clip { name: "snare_ghost", sound: || drums::snare(0.42, 21) },
    Clip { name: "clap", sound: drums::clap },
    Clip { name: "hat_closed_1", sound: || cymbals::closed(1.0, 30) },
    Clip { name: "hat_closed_2", sound: || cymbals::closed(0.5, 31) },
    Clip { name: "hat_closed_3", sound: || cymbals::closed(0.15, 32) },
    Clip { name: "hat_open", sound: cymbals::open },
    Clip { name: "crash", sound: cymbals::crash },
    Clip { name: "shaker", sound: percussion::shaker },
    Clip { name: "conga_high", sound: percussion::conga_high },
    Clip { name: "conga_low", sound: percussion::conga_low },
    Clip { name: "rim", sound: percussion::rim },
    Clip { name: "sub_verse", sound: || bass::sub(&score::sub(&VERSE, 3.4)) },
    Clip { name: "sub_chorus", sound: || bass::sub(&score::sub(&CHORUS, 3.8)) },
    Clip { name: "bass_verse", sound: || bass::synth(&played(score::bass_verse(), 3.0, 50)) },
    Clip { name: "bass_chorus", sound: || bass::synth(&played(score::bass_chorus(), 2.0, 51)) },
    Clip { name: "piano_verse", sound: || keys::electric_piano(&played(score::piano_verse(), 5.0, 52)) },
    Clip { name: "piano_chorus", sound: || keys::electric_piano(&played(score::piano_chorus(), 4.0, 53)) },
    Clip { name: "piano_ending", sound: || keys::electric_piano(&score::piano_ending()) },
    Clip { name: "harp_verse", sound: || plucks::harp(&played(score::plucks_verse(), 5.0, 54), 300) },
    Clip { name: "harp_chorus", sound: || plucks::harp(&played(score::plucks_chorus(), 4.0, 55), 400) },
    Clip { name: "pad_verse", sound: || DARK.chords(&VERSE, 80) },
    Clip { name: "pad_chorus", sound: || WIDE.chords(&CHORUS, 81) },
    Clip { name: "pad_ending", sound: || DARK.chords(&ENDING, 82) },
    Clip { name: "lead_question", sound: || lead::synth(score::LEAD_QUESTION) },
    Clip { name: "lead_answer", sound: || lead::synth(score::LEAD_ANSWER) },
    Clip { name: "voice_call", sound: || voice::solo(score::CALL) },
    Clip { name: "voice_answer", sound: || voice::solo(score::ANSWER) },
    Clip { name: "choir_chorus", sound: voice::aah },
    Clip { name: "riser", sound: fx::riser },
    Clip { name: "impact", sound: fx::impact },
    Clip { name: "sea", sound: fx::sea },
];

const DARK: Pad = Pad { cutoff: 1_250.0, sway: 350.0, attack: 0.45, release: 0.7 };
const WIDE: Pad = Pad { cutoff: 2_700.0, sway: 700.0, attack: 0.12, release: 0.5 };

/// Sounds every clip.
#[must_use]
pub fn sounded() -> Vec<(&'static Clip, Audio)> {
    CLIPS.iter().map(|clip| (clip, (clip.sound)())).collect()
}

/// Compares every clip with its file in `folder`: one line for each that differs, is missing, or is not in the list.
///
/// # Errors
/// The folder cannot be read, or the encoder fails.
pub fn differences(clips: &[(&Clip, Audio)], folder: &Path) -> Result<Vec<String>, String> {
    let mut lines = Vec::new();
    for (clip, audio) in clips {
        let bytes = flac::encode(audio).map_err(|e| format!("{}: {e}", clip.name))?;
        let path = clip.path(folder);
        match fs::read(&path) {
            Ok(found) if found == bytes => {}
            Ok(_) => lines.push(format!("{}: differs from what this program makes", path.display())),
            Err(e) => lines.push(format!("{}: {e}", path.display())),
        }
    }
    let entries = fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let mut strays: Vec<PathBuf> = entries.filter_map(|e| e.ok().map(|e| e.path())).collect();
    strays.sort();
    strays.retain(|path| clips.iter().all(|(clip, _)| clip.path(folder) != *path));
    lines.extend(strays.iter().map(|path| format!("{}: not a clip of the song", path.display())));
    Ok(lines)
}
