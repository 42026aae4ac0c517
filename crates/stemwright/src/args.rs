//! The command line.

use clap::{ArgAction, Args as ClapArgs, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;
use stemwright_core::{Coding, Severity};
use stemwright_render::{Fault, Headroom, Tail};

/// Music stems that provably sum to the mix.
#[derive(Debug, Parser)]
#[command(name = "stemwright", version, propagate_version = true, arg_required_else_help = true)]
#[command(after_help = "\
Examples:
  stemwright bounce song/            song/session.toml into song-stems/
  stemwright bounce song/ --dry-run  what would be written
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
    /// Print every stem of a session, the mix and the master in one pass, with a proof that they add up
    Bounce(Bounce),
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
  stemwright bounce song/                        song/session.toml into song-stems/
  stemwright bounce song/ --headroom auto        as much lower as no file clips
  stemwright bounce mix.toml -o ~/out --format wav32f
  stemwright bounce song/ --through-master       stems that add up to the mastered track
  stemwright bounce song/ --dry --wet            song-stems/ and, without inserts and returns, song-stems-dry/
  stemwright bounce song/ --dry-run              what would be written

Exit status: 0 the set is written and proven, 1 it is and there are findings, 2 it is not, or with --dry --wet one of them is not.")]
pub(crate) struct Bounce {
    /// A session.toml, or the folder it is in
    pub(crate) session: PathBuf,
    /// The folder to write the set to [default: NAME-stems beside the session]
    #[arg(short, long, value_name = "SET")]
    pub(crate) output: Option<PathBuf>,
    /// File type and sample format
    #[arg(long, value_enum, default_value_t = Format::Wav24)]
    pub(crate) format: Format,
    /// One gain for every file: so many dB lower, or `auto`: lower only if a file would clip
    #[arg(long, value_parser = headroom, allow_negative_numbers = true, default_value = "0", value_name = "DB|auto")]
    pub(crate) headroom: Headroom,
    /// Where files end: so many seconds after the last clip, or `auto`: when nothing sounds any more
    #[arg(long, value_parser = tail, allow_negative_numbers = true, default_value = "auto", value_name = "SECONDS|auto")]
    pub(crate) tail: Tail,
    /// Dither integer files (TPDF); at 24 bits it is off unless asked for
    #[arg(long)]
    pub(crate) dither: bool,
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
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1 << 20), allow_negative_numbers = true, default_value_t = 4096, value_name = "N")]
    pub(crate) block: u32,
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
    /// 24-bit integer WAV
    Wav24,
    /// 32-bit float WAV
    Wav32f,
}

impl From<Format> for Coding {
    fn from(format: Format) -> Self {
        match format {
            Format::Wav24 => Self::Wav24,
            Format::Wav32f => Self::Wav32f,
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
