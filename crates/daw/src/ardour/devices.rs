//! What is run in a chain: two plug-ins that come with Ardour become units of ours; all others are said.

use super::routes::playing;
use crate::foreign::ledger::Ledger;
use crate::foreign::number;
use roxmltree::Node;
use std::collections::HashMap;
use std::f64::consts::{FRAC_1_SQRT_2, PI};
use stemwright_core::{Band, BandKind, Compressor, Db, Detector, Eq, Insert, SampleRate, Unit};

/// The units that do what a device does; none where nothing does.
pub(super) fn carry(device: Node<'_, '_>, rate: SampleRate, place: &str, ledger: &mut Ledger) -> Vec<Insert> {
    let kind = device.attribute("type").unwrap_or_default();
    let name = device.attribute("name").unwrap_or(kind);
    let uri = device.attribute("unique-id").unwrap_or_default();
    let controls = Controls::of(device);
    let carried = match uri {
        "urn:ardour:a-eq" => controls.eq(rate),
        "urn:ardour:a-comp" | "urn:ardour:a-comp#stereo" => controls.compressor(),
        _ => None,
    };
    let Some((inserts, difference)) = carried else {
        if kind == "insert" {
            let message = format!("{name} sends its sound out of the program and back: it is left out");
            ledger.error("plugin-not-run", place, message, "record what comes back, or freeze the track");
        } else {
            let message = format!("{name} ({kind}) is not run: the stems lack what it does");
            ledger.error("plugin-not-run", place, message, "freeze or bounce the track in Ardour and read it again");
        }
        return Vec::new();
    };
    if !inserts.is_empty() {
        ledger.warning(
            "device-approximated",
            place,
            format!("{name} is played by a unit of Stemwright: {difference}"),
            "",
        );
    }
    if (0..32).any(|parameter| playing(device, &format!("parameter-{parameter}")).is_some()) {
        let message = format!("the automation of {name} is left out: it stays as it is set");
        ledger.warning("automation-not-carried", place, message, "freeze or bounce the track in Ardour");
    }
    inserts
}

/// The values of a plug-in, by the symbols of its ports.
struct Controls<'d>(HashMap<&'d str, f64>);

impl<'d> Controls<'d> {
    fn of(device: Node<'d, '_>) -> Self {
        let named = |node: Node<'d, '_>| Some((node.attribute("symbol")?, number(node.attribute("value")?)?));
        let state = device.children().find(|child| child.has_tag_name("lv2"));
        let ports = state.into_iter().flat_map(|state| state.children()).filter_map(named);
        // What the session says of a control comes after what the plug-in saved.
        Self(ports.chain(device.children().filter_map(named)).collect())
    }

    fn get(&self, symbol: &str, otherwise: f64, range: std::ops::RangeInclusive<f64>) -> f64 {
        self.0.get(symbol).map_or(otherwise, |value| value.clamp(*range.start(), *range.end()))
    }

    fn on(&self, symbol: &str) -> bool {
        self.get(symbol, 1.0, 0.0..=1.0) > 0.5
    }

