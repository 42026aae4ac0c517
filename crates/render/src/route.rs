//! How the channels of a signal go into those of another.

use stemwright_core::Layout;

/// For each channel that something goes to: from which channels, and by which of the factors.
pub(crate) struct Route {
    pub(crate) cells: Vec<Vec<(usize, usize)>>,
    pub(crate) factors: Vec<f64>,
}

impl Route {
    /// From one layout to another.
    pub(crate) fn new(from: Layout, to: Layout) -> Self {
        Self::of_matrix(&from.matrix(to))
    }

    /// From a mono signal by way of these factors left and right.
    pub(crate) fn panned(sides: [f64; 2], to: Layout) -> Self {
        let stereo = Layout::Stereo.matrix(to);
        let rows = stereo.iter().map(|row| vec![row.iter().zip(sides).map(|(factor, side)| factor * side).sum()]);
        Self::of_matrix(&rows.collect::<Vec<Vec<f64>>>())
    }

    /// From the channels of a file that a clip plays, or the one of them, into all of a track, or one channel of it.
    /// The layout is that of what is played. What is put into one channel must be mono.
    pub(crate) fn of_clip(file: (usize, Layout), channel: Option<usize>, into: Option<usize>, to: Layout) -> Self {
        let (channels, played) = file;
        let rows = match into {
            None => played.matrix(to),
            Some(into) => (0..to.channels()).map(|row| vec![f64::from(u8::from(row == into))]).collect(),
        };
        let Some(channel) = channel else { return Self::of_matrix(&rows) };
        let widened = rows.iter().map(|row| {
            let mut wide = vec![0.0; channels];
            wide[channel] = row[0];
            wide
        });
        Self::of_matrix(&widened.collect::<Vec<_>>())
    }

    /// With the channels of the source each multiplied by a factor.
    pub(crate) fn balanced(mut self, factor: impl Fn(usize) -> f64) -> Self {
        for &(channel, number) in self.cells.iter().flatten() {
            self.factors[number] *= factor(channel);
        }
        self
    }

    /// Whether each of so many channels goes into one of as many as it is.
    pub(crate) fn is_straight(&self, from: usize, to: usize) -> bool {
        let straight = |(number, cells): (usize, &Vec<(usize, usize)>)| match cells.as_slice() {
            [(channel, factor)] => *channel == number && self.factors[*factor] == 1.0,
            _ => false,
        };
        from == to && self.cells.len() == to && self.cells.iter().enumerate().all(straight)
    }

    fn of_matrix(matrix: &[Vec<f64>]) -> Self {
        let mut factors = Vec::new();
        let mut cell = |(from, &factor): (usize, &f64)| {
            (factor != 0.0).then(|| {
                factors.push(factor);
                (from, factors.len() - 1)
            })
        };
        let cells = matrix.iter().map(|row| row.iter().enumerate().filter_map(&mut cell).collect()).collect();
        Self { cells, factors }
    }
}

/// `sum += x·factor`.
pub(crate) fn add(sum: &mut [f64], x: &[f64], factor: f64) {
    if factor == 1.0 { stemwright_simd::add(sum, x) } else { stemwright_simd::add_scaled(sum, x, factor) }
}

/// `sum = x·factor`, for slices of one length.
pub(crate) fn put(sum: &mut [f64], x: &[f64], factor: f64) {
    if factor == 1.0 { sum.copy_from_slice(x) } else { stemwright_simd::scaled(sum, x, factor) }
}
