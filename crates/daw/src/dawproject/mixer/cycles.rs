//! Sound that would come back to where it was: sends are cut where they close a circle, then outputs.

use super::{Kind, Mixer};
use crate::foreign::ledger::Ledger;
use std::collections::{HashMap, HashSet};

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    /// On the way that is being walked.
    Open,
    Done,
}

/// A strip on the way, and how many of its edges were walked: its output first, then its sends.
struct Step {
    seat: usize,
    next: usize,
}

impl Mixer<'_, '_> {
    /// Cuts what closes a circle. Walks begin where nothing comes in by an output, so that what they find to cut is a send
    /// wherever it can be told.
    pub(super) fn cut_cycles(&mut self, ledger: &mut Ledger) {
        self.cut_outputs(ledger);
        let places: HashMap<String, usize> =
            self.seats.iter().enumerate().map(|(index, seat)| (seat.name.clone(), index)).collect();
        let mut cut = HashSet::new();
        let mut state = vec![State::New; self.seats.len()];
        let mut order: Vec<(usize, usize)> = (0..self.seats.len()).map(|seat| (self.depth(seat), seat)).collect();
        // The furthest from the master first.
        order.sort_by_key(|&(depth, seat)| (std::cmp::Reverse(depth), seat));
        for (_, start) in order {
            if state[start] != State::New || matches!(self.seats[start].kind, Kind::Nothing | Kind::Master) {
                continue;
            }
            state[start] = State::Open;
            let mut way = vec![Step { seat: start, next: 0 }];
            while let Some(step) = way.last_mut() {
                let (seat, edge) = (step.seat, step.next);
                step.next += 1;
                let output = self.seats[seat].output;
                let to = if edge == 0 {
                    output
                } else {
                    match self.seats[seat].strip.sends.get(edge - 1) {
                        Some(send) => places.get(&send.to).copied(),
                        None => {
                            state[seat] = State::Done;
                            way.pop();
                            continue;
                        }
                    }
                };
                let Some(to) = to else { continue };
                match state[to] {
                    State::Done => {}
                    State::New => {
                        state[to] = State::Open;
                        way.push(Step { seat: to, next: 0 });
                    }
                    State::Open => {
                        let place = self.seats[seat].name.clone();
                        let back = self.seats[to].name.clone();
                        let hint = "check whether the program plays it so";
                        if edge == 0 {
                            self.seats[seat].output = None;
                            let message =
                                format!("its output comes back to it by way of {back}; it goes to the master");
                            ledger.warning("routing-cut", &place, message, hint);
                        } else {
                            cut.insert((seat, edge - 1));
                            let message = format!("a send comes back to it by way of {back}; it is left out");
                            ledger.warning("routing-cut", &place, message, hint);
                        }
                    }
                }
            }
        }
        self.without_sends(&cut);
    }

    /// Outputs that run in a circle: the last one goes to the master.
    fn cut_outputs(&mut self, ledger: &mut Ledger) {
        let mut state = vec![State::New; self.seats.len()];
        for start in 0..self.seats.len() {
            let (mut way, mut at) = (Vec::new(), Some(start));
            while let Some(seat) = at.filter(|&seat| state[seat] == State::New) {
                state[seat] = State::Open;
                way.push(seat);
                at = self.seats[seat].output;
            }
            let again = at.filter(|&again| state[again] == State::Open);
            if let (Some(_), Some(&last)) = (again, way.last()) {
                self.seats[last].output = None;
                let message = "its output comes back to it; it goes to the master";
                ledger.warning("routing-cut", &self.seats[last].name, message, "check its output in the program");
            }
            way.into_iter().for_each(|seat| state[seat] = State::Done);
        }
    }

    /// How many outputs lie between a seat and the master.
    fn depth(&self, seat: usize) -> usize {
        let mut at = self.seats[seat].output;
        let mut depth = 0;
        while let Some(seat) = at {
            depth += 1;
            at = self.seats[seat].output;
        }
        depth
    }

    /// Takes sends away, and what moves them; sends after them move up.
    fn without_sends(&mut self, cut: &HashSet<(usize, usize)>) {
        if cut.is_empty() {
            return;
        }
        let mut places: HashMap<(usize, usize), usize> = HashMap::new();
        for (index, seat) in self.seats.iter_mut().enumerate() {
            let (mut old, mut new) = (0, 0);
            seat.strip.sends.retain(|_| {
                let stays = !cut.contains(&(index, old));
                if stays {
                    places.insert((index, old), new);
                    new += 1;
                }
                old += 1;
                stays
            });
        }
        self.moves.renumber_sends(&places);
    }
}
