//! Sets of Ableton Live (`.als`): XML in gzip. Live 8 to 12 write them.
//!
//! ```text
//! gzip ─► XML ─► parameters (with what moves them) ─► tempo ─► clock
//!            └─► tracks ─► desk (routing, devices, levels) ─► strips ─┐
//!                     └──► clips ─► media, warp, fades ─► sounds ─────┴─► Session
//! ```
//!
//! Ableton documents no file format. What is written was read off sets; that the values of unwarped clips are seconds, that faders are
//! factors and how time signatures are numbered agrees with what several readers of the format say. Laws are from Live's manual where
//! it gives them; a law that it does not give is said to be such in the ledger. `docs/daws.md` lists what is carried.

mod circles;
mod clips;
mod clock;
mod colours;
mod desk;
mod devices;
mod fades;
mod gzip;
mod known;
mod levels;
mod media;
mod moving;
mod node;
mod parameters;
mod sounds;
mod tempo;
mod tracks;
mod warp;

use crate::SessionError;
use crate::foreign::ledger::Ledger;
use crate::foreign::{ForeignOptions, ForeignSession, Format, MOST_POINTS, MOST_STRIPS, bytes, error, xml};
use clock::Clock;
use desk::Desk;
use devices::Devices;
use levels::Levels;
use media::Audio;
use node::{all, at, flag, number, text, within};
use parameters::Envelopes;
use roxmltree::Node;
use sounds::{Sounds, TooMuch, Totals};
use std::path::Path;
use stemwright_audio::Media;
use stemwright_core::{Bus, Clip, Layout, Marker, SampleRate, Session, Strip, Track as CoreTrack, Unit};
use tracks::{Kind, Track};

/// The rate of a session whose set has no audio.
const USUAL_RATE: u32 = 48_000;
/// What rates a session can have.
const RATES: std::ops::RangeInclusive<u32> = 44_100..=192_000;
/// Milliseconds that a track may be late, or early.
const LATEST: f64 = 10_000.0;

/// Whether a file begins as a set does, packed or not.
pub(crate) fn begins_as_set(start: &[u8]) -> bool {
    let unpacked = start.starts_with(&gzip::MAGIC).then(|| gzip::beginning(start));
    String::from_utf8_lossy(unpacked.as_deref().unwrap_or(start)).contains("<Ableton ")
}

/// Reads a set of Live.
///
/// # Errors
/// Where the file is no set, damaged, or beyond limits that no set reaches.
pub(crate) fn read(
    path: &Path,
    media: &dyn Media,
    options: &ForeignOptions<'_>,
) -> Result<ForeignSession, SessionError> {
    let text = xml::text(path, gzip::unpack(path, bytes(path)?)?)?;
    let document = xml::parse(path, &text)?;
    let root = document.root_element();
    if !root.has_tag_name("Ableton") {
        return Err(error(path, "is no set of Ableton Live", "a set's text begins with <Ableton"));
    }
    let Some(set) = at(root, "LiveSet") else {
        return Err(error(path, "is a clip, preset or rack of Live, and no set", "open it in a set, and save that"));
    };
    let program = root.attribute("Creator").unwrap_or("Ableton Live").to_owned();
    let mut ledger = Ledger::default();
    let mut session = session(path, set, version(root), media, options.rate, &mut ledger)?;
    session.song.title = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    known::tell(root, &mut ledger);
    Ok(ForeignSession { format: Format::Ableton, program, session, ledger: ledger.finish() })
}

/// Live's own version, of `Ableton Live 11.3.13`, else of `11.0_11300`.
fn version(root: Node<'_, '_>) -> u32 {
    let creator = root.attribute("Creator").and_then(|creator| creator.split_whitespace().last());
    let names = [creator, root.attribute("MinorVersion")];
    let number = |name: &str| name.split(|c: char| !c.is_ascii_digit()).next().and_then(|digits| digits.parse().ok());
    names.into_iter().flatten().find_map(number).unwrap_or(0)
}

