//! Projects that are damaged or made to do harm: an error with a way out, or a session; never a panic, and nothing outside of the
//! folder that files are unpacked to.

#[path = "dawproject/bench.rs"]
mod bench;

use bench::{Bench, ONE, of_code, one_track, project, wav, zip};
use std::fs;
use std::path::Path;

#[track_caller]
fn refused(bench: &Bench, what: &str) {
    let error = bench.try_read().expect_err("it should be refused");
    assert!(error.message.contains(what) && error.hint.is_some(), "{error} {:?}", error.hint);
}

#[test]
fn files_that_are_no_projects_are_refused_with_a_hint() {
    refused(&Bench::of_bytes(b""), "no ZIP archive");
    refused(&Bench::of_bytes(b"PK\x03\x04 and so on, but no directory at all anywhere"), "no ZIP archive");
    refused(&Bench::of_files(&[("metadata.xml", b"<MetaData/>")]), "holds no project.xml");
    refused(&Bench::of_files(&[("project.xml", b"")]), "not the XML");
    refused(&Bench::of_files(&[("project.xml", b"\xff\xfe<\0")]), "UTF-8");
    refused(&Bench::of_files(&[("project.xml", b"<Session/>")]), "a project.xml that is none");
    refused(&Bench::of_files(&[("project.xml", b"<a/>"), ("project.xml", b"<b/>")]), "two files called");
    let odd =
        Bench::of_files(&[("PROJECT.XML", b"\xef\xbb\xbf<Project version=\"1.0\"/>"), ("metadata.xml", b"<broken")]);
    assert!(odd.try_read().is_ok(), "case, byte order mark, and a title that cannot be read are no reason to refuse");
}

#[test]
fn bombs_of_xml_are_refused() {
    let bomb =
        "<!DOCTYPE a [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">]><Project>&b;</Project>";
    refused(&Bench::of_files(&[("project.xml", bomb.as_bytes())]), "not the XML");
    let deep = format!("<Project>{}</Project>", "<Track>".repeat(100_000));
    refused(&Bench::of_files(&[("project.xml", deep.as_bytes())]), "deep");
    let deep = project(&format!("{}{}", "<Track>".repeat(100), "</Track>".repeat(100)), "");
    assert!(Bench::of_xml(&deep).try_read().is_ok());
}

#[test]
fn projects_cut_at_every_byte_are_refused() {
    let xml = one_track(&format!("<Clip time=\"0\" duration=\"1\">{ONE}</Clip>"));
    let (one, bytes) = (wav(1, 48_000, 100), xml.as_bytes());
    let whole = zip(&[("project.xml", bytes), ("audio/one.wav", &one)]);
    assert!(Bench::of_bytes(&whole).try_read().is_ok());
    let bench = Bench::of_bytes(b"");
    for length in 0..whole.len() {
        fs::write(&bench.path, &whole[..length]).unwrap();
        assert!(bench.try_read().is_err(), "{length}");
    }
    // A byte of the directory or of a header changed: refused, or read.
    let start = whole.len() - 200;
    for place in (0..60).chain(start..whole.len()) {
        let mut bytes = whole.clone();
        bytes[place] ^= 0xff;
        fs::write(&bench.path, &bytes).unwrap();
        let _ = bench.try_read();
    }
}

#[test]
fn nothing_is_unpacked_outside_of_its_folder() {
    let elsewhere = tempfile::tempdir().unwrap();
    let absolute = elsewhere.path().join("evil.wav").to_string_lossy().into_owned();
    let names =
        ["../../evil.wav", absolute.as_str(), "C:\\evil.wav", "..\\evil.wav", "a/../../evil.wav", "x/\u{0}.wav"];
    for name in names {
        let escaped = name.replace('\u{0}', "");
        let clip = format!("<Clip time=\"0\" duration=\"1\">{}</Clip>", ONE.replace("audio/one.wav", &escaped));
        let xml = one_track(&clip);
        let bench = Bench::of_files(&[("project.xml", xml.as_bytes()), (name, &wav(1, 48_000, 100))]);
        let (session, ledger) = bench.read();
        assert!(session.tracks[0].clips.is_empty(), "{name}");
        assert_eq!(of_code(&ledger, "media-missing").len(), 1, "{name}: {ledger:?}");
        let outside = |path: &Path| path.join("evil.wav").exists();
        assert!(!outside(bench.folder()) && !outside(bench.folder().parent().unwrap()), "{name}");
        assert!(!outside(elsewhere.path()), "{name}");
    }
}

