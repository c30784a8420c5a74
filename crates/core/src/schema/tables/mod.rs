//! The compiled schemas of the built-in events; generated, and compared with the schemas by a test.

#[rustfmt::skip]
#[expect(clippy::unreadable_literal, reason = "generated")]
mod events;

pub(crate) use events::{PROGRAM, ROOTS};
