//! Chains of effects as they are written: what each is called, whether it works, and the bytes of its state.

use super::tree::{Block, Entry};

/// An effect of a chain.
#[derive(Debug, Clone)]
pub(super) struct Effect<'t> {
    /// As REAPER shows it: `VST3: Pro-Q 3 (FabFilter)`.
    pub(super) name: String,
    pub(super) bypassed: bool,
    pub(super) offline: bool,
    /// 0…1.
    pub(super) wet: f64,
    /// How many of its parameters move.
    pub(super) moving: usize,
    block: Block<'t>,
    kind: &'t str,
}

/// The kinds of effect that a chain can hold.
const KINDS: [&str; 9] = ["VST", "VST3", "AU", "AUv3", "JS", "CLAP", "LV2", "DX", "VIDEO_EFFECT"];

/// The effects of a chain, in order; those in containers too.
pub(super) fn chain(block: Block<'_>) -> Vec<Effect<'_>> {
    let mut effects: Vec<Effect<'_>> = Vec::new();
    let (mut bypassed, mut offline) = (false, false);
    for entry in block.entries() {
        let words = entry.words;
        match entry.name {
            "BYPASS" => (bypassed, offline) = (words.flag(0), words.flag(1)),
            "WET" => {
                if let Some(last) = effects.last_mut() {
                    last.wet = words.value(0, 1.0).clamp(0.0, 1.0);
                }
            }
            "PARMENV" => {
                let works = entry.block.is_some_and(|block| {
                    let (mut active, mut points) = (true, false);
                    for line in block.entries() {
                        active &= line.name != "ACT" || line.words.flag(0);
                        points |= line.name == "PT" || line.name == "POOLEDENVINST";
                    }
                    active && points
                });
                if let (Some(last), true) = (effects.last_mut(), works) {
                    last.moving += 1;
                }
            }
            "CONTAINER" => {
                let inside = entry.block.map(chain).unwrap_or_default();
                effects.extend(inside.into_iter().map(|effect| Effect {
                    bypassed: effect.bypassed || bypassed,
                    offline: effect.offline || offline,
                    ..effect
                }));
                (bypassed, offline) = (false, false);
            }
            kind if KINDS.contains(&kind) => {
                let Some(block) = entry.block else { continue };
                effects.push(Effect { name: name(entry), bypassed, offline, wet: 1.0, moving: 0, block, kind });
                (bypassed, offline) = (false, false);
            }
            _ => {}
        }
    }
    effects
}

fn name(entry: Entry<'_>) -> String {
    let (shown, own) = (entry.words.text(0), entry.words.text(3));
    let shown = match entry.name {
        "JS" => format!("JS: {shown}"),
        "VIDEO_EFFECT" => "Video processor".to_owned(),
        kind if shown.is_empty() => kind.to_owned(),
        _ => shown.to_owned(),
    };
    let own = if entry.name == "JS" { entry.words.text(1) } else { own };
    let all = if own.is_empty() || own == shown { shown } else { format!("{own} ({shown})") };
    all.chars().take(120).collect()
}

impl Effect<'_> {
    /// Whether it makes sound of notes: of such `VSTi: …` is written.
    pub(super) fn is_instrument(&self) -> bool {
        self.block_name().split(':').next().is_some_and(|format| format.ends_with('i'))
    }

    /// Whether it cannot be heard whatever it does.
    pub(super) fn is_silent_kind(&self) -> bool {
        self.kind == "VIDEO_EFFECT"
    }

    fn block_name(&self) -> &str {
        // The name begins with it unless the user gave another.
        self.name.rsplit(" (").next().filter(|shown| shown.contains(':')).unwrap_or(&self.name)
    }

    /// One of REAPER's own, by its name.
    pub(super) fn is(&self, product: &str) -> bool {
        self.kind == "VST" && self.name.contains(&format!("VST: {product} (Cockos)"))
    }

    /// The state that a VST keeps. It is written as three runs of base64: what REAPER says of it (its pins, and how long the state
    /// is), the state, and the program.
    pub(super) fn state(&self) -> Option<Vec<u8>> {
        let mut lines = self.block.raw();
        let mut head = Vec::new();
        let size = loop {
            head.extend(base64(lines.next()?)?);
            if let Some((length, size)) = head_lengths(&head) {
                if head.len() < length {
                    continue;
                }
                break size;
            }
            if head.len() > MOST_BYTES {
                return None;
            }
        };
        let mut state = Vec::new();
        while state.len() < size && state.len() <= MOST_BYTES {
            state.extend(base64(lines.next()?)?);
        }
        (state.len() >= size && size <= MOST_BYTES).then_some(state)
    }
}

/// States of the effects that are understood are small.
const MOST_BYTES: usize = 1 << 20;

/// How long the head is, and the state after it: identity, mark, pins in and out (8 bytes each), the length, two words.
fn head_lengths(head: &[u8]) -> Option<(usize, usize)> {
    let word = |at: usize| Some(u32::from_le_bytes(head.get(at..at.checked_add(4)?)?.try_into().ok()?) as usize);
    let inputs = word(8)?.min(1 << 10);
    let outputs = word(12 + 8 * inputs)?.min(1 << 10);
    let after = 16 + 8 * (inputs + outputs);
    Some((after + 12, word(after)?))
}

/// The bytes of a line of base64.
fn base64(line: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(line.len() / 4 * 3);
    let (mut bits, mut count) = (0_u32, 0);
    for character in line.trim().trim_end_matches('=').bytes() {
        let value = match character {
            b'A'..=b'Z' => character - b'A',
            b'a'..=b'z' => character - b'a' + 26,
            b'0'..=b'9' => character - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_what_everybody_writes() {
        assert_eq!(base64("TWFu").unwrap(), b"Man");
        assert_eq!(base64("TWE=").unwrap(), b"Ma");
        assert_eq!(base64("TQ==").unwrap(), b"M");
        assert_eq!(base64("").unwrap(), b"");
        assert_eq!(base64("T?"), None);
    }
}
