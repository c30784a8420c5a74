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
pub(crate) mod watch;
#[expect(clippy::inline_always, reason = "the inner loops; measured")]
mod words;

use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;

use hookvet_catalogue::{EventInfo, Vendor};

pub(crate) use machine::{Stop, run};
pub(crate) use program::Schema;
pub(crate) use sink::{Findings, Record, Span};

use super::tables;

/// Whether the pass that ends at the first finding shares its code with the one that keeps all. A code of its own is a
/// tenth faster, and a tenth of a WebAssembly module that people download.
const IS_CODE_DEAR: bool = cfg!(target_family = "wasm");

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

/// Whether `bytes` are JSON without any finding, warnings included; watched members are kept in `record`.
///
/// `false` says that there is something to report, which [`findings`] does.
pub(crate) fn is_clean(schema: Schema<'_>, bytes: &[u8], max_depth: usize, record: &mut Record) -> bool {
    run::<IS_CODE_DEAR>(schema, bytes, max_depth, record).is_ok()
}

/// The event of a Dataspike delivery without any finding; `None` where there is something to report, or to find out.
///
/// The event type that says which schema counts stands inside the body. The pass starts with the schema of the last
/// delivery: its event type is a constant there, so another one ends that pass where it stands, near the start.
pub(crate) fn clean_delivery(bytes: &[u8], max_depth: usize, record: &mut Record) -> Option<&'static EventInfo> {
    static LAST: AtomicUsize = AtomicUsize::new(usize::MAX);
    let events = hookvet_catalogue::events();
    let last = LAST.load(Relaxed);
    let schema_at = |position: usize| {
        let root = *tables::ROOTS.get(position)?;
        Some(Schema { program: &tables::PROGRAM, root })
    };
    if let (Some(event), Some(schema)) = (events.get(last), schema_at(last))
        && is_clean(schema, bytes, max_depth, record)
    {
        return Some(event);
    }
    let span = select::root_string(bytes, "event_type")?;
    let position = select::with_string(bytes, span, |name| {
        events.iter().position(|event| event.vendor == Vendor::Dataspike && event.name == name)
    })?;
    if position == last {
        return None;
    }
    LAST.store(position, Relaxed);
    *record = Record::default();
    is_clean(schema_at(position)?, bytes, max_depth, record).then(|| events.get(position)).flatten()
}

/// Everything that is wrong with `bytes`; a text that is no JSON has one fault and nothing else.
pub(crate) fn findings(schema: Schema<'_>, bytes: &[u8], max_depth: usize) -> Result<Findings, Stop> {
    let mut record = Record::with_findings();
    run::<true>(schema, bytes, max_depth, &mut record)?;
    let mut found = record.into_findings();
    found.sort();
    Ok(found)
}
