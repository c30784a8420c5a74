//! A JSON text as nodes, which know their kind, their bytes and their JSON Pointer.

use std::borrow::Cow;

use memchr::memchr2;

use super::number::Decimal;
use super::pointer;
#[cfg(any(test, feature = "runtime-schemas"))]
use super::text::unescape_pointer;
use super::text::{has_lone_surrogate, unescape};

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    Null,
    True,
    False,
    Number,
    String,
    Array,
    Object,
}

impl Kind {
    /// The JSON Schema name of the type.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::True | Self::False => "boolean",
            Self::Number => "number",
            Self::String => "string",
            Self::Array => "array",
            Self::Object => "object",
        }
    }
}

/// One value in the flat list: a container is followed by its content, and `next` is the index behind that.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Value {
    pub(crate) kind: Kind,
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// The member name with its quotes; both 0 where the value is no member.
    pub(crate) key_start: usize,
    pub(crate) key_end: usize,
    pub(crate) next: usize,
    /// The index of the container around it, and how many values stand before it in there.
    pub(crate) parent: usize,
    pub(crate) position: usize,
}

/// A JSON text in which values are looked up.
#[derive(Debug)]
pub(crate) struct Document<'a> {
    bytes: &'a [u8],
    values: Vec<Value>,
}

impl<'a> Document<'a> {
    /// Lists the values of a text that the pass has read, and that is JSON therefore: the grammar is not looked at once more.
    pub(crate) fn of(bytes: &'a [u8]) -> Self {
        let mut values = Vec::new();
        // The containers that are open, each with how many values it holds so far.
        let mut open: Vec<(usize, usize)> = Vec::new();
        let (mut at, mut name) = (0, None);
        while let Some(&byte) = bytes.get(at) {
            let start = at;
            let kind = match byte {
                b' ' | b'\t' | b'\n' | b'\r' | b':' | b',' => {
                    at += 1;
                    continue;
                }
                b'}' | b']' => {
                    at += 1;
                    if let Some((container, _)) = open.pop() {
                        let next = values.len();
                        let value: &mut Value = &mut values[container];
                        (value.end, value.next) = (at, next);
                    }
                    continue;
                }
                b'{' => Kind::Object,
                b'[' => Kind::Array,
                b'"' => Kind::String,
                b't' => Kind::True,
                b'f' => Kind::False,
                b'n' => Kind::Null,
                _ => Kind::Number,
            };
            at = match kind {
                Kind::Object | Kind::Array => at + 1,
                Kind::String => string_end(bytes, at),
                _ => scalar_end(bytes, at),
            };
            let parent = open.last().map_or(0, |(container, _)| *container);
            if kind == Kind::String
                && name.is_none()
                && values.get(parent).is_some_and(|value| value.kind == Kind::Object)
            {
                name = Some((start, at));
                continue;
            }
            let position = open.last_mut().map_or(0, |(_, count)| std::mem::replace(count, *count + 1));
            let (key_start, key_end) = name.take().unwrap_or_default();
            if matches!(kind, Kind::Object | Kind::Array) {
                open.push((values.len(), 0));
            }
            let next = values.len() + 1;
            values.push(Value { kind, start, end: at, key_start, key_end, next, parent, position });
        }
        if values.is_empty() {
            values.push(Value {
                kind: Kind::Null,
                start: 0,
                end: 0,
                key_start: 0,
                key_end: 0,
                next: 1,
                parent: 0,
                position: 0,
            });
        }
        Self { bytes, values }
    }

    pub(crate) fn root(&self) -> Node<'_, 'a> {
        Node { document: self, index: 0 }
    }

    /// Every value, containers before their content.
    #[cfg(any(test, feature = "internals"))]
    pub(crate) fn nodes(&self) -> impl Iterator<Item = Node<'_, 'a>> {
        (0..self.values.len()).map(|index| Node { document: self, index })
    }

