//! Any CloudEvents sender: the standard, and nothing besides.

use hookvet_catalogue::Vendor;

use super::Profile;
use crate::rule::Rule;

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

    fn takes_own_schemas(&self) -> bool {
        true
    }
}
