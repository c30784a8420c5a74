//! A CloudEvent of AMLYZE: where it comes from, what it is about, and its data.

use std::fmt;

use super::{Data, ScreeningDecision, ScreeningList, resolve_type};
use crate::key::event_key;
use crate::{EventInfo, ReadError, Timestamp};

/// The context attributes of an event, decoded.
#[non_exhaustive]
#[derive(Clone, Eq, PartialEq)]
pub struct Context {
    /// Unique within the source.
    pub id: String,
    /// Mostly the communication number of the request that caused the event; `customer` for customer updates.
    pub source: String,
    /// The event type as received.
    pub event_type: String,
    /// The external id of the customer, lead, related entity or operation.
    pub subject: Option<String>,
    /// When the event happened.
    pub time: Option<Timestamp>,
}

impl Context {
    /// The attributes that every event has.
    pub fn new(id: impl Into<String>, source: impl Into<String>, event_type: impl Into<String>) -> Self {
        Context { id: id.into(), source: source.into(), event_type: event_type.into(), subject: None, time: None }
    }

    /// Adds the subject.
    #[must_use]
    pub fn with_subject(mut self, subject: impl Into<String>) -> Self {
        self.subject = Some(subject.into());
        self
    }

    /// Adds the time.
    #[must_use]
    pub fn with_time(mut self, time: impl Into<Timestamp>) -> Self {
        self.time = Some(time.into());
        self
    }
}

/// Names the event type where it is a documented one, and nothing else: the subject is a customer's id.
impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = resolve_type(&self.event_type).info().map_or("unknown", |info| info.name);
        f.debug_struct("Context").field("event_type", &format_args!("{name}")).finish_non_exhaustive()
    }
}

/// An event of AMLYZE, read.
#[non_exhaustive]
#[derive(Clone, Eq, PartialEq)]
pub struct Event {
    /// The context attributes.
    pub context: Context,
    /// The data by its shape.
    pub data: Data,
    raw: String,
}

impl Event {
    /// Reads the data of the event that `context` describes.
    ///
    /// # Errors
    /// [`ReadError`] where `data` is no JSON, or a member has another JSON type than every document gives it.
    pub fn read(context: Context, data: &[u8]) -> Result<Self, ReadError> {
        let raw = std::str::from_utf8(data)?;
        let data = Data::read(&context.event_type, raw)?;
        Ok(Event { context, data, raw: raw.to_owned() })
    }

    /// The data as received, byte for byte.
    pub fn raw(&self) -> &str {
        &self.raw
    }

