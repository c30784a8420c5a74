//! Bytes eight or sixteen at a time, in safe Rust that the compiler turns into single loads and vector instructions.

use super::program::{Index, Name};

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// The eight bytes from `at` on, the first one lowest; `None` where fewer are left.
#[inline(always)]
pub(super) fn load8(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

#[inline(always)]
pub(super) fn load4(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// The position of the first quote, backslash or control character from `at` on; the length where there is none.
#[inline(always)]
pub(super) fn find_special(bytes: &[u8], at: usize) -> usize {
    let Some(rest) = bytes.get(at..) else { return bytes.len() };
    let mut found_at = at;
    for word in rest.as_chunks::<8>().0 {
        let found = specials8(u64::from_le_bytes(*word));
        if found != 0 {
            return found_at + (found.trailing_zeros() / 8) as usize;
        }
        found_at += 8;
    }
    find_special_near_the_end(bytes, found_at)
}

/// The same where fewer than eight bytes are left.
#[inline(never)]
fn find_special_near_the_end(bytes: &[u8], at: usize) -> usize {
    let left = bytes.len() - at;
    if let Some(last) = bytes.last_chunk() {
        // The last eight bytes without those that were looked at; what is shifted in counts as special.
        let word = u64::from_le_bytes(*last);
        let found = if left > 0 { specials8(word >> (8 * (8 - left))) } else { HIGHS };
        return (at + (found.trailing_zeros() / 8) as usize).min(bytes.len());
    }
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f)).unwrap_or(left)
}

/// The high bit set in the lowest byte that is special, and perhaps in some above it.
///
/// Sixteen bytes in a vector register were tried, with the instruction that gathers their high bits: fewer instructions,
/// and the same time on mixed documents, whose strings are too short for it.
#[inline(always)]
fn specials8(word: u64) -> u64 {
    let quote = (word ^ (ONES * u64::from(b'"'))).wrapping_sub(ONES);
    let backslash = (word ^ (ONES * u64::from(b'\\'))).wrapping_sub(ONES);
    let control = word.wrapping_sub(ONES * 0x20);
    (quote | backslash | control) & !word & HIGHS
}

/// Whether every byte is ASCII.
#[inline(always)]
pub(super) fn is_ascii(bytes: &[u8]) -> bool {
    let (blocks, rest) = bytes.as_chunks::<64>();
    let mut all = 0_u64;
    for block in blocks {
        let (words, _) = block.as_chunks::<8>();
        all = words.iter().fold(all, |all, word| all | u64::from_le_bytes(*word));
    }
    let (words, end) = rest.as_chunks::<8>();
    all = words.iter().fold(all, |all, word| all | u64::from_le_bytes(*word));
    let end = match bytes.last_chunk() {
        Some(last) => u64::from_le_bytes(*last),
        None => end.iter().fold(0, |all, byte| all | u64::from(*byte)),
    };
    (all | end) & HIGHS == 0
}

/// How many spaces, of at most eight, `at` starts with.
#[inline(always)]
pub(super) fn spaces(bytes: &[u8], at: usize) -> usize {
    match load8(bytes, at) {
        Some(word) => ((word ^ (ONES * u64::from(b' '))).trailing_zeros() / 8) as usize,
        None => usize::from(bytes.get(at) == Some(&b' ')),
    }
}

/// A number that tells most texts apart: from the length, the first and the last eight bytes.
///
/// The text is `length` bytes from `at` on; it is read in one load where the bytes behind it allow that.
#[inline(always)]
pub(super) fn fingerprint(bytes: &[u8], at: usize, length: usize) -> u64 {
    let mixed = (length as u64) << 56;
    if length < 8 {
        let word = load8(bytes, at).unwrap_or_else(|| short(bytes.get(at..at + length).unwrap_or_default()));
        return mixed ^ (word & ((1 << (8 * length)) - 1));
    }
    let (head, tail) = (load8(bytes, at).unwrap_or_default(), load8(bytes, at + length - 8).unwrap_or_default());
    mixed ^ head ^ tail.rotate_left(29)
}

#[cold]
fn short(text: &[u8]) -> u64 {
    text.iter().rev().fold(0, |word, byte| (word << 8) | u64::from(*byte))
}

