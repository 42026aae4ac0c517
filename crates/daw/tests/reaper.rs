//! REAPER projects made by others, and small ones of our own, are read as what they say.

#[path = "reaper/small.rs"]
mod small;

use stemwright_audio::Files;
use stemwright_audio::testing::material;
use stemwright_core::Severity;
use stemwright_daw::{ForeignOptions, ForeignSession, read_foreign};

fn read(name: &str) -> Option<ForeignSession> {
    let path = material(&format!("sessions/rpp/{name}"))?;
    let options = ForeignOptions { rate: None, extract_to: std::path::Path::new("/nowhere") };
    Some(read_foreign(&path, &Files::default(), &options).unwrap())
}

#[test]
fn dump() {
    for name in std::fs::read_dir(material("sessions/rpp").unwrap()).unwrap() {
        let name = name.unwrap().file_name().into_string().unwrap();
        let session = read(&name).unwrap();
        println!("=== {name} {} {} tracks {} buses rate {} tempo {:?}", session.program, session.session.tracks.len(), session.session.buses.len(), session.session.rate, session.session.tempo);
        println!("{:?} {:?}", session.session.markers, session.session.sections);
        for t in &session.session.tracks { println!("T {:?} out {:?} so {} gain {} sends {:?} clips {} auto {:?}", t.strip.name, t.strip.output, t.strip.sends_only, t.strip.gain.0, t.strip.sends, t.clips.len(), t.strip.automation.len()); }
        for t in &session.session.buses { println!("B {:?} out {:?} {} gain {}", t.strip.name, t.strip.output, t.is_return, t.strip.gain.0); }
        for f in &session.ledger { println!("  {} {} [{:?}] {}", f.severity, f.code, f.place, f.message); }
        assert!(session.ledger.iter().all(|f| f.severity <= Severity::Error));
    }
}
