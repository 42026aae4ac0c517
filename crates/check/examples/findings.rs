//! Prints what a check finds: `findings FOLDER…`.
use stemwright_audio::Files;
use stemwright_check::{CheckOptions, check};
fn main() {
    for set in std::env::args().skip(1) {
        let start = std::time::Instant::now();
        let report = check(set.as_ref(), &CheckOptions::default(), &Files::new(), &mut |_| true).unwrap();
        println!("== {set} {:.2}s", start.elapsed().as_secs_f64());
        for f in &report.findings {
            println!("{:8} {:16} {:40} {} | {}", f.severity.to_string(), f.code, f.file.as_deref().unwrap_or("-"), f.place.as_deref().unwrap_or("-"), f.message);
        }
    }
}
