//! From the text of a JSON Schema to tables; a keyword outside the subset is refused with its place.
//!
//! Known keywords: `type`, `properties`, `required`, `additionalProperties` (false or a schema), `propertyNames` (a
//! schema of a string), `items`, `minItems`, `maxItems`, `enum` and `const` (strings, booleans, null), `format`
//! (`uuid`, `date`, `date-time`), `minLength`, `maxLength`, `minimum`, `maximum`, `$ref` into `$defs`, and
//! `if: {minProperties: 1}` with `then: {required: [..]}`. A new keyword is one arm of [`Reader::keyword`], one place
//! in the machine that looks at it, and one test.

use std::sync::atomic::AtomicU8;

use super::NESTED;
use super::program::{
    Array, Bound, Choice, Format, Index, Length, Member, Name, Node, Object, Program, Range, literals, types,
};
use super::words::fingerprint;
use super::{ANY, findings};
use crate::json::{Decimal, Document, Kind, Node as Value, escape_pointer, unescape_pointer};
use crate::rule::Rule;
use crate::schema::SchemaFault;

/// Deepest nesting of a schema's text.
const MAX_DEPTH: usize = 100;
/// Members of one object, and words of one list.
const MAX_NAMES: usize = 64;

/// Compiles schemas into one program, in which equal parts are kept once.
#[derive(Debug)]
pub(crate) struct Compiler {
    nodes: Vec<Node>,
    objects: Vec<(Object, Vec<Member>)>,
    arrays: Vec<Array>,
    choices: Vec<(Choice, Vec<Name>)>,
    lengths: Vec<Length>,
    ranges: Vec<Range>,
    text: String,
}

/// A program that owns its tables.
#[derive(Debug)]
pub(crate) struct Owned {
    nodes: Vec<Node>,
    objects: Vec<Object>,
    members: Vec<Member>,
    arrays: Vec<Array>,
    choices: Vec<Choice>,
    words: Vec<Name>,
    lengths: Vec<Length>,
    ranges: Vec<Range>,
    slots: Vec<u8>,
    hints: Vec<AtomicU8>,
    text: String,
}

impl Owned {
    pub(crate) fn program(&self) -> Program<'_> {
        Program {
            nodes: &self.nodes,
            objects: &self.objects,
            members: &self.members,
            arrays: &self.arrays,
            choices: &self.choices,
            words: &self.words,
            lengths: &self.lengths,
            ranges: &self.ranges,
            slots: &self.slots,
            hints: &self.hints,
            text: &self.text,
        }
    }
}

const NO_CHOICE: Choice =
    Choice { words: 0, count: 0, literals: 0, is_const: false, index: Index::NONE, list: 0, list_length: 0 };

impl Compiler {
    pub(crate) fn new() -> Self {
        Self {
            nodes: vec![Node::ANY],
            objects: vec![(Object::OPEN, Vec::new())],
            arrays: vec![Array { items: 0, min: 0, max: u32::MAX }],
            choices: vec![(NO_CHOICE, Vec::new())],
            lengths: vec![Length { min: 0, max: u32::MAX }],
            ranges: vec![Range { min: None, max: None }],
            text: String::new(),
        }
    }

    /// Adds the schema in `text`; `watched` are members whose values are captured, slots from 1 on.
    pub(crate) fn add(&mut self, id: &str, text: &str, watched: &[(&str, u8)]) -> Result<u16, SchemaFault> {
        let fault = |reason: String| SchemaFault { id: id.to_owned(), reason };
        let document =
            Document::parse(text.as_bytes(), MAX_DEPTH).map_err(|fault_in_text| fault(fault_in_text.kind.message()))?;
        let notes = findings(ANY, text.as_bytes(), MAX_DEPTH).map(|found| found.notes).unwrap_or_default();
        if let Some(note) = notes.iter().find(|note| note.rule == Rule::JsonDuplicate) {
            let place = document.at_offset(note.at).map(Value::pointer).unwrap_or_default();
            return Err(fault(format!("{place}: stands there twice")));
        }
        let root = document.root();
        let mut reader =
            Reader { compiler: self, definitions: root.get("$defs"), known: Vec::new(), is_root: true, watched };
        let root = reader.schema(root, &mut String::new()).map_err(fault)?;
        let members: usize = self.objects.iter().map(|(_, members)| members.len() + 1).sum();
        let words: usize = self.choices.iter().map(|(_, words)| words.len()).sum();
        if members.max(words) > usize::from(u16::MAX) {
            return Err(fault("more than 65,535 members or words".to_owned()));
        }
        Ok(root)
    }

