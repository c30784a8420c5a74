//! Context attributes (rules A): the decoded values, and what each of them has to look like.
//!
//! Source: CloudEvents core 1.0.2, *Context Attributes* and *Type System*.

use std::borrow::Cow;
use std::fmt;

use arrayvec::ArrayVec;

use super::values::is_forbidden;
use crate::grammar::media_type::MediaType;
use crate::grammar::{time, uri};
use crate::rule::Rule;

/// The attributes that the standard itself defines.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Core {
    Id,
    Source,
    Specversion,
    Type,
    Subject,
    Time,
    Dataschema,
    Datacontenttype,
}

impl Core {
    pub(crate) const ALL: [Self; 8] = [
        Self::Id,
        Self::Source,
        Self::Specversion,
        Self::Type,
        Self::Subject,
        Self::Time,
        Self::Dataschema,
        Self::Datacontenttype,
    ];
    pub(crate) const COUNT: usize = Self::ALL.len();
    pub(crate) const REQUIRED: [Self; 4] = [Self::Id, Self::Source, Self::Specversion, Self::Type];
    /// Those that have a `ce-` header, by its name.
    pub(crate) const BY_HEADER: [Self; 7] =
        [Self::Dataschema, Self::Id, Self::Source, Self::Specversion, Self::Subject, Self::Time, Self::Type];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Source => "source",
            Self::Specversion => "specversion",
            Self::Type => "type",
            Self::Subject => "subject",
            Self::Time => "time",
            Self::Dataschema => "dataschema",
            Self::Datacontenttype => "datacontenttype",
        }
    }

    /// The header that carries it in binary mode.
    pub(crate) const fn header(self) -> &'static str {
        match self {
            Self::Id => "ce-id",
            Self::Source => "ce-source",
            Self::Specversion => "ce-specversion",
            Self::Type => "ce-type",
            Self::Subject => "ce-subject",
            Self::Time => "ce-time",
            Self::Dataschema => "ce-dataschema",
            Self::Datacontenttype => "content-type",
        }
    }

    /// By its name in lower case.
    #[inline]
    pub(crate) fn from_name(name: &[u8]) -> Option<Self> {
        // The length tells the most.
        Some(match name.len() {
            2 if name == b"id" => Self::Id,
            4 if name == b"type" => Self::Type,
            4 if name == b"time" => Self::Time,
            6 if name == b"source" => Self::Source,
            7 if name == b"subject" => Self::Subject,
            10 if name == b"dataschema" => Self::Dataschema,
            11 if name == b"specversion" => Self::Specversion,
            15 if name == b"datacontenttype" => Self::Datacontenttype,
            _ => return None,
        })
    }
}

/// Decoded attributes in one piece of text, which lies in place as long as it is short: the usual event allocates nothing.
#[derive(Clone)]
pub(crate) struct Attributes {
    text: Text,
    core: [Span; Core::COUNT],
    /// The type, where it is one of the catalogue and stands nowhere in the text.
    event_type: &'static str,
    extensions: Vec<(Span, Span)>,
}

/// A part of the text, or a mark that there is none.
#[derive(Clone, Copy, Eq, PartialEq)]
struct Span {
    start: u32,
    end: u32,
}

impl Span {
    /// The attribute was not sent.
    const ABSENT: Self = Self { start: u32::MAX, end: 0 };
    /// The value is a fixed one: the version of the standard, JSON's media type, a type of the catalogue.
    const FIXED: Self = Self { start: u32::MAX, end: u32::MAX };
}

impl Default for Attributes {
    fn default() -> Self {
        Self { text: Text::default(), core: [Span::ABSENT; Core::COUNT], event_type: "", extensions: Vec::new() }
    }
}

/// Equal are those that say the same, wherever their text lies.
impl PartialEq for Attributes {
    fn eq(&self, other: &Self) -> bool {
        Core::ALL.into_iter().all(|core| self.get(core) == other.get(core)) && self.extensions().eq(other.extensions())
    }
}

impl Eq for Attributes {}

impl Attributes {
    pub(crate) fn get(&self, core: Core) -> Option<&str> {
        match self.core[core as usize] {
            Span::ABSENT => None,
            Span::FIXED => Some(match core {
                Core::Specversion => SPECVERSION,
                Core::Datacontenttype => JSON,
                _ => self.event_type,
            }),
            span => Some(self.text.get(span)),
        }
    }

    /// Whether a standard attribute has a value that is not empty.
    pub(crate) fn is_filled(&self, core: Core) -> bool {
        let span = self.core[core as usize];
        span == Span::FIXED || (span != Span::ABSENT && span.start < span.end)
    }

    /// The octets of a standard attribute, which nobody has to look through once more to have them as text.
    pub(crate) fn octets(&self, core: Core) -> Option<&[u8]> {
        match self.core[core as usize] {
            Span::ABSENT | Span::FIXED => self.get(core).map(str::as_bytes),
            span => Some(self.text.octets(span)),
        }
    }

    /// Sets a standard attribute; the first value stays where one is there already.
    pub(crate) fn set(&mut self, core: Core, value: &str) {
        self.set_octets(core, value.as_bytes());
    }

    /// The same for a value that is printable ASCII throughout.
    pub(crate) fn set_plain(&mut self, core: Core, value: &[u8]) {
        debug_assert!(value.is_ascii());
        self.set_octets(core, value);
    }

    fn set_octets(&mut self, core: Core, value: &[u8]) {
        if self.core[core as usize] == Span::ABSENT {
            self.core[core as usize] = self.text.keep(value);
        }
    }

    /// Sets the type to the name of a documented event.
    pub(crate) fn set_type(&mut self, name: &'static str) {
        self.event_type = name;
        self.core[Core::Type as usize] = Span::FIXED;
    }

