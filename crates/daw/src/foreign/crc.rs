//! CRC-32 as in ZIP: polynomial 0x04C11DB7, reflected (ISO 3309), eight bytes at a time (Kounavis & Berry, *Novel Table
//! Lookup-Based Algorithms for High-Performance CRC Generation*, 2008).

/// Table k says what a byte makes that k further bytes follow.
static TABLES: [[u32; 256]; 8] = tables();

const fn tables() -> [[u32; 256]; 8] {
    let mut tables = [[0u32; 256]; 8];
    let mut byte = 0;
    while byte < 256 {
        let mut crc = byte as u32;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
            bit += 1;
        }
        tables[0][byte] = crc;
        byte += 1;
    }
    let mut table = 1;
    while table < 8 {
        let mut byte = 0;
        while byte < 256 {
            let before = tables[table - 1][byte];
            tables[table][byte] = before >> 8 ^ tables[0][(before & 0xff) as usize];
            byte += 1;
        }
        table += 1;
    }
    tables
}

/// A checksum that is being made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Crc(u32);

impl Crc {
    pub(crate) fn new() -> Self {
        Self(!0)
    }

    pub(crate) fn add(&mut self, bytes: &[u8]) {
        let mut crc = self.0;
        let mut eights = bytes.chunks_exact(8);
        for eight in &mut eights {
            let low = crc ^ u32::from_le_bytes([eight[0], eight[1], eight[2], eight[3]]);
            let [a, b, c, d] = low.to_le_bytes();
            crc = TABLES[7][usize::from(a)]
                ^ TABLES[6][usize::from(b)]
                ^ TABLES[5][usize::from(c)]
                ^ TABLES[4][usize::from(d)]
                ^ TABLES[3][usize::from(eight[4])]
                ^ TABLES[2][usize::from(eight[5])]
                ^ TABLES[1][usize::from(eight[6])]
                ^ TABLES[0][usize::from(eight[7])];
        }
        for byte in eights.remainder() {
            crc = crc >> 8 ^ TABLES[0][usize::from(crc as u8 ^ byte)];
        }
        self.0 = crc;
    }

    pub(crate) fn value(self) -> u32 {
        !self.0
    }
}

/// Of all that can be read.
pub(crate) fn of(mut bytes: impl std::io::Read) -> std::io::Result<u32> {
    let (mut crc, mut piece) = (Crc::new(), vec![0; 64 << 10]);
    loop {
        match bytes.read(&mut piece)? {
            0 => return Ok(crc.value()),
            read => crc.add(&piece[..read]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Crc;

    #[test]
    fn the_check_value_of_the_catalogues_comes_out_however_it_is_cut() {
        for cut in 0..9 {
            let mut crc = Crc::new();
            crc.add(&b"123456789"[..cut]);
            crc.add(&b"123456789"[cut..]);
            assert_eq!(crc.value(), 0xcbf4_3926);
        }
    }
}
