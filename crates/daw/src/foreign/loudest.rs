//! Gains as a session has them: other programs' numbers may be anything.

use crate::strips::GAIN;
use stemwright_core::{Automation, Db, Finding, Insert, Param, Session, Severity, Strip, Target, Unit};

/// Inserts know no silence; nothing is heard of so little.
const QUIETEST: f64 = -150.0;

/// Cuts gains to the most that a session takes, +60 dB, and says how many there were.
pub(crate) fn cut(session: &mut Session) -> Option<Finding> {
    let mut count = 0;
    let strips = session.tracks.iter_mut().map(|track| &mut track.strip);
    for Strip { gain, sends, automation, inserts, .. } in
        strips.chain(session.buses.iter_mut().map(|bus| &mut bus.strip))
    {
        of(gain, &mut count);
        sends.iter_mut().for_each(|send| of(&mut send.gain, &mut count));
        moving(automation, inserts, &mut count);
    }
    for vca in &mut session.vcas {
        of(&mut vca.gain, &mut count);
        moving(&mut vca.automation, &mut [], &mut count);
    }
    of(&mut session.master.gain, &mut count);
    moving(&mut session.master.automation, &mut session.master.inserts, &mut count);
    for clip in session.tracks.iter_mut().flat_map(|track| &mut track.clips) {
        of(&mut clip.gain, &mut count);
        clip.envelope.iter_mut().for_each(|point| of(&mut point.gain, &mut count));
    }
    (count > 0).then(|| {
        let message =
            format!("{count} gains are above +{} dB, the most that a session has: they are cut to it", GAIN.end());
        Finding::new(Severity::Warning, "gain-cut", message).hint("check the session in its program: it may be damaged")
    })
}

fn of(gain: &mut Db, count: &mut usize) {
    if gain.0 > *GAIN.end() {
        gain.0 = *GAIN.end();
        *count += 1;
    }
}

fn moving(automation: &mut [Automation], inserts: &mut [Insert], count: &mut usize) {
    for own in automation {
        let (is_gain, is_insert) = match own.target {
            Target::Gain | Target::Send(_) => (true, false),
            Target::Insert(place, Param::Gain) => {
                let is_gain = inserts.get(place).is_some_and(|insert| matches!(insert.unit, Unit::Gain(_)));
                (is_gain, is_gain)
            }
            _ => (false, false),
        };
        for point in own.points.iter_mut().filter(|_| is_gain) {
            let mut gain = Db(point.value);
            of(&mut gain, count);
            point.value = if is_insert { gain.0.max(QUIETEST) } else { gain.0 };
        }
    }
    for insert in inserts {
        if let Unit::Gain(gain) = &mut insert.unit {
            of(gain, count);
            gain.0 = gain.0.max(QUIETEST);
        }
    }
}
