//! Strict JSON over borrowed bytes: one pass, no recursion, every node with its place.

mod document;
mod scan;
mod text;
mod write;

pub(crate) use document::{Document, Kind, Node};
pub(crate) use scan::{Fault, FaultKind};
pub(crate) use text::{escape_pointer, unescape};
pub(crate) use write::Writer;
