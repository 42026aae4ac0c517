//! The dry session: inserts bypassed and returns silent, with gain, pan and automation kept.

use stemwright_core::{Insert, Session, Target};

/// A session as it sounds without its inserts and returns.
pub fn dry(session: &Session) -> Session {
    let mut dry = session.clone();
    let bypass = |inserts: &mut Vec<Insert>| inserts.iter_mut().for_each(|insert| insert.bypass = true);
    for track in &mut dry.tracks {
        bypass(&mut track.strip.inserts);
    }
    for bus in &mut dry.buses {
        bypass(&mut bus.strip.inserts);
        if bus.is_return {
            bus.strip.mute = true;
            bus.strip.automation.retain(|moves| moves.target != Target::Mute);
        }
    }
    bypass(&mut dry.master.inserts);
    dry
}
