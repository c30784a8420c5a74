//! Counters and histograms through the `metrics` facade.
//!
//! Every label is a word of a bounded set: vendors, documented types (all others fold into `other`), rules. Nothing that a sender
//! wrote can become one. Source of the form of the names: OpenMetrics 1.0, "Metric naming conventions".

use ::metrics::{SharedString, Unit, counter, describe_counter, describe_histogram, histogram};
use hookvet::{Severity, Verdict};

use crate::label::{deciding_rule, findings};
use crate::observe::{Observation, Observer};

const DELIVERIES: &str = "hookvet_deliveries_total";
const REFUSALS: &str = "hookvet_refusals_total";
const FINDINGS: &str = "hookvet_findings_total";
const DRIFT: &str = "hookvet_drift_total";
const BODY: &str = "hookvet_body_bytes";
const VERDICT: &str = "hookvet_verdict_seconds";
const WAIT: &str = "hookvet_body_wait_seconds";

/// Counts deliveries through the `metrics` facade, whichever recorder the program has installed.
///
/// | name | kind | labels | what |
/// |---|---|---|---|
/// | `hookvet_deliveries_total` | counter | `vendor`, `type`, `decision`, `disposition` | every delivery |
/// | `hookvet_refusals_total` | counter | `vendor`, `type`, `rule` | refused deliveries, by the rule that decided |
/// | `hookvet_findings_total` | counter | `vendor`, `rule`, `severity` | every finding, of accepted deliveries too |
/// | `hookvet_drift_total` | counter | `vendor`, `type`, `rule` | findings where a payload departs from the vendor's documents |
/// | `hookvet_body_bytes` | histogram | `vendor` | length of the bodies that were read whole |
/// | `hookvet_verdict_seconds` | histogram | `vendor` | time that the judgement took, without waiting for the body |
/// | `hookvet_body_wait_seconds` | histogram | `vendor` | time that the body was waited for |
///
/// `type` is a documented name, one of [`types`](Self::types), `other`, `batch`, or `none` where no event could be made out.
///
/// # Example
/// ```
/// use hookvet::Vetter;
/// use hookvet_receiver::{Metrics, Receiver};
///
/// // After the program's recorder is installed.
/// let receiver = Receiver::new(Vetter::amlyze().build()?).observer(Metrics::new());
/// # Ok::<(), hookvet::BuildError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Metrics {
    own_types: Vec<String>,
}

impl Metrics {
    /// Every name that is exported.
    pub const NAMES: [&'static str; 7] = [DELIVERIES, REFUSALS, FINDINGS, DRIFT, BODY, VERDICT, WAIT];

    /// Describes the metrics to the recorder that is installed by now.
    #[must_use]
    pub fn new() -> Self {
        describe_counter!(DELIVERIES, Unit::Count, "Deliveries that were judged");
        describe_counter!(REFUSALS, Unit::Count, "Refused deliveries, by the rule that decided");
        describe_counter!(FINDINGS, Unit::Count, "Findings, those of accepted deliveries too");
        describe_counter!(DRIFT, Unit::Count, "Findings where a payload departs from the vendor's documents");
        describe_histogram!(BODY, Unit::Bytes, "Length of the bodies that were read whole");
        describe_histogram!(VERDICT, Unit::Seconds, "Time that the judgement took, without waiting for the body");
        describe_histogram!(WAIT, Unit::Seconds, "Time that the body was waited for");
        Self::default()
    }

    /// Types of your own that `type` may name besides the documented ones: those of your own CloudEvents sources. Few, since each
    /// is a time series.
    #[must_use]
    pub fn types<T: Into<String>>(mut self, types: impl IntoIterator<Item = T>) -> Self {
        self.own_types.extend(types.into_iter().map(Into::into));
        self
    }

    fn event_type(&self, verdict: &Verdict) -> SharedString {
        let unknown = verdict.event().filter(|event| event.info().is_none());
        let own = unknown.and_then(|event| self.own_types.iter().find(|name| *name == event.event_type()));
        own.map_or(SharedString::from(verdict.type_label()), |name| name.clone().into())
    }
}

impl Observer for Metrics {
    fn observe(&self, observation: &Observation<'_>) {
        let verdict = observation.verdict;
        let vendor = verdict.vendor().as_str();
        let event_type = self.event_type(verdict);
        counter!(
            DELIVERIES,
            "vendor" => vendor,
            "type" => event_type.clone(),
            "decision" => verdict.decision().as_str(),
            "disposition" => observation.disposition.as_str(),
        )
        .increment(1);
        if let Some(rule) = deciding_rule(verdict) {
            counter!(REFUSALS, "vendor" => vendor, "type" => event_type.clone(), "rule" => rule.id()).increment(1);
        }
        for finding in findings(verdict) {
            let severity = finding.severity.as_str();
            counter!(FINDINGS, "vendor" => vendor, "rule" => finding.rule.id(), "severity" => severity).increment(1);
            if finding.severity == Severity::Drift {
                counter!(DRIFT, "vendor" => vendor, "type" => event_type.clone(), "rule" => finding.rule.id())
                    .increment(1);
            }
        }
        if let Some(timings) = observation.timings {
            histogram!(VERDICT, "vendor" => vendor).record(timings.own().as_secs_f64());
        }
        if observation.is_whole {
            // Lengths are far below 2^52.
            #[expect(clippy::cast_precision_loss, reason = "no body is that long")]
            histogram!(BODY, "vendor" => vendor).record(observation.body_bytes as f64);
            if let Some(timings) = observation.timings {
                histogram!(WAIT, "vendor" => vendor).record(timings.body.as_secs_f64());
            }
        }
    }
}
