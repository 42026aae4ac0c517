//! A folder of multitracks as a session: which files are tracks, what they are, where they begin, which buses they go to.
//!
//! ```text
//! folder ─► files ─► rates, lengths, time references ─► roles, pairs, references ─► starts ─► buses, stems ─► Session
//!           walk     probe                              names                       place     groups          + findings
//! ```
//!
//! Every file sounds in the session as it is: faders at 0 dB, mono files equally in both channels (the pan law is
//! [`PanLaw::Balance`]), so that a folder of stems adds up to what its files add up to.

mod compare;
mod groups;
mod place;
mod probe;
mod walk;

use crate::names::{self, Files, Folder, NamedTrack, Side, Sure, What};
use crate::{Comments, FileName, Places, session_text};
use probe::Probed;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use stemwright_audio::Media;
use stemwright_core::{Clip, Finding, PanLaw, Role, SampleRate, Session, Severity, StemWish, Strip, Track};
use walk::Walk;

/// Why a folder makes no session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderError {
    /// The folder.
    pub folder: PathBuf,
    /// What is the matter.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
}

impl FolderError {
    fn new(folder: &Path, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { folder: folder.to_owned(), message: message.into(), hint: Some(hint.into()) }
    }
}

impl std::fmt::Display for FolderError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.folder.display(), self.message)
    }
}

impl std::error::Error for FolderError {}

/// A session made from a folder of multitracks, and what was thought about each of its files.
#[derive(Debug, Clone, PartialEq)]
pub struct FolderSession {
    /// What can be bounced. Its files have the paths that they have below the folder as it was given.
    pub session: Session,
    /// How each track of the session was understood, in its order.
    pub tracks: Vec<FolderTrack>,
    /// Whether the tempo is known from names or files; else it is 120 and unknown.
    pub tempo_known: bool,
    /// The files that are no part of the session (clicks, guides), below the folder.
    pub left_out: Vec<String>,
    /// What a person should know.
    pub findings: Vec<Finding>,
    comments: Comments,
}

/// How a track was understood.
#[derive(Debug, Clone, PartialEq)]
pub struct FolderTrack {
    /// As in the session.
    pub name: String,
    /// The name of the source; that of a half is without its side.
    pub source: String,
    /// Its file, below the folder.
    pub file: String,
    /// What it is.
    pub role: Role,
    /// The role of its stem.
    pub group: Role,
    /// The stem that it is printed in.
    pub stem: String,
    /// How sure role and group are.
    pub sure: Sure,
    /// The words that decided, as written; empty where none did.
    pub because: Vec<String>,
    /// The half of a stereo source that it is.
    pub half: Option<Side>,
}

/// The audio files of a folder, by their names.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AudioFiles {
    /// Below the folder, with `/` between folders, and where they are; in the order of the names.
    pub files: BTreeMap<String, PathBuf>,
    /// What was left out.
    pub findings: Vec<Finding>,
}

/// The audio files of a folder of tracks or stems. Of the folders in it those that hold tracks are looked into.
///
/// # Errors
/// When the folder cannot be read, or holds more than 20,000 audio files.
pub fn audio_files(folder: &Path) -> Result<AudioFiles, FolderError> {
    let Walk { files, findings, .. } = Walk::through(folder, &folder_name(folder))?;
    Ok(AudioFiles { files: files.into_iter().map(|found| (found.relative, found.path)).collect(), findings })
}

/// What a folder is called; empty of what has no name.
pub fn folder_name(folder: &Path) -> String {
    let name = std::path::absolute(folder).map(|path| path.canonicalize().unwrap_or(path));
    name.ok().and_then(|path| Some(path.file_name()?.to_string_lossy().into_owned())).unwrap_or_default()
}

