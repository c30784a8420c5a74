//! The scanner: bytes to a flat list of nodes, or the first fault with its offset.
//!
//! Grammar of RFC 8259, nothing more: no comments, no trailing commas unless asked for, no byte order mark. It does not
//! recurse; nesting lives in a list of open containers that is bounded by `max_depth`.

use super::document::{Kind, Value};

/// Why the bytes are not JSON.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Fault {
    pub(crate) kind: FaultKind,
    /// Byte offset of the first byte that does not fit.
    pub(crate) at: usize,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum FaultKind {
    /// No value at all.
    Empty,
    /// The bytes are not UTF-8.
    Utf8,
    /// A byte order mark in front.
    ByteOrderMark,
    /// The text stops inside a value.
    CutOff,
    /// Nested deeper than the limit.
    Depth,
    /// Something other than what is named was expected.
    Expected(&'static str),
    /// A raw control character inside a string.
    Control,
    /// A backslash followed by something that is no escape.
    Escape,
    /// A value is complete and more follows.
    Trailing,
    /// A comma before a closing bracket.
    TrailingComma,
}

impl FaultKind {
    /// What is wrong, for people.
    pub(crate) fn message(self) -> String {
        match self {
            Self::Empty => "expected a JSON value, but the body is empty".into(),
            Self::ByteOrderMark => "the text begins with a byte order mark, which JSON has not; send it without".into(),
            Self::Utf8 => "expected UTF-8, but these bytes are not".into(),
            Self::CutOff => "the JSON text is cut off: it ends inside a value".into(),
            Self::Depth => "nested deeper than the limit".into(),
            Self::Expected(what) => format!("expected {what}"),
            Self::Control => "a control character inside a string must be written as an escape".into(),
            Self::Escape => r#"expected one of \" \\ \/ \b \f \n \r \t \uXXXX after the backslash"#.into(),
            Self::Trailing => "expected the end of the text after the value".into(),
            Self::TrailingComma => "a comma stands before a closing bracket".into(),
        }
    }
}

/// U+FEFF in UTF-8, which some editors and libraries write in front of a text.
pub(crate) const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// What the scanner is told.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) max_depth: usize,
    /// Read past a comma before a closing bracket, and note where it stood.
    pub(crate) trailing_commas: bool,
}

/// What a scan gives.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    pub(crate) entries: Vec<Value>,
    /// Offsets of commas before a closing bracket, where those were allowed.
    pub(crate) trailing_commas: Vec<usize>,
}

pub(crate) fn scan(bytes: &[u8], limits: Limits) -> Result<Scan, Fault> {
    if let Err(error) = std::str::from_utf8(bytes) {
        return Err(Fault { kind: FaultKind::Utf8, at: error.valid_up_to() });
    }
    let mut scanner = Scanner { bytes, at: 0, out: Scan::default(), open: Vec::new(), limits };
    scanner.run()?;
    Ok(scanner.out)
}

struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
    out: Scan,
    /// Indexes of the containers that are open, and how many values each holds so far.
    open: Vec<(usize, usize)>,
    limits: Limits,
}

