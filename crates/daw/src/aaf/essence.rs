//! The audio of a file: unpacked where it is inside, looked for where it is beside, taken out of MXF where it is in that.

use super::bytes::MobId;
use super::known::pids;
use super::mobs::Mobs;
use super::model::{Descriptor, Mob};
use super::mxf;
use super::placed::{Origin, Placed};
use super::times::Time;
use super::wave::Samples;
use super::wrong::Wrong;
use crate::SessionError;
use crate::foreign::crc::Crc;
use crate::foreign::error;
use crate::foreign::ledger::Ledger;
use crate::foreign::sources::Sources;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use stemwright_core::SampleRate;

/// As many names are tried for a file whose own is taken by another.
const MOST_NAMES: u32 = 10_000;
/// The longest name of a file that is unpacked.
const LONGEST_NAME: usize = 80;
const AGAIN: &str = "export the AAF again, with its audio inside or beside it as WAV";

/// A piece of a file that was found.
pub(super) struct Found {
    pub(super) path: PathBuf,
    pub(super) channel: Option<u16>,
    pub(super) source: Time,
}

/// All files of a session.
pub(super) struct Essence<'e, 'm> {
    /// The document.
    pub(super) path: &'e Path,
    /// The folder that audio is unpacked into.
    pub(super) to: &'e Path,
    pub(super) sources: Sources<'m>,
    /// By mob; `None` where there is nothing to play.
    found: HashMap<MobId, Option<PathBuf>>,
    /// What may still be unpacked: no file holds more than itself.
    left: u64,
    /// The number that is tried next for a name: thousands of recordings may be called the same.
    next: HashMap<String, u32>,
    /// What was unpacked, by name, size and checksum.
    written: HashMap<(String, u64, u32), PathBuf>,
    /// Rates that the document gives for files, with how many it gives them for.
    rates: BTreeMap<SampleRate, usize>,
}

/// What of a file is copied, and under which ending.
enum Kind {
    Whole(&'static str),
    Samples(Samples),
}

impl<'e, 'm> Essence<'e, 'm> {
    pub(super) fn new(path: &'e Path, to: &'e Path, sources: Sources<'m>, length: u64) -> Self {
        Self {
            path,
            to,
            sources,
            found: HashMap::new(),
            left: length,
            next: HashMap::new(),
            written: HashMap::new(),
            rates: BTreeMap::new(),
        }
    }

    /// The rate within `rates` that most files have, by themselves or by what the document says of them; of equals, the lowest.
    pub(super) fn usual_rate(&self, rates: &RangeInclusive<u32>) -> Option<SampleRate> {
        let mut counts: BTreeMap<SampleRate, usize> = BTreeMap::new();
        let files: HashSet<&PathBuf> = self.found.values().flatten().collect();
        for info in files.into_iter().filter_map(|path| self.sources.info(path)) {
            *counts.entry(info.rate).or_default() += 1;
        }
        let most = |counts: &BTreeMap<SampleRate, usize>| {
            let counts = counts.iter().filter(|(rate, _)| rates.contains(&rate.hz()));
            counts.max_by_key(|(rate, count)| (**count, std::cmp::Reverse(rate.hz()))).map(|(rate, _)| *rate)
        };
        most(&counts).or_else(|| most(&self.rates))
    }

    /// The file that a piece is of. What is not there is said.
    pub(super) fn find<S: Read + Seek>(
        &mut self,
        mobs: &mut Mobs<S>,
        placed: &Placed,
        place: &str,
        ledger: &mut Ledger,
    ) -> Result<Option<Found>, SessionError> {
        for (index, origin) in placed.origins.iter().enumerate() {
            let Some(path) = self.file(mobs, origin.mob, &placed.name, place, ledger)? else { continue };
            if index > 0 {
                let message = format!("{} is used, from which the missing file was made", path.display());
                ledger.note("media-moved", place, message, "if that is another file, put the right one in its place");
            }
            return Ok(self.channel(path, *origin, place, ledger));
        }
        if let Some(origin) = placed.origins.first() {
            self.missing(mobs, origin.mob, &placed.name, place, ledger)?;
        }
        Ok(None)
    }

    fn channel(&self, path: PathBuf, origin: Origin, place: &str, ledger: &mut Ledger) -> Option<Found> {
        let channels = self.sources.info(&path).map_or(0, |info| info.channels);
        let channel = match origin.channel {
            // A file of one channel is that channel, whichever of the recording it was.
            _ if channels < 2 => None,
            Some(channel) if usize::from(channel) >= channels => {
                let message = format!("{} has no channel {}: it is silent in the stems", path.display(), channel + 1);
                ledger.error("media-missing", place, message, "put the right file in its place");
                return None;
            }
            channel => channel,
        };
        Some(Found { path, channel, source: origin.source })
    }

