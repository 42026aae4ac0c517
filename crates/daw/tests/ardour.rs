//! Ardour sessions: what is read of sessions by others and of small ones of every version, and what hostile ones do.

#[path = "ardour/small.rs"]
mod small;

use small::{Small, codes, region, route, track};
use stemwright_audio::{Files, testing};
use stemwright_core::{Db, Layout, PanLaw, SampleRate, Severity, Shape, Tap, Target, Unit};
use stemwright_daw::{ForeignOptions, Format, detect, read_foreign};

#[test]
fn every_session_of_the_material_is_read() {
    let Some(folder) = testing::material("sessions/ardour") else { return };
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(detect(&path), Some(Format::Ardour));
        let options = ForeignOptions { rate: None, extract_to: std::path::Path::new("nowhere") };
        let read = read_foreign(&path, &Files::default(), &options).unwrap_or_else(|error| panic!("{error}"));
        // How many routes there are, by a reading of its own.
        let text = std::fs::read_to_string(&path).unwrap();
        let routes = text.matches("<Route ").count() - text.matches("default-type=\"midi\" active").count();
        let strips = read.session.tracks.len() + read.session.buses.len();
        assert_eq!(strips + 1, routes.max(1), "{}", path.display());
        let unknown: Vec<_> = read.ledger.iter().filter(|finding| finding.code == "not-understood").collect();
        assert!(unknown.is_empty(), "{}: {unknown:?}", path.display());
        let name = path.file_name().unwrap().to_str().unwrap();
        match name {
            "1region.ardour" => assert!(codes(&read).contains(&"midi-silent"), "{:?}", read.ledger),
            "32tracks.ardour" => {
                assert_eq!((read.session.tracks.len(), read.session.rate.hz()), (32, 44_100));
                assert_eq!(read.session.tracks[0].strip.layout, Some(Layout::Mono));
            }
            "sess.ardour" => {
                assert_eq!((read.session.tracks.len(), read.session.buses.len()), (16, 4));
                assert_eq!(read.program, "Ardour 7.3.0~ds0-1");
                let bus = &read.session.buses[0].strip;
                assert_eq!(bus.name, "bus0");
                assert!(bus.inserts.iter().any(|insert| matches!(insert.unit, Unit::Compressor(_))));
                let first = &read.session.tracks[0].strip;
                assert_eq!((first.name.as_str(), first.output.as_deref()), ("t00", Some("bus0")));
                let missing = read.ledger.iter().filter(|finding| finding.code == "media-missing").count();
                assert_eq!(missing, 16, "its audio is not there");
            }
            _ => {}
        }
    }
}

#[test]
fn positions_of_all_versions_are_the_same() {
    let as_frames = "position='24000' length='9600' start='480'";
    let as_ticks = "length='a56448000@a141120000' start='a2822400'";
    let as_beats = "length='b768@b1920' start='a2822400'";
    for (version, place) in
        [("3.0.0", as_frames), ("3002", as_frames), ("6000", as_frames), ("7002", as_ticks), ("7002", as_beats)]
    {
        let playlist = region("1", place, "");
        let small = Small::new().version(version).playlist("50", "T", &playlist).routes(&track("T", "50", 1, ""));
        let read = small.read().unwrap();
        let clip = &read.session.tracks[0].clips[0];
        assert_eq!((clip.at, clip.from, clip.length), (24_000, 480, Some(9_600)), "{version} {place}");
        assert_eq!(clip.file.file_name().unwrap(), "mono.wav");
        let half = small.read_at(SampleRate::new(24_000)).unwrap();
        let clip = &half.session.tracks[0].clips[0];
        assert_eq!((clip.at, clip.from, clip.length), (12_000, 240, Some(4_800)));
    }
}

