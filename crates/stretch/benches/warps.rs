//! CPU-seconds for a minute of stereo: `cargo bench -p stemwright-stretch`.

#![allow(clippy::print_stdout, reason = "a bench prints")]

use std::path::Path;
use std::time::Instant;
use stemwright_audio::{AudioError, FrameReader, Media, MediaInfo};
use stemwright_core::{Pitch, SampleRate, Warp};
use stemwright_stretch::open_warped;

const SECONDS: u64 = 60;
const HZ: u32 = 48_000;

/// Tones, noise and a hit every quarter of a second.
struct Music;

struct Reader(u64);

impl Media for Music {
    fn info(&self, _: &Path) -> Result<MediaInfo, AudioError> {
        let rate = SampleRate::new(HZ).expect("a rate");
        Ok(MediaInfo::new(rate, 2, SECONDS * u64::from(HZ)))
    }

    fn open(&self, _: &Path, from: u64) -> Result<Box<dyn FrameReader>, AudioError> {
        Ok(Box::new(Reader(from)))
    }
}

impl FrameReader for Reader {
    fn read(&mut self, out: &mut [&mut [f64]]) -> Result<usize, AudioError> {
        let count = out[0].len().min((SECONDS * u64::from(HZ)).saturating_sub(self.0) as usize);
        for (channel, plane) in out.iter_mut().enumerate() {
            for (i, x) in plane[..count].iter_mut().enumerate() {
                let frame = self.0 + i as u64;
                let noise = (frame.wrapping_mul(6_364_136_223_846_793_005) >> 40) as f64 / f64::from(1 << 23) - 1.0;
                let decay = 1.0 - (frame % 12_000) as f64 / 12_000.0;
                let tone = ((frame % 218) as f64 / 109.0 - 1.0) * 0.2 * (channel as f64 + 1.0);
                *x = tone + 0.3 * noise * decay.powi(6);
            }
        }
        self.0 += count as u64;
        Ok(count)
    }
}

fn main() {
    let rate = SampleRate::new(HZ).expect("a rate");
    let source = SECONDS * u64::from(HZ);
    for (name, pitch) in [("kept", Pitch::Kept(0.0)), ("moved", Pitch::Kept(3.0)), ("follows", Pitch::Follows)] {
        for speed in [0.5, 0.8, 1.25, 2.0] {
            let warp = Warp::even(0, source, (source as f64 / speed) as u64, pitch);
            let begun = Instant::now();
            let mut reader = open_warped(&Music, Path::new(""), &warp, rate).expect("opens");
            let mut planes = vec![vec![0.0; 4096]; 2];
            let mut frames = 0;
            loop {
                let mut slices: Vec<&mut [f64]> = planes.iter_mut().map(Vec::as_mut_slice).collect();
                let got = reader.read(&mut slices).expect("reads");
                frames += got;
                if got < 4096 {
                    break;
                }
            }
            let seconds = begun.elapsed().as_secs_f64();
            let minutes = frames as f64 / f64::from(HZ) / 60.0;
            println!("pitch {name}, speed {speed}: {:.2} s a minute of clip", seconds / minutes);
        }
    }
}
