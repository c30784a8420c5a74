//! One form for all texts of a JSON value: numbers as they are meant, members in one order.

use super::{Decimal, Kind, Node};
use crate::order;

impl Node<'_, '_> {
    /// Adds this value's form: two values are equal where their forms are. It recurses as deep as the document is nested.
    pub(crate) fn form(self, out: &mut Vec<u8>) {
        match self.kind() {
            Kind::Number => match Decimal::read(self.raw()) {
                Some(number) => number.form(out),
                None => out.extend(self.raw()),
            },
            Kind::String => text(&self.text().unwrap_or_default(), out),
            Kind::Array => {
                out.push(b'[');
                for item in self.children() {
                    item.form(out);
                    out.push(b',');
                }
                out.push(b']');
            }
            Kind::Object => {
                let member = |member: Node<'_, '_>| {
                    let mut form = Vec::new();
                    text(&member.name().unwrap_or_default(), &mut form);
                    member.form(&mut form);
                    form
                };
                let mut members: Vec<Vec<u8>> = self.children().map(member).collect();
                order::sort(&mut members, Ord::cmp);
                out.push(b'{');
                for member in &members {
                    out.extend(member);
                    out.push(b',');
                }
                out.push(b'}');
            }
            _ => out.extend(self.raw()),
        }
    }
}

/// A text with its length in front, so that no text runs into the next.
fn text(text: &str, out: &mut Vec<u8>) {
    out.extend(format!("{}\"", text.len()).bytes());
    out.extend(text.bytes());
}

#[cfg(test)]
mod tests {
    use super::super::Document;

    fn form(text: &str) -> Vec<u8> {
        let mut out = Vec::new();
        Document::of(text.as_bytes()).root().form(&mut out);
        out
    }

    #[test]
    fn equal_values_have_equal_forms_and_others_have_not() {
        for (one, other) in [
            ("1", "1.0"),
            ("100", "1e2"),
            ("0", "-0.0"),
            ("0.5", "5e-1"),
            (r#""aé""#, r#""a\u00e9""#),
            (r#"{"a":1,"b":[2]}"#, r#"{"b":[2.0],"a":10e-1}"#),
        ] {
            assert_eq!(form(one), form(other), "{one} {other}");
        }
        for (one, other) in [
            ("1", "-1"),
            ("1", "10"),
            ("1", "true"),
            ("0", "false"),
            ("1", r#""1""#),
            ("[]", "{}"),
            ("[[],1]", "[[1]]"),
            (r#"["a","b"]"#, r#"["a,1\"b"]"#),
            (r#"{"a":1}"#, r#"{"b":1}"#),
        ] {
            assert_ne!(form(one), form(other), "{one} {other}");
        }
    }
}
