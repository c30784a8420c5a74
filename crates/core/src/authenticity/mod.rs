//! Who sent it: signatures over the raw bytes, and credentials beside them.

mod credential;
mod rotation;
mod secret;
mod signature;

pub(crate) use credential::check as check_credentials;
pub use credential::{Credential, CredentialError};
pub use secret::{Secret, SecretError};
pub(crate) use signature::{DIGEST_BYTES, Digest, Scheme, Signature, Signed, digest, parse_seconds};
