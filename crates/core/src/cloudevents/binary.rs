//! Binary content mode: attributes in `ce-` headers (rules M8, H3, H4 and A1, and V and A for each value).

use std::borrow::Cow;

use super::attributes::{Attributes, Core, JSON, check};
use super::media_type::{starts_with_ignore_case, trim_ows};
use super::names::{self, Sent};
use super::{time, uri, values};
use crate::finding::{Place, Severity};
use crate::order;
use crate::report::{Note, Report};
use crate::rule::Rule;
use crate::vendors::{self, Reading};
use crate::vetter::Settings;

/// Reads the `ce-` headers among `headers`; everything wrong with them goes into `report`.
///
/// They are read by name and not in the order in which they came: that order means nothing between headers of different names
/// (RFC 9110 §5.3), and some servers and the fetch standard lose it, so a verdict must not depend on it.
pub(crate) fn read<'h>(
    headers: impl Iterator<Item = (&'h [u8], &'h [u8])>,
    content_type: Option<&[u8]>,
    settings: &Settings,
    report: &mut Report,
) -> Attributes {
    let mut reader = Reader { settings, report, attributes: Attributes::default(), sent: Sent::default() };
    let mut headers = headers.filter(|(name, _)| starts_with_ignore_case(name, b"ce-"));
    // Not all of them, so that the sorting costs no more than the limit allows.
    let mut first: Vec<_> = headers.by_ref().take(settings.max_attributes).collect();
    let is_more = headers.next().is_some();
    // Stable: which of several headers of one name came first does mean something.
    order::sort(&mut first, |(name, _), (other, _)| {
        name.iter().map(u8::to_ascii_lowercase).cmp(other.iter().map(u8::to_ascii_lowercase))
    });
    for (name, value) in &first {
        if !reader.plain_header(name, value)
            && let Some(name) = names::of_header(name)
        {
            reader.header(&name, trim_ows(value));
        }
    }
    if is_more {
        let limit = settings.max_attributes;
        let message = format!("more than {limit} ce- headers; the rest is not looked at");
        reader.add(Note::new(Rule::LimitHeaders, Place::Request, message));
    }
    let count = first.len() + usize::from(is_more);
    if let Some(value) = content_type {
        reader.content_type(trim_ows(value));
    }
    reader.missing(count);
    reader.attributes
}

struct Reader<'s, 'h> {
    settings: &'s Settings,
    report: &'s mut Report,
    attributes: Attributes,
    sent: Sent<'h>,
}

impl<'h> Reader<'_, 'h> {
    /// Takes the header of a standard attribute about which there is nothing to say: its name in lower case, sent for the
    /// first time, a value that is its own decoding. Everything else is left to [`header`](Self::header).
    fn plain_header(&mut self, header: &[u8], value: &[u8]) -> bool {
        let Some(core) = Core::from_header(header) else { return false };
        let Some(text) = values::plain(value) else { return false };
        let is_fine = match core {
            Core::Source if vendors::is_free_text(self.settings.vendor, core) => (1..=256).contains(&text.len()),
            Core::Time => time::parse(text).is_some_and(|time| time.is_upper_case),
            _ => check(core, text).is_ok(),
        };
        if is_fine && self.sent.is_first(Some(core), || Cow::Borrowed(b"")) {
            self.attributes.set(core, text);
            return true;
        }
        false
    }

    #[expect(clippy::ptr_arg, reason = "a clone of it keeps the lifetime of what it borrows")]
    fn header(&mut self, name: &Cow<'h, [u8]>, value: &'h [u8]) {
        if name.as_ref() == b"datacontenttype" {
            let message = "ce-datacontenttype must not be sent; Content-Type is this attribute";
            return self.add(Note::new(Rule::CeH3, Place::header("ce-datacontenttype"), message).value(value));
        }
        let core = Core::from_name(name);
        let place = || {
            core.map_or_else(|| names::place(&[b"ce-", name.as_ref()].concat()), |core| Place::header(core.header()))
        };
        if !self.sent.is_first(core, || name.clone()) {
            let message = "the header is sent more than once; send each context attribute once";
            return self.add(Note::new(Rule::CeH4, place(), message).value(value));
        }
        if core.is_none()
            && let Err((rule, message)) = names::check(name)
        {
            self.add(Note::new(rule, place(), message));
            // A long name is only advised against, and still an extension.
            if rule != Rule::CeAName20 && self.settings.policy.rejects(rule) {
                return;
            }
        }
        let Some(text) = self.decode(value, &place) else { return };
        match core {
            Some(core) => self.standard(core, &text, value),
            None => self.attributes.push_extension(&names::text(name), &text),
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
                let kept = values::as_received(value);
                if let (Some(text), Reading::Instead(rule, message)) =
                    (&kept, vendors::undecodable_header(self.settings.vendor, fault.rule))
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

    fn standard(&mut self, core: Core, text: &str, value: &[u8]) {
        let mut kept = Cow::Borrowed(text);
        if !vendors::is_free_text(self.settings.vendor, core)
            && let Err((rule, mut message)) = check(core, text)
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
        if value == JSON.as_bytes() {
            return self.attributes.set(Core::Datacontenttype, JSON);
        }
        let text = String::from_utf8_lossy(value);
        if let Err((rule, message)) = check(Core::Datacontenttype, &text) {
            self.fault(Core::Datacontenttype, rule, message, value, None);
        }
        self.attributes.set(Core::Datacontenttype, &text);
    }

    fn missing(&mut self, count: usize) {
        let missing: Vec<Core> = self.sent.missing().collect();
        if count == 0 || missing.len() == Core::REQUIRED.len() {
            let message = "no CloudEvent: none of ce-id, ce-source, ce-specversion and ce-type is there, and Content-Type \
                           names no CloudEvents format";
            return self.add(Note::new(Rule::CeM8, Place::header("ce-specversion"), message));
        }
        for core in missing {
            let message = format!("required context attribute {} is missing", core.name());
            self.fault(core, Rule::CeA1, message.into(), b"", None);
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
