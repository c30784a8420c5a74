//! Structured content mode: one event in the JSON event format (rules S, and A for each attribute).

use std::borrow::Cow;

use super::attributes::{Attributes, Core, check};
use super::data::{self, StructuredData};
use super::names::{self, Sent};
use super::values::is_forbidden;
use crate::finding::Place;
use crate::grammar::media_type::MediaType;
use crate::json::{Kind, Node, pointer};
use crate::report::{Note, Report};
use crate::rule::Rule;
use crate::settings::Settings;
use crate::vendors::Reading;

/// A structured event as far as it could be read.
#[derive(Debug, Default)]
pub(crate) struct Structured {
    pub(crate) attributes: Attributes,
    pub(crate) data: StructuredData,
    /// Whether the data's type is JSON: declared so, or not declared at all for a JSON value (S4).
    pub(crate) is_json: bool,
}

/// Reads one event of the JSON format; `prefix` is the JSON Pointer of `event` in the body.
pub(crate) fn read(event: Node<'_, '_>, prefix: &str, settings: &Settings, report: &mut Report) -> Structured {
    let mut reader = Reader { settings, report, prefix, attributes: Attributes::default(), sent: Sent::default() };
    if event.kind() != Kind::Object {
        let message = format!("an event in the JSON format is an object, but this is {}", event.kind().name());
        reader.add(Rule::CeS1, "", message, event.start(), event.raw());
        return Structured::default();
    }
    let (mut data, mut data_base64) = (None, None);
    for member in event.children() {
        match member.name().as_deref() {
            Some("data") => data = data.or(Some(member)),
            Some("data_base64") => data_base64 = data_base64.or(Some(member)),
            Some(name) => reader.attribute(name, member),
            None => {}
        }
    }
    reader.missing(event);
    let declared = reader.attributes.get(Core::Datacontenttype);
    let declared = declared.map(|value| MediaType::parse(value.as_bytes()).is_some_and(MediaType::is_json));
    let data = data::read(data, data_base64, declared.unwrap_or(true)).unwrap_or_else(|fault| {
        reader.add(fault.rule, fault.pointer, fault.message, fault.offset, fault.value);
        StructuredData::None
    });
    // Bytes of an undeclared type are just bytes: a binary-mode request without Content-Type becomes such an event.
    let is_json = declared.unwrap_or(!matches!(data, StructuredData::Bytes(_)));
    Structured { attributes: reader.attributes, data, is_json }
}

struct Reader<'s> {
    settings: &'s Settings,
    report: &'s mut Report,
    prefix: &'s str,
    attributes: Attributes,
    sent: Sent<'static>,
}

impl Reader<'_> {
    fn attribute(&mut self, name: &str, member: Node<'_, '_>) {
        // S2: null means absent.
        if member.kind() == Kind::Null {
            return;
        }
        let core = Core::from_name(name.as_bytes());
        let place = pointer_token(name);
        // A repeated member is JSON-duplicate's finding; the first one counts.
        if !self.sent.is_first(core, || Cow::Owned(name.as_bytes().to_vec())) {
            return;
        }
        if core.is_none()
            && let Err((rule, message)) = names::check(name.as_bytes())
        {
            self.add(rule, &place, message, member.name_start(), name.as_bytes());
            if rule != Rule::CeAName20 && self.settings.policy.rejects(rule) {
                return;
            }
        }
        let Some(text) = self.canonical(core, &place, member) else { return };
        match core {
            Some(core) => self.standard(core, &text, &place, member),
            None => self.attributes.push_extension(name, &text),
        }
    }

    /// The canonical string of an attribute's value (S3, V10).
    fn canonical(&mut self, core: Option<Core>, place: &str, member: Node<'_, '_>) -> Option<String> {
        let raw = String::from_utf8_lossy(member.raw());
        match member.kind() {
            Kind::String => {
                let text = member.text().unwrap_or_default();
                if member.has_lone_surrogate() || text.chars().any(is_forbidden) {
                    let message = "the string holds a control character, a noncharacter or a lone surrogate";
                    self.add(Rule::CeV10, place, message, member.start(), member.raw());
                    return None;
                }
                Some(text.into_owned())
            }
            Kind::True | Kind::False if core.is_none() => Some(raw.into_owned()),
            // A leading minus and digits only: -0 is the integer 0.
            Kind::Number if core.is_none() && raw.parse::<i32>().is_ok() => Some(raw.parse::<i32>().ok()?.to_string()),
            kind => {
                let message = match core {
                    Some(_) => format!("must be a string, but is {}", kind.name()),
                    None if kind == Kind::Number => {
                        "a number must be an integer of 32 bits, without fraction or exponent".into()
                    }
                    None => format!("must be a string, a boolean or a 32-bit integer, but is {}", kind.name()),
                };
                self.add(Rule::CeS3, place, message, member.start(), member.raw());
                None
            }
        }
    }

    fn standard(&mut self, core: Core, text: &str, place: &str, member: Node<'_, '_>) {
        if let Err((rule, message)) = check(core, text) {
            match self.settings.profile.attribute_reading(core, rule) {
                Reading::Keep => self.add(rule, place, message, member.start(), member.raw()),
                Reading::Drop => {}
                Reading::Instead(rule, message) => self.add(rule, place, message, member.start(), member.raw()),
            }
        }
        if let Some((rule, message)) = self.settings.profile.look_at_attribute(core, text) {
            self.add(rule, place, message, member.start(), member.raw());
        }
        self.attributes.set(core, text);
    }

    fn missing(&mut self, event: Node<'_, '_>) {
        let missing: Vec<Core> = self.sent.missing().collect();
        for core in missing {
            match self.settings.profile.attribute_reading(core, Rule::CeA1) {
                Reading::Keep => {
                    let message = format!("required context attribute {} is missing", core.name());
                    self.add(Rule::CeA1, "", message, event.start(), b"");
                }
                Reading::Drop => {}
                Reading::Instead(rule, message) => self.add(rule, "", message, event.start(), b""),
            }
        }
    }

    fn add(&mut self, rule: Rule, place: &str, message: impl Into<Cow<'static, str>>, offset: usize, value: &[u8]) {
        let note = Note::new(rule, Place::Body(format!("{}{place}", self.prefix)), message).at(offset).value(value);
        self.report.add(&self.settings.policy, self.settings.reveal, note);
    }
}

fn pointer_token(name: &str) -> String {
    let mut token = String::new();
    pointer::push_name(name, &mut token);
    token
}
