//! Names of members that no schema lists, kept per open object to find those that repeat.

use std::borrow::Cow;
use std::collections::HashSet;

use super::text::{Escapes, with_bytes};
use super::words::find_special;

/// How many names are kept without allocating, over all open objects.
const INLINE: usize = 32;
/// How many names of one object are compared one by one.
const FEW: usize = 16;

/// A name that no schema lists: its text without the quotes.
#[derive(Clone, Copy)]
pub(super) struct Unlisted<'m> {
    pub(super) bytes: &'m [u8],
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) escapes: Escapes,
}

impl<'m> Unlisted<'m> {
    /// The name whose text starts at `start`, once more.
    fn at(bytes: &'m [u8], start: usize) -> Self {
        let mut escapes = Escapes::default();
        let mut end = find_special(bytes, start);
        while bytes.get(end) == Some(&b'\\') {
            escapes = Escapes { any: true, units: true };
            end = find_special(bytes, end + 2);
        }
        Self { bytes, start, end, escapes }
    }

    fn raw(self) -> &'m [u8] {
        self.bytes.get(self.start..self.end).unwrap_or_default()
    }

    fn to_text(self) -> Vec<u8> {
        with_bytes(self.raw(), self.escapes, <[u8]>::to_vec)
    }

    #[inline(never)]
    fn is_same(self, other: Self) -> bool {
        with_bytes(self.raw(), self.escapes, |name| with_bytes(other.raw(), other.escapes, |other| name == other))
    }
}

/// A name: where its text starts, behind the quote, and a hash of the text.
#[derive(Clone, Copy, Debug)]
struct Entry {
    hash: u32,
    start: u32,
}

/// The names of the open objects, innermost last.
#[derive(Debug, Default)]
pub(super) struct Names {
    length: usize,
    inline: Option<[Entry; INLINE]>,
    /// What does not fit; nothing for nearly every payload.
    more: Option<Box<More>>,
}

#[derive(Debug, Default)]
struct More {
    spilled: Vec<Entry>,
    /// The names of large objects by how deep they lie, innermost last.
    large: Vec<(usize, HashSet<Cow<'static, [u8]>>)>,
}

impl Names {
    /// How many names there are; an object keeps this number to give its names back with.
    #[inline(always)]
    pub(super) fn mark(&self) -> usize {
        self.length
    }

    /// Forgets the names of the object that lies `depth` deep and started at `mark`.
    #[inline(always)]
    pub(super) fn release(&mut self, mark: usize, depth: usize) {
        if self.length != mark || self.more.is_some() {
            self.forget(mark, depth);
        }
    }

    #[cold]
    fn forget(&mut self, mark: usize, depth: usize) {
        self.length = mark;
        let Some(more) = &mut self.more else { return };
        more.spilled.truncate(mark.saturating_sub(INLINE));
        if more.large.last().is_some_and(|(other, _)| *other == depth) {
            more.large.pop();
        }
    }

    /// Adds a name of the innermost object, which has a fingerprint; false where it is there already.
    #[inline(never)]
    pub(super) fn is_new(&mut self, name: Unlisted<'_>, print: u64, mark: usize, depth: usize) -> bool {
        let large = self.more.as_mut().and_then(|more| more.large.last_mut());
        if let Some((_, names)) = large.filter(|(other, _)| *other == depth) {
            return names.insert(name.to_text().into());
        }
        let hash = fold(print);
        let is_it = |entry: &Entry| entry.hash == hash && name.is_same(Unlisted::at(name.bytes, entry.start as usize));
        let inline = self.inline.as_ref().and_then(|inline| inline.get(mark..self.length.min(INLINE)));
        if inline.unwrap_or_default().iter().any(is_it) || self.spilled(mark).iter().any(is_it) {
            return false;
        }
        if self.length - mark < FEW {
            self.push(Entry { hash, start: u32::try_from(name.start).unwrap_or(u32::MAX) });
            return true;
        }
        let entries = inline.unwrap_or_default().iter().chain(self.spilled(mark));
        let mut names: HashSet<Cow<'static, [u8]>> =
            entries.map(|entry| Unlisted::at(name.bytes, entry.start as usize).to_text().into()).collect();
        names.insert(name.to_text().into());
        self.forget(mark, usize::MAX);
        self.more.get_or_insert_default().large.push((depth, names));
        true
    }

    /// The entries from `mark` on that do not stand inline.
    #[inline]
    fn spilled(&self, mark: usize) -> &[Entry] {
        let spilled = self.more.as_ref().and_then(|more| more.spilled.get(mark.saturating_sub(INLINE)..));
        spilled.unwrap_or_default()
    }

    fn push(&mut self, entry: Entry) {
        let inline = self.inline.get_or_insert([Entry { hash: 0, start: 0 }; INLINE]);
        match inline.get_mut(self.length) {
            Some(free) => *free = entry,
            None => self.more.get_or_insert_default().spilled.push(entry),
        }
        self.length += 1;
    }
}

/// To 32 bits; names that share them are compared.
#[inline]
fn fold(print: u64) -> u32 {
    (print.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as u32
}
