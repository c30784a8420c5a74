//! The interpreter: one walk over the bytes, by the grammar of RFC 8259 and the tables of a schema at once.
//!
//! Every step first tries what a well-behaved sender writes – the next member in the schema's order, a string without
//! escapes, a format at its fixed positions – and goes to a slow, exact function otherwise, which also tells the
//! [`Sink`] what is wrong. The innermost open container lives in a local variable; the ones around it on a stack of
//! fixed size, so nothing recurses.

use super::formats;
use super::names::Names;
use super::program::{Format, Member, Node, Number, Object, Program, Schema, literals, types};
use super::sink::{Found, Place, Sink, Span};
use super::text::{self, Escapes, with_text};
use super::words::{find_special, fingerprint, load4, spaces};
use crate::cloudevents::time;
use crate::json::{Fault, FaultKind, Kind};

/// Deepest nesting that can be asked for.
pub(crate) const MAX_DEPTH: usize = 100;
/// How many members are compared in the schema's order before a look-up.
const GUESSES: usize = 4;
/// Integers of so many characters are surely within 64 bits.
const SURE_DIGITS: usize = 18;
/// Numbers without an exponent of so many characters are surely within a 64-bit float.
const SURE_FLOAT: usize = 300;

/// Why a pass ended early.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Stop {
    /// The bytes are no JSON, or nested too deep.
    Fault(Fault),
    /// The sink had enough.
    Sink,
    /// More than 4 GiB.
    TooLong,
}

/// Reads `bytes`, at most `max_depth` containers deep, and tells `sink` where they depart from `schema`.
#[inline]
pub(crate) fn run<S: Sink>(schema: Schema<'_>, bytes: &[u8], max_depth: usize, sink: &mut S) -> Result<(), Stop> {
    if let Err(error) = std::str::from_utf8(bytes) {
        return Err(Stop::Fault(Fault { kind: FaultKind::Utf8, at: error.valid_up_to() }));
    }
    if u32::try_from(bytes.len()).is_err() {
        return Err(Stop::TooLong);
    }
    let program = *schema.program;
    let max_depth = max_depth.min(MAX_DEPTH);
    let mut machine =
        Machine { program, bytes, max_depth, sink, stack: Stack { low: None, high: None }, names: Names::default() };
    machine.run(schema.root)
}

/// An open container.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    /// Members of the schema that were seen, one bit each.
    seen: u64,
    start: u32,
    /// Where the quote of the current member's name is.
    pub(super) key: u32,
    /// Members or items so far.
    pub(super) count: u32,
    /// Where this object's unlisted names start.
    names: u32,
    /// The rules in `objects` or `arrays`.
    rules: u16,
    /// The member that is expected next.
    next: u16,
    /// The schema of every item.
    items: u16,
    pub(super) is_object: bool,
}

impl Frame {
    const NONE: Self =
        Self { seen: 0, start: 0, key: 0, count: 0, names: 0, rules: 0, next: 0, items: 0, is_object: false };
}

/// How many containers fit into the part of the stack that every nested payload pays for.
const LOW: usize = 12;

/// The containers around the innermost one, outermost first; parts that nothing reaches are never initialised.
#[derive(Debug)]
pub(crate) struct Stack {
    low: Option<[Frame; LOW]>,
    high: Option<[Frame; MAX_DEPTH - LOW]>,
}

impl Stack {
    #[inline(always)]
    fn set(&mut self, at: usize, frame: Frame) {
        match self.low.get_or_insert([Frame::NONE; LOW]).get_mut(at) {
            Some(slot) => *slot = frame,
            None => self.set_high(at, frame),
        }
    }

    #[cold]
    fn set_high(&mut self, at: usize, frame: Frame) {
        let high = self.high.get_or_insert([Frame::NONE; MAX_DEPTH - LOW]);
        if let Some(slot) = at.checked_sub(LOW).and_then(|at| high.get_mut(at)) {
            *slot = frame;
        }
    }

