//! Who sent it: signatures over the raw bytes.

mod dataspike;
mod secret;

pub use dataspike::sign as sign_dataspike;
pub(crate) use dataspike::{SIGNATURE_HEADER, SignatureHeader, Signed, verify};
pub use secret::{Secret, SecretError};
