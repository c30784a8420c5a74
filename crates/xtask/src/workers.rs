//! `cargo xtask workers`: the two Cloudflare Workers in `wasm/worker`, and how fast they start.

use std::process::Command;

use anyhow::Result;
#[cfg(feature = "bindgen")]
use anyhow::bail;

use crate::process;
#[cfg(feature = "bindgen")]
use crate::toolchain::{TARGET, Toolchain};

/// Both Workers, and what tests them.
const FOLDER: &str = "wasm/worker";

#[cfg(not(feature = "bindgen"))]
pub(crate) fn run(arguments: &[&str]) -> Result<()> {
    crate::wasm::with_bindgen("workers", arguments)
}

/// Builds the Rust Worker, checks the types of the other one, and measures their start; with `--build` it measures nothing.
#[cfg(feature = "bindgen")]
pub(crate) fn run(arguments: &[&str]) -> Result<()> {
    let measures = match arguments {
        [] => true,
        ["--build"] => false,
        _ => bail!("cargo xtask workers takes --build and nothing else, not {}", arguments.join(" ")),
    };
    let toolchain = Toolchain::find()?;
    if !process::root().join("wasm/package/dist/workerd.js").exists() {
        crate::wasm::run(&[])?;
    }
    let mut install = in_folder("npm");
    process::run(install.args(["ci", "--prefer-offline", "--no-progress"]))?;
    build(toolchain)?;
    process::run(in_folder("node").args(["node_modules/typescript/bin/tsc", "--noEmit", "--project", "js"]))?;
    if measures {
        process::run(in_folder("node").arg("tools/cold-start.mjs"))?;
    }
    println!("workers: deploy from {FOLDER}/js or {FOLDER}/rust");
    Ok(())
}

/// The Rust Worker's module and the glue of it, where its `worker.js` looks for them.
#[cfg(feature = "bindgen")]
fn build(toolchain: Toolchain) -> Result<()> {
    let mut cargo = crate::wasm::small(toolchain);
    cargo.args(["--locked", "--profile", "wasm"]).current_dir(process::root().join(FOLDER).join("rust"));
    process::run(&mut cargo)?;
    let module = process::root().join("target/wasm").join(TARGET).join("wasm/hookvet_worker.wasm");
    let mut bindgen = wasm_bindgen_cli_support::Bindgen::new();
    bindgen.web(true)?.typescript(false).remove_name_section(true).remove_producers_section(true);
    bindgen.out_name("hookvet_worker").input_path(module).generate(process::root().join(FOLDER).join("rust/build"))
}

/// The tests of both, in the runtime that they are deployed to; they have to be built.
pub(crate) fn tests() -> Command {
    let mut tests = in_folder("node");
    tests.args(["--test", "--test-reporter=tap", "tests/"]);
    tests
}

fn in_folder(program: &str) -> Command {
    let mut command = process::command(program);
    command.current_dir(process::root().join(FOLDER));
    command
}
