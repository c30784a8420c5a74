//! Schemas of the user's own: `--schema TYPE=FILE` and `--schemas FOLDER`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use hookvet::VetterBuilder;

use crate::arguments::Judging;

/// Gives a builder the schemas that were named on the command line.
pub fn brought(mut builder: VetterBuilder, judging: &Judging) -> Result<VetterBuilder> {
    if let Some(folder) = &judging.schema_folder {
        for (name, text) in files(folder)? {
            if let Some(event_type) = event_type(&name) {
                builder = builder.schema(event_type, &text);
            }
            builder = builder.schema_resource(name, text);
        }
    }
    for (event_type, file) in &judging.schemas {
        builder = builder.schema(event_type, read(file)?);
    }
    Ok(builder)
}

/// The files of a folder whose names end in `.json`, by name.
fn files(folder: &Path) -> Result<BTreeMap<String, String>> {
    let cannot_read = || format!("cannot read the folder {}", folder.display());
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).with_context(cannot_read)? {
        let path = entry.with_context(cannot_read)?.path();
        let is_schema = path.is_file() && path.extension().is_some_and(|extension| extension == "json");
        if let Some(name) = path.file_name().and_then(|name| name.to_str()).filter(|_| is_schema) {
            files.insert(name.to_owned(), read(&path)?);
        }
    }
    let is_schema = |name: &String| event_type(name).is_some();
    anyhow::ensure!(
        files.keys().any(is_schema),
        "expected a schema in {}, but found no file that is named after an event type, as com.example.order.json",
        folder.display()
    );
    Ok(files)
}

/// The event type that a file is named after: types have a dot, which tells them from what they refer to.
fn event_type(name: &str) -> Option<&str> {
    let stem = name.strip_suffix(".schema.json").or_else(|| name.strip_suffix(".json"))?;
    stem.contains('.').then_some(stem)
}

fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file).with_context(|| format!("cannot read the schema {}", file.display()))
}

/// `TYPE=FILE`.
pub fn type_file(text: &str) -> Result<(String, PathBuf), String> {
    match text.split_once('=') {
        Some((event_type, file)) if !event_type.is_empty() && !file.is_empty() => {
            Ok((event_type.to_owned(), file.into()))
        }
        _ => Err("expected TYPE=FILE, as in com.example.order=order.json".to_owned()),
    }
}
