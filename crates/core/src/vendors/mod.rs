//! What only the vendors' own documents say: readings of the places where they disagree.

pub(crate) mod amlyze;
pub(crate) mod dataspike;

use hookvet_catalogue::Vendor;

use crate::cloudevents::attributes::Core;
use crate::json::Node;
use crate::rule::Rule;
use crate::schema::Violation;

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
