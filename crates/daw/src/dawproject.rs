//! DAWproject (Bitwig and others, version 1.0, github.com/bitwig/dawproject): a ZIP with project.xml, metadata.xml and audio.
//!
//! ```text
//! archive ─► parse ─► model ─► mixer ──────────────► strips   ─► session
//!                          └─► tempo ─► timeline ─► stretches ─► clips of strips
//!                                              └──► automation
//! session ─► write ─► archive
//! ```
//!
//! Identifiers are followed in `mixer` and `timeline`, times become seconds in `timeline`, and frames only at the very end, when the
//! files are known and with them the rate: the format has none of its own.

mod archive;
mod automation;
mod devices;
mod files;
mod mixer;
mod model;
mod parse;
mod tempo;
mod timeline;
mod values;
mod write;

use crate::SessionError;
use crate::foreign::ledger::Ledger;
use crate::foreign::media_search::MediaSearch;
use crate::foreign::sources::Sources;
use crate::foreign::warped::{Laid, lay};
use crate::foreign::{ForeignOptions, ForeignSession, Format, LARGEST_BYTES, error, xml};
use archive::{Archive, ArchiveError};
use files::Audio;
use mixer::{Kind, Mixer, TooMany};
use model::{Project, TimeUnit};
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use stemwright_audio::Media;
use stemwright_core::{Bus, Clip, Layout, Marker, Pitch, SampleRate, Section, Session, Strip, TempoMap, Track};
use timeline::{Arrangement, Curve, Placed, Unplayed};

pub use write::{DawProjectOptions, DawProjectWritten, write_dawproject};

/// The rate of a session whose project has no audio.
const USUAL_RATE: u32 = 48_000;
/// What rates a session can have.
const RATES: std::ops::RangeInclusive<u32> = 44_100..=192_000;
/// Of a marker's comment, where it begins a part of the song: the format knows markers only.
const SECTION: &str = "section";

/// Reads a DAWproject.
///
/// # Errors
/// When it is no archive, its XML is not what it should be, it is beyond the limits of sessions, or its audio cannot be unpacked.
pub(crate) fn read(
    path: &Path,
    media: &dyn Media,
    options: &ForeignOptions<'_>,
) -> Result<ForeignSession, SessionError> {
    let again = "save the project again in its program";
    let of = |failed: ArchiveError| error(path, failed.to_string(), again);
    let file = std::fs::File::open(path);
    let file = file.map_err(|source| error(path, format!("cannot be read: {source}"), "check the path"))?;
    let mut archive = Archive::open(std::io::BufReader::new(file)).map_err(of)?;
    let document = |archive: &mut Archive<_>, name: &str| -> Result<Option<String>, SessionError> {
        let Some(name) = archive.like(name).map(str::to_owned) else { return Ok(None) };
        xml::text(path, archive.read(&name, LARGEST_BYTES).map_err(of)?).map(Some)
    };
    let text = document(&mut archive, "project.xml")?;
    let text = text.ok_or_else(|| error(path, "holds no project.xml", "is it a DAWproject?"))?;
    let mut ledger = Ledger::default();
    let about = match document(&mut archive, "metadata.xml") {
        Ok(about) => about.unwrap_or_default(),
        Err(failed) => {
            ledger.note("not-understood", "metadata.xml", failed.message, "");
            String::new()
        }
    };
    let parsed = xml::parse(path, &text)?;
    let root = parsed.root_element();
    if !root.has_tag_name("Project") {
        return Err(error(path, "holds a project.xml that is none", again));
    }
    let mut parser = parse::Parser::default();
    let project = parser.project(root);
    let audio = Audio { path, archive, to: options.extract_to, found: HashMap::new() };
    let sources = Sources::new(media, MediaSearch::new(path, ["audio".into(), "Audio".into(), "Samples".into()]));
    let mut session = session(path, &project, audio, sources, options.rate, &mut ledger)?;
    if let Ok(about) = xml::parse(path, &about) {
        let text = |name: &str| {
            let node = about.root_element().children().find(|node| node.has_tag_name(name))?;
            node.text().map(|text| text.trim().to_owned())
        };
        session.song.title = text("Title").unwrap_or_default();
        session.song.artist = text("Artist").unwrap_or_default();
    }
    let parse::Parser { unknown, wrong } = parser;
    ledger.not_understood(unknown);
    for (what, count) in wrong {
        ledger.warning("not-understood", "", format!("{what} is no such value ({count} in all)"), again);
    }
    let program = project.program.clone();
    Ok(ForeignSession { format: Format::DawProject, program, session, ledger: ledger.finish() })
}

