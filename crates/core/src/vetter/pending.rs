//! A delivery between its headers and its body.

use std::fmt;
use std::sync::Arc;

use super::headers::{self, Opened};
use super::{Vetter, judge};
use crate::cloudevents::attributes::Core;
use crate::finding::Place;
use crate::headers::HeaderList;
use crate::report::Note;
use crate::rule::Rule;
use crate::verdict::Verdict;

/// A delivery whose headers were judged and whose body is still to come.
#[must_use = "nothing is judged until the body is handed over with `close`"]
pub struct Pending {
    vetter: Vetter,
    opened: Opened,
    /// Filled where it stays, since what waits for its body goes through many hands; nobody else has it yet.
    verdict: Arc<Verdict>,
}

/// A delivery that its headers alone refuse.
#[derive(Debug)]
#[must_use = "the verdict in it is the answer to the sender"]
pub struct Rejection(Arc<Verdict>);

impl Rejection {
    /// The verdict; its decision is always to reject.
    pub fn verdict(&self) -> &Verdict {
        &self.0
    }

    /// The verdict; its decision is always to reject.
    pub fn into_verdict(self) -> Verdict {
        Arc::unwrap_or_clone(self.0)
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the headers alone refuse the delivery with status {}", self.0.status())?;
        match self.0.findings().iter().find(|finding| finding.rejects()) {
            Some(finding) => write!(f, ": {finding:?}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Rejection {}

impl Pending {
    pub(super) fn open<'h>(vetter: &Vetter, list: &impl HeaderList<'h>, now: u64) -> Result<Self, Rejection> {
        let settings = &vetter.settings;
        let mut verdict = judge::blank(settings);
        let opened = headers::open(settings, list, now, &mut verdict);
        if opened.report.rejecting_class().is_some() {
            judge::headers_only(settings, opened, &mut verdict);
            return Err(Rejection(Arc::new(verdict)));
        }
        Ok(Self { vetter: vetter.clone(), opened, verdict: Arc::new(verdict) })
    }

    /// Judges the body, and with it the delivery.
    pub fn close(self, body: &[u8]) -> Verdict {
        Arc::unwrap_or_clone(self.close_shared(body))
    }

    /// The same for a verdict that is going to be shared: it stays where it is.
    pub fn close_shared(self, body: &[u8]) -> Arc<Verdict> {
        self.conclude(|vetter, opened, verdict| judge::with_body(&vetter.settings, opened, body, verdict))
    }

    /// Refuses the delivery because its body is larger than [`max_body`](Self::max_body), for receivers that stop reading
    /// there instead of having all of it.
    pub fn close_too_large(self) -> Verdict {
        let verdict = self.conclude(|vetter, opened, verdict| judge::too_large(&vetter.settings, opened, verdict));
        Arc::unwrap_or_clone(verdict)
    }

    /// Refuses the delivery because its body was not received to its end.
    pub fn close_incomplete(self) -> Verdict {
        self.refuse(Rule::HttpIncomplete, "the body was not received to its end")
    }

    /// Refuses the delivery because its body cannot be decoded from the content coding that it came under.
    pub fn close_undecodable(self) -> Verdict {
        let message =
            "the content coding is damaged or not the one that Content-Encoding names; the body cannot be decoded";
        self.refuse(Rule::HttpDecoding, message)
    }

    /// Refuses the delivery because its body did not arrive in time.
    pub fn close_timed_out(self) -> Verdict {
        self.refuse(Rule::HttpTimeout, "the body did not arrive in time")
    }

    /// The largest body that is taken, in bytes.
    #[must_use]
    pub fn max_body(&self) -> usize {
        self.vetter.max_body()
    }

    fn refuse(self, rule: Rule, message: &'static str) -> Verdict {
        let note = Note::new(rule, Place::body(), message);
        let verdict =
            self.conclude(|vetter, opened, verdict| judge::without_body(&vetter.settings, opened, note, verdict));
        Arc::unwrap_or_clone(verdict)
    }

    fn conclude(self, conclude: impl FnOnce(&Vetter, Opened, &mut Verdict)) -> Arc<Verdict> {
        let Self { vetter, opened, mut verdict } = self;
        conclude(&vetter, opened, Arc::make_mut(&mut verdict));
        verdict
    }
}

impl fmt::Debug for Pending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let has_type = self.verdict.context.attributes.is_set(Core::Type);
        f.debug_struct("Pending")
            .field("shape", &self.opened.shape)
            .field("has_type", &has_type)
            .finish_non_exhaustive()
    }
}
