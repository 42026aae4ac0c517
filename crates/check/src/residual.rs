//! What is left of mix − Σ stems, as a file: 32-bit float WAV, under another name until it is whole.

use crate::found::CheckError;
use std::path::{Path, PathBuf};
use stemwright_audio::{AudioError, AudioWriter, Bext, Container, FileSpec, SampleFormat};
use stemwright_core::{Layout, SampleRate};

pub(crate) struct ResidualFile {
    target: PathBuf,
    partial: PathBuf,
    spec: Option<(SampleRate, Layout)>,
    writer: Option<AudioWriter>,
    interleaved: Vec<f32>,
}

impl ResidualFile {
    /// Nothing is created before there is something to write.
    ///
    /// # Errors
    /// When a file with this name is there, which is never written over.
    pub(crate) fn new(target: &Path, spec: Option<(SampleRate, Layout)>) -> Result<Self, CheckError> {
        if target.exists() {
            let message = format!("{} is there already", target.display());
            let hint = Some("name another file with --residual: nothing is written over".into());
            return Err(CheckError::NoSet { message, hint });
        }
        let mut name = std::ffi::OsString::from(".");
        name.push(target.file_name().unwrap_or_default());
        name.push(".stemwright-new");
        let partial = target.with_file_name(name);
        Ok(Self { target: target.to_owned(), partial, spec, writer: None, interleaved: Vec::new() })
    }

    pub(crate) fn write(&mut self, planes: &[Vec<f64>]) -> Result<(), CheckError> {
        let Some((rate, layout)) = self.spec else { return Ok(()) };
        if self.writer.is_none() {
            let spec = FileSpec {
                container: Container::Wav,
                rate,
                layout,
                format: SampleFormat::Float32,
                bext: Bext { description: "mix - sum of stems".into(), ..Bext::default() },
                ixml: None,
                chunks: Vec::new(),
            };
            self.writer = Some(AudioWriter::create(&self.partial, &spec)?);
        }
        let frames = planes.first().map_or(0, Vec::len);
        self.interleaved.clear();
        for frame in 0..frames {
            self.interleaved.extend(planes.iter().map(|plane| plane[frame] as f32));
        }
        match &mut self.writer {
            Some(writer) => Ok(writer.write_f32(&self.interleaved)?),
            None => Ok(()),
        }
    }

    /// Gives the file its name. `false` where there was nothing to write.
    pub(crate) fn finish(mut self) -> Result<bool, CheckError> {
        let Some(writer) = self.writer.take() else { return Ok(false) };
        writer.finish()?;
        std::fs::rename(&self.partial, &self.target).map_err(|source| AudioError::Io {
            file: self.target.clone(),
            doing: "write",
            source,
        })?;
        Ok(true)
    }
}

impl Drop for ResidualFile {
    fn drop(&mut self) {
        if self.writer.take().is_some() {
            let _ = std::fs::remove_file(&self.partial);
        }
    }
}
