//! A fault at every file operation of a bounce, and kills at any moment: the old set or the new one stands there whole,
//! nothing of the user's is lost, and the next run clears up.
#![cfg(unix)]

mod desk;

use desk::{Desk, Outcome, RATE, Tree, older_set, tree};
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;

/// What is where the set is to go.
#[derive(Debug, Clone, Copy, PartialEq)]
enum There {
    Nothing,
    /// Nor the folders above it.
    NoParents,
    OurSet,
    /// Ours, at the end of a link.
    Linked,
    /// A person's, and `--force`.
    Foreign,
}

/// A desk that can be set up the same way again and again.
struct Scene {
    desk: Desk,
    there: There,
    /// Two renames, as where the file system cannot exchange folders.
    turns: bool,
    old: Tree,
    new: Tree,
}

#[derive(Debug, PartialEq)]
enum State {
    Missing,
    Old,
    New,
}

impl Scene {
    /// A song of so many frames.
    fn new(there: There, turns: bool, frames: u32) -> Self {
        let desk = Desk::with_song(&[("Lead", "stem = 'Lead'")]);
        desk.sine("song/clip.wav", 0.1, frames);
        desk.bounce(&["song", "-o", "model"]).ended(0);
        let new = tree(&desk.path("model"));
        fs::remove_dir_all(desk.path("model")).unwrap();
        let old = match there {
            There::Nothing | There::NoParents => Tree::new(),
            There::OurSet | There::Linked => {
                older_set(&desk.path("older"));
                tree(&desk.path("older"))
            }
            There::Foreign => {
                desk.write("older/notes.txt", "mine");
                desk.write("older/takes/1.wav", "mine too");
                // What a set holds, but not of any set.
                desk.write("older/01_Lead.wav", "mine as well");
                tree(&desk.path("older"))
            }
        };
        let _ = fs::remove_dir_all(desk.path("older"));
        Self { desk, there, turns, old, new }
    }

