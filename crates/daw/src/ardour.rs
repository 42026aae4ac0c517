//! Ardour sessions (`.ardour`, versions 2 to 8; Mixbus writes the same).
//!
//! ```text
//! XML ─► routes ─► wiring ─► desk: strips, sends, mute ─┐
//!    ├─► tempo ─► clock                                 ├─► Session
//!    └─► playlists: regions ─► layers ─► clips ─────────┘
//! ```
//!
//! Ardour documents no file format. What is written was read off sessions, and what it does was measured on its own exports; the test
//! `ardour` of the binary holds our bounce against them. `docs/daws.md` lists what is carried.

mod clips;
mod curve;
mod desk;
mod devices;
mod known;
mod layers;
mod media;
mod moving;
mod old;
mod pan;
mod playlists;
mod regions;
mod routes;
mod sends;
mod strips;
mod tempo;
mod time;
mod vcas;
mod wiring;

use crate::SessionError;
use crate::foreign::ledger::Ledger;
use crate::foreign::{ForeignOptions, ForeignSession, Format, MOST_STRIPS, bytes, error, xml};
use curve::Style;
use desk::Desk;
use moving::{breaks, follow, gains};
use playlists::Playlists;
use routes::{Kind, Route, Stage};
use roxmltree::Node;
use std::path::Path;
use stemwright_audio::Media;
use stemwright_core::{
    Automation, Bus, Db, Insert, Layout, Marker, PanLaw, Param, SampleRate, Section, Session, TempoMap, Track, Unit,
};
use time::Clock;
use vcas::Groups;
use wiring::Wiring;

/// Reads an Ardour session.
///
/// # Errors
/// Where the file is no session, damaged, or beyond limits that no session reaches.
pub(crate) fn read(
    path: &Path,
    media: &dyn Media,
    options: &ForeignOptions<'_>,
) -> Result<ForeignSession, SessionError> {
    let text = xml::text(path, bytes(path)?)?;
    let document = xml::parse(path, &text)?;
    let root = document.root_element();
    let again = "save the session again in Ardour";
    if !root.has_tag_name("Session") {
        return Err(error(path, "is no Ardour session", "an .ardour file begins with <Session>"));
    }
    let version = version(root.attribute("version").unwrap_or_default());
    let Some(version) = version.filter(|version| *version >= 2000) else {
        let message = "is a session of Ardour before 2, or of no version";
        return Err(error(path, message, "open it in a newer Ardour and save it there"));
    };
    let rate = root.attribute("sample-rate").and_then(|rate| rate.parse().ok()).and_then(SampleRate::new);
    let Some(own_rate) = rate else {
        return Err(error(path, "names no sample rate, or none that is read", again));
    };
    let mut ledger = Ledger::default();
    let child = |name: &str| root.children().find(|child| child.has_tag_name(name));
    let map = child("TempoMap");
    let (tempo, tempo_changes) = tempo::tempo(map, &mut ledger);
    let ticks = map.and_then(|map| map.attribute("superclocks-per-second")).and_then(crate::foreign::number);
    let clock = Clock::new(own_rate, ticks, TempoMap::new(tempo, &tempo_changes));
    let nodes = || {
        let nodes = child("Routes").into_iter().flat_map(|routes| routes.children());
        nodes.filter(|route| route.has_tag_name("Route")).take(MOST_STRIPS + 1)
    };
    let is_old = version < 3000;
    let port_names = if is_old { old::Names::of(nodes()) } else { old::Names::default() };
    let streams = old::streams(child("DiskStreams").filter(|_| is_old));
    let route = |node| if is_old { old::read(node, &streams, &port_names) } else { Route::read(node, version) };
    let routes: Vec<Route<'_, '_>> = nodes().filter_map(route).collect();
    if routes.len() > MOST_STRIPS {
        return Err(error(path, format!("has more than {MOST_STRIPS} routes"), "is the session damaged?"));
    }
    let wiring = Wiring::new(&routes, &mut ledger);
    let groups = Groups::read(child("VCAManager"));
    let rate = options.rate.unwrap_or(own_rate);
    let mut session = Session::new(rate);
    (session.tempo, session.tempo_changes) = (tempo, tempo_changes);
    session.pan_law = PanLaw::Quadratic;
    session.song = song(child("Metadata"), root.attribute("name").unwrap_or_default());
    let mut desk = Desk::new(&routes, &wiring, &groups, (&clock, rate), &mut ledger);
    let name = root.attribute("name").unwrap_or_default();
    let files = media::Files::new(path, name, child("Sources"), media, &clock);
    let mut playlists = Playlists::new(child("Playlists"), files, &clock, rate);
    master(&mut desk, &mut session, &mut ledger);
    session.vcas = desk.groups();
    for (number, route) in routes.iter().enumerate() {
        if route.kind == Kind::Track && route.midi && route.active {
            let message = "is a MIDI track: it is silent in the stems";
            ledger.error("midi-silent", route.name, message, "freeze it, or record its sound on an audio track");
        }
        let Some(name) = desk.strips[number].clone() else { continue };
        let made = desk.strip(number, &name, &mut ledger);
        session.buses.extend(made.beside);
        if route.kind == Kind::Track {
            let channels = clips::Channels { count: made.channels, inverted: &made.inverted };
            let clips = playlists.clips((route.playlist, route.layered), &channels, &name, &mut ledger);
            let clips = clips.map_err(|_| error(path, "holds more pieces of regions than are read", again))?;
            session.tracks.push(Track::new(made.strip, clips));
        } else {
            session.buses.push(Bus { strip: made.strip, is_return: false });
        }
    }
    playlists.unused(&mut ledger);
    if is_old && document.descendants().any(|node| node.has_tag_name("Crossfade")) {
        let message = "crossfades of Ardour 2 are left out: what overlaps is heard with the fades of its regions";
        ledger.warning("fade-approximated", "", message, "open the session in a newer Ardour and save it there");
    }
    if desk.points_left == 0 {
        return Err(error(path, "holds more points of automation than are read", again));
    }
    locations(child("Locations"), &clock, rate, &mut session, &mut ledger);
    let program = program(root, version);
    if program.starts_with("Mixbus") {
        let message = "Mixbus' own equalisers, compressors, saturation and mix buses are not run";
        ledger.error("plugin-not-run", "", message, "freeze or bounce the tracks in Mixbus and read the session again");
    }
    known::tell(&document, &mut ledger);
    Ok(ForeignSession { format: Format::Ardour, program, session, ledger: ledger.finish() })
}

