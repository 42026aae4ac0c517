//! Projects that are damaged, or made to do harm, are refused with a reason or read as far as they make sense.

#[path = "reaper/small.rs"]
mod small;

use small::{Folder, item, track};
use stemwright_core::Session;

/// Whatever is read can be reckoned with.
fn sane(session: &Session) {
    let far = i64::try_from(1_u64 << 53).unwrap();
    for track in &session.tracks {
        for clip in &track.clips {
            assert!(
                clip.at.abs() < far
                    && clip.from < far as u64
                    && clip.length.is_some_and(|length| (1..far as u64).contains(&length))
            );
            assert!(!clip.gain.0.is_nan() && clip.gain.0 < 200.0);
            assert!(clip.envelope.windows(2).all(|pair| pair[0].frame < pair[1].frame));
        }
    }
    let strips = session.tracks.iter().map(|track| &track.strip).chain(session.buses.iter().map(|bus| &bus.strip));
    for strip in strips {
        assert!((-1.0..=1.0).contains(&strip.pan) && !strip.gain.0.is_nan());
        for automation in &strip.automation {
            assert!(!automation.points.is_empty());
            assert!(automation.points.windows(2).all(|pair| pair[0].frame <= pair[1].frame));
            assert!(automation.points.iter().all(|point| !point.value.is_nan() && point.frame.abs() < far));
        }
    }
}

#[test]
fn numbers_that_are_none_do_no_harm() {
    let folder = Folder::new(&["a.wav"]);
    for number in ["nan", "inf", "-inf", "1e308", "-1e308", "1e400", "99999999999999999999", "-99", "0", "x", ""] {
        let lines = format!(
            "SAMPLERATE {number} 1\nTEMPO {number} {number} {number}\nPANLAW {number}\nPLAYRATE {number}\nMARKER {number} {number} x {number}\n\
             <TEMPOENVEX\nPT {number} {number} 0 {number}\nPT 2 {number} 0\n>\nMASTER_VOLUME {number} {number} {number}\n"
        ) + &track(
            "A",
            &format!(
                "VOLPAN {number} {number} {number} {number} {number}\nISBUS 1 {number}\nPLAYOFFS {number} 0\nPEAKCOL {number}\nNCHAN {number}\n\
                 PANMODE {number}\nAUXRECV {number} {number} {number} {number} 0 {number} {number} {number} {number} {number} {number} {number}\n\
                 <VOLENV2\nACT 1\nVOLTYPE 1\nPT {number} {number} {number} 0 0 0 {number}\nPT 1 {number} 5 0 0 0 {number}\nPT 2 1 0\n>\n\
                 <PANENV2\nACT 1\nPT {number} {number} 2\nPT 1 {number} 3\n>\n{}{}{}",
                item(
                    "a.wav",
                    &format!(
                        "POSITION {number}\nLENGTH {number}\nSOFFS {number}\nVOLPAN {number} {number} {number} {number}"
                    )
                ),
                item(
                    "a.wav",
                    &format!(
                        "LOOP 1\nPLAYRATE {number} 1 {number}\nCHANMODE {number}\nFADEIN {number} {number} {number} 0 0 {number}\nSM {number} {number} + 1 {number}"
                    )
                ),
                item(
                    "a.wav",
                    &format!(
                        "<VOLENV\nACT 1\nPT {number} {number} {number}\nPT 1 {number} 5 0 0 0 {number}\n>\n<PANENV\nACT 1\nPT {number} {number} 4\n>\nFADEOUT 7 {number} 1 7 0 {number}"
                    )
                ),
            ),
        ) + &track("B", &format!("ISBUS 2 {number}\nAUXRECV 0 0 {number} {number} 0 1 1 {number}\n"));
        sane(&folder.read(&lines).session);
    }
}

#[test]
fn receives_from_nowhere_and_in_circles_are_cut() {
    let folder = Folder::new(&[]);
    let mut lines = String::new();
    for i in 0..50 {
        let receives: String = (0..50).map(|j| format!("AUXRECV {j} 0 1 0 0 0 0 0 0\n")).collect();
        let far = format!("AUXRECV {} 0 1 0\nAUXRECV -1 0 1 0\nAUXRECV 99999999999 0 1 0\n", 50 + i);
        lines += &track(&format!("T{i}"), &format!("ISBUS {} -99\n{receives}{far}", i % 3));
    }
    let session = folder.read(&lines).session;
    sane(&session);
    // What is left can be put in an order.
    let buses: std::collections::HashMap<&str, usize> =
        session.buses.iter().enumerate().map(|(i, bus)| (bus.strip.name.as_str(), i)).collect();
    let mut entering = vec![0; session.buses.len()];
    let to = |i: usize| {
        let strip = &session.buses[i].strip;
        let output = strip.output.iter().filter(|_| !strip.sends_only).map(String::as_str);
        output.chain(strip.sends.iter().map(|send| send.to.as_str())).map(|name| buses[name]).collect::<Vec<_>>()
    };
    (0..session.buses.len()).for_each(|i| to(i).into_iter().for_each(|to| entering[to] += 1));
    let mut free: Vec<usize> = (0..session.buses.len()).filter(|i| entering[*i] == 0).collect();
    let mut done = 0;
    while let Some(i) = free.pop() {
        done += 1;
        for to in to(i) {
            entering[to] -= 1;
            if entering[to] == 0 {
                free.push(to);
            }
        }
    }
    assert_eq!(done, session.buses.len());
}

