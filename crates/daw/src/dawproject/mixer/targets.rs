//! Which parameter of the document moves what.

use super::super::model::{Content, Project, Real, Switch, Timeline, Unit};
use super::super::values::Quantity;
use std::collections::{HashMap, HashSet};
use stemwright_core::Target;

/// What a parameter moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in super::super) struct Moved {
    pub(in super::super) seat: usize,
    pub(in super::super) target: Target,
}

/// A parameter that is known.
#[derive(Debug)]
pub(in super::super) struct Known {
    pub(in super::super) quantity: Quantity,
    /// Of the parameter; that of its points may be another.
    pub(in super::super) unit: Unit,
    pub(in super::super) min: Option<f64>,
    pub(in super::super) moved: Vec<Moved>,
}

/// All parameters by their identifiers.
#[derive(Debug, Default)]
pub(in super::super) struct Moves<'d> {
    pub(in super::super) known: HashMap<&'d str, Known>,
    /// Those of what is not run.
    pub(in super::super) lost: HashSet<&'d str>,
}

impl<'d> Moves<'d> {
    pub(super) fn real(&mut self, real: Option<&Real<'d>>, quantity: Quantity, moved: Moved) {
        let Some((real, id)) = real.and_then(|real| Some((real, real.id?))) else { return };
        self.add(id, quantity, real.unit, real.min, moved);
    }

    pub(super) fn switch(&mut self, switch: Option<&Switch<'d>>, moved: Moved) {
        if let Some(id) = switch.and_then(|switch| switch.id) {
            self.add(id, Quantity::Switch, Unit::Linear, None, moved);
        }
    }

    /// Sends have new places by their seats and old ones, or are gone.
    pub(super) fn renumber_sends(&mut self, places: &HashMap<(usize, usize), usize>) {
        for known in self.known.values_mut() {
            known.moved.retain_mut(|moved| match moved.target {
                Target::Send(old) => match places.get(&(moved.seat, old)) {
                    Some(&new) => {
                        moved.target = Target::Send(new);
                        true
                    }
                    None => false,
                },
                _ => true,
            });
        }
    }

    fn add(&mut self, id: &'d str, quantity: Quantity, unit: Unit, min: Option<f64>, moved: Moved) {
        let known = self.known.entry(id).or_insert_with(|| Known { quantity, unit, min, moved: Vec::new() });
        known.moved.push(moved);
    }
}

/// The identifiers of the parameters that automation of the arrangement moves.
pub(in super::super) fn automated<'d>(project: &Project<'d>) -> HashSet<&'d str> {
    let mut found = HashSet::new();
    let mut open: Vec<&Timeline<'d>> = project.timeline.iter().collect();
    while let Some(timeline) = open.pop() {
        match &timeline.content {
            Content::Lanes(inside) => open.extend(inside),
            Content::Points(points) if !points.points.is_empty() => found.extend(points.parameter),
            _ => {}
        }
    }
    found
}
