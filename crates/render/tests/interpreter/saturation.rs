//! Saturation, from the law at `stemwright_core::Saturation`.

use stemwright_core::{HALF_BANDS, Param, Saturation};

use super::Mutant;
use super::control::factor;
use super::eq::Cut;
use super::inserts::{Signal, Slot};
use super::oversampling::{down, up};

pub fn saturate(slot: Slot<'_>, params: &Saturation, input: &Signal) -> Signal {
    let factors = slot.lines(&[Param::Drive, Param::Output, Param::Mix], input.len(), |at| {
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
    let wet = [0, 1].map(|channel| {
        let driven: Vec<f64> = input.iter().zip(&factors).map(|(x, by)| by[0] * x[channel]).collect();
        let bent: Vec<f64> = up(&driven, bands).into_iter().map(bend).collect();
        down(&bent, bands)
    });
    let mut block = (params.asymmetry > 0.0).then(|| Cut::high_pass(10.0, slot.rate));

    let mut output: Signal = (0..input.len())
        .map(|n| {
            let wet = [wet[0][n], wet[1][n]];
            let wet = block.as_mut().map_or(wet, |cut| cut.step(wet));
            let [_, wet_by, dry_by] = factors[n];
            [0, 1].map(|channel| dry_by * input[n][channel] + wet_by * wet[channel])
        })
        .collect();
    if slot.mutant == Some(Mutant::LatencyForgotten) {
        output.rotate_right(1);
    }
    output
}
