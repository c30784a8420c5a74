//! Manners of reading one member, for the places where the documents disagree.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::text::Name;

/// Reads a member as a `T`, or as nothing.
pub(crate) trait Read<T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error>;
}

/// As the type says; `null` is nothing.
pub(crate) struct Plain;

impl<T: for<'de> Deserialize<'de>> Read<T> for Plain {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
        Option::deserialize(deserializer)
    }
}

/// A boolean, also as the text `true` or `false`; empty text is nothing.
pub(crate) struct Flag;

impl Read<bool> for Flag {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
        struct FlagVisitor;
        impl Visitor<'_> for FlagVisitor {
            type Value = Option<bool>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a boolean")
            }

            fn visit_bool<E>(self, flag: bool) -> Result<Option<bool>, E> {
                Ok(Some(flag))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Option<bool>, E> {
                match text {
                    "true" => Ok(Some(true)),
                    "false" => Ok(Some(false)),
                    "" => Ok(None),
                    _ => Err(E::custom("expected a boolean")),
                }
            }

            fn visit_unit<E>(self) -> Result<Option<bool>, E> {
                Ok(None)
            }
        }
        deserializer.deserialize_any(FlagVisitor)
    }
}

/// A word without the white space around it.
pub(crate) struct Trimmed;

impl<T: for<'a> From<&'a str>> Read<T> for Trimmed {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
        Ok(Option::<Name<'_>>::deserialize(deserializer)?.map(|Name(text)| T::from(text.trim())))
    }
}

/// A word in any letter case; one that stays unknown keeps its own.
pub(crate) struct Folded;

impl<T: for<'a> From<&'a str> + IsKnown> Read<T> for Folded {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
        Ok(Option::<Name<'_>>::deserialize(deserializer)?.map(|Name(text)| {
            let folded = T::from(&text.to_ascii_lowercase());
            if folded.is_known() { folded } else { T::from(&text) }
        }))
    }
}

/// A list of words that can tell a known one.
pub(crate) trait IsKnown {
    fn is_known(&self) -> bool;
}

/// Text, also written as a number.
pub(crate) struct Code;

impl Read<String> for Code {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Null => Ok(None),
            Value::String(text) => Ok(Some(text)),
            Value::Number(number) => Ok(Some(number.to_string())),
            _ => Err(D::Error::custom("expected text")),
        }
    }
}

/// A list, also written as its single element.
pub(crate) struct OneOrMany;

impl<T: for<'de> Deserialize<'de>> Read<Vec<T>> for OneOrMany {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<T>>, D::Error> {
        struct ListVisitor<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for ListVisitor<T> {
            type Value = Option<Vec<T>>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array of objects, or one object")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Option<Vec<T>>, A::Error> {
                let mut list = Vec::new();
                while let Some(element) = seq.next_element()? {
                    list.push(element);
                }
                Ok(Some(list))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Option<Vec<T>>, A::Error> {
                Ok(Some(vec![T::deserialize(MapAccessDeserializer::new(map))?]))
            }

            fn visit_unit<E>(self) -> Result<Option<Vec<T>>, E> {
                Ok(None)
            }
        }
        deserializer.deserialize_any(ListVisitor(PhantomData))
    }
}

/// A map without the entries that are `null`.
pub(crate) struct Entries;

impl<T: for<'de> Deserialize<'de>> Read<BTreeMap<String, T>> for Entries {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<BTreeMap<String, T>>, D::Error> {
        let entries = Option::<BTreeMap<String, Option<T>>>::deserialize(deserializer)?;
        Ok(entries.map(|entries| entries.into_iter().filter_map(|(name, entry)| Some((name, entry?))).collect()))
    }
}

/// Any value; `null` and an empty list are nothing.
pub(crate) struct Something;

impl Read<Value> for Something {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
        let value = Value::deserialize(deserializer)?;
        Ok(match &value {
            Value::Null => None,
            Value::Array(list) if list.is_empty() => None,
            _ => Some(value),
        })
    }
}

/// An object, also written as the text of its one member.
pub(crate) struct ObjectOrText;

impl<T: for<'de> Deserialize<'de> + for<'a> From<&'a str>> Read<T> for ObjectOrText {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
        struct EitherVisitor<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de> + for<'a> From<&'a str>> Visitor<'de> for EitherVisitor<T> {
            type Value = Option<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object or a string")
            }

            fn visit_str<E>(self, text: &str) -> Result<Option<T>, E> {
                Ok(Some(T::from(text)))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Option<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Some)
            }

            fn visit_unit<E>(self) -> Result<Option<T>, E> {
                Ok(None)
            }
        }
        deserializer.deserialize_any(EitherVisitor(PhantomData))
    }
}

/// The text of a JSON value that may itself be written as a JSON string.
///
/// `None` where the value is a string whose content is no object: then the value stands for itself.
pub(crate) fn unwrapped(text: &str) -> Option<Cow<'_, str>> {
    let Ok(Name(inner)) = serde_json::from_str::<Name<'_>>(text) else { return None };
    inner.trim_ascii_start().starts_with('{').then(|| Cow::Owned(inner.into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<R: Read<T>, T>(text: &str) -> Result<Option<T>, serde_json::Error> {
        R::read(&mut serde_json::Deserializer::from_str(text))
    }

    #[test]
    fn a_flag_may_be_text_and_empty_text_is_nothing() {
        for (text, flag) in
            [("true", Some(true)), ("\"false\"", Some(false)), ("\"true\"", Some(true)), ("null", None), ("\"\"", None)]
        {
            assert_eq!(read::<Flag, bool>(text).unwrap(), flag, "{text}");
        }
        assert!(read::<Flag, bool>("\"yes\"").is_err());
        assert!(read::<Flag, bool>("1").is_err());
    }

    #[test]
    fn a_code_keeps_leading_zeros_and_may_be_a_number() {
        assert_eq!(read::<Code, String>("\"00001\"").unwrap().as_deref(), Some("00001"));
        assert_eq!(read::<Code, String>("7").unwrap().as_deref(), Some("7"));
        assert!(read::<Code, String>("{}").is_err());
    }

    #[test]
    fn one_object_is_a_list_of_one() {
        type Map = std::collections::BTreeMap<String, u8>;
        assert_eq!(read::<OneOrMany, Vec<Map>>(r#"{"a":1}"#).unwrap().unwrap().len(), 1);
        assert_eq!(read::<OneOrMany, Vec<Map>>(r#"[{"a":1},{}]"#).unwrap().unwrap().len(), 2);
        assert_eq!(read::<OneOrMany, Vec<Map>>("null").unwrap(), None);
    }

    #[test]
    fn an_entry_that_is_null_is_left_out() {
        let entries = read::<Entries, BTreeMap<String, u8>>(r#"{"a":1,"b":null}"#).unwrap().unwrap();
        assert_eq!(entries, BTreeMap::from([("a".to_owned(), 1)]));
    }

    #[test]
    fn an_empty_list_is_no_data() {
        assert_eq!(read::<Something, Value>("[]").unwrap(), None);
        assert_eq!(read::<Something, Value>("[0]").unwrap(), Some(serde_json::json!([0])));
    }

    #[test]
    fn only_a_string_around_an_object_is_unwrapped() {
        assert_eq!(unwrapped(r#""{\"a\":1}""#).as_deref(), Some(r#"{"a":1}"#));
        assert_eq!(unwrapped(r#""[]""#), None);
        assert_eq!(unwrapped(r#"{"a":1}"#), None);
    }
}
