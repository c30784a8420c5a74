//! The layers point one way, and a vendor is one folder.

use std::fs;
use std::path::{Path, PathBuf};

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/core/src")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() {
            found.extend(files(&entry));
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            found.push(entry);
        }
    }
    found
}

/// The lines of code of a file, without comments and without its tests.
fn code(file: &Path) -> Vec<String> {
    let text = fs::read_to_string(file).expect("a source file");
    let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    code.lines().map(str::trim_start).filter(|line| !line.starts_with("//")).map(str::to_lowercase).collect()
}

fn mentions(of: &str, words: &[&str]) -> Vec<String> {
    let place = source().join(of);
    let files = if place.is_dir() { files(&place) } else { vec![place] };
    assert!(!files.is_empty(), "{of} is empty");
    let mut found = Vec::new();
    for file in files {
        for line in code(&file) {
            if let Some(word) = words.iter().find(|word| line.contains(**word)) {
                found.push(format!("{}: {word} in {line}", file.display()));
            }
        }
    }
    found
}

#[test]
fn no_vendor_is_named_outside_its_folder_and_the_lists() {
    let names = ["amlyze", "dataspike", "standardwebhooks", "standard_webhooks", "vendor::cloudevents"];
    for layer in [
        "vetter",
        "cloudevents",
        "schema/onepass",
        "json",
        "grammar",
        "report.rs",
        "headers.rs",
        "settings.rs",
        "own.rs",
    ] {
        assert_eq!(mentions(layer, &names), Vec::<String>::new(), "in {layer}");
    }
    // The test itself sees names where there are some.
    assert!(!mentions("vendors", &names).is_empty());
}

#[test]
fn no_layer_reaches_for_one_above_it() {
    for (layer, above) in [
        ("json", &["crate::cloudevents", "crate::schema", "crate::vendors", "crate::vetter", "crate::settings"][..]),
        ("grammar", &["crate::cloudevents", "crate::schema", "crate::vendors", "crate::vetter", "crate::settings"]),
        ("schema", &["crate::cloudevents", "crate::vendors", "crate::vetter", "crate::settings"]),
        ("authenticity", &["crate::schema", "crate::vetter", "crate::settings"]),
        ("cloudevents", &["crate::vetter"]),
        ("vendors", &["crate::vetter"]),
        ("settings.rs", &["crate::vetter"]),
        ("own.rs", &["crate::vetter"]),
    ] {
        assert_eq!(mentions(layer, above), Vec::<String>::new(), "in {layer}");
    }
    assert!(!mentions("vetter", &["crate::vendors"]).is_empty());
}
