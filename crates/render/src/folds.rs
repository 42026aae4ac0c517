//! What is lost where a signal goes into a narrower layout: said, because nobody may lose a channel without knowing.

use crate::graph::{Edge, Graph, Node};
use stemwright_core::{Finding, Layout, Session, Severity};

/// Whether a fold-down leaves out LFE, as ITU-R BS.775-4 has it.
fn loses_lfe(from: Layout, to: Layout) -> bool {
    let has_lfe = |layout: Layout| layout.names().contains(&"LFE");
    has_lfe(from) && !has_lfe(to)
}

/// The places of a graph where LFE ends.
pub(crate) fn lost(session: &Session, nodes: &[Node<'_>], to_master: &[Edge], findings: &mut Vec<Finding>) {
    let mut say = |from: &str, layout: Layout, to: &str, into: Layout| {
        if !loses_lfe(layout, into) {
            return;
        }
        let message = format!("`{from}` is {layout} and goes to {to}, which is {into}: its LFE is not heard there");
        let finding = Finding::new(Severity::Note, "lfe-left-out", message);
        findings
            .push(finding.hint("ITU-R BS.775 leaves LFE out of fold-downs; write `layout = \"5.1\"` there to keep it"));
    };
    for node in nodes.iter().filter(|node| node.live) {
        for placed in node.clips.iter().filter(|placed| placed.clip.channel.is_none()) {
            if let Some(layout) = Layout::of_channels(placed.channels) {
                say(
                    &placed.clip.file.display().to_string(),
                    layout,
                    &format!("track `{}`", node.strip.name),
                    node.layout,
                );
            }
        }
        for edge in &node.inputs {
            let from = &nodes[edge.from];
            say(&from.strip.name, from.tap(edge.tap(nodes)), &format!("`{}`", node.strip.name), node.layout);
        }
    }
    for edge in to_master {
        let from = &nodes[edge.from];
        say(&from.strip.name, from.tap(edge.tap(nodes)), "the master", session.master.layout);
    }
}

/// What the files lose against the master.
pub(crate) fn lost_in_files(graph: &Graph<'_>, layout: Layout) -> Option<Finding> {
    let master = graph.session.master.layout;
    loses_lfe(master, layout).then(|| {
        let message = format!("the master is {master} and the files are {layout}: LFE is in none of them");
        Finding::new(Severity::Note, "lfe-left-out", message)
    })
}
