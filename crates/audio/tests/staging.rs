//! A set replaces another as one whole, or not at all.

use std::fs;
use std::path::Path;

use stemwright_audio::{AudioError, Staging, free_space};

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn stage(target: &Path, file: &str) -> Staging {
    let staging = Staging::begin(target).unwrap();
    fs::create_dir(staging.path().join("dry")).unwrap();
    fs::write(staging.path().join("dry").join(file), file).unwrap();
    fs::write(staging.path().join(file), file).unwrap();
    staging
}

#[test]
fn a_new_set_appears_whole_and_its_parents_with_it() {
    let root = tempfile::tempdir().unwrap();
    let target = root.path().join("a/b/song-stems");
    let staging = stage(&target, "one");
    assert!(!target.exists());
    assert_eq!(staging.commit(|_| true).unwrap(), None);
    assert_eq!(names(&target), ["dry", "one"]);
    assert_eq!(names(target.parent().unwrap()), ["song-stems"]);
}

#[test]
fn a_replaced_set_is_gone_or_kept_as_asked() {
    let root = tempfile::tempdir().unwrap();
    let target = root.path().join("set");
    stage(&target, "one").commit(|_| true).unwrap();
    stage(&target, "two").commit(|_| true).unwrap();
    assert_eq!((names(root.path()), names(&target)), (vec!["set".into()], vec!["dry".into(), "two".into()]));
    for (number, old, new) in [(1, "two", "three"), (2, "three", "four")] {
        let kept = stage(&target, new).commit(|_| false).unwrap().unwrap();
        assert_eq!(kept, root.path().join(format!("set.old-{number}")));
        assert_eq!(names(&kept), ["dry", old]);
        assert!(target.join(new).exists() && !target.join(old).exists());
    }
    assert_eq!(names(root.path()), ["set", "set.old-1", "set.old-2"]);
}

#[test]
fn a_run_that_fails_leaves_no_trace() {
    let root = tempfile::tempdir().unwrap();
    let target = root.path().join("new/deeper/set");
    drop(stage(&target, "one"));
    assert!(names(root.path()).is_empty());
    let target = root.path().join("set");
    stage(&target, "one").commit(|_| true).unwrap();
    drop(stage(&target, "two"));
    assert_eq!((names(root.path()), names(&target)), (vec!["set".into()], vec!["dry".into(), "one".into()]));
}

#[test]
fn a_second_run_into_the_same_folder_is_refused() {
    let root = tempfile::tempdir().unwrap();
    let target = root.path().join("set");
    let first = stage(&target, "one");
    let error = Staging::begin(&target).unwrap_err();
    assert!(matches!(error, AudioError::Busy { .. }), "{error}");
    assert!(error.hint().is_some());
    // The refused run took nothing of the first one's away, and another target is free.
    assert!(first.path().join("one").exists());
    drop(Staging::begin(&root.path().join("set2")).unwrap());
    first.commit(|_| true).unwrap();
    stage(&target, "two").commit(|_| true).unwrap();
    assert_eq!(names(root.path()), ["set"]);
}

/// Folders beside a target `set` and in its place, each with one file that tells what it is.
fn left_behind(folders: &[(&str, &str)]) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    for (folder, file) in folders {
        fs::create_dir(root.path().join(folder)).unwrap();
        fs::write(root.path().join(folder).join(file), "").unwrap();
    }
    // Nobody holds it.
    fs::write(root.path().join(".set.stemwright-lock"), "").unwrap();
    root
}

const NEW: &str = ".set.stemwright-new";
const SWAP: &str = ".set.stemwright-swap";
const OLD: &str = ".set.stemwright-old";

