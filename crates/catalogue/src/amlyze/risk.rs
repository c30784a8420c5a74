//! Risk scoring of customers and leads, monitoring of operations, retrospective monitoring.
//!
//! Apart from the retrospective event none of these names its customer, lead or operation in the data: the event's
//! subject is the only place. Source: AMLYZE integration documentation, risk management webhooks, 2024-12;
//! `assessmentGuid` from pages of 2025.

use super::CustomerId;
use crate::Timestamp;
use crate::members::payload;
use crate::text::words;

payload! {
    /// A case was opened and waits for a person: KYC scoring or operation monitoring, `….pending`.
    pub struct RiskPending {
        /// The assessment in AMLYZE; newer tenants only.
        assessment_guid: String = "assessmentGuid" [extend("maxLength" = 255)],
        /// The level that the evaluation computed, before any decision.
        initial_risk_level: RiskLevel = "initialRiskLevel" [with = "RiskLevel"],
    }

    /// A decision was taken: customer KYC scoring that waits for the approval date, lead KYC scoring and operation
    /// monitoring that ended.
    pub struct RiskDecided {
        /// The assessment in AMLYZE; newer tenants only.
        assessment_guid: String = "assessmentGuid" [extend("maxLength" = 255)],
        /// The level that the evaluation computed, before any decision.
        initial_risk_level: RiskLevel = "initialRiskLevel" [with = "RiskLevel"],
        /// The level after the decision.
        final_risk_level: RiskLevel = "finalRiskLevel" [with = "RiskLevel"],
        /// What was decided.
        decision_type: DecisionType = "decisionType" via Trimmed [with = "DecisionType"],
        /// Why, as a code of the tenant's classifier; absent when the system decided alone.
        decision_ground_code: String = "decisionGroundCode" via Code [extend("maxLength" = 255)],
    }

    /// The KYC scoring of a customer ended: `app.amlyze.customer.riskmanagement.kyc_scoring.completed`.
    pub struct KycCompleted {
        /// The assessment in AMLYZE; newer tenants only.
        assessment_guid: String = "assessmentGuid" [extend("maxLength" = 255)],
        /// The level that the evaluation computed, before any decision.
        initial_risk_level: RiskLevel = "initialRiskLevel" [with = "RiskLevel"],
        /// The level after the decision.
        final_risk_level: RiskLevel = "finalRiskLevel" [with = "RiskLevel"],
        /// What was decided.
        decision_type: DecisionType = "decisionType" via Trimmed [with = "DecisionType"],
        /// Why, as a code of the tenant's classifier; absent when the system decided alone.
        decision_ground_code: String = "decisionGroundCode" via Code [extend("maxLength" = 255)],
        /// The approval date, as an instant that stands for it; sent the first time it is set.
        approved_at: Timestamp = "approvedAt",
    }

    /// A person closed a retrospective case: `com.amlyze.customer.riskmanagement.retrospective.completed`.
    ///
    /// Source: AMLYZE site, customer retrospective completed; it marks nothing as required.
    pub struct RetrospectiveCompleted {
        /// The assessment in AMLYZE.
        assessment_guid: String = "assessmentGuid",
        /// The customer, by the integrator's own id.
        customer_external_id: CustomerId = "customerExternalId" ~ "customerExternalId",
        /// The level before the decision.
        initial_risk_level: RiskLevel = "initialRiskLevel",
        /// The level after the decision.
        final_risk_level: RiskLevel = "finalRiskLevel",
        /// What was decided.
        decision_type: RetrospectiveDecision = "decisionType" via Trimmed,
        /// Why, as a code of the tenant's classifier.
        decision_ground_code: String = "decisionGroundCode" via Code,
    }
}

words! {
    /// How risky a customer, lead or operation is.
    pub enum RiskLevel {
        /// No risk, or none computed.
        None = "NONE",
        /// Low risk.
        Low = "LOW",
        /// Medium risk.
        Medium = "MEDIUM",
        /// High risk.
        High = "HIGH",
        /// Beyond high.
        Extreme = "EXTREME",
    }

    /// Outcome of a scoring or of monitoring.
    pub enum DecisionType {
        /// Let in, or let pass.
        Accepted = "ACCEPTED",
        /// Turned down.
        Rejected = "REJECTED",
    }

    /// Outcome of a retrospective case.
    ///
    /// The vendor calls it a list without giving one: two words are seen in examples, one of them behind a space, which
    /// is taken off when reading. The two words of the other decisions are accepted here as well.
    pub enum RetrospectiveDecision {
        /// The behaviour is suspicious.
        Suspicious = "SUSPICIOUS",
        /// The behaviour is not suspicious.
        NonSuspicious = "NON_SUSPICIOUS",
        /// As in [`DecisionType`].
        Accepted = "ACCEPTED",
        /// As in [`DecisionType`].
        Rejected = "REJECTED",
    }
}
