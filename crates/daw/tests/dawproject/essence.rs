//! What the format holds of a session, in a form in which two of them can be compared: this is the definition of "everything that
//! the format can hold" in the round trip.
//!
//! Not held, and so not here: stems, roles, references, extras, key and tuning of the song; polarity, solo-safe, places of left and
//! right, outputs that go nowhere; single channels of files and polarity of clips; shapes of fades; inserts other than EQ, compressor,
//! gate, limiter and gain, and of those the knee, mix, detector and side-chain, hysteresis, hold and look-ahead; sides that move.
//! VCAs are in the faders of their members.

use std::collections::{BTreeMap, BTreeSet};
use stemwright_core::{
    Automation, BandKind, Clip, Db, Insert, Layout, PanLaw, Param, Session, Shape, Strip, Target, TempoMap, Unit,
};

/// One strip.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    pub(crate) kind: &'static str,
    pub(crate) output: Option<String>,
    pub(crate) layout: Layout,
    pub(crate) colour: Option<String>,
    pub(crate) gain: f64,
    pub(crate) pan: f64,
    pub(crate) mute: bool,
    pub(crate) solo: bool,
    pub(crate) inserts: Vec<Vec<f64>>,
    /// To, gain, pan, whether pre.
    pub(crate) sends: Vec<(String, f64, f64, bool)>,
    /// By target, with the places of inserts as they are here.
    pub(crate) automation: BTreeMap<String, Automation>,
    pub(crate) clips: Vec<Clip>,
}

/// A session, as far as it is held. `widest` is the layout of the files of a track.
pub(crate) fn held(session: &Session, widest: impl Fn(&[Clip]) -> Layout) -> BTreeMap<String, Held> {
    let mut all = BTreeMap::new();
    let inner = if session.master.layout == Layout::Mono { Layout::Stereo } else { session.master.layout };
    for track in &session.tracks {
        let mut one = strip(session, &track.strip, track.strip.layout.unwrap_or_else(|| widest(&track.clips)));
        one.kind = "track";
        one.clips = track.clips.iter().cloned().map(|clip| Clip { at: clip.at + track.delay, ..clip }).collect();
        one.clips.retain(|clip| clip.length != Some(0));
        all.insert(track.strip.name.clone(), one);
    }
    for bus in &session.buses {
        let mut one = strip(session, &bus.strip, bus.strip.layout.unwrap_or(inner));
        one.kind = if bus.is_return { "return" } else { "bus" };
        all.insert(bus.strip.name.clone(), one);
    }
    let mut master = Strip::new("master");
    (master.gain, master.inserts) = (session.master.gain, session.master.inserts.clone());
    master.automation.clone_from(&session.master.automation);
    all.insert("master".to_owned(), strip(session, &master, session.master.layout));
    all
}

fn limited(gain: f64) -> f64 {
    gain.min(60.0)
}

fn strip(session: &Session, strip: &Strip, layout: Layout) -> Held {
    let (mut gain, mut mute, mut solo) = (0.0, false, false);
    let (mut open, mut seen) = (strip.vcas.clone(), BTreeSet::new());
    while let Some(name) = open.pop() {
        let vca = session.vcas.iter().find(|vca| vca.name == name).unwrap();
        if seen.insert(name) {
            gain += vca.gain.0;
            mute |= vca.mute;
            solo |= vca.solo;
            open.extend(vca.vcas.clone());
        }
    }
    let balance = strip.pan_law.unwrap_or(session.pan_law) == PanLaw::Balance;
    let layout = match layout {
        Layout::MidSide => Layout::Stereo,
        Layout::Mono if balance && strip.name != "master" => Layout::Stereo,
        other => other,
    };
    let moves =
        |index: usize| strip.automation.iter().any(|a| matches!(a.target, Target::Insert(place, _) if place == index));
    let mut inserts = Vec::new();
    let mut places = BTreeMap::new();
    for (index, insert) in strip.inserts.iter().enumerate() {
        if let Some(figures) = figures(insert, moves(index)) {
            places.insert(index, inserts.len());
            inserts.push(figures);
        }
    }
    let mut automation = BTreeMap::new();
    for one in &strip.automation {
        let mut one = one.clone();
        match one.target {
            Target::Side(_) => continue,
            Target::Mute if mute => continue,
            Target::Gain => one.points.iter_mut().for_each(|point| point.value = limited(point.value + gain)),
            Target::Insert(index, param) => match places.get(&index) {
                Some(&place) if is_held(param) => one.target = Target::Insert(place, param),
                _ => continue,
            },
            _ => {}
        }
        // No line in dB leads to silence.
        let values: Vec<f64> = one.points.iter().map(|point| point.value).collect();
        for (point, ends) in one.points.iter_mut().zip(values.windows(2)) {
            if ends.contains(&f64::NEG_INFINITY) && point.shape != Shape::Hold {
                point.shape = Shape::Factor;
            }
        }
        automation.insert(format!("{:?}", one.target), one);
    }
    let pre = |send: &stemwright_core::Send| send.tap == stemwright_core::Tap::Pre;
    Held {
        kind: "master",
        output: strip.output.clone(),
        layout,
        colour: strip.colour.clone(),
        gain: limited(strip.gain.0 + gain),
        pan: strip.pan,
        mute: strip.mute || mute,
        solo: strip.solo || solo,
        inserts,
        sends: strip.sends.iter().map(|send| (send.to.clone(), send.gain.0, send.pan, pre(send))).collect(),
        automation,
        clips: Vec::new(),
    }
}