    /// The value that a JSON Pointer names.
    #[cfg(any(test, feature = "runtime-schemas"))]
    pub(crate) fn at(&self, pointer: &str) -> Option<Node<'_, 'a>> {
        let mut node = self.root();
        for token in pointer.split('/').skip(1) {
            let name = unescape_pointer(token);
            node = match node.kind() {
                Kind::Object => node.get(&name)?,
                Kind::Array => node.children().nth(name.parse().ok()?)?,
                _ => return None,
            };
        }
        Some(node)
    }

    /// The value that starts at `offset`, or whose member's name does.
    pub(crate) fn at_offset(&self, offset: usize) -> Option<Node<'_, 'a>> {
        // Values stand in the order of their text, and a name stands between the value before and its own.
        let index = self.values.partition_point(|value| value.start < offset);
        let value = self.values.get(index)?;
        let is_it = value.start == offset || (value.key_end != 0 && value.key_start == offset);
        is_it.then_some(Node { document: self, index })
    }
}

/// Where the string at `at` ends, its closing quote included.
fn string_end(bytes: &[u8], at: usize) -> usize {
    let mut at = at + 1;
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr2(b'"', b'\\', rest)) {
        at += found;
        if bytes[at] == b'"' {
            return at + 1;
        }
        at += 2;
    }
    bytes.len()
}

/// Where the number or the literal at `at` ends.
fn scalar_end(bytes: &[u8], at: usize) -> usize {
    let is_end = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b',' | b']' | b'}');
    bytes[at..].iter().position(is_end).map_or(bytes.len(), |length| at + length.max(1))
}

/// The commas of a text that stand before a closing bracket and behind a value, outside strings.
pub(crate) fn trailing_commas(bytes: &[u8]) -> Vec<usize> {
    let (mut found, mut at) = (Vec::new(), 0);
    // The last byte that is no white space, and where.
    let mut before = None;
    while let Some(&byte) = bytes.get(at) {
        let next = if byte == b'"' { string_end(bytes, at) } else { at + 1 };
        if !byte.is_ascii_whitespace() {
            before = match (byte, before) {
                (b'}' | b']', Some((b',', comma, true))) => {
                    found.push(comma);
                    Some((byte, at, true))
                }
                (b',', last) => {
                    Some((b',', at, last.is_some_and(|(last, ..)| !matches!(last, b',' | b'[' | b'{' | b':'))))
                }
                _ => Some((byte, at, true)),
            };
        }
        at = next;
    }
    found
}

/// One value of a [`Document`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node<'d, 'a> {
    document: &'d Document<'a>,
    index: usize,
}