    /// Says once of a file that it is nowhere.
    fn missing<S: Read + Seek>(
        &mut self,
        mobs: &mut Mobs<S>,
        id: MobId,
        name: &str,
        place: &str,
        ledger: &mut Ledger,
    ) -> Result<(), SessionError> {
        let mob = mobs.get(id).map_err(|wrong| self.refuse(&wrong))?;
        let descriptor = mob.as_ref().and_then(|mob| mob.descriptor.as_ref());
        match descriptor.and_then(|descriptor| descriptor.locators.first()) {
            Some(locator) => _ = self.sources.find(locator, place, ledger),
            None if mobs.essence(id).is_some() => {}
            None => {
                let message = format!("{name:?} is neither inside nor does the file say where it is: it is silent");
                ledger.error("media-missing", place, message, AGAIN);
            }
        }
        Ok(())
    }

    pub(super) fn refuse(&self, wrong: &Wrong) -> SessionError {
        error(self.path, wrong.to_string(), "export the AAF again in its program")
    }

    /// The file that a mob is; each is looked for once.
    fn file<S: Read + Seek>(
        &mut self,
        mobs: &mut Mobs<S>,
        id: MobId,
        name: &str,
        place: &str,
        ledger: &mut Ledger,
    ) -> Result<Option<PathBuf>, SessionError> {
        if let Some(known) = self.found.get(&id) {
            return Ok(known.clone());
        }
        let mob = mobs.get(id).map_err(|wrong| self.refuse(&wrong))?;
        let nothing = Descriptor::default();
        let descriptor = mob.as_ref().and_then(|mob| mob.descriptor.as_ref()).unwrap_or(&nothing);
        if let Some(rate) = rate(descriptor) {
            *self.rates.entry(rate).or_default() += 1;
        }
        let name = if name.is_empty() { mob.as_ref().map_or("", |mob| &mob.name) } else { name };
        let mut found = None;
        if let Some(entry) = mobs.essence(id) {
            found = self.inside(mobs, entry, descriptor, name, place, ledger)?;
        }
        if found.is_none() {
            found = self.beside(descriptor, mob.as_deref(), place, ledger)?;
        }
        self.found.insert(id, found.clone());
        Ok(found)
    }

    fn beside(
        &mut self,
        descriptor: &Descriptor,
        mob: Option<&Mob>,
        place: &str,
        ledger: &mut Ledger,
    ) -> Result<Option<PathBuf>, SessionError> {
        for locator in descriptor.locators.iter().flat_map(|locator| readings(locator)) {
            let locator = locator.as_str();
            let Some(path) = self.sources.look(locator) else { continue };
            let opened = File::open(&path).and_then(|mut file| {
                let mut head = [0; 4];
                file.read_exact(&mut head)?;
                Ok((file, head == mxf::KEY))
            });
            let Ok((file, true)) = opened else {
                if let Some(path) = self.sources.find(locator, place, ledger) {
                    return Ok(Some(path));
                }
                continue;
            };
            let mut file = BufReader::new(file);
            let samples = mxf::samples(&mut file).ok().flatten();
            let Some(samples) = samples else {
                let message = format!("{} is MXF without plain samples: its clips are silent", path.display());
                ledger.error("media-unreadable", place, message, AGAIN);
                continue;
            };
            let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let written = self.write(&mut file, &Kind::Samples(samples), &stem);
            let written = written.map_err(|source| self.no_room(&stem, &source))?;
            let name = mob.map_or("", |mob| &mob.name);
            if let Some(path) = self.sources.add(&format!("MXF: {name} {}", path.display()), &written, place, ledger) {
                return Ok(Some(path));
            }
        }
        Ok(None)
    }

    fn no_room(&self, name: &str, source: &io::Error) -> SessionError {
        let message = format!("holds {name}, which cannot be unpacked to {}: {source}", self.to.display());
        error(self.path, message, "write elsewhere, or make room")
    }

