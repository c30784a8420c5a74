//! From the text of a JSON Schema to tables; a keyword outside the subset is refused with its place.
//!
//! Known keywords: `type`, `properties`, `required`, `dependentRequired`, `additionalProperties`, `propertyNames` (a schema of a
//! string), `minProperties`, `maxProperties`, `items`, `prefixItems`, `minItems`, `maxItems`, `uniqueItems`, `enum`, `const`, `format`
//! (`uuid`, `date`, `date-time`), `minLength`, `maxLength`, `minimum`, `maximum`, `exclusiveMinimum`, `exclusiveMaximum`, `multipleOf`,
//! `$ref` into the same document, `allOf` and what stands beside a `$ref` where no keyword meets itself, and `if: {minProperties: 1}`
//! with `then: {required: [..]}`; the schemas `true` and `false`. Drafts 2020-12, 2019-09 and 07, where they mean the same by them. A new
//! keyword is one arm of [`Reader::keyword`], one place in the machine that looks at it, and one test.

use std::sync::atomic::AtomicU8;

use super::NESTED;
use super::program::{
    Array, Bound, Choice, Dependent, Format, Index, Length, Member, Name, Node, Object, Others, Program, Range,
    literals, types,
};
use super::words::fingerprint;
use super::{Stop, read};
use crate::json::{Decimal, Document, Kind, Node as Value, STEP_DIGITS, STEP_POWER, escape_pointer};
use crate::rule::Rule;
use crate::schema::SchemaFault;

/// Deepest nesting of a schema's text.
const MAX_DEPTH: usize = 100;
/// Members of one object, and words of one list.
const MAX_NAMES: usize = 64;

/// References that stand beside other keywords, each of which is read where it stands.
const MAX_OPENED: usize = 1_000;

/// Compiles schemas into one program, in which equal parts are kept once.
#[derive(Debug)]
pub(crate) struct Compiler {
    nodes: Vec<Node>,
    objects: Vec<(Object, Vec<Member>, Vec<Dependent>)>,
    arrays: Vec<(Array, Vec<u16>)>,
    choices: Vec<(Choice, Vec<Name>, Vec<Name>)>,
    lengths: Vec<Length>,
    ranges: Vec<Range>,
    text: String,
    has_formats: bool,
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
    prefixes: Vec<u16>,
    dependents: Vec<Dependent>,
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
            prefixes: &self.prefixes,
            dependents: &self.dependents,
            lengths: &self.lengths,
            ranges: &self.ranges,
            slots: &self.slots,
            hints: &self.hints,
            text: &self.text,
        }
    }
}

/// No choice at all. It takes every literal, which tells it from the list that takes nothing.
const NO_CHOICE: Choice = Choice {
    words: 0,
    count: 0,
    literals: literals::NULL | literals::TRUE | literals::FALSE,
    is_const: false,
    values: 0,
    values_count: 0,
    index: Index::NONE,
    list: 0,
    list_length: 0,
};

impl Compiler {
    pub(crate) fn new() -> Self {
        Self {
            nodes: vec![Node::ANY],
            objects: vec![(Object::OPEN, Vec::new(), Vec::new())],
            arrays: vec![(Array::OPEN, Vec::new())],
            choices: vec![(NO_CHOICE, Vec::new(), Vec::new())],
            lengths: vec![Length { min: 0, max: u32::MAX }],
            ranges: vec![Range::default()],
            text: String::new(),
            has_formats: true,
        }
    }

    /// Takes `format` as a remark in every schema that is added from now on.
    #[cfg(feature = "runtime-schemas")]
    pub(crate) fn leave_formats(&mut self) {
        self.has_formats = false;
    }

