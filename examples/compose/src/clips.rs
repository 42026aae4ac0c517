//! The list of clips: each file of `examples/song/clips`, and what sounds in it.

use std::fs;
use std::path::{Path, PathBuf};

use crate::buffer::Audio;
use crate::pads::Pad;
use crate::score::ensemble::{self, Strings};
use crate::score::groove::{self, Hit, hits};
use crate::score::harmony::{self, CHORUS, Chord, ENDING, INTRO, LAST_TURN, PRE, TURN, VERSE};
use crate::score::melody::{self, HOOK, HOOK_HOME, HOOK_OPEN};
use crate::score::{Note, bassline, comping, played, seconds};
use crate::voice::{self, Vowel};
use crate::{bass, bowed, cymbals, drums, flac, fx, keys, lead, percussion, plucks};

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
    Clip { name: "kick_verse", sound: || kick(groove::KICK_VERSE, 1) },
    Clip { name: "kick_pre", sound: || kick(groove::KICK_PRE, 2) },
    Clip { name: "kick_chorus", sound: || kick(groove::KICK_CHORUS, 3) },
    Clip { name: "kick_fill", sound: || kick(groove::KICK_FILL, 4) },
    Clip { name: "kick_break", sound: || kick(groove::KICK_BREAK, 5) },
    Clip { name: "stick", sound: stick },
    Clip { name: "snare_verse", sound: || snare(groove::SNARE_VERSE, 11) },
    Clip { name: "snare_pre", sound: || snare(groove::SNARE_PRE, 12) },
    Clip { name: "snare_chorus", sound: || snare(groove::SNARE_CHORUS, 13) },
    Clip { name: "snare_fill", sound: || snare(groove::SNARE_FILL, 14) },
    Clip { name: "claps", sound: || drums::claps(&hits(groove::CLAPS, 3.0, 2.0, 20)).finish(-4.0, 0.03) },
    Clip { name: "hats_verse", sound: || hats(groove::HATS_VERSE, 30) },
    Clip { name: "hats_chorus", sound: || hats(groove::HATS_CHORUS, 31) },
    Clip { name: "toms_pulse", sound: || toms(groove::TOM_PULSE, 40) },
    Clip { name: "toms_fill", sound: || toms(groove::TOM_FILL, 41) },
    Clip { name: "toms_long", sound: || toms(groove::TOM_LONG, 42) },
    Clip { name: "crash", sound: || cymbals::crash().finish(-4.0, 0.4) },
    Clip {
        name: "shaker",
        sound: || drums::take(&hits(groove::SHAKER, 4.0, 3.0, 50), percussion::shaker).finish(-4.0, 0.01),
    },
    Clip { name: "tambourine", sound: tambourine },
    Clip { name: "bass_verse", sound: || bass_guitar(bassline::verse(), 60) },
    Clip { name: "bass_pre", sound: || bass_guitar(bassline::pre(), 61) },
    Clip { name: "bass_chorus", sound: || bass_guitar(bassline::chorus(), 62) },
    Clip { name: "bass_turn", sound: || bass_guitar(bassline::turn(), 63) },
    Clip { name: "bass_last", sound: || bass_guitar(bassline::last_turn(), 64) },
    Clip { name: "sub_verse", sound: || sub(bassline::verse(), 60) },
    Clip { name: "sub_chorus", sound: || sub(bassline::chorus(), 62) },
    Clip { name: "sub_turn", sound: || sub(bassline::turn(), 63) },
    Clip { name: "sub_last", sound: || sub(bassline::last_turn(), 64) },
    Clip { name: "piano_verse", sound: || piano(comping::keys_sparse(VERSE), 70) },
    Clip { name: "piano_pre", sound: || piano(comping::keys_climbing(PRE), 71) },
    Clip { name: "piano_chorus", sound: || piano(comping::keys_full(CHORUS), 72) },
    Clip { name: "piano_turn", sound: || piano(comping::keys_full(TURN), 73) },
    Clip { name: "piano_last", sound: || piano(comping::keys_full(LAST_TURN), 74) },
    Clip { name: "piano_ending", sound: || keys::electric_piano(&comping::keys_ending()).finish(-5.0, 0.3) },
    Clip { name: "guitar_verse", sound: || picked(VERSE, 80) },
    Clip { name: "guitar_chorus", sound: || strummed(CHORUS, 81) },
    Clip { name: "guitar_turn", sound: || strummed(TURN, 82) },
    Clip { name: "guitar_last", sound: || strummed(LAST_TURN, 83) },
    Clip { name: "harp_intro", sound: harp_intro },
    Clip { name: "harp_break", sound: || harp(played(comping::harp(INTRO, 0.45), 7.0, 91), 400) },
    Clip { name: "harp_sweep", sound: || harp(comping::glissando(2.0), 500) },
    Clip { name: "harp_ending", sound: || harp(comping::harp_ending(), 600) },
    Clip { name: "violins_pre", sound: || violins(&ensemble::pre()) },
    Clip { name: "violins_chorus", sound: || violins(&ensemble::chorus()) },
    Clip { name: "violins_turn", sound: || violins(&ensemble::turn()) },
    Clip { name: "violins_last", sound: || violins(&ensemble::last_turn()) },
    Clip { name: "low_pre", sound: || low_strings(&ensemble::pre()) },
    Clip { name: "low_chorus", sound: || low_strings(&ensemble::chorus()) },
    Clip { name: "low_turn", sound: || low_strings(&ensemble::turn()) },
    Clip { name: "low_break", sound: low_break },
    Clip {
        name: "low_running",
        sound: || bowed::spiccato(&played(ensemble::ostinato(CHORUS), 5.0, 101)).finish(-4.0, 0.2),
    },
    Clip { name: "low_last", sound: || low_strings(&ensemble::last_turn()) },
    Clip { name: "pad_intro", sound: || DARK.chords(INTRO, 110).finish(-5.0, 0.2) },
    Clip { name: "pad_verse", sound: || DARK.chords(&harmony::from(VERSE, 16.0), 111).finish(-5.0, 0.2) },
    Clip { name: "pad_chorus", sound: || WIDE.chords(CHORUS, 112).finish(-5.0, 0.2) },
    Clip { name: "pad_ending", sound: || DARK.chords(ENDING, 113).finish(-5.0, 0.4) },
    Clip { name: "lead_hook", sound: || lead::synth(&played(HOOK.to_vec(), 3.0, 120)).finish(-4.0, 0.05) },
    Clip { name: "lead_open", sound: || lead::synth(&played(HOOK_OPEN.to_vec(), 3.0, 121)).finish(-4.0, 0.05) },
    Clip { name: "lead_home", sound: || lead::synth(&played(HOOK_HOME.to_vec(), 3.0, 122)).finish(-4.0, 0.05) },
    Clip { name: "whistle_hook", sound: || lead::whistle(&played(HOOK.to_vec(), 6.0, 123)).finish(-4.0, 0.05) },
    Clip { name: "violin_answer", sound: || bowed::solo(&played(melody::ANSWER.to_vec(), 5.0, 125)).finish(-4.0, 0.1) },
    Clip { name: "voice_verse", sound: || voice::solo(melody::VERSE).finish(-4.0, 0.1) },
    Clip { name: "voice_pre", sound: || voice::solo(melody::PRE).finish(-4.0, 0.1) },
    Clip { name: "voice_farewell", sound: || voice::solo(melody::FAREWELL).finish(-4.0, 0.1) },
    Clip { name: "voices_hook", sound: || voice::gang(&melody::hook_sung(HOOK)).finish(-4.0, 0.1) },
    Clip { name: "voices_open", sound: || voice::gang(&melody::hook_sung(HOOK_OPEN)).finish(-4.0, 0.1) },
    Clip { name: "voices_home", sound: || voice::gang(&melody::hook_sung(HOOK_HOME)).finish(-4.0, 0.1) },
    Clip {
        name: "choir_pre",
        sound: || voice::choir(&ensemble::oohs(PRE), [Vowel::U, Vowel::O], 3_500.0).mono_sum().finish(-5.0, 0.1),
    },
    Clip { name: "choir_chorus", sound: || choir(&ensemble::choir(ensemble::CHOIR)) },
    Clip { name: "choir_turn", sound: || choir(&ensemble::choir_turn()) },
    Clip { name: "choir_last", sound: || choir(&ensemble::choir_last_turn()) },
    Clip { name: "riser", sound: || fx::riser().finish(-5.0, 0.02) },
    Clip { name: "swell", sound: || cymbals::swell(seconds(3.5)).finish(-5.0, 0.05) },
    Clip { name: "impact", sound: || fx::impact().finish(-4.0, 0.5) },
    Clip { name: "chimes", sound: || fx::chimes().finish(-6.0, 0.3) },
    Clip { name: "sea", sound: || fx::sea().finish(-6.0, 0.05) },
];

