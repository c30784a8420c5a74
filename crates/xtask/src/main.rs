//! `cargo xtask`: set-up, generated files, the wasm build, the demo and the tests.

mod demo;
mod generate;
mod linear;
mod process;
mod sdks;
mod suite;
#[cfg(feature = "bindgen")]
mod toolchain;
mod wasm;
mod workers;

use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask COMMAND

  demo [--once]   send every documented event, and faulty ones, to `hookvet serve`
                  and show what becomes of them; --once ends it afterwards
  test            everything: format, clippy, all crates, wasm and schemas under Node,
                  Workers, other projects' SDKs
  generate        write schemas/ and everything else that the types render
  wasm [--twice]  build the npm package into wasm/package/dist/; --twice builds it once more
                  from nothing and says whether it came out the same
  workers [--build]
                  build the Cloudflare Workers in wasm/worker/ and measure how they start;
                  --build measures nothing
  compare-sdks    how many of the CloudEvents cases the SDKs of other projects get right
  bench           hookvet and its peers side by side, from raw bytes to a verdict
  bench-wasm      the npm package and validators from npm side by side: times, sizes, start
  linear          that the work on CloudEvents grows with the length alone; needs valgrind
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
        ["workers", arguments @ ..] => workers::run(arguments),
        ["compare-sdks"] => sdks::compare(),
        ["bench-wasm"] => wasm::bench(),
        ["bench"] => process::run(process::cargo().args(["run", "--release", "--package", "hookvet-bench"])),
        ["linear"] => linear::run(),
        // What `linear` counts the instructions of.
        ["linear-work", name, size] => linear::work(name, size),
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
