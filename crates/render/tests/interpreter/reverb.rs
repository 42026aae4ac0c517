//! The reverb, from the law at `stemwright_core::Reverb`, with its matrix multiplied out.

use stemwright_core::{Param, Reverb};

use super::eq::Cut;
use super::inserts::Slot;
use super::layout::{Signal, silence};

type Lanes = [f64; 16];

/// Of a pair, or of one channel as on a mono strip.
pub fn reverberate(slot: Slot<'_>, params: &Reverb, input: &Signal) -> Signal {
    let rate = slot.rate;
    let Reverb { predelay, decay, size, high_decay, crossover, .. } = *params;
    let s = size * rate;
    let nearest = |x: f64| (x + 0.5).floor() as usize;
    let lines = |law: &dyn Fn(f64) -> usize| -> [usize; 16] { std::array::from_fn(|i| law(i as f64 / 15.0)) };
    let short = |ratio: f64| lines(&|i| nearest(0.00075 * rate + 0.001 * s * ratio.powf(i)).max(32));
    let before = nearest(predelay * rate);
    let taps = lines(&|i| nearest(0.005 * s * (17f64.powf(i) - 1.0)));
    let [a, b, c] = [short(12.0), short(35.0), short(25.0)];
    let main = lines(&|i| prime_from((0.04 * s * 3.5f64.powf(i)).max(32.0)));

    let g = |frames: usize| 10f64.powf(-3.0 * frames as f64 / (decay * rate));
    let mean = |frames: [usize; 16]| frames.iter().map(|&n| g(n) * g(n)).sum::<f64>() / 16.0;
    let level = ((1.0 - mean(c) * mean(main)) / (16.0 * mean(taps) * mean(a) * mean(b) * mean(c))).sqrt();
    let (of_taps, of_a, of_b) = (taps.map(|n| level * g(n)), a.map(g), b.map(g));
    let shelf = |frames: usize| {
        let rho = 10f64.powf(-1.5 * frames as f64 / (decay * rate) * (1.0 / high_decay - 1.0));
        let tau = (std::f64::consts::PI * crossover / rate).tan();
        let over = 1.0 + tau * rho;
        Shelf {
            d: g(frames) * rho * (tau + rho) / over,
            f: 2.0 * g(frames) * tau * rho * (1.0 - rho * rho) / (over * over),
            p: (1.0 - tau * rho) / over,
            r: 0.0,
        }
    };

    let low_cut = params.low_cut.map(|freq| Cut::high_pass(freq, rate));
    let high_cut = params.high_cut.map(|freq| Cut::low_pass(freq, rate));
    let mut x = input.clone();
    for cut in low_cut.into_iter().chain(high_cut) {
        x = cut.whole(&x);
    }

    let frames = input[0].len();
    let wets = slot.lines(&[Param::Wet], frames, |at| [slot.read(Param::Wet, params.wet, at)]);
    let hadamard: [Lanes; 16] = std::array::from_fn(|row| std::array::from_fn(|column| sign(row & column) / 4.0));
    let times_h =
        |v: &Lanes| -> Lanes { std::array::from_fn(|row| hadamard[row].iter().zip(v).map(|(h, v)| h * v).sum()) };
    let mut first = Past::new(a);
    let mut second = Past::new(b);
    let mut scattering = Past::new(c);
    let mut loops = Past::new(main);
    let mut scattering_filters = c.map(shelf);
    let mut loop_filters = main.map(shelf);
    let mut output = silence(input.len(), frames);
    for n in 0..frames {
        let u = std::array::from_fn(|i| {
            let channel = i % input.len();
            n.checked_sub(before + taps[i]).map_or(0.0, |then| of_taps[i] * x[channel][then])
        });
        let (v, w) = (first.read(), second.read());
        let v: Lanes = std::array::from_fn(|i| of_a[i] * v[i]);
        let w: Lanes = std::array::from_fn(|i| of_b[i] * w[i]);
        let (q, y) = (scattering.read(), loops.read());
        let q: Lanes = std::array::from_fn(|i| scattering_filters[i].step(q[i]));
        let y: Lanes = std::array::from_fn(|i| loop_filters[i].step(y[i]));
        first.write(times_h(&u));
        second.write(times_h(&v));
        scattering.write(times_h(&std::array::from_fn(|i| w[i] + y[i])));
        loops.write(times_h(&q));

        let (mut left, mut right) = (0.0, 0.0);
        for (i, q) in q.iter().enumerate() {
            let side = if [3, 7, 11, 12, 13, 14].contains(&i) { -q } else { *q };
            left += side;
            right += sign(i) * side;
        }
        let [wet] = wets[n];
        // One channel gets left.
        for ((output, input), room) in output.iter_mut().zip(input).zip([left, right]) {
            output[n] = (1.0 - wet) * input[n] + wet * room;
        }
    }
    output
}

/// −1 where a number has an odd number of binary ones.
fn sign(number: usize) -> f64 {
    if number.count_ones() % 2 == 1 { -1.0 } else { 1.0 }
}

fn prime_from(least: f64) -> usize {
    let is_prime = |n: usize| (2..n).take_while(|d| d * d <= n).all(|d| !n.is_multiple_of(d));
    (least.ceil() as usize..).find(|&n| is_prime(n)).expect("there is no largest prime")
}

/// A(n) of the law.
struct Shelf {
    d: f64,
    f: f64,
    p: f64,
    r: f64,
}

impl Shelf {
    fn step(&mut self, input: f64) -> f64 {
        let output = self.d * input + self.r;
        self.r = self.f * input + self.p * self.r;
        output
    }
}

/// Sixteen lines that remember as many frames as they are long.
struct Past {
    lines: [Vec<f64>; 16],
    now: usize,
}

impl Past {
    fn new(frames: [usize; 16]) -> Self {
        Self { lines: frames.map(|frames| vec![0.0; frames]), now: 0 }
    }

    /// What was written on each line as many frames ago as it is long.
    fn read(&self) -> Lanes {
        std::array::from_fn(|i| self.lines[i][self.now % self.lines[i].len()])
    }

    /// Once a frame, after reading.
    fn write(&mut self, values: Lanes) {
        for (line, value) in self.lines.iter_mut().zip(values) {
            let at = self.now % line.len();
            line[at] = value;
        }
        self.now += 1;
    }
}
