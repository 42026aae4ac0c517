//! Small pictures with a palette, as data that stands in the page.

use miniz_oxide::deflate::compress_to_vec_zlib;

/// Packs as small as the format can; pictures here are small.
const EFFORT: u8 = 9;

/// A PNG (ISO/IEC 15948) of `width` × `height` pixels, each a number of the palette, line after line from the top; the palette's
/// number 0 is transparent.
pub(super) fn png(width: u32, height: u32, pixels: &[u8], palette: &[[u8; 3]]) -> Vec<u8> {
    const PALETTE: u8 = 3;
    let mut header = [width.to_be_bytes(), height.to_be_bytes()].concat();
    header.extend([8, PALETTE, 0, 0, 0]);
    // Each line begins with its filter: none, because neighbours in a palette are not differences.
    let lines: Vec<u8> =
        pixels.chunks(width.max(1) as usize).flat_map(|line| [0].into_iter().chain(line.iter().copied())).collect();
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    chunk(&mut file, b"IHDR", &header);
    chunk(&mut file, b"PLTE", palette.as_flattened());
    chunk(&mut file, b"tRNS", &[0]);
    chunk(&mut file, b"IDAT", &compress_to_vec_zlib(&lines, EFFORT));
    chunk(&mut file, b"IEND", &[]);
    file
}

fn chunk(file: &mut Vec<u8>, name: &[u8; 4], data: &[u8]) {
    file.extend((data.len() as u32).to_be_bytes());
    file.extend(name);
    file.extend(data);
    let crc = name.iter().chain(data).fold(u32::MAX, |crc, byte| crc_step(crc ^ u32::from(*byte)));
    file.extend((!crc).to_be_bytes());
}

/// A byte of the CRC of ISO/IEC 15948, annex D, without its table.
fn crc_step(crc: u32) -> u32 {
    (0..8).fold(crc, |crc, _| if crc & 1 == 1 { 0xedb8_8320 ^ (crc >> 1) } else { crc >> 1 })
}

/// Base 64 (RFC 4648, section 4), appended.
pub(super) fn base64(out: &mut String, bytes: &[u8]) {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for three in bytes.chunks(3) {
        let bits = (0..3).fold(0_u32, |bits, i| bits << 8 | u32::from(three.get(i).copied().unwrap_or(0)));
        for i in 0..4 {
            let sign = SIGNS[(bits >> (18 - 6 * i) & 63) as usize];
            out.push(if i > three.len() { '=' } else { char::from(sign) });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_the_standard() {
        for (plain, coded) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            let mut out = String::new();
            base64(&mut out, plain.as_bytes());
            assert_eq!(out, coded);
        }
    }

    #[test]
    fn chunks_carry_the_checksum_of_the_standard() {
        let mut file = Vec::new();
        chunk(&mut file, b"IEND", &[]);
        assert_eq!(file, [0, 0, 0, 0, b'I', b'E', b'N', b'D', 0xae, 0x42, 0x60, 0x82]);
    }
}
