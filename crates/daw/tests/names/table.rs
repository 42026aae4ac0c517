//! What people call the files of multitracks, and what they mean: folders in `*.txt`.

/// Those that the lexicon learned from, by their file.
pub(crate) const LEARNED: [(&str, &str); 5] = [
    ("bands", include_str!("bands.txt")),
    ("programmed", include_str!("programmed.txt")),
    ("languages", include_str!("languages.txt")),
    ("unseen", include_str!("unseen.txt")),
    ("fresh", include_str!("fresh.txt")),
];

/// A folder of the table.
#[derive(Default)]
pub(crate) struct Expected {
    pub(crate) name: String,
    pub(crate) tempo: Option<f64>,
    pub(crate) key: Option<String>,
    /// Paths, and what is expected of them: `role>bus ; name ; left`.
    pub(crate) files: Vec<(String, String)>,
}

pub(crate) fn table(tables: &[(&str, &str)]) -> Vec<Expected> {
    let mut folders: Vec<Expected> = Vec::new();
    let lines = tables.iter().flat_map(|(_, table)| table.lines());
    for line in lines.filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let mut cells = line.split(" ; ").map(str::trim);
        let first = cells.next().unwrap();
        if let Some(name) = first.strip_prefix("= ") {
            let mut folder = Expected { name: name.into(), ..Expected::default() };
            for cell in cells {
                match cell.split_once(' ') {
                    Some(("tempo", bpm)) => folder.tempo = Some(bpm.parse().unwrap()),
                    Some(("key", key)) => folder.key = Some(key.into()),
                    _ => {}
                }
            }
            folders.push(folder);
        } else {
            // `low` marks where the field itself would ask: not an expectation.
            let rest: Vec<&str> = cells.filter(|cell| *cell != "low").collect();
            folders.last_mut().unwrap().files.push((first.into(), rest.join(" ; ")));
        }
    }
    folders
}
