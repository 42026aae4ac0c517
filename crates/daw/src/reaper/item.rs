//! An item as it is written: where it lies, its takes, and what they play.

use super::envelope::Envelope;
use super::fades::Curve;
use super::project::Account;
use super::tree::{Block, Words};

/// An item.
#[derive(Debug)]
pub(super) struct Item<'t> {
    pub(super) seconds: f64,
    pub(super) length: f64,
    pub(super) looped: bool,
    pub(super) mute: bool,
    pub(super) solo: bool,
    pub(super) fade_in: (f64, Curve),
    pub(super) fade_out: (f64, Curve),
    pub(super) volume: f64,
    /// Top and height of its lane, as parts of the track's height.
    pub(super) lane: Option<(f64, f64)>,
    pub(super) all_takes: bool,
    pub(super) takes: Vec<Take<'t>>,
    pub(super) active: usize,
}

/// One of the takes.
#[derive(Debug, Default)]
pub(super) struct Take<'t> {
    pub(super) name: &'t str,
    /// Below 0: upside down.
    pub(super) volume: f64,
    pub(super) pan: f64,
    pub(super) pan_law: f64,
    pub(super) offset: f64,
    pub(super) rate: f64,
    /// Semitones.
    pub(super) pitch: f64,
    /// Whether another speed changes the pitch with it.
    pub(super) pitch_follows: bool,
    pub(super) channels: i64,
    pub(super) source: Option<Source<'t>>,
    pub(super) volume_envelope: Option<Envelope>,
    pub(super) pan_envelope: Option<Envelope>,
    pub(super) mute_envelope: Option<Envelope>,
    pub(super) pitch_moves: bool,
    /// Places in the take and in the source, in seconds.
    pub(super) stretch: Vec<(f64, f64)>,
    /// Whether the speed changes between stretch markers.
    pub(super) stretch_bends: bool,
    pub(super) effects: Vec<String>,
}

