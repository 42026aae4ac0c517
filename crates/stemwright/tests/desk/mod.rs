//! A temporary folder with sessions and clips in it, and the tool run there as a person would.

#![allow(dead_code, reason = "no test file uses all of it")]

use std::collections::BTreeMap;
use std::f64::consts::TAU;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

pub(crate) const RATE: u32 = 48_000;
pub(crate) const TOOL: &str = env!("CARGO_BIN_EXE_stemwright");
const PERIOD: u32 = 100;

/// Everything below a folder: what a folder is as `None`, what is in a file as its bytes.
pub(crate) type Tree = BTreeMap<PathBuf, Option<Vec<u8>>>;

pub(crate) struct Desk {
    folder: TempDir,
    /// Where the tool keeps what it rendered: not where the user who tests keeps it.
    pub(crate) cache: TempDir,
}

pub(crate) struct Outcome {
    pub(crate) status: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl From<Output> for Outcome {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        Self { status: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }
}

impl Outcome {
    #[track_caller]
    pub(crate) fn ended(self, status: i32) -> Self {
        assert_eq!(self.status, Some(status), "stdout:\n{}\nstderr:\n{}", self.out, self.err);
        self
    }

    #[track_caller]
    pub(crate) fn says(self, parts: &[&str]) -> Self {
        for part in parts {
            assert!(self.err.contains(part), "no `{part}` in:\n{}", self.err);
        }
        self
    }

    /// Standard output as one JSON document with nothing after it.
    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}:\n{}", self.out))
    }
}

impl Desk {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), cache: tempfile::tempdir().unwrap() }
    }

    /// A desk with `song/session.toml`: a track for each of `tracks` (a name, then what else its table says), with one
    /// clip, `clip.wav`: a second of a sine at −20 dBFS.
    pub(crate) fn with_song(tracks: &[(&str, &str)]) -> Self {
        let desk = Self::new();
        desk.sine("song/clip.wav", 0.1, RATE);
        let tables: String = tracks.iter().map(|(name, rest)| track(name, rest, "clip.wav")).collect();
        desk.session("song/session.toml", &tables);
        desk
    }

    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.folder.path().join(relative)
    }

    pub(crate) fn write(&self, relative: &str, contents: impl AsRef<[u8]>) {
        let path = self.path(relative);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, contents).unwrap();
    }

    /// A session document; the table with its rate is put in front.
    pub(crate) fn session(&self, relative: &str, tables: &str) {
        self.write(relative, format!("[session]\nrate = {RATE}\n\n{tables}"));
    }

    /// A mono float file of 480 Hz, of which every hundredth frame from the 25th on is exactly `peak`.
    pub(crate) fn sine(&self, relative: &str, peak: f32, frames: u32) {
        let samples = (0..frames).map(|n| peak * (TAU * f64::from(n % PERIOD) / f64::from(PERIOD)).sin() as f32);
        self.floats(relative, 1, RATE, samples);
    }

    /// A float file of interleaved samples.
    pub(crate) fn floats(&self, relative: &str, channels: u16, rate: u32, samples: impl IntoIterator<Item = f32>) {
        let path = self.path(relative);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let spec = hound::WavSpec {
            channels,
            sample_rate: rate,
            bits_per_sample: 32,
            sample_format: hound::SampleFormat::Float,
        };
        let mut writer = hound::WavWriter::create(path, spec).unwrap();
        samples.into_iter().for_each(|sample| writer.write_sample(sample).unwrap());
        writer.finalize().unwrap();
    }

    /// The tool with this folder as the current one.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(TOOL);
        command.args(arguments).current_dir(self.folder.path()).stdin(Stdio::null());
        command.env("STEMWRIGHT_CACHE", self.cache.path());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Outcome {
        self.command(arguments).output().unwrap().into()
    }

    pub(crate) fn bounce(&self, arguments: &[&str]) -> Outcome {
        self.run(&[&["bounce"], arguments].concat())
    }

    pub(crate) fn tree(&self) -> Tree {
        tree(self.folder.path())
    }

    /// The names in this folder, hidden ones included.
    pub(crate) fn names(&self) -> Vec<String> {
        self.names_in(".")
    }

    pub(crate) fn names_in(&self, relative: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(relative)).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Bounces `song` and demands that it is refused with status 2, that nothing is said on standard output, that the
    /// message holds all of `parts` and a remedy, and that nothing is left: with no set in place, and with an older
    /// one there, of which every byte must stay.
    #[track_caller]
    pub(crate) fn refused(&self, options: &[&str], parts: &[&str]) -> Outcome {
        let arguments = [&["song"], options].concat();
        let run = || {
            let before = self.tree();
            let outcome = self.bounce(&arguments).ended(2).says(parts).says(&["error: ", "\nhint: "]);
            assert_eq!(outcome.out, "");
            assert_untouched(&before, &self.tree());
            outcome
        };
        run();
        older_set(&self.path("song-stems"));
        let outcome = run();
        fs::remove_dir_all(self.path("song-stems")).unwrap();
        outcome
    }
}

/// A track with one clip at bar 1.
pub(crate) fn track(name: &str, rest: &str, file: &str) -> String {
    let clip =
        if rest.contains("[[track.clip]]") { String::new() } else { format!("[[track.clip]]\nfile = '{file}'\n") };
    format!("[[track]]\nname = '''{name}'''\n{rest}\n{clip}\n")
}

/// Writes a set as an earlier run would have left it.
pub(crate) fn older_set(target: &Path) {
    let older = Desk::with_song(&[("Older", "stem = 'Older'")]);
    older.bounce(&["song", "-o", target.to_str().unwrap()]).ended(0);
}

pub(crate) fn tree(root: &Path) -> Tree {
    let mut tree = Tree::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let relative = path.strip_prefix(root).unwrap().to_owned();
            let is_folder = fs::symlink_metadata(&path).unwrap().is_dir();
            tree.insert(relative, if is_folder { None } else { fs::read(&path).ok() });
            if is_folder {
                folders.push(path);
            }
        }
    }
    tree
}

#[track_caller]
pub(crate) fn assert_untouched(before: &Tree, after: &Tree) {
    // Names first: a difference in bytes would print megabytes.
    assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>());
    for (path, bytes) in before {
        assert!(&after[path] == bytes, "{} was changed", path.display());
    }
}

/// The samples of a file of a set, as parts of full scale, interleaved.
pub(crate) fn samples(file: &Path) -> Vec<f64> {
    let mut reader = hound::WavReader::open(file).unwrap();
    match reader.spec().sample_format {
        hound::SampleFormat::Float => reader.samples::<f32>().map(|x| f64::from(x.unwrap())).collect(),
        hound::SampleFormat::Int => reader.samples::<i32>().map(|x| f64::from(x.unwrap()) / 8_388_608.0).collect(),
    }
}

pub(crate) fn peak(file: &Path) -> f64 {
    samples(file).into_iter().fold(0.0, |peak, x| peak.max(x.abs()))
}