    fn output(&self) -> &'static str {
        match self.there {
            There::NoParents => "made/deeper/song-stems",
            There::Linked => "link",
            _ => "song-stems",
        }
    }

    /// The folder itself, not a link to it.
    fn target(&self) -> &'static str {
        if self.there == There::NoParents { self.output() } else { "song-stems" }
    }

    /// Takes away whatever the last run left.
    fn set_up(&self) {
        for name in self.desk.names().iter().filter(|name| *name != "song") {
            let path = self.desk.path(name);
            if path.is_symlink() { fs::remove_file(path) } else { remove(&path) }.unwrap();
        }
        for (path, bytes) in &self.old {
            let path = self.desk.path("song-stems").join(path);
            match bytes {
                None => fs::create_dir_all(path).unwrap(),
                Some(bytes) => {
                    fs::create_dir_all(path.parent().unwrap()).unwrap();
                    fs::write(path, bytes).unwrap();
                }
            }
        }
        if self.there == There::Linked {
            std::os::unix::fs::symlink("song-stems", self.desk.path("link")).unwrap();
        }
    }

    fn command(&self, fault: Option<&str>) -> Command {
        let mut arguments = vec!["bounce", "song", "-o", self.output(), "--threads", "1", "--block", "64"];
        if self.there == There::Foreign {
            arguments.push("--force");
        }
        let mut command = self.desk.command(&arguments);
        if self.turns {
            command.env("STEMWRIGHT_FAULT_TURNS", "1");
        }
        if let Some(fault) = fault {
            command.env("STEMWRIGHT_FAULT_AT", fault);
        }
        command
    }

    fn run(&self, fault: Option<&str>) -> Outcome {
        self.command(fault).output().unwrap().into()
    }

    /// The file operations of a run in which nothing fails.
    fn operations(&self) -> Vec<String> {
        self.set_up();
        let listed = self.run(Some("0")).ended(0).err;
        listed.lines().filter_map(|line| Some(line.split_once(": ")?.1.to_owned())).collect()
    }

    /// Exactly the old set, exactly the new one, or nothing; a mixture of them ends the test.
    fn state(&self, case: &str) -> State {
        let target = self.desk.path(self.target());
        let found = tree_if_there(&target);
        match found {
            None => State::Missing,
            Some(found) if found == self.new => State::New,
            Some(found) if found == self.old && !self.old.is_empty() => State::Old,
            Some(found) => panic!("{case}: a mixture: {:?}", found.keys()),
        }
    }

    /// The names of all folders, the hidden ones too, that hold exactly what stood there before.
    fn copies_of_old(&self) -> Vec<String> {
        let holds = |name: &String| tree_if_there(&self.desk.path(name)).is_some_and(|found| found == self.old);
        self.desk.names().into_iter().filter(|name| !self.desk.path(name).is_symlink()).filter(holds).collect()
    }

    /// What must hold after a run with a fault in it; `lasting`: a kill, or a fault that even the way back met.
    fn check(&self, outcome: &Outcome, lasting: bool, case: &str) {
        let state = self.state(case);
        let said = format!("{}{}", outcome.out, outcome.err);
        match outcome.status {
            Some(0) => assert_eq!(state, State::New, "{case}"),
            Some(2) => {
                assert_ne!(state, State::New, "{case}: it failed, but the set is there\n{said}");
                assert!(said.contains("error: ") && said.contains("hint: "), "{case}: {said}");
                // Whose a lock is that could not be tried is not known: it stays.
                if !lasting && !case.ends_with(", lock") {
                    assert_eq!(self.rests(), [""; 0], "{case}");
                }
            }
            None => {}
            status => panic!("{case}: {status:?}\n{said}"),
        }
        let killed = outcome.status.is_none();
        if state == State::Missing && !self.old.is_empty() {
            assert!(self.turns && lasting, "{case}: neither set is there\n{said}");
            let old = self.desk.path(".song-stems.stemwright-old");
            let whole = tree_if_there(&old).is_some_and(|found| found == self.old || found == self.new);
            assert!(whole, "{case}: neither set is whole between the renames");
            assert!(killed || said.contains(".song-stems.stemwright-old"), "{case}: nothing names it:\n{said}");
        }
        if self.there == There::Foreign && state != State::Old {
            let copies = self.copies_of_old();
            let [copy] = copies.as_slice() else { panic!("{case}: the folder is at {copies:?}") };
            assert!(killed || said.contains(copy.as_str()), "{case}: nothing names {copy}:\n{said}");
        }
    }

    /// Hidden folders and files beside the target.
    fn rests(&self) -> Vec<String> {
        let folder = Path::new(self.target()).parent().unwrap().to_str().unwrap();
        if !self.desk.path(folder).exists() {
            return Vec::new();
        }
        self.desk.names_in(folder).into_iter().filter(|name| name.starts_with('.')).collect()
    }

    /// What must hold after the next run, in which nothing fails.
    fn check_next(&self, case: &str) {
        // A killed run can say nothing. What it left in sight, under a name that says what it is, needs no words.
        let hidden = self.there == There::Foreign && self.copies_of_old().iter().any(|copy| copy.starts_with('.'));
        let next = self.run(None);
        assert_eq!(next.status, Some(0), "{case}, the next run: {}", next.err);
        assert_eq!(self.state(case), State::New, "{case}, the next run");
        assert_eq!(self.rests(), [""; 0], "{case}, the next run");
        let names = match self.there {
            There::Nothing | There::OurSet => &["song", "song-stems"][..],
            There::NoParents => &["made", "song"],
            There::Linked => &["link", "song", "song-stems"],
            There::Foreign => &["song", "song-stems", "song-stems.old-1"],
        };
        assert_eq!(self.desk.names(), names, "{case}, the next run");
        if self.there == There::Foreign {
            assert_eq!(self.copies_of_old(), ["song-stems.old-1"], "{case}, the next run");
            let told = next.out.contains("song-stems.old-1");
            assert!(told || !hidden, "{case}: no message names song-stems.old-1:\n{}", next.out);
        }
    }
}

fn remove(path: &Path) -> std::io::Result<()> {
    if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }
}

fn tree_if_there(path: &Path) -> Option<Tree> {
    path.is_dir().then(|| tree(path))
}

const SCENES: [(There, bool); 8] = [
    (There::Nothing, false),
    (There::NoParents, false),
    (There::OurSet, false),
    (There::OurSet, true),
    (There::Linked, false),
    (There::Linked, true),
    (There::Foreign, false),
    (There::Foreign, true),
];

/// A tenth of a second.
const TINY: u32 = RATE / 10;