/// What a take plays.
#[derive(Debug, Clone, Copy)]
pub(super) enum Source<'t> {
    File {
        /// As it is written.
        path: &'t str,
        /// Seconds of the file that come before the section that is played.
        start: f64,
        /// Seconds of that section; the whole rest where `None`.
        length: Option<f64>,
        reversed: bool,
    },
    /// Notes.
    Midi,
    /// Nothing.
    Empty,
    /// Another project.
    Project(&'t str),
    /// What REAPER makes itself.
    Other(&'t str),
}

/// Of items and takes: what shapes no sound.
const ASIDE: &str = " SNAPOFFS BEAT SEL IGUID IID GUID GROUP COLOR TAKECOLOR FADEFLAG IMPLIEDWARP NOTES IMGRESOURCEFLAGS RESOURCEFN NOTESWND COMP \
    TKM TMINFO TM TAKE_FX_HAVE_NEW_PDC_AUTOMATION_BEHAVIOR EXT LOCK AUTOSTRETCH STRETCHFADESZ ARAMOD RECPASS NAMELOCK CFGEDIT SPECTRAL_EDIT \
    SPECTRAL_CONFIG YLANE VOLENVLIM ";

impl<'t> Item<'t> {
    /// Reads a block.
    pub(super) fn read(block: Block<'t>, account: &mut Account) -> Self {
        let none = (0.0, Curve::fade_in(0, Some(0.0)));
        let mut item = Self {
            seconds: 0.0,
            length: 0.0,
            looped: false,
            mute: false,
            solo: false,
            fade_in: none,
            fade_out: none,
            volume: 1.0,
            lane: None,
            all_takes: false,
            takes: vec![Take::new()],
            active: 0,
        };
        for entry in block.entries() {
            let words = entry.words;
            let last = item.takes.len() - 1;
            let take = &mut item.takes[last];
            match entry.name {
                "POSITION" => item.seconds = words.number(0).unwrap_or(0.0),
                "LENGTH" => item.length = words.number(0).unwrap_or(0.0),
                "LOOP" => item.looped = words.flag(0),
                "ALLTAKES" => item.all_takes = words.flag(0),
                "MUTE" => (item.mute, item.solo) = mute_and_solo(words),
                "FADEIN" => item.fade_in = (fade_length(words), Curve::fade_in(words.integer(0, 0), words.number(5))),
                "FADEOUT" => {
                    item.fade_out = (fade_length(words), Curve::fade_out(words.integer(0, 0), words.number(5)))
                }
                "YPOS" => item.lane = Some((words.value(0, 0.0), words.value(1, 1.0))),
                "VOLPAN" => {
                    item.volume = gain(words, 0);
                    (take.pan, take.volume) = (words.value(1, 0.0).clamp(-1.0, 1.0), gain(words, 2));
                    take.pan_law = words.value(3, -1.0);
                }
                "TAKEVOLPAN" => {
                    (take.pan, take.volume) = (words.value(0, 0.0).clamp(-1.0, 1.0), gain(words, 1));
                    take.pan_law = words.value(2, -1.0);
                }
                "TAKE" => {
                    if words.iter().any(|word| word == "SEL") {
                        item.active = item.takes.len();
                    }
                    item.takes.push(Take::new());
                }
                "NAME" => take.name = words.text(0),
                "SOFFS" => take.offset = words.value(0, 0.0),
                "PLAYRATE" => {
                    (take.rate, take.pitch) = (words.value(0, 1.0), words.value(2, 0.0));
                    take.pitch_follows = words.value(1, 1.0) == 0.0;
                }
                "CHANMODE" => take.channels = words.integer(0, 0),
                "SOURCE" => take.source = entry.block.map(|block| Source::read(words, block, account)),
                "SM" => take.stretch_markers(words),
                "TAKEFX" => {
                    let effects = entry.block.map(super::effects::chain).unwrap_or_default();
                    let heard = effects
                        .into_iter()
                        .filter(|effect| !effect.bypassed && !effect.offline && !effect.is_silent_kind());
                    take.effects = heard.map(|effect| effect.name).collect();
                }
                "VOLENV" | "VOLENV2" | "TAKEVOLENV" => take.volume_envelope = envelope(entry.block, account),
                "PANENV" | "PANENV2" | "TAKEPANENV" => take.pan_envelope = envelope(entry.block, account),
                "MUTEENV" | "TAKEMUTEENV" => take.mute_envelope = envelope(entry.block, account),
                "PITCHENV" | "TAKEPITCHENV" => take.pitch_moves = envelope(entry.block, account).is_some(),
                name if ASIDE.split(' ').any(|other| other == name && !name.is_empty()) => {}
                _ => account.unknown("ITEM", entry),
            }
        }
        item.active = item.active.min(item.takes.len() - 1);
        item
    }
}

/// Whether an item is muted, and whether it is heard alone.
pub(super) fn mute_and_solo(words: Words<'_>) -> (bool, bool) {
    (words.flag(0), words.integer(1, 0) == -1)
}

/// A factor; older items lack some.
fn gain(words: Words<'_>, index: usize) -> f64 {
    words.value(index, 1.0).clamp(-1e3, 1e3)
}

fn envelope(block: Option<Block<'_>>, account: &mut Account) -> Option<Envelope> {
    block.map(|block| Envelope::read(block, &mut account.points)).filter(Envelope::works)
}

/// The length of an automatic cross-fade is the fade's where there is one.
fn fade_length(words: Words<'_>) -> f64 {
    let automatic = words.value(2, 0.0);
    if automatic > 0.0 { automatic } else { words.value(1, 0.0).max(0.0) }
}

impl Take<'_> {
    fn new() -> Self {
        Self { volume: 1.0, pan_law: -1.0, rate: 1.0, ..Self::default() }
    }

    /// Markers as `place source [bend …]`, with `+` between them.
    fn stretch_markers(&mut self, words: Words<'_>) {
        let mut number = 0;
        let mut marker = [0.0; 3];
        for word in words.iter().chain(["+"]) {
            if word == "+" {
                if number >= 2 {
                    self.stretch.push((marker[0], marker[1]));
                    self.stretch_bends |= marker[2] != 0.0;
                }
                (number, marker) = (0, [0.0; 3]);
                continue;
            }
            if let (Some(place), Some(value)) =
                (marker.get_mut(number), word.parse::<f64>().ok().filter(|value| value.is_finite()))
            {
                *place = value.clamp(-1e7, 1e7);
            }
            number += 1;
        }
    }

    /// Whether it sounds at another speed or pitch than it was recorded, from first to last in the same way.
    pub(super) fn is_stretched(&self) -> bool {
        (self.rate - 1.0).abs() > 1e-9 || self.pitch != 0.0
    }

    /// Whether speed or pitch move.
    pub(super) fn bends(&self) -> bool {
        let same = |pair: &[(f64, f64)]| ((pair[1].1 - pair[0].1) - (pair[1].0 - pair[0].0)).abs() < 1e-5;
        self.pitch_moves || self.stretch_bends || !self.stretch.windows(2).all(same)
    }

    /// Where in the source it begins, in seconds: stretch markers say it where there are some.
    pub(super) fn begins(&self) -> f64 {
        match self.stretch.first() {
            Some((place, source)) => source - place,
            None => self.offset,
        }
    }
}

