//! JSON Pointers (RFC 6901) as findings show them: long enough to be found by, never as long as a sender likes.
//!
//! A member's name belongs to the sender and may be as long as the body. A place is repeated in answers, log lines and
//! lists, so both its tokens and the whole of it are cut; the byte offset beside it stays exact.

use std::fmt::Write as _;

use super::text::{characters, escape_character};

/// How many characters of a token are shown.
const MOST_OF_A_TOKEN: usize = 64;

/// How many characters of a place are shown.
const MOST: usize = 256;

/// What stands where something was cut.
const CUT: char = '…';

/// How many bytes of a JSON string hold one more character than a token shows: two escapes of six bytes make one.
const MOST_BYTES: usize = 12 * (MOST_OF_A_TOKEN + 1);

/// Appends a token for a member; `name` is its text in a document, without the quotes and with its escapes.
pub(crate) fn push_raw_name(name: &[u8], out: &mut String) {
    push(characters(start_of(name)).map(|(character, _)| character), out);
}

/// The same for a name whose escapes are undone.
pub(crate) fn push_name(name: &str, out: &mut String) {
    push(name.chars(), out);
}

/// Appends a token for an item of an array.
pub(crate) fn push_position(position: usize, out: &mut String) {
    let _ = write!(out, "/{position}");
}

fn push(mut name: impl Iterator<Item = char>, out: &mut String) {
    out.push('/');
    for character in name.by_ref().take(MOST_OF_A_TOKEN) {
        escape_character(character, out);
    }
    if name.next().is_some() {
        out.push(CUT);
    }
}

/// As much of a name as decides how its token looks, cut between characters.
fn start_of(name: &[u8]) -> &[u8] {
    let start = name.get(..MOST_BYTES).unwrap_or(name);
    let whole = std::str::from_utf8(start).map_or_else(|error| error.valid_up_to(), str::len);
    start.get(..whole).unwrap_or_default()
}

/// A whole pointer, whoever made it, with its tokens and itself cut.
pub(crate) fn cut(pointer: String) -> String {
    // Most are short, and so is everything in them.
    if pointer.len() <= MOST_OF_A_TOKEN {
        return pointer;
    }
    let mut shown = String::with_capacity(pointer.len().min(4 * MOST));
    let (mut in_token, mut in_all, mut was_tilde) = (0, 0, false);
    for character in pointer.chars() {
        // An escape is one character of the name.
        let is_second_half = was_tilde && matches!(character, '0' | '1');
        was_tilde = character == '~';
        if character == '/' {
            in_token = 0;
        } else if !is_second_half {
            in_token += 1;
        }
        if in_token > MOST_OF_A_TOKEN {
            if in_token == MOST_OF_A_TOKEN + 1 && !is_second_half && !shown.ends_with(CUT) {
                shown.push(CUT);
                in_all += 1;
            }
            continue;
        }
        if in_all >= MOST - 1 {
            shown.push(CUT);
            break;
        }
        shown.push(character);
        in_all += 1;
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_pointer_is_whole() {
        let mut pointer = String::new();
        push_raw_name(br"a\u002fb", &mut pointer);
        push_name("~", &mut pointer);
        push_position(7, &mut pointer);
        assert_eq!(pointer, "/a~1b/~0/7");
        assert_eq!(cut(pointer.clone()), pointer);
    }

    #[test]
    fn a_long_token_is_cut_and_its_neighbours_are_not() {
        for name in ["a", "é", "~", "😀", "/"] {
            let exact = name.repeat(MOST_OF_A_TOKEN);
            let mut pointer = String::new();
            push_name(&exact, &mut pointer);
            assert!(!pointer.contains(CUT), "{pointer}");
            assert_eq!(cut(pointer.clone()), pointer);
            let mut longer = pointer.clone();
            longer.push(CUT);
            for more in [1, 2, 500, 100_000] {
                let name = name.repeat(MOST_OF_A_TOKEN + more);
                let (mut by_text, mut by_bytes) = (String::new(), String::new());
                push_name(&name, &mut by_text);
                push_raw_name(name.as_bytes(), &mut by_bytes);
                assert_eq!((by_text.as_str(), by_bytes.as_str()), (longer.as_str(), longer.as_str()));
                // Whoever did not cut it is cut for.
                let mut whole = String::from("/x/");
                name.chars().for_each(|character| escape_character(character, &mut whole));
                whole.push_str("/y");
                assert_eq!(cut(whole), format!("/x{longer}/y"));
            }
        }
        let escaped = br"\ud83d\ude00".repeat(MOST_OF_A_TOKEN + 1);
        let mut pointer = String::new();
        push_raw_name(&escaped, &mut pointer);
        assert_eq!(pointer, format!("/{}{CUT}", "😀".repeat(MOST_OF_A_TOKEN)));
    }

    #[test]
    fn a_long_pointer_is_cut() {
        let pointer = "/0".repeat(500);
        let shown = cut(pointer.clone());
        assert_eq!(shown.chars().count(), MOST);
        assert!(shown.ends_with(CUT) && pointer.starts_with(shown.trim_end_matches(CUT)));
        assert_eq!(cut(shown.clone()), shown);
        assert_eq!(cut("/0".repeat(127)), "/0".repeat(127));
    }
}
