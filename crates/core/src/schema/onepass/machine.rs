//! The interpreter: one walk over the bytes, by the grammar of RFC 8259 and the tables of a schema at once.
//!
//! Every step first tries what a well-behaved sender writes – the next member in the schema's order, a string without
//! escapes, a format at its fixed positions – and goes to a slow, exact function otherwise, which also tells the
//! [`Record`] what is wrong. The innermost open container lives in a local variable; the ones around it on a stack,
//! so nothing recurses.

use std::sync::atomic::Ordering::Relaxed;

use super::formats;
use super::names::{Names, Unlisted};
use super::program::{Choice, Format, Member, Node, Object, Others, Program, Schema, literals, types};
use super::sink::{Found, Place, Record, Span};
use super::text::{self, Escapes, with_bytes, with_text};
use super::words::{find_special, fingerprint, is_ascii, load4, spaces};
use crate::grammar::time;
use crate::json::{BYTE_ORDER_MARK, Decimal, Document, Fault, FaultKind, Kind, has_lone_surrogate};
use crate::order;

/// Deepest nesting that can be asked for.
pub(crate) const MAX_DEPTH: usize = 100;
/// Integers of so many characters are surely within 64 bits.
const SURE_DIGITS: usize = 18;
/// Numbers without an exponent of so many characters are surely within a 64-bit float.
const SURE_FLOAT: usize = 300;

/// Why a pass ended early.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Stop {
    /// The bytes are no JSON, or nested too deep.
    Fault(Fault),
    /// More than 4 GiB.
    TooLong,
    /// The tables refer to what is not there, which a test rules out for the generated ones.
    Tables,
}

/// Reads `bytes`, at most `max_depth` containers deep, and tells `record` where they depart from `schema`.
#[inline]
pub(super) fn run(schema: Schema<'_>, bytes: &[u8], max_depth: usize, record: &mut Record) -> Result<(), Stop> {
    // Nearly every delivery is ASCII, and finding that out is several times faster.
    if !is_ascii(bytes)
        && let Err(error) = std::str::from_utf8(bytes)
    {
        return Err(Stop::Fault(Fault { kind: FaultKind::Utf8, at: error.valid_up_to() }));
    }
    if u32::try_from(bytes.len()).is_err() {
        return Err(Stop::TooLong);
    }
    let program = *schema.program;
    let max_depth = max_depth.min(MAX_DEPTH);
    let stack = Stack { low: None, high: Vec::new() };
    let names = Names::default();
    let mut machine = Machine {
        program,
        bytes,
        max_depth,
        record,
        stack,
        names,
        stopped: Stop::Tables,
        top: Frame::NONE,
        depth: 0,
        listed: Listed { object: &Object::OPEN, members: &[] },
    };
    match machine.run(schema.root) {
        Ok(()) => Ok(()),
        Err(Halt) => Err(machine.stopped),
    }
}

/// An open container.
#[derive(Clone, Copy, Debug)]
struct Frame {
    /// Members of the schema that were seen, one bit each.
    seen: u64,
    start: u32,
    /// Where the quote of the current member's name is.
    key: u32,
    /// Items so far; of an object, members that are not listed.
    count: u32,
    /// Where this object's unlisted names start.
    names: u32,
    /// The rules in `objects` or `arrays`.
    rules: u16,
    /// The member that is expected next in the schema's order.
    next: u8,
    /// The schema of every item; [`PREFIXED`] where the first ones have their own.
    items: u16,
    /// The list of which the whole container has to be one.
    choice: u16,
    is_object: bool,
}

/// In place of the schema of all items.
const PREFIXED: u16 = u16::MAX;

impl Frame {
    const NONE: Self = Self {
        seen: 0,
        start: 0,
        key: 0,
        count: 0,
        names: 0,
        rules: 0,
        next: 0,
        items: 0,
        choice: 0,
        is_object: false,
    };
}

/// How many containers fit into the part of the stack that needs no heap.
const LOW: usize = 12;

