//! Small sessions, written by hand, with a mono and a stereo file of one second beside them.

#![allow(dead_code, reason = "no test file uses all of it")]

#[path = "../written/again.rs"]
mod again;

pub(crate) use again::written;
use std::path::Path;
use stemwright_audio::Files;
use stemwright_core::SampleRate;
use stemwright_daw::{ForeignOptions, ForeignSession, SessionError, read_foreign};

/// A session in the making: at 48 kHz, 120 BPM, with a master.
pub(crate) struct Small {
    version: String,
    playlists: String,
    routes: String,
    more: String,
}

/// A region of a source: `1` is mono, `2` and `3` are left and right.
pub(crate) fn region(source: &str, place: &str, more: &str) -> String {
    let usual = ["fade-in-active", "fade-out-active", "scale-amplitude"];
    let usual: String = usual
        .iter()
        .filter(|name| !place.contains(**name) && !more.contains(**name))
        .map(|name| format!("{name}='1' "))
        .collect();
    format!("<Region name='r' type='audio' opaque='1' muted='0' source-0='{source}' {usual}{place} {more}/>")
}

/// A route whose outputs go to the master.
pub(crate) fn route(name: &str, ins: usize, outs: usize, attributes: &str, more: &str) -> String {
    let inputs: String = (1..=ins).map(|port| format!("<Port type='audio' name='{name}/audio_in {port}'/>")).collect();
    let output = |port| {
        format!("<Port type='audio' name='{name}/audio_out {port}'><Connection other='Master/audio_in {port}'/></Port>")
    };
    let outputs: String = (1..=outs).map(output).collect();
    format!(
        "<Route id='id {name}' name='{name}' active='1' {attributes}><IO direction='Input'>{inputs}</IO>\
         <IO direction='Output'>{outputs}</IO>{more}</Route>"
    )
}

pub(crate) fn track(name: &str, playlist: &str, channels: usize, more: &str) -> String {
    route(name, channels, 2, &format!("audio-playlist='{playlist}'"), more)
}

impl Small {
    pub(crate) fn new() -> Self {
        Self { version: "7002".into(), playlists: String::new(), routes: String::new(), more: String::new() }
    }

    pub(crate) fn version(mut self, version: &str) -> Self {
        self.version = version.into();
        self
    }

    pub(crate) fn playlist(mut self, id: &str, name: &str, regions: &str) -> Self {
        self.playlists += &format!("<Playlist id='{id}' name='{name}' type='audio'>{regions}</Playlist>");
        self
    }

    pub(crate) fn routes(mut self, routes: &str) -> Self {
        self.routes += routes;
        self
    }

    pub(crate) fn more(mut self, more: &str) -> Self {
        self.more += more;
        self
    }

    pub(crate) fn text(&self) -> String {
        let Self { version, playlists, routes, more } = self;
        let master = route("Master", 2, 2, "flags='MasterOut'", "")
            .replace("other='Master/audio_in ", "other='system:playback_");
        format!(
            "<?xml version='1.0' encoding='UTF-8'?>\n<Session version='{version}' name='small' sample-rate='48000'>\
             <Sources><Source id='1' name='mono.wav' type='audio' channel='0'/><Source id='2' name='stereo.wav' channel='0'/>\
             <Source id='3' name='stereo.wav' channel='1'/></Sources><Routes>{master}{routes}</Routes>\
             <Playlists>{playlists}</Playlists>{more}</Session>"
        )
    }

    pub(crate) fn read(&self) -> Result<ForeignSession, SessionError> {
        self.read_at(None)
    }

    pub(crate) fn read_at(&self, rate: Option<SampleRate>) -> Result<ForeignSession, SessionError> {
        read_text_at(&self.text(), rate)
    }
}

pub(crate) fn read_text(text: &str) -> Result<ForeignSession, SessionError> {
    read_text_at(text, None)
}

fn read_text_at(text: &str, rate: Option<SampleRate>) -> Result<ForeignSession, SessionError> {
    let folder = tempfile::tempdir().unwrap();
    let audio = folder.path().join("interchange/small/audiofiles");
    std::fs::create_dir_all(&audio).unwrap();
    write(&audio.join("mono.wav"), 1);
    write(&audio.join("stereo.wav"), 2);
    let path = folder.path().join("small.ardour");
    std::fs::write(&path, text).unwrap();
    let read = read_foreign(&path, &Files::default(), &ForeignOptions { rate, extract_to: folder.path() })?;
    written(&read.session);
    Ok(read)
}

fn write(path: &Path, channels: u16) {
    let spec =
        hound::WavSpec { channels, sample_rate: 48_000, bits_per_sample: 16, sample_format: hound::SampleFormat::Int };
    let mut writer = hound::WavWriter::create(path, spec).unwrap();
    (0..48_000 * u32::from(channels)).for_each(|i| writer.write_sample((i % 100) as i16).unwrap());
    writer.finalize().unwrap();
}

pub(crate) fn codes(read: &ForeignSession) -> Vec<&str> {
    read.ledger.iter().map(|finding| finding.code.as_str()).collect()
}
