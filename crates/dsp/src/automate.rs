//! From parameters and automation to control values on the grid.

use crate::{
    Controls, chorus, compressor, convolution, de_esser, delay, dynamic_eq, eq, gate, limiter, multiband, phaser,
    reverb, saturation, transient, width,
};
use stemwright_core::{Automation, CONTROL_GRID, Db, Param, SampleRate, Target, Unit};

/// Computes a set of control values for a session frame.
type Law = Box<dyn Fn(i64, &mut [f64]) + Send + Sync>;

/// The control values of one unit, fader or send, block after block.
pub struct Controller {
    law: Law,
    width: usize,
    moving: bool,
    /// Constants, or one set for each grid frame from `first` on.
    values: Vec<f64>,
    first: i64,
}

impl Controller {
    /// `law` fills in `width` values for a frame; it is asked once where nothing is `moving`, else once a grid frame.
    pub fn new(width: usize, moving: bool, law: impl Fn(i64, &mut [f64]) + Send + Sync + 'static) -> Self {
        let mut values = vec![0.0; width];
        if !moving {
            law(0, &mut values);
        } else {
            values.clear();
        }
        Self { law: Box::new(law), width, moving, values, first: 0 }
    }

    /// The controls of insert number `slot` of a strip with these automations.
    pub fn of_unit(unit: &Unit, slot: usize, automation: &[Automation], rate: SampleRate) -> Self {
        let moves: Vec<(Param, Automation)> = automation
            .iter()
            .filter_map(|a| match a.target {
                Target::Insert(at, param) if at == slot => Some((param, a.clone())),
                _ => None,
            })
            .collect();
        let (unit, rate) = (unit.clone(), f64::from(rate.hz()));
        Self::new(values(&unit), !moves.is_empty(), move |frame, values| {
            if moves.is_empty() {
                return controls(&unit, rate, values);
            }
            let mut moved = unit.clone();
            for (param, automation) in &moves {
                set(&mut moved, *param, automation.value(frame));
            }
            controls(&moved, rate, values);
        })
    }

    /// The control values of a block. Blocks go forward.
    pub fn block(&mut self, start: i64, frames: usize) -> Controls<'_> {
        if !self.moving {
            return Controls::fixed(&self.values);
        }
        let first = start.div_euclid(CONTROL_GRID);
        let last = (start + frames.max(1) as i64 - 1).div_euclid(CONTROL_GRID) + 1;
        let have = (self.values.len() / self.width) as i64;
        let passed = (first - self.first).clamp(0, have) as usize;
        self.values.drain(..passed * self.width);
        self.first = first;
        for grid in first + (self.values.len() / self.width) as i64..=last {
            let at = self.values.len();
            self.values.resize(at + self.width, 0.0);
            (self.law)(grid * CONTROL_GRID, &mut self.values[at..]);
        }
        Controls::moving(&self.values, self.width)
    }
}

/// How many control values a unit has.
fn values(unit: &Unit) -> usize {
    match unit {
        Unit::Gain(_) => 1,
        Unit::Eq(eq) => eq::width(eq),
        Unit::Compressor(_) => compressor::WIDTH,
        Unit::Delay(_) => delay::WIDTH,
        Unit::Reverb(_) => reverb::WIDTH,
        Unit::Limiter(_) => limiter::WIDTH,
        Unit::Gate(_) => gate::WIDTH,
        Unit::DeEsser(_) => de_esser::WIDTH,
        Unit::Saturation(_) => saturation::WIDTH,
        Unit::Width(_) => width::WIDTH,
        Unit::Transient(_) => transient::WIDTH,
        Unit::Multiband(multiband) => multiband::width(multiband),
        Unit::DynamicEq(eq) => dynamic_eq::width(eq),
        Unit::Convolution(_) => convolution::WIDTH,
        Unit::Chorus(_) => chorus::WIDTH,
        Unit::Phaser(_) => phaser::WIDTH,
        Unit::Align(_) => 0,
    }
}

/// A unit's parameters as the values that run linearly between grid frames.
fn controls(unit: &Unit, rate: f64, values: &mut [f64]) {
    match unit {
        Unit::Gain(gain) => values[0] = gain.factor(),
        Unit::Eq(eq) => eq::controls(eq, rate, values),
        Unit::Compressor(compressor) => values.copy_from_slice(&compressor::controls(compressor)),
        Unit::Delay(delay) => values.copy_from_slice(&[delay.feedback, delay.wet]),
        Unit::Reverb(reverb) => values[0] = reverb.wet,
        Unit::Limiter(limiter) => values.copy_from_slice(&limiter::controls(limiter)),
        Unit::Gate(gate) => values.copy_from_slice(&gate::controls(gate)),
        Unit::DeEsser(de_esser) => values.copy_from_slice(&de_esser::controls(de_esser)),
        Unit::Saturation(saturation) => values.copy_from_slice(&saturation::controls(saturation)),
        Unit::Width(width) => values[0] = width.width,
        Unit::Transient(transient) => values.copy_from_slice(&transient::controls(transient)),
        Unit::Multiband(multiband) => multiband::controls(multiband, values),
        Unit::DynamicEq(eq) => dynamic_eq::controls(eq, values),
        Unit::Convolution(convolution) => values.copy_from_slice(&convolution::controls(convolution)),
        Unit::Chorus(chorus) => values.copy_from_slice(&chorus::controls(chorus)),
        Unit::Phaser(phaser) => values.copy_from_slice(&phaser::controls(phaser)),
        Unit::Align(_) => {}
    }
}