    /// Unpacks a file that is inside.
    fn inside<S: Read + Seek>(
        &mut self,
        mobs: &mut Mobs<S>,
        entry: u32,
        descriptor: &Descriptor,
        name: &str,
        place: &str,
        ledger: &mut Ledger,
    ) -> Result<Option<PathBuf>, SessionError> {
        let silent = |what: &str, ledger: &mut Ledger| {
            let message = format!("{name:?} inside the file {what}: its clips are silent in the stems");
            ledger.error("media-unreadable", place, message, AGAIN);
            Ok(None)
        };
        let store = &mut mobs.parser.store;
        let opened = store.object(entry).and_then(|object| {
            let stream = store.stream(&object, pids::ESSENCE_STREAM)?;
            stream.ok_or_else(|| Wrong::file("has no data"))
        });
        let mut stream = match opened {
            Ok(stream) => stream,
            Err(Wrong::Io(source)) => return Err(self.no_room(name, &source)),
            Err(wrong) => return silent(&wrong.to_string(), ledger),
        };
        let size = stream.size();
        let Some(left) = self.left.checked_sub(size) else {
            return Err(error(self.path, "holds more audio than it has bytes", "export the AAF again in its program"));
        };
        self.left = left;
        let kind = match kind(&mut stream, descriptor) {
            Ok(Some(kind)) => kind,
            Ok(None) => return silent("is in no form that is read", ledger),
            Err(_) => return silent("is cut short", ledger),
        };
        if let (Kind::Samples(samples), Some(length)) = (&kind, descriptor.length) {
            // Lengths in picture frames, as some programs write them, say nothing.
            let is_in_samples = descriptor.rate == descriptor.audio_rate && descriptor.audio_rate.is_some();
            if is_in_samples && u64::try_from(length).is_ok_and(|length| length > samples.frames()) {
                let message = format!("{name:?} inside the file has {} of {length} frames", samples.frames());
                ledger.warning("media-shorter", place, message, AGAIN);
            }
        }
        match self.write(&mut stream, &kind, name) {
            Ok(path) => Ok(self.sources.add(&format!("inside: {}", path.display()), &path, place, ledger)),
            Err(source) if source.kind() == io::ErrorKind::UnexpectedEof => silent("is cut short", ledger),
            Err(source) => Err(self.no_room(name, &source)),
        }
    }

