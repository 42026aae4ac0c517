//! A proof that cannot fail proves nothing: an engine that is wrong on purpose is found out.

mod desk;

use desk::{Desk, assert_untouched, older_set};
use stemwright_core::Receipt;

const FAULTS: [&str; 4] = ["lane-scaled", "lane-late", "second-detector", "track-lost"];

/// Two stems of different length and level that share a bus compressor which works.
fn shared_compressor() -> Desk {
    let desk = Desk::new();
    desk.sine("song/long.wav", 0.5, 48_000);
    // Not of the same phase and frequency, or the compressor would do the same to both.
    desk.floats("song/short.wav", 1, 48_000, (0..20_000).map(|n| if n / 37 % 2 == 0 { 0.3 } else { -0.3 }));
    let tables = desk::track("Long", "stem = 'Long'\noutput = 'Band'", "long.wav")
        + &desk::track("Short", "stem = 'Short'\noutput = 'Band'", "short.wav")
        + "[[bus]]\nname = 'Band'\n[[bus.insert]]\ntype = 'bus-compressor'\nthreshold = -20.0\nratio = 4.0\n";
    desk.session("song/session.toml", &tables);
    desk
}

#[test]
fn every_fault_is_found_in_integers_and_in_floats() {
    let desk = shared_compressor();
    for format in ["wav24", "wav32f"] {
        desk.bounce(&["song", "--format", format]).ended(0);
        std::fs::remove_dir_all(desk.path("song-stems")).unwrap();
        for fault in FAULTS {
            let before = desk.tree();
            let arguments = ["song", "--format", format, "--inject-fault", fault];
            let outcome = desk.bounce(&arguments).ended(2);
            let name = "song-stems.refused.json";
            let outcome = outcome.says(&["do not add up", "times its bound", "first at 0:0", "hint: ", name]);
            assert_eq!(outcome.out, "", "{fault}");
            assert_eq!(desk.names(), ["song", name], "{fault}");
            let json = std::fs::read(desk.path(name)).unwrap();
            let receipt: Receipt = serde_json::from_slice(&json).unwrap();
            let null = &receipt.null;
            assert!(!null.proven && null.first_failure.is_some(), "{fault} {format}: {null:?}");
            assert!(null.residual_of_bound > 1.0, "{fault} {format}: {null:?}");
            // The figures on the terminal are those in the receipt.
            let outcome = outcome.says(&[&format!("residual {} times", null.residual_of_bound)]);
            if format == "wav24" {
                let (largest, bound) = (null.remainder_lsb.unwrap(), null.remainder_bound_lsb.unwrap());
                assert!(f64::from(largest) > bound, "{fault}: {largest} of {bound}");
                outcome.says(&[&format!("remainder {largest} LSB (at most {bound} may be)")]);
            } else {
                assert_eq!((null.remainder_lsb, null.lsb_errors), (None, None));
                assert!(!outcome.err.contains("LSB"), "{}", outcome.err);
            }
            std::fs::remove_file(desk.path(name)).unwrap();
            assert_untouched(&before, &desk.tree());
        }
    }
}

#[test]
fn a_set_in_place_survives_one_that_is_not_proven() {
    let desk = shared_compressor();
    older_set(&desk.path("song-stems"));
    let before = desk.tree();
    let outcome = desk.bounce(&["song", "--json", "--inject-fault", "lane-late"]).ended(2);
    let answer = outcome.json();
    assert_eq!(answer["ok"], false);
    assert_eq!(answer["receipt"]["null"]["proven"], false);
    assert!(answer["error"]["message"].as_str().unwrap().contains("do not add up"));
    assert!(answer["manifest"].is_null());
    std::fs::remove_file(desk.path("song-stems.refused.json")).unwrap();
    assert_untouched(&before, &desk.tree());
}

#[test]
fn a_fault_is_found_in_the_example_song() {
    let desk = Desk::new();
    let song = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/song");
    let outcome = desk.bounce(&[song, "-o", "set", "--inject-fault", "lane-scaled"]).ended(2);
    outcome.says(&["do not add up", "LSB"]);
    assert_eq!(desk.names(), ["set.refused.json"]);
}
