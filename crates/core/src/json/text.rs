//! Escapes inside strings and inside JSON Pointers.

use std::borrow::Cow;

/// A string's text.
pub(crate) struct Unescaped<'a> {
    pub(crate) text: Cow<'a, str>,
    /// Whether an escaped surrogate stood without its partner; it is read as U+FFFD.
    pub(crate) lone_surrogate: bool,
}

/// Undoes the escapes of a string that the scanner has let through, without its quotes.
pub(crate) fn unescape(inner: &[u8]) -> Unescaped<'_> {
    // The scanner has checked the whole text for UTF-8, and a quote is never inside a character.
    let text = std::str::from_utf8(inner).unwrap_or_default();
    if !inner.contains(&b'\\') {
        return Unescaped { text: Cow::Borrowed(text), lone_surrogate: false };
    }
    let mut out = String::with_capacity(text.len());
    let mut lone_surrogate = false;
    let mut rest = text;
    while let Some(position) = rest.find('\\') {
        out.push_str(&rest[..position]);
        let escape = rest.as_bytes().get(position + 1).copied().unwrap_or(b'\\');
        rest = rest.get(position + 2..).unwrap_or_default();
        match escape {
            b'b' => out.push('\u{8}'),
            b'f' => out.push('\u{c}'),
            b'n' => out.push('\n'),
            b'r' => out.push('\r'),
            b't' => out.push('\t'),
            b'u' => {
                let first = hex4(rest);
                rest = rest.get(4..).unwrap_or_default();
                let second = rest.strip_prefix("\\u").map(hex4);
                match (first, second) {
                    (0xd800..0xdc00, Some(low @ 0xdc00..0xe000)) => {
                        rest = rest.get(6..).unwrap_or_default();
                        let code = 0x10000 + ((first - 0xd800) << 10) + (low - 0xdc00);
                        out.push(char::from_u32(code).unwrap_or('\u{fffd}'));
                    }
                    _ => match char::from_u32(first) {
                        Some(character) => out.push(character),
                        None => {
                            lone_surrogate = true;
                            out.push('\u{fffd}');
                        }
                    },
                }
            }
            other => out.push(char::from(other)),
        }
    }
    out.push_str(rest);
    Unescaped { text: Cow::Owned(out), lone_surrogate }
}

fn hex4(text: &str) -> u32 {
    text.get(..4).and_then(|digits| u32::from_str_radix(digits, 16).ok()).unwrap_or(0xfffd)
}

/// Appends `name` as one token of a JSON Pointer (RFC 6901).
pub(crate) fn escape_pointer(name: &str, out: &mut String) {
    for character in name.chars() {
        match character {
            '~' => out.push_str("~0"),
            '/' => out.push_str("~1"),
            other => out.push(other),
        }
    }
}