impl<'t> Source<'t> {
    fn read(words: Words<'t>, block: Block<'t>, account: &mut Account) -> Self {
        let (mut kind, mut block) = (words.text(0), block);
        let (mut start, mut length, mut reversed) = (0.0, None, false);
        // A section is a source in a source.
        for _ in 0..super::tree::DEEPEST {
            if kind != "SECTION" {
                break;
            }
            let (mut inner, mut from, mut long, mut mode) = (None, 0.0, None, 0);
            for entry in block.entries() {
                match entry.name {
                    "LENGTH" => long = entry.words.number(0),
                    "STARTPOS" => from = entry.words.value(0, 0.0).max(0.0),
                    "MODE" => mode = entry.words.integer(0, 0),
                    "OVERLAP" => {}
                    "SOURCE" => inner = entry.block.map(|block| (entry.words.text(0), block)),
                    _ => account.unknown("SOURCE", entry),
                }
            }
            // Odd modes play the whole file, from 2 on backwards.
            if mode & 1 == 0 {
                start += from;
                length = long.filter(|long| *long > 0.0).map(|long| length.map_or(long, |outer: f64| outer.min(long)));
            }
            reversed ^= mode & 2 != 0;
            let Some(inside) = inner else { return Self::Empty };
            (kind, block) = inside;
        }
        let mut path = None;
        for entry in block.entries() {
            if entry.name == "FILE" {
                path = Some(entry.words.text(0)).filter(|path| !path.is_empty());
            }
        }
        match (kind, path) {
            ("MIDI" | "MIDIPOOL", _) => Self::Midi,
            ("RPP_PROJECT", Some(path)) => Self::Project(path),
            (_, Some(path)) => Self::File { path, start, length, reversed },
            ("EMPTY" | "", None) => Self::Empty,
            (other, None) => Self::Other(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tree::Tree;
    use super::*;
    use std::path::Path;

    fn with<R>(lines: &str, look: impl Fn(Item<'_>) -> R) -> R {
        let text = format!("<REAPER_PROJECT\n<ITEM\n{lines}\n>\n>\n");
        let tree = Tree::read(Path::new("x"), text.as_bytes()).unwrap();
        let block = tree.root().unwrap().block.unwrap().entries().next().unwrap().block.unwrap();
        look(Item::read(block, &mut Account::default()))
    }

    #[test]
    fn takes_are_told_apart() {
        let lines = "POSITION 1\nLENGTH 2\nNAME a\nVOLPAN 0.5 0.25 -1 -1\nSOFFS 3\n<SOURCE WAVE\nFILE a.wav\n>\n\
            TAKE SEL\nNAME b\nTAKEVOLPAN -0.5 2 -1\nSOFFS 4\n<SOURCE WAVE\nFILE \"b c.wav\" 1\n>\nTAKE NULL";
        with(lines, |item| {
            assert_eq!((item.takes.len(), item.active, item.volume), (3, 1, 0.5));
            assert_eq!((item.takes[0].pan, item.takes[0].volume, item.takes[0].offset), (0.25, -1.0, 3.0));
            assert_eq!((item.takes[1].pan, item.takes[1].volume, item.takes[1].name), (-0.5, 2.0, "b"));
            assert!(matches!(item.takes[1].source, Some(Source::File { path: "b c.wav", .. })));
        });
    }

    #[test]
    fn sections_and_stretch_markers_say_where_the_source_begins() {
        let lines = "LENGTH 2\n<SOURCE SECTION\nLENGTH 5\nSTARTPOS 1.5\nMODE 2\n<SOURCE FLAC\nFILE x.flac\n>\n>\nSM 0 24 0 1 + 1.5 25.5 0 1";
        with(lines, |item| {
            let take = &item.takes[0];
            assert!(matches!(take.source, Some(Source::File { start: 1.5, length: Some(5.0), reversed: true, .. })));
            assert!(!take.is_stretched() && !take.bends() && take.begins() == 24.0);
        });
        with("SM 0 24 0 1 + 1.875 25.522272717 0 1", |item| assert!(item.takes[0].bends()));
        with("PLAYRATE 1.1 1 0 -1", |item| assert!(item.takes[0].is_stretched() && !item.takes[0].bends()));
    }
}
