//! A session's mixer as a tree: what goes into what, for people to look at.

use crate::{Insert, Send, Session, Strip, Tap};
use serde::Serialize;
use std::collections::HashMap;

/// A strip of the tree, in the order in which the tree is read.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MixerStrip {
    /// How many strips it goes through before the master: 0 goes into it directly.
    pub depth: usize,
    /// Its name.
    pub name: String,
    /// `track`, `bus` or `return`.
    pub kind: String,
    /// The strip it goes into; the master where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<String>,
    /// Whether only its sends are heard.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub sends_only: bool,
    /// The stem it is printed in, where that is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stem: Option<String>,
    /// Clips.
    pub clips: usize,
    /// The fader in dB; absent where it is down.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gain_db: Option<f64>,
    /// −1 left … 1 right.
    pub pan: f64,
    /// Muted.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub mute: bool,
    /// Soloed.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub solo: bool,
    /// Polarity inverted.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub inverted: bool,
    /// Inserts in words and values; bypassed ones in brackets.
    pub inserts: Vec<String>,
    /// Sends in words and values.
    pub sends: Vec<String>,
    /// How many values move.
    pub automation: usize,
}

impl Session {
    /// The mixer, each strip under the one that it goes into: buses with what they hold, then tracks, returns last.
    pub fn mixer(&self) -> Vec<MixerStrip> {
        let buses = |returns: bool| self.buses.iter().filter(move |bus| bus.is_return == returns);
        let tracks = self.tracks.iter().map(|track| ("track", &track.strip, track.clips.len()));
        let kinds = buses(false).map(|bus| ("bus", &bus.strip, 0)).chain(tracks);
        let all: Vec<_> = kinds.chain(buses(true).map(|bus| ("return", &bus.strip, 0))).collect();
        let mut inside: HashMap<Option<&str>, Vec<usize>> = HashMap::new();
        for (number, (_, strip, _)) in all.iter().enumerate() {
            inside.entry(strip.output.as_deref()).or_default().push(number);
        }
        let none = Vec::new();
        let mut seen = vec![false; all.len()];
        let mut rows = Vec::with_capacity(all.len());
        // An explicit stack: sessions of others may be deep.
        let mut open: Vec<(usize, usize)> = Vec::new();
        // What goes round in circles, or into nothing that is there, hangs nowhere, and comes last.
        for &root in inside.get(&None).unwrap_or(&none).iter().chain(&(0..all.len()).collect::<Vec<_>>()) {
            open.push((root, 0));
            while let Some((number, depth)) = open.pop() {
                if !std::mem::replace(&mut seen[number], true) {
                    let (kind, strip, clips) = all[number];
                    rows.push(row(kind, strip, clips, depth));
                    open.extend(
                        inside
                            .get(&Some(strip.name.as_str()))
                            .unwrap_or(&none)
                            .iter()
                            .rev()
                            .map(|&inner| (inner, depth + 1)),
                    );
                }
            }
        }
        rows
    }
}

fn row(kind: &str, strip: &Strip, clips: usize, depth: usize) -> MixerStrip {
    let insert = |insert: &Insert| if insert.bypass { format!("[{}]", insert.unit) } else { insert.unit.to_string() };
    let send = |send: &Send| {
        let tap = if send.tap == Tap::Pre { ", pre fader" } else { "" };
        format!("{} {}{tap}", send.to, level(send.gain.0))
    };
    MixerStrip {
        depth,
        name: strip.name.clone(),
        kind: kind.to_owned(),
        output: strip.output.clone(),
        sends_only: strip.sends_only,
        stem: strip.stem.clone(),
        clips,
        gain_db: strip.gain.stored(),
        pan: (strip.pan * 1000.0).round() / 1000.0,
        mute: strip.mute,
        solo: strip.solo,
        inverted: strip.inverted,
        inserts: strip.inserts.iter().map(insert).collect(),
        sends: strip.sends.iter().map(send).collect(),
        automation: strip.automation.len(),
    }
}

/// `-6 dB`, or that it is down.
fn level(db: f64) -> String {
    if db.is_finite() { format!("{} dB", (db * 100.0).round() / 100.0) } else { "−∞ dB".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Bus, SampleRate, Track};

    #[test]
    fn everything_hangs_below_what_it_goes_into_and_circles_are_shown_once() {
        let mut session = Session::new(SampleRate::new(48_000).unwrap());
        let strip = |name: &str, output: Option<&str>| {
            let mut strip = Strip::new(name);
            strip.output = output.map(str::to_owned);
            strip
        };
        session.tracks.push(Track::new(strip("Kick", Some("Drums")), Vec::new()));
        session.tracks.push(Track::new(strip("Bass", None), Vec::new()));
        for (name, output, is_return) in [
            ("Hall", None, true),
            ("Drums", Some("Band"), false),
            ("Band", None, false),
            ("a", Some("b"), false),
            ("b", Some("a"), false),
        ] {
            session.buses.push(Bus { strip: strip(name, output), is_return });
        }
        let rows: Vec<_> = session.mixer().into_iter().map(|row| (row.depth, row.name)).collect();
        let wanted = [(0, "Band"), (1, "Drums"), (2, "Kick"), (0, "Bass"), (0, "Hall"), (0, "a"), (1, "b")];
        assert_eq!(rows, wanted.map(|(depth, name)| (depth, name.to_owned())));
    }
}
