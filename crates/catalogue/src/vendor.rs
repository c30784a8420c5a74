//! Who sends an event.

use std::fmt;
use std::str::FromStr;

/// A sender of webhooks, or the bare standard.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Vendor {
    /// AMLYZE, anti-money-laundering; sends CloudEvents.
    Amlyze,
    /// Dataspike, identity verification; sends signed JSON.
    Dataspike,
    /// Any CloudEvents sender; no event of its own is registered.
    CloudEvents,
    /// Any sender that follows Standard Webhooks: signed JSON; no event of its own is registered.
    StandardWebhooks,
}

impl Vendor {
    /// Every vendor.
    pub const ALL: &[Self] = &[Self::Amlyze, Self::Dataspike, Self::CloudEvents, Self::StandardWebhooks];

    /// `amlyze`, `dataspike`, `cloudevents` or `standard-webhooks`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Vendor::Amlyze => "amlyze",
            Vendor::Dataspike => "dataspike",
            Vendor::CloudEvents => "cloudevents",
            Vendor::StandardWebhooks => "standard-webhooks",
        }
    }
}

impl fmt::Display for Vendor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text names no vendor.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("expected amlyze, dataspike, cloudevents or standard-webhooks")]
pub struct UnknownVendor;

impl FromStr for Vendor {
    type Err = UnknownVendor;

    fn from_str(text: &str) -> Result<Self, UnknownVendor> {
        Vendor::ALL.iter().copied().find(|vendor| vendor.as_str() == text).ok_or(UnknownVendor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vendor_is_read_from_what_it_prints() {
        for vendor in Vendor::ALL.iter().copied() {
            assert_eq!(vendor.to_string().parse(), Ok(vendor));
        }
        assert_eq!("AMLYZE".parse::<Vendor>(), Err(UnknownVendor));
    }
}
