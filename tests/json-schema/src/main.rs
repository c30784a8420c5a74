//! `hookvet-json-schema FOLDER`: runs the JSON Schema Test Suite in FOLDER through vetters, and prints what came of it.
//!
//! A schema is brought as `.schema(type, text)`, an instance is delivered as a CloudEvent of that type, and the verdict has to be the
//! suite's. What differs is stated in `exceptions.json`, each time with the reason and how many tests it is about; another number of
//! them is an error, and so is a value of an instance in a verdict.

mod exceptions;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use exceptions::Exceptions;
use hookvet::{Vetter, VetterBuilder, internals};
use serde::Deserialize;
use serde_json::{Value, json};

/// Folder of the suite and `$schema` of each draft.
const DRAFTS: [(&str, &str); 5] = [
    ("draft2020-12", "https://json-schema.org/draft/2020-12/schema"),
    ("draft2019-09", "https://json-schema.org/draft/2019-09/schema"),
    ("draft7", "http://json-schema.org/draft-07/schema#"),
    ("draft6", "http://json-schema.org/draft-06/schema#"),
    ("draft4", "http://json-schema.org/draft-04/schema#"),
];

/// Where the suite's schemas look for its remote documents.
const REMOTES: &str = "http://localhost:1234/";

/// A remote document of the later drafts that stands among those for all: it refers to a `$id` below `$defs`, which older drafts do not
/// know.
const LATER: &str = "nested-absolute-ref-to-string.json";

/// What the drafts require of formats: nothing, since the later ones take them as remarks.
const REMARKS: &str = "format.json";

const EVENT_TYPE: &str = "org.json-schema.test";

#[derive(Deserialize)]
struct Group {
    description: String,
    schema: Value,
    tests: Vec<Test>,
}

#[derive(Deserialize)]
struct Test {
    description: String,
    data: Value,
    valid: bool,
}

/// Who judges.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Engine {
    /// The `jsonschema` crate, behind the vetter.
    Jsonschema,
    /// Tables, where the schema keeps to their keywords.
    Tables,
}

impl Engine {
    const ALL: [Self; 2] = [Self::Jsonschema, Self::Tables];

    fn name(self) -> &'static str {
        match self {
            Self::Jsonschema => "jsonschema",
            Self::Tables => "tables",
        }
    }
}

/// What came of one draft.
#[derive(Default)]
struct Tally {
    passed: usize,
    excepted: usize,
    /// Tests of schemas that are outside the subset of the tables.
    outside: usize,
}

fn main() -> Result<ExitCode> {
    let folder = PathBuf::from(std::env::args_os().nth(1).context("expected the folder of the suite")?);
    let remotes = remotes(&folder.join("remotes"))?;
    let mut exceptions = Exceptions::read()?;
    let (mut passed, mut failures) = (0, Vec::new());
    println!("{:<12} {:<14} {:>7} {:>9} {:>18}", "engine", "draft", "passed", "excepted", "outside the subset");
    for engine in Engine::ALL {
        for (draft, uri) in DRAFTS {
            let mut tally = Tally::default();
            for file in files(&folder.join("tests").join(draft))? {
                let groups: Vec<Group> =
                    serde_json::from_str(&fs::read_to_string(folder.join("tests").join(draft).join(&file))?)?;
                for group in groups {
                    let run = Run { engine, draft, file: &file, remotes: &remotes };
                    run.group(&group, uri, &mut exceptions, &mut tally, &mut failures);
                }
            }
            let Tally { passed: now, excepted, outside } = tally;
            println!("{:<12} {draft:<14} {now:>7} {excepted:>9} {outside:>18}", engine.name());
            passed += now;
        }
    }
    failures.extend(exceptions.wrong());
    for failure in &failures {
        println!("test {failure} ... FAILED");
    }
    let outcome = if failures.is_empty() { "ok" } else { "FAILED" };
    println!("\ntest result: {outcome}. {passed} passed; {} failed", failures.len());
    Ok(if failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// One file before one engine.
struct Run<'r> {
    engine: Engine,
    draft: &'static str,
    file: &'r str,
    remotes: &'r [(String, String)],
}

impl Run<'_> {
    fn group(
        &self,
        group: &Group,
        uri: &str,
        exceptions: &mut Exceptions,
        tally: &mut Tally,
        failures: &mut Vec<String>,
    ) {
        let mut schema = group.schema.clone();
        if let Value::Object(keywords) = &mut schema {
            keywords.entry("$schema").or_insert(uri.into());
        }
        // A schema that is `true` or `false` says no draft, and all drafts that have it agree.
        let built = self.builder(schema.to_string()).build();
        if self.engine == Engine::Tables
            && !built.as_ref().is_ok_and(|vetter| internals::has_tables(vetter, EVENT_TYPE))
        {
            tally.outside += group.tests.len();
            return;
        }
        for test in &group.tests {
            let problem = match &built {
                Ok(vetter) => judge(vetter, test, &schema),
                Err(error) => Some(error.to_string()),
            };
            let place = [self.engine.name(), self.draft, self.file, &group.description, &test.description];
            match problem {
                None => tally.passed += 1,
                Some(_) if exceptions.covers(place) => tally.excepted += 1,
                Some(problem) => failures.push(format!("{}: {problem}", place.join(" | "))),
            }
        }
    }

    fn builder(&self, schema: String) -> VetterBuilder {
        let mut builder = Vetter::cloudevents();
        if self.file == REMARKS {
            builder = builder.annotate_formats();
        }
        if self.engine == Engine::Jsonschema {
            builder = internals::without_tables(builder);
        }
        if schema.contains(REMOTES) {
            for (uri, text) in self.remotes {
                // Those of other drafts are another draft's.
                let folder = uri.trim_start_matches(REMOTES).split('/').next().unwrap_or_default();
                let is_known = folder != LATER || self.draft.starts_with("draft20");
                if (!folder.starts_with("draft") && is_known) || folder == self.draft {
                    builder = builder.schema_resource(uri, text);
                }
            }
        }
        builder.schema(EVENT_TYPE, schema)
    }
}