#[test]
fn files_beside_the_project_are_read_only_if_it_says_that_they_are_outside() {
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret.wav");
    fs::write(&secret, wav(1, 48_000, 48_000)).unwrap();
    let audio = |external: bool| {
        let file = format!("path=\"{}\" external=\"{external}\"", secret.display());
        one_track(&format!("<Clip time=\"0\" duration=\"1\">{}</Clip>", ONE.replace("path=\"audio/one.wav\"", &file)))
    };
    let (session, _) = Bench::of_xml(&audio(true)).read();
    assert_eq!(session.tracks[0].clips[0].file, secret);
    let (session, ledger) = Bench::of_xml(&audio(false)).read();
    assert!(session.tracks[0].clips.is_empty() && of_code(&ledger, "media-missing").len() == 1);
}

#[test]
fn audio_that_is_none_is_told_and_left_out() {
    let xml = one_track(&format!("<Clip time=\"0\" duration=\"1\">{ONE}</Clip>"));
    let bench = Bench::of_files(&[("project.xml", xml.as_bytes()), ("audio/one.wav", b"no sound at all")]);
    let (session, ledger) = bench.read();
    assert!(session.tracks[0].clips.is_empty());
    assert_eq!(of_code(&ledger, "media-unreadable").len(), 1, "{ledger:?}");
}

#[test]
fn numbers_that_are_none_are_no_panic() {
    let numbers =
        ["nan", "inf", "-inf", "1e308", "-1e308", "1e-320", "", "0x10", "99999999999999999999999", "-0", "1e7", "-1e7"];
    for number in numbers {
        for attribute in
            ["time", "duration", "playStart", "playStop", "loopStart", "loopEnd", "fadeInTime", "fadeOutTime"]
        {
            let rest: String = [("time", "1"), ("duration", "2"), ("loopStart", "0"), ("loopEnd", "1e9")]
                .iter()
                .filter(|(name, _)| *name != attribute)
                .map(|(name, value)| format!(" {name}=\"{value}\""))
                .collect();
            let clip = format!("<Clip {attribute}=\"{number}\"{rest}>{ONE}</Clip>");
            let _ = Bench::of_xml(&one_track(&clip)).try_read();
        }
        let channel = format!(
            "<Track id=\"t\"><Channel audioChannels=\"{number}\" id=\"c\"><Devices><Equalizer deviceName=\"e\" deviceRole=\"audioFX\"><Band \
             type=\"lowPass\" order=\"{number}\"><Freq unit=\"semitones\" value=\"{number}\"/><Gain unit=\"decibel\" value=\"{number}\"/>\
             <Q unit=\"linear\" value=\"{number}\"/></Band></Equalizer><Compressor deviceName=\"c\" deviceRole=\"audioFX\"><Ratio unit=\"percent\" \
             value=\"{number}\"/><Attack unit=\"seconds\" value=\"{number}\"/></Compressor><NoiseGate deviceName=\"g\" deviceRole=\"audioFX\">\
             <Range unit=\"decibel\" value=\"{number}\"/></NoiseGate></Devices><Pan unit=\"normalized\" value=\"{number}\"/><Volume id=\"v\" \
             unit=\"linear\" value=\"{number}\"/></Channel></Track>"
        );
        let points = format!(
            "<RealPoint time=\"{number}\" value=\"{number}\" interpolation=\"linear\"/><RealPoint time=\"1\" value=\"1\"/>"
        );
        let arrangement = format!(
            "<Lanes timeUnit=\"beats\"><Points unit=\"decibel\"><Target parameter=\"v\"/>{points}</Points><Clips track=\"t\"><Clip time=\"0\" \
             duration=\"4\"><Warps contentTimeUnit=\"seconds\">{ONE}<Warp time=\"{number}\" contentTime=\"{number}\"/><Warp time=\"2\" \
             contentTime=\"{number}\"/></Warps></Clip></Clips></Lanes><TempoAutomation timeUnit=\"seconds\">{points}</TempoAutomation>\
             <TimeSignatureAutomation><TimeSignaturePoint time=\"{number}\" numerator=\"{number}\" denominator=\"0\"/></TimeSignatureAutomation>"
        );
        let read = Bench::of_xml(&project(&channel, &arrangement)).try_read();
        let session = read.unwrap_or_else(|error| panic!("{number}: {error}")).session;
        let strip = &session.tracks[0].strip;
        assert!(
            !strip.gain.0.is_nan() && strip.gain.0 <= 60.0 && (-1.0..=1.0).contains(&strip.pan),
            "{number}: {strip:?}"
        );
        assert!(strip.automation.iter().flat_map(|a| &a.points).all(|point| !point.value.is_nan()), "{number}");
        assert!(session.tempo.bpm.is_finite() && session.tempo.bpm > 0.0);
    }
}

