//! What the files of a folder of multitracks are, by their names: tracks with their roles and buses, pairs of left and
//! right, mixes to compare with, guides, and what is no audio at all. Nothing is read here but names.
//!
//! ```text
//! names ─► pieces ─► without tags, numbers and what all share ─► sides ─► words of the lexicon ─► judged in context
//!          pieces    clean, song                                 sides    words, lexicon, fold    judge
//! ```

mod clean;
mod fold;
mod judge;
mod lexicon;
mod order;
mod pieces;
mod sides;
mod song;
mod unique;
mod words;

use judge::{Context, Kind, Reading, Verdict};
use pieces::Piece;
use sides::Sided;
use std::collections::BTreeMap;
use stemwright_core::Role;

pub use sides::Side;

/// A file of the folder: its name, and what is known of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FileName {
    /// Relative to the folder, with `/` (or `\`) between sub-folders: `Drums/Kick In.wav`.
    pub path: String,
    /// How many channels it has.
    pub channels: Option<u16>,
    /// How long it is, in frames.
    pub frames: Option<u64>,
    /// Frames a second.
    pub rate: Option<u32>,
}

impl FileName {
    /// A file of which only the name is known.
    pub fn new(path: impl Into<String>) -> Self {
        Self { path: path.into(), ..Self::default() }
    }
}

/// A folder of multitracks, understood. Every file is in it exactly once. Numbers of files are places in the input.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Folder {
    /// What to make tracks of, in the natural order of the paths.
    pub tracks: Vec<NamedTrack>,
    /// What is no track, in the natural order of the paths.
    pub asides: Vec<Aside>,
    /// Beats a minute, where a name tells them.
    pub tempo: Option<f64>,
    /// Where a name tells it, as `F#m` or `Bb`.
    pub key: Option<String>,
    /// What most names began with: the song, the artist. Empty where nothing.
    pub shared: String,
}

/// A track that one file, or a left and a right one, make.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedTrack {
    /// Unique in the folder, letter case aside.
    pub name: String,
    /// Where it sounds from.
    pub files: Files,
    /// What it is.
    pub role: Role,
    /// The role of the bus that it belongs in.
    pub bus: Role,
    /// How sure role and bus are.
    pub sure: Sure,
    /// The words that decided, as written; empty where none did.
    pub because: Vec<String>,
    /// The printed return of an effect: `Vox Verb`.
    pub returned: bool,
    /// A mono file whose name says a side that it is panned to: one of two doubles.
    pub pan: Option<Side>,
}

/// The files of a track.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Files {
    /// One, mono or stereo.
    One(usize),
    /// The two mono files of one stereo source.
    Pair {
        /// The left one.
        left: usize,
        /// The right one.
        right: usize,
    },
}

/// How sure a decision is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sure {
    /// Ask.
    Guess,
    /// Say it.
    Likely,
    /// The name says so.
    Certain,
}

impl Sure {
    /// As in reports.
    pub fn id(self) -> &'static str {
        match self {
            Self::Guess => "guess",
            Self::Likely => "likely",
            Self::Certain => "certain",
        }
    }
}

/// A file that is no track.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aside {
    /// Which file.
    pub file: usize,
    /// Its name, cleaned like those of tracks; not unique.
    pub name: String,
    /// What it is instead.
    pub what: What,
    /// How sure this is.
    pub sure: Sure,
    /// The words that decided.
    pub because: Vec<String>,
}

/// What a file that is no track is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum What {
    /// A mix or a master, to compare with.
    Reference,
    /// Not music: click, cue, count-in, guide vocal. To be left out.
    Guide,
    /// Its name or a folder's begins with a full stop, or a system made it.
    Hidden,
    /// Its ending is not one of audio.
    NotAudio,
}

/// Endings of audio files, small.
const AUDIO: [&str; 19] = [
    "wav", "wave", "bwf", "rf64", "w64", "aif", "aiff", "aifc", "flac", "m4a", "mp4", "aac", "alac", "mp3", "ogg",
    "oga", "opus", "caf", "wma",
];

/// Endings that other programs leave inside names: `kick.ds.wav`.
const INNER: [&str; 8] = ["ds", "ogg", "wav", "aif", "aiff", "mp3", "flac", "m4a"];

/// A file on its way.
struct Draft<'f> {
    file: usize,
    known: &'f FileName,
    folders: Vec<String>,
    name: Vec<Piece>,
    sided: Option<Sided>,
}

