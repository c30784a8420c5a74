//! The event type that stands inside the body, ahead of the pass that needs to know it.

use super::sink::Span;
use super::text::{Escapes, with_text};
use super::words::find_special;
use crate::json::Kind;

/// The string that is the root's first member of that name, wherever it stands; `None` where it cannot be made out.
///
/// Reads members of the root up to it and skips what they hold, so it costs little where the member stands near the
/// start, as in every documented delivery. It checks next to nothing: the pass that follows reads the whole text.
pub(crate) fn root_string(bytes: &[u8], name: &str) -> Option<Span> {
    let mut at = space(bytes, 0);
    if bytes.get(at) != Some(&b'{') {
        return None;
    }
    loop {
        at = space(bytes, at + 1);
        let (key_end, escapes) = string(bytes, at)?;
        let key = bytes.get(at + 1..key_end)?;
        let is_it = key == name.as_bytes() || (escapes.any && with_text(key, escapes, |key| key == name));
        at = space(bytes, key_end + 1);
        if bytes.get(at) != Some(&b':') {
            return None;
        }
        at = space(bytes, at + 1);
        if is_it {
            let (end, escapes) = string(bytes, at)?;
            let kind = Kind::String;
            return Some(Span { start: at, end: end + 1, kind, has_escape: escapes.any, is_empty: false });
        }
        at = space(bytes, value(bytes, at)?);
        if bytes.get(at) != Some(&b',') {
            return None;
        }
    }
}

/// Calls `look` with the text of a captured string.
pub(crate) fn with_string<R>(bytes: &[u8], span: Span, look: impl FnOnce(&str) -> R) -> R {
    let inner = bytes.get(span.start + 1..span.end.saturating_sub(1)).unwrap_or_default();
    with_text(inner, Escapes { any: span.has_escape, units: span.has_escape }, look)
}

fn space(bytes: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\t' | b'\n' | b'\r') = bytes.get(at) {
        at += 1;
    }
    at
}

/// Where the closing quote of the string at `at` stands.
#[inline(always)]
fn string(bytes: &[u8], at: usize) -> Option<(usize, Escapes)> {
    if bytes.get(at) != Some(&b'"') {
        return None;
    }
    let mut end = find_special(bytes, at + 1);
    let mut any = false;
    loop {
        match bytes.get(end)? {
            b'"' => return Some((end, Escapes { any, units: any })),
            b'\\' => {
                any = true;
                end = find_special(bytes, end + 2);
            }
            _ => return None,
        }
    }
}

/// Where the value at `at` ends.
fn value(bytes: &[u8], mut at: usize) -> Option<usize> {
    let mut depth = 0_usize;
    loop {
        match bytes.get(at)? {
            b'"' => at = string(bytes, at)?.0,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.checked_sub(1)?,
            b',' if depth == 0 => return Some(at),
            _ => {}
        }
        at += 1;
        if depth == 0 && matches!(bytes.get(at), Some(b',' | b'}')) {
            return Some(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event_type(text: &str) -> Option<String> {
        root_string(text.as_bytes(), "event_type").map(|span| with_string(text.as_bytes(), span, str::to_owned))
    }

    #[test]
    fn it_is_found_wherever_it_stands() {
        for text in [
            r#"{"id":"1","event_type":"DOCVER","payload":{}}"#,
            r#"{"payload":{"event_type":"OTHER","a":["}",{"b":"]\"\\"}]},"n":-1.5e3,"t":true,"event_type":"DOCVER"}"#,
            "{\n  \"payload\" : [ ] ,\n  \"event_type\" : \"DOCVER\"\n}",
            r#"{"event\u005ftype":"DOC\u0056ER"}"#,
            r#"{"event_type":"DOCVER","event_type":"AML"}"#,
        ] {
            assert_eq!(event_type(text).as_deref(), Some("DOCVER"), "{text}");
        }
    }

    #[test]
    fn what_it_cannot_make_out_it_leaves_to_the_pass() {
        for text in ["", "{", "[]", "1", "{}", r#"{"a":1}"#, r#"{"event_type":7}"#, r#"{"a":]"#, r#"{"a":"x"#, "{1:2}"]
        {
            assert_eq!(event_type(text), None, "{text}");
        }
    }
}
