//! Batched content mode: an array of events (rules B).
//!
//! Source: CloudEvents JSON format 1.0.2 §4, HTTP binding 1.0.2 §3.3.

use crate::finding::Place;
use crate::json::{Kind, Node};
use crate::report::Note;
use crate::rule::Rule;

/// B1: a batch is an array; an empty one is legal (B2).
pub(crate) fn check_array(root: Node<'_, '_>) -> Result<(), Note<'static>> {
    if root.kind() == Kind::Array {
        return Ok(());
    }
    let message = format!("a batch is a JSON array of events, but this is {}", root.kind().name());
    Err(Note::new(Rule::CeB1, Place::body(), message).at(root.start()))
}

/// B1: the item at `position` is an event.
pub(crate) fn check_item(position: usize, item: Node<'_, '_>) -> Result<(), Note<'static>> {
    if item.kind() == Kind::Object {
        return Ok(());
    }
    let message = format!("an item of a batch is an event, but this is {}", item.kind().name());
    Err(Note::new(Rule::CeB1, Place::Body(format!("/{position}")), message).at(item.start()))
}

/// B3: all events have the same specversion.
pub(crate) fn check_versions<'v>(mut versions: impl Iterator<Item = &'v str>) -> Result<(), Note<'static>> {
    let first = versions.next();
    if versions.all(|version| Some(version) == first) {
        return Ok(());
    }
    let message = "the events have different values of specversion; a batch has one";
    Err(Note::new(Rule::CeB3, Place::body(), message))
}