#[test]
fn whatever_a_killed_run_left_is_completed_or_cleared_away() {
    // What is there; then what is where afterwards. `ours` may be deleted, `mine` may not.
    type Folders<'a> = &'a [(&'a str, &'a str)];
    let cases: [(Folders<'_>, Folders<'_>); 12] = [
        (&[], &[]),
        (&[(NEW, "half")], &[]),
        (&[(NEW, "half"), ("set", "mine")], &[("set", "mine")]),
        // Before the exchange, and after it.
        (&[(SWAP, "ours"), ("set", "mine")], &[("set", "mine")]),
        (&[(SWAP, "mine"), ("set", "ours")], &[("set", "ours"), ("set.old-1", "mine")]),
        // Between two renames, and after them.
        (&[(SWAP, "ours"), (OLD, "mine")], &[("set", "ours"), ("set.old-1", "mine")]),
        (&[(SWAP, "ours"), (OLD, "ours")], &[("set", "ours")]),
        (&[("set", "ours"), (OLD, "mine")], &[("set", "ours"), ("set.old-1", "mine")]),
        // The way back was cut off.
        (&[(NEW, "ours"), (OLD, "mine")], &[("set", "mine")]),
        // While a verified set is deleted.
        (&[(NEW, "ours"), ("set", "ours")], &[("set", "ours")]),
        // Somebody took the new set away.
        (&[(SWAP, "mine")], &[("set", "mine")]),
        // A name that is taken stays taken.
        (
            &[("set", "ours"), ("set.old-1", "mine"), (OLD, "mine"), (SWAP, "mine")],
            &[("set", "ours"), ("set.old-1", "mine"), ("set.old-2", "mine"), ("set.old-3", "mine")],
        ),
    ];
    for (before, after) in cases {
        let root = left_behind(before);
        let target = root.path().join("set");
        let kept = Staging::recover(&target, &|folder| folder.join("ours").exists()).unwrap();
        assert_eq!(names(root.path()), after.iter().map(|(name, _)| *name).collect::<Vec<_>>(), "{before:?}");
        for (folder, file) in after {
            assert_eq!(names(&root.path().join(folder)), [*file], "{before:?}");
        }
        let aside = |name: &str| name.contains(".old-") && !before.iter().any(|(old, _)| *old == name);
        let aside: Vec<_> =
            after.iter().filter(|(name, _)| aside(name)).map(|(name, _)| root.path().join(name)).collect();
        assert_eq!(kept, aside, "{before:?}");
        assert!(Staging::recover(&target, &|_| false).unwrap().is_empty());
    }
}

#[test]
fn a_run_that_knows_nothing_of_what_is_left_deletes_none_of_it() {
    let root = left_behind(&[("set", "ours"), (NEW, "half"), (SWAP, "mine")]);
    let target = root.path().join("set");
    stage(&target, "one").commit(|old| old.join("ours").exists()).unwrap();
    assert_eq!(names(root.path()), ["set", "set.old-1"]);
    assert_eq!(
        (names(&target), names(&root.path().join("set.old-1"))),
        (vec!["dry".into(), "one".into()], vec!["mine".into()])
    );
}

#[test]
fn what_comes_into_the_old_set_before_it_leaves_its_place_is_kept() {
    let root = tempfile::tempdir().unwrap();
    let target = root.path().join("set");
    stage(&target, "one").commit(|_| true).unwrap();
    let staging = stage(&target, "two");
    fs::write(target.join("mine"), "").unwrap();
    let kept = staging.commit(|old| {
        assert!(!old.ends_with("set") && target.join("two").exists(), "asked too early");
        !old.join("mine").exists()
    });
    assert_eq!(names(&kept.unwrap().unwrap()), ["dry", "mine", "one"]);
}

#[test]
fn a_run_at_work_is_not_taken_for_a_killed_one() {
    let root = tempfile::tempdir().unwrap();
    let target = root.path().join("set");
    let staging = stage(&target, "one");
    assert!(matches!(Staging::recover(&target, &|_| true), Err(AudioError::Busy { .. })));
    staging.commit(|_| true).unwrap();
    assert_eq!(names(&target), ["dry", "one"]);
}

#[test]
fn names_of_folders_may_have_dots_and_slashes_at_their_end() {
    let root = tempfile::tempdir().unwrap();
    let target = root.path().join("song v1.2/");
    stage(&target, "one").commit(|_| true).unwrap();
    stage(&target, "two").commit(|_| true).unwrap();
    assert_eq!(names(root.path()), ["song v1.2"]);
    let file = root.path().join("file");
    fs::write(&file, "").unwrap();
    assert!(matches!(Staging::begin(&file), Err(AudioError::Unsupported { .. })));
}

#[test]
#[cfg(unix)]
fn a_link_to_a_folder_stays_a_link() {
    let root = tempfile::tempdir().unwrap();
    let (real, link) = (root.path().join("real"), root.path().join("link"));
    fs::create_dir(&real).unwrap();
    std::os::unix::fs::symlink(&real, &link).unwrap();
    stage(&link, "one").commit(|_| true).unwrap();
    assert!(link.is_symlink() && real.join("one").exists());
    // Between two renames nothing is at the end of the link; the link itself may be one of several, and relative.
    fs::rename(&real, root.path().join(".real.stemwright-swap")).unwrap();
    let links = root.path().join("links");
    std::os::unix::fs::symlink("link", &links).unwrap();
    Staging::recover(&links, &|_| false).unwrap();
    assert_eq!(
        (names(root.path()), names(&real)),
        (vec!["link".into(), "links".into(), "real".into()], vec!["dry".into(), "one".into()])
    );
}

#[test]
fn free_space_is_known_for_folders_that_are_not_there_yet() {
    let root = tempfile::tempdir().unwrap();
    let there = free_space(root.path());
    assert_eq!(there.is_some(), cfg!(unix));
    assert_eq!(free_space(&root.path().join("a/b/c")).is_some(), there.is_some());
}
