//! `Graph` → `Schedule`: nodes in levels. All strips of a level can be computed at the same time; each hears earlier
//! levels only.

use crate::graph::Graph;
use crate::strip::Place;

/// The order of work in every block.
pub struct Schedule {
    /// Node numbers by level.
    pub levels: Vec<Vec<usize>>,
}

impl Schedule {
    /// Puts every live node one level above the highest that it hears or is keyed by.
    pub fn new(graph: &Graph<'_>) -> Self {
        let mut level = vec![0usize; graph.nodes.len()];
        let mut levels: Vec<Vec<usize>> = Vec::new();
        for &number in &graph.order {
            let node = &graph.nodes[number];
            let keys = node.keys.iter().flatten().filter_map(|key| key.from);
            let sources = node.inputs.iter().map(|edge| edge.from).chain(keys);
            let own = sources.map(|from| level[from] + 1).max().unwrap_or(0);
            level[number] = own;
            if levels.len() <= own {
                levels.resize_with(own + 1, Vec::new);
            }
            levels[own].push(number);
        }
        Self { levels }
    }

    /// Where each node stands.
    pub(crate) fn places(&self, nodes: usize) -> Vec<Place> {
        let mut places = vec![(usize::MAX, usize::MAX); nodes];
        for (level, numbers) in self.levels.iter().enumerate() {
            for (index, &number) in numbers.iter().enumerate() {
                places[number] = (level, index);
            }
        }
        places
    }
}
