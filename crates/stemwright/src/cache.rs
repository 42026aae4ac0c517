//! Where this computer keeps what was rendered.

use std::path::PathBuf;
use stemwright_render::CacheOptions;

/// Bytes that are kept unless `STEMWRIGHT_CACHE_MB` says otherwise.
const LIMIT: u64 = 8_000_000_000;

/// The cache of this user: `STEMWRIGHT_CACHE`, or where the system wants such things; none where it does not say.
pub(crate) fn options() -> Option<CacheOptions> {
    let of = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = || of("HOME").filter(|home| home.is_absolute());
    let usual = || {
        let base = if cfg!(windows) {
            of("LOCALAPPDATA")
        } else if cfg!(target_os = "macos") {
            home().map(|home| home.join("Library/Caches"))
        } else {
            // XDG Base Directory Specification 0.8.
            of("XDG_CACHE_HOME").filter(|path| path.is_absolute()).or_else(|| home().map(|home| home.join(".cache")))
        };
        base.map(|base| base.join("stemwright").join("taps"))
    };
    let folder = of("STEMWRIGHT_CACHE").or_else(usual)?;
    let megabytes = std::env::var("STEMWRIGHT_CACHE_MB").ok().and_then(|text| text.trim().parse::<u64>().ok());
    Some(CacheOptions { folder, limit: megabytes.map_or(LIMIT, |mb| mb.saturating_mul(1_000_000)) })
}
