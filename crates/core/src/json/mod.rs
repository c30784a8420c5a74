//! Strict JSON over borrowed bytes: one pass, no recursion, every node with its place.

mod document;
mod form;
mod number;
pub(crate) mod pointer;
mod scan;
mod text;
mod write;

pub(crate) use document::{Document, Kind, Node};
pub(crate) use number::Decimal;
#[cfg(any(test, feature = "runtime-schemas"))]
pub(crate) use number::{STEP_DIGITS, STEP_POWER};
pub(crate) use scan::{BYTE_ORDER_MARK, Fault, FaultKind};
#[cfg(any(test, feature = "runtime-schemas"))]
pub(crate) use text::escape_pointer;
pub(crate) use text::{characters, has_lone_surrogate, unescape};
pub(crate) use write::{Writer, serialize_as_written, written_length};
