//! hookvet for JavaScript: a thin export over the core, without logic of its own.

use std::cell::RefCell;

use hookvet::{Checker, error_line};
use wasm_bindgen::prelude::wasm_bindgen;

thread_local! {
    /// Keeps what was built for the settings of earlier calls.
    static CHECKER: RefCell<Checker> = RefCell::default();
}

/// The verdict of one delivery, as JSON text; where `request` is no request, an object with `error`.
///
/// `request` has the form that [`hookvet::CheckRequest`] documents: the same as a line of `hookvet check --jsonl`.
#[wasm_bindgen]
#[must_use]
pub fn vet(request: &str) -> String {
    CHECKER.with_borrow_mut(|checker| checker.check_line(request).unwrap_or_else(|error| error_line(&error)))
}