/// The containers around the innermost one, outermost first.
#[derive(Debug)]
struct Stack {
    low: Option<[Frame; LOW]>,
    /// On the heap, since no documented payload is so deep.
    high: Vec<Frame>,
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
        let Some(at) = at.checked_sub(LOW) else { return };
        match self.high.get_mut(at) {
            Some(slot) => *slot = frame,
            // Containers open one by one, so it is the next.
            None => self.high.push(frame),
        }
    }

    #[inline(always)]
    fn get(&self, at: usize) -> Frame {
        match self.low.as_ref().and_then(|low| low.get(at)) {
            Some(frame) => *frame,
            None => self.get_high(at),
        }
    }

    #[cold]
    fn get_high(&self, at: usize) -> Frame {
        at.checked_sub(LOW).and_then(|at| self.high.get(at)).copied().unwrap_or(Frame::NONE)
    }
}

struct Machine<'m> {
    program: Program<'m>,
    bytes: &'m [u8],
    max_depth: usize,
    record: &'m mut Record,
    stack: Stack,
    names: Names,
    stopped: Stop,
    /// The innermost open container. It lives here and not in local variables, of which there would be more than
    /// registers.
    top: Frame,
    /// How many containers are open.
    depth: usize,
    /// The rules of the innermost object.
    listed: Listed<'m>,
}

/// A pass ended early, for the reason that the machine keeps: next to nothing to hand up through the hot path.
struct Halt;

/// The rules of the innermost object.
#[derive(Clone, Copy)]
struct Listed<'m> {
    object: &'m Object,
    members: &'m [Member],
}

