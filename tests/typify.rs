//! Every published schema in typify, which writes Rust types; other tools have theirs in `tests/node` and `tests/python`.

use std::collections::BTreeMap;
use std::panic::catch_unwind;
use std::path::Path;

use schemars_0_8::schema::RootSchema;
use typify_impl::TypeSpace;

/// What it cannot do, by the schema's name, and what it says to that.
const EXCEPTIONS: [(&str, &str); 4] = [
    // A payload that may be empty.
    ("AML_SCREENING", "if/then/else schemas are not supported"),
    ("DOCVER", "if/then/else schemas are not supported"),
    ("DOCVER_CHECKS", "if/then/else schemas are not supported"),
    // A status that one document writes with a capital.
    ("applicant", "Failed to make unique variant names"),
];

/// The types for a schema; an error in typify's own words, which are mostly a panic's.
fn types(path: &Path) -> Result<String, String> {
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    let written = catch_unwind(|| {
        let schema: RootSchema = serde_json::from_str(&text).map_err(|error| error.to_string())?;
        let mut types = TypeSpace::default();
        types.add_root_schema(schema).map_err(|error| error.to_string())?;
        Ok(types.to_stream().to_string())
    });
    written.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
        Err(text.unwrap_or_default().to_owned())
    })
}

#[test]
fn every_schema_becomes_rust_types() {
    let schemas = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas");
    let mut count = 0;
    for folder in ["amlyze", "dataspike", "draft-07/amlyze", "draft-07/dataspike"] {
        let mut exceptions: BTreeMap<_, _> = EXCEPTIONS.into_iter().filter(|_| folder.ends_with("dataspike")).collect();
        for entry in std::fs::read_dir(schemas.join(folder)).expect("a folder") {
            let path = entry.expect("an entry").path();
            let file = path.file_name().expect("a name").to_string_lossy().into_owned();
            let Some(name) = file.strip_suffix(".schema.json") else { continue };
            count += 1;
            match (types(&path), exceptions.remove(name)) {
                (Ok(written), None) => assert!(written.contains("pub struct"), "{folder}/{file}: {written}"),
                (Err(error), Some(reason)) => assert!(error.contains(reason), "{folder}/{file}: {error}"),
                (Ok(_), Some(reason)) => panic!("{folder}/{file}: no exception is needed any more: {reason}"),
                (Err(error), None) => panic!("{folder}/{file}: {error}"),
            }
        }
        assert!(exceptions.is_empty(), "{folder}: no such schema: {exceptions:?}");
    }
    assert_eq!(count, 102);
}
