//! The proof, from the files alone: a set is read back from disk by an independent reader and added up.

mod disk;
mod every;

use disk::{floats, integers, print};
use std::path::Path;
use stemwright_core::{Coding, Session};
use stemwright_render::{BounceOptions, Bounced, Headroom, MASTER, MIX, PREMASTER};

const SCALE: f64 = 8_388_608.0;

/// What the files of a 24-bit and of a 32-float bounce of the same session say of each other.
#[derive(Debug, Default)]
struct Measured {
    stems: usize,
    samples: usize,
    /// Samples on which the integer stems do not add up to the integer mix.
    lsb_errors: usize,
    /// The largest remainder of the rounded floats, in LSB, and its largest part of what is allowed.
    remainder: f64,
    remainder_of_bound: f64,
    /// The farthest that an integer is from its float, in LSB.
    farthest: f64,
    /// The largest part of what is allowed by which the float stems miss the float mix.
    float_of_bound: f64,
}

/// Half the distance between neighbouring f32 numbers around x.
fn half_ulp(x: f32) -> f64 {
    let magnitude = x.abs();
    0.5 * (f64::from(f32::from_bits(magnitude.to_bits() + 1)) - f64::from(magnitude))
}

fn measure(whole: &Bounced, float: &Bounced, dither: bool) -> Measured {
    let names: Vec<&str> = whole.manifest.stems.iter().map(|stem| stem.file.as_str()).collect();
    assert_eq!(names, float.manifest.stems.iter().map(|stem| stem.file.as_str()).collect::<Vec<_>>());
    let (mix24, mix32) =
        (integers(&whole.folder.join(format!("{MIX}.wav"))), floats(&float.folder.join(format!("{MIX}.wav"))));
    let n = mix24.len();
    assert_eq!((n, n as u64), (mix32.len(), 2 * whole.receipt.frames));
    let mut found = Measured { stems: names.len(), samples: n, ..Default::default() };
    // Sums over the stems, one file after the other, so that an hour would fit.
    let (mut sum24, mut sum32, mut rounded) = (vec![0i64; n], vec![0f64; n], vec![0f64; n]);
    let (mut magnitude, mut rounding, mut active) = (vec![0f64; n], vec![0f64; n], vec![0u32; n]);
    for name in names {
        let (i24, f32s) = (integers(&whole.folder.join(name)), floats(&float.folder.join(name)));
        assert_eq!((i24.len(), f32s.len()), (n, n), "{name} is as long as the mix");
        for k in 0..n {
            let x = f64::from(f32s[k]);
            sum24[k] += i64::from(i24[k]);
            sum32[k] += x;
            rounded[k] += (x * SCALE).round();
            magnitude[k] += x.abs();
            rounding[k] += half_ulp(f32s[k]);
            active[k] += u32::from(x != 0.0);
            found.farthest = found.farthest.max((f64::from(i24[k]) - x * SCALE).abs());
            assert!(x != 0.0 || i24[k] == 0, "{name}: digital silence stays silence (sample {k})");
        }
    }
    let second = 2 * whole.receipt.rate.hz() as usize;
    let total = f64::from(found.stems as u32);
    for k in 0..n {
        found.lsb_errors += usize::from(sum24[k] != i64::from(mix24[k]));
        let mixed = f64::from(mix32[k]);
        found.farthest = found.farthest.max((f64::from(mix24[k]) - mixed * SCALE).abs());
        // The loudest Σ|stem| of the last second is at least the one of this sample: a stricter bound than DESIGN's,
        // except for what rings on after something loud.
        let from = k.saturating_sub(second);
        let allowed = half_ulp(mix32[k]) + rounding[k];
        let mut bound = allowed + magnitude[k] / (1u64 << 34) as f64 + total / (1u64 << 44) as f64;
        let residual = (mixed - sum32[k]).abs();
        if residual > bound {
            let same_channel = (from..=k).filter(|j| j % 2 == k % 2);
            let loudest = same_channel.fold(0.0f64, |most, j| most.max(magnitude[j]));
            bound = allowed + loudest / (1u64 << 34) as f64 + total / (1u64 << 44) as f64;
        }
        found.float_of_bound = found.float_of_bound.max(residual / bound);
        if !dither {
            let remainder = ((mixed * SCALE).round() - rounded[k]).abs();
            // (N+1)/2 for the values themselves; the f32 files that they are recomputed from are rounded once more.
            let bound = f64::from(active[k] + 1) / 2.0 + allowed * SCALE;
            found.remainder = found.remainder.max(remainder);
            found.remainder_of_bound = found.remainder_of_bound.max(remainder / bound);
        }
    }
    found
}

