//! One check of a verification, and the event that reports one.
//!
//! Source: Dataspike verification pages; the vendor's SDKs, 2023 and 2024. `DOCVER_CHECKS` is in no document: its
//! members are those that the vendor's own Telegram bot reads (2024-01).

use serde_json::{Number, Value};

use super::verification::DocumentType;
use super::{ApplicantId, VerificationId};
use crate::members::payload;
use crate::text::words;
use crate::{Extra, ReadError};

payload! {
    /// Outcome of one check.
    pub struct Check {
        /// How the check stands; missing in one page's sample, and then unknown.
        status: CheckStatus = "status",
        /// What went wrong. One table spells it `erros`.
        errors: Vec<CheckError> = "errors" | "erros",
        /// Always empty where it is shown; older samples only.
        warnings: Vec<Value> = "warnings",
        /// Documents that are still wanted.
        pending_documents: Vec<DocumentType> = "pending_documents",
        /// What the check extracted; an empty list stands for nothing.
        data: Value = "data" via Something,
    }

    /// A reason for which a check failed.
    pub struct CheckError {
        /// The number to go by; its range tells the kind.
        code: i64 = "code" via Integer,
        /// The same in words, for people.
        message: String = "message",
    }

    /// One check got a result: the payload of `DOCVER_CHECKS`. Never the end of a verification.
    pub struct DocverChecks {
        /// The verification.
        verification_id: VerificationId = "verification_id" [required],
        /// Who is verified.
        applicant_id: ApplicantId = "applicant_id" [required],
        /// The integrator's own id of the applicant.
        external_id: String = "external_id",
        /// The check's name, such as `liveness`; an open list.
        step: String = "step" [required],
        /// The check's outcome.
        result: Check = "result" [with = "Check"],
    }

    /// The machine-readable zone of a document, as read from the image and perhaps misread.
    pub struct Mrz {
        /// `P`, or a word.
        document_type: String = "document_type" | "documentType",
        /// Document number.
        doc_number: String = "doc_number" | "docNumber",
        /// Given name.
        name: String = "name",
        /// Family name.
        surname: String = "surname",
        /// Issuing country, as three letters, two letters or a word.
        country: String = "country",
        /// Nationality.
        nationality: String = "nationality",
        /// Sex, mostly `M` or `F`.
        sex: String = "sex",
        /// Birth date, `YYMMDD`.
        birth_date: String = "birth_date" | "birthDate",
        /// Last day of validity, `YYMMDD`.
        expiry_date: String = "expiry_date" | "expiryDate",
    }

    /// What the liveness check measured.
    pub struct Liveness {
        /// The result as a code.
        liveness_code: String = "liveness_code",
        /// How sure it is.
        liveness_score: Number = "liveness_score",
    }
}

words! {
    /// How a check stands.
    pub enum CheckStatus {
        /// Passed.
        Verified = "verified",
        /// Not passed.
        Failed = "failed",
        /// Being done.
        InProgress = "in_progress",
        /// Waiting for documents.
        Pending = "pending",
    }
}

impl Check {
    /// The data of a `document_mrz` check, also where it is wrapped into a member `mrz`.
    ///
    /// # Errors
    /// [`ReadError`] where the data is something else.
    pub fn mrz(&self) -> Result<Option<Mrz>, ReadError> {
        self.data.as_ref().map(|data| read(data.get("mrz").unwrap_or(data))).transpose()
    }

    /// The data of a `liveness` check.
    ///
    /// # Errors
    /// [`ReadError`] where the data is something else.
    pub fn liveness(&self) -> Result<Option<Liveness>, ReadError> {
        self.data.as_ref().map(read).transpose()
    }

    /// The data's members, where it is an object.
    pub fn data_members(&self) -> Option<&Extra> {
        self.data.as_ref().and_then(Value::as_object)
    }
}

fn read<'a, T: serde::Deserialize<'a>>(value: &'a Value) -> Result<T, ReadError> {
    Ok(T::deserialize(value)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machine_readable_zone_is_found_in_every_form() {
        for data in [r#"{"doc_number":"X1"}"#, r#"{"docNumber":"X1"}"#, r#"{"mrz":{"doc_number":"X1"}}"#] {
            let check: Check = serde_json::from_str(&format!(r#"{{"data":{data}}}"#)).unwrap();
            assert_eq!(check.mrz().unwrap().unwrap().doc_number.as_deref(), Some("X1"), "{data}");
        }
        let check: Check = serde_json::from_str(r#"{"data":[]}"#).unwrap();
        assert_eq!(check.mrz(), Ok(None));
        let check: Check = serde_json::from_str(r#"{"data":["Jane"]}"#).unwrap();
        assert!(check.mrz().is_err());
    }

    #[test]
    fn errors_win_over_their_misspelling() {
        let read = |text: &str| serde_json::from_str::<Check>(text).unwrap().errors.unwrap();
        assert_eq!(read(r#"{"erros":[{"code":7002}]}"#)[0].code, Some(7002));
        assert!(read(r#"{"erros":[{"code":7002}],"errors":[]}"#).is_empty());
    }
}
