//! One check of a verification, and the event that reports one.
//!
//! Source: Dataspike verification pages; the vendor's SDKs, 2023 and 2024. `DOCVER_CHECKS` is in no document: its
//! members are those that the vendor's own Telegram bot reads (2024-01).

use std::ops::RangeInclusive;

use serde_json::{Number, Value};

use super::verification::DocumentType;
use super::{ApplicantId, Integer, VerificationId};
use crate::members::payload;
use crate::text::words;
use crate::{Extra, ReadError};

payload! {
    /// Outcome of one check.
    pub struct Check {
        /// How the check stands; missing in one page's sample, and then unknown.
        status: CheckStatus = "status" [with = "CheckStatus"],
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
        code: Integer = "code",
        /// The same in words, for people.
        message: String = "message",
    }

    /// One check got a result: the payload of `DOCVER_CHECKS`. Never the end of a verification.
    ///
    /// Only the members that two readers of it rely on are required.
    pub struct DocverChecks {
        /// The verification.
        verification_id: VerificationId = "verification_id",
        /// Who is verified.
        applicant_id: ApplicantId = "applicant_id",
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

words! {
    /// Name of a check; an open list.
    pub enum CheckName {
        /// Machine-readable zone of a document; see [`Check::mrz`].
        DocumentMrz = "document_mrz",
        /// Text of a document; in the Python SDK only.
        DocumentOcr = "document_ocr",
        /// Face on the document against the selfie.
        FaceComparison = "face_comparison",
        /// Liveness of the person; see [`Check::liveness`].
        Liveness = "liveness",
        /// Proof of address.
        Poa = "poa",
        /// Passport; a check in the documents of 2022, as all that follow.
        Passport = "passport",
        /// Identity card.
        IdCard = "id_card",
        /// Residence permit.
        ResidencePermit = "residence_permit",
        /// Driving licence.
        DriverLicense = "driver_license",
        /// Selfie.
        Selfie = "selfie",
        /// Visa.
        Visa = "visa",
    }
}

/// What kind of fault an error code stands for, by the vendor's ranges.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum ErrorKind {
    /// A tampered or edited file.
    Tampering,
    /// The document could not be found or read.
    DocumentDetection,
    /// A field of the document.
    DataField,
    /// The machine-readable zone.
    Mrz,
    /// The document has expired.
    Expiry,
    /// Documents do not match each other.
    Mismatch,
    /// Age or birth date.
    Age,
    /// The face.
    Face,
    /// Proof of address.
    ProofOfAddress,
    /// Liveness.
    Liveness,
    /// Screening.
    Aml,
    /// The applicant is known already.
    Duplicate,
    /// The course of the verification.
    Flow,
    /// Something that the verification depends on.
    Dependency,
    /// Verification of a business.
    Kyb,
    /// The device.
    Device,
    /// The social security number.
    Ssn,
}

impl ErrorKind {
    /// The ranges of codes, ascending. Source: docs.dataspike.io, error codes.
    pub const RANGES: [(RangeInclusive<i64>, ErrorKind); 17] = [
        (500..=501, ErrorKind::Tampering),
        (1000..=1099, ErrorKind::DocumentDetection),
        (1100..=1999, ErrorKind::DataField),
        (2000..=2999, ErrorKind::Mrz),
        (3000..=3099, ErrorKind::Expiry),
        (3100..=3199, ErrorKind::Mismatch),
        (3200..=3299, ErrorKind::Age),
        (4000..=4499, ErrorKind::Face),
        (4500..=4999, ErrorKind::ProofOfAddress),
        (5000..=5499, ErrorKind::Liveness),
        (6000..=6499, ErrorKind::Aml),
        (7000..=7099, ErrorKind::Duplicate),
        (8000..=8099, ErrorKind::Flow),
        (9000..=9099, ErrorKind::Dependency),
        (9500..=9799, ErrorKind::Kyb),
        (10_000..=10_000, ErrorKind::Device),
        (11_000..=11_099, ErrorKind::Ssn),
    ];

    /// The kind of a code; `None` outside all ranges.
    pub fn of(code: i64) -> Option<Self> {
        Self::RANGES.into_iter().find(|(range, _)| range.contains(&code)).map(|(_, kind)| kind)
    }
}

impl CheckError {
    /// What kind of fault it is; `None` where the code is missing or in no known range.
    pub fn kind(&self) -> Option<ErrorKind> {
        self.code.as_ref().and_then(Integer::as_i64).and_then(ErrorKind::of)
    }
}

impl DocverChecks {
    /// Which check it is.
    pub fn check_name(&self) -> Option<CheckName> {
        self.step.as_deref().map(CheckName::from)
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
    fn a_code_tells_its_kind() {
        for (code, kind) in [
            (500, Some(ErrorKind::Tampering)),
            (1001, Some(ErrorKind::DocumentDetection)),
            (5014, Some(ErrorKind::Liveness)),
            (7000, Some(ErrorKind::Duplicate)),
            (7002, Some(ErrorKind::Duplicate)),
            (10_000, Some(ErrorKind::Device)),
            (502, None),
            (-1, None),
        ] {
            assert_eq!(ErrorKind::of(code), kind, "{code}");
        }
        assert!(ErrorKind::RANGES.windows(2).all(|pair| pair[0].0.end() < pair[1].0.start()));
    }

    #[test]
    fn a_check_is_found_by_its_name_and_an_unknown_name_is_kept() {
        let text = r#"{"checks":{"poa":{"status":"failed","errors":[{"code":4501}]}}}"#;
        let verification: super::super::Verification = serde_json::from_str(text).unwrap();
        let check = verification.check(&CheckName::Poa).unwrap();
        assert_eq!(check.errors.as_ref().unwrap()[0].kind(), Some(ErrorKind::ProofOfAddress));
        assert!(verification.check(&CheckName::Liveness).is_none());
        let single: DocverChecks = serde_json::from_str(r#"{"step":"ssn"}"#).unwrap();
        assert_eq!(single.check_name(), Some(CheckName::Other("ssn".to_owned())));
    }

    #[test]
    fn errors_win_over_their_misspelling() {
        let read = |text: &str| serde_json::from_str::<Check>(text).unwrap().errors.unwrap();
        assert_eq!(read(r#"{"erros":[{"code":7002}]}"#)[0].code, Some(7002.into()));
        assert!(read(r#"{"erros":[{"code":7002}],"errors":[]}"#).is_empty());
    }
}
