//! `cargo xtask generate`: writes everything that is rendered from the Rust types.

use anyhow::Result;

use crate::process;

pub(crate) fn run() -> Result<()> {
    // The same test that compares the files writes them, so that the two cannot drift apart.
    let arguments = ["test", "--quiet", "-p", "hookvet-catalogue", "--features", "schemas", "--test", "generated"];
    process::run(process::cargo().args(arguments).env("UPDATE_SCHEMAS", "1"))
}