impl<'m> Machine<'m> {
    #[inline]
    fn run(&mut self, root: u16) -> Result<(), Halt> {
        let mut at = self.space(0);
        if at == self.bytes.len() {
            return Err(self.fault(FaultKind::Empty, 0));
        }
        let mut node_at = root;
        let mut watch = 0;
        // One value each turn.
        loop {
            let Some(node) = self.program.nodes.get(usize::from(node_at)) else { return Err(self.stop(Stop::Tables)) };
            let start = at;
            let mut is_filled = false;
            match self.byte(at) {
                Some(b'"') => {
                    let mut has_escape = false;
                    if let Some(end) = self.string_quickly(at, node) {
                        at = end;
                    } else {
                        (at, has_escape) = self.string_slowly(at, node)?;
                    }
                    self.capture(watch, start, at, Kind::String, has_escape, false);
                }
                Some(b'{') => {
                    if node.types & types::OBJECT == 0 {
                        self.report_type(node, Kind::Object, at);
                    }
                    self.open(at)?;
                    self.top.choice = node.choice;
                    self.top.is_object = true;
                    self.top.rules = node.object;
                    self.top.names = narrow(self.names.mark());
                    self.listed = self.listed_at(node.object)?;
                    at = self.space(at + 1);
                    is_filled = self.byte(at) != Some(b'}');
                    let end = if is_filled { start } else { at } + 1;
                    self.capture(watch, start, end, Kind::Object, false, !is_filled);
                }
                Some(b'[') => {
                    if node.types & types::ARRAY == 0 {
                        self.report_type(node, Kind::Array, at);
                    }
                    self.open(at)?;
                    self.top.choice = node.choice;
                    self.top.rules = node.array;
                    if node.array != 0 {
                        let Some(array) = self.program.arrays.get(usize::from(node.array)) else {
                            return Err(self.stop(Stop::Tables));
                        };
                        self.top.items = if array.prefix_count == 0 { array.items } else { PREFIXED };
                    }
                    at = self.space(at + 1);
                    is_filled = self.byte(at) != Some(b']');
                    let end = if is_filled { start } else { at } + 1;
                    self.capture(watch, start, end, Kind::Array, false, !is_filled);
                }
                Some(b't') if load4(self.bytes, at) == Some(u32::from_le_bytes(*b"true")) => {
                    at += 4;
                    if node.types & types::BOOLEAN == 0 || node.choice != 0 {
                        self.check_literal(node, types::BOOLEAN, literals::TRUE, Kind::True, start);
                    }
                    self.capture(watch, start, at, Kind::True, false, false);
                }
                Some(b'f') if load4(self.bytes, at + 1) == Some(u32::from_le_bytes(*b"alse")) => {
                    at += 5;
                    if node.types & types::BOOLEAN == 0 || node.choice != 0 {
                        self.check_literal(node, types::BOOLEAN, literals::FALSE, Kind::False, start);
                    }
                    self.capture(watch, start, at, Kind::False, false, false);
                }
                Some(b'n') if load4(self.bytes, at) == Some(u32::from_le_bytes(*b"null")) => {
                    at += 4;
                    if node.types & types::NULL == 0 || node.choice != 0 {
                        self.check_literal(node, types::NULL, literals::NULL, Kind::Null, start);
                    }
                    self.capture(watch, start, at, Kind::Null, false, false);
                }
                Some(b'-' | b'0'..=b'9') => {
                    at = match self.number_quickly(at, node) {
                        Some(end) => end,
                        None => self.number_slowly(at, node)?,
                    };
                    self.capture(watch, start, at, Kind::Number, false, false);
                }
                _ => return Err(self.no_value(at)),
            }
            if !is_filled {
                loop {
                    if self.depth == 0 {
                        return self.end(at);
                    }
                    at = self.space(at);
                    match self.byte(at) {
                        Some(b',') => {
                            at = self.space(at + 1);
                            break;
                        }
                        Some(b'}') if self.top.is_object => {
                            let missing = Self::missing(self.listed.object, &self.top);
                            if missing != 0 {
                                self.report_missing(self.listed.members, missing);
                            }
                            if self.listed.object.is_counted() {
                                self.check_members();
                            }
                            self.names.release(self.top.names as usize, self.depth);
                        }
                        Some(b']') if !self.top.is_object => {
                            if self.top.rules != 0 {
                                self.check_count(at);
                            }
                        }
                        _ => return Err(self.no_separator(at)),
                    }
                    if self.top.choice != 0 {
                        self.check_container(at);
                    }
                    at += 1;
                    self.depth -= 1;
                    if self.depth > 0 {
                        self.top = self.stack.get(self.depth - 1);
                        if self.top.is_object {
                            self.listed = self.listed_at(self.top.rules)?;
                        }
                    }
                }
            }
            if self.top.is_object {
                (at, node_at, watch) = self.key(at)?;
            } else {
                node_at = if self.top.items == PREFIXED { self.item() } else { self.top.items };
                self.top.count += 1;
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

    /// The rules of an object and its members.
    #[inline(always)]
    fn listed_at(&mut self, rules: u16) -> Result<Listed<'m>, Halt> {
        let Some(object) = self.program.objects.get(usize::from(rules)) else { return Err(self.stop(Stop::Tables)) };
        let first = usize::from(object.members);
        match self.program.members.get(first..first + usize::from(object.count)) {
            Some(members) => Ok(Listed { object, members }),
            None => Err(self.stop(Stop::Tables)),
        }
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
            self.record.capture(watch, Span { start, end, kind, has_escape, is_empty });
        }
    }

    /// Puts the container around the one that opens at `at` aside.
    #[inline(always)]
    fn open(&mut self, at: usize) -> Result<(), Halt> {
        if self.depth == self.max_depth {
            return Err(self.fault(FaultKind::Depth, at));
        }
        if self.depth > 0 {
            self.stack.set(self.depth - 1, self.top);
        }
        self.depth += 1;
        self.top = Frame { start: narrow(at), ..Frame::NONE };
        Ok(())
    }

    /// The end of the text, behind the root's value.
    #[inline(always)]
    fn end(&mut self, at: usize) -> Result<(), Halt> {
        let at = self.space(at);
        if at < self.bytes.len() { Err(self.fault(FaultKind::Trailing, at)) } else { Ok(()) }
    }

    /// Reads a name and its colon; gives where the value starts, its schema and where it is captured.
    #[inline(always)]
    fn key(&mut self, at: usize) -> Result<(usize, u16, u8), Halt> {
        if self.byte(at) != Some(b'"') {
            return Err(self.no_name(at));
        }
        self.top.key = narrow(at);
        let hint_at = usize::from(self.listed.object.hints) + usize::from(self.top.next);
        let Some(hint) = self.program.hints.get(hint_at) else { return Err(self.stop(Stop::Tables)) };
        let guess = self.top.next.wrapping_add(hint.load(Relaxed));
        let guessed = self.listed.members.get(usize::from(guess));
        let pool = self.program.text.as_bytes();
        let (end, node, watch) = match guessed {
            Some(member) if member.name.stands_at(self.bytes, at + 1, pool) && self.listed.object.names == 0 => {
                self.see(guess);
                (at + usize::from(member.name.length) + 2, member.node, member.watch)
            }
            _ => {
                let (end, position) = self.look_up(at)?;
                match self.listed.members.get(usize::from(position)) {
                    Some(member) => {
                        hint.store(position.wrapping_sub(self.top.next), Relaxed);
                        self.see(position);
                        (end, member.node, member.watch)
                    }
                    None => {
                        self.top.count += 1;
                        (end, self.listed.object.rest, 0)
                    }
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
    fn see(&mut self, position: u8) {
        let bit = 1_u64 << (position & 63);
        if (self.top.seen | self.listed.object.unlisted) & bit != 0 {
            self.see_unusual(bit);
        }
        self.top.seen |= bit;
        self.top.next = position + 1;
    }

    /// A member that was there before, or that only stands where members are required.
    #[cold]
    fn see_unusual(&mut self, bit: u64) {
        if self.top.seen & bit != 0 {
            self.report_member(Found::Duplicate);
        }
        if self.listed.object.unlisted & bit != 0 {
            self.report_other(self.listed.object);
        }
    }

    /// A member that no schema lists.
    #[inline(always)]
    fn report_other(&mut self, object: &Object) {
        match object.others {
            Others::Free => {}
            Others::Unknown => self.report_member(Found::Unknown),
            Others::Forbidden => self.report_member(Found::Forbidden),
        }
    }

    /// Finds out which member the name at `at` is; gives where the name ends and the position of a listed member.
    #[inline(never)]
    fn look_up(&mut self, at: usize) -> Result<(usize, u8), Halt> {
        let end = find_special(self.bytes, at + 1);
        let Listed { object, members } = self.listed;
        if self.byte(end) != Some(b'"') || object.names != 0 || (object.index.bits == 0 && object.count != 0) {
            return self.look_up_slowly(at);
        }
        let length = end - at - 1;
        let print = fingerprint(self.bytes, at + 1, length);
        if object.index.bits != 0
            && let Some(position) = self.program.slots.get(object.index.slots as usize + object.index.slot(print))
            && let Some(member) = members.get(usize::from(*position))
            && usize::from(member.name.length) == length
            && member.name.stands_at(self.bytes, at + 1, self.program.text.as_bytes())
        {
            return Ok((end + 1, *position));
        }
        Ok(self.unlisted(at, end, Escapes::default(), print, object))
    }

    /// A name that no member has.
    #[inline(always)]
    fn unlisted(&mut self, at: usize, end: usize, escapes: Escapes, print: u64, object: &Object) -> (usize, u8) {
        let name = Unlisted { bytes: self.bytes, start: at + 1, end, escapes };
        if !self.names.is_new(name, print, self.top.names as usize, self.depth) {
            self.report_member(Found::Duplicate);
        }
        self.report_other(object);
        (end + 1, u8::MAX)
    }

    /// The same for names with escapes, and where names have rules of their own.
    #[inline(never)]
    fn look_up_slowly(&mut self, at: usize) -> Result<(usize, u8), Halt> {
        let Listed { object, members } = self.listed;
        let (end, escapes) = self.scan_string(at)?;
        let key = self.slice(at + 1, end);
        let position = with_bytes(key, escapes, |text| self.walk(members, text));
        if escapes.units && has_lone_surrogate(key) {
            self.report_member(Found::LoneSurrogate);
        }
        if object.names != 0 && !self.is_name_allowed(object.names, key, escapes) {
            self.report(Found::PropertyNames, self.top.start as usize);
        }
        if let Some(position) = position {
            return Ok((end + 1, position));
        }
        let print = with_bytes(key, escapes, |text| fingerprint(text, 0, text.len()));
        Ok(self.unlisted(at, end, escapes, print, object))
    }

    /// The member of that name, one by one.
    fn walk(&self, members: &[Member], text: &[u8]) -> Option<u8> {
        let pool = self.program.text.as_bytes();
        (0..).zip(members).find(|(_, member)| member.name.text(pool) == text).map(|(position, _)| position)
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
        let Some(word) = words.get(usize::from(position)) else { return false };
        // Behind a string of the body stands a quote, as in the pool; behind one that was unescaped does not.
        usize::from(word.length) == length && (word.stands_at(hay, at, pool) || word.text(pool) == text)
    }

    /// Reads a string without escapes that surely is as it should be; gives where it ends.
    #[inline(always)]
    fn string_quickly(&self, at: usize, node: &Node) -> Option<usize> {
        if node.types & types::STRING == 0 {
            return None;
        }
        let first = at + 1;
        let quote = match node.format {
            Format::Any => {
                let end = find_special(self.bytes, first);
                let is_sure = self.byte(end) == Some(b'"')
                    && (node.length == 0 || self.is_length_sure(node.length, first, end))
                    && (node.choice == 0 || self.is_word_at(node.choice, self.bytes, first, end - first));
                is_sure.then_some(end)?
            }
            _ if node.choice != 0 || node.length != 0 => return None,
            Format::Uuid => formats::uuid_and_quote(self.bytes, first).then_some(first + formats::UUID_LENGTH)?,
            Format::Date => formats::date_and_quote(self.bytes, first).then_some(first + 10)?,
            Format::DateTime => formats::date_time_and_quote(self.bytes, first)?,
        };
        Some(quote + 1)
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
        let characters = self.slice(first, end).iter().filter(|byte| byte.cast_signed() >= -64).count();
        bytes < 64 && (min..=max).contains(&characters)
    }

    #[inline(always)]
    fn slice(&self, start: usize, end: usize) -> &'m [u8] {
        self.bytes.get(start..end).unwrap_or_default()
    }

    /// All the keywords of a string, with or without escapes.
    #[cold]
    #[inline(never)]
    fn string_slowly(&mut self, at: usize, node: &Node) -> Result<(usize, bool), Halt> {
        let (end, escapes) = self.scan_string(at)?;
        let inner = self.slice(at + 1, end);
        if escapes.units && has_lone_surrogate(inner) {
            self.report(Found::LoneSurrogate, at);
        }
        if node.types & types::STRING == 0 {
            self.report_type(node, Kind::String, at);
        }
        if node.format != Format::Any && !with_text(inner, escapes, |text| self.has_format(node.format, text)) {
            self.report(Found::Format(node.format), at);
        }
        if node.length != 0
            && let Some(length) = self.program.lengths.get(usize::from(node.length))
        {
            let characters = text::count(inner, escapes);
            if characters < length.min as usize {
                self.report(Found::MinLength(length.min), at);
            }
            if characters > length.max as usize {
                self.report(Found::MaxLength(length.max), at);
            }
        }
        if !with_text(inner, escapes, |text| self.is_word(node.choice, text)) {
            self.report_choice(node.choice, at);
        }
        Ok((end + 1, escapes.any))
    }

    /// Reads a string whose quote stands at `at`; gives where its closing quote stands.
    fn scan_string(&mut self, at: usize) -> Result<(usize, Escapes), Halt> {
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
                        Some(_) => return Err(self.fault(FaultKind::Escape, at)),
                        None => return Err(self.fault(FaultKind::CutOff, at + 1)),
                    }
                }
                Some(_) => return Err(self.fault(FaultKind::Control, at)),
                None => return Err(self.fault(FaultKind::CutOff, at)),
            }
        }
    }

