//! What is said about a payload, whichever engine says it.

use crate::json::{Document, Node};
use crate::rule::Rule;

/// A schema that does not compile.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the schema {id} does not compile: {reason}")]
pub struct SchemaFault {
    /// The schema's `$id`, or the name it was given.
    pub id: String,
    /// What is wrong with it.
    pub reason: String,
}

/// One way in which a payload departs from its schema.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Violation {
    pub(crate) at: At,
    /// The rule of the keyword.
    pub(crate) rule: Rule,
    /// The required member that is missing.
    pub(crate) missing: Option<String>,
    /// What the keyword asks for, where a word or two say it.
    pub(crate) expected: Option<String>,
    pub(crate) message: String,
}

impl Violation {
    pub(crate) fn new(at: At, rule: Rule, message: impl Into<String>) -> Self {
        Self { at, rule, missing: None, expected: None, message: message.into() }
    }

    pub(crate) fn expected(mut self, expected: impl Into<String>) -> Self {
        self.expected = Some(expected.into());
        self
    }

    pub(crate) fn missing(at: At, name: &str) -> Self {
        let message = format!("required member {name} is missing");
        Self { missing: Some(name.to_owned()), ..Self::new(at, Rule::SchemaRequired, message) }
    }
}

/// Which value a violation is about.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum At {
    /// The one that starts at this byte, or whose name does.
    Offset(usize),
    /// The one that this JSON Pointer names.
    #[cfg(feature = "own-schemas")]
    Pointer(String),
}

impl At {
    /// The value in the document that was judged; `None` where it is not to be found.
    pub(crate) fn find<'d, 'a>(&self, document: &'d Document<'a>) -> Option<Node<'d, 'a>> {
        match self {
            Self::Offset(offset) => document.at_offset(*offset),
            #[cfg(feature = "own-schemas")]
            Self::Pointer(pointer) => document.at(pointer),
        }
    }
}

/// What is said of a member that the schema is silent about.
pub(crate) const UNKNOWN: &str = "the vendor documents no such member; it is kept";

/// What is said of an object with a name that `propertyNames` refuses.
pub(crate) const NAME: &str = "a member's name is not as the schema wants it";

/// What is said of a member that the schema forbids.
pub(crate) const FORBIDDEN: &str = "the schema allows no such member";

/// What is said of a value that the schema `false` stands for.
pub(crate) const NOTHING: &str = "the schema allows nothing here";

/// What is said of equal items where each has to be another.
pub(crate) const EQUAL_ITEMS: &str = "two items are equal";

/// What is said of a member that another one asks for.
pub(crate) fn dependent(name: &str) -> String {
    format!("member {name} is missing, which another one asks for")
}

/// What a string should look like that has not its format.
pub(crate) fn format_message(format: &str) -> String {
    let form = match format {
        "date-time" => "an RFC 3339 timestamp such as 2026-03-10T12:53:45Z",
        "date" => "an RFC 3339 date such as 2026-03-10",
        "uuid" => "a UUID: 8-4-4-4-12 hexadecimal digits",
        other => return format!("not of the format {other}"),
    };
    format!("expected {form}")
}
