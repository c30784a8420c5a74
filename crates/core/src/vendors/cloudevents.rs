//! Any CloudEvents sender: the standard, and nothing besides.

use hookvet_catalogue::Vendor;

use super::Profile;
use crate::rule::Rule;
use crate::vetter::{Vetter, VetterBuilder};

pub(crate) struct CloudEvents;

impl Profile for CloudEvents {
    fn vendor(&self) -> Vendor {
        Vendor::CloudEvents
    }

    fn name(&self) -> &'static str {
        "CloudEvents"
    }

    fn data_rule(&self) -> Option<Rule> {
        Some(Rule::CeD4)
    }

    fn takes_no_data(&self) -> bool {
        true
    }
}

impl Vetter {
    /// Any CloudEvents sender: header and envelope rules alone, every type, no schema.
    pub fn cloudevents() -> VetterBuilder {
        Self::builder(Vendor::CloudEvents)
    }
}
