//! Schemas that a user brings: the tables made of them at run time beside the built-in ones, and what no table takes beside
//! `jsonschema` alone.

use std::hint::black_box;

use hookvet::Vetter;
use hookvet::internals::{Oracle, Tables};
use serde_json::Value;

use crate::fixtures::{Fixture, Set, Variant};

/// What is measured; each is compared with the one that [`Step::beside`] names.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Step {
    /// The built-in tables, body alone.
    BuiltIn,
    /// The same schema brought at run time, body alone.
    Brought,
    /// `jsonschema` on a value that was read before, asked for a yes or no.
    Jsonschema,
    /// The same through our engine, which also looks for members that the schema is silent about.
    Outside,
    /// The same where only an evaluation tells which members those are.
    Evaluated,
    /// A whole delivery, without a schema.
    Bare,
    /// A whole delivery, with the schema in tables.
    InTables,
    /// A whole delivery, with the schema through `jsonschema`.
    Through,
}

impl Step {
    pub(crate) const ALL: [Self; 8] = [
        Self::BuiltIn,
        Self::Brought,
        Self::Jsonschema,
        Self::Outside,
        Self::Evaluated,
        Self::Bare,
        Self::InTables,
        Self::Through,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::BuiltIn => "built-in tables, body alone",
            Self::Brought => "tables made at run time, body alone",
            Self::Jsonschema => "jsonschema, value alone",
            Self::Outside => "outside the tables, value alone",
            Self::Evaluated => "outside the tables and evaluated, value alone",
            Self::Bare => "whole delivery, no schema",
            Self::InTables => "whole delivery, tables",
            Self::Through => "whole delivery, jsonschema",
        }
    }

    /// The step that it is compared with.
    pub(crate) fn beside(self) -> Self {
        match self {
            Self::BuiltIn | Self::Brought => Self::BuiltIn,
            Self::Jsonschema | Self::Outside | Self::Evaluated => Self::Jsonschema,
            Self::Bare | Self::InTables | Self::Through => Self::Bare,
        }
    }
}

/// Documents of one kind, and who judges them.
pub(crate) struct OwnSchemas {
    texts: Vec<String>,
    values: Vec<Value>,
    built_in: Tables,
    brought: Tables,
    alone: jsonschema_newest::Validator,
    outside: Oracle,
    evaluated: Oracle,
    /// Without a schema, in tables, and through `jsonschema`.
    vetters: [Vetter; 3],
}

const TYPE: &str = "com.example.own";

impl OwnSchemas {
    pub(crate) fn new(fixture: Fixture) -> Self {
        let event = fixture.event();
        let texts = fixture.documents(Variant::Valid, Set::Mixed);
        let schema: Value = serde_json::from_str(event.schema()).expect("a schema");
        // A choice that matches either way: which of its names count, only an evaluation tells.
        let mut choice = schema.clone();
        choice["anyOf"] = serde_json::json!([{ "properties": { "none": true } }, true]);
        let build = |builder: hookvet::VetterBuilder| builder.build().expect("the schema compiles");
        let vetters = [
            build(Vetter::cloudevents()),
            build(Vetter::cloudevents().schema(TYPE, event.schema())),
            build(hookvet::internals::without_tables(Vetter::cloudevents()).schema(TYPE, event.schema())),
        ];
        let made = Self {
            values: texts.iter().map(|text| serde_json::from_str(text).expect("JSON")).collect(),
            texts,
            built_in: Tables::of(event).expect("built in"),
            brought: Tables::compile("own", event.schema()).expect("inside the subset"),
            alone: jsonschema_newest::options().should_validate_formats(true).build(&schema).expect("a schema"),
            outside: Oracle::compile("own", event.schema()).expect("a schema"),
            evaluated: Oracle::compile("own", &choice.to_string()).expect("a schema"),
            vetters,
        };
        for step in Step::ALL {
            assert!((0..made.texts.len()).all(|at| made.judge(step, at)), "{}", step.name());
        }
        made
    }

    pub(crate) fn slices(&self, size: usize) -> impl Iterator<Item = std::ops::Range<usize>> {
        let length = self.texts.len();
        (0..length).step_by(size).map(move |start| start..(start + size).min(length))
    }

    /// Does one step for a range of the documents.
    #[inline(never)]
    pub(crate) fn work(&self, step: Step, range: std::ops::Range<usize>) {
        for at in range {
            black_box(self.judge(step, at));
        }
    }

    fn judge(&self, step: Step, at: usize) -> bool {
        let (text, value) = (self.texts[at].as_bytes(), &self.values[at]);
        let vet = |vetter: &Vetter| {
            let headers = [
                ("ce-specversion", "1.0"),
                ("ce-id", "019cd7cf-826c-731c-ba20-76f48d48ac9c"),
                ("ce-source", "/shop"),
                ("ce-type", TYPE),
                ("content-type", "application/json"),
            ];
            vetter.vet(headers, text, 0).is_accepted()
        };
        match step {
            Step::BuiltIn => self.built_in.is_clean(text),
            Step::Brought => self.brought.is_clean(text),
            Step::Jsonschema => self.alone.is_valid(value),
            Step::Outside => self.outside.is_clean(value),
            Step::Evaluated => self.evaluated.is_clean(value),
            Step::Bare => vet(&self.vetters[0]),
            Step::InTables => vet(&self.vetters[1]),
            Step::Through => vet(&self.vetters[2]),
        }
    }
}
