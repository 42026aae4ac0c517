//! Voices without words: a source like the vocal folds, five formants like a mouth, and consonants.
//!
//! The folds' pulse is that of Klatt and Klatt, “Analysis, synthesis, and perception of voice quality variations among female and
//! male talkers” (JASA 87(2), 1990): a parabola while they open, a sudden end. The mouth is a cascade of resonances, as in
//! the same authors' synthesiser, so that the levels of the formants follow from where they are.

use crate::buffer::Audio;
use crate::envelope::{decay, ramp};
use crate::filter::{OnePole, Svf};
use crate::noise::{Drift, Noise};
use crate::oscillator::{Phase, hertz, sine};
use crate::score::Note;
use crate::{RATE, frames};

/// Vowels, as in Italian.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vowel {
    /// p*a*dre
    A,
    /// s*e*ra
    E,
    /// v*i*no
    I,
    /// n*o*me
    O,
    /// l*u*na
    U,
}

impl Vowel {
    /// Its formants in a woman's mouth: Hz. After Peterson and Barney, “Control methods used in a study of the vowels” (JASA
    /// 24(2), 1952), the upper two gathered as singers gather them.
    fn formants(self) -> [f64; 5] {
        match self {
            Self::A => [850.0, 1_260.0, 2_780.0, 3_500.0, 4_300.0],
            Self::E => [560.0, 2_050.0, 2_800.0, 3_500.0, 4_300.0],
            Self::I => [340.0, 2_650.0, 3_150.0, 3_700.0, 4_500.0],
            Self::O => [520.0, 930.0, 2_700.0, 3_400.0, 4_200.0],
            Self::U => [370.0, 800.0, 2_650.0, 3_400.0, 4_200.0],
        }
    }
}

/// What comes before a vowel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consonant {
    /// Nothing: the voice glides on.
    None,
    /// Breath.
    H,
    /// Tongue at the teeth's ridge, open at its sides.
    L,
    /// Lips closed, through the nose.
    M,
    /// Tongue at the ridge, through the nose.
    N,
    /// A soft stop.
    D,
    /// Hiss.
    S,
}

impl Consonant {
    /// Seconds that it takes before the beat.
    fn length(self) -> f64 {
        match self {
            Self::None => 0.0,
            Self::H => 0.07,
            Self::L => 0.06,
            Self::M | Self::N => 0.075,
            Self::D => 0.055,
            Self::S => 0.1,
        }
    }

    /// Where the formants are meanwhile, and how loud the folds.
    fn closed(self, vowel: [f64; 5]) -> ([f64; 5], f64) {
        match self {
            Self::None => (vowel, 1.0),
            Self::H => (vowel, 0.05),
            Self::L => ([360.0, 1_200.0, 2_900.0, 3_500.0, 4_300.0], 0.5),
            Self::M => ([270.0, 1_000.0, 2_200.0, 3_300.0, 4_200.0], 0.3),
            Self::N => ([280.0, 1_450.0, 2_500.0, 3_400.0, 4_200.0], 0.3),
            Self::D => ([300.0, 1_800.0, 2_700.0, 3_500.0, 4_300.0], 0.04),
            Self::S => ([350.0, 1_800.0, 2_700.0, 3_500.0, 4_300.0], 0.0),
        }
    }
}

/// A syllable on a note.
#[derive(Clone, Copy, Debug)]
pub struct Sung {
    /// When, how long, how high, how loud.
    pub note: Note,
    /// How it starts.
    pub consonant: Consonant,
    /// How it goes on.
    pub vowel: Vowel,
}

/// One singer.
#[derive(Clone, Copy, Debug)]
struct Singer {
    seed: u64,
    /// Size of the mouth against the table's: above 1 is a smaller head.
    head: f64,
    cents: f64,
    /// Turns a second and semitones.
    vibrato: (f64, f64),
    breath: f64,
    /// Cutoff of the folds' slope: 3 kHz is dreamy, 9 kHz belts.
    edge: f64,
    late: f64,
}

const BANDWIDTHS: [f64; 5] = [130.0, 150.0, 200.0, 260.0, 340.0];

