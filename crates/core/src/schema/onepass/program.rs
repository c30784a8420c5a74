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

/// What becomes of members that `properties` does not list.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Others {
    /// They are as good as any.
    Free,
    /// They are reported: the schema is silent about them.
    Unknown,
    #[cfg_attr(not(feature = "runtime-schemas"), allow(dead_code, reason = "no built-in schema forbids any"))]
    Forbidden,
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

/// `properties`, `required`, `dependentRequired`, `additionalProperties`, `propertyNames`, `minProperties`, `maxProperties`, and
/// `if`/`then` over `minProperties` 1.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Object {
    pub(crate) members: u16,
    /// At most 64: one bit each.
    pub(crate) count: u8,
    /// Where its hints start: for the first member, then for the one behind each member.
    pub(crate) hints: u16,
    /// What becomes of members that are not listed.
    pub(crate) others: Others,
    /// The schema of members that are not listed.
    pub(crate) rest: u16,
    /// The schema of every name; 0 for none.
    pub(crate) names: u16,
    pub(crate) index: Index,
    pub(crate) required: u64,
    /// Required as soon as there is any member.
    pub(crate) required_if_any: u64,
    /// Members that are named only where they are required, and so are not listed.
    pub(crate) unlisted: u64,
    /// How many members there are at least and at most.
    pub(crate) least: u32,
    pub(crate) most: u32,
    /// Where `dependentRequired` starts, and how many there are.
    pub(crate) dependents: u16,
    pub(crate) dependents_count: u8,
}

/// Members that are required where another one is there, one bit each.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Dependent {
    pub(crate) of: u64,
    pub(crate) required: u64,
}

impl Node {
    /// Asks for nothing.
    pub(crate) const ANY: Self =
        Self { types: types::ALL, format: Format::Any, choice: 0, length: 0, number: 0, array: 0, object: 0 };
    /// Takes nothing: the schema `false`.
    #[cfg(any(test, feature = "runtime-schemas"))]
    pub(crate) const NOTHING: Self = Self { types: 0, ..Self::ANY };
}

impl Index {
    pub(crate) const NONE: Self = Self { multiplier: 0, slots: 0, bits: 0 };
}

impl Object {
    /// Whether there is more to look at when it closes than what is required.
    #[inline]
    pub(crate) fn is_counted(&self) -> bool {
        self.least != 0 || self.most != u32::MAX || self.dependents_count != 0
    }

    /// Takes every member.
    pub(crate) const OPEN: Self = Self {
        members: 0,
        count: 0,
        hints: 0,
        others: Others::Free,
        rest: 0,
        names: 0,
        index: Index::NONE,
        required: 0,
        required_if_any: 0,
        unlisted: 0,
        least: 0,
        most: u32::MAX,
        dependents: 0,
        dependents_count: 0,
    };
}

/// `prefixItems`, `items`, `minItems`, `maxItems`, `uniqueItems`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Array {
    pub(crate) items: u16,
    pub(crate) min: u32,
    pub(crate) max: u32,
    pub(crate) is_unique: bool,
    /// Where the schemas of the first items start, and how many there are.
    pub(crate) prefix: u16,
    pub(crate) prefix_count: u16,
}

#[cfg(any(test, feature = "runtime-schemas"))]
impl Array {
    /// Takes every array.
    pub(crate) const OPEN: Self =
        Self { items: 0, min: 0, max: u32::MAX, is_unique: false, prefix: 0, prefix_count: 0 };
}

/// `enum` or `const`: strings, literals, and all other values.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Choice {
    pub(crate) words: u16,
    pub(crate) count: u8,
    pub(crate) literals: u8,
    pub(crate) is_const: bool,
    /// Numbers, arrays and objects, each in its one form: where they start, and how many there are.
    pub(crate) values: u16,
    pub(crate) values_count: u8,
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

/// `minimum`, `maximum`, `exclusiveMinimum`, `exclusiveMaximum`, `multipleOf`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Range {
    pub(crate) min: Option<Bound>,
    pub(crate) max: Option<Bound>,
    pub(crate) above: Option<Bound>,
    pub(crate) below: Option<Bound>,
    pub(crate) multiple: Option<Bound>,
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
    pub(crate) prefixes: &'p [u16],
    pub(crate) dependents: &'p [Dependent],
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
