//! Echoes, rooms and what moves, as `units::spaces` reads them.

use super::super::page::Page;
use super::super::relative;
use std::path::Path;
use stemwright_core::{Chorus, Convolution, Delay, DelayTime, Phaser, Reverb, Sweep};

pub(super) fn delay(page: &mut Page, unit: &Delay) {
    let Delay { time, feedback, ping_pong, low_cut, high_cut, wet } = unit;
    match *time {
        DelayTime::Seconds(seconds) => page.key("time", seconds),
        DelayTime::Quarters(quarters) => page.key("time", note(quarters).as_str()),
    }
    page.number("feedback", *feedback, 0.0);
    page.flag("ping_pong", *ping_pong);
    page.maybe("low_cut", *low_cut);
    page.maybe("high_cut", *high_cut);
    page.number("mix", *wet, 1.0);
}

/// `1/8`, `1/8.` (dotted), `1/8t` (triplet): the note value that lasts so many quarter notes, or the one next to it.
fn note(quarters: f64) -> String {
    let ways = [("", 1.0), (".", 1.5), ("t", 2.0 / 3.0)];
    let all = ways.into_iter().flat_map(|(ending, scale)| {
        (1..=16).flat_map(move |notes| {
            (0..=6).map(move |power| {
                let of = 1u32 << power;
                (f64::from(notes) * 4.0 / f64::from(of) * scale, format!("{notes}/{of}{ending}"))
            })
        })
    });
    let nearest = all.min_by(|(a, _), (b, _)| (a - quarters).abs().total_cmp(&(b - quarters).abs()));
    nearest.map_or_else(|| "1/4".to_owned(), |(_, text)| text)
}

pub(super) fn reverb(page: &mut Page, unit: &Reverb) {
    let Reverb { predelay, decay, size, high_decay, crossover, low_cut, high_cut, wet } = unit;
    page.key("decay", *decay);
    page.milliseconds("predelay_ms", *predelay, 0.0);
    page.number("size", *size, 1.0);
    page.number("high_decay", *high_decay, 0.5);
    page.number("crossover", *crossover, 5000.0);
    page.maybe("low_cut", *low_cut);
    page.maybe("high_cut", *high_cut);
    page.number("mix", *wet, 1.0);
}

pub(super) fn convolution(page: &mut Page, unit: &Convolution, base: &Path) {
    let Convolution { file, predelay, gain, length, normalise, wet } = unit;
    let default = Convolution::new(file);
    page.key("file", relative(file, base).as_str());
    page.milliseconds("predelay_ms", *predelay, default.predelay);
    page.number("gain", gain.0, default.gain.0);
    page.number("length", *length, default.length);
    page.flag("normalise", *normalise);
    page.number("mix", *wet, default.wet);
}

pub(super) fn chorus(page: &mut Page, unit: &Chorus) {
    let (Chorus { rate, delay, depth, voices, feedback, phase, wet }, default) = (unit, Chorus::default());
    sweep(page, *rate, default.rate);
    page.milliseconds("delay_ms", *delay, default.delay);
    page.milliseconds("depth_ms", *depth, default.depth);
    page.number("voices", *voices as f64, default.voices as f64);
    page.number("feedback", *feedback, default.feedback);
    page.number("phase", *phase, default.phase);
    page.number("mix", *wet, default.wet);
}

pub(super) fn phaser(page: &mut Page, unit: &Phaser) {
    let (Phaser { rate, freq, depth, stages, feedback, phase, wet }, default) = (unit, Phaser::default());
    sweep(page, *rate, default.rate);
    page.number("freq", *freq, default.freq);
    page.number("depth", *depth, default.depth);
    page.number("stages", *stages as f64, default.stages as f64);
    page.number("feedback", *feedback, default.feedback);
    page.number("phase", *phase, default.phase);
    page.number("mix", *wet, default.wet);
}

fn sweep(page: &mut Page, rate: Sweep, default: Sweep) {
    match rate {
        Sweep::Hz(hz) if rate != default => page.key("rate", hz),
        Sweep::Hz(_) => {}
        Sweep::Quarters(quarters) => page.key("rate", note(quarters).as_str()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn echoes_have_the_note_values_that_people_use() {
        let quarters = [0.5, 0.75, 1.0 / 3.0, 1.0, 4.0, 1.5];
        assert_eq!(quarters.map(note), ["1/8", "3/16", "1/8t", "1/4", "1/1", "3/8"]);
    }
}
