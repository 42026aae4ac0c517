//! Sessions are written as REAPER projects, and read back as the same sessions in everything that such a project can hold.

#[path = "written/random.rs"]
mod random;
#[path = "written/random_units.rs"]
mod random_units;
#[path = "reaper/small.rs"]
mod small;

use random::{Dice, session};
use small::{Folder, Stub};
use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::process::Command;
use stemwright_audio::testing::python_module;
use stemwright_core::{
    Automation, Bus, Clip, Db, Fade, FadeShape, GainPoint, Layout, Marker, Pitch, Point, SampleRate, Section, Send,
    Session, Shape, Strip, TempoMap, Track, Warp,
};
use stemwright_daw::{rpp_text, write_rpp};

/// What a project of REAPER's cannot hold is taken out of a random session; what is left must come back:
///
/// * strips with their names, outputs, levels, balances (or sides), polarity, mutes, solos, colours, delays, sends (with level, balance and tap),
///   and the automation of faders, balances, mutes, sends;
/// * clips with their places, offsets, lengths, levels, polarity, channels, fades (but for equal power) and envelopes;
/// * the master's level and its automation, the tempo (ramps: their ends), markers and sections, title, artist, rate.
///
/// Not so: inserts, VCAs, stems, roles, pan laws of mono strips (their levels are carried, as balance and gain), cross-fades of tracks (as fades),
/// what lies before bar 1, buses that nothing feeds (tracks without items), and whether a bus is a return (whether tracks lie in it).
fn possible(mut session: Session, dice: &mut Dice, folder: &Folder) -> Session {
    let clean =
        |name: &str| name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>().trim().to_owned();
    let kinds = |name: &str| ['"', '\'', '`'].iter().all(|quote| name.contains(*quote));
    assert!(session.tracks.iter().all(|track| !kinds(&track.strip.name)));
    session.song.key = None;
    session.song.tuning = None;
    (session.song.title, session.song.artist) = (clean(&session.song.title), clean(&session.song.artist));
    (session.vcas, session.stems, session.extras, session.references) = Default::default();
    session.pan_law = stemwright_core::PanLaw::Balance;
    session.master.layout = Layout::Stereo;
    session.master.inserts.clear();
    session.master.automation.retain(|automation| automation.target == stemwright_core::Target::Gain);
    session.markers.retain(|marker| marker.at >= 0);
    session.sections.retain(|section| section.start >= 0);
    session.sections.dedup_by_key(|section| section.start);
    session.markers.iter_mut().for_each(|marker| marker.name = clean(&marker.name));
    session.sections.iter_mut().for_each(|section| section.name = clean(&section.name));

    // Outputs and sends of a random session may go in circles; here each goes to a bus behind it.
    let order: Vec<String> = session.buses.iter().map(|bus| bus.strip.name.clone()).collect();
    let behind = |name: &str, to: &str| {
        let place = |name: &str| order.iter().position(|other| other == name);
        place(to).is_some_and(|to| place(name).is_none_or(|own| to > own))
    };
    let strips = session.tracks.iter_mut().map(|track| &mut track.strip);
    for strip in strips.chain(session.buses.iter_mut().map(|bus| &mut bus.strip)) {
        let name = strip.name.clone();
        strip.output = strip.output.take().filter(|to| behind(&name, to)).map(|to| clean(&to));
        let kept: Vec<bool> = strip.sends.iter().map(|send| behind(&name, &send.to)).collect();
        restrict(strip, &kept);
        strip.sends.iter_mut().for_each(|send| send.to = clean(&send.to));
        strip.name = clean(&name);
    }
    for track in &mut session.tracks {
        track.crossfade = None;
        track.delay = track.delay.clamp(-4_000_000, 4_000_000);
        for clip in &mut track.clips {
            possible_clip(clip, dice, folder);
        }
    }
    // Where nothing goes is no bus.
    let fed: HashSet<String> = {
        let strips = session.tracks.iter().map(|track| &track.strip).chain(session.buses.iter().map(|bus| &bus.strip));
        strips.flat_map(|strip| strip.output.iter().chain(strip.sends.iter().map(|send| &send.to))).cloned().collect()
    };
    let (buses, empty): (Vec<Bus>, Vec<Bus>) = session.buses.drain(..).partition(|bus| fed.contains(&bus.strip.name));
    session.buses = buses;
    session.tracks.extend(empty.into_iter().map(|bus| Track::new(bus.strip, Vec::new())));
    let inside: HashSet<String> = {
        let strips = session.tracks.iter().map(|track| &track.strip).chain(session.buses.iter().map(|bus| &bus.strip));
        strips.filter_map(|strip| strip.output.clone()).collect()
    };
    session.buses.iter_mut().for_each(|bus| bus.is_return = !inside.contains(&bus.strip.name));
    session
}

