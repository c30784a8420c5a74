//! Every rule that a delivery can break: its stable id, what it says and where it comes from.

use std::fmt;
use std::str::FromStr;

use crate::finding::Severity;

/// What kind of fault a rule finds; decides the HTTP status of a refusal.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Hash)]
#[non_exhaustive]
pub enum Class {
    /// The request method cannot carry a delivery: 405.
    Method,
    /// The body is larger than the receiver takes: 413.
    TooLarge,
    /// The header section is larger than the receiver takes: 431.
    HeadersTooLarge,
    /// The format or coding is not understood: 415.
    Unsupported,
    /// The delivery does not prove who sent it: 401.
    Unauthorized,
    /// Nothing is taken from where the delivery comes from: 403.
    Forbidden,
    /// Envelope, header or JSON fault: 400.
    Malformed,
    /// The payload departs from its schema: 422.
    Schema,
    /// The body did not arrive in time: 408.
    Timeout,
    /// The sender sends too often: 429.
    TooMany,
    /// The receiver cannot keep the delivery at the moment: 503.
    Unavailable,
}

impl Class {
    /// Every class, in the order in which it wins when a delivery has faults of several.
    pub const ALL: [Self; 11] = [
        Self::Forbidden,
        Self::Method,
        Self::TooMany,
        Self::TooLarge,
        Self::HeadersTooLarge,
        Self::Unsupported,
        Self::Unauthorized,
        Self::Timeout,
        Self::Malformed,
        Self::Schema,
        Self::Unavailable,
    ];

    /// The HTTP status that a receiver answers unless configured otherwise.
    ///
    /// Source: CloudEvents HTTP webhook 1.0.2 §2.2 for 415 and 429, RFC 9110 §15.5 for the rest; 422 for a payload is
    /// this project's choice.
    #[must_use]
    pub const fn default_status(self) -> u16 {
        match self {
            Self::Method => 405,
            Self::TooLarge => 413,
            Self::HeadersTooLarge => 431,
            Self::Unsupported => 415,
            Self::Unauthorized => 401,
            Self::Forbidden => 403,
            Self::Malformed => 400,
            Self::Schema => 422,
            Self::Timeout => 408,
            Self::TooMany => 429,
            Self::Unavailable => 503,
        }
    }

    /// A short stable name, used in the `type` of a problem document.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Method => "method",
            Self::TooLarge => "too-large",
            Self::HeadersTooLarge => "headers-too-large",
            Self::Unsupported => "unsupported",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::Malformed => "malformed",
            Self::Schema => "schema",
            Self::Timeout => "timeout",
            Self::TooMany => "too-many",
            Self::Unavailable => "unavailable",
        }
    }

    /// One line for people, used as the `title` of a problem document.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Method => "The method cannot carry a delivery",
            Self::TooLarge => "The body is too large",
            Self::HeadersTooLarge => "The header section is too large",
            Self::Unsupported => "The format is not understood",
            Self::Unauthorized => "The delivery is not authentic",
            Self::Forbidden => "Deliveries are not taken from there",
            Self::Malformed => "The delivery is malformed",
            Self::Schema => "The payload departs from its schema",
            Self::Timeout => "The body did not arrive in time",
            Self::TooMany => "Too many deliveries",
            Self::Unavailable => "The delivery cannot be taken at the moment",
        }
    }
}

/// How far a rule goes when nobody configures it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Force {
    /// Counts with its severity under every preset.
    Plain,
    /// A warning that no preset rejects, not even `strict`: the standard says SHOULD, or a documented reading is taken.
    Advice,
    /// Switched off until somebody switches it on.
    Off,
}

macro_rules! rules {
    ($( $(#[$meta:meta])* $name:ident = $id:literal, $severity:ident, $class:ident, $force:ident, $title:literal, $source:literal, $why:literal; )*) => {
        /// A rule that a delivery can break. Its [`id`](Rule::id) is stable and stands in verdicts, logs and metrics.
        #[derive(Clone, Copy, Debug, Eq, PartialEq, Ord, PartialOrd, Hash)]
        #[expect(clippy::doc_markdown, reason = "the titles stand in plain text elsewhere")]
        #[non_exhaustive]
        #[repr(u8)]
        pub enum Rule {
            $( #[doc = $title] $(#[$meta])* $name, )*
        }

        impl Rule {
            /// Every rule, in the order of the steps that a delivery goes through.
            pub const ALL: &'static [Self] = &[$( Self::$name, )*];

            pub(crate) const COUNT: usize = Self::ALL.len();

            /// The stable id, as `CE-V5`.
            #[must_use]
            pub const fn id(self) -> &'static str {
                match self { $( Self::$name => $id, )* }
            }

            /// How grave a departure is unless a policy says otherwise.
            #[must_use]
            pub const fn severity(self) -> Severity {
                match self { $( Self::$name => Severity::$severity, )* }
            }

            /// What kind of fault it is; decides the HTTP status.
            #[must_use]
            pub const fn class(self) -> Class {
                match self { $( Self::$name => Class::$class, )* }
            }

            /// What the rule asks for, in one line.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $( Self::$name => $title, )* }
            }

            /// Where the rule comes from.
            #[must_use]
            pub const fn source(self) -> &'static str {
                match self { $( Self::$name => $source, )* }
            }

            /// Why it is there: what goes wrong without it, or which documents disagree, and how the odd form is read.
            #[must_use]
            pub const fn why(self) -> &'static str {
                match self { $( Self::$name => $why, )* }
            }

            pub(crate) const fn force(self) -> Force {
                match self { $( Self::$name => Force::$force, )* }
            }
        }
    };
}

