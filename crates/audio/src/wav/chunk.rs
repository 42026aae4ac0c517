//! The chunks that a written WAV file carries beside its samples.

use crate::bext::Bext;

/// An identifier, a size, a body, and a padding byte where the size is odd.
pub(super) fn push(out: &mut Vec<u8>, id: &[u8; 4], body: &[u8]) {
    out.extend_from_slice(id);
    out.extend_from_slice(&(body.len() as u32).to_le_bytes());
    out.extend_from_slice(body);
    if body.len() % 2 == 1 {
        out.push(0);
    }
}

/// EBU Tech 3285, version 2: 602 fixed bytes, then the coding history.
pub(super) fn bext(bext: &Bext) -> Vec<u8> {
    let mut out = Vec::with_capacity(602 + bext.coding_history.len());
    push_text(&mut out, &bext.description, 256);
    push_text(&mut out, &bext.originator, 32);
    push_text(&mut out, &bext.originator_reference, 32);
    // Date and time stay blank: no clock may decide a byte of a file.
    out.extend_from_slice(&[0; 10 + 8]);
    out.extend_from_slice(&bext.time_reference.to_le_bytes());
    out.extend_from_slice(&2u16.to_le_bytes());
    out.extend_from_slice(&[0; 64]); // UMID
    for _ in 0..5 {
        out.extend_from_slice(&0x7fffu16.to_le_bytes()); // loudness: not given
    }
    out.resize(602, 0);
    push_text(&mut out, &bext.coding_history, usize::MAX);
    // A text of even length needs no padding, which some readers forget; the NUL ends it.
    if !out.len().is_multiple_of(2) {
        out.push(0);
    }
    out
}

/// The standard asks for ASCII: what is not becomes `?`, so that a fixed field is never cut inside a character. A fixed
/// field is one line.
fn push_text(out: &mut Vec<u8>, text: &str, width: usize) {
    let ascii = |c: char| match c {
        '\r' | '\n' if width == usize::MAX => c as u8,
        '\t' | '\r' | '\n' => b' ',
        ' '..='~' => c as u8,
        _ => b'?',
    };
    let start = out.len();
    out.extend(text.chars().map(ascii).take(width));
    if width != usize::MAX {
        out.resize(start + width, 0);
    }
}
