//! Loudness by ITU-R BS.1770-5 with the coefficients that it prints for 48 kHz, and a true peak by brute force.

/// Channels through the two filters of annex 1, tables 1 and 2.
pub fn weighted(channels: &[Vec<f64>; 2]) -> [Vec<f64>; 2] {
    let shelf = [1.53512485958697, -2.69169618940638, 1.19839281085285, -1.69065929318241, 0.73248077421585];
    let high_pass = [1.0, -2.0, 1.0, -1.99004745483398, 0.99007225036621];
    channels.each_ref().map(|channel| biquad(&biquad(channel, shelf), high_pass))
}

fn biquad(x: &[f64], [b0, b1, b2, a1, a2]: [f64; 5]) -> Vec<f64> {
    let (mut x1, mut x2, mut y1, mut y2) = (0.0, 0.0, 0.0, 0.0);
    x.iter()
        .map(|&x0| {
            let y0 = b0 * x0 + b1 * x1 + b2 * x2 - a1 * y1 - a2 * y2;
            (x2, x1, y2, y1) = (x1, x0, y1, y0);
            y0
        })
        .collect()
}

fn lufs(power: f64) -> f64 {
    -0.691 + 10.0 * power.log10()
}

/// Powers of windows of 400 ms, every 100 ms.
fn blocks(channels: &[Vec<f64>; 2]) -> Vec<f64> {
    let weighted = weighted(channels);
    let starts = (0..=channels[0].len().saturating_sub(19_200)).step_by(4_800);
    let power = |at: usize, c: &Vec<f64>| c[at..at + 19_200].iter().map(|x| x * x).sum::<f64>() / 19_200.0;
    starts.map(|at| weighted.iter().map(|c| power(at, c)).sum()).collect()
}

/// Momentary loudness, every 100 ms.
pub fn momentary(channels: &[Vec<f64>; 2]) -> Vec<f64> {
    blocks(channels).into_iter().map(lufs).collect()
}

/// Integrated loudness: gated at −70 LUFS, then 10 LU below what is left.
pub fn integrated(channels: &[Vec<f64>; 2]) -> f64 {
    let blocks = blocks(channels);
    let mean_above = |gate: f64| {
        let kept: Vec<f64> = blocks.iter().copied().filter(|&p| lufs(p) > gate).collect();
        kept.iter().sum::<f64>() / kept.len() as f64
    };
    lufs(mean_above(lufs(mean_above(-70.0)) - 10.0))
}

/// The largest value of the waveform in dBTP: a sinc of 64 frames under a Hann window, eight points a frame, wherever a
/// sample comes within 3 dB of full scale.
pub fn oversampled_peak(channels: &[Vec<f64>; 2]) -> f64 {
    use std::f64::consts::PI;
    let half = 32_i32;
    let kernel: Vec<Vec<f64>> = (1..8)
        .map(|eighth| {
            (1 - half..=half)
                .map(|k| {
                    let t = f64::from(k) - f64::from(eighth) / 8.0;
                    (PI * t).sin() / (PI * t) * (0.5 + 0.5 * (PI * t / f64::from(half)).cos())
                })
                .collect()
        })
        .collect();
    let mut peak = 0.0_f64;
    for channel in channels {
        for i in half as usize..channel.len() - half as usize {
            peak = peak.max(channel[i].abs());
            if channel[i].abs().max(channel[i + 1].abs()) > 0.7 {
                let around = &channel[i + 1 - half as usize..=i + half as usize];
                for taps in &kernel {
                    peak = peak.max(taps.iter().zip(around).map(|(a, b)| a * b).sum::<f64>().abs());
                }
            }
        }
    }
    20.0 * peak.log10()
}