impl Scanner<'_> {
    fn run(&mut self) -> Result<(), Fault> {
        if self.bytes.starts_with(BYTE_ORDER_MARK) {
            return Err(Fault { kind: FaultKind::ByteOrderMark, at: 0 });
        }
        self.skip_space();
        if self.at == self.bytes.len() {
            return Err(Fault { kind: FaultKind::Empty, at: 0 });
        }
        self.value(0, 0)?;
        while let Some(&(container, count)) = self.open.last() {
            self.skip_space();
            let is_object = self.out.entries[container].kind == Kind::Object;
            let close = if is_object { b'}' } else { b']' };
            let is_first = count == 0;
            match self.peek()? {
                byte if byte == close => {
                    self.close();
                    continue;
                }
                b',' if !is_first => {
                    let comma = self.at;
                    self.at += 1;
                    self.skip_space();
                    if self.peek()? == close {
                        if !self.limits.trailing_commas {
                            return Err(Fault { kind: FaultKind::TrailingComma, at: comma });
                        }
                        self.out.trailing_commas.push(comma);
                        continue;
                    }
                }
                _ if is_first => {}
                _ if is_object => return Err(self.expected("a comma or } after a member")),
                _ => return Err(self.expected("a comma or ] after an item")),
            }
            if is_object { self.member()? } else { self.value(0, 0)? }
        }
        self.skip_space();
        if self.at < self.bytes.len() {
            return Err(Fault { kind: FaultKind::Trailing, at: self.at });
        }
        Ok(())
    }

    fn member(&mut self) -> Result<(), Fault> {
        if self.peek()? != b'"' {
            return Err(self.expected("a member name in double quotes"));
        }
        let key_start = self.at;
        self.string()?;
        let key_end = self.at;
        self.skip_space();
        if self.peek()? != b':' {
            return Err(self.expected("a colon after the member name"));
        }
        self.at += 1;
        self.skip_space();
        self.value(key_start, key_end)
    }

    fn value(&mut self, key_start: usize, key_end: usize) -> Result<(), Fault> {
        let start = self.at;
        let (parent, position) = match self.open.last_mut() {
            Some((container, count)) => (*container, std::mem::replace(count, *count + 1)),
            None => (0, 0),
        };
        let push = |scanner: &mut Self, kind| {
            let next = scanner.out.entries.len() + 1;
            scanner.out.entries.push(Value {
                kind,
                start,
                end: scanner.at,
                key_start,
                key_end,
                next,
                parent,
                position,
            });
        };
        match self.peek()? {
            open @ (b'{' | b'[') => {
                if self.open.len() == self.limits.max_depth {
                    return Err(Fault { kind: FaultKind::Depth, at: start });
                }
                self.open.push((self.out.entries.len(), 0));
                self.at += 1;
                push(self, if open == b'{' { Kind::Object } else { Kind::Array });
            }
            b'"' => {
                self.string()?;
                push(self, Kind::String);
            }
            b't' => {
                self.literal("true")?;
                push(self, Kind::True);
            }
            b'f' => {
                self.literal("false")?;
                push(self, Kind::False);
            }
            b'n' => {
                self.literal("null")?;
                push(self, Kind::Null);
            }
            b'-' | b'0'..=b'9' => {
                self.number()?;
                push(self, Kind::Number);
            }
            _ => return Err(self.expected("a JSON value")),
        }
        Ok(())
    }

    fn close(&mut self) {
        self.at += 1;
        let end = self.at;
        let next = self.out.entries.len();
        if let Some((container, _)) = self.open.pop() {
            let entry = &mut self.out.entries[container];
            entry.end = end;
            entry.next = next;
        }
    }

    /// Reads a string, `at` on its opening quote; leaves `at` behind the closing one.
    fn string(&mut self) -> Result<(), Fault> {
        self.at += 1;
        loop {
            match self.peek()? {
                b'"' => {
                    self.at += 1;
                    return Ok(());
                }
                b'\\' => {
                    self.at += 1;
                    match self.peek()? {
                        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => self.at += 1,
                        b'u' => {
                            self.at += 1;
                            for _ in 0..4 {
                                if !self.peek()?.is_ascii_hexdigit() {
                                    return Err(self.expected("four hexadecimal digits after \\u"));
                                }
                                self.at += 1;
                            }
                        }
                        _ => return Err(Fault { kind: FaultKind::Escape, at: self.at - 1 }),
                    }
                }
                0..=0x1f => return Err(Fault { kind: FaultKind::Control, at: self.at }),
                _ => self.at += 1,
            }
        }
    }

    fn literal(&mut self, word: &'static str) -> Result<(), Fault> {
        for expected in word.bytes() {
            if self.peek()? != expected {
                return Err(self.expected(match word {
                    "true" => "true",
                    "false" => "false",
                    _ => "null",
                }));
            }
            self.at += 1;
        }
        Ok(())
    }

    fn number(&mut self) -> Result<(), Fault> {
        if self.peek()? == b'-' {
            self.at += 1;
        }
        match self.peek()? {
            b'0' => {
                self.at += 1;
                if self.bytes.get(self.at).is_some_and(u8::is_ascii_digit) {
                    return Err(self.expected("no digit after a leading zero"));
                }
            }
            b'1'..=b'9' => self.digits()?,
            _ => return Err(self.expected("a digit")),
        }
        if self.bytes.get(self.at) == Some(&b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.bytes.get(self.at) {
            self.at += 1;
            if let Some(b'+' | b'-') = self.bytes.get(self.at) {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(())
    }

    fn digits(&mut self) -> Result<(), Fault> {
        if !self.peek()?.is_ascii_digit() {
            return Err(self.expected("a digit"));
        }
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
        Ok(())
    }

    fn skip_space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.bytes.get(self.at) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Result<u8, Fault> {
        self.bytes.get(self.at).copied().ok_or(Fault { kind: FaultKind::CutOff, at: self.at })
    }

    fn expected(&self, what: &'static str) -> Fault {
        Fault { kind: FaultKind::Expected(what), at: self.at }
    }
}