    /// Reads a short integer that surely is as it should be; gives where it ends.
    #[inline(always)]
    fn number_quickly(&self, start: usize, node: &Node) -> Option<usize> {
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
        is_sure.then_some(at)
    }

    #[inline(never)]
    fn number_slowly(&mut self, start: usize, node: &Node) -> Result<usize, Halt> {
        let (end, is_plain, has_exponent) = self.scan_number(start)?;
        let is_long = end - start > SURE_FLOAT;
        let must_read = has_exponent
            || is_long
            || node.number | node.choice != 0
            || (!is_plain && node.types & (types::INTEGER | types::NUMBER) == types::INTEGER);
        let mut value = None;
        if must_read {
            value = Decimal::read(self.slice(start, end));
            if value.is_none() {
                self.report(Found::BeyondF64, start);
            }
        }
        let is_integer = is_plain || value.is_some_and(|value| value.is_integer());
        let wanted = if is_integer { types::INTEGER | types::NUMBER } else { types::NUMBER };
        if node.types & wanted == 0 {
            self.report_type(node, Kind::Number, start);
        }
        if node.choice != 0 && !self.is_listed(node.choice, |out| value.map(|value| value.form(out))) {
            self.report_choice(node.choice, start);
        }
        if node.number != 0
            && let (Some(value), Some(range)) = (value, self.program.ranges.get(usize::from(node.number)))
        {
            let program = self.program;
            if let Some(min) = range.min.filter(|min| program.number(*min).is_some_and(|min| value.is_less(&min))) {
                self.report(Found::Minimum(self.program.text(min.text, min.length)), start);
            }
            if let Some(max) = range.max.filter(|max| program.number(*max).is_some_and(|max| max.is_less(&value))) {
                self.report(Found::Maximum(self.program.text(max.text, max.length)), start);
            }
            if let Some(above) = range.above.filter(|low| program.number(*low).is_some_and(|low| !low.is_less(&value)))
            {
                self.report(Found::Above(self.program.text(above.text, above.length)), start);
            }
            if let Some(below) = range.below.filter(|top| program.number(*top).is_some_and(|top| !value.is_less(&top)))
            {
                self.report(Found::Below(self.program.text(below.text, below.length)), start);
            }
            let is_none_of = |step: &_| program.number(*step).is_some_and(|step| !value.is_multiple_of(&step));
            if let Some(step) = range.multiple.filter(is_none_of) {
                self.report(Found::MultipleOf(self.program.text(step.text, step.length)), start);
            }
        }
        Ok(end)
    }

