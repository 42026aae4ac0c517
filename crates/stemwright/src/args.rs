//! The command line.

use clap::{ArgAction, Args as ClapArgs, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;
use stemwright_core::{Coding, Layout, SampleRate, Severity};
use stemwright_render::{Fault, Headroom, Tail};

/// Music stems that provably sum to the mix.
#[derive(Debug, Parser)]
#[command(name = "stemwright", version, propagate_version = true, arg_required_else_help = true)]
#[command(after_help = "\
Examples:
  stemwright bounce song/            song/session.toml into song-stems/
  stemwright new tracks/             a session.toml for a folder of multitracks
  stemwright bounce song/ --dry-run  what would be written
  stemwright check song-stems/       whether it is all there, adds up and measures well
  stemwright session show song.rpp   the mixer of a DAW's project, and what of it cannot be carried over
  stemwright help bounce             everything about one command")]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
    /// When to colour
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub(crate) color: Color,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a session of a folder of multitracks: roles, buses, stereo pairs and tempo by the names of its files
    New(New),
    /// Print every stem of a session, the mix and the master in one pass, with a proof that they add up
    Bounce(Bounce),
    /// Measure anybody's stems, prove that they add up to the mix, and say what is wrong and how to mend it
    Check(Check),
    /// Look into a session, or write it as another program's: DAWproject, REAPER, Ardour, Live, AAF, session.toml, stem sets
    Session(SessionArgs),
}

