//! The lead: one voice that glides.

use crate::buffer::Audio;
use crate::envelope::{decay, ramp};
use crate::filter::Svf;
use crate::noise::Drift;
use crate::oscillator::{Phase, hertz, sine};
use crate::score::Note;
use crate::{RATE, frames};

/// A hollow synth whistle: pulse, sawtooth and a sine an octave below, a glide between notes, a vibrato that comes late.
#[must_use]
pub fn synth(notes: &[Note]) -> Audio {
    let end = notes.iter().map(|n| n.start() + frames(n.held())).max().unwrap_or(0);
    let (mut pulse, mut saw, mut under, mut vibrato) = (Phase(0.2), Phase(0.6), Phase(0.0), Phase::default());
    let mut drift = Drift::new(90, 5.0);
    let mut low = [Svf::new(2_000.0, 0.8); 2];
    let mut pitch = notes.first().map_or(69.0, |n| n.pitch);
    let (mut level, mut bright) = (0.0, 0.5);
    let sound = (0..end + frames(0.4)).map(|i| {
        let now = notes.iter().rev().find(|n| n.start() <= i);
        let Some(note) = now else { return 0.0 };
        let t = (i - note.start()) as f64 / RATE;
        pitch += (note.pitch - pitch) * 0.0011;
        let wave = 0.16 * ramp(t - 0.25, 0.5) * sine(vibrato.next(5.4)) + 0.03 * drift.wander();
        let hz = hertz(pitch + wave);
        let wish = if t < note.held() { note.velocity * (0.82 + 0.18 * decay(t, 0.12)) } else { 0.0 };
        level += (wish - level) * if wish > level { 0.006 } else { 0.0007 };
        bright += (note.velocity * (0.7 + 0.5 * decay(t, 0.15)) - bright) * 0.002;
        let x = 0.4 * pulse.pulse(hz, 0.36) + 0.3 * saw.saw(hz * 1.003) + 0.2 * sine(under.next(hz * 0.5));
        if i % 16 == 0 {
            low[0].tune(800.0 + 4_200.0 * bright * bright + hz, 1.1);
            low[1].tune(4_800.0, 0.7);
        }
        let x = low[0].low(x);
        libm::tanh(1.2 * low[1].low(x)) * level
    });
    Audio::mono(sound.collect()).finish(-4.0, 0.05)
}
