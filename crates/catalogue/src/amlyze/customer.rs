//! A customer's data changed.

use super::{CustomerId, RiskLevel};
use crate::Timestamp;
use crate::members::payload;
use crate::text::words;

payload! {
    /// New flags, risk level or status of a customer: `com.amlyze.customer.updated`.
    ///
    /// A patch: a member that is missing says nothing about the customer. Source: AMLYZE integration documentation,
    /// customer update webhooks, 2024-12; the examples of 2023-11 have neither an id nor a time in the data.
    pub struct CustomerUpdated {
        ..{
            /// Findings, as far as they are known.
            flags: Flags,
        }
        /// The customer, by the integrator's own id; the same as the event's subject.
        customer_external_id: CustomerId = "customerExternalID" ~ "customerExternalId",
        /// The customer's risk level.
        risk_level: RiskLevel = "riskLevel",
        /// The customer's status.
        status: CustomerStatus = "status",
        /// When the customer was updated. The documents' tables spell it so, their examples `updateAt`.
        updated_at: Timestamp = "updatedAt" | "updateAt",
    }

    /// Findings of the four lists. On a completed screening the finding of the list that was searched.
    pub part Flags {
        /// Whether the subject is on a sanctions list.
        sanctioned: bool = "sanctioned" via Flag,
        /// Whether the subject is a politically exposed person.
        pep: bool = "pep" via Flag,
        /// Whether the subject appears in adverse media.
        in_adverse_media: bool = "inAdverseMedia" via Flag,
        /// Whether the subject is on the tenant's internal list.
        in_internal_list: bool = "inInternalList" via Flag,
    }
}

words! {
    /// Status of a customer.
    pub enum CustomerStatus {
        /// Accepted, and in business.
        Active = "ACTIVE",
        /// Not decided yet.
        Pending = "PENDING",
        /// Turned down.
        Rejected = "REJECTED",
        /// Put on hold.
        Suspended = "SUSPENDED",
        /// No longer a customer.
        Closed = "CLOSED",
    }
}
