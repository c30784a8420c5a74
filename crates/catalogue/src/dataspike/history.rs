//! The history of deliveries, for whoever missed some.
//!
//! Source: Dataspike webhooks documentation, 2022-09; docs.dataspike.io, view webhook history.

use serde::Serialize;

use super::envelope::Event;
use super::{EventId, Integer, WebhookId};
use crate::members::payload;
use crate::{Opaque, ReadError, Timestamp};

payload! {
    /// A page of the history. The next page is asked for with the `id` of the last item.
    pub struct History {
        /// The events, in an order that no source gives.
        data: Vec<Invocation> = "data" [required],
        /// Whether more follow; absent means no.
        has_next: bool = "has_next",
    }

    /// An event of the history: the envelope, and how its delivery went.
    pub struct Invocation {
        /// The event; the history's cursor.
        id: EventId = "id" [required],
        /// The webhook that fired.
        webhook_id: WebhookId = "webhook_id" [required],
        /// The event's name.
        event_type: String = "event_type" [required],
        /// The event's time.
        timestamp: Timestamp = "timestamp" [required],
        /// The event's content.
        payload: Opaque = "payload" [required],
        /// Whether the webhook belongs to the sandbox.
        is_sandbox: bool = "is_sandbox",
        /// How often delivery was tried.
        attempts: Integer = "attempts",
        /// The HTTP status that answered the last attempt; absent while the event is pending.
        response_code: Integer = "response_code",
        /// When the last attempt was.
        last_attempt_at: Timestamp = "last_attempt_at",
    }
}

impl Invocation {
    /// Whether no attempt has been answered yet.
    pub fn is_pending(&self) -> bool {
        self.response_code.is_none()
    }

    /// The envelope as it would have been delivered: its five members, compact, in the order of the samples.
    ///
    /// No signature fits it; it came over an authenticated call.
    pub fn envelope(&self) -> String {
        let members = [
            ("id", self.id.as_ref().and_then(json)),
            ("webhook_id", self.webhook_id.as_ref().and_then(json)),
            ("event_type", self.event_type.as_ref().and_then(json)),
            ("timestamp", self.timestamp.as_ref().and_then(json)),
            ("payload", self.payload.as_ref().map(|payload| payload.get().to_owned())),
        ];
        let members = members.into_iter().filter_map(|(name, value)| Some(format!("\"{name}\":{}", value?)));
        format!("{{{}}}", members.collect::<Vec<_>>().join(","))
    }

    /// The event, as if it had been delivered.
    ///
    /// # Errors
    /// [`ReadError`] as for [`Event::read`].
    pub fn event(&self) -> Result<Event, ReadError> {
        Event::read(self.envelope().as_bytes())
    }
}

fn json<T: Serialize>(value: &T) -> Option<String> {
    serde_json::to_string(value).ok()
}

#[cfg(test)]
mod tests {
    use super::super::Payload;
    use super::*;

    #[test]
    fn an_item_of_the_history_is_read_like_a_delivery() {
        let text = r#"{"data":[{"id":"a","webhook_id":"b","event_type":"KYT_WALLET_CHECK","payload":{"n": 1.50},
            "timestamp":"2024-01-11T09:00:00Z","attempts":2.0,"response_code":null}],"has_next":false}"#;
        let history: History = serde_json::from_str(text).unwrap();
        let item = &history.data.unwrap()[0];
        assert_eq!((&item.attempts, item.is_pending()), (&Some(2.into()), true));
        let event = item.event().unwrap();
        assert_eq!(event.key(), "b a");
        let Payload::Opaque(payload) = &event.payload else { panic!("{event:?}") };
        assert_eq!(payload.raw.get(), r#"{"n": 1.50}"#);
    }
}
