//! The tables that a schema is compiled to: flat lists that refer to each other by position.

use std::sync::atomic::AtomicU8;

use crate::json::Decimal;

/// JSON types as bits.
pub(crate) mod types {
    pub(crate) const NULL: u8 = 1;
    pub(crate) const BOOLEAN: u8 = 2;
    pub(crate) const INTEGER: u8 = 4;
    pub(crate) const NUMBER: u8 = 8;
    pub(crate) const STRING: u8 = 16;
    pub(crate) const ARRAY: u8 = 32;
    pub(crate) const OBJECT: u8 = 64;
    pub(crate) const ALL: u8 = 127;

    /// Every name with its bit, in the order in which messages list them.
    pub(crate) const NAMES: [(&str, u8); 7] = [
        ("null", NULL),
        ("boolean", BOOLEAN),
        ("integer", INTEGER),
        ("number", NUMBER),
        ("string", STRING),
        ("array", ARRAY),
        ("object", OBJECT),
    ];
}

/// Literals that an `enum` or a `const` lists, as bits.
pub(crate) mod literals {
    pub(crate) const NULL: u8 = 1;
    pub(crate) const TRUE: u8 = 2;
    pub(crate) const FALSE: u8 = 4;
}

/// A keyword `format` that is asserted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Format {
    /// None.
    Any,
    Uuid,
    Date,
    DateTime,
}

/// One schema. Position 0 of every list is the rule that asks for nothing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Node {
    pub(crate) types: u8,
    pub(crate) format: Format,
    pub(crate) choice: u16,
    pub(crate) length: u16,
    pub(crate) number: u16,
    pub(crate) array: u16,
    pub(crate) object: u16,
}

/// A text in the pool, which holds a quote behind it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Name {
    /// The first eight bytes of text and quote; zero behind them.
    pub(crate) head: u64,
    pub(crate) text: u32,
    /// In bytes, without the quote.
    pub(crate) length: u16,
}

/// Finds one name of a list by its fingerprint, without collisions; see [`super::words::fingerprint`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Index {
    pub(crate) multiplier: u64,
    /// Where the slots start; each holds a position in the list and may be wrong.
    pub(crate) slots: u32,
    /// How many bits of the product count; 0 where there are no slots and the list is walked.
    pub(crate) bits: u8,
}

/// A member that `properties` lists.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Member {
    pub(crate) name: Name,
    pub(crate) node: u16,
    /// Where the value is captured, counted from 1; 0 for nowhere.
    pub(crate) watch: u8,
}

/// `properties`, `required`, `additionalProperties`, `propertyNames`, and `if`/`then` over `minProperties` 1.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Object {
    pub(crate) members: u16,
    /// At most 64: one bit each.
    pub(crate) count: u8,
    /// Where its hints start: for the first member, then for the one behind each member.
    pub(crate) hints: u16,
    /// Whether members that are not listed are reported.
    pub(crate) is_closed: bool,
    /// The schema of members that are not listed.
    pub(crate) rest: u16,
    /// The schema of every name; 0 for none.
    pub(crate) names: u16,
    pub(crate) index: Index,
    pub(crate) required: u64,
    /// Required as soon as there is any member.
    pub(crate) required_if_any: u64,
}

impl Node {
    /// Asks for nothing.
    pub(crate) const ANY: Self =
        Self { types: types::ALL, format: Format::Any, choice: 0, length: 0, number: 0, array: 0, object: 0 };
}

impl Index {
    pub(crate) const NONE: Self = Self { multiplier: 0, slots: 0, bits: 0 };
}

impl Object {
    /// Takes every member.
    pub(crate) const OPEN: Self = Self {
        members: 0,
        count: 0,
        hints: 0,
        is_closed: false,
        rest: 0,
        names: 0,
        index: Index::NONE,
        required: 0,
        required_if_any: 0,
    };
}

/// `items`, `minItems`, `maxItems`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Array {
    pub(crate) items: u16,
    pub(crate) min: u32,
    pub(crate) max: u32,
}

/// `enum` or `const`: strings and literals.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Choice {
    pub(crate) words: u16,
    pub(crate) count: u8,
    pub(crate) literals: u8,
    pub(crate) is_const: bool,
    pub(crate) index: Index,
    /// All of it for a message: where it stands in the pool, and its length.
    pub(crate) list: u32,
    pub(crate) list_length: u16,
}

/// `minLength` and `maxLength`, in characters.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Length {
    pub(crate) min: u32,
    pub(crate) max: u32,
}

/// `minimum` and `maximum`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Range {
    pub(crate) min: Option<Bound>,
    pub(crate) max: Option<Bound>,
}

/// A limit of a number, as it is written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Bound {
    pub(crate) text: u32,
    pub(crate) length: u16,
}

/// Everything that one or many schemas were compiled to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Program<'p> {
    pub(crate) nodes: &'p [Node],
    pub(crate) objects: &'p [Object],
    pub(crate) members: &'p [Member],
    pub(crate) arrays: &'p [Array],
    pub(crate) choices: &'p [Choice],
    pub(crate) words: &'p [Name],
    pub(crate) lengths: &'p [Length],
    pub(crate) ranges: &'p [Range],
    pub(crate) slots: &'p [u8],
    /// Which member came next the last time: what is added to the position that the schema's order would give.
    /// It changes how fast a member is found, nothing else.
    pub(crate) hints: &'p [AtomicU8],
    pub(crate) text: &'p str,
}

impl<'p> Program<'p> {
    /// A piece of the pool.
    pub(crate) fn text(&self, at: u32, length: u16) -> &'p str {
        let at = at as usize;
        self.text.get(at..at + usize::from(length)).unwrap_or_default()
    }

    /// A limit, to be compared.
    pub(crate) fn number(&self, bound: Bound) -> Option<Decimal<'p>> {
        Decimal::read(self.text(bound.text, bound.length).as_bytes())
    }
}

/// One schema of a program.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Schema<'p> {
    pub(crate) program: &'p Program<'p>,
    pub(crate) root: u16,
}
