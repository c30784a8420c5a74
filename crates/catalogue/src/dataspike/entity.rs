//! A match of a search: a person, organisation or thing on a list.
//!
//! Source: docs.dataspike.io, AML screening; the vendor's Python and JavaScript SDKs, 2023 and 2024.

use serde_json::Number;

use super::Integer;
use super::entity_fields::EntityFields;
use crate::members::payload;
use crate::text::words;

payload! {
    /// One match. Only the reference marks more than `uuid` as always there.
    pub struct EntityRecord {
        /// The entity.
        uuid: String = "uuid" [required],
        /// What it is.
        entity_type: EntityType = "type",
        /// A remark, free text.
        annotation: String = "annotation",
        /// Why it is listed.
        tags: Vec<Tag> = "tags",
        /// How risky it is.
        risk_score: RiskScore = "risk_score",
        /// How important it is, a fraction in the samples.
        importance_score: Number = "importance_score",
        /// When the record last changed, in seconds since 1970; some sources have it in `fields`.
        updated_at: Integer = "updated_at",
        /// What is known about it.
        fields: EntityFields = "fields",
        /// How well it matches what was searched for.
        search_metadata: SearchMetadata = "search_metadata",
    }

    /// How well a match fits the search.
    pub struct SearchMetadata {
        /// The name that fits best.
        best_match_name: String = "best_match_name",
        /// How well the name fits, in percent.
        name_match_percentage: Number = "name_match_percentage",
        /// How well the name fits.
        name_match_level: MatchLevel = "name_match_level" [with = "Option<String>"],
        /// How well all of it fits.
        general_match_level: MatchLevel = "general_match_level" [with = "Option<String>"],
        /// Whether the birth date fits.
        date_of_birth_matched: FieldMatch = "date_of_birth_matched" [with = "Option<String>"],
        /// Whether the country fits.
        country_matched: FieldMatch = "country_matched" [with = "Option<String>"],
        /// Whether the gender fits.
        gender_matched: FieldMatch = "gender_matched" [with = "Option<String>"],
    }

    /// A span of days: a date or a date with time, at either end or both.
    pub struct DateRange {
        /// First day.
        gte: String = "gte",
        /// Last day.
        lte: String = "lte",
    }
}

words! {
    /// Level of risk.
    pub enum RiskScore {
        /// Low.
        Low = "Low",
        /// Medium.
        Medium = "Medium",
        /// High.
        High = "High",
        /// Not known.
        UnknownScore = "UnknownScore",
        /// Nothing was found.
        NoMatches = "noMatches",
    }

    /// Why an entity is listed.
    pub enum Tag {
        /// Finance.
        Finance = "Finance",
        /// Legal.
        Legal = "Legal",
        /// Terrorism.
        Terrorism = "Terrorism",
        /// Crime.
        Criminal = "Criminal",
        /// Politically exposed person.
        Pep = "PEP",
        /// Media.
        Media = "Media",
        /// Social networks.
        Social = "Social",
        /// Sanctions.
        Sanctions = "Sanctions",
        /// A source that is not official.
        UnofficialSource = "UnofficialSource",
        /// Leaked documents.
        Leaks = "Leaks",
        /// A register of companies.
        CompanyRegistry = "CompanyRegistry",
        /// Associated with a listed entity.
        Associate = "Associate",
        /// Excluded from public contracts.
        Debarred = "Debarred",
        /// Of public interest.
        PublicInterest = "PublicInterest",
        /// Warned of by a regulator.
        RegulatoryWarning = "RegulatoryWarning",
        /// Not known, in the JavaScript SDK's spelling.
        UnknownTag = "UnknownTag",
        /// Not known, in the Python SDK's spelling.
        Unknown = "Unknown",
    }

    /// Kind of an entity.
    pub enum EntityType {
        /// A person.
        Person = "Person",
        /// An organisation.
        Organization = "Organization",
        /// A country.
        Country = "Country",
        /// A ship.
        Vessel = "Vessel",
        /// An aircraft.
        Aircraft = "Aircraft",
        /// A wallet for crypto-assets.
        CryptoWallet = "CryptoWallet",
    }

    /// How well something fits.
    pub enum MatchLevel {
        /// Not at all.
        ZeroMatch = "ZERO_MATCH",
        /// Too little is known.
        NotEnoughData = "NOT_ENOUGH_DATA",
        /// A little.
        Low = "LOW",
        /// Somewhat.
        Medium = "MEDIUM",
        /// Well.
        High = "HIGH",
        /// Wholly.
        FullMatch = "FULL_MATCH",
    }

    /// Whether one field fits.
    pub enum FieldMatch {
        /// The search did not ask.
        FilterNotSet = "FILTER_NOT_SET",
        /// It does not.
        NoMatch = "NO_MATCH",
        /// It does.
        Match = "MATCH",
        /// In part.
        PartialMatch = "PARTIAL_MATCH",
    }
}
