//! The answer of the pull interface: the events of one communication number, for whoever missed the webhooks.
//!
//! Source: AMLYZE integration documentation, communication events, 2024-12. It covers the `app.amlyze.` events only.

use super::Data;
use crate::members::payload;
use crate::{Opaque, ReadError};

payload! {
    /// Answer to `GET …/communications-events/{communicationNumber}`: events, errors, or by one example both.
    pub struct CommunicationEvents {
        /// What happened under the communication number.
        events: Vec<CommunicationEvent> = "events",
        /// What went wrong.
        errors: Vec<CommunicationError> = "errors",
    }

    /// An event of the pull interface. It has no id and no time, so it is no CloudEvent.
    ///
    /// To match it with a pushed event, compare source, subject, type and data.
    pub struct CommunicationEvent {
        /// The event type, as in the webhooks.
        event_type: String = "type",
        /// The communication number.
        source: String = "source",
        /// External id of the customer, lead, related entity or operation.
        subject: String = "subject",
        /// The same members as in the webhook's data.
        data: Opaque = "data",
    }

    /// An error of the pull interface.
    pub struct CommunicationError {
        /// A word such as `BAD_REQUEST`; in an older revision a number as text.
        code: String = "code" via Code,
        /// The same in a sentence.
        description: String = "description",
    }
}

impl CommunicationEvent {
    /// Reads the data by the event's type; `None` where either is missing.
    ///
    /// # Errors
    /// [`ReadError`] as for [`Data::read`].
    pub fn read_data(&self) -> Result<Option<Data>, ReadError> {
        let (Some(event_type), Some(data)) = (&self.event_type, &self.data) else { return Ok(None) };
        Data::read(event_type, data.get()).map(Some)
    }
}
