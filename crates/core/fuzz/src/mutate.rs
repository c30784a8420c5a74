//! Documents near the documented ones: a tree that keeps order and repeated names, edits to it, ways to write it down.

use std::fmt::{self, Write as _};

use serde_json::Value;

/// A small random generator; the same seed gives the same documents everywhere.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// The next number.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`, which is not 0.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % (bound as u64)).unwrap_or_default()
    }

    /// True once in `times`.
    pub(crate) fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// One of a list.
    pub(crate) fn pick<'a, T: ?Sized>(&mut self, list: &[&'a T]) -> &'a T {
        list[self.below(list.len())]
    }
}

/// A JSON value as it is written.
#[derive(Clone, Debug)]
pub(crate) enum Tree {
    /// A number or a literal, as text.
    Raw(String),
    /// A string, unescaped.
    Text(String),
    /// An array.
    List(Vec<Tree>),
    /// An object; names may repeat.
    Object(Vec<(String, Tree)>),
}

impl Tree {
    /// Reads what `serde_json` read; the order of members is that of `text`.
    pub(crate) fn parse(text: &str) -> Self {
        serde_json::from_str::<Ordered>(text).expect("an example is JSON").0
    }

    /// How many values there are.
    fn size(&self) -> usize {
        1 + match self {
            Self::Raw(_) | Self::Text(_) => 0,
            Self::List(items) => items.iter().map(Self::size).sum(),
            Self::Object(members) => members.iter().map(|(_, value)| value.size()).sum(),
        }
    }

    /// The value number `at`, containers before what they hold.
    fn at(&mut self, at: usize) -> &mut Self {
        let mut left = at;
        let mut here = self;
        loop {
            if left == 0 {
                return here;
            }
            left -= 1;
            let children: Vec<&mut Tree> = match here {
                Self::List(items) => items.iter_mut().collect(),
                Self::Object(members) => members.iter_mut().map(|(_, value)| value).collect(),
                Self::Raw(_) | Self::Text(_) => unreachable!("counted"),
            };
            let mut next = None;
            for child in children {
                let size = child.size();
                if left < size {
                    next = Some(child);
                    break;
                }
                left -= size;
            }
            here = next.expect("counted");
        }
    }

    /// One edit somewhere.
    pub(crate) fn edit(&mut self, random: &mut Random) {
        let size = self.size();
        let place = random.below(size);
        let here = self.at(place);
        match (random.below(10), &mut *here) {
            (0..5, Self::Object(members)) if !members.is_empty() => edit_members(members, random),
            (0..5, Self::List(items)) if !items.is_empty() => {
                let at = random.below(items.len());
                match random.below(4) {
                    0 => drop(items.remove(at)),
                    1 => items.push(items[at].clone()),
                    2 => items.insert(at, scalar(random)),
                    _ => items.swap(at, 0),
                }
            }
            (0..7, Self::Text(text)) => edit_text(text, random),
            (7, _) => {
                let inner = here.clone();
                *here = if random.once_in(2) {
                    Self::List(vec![inner])
                } else {
                    Self::Object(vec![("wrapped".into(), inner)])
                };
            }
            _ => *here = scalar(random),
        }
    }

    /// Reverses the members of every object.
    pub(crate) fn reverse(&mut self) {
        match self {
            Self::Raw(_) | Self::Text(_) => {}
            Self::List(items) => items.iter_mut().for_each(Self::reverse),
            Self::Object(members) => {
                members.reverse();
                for (_, value) in members {
                    value.reverse();
                }
            }
        }
    }

    /// Replaces strings and numbers by others of the same shape, so that every keyword still holds.
    pub(crate) fn vary(&mut self, random: &mut Random) {
        match self {
            Self::Raw(_) => {}
            Self::List(items) => items.iter_mut().for_each(|item| item.vary(random)),
            Self::Object(members) => members.iter_mut().for_each(|(_, value)| value.vary(random)),
            Self::Text(text) => vary_text(text, random),
        }
    }

    /// Writes it down; `escape` escapes about one character in so many, `indent` spaces for each level.
    pub(crate) fn write(&self, random: &mut Random, escape: Option<usize>, indent: Option<usize>) -> String {
        let mut out = String::new();
        self.write_at(&mut out, random, escape, indent, 0);
        out
    }

