//! `cargo xtask wasm`: the npm package `hookvet` in `wasm/package/dist`, from the core behind its exports.

use anyhow::Result;
#[cfg(feature = "bindgen")]
use anyhow::bail;

use crate::process;
#[cfg(feature = "bindgen")]
use crate::toolchain::{TARGET, Toolchain};

/// Where the tools from npm are, from the root.
pub(crate) const TOOLS: &str = "wasm";

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
    npm_ci(TOOLS)?;
    let module = build(toolchain)?;
    process::run(process::command("node").arg("wasm/tools/build.mjs").arg(module))?;
    println!("wasm: wasm/package/dist, built by the {toolchain:?} toolchain");
    Ok(())
}

/// The module as wasm-bindgen leaves it, before it is optimised. Its glue is not used: nothing but numbers crosses, so the
/// package has a smaller loader of its own.
#[cfg(feature = "bindgen")]
fn build(toolchain: Toolchain) -> Result<std::path::PathBuf> {
    process::run(toolchain.build().args(["--package", "hookvet-wasm", "--profile", "wasm"]))?;
    let folder = process::root().join("target/wasm").join(TARGET).join("wasm");
    let mut bindgen = wasm_bindgen_cli_support::Bindgen::new();
    let glue = folder.join("glue");
    let module = folder.join("hookvet_wasm.wasm");
    bindgen.web(true)?.typescript(false).keep_debug(true).out_name("hookvet").input_path(module).generate(&glue)?;
    Ok(glue.join("hookvet_bg.wasm"))
}

/// Installs what a folder's lock file names.
pub(crate) fn npm_ci(folder: &str) -> Result<()> {
    let folder = process::root().join(folder);
    process::run(process::command("npm").args(["ci", "--prefer-offline", "--no-progress"]).current_dir(folder))
}
