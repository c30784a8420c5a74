//! `cargo xtask wasm`: the npm package `hookvet` in `wasm/package/dist`, from the core behind its exports.

use std::fs::File;
#[cfg(feature = "bindgen")]
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;
#[cfg(feature = "bindgen")]
use anyhow::bail;

#[cfg(feature = "bindgen")]
use crate::toolchain::{TARGET, Toolchain};
use crate::{browser, process};

#[cfg(not(feature = "bindgen"))]
pub(crate) fn run(arguments: &[&str]) -> Result<()> {
    with_bindgen("wasm", arguments)
}

/// Runs this program again with what makes glue: a large build, so it is a feature.
#[cfg(not(feature = "bindgen"))]
pub(crate) fn with_bindgen(command: &str, arguments: &[&str]) -> Result<()> {
    let own = ["run", "--quiet", "--package", "xtask", "--features", "bindgen", "--", command];
    process::run(process::cargo().args(own).args(arguments))
}

/// Builds the package; with `--twice`, once more from nothing, and compares.
#[cfg(feature = "bindgen")]
pub(crate) fn run(arguments: &[&str]) -> Result<()> {
    let is_twice = match arguments {
        [] => false,
        ["--twice"] => true,
        _ => bail!("cargo xtask wasm takes --twice and nothing else, not {}", arguments.join(" ")),
    };
    let toolchain = Toolchain::find()?;
    process::npm_ci("wasm")?;
    package(toolchain)?;
    if is_twice {
        let module = process::root().join("wasm/package/dist/hookvet.wasm");
        let first = std::fs::read(&module)?;
        from_nothing(|| package(toolchain))?;
        anyhow::ensure!(std::fs::read(&module)? == first, "two builds gave different modules");
        println!("wasm: two builds from nothing gave the same {} bytes", first.len());
    }
    println!("wasm: wasm/package/dist, built by the {toolchain:?} toolchain");
    Ok(())
}

#[cfg(feature = "bindgen")]
fn package(toolchain: Toolchain) -> Result<()> {
    let module = build(toolchain)?;
    process::run(process::command("node").arg("wasm/tools/build.mjs").arg(module))
}

/// Builds while what was built before is set aside, and puts that back: the Rust Worker's crates are there as well, and need not be
/// built once more for a comparison.
#[cfg(feature = "bindgen")]
fn from_nothing(build: impl FnOnce() -> Result<()>) -> Result<()> {
    let folder = folder();
    let aside = folder.with_extension("aside");
    if aside.exists() {
        // Left behind where somebody ended this program in between.
        std::fs::remove_dir_all(&aside)?;
    }
    std::fs::rename(&folder, &aside)?;
    let built = build();
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::rename(&aside, &folder)?;
    built
}

/// Where cargo builds the module, with everything that it depends on.
#[cfg(feature = "bindgen")]
fn folder() -> PathBuf {
    process::root().join("target/wasm").join(TARGET).join("wasm")
}

/// The module as wasm-bindgen leaves it, before it is optimised. Its glue is not used: nothing but numbers crosses, so the
/// package has a smaller loader of its own.
#[cfg(feature = "bindgen")]
fn build(toolchain: Toolchain) -> Result<PathBuf> {
    process::run(small(toolchain).args(["--package", "hookvet-wasm", "--profile", "wasm"]))?;
    let folder = folder();
    let mut bindgen = wasm_bindgen_cli_support::Bindgen::new();
    let glue = folder.join("glue");
    let module = folder.join("hookvet_wasm.wasm");
    bindgen.web(true)?.typescript(false).keep_debug(true).out_name("hookvet").input_path(module).generate(&glue)?;
    Ok(glue.join("hookvet_bg.wasm"))
}

