//! The usual headers: nothing to report, seen in one walk and without allocating.
//!
//! `None` means only that there may be something to report; the judgement that finds it out comes after.

use std::borrow::Cow;

use hookvet_catalogue::{EventInfo, Vendor};

use super::{HeaderList, Settings};
use crate::cloudevents::attributes::{Attributes, Core, JSON, SPECVERSION};
use crate::cloudevents::media_type::starts_with_ignore_case;
use crate::cloudevents::{time, values};
use crate::credential;
use crate::finding::{Finding, Place, Severity};
use crate::policy::Policy;
use crate::rule::Rule;
use crate::vendors;

/// How many `ce-` headers a documented delivery has.
const ATTRIBUTES: usize = 6;

/// Longest communication number about which there is nothing to say, in bytes.
const MAX_SOURCE: usize = 256;

/// The finding about the time as AMLYZE's own example writes it. It is there beforehand, since every delivery may have it.
static LOWER_CASE_TIME: [Finding; 1] = [Finding {
    rule: Rule::AmlyzeD10,
    severity: Severity::Warning,
    place: Place::Header(Cow::Borrowed("ce-time")),
    message: Cow::Borrowed(vendors::amlyze::LOWER_CASE_TIME),
    offset: None,
    value: None,
    rejects: false,
}];

/// Which clean headers a vetter's settings know of.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Known {
    /// Whether there are any: a vetter for AMLYZE that takes part in no handshake.
    is_on: bool,
    /// Whether a time in lower case is a warning that lets through, as it is by default.
    takes_lower_case_time: bool,
}

impl Known {
    pub(super) fn of(
        vendor: Vendor,
        policy: &Policy,
        has_handshake: bool,
        max_attributes: usize,
        reveal: bool,
    ) -> Self {
        let rule = Rule::AmlyzeD10;
        Self {
            is_on: vendor == Vendor::Amlyze && !has_handshake && max_attributes >= ATTRIBUTES,
            takes_lower_case_time: policy.severity(rule) == Some(Severity::Warning) && !policy.rejects(rule) && !reveal,
        }
    }
}

/// What clean headers say besides the attributes.
#[derive(Clone, Copy)]
pub(super) struct CleanHeaders {
    pub(super) event: &'static EventInfo,
    /// Which of the credentials proved the sender.
    pub(super) credential: Option<usize>,
    pub(super) findings: &'static [Finding],
}

/// Reads the headers of a documented AMLYZE delivery about which there is nothing to say, or nothing but how the time is
/// written. The attributes are complete only where something is returned.
pub(super) fn read_headers<'h>(
    settings: &Settings,
    headers: &impl HeaderList<'h>,
    now: u64,
    attributes: &mut Attributes,
) -> Option<CleanHeaders> {
    if !settings.clean_headers.is_on {
        return None;
    }
    let (mut event, mut has_version, mut has_content_type) = (None, false, false);
    let mut findings: &'static [Finding] = &[];
    let mut source: &[u8] = b"";
    for (name, value) in headers.walk() {
        // Every header that is looked at begins with the same letter, and few others do. Of those, the length tells the most.
        let core = match (name.first(), name.len()) {
            (Some(b'c'), 7) if name == b"ce-type" => {
                event = Some(hookvet_catalogue::find(Vendor::Amlyze, value).filter(|_| event.is_none())?);
                continue;
            }
            (Some(b'c'), 14) if name == b"ce-specversion" && value == SPECVERSION.as_bytes() && !has_version => {
                has_version = true;
                continue;
            }
            (Some(b'c'), 12) if name == b"content-type" && value == JSON.as_bytes() && !has_content_type => {
                has_content_type = true;
                continue;
            }
            (Some(b'c'), 14) if name == b"content-length" => continue,
            (Some(b'c'), 5) if name == b"ce-id" => Core::Id,
            (Some(b'c'), 9) if name == b"ce-source" => Core::Source,
            (Some(b'c'), 10) if name == b"ce-subject" => Core::Subject,
            (Some(b'c'), 7) if name == b"ce-time" => Core::Time,
            (Some(b'c' | b'C'), _) if has_a_say(name) => return None,
            _ => continue,
        };
        if value.is_empty() || attributes.is_set(core) {
            return None;
        }
        match core {
            Core::Time if !time::parse_octets(value)?.is_upper_case => {
                if !settings.clean_headers.takes_lower_case_time {
                    return None;
                }
                findings = &LOWER_CASE_TIME;
            }
            // No octet of a timestamp has to be decoded.
            Core::Time => {}
            _ if !values::is_plain(value) => return None,
            Core::Source if value.len() > MAX_SOURCE => return None,
            Core::Source => source = value,
            _ => {}
        }
        attributes.set_plain(core, value);
    }
    let event: &EventInfo = event.filter(|_| has_version && has_content_type)?;
    let is_unusual = vendors::amlyze::look_at_context(event.name, source).is_some();
    if !attributes.is_set(Core::Id) || source.is_empty() || is_unusual {
        return None;
    }
    let credential = match &settings.credentials[..] {
        [] => None,
        credentials => Some(credential::check(credentials, headers, now).ok()?),
    };
    attributes.set_fixed(event.name);
    Some(CleanHeaders { event, credential, findings })
}

/// Whether a header that is none of the usual ones means something.
#[cold]
fn has_a_say(name: &[u8]) -> bool {
    starts_with_ignore_case(name, b"ce-")
        || name.eq_ignore_ascii_case(b"content-type")
        || name.eq_ignore_ascii_case(b"content-encoding")
}
