//! Where deliveries are kept.

use axum::http::StatusCode;
use worker::js_sys::{JSON, Uint8Array};
use worker::{Env, Error, Method, QueueContentType, RawMessageBuilder, Request, RequestInit, Result};

use crate::record::Record;

/// The binding of the Durable Object's namespace.
const STORE: &str = "STORE";

/// The binding of the queue.
const QUEUE: &str = "QUEUE";

/// Where deliveries are kept.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Place {
    /// A Durable Object, one for each vendor: de-duplicated, for some days.
    Store,
    /// A queue, whose consumer has to tell duplicates by the key.
    Queue,
}

impl Place {
    pub(crate) fn parse(name: &str) -> Option<Self> {
        match name {
            "store" => Some(Self::Store),
            "queue" => Some(Self::Queue),
            _ => None,
        }
    }

    /// Checks that there is a binding, so that a Worker without it takes nothing instead of everything in vain.
    pub(crate) fn check(self, env: &Env) -> Result<()> {
        match self {
            Self::Store => env.durable_object(STORE).map(drop),
            Self::Queue => env.queue(QUEUE).map(drop),
        }
    }

    /// Keeps the delivery; it is safe once this returns.
    pub(crate) async fn keep(self, env: &Env, record: &Record) -> Result<()> {
        match self {
            Self::Store => {
                let mut init = RequestInit::new();
                let body = Uint8Array::from(record.to_bytes()?.as_slice());
                init.with_method(Method::Post).with_body(Some(body.into()));
                let request = Request::new_with_init("https://store/", &init)?;
                let stub = env.durable_object(STORE)?.get_by_name(&record.vendor)?;
                match stub.fetch_with_request(request).await?.status_code() {
                    200..300 => Ok(()),
                    status => Err(Error::from(format!("the store answers {status}"))),
                }
            }
            Self::Queue => {
                // Handed over as the object that the text is, so that nothing of it becomes a JavaScript map, which JSON has no form for.
                let message = JSON::parse(&record.to_message(crate::now_millis())?)?;
                let message = RawMessageBuilder::new(message).build_with_content_type(QueueContentType::Json);
                env.queue(QUEUE)?.send_raw(message).await
            }
        }
    }

    /// What the sender is told: it is stored, or it will be.
    pub(crate) const fn answer(self) -> StatusCode {
        match self {
            Self::Store => StatusCode::NO_CONTENT,
            Self::Queue => StatusCode::ACCEPTED,
        }
    }
}