    /// The grammar of a number: where it ends, whether it is a plain integer, whether it has an exponent.
    fn scan_number(&mut self, start: usize) -> Result<(usize, bool, bool), Halt> {
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

    fn digits(&mut self, mut at: usize) -> Result<usize, Halt> {
        if !self.byte(at).is_some_and(|byte| byte.is_ascii_digit()) {
            return Err(self.expected(at, "a digit"));
        }
        while self.byte(at).is_some_and(|byte| byte.is_ascii_digit()) {
            at += 1;
        }
        Ok(at)
    }

    #[inline(never)]
    fn check_literal(&mut self, node: &Node, bit: u8, literal: u8, kind: Kind, at: usize) {
        if node.types & bit == 0 {
            self.report_type(node, kind, at);
        }
        if node.choice != 0 && self.choice(node.choice).is_none_or(|choice| choice.literals & literal == 0) {
            self.report_choice(node.choice, at);
        }
    }

    /// Whether a list has the value whose form is written by `write`.
    #[cold]
    fn is_listed(&self, choice: u16, write: impl FnOnce(&mut Vec<u8>) -> Option<()>) -> bool {
        let Some(choice) = self.choice(choice) else { return true };
        let first = usize::from(choice.values);
        let values = self.program.words.get(first..first + usize::from(choice.values_count)).unwrap_or_default();
        let mut form = Vec::new();
        let pool = self.program.text.as_bytes();
        !values.is_empty() && write(&mut form).is_some() && values.iter().any(|value| value.text(pool) == form)
    }

    /// The innermost container, which ends at `end`, as a document of its own.
    fn container(&self, end: usize) -> Document<'m> {
        Document::of(self.slice(self.top.start as usize, end + 1))
    }

