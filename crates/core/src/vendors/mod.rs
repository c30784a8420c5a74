//! What only the vendors' own documents say: readings of the places where they disagree.

pub(crate) mod amlyze;
pub(crate) mod dataspike;

use std::borrow::Cow;

use hookvet_catalogue::Vendor;

use crate::cloudevents::attributes::Core;
use crate::finding::Severity;
use crate::json::{Kind, Node};
use crate::rule::Rule;
use crate::schema::Violation;

/// What a vendor's own rules say about a value in a payload.
pub(crate) struct Remark {
    pub(crate) rule: Rule,
    /// Where the value starts; `None` for the payload as a whole.
    pub(crate) at: Option<usize>,
    pub(crate) message: Cow<'static, str>,
    /// Where it is graver than the rule usually is.
    pub(crate) severity: Option<Severity>,
}

impl Remark {
    fn new(rule: Rule, at: Option<usize>, message: impl Into<Cow<'static, str>>) -> Self {
        Self { rule, at, message: message.into(), severity: None }
    }
}

/// Takes what a vendor's rules say.
type Tell<'t> = &'t mut dyn FnMut(Remark);

/// Reports where one member of an object is spelt in two ways with different values: readers differ on which one they take.
///
/// Counts what the types of the catalogue read: the member under its own name unless that is null, then the first other spelling.
/// Returns the member that counts.
fn check_spellings<'n>(
    object: Node<'n, 'n>,
    own: &str,
    is_other: impl Fn(&str) -> bool,
    rule: Rule,
    tell: Tell<'_>,
) -> Option<Node<'n, 'n>> {
    let members = || object.children().filter(|member| member.kind() != Kind::Null);
    let is_named = |member: &Node<'n, 'n>, is_it: &dyn Fn(&str) -> bool| member.name().is_some_and(|name| is_it(&name));
    let others = || members().filter(|member| is_named(member, &|name| name != own && is_other(name)));
    let documented = members().filter(|member| is_named(member, &|name| name == own)).last();
    let counts = documented.or_else(|| others().next())?;
    for other in others().filter(|other| !other.is_same(counts)) {
        let message = match documented {
            Some(_) => Cow::Owned(format!("{own} is there too, with another value; {own} counts")),
            None => "another spelling is there too, with another value; the first one counts".into(),
        };
        tell(Remark { severity: Some(Severity::Drift), ..Remark::new(rule, Some(other.start()), message) });
    }
    Some(counts)
}

/// What becomes of a finding of the standard under a vendor's documents.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Reading {
    /// It stands.
    Keep,
    /// The vendor's documents allow it.
    Drop,
    /// The documents disagree; this is reported in its place.
    Instead(Rule, &'static str),
}

/// How a vendor reads a fault in the value, or the absence, of a standard attribute.
pub(crate) fn header_reading(vendor: Vendor, core: Core, rule: Rule) -> Reading {
    match vendor {
        Vendor::Amlyze => amlyze::header_reading(core, rule),
        _ => Reading::Keep,
    }
}

/// Whether a vendor takes any non-empty text for an attribute, so that there is nothing to check.
pub(crate) fn is_free_text(vendor: Vendor, core: Core) -> bool {
    vendor == Vendor::Amlyze && core == Core::Source
}

/// How a vendor reads a header value that cannot be decoded.
pub(crate) fn undecodable_header(vendor: Vendor, rule: Rule) -> Reading {
    match vendor {
        Vendor::Amlyze => amlyze::undecodable_header(rule),
        _ => Reading::Keep,
    }
}

/// What a vendor's documents say about a value that the standard is content with.
pub(crate) fn look_at_header(vendor: Vendor, core: Core, value: &str, add: &mut dyn FnMut(Rule, &'static str)) {
    if vendor == Vendor::Amlyze {
        amlyze::look_at_header(core, value, add);
    }
}

/// How grave a departure is where that is not as grave as its rule: a typed event cannot be read without the members that say what it
/// is.
pub(crate) fn severity(vendor: Vendor, violation: &Violation, value: Option<Node<'_, '_>>) -> Option<Severity> {
    let is_needed = vendor == Vendor::Dataspike && dataspike::is_needed(violation, value);
    is_needed.then_some(Severity::Error)
}

/// How a vendor reads one departure of a payload from its schema; `value` is what the violation's pointer names.
pub(crate) fn payload_reading(
    vendor: Vendor,
    type_name: &str,
    violation: &Violation,
    value: Option<Node<'_, '_>>,
) -> Reading {
    match vendor {
        Vendor::Amlyze => amlyze::payload_reading(type_name, violation, value),
        Vendor::Dataspike => dataspike::payload_reading(violation, value),
        _ => Reading::Keep,
    }
}