    /// ACE EQ: a low shelf, four bells, a high shelf, a gain. Its filters are bilinear transforms of the analogue ones that ours are
    /// matched to.
    fn eq(&self, rate: SampleRate) -> Option<(Vec<Insert>, String)> {
        if !self.on("enable") {
            return Some((Vec::new(), String::new()));
        }
        let highest = 0.49 * f64::from(rate.hz());
        let mut bands = Vec::new();
        let mut off: f64 = 0.0;
        let mut band = |symbol: [&str; 3], freq: f64, kind: BandKind, bandwidth: Option<f64>| {
            let gain = self.get(symbol[0], 0.0, -40.0..=40.0);
            if gain == 0.0 || !self.on(symbol[2]) {
                return;
            }
            let a = libm::exp10(gain / 40.0);
            let freq = self.get(symbol[1], freq, 5.0..=highest);
            let q = bandwidth.map_or(FRAC_1_SQRT_2, |octaves| libm::exp2(octaves / 2.0) / (libm::exp2(octaves) - 1.0));
            off = off.max(difference(kind, freq, a, q, rate));
            // The plug-in's frequency of a shelf is that of its poles; ours is in the middle of its slope.
            let freq = match kind {
                BandKind::LowShelf => freq * a.sqrt(),
                BandKind::HighShelf => freq / a.sqrt(),
                _ => freq,
            };
            bands.push(Band { kind, freq: freq.clamp(5.0, highest), gain: Db(gain), q: q.clamp(0.1, 40.0) });
        };
        band(["gl", "freql", "filtogl"], 160.0, BandKind::LowShelf, None);
        let bells = [("g1", "freq1", "bw1", "filtog1", 300.0), ("g2", "freq2", "bw2", "filtog2", 1000.0)];
        let more = [("g3", "freq3", "bw3", "filtog3", 2500.0), ("g4", "freq4", "bw4", "filtog4", 6000.0)];
        for (gain, freq, width, toggle, usual) in bells.into_iter().chain(more) {
            let octaves = self.get(width, 1.0, 0.05..=8.0);
            band([gain, freq, toggle], usual, BandKind::Bell, Some(octaves));
        }
        band(["gh", "freqh", "filtogh"], 9000.0, BandKind::HighShelf, None);
        let mut inserts = Vec::new();
        if !bands.is_empty() {
            inserts.push(Insert::from(Unit::Eq(Eq { bands })));
        }
        let master = self.get("master", 0.0, -40.0..=40.0);
        if master != 0.0 {
            inserts.push(Insert::from(Unit::Gain(Db(master))));
        }
        let difference = format!(
            "the same analogue curves, transformed without the plug-in's crowding at the highest frequencies; up to 16 kHz no band \
             differs by more than {off:.2} dB (and by 0.05 dB where the plug-in's controls stop before they arrive)"
        );
        Some((inserts, difference))
    }

    /// ACE Compressor: the same law as ours. With a side-chain from outside it is not carried.
    fn compressor(&self) -> Option<(Vec<Insert>, String)> {
        if !self.on("enable") {
            return Some((Vec::new(), String::new()));
        }
        if self.get("sidech", 0.0, 0.0..=1.0) > 0.5 {
            return None;
        }
        // The knee is no number of dB.
        let knee = 6.0 * self.get("kn", 0.0, 0.0..=8.0) + 0.01;
        let unit = Compressor {
            threshold: Db(self.get("thr", 0.0, -60.0..=0.0)),
            ratio: self.get("rat", 4.0, 1.0..=20.0),
            knee: knee.min(40.0),
            attack: self.get("att", 10.0, 0.1..=100.0) / 1000.0,
            release: self.get("rel", 80.0, 1.0..=2000.0) / 1000.0,
            makeup: Db(self.get("mak", 0.0, 0.0..=30.0)),
            mix: 1.0,
            detector: Detector::Peak,
            key: None,
            key_high_pass: None,
        };
        let cut = if knee > 40.0 { format!("; its knee of {knee:.1} dB is taken as 40 dB") } else { String::new() };
        let difference = format!("the same law, in double precision instead of single (-84 dB and less){cut}");
        Some((vec![Insert::from(Unit::Compressor(unit))], difference))
    }
}

/// How far, in dB, a bilinear transform is from its analogue filter, up to 16 kHz. `a`: the root of the gain's factor.
fn difference(kind: BandKind, freq: f64, a: f64, q: f64, rate: SampleRate) -> f64 {
    let rate = f64::from(rate.hz());
    // Squared magnitude of (n2·s² + n1·s + n0)/(d2·s² + d1·s + d0) at s = jx.
    let (num, den) = match kind {
        BandKind::LowShelf => ([1.0, a / q, a * a], [1.0, 1.0 / q, 1.0]),
        BandKind::HighShelf => ([a * a, a / q, 1.0], [1.0, 1.0 / q, 1.0]),
        _ => ([1.0, a / q, 1.0], [1.0, 1.0 / (a * q), 1.0]),
    };
    let square = |c: [f64; 3], x: f64| (c[2] - c[0] * x * x).powi(2) + (c[1] * x).powi(2);
    let level = |x: f64| 10.0 * libm::log10(square(num, x) / square(den, x));
    let step = |i: u32| 20.0 * libm::exp2(f64::from(i) / 12.0);
    let range = (0..).map(step).take_while(|hz| *hz <= 16_000.0_f64.min(0.49 * rate));
    let warped = |hz: f64| libm::tan(PI * hz / rate) / libm::tan(PI * freq / rate);
    range.map(|hz| (level(hz / freq) - level(warped(hz))).abs()).fold(0.0, f64::max)
}
