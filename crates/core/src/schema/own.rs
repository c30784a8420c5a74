//! A schema that a user brings.

use std::borrow::Cow;

#[cfg(feature = "own-schemas")]
use super::engine::{Shelf, Validator};
#[cfg(feature = "own-schemas")]
use super::onepass;
use super::onepass::{Findings, Schema, compile::Compiler, compile::Owned};
use super::violation::SchemaFault;
#[cfg(feature = "own-schemas")]
use super::violation::{At, Violation};
use crate::json::{Document, Node};
#[cfg(feature = "own-schemas")]
use crate::rule::Rule;

/// Longest text of a schema, in bytes.
const MOST_TEXT: usize = 4 << 20;

/// Longest text that becomes tables where something else can take its place: what is compiled grows faster than the text.
#[cfg(feature = "own-schemas")]
const MOST_TEXT_OF_TABLES: usize = 64 << 10;

/// A compiled schema of the user's own.
#[derive(Debug)]
pub(crate) struct OwnSchema {
    text: String,
    /// What a verdict calls it: its `$id`, or the event type.
    pub(crate) id: String,
    engine: Engine,
    /// With what it refers to elsewhere put in place.
    #[cfg(all(feature = "publish", feature = "own-schemas"))]
    whole: Option<serde_json::Value>,
}

#[derive(Debug)]
enum Engine {
    /// The tables of the built-in schemas, for one that keeps to their keywords.
    Tables(Box<Owned>, u16),
    #[cfg(feature = "own-schemas")]
    Any(Box<Validator>),
}

impl OwnSchema {
    /// Compiles the text of a schema to tables, and to nothing else.
    #[cfg(not(feature = "own-schemas"))]
    pub(crate) fn compile(event_type: &str, text: &str, has_formats: bool) -> Result<Self, SchemaFault> {
        check_length(event_type, text)?;
        let (tables, root) = tables(event_type, text, has_formats)?;
        Ok(Self::new(event_type, text, Engine::Tables(Box::new(tables), root)))
    }

    /// Compiles the text of a schema. Whatever `jsonschema` refuses is refused, so that the same schemas work everywhere.
    #[cfg(feature = "own-schemas")]
    pub(crate) fn compile(
        event_type: &str,
        text: &str,
        shelf: &Shelf,
    ) -> Result<(Self, Vec<super::SchemaWarning>), SchemaFault> {
        check_length(event_type, text)?;
        let (validator, warnings) = Validator::compile(event_type, text, shelf)?;
        #[cfg(feature = "publish")]
        let whole = shelf.whole(text);
        let is_tried = shelf.has_tables && text.len() <= MOST_TEXT_OF_TABLES;
        let engine = match is_tried.then(|| tables(event_type, text, shelf.has_formats)) {
            Some(Ok((tables, root))) => Engine::Tables(Box::new(tables), root),
            _ => Engine::Any(Box::new(validator)),
        };
        let schema = Self::new(event_type, text, engine);
        #[cfg(feature = "publish")]
        let schema = Self { whole, ..schema };
        Ok((schema, warnings))
    }

    fn new(event_type: &str, text: &str, engine: Engine) -> Self {
        // It has compiled, so it is JSON.
        let document = Document::of(text.as_bytes());
        let id = document.root().get("$id").and_then(Node::text);
        let id = id.map_or_else(|| event_type.to_owned(), Cow::into_owned);
        Self {
            text: text.to_owned(),
            id,
            engine,
            #[cfg(all(feature = "publish", feature = "own-schemas"))]
            whole: None,
        }
    }

    /// The schema so that it stands by itself.
    #[cfg(feature = "publish")]
    pub(crate) fn published(&self) -> serde_json::Value {
        #[cfg(feature = "own-schemas")]
        if let Some(whole) = &self.whole {
            return whole.clone();
        }
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    /// The schema as it was given.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    #[cfg(feature = "internals")]
    pub(crate) fn has_tables(&self) -> bool {
        matches!(self.engine, Engine::Tables(..))
    }

    /// Calls `look` with the tables; with those that ask for nothing where another engine judges.
    pub(crate) fn with_tables<R>(&self, look: impl FnOnce(Schema<'_>) -> R) -> R {
        match &self.engine {
            Engine::Tables(tables, root) => look(Schema { program: &tables.program(), root: *root }),
            #[cfg(feature = "own-schemas")]
            Engine::Any(_) => look(onepass::ANY),
        }
    }

    /// Adds what the tables cannot say. `payload` is JSON.
    #[cfg_attr(not(feature = "own-schemas"), expect(clippy::unused_self, reason = "the tables have said it all"))]
    pub(crate) fn add_departures(&self, payload: &[u8], findings: &mut Findings) {
        #[cfg(feature = "own-schemas")]
        if let Engine::Any(validator) = &self.engine {
            findings.violations = match serde_json::from_slice(payload) {
                Ok(value) => validator.validate(&value),
                // Numbers beyond a float and half characters: what cannot be read must not pass for checked.
                Err(_) => vec![Violation::new(
                    At::Pointer(String::new()),
                    Rule::SchemaOther,
                    "a number beyond the range of a 64-bit float, or half a character, keeps the schema from \
                              being checked",
                )],
            };
        }
        #[cfg(not(feature = "own-schemas"))]
        let _ = (payload, findings);
    }
}

fn check_length(id: &str, text: &str) -> Result<(), SchemaFault> {
    if text.len() > MOST_TEXT {
        let reason = format!("expected at most {MOST_TEXT} bytes, but found {}", text.len());
        return Err(SchemaFault { id: id.to_owned(), reason });
    }
    Ok(())
}

fn tables(id: &str, text: &str, has_formats: bool) -> Result<(Owned, u16), SchemaFault> {
    let mut compiler = Compiler::new();
    if !has_formats {
        compiler.leave_formats();
    }
    let root = compiler.add(id, text, &[])?;
    Ok((compiler.finish(), root))
}
