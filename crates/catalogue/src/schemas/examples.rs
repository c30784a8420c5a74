//! Examples: read from this crate's data, printed for publication.

use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::documents::DOCUMENTS;
use super::print::line;
use crate::{EventInfo, Vendor, events};

/// What an example shows.
pub(super) enum Subject {
    Event(&'static EventInfo),
    /// A document that is no event, by name.
    Document(&'static str),
}

/// One file of `data/examples`.
pub(super) struct Example {
    pub(super) vendor: Vendor,
    pub(super) subject: Subject,
    /// File stem.
    pub(super) name: String,
    pub(super) data: Data,
}

/// What is in the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Data {
    /// `documented` or `synthetic`.
    pub(super) origin: String,
    /// The document that shows it, or from which the members' names are known.
    pub(super) source: Option<String>,
    pub(super) note: Option<String>,
    /// Events only.
    #[serde(default)]
    pub(super) headers: Vec<(String, String)>,
    body: Box<RawValue>,
}

impl Data {
    /// The body as it goes over the wire: the members in the order of the file, without white space.
    pub(super) fn body(&self) -> String {
        layout(self.body.get(), None)
    }
}

/// Reads every example: events in the order of the register, then documents.
pub(super) fn read() -> Vec<Example> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/examples");
    let mut examples = Vec::new();
    for vendor in [Vendor::Amlyze, Vendor::Dataspike] {
        let folder = data.join(vendor.as_str());
        let known = events().iter().filter(|info| info.vendor == vendor);
        let stems = stems(&folder);
        for info in known {
            let of_event = stems.iter().filter(|stem| stem.rsplit_once('.').is_some_and(|(name, _)| name == info.name));
            examples.extend(of_event.map(|name| example(&folder, vendor, Subject::Event(info), name)));
        }
        let folder = folder.join("documents");
        for name in self::stems(&folder) {
            let stem = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem);
            let document = DOCUMENTS.iter().find(|document| document.vendor == vendor && document.name == stem);
            let document = document.unwrap_or_else(|| panic!("{name} shows no known document"));
            examples.push(example(&folder, vendor, Subject::Document(document.name), &name));
        }
    }
    examples
}

fn example(folder: &Path, vendor: Vendor, subject: Subject, name: &str) -> Example {
    let text =
        fs::read_to_string(folder.join(format!("{name}.json"))).unwrap_or_else(|error| panic!("{name}: {error}"));
    let data = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
    Example { vendor, subject, name: name.to_owned(), data }
}

/// File stems in a folder, sorted.
fn stems(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut stems: Vec<_> = entries
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.strip_suffix(".json").map(str::to_owned))
        .collect();
    stems.sort();
    stems
}

/// The first example of an event whose body is what its schema describes, and not an envelope around that.
pub(super) fn plain<'e>(examples: &'e [Example], info: &EventInfo) -> &'e Example {
    let is_plain = |example: &&Example| {
        let of_event = matches!(example.subject, Subject::Event(of) if of.schema_id == info.schema_id);
        of_event
            && example.data.headers.iter().any(|(name, value)| name == "content-type" && value == "application/json")
    };
    examples.iter().find(is_plain).unwrap_or_else(|| panic!("{} has no example in plain JSON", info.name))
}

impl Example {
    /// Path below `schemas/`.
    pub(super) fn path(&self) -> String {
        format!("examples/{}/{}.json", self.vendor, self.name)
    }

    /// The published form.
    pub(super) fn print(&self) -> String {
        let quoted = |text: &str| Value::from(text).to_string();
        let mut members = vec![match &self.subject {
            Subject::Event(info) => ("type", quoted(info.name)),
            Subject::Document(name) => ("document", quoted(name)),
        }];
        members.push(("origin", quoted(&self.data.origin)));
        members.extend(self.data.source.as_ref().map(|source| ("source", quoted(source))));
        members.extend(self.data.note.as_ref().map(|note| ("note", quoted(note))));
        if !self.data.headers.is_empty() {
            let headers = self.data.headers.iter();
            let lines: Vec<_> =
                headers.map(|(name, value)| format!("    [{}, {}]", quoted(name), quoted(value))).collect();
            members.push(("headers", format!("[\n{}\n  ]", lines.join(",\n"))));
        }
        members.push(("body", layout(self.data.body.get(), Some(1))));
        let lines: Vec<_> = members.into_iter().map(|(name, value)| format!("  \"{name}\": {value}")).collect();
        format!("{{\n{}\n}}\n", lines.join(",\n"))
    }
}

/// Lays JSON text out anew, indented from `level` or without any white space, and changes nothing else: numbers,
/// escapes and the order of members stay as they are.
pub(super) fn layout(json: &str, level: Option<usize>) -> String {
    let mut text = String::new();
    let mut level = level;
    let (mut quoted, mut escaped) = (false, false);
    let mut characters = json.chars().peekable();
    while let Some(character) = characters.next() {
        if quoted {
            text.push(character);
            quoted = escaped || character != '"';
            escaped = !escaped && character == '\\';
            continue;
        }
        match character {
            '"' => {
                quoted = true;
                text.push('"');
            }
            '{' | '[' => {
                text.push(character);
                while characters.next_if(char::is_ascii_whitespace).is_some() {}
                let close = if character == '{' { '}' } else { ']' };
                if characters.next_if_eq(&close).is_some() {
                    text.push(close);
                } else {
                    level = level.map(|level| level + 1);
                    line(&mut text, level);
                }
            }
            '}' | ']' => {
                level = level.map(|level| level - 1);
                line(&mut text, level);
                text.push(character);
            }
            ',' => {
                text.push(',');
                line(&mut text, level);
            }
            ':' => text.push_str(if level.is_some() { ": " } else { ":" }),
            _ if character.is_ascii_whitespace() => {}
            _ => text.push(character),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::layout;

    #[test]
    fn layout_touches_white_space_and_nothing_else() {
        let text = r#" { "a b" : [ 1.50 , "x, \" {y}\\" ], "c": { }, "d": [ ] } "#;
        let compact = r#"{"a b":[1.50,"x, \" {y}\\"],"c":{},"d":[]}"#;
        assert_eq!(layout(text, None), compact);
        assert_eq!(
            layout(compact, Some(0)),
            "{\n  \"a b\": [\n    1.50,\n    \"x, \\\" {y}\\\\\"\n  ],\n  \"c\": {},\n  \"d\": []\n}"
        );
    }
}
