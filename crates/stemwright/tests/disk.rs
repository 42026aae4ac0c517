//! Full disks, folders in the way, interruptions: a set is there whole, or what was there before is.
#![cfg(unix)]

mod desk;

use desk::{Desk, Outcome, RATE, TOOL, assert_untouched, older_set, track, tree};
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Nothing here takes so long; a test that waits for it has failed.
const GIVE_UP: Duration = Duration::from_secs(120);

/// Small blocks make a minute of sound long work, so that a signal always comes in its midst.
const SLOWLY: [&str; 4] = ["--block", "1", "--threads", "1"];

/// A song of a minute.
fn minute() -> Desk {
    let desk = Desk::with_song(&[("Lead", "stem = 'Lead'")]);
    desk.sine("song/clip.wav", 0.1, 60 * RATE);
    desk
}

/// The tool, at work on the song and writing: its folder for the new set holds samples.
fn at_work(desk: &Desk) -> Child {
    let arguments = [&["bounce", "song"][..], &SLOWLY].concat();
    let mut command = desk.command(&arguments);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mix = desk.path(".song-stems.stemwright-new/00_MIX_REFERENCE.wav");
    let begun = Instant::now();
    while !fs::metadata(&mix).is_ok_and(|meta| meta.len() > 100_000) {
        assert!(child.try_wait().unwrap().is_none(), "it ended before it could be stopped");
        assert!(begun.elapsed() < GIVE_UP, "it never began to write");
        std::thread::sleep(Duration::from_millis(2));
    }
    child
}

fn interrupt(child: Child, signal: &str) -> Outcome {
    let sent = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    child.wait_with_output().unwrap().into()
}

#[test]
fn writes_that_fail_half_way_leave_nothing() {
    let desk = Desk::with_song(&[("Lead", "stem = 'Lead'")]);
    desk.sine("song/clip.wav", 0.1, 10 * RATE);
    // Files of 2.9 MB; in kilobytes: in the first block, midway, and in the last.
    for limit in ["8", "1400", "2700"] {
        for older in [false, true] {
            if older {
                older_set(&desk.path("song-stems"));
            }
            let before = desk.tree();
            let script = format!("trap '' XFSZ; ulimit -f {limit}; exec '{TOOL}' bounce song");
            let mut bash = Command::new("bash");
            bash.args(["-c", &script]).current_dir(desk.path("")).env("STEMWRIGHT_CACHE", desk.cache.path());
            let outcome = Outcome::from(bash.output().unwrap()).ended(2);
            outcome.says(&["no space to write", ".wav", "hint: free some space"]);
            assert_untouched(&before, &desk.tree());
            if older {
                fs::remove_dir_all(desk.path("song-stems")).unwrap();
            }
        }
    }
}

/// A file system of a few megabytes, taken away again at the end.
struct Small(std::path::PathBuf);

