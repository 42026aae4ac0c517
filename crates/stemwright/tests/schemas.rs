//! The committed JSON schemas are those of the types. `STEMWRIGHT_BLESS=1` writes them again.

use std::path::Path;
use stemwright_check::{CheckReport, PresetsReport, SelfTestReport};
use stemwright_core::{BounceReport, Manifest, NewReport, Receipt, SessionReport};

#[test]
fn schemas_are_current() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas");
    let schemas = [
        ("stems.json", schemars::schema_for!(Manifest)),
        ("receipt.json", schemars::schema_for!(Receipt)),
        ("bounce.json", schemars::schema_for!(BounceReport)),
        ("new.json", schemars::schema_for!(NewReport)),
        ("session.json", schemars::schema_for!(SessionReport)),
        ("check.json", schemars::schema_for!(CheckReport)),
        ("check-selftest.json", schemars::schema_for!(SelfTestReport)),
        ("check-presets.json", schemars::schema_for!(PresetsReport)),
    ];
    for (name, schema) in schemas {
        let wanted = serde_json::to_string_pretty(&schema).expect("a schema is JSON") + "\n";
        let path = folder.join(name);
        if std::env::var_os("STEMWRIGHT_BLESS").is_some() {
            std::fs::write(&path, &wanted).expect("the folder can be written to");
        }
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(committed, wanted, "schemas/{name} is not current: run with STEMWRIGHT_BLESS=1");
    }
}
