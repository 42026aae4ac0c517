//! The lead: one voice that glides.

use crate::buffer::Audio;
use crate::envelope::{decay, ramp};
use crate::filter::Svf;
use crate::noise::Drift;
use crate::oscillator::{Phase, hertz, sine};
use crate::score::Note;
use crate::{RATE, frames};

/// A synth that wants to be sung along with: three sawtooths that beat slowly, a pulse whose width breathes, a sine an octave
/// below; a glide between notes, a bite at each start, a vibrato that comes late.
#[must_use]
pub fn synth(notes: &[Note]) -> Audio {
    let end = notes.iter().map(|n| n.start() + frames(n.held())).max().unwrap_or(0);
    let mut saws = [Phase(0.1), Phase(0.43), Phase(0.77)];
    let (mut pulse, mut under, mut wave) = (Phase(0.2), Phase(0.0), Phase::default());
    let mut drift = Drift::new(90, 5.0);
    let mut low = [Svf::new(2_000.0, 0.8); 2];
    let mut floor = Svf::new(220.0, 0.7);
    let mut pitch = notes.first().map_or(69.0, |n| n.pitch - 0.5);
    let (mut level, mut bright, mut now) = (0.0, 0.5, 0);
    let sound = (0..end + frames(0.3)).map(|i| {
        while now + 1 < notes.len() && notes[now + 1].start() <= i {
            now += 1;
        }
        let note = &notes[now];
        let (t, held) = ((i as f64 - note.start() as f64) / RATE, note.held());
        pitch += (note.pitch - pitch) * 0.0013;
        let deep = 0.2 * ramp(t - 0.24, 0.45) * ramp(held - 0.3, 0.3);
        let vibrato = deep * sine(wave.next(5.5)) + 0.025 * drift.wander();
        let hz = hertz(pitch + vibrato);
        let wish = if t < held - 0.015 { note.velocity * (0.8 + 0.2 * decay(t, 0.12)) } else { 0.0 };
        level += (wish - level) * if wish > level { 0.007 } else { 0.0011 };
        bright += (note.velocity * (0.62 + 0.6 * decay(t, 0.11) + 0.25 * ramp(t - 0.3, 0.6)) - bright) * 0.003;
        let beat: f64 = saws.iter_mut().zip([0.9962, 1.0, 1.0041]).map(|(p, r)| p.saw(hz * r)).sum();
        let width = 0.36 + 0.08 * sine(0.7 * i as f64 / RATE);
        let x = 0.24 * beat + 0.3 * pulse.pulse(hz, width) + 0.2 * sine(under.next(hz * 0.5));
        if i % 16 == 0 {
            low[0].tune(700.0 + 5_200.0 * bright * bright + 1.2 * hz, 1.15);
            low[1].tune(7_500.0, 0.7);
        }
        let x = low[0].low(x);
        libm::tanh(1.3 * floor.high(low[1].low(x))) * level
    });
    Audio::mono(sound.collect())
}

/// A whistle an octave above, for the last chorus.
#[must_use]
pub fn whistle(notes: &[Note]) -> Audio {
    let end = notes.iter().map(|n| n.start() + frames(n.held())).max().unwrap_or(0);
    let (mut tone, mut wave) = (Phase::default(), Phase::default());
    let mut air = crate::noise::Noise::new(95);
    let mut breath = Svf::new(2_000.0, 6.0);
    let mut pitch = notes.first().map_or(81.0, |n| n.pitch + 11.0);
    let (mut level, mut now) = (0.0, 0);
    let sound = (0..end + frames(0.3)).map(|i| {
        while now + 1 < notes.len() && notes[now + 1].start() <= i {
            now += 1;
        }
        let note = &notes[now];
        let (t, held) = ((i as f64 - note.start() as f64) / RATE, note.held());
        pitch += (note.pitch + 12.0 - pitch) * 0.0009;
        let hz = hertz(pitch + 0.22 * ramp(t - 0.2, 0.4) * sine(wave.next(5.2)));
        let wish = if t < held - 0.03 { note.velocity } else { 0.0 };
        level += (wish - level) * if wish > level { 0.002 } else { 0.0009 };
        if i % 16 == 0 {
            breath.tune(hz, 9.0);
        }
        let p = tone.next(hz);
        let hiss = breath.band(air.white()) * (0.35 + 0.6 * decay(t.max(0.0), 0.05));
        level * (sine(p) + 0.12 * sine(2.0 * p) + 0.05 * sine(3.0 * p) + hiss)
    });
    Audio::mono(sound.collect())
}
