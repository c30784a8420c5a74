//! What is known about a matched entity.
//!
//! Source: docs.dataspike.io, AML screening; the vendor's Python and JavaScript SDKs, 2023 and 2024. Where an SDK knows
//! only one object and the others a list, one object is read as a list of one.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Number, Value};

use super::Integer;
use super::entity::{DateRange, RiskScore, Tag};
use crate::members::payload;

payload! {
    /// Everything known about an entity. The reference marks the names as always there; no other source does.
    pub struct EntityFields {
        /// Names.
        names: Vec<PersonName> = "names",
        /// Lists that have the entity.
        sources: Vec<Source> = "sources",
        /// Articles about it.
        media: Vec<Media> = "media" via OneOrMany,
        /// Pictures.
        images: Vec<Image> = "images",
        /// Addresses on networks.
        contact_info: Vec<ContactInfo> = "contact_info" via OneOrMany,
        /// Registration numbers.
        registration_ids: Vec<RegistrationId> = "registration_ids",
        /// Addresses.
        addresses: Vec<Place> = "addresses",
        /// Genders.
        genders: Vec<String> = "genders",
        /// Birth dates.
        dates_of_birth: Vec<DateRange> = "dates_of_birth",
        /// Places of birth.
        places_of_birth: Vec<Place> = "places_of_birth",
        /// Dates of death.
        dates_of_death: Vec<DateRange> = "dates_of_death",
        /// Places of death.
        places_of_death: Vec<Place> = "places_of_death",
        /// Citizenships: country codes, or words.
        citizenships: Vec<String> = "citizenships",
        /// Nationalities: country codes, or words.
        nationalities: Vec<String> = "nationalities",
        /// Political offices.
        political_roles: Vec<PoliticalRole> = "political_roles",
        /// Occupations.
        occupations: Vec<Occupation> = "occupations",
        /// Companies that it has to do with.
        companies_and_enterprises: Vec<Company> = "companies_and_enterprises",
        /// Who owns it or benefits.
        owners_and_beneficiaries: Vec<Company> = "owners_and_beneficiaries",
        /// Relatives and associates.
        associates: Vec<Associate> = "associates",
        /// When the record last changed, in seconds since 1970; some sources have it beside `fields`.
        updated_at: Integer = "updated_at",
    }

    /// A name.
    pub struct PersonName {
        /// The whole name, the only one that is always there.
        full_name: String = "full_name",
        /// First name.
        first_name: String = "first_name",
        /// Last name.
        last_name: String = "last_name",
        /// Middle name.
        middle_name: String = "middle_name",
        /// Language.
        lang: String = "lang",
    }

    /// A list that has the entity.
    pub struct Source {
        /// The list's name in the catalogue of lists, such as `US_SAM_EXCLUSIONS`; open.
        source_id: String = "source_id",
        /// The list's name.
        name: String = "name",
        /// Why the entity is on it.
        reason: String = "reason",
        /// The same in a few words.
        summary: String = "summary",
        /// Where the entry is.
        source_url: String = "source_url",
        /// How risky that makes it.
        risk_score: RiskScore = "risk_score",
        /// What kind of list it is.
        tags: Vec<Tag> = "tags",
    }

    /// An article about the entity.
    pub struct Media {
        /// Who published it.
        source_name: String = "source_name",
        /// Where it is.
        source_url: String = "source_url",
        /// Its headline.
        headline: String = "headline",
        /// What it says.
        summary: String = "summary",
        /// When it was published.
        published_at: PublishedAt = "published_at",
        /// How risky that makes the entity.
        risk_score: RiskScore = "risk_score",
        /// How important it is.
        importance_score: Number = "importance_score",
        /// Whether it speaks well or badly.
        sentiment: Number = "sentiment",
        /// What it is about.
        tags: Vec<Tag> = "tags",
        /// Countries that it is about.
        country_codes: Vec<String> = "country_codes",
    }

    /// A picture.
    pub struct Image {
        /// What it shows.
        description: String = "description",
        /// Where it is.
        url: String = "url",
    }

    /// Addresses on networks.
    pub struct ContactInfo {
        /// E-mail addresses.
        emails: Vec<String> = "emails",
        /// Telephone numbers.
        phones: Vec<String> = "phones",
        /// Web sites.
        websites: Vec<String> = "websites",
    }

    /// A registration.
    pub struct RegistrationId {
        /// The number.
        id: String = "id",
        /// What kind of number.
        id_type: String = "id_type",
        /// Since when, `YYYY-MM-DD`.
        date: String = "date",
        /// Industry.
        industry: String = "industry",
        /// Country.
        country: String = "country",
    }

    /// A place or address.
    pub struct Place {
        /// Country.
        country: String = "country",
        /// Region.
        region: String = "region",
        /// City.
        city: String = "city",
        /// Postal code.
        postal_code: String = "postal_code",
        /// Street and house, or all of it.
        address: String = "address",
    }

    /// A political office.
    pub struct PoliticalRole {
        /// The office.
        role: String = "role",
        /// Its country.
        country: String = "country",
    }

    /// An occupation.
    pub struct Occupation {
        /// What it is.
        occupation: String = "occupation",
        /// Its country.
        country: String = "country",
    }

    /// A company that the entity has to do with, or somebody who owns the entity.
    pub struct Company {
        /// The name.
        name: String = "name",
        /// The other entity, where it is listed too. The Python SDK calls it `ref`.
        reference: String = "reference" | "ref",
        /// Which part it plays.
        role: String = "role",
        /// Country.
        country: String = "country",
        /// Since when.
        start_date: DateRange = "start_date",
        /// Until when.
        end_date: DateRange = "end_date",
        /// What is owned, in money.
        ownership_value: String = "ownership_value",
        /// What is owned, in percent.
        ownership_percentage: String = "ownership_percentage",
        /// Currency of the value.
        currency: String = "currency",
        /// The list that says so.
        additional_source: Source = "additional_source",
    }

    /// A relative or associate.
    pub struct Associate {
        /// The other entity.
        uuid: String = "uuid",
        /// Its name.
        name: String = "name",
        /// Since when.
        start_date: Value = "start_date",
        /// Until when.
        end_date: Value = "end_date",
        /// What they are to each other.
        relationship: String = "relationship",
        /// Whether they are relatives.
        is_relative: bool = "is_relative",
    }
}

