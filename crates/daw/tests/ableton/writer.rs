//! Random sets, in the dialects of Live 8 to 12.

#![allow(dead_code, reason = "no test file uses all of it")]

use std::fmt::Write;

/// Numbers that repeat from run to run (xorshift*, Vigna 2016).
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// Below `sides`.
    pub(crate) fn below(&mut self, sides: u64) -> u64 {
        (self.next() >> 11) % sides
    }

    pub(crate) fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// Between two numbers.
    pub(crate) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * ((self.next() >> 11) as f64 / (1u64 << 53) as f64)
    }

    fn pick<'t, T>(&mut self, of: &'t [T]) -> &'t T {
        &of[self.below(of.len() as u64) as usize]
    }
}

/// The audio files that random sets use, below the folder of the set.
pub(crate) const FILES: [&str; 3] =
    ["Samples/Imported/a b.wav", "Samples/Recorded/kick.wav", "Samples/Processed/Freeze/ö.aif"];

/// A set in the making.
pub(crate) struct Writer {
    dice: Dice,
    /// Live's version, 8 to 12.
    version: u32,
    /// Numbers of what can be moved.
    next: u32,
    /// Envelopes of the track in the making (Live 10 and later).
    envelopes: String,
    returns: usize,
    groups: Vec<u32>,
    /// A track that others may go into.
    open: Option<u32>,
}

/// The text of a random set.
pub(crate) fn set(seed: u64, version: u32) -> String {
    let mut dice = Dice::new(seed);
    let returns = dice.below(4) as usize;
    let mut writer =
        Writer { dice, version, next: 20_000, envelopes: String::new(), returns, groups: Vec::new(), open: None };
    writer.set()
}

