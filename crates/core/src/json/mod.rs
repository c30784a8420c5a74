//! JSON over borrowed bytes: nodes with their places, numbers, strings. The grammar is the pass's, in `schema/onepass`.

mod document;
mod fault;
mod form;
mod number;
pub(crate) mod pointer;
mod text;
mod write;

pub(crate) use document::{Document, Kind, Node, trailing_commas};
pub(crate) use fault::{BYTE_ORDER_MARK, Fault, FaultKind};
pub(crate) use number::Decimal;
#[cfg(any(test, feature = "runtime-schemas"))]
pub(crate) use number::{STEP_DIGITS, STEP_POWER};
#[cfg(any(test, feature = "runtime-schemas"))]
pub(crate) use text::escape_pointer;
pub(crate) use text::{characters, has_lone_surrogate, unescape};
pub(crate) use write::{Writer, serialize_as_written, written_length};
