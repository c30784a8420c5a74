//! Puts the built playground into the binary, where there is one in `playground/`.
//!
//! `cargo xtask playground build` writes it there. It is in the published package and not in the repository, so a build of
//! a fresh clone works without Node; its `/` then says how to get the page.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let manifest = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let page = manifest.join("playground");
    // The folder is always there, so that cargo sees when something appears in it.
    println!("cargo::rerun-if-changed={}", page.display());
    println!("cargo::rerun-if-changed=build.rs");
    let mut files = Vec::new();
    if page.join("index.html").is_file() {
        list(&page, "", &mut files)?;
    }
    files.sort();
    let mut code = String::from("&[\n");
    for name in files {
        let path = page.join(&name).display().to_string();
        let _ = writeln!(code, "    ({name:?}, include_bytes!({path:?})),");
    }
    code.push_str("]\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::write(out.join("playground.rs"), code)
}

fn list(folder: &Path, prefix: &str, files: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            list(&entry.path(), &format!("{name}/"), files)?;
        } else if name != "README.md" {
            files.push(name);
        }
    }
    Ok(())
}
