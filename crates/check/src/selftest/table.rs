//! The results for a terminal: a row for each reading, a column for each rate.

use super::{LEFT_OUT, Quantity, SelfTest};
use std::fmt::Write;

/// A table of what [`super::selftest`] returned: what was expected, what was read at each rate, and the verdict. Of signals in which
/// each segment is louder than the one before it shows by how much the farthest reading was off.
pub fn table(results: &[SelfTest]) -> String {
    let mut rates: Vec<_> = results.iter().map(|result| result.rate).collect();
    rates.sort_unstable_by_key(|rate| rate.hz());
    rates.dedup();
    let mut rows: Vec<Vec<&SelfTest>> = Vec::new();
    for result in results {
        let same = |row: &&mut Vec<&SelfTest>| row.first().is_some_and(|first| key(first) == key(result));
        match rows.iter_mut().find(same) {
            Some(row) => row.push(result),
            None => rows.push(vec![result]),
        }
    }
    let mut text = String::new();
    let mut standard = "";
    for row in &rows {
        let first = row[0];
        if first.standard != standard {
            standard = first.standard;
            let space = if text.is_empty() { "" } else { "\n" };
            let _ = write!(text, "{space}{standard:<33}{:>14}  {:>11}", "expected", "tolerance");
            for rate in &rates {
                let _ = write!(text, "{:>10}", format!("{} kHz", f64::from(rate.hz()) / 1000.0));
            }
            text.push('\n');
        }
        // Segments that rise are expected to read from 38 to 19 below.
        let rises = first.segment.is_some() && matches!(first.signal, 11 | 14);
        let expected = if rises { "-38…-19".to_owned() } else { format!("{:.1}", first.expected) };
        let tolerance = format!("{:+.1} {:+.1}", first.tolerance_low, first.tolerance_high);
        let (what, unit) = named(first.quantity);
        let _ = write!(text, "  {:>2}  {what:<27}{expected:>9} {unit}  {tolerance:>11}", first.signal);
        for rate in &rates {
            let read = row.iter().find(|result| result.rate == *rate).and_then(|result| {
                let measured = result.measured?;
                Some(if rises { format!("{:+.3}", measured - result.expected) } else { format!("{measured:.3}") })
            });
            let _ = write!(text, "{:>10}", read.unwrap_or_else(|| "nothing".to_owned()));
        }
        text.push_str(if row.iter().all(|result| result.passed) { "  passed\n" } else { "  FAILED\n" });
    }
    let passed = results.iter().filter(|result| result.passed).count();
    let _ = writeln!(text, "\n{passed} of {} readings within the tolerance. {LEFT_OUT}", results.len());
    text
}

fn key(result: &SelfTest) -> (&str, u32, Quantity) {
    (result.standard, result.signal, result.quantity)
}

fn named(quantity: Quantity) -> (&'static str, &'static str) {
    match quantity {
        Quantity::Integrated => ("integrated", "LUFS"),
        Quantity::ShortTerm => ("short-term", "LUFS"),
        Quantity::Momentary => ("momentary", "LUFS"),
        Quantity::Range => ("loudness range", "LU  "),
        Quantity::TruePeak => ("true peak", "dBTP"),
    }
}
