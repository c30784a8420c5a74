//! Finding an AMLYZE event by name: one multiplication, one comparison.

use super::EVENTS;
use super::amlyze::EVENTS as AMLYZE;

/// All names share the length of their prefix: `app.` or `com.`.
pub(super) const PREFIX: usize = 4;
/// Where the kind of resource begins, after `app.amlyze.`.
const RESOURCE: usize = 11;
/// Counted from the end of a name: in `….media.pending` and `….media.completed` the last letter before the stage.
const BEFORE_STAGE: [usize; 2] = [9, 11];

const SLOTS: usize = 128;
const EMPTY: u8 = u8::MAX;

/// Places every name into a slot of its own. Computed at compile time, so a new name cannot break it unnoticed.
const TABLE: (u32, [u8; SLOTS]) = {
    let mut multiplier: u32 = 0x9e37_79b1;
    let mut table = table(multiplier);
    while table.is_none() {
        multiplier = multiplier.wrapping_mul(1_664_525).wrapping_add(1_013_904_222) | 1;
        table = self::table(multiplier);
    }
    match table {
        Some(slots) => (multiplier, slots),
        None => panic!("unreachable"),
    }
};
const MULTIPLIER: u32 = TABLE.0;
static POSITIONS: [u8; SLOTS] = TABLE.1;

const fn table(multiplier: u32) -> Option<[u8; SLOTS]> {
    let mut slots = [EMPTY; SLOTS];
    let mut i = 0;
    while i < AMLYZE.len() {
        let slot = slot(AMLYZE[i].name.as_bytes(), multiplier);
        if slots[slot] != EMPTY {
            return None;
        }
        #[expect(clippy::cast_possible_truncation, reason = "33 events")]
        {
            slots[slot] = i as u8;
        }
        i += 1;
    }
    Some(slots)
}

/// The slot of a name of at least [`RESOURCE`] + 1 bytes: its length and three of its letters, mixed.
const fn slot(name: &[u8], multiplier: u32) -> usize {
    let length = name.len();
    #[expect(clippy::cast_possible_truncation, reason = "any eight bits of the length will do")]
    let letters = [length as u8, name[RESOURCE], name[length - BEFORE_STAGE[0]], name[length - BEFORE_STAGE[1]]];
    (u32::from_le_bytes(letters).wrapping_mul(multiplier) >> (u32::BITS - SLOTS.ilog2())) as usize
}

/// The AMLYZE event whose name equals `name` from the fifth byte on, as a position in the register.
pub(crate) fn position_of_amlyze(name: &[u8]) -> Option<usize> {
    if name.len() <= RESOURCE {
        return None;
    }
    let position = usize::from(POSITIONS[slot(name, MULTIPLIER)]);
    let known = EVENTS.get(position)?.name.as_bytes();
    is_same(&known[PREFIX..], &name[PREFIX..]).then_some(position)
}

/// Whether two texts are the same, eight octets at a time: without vectors, as in WebAssembly, slices are compared one by one.
fn is_same(one: &[u8], other: &[u8]) -> bool {
    let ((words, end), (others, other_end)) = (one.as_chunks::<8>(), other.as_chunks::<8>());
    let is_word_same = |(word, other): (&[u8; 8], &[u8; 8])| u64::from_ne_bytes(*word) == u64::from_ne_bytes(*other);
    one.len() == other.len() && words.iter().zip(others).all(is_word_same) && end == other_end
}