/// Understands the files of a folder by their names and the folder's. The order of the files does not matter.
pub fn understand(folder: &str, files: &[FileName]) -> Folder {
    let mut order: Vec<usize> = (0..files.len()).collect();
    order.sort_by_cached_key(|&file| (order::natural(&files[file].path), files[file].path.clone(), file));
    let mut understood = Folder::default();
    let mut drafts = Vec::new();
    for file in order {
        match draft(file, &files[file]) {
            Ok(draft) => drafts.push(draft),
            Err(what) => understood.asides.push(Aside {
                file,
                name: files[file].path.clone(),
                what,
                sure: Sure::Certain,
                because: Vec::new(),
            }),
        }
    }
    let folder = fold::compose(folder);
    understood.tempo =
        song::tempo(&folder).or_else(|| agreed(&drafts, |name| song::tempo(&pieces::join(name)), f64::to_bits));
    understood.key =
        song::key_of_folder(&pieces::cut(&folder)).or_else(|| agreed(&drafts, key_of_file, |key| key.clone()));

    let mut names: Vec<Vec<Piece>> = drafts.iter_mut().map(|draft| std::mem::take(&mut draft.name)).collect();
    understood.shared = clean::clean(&mut names, understood.key.as_deref());
    for (draft, name) in drafts.iter_mut().zip(names) {
        draft.sided = sides::split(&name);
        draft.name = name;
    }
    let readings: Vec<Reading> = drafts.iter().map(reading).collect();
    let context = Context::of(&readings);
    let verdicts: Vec<Verdict> = readings.iter().map(|reading| judge::judge(reading, &context)).collect();
    let partners = partners(&drafts, &verdicts);

    let mut places = Vec::new();
    for (at, (draft, verdict)) in drafts.iter().zip(verdicts).enumerate() {
        let what = match verdict.kind {
            Kind::Track => {
                if let Some((track, sub)) = track(at, &drafts, verdict, partners[at]) {
                    understood.tracks.push(track);
                    places.push(sub);
                }
                continue;
            }
            Kind::Guide => What::Guide,
            Kind::Reference => What::Reference,
        };
        understood.asides.push(Aside {
            file: draft.file,
            name: pieces::join(&draft.name),
            what,
            sure: verdict.sure,
            because: verdict.because,
        });
    }
    unique::unique(&mut understood.tracks, &places);
    understood.asides.sort_by_cached_key(|aside| {
        let path = &files[aside.file].path;
        (order::natural(path), path.clone(), aside.file)
    });
    understood
}

/// Whether the name of a folder says what the files in it are: `Drums`, `Vox`.
pub(crate) fn tells_role(folder: &str) -> bool {
    use lexicon::{Sense, Strength};
    let words = words::read(folder);
    let role = |word: &words::Found| matches!(word.entry.sense, Sense::Role(_) | Sense::Voice);
    words.iter().any(|word| role(word) && word.entry.strength >= Strength::Fair && !word.guessed)
}

/// A title, from what most names begin with: without words such as `Stem` at its end; empty where nothing is left.
pub(crate) fn title(shared: &str) -> String {
    let mut pieces = pieces::cut(shared);
    let says_nothing = |piece: &Piece| {
        let words = words::read(&piece.text);
        piece.is_number() || words.iter().any(|word| word.entry.sense == lexicon::Sense::Plain)
    };
    while pieces.last().is_some_and(says_nothing) {
        pieces.pop();
    }
    pieces::join(&pieces)
}

/// What a file is that no track can be made of, by its name alone.
pub(crate) fn silent(path: &str) -> Option<What> {
    draft(0, &FileName::new(path)).err()
}

fn draft(file: usize, known: &FileName) -> Result<Draft<'_>, What> {
    let path = fold::compose(&known.path.replace('\\', "/"));
    let mut folders: Vec<String> = path.split('/').map(str::to_owned).collect();
    let name = folders.pop().unwrap_or_default();
    folders.retain(|folder| !matches!(folder.as_str(), "" | "." | ".."));
    let hidden = |name: &String| name.starts_with('.') || name == "__MACOSX";
    if hidden(&name) || folders.iter().any(hidden) {
        return Err(What::Hidden);
    }
    let (mut stem, ending) = name.rsplit_once('.').ok_or(What::NotAudio)?;
    if !AUDIO.contains(&ending.to_ascii_lowercase().as_str()) {
        return Err(What::NotAudio);
    }
    while let Some((outer, inner)) = stem.rsplit_once('.')
        && INNER.contains(&inner.to_ascii_lowercase().as_str())
    {
        stem = outer;
    }
    Ok(Draft { file, known, folders, name: pieces::cut(stem), sided: None })
}