    /// Adds the schema in `text`; `watched` are members whose values are captured, slots from 1 on.
    pub(crate) fn add(&mut self, id: &str, text: &str, watched: &[(&str, u8)]) -> Result<u16, SchemaFault> {
        let fault = |reason: String| SchemaFault { id: id.to_owned(), reason };
        let (document, notes) = read(text.as_bytes(), MAX_DEPTH).map_err(|stop| match stop {
            Stop::Fault(in_text) => fault(in_text.kind.message()),
            Stop::TooLong | Stop::Tables => fault("longer than 4 GiB".to_owned()),
        })?;
        if let Some(note) = notes.iter().find(|note| note.rule == Rule::JsonDuplicate) {
            let place = document.at_offset(note.at).map(Value::pointer).unwrap_or_default();
            return Err(fault(format!("{place}: stands there twice")));
        }
        let mut reader = Reader {
            compiler: self,
            document: &document,
            // The whole is a definition too, which it may refer to.
            known: vec![(String::new(), Definition::Open(None))],
            open: vec![String::new()],
            opened: 0,
            draft: Draft::Draft202012,
            is_root: true,
            watched,
        };
        let root = reader.schema(document.root(), &mut String::new()).map_err(fault)?;
        let root = reader.settle(0, root).map_err(fault)?;
        let lengths = |lists: &mut dyn Iterator<Item = usize>| lists.map(|length| length + 1).sum::<usize>();
        let members = lengths(&mut self.objects.iter().map(|(_, members, _)| members.len()));
        let dependents = lengths(&mut self.objects.iter().map(|(_, _, dependents)| dependents.len()));
        let prefixes = lengths(&mut self.arrays.iter().map(|(_, prefix)| prefix.len()));
        let words = lengths(&mut self.choices.iter().map(|(_, words, values)| words.len() + values.len()));
        if members.max(words).max(dependents).max(prefixes) > usize::from(u16::MAX) {
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
            arrays: Vec::new(),
            choices: Vec::new(),
            words: Vec::new(),
            prefixes: Vec::new(),
            dependents: Vec::new(),
            lengths: self.lengths,
            ranges: self.ranges,
            slots: Vec::new(),
            hints: Vec::new(),
            text: self.text,
        };
        for (mut object, members, dependents) in self.objects {
            object.members = narrow(owned.members.len());
            object.hints = narrow(owned.members.len() + owned.objects.len());
            object.index = index(members.iter().map(|member| member.name), &owned.text, &mut owned.slots);
            object.dependents = narrow(owned.dependents.len());
            owned.members.extend(members);
            owned.dependents.extend(dependents);
            owned.objects.push(object);
        }
        for (mut array, prefix) in self.arrays {
            array.prefix = narrow(owned.prefixes.len());
            owned.prefixes.extend(prefix);
            owned.arrays.push(array);
        }
        for (mut choice, words, values) in self.choices {
            choice.words = narrow(owned.words.len());
            choice.index = index(words.iter().copied(), &owned.text, &mut owned.slots);
            owned.words.extend(words);
            choice.values = narrow(owned.words.len());
            owned.words.extend(values);
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
    document: &'d Document<'t>,
    /// Definitions by their pointer: where they are, or will be.
    known: Vec<(String, Definition)>,
    /// Definitions that are being read into the schema that refers to them, and how many were.
    open: Vec<String>,
    opened: usize,
    draft: Draft,
    is_root: bool,
    watched: &'c [(&'c str, u8)],
}

enum Definition {
    At(u16),
    /// Being read; a reference from inside itself has reserved a position for it.
    Open(Option<u16>),
}

/// The drafts that are read, oldest first.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Draft {
    Draft7,
    Draft201909,
    Draft202012,
}

/// What the keywords of one schema said so far.
#[derive(Clone, Default)]
struct Rules<'d, 't> {
    types: Option<u8>,
    format: Option<Format>,
    choice: Option<u16>,
    min_length: Option<u32>,
    max_length: Option<u32>,
    min: Option<Bound>,
    max: Option<Bound>,
    above: Option<Bound>,
    below: Option<Bound>,
    multiple: Option<Bound>,
    items: Option<u16>,
    min_items: Option<u32>,
    max_items: Option<u32>,
    is_unique: Option<bool>,
    prefix: Option<Vec<u16>>,
    members: Option<Vec<(String, u16)>>,
    others: Option<(Others, u16)>,
    names: Option<u16>,
    required: Option<Vec<String>>,
    dependents: Option<Vec<(String, Vec<String>)>>,
    least: Option<u32>,
    most: Option<u32>,
    required_if_any: Option<Vec<String>>,
    condition: Option<Value<'d, 't>>,
    consequence: Option<Value<'d, 't>>,
}

/// Takes what the other side says; an error where both say something else.
fn meet<T: PartialEq>(ours: &mut Option<T>, theirs: Option<T>, keyword: &str) -> Result<(), String> {
    match (&ours, theirs) {
        (_, None) => Ok(()),
        (None, theirs) => {
            *ours = theirs;
            Ok(())
        }
        (Some(ours), Some(theirs)) if *ours == theirs => Ok(()),
        _ => Err(format!("{keyword} twice for one value is outside the subset")),
    }
}

