//! What `stemwright check --selftest` runs: the meters against the EBU's signals. That they can fail is tested beside them
//! (`src/selftest.rs`).

use std::collections::BTreeSet;
use stemwright_check::{selftest, selftest_table};

#[test]
fn the_meters_pass_every_signal_of_tech_3341_and_3342_at_every_rate() {
    let mut heard = Vec::new();
    let results = selftest(&mut |done, of| heard.push((done, of)));
    eprintln!("{}", selftest_table(&results));
    for result in &results {
        assert!(result.passed, "{result:?}");
    }

    // Nothing was left out silently: 25 signals, of which two have three readings, at five rates.
    let signals: BTreeSet<_> = results.iter().map(|result| (result.standard, result.signal)).collect();
    let of = |standard: &str| {
        signals.iter().filter(|signal| signal.0.contains(standard)).map(|signal| signal.1).collect::<Vec<_>>()
    };
    assert_eq!(of("3341"), [1..=6, 9..=23].into_iter().flatten().collect::<Vec<_>>());
    assert_eq!(of("3342"), [1, 2, 3, 4]);
    assert_eq!(results.len(), 29 * 5);
    assert_eq!(heard, (1..=125).map(|done| (done, 125)).collect::<Vec<_>>(), "progress counts up to the end");
}

#[test]
fn results_are_the_same_on_any_number_of_threads_and_serialise() {
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| selftest(&mut |_, _| {}))
    };
    let mut results = with(1);
    assert_eq!(results, with(3));
    let first = serde_json::to_value(&results).unwrap()[0].clone();
    assert_eq!(
        (&first["quantity"], &first["rate"], &first["passed"]),
        (&"integrated".into(), &44_100.into(), &true.into())
    );

    // A failure is seen.
    results[3].passed = false;
    results[3].measured = None;
    let table = selftest_table(&results);
    assert_eq!(table.matches("FAILED").count(), 1, "{table}");
    assert!(table.contains("nothing") && table.contains("144 of 145"), "{table}");
}
