//! Running other programs from the project's root.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

/// The project's root.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap_or_else(|_| PathBuf::from("."))
}

/// A command that runs in the project's root.
pub(crate) fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root());
    // Set by the cargo that runs xtask, for its own toolchain; an inner cargo finds its own.
    for name in ["CARGO", "RUSTC", "RUSTDOC", "RUSTUP_TOOLCHAIN", "CARGO_MANIFEST_DIR", "CARGO_PKG_NAME"] {
        command.env_remove(name);
    }
    command
}

/// Cargo of the default toolchain.
pub(crate) fn cargo() -> Command {
    command("cargo")
}

/// The command line that `cargo build --package hookvet-cli` has just built.
pub(crate) fn hookvet() -> PathBuf {
    hookvet_of("debug")
}

/// That of a build with another profile.
pub(crate) fn hookvet_of(profile: &str) -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(dir));
    target.join(profile).join(format!("hookvet{}", std::env::consts::EXE_SUFFIX))
}

/// Runs to the end; an error where it cannot be started or fails.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let shown = shown(command);
    let status = command.status().with_context(|| format!("cannot start {shown}"))?;
    if !status.success() {
        bail!("{shown} failed ({status})");
    }
    Ok(())
}

/// Installs what the lock file in `folder` names, from the root.
pub(crate) fn npm_ci(folder: impl AsRef<Path>) -> Result<()> {
    let mut install = command("npm");
    run(install.args(["ci", "--prefer-offline", "--no-progress"]).current_dir(root().join(folder)))
}

/// Makes a Python environment with what `requirements` names, unless it is there.
pub(crate) fn install_python(requirements: &Path, environment: &Path) -> Result<()> {
    let wanted = std::fs::read_to_string(requirements).with_context(|| requirements.display().to_string())?;
    // Written last, so it is there only where everything went well.
    let stamp = environment.join("installed.txt");
    let python = environment.join("bin/python");
    if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted)
        && succeeds(command(&python).arg("--version"))
    {
        return Ok(());
    }
    venv(environment)?;
    let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"];
    run(command(&python).args(install).arg(requirements))?;
    std::fs::write(&stamp, wanted).with_context(|| stamp.display().to_string())
}

/// Makes a new Python environment.
pub(crate) fn venv(environment: &Path) -> Result<()> {
    let has_venv = || succeeds(command("python3").args(["-c", "import ensurepip, venv"]));
    if !has_venv() {
        install_debian(&["python3", "python3-venv"])?;
    }
    anyhow::ensure!(
        has_venv(),
        "no python3 with its module venv was found: install it, on Debian with `apt-get install python3-venv`"
    );
    run(command("python3").args(["-m", "venv", "--clear"]).arg(environment))
}

/// Whether it starts and succeeds; its output is thrown away.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|s| s.success())
}

/// Installs packages of Debian where this runs as root on Debian; elsewhere it does nothing.
pub(crate) fn install_debian(packages: &[&str]) -> Result<()> {
    let is_root = command("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0");
    if !is_root || !Path::new("/etc/debian_version").exists() {
        return Ok(());
    }
    eprintln!("xtask: installing {} with apt-get", packages.join(" "));
    run(command("apt-get").arg("update").stdout(Stdio::null()))?;
    let mut install = command("apt-get");
    install.args(["install", "-y", "--no-install-recommends"]).args(packages);
    run(install.env("DEBIAN_FRONTEND", "noninteractive").stdout(Stdio::null()))
}

/// The command line, for messages.
pub(crate) fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}
