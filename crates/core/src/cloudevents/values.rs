//! Header values (rules V): octets as they stand on the wire to the attribute's String.
//!
//! Source: CloudEvents HTTP binding 1.0.2 §3.1.3.2. Quoted sections are undone first, then one round of
//! percent-decoding; both work on octets, and only the result is looked at as text.

use std::borrow::Cow;

use crate::grammar::media_type::trim_ows;
use crate::rule::Rule;

/// Why a value cannot be decoded.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct ValueFault {
    pub(crate) rule: Rule,
    /// Offset in the value as received, behind leading blanks.
    pub(crate) at: usize,
}

impl ValueFault {
    /// What is wrong and what would be right.
    pub(crate) const fn message(self) -> &'static str {
        match self.rule {
            Rule::CeV5 => "the percent-encoded bytes are not valid UTF-8",
            Rule::CeV6 => {
                "a percent sign must be followed by two hexadecimal digits; a percent sign itself is written %25"
            }
            Rule::CeV8 => "an octet outside printable ASCII; percent-encode the UTF-8 bytes of such characters",
            Rule::CeV9 => "a double quote or an escape inside quotes is never completed; a quote itself is written %22",
            _ => "the value holds a control character, a noncharacter or a lone surrogate, which a String has not",
        }
    }
}

/// A decoded value.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct Decoded<'a> {
    pub(crate) text: Cow<'a, str>,
    /// Offset of the first raw space outside quotes (V7), which is read as it stands.
    pub(crate) raw_space: Option<usize>,
}

/// Decodes one `ce-` value (V0, V8, V1, V9, V2 to V6, V10, in this order).
pub(crate) fn decode(value: &[u8]) -> Result<Decoded<'_>, ValueFault> {
    let value = trim_ows(value);
    // The usual value: printable ASCII without a quote, a percent sign or a space is its own decoding.
    if is_plain(value) {
        let text = Cow::Borrowed(std::str::from_utf8(value).unwrap_or_default());
        return Ok(Decoded { text, raw_space: None });
    }
    decode_escaped(value)
}

/// The value where it is its own decoding, without a blank anywhere.
pub(crate) fn plain(value: &[u8]) -> Option<&str> {
    if is_plain(value) { std::str::from_utf8(value).ok() } else { None }
}

/// Whether every octet is one of U+0021 to U+007E without the double quote and the percent sign, eight at a time.
pub(crate) fn is_plain(value: &[u8]) -> bool {
    const ONES: u64 = u64::MAX / 255;
    const HIGH: u64 = ONES * 0x80;
    // A high bit is set where an octet of `word` is none of those. No octet borrows from the next one or carries into it, unless
    // one has its own high bit set; and then the word is none whatever the others come to.
    let faults = |word: u64| {
        let is_quote = HIGH.wrapping_sub(word ^ (ONES * 0x22));
        let is_percent = HIGH.wrapping_sub(word ^ (ONES * 0x25));
        let is_below = (ONES * 0xa0).wrapping_sub(word);
        let is_delete = word.wrapping_add(ONES);
        word | is_quote | is_percent | is_below | is_delete
    };
    let (words, rest) = value.as_chunks::<8>();
    match value.last_chunk() {
        // The last eight octets, some of which are looked at twice.
        Some(last) => {
            let last = faults(u64::from_le_bytes(*last));
            words.iter().fold(last, |all, word| all | faults(u64::from_le_bytes(*word))) & HIGH == 0
        }
        None => rest.iter().all(|byte| matches!(byte, b'!' | b'#'..=b'$' | b'&'..=b'~')),
    }
}

