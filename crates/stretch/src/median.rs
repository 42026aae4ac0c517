//! Medians of power: along time, of each bin by itself, and along frequency.

/// Bins side by side.
const LANES: usize = 8;

/// For each bin, the median of an odd number of rows.
pub(crate) fn of_rows(rows: &[&[f64]], out: &mut [f64]) {
    let mut sorted = vec![[0.0; LANES]; rows.len()];
    let mut at = 0;
    while at < out.len() {
        let count = LANES.min(out.len() - at);
        for (cells, row) in sorted.iter_mut().zip(rows) {
            cells[..count].copy_from_slice(&row[at..at + count]);
        }
        // Sorted as far as the middle: in each round the greatest that is left rises to the end.
        for last in (rows.len() / 2 + 1..rows.len()).rev() {
            for i in 0..last {
                let [mut low, mut high] = [sorted[i], sorted[i + 1]];
                for (low, high) in low.iter_mut().zip(&mut high) {
                    let [a, b] = [*low, *high];
                    *low = if a < b { a } else { b };
                    *high = if a < b { b } else { a };
                }
                [sorted[i], sorted[i + 1]] = [low, high];
            }
        }
        let (left, middle) = sorted.split_at(rows.len() / 2);
        for i in 0..count {
            let below = left.iter().map(|cells| cells[i]).fold(middle[0][i], f64::max);
            out[at + i] = below;
        }
        at += count;
    }
}

/// For each bin, a quantile of it and `reach` bins on either side of it, fewer at the ends.
pub(crate) fn along(values: &[f64], reach: usize, quantile: f64, window: &mut Vec<f64>, out: &mut [f64]) {
    let place = |window: &[f64], value: f64| window.partition_point(|other| *other < value);
    window.clear();
    for value in &values[..reach.min(values.len())] {
        window.insert(place(window, *value), *value);
    }
    for (bin, out) in out.iter_mut().enumerate() {
        if let Some(value) = values.get(bin + reach) {
            window.insert(place(window, *value), *value);
        }
        if let Some(old) = bin.checked_sub(reach + 1) {
            let old = place(window, values[old]);
            window.remove(old);
        }
        *out = window[(window.len() as f64 * quantile) as usize];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(seed: u64, count: usize) -> Vec<f64> {
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 40) as f64
        };
        (0..count).map(|_| next()).collect()
    }

    #[test]
    fn medians_are_those_of_sorting() {
        for count in [1, 3, 5, 9, 11] {
            let rows: Vec<Vec<f64>> = (0..count).map(|row| noise(row as u64 + 7, 37)).collect();
            let slices: Vec<&[f64]> = rows.iter().map(Vec::as_slice).collect();
            let mut out = vec![0.0; 37];
            of_rows(&slices, &mut out);
            for bin in 0..37 {
                let mut column: Vec<f64> = rows.iter().map(|row| row[bin]).collect();
                column.sort_by(f64::total_cmp);
                assert_eq!(out[bin], column[count / 2], "{count} rows, bin {bin}");
            }
        }
    }

    #[test]
    fn quantiles_along_are_those_of_sorting() {
        let mut values = noise(3, 101);
        values[20..30].fill(5.0);
        for (reach, quantile) in [(0, 0.5), (4, 0.5), (10, 0.3), (200, 0.5)] {
            let mut out = vec![0.0; 101];
            along(&values, reach, quantile, &mut Vec::new(), &mut out);
            for bin in 0..101usize {
                let mut near = values[bin.saturating_sub(reach)..(bin + reach + 1).min(101)].to_vec();
                near.sort_by(f64::total_cmp);
                assert_eq!(out[bin], near[(near.len() as f64 * quantile) as usize]);
            }
        }
    }
}
