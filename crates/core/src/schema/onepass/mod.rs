//! Validation at the speed of the bytes: one walk that checks JSON's grammar and a compiled schema at once.
//!
//! [`compile`] turns a schema into the tables of [`program`]; the tables of the built-in events are generated Rust in
//! `schema/tables`, so nothing is compiled at run time. [`machine`] walks the bytes by those tables and tells a
//! [`Sink`]; on a payload that is as documented it allocates nothing. `jsonschema` is what all of it is tested against.

#[cfg(any(test, feature = "internals", feature = "runtime-schemas"))]
pub(crate) mod compile;
mod formats;
pub(crate) mod machine;
mod names;
pub(crate) mod program;
#[cfg(any(test, feature = "internals"))]
pub(crate) mod render;
pub(crate) mod select;
mod sink;
mod text;
pub(crate) mod watch;
#[expect(clippy::inline_always, reason = "the inner loops; measured")]
mod words;

use hookvet_catalogue::EventInfo;

pub(crate) use machine::{Stop, run};
pub(crate) use program::Schema;
pub(crate) use sink::{Captures, Findings, FirstOnly, Span};

use super::tables;

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

/// Whether `bytes` are JSON without any finding, warnings included; watched members are kept in `captures`.
///
/// `false` says that there is something to report, which [`findings`] does.
pub(crate) fn is_clean(schema: Schema<'_>, bytes: &[u8], max_depth: usize, captures: &mut Captures) -> bool {
    run(schema, bytes, max_depth, captures).is_ok()
}

/// Everything that is wrong with `bytes`; a text that is no JSON has one fault and nothing else.
pub(crate) fn findings(schema: Schema<'_>, bytes: &[u8], max_depth: usize) -> Result<Findings, Stop> {
    let mut found = Findings::default();
    run(schema, bytes, max_depth, &mut found)?;
    found.sort();
    Ok(found)
}
