//! JSON that is kept as it came.

use std::fmt;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::ReadError;

/// One JSON value as the text it was received in.
///
/// `Debug` shows its length only.
#[derive(Clone, Deserialize, Serialize)]
#[serde(transparent)]
pub struct Opaque(Box<RawValue>);

impl Opaque {
    /// The text, without surrounding white space.
    pub fn get(&self) -> &str {
        self.0.get()
    }

    /// Whether it is an object.
    pub fn is_object(&self) -> bool {
        self.get().starts_with('{')
    }

    /// Whether it is an object without members.
    pub fn is_empty_object(&self) -> bool {
        let inside = self.get().strip_prefix('{').and_then(|text| text.strip_suffix('}'));
        inside.is_some_and(|text| text.trim_ascii().is_empty())
    }

    /// Reads the value into a type of the caller's choice.
    ///
    /// # Errors
    /// [`ReadError`] where the value does not fit the type.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, ReadError> {
        Ok(serde_json::from_str(self.get())?)
    }

    /// Hands out the raw value.
    pub fn into_raw(self) -> Box<RawValue> {
        self.0
    }
}

impl From<Box<RawValue>> for Opaque {
    fn from(raw: Box<RawValue>) -> Self {
        Opaque(raw)
    }
}

impl PartialEq for Opaque {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

impl Eq for Opaque {}

impl fmt::Debug for Opaque {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Opaque({} bytes)", self.get().len())
    }
}

#[cfg(feature = "schemas")]
impl schemars::JsonSchema for Opaque {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Opaque".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "object" })
    }
}

/// A payload under a name that the catalogue does not know, kept whole.
#[non_exhaustive]
#[derive(Clone, Eq, PartialEq)]
pub struct Unknown {
    /// The event's name as received.
    pub name: String,
    /// The payload as received.
    pub raw: Opaque,
}

impl Unknown {
    pub(crate) fn new(name: &str, raw: Opaque) -> Self {
        Unknown { name: name.to_owned(), raw }
    }
}

impl fmt::Debug for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unknown").field("name", &format_args!("..")).field("raw", &self.raw).finish()
    }
}

impl Serialize for Unknown {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.raw.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opaque(text: &str) -> Opaque {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn numbers_and_order_come_back_as_they_were() {
        let text = r#"{"b":1.50,"a":12345678901234567890123}"#;
        assert_eq!(serde_json::to_string(&opaque(text)).unwrap(), text);
    }

    #[test]
    fn an_empty_object_is_told_from_others() {
        assert!(opaque("{ \n}").is_empty_object());
        assert!(!opaque(r#"{"a":1}"#).is_empty_object());
        assert!(!opaque("[]").is_empty_object() && !opaque("[]").is_object());
    }

    #[test]
    fn debug_shows_no_value() {
        let unknown = Unknown::new("com.example.jane", opaque(r#""Jane Doe""#));
        assert_eq!(format!("{unknown:?}"), "Unknown { name: .., raw: Opaque(10 bytes) }");
    }
}
