//! What a set is to hold: which files, of which lanes, over which part of the song.

use crate::graph::{ExtraPlan, Graph};
use crate::{BounceError, BounceOptions, folds};
use std::collections::BTreeSet;
use stemwright_audio::{Container, SampleFormat};
use stemwright_core::{Coding, Db, Finding, Layout, Session, Severity, extra_file_name, stem_file_name};

/// What the stems sum to.
pub const MIX: &str = "00_MIX_REFERENCE";
/// The other side of the master chain.
pub const MASTER: &str = "00_MASTER";
/// The other side of the master chain, where the stems went through it.
pub const PREMASTER: &str = "00_PREMASTER";

/// How all files of a set are written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct SetFormat {
    pub(crate) coding: Coding,
    pub(crate) layout: Layout,
    /// The one gain after all processing.
    pub(crate) gain: Db,
    pub(crate) dither: bool,
    /// Whether the stems add up to the master.
    pub(crate) through_master: bool,
    /// Whether inserts and returns are heard.
    pub(crate) wet: bool,
}

impl SetFormat {
    pub(crate) fn container(self) -> Container {
        match self.coding {
            Coding::Wav16 | Coding::Wav24 | Coding::Wav32f => Container::Wav,
            Coding::Aiff24 => Container::Aiff,
            Coding::Flac16 | Coding::Flac24 => Container::Flac,
        }
    }

    pub(crate) fn sample_format(self) -> SampleFormat {
        match self.coding.integer_bits() {
            None => SampleFormat::Float32,
            Some(16) => SampleFormat::Pcm16,
            Some(_) => SampleFormat::Pcm24,
        }
    }

    /// The file that the stems add up to, and the other side of the master chain.
    pub(crate) fn references(self) -> [String; 2] {
        let beside = if self.through_master { PREMASTER } else { MASTER };
        [MIX, beside].map(|name| format!("{name}.{}", self.coding.extension()))
    }
}

