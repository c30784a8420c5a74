//! Transaction monitoring, as the REST interface answers. No source shows the payload of `TRANSACTION_MONITORING`; it is
//! likely to use these words.
//!
//! Source: docs.dataspike.io, transaction monitoring.

use super::Integer;
use crate::Timestamp;
use crate::members::payload;
use crate::text::words;

payload! {
    /// Answer to a transaction or payment that was sent for monitoring.
    pub struct TransmonEventCreated {
        /// The monitored event.
        event_id: String = "event_id" [required],
    }

    /// Answer with the rules of monitoring.
    pub struct TransmonRules {
        /// Rules that come with the service.
        builtin_rules: Vec<TransmonRule> = "builtin_rules",
        /// Rules of the integrator's own.
        custom_rules: Vec<TransmonRule> = "custom_rules",
    }

    /// A rule of monitoring.
    pub struct TransmonRule {
        /// The rule.
        id: String = "id" [required],
        /// The integrator's organisation at Dataspike.
        organization_id: String = "organization_id",
        /// The rule's name.
        name: String = "name",
        /// Whether it is in force.
        status: TransmonRuleStatus = "status",
        /// What it is applied to.
        event_type: TransmonEventKind = "event_type",
        /// Its place among the rules.
        rank: Integer = "rank",
        /// What has to hold for it to match.
        expression: String = "expression",
        /// Short codes, such as `HI_PR`, that a match puts into the result.
        causes: Vec<String> = "causes",
        /// What a match does; `reject` is the only word seen.
        action: String = "action",
        /// When it was created.
        created_at: Timestamp = "created_at",
        /// When it last changed.
        updated_at: Timestamp = "updated_at",
    }
}

words! {
    /// Whether a rule is in force.
    pub enum TransmonRuleStatus {
        /// It is.
        Active = "active",
        /// It is not.
        Inactive = "inactive",
    }

    /// What a rule is applied to.
    pub enum TransmonEventKind {
        /// A transaction before it is made.
        TransactionPre = "transaction_pre",
        /// A transaction after it was made.
        TransactionPost = "transaction_post",
        /// A payment before it is made.
        PaymentPre = "payment_pre",
        /// A payment after it was made.
        PaymentPost = "payment_post",
    }
}
