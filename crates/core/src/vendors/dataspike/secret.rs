//! The text form of a signing secret: `whsec_` and hexadecimal digits.

use hookvet_catalogue::Vendor;

use crate::authenticity::{Secret, SecretError};

const PREFIX: &str = "whsec_";

impl Secret {
    /// Reads a secret of a Dataspike webhook: `whsec_` and hexadecimal digits.
    ///
    /// # Errors
    /// - [`SecretError::Whitespace`]: there is white space around it, such as the line end of a file.
    /// - [`SecretError::Prefix`]: it does not start with `whsec_`.
    /// - [`SecretError::Hex`]: what follows is not an even, non-zero number of hexadecimal digits.
    ///
    /// Source: Dataspike create-webhook reference. The vendor's sample has 62 digits, so no length is required.
    pub fn parse(text: &str) -> Result<Self, SecretError> {
        if text.trim() != text {
            return Err(SecretError::Whitespace);
        }
        let digits = text.strip_prefix(PREFIX).ok_or(SecretError::Prefix)?;
        // The decoder would take a 0x in front; the vendor never writes one.
        let key = const_hex::decode(digits).ok().filter(|_| !digits.starts_with("0x"));
        key.and_then(|key| Self::from_key(&key, Vendor::Dataspike)).ok_or(SecretError::Hex)
    }
}

#[cfg(test)]
mod tests {
    use crate::authenticity::{Secret, SecretError};

    #[test]
    fn only_the_vendors_form_is_a_secret() {
        assert!(Secret::parse("whsec_a1B2").is_ok());
        assert_eq!(Secret::parse("a1b2").map(|_| ()), Err(SecretError::Prefix));
        for text in ["whsec_a1B2\n", " whsec_a1B2", "whsec_a1B2\u{a0}", "\thunter2"] {
            let error = Secret::parse(text).expect_err(text);
            assert_eq!(error, SecretError::Whitespace);
            assert!(error.to_string().contains("white space around it"));
        }
        for text in ["whsec_", "whsec_a", "whsec_xy", "whsec_0xab", "whsec_ab cd"] {
            assert_eq!(Secret::parse(text).map(|_| ()), Err(SecretError::Hex), "{text}");
        }
    }
}