    /// The tables, laid out flat.
    pub(crate) fn finish(self) -> Owned {
        let mut owned = Owned {
            nodes: self.nodes,
            objects: Vec::new(),
            members: Vec::new(),
            arrays: self.arrays,
            choices: Vec::new(),
            words: Vec::new(),
            lengths: self.lengths,
            ranges: self.ranges,
            slots: Vec::new(),
            hints: Vec::new(),
            text: self.text,
        };
        for (mut object, members) in self.objects {
            object.members = narrow(owned.members.len());
            object.hints = narrow(owned.members.len() + owned.objects.len());
            object.index = index(members.iter().map(|member| member.name), &owned.text, &mut owned.slots);
            owned.members.extend(members);
            owned.objects.push(object);
        }
        for (mut choice, words) in self.choices {
            choice.words = narrow(owned.words.len());
            choice.index = index(words.iter().copied(), &owned.text, &mut owned.slots);
            owned.words.extend(words);
            owned.choices.push(choice);
        }
        let hints = owned.members.len() + owned.objects.len();
        owned.hints = std::iter::repeat_with(|| AtomicU8::new(0)).take(hints).collect();
        owned
    }

    /// The text's place in the pool, where a quote stands behind it.
    fn name(&mut self, text: &str) -> Result<Name, String> {
        let quoted = format!("{text}\"");
        let length = u16::try_from(text.len()).map_err(|_| "a name of more than 65,535 bytes".to_owned())?;
        let mut head = [0; 8];
        for (to, from) in head.iter_mut().zip(quoted.bytes()) {
            *to = from;
        }
        Ok(Name { head: u64::from_le_bytes(head), text: self.pooled(&quoted), length })
    }

    fn pooled(&mut self, text: &str) -> u32 {
        let at = self.text.find(text).unwrap_or_else(|| {
            self.text.push_str(text);
            self.text.len() - text.len()
        });
        u32::try_from(at).unwrap_or(u32::MAX)
    }

    fn push_node(&mut self, node: Node) -> Result<u16, String> {
        kept_once(&mut self.nodes, node)
    }
}

/// The position of `item`, which is added where it is not there yet.
fn kept_once<T: PartialEq>(list: &mut Vec<T>, item: T) -> Result<u16, String> {
    let at = list.iter().position(|other| *other == item).unwrap_or_else(|| {
        list.push(item);
        list.len() - 1
    });
    u16::try_from(at).map_err(|_| "more than 65,536 different parts".to_owned())
}

/// A position in one of the flat lists, whose lengths [`Compiler::add`] bounds.
fn narrow(length: usize) -> u16 {
    u16::try_from(length).unwrap_or(u16::MAX)
}

/// Slots in which every name has one of its own; none where no multiplier is found, or where a walk is as fast.
fn index(names: impl Iterator<Item = Name>, pool: &str, slots: &mut Vec<u8>) -> Index {
    let prints: Vec<u64> =
        names.map(|name| fingerprint(pool.as_bytes(), name.text as usize, usize::from(name.length))).collect();
    if prints.is_empty() {
        return Index::NONE;
    }
    let least = u8::try_from(prints.len().next_power_of_two().trailing_zeros()).unwrap_or(8).max(1);
    let start = u32::try_from(slots.len()).unwrap_or(u32::MAX);
    for bits in least..least + 4 {
        let mut multiplier = 0x9e37_79b9_7f4a_7c15_u64;
        for _ in 0..2000 {
            let candidate = Index { multiplier, slots: start, bits };
            let mut filled = vec![u8::MAX; 1 << bits];
            let fits = prints.iter().zip(0..).all(|(print, position)| {
                let slot = &mut filled[candidate.slot(*print)];
                std::mem::replace(slot, position) == u8::MAX
            });
            if fits {
                slots.extend(filled.iter().map(|position| if *position == u8::MAX { 0 } else { *position }));
                return candidate;
            }
            multiplier = multiplier.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f) | 1;
        }
    }
    Index::NONE
}

/// Reads one schema's text.
struct Reader<'c, 'd, 't> {
    compiler: &'c mut Compiler,
    definitions: Option<Value<'d, 't>>,
    /// Definitions by name: where they are, or will be.
    known: Vec<(String, Definition)>,
    is_root: bool,
    watched: &'c [(&'c str, u8)],
}

