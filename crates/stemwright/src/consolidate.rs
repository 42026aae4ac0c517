//! `stemwright session convert --consolidate`: the files of a multitrack delivery, what is in them in words, and sessions that play them.

use crate::args::Convert;
use crate::new::tell;
use crate::printer::Printer;
use crate::source::{NotRead, Source};
use crate::stop::{STOP, listen};
use std::fmt::Write as _;
use std::path::Path;
use stemwright_audio::Files;
use stemwright_core::{Finding, SessionReport, Severity, in_file_name};
use stemwright_daw::{Comments, DawProjectOptions, Places, session_text, write_dawproject, write_rpp, write_session};
use stemwright_render::{BounceError, Consolidated, ConsolidatedTrack, EngineError, consolidate};

const README: &str = "README.txt";
const SESSION: &str = "session.toml";

/// Why nothing was written.
pub(crate) struct Failed {
    pub(crate) why: NotRead,
    pub(crate) stopped: bool,
}

impl From<NotRead> for Failed {
    fn from(why: NotRead) -> Self {
        Self { why, stopped: false }
    }
}

impl From<BounceError> for Failed {
    fn from(error: BounceError) -> Self {
        let stopped = matches!(error, BounceError::Engine(EngineError::Cancelled));
        let hint = match &error {
            BounceError::Occupied { .. } => Some("--force keeps it under another name; or write elsewhere".into()),
            _ => error.hint(),
        };
        Self { why: NotRead { message: error.to_string(), hint }, stopped }
    }
}

/// Writes the folder.
pub(crate) fn run(args: &Convert, source: &Source, printer: Printer, report: &mut SessionReport) -> Result<(), Failed> {
    let to = &args.output;
    listen().map_err(|error| NotRead { message: error.to_string(), hint: None })?;
    stemwright_audio::allow_many_files();
    let session = source.session();
    let name = match session.song.title.as_str() {
        "" => args.session.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned()),
        title => title.to_owned(),
    };
    let name = in_file_name(&name, "session");
    let media = Files::new();
    let beside = |folder: &Path, done: &mut Consolidated| documents(folder, &name, done, &media);
    let bar = printer.progress(session.rate.hz());
    let result = consolidate(session, &media, to, args.force, &|progress| bar.show(progress), &STOP, beside);
    bar.finish(0);
    let (done, moved) = result?;
    tell(done.findings.iter(), printer);
    printer.result(&table(&done));
    printer.result(&format!("written to {}\n", to.display()));
    report.findings.extend(done.findings);
    report.kept = moved.map(|path| path.display().to_string());
    report.written = Some(to.display().to_string());
    Ok(())
}

/// The sessions and the read-me.
fn documents(folder: &Path, name: &str, done: &mut Consolidated, media: &Files) -> Result<(), Failed> {
    let text = session_text(&done.session, folder, Places::Seconds, &Comments::default());
    write_session(&folder.join(SESSION), &text, false).map_err(NotRead::from)?;
    let [project, rpp] = ["dawproject", "rpp"].map(|ending| folder.join(format!("{name}.{ending}")));
    let outside = DawProjectOptions { embed: false, force: false };
    let lost = [
        ("DAWproject", write_dawproject(&done.session, &project, media, outside).map_err(NotRead::from)?.findings),
        ("REAPER project", write_rpp(&done.session, &rpp, media, false).map_err(NotRead::from)?.findings),
    ];
    let readme = folder.join(README);
    std::fs::write(&readme, read_me(name, done, &lost))
        .map_err(|error| NotRead { message: format!("{}: {error}", readme.display()), hint: None })?;
    let counts = lost.map(|(what, findings)| (what, findings.len()));
    let told =
        counts.iter().filter(|(_, count)| *count > 0).map(|(what, count)| format!("{count} things not in the {what}"));
    let told: Vec<String> = told.collect();
    if !told.is_empty() {
        let message = format!("of the mixer, {}: {README} says which", told.join(" and "));
        done.findings
            .push(Finding::new(Severity::Note, "not-held", message).hint(format!("{SESSION} holds all of it")));
    }
    Ok(())
}

