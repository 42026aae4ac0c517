//! Gain, pan and mute of a strip: what they multiply, and by how much.

use stemwright_core::{Automation, PanLaw, Session, Strip, Target, Vca};

use super::Mutant;
use super::control::{Line, Moves, factor};

/// The fader of a strip or of the master, on a strip with its pan and its groups.
pub struct Fader<'a> {
    gain: f64,
    /// `None` on the master.
    pan: Option<(f64, PanLaw)>,
    moves: Moves<'a>,
    vcas: Vec<&'a Vca>,
    /// Left, middle, right.
    line: Line<3>,
}

impl<'a> Fader<'a> {
    pub fn of_master(gain: f64, automation: &'a [Automation], mutant: Option<Mutant>) -> Self {
        Self::new(gain, None, Moves { automation, mutant }, Vec::new())
    }

    /// `law`: a mono strip's pan law; other strips are balanced.
    pub fn of_strip(strip: &'a Strip, law: PanLaw, vcas: Vec<&'a Vca>, mutant: Option<Mutant>) -> Self {
        let moves = Moves { automation: &strip.automation, mutant };
        Self::new(strip.gain.0, Some((strip.pan, law)), moves, vcas)
    }

    fn new(gain: f64, pan: Option<(f64, PanLaw)>, moves: Moves<'a>, vcas: Vec<&'a Vca>) -> Self {
        let own = moves.moves(Target::Gain) || moves.moves(Target::Pan);
        let of_vca = |vca: &&Vca| vca.automation.iter().any(|automation| automation.target == Target::Gain);
        let moving = own || vcas.iter().any(of_vca);
        Self { gain, pan, moves, vcas, line: Line::new(moving) }
    }

    /// The factors of left, middle and right.
    pub fn at(&mut self, frame: i64) -> [f64; 3] {
        let Self { gain, pan, moves, vcas, line } = self;
        line.at(frame, |at| {
            let mut decibels = moves.read(Target::Gain, *gain, at);
            for vca in vcas.iter() {
                let of_vca = Moves { automation: &vca.automation, mutant: moves.mutant };
                let value = of_vca.read(Target::Gain, vca.gain.0, at);
                decibels += if moves.mutant == Some(Mutant::VcaTwice) { 2.0 * value } else { value };
            }
            let gain = factor(decibels);
            let Some((pan, law)) = *pan else { return [gain; 3] };
            let [left, right] = mono_pan(moves.read(Target::Pan, pan, at), law);
            [gain * left, gain, gain * right]
        })
    }
}

/// Left and right after a fader, each placed by itself: what left gives to left and right, and right to left and right, on
/// every frame from `begin` on.
pub fn placed(
    strip: &Strip,
    sides: [f64; 2],
    law: PanLaw,
    vcas: &[&Vca],
    mutant: Option<Mutant>,
    timeline: (i64, usize),
) -> Vec<[f64; 4]> {
    let moves = Moves { automation: &strip.automation, mutant };
    let moves_gain = |vca: &&Vca| vca.automation.iter().any(|automation| automation.target == Target::Gain);
    let own = [Target::Gain, Target::Pan, Target::Side(0), Target::Side(1)].iter().any(|target| moves.moves(*target));
    let mut line = Line::new(own || vcas.iter().any(moves_gain));
    let law = |at| {
        let group = |vca: &&Vca| {
            let value = Moves { automation: &vca.automation, mutant }.read(Target::Gain, vca.gain.0, at);
            if mutant == Some(Mutant::VcaTwice) { 2.0 * value } else { value }
        };
        let decibels = moves.read(Target::Gain, strip.gain.0, at) + vcas.iter().map(group).sum::<f64>();
        let of = |side: usize| mono_pan(moves.read(Target::Side(side), sides[side], at), law);
        let [[ll, lr], [rl, rr]] = [of(0), of(1)];
        [ll, lr, rl, rr].map(|x| x * factor(decibels))
    };
    let (begin, frames) = timeline;
    (begin..).take(frames).map(|frame| line.at(frame, law)).collect()
}

/// The factor that an automation of the mute makes, on every frame from `begin` on; `None` without one.
pub fn unmuted(moves: Moves<'_>, begin: i64, frames: usize) -> Option<Vec<f64>> {
    if !moves.moves(Target::Mute) {
        return None;
    }
    let mut line = Line::new(true);
    let law = |at| [if moves.read(Target::Mute, 0.0, at) >= 0.5 { 0.0 } else { 1.0 }];
    Some((begin..).take(frames).map(|frame| line.at(frame, law)[0]).collect())
}

/// What left and right get of a mono signal; by [`PanLaw::Balance`] also what stays of the sides of any other.
pub fn mono_pan(pan: f64, law: PanLaw) -> [f64; 2] {
    let t = (pan + 1.0) / 2.0;
    let (sine, cosine) = (t * std::f64::consts::FRAC_PI_2).sin_cos();
    match law {
        PanLaw::ConstantPower => [cosine, sine],
        // cos(π/2) is not quite 0 in floating point and might be negative under the root.
        PanLaw::Compromise => [((1.0 - t) * cosine).max(0.0).sqrt(), (t * sine).max(0.0).sqrt()],
        PanLaw::Linear => [1.0 - t, t],
        PanLaw::Balance => [(1.0 - pan).min(1.0), (1.0 + pan).min(1.0)],
        PanLaw::Quadratic => {
            let s = 2.0 - 4.0 * 10f64.powf(-3.0 / 20.0);
            [(1.0 - t) * (s * (1.0 - t) + 1.0 - s), t * (s * t + 1.0 - s)]
        }
    }
}

/// A strip's own law, else the session's.
pub fn pan_law(session: &Session, strip: &Strip, mutant: Option<Mutant>) -> PanLaw {
    let law = strip.pan_law.unwrap_or(session.pan_law);
    match (law, mutant) {
        (PanLaw::ConstantPower, Some(Mutant::PanLawSwapped)) => PanLaw::Linear,
        (PanLaw::Linear, Some(Mutant::PanLawSwapped)) => PanLaw::ConstantPower,
        (law, _) => law,
    }
}
