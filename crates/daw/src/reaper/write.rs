//! `Session` → a project that REAPER opens.
//!
//! What a strip's output goes into becomes the folder that it lies in, and sends become receives of where they go. Nothing depends on a clock
//! or on chance: the same session is the same text.

mod items;
mod moving;
mod page;
mod strips;

use crate::foreign::ledger::Ledger;
use crate::{SessionError, write_session};
use page::{Page, guid, number, quoted};
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use stemwright_audio::Media;
use stemwright_core::{Bus, Finding, Session, Strip, Target, TempoMap, Track};

/// What was written.
#[derive(Debug, Clone)]
pub struct WrittenRpp {
    /// What was there before, if it was kept.
    pub kept: Option<PathBuf>,
    /// What the format cannot hold, or not exactly.
    pub findings: Vec<Finding>,
}

/// Writes a session as a REAPER project. Nothing is overwritten: see [`write_session`]. `media` says how long files are.
///
/// # Errors
/// When something is in the way, or cannot be written.
pub fn write_rpp(session: &Session, out: &Path, media: &dyn Media, force: bool) -> Result<WrittenRpp, SessionError> {
    let base = out.parent().unwrap_or(Path::new(""));
    let (text, findings) = rpp_text(session, base, media);
    Ok(WrittenRpp { kept: write_session(out, &text, force)?, findings })
}

/// The text of a session as a REAPER project that lies in the folder `base`, and what it does not hold.
pub fn rpp_text(session: &Session, base: &Path, media: &dyn Media) -> (String, Vec<Finding>) {
    let mut writer = Writer {
        session,
        base,
        media,
        page: Page::default(),
        ledger: Ledger::default(),
        nodes: Vec::new(),
        senders: HashMap::new(),
    };
    let depths = writer.arrange();
    writer.head();
    for (i, node) in writer.nodes.clone().iter().enumerate() {
        let (here, next) = (depths[i], depths.get(i + 1).copied().unwrap_or(0));
        let folder = match next {
            next if next > here => "1 1".to_owned(),
            next if next < here => format!("2 -{}", here - next),
            _ => "0 0".to_owned(),
        };
        writer.strip(node, &folder);
    }
    writer.page.close();
    writer.left_out();
    (writer.page.finish(), writer.ledger.finish())
}

/// A strip of the session.
#[derive(Debug, Clone, Copy)]
enum Node<'s> {
    Track(&'s Track),
    Bus(&'s Bus),
}

impl<'s> Node<'s> {
    fn strip(&self) -> &'s Strip {
        match self {
            Self::Track(track) => &track.strip,
            Self::Bus(bus) => &bus.strip,
        }
    }

    fn track(&self) -> Option<&'s Track> {
        match self {
            Self::Track(track) => Some(track),
            Self::Bus(_) => None,
        }
    }
}

struct Writer<'s> {
    session: &'s Session,
    base: &'s Path,
    media: &'s dyn Media,
    page: Page,
    ledger: Ledger,
    /// In the order of the project's tracks.
    nodes: Vec<Node<'s>>,
    /// By the name of who receives: places of those who send, and which of their sends.
    senders: HashMap<&'s str, Vec<(usize, usize)>>,
}

