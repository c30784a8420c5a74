//! Names of members that no schema lists, kept per open object to find those that repeat.

use std::collections::HashSet;

use super::text::{Escapes, with_bytes};
use super::words::{find_special, fingerprint};

/// How many names are kept without allocating, over all open objects.
const INLINE: usize = 32;
/// How many names of one object are compared one by one.
const FEW: usize = 16;

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
    large: Vec<(usize, HashSet<Vec<u8>>)>,
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

    /// Adds a name of the innermost object; false where it is there already.
    ///
    /// `key` is the name's text without its quotes and starts at `start` of `bytes`.
    #[inline(never)]
    pub(super) fn is_new(
        &mut self,
        bytes: &[u8],
        key: &[u8],
        start: usize,
        escapes: Escapes,
        mark: usize,
        depth: usize,
    ) -> bool {
        let large = self.more.as_mut().and_then(|more| more.large.last_mut());
        if let Some((_, names)) = large.filter(|(other, _)| *other == depth) {
            return names.insert(with_bytes(key, escapes, <[u8]>::to_vec));
        }
        let hash = with_bytes(key, escapes, hash);
        for at in mark..self.length {
            let entry = self.entry(at);
            if entry.hash == hash && is_same(bytes, entry.start as usize, key, escapes) {
                return false;
            }
        }
        if self.length - mark < FEW {
            self.push(Entry { hash, start: u32::try_from(start).unwrap_or(u32::MAX) });
            return true;
        }
        let mut names: HashSet<Vec<u8>> = (mark..self.length)
            .map(|at| {
                let (key, escapes) = key_at(bytes, self.entry(at).start as usize);
                with_bytes(key, escapes, <[u8]>::to_vec)
            })
            .collect();
        names.insert(with_bytes(key, escapes, <[u8]>::to_vec));
        self.forget(mark, usize::MAX);
        self.more.get_or_insert_default().large.push((depth, names));
        true
    }

    fn entry(&self, at: usize) -> Entry {
        let inline = self.inline.as_ref().and_then(|inline| inline.get(at));
        let entry = inline.or_else(|| self.more.as_ref().and_then(|more| more.spilled.get(at.wrapping_sub(INLINE))));
        entry.copied().unwrap_or(Entry { hash: 0, start: u32::MAX })
    }

    fn push(&mut self, entry: Entry) {
        let inline = self.inline.get_or_insert_with(|| [Entry { hash: 0, start: 0 }; INLINE]);
        match inline.get_mut(self.length) {
            Some(free) => *free = entry,
            None => self.more.get_or_insert_default().spilled.push(entry),
        }
        self.length += 1;
    }
}

/// Folded to 32 bits; names that share it are compared.
fn hash(text: &[u8]) -> u32 {
    #[expect(clippy::cast_possible_truncation, reason = "any bits will do")]
    {
        (fingerprint(text, 0, text.len()).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as u32
    }
}

fn is_same(bytes: &[u8], start: usize, key: &[u8], escapes: Escapes) -> bool {
    let (other, other_escapes) = key_at(bytes, start);
    if !escapes.any && !other_escapes.any {
        return key == other;
    }
    with_bytes(key, escapes, |key| with_bytes(other, other_escapes, |other| key == other))
}

/// The name whose text starts at `start`, once more.
fn key_at(bytes: &[u8], start: usize) -> (&[u8], Escapes) {
    let mut escapes = Escapes::default();
    let mut at = find_special(bytes, start);
    while bytes.get(at) == Some(&b'\\') {
        escapes = Escapes { any: true, units: true };
        at = find_special(bytes, at + 2);
    }
    (bytes.get(start..at).unwrap_or_default(), escapes)
}
