//! Saturation, from the law at `stemwright_core::Saturation`.

use stemwright_core::{HALF_BANDS, Param, Saturation};

use super::Mutant;
use super::control::factor;
use super::eq::Cut;
use super::inserts::Slot;
use super::layout::Signal;
use super::oversampling::{down, up};

pub fn saturate(slot: Slot<'_>, params: &Saturation, input: &Signal) -> Signal {
    let factors = slot.lines(&[Param::Drive, Param::Output, Param::Mix], input[0].len(), |at| {
        let mix = slot.read(Param::Mix, params.mix, at);
        let drive = factor(slot.read(Param::Drive, params.drive.0, at));
        [drive, mix * factor(slot.read(Param::Output, params.output.0, at)), 1.0 - mix]
    });
    // Reading: "up to" a rate includes it.
    let stages = match slot.rate {
        ..=64_000.0 => 3,
        ..=128_000.0 => 2,
        _ => 1,
    };
    let bands = &HALF_BANDS[..stages];
    // Of one signal in one lane, s·g is f(s).
    let bend = |s: f64| s.tanh() / (1.0 + params.asymmetry * s.tanh());
    let wet = input.iter().map(|channel| {
        let driven: Vec<f64> = channel.iter().zip(&factors).map(|(x, by)| by[0] * x).collect();
        let bent: Vec<f64> = up(&driven, bands).into_iter().map(bend).collect();
        down(&bent, bands)
    });
    let mut wet: Signal = wet.collect();
    if params.asymmetry > 0.0 {
        wet = Cut::high_pass(10.0, slot.rate).whole(&wet);
    }
    let mixed = |(channel, wet): (&Vec<f64>, &Vec<f64>)| {
        let pairs = channel.iter().zip(wet).zip(&factors);
        pairs.map(|((x, wet), [_, wet_by, dry_by])| dry_by * x + wet_by * wet).collect()
    };
    let mut output: Signal = input.iter().zip(&wet).map(mixed).collect();
    if slot.mutant == Some(Mutant::LatencyForgotten) {
        output.iter_mut().for_each(|channel: &mut Vec<f64>| channel.rotate_right(1));
    }
    output
}
