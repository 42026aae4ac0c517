//! Figures as people read them: a true minus, thousands apart, absent values as a dash.

use stemwright_core::{Quantity, SampleRate};

/// What stands where there is nothing to measure.
pub(super) const ABSENT: &str = "—";

/// A figure with so many decimals: `−12.34`. What is no number is a dash.
pub(super) fn number(value: f64, decimals: usize) -> String {
    if value.is_nan() {
        return ABSENT.to_owned();
    }
    let sign = if value < 0.0 { "−" } else { "" };
    let size = value.abs();
    if size.is_infinite() {
        return format!("{sign}∞");
    }
    // Beyond this, decimals and thousands say nothing and tables burst.
    if size >= 1e12 {
        return format!("{sign}{size:.2e}");
    }
    let text = format!("{size:.decimals$}");
    let sign = if text.bytes().all(|b| b == b'0' || b == b'.') { "" } else { sign };
    let (whole, fraction) = text.split_once('.').map_or((text.as_str(), ""), |(whole, fraction)| (whole, fraction));
    let dot = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{}{dot}{fraction}", thousands(whole))
}

/// A figure with up to two decimals, as many as it has, and its unit: `−1 dBTP`, `3 frames`.
pub(super) fn quantity(quantity: &Quantity) -> String {
    let mut text = number(quantity.value, 2);
    if quantity.value.is_finite() && quantity.value.abs() < 1e12 {
        text = text.trim_end_matches('0').trim_end_matches('.').to_owned();
    }
    let space = if quantity.unit.is_empty() { "" } else { "\u{a0}" };
    format!("{text}{space}{}", quantity.unit)
}

/// A level, rounded as it is stored, with its unit; a dash where there is none.
pub(super) fn level(value: Option<f64>, unit: &str) -> String {
    value.map_or_else(|| ABSENT.to_owned(), |value| format!("{}\u{a0}{unit}", number(value, 2)))
}

/// A count: `1,234,567`.
pub(super) fn count(value: u64) -> String {
    thousands(&value.to_string())
}

/// A count with its noun: `1 stem`, `2 stems`.
pub(super) fn several(value: usize, noun: &str) -> String {
    let s = if value == 1 { "" } else { "s" };
    format!("{} {noun}{s}", count(value as u64))
}

/// A place in a file: `1:23.456`.
pub(super) fn place(frame: u64, rate: SampleRate) -> String {
    rate.clock(i64::try_from(frame).unwrap_or(i64::MAX))
}

/// A time on an axis: `1:30`, `1:02:00`, and `0:00.5` between seconds.
pub(super) fn clock(seconds: f64) -> String {
    let millis = (seconds * 1000.0).round().max(0.0) as u64;
    let (hours, minutes, rest) = (millis / 3_600_000, millis / 60_000 % 60, millis % 60_000);
    let mut text = if hours > 0 { format!("{hours}:{minutes:02}") } else { format!("{minutes}") };
    text += &format!(":{:02}", rest / 1000);
    if rest % 1000 != 0 {
        let fraction = format!(".{:03}", rest % 1000);
        text += fraction.trim_end_matches('0');
    }
    text
}

/// A frequency on an axis: `50`, `1k`, `12.5k`.
pub(super) fn hertz(hz: f64) -> String {
    let (size, k) = if hz >= 1000.0 { (hz / 1000.0, "k") } else { (hz, "") };
    let text = format!("{size:.2}");
    format!("{}{k}", text.trim_end_matches('0').trim_end_matches('.'))
}

fn thousands(digits: &str) -> String {
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_read_as_people_write_them() {
        assert_eq!(number(-1234.567, 2), "−1,234.57");
        assert_eq!(number(-0.001, 2), "0.00");
        assert_eq!(number(f64::NEG_INFINITY, 2), "−∞");
        assert_eq!(number(f64::NAN, 2), ABSENT);
        assert_eq!(number(1e300, 2), "1.00e300");
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(quantity(&Quantity::new(-1.0, "dBTP")), "−1\u{a0}dBTP");
        assert_eq!(quantity(&Quantity::new(100.0, "")), "100");
        assert_eq!([clock(90.0), clock(3720.0), clock(0.5)], ["1:30", "1:02:00", "0:00.5"]);
        assert_eq!([hertz(31.5), hertz(12_500.0)], ["31.5", "12.5k"]);
        assert_eq!([several(1, "stem"), several(2000, "stem")], ["1 stem", "2,000 stems"]);
    }
}
