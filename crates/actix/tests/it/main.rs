//! The middleware as its users meet it, over real sockets.
//!
//! What it shares with the other adapters is tested beside them: answers byte for byte in `tests/wire.rs`, faults in
//! `tests/faults.rs`. Here stands what only actix-web has.

#[cfg(feature = "decompression")]
mod decoding;
mod extractors;
mod limits;
mod places;
mod server;
mod settings;
