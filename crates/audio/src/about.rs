//! What a file says of its music, beside its samples.

/// Where it belongs and how it goes. Nothing here is needed to read the samples, so what is damaged is left out.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct About {
    /// Frames since midnight or the start of the song, from `bext` or a comment.
    pub(crate) time_reference: Option<u64>,
    /// Quarter notes a minute, from iXML, `acid` or a comment.
    pub(crate) tempo: Option<f64>,
    /// From iXML or a comment, in whatever words.
    pub(crate) key: Option<String>,
}

/// Slower and faster than any music.
const TEMPI: std::ops::RangeInclusive<f64> = 1.0..=1000.0;
/// Longer than any name of a key.
const KEY: usize = 64;

impl About {
    /// EBU Tech 3285: description 256, originator 32, its reference 32, date 10, time 8, then the time reference.
    pub(crate) fn bext(&mut self, body: &[u8]) {
        const TIME_REFERENCE: usize = 338;
        if let Some(bytes) = body.get(TIME_REFERENCE..).and_then(|rest| rest.first_chunk()) {
            self.time_reference.get_or_insert(u64::from_le_bytes(*bytes));
        }
    }

    /// The tags that [`crate::Ixml`] writes, in the forms of `USER` and `ASWG`. The text is foreign and perhaps not even
    /// XML: only these two elements are looked for.
    pub(crate) fn ixml(&mut self, body: &[u8]) {
        let text = String::from_utf8_lossy(body);
        let tempo = ["TEMPO", "tempo"].iter().find_map(|tag| element(&text, tag)?.parse().ok());
        self.tempo = tempo.filter(|tempo| TEMPI.contains(tempo)).or(self.tempo);
        let key = ["KEY", "inKey"].iter().find_map(|tag| element(&text, tag));
        self.set_key(key.filter(|key| !key.contains(['&', '<'])));
    }

    /// A comment of a FLAC file, its name in capitals. `TIME_REFERENCE` is what ffmpeg makes of that of `bext`.
    pub(crate) fn comment(&mut self, name: &str, value: &str) {
        let value = value.trim();
        match name {
            "TIME_REFERENCE" => self.time_reference = value.parse().ok().or(self.time_reference),
            "BPM" => self.tempo = value.parse().ok().filter(|tempo| TEMPI.contains(tempo)).or(self.tempo),
            "INITIALKEY" => self.set_key(Some(value)),
            _ => {}
        }
    }

    fn set_key(&mut self, key: Option<&str>) {
        let key = key.filter(|key| !key.is_empty() && key.len() <= KEY);
        self.key = key.map(str::to_owned).or_else(|| self.key.take());
    }

    /// Sonic Foundry's chunk: flags, root note, two unknown fields, beats, meter, and at 20 the tempo.
    pub(crate) fn acid(&mut self, body: &[u8]) {
        /// Of a hit, whose tempo means nothing.
        const ONE_SHOT: u8 = 1;
        let (Some(flags), Some(bytes)) = (body.first(), body.get(20..).and_then(|rest| rest.first_chunk())) else {
            return;
        };
        let tempo = f64::from(f32::from_le_bytes(*bytes));
        if flags & ONE_SHOT == 0 && TEMPI.contains(&tempo) {
            self.tempo.get_or_insert(tempo);
        }
    }
}

/// The text of the first element of that name which holds no other.
fn element<'a>(text: &'a str, tag: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(&format!("<{tag}>"))?;
    let (inside, _) = rest.split_once(&format!("</{tag}>"))?;
    Some(inside.trim())
}
