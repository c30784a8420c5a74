//! From a verdict to a typed event.

use std::any::TypeId;

use hookvet_catalogue::amlyze::{self, Data};
use hookvet_catalogue::dataspike::{self, Payload};
use hookvet_catalogue::{EventInfo, EventPayload as _, ReadError, Vendor};
use serde::de::DeserializeOwned;

use crate::vendors::profile;
use crate::verdict::{EventContext, Verdict};

/// Why a verdict gives no typed event. Never quotes the payload.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TypedError {
    /// No event could be made out: the delivery was refused before that, it is a batch, or it carries no data.
    #[error("the delivery holds no event that could be read")]
    NoEvent,
    /// The event is another vendor's.
    #[error("the event is one of {found}, not of {expected}")]
    OtherVendor {
        /// Whose event was asked for.
        expected: Vendor,
        /// Whose event it is.
        found: Vendor,
    },
    /// The event's type has another payload.
    #[error("the event's type has another payload than the one that was asked for")]
    OtherType,
    /// The payload cannot be read into the type.
    #[error("the payload cannot be read: {0}")]
    Unreadable(ReadError),
}

impl From<ReadError> for TypedError {
    fn from(error: ReadError) -> Self {
        Self::Unreadable(error)
    }
}

/// The kind of fault and its place are kept, the message is not: it can quote the payload.
impl From<serde_json::Error> for TypedError {
    fn from(error: serde_json::Error) -> Self {
        Self::Unreadable(error.into())
    }
}

/// A type that [`Verdict::read`] gives: [`amlyze::Event`], [`dataspike::Event`], one payload of theirs, or an [`OwnEvent`].
///
/// Implement it by hand only for what the data alone does not tell, such as the subject.
///
/// # Example
/// ```
/// use hookvet::{ReadEvent, TypedError, Verdict};
///
/// struct Order {
///     shop: String,
///     total: String,
/// }
///
/// impl ReadEvent for Order {
///     fn read_event(verdict: &Verdict, body: &[u8]) -> Result<Self, TypedError> {
///         let event = verdict.event().ok_or(TypedError::NoEvent)?;
///         let data = verdict.data(body).ok_or(TypedError::NoEvent)?;
///         let data: std::collections::BTreeMap<String, String> = serde_json::from_slice(&data)?;
///         let total = data.get("total").cloned().ok_or(TypedError::OtherType)?;
///         Ok(Self { shop: event.source().to_owned(), total })
///     }
/// }
/// ```
pub trait ReadEvent: Sized {
    /// Reads the event that `verdict` was given for; `body` is the body that was judged.
    ///
    /// # Errors
    /// Every [`TypedError`].
    fn read_event(verdict: &Verdict, body: &[u8]) -> Result<Self, TypedError>;
}

/// The data of a CloudEvent of your own. Nothing has to be written but the name of the trait; extractors, routers and
/// [`Verdict::read`] then give the type, where the event's type is one that it was given for.
///
/// # Example
/// ```
/// use hookvet::{OwnEvent, Vetter};
/// use serde::Deserialize;
///
/// #[derive(Deserialize)]
/// struct OrderPlaced {
///     total: String,
/// }
///
/// impl OwnEvent for OrderPlaced {}
///
/// let headers = [("ce-specversion", "1.0"), ("ce-id", "1"), ("ce-source", "/shop"),
///     ("ce-type", "com.example.order.placed"), ("content-type", "application/json")];
/// let body = br#"{"total":"9.90"}"#;
/// let order: OrderPlaced = Vetter::cloudevents().build()?.vet(headers, body, 0).read(body)?;
/// assert_eq!(order.total, "9.90");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait OwnEvent: DeserializeOwned + 'static {}

impl<E: OwnEvent> ReadEvent for E {
    fn read_event(verdict: &Verdict, body: &[u8]) -> Result<Self, TypedError> {
        if !profile(verdict.vendor()).takes_own_schemas() {
            return Err(TypedError::OtherVendor { expected: Vendor::CloudEvents, found: verdict.vendor() });
        }
        let event = verdict.event().ok_or(TypedError::NoEvent)?;
        if event.rust_type.is_some_and(|given| given != TypeId::of::<E>()) {
            return Err(TypedError::OtherType);
        }
        let data = verdict.data(body).ok_or(TypedError::NoEvent)?;
        Ok(hookvet_catalogue::read(&data)?)
    }
}

