//! A span for each delivery, and an event with its verdict: feature `tracing`.
//!
//! Fields are words that this project chose and numbers, and nothing that a sender wrote: a type that no document lists is `other`.

/// The span of a delivery. Without the feature `tracing` it is nothing at all, and costs nothing.
///
/// Its name is `delivery`, its target `hookvet`, its fields are `vendor`, and once there is a verdict `type`, `mode`, `decision`,
/// `disposition`, `status`, `rules` and `micros`. An event with the same fields is in it: on the level debug for an accepted delivery
/// without findings, info for one with findings, warn for a refused one, error for one that could not be kept.
#[derive(Clone, Debug)]
pub struct DeliverySpan {
    #[cfg(feature = "tracing")]
    span: tracing::Span,
}

/// The span of a delivery is entered as long as this lives.
#[derive(Debug)]
#[must_use = "the span is left where this is dropped"]
pub struct InsideSpan<'s> {
    #[cfg(feature = "tracing")]
    _entered: tracing::span::Entered<'s>,
    #[cfg(not(feature = "tracing"))]
    span: std::marker::PhantomData<&'s DeliverySpan>,
}

#[cfg(feature = "tracing")]
mod with_tracing {
    use hookvet::Vendor;
    use tracing::field::Empty;
    use tracing::{Level, Span, debug, error, info, span, warn};

    use super::{DeliverySpan, InsideSpan};
    use crate::label;
    use crate::observe::{Disposition, Observation};

    impl DeliverySpan {
        pub(crate) fn start(vendor: Vendor) -> Self {
            let span = span!(
                target: "hookvet",
                Level::INFO,
                "delivery",
                vendor = vendor.as_str(),
                "type" = Empty,
                mode = Empty,
                decision = Empty,
                disposition = Empty,
                status = Empty,
                rules = Empty,
                micros = Empty,
            );
            Self { span }
        }

        /// Whether somebody listens, so that times are to be measured.
        pub(crate) fn is_enabled(&self) -> bool {
            !self.span.is_disabled()
        }

        /// Enters the span until what this gives is dropped. It must not be kept while something is waited for.
        pub fn enter(&self) -> InsideSpan<'_> {
            InsideSpan { _entered: self.span.enter() }
        }

        /// Runs `work` inside the span.
        pub fn in_scope<R>(&self, work: impl FnOnce() -> R) -> R {
            self.span.in_scope(work)
        }

        pub(crate) fn tell(&self, seen: &Observation<'_>) {
            let verdict = seen.verdict;
            let event_type = verdict.type_label();
            let mode = verdict.mode().as_str();
            let decision = verdict.decision().as_str();
            let disposition = seen.disposition.as_str();
            let status = verdict.status();
            let rules = label::rules(verdict);
            let rules = rules.as_str();
            let micros = seen.timings.map(|timings| u64::try_from(timings.own().as_micros()).unwrap_or(u64::MAX));
            self.record(event_type, mode, decision, disposition, status, rules, micros);
            let vendor = verdict.vendor().as_str();
            macro_rules! event {
                ($level:ident, $message:literal) => {
                    $level!(
                        target: "hookvet",
                        parent: &self.span,
                        vendor,
                        "type" = event_type,
                        mode,
                        decision,
                        disposition,
                        status,
                        rules,
                        micros,
                        $message
                    )
                };
            }
            match seen.disposition {
                Disposition::NotStored => event!(error, "a refused delivery could not be kept"),
                Disposition::Delivered if rules.is_empty() => event!(debug, "a delivery is accepted"),
                Disposition::Delivered => event!(info, "a delivery is accepted with findings"),
                _ => event!(warn, "a delivery is refused"),
            }
        }

        #[expect(clippy::too_many_arguments, reason = "one for each field")]
        fn record(
            &self,
            event_type: &str,
            mode: &str,
            decision: &str,
            disposition: &str,
            status: u16,
            rules: &str,
            micros: Option<u64>,
        ) {
            let span: &Span = &self.span;
            span.record("type", event_type).record("mode", mode).record("decision", decision);
            span.record("disposition", disposition).record("status", status).record("rules", rules);
            if let Some(micros) = micros {
                span.record("micros", micros);
            }
        }
    }
}

#[cfg(not(feature = "tracing"))]
impl DeliverySpan {
    pub(crate) const fn start(_: hookvet::Vendor) -> Self {
        Self {}
    }

    #[expect(clippy::unused_self, reason = "the same shape as the span that is one")]
    pub(crate) const fn is_enabled(&self) -> bool {
        false
    }

    /// Enters nothing.
    pub const fn enter(&self) -> InsideSpan<'_> {
        InsideSpan { span: std::marker::PhantomData }
    }

    /// Runs `work`.
    pub fn in_scope<R>(&self, work: impl FnOnce() -> R) -> R {
        work()
    }

    #[expect(clippy::unused_self, reason = "the same shape as the span that is one")]
    pub(crate) const fn tell(&self, _: &crate::observe::Observation<'_>) {}
}
