//! The documents: three examples of the catalogue, each alone and as 512 different ones of its shape.

use hookvet::internals::Tables;

use crate::mutate::{Random, Tree};

/// How many documents a mixed set has.
pub(crate) const MIXED: usize = 512;

/// An example, and how it is judged.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Fixture {
    /// A related entity of AMLYZE, 338 bytes.
    RelatedEntity,
    /// A document verification of Dataspike, 543 bytes.
    Docver,
    /// A larger one, 1.7 KB.
    LargeDocver,
}

impl Fixture {
    pub(crate) const ALL: [Self; 3] = [Self::RelatedEntity, Self::Docver, Self::LargeDocver];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::RelatedEntity => "related entity",
            Self::Docver => "DOCVER",
            Self::LargeDocver => "large DOCVER",
        }
    }

    pub(crate) fn event(self) -> &'static hookvet::EventInfo {
        let (vendor, name) = match self {
            Self::RelatedEntity => (hookvet::Vendor::Amlyze, "app.amlyze.related_entity.screening.sanctions.pending"),
            Self::Docver | Self::LargeDocver => (hookvet::Vendor::Dataspike, "DOCVER"),
        };
        hookvet::find(vendor, name).expect("an event of the catalogue")
    }

    fn example(self) -> Tree {
        let number = usize::from(self == Self::LargeDocver);
        let mut tree = Tree::parse(self.event().examples()[number].body);
        if self == Self::LargeDocver
            && let Some(documents) = tree.member("payload").and_then(|payload| payload.member("documents"))
        {
            documents.repeat_first();
        }
        tree
    }

    /// The documents of one variant.
    pub(crate) fn documents(self, variant: Variant, set: Set) -> Vec<String> {
        let mut random = Random(7);
        let mut tree = self.example();
        if variant == Variant::Reversed {
            tree.reverse();
        }
        let indent = (variant == Variant::Indented).then_some(2);
        let judge = Tables::of(self.event()).expect("built in");
        let mut documents = Vec::new();
        while documents.len() < MIXED {
            let mut other = tree.clone();
            if set == Set::Mixed {
                other.vary(&mut random);
                other.lengthen(&mut random);
            }
            if variant == Variant::Invalid {
                loop {
                    let mut edited = other.clone();
                    edited.edit(&mut random);
                    let text = edited.write(&mut random, None, None);
                    let found = judge.findings(text.as_bytes()).unwrap_or_default();
                    // Malformed dates are left out, since not every peer sees them.
                    let is_plain = |rule: &str| !matches!(rule, "SCHEMA-unknown" | "SCHEMA-format");
                    let is_invalid = found.departures.iter().any(|departure| is_plain(departure.rule));
                    if is_invalid && found.notes.is_empty() && text.len() < other.written_length() + 100 {
                        other = edited;
                        break;
                    }
                }
            }
            let text = other.write(&mut random, None, indent);
            if variant != Variant::Invalid {
                assert!(judge.is_clean(text.as_bytes()), "{text}");
            }
            documents.push(text);
        }
        if set == Set::Alone {
            let first = documents[0].clone();
            documents.fill(first);
        }
        documents
    }
}

/// How the documents are written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Variant {
    Valid,
    Invalid,
    Reversed,
    Indented,
}

impl Variant {
    pub(crate) const ALL: [Self; 4] = [Self::Valid, Self::Invalid, Self::Reversed, Self::Indented];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Invalid => "invalid",
            Self::Reversed => "keys reversed",
            Self::Indented => "indented",
        }
    }
}

/// One document over and over, or many.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Set {
    Alone,
    Mixed,
}

impl Set {
    pub(crate) const ALL: [Self; 2] = [Self::Alone, Self::Mixed];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Alone => "alone",
            Self::Mixed => "mixed",
        }
    }
}

/// Members whose text is free, so that its length varies too.
const FREE: [&str; 14] = [
    "firstName",
    "lastName",
    "title",
    "nationalCode",
    "externalId",
    "customerExternalId",
    "relationCode",
    "message",
    "name",
    "surname",
    "doc_number",
    "organization_id",
    "account_id",
    "account_email",
];

impl Tree {
    fn member(&mut self, name: &str) -> Option<&mut Self> {
        match self {
            Self::Object(members) => members.iter_mut().find(|(other, _)| other == name).map(|(_, value)| value),
            _ => None,
        }
    }

    fn written_length(&self) -> usize {
        self.write(&mut Random(0), None, None).len()
    }

    fn repeat_first(&mut self) {
        if let Self::List(items) = self
            && let Some(first) = items.first().cloned()
        {
            items.push(first);
        }
    }

    /// Free text of another length, a third shorter to a third longer.
    fn lengthen(&mut self, random: &mut Random) {
        match self {
            Self::Object(members) => {
                for (name, value) in members {
                    if let Self::Text(text) = value
                        && FREE.contains(&name.as_str())
                    {
                        let length = (text.len() * 2 / 3 + random.below(text.len() * 2 / 3 + 1)).max(1);
                        *text =
                            (0..length).map(|_| char::from(b"abcdefghij KLMNOPQRST-12"[random.below(24)])).collect();
                    } else {
                        value.lengthen(random);
                    }
                }
            }
            Self::List(items) => items.iter_mut().for_each(|item| item.lengthen(random)),
            Self::Raw(_) | Self::Text(_) => {}
        }
    }
}
