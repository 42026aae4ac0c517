//! Files as the engine meets them: thousands at once, changed, absent, of other kinds, full of garbage.

mod signals;

use std::sync::Arc;

use signals::{drain, noise24, read_all, read_from, write_f32, write_pcm24};
use stemwright_audio::testing::material;
use stemwright_audio::{AudioError, Files, Media};

#[test]
fn a_burst_of_garbage_in_a_real_export_is_named_where_it_is() {
    let Some(folder) = material("lmms-mauiwowi") else { return };
    let files = Files::new();
    let mut bad = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "wav") {
            continue;
        }
        let Err(error) = read_all(&files, &path) else { continue };
        bad += 1;
        let AudioError::BadSample { frame, ref clock, value, .. } = error else { panic!("{error}") };
        assert!((100..130).contains(&frame) && value.abs() > 1_000.0, "{error}");
        assert_eq!(clock, "0:00.002");
        // The remedy works: after the burst all is well, from the disk and from the cache.
        for _ in 0..3 {
            assert!(!read_from(&files, &path, 130, usize::MAX).unwrap()[0].is_empty());
        }
        assert!(matches!(read_all(&files, &path), Err(AudioError::BadSample { .. })));
    }
    assert_eq!(bad, 1);
}

#[test]
fn after_an_error_a_reader_is_finished() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.wav");
    for (value, shown) in [(f64::NAN, "NaN"), (f64::INFINITY, "inf"), (-1_001.0, "-1001.0")] {
        let mut planes = vec![vec![0.0; 3_000]; 2];
        planes[1][2_000] = value;
        planes[0][2_001] = value;
        write_f32(&path, 48_000, &planes);
        let files = Files::new();
        let mut reader = files.open(&path, 0).unwrap();
        let mut buffer = [[0.0; 1_500]; 2];
        let mut read = || {
            let [left, right] = &mut buffer;
            reader.read(&mut [left, right])
        };
        assert_eq!(read().unwrap(), 1_500);
        let error = read().unwrap_err();
        let AudioError::BadSample { frame: 2_000, channel: 2, .. } = error else { panic!("{error}") };
        assert!(error.to_string().contains(shown), "{error}");
        assert_eq!(read().unwrap(), 0);
    }
}

#[test]
fn three_thousand_readers_share_few_handles() {
    let folder = tempfile::tempdir().unwrap();
    let files = Files::new();
    let frames = 200;
    let mut readers = Vec::new();
    let first = folder.path().join("first.wav");
    write_pcm24(&first, 48_000, &[vec![0.0; frames]]);
    let mut bytes = std::fs::read(&first).unwrap();
    let head = bytes.len() - 3 * frames;
    for number in 0..3_000i32 {
        let path = folder.path().join(format!("{number}.wav"));
        bytes[head..].copy_from_slice(&number.to_le_bytes()[..3].repeat(frames));
        std::fs::write(&path, &bytes).unwrap();
        readers.push(files.open(&path, 0).unwrap());
    }
    #[cfg(target_os = "linux")]
    {
        let here = folder.path().canonicalize().unwrap();
        let open = std::fs::read_dir("/proc/self/fd").unwrap();
        let links = open.filter_map(|entry| std::fs::read_link(entry.ok()?.path()).ok());
        assert!(links.filter(|link| link.starts_with(&here)).count() <= 128);
    }
    let mut buffer = [0.0; 100];
    for _ in 0..2 {
        for (number, reader) in readers.iter_mut().enumerate() {
            assert_eq!(reader.read(&mut [&mut buffer]).unwrap(), 100);
            assert_eq!(buffer, [number as f64 / 8_388_608.0; 100]);
        }
    }
}

/// What macOS allows without being asked: the test above, in a process of its own.
#[test]
#[cfg(unix)]
fn it_does_so_under_a_limit_of_256_open_files() {
    let limited = std::process::Command::new("sh")
        .args(["-c", "ulimit -n 256 && exec \"$0\" --exact three_thousand_readers_share_few_handles"])
        .arg(std::env::current_exe().unwrap())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&limited.stdout);
    assert!(limited.status.success() && said.contains("1 passed"), "{said}");
}

#[test]
fn a_file_that_changes_under_a_reader_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.wav");
    write_pcm24(&path, 48_000, &noise24(2, 100_000));
    let files = Files::new();
    let mut reader = files.open(&path, 0).unwrap();
    drain(&mut *reader, 2, 10).unwrap();
    write_pcm24(&path, 48_000, &noise24(2, 90_000));
    let error = drain(&mut *reader, 2, usize::MAX).unwrap_err();
    assert!(matches!(error, AudioError::Changed { .. }), "{error}");
    // Opened anew it is another file.
    assert_eq!(files.info(&path).unwrap().frames, 90_000);
    assert_eq!(read_all(&files, &path).unwrap()[0].len(), 90_000);
}

#[test]
fn short_files_come_from_memory_and_are_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hit.wav");
    let planes = noise24(2, 10_000);
    write_pcm24(&path, 48_000, &planes);
    let files = Arc::new(Files::new());
    for _ in 0..3 {
        assert_eq!(read_all(&*files, &path).unwrap(), planes);
        assert_eq!(read_from(&*files, &path, 9_999, 10).unwrap()[1], planes[1][9_999..]);
        assert!(read_from(&*files, &path, 10_001, 10).unwrap()[1].is_empty());
    }
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..50).for_each(|_| assert_eq!(read_all(&*files, &path).unwrap(), planes)));
        }
    });
    // A file saved again is not served from what it was.
    let others = noise24(1, 5_000);
    write_pcm24(&path, 48_000, &others);
    assert_eq!(read_all(&*files, &path).unwrap(), others);
}

#[test]
fn other_kinds_of_file_are_named_whatever_they_are_called() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.wav");
    let cases: [(&[u8], &str); 9] = [
        (b"ID3\x04\0\0\0\0\0\0\xff\xfb\x90\0", "an MP3 file"),
        (b"\xff\xfb\x90\0\0\0\0\0\0\0\0\0", "an MP3 file"),
        (b"\xff\xf1\x50\x80\0\0\0\0\0\0\0\0", "ADTS"),
        (b"OggS\0\x02\0\0\0\0\0\0\0\0\0\0", "Ogg"),
        (b"FORM\0\0\0\0ILBM", "IFF"),
        (b"RIFX\0\0\0\0WAVE", "RIFX"),
        (b"PK\x03\x04\0\0\0\0", "ZIP"),
        (b"# Notes of the session", "a text file"),
        (b"", "empty"),
    ];
    for (bytes, name) in cases {
        std::fs::write(&path, bytes).unwrap();
        let error = Files::new().info(&path).unwrap_err();
        assert!(matches!(error, AudioError::Unsupported { .. }), "{error}");
        assert!(error.to_string().contains(name), "`{error}` should name {name}");
        assert!(error.hint().is_some());
    }
    assert!(matches!(Files::new().info(folder.path()), Err(AudioError::Unsupported { .. })));
    assert!(matches!(Files::new().info(&folder.path().join("no.wav")), Err(AudioError::NotFound { .. })));
}