/// The folds' derivative at `phase`, open for a part `open` of the period: 2x − 3x², and at its end a jump, smoothed as in
/// [`Phase::saw`].
fn folds(phase: f64, step: f64, open: f64) -> f64 {
    let x = phase / open;
    let pulse = if x < 1.0 { 2.0 * x - 3.0 * x * x } else { 0.0 };
    let past = phase - open;
    let smooth = if (0.0..step).contains(&past) {
        let d = past / step;
        d + d - d * d - 1.0
    } else if (-step..0.0).contains(&past) {
        let d = past / step;
        d * d + d + d + 1.0
    } else {
        0.0
    };
    pulse + 0.5 * smooth
}

impl Singer {
    fn sing(&self, line: &[Sung]) -> Vec<f64> {
        let early = |s: &Sung| s.note.start().saturating_sub(frames(s.consonant.length()));
        let end = line.iter().map(|s| s.note.start() + frames(s.note.held())).max().unwrap_or(0);
        let (mut cycle, mut wave) = (Phase::default(), Phase(0.3));
        let (mut jitter, mut sway) = (Drift::new(self.seed, 11.0), Drift::new(self.seed + 1, 1.3));
        let mut air = Noise::new(self.seed + 2);
        let mut slope = OnePole::new(self.edge);
        let mut lift = OnePole::new(2_200.0);
        let mut mouth = [Svf::new(500.0, 5.0); 5];
        let (mut hiss, mut burst) = (Svf::new(7_200.0, 1.3), Svf::new(3_900.0, 1.0));
        let (mut breathy, mut sheen, mut presence) =
            (Svf::new(2_600.0, 0.6), Svf::new(5_200.0, 0.7), Svf::new(4_500.0, 0.7));
        let mut at = [500.0, 1_500.0, 2_700.0, 3_500.0, 4_300.0];
        let mut pitch = line.first().map_or(60.0, |s| s.note.pitch - 1.2);
        let (mut level, mut voiced, mut now) = (0.0, 0.0, 0);
        let late = frames(self.late);
        let sound = (0..late + end + frames(0.4)).map(|frame| {
            let Some(i) = frame.checked_sub(late) else { return 0.0 };
            while now + 1 < line.len() && early(&line[now + 1]) <= i {
                now += 1;
            }
            let Sung { note, consonant, vowel } = &line[now];
            if i < early(&line[now]) {
                return 0.0;
            }
            // Seconds since the vowel began; below 0 the consonant is being made.
            let t = (i as f64 - note.start() as f64) / RATE;
            let held = note.held();
            // Accented notes are reached from below.
            pitch += (note.pitch - 0.35 * note.velocity * (1.0 - ramp(t + 0.03, 0.11)) - pitch) * 0.0012;
            let deep = self.vibrato.1 * ramp(t - 0.22, 0.45) * (1.0 + 0.3 * sway.wander());
            let turn = sine(wave.next(self.vibrato.0 * (1.0 + 0.05 * sway.wander())));
            let hz = hertz(pitch + deep * turn + 0.06 * jitter.wander() + self.cents / 100.0);
            let (target, open) = if t < 0.0 { consonant.closed(vowel.formants()) } else { (vowel.formants(), 1.0) };
            let wish = if t < held { note.velocity * (0.66 + 0.34 * ramp(t, 0.25)) } else { 0.0 };
            level += (wish - level) * if wish > level { 0.0013 } else { 0.0005 };
            voiced += (open - voiced) * 0.0028;
            if i % 16 == 0 {
                let ease = if t < 0.0 { 0.035 } else { 0.02 };
                for (n, place) in at.iter_mut().enumerate() {
                    *place += (target[n] * self.head - *place) * ease;
                }
                // Singers open the mouth until the first formant is not below the note.
                let first = at[0].max(1.08 * hz);
                for (n, filter) in mouth.iter_mut().enumerate() {
                    let centre = if n == 0 { first } else { at[n].max(first + 250.0 * n as f64) };
                    filter.tune(
                        centre,
                        centre / (BANDWIDTHS[n] * if consonant_nasal(*consonant, t) { 1.8 } else { 1.0 }),
                    );
                }
            }
            let (p, step) = (cycle.next(hz), hz / RATE);
            let effort = 0.62 - 0.12 * level;
            let glottis = folds(p, step, effort) * (1.0 + 0.12 * turn * deep);
            // What the mouth's higher resonances would add is given to the source: a lift above 2 kHz.
            let dull = slope.low(glottis);
            let pulse = dull + 8.0 * lift.high(dull);
            let white = air.white();
            let open_breath =
                self.breath * (0.25 + if p < effort { 0.75 } else { 0.0 }) * (1.0 + 1.6 * decay(t.max(0.0), 0.07));
            let mut x = voiced * pulse + breathy.high(white) * open_breath * 0.5;
            if *consonant == Consonant::H && t < 0.0 {
                x += 0.1 * white * ramp(t + 0.07, 0.04);
            }
            for filter in &mut mouth {
                x = filter.low(x);
            }
            let mut out =
                level * (x + 0.5 * self.breath * sheen.high(white) * voiced + 0.2 * presence.high(pulse) * voiced);
            if t < 0.02 {
                let shape = ramp(t + consonant.length(), 0.035) * (1.0 - ramp(t + 0.022, 0.03));
                match consonant {
                    Consonant::S => out += 0.34 * note.velocity * shape * hiss.high(white),
                    Consonant::D => out += 0.5 * note.velocity * burst.band(white) * decay((t + 0.012).abs(), 0.004),
                    _ => {}
                }
            }
            out
        });
        sound.collect()
    }
}

