//! REAPER's own effects whose states are understood, and what of ours comes near them.
//!
//! How their states are laid out, and what their filters are, others found by setting parameters and by rendering noise. What
//! we make of them is near, never the same: every one of them stands in the ledger.

use super::effects::Effect;
use stemwright_core::{Band, BandKind, Compressor, Db, Detector, Eq, Gate, Insert, Limiter, Unit};

/// What an effect became.
#[derive(Debug)]
pub(super) struct Near {
    /// In order.
    pub(super) inserts: Vec<Insert>,
    /// In which way it is another.
    pub(super) difference: String,
    /// Whether it listens to the side-chain inputs of the track.
    pub(super) keyed: bool,
}

/// What comes near an effect, if its state is understood and says nothing that we cannot do.
pub(super) fn near(effect: &Effect<'_>) -> Option<Near> {
    let make =
        [("ReaEQ", eq as fn(&[u8]) -> Option<Near>), ("ReaComp", compressor), ("ReaGate", gate), ("ReaLimit", limiter)];
    let (_, make) = make.into_iter().find(|(product, _)| effect.is(product))?;
    // Mixed with what went in, only the compressor's would be the same.
    (effect.wet == 1.0).then(|| effect.state()).flatten().and_then(|state| make(&state))
}

fn word(state: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(state.get(at..at + 4)?.try_into().ok()?))
}

fn single(state: &[u8], at: usize) -> Option<f64> {
    let value = f32::from_le_bytes(state.get(at..at + 4)?.try_into().ok()?);
    value.is_finite().then_some(f64::from(value))
}

fn double(state: &[u8], at: usize) -> Option<f64> {
    let value = f64::from_le_bytes(state.get(at..at + 8)?.try_into().ok()?);
    value.is_finite().then_some(value)
}

/// ReaEQ: 33, the number of bands, and for each (33 bytes) kind, whether it is on, Hz, factor, width in octaves, one byte more; then two
/// words and a factor for all.
fn eq(state: &[u8]) -> Option<Near> {
    let count = word(state, 4)? as usize;
    if word(state, 0)? != 33 || count > 64 {
        return None;
    }
    let mut bands = Vec::new();
    let mut left_out = 0;
    for number in 0..count {
        let at = 8 + 33 * number;
        let (kind, on) = (word(state, at)?, word(state, at + 4)?);
        let (freq, factor, octaves) = (double(state, at + 8)?, double(state, at + 16)?, double(state, at + 24)?);
        if on == 0 {
            continue;
        }
        let gain = Db::of(factor.clamp(0.01, 100.0));
        // The width of the analogue prototype (Bristow-Johnson, *Audio EQ Cookbook*).
        let of_width = 1.0 / (2.0 * libm::sinh(std::f64::consts::LN_2 / 2.0 * octaves.clamp(0.01, 4.0)));
        let of_slope = {
            let a = libm::exp10(gain.0 / 40.0);
            let width = octaves.clamp(0.915, 4.0);
            1.0 / ((a + 1.0 / a) * (width * width - 1.0) + 2.0).max(0.01_f64).sqrt()
        };
        let (kind, q) = match kind {
            0 => (BandKind::LowShelf, of_slope),
            1 => (BandKind::HighShelf, of_slope),
            2 | 8 | 9 => (BandKind::Bell, of_width),
            3 => (BandKind::LowPass { steep: false }, of_width),
            4 => (BandKind::HighPass { steep: false }, of_width),
            _ => {
                left_out += 1;
                continue;
            }
        };
        let changes = matches!(kind, BandKind::LowPass { .. } | BandKind::HighPass { .. }) || gain.0.abs() > 1e-6;
        if changes {
            bands.push(Band { kind, freq: freq.clamp(5.0, 20_000.0), gain, q: q.clamp(0.1, 40.0) });
        }
    }
    let overall = double(state, 8 + 33 * count + 8).map_or(Db::ZERO, |factor| Db::of(factor.clamp(1e-4, 100.0)));
    let mut inserts: Vec<Insert> = Vec::new();
    if !bands.is_empty() {
        inserts.push(Unit::Eq(Eq { bands }).into());
    }
    if overall.0.abs() > 1e-6 {
        inserts.push(Unit::Gain(overall).into());
    }
    let mut difference =
        "our EQ has the same bands; near half the sample rate ReaEQ's curves are squeezed, ours are not".to_owned();
    if left_out > 0 {
        difference = format!("{left_out} of its bands are of a kind that our EQ lacks and are left out; {difference}");
    }
    Some(Near { inserts, difference, keyed: false })
}

