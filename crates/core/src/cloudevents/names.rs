//! Names (rules H and A-name): which headers are attributes, how they are called, and that each comes once.
//!
//! Source: CloudEvents HTTP binding 1.0.2 §3.1.3.1, core 1.0.2 *Naming Conventions*.

use std::borrow::Cow;
use std::collections::HashSet;

use super::attributes::{AttributeFault, Core};
use crate::finding::Place;
use crate::grammar::media_type::{is_token, starts_with_ignore_case};
use crate::rule::Rule;

/// How much of a sender's name is shown, in octets.
const SHOWN: usize = 64;

/// The attribute that a header carries: what follows `ce-`, in lower case (H1, H2). `None` for every other header (H6).
pub(crate) fn of_header(header: &[u8]) -> Option<Cow<'_, [u8]>> {
    let name = starts_with_ignore_case(header, b"ce-").then(|| &header[3..])?;
    Some(if name.iter().any(u8::is_ascii_uppercase) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
    })
}

/// Checks an attribute name that is already in the case in which it counts (A-name, A-name20, A-reserved).
pub(crate) fn check(name: &[u8]) -> Result<(), AttributeFault> {
    if name == b"data" {
        return Err((Rule::CeAReserved, "data is the payload's name and no attribute".into()));
    }
    if name.is_empty() || !name.iter().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9')) {
        return Err((Rule::CeAName, "attribute names are made of lower-case letters a to z and digits only".into()));
    }
    if name.len() > 20 {
        return Err((Rule::CeAName20, "attribute names should have at most 20 characters".into()));
    }
    Ok(())
}

/// The place of a header whose name comes from the sender: shown as a token, shortened.
pub(crate) fn place(header: &[u8]) -> Place {
    let shown = |byte: &u8| if is_token(*byte) { char::from(byte.to_ascii_lowercase()) } else { '?' };
    Place::Header(Cow::Owned(header.iter().take(SHOWN).map(shown).collect()))
}

/// A name as text, without loss: one character for each octet, since a name that is none may hold any.
pub(crate) fn text(name: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(name) {
        Ok(text) if text.is_ascii() => Cow::Borrowed(text),
        _ => Cow::Owned(name.iter().copied().map(char::from).collect()),
    }
}

/// The attributes that were sent so far, readable or not.
#[derive(Debug, Default)]
pub(crate) struct Sent<'n> {
    standard: [bool; Core::COUNT],
    extensions: HashSet<Cow<'n, [u8]>>,
}

impl<'n> Sent<'n> {
    /// Notes one more attribute; whether it is the first of its name (H4). The name is asked for where it is an extension's.
    pub(crate) fn is_first(&mut self, core: Option<Core>, name: impl FnOnce() -> Cow<'n, [u8]>) -> bool {
        match core {
            Some(core) => !std::mem::replace(&mut self.standard[core as usize], true),
            None => self.extensions.insert(name()),
        }
    }

    /// The required attributes that are not among them (A1).
    pub(crate) fn missing(&self) -> impl Iterator<Item = Core> {
        Core::REQUIRED.into_iter().filter(|core| !self.standard[*core as usize])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_the_headers_that_begin_with_ce() {
        assert_eq!(of_header(b"CE-Id").as_deref(), Some(&b"id"[..]));
        assert_eq!(of_header(b"ce-").as_deref(), Some(&b""[..]));
        assert_eq!((of_header(b"ce"), of_header(b"cee-id"), of_header(b"")), (None, None, None));
    }

    #[test]
    fn a_name_counts_once_in_whichever_case_it_came() {
        let mut sent = Sent::default();
        for (header, is_first) in
            [(&b"ce-x"[..], true), (b"CE-X", false), (b"ce-y", true), (b"ce-id", true), (b"Ce-Id", false)]
        {
            let name = of_header(header).expect("an attribute");
            assert_eq!(sent.is_first(Core::from_name(&name), || name.clone()), is_first);
        }
        assert_eq!(sent.missing().map(Core::name).collect::<Vec<_>>(), ["source", "specversion", "type"]);
    }

    #[test]
    fn two_names_never_become_one_text() {
        assert_eq!(text(b"note"), "note");
        assert_ne!(text(b"\x80"), text(b"\x81"));
        assert_ne!(text("\u{e9}".as_bytes()), text(b"\xe9"));
    }
}