#[cold]
fn decode_escaped(value: &[u8]) -> Result<Decoded<'_>, ValueFault> {
    // A raw tab is an octet below 0x20 and stays for V10, which is the rule that it breaks.
    if let Some(at) = value.iter().position(|byte| *byte > 0x7e) {
        return Err(ValueFault { rule: Rule::CeV8, at });
    }
    let unquoted = unquote(value)?;
    let octets =
        percent_decode(&unquoted.octets).map_err(|fault| ValueFault { at: unquoted.origin(fault.at), ..fault })?;
    // Offsets are looked for again only when something is wrong.
    let at = |target| unquoted.origin(encoded_offset(&unquoted.octets, target));
    let text = String::from_utf8(octets)
        .map_err(|error| ValueFault { rule: Rule::CeV5, at: at(error.utf8_error().valid_up_to()) })?;
    if let Some((position, _)) = text.char_indices().find(|(_, character)| is_forbidden(*character)) {
        return Err(ValueFault { rule: Rule::CeV10, at: at(position) });
    }
    Ok(Decoded { text: Cow::Owned(text), raw_space: unquoted.raw_space })
}

/// The octets as text without any decoding: UTF-8, else ISO 8859-1, which HTTP allowed historically and which loses nothing.
/// `None` where that holds a character that a String has not.
///
/// Source: RFC 9110 §5.5.
pub(crate) fn as_received(value: &[u8]) -> Option<Cow<'_, str>> {
    let text = std::str::from_utf8(value)
        .map_or_else(|_| Cow::Owned(value.iter().copied().map(char::from).collect()), Cow::Borrowed);
    (!text.chars().any(is_forbidden)).then_some(text)
}

struct Unquoted {
    octets: Vec<u8>,
    /// Where each of them stood.
    origins: Vec<usize>,
    raw_space: Option<usize>,
}

impl Unquoted {
    fn origin(&self, index: usize) -> usize {
        self.origins.get(index).or(self.origins.last()).copied().unwrap_or(0)
    }
}

/// Undoes every double-quoted section (V1); outside of them a backslash is an ordinary character.
fn unquote(value: &[u8]) -> Result<Unquoted, ValueFault> {
    let mut out = Unquoted { octets: Vec::with_capacity(value.len()), origins: Vec::new(), raw_space: None };
    let mut opened = None;
    let mut at = 0;
    while let Some(&byte) = value.get(at) {
        let octet = match (byte, opened) {
            (b'"', None) => {
                opened = Some(at);
                None
            }
            (b'"', Some(_)) => {
                opened = None;
                None
            }
            (b'\\', Some(_)) => {
                at += 1;
                Some(*value.get(at).ok_or(ValueFault { rule: Rule::CeV9, at: at - 1 })?)
            }
            (b' ', None) => {
                out.raw_space = out.raw_space.or(Some(at));
                Some(byte)
            }
            _ => Some(byte),
        };
        if let Some(octet) = octet {
            out.octets.push(octet);
            out.origins.push(at);
        }
        at += 1;
    }
    match opened {
        Some(at) => Err(ValueFault { rule: Rule::CeV9, at }),
        None => Ok(out),
    }
}

/// One round of percent-decoding (V2, V3, V4, V6).
fn percent_decode(octets: &[u8]) -> Result<Vec<u8>, ValueFault> {
    let mut decoded = Vec::with_capacity(octets.len());
    let mut at = 0;
    while let Some(&byte) = octets.get(at) {
        if byte == b'%' {
            let digits = octets.get(at + 1..at + 3).and_then(|pair| Some((hex(pair[0])?, hex(pair[1])?)));
            let Some((high, low)) = digits else {
                return Err(ValueFault { rule: Rule::CeV6, at });
            };
            decoded.push(high << 4 | low);
            at += 3;
        } else {
            decoded.push(byte);
            at += 1;
        }
    }
    Ok(decoded)
}

const fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

/// Index of the octet, or of the triplet, that became octet number `target` of the decoding.
fn encoded_offset(octets: &[u8], target: usize) -> usize {
    let mut at = 0;
    for _ in 0..target {
        at += if octets.get(at) == Some(&b'%') { 3 } else { 1 };
    }
    at
}