#[test]
fn playlists_before_version_6_are_known_by_name() {
    let playlist = region("1", "position='5' length='100' start='0'", "");
    let stream = "<Diskstream playlist='T.1' name='T' channels='1'/>";
    let routes = route("T", 1, 2, "flags=''", stream);
    let read = Small::new().version("3001").playlist("50", "T.1", &playlist).routes(&routes).read().unwrap();
    assert_eq!(read.session.tracks[0].clips.len(), 1);
}

#[test]
fn panners_become_what_ours_have() {
    let pan = |place: f64, width: f64| {
        format!(
            "<Pannable><Controllable name='pan-azimuth' value='{place}'/><Controllable name='pan-width' value='{width}'/></Pannable>"
        )
    };
    let shell = |panner: &str, bypassed: u8| {
        format!(
            "<Processor type='main-outs' active='1'><PannerShell bypassed='{bypassed}' user-panner='{panner}'/></Processor>"
        )
    };
    let eqp = "http://ardour.org/plugin/panner_2in2out";
    let strip = |version: &str, channels: usize, more: String| {
        let small = Small::new().version(version).routes(&track("T", "50", channels, &more));
        small.read().unwrap().session.tracks[0].strip.clone()
    };
    let read = Small::new().routes(&track("T", "50", 1, "")).read().unwrap();
    assert_eq!(read.session.pan_law, PanLaw::Quadratic);
    let mono = strip("7002", 1, pan(0.25, 1.0) + &shell("", 0));
    assert_eq!((mono.layout, mono.pan, mono.pan_law, mono.sides), (Some(Layout::Mono), -0.5, None, None));
    let balance = strip("7002", 2, pan(0.75, 0.3) + &shell("", 0));
    assert_eq!((balance.layout, balance.pan, balance.sides), (Some(Layout::Stereo), 0.5, None));
    // Width is kept within what the place leaves: at 0.25 no more than 0.5.
    for (version, panner) in [("7002", eqp), ("3002", "")] {
        let sides = strip(version, 2, pan(0.25, -1.0) + &shell(panner, 0)).sides;
        assert_eq!(sides, Some([0.0, -1.0]), "{version}");
    }
    assert_eq!(strip("7002", 2, pan(0.1, 1.0) + &shell(eqp, 1)).sides, None);
    let through = strip("7002", 1, pan(0.1, 1.0) + &shell("", 1));
    assert_eq!((through.pan, through.pan_law), (0.0, Some(PanLaw::Balance)));
}

#[test]
fn faders_mutes_and_what_moves_are_carried() {
    let list = |what: &str, style: &str, state: &str, events: &str| {
        format!(
            "<Automation><AutomationList automation-id='{what}' interpolation-style='{style}' state='{state}'>\
             <events>{events}</events></AutomationList></Automation>"
        )
    };
    let amp = |inner: &str| {
        format!("<Processor type='amp' active='1'>{inner}<Controllable name='gaincontrol' value='0.5'/></Processor>")
    };
    let strip = |more: &str| {
        let read = Small::new().routes(&track("T", "50", 1, more)).read().unwrap();
        read.session.tracks[0].strip.clone()
    };
    let fixed = strip(&amp(&list("gain", "Exponential", "Off", "a0 1\na282240000 0.25\n")));
    assert!((fixed.gain.0 - Db::of(0.5).0).abs() < 1e-12 && fixed.automation.is_empty());
    let moved = strip(&amp(&list("gain", "Linear", "Play", "a0 1\na282240000 0.25\n")));
    let points = &moved.automation[0].points;
    assert_eq!(moved.automation[0].target, Target::Gain);
    assert_eq!(
        points.iter().map(|point| (point.frame, point.shape)).collect::<Vec<_>>(),
        [(0, Shape::Factor), (48_000, Shape::Factor)]
    );
    assert!((Db(points[1].value).factor() - 0.25).abs() < 1e-12);
    let curved = strip(&amp(&list("gain", "Exponential", "Touch", "a0 1\na282240000 0.25\n")));
    assert!(curved.automation[0].points.len() > 20);
    let muted = strip("<MuteMaster mute-point='PostFader,Listen,Main' muted='1'/>");
    assert!(muted.mute);
    assert!(strip("<Controllable name='phase' phase-invert='1' value='1'/><Processor type='polarity'/>").inverted);
    let moving = strip(&list("mute", "Discrete", "Play", "a0 0\na141120000 1\n"));
    assert_eq!(moving.automation[0].target, Target::Mute);
    assert_eq!(moving.automation[0].points[1].frame, 24_000);
}