/// What is wrong with the verdict.
fn judge(vetter: &Vetter, test: &Test, schema: &Value) -> Option<String> {
    let headers = [
        ("ce-specversion", "1.0"),
        ("ce-id", "1"),
        ("ce-source", "/suite"),
        ("ce-type", EVENT_TYPE),
        ("content-type", "application/json"),
    ];
    let verdict = vetter.vet(headers, test.data.to_string().as_bytes(), 0);
    let findings = json!(verdict.findings().iter().map(|one| (one.rule.id(), &*one.message)).collect::<Vec<_>>());
    if verdict.is_accepted() != test.valid {
        return Some(format!("expected {}, but found {findings}", if test.valid { "no refusal" } else { "a refusal" }));
    }
    let schema = schema.to_string();
    let leaked = strings(&test.data).into_iter().find(|text| {
        let shown = Value::from(text.as_str()).to_string();
        let shown = shown.trim_matches('"');
        let is_type = ["null", "boolean", "integer", "number", "string", "array", "object"].contains(&shown);
        shown.len() > 3 && !is_type && findings.to_string().contains(shown) && !schema.contains(shown)
    });
    leaked.map(|_| "a finding quotes a value of the instance".to_owned())
}

/// Every string that is a value.
fn strings(value: &Value) -> BTreeSet<String> {
    match value {
        Value::String(text) => BTreeSet::from([text.clone()]),
        Value::Array(items) => items.iter().flat_map(strings).collect(),
        Value::Object(members) => members.values().flat_map(strings).collect(),
        _ => BTreeSet::new(),
    }
}

/// The files of a draft, relative to its folder: what is required, and the formats.
fn files(folder: &Path) -> Result<Vec<String>> {
    let mut files = Vec::new();
    for below in ["", "optional/format/"] {
        for entry in fs::read_dir(folder.join(below)).with_context(|| folder.join(below).display().to_string())? {
            let name = entry?.file_name().into_string().unwrap_or_default();
            if Path::new(&name).extension().is_some_and(|extension| extension == "json") {
                files.push(format!("{below}{name}"));
            }
        }
    }
    files.sort();
    Ok(files)
}

/// Every remote document with its URI.
fn remotes(folder: &Path) -> Result<Vec<(String, String)>> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(now) = open.pop() {
        for entry in fs::read_dir(&now).with_context(|| now.display().to_string())? {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path);
            } else if let Ok(relative) = path.strip_prefix(folder) {
                let parts: Vec<_> = relative.iter().map(|part| part.to_string_lossy()).collect();
                found.push((format!("{REMOTES}{}", parts.join("/")), fs::read_to_string(&path)?));
            }
        }
    }
    found.sort();
    Ok(found)
}
