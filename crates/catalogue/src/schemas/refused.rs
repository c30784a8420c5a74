//! Examples of what is refused, and why.

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::examples::{Example, layout, plain};
use crate::{EventInfo, Vendor, events};

/// One delivery that the default policy refuses.
pub(super) struct Refused {
    pub(super) info: &'static EventInfo,
    /// Position among those of its event, from 1.
    number: usize,
    data: Data,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Data {
    #[serde(rename = "type")]
    name: String,
    /// What is wrong with it.
    about: String,
    body: Box<RawValue>,
    /// Every finding, in the order in which a verdict lists them.
    findings: Vec<Finding>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Finding {
    rule: String,
    severity: String,
    #[serde(rename = "where")]
    place: String,
    /// The words that the schema allows, where the rule is about a list of them.
    allowed: Option<Vec<Value>>,
}

const DATA: [(Vendor, &str); 2] = [
    (Vendor::Amlyze, include_str!("../../data/refused/amlyze.json")),
    (Vendor::Dataspike, include_str!("../../data/refused/dataspike.json")),
];

/// All of them, by vendor, in the order of their files.
pub(super) fn read() -> Vec<Refused> {
    let mut all: Vec<Refused> = Vec::new();
    for (vendor, text) in DATA {
        let list: Vec<Data> = serde_json::from_str(text).unwrap_or_else(|error| panic!("{vendor}: {error}"));
        for data in list {
            let info = events().iter().find(|info| info.vendor == vendor && info.name == data.name);
            let info = info.unwrap_or_else(|| panic!("{vendor} has no event {}", data.name));
            let number = 1 + all.iter().filter(|other| other.info.schema_id == info.schema_id).count();
            all.push(Refused { info, number, data });
        }
    }
    all
}

impl Refused {
    /// Path below `schemas/`.
    pub(super) fn path(&self) -> String {
        format!("examples/refused/{}/{}.{}.json", self.info.vendor, self.info.name, self.number)
    }

    /// The published form. The headers are those of an accepted example, so that only the body is at fault.
    pub(super) fn print(&self, accepted: &[Example]) -> String {
        let quoted = |text: &str| Value::from(text).to_string();
        let headers: Vec<_> = plain(accepted, self.info)
            .data
            .headers
            .iter()
            .map(|(name, value)| format!("    [{}, {}]", quoted(name), quoted(value)))
            .collect();
        let findings: Vec<_> = self.data.findings.iter().map(|finding| format!("    {}", finding.print())).collect();
        format!(
            "{{\n  \"type\": {},\n  \"about\": {},\n  \"headers\": [\n{}\n  ],\n  \"body\": {},\n  \"findings\": [\n{}\n  ]\n}}\n",
            quoted(&self.data.name),
            quoted(&self.data.about),
            headers.join(",\n"),
            layout(self.data.body.get(), Some(1)),
            findings.join(",\n"),
        )
    }
}

impl Finding {
    fn print(&self) -> String {
        let mut members = vec![("rule", &self.rule), ("severity", &self.severity), ("where", &self.place)]
            .into_iter()
            .map(|(name, value)| format!("\"{name}\": {}", Value::from(value.as_str())))
            .collect::<Vec<_>>();
        if let Some(allowed) = &self.allowed {
            let words: Vec<_> = allowed.iter().map(Value::to_string).collect();
            members.push(format!("\"allowed\": [{}]", words.join(", ")));
        }
        format!("{{ {} }}", members.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_payload_shape_is_refused_in_three_ways_or_more() {
        let refused = read();
        for info in events() {
            let count = refused.iter().filter(|refused| refused.info.shape == info.shape).count();
            assert!(count >= 3, "{:?} has {count}", info.shape);
        }
    }
}