fn session<'d, S: archive::Source>(
    path: &Path,
    project: &Project<'d>,
    mut audio: Audio<'_, 'd, S>,
    mut sources: Sources<'_>,
    rate: Option<SampleRate>,
    ledger: &mut Ledger,
) -> Result<Session, SessionError> {
    let beyond = |what: &str| {
        let hint = "it is damaged, or its clips refer to each other without end";
        error(path, format!("holds {what}: that is more than a session has"), hint)
    };
    let moved = mixer::automated(project);
    let mixer = Mixer::new(project, &moved, ledger);
    let mut mixer = mixer.map_err(|TooMany(what)| beyond(&what))?;
    let unit = project.timeline.as_ref().and_then(|timeline| timeline.unit).unwrap_or(TimeUnit::Beats);
    let (tempo, tempo_changes) = tempo::tempo(project, unit, ledger);
    let map = TempoMap::new(tempo, &tempo_changes);
    let arrangement = timeline::arrangement(project, &map, |id| track_name(&mixer, id), ledger);
    let Arrangement { placed, lanes, markers } = arrangement.map_err(|_| beyond("clips without end"))?;
    if project.launcher_clips > 0 {
        let message =
            format!("{} clips of the launcher are left out: they are not in the arrangement", project.launcher_clips);
        ledger.note("clips-not-arranged", "", message, "record them into the arrangement in the program");
    }
    let mut files = Vec::with_capacity(placed.len());
    for stretch in &placed {
        let name = if stretch.name.is_empty() { String::new() } else { format!(", {:?}", stretch.name) };
        let place = format!("{}{name} at {}", track_name(&mixer, stretch.track), timeline::clock(stretch.start));
        files.push(audio.find(stretch.file, &place, &mut sources, ledger)?);
    }
    let usual = || {
        let rate = sources.usual_rate().filter(|rate| RATES.contains(&rate.hz()));
        rate.or_else(|| SampleRate::new(USUAL_RATE))
    };
    let Some(rate) = rate.or_else(usual) else { return Err(beyond("no rate")) };
    let mut session = Session::new(rate);
    (session.tempo, session.tempo_changes) = (tempo, tempo_changes);
    mixer.seats.iter_mut().for_each(|seat| devices::within(&mut seat.strip.inserts, rate));
    devices::within(&mut mixer.master.inserts, rate);
    if !automation::automate(&mut mixer, &lanes, &map, rate, ledger) {
        return Err(beyond("more points of automation"));
    }
    let mut clips: BTreeMap<Option<usize>, Vec<Clip>> = BTreeMap::new();
    let (mut faded, mut stretched) = (false, Unplayed::default());
    for (stretch, file) in placed.iter().zip(files) {
        let Some(file) = file else { continue };
        let seat = stretch.track.and_then(|id| mixer.tracks.get(id)).copied();
        let Some(clip) = clip(stretch, &file, rate, &sources) else { continue };
        match (&stretch.warp, &clip.warp) {
            (Some(_), Some(_)) => stretched.add("stretched", stretch.track, 1, stretch.start),
            (Some(_), None) => stretched.add("clip-warped", stretch.track, 1, stretch.start),
            (None, _) => {}
        }
        faded |= clip.fade_in.frames + clip.fade_out.frames > 0;
        clips.entry(seat).or_default().push(clip);
    }
    stretched.tell(|id| track_name(&mixer, id), ledger);
    if faded {
        let message = "the format says how long fades are and not how they rise: they are straight";
        ledger.note("fade-approximated", "", message, "");
    }
    let strips = mixer.seats.iter().filter(|seat| seat.kind != Kind::Nothing && seat.kind != Kind::Master);
    if strips.into_iter().any(|seat| seat.strip.layout == Some(Layout::Mono)) {
        let message = "the format has no pan law: mono channels are panned at constant power (-3 dB in the centre), \
                       stereo channels are balanced";
        ledger.note("pan-approximated", "", message, "");
    }
    strips_of(&mut session, mixer, clips);
    for (name, comment, seconds) in markers {
        let Some(at) = crate::foreign::frames(seconds, rate) else { continue };
        let name =
            if name.trim().is_empty() { format!("Marker {}", session.markers.len() + 1) } else { name.to_owned() };
        if comment == Some(SECTION) {
            session.sections.push(Section { name, start: at });
        } else {
            session.markers.push(Marker { name, at });
        }
    }
    session.markers.sort_by_key(|marker| marker.at);
    session.sections.sort_by_key(|section| section.start);
    Ok(session)
}