    /// The registered event, where the type is known under whichever spelling.
    pub fn info(&self) -> Option<&'static EventInfo> {
        resolve_type(&self.context.event_type).info()
    }

    /// The event's identity for telling duplicates: source and id, joined by a space.
    ///
    /// Spaces and percent signs inside either are percent-encoded, so that the two never run into each other.
    pub fn key(&self) -> String {
        event_key(Some(&self.context.source), &self.context.id)
    }

    /// What the event is about.
    ///
    /// The kind comes from the event's type, the id from its subject or, where the subject is missing, from a member of
    /// the data that is documented to hold the same.
    pub fn resource(&self) -> Resource<'_> {
        let id = self.context.subject.as_deref().or_else(|| match &self.data {
            Data::CustomerUpdated(data) => data.customer_external_id.as_ref().map(AsRef::as_ref),
            Data::RetrospectiveCompleted(data) => data.customer_external_id.as_ref().map(AsRef::as_ref),
            Data::ScreeningPending(data) => data.external_id.as_ref().map(AsRef::as_ref),
            Data::ScreeningCompleted(data) => data.external_id.as_ref().map(AsRef::as_ref),
            Data::RelatedEntityScreeningPending(data) => data.entity.external_id.as_ref().map(AsRef::as_ref),
            Data::RelatedEntityScreeningCompleted(data) => data.entity.external_id.as_ref().map(AsRef::as_ref),
            _ => None,
        });
        match self.segments().next() {
            Some("customer") => Resource::Customer(id),
            Some("lead") => Resource::Lead(id),
            Some("related_entity") => Resource::RelatedEntity(id),
            Some("operation") => Resource::Operation(id),
            _ => Resource::Unknown,
        }
    }

    /// The customer or lead concerned, by the integrator's own id.
    ///
    /// On events about a related entity that is the customer in the data; an operation names no customer.
    pub fn customer_id(&self) -> Option<&str> {
        match (self.resource(), &self.data) {
            (Resource::Customer(id) | Resource::Lead(id), _) => id,
            (_, Data::RelatedEntityScreeningPending(data)) => {
                data.entity.customer_external_id.as_ref().map(AsRef::as_ref)
            }
            (_, Data::RelatedEntityScreeningCompleted(data)) => {
                data.entity.customer_external_id.as_ref().map(AsRef::as_ref)
            }
            _ => None,
        }
    }

    /// When the customer was updated: by the data of a customer update, or else by the event's time.
    ///
    /// `None` for every other kind of event.
    pub fn updated_at(&self) -> Option<&Timestamp> {
        let Data::CustomerUpdated(data) = &self.data else { return None };
        data.updated_at.as_ref().or(self.context.time.as_ref())
    }

    /// The process that the event belongs to; `None` for customer updates and unknown stages.
    ///
    /// `pending` and `completed` of one process have it in common. Repeated runs are told apart by the data's
    /// `screeningGuid` or `assessmentGuid`, where sent, and two related entities without an external id by their data
    /// alone.
    pub fn process(&self) -> Option<Process<'_>> {
        self.stage()?;
        let (name, _) = self.name().rsplit_once('.')?;
        Some(Process { source: &self.context.source, subject: self.context.subject.as_deref(), name })
    }

    /// How far the process is, by the last segment of the type; `None` where the event is no step of one.
    pub fn stage(&self) -> Option<Stage> {
        match self.segments().next_back() {
            Some("pending") => Some(Stage::Pending),
            Some("waiting_for_approval_date") => Some(Stage::WaitingForApprovalDate),
            Some("completed") => Some(Stage::Completed),
            _ => None,
        }
    }

    /// The list that was searched; `None` where the event is no screening.
    pub fn screening_list(&self) -> Option<ScreeningList> {
        let mut segments = self.segments().skip(1);
        if segments.next() != Some("screening") {
            return None;
        }
        ScreeningList::from_segment(segments.next()?)
    }

    /// What a screening says; `None` where the event is no screening of a known shape.
    pub fn screening_decision(&self) -> Option<ScreeningDecision> {
        let list = self.screening_list()?;
        match &self.data {
            Data::ScreeningPending(data) => Some(ScreeningDecision::pending(data.screening_match)),
            Data::RelatedEntityScreeningPending(data) => Some(ScreeningDecision::pending(data.screening_match)),
            Data::ScreeningCompleted(data) => {
                Some(ScreeningDecision::completed(data.screening_match, list.flag(&data.flags)))
            }
            Data::RelatedEntityScreeningCompleted(data) => {
                Some(ScreeningDecision::completed(data.screening_match, list.flag(&data.flags)))
            }
            _ => None,
        }
    }

    /// The documented spelling of the type where there is one, else the received one.
    fn name(&self) -> &str {
        self.info().map_or(&self.context.event_type, |info| info.name)
    }

    /// The type's segments after the vendor's prefix.
    fn segments(&self) -> std::str::Split<'_, char> {
        let name = self.name();
        let remainder = name.strip_prefix("app.amlyze.").or_else(|| name.strip_prefix("com.amlyze."));
        remainder.unwrap_or_default().split('.')
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event").field("context", &self.context).field("data", &self.data).finish_non_exhaustive()
    }
}

/// What an event is about, with its external id where one is given.
#[non_exhaustive]
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub enum Resource<'a> {
    /// A customer.
    Customer(Option<&'a str>),
    /// A lead: a customer to be, under the customer's external id.
    Lead(Option<&'a str>),
    /// A person or company around a customer.
    RelatedEntity(Option<&'a str>),
    /// An operation, such as a payment.
    Operation(Option<&'a str>),
    /// The type names nothing that is documented.
    Unknown,
}

impl<'a> Resource<'a> {
    /// The external id.
    pub fn id(self) -> Option<&'a str> {
        match self {
            Resource::Customer(id) | Resource::Lead(id) | Resource::RelatedEntity(id) | Resource::Operation(id) => id,
            Resource::Unknown => None,
        }
    }
}

impl fmt::Debug for Resource<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Resource::Customer(_) => "Customer(..)",
            Resource::Lead(_) => "Lead(..)",
            Resource::RelatedEntity(_) => "RelatedEntity(..)",
            Resource::Operation(_) => "Operation(..)",
            Resource::Unknown => "Unknown",
        })
    }
}