fn level(track: &ConsolidatedTrack) -> String {
    if track.peak > 0.0 { format!("{:.1} dBFS", 20.0 * track.peak.log10()) } else { "silent".to_owned() }
}

fn table(done: &Consolidated) -> String {
    let mut text = String::new();
    let width = done.tracks.iter().filter_map(|track| track.file.as_ref()).map(|file| file.chars().count()).max();
    let width = width.unwrap_or(0);
    for track in &done.tracks {
        let Some(file) = &track.file else {
            let _ = writeln!(text, "{:width$}  no clip sounds on {}: no file", "-", track.name);
            continue;
        };
        let clips = if track.clips == 1 { "1 clip".to_owned() } else { format!("{} clips", track.clips) };
        let _ = writeln!(text, "{file:width$}  {}, {clips}, peak {}", track.layout, level(track));
    }
    text
}

/// What a person who gets the folder needs to know; lines end as Windows wants them, which all read.
fn read_me(name: &str, done: &Consolidated, lost: &[(&str, Vec<Finding>); 2]) -> String {
    let session = &done.session;
    let rate = session.rate;
    let mut text = String::new();
    let mut line = |what: String| {
        text += &what;
        text += "\r\n";
    };
    let heading = [session.song.artist.as_str(), name].into_iter().filter(|part| !part.is_empty());
    line(heading.collect::<Vec<_>>().join(" - "));
    line(String::new());
    line("Multitracks: one file a track, before the mixer. These are not stems: faders, pans, inserts and sends are not in them.".into());
    line(String::new());
    let begins = match done.start {
        0 => "All files begin at bar 1".to_owned(),
        before => format!("All files begin {:.6} s before bar 1", rate.seconds(-before)),
    };
    line(format!(
        "{begins} and are {} long ({} frames): put all of them at the same place.",
        rate.clock(done.frames as i64),
        done.frames
    ));
    line(format!("WAV, 32-bit float, {rate}; levels are those of the session, and peaks above 0 dBFS are kept."));
    let (beats, note) = session.tempo.time_signature;
    let changes = match session.tempo_changes.len() {
        0 => String::new(),
        1 => ", which changes once: see the session".to_owned(),
        count => format!(", which changes {count} times: see the session"),
    };
    line(format!("{} BPM, {beats}/{note}{changes}", (session.tempo.bpm * 1000.0).round() / 1000.0));
    if let Some(key) = &session.song.key {
        line(format!("Key: {key}"));
    }
    line(String::new());
    for track in &done.tracks {
        match &track.file {
            Some(file) => {
                let first = track.sounds_from.map(|frame| format!(", sounds from {}", rate.clock(frame as i64)));
                line(format!("{file}: {}, peak {}{}", track.layout, level(track), first.unwrap_or_default()));
            }
            None => line(format!("(no file): {}, on which no clip sounds", track.name)),
        }
    }
    line(String::new());
    line("In the files: clips with their gains, envelopes, fades, cross-fades and stretching. What was muted is in them too.".into());
    line(format!("In {SESSION}, {name}.dawproject and {name}.rpp: the mixer as it was, as far as each can hold it."));
    for (what, findings) in lost {
        for finding in findings {
            let place = finding.place.as_ref().map(|place| format!(" ({place})")).unwrap_or_default();
            line(format!("  not in the {what}: {}{place}", finding.message));
        }
    }
    let places = session.sections.iter().map(|section| (section.start, &section.name));
    let mut places: Vec<_> = places.chain(session.markers.iter().map(|marker| (marker.at, &marker.name))).collect();
    places.sort();
    if !places.is_empty() {
        line(String::new());
        places.iter().for_each(|(at, name)| line(format!("{}  {name}", rate.clock(*at - done.start))));
    }
    if !done.findings.is_empty() {
        line(String::new());
        for finding in &done.findings {
            let place = finding.place.as_ref().map(|place| format!(" ({place})")).unwrap_or_default();
            line(format!("{}: {}{place}", finding.severity, finding.message));
        }
    }
    text
}
