//! `stemwright-copy OUT IN…`: reads every input once and writes five files of three quarters of an input's size, which is what
//! a bounce of float tracks into a mix, and four stems of 24 bits must read and write at least. Nothing is computed, so
//! what it costs is what the system takes for the bytes alone: the limit that `bench/race.py` compares with.

use std::error::Error;
use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

const OUTPUTS: usize = 5;
/// A read of each input in turn: small enough that it stays in the cache until it is written, large enough that the
/// calls themselves do not count. 64 KiB and 1 MiB take as long.
const PIECE: usize = 256 << 10;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let folder = arguments.next().ok_or("usage: stemwright-copy OUT IN…")?;
    let inputs: Vec<PathBuf> = arguments.collect();
    copy(&folder, &inputs)
}

fn copy(folder: &Path, inputs: &[PathBuf]) -> Result<(), Box<dyn Error>> {
    let open = |path: &PathBuf| File::open(path).map_err(|error| format!("{}: {error}", path.display()));
    let mut inputs = inputs.iter().map(open).collect::<Result<Vec<_>, _>>()?;
    std::fs::create_dir_all(folder)?;
    let create = |number| File::create(folder.join(format!("{number}.wav")));
    let mut outputs = (0..OUTPUTS).map(create).collect::<Result<Vec<_>, _>>()?;
    let mut piece = vec![0; PIECE];
    loop {
        let mut longest = 0;
        for (number, input) in inputs.iter_mut().enumerate() {
            let filled = fill(input, &mut piece)?;
            longest = longest.max(filled);
            // Each output takes the bytes of one input, while they are still warm, as sums are.
            if let Some(output) = outputs.get_mut(number) {
                output.write_all(&piece[..filled / 4 * 3])?;
            }
        }
        if longest < PIECE {
            break;
        }
    }
    // The product waits for the disk as well, before it calls a set complete.
    for output in &outputs {
        output.sync_all()?;
    }
    Ok(())
}

/// Reads until the piece is full or the file ends.
fn fill(file: &mut File, piece: &mut [u8]) -> std::io::Result<usize> {
    let mut filled = 0;
    while filled < piece.len() {
        match file.read(&mut piece[filled..])? {
            0 => break,
            count => filled += count,
        }
    }
    Ok(filled)
}