impl Small {
    fn mount(at: &Path, megabytes: u32) -> Option<Self> {
        fs::create_dir_all(at).unwrap();
        let size = format!("size={megabytes}m");
        let mount =
            Command::new("mount").args(["-t", "tmpfs", "-o", &size, "none"]).arg(at).stderr(Stdio::null()).status();
        if !mount.is_ok_and(|status| status.success()) {
            eprintln!("skipped: no small file system can be mounted here");
            return None;
        }
        Some(Self(at.to_owned()))
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

#[test]
fn a_disk_that_fills_up_is_left_as_it_was() {
    let echo = "stem = 'Lead'\ninsert = [{ type = 'delay', time = 0.5, feedback = 0.98, mix = 0.5 }]";
    let desk = Desk::with_song(&[("Lead", echo)]);
    let at = desk.path("small");
    let Some(_small) = Small::mount(&at, 4) else { return };
    older_set(&at.join("set"));
    let before = tree(&at);
    // A tail whose length is to be found out cannot be foreseen when space is checked: three files of 30 s are 26 MB.
    let outcome = desk.bounce(&["song", "-o", "small/set"]).ended(2);
    outcome.says(&["no space to write", "small/", ".wav", "hint: free some space"]);
    assert_untouched(&before, &tree(&at));
    // What can be foreseen is refused at once, with both figures.
    let outcome = desk.bounce(&["song", "-o", "small/set", "--tail", "30"]).ended(2);
    outcome.says(&["small/set needs 26.8 MB, and ", " MB are free", "hint: "]);
    // Three files of 2.88 MB and their headers.
    desk.sine("song/clip.wav", 0.1, 10 * RATE);
    let outcome = desk.bounce(&["song", "-o", "small/set"]).ended(2);
    let outcome = outcome.says(&["small/set needs 8.7 MB, and ", " MB are free", "hint: "]);
    let free: f64 = outcome.err.split("and ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
    assert!((2.0..4.2).contains(&free), "{free}");
    assert_untouched(&before, &tree(&at));
}

#[test]
fn space_is_checked_before_a_sample_is_rendered() {
    // A day at 192 kHz in a hundred stems is 10 TB.
    let desk = Desk::new();
    desk.floats("song/clip.wav", 1, 192_000, [0.1; 64]);
    let clip = "[[track.clip]]\nfile = 'clip.wav'\nat = 89000.0\n";
    let tracks: String = (0..100).map(|n| track(&format!("T{n}"), &format!("stem = 'T{n}'\n{clip}"), "")).collect();
    desk.write("song/session.toml", format!("[session]\nrate = 192000\n\n{tracks}"));
    desk.refused(&[], &["song-stems needs 10457856.", " MB, and ", " MB are free", "-o"]);
}

#[test]
fn a_file_where_the_folder_should_be_stays() {
    let desk = Desk::with_song(&[("Lead", "stem = 'Lead'")]);
    desk.write("taken", "mine");
    let before = desk.tree();
    for (target, said) in [("taken", "is a file"), ("taken/set", "taken"), ("taken/deeper/set", "taken")] {
        for options in [&[][..], &["--force"]] {
            let outcome = desk.bounce(&[&["song", "-o", target], options].concat()).ended(2);
            outcome.says(&["error: ", said, "hint: "]);
            assert_untouched(&before, &desk.tree());
        }
    }
}

#[test]
fn a_folder_with_foreign_files_is_refused_or_moved_aside_whole() {
    let desk = Desk::with_song(&[("Lead", "stem = 'Lead'")]);
    let foreign = |desk: &Desk| {
        desk.write("song-stems/notes.txt", "mine");
        desk.write("song-stems/takes/1.wav", "mine too");
    };
    foreign(&desk);
    let before = desk.tree();
    let parts = ["song-stems", "not written by Stemwright", "notes.txt", "--force", "nothing is deleted"];
    desk.bounce(&["song"]).ended(2).says(&parts);
    assert_untouched(&before, &desk.tree());
    let mine = tree(&desk.path("song-stems"));
    let outcome = desk.bounce(&["song", "--force"]).ended(0);
    assert!(outcome.out.contains("song-stems.old-1"), "{}", outcome.out);
    assert_untouched(&mine, &tree(&desk.path("song-stems.old-1")));
    assert!(desk.path("song-stems/stems.json").exists());
    // Again: the first one that was moved aside stays where it is.
    foreign(&desk);
    let set = tree(&desk.path("song-stems"));
    desk.bounce(&["song"]).ended(2).says(&["song-stems", "is not part of the set", "--force"]);
    let answer = desk.bounce(&["song", "--force", "--json"]).ended(0).json();
    assert!(answer["moved_aside"].as_str().unwrap().ends_with("song-stems.old-2"));
    assert_untouched(&mine, &tree(&desk.path("song-stems.old-1")));
    assert_untouched(&set, &tree(&desk.path("song-stems.old-2")));
    assert_eq!(desk.names(), ["song", "song-stems", "song-stems.old-1", "song-stems.old-2"]);
}

#[test]
fn a_set_of_ours_is_replaced_without_a_word_and_one_with_a_changed_file_is_not() {
    let desk = Desk::with_song(&[("Lead", "stem = 'Lead'")]);
    older_set(&desk.path("song-stems"));
    let outcome = desk.bounce(&["song"]).ended(0);
    assert_eq!(outcome.err, "");
    assert!(!outcome.out.contains("stood there"));
    let files = ["00_MASTER.wav", "00_MIX_REFERENCE.wav", "01_Lead.wav", "receipt.json", "stems.json"];
    assert_eq!(desk.names_in("song-stems"), files);
    // The same set again has the same bytes.
    let before = desk.tree();
    desk.bounce(&["song"]).ended(0);
    assert_untouched(&before, &desk.tree());

    let lead = desk.path("song-stems/01_Lead.wav");
    let mut bytes = fs::read(&lead).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&lead, bytes).unwrap();
    let changed = desk.tree();
    let outcome = desk.bounce(&["song"]).ended(2);
    outcome.says(&["01_Lead.wav", "was changed since it was written", "--force"]);
    assert_untouched(&changed, &desk.tree());

    // Rights or colours that somebody wrote into the manifest are theirs.
    fs::remove_dir_all(desk.path("song-stems")).unwrap();
    desk.bounce(&["song"]).ended(0);
    let manifest = fs::read_to_string(desk.path("song-stems/stems.json")).unwrap();
    fs::write(desk.path("song-stems/stems.json"), manifest.replace("\"extras\": []", "\"extras\": [ ]")).unwrap();
    let edited = desk.tree();
    desk.bounce(&["song"]).ended(2).says(&["stems.json", "was changed since it was written", "--force"]);
    assert_untouched(&edited, &desk.tree());

    // A manifest that cannot be read makes nothing of it ours; a file of the set that is gone is no reason to refuse.
    fs::write(desk.path("song-stems/stems.json"), "{}").unwrap();
    desk.bounce(&["song"]).ended(2).says(&["song-stems", "--force"]);
    desk.bounce(&["song", "--force"]).ended(0);
    fs::remove_file(&lead).unwrap();
    desk.bounce(&["song"]).ended(0);
    assert_eq!(desk.names_in("song-stems"), files);
}

#[test]
fn a_set_never_takes_the_place_of_the_clips_it_is_made_from() {
    let desk = Desk::with_song(&[("Lead", "stem = 'Lead'")]);
    older_set(&desk.path("remix-stems"));
    // A remix of a set, and the set that it would be written to by default: every file in it is ours.
    desk.session("remix.toml", &track("Older", "", "remix-stems/01_Older.wav"));
    std::os::unix::fs::symlink(desk.path("remix-stems"), desk.path("link")).unwrap();
    let before = desk.tree();
    for arguments in [
        &["remix.toml"][..],
        &["remix.toml", "--force"],
        &["remix.toml", "-o", "link"],
        &["song", "-o", "song", "--force"],
        &["song", "-o", ".", "--force"],
    ] {
        let outcome = desk.bounce(arguments).ended(2);
        outcome.says(&["which this session plays", "hint: name another folder with -o"]);
        assert_untouched(&before, &desk.tree());
    }
    desk.bounce(&["remix.toml", "-o", "new"]).ended(0);
    // Inside the session's folder there is room.
    desk.bounce(&["song", "-o", "song/stems"]).ended(0);
    desk.bounce(&["song", "-o", "song/stems"]).ended(0);
}

#[test]
fn an_empty_folder_is_as_good_as_none_and_a_link_stays_a_link() {
    let desk = Desk::with_song(&[("Lead", "stem = 'Lead'")]);
    fs::create_dir(desk.path("song-stems")).unwrap();
    desk.bounce(&["song"]).ended(0);
    assert_eq!(desk.names(), ["song", "song-stems"]);
    fs::create_dir(desk.path("elsewhere")).unwrap();
    std::os::unix::fs::symlink("elsewhere", desk.path("out")).unwrap();
    desk.bounce(&["song", "-o", "out"]).ended(0);
    assert!(desk.path("out").is_symlink() && desk.path("elsewhere/stems.json").exists());
}

#[test]
fn a_folder_that_may_not_be_looked_into_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::with_song(&[("Lead", "stem = 'Lead'")]);
    desk.write("song-stems/notes.txt", "mine");
    let closed = |mode| fs::set_permissions(desk.path("song-stems"), fs::Permissions::from_mode(mode)).unwrap();
    closed(0o300);
    if fs::read_dir(desk.path("song-stems")).is_ok() {
        closed(0o755);
        eprintln!("skipped: no folder is closed to this user (root?)");
        return;
    }
    let outcome = desk.bounce(&["song"]);
    closed(0o755);
    outcome.ended(2).says(&["song-stems", "cannot be looked into", "--force"]);
    assert_eq!(desk.names_in("song-stems"), ["notes.txt"]);
}

#[test]
fn a_parent_that_may_not_be_written_to_is_named() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::with_song(&[("Lead", "stem = 'Lead'")]);
    fs::create_dir(desk.path("closed")).unwrap();
    let mode = |mode| fs::set_permissions(desk.path("closed"), fs::Permissions::from_mode(mode)).unwrap();
    mode(0o555);
    if fs::write(desk.path("closed/probe"), "").is_ok() {
        eprintln!("skipped: no folder is closed to this user (root?)");
        return;
    }
    let outcome = desk.bounce(&["song", "-o", "closed/set"]);
    mode(0o755);
    outcome.ended(2).says(&["closed/set", "hint: check the permissions"]);
    assert!(desk.names_in("closed").is_empty());
}

