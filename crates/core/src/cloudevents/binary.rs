//! Binary content mode: attributes in `ce-` headers (rules M8, H3, H4 and A1, and V and A for each value).

use std::borrow::Cow;
use std::cmp::Ordering;

use hookvet_catalogue::{EventInfo, find};

use super::attributes::{Attributes, Core, JSON, SPECVERSION, check};
use super::{names, values};
use crate::finding::{Place, Severity};
use crate::grammar::media_type::trim_ows;
use crate::grammar::{time, uri};
use crate::headers::Headers;
use crate::order;
use crate::report::{Note, Report};
use crate::rule::Rule;
use crate::settings::Settings;
use crate::vendors::Reading;

/// Longest source about which there is nothing to say where it is free text, in bytes.
const MAX_USUAL_SOURCE: usize = 256;

/// Reads the attributes; everything wrong with them goes into `report`. Returns the event whose documented name is the type.
///
/// They are read by name and not in the order in which they came: that order means nothing between headers of different names
/// (RFC 9110 §5.3), and some servers and the fetch standard lose it, so a verdict must not depend on it.
pub(crate) fn read(
    headers: &mut Headers<'_>,
    settings: &Settings,
    report: &mut Report,
    attributes: &mut Attributes,
) -> Option<&'static EventInfo> {
    let mut others = std::mem::take(&mut headers.others);
    // Stable: which of several headers of one name came first does mean something.
    order::sort(&mut others, |(name, _), (other, _)| in_lower_case(name).cmp(in_lower_case(other)));
    let mut others = others.as_slice();
    let mut reader = Reader { settings, report, attributes, event: None, last: None };
    for core in Core::BY_HEADER {
        if !others.is_empty() {
            let is_before = |name: &[u8]| in_lower_case(name).cmp(core.header().bytes()) == Ordering::Less;
            let (before, rest) = others.split_at(others.partition_point(|(name, _)| is_before(name)));
            reader.others(before);
            others = rest;
        }
        if let Some(value) = headers.attribute(core) {
            reader.standard(core, value);
        }
    }
    reader.others(others);
    if headers.is_cut_off {
        let limit = settings.max_attributes;
        let message = format!("more than {limit} ce- headers; the rest is not looked at");
        reader.add(Note::new(Rule::LimitHeaders, Place::Request, message));
    }
    if let Some(value) = headers.content_type() {
        reader.content_type(value);
    }
    if Core::REQUIRED.iter().any(|core| headers.attribute(*core).is_none()) {
        reader.missing(headers);
    }
    reader.event
}

fn in_lower_case(name: &[u8]) -> impl Iterator<Item = u8> {
    name.iter().map(u8::to_ascii_lowercase)
}

struct Reader<'s, 'h> {
    settings: &'s Settings,
    report: &'s mut Report,
    attributes: &'s mut Attributes,
    event: Option<&'static EventInfo>,
    /// The name of the extension before this one.
    last: Option<Cow<'h, [u8]>>,
}