/// What every verb knows.
#[derive(Debug, ClapArgs)]
pub(crate) struct Talk {
    /// Print one JSON document on standard output and nothing else
    #[arg(long)]
    pub(crate) json: bool,
    /// Say nothing but errors
    #[arg(short, long)]
    pub(crate) quiet: bool,
    /// Say more
    #[arg(short, long, conflicts_with = "quiet")]
    pub(crate) verbose: bool,
    /// The least severe finding that makes the exit status 1
    #[arg(long, value_enum, default_value_t = FailOn::Warning, value_name = "SEVERITY")]
    pub(crate) fail_on: FailOn,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  stemwright new tracks/                 tracks/session.toml, with a comment above each guess
  stemwright new tracks/ --dry-run       how the files are understood; nothing is written
  stemwright new tracks/ -o mix.toml     the session elsewhere
  stemwright new tracks/ --force         again; the session.toml that is there is kept as session.toml.bak

Exit status: 0 the session is made, 1 it is and there are findings, 2 it is not.")]
pub(crate) struct New {
    /// The folder of the exported tracks of a song, or one with sub-folders of them
    pub(crate) folder: PathBuf,
    /// The session to write [default: FOLDER/session.toml]
    #[arg(short, long, value_name = "SESSION")]
    pub(crate) output: Option<PathBuf>,
    /// Show how the files are understood, and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Write even if the session is already there; it is kept under another name
    #[arg(long, action = ArgAction::SetTrue)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) talk: Talk,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  stemwright bounce song/                        song/session.toml into song-stems/
  stemwright bounce song.dawproject              a DAW's project into song-stems/; what it cannot carry over is told
  stemwright bounce tracks/                      a folder of multitracks without a session, into tracks-stems/
  stemwright bounce song/ --headroom auto        as much lower as no file clips
  stemwright bounce mix.toml -o ~/out --format wav32f
  stemwright bounce song/ --through-master       stems that add up to the mastered track
  stemwright bounce song/ --dry --wet            song-stems/ and, without inserts and returns, song-stems-dry/
  stemwright bounce song/ --format flac24 --rate 48000
  stemwright bounce song/ --stems Drums,Bass     two files of the set, proven with the others, in song-stems-only-Drums+Bass/
  stemwright bounce song/ --section Chorus       cut on its first and last frame, in song-stems-section-Chorus/
  stemwright bounce song/ --dry-run              what would be written

What was rendered is kept (8 GB at most; STEMWRIGHT_CACHE names another folder, STEMWRIGHT_CACHE_MB another bound),
so that after a change only what it touches is rendered again: the same bytes, sooner.

Exit status: 0 the set is written and proven, 1 it is and there are findings, 2 it is not, or with --dry --wet one of them is not.")]
pub(crate) struct Bounce {
    /// A session.toml or a DAW's project (.dawproject, .rpp, .ardour, .als, .aaf), the folder it is in, or a folder of multitracks
    pub(crate) session: PathBuf,
    /// The folder to write the set to [default: NAME-stems beside the session]
    #[arg(short, long, value_name = "SET")]
    pub(crate) output: Option<PathBuf>,
    /// File type and sample format
    #[arg(long, value_enum, default_value_t = Format::Wav24)]
    pub(crate) format: Format,
    /// One gain for every file: so many dB lower, or `auto`: lower only if a file would clip [default: 0, and `auto` for
    /// a folder without a session and a DAW's project]
    #[arg(long, value_parser = headroom, allow_negative_numbers = true, value_name = "DB|auto")]
    pub(crate) headroom: Option<Headroom>,
    /// Where files end: so many seconds after the last clip, or `auto`: when nothing sounds any more
    #[arg(long, value_parser = tail, allow_negative_numbers = true, default_value = "auto", value_name = "SECONDS|auto")]
    pub(crate) tail: Tail,
    /// Render at another rate than the session's: 44100 to 192000 Hz
    #[arg(long, value_parser = rate, value_name = "HZ")]
    pub(crate) rate: Option<SampleRate>,
    /// Channels of every file; the master is folded into them, and so is each stem [default: the master's]
    #[arg(long, value_enum)]
    pub(crate) layout: Option<Channels>,
    /// Write these stems and extra files only; all are rendered and proven
    #[arg(long, value_delimiter = ',', value_name = "A,B")]
    pub(crate) stems: Option<Vec<String>>,
    /// Write one section of the song only, such as Chorus or Chorus#2: the same frames that the whole song has there
    #[arg(long, value_name = "NAME", conflicts_with = "tail")]
    pub(crate) section: Option<String>,
    /// Write stems whose left and right are the same as mono files; they stand in left and right with factor 1
    #[arg(long)]
    pub(crate) mono_stems: bool,
    /// Dither integer files (TPDF); it is on at 16 bits and off at 24 unless asked for
    #[arg(long)]
    pub(crate) dither: bool,
    /// Dither nothing, 16 bits neither
    #[arg(long, conflicts_with = "dither")]
    pub(crate) no_dither: bool,
    /// Stems that add up to the mastered track: each goes through the master chain, its share of every gain exact
    #[arg(long)]
    pub(crate) through_master: bool,
    /// Print the session dry, with inserts bypassed and returns silent, into NAME-stems-dry
    #[arg(long)]
    pub(crate) dry: bool,
    /// Print the session as it sounds, which is the default; with --dry both, -o SET and SET-dry
    #[arg(long)]
    pub(crate) wet: bool,
    /// Threads [default: one a core]; changes no sample
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=1024), allow_negative_numbers = true, value_name = "N")]
    pub(crate) threads: Option<u16>,
    /// Frames in a block; changes no sample
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1 << 20), allow_negative_numbers = true, default_value_t = 2048, value_name = "N")]
    pub(crate) block: u32,
    /// Neither read nor keep what was rendered before; changes no sample
    #[arg(long)]
    pub(crate) no_cache: bool,
    /// Leave out loudness, true peak and the hashes: a sketch, sooner; its sums are exact and proven all the same
    #[arg(long)]
    pub(crate) no_measure: bool,
    /// Show what would be written, and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Write even if the folder holds other files; it is moved aside, nothing is deleted
    #[arg(long, action = ArgAction::SetTrue)]
    pub(crate) force: bool,
    /// Builds a fault into the engine (lane-scaled, lane-late, second-detector, track-lost), to see the proof fail
    #[arg(long, hide = true, value_parser = fault, value_name = "FAULT")]
    pub(crate) inject_fault: Option<Fault>,
    #[command(flatten)]
    pub(crate) talk: Talk,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  stemwright check song-stems/                   a set of ours: its receipt is proved again
  stemwright check stems/                        anybody's folder of WAV, AIFF, FLAC or M4A files; the mix is found by its name
  stemwright check stems/ --mix ~/mix.wav        against a mix that lies elsewhere
  stemwright check stems/ --residual left.wav    what is left of mix - stems, to listen to
  stemwright check stems/ --html report.html     one page with pictures, to read, send or print
  stemwright check stems/ --preset sync          held against what a sync library asks for
  stemwright check --presets                     which presets there are, and where your own go
  stemwright check mix.wav                       one file, measured
  stemwright check --selftest                    the meters against the EBU's test signals

