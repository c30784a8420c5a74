//! A delivery as it is kept.

use std::fmt;

use bytes::Bytes;
use hookvet::Vetter;
use hookvet_receiver::{Quarantined, Received, is_sensitive_header};

/// What is kept of a delivery. `Debug` shows no value of it.
#[derive(Clone, Default, Eq, PartialEq)]
pub struct Record {
    /// `amlyze`, `dataspike`, `cloudevents`, or a name of your own.
    pub vendor: String,
    /// Its identity. Without one it is nobody's duplicate.
    pub key: Option<String>,
    /// Tells a redelivery from a conflict: the same key with another digest is one.
    pub digest: [u8; 32],
    /// Of the event.
    pub id: Option<String>,
    /// Of the event.
    pub event_type: Option<String>,
    /// Of the event; what [`Filter::subject`](crate::Filter::subject) finds, and order is kept by.
    pub subject: Option<String>,
    /// Without those that may hold a credential. Values are octets.
    pub headers: Vec<(String, Vec<u8>)>,
    /// Byte for byte as it came.
    pub body: Bytes,
    /// The verdict's JSON form.
    pub verdict: String,
    /// Whether it was refused and set aside: no worker gets it before it is released.
    pub is_quarantined: bool,
}

impl Record {
    /// A delivery that `vetter` has judged, with the request's headers. Those that
    /// [may hold a credential](is_sensitive_header) are left out.
    pub fn new<N: AsRef<[u8]>, V: AsRef<[u8]>>(
        received: &Received,
        vetter: &Vetter,
        headers: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        let headers = headers.into_iter().filter(|(name, _)| !is_sensitive_header(vetter, name.as_ref()));
        let text = |name: N| String::from_utf8_lossy(name.as_ref()).into_owned();
        Self::with_headers(received, headers.map(|(name, value)| (text(name), value.as_ref().to_vec())).collect())
    }

    fn with_headers(received: &Received, headers: Vec<(String, Vec<u8>)>) -> Self {
        let verdict = received.verdict();
        let event = received.event();
        Self {
            vendor: verdict.vendor().as_str().to_owned(),
            key: received.key(),
            digest: received.digest(),
            id: event.map(|event| event.id().to_owned()),
            event_type: event.map(|event| event.event_type().to_owned()),
            subject: event.and_then(|event| event.subject().map(str::to_owned)),
            headers,
            // A copy, since the bytes may be a part of a larger buffer.
            body: Bytes::copy_from_slice(received.body()),
            verdict: verdict.to_json(),
            is_quarantined: !verdict.is_accepted(),
        }
    }

    /// How much memory it takes.
    pub(crate) fn bytes(&self) -> usize {
        let texts = [&self.key, &self.id, &self.event_type, &self.subject].into_iter().flatten().map(String::len);
        let headers =
            self.headers.iter().map(|(name, value)| size_of::<(String, Vec<u8>)>() + name.len() + value.len());
        size_of::<Self>()
            + self.vendor.len()
            + self.body.len()
            + self.verdict.len()
            + texts.chain(headers).sum::<usize>()
    }

    /// A JSON list of `[name, value]`, each character of a value one octet.
    pub(crate) fn headers_json(&self) -> String {
        let pairs = self.headers.iter().map(|(name, value)| {
            let text: String = value.iter().copied().map(char::from).collect();
            (name, text)
        });
        pairs.map(|(name, text)| serde_json::json!([name, text])).collect::<serde_json::Value>().to_string()
    }

    /// Of what [`headers_json`](Self::headers_json) gives.
    pub(crate) fn headers_of_json(text: &str) -> Vec<(String, Vec<u8>)> {
        let pairs: Vec<(String, String)> = serde_json::from_str(text).unwrap_or_default();
        let octets = |text: String| text.chars().map(|c| u8::try_from(c).unwrap_or(b'?')).collect();
        pairs.into_iter().map(|(name, value)| (name, octets(value))).collect()
    }
}

impl From<&Quarantined> for Record {
    fn from(delivery: &Quarantined) -> Self {
        Self::with_headers(delivery.received(), delivery.headers().to_vec())
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record")
            .field("vendor", &self.vendor)
            .field("has_key", &self.key.is_some())
            .field("headers", &self.headers.len())
            .field("body_bytes", &self.body.len())
            .field("is_quarantined", &self.is_quarantined)
            .finish_non_exhaustive()
    }
}

/// Where a delivery is on its way.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Hash)]
#[non_exhaustive]
pub enum State {
    /// A worker may take it, now or after a wait.
    Ready,
    /// A worker has it. When the lease ends before it is settled, the next one gets it.
    Leased,
    /// Worked on to the end. Where its key is still known and the rest is swept or erased, this is its state too.
    Done,
    /// Given up: tried too often, or ended by its worker or an operator.
    Dead,
    /// Refused and set aside.
    Quarantined,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 5] = [Self::Ready, Self::Leased, Self::Done, Self::Dead, Self::Quarantined];

    /// `ready`, `leased`, `done`, `dead` or `quarantined`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Leased => "leased",
            Self::Done => "done",
            Self::Dead => "dead",
            Self::Quarantined => "quarantined",
        }
    }

    /// As it stands in the tables of the stores.
    pub(crate) const fn code(self) -> i16 {
        match self {
            Self::Ready => 0,
            Self::Leased => 1,
            Self::Done => 2,
            Self::Dead => 3,
            Self::Quarantined => 4,
        }
    }

    /// What no code stands for is taken for done, so that no worker gets it.
    pub(crate) fn of_code(code: i16) -> Self {
        Self::ALL.into_iter().find(|state| state.code() == code).unwrap_or(Self::Done)
    }
}

impl std::str::FromStr for State {
    type Err = UnknownState;

    fn from_str(text: &str) -> Result<Self, UnknownState> {
        Self::ALL.into_iter().find(|state| state.as_str() == text).ok_or(UnknownState)
    }
}

/// No state has this name.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("expected ready, leased, done, dead or quarantined, but found another word")]
pub struct UnknownState;

/// A delivery in a store. `Debug` shows no value of it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Delivery {
    /// Grows with each delivery; not without gaps.
    pub seq: i64,
    /// When it was stored, in milliseconds since the Unix epoch.
    pub received_at: i64,
    /// Where it is on its way.
    pub state: State,
    /// How often a worker took it.
    pub attempts: u32,
    /// When it may be taken, or when its lease ends, in milliseconds since the Unix epoch.
    pub due_at: Option<i64>,
    /// How often the same key came again with the same digest.
    pub redeliveries: u64,
    /// Whether its key was known with another digest when it came.
    pub is_conflict: bool,
    /// What its last worker or an operator said about it.
    pub note: Option<Note>,
    /// What came.
    pub record: Record,
}

/// A text about a delivery. `Debug` does not show it, since a worker may quote what it read.
#[derive(Clone, Eq, PartialEq)]
pub struct Note(String);

impl Note {
    /// Longest note, in characters; the rest is cut off.
    pub const MAX: usize = 500;

    /// A note.
    pub fn new(text: &str) -> Self {
        Self(text.chars().filter(|c| *c != '\0').take(Self::MAX).collect())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Note(..)")
    }
}