#[test]
fn a_million_clips_are_read_and_more_are_refused() {
    // Ten clips, each with a loop of 99,999 rounds.
    let clips = |rounds: u32| -> String {
        (0..10)
            .map(|_| {
                format!(
                    "<Clip time=\"0\" duration=\"{}\" loopStart=\"0\" loopEnd=\"0.5\">{ONE}</Clip>",
                    f64::from(rounds) / 2.0
                )
            })
            .collect()
    };
    let (session, _) = Bench::of_xml(&one_track(&clips(99_999))).read();
    assert_eq!(session.tracks[0].clips.len(), 999_990);
    refused(&Bench::of_xml(&one_track(&clips(100_100))), "more than a session has");
    refused(
        &Bench::of_xml(&one_track(&format!("<Clip time=\"0\" duration=\"1e7\" loopEnd=\"0.00001\">{ONE}</Clip>"))),
        "more than",
    );
    // Content that refers to content that refers to content: ten clips each, ten times.
    let mut levels = String::new();
    for level in 0..10 {
        let inner: String =
            (0..10).map(|_| format!("<Clip time=\"0\" duration=\"1\" reference=\"l{}\"/>", level + 1)).collect();
        levels += &format!("<Clip time=\"0\" duration=\"1\"><Clips id=\"l{level}\">{inner}</Clips></Clip>");
    }
    levels += &format!("<Clip time=\"0\" duration=\"1\">{}</Clip>", ONE.replace("<Audio", "<Audio id=\"l10\""));
    refused(&Bench::of_xml(&one_track(&levels)), "more than");
}

#[test]
fn a_thousand_tracks_in_a_chain_and_sends_everywhere_are_read() {
    let count = 400;
    let sends: String = (0..count)
        .map(|to| format!("<Send destination=\"c{to}\"><Volume unit=\"linear\" value=\"1\"/></Send>"))
        .collect();
    let structure: String = (0..count)
        .map(|index| {
            let to = (index + 1) % count;
            format!("<Track name=\"x\"><Channel id=\"c{index}\" destination=\"c{to}\"><Sends>{sends}</Sends></Channel></Track>")
        })
        .collect();
    let (session, ledger) = Bench::of_xml(&project(&structure, "")).read();
    assert_eq!(session.buses.len(), count);
    assert!(!of_code(&ledger, "routing-cut").is_empty());
    // What is left ends: by names, every output and send goes on to where it does not come back from.
    let index: std::collections::HashMap<&str, usize> =
        session.buses.iter().enumerate().map(|(index, bus)| (bus.strip.name.as_str(), index)).collect();
    let next: Vec<Vec<usize>> = session
        .buses
        .iter()
        .map(|bus| {
            bus.strip
                .output
                .iter()
                .chain(bus.strip.sends.iter().map(|send| &send.to))
                .map(|to| index[to.as_str()])
                .collect()
        })
        .collect();
    let mut incoming = vec![0; count];
    next.iter().flatten().for_each(|&to| incoming[to] += 1);
    let mut open: Vec<usize> = (0..count).filter(|&bus| incoming[bus] == 0).collect();
    let mut done = 0;
    while let Some(bus) = open.pop() {
        done += 1;
        for &to in &next[bus] {
            incoming[to] -= 1;
            if incoming[to] == 0 {
                open.push(to);
            }
        }
    }
    assert_eq!(done, count, "there is a circle left");
}