/// Once, and lasting from then on. A file that is open elsewhere makes itself felt as `ebusy`.
const FAULTS: [&str; 7] = [":kill", ":enospc", ":eacces", ":ebusy", "+:enospc", "+:eacces", "+:ebusy"];

#[test]
fn a_fault_at_any_file_operation_leaves_the_old_set_or_the_new() {
    let tried = |(there, turns)| {
        let scene = Scene::new(there, turns, TINY);
        let operations = scene.operations();
        for (number, operation) in (1..).zip(&operations) {
            for fault in FAULTS {
                let case = format!("{there:?}, turns {turns}, {number}{fault}, {operation}");
                scene.set_up();
                let outcome = scene.run(Some(&format!("{number}{fault}")));
                assert_eq!(outcome.status.is_none(), fault == ":kill", "{case}: {}", outcome.err);
                scene.check(&outcome, fault == ":kill" || fault.starts_with('+'), &case);
                scene.check_next(&case);
            }
        }
        eprintln!("{there:?}, turns {turns}: {} operations × {} faults", operations.len(), FAULTS.len());
        operations
    };
    let all: Vec<Vec<String>> = thread::scope(|scope| {
        let started: Vec<_> = SCENES.map(|scene| scope.spawn(move || tried(scene))).into_iter().collect();
        started.into_iter().map(|scene| scene.join().unwrap()).collect()
    });
    let points: usize = all.iter().map(Vec::len).sum();
    eprintln!("{points} points × {} faults = {} cases", FAULTS.len(), points * FAULTS.len());
    // Each kind of operation is among them: a list that lost its points would prove nothing.
    for operation in [
        "create a parent",
        "create the lock",
        "lock",
        "create the folder",
        "create a file",
        "write a header",
        "write samples",
        "complete a header",
        "sync a file",
        "create a document",
        "write a document",
        "sync a folder",
        "exchange the sets",
        "rename song-stems to .song-stems.stemwright-old",
        "rename .song-stems.stemwright-swap to song-stems",
        "to song-stems.old-1",
        "remove a folder",
        "remove the lock",
        "end",
    ] {
        assert!(all.iter().flatten().any(|name| name.contains(operation)), "no point: {operation}");
    }
}

#[test]
fn a_clearing_up_that_is_killed_as_well_is_completed_by_the_one_after() {
    let tried = |there| {
        let scene = Scene::new(there, true, TINY);
        let operations = scene.operations();
        let between = operations.iter().position(|name| name.starts_with("rename song-stems to ")).unwrap() + 2;
        let mut cases = 0;
        // Killed between the renames and after them; then at every operation of the next run.
        for first in [between, between + 1] {
            for second in 1.. {
                let case = format!("{there:?}, killed at {first}, then at {second}");
                scene.set_up();
                let killed = scene.run(Some(&format!("{first}:kill")));
                assert_eq!(killed.status, None, "{case}");
                let outcome = scene.run(Some(&format!("{second}:kill")));
                scene.check(&outcome, true, &case);
                cases += 1;
                if outcome.status.is_some() {
                    break;
                }
                scene.check_next(&case);
            }
        }
        eprintln!("{there:?}: {cases} pairs of kills");
    };
    thread::scope(|scope| {
        for there in [There::OurSet, There::Foreign] {
            scope.spawn(move || tried(there));
        }
    });
}

#[test]
fn a_kill_between_two_renames_is_completed_even_by_a_run_that_is_refused() {
    for there in [There::OurSet, There::Linked, There::Foreign] {
        let scene = Scene::new(there, true, TINY);
        let operations = scene.operations();
        let between = operations.iter().position(|name| name.starts_with("rename song-stems to ")).unwrap() + 2;
        scene.set_up();
        assert_eq!(scene.run(Some(&format!("{between}:kill"))).status, None);
        assert_eq!(scene.state("killed"), State::Missing);
        fs::rename(scene.desk.path("song/clip.wav"), scene.desk.path("song/other.wav")).unwrap();
        scene.run(None).ended(2).says(&["clip.wav` does not exist"]);
        assert_eq!((scene.state("refused"), scene.rests()), (State::New, Vec::new()));
        if there == There::Foreign {
            assert_eq!(scene.copies_of_old(), ["song-stems.old-1"]);
        }
    }
}