const DARK: Pad = Pad { cutoff: 1_250.0, sway: 350.0, attack: 0.45, release: 0.7, lift: 0 };
const WIDE: Pad = Pad { cutoff: 2_600.0, sway: 700.0, attack: 0.12, release: 0.4, lift: 12 };

fn kick(bars: &[&str], seed: u64) -> Audio {
    let sound = |hit: &Hit, n| drums::kick(hit.velocity, n);
    drums::take(&hits(bars, 2.0, 0.0, seed), sound).finish(-3.0, 0.03)
}

fn snare(bars: &[&str], seed: u64) -> Audio {
    let sound = |hit: &Hit, n| drums::snare(hit.velocity, 100 * seed + n);
    // A backbeat that is a little late sits better.
    drums::booth(&drums::take(&hits(bars, 3.0, 4.0, seed), sound), 0.16).finish(-3.0, 0.05)
}

fn stick() -> Audio {
    let sound = |hit: &Hit, n| drums::stick(hit.velocity, n);
    drums::booth(&drums::take(&hits(groove::STICK, 3.0, 4.0, 10), sound), 0.14).finish(-4.0, 0.05)
}

fn hats(bars: &[&str], seed: u64) -> Audio {
    drums::take(&hits(bars, 3.5, 0.0, seed), |hit, n| cymbals::hat(hit, 100 * seed + n)).finish(-4.0, 0.02)
}

