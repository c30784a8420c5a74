//! Payload structs: how they are read, written and printed.
//!
//! serde's derive fails on a member that arrives under both of its spellings, and buffers whole payloads once structs
//! are flattened into each other. The rules here are few and the same for every payload, so [`payload!`] spells them
//! out:
//!
//! - every member is optional, and `null` means absent;
//! - a member has one name, which is written, and may have others, which are read; its own name wins over the others;
//! - members that no field stands for are kept in `extra` and written back;
//! - `Debug` lists which members are present and shows no value.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::manner::Read;
use crate::text::Name;

/// Members that the catalogue does not know, by name.
pub type Extra = serde_json::Map<String, Value>;

/// A struct whose fields are members of an object, perhaps not of an object of their own.
pub(crate) trait Members: Default {
    /// Reads the value at hand if `name` belongs to this struct.
    fn read_member<'de, A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<bool, A::Error>;

    /// Writes the members that are present.
    fn write_members<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error>;

    /// The members' names, in the order in which they are written.
    #[cfg(feature = "schemas")]
    fn names(names: &mut Vec<&'static str>);

    /// Lists the members that are present.
    fn list_members(&self, list: &mut fmt::DebugStruct<'_, '_>);
}

/// Members that make up a whole object.
pub(crate) trait Object: Members {
    fn extra(&self) -> &Extra;
    fn extra_mut(&mut self) -> &mut Extra;
}

pub(crate) fn read_object<'de, T: Object, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_map(ObjectVisitor(PhantomData))
}

pub(crate) fn write_object<T: Object, S: Serializer>(object: &T, serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(None)?;
    object.write_members(&mut map)?;
    for (name, value) in object.extra() {
        map.serialize_entry(name, value)?;
    }
    map.end()
}

pub(crate) fn list_object<T: Object>(object: &T, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut list = f.debug_struct(name);
    object.list_members(&mut list);
    if !object.extra().is_empty() {
        list.field("extra", &format_args!("{}", object.extra().len()));
    }
    list.finish()
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Object> Visitor<'de> for ObjectVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
        let mut object = T::default();
        while let Some(Name(name)) = map.next_key()? {
            if !object.read_member(&name, &mut map)? {
                let value = map.next_value()?;
                object.extra_mut().insert(name.into_owned(), value);
            }
        }
        Ok(object)
    }
}

/// Reads the next value of a map in the manner of `R`.
pub(crate) fn next<'de, R: Read<T>, T, A: MapAccess<'de>>(map: &mut A) -> Result<Option<T>, A::Error> {
    struct Seed<R, T>(PhantomData<(R, T)>);
    impl<'de, R: Read<T>, T> DeserializeSeed<'de> for Seed<R, T> {
        type Value = Option<T>;

        fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
            R::read(deserializer)
        }
    }
    map.next_value_seed(Seed::<R, T>(PhantomData))
}

/// Writes one member, or nothing where it is absent.
pub(crate) fn put<T: Serialize, M: SerializeMap>(map: &mut M, name: &str, value: Option<&T>) -> Result<(), M::Error> {
    value.map_or(Ok(()), |value| map.serialize_entry(name, value))
}

pub(crate) fn skip<'de, A: MapAccess<'de>>(map: &mut A) -> Result<(), A::Error> {
    map.next_value::<serde::de::IgnoredAny>().map(|_| ())
}

