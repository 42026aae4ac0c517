//! `Arrangement`: lanes, clips, what is in them, and automation.

use super::super::model::{Audio, Clip, Content, FileReference, Point, Points, Project, Timeline, Value, Warps};
use super::{Parser, elements};
use crate::dawproject::model::TimeUnit;
use roxmltree::Node;

impl Parser {
    pub(super) fn arrangement<'d>(&mut self, node: Node<'d, '_>, project: &mut Project<'d>) {
        self.attributes(node, &[]);
        for node in elements(node) {
            match node.tag_name().name() {
                "Lanes" => project.timeline = Some(self.timeline(node)),
                "Markers" | "markers" => {
                    let markers = self.timeline(node);
                    project.markers.push(markers);
                }
                "TempoAutomation" => project.tempo_points = Some(self.points(node)),
                "TimeSignatureAutomation" => project.signature_points = Some(self.points(node)),
                _ => self.element(node),
            }
        }
    }

    pub(super) fn timeline<'d>(&mut self, node: Node<'d, '_>) -> Timeline<'d> {
        let name = node.tag_name().name();
        let extra: &[&str] = match name {
            "Audio" | "Video" => &["timeUnit", "track", "duration", "channels", "sampleRate", "algorithm"],
            "Warps" => &["timeUnit", "track", "contentTimeUnit"],
            "Points" => &["timeUnit", "track", "unit"],
            "ClipSlot" => &["timeUnit", "track", "hasStop"],
            _ => &["timeUnit", "track"],
        };
        self.attributes(node, extra);
        let content = match name {
            "Lanes" => {
                let (inside, other): (Vec<_>, Vec<_>) = elements(node).partition(is_timeline);
                other.into_iter().for_each(|node| self.element(node));
                Content::Lanes(inside.into_iter().map(|node| self.timeline(node)).collect())
            }
            "Clips" => {
                let (inside, other): (Vec<_>, Vec<_>) = elements(node).partition(|node| node.has_tag_name("Clip"));
                other.into_iter().for_each(|node| self.element(node));
                Content::Clips(inside.into_iter().map(|node| self.clip(node)).collect())
            }
            "Audio" => self.audio(node),
            "Warps" => self.warps(node),
            "Points" => Content::Points(self.points(node)),
            "Markers" | "markers" => {
                let marks = elements(node).filter_map(|node| self.marker(node)).collect();
                Content::Markers(marks)
            }
            "Notes" => Content::Notes(elements(node).filter(|node| node.has_tag_name("Note")).count() as u64),
            "Video" => Content::Video,
            _ => Content::Other,
        };
        Timeline {
            id: node.attribute("id"),
            unit: self.time_unit(node, "timeUnit"),
            track: node.attribute("track"),
            content,
        }
    }

    fn marker<'d>(&mut self, node: Node<'d, '_>) -> Option<(f64, &'d str, Option<&'d str>)> {
        if !node.has_tag_name("Marker") {
            self.element(node);
            return None;
        }
        self.attributes(node, &["time"]);
        let time = self.time(node, "time")?;
        Some((time, node.attribute("name").unwrap_or_default(), node.attribute("comment")))
    }

    fn clip<'d>(&mut self, node: Node<'d, '_>) -> Clip<'d> {
        self.attributes(
            node,
            &[
                "time",
                "duration",
                "contentTimeUnit",
                "playStart",
                "playStop",
                "loopStart",
                "loopEnd",
                "fadeTimeUnit",
                "fadeInTime",
                "fadeOutTime",
                "enable",
                "reference",
            ],
        );
        let mut clip = Clip {
            name: node.attribute("name").unwrap_or_default(),
            time: self.time(node, "time").unwrap_or(0.0),
            duration: self.time(node, "duration"),
            content_unit: self.time_unit(node, "contentTimeUnit"),
            play_start: self.time(node, "playStart").unwrap_or(0.0),
            play_stop: self.time(node, "playStop"),
            loop_start: self.time(node, "loopStart"),
            loop_end: self.time(node, "loopEnd"),
            fade_unit: self.time_unit(node, "fadeTimeUnit"),
            fade_in: self.time(node, "fadeInTime").unwrap_or(0.0),
            fade_out: self.time(node, "fadeOutTime").unwrap_or(0.0),
            enable: self.flag(node, "enable").unwrap_or(true),
            reference: node.attribute("reference"),
            gain: None,
            content: None,
        };
        for node in elements(node) {
            if node.has_tag_name("Gain") {
                // Proposed for the format (pull request 105), and harmless where it is not there.
                clip.gain = Some(self.real(node));
            } else if is_timeline(&node) && clip.content.is_none() {
                clip.content = Some(Box::new(self.timeline(node)));
            } else {
                self.element(node);
            }
        }
        clip
    }

    fn audio<'d>(&mut self, node: Node<'d, '_>) -> Content<'d> {
        let mut file = None;
        let duration = self.time(node, "duration").filter(|seconds| *seconds >= 0.0);
        for node in elements(node) {
            if node.has_tag_name("File") && file.is_none() {
                self.attributes(node, &["path", "external"]);
                let external = self.flag(node, "external").unwrap_or(false);
                file = node.attribute("path").map(|path| FileReference { path, external });
            } else {
                self.element(node);
            }
        }
        let Some(file) = file else {
            self.wrong_value(node, "File");
            return Content::Other;
        };
        Content::Audio(Audio { duration, file })
    }

    fn warps<'d>(&mut self, node: Node<'d, '_>) -> Content<'d> {
        let content_unit = self.time_unit(node, "contentTimeUnit").unwrap_or(TimeUnit::Seconds);
        let mut warps = Warps { content_unit, content: None, points: Vec::new() };
        for node in elements(node) {
            if node.has_tag_name("Warp") {
                self.attributes(node, &["time", "contentTime"]);
                if let (Some(time), Some(inside)) = (self.time(node, "time"), self.time(node, "contentTime")) {
                    warps.points.push((time, inside));
                }
            } else if is_timeline(&node) && warps.content.is_none() {
                warps.content = Some(Box::new(self.timeline(node)));
            } else {
                self.element(node);
            }
        }
        warps.points.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        Content::Warps(warps)
    }

    pub(super) fn points<'d>(&mut self, node: Node<'d, '_>) -> Points<'d> {
        let unit_of_time = self.time_unit(node, "timeUnit");
        let unit = self.unit(node);
        let mut points = Points { unit_of_time, unit, parameter: None, expression: None, points: Vec::new() };
        for node in elements(node) {
            let value = match node.tag_name().name() {
                "Target" => {
                    self.attributes(node, &["parameter", "expression", "channel", "key", "controller"]);
                    points.parameter = node.attribute("parameter");
                    points.expression = node.attribute("expression");
                    continue;
                }
                "RealPoint" | "Point" => {
                    self.attributes(node, &["time", "value", "interpolation"]);
                    // What has no interpolation holds, as the format says of its points.
                    let hold = match node.attribute("interpolation") {
                        None | Some("hold") => true,
                        Some("linear") => false,
                        Some(_) => {
                            self.wrong_value(node, "interpolation");
                            false
                        }
                    };
                    self.number(node, "value").map(|value| Value::Real { value, hold })
                }
                "BoolPoint" => {
                    self.attributes(node, &["time", "value"]);
                    self.flag(node, "value").map(Value::Switch)
                }
                "IntegerPoint" | "EnumPoint" => {
                    self.attributes(node, &["time", "value"]);
                    self.whole(node, "value").map(Value::Whole)
                }
                "TimeSignaturePoint" => {
                    self.attributes(node, &["time", "numerator", "denominator"]);
                    self.signature(node).map(|(beats, note)| Value::Signature(beats, note))
                }
                _ => {
                    self.element(node);
                    continue;
                }
            };
            if let (Some(time), Some(value)) = (self.time(node, "time"), value) {
                points.points.push(Point { time, value });
            }
        }
        // Of several on one time the order is theirs.
        points.points.sort_by(|a, b| a.time.total_cmp(&b.time));
        points
    }
}

fn is_timeline(node: &Node<'_, '_>) -> bool {
    matches!(
        node.tag_name().name(),
        "Timeline"
            | "Lanes"
            | "Notes"
            | "Clips"
            | "ClipSlot"
            | "Markers"
            | "markers"
            | "Warps"
            | "Audio"
            | "Video"
            | "Points"
    )
}