impl<'h> Reader<'_, 'h> {
    /// A standard attribute. Most values are their own decoding, and nothing is wrong with them.
    fn standard(&mut self, core: Core, value: &'h [u8]) {
        let profile = self.settings.profile;
        let is_text = || !value.is_empty() && values::is_plain(value);
        let is_right = || values::plain(value).is_some_and(|text| check(core, text).is_ok());
        let is_usual = match core {
            Core::Type => {
                self.event = find(profile.vendor(), value);
                if let Some(event) = self.event {
                    return self.attributes.set_type(event.name);
                }
                is_text()
            }
            Core::Specversion if value == SPECVERSION.as_bytes() => return self.attributes.set_fixed(core),
            Core::Id | Core::Subject => is_text(),
            Core::Source if profile.is_free_text(core) => value.len() <= MAX_USUAL_SOURCE && is_text(),
            // No octet of a timestamp has to be decoded.
            Core::Time => time::parse_octets(value).is_some_and(|time| {
                if !time.is_upper_case {
                    self.look_at(core, std::str::from_utf8(value).unwrap_or_default());
                }
                true
            }),
            _ => is_right(),
        };
        if is_usual {
            self.attributes.set_plain(core, value);
        } else {
            self.unusual(core, trim_ows(value));
        }
    }

    #[cold]
    fn unusual(&mut self, core: Core, value: &'h [u8]) {
        let Some(text) = self.decode(value, &|| Place::header(core.header())) else { return };
        let profile = self.settings.profile;
        let mut kept = Cow::Borrowed(&*text);
        if !profile.is_free_text(core)
            && let Err((rule, mut message)) = check(core, &text)
        {
            let undecoded = std::str::from_utf8(value).ok().filter(|raw| {
                *raw != text
                    && match core {
                        Core::Source => uri::is_uri_reference(raw),
                        Core::Dataschema => uri::is_absolute_uri(raw),
                        _ => false,
                    }
            });
            // The sender did not escape the percent signs of the URI itself; most do not.
            let severity = undecoded.map(|_| Severity::Warning);
            if let Some(raw) = undecoded {
                message = format!(
                    "{message}: the value is percent-decoded once and then has characters that a URI has not. The sender \
                     has to escape the percent signs of the URI itself (%20 travels as %2520); where {rule} is no more than \
                     a warning, the undecoded form is taken"
                )
                .into();
                if !self.settings.policy.rejects_at(rule, severity) {
                    kept = Cow::Borrowed(raw);
                }
            }
            self.fault(core, rule, message, value, severity);
        }
        self.look_at(core, &kept);
        self.attributes.set(core, &kept);
    }

    /// Adds what the vendor's documents say about a value that the standard may be content with.
    fn look_at(&mut self, core: Core, value: &str) {
        if let Some((rule, message)) = self.settings.profile.look_at_attribute(core, value) {
            self.add(Note::new(rule, Place::header(core.header()), message).value(value.as_bytes()));
        }
    }

    fn others(&mut self, headers: &[(&'h [u8], &'h [u8])]) {
        for (name, value) in headers {
            self.other(name, value);
        }
    }

    /// An extension, a name that is none, or a standard attribute that was sent before.
    #[cold]
    fn other(&mut self, header: &'h [u8], value: &'h [u8]) {
        let Some(name) = names::of_header(header) else { return };
        let value = trim_ows(value);
        let core = Core::from_name(&name);
        if core == Some(Core::Datacontenttype) {
            let message = "ce-datacontenttype must not be sent; Content-Type is this attribute";
            return self.add(Note::new(Rule::CeH3, Place::header("ce-datacontenttype"), message).value(value));
        }
        let place = || match core {
            Some(core) => Place::header(core.header()),
            None => names::place(&[b"ce-", name.as_ref()].concat()),
        };
        if core.is_some() || self.last.as_ref() == Some(&name) {
            let message = "the header is sent more than once; send each context attribute once";
            return self.add(Note::new(Rule::CeH4, place(), message).value(value));
        }
        let fault = names::check(&name).err();
        if let Some((rule, message)) = fault.clone() {
            self.add(Note::new(rule, place(), message));
        }
        // A long name is only advised against, and still an extension.
        let is_none = |rule| rule != Rule::CeAName20 && self.settings.policy.rejects(rule);
        if !fault.is_some_and(|(rule, _)| is_none(rule))
            && let Some(text) = self.decode(value, &place)
        {
            self.attributes.push_extension(&names::text(&name), &text);
        }
        self.last = Some(name);
    }

    /// Decodes a value; `None` where it has no reading at all.
    fn decode(&mut self, value: &'h [u8], place: &dyn Fn() -> Place) -> Option<Cow<'h, str>> {
        match values::decode(value) {
            Ok(decoded) => {
                if let Some(at) = decoded.raw_space {
                    let message = "a space should be percent-encoded as %20; it is read as it stands";
                    self.add(Note::new(Rule::CeV7, place(), message).at(at));
                }
                Some(decoded.text)
            }
            Err(fault) => {
                let kept = values::as_received(value);
                if let (Some(text), Reading::Instead(rule, message)) =
                    (&kept, self.settings.profile.undecodable_reading(fault.rule))
                {
                    self.add(Note::new(rule, place(), message).at(fault.at).value(value));
                    return Some(text.clone());
                }
                // V6, V8 and V9 follow from duties of the sender alone, which widespread senders do not know of: their
                // text is kept as received where it can be read at all.
                let severity = if kept.is_none() { Some(Severity::Error) } else { None };
                let note = Note::new(fault.rule, place(), fault.message()).at(fault.at).value(value);
                self.add(note.severity(severity));
                kept.filter(|_| !self.settings.policy.rejects(fault.rule))
            }
        }
    }

    fn content_type(&mut self, value: &[u8]) {
        let value = trim_ows(value);
        if value == JSON.as_bytes() {
            return self.attributes.set_fixed(Core::Datacontenttype);
        }
        let text = String::from_utf8_lossy(value);
        if let Err((rule, message)) = check(Core::Datacontenttype, &text) {
            self.fault(Core::Datacontenttype, rule, message, value, None);
        }
        self.attributes.set(Core::Datacontenttype, &text);
    }

    #[cold]
    fn missing(&mut self, headers: &Headers<'_>) {
        let is_missing = |core: &Core| headers.attribute(*core).is_none();
        if Core::REQUIRED.iter().all(is_missing) {
            let message = "no CloudEvent: none of ce-id, ce-source, ce-specversion and ce-type is there, and Content-Type \
                           names no CloudEvents format";
            return self.add(Note::new(Rule::CeM8, Place::header("ce-specversion"), message));
        }
        for core in Core::REQUIRED.into_iter().filter(is_missing) {
            let message = format!("required context attribute {} is missing", core.name());
            self.fault(core, Rule::CeA1, message.into(), b"", None);
        }
    }

    /// Adds a finding about a standard attribute, or the vendor's reading in its place.
    fn fault(&mut self, core: Core, rule: Rule, message: Cow<'static, str>, value: &[u8], severity: Option<Severity>) {
        let (rule, message) = match self.settings.profile.attribute_reading(core, rule) {
            Reading::Keep => (rule, message),
            Reading::Drop => return,
            Reading::Instead(rule, message) => (rule, message.into()),
        };
        self.add(Note::new(rule, Place::header(core.header()), message).value(value).severity(severity));
    }

    fn add(&mut self, note: Note<'_>) {
        self.report.add(&self.settings.policy, self.settings.reveal, note);
    }
}
