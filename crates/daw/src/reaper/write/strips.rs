//! Tracks, buses and returns → tracks.

use super::super::pan::{self, Law};
use super::moving::{self, envelope};
use super::page::{guid, loses_quotes, number, quoted};
use super::{Node, Writer};
use stemwright_core::{Automation, Db, Layout, PanLaw, Strip, Tap, Target};

/// Which of REAPER's two numbers a place has: the pan, and what the fader is multiplied with.
type Placed = (f64, f64);

impl Writer<'_> {
    /// One track, with what it receives.
    pub(super) fn strip(&mut self, node: &Node<'_>, folder: &str) {
        let strip = node.strip();
        let name = strip.name.clone();
        self.page.open(&format!("TRACK {}", guid("track", &name, 0)));
        self.page.line(&format!("NAME {}", quoted(&name)));
        if loses_quotes(&name) {
            self.page.open("NAME");
            self.page.line(&format!("|{name}"));
            self.page.close();
        }
        self.page.line(&format!("PEAKCOL {}", colour(strip.colour.as_deref()).unwrap_or(16_576)));
        self.page.line("BEAT -1");
        // 1 has envelopes take the place of faders, as they do with us.
        self.page.line(&format!("AUTOMODE {}", u8::from(!strip.automation.is_empty())));
        let envelopes = self.levels(node, strip);
        let (vca_mute, vca_solo) = self.vca_flags(strip);
        let flags = [strip.mute || vca_mute, strip.solo || vca_solo, strip.solo_safe].map(u8::from);
        self.page.line(&format!("MUTESOLO {} {} {}", flags[0], flags[1], flags[2]));
        self.page.line(&format!("IPHASE {}", u8::from(strip.inverted)));
        let delay = node.track().map_or(0, |track| track.delay);
        self.page.line(&format!("PLAYOFFS {} {}", number(self.session.rate.seconds(delay)), u8::from(delay == 0)));
        self.page.line(&format!("ISBUS {folder}"));
        for line in
            ["BUSCOMP 0 0 0 0 0", "SHOWINMIX 1 0.6667 0.5 1 0.5 -1 -1 -1", "SEL 0", "REC 0 0 1 0 0 0 0 0", "VU 2"]
        {
            self.page.line(line);
        }
        for line in ["TRACKHEIGHT 0 0 0 0 0 0", "INQ 0 0 0 0.5 100 0 0 100", "NCHAN 2", "FX 1"] {
            self.page.line(line);
        }
        self.page.line(&format!("TRACKID {}", guid("track", &name, 0)));
        self.page.line("PERF 0");
        self.receives(&name);
        self.page.line("MIDIOUT -1");
        self.page.line(&format!("MAINSEND {} 0", u8::from(!strip.sends_only)));
        for (block, points) in envelopes {
            envelope(&mut self.page, block, &name, self.session.rate, &points);
        }
        if let Some(track) = node.track() {
            self.items(track);
        }
        self.page.close();
        self.not_written(strip);
    }

    /// Writes fader and pan; returns the envelopes that belong to them.
    fn levels(&mut self, node: &Node<'_>, strip: &Strip) -> Vec<(&'static str, Vec<moving::Written>)> {
        let mut envelopes = Vec::new();
        let moving = |target: Target| strip.automation.iter().find(|automation| automation.target == target);
        let vca = self.vca_gain(strip);
        let law = strip.pan_law.unwrap_or(self.session.pan_law);
        let mono = self.is_mono(node);
        let place = move |pan: f64| if mono { placed(law, pan) } else { pan::from_balance(pan) };
        if let Some(sides) = strip.sides.filter(|_| !mono) {
            let own = self.sides(strip, law, sides);
            envelopes.extend(own);
            if let Some(gain) = moving(Target::Gain) {
                envelopes.push(("VOLENV2", moving::gains(gain, vca)));
            }
        } else {
            let (pan, by) = place(strip.pan);
            let by = by * vca;
            self.page.line(&format!("VOLPAN {} {} -1 -1 1", number(strip.gain.factor() * by), number(pan)));
            match (moving(Target::Pan), moving(Target::Gain)) {
                (Some(pan), gain) => {
                    let [pans, gains] = moving::pans(pan, gain, strip.gain, vca, place);
                    // In envelopes of pan, 1 is left.
                    envelopes
                        .push(("PANENV2", pans.into_iter().map(|(frame, pan, shape)| (frame, -pan, shape)).collect()));
                    envelopes.push(("VOLENV2", gains));
                }
                (None, Some(gain)) => envelopes.push(("VOLENV2", moving::gains(gain, by))),
                (None, None) => {}
            }
        }
        if let Some(mute) = moving(Target::Mute) {
            envelopes.push(("MUTEENV", moving::values(mute, |muted| 1.0 - muted)));
        }
        envelopes
    }

    /// A dual pan.
    fn sides(
        &mut self,
        strip: &Strip,
        law: PanLaw,
        [left, right]: [f64; 2],
    ) -> Vec<(&'static str, Vec<moving::Written>)> {
        let written = match law {
            PanLaw::Linear => 0.5,
            PanLaw::ConstantPower => std::f64::consts::FRAC_1_SQRT_2,
            _ => {
                let message = "left and right are placed by a law that REAPER lacks; its −3 dB law is written";
                self.ledger.warning("pan-approximated", &strip.name, message, "");
                std::f64::consts::FRAC_1_SQRT_2
            }
        };
        let vca = self.vca_gain(strip);
        let volume = number(strip.gain.factor() * vca);
        self.page.line(&format!("VOLPAN {volume} 0 {} {} {}", number(written), number(left), number(right)));
        self.page.line("PANMODE 6");
        let mut envelopes = Vec::new();
        for automation in &strip.automation {
            let block = match automation.target {
                Target::Side(0) => "DUALPANENVL2",
                Target::Side(_) => "DUALPANENV2",
                _ => continue,
            };
            envelopes.push((block, moving::values(automation, |pan| -pan)));
        }
        envelopes
    }

    /// What other strips send to this one.
    fn receives(&mut self, name: &str) {
        let senders = self.senders.get(name).cloned().unwrap_or_default();
        for (from, number_of) in senders {
            let Some(node) = self.nodes.get(from).copied() else { continue };
            let strip = node.strip();
            let Some(send) = strip.sends.get(number_of) else { continue };
            let law = strip.pan_law.unwrap_or(self.session.pan_law);
            let mono = send.tap == Tap::Pre && self.is_mono(&node);
            let (pan, by) = if mono { placed(law, send.pan) } else { pan::from_balance(send.pan) };
            let mode = if send.tap == Tap::Pre { 3 } else { 0 };
            let volume = number(send.gain.factor() * by);
            self.page.line(&format!("AUXRECV {from} {mode} {volume} {} 0 0 0 0 0 -1:U 0 -1 ''", number(pan)));
            let moves = |automation: &&Automation| automation.target == Target::Send(number_of);
            if let Some(automation) = strip.automation.iter().find(moves) {
                let points = moving::gains(automation, by);
                envelope(
                    &mut self.page,
                    "AUXVOLENV",
                    &format!("{name}\0{from}\0{number_of}"),
                    self.session.rate,
                    &points,
                );
            }
        }
    }

    /// What a strip has and a track of REAPER's does not get.
    fn not_written(&mut self, strip: &Strip) {
        let inserts: Vec<&str> =
            strip.inserts.iter().filter(|insert| !insert.bypass).map(|insert| insert.unit.name()).collect();
        if !inserts.is_empty() {
            let message = format!("its inserts ({}) are ours and are not written", inserts.join(", "));
            self.ledger.error(
                "insert-not-written",
                &strip.name,
                message,
                "bounce the track, or put REAPER's own effects in their place",
            );
        }
        if !matches!(strip.layout, None | Some(Layout::Mono | Layout::Stereo)) {
            let message = "it is wider than stereo, or mid and side; a stereo track is written";
            self.ledger.error("channels-not-carried", &strip.name, message, "bounce it to stereo first");
        }
    }

    /// Whether its signal is mono up to the pan.
    fn is_mono(&self, node: &Node<'_>) -> bool {
        match (node.strip().layout, node.track()) {
            (Some(layout), _) => layout == Layout::Mono,
            (None, Some(track)) => {
                let mono = |clip: &stemwright_core::Clip| {
                    clip.channel.is_some() || self.media.info(&clip.file).is_ok_and(|info| info.channels == 1)
                };
                !track.clips.is_empty() && track.clips.iter().all(|clip| mono(clip) && clip.into.is_none())
            }
            (None, None) => false,
        }
    }

    /// The factor of all groups of faders that a strip is in; each counts once.
    fn vca_gain(&self, strip: &Strip) -> f64 {
        Db(self.vcas_of(strip).iter().map(|vca| vca.gain.0).sum()).factor()
    }

    fn vca_flags(&self, strip: &Strip) -> (bool, bool) {
        let vcas = self.vcas_of(strip);
        (vcas.iter().any(|vca| vca.mute), vcas.iter().any(|vca| vca.solo))
    }

    fn vcas_of(&self, strip: &Strip) -> Vec<&stemwright_core::Vca> {
        let mut found: Vec<&stemwright_core::Vca> = Vec::new();
        let mut open: Vec<&String> = strip.vcas.iter().collect();
        while let Some(name) = open.pop() {
            let Some(vca) = self.session.vcas.iter().find(|vca| vca.name == *name) else { continue };
            if !found.iter().any(|other| other.name == vca.name) {
                found.push(vca);
                open.extend(&vca.vcas);
            }
        }
        found
    }
}

