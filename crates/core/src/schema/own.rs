//! A schema that a user brings.

use super::engine::Validator;
#[cfg(feature = "runtime-schemas")]
use super::onepass::{self, Schema, compile::Compiler, compile::Owned};
use super::violation::{SchemaFault, Violation};

/// A compiled schema of the user's own.
#[derive(Debug)]
pub(crate) struct OwnSchema {
    validator: Validator,
    /// The tables of the built-in schemas, where this one keeps to their keywords; the verdicts are the same.
    #[cfg(feature = "runtime-schemas")]
    tables: Option<(Owned, u16)>,
}

impl OwnSchema {
    /// Compiles the text of a schema. Whatever `jsonschema` refuses is refused, so that the same schemas work everywhere.
    pub(crate) fn compile(id: &str, text: &str) -> Result<Self, SchemaFault> {
        Ok(Self {
            validator: Validator::compile(id, text)?,
            #[cfg(feature = "runtime-schemas")]
            tables: {
                let mut compiler = Compiler::new();
                compiler.add(id, text, &[]).ok().map(|root| (compiler.finish(), root))
            },
        })
    }

    /// How `payload` departs from the schema; nothing where it is no JSON, which is another rule's business.
    pub(crate) fn violations(&self, payload: &[u8], max_depth: usize) -> Vec<Violation> {
        #[cfg(feature = "runtime-schemas")]
        if let Some((tables, root)) = &self.tables {
            let schema = Schema { program: &tables.program(), root: *root };
            let found = onepass::findings(schema, payload, max_depth);
            return found.map_or_else(|_| Vec::new(), |found| found.violations);
        }
        // serde_json has a limit of its own, and the text was scanned with ours before.
        let _ = max_depth;
        serde_json::from_slice(payload).map_or_else(|_| Vec::new(), |value| self.validator.validate(&value))
    }
}

#[cfg(all(test, feature = "runtime-schemas"))]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::json::Document;

    #[test]
    fn a_schema_inside_the_subset_gives_the_same_findings_from_its_tables() {
        let text = r#"{
            "type": "object",
            "properties": {"total": {"type": "string", "maxLength": 5}, "lines": {"type": "array", "items": {"type": "integer", "minimum": 1}}},
            "required": ["total"]
        }"#;
        let own = OwnSchema::compile("order", text).expect("it compiles");
        assert!(own.tables.is_some());
        for payload in
            [r#"{"total":"9.90","lines":[1,2]}"#, r#"{"lines":[0,"x"],"note":1}"#, r#"{"total":"123456"}"#, "[]", "7"]
        {
            let value = serde_json::from_str(payload).expect("JSON");
            let document = Document::parse(payload.as_bytes(), 64).expect("JSON");
            let pointer = |violation: &Violation| violation.at.find(&document).expect("a value").pointer();
            let set = |violations: Vec<Violation>| {
                violations.into_iter().map(|v| (pointer(&v), v.rule, v.missing, v.message)).collect::<BTreeSet<_>>()
            };
            assert_eq!(set(own.violations(payload.as_bytes(), 64)), set(own.validator.validate(&value)), "{payload}");
        }
    }

    #[test]
    fn a_schema_outside_the_subset_goes_through_jsonschema() {
        let own = OwnSchema::compile("pattern", r#"{"pattern": "^a"}"#).expect("it compiles");
        assert!(own.tables.is_none());
        assert_eq!(own.violations(b"\"b\"", 64).len(), 1);
    }
}
