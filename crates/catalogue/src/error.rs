//! Why a payload could not be read.

use std::fmt;

use serde::de::DeserializeOwned;

/// A body or payload that could not be read into its type.
///
/// It never holds a value of the payload: parser messages quote what they stumble over, so their text is dropped and
/// only the place is kept.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ReadError {
    kind: ReadErrorKind,
    line: usize,
    column: usize,
}

/// The reason of a [`ReadError`].
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum ReadErrorKind {
    /// The bytes are not UTF-8.
    NotUtf8,
    /// The text is not JSON.
    Syntax,
    /// The text ends before the JSON does.
    UnexpectedEnd,
    /// A member holds another JSON type than every source gives it, or a number beyond all reason.
    WrongType,
    /// The envelope lacks a member that nothing can be done without.
    MissingMember(&'static str),
}

impl ReadError {
    pub(crate) fn new(kind: ReadErrorKind) -> Self {
        ReadError { kind, line: 0, column: 0 }
    }

    /// What went wrong.
    pub fn kind(&self) -> ReadErrorKind {
        self.kind
    }

    /// Line, counted from 1; 0 where no place is known.
    pub fn line(&self) -> usize {
        self.line
    }

    /// Column in bytes, counted from 1; 0 where no place is known.
    pub fn column(&self) -> usize {
        self.column
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            ReadErrorKind::NotUtf8 => f.write_str("expected UTF-8"),
            ReadErrorKind::Syntax => f.write_str("expected JSON"),
            ReadErrorKind::UnexpectedEnd => f.write_str("expected more JSON, but found the end"),
            ReadErrorKind::WrongType => f.write_str("expected another JSON type"),
            ReadErrorKind::MissingMember(name) => write!(f, "expected a member {name}"),
        }?;
        if self.line > 0 { write!(f, " at line {} column {}", self.line, self.column) } else { Ok(()) }
    }
}

impl std::error::Error for ReadError {}

/// Reads JSON into one of the catalogue's types, or any other, without letting a value into the error.
///
/// # Errors
/// [`ReadError`] where `json` is no JSON or does not fit the type.
///
/// # Example
/// ```
/// use hookvet_catalogue::dataspike::History;
/// use hookvet_catalogue::read;
///
/// let history: History = read(br#"{"data":[],"has_next":false}"#)?;
/// assert_eq!(history.has_next, Some(false));
/// # Ok::<(), hookvet_catalogue::ReadError>(())
/// ```
pub fn read<T: DeserializeOwned>(json: &[u8]) -> Result<T, ReadError> {
    Ok(serde_json::from_str(std::str::from_utf8(json)?)?)
}

impl From<serde_json::Error> for ReadError {
    fn from(error: serde_json::Error) -> Self {
        let kind = match error.classify() {
            serde_json::error::Category::Eof => ReadErrorKind::UnexpectedEnd,
            serde_json::error::Category::Data => ReadErrorKind::WrongType,
            serde_json::error::Category::Syntax | serde_json::error::Category::Io => ReadErrorKind::Syntax,
        };
        ReadError { kind, line: error.line(), column: error.column() }
    }
}

impl From<std::str::Utf8Error> for ReadError {
    fn from(_: std::str::Utf8Error) -> Self {
        ReadError::new(ReadErrorKind::NotUtf8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_is_kept_and_the_value_is_not() {
        let error: ReadError = serde_json::from_str::<bool>("\n \"Jane Doe\"").unwrap_err().into();
        assert_eq!((error.kind(), error.line(), error.column()), (ReadErrorKind::WrongType, 2, 11));
        assert_eq!(error.to_string(), "expected another JSON type at line 2 column 11");
        assert!(!format!("{error:?}").contains("Jane"));
    }

    #[test]
    fn a_cut_text_is_told_from_a_wrong_one() {
        let kind = |text| ReadError::from(serde_json::from_str::<Vec<u8>>(text).unwrap_err()).kind();
        assert_eq!(kind("[1"), ReadErrorKind::UnexpectedEnd);
        assert_eq!(kind("[1}"), ReadErrorKind::Syntax);
    }
}
