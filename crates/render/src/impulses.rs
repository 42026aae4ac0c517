//! Impulse responses: every file that a convolution reverb of a session plays, at the session's rate.

use crate::GraphError;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use stemwright_audio::{Media, open_at, resampled_frames};
use stemwright_core::{Convolution, Finding, Insert, Session, Severity, Unit};
use stemwright_dsp::Room;

/// Samples by file, one `Vec` a channel.
#[derive(Default)]
pub struct Impulses(BTreeMap<PathBuf, Vec<Vec<f64>>>);

impl Impulses {
    /// Reads what the inserts of a session need; those that are bypassed need nothing.
    pub(crate) fn load(session: &Session, media: &dyn Media, findings: &mut Vec<Finding>) -> Result<Self, GraphError> {
        let mut wanted: BTreeMap<&Path, (u64, &str)> = BTreeMap::new();
        for (strip, convolution) in rooms(session) {
            let frames = Room::used(convolution, f64::from(session.rate.hz()));
            let (most, _) = wanted.entry(&convolution.file).or_insert((0, strip));
            *most = frames.max(*most);
        }
        let mut files = BTreeMap::new();
        for (file, (most, strip)) in wanted {
            files.insert(file.to_owned(), read(strip, file, most, session, media, findings)?);
        }
        Ok(Self(files))
    }

    /// The samples of a file.
    pub(crate) fn of(&self, file: &Path) -> &[Vec<f64>] {
        self.0.get(file).map_or(&[], Vec::as_slice)
    }
}

/// Every convolution reverb that is heard, and the strip that it is on.
fn rooms(session: &Session) -> impl Iterator<Item = (&str, &Convolution)> {
    let strips = session.tracks.iter().map(|track| &track.strip).chain(session.buses.iter().map(|bus| &bus.strip));
    let strips = strips.map(|strip| (strip.name.as_str(), strip.inserts.as_slice()));
    let all = strips.chain([("master", session.master.inserts.as_slice())]);
    all.flat_map(|(strip, inserts)| inserts.iter().filter_map(move |insert| Some((strip, convolution(insert)?))))
}

fn convolution(insert: &Insert) -> Option<&Convolution> {
    match &insert.unit {
        Unit::Convolution(convolution) if !insert.bypass => Some(convolution),
        _ => None,
    }
}

/// The files of all inserts, bypassed or not.
pub(crate) fn files(session: &Session) -> impl Iterator<Item = &Path> {
    let strips = session.tracks.iter().map(|track| &track.strip).chain(session.buses.iter().map(|bus| &bus.strip));
    let inserts = strips.flat_map(|strip| &strip.inserts).chain(&session.master.inserts);
    inserts.filter_map(|insert| match &insert.unit {
        Unit::Convolution(convolution) => Some(convolution.file.as_path()),
        _ => None,
    })
}

/// At most so many frames of a file, at the session's rate.
fn read(
    strip: &str,
    file: &Path,
    most: u64,
    session: &Session,
    media: &dyn Media,
    findings: &mut Vec<Finding>,
) -> Result<Vec<Vec<f64>>, GraphError> {
    let at = |source| GraphError::Impulse { strip: strip.to_owned(), source };
    let info = media.info(file).map_err(at)?;
    if !matches!(info.channels, 1 | 2 | 4) {
        let (file, strip) = (file.to_owned(), strip.to_owned());
        return Err(GraphError::ImpulseChannels { file, strip, channels: info.channels });
    }
    let resampled = (info.rate != session.rate).then(|| {
        let message = format!("is at {} and was resampled to {}", info.rate, session.rate);
        Finding::new(Severity::Note, "resampled", message).in_file(file)
    });
    for finding in info.findings.into_iter().chain(resampled) {
        if !findings.contains(&finding) {
            findings.push(finding);
        }
    }
    let frames = resampled_frames(info.frames, info.rate, session.rate).min(most) as usize;
    let mut samples = vec![vec![0.0; frames]; info.channels];
    let mut reader = open_at(media, file, 0, session.rate).map_err(at)?;
    let mut done = 0;
    while done < frames {
        let mut rest: Vec<&mut [f64]> = samples.iter_mut().map(|channel| &mut channel[done..]).collect();
        match reader.read(&mut rest).map_err(at)? {
            0 => break,
            count => done += count,
        }
    }
    samples.iter_mut().for_each(|channel| channel.truncate(done));
    Ok(samples)
}