/// `7002` of 7.x, `3001` or `3.0.0` of 3.x.
fn version(written: &str) -> Option<u32> {
    match written.split_once('.') {
        Some((major, _)) => major.trim().parse::<u32>().ok()?.checked_mul(1000),
        None => written.trim().parse().ok(),
    }
}

/// What the session says of the program that saved it.
fn program(root: Node<'_, '_>, version: u32) -> String {
    let about = root.children().find(|child| child.has_tag_name("ProgramVersion"));
    let written = about.and_then(|about| about.attribute("modified-with").or_else(|| about.attribute("created-with")));
    match written.map(str::trim).filter(|written| !written.is_empty() && !written.starts_with("make_sessions")) {
        Some(written) => written.chars().filter(|c| !c.is_control()).take(100).collect(),
        None => format!("Ardour {}", version / 1000),
    }
}

fn song(metadata: Option<Node<'_, '_>>, name: &str) -> stemwright_core::Song {
    let text = |tag: &str| {
        let node = metadata?.children().find(|child| child.tag_name().name().eq_ignore_ascii_case(tag))?;
        node.text().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
    };
    stemwright_core::Song {
        title: text("title").unwrap_or_else(|| name.to_owned()),
        artist: text("artist").or_else(|| text("album_artist")).unwrap_or_default(),
        ..stemwright_core::Song::default()
    }
}