/// A payload type that stands for the events of some types: what a router asks.
pub trait RoutedEvent {
    /// Which events carry it.
    fn picks() -> Picks;
}

/// Which events carry a payload type.
#[derive(Clone, Debug, Eq, PartialEq, Hash)]
#[non_exhaustive]
pub enum Picks {
    /// Those of a type of the catalogue, by its documented name.
    Documented(Vec<&'static str>),
    /// Those of a type that the vetter was given this Rust type for.
    Own(TypeId),
}

impl<E: OwnEvent> RoutedEvent for E {
    fn picks() -> Picks {
        Picks::Own(TypeId::of::<E>())
    }
}

impl Verdict {
    /// The typed event; `body` must be the body that was judged.
    ///
    /// # Errors
    /// - [`TypedError::NoEvent`]: none could be made out.
    /// - [`TypedError::OtherVendor`], [`TypedError::OtherType`]: it is another event than the one asked for.
    /// - [`TypedError::Unreadable`]: a member has a JSON type that no document gives it, which only lenient policies let
    ///   through.
    ///
    /// # Example
    /// ```
    /// use hookvet::{Vetter, amlyze};
    ///
    /// let vetter = Vetter::amlyze().build()?;
    /// let headers = [
    ///     ("ce-specversion", "1.0"),
    ///     ("ce-id", "1"),
    ///     ("ce-source", "customer"),
    ///     ("ce-type", "com.amlyze.customer.updated"),
    ///     ("ce-subject", "42"),
    ///     ("content-type", "application/json"),
    /// ];
    /// let body = br#"{"customerExternalID":"42","riskLevel":"HIGH","updateAt":"2026-03-10T12:53:45Z"}"#;
    /// let verdict = vetter.vet(headers, body, 0);
    /// let customer: amlyze::CustomerUpdated = verdict.read(body)?;
    /// assert_eq!(customer.risk_level, Some(amlyze::RiskLevel::High));
    /// // `updateAt` is how the vendor's example spells it; it is read, and the verdict says so.
    /// assert!(customer.updated_at.is_some());
    /// assert_eq!(verdict.findings()[0].rule.id(), "AMLYZE-D15");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn read<E: ReadEvent>(&self, body: &[u8]) -> Result<E, TypedError> {
        E::read_event(self, body)
    }

    /// What a log line or a metric can say of the event's type: its documented name; `other` where no document has it, since the
    /// sender may have written anything; `batch`; or `none` where no event could be made out.
    ///
    /// # Example
    /// ```
    /// use hookvet::Vetter;
    ///
    /// let vetter = Vetter::amlyze().build()?;
    /// let named = |event_type| {
    ///     let headers = [("ce-specversion", "1.0"), ("ce-id", "1"), ("ce-source", "customer"), ("ce-type", event_type)];
    ///     vetter.vet(headers, b"", 0).type_label()
    /// };
    /// assert_eq!(named("app.amlyze.customer.updated"), "com.amlyze.customer.updated");
    /// assert_eq!(named("Jane Doe"), "other");
    /// assert_eq!(vetter.vet([("content-type", "text/plain")], b"", 0).type_label(), "none");
    /// # Ok::<(), hookvet::BuildError>(())
    /// ```
    #[must_use]
    pub fn type_label(&self) -> &'static str {
        match self.event() {
            Some(event) => event.info().map_or("other", |info| info.name),
            None if self.batch().is_some() => "batch",
            None => "none",
        }
    }
}

impl EventContext {
    /// The Rust type that the vetter was given for events of this type, with `VetterBuilder::event`.
    #[must_use]
    pub fn rust_type(&self) -> Option<TypeId> {
        self.rust_type
    }

