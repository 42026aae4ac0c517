//! The reverb, from the law at `stemwright_core::Reverb`.

use stemwright_core::Reverb;

use super::inserts::{Signal, Slot};

pub fn reverberate(_slot: Slot<'_>, _params: &Reverb, _input: &Signal) -> Signal {
    unimplemented!("has no law yet")
}
