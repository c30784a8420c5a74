//! The servers that the inbox keeps deliveries in. Tests start them by themselves, on free ports.

use std::path::Path;

use anyhow::Result;

use crate::process;

/// Installs what is missing.
pub(crate) fn install() -> Result<()> {
    let has_postgres =
        Path::new("/usr/lib/postgresql").exists() || process::succeeds(process::command("initdb").arg("--version"));
    if !has_postgres || !process::succeeds(process::command("psql").arg("--version")) {
        process::install_debian(&["postgresql", "postgresql-client"])?;
    }
    // Debian's has no `sync_interval: always`.
    let environment = process::root().join("target/nats");
    process::install_python(&process::root().join("crates/inbox/tests/engine/requirements.txt"), &environment)
}
