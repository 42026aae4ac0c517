//! Small sets, written by hand.

#![allow(dead_code, reason = "no test file uses all of it")]

/// A set of Live 11 with these tracks and this inside of the master's mixer.
pub(crate) fn set(tracks: &str, mixer: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Ableton MajorVersion=\"5\" MinorVersion=\"11.0_11300\" Creator=\"Ableton Live 11.3.13\">\
         <LiveSet><Tracks>{tracks}</Tracks><MasterTrack><DeviceChain><Mixer>{mixer}</Mixer></DeviceChain></MasterTrack>\
         <SendsPre><SendPreBool Id=\"0\" Value=\"true\"/></SendsPre></LiveSet></Ableton>"
    )
}

/// An element with a value.
pub(crate) fn value(name: &str, value: impl std::fmt::Display) -> String {
    format!("<{name} Value=\"{value}\" />")
}

/// A parameter that stands still.
pub(crate) fn still(name: &str, value: impl std::fmt::Display) -> String {
    format!("<{name}><Manual Value=\"{value}\" /></{name}>")
}

/// A track: what stands in the track, in its mixer, its devices and the events of its arrangement.
pub(crate) struct Track<'t> {
    pub(crate) kind: &'t str,
    pub(crate) id: u32,
    pub(crate) name: &'t str,
    pub(crate) more: &'t str,
    pub(crate) output: &'t str,
    pub(crate) mixer: &'t str,
    pub(crate) sequencer: &'t str,
    pub(crate) clips: &'t str,
    pub(crate) frozen: &'t str,
    pub(crate) devices: &'t str,
}

impl Default for Track<'_> {
    fn default() -> Self {
        Self {
            kind: "AudioTrack",
            id: 1,
            name: "A",
            more: "",
            output: "AudioOut/Master",
            mixer: "",
            sequencer: "",
            clips: "",
            frozen: "",
            devices: "",
        }
    }
}

impl Track<'_> {
    pub(crate) fn text(&self) -> String {
        let Self { kind, id, name, more, output, mixer, sequencer, clips, frozen, devices } = self;
        let events =
            |clips: &str| format!("<Sample><ArrangerAutomation><Events>{clips}</Events></ArrangerAutomation></Sample>");
        format!(
            "<{kind} Id=\"{id}\"><Name><EffectiveName Value=\"{name}\" /></Name>{more}<DeviceChain><AudioOutputRouting><Target \
             Value=\"{output}\" /></AudioOutputRouting><Mixer>{mixer}</Mixer><MainSequencer>{sequencer}{}</MainSequencer>\
             <FreezeSequencer>{}</FreezeSequencer><DeviceChain><Devices>{devices}</Devices></DeviceChain></DeviceChain></{kind}>",
            events(clips),
            events(frozen),
        )
    }
}

/// A clip on `a.wav`: its place in beats, and what else stands in it.
pub(crate) fn clip(start: f64, end: f64, more: &str) -> String {
    format!(
        "<AudioClip Id=\"0\" Time=\"{start}\"><CurrentStart Value=\"{start}\" /><CurrentEnd Value=\"{end}\" /><Name Value=\"c\" />\
         <SampleRef><FileRef><RelativePathType Value=\"1\" /><RelativePath Value=\"a.wav\" /></FileRef></SampleRef>{more}</AudioClip>"
    )
}

/// Inside of a clip: it is not warped, and starts so many seconds into its file.
pub(crate) fn unwarped(from: f64) -> String {
    format!("<IsWarped Value=\"false\" /><Loop><LoopStart Value=\"{from}\" /><LoopEnd Value=\"1000\" /></Loop>")
}

/// Inside of a clip: it is warped, at so many beats a minute, in a mode.
pub(crate) fn warped(bpm: f64, mode: u32, looped: &str) -> String {
    let beat = 60.0 / bpm;
    format!(
        "<IsWarped Value=\"true\" /><WarpMode Value=\"{mode}\" /><WarpMarkers><WarpMarker SecTime=\"0\" BeatTime=\"0\" />\
         <WarpMarker SecTime=\"{beat}\" BeatTime=\"1\" /></WarpMarkers><Loop>{looped}</Loop>"
    )
}
