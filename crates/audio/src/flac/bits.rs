//! Bits, most significant first, as FLAC has all its numbers (RFC 9639, section 5).

/// Bits that a number to be written may have.
const WIDEST: u32 = 56;

/// Bytes that grow bit by bit.
#[derive(Debug, Default)]
pub(super) struct Bits {
    bytes: Vec<u8>,
    /// What does not fill a byte yet: `held` bits, fewer than 8, from the top; zeros below.
    pending: u64,
    held: u32,
}

impl Bits {
    /// The whole bytes so far.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Forgets the whole bytes.
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
    }

    /// Appends the lowest `width` bits of a number, 1 to 56; those above must be 0.
    pub(super) fn put(&mut self, value: u64, width: u32) {
        debug_assert!((1..=WIDEST).contains(&width) && value >> width == 0, "{value} of {width} bits");
        self.pending |= value << (64 - self.held - width);
        self.held += width;
        self.bytes.extend_from_slice(&self.pending.to_be_bytes()[..self.held as usize / 8]);
        self.pending <<= self.held & !7;
        self.held &= 7;
    }

    /// Appends the lowest `width` bits of a signed number.
    pub(super) fn put_signed(&mut self, value: i32, width: u32) {
        self.put(value as u64 & ((1 << width) - 1), width);
    }

    /// Zeros up to the next whole byte.
    pub(super) fn align(&mut self) {
        if self.held > 0 {
            self.put(0, 8 - self.held);
        }
    }

    /// Room for so many bits, which are then written faster than one by one.
    pub(super) fn room(&mut self, bits: u64) -> Room<'_> {
        let at = self.bytes.len();
        // Eight bytes are written at once, beyond the last bit zeros.
        self.bytes.resize(at + (bits / 8) as usize + 16, 0);
        let end = 8 * at as u64 + u64::from(self.held) + bits;
        Room { pending: self.pending, held: self.held, at, end, bits: self }
    }
}

/// Zeros that bits are written into.
pub(super) struct Room<'a> {
    bits: &'a mut Bits,
    /// The byte that is being filled.
    at: usize,
    /// The place, in bits, where all is written.
    end: u64,
    pending: u64,
    held: u32,
}

impl Room<'_> {
    /// As [`Bits::put`].
    #[inline(always)]
    pub(super) fn put(&mut self, value: u64, width: u32) {
        self.pending |= value << (64 - self.held - width);
        self.bits.bytes[self.at..self.at + 8].copy_from_slice(&self.pending.to_be_bytes());
        self.held += width;
        self.at += self.held as usize / 8;
        self.pending <<= self.held & !7;
        self.held &= 7;
    }

    /// Writes numbers in Rice's code with parameter `k`, at most 30: what is above the lowest `k` bits as so many zeros and
    /// a one, then those bits (section 9.2.7.2).
    pub(super) fn rice(&mut self, numbers: &[u32], k: u32) {
        // The one and what follows it, and the width with the zeros.
        let code =
            |number: u32| (u64::from(number & ((1 << k) - 1) | 1 << k), u64::from(number >> k) + 1 + u64::from(k));
        let (pairs, last) = numbers.as_chunks::<2>();
        for [first, second] in pairs {
            let ((first, first_width), (second, second_width)) = (code(*first), code(*second));
            // Two at once, as each must wait for the place where the one before ended.
            if first_width + second_width <= u64::from(WIDEST) {
                self.put(first << second_width | second, (first_width + second_width) as u32);
            } else {
                self.long(first, first_width, k);
                self.long(second, second_width, k);
            }
        }
        for number in last {
            let (number, width) = code(*number);
            self.long(number, width, k);
        }
    }

    /// A number of `k` + 1 bits behind so many zeros that both are `width` bits, however many.
    fn long(&mut self, number: u64, width: u64, k: u32) {
        self.bits.bytes[self.at..self.at + 8].copy_from_slice(&self.pending.to_be_bytes());
        let passed = u64::from(self.held) + width - u64::from(k + 1);
        self.at += (passed / 8) as usize;
        if passed >= 8 {
            self.pending = 0;
        }
        self.held = (passed % 8) as u32;
        self.put(number, k + 1);
    }

    /// Ends where it was said that it would.
    pub(super) fn close(self) {
        debug_assert_eq!(8 * self.at as u64 + u64::from(self.held), self.end, "what was planned was written");
        self.bits.bytes.truncate(self.at);
        (self.bits.pending, self.bits.held) = (self.pending, self.held);
    }
}
