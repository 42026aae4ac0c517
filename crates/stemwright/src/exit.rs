//! Exit statuses, the same for every verb.

use stemwright_core::{Finding, Severity};

/// The command could not do its work.
pub(crate) const FAILED: u8 = 2;
/// Stopped by Ctrl-C, as shells have it: 128 + SIGINT.
pub(crate) const STOPPED: u8 = 130;

/// 0 where every finding is below `fail_on`, else 1.
pub(crate) fn from_findings(findings: &[Finding], fail_on: Severity) -> u8 {
    u8::from(findings.iter().any(|finding| finding.severity >= fail_on))
}
