//! `cargo xtask generate`: writes everything that is rendered from the Rust types.

use anyhow::Result;

use crate::process;

/// The tests that compare generated files with what they are made from, each after those that it builds upon.
const TESTS: [&[&str]; 3] = [
    // Schemas, examples, interface documents, and the texts built into the catalogue.
    &["-p", "hookvet-catalogue", "--features", "schemas", "--test", "generated"],
    // The tables of the one pass, from the schemas in the catalogue.
    &["-p", "hookvet", "--features", "internals", "--test", "tables"],
    // The page about every rule.
    &["-p", "hookvet-tests", "--test", "rules", "the_page_is_what_the_rules_say"],
];

pub(crate) fn run() -> Result<()> {
    // The same tests that compare the files write them, so that the two cannot drift apart.
    for arguments in TESTS {
        process::run(process::cargo().args(["test", "--quiet"]).args(arguments).env("UPDATE_SCHEMAS", "1"))?;
    }
    Ok(())
}
