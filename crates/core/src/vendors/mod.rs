//! The vendors, each a [`Profile`] in a folder of its own: what its documents say beyond the standard, or in its place.

pub(crate) mod amlyze;
mod cloudevents;
pub(crate) mod dataspike;
pub(crate) mod standard_webhooks;

use std::borrow::Cow;
use std::fmt;

use hookvet_catalogue::{EventInfo, Vendor, find};

use crate::authenticity::Scheme;
use crate::cloudevents::attributes::Core;
use crate::finding::{Place, Severity};
use crate::json::{Document, Kind, Node};
use crate::rule::Rule;
use crate::schema::Violation;
use crate::schema::onepass::{Record, select};
use crate::settings::DEFAULT_MAX_BODY;
use crate::verdict::EventContext;

/// The profile of a vendor.
pub(crate) fn profile(vendor: Vendor) -> &'static dyn Profile {
    match vendor {
        Vendor::Amlyze => &amlyze::Amlyze,
        Vendor::Dataspike => &dataspike::Dataspike,
        Vendor::StandardWebhooks => &standard_webhooks::StandardWebhooks,
        _ => &cloudevents::CloudEvents,
    }
}

/// The headers of every vendor's signature, in lower case.
pub(crate) fn signature_headers() -> impl Iterator<Item = &'static str> {
    Vendor::ALL.iter().filter_map(|vendor| profile(*vendor).scheme()).flat_map(Scheme::headers).copied()
}

/// A rule, and what it says here.
pub(crate) type Said = (Rule, &'static str);

/// What a vendor's documents say. By default that is what the standard says, and nothing besides.
pub(crate) trait Profile: Sync {
    fn vendor(&self) -> Vendor;

    /// The vendor's name as it writes it.
    fn name(&self) -> &'static str;

    /// The largest body that is taken unless the user says otherwise, in bytes.
    fn max_body(&self) -> usize {
        DEFAULT_MAX_BODY
    }

    // How a delivery travels.

    /// Where a delivery that is JSON of the vendor's own keeps what a CloudEvent says in attributes; `None` for CloudEvents.
    fn envelope(&self) -> Option<&'static Envelope> {
        None
    }

    /// How deliveries are signed.
    fn scheme(&self) -> Option<&'static dyn Scheme> {
        None
    }

    /// Whether only JSON is sent, so that data of another type is not read.
    fn is_json_alone(&self) -> bool {
        false
    }

    /// What is said about structured mode by a vendor that does not document it. Its events are then recognised without any
    /// CloudEvents header, too.
    fn undocumented_structured_mode(&self) -> Option<Said> {
        None
    }

    /// Whether the user can bring schemas for events of its own.
    fn takes_own_schemas(&self) -> bool {
        false
    }

    // What an event is called.

    /// What becomes of an event's type.
    fn resolve(&self, event_type: &str) -> Resolved {
        Resolved { event: find(self.vendor(), event_type), said: None }
    }

    // Attributes.

    /// What becomes of a fault in the value, or of the absence, of a standard attribute.
    fn attribute_reading(&self, _attribute: Core, _rule: Rule) -> Reading {
        Reading::Keep
    }

    /// What becomes of a header value that cannot be decoded.
    fn undecodable_reading(&self, _rule: Rule) -> Reading {
        Reading::Keep
    }

    /// Whether an attribute holds any non-empty text, so that the standard's rules about its form do not count.
    fn is_free_text(&self, _attribute: Core) -> bool {
        false
    }

    /// What is said about the value of one attribute that the standard may be content with.
    fn look_at_attribute(&self, _attribute: Core, _value: &str) -> Option<Said> {
        None
    }

    /// What is said about type and source together, and the source that is expected; the type is the documented one where it was sent under another spelling.
    fn look_at_context(&self, _event_type: &str, _source: &[u8]) -> Option<(Said, Option<&'static str>)> {
        None
    }

    // Data.

    /// The rule about data that is declared as JSON and is not; `None` for the rules of JSON.
    fn data_rule(&self) -> Option<Rule> {
        None
    }

    /// Whether JSON data may be left out where no schema asks for any.
    fn takes_no_data(&self) -> bool {
        false
    }

    /// What is said about a comma before a closing bracket, which is then read past.
    fn trailing_comma(&self) -> Option<Said> {
        None
    }

    /// What is said about a string that holds a JSON object, which is then read in its place.
    fn object_in_string(&self) -> Option<Said> {
        None
    }

    /// What becomes of a departure of the data from its schema; `value` is the one that departs.
    fn payload_reading(&self, _event_type: &str, _violation: &Violation, _value: Option<Node<'_, '_>>) -> Reading {
        Reading::Keep
    }

    /// How grave a departure is where that is not what its rule says.
    fn severity(&self, _violation: &Violation, _value: Option<Node<'_, '_>>) -> Option<Severity> {
        None
    }

    /// Whether [`look_at_payload`](Self::look_at_payload) has nothing to say about data that its schema is content with, told from
    /// what the pass has captured. Errs on the side of looking.
    fn is_content_with(&self, _event: &EventInfo, _context: &EventContext, _data: &[u8], _record: &Record) -> bool {
        true
    }

    /// What a schema cannot say about data of a documented event.
    fn look_at_payload(&self, _event: &EventInfo, _context: &EventContext, _data: &Document<'_>, _tell: Tell<'_>) {}

    /// The members whose values the pass captures for [`is_content_with`](Self::is_content_with) and the [`Envelope`], by name, each
    /// with its slot in the [`Record`].
    #[cfg(any(test, feature = "internals"))]
    fn captured(&self, _event: &EventInfo) -> Vec<(&'static str, u8)> {
        Vec::new()
    }
}

