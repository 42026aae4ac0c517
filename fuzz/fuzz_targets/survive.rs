//! What must hold of any bytes, whatever kind of file they claim to be.

use stemwright_audio::testing::decode_from;

/// Reads to the end: in frames as many as promised and within bounds, or in an error with a remedy. A second reading
/// from further on yields the same samples.
pub fn survive(bytes: &[u8]) {
    let mut whole = Vec::new();
    match decode_from(bytes, 0, |plane| whole.extend_from_slice(plane)) {
        Ok((info, frames)) => {
            assert_eq!(frames, info.frames);
            assert!(whole.iter().all(|x| x.abs() <= 1000.0));
            let from = frames / 3;
            let mut rest = Vec::new();
            let (_, frames) =
                decode_from(bytes, from, |plane| rest.extend_from_slice(plane)).expect("it was read before");
            assert_eq!(frames, info.frames - from);
            assert!(rest == whole[from as usize..]);
        }
        Err(error) => assert!(error.hint().is_some() && !error.to_string().is_empty()),
    }
}

/// Panics of the decoders that others wrote are caught by the reader and are no finding; ours are.
pub fn ours_only() {
    let abort = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if panic.location().is_none_or(|place| !place.file().contains("symphonia")) {
            abort(panic);
        }
    }));
}