    #[inline(always)]
    pub(super) fn get(&self, at: usize) -> Frame {
        match self.low.as_ref().and_then(|low| low.get(at)) {
            Some(frame) => *frame,
            None => self.get_high(at),
        }
    }

    #[cold]
    fn get_high(&self, at: usize) -> Frame {
        let frame = self.high.as_ref().zip(at.checked_sub(LOW)).and_then(|(high, at)| high.get(at));
        frame.copied().unwrap_or(Frame::NONE)
    }
}

struct Machine<'m, S> {
    program: Program<'m>,
    bytes: &'m [u8],
    max_depth: usize,
    sink: &'m mut S,
    stack: Stack,
    names: Names,
}

/// The innermost open container and how many are open; what a finding's path is made of.
#[derive(Clone, Copy)]
struct Inside {
    top: Frame,
    depth: usize,
}

impl<'m, S: Sink> Machine<'m, S> {
    #[inline]
    fn run(&mut self, root: u16) -> Result<(), Stop> {
        let mut at = self.space(0);
        if at == self.bytes.len() {
            return Err(fault(FaultKind::Empty, 0));
        }
        let mut inside = Inside { top: Frame::NONE, depth: 0 };
        let mut node_at = root;
        let mut watch = 0;
        // Where the comma before this value stands, if one does.
        let mut comma = usize::MAX;
        // One value each turn.
        loop {
            let node = self.node(node_at);
            let start = at;
            let mut is_filled = false;
            match self.byte(at) {
                Some(b'"') => {
                    let (end, has_escape) = self.string(at, node, &inside)?;
                    at = end;
                    self.capture(watch, start, end, Kind::String, has_escape, false);
                }
                Some(b'{') => {
                    self.check_container(node, types::OBJECT, Kind::Object, at, &inside)?;
                    self.open(at, &mut inside)?;
                    inside.top.is_object = true;
                    inside.top.rules = node.object;
                    inside.top.names = narrow(self.names.mark());
                    at = self.space(at + 1);
                    is_filled = self.byte(at) != Some(b'}');
                    let end = if is_filled { start } else { at } + 1;
                    self.capture(watch, start, end, Kind::Object, false, !is_filled);
                }
                Some(b'[') => {
                    self.check_container(node, types::ARRAY, Kind::Array, at, &inside)?;
                    self.open(at, &mut inside)?;
                    inside.top.rules = node.array;
                    inside.top.items = self.program.arrays.get(usize::from(node.array)).map_or(0, |array| array.items);
                    at = self.space(at + 1);
                    is_filled = self.byte(at) != Some(b']');
                    let end = if is_filled { start } else { at } + 1;
                    self.capture(watch, start, end, Kind::Array, false, !is_filled);
                }
                Some(b't') if load4(self.bytes, at) == Some(u32::from_le_bytes(*b"true")) => {
                    at += 4;
                    self.check_literal(node, types::BOOLEAN, literals::TRUE, Kind::True, start, &inside)?;
                    self.capture(watch, start, at, Kind::True, false, false);
                }
                Some(b'f') if load4(self.bytes, at + 1) == Some(u32::from_le_bytes(*b"alse")) => {
                    at += 5;
                    self.check_literal(node, types::BOOLEAN, literals::FALSE, Kind::False, start, &inside)?;
                    self.capture(watch, start, at, Kind::False, false, false);
                }
                Some(b'n') if load4(self.bytes, at) == Some(u32::from_le_bytes(*b"null")) => {
                    at += 4;
                    self.check_literal(node, types::NULL, literals::NULL, Kind::Null, start, &inside)?;
                    self.capture(watch, start, at, Kind::Null, false, false);
                }
                Some(b'-' | b'0'..=b'9') => {
                    at = self.number(at, node, &inside)?;
                    self.capture(watch, start, at, Kind::Number, false, false);
                }
                _ => return Err(self.no_value(at, comma, &inside)),
            }
            if is_filled {
                comma = usize::MAX;
            } else {
                loop {
                    if inside.depth == 0 {
                        return self.end(at);
                    }
                    at = self.space(at);
                    match self.byte(at) {
                        Some(b',') => {
                            comma = at;
                            at = self.space(at + 1);
                            break;
                        }
                        Some(b'}') if inside.top.is_object => self.close_object(&inside)?,
                        Some(b']') if !inside.top.is_object => self.close_array(&inside)?,
                        _ => return Err(self.no_separator(at, &inside)),
                    }
                    at += 1;
                    inside.depth -= 1;
                    if inside.depth > 0 {
                        inside.top = self.stack.get(inside.depth - 1);
                    }
                }
            }
            if inside.top.is_object {
                (at, node_at, watch) = self.key(at, comma, &mut inside)?;
            } else {
                inside.top.count += 1;
                node_at = inside.top.items;
                watch = 0;
            }
        }
    }

