//! REAPER's fader scale: where a gain stands on a fader, and what volume envelopes "with fader scaling" run along.

/// The gain at the top of the scale, +12 dB.
const TOP: f64 = 3.981_071_705_534_972_5;

/// The place of a factor on the fader, 0 (silence) to 1 (+12 dB) and beyond.
///
/// The factor at s is 10^(12/20)·(s³ + s⁶)/2. This was found by us in figures that others published of renders of REAPER (a ramp
/// from +12 to −80 dB on a fader-scaled envelope): it meets each of 93 places to the sixth decimal, which is all that they have.
pub(super) fn place(factor: f64) -> f64 {
    // x² + x = 2·factor/TOP, and s = ∛x.
    let x = ((1.0 + 8.0 * factor.max(0.0) / TOP).sqrt() - 1.0) / 2.0;
    libm::cbrt(x)
}

/// The factor at a place, see [`place`].
pub(super) fn factor(place: f64) -> f64 {
    let cube = place * place * place;
    TOP * (cube + cube * cube) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use stemwright_core::Db;

    #[test]
    fn places_are_those_that_were_measured() {
        // Decibels, and the part of the way from +12 to −80 dB, as published.
        for (db, part) in
            [(12.0, 0.0), (0.0, 0.294_654), (-6.0, 0.422_750), (-18.0, 0.632_542), (-40.0, 0.860_777), (-80.0, 1.0)]
        {
            let way = |db: f64| (1.0 - place(Db(db).factor())) / (1.0 - place(Db(-80.0).factor()));
            assert!((way(db) - part).abs() < 2e-6, "{db} dB at {}", way(db));
        }
        for gain in [0.0, 1e-6, 0.1, 1.0, 2.0, 3.98, 10.0] {
            assert!((factor(place(gain)) - gain).abs() < 1e-12 * gain.max(1.0));
        }
    }
}