/// What more than half of the files say, and none of them otherwise.
fn agreed<T, K: Ord>(drafts: &[Draft<'_>], told: impl Fn(&[Piece]) -> Option<T>, key: impl Fn(T) -> K) -> Option<T>
where
    T: Clone,
{
    let all: Vec<T> = drafts.iter().filter_map(|draft| told(&draft.name)).collect();
    let mut counts: BTreeMap<K, (usize, T)> = BTreeMap::new();
    for value in all {
        counts.entry(key(value.clone())).or_insert((0, value)).0 += 1;
    }
    match counts.into_values().collect::<Vec<_>>().as_slice() {
        [(count, value)] if count * 2 > drafts.len() || *count >= 3 => Some(value.clone()),
        _ => None,
    }
}

fn key_of_file(name: &[Piece]) -> Option<String> {
    let keys = (0..name.len()).filter_map(|at| Some((at, song::key(&name[at..])?)));
    let mut open =
        keys.filter(|(at, (_, _, open))| *open == song::Openness::WithMode && !song::tuning(name, *at, *open));
    open.next().map(|(_, (key, _, _))| key)
}

fn reading(draft: &Draft<'_>) -> Reading {
    let whole = pieces::join(&draft.name);
    // A name that says its side with its last letters is read without them, unless it means more with them.
    let text = draft.sided.as_ref().filter(|sided| !sided.numbered).map(|sided| pieces::join(&sided.base));
    let name = match text.map(|text| words::read(&text)) {
        Some(found) if !found.is_empty() && draft.sided.as_ref().is_some_and(|sided| sided.alone) => found,
        Some(found) if words::read(&whole).iter().all(|word| word.guessed) => found,
        _ => words::read(&whole),
    };
    Reading {
        name,
        folders: draft.folders.iter().flat_map(|folder| words::read(folder)).collect(),
        bare: draft.name.is_empty(),
        numbered: whole.ends_with(|c: char| c.is_numeric()),
    }
}

/// For every draft the other half of its stereo source.
fn partners(drafts: &[Draft<'_>], verdicts: &[Verdict]) -> Vec<Option<usize>> {
    let mut groups: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (at, draft) in drafts.iter().enumerate() {
        let Some(sided) = draft.sided.as_ref().filter(|_| verdicts[at].kind == Kind::Track) else { continue };
        let base: Vec<String> = sided.base.iter().map(Piece::key).collect();
        groups.entry((draft.folders.clone(), base, sided.manner)).or_default().push(at);
    }
    let mut partners = vec![None; drafts.len()];
    for group in groups.into_values() {
        let &[one, other] = group.as_slice() else { continue };
        let (Some(a), Some(b)) = (&drafts[one].sided, &drafts[other].sided) else { continue };
        if a.side != b.side && stereo(&drafts[one], &drafts[other], a, verdicts[one].role) {
            partners[one] = Some(other);
            partners[other] = Some(one);
        }
    }
    partners
}

/// Are two files that say left and right one source, and not two that are panned?
fn stereo(one: &Draft<'_>, other: &Draft<'_>, sided: &Sided, role: Role) -> bool {
    let (a, b) = (one.known, other.known);
    let mono = |file: &FileName| file.channels.is_none_or(|channels| channels == 1);
    let alike = |a: Option<u64>, b: Option<u64>| a.is_none() || b.is_none() || a == b;
    let rates = alike(a.rate.map(u64::from), b.rate.map(u64::from));
    let may = mono(a) && mono(b) && alike(a.frames, b.frames) && rates;
    // `L Gtr`, `R Vox`: two performances. `Gtr L`: two microphones, or a file that was split.
    let doubles = sided.first && matches!(role, Role::Guitars | Role::LeadVocals | Role::BackingVocals | Role::Vocals);
    if sided.numbered {
        // `OH 1`, `OH 2`: only where microphones come in twos, and the files are known to be mono and equally long.
        let known = a.channels == Some(1) && b.channels == Some(1) && a.frames.is_some() && a.frames == b.frames;
        let text = fold::fold(&pieces::join(&sided.base));
        let spaced = ["oh", "ohs", "overhead", "overheads", "room", "rooms", "piano", "pno", "audience"]
            .contains(&text.as_str());
        return may && known && spaced;
    }
    // `E` and `D` are also strings and keys of guitars and basses.
    let portuguese = one.name.get(sided.manner.0).is_some_and(|piece| piece.key() == "e");
    may && !doubles && !(portuguese && matches!(role, Role::Guitars | Role::Bass | Role::Other))
}

/// The track of a draft with the folder that it lies in; `None` where its left half makes it.
fn track(at: usize, drafts: &[Draft<'_>], verdict: Verdict, partner: Option<usize>) -> Option<(NamedTrack, String)> {
    let draft = &drafts[at];
    let side = draft.sided.as_ref().map(|sided| sided.side);
    let (name, files) = match (partner, side, &draft.sided) {
        (Some(_), Some(Side::Right), _) => return None,
        (Some(right), _, Some(sided)) => {
            (pieces::join(&sided.base), Files::Pair { left: draft.file, right: drafts[right].file })
        }
        _ => (pieces::join(&draft.name), Files::One(draft.file)),
    };
    let mono = draft.known.channels.is_none_or(|channels| channels == 1);
    let pan = draft.sided.as_ref().filter(|sided| sided.alone && mono && partner.is_none()).map(|sided| sided.side);
    let track = NamedTrack {
        name,
        files,
        role: verdict.role,
        bus: verdict.bus,
        sure: verdict.sure,
        because: verdict.because,
        returned: verdict.returned,
        pan,
    };
    Some((track, draft.folders.last().cloned().unwrap_or_default()))
}
