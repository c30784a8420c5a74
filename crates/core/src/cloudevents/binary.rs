//! Binary content mode: attributes in `ce-` headers (rules M8, H and A1, and V and A for each value).

use std::borrow::Cow;

use super::attributes::{Attributes, Core, check, check_name};
use super::media_type::{is_token, starts_with_ignore_case, trim_ows};
use super::{uri, values};
use crate::finding::{Place, Severity};
use crate::report::{Note, Report};
use crate::rule::Rule;
use crate::vendors::{self, Reading};
use crate::vetter::Settings;

/// Reads the `ce-` headers among `headers`; everything wrong with them goes into `report`.
pub(crate) fn read<'h>(
    headers: impl Iterator<Item = (&'h [u8], &'h [u8])>,
    content_type: Option<&[u8]>,
    settings: &Settings,
    report: &mut Report,
) -> Attributes {
    let mut reader =
        Reader { settings, report, attributes: Attributes::default(), present: [false; Core::COUNT], seen: Vec::new() };
    let mut count = 0;
    for (name, value) in headers {
        let Some(name) = attribute_name(name) else { continue };
        count += 1;
        if count > settings.max_attributes {
            let limit = settings.max_attributes;
            let message = format!("more than {limit} ce- headers; the rest is not looked at");
            reader.add(Note::new(Rule::LimitHeaders, Place::Request, message));
            break;
        }
        reader.header(name, trim_ows(value));
    }
    if let Some(value) = content_type {
        reader.content_type(trim_ows(value));
    }
    reader.missing(count);
    reader.attributes
}

/// What follows `ce-`, in lower case.
fn attribute_name(header: &[u8]) -> Option<Cow<'_, [u8]>> {
    let name = starts_with_ignore_case(header, b"ce-").then(|| &header[3..])?;
    Some(if name.iter().any(u8::is_ascii_uppercase) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
    })
}

/// The place of a header whose name comes from the sender: shown as a token, shortened.
pub(crate) fn place(name: &[u8]) -> Place {
    let shown: String = name
        .iter()
        .take(64)
        .map(|byte| if is_token(*byte) { char::from(byte.to_ascii_lowercase()) } else { '?' })
        .collect();
    Place::Header(Cow::Owned(shown))
}

/// The octets as text without any decoding: UTF-8, else ISO 8859-1, which HTTP allowed historically and which loses nothing.
/// `None` where that holds a character that a String has not.
///
/// Source: RFC 9110 §5.5.
fn as_received(value: &[u8]) -> Option<Cow<'_, str>> {
    let text = std::str::from_utf8(value)
        .map_or_else(|_| Cow::Owned(value.iter().copied().map(char::from).collect()), Cow::Borrowed);
    (!text.chars().any(values::is_forbidden)).then_some(text)
}

struct Reader<'s, 'h> {
    settings: &'s Settings,
    report: &'s mut Report,
    attributes: Attributes,
    /// Which standard attributes were sent at all, readable or not.
    present: [bool; Core::COUNT],
    /// Names of the extensions so far.
    seen: Vec<Cow<'h, [u8]>>,
}