impl<'s> Writer<'s> {
    /// Puts strips into the folders of their outputs; returns how deep each lies.
    fn arrange(&mut self) -> Vec<usize> {
        let session = self.session;
        let all: Vec<Node<'s>> =
            session.tracks.iter().map(Node::Track).chain(session.buses.iter().map(Node::Bus)).collect();
        let buses: HashSet<&str> = session.buses.iter().map(|bus| bus.strip.name.as_str()).collect();
        let mut inside: HashMap<&str, Vec<usize>> = HashMap::new();
        let mut roots = Vec::new();
        for (i, node) in all.iter().enumerate() {
            match node.strip().output.as_deref().filter(|output| buses.contains(output)) {
                Some(output) => inside.entry(output).or_default().push(i),
                None => roots.push(i),
            }
        }
        let (mut depths, mut done) = (Vec::new(), vec![false; all.len()]);
        // Those left over go in a circle, which no session that sounds does.
        for root in roots.into_iter().chain(0..all.len()) {
            let mut open = vec![(root, 0)];
            while let Some((i, depth)) = open.pop() {
                if std::mem::replace(&mut done[i], true) {
                    continue;
                }
                self.nodes.push(all[i]);
                depths.push(depth);
                if let Node::Bus(bus) = all[i] {
                    let within = inside.get(bus.strip.name.as_str()).map_or(&[][..], Vec::as_slice);
                    open.extend(within.iter().rev().filter(|i| !done[**i]).map(|i| (*i, depth + 1)));
                }
            }
        }
        for (i, node) in self.nodes.iter().enumerate() {
            for (number, send) in node.strip().sends.iter().enumerate() {
                if buses.contains(send.to.as_str()) {
                    self.senders.entry(send.to.as_str()).or_default().push((i, number));
                } else {
                    let message = format!("it sends to {}, which is no bus", send.to);
                    self.ledger.error("send-not-carried", &node.strip().name, message, "");
                }
            }
        }
        depths
    }

    /// Everything before the tracks.
    fn head(&mut self) {
        let session = self.session;
        self.page.open("REAPER_PROJECT 0.1 \"6.0/stemwright\" 0");
        for (name, text) in [("TITLE", &session.song.title), ("AUTHOR", &session.song.artist)] {
            if !text.is_empty() {
                self.page.line(&format!("{name} {}", quoted(text)));
            }
        }
        for line in ["RIPPLE 0", "AUTOXFADE 0", "PANLAW 1", "PROJOFFS 0 0 0", "PANMODE 3", "PANLAWFLAGS 3", "ITEMMIX 1"]
        {
            self.page.line(line);
        }
        self.page.line(&format!("SAMPLERATE {} 1 0", session.rate.hz()));
        self.page.line("GLOBAL_AUTO -1");
        let (beats, note) = session.tempo.time_signature;
        self.page.line(&format!("TEMPO {} {beats} {note}", number(session.tempo.bpm)));
        self.page.line("PLAYRATE 1 0 0.25 4");
        self.master();
        self.tempo();
        self.markers();
    }

    fn master(&mut self) {
        let master = &self.session.master;
        let moves = master.automation.iter().find(|automation| automation.target == Target::Gain);
        self.page.line(&format!("MASTERAUTOMODE {}", u8::from(moves.is_some())));
        self.page.line("MASTERMUTESOLO 0");
        self.page.line("MASTER_NCH 2 2");
        self.page.line(&format!("MASTER_VOLUME {} 0 -1 -1 1", number(master.gain.factor())));
        self.page.line("MASTER_PANMODE 3");
        self.page.line("MASTER_FX 1");
        if let Some(automation) = moves {
            let points = moving::gains(automation, 1.0);
            moving::envelope(&mut self.page, "MASTERVOLENV2", "master", self.session.rate, &points);
        }
        let inserts: Vec<&str> =
            master.inserts.iter().filter(|insert| !insert.bypass).map(|insert| insert.unit.name()).collect();
        if !inserts.is_empty() {
            let message = format!("its inserts ({}) are ours and are not written", inserts.join(", "));
            self.ledger.error("insert-not-written", "master", message, "put REAPER's own effects in their place");
        }
        if !matches!(master.layout, stemwright_core::Layout::Stereo) {
            self.ledger.error(
                "channels-not-carried",
                "master",
                "the master is not stereo; a stereo one is written",
                "",
            );
        }
    }