Exit status: 0 nothing was found, 1 something was (see --fail-on), 2 nothing could be checked.")]
pub(crate) struct Check {
    /// A folder of stems, or one audio file
    #[arg(required_unless_present_any = ["selftest", "presets"])]
    pub(crate) set: Option<PathBuf>,
    /// The mix that the stems should add up to [default: by the manifest, else by its name]
    #[arg(long, value_name = "FILE")]
    pub(crate) mix: Option<PathBuf>,
    /// Hold it against the limits of a preset: a name, or a file of your own
    #[arg(long, value_name = "NAME|FILE")]
    pub(crate) preset: Option<String>,
    /// List the presets
    #[arg(long, conflicts_with_all = ["set", "selftest"])]
    pub(crate) presets: bool,
    /// Write the report as one page of HTML
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// Write what is left of mix - stems, as a 32-bit float WAV
    #[arg(long, value_name = "FILE")]
    pub(crate) residual: Option<PathBuf>,
    /// Write the stems with what brings them to the mix, as 32-bit float WAV, into a new folder
    #[arg(long, value_name = "DIR")]
    pub(crate) corrected: Option<PathBuf>,
    /// Threads [default: one a core]; changes no figure
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=1024), allow_negative_numbers = true, value_name = "N")]
    pub(crate) threads: Option<u16>,
    /// Measure the test signals of EBU Tech 3341 and 3342 at five rates
    #[arg(long, conflicts_with_all = ["set", "mix", "preset", "html", "residual", "corrected"])]
    pub(crate) selftest: bool,
    #[command(flatten)]
    pub(crate) talk: Talk,
}

