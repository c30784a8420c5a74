//! Events of a user's own from Rust types.

use std::any::TypeId;

use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema};
use serde_json::Value;

use super::VetterBuilder;
use crate::typed::OwnEvent;

impl VetterBuilder {
    /// An event of your own, by its type and the Rust type of its data: as [`schema`](Self::schema) with the schema that `schemars`
    /// derives. Handlers then get the Rust type from `Vetted<E>`, `EventRouter::on` and [`Verdict::read`](crate::Verdict::read), for
    /// events of this type alone.
    ///
    /// Integers keep to the range of their Rust type.
    ///
    /// # Example
    /// ```
    /// use hookvet::{OwnEvent, Vetter};
    /// use schemars::JsonSchema;
    /// use serde::Deserialize;
    ///
    /// #[derive(Deserialize, JsonSchema)]
    /// struct OrderPlaced {
    ///     total: u32,
    /// }
    ///
    /// impl OwnEvent for OrderPlaced {}
    ///
    /// let vetter = Vetter::cloudevents().event::<OrderPlaced>("com.example.order.placed").build()?;
    /// let headers = [("ce-specversion", "1.0"), ("ce-id", "1"), ("ce-source", "/shop"),
    ///     ("ce-type", "com.example.order.placed"), ("content-type", "application/json")];
    /// let order: OrderPlaced = vetter.vet(headers, br#"{"total":9}"#, 0).read(br#"{"total":9}"#)?;
    /// assert_eq!(order.total, 9);
    /// assert_eq!(vetter.vet(headers, br#"{"total":-9}"#, 0).findings()[0].rule.id(), "SCHEMA-minimum");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn event<E: OwnEvent + JsonSchema>(self, event_type: impl Into<String>) -> Self {
        let settings = SchemaSettings::draft2020_12().with_transform(RecursiveTransform(ranges));
        let schema = settings.into_generator().into_root_schema_for::<E>();
        self.push_event(event_type.into(), schema.to_value().to_string(), TypeId::of::<E>())
    }
}

/// Says the range of an integer with keywords, in place of a format that JSON Schema does not know.
fn ranges(schema: &mut Schema) {
    let Some(format) = schema.get("format").and_then(Value::as_str) else { return };
    let (min, max): (Value, Value) = match format {
        "int8" => (i8::MIN.into(), i8::MAX.into()),
        "int16" => (i16::MIN.into(), i16::MAX.into()),
        "int32" => (i32::MIN.into(), i32::MAX.into()),
        "int64" => (i64::MIN.into(), i64::MAX.into()),
        "uint8" => (u8::MIN.into(), u8::MAX.into()),
        "uint16" => (u16::MIN.into(), u16::MAX.into()),
        "uint32" => (u32::MIN.into(), u32::MAX.into()),
        "uint64" => (u64::MIN.into(), u64::MAX.into()),
        "int" | "uint" | "int128" | "uint128" | "float" | "double" => {
            schema.remove("format");
            return;
        }
        _ => return,
    };
    schema.remove("format");
    for (keyword, bound) in [("minimum", min), ("maximum", max)] {
        if schema.get(keyword).is_none() {
            schema.insert(keyword.to_owned(), bound);
        }
    }
}
