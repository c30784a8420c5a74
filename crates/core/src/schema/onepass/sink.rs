//! What a pass tells, and what is kept of it.

use super::NESTED;
use super::program::{Format, types};
use crate::json::Kind;
use crate::order;
use crate::rule::Rule;
use crate::schema::violation::{self, At, Violation};

/// Something that is wrong with the value at a [`Place`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Found<'p> {
    Type {
        expected: u8,
        found: Kind,
    },
    Enum {
        list: &'p str,
    },
    Const {
        value: &'p str,
    },
    Format(Format),
    MinLength(u32),
    MaxLength(u32),
    Minimum(&'p str),
    Maximum(&'p str),
    MinItems(u32),
    MaxItems(u32),
    Required(&'p str),
    DependentRequired(&'p str),
    MinProperties(u32),
    MaxProperties(u32),
    Above(&'p str),
    Below(&'p str),
    MultipleOf(&'p str),
    UniqueItems,
    /// Anything at all where the schema is `false`.
    Nothing,
    /// A member that the schema forbids.
    Forbidden,
    PropertyNames,
    /// A member that no schema names.
    Unknown,
    /// A member whose name stands earlier in the same object.
    Duplicate,
    /// A number beyond a 64-bit float.
    BeyondF64,
    /// An escaped surrogate without its partner, in the value or the member's name.
    LoneSurrogate,
}

/// A raw value that was asked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Span {
    /// Where the value starts: at the quote of a string, at the bracket of a container.
    pub(crate) start: usize,
    /// Behind the value; for a container that is not empty, behind its opening bracket.
    pub(crate) end: usize,
    pub(crate) kind: Kind,
    /// Whether a string holds an escape.
    pub(crate) has_escape: bool,
    /// Whether a container is empty.
    pub(crate) is_empty: bool,
}

/// How many watched members a schema has at most.
pub(crate) const SLOTS: usize = 10;

/// What a pass keeps: the values of watched members, and findings.
#[derive(Debug)]
pub(crate) struct Record {
    spans: [Option<Short>; SLOTS],
    /// Nothing until there is one.
    findings: Option<Box<Findings>>,
}

/// A [`Span`] in little space, since all slots are emptied for every delivery.
#[derive(Clone, Copy, Debug)]
struct Short {
    start: u32,
    end: u32,
    kind: Kind,
    has_escape: bool,
    is_empty: bool,
}

impl Default for Record {
    #[inline]
    fn default() -> Self {
        Self { spans: [None; SLOTS], findings: None }
    }
}

impl Record {
    /// What is wrong; `None` where nothing is.
    pub(crate) fn take_findings(&mut self) -> Option<Findings> {
        self.findings.take().map(|mut findings| {
            findings.sort();
            *findings
        })
    }

    /// What slot `slot`, counted from 1, has caught.
    #[inline]
    pub(crate) fn get(&self, slot: u8) -> Option<Span> {
        let short = self.spans.get(usize::from(slot).wrapping_sub(1)).copied().flatten()?;
        let Short { start, end, kind, has_escape, is_empty } = short;
        Some(Span { start: start as usize, end: end as usize, kind, has_escape, is_empty })
    }
}

impl Record {
    /// Whether nothing is wrong.
    #[inline]
    pub(crate) fn is_clean(&self) -> bool {
        self.findings.is_none()
    }

    #[cold]
    pub(super) fn found(&mut self, found: Found<'_>, place: Place) {
        self.findings.get_or_insert_default().found(found, place);
    }

    /// The value of a watched member, each time one is there: the first is kept, and of nested ones a list before all.
    #[inline]
    pub(super) fn capture(&mut self, slot: u8, span: Span) {
        if let Some(free) = self.spans.get_mut(usize::from(slot).wrapping_sub(1)) {
            let is_better = |kept: &Short| slot == NESTED && span.kind == Kind::Array && kept.kind != Kind::Array;
            if free.as_ref().is_some_and(|kept| !is_better(kept)) {
                return;
            }
            let Span { start, end, kind, has_escape, is_empty } = span;
            #[expect(clippy::cast_possible_truncation, reason = "the machine takes no text of 4 GiB")]
            let (start, end) = (start as u32, end as u32);
            *free = Some(Short { start, end, kind, has_escape, is_empty });
        }
    }
}

/// Where a finding is, in bytes from the start of the text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    /// Where the value starts; for [`Found::Unknown`] where its name does.
    pub(super) at: usize,
    /// Where the member's name starts, or the value where it has none.
    pub(super) name_start: usize,
    /// Where the object starts that a member belongs to.
    pub(super) container: usize,
}

/// What JSON for interchange does not let through.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct JsonNote {
    pub(crate) rule: Rule,
    /// Byte offset of the member's name, or of the value where it has none.
    pub(crate) at: usize,
    container: usize,
}

/// Everything that is wrong.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    /// Departures from the schema, in the order in which they were found.
    pub(crate) violations: Vec<Violation>,
    /// Repeated names first, object by object; then numbers and surrogates in their order.
    pub(crate) notes: Vec<JsonNote>,
    /// How many more unknown members there are.
    pub(crate) left_out: usize,
    /// Whether other departures were left out as well.
    pub(crate) is_cut_off: bool,
    unknown: usize,
    duplicates: Vec<JsonNote>,
}

impl Findings {
    /// How many unknown members are kept.
    pub(crate) const MOST: usize = 256;

    /// How many departures are kept: more than the longest documented delivery can hold, since none of them may hide behind others
    /// that a vendor's reading makes light of.
    pub(crate) const MOST_DEPARTURES: usize = 16 * 1024;

    /// Whether nothing is wrong.
    pub(crate) fn is_empty(&self) -> bool {
        self.violations.is_empty() && self.notes.is_empty() && self.left_out == 0 && !self.is_cut_off
    }

    /// Puts the notes into their order; once, when the pass is over.
    fn sort(&mut self) {
        order::sort(&mut self.duplicates, |a, b| (a.container, a.at).cmp(&(b.container, b.at)));
        // A huge number under a name with a lone surrogate: the number is told first.
        let is_second = |note: &JsonNote| note.rule == Rule::JsonSyntax;
        order::sort(&mut self.notes, |a, b| (a.at, is_second(a)).cmp(&(b.at, is_second(b))));
        self.duplicates.append(&mut self.notes);
        std::mem::swap(&mut self.duplicates, &mut self.notes);
    }
}

impl Findings {
    fn found(&mut self, found: Found<'_>, place: Place) {
        let (rule, message) = match found {
            Found::Duplicate => return self.note(Rule::JsonDuplicate, place),
            Found::BeyondF64 => return self.note(Rule::JsonNumber, place),
            Found::LoneSurrogate => return self.note(Rule::JsonSyntax, place),
            Found::Type { expected, found } => {
                (Rule::SchemaType, format!("expected {}, but found {}", list_types(expected), found.name()))
            }
            Found::Enum { list } => (Rule::SchemaEnum, format!("not one of the documented values: {list}")),
            Found::Const { value } => (Rule::SchemaConst, format!("must be {value}")),
            Found::Format(format) => (Rule::SchemaFormat, violation::format_message(format_name(format))),
            Found::MinLength(limit) => (Rule::SchemaMinLength, format!("shorter than {limit} characters")),
            Found::MaxLength(limit) => (Rule::SchemaMaxLength, format!("longer than {limit} characters")),
            Found::Minimum(limit) => (Rule::SchemaMinimum, format!("less than {limit}")),
            Found::Maximum(limit) => (Rule::SchemaMaximum, format!("greater than {limit}")),
            Found::MinItems(limit) => (Rule::SchemaMinItems, format!("fewer than {limit} items")),
            Found::MaxItems(limit) => (Rule::SchemaMaxItems, format!("more than {limit} items")),
            Found::Above(limit) => (Rule::SchemaExclusiveMinimum, format!("not greater than {limit}")),
            Found::Below(limit) => (Rule::SchemaExclusiveMaximum, format!("not less than {limit}")),
            Found::MultipleOf(number) => (Rule::SchemaMultipleOf, format!("not a multiple of {number}")),
            Found::MinProperties(limit) => (Rule::SchemaMinProperties, format!("fewer than {limit} members")),
            Found::MaxProperties(limit) => (Rule::SchemaMaxProperties, format!("more than {limit} members")),
            Found::UniqueItems => (Rule::SchemaUniqueItems, violation::EQUAL_ITEMS.into()),
            Found::Nothing => (Rule::SchemaFalse, violation::NOTHING.into()),
            Found::Forbidden => (Rule::SchemaAdditionalProperties, violation::FORBIDDEN.into()),
            Found::DependentRequired(name) => (Rule::SchemaDependentRequired, violation::dependent(name)),
            Found::Required(_) => (Rule::SchemaRequired, String::new()),
            Found::PropertyNames => (Rule::SchemaPropertyNames, violation::NAME.into()),
            Found::Unknown => (Rule::SchemaUnknown, violation::UNKNOWN.into()),
        };
        let is_unknown = rule == Rule::SchemaUnknown;
        if (is_unknown && self.unknown >= Self::MOST) || self.violations.len() >= Self::MOST_DEPARTURES {
            self.left_out += usize::from(is_unknown);
            self.is_cut_off |= !is_unknown;
            return;
        }
        self.unknown += usize::from(is_unknown);
        let at = At::Offset(place.at);
        self.violations.push(match found {
            Found::Required(name) => Violation::missing(at, name),
            _ => Violation { expected: expected(found), ..Violation::new(at, rule, message) },
        });
    }

    fn note(&mut self, rule: Rule, place: Place) {
        let at = place.name_start;
        let list = if rule == Rule::JsonDuplicate { &mut self.duplicates } else { &mut self.notes };
        // A name and its value can both hold a lone surrogate; that is one note.
        if list.last().is_some_and(|last| last.rule == rule && last.at == at) {
            return;
        }
        list.push(JsonNote { rule, at, container: place.container });
    }
}

fn format_name(format: Format) -> &'static str {
    match format {
        Format::Any => "",
        Format::Uuid => "uuid",
        Format::Date => "date",
        Format::DateTime => "date-time",
    }
}

/// What the keyword asks for.
fn expected(found: Found<'_>) -> Option<String> {
    Some(match found {
        Found::Type { expected, .. } => list_types(expected),
        Found::Enum { list } => list.to_owned(),
        Found::Const { value } => value.to_owned(),
        Found::Format(format) => format_name(format).to_owned(),
        _ => return None,
    })
}

fn list_types(bits: u8) -> String {
    let names: Vec<&str> = types::NAMES.iter().filter(|(_, bit)| bits & bit != 0).map(|(name, _)| *name).collect();
    names.join(" or ")
}
