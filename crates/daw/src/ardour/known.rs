//! What a session holds that is understood, and what has nothing to say about the sound. All else is told.

use crate::foreign::ledger::Ledger;
use crate::foreign::xml::Account;
use roxmltree::{Document, Node};

/// Elements that say nothing about a mix, with all that is in them.
const QUIET: &[&str] = &[
    "Bundles",
    "Click",
    "ControlProtocols",
    "EngineHints",
    "Extra",
    "IOPlugins",
    "Instant",
    "MIDIPorts",
    "Metadata",
    "NamedSelections",
    "ProgramVersion",
    "RegionFXPlugins",
    "Regions",
    "RemoteControl",
    "RouteGroups",
    "Script",
    "Selection",
    "Speakers",
    "TransportMasters",
    "TriggerBindings",
    "Triggers",
    "UnusedPlaylists",
    "Config",
    "MidiTimeStretch",
    "MetronomeIO",
    "PresetOutput",
    "CompoundAssociations",
    "SideChainInput",
    "RecordSafe",
];

/// Elements that are understood, by their parents.
const UNDERSTOOD: &[(&str, &[&str])] = &[
    ("Session", &["Sources", "Locations", "Routes", "Playlists", "VCAManager", "TempoMap"]),
    ("Sources", &["Source"]),
    ("Locations", &["Location"]),
    ("Routes", &["Route"]),
    ("Playlists", &["Playlist"]),
    ("Playlist", &["Region"]),
    ("Region", &["Envelope", "FadeIn", "FadeOut", "InverseFadeIn", "InverseFadeOut"]),
    ("VCAManager", &["VCA"]),
    ("VCA", &["PresentationInfo", "Controllable", "Automation", "Slavable"]),
    ("TempoMap", &["Tempos", "Meters", "MusicTimes", "Tempo", "Meter"]),
    ("Tempos", &["Tempo"]),
    ("Meters", &["Meter"]),
    (
        "Route",
        &[
            "PresentationInfo",
            "Controllable",
            "IO",
            "MuteMaster",
            "Automation",
            "Pannable",
            "Processor",
            "Slavable",
            "Diskstream",
        ],
    ),
    ("IO", &["Port"]),
    ("Port", &["Connection"]),
    ("Automation", &["AutomationList"]),
    ("AutomationList", &["events"]),
    ("Envelope", &["AutomationList"]),
    ("FadeIn", &["AutomationList"]),
    ("FadeOut", &["AutomationList"]),
    ("InverseFadeIn", &["AutomationList"]),
    ("InverseFadeOut", &["AutomationList"]),
    ("Pannable", &["Controllable", "Automation"]),
    ("Slavable", &["Master"]),
    ("Controllable", &["masters"]),
    ("masters", &["master"]),
    ("Processor", &["Controllable", "Automation", "PannerShell", "Pannable", "IO"]),
    ("PannerShell", &["Panner"]),
];

/// Controls of a route that are understood or have no part in a mix.
const CONTROLS: &[&str] = &[
    "solo",
    "solo-iso",
    "solo-safe",
    "mute",
    "phase",
    "mastervolume",
    "monitor",
    "rec-safe",
    "rec-enable",
    "recenable",
    "pan-azimuth",
    "pan-width",
    "pan-elevation",
    "pan-frontback",
    "pan-lfe",
    "gaincontrol",
    "trimcontrol",
    "polarity-invert",
    "solo-control",
    "record-safe",
    "monitoring",
    "main-volume",
];

