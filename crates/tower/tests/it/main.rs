//! The layer as its users meet it: in front of axum and hyper over real sockets, and around bare services.

#[cfg(feature = "axum")]
mod authenticity;
#[cfg(feature = "deadline")]
mod connection;
#[cfg(feature = "decompression")]
mod decoding;
#[cfg(feature = "axum")]
mod event_router;
#[cfg(feature = "axum")]
mod extractors;
mod passing;
mod quarantine;
mod refusing;
mod samples;
mod services;
mod wire;
