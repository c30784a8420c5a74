//! The text of a string: the bytes themselves, or undone from their escapes on the stack.

use std::ops::ControlFlow;

use crate::json::unescape;

/// Longest raw text whose escapes are undone without allocating.
const ON_STACK: usize = 256;

/// What the escapes of a string come to.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Escapes {
    /// Any at all.
    pub(super) any: bool,
    /// Any that names a UTF-16 unit, and so perhaps half of a character.
    pub(super) units: bool,
}

/// Calls `look` with the text of a string without its quotes, which the machine has let through.
pub(super) fn with_text<R>(inner: &[u8], escapes: Escapes, look: impl FnOnce(&str) -> R) -> R {
    if !escapes.any {
        return look(std::str::from_utf8(inner).unwrap_or_default());
    }
    if inner.len() <= ON_STACK {
        // No escape is shorter than what it stands for.
        let mut buffer = [0; ON_STACK];
        let mut length = 0;
        let _ = characters(inner, |character, _| {
            if let Some(free) = buffer.get_mut(length..).filter(|free| free.len() >= character.len_utf8()) {
                length += character.encode_utf8(free).len();
            }
            ControlFlow::Continue(())
        });
        if let Some(Ok(text)) = buffer.get(..length).map(std::str::from_utf8) {
            return look(text);
        }
    }
    look(&unescape(inner).text)
}

/// The same with the text's bytes, which saves a check where nothing is escaped.
#[inline]
pub(super) fn with_bytes<R>(inner: &[u8], escapes: Escapes, look: impl FnOnce(&[u8]) -> R) -> R {
    if escapes.any { with_text(inner, escapes, |text| look(text.as_bytes())) } else { look(inner) }
}

/// Whether an escaped surrogate stands without its partner.
pub(super) fn has_lone_surrogate(inner: &[u8]) -> bool {
    characters(inner, |_, is_lone| if is_lone { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }).is_break()
}

/// How many characters the text has; a lone surrogate is one.
pub(super) fn count(inner: &[u8], escapes: Escapes) -> usize {
    if !escapes.any {
        return std::str::from_utf8(inner).map_or(0, |text| text.chars().count());
    }
    let mut count = 0;
    let _ = characters(inner, |_, _| {
        count += 1;
        ControlFlow::Continue(())
    });
    count
}

/// Every character, and whether U+FFFD stands for a lone surrogate.
fn characters(inner: &[u8], mut each: impl FnMut(char, bool) -> ControlFlow<()>) -> ControlFlow<()> {
    let mut rest = std::str::from_utf8(inner).unwrap_or_default().chars();
    while let Some(character) = rest.next() {
        if character != '\\' {
            each(character, false)?;
            continue;
        }
        let (character, is_lone) = match rest.next() {
            Some('b') => ('\u{8}', false),
            Some('f') => ('\u{c}', false),
            Some('n') => ('\n', false),
            Some('r') => ('\r', false),
            Some('t') => ('\t', false),
            Some('u') => {
                let first = unit(rest.as_str());
                rest = rest.as_str().get(4..).unwrap_or_default().chars();
                match (first, rest.as_str().strip_prefix("\\u").map(unit)) {
                    (0xd800..0xdc00, Some(low @ 0xdc00..0xe000)) => {
                        rest = rest.as_str().get(6..).unwrap_or_default().chars();
                        let code = 0x10000 + ((first - 0xd800) << 10) + (low - 0xdc00);
                        (char::from_u32(code).unwrap_or('\u{fffd}'), false)
                    }
                    _ => char::from_u32(first).map_or(('\u{fffd}', true), |character| (character, false)),
                }
            }
            Some(other) => (other, false),
            None => break,
        };
        each(character, is_lone)?;
    }
    ControlFlow::Continue(())
}

fn unit(text: &str) -> u32 {
    text.get(..4).and_then(|digits| u32::from_str_radix(digits, 16).ok()).unwrap_or(0xfffd)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_ways_to_undo_escapes_agree() {
        let escaped = Escapes { any: true, units: true };
        for inner in [
            r"",
            r"a",
            r#"\"\\\/\b\f\n\r\t"#,
            r"\u0041\u00e9\u20ac\ud83d\ude00",
            r"\ud83d",
            r"\ude00x",
            r"\ud83d\u0041",
            r"\ud83d\ud83d\ude00",
            "é€😀\\n",
        ] {
            for text in [inner.to_owned(), inner.repeat(60)] {
                let other = unescape(text.as_bytes());
                with_text(text.as_bytes(), escaped, |found| assert_eq!(found, other.text));
                assert_eq!(has_lone_surrogate(text.as_bytes()), other.lone_surrogate, "{text}");
                assert_eq!(count(text.as_bytes(), escaped), other.text.chars().count(), "{text}");
            }
        }
    }
}
