//! The tables of the built-in events are generated from their schemas; this compares, and writes when told to.

#![expect(clippy::disallowed_methods, reason = "the rules of the core, which a test of its files cannot keep")]

use std::path::Path;

#[test]
fn the_tables_are_those_of_the_schemas() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/schema/tables/events.rs");
    let fresh = hookvet::internals::render_tables().unwrap_or_else(|fault| panic!("{fault}"));
    if std::env::var_os("UPDATE_SCHEMAS").is_some() {
        std::fs::write(&path, &fresh).expect("the source can be written");
    }
    let kept = std::fs::read_to_string(&path).expect("the source is there");
    assert!(kept == fresh, "the tables are stale: run cargo xtask generate, review the diff, commit it");
}
