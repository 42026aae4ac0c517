//! The 80-bit floating-point numbers in which AIFF states its sample rate (IEEE 754-1985, double extended; AIFF-C 1991,
//! appendix "C data types").

/// The bias of the 15-bit exponent, and the place of the explicit integer bit.
const BIAS: i32 = 16_383;
const INTEGER: i32 = 63;

/// A whole rate in Hz.
pub(super) fn from_hz(hz: u32) -> [u8; 10] {
    let mut bytes = [0; 10];
    if hz != 0 {
        let shift = u64::from(hz).leading_zeros();
        let exponent = (BIAS + INTEGER - shift as i32) as u16;
        bytes[..2].copy_from_slice(&exponent.to_be_bytes());
        bytes[2..].copy_from_slice(&(u64::from(hz) << shift).to_be_bytes());
    }
    bytes
}

/// The nearest whole number of Hz, and whether the number is whole; `None` for what is negative, not a number, or beyond
/// 32 bits.
pub(super) fn to_hz(bytes: [u8; 10]) -> Option<(u32, bool)> {
    let [sign, second, mantissa @ ..] = bytes;
    let mantissa = u64::from_be_bytes(mantissa);
    if mantissa == 0 {
        return Some((0, true));
    }
    let exponent = i32::from(u16::from_be_bytes([sign & 0x7f, second])) - BIAS;
    if sign & 0x80 != 0 || exponent > 31 {
        return None;
    }
    let Ok(fraction_bits) = u32::try_from(INTEGER - exponent) else { return None };
    if fraction_bits > INTEGER as u32 + 1 {
        return Some((0, false));
    }
    let wide = u128::from(mantissa);
    let whole = (wide + (1 << (fraction_bits - 1))) >> fraction_bits;
    Some((u32::try_from(whole).ok()?, wide == whole << fraction_bits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_those_of_the_specification_and_come_back() {
        // As in the files of other programs.
        assert_eq!(from_hz(44_100), [0x40, 0x0e, 0xac, 0x44, 0, 0, 0, 0, 0, 0]);
        assert_eq!(from_hz(48_000), [0x40, 0x0e, 0xbb, 0x80, 0, 0, 0, 0, 0, 0]);
        for hz in [0, 1, 2, 3, 8_000, 44_100, 96_000, 384_000, u32::MAX - 1, u32::MAX] {
            assert_eq!(to_hz(from_hz(hz)), Some((hz, true)));
        }
    }

    #[test]
    fn what_is_no_rate_is_none() {
        let mut bytes = from_hz(48_000);
        bytes[5] = 1;
        assert_eq!(to_hz(bytes), Some((48_000, false)));
        assert_eq!(to_hz([0xc0, 0x0e, 0xbb, 0x80, 0, 0, 0, 0, 0, 0]), None, "negative");
        assert_eq!(to_hz([0x7f, 0xff, 0xc0, 0, 0, 0, 0, 0, 0, 0]), None, "not a number");
        assert_eq!(to_hz([0x7f, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0]), None, "infinite");
        assert_eq!(to_hz([0x00, 0x01, 0x80, 0, 0, 0, 0, 0, 0, 1]), Some((0, false)), "next to nothing");
        assert_eq!(to_hz([0x3f, 0xfd, 0x80, 0, 0, 0, 0, 0, 0, 0]), Some((0, false)), "a quarter");
        assert_eq!(to_hz([0x40, 0x1e, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0]), None, "rounds up beyond 32 bits");
    }
}