enum Definition {
    At(u16),
    /// Being read; a reference from inside itself has reserved a position for it.
    Open(Option<u16>),
}

/// What the keywords of one schema said so far.
#[derive(Default)]
struct Draft<'d, 't> {
    node: Option<Node>,
    reference: Option<u16>,
    length: Option<Length>,
    range: Option<Range>,
    array: Option<Array>,
    has_object: bool,
    members: Vec<(String, u16)>,
    has_properties: bool,
    rest: Option<u16>,
    is_closed: bool,
    names: u16,
    required: Vec<String>,
    required_if_any: Vec<String>,
    condition: Option<Value<'d, 't>>,
    consequence: Option<Value<'d, 't>>,
}

impl<'d, 't> Reader<'_, 'd, 't> {
    fn schema(&mut self, value: Value<'d, 't>, at: &mut String) -> Result<u16, String> {
        let is_root = std::mem::take(&mut self.is_root);
        if value.kind() == Kind::True {
            return Ok(0);
        }
        if value.kind() != Kind::Object {
            return Err(format!("{at}: no schema that is an object or true"));
        }
        let mut draft = Draft { node: Some(Node::ANY), ..Draft::default() };
        for member in value.children() {
            let keyword = member.name().unwrap_or_default();
            let length = at.len();
            at.push('/');
            escape_pointer(&keyword, at);
            self.keyword(&keyword, member, &mut draft, at)?;
            at.truncate(length);
        }
        self.assemble(draft, is_root, at)
    }

    /// One arm for each keyword.
    fn keyword(
        &mut self,
        keyword: &str,
        value: Value<'d, 't>,
        draft: &mut Draft<'d, 't>,
        at: &mut String,
    ) -> Result<(), String> {
        let node = draft.node.get_or_insert(Node::ANY);
        match keyword {
            "$schema" => {
                if text(value, at)?.trim_end_matches('#') != "https://json-schema.org/draft/2020-12/schema" {
                    return Err(format!("{at}: only draft 2020-12 is read"));
                }
            }
            "$id" if at == "/$id" => {}
            "$defs" if at == "/$defs" => {}
            "$comment" | "title" | "description" | "default" | "examples" | "deprecated" | "readOnly" | "writeOnly" => {
            }
            _ if keyword.starts_with("x-") => {}
            "$ref" => draft.reference = Some(self.reference(value, at)?),
            "type" => node.types = self.types(value, at)?,
            "format" => node.format = format(value, at)?,
            "enum" => node.choice = self.choice(&list(value, at)?, false, at)?,
            "const" => node.choice = self.choice(&[value], true, at)?,
            "minLength" => draft.length.get_or_insert(Length { min: 0, max: u32::MAX }).min = count(value, at)?,
            "maxLength" => draft.length.get_or_insert(Length { min: 0, max: u32::MAX }).max = count(value, at)?,
            "minimum" => draft.range.get_or_insert(Range { min: None, max: None }).min = Some(self.bound(value, at)?),
            "maximum" => draft.range.get_or_insert(Range { min: None, max: None }).max = Some(self.bound(value, at)?),
            "items" => draft.array().items = self.schema(value, at)?,
            "minItems" => draft.array().min = count(value, at)?,
            "maxItems" => draft.array().max = count(value, at)?,
            "properties" => {
                (draft.has_object, draft.has_properties) = (true, true);
                for member in object(value, at)?.children() {
                    let name = member.name().unwrap_or_default().into_owned();
                    let length = at.len();
                    at.push('/');
                    escape_pointer(&name, at);
                    let node = self.schema(member, at)?;
                    at.truncate(length);
                    draft.members.push((name, node));
                }
                if draft.members.len() > MAX_NAMES {
                    return Err(format!("{at}: more than {MAX_NAMES} members"));
                }
            }
            "required" => (draft.has_object, draft.required) = (true, strings(value, at)?),
            "additionalProperties" => {
                draft.has_object = true;
                if value.kind() == Kind::False {
                    draft.is_closed = true;
                } else {
                    draft.rest = Some(self.schema(value, at)?);
                }
            }
            "propertyNames" => (draft.has_object, draft.names) = (true, self.schema(value, at)?),
            "if" => draft.condition = Some(value),
            "then" => draft.consequence = Some(value),
            _ => return Err(format!("{at}: the keyword {keyword} is outside the subset")),
        }
        Ok(())
    }

    fn assemble(&mut self, mut draft: Draft<'d, 't>, is_root: bool, at: &str) -> Result<u16, String> {
        self.condition(&mut draft, at)?;
        let mut node = draft.node.unwrap_or(Node::ANY);
        if let Some(reference) = draft.reference {
            let is_alone = node == Node::ANY
                && draft.length.is_none()
                && draft.range.is_none()
                && draft.array.is_none()
                && !draft.has_object;
            return if is_alone {
                Ok(reference)
            } else {
                Err(format!("{at}/$ref: a reference beside other keywords is outside the subset"))
            };
        }
        if let Some(length) = draft.length {
            node.length = kept_once(&mut self.compiler.lengths, length)?;
        }
        if let Some(range) = draft.range {
            node.number = kept_once(&mut self.compiler.ranges, range)?;
        }
        if let Some(array) = draft.array {
            node.array = kept_once(&mut self.compiler.arrays, array)?;
        }
        if draft.is_closed && !draft.has_properties {
            return Err(format!("{at}/additionalProperties: false beside no properties is outside the subset"));
        }
        if draft.has_object {
            node.object = self.object(&draft, is_root, at)?;
        }
        self.compiler.push_node(node)
    }

    /// `if: {minProperties: 1}` and `then: {required: [..]}`.
    #[expect(clippy::unused_self, reason = "one of the arms that all take it")]
    fn condition(&mut self, draft: &mut Draft<'d, 't>, at: &str) -> Result<(), String> {
        let (condition, consequence) = match (draft.condition, draft.consequence) {
            (None, None) => return Ok(()),
            (Some(condition), Some(consequence)) => (condition, consequence),
            _ => return Err(format!("{at}: if and then stand together in the subset")),
        };
        let only = |value: Value<'d, 't>, keyword: &str| {
            let mut members = value.children();
            members.next().filter(|member| member.name().as_deref() == Some(keyword) && members.next().is_none())
        };
        if only(condition, "minProperties").is_none_or(|least| least.raw() != b"1") {
            return Err(format!("{at}/if: only {{\"minProperties\":1}} is in the subset"));
        }
        let Some(required) = only(consequence, "required") else {
            return Err(format!("{at}/then: only required is in the subset"));
        };
        draft.required_if_any = strings(required, &format!("{at}/then/required"))?;
        draft.has_object = true;
        Ok(())
    }

    fn object(&mut self, draft: &Draft<'d, 't>, is_root: bool, at: &str) -> Result<u16, String> {
        let bits = |names: &[String], place: &str| {
            names.iter().try_fold(0_u64, |bits, name| {
                let Some(position) = draft.members.iter().position(|(member, _)| member == name) else {
                    return Err(format!("{at}{place}: {name} is required and not listed in properties"));
                };
                Ok(bits | (1 << position))
            })
        };
        let object = Object {
            count: u8::try_from(draft.members.len()).map_err(|_| format!("{at}: too many members"))?,
            // Members that no schema names are reported, unless the schema says what they are.
            is_closed: draft.is_closed || (draft.has_properties && draft.rest.is_none()),
            rest: draft.rest.unwrap_or(0),
            names: draft.names,
            required: bits(&draft.required, "/required")?,
            required_if_any: bits(&draft.required_if_any, "/then/required")?,
            ..Object::OPEN
        };
        let mut members = Vec::new();
        for (name, node) in &draft.members {
            let is_here = |slot: u8| is_root == (slot != NESTED);
            let watched = self.watched.iter().find(|(watched, slot)| watched == name && is_here(*slot));
            let watch = watched.map_or(0, |(_, slot)| *slot);
            members.push(Member { name: self.compiler.name(name)?, node: *node, watch });
        }
        kept_once(&mut self.compiler.objects, (object, members))
    }

    fn reference(&mut self, value: Value<'d, 't>, at: &str) -> Result<u16, String> {
        let target = text(value, at)?;
        let Some(name) = target.strip_prefix("#/$defs/") else {
            return Err(format!("{at}: only references into $defs are in the subset"));
        };
        if let Some((_, definition)) = self.known.iter_mut().find(|(known, _)| known == name) {
            return match definition {
                Definition::At(node) | Definition::Open(Some(node)) => Ok(*node),
                Definition::Open(reserved) => {
                    self.compiler.nodes.push(Node::ANY);
                    let node = u16::try_from(self.compiler.nodes.len() - 1)
                        .map_err(|_| "more than 65,536 different parts".to_owned())?;
                    *reserved = Some(node);
                    Ok(node)
                }
            };
        }
        let plain = unescape_pointer(name);
        let Some(definition) = self.definitions.and_then(|definitions| definitions.get(&plain)) else {
            return Err(format!("{at}: refers to nothing"));
        };
        let position = self.known.len();
        self.known.push((name.to_owned(), Definition::Open(None)));
        let node = self.schema(definition, &mut format!("/$defs/{name}"))?;
        let node = match self.known[position].1 {
            Definition::Open(Some(reserved)) if reserved == node => {
                return Err(format!("{at}: refers to itself and nothing else"));
            }
            Definition::Open(Some(reserved)) => {
                self.compiler.nodes[usize::from(reserved)] = self.compiler.nodes[usize::from(node)];
                reserved
            }
            _ => node,
        };
        self.known[position].1 = Definition::At(node);
        Ok(node)
    }

    #[expect(clippy::unused_self, reason = "one shape for all keywords")]
    fn types(&mut self, value: Value<'d, 't>, at: &str) -> Result<u8, String> {
        let names = if value.kind() == Kind::Array { strings(value, at)? } else { vec![text(value, at)?] };
        names.iter().try_fold(0, |bits, name| {
            let known = types::NAMES.iter().find(|(known, _)| known == name);
            known.map(|(_, bit)| bits | bit).ok_or_else(|| format!("{at}: no such type"))
        })
    }

    fn choice(&mut self, options: &[Value<'d, 't>], is_const: bool, at: &str) -> Result<u16, String> {
        let mut words = Vec::new();
        let mut found = 0;
        let mut shown = Vec::new();
        for option in options {
            found |= match option.kind() {
                Kind::Null => literals::NULL,
                Kind::True => literals::TRUE,
                Kind::False => literals::FALSE,
                Kind::String if !option.has_lone_surrogate() => 0,
                _ => return Err(format!("{at}: only strings, booleans and null are in the subset")),
            };
            match option.text() {
                Some(word) => {
                    words.push(self.compiler.name(&word)?);
                    shown.push(word.into_owned());
                }
                None => shown.push(String::from_utf8_lossy(option.raw()).into_owned()),
            }
        }
        if words.len() > MAX_NAMES {
            return Err(format!("{at}: more than {MAX_NAMES} words"));
        }
        let list = shown.join(", ");
        let choice = Choice {
            count: u8::try_from(words.len()).map_err(|_| format!("{at}: too many words"))?,
            literals: found,
            is_const,
            list: self.compiler.pooled(&list),
            list_length: u16::try_from(list.len()).map_err(|_| format!("{at}: longer than 65,535 bytes"))?,
            ..NO_CHOICE
        };
        kept_once(&mut self.compiler.choices, (choice, words))
    }

    fn bound(&mut self, value: Value<'d, 't>, at: &str) -> Result<Bound, String> {
        if value.kind() != Kind::Number || Decimal::read(value.raw()).is_none() {
            return Err(format!("{at}: no number in the range of a 64-bit float"));
        }
        let raw = String::from_utf8_lossy(value.raw()).into_owned();
        // As the oracle shows it.
        let shown = serde_json::from_str::<serde_json::Number>(&raw).map_or(raw, |number| number.to_string());
        let length = u16::try_from(shown.len()).map_err(|_| format!("{at}: too long"))?;
        Ok(Bound { text: self.compiler.pooled(&shown), length })
    }
}