fn is_held(param: Param) -> bool {
    !matches!(param, Param::Mix)
}

/// What is held of an insert, as numbers; `None` where nothing is.
fn figures(insert: &Insert, moves: bool) -> Option<Vec<f64>> {
    let mut figures = vec![f64::from(u8::from(insert.bypass))];
    match &insert.unit {
        Unit::Gain(gain) if *gain != Db::ZERO || moves => figures.extend([0.0, gain.0]),
        Unit::Eq(eq) if !eq.bands.is_empty() => {
            figures.push(1.0);
            for band in &eq.bands {
                let kind = match band.kind {
                    BandKind::Bell => 0.0,
                    BandKind::LowShelf => 1.0,
                    BandKind::HighShelf => 2.0,
                    BandKind::HighPass { steep } => 3.0 + f64::from(u8::from(steep)),
                    BandKind::LowPass { steep } => 5.0 + f64::from(u8::from(steep)),
                };
                figures.extend([kind, band.freq, band.gain.0, band.q]);
            }
        }
        Unit::Compressor(unit) => {
            figures.extend([2.0, unit.threshold.0, unit.ratio, unit.attack, unit.release, unit.makeup.0]);
        }
        Unit::Gate(unit) => figures.extend([3.0, unit.threshold.0, unit.ratio, unit.range, unit.attack, unit.release]),
        Unit::Limiter(unit) => {
            figures.extend([4.0, unit.ceiling.0, unit.gain.0, unit.look_ahead, unit.release]);
        }
        _ => return None,
    }
    Some(figures)
}

/// The factor of a clip on a frame of its own, if all its fades are straight.
pub(crate) fn factor(clip: &Clip, length: u64, frame: u64) -> f64 {
    let fade = |frames: u64, frame: u64| {
        if frame < frames { (frame as f64 + 0.5) / frames as f64 } else { 1.0 }
    };
    let next = clip.envelope.partition_point(|point| point.frame <= frame);
    let envelope = match (next.checked_sub(1).map(|i| clip.envelope[i]), clip.envelope.get(next)) {
        (Some(a), Some(b)) => {
            let x = (frame - a.frame) as f64 / (b.frame - a.frame) as f64;
            a.gain.factor() + (b.gain.factor() - a.gain.factor()) * x
        }
        (Some(one), None) => one.gain.factor(),
        (None, Some(one)) => one.gain.factor(),
        (None, None) => 1.0,
    };
    clip.gain.factor() * envelope * fade(clip.fade_in.frames, frame) * fade(clip.fade_out.frames, length - 1 - frame)
}

/// Places and what the tempo says of them.
pub(crate) fn times(session: &Session) -> Vec<f64> {
    let map = TempoMap::new(session.tempo, &session.tempo_changes);
    let bars = (-2..200).filter_map(|bar| map.quarters(bar, 1.0));
    let quarters = (-10..800).map(f64::from).chain(bars);
    quarters.flat_map(|quarter| [quarter, map.seconds(quarter)]).collect()
}
