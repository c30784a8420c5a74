//! Finding a browser for the tests that need one.

use std::path::PathBuf;

use anyhow::{Context as _, Result};

use crate::process::install_debian;

/// Names the program of a Chromium, for this program and for the tests that it starts.
pub(crate) const VARIABLE: &str = "CHROMIUM";

/// Where Chromium may be, besides what the variable names.
const USUAL: [&str; 3] = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/// A Chromium: the one that the variable names, one of the system, or Debian's package.
pub(crate) fn chromium() -> Result<PathBuf> {
    let named = std::env::var_os(VARIABLE).map(PathBuf::from);
    let find = || named.iter().cloned().chain(USUAL.map(PathBuf::from)).find(|path| path.is_file());
    if let Some(path) = find() {
        return Ok(path);
    }
    install_debian(&["chromium"])?;
    find().with_context(|| {
        format!(
            "the tests in a browser need Chromium: on Debian `apt-get install chromium`, or set {VARIABLE} to its program; \
             `npx playwright-core install chromium` fetches one"
        )
    })
}