fn toms(bars: &[&str], seed: u64) -> Audio {
    let sound = |hit: &Hit, n| {
        let hz = match hit.kind {
            '1' => 164.8,
            '2' => 123.5,
            _ => 82.4,
        };
        drums::tom(hz, hit.velocity, n)
    };
    drums::booth(&drums::take(&hits(bars, 3.0, 1.0, seed), sound), 0.14).finish(-4.0, 0.05)
}

fn tambourine() -> Audio {
    drums::take(&hits(groove::TAMBOURINE, 4.0, 2.0, 51), percussion::tambourine).finish(-4.0, 0.02)
}

fn bass_guitar(line: Vec<Note>, seed: u64) -> Audio {
    plucks::bass_guitar(&played(line, 3.0, seed), 50 * seed).finish(-4.0, 0.03)
}

/// The sub follows the fingers of the bass guitar: the same seed, the same timing.
fn sub(line: Vec<Note>, seed: u64) -> Audio {
    bass::sub(&bassline::sub(&played(line, 3.0, seed))).finish(-4.0, 0.02)
}

fn piano(part: Vec<Note>, seed: u64) -> Audio {
    keys::electric_piano(&played(part, 5.0, seed)).finish(-5.0, 0.08)
}

fn picked(chords: &[Chord], seed: u64) -> Audio {
    plucks::picked(&played(comping::guitar_picked(chords), 5.0, seed), 50 * seed).finish(-4.0, 0.08)
}

fn strummed(chords: &[Chord], seed: u64) -> Audio {
    plucks::strummed(&played(comping::guitar_strummed(chords), 3.0, seed), 50 * seed).finish(-4.0, 0.08)
}

fn harp(part: Vec<Note>, seed: u64) -> Audio {
    plucks::harp(&part, seed).finish(-4.0, 0.2)
}

fn harp_intro() -> Audio {
    let mut part = comping::harp(INTRO, 0.42);
    part.extend_from_slice(melody::HINT);
    harp(played(part, 7.0, 90), 300)
}

fn violins(lines: &Strings) -> Audio {
    bowed::violins(&lines[0], &lines[1]).finish(-4.0, 0.2)
}

fn low_strings(lines: &Strings) -> Audio {
    bowed::low_strings(&lines[2], &lines[3]).finish(-4.0, 0.2)
}

fn low_break() -> Audio {
    let [violas, cellos] = ensemble::break_low();
    bowed::low_strings(&violas, &cellos).finish(-4.0, 0.2)
}

fn choir(parts: &[Vec<Note>; 3]) -> Audio {
    voice::choir(parts, [Vowel::O, Vowel::A], 7_000.0).finish(-5.0, 0.1)
}

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
