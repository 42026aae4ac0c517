//! One printer decides what is said and where: standard output is data, standard error is talk. Every message can be
//! understood without its colours.

use crate::args::Talk;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::Write;
use std::time::{Duration, Instant};
use stemwright_core::{Finding, Severity, shown};
use stemwright_render::Progress;

/// Work that is over sooner shows no progress.
const PROGRESS_AFTER: Duration = Duration::from_millis(250);

const BOLD: &str = "\x1b[1m";
const RED: &str = "\x1b[1;31m";
const YELLOW: &str = "\x1b[1;33m";
const CYAN: &str = "\x1b[1;36m";
const PLAIN: &str = "\x1b[0m";

#[derive(Clone, Copy)]
pub(crate) struct Printer {
    json: bool,
    quiet: bool,
    pub(crate) verbose: bool,
}

impl Printer {
    pub(crate) fn new(talk: &Talk) -> Self {
        Self { json: talk.json, quiet: talk.quiet, verbose: talk.verbose }
    }

    /// What was asked for, as text; not with `--json` or `--quiet`.
    pub(crate) fn result(self, text: &str) {
        if !self.json && !self.quiet {
            // A reader that closed the pipe has what it wanted.
            let _ = anstream::stdout().write_all(shown(text).as_bytes());
        }
    }

    /// What was asked for, as JSON; with `--json` only.
    pub(crate) fn document(self, document: &impl serde::Serialize) {
        if self.json
            && let Ok(json) = serde_json::to_string_pretty(document)
        {
            // As it is: what strips colours would strip characters from names.
            let _ = std::io::stdout().write_all((json + "\n").as_bytes());
        }
    }

    fn talk(self, text: &str) {
        let _ = writeln!(anstream::stderr(), "{text}");
    }

    pub(crate) fn finding(self, finding: &Finding) {
        if self.quiet || self.json {
            return;
        }
        let colour = match finding.severity {
            Severity::Error => RED,
            Severity::Warning => YELLOW,
            Severity::Note => CYAN,
        };
        let places = [finding.file.as_deref(), finding.place.as_deref()];
        let place: Vec<&str> = places.into_iter().flatten().collect();
        let place = if place.is_empty() { String::new() } else { format!("{}: ", place.join(" ")) };
        let text = shown(&format!("[{}]: {place}{}", finding.code, finding.message));
        self.talk(&format!("{colour}{}{PLAIN}{text}", finding.severity));
        self.hint(finding.hint.as_deref());
    }

    /// A word about what was told, where findings are.
    pub(crate) fn aside(self, text: &str) {
        if !self.json && !self.quiet {
            self.talk(text);
        }
    }

    pub(crate) fn error(self, message: &str, hint: Option<&str>) {
        if !self.json {
            self.talk(&format!("{RED}error{PLAIN}: {}", shown(message)));
            self.hint(hint);
        }
    }

    fn hint(self, hint: Option<&str>) {
        if let Some(hint) = hint {
            self.talk(&format!("\n{BOLD}hint{PLAIN}: {}\n", shown(hint)));
        }
    }

    /// A bar on the terminal, with speed and time left; none where standard error is no terminal.
    pub(crate) fn progress(self, rate: u32) -> Bar {
        let hidden = self.json || self.quiet;
        let target = if hidden { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let bar = ProgressBar::with_draw_target(Some(0), target);
        let style = ProgressStyle::with_template("{wide_bar} {percent:>3} %  {msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Bar { bar, rate: f64::from(rate), begun: Instant::now(), doing: None }
    }
}

pub(crate) struct Bar {
    bar: ProgressBar,
    rate: f64,
    begun: Instant,
    doing: Option<&'static str>,
}

impl Bar {
    pub(crate) fn show(&self, progress: Progress) {
        let elapsed = self.begun.elapsed();
        if elapsed < PROGRESS_AFTER {
            return;
        }
        // The first pass of two is behind in the second.
        let all = progress.frames + u64::from(progress.pass - 1) * progress.of;
        let per_second = all as f64 / elapsed.as_secs_f64();
        let left = (progress.of - progress.frames) as f64 / per_second;
        self.bar.set_length(progress.of);
        self.bar.set_position(progress.frames);
        let speed = per_second / self.rate;
        self.bar.set_message(format!("{speed:.0} × real time, {}:{:02} left", left as u64 / 60, left as u64 % 60));
    }

    /// So many seconds of audio of all.
    pub(crate) fn show_seconds(&mut self, seconds: f64, of: f64) {
        if self.doing.take().is_some() {
            self.begun = Instant::now();
        }
        let elapsed = self.begun.elapsed();
        if elapsed < PROGRESS_AFTER || seconds <= 0.0 {
            return;
        }
        let speed = seconds / elapsed.as_secs_f64();
        let left = ((of - seconds).max(0.0) / speed) as u64;
        self.bar.set_length((of * 1000.0) as u64);
        self.bar.set_position((seconds * 1000.0) as u64);
        self.bar.set_message(format!("{speed:.0} × real time, {}:{:02} left", left / 60, left % 60));
    }

    /// What is being done, and how much of it is behind, of 1. Each kind of work has a time of its own.
    pub(crate) fn show_share(&mut self, what: &'static str, share: f64) {
        if self.doing != Some(what) {
            (self.doing, self.begun) = (Some(what), Instant::now());
        }
        let elapsed = self.begun.elapsed();
        if elapsed < PROGRESS_AFTER {
            return;
        }
        self.bar.set_length(1000);
        self.bar.set_position((share * 1000.0) as u64);
        let left = elapsed.as_secs_f64() * (1.0 - share) / share.max(1e-3);
        let left =
            if share > 0.0 { format!(", {}:{:02} left", left as u64 / 60, left as u64 % 60) } else { String::new() };
        self.bar.set_message(format!("{what}{left}"));
    }

    /// Takes the bar away.
    pub(crate) fn clear(&self) {
        self.bar.finish_and_clear();
    }

    /// Takes the bar away and says how many times faster than real time `frames` were.
    pub(crate) fn finish(&self, frames: u64) -> f64 {
        self.bar.finish_and_clear();
        frames as f64 / self.rate / self.begun.elapsed().as_secs_f64()
    }
}
