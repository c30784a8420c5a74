//! What a sender is told: status, headers and body, the same from every adapter.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use hookvet::{Class, HandshakeAnswer, PROBLEM_JSON, Problem, TypedError, Verdict};

use crate::receiver::Receiver;

/// An answer that no handler gives: a refusal, or what became of a delivery that was set aside.
///
/// Names are in lower case, and each name and value can stand in an HTTP header as it is. Nothing of the delivery's payload is
/// in it but the names in the places of findings; its source and id are, where it has both. `Debug` shows neither.
#[derive(Clone, Eq, PartialEq)]
#[non_exhaustive]
#[must_use = "the sender waits for it"]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// In the order in which they are written; a name may stand there more than once.
    pub headers: Vec<(&'static str, String)>,
    /// A problem document (RFC 9457), or nothing.
    pub body: Bytes,
}

impl Answer {
    /// The refusal that `verdict` asks for.
    ///
    /// Besides the [problem's own headers](Problem::headers):
    ///
    /// - `Retry-After` where a later time is better (RFC 9110 §10.2.3)
    /// - `WWW-Authenticate` where the receiver takes Basic or Bearer credentials (§11.6.1)
    pub(crate) fn refusal(receiver: &Receiver, verdict: &Verdict, retry_after: Option<Duration>) -> Self {
        let problem = Problem::of(verdict);
        let own = problem.iter().flat_map(|problem| problem.headers(receiver.allow(), receiver.codings()));
        let mut headers: Vec<_> = own.map(|(name, value)| (name, value.to_owned())).collect();
        let problem = problem.map(|problem| problem.to_json()).unwrap_or_default();
        if verdict.class() == Some(Class::Unauthorized) {
            headers.extend(receiver.vetter().challenges().map(|challenge| ("www-authenticate", challenge.to_owned())));
        }
        if let Some(wait) = retry_after {
            let seconds = wait.as_secs().saturating_add(u64::from(wait.subsec_nanos() > 0)).max(1);
            headers.push(("retry-after", seconds.to_string()));
        }
        Self { status: verdict.status(), headers, body: Bytes::from(problem) }
    }

    /// The answer to a sender that asks whether it may deliver.
    pub(crate) fn consent(answer: &HandshakeAnswer) -> Self {
        Self { status: 200, headers: answer.headers().to_vec(), body: Bytes::new() }
    }

    /// The answer to a delivery that was set aside: it has arrived, and nothing is said about what becomes of it.
    ///
    /// Source: CloudEvents HTTP webhook 1.0.2 §2.2.
    pub(crate) const fn set_aside() -> Self {
        Self { status: 202, headers: Vec::new(), body: Bytes::new() }
    }

    /// A handler asks for a vetted delivery, and no adapter stands in front of it: 500. `remedy` says which one to put there.
    pub fn not_vetted(remedy: &str) -> Self {
        let detail = format!("no delivery was vetted for this handler: {remedy}");
        Self::problem(500, "not-vetted", "The delivery was not vetted", &detail)
    }

    /// The delivery is accepted, but it holds no event of the type that the handler asks for: 422, or 500 where the vetter in
    /// front is another vendor's, so that it never can.
    pub fn unread(error: &TypedError) -> Self {
        let status = if matches!(error, TypedError::OtherVendor { .. }) { 500 } else { 422 };
        Self::problem(status, "other-event", "The event is not the one that is taken here", &error.to_string())
    }

    /// The delivery is accepted, and no handler takes its type: 404.
    pub fn unhandled() -> Self {
        let detail = "the delivery is in order, and no handler is registered for its type of event";
        Self::problem(404, "unhandled-type", "No handler takes this type of event", detail)
    }

    fn problem(status: u16, name: &str, title: &str, detail: &str) -> Self {
        let problem = serde_json::json!({
            "type": format!("urn:hookvet:problem:{name}"),
            "title": title,
            "status": status,
            "detail": detail,
            "findings": [],
        });
        let headers = vec![("content-type", PROBLEM_JSON.to_owned())];
        Self { status, headers, body: Bytes::from(problem.to_string()) }
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("status", &self.status)
            .field("headers", &self.headers.iter().map(|(name, _)| name).collect::<Vec<_>>())
            .field("body_bytes", &self.body.len())
            .finish()
    }
}
