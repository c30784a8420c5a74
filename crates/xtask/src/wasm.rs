//! `cargo xtask wasm`: the npm package `hookvet` in `wasm/package/dist`, from the core behind its exports.

#[cfg(feature = "bindgen")]
use std::path::Path;

use anyhow::Result;
#[cfg(feature = "bindgen")]
use anyhow::bail;

use crate::process;
#[cfg(feature = "bindgen")]
use crate::toolchain::{TARGET, Toolchain};

/// Where the tools from npm are, from the root.
pub(crate) const NPM: &str = "wasm";

#[cfg(not(feature = "bindgen"))]
pub(crate) fn run(arguments: &[&str]) -> Result<()> {
    // The generator is a large build, so it is a feature of this program; run it again with that.
    let own = ["run", "--quiet", "--package", "xtask", "--features", "bindgen", "--", "wasm"];
    process::run(process::cargo().args(own).args(arguments))
}

/// Builds the package.
#[cfg(feature = "bindgen")]
pub(crate) fn run(arguments: &[&str]) -> Result<()> {
    if !arguments.is_empty() {
        bail!("there is no option {}", arguments.join(" "));
    }
    let toolchain = Toolchain::find()?;
    npm_ci(NPM)?;
    let module = build(toolchain)?;
    process::run(process::command("node").arg("wasm/tools/build.mjs").arg(module))?;
    println!("wasm: wasm/package/dist, built by the {toolchain:?} toolchain");
    Ok(())
}

/// The module as wasm-bindgen leaves it, before it is optimised. Its glue is not used: nothing but numbers crosses, so the
/// package has a smaller loader of its own.
#[cfg(feature = "bindgen")]
fn build(toolchain: Toolchain) -> Result<std::path::PathBuf> {
    let mut cargo = toolchain.build();
    cargo.env("CARGO_ENCODED_RUSTFLAGS", flags(toolchain)).args(["--package", "hookvet-wasm", "--profile", "wasm"]);
    if toolchain == Toolchain::Debian {
        cargo.arg("-Zbuild-std-features=optimize_for_size");
    }
    process::run(&mut cargo)?;
    let folder = process::root().join("target/wasm").join(TARGET).join("wasm");
    let mut bindgen = wasm_bindgen_cli_support::Bindgen::new();
    let glue = folder.join("glue");
    let module = folder.join("hookvet_wasm.wasm");
    bindgen.web(true)?.typescript(false).keep_debug(true).out_name("hookvet").input_path(module).generate(&glue)?;
    Ok(glue.join("hookvet_bg.wasm"))
}

/// What makes the module small, and the same on every machine. It can be built without any of it.
#[cfg(feature = "bindgen")]
fn flags(toolchain: Toolchain) -> String {
    let root = process::root();
    let mut flags = vec![
        // Every engine that the package names has it.
        "-Ctarget-feature=+simd128".to_owned(),
        // The rounds of SHA-256 in a loop, which is a quarter of the size.
        "--cfg=sha2_backend=\"soft\"".to_owned(),
        "--cfg=sha2_backend_soft=\"compact\"".to_owned(),
        // No path of this machine.
        format!("--remap-path-prefix={}=hookvet", root.display()),
    ];
    if let Some(cargo) =
        std::env::var_os("CARGO_HOME").or_else(|| Some(Path::new(&std::env::var_os("HOME")?).join(".cargo").into()))
    {
        flags.push(format!("--remap-path-prefix={}=cargo", Path::new(&cargo).display()));
    }
    if toolchain == Toolchain::Debian {
        // That compiler is let use what is not stable yet. A panic becomes a trap without a message, which nobody could read.
        flags.extend(["-Zunstable-options", "-Cpanic=immediate-abort", "-Zlocation-detail=none"].map(str::to_owned));
    }
    flags.join("\u{1f}")
}

/// Installs what a folder's lock file names.
pub(crate) fn npm_ci(folder: &str) -> Result<()> {
    let folder = process::root().join(folder);
    process::run(process::command("npm").args(["ci", "--prefer-offline", "--no-progress"]).current_dir(folder))
}
