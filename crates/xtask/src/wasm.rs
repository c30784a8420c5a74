//! `cargo xtask wasm`: the core behind one export, as an ES module with its glue.

use anyhow::Result;

use crate::process;
#[cfg(feature = "bindgen")]
use crate::toolchain::{TARGET, Toolchain};

/// Where the package is written, from the root.
#[cfg(feature = "bindgen")]
const OUT: &str = "wasm/pkg";

#[cfg(not(feature = "bindgen"))]
pub(crate) fn run() -> Result<()> {
    // The glue generator is a large build, so it is a feature of this program; run it again with that.
    let arguments = ["run", "--quiet", "--package", "xtask", "--features", "bindgen", "--", "wasm"];
    process::run(process::cargo().args(arguments))
}

#[cfg(feature = "bindgen")]
pub(crate) fn run() -> Result<()> {
    let toolchain = Toolchain::find()?;
    process::run(toolchain.build().args(["--package", "hookvet-wasm", "--release"]))?;
    let module = process::root().join("target/wasm").join(TARGET).join("release/hookvet_wasm.wasm");
    let out = process::root().join(OUT);
    let mut bindgen = wasm_bindgen_cli_support::Bindgen::new();
    bindgen.web(true)?.typescript(true).out_name("hookvet").input_path(module).generate(&out)?;
    let size = std::fs::metadata(out.join("hookvet_bg.wasm"))?.len();
    println!("wasm: {OUT}/hookvet_bg.wasm, {size} bytes, built by the {toolchain:?} toolchain");
    Ok(())
}