impl Index {
    /// The slot of a fingerprint, counted from the first of this index.
    #[inline(always)]
    pub(super) fn slot(self, fingerprint: u64) -> usize {
        // The middle of the product depends on all lower bits of the fingerprint, so its upper half is folded in.
        let folded = fingerprint ^ (fingerprint >> 32);
        let slot = folded.wrapping_mul(self.multiplier) >> (64 - u32::from(self.bits.clamp(1, 16)));
        // At most 16 bits are left.
        usize::try_from(slot).unwrap_or(0)
    }
}

impl Name {
    /// Whether `bytes` from `at` on start with this name and a quote.
    #[inline(always)]
    pub(super) fn stands_at(self, bytes: &[u8], at: usize, pool: &[u8]) -> bool {
        let Some(window) = load8(bytes, at) else { return self.stands_near_the_end(bytes, at, pool) };
        let length = usize::from(self.length) + 1;
        let difference = window ^ self.head;
        if length <= 8 {
            return difference << (64 - 8 * length) == 0;
        }
        difference == 0 && self.rest_stands_at(bytes, at, pool, length)
    }

    /// From the ninth byte on: the last eight, and what lies between.
    #[inline(always)]
    fn rest_stands_at(self, bytes: &[u8], at: usize, pool: &[u8], length: usize) -> bool {
        let text = self.text as usize;
        let (Some(found), Some(name)) = (bytes.get(at..at + length), pool.get(text..text + length)) else {
            return false;
        };
        load8(found, length - 8) == load8(name, length - 8)
            && (length <= 16
                || (load8(found, 8) == load8(name, 8) && (length <= 24 || found.get(16..) == name.get(16..))))
    }

    #[cold]
    fn stands_near_the_end(self, bytes: &[u8], at: usize, pool: &[u8]) -> bool {
        let length = usize::from(self.length) + 1;
        let text = self.text as usize;
        bytes.get(at..at + length).is_some_and(|found| pool.get(text..text + length) == Some(found))
    }

    /// The name itself.
    pub(super) fn text(self, pool: &[u8]) -> &[u8] {
        let text = self.text as usize;
        pool.get(text..text + usize::from(self.length)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_special_byte_is_found_at_every_offset() {
        for length in 0..70 {
            for special in [b'"', b'\\', 0, 0x1f, b'\n'] {
                for at in 0..length {
                    for filler in [b'a', b' ', b'!', b'#', b'[', b']', 0x7f, 0x80, 0xa2, 0xdc, 0xff] {
                        let mut text = vec![filler; length];
                        text[at] = special;
                        if let Some(behind) = text.get_mut(at + 1) {
                            *behind = b'"';
                        }
                        assert_eq!(find_special(&text, 0), at, "{special} at {at} of {length} in {filler}");
                    }
                }
            }
            assert_eq!(find_special(&vec![b'x'; length], 0), length);
        }
    }

    #[test]
    fn words_and_blocks_agree() {
        for byte in 0..=255_u8 {
            let is_special = matches!(byte, b'"' | b'\\' | 0..=0x1f);
            assert_eq!(
                specials8(u64::from_le_bytes([b'a', byte, b'a', b'a', b'a', b'a', b'a', b'a'])) != 0,
                is_special
            );
        }
    }

    #[test]
    fn names_of_every_length_are_compared_whole() {
        let long = "abcdefghijklmnopqrstuvwxyz0123456789";
        for length in 0..=long.len() {
            let pool = format!("xx{}\"", &long[..length]).into_bytes();
            let mut head = [0; 8];
            for (to, from) in head.iter_mut().zip(&pool[2..]) {
                *to = *from;
            }
            let name = Name { head: u64::from_le_bytes(head), text: 2, length: u16::try_from(length).expect("short") };
            for padding in [0, 3, 20] {
                let mut text = pool[2..].to_vec();
                text.extend(vec![b':'; padding]);
                assert!(name.stands_at(&text, 0, &pool), "{length} {padding}");
                for at in 0..=length {
                    let mut other = text.clone();
                    other[at] ^= 1;
                    assert!(!name.stands_at(&other, 0, &pool), "{length} {padding} {at}");
                }
            }
        }
    }

    #[test]
    fn spaces_are_counted() {
        assert_eq!(spaces(b"   x         ", 0), 3);
        assert_eq!(spaces(b"             ", 0), 8);
        assert_eq!(spaces(b"x", 0), 0);
        assert_eq!(spaces(b" x", 0), 1);
    }
}
