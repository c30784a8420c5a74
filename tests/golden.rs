//! Golden verdicts: the JSON form that every surface shares, byte for byte.

use std::path::{Path, PathBuf};

use hookvet::{CheckRequest, Checker};
use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::{Map, Value, json};

fn main() {
    let dir = hookvet_tests::cases_dir().join("golden");
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(&dir).expect("tests/cases/golden").map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    let trials = files
        .into_iter()
        .map(|file| {
            let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            Trial::test(name, move || check(&file))
        })
        .collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn check(file: &Path) -> Result<(), Failed> {
    let case: Map<String, Value> = serde_json::from_str(&std::fs::read_to_string(file)?)?;
    let request = CheckRequest::from_json(&case["request"].to_string())?;
    let verdict = Checker::default().check(&request)?;
    let serialised = serde_json::to_string(&verdict)?;
    let verdict = verdict.to_json();
    if verdict != serialised {
        return Err(format!("`to_json` gives\n{verdict}\nand serde\n{serialised}").into());
    }
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        let case = json!({ "about": case["about"], "request": case["request"] });
        // The verdict goes in as it is: its members keep their order.
        let text = serde_json::to_string_pretty(&case)?;
        let open = text.strip_suffix("\n}").ok_or("not an object")?;
        std::fs::write(file, format!("{open},\n  \"verdict\": {verdict}\n}}\n"))?;
        return Ok(());
    }
    let text = std::fs::read_to_string(file)?;
    let expected = text
        .split_once("\n  \"verdict\": ")
        .and_then(|(_, rest)| rest.strip_suffix("\n}\n"))
        .ok_or("the case has no verdict yet: UPDATE_GOLDEN=1 writes it")?;
    if verdict != expected {
        return Err(format!("expected\n{expected}\ngot\n{verdict}").into());
    }
    Ok(())
}
