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
use crate::json::Document;

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

/// Reads a text that has no schema of its own, for values to be looked up in, with what JSON for interchange does not let through.
pub(crate) fn read(bytes: &[u8], max_depth: usize) -> Result<(Document<'_>, Vec<JsonNote>), Stop> {
    let mut record = pass(ANY, bytes, max_depth)?;
    Ok((Document::of(bytes), record.take_findings().unwrap_or_default().notes))
}

/// Everything that is wrong with `bytes`.
#[cfg(any(test, feature = "internals"))]
pub(crate) fn findings(schema: Schema<'_>, bytes: &[u8], max_depth: usize) -> Result<Findings, Stop> {
    pass(schema, bytes, max_depth).map(|mut record| record.take_findings().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::FaultKind;

    fn fault(text: &[u8]) -> FaultKind {
        match pass(ANY, text, 8) {
            Err(Stop::Fault(fault)) => fault.kind,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn each_fault_has_its_kind() {
        assert_eq!(fault("".as_bytes()), FaultKind::Empty);
        assert_eq!(fault("  ".as_bytes()), FaultKind::Empty);
        assert_eq!(fault("{".as_bytes()), FaultKind::CutOff);
        assert_eq!(fault("[1,".as_bytes()), FaultKind::CutOff);
        assert_eq!(fault("[1,]".as_bytes()), FaultKind::TrailingComma);
        assert_eq!(fault("{,}".as_bytes()), FaultKind::Expected("a member name in double quotes"));
        assert_eq!(fault("{\"a\" 1}".as_bytes()), FaultKind::Expected("a colon after the member name"));
        assert_eq!(fault("[1 2]".as_bytes()), FaultKind::Expected("a comma or ] after an item"));
        assert_eq!(fault("[,1]".as_bytes()), FaultKind::Expected("a JSON value"));
        assert_eq!(fault("01".as_bytes()), FaultKind::Expected("no digit after a leading zero"));
        assert_eq!(fault("1.".as_bytes()), FaultKind::CutOff);
        assert_eq!(fault("nul".as_bytes()), FaultKind::CutOff);
        assert_eq!(fault("nulx".as_bytes()), FaultKind::Expected("null"));
        assert_eq!(fault("1 2".as_bytes()), FaultKind::Trailing);
        assert_eq!(fault("\"a\nb\"".as_bytes()), FaultKind::Control);
        assert_eq!(fault(r#""\x""#.as_bytes()), FaultKind::Escape);
        assert_eq!(fault(r#""\u12g4""#.as_bytes()), FaultKind::Expected("four hexadecimal digits after \\u"));
        assert_eq!(fault("[[[[[[[[[1]]]]]]]]]".as_bytes()), FaultKind::Depth);
        assert_eq!(fault("\u{feff}1".as_bytes()), FaultKind::ByteOrderMark);
        assert_eq!(fault(" \u{feff}1".as_bytes()), FaultKind::Expected("a JSON value"));
        assert_eq!(fault(b"\"\xff\""), FaultKind::Utf8);
    }
}
