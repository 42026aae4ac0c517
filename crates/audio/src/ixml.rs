//! The iXML chunk: what DAWs and recorders read about a file beside its samples (iXML specification 2.10).

use std::fmt::Write;

use crate::FileSpec;

/// Names, tempo and key of a file. Empty text and `None` are left out.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ixml {
    /// The song.
    pub project: String,
    /// What the file is in it ("Stem: Drums").
    pub note: String,
    /// A name for each channel, in order.
    pub tracks: Vec<String>,
    /// Quarter notes a minute.
    pub tempo: Option<f64>,
    /// Such as `B flat minor`.
    pub key: Option<String>,
    /// Beats in a bar and the note value of a beat.
    pub time_signature: Option<(u8, u8)>,
}

impl Ixml {
    pub(crate) fn to_xml(&self, spec: &FileSpec) -> String {
        let mut xml = Xml::default();
        xml.text.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        xml.open("BWFXML");
        xml.element("IXML_VERSION", "2.10");
        xml.optional("PROJECT", &self.project);
        xml.optional("NOTE", &self.note);
        self.speed(&mut xml, spec);
        self.track_list(&mut xml);
        self.music(&mut xml);
        xml.close("BWFXML");
        xml.text
    }

    fn speed(&self, xml: &mut Xml, spec: &FileSpec) {
        let rate = spec.rate.hz().to_string();
        xml.open("SPEED");
        xml.element("FILE_SAMPLE_RATE", &rate);
        xml.element("AUDIO_BIT_DEPTH", &spec.format.bits().to_string());
        xml.element("DIGITIZER_SAMPLE_RATE", &rate);
        // The same as the time reference in `bext`, in the two halves that the specification wants.
        xml.element("TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_HI", &(spec.bext.time_reference >> 32).to_string());
        xml.element("TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_LO", &(spec.bext.time_reference & 0xffff_ffff).to_string());
        xml.element("TIMESTAMP_SAMPLE_RATE", &rate);
        xml.close("SPEED");
    }

    fn track_list(&self, xml: &mut Xml) {
        if self.tracks.is_empty() {
            return;
        }
        xml.open("TRACK_LIST");
        xml.element("TRACK_COUNT", &self.tracks.len().to_string());
        for (index, name) in self.tracks.iter().enumerate() {
            let number = (index + 1).to_string();
            xml.open("TRACK");
            xml.element("CHANNEL_INDEX", &number);
            xml.element("INTERLEAVE_INDEX", &number);
            xml.element("NAME", name);
            xml.close("TRACK");
        }
        xml.close("TRACK_LIST");
    }

    /// Tempo, key and meter: in `USER`, the specification's place for what it has no tag for; in `ASWG` (Sony's Audio
    /// Standards Working Group, G006), where REAPER looks for them; the tempo also as Steinberg's media bay has it.
    fn music(&self, xml: &mut Xml) {
        let tempo = self.tempo.filter(|tempo| tempo.is_finite()).map(number).unwrap_or_default();
        let key = self.key.as_deref().unwrap_or_default();
        let meter = self.time_signature.map(|(beats, value)| format!("{beats}/{value}")).unwrap_or_default();
        if tempo.is_empty() && key.is_empty() && meter.is_empty() {
            return;
        }
        for (block, names) in [("USER", ["TEMPO", "KEY", "TIME_SIGNATURE"]), ("ASWG", ["tempo", "inKey", "timeSig"])] {
            xml.open(block);
            for (name, value) in names.iter().zip([&tempo, key, &meter]) {
                xml.optional(name, value);
            }
            xml.close(block);
        }
        if !tempo.is_empty() {
            xml.open("STEINBERG");
            xml.open("ATTR_LIST");
            xml.open("ATTR");
            xml.element("TYPE", "float");
            xml.element("NAME", "MusicalTempo");
            xml.element("VALUE", &tempo);
            for block in ["ATTR", "ATTR_LIST", "STEINBERG"] {
                xml.close(block);
            }
        }
    }
}

/// Up to six decimals, none that say nothing: 128, 97.5.
pub(crate) fn number(value: f64) -> String {
    let text = format!("{value:.6}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[derive(Default)]
struct Xml {
    text: String,
    depth: usize,
}

impl Xml {
    fn open(&mut self, tag: &str) {
        self.indent();
        self.depth += 1;
        let _ = writeln!(self.text, "<{tag}>");
    }

    fn close(&mut self, tag: &str) {
        self.depth -= 1;
        self.indent();
        let _ = writeln!(self.text, "</{tag}>");
    }

    fn element(&mut self, tag: &str, value: &str) {
        self.indent();
        let _ = write!(self.text, "<{tag}>");
        for c in value.chars() {
            match c {
                '&' => self.text.push_str("&amp;"),
                '<' => self.text.push_str("&lt;"),
                '>' => self.text.push_str("&gt;"),
                '"' => self.text.push_str("&quot;"),
                '\'' => self.text.push_str("&apos;"),
                '\t' | '\n' | '\r' => self.text.push(' '),
                // XML 1.0 has no way to write the other control characters, not even escaped.
                '\0'..='\x1f' | '\u{fffe}' | '\u{ffff}' => self.text.push('\u{fffd}'),
                c => self.text.push(c),
            }
        }
        let _ = writeln!(self.text, "</{tag}>");
    }

    fn optional(&mut self, tag: &str, value: &str) {
        if !value.is_empty() {
            self.element(tag, value);
        }
    }

    fn indent(&mut self) {
        for _ in 0..self.depth {
            self.text.push('\t');
        }
    }
}