/// The files of a set.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Delivery {
    pub(crate) format: SetFormat,
    /// All stems, in the order of their lanes.
    pub(crate) stems: Vec<DeliveredStem>,
    /// Sums of stems.
    pub(crate) extras: Vec<DeliveredExtra>,
    /// The first frame of the session that is written.
    pub(crate) start: i64,
    /// The frame after the last one; where everything has ended if `None`.
    pub(crate) end: Option<i64>,
    /// The section that this is, where it is not the whole song.
    pub(crate) section: Option<String>,
    /// Whether files are measured and hashed.
    pub(crate) measured: bool,
    /// Whether stems are looked for whose left and right are the same.
    pub(crate) seeks_mono: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct DeliveredStem {
    pub(crate) name: String,
    pub(crate) file: String,
    /// Whether it is written, or only proven with the others.
    pub(crate) written: bool,
    /// Whether its left and right are the same and it is written as one channel.
    pub(crate) mono: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct DeliveredExtra {
    pub(crate) name: String,
    pub(crate) file: String,
    pub(crate) stems: Vec<usize>,
}

impl Delivery {
    pub(crate) fn new(graph: &Graph<'_>, options: &BounceOptions) -> Result<Self, BounceError> {
        let coding = options.coding;
        let format = SetFormat {
            coding,
            layout: options.layout.unwrap_or(graph.session.master.layout),
            gain: Db::ZERO,
            dither: coding.integer_bits().is_some_and(|bits| options.dither.unwrap_or(bits == 16)),
            through_master: options.through_master,
            wet: !options.dry,
        };
        let written = wanted(graph, options.stems.as_deref())?;
        let stems = graph.stems.iter().zip(1..).map(|(stem, number)| DeliveredStem {
            name: stem.name.clone(),
            file: stem_file_name(number, &stem.name, coding),
            written: written.contains(stem.name.as_str()),
            mono: false,
        });
        let chosen = |extra: &&(&ExtraPlan, usize)| written.contains(extra.0.name.as_str());
        let extras: Vec<(&ExtraPlan, usize)> = graph.extras.iter().zip(1..).collect();
        let extras = extras.iter().filter(chosen).map(|(extra, number)| DeliveredExtra {
            name: extra.name.clone(),
            file: extra_file_name(*number, &extra.name, coding),
            stems: extra.stems.clone(),
        });
        let (start, end) = match &options.section {
            None => (graph.start, None),
            Some(name) => section(graph, name)?,
        };
        Ok(Self {
            format,
            stems: stems.collect(),
            extras: extras.collect(),
            start,
            end,
            section: options.section.clone(),
            measured: options.measured,
            seeks_mono: options.mono_stems,
        })
    }

    /// What there is to say of these wishes.
    pub(crate) fn findings(&self, graph: &Graph<'_>, options: &BounceOptions) -> Vec<Finding> {
        let note = |code: &str, message: &str| Finding::new(Severity::Note, code, message);
        let mut findings: Vec<Finding> = folds::lost_in_files(graph, self.format.layout).into_iter().collect();
        if !self.measured {
            let what = "the files are neither measured nor hashed: the receipt cannot be proven again";
            findings.push(note("not-measured", what).hint("leave out --no-measure before the set goes to somebody"));
        }
        if self.format.coding.integer_bits() == Some(16) {
            let message =
                "16-bit files are for demos; what is worked with further is delivered with 24 bits or as floats";
            findings.push(note("sixteen-bit", message));
        }
        if options.mono_stems && self.format.layout != Layout::Stereo {
            findings
                .push(note("no-mono-stems", "mono stems are of stereo sets; all stems have the layout of this one"));
        }
        findings
    }

    /// Names of files, in the order in which they are written down: references, stems, extras.
    pub(crate) fn files(&self) -> impl Iterator<Item = &str> {
        let stems = self.stems.iter().filter(|stem| stem.written).map(|stem| stem.file.as_str());
        stems.chain(self.extras.iter().map(|extra| extra.file.as_str()))
    }

    /// About how many bytes the set takes, without a tail.
    pub(crate) fn bytes(&self, frames: u64) -> u64 {
        let channels = self.format.layout.channels() as u64;
        let sample = u64::from(self.format.sample_format().bits() / 8);
        let mono = self.stems.iter().filter(|stem| stem.written && stem.mono).count() as u64;
        let of = |channels: u64| frames * channels * sample + 4096;
        (self.files().count() as u64 + 2 - mono) * of(channels) + mono * of(1)
    }
}

/// The names of the stems and extra files that are to be written: all of them where nobody chose.
fn wanted<'g>(graph: &'g Graph<'_>, chosen: Option<&[String]>) -> Result<BTreeSet<&'g str>, BounceError> {
    let stems = graph.stems.iter().map(|stem| stem.name.as_str());
    let names: Vec<&str> = stems.chain(graph.extras.iter().map(|extra| extra.name.as_str())).collect();
    let Some(chosen) = chosen else { return Ok(names.into_iter().collect()) };
    let find = |wanted: &String| {
        // People write names by hand: capitals do not matter where the name is clear without them.
        let exact = names.iter().find(|name| *name == wanted);
        let loose = || names.iter().find(|name| name.to_lowercase() == wanted.to_lowercase());
        exact.or_else(loose).copied().ok_or_else(|| BounceError::UnknownStem {
            name: wanted.clone(),
            known: names.iter().map(|name| (*name).to_owned()).collect(),
        })
    };
    chosen.iter().map(find).collect()
}

/// The frames of a section: `Chorus`, or `Chorus#2` where there are several of that name.
fn section(graph: &Graph<'_>, wanted: &str) -> Result<(i64, Option<i64>), BounceError> {
    let session: &Session = graph.session;
    let unknown = || {
        let mut known: Vec<String> = Vec::new();
        for (place, section) in session.sections.iter().enumerate() {
            let of_its_name = |sections: &[stemwright_core::Section]| {
                sections.iter().filter(|other| other.name == section.name).count()
            };
            let several = of_its_name(&session.sections) > 1;
            let number = of_its_name(&session.sections[..=place]);
            known.push(if several { format!("{}#{number}", section.name) } else { section.name.clone() });
        }
        BounceError::UnknownSection { name: wanted.to_owned(), known }
    };
    let places = |name: &str| -> Vec<usize> {
        let named = |section: &stemwright_core::Section| section.name.to_lowercase() == name.to_lowercase();
        (0..session.sections.len()).filter(|&place| named(&session.sections[place])).collect()
    };
    let place = match places(wanted).as_slice() {
        [place] => *place,
        [] => {
            let (name, number) = wanted.rsplit_once('#').ok_or_else(unknown)?;
            let number = number.trim().parse::<usize>().ok().and_then(|number| number.checked_sub(1));
            *number.and_then(|number| places(name.trim()).get(number).copied()).as_ref().ok_or_else(unknown)?
        }
        _ => return Err(unknown()),
    };
    let begins = session.sections[place].start;
    let end = session.sections[place..].iter().map(|section| section.start).find(|&next| next > begins);
    let start = begins.max(graph.start);
    if start >= graph.end || end.is_some_and(|end| end <= start) {
        return Err(BounceError::EmptySection { name: wanted.to_owned() });
    }
    Ok((start, end))
}