fn restrict(strip: &mut Strip, kept: &[bool]) {
    use stemwright_core::Target;
    (strip.inserts, strip.vcas, strip.stem, strip.role, strip.pan_law) = Default::default();
    strip.layout = Some(Layout::Stereo);
    let mut places = Vec::new();
    for (i, kept) in kept.iter().enumerate() {
        places.push(kept.then(|| kept_before(i, places.iter())));
    }
    let mut number = 0;
    strip.sends.retain(|_| {
        number += 1;
        kept[number - 1]
    });
    strip.automation.retain_mut(|automation| match automation.target {
        Target::Insert(..) => false,
        Target::Send(i) => match places[i] {
            Some(place) => {
                automation.target = Target::Send(place);
                true
            }
            None => false,
        },
        Target::Side(_) => strip.sides.is_some(),
        Target::Pan => strip.sides.is_none(),
        _ => true,
    });
    let side_moves = strip.automation.iter().any(|automation| matches!(automation.target, Target::Side(_)));
    strip.sides = strip.sides.filter(|sides| *sides != [-1.0, 1.0] || side_moves);
    if strip.sides.is_some() {
        strip.pan = 0.0;
        strip.pan_law = Some(stemwright_core::PanLaw::ConstantPower);
    }
}

fn kept_before<'a>(_: usize, places: impl Iterator<Item = &'a Option<usize>>) -> usize {
    places.flatten().count()
}

fn possible_clip(clip: &mut Clip, dice: &mut Dice, folder: &Folder) {
    clip.file = folder.path(dice.of(&["a.wav", "mono.wav", "sub/b c.flac"]));
    let mono = clip.file.ends_with("mono.wav");
    clip.at = clip.at.max(0);
    clip.from %= 300_000;
    // Ten seconds at 48 kHz, at whatever rate of the session.
    let most = 400_000 - clip.from;
    let length = clip.length.unwrap_or(most) % most + 1;
    clip.length = Some(length);
    if let Some(warp) = clip.warp.take() {
        // Items run evenly.
        let source = (length + length * dice.below(100) as u64 / 100).min(most);
        clip.warp = Some(Warp::even(clip.from, source, length, warp.pitch)).filter(|warp| !warp.is_plain());
    }
    if clip.warp.is_some() {
        (clip.from, clip.length) = (0, None);
    }
    for fade in [&mut clip.fade_in, &mut clip.fade_out] {
        fade.frames = fade.frames.min(length);
        if fade.shape == FadeShape::EqualPower || fade.frames == 0 {
            *fade = Fade { frames: fade.frames, shape: FadeShape::Linear };
        }
    }
    clip.channel = clip.channel.filter(|_| !mono).map(|channel| channel % 2);
    clip.into = clip.into.filter(|_| mono || clip.channel.is_some()).map(|into| into % 2);
    clip.envelope.retain(|point| point.frame <= length);
    clip.envelope.dedup_by_key(|point| point.frame);
}

/// The gain of an automation with the fader, as it would be heard, on the frames that are looked at.
fn heard(strip: &Strip, frame: i64) -> [f64; 2] {
    let value = |target| {
        strip
            .automation
            .iter()
            .find(|automation| automation.target == target)
            .map(|automation: &Automation| automation.value(frame))
    };
    let gain = Db(value(stemwright_core::Target::Gain).unwrap_or(strip.gain.0)).factor();
    let pan = value(stemwright_core::Target::Pan).unwrap_or(strip.pan);
    [gain * (1.0 - pan).min(1.0), gain * (1.0 + pan).min(1.0)]
}

#[track_caller]
fn same(a: f64, b: f64, error: f64, what: &str) {
    assert!(a == b || (a - b).abs() <= error * a.abs().max(b.abs()).max(1.0), "{what}: {a} and {b}");
}

