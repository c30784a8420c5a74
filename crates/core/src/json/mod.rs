//! Strict JSON over borrowed bytes: one pass, no recursion, every node with its place.

mod document;
mod number;
mod scan;
mod text;
mod write;

pub(crate) use document::{Document, Kind, Node};
pub(crate) use number::Decimal;
pub(crate) use scan::{Fault, FaultKind};
#[cfg(any(test, feature = "internals", feature = "runtime-schemas"))]
pub(crate) use text::unescape_pointer;
pub(crate) use text::{characters, escape_pointer, unescape};
pub(crate) use write::Writer;
