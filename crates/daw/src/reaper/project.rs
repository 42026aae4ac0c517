//! A project as it is written: what each line means, before anything is made of it.

use super::effects::{Effect, chain};
use super::envelope::Envelope;
use super::tree::{Block, Entry, Words};
use std::collections::BTreeMap;

/// What lines were not understood, by where they stand, and how many points there were.
#[derive(Debug, Default)]
pub(super) struct Account {
    pub(super) unknown: BTreeMap<String, usize>,
    pub(super) points: usize,
}

/// A file made to do harm may hold a million names.
const MOST_NAMES: usize = 100;

impl Account {
    pub(super) fn unknown(&mut self, within: &str, entry: Entry<'_>) {
        let name: String = entry.name.chars().take(40).collect();
        let open = if entry.block.is_some() { "<" } else { "" };
        let what = format!("{within}/{open}{name}");
        if self.unknown.len() < MOST_NAMES || self.unknown.contains_key(&what) {
            *self.unknown.entry(what).or_default() += 1;
        }
    }
}

/// A project.
#[derive(Debug, Default)]
pub(super) struct Project<'t> {
    /// `REAPER 6.69`.
    pub(super) program: String,
    pub(super) title: String,
    pub(super) author: String,
    pub(super) rate: Option<f64>,
    pub(super) rate_forced: bool,
    /// Beats a minute, beats a bar, which note.
    pub(super) tempo: (f64, i64, i64),
    pub(super) tempo_points: Vec<TempoPoint>,
    pub(super) play_rate: f64,
    pub(super) pan_law: f64,
    pub(super) pan_mode: i64,
    /// 0 sine, 1 hybrid (deprecated), 2 linear, 3 hybrid; older projects have none.
    pub(super) pan_taper: Option<i64>,
    /// −1 where tracks have their own.
    pub(super) automation: i64,
    /// 0 what is inside hides what it is in, 1 all is heard, 2 the later one hides.
    pub(super) item_mix: i64,
    pub(super) markers: Vec<Marker<'t>>,
    pub(super) master: Track<'t>,
    pub(super) master_muted: bool,
    pub(super) tracks: Vec<Track<'t>>,
}

/// A point of the tempo envelope.
#[derive(Debug, Clone, Copy)]
pub(super) struct TempoPoint {
    pub(super) seconds: f64,
    pub(super) bpm: f64,
    /// Whether it runs on to the next.
    pub(super) runs: bool,
    /// 0 where none is written.
    pub(super) signature: i64,
}

/// A marker, or one end of a region.
#[derive(Debug, Clone, Copy)]
pub(super) struct Marker<'t> {
    pub(super) number: i64,
    pub(super) seconds: f64,
    pub(super) name: &'t str,
    pub(super) region: bool,
}

/// A track, or the master.
#[derive(Debug, Default)]
pub(super) struct Track<'t> {
    pub(super) name: String,
    pub(super) colour: Option<String>,
    pub(super) volume: f64,
    pub(super) pan: f64,
    /// Below 0: the project's.
    pub(super) pan_law: f64,
    pub(super) pan_mode: i64,
    pub(super) pan_taper: Option<i64>,
    pub(super) width: f64,
    pub(super) dual: [f64; 2],
    pub(super) mute: bool,
    pub(super) solo: bool,
    pub(super) solo_safe: bool,
    pub(super) inverted: bool,
    /// How many folders it opens (1) or closes (below 0).
    pub(super) folder: i64,
    pub(super) main_send: bool,
    pub(super) main_channel: i64,
    pub(super) channels: i64,
    pub(super) hardware: usize,
    pub(super) receives: Vec<Receive>,
    pub(super) effects: Vec<Effect<'t>>,
    pub(super) effects_on: bool,
    /// 0 trim/read, else the envelope alone.
    pub(super) automation: i64,
    pub(super) delay: (f64, i64),
    /// Volume, pan… by the names of their blocks.
    pub(super) envelopes: BTreeMap<&'t str, Envelope>,
    pub(super) groups: bool,
    pub(super) lanes: Lanes,
    pub(super) items: Vec<Block<'t>>,
}

/// Fixed item lanes.
#[derive(Debug, Default, Clone)]
pub(super) struct Lanes {
    pub(super) on: bool,
    /// Bits of the lanes that play, 32 a word; `None` where all do.
    pub(super) playing: Option<Vec<u32>>,
}

