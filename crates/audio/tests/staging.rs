//! A set replaces another as one whole, or not at all.

use std::fs;
use std::path::Path;

use stemwright_audio::{AudioError, Replaced, Staging, free_space};

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
    assert_eq!(staging.commit(Replaced::Delete).unwrap(), None);
    assert_eq!(names(&target), ["dry", "one"]);
    assert_eq!(names(target.parent().unwrap()), ["song-stems"]);
}

#[test]
fn a_replaced_set_is_gone_or_kept_as_asked() {
    let root = tempfile::tempdir().unwrap();
    let target = root.path().join("set");
    stage(&target, "one").commit(Replaced::Delete).unwrap();
    stage(&target, "two").commit(Replaced::Delete).unwrap();
    assert_eq!((names(root.path()), names(&target)), (vec!["set".into()], vec!["dry".into(), "two".into()]));
    for (number, old, new) in [(1, "two", "three"), (2, "three", "four")] {
        let kept = stage(&target, new).commit(Replaced::Keep).unwrap().unwrap();
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
    stage(&target, "one").commit(Replaced::Delete).unwrap();
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
    first.commit(Replaced::Delete).unwrap();
    stage(&target, "two").commit(Replaced::Delete).unwrap();
    assert_eq!(names(root.path()), ["set"]);
}

#[test]
fn what_a_killed_run_left_is_removed_but_never_a_set_of_somebody_s() {
    let root = tempfile::tempdir().unwrap();
    let target = root.path().join("set");
    // Killed while writing: half a new set, and a lock that nobody holds.
    fs::create_dir(root.path().join(".set.stemwright-new")).unwrap();
    fs::write(root.path().join(".set.stemwright-new/half"), "").unwrap();
    fs::write(root.path().join(".set.stemwright-lock"), "").unwrap();
    // Killed between two renames: a set that may be the only copy.
    fs::create_dir(root.path().join(".set.stemwright-swap")).unwrap();
    fs::write(root.path().join(".set.stemwright-swap/mine"), "").unwrap();
    stage(&target, "one").commit(Replaced::Delete).unwrap();
    assert_eq!(names(root.path()), ["set", "set.old-1"]);
    assert_eq!(names(&target), ["dry", "one"]);
    assert!(root.path().join("set.old-1/mine").exists());
}

#[test]
fn names_of_folders_may_have_dots_and_slashes_at_their_end() {
    let root = tempfile::tempdir().unwrap();
    let target = root.path().join("song v1.2/");
    stage(&target, "one").commit(Replaced::Delete).unwrap();
    stage(&target, "two").commit(Replaced::Delete).unwrap();
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
    stage(&link, "one").commit(Replaced::Delete).unwrap();
    assert!(link.is_symlink() && real.join("one").exists());
}

#[test]
fn free_space_is_known_for_folders_that_are_not_there_yet() {
    let root = tempfile::tempdir().unwrap();
    let there = free_space(root.path());
    assert_eq!(there.is_some(), cfg!(unix));
    assert_eq!(free_space(&root.path().join("a/b/c")).is_some(), there.is_some());
}