impl Writer {
    fn set(&mut self) -> String {
        let mut tracks = String::new();
        let count = 2 + self.dice.below(6) as u32;
        for id in 0..count {
            let id = 10 + id;
            let kind = match self.dice.below(10) {
                0 | 1 if id > 10 || self.dice.chance(50) => "GroupTrack",
                2 => "MidiTrack",
                _ => "AudioTrack",
            };
            tracks += &self.track(kind, id);
            if kind == "GroupTrack" {
                self.groups.push(id);
            }
        }
        for index in 0..self.returns {
            tracks += &self.track("ReturnTrack", 100 + index as u32);
        }
        let pre: String = (0..self.returns)
            .map(|index| format!("<SendPreBool{} Value=\"{}\" />", self.id(index as u32), self.dice.chance(30)))
            .collect();
        let locators: String = (0..self.dice.below(5)).map(|index| self.locator(index as u32)).collect();
        let master = self.master();
        let scenes = if self.version < 12 { "<SceneNames />" } else { "<Scenes />" };
        let head = match self.version {
            8 => "MajorVersion=\"4\" MinorVersion=\"8.1_226\" Creator=\"Ableton Live 8.1.4\"",
            9 => "MajorVersion=\"4\" MinorVersion=\"9.5_327\" Creator=\"Ableton Live 9.7.1\"",
            10 => "MajorVersion=\"5\" MinorVersion=\"10.0_377\" Creator=\"Ableton Live 10.1.7\"",
            11 => "MajorVersion=\"5\" MinorVersion=\"11.0_11300\" Creator=\"Ableton Live 11.3.13\"",
            _ => "MajorVersion=\"5\" MinorVersion=\"12.0_12203\" Creator=\"Ableton Live 12.2\"",
        };
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Ableton {head}>\n<LiveSet><Tracks>\n{tracks}</Tracks>\n{master}\
             <SendsPre>{pre}</SendsPre>{scenes}<Locators><Locators>{locators}</Locators></Locators></LiveSet></Ableton>\n"
        )
    }

    /// Members of lists are numbered since Live 10.
    fn id(&self, number: u32) -> String {
        if self.version < 10 { String::new() } else { format!(" Id=\"{number}\"") }
    }

    fn locator(&mut self, index: u32) -> String {
        let (id, beat) = (self.id(index), self.dice.between(0.0, 200.0));
        format!("<Locator{id}><LomId Value=\"0\" /><Time Value=\"{beat}\" /><Name Value=\"L{index}\" /></Locator>")
    }

    /// A parameter, moved by these events if there are some.
    fn parameter(&mut self, name: &str, manual: &str, events: &str) -> String {
        self.next += 1;
        let target = self.next;
        let inside = if self.version < 10 {
            let events = if events.is_empty() { event(manual, -63_072_000.0, manual) } else { events.to_owned() };
            format!("<ArrangerAutomation><Events>{events}</Events></ArrangerAutomation>")
        } else {
            if !events.is_empty() {
                let _ = write!(
                    self.envelopes,
                    "<AutomationEnvelope Id=\"{target}\"><EnvelopeTarget><PointeeId Value=\"{target}\" /></EnvelopeTarget>\
                     <Automation><Events>{events}</Events></Automation></AutomationEnvelope>"
                );
            }
            String::new()
        };
        // Live 8 has no place for what a knob is left at beside its events.
        let manual = if self.version > 8 { format!("<Manual Value=\"{manual}\" />") } else { String::new() };
        format!(
            "<{name}><LomId Value=\"0\" />{inside}{manual}<AutomationTarget Id=\"{target}\">\
             <LockEnvelope Value=\"0\" /></AutomationTarget></{name}>\n"
        )
    }

    /// Events of a parameter: straight and bent lines, jumps, some of them out of order.
    fn events(&mut self, value: &dyn Fn(&mut Dice) -> f64, bends: bool) -> String {
        let mut beat = 0.0;
        let mut last = value(&mut self.dice);
        let mut events = vec![event("", -63_072_000.0, &last.to_string())];
        for _ in 0..1 + self.dice.below(8) {
            beat += self.dice.between(0.5, 24.0);
            let next = value(&mut self.dice);
            if self.dice.chance(30) {
                events.push(event("", beat, &last.to_string()));
            }
            let bent = bends && self.version > 9 && self.dice.chance(20);
            let mut own = event("", beat, &next.to_string());
            if bent {
                let [a, b, c, d] = [(); 4].map(|()| self.dice.between(0.05, 0.95));
                let bend = format!(
                    " CurveControl1X=\"{a}\" CurveControl1Y=\"{b}\" CurveControl2X=\"{c}\" CurveControl2Y=\"{d}\" />"
                );
                own = own.replace(" />", &bend);
            }
            events.push(own);
            last = next;
        }
        if self.dice.chance(10) && events.len() > 3 {
            let place = events.len() - 1;
            // Not a jump: two on one beat keep their order.
            events.swap(1, place);
            let beats = |event: &String| event.split("Time=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
            let mut all: Vec<String> = events.iter().map(beats).collect();
            all.dedup();
            all.sort();
            all.dedup();
            if all.len() != events.len() {
                events.swap(1, place);
            }
        }
        events.concat()
    }

    fn mixer(&mut self, kind: &str) -> String {
        let level = |dice: &mut Dice| if dice.chance(12) { 0.000_316_227_757_1 } else { dice.between(0.02, 1.99) };
        let mut made = String::from("<Mixer><LomId Value=\"0\" /><On><Manual Value=\"true\" /></On>");
        if kind != "master" {
            made += "<Sends>";
            for index in 0..self.returns {
                let manual = level(&mut self.dice).to_string();
                let events = if self.dice.chance(20) { self.events(&level, true) } else { String::new() };
                let send = self.parameter("Send", &manual, &events);
                // Of returns only later ones, so that nothing comes back.
                let on = kind != "ReturnTrack" && self.dice.chance(85);
                let switch = if self.version < 11 { "Active" } else { "EnabledByUser" };
                let id = self.id(index as u32);
                let _ = write!(made, "<TrackSendHolder{id}>{send}<{switch} Value=\"{on}\" /></TrackSendHolder>");
            }
            made += "</Sends>";
        }
        let on = self.dice.chance(85).to_string();
        let switches = if self.dice.chance(15) {
            let first = [event("", -63_072_000.0, "true")].concat();
            first + &event("", 7.25, "false") + &event("", 31.5, "true")
        } else {
            String::new()
        };
        made += &self.parameter("Speaker", &on, &switches);
        let _ = write!(made, "<SoloSink Value=\"{}\" />", self.dice.chance(5));
        if self.version > 9 {
            made += "<PanMode Value=\"0\" />";
        }
        let pans = |dice: &mut Dice| match dice.below(6) {
            0 => -1.0,
            1 => 1.0,
            2 => 0.0,
            _ => dice.between(-1.0, 1.0),
        };
        let pan = if kind == "master" || self.dice.chance(40) { 0.0 } else { pans(&mut self.dice) };
        let events = if kind != "master" && self.dice.chance(25) { self.events(&pans, true) } else { String::new() };
        made += &self.parameter("Pan", &pan.to_string(), &events);
        let volume = level(&mut self.dice).to_string();
        let events = if self.dice.chance(30) { self.events(&level, true) } else { String::new() };
        made += &self.parameter("Volume", &volume, &events);
        let cross = if self.dice.chance(80) { 1 } else { self.dice.below(3) };
        made + &self.parameter("CrossFadeState", &cross.to_string(), "")
    }

    fn track(&mut self, kind: &str, id: u32) -> String {
        self.envelopes.clear();
        let group = if kind == "ReturnTrack" || self.groups.is_empty() || self.dice.chance(40) {
            None
        } else {
            Some(*self.dice.pick(&self.groups.clone()))
        };
        let master = if self.version < 12 { "AudioOut/Master" } else { "AudioOut/Main" };
        let open = self.open.filter(|_| kind == "AudioTrack" && self.dice.chance(40));
        let output = match (group, open) {
            (_, Some(open)) => format!("AudioOut/Track.{open}/TrackIn"),
            (Some(_), _) if self.dice.chance(90) => "AudioOut/GroupTrack".to_owned(),
            _ if self.dice.chance(8) => "AudioOut/None".to_owned(),
            _ if self.dice.chance(4) => "AudioOut/External/S0".to_owned(),
            _ => master.to_owned(),
        };
        let monitor = if kind == "AudioTrack" && open.is_none() && group.is_none() && self.dice.chance(15) {
            self.open = Some(id);
            0
        } else {
            1 + self.dice.below(2)
        };
        let frozen = matches!(kind, "AudioTrack" | "MidiTrack") && monitor != 0 && self.dice.chance(15);
        let mixer = self.mixer(kind);
        let [main, freeze] = [false, true].map(|frozen| {
            let clips = if kind == "AudioTrack" || frozen { self.clips() } else { String::new() };
            format!("<Sample><ArrangerAutomation><Events>{clips}</Events></ArrangerAutomation></Sample>")
        });
        let sequencers = match kind {
            "AudioTrack" | "MidiTrack" => format!(
                "<MainSequencer><ClipSlotList /><MonitoringEnum Value=\"{monitor}\" />{main}</MainSequencer>\
                 <FreezeSequencer><ClipSlotList />{freeze}</FreezeSequencer>"
            ),
            _ => String::new(),
        };
        let name = *self.dice.pick(&["Drums", "Bass &amp; Co", "1-Audio", "Vox", "A-Reverb", "master"]);
        let named = if self.version > 8 {
            format!("<EffectiveName Value=\"{name}\" /><UserName Value=\"\" />")
        } else {
            format!("<UserName Value=\"{name}\" />")
        };
        let colour = if self.version < 11 { "ColorIndex" } else { "Color" };
        let delay = if self.dice.chance(80) || sequencers.is_empty() { 0.0 } else { self.dice.between(-50.0, 50.0) };
        let by_samples = self.dice.chance(30);
        let delay = if by_samples { delay.round() } else { delay };
        let envelopes = match self.version {
            8 | 9 => String::new(),
            _ => format!("<AutomationEnvelopes><Envelopes>{}</Envelopes></AutomationEnvelopes>", self.envelopes),
        };
        let freeze = if kind == "GroupTrack" || kind == "ReturnTrack" {
            String::new()
        } else {
            format!("<Freeze Value=\"{frozen}\" />")
        };
        format!(
            "<{kind} Id=\"{id}\"><LomId Value=\"0\" /><TrackDelay><Value Value=\"{delay}\" /><IsValueSampleBased \
             Value=\"{by_samples}\" /></TrackDelay><Name>{named}</Name>\
             <{colour} Value=\"{}\" />{envelopes}<TrackGroupId Value=\"{}\" />{freeze}<DeviceChain><AudioOutputRouting>\
             <Target Value=\"{output}\" /></AudioOutputRouting>{mixer}</Mixer>{sequencers}<DeviceChain><Devices />\
             </DeviceChain></DeviceChain></{kind}>\n",
            self.dice.below(70),
            group.map_or(-1, i64::from),
        )
    }

    fn master(&mut self) -> String {
        self.envelopes.clear();
        let mut mixer = self.mixer("master");
        let tempo = |dice: &mut Dice| if dice.chance(30) { 120.0 } else { dice.between(60.0, 200.0) };
        let moved = if self.dice.chance(60) { self.events(&tempo, false) } else { String::new() };
        let manual = tempo(&mut self.dice).to_string();
        mixer += &self.parameter("Tempo", &manual, &moved);
        let code = (self.dice.below(12) + 99 * (1 + self.dice.below(3))).to_string();
        mixer += &self.parameter(
            "TimeSignature",
            &code,
            &event(&code, -63_072_000.0, &code).replace("FloatEvent", "EnumEvent"),
        );
        let cross = self.dice.pick(&["-1", "1"]).to_string();
        mixer += &self.parameter("CrossFade", &cross, "");
        let name = if self.version < 12 { "MasterTrack" } else { "MainTrack" };
        let chain = if self.version > 8 { "DeviceChain" } else { "MasterChain" };
        let envelopes = match self.version {
            8 | 9 => String::new(),
            _ => format!("<AutomationEnvelopes><Envelopes>{}</Envelopes></AutomationEnvelopes>", self.envelopes),
        };
        format!(
            "<{name}>{envelopes}<{chain}>{mixer}</Mixer><DeviceChain><Devices /></DeviceChain></{chain}></{name}>\n"
        )
    }

    fn clips(&mut self) -> String {
        let mut at = if self.dice.chance(50) { 0.0 } else { self.dice.between(0.0, 20.0) };
        let mut clips = String::new();
        for index in 0..self.dice.below(5) as u32 {
            let length =
                if self.dice.chance(40) { 4.0 * (1 + self.dice.below(8)) as f64 } else { self.dice.between(0.3, 40.0) };
            clips += &self.clip(index, at, at + length);
            at += length + if self.dice.chance(30) { 0.0 } else { self.dice.between(0.1, 16.0) };
        }
        clips
    }

    fn clip(&mut self, index: u32, start: f64, end: f64) -> String {
        let warped = self.dice.chance(65);
        let looped = warped && self.dice.chance(45);
        let from = if self.dice.chance(30) { 0.0 } else { self.dice.between(-2.0, 30.0) };
        let to = from + self.dice.between(0.7, 20.0);
        let relative = if looped && self.dice.chance(50) { self.dice.between(-0.5, to - from) } else { 0.0 };
        let mut markers = String::new();
        let (mut beat, mut seconds) = (self.dice.between(-4.0, 4.0), self.dice.between(-1.0, 1.0));
        let own = self.dice.between(70.0, 190.0);
        // Many clips run at 120, as many songs do.
        let own = if self.dice.chance(40) { 120.0 } else { own };
        let count = 2 + if self.dice.chance(50) { 0 } else { self.dice.below(6) as u32 };
        for number in 0..count {
            let id = self.id(number);
            let _ = write!(markers, "<WarpMarker{id} SecTime=\"{seconds}\" BeatTime=\"{beat}\" />");
            let long = self.dice.between(0.5, 12.0);
            beat += long;
            let straight = count == 2 || self.dice.chance(50);
            seconds += long * 60.0 / if straight { own } else { self.dice.between(60.0, 240.0) };
        }
        let pitch = if self.dice.chance(60) { 0 } else { self.dice.below(25) as i64 - 12 };
        let fine = if self.dice.chance(80) { 0.0 } else { self.dice.between(-50.0, 50.0) };
        let mode = *self.dice.pick(&[0, 1, 2, 3, 4, 6]);
        let fade = |dice: &mut Dice| match dice.below(3) {
            0 => (0.0, true),
            1 => (0.0, false),
            _ => (dice.between(0.01, 0.4), false),
        };
        let [(long_in, usual_in), (long_out, usual_out)] = [fade(&mut self.dice), fade(&mut self.dice)];
        let gain = if self.dice.chance(50) { 1.0 } else { self.dice.between(0.1, 3.9) };
        let file = *self.dice.pick(&FILES);
        let reference = self.reference(file);
        let id = self.id(index);
        format!(
            "<AudioClip{id} Time=\"{start}\"><CurrentStart Value=\"{start}\" /><CurrentEnd Value=\"{end}\" /><Loop><LoopStart \
             Value=\"{from}\" /><LoopEnd Value=\"{to}\" /><StartRelative Value=\"{relative}\" /><LoopOn Value=\"{looped}\" />\
             <OutMarker Value=\"{to}\" /></Loop><Name Value=\"clip {index}\" /><Disabled Value=\"{}\" /><IsWarped \
             Value=\"{warped}\" /><SampleRef>{reference}</SampleRef><WarpMode Value=\"{mode}\" /><Fade Value=\"{}\" /><Fades>\
             <FadeInLength Value=\"{long_in}\" /><FadeOutLength Value=\"{long_out}\" /><CrossfadeInState Value=\"0\" />\
             <IsDefaultFadeIn Value=\"{usual_in}\" /><IsDefaultFadeOut Value=\"{usual_out}\" /></Fades><PitchCoarse \
             Value=\"{pitch}\" /><PitchFine Value=\"{fine}\" /><SampleVolume Value=\"{gain}\" /><WarpMarkers>{markers}\
             </WarpMarkers></AudioClip>\n",
            self.dice.chance(6),
            self.dice.chance(80),
        )
    }

    fn reference(&self, file: &str) -> String {
        if self.version > 10 {
            return format!(
                "<FileRef><RelativePathType Value=\"3\" /><RelativePath Value=\"{file}\" /><Path Value=\"/gone/{file}\" /></FileRef>"
            );
        }
        let mut folders: Vec<&str> = file.split('/').collect();
        let name = folders.pop().unwrap_or_default();
        let folders = folders.iter().enumerate();
        let folders: String = folders
            .map(|(i, folder)| format!("<RelativePathElement{} Dir=\"{folder}\" />", self.id(i as u32)))
            .collect();
        format!(
            "<FileRef><HasRelativePath Value=\"true\" /><RelativePathType Value=\"3\" /><RelativePath>{folders}</RelativePath>\
             <Name Value=\"{name}\" /><Data>00</Data></FileRef>"
        )
    }
}

/// An event; `like` is a value of its kind.
fn event(like: &str, beat: f64, value: &str) -> String {
    let kind = if ["true", "false"].contains(&value) || like == "true" { "BoolEvent" } else { "FloatEvent" };
    format!("<{kind} Time=\"{beat}\" Value=\"{value}\" />")
}