impl<'d, 'a> Node<'d, 'a> {
    fn entry(self) -> &'d Value {
        &self.document.values[self.index]
    }

    pub(crate) fn kind(self) -> Kind {
        self.entry().kind
    }

    /// Where the value starts in the text.
    pub(crate) fn start(self) -> usize {
        self.entry().start
    }

    /// Where the value's own text stands.
    pub(crate) fn span(self) -> std::ops::Range<usize> {
        self.entry().start..self.entry().end
    }

    /// Where the member's name starts, or the value itself where it has none.
    pub(crate) fn name_start(self) -> usize {
        if self.entry().key_end == 0 { self.entry().start } else { self.entry().key_start }
    }

    /// The value's own bytes.
    pub(crate) fn raw(self) -> &'a [u8] {
        &self.document.bytes[self.span()]
    }

    /// The member's name, unescaped; a lone surrogate in it is read as U+FFFD.
    pub(crate) fn name(self) -> Option<Cow<'a, str>> {
        self.name_bytes().map(unescape)
    }

    /// Whether this is the member of that name. Most names have no escapes, and one with escapes is longer than what it stands for.
    pub(crate) fn is_named(self, name: &str) -> bool {
        self.name_bytes().is_some_and(|raw| {
            raw == name.as_bytes() || (raw.len() > name.len() && raw.contains(&b'\\') && unescape(raw) == name)
        })
    }

    /// The member's name as it stands in the text, without its quotes.
    fn name_bytes(self) -> Option<&'a [u8]> {
        let entry = self.entry();
        (entry.key_end != 0).then(|| &self.document.bytes[entry.key_start + 1..entry.key_end - 1])
    }

    /// The string's text, unescaped; a lone surrogate in it is read as U+FFFD.
    pub(crate) fn text(self) -> Option<Cow<'a, str>> {
        (self.kind() == Kind::String).then(|| unescape(self.inner()))
    }

    /// Whether this string, or this member's name, holds an escaped surrogate without its partner.
    pub(crate) fn has_lone_surrogate(self) -> bool {
        self.has_lone_surrogate_in_name() || (self.kind() == Kind::String && has_lone_surrogate(self.inner()))
    }

    /// Whether this member's name holds one.
    pub(crate) fn has_lone_surrogate_in_name(self) -> bool {
        self.name_bytes().is_some_and(has_lone_surrogate)
    }

    fn inner(self) -> &'a [u8] {
        let raw = self.raw();
        &raw[1..raw.len() - 1]
    }

    /// The values directly inside, in their order; none for a scalar.
    pub(crate) fn children(self) -> impl Iterator<Item = Node<'d, 'a>> {
        let end = self.entry().next;
        let mut index = self.index + 1;
        std::iter::from_fn(move || {
            (index < end).then(|| {
                let node = Node { document: self.document, index };
                index = node.entry().next;
                node
            })
        })
    }

    /// The first member of this name.
    pub(crate) fn get(self, name: &str) -> Option<Node<'d, 'a>> {
        self.children().find(|member| member.is_named(name))
    }

    /// Whether this is the whole text's value.
    pub(crate) fn is_root(self) -> bool {
        self.index == 0
    }

    /// The object or array that it stands in.
    pub(crate) fn parent(self) -> Option<Self> {
        (!self.is_root()).then(|| Node { document: self.document, index: self.entry().parent })
    }

    /// Whether these names lead from the root to this value.
    pub(crate) fn is_at(self, path: &[&str]) -> bool {
        let mut node = self;
        for name in path.iter().rev() {
            match node.parent() {
                Some(parent) if node.name().as_deref() == Some(name) => node = parent,
                _ => return false,
            }
        }
        node.is_root()
    }

    /// The JSON Pointer from the root to this value, its tokens shortened.
    ///
    /// It costs as much as it is long, however many values stand beside those on the way.
    pub(crate) fn pointer(self) -> String {
        let mut way = Vec::new();
        let mut node = self;
        while let Some(parent) = node.parent() {
            way.push(node);
            node = parent;
        }
        let mut shown = String::new();
        for node in way.into_iter().rev() {
            match node.name_bytes() {
                Some(name) => pointer::push_raw_name(name, &mut shown),
                None => pointer::push_position(node.entry().position, &mut shown),
            }
        }
        shown
    }

    /// Whether both are the same JSON value. Members count in the order in which they stand.
    pub(crate) fn is_same(self, other: Node<'_, '_>) -> bool {
        let inside = |node: Node<'d, 'a>| node.index..node.entry().next.max(node.index + 1);
        let (ours, theirs) = (inside(self), other.index..other.entry().next.max(other.index + 1));
        ours.len() == theirs.len()
            && ours.zip(theirs).all(|(our, their)| {
                let our = Node { document: self.document, index: our };
                let their = Node { document: other.document, index: their };
                let is_root = our.index == self.index;
                our.kind() == their.kind()
                    && our.entry().next - our.index == their.entry().next - their.index
                    && (is_root || is_same_text(our.name_bytes(), their.name_bytes()))
                    && match our.kind() {
                        Kind::String => is_same_text(Some(our.inner()), Some(their.inner())),
                        Kind::Number => is_same_number(our.raw(), their.raw()),
                        _ => true,
                    }
            })
    }
}

/// Whether two texts say the same once their escapes are undone. It costs as much as the shorter one is long.
fn is_same_text(a: Option<&[u8]>, b: Option<&[u8]>) -> bool {
    let (Some(a), Some(b)) = (a, b) else { return a.is_none() && b.is_none() };
    let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
    // An escape of six bytes stands for one byte at the least.
    long.len() <= 6 * short.len() && (a == b || unescape(a) == unescape(b))
}

