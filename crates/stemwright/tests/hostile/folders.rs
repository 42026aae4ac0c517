//! Folders and paths that lead nowhere, into themselves, or to what is no file; documents that are none.
#![cfg(unix)]

use crate::desk::{Desk, RATE, track};
use crate::made::quoted;
use crate::sensible;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Command;

fn tracks() -> Desk {
    let desk = Desk::new();
    desk.sine("tracks/Kick.wav", 0.1, 1000);
    desk.sine("tracks/Bass.wav", 0.2, 1000);
    desk
}

fn pipe(desk: &Desk, name: &str) -> bool {
    let made = Command::new("mkfifo").arg(desk.path(name)).status().is_ok_and(|status| status.success());
    if !made {
        eprintln!("skipped: no program `mkfifo`");
    }
    made
}

#[cfg(target_os = "linux")]
#[test]
fn file_names_that_are_no_unicode_are_left_out_and_named() {
    let desk = tracks();
    let name = OsStr::from_bytes(b"Snare \xff\xfe.wav");
    fs::copy(desk.path("tracks/Kick.wav"), desk.path("tracks").join(name)).unwrap();
    for arguments in [&["bounce", "tracks"][..], &["new", "tracks"]] {
        desk.run(arguments).ended(1).says(&["unreadable-name", "Snare", "rename it"]);
    }
    // A folder of such a name, with a session in it or without, works.
    let folder = desk.path("").join(OsStr::from_bytes(b"song \xff"));
    fs::rename(desk.path("tracks"), &folder).unwrap();
    for session in [true, false] {
        let mut command = desk.command(&["bounce"]);
        assert!(sensible(&command.arg(&folder).output().unwrap().into()));
        if session {
            fs::remove_file(folder.join("session.toml")).unwrap();
        }
    }
    let mut command = desk.command(&["new"]);
    assert!(sensible(&command.arg(&folder).arg("--dry-run").output().unwrap().into()));
}

#[test]
fn links_that_lead_in_circles_and_nowhere_are_no_trouble() {
    let desk = tracks();
    symlink(".", desk.path("tracks/Drums")).unwrap();
    symlink("..", desk.path("tracks/Vocals")).unwrap();
    symlink("loop.wav", desk.path("tracks/loop.wav")).unwrap();
    symlink("nowhere.wav", desk.path("tracks/Snare.wav")).unwrap();
    let outcome = desk.bounce(&["tracks"]).ended(1);
    let outcome = outcome.says(&["loop.wav", "Snare.wav"]);
    // Each file is one track, whatever paths lead to it.
    assert!(outcome.err.contains("2 tracks"), "{}", outcome.err);
    symlink("song", desk.path("song")).unwrap();
    assert!(!sensible(&desk.bounce(&["song"])));
    assert!(!sensible(&desk.run(&["new", "song"])));
    fs::remove_file(desk.path("song")).unwrap();
    symlink("session.toml", desk.path("session.toml")).unwrap();
    assert!(!sensible(&desk.bounce(&["session.toml"])));
}

#[test]
fn pipes_and_devices_are_not_waited_for() {
    let desk = tracks();
    if !pipe(&desk, "tracks/Snare.wav") {
        return;
    }
    desk.bounce(&["tracks"]).ended(1).says(&["Snare.wav", "pipe"]);
    desk.run(&["new", "tracks"]).ended(1).says(&["Snare.wav", "pipe"]);
    desk.session("song/session.toml", &track("T", "", "../tracks/Snare.wav"));
    desk.bounce(&["song"]).ended(2).says(&["Snare.wav", "pipe", "hint: "]);
    for device in ["/dev/null", "/dev/zero", "/proc/self/mem", "/proc/self/cmdline"] {
        desk.session("song/session.toml", &track("T", "", device));
        assert!(!sensible(&desk.bounce(&["song"])), "{device}");
        // As the session, too.
        assert!(!sensible(&desk.bounce(&[device])), "{device}");
    }
    // A room's answer.
    let room = "[[track.insert]]\ntype = 'convolution'\nfile = '../tracks/Snare.wav'";
    desk.session("song/session.toml", &track("T", room, "../tracks/Kick.wav"));
    desk.bounce(&["song"]).ended(2).says(&["Snare.wav", "pipe", "hint: "]);
}

