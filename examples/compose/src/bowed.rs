//! Bowed strings: a section of desks that do not quite agree, and a soloist.
//!
//! A bowed string moves in a corner that runs round it once a period (Helmholtz; Cremer, “The Physics of the Violin”, 1984,
//! ch. 3): at the bridge, a sawtooth. What makes it a violin is the wood it passes through, the noise of the hair, and hands.

use crate::buffer::Audio;
use crate::envelope::ramp;
use crate::filter::Svf;
use crate::noise::{Drift, Noise};
use crate::oscillator::{Phase, hertz, sine};
use crate::room::Room;
use crate::score::Note;
use crate::{RATE, frames};

/// Resonances of a body: Hz, Q, level beside the direct string.
type Wood = [(f64, f64, f64); 6];

const VIOLIN: Wood = [
    (278.0, 9.0, 0.55),
    (468.0, 10.0, 0.6),
    (546.0, 11.0, 0.65),
    (1_100.0, 3.0, 0.35),
    (2_500.0, 1.1, 0.9),
    (4_100.0, 1.6, 0.35),
];
const VIOLA: Wood = [
    (220.0, 8.0, 0.55),
    (360.0, 9.0, 0.6),
    (430.0, 9.0, 0.5),
    (880.0, 3.0, 0.35),
    (2_000.0, 1.1, 0.75),
    (3_400.0, 1.6, 0.3),
];
const CELLO: Wood = [
    (98.0, 7.0, 0.6),
    (176.0, 8.0, 0.65),
    (200.0, 8.0, 0.4),
    (420.0, 3.0, 0.4),
    (1_500.0, 1.1, 0.6),
    (2_600.0, 1.6, 0.3),
];

/// One player.
#[derive(Clone, Copy, Debug)]
struct Player {
    seed: u64,
    cents: f64,
    /// Vibrato: turns a second, and depth in semitones.
    vibrato: (f64, f64),
    /// Seconds late.
    late: f64,
    /// Seconds in which the bow gets hold of the string.
    attack: f64,
    /// Cutoff of a soft and of a loud bow, Hz.
    bright: (f64, f64),
    /// Level of the hair's noise.
    hair: f64,
}

impl Player {
    fn play(&self, notes: &[Note]) -> Vec<f64> {
        let late = frames(self.late);
        let end = notes.iter().map(|n| n.start() + frames(n.held())).max().unwrap_or(0);
        let mut luck = Noise::new(self.seed);
        let (mut corner, mut wave) = (Phase(0.5 + 0.5 * luck.white()), Phase(0.5 + 0.5 * luck.white()));
        let (mut drift, mut sway) = (Drift::new(self.seed + 1, 6.0), Drift::new(self.seed + 2, 0.9));
        let mut rosin = Noise::new(self.seed + 3);
        let mut tone = [Svf::new(2_000.0, 0.7); 2];
        let mut scrape = Svf::new(3_800.0, 0.8);
        let mut pitch = notes.first().map_or(60.0, |n| n.pitch);
        let (mut level, mut press) = (0.0, 0.0);
        let mut now = 0;
        let sound = (0..late + end + frames(0.45)).map(|frame| {
            let Some(i) = frame.checked_sub(late) else { return 0.0 };
            while now + 1 < notes.len() && notes[now + 1].start() <= i {
                now += 1;
            }
            let note = &notes[now];
            let (t, held) = ((i as f64 - note.start() as f64) / RATE, note.held());
            if t < 0.0 {
                return 0.0;
            }
            pitch += (note.pitch - pitch) * 0.0016;
            let deep = self.vibrato.1 * (0.25 + 0.75 * ramp(t - 0.12, 0.4)) * ramp(held - 0.15, 0.3);
            let bend =
                deep * (1.0 + 0.35 * sway.wander()) * sine(wave.next(self.vibrato.0 * (1.0 + 0.06 * sway.wander())));
            let hz = hertz(pitch + bend + (self.cents + 3.0 * drift.wander()) / 100.0);
            // A long note swells: the bow has somewhere to go.
            let arch = if held > 0.9 { 0.72 + 0.28 * ramp(t, 0.6 * held) } else { 1.0 };
            let wish = if t < held { note.velocity * arch } else { 0.0 };
            let rate = 2.2 / (RATE * if wish > level { self.attack } else { 0.11 });
            level += (wish - level) * rate;
            // Each stroke starts with more pressure than it needs.
            press += (wish * (1.0 + 0.5 * (1.0 - ramp(t, 0.13))) - press) * 1.5 * rate;
            if i % 16 == 0 {
                let cut = self.bright.0 + (self.bright.1 - self.bright.0) * press * press + 0.8 * hz;
                tone[0].tune(cut, 0.75);
                tone[1].tune(1.6 * cut, 0.65);
            }
            let phase = corner.0;
            let hair = rosin.white();
            // The hair slips where the corner passes: noise comes in pulses.
            let slip =
                scrape.band(hair) * self.hair * (0.35 + 0.9 * phase * phase) * (0.5 + 1.1 * (1.0 - ramp(t, 0.09)));
            let string = corner.saw(hz * (1.0 + 0.0011 * hair * press));
            let once = tone[0].low(string);
            level * (tone[1].low(once) + slip)
        });
        sound.collect()
    }
}

