//! The page in a real browser: nothing stands out of a phone's screen, and every width has a picture.

#[allow(dead_code, reason = "shared with other tests, each of which needs a part")]
mod made_up;

use made_up::rich;
use std::path::Path;
use std::process::{Command, Stdio};
use stemwright_check::html;

/// A phone, a tablet, a desk.
const WIDTHS: [u32; 3] = [390, 820, 1440];

/// Long words without a place to break them, in every list and table.
const LONG: &str = "a_stem_with_a_name_that_somebody_thought_would_explain_everything_there_is_to_know_about_it.wav";

/// Writes into the title of the page around it what the page measures, and the first elements that stand out. What scrolls within
/// itself may.
const MEASURES: &str = r#"<script>
const wide = document.documentElement.clientWidth, out = [];
for (const e of document.body.querySelectorAll("*")) {
  const box = e.getBoundingClientRect();
  if (box.right > wide + 0.5 && !e.closest(".scroll")) out.push(e.tagName + "." + e.getAttribute("class"));
}
parent.document.title += `${wide} wide, ${document.documentElement.scrollWidth} to scroll ${out.slice(0, 5).join(" ")}|`;
</script></body>"#;

/// A headless Chromium that talks to nobody, in a folder of its own.
fn chromium(folder: &Path, arguments: &[&str], page: &Path) -> Vec<u8> {
    let output = Command::new("chromium")
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
        .args(["--disable-background-networking", "--disable-sync", "--hide-scrollbars"])
        .arg(format!("--user-data-dir={}", folder.join("profile").display()))
        .args(arguments)
        .arg(format!("file://{}", page.display()))
        .stdin(Stdio::null())
        .output()
        .expect("chromium starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// Width and height of a PNG, from its header.
fn size(png: &[u8]) -> [u32; 2] {
    assert!(png.starts_with(b"\x89PNG"));
    [16, 20].map(|at| u32::from_be_bytes(png[at..at + 4].try_into().unwrap()))
}

#[test]
fn the_page_fits_a_phone_a_tablet_and_a_desk() {
    if !stemwright_audio::testing::program("chromium") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut report = rich();
    let long = html(&report);
    report.set = LONG.repeat(3);
    report.title = Some(LONG.into());
    for file in &mut report.files {
        (file.name, file.file) = (LONG.into(), format!("a/folder/{LONG}"));
    }
    for finding in &mut report.findings {
        (finding.code, finding.place) = (LONG.into(), Some(LONG.into()));
        (finding.file, finding.source, finding.hint) = (Some(LONG.into()), Some(LONG.into()), Some(LONG.into()));
    }
    let preset = report.preset.as_mut().unwrap();
    preset.title = LONG.into();
    preset.limits.iter_mut().for_each(|limit| (limit.asks, limit.source) = (LONG.into(), LONG.into()));
    report.receipt.as_mut().unwrap().files.iter_mut().for_each(|file| file.name = LONG.into());
    report.sum.as_mut().unwrap().residual_file = Some(LONG.into());

    for (name, page) in [("ordinary", long), ("long", html(&report))] {
        let path = folder.path().join(format!("{name}.html"));
        std::fs::write(&path, &page).unwrap();
        // Scripts are forbidden by the page itself: the copy that measures itself allows them. Windows are never narrower than 500
        // pixels, but frames are.
        let measured = page.replace("default-src 'none'", "script-src 'unsafe-inline'").replace("</body>", MEASURES);
        let measured = measured.replace('&', "&amp;").replace('"', "&quot;");
        let frames = WIDTHS
            .map(|width| format!("<iframe width={width} height=1200 frameborder=0 srcdoc=\"{measured}\"></iframe>"));
        let around = folder.path().join(format!("{name}-measured.html"));
        std::fs::write(&around, format!("<title>:</title>{}", frames.concat())).unwrap();
        let dom = String::from_utf8(chromium(folder.path(), &["--dump-dom"], &around)).unwrap();
        let (_, title) = dom.split_once("<title>:").expect("a title");
        let mut measured: Vec<&str> =
            title.split_once("</title>").unwrap().0.trim_end_matches('|').split('|').map(str::trim).collect();
        // Frames are loaded in any order.
        measured.sort_unstable();
        let mut expected = WIDTHS.map(|width| format!("{width} wide, {width} to scroll"));
        expected.sort_unstable();
        assert_eq!(measured, expected, "{name}: what stands out is named");
    }
    let path = folder.path().join("ordinary.html");
    for width in WIDTHS {
        let picture = folder.path().join(format!("{width}.png"));
        let picture_argument = format!("--screenshot={}", picture.display());
        chromium(folder.path(), &[&format!("--window-size={width},1200"), &picture_argument], &path);
        let picture = std::fs::read(picture).unwrap();
        assert_eq!(size(&picture), [width, 1200]);
        assert!(picture.len() > 20_000, "a picture of nothing");
    }
}
