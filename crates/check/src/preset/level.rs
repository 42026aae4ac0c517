//! Values against limits, and how they are written.

/// How far a value must move to lie between two limits: negative where it is too large. Values are rounded to 0.01 as all
/// stored levels are, so that −3.00 meets −3.
pub(super) fn change(value: f64, low: Option<f64>, high: Option<f64>) -> Option<f64> {
    let value = (value * 100.0).round() / 100.0;
    let slack = 1e-9;
    match (low, high) {
        (_, Some(high)) if value > high + slack => Some(high - value),
        (Some(low), _) if value < low - slack => Some(low - value),
        _ => None,
    }
}

/// A figure to 0.01, with the sign that people read.
pub(super) fn figure(value: f64) -> String {
    let rounded = (value * 100.0).round() / 100.0;
    (if rounded == 0.0 { 0.0 } else { rounded }).to_string().replace('-', "−")
}

/// A distance, rounded up to 0.1, so that whoever moves by it arrives.
pub(super) fn distance(change: f64) -> f64 {
    (change.abs() * 10.0 - 1e-6).ceil() / 10.0
}

/// `2 to 4 s`, `2 s or more`, `4 s at most`.
pub(super) fn between(low: Option<f64>, high: Option<f64>, unit: &str) -> String {
    match (low, high) {
        (Some(low), Some(high)) => format!("{} to {} {unit}", figure(low), figure(high)),
        (Some(low), None) => format!("{} {unit} or more", figure(low)),
        (None, Some(high)) => format!("{} {unit} at most", figure(high)),
        (None, None) => String::new(),
    }
}

/// `WAV, AIFF or FLAC`.
pub(super) fn any_of(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// `44.1 kHz`.
pub(super) fn kilohertz(hz: u32) -> String {
    format!("{} kHz", f64::from(hz) / 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_moves_by_the_distance_arrives() {
        assert_eq!(change(-3.004, None, Some(-3.0)), None);
        for (value, by) in [(-1.7, 1.3), (-2.99, 0.1), (-1.71, 1.3), (-1.69, 1.4)] {
            let change = change(value, Some(-6.0), Some(-3.0)).expect("it is too loud");
            assert!(change < 0.0);
            assert_eq!(distance(change), by, "{value}");
        }
        assert_eq!(change(-7.0, Some(-6.0), Some(-3.0)), Some(1.0));
        assert_eq!(figure(-0.001), "0");
        assert_eq!(between(Some(-6.0), Some(-3.0), "dBFS"), "−6 to −3 dBFS");
    }
}