    /// Sets the version of the standard, or JSON as the media type of the data.
    pub(crate) fn set_fixed(&mut self, core: Core) {
        debug_assert!(matches!(core, Core::Specversion | Core::Datacontenttype));
        self.core[core as usize] = Span::FIXED;
    }

    pub(crate) fn is_set(&self, core: Core) -> bool {
        self.core[core as usize] != Span::ABSENT
    }

    pub(crate) fn has_extensions(&self) -> bool {
        !self.extensions.is_empty()
    }

    pub(crate) fn push_extension(&mut self, name: &str, value: &str) {
        let pair = (self.text.keep(name.as_bytes()), self.text.keep(value.as_bytes()));
        self.extensions.push(pair);
    }

    pub(crate) fn extensions(&self) -> impl Iterator<Item = (&str, &str)> {
        self.extensions.iter().map(|(name, value)| (self.text.get(*name), self.text.get(*value)))
    }

    pub(crate) fn extension(&self, name: &str) -> Option<&str> {
        self.extensions().find(|(other, _)| *other == name).map(|(_, value)| value)
    }
}

/// The only version of the standard that is read.
pub(crate) const SPECVERSION: &str = "1.0";

/// The media type that nearly every sender writes.
pub(crate) const JSON: &str = "application/json";

/// How much text lies in place, in bytes: four identifiers, a timestamp and some room.
const IN_PLACE: usize = 208;

/// Text that only grows: in place first, on the heap once it is longer. It is kept as octets, so that what is known to be
/// text already is not looked at once more on its way in.
#[derive(Clone)]
enum Text {
    InPlace(ArrayVec<u8, IN_PLACE>),
    Heap(Vec<u8>),
}

impl Default for Text {
    fn default() -> Self {
        Self::InPlace(ArrayVec::new_const())
    }
}

impl Text {
    fn octets(&self, span: Span) -> &[u8] {
        let whole: &[u8] = match self {
            Self::InPlace(text) => text,
            Self::Heap(text) => text,
        };
        whole.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    fn get(&self, span: Span) -> &str {
        // Only whole strings were written, so this never fails.
        std::str::from_utf8(self.octets(span)).unwrap_or_default()
    }

    /// Appends text. A request has far less of it than 4 GiB, since servers bound the size of headers and bodies.
    fn keep(&mut self, text: &[u8]) -> Span {
        let start = match self {
            Self::InPlace(whole) => {
                let start = whole.len();
                if whole.try_extend_from_slice(text).is_err() {
                    let mut moved = Vec::with_capacity(2 * (start + text.len()));
                    moved.extend_from_slice(whole);
                    moved.extend_from_slice(text);
                    *self = Self::Heap(moved);
                }
                start
            }
            Self::Heap(whole) => {
                let start = whole.len();
                whole.extend_from_slice(text);
                start
            }
        };
        let at = |position: usize| u32::try_from(position).unwrap_or(u32::MAX);
        Span { start: at(start), end: at(start + text.len()) }
    }
}

/// Names only: values are the sender's data.
impl fmt::Debug for Attributes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = Core::ALL.into_iter().filter(|core| self.is_set(*core)).map(Core::name);
        f.debug_set().entries(names).entries(self.extensions().map(|(name, _)| name)).finish()
    }
}

/// What is wrong with an attribute's value: the rule, and what would be right.
pub(crate) type AttributeFault = (Rule, Cow<'static, str>);

/// Checks the decoded value of a standard attribute.
pub(crate) fn check(core: Core, value: &str) -> Result<(), AttributeFault> {
    let fault = |rule, message: &'static str| Err((rule, Cow::Borrowed(message)));
    match core {
        Core::Id if value.is_empty() => fault(Rule::CeAId, "id is empty; it must be a non-empty string"),
        Core::Type if value.is_empty() => fault(Rule::CeAType, "type is empty; it must be a non-empty string"),
        Core::Subject if value.is_empty() => {
            fault(Rule::CeASubject, "subject is empty; leave it out or give it a value")
        }
        Core::Source if value.is_empty() => {
            fault(Rule::CeASource, "source is empty; it must be a non-empty URI-reference")
        }
        Core::Source if !uri::is_uri_reference(value) => {
            fault(Rule::CeASource, "source is no URI-reference (RFC 3986 §4.1)")
        }
        Core::Specversion if value != "1.0" => {
            fault(Rule::CeASpecversion, "specversion must be exactly 1.0, without a patch number")
        }
        Core::Time if time::parse(value).is_none() => fault(
            Rule::CeATime,
            "time is no RFC 3339 timestamp: date, T, time with seconds, and Z or an offset such as +01:00",
        ),
        Core::Dataschema if uri::is_absolute_uri(value) => Ok(()),
        Core::Dataschema if uri::is_uri_with_fragment(value) => fault(
            Rule::CeADataschema,
            "dataschema has a fragment, which an absolute URI (RFC 3986 §4.3) has not; set CE-A-dataschema to warning to take it",
        ),
        Core::Dataschema => fault(Rule::CeADataschema, "dataschema is no absolute URI (RFC 3986 §4.3)"),
        Core::Datacontenttype if MediaType::parse(value.as_bytes()).is_none() => {
            fault(Rule::CeADct, "the content type is no media type; expected type/subtype and parameters")
        }
        // HTTP allows a tab between and inside parameters; as an attribute it is a String.
        Core::Datacontenttype if value.chars().any(is_forbidden) => {
            fault(Rule::CeADct, "the content type holds a tab or another control character, which a String has not")
        }
        _ => Ok(()),
    }
}