/// What the ledger calls a track.
fn track_name(mixer: &Mixer<'_, '_>, id: Option<&str>) -> String {
    let seat = id.and_then(|id| mixer.tracks.get(id));
    seat.map_or_else(|| "the arrangement".to_owned(), |&seat| mixer.seats[seat].name.clone())
}

/// A stretch of audio in frames, as far as its file reaches.
fn clip(stretch: &Placed<'_>, file: &Path, rate: SampleRate, sources: &Sources<'_>) -> Option<Clip> {
    let frames = |seconds: f64| crate::foreign::frames(seconds, rate);
    if let Some(places) = &stretch.warp {
        let (Laid::Clip(mut clip) | Laid::AtOwnSpeed(mut clip)) = lay(file, places, Pitch::Kept(0.0), rate)?;
        stretch.curves_over(&mut clip, rate);
        return sources.fit(clip, rate);
    }
    let (at, end) = (frames(stretch.start)?, frames(stretch.end)?);
    let from = u64::try_from(frames(stretch.from)?).unwrap_or(0);
    let mut clip = Clip::new(file, at);
    (clip.from, clip.length) = (from, Some(end.checked_sub(at)?.try_into().ok()?));
    stretch.curves_over(&mut clip, rate);
    sources.fit(clip, rate)
}

impl Placed<'_> {
    /// Gains first: their points are then met by what fades put over them.
    fn curves_over(&self, clip: &mut Clip, rate: SampleRate) {
        let (gains, fades): (Vec<_>, Vec<_>) =
            self.curves.iter().partition(|curve| matches!(curve, Curve::Gain { .. }));
        gains.into_iter().chain(fades).for_each(|curve| curve.apply(clip, rate));
    }
}

/// Puts strips and clips into the session. Clips on what is no track play from a track of their own into it.
fn strips_of(session: &mut Session, mixer: Mixer<'_, '_>, mut clips: BTreeMap<Option<usize>, Vec<Clip>>) {
    let Mixer { seats, master, mut names, .. } = mixer;
    session.master = master;
    for (index, seat) in seats.into_iter().enumerate() {
        let own = clips.remove(&Some(index)).unwrap_or_default();
        if seat.kind == Kind::Track {
            session.tracks.push(Track::new(seat.strip, own));
            continue;
        }
        if !own.is_empty() {
            let mut strip = Strip::new(names.give(&format!("{} clips", seat.name), "Clips"));
            strip.output = match seat.kind {
                Kind::Bus | Kind::Return => Some(seat.name.clone()),
                _ => seat.strip.output.clone(),
            };
            strip.layout = seat.strip.layout;
            session.tracks.push(Track::new(strip, own));
        }
        if matches!(seat.kind, Kind::Bus | Kind::Return) {
            session.buses.push(Bus { strip: seat.strip, is_return: seat.kind == Kind::Return });
        }
    }
    if let Some(own) = clips.remove(&None) {
        let strip = Strip::new(names.give("Without a track", "Clips"));
        session.tracks.push(Track::new(strip, own));
    }
}