    fn tempo(&mut self) {
        let session = self.session;
        if session.tempo_changes.is_empty() {
            return;
        }
        self.page.open("TEMPOENVEX");
        self.page.line(&format!("EGUID {}", guid("TEMPOENVEX", "", 0)));
        for line in ["ACT 1 -1", "VIS 1 0 1", "LANEHEIGHT 0 0", "ARM 0", "DEFSHAPE 1 -1 -1"] {
            self.page.line(line);
        }
        let map = TempoMap::new(session.tempo, &session.tempo_changes);
        let places = std::iter::once((0.0, session.tempo))
            .chain(session.tempo_changes.iter().map(|change| (change.at, change.tempo)));
        for (i, (at, tempo)) in places.enumerate() {
            // Whether it runs on is told by the change that it runs to.
            let runs = session.tempo_changes.get(i).is_some_and(|change| change.ramp && change.tempo.bpm != tempo.bpm);
            let (beats, note) = tempo.time_signature;
            let signature = 65_536 * u64::from(note) + u64::from(beats);
            self.page.line(&format!(
                "PT {} {} {} {signature} 0 1",
                number(map.seconds(at)),
                number(tempo.bpm),
                u8::from(!runs)
            ));
        }
        self.page.close();
        if session.tempo_changes.iter().any(|change| change.ramp) {
            let message = "tempo ramps run over beats here and over time in REAPER: bars between their ends lie elsewhere by a little";
            self.ledger.note("tempo-approximated", "", message, "");
        }
    }

    fn markers(&mut self) {
        let session = self.session;
        let seconds = |frame: i64| number(session.rate.seconds(frame));
        let mut count = 0;
        for marker in &session.markers {
            if marker.at < 0 {
                self.ledger.note(
                    "marker-not-carried",
                    &marker.name,
                    "it lies before bar 1, where REAPER has no time",
                    "",
                );
                continue;
            }
            count += 1;
            self.page.line(&format!(
                "MARKER {count} {} {} 0 0 1 R {}",
                seconds(marker.at),
                quoted(&marker.name),
                guid("marker", &marker.name, count)
            ));
        }
        let end = session.sections.last().map_or(0, |last| last.start + 60 * i64::from(session.rate.hz()));
        for (i, section) in session.sections.iter().enumerate() {
            if section.start < 0 {
                self.ledger.note(
                    "marker-not-carried",
                    &section.name,
                    "it begins before bar 1, where REAPER has no time",
                    "",
                );
                continue;
            }
            let until = session.sections.get(i + 1).map_or(end, |next| next.start);
            let number = i + 1;
            let named = quoted(&section.name);
            self.page.line(&format!(
                "MARKER {number} {} {named} 1 0 1 R {}",
                seconds(section.start),
                guid("region", &section.name, number)
            ));
            self.page.line(&format!("MARKER {number} {} \"\" 1", seconds(until)));
        }
    }

    /// What has no place in a project.
    fn left_out(&mut self) {
        let session = self.session;
        if !session.vcas.is_empty() {
            let message =
                format!("{} VCAs are not written; their levels are in the faders of their members", session.vcas.len());
            self.ledger.note("group-not-carried", "", message, "");
        }
        if session.vcas.iter().any(|vca| !vca.automation.is_empty()) {
            self.ledger.error("automation-not-carried", "", "the automation of VCAs is not written", "");
        }
        let strips = session.tracks.iter().map(|track| &track.strip).chain(session.buses.iter().map(|bus| &bus.strip));
        if !session.stems.is_empty()
            || !session.extras.is_empty()
            || strips.into_iter().any(|strip| strip.stem.is_some() || strip.role.is_some())
        {
            self.ledger.note(
                "stems-not-written",
                "",
                "which stem each track belongs to has no place in a REAPER project",
                "keep session.toml",
            );
        }
    }

    /// A path as the project says it: below its folder, with forward slashes, or as it is.
    fn relative(&self, file: &Path) -> String {
        match file.strip_prefix(self.base) {
            Ok(inside) if !self.base.as_os_str().is_empty() => {
                let parts: Vec<_> = inside.components().map(|part| part.as_os_str().to_string_lossy()).collect();
                parts.join("/")
            }
            _ => file.to_string_lossy().into_owned(),
        }
    }
}
