//! Latency: how late every signal is, and how much longer the others must wait for it.
//!
//! Strips are computed at their own time: where a strip's input is L frames late, it works on the frames of the timeline
//! that are L before those that are being rendered, its clips and automation included. Only what is ready earlier than
//! others that it is added to, or that keys it, has to be kept: see [`Past`](crate::past::Past).

use crate::graph::{Edge, KeyEdge, Node};
use stemwright_core::{Insert, SampleRate, Tap};

/// How many frames late a strip is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Late {
    /// Its input.
    pub input: usize,
    /// The input of each of its inserts.
    pub inserts: Vec<usize>,
    /// Its taps.
    pub output: usize,
    /// How far back others read its pre and its post tap, because they are later.
    pub kept: [usize; 2],
}

impl Late {
    /// Of a strip with these inserts, inputs and keys; `output` is how late the taps of other strips are. Its input is
    /// as late as its latest source, and late enough for every key to be there when its insert needs it.
    pub(crate) fn new(
        inserts: &[Insert],
        rate: SampleRate,
        inputs: &[Edge],
        keys: &[Option<KeyEdge>],
        output: impl Fn(usize) -> usize,
    ) -> Self {
        let mut own = 0;
        let mut offsets = Vec::with_capacity(inserts.len());
        for insert in inserts {
            offsets.push(own);
            own += stemwright_dsp::latency(&insert.unit, f64::from(rate.hz()));
        }
        let sources = inputs.iter().map(|edge| output(edge.from));
        let keys = keys.iter().zip(&offsets).filter_map(|(key, &offset)| {
            let from = key.as_ref()?.from?;
            Some(output(from).saturating_sub(offset))
        });
        let input = sources.chain(keys).max().unwrap_or(0);
        Self {
            input,
            inserts: offsets.into_iter().map(|offset| input + offset).collect(),
            output: input + own,
            kept: [0, 0],
        }
    }

    /// Which strips it reads, at which tap and how many frames back.
    fn reads(&self, inputs: &[Edge], keys: &[Option<KeyEdge>], nodes: &[Node<'_>]) -> Vec<(usize, Tap, usize)> {
        let inputs = inputs.iter().map(|edge| {
            let late = self.input - nodes[edge.from].late.output;
            (edge.from, edge.tap(nodes), late)
        });
        let keys = keys.iter().zip(&self.inserts).filter_map(|(key, at)| {
            let KeyEdge { from: Some(from), tap } = *key.as_ref()? else { return None };
            Some((from, tap, at - nodes[from].late.output))
        });
        inputs.chain(keys).collect()
    }
}

/// The latency of every live node, and of the master.
pub(crate) fn compensate(
    nodes: &mut [Node<'_>],
    order: &[usize],
    rate: SampleRate,
    (master, to_master, master_keys): (&[Insert], &[Edge], &[Option<KeyEdge>]),
) -> Late {
    for &number in order {
        let node = &nodes[number];
        let late = Late::new(&node.strip.inserts, rate, &node.inputs, &node.keys, |from| nodes[from].late.output);
        nodes[number].late = late;
    }
    let late = Late::new(master, rate, to_master, master_keys, |from| nodes[from].late.output);
    let mut reads = late.reads(to_master, master_keys, nodes);
    for &number in order {
        let node = &nodes[number];
        reads.extend(node.late.reads(&node.inputs, &node.keys, nodes));
    }
    for (from, tap, ago) in reads {
        let kept = &mut nodes[from].late.kept[usize::from(tap == Tap::Post)];
        *kept = (*kept).max(ago);
    }
    late
}