impl Rules<'_, '_> {
    /// Both at once.
    fn merge(&mut self, other: Self) -> Result<(), String> {
        meet(&mut self.types, other.types, "type")?;
        meet(&mut self.format, other.format, "format")?;
        meet(&mut self.choice, other.choice, "enum or const")?;
        meet(&mut self.min_length, other.min_length, "minLength")?;
        meet(&mut self.max_length, other.max_length, "maxLength")?;
        meet(&mut self.min, other.min, "minimum")?;
        meet(&mut self.max, other.max, "maximum")?;
        meet(&mut self.above, other.above, "exclusiveMinimum")?;
        meet(&mut self.below, other.below, "exclusiveMaximum")?;
        meet(&mut self.multiple, other.multiple, "multipleOf")?;
        if self.prefix.is_some() != other.prefix.is_some() && self.items.is_some() | other.items.is_some() {
            return Err("items beside prefixItems of another schema is outside the subset".to_owned());
        }
        meet(&mut self.items, other.items, "items")?;
        meet(&mut self.min_items, other.min_items, "minItems")?;
        meet(&mut self.max_items, other.max_items, "maxItems")?;
        meet(&mut self.is_unique, other.is_unique, "uniqueItems")?;
        meet(&mut self.prefix, other.prefix, "prefixItems")?;
        // What it says is about the members that its own schema does not list.
        let is_clear = match (self.others, other.others) {
            (None, None) => true,
            (Some(_), None) => other.members.is_none(),
            (None, Some(_)) => self.members.is_none(),
            (Some(_), Some(_)) => self.members.is_none() && other.members.is_none(),
        };
        if !is_clear {
            return Err("additionalProperties of another schema is outside the subset".to_owned());
        }
        meet(&mut self.others, other.others, "additionalProperties")?;
        for (name, node) in other.members.iter().flatten() {
            let ours = self.members.get_or_insert_default();
            match ours.iter().find(|(known, _)| known == name) {
                Some((_, known)) if known != node => {
                    return Err(format!("the member {name} in two schemas is outside the subset"));
                }
                Some(_) => {}
                None => ours.push((name.clone(), *node)),
            }
        }
        if other.members.is_some() {
            self.members.get_or_insert_default();
        }
        meet(&mut self.names, other.names, "propertyNames")?;
        if let Some(required) = other.required {
            let ours = self.required.get_or_insert_default();
            ours.extend(required);
            ours.sort_unstable();
            ours.dedup();
        }
        meet(&mut self.dependents, other.dependents, "dependentRequired")?;
        meet(&mut self.least, other.least, "minProperties")?;
        meet(&mut self.most, other.most, "maxProperties")?;
        meet(&mut self.required_if_any, other.required_if_any, "if")
    }
}

