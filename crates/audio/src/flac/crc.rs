//! The two checksums of a frame: CRC-8 of its header (RFC 9639, section 9.1.8) and CRC-16 of all of it (section 9.3).

/// x⁸ + x² + x + 1, most significant bit first, from zero.
pub(super) fn crc8(bytes: &[u8]) -> u8 {
    bytes
        .iter()
        .fold(0, |crc, byte| (0..8).fold(crc ^ byte, |crc, _| if crc & 0x80 == 0 { crc << 1 } else { crc << 1 ^ 0x07 }))
}

/// Bytes that are taken in at once: each has a table of what it leaves behind the others that follow it.
const SLICE: usize = 8;
static TABLES: [[u16; 256]; SLICE] = tables();

const fn tables() -> [[u16; 256]; SLICE] {
    let mut tables = [[0; 256]; SLICE];
    let mut byte = 0;
    while byte < 256 {
        let mut crc = (byte as u16) << 8;
        let mut at = 0;
        while at < SLICE {
            let mut bit = 0;
            while bit < 8 {
                crc = if crc & 0x8000 == 0 { crc << 1 } else { crc << 1 ^ 0x8005 };
                bit += 1;
            }
            tables[at][byte] = crc;
            at += 1;
        }
        byte += 1;
    }
    tables
}

/// x¹⁶ + x¹⁵ + x² + 1, most significant bit first, from zero. In slices, because a byte at a time waits for its table
/// as long as for all eight (Kounavis and Berry, "A Systematic Approach to Building High Performance Software-Based CRC
/// Generators", 2005).
pub(super) fn crc16(bytes: &[u8]) -> u16 {
    let (slices, rest) = bytes.as_chunks::<SLICE>();
    let crc = slices.iter().fold(0u16, |crc, slice| {
        let [high, low] = crc.to_be_bytes();
        let first = TABLES[7][usize::from(slice[0] ^ high)] ^ TABLES[6][usize::from(slice[1] ^ low)];
        (2..SLICE).fold(first, |crc, at| crc ^ TABLES[SLICE - 1 - at][usize::from(slice[at])])
    });
    rest.iter().fold(crc, |crc, byte| crc << 8 ^ TABLES[0][usize::from((crc >> 8) as u8 ^ byte)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_those_of_the_catalogue() {
        // The check values of CRC-8/SMBUS and CRC-16/UMTS in the RevEng catalogue.
        assert_eq!((crc8(b"123456789"), crc16(b"123456789")), (0xf4, 0xfee8));
    }
}