/// Declares structs of optional members.
///
/// ```text
/// pub struct Example {
///     ..{ part: Part, }                                        // members of another struct, in the same object
///     plain: String = "plain",
///     renamed: Timestamp = "updatedAt" | "updateAt",          // other spellings that are read
///     customer: CustomerId = "customerExternalID" ~ "customerExternalId",  // read in any letter case
///     flag: bool = "flag" via Flag,                            // read in the manner of `manner::Flag`
///     bounded: String = "bounded" [required, extend("maxLength" = 255)],   // what the schema says besides
/// }
/// ```
///
/// Where the schema requires a member whose type is a definition of its own, write `[with = "Type"]`: `required` would
/// copy the definition into place.
///
/// Every field becomes an `Option`. A struct after `pub struct` is an object and gets `extra`; one after `pub part`
/// only lends its members to others.
macro_rules! payload {
    () => {};
    (
        $(#[$meta:meta])*
        $vis:vis struct $Name:ident { $($body:tt)* }
        $($more:tt)*
    ) => {
        $crate::members::payload! { @members [
            /// Members that the catalogue does not know, by name.
            #[cfg_attr(feature = "schemas", schemars(skip))]
            pub extra: $crate::Extra,
        ] [
            #[cfg_attr(feature = "schemas", schemars(transform = $crate::schemas::note_order::<$Name>))]
        ] $(#[$meta])* $vis $Name { $($body)* } }

        impl $crate::members::Object for $Name {
            fn extra(&self) -> &$crate::Extra {
                &self.extra
            }

            fn extra_mut(&mut self) -> &mut $crate::Extra {
                &mut self.extra
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $Name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::members::read_object(deserializer)
            }
        }

        impl ::serde::Serialize for $Name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::members::write_object(self, serializer)
            }
        }

        impl ::std::fmt::Debug for $Name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                $crate::members::list_object(self, stringify!($Name), f)
            }
        }

        $crate::members::payload! { $($more)* }
    };
    (
        $(#[$meta:meta])*
        $vis:vis part $Name:ident { $($body:tt)* }
        $($more:tt)*
    ) => {
        $crate::members::payload! { @members [] [] $(#[$meta])* $vis $Name { $($body)* } }

        impl ::std::fmt::Debug for $Name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                let mut list = f.debug_struct(stringify!($Name));
                $crate::members::Members::list_members(self, &mut list);
                list.finish()
            }
        }

        $crate::members::payload! { $($more)* }
    };
    (
        @members [$($extra:tt)*] [$($attributes:tt)*]
        $(#[$meta:meta])*
        $vis:vis $Name:ident {
            $(..{ $($(#[$part_doc:meta])* $part:ident: $Part:ty,)+ })?
            $(
                $(#[$doc:meta])*
                $field:ident: $Type:ty = $name:literal $(| $alias:literal)* $(~ $folded:literal)* $(via $via:ident)?
                    $([$($schema:tt)*])?,
            )*
        }
    ) => {
        $(#[$meta])*
        #[non_exhaustive]
        #[derive(Clone, Default, Eq, PartialEq)]
        #[cfg_attr(feature = "schemas", derive(::schemars::JsonSchema))]
        $($attributes)*
        $vis struct $Name {
            $($(
                $(#[$part_doc])*
                #[cfg_attr(feature = "schemas", schemars(flatten))]
                pub $part: $Part,
            )+)?
            $(
                $(#[$doc])*
                #[cfg_attr(feature = "schemas", schemars(rename = $name $(, $($schema)*)?))]
                pub $field: Option<$Type>,
            )*
            $($extra)*
        }

        impl $crate::members::Members for $Name {
            fn read_member<'de, A: ::serde::de::MapAccess<'de>>(
                &mut self,
                name: &str,
                map: &mut A,
            ) -> Result<bool, A::Error> {
                $(
                    let own = name == $name;
                    if own $(|| name == $alias)* $(|| name.eq_ignore_ascii_case($folded))* {
                        if own || self.$field.is_none() {
                            type Manner = $crate::members::payload!(@via $($via)?);
                            if let Some(value) = $crate::members::next::<Manner, $Type, A>(map)? {
                                self.$field = Some(value);
                            }
                        } else {
                            $crate::members::skip(map)?;
                        }
                        return Ok(true);
                    }
                )*
                $($(
                    if $crate::members::Members::read_member(&mut self.$part, name, map)? {
                        return Ok(true);
                    }
                )+)?
                Ok(false)
            }

            fn write_members<M: ::serde::ser::SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
                $($($crate::members::Members::write_members(&self.$part, map)?;)+)?
                $($crate::members::put(map, $name, self.$field.as_ref())?;)*
                Ok(())
            }

            #[cfg(feature = "schemas")]
            fn names(names: &mut Vec<&'static str>) {
                $($(<$Part as $crate::members::Members>::names(names);)+)?
                names.extend([$($name),*]);
            }

            fn list_members(&self, list: &mut ::std::fmt::DebugStruct<'_, '_>) {
                $($($crate::members::Members::list_members(&self.$part, list);)+)?
                $(
                    if self.$field.is_some() {
                        list.field($name, &format_args!(".."));
                    }
                )*
            }
        }
    };
    (@via) => { $crate::manner::Plain };
    (@via $via:ident) => { $crate::manner::$via };
}

pub(crate) use payload;

#[cfg(test)]
#[expect(unreachable_pub, reason = "the macros declare public types with all their methods")]
mod tests {
    payload! {
        /// For these tests.
        pub struct Sample {
            ..{
                /// What the part holds.
                part: Part,
            }
            /// One.
            name: String = "name",
            /// Two.
            updated: String = "updatedAt" | "updateAt",
            /// Three.
            customer: String = "customerExternalID" ~ "customerExternalId",
        }

        /// For these tests.
        pub part Part {
            /// Four.
            flag: bool = "flag" via Flag,
        }
    }

    fn read(text: &str) -> Sample {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn null_and_a_missing_member_are_the_same() {
        assert_eq!(read(r#"{"name":null,"flag":null}"#), Sample::default());
        assert_eq!(serde_json::to_string(&Sample::default()).unwrap(), "{}");
    }

    #[test]
    fn other_spellings_are_read_and_the_members_own_name_wins() {
        assert_eq!(read(r#"{"updateAt":"a"}"#).updated.as_deref(), Some("a"));
        assert_eq!(read(r#"{"updateAt":"a","updatedAt":"b"}"#).updated.as_deref(), Some("b"));
        assert_eq!(read(r#"{"updatedAt":"b","updateAt":"a"}"#).updated.as_deref(), Some("b"));
        assert_eq!(read(r#"{"updatedAt":null,"updateAt":"a"}"#).updated.as_deref(), Some("a"));
        assert_eq!(read(r#"{"customerexternalid":"a"}"#).customer.as_deref(), Some("a"));
        assert_eq!(serde_json::to_string(&read(r#"{"updateAt":"a"}"#)).unwrap(), r#"{"updatedAt":"a"}"#);
    }

    #[test]
    fn unknown_members_are_kept_and_written_back() {
        let text = r#"{"flag":true,"name":"a","new":{"x":[1,null]},"newer":null}"#;
        assert_eq!(serde_json::to_string(&read(text)).unwrap(), text);
    }

    #[test]
    fn debug_names_members_and_shows_no_value() {
        let sample = read(r#"{"name":"Jane","flag":true,"secret name":1}"#);
        assert_eq!(format!("{sample:?}"), "Sample { flag: .., name: .., extra: 1 }");
    }

    #[test]
    fn only_another_json_type_fails() {
        assert!(serde_json::from_str::<Sample>(r#"{"name":1}"#).is_err());
        assert!(serde_json::from_str::<Sample>("[]").is_err());
    }
}
