//! Writing JSON: verdicts and problem documents, without what a general serialiser brings along. In WebAssembly that is
//! a good part of the whole module.

/// Serialises values that write themselves, with any serialiser of serde: what stands in their JSON is said once.
macro_rules! serialize_as_written {
    ($($type:ty),*) => { $(
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut out = $crate::json::Writer::default();
                self.write(&mut out);
                let text = out.into_text();
                serde_transcode::transcode(&mut serde_json::Deserializer::from_str(&text), serializer)
            }
        }
    )* };
}
pub(crate) use serialize_as_written;

/// A JSON text that grows at its end.
#[derive(Default)]
pub(crate) struct Writer {
    text: String,
}

impl Writer {
    pub(crate) fn into_text(self) -> String {
        self.text
    }

    /// Writes a member: its name, which a sender may have chosen, and whatever `value` writes.
    pub(crate) fn member(&mut self, name: &str, value: impl FnOnce(&mut Self)) {
        self.separate();
        self.string(name);
        self.text.push(':');
        value(self);
    }

    pub(crate) fn text_member(&mut self, name: &str, value: &str) {
        self.member(name, |out| out.string(value));
    }

    /// A member that is null where there is nothing.
    pub(crate) fn optional_member(&mut self, name: &str, value: Option<&str>) {
        self.member(name, |out| match value {
            Some(value) => out.string(value),
            None => out.null(),
        });
    }

    pub(crate) fn object(&mut self, members: impl FnOnce(&mut Self)) {
        self.text.push('{');
        members(self);
        self.text.push('}');
    }

    pub(crate) fn list<T>(&mut self, items: impl IntoIterator<Item = T>, mut item: impl FnMut(&mut Self, T)) {
        self.text.push('[');
        for value in items {
            self.separate();
            item(self, value);
        }
        self.text.push(']');
    }

    pub(crate) fn null(&mut self) {
        self.text.push_str("null");
    }

    pub(crate) fn boolean(&mut self, value: bool) {
        self.text.push_str(if value { "true" } else { "false" });
    }

    pub(crate) fn number(&mut self, number: usize) {
        self.text.push_str(&number.to_string());
    }

    pub(crate) fn string(&mut self, value: &str) {
        self.text.push('"');
        self.escaped(value);
        self.text.push('"');
    }

    /// A comma, unless this is the first of its container.
    fn separate(&mut self) {
        if !self.text.ends_with(['{', '[']) {
            self.text.push(',');
        }
    }

    fn escaped(&mut self, value: &str) {
        let mut rest = value;
        while let Some(at) = rest.bytes().position(|byte| byte < 0x20 || byte == b'"' || byte == b'\\') {
            let Some((plain, from)) = rest.split_at_checked(at) else { break };
            self.text.push_str(plain);
            let byte = from.as_bytes()[0];
            self.text.push('\\');
            match byte {
                b'"' | b'\\' => self.text.push(char::from(byte)),
                8 => self.text.push('b'),
                9 => self.text.push('t'),
                10 => self.text.push('n'),
                12 => self.text.push('f'),
                13 => self.text.push('r'),
                _ => {
                    self.text.push_str("u00");
                    for digit in [byte >> 4, byte & 15] {
                        self.text.push(char::from(b"0123456789abcdef"[usize::from(digit)]));
                    }
                }
            }
            rest = from.get(1..).unwrap_or_default();
        }
        self.text.push_str(rest);
    }
}

/// How many bytes [`Writer::string`] takes for a text, its quotes included.
pub(crate) fn written_length(value: &str) -> usize {
    let more = |byte: u8| match byte {
        b'"' | b'\\' | 8 | 9 | 10 | 12 | 13 => 1,
        0..0x20 => 5,
        _ => 0,
    };
    value.len() + 2 + value.bytes().map(more).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_is_written_as_the_usual_serialiser_writes_it() {
        let all: String = (0..0x300).filter_map(char::from_u32).chain(['\u{2028}', '\u{ffff}', '\u{1f600}']).collect();
        let mut out = Writer::default();
        out.string(&all);
        let text = out.into_text();
        assert_eq!(text.len(), written_length(&all));
        assert_eq!(text, serde_json::to_string(&all).expect("text"));
    }

    #[test]
    fn a_comma_stands_between_and_nowhere_else() {
        let mut out = Writer::default();
        out.object(|out| {
            out.member("a", |out| out.list([1, 2], Writer::number));
            out.member("b", |out| out.list([""; 0], Writer::string));
            out.text_member("c", "{");
            out.optional_member("d\n", None);
        });
        assert_eq!(out.into_text(), r#"{"a":[1,2],"b":[],"c":"{","d\n":null}"#);
    }
}