    fn write_at(
        &self,
        out: &mut String,
        random: &mut Random,
        escape: Option<usize>,
        indent: Option<usize>,
        level: usize,
    ) {
        let line = |out: &mut String, level: usize| {
            if let Some(indent) = indent {
                out.push('\n');
                out.extend(std::iter::repeat_n(' ', indent * level));
            }
        };
        match self {
            Self::Raw(text) => out.push_str(text),
            Self::Text(text) => write_text(text, out, random, escape),
            Self::List(items) => {
                out.push('[');
                for (position, item) in items.iter().enumerate() {
                    out.push_str(if position > 0 { "," } else { "" });
                    line(out, level + 1);
                    item.write_at(out, random, escape, indent, level + 1);
                }
                if !items.is_empty() {
                    line(out, level);
                }
                out.push(']');
            }
            Self::Object(members) => {
                out.push('{');
                for (position, (name, value)) in members.iter().enumerate() {
                    out.push_str(if position > 0 { "," } else { "" });
                    line(out, level + 1);
                    write_text(name, out, random, escape);
                    out.push_str(if indent.is_some() { ": " } else { ":" });
                    value.write_at(out, random, escape, indent, level + 1);
                }
                if !members.is_empty() {
                    line(out, level);
                }
                out.push('}');
            }
        }
    }
}

fn edit_members(members: &mut Vec<(String, Tree)>, random: &mut Random) {
    let at = random.below(members.len());
    match random.below(9) {
        0 | 1 => drop(members.remove(at)),
        2 => members[at].0.push('x'),
        3 => members[at].0 = members[at].0.to_uppercase(),
        4 => {
            let name = ["extra", "", "a/b~c", "é", "updateAt", "erros", "docNumber"];
            members.insert(at, (random.pick(&name).into(), scalar(random)));
        }
        5 => members[at].1 = Tree::Raw("null".into()),
        6 => {
            let other = random.below(members.len());
            members.swap(at, other);
        }
        7 if random.once_in(3) => {
            let mut twin = members[at].clone();
            if random.once_in(2) {
                twin.1 = scalar(random);
            }
            members.push(twin);
        }
        7 => {
            for number in 0..random.below(40) {
                members.push((format!("m{number}"), scalar(random)));
            }
        }
        _ => members.reverse(),
    }
}

fn edit_text(text: &mut String, random: &mut Random) {
    match random.below(8) {
        0 => text.push('x'),
        1 => drop(text.pop()),
        2 => *text = text.to_lowercase(),
        3 => *text = format!(" {text}"),
        4 => *text = "ž€😀\"\\\n".repeat(random.below(90)),
        5 => *text = "a".repeat(random.below(300)),
        _ => {
            // One character for another, which is how dates and identifiers go wrong.
            let at = random.below(text.chars().count().max(1));
            let other = random.pick(&["0", "1", "3", "9", "-", ":", "T", "t", "z", ".", "f", "g", ",", "/", "é"]);
            *text = text.chars().enumerate().map(|(i, c)| if i == at { other.into() } else { c.to_string() }).collect();
        }
    }
}

fn scalar(random: &mut Random) -> Tree {
    let raw = [
        "null",
        "true",
        "false",
        "0",
        "-0",
        "7",
        "-12",
        "1.0",
        "1.5",
        "-0.0",
        "1e3",
        "1E-2",
        "1.5e1",
        "1e400",
        "-1e999",
        "123456789012345678",
        "12345678901234567890",
        "123456789012345678901234567890",
        "9007199254740993.0",
    ];
    let text = [
        "",
        "x",
        "true",
        "2026-02-29",
        "2024-02-29",
        "2026-03-10",
        "2016-12-31T23:59:60Z",
        "2016-12-31T22:59:60-01:00",
        "2026-03-10T12:53:45+02:00",
        "2026-03-10T12:53:45",
        "1ed2fb46-8271-6a33-a9ef-7553f473af46",
        "ACTIVE",
        "passport",
        "DOCVER",
        "LT",
        "ŽŽ",
        "😀😀",
        "verified",
    ];
    match random.below(8) {
        0..4 => Tree::Raw(random.pick(&raw).into()),
        4..6 => Tree::Text(random.pick(&text).into()),
        6 => Tree::List(Vec::new()),
        _ => Tree::Object(Vec::new()),
    }
}