fn wooden(channel: &mut [f64], wood: &Wood, shift: f64) {
    let mut bands = wood.map(|(hz, q, level)| (Svf::new(hz * shift, q), level));
    let mut floor = Svf::new(wood[0].0 * 0.62, 0.8);
    for x in channel.iter_mut() {
        let body: f64 = bands.iter_mut().map(|(band, level)| *level * band.band(*x)).sum();
        *x = floor.high(0.45 * *x + body);
    }
}

/// What a section is made of.
struct Section {
    wood: Wood,
    players: u64,
    /// Where it sits, and how wide.
    place: (f64, f64),
    vibrato: f64,
    bright: (f64, f64),
    level: f64,
    seed: u64,
}

const FIRSTS: Section = Section {
    wood: VIOLIN,
    players: 6,
    place: (-0.42, 0.5),
    vibrato: 5.7,
    bright: (1_500.0, 6_800.0),
    level: 1.0,
    seed: 6_100,
};
const SECONDS: Section = Section {
    wood: VIOLIN,
    players: 5,
    place: (0.3, 0.55),
    vibrato: 5.4,
    bright: (1_400.0, 5_600.0),
    level: 0.85,
    seed: 6_200,
};
const VIOLAS: Section = Section {
    wood: VIOLA,
    players: 4,
    place: (0.3, 0.4),
    vibrato: 5.2,
    bright: (1_100.0, 4_600.0),
    level: 0.9,
    seed: 6_300,
};
const CELLOS: Section = Section {
    wood: CELLO,
    players: 4,
    place: (-0.15, 0.45),
    vibrato: 4.9,
    bright: (700.0, 3_400.0),
    level: 1.15,
    seed: 6_400,
};

impl Section {
    fn add(&self, out: &mut Audio, notes: &[Note], attack: f64) {
        let mut own = Audio::stereo(0);
        let mut luck = Noise::new(self.seed);
        for n in 0..self.players {
            let player = Player {
                seed: self.seed + 10 * n,
                cents: 9.0 * luck.white(),
                vibrato: (self.vibrato * (1.0 + 0.08 * luck.white()), 0.17 + 0.05 * luck.white()),
                late: if n == 0 { 0.0 } else { 0.012 * (1.0 + luck.white()) },
                attack: attack * (1.0 + 0.25 * luck.white()),
                bright: self.bright,
                hair: 0.075,
            };
            let seat = if self.players > 1 { 2.0 * n as f64 / (self.players - 1) as f64 - 1.0 } else { 0.0 };
            own.add(0, &player.play(notes), self.place.0 + self.place.1 * seat);
        }
        for (side, channel) in own.channels.iter_mut().enumerate() {
            wooden(channel, &self.wood, [0.985, 1.02][side]);
        }
        let length = own.len().max(out.len());
        *out = out.clone().cut(length);
        for (to, from) in out.channels.iter_mut().zip(own.channels) {
            to.iter_mut().zip(from).for_each(|(to, x)| *to += self.level * x / libm::sqrt(self.players as f64));
        }
    }
}

const STAGE: Room = Room { seconds: 1.3, size: 0.85, damping: 5_000.0, wet: 0.12 };

/// First and second violins on a stage, stereo.
#[must_use]
pub fn violins(firsts: &[Note], seconds: &[Note]) -> Audio {
    let mut out = Audio::stereo(0);
    FIRSTS.add(&mut out, firsts, 0.09);
    SECONDS.add(&mut out, seconds, 0.1);
    STAGE.around(&out)
}

/// Violas and cellos on the same stage, mono: they sit in the middle.
#[must_use]
pub fn low_strings(violas: &[Note], cellos: &[Note]) -> Audio {
    let mut out = Audio::stereo(0);
    VIOLAS.add(&mut out, violas, 0.11);
    CELLOS.add(&mut out, cellos, 0.12);
    STAGE.around(&out).mono_sum()
}

/// Cellos and violas in octaves, short bows, mono.
#[must_use]
pub fn spiccato(notes: &[Note]) -> Audio {
    let mut out = Audio::stereo(0);
    CELLOS.add(&mut out, notes, 0.028);
    let higher: Vec<Note> = notes.iter().map(|n| n.up(12.0)).collect();
    Section { level: 0.5, ..VIOLAS }.add(&mut out, &higher, 0.03);
    Room { wet: 0.1, ..STAGE }.around(&out).mono_sum()
}

/// One violin, close, mono: more vibrato, more hair, every bow heard.
#[must_use]
pub fn solo(notes: &[Note]) -> Audio {
    let player = Player {
        seed: 6_500,
        cents: 0.0,
        vibrato: (5.9, 0.27),
        late: 0.0,
        attack: 0.07,
        bright: (1_700.0, 6_200.0),
        hair: 0.11,
    };
    let mut sound = player.play(notes);
    wooden(&mut sound, &VIOLIN, 1.0);
    Room { wet: 0.1, ..STAGE }.around(&Audio::mono(sound))
}