    /// Writes a file into the folder for unpacked audio, under a name like `name`. What is there already is not written twice.
    fn write<R: Read + Seek>(&mut self, from: &mut R, kind: &Kind, name: &str) -> io::Result<PathBuf> {
        fs::create_dir_all(self.to)?;
        let stem = harmless(name);
        let ending = match kind {
            Kind::Whole(ending) => ending,
            Kind::Samples(_) => "wav",
        };
        let new = self.to.join(format!(".{stem}.stemwright-new"));
        let written = File::create(&new).and_then(|file| {
            let mut file = Summed { file: BufWriter::new(file), crc: Crc::new(), size: 0 };
            match kind {
                Kind::Whole(_) => {
                    let size = from.seek(SeekFrom::End(0))?;
                    from.seek(SeekFrom::Start(0))?;
                    if io::copy(from, &mut file)? < size {
                        return Err(io::ErrorKind::UnexpectedEof.into());
                    }
                }
                Kind::Samples(samples) => samples.write(from, &mut file)?,
            }
            file.flush()?;
            Ok((file.size, file.crc.value()))
        });
        let placed = written.and_then(|(size, crc)| {
            let name = format!("{stem}.{ending}");
            let key = (name.clone(), size, crc);
            if let Some(path) = self.written.get(&key).filter(|path| is_same(&new, path).unwrap_or(false)) {
                fs::remove_file(&new)?;
                return Ok(path.clone());
            }
            // Under the numbers before this one lie others of this document.
            let next = self.next.entry(name).or_insert(1);
            while *next < MOST_NAMES {
                let number = if *next == 1 { String::new() } else { format!(" ({next})") };
                *next += 1;
                let path = self.to.join(format!("{stem}{number}.{ending}"));
                if path.symlink_metadata().is_err() {
                    fs::rename(&new, &path)?;
                } else if is_same(&new, &path)? {
                    fs::remove_file(&new)?;
                } else {
                    continue;
                }
                self.written.insert(key, path.clone());
                return Ok(path);
            }
            Err(io::Error::other("too many files have that name"))
        });
        if placed.is_err() {
            let _ = fs::remove_file(&new);
        }
        placed
    }
}

/// What is written, and its checksum.
struct Summed<W> {
    file: W,
    crc: Crc,
    size: u64,
}

impl<W: Write> Write for Summed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.crc.add(&bytes[..written]);
        self.size += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// What a locator may mean: it should be a URL, absolute or relative, and is a path in some programs' files.
fn readings(locator: &str) -> Vec<String> {
    let rest = match locator.get(..5) {
        Some(scheme) if scheme.eq_ignore_ascii_case("file:") => &locator[5..],
        _ if locator.contains('%') => locator,
        _ => return vec![locator.to_owned()],
    };
    let url = format!("file://{}", rest.strip_prefix("//").unwrap_or(rest));
    if url == locator { vec![url] } else { vec![locator.to_owned(), url] }
}

/// The rate of a file by its descriptor.
fn rate(descriptor: &Descriptor) -> Option<SampleRate> {
    if !descriptor.is_file {
        return None;
    }
    let header = Samples::of_header(&descriptor.wave).map(|samples| samples.rate);
    let rate = descriptor.audio_rate.or(descriptor.rate);
    let whole = rate.filter(|rate| rate.units % rate.seconds == 0).map(|rate| rate.units / rate.seconds);
    header.or_else(|| whole.and_then(|rate| u32::try_from(rate).ok())).and_then(SampleRate::new)
}

/// What data is: by what it begins with, then by its descriptor.
fn kind<R: Read + Seek>(stream: &mut R, descriptor: &Descriptor) -> io::Result<Option<Kind>> {
    let mut head = Vec::new();
    Read::take(&mut *stream, 12).read_to_end(&mut head)?;
    let size = stream.seek(SeekFrom::End(0))?;
    stream.seek(SeekFrom::Start(0))?;
    let starts =
        |name: &[u8], form: &[&[u8]]| head.starts_with(name) && form.iter().any(|form| head[4..].ends_with(form));
    if head.len() == 12 && [&b"RIFF"[..], b"RF64", b"BW64"].iter().any(|name| starts(name, &[b"WAVE"])) {
        return Ok(Some(Kind::Whole("wav")));
    }
    if head.len() == 12 && starts(b"FORM", &[b"AIFF", b"AIFC"]) {
        return Ok(Some(Kind::Whole("aif")));
    }
    if head.starts_with(&mxf::KEY) {
        return Ok(mxf::samples(stream)?.map(Kind::Samples));
    }
    let of_descriptor = || {
        let rate = descriptor.audio_rate.or(descriptor.rate)?;
        let hertz =
            u32::try_from(rate.units.checked_div(rate.seconds)?).ok().filter(|_| rate.units % rate.seconds == 0)?;
        Samples::new(descriptor.channels?, hertz, descriptor.bits?, descriptor.block)
    };
    let samples = Samples::of_header(&descriptor.wave).or_else(of_descriptor);
    Ok(samples.map(|samples| Kind::Samples(Samples { pieces: vec![(0, size)], ..samples })))
}

/// A name that is a name of a file on every system, and leads nowhere.
fn harmless(name: &str) -> String {
    let known = ["wav", "aif", "aiff", "aifc", "mxf", "bwf"];
    let stem = match name.rsplit_once('.') {
        Some((stem, ending)) if known.iter().any(|known| known.eq_ignore_ascii_case(ending)) => stem,
        _ => name,
    };
    let plain = |c: char| if c.is_control() || "/\\:*?\"<>|".contains(c) { '_' } else { c };
    let clean: String = stem.chars().map(plain).take(LONGEST_NAME).collect();
    let clean = clean.trim().trim_matches('.').trim();
    if clean.is_empty() { "audio".to_owned() } else { clean.to_owned() }
}

fn is_same(one: &Path, other: &Path) -> io::Result<bool> {
    let meta = other.symlink_metadata()?;
    if !meta.is_file() || meta.len() != one.metadata()?.len() {
        return Ok(false);
    }
    let (mut one, mut other) = (BufReader::new(File::open(one)?), BufReader::new(File::open(other)?));
    let (mut a, mut b) = ([0; 8192], [0; 8192]);
    loop {
        let read = one.read(&mut a)?;
        if read == 0 {
            return Ok(true);
        }
        other.read_exact(&mut b[..read])?;
        if a[..read] != b[..read] {
            return Ok(false);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locators_are_urls_and_paths() {
        for (locator, wanted) in [
            ("file:///a%20b.wav", vec!["file:///a%20b.wav"]),
            ("FILE:/a%20b.wav", vec!["FILE:/a%20b.wav", "file:///a%20b.wav"]),
            ("x/a%20b.wav", vec!["x/a%20b.wav", "file://x/a%20b.wav"]),
            ("C:\\a.wav", vec!["C:\\a.wav"]),
        ] {
            assert_eq!(readings(locator), wanted);
        }
    }

    #[test]
    fn names_of_files_lead_nowhere() {
        for (name, wanted) in [
            ("../../etc/passwd", "_.._etc_passwd"),
            ("C:\\a.wav", "C__a"),
            ("キック.wav", "キック"),
            ("..", "audio"),
            ("", "audio"),
            ("a\0b", "a_b"),
            ("Take 1.5", "Take 1.5"),
        ] {
            assert_eq!(harmless(name), wanted, "{name:?}");
        }
        assert!(harmless(&"x".repeat(5000)).len() <= LONGEST_NAME);
    }
}
