//! The text of a string: the bytes themselves, or undone from their escapes on the stack.

use std::borrow::Cow;

use crate::json::{characters, unescape};

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
    if escapes.any {
        look(&undone(inner, &mut [0; ON_STACK]))
    } else {
        look(std::str::from_utf8(inner).unwrap_or_default())
    }
}

/// The text without its escapes, in `buffer` where it fits.
#[inline(never)]
fn undone<'b>(inner: &[u8], buffer: &'b mut [u8; ON_STACK]) -> Cow<'b, str> {
    // No escape is shorter than what it stands for.
    if inner.len() > ON_STACK {
        return Cow::Owned(unescape(inner).into_owned());
    }
    let mut length = 0;
    for (character, _) in characters(inner) {
        if let Some(free) = buffer.get_mut(length..).filter(|free| free.len() >= character.len_utf8()) {
            length += character.encode_utf8(free).len();
        }
    }
    Cow::Borrowed(buffer.get(..length).and_then(|text| std::str::from_utf8(text).ok()).unwrap_or_default())
}

/// The same with the text's bytes, which saves a check where nothing is escaped.
#[inline]
pub(super) fn with_bytes<R>(inner: &[u8], escapes: Escapes, look: impl FnOnce(&[u8]) -> R) -> R {
    if escapes.any { with_text(inner, escapes, |text| look(text.as_bytes())) } else { look(inner) }
}

/// How many characters the text has; a lone surrogate is one.
pub(super) fn count(inner: &[u8], escapes: Escapes) -> usize {
    if escapes.any {
        characters(inner).count()
    } else {
        std::str::from_utf8(inner).map_or(0, |text| text.chars().count())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_buffer_and_the_heap_give_the_same_text() {
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
                with_text(text.as_bytes(), escaped, |found| assert_eq!(found, other));
                assert_eq!(count(text.as_bytes(), escaped), other.chars().count(), "{text}");
            }
        }
    }
}
