//! The example song against the interpreter, itself under other blocks and threads, and a DAW's way of printing it.

mod disk;
mod interpreter;
mod memory;

use disk::{example, print};
use interpreter::{Mutant, Source, Sources, interpret};
use memory::{difference, peak, render};
use std::collections::BTreeMap;
use stemwright_audio::{Files, Media};
use stemwright_core::Session;
use stemwright_render::{BounceOptions, EngineOptions};

/// The files of a session, decoded whole.
fn sources(session: &Session) -> Sources {
    let files = Files::new();
    let mut sources = BTreeMap::new();
    for clip in session.tracks.iter().flat_map(|track| &track.clips) {
        sources.entry(clip.file.clone()).or_insert_with(|| {
            let info = files.info(&clip.file).expect("a sound file");
            let mut channels = vec![vec![0.0; info.frames as usize]; info.channels];
            let mut slices: Vec<&mut [f64]> = channels.iter_mut().map(Vec::as_mut_slice).collect();
            let got = files.open(&clip.file, 0).and_then(|mut reader| reader.read(&mut slices));
            assert_eq!(got.expect("a whole file"), info.frames as usize);
            Source { channels }
        });
    }
    sources
}

#[test]
fn the_mix_is_what_the_session_means_and_mutants_are_not() {
    let session = example();
    let sources = sources(&session);
    let printed = render(&session, &Files::new(), 2, EngineOptions::default());
    let wanted = interpret(&session, &sources, printed.start, printed.frames(), None);
    let part = 1.0 / (1u64 << 32) as f64;
    for (what, got, wanted) in [("mix", &printed.mix, &wanted.mix), ("master", &printed.master, &wanted.master)] {
        let off = difference(got, wanted) / peak(wanted);
        eprintln!("{what}: {:.1e} of 2^-32 of the peak", off / part);
        assert!(off <= part, "{what} is off by {off:e} of its peak");
    }
    // The first twelve seconds are enough to hear a mutant.
    let frames = 12 * 48_000;
    let start = printed.start + 20 * 48_000;
    let cut = |signal: &[Vec<f64>]| -> Vec<Vec<f64>> {
        signal.iter().map(|channel| channel[..20 * 48_000 + frames].to_vec()).collect()
    };
    for mutant in [Mutant::SendTapSwapped, Mutant::PanLawSwapped, Mutant::KeyOneFrameLate] {
        let wrong =
            interpret(&session, &sources, printed.start, (start - printed.start) as usize + frames, Some(mutant));
        let off = difference(&cut(&printed.mix), &wrong.mix) / peak(&wrong.mix);
        eprintln!("{mutant:?}: {off:e} of the peak");
        assert!(off > part, "{mutant:?} goes unnoticed");
    }
}

/// The hashes of all files of a set.
fn hashes(session: &Session, options: BounceOptions) -> Vec<(String, String, String)> {
    let folder = tempfile::tempdir().expect("a folder");
    let bounced = print(session, &folder.path().join("set"), options).expect("a proven set");
    bounced.receipt.files.into_iter().map(|file| (file.name, file.sha256, file.pcm_sha256)).collect()
}

#[test]
fn every_file_is_the_same_for_any_threads_blocks_runs_and_order_of_tracks() {
    let session = example();
    let with = |threads, block| BounceOptions { threads: Some(threads), block, ..Default::default() };
    let first = hashes(&session, with(1, 4096));
    for (threads, block) in [(1, 4096), (2, 64), (7, 65_536), (1, 1)] {
        assert_eq!(hashes(&session, with(threads, block)), first, "{threads} threads, blocks of {block}");
    }
    let mut other = session;
    other.tracks.reverse();
    other.buses.rotate_left(2);
    assert_eq!(hashes(&other, with(2, 1000)), first, "tracks and buses listed in another order");
}

/// What people do today: solo the tracks of one stem, print the mix, and so on for each stem. Where stems share a
/// compressor, and where one ducks another, the prints do not add up to the mix.
#[test]
fn soloed_passes_do_not_null() {
    let session = example();
    let files = Files::new();
    let whole = render(&session, &files, 2, EngineOptions::default());
    let graph = stemwright_render::Graph::new(&session, &files).expect("the example is sound");
    let mut sum = [vec![0.0; whole.frames()], vec![0.0; whole.frames()]];
    for stem in &graph.stems {
        let names: Vec<&str> = stem.tracks.iter().map(|&track| graph.nodes[track].strip.name.as_str()).collect();
        let mut soloed = session.clone();
        for track in &mut soloed.tracks {
            track.strip.solo = names.contains(&track.strip.name.as_str());
        }
        let pass = render(&soloed, &files, 2, EngineOptions::default());
        for (sum, channel) in sum.iter_mut().zip(&pass.mix) {
            sum.iter_mut().zip(channel).for_each(|(sum, x)| *sum += x);
        }
    }
    let soloed = 20.0 * difference(&sum, &whole.mix).log10();
    let mut lanes = [vec![0.0; whole.frames()], vec![0.0; whole.frames()]];
    for stem in &whole.stems {
        for (sum, channel) in lanes.iter_mut().zip(stem) {
            sum.iter_mut().zip(channel).for_each(|(sum, x)| *sum += x);
        }
    }
    let ours = 20.0 * difference(&lanes, &whole.mix).log10();
    eprintln!("largest |mix - sum of stems|: soloed passes {soloed:.1} dBFS, one pass with lanes {ours:.1} dBFS");
    assert!(soloed > -60.0, "soloed passes leave {soloed:.1} dBFS");
    assert!(ours < -250.0, "lanes leave {ours:.1} dBFS");
}