/// A mono signal placed by one of our laws: as REAPER's pan of a signal that is the same left and right, and a factor.
fn placed(law: PanLaw, pan: f64) -> Placed {
    let t = (pan.clamp(-1.0, 1.0) + 1.0) / 2.0;
    let (cos, sin) = (libm::cos(t * std::f64::consts::FRAC_PI_2).max(0.0), libm::sin(t * std::f64::consts::FRAC_PI_2));
    let factors = match law {
        PanLaw::ConstantPower => [if t == 1.0 { 0.0 } else { cos }, sin],
        PanLaw::Compromise => [((1.0 - t) * cos).sqrt(), (t * sin).sqrt()],
        PanLaw::Linear => [1.0 - t, t],
        PanLaw::Balance => [(2.0 * (1.0 - t)).min(1.0), (2.0 * t).min(1.0)],
        PanLaw::Quadratic => {
            let s = 2.0 - 4.0 * Db(-3.0).factor();
            [1.0 - t, t].map(|t| t * (s * t + 1.0 - s))
        }
    };
    let (balance, most) = pan::balance(factors);
    let (pan, by) = pan::from_balance(balance);
    debug_assert!(Law(1.0).factors(pan)[0] >= 0.0);
    (pan, by * most)
}

/// `#rrggbb` as REAPER writes colours.
fn colour(colour: Option<&str>) -> Option<u32> {
    let rgb = u32::from_str_radix(colour?.strip_prefix('#').filter(|digits| digits.len() == 6)?, 16).ok()?;
    Some(0x0100_0000 | (rgb & 255) << 16 | (rgb & 0xff00) | rgb >> 16)
}