/// ReaComp: single floats from byte 8 on.
fn compressor(state: &[u8]) -> Option<Near> {
    let at = |number: usize| single(state, 8 + 4 * number);
    let (dry, wet) = (at(10)?.clamp(0.0, 1.0), at(11)?);
    if dry >= 1.0 || wet <= 0.0 {
        return None;
    }
    let high_pass = 20_000.0 * at(7)?;
    let unit = Compressor {
        threshold: Db(Db::of(at(0)?).0.clamp(-80.0, 20.0)),
        ratio: if at(1)? >= 1.0 { f64::INFINITY } else { (1.0 + 99.0 * at(1)?).max(1.0) },
        knee: (24.0 * at(14)?).clamp(0.0, 40.0),
        attack: (0.5 * at(2)?).clamp(0.0, 1.0),
        release: (5.0 * at(3)?).clamp(0.0, 10.0),
        makeup: Db(Db::of(wet / (1.0 - dry)).0.clamp(-40.0, 40.0)),
        mix: 1.0 - dry,
        detector: if at(13)? > 0.001 { Detector::Rms } else { Detector::Peak },
        key: None,
        key_high_pass: (high_pass > 20.0).then_some(high_pass.min(20_000.0)),
    };
    let mut difference =
        "our compressor has the same threshold, ratio, knee and times, but not the same ballistics".to_owned();
    let told = [
        (at(4)? > 1e-6, "its look-ahead"),
        (at(6)? < 0.999, "the low-pass of its side-chain"),
        (at(15)? >= 0.5, "its automatic make-up gain"),
        (at(16)? >= 0.5, "its automatic release"),
    ];
    for (_, what) in told.into_iter().filter(|(differs, _)| *differs) {
        difference.push_str(", nor ");
        difference.push_str(what);
    }
    Some(Near { inserts: vec![Unit::Compressor(unit).into()], difference, keyed: at(8)? > 1e-6 })
}

/// ReaGate: single floats from byte 8 on.
fn gate(state: &[u8]) -> Option<Near> {
    let at = |number: usize| single(state, 8 + 4 * number);
    let seconds = |number: usize, most: f64, limit: f64| at(number).map(|part| (part * most).clamp(0.0, limit));
    let high_pass = 20_000.0 * at(6)?;
    let low_pass = 20_000.0 * at(5)?;
    let unit = Gate {
        threshold: Db(Db::of(at(0)?).0.clamp(-100.0, 0.0)),
        range: (-Db::of(at(9)?).0).clamp(0.0, 150.0),
        hysteresis: 0.0,
        attack: seconds(1, 0.5, 1.0)?,
        hold: seconds(4, 1.0, 10.0)?,
        release: seconds(2, 5.0, 10.0)?,
        key_high_pass: (high_pass > 20.0).then_some(high_pass.min(20_000.0)),
        key_low_pass: (low_pass > 20.0 && low_pass < 19_990.0).then_some(low_pass),
        ..Gate::hard()
    };
    let difference = "our gate has the same threshold, range and times; it closes by decibels, ReaGate in a straight line, and has \
        neither its pre-opening nor its hysteresis";
    Some(Near { inserts: vec![Unit::Gate(unit).into()], difference: difference.into(), keyed: false })
}

/// ReaLimit: threshold and ceiling in dB from byte 8 on.
fn limiter(state: &[u8]) -> Option<Near> {
    let (threshold, ceiling) = (double(state, 8)?, double(state, 16)?);
    let ceiling = ceiling.clamp(-40.0, 0.0);
    let unit =
        Limiter { ceiling: Db(ceiling), gain: Db((ceiling - threshold).clamp(-20.0, 40.0)), ..Limiter::default() };
    let difference = "our limiter has the same gain and ceiling, but its own release (80 ms)";
    Some(Near { inserts: vec![Unit::Limiter(unit).into()], difference: difference.into(), keyed: false })
}

#[cfg(test)]
mod tests {
    use super::super::effects::chain;
    use super::super::tree::Tree;
    use super::*;
    use std::path::Path;

    fn of_chain(lines: &str) -> Option<Near> {
        let text = format!("<REAPER_PROJECT\n<FXCHAIN\nBYPASS 0 0 0\n{lines}\n>\n>\n");
        let tree = Tree::read(Path::new("x"), text.as_bytes()).unwrap();
        let block = tree.root().unwrap().block.unwrap().entries().next().unwrap().block.unwrap();
        near(&chain(block)[0])
    }

