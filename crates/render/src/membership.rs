//! Which stem: every track belongs to exactly one, and its lane goes with it on every path.

use crate::GraphError;
use crate::audibility::Hearing;
use crate::graph::{ExtraPlan, Node, StemPlan};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use stemwright_core::{Finding, Role, Session, Severity, Strip};

/// Where a strip's sound goes: its output, or its first send where that is all.
fn way(strip: &Strip) -> Option<&str> {
    if strip.sends_only { strip.sends.first().map(|send| send.to.as_str()) } else { strip.output.as_deref() }
}

/// What decides a track's stem: its own wish; else the nearest bus above it that has one; else the outermost bus below
/// the master; else its role; else `Other`. With the role that the deciding strip, or one nearer, gives it.
fn stem_of<'s>(track: &'s Strip, buses: &HashMap<&str, &'s Strip>) -> (&'s str, Option<Role>) {
    let mut path = vec![track];
    while let Some(bus) = path.last().and_then(|strip| way(strip)).and_then(|name| buses.get(name)) {
        path.push(bus);
    }
    let wished = path.iter().position(|strip| strip.stem.is_some());
    let role = |until: usize| path[..=until].iter().rev().find_map(|strip| strip.role);
    match (wished, path.len() - 1) {
        (Some(at), _) => (path[at].stem.as_deref().unwrap_or_default(), role(at)),
        (None, 0) => (track.role.unwrap_or(Role::Other).stem_name(), track.role),
        (None, outermost) => (&path[outermost].name, role(outermost)),
    }
}

/// Assigns every heard track to a stem and orders the stems: as the session lists them, then by role, then by name.
pub(crate) fn assign(
    session: &Session,
    nodes: &mut [Node<'_>],
    hearing: &Hearing,
    findings: &mut Vec<Finding>,
) -> Vec<StemPlan> {
    let buses: HashMap<&str, &Strip> = session.buses.iter().map(|bus| (bus.strip.name.as_str(), &bus.strip)).collect();
    let mut members: BTreeMap<&str, (Vec<usize>, BTreeSet<Option<Role>>)> = BTreeMap::new();
    let mut unheard = BTreeSet::new();
    for (number, node) in nodes.iter().enumerate().filter(|(_, node)| !node.clips.is_empty()) {
        let (stem, role) = stem_of(node.strip, &buses);
        if hearing.heard[number] {
            let (tracks, roles) = members.entry(stem).or_default();
            tracks.push(number);
            roles.insert(role);
        } else {
            unheard.insert(stem);
        }
    }
    for stem in unheard.into_iter().filter(|stem| !members.contains_key(stem)) {
        findings.push(
            Finding::new(
                Severity::Note,
                "stem-unheard",
                format!("stem `{stem}` is not printed: no track of it is heard"),
            )
            .hint("its tracks are muted, go to a muted bus, or are silenced by a solo elsewhere"),
        );
    }
    let mut stems: Vec<_> = members
        .into_iter()
        .map(|(name, (tracks, roles))| {
            let place = session.stems.iter().position(|wish| wish.name == name);
            let wish = place.map(|place| &session.stems[place]);
            let agreed = if roles.len() == 1 { roles.into_iter().next().flatten() } else { None };
            let role = wish.and_then(|wish| wish.role).or(agreed);
            let plan =
                StemPlan { name: name.to_owned(), role, colour: wish.and_then(|wish| wish.colour.clone()), tracks };
            (place.unwrap_or(usize::MAX), plan)
        })
        .collect();
    stems.sort_by(|(place_a, a), (place_b, b)| {
        (place_a, a.role.unwrap_or(Role::Other), &a.name).cmp(&(place_b, b.role.unwrap_or(Role::Other), &b.name))
    });
    let stems: Vec<StemPlan> = stems.into_iter().map(|(_, plan)| plan).collect();
    for node in nodes.iter_mut() {
        node.lanes.clear();
        node.split = false;
    }
    for (stem, plan) in stems.iter().enumerate() {
        for &track in &plan.tracks {
            nodes[track].lanes = vec![stem];
        }
    }
    stems
}

/// The sums of stems that are wished for.
pub(crate) fn extras(
    session: &Session,
    stems: &[StemPlan],
    findings: &mut Vec<Finding>,
) -> Result<Vec<ExtraPlan>, GraphError> {
    let mut extras = Vec::new();
    for wish in &session.extras {
        let mut members = BTreeSet::new();
        for name in &wish.stems {
            match stems.iter().position(|stem| stem.name == *name) {
                Some(stem) => _ = members.insert(stem),
                // A stem that somebody described but that nobody is heard in: nothing is missing from the sum.
                None if session.stems.iter().any(|stem| stem.name == *name) => {}
                None => {
                    let known = stems.iter().map(|stem| stem.name.clone()).collect();
                    let (name, extra) = (name.clone(), wish.name.clone());
                    return Err(GraphError::UnknownStem { name, by: format!("extra file `{extra}`"), known });
                }
            }
        }
        if members.is_empty() {
            let message = format!("extra file `{}` is not printed: none of its stems is heard", wish.name);
            findings.push(Finding::new(Severity::Note, "extra-unheard", message));
            continue;
        }
        extras.push(ExtraPlan { name: wish.name.clone(), stems: members.into_iter().collect() });
    }
    Ok(extras)
}

/// Spreads the lanes of the tracks over everything that hears them.
pub(crate) fn spread(nodes: &mut [Node<'_>], order: &[usize]) {
    for &to in order {
        if nodes[to].inputs.is_empty() {
            continue;
        }
        let inputs = nodes[to].inputs.iter().map(|edge| &nodes[edge.from]);
        let lanes: BTreeSet<usize> = inputs.clone().flat_map(|node| node.lanes.iter().copied()).collect();
        let split = lanes.len() > 1 || inputs.clone().any(|node| node.split);
        nodes[to].lanes = lanes.into_iter().collect();
        nodes[to].split = split;
    }
}