impl Draft<'_, '_> {
    fn array(&mut self) -> &mut Array {
        self.array.get_or_insert(Array { items: 0, min: 0, max: u32::MAX })
    }
}

fn text(value: Value<'_, '_>, at: &str) -> Result<String, String> {
    value.text().map(std::borrow::Cow::into_owned).ok_or_else(|| format!("{at}: no string"))
}

fn object<'d, 't>(value: Value<'d, 't>, at: &str) -> Result<Value<'d, 't>, String> {
    if value.kind() == Kind::Object { Ok(value) } else { Err(format!("{at}: no object")) }
}

fn list<'d, 't>(value: Value<'d, 't>, at: &str) -> Result<Vec<Value<'d, 't>>, String> {
    if value.kind() == Kind::Array { Ok(value.children().collect()) } else { Err(format!("{at}: no array")) }
}

fn strings(value: Value<'_, '_>, at: &str) -> Result<Vec<String>, String> {
    list(value, at)?.into_iter().map(|item| text(item, at)).collect()
}

fn count(value: Value<'_, '_>, at: &str) -> Result<u32, String> {
    let number = std::str::from_utf8(value.raw()).ok().and_then(|text| text.parse().ok());
    number.ok_or_else(|| format!("{at}: no whole number below 2^32"))
}