impl fmt::Debug for dyn Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.vendor().as_str())
    }
}

/// Where a delivery of JSON of the vendor's own says what it is.
pub(crate) struct Envelope {
    /// Members of the root: the name, the slot in which the pass captures it, and the attribute that it is.
    pub(crate) members: &'static [(&'static str, u8, Core)],
    /// Headers, each with the attribute that it is.
    pub(crate) headers: &'static [(&'static str, Core)],
    /// Whether there is no event without a type.
    pub(crate) is_type_required: bool,
    /// What departs in an envelope of a type without a schema.
    pub(crate) check: fn(&Document<'_>) -> Vec<Violation>,
}

impl Envelope {
    /// The documented event that a body names, told without reading all of it.
    pub(crate) fn event(&self, profile: &dyn Profile, body: &[u8]) -> Option<&'static EventInfo> {
        let span = select::root_string(body, self.type_member())?;
        select::with_string(body, span, |name| find(profile.vendor(), name))
    }

    /// Where the event's type stands.
    pub(crate) fn type_place(&self) -> Place {
        Place::Body(format!("/{}", self.type_member()))
    }

    /// The member that holds the event's type.
    pub(crate) fn type_member(&self) -> &'static str {
        self.members.iter().find(|(_, _, attribute)| *attribute == Core::Type).map_or("type", |(name, ..)| name)
    }
}

/// What a vendor's documents make of an event's type.
pub(crate) struct Resolved {
    /// The documented event.
    pub(crate) event: Option<&'static EventInfo>,
    /// What is said where the type is not sent as it is documented.
    pub(crate) said: Option<(Rule, Cow<'static, str>)>,
}

impl Resolved {
    /// Sent under its documented name.
    pub(crate) const fn documented(event: &'static EventInfo) -> Self {
        Self { event: Some(event), said: None }
    }
}

/// What a vendor's own rules say about a value in a payload.
pub(crate) struct Remark {
    pub(crate) rule: Rule,
    /// Where the value starts; `None` for the payload as a whole.
    pub(crate) at: Option<usize>,
    pub(crate) message: Cow<'static, str>,
    /// Where it is graver than the rule usually is.
    pub(crate) severity: Option<Severity>,
    /// The member that is missing.
    pub(crate) member: Option<&'static str>,
}

impl Remark {
    fn new(rule: Rule, at: Option<usize>, message: impl Into<Cow<'static, str>>) -> Self {
        Self { rule, at, message: message.into(), severity: None, member: None }
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
    let others = || members().filter(|one| !one.is_named(own) && one.name().is_some_and(|name| is_other(&name)));
    let documented = members().filter(|one| one.is_named(own)).last();
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
