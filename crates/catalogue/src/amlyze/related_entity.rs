//! Screening of the people and companies around a customer.
//!
//! Source: AMLYZE webhook overview, 2026-03, and integration documentation, screening webhooks, 2024-12.

use super::{CustomerId, Flags, RelatedEntityId};
use crate::Date;
use crate::members::payload;
use crate::text::words;

payload! {
    /// Who the entity is, and whose.
    pub part RelatedEntity {
        /// The customer that the entity belongs to, by the integrator's own id. Never the event's subject.
        customer_external_id: CustomerId = "customerExternalId" ~ "customerExternalId" [required],
        /// The entity, by the integrator's own id, where it has one; then the same as the event's subject.
        external_id: RelatedEntityId = "externalId",
        /// Person, organisation, or not known.
        entity_type: RelatedEntityType = "type",
        /// Birth date of a person.
        birth_date: Date = "birthDate",
        /// Date on which an organisation was established.
        establishment_date: Date = "establishmentDate",
        /// First name of a person.
        first_name: String = "firstName",
        /// Last name of a person.
        last_name: String = "lastName",
        /// Name of an organisation; in the examples also the full name of a person.
        title: String = "title",
        /// National identification or registration number; digits or letters.
        national_code: String = "nationalCode",
        /// Relation to the customer, as a code of the tenant's classifier, such as `OWNER`.
        relation_code: String = "relationCode",
        /// Citizenship of a person or registration country of an organisation, ISO 3166-1 alpha-2.
        country_code: String = "countryCode" [extend("minLength" = 2, "maxLength" = 2)],
    }

    /// A search found something that a person has to decide: `app.amlyze.related_entity.screening.….pending`.
    pub struct RelatedEntityScreeningPending {
        ..{
            /// Who was searched for.
            entity: RelatedEntity,
        }
        /// Whether the search found anything; on a pending screening only `true` makes sense.
        screening_match: bool = "screeningMatch" via Flag,
        /// The screening alert in AMLYZE; sent only when there is a match.
        screening_guid: String = "screeningGuid",
    }

    /// A screening ended: `app.amlyze.related_entity.screening.….completed`.
    pub struct RelatedEntityScreeningCompleted {
        ..{
            /// The finding of the list that was searched; absent when nothing was found.
            flags: Flags,
            /// Who was searched for.
            entity: RelatedEntity,
        }
        /// Whether the search found anything.
        screening_match: bool = "screeningMatch" via Flag [required],
        /// The screening alert in AMLYZE; sent only when there is a match.
        screening_guid: String = "screeningGuid",
    }
}

words! {
    /// Kind of a related entity.
    pub enum RelatedEntityType {
        /// A person.
        Individual = "INDIVIDUAL",
        /// A company or another body.
        Organization = "ORGANIZATION",
        /// Not known; documented since 2024-08.
        Unknown = "UNKNOWN",
    }
}
