//! Media types by RFC 9110 §8.3.1, parsed once, on octets.

use std::borrow::Cow;

/// A media type as it stands in a header, split into its parts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct MediaType<'a> {
    kind: &'a [u8],
    subtype: &'a [u8],
    parameters: &'a [u8],
}

impl<'a> MediaType<'a> {
    /// Reads `type "/" subtype` and its parameters; `None` where that is not what stands there.
    pub(crate) fn parse(value: &'a [u8]) -> Option<Self> {
        let value = trim_ows(value);
        let slash = token_length(value);
        if slash == 0 || value.get(slash) != Some(&b'/') {
            return None;
        }
        let rest = &value[slash + 1..];
        let end = token_length(rest);
        let parameters = &rest[end..];
        if end == 0 || !read_parameters(parameters, |_, _| {}) {
            return None;
        }
        Some(Self { kind: &value[..slash], subtype: &rest[..end], parameters })
    }

    /// The first `charset` among the parameters.
    pub(crate) fn charset(self) -> Option<Cow<'a, [u8]>> {
        let mut charset = None;
        read_parameters(self.parameters, |name, value| {
            if charset.is_none() && name.eq_ignore_ascii_case(b"charset") {
                charset = Some(unquote(value));
            }
        });
        charset
    }

    /// Whether the subtype is `json` or ends in `+json` (rule D3; parameters do not matter).
    pub(crate) fn is_json(self) -> bool {
        self.subtype.eq_ignore_ascii_case(b"json") || ends_with_ignore_case(self.subtype, b"+json")
    }

    /// Whether type and subtype are `application/json`.
    pub(crate) fn is_application_json(self) -> bool {
        self.is(b"application", b"json")
    }

    pub(crate) fn is(self, kind: &[u8], subtype: &[u8]) -> bool {
        self.kind.eq_ignore_ascii_case(kind) && self.subtype.eq_ignore_ascii_case(subtype)
    }
}

/// `*( OWS ";" OWS [ name "=" ( token / quoted-string ) ] )`: hands each to `found`; false where something else stands there.
fn read_parameters<'a>(mut rest: &'a [u8], mut found: impl FnMut(&'a [u8], &'a [u8])) -> bool {
    loop {
        rest = trim_ows_start(rest);
        let Some((&first, behind)) = rest.split_first() else { return true };
        if first != b';' {
            return false;
        }
        rest = trim_ows_start(behind);
        if rest.is_empty() || rest[0] == b';' {
            continue;
        }
        let name = token_length(rest);
        if name == 0 || rest.get(name) != Some(&b'=') {
            return false;
        }
        let (name, behind) = (&rest[..name], &rest[name + 1..]);
        let length = if behind.first() == Some(&b'"') { quoted_length(behind) } else { token_length(behind) };
        if length == 0 {
            return false;
        }
        let (value, behind) = behind.split_at(length);
        found(name, value);
        rest = behind;
    }
}

/// What a token or a quoted string stands for.
fn unquote(value: &[u8]) -> Cow<'_, [u8]> {
    let Some(inner) = value.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\"")) else {
        return Cow::Borrowed(value);
    };
    let mut is_escaped = false;
    let octets = inner.iter().copied().filter(|octet| {
        is_escaped = *octet == b'\\' && !is_escaped;
        !is_escaped
    });
    Cow::Owned(octets.collect())
}

/// Length of the quoted string at the start, both quotes included; 0 where it is never closed.
fn quoted_length(text: &[u8]) -> usize {
    let mut at = 1;
    while let Some(&byte) = text.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            b'\t' | b' '..=b'~' | 0x80.. => at += 1,
            _ => return 0,
        }
    }
    0
}

fn token_length(text: &[u8]) -> usize {
    text.iter().take_while(|byte| is_token(**byte)).count()
}

/// `tchar` of RFC 9110 §5.6.2.
pub(crate) const fn is_token(byte: u8) -> bool {
    matches!(byte,
        b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z'
        | b'!' | b'#' | b'$' | b'%' | b'&' | b'\'' | b'*' | b'+' | b'-' | b'.' | b'^' | b'_' | b'`' | b'|' | b'~')
}

/// Without spaces and tabs at both ends.
pub(crate) fn trim_ows(value: &[u8]) -> &[u8] {
    let value = trim_ows_start(value);
    let end = value.iter().rposition(|byte| !matches!(byte, b' ' | b'\t')).map_or(0, |last| last + 1);
    &value[..end]
}

fn trim_ows_start(value: &[u8]) -> &[u8] {
    let start = value.iter().position(|byte| !matches!(byte, b' ' | b'\t')).unwrap_or(value.len());
    &value[start..]
}

/// Whether `value` begins with `prefix`, ASCII letters compared without case.
pub(crate) fn starts_with_ignore_case(value: &[u8], prefix: &[u8]) -> bool {
    value.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix))
}

fn ends_with_ignore_case(value: &[u8], suffix: &[u8]) -> bool {
    value.len().checked_sub(suffix.len()).is_some_and(|at| value[at..].eq_ignore_ascii_case(suffix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_told_by_the_subtype() {
        for (text, json) in [
            ("application/json", true),
            ("Application/JSON; charset=utf-8", true),
            ("application/vnd.example.order+json;version=1", true),
            ("text/json", true),
            ("application/jsonx", false),
            ("text/plain; charset=\"a;b\\\"c\"", false),
        ] {
            assert_eq!(MediaType::parse(text.as_bytes()).map(MediaType::is_json), Some(json), "{text}");
        }
    }

    #[test]
    fn the_charset_is_read_quoted_or_not() {
        for (text, charset) in [
            ("a/b", None),
            ("a/b; x=charset", None),
            ("a/b;CharSet=UTF-8", Some(&b"UTF-8"[..])),
            ("a/b; x=\"; charset=y\"; charset=\"l\\1\"; charset=z", Some(b"l1")),
        ] {
            let found = MediaType::parse(text.as_bytes()).and_then(MediaType::charset);
            assert_eq!(found.as_deref(), charset, "{text}");
        }
    }

    #[test]
    fn what_is_no_media_type_is_refused() {
        for text in ["", "xyz", "application/", "/json", "a/b c", "a/b; x", "a/b; x=", "a/b; x=\"y", "a b/c", "a/b;=c"]
        {
            assert_eq!(MediaType::parse(text.as_bytes()), None, "{text}");
        }
        assert!(MediaType::parse(b"a/b ; ; x=y").is_some());
    }
}