#[test]
fn ctrl_c_ends_a_run_and_leaves_nothing() {
    let desk = minute();
    for older in [false, true] {
        if older {
            older_set(&desk.path("song-stems"));
        }
        let before = desk.tree();
        for signal in ["-INT", "-TERM"] {
            let outcome = interrupt(at_work(&desk), signal).ended(130);
            let outcome = outcome.says(&["stopped; nothing was written"]);
            assert_eq!(outcome.out, "");
            assert_untouched(&before, &desk.tree());
        }
    }
}

#[test]
fn what_a_killed_run_leaves_the_next_one_takes_away() {
    let desk = minute();
    older_set(&desk.path("song-stems"));
    let before = tree(&desk.path("song-stems"));
    let killed = interrupt(at_work(&desk), "-KILL");
    assert_eq!(killed.status, None);
    assert!(desk.names().len() > 2, "it was killed too late: {:?}", desk.names());
    assert_untouched(&before, &tree(&desk.path("song-stems")));
    desk.sine("song/clip.wav", 0.1, RATE);
    desk.bounce(&["song"]).ended(0);
    assert_eq!(desk.names(), ["song", "song-stems"]);
    assert!(desk.path("song-stems/01_Lead.wav").exists() && !desk.path("song-stems/01_Older.wav").exists());
}

#[test]
fn of_two_runs_into_one_folder_the_second_is_told_to_wait() {
    let desk = minute();
    let first = at_work(&desk);
    let outcome = desk.bounce(&["song"]).ended(2);
    outcome.says(&["another run is writing to `song-stems`", "hint: wait until it has finished"]);
    // By another name of the same folder as well.
    desk.bounce(&["song", "-o", "./song/../song-stems/"]).ended(2).says(&["another run is writing"]);
    // The first one is none the worse for it.
    assert!(desk.path(".song-stems.stemwright-new/00_MIX_REFERENCE.wav").exists());
    // Into another folder there is no need to wait.
    desk.bounce(&["song", "-o", "other", "--tail", "0"]).ended(0);
    interrupt(first, "-INT").ended(130);
    assert_eq!(desk.names(), ["other", "song"]);
}