/// What a track receives from another.
#[derive(Debug, Clone)]
pub(super) struct Receive {
    pub(super) from: i64,
    /// 0 after the fader, 1 before the effects, 3 before the fader.
    pub(super) mode: i64,
    pub(super) volume: f64,
    pub(super) pan: f64,
    pub(super) mute: bool,
    pub(super) mono: bool,
    pub(super) inverted: bool,
    pub(super) source: i64,
    pub(super) target: i64,
    pub(super) pan_law: f64,
    pub(super) automation: i64,
    pub(super) volume_envelope: Option<Envelope>,
    pub(super) mute_envelope: Option<Envelope>,
    pub(super) pan_moves: bool,
}

/// Of projects: what shapes no sound, or nothing of a render.
const PROJECT_ASIDE: &str = " RIPPLE GROUPOVERRIDE AUTOXFADE ENVATTACH POOLEDENVATTACH TCPUIFLAGS MIXERUIFLAGS ENVFADESZ10 PEAKGAIN FEEDBACK \
    PROJOFFS MAXPROJLEN GRID TIMEMODE VIDEO_CONFIG CURSOR ZOOM VZOOMEX USE_REC_CFG RECMODE SMPTESYNC LOOP LOOPGRAN RECORD_PATH \
    RECORD_CFG APPLYFX_CFG RENDER_FILE RENDER_PATTERN RENDER_FMT RENDER_1X RENDER_RANGE RENDER_RESAMPLE RENDER_ADDTOPROJ \
    RENDER_STEMS RENDER_DITHER RENDER_TRIM RENDER_NORMALIZE RENDER_CFG TIMELOCKMODE TEMPOENVLOCKMODE DEFPITCHMODE TAKELANE \
    LOCK METRONOME SELECTION SELECTION2 MASTERTRACKHEIGHT MASTERPEAKCOL MASTERTRACKVIEW MASTERHWOUT MASTER_SEL MASTERPLAYSPEEDENV \
    PROJBAY NOTES EXTENSIONS MASTERLAYOUTS MASTER_LAYOUTS ARA ARASRC ARA_POOLED_EDITS RECORDCFG RECTAPE EXTSTATE GLOBAL_REC \
    GUIDE RULERHEIGHT RULERLANE LFOFLAGS MASTERWIDTH SAMPLERATE_CFG TRACKHEIGHT ENVPTFLAGS MIDIPREFS MASTERHWVOLENV ";

/// Of tracks.
const TRACK_ASIDE: &str = " BEAT BUSCOMP SHOWINMIX SEL REC VU TRACKHEIGHT INQ TRACKID PERF MIDIOUT LAYOUTS LOCK FXCHAIN_REC RECCFG \
    FIXEDLANES LANEREC LANENAME ITEMLANES MIDINOTENAMES MIDICOLORMAPFN CUSTOM_NOTE_ORDER EXT FREEZE SPACER TRACKIMGFN MIDI_INPUT_CHANMAP \
    MIDI_CTL_CHAN AUTOMODE_OVERRIDE TCP_FXPARM TCPPARM GROUP_FLAGS_EXT MIDIHWOUT_SLOT GUID SNAPOFFS MIDIEDITOR RAZOREDIT \
    MEDIA_ITEM_GROUP NOTES TAKE_FX_HAVE_NEW_PDC_AUTOMATION_BEHAVIOR ";

/// Envelopes that are looked at where a track is made.
const ENVELOPES: &str = " VOLENV VOLENV2 VOLENV3 PANENV PANENV2 WIDTHENV WIDTHENV2 DUALPANENV DUALPANENVL DUALPANENV2 DUALPANENVL2 MUTEENV ";

fn listed(list: &str, name: &str) -> bool {
    // Names stand between spaces.
    !name.is_empty() && list.split(' ').any(|other| other == name)
}