fn session(
    path: &Path,
    set: Node<'_, '_>,
    version: u32,
    media: &dyn Media,
    rate: Option<SampleRate>,
    ledger: &mut Ledger,
) -> Result<Session, SessionError> {
    let beyond = |what: String| error(path, what, "it is damaged, or made to do harm");
    let list = at(set, "Tracks").into_iter().flat_map(|list| list.children());
    let tracks: Vec<Track<'_, '_>> = list.filter_map(Track::read).take(MOST_STRIPS + 1).collect();
    if tracks.len() > MOST_STRIPS {
        return Err(beyond(format!("has more than {MOST_STRIPS} tracks")));
    }
    // Live 12 calls it Main.
    let master = at(set, "MasterTrack").or_else(|| at(set, "MainTrack"));
    let mixer = within(chain(master), "Mixer");
    let envelopes = Envelopes::of(tracks.iter().map(|track| track.node).chain(master));
    let (tempo, tempo_changes) = tempo::tempo(mixer, &envelopes, ledger);
    let mut desk = Desk::new(&tracks, ledger);
    let mut audio = Audio::new(path, media);
    let looked: Vec<Sounds<'_, '_>> = tracks
        .iter()
        .zip(&desk.seats)
        .map(|(track, seat)| sounds::look(track, &seat.name, &mut audio, ledger))
        .collect();
    let usual = || {
        let usual = audio.sources.usual_rate().filter(|rate| RATES.contains(&rate.hz()));
        usual.or_else(|| SampleRate::new(USUAL_RATE))
    };
    let rate = rate.or_else(usual).ok_or_else(|| beyond("has no sample rate".into()))?;
    let clock = Clock::new(tempo, &tempo_changes, rate);
    let mut session = Session::new(rate);
    (session.tempo, session.tempo_changes) = (tempo, tempo::kept(tempo_changes, ledger));
    let mut levels = Levels { envelopes: &envelopes, clock: &clock, points: 0, runs: false, bent: false };
    let pre: Vec<bool> =
        all(set, "SendsPre", "SendPreBool").map(|node| node.attribute("Value") == Some("true")).collect();
    desk.sends(&pre, &mut levels);
    let mut chains = desk.chains(&mut levels, ledger);
    desk.cut(&mut chains, ledger);
    let cross = levels.parameter(mixer, "CrossFade");
    let assigned =
        tracks.iter().any(|track| levels::crossfader(&levels.parameter(track.mixer, "CrossFadeState"), 0.0).is_none());
    if cross.curve.is_some() && assigned {
        let message = "the cross-fader moves; here it stays where it begins";
        ledger.warning("automation-not-carried", "", message, "render the tracks in Live");
    }
    let mut totals = Totals::default();
    for (index, (track, chain)) in tracks.iter().zip(chains).enumerate() {
        let strip = desk.strip(index, chain, (version, cross.value(0.0)), &mut levels, ledger);
        if levels.points > MOST_POINTS {
            return Err(beyond(format!("holds more than {MOST_POINTS} points of automation")));
        }
        let clips = looked[index].clips(track, &strip.name, &audio, &clock, &mut totals, ledger);
        let clips = clips.map_err(|TooMuch(what)| beyond(format!("holds more {what} than a session has")))?;
        midi(track, &strip.name, &looked[index], ledger);
        seat(&mut session, &mut desk, index, strip, clips, delay(track, rate, ledger));
    }
    end(&mut session, master, &mut levels, ledger);
    within_rate(&mut session);
    if levels.runs {
        let message =
            "between breakpoints the factor of a fader or send runs straight: how Live runs is not documented";
        ledger.note("automation-approximated", "", message, "");
    }
    if levels.bent {
        let message =
            "bent lines of automation are cubic Bézier curves between their breakpoints, in points within -100 dB";
        ledger.note("automation-approximated", "", message, "");
    }
    totals.tell(ledger);
    unused(&tracks, master, &envelopes, &desk, ledger);
    not_arranged(&tracks, &looked, ledger);
    markers(set, &clock, &mut session, ledger);
    Ok(session)
}

/// What a master's sound goes through; Live 8 calls it otherwise.
fn chain<'d, 'i>(master: Option<Node<'d, 'i>>) -> Option<Node<'d, 'i>> {
    within(master, "DeviceChain").or_else(|| within(master, "MasterChain"))
}