fn consonant_nasal(consonant: Consonant, t: f64) -> bool {
    t < 0.0 && matches!(consonant, Consonant::M | Consonant::N)
}

/// The soloist, dry, mono.
#[must_use]
pub fn solo(line: &[Sung]) -> Audio {
    let singer =
        Singer { seed: 110, head: 1.0, cents: 0.0, vibrato: (5.4, 0.27), breath: 0.1, edge: 8_000.0, late: 0.0 };
    Audio::mono(singer.sing(line))
}

/// Three singers in unison who have rehearsed, mono.
#[must_use]
pub fn gang(line: &[Sung]) -> Audio {
    let mut out = Audio::mono(Vec::new());
    for (n, head) in [0.96, 1.03, 0.9].into_iter().enumerate() {
        let k = n as f64;
        let singer = Singer {
            seed: 120 + 10 * n as u64,
            head,
            cents: [0.0, 7.0, -8.0][n],
            vibrato: (5.1 + 0.23 * k, 0.2),
            breath: 0.09,
            edge: 9_000.0,
            late: 0.011 * k,
        };
        out.add(0, &singer.sing(line), 0.0);
    }
    out
}

/// The choir, stereo: three parts, three singers a part, on two vowels by turns.
#[must_use]
pub fn choir(parts: &[Vec<Note>; 3], vowels: [Vowel; 2], edge: f64) -> Audio {
    let mut out = Audio::stereo(0);
    for (part, notes) in parts.iter().enumerate() {
        let syllable = |(i, &note): (usize, &Note)| {
            let consonant = if i == 0 { Consonant::H } else { Consonant::None };
            Sung { note, consonant, vowel: vowels[i % 2] }
        };
        let line: Vec<Sung> = notes.iter().enumerate().map(syllable).collect();
        for n in 0..3 {
            let k = (3 * part + n) as f64;
            let singer = Singer {
                seed: 130 + 10 * k as u64,
                head: [0.93, 1.0, 1.06][n] + 0.01 * part as f64,
                cents: [-9.0, 2.0, 8.0][n],
                vibrato: (4.8 + 0.11 * k, 0.2),
                breath: 0.05,
                edge,
                late: if k == 0.0 { 0.0 } else { 0.012 * ((k * 2.7) % 3.0) },
            };
            out.add(0, &singer.sing(&line), [-0.8, 0.1, 0.75][n] * if part == 1 { -1.0 } else { 1.0 });
        }
    }
    out
}