    /// `enum` and `const` of the container that ends at `end`.
    #[cold]
    fn check_container(&mut self, end: usize) {
        let choice = self.top.choice;
        if !self.is_listed(choice, |out| {
            self.container(end).root().form(out);
            Some(())
        }) {
            self.report_choice(choice, self.top.start as usize);
        }
    }

    /// The schema of the next item.
    #[cold]
    fn item(&self) -> u16 {
        let Some(array) = self.program.arrays.get(usize::from(self.top.rules)) else { return 0 };
        let place = self.top.count as usize;
        let first = place.checked_add(usize::from(array.prefix)).filter(|_| place < usize::from(array.prefix_count));
        first.and_then(|at| self.program.prefixes.get(at)).copied().unwrap_or(array.items)
    }

    /// `minProperties`, `maxProperties` and `dependentRequired` of the innermost object.
    #[cold]
    fn check_members(&mut self) {
        let Listed { object, members } = self.listed;
        let program = self.program;
        let at = self.top.start as usize;
        let count = self.top.count + self.top.seen.count_ones();
        if count < object.least {
            self.report(Found::MinProperties(object.least), at);
        }
        if count > object.most {
            self.report(Found::MaxProperties(object.most), at);
        }
        let first = usize::from(object.dependents);
        let dependents = program.dependents.get(first..first + usize::from(object.dependents_count));
        let seen = self.top.seen;
        let asked = dependents.unwrap_or_default().iter().filter(|dependent| seen & dependent.of != 0);
        let missing = asked.fold(0, |missing, dependent| missing | dependent.required) & !seen;
        for (member, _) in members.iter().zip(0..).filter(|(_, place)| missing & (1_u64 << place) != 0) {
            self.report(Found::DependentRequired(program.text(member.name.text, member.name.length)), at);
        }
    }

