//! Validation at the speed of the bytes: one walk that checks JSON's grammar and a compiled schema at once.
//!
//! [`compile`] turns a schema into the tables of [`program`]; the tables of the built-in events are generated Rust in
//! `schema/tables`, so nothing is compiled at run time. [`machine`] walks the bytes by those tables and tells a
//! [`Record`]; on a payload that is as documented it allocates nothing. `jsonschema` is what all of it is tested against.

#[cfg(any(test, feature = "internals", feature = "runtime-schemas"))]
pub(crate) mod compile;
#[allow(clippy::inline_always, reason = "the inner loops; measured")]
mod formats;
#[allow(clippy::inline_always, reason = "the inner loops; measured")]
pub(crate) mod machine;
#[allow(clippy::inline_always, reason = "the inner loops; measured")]
mod names;
pub(crate) mod program;
#[cfg(any(test, feature = "internals"))]
pub(crate) mod render;
#[allow(clippy::inline_always, reason = "the inner loops; measured")]
pub(crate) mod select;
#[allow(clippy::inline_always, reason = "the inner loops; measured")]
mod sink;
#[allow(clippy::inline_always, reason = "the inner loops; measured")]
mod text;
#[expect(clippy::inline_always, reason = "the inner loops; measured")]
mod words;

use hookvet_catalogue::EventInfo;

pub(crate) use machine::Stop;
use machine::run;
pub(crate) use program::Schema;
#[cfg(feature = "internals")]
pub(crate) use sink::Span;
pub(crate) use sink::{Findings, JsonNote, Record};

use super::tables;

/// How many slots a [`Record`] has: members of the root are captured in one of their own, those below it, wherever there is one of
/// the name, in [`NESTED`].
#[cfg(feature = "internals")]
pub(crate) const SLOTS: u8 = NESTED;

/// The slot of members that are captured below the root.
pub(crate) const NESTED: u8 = 10;

/// The compiled schema of a built-in event.
pub(crate) fn schema_of(event: &EventInfo) -> Option<Schema<'static>> {
    let events = hookvet_catalogue::events();
    // The register hands out references into itself, so the address tells the position; a copy is looked up.
    let offset = std::ptr::from_ref(event).addr().wrapping_sub(events.as_ptr().addr());
    let position = offset / size_of::<EventInfo>();
    let is_it = |other: &EventInfo| std::ptr::eq(other, event);
    let position = if events.get(position).is_some_and(is_it) {
        position
    } else {
        events.iter().position(|other| other.schema_id == event.schema_id)?
    };
    let root = *tables::ROOTS.get(position)?;
    Some(Schema { program: &tables::PROGRAM, root })
}

/// The schema that asks for nothing: what is left is JSON itself.
pub(crate) const ANY: Schema<'static> = Schema { program: &tables::PROGRAM, root: 0 };

/// Reads `bytes`: every finding, and the values of the members that are watched. A text that is no JSON has one fault and nothing else.
pub(crate) fn pass(schema: Schema<'_>, bytes: &[u8], max_depth: usize) -> Result<Record, Stop> {
    let mut record = Record::default();
    run(schema, bytes, max_depth, &mut record)?;
    Ok(record)
}

/// Everything that is wrong with `bytes`.
#[cfg(any(feature = "internals", feature = "runtime-schemas"))]
pub(crate) fn findings(schema: Schema<'_>, bytes: &[u8], max_depth: usize) -> Result<Findings, Stop> {
    pass(schema, bytes, max_depth).map(|mut record| record.take_findings().unwrap_or_default())
}