impl FolderSession {
    /// Reads a folder; files are probed through `media`, which must know their paths.
    ///
    /// # Errors
    /// When the folder cannot be read, holds more than 20,000 audio files, or none that can be read and is a track.
    pub fn read(folder: &Path, media: &dyn Media) -> Result<Self, FolderError> {
        Self::read_at(folder, media, None)
    }

    /// Reads a folder as a session at another rate than that of its files.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn read_at(folder: &Path, media: &dyn Media, rate: Option<SampleRate>) -> Result<Self, FolderError> {
        let name = folder_name(folder);
        let Walk { files, mut findings, .. } = Walk::through(folder, &name)?;
        let found = files.len();
        let files = probe::probe(files, media, &mut findings);
        if files.is_empty() {
            let (what, hint) = match findings.first() {
                Some(first) if found > 0 => {
                    (format!("holds {found} audio files, and none can be read: {}", first.message), first.hint.clone())
                }
                _ => ("holds no audio files".to_owned(), None),
            };
            let hint = hint.unwrap_or_else(|| "name the folder that the exported tracks of a song are in".into());
            return Err(FolderError::new(folder, what, hint));
        }
        let names: Vec<FileName> = files.iter().map(Probed::name).collect();
        let understood = names::understand(&name, &names);
        if understood.tracks.is_empty() {
            let what = "holds mixes and guides, and no track";
            return Err(FolderError::new(folder, what, "name the folder that the exported tracks of a song are in"));
        }
        let reading = Reading { name, files, understood, findings, tracks: Vec::new(), comments: Comments::default() };
        Ok(reading.session(rate))
    }

    /// The session as session.toml, with a comment above each guess. Paths below `base`, the folder that the document is to
    /// lie in, are relative to it.
    pub fn text(&self, base: &Path) -> String {
        session_text(&self.session, base, Places::Seconds, &self.comments)
    }
}

/// A folder on its way to a session.
struct Reading {
    name: String,
    files: Vec<Probed>,
    understood: Folder,
    findings: Vec<Finding>,
    tracks: Vec<Placed>,
    comments: Comments,
}

/// A track, and the file that it is made of.
struct Placed {
    about: FolderTrack,
    file: usize,
    pan: Option<Side>,
}

impl Reading {
    fn session(mut self, rate: Option<SampleRate>) -> FolderSession {
        self.tracks = self.tracks();
        let sounding: Vec<&Probed> = self.tracks.iter().map(|track| &self.files[track.file]).collect();
        let mut findings = std::mem::take(&mut self.findings);
        let rate = rate.or_else(|| probe::rate(&self.files, &mut findings)).unwrap_or(self.files[0].info.rate);
        let starts = place::starts(&sounding, rate, &mut findings);
        compare::lengths(&sounding, &starts, rate, &mut findings);
        compare::duplicates(&sounding, &mut findings);
        self.findings = findings;

        let mut session = Session::new(rate);
        session.pan_law = PanLaw::Balance;
        let tempo_known = self.song(&mut session);
        let groups = self.group();
        let abouts: Vec<FolderTrack> = self.tracks.iter().map(|track| track.about.clone()).collect();
        let groups = if groups { groups::groups(&abouts) } else { Default::default() };
        groups.values().for_each(|group| group.add_to(&mut session));
        let mut order: Vec<usize> = (0..self.tracks.len()).collect();
        order.sort_by_key(|&at| (self.tracks[at].about.group, at));
        for &at in &order {
            let Placed { about, file, pan, .. } = &self.tracks[at];
            let mut strip = Strip::new(about.name.clone());
            strip.pan = match pan {
                Some(Side::Left) => -1.0,
                Some(Side::Right) => 1.0,
                None => 0.0,
            };
            if let Some(group) = groups.get(&about.group) {
                group.place(&mut strip, about.role);
            } else {
                strip.stem = Some(about.stem.clone());
                if !session.stems.iter().any(|stem| stem.name == about.stem) {
                    session.stems.push(StemWish { name: about.stem.clone(), role: None, colour: None });
                }
            }
            let clip = Clip::new(self.files[*file].found.path.clone(), starts[at]);
            session.tracks.push(Track::new(strip, vec![clip]));
        }
        let tracks = order.into_iter().map(|at| self.tracks[at].about.clone()).collect();
        let left_out = self.asides(&mut session);
        self.remark();
        FolderSession { session, tracks, tempo_known, left_out, findings: self.findings, comments: self.comments }
    }