    /// What a closing object still misses, one bit each.
    #[inline(always)]
    fn missing(object: &Object, top: &Frame) -> u64 {
        let if_any = if top.seen != 0 || top.count > 0 { object.required_if_any } else { 0 };
        (object.required | if_any) & !top.seen
    }

    #[inline(never)]
    fn check_count(&mut self, end: usize) {
        let Some(array) = self.program.arrays.get(usize::from(self.top.rules)) else { return };
        let at = self.top.start as usize;
        if self.top.count < array.min {
            self.report(Found::MinItems(array.min), at);
        }
        if self.top.count > array.max {
            self.report(Found::MaxItems(array.max), at);
        }
        if array.is_unique && self.top.count > 1 && self.has_equal_items(end) {
            self.report(Found::UniqueItems, at);
        }
    }

    /// `uniqueItems` of the array that ends at `end`.
    #[cold]
    fn has_equal_items(&self, end: usize) -> bool {
        let array = self.container(end);
        let form = |item: crate::json::Node<'_, '_>| {
            let mut form = Vec::new();
            item.form(&mut form);
            form
        };
        let mut forms: Vec<Vec<u8>> = array.root().children().map(form).collect();
        order::sort(&mut forms, Ord::cmp);
        forms.windows(2).any(|pair| pair[0] == pair[1])
    }