    /// A state as REAPER writes it, in base64 of three runs.
    fn written(product: &str, state: &[u8]) -> String {
        let mut head = Vec::new();
        for word in [0x7265_6571, 0xfeed_5eee, 2, 1, 0, 2, 0, 2, 1, 0, 2, 0, state.len() as u32, 1, 0x0010_0000] {
            head.extend(u32::to_le_bytes(word));
        }
        let lines: Vec<String> = state.chunks(96).map(encoded).collect();
        format!(
            "<VST \"VST: {product} (Cockos)\" x.dll 0 \"\" 1\n{}\n{}\nAAAQAAAA\n>",
            encoded(&head),
            lines.join("\n")
        )
    }

    fn encoded(bytes: &[u8]) -> String {
        let table: Vec<char> = ('A'..='Z').chain('a'..='z').chain('0'..='9').chain(['+', '/']).collect();
        let mut text = String::new();
        for chunk in bytes.chunks(3) {
            let bits = chunk.iter().enumerate().fold(0_u32, |bits, (i, &byte)| bits | u32::from(byte) << (16 - 8 * i));
            let made: String = (0..=chunk.len()).map(|i| table[(bits >> (18 - 6 * i) & 63) as usize]).collect();
            text.push_str(&format!("{made:=<4}"));
        }
        text
    }

    #[test]
    fn an_eq_keeps_its_bands() {
        let mut state = Vec::new();
        state.extend([33_u32, 3].map(u32::to_le_bytes).concat());
        for (kind, on, freq, factor, octaves) in
            [(8_u32, 1_u32, 1000.0_f64, 2.0_f64, 2.0_f64), (4, 1, 100.0, 1.0, 2.0), (0, 0, 300.0, 4.0, 1.0)]
        {
            state.extend([kind, on].map(u32::to_le_bytes).concat());
            state.extend([freq, factor, octaves].map(f64::to_le_bytes).concat());
            state.push(1);
        }
        state.extend([1_u32, 1].map(u32::to_le_bytes).concat());
        state.extend(0.5_f64.to_le_bytes());
        let near = of_chain(&written("ReaEQ", &state)).unwrap();
        let [Insert { unit: Unit::Eq(eq), .. }, Insert { unit: Unit::Gain(gain), .. }] = &near.inserts[..] else {
            panic!()
        };
        assert!((gain.0 + 6.0206).abs() < 1e-4);
        assert_eq!(eq.bands.len(), 2);
        assert!((eq.bands[0].gain.0 - 6.0206).abs() < 1e-4 && (eq.bands[0].q - 0.6667).abs() < 1e-3);
        assert_eq!(eq.bands[1].kind, BandKind::HighPass { steep: false });
    }

    #[test]
    fn the_compressor_that_reaper_saves_by_default_is_understood() {
        let lines = "<VST \"VST: ReaComp (Cockos)\" reacomp.dll 0 \"\" 1919247213\n\
            bWNlcu9e7f4EAAAAAQAAAAAAAAACAAAAAAAAAAQAAAAAAAAACAAAAAAAAAACAAAAAQAAAAAAAAACAAAAAAAAAFwAAAAAAAAAAAAQAA==\n\
            776t3g3wrd4AAIA/ED74PKabxDsK16M8AAAAAAAAAAAAAIA/AAAAAAAAAAAAAAAAnNEHMwAAgD8AAAAAzcxMPQAAAAAAAAAAAAAAAAAAgD4AAAAAAAAAAAAAAAA=\n\
            AAAQAAAA\n>";
        let near = of_chain(lines).unwrap();
        let [Insert { unit: Unit::Compressor(unit), .. }] = &near.inserts[..] else { panic!("{near:?}") };
        assert!(unit.threshold.0.abs() < 1e-6 && (unit.ratio - 4.0).abs() < 0.01);
        assert!((unit.attack - 0.003).abs() < 1e-5 && (unit.release - 0.1).abs() < 1e-4);
        assert_eq!(unit.detector, Detector::Rms);
    }

    #[test]
    fn states_that_are_damaged_are_not_understood() {
        for state in [&[][..], &[1, 2, 3], &[0xff; 40], &[33, 0, 0, 0, 255, 255, 255, 255]] {
            for product in ["ReaEQ", "ReaComp", "ReaGate", "ReaLimit"] {
                assert!(of_chain(&written(product, state)).is_none_or(|near| near.inserts.len() < 3));
            }
        }
        assert!(of_chain("<VST \"VST: ReaEQ (Cockos)\" x 0 \"\" 1\n????\n>").is_none());
        assert!(of_chain("<VST \"VST: ReaEQ (Cockos)\" x 0 \"\" 1\n>").is_none());
    }
}