fn compare_strips(wanted: &Strip, found: &Strip) {
    use stemwright_core::Target;
    let name = &wanted.name;
    assert_eq!(
        (&wanted.output, wanted.sends_only, wanted.inverted),
        (&found.output, found.sends_only, found.inverted),
        "{name}"
    );
    assert_eq!((wanted.mute, wanted.solo, wanted.solo_safe), (found.mute, found.solo, found.solo_safe), "{name}");
    assert_eq!((wanted.sides, &wanted.colour), (found.sides, &found.colour), "{name}");
    let moves = |target: Target| wanted.automation.iter().any(|automation| automation.target == target);
    if !moves(Target::Pan) && wanted.sides.is_none() {
        same(wanted.gain.factor(), found.gain.factor(), 1e-9, name);
        same(wanted.pan, found.pan, 1e-9, name);
    }
    // The order of sends is that of the tracks they go to.
    assert_eq!(wanted.sends.len(), found.sends.len(), "{name}");
    let mut used = HashSet::new();
    for (i, send) in wanted.sends.iter().enumerate() {
        let like = |(j, other): &(usize, &Send)| !used.contains(j) && other.to == send.to && other.tap == send.tap;
        let (j, other) = found.sends.iter().enumerate().find(like).unwrap();
        used.insert(j);
        same(send.gain.factor(), other.gain.factor(), 1e-9, name);
        same(send.pan, other.pan, 1e-9, name);
        let of = |strip: &Strip, i: usize| {
            strip.automation.iter().find(|automation| automation.target == Target::Send(i)).cloned()
        };
        compare_automation(name, of(wanted, i), of(found, j));
    }
    let of =
        |strip: &Strip, target: Target| strip.automation.iter().find(|automation| automation.target == target).cloned();
    if !moves(Target::Pan) {
        compare_automation(name, of(wanted, Target::Gain), of(found, Target::Gain));
    }
    for side in [0, 1] {
        compare_automation(name, of(wanted, Target::Side(side)), of(found, Target::Side(side)));
    }
    compare_automation(name, of(wanted, Target::Mute), of(found, Target::Mute));
    for frame in (-100_000..20_000_000).step_by(32 * 4001) {
        let (wanted, found) = (heard(wanted, frame), heard(found, frame));
        // Of the louder side: a pan that moves is a balance and a fader that both move.
        let most = wanted[0].max(wanted[1]).max(1.0);
        (0..2).for_each(|side| same(wanted[side] / most, found[side] / most, 1e-4, &format!("{name} at {frame}")));
    }
}

/// Points that REAPER has as well come back as they are; others as lines that are not to be told from the curve.
fn compare_automation(name: &str, wanted: Option<Automation>, found: Option<Automation>) {
    let (Some(wanted), Some(found)) = (&wanted, &found) else {
        return assert_eq!(wanted.is_some(), found.is_some(), "{name}");
    };
    let gain = wanted.target.is_gain();
    let straight = if gain { Shape::Factor } else { Shape::Linear };
    if wanted.points.iter().all(|point| point.shape == straight || point.shape == Shape::Hold) {
        assert_eq!(wanted.points.len(), found.points.len(), "{name} {:?}", wanted.target);
        for (a, b) in wanted.points.iter().zip(&found.points) {
            assert_eq!((a.frame, a.shape), (b.frame, b.shape), "{name}");
            same(a.value, b.value, 1e-9, name);
        }
        return;
    }
    let value = |automation: &Automation, frame| {
        if gain { Db(automation.value(frame)).factor() } else { automation.value(frame) }
    };
    for frame in (-100_000..20_000_000).step_by(32 * 1009) {
        same(value(wanted, frame), value(found, frame), 1e-4, &format!("{name} {:?} at {frame}", wanted.target));
    }
}

fn compare_clips(name: &str, wanted: &[Clip], found: &[Clip]) {
    assert_eq!(wanted.len(), found.len(), "{name}");
    for (a, b) in wanted.iter().zip(found) {
        let of =
            |clip: &Clip| (clip.file.clone(), clip.at, clip.from, clip.length, clip.channel, clip.into, clip.inverted);
        assert_eq!(of(a), of(b), "{name}");
        assert_eq!(a.warp.as_ref().map(|warp| &warp.points), b.warp.as_ref().map(|warp| &warp.points), "{name}");
        match [a, b].map(|clip| clip.warp.as_ref().map(|warp| warp.pitch)) {
            [Some(Pitch::Kept(a)), Some(Pitch::Kept(b))] => same(a, b, 1e-9, name),
            [a, b] => assert_eq!(a, b, "{name}"),
        }
        same(a.gain.factor(), b.gain.factor(), 1e-9, name);
        for (a, b) in [(a.fade_in, b.fade_in), (a.fade_out, b.fade_out)] {
            assert!(a == b || a.frames == 0 && b.frames == 0, "{name}: {a:?} {b:?}");
        }
        let points = |clip: &Clip| {
            clip.envelope.iter().map(|point: &GainPoint| (point.frame, point.gain.factor())).collect::<Vec<_>>()
        };
        let (a, b) = (points(a), points(b));
        assert_eq!(a.len(), b.len(), "{name}: {a:?} {b:?}");
        a.iter().zip(&b).for_each(|(a, b)| {
            assert_eq!(a.0, b.0);
            same(a.1, b.1, 1e-9, name);
        });
    }
}

