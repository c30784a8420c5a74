//! Text that keeps what it is: identifiers, dates, and words from a list that may grow.

/// Declares newtypes over text whose `Debug` shows nothing of it.
macro_rules! texts {
    ($($(#[$meta:meta])* pub struct $Name:ident $(: $format:literal)?;)+) => {$(
        $(#[$meta])*
        #[derive(Clone, Default, Eq, Hash, Ord, PartialEq, PartialOrd, ::serde::Deserialize, ::serde::Serialize)]
        #[serde(transparent)]
        pub struct $Name(String);

        impl $Name {
            /// The text as received.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The text itself, without a copy.
            pub fn into_string(self) -> String {
                self.0
            }
        }

        impl From<String> for $Name {
            fn from(text: String) -> Self {
                $Name(text)
            }
        }

        impl From<&str> for $Name {
            fn from(text: &str) -> Self {
                $Name(text.to_owned())
            }
        }

        impl AsRef<str> for $Name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl ::std::fmt::Display for $Name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl ::std::fmt::Debug for $Name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(concat!(stringify!($Name), "(..)"))
            }
        }

        #[cfg(feature = "schemas")]
        impl ::schemars::JsonSchema for $Name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                stringify!($Name).into()
            }

            fn json_schema(_: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
                ::schemars::json_schema!({ "type": "string" $(, "format": $format)? })
            }
        }
    )+};
}

/// Declares an open list of words: an enum with a variant for every word of the documents, and `Other` for the rest.
///
/// Reading never fails on an unknown word and writing gives back the text as it came. The schema is closed. `Debug`
/// names a known word and hides any other, which could be anything.
macro_rules! words {
    ($($(#[$meta:meta])* pub enum $Name:ident { $($(#[$doc:meta])* $Word:ident = $text:literal,)+ })+) => {$(
        $(#[$meta])*
        #[non_exhaustive]
        #[derive(Clone, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum $Name {
            $($(#[$doc])* $Word,)+
            /// A word that the documents do not list, as it was sent.
            Other(String),
        }

        impl $Name {
            /// The words of the documents, as they are written.
            pub const KNOWN: &[&str] = &[$($text),+];

            /// The word as it is written.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$Word => $text,)+
                    Self::Other(text) => text,
                }
            }

            /// Whether the documents list the word.
            pub fn is_known(&self) -> bool {
                !matches!(self, Self::Other(_))
            }

            fn known(text: &str) -> Option<Self> {
                match text {
                    $($text => Some(Self::$Word),)+
                    _ => None,
                }
            }
        }

        impl From<&str> for $Name {
            fn from(text: &str) -> Self {
                Self::known(text).unwrap_or_else(|| Self::Other(text.to_owned()))
            }
        }

        impl From<String> for $Name {
            fn from(text: String) -> Self {
                Self::known(&text).unwrap_or(Self::Other(text))
            }
        }

        impl ::std::fmt::Display for $Name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl ::std::fmt::Debug for $Name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(match self {
                    $(Self::$Word => stringify!($Word),)+
                    Self::Other(_) => "Other(..)",
                })
            }
        }

        impl ::serde::Serialize for $Name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $Name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::text::Name::deserialize(deserializer).map(|name| match name.0 {
                    ::std::borrow::Cow::Borrowed(text) => Self::from(text),
                    ::std::borrow::Cow::Owned(text) => Self::from(text),
                })
            }
        }

        #[cfg(feature = "schemas")]
        impl ::schemars::JsonSchema for $Name {
            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                stringify!($Name).into()
            }

            fn json_schema(_: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
                ::schemars::json_schema!({ "type": "string", "enum": Self::KNOWN })
            }
        }
    )+};
}

use std::borrow::Cow;
use std::fmt;

pub(crate) use {texts, words};

/// A string that is borrowed from the input where it holds no escape.
pub(crate) struct Name<'de>(pub(crate) Cow<'de, str>);

impl<'de> serde::Deserialize<'de> for Name<'de> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Name<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Owned(text.to_owned())))
            }

            fn visit_string<E>(self, text: String) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Owned(text)))
            }
        }
        deserializer.deserialize_str(Visitor)
    }
}

#[cfg(test)]
#[expect(dead_code, unreachable_pub, reason = "the macros declare public types with all their methods")]
mod tests {
    words! {
        /// For this test.
        pub enum Colour {
            /// Red.
            Red = "RED",
        }
    }
    texts! {
        /// For this test.
        pub struct Label;
    }

    #[test]
    fn an_unknown_word_comes_back_as_it_was_and_stays_out_of_debug() {
        let read = |text: &str| serde_json::from_str::<Colour>(text).unwrap();
        assert_eq!(read(r#""RED""#), Colour::Red);
        assert_eq!(read(r#""R\u0045D""#), Colour::Red);
        let other = read(r#"" blue""#);
        assert_eq!((other.as_str(), other.is_known()), (" blue", false));
        assert_eq!(serde_json::to_string(&other).unwrap(), r#"" blue""#);
        assert_eq!(format!("{:?} {other:?}", Colour::Red), "Red Other(..)");
    }

    #[test]
    fn a_text_is_hidden_in_debug_and_shown_in_display() {
        let label: Label = serde_json::from_str(r#""Jane""#).unwrap();
        assert_eq!((format!("{label:?}"), label.to_string()), ("Label(..)".to_owned(), "Jane".to_owned()));
    }
}