#[test]
fn sends_of_a_muted_track_are_heard_where_its_mute_does_not_act() {
    let send =
        |place: &str| format!("<Processor type='intsend' active='1' target='id FX' role='Aux'>{place}</Processor>");
    let level = "<Controllable name='gaincontrol' value='0.25'/><PannerShell linked-to-route='1' bypassed='0'/>";
    let amp = "<Processor type='amp' active='1'><Controllable name='gaincontrol' value='0.5'/></Processor>";
    let mute = "<MuteMaster mute-point='PostFader,Listen,Main' muted='1'/>";
    let chain = format!("{mute}{}{amp}{}", send(level), send(level));
    let read = Small::new().routes(&(track("T", "50", 2, &chain) + &route("FX", 2, 2, "", ""))).read().unwrap();
    let strip = &read.session.tracks[0].strip;
    assert!(strip.sends_only && !strip.mute);
    assert_eq!(strip.sends.len(), 1, "only what is before the fader");
    assert_eq!((strip.sends[0].to.as_str(), strip.sends[0].tap, strip.sends[0].gain), ("FX", Tap::Pre, Db::of(0.25)));
    let chain = chain.replace("muted='1'", "muted='0'");
    let read = Small::new().routes(&(track("T", "50", 2, &chain) + &route("FX", 2, 2, "", ""))).read().unwrap();
    let taps: Vec<Tap> = read.session.tracks[0].strip.sends.iter().map(|send| send.tap).collect();
    assert_eq!(taps, [Tap::Pre, Tap::Post]);
}

#[test]
fn what_lies_below_is_cut_into_what_is_heard() {
    let long =
        region("1", "length='a282240000@a0' start='a0' layering-index='0'", "fade-in-active='0' fade-out-active='0'");
    // 0.25 s to 0.5 s, above, without fades: a hole of its length (its fades of 64 frames count even so, but do not act).
    let island = region(
        "1",
        "length='a70560000@a70560000' start='a0' layering-index='1'",
        "fade-in-active='0' fade-out-active='0'",
    );
    let playlist = format!("{long}{island}");
    let read = Small::new().playlist("50", "T", &playlist).routes(&track("T", "50", 1, "")).read().unwrap();
    let spans: Vec<(i64, u64)> =
        read.session.tracks[0].clips.iter().map(|clip| (clip.at, clip.length.unwrap())).collect();
    assert_eq!(spans, [(0, 12_000), (12_000, 12_000), (24_000, 24_000)]);
    let read = Small::new()
        .playlist("50", "T", &playlist.replace("opaque='1'", "opaque='0'"))
        .routes(&track("T", "50", 1, ""));
    assert_eq!(read.read().unwrap().session.tracks[0].clips.len(), 2);
}

#[test]
fn plugins_and_what_is_unknown_stand_in_the_ledger() {
    let plugin = "<Processor type='vst3' name='Wonder' active='1'><State odd='1'/></Processor>\
                  <Processor type='vst3' name='Asleep' active='0'/>";
    let small =
        Small::new().routes(&track("T", "50", 1, &format!("{plugin}<Marvel/><IO direction='Sideways' odd='2'/>")));
    let read = small.read().unwrap();
    let lost: Vec<_> = read.ledger.iter().filter(|finding| finding.code == "plugin-not-run").collect();
    assert_eq!(lost.len(), 1, "{lost:?}");
    assert!(lost[0].severity == Severity::Error && lost[0].message.contains("Wonder"));
    let unknown: Vec<_> =
        read.ledger.iter().filter(|finding| finding.code == "not-understood").map(|finding| &finding.message).collect();
    assert!(unknown.iter().any(|message| message.contains("Route/Marvel")), "{unknown:?}");
    assert!(unknown.iter().any(|message| message.contains("IO@odd")), "{unknown:?}");
    assert_eq!(unknown.len(), 2, "{unknown:?}");
}

