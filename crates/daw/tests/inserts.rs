//! The inserts of a session.toml: defaults and every value.

use std::path::Path;
use stemwright_core::{
    Align, AlignTime, Chorus, CompressorBand, Convolution, Db, DeEsser, DynamicBand, DynamicEq, DynamicKind, Gate, Key,
    Limiter, Multiband, Param, Phaser, Reverb, Saturation, Sweep, Tap, Target, Transient, Unit, Width,
};
use stemwright_daw::{SessionError, SessionFile};

/// A session with one insert on a bus, and what is said of the bus besides.
fn read(table: &str, bus: &str) -> Result<SessionFile, SessionError> {
    let text = format!(
        "session.rate = 48000\ntrack = [{{ name = 'Kick' }}]\nbus = [{{ name = 'A', insert = [{{ {table} }}]{bus} }}]\n"
    );
    SessionFile::parse(Path::new("songs/session.toml"), text)
}

fn parsed(table: &str) -> Unit {
    let file = read(table, "").unwrap_or_else(|error| panic!("{error}"));
    file.session.buses[0].strip.inserts[0].unit.clone()
}

#[test]
fn every_insert_has_its_defaults_and_its_values() {
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

#[test]
fn dynamics_in_bands_have_their_defaults_and_their_values() {
    assert_eq!(parsed("type = 'transient'"), Unit::Transient(Transient::default()));
    assert_eq!(
        parsed("type = 'transient', attack = 6, sustain = -12, attack_ms = 30, sustain_ms = 250"),
        Unit::Transient(Transient { attack: 6.0, sustain: -12.0, attack_time: 0.03, sustain_time: 0.25 })
    );
    let key = Some(Key { from: "Kick".into(), tap: Tap::Post });
    let plain = CompressorBand::default();
    assert_eq!(
        parsed("type = 'multiband', crossovers = [120, 2500]"),
        Unit::Multiband(Multiband { crossovers: vec![120.0, 2500.0], bands: vec![plain; 3], mix: 1.0, key: None })
    );
    let first = CompressorBand {
        threshold: Db(-30.0),
        ratio: 4.0,
        knee: 0.0,
        attack: 0.02,
        release: 0.2,
        makeup: Db(3.0),
        bypass: false,
    };
    assert_eq!(
        parsed(
            "type = 'multiband', crossovers = [800], mix = 0.5, key = 'Kick', bands = [{ threshold = -30, ratio = 4, \
             knee = 0, attack_ms = 20, release_ms = 200, makeup = 3 }, { bypass = true }]"
        ),
        Unit::Multiband(Multiband {
            crossovers: vec![800.0],
            bands: vec![first, CompressorBand { bypass: true, ..plain }],
            mix: 0.5,
            key: key.clone(),
        })
    );
    assert_eq!(
        parsed("type = 'dynamic-eq', bands = [{ type = 'low-shelf', freq = 150 }]"),
        Unit::DynamicEq(DynamicEq { bands: vec![DynamicBand::new(DynamicKind::LowShelf, 150.0)], key: None })
    );
    let band = DynamicBand {
        q: 2.5,
        threshold: Db(-24.0),
        ratio: 2.0,
        range: 6.0,
        attack: 0.001,
        release: 0.3,
        ..DynamicBand::new(DynamicKind::Bell, 3000.0)
    };
    assert_eq!(
        parsed(
            "type = 'dynamic-eq', key = 'Kick', bands = [{ type = 'bell', freq = 3000, q = 2.5, threshold = -24, \
             ratio = 2, range = 6, attack_ms = 1, release_ms = 300 }]"
        ),
        Unit::DynamicEq(DynamicEq { bands: vec![band], key })
    );
}

#[test]
fn rooms_sweeps_and_alignment_have_their_defaults_and_their_values() {
    assert_eq!(
        parsed("type = 'convolution', file = 'ir/hall.wav'"),
        Unit::Convolution(Convolution::new("songs/ir/hall.wav"))
    );
    assert_eq!(
        parsed(
            "type = 'convolution', file = '/ir/hall.wav', predelay_ms = 20, gain = -6, length = 2.5, normalise = true, \
             mix = 0.3"
        ),
        Unit::Convolution(Convolution {
            file: "/ir/hall.wav".into(),
            predelay: 0.02,
            gain: Db(-6.0),
            length: 2.5,
            normalise: true,
            wet: 0.3,
        })
    );
    assert_eq!(parsed("type = 'chorus'"), Unit::Chorus(Chorus::default()));
    assert_eq!(
        parsed(
            "type = 'chorus', rate = '1/2', delay_ms = 5, depth_ms = 1.5, voices = 4, feedback = -0.5, phase = 180, \
             mix = 1"
        ),
        Unit::Chorus(Chorus {
            rate: Sweep::Quarters(2.0),
            delay: 0.005,
            depth: 0.0015,
            voices: 4,
            feedback: -0.5,
            phase: 180.0,
            wet: 1.0,
        })
    );
    assert_eq!(parsed("type = 'phaser'"), Unit::Phaser(Phaser::default()));
    assert_eq!(
        parsed("type = 'phaser', rate = 2, freq = 500, depth = 2, stages = 8, feedback = 0.7, phase = 0, mix = 0.4"),
        Unit::Phaser(Phaser {
            rate: Sweep::Hz(2.0),
            freq: 500.0,
            depth: 2.0,
            stages: 8,
            feedback: 0.7,
            phase: 0.0,
            wet: 0.4,
        })
    );
    let align = |delay, inverted| Unit::Align(Align { delay, inverted });
    assert_eq!(parsed("type = 'align'"), align(AlignTime::Seconds(0.0), false));
    assert_eq!(parsed("type = 'align', delay_ms = -12.5, invert = true"), align(AlignTime::Seconds(-0.0125), true));
    assert_eq!(parsed("type = 'align', delay_frames = 4800"), align(AlignTime::Frames(4800.0), false));
}

#[test]
fn mistakes_are_answered_with_what_to_write() {
    for (table, message, hint) in [
        ("type = 'multiband', crossovers = [900, 200]", "one to four frequencies that rise", "[120.0, 2500.0]"),
        ("type = 'multiband', crossovers = []", "one to four frequencies that rise", "[120.0, 2500.0]"),
        ("type = 'multiband', crossovers = [900], bands = [{}]", "1 crossovers make 2", "one table a band"),
        ("type = 'dynamic-eq'", "no `bands`", "bands = ["),
        ("type = 'dynamic-eq', bands = []", "one to 8 bands", "two of them"),
        ("type = 'convolution'", "no `file`", "ir/hall.wav"),
        ("type = 'chorus', rate = '1/3'", "`rate`", "note value"),
        ("type = 'chorus', voices = 2.5", "`voices` must be one of 1, 2", "write 1"),
        ("type = 'phaser', stages = 5", "`stages` must be one of 2, 4", "write 2"),
        ("type = 'align', delay_ms = 1, delay_frames = 2", "beside `delay_ms`", "one of them"),
        ("type = 'align', delay_ms = 101", "`delay_ms` is 101", "-100 to 100"),
    ] {
        let error = read(table, "").expect_err(table);
        let text = format!("{error}");
        let said = error.hint.clone().unwrap_or_default();
        assert!(text.contains(message) && said.contains(hint), "{table}: {text} / {said}");
    }
}

#[test]
fn what_can_be_automated_has_its_name() {
    let bands = "bands = [{ type = 'bell', freq = 100 }, { type = 'bell', freq = 900 }]";
    for (table, name, param) in [
        ("type = 'transient'", "attack", Param::Attack),
        ("type = 'transient'", "sustain", Param::Sustain),
        ("type = 'multiband', crossovers = [90]", "band.2.makeup", Param::BandMakeup(1)),
        ("type = 'multiband', crossovers = [90]", "mix", Param::Mix),
        (&format!("type = 'dynamic-eq', {bands}"), "band.2.threshold", Param::BandThreshold(1)),
        (&format!("type = 'dynamic-eq', {bands}"), "band.1.ratio", Param::BandRatio(0)),
        (&format!("type = 'dynamic-eq', {bands}"), "band.1.range", Param::BandRange(0)),
        ("type = 'convolution', file = 'a.wav'", "gain", Param::Gain),
        ("type = 'chorus'", "depth", Param::Depth),
        ("type = 'phaser'", "freq", Param::Freq),
    ] {
        let automation = |name: &str| format!(", automation = [{{ param = 'insert.1.{name}', points = [[0, 1]] }}]");
        match read(table, &automation(name)) {
            // The value may be out of the range of what it moves: then the name was known.
            Ok(file) => assert_eq!(file.session.buses[0].strip.automation[0].target, Target::Insert(0, param)),
            Err(error) => assert!(error.to_string().contains("` is 1"), "{table}, {name}: {error}"),
        }
        assert!(read(table, &automation("band.9.ratio")).is_err() && read(table, &automation("delay")).is_err());
    }
    let error = read("type = 'align'", ", automation = [{ param = 'insert.1.delay', points = [[0, 1]] }]");
    assert!(error.is_err_and(|error| error.hint.is_some_and(|hint| hint.contains("nothing of it"))));
}