impl<'d, 't> Reader<'_, 'd, 't> {
    fn schema(&mut self, value: Value<'d, 't>, at: &mut String) -> Result<u16, String> {
        let is_root = std::mem::take(&mut self.is_root);
        match value.kind() {
            Kind::True => return Ok(0),
            Kind::False => return self.compiler.push_node(Node::NOTHING),
            Kind::Object => {}
            _ => return Err(format!("{at}: no schema that is an object or a boolean")),
        }
        if let Some(draft) = value.get("$schema") {
            if !is_root {
                return Err(format!("{at}/$schema: a schema of another document is outside the subset"));
            }
            self.draft = draft_of(&text(draft, &format!("{at}/$schema"))?)
                .ok_or_else(|| format!("{at}/$schema: only drafts 2020-12, 2019-09 and 07 are read"))?;
        }
        if let Some(reference) = self.lone_reference(value, is_root) {
            return self.reference(reference, &format!("{at}/$ref"));
        }
        if let Some(choice) = Self::or_null(value) {
            return self.nullable(choice, at);
        }
        let rules = self.rules(value, is_root, at)?;
        self.assemble(&rules, is_root, at)
    }

    /// What a schema allows besides null, where it is a choice between the two and says nothing else: an optional member as `schemars`
    /// writes it.
    fn or_null(value: Value<'d, 't>) -> Option<Value<'d, 't>> {
        let mut said =
            value.children().filter(|member| member.name().is_none_or(|name| !is_remark(&name) && !is_place(&name)));
        let choices =
            said.next().filter(|member| member.name().as_deref() == Some("anyOf") && said.next().is_none())?;
        let mut choices = choices.children().filter(|_| choices.kind() == Kind::Array);
        let (choice, null, None) = (choices.next()?, choices.next()?, choices.next()) else { return None };
        let mut keywords = null.children();
        let kind = keywords.next().filter(|_| keywords.next().is_none())?;
        (kind.name().as_deref() == Some("type") && kind.text().as_deref() == Some("null")).then_some(choice)
    }

    /// The schema, and null besides. What is wrong is told as if there were no choice.
    fn nullable(&mut self, value: Value<'d, 't>, at: &mut String) -> Result<u16, String> {
        let length = at.len();
        at.push_str("/anyOf/0");
        let found = self.schema(value, at)?;
        let is_reserved = |(_, definition): &(String, Definition)| matches!(definition, Definition::Open(Some(node)) if *node == found);
        if self.known.iter().any(is_reserved) {
            return Err(format!("{at}: a choice with itself is outside the subset"));
        }
        at.truncate(length);
        let mut node = self.compiler.nodes.get(usize::from(found)).copied().unwrap_or(Node::ANY);
        node.types |= types::NULL;
        if node.choice != 0
            && let Some((choice, words, values)) = self.compiler.choices.get(usize::from(node.choice)).cloned()
        {
            let choice = Choice { literals: choice.literals | literals::NULL, ..choice };
            node.choice = kept_once(&mut self.compiler.choices, (choice, words, values))?;
        }
        self.compiler.push_node(node)
    }

    /// The reference of a schema that says nothing else.
    fn lone_reference(&self, value: Value<'d, 't>, is_root: bool) -> Option<Value<'d, 't>> {
        // Before 2019-09 whatever stands beside it is passed over.
        let is_head = |keyword: &str| is_root && matches!(keyword, "$schema" | "$id");
        let says_nothing =
            |keyword: &str| is_remark(keyword) || keyword == "$ref" || is_place(keyword) || is_head(keyword);
        let is_alone = || value.children().all(|member| member.name().is_some_and(|name| says_nothing(&name)));
        value.get("$ref").filter(|_| self.draft == Draft::Draft7 || is_alone())
    }

    /// What all keywords of a schema say together.
    fn rules(&mut self, value: Value<'d, 't>, is_root: bool, at: &mut String) -> Result<Rules<'d, 't>, String> {
        let mut rules = Rules::default();
        let mut others = Vec::new();
        for member in value.children() {
            let keyword = member.name().unwrap_or_default();
            let length = at.len();
            at.push('/');
            escape_pointer(&keyword, at);
            match &*keyword {
                "$ref" => others.push((self.referred(member, at)?, at.clone())),
                "allOf" => {
                    for (position, part) in list(member, at)?.into_iter().enumerate() {
                        others.push((self.part(part, &mut format!("{at}/{position}"))?, format!("{at}/{position}")));
                    }
                }
                "$id" if !is_root => return Err(format!("{at}: a document in another is outside the subset")),
                keyword => self.keyword(keyword, member, &mut rules, at)?,
            }
            at.truncate(length);
        }
        self.condition(&mut rules, at)?;
        for (other, at) in others {
            rules.merge(other).map_err(|reason| format!("{at}: {reason}"))?;
        }
        Ok(rules)
    }

    /// What a schema says that holds beside others.
    fn part(&mut self, value: Value<'d, 't>, at: &mut String) -> Result<Rules<'d, 't>, String> {
        match value.kind() {
            Kind::True => Ok(Rules::default()),
            Kind::Object if self.draft > Draft::Draft7 || value.get("$ref").is_none() => self.rules(value, false, at),
            Kind::Object => self.referred(value.get("$ref").unwrap_or(value), at),
            _ => Err(format!("{at}: no schema that is an object or true")),
        }
    }

    /// What the target of a reference says, to hold beside others.
    fn referred(&mut self, value: Value<'d, 't>, at: &str) -> Result<Rules<'d, 't>, String> {
        let (pointer, target) = self.target(value, at)?;
        if self.open.contains(&pointer) {
            return Err(format!("{at}: a reference to itself beside other keywords is outside the subset"));
        }
        self.opened += 1;
        if self.opened > MAX_OPENED {
            return Err(format!(
                "{at}: more than {MAX_OPENED} references beside other keywords are outside the subset"
            ));
        }
        self.open.push(pointer.clone());
        let rules = self.part(target, &mut pointer.clone());
        self.open.pop();
        rules
    }

    /// One arm for each keyword.
    fn keyword(
        &mut self,
        keyword: &str,
        value: Value<'d, 't>,
        rules: &mut Rules<'d, 't>,
        at: &mut String,
    ) -> Result<(), String> {
        match keyword {
            "$schema" | "$id" => {}
            keyword if is_remark(keyword) || is_place(keyword) => {}
            "type" => rules.types = Some(self.types(value, at)?),
            "format" if !self.compiler.has_formats => {}
            "format" => rules.format = Some(self.format(value, at)?),
            "enum" | "const" if rules.choice.is_some() => {
                return Err(format!("{at}: enum beside const is outside the subset"));
            }
            "enum" => rules.choice = Some(self.choice(&list(value, at)?, false, at)?),
            "const" => rules.choice = Some(self.choice(&[value], true, at)?),
            "minLength" => rules.min_length = Some(count(value, at)?),
            "maxLength" => rules.max_length = Some(count(value, at)?),
            "minimum" => rules.min = Some(self.bound(value, at)?),
            "maximum" => rules.max = Some(self.bound(value, at)?),
            "exclusiveMinimum" => rules.above = Some(self.bound(value, at)?),
            "exclusiveMaximum" => rules.below = Some(self.bound(value, at)?),
            "multipleOf" => rules.multiple = Some(self.step(value, at)?),
            "items" => rules.items = Some(self.schema(value, at)?),
            "prefixItems" if self.draft == Draft::Draft202012 => {
                let items = list(value, at)?.into_iter().enumerate();
                let nodes = items.map(|(position, item)| self.schema(item, &mut format!("{at}/{position}")));
                rules.prefix = Some(nodes.collect::<Result<_, String>>()?);
            }
            "minItems" => rules.min_items = Some(count(value, at)?),
            "maxItems" => rules.max_items = Some(count(value, at)?),
            "uniqueItems" => rules.is_unique = Some(boolean(value, at)?),
            "properties" => {
                let mut members = Vec::new();
                for member in object(value, at)?.children() {
                    let name = member.name().unwrap_or_default().into_owned();
                    let length = at.len();
                    at.push('/');
                    escape_pointer(&name, at);
                    let node = self.schema(member, at)?;
                    at.truncate(length);
                    members.push((name, node));
                }
                rules.members = Some(members);
            }
            "required" => rules.required = Some(strings(value, at)?),
            "dependentRequired" if self.draft > Draft::Draft7 => {
                let of =
                    |member: Value<'d, 't>| Ok((member.name().unwrap_or_default().into_owned(), strings(member, at)?));
                rules.dependents = Some(object(value, at)?.children().map(of).collect::<Result<_, String>>()?);
            }
            "additionalProperties" => {
                rules.others = Some(match value.kind() {
                    Kind::False => (Others::Forbidden, 0),
                    _ => (Others::Free, self.schema(value, at)?),
                });
            }
            // A name is refused for one reason, whatever is wrong with it.
            "propertyNames" if value.kind() == Kind::Object => rules.names = Some(self.names(value, at)?),
            "minProperties" => rules.least = Some(count(value, at)?),
            "maxProperties" => rules.most = Some(count(value, at)?),
            "if" => rules.condition = Some(value),
            "then" => rules.consequence = Some(value),
            _ => return Err(format!("{at}: the keyword {keyword} is outside the subset")),
        }
        Ok(())
    }

    /// A schema of names, which are strings.
    fn names(&mut self, value: Value<'d, 't>, at: &mut String) -> Result<u16, String> {
        let node = self.schema(value, at)?;
        let found = self.compiler.nodes.get(usize::from(node)).copied().unwrap_or(Node::ANY);
        // No name is anything but a string, so all else in it never counts.
        if found.types == 0 {
            Err(format!("{at}: names that are all refused are outside the subset"))
        } else {
            Ok(node)
        }
    }

    fn assemble(&mut self, rules: &Rules<'d, 't>, is_root: bool, at: &str) -> Result<u16, String> {
        let mut node = Node::ANY;
        node.types = rules.types.unwrap_or(types::ALL);
        node.format = rules.format.unwrap_or(Format::Any);
        node.choice = rules.choice.unwrap_or(0);
        let length = Length { min: rules.min_length.unwrap_or(0), max: rules.max_length.unwrap_or(u32::MAX) };
        node.length = kept_once(&mut self.compiler.lengths, length)?;
        let &Rules { min, max, above, below, multiple, .. } = rules;
        node.number = kept_once(&mut self.compiler.ranges, Range { min, max, above, below, multiple })?;
        let prefix = rules.prefix.clone().unwrap_or_default();
        let array = Array {
            items: rules.items.unwrap_or(0),
            min: rules.min_items.unwrap_or(0),
            max: rules.max_items.unwrap_or(u32::MAX),
            is_unique: rules.is_unique.unwrap_or(false),
            prefix_count: narrow(prefix.len()),
            ..Array::OPEN
        };
        node.array = kept_once(&mut self.compiler.arrays, (array, prefix))?;
        node.object = self.object(rules, is_root, at)?;
        self.compiler.push_node(node)
    }

    /// `if: {minProperties: 1}` and `then: {required: [..]}`.
    #[expect(clippy::unused_self, reason = "one of the arms that all take it")]
    fn condition(&mut self, rules: &mut Rules<'d, 't>, at: &str) -> Result<(), String> {
        let (condition, consequence) = match (rules.condition.take(), rules.consequence.take()) {
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
        rules.required_if_any = Some(strings(required, &format!("{at}/then/required"))?);
        Ok(())
    }

    fn object(&mut self, rules: &Rules<'d, 't>, is_root: bool, at: &str) -> Result<u16, String> {
        let (others, rest) = match rules.others {
            Some(said) => said,
            // Members that no schema names are reported, unless the schema says what they are.
            None if rules.members.is_some() => (Others::Unknown, 0),
            None => (Others::Free, 0),
        };
        let mut members = rules.members.clone().unwrap_or_default();
        let listed = members.len();
        // Names that stand only where they are required: they have a place, and are no members that the schema lists.
        let required = rules.required.iter().flatten().chain(rules.required_if_any.iter().flatten());
        let dependents = rules.dependents.iter().flatten().flat_map(|(of, names)| std::iter::once(of).chain(names));
        for name in required.chain(dependents) {
            if !members.iter().any(|(known, _)| known == name) {
                members.push((name.clone(), rest));
            }
        }
        if members.len() > MAX_NAMES {
            return Err(format!("{at}: more than {MAX_NAMES} members are outside the subset"));
        }
        let bit =
            |name: &String| members.iter().position(|(member, _)| member == name).map_or(0, |place| 1_u64 << place);
        let bits = |names: &[String]| names.iter().fold(0, |bits, name| bits | bit(name));
        let dependents: Vec<Dependent> = rules
            .dependents
            .iter()
            .flatten()
            .map(|(of, names)| Dependent { of: bit(of), required: bits(names) })
            .collect();
        let object = Object {
            count: u8::try_from(members.len()).map_err(|_| format!("{at}: too many members"))?,
            others,
            rest,
            names: rules.names.unwrap_or(0),
            required: bits(rules.required.as_deref().unwrap_or_default()),
            required_if_any: bits(rules.required_if_any.as_deref().unwrap_or_default()),
            unlisted: (listed..members.len()).fold(0, |bits, place| bits | (1_u64 << place)),
            least: rules.least.unwrap_or(0),
            most: rules.most.unwrap_or(u32::MAX),
            dependents_count: u8::try_from(dependents.len()).map_err(|_| format!("{at}: too many members"))?,
            ..Object::OPEN
        };
        let mut named = Vec::new();
        for (name, node) in &members {
            let is_here = |slot: u8| is_root == (slot != NESTED);
            let watched = self.watched.iter().find(|(watched, slot)| watched == name && is_here(*slot));
            let watch = watched.map_or(0, |(_, slot)| *slot);
            named.push(Member { name: self.compiler.name(name)?, node: *node, watch });
        }
        kept_once(&mut self.compiler.objects, (object, named, dependents))
    }

    /// Where a reference leads: the pointer, and what stands there.
    fn target(&self, value: Value<'d, 't>, at: &str) -> Result<(String, Value<'d, 't>), String> {
        let target = text(value, at)?;
        let is_pointer = |pointer: &&str| pointer.is_empty() || pointer.starts_with('/');
        let Some(pointer) = target.strip_prefix('#').filter(is_pointer).filter(|pointer| !pointer.contains('%')) else {
            return Err(format!("{at}: only references by a pointer into the same document are in the subset"));
        };
        let found = self.document.at(pointer).ok_or_else(|| format!("{at}: refers to nothing"))?;
        Ok((pointer.to_owned(), found))
    }

    fn reference(&mut self, value: Value<'d, 't>, at: &str) -> Result<u16, String> {
        let (pointer, target) = self.target(value, at)?;
        if let Some((_, definition)) = self.known.iter_mut().find(|(known, _)| *known == pointer) {
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
        let position = self.known.len();
        self.known.push((pointer.clone(), Definition::Open(None)));
        let node = self.schema(target, &mut pointer.clone())?;
        self.settle(position, node).map_err(|reason| format!("{at}: {reason}"))
    }

    /// Puts a definition that was read where those that refer to it expect it.
    fn settle(&mut self, position: usize, node: u16) -> Result<u16, String> {
        let Some((_, definition)) = self.known.get_mut(position) else { return Ok(node) };
        let node = match definition {
            Definition::Open(Some(reserved)) if *reserved == node => {
                return Err("refers to itself and nothing else".to_owned());
            }
            Definition::Open(Some(reserved)) => {
                self.compiler.nodes[usize::from(*reserved)] = self.compiler.nodes[usize::from(node)];
                *reserved
            }
            _ => node,
        };
        *definition = Definition::At(node);
        Ok(node)
    }

    #[expect(clippy::unused_self, reason = "one shape for all keywords")]
    fn types(&mut self, value: Value<'d, 't>, at: &str) -> Result<u8, String> {
        let names = if value.kind() == Kind::Array { strings(value, at)? } else { vec![text(value, at)?] };
        if names.is_empty() {
            return Err(format!("{at}: expected a type"));
        }
        names.iter().try_fold(0, |bits, name| {
            let known = types::NAMES.iter().find(|(known, _)| known == name);
            known.map(|(_, bit)| bits | bit).ok_or_else(|| format!("{at}: no such type"))
        })
    }

    fn choice(&mut self, options: &[Value<'d, 't>], is_const: bool, at: &str) -> Result<u16, String> {
        let (mut words, mut values, mut shown) = (Vec::new(), Vec::new(), Vec::new());
        let mut found = 0;
        for option in options {
            match option.kind() {
                Kind::Null => found |= literals::NULL,
                Kind::True => found |= literals::TRUE,
                Kind::False => found |= literals::FALSE,
                Kind::String if option.has_lone_surrogate() => return Err(format!("{at}: half a character")),
                Kind::String => {}
                Kind::Number if Decimal::read(option.raw()).is_none() => {
                    return Err(format!("{at}: no number in the range of a 64-bit float"));
                }
                Kind::Number | Kind::Array | Kind::Object => {
                    let mut form = Vec::new();
                    option.form(&mut form);
                    let form = String::from_utf8(form).map_err(|_| format!("{at}: no text"))?;
                    values.push(self.compiler.name(&form)?);
                }
            }
            match option.text() {
                Some(word) => {
                    words.push(self.compiler.name(&word)?);
                    shown.push(word.into_owned());
                }
                None => shown.push(compact(option.raw())),
            }
        }
        if words.len().max(values.len()) > MAX_NAMES {
            return Err(format!("{at}: more than {MAX_NAMES} words are outside the subset"));
        }
        let list = shown.join(", ");
        let choice = Choice {
            count: u8::try_from(words.len()).map_err(|_| format!("{at}: too many words"))?,
            literals: found,
            is_const,
            values_count: u8::try_from(values.len()).map_err(|_| format!("{at}: too many values"))?,
            list: self.compiler.pooled(&list),
            list_length: u16::try_from(list.len()).map_err(|_| format!("{at}: longer than 65,535 bytes"))?,
            ..NO_CHOICE
        };
        kept_once(&mut self.compiler.choices, (choice, words, values))
    }

    fn bound(&mut self, value: Value<'d, 't>, at: &str) -> Result<Bound, String> {
        if value.kind() != Kind::Number || Decimal::read(value.raw()).is_none() {
            return Err(format!("{at}: no number in the range of a 64-bit float"));
        }
        self.shown(value, at)
    }

    /// A number as it is written.
    fn shown(&mut self, value: Value<'d, 't>, at: &str) -> Result<Bound, String> {
        let text = compact(value.raw());
        let length = u16::try_from(text.len()).map_err(|_| format!("{at}: too long"))?;
        Ok(Bound { text: self.compiler.pooled(&text), length })
    }

    fn step(&mut self, value: Value<'d, 't>, at: &str) -> Result<Bound, String> {
        let outside = || format!("{at}: only a number above 0 of at most {STEP_DIGITS} digits is in the subset");
        let step = Decimal::read(value.raw()).filter(|_| value.kind() == Kind::Number).ok_or_else(outside)?;
        let (digits, power) = step.extent();
        let zero = Decimal::read(b"0").ok_or_else(outside)?;
        if !zero.is_less(&step) || digits > STEP_DIGITS || power < STEP_POWER {
            return Err(outside());
        }
        self.shown(value, at)
    }

    fn format(&self, value: Value<'d, 't>, at: &str) -> Result<Format, String> {
        match text(value, at)?.as_str() {
            // Older drafts do not know it, so there it is a remark.
            "uuid" if self.draft > Draft::Draft7 => Ok(Format::Uuid),
            "date" => Ok(Format::Date),
            "date-time" => Ok(Format::DateTime),
            other => Err(format!("{at}: the format {other} is outside the subset")),
        }
    }
}

fn draft_of(uri: &str) -> Option<Draft> {
    match uri.trim_end_matches('#') {
        "https://json-schema.org/draft/2020-12/schema" => Some(Draft::Draft202012),
        "https://json-schema.org/draft/2019-09/schema" => Some(Draft::Draft201909),
        "http://json-schema.org/draft-07/schema" => Some(Draft::Draft7),
        _ => None,
    }
}

/// A value as it is written, without the white space between its parts.
fn compact(raw: &[u8]) -> String {
    let (mut in_string, mut is_escaped) = (false, false);
    let is_part = |byte: &u8| {
        let is_shown = in_string || !byte.is_ascii_whitespace();
        in_string ^= *byte == b'"' && !is_escaped;
        is_escaped = in_string && *byte == b'\\' && !is_escaped;
        is_shown
    };
    String::from_utf8_lossy(&raw.iter().copied().filter(is_part).collect::<Vec<u8>>()).into_owned()
}

/// Keywords that say something to people and forbid nothing.
fn is_remark(keyword: &str) -> bool {
    keyword.starts_with("x-")
        || matches!(
            keyword,
            "$comment" | "title" | "description" | "default" | "examples" | "deprecated" | "readOnly" | "writeOnly"
        )
}

/// Keywords that only hold schemas for others to refer to.
fn is_place(keyword: &str) -> bool {
    matches!(keyword, "$defs" | "definitions")
}

fn text(value: Value<'_, '_>, at: &str) -> Result<String, String> {
    value.text().map(std::borrow::Cow::into_owned).ok_or_else(|| format!("{at}: no string"))
}

fn boolean(value: Value<'_, '_>, at: &str) -> Result<bool, String> {
    match value.kind() {
        Kind::True => Ok(true),
        Kind::False => Ok(false),
        _ => Err(format!("{at}: neither true nor false")),
    }
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

/// A whole number, however it is written.
fn count(value: Value<'_, '_>, at: &str) -> Result<u32, String> {
    let number =
        std::str::from_utf8(value.raw()).ok().and_then(|text| text.strip_suffix(".0").unwrap_or(text).parse().ok());
    number.ok_or_else(|| format!("{at}: no whole number below 2^32"))
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
            (r#"{"enum":["a",1e999]}"#, "/enum: no number in the range"),
            (r##"{"$ref":"#/$defs/A"}"##, "/$ref: refers to nothing"),
            (r#"{"$ref":"other.json"}"#, "/$ref: only references by a pointer into the same document"),
            (
                r##"{"$ref":"#/$defs/A","type":"string","$defs":{"A":{"type":"null"}}}"##,
                "/$ref: type twice for one value",
            ),
            (r##"{"$ref":"#","type":"string"}"##, "/$ref: a reference to itself beside other keywords"),
            (r#"{"allOf":[{"minLength":1},{"minLength":2}]}"#, "/allOf/1: minLength twice for one value"),
            (
                r#"{"properties":{"a":true},"allOf":[{"additionalProperties":false}]}"#,
                "/allOf/0: additionalProperties of another",
            ),
            (r#"{"multipleOf":0}"#, "/multipleOf: only a number above 0"),
            (r##"{"$ref":"#/$defs/A","$defs":{"A":{"$ref":"#/$defs/A"}}}"##, "/$ref: refers to itself"),
            (r#"{"if":{"minProperties":2},"then":{"required":[]}}"#, "/if: only"),
            (r#"{"if":{"minProperties":1},"then":{"maxProperties":1}}"#, "/then: only required"),
            (r#"{"if":{"minProperties":1}}"#, ": if and then stand together"),
            (r#"{"items":[true]}"#, "/items: no schema"),
            (r#"{"minLength":-1}"#, "/minLength: no whole number"),
            (r#"{"maximum":1e999}"#, "/maximum: no number in the range"),
            (r#"{"type":"text"}"#, "/type: no such type"),
            (r#"{"type":"string","type":"null"}"#, "/type: stands there twice"),
            (
                r#"{"$schema":"http://json-schema.org/draft-04/schema#"}"#,
                "/$schema: only drafts 2020-12, 2019-09 and 07",
            ),
            (r#"{"items":{"$id":"y"}}"#, "/items/$id: a document in another"),
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