/// The master: its fader and trim. What else it has is said.
fn master<'d>(desk: &mut Desk<'_, 'd, '_>, session: &mut Session, ledger: &mut Ledger) {
    let Some(route) = desk.master.map(|master| &desk.routes[master]) else {
        ledger.note("routing-cut", "", "there is no master: what goes to the machine's outputs is the mix", "");
        return;
    };
    if route.ins.len() == 1 && route.outs.len() <= 1 {
        session.master.layout = Layout::Mono;
    } else if route.ins.len() > 2 {
        let message = "the master has more than two channels: the mix is stereo, of its first two";
        ledger.error("channels-not-carried", route.name, message, "");
    }
    let reaches = |what: &str, ledger: &mut Ledger| {
        let message = format!("the master is {what}: that is left out of mix and stems");
        ledger.warning("pan-approximated", route.name, message, "do it on a bus before the master");
    };
    let panned = route.pannable.place != 0.5 || route.pannable.place_list.is_some();
    let narrowed = route.shell.equal_power && route.pannable.width != 1.0;
    if route.ins.len() == 2 && route.outs.len() >= 2 && !route.shell.bypassed && (panned || narrowed) {
        reaches("panned", ledger);
    }
    if route.inverted.contains(&true) {
        reaches("inverted", ledger);
    }
    if desk.is_muted(route) || route.mute_list.is_some() {
        reaches("muted, at least at times", ledger);
    }
    let own = desk.groups.total(&route.masters, &route.records);
    let mut after = None;
    for stage in &route.stages {
        let master = &mut session.master;
        let mut moved = |list, style, factor: f64, target| {
            let Some(curve) = desk.curve(list, style) else { return };
            let points = follow(&breaks(&[Some(&curve)]), &|at| curve.value(at) * factor, &mut desk.points_left);
            let points = gains(&points, |frame| desk.scaled(frame));
            master.automation.push(Automation { target, points });
        };
        match stage {
            Stage::Trim if route.trim != 1.0 || route.trim_list.is_some() => {
                let target = stemwright_core::Target::Insert(master.inserts.len(), Param::Gain);
                moved(route.trim_list, Style::Logarithmic, 1.0, target);
                master.inserts.push(Insert::from(Unit::Gain(decibels(route.trim))));
            }
            Stage::Fader => {
                moved(route.fader_list, Style::Exponential, own, stemwright_core::Target::Gain);
                after = Some(master.inserts.len());
                master.gain = decibels(route.fader * own);
            }
            Stage::Device(device) => master.inserts.extend(devices::carry(*device, desk.rate, route.name, ledger)),
            Stage::Send(_) | Stage::PortSend(_) => {
                ledger.warning("send-not-carried", route.name, "sends of the master are left out", "");
            }
            _ => {}
        }
    }
    if after.is_some_and(|after| after < session.master.inserts.len()) && session.master.gain != Db::ZERO {
        let message = "plug-ins after the master's fader come before it here";
        ledger.warning("device-approximated", route.name, message, "");
    }
}

/// Markers, sections, and where the session begins.
fn locations(list: Option<Node<'_, '_>>, clock: &Clock, rate: SampleRate, session: &mut Session, ledger: &mut Ledger) {
    let scaled = |frame: i64| rescaled(frame, clock.rate.hz(), rate.hz());
    let nodes = list.into_iter().flat_map(|list| list.children()).filter(|node| node.has_tag_name("Location"));
    for node in nodes.take(crate::foreign::MOST_STRIPS) {
        let flags = node.attribute("flags").unwrap_or_default();
        let has = |flag: &str| flags.split(',').any(|own| own.trim() == flag);
        let Some(start) = node.attribute("start").and_then(|start| clock.frame(start)) else { continue };
        let name = node.attribute("name").map(str::trim).filter(|name| !name.is_empty());
        if has("IsSessionRange") {
            if start != 0 {
                let message = format!(
                    "the session's range starts at {}: Ardour's own exports start there, the stems at bar 1",
                    clock.rate.clock(start)
                );
                ledger.note("starts-later", "", message, "place the stems at the beginning of the session");
            }
        } else if has("IsSection") {
            let name = name.map_or_else(|| format!("Section {}", session.sections.len() + 1), str::to_owned);
            session.sections.push(Section { name, start: scaled(start) });
        } else if has("IsMark") || has("IsRangeMarker") || has("IsCDMarker") {
            let name = name.map_or_else(|| format!("Marker {}", session.markers.len() + 1), str::to_owned);
            session.markers.push(Marker { name, at: scaled(start) });
        }
    }
    session.markers.sort_by_key(|marker| marker.at);
    session.sections.sort_by_key(|section| section.start);
    session.sections.dedup_by_key(|section| section.start);
}

/// A factor as dB: 1 is exactly 0 dB.
fn decibels(factor: f64) -> Db {
    if factor == 1.0 { Db::ZERO } else { Db::of(factor) }
}

/// What Ardour's panner of one channel gives to left and right at 0 (left) … 1 (right).
fn law(place: f64) -> [f64; 2] {
    let s = 2.0 - 4.0 * libm::exp10(-3.0 / 20.0);
    [1.0 - place, place].map(|t| t * (s * t + 1.0 - s))
}

/// A frame at another rate: the nearest one to the same time.
fn rescaled(frame: i64, from: u32, to: u32) -> i64 {
    if from == to {
        return frame;
    }
    let (frame, from, to) = (i128::from(frame), i128::from(from), i128::from(to));
    i64::try_from((frame * to * 2 + from).div_euclid(from * 2)).unwrap_or(i64::MAX)
}