/// `cargo build` with everything that makes a module small.
#[cfg(feature = "bindgen")]
pub(crate) fn small(toolchain: Toolchain) -> Command {
    let mut cargo = toolchain.build();
    cargo.env("CARGO_ENCODED_RUSTFLAGS", flags(toolchain));
    if toolchain == Toolchain::Debian {
        cargo.arg("-Zbuild-std-features=optimize_for_size");
    }
    cargo
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
        // The inner loops say for themselves what has to be inlined and use SIMD; the compiler's own idea of both, and of loops
        // to write out, costs a tenth of the size and gains nothing.
        "-Cllvm-args=-inline-threshold=25 -unroll-threshold=30".to_owned(),
        "-Cno-vectorize-loops".to_owned(),
        "-Cno-vectorize-slp".to_owned(),
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

/// What the module consists of, by section, crate and function.
#[cfg(feature = "bindgen")]
pub(crate) fn size(arguments: &[&str]) -> Result<()> {
    process::npm_ci("wasm")?;
    let module = build(Toolchain::find()?)?;
    process::run(process::command("node").arg("wasm/tools/size.mjs").arg(module).args(arguments))
}

#[cfg(not(feature = "bindgen"))]
pub(crate) fn size(arguments: &[&str]) -> Result<()> {
    with_bindgen("wasm-size", arguments)
}

/// Formatter, linter and type checker over everything in JavaScript and TypeScript. The types of the page need its packages and a
/// built package.
pub(crate) fn check_scripts() -> Result<()> {
    process::run(process::command("wasm/node_modules/.bin/biome").args(["ci", "--error-on-warnings"]))?;
    process::npm_ci("wasm/playground")?;
    let mut check = process::command("wasm/node_modules/.bin/tsc");
    check.args(["--project", "wasm/tools/check"]);
    process::run(&mut check)?;
    let output = check.arg("--listFilesOnly").output()?;
    let files = String::from_utf8_lossy(&output.stdout).lines().filter(|file| file.contains("/src/")).count();
    println!("Checked the types of {files} files.");
    Ok(())
}

/// The tests of the package under Node; the package has to be built.
pub(crate) fn node_tests() -> Command {
    let mut tests = node_test();
    tests.args(
        ["golden", "conformance", "input", "own-schemas", "trap"].map(|name| format!("wasm/tests/{name}.test.mjs")),
    );
    tests
}

/// The official JSON Schema Test Suite through the package.
pub(crate) fn json_schema_tests() -> Result<Command> {
    let mut tests = process::command("node");
    tests.arg("wasm/tests/json-schema.mjs").arg(crate::json_schema::fetch()?);
    Ok(tests)
}

/// The package as it would be published: its types, its exports and its README.
pub(crate) fn package_tests() -> Command {
    let mut tests = node_test();
    tests.arg("wasm/tests/package.test.mjs");
    tests
}

/// The package in Chromium, which is installed where that can be done.
pub(crate) fn chromium_tests() -> Result<Command> {
    let mut tests = node_test();
    tests.arg("wasm/tests/chromium/browser.test.mjs");
    tests.env(browser::VARIABLE, browser::chromium()?);
    Ok(tests)
}

/// Writes what the native core says, for the tests that compare.
pub(crate) fn write_native_verdicts() -> Result<()> {
    let mut write = process::cargo();
    // The same build as that of all crates.
    write.args(["test", "--quiet", "--workspace", "--exclude", "hookvet-sdks", "--all-features"]);
    process::run(write.args(["--test", "conformance", "--test", "mutations", "the_native_verdicts_are_written_down"]))
}

/// Measures the package beside validators from npm; with `--write`, puts the tables into the READMEs.
pub(crate) fn bench(arguments: &[&str]) -> Result<()> {
    run(&[])?;
    let folder = process::root().join("target/bench-wasm");
    std::fs::create_dir_all(&folder)?;
    let documents = folder.join("documents.jsonl");
    let mut write = process::cargo();
    write.args(["run", "--quiet", "--package", "hookvet-bench", "--", "documents"]);
    process::run(write.stdout(File::create(&documents)?))?;
    process::run(process::command("node").arg("wasm/bench/bench.mjs").arg(documents).args(arguments))
}

pub(crate) fn node_test() -> Command {
    let mut tests = process::command("node");
    tests.args(["--test", "--test-reporter=tap"]);
    tests
}