fn prove(session: &Session, folder: &Path, options: BounceOptions) -> Measured {
    let dither = options.dither == Some(true);
    let whole = print(session, &folder.join("whole"), options.clone()).expect("a proven set");
    let float = BounceOptions { coding: Coding::Wav32f, ..options };
    let float = print(session, &folder.join("float"), float).expect("a proven set");
    let null = &whole.receipt.null;
    assert!(null.proven && float.receipt.null.proven && null.lsb_errors == Some(0));
    assert!(f64::from(null.remainder_lsb.expect("integers")) <= null.remainder_bound_lsb.expect("integers"));
    let found = measure(&whole, &float, dither);
    eprintln!("{} stems, {found:.3?}", found.stems);
    assert!(found.samples > 0 && found.stems > 1);
    assert_eq!(found.lsb_errors, 0, "integer stems sum to the integer mix");
    assert!(found.farthest <= if dither { 3.5 } else { 2.0 }, "integers stay near their floats: {}", found.farthest);
    assert!(found.float_of_bound <= 1.0, "float stems sum to the float mix: {}", found.float_of_bound);
    assert!(found.remainder_of_bound <= 1.0, "remainders are explained by rounding: {}", found.remainder_of_bound);
    found
}

#[test]
fn the_example_adds_up() {
    let folder = tempfile::tempdir().expect("a folder");
    let found = prove(&disk::example(), folder.path(), BounceOptions::default());
    assert!(found.remainder >= 1.0, "with several stems some remainder is there to distribute");
}

#[test]
fn the_example_adds_up_with_dither() {
    let folder = tempfile::tempdir().expect("a folder");
    prove(&disk::example(), folder.path(), BounceOptions { dither: Some(true), ..Default::default() });
}

#[test]
fn the_example_through_its_master_adds_up_to_the_master() {
    let folder = tempfile::tempdir().expect("a folder");
    prove(&disk::example(), folder.path(), BounceOptions { through_master: true, ..Default::default() });
    // What the stems add up to is the master of an ordinary bounce, sample for sample.
    let plain = print(&disk::example(), &folder.path().join("plain"), BounceOptions::default()).expect("a proven set");
    assert_eq!(
        integers(&plain.folder.join(format!("{MASTER}.wav"))),
        integers(&folder.path().join("whole").join(format!("{MIX}.wav")))
    );
    assert_eq!(
        integers(&plain.folder.join(format!("{MIX}.wav"))),
        integers(&folder.path().join("whole").join(format!("{PREMASTER}.wav")))
    );
}

#[test]
fn the_dry_example_adds_up() {
    let folder = tempfile::tempdir().expect("a folder");
    let options = BounceOptions { dry: true, headroom: Headroom::Db(12.0), ..Default::default() };
    prove(&disk::example(), folder.path(), options);
}

#[test]
fn all_of_francium_adds_up() {
    let folder = tempfile::tempdir().expect("a folder");
    if let Some(session) = disk::francium(folder.path()) {
        let found = prove(&session, folder.path(), BounceOptions::default());
        assert!(found.samples >= 2 * 14_130_000, "the whole song and its tail: {}", found.samples);
    }
}

/// The figures above mean something only if they can be bad: one sample of one stem, one LSB off, is seen.
#[test]
fn the_measurement_notices_one_lsb() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut session = disk::example();
    session.tracks.retain(|track| ["Kick", "Pad"].contains(&track.strip.name.as_str()));
    for track in &mut session.tracks {
        track.clips.truncate(4);
    }
    for strip in session.buses.iter_mut().map(|bus| &mut bus.strip) {
        strip.inserts.retain(|insert| insert.unit.key().is_none());
    }
    let options = BounceOptions::default();
    let whole = print(&session, &folder.path().join("whole"), options.clone()).expect("a proven set");
    let float = BounceOptions { coding: Coding::Wav32f, ..options };
    let float = print(&session, &folder.path().join("float"), float).expect("a proven set");
    assert_eq!(measure(&whole, &float, false).lsb_errors, 0);
    let path = whole.folder.join(&whole.manifest.stems[0].file);
    let mut samples = integers(&path);
    let loud = samples.iter().position(|&sample| sample > 1000).expect("something sounds");
    samples[loud] += 1;
    let spec = hound::WavReader::open(&path).expect("a WAV file").spec();
    let mut writer = hound::WavWriter::create(&path, spec).expect("a WAV file");
    samples.into_iter().for_each(|sample| writer.write_sample(sample).expect("room"));
    writer.finalize().expect("room");
    assert_eq!(measure(&whole, &float, false).lsb_errors, 1);
}

/// Limiters, gates, saturation, de-essers and reverb, shared and not, with sources of several rates: at the lowest and
/// the highest rate, through the master, dry and dithered.
#[test]
fn every_insert_adds_up() {
    for rate in [44_100, 192_000] {
        let folder = tempfile::tempdir().expect("a folder");
        let session = every::session(folder.path(), rate);
        let plain = BounceOptions::default();
        for (name, options) in [
            ("stems", plain.clone()),
            ("through", BounceOptions { through_master: true, ..plain.clone() }),
            ("dry", BounceOptions { dry: true, ..plain.clone() }),
            ("dithered", BounceOptions { dither: Some(true), ..plain.clone() }),
        ] {
            let found = prove(&session, &folder.path().join(name), options);
            assert_eq!(found.stems, 4);
        }
    }
}
