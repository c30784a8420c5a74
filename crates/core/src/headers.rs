//! The headers of a delivery, found in one walk.

use std::marker::PhantomData;

use crate::cloudevents::attributes::Core;
use crate::grammar::media_type::starts_with_ignore_case;

/// Headers that can be walked more than once.
pub(crate) trait HeaderList<'h> {
    /// Names and values in the order in which they were sent.
    fn walk(&self) -> impl Iterator<Item = (&'h [u8], &'h [u8])>;

    /// The values of one header, for those that few deliveries have.
    fn named(&self, name: &str) -> impl Iterator<Item = &'h [u8]> {
        self.walk().filter(move |(other, _)| other.eq_ignore_ascii_case(name.as_bytes())).map(|(_, value)| value)
    }
}

/// A caller's list of headers.
pub(crate) struct Pairs<I, N: ?Sized, V: ?Sized>(I, PhantomData<(*const N, *const V)>);

impl<I, N: ?Sized, V: ?Sized> Pairs<I, N, V> {
    pub(crate) const fn new(list: I) -> Self {
        Self(list, PhantomData)
    }
}

impl<'h, I, N, V> HeaderList<'h> for Pairs<I, N, V>
where
    I: IntoIterator<Item = (&'h N, &'h V)> + Clone,
    N: AsRef<[u8]> + ?Sized + 'h,
    V: AsRef<[u8]> + ?Sized + 'h,
{
    fn walk(&self) -> impl Iterator<Item = (&'h [u8], &'h [u8])> {
        self.0.clone().into_iter().map(|(name, value)| (name.as_ref(), value.as_ref()))
    }
}

/// The headers that mean something by themselves.
#[derive(Default)]
pub(crate) struct Headers<'h> {
    /// The value of each standard attribute's header, of the first one where it is repeated.
    attributes: [Option<&'h [u8]>; Core::COUNT],
    /// Every other `ce-` header in the order in which they were sent: extensions, names that are none, and repeats.
    pub(crate) others: Vec<(&'h [u8], &'h [u8])>,
    /// How many `ce-` headers there are, up to the limit.
    pub(crate) attribute_count: usize,
    /// Whether there are more of them than the limit; those are not looked at.
    pub(crate) is_cut_off: bool,
    pub(crate) is_content_type_repeated: bool,
    pub(crate) has_content_encoding: bool,
}

impl<'h> Headers<'h> {
    pub(crate) fn find(list: &impl HeaderList<'h>, max_attributes: usize) -> Self {
        let mut found = Self::default();
        for (name, value) in list.walk() {
            let attribute = match known(name) {
                None => continue,
                Some(Known::ContentEncoding) => {
                    found.has_content_encoding = true;
                    continue;
                }
                Some(Known::Attribute(Core::Datacontenttype)) => {
                    let slot = &mut found.attributes[Core::Datacontenttype as usize];
                    found.is_content_type_repeated |= slot.is_some();
                    *slot = slot.or(Some(value));
                    continue;
                }
                Some(Known::Attribute(core)) => Some(core),
                Some(Known::Other) => None,
            };
            if found.attribute_count == max_attributes {
                found.is_cut_off = true;
                continue;
            }
            found.attribute_count += 1;
            match attribute.map(|core| &mut found.attributes[core as usize]) {
                Some(slot @ None) => *slot = Some(value),
                _ => found.others.push((name, value)),
            }
        }
        found
    }

    /// The value of a standard attribute's header.
    pub(crate) fn attribute(&self, core: Core) -> Option<&'h [u8]> {
        self.attributes[core as usize]
    }

    pub(crate) fn content_type(&self) -> Option<&'h [u8]> {
        self.attribute(Core::Datacontenttype)
    }

    /// Whether any `ce-` header was sent.
    pub(crate) fn has_attributes(&self) -> bool {
        self.attribute_count > 0 || self.is_cut_off
    }
}

/// What a header is about.
#[derive(Clone, Copy)]
enum Known {
    Attribute(Core),
    ContentEncoding,
    /// It begins with `ce-`.
    Other,
}

/// All of them begin with the same letter, and few others do.
#[inline]
fn known(name: &[u8]) -> Option<Known> {
    if !matches!(name.first()?, b'c' | b'C') {
        return None;
    }
    match known_in_lower_case(name) {
        None | Some(Known::Other) if name.iter().any(u8::is_ascii_uppercase) => known_in_mixed_case(name),
        known => known,
    }
}

#[inline]
fn known_in_lower_case(name: &[u8]) -> Option<Known> {
    // The length tells the most.
    let core = match name.len() {
        5 if name == b"ce-id" => Core::Id,
        7 if name == b"ce-type" => Core::Type,
        7 if name == b"ce-time" => Core::Time,
        9 if name == b"ce-source" => Core::Source,
        10 if name == b"ce-subject" => Core::Subject,
        12 if name == b"content-type" => Core::Datacontenttype,
        13 if name == b"ce-dataschema" => Core::Dataschema,
        14 if name == b"ce-specversion" => Core::Specversion,
        16 if name == b"content-encoding" => return Some(Known::ContentEncoding),
        _ => return if name.starts_with(b"ce-") { Some(Known::Other) } else { None },
    };
    Some(Known::Attribute(core))
}

#[cold]
fn known_in_mixed_case(name: &[u8]) -> Option<Known> {
    let mut lower = [0; 16];
    match lower.get_mut(..name.len()) {
        Some(lower) => {
            lower.copy_from_slice(name);
            lower.make_ascii_lowercase();
            known_in_lower_case(lower)
        }
        None => starts_with_ignore_case(name, b"ce-").then_some(Known::Other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_standard_attribute_is_found_in_any_case_and_a_repeat_is_kept_apart() {
        for core in Core::ALL {
            let name = core.header();
            for name in [name.to_owned(), name.to_uppercase(), name.replace("ce-", "cE-").replace("type", "tYpe")] {
                let list = [(name.as_str(), "a"), (name.as_str(), "b")];
                let found = Headers::find(&Pairs::new(list.iter().map(|(name, value)| (*name, *value))), 9);
                assert_eq!(found.attribute(core), Some(&b"a"[..]), "{name}");
                let is_content_type = core == Core::Datacontenttype;
                assert_eq!(
                    (found.others.len(), found.is_content_type_repeated),
                    (usize::from(!is_content_type), is_content_type)
                );
            }
        }
    }
}