/// Puts a strip into the session. What a bus plays itself comes from a track of its own.
fn seat(session: &mut Session, desk: &mut Desk<'_, '_, '_>, index: usize, strip: Strip, clips: Vec<Clip>, delay: i64) {
    let seat = &desk.seats[index];
    if !seat.is_bus {
        let mut track = CoreTrack::new(strip, clips);
        track.delay = delay;
        session.tracks.push(track);
        return;
    }
    if !clips.is_empty() {
        let mut own = Strip::new(desk.names.give(&format!("{} (clips)", strip.name), "Clips"));
        own.output = Some(strip.name.clone());
        own.layout = Some(Layout::Stereo);
        let mut track = CoreTrack::new(own, clips);
        track.delay = delay;
        session.tracks.push(track);
    }
    session.buses.push(Bus { strip, is_return: desk.seats[index].is_return });
}

/// Notes are silent: no instrument is run.
fn midi(track: &Track<'_, '_>, name: &str, sounds: &Sounds<'_, '_>, ledger: &mut Ledger) {
    if track.kind != Kind::Midi || track.frozen || sounds.notes == 0 {
        return;
    }
    let devices = track.devices.into_iter().flat_map(|list| list.children()).filter(Node::is_element);
    let names: Vec<String> = devices.take(8).map(devices::shown).collect();
    let by = if names.is_empty() { String::new() } else { format!(" (played by {})", names.join(", ")) };
    let message = format!("{} clips of notes are silent{by}: no instrument is run", sounds.notes);
    ledger.error("midi-silent", name, message, devices::FREEZE);
}

/// Frames by which a track is late. Milliseconds, or samples of whatever rate Live runs at.
fn delay(track: &Track<'_, '_>, rate: SampleRate, ledger: &mut Ledger) -> i64 {
    let value = number(track.node, "TrackDelay/Value").unwrap_or(0.0);
    if value == 0.0 {
        return 0;
    }
    if matches!(track.kind, Kind::Group | Kind::Return) {
        let message = "its delay is left out: only tracks with clips are delayed here";
        ledger.warning("delay-not-carried", track.name, message, "delay the tracks that feed it");
        return 0;
    }
    if flag(track.node, "TrackDelay/IsValueSampleBased") == Some(true) {
        return value.clamp(-1e6, 1e6).round() as i64;
    }
    rate.frames(value.clamp(-LATEST, LATEST) / 1000.0)
}

/// The master's fader and devices.
fn end<'d, 'i>(
    session: &mut Session,
    master: Option<Node<'d, 'i>>,
    levels: &mut Levels<'_, 'd, 'i>,
    ledger: &mut Ledger,
) {
    let mixer = within(chain(master), "Mixer");
    let mut strip = Strip::new("master");
    let volume = levels.parameter(mixer, "Volume");
    levels.gain(&mut strip, &volume, 1.0);
    let devices = within(chain(master), "DeviceChain/Devices");
    let chain = Devices { levels: &mut *levels, ledger: &mut *ledger, place: "master" }.read(devices);
    if !chain.keys.is_empty() {
        let message = "the side-chain of a compressor on the master is left out";
        ledger.error("routing-cut", "master", message, "render the song in Live");
    }
    if chain.inverted {
        let message = "the polarity of the whole song, which a Utility turns, is left as it is";
        ledger.note("channels-not-carried", "master", message, "");
    }
    let pan = levels.parameter(mixer, "Pan");
    if pan.value(0.0) != 0.0 || pan.curve.is_some() {
        ledger.error("pan-approximated", "master", "the master's pan is left out", "centre it in Live");
    }
    session.master.gain = strip.gain;
    session.master.automation = strip.automation;
    session.master.automation.extend(chain.automation);
    session.master.inserts = chain.inserts;
}