    fn choice(&self, choice: u16) -> Option<&'m Choice> {
        self.program.choices.get(usize::from(choice))
    }

    #[cold]
    fn report_missing(&mut self, members: &[Member], missing: u64) {
        for (position, member) in members.iter().enumerate() {
            if missing & (1 << position) != 0 {
                let name = self.program.text(member.name.text, member.name.length);
                self.report(Found::Required(name), self.top.start as usize);
            }
        }
    }

    #[cold]
    fn report_type(&mut self, node: &Node, found: Kind, at: usize) {
        let expected = node.types;
        self.report(if expected == 0 { Found::Nothing } else { Found::Type { expected, found } }, at);
    }

    #[cold]
    fn report_choice(&mut self, choice: u16, at: usize) {
        let Some(choice) = self.choice(choice) else { return };
        let list = self.program.text(choice.list, choice.list_length);
        self.report(if choice.is_const { Found::Const { value: list } } else { Found::Enum { list } }, at);
    }

    /// About the current member as a whole: its place is its name.
    #[cold]
    fn report_member(&mut self, found: Found<'_>) {
        self.report(found, self.top.key as usize);
    }

    #[cold]
    #[inline(never)]
    fn report(&mut self, found: Found<'_>, at: usize) {
        let name_start = if self.top.is_object { self.top.key as usize } else { at };
        self.record.found(found, Place { at, name_start, container: self.top.start as usize });
    }

    #[cold]
    fn stop(&mut self, why: Stop) -> Halt {
        self.stopped = why;
        Halt
    }

    #[cold]
    fn fault(&mut self, kind: FaultKind, at: usize) -> Halt {
        self.stop(Stop::Fault(Fault { kind, at }))
    }

    #[cold]
    fn expected(&mut self, at: usize, what: &'static str) -> Halt {
        if at >= self.bytes.len() {
            return self.fault(FaultKind::CutOff, self.bytes.len());
        }
        self.fault(FaultKind::Expected(what), at)
    }

    #[cold]
    fn no_name(&mut self, at: usize) -> Halt {
        if let (Some(b'}'), Some(comma)) = (self.byte(at), self.comma_before(at)) {
            return self.fault(FaultKind::TrailingComma, comma);
        }
        self.expected(at, "a member name in double quotes")
    }

    /// Where the comma stands that nothing but white space divides from `at`.
    fn comma_before(&self, at: usize) -> Option<usize> {
        let last = self.bytes.get(..at)?.iter().rposition(|byte| !matches!(byte, b' ' | b'\t' | b'\n' | b'\r'))?;
        (self.byte(last) == Some(b',')).then_some(last)
    }

    #[cold]
    fn no_separator(&mut self, at: usize) -> Halt {
        let what = if self.top.is_object { "a comma or } after a member" } else { "a comma or ] after an item" };
        self.expected(at, what)
    }

    #[cold]
    fn no_value(&mut self, at: usize) -> Halt {
        if at == 0 && self.bytes.starts_with(BYTE_ORDER_MARK) {
            return self.fault(FaultKind::ByteOrderMark, at);
        }
        let is_item = self.depth > 0 && !self.top.is_object;
        if let (Some(b']'), true, Some(comma)) = (self.byte(at), is_item, self.comma_before(at)) {
            return self.fault(FaultKind::TrailingComma, comma);
        }
        let word = match self.byte(at) {
            Some(b't') => "true",
            Some(b'f') => "false",
            Some(b'n') => "null",
            _ => return self.expected(at, "a JSON value"),
        };
        let same = word.bytes().zip(self.slice(at, self.bytes.len())).take_while(|(a, b)| a == *b).count();
        self.expected(at + same, word)
    }
}

/// A position in a text of less than 4 GiB.
#[inline(always)]
fn narrow(at: usize) -> u32 {
    #[expect(clippy::cast_possible_truncation, reason = "the length of the text was checked")]
    {
        at as u32
    }
}