    /// The tracks, in the order of their files: two for the halves of a stereo source.
    fn tracks(&mut self) -> Vec<Placed> {
        let named = std::mem::take(&mut self.understood.tracks);
        let mut taken: BTreeSet<String> = named.iter().map(|track| track.name.to_lowercase()).collect();
        // What session.toml calls the master.
        taken.insert("master".into());
        let mut unique = |name: String| {
            let numbered = (2..).map(|number| format!("{name} {number}"));
            let mut names = std::iter::once(name.clone()).chain(numbered);
            names.find(|name| taken.insert(name.to_lowercase())).unwrap_or(name)
        };
        let mut tracks = Vec::new();
        for NamedTrack { name, files, role, bus, sure, because, returned: _, pan } in named {
            let source = name.clone();
            let mut add = |name: String, file: usize, half: Option<Side>, pan: Option<Side>| {
                let relative = self.files[file].found.relative.clone();
                let about = FolderTrack {
                    name,
                    source: source.clone(),
                    file: relative,
                    role,
                    group: bus,
                    stem: bus.stem_name().to_owned(),
                    sure,
                    because: because.clone(),
                    half,
                };
                tracks.push(Placed { about, file, pan });
            };
            match files {
                Files::One(file) if name.eq_ignore_ascii_case("master") => add(unique(name), file, None, pan),
                Files::One(file) => add(name, file, None, pan),
                Files::Pair { left, right } => {
                    let (l, r) = (unique(format!("{name} L")), unique(format!("{name} R")));
                    let what = format!("`{l}` and `{r}` are the halves of one stereo source, panned hard");
                    let finding = Finding::new(Severity::Note, "pair-joined", what);
                    self.findings.push(finding.in_file(&self.files[left].found.path));
                    add(l, left, Some(Side::Left), Some(Side::Left));
                    add(r, right, Some(Side::Right), Some(Side::Right));
                }
            }
        }
        tracks
    }

    /// Tempo, key and title, where something tells them. Whether the tempo is known.
    fn song(&mut self, session: &mut Session) -> bool {
        let in_range = |bpm: &f64| (10.0..=1000.0).contains(bpm);
        let (named, told) = (self.understood.tempo.filter(in_range), probe::tempo(&self.files));
        session.tempo.bpm = named.or(told).unwrap_or(session.tempo.bpm);
        session.song.key = self.understood.key.clone().or_else(|| probe::key(&self.files));
        session.song.title = names::title(&self.understood.shared);
        match (named, told) {
            (Some(named), Some(told)) if (named - told).abs() >= 0.01 => {
                let what = format!("the names say {named} BPM and the files {told}; the names are believed");
                let finding = Finding::new(Severity::Warning, "tempo-disagrees", what);
                self.findings.push(finding.hint("correct `bpm` in [song] if the files are right"));
            }
            (None, None) => {
                let what = "neither names nor files tell the tempo; 120 BPM stands for it";
                let finding = Finding::new(Severity::Note, "no-tempo", what);
                self.findings.push(finding.hint("write `bpm` in [song]; no sample depends on it"));
                self.comments.song.push("Nothing tells the tempo: 120 stands for it.".into());
            }
            (None, Some(_)) => self.comments.song.push("The tempo is the one that the files tell.".into()),
            (Some(_), _) => self.comments.song.push("The tempo is the one that the names tell.".into()),
        }
        if !session.song.title.is_empty() {
            self.comments.song.push("The title is what most names begin with.".into());
        }
        named.or(told).is_some()
    }