    /// What the catalogue knows of the event's type, under whichever of its spellings it came; `None` for an unknown one.
    ///
    /// # Example
    /// ```
    /// use hookvet::Vetter;
    ///
    /// let headers = [("ce-specversion", "1.0"), ("ce-id", "1"), ("ce-source", "customer"),
    ///     ("ce-type", "app.amlyze.customer.updated"), ("ce-subject", "42"), ("content-type", "application/json")];
    /// let verdict = Vetter::amlyze().build()?.vet(headers, b"{}", 0);
    /// let info = verdict.event().and_then(|event| event.info()).expect("a known type");
    /// assert_eq!(info.name, "com.amlyze.customer.updated");
    /// # Ok::<(), hookvet::BuildError>(())
    /// ```
    #[must_use]
    pub fn info(&self) -> Option<&'static EventInfo> {
        profile(self.vendor()).resolve(self.event_type()).event
    }
}

fn expect_vendor(verdict: &Verdict, expected: Vendor) -> Result<(), TypedError> {
    if verdict.vendor() == expected {
        Ok(())
    } else {
        Err(TypedError::OtherVendor { expected, found: verdict.vendor() })
    }
}

impl ReadEvent for amlyze::Event {
    fn read_event(verdict: &Verdict, body: &[u8]) -> Result<Self, TypedError> {
        expect_vendor(verdict, Vendor::Amlyze)?;
        let event = verdict.event().ok_or(TypedError::NoEvent)?;
        let data = verdict.data(body).ok_or(TypedError::NoEvent)?;
        let mut context = amlyze::Context::new(event.id(), event.source(), event.event_type());
        if let Some(subject) = event.subject() {
            context = context.with_subject(subject);
        }
        if let Some(time) = event.time() {
            context = context.with_time(time);
        }
        amlyze::Event::read(context, &data).map_err(TypedError::Unreadable)
    }
}

impl ReadEvent for dataspike::Event {
    fn read_event(verdict: &Verdict, body: &[u8]) -> Result<Self, TypedError> {
        expect_vendor(verdict, Vendor::Dataspike)?;
        let data = verdict.data(body).ok_or(TypedError::NoEvent)?;
        dataspike::Event::read(&data).map_err(TypedError::Unreadable)
    }
}

macro_rules! payloads {
    ($event:ty, $member:ident: $( $variant:path => $payload:ty, $unboxed:expr; )*) => { $(
        impl RoutedEvent for $payload {
            fn picks() -> Picks {
                Picks::Documented(<$payload>::events().map(|info| info.name).collect())
            }
        }

        impl ReadEvent for $payload {
            fn read_event(verdict: &Verdict, body: &[u8]) -> Result<Self, TypedError> {
                match verdict.read::<$event>(body)?.$member {
                    $variant(payload) => Ok($unboxed(payload)),
                    _ => Err(TypedError::OtherType),
                }
            }
        }
    )* };
}

payloads! { amlyze::Event, data:
    Data::CustomerUpdated => amlyze::CustomerUpdated, std::convert::identity;
    Data::RiskPending => amlyze::RiskPending, std::convert::identity;
    Data::RiskDecided => amlyze::RiskDecided, std::convert::identity;
    Data::KycCompleted => amlyze::KycCompleted, std::convert::identity;
    Data::RetrospectiveCompleted => amlyze::RetrospectiveCompleted, std::convert::identity;
    Data::ScreeningPending => amlyze::ScreeningPending, std::convert::identity;
    Data::ScreeningCompleted => amlyze::ScreeningCompleted, std::convert::identity;
    Data::RelatedEntityScreeningPending => amlyze::RelatedEntityScreeningPending, unbox;
    Data::RelatedEntityScreeningCompleted => amlyze::RelatedEntityScreeningCompleted, unbox;
}

payloads! { dataspike::Event, payload:
    Payload::Docver => dataspike::Verification, unbox;
    Payload::DocverChecks => dataspike::DocverChecks, unbox;
    Payload::AmlScreening => dataspike::AmlScreening, unbox;
}

#[expect(clippy::boxed_local, reason = "the catalogue boxes its large payloads")]
fn unbox<T>(boxed: Box<T>) -> T {
    *boxed
}
