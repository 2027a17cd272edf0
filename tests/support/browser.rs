//! A browser, where there is one.

use std::path::PathBuf;

/// Chromium: what ROLLCALL_TEST_CHROMIUM names, or what is in PATH.
pub(crate) fn chromium() -> Option<PathBuf> {
    if let Some(given) = std::env::var_os("ROLLCALL_TEST_CHROMIUM") {
        return Some(given.into());
    }
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .flat_map(|folder| ["chromium", "chromium-browser"].map(|name| folder.join(name)))
        .find(|program| program.is_file())
}
