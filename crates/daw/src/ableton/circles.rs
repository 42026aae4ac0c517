//! Sound that would come back to where it was: sends and side-chains are cut where they close a circle, outputs where only they do.

/// A way from one strip to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Way {
    Output,
    /// By its place in the list of sends.
    Send(usize),
    /// The strip that listens, and the place in its list of side-chains.
    Key(usize, usize),
}

/// What has to be cut so that no sound comes back: where it goes from, by which way, and to where. `ways` lists, for each strip, where
/// its sound goes, the output first.
pub(super) fn cuts(ways: &[Vec<(Way, usize)>]) -> Vec<(usize, Way, usize)> {
    let mut cuts = outputs(ways);
    let without: Vec<usize> = cuts.iter().map(|cut| cut.0).collect();
    let output = |strip: usize| {
        let own = ways[strip].iter().find(|way| way.0 == Way::Output).map(|way| way.1);
        own.filter(|_| !without.contains(&strip))
    };
    let mut depths = vec![None; ways.len()];
    for start in 0..ways.len() {
        let (mut path, mut at) = (Vec::new(), Some(start));
        while let Some(strip) = at.filter(|&strip| depths[strip].is_none()) {
            path.push(strip);
            at = output(strip);
        }
        let nearest = at.and_then(|strip| depths[strip]).map_or(0, |depth: usize| depth + 1);
        for (depth, strip) in (nearest..).zip(path.into_iter().rev()) {
            depths[strip] = Some(depth);
        }
    }
    // The furthest from the master first: what closes a circle is then a send wherever it can be.
    let mut order: Vec<usize> = (0..ways.len()).collect();
    order.sort_by_key(|&strip| (std::cmp::Reverse(depths[strip]), strip));
    let (mut open, mut done) = (vec![false; ways.len()], vec![false; ways.len()]);
    for start in order {
        if done[start] {
            continue;
        }
        open[start] = true;
        let mut path = vec![(start, 0)];
        while let Some((strip, next)) = path.last_mut() {
            let strip = *strip;
            let Some(&(way, to)) = ways[strip].get(*next) else {
                (open[strip], done[strip]) = (false, true);
                path.pop();
                continue;
            };
            *next += 1;
            if way == Way::Output && without.contains(&strip) || done[to] {
                continue;
            }
            if open[to] {
                cuts.push((strip, way, to));
            } else {
                open[to] = true;
                path.push((to, 0));
            }
        }
    }
    cuts
}

/// Outputs that run in a circle: the last one of each.
fn outputs(ways: &[Vec<(Way, usize)>]) -> Vec<(usize, Way, usize)> {
    let output = |strip: usize| ways[strip].iter().find(|way| way.0 == Way::Output).map(|way| way.1);
    let mut seen = vec![0usize; ways.len()];
    let mut cuts = Vec::new();
    for start in 0..ways.len() {
        let (mut at, mut last) = (Some(start), start);
        while let Some(strip) = at.filter(|&strip| seen[strip] == 0) {
            seen[strip] = start + 1;
            last = strip;
            at = output(strip);
        }
        if let Some(again) = at.filter(|&again| seen[again] == start + 1) {
            cuts.push((last, Way::Output, again));
        }
    }
    cuts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sends_are_cut_before_outputs() {
        // 0 goes into 1, which sends back to 0; 2 and 3 go into each other; 4 sends to itself.
        let ways = vec![
            vec![(Way::Output, 1)],
            vec![(Way::Send(0), 0)],
            vec![(Way::Output, 3)],
            vec![(Way::Output, 2)],
            vec![(Way::Send(0), 4)],
            vec![(Way::Send(0), 0), (Way::Key(1, 0), 1)],
        ];
        let mut cuts = cuts(&ways);
        cuts.sort_by_key(|cut| cut.0);
        assert_eq!(cuts, [(1, Way::Send(0), 0), (3, Way::Output, 2), (4, Way::Send(0), 4)]);
    }
}
