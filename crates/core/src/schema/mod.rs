//! The payload against its schema: violations with pointer, keyword and message.

mod engine;

use std::collections::HashMap;
use std::sync::OnceLock;

use hookvet_catalogue::{EventInfo, Vendor};

pub use engine::SchemaFault;
pub(crate) use engine::{Validator, Violation};

/// The compiled schemas of a vendor's events, by the event's name.
#[derive(Debug, Default)]
pub(crate) struct Schemas {
    by_name: HashMap<&'static str, Validator>,
}

impl Schemas {
    /// The schemas of `vendor`, compiled once for the whole process.
    pub(crate) fn of(vendor: Vendor) -> Result<&'static Self, SchemaFault> {
        static AMLYZE: OnceLock<Result<Schemas, SchemaFault>> = OnceLock::new();
        static DATASPIKE: OnceLock<Result<Schemas, SchemaFault>> = OnceLock::new();
        static NONE: OnceLock<Result<Schemas, SchemaFault>> = OnceLock::new();
        let slot = match vendor {
            Vendor::Amlyze => &AMLYZE,
            Vendor::Dataspike => &DATASPIKE,
            _ => &NONE,
        };
        slot.get_or_init(|| Self::compile(vendor)).as_ref().map_err(Clone::clone)
    }

    fn compile(vendor: Vendor) -> Result<Self, SchemaFault> {
        let by_name = hookvet_catalogue::events()
            .iter()
            .filter(|event| event.vendor == vendor)
            .map(|event| Ok((event.name, Validator::compile(event.schema_id, event.schema())?)))
            .collect::<Result<_, _>>()?;
        Ok(Self { by_name })
    }

    pub(crate) fn get(&self, event: &EventInfo) -> Option<&Validator> {
        self.by_name.get(event.name)
    }
}
