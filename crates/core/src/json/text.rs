//! Escapes inside strings and inside JSON Pointers.

use std::borrow::Cow;
use std::str::Chars;

/// Undoes the escapes of a string that the scanner has let through, without its quotes; an escaped surrogate without its partner
/// is read as U+FFFD.
pub(crate) fn unescape(inner: &[u8]) -> Cow<'_, str> {
    if inner.contains(&b'\\') {
        return Cow::Owned(characters(inner).map(|(character, _)| character).collect());
    }
    // The scanner has checked the whole text for UTF-8, and a quote is never inside a character.
    Cow::Borrowed(std::str::from_utf8(inner).unwrap_or_default())
}

/// The characters of a string that the scanner has let through, without its quotes and with its escapes undone; `true` with
/// a U+FFFD that stands for an escaped surrogate without its partner.
pub(crate) fn characters(inner: &[u8]) -> Characters<'_> {
    Characters { rest: std::str::from_utf8(inner).unwrap_or_default().chars() }
}

pub(crate) struct Characters<'a> {
    rest: Chars<'a>,
}

impl Iterator for Characters<'_> {
    type Item = (char, bool);

    #[inline(never)]
    fn next(&mut self) -> Option<Self::Item> {
        let character = self.rest.next()?;
        if character != '\\' {
            return Some((character, false));
        }
        let character = match self.rest.next()? {
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => return Some(self.unit()),
            other => other,
        };
        Some((character, false))
    }
}

impl Characters<'_> {
    /// What the four digits of a UTF-16 unit stand for, perhaps with those of the next.
    fn unit(&mut self) -> (char, bool) {
        let first = hex4(self.rest.as_str());
        self.skip(4);
        let code = match (first, self.rest.as_str().strip_prefix("\\u").map(hex4)) {
            (0xd800..0xdc00, Some(low @ 0xdc00..0xe000)) => {
                self.skip(6);
                0x10000 + ((first - 0xd800) << 10) + (low - 0xdc00)
            }
            _ => first,
        };
        char::from_u32(code).map_or(('\u{fffd}', true), |character| (character, false))
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.as_str().get(bytes..).unwrap_or_default().chars();
    }
}

fn hex4(text: &str) -> u32 {
    text.get(..4).and_then(|digits| u32::from_str_radix(digits, 16).ok()).unwrap_or(0xfffd)
}

/// Whether an escaped surrogate stands without its partner.
pub(crate) fn has_lone_surrogate(inner: &[u8]) -> bool {
    inner.contains(&b'\\') && characters(inner).any(|(_, is_lone)| is_lone)
}

/// Appends `name` as one token of a JSON Pointer (RFC 6901).
#[cfg(any(test, feature = "runtime-schemas"))]
pub(crate) fn escape_pointer(name: &str, out: &mut String) {
    name.chars().for_each(|character| escape_character(character, out));
}

/// Appends one character of a token of a JSON Pointer.
pub(super) fn escape_character(character: char, out: &mut String) {
    match character {
        '~' => out.push_str("~0"),
        '/' => out.push_str("~1"),
        other => out.push(other),
    }
}

/// The name that one token of a JSON Pointer stands for.
#[cfg(any(test, feature = "runtime-schemas"))]
pub(crate) fn unescape_pointer(token: &str) -> String {
    let mut name = String::with_capacity(token.len());
    let mut parts = token.split('~');
    name.push_str(parts.next().unwrap_or_default());
    for part in parts {
        match part.as_bytes().first() {
            Some(b'0') => name.push('~'),
            Some(b'1') => name.push('/'),
            // No escape that there is.
            _ => {
                name.push('~');
                name.push_str(part);
                continue;
            }
        }
        name.push_str(part.get(1..).unwrap_or_default());
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_undone_as_serde_json_does() {
        for inner in [
            r"",
            r"a",
            r#"\"\\\/\b\f\n\r\t"#,
            r"\u0041\u00e9\u20ac\ud83d\ude00",
            "\u{e9}\u{20ac}\u{1f600}\\n",
            r"x\u0000\u001fy",
        ] {
            let expected: String = serde_json::from_str(&format!("\"{inner}\"")).expect(inner);
            assert_eq!(unescape(inner.as_bytes()), expected);
            assert!(!has_lone_surrogate(inner.as_bytes()));
        }
    }

    #[test]
    fn half_a_character_is_seen() {
        for (inner, expected) in [
            (r"\ud83d", "\u{fffd}"),
            (r"\ude00x", "\u{fffd}x"),
            (r"\ud83d\u0041", "\u{fffd}A"),
            (r"\ud83d\ud83d\ude00", "\u{fffd}\u{1f600}"),
        ] {
            assert_eq!(unescape(inner.as_bytes()), expected);
            assert!(has_lone_surrogate(inner.as_bytes()));
        }
    }

    #[test]
    fn tokens_of_a_pointer_stand_for_names() {
        for name in ["", "a", "a/b", "~", "~1", "/~0/", "\u{e9}~"] {
            let mut token = String::new();
            escape_pointer(name, &mut token);
            assert_eq!(unescape_pointer(&token), name);
        }
        assert_eq!(unescape_pointer("a~2~"), "a~2~");
    }
}
