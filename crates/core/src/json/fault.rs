//! What is no JSON, and where.

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