/// Frequencies that are too high for the rate, which is known last.
fn within_rate(session: &mut Session) {
    let highest = 0.49 * f64::from(session.rate.hz());
    let strips = session.tracks.iter_mut().map(|track| &mut track.strip);
    let strips = strips.chain(session.buses.iter_mut().map(|bus| &mut bus.strip));
    let inserts = strips.flat_map(|strip| strip.inserts.iter_mut()).chain(session.master.inserts.iter_mut());
    for insert in inserts {
        if let Unit::Eq(eq) = &mut insert.unit {
            eq.bands.iter_mut().for_each(|band| band.freq = band.freq.min(highest));
        }
    }
}

/// Automation that moves nothing here.
fn unused<'d, 'i>(
    tracks: &[Track<'d, 'i>],
    master: Option<Node<'d, 'i>>,
    envelopes: &Envelopes<'d, 'i>,
    desk: &Desk<'_, 'd, 'i>,
    ledger: &mut Ledger,
) {
    // What moves on a track that is silent or frozen changes nothing.
    let heard = tracks.iter().zip(&desk.seats).filter(|(track, _)| track.kind != Kind::Midi && !track.frozen);
    let heard = heard.map(|(track, seat)| (track.node, seat.name.as_str()));
    for (node, name) in heard.chain(master.map(|master| (master, "master"))) {
        let count = envelopes.unused(node);
        if count > 0 {
            let message = format!("{count} automations are left out: what they move is not run, or does not move here");
            ledger.warning("automation-not-carried", name, message, devices::FREEZE);
        }
    }
}

/// Clips that are not in the arrangement, and an arrangement without any.
fn not_arranged(tracks: &[Track<'_, '_>], looked: &[Sounds<'_, '_>], ledger: &mut Ledger) {
    let mut slots = 0;
    let mut takes = 0;
    let mut playing = 0;
    for track in tracks {
        let own = track.sequencer.into_iter().flat_map(|sequencer| all(sequencer, "ClipSlotList", "ClipSlot"));
        let full =
            own.filter_map(|slot| at(slot, "ClipSlot/Value")).filter(|value| value.first_element_child().is_some());
        slots += full.count();
        let lanes = all(track.node, "TakeLanes/TakeLanes", "TakeLane");
        let lanes = lanes.flat_map(|lane| all(lane, "ClipAutomation/Events", "AudioClip"));
        takes += lanes.count();
        let slot = text(track.node, "SavedPlayingSlot").is_some_and(|slot| slot != "-1");
        playing += usize::from(slot);
    }
    let record = "record the session into the arrangement in Live and save the set again";
    let arranged = looked.iter().any(|sounds| sounds.audio + sounds.notes > 0);
    if !arranged {
        let message = if slots > 0 {
            format!(
                "nothing lies in the arrangement, which is what is read: the stems are silent. {slots} clips lie in the session view"
            )
        } else {
            "the set holds no clips: the stems are silent".to_owned()
        };
        ledger.error("clips-not-arranged", "", message, record);
    } else if slots > 0 {
        let message = format!("{slots} clips of the session view are left out: they are not in the arrangement");
        ledger.note("clips-not-arranged", "", message, record);
    }
    if playing > 0 && arranged {
        let message = format!(
            "{playing} tracks play clips of the session view where the set was saved; here they play the arrangement"
        );
        ledger.note("clips-not-arranged", "", message, "press Back to Arrangement in Live to hear what is read");
    }
    if takes > 0 {
        let message =
            format!("{takes} clips in take lanes are left out: what is heard of them lies in the arrangement");
        ledger.note("take-unused", "", message, "");
    }
}

fn markers(set: Node<'_, '_>, clock: &Clock, session: &mut Session, ledger: &mut Ledger) {
    let mut far = 0;
    for locator in all(set, "Locators/Locators", "Locator") {
        let Some(at) = number(locator, "Time").and_then(|beat| clock.frame(beat)) else {
            far += 1;
            continue;
        };
        let name: String = text(locator, "Name").unwrap_or_default().chars().take(200).collect();
        let name: String = name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let name = if name.trim().is_empty() { format!("Locator {}", session.markers.len() + 1) } else { name };
        session.markers.push(Marker { name, at });
    }
    session.markers.sort_by_key(|marker| marker.at);
    if far > 0 {
        let message = format!("{far} locators lie further away than a session reaches, and are left out");
        ledger.note("marker-not-carried", "", message, "");
    }
}
