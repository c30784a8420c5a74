//! The headers of a delivery, found in one walk.

use std::marker::PhantomData;

use crate::cloudevents::attributes::Core;

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

#[inline]
fn known(name: &[u8]) -> Option<Known> {
    match name {
        [b'c', b'e', b'-', rest @ ..] => Some(Core::from_name(rest).map_or_else(|| mixed_case(name), attribute)),
        [b'c' | b'C', b'e' | b'E', b'-', ..] => Some(mixed_case(name)),
        b"content-type" => Some(Known::Attribute(Core::Datacontenttype)),
        [b'c' | b'C', ..] if name.eq_ignore_ascii_case(b"content-type") => {
            Some(Known::Attribute(Core::Datacontenttype))
        }
        [b'c' | b'C', ..] if name.eq_ignore_ascii_case(b"content-encoding") => Some(Known::ContentEncoding),
        _ => None,
    }
}

/// `ce-datacontenttype` must not be sent, so it is not the header of that attribute.
#[inline]
fn attribute(core: Core) -> Known {
    if core == Core::Datacontenttype { Known::Other } else { Known::Attribute(core) }
}

/// A `ce-` header that is no standard attribute's in lower case.
#[cold]
fn mixed_case(name: &[u8]) -> Known {
    let core = Core::BY_HEADER.into_iter().find(|core| name.eq_ignore_ascii_case(core.header().as_bytes()));
    core.map_or(Known::Other, Known::Attribute)
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