/// A moment of a run, seen from outside.
enum Moment {
    /// So many bytes are in the staging folder.
    Bytes(u64),
    /// A file or folder is there.
    There(&'static str),
    /// The new set is in place.
    InPlace,
}

impl Moment {
    fn has_come(&self, scene: &Scene) -> bool {
        match self {
            Self::Bytes(bytes) => {
                let entries = fs::read_dir(scene.desk.path(".song-stems.stemwright-new")).into_iter().flatten();
                let sizes = entries.flatten().filter_map(|entry| entry.metadata().ok()).map(|meta| meta.len());
                sizes.sum::<u64>() >= *bytes
            }
            Self::There(path) => scene.desk.path(path).exists(),
            Self::InPlace => scene.desk.path("song-stems/01_Lead.wav").metadata().is_ok_and(|meta| meta.len() > 1000),
        }
    }
}

/// Kills a run when the moment has come, unless it has ended.
fn kill_at(scene: &Scene, moment: &Moment) -> Outcome {
    let mut child: Child = scene.command(None).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    while !moment.has_come(scene) && child.try_wait().unwrap().is_none() {
        thread::yield_now();
    }
    child.kill().unwrap();
    child.wait_with_output().unwrap().into()
}

#[test]
fn kill_9_at_any_moment_leaves_the_old_set_or_the_new() {
    const RUNS: usize = 20;
    const FRAMES: u32 = 5 * RATE;
    // Two references and a stem.
    const BYTES: u64 = 3 * FRAMES as u64 * 6;
    let scenes = [(There::Nothing, false), (There::OurSet, false), (There::OurSet, true), (There::Foreign, true)];
    let scenes = scenes.map(|(there, turns)| Scene::new(there, turns, FRAMES));
    // Knuth's MMIX constants.
    let mut random = 20_u64;
    let mut draw = |below: u64| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % below
    };
    let mut killed = 0;
    for run in 0..RUNS {
        let scene = &scenes[run % scenes.len()];
        let moment = match draw(6) {
            0 => Moment::There(".song-stems.stemwright-new/stems.json"),
            1 => Moment::There(".song-stems.stemwright-swap"),
            2 => Moment::InPlace,
            _ => Moment::Bytes(draw(BYTES)),
        };
        let case = format!("run {run}, {:?}, turns {}", scene.there, scene.turns);
        scene.set_up();
        let outcome = kill_at(scene, &moment);
        killed += usize::from(outcome.status.is_none());
        scene.check(&outcome, true, &case);
        scene.check_next(&case);
    }
    eprintln!("{killed} of {RUNS} runs were killed before they ended");
    assert!(killed > RUNS / 4, "only {killed} of {RUNS} were killed before they ended");
}

#[test]
fn a_player_that_holds_a_file_of_the_old_set_open_reads_it_to_its_end() {
    use std::io::Read;
    for turns in [false, true] {
        let scene = Scene::new(There::OurSet, turns, TINY);
        scene.set_up();
        let mut player = fs::File::open(scene.desk.path("song-stems/01_Older.wav")).unwrap();
        let mut heard = vec![0; 1000];
        player.read_exact(&mut heard).unwrap();
        let outcome = scene.run(None).ended(0);
        assert_eq!(outcome.err, "");
        scene.check_next("open elsewhere");
        player.read_to_end(&mut heard).unwrap();
        assert!(Some(&heard) == scene.old[Path::new("01_Older.wav")].as_ref());
    }
}

#[test]
fn a_person_s_file_that_comes_into_the_old_set_at_the_last_moment_is_kept() {
    // Killed just after the exchange; then somebody finds the hidden folder and puts something into it.
    let scene = Scene::new(There::OurSet, false, TINY);
    let operations = scene.operations();
    let after = operations.iter().position(|name| name == "exchange the sets").unwrap() + 2;
    scene.set_up();
    assert_eq!(scene.run(Some(&format!("{after}:kill"))).status, None);
    scene.desk.write(".song-stems.stemwright-swap/notes.txt", "mine");
    let outcome = scene.run(None).ended(0);
    assert!(outcome.out.contains("song-stems.old-1"), "{}", outcome.out);
    assert_eq!(fs::read_to_string(scene.desk.path("song-stems.old-1/notes.txt")).unwrap(), "mine");
    assert_eq!(scene.desk.names(), ["song", "song-stems", "song-stems.old-1"]);
}