/// Attributes that are understood, or say nothing about the sound.
const ATTRIBUTES: &[(&str, &[&str])] = &[
    (
        "Session",
        &[
            "version",
            "name",
            "sample-rate",
            "session-range-is-free",
            "session-range-end-is-free",
            "id-counter",
            "name-counter",
            "event-counter",
            "vca-counter",
            "end-is-free",
        ],
    ),
    (
        "Source",
        &[
            "name",
            "take-id",
            "type",
            "flags",
            "id",
            "channel",
            "origin",
            "gain",
            "natural-position",
            "timeline-position",
            "playlist",
            "captured-for",
            "captured-marks",
            "captured-xruns",
            "xruns",
            "timestamp",
        ],
    ),
    (
        "Location",
        &[
            "id",
            "name",
            "start",
            "end",
            "flags",
            "locked",
            "timestamp",
            "cue",
            "position-lock-style",
            "lock-style",
            "scene-change-type",
        ],
    ),
    ("Playlist", &["id", "name", "type", "orig-track-id", "pgroup-id", "shared-with-ids", "frozen", "combine-ops"]),
    (
        "Region",
        &[
            "name",
            "muted",
            "opaque",
            "locked",
            "video-locked",
            "automatic",
            "whole-file",
            "import",
            "external",
            "hidden",
            "position-locked",
            "valid-transients",
            "start",
            "length",
            "position",
            "sync-position",
            "ancestral-start",
            "ancestral-length",
            "stretch",
            "shift",
            "sync-marked",
            "left-of-split",
            "right-of-split",
            "layering-index",
            "layer",
            "tags",
            "contents",
            "region-group",
            "envelope-active",
            "default-fade-in",
            "default-fade-out",
            "fade-in-active",
            "fade-out-active",
            "scale-amplitude",
            "scale-gain",
            "id",
            "type",
            "first-edit",
            "channels",
            "beat",
            "bbt-position",
            "positional-lock-style",
            "start-beats",
            "length-beats",
            "flags",
            "first_edit",
            "whole-file",
            "bpm",
            "meter",
            "transients",
            "reg-group",
        ],
    ),
    (
        "Route",
        &[
            "version",
            "id",
            "name",
            "default-type",
            "strict-io",
            "volume-applies-to-output",
            "active",
            "denormal-protection",
            "meter-point",
            "disk-io-point",
            "meter-type",
            "audio-playlist",
            "midi-playlist",
            "saved-meter-point",
            "alignment-choice",
            "mode",
            "flags",
            "phase-invert",
            "order-keys",
            "self-solo",
            "soloed-by-upstream",
            "soloed-by-downstream",
            "solo-isolated",
            "solo-safe",
            "monitoring",
            "note-mode",
            "step-editing",
            "input-active",
            "restore-pgm",
            "playback-channel-mode",
            "capture-channel-mode",
            "playback-channel-mask",
            "capture-channel-mask",
            "route-group",
            "processor-after-last-custom-meter",
        ],
    ),
    ("PresentationInfo", &["order", "flags", "color", "trigger-track"]),
    (
        "Controllable",
        &[
            "name",
            "id",
            "flags",
            "value",
            "self-solo",
            "soloed-by-upstream",
            "soloed-by-downstream",
            "solo-isolated",
            "solo-safe",
            "phase-invert",
            "monitoring",
            "parameter",
            "symbol",
        ],
    ),
    ("IO", &["name", "id", "direction", "default-type", "user-latency", "pretty-name"]),
    ("Port", &["name", "type", "direction"]),
    ("Connection", &["other"]),
    ("MuteMaster", &["mute-point", "muted"]),
    (
        "AutomationList",
        &[
            "automation-id",
            "id",
            "interpolation-style",
            "time-domain",
            "state",
            "default",
            "min-yval",
            "max-yval",
            "max-xval",
            "min_yval",
            "max_yval",
            "max_xval",
            "style",
        ],
    ),
    (
        "Processor",
        &[
            "id",
            "name",
            "active",
            "user-latency",
            "use-user-latency",
            "type",
            "unique-id",
            "count",
            "custom",
            "own-input",
            "own-output",
            "output",
            "role",
            "target",
            "bitslot",
            "selfdestruct",
            "allow-feedback",
            "record-safe",
            "data-type",
            "order",
            "auto-level",
        ],
    ),
    ("PannerShell", &["bypassed", "user-panner", "linked-to-route"]),
    ("Panner", &["uri", "type"]),
    (
        "Diskstream",
        &["flags", "playlist", "name", "id", "speed", "capture-alignment", "channels", "channel-mode", "channel-mask"],
    ),
    ("FadeIn", &["default", "active"]),
    ("FadeOut", &["default", "active"]),
    ("Envelope", &["default"]),
    ("VCA", &["name", "number"]),
    ("Master", &["number"]),
    ("master", &["id", "val-ctrl", "val-master", "yn"]),
    ("TempoMap", &["superclocks-per-second"]),
    (
        "Tempo",
        &[
            "npm",
            "enpm",
            "note-type",
            "type",
            "tempo-type",
            "active",
            "locked-to-meter",
            "continuing",
            "sclock",
            "quarters",
            "bbt",
            "omega",
            "start",
            "beats-per-minute",
            "movable",
            "pulse",
            "frame",
            "lock-style",
            "clamped",
            "end-beats-per-minute",
            "initial",
            "locked-to-meter",
        ],
    ),
    (
        "Meter",
        &[
            "note-value",
            "divisions-per-bar",
            "sclock",
            "quarters",
            "bbt",
            "start",
            "note-type",
            "movable",
            "pulse",
            "frame",
            "lock-style",
            "beat",
            "initial",
            "beats-per-bar",
        ],
    ),
];

/// Processors whose whole content has been read, or reported by name.
fn is_reported(processor: Node<'_, '_>) -> bool {
    let kind = processor.attribute("type").unwrap_or_default();
    !matches!(
        kind,
        "trim" | "amp" | "main-outs" | "intsend" | "polarity" | "diskreader" | "diskwriter" | "intreturn" | "meter"
    )
}

/// Tells what is neither understood nor known to be silent.
pub(super) fn tell(document: &Document<'_>, ledger: &mut Ledger) {
    let account = Account::default();
    for (element, names) in ATTRIBUTES {
        account.ignore_attributes(element, names);
    }
    let root = document.root_element();
    account.look(root);
    let mut open = vec![root];
    while let Some(node) = open.pop() {
        let name = node.tag_name().name();
        for child in node.children().filter(Node::is_element) {
            let inner = child.tag_name().name();
            let fits = UNDERSTOOD.iter().any(|(parent, names)| *parent == name && names.contains(&inner));
            let control = child.attribute("name").unwrap_or_default();
            if QUIET.contains(&inner) || inner == "Processor" && is_reported(child) {
                account.ignore(child);
            } else if fits && (inner != "Controllable" || CONTROLS.contains(&control)) {
                account.look(child);
                if inner == "Region" {
                    // Sources are numbered.
                    for attribute in child.attributes().map(|attribute| attribute.name()) {
                        if attribute.starts_with("source-") || attribute.starts_with("master-source-") {
                            account.attribute(child, attribute);
                        }
                    }
                }
                open.push(child);
            }
        }
    }
    ledger.not_understood(account.left(document));
}
