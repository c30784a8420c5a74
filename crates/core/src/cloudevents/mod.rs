//! CloudEvents 1.0.2 over HTTP: one module for each section of the rules.

pub(crate) mod attributes;
pub(crate) mod batch;
pub(crate) mod binary;
pub(crate) mod data;
pub(crate) mod encode;
pub(crate) mod handshake;
pub(crate) mod mode;
pub(crate) mod names;
pub(crate) mod structured;
pub(crate) mod values;