/// Sets one parameter; a parameter that the unit does not have was refused when the session was read.
fn set(unit: &mut Unit, param: Param, value: f64) {
    match (unit, param) {
        (Unit::Gain(gain), Param::Gain) => *gain = Db(value),
        (Unit::Eq(eq), Param::BandFreq(band)) => eq.bands[band].freq = value,
        (Unit::Eq(eq), Param::BandGain(band)) => eq.bands[band].gain = Db(value),
        (Unit::Eq(eq), Param::BandQ(band)) => eq.bands[band].q = value,
        (Unit::Compressor(c), Param::Threshold) => c.threshold = Db(value),
        (Unit::Compressor(c), Param::Ratio) => c.ratio = value,
        (Unit::Compressor(c), Param::Makeup) => c.makeup = Db(value),
        (Unit::Compressor(c), Param::Mix) => c.mix = value,
        (Unit::Delay(delay), Param::Feedback) => delay.feedback = value,
        (Unit::Delay(delay), Param::Wet) => delay.wet = value,
        (Unit::Reverb(reverb), Param::Wet) => reverb.wet = value,
        (Unit::Limiter(limiter), Param::Gain) => limiter.gain = Db(value),
        (Unit::Limiter(limiter), Param::Ceiling) => limiter.ceiling = Db(value),
        (Unit::Gate(gate), Param::Threshold) => gate.threshold = Db(value),
        (Unit::DeEsser(de_esser), Param::Threshold) => de_esser.threshold = Db(value),
        (Unit::DeEsser(de_esser), Param::Ratio) => de_esser.ratio = value,
        (Unit::Saturation(saturation), Param::Drive) => saturation.drive = Db(value),
        (Unit::Saturation(saturation), Param::Output) => saturation.output = Db(value),
        (Unit::Saturation(saturation), Param::Mix) => saturation.mix = value,
        (Unit::Width(width), Param::Width) => width.width = value,
        (Unit::Transient(transient), Param::Attack) => transient.attack = value,
        (Unit::Transient(transient), Param::Sustain) => transient.sustain = value,
        (Unit::Multiband(multiband), Param::BandThreshold(band)) => multiband.bands[band].threshold = Db(value),
        (Unit::Multiband(multiband), Param::BandRatio(band)) => multiband.bands[band].ratio = value,
        (Unit::Multiband(multiband), Param::BandMakeup(band)) => multiband.bands[band].makeup = Db(value),
        (Unit::Multiband(multiband), Param::Mix) => multiband.mix = value,
        (Unit::DynamicEq(eq), Param::BandThreshold(band)) => eq.bands[band].threshold = Db(value),
        (Unit::DynamicEq(eq), Param::BandRatio(band)) => eq.bands[band].ratio = value,
        (Unit::DynamicEq(eq), Param::BandRange(band)) => eq.bands[band].range = value,
        (Unit::Convolution(convolution), Param::Gain) => convolution.gain = Db(value),
        (Unit::Convolution(convolution), Param::Wet) => convolution.wet = value,
        (Unit::Chorus(chorus), Param::Depth) => chorus.depth = value / 1000.0,
        (Unit::Chorus(chorus), Param::Feedback) => chorus.feedback = value,
        (Unit::Chorus(chorus), Param::Wet) => chorus.wet = value,
        (Unit::Phaser(phaser), Param::Freq) => phaser.freq = value,
        (Unit::Phaser(phaser), Param::Depth) => phaser.depth = value,
        (Unit::Phaser(phaser), Param::Feedback) => phaser.feedback = value,
        (Unit::Phaser(phaser), Param::Wet) => phaser.wet = value,
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runs;

    #[test]
    fn moving_values_do_not_depend_on_the_blocks() {
        let law = |frame: i64, values: &mut [f64]| values[0] = libm::sin(frame as f64 * 0.01);
        let read = |block: usize| {
            let mut controller = Controller::new(1, true, law);
            let mut out = Vec::new();
            let mut start = -100;
            while out.len() < 700 {
                let controls = controller.block(start, block);
                for run in runs(start, block) {
                    out.extend((0..run.frames).map(|i| controls.value(run, i, 0)));
                }
                start += block as i64;
            }
            out.truncate(700);
            out
        };
        let whole = read(700);
        for block in [1, 3, 32, 57, 256] {
            assert_eq!(read(block), whole);
        }
        assert_eq!(whole[100], 0.0, "on the grid frame itself the law's own value");
        assert!((whole[116] - libm::sin(0.32) / 2.0).abs() < 1e-15, "half way between two grid frames");
    }
}
