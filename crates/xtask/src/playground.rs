//! `cargo xtask playground`: the web page, built of the npm package, served, tested and measured.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::process::{cargo, command, hookvet, install_debian, npm_ci, root, run, succeeds};
use crate::{browser, wasm};

/// Where the page's sources are, from the root.
const FOLDER: &str = "wasm/playground";

/// Where the command line's build takes the built page from, from the root.
const EMBEDDED: &str = "crates/cli/playground";

pub(crate) fn main(arguments: &[&str]) -> Result<()> {
    match arguments {
        [] => serve(),
        ["build"] => build().and_then(|()| embed()),
        ["test"] => {
            wasm::run(&[])?;
            for test in &mut tests()? {
                run(test)?;
            }
            Ok(())
        }
        ["measure"] => {
            build()?;
            run(in_browser()?.arg("tests/browser/measure.mjs"))
        }
        _ => bail!("cargo xtask playground [build | test | measure]"),
    }
}

/// Builds the page and serves it from a receiver that takes unsigned deliveries, on this machine alone.
fn serve() -> Result<()> {
    build()?;
    let store = root().join("target/playground.sqlite");
    let mut serve = cargo();
    serve.args(["run", "--quiet", "--package", "hookvet-cli", "--", "serve", "--allow-unsigned", "--inbox"]);
    serve.arg(format!("sqlite:{}", store.display())).arg("--playground").arg(root().join(FOLDER).join("dist"));
    run(&mut serve)
}

/// The unit tests and those in Chromium, ready to run: all is installed and built, on the npm package as it lies there.
pub(crate) fn tests() -> Result<[Command; 2]> {
    // Pasted commands are compared with what curl sends. Where it cannot be installed, the tests say so.
    if !succeeds(command("curl").arg("--version")) {
        install_debian(&["curl"])?;
    }
    page()?;
    let mut units = command("node");
    units.args(["--test", "--test-reporter=tap", "tests/unit/"]).current_dir(root().join(FOLDER));
    let mut browser = in_browser()?;
    // One file after the other: they measure nothing, but two browsers at once make each other slow.
    browser.args(["--test", "--test-reporter=tap", "--test-concurrency=1", "tests/browser/"]);
    Ok([units, browser])
}

/// `wasm/playground/dist`, of the npm package as it is now.
fn build() -> Result<()> {
    wasm::run(&[])?;
    page()
}

fn page() -> Result<()> {
    npm_ci(FOLDER)?;
    run(command("npm").args(["run", "--silent", "build"]).current_dir(root().join(FOLDER)))
}

/// Copies the built page to where the command line's build looks for it.
fn embed() -> Result<()> {
    let (from, to) = (root().join(FOLDER).join("dist"), root().join(EMBEDDED));
    for entry in std::fs::read_dir(&to)? {
        let path = entry?.path();
        if path.is_dir() {
            std::fs::remove_dir_all(path)?;
        } else if !path.ends_with("README.md") {
            std::fs::remove_file(path)?;
        }
    }
    copy(&from, &to)?;
    println!("playground: {EMBEDDED}; the next build of hookvet-cli has it inside");
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from).with_context(|| from.display().to_string())? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// Node in the page's folder, with a receiver and a browser to work with.
fn in_browser() -> Result<Command> {
    run(cargo().args(["build", "--quiet", "--package", "hookvet-cli"]))?;
    let mut node = command("node");
    node.current_dir(root().join(FOLDER)).env("HOOKVET_BIN", hookvet()).env(browser::VARIABLE, browser::chromium()?);
    Ok(node)
}