impl<'h> Reader<'_, 'h> {
    fn header(&mut self, name: Cow<'h, [u8]>, value: &'h [u8]) {
        if name.as_ref() == b"datacontenttype" {
            let message = "ce-datacontenttype must not be sent; Content-Type is this attribute";
            return self.add(Note::new(Rule::CeH3, Place::header("ce-datacontenttype"), message).value(value));
        }
        let core = Core::from_name(&name);
        let place =
            || core.map_or_else(|| place(&[b"ce-", name.as_ref()].concat()), |core| Place::header(core.header()));
        let is_repeated = match core {
            Some(core) => std::mem::replace(&mut self.present[core as usize], true),
            None => self.seen.contains(&name),
        };
        if is_repeated {
            let message = "the header is sent more than once; send each context attribute once";
            return self.add(Note::new(Rule::CeH4, place(), message).value(value));
        }
        if core.is_none() {
            if let Err((rule, message)) = check_name(&name) {
                self.add(Note::new(rule, place(), message));
                // A long name is only advised against, and still an extension.
                if rule != Rule::CeAName20 && self.settings.policy.rejects(rule) {
                    return self.seen.push(name);
                }
            }
        }
        let text = self.decode(value, &place);
        match (core, text) {
            (Some(core), Some(text)) => self.standard(core, &text, value),
            (Some(_), None) => {}
            (None, text) => {
                if let Some(text) = text {
                    self.attributes.push_extension(&String::from_utf8_lossy(&name), &text);
                }
                self.seen.push(name);
            }
        }
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
                let kept = as_received(value);
                if let (Some(text), Reading::Instead(rule, message)) =
                    (&kept, vendors::undecodable_header(self.settings.vendor, fault.rule))
                {
                    self.add(Note::new(rule, place(), message).at(fault.at).value(value));
                    return Some(text.clone());
                }
                // V6, V8 and V9 follow from duties of the sender alone, which widespread senders do not know of: their
                // text is kept as received where it can be read at all.
                let severity = if kept.is_none() { Some(Severity::Error) } else { None };
                let note = Note::new(fault.rule, place(), fault_message(fault.rule)).at(fault.at).value(value);
                self.add(note.severity(severity));
                kept.filter(|_| !self.settings.policy.rejects(fault.rule))
            }
        }
    }

    fn standard(&mut self, core: Core, text: &str, value: &[u8]) {
        let mut kept = Cow::Borrowed(text);
        if let Err((rule, mut message)) = check(core, text) {
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
                    kept = Cow::Owned(raw.to_owned());
                }
            }
            self.fault(core, rule, message, value, severity);
        }
        vendors::look_at_header(self.settings.vendor, core, &kept, &mut |rule, message| {
            let note = Note::new(rule, Place::header(core.header()), message).value(value);
            self.report.add(&self.settings.policy, self.settings.reveal, note);
        });
        self.attributes.set(core, &kept);
    }

    fn content_type(&mut self, value: &[u8]) {
        let text = String::from_utf8_lossy(value);
        if let Err((rule, message)) = check(Core::Datacontenttype, &text) {
            self.fault(Core::Datacontenttype, rule, message, value, None);
        }
        self.attributes.set(Core::Datacontenttype, &text);
    }

    fn missing(&mut self, count: usize) {
        if count == 0 || !Core::REQUIRED.iter().any(|core| self.present[*core as usize]) {
            let message = "no CloudEvent: none of ce-id, ce-source, ce-specversion and ce-type is there, and Content-Type \
                           names no CloudEvents format";
            return self.add(Note::new(Rule::CeM8, Place::header("ce-specversion"), message));
        }
        for core in Core::REQUIRED {
            if !self.present[core as usize] {
                let message = format!("required context attribute {} is missing", core.name());
                self.fault(core, Rule::CeA1, message.into(), b"", None);
            }
        }
    }

    /// Adds a finding about a standard attribute, or the vendor's reading in its place.
    fn fault(&mut self, core: Core, rule: Rule, message: Cow<'static, str>, value: &[u8], severity: Option<Severity>) {
        let (rule, message) = match vendors::header_reading(self.settings.vendor, core, rule) {
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

fn fault_message(rule: Rule) -> &'static str {
    match rule {
        Rule::CeV5 => "the percent-encoded bytes are not valid UTF-8",
        Rule::CeV6 => "a percent sign must be followed by two hexadecimal digits; a percent sign itself is written %25",
        Rule::CeV8 => "an octet outside printable ASCII; percent-encode the UTF-8 bytes of such characters",
        Rule::CeV9 => "a double quote or an escape inside quotes is never completed; a quote itself is written %22",
        _ => "the value holds a control character, a noncharacter or a lone surrogate, which a String has not",
    }
}
