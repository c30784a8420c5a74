//! Text that somebody else wrote, on its way to a terminal or a log.

use std::fmt;

/// `text` with every character escaped that a terminal or a log acts upon instead of showing it.
///
/// Escaped are the Unicode general categories Cc, Cf, Zl and Zp: control characters of both sets, line ends, marks that turn
/// the direction of text, and what has no width. Everything else stays as it is, backslashes too: the result is to be read by
/// people, and cannot be turned back.
///
/// # Example
/// ```
/// let forged = "body\n204 accepted \u{1b}[2J \u{202e}";
/// assert_eq!(hookvet::escaped(forged).to_string(), r"body\n204 accepted \u{1b}[2J \u{202e}");
/// ```
/// Source: Unicode Standard Annex #44, table 12; Unicode Technical Report #36 §2.
pub fn escaped(text: &str) -> impl fmt::Display + '_ {
    Escaped(text)
}

struct Escaped<'t>(&'t str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for piece in self.0.split_inclusive(is_acted_upon) {
            let plain = piece.strip_suffix(is_acted_upon);
            f.write_str(plain.unwrap_or(piece))?;
            if let (Some(_), Some(last)) = (plain, piece.chars().next_back()) {
                write!(f, "{}", last.escape_default())?;
            }
        }
        Ok(())
    }
}

/// Whether the general category is Cc, Cf, Zl or Zp, as of Unicode 16.
fn is_acted_upon(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{600}'..='\u{605}'
                | '\u{61c}'
                | '\u{6dd}'
                | '\u{70f}'
                | '\u{890}'..='\u{891}'
                | '\u{8e2}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{110bd}'
                | '\u{110cd}'
                | '\u{13430}'..='\u{1343f}'
                | '\u{1bca0}'..='\u{1bca3}'
                | '\u{1d173}'..='\u{1d17a}'
                | '\u{e0001}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_acts_is_escaped_and_nothing_that_is_shown() {
        for (text, shown) in [
            ("", ""),
            ("/a \\ \"b\" 'c' ä é 人 \u{301} 😀", "/a \\ \"b\" 'c' ä é 人 \u{301} 😀"),
            ("\0\t\r\n\u{1b}\u{7f}", r"\u{0}\t\r\n\u{1b}\u{7f}"),
            ("\u{80}\u{9b}2J\u{9f}\u{a0}", "\\u{80}\\u{9b}2J\\u{9f}\u{a0}"),
            ("a\u{202e}b\u{2066}c", r"a\u{202e}b\u{2066}c"),
            ("\u{e0041}", r"\u{e0041}"),
        ] {
            assert_eq!(escaped(text).to_string(), shown);
        }
    }

    #[test]
    fn whatever_is_written_holds_nothing_that_acts() {
        let all: String = (0..=u32::from(char::MAX)).filter_map(char::from_u32).collect();
        let shown = escaped(&all).to_string();
        assert!(!shown.contains(is_acted_upon));
        for one in
            "\u{61c}\u{200e}\u{200f}\u{202a}\u{202c}\u{2066}\u{2069}\u{2028}\u{2029}\u{200b}\u{200d}\u{feff}".chars()
        {
            assert!(!shown.contains(one), "{}", one.escape_unicode());
        }
        // What the standard library shows as it is in `Debug`, it shows here too.
        let is_shown = |one: char| one.escape_debug().next() == Some(one);
        assert!(all.chars().filter(|one| is_shown(*one)).all(|one| !is_acted_upon(one)));
    }
}
