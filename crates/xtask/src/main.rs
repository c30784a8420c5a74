//! `cargo xtask`: set-up, generated files, the wasm build, the demo and the tests.

mod browser;
mod consumers;
mod demo;
mod engines;
mod generate;
mod json_schema;
mod playground;
mod process;
mod sdks;
mod suite;
#[cfg(feature = "bindgen")]
mod toolchain;
mod wasm;
mod workers;

use std::process::{Command, ExitCode};

const USAGE: &str = "\
cargo xtask COMMAND

  demo [--once]   send every documented event, and faulty ones, to `hookvet serve`
                  and show what becomes of them; --once ends it afterwards
  test            everything: format, clippy, all crates, wasm under Node, the schemas
                  in other tools, the JSON Schema Test Suite, the npm package in bundlers and frameworks, Workers,
                  the playground in Chromium, other projects' SDKs
  generate        write schemas/ and everything else that the types render
  wasm [--twice]  build the npm package into wasm/package/dist/; --twice builds it once more
                  from nothing and says whether it came out the same
  wasm-size [N]   what the WebAssembly consists of: sections, crates and the N largest functions
  consumers       the npm package, packed, installed, built and run with the bundlers, frameworks,
                  test runners and runtimes of its users
  playground      build the web page and serve it with `hookvet serve`; `build` puts it
                  into the binary's next build, `test` tests it in Chromium, `measure`
                  measures it
  workers [--build]
                  build the Cloudflare Workers in wasm/worker/ and measure how they start;
                  --build measures nothing
  compare-sdks    how many of the CloudEvents cases the SDKs of other projects get right
  json-schema     the official JSON Schema Test Suite through vetters with schemas of one's own
  bench           hookvet and its peers side by side, from raw bytes to a verdict
  bench-wasm [--write]
                  the npm package and validators from npm side by side: times, sizes, start;
                  --write puts the tables into the READMEs
  bench-http      what the tower layer adds to a bare axum route, in process and over loopback
  bench-inbox [SECONDS] [KEYS]
                  the inbox's stores beside what their engines do at best, with real fsync;
                  8 seconds each, up to a million keys
  load [SECONDS]  1,000 connections with good and bad traffic into a receiver in a process of
                  its own, every answer checked and memory watched; 30 seconds
  linear [long]   that work grows with a delivery's length alone, and no answer is long; needs valgrind.
                  `linear time` times a mebibyte of each pattern
";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["demo"] => demo::run(false),
        ["demo", "--once"] => demo::run(true),
        ["test"] => suite::run(),
        ["generate"] => generate::run(),
        ["wasm", arguments @ ..] => wasm::run(arguments),
        ["wasm-size", arguments @ ..] => wasm::size(arguments),
        ["consumers"] => consumers::run(),
        ["playground", arguments @ ..] => playground::main(arguments),
        ["workers", arguments @ ..] => workers::run(arguments),
        ["compare-sdks"] => sdks::compare(),
        ["json-schema"] => json_schema::test().and_then(|mut command| process::run(&mut command)),
        ["bench-wasm", arguments @ ..] => wasm::bench(arguments),
        ["bench"] => process::run(process::cargo().args(["run", "--release", "--package", "hookvet-bench"])),
        ["bench-http"] => process::run(process::cargo().args(["run", "--release", "--package", "hookvet-bench-http"])),
        ["bench-inbox", arguments @ ..] => bench_inbox(arguments),
        ["load"] => load("30"),
        ["load", seconds] => load(seconds),
        ["linear", arguments @ ..] => linear(arguments).and_then(|mut command| process::run(&mut command)),
        _ => {
            eprint!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// What counts instructions, once callgrind is there.
fn linear(arguments: &[&str]) -> anyhow::Result<Command> {
    if !process::succeeds(process::command("valgrind").arg("--version")) {
        process::install_debian(&["valgrind"])?;
    }
    let mut command = process::cargo();
    command.args(["run", "--quiet", "--profile", "linear", "--package", "hookvet-linear", "--"]).args(arguments);
    Ok(command)
}

/// Optimized without the wait for link-time optimization, which does nothing for a disk.
fn bench_inbox(arguments: &[&str]) -> anyhow::Result<()> {
    engines::install()?;
    let packages =
        ["build", "--quiet", "--profile", "linear", "--package", "hookvet-cli", "--package", "hookvet-bench-inbox"];
    process::run(process::cargo().args(packages))?;
    let hookvet = process::hookvet_of("linear");
    process::run(process::command(hookvet.with_file_name("hookvet-bench-inbox")).arg(&hookvet).args(arguments))
}

/// Builds both ends, and starts the senders, who start the receiver.
fn load(seconds: &str) -> anyhow::Result<()> {
    process::run(process::cargo().args(["build", "--quiet", "--release", "--package", "hookvet-load"]))?;
    let run =
        ["run", "--quiet", "--release", "--package", "hookvet-load", "--bin", "hookvet-load", "--", seconds, "1000"];
    process::run(process::cargo().args(run))
}