/// Identifies one process, such as the sanctions screening of one customer caused by one request.
#[non_exhaustive]
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct Process<'a> {
    /// The event's source.
    pub source: &'a str,
    /// The event's subject.
    pub subject: Option<&'a str>,
    /// The documented event type without its last segment.
    pub name: &'a str,
}

impl fmt::Debug for Process<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Process").finish_non_exhaustive()
    }
}

/// How far a process is.
///
/// Nothing promises an order of delivery: a late `Pending` must not reopen a process that is `Completed`.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Stage {
    /// A person has to decide.
    Pending,
    /// Decided, and waiting for the customer's approval date.
    WaitingForApprovalDate,
    /// Ended.
    Completed,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(event_type: &str, data: &str) -> Event {
        Event::read(Context::new("id 1", "100%", event_type).with_subject("s"), data.as_bytes()).unwrap()
    }

    #[test]
    fn the_key_keeps_source_and_id_apart() {
        assert_eq!(event("com.amlyze.customer.updated", "{}").key(), "100%25 id%201");
    }

    #[test]
    fn the_steps_of_a_process_have_it_in_common_under_either_prefix() {
        let pending = event("com.amlyze.lead.screening.pep.pending", "{}");
        let completed = event("app.amlyze.lead.screening.pep.completed", "{}");
        assert!(pending.process().is_some() && pending.process() == completed.process());
        assert!(pending.stage() < completed.stage());
        assert_eq!(event("com.amlyze.customer.updated", "{}").process(), None);
    }

    #[test]
    fn the_resource_follows_the_type_and_the_subject() {
        assert_eq!(
            event("app.amlyze.operation.riskmanagement.operation_realtime.pending", "{}").resource(),
            Resource::Operation(Some("s"))
        );
        assert_eq!(
            event("app.amlyze.operation.screening.pep.pending", "{}").resource(),
            Resource::Operation(Some("s"))
        );
        assert_eq!(event("org.example.customer", "{}").resource(), Resource::Unknown);
    }

    #[test]
    fn a_related_entity_is_not_its_customer() {
        let entity = event("app.amlyze.related_entity.screening.pep.pending", r#"{"customerExternalId":"c"}"#);
        assert_eq!((entity.resource(), entity.customer_id()), (Resource::RelatedEntity(Some("s")), Some("c")));
    }

    #[test]
    fn a_customer_update_without_a_time_was_made_at_the_events() {
        let at = |event_type: &str, data: &str| {
            let context = Context::new("1", "customer", event_type).with_time("2019-12-13T12:01:03Z");
            let event = Event::read(context, data.as_bytes()).unwrap();
            event.updated_at().map(ToString::to_string)
        };
        let updated = "com.amlyze.customer.updated";
        assert_eq!(at(updated, r#"{"updateAt":"2019-12-13T12:01:02Z"}"#).as_deref(), Some("2019-12-13T12:01:02Z"));
        assert_eq!(at(updated, "{}").as_deref(), Some("2019-12-13T12:01:03Z"));
        assert_eq!(at("app.amlyze.lead.screening.pep.pending", "{}"), None);
    }

    #[test]
    fn data_in_a_string_is_read_as_the_object_inside() {
        let text = r#" "{\"screeningMatch\":false}" "#;
        let event = event("app.amlyze.customer.screening.pep.completed", text);
        assert_eq!(event.screening_decision(), Some(ScreeningDecision::NoMatch));
        assert_eq!(event.raw(), text);
    }

    #[test]
    fn an_unknown_type_keeps_its_data() {
        let event = event("app.amlyze.operation.screening.pep.pending", r#"{"a":[1.0]}"#);
        let Data::Unknown(unknown) = &event.data else { panic!("{event:?}") };
        assert_eq!((unknown.name.as_str(), unknown.raw.get()), (event.context.event_type.as_str(), r#"{"a":[1.0]}"#));
        assert_eq!(event.screening_decision(), None);
    }

    #[test]
    fn a_wrong_json_type_fails_without_its_value() {
        let context = Context::new("1", "customer", "com.amlyze.customer.updated");
        let error = Event::read(context, br#"{"status":["Jane"]}"#).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("Jane"));
    }
}