fn compare(wanted: &Session, found: &Session) {
    assert_eq!((wanted.rate, wanted.tempo), (found.rate, found.tempo));
    assert_eq!(wanted.song, found.song);
    assert_eq!((&wanted.markers, &wanted.sections), (&found.markers, &found.sections));
    let (here, there) =
        (TempoMap::new(wanted.tempo, &wanted.tempo_changes), TempoMap::new(found.tempo, &found.tempo_changes));
    let mut last = wanted.tempo;
    for change in &wanted.tempo_changes {
        if change.tempo == last {
            continue;
        }
        last = change.tempo;
        let seconds = here.seconds(change.at);
        let near = found
            .tempo_changes
            .iter()
            .find(|other| other.tempo == change.tempo && (there.seconds(other.at) - seconds).abs() < 1e-3);
        assert!(near.is_some(), "{change:?} at {seconds} s in {:?}", found.tempo_changes);
    }
    same(wanted.master.gain.factor(), found.master.gain.factor(), 1e-9, "master");
    compare_automation("master", wanted.master.automation.first().cloned(), found.master.automation.first().cloned());
    let tracks: BTreeMap<&str, &Track> = found.tracks.iter().map(|track| (track.strip.name.as_str(), track)).collect();
    assert_eq!(wanted.tracks.len(), tracks.len());
    for track in &wanted.tracks {
        let other = tracks
            .get(track.strip.name.as_str())
            .unwrap_or_else(|| panic!("{} in {:?}", track.strip.name, tracks.keys()));
        compare_strips(&track.strip, &other.strip);
        assert_eq!(track.delay, other.delay);
        compare_clips(&track.strip.name, &track.clips, &other.clips);
    }
    let buses: BTreeMap<&str, &Bus> = found.buses.iter().map(|bus| (bus.strip.name.as_str(), bus)).collect();
    assert_eq!(wanted.buses.len(), buses.len());
    for bus in &wanted.buses {
        let other = buses[bus.strip.name.as_str()];
        compare_strips(&bus.strip, &other.strip);
        assert_eq!(bus.is_return, other.is_return);
    }
}

const FILES: [&str; 3] = ["a.wav", "mono.wav", "sub/b c.flac"];

#[test]
fn sessions_come_back_in_everything_that_a_project_can_hold() {
    let folder = Folder::new(&FILES);
    let mut dice = Dice(0xcafe);
    for round in 0..300 {
        let random = session(&mut dice);
        let wanted = possible(random, &mut dice, &folder);
        let path = folder.path("song.rpp");
        let (text, findings) = rpp_text(&wanted, path.parent().unwrap(), &Stub);
        assert!(findings.iter().all(|finding| finding.code == "tempo-approximated"), "{findings:?}");
        let found = folder.bytes(text.as_bytes()).unwrap();
        let outcome = std::panic::catch_unwind(|| compare(&wanted, &found.session));
        assert!(outcome.is_ok(), "session {round}\n{}", if text.len() < 20_000 { text.as_str() } else { "" });
        assert_eq!(rpp_text(&wanted, path.parent().unwrap(), &Stub).0, text, "the same session is the same text");
    }
}

fn small() -> Session {
    let mut session = Session::new(SampleRate::new(48_000).unwrap());
    session.song.title = "Low \"Tide\"".into();
    session.tempo.bpm = 128.0;
    session.markers = vec![Marker { name: "Here".into(), at: 24_000 }];
    session.sections =
        vec![Section { name: "Verse".into(), start: 0 }, Section { name: "Chorus".into(), start: 480_000 }];
    let gain = Automation {
        target: stemwright_core::Target::Gain,
        points: vec![Point { frame: 48_000, value: -6.0, shape: Shape::Factor }],
    };
    let kick = Strip {
        output: Some("Drums".into()),
        gain: Db(-6.0),
        pan: 0.5,
        colour: Some("#d9480f".into()),
        automation: vec![gain],
        sends: vec![Send { gain: Db(-12.0), ..Send::new("Hall") }],
        ..Strip::new("Kick 'a' \"b\"")
    };
    let clip = Clip {
        length: Some(96_000),
        fade_in: Fade { frames: 480, shape: FadeShape::Fast },
        ..Clip::new("songs/audio/kick.wav", 24_000)
    };
    session.tracks = vec![Track::new(kick, vec![clip])];
    let bus =
        |name: &str, is_return| Bus { strip: Strip { layout: Some(Layout::Stereo), ..Strip::new(name) }, is_return };
    session.buses = vec![bus("Drums", false), bus("Hall", true)];
    session
}

