//! The inserts of a session.toml: defaults and every value.

use std::path::Path;
use stemwright_core::{Db, DeEsser, Gate, Key, Limiter, Reverb, Saturation, Tap, Unit, Width};
use stemwright_daw::SessionFile;

#[test]
fn every_insert_has_its_defaults_and_its_values() {
    let parsed = |table: &str| {
        let text = format!(
            "session.rate = 48000\ntrack = [{{ name = 'Kick' }}]\nbus = [{{ name = 'A', insert = [{{ {table} }}] }}]\n"
        );
        let file = SessionFile::parse(Path::new("session.toml"), text).unwrap_or_else(|error| panic!("{error}"));
        file.session.buses[0].strip.inserts[0].unit.clone()
    };
    assert_eq!(parsed("type = 'limiter'"), Unit::Limiter(Limiter::default()));
    assert_eq!(
        parsed("type = 'limiter', ceiling = -0.3, gain = 6, look_ahead_ms = 5, release_ms = 250"),
        Unit::Limiter(Limiter { ceiling: Db(-0.3), gain: Db(6.0), look_ahead: 0.005, release: 0.25 })
    );
    assert_eq!(parsed("type = 'gate'"), Unit::Gate(Gate::hard()));
    assert_eq!(parsed("type = 'expander'"), Unit::Gate(Gate::expander()));
    let key = Some(Key { from: "Kick".into(), tap: Tap::Pre });
    assert_eq!(
        parsed(
            "type = 'gate', threshold = -50, ratio = 8, range = 30, hysteresis = 6, attack_ms = 0.5, hold_ms = 40, \
             release_ms = 80, look_ahead_ms = 2, key = 'Kick', key_tap = 'pre', key_high_pass = 60, key_low_pass = 4000"
        ),
        Unit::Gate(Gate {
            threshold: Db(-50.0),
            ratio: 8.0,
            range: 30.0,
            hysteresis: 6.0,
            attack: 0.0005,
            hold: 0.040,
            release: 0.080,
            look_ahead: 0.002,
            key,
            key_high_pass: Some(60.0),
            key_low_pass: Some(4000.0),
        })
    );
    assert_eq!(parsed("type = 'de-esser'"), Unit::DeEsser(DeEsser::default()));
    assert_eq!(
        parsed(
            "type = 'de-esser', freq = 7200, q = 2, threshold = -24, ratio = 3, range = 6, attack_ms = 1, release_ms = 40"
        ),
        Unit::DeEsser(DeEsser {
            freq: 7200.0,
            q: 2.0,
            threshold: Db(-24.0),
            ratio: 3.0,
            range: 6.0,
            attack: 0.001,
            release: 0.040,
        })
    );
    assert_eq!(parsed("type = 'saturation'"), Unit::Saturation(Saturation::default()));
    assert_eq!(
        parsed("type = 'saturation', drive = 12, output = -6, asymmetry = 0.3, mix = 0.5"),
        Unit::Saturation(Saturation { drive: Db(12.0), output: Db(-6.0), asymmetry: 0.3, mix: 0.5 })
    );
    assert_eq!(parsed("type = 'width'"), Unit::Width(Width { width: 1.0, mono_below: None }));
    assert_eq!(
        parsed("type = 'width', width = 1.5, mono_below = 120"),
        Unit::Width(Width { width: 1.5, mono_below: Some(120.0) })
    );
    let reverb = Reverb {
        predelay: 0.02,
        decay: 1.8,
        size: 0.7,
        high_decay: 0.4,
        crossover: 3500.0,
        low_cut: Some(200.0),
        high_cut: Some(9000.0),
        wet: 0.25,
    };
    let table = "type = 'reverb', decay = 1.8, predelay_ms = 20, size = 0.7, high_decay = 0.4, crossover = 3500, \
                 low_cut = 200, high_cut = 9000, mix = 0.25";
    assert_eq!(parsed(table), Unit::Reverb(reverb));
    let Unit::Reverb(plain) = parsed("type = 'reverb', decay = 1") else { panic!("a reverb") };
    assert_eq!((plain.predelay, plain.size, plain.wet, plain.low_cut), (0.0, 1.0, 1.0, None));
}
