//! `hookvet events` and `hookvet schema`: what the catalogue knows.

use std::io::{self, Write as _};

use anyhow::{Result, bail};
use hookvet::events as catalogue;
use serde_json::json;

use crate::Outcome;
use crate::arguments::{EventsArguments, Format, SchemaArguments};

pub fn list(arguments: &EventsArguments) -> Result<Outcome> {
    let mut out = io::stdout().lock();
    let wanted = catalogue().iter().filter(|event| arguments.vendor.is_none_or(|vendor| vendor == event.vendor));
    for event in wanted {
        match arguments.format {
            Format::Text => {
                writeln!(out, "{:<9} {:<75} {}", event.vendor.as_str(), event.name, event.title)?;
            }
            Format::Json => {
                let line = json!({
                    "vendor": event.vendor.as_str(),
                    "type": event.name,
                    "title": event.title,
                    "fires": event.fires,
                    "certainty": event.certainty.as_str(),
                    "schema": event.schema_id,
                    "deprecated": event.deprecated,
                    "examples": event.examples().len(),
                });
                writeln!(out, "{line}")?;
            }
        }
    }
    Ok(Outcome::Good)
}

pub fn schema(arguments: &SchemaArguments) -> Result<Outcome> {
    let Some(event) = catalogue().iter().find(|event| event.name == arguments.name) else {
        bail!("no event is called {:?}; `hookvet events` lists them", arguments.name);
    };
    let schema: serde_json::Value = serde_json::from_str(event.schema())?;
    writeln!(io::stdout().lock(), "{schema:#}")?;
    Ok(Outcome::Good)
}