/// Characters that a CloudEvents String never holds (V10). Lone surrogates cannot stand in a `str`.
pub(crate) const fn is_forbidden(character: char) -> bool {
    let code = character as u32;
    code <= 0x1f || (code >= 0x7f && code <= 0x9f) || (code >= 0xfdd0 && code <= 0xfdef) || code & 0xfffe == 0xfffe
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: &str) -> String {
        decode(value.as_bytes()).expect(value).text.into_owned()
    }

    fn fault(value: &[u8]) -> (Rule, usize) {
        let fault = decode(value).expect_err("a fault");
        (fault.rule, fault.at)
    }

    #[test]
    fn a_plain_value_is_borrowed() {
        assert!(matches!(decode(b"  /mycontext\t").expect("plain").text, Cow::Borrowed("/mycontext")));
    }

    #[test]
    fn quotes_are_undone_and_then_one_round_of_percent_signs() {
        assert_eq!(text("Euro%20%E2%82%AC%20%f0%9F%98%80"), "Euro € 😀");
        assert_eq!(text("a%2520b"), "a%20b");
        assert_eq!(text("%22a%22"), "\"a\"");
        assert_eq!(text("\"a b\""), "a b");
        assert_eq!(text(r#""escaped quote\"end \\ x""#), r#"escaped quote"end \ x"#);
        assert_eq!(text("\"  quoted  text  \"unquoted"), "  quoted  text  unquoted");
        assert_eq!(text(r"non-escaping backslash\end"), r"non-escaping backslash\end");
        assert_eq!(text(r#""\%41""#), "A");
        assert_eq!(text(r#""%4"1"#), "A");
        assert_eq!(text("a+b"), "a+b");
        assert_eq!(text("\"\""), "");
    }

    #[test]
    fn a_raw_space_is_read_and_noticed_outside_quotes() {
        assert_eq!(decode(b"a b").expect("tolerated").raw_space, Some(1));
        assert_eq!(decode(b"\"a b\"").expect("quoted").raw_space, None);
    }

    #[test]
    fn each_fault_has_its_rule_and_its_place() {
        assert_eq!(fault(b"ab%82"), (Rule::CeV5, 2));
        assert_eq!(fault(b"\"x\"%E2%82"), (Rule::CeV5, 3));
        assert_eq!(fault(b"%C0%A0"), (Rule::CeV5, 0));
        assert_eq!(fault(b"%ED%A0%80%ED%B0%80"), (Rule::CeV5, 0));
        assert_eq!(fault(b"100%"), (Rule::CeV6, 3));
        assert_eq!(fault(b"a%g0b"), (Rule::CeV6, 1));
        assert_eq!(fault(b"x\"unterminated"), (Rule::CeV9, 1));
        assert_eq!(fault(b"\"a\\"), (Rule::CeV9, 2));
        assert_eq!(fault(b"a%0Ab"), (Rule::CeV10, 1));
        assert_eq!(fault(b"a\tb"), (Rule::CeV10, 1));
        assert_eq!(fault(b"a%7Fb"), (Rule::CeV10, 1));
        assert_eq!(fault(b"a%EF%B7%90b"), (Rule::CeV10, 1));
        assert_eq!(fault(b"caf\xc3\xa9"), (Rule::CeV8, 3));
        assert_eq!(fault(b"\x7f"), (Rule::CeV8, 0));
    }

    #[test]
    fn eight_octets_at_a_time_are_judged_as_one_by_one() {
        for octet in 0..=255_u8 {
            for length in 1..20 {
                for position in 0..length {
                    let mut value = vec![b'a'; length];
                    value[position] = octet;
                    let expected = matches!(octet, 0x21..=0x7e) && !matches!(octet, b'"' | b'%');
                    assert_eq!(is_plain(&value), expected, "{octet} at {position} of {length}");
                }
            }
        }
    }

    #[test]
    fn every_octet_at_every_position_gives_a_value_or_a_fault() {
        for octet in 0..=255 {
            for position in 0..5 {
                for base in [*b"abcde", *b"%41%4", *b"\"a\\\"b"] {
                    let mut value = base;
                    value[position] = octet;
                    if let Err(fault) = decode(&value) {
                        assert!(fault.at <= value.len());
                    }
                }
            }
        }
    }
}