/// As Ardour 2 wrote it: ports in one line, gain and panners in the `IO`, playlists by way of disk streams.
#[test]
fn a_session_of_version_2_is_read() {
    let region = "<Region id='9' name='r' start='480' length='9600' position='24000' layer='0' scale-gain='0.5' source-0='1' \
                  flags='Opaque,DefaultFadeIn,DefaultFadeOut,FadeIn,FadeOut' channels='1'><FadeIn default='yes'/></Region>\
                  <Region id='8' name='m' start='0' length='96' position='0' layer='1' source-0='1' flags='Opaque,Muted'/>";
    let route = |name: &str, attributes: &str, ins: &str, outs: &str, places: &str| {
        format!(
            "<Route {attributes} active='yes' muted='no' soloed='no' phase-invert='yes'><IO name='{name}' id='io {name}' inputs='{ins}' \
             outputs='{outs}' gain='0.5' iolimits='1,-1,-1,-1'><Panner bypassed='no'>{places}</Panner></IO></Route>"
        )
    };
    let place = |x: f64| format!("<StreamPanner x='{x}' type='Equal Power Stereo'/>");
    let to_bus = "{Sub/in 1}{Sub/in 2}";
    let routes = route("master", "flags='MasterOut'", "{}{}", "{system:playback_1}{system:playback_2}", "")
        .replace("0.5", "1")
        + &route("Vox", "diskstream-id='46'", "{}", to_bus, &place(0.25))
        + &route("Sub", "", "{}{}", "{ardour:master/in 1}{ardour:master/in 2}", &(place(0.0) + &place(0.75)));
    let text = format!(
        "<Session version='2.0.0' name='old' sample-rate='48000'><Sources><Source id='1' name='mono.wav'/></Sources>\
         <DiskStreams><AudioDiskstream id='46' playlist='Vox.1' channels='1'/></DiskStreams><Routes>{routes}</Routes>\
         <Playlists><Playlist name='Vox.1'>{region}</Playlist></Playlists></Session>"
    );
    let read = small::read_text(&text).unwrap();
    let [track] = read.session.tracks.as_slice() else { panic!("{:?}", read.session) };
    assert_eq!((track.strip.name.as_str(), track.strip.output.as_deref()), ("Vox", Some("Sub")));
    assert_eq!((track.strip.layout, track.strip.pan, track.strip.inverted), (Some(Layout::Mono), -0.5, true));
    assert!((track.strip.gain.0 - Db::of(0.5).0).abs() < 1e-12);
    let [clip] = track.clips.as_slice() else { panic!("{:?}", track.clips) };
    assert_eq!((clip.at, clip.from, clip.length, clip.gain), (24_000, 480, Some(9_600), Db::of(0.5)));
    let bus = &read.session.buses[0].strip;
    assert_eq!((bus.sides, bus.output.as_deref(), bus.sends_only), (Some([-1.0, 0.5]), None, false));
    assert!(!codes(&read).contains(&"not-understood"), "{:?}", read.ledger);
}

#[test]
fn sessions_that_are_none_are_refused_with_a_way_out() {
    for (text, part) in [
        ("<Session version='1.0' sample-rate='48000'/>", "before 2"),
        ("<Session version='7002'/>", "sample rate"),
        ("<Session version='7002' sample-rate='1'/>", "sample rate"),
        ("<Song/>", "no Ardour session"),
        ("<Session version='7002' sample-rate='48000'>", "XML"),
        ("", "empty"),
    ] {
        let error = small::read_text(text).unwrap_err();
        assert!(error.to_string().contains(part) && error.hint.is_some(), "{error}");
    }
}