/// When an article was published: seconds since 1970 as documented, or text as the JavaScript SDK has it.
#[non_exhaustive]
#[derive(Clone, Eq, PartialEq)]
pub enum PublishedAt {
    /// Seconds since 1970.
    Seconds(Integer),
    /// Text, in the JavaScript SDK.
    Text(String),
}

impl std::fmt::Debug for PublishedAt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PublishedAt(..)")
    }
}

impl Serialize for PublishedAt {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            PublishedAt::Seconds(seconds) => seconds.serialize(serializer),
            PublishedAt::Text(text) => serializer.serialize_str(text),
        }
    }
}

impl<'de> Deserialize<'de> for PublishedAt {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(text) => Ok(PublishedAt::Text(text)),
            other => Integer::deserialize(other).map(PublishedAt::Seconds).map_err(serde::de::Error::custom),
        }
    }
}

#[cfg(feature = "schemas")]
impl schemars::JsonSchema for PublishedAt {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "PublishedAt".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "integer" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_object_stands_for_a_list_of_one() {
        let fields: EntityFields =
            serde_json::from_str(r#"{"contact_info":{"emails":["a@example.org"]},"media":[{"published_at":"2020"}]}"#)
                .unwrap();
        assert_eq!(fields.contact_info.unwrap().len(), 1);
        assert_eq!(fields.media.unwrap()[0].published_at, Some(PublishedAt::Text("2020".to_owned())));
    }

    #[test]
    fn both_names_of_a_company_reference_are_read() {
        for text in [r#"{"ref":"r"}"#, r#"{"reference":"r"}"#] {
            let company: Company = serde_json::from_str(text).unwrap();
            assert_eq!(company.reference.as_deref(), Some("r"));
        }
    }
}