impl<'t> Project<'t> {
    /// Reads all that stands in the project's block.
    pub(super) fn read(root: Entry<'t>, account: &mut Account) -> Self {
        let mut project = Self {
            program: program(root.words),
            tempo: (120.0, 4, 4),
            play_rate: 1.0,
            pan_law: 1.0,
            pan_mode: 3,
            automation: -1,
            item_mix: 1,
            master: Track::new(),
            ..Self::default()
        };
        let Some(block) = root.block else { return project };
        for entry in block.entries() {
            let words = entry.words;
            match entry.name {
                "TITLE" => project.title = words.text(0).to_owned(),
                "AUTHOR" => project.author = words.text(0).to_owned(),
                "SAMPLERATE" => (project.rate, project.rate_forced) = (words.number(0), words.flag(1)),
                "TEMPO" => project.tempo = (words.value(0, 120.0), words.integer(1, 4), words.integer(2, 4)),
                "TEMPOENVEX" | "TEMPOENV" => project.tempo_points = tempo_points(entry, account),
                "PLAYRATE" => project.play_rate = words.value(0, 1.0),
                "PANLAW" => project.pan_law = words.value(0, 1.0),
                "PANMODE" => project.pan_mode = words.integer(0, 3),
                "PANLAWFLAGS" => project.pan_taper = Some(words.integer(0, 3)),
                "GLOBAL_AUTO" => project.automation = words.integer(0, -1),
                "ITEMMIX" => project.item_mix = words.integer(0, 1),
                "MARKER" => project.markers.push(Marker {
                    number: words.integer(0, 0),
                    seconds: words.value(1, 0.0),
                    name: words.text(2),
                    region: words.integer(3, 0) & 1 == 1,
                }),
                "MASTER_VOLUME" => project.master.volume_and_pan(words),
                "MASTER_PANMODE" => project.master.pan_mode = words.integer(0, -1),
                "MASTER_PANLAWFLAGS" => project.master.pan_taper = Some(words.integer(0, 3)),
                "MASTER_FX" => project.master.effects_on = words.flag(0),
                "MASTER_NCH" => project.master.channels = words.integer(0, 2),
                "MASTERMUTESOLO" => project.master_muted = words.integer(0, 0) & 1 == 1,
                "MASTERAUTOMODE" => project.master.automation = words.integer(0, 0),
                "MASTERFXLIST" => project.master.effects = entry.block.map(chain).unwrap_or_default(),
                "MASTERVOLENV" | "MASTERVOLENV2" | "MASTERVOLENV3" | "MASTERPANENV" | "MASTERPANENV2"
                | "MASTERWIDTHENV" | "MASTERWIDTHENV2" => {
                    if let Some(block) = entry.block {
                        let name = entry.name.trim_start_matches("MASTER");
                        project.master.envelopes.insert(name, Envelope::read(block, &mut account.points));
                    }
                }
                "TRACK" => {
                    if let Some(block) = entry.block {
                        project.tracks.push(Track::read(block, account));
                    }
                }
                name if listed(PROJECT_ASIDE, name) => {}
                _ => account.unknown("REAPER_PROJECT", entry),
            }
        }
        project
    }
}

fn program(words: Words<'_>) -> String {
    let version = words.text(1).split('/').next().unwrap_or_default();
    let version: String = version.chars().take(20).collect();
    if version.is_empty() { "REAPER".into() } else { format!("REAPER {version}") }
}

fn tempo_points(entry: Entry<'_>, account: &mut Account) -> Vec<TempoPoint> {
    let points = entry.block.into_iter().flat_map(Block::entries).filter(|entry| entry.name == "PT");
    let read = |entry: Entry<'_>| {
        account.points += 1;
        let words = entry.words;
        TempoPoint {
            seconds: words.value(0, 0.0),
            bpm: words.value(1, 120.0),
            runs: words.integer(2, 1) == 0,
            signature: words.integer(3, 0),
        }
    };
    let mut points: Vec<TempoPoint> = points.map(read).collect();
    points.sort_by(|a, b| a.seconds.total_cmp(&b.seconds));
    points
}

impl<'t> Track<'t> {
    fn new() -> Self {
        Self {
            volume: 1.0,
            pan_law: -1.0,
            pan_mode: -1,
            width: 1.0,
            dual: [-1.0, 1.0],
            main_send: true,
            channels: 2,
            effects_on: true,
            delay: (0.0, 1),
            ..Self::default()
        }
    }

    fn volume_and_pan(&mut self, words: Words<'_>) {
        self.volume = words.value(0, 1.0).clamp(-1e3, 1e3);
        self.pan = words.value(1, 0.0).clamp(-1.0, 1.0);
        self.pan_law = words.value(2, -1.0).min(4.0);
        // The last two are where dual pans place left and right; the second of them is also the width of stereo pans.
        self.width = words.value(4, 1.0).clamp(-1.0, 1.0);
        self.dual = [words.value(3, -1.0), words.value(4, 1.0)].map(|pan| pan.clamp(-1.0, 1.0));
    }