    #[inline(always)]
    fn byte(&self, at: usize) -> Option<u8> {
        self.bytes.get(at).copied()
    }

    #[inline(always)]
    fn node(&self, at: u16) -> Node {
        self.program.nodes.get(usize::from(at)).copied().unwrap_or(Node::ANY)
    }

    #[inline(always)]
    fn object(&self, at: u16) -> &'m Object {
        const OPEN: &Object = &Object::OPEN;
        self.program.objects.get(usize::from(at)).unwrap_or(OPEN)
    }

    #[inline(always)]
    fn members(&self, object: &Object) -> &'m [Member] {
        let first = usize::from(object.members);
        self.program.members.get(first..first + usize::from(object.count)).unwrap_or_default()
    }

    #[inline(always)]
    fn space(&self, at: usize) -> usize {
        match self.byte(at) {
            Some(byte) if byte > b' ' => at,
            _ => self.skip_space(at),
        }
    }

    #[inline(never)]
    fn skip_space(&self, mut at: usize) -> usize {
        loop {
            match self.byte(at) {
                Some(b' ') => at += spaces(self.bytes, at),
                Some(b'\n' | b'\r' | b'\t') => at += 1,
                _ => return at,
            }
        }
    }

    #[inline(always)]
    fn capture(&mut self, watch: u8, start: usize, end: usize, kind: Kind, has_escape: bool, is_empty: bool) {
        if watch != 0 {
            self.sink.capture(watch, Span { start, end, kind, has_escape, is_empty });
        }
    }

    /// Puts the container around the one that opens at `at` aside.
    #[inline(always)]
    fn open(&mut self, at: usize, inside: &mut Inside) -> Result<(), Stop> {
        if inside.depth == self.max_depth {
            return Err(fault(FaultKind::Depth, at));
        }
        if inside.depth > 0 {
            self.stack.set(inside.depth - 1, inside.top);
        }
        inside.depth += 1;
        inside.top = Frame { start: narrow(at), ..Frame::NONE };
        Ok(())
    }

    /// The end of the text, behind the root's value.
    #[inline(always)]
    fn end(&self, at: usize) -> Result<(), Stop> {
        let at = self.space(at);
        if at < self.bytes.len() { Err(fault(FaultKind::Trailing, at)) } else { Ok(()) }
    }

    /// Reads a name and its colon; gives where the value starts, its schema and where it is captured.
    #[inline(always)]
    fn key(&mut self, at: usize, comma: usize, inside: &mut Inside) -> Result<(usize, u16, u8), Stop> {
        if self.byte(at) != Some(b'"') {
            return Err(self.no_name(at, comma));
        }
        inside.top.key = narrow(at);
        let object = self.object(inside.top.rules);
        let members = self.members(object);
        let first = usize::from(inside.top.next);
        let mut position = first;
        let guessed = loop {
            match members.get(position) {
                Some(member) if member.name.stands_at(self.bytes, at + 1, self.program.text.as_bytes()) => {
                    break Some(member);
                }
                Some(_) if position < first + GUESSES => position += 1,
                _ => break None,
            }
        };
        inside.top.count += 1;
        let (end, node, watch) = match guessed {
            Some(member) if object.names == 0 => {
                self.see(position, inside)?;
                (at + usize::from(member.name.length) + 2, member.node, member.watch)
            }
            _ => {
                let (end, position) = self.look_up(at, object, inside)?;
                match position.and_then(|position| members.get(position)) {
                    Some(member) => (end, member.node, member.watch),
                    None => (end, object.rest, 0),
                }
            }
        };
        let mut at = end;
        if self.byte(at) != Some(b':') {
            at = self.skip_space(at);
            if self.byte(at) != Some(b':') {
                return Err(self.expected(at, "a colon after the member name"));
            }
        }
        Ok((self.space(at + 1), node, watch))
    }

    /// Marks a member as seen; the next one is expected behind it.
    #[inline(always)]
    fn see(&mut self, position: usize, inside: &mut Inside) -> Result<(), Stop> {
        let bit = 1_u64 << (position & 63);
        if inside.top.seen & bit != 0 {
            self.report_member(Found::Duplicate, inside)?;
        }
        inside.top.seen |= bit;
        #[expect(clippy::cast_possible_truncation, reason = "at most 64")]
        {
            inside.top.next = position as u16 + 1;
        }
        Ok(())
    }

    /// Finds out which member the name at `at` is; gives where the name ends and the position of a listed member.
    #[inline(never)]
    fn look_up(&mut self, at: usize, object: &Object, inside: &mut Inside) -> Result<(usize, Option<usize>), Stop> {
        let (end, escapes) = self.scan_string(at)?;
        let key = self.slice(at + 1, end);
        let members = self.members(object);
        let position = if escapes.any {
            with_text(key, escapes, |text| self.find_member(object, members, text.as_bytes(), 0, text.len()))
        } else {
            self.find_member(object, members, self.bytes, at + 1, key.len())
        };
        if escapes.units && text::has_lone_surrogate(key) {
            self.report_member(Found::LoneSurrogate, inside)?;
        }
        if object.names != 0 && !self.is_name_allowed(object.names, key, escapes) {
            self.report(Found::PropertyNames, inside.top.start as usize, inside.depth - 1, inside)?;
        }
        if let Some(position) = position {
            self.see(position, inside)?;
        } else {
            if !self.names.is_new(self.bytes, key, at + 1, escapes, inside.top.names as usize, inside.depth) {
                self.report_member(Found::Duplicate, inside)?;
            }
            if object.is_closed {
                self.report_member(Found::Unknown, inside)?;
            }
        }
        Ok((end + 1, position))
    }

    #[inline(always)]
    fn find_member(&self, object: &Object, members: &[Member], hay: &[u8], at: usize, length: usize) -> Option<usize> {
        let pool = self.program.text.as_bytes();
        let is_it = |member: &Member| {
            usize::from(member.name.length) == length && hay.get(at..at + length) == Some(member.name.text(pool))
        };
        if object.index.bits == 0 {
            return members.iter().position(is_it);
        }
        let slot = object.index.slots as usize + object.index.slot(fingerprint(hay, at, length));
        let position = usize::from(*self.program.slots.get(slot)?);
        members.get(position).is_some_and(is_it).then_some(position)
    }

    /// `propertyNames`: the keywords of a string over a name.
    #[cold]
    fn is_name_allowed(&self, node: u16, key: &[u8], escapes: Escapes) -> bool {
        let node = self.node(node);
        let length = self.program.lengths.get(usize::from(node.length));
        let count = text::count(key, escapes);
        node.types & types::STRING != 0
            && length.is_none_or(|length| (length.min as usize..=length.max as usize).contains(&count))
            && with_text(key, escapes, |text| self.has_format(node.format, text) && self.is_word(node.choice, text))
    }

    #[expect(clippy::unused_self, reason = "one shape for all keywords")]
    fn has_format(&self, format: Format, text: &str) -> bool {
        match format {
            Format::Any => true,
            Format::Uuid => formats::is_uuid(text),
            Format::Date => time::is_date(text),
            Format::DateTime => time::parse(text).is_some(),
        }
    }

    fn is_word(&self, choice: u16, text: &str) -> bool {
        choice == 0 || self.is_word_at(choice, text.as_bytes(), 0, text.len())
    }

    /// Whether `enum` or `const` lists the text at `at`.
    #[inline(always)]
    fn is_word_at(&self, choice: u16, hay: &[u8], at: usize, length: usize) -> bool {
        let Some(choice) = self.program.choices.get(usize::from(choice)) else { return true };
        let first = usize::from(choice.words);
        let words = self.program.words.get(first..first + usize::from(choice.count)).unwrap_or_default();
        let pool = self.program.text.as_bytes();
        let text = hay.get(at..at + length).unwrap_or_default();
        if choice.index.bits == 0 {
            return words.iter().any(|word| word.text(pool) == text);
        }
        let slot = choice.index.slots as usize + choice.index.slot(fingerprint(hay, at, length));
        let position = self.program.slots.get(slot).copied().unwrap_or(0);
        words.get(usize::from(position)).is_some_and(|word| {
            usize::from(word.length) == length
                && if length < 8 {
                    word.stands_at(hay, at, pool) || word.text(pool) == text
                } else {
                    word.text(pool) == text
                }
        })
    }

    /// Reads a string; gives where it ends and whether it holds an escape.
    #[inline(always)]
    fn string(&mut self, at: usize, node: Node, inside: &Inside) -> Result<(usize, bool), Stop> {
        if node.types & types::STRING != 0 {
            let first = at + 1;
            let quote = match node.format {
                Format::Any => {
                    let end = find_special(self.bytes, first);
                    let is_sure = self.byte(end) == Some(b'"')
                        && (node.length == 0 || self.is_length_sure(node.length, first, end))
                        && (node.choice == 0 || self.is_word_at(node.choice, self.bytes, first, end - first));
                    is_sure.then_some(end)
                }
                _ if node.choice != 0 || node.length != 0 => None,
                Format::Uuid => formats::uuid_and_quote(self.bytes, first).then_some(first + formats::UUID_LENGTH),
                Format::Date => formats::date_and_quote(self.bytes, first).then_some(first + 10),
                Format::DateTime => formats::date_time_and_quote(self.bytes, first),
            };
            if let Some(quote) = quote {
                return Ok((quote + 1, false));
            }
        }
        self.string_slowly(at, node, inside)
    }

    /// Whether the byte length alone, or for a few bytes the characters, keep to `minLength` and `maxLength`.
    #[inline(always)]
    fn is_length_sure(&self, length: u16, first: usize, end: usize) -> bool {
        let Some(length) = self.program.lengths.get(usize::from(length)) else { return true };
        let bytes = end - first;
        let (min, max) = (length.min as usize, length.max as usize);
        // A character has one to four bytes.
        if bytes <= max && bytes.div_ceil(4) >= min {
            return true;
        }
        let characters = self.slice(first, end).iter().filter(|byte| **byte as i8 >= -64).count();
        bytes < 64 && (min..=max).contains(&characters)
    }

    #[inline(always)]
    fn slice(&self, start: usize, end: usize) -> &'m [u8] {
        self.bytes.get(start..end).unwrap_or_default()
    }

    /// All the keywords of a string, with or without escapes.
    #[cold]
    #[inline(never)]
    fn string_slowly(&mut self, at: usize, node: Node, inside: &Inside) -> Result<(usize, bool), Stop> {
        let (end, escapes) = self.scan_string(at)?;
        let inner = self.slice(at + 1, end);
        if escapes.units && text::has_lone_surrogate(inner) {
            self.report_value(Found::LoneSurrogate, at, inside)?;
        }
        if node.types & types::STRING == 0 {
            self.report_type(node, Kind::String, at, inside)?;
        }
        if node.format != Format::Any && !with_text(inner, escapes, |text| self.has_format(node.format, text)) {
            self.report_value(Found::Format(node.format), at, inside)?;
        }
        if node.length != 0
            && let Some(length) = self.program.lengths.get(usize::from(node.length))
        {
            let characters = text::count(inner, escapes);
            if characters < length.min as usize {
                self.report_value(Found::MinLength(length.min), at, inside)?;
            }
            if characters > length.max as usize {
                self.report_value(Found::MaxLength(length.max), at, inside)?;
            }
        }
        if !with_text(inner, escapes, |text| self.is_word(node.choice, text)) {
            self.report_choice(node, at, inside)?;
        }
        Ok((end + 1, escapes.any))
    }

    /// Reads a string whose quote stands at `at`; gives where its closing quote stands.
    fn scan_string(&self, at: usize) -> Result<(usize, Escapes), Stop> {
        let mut escapes = Escapes::default();
        let mut at = at + 1;
        loop {
            at = find_special(self.bytes, at);
            match self.byte(at) {
                Some(b'"') => return Ok((at, escapes)),
                Some(b'\\') => {
                    escapes.any = true;
                    match self.byte(at + 1) {
                        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => at += 2,
                        Some(b'u') => {
                            escapes.units = true;
                            for digit in at + 2..at + 6 {
                                if !self.byte(digit).is_some_and(|byte| byte.is_ascii_hexdigit()) {
                                    return Err(self.expected(digit, "four hexadecimal digits after \\u"));
                                }
                            }
                            at += 6;
                        }
                        Some(_) => return Err(fault(FaultKind::Escape, at)),
                        None => return Err(fault(FaultKind::CutOff, at + 1)),
                    }
                }
                Some(_) => return Err(fault(FaultKind::Control, at)),
                None => return Err(fault(FaultKind::CutOff, at)),
            }
        }
    }

    /// Reads a number; gives where it ends.
    #[inline(always)]
    fn number(&mut self, start: usize, node: Node, inside: &Inside) -> Result<usize, Stop> {
        let mut at = start + usize::from(self.byte(start) == Some(b'-'));
        let first = at;
        while self.byte(at).is_some_and(|byte| byte.is_ascii_digit()) {
            at += 1;
        }
        let digits = at - first;
        let is_sure = (1..=SURE_DIGITS).contains(&digits)
            && (digits == 1 || self.byte(first) != Some(b'0'))
            && !matches!(self.byte(at), Some(b'.' | b'e' | b'E'))
            && node.types & (types::INTEGER | types::NUMBER) != 0
            && node.number | node.choice == 0;
        if is_sure { Ok(at) } else { self.number_slowly(start, node, inside) }
    }

    #[inline(never)]
    fn number_slowly(&mut self, start: usize, node: Node, inside: &Inside) -> Result<usize, Stop> {
        let (end, is_plain, has_exponent) = self.scan_number(start)?;
        let is_long = end - start > SURE_FLOAT;
        let must_read = has_exponent
            || is_long
            || node.number != 0
            || (!is_plain && node.types & (types::INTEGER | types::NUMBER) == types::INTEGER);
        let mut value = None;
        if must_read {
            value = std::str::from_utf8(self.slice(start, end)).ok().and_then(Number::read);
            if value.is_none() {
                self.report_value(Found::BeyondF64, start, inside)?;
            }
        }
        let is_integer = is_plain || value.is_some_and(Number::is_integer);
        let wanted = if is_integer { types::INTEGER | types::NUMBER } else { types::NUMBER };
        if node.types & wanted == 0 {
            self.report_type(node, Kind::Number, start, inside)?;
        }
        if node.choice != 0 {
            self.report_choice(node, start, inside)?;
        }
        if node.number != 0
            && let (Some(value), Some(range)) = (value, self.program.ranges.get(usize::from(node.number)))
        {
            if let Some(min) = range.min.filter(|min| value.is_less(min.value)) {
                self.report_value(Found::Minimum(self.program.text(min.text, min.length)), start, inside)?;
            }
            if let Some(max) = range.max.filter(|max| max.value.is_less(value)) {
                self.report_value(Found::Maximum(self.program.text(max.text, max.length)), start, inside)?;
            }
        }
        Ok(end)
    }

    /// The grammar of a number: where it ends, whether it is a plain integer, whether it has an exponent.
    fn scan_number(&self, start: usize) -> Result<(usize, bool, bool), Stop> {
        let mut at = start + usize::from(self.byte(start) == Some(b'-'));
        let (mut is_plain, mut has_exponent) = (true, false);
        if self.byte(at) == Some(b'0') {
            at += 1;
            if self.byte(at).is_some_and(|byte| byte.is_ascii_digit()) {
                return Err(self.expected(at, "no digit after a leading zero"));
            }
        } else {
            at = self.digits(at)?;
        }
        if self.byte(at) == Some(b'.') {
            is_plain = false;
            at = self.digits(at + 1)?;
        }
        if let Some(b'e' | b'E') = self.byte(at) {
            (is_plain, has_exponent) = (false, true);
            at += 1;
            if let Some(b'+' | b'-') = self.byte(at) {
                at += 1;
            }
            at = self.digits(at)?;
        }
        Ok((at, is_plain, has_exponent))
    }

    fn digits(&self, mut at: usize) -> Result<usize, Stop> {
        if !self.byte(at).is_some_and(|byte| byte.is_ascii_digit()) {
            return Err(self.expected(at, "a digit"));
        }
        while self.byte(at).is_some_and(|byte| byte.is_ascii_digit()) {
            at += 1;
        }
        Ok(at)
    }

    #[inline(always)]
    fn check_literal(
        &mut self,
        node: Node,
        bit: u8,
        literal: u8,
        kind: Kind,
        at: usize,
        inside: &Inside,
    ) -> Result<(), Stop> {
        if node.types & bit == 0 {
            self.report_type(node, kind, at, inside)?;
        }
        if node.choice != 0 && self.choice(node).is_none_or(|choice| choice.literals & literal == 0) {
            self.report_choice(node, at, inside)?;
        }
        Ok(())
    }

    #[inline(always)]
    fn check_container(&mut self, node: Node, bit: u8, kind: Kind, at: usize, inside: &Inside) -> Result<(), Stop> {
        if node.types & bit == 0 {
            self.report_type(node, kind, at, inside)?;
        }
        if node.choice != 0 {
            self.report_choice(node, at, inside)?;
        }
        Ok(())
    }

    #[inline(always)]
    fn close_object(&mut self, inside: &Inside) -> Result<(), Stop> {
        let object = self.object(inside.top.rules);
        let if_any = if inside.top.count > 0 { object.required_if_any } else { 0 };
        let missing = (object.required | if_any) & !inside.top.seen;
        if missing != 0 {
            self.report_missing(object, missing, inside)?;
        }
        self.names.release(inside.top.names as usize, inside.depth);
        Ok(())
    }

    #[inline(always)]
    fn close_array(&mut self, inside: &Inside) -> Result<(), Stop> {
        if inside.top.rules != 0 { self.check_count(inside) } else { Ok(()) }
    }

    #[inline(always)]
    fn check_count(&mut self, inside: &Inside) -> Result<(), Stop> {
        let Some(array) = self.program.arrays.get(usize::from(inside.top.rules)) else { return Ok(()) };
        let (at, tokens) = (inside.top.start as usize, inside.depth - 1);
        if inside.top.count < array.min {
            self.report(Found::MinItems(array.min), at, tokens, inside)?;
        }
        if inside.top.count > array.max {
            self.report(Found::MaxItems(array.max), at, tokens, inside)?;
        }
        Ok(())
    }

    fn choice(&self, node: Node) -> Option<&'m super::program::Choice> {
        self.program.choices.get(usize::from(node.choice))
    }

    #[cold]
    fn report_missing(&mut self, object: &Object, missing: u64, inside: &Inside) -> Result<(), Stop> {
        for (position, member) in self.members(object).iter().enumerate() {
            if missing & (1 << position) != 0 {
                let name = self.program.text(member.name.text, member.name.length);
                self.report(Found::Required(name), inside.top.start as usize, inside.depth - 1, inside)?;
            }
        }
        Ok(())
    }

    #[cold]
    fn report_type(&mut self, node: Node, found: Kind, at: usize, inside: &Inside) -> Result<(), Stop> {
        self.report_value(Found::Type { expected: node.types, found }, at, inside)
    }

    #[cold]
    fn report_choice(&mut self, node: Node, at: usize, inside: &Inside) -> Result<(), Stop> {
        let Some(choice) = self.choice(node) else { return Ok(()) };
        let list = self.program.text(choice.list, choice.list_length);
        let found = if choice.is_const { Found::Const { value: list } } else { Found::Enum { list } };
        self.report_value(found, at, inside)
    }

    #[cold]
    fn report_value(&mut self, found: Found<'_>, at: usize, inside: &Inside) -> Result<(), Stop> {
        self.report(found, at, inside.depth, inside)
    }

    /// About the current member as a whole: its place is its name.
    #[cold]
    fn report_member(&mut self, found: Found<'_>, inside: &Inside) -> Result<(), Stop> {
        self.report(found, inside.top.key as usize, inside.depth, inside)
    }

    #[cold]
    #[inline(never)]
    fn report(&mut self, found: Found<'_>, at: usize, tokens: usize, inside: &Inside) -> Result<(), Stop> {
        if let Some(last) = inside.depth.checked_sub(1) {
            self.stack.set(last, inside.top);
        }
        let container = inside.top.start as usize;
        let place = Place { bytes: self.bytes, stack: &self.stack, tokens, at, container };
        if self.sink.found(found, &place).is_break() { Err(Stop::Sink) } else { Ok(()) }
    }

    #[cold]
    fn expected(&self, at: usize, what: &'static str) -> Stop {
        if at >= self.bytes.len() {
            return fault(FaultKind::CutOff, self.bytes.len());
        }
        fault(FaultKind::Expected(what), at)
    }

    #[cold]
    fn no_name(&self, at: usize, comma: usize) -> Stop {
        if self.byte(at) == Some(b'}') && comma != usize::MAX {
            return fault(FaultKind::TrailingComma, comma);
        }
        self.expected(at, "a member name in double quotes")
    }

    #[cold]
    fn no_separator(&self, at: usize, inside: &Inside) -> Stop {
        let what = if inside.top.is_object { "a comma or } after a member" } else { "a comma or ] after an item" };
        self.expected(at, what)
    }

    #[cold]
    fn no_value(&self, at: usize, comma: usize, inside: &Inside) -> Stop {
        let is_item = inside.depth > 0 && !inside.top.is_object;
        let word = match self.byte(at) {
            Some(b']') if is_item && comma != usize::MAX => return fault(FaultKind::TrailingComma, comma),
            Some(b't') => "true",
            Some(b'f') => "false",
            Some(b'n') => "null",
            _ => return self.expected(at, "a JSON value"),
        };
        let same = word.bytes().zip(self.slice(at, self.bytes.len())).take_while(|(a, b)| a == *b).count();
        self.expected(at + same, word)
    }
}

#[cold]
fn fault(kind: FaultKind, at: usize) -> Stop {
    Stop::Fault(Fault { kind, at })
}

/// A position in a text of less than 4 GiB.
#[inline(always)]
fn narrow(at: usize) -> u32 {
    #[expect(clippy::cast_possible_truncation, reason = "the length of the text was checked")]
    {
        at as u32
    }
}