rules! {
    // Transport: what HTTP itself asks for.
    HttpMethod = "HTTP-method", Error, Method, Plain, "a delivery is a POST request", "CloudEvents webhook §2.1; RFC 9110 §15.5.6",
        "A GET or HEAD is a probe or a person with a browser; answering it like a delivery hides a wrong address. The answer names POST in `Allow`.";
    HttpContentType = "HTTP-content-type", Error, Unsupported, Plain, "a JSON delivery has exactly one Content-Type, application/json", "Dataspike webhook configuration; RFC 9110 §8.3",
        "What is not declared as JSON is not read: guessing a format is how a form post or an HTML error page becomes an event.";
    HttpCharset = "HTTP-charset", Warning, Malformed, Plain, "a JSON content type names no charset but UTF-8", "RFC 8259 §8.1 and §11",
        "RFC 8259 defines no charset parameter for JSON. A sender that names another charset may send bytes of it, and letters outside ASCII are misread then.";
    HttpContentEncoding = "HTTP-content-encoding", Error, Unsupported, Plain, "the body is sent without a content coding", "RFC 9110 §8.4 and §15.5.16",
        "A compressed body would be judged, and its signature computed, over other bytes than the handler sees. Undo the coding in front of hookvet if a proxy adds one.";
    HttpIncomplete = "HTTP-incomplete", Error, Malformed, Plain, "the whole body arrives", "RFC 9112 §8",
        "Half a body can be valid JSON only by accident; the sender has to deliver again.";
    HttpDecoding = "HTTP-decoding", Error, Malformed, Plain, "a body under a content coding can be decoded", "RFC 9110 §8.4; RFC 1951; RFC 1952",
        "A body that cannot be decoded is no delivery. The sender sends it again, or without a coding.";
    HttpTimeout = "HTTP-timeout", Error, Timeout, Plain, "the body arrives in time", "RFC 9110 §15.5.9",
        "A body that trickles in holds a connection and memory.";

    // Limits.
    LimitHeaders = "LIMIT-headers", Error, HeadersTooLarge, Plain, "a delivery has at most as many context attributes as the receiver takes", "RFC 6585 §5",
        "Ten thousand attributes are an attack and no event.";
    LimitBody = "LIMIT-body", Error, TooLarge, Plain, "the body is no larger than the receiver takes", "RFC 9110 §15.5.14; CloudEvents core, size limits",
        "Counted while reading, also for chunked bodies, so that the rest is never buffered. Raise it with `max_body`; Dataspike's screenings may be large.";
    LimitDepth = "LIMIT-depth", Error, Malformed, Plain, "JSON is nested no deeper than the receiver takes", "RFC 8259 §9",
        "Deep nesting overflows recursive readers behind hookvet.";
    LimitDepartures = "LIMIT-departures", Error, Schema, Plain, "a payload departs from its schema in no more places than can be looked at", "this project",
        "Sixteen thousand departures are judged one by one, so that none hides behind others; a payload with more is refused, since the rest is not looked at.";
    LimitFindings = "LIMIT-findings", Warning, Malformed, Advice, "at most a hundred findings are listed", "this project",
        "A payload with ten thousand faults has to have a verdict of bounded size; the last finding says how many were left out.";

    // CloudEvents over HTTP: mode.
    CeM5 = "CE-M5", Error, Unsupported, Plain, "an event format is one that the receiver reads: application/cloudevents+json", "CloudEvents HTTP binding 1.0.2 §3; webhook §2.2",
        "The only event format that is read is JSON. Avro, Protobuf and XML events are told from a wrong address this way.";
    CeM7 = "CE-M7", Error, Unsupported, Plain, "batches are sent only to a receiver that asked for them", "CloudEvents HTTP binding 1.0.2 §3",
        "A receiver that did not ask for batches has no answer for one event among many that is wrong. `solicit_batches` asks for them.";
    CeM8 = "CE-M8", Error, Malformed, Plain, "a binary-mode request carries the required context attributes as ce- headers", "CloudEvents HTTP binding 1.0.2 §3",
        "A request without any `ce-` header is most likely no CloudEvent at all: a wrong address, or a proxy that drops unknown headers.";
    // CloudEvents over HTTP: header names.
    CeH3 = "CE-H3", Error, Malformed, Plain, "ce-datacontenttype is never sent; Content-Type is the attribute", "CloudEvents HTTP binding 1.0.2 §3.1.1",
        "Two places for one attribute can differ, and then nobody knows what the body is.";
    CeH4 = "CE-H4", Error, Malformed, Plain, "a context attribute is sent once", "CloudEvents HTTP binding 1.0.2 §3.1.3; RFC 9110 §5.3",
        "Frameworks differ on whether the first or the last of two headers counts, so two readers would see two events.";
    CeH5 = "CE-H5", Error, Malformed, Plain, "Content-Type is sent once", "RFC 9110 §8.3",
        "As for `CE-H4`, and here it decides how the body is read.";
    CeH7 = "CE-H7", Warning, Malformed, Advice, "an extension with a header of its own says the same there and in its ce- header", "CloudEvents HTTP binding 1.0.2 §3.1.3",
        "A trace context may legitimately be restarted by a proxy in the one place and not in the other.";
    // CloudEvents over HTTP: header values.
    CeV8 = "CE-V8", Warning, Malformed, Plain, "header values are printable ASCII; everything else is percent-encoded", "CloudEvents HTTP binding 1.0.2 §3.1.3.2; RFC 9110 §5.5",
        "Octets above ASCII have no defined meaning in a header: some servers read Latin-1, some UTF-8, some refuse. The duty is the sender's alone, so the text is kept.";
    CeV9 = "CE-V9", Warning, Malformed, Plain, "a quoted section and an escape in it are completed", "CloudEvents HTTP binding 1.0.2 §3.1.3.2; RFC 9110 §5.6.4",
        "An open quotation mark hides where the value ends. The text is kept as it was received.";
    CeV6 = "CE-V6", Warning, Malformed, Plain, "a percent sign is followed by two hexadecimal digits", "CloudEvents HTTP binding 1.0.2 §3.1.3.2",
        "A bare percent sign is a sender that forgot to encode; decoding it by guess changes ids. The text is kept as it was received.";
    CeV5 = "CE-V5", Error, Malformed, Plain, "percent-encoded bytes are valid UTF-8", "CloudEvents HTTP binding 1.0.2 §3.1.3.2",
        "Bytes that are no UTF-8 have no text, so the attribute has no value that could be compared or stored.";
    CeV7 = "CE-V7", Warning, Malformed, Advice, "a space in a header value is percent-encoded", "CloudEvents HTTP binding 1.0.2 §3.1.3.2",
        "Older CloudEvents documents did not ask for it, and every reader copes.";
    CeV10 = "CE-V10", Error, Malformed, Plain, "a String has no control characters, noncharacters or lone surrogates", "CloudEvents core 1.0.2, type system",
        "Control characters forge log lines; noncharacters and lone surrogates cannot be written back.";
    // CloudEvents: attributes.
    CeA1 = "CE-A1", Error, Malformed, Plain, "id, source, specversion and type are present", "CloudEvents core 1.0.2, required attributes",
        "Without these four an event can neither be routed nor told from its duplicate.";
    CeAId = "CE-A-id", Error, Malformed, Plain, "id is not empty", "CloudEvents core 1.0.2, id",
        "`source` and `id` together tell duplicates; an empty id makes all events one.";
    CeASource = "CE-A-source", Error, Malformed, Plain, "source is a non-empty URI-reference", "CloudEvents core 1.0.2, source; RFC 3986 §4.1",
        "As for `CE-A-id`. Checked by RFC 3986 alone, nothing is repaired. AMLYZE's communication numbers are free text, so this is not asked of them.";
    CeASpecversion = "CE-A-specversion", Error, Malformed, Plain, "specversion is 1.0", "CloudEvents core 1.0.2, specversion",
        "Another version may have other attributes under the same names.";
    CeAType = "CE-A-type", Error, Malformed, Plain, "type is not empty", "CloudEvents core 1.0.2, type",
        "The type selects schema and handler.";
    CeASubject = "CE-A-subject", Error, Malformed, Plain, "subject is not empty when present", "CloudEvents core 1.0.2, subject",
        "An attribute that is there has a value; a missing subject is left out.";
    CeATime = "CE-A-time", Error, Malformed, Plain, "time is an RFC 3339 timestamp", "CloudEvents core 1.0.2, time; RFC 3339 §5.6",
        "Libraries accept far more than the grammar of RFC 3339, each something else.";
    CeADataschema = "CE-A-dataschema", Error, Malformed, Plain, "dataschema is an absolute URI without a fragment", "CloudEvents core 1.0.2, dataschema; RFC 3986 §4.3",
        "A fragment or a relative address does not identify a schema.";
    CeADct = "CE-A-dct", Error, Malformed, Plain, "datacontenttype is a media type", "CloudEvents core 1.0.2, datacontenttype; RFC 9110 §8.3.1",
        "The declared type decides whether the data is read as JSON.";
    CeAName = "CE-A-name", Error, Malformed, Plain, "attribute names are lower-case ASCII letters and digits", "CloudEvents core 1.0.2, naming conventions",
        "Names with other characters do not survive the way through other bindings.";
    CeAName20 = "CE-A-name20", Warning, Malformed, Advice, "attribute names have at most 20 characters", "CloudEvents core 1.0.2, naming conventions (SHOULD)",
        "The standard advises it (SHOULD).";
    CeAReserved = "CE-A-reserved", Error, Malformed, Plain, "data is no attribute name", "CloudEvents 1.0.3 (work in progress), naming conventions",
        "The JSON format has a member `data` already.";
    CeTypeUnknown = "CE-type-unknown", Drift, Schema, Plain, "the event's type is one that the receiver takes", "this project: a sender must not leave a schema out by another type",
        "The sender chooses the type, and the type selects the schema: an unknown one must not lead past all of them. It is looked at as soon as a schema of your own is given, or where `only` or `only_known_types` says which types are taken.";
    // CloudEvents: data, structured mode, batches.
    CeD4 = "CE-D4", Error, Malformed, Plain, "data that is declared as JSON is JSON", "CloudEvents JSON format 1.0.2 §3.1 and §3.2",
        "A handler that trusts the declared type would fail on it later, and worse.";
    CeS1 = "CE-S1", Error, Malformed, Plain, "a structured event is one JSON object", "CloudEvents JSON format 1.0.2 §3",
        "A list or a string under the media type of one event is another format.";
    CeS3 = "CE-S3", Error, Malformed, Plain, "attribute members are strings, booleans or 32-bit integers", "CloudEvents JSON format 1.0.2 §2.2",
        "Objects and fractions as attribute values cannot be carried by any header.";
    CeS4 = "CE-S4", Error, Malformed, Plain, "data of a type other than JSON is a string", "CloudEvents JSON format 1.0.2 §3.1",
        "Data of another type than JSON is text or Base64 in the JSON format.";
    CeS5 = "CE-S5", Error, Malformed, Plain, "data_base64 is a Base64 string", "CloudEvents JSON format 1.0.2 §3.1.2",
        "Anything else cannot be turned back into the bytes that were meant.";
    CeS6 = "CE-S6", Error, Malformed, Plain, "data and data_base64 exclude each other", "CloudEvents JSON format 1.0.2 §3.1.1",
        "With both, two readers would take two payloads.";
    CeB1 = "CE-B1", Error, Malformed, Plain, "a batch is a JSON array of events", "CloudEvents JSON format 1.0.2 §4",
        "An item that is no object cannot be an event; the others of the batch are still judged.";
    CeB3 = "CE-B3", Error, Malformed, Plain, "all events of a batch have the same specversion", "CloudEvents JSON format 1.0.2 §4; HTTP binding §3.3",
        "The standard asks for it, so that a batch can be read by one reader.";

    // CloudEvents webhook document, where a receiver has taken it up.
    CeWhOrigin = "CE-WH-origin", Error, Unauthorized, Plain, "every delivery repeats the origin that the handshake allowed", "CloudEvents HTTP webhook 1.0.2 §4.2",
        "The origin that asked for permission is what a receiver agreed to; a delivery without it comes from somebody else.";
    CeWhRate = "CE-WH-rate", Error, TooMany, Plain, "a sender delivers no more often than it was allowed to", "CloudEvents HTTP webhook 1.0.2 §2.2 and §4.2",
        "The rate was part of the permission. The answer says when to come again.";

    // Authenticity.
    SigMissing = "SIG-missing", Error, Unauthorized, Plain, "a delivery is signed where a secret is configured", "Dataspike webhook configuration",
        "A receiver that skips the check where the header is absent can be fed by anybody. Verification is never skipped in silence: without a secret the vetter is not even built unless `allow_unsigned` says so.";
    SigMalformed = "SIG-malformed", Error, Unauthorized, Plain, "the signature header has exactly one t and at least one v1", "Dataspike webhook configuration",
        "With two times in the header nobody knows which one was signed.";
    SigMismatch = "SIG-mismatch", Error, Unauthorized, Plain, "a signature is made with a configured secret over exactly these bytes", "Dataspike webhook configuration",
        "Mostly a body that was parsed and written again on its way, or the secret of another webhook. Several secrets may be configured while one is rotated; the comparison takes constant time.";
    SigStale = "SIG-stale", Error, Unauthorized, Plain, "a delivery was signed no longer ago than the tolerance", "Dataspike webhook configuration; tolerance by this project",
        "A captured delivery could be replayed for ever. Dataspike documents no window; 300 seconds is the default, `tolerance` changes it.";
    SigFuture = "SIG-future", Error, Unauthorized, Plain, "a delivery was not signed further in the future than the tolerance", "Dataspike webhook configuration; tolerance by this project",
        "A clock that is ahead would stretch the window of `SIG-stale`.";
    SigExpired = "SIG-expired", Error, Unauthorized, Plain, "the secret that a delivery was signed with has not expired", "this project: secrets that are being replaced",
        "A secret that is being replaced can be given an end, so that nobody has to remember to take it out. The message names its label.";

    // Credentials and networks.
    AuthPeer = "AUTH-peer", Error, Forbidden, Plain, "a delivery comes from an address that may deliver", "RFC 9110 §15.5.4; the addresses are the receiver's choice",
        "The address at the other end of the connection counts, never what a header such as X-Forwarded-For says about it: anybody can write that. A server that does not tell the address lets nobody in.";
    AuthMissing = "AUTH-missing", Error, Unauthorized, Plain, "a delivery carries a credential where one is configured", "RFC 9110 §11.6; RFC 7617 §2; RFC 6750 §2.1",
        "As with signatures, a check that is skipped where the header is absent protects nobody.";
    AuthMismatch = "AUTH-mismatch", Error, Unauthorized, Plain, "the credential is sent once and is one of those that are configured", "RFC 9110 §11.6; RFC 7617 §2; RFC 6750 §2.1",
        "The comparison takes constant time. Sent twice, it is not clear which of the two was checked on the way.";
    AuthExpired = "AUTH-expired", Error, Unauthorized, Plain, "the credential has not expired", "this project: credentials that are being replaced",
        "As SIG-expired: the one that follows it is meant to be in use by now.";

    // JSON.
    JsonEmpty = "JSON-empty", Error, Malformed, Plain, "the body holds a JSON value", "RFC 8259 §2",
        "A body that a proxy or a middleware has eaten looks like this.";
    JsonUtf8 = "JSON-utf8", Error, Malformed, Plain, "JSON text is valid UTF-8", "RFC 8259 §8.1",
        "JSON between systems is UTF-8, and a replaced byte changes a name.";
    JsonSyntax = "JSON-syntax", Error, Malformed, Plain, "the body follows the JSON grammar", "RFC 8259 §2 to §7",
        "The finding has the offset of the first fault. Nothing is repaired; see AMLYZE-D13 for the one exception.";
    JsonDuplicate = "JSON-duplicate", Error, Malformed, Plain, "member names within an object are unique", "RFC 8259 §4; RFC 7493 §2.3",
        "The first counts in one reader and the last in another, so what was vetted would not be what is handled.";
    JsonNumber = "JSON-number", Error, Malformed, Plain, "a number lies within the range of a 64-bit float", "RFC 8259 §6; RFC 7493 §2.2",
        "It becomes infinity in one reader and an error in another.";
    JsonObject = "JSON-object", Error, Malformed, Plain, "the envelope is a JSON object", "vendor documents",
        "Without an object there is no event type to go by.";

    // Payload schema: one rule a keyword.
    SchemaType = "SCHEMA-type", Error, Schema, Plain, "a value has the documented JSON type", "JSON Schema 2020-12 validation §6.1.1",
        "A handler cannot read it. The only schema rule that is an error and refuses under `tolerant` too.";
    SchemaEnum = "SCHEMA-enum", Drift, Schema, Plain, "a value is one of the documented ones", "JSON Schema 2020-12 validation §6.1.2",
        "A word that no document lists. It is kept and handed on where the policy lets it pass, as `Other`; watch the metric, since this is how a vendor's change shows first.";
    SchemaConst = "SCHEMA-const", Drift, Schema, Plain, "a value is the documented one", "JSON Schema 2020-12 validation §6.1.3",
        "In the built-in schemas only the event's own name, which has selected the schema.";
    SchemaRequired = "SCHEMA-required", Drift, Schema, Plain, "a required member is present", "JSON Schema 2020-12 validation §6.5.3",
        "A member that the vendor's documents mark as required is not there. Typed events read it as absent.";
    SchemaFormat = "SCHEMA-format", Drift, Schema, Plain, "a string has the documented format", "JSON Schema 2020-12 validation §7",
        "A date, a timestamp or a UUID in another form. The text is kept.";
    SchemaMinLength = "SCHEMA-minLength", Drift, Schema, Plain, "a string is long enough", "JSON Schema 2020-12 validation §6.3.2",
        "Country codes of two letters.";
    SchemaMaxLength = "SCHEMA-maxLength", Drift, Schema, Plain, "a string is short enough", "JSON Schema 2020-12 validation §6.3.1",
        "Lengths that the vendor documents; a database column may depend on them.";
    SchemaPattern = "SCHEMA-pattern", Drift, Schema, Plain, "a string matches the pattern", "JSON Schema 2020-12 validation §6.3.3",
        "For schemas of your own; no built-in schema uses it.";
    SchemaMinimum = "SCHEMA-minimum", Drift, Schema, Plain, "a number is not too small", "JSON Schema 2020-12 validation §6.2.4",
        "For schemas of your own; no built-in schema uses it.";
    SchemaMaximum = "SCHEMA-maximum", Drift, Schema, Plain, "a number is not too large", "JSON Schema 2020-12 validation §6.2.2",
        "For schemas of your own; no built-in schema uses it.";
    SchemaExclusiveMinimum = "SCHEMA-exclusiveMinimum", Drift, Schema, Plain, "a number is above the bound", "JSON Schema 2020-12 validation §6.2.5",
        "For schemas of your own; no built-in schema uses it.";
    SchemaExclusiveMaximum = "SCHEMA-exclusiveMaximum", Drift, Schema, Plain, "a number is below the bound", "JSON Schema 2020-12 validation §6.2.3",
        "For schemas of your own; no built-in schema uses it.";
    SchemaMultipleOf = "SCHEMA-multipleOf", Drift, Schema, Plain, "a number is a multiple", "JSON Schema 2020-12 validation §6.2.1",
        "For schemas of your own; no built-in schema uses it.";
    SchemaMinItems = "SCHEMA-minItems", Drift, Schema, Plain, "an array is long enough", "JSON Schema 2020-12 validation §6.4.2",
        "For schemas of your own; no built-in schema uses it.";
    SchemaMaxItems = "SCHEMA-maxItems", Drift, Schema, Plain, "an array is short enough", "JSON Schema 2020-12 validation §6.4.1",
        "For schemas of your own; no built-in schema uses it.";
    SchemaUniqueItems = "SCHEMA-uniqueItems", Drift, Schema, Plain, "the items of an array differ", "JSON Schema 2020-12 validation §6.4.3",
        "For schemas of your own; no built-in schema uses it.";
    SchemaMinProperties = "SCHEMA-minProperties", Drift, Schema, Plain, "an object has enough members", "JSON Schema 2020-12 validation §6.5.2",
        "For schemas of your own; no built-in schema uses it.";
    SchemaMaxProperties = "SCHEMA-maxProperties", Drift, Schema, Plain, "an object has few enough members", "JSON Schema 2020-12 validation §6.5.1",
        "For schemas of your own; no built-in schema uses it.";
    SchemaPropertyNames = "SCHEMA-propertyNames", Drift, Schema, Plain, "member names follow their schema", "JSON Schema 2020-12 core §10.3.2.4",
        "For schemas of your own; no built-in schema uses it.";
    SchemaDependentRequired = "SCHEMA-dependentRequired", Drift, Schema, Plain, "a member that another one asks for is present", "JSON Schema 2020-12 validation §6.5.4",
        "For schemas of your own; no built-in schema uses it.";
    SchemaAdditionalProperties = "SCHEMA-additionalProperties", Drift, Schema, Plain, "an object has no member that the schema forbids", "JSON Schema 2020-12 core §10.3.2.3",
        "For schemas of your own; no built-in schema uses it.";
    SchemaUnevaluatedProperties = "SCHEMA-unevaluatedProperties", Drift, Schema, Plain, "an object has no member that no subschema looked at", "JSON Schema 2020-12 core §11.3",
        "For schemas of your own; no built-in schema uses it.";
    SchemaUnevaluatedItems = "SCHEMA-unevaluatedItems", Drift, Schema, Plain, "an array has no item that no subschema looked at", "JSON Schema 2020-12 core §11.2",
        "For schemas of your own; no built-in schema uses it.";
    SchemaContains = "SCHEMA-contains", Drift, Schema, Plain, "an array contains what the schema asks for", "JSON Schema 2020-12 core §10.3.1.3",
        "For schemas of your own; no built-in schema uses it.";
    SchemaAnyOf = "SCHEMA-anyOf", Drift, Schema, Plain, "a value matches at least one alternative", "JSON Schema 2020-12 core §10.2.1.2",
        "For schemas of your own; no built-in schema uses it.";
    SchemaOneOf = "SCHEMA-oneOf", Drift, Schema, Plain, "a value matches exactly one alternative", "JSON Schema 2020-12 core §10.2.1.3",
        "For schemas of your own; no built-in schema uses it.";
    SchemaNot = "SCHEMA-not", Drift, Schema, Plain, "a value does not match what is excluded", "JSON Schema 2020-12 core §10.2.1.4",
        "For schemas of your own; no built-in schema uses it.";
    SchemaFalse = "SCHEMA-false", Drift, Schema, Plain, "nothing stands where the schema is false", "JSON Schema 2020-12 core §4.3.2",
        "For schemas of your own; no built-in schema uses it.";
    SchemaOther = "SCHEMA-other", Drift, Schema, Plain, "every other keyword of a schema of your own", "JSON Schema 2020-12",
        "For schemas of your own; no built-in schema uses it.";
    SchemaUnknown = "SCHEMA-unknown", Warning, Schema, Plain, "a member is one that the vendor documents, or that the schema names", "this project: unknown members are read past and reported",
        "Vendors add members, and a payload with one more is no worse. It is kept and reported, so that you learn of it. Under a schema of your own it is a member that the schema neither names nor forbids.";

    // AMLYZE: the numbers of the places where its documents disagree.
    AmlyzeD01 = "AMLYZE-D01", Warning, Malformed, Plain, "the type name has the prefix listed for it (com.amlyze. or app.amlyze.)", "AMLYZE webhook documents, all revisions",
        "Two types begin with `com.amlyze.` and all others with `app.amlyze.`, with no stated reason. Either prefix is read for every known remainder.";
    AmlyzeD02 = "AMLYZE-D02", Warning, Malformed, Plain, "the type name is not the misspelt app.amlyze.customter.…", "AMLYZE screening webhooks, until 2024-08",
        "One revision of 2023 misspelt one type name. It is read as `app.amlyze.customer.screening.sanctions.completed`.";
    AmlyzeD03 = "AMLYZE-D03", Warning, Schema, Plain, "the event type is a documented one", "AMLYZE webhook documents, all revisions",
        "The documents use placeholders such as `com.amlyze.someevent`, and new types may come. The event is handed on unread.";
    AmlyzeD04 = "AMLYZE-D04", Warning, Malformed, Plain, "events are sent in binary mode", "AMLYZE webhooks (2026-03) against customer update webhooks (2023-11)",
        "The oldest page shows whole envelopes; the current one states binary mode. Both are read, also an envelope under a plain JSON content type.";
    AmlyzeD06 = "AMLYZE-D06", Warning, Malformed, Plain, "ce-specversion is 1.0", "AMLYZE webhooks: v1.0 and v1.0.2 in the text, 1.0 on the wire",
        "The text says v1.0 and v1.0.2, which are versions of the document; the wire has 1.0. A missing or other value is read as 1.0.";
    AmlyzeD07 = "AMLYZE-D07", Warning, Malformed, Plain, "source is the communication number, or customer for customer updates", "AMLYZE webhook documents, all revisions",
        "The documents disagree on what `source` holds. Any text is taken; an unexpected one can mean that two kinds of event are mixed up.";
    AmlyzeD09 = "AMLYZE-D09", Warning, Malformed, Plain, "a communication number has at most 256 characters", "AMLYZE API reference: 256 in 2024, 255 in 2025",
        "256 characters in 2024, 255 in 2025. A longer one is taken, and may be cut by a database column.";
    AmlyzeD10 = "AMLYZE-D10", Warning, Malformed, Plain, "time is RFC 3339 with an upper-case T and Z", "AMLYZE webhooks (2026-03) against older examples",
        "The overview of 2026 prints a lower-case t and z, every other page upper case; RFC 3339 permits both. A time that is none keeps its text and gives no instant.";
    AmlyzeD11 = "AMLYZE-D11", Warning, Schema, Plain, "data is an object, not a string that holds one", "AMLYZE webhook tables (String) against every example (object)",
        "Two tables type the data as a string while every example is an object. A string that holds a JSON object is read as that object.";
    AmlyzeD13 = "AMLYZE-D13", Warning, Malformed, Off, "JSON has no comma before a closing bracket", "AMLYZE customer update webhooks (2023-11), examples",
        "Two examples of 2023 have a comma before a closing bracket, surely by mistake. Off by default, since it is no JSON; switched on, the comma is read past.";
    AmlyzeD14 = "AMLYZE-D14", Warning, Schema, Plain, "the customer's id has the spelling listed for the event and agrees with the subject", "AMLYZE webhook documents, all revisions",
        "The customer's id is called `customerExternalID`, `customerExternalId` or `externalId`, depending on the event. The spellings of the long name are read on every event, and on a customer update the id should equal the subject.";
    AmlyzeD15 = "AMLYZE-D15", Warning, Schema, Plain, "the time of an update is spelt updatedAt", "AMLYZE customer update webhooks: table against example",
        "Every table says `updatedAt` and every example `updateAt`. Both are read; the first wins.";
    AmlyzeD16 = "AMLYZE-D16", Warning, Schema, Plain, "a flag is a boolean", "AMLYZE customer update webhooks (2023-11)",
        "The type of one flag is garbled in the oldest table. The words \"true\" and \"false\" are read as booleans.";
    AmlyzeD18 = "AMLYZE-D18", Warning, Schema, Plain, "screeningGuid is sent only with a match", "AMLYZE screening webhooks, 2024 against 2025",
        "The newer pages send the alert's id only where there was a match.";
    AmlyzeD20 = "AMLYZE-D20", Warning, Schema, Plain, "decisionType is one of four words, without spaces around it", "AMLYZE retrospective event, table against example",
        "The retrospective event calls its decision an enum without listing it, and its example has a space in front of the word. Spaces are taken off; an unlisted word on that event is kept.";
    AmlyzeD21 = "AMLYZE-D21", Warning, Schema, Plain, "decisionGroundCode is text", "AMLYZE risk management webhooks",
        "Described as text, as a code and as any string; the examples have leading zeros. A number is read as text, and its zeros are gone.";
    AmlyzeD23 = "AMLYZE-D23", Warning, Schema, Plain, "a related entity's type is INDIVIDUAL, ORGANIZATION or UNKNOWN", "AMLYZE screening webhooks, 2024-08",
        "`UNKNOWN` was added in 2024, so the list may grow again. Any word is kept.";
    AmlyzeD25 = "AMLYZE-D25", Warning, Schema, Plain, "a member that one document requires is present although an example leaves it out", "AMLYZE customer update webhooks, 2023-11 against 2024-12",
        "The table of 2024 requires members that the examples of 2023 leave out. The subject and the event's time stand in for them.";
    AmlyzeD26 = "AMLYZE-D26", Warning, Schema, Plain, "an optional member without a value is left out, not null or empty", "AMLYZE screening webhooks, text against examples",
        "A flag without a decision is described as empty and shown as absent. Null and empty text are read as absent.";
    AmlyzeD29 = "AMLYZE-D29", Warning, Schema, Plain, "approvedAt and updatedAt are timestamps, not bare dates", "AMLYZE risk management webhooks",
        "`approvedAt` is a date given as an instant, and the request knows a bare date. A bare date is read as its first second in UTC.";
    AmlyzeD34 = "AMLYZE-D34", Warning, Malformed, Plain, "ce- values are percent-encoded", "AMLYZE documents are silent; CloudEvents HTTP binding 1.0.2 §3.1.3.2",
        "CloudEvents wants header values percent-encoded; no AMLYZE document says whether it does so. What cannot be decoded is kept as it was received.";
    AmlyzeD35 = "AMLYZE-D35", Warning, Schema, Plain, "no event for operation screening is documented", "AMLYZE operation request, initializeScreeningProcesses",
        "A request can ask for the screening of an operation, and no document names an event for it. Such a type is handed on unread.";
    AmlyzeDecision = "AMLYZE-decision", Warning, Schema, Plain, "screeningMatch and the flag of a screening go together", "this project's reading of the AMLYZE screening webhooks",
        "`screeningMatch` and the flag only make sense together: no match and no flag, or a match and a flag. The typed event calls the rest undecided or contradictory; take it to a person.";

    // Dataspike: the numbers of the places where its documents and code disagree.
    Dataspike1 = "DATASPIKE-1", Warning, Schema, Plain, "the error list of a check is spelt errors", "Dataspike webhook page (2022), table against example",
        "The table of 2022 says `erros`, its example and everything later `errors`. Both are read; the right spelling wins.";
    Dataspike2 = "DATASPIKE-2", Warning, Schema, Plain, "a screening event is called AML_SCREENING", "Dataspike webhook page (2022) against today's list",
        "The page of 2022 calls it `AML`, today's list `AML_SCREENING`. The payload is read as a screening where it looks like one.";
    Dataspike3 = "DATASPIKE-3", Warning, Schema, Plain, "the event type is a documented one", "Dataspike event lists, 2022 and today",
        "The lists of 2022 and of today differ, and the vendor's own bot handles a name that neither has. The event is handed on unread.";
    Dataspike6 = "DATASPIKE-6", Warning, Schema, Plain, "the outcome of a screening is called search_response", "Dataspike webhook events page against the vendor's samples (2023)",
        "The current page says `search_response`, the vendor's samples `search_result`. Both are read into one field; the first wins.";
    Dataspike7 = "DATASPIKE-7", Warning, Schema, Plain, "the overall risk is an object with a type", "Dataspike screening example against its result objects",
        "The overall risk is an object with a `type`, while the results' risks are plain text. Text is read as that type; without either, the highest risk of the matches counts, and none means unknown.";
    Dataspike11 = "DATASPIKE-11", Warning, Schema, Plain, "a check has a status", "Dataspike webhook page (2022) against one copy of the SDK page",
        "Every document but one copy of a page has the status. A check without one has neither passed nor failed.";
    Dataspike20 = "DATASPIKE-20", Warning, Schema, Plain, "the data of a check is an object or null", "Dataspike webhook page (2022), example against every later sample",
        "The first example has an empty list, every later one null or an object. An empty list is read as no data.";
    DataspikeTest = "DATASPIKE-test", Warning, Schema, Plain, "an empty payload is a test event", "Dataspike webhook configuration, sample",
        "The dashboard's test button sends an event without content. Acknowledge it and process nothing.";
    Dataspike23 = "DATASPIKE-23", Warning, Schema, Plain, "what was read from a document stands under its current names", "Dataspike verification page, first revision; the JavaScript SDK",
        "The members of the machine-readable zone were camelCase for some days of 2022, and the JavaScript SDK keeps two older names of identity data. All are read under the current names.";
    Dataspike28 = "DATASPIKE-28", Warning, Schema, Plain, "contact_info and media are lists", "Dataspike screening reference against the Python SDK",
        "The Python SDK has one object where the reference and the samples have a list. One object is read as a list of one.";
    Dataspike29 = "DATASPIKE-29", Warning, Schema, Plain, "published_at is a number of seconds", "Dataspike screening reference against the JavaScript SDK",
        "Seconds since 1970 in the reference and the samples, text in the JavaScript SDK. Both are read.";
    Dataspike30 = "DATASPIKE-30", Warning, Schema, Plain, "a company refers to another entity by reference", "Dataspike's JavaScript SDK against its Python SDK",
        "`reference` in the JavaScript SDK, `ref` in the Python SDK; no document shows either. Both are read into one field.";
    Dataspike49 = "DATASPIKE-49", Warning, Schema, Plain, "the fields to type are set under manual_field_settings", "Dataspike verification page against the JavaScript SDK",
        "`manual_field_settings` on the page, `manual_fields_settings` in the JavaScript SDK. Both are read into one field.";
    DataspikeEnvelope = "DATASPIKE-envelope", Warning, Schema, Plain, "webhook_id and timestamp stand in the envelope", "Dataspike webhook configuration; the vendor's bot lives without",
        "Every document shows the two members, and the vendor's own bot lives without them. Without `webhook_id` the event's id alone tells duplicates.";

    // Keeping deliveries.
    StoreUnavailable = "STORE-unavailable", Error, Unavailable, Plain, "the delivery can be stored before it is acknowledged", "this project",
        "An acknowledged delivery that was not kept is lost, since nothing promises another one. The answer asks to come again.";
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

/// No rule has this id.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("no rule is called \"{id}\"; `Rule::ALL` lists them")]
pub struct UnknownRule {
    /// What was asked for.
    pub id: String,
}

impl FromStr for Rule {
    type Err = UnknownRule;

    fn from_str(id: &str) -> Result<Self, UnknownRule> {
        Self::ALL.iter().copied().find(|rule| rule.id() == id).ok_or_else(|| UnknownRule { id: id.to_owned() })
    }
}

impl serde::Serialize for Rule {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn ids_are_unique_and_parse_back() {
        let ids: BTreeSet<_> = Rule::ALL.iter().map(|rule| rule.id()).collect();
        assert_eq!(ids.len(), Rule::COUNT);
        for rule in Rule::ALL {
            assert_eq!(rule.id().parse::<Rule>(), Ok(*rule));
        }
        assert!("CE-nothing".parse::<Rule>().is_err());
    }

    #[test]
    fn every_id_has_a_known_prefix() {
        for rule in Rule::ALL {
            let prefix = rule.id().split('-').next().unwrap_or_default();
            assert!(
                ["HTTP", "LIMIT", "CE", "SIG", "AUTH", "JSON", "SCHEMA", "AMLYZE", "DATASPIKE", "STORE"]
                    .contains(&prefix),
                "{rule}"
            );
        }
    }
}
