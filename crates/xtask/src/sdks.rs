//! `cargo xtask compare-sdks`, and the set-up that it shares with the tests: the CloudEvents SDKs of other projects.

use std::process::Command;

use anyhow::Result;

use crate::process::{self, cargo, root};

/// Where the Python packages are installed, from the root.
const PYTHON: &str = "target/sdk-python";

/// Prints how many of the CloudEvents cases each SDK gets right.
pub(crate) fn compare() -> Result<()> {
    set_up()?;
    process::run(cargo().args(["run", "--quiet", "--package", "hookvet-sdks", "--bin", "compare-sdks"]))
}

/// The tests in which the SDKs and hookvet talk to each other.
pub(crate) fn test() -> Result<Command> {
    set_up()?;
    let mut test = cargo();
    test.args(["test", "--package", "hookvet-sdks"]);
    Ok(test)
}

/// Installs the packages from npm and `PyPI`, and builds the peer of the Rust SDK.
fn set_up() -> Result<()> {
    let folder = root().join("tests/sdk/node");
    process::npm_ci(&folder)?;
    process::install_python(&root().join("tests/sdk/python/requirements.txt"), &root().join(PYTHON))?;
    process::run(cargo().args(["build", "--quiet", "--package", "hookvet-sdks", "--bins"]))
}