    fn read(block: Block<'t>, account: &mut Account) -> Self {
        let mut track = Self::new();
        for entry in block.entries() {
            let words = entry.words;
            match entry.name {
                // A name with quotes of all three kinds stands in a block as well, in one line of free text.
                "NAME" => match entry.block.and_then(|block| block.raw().next()) {
                    Some(line) => track.name = line.trim_start_matches('|').to_owned(),
                    None => track.name = words.text(0).to_owned(),
                },
                "PEAKCOL" => track.colour = colour(words.integer(0, 0)),
                "VOLPAN" => track.volume_and_pan(words),
                "WIDTH" => track.width = words.value(0, 1.0).clamp(-1.0, 1.0),
                "DUALPAN" => track.dual = [words.value(0, -1.0), words.value(1, 1.0)].map(|pan| pan.clamp(-1.0, 1.0)),
                "PANMODE" => track.pan_mode = words.integer(0, -1),
                "PANLAWFLAGS" => track.pan_taper = Some(words.integer(0, 3)),
                "AUTOMODE" => track.automation = words.integer(0, 0),
                "MUTESOLO" => (track.mute, track.solo, track.solo_safe) = (words.flag(0), words.flag(1), words.flag(2)),
                "IPHASE" => track.inverted = words.flag(0),
                "PLAYOFFS" => track.delay = (words.value(0, 0.0), words.integer(1, 1)),
                "ISBUS" => {
                    let (state, change) = (words.integer(0, 0), words.integer(1, 0));
                    track.folder = if state == 1 { 1 } else { change.clamp(-10_000, 0) };
                }
                "NCHAN" => track.channels = words.integer(0, 2),
                "MAINSEND" => (track.main_send, track.main_channel) = (words.flag(0), words.integer(1, 0)),
                "HWOUT" => track.hardware += 1,
                "AUXRECV" => track.receives.push(Receive::read(words)),
                "AUXVOLENV" | "AUXMUTEENV" | "AUXPANENV" => {
                    let (Some(block), Some(receive)) = (entry.block, track.receives.last_mut()) else { continue };
                    let envelope = Envelope::read(block, &mut account.points);
                    match entry.name {
                        "AUXVOLENV" => receive.volume_envelope = Some(envelope),
                        "AUXMUTEENV" => receive.mute_envelope = Some(envelope),
                        _ => receive.pan_moves = envelope.works(),
                    }
                }
                "FX" => track.effects_on = words.flag(0),
                "FXCHAIN" => track.effects = entry.block.map(chain).unwrap_or_default(),
                "GROUP_FLAGS" | "GROUP_FLAGS_HIGH" | "GROUP_FLAGS_X" => track.groups = true,
                "FREEMODE" => track.lanes.on = words.integer(0, 0) == 2,
                "LANESOLO" => {
                    let bits = words.iter().map(|word| word.parse::<u64>().map_or(0, |bits| bits as u32));
                    track.lanes.playing = Some(bits.take(32).collect());
                }
                "ITEM" => track.items.extend(entry.block),
                name if listed(ENVELOPES, name) => {
                    if let Some(block) = entry.block {
                        track.envelopes.insert(name, Envelope::read(block, &mut account.points));
                    }
                }
                name if listed(TRACK_ASIDE, name) => {}
                _ => account.unknown("TRACK", entry),
            }
        }
        track
    }

    /// An envelope that does something.
    pub(super) fn envelope(&self, name: &str) -> Option<&Envelope> {
        self.envelopes.get(name).filter(|envelope| envelope.works())
    }
}

impl Receive {
    fn read(words: Words<'_>) -> Self {
        Self {
            from: words.integer(0, -1),
            mode: words.integer(1, 0),
            volume: words.value(2, 1.0).clamp(-1e3, 1e3),
            pan: words.value(3, 0.0).clamp(-1.0, 1.0),
            mute: words.flag(4),
            mono: words.flag(5),
            inverted: words.flag(6),
            source: words.integer(7, 0),
            target: words.integer(8, 0),
            // Written as `-1:U`.
            pan_law: words
                .text(9)
                .split(':')
                .next()
                .and_then(|law| law.parse().ok())
                .filter(|law: &f64| law.is_finite())
                .unwrap_or(-1.0),
            automation: words.integer(11, -1),
            volume_envelope: None,
            mute_envelope: None,
            pan_moves: false,
        }
    }
}

/// `#rrggbb` of a colour, which is written blue first, with a bit that says that it is one.
fn colour(written: i64) -> Option<String> {
    let own = written & 0x0100_0000 != 0;
    own.then(|| format!("#{:02x}{:02x}{:02x}", written & 255, written >> 8 & 255, written >> 16 & 255))
}
