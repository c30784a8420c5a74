//! Data of a structured event (rules S4 to S6). In binary mode the body is the data as it stands (D1), and whether it is
//! JSON is told by its media type (D3).
//!
//! Source: CloudEvents JSON format 1.0.2 §3.1.

use std::borrow::Cow;
use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::json::{Kind, Node};
use crate::rule::Rule;

/// Data of a structured event.
#[derive(Debug, Default, Eq, PartialEq)]
pub(crate) enum StructuredData {
    #[default]
    None,
    /// A JSON value inside the envelope, and where.
    Json(Range<usize>),
    /// A string whose content is not JSON, or bytes from `data_base64`.
    Bytes(Vec<u8>),
}

/// What is wrong with the data.
pub(crate) struct DataFault<'b> {
    pub(crate) rule: Rule,
    /// The member that it is about, as a JSON Pointer within the event.
    pub(crate) pointer: &'static str,
    pub(crate) message: Cow<'static, str>,
    pub(crate) offset: usize,
    pub(crate) value: &'b [u8],
}

/// The data that the two members of an event hold. A null payload is still a payload, but beside `data_base64` it says
/// nothing.
pub(crate) fn read<'b>(
    data: Option<Node<'_, 'b>>,
    data_base64: Option<Node<'_, 'b>>,
    is_json: bool,
) -> Result<StructuredData, DataFault<'b>> {
    match (data, data_base64.filter(|node| node.kind() != Kind::Null)) {
        (Some(data), Some(base64)) if data.kind() != Kind::Null => Err(DataFault {
            rule: Rule::CeS6,
            pointer: "/data_base64",
            message: "data and data_base64 exclude each other; send one of them".into(),
            offset: base64.name_start(),
            value: b"",
        }),
        (_, Some(base64)) => bytes(base64),
        (Some(data), None) if is_json => Ok(StructuredData::Json(data.span())),
        (Some(data), None) => text(data),
        (None, None) => Ok(StructuredData::None),
    }
}

/// S5: `data_base64` is a string in Base64.
fn bytes<'b>(node: Node<'_, 'b>) -> Result<StructuredData, DataFault<'b>> {
    let bytes = node.text().and_then(|text| STANDARD.decode(text.as_bytes()).ok());
    bytes.map(StructuredData::Bytes).ok_or_else(|| DataFault {
        rule: Rule::CeS5,
        pointer: "/data_base64",
        message: "expected a string in Base64 (RFC 4648 §4, with padding)".into(),
        offset: node.start(),
        value: node.raw(),
    })
}

/// S4: data of a type that is not JSON is a string; D4: one that has octets, which half a character has not.
fn text<'b>(node: Node<'_, 'b>) -> Result<StructuredData, DataFault<'b>> {
    match (node.text(), node.kind()) {
        (Some(_), _) if node.has_lone_surrogate() => Err(DataFault {
            rule: Rule::CeD4,
            pointer: "/data",
            message: "an escaped surrogate stands without its partner, which is no character".into(),
            offset: node.name_start(),
            value: node.raw(),
        }),
        (Some(text), _) => Ok(StructuredData::Bytes(text.into_owned().into_bytes())),
        (None, Kind::Null) => Ok(StructuredData::None),
        (None, kind) => Err(DataFault {
            rule: Rule::CeS4,
            pointer: "/data",
            message: format!("datacontenttype is not JSON, so data must be a string, but is {}", kind.name()).into(),
            offset: node.start(),
            value: node.raw(),
        }),
    }
}