#[test]
fn files_that_may_not_be_read_are_named() {
    let desk = tracks();
    let closed = |name: &str| fs::set_permissions(desk.path(name), fs::Permissions::from_mode(0o000)).unwrap();
    closed("tracks/Kick.wav");
    if fs::read(desk.path("tracks/Kick.wav")).is_ok() {
        eprintln!("skipped: no file is closed to this user (root?)");
        return;
    }
    desk.bounce(&["tracks"]).ended(1).says(&["Kick.wav", "permission", "left out"]);
    desk.session("song/session.toml", &track("T", "", "../tracks/Kick.wav"));
    desk.bounce(&["song"]).ended(2).says(&["Kick.wav", "permission", "hint: "]);
    closed("song/session.toml");
    desk.bounce(&["song"]).ended(2).says(&["session.toml", "permission", "hint: "]);
}

#[test]
fn clips_may_lie_anywhere_and_must_be_files() {
    let desk = tracks();
    let absolute = desk.path("tracks/Kick.wav");
    for file in [absolute.to_str().unwrap(), "../tracks/Kick.wav", "../song/../tracks/./Kick.wav"] {
        desk.session("song/session.toml", &track("T", "stem = 'S'", file));
        desk.bounce(&["song"]).ended(0);
    }
    for file in
        ["", ".", "..", "/", "../tracks", "../tracks/Kick.wav/", "a\0b", "no\nsuch.wav", "\u{202e}.wav", "session.toml"]
    {
        let clip = format!("[[track]]\nname = 'T'\n[[track.clip]]\nfile = {}\n", quoted(file));
        desk.session("song/session.toml", &clip);
        let outcome = desk.bounce(&["song"]);
        assert!(!sensible(&outcome), "{file:?}");
        assert!(outcome.err.contains("session.toml:4:1"), "{file:?}: {}", outcome.err);
    }
    let long = format!("{}.wav", "x".repeat(5000));
    desk.session("song/session.toml", &track("T", "", &long));
    assert!(!sensible(&desk.bounce(&["song"])));
}

#[test]
fn documents_that_are_none_are_refused_at_once() {
    let desk = tracks();
    let deep = 200_000;
    let rate = format!("[session]\nrate = {RATE}\n");
    let documents: Vec<(&str, Vec<u8>)> = vec![
        ("empty", Vec::new()),
        ("mark", "\u{feff}".into()),
        ("zeros", vec![0; 100_000]),
        ("utf-16", "[session]\nrate = 48000\n".encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("latin-1", b"[song]\ntitle = \"caf\xe9\"\n".to_vec()),
        ("too large", vec![b'\n'; (64 << 20) + 1]),
        ("nested lists", format!("x = {}", "[".repeat(deep)).into()),
        ("nested tables", format!("x = {}", "{a=".repeat(deep)).into()),
        ("dotted keys", format!("{}b = 1\n", "a.".repeat(deep)).into()),
        ("dotted tables", format!("[{}b]\n", "a.".repeat(deep)).into()),
        ("long key", format!("{} = 1\n", "a".repeat(1 << 20)).into()),
        ("a million tables", format!("{rate}{}", "[[track]]\n".repeat(1 << 20)).into()),
        ("one line", format!("{rate}points = [{}]\n", "[0,0],".repeat(1 << 19)).into()),
        ("large rate", "[session]\nrate = 1e308\n".into()),
        ("no tracks", rate.clone().into()),
        ("carriage returns", rate.replace('\n', "\r").into()),
    ];
    for (what, bytes) in documents {
        desk.write("song/session.toml", bytes);
        let outcome = desk.bounce(&["song"]);
        assert!(!sensible(&outcome), "{what}");
        assert!(outcome.err.contains("session"), "{what}: {}", outcome.err);
        assert!(outcome.err.len() < 8000, "{what}: {} bytes are said", outcome.err.len());
    }
    // What is unusual and fine.
    let fine = format!("\u{feff}{rate}{}", track("T", "stem = 'S'", "../tracks/Kick.wav")).replace('\n', "\r\n");
    desk.write("song/session.toml", fine);
    desk.bounce(&["song"]).ended(0);
    // A folder in its place.
    fs::remove_file(desk.path("song/session.toml")).unwrap();
    fs::create_dir(desk.path("song/session.toml")).unwrap();
    assert!(!sensible(&desk.bounce(&["song"])));
    assert!(!sensible(&desk.bounce(&["song/session.toml"])));
    fs::remove_dir(desk.path("song/session.toml")).unwrap();
    if pipe(&desk, "song/session.toml") {
        assert!(!sensible(&desk.bounce(&["song"])));
    }
}
