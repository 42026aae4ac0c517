//! Ardour sessions that were made to do harm.

#[path = "ardour/small.rs"]
mod small;

use small::{Small, codes, read_text, region, route, track};
use std::fmt::Write;

/// A send to a route.
fn send(to: &str) -> String {
    format!(
        "<Processor type='intsend' active='1' target='id {to}' role='Aux'><Controllable name='gaincontrol' value='1'/></Processor>"
    )
}

#[test]
fn a_session_cut_off_anywhere_is_read_or_refused() {
    let inner = region("1", "length='a282240000@a0' start='a0'", "").replace("/>", "><FadeIn default='yes'/></Region>");
    let small = Small::new().playlist("50", "T", &inner).routes(&track("T", "50", 1, &send("T")));
    let text = small.more("<TempoMap><Tempo start='1|1|0' beats-per-minute='120'/></TempoMap>").text();
    for end in 0..text.len() {
        if let Err(error) = read_text(&text[..end]) {
            assert!(error.hint.is_some());
        }
    }
    assert!(read_text(&text).is_ok());
}

#[test]
fn circles_of_ports_and_sends_are_cut_and_told() {
    let to = |name: &str, other: &str, more: &str| route(name, 2, 2, "", more).replace("Master/", &format!("{other}/"));
    let routes = to("A", "B", "") + &to("B", "C", "") + &to("C", "A", "") + &to("D", "D", "");
    let read = Small::new().routes(&routes).read().unwrap();
    assert_eq!(codes(&read).iter().filter(|code| **code == "routing-cut").count(), 2, "{:?}", read.ledger);
    let routes =
        route("A", 2, 2, "", &send("B")) + &route("B", 2, 2, "", &send("A")) + &route("C", 2, 2, "", &send("C"));
    let read = Small::new().routes(&routes).read().unwrap();
    assert_eq!(codes(&read).iter().filter(|code| **code == "routing-cut").count(), 2, "{:?}", read.ledger);
    let sends: usize = read.session.buses.iter().map(|bus| bus.strip.sends.len()).sum();
    assert_eq!(sends, 1);
}

#[test]
fn a_million_regions_are_read_and_their_pieces_limited() {
    // One after the other, each over the end of the one before it.
    let mut playlist = String::new();
    for number in 0..1_000_000_u32 {
        let _ = write!(
            playlist,
            "<Region start='0' position='{}' length='40' source-0='1' layer='{number}'/>",
            number * 30
        );
    }
    let small = Small::new().version("6000").playlist("50", "T", &playlist).routes(&track("T", "50", 1, ""));
    match small.read() {
        Ok(read) => assert!(read.session.tracks[0].clips.len() <= 1_000_000),
        Err(error) => assert!(error.to_string().contains("pieces"), "{error}"),
    }
    // Half a million islands in each of a thousand layers below them.
    let mut playlist = String::new();
    for number in 0..100_000_u32 {
        let at = number * 300;
        let _ = write!(playlist, "<Region start='0' position='{at}' length='200' source-0='1' layer='5000'/>");
    }
    for layer in 0..1000 {
        let _ = write!(playlist, "<Region start='0' position='0' length='40000000' source-0='1' layer='{layer}'/>");
    }
    let small = Small::new().version("6000").playlist("50", "T", &playlist).routes(&track("T", "50", 1, ""));
    let error = small.read().map(|read| read.session.tracks[0].clips.len()).unwrap_err();
    assert!(error.to_string().contains("pieces"), "{error}");
}

#[test]
fn numbers_that_are_none_or_too_large_do_no_harm() {
    let wrong = [
        "NaN",
        "inf",
        "-inf",
        "1e308",
        "-1e308",
        "",
        "x",
        "99999999999999999999",
        "-5",
        "a-1",
        "b1e300",
        "aNaN",
        "a9223372036854775807",
    ];
    for number in wrong {
        for place in [
            format!("length='{number}@a0' start='a0'"),
            format!("length='a282240@{number}' start='a0'"),
            format!("length='a282240@a0' start='{number}'"),
            format!("length='a282240@a0' start='a0' layering-index='{number}' scale-amplitude='{number}'"),
        ] {
            let events = format!("<events>{number} {number} a0 {number} {number} 1 a5 0.5</events>");
            let list = |what: &str, tag: &str| {
                format!("<{tag}><AutomationList automation-id='{what}' state='Play'>{events}</AutomationList></{tag}>")
            };
            let fades =
                list("x", "FadeIn") + &list("x", "FadeOut") + &list("x", "InverseFadeIn") + &list("x", "Envelope");
            let inner = region("1", &place, "envelope-active='1'").replace("/>", &format!(">{fades}</Region>"));
            let value = |name: &str| format!("<Controllable name='{name}' value='{number}'/>");
            let chain = format!(
                "<Processor type='trim'>{}{}</Processor><Processor type='amp'>{}{}</Processor><Pannable>{}{}{}</Pannable>",
                list("trim", "Automation"),
                value("trimcontrol"),
                list("gain", "Automation"),
                value("gaincontrol"),
                list("pan-azimuth", "Automation"),
                value("pan-azimuth"),
                value("pan-width"),
            );
            let tempo = format!(
                "<TempoMap superclocks-per-second='{number}'><Tempo quarters='{number}:0' npm='{number}' note-type='{number}'/>\
                 <Meter quarters='{number}:1' divisions-per-bar='{number}' note-value='{number}'/></TempoMap>\
                 <Locations><Location name='m' flags='IsMark' start='{number}' end='{number}'/></Locations>"
            );
            let small = Small::new().playlist("50", "T", &inner).routes(&track("T", "50", 1, &chain)).more(&tempo);
            let read = small.read().unwrap();
            let points =
                read.session.tracks.iter().flat_map(|track| &track.strip.automation).flat_map(|own| &own.points);
            assert!(points.clone().all(|point| !point.value.is_nan()));
            let strip = &read.session.tracks[0].strip;
            assert!(!strip.gain.0.is_nan() && strip.pan.abs() <= 1.0);
        }
    }
}