/// Keeps words of the schemas, and the shape of everything else.
fn vary_text(text: &mut String, random: &mut Random) {
    let is_uuid = text.len() == 36 && text.matches('-').count() == 4;
    let is_time = text.len() > 18 && text.as_bytes()[10].eq_ignore_ascii_case(&b'T');
    let is_date = text.len() == 10 && text.matches('-').count() == 2;
    let is_word = text.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    let mut bytes = std::mem::take(text).into_bytes();
    for (at, byte) in bytes.iter_mut().enumerate() {
        if is_uuid && *byte != b'-' {
            *byte = b"0123456789abcdef"[random.below(16)];
        } else if (is_time && (at >= 17 || at == 15)) || ((is_time || is_date) && (at == 3 || at == 9)) {
            if byte.is_ascii_digit() {
                let top = if at == 17 { 6 } else { 9 };
                *byte = b'0' + u8::try_from(random.below(top)).unwrap_or_default();
                if at == 9 && *byte == b'0' {
                    *byte = b'1';
                }
            }
        } else if !is_word && !is_date && !is_time && byte.is_ascii_digit() {
            *byte = b'0' + u8::try_from(random.below(10)).unwrap_or_default();
        }
    }
    *text = String::from_utf8(bytes).expect("ASCII for ASCII");
}

fn write_text(text: &str, out: &mut String, random: &mut Random, escape: Option<usize>) {
    out.push('"');
    for character in text.chars() {
        if escape.is_some_and(|times| random.once_in(times)) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                let _ = if random.once_in(2) { write!(out, "\\u{unit:04x}") } else { write!(out, "\\u{unit:04X}") };
            }
            continue;
        }
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            other if other < ' ' => {
                let _ = write!(out, "\\u{:04x}", u32::from(other));
            }
            other => out.push(other),
        }
    }
    out.push('"');
}

/// Breaks the text itself.
pub(crate) fn damage(bytes: &mut Vec<u8>, random: &mut Random) {
    if bytes.is_empty() {
        return;
    }
    let at = random.below(bytes.len());
    let byte = *random.pick(&[
        &b'"', &b'\\', &b',', &b':', &b'{', &b'}', &b'[', &b']', &b'0', &b'-', &b'e', &b'.', &b' ', &b'\n', &0, &0xff,
        &0xc3, &b'u', &b't',
    ]);
    match random.below(6) {
        0 => bytes.truncate(at),
        1 => bytes[at] ^= 1 << random.below(8),
        2 => bytes[at] = byte,
        3 => bytes.insert(at, byte),
        4 => drop(bytes.remove(at)),
        _ => {
            let end = (at + random.below(20)).min(bytes.len());
            let piece = bytes[at..end].to_vec();
            let to = random.below(bytes.len());
            bytes.splice(to..to, piece);
        }
    }
}

/// A document near `example`: a few edits, some way to write it, and now and then damage.
pub(crate) fn document(example: &Tree, random: &mut Random) -> Vec<u8> {
    let mut tree = example.clone();
    if random.once_in(3) {
        tree.vary(random);
    }
    if random.once_in(8) {
        tree.reverse();
    }
    for _ in 0..random.below(4) {
        tree.edit(random);
    }
    let escape = match random.below(4) {
        0 => Some(3),
        1 => Some(20),
        _ => None,
    };
    let indent = if random.once_in(3) { Some(random.below(5)) } else { None };
    let mut bytes = tree.write(random, escape, indent).into_bytes();
    if random.once_in(5) {
        for _ in 0..=random.below(2) {
            damage(&mut bytes, random);
        }
    }
    bytes
}

/// Reads members in their order, which a map would sort.
struct Ordered(Tree);

impl<'de> serde::Deserialize<'de> for Ordered {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OrderedVisitor)
    }
}

struct OrderedVisitor;

impl<'de> serde::de::Visitor<'de> for OrderedVisitor {
    type Value = Ordered;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Ordered, E> {
        Ok(Ordered(Tree::Raw(value.to_string())))
    }

    fn visit_unit<E>(self) -> Result<Ordered, E> {
        Ok(Ordered(Tree::Raw("null".into())))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Ordered, E> {
        Ok(Ordered(Tree::Raw(value.to_string())))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Ordered, E> {
        Ok(Ordered(Tree::Raw(value.to_string())))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Ordered, E> {
        Ok(Ordered(Tree::Raw(Value::from(value).to_string())))
    }

    fn visit_str<E>(self, value: &str) -> Result<Ordered, E> {
        Ok(Ordered(Tree::Text(value.into())))
    }

    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut list: A) -> Result<Ordered, A::Error> {
        let mut items = Vec::new();
        while let Some(Ordered(item)) = list.next_element()? {
            items.push(item);
        }
        Ok(Ordered(Tree::List(items)))
    }

    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Ordered, A::Error> {
        let mut members = Vec::new();
        while let Some((name, Ordered(value))) = map.next_entry()? {
            members.push((name, value));
        }
        Ok(Ordered(Tree::Object(members)))
    }
}
