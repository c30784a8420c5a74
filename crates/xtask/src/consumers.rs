//! `cargo xtask consumers`: the npm package in the toolchains of its users.

use std::process::Command;

use anyhow::{Context as _, Result};

use crate::{browser, process, wasm};

/// The projects, and the toolchains that they share, from the root.
const FOLDER: &str = "wasm/tests/consumers";

/// Builds the package, then builds and runs every project with it.
pub(crate) fn run() -> Result<()> {
    wasm::run(&[])?;
    process::run(&mut tests()?)
}

/// The tests, ready to run, on the npm package as it lies there.
pub(crate) fn tests() -> Result<Command> {
    install()?;
    let mut tests = wasm::node_test();
    // One file after the other: both use all cores, and the first one installs the package.
    tests.args(["--test-concurrency=1", "wasm/tests/consumers/consumers.test.mjs", "wasm/tests/runtimes.test.mjs"]);
    tests.env(browser::VARIABLE, browser::chromium()?);
    Ok(tests)
}

/// Installs what the lock file names, unless that is there. No package runs a script at that: none of those here needs to.
fn install() -> Result<()> {
    let folder = process::root().join(FOLDER);
    let lock = folder.join("package-lock.json");
    let wanted = std::fs::read_to_string(&lock).with_context(|| lock.display().to_string())?;
    // Written last, so it is there only where everything went well.
    let stamp = folder.join("node_modules/.installed");
    if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    let mut install = process::command("npm");
    install.args(["ci", "--prefer-offline", "--no-progress", "--no-audit", "--no-fund", "--ignore-scripts"]);
    process::run(install.current_dir(&folder))?;
    std::fs::write(&stamp, wanted).with_context(|| stamp.display().to_string())
}