#[test]
fn another_parser_finds_the_same_in_what_we_write() {
    let python = std::env::var("STEMWRIGHT_PYTHON").unwrap_or_else(|_| "python3".into());
    if python == "python3" && !python_module("rpp") {
        return;
    }
    let folder = Folder::new(&[]);
    let path = folder.path("small.rpp");
    std::fs::write(&path, rpp_text(&small(), Path::new("songs"), &Stub).0).unwrap();
    let script = r#"
import sys, rpp
root = rpp.load(open(sys.argv[1], encoding="utf-8"))
assert root.tag == "REAPER_PROJECT", root.tag
def first(block, name):
    return next(line[1:] for line in block if isinstance(line, list) and line[0] == name)
def blocks(block, name):
    return [child for child in block if isinstance(child, rpp.Element) and child.tag == name]
tracks = blocks(root, "TRACK")
print(" | ".join(first(track, "NAME")[0] for track in tracks))
print([first(track, "ISBUS") for track in tracks])
print([round(float(word), 12) for word in first(tracks[2], "AUXRECV")[:4]])
item = blocks(tracks[1], "ITEM")[0]
print(first(item, "POSITION"), first(item, "LENGTH"), first(item, "FADEIN")[:2])
print(first(blocks(item, "SOURCE")[0], "FILE"), blocks(item, "SOURCE")[0].attrib)
print([line for line in blocks(tracks[1], "VOLENV2")[0] if line[0] == "PT"])
print(first(root, "SAMPLERATE"), first(root, "TEMPO"), first(root, "TITLE"))
"#;
    let run = Command::new(&python).args(["-c", script]).arg(&path).output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let wanted = "Drums | Kick 'a' \"b\" | Hall\n[['1', '1'], ['2', '-1'], ['0', '0']]\n[1.0, 0.0, 0.251188643151, 0.0]\n\
        ['0.5'] ['2'] ['1', '0.01']\n['audio/kick.wav'] ['WAVE']\n";
    let found = String::from_utf8_lossy(&run.stdout).replace("\r\n", "\n");
    assert!(found.starts_with(wanted), "{found}");
    assert!(found.contains("['48000', '1', '0'] ['128', '4', '4'] ['Low \"Tide\"']"), "{found}");
}

#[test]
fn nothing_is_overwritten_and_what_is_lost_is_told() {
    let folder = Folder::new(&[]);
    let path = folder.path("out.rpp");
    let mut session = small();
    session.tracks[0].strip.inserts.push(stemwright_core::Unit::Gain(Db(3.0)).into());
    let written = write_rpp(&session, &path, &Stub, false).unwrap();
    assert_eq!(written.kept, None);
    let codes: Vec<_> = written.findings.iter().map(|finding| finding.code.as_str()).collect();
    assert_eq!(codes, ["insert-not-written"]);
    assert!(write_rpp(&session, &path, &Stub, false).is_err());
    assert_eq!(write_rpp(&session, &path, &Stub, true).unwrap().kept, Some(folder.path("out.rpp.bak")));
}

#[test]
fn mono_strips_keep_their_pan_law_as_levels() {
    let folder = Folder::new(&["mono.wav"]);
    for law in stemwright_core::PanLaw::ALL {
        let mut session = Session::new(SampleRate::new(48_000).unwrap());
        session.pan_law = law;
        let strip = Strip { pan: 0.25, ..Strip::new("A") };
        session.tracks =
            vec![Track::new(strip, vec![Clip { length: Some(48_000), ..Clip::new(folder.path("mono.wav"), 0) }])];
        let path = folder.path("song.rpp");
        let (text, _) = rpp_text(&session, path.parent().unwrap(), &Stub);
        let found = folder.bytes(text.as_bytes()).unwrap().session;
        let strip = &found.tracks[0].strip;
        let sides = [(1.0 - strip.pan).min(1.0), (1.0 + strip.pan).min(1.0)].map(|side| side * strip.gain.factor());
        let t: f64 = 0.625;
        let wanted = match law {
            stemwright_core::PanLaw::ConstantPower => {
                [(t * std::f64::consts::FRAC_PI_2).cos(), (t * std::f64::consts::FRAC_PI_2).sin()]
            }
            stemwright_core::PanLaw::Linear => [1.0 - t, t],
            stemwright_core::PanLaw::Balance => [0.75, 1.0],
            _ => continue,
        };
        (0..2).for_each(|side| same(sides[side], wanted[side], 1e-9, law.id()));
    }
}