#[test]
fn long_lists_of_points_are_read_within_limits() {
    let mut events = String::new();
    for number in 0..1_000_000_u64 {
        let _ = writeln!(events, "a{} {}", number * 5880 * 100, number % 2);
    }
    let list = format!(
        "<Processor type='amp'><Automation><AutomationList automation-id='gain' state='Play' interpolation-style='Exponential'>\
         <events>{events}</events></AutomationList></Automation></Processor>"
    );
    let read = Small::new().routes(&track("T", "50", 1, &list)).read();
    if let Ok(read) = read {
        assert!(read.session.tracks[0].strip.automation[0].points.len() <= 10_000_000);
    }
}

#[test]
fn paths_lead_to_audio_or_nowhere() {
    for name in ["../../../../etc/passwd", "/etc/passwd", "..", "", "/", "a\\b", "interchange"] {
        let inner = region("9", "length='a282240000@a0' start='a0'", "");
        let small = Small::new().playlist("50", "T", &inner).routes(&track("T", "50", 1, ""));
        let text = small.text().replace("<Sources>", &format!("<Sources><Source id='9' name='{name}' channel='0'/>"));
        let read = read_text(&text).unwrap();
        assert!(read.session.tracks[0].clips.is_empty(), "{name}");
        assert!(codes(&read).iter().any(|code| code.starts_with("media-")), "{name}: {:?}", read.ledger);
    }
}

#[test]
fn what_is_hidden_everywhere_is_not_looked_for_without_end() {
    // Forty thousand islands that hide what is below between them too, since their fades do not act, over a thousand layers.
    let mut playlist = String::new();
    for number in 0..40_000_u32 {
        let at = number * 200;
        let _ = write!(
            playlist,
            "<Region start='0' position='{at}' length='200' source-0='1' layer='5000' opaque='1' fade-in-active='0' fade-out-active='0'/>"
        );
    }
    for layer in 0..1000 {
        let _ = write!(
            playlist,
            "<Region start='0' position='0' length='8000000' source-0='1' layer='{layer}' opaque='0'/>"
        );
    }
    let small = Small::new().version("6000").playlist("50", "T", &playlist).routes(&track("T", "50", 1, ""));
    let error = small.read().map(|read| read.session.tracks[0].clips.len()).unwrap_err();
    assert!(error.to_string().contains("pieces"), "{error}");
}

#[test]
fn an_envelope_over_many_pieces_bends_each_where_it_is() {
    // A region that is cut every hundred frames; its envelope goes up and down every four frames of its first third.
    let mut playlist = String::new();
    for number in 0..470_u32 {
        let at = number * 100 + 90;
        let _ = write!(
            playlist,
            "<Region start='0' position='{at}' length='10' source-0='1' layer='2' opaque='1' fade-in-active='0' fade-out-active='0'/>"
        );
    }
    let mut events = String::new();
    for number in 0..=4000_u32 {
        let _ = write!(events, "{} {} ", number * 4, number % 2);
    }
    let _ = write!(
        playlist,
        "<Region start='0' position='0' length='47000' source-0='1' layer='1' opaque='1' envelope-active='1' fade-in-active='0' \
         fade-out-active='0'><Envelope><AutomationList interpolation-style='Linear'><events>{events}</events></AutomationList></Envelope></Region>"
    );
    let small = Small::new().version("6000").playlist("50", "T", &playlist).routes(&track("T", "50", 1, ""));
    let read = small.read().unwrap();
    let pieces: Vec<_> = read.session.tracks[0].clips.iter().filter(|clip| clip.length == Some(90)).collect();
    assert_eq!(pieces.len(), 470);
    for clip in pieces {
        if clip.at >= 16_000 {
            assert!(
                clip.envelope.iter().all(|point| point.gain.0 == f64::NEG_INFINITY),
                "{}: {:?}",
                clip.at,
                clip.envelope
            );
            continue;
        }
        assert!((40..=92).contains(&clip.envelope.len()), "{}", clip.envelope.len());
        // Ardour spreads what it asks for: the last of 90 frames gets the value of the 91st.
        for point in &clip.envelope {
            let place = clip.at as f64 + point.frame as f64 * 90.0 / 89.0;
            let wanted = (place / 4.0 % 2.0 - 1.0).abs();
            assert!((1.0 - wanted - point.gain.factor()).abs() < 0.3, "{} {point:?} {wanted}", clip.at);
        }
    }
}
