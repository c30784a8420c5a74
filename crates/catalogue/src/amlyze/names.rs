//! Event types as they are written, and what they stand for.

use crate::EventInfo;
use crate::registry::{events, position_of_amlyze};

/// What a received event type stands for.
#[non_exhaustive]
#[derive(Clone, Copy, Debug)]
pub enum Resolved {
    /// The name as documented.
    Exact(&'static EventInfo),
    /// Another spelling of a documented name.
    Alias {
        /// The event meant.
        info: &'static EventInfo,
        /// The disagreement of the sources that explains the spelling: `D01` for the other of the two prefixes, `D02`
        /// for the misspelling `customter` of one name in the documents of 2023.
        rule: &'static str,
    },
    /// No documented name.
    Unknown,
}

impl Resolved {
    /// The event, under whichever spelling.
    pub fn info(self) -> Option<&'static EventInfo> {
        match self {
            Resolved::Exact(info) | Resolved::Alias { info, .. } => Some(info),
            Resolved::Unknown => None,
        }
    }
}

const MISSPELT: &str = "app.amlyze.customter.screening.sanctions.completed";
const MEANT: &str = "app.amlyze.customer.screening.sanctions.completed";

/// Finds the event that `name` stands for, without allocating.
///
/// AMLYZE prefixes two of its types with `com.amlyze.` and the others with `app.amlyze.`; either prefix is accepted for
/// every known remainder. Letter case matters.
pub fn resolve_type(name: &str) -> Resolved {
    let (sought, misspelt) = if name == MISSPELT { (MEANT, true) } else { (name, false) };
    let position = position_of_amlyze(sought.as_bytes());
    let Some(info) = position.map(|position| &events()[position]) else { return Resolved::Unknown };
    if misspelt {
        Resolved::Alias { info, rule: "D02" }
    } else if info.name == name {
        Resolved::Exact(info)
    } else if name.starts_with("app.") || name.starts_with("com.") {
        Resolved::Alias { info, rule: "D01" }
    } else {
        Resolved::Unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Vendor;

    fn rule(name: &str) -> Option<(&'static str, &'static str)> {
        match resolve_type(name) {
            Resolved::Exact(info) => Some((info.name, "")),
            Resolved::Alias { info, rule } => Some((info.name, rule)),
            Resolved::Unknown => None,
        }
    }

    #[test]
    fn every_documented_name_is_exact_and_has_an_alias_under_the_other_prefix() {
        for info in events().iter().filter(|info| info.vendor == Vendor::Amlyze) {
            assert_eq!(rule(info.name), Some((info.name, "")));
            let other = if info.name.starts_with("app.") { "com." } else { "app." };
            assert_eq!(rule(&format!("{other}{}", &info.name[4..])), Some((info.name, "D01")));
        }
    }

    #[test]
    fn one_misspelling_is_known() {
        assert_eq!(rule(MISSPELT), Some((MEANT, "D02")));
        assert_eq!(rule("app.amlyze.customter.screening.pep.completed"), None);
    }

    #[test]
    fn everything_else_is_unknown() {
        for name in [
            "",
            "app",
            "äpp.amlyze",
            "net.amlyze.customer.updated",
            "com.amlyze.customer.Updated",
            "com.amlyze.customer.updated ",
            "com.amlyze.someevent",
            "app.amlyze.operation.screening.sanctions.pending",
            "DOCVER",
        ] {
            assert_eq!(rule(name), None, "{name}");
        }
    }
}
