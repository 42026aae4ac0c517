//! What goes where: folders, receives, and what is cut so that nothing goes in a circle.

use super::project::Project;

/// Which tracks lie in which folder, and which of them take signals.
#[derive(Debug)]
pub(super) struct Routing {
    /// The folder that each track is in.
    pub(super) parent: Vec<Option<usize>>,
    /// Whether tracks are in it.
    pub(super) is_folder: Vec<bool>,
    /// Whether it takes signals of others.
    pub(super) takes: Vec<bool>,
    /// Main outputs that would close a circle.
    pub(super) cut_outputs: Vec<bool>,
    /// Receives as (to, place among its receives) that would close a circle.
    pub(super) cut_receives: Vec<(usize, usize)>,
    /// Folders that no track closes.
    pub(super) unclosed: bool,
}

/// A way from a track: to its folder, or by a receive.
#[derive(Debug, Clone, Copy)]
struct Way {
    to: usize,
    receive: Option<usize>,
}

impl Routing {
    pub(super) fn of(project: &Project<'_>) -> Self {
        let count = project.tracks.len();
        let (mut parent, mut is_folder) = (vec![None; count], vec![false; count]);
        let mut open: Vec<usize> = Vec::new();
        for (i, track) in project.tracks.iter().enumerate() {
            parent[i] = open.last().copied();
            if let Some(&folder) = open.last() {
                is_folder[folder] = true;
            }
            if track.folder > 0 {
                open.push(i);
            }
            for _ in track.folder..0 {
                if open.pop().is_none() {
                    break;
                }
            }
        }
        let mut routing = Self {
            parent,
            takes: is_folder.clone(),
            is_folder,
            cut_outputs: vec![false; count],
            cut_receives: Vec::new(),
            unclosed: !open.is_empty(),
        };
        let mut ways: Vec<Vec<Way>> = vec![Vec::new(); count];
        for (i, track) in project.tracks.iter().enumerate() {
            if let (Some(to), true) = (routing.parent[i], track.main_send) {
                ways[i].push(Way { to, receive: None });
            }
            for (number, receive) in track.receives.iter().enumerate() {
                let Some(from) = usize::try_from(receive.from).ok().filter(|from| *from < count) else { continue };
                if receive.is_heard() || receive.is_key() {
                    ways[from].push(Way { to: i, receive: Some(number) });
                    routing.takes[i] |= receive.is_heard();
                }
            }
        }
        routing.cut(&ways);
        routing
    }

    /// Follows all ways; what leads back to where it came from is cut.
    fn cut(&mut self, ways: &[Vec<Way>]) {
        #[derive(Clone, Copy, PartialEq)]
        enum State {
            New,
            Open,
            Done,
        }
        let mut state = vec![State::New; ways.len()];
        for start in 0..ways.len() {
            if state[start] != State::New {
                continue;
            }
            state[start] = State::Open;
            let mut open = vec![(start, 0)];
            while let Some((at, next)) = open.last_mut() {
                let Some(way) = ways[*at].get(*next).copied() else {
                    state[*at] = State::Done;
                    open.pop();
                    continue;
                };
                *next += 1;
                match (state[way.to], way.receive) {
                    (State::New, _) => {
                        state[way.to] = State::Open;
                        open.push((way.to, 0));
                    }
                    (State::Open, Some(number)) => self.cut_receives.push((way.to, number)),
                    (State::Open, None) => self.cut_outputs[*at] = true,
                    (State::Done, _) => {}
                }
            }
        }
    }
}

impl super::project::Receive {
    /// Whether it brings sound to the first two channels. (−1 is none; 1024 stands for one channel.)
    pub(super) fn is_heard(&self) -> bool {
        !self.mute && self.source >= 0 && self.target >= 0 && self.target & 1023 < 2
    }

    /// Whether it brings sound to channels that only effects listen to.
    pub(super) fn is_key(&self) -> bool {
        !self.mute && self.source >= 0 && self.target >= 0 && self.target & 1023 >= 2
    }
}
