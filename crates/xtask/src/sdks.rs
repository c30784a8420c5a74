//! `cargo xtask compare-sdks`, and the set-up that it shares with the tests: the CloudEvents SDKs of other projects.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::process::{self, cargo, command, root};

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
    install_python(&root().join("tests/sdk/python/requirements.txt"), &root().join(PYTHON))?;
    process::run(cargo().args(["build", "--quiet", "--package", "hookvet-sdks", "--bins"]))
}

fn install_python(requirements: &Path, environment: &Path) -> Result<()> {
    let wanted = std::fs::read_to_string(requirements).with_context(|| requirements.display().to_string())?;
    // Written last, so it is there only where everything went well.
    let stamp = environment.join("installed.txt");
    let python = environment.join("bin/python");
    if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted)
        && process::succeeds(command(&python).arg("--version"))
    {
        return Ok(());
    }
    let has_venv = || process::succeeds(command("python3").args(["-c", "import ensurepip, venv"]));
    if !has_venv() {
        process::install_debian(&["python3", "python3-venv"])?;
    }
    anyhow::ensure!(
        has_venv(),
        "the SDK tests need python3 with its module venv: install it, on Debian with `apt-get install python3-venv`"
    );
    process::run(command("python3").args(["-m", "venv", "--clear"]).arg(environment))?;
    let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"];
    process::run(command(&python).args(install).arg(requirements))?;
    std::fs::write(&stamp, wanted).with_context(|| stamp.display().to_string())
}