fn format(value: Value<'_, '_>, at: &str) -> Result<Format, String> {
    match text(value, at)?.as_str() {
        "uuid" => Ok(Format::Uuid),
        "date" => Ok(Format::Date),
        "date-time" => Ok(Format::DateTime),
        other => Err(format!("{at}: the format {other} is outside the subset")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(schema: &str) -> String {
        Compiler::new().add("x", schema, &[]).expect_err(schema).reason
    }

    #[test]
    fn what_is_outside_the_subset_is_refused_with_its_place() {
        for (schema, reason) in [
            (r#"{"properties":{"a/b":{"pattern":"x"}}}"#, "/properties/a~1b/pattern: the keyword pattern is outside"),
            (r#"{"items":{"oneOf":[]}}"#, "/items/oneOf: the keyword oneOf is outside the subset"),
            (r#"{"format":"email"}"#, "/format: the format email is outside the subset"),
            (r#"{"enum":["a",1]}"#, "/enum: only strings, booleans and null"),
            (r#"{"required":["a"]}"#, "/required: a is required and not listed"),
            (r##"{"$ref":"#/$defs/A"}"##, "/$ref: refers to nothing"),
            (r#"{"$ref":"other.json"}"#, "/$ref: only references into $defs"),
            (r##"{"$ref":"#/$defs/A","type":"string","$defs":{"A":{}}}"##, "/$ref: a reference beside other keywords"),
            (r##"{"$ref":"#/$defs/A","$defs":{"A":{"$ref":"#/$defs/A"}}}"##, "/$ref: refers to itself"),
            (r#"{"if":{"minProperties":2},"then":{"required":[]}}"#, "/if: only"),
            (r#"{"if":{"minProperties":1},"then":{"maxProperties":1}}"#, "/then: only required"),
            (r#"{"if":{"minProperties":1}}"#, ": if and then stand together"),
            (r#"{"additionalProperties":false}"#, "/additionalProperties: false beside no properties"),
            (r#"{"items":false}"#, "/items: no schema"),
            (r#"{"minLength":-1}"#, "/minLength: no whole number"),
            (r#"{"maximum":1e999}"#, "/maximum: no number in the range"),
            (r#"{"type":"text"}"#, "/type: no such type"),
            (r#"{"type":"string","type":"null"}"#, "/type: stands there twice"),
            (r#"{"$schema":"http://json-schema.org/draft-07/schema#"}"#, "/$schema: only draft 2020-12"),
            (r#"{"items":{"$id":"y"}}"#, "/items/$id: the keyword $id"),
            ("{", "cut off"),
        ] {
            let found = refused(schema);
            let is_there = found.contains(reason);
            assert!(is_there, "{schema}: {found}");
        }
    }

    #[test]
    fn equal_parts_are_kept_once() {
        let mut compiler = Compiler::new();
        let one = r##"{"properties":{"a":{"$ref":"#/$defs/W"}},"$defs":{"W":{"enum":["x","y"]}}}"##;
        let first = compiler.add("1", one, &[]).expect("inside the subset");
        let size = (compiler.nodes.len(), compiler.text.len());
        let other = r#"{"properties":{"a":{"enum":["x","y"],"description":"other words"}}}"#;
        assert_eq!(compiler.add("2", other, &[]).expect("inside the subset"), first);
        assert_eq!((compiler.nodes.len(), compiler.text.len()), size);
        assert_ne!(compiler.add("3", other, &[("a", 1)]).expect("inside the subset"), first);
    }

    #[test]
    fn a_schema_may_refer_to_itself() {
        let list = r##"{"$ref":"#/$defs/L","$defs":{"L":{"properties":{"next":{"$ref":"#/$defs/L"}}}}}"##;
        let mut compiler = Compiler::new();
        let root = compiler.add("x", list, &[]).expect("inside the subset");
        let owned = compiler.finish();
        assert_eq!(owned.members[0].node, root);
    }

    #[test]
    fn names_that_no_multiplier_tells_apart_are_walked() {
        let names = ["aaaaaaaaXbbbbbbbb", "aaaaaaaaYbbbbbbbb"];
        let mut compiler = Compiler::new();
        let words = names.map(|name| compiler.name(name).expect("short"));
        assert_eq!(index(words.into_iter(), &compiler.text, &mut Vec::new()), Index::NONE);
    }
}
