//! The grammar of RFC 8259 a second time, byte by byte: what the one pass is held to, with the place of every fault.

/// Deepest nesting.
const DEPTH: usize = hookvet::internals::DEPTH;

/// What is wrong, or what was expected, and where.
type Fault = (&'static str, usize);

/// The first fault of a text, in the words of a verdict; `None` for JSON.
pub(crate) fn fault(bytes: &[u8]) -> Option<(String, usize)> {
    if let Err(error) = std::str::from_utf8(bytes) {
        return Some(("expected UTF-8, but these bytes are not".to_owned(), error.valid_up_to()));
    }
    let mut scanner = Scanner { bytes, at: 0, open: Vec::new() };
    let (what, at) = scanner.run().err()?;
    let is_message =
        what.starts_with("expected") || what.contains(' ') && MESSAGES.iter().any(|start| what.starts_with(start));
    Some((if is_message || what == "depth" { what.to_owned() } else { format!("expected {what}") }, at))
}

/// How messages begin that name no expectation.
const MESSAGES: [&str; 4] = ["the text begins", "a comma stands", "a control character", "the JSON text is cut off"];

struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Of each container that is open whether it is an object, and how many values it holds so far.
    open: Vec<(bool, usize)>,
}

impl Scanner<'_> {
    fn run(&mut self) -> Result<(), Fault> {
        if self.bytes.starts_with("\u{feff}".as_bytes()) {
            return Err(("the text begins with a byte order mark, which JSON has not; send it without", 0));
        }
        self.skip_space();
        if self.at == self.bytes.len() {
            return Err(("expected a JSON value, but the body is empty", 0));
        }
        self.value()?;
        while let Some(&(is_object, count)) = self.open.last() {
            self.skip_space();
            let close = if is_object { b'}' } else { b']' };
            let is_first = count == 0;
            match self.peek()? {
                byte if byte == close => {
                    self.at += 1;
                    self.open.pop();
                    continue;
                }
                b',' if !is_first => {
                    let comma = self.at;
                    self.at += 1;
                    self.skip_space();
                    if self.peek()? == close {
                        return Err(("a comma stands before a closing bracket", comma));
                    }
                }
                _ if is_first => {}
                _ if is_object => return Err(self.expected("a comma or } after a member")),
                _ => return Err(self.expected("a comma or ] after an item")),
            }
            if is_object { self.member()? } else { self.value()? }
        }
        self.skip_space();
        if self.at < self.bytes.len() {
            return Err(("expected the end of the text after the value", self.at));
        }
        Ok(())
    }

    fn member(&mut self) -> Result<(), Fault> {
        if self.peek()? != b'"' {
            return Err(self.expected("a member name in double quotes"));
        }
        self.string()?;
        self.skip_space();
        if self.peek()? != b':' {
            return Err(self.expected("a colon after the member name"));
        }
        self.at += 1;
        self.skip_space();
        self.value()
    }

    fn value(&mut self) -> Result<(), Fault> {
        let start = self.at;
        if let Some((_, count)) = self.open.last_mut() {
            *count += 1;
        }
        match self.peek()? {
            open @ (b'{' | b'[') => {
                if self.open.len() == DEPTH {
                    return Err(("depth", start));
                }
                self.open.push((open == b'{', 0));
                self.at += 1;
            }
            b'"' => {
                self.string()?;
            }
            b't' => {
                self.literal("true")?;
            }
            b'f' => {
                self.literal("false")?;
            }
            b'n' => {
                self.literal("null")?;
            }
            b'-' | b'0'..=b'9' => {
                self.number()?;
            }
            _ => return Err(self.expected("a JSON value")),
        }
        Ok(())
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
                        _ => {
                            return Err((
                                r#"expected one of \" \\ \/ \b \f \n \r \t \uXXXX after the backslash"#,
                                self.at - 1,
                            ));
                        }
                    }
                }
                0..=0x1f => return Err(("a control character inside a string must be written as an escape", self.at)),
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
        self.bytes.get(self.at).copied().ok_or(("the JSON text is cut off: it ends inside a value", self.at))
    }

    fn expected(&self, what: &'static str) -> Fault {
        (what, self.at)
    }
}
