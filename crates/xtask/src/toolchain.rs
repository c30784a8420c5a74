//! Finding a Rust toolchain that can build for wasm32-unknown-unknown.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::process::{cargo, command, install_debian, root, succeeds};

pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// Debian's packages with a Rust compiler that knows the target, and the standard library's source.
const DEBIAN: [&str; 5] = ["rustc-web", "cargo-web", "rust-web-src", "rust-web-llvm", "lld-22"];

/// How long `rustup target add` may take before it is given up.
const RUSTUP_LIMIT: Duration = Duration::from_secs(20);

/// A way to build for the target.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Toolchain {
    /// The default toolchain has the target's standard library.
    Own,
    /// Debian's compiler, which builds the standard library from its source.
    Debian,
}

impl Toolchain {
    /// The first that works: Debian's packages where they are installed, since they give the smaller module; the default toolchain;
    /// `rustup target add`; Debian's packages, installed.
    pub(crate) fn find() -> Result<Self> {
        if has_debian() {
            return Ok(Self::Debian);
        }
        if has_target() {
            return Ok(Self::Own);
        }
        if rustup_adds_target() && has_target() {
            return Ok(Self::Own);
        }
        install_debian(&DEBIAN)?;
        if has_debian() {
            return Ok(Self::Debian);
        }
        bail!(
            "no toolchain builds for {TARGET}: run `rustup target add {TARGET}`, or on Debian `apt-get install {}`",
            DEBIAN.join(" ")
        )
    }

    /// `cargo build` for the target, into a folder of its own.
    pub(crate) fn build(self) -> Command {
        let mut build = match self {
            Self::Own => cargo(),
            Self::Debian => {
                let mut build = command("/usr/bin/cargo");
                build.env("RUSTC", "/usr/bin/rustc").env("RUSTDOC", "/usr/bin/rustdoc").env("RUSTC_BOOTSTRAP", "1");
                build
            }
        };
        build.args(["build", "--target", TARGET]);
        if self == Self::Debian {
            build.arg("-Zbuild-std=std,panic_abort");
        }
        build.env("CARGO_TARGET_DIR", root().join("target/wasm"));
        build
    }
}

fn has_target() -> bool {
    let Ok(output) = command("rustc").args(["--print", "target-libdir", "--target", TARGET]).output() else {
        return false;
    };
    let dir = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    output.status.success() && holds_std(Path::new(&dir))
}

fn holds_std(dir: &Path) -> bool {
    std::fs::read_dir(dir)
        .is_ok_and(|files| files.flatten().any(|file| file.file_name().to_string_lossy().starts_with("libstd-")))
}

fn has_debian() -> bool {
    // The source is what -Zbuild-std needs, and the linker is what the target needs.
    succeeds(command("/usr/bin/rustc").args(["--print", "target-libdir", "--target", TARGET]))
        && command("dpkg-query").args(["-W", "-f", "${db:Status-Status}\\n"]).args(DEBIAN).output().is_ok_and(
            |output| {
                output.status.success()
                    && String::from_utf8_lossy(&output.stdout).lines().all(|line| line == "installed")
            },
        )
}

fn rustup_adds_target() -> bool {
    let started = command("rustup")
        .args(["target", "add", TARGET])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    started.is_ok_and(|child| ends_well(child, RUSTUP_LIMIT))
}

fn ends_well(mut child: Child, limit: Duration) -> bool {
    let started = Instant::now();
    while started.elapsed() < limit {
        match child.try_wait() {
            Ok(Some(status)) => return status.success(),
            Ok(None) => thread::sleep(Duration::from_millis(100)),
            Err(_) => break,
        }
    }
    // It may be gone by now; either way it has not added the target.
    let _ = child.kill();
    let _ = child.wait();
    false
}