#[test]
fn a_project_cut_off_anywhere_is_refused_or_read() {
    let folder = Folder::new(&["a.wav"]);
    let whole = format!(
        "<REAPER_PROJECT 0.1 \"7.0\" 1\r\nTEMPO 120 4 4\r\n{}{}>\r\n",
        track("'A \"'", &item("a.wav", "FADEIN 1 1 0 1 0 0")),
        track("é", "<NOTES\n|x\n>")
    );
    for end in 0..whole.len() {
        if let Ok(read) = folder.bytes(&whole.as_bytes()[..end]) {
            sane(&read.session);
        }
    }
    assert_eq!(folder.bytes(whole.as_bytes()).unwrap().session.tracks.len(), 2);
}

#[test]
fn bytes_that_are_no_text_are_refused_or_tolerated() {
    let folder = Folder::new(&[]);
    for bytes in [
        &b"\x7fELF\x02\x01\x01"[..],
        b"",
        b"\0\0\0\0",
        b"PK\x03\x04project",
        b"<REAPER_PROJECT",
        b"<REAPER_PROJECT\0\n>\n\xff\xfe",
    ] {
        if let Err(error) = folder.bytes(bytes) {
            assert!(error.hint.is_some() && !error.to_string().is_empty());
        }
    }
    let named = folder.bytes(b"<REAPER_PROJECT\n<TRACK\nNAME \"\xff\xc3(\"\n>\n>\n").unwrap();
    assert_eq!(named.session.tracks[0].strip.name, "\u{fffd}\u{fffd}(");
    // Every byte of a small project replaced by others.
    let whole = format!(
        "<REAPER_PROJECT 0.1\n{}>\n",
        track("A", "VOLPAN 1 0.5 -1 -1 1\n<VOLENV2\nACT 1\nPT 0 1 5 0 0 0 -0.5\nPT 1 0 0\n>")
    );
    for at in 0..whole.len() {
        for byte in [0, b'<', b'>', b'"', b'\n', 0xff] {
            let mut bytes = whole.clone().into_bytes();
            bytes[at] = byte;
            if let Ok(read) = folder.bytes(&bytes) {
                sane(&read.session);
            }
        }
    }
}

#[test]
fn a_million_items_a_megabyte_of_a_word_and_deep_nesting() {
    let folder = Folder::new(&["a.wav"]);
    let mut lines = String::from("SAMPLERATE 48000 1\n<TRACK\n");
    for i in 0..1_000_100 {
        lines += &format!("<ITEM\nPOSITION {}.5\nLENGTH 1\n<SOURCE WAVE\nFILE a.wav\n>\n>\n", i % 80_000);
    }
    lines += ">\n";
    let session = folder.read(&lines);
    assert_eq!(session.session.tracks[0].clips.len(), 1_000_000);
    assert!(session.ledger.iter().any(|finding| finding.code == "clip-out-of-range"));
    drop(session);

    let long = "x".repeat(5 << 20);
    let session = folder.read(&track(&long, &format!("{long} 1\n<{long}\n{long}\n>\nVOLPAN {long} \"{long}")));
    assert!(session.session.tracks[0].strip.name.len() < 1000);
    assert!(session.ledger.iter().all(|finding| finding.message.len() < 1000));

    let deep = format!("<REAPER_PROJECT\n{}{}>\n", "<TRACK\n".repeat(1_000_000), ">\n".repeat(1_000_000));
    assert!(folder.bytes(deep.as_bytes()).unwrap_err().to_string().contains("nested"));
    assert!(
        folder.bytes("<REAPER_PROJECT\n<TRACK\n".repeat(10).as_bytes()).unwrap_err().to_string().contains("inside")
    );
}

#[test]
fn a_source_of_no_length_that_is_looped_ends() {
    let folder = Folder::new(&["a.wav"]);
    let section = "<ITEM\nLENGTH 80000\nLOOP 1\n<SOURCE SECTION\nLENGTH 0.00003\n<SOURCE WAVE\nFILE a.wav\n>\n>\n>\n";
    let session = folder.read(&format!("SAMPLERATE 48000 1\n{}", track("A", &section.repeat(3))));
    assert!(session.session.tracks[0].clips.len() <= 1_000_000);
    let nested =
        format!("{}<SOURCE WAVE\nFILE a.wav\n>\n{}", "<SOURCE SECTION\nLENGTH 1\n".repeat(100), ">\n".repeat(100));
    sane(&folder.read(&track("A", &format!("<ITEM\nLENGTH 2\n{nested}>\n"))).session);
}
