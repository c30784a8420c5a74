//! `cargo xtask test`: every lane, each of which has to show that it ran tests.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context as _, Result, bail};

use crate::process::{cargo, command, shown};
use crate::{consumers, engines, json_schema, playground, process, sdks, wasm, workers};

/// What a lane came to.
struct Lane {
    name: &'static str,
    /// `None` for a lane that checks and counts nothing.
    passed: Option<usize>,
    seconds: f64,
}

pub(crate) fn run() -> Result<()> {
    let mut lanes = Vec::new();
    lane(&mut lanes, "format", || {
        process::run(cargo().args(["fmt", "--all", "--check"]))?;
        // Workspaces of their own.
        for manifest in ["wasm/worker/rust/Cargo.toml", "tests/beside-sqlx/Cargo.toml"] {
            process::run(cargo().args(["fmt", "--check", "--manifest-path", manifest]))?;
        }
        Ok(None)
    })?;
    lane(&mut lanes, "clippy", || {
        let arguments = ["clippy", "--quiet", "--workspace", "--all-targets", "--all-features", "--", "-D", "warnings"];
        process::run(cargo().args(arguments)).map(|()| None)
    })?;
    lane(&mut lanes, "features alone", features_alone)?;
    lane(&mut lanes, "crates", || {
        engines::install()?;
        counted(cargo().args(["test", "--workspace", "--exclude", "hookvet-sdks", "--all-features", "--no-fail-fast"]))
    })?;
    // A workspace of its own, built into this one's folder.
    lane(&mut lanes, "inbox beside sqlx", || {
        let mut test = cargo();
        test.args(["test", "--manifest-path", "tests/beside-sqlx/Cargo.toml", "--target-dir", "target/beside-sqlx"]);
        counted(&mut test)
    })?;
    lane(&mut lanes, "json schema suite", || counted(&mut json_schema::test()?))?;
    lane(&mut lanes, "linear", || counted(&mut crate::linear(&[])?))?;
    // For all lanes after it.
    lane(&mut lanes, "wasm built twice", || wasm::run(&["--twice"]).map(|()| None))?;
    lane(&mut lanes, "JavaScript", || wasm::check_scripts().map(|()| None))?;
    lane(&mut lanes, "wasm under Node", || {
        wasm::write_native_verdicts()?;
        counted(&mut wasm::node_tests())
    })?;
    lane(&mut lanes, "json schema wasm", || counted(&mut wasm::json_schema_tests()?))?;
    lane(&mut lanes, "wasm in Chromium", || counted(&mut wasm::chromium_tests()?))?;
    lane(&mut lanes, "npm package", || counted(&mut wasm::package_tests()))?;
    lane(&mut lanes, "consumers", || counted(&mut consumers::tests()?))?;
    lane(&mut lanes, "workers", || {
        workers::run(&["--build"])?;
        counted(&mut workers::tests())
    })?;
    lane(&mut lanes, "schemas in tools", schemas_in_tools)?;
    lane(&mut lanes, "playground", || {
        let mut passed = 0;
        for test in &mut playground::tests()? {
            match counted(test)? {
                Some(count) if count > 0 => passed += count,
                _ => bail!("a part of the playground's tests ran none"),
            }
        }
        Ok(Some(passed))
    })?;
    // A lane of its own, since it needs what npm and PyPI bring.
    lane(&mut lanes, "sdks", || counted(&mut sdks::test()?))?;
    println!("\n{:<18} {:>7} {:>9}", "lane", "tests", "seconds");
    for lane in &lanes {
        let tests = lane.passed.map_or_else(|| "-".to_owned(), |passed| passed.to_string());
        println!("{:<18} {tests:>7} {:>9.1}", lane.name, lane.seconds);
    }
    let total: usize = lanes.iter().filter_map(|lane| lane.passed).sum();
    println!("\n{total} passed, 0 failed");
    Ok(())
}

fn lane(lanes: &mut Vec<Lane>, name: &'static str, run: impl FnOnce() -> Result<Option<usize>>) -> Result<()> {
    println!("== {name}");
    let started = Instant::now();
    let passed = run().with_context(|| format!("lane {name}"))?;
    if passed == Some(0) {
        bail!("lane {name} ran no test");
    }
    lanes.push(Lane { name, passed, seconds: started.elapsed().as_secs_f64() });
    Ok(())
}