#[derive(Debug, ClapArgs)]
#[command(arg_required_else_help = true)]
pub(crate) struct SessionArgs {
    #[command(subcommand)]
    pub(crate) verb: SessionVerb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SessionVerb {
    /// Show the mixer of a session as a tree, and the ledger: what cannot be carried over, or not exactly
    Show(Show),
    /// Write a session or a stem set as another program's session
    Convert(Convert),
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  stemwright session show song.dawproject
  stemwright session show song.rpp --json
  stemwright session show 'My Song/'             Ardour's folder of a session
  stemwright session show 'My Project/'          Live's folder of a project with one set
  stemwright session show song-stems/            a stem set

Exit status: 0 everything is carried over, 1 something is not (see --fail-on), 2 it cannot be read.")]
pub(crate) struct Show {
    /// A .dawproject, .rpp, .ardour, .als, .aaf or session.toml, a folder with one of them, a folder of multitracks or of stems
    pub(crate) session: PathBuf,
    /// Read it as a session at another rate: 44100 to 192000 Hz
    #[arg(long, value_parser = rate, value_name = "HZ")]
    pub(crate) rate: Option<SampleRate>,
    #[command(flatten)]
    pub(crate) talk: Talk,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  stemwright session convert song.dawproject song.toml    to change it by hand, and bounce it
  stemwright session convert song-stems/ song.dawproject  a stem set that opens in Bitwig, Studio One or Cubase, from bar 1
  stemwright session convert song-stems/ song.rpp         and in REAPER
  stemwright session convert song.rpp song.dawproject     from one program to another
  stemwright session convert song.rpp multitracks/ --consolidate
                                                          one full-length file a track, from bar 1

The ending of OUT says what is written: .toml, .dawproject or .rpp; with --consolidate it is a folder.

Exit status: 0 everything is carried over, 1 something is not (see --fail-on), 2 nothing is written.")]
pub(crate) struct Convert {
    /// A .dawproject, .rpp, .ardour, .als, .aaf or session.toml, a folder with one of them, a folder of multitracks or of stems
    pub(crate) session: PathBuf,
    /// The document to write, or the folder with --consolidate
    #[arg(value_name = "OUT")]
    pub(crate) output: PathBuf,
    /// Read it as a session at another rate: 44100 to 192000 Hz
    #[arg(long, value_parser = rate, value_name = "HZ")]
    pub(crate) rate: Option<SampleRate>,
    /// Write a folder with one WAV a track, all as long as the song, with clips, fades and stretching rendered; sessions that play them and
    /// a read-me beside them
    #[arg(long, conflicts_with = "no_embed")]
    pub(crate) consolidate: bool,
    /// Let a .dawproject refer to its audio where it is, instead of holding it
    #[arg(long)]
    pub(crate) no_embed: bool,
    /// Write even if OUT is already there; it is kept under another name
    #[arg(long, action = ArgAction::SetTrue)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) talk: Talk,
}

impl Bounce {
    /// The dither that was asked for, if one was.
    pub(crate) fn dither(&self) -> Option<bool> {
        (self.dither || self.no_dither).then_some(self.dither)
    }
}

fn rate(text: &str) -> Result<SampleRate, String> {
    let hz = text.parse::<u32>().ok().filter(|hz| (44_100..=192_000).contains(hz));
    hz.and_then(SampleRate::new).ok_or_else(|| "write a number of Hz from 44100 to 192000".to_owned())
}

fn headroom(text: &str) -> Result<Headroom, String> {
    if text == "auto" {
        return Ok(Headroom::Auto);
    }
    let db = text.parse::<f64>().ok().filter(|db| (0.0..=60.0).contains(db));
    db.map(Headroom::Db).ok_or_else(|| "write a number of dB from 0 to 60, or auto".to_owned())
}

fn tail(text: &str) -> Result<Tail, String> {
    if text == "auto" {
        return Ok(Tail::Auto);
    }
    let seconds = text.parse::<f64>().ok().filter(|seconds| (0.0..=600.0).contains(seconds));
    seconds.map(Tail::Seconds).ok_or_else(|| "write a number of seconds from 0 to 600, or auto".to_owned())
}

fn fault(text: &str) -> Result<Fault, String> {
    Fault::from_id(text).ok_or_else(|| "no such fault".to_owned())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// 24-bit integer WAV (RF64 past 4 GiB, as all WAV)
    Wav24,
    /// 32-bit float WAV
    Wav32f,
    /// 16-bit integer WAV, dithered; for demos only
    Wav16,
    /// 24-bit AIFF, up to 4 GiB a file
    Aiff24,
    /// 24-bit FLAC
    Flac24,
    /// 16-bit FLAC, dithered; for demos only
    Flac16,
}

impl From<Format> for Coding {
    fn from(format: Format) -> Self {
        match format {
            Format::Wav24 => Self::Wav24,
            Format::Wav32f => Self::Wav32f,
            Format::Wav16 => Self::Wav16,
            Format::Aiff24 => Self::Aiff24,
            Format::Flac24 => Self::Flac24,
            Format::Flac16 => Self::Flac16,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Channels {
    /// (L+R)/2
    Mono,
    /// Left, right; 5.1 and 7.1 by ITU-R BS.775
    Stereo,
    /// Mid (L+R)/2, side (L-R)/2
    Ms,
    /// L R C LFE Ls Rs
    #[value(name = "5.1")]
    Surround51,
    /// L R C LFE Lrs Rrs Lss Rss
    #[value(name = "7.1")]
    Surround71,
}

impl From<Channels> for Layout {
    fn from(channels: Channels) -> Self {
        match channels {
            Channels::Mono => Self::Mono,
            Channels::Stereo => Self::Stereo,
            Channels::Ms => Self::MidSide,
            Channels::Surround51 => Self::Surround51,
            Channels::Surround71 => Self::Surround71,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    Error,
    Warning,
    Note,
}

impl From<FailOn> for Severity {
    fn from(fail_on: FailOn) -> Self {
        match fail_on {
            FailOn::Error => Self::Error,
            FailOn::Warning => Self::Warning,
            FailOn::Note => Self::Note,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

impl Color {
    pub(crate) fn write_global(self) {
        match self {
            Self::Auto => anstream::ColorChoice::Auto,
            Self::Always => anstream::ColorChoice::Always,
            Self::Never => anstream::ColorChoice::Never,
        }
        .write_global();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        use clap::CommandFactory;
        Args::command().debug_assert();
    }
}
