//! `IN OUT SPEED [IN OUT SPEED…]`: float WAV files through the crate `timestretch`, its pitch kept. Compiled by `stretchers.py`.

use timestretch::{Parameters, SessionConfig, TempoRate, render};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    for job in arguments.chunks_exact(3) {
        let mut reader = hound::WavReader::open(&job[0])?;
        let spec = reader.spec();
        let samples: Vec<f32> = reader.samples::<f32>().collect::<Result<_, _>>()?;
        let config = SessionConfig {
            source_sample_rate: spec.sample_rate,
            output_sample_rate: spec.sample_rate,
            channels: usize::from(spec.channels),
            parameters: Parameters::keylock(TempoRate::new(job[2].parse()?)?),
            ..SessionConfig::default()
        };
        let mut writer = hound::WavWriter::create(&job[1], spec)?;
        for sample in render(&samples, config)?.samples {
            writer.write_sample(sample)?;
        }
        writer.finalize()?;
    }
    Ok(())
}
