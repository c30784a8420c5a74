//! URI-references and absolute URIs by the grammar of RFC 3986; nothing is repaired or rewritten.

/// Whether `text` is a URI-reference (RFC 3986 §4.1). The empty reference is one.
pub(crate) fn is_uri_reference(text: &str) -> bool {
    let bytes = text.as_bytes();
    match scheme_length(bytes) {
        Some(length) => is_behind_scheme(&bytes[length + 1..], true),
        None => is_relative(bytes),
    }
}

/// Whether `text` is an absolute URI (RFC 3986 §4.3): with a scheme and without a fragment.
pub(crate) fn is_absolute_uri(text: &str) -> bool {
    let bytes = text.as_bytes();
    scheme_length(bytes).is_some_and(|length| is_behind_scheme(&bytes[length + 1..], false))
}

/// Whether `text` would be a URI with its fragment cut off.
pub(crate) fn is_uri_with_fragment(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.contains(&b'#') && scheme_length(bytes).is_some_and(|length| is_behind_scheme(&bytes[length + 1..], true))
}

/// `scheme = ALPHA *( ALPHA / DIGIT / "+" / "-" / "." )`, in front of a colon.
fn scheme_length(bytes: &[u8]) -> Option<usize> {
    let length = bytes.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.')).count();
    (bytes.first().is_some_and(u8::is_ascii_alphabetic) && bytes.get(length) == Some(&b':')).then_some(length)
}

fn is_behind_scheme(rest: &[u8], fragment_allowed: bool) -> bool {
    let Some((hierarchy, query_ok)) = split_query_fragment(rest, fragment_allowed) else { return false };
    query_ok && is_hierarchy(hierarchy)
}

fn is_relative(bytes: &[u8]) -> bool {
    let Some((hierarchy, query_ok)) = split_query_fragment(bytes, true) else { return false };
    // path-noscheme: a colon in the first segment would make it a scheme.
    let first_segment = hierarchy.split(|b| *b == b'/').next().unwrap_or_default();
    query_ok && !first_segment.contains(&b':') && is_hierarchy(hierarchy)
}

/// The part before `?` and `#`, and whether query and fragment follow their grammar. `None` on a forbidden fragment.
fn split_query_fragment(bytes: &[u8], fragment_allowed: bool) -> Option<(&[u8], bool)> {
    let (before, fragment) = match bytes.iter().position(|b| *b == b'#') {
        Some(_) if !fragment_allowed => return None,
        Some(at) => (&bytes[..at], &bytes[at + 1..]),
        None => (bytes, &b""[..]),
    };
    let (hierarchy, query) = match before.iter().position(|b| *b == b'?') {
        Some(at) => (&before[..at], &before[at + 1..]),
        None => (before, &b""[..]),
    };
    let is_query = |b: u8| is_pchar(b) || matches!(b, b'/' | b'?');
    Some((hierarchy, is_encoded(query, is_query) && is_encoded(fragment, is_query)))
}

fn is_hierarchy(bytes: &[u8]) -> bool {
    let path = match bytes.strip_prefix(b"//") {
        Some(rest) => {
            let end = rest.iter().position(|b| *b == b'/').unwrap_or(rest.len());
            if !is_authority(&rest[..end]) {
                return false;
            }
            &rest[end..]
        }
        None => bytes,
    };
    is_encoded(path, |b| is_pchar(b) || b == b'/')
}

/// `authority = [ userinfo "@" ] host [ ":" port ]`
fn is_authority(bytes: &[u8]) -> bool {
    let host_port = match bytes.iter().position(|b| *b == b'@') {
        Some(at) => {
            if !is_encoded(&bytes[..at], |b| is_unreserved(b) || is_sub_delim(b) || b == b':') {
                return false;
            }
            &bytes[at + 1..]
        }
        None => bytes,
    };
    let port = if let Some(literal) = host_port.strip_prefix(b"[") {
        let Some(end) = literal.iter().position(|b| *b == b']') else { return false };
        if !is_ip_literal(&literal[..end]) {
            return false;
        }
        &literal[end + 1..]
    } else {
        let end = host_port.iter().position(|b| *b == b':').unwrap_or(host_port.len());
        if !is_encoded(&host_port[..end], |b| is_unreserved(b) || is_sub_delim(b)) {
            return false;
        }
        &host_port[end..]
    };
    match port.split_first() {
        None => true,
        Some((b':', digits)) => digits.iter().all(u8::is_ascii_digit),
        Some(_) => false,
    }
}

