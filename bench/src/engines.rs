//! From raw bytes to a verdict, once for each engine.

use boon::{Compiler, SchemaIndex, Schemas};
use hookvet::internals::{Tables, dataspike_event};
use serde_json::Value;

use crate::fixtures::Fixture;
use crate::typed::{Docver, RelatedEntity};

#[jsonschema::validator(
    path = "../schemas/amlyze/app.amlyze.related_entity.screening.sanctions.pending.schema.json",
    validate_formats = true
)]
struct CompiledRelatedEntity;

#[jsonschema::validator(path = "../schemas/dataspike/DOCVER.schema.json", validate_formats = true)]
struct CompiledDocver;

/// Who judges.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Engine {
    Typed,
    Sonic,
    Runtime,
    CompileTime,
    Boon,
    Hookvet,
}

impl Engine {
    pub(crate) const ALL: [Self; 6] =
        [Self::Typed, Self::Sonic, Self::Runtime, Self::CompileTime, Self::Boon, Self::Hookvet];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Typed => "serde_json typed",
            Self::Sonic => "sonic-rs typed",
            Self::Runtime => "jsonschema runtime",
            Self::CompileTime => "jsonschema compile-time",
            Self::Boon => "boon",
            Self::Hookvet => "hookvet",
        }
    }
}

/// Everything that is built once.
pub(crate) struct Judges {
    fixture: Fixture,
    tables: Tables,
    runtime: jsonschema::Validator,
    boon: Schemas,
    boon_root: SchemaIndex,
}

impl Judges {
    pub(crate) fn new(fixture: Fixture) -> Self {
        let event = fixture.event();
        let schema: Value = serde_json::from_str(event.schema()).expect("a schema");
        let runtime = jsonschema::options().should_validate_formats(true).build(&schema).expect("a schema");
        let mut boon = Schemas::new();
        let mut compiler = Compiler::new();
        compiler.enable_format_assertions();
        compiler.add_resource(event.schema_id, schema).expect("a schema");
        let boon_root = compiler.compile(event.schema_id, &mut boon).expect("a schema");
        Self { fixture, tables: Tables::of(event).expect("built in"), runtime, boon, boon_root }
    }

    /// Whether the document is valid.
    #[inline(never)]
    pub(crate) fn judge(&self, engine: Engine, text: &str) -> bool {
        let bytes = text.as_bytes();
        let is_entity = self.fixture == Fixture::RelatedEntity;
        let value = || serde_json::from_slice::<Value>(bytes).ok();
        match engine {
            Engine::Typed if is_entity => serde_json::from_slice::<RelatedEntity<'_>>(bytes).is_ok(),
            Engine::Typed => serde_json::from_slice::<Docver<'_>>(bytes).is_ok(),
            Engine::Sonic if is_entity => sonic_rs::from_slice::<RelatedEntity<'_>>(bytes).is_ok(),
            Engine::Sonic => sonic_rs::from_slice::<Docver<'_>>(bytes).is_ok(),
            Engine::Runtime => value().is_some_and(|value| self.runtime.is_valid(&value)),
            Engine::CompileTime if is_entity => value().is_some_and(|value| CompiledRelatedEntity::is_valid(&value)),
            Engine::CompileTime => value().is_some_and(|value| CompiledDocver::is_valid(&value)),
            Engine::Boon => value().is_some_and(|value| self.boon.validate(&value, self.boon_root).is_ok()),
            Engine::Hookvet if is_entity => self.tables.is_clean(bytes),
            Engine::Hookvet => dataspike_event(bytes).is_some() && self.tables.is_clean(bytes),
        }
    }
}
