//! How late units are.

use crate::{align, gate, limiter, saturation};
use stemwright_core::Unit;

/// The frames by which a unit's output is behind its input, at a rate in Hz. Bypassed, it is as late.
pub fn latency(unit: &Unit, rate: f64) -> usize {
    match unit {
        Unit::Limiter(limiter) => limiter::latency(limiter, rate),
        Unit::Gate(gate) => gate::latency(gate, rate),
        Unit::Saturation(_) => saturation::latency(rate),
        Unit::Align(align) => align::latency(align, rate),
        Unit::Gain(_)
        | Unit::Eq(_)
        | Unit::Compressor(_)
        | Unit::Delay(_)
        | Unit::Reverb(_)
        | Unit::DeEsser(_)
        | Unit::Width(_)
        | Unit::Transient(_)
        | Unit::Multiband(_)
        | Unit::DynamicEq(_)
        | Unit::Convolution(_)
        | Unit::Chorus(_)
        | Unit::Phaser(_) => 0,
    }
}