/// `IPv6address / IPvFuture`
fn is_ip_literal(bytes: &[u8]) -> bool {
    if let Some(rest) = bytes.strip_prefix(b"v").or_else(|| bytes.strip_prefix(b"V")) {
        let Some(dot) = rest.iter().position(|b| *b == b'.') else { return false };
        let address = &rest[dot + 1..];
        return dot > 0
            && rest[..dot].iter().all(u8::is_ascii_hexdigit)
            && !address.is_empty()
            && address.iter().all(|b| is_unreserved(*b) || is_sub_delim(*b) || *b == b':');
    }
    // The standard library reads exactly RFC 4291's text forms, without a zone.
    std::str::from_utf8(bytes).is_ok_and(|text| text.parse::<std::net::Ipv6Addr>().is_ok())
}

/// Every byte is allowed, or starts a well-formed percent triplet.
fn is_encoded(bytes: &[u8], allowed: impl Fn(u8) -> bool) -> bool {
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if byte == b'%' {
            if !bytes.get(at + 1..at + 3).is_some_and(|pair| pair.iter().all(u8::is_ascii_hexdigit)) {
                return false;
            }
            at += 3;
        } else if allowed(byte) {
            at += 1;
        } else {
            return false;
        }
    }
    true
}

const fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

const fn is_sub_delim(byte: u8) -> bool {
    matches!(byte, b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+' | b',' | b';' | b'=')
}

const fn is_pchar(byte: u8) -> bool {
    is_unreserved(byte) || is_sub_delim(byte) || matches!(byte, b':' | b'@')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_of_every_form_pass() {
        for text in [
            "",
            "/x",
            "x",
            "1-555-123-4567",
            "#f",
            "?q",
            "//host/p",
            "https://github.com/cloudevents",
            "urn:a:b",
            "mailto:a@b.c",
            "http://[2001:db8::1]:8080/x",
            "http://[v1.a:b]/",
            "//u:p@h:/",
            "/caf%C3%A9",
            "a/b:c",
            "http:",
            "customer",
            "Test_ComNr_002mHzZZ",
            "//h?a/b?c#d/e?f",
        ] {
            assert!(is_uri_reference(text), "{text}");
        }
    }

    #[test]
    fn what_the_grammar_forbids_is_refused() {
        for text in [
            "/a b",
            "/café",
            "://nope",
            "http://[bad",
            "C:\\temp",
            "/a%zz",
            "/a%2",
            "/a#b#c",
            "http://example.com:port/",
            "{x}",
            "a|b",
            "<x>",
            "\"x\"",
            "^",
            "`",
            "2023-06-02T07:24:51.387Z",
            "http://[::1%25eth0]/",
            "http://[1.2.3.4]/",
            "http://a@b@c/",
            "//[::1]x/",
            "http://[v.a]/",
        ] {
            assert!(!is_uri_reference(text), "{text}");
        }
    }

    #[test]
    fn an_absolute_uri_has_a_scheme_and_no_fragment() {
        for text in
            ["urn:example:schema:order:1", "https://example.com/s?v=1", "HTTPS://EXAMPLE.com/A", "https://example.com"]
        {
            assert!(is_absolute_uri(text), "{text}");
        }
        for text in
            ["", "/schemas/order.json", "//example.com/s", "https:\\\\example.com\\s", "https://example.com/s#order"]
        {
            assert!(!is_absolute_uri(text), "{text}");
        }
        assert!(is_uri_with_fragment("https://example.com/s#order"));
    }
}