/// Whether two numbers are equal; very long ones have to be written alike.
fn is_same_number(a: &[u8], b: &[u8]) -> bool {
    const LONG: usize = 64;
    a == b
        || (a.len().max(b.len()) <= LONG
            && match (Decimal::read(a), Decimal::read(b)) {
                (Some(a), Some(b)) => !a.is_less(&b) && !b.is_less(&a),
                _ => false,
            })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_items_and_pointers_are_found() {
        let text = br#"{"a":[1,{"b/c":"x\u0041"}],"d":null}"#;
        let document = Document::of(text);
        let node = document.at("/a/1/b~1c").expect("there");
        assert_eq!(node.text().as_deref(), Some("xA"));
        assert_eq!(node.pointer(), "/a/1/b~1c");
        assert_eq!(document.at("/d").expect("there").kind(), Kind::Null);
        assert_eq!(document.root().pointer(), "");
        let pointer = |offset| document.at_offset(offset).map(Node::pointer);
        assert_eq!(
            (pointer(0).as_deref(), pointer(1).as_deref(), pointer(5).as_deref()),
            (Some(""), Some("/a"), Some("/a"))
        );
        assert_eq!((pointer(9).as_deref(), pointer(2)), (Some("/a/1/b~1c"), None));
        assert!(document.at("/a/7").is_none());
    }

    #[test]
    fn values_are_the_same_however_they_are_written() {
        let is_same = |a: &str, b: &str| {
            let (a, b) = (Document::of(a.as_bytes()), Document::of(b.as_bytes()));
            assert_eq!(a.root().is_same(b.root()), b.root().is_same(a.root()));
            a.root().is_same(b.root())
        };
        for (a, b) in [
            ("null", " null"),
            (r#""a/b""#, r#""\u0061\/b""#),
            ("1", "1.0e0"),
            (r#"{"a":[1,{"b":""}]}"#, r#"{ "\u0061" : [1.0, {"b":""} ] }"#),
        ] {
            assert!(is_same(a, b), "{a} {b}");
        }
        for (a, b) in [
            ("null", "0"),
            ("true", "false"),
            (r#""a""#, r#""b""#),
            (r#""""#, r#""\u0061""#),
            ("1", "2"),
            ("[1]", "[1,1]"),
            ("[[1],1]", "[[1,1]]"),
            (r#"{"a":1}"#, r#"{"b":1}"#),
            (r#"{"a":1}"#, "[1]"),
        ] {
            assert!(!is_same(a, b), "{a} {b}");
        }
    }

    #[test]
    fn a_trailing_comma_stands_behind_a_value_and_before_a_bracket() {
        let commas = |text: &str| trailing_commas(text.as_bytes());
        assert_eq!(commas(r#"{"a":[1,],}"#), [7, 9]);
        assert_eq!(commas("[1 , \n]"), [3]);
        for text in ["[,]", "[1,,]", "{,}", r#"{"a":,}"#, r#"["a,]"]"#, r#"["\",]"]"#, "[1,2]", ",", ""] {
            assert_eq!(commas(text), [0; 0], "{text}");
        }
    }

    #[test]
    fn a_text_that_is_no_json_gives_some_list_and_no_panic() {
        for text in ["", "]", "}}", "\"", "\"\\", "{\"a\"", "[1", "{\"a\":\"b", ":::", "nul", "\u{e9}", "[[[[", "{]}["]
        {
            let document = Document::of(text.as_bytes());
            assert!(
                document.nodes().all(|node| node.pointer().len() < 100 && node.raw().len() <= text.len()),
                "{text}"
            );
        }
    }

    #[test]
    fn lone_surrogates_are_noticed() {
        let document = Document::of(br#"["\ud83d\ude00","\ude00",{"\ud83d":1}]"#);
        let lone: Vec<bool> = document.nodes().map(Node::has_lone_surrogate).collect();
        assert_eq!(lone, [false, false, true, false, true]);
    }
}