/// Each crate with its default features and without, since the workspace turns on what any member asks for.
fn features_alone() -> Result<Option<usize>> {
    for arguments in [
        &["-p", "xtask"][..],
        &["-p", "hookvet-catalogue"],
        &["-p", "hookvet"],
        &["-p", "hookvet", "--features", "runtime-schemas"],
        &["-p", "hookvet", "--features", "own-schemas"],
        &["-p", "hookvet", "--features", "schemars"],
        &["-p", "hookvet", "--features", "publish"],
        &["-p", "hookvet-receiver"],
        &["-p", "hookvet-receiver", "--features", "decompression"],
        &["-p", "hookvet-receiver", "--features", "metrics"],
        &["-p", "hookvet-receiver", "--features", "tracing"],
        &["-p", "hookvet-tower"],
        &["-p", "hookvet-tower", "--no-default-features"],
        &["-p", "hookvet-tower", "--features", "axum"],
        &["-p", "hookvet-tower", "--features", "metrics,tracing"],
        &["-p", "hookvet-inbox"],
        &["-p", "hookvet-inbox", "--no-default-features"],
        &["-p", "hookvet-inbox", "--no-default-features", "--features", "sqlite"],
        &["-p", "hookvet-inbox", "--no-default-features", "--features", "postgres"],
        &["-p", "hookvet-inbox", "--no-default-features", "--features", "nats"],
        &["-p", "hookvet-inbox", "--no-default-features", "--features", "encryption,tower,metrics"],
        &["-p", "hookvet-actix"],
        &["-p", "hookvet-actix", "--features", "decompression"],
        &["-p", "hookvet-actix", "--features", "metrics,tracing"],
    ] {
        process::run(cargo().args(["clippy", "--quiet"]).args(arguments).args(["--", "-D", "warnings"]))?;
    }
    Ok(None)
}

/// The published schemas, examples and interface documents before validators and generators from npm and `PyPI`.
fn schemas_in_tools() -> Result<Option<usize>> {
    // Writes the mutations, and the documents of events of one's own, that the checks under Node read; the same build as that of all crates.
    process::run(cargo().args([
        "test",
        "--quiet",
        "--workspace",
        "--exclude",
        "hookvet-sdks",
        "--all-features",
        "--test",
        "mutations",
        "--test",
        "own_events",
    ]))?;
    let folder = process::root().join("tests/node");
    process::npm_ci(&folder)?;
    let node = counted(command("node").args(["--test", "--test-reporter=tap"]).current_dir(&folder))?;
    let (folder, environment) = (process::root().join("tests/python"), process::root().join("target/schemas-python"));
    process::install_python(&folder.join("requirements.txt"), &environment)?;
    let python = counted(command(environment.join("bin/python")).arg(folder.join("tools.py")))?;
    // Either has to show that it ran.
    anyhow::ensure!(python.is_some_and(|passed| passed > 0), "tests/python ran no test");
    anyhow::ensure!(node.is_some_and(|passed| passed > 0), "tests/node ran no test");
    Ok(Some(node.unwrap_or_default() + python.unwrap_or_default()))
}

/// Runs a test runner, shows its output, and counts what passed; an error where anything failed.
fn counted(command: &mut Command) -> Result<Option<usize>> {
    let shown = shown(command);
    let mut child = command.stdout(Stdio::piped()).spawn().with_context(|| format!("cannot start {shown}"))?;
    let output = child.stdout.take().context("no output")?;
    let mut passed = 0;
    let mut failed = Vec::new();
    for line in BufReader::new(output).lines() {
        let line = line?;
        println!("{line}");
        passed += passed_in(&line).unwrap_or(0);
        failed.extend(failed_in(&line).map(str::to_owned));
    }
    let status = child.wait()?;
    if !status.success() {
        // Last of all that is printed, since a log is read from its end and may be cut at its start.
        bail!("{shown} failed ({status}): {}", failed.join(", "));
    }
    Ok(Some(passed))
}

/// The test that a line says has failed: cargo's, or that of Node's runner.
fn failed_in(line: &str) -> Option<&str> {
    if let Some(rest) = line.strip_prefix("test ") {
        return rest.strip_suffix(" ... FAILED");
    }
    let (_, name) = line.trim_start().strip_prefix("not ok ")?.split_once(" - ")?;
    Some(name)
}

/// How many tests a closing line says have passed: cargo's, or that of Node's runner.
fn passed_in(line: &str) -> Option<usize> {
    if let Some(rest) = line.strip_prefix("test result: ok. ") {
        return rest.split_once(" passed")?.0.parse().ok();
    }
    line.strip_prefix("# pass ")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{failed_in, passed_in};

    #[test]
    fn closing_lines_are_counted() {
        assert_eq!(passed_in("test result: ok. 31 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out"), Some(31));
        assert_eq!(passed_in("# pass 12"), Some(12));
        assert_eq!(passed_in("test result: FAILED. 3 passed; 1 failed"), None);
        assert_eq!(passed_in("test a ... ok"), None);
    }

    #[test]
    fn failures_are_named() {
        assert_eq!(failed_in("test limits::holds ... FAILED"), Some("limits::holds"));
        assert_eq!(failed_in("    not ok 3 - refuses a duplicate"), Some("refuses a duplicate"));
        assert_eq!(failed_in("test limits::holds ... ok"), None);
        assert_eq!(failed_in("ok 3 - refuses a duplicate"), None);
        assert_eq!(failed_in("test result: FAILED. 3 passed; 1 failed"), None);
    }
}
