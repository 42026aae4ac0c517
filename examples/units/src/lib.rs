//! Every insert and the resampler measured against references that share no code with them: `docs/units.md`.
//!
//! One file a unit. Each has functions that measure, which the tests hold to limits, and a `section` that tabulates
//! and plots what they give. Figures are computed with `libm` and never fused, so that they are the same text
//! everywhere.

pub mod align;
pub mod automation;
pub mod chorus;
pub mod clicks;
pub mod compressor;
pub mod convolution;
pub mod de_esser;
pub mod delay;
pub mod dynamic_eq;
pub mod eq;
pub mod gate;
pub mod limiter;
pub mod multiband;
pub mod phaser;
pub mod plot;
pub mod report;
pub mod resampler;
pub mod reverb;
pub mod run;
pub mod saturation;
pub mod signals;
pub mod spectrum;
pub mod transient;
pub mod true_peak;
pub mod width;
pub mod window;

use report::Section;

const HEAD: &str = include_str!("head.md");

/// A name and what measures.
type Part = (&'static str, fn() -> Section);

/// The report: texts by their path under `docs`. `said` hears the name of each part when it is done.
pub fn report(mut said: impl FnMut(&str)) -> Vec<(String, String)> {
    let parts: [Part; 19] = [
        ("equaliser", eq::section),
        ("compressor", compressor::section),
        ("limiter", limiter::section),
        ("saturation", saturation::section),
        ("de-esser", de_esser::section),
        ("width", width::section),
        ("gate", gate::section),
        ("transient shaper", transient::section),
        ("multiband compressor", multiband::section),
        ("dynamic equaliser", dynamic_eq::section),
        ("delay", delay::section),
        ("reverb", reverb::section),
        ("convolution reverb", convolution::section),
        ("chorus", chorus::section),
        ("phaser", phaser::section),
        ("time alignment", align::section),
        ("resampler", resampler::section),
        ("automation", automation::section),
        ("clicks", clicks::section),
    ];
    let measured = parts.map(|(name, section)| {
        let section = section();
        said(name);
        section
    });
    report::files(HEAD, measured.into())
}
