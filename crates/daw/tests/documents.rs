//! What documents show of session.toml can be read.

use std::path::Path;
use stemwright_daw::SessionFile;

#[test]
fn every_block_of_the_documents_is_a_session() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut read = 0;
    for document in ["docs/session.md", "README.md"] {
        let text = std::fs::read_to_string(root.join(document)).expect("a document");
        for (number, block) in text.split("```toml\n").skip(1).enumerate() {
            let block = block.split("```").next().expect("text");
            let plain = SessionFile::parse(Path::new(document), block.to_owned());
            plain.unwrap_or_else(|error| panic!("block {number}: {error}"));
            // What is commented out is a key as well, where the rest of the block names what it needs.
            let uncommented: String = block
                .lines()
                .map(|line| match line.trim_start().strip_prefix("# ") {
                    Some(key) if key.contains(" = ") && !key.contains("output") && !key.contains("vca") => {
                        format!("{key}\n")
                    }
                    _ => format!("{line}\n"),
                })
                .collect();
            let whole = SessionFile::parse(Path::new(document), uncommented);
            whole.unwrap_or_else(|error| panic!("block {number}, uncommented: {error}"));
            read += 1;
        }
    }
    assert!(read > 5, "{read}");
}
