//! VCAs: faders that move those of others.

use super::routes::{control, masters, playing, records, value};
use roxmltree::Node;
use std::collections::{BTreeMap, BTreeSet};

/// More groups than this are not read.
const MOST: usize = 1000;

/// A group.
#[derive(Debug)]
pub(super) struct Group<'d, 'i> {
    pub(super) name: &'d str,
    fader: &'d str,
    pub(super) gain: f64,
    pub(super) muted: bool,
    pub(super) soloed: bool,
    pub(super) list: Option<Node<'d, 'i>>,
    /// The groups that it is in, by number.
    pub(super) masters: Vec<&'d str>,
    pub(super) records: Vec<(&'d str, f64)>,
    /// What it does to a member, with those above it.
    now: f64,
    /// Its factor where those above it count by themselves, as in our sessions.
    pub(super) own: f64,
}

/// All groups, by number.
#[derive(Debug, Default)]
pub(super) struct Groups<'d, 'i>(pub(super) BTreeMap<&'d str, Group<'d, 'i>>);

impl<'d, 'i> Groups<'d, 'i> {
    /// Of the `VCAManager`; groups in a circle are taken out of each other.
    pub(super) fn read(manager: Option<Node<'d, 'i>>) -> Self {
        let mut groups = Self::default();
        let nodes = manager.into_iter().flat_map(|node| node.children());
        for node in nodes.filter(|child| child.has_tag_name("VCA")).take(MOST) {
            let Some(number) = node.attribute("number") else { continue };
            let slaved = node.children().find(|child| child.has_tag_name("Slavable"));
            let solo = control(node, "solo").and_then(|solo| solo.attribute("self-solo"));
            let group = Group {
                name: node.attribute("name").unwrap_or_default(),
                fader: control(node, "gaincontrol").and_then(|fader| fader.attribute("id")).unwrap_or_default(),
                gain: value(node, "gaincontrol").filter(|gain| (0.0..=1e4).contains(gain)).unwrap_or(1.0),
                muted: value(node, "mute").is_some_and(|on| on > 0.5),
                soloed: solo.map_or_else(|| value(node, "solo").is_some_and(|on| on > 0.5), |solo| solo != "0"),
                list: playing(node, "gain"),
                masters: slaved.map(masters).unwrap_or_default(),
                records: records(node),
                now: 1.0,
                own: 1.0,
            };
            groups.0.insert(number, group);
        }
        let known: BTreeSet<&str> = groups.0.keys().copied().collect();
        groups.0.values_mut().for_each(|group| group.masters.retain(|master| known.contains(master)));
        let is_above_itself =
            |number: &&str| groups.0.get(*number).is_some_and(|group| groups.above(&group.masters).contains(*number));
        let circular: Vec<&str> = known.into_iter().filter(is_above_itself).collect();
        for number in circular {
            if let Some(group) = groups.0.get_mut(number) {
                group.masters.clear();
            }
        }
        groups.settle();
        groups
    }

    /// The given groups and all above them.
    pub(super) fn above(&self, of: &[&'d str]) -> BTreeSet<&'d str> {
        let mut found = BTreeSet::new();
        let mut open: Vec<&'d str> = of.to_vec();
        while let Some(number) = open.pop() {
            if let Some(group) = self.0.get(number).filter(|_| found.insert(number)) {
                open.extend(&group.masters);
            }
        }
        found.retain(|number| self.0.contains_key(number));
        found
    }

    /// Works out what each group does, those first that nothing is above.
    fn settle(&mut self) {
        let mut order: Vec<(usize, &'d str)> =
            self.0.iter().map(|(number, group)| (self.above(&group.masters).len(), *number)).collect();
        order.sort_unstable();
        for (_, number) in order {
            let Some(group) = self.0.get(number) else { continue };
            let now = group.gain * self.total(&group.masters, &group.records);
            let own = group.gain * self.own_factor(&group.masters, &group.records);
            if let Some(group) = self.0.get_mut(number) {
                (group.now, group.own) = (now, own);
            }
        }
    }

    /// What all its groups do to a fader. Without a record of where a group was when it was given, it does nothing yet.
    pub(super) fn total(&self, masters: &[&'d str], records: &[(&str, f64)]) -> f64 {
        let ratio = |group: &Group<'d, 'i>| {
            records.iter().find(|record| record.0 == group.fader).map_or(1.0, |record| group.now / record.1)
        };
        masters.iter().filter_map(|number| self.0.get(number)).map(ratio).product()
    }

    /// What a member's fader must be multiplied with so that it stands where it did when each group above it counts once.
    pub(super) fn own_factor(&self, masters: &[&'d str], records: &[(&str, f64)]) -> f64 {
        let total = self.total(masters, records);
        let counted: f64 =
            self.above(masters).into_iter().filter_map(|number| self.0.get(number)).map(|group| group.own).product();
        if counted > 0.0 { total / counted } else { 1.0 }
    }

    /// Whether one of them, or one above it, is what is asked for.
    pub(super) fn any(&self, masters: &[&'d str], is: impl Fn(&Group<'d, 'i>) -> bool) -> bool {
        self.above(masters).into_iter().filter_map(|number| self.0.get(number)).any(is)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_in_groups_multiply_and_count_once_for_us() {
        let text = "<VCAManager>
            <VCA name='A' number='1'><Controllable name='gaincontrol' id='11' value='0.5'/></VCA>
            <VCA name='B' number='2'><Controllable name='gaincontrol' id='12' value='0.8'>
              <masters><master id='11' val-master='1'/></masters></Controllable><Slavable><Master number='1'/></Slavable></VCA>
            </VCAManager>";
        let document = roxmltree::Document::parse(text).unwrap();
        let groups = Groups::read(Some(document.root_element()));
        assert_eq!((groups.0["2"].now, groups.0["2"].own), (0.4, 0.8));
        let records = [("11", 1.0), ("12", 1.0)];
        assert_eq!(groups.total(&["1", "2"], &records), 0.2);
        assert!((groups.own_factor(&["1", "2"], &records) - 0.5).abs() < 1e-12, "A counts twice in Ardour");
        assert_eq!(groups.total(&["1"], &[]), 1.0);
    }

    #[test]
    fn groups_in_a_circle_are_taken_apart() {
        let vca = |number, master| {
            format!("<VCA name='{number}' number='{number}'><Slavable><Master number='{master}'/></Slavable></VCA>")
        };
        let text = format!("<VCAManager>{}{}{}</VCAManager>", vca(1, 2), vca(2, 1), vca(3, 3));
        let document = roxmltree::Document::parse(&text).unwrap();
        let groups = Groups::read(Some(document.root_element()));
        assert!(groups.0.values().all(|group| group.masters.is_empty() && group.own == 1.0));
    }
}