    /// Whether tracks are grouped by their roles; else each has a stem of its own, which is written into it.
    fn group(&mut self) -> bool {
        let names: BTreeSet<&str> = self.tracks.iter().map(|track| track.about.source.as_str()).collect();
        let roles: BTreeSet<Role> = self.tracks.iter().map(|track| track.about.group).collect();
        if !groups::own_stems(&names, &roles) {
            return true;
        }
        for track in &mut self.tracks {
            track.about.stem.clone_from(&track.about.source.clone());
        }
        false
    }

    /// References become part of the session, guides do not. What is left out, below the folder.
    fn asides(&mut self, session: &mut Session) -> Vec<String> {
        let mut left_out = Vec::new();
        for aside in std::mem::take(&mut self.understood.asides) {
            let found = &self.files[aside.file].found;
            let words = if aside.because.is_empty() { aside.name.clone() } else { aside.because.join(" ") };
            let (code, what) = match aside.what {
                What::Reference => {
                    session.references.push(found.path.clone());
                    let comment = format!("A mix to compare with, not a track: \"{words}\".");
                    self.comments.references.insert(found.path.clone(), vec![comment]);
                    ("reference-set-aside", format!("it is a mix to compare with, and no track: \"{words}\""))
                }
                What::Guide => {
                    left_out.push(found.relative.clone());
                    ("guide-left-out", format!("it is no music, and left out: \"{words}\""))
                }
                What::Hidden | What::NotAudio => continue,
            };
            let finding = Finding::new(Severity::Note, code, what).in_file(&found.path);
            self.findings.push(finding.hint("write a [[track]] for it if it is to sound"));
        }
        left_out
    }

    /// Comments for whoever opens the document, and findings on guesses.
    fn remark(&mut self) {
        self.comments.head = vec![
            format!("Made by `stemwright new` from {} audio files in \"{}\".", self.files.len(), self.name),
            "Change what is wrong, then run `stemwright bounce` on the folder.".into(),
        ];
        self.comments.session =
            vec!["With this pan law a mono file sounds in both channels as it is; panned hard, in one.".into()];
        for Placed { about, .. } in &self.tracks {
            let FolderTrack { name, file, role, sure, because, half, .. } = about;
            let (words, role) = (because.join(" "), role.stem_name().to_lowercase());
            let comment = match (sure, half) {
                (Sure::Guess, _) if because.is_empty() => Some(format!("not understood: \"{file}\"")),
                (Sure::Guess, _) => Some(format!("guessed from \"{words}\" in \"{file}\": {role}")),
                (Sure::Likely, _) => Some(format!("likely, from \"{words}\": {role}")),
                (Sure::Certain, Some(Side::Left)) => Some("the left half of a stereo source".into()),
                (Sure::Certain, Some(Side::Right)) => Some("its right half".into()),
                (Sure::Certain, None) => None,
            };
            self.comments.strips.entry(name.clone()).or_default().extend(comment);
            let unsure = match (*sure, because.is_empty()) {
                (Sure::Guess, true) => Some(("unknown-role", format!("nothing in its name says what `{name}` is"))),
                (Sure::Guess, false) => {
                    Some(("guessed-role", format!("`{name}` is guessed to be {role}, from \"{words}\"")))
                }
                _ => None,
            };
            if let Some((code, what)) = unsure {
                let finding = Finding::new(Severity::Note, code, what).in_file(Path::new(file));
                self.findings.push(finding.hint("say it with `output` and `role` of its track in session.toml"));
            }
        }
        let clicks: Vec<&str> =
            self.findings.iter().filter(|f| f.code == "guide-left-out").filter_map(|f| f.file.as_deref()).collect();
        if !clicks.is_empty() {
            self.comments.tail.push(format!("Left out: {}", clicks.join(", ")));
        }
    }
}
