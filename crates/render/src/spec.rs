//! What stands in a file beside its samples: nothing of the machine, the user or the day.

use stemwright_audio::{Bext, Container, FileSpec, Ixml, SampleFormat};
use stemwright_core::{Layout, Session};

/// What stands in a file that begins on the session's frame `start`.
pub(crate) fn spec(
    session: &Session,
    title: &str,
    layout: Layout,
    (container, format): (Container, SampleFormat),
    start: i64,
) -> FileSpec {
    let song = &session.song;
    let coding = match format {
        SampleFormat::Pcm16 => "W=16",
        SampleFormat::Pcm24 => "W=24",
        SampleFormat::Float32 => "W=32,T=float",
    };
    let mode = match layout {
        Layout::Mono => "mono",
        Layout::Stereo => "stereo",
        Layout::MidSide => "dual-mono",
        Layout::Surround51 | Layout::Surround71 => "multichannel",
    };
    let heading = [song.artist.as_str(), song.title.as_str(), title];
    let description = heading.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" - ");
    let (beats, note) = session.tempo.time_signature;
    let names = layout.names().iter();
    FileSpec {
        container,
        rate: session.rate,
        layout,
        format,
        bext: Bext {
            description,
            originator: "Stemwright".into(),
            originator_reference: String::new(),
            // Bar 1 is at 0; a time before it cannot be written here.
            time_reference: u64::try_from(start).unwrap_or(0),
            coding_history: format!("A=PCM,F={},{coding},M={mode},T=Stemwright\r\n", session.rate.hz()),
        },
        ixml: Some(Ixml {
            project: song.title.clone(),
            note: title.to_owned(),
            tracks: names
                .map(|name| if layout == Layout::Mono { title.to_owned() } else { format!("{title} {name}") })
                .collect(),
            tempo: Some(session.tempo.bpm),
            key: song.key.clone(),
            time_signature: u8::try_from(beats).ok().zip(u8::try_from(note).ok()),
        }),
        chunks: Vec::new(),
    }
}
