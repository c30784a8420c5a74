//! Pairs of a name and a value, as JavaScript writes them: one list of lengths, and one text with all names before all values,
//! so that names that stay the same need not be written again.

/// The pairs that are still to come. Cheap to clone, so that they can be walked more than once.
#[derive(Clone)]
pub(crate) struct Fields<'a> {
    lengths: &'a [u32],
    names: &'a [u8],
    values: &'a [u8],
}

impl<'a> Fields<'a> {
    /// `None` where the lengths reach beyond the text.
    pub(crate) fn new(lengths: &'a [u32], text: &'a [u8]) -> Option<Self> {
        let (mut names_size, mut values_size) = (0_usize, 0_usize);
        for [name, value] in lengths.as_chunks().0 {
            names_size = names_size.checked_add(*name as usize)?;
            values_size = values_size.checked_add(*value as usize)?;
        }
        let (names, values) = text.split_at_checked(names_size)?;
        (values_size <= values.len()).then_some(Self { lengths, names, values })
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let ([name, value], rest) = self.lengths.split_first_chunk()?;
        let (name, names) = self.names.split_at_checked(*name as usize)?;
        let (value, values) = self.values.split_at_checked(*value as usize)?;
        *self = Self { lengths: rest, names, values };
        Some((name, value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_come_out_as_they_were_written() {
        let fields = Fields::new(&[4, 1, 0, 2], b"nameabcBODY").expect("they fit");
        assert_eq!(fields.clone().collect::<Vec<_>>(), [(&b"name"[..], &b"a"[..]), (b"", b"bc")]);
        let fields = Fields::new(&[1, 2, 2, 0], b"abbAAB").expect("they fit");
        assert_eq!(fields.collect::<Vec<_>>(), [(&b"a"[..], &b"AA"[..]), (b"bb", b"")]);
    }

    #[test]
    fn lengths_that_reach_beyond_the_text_are_no_fields() {
        assert!(Fields::new(&[4, 8], b"nameabcBODY").is_none());
        assert!(Fields::new(&[u32::MAX, u32::MAX], b"").is_none());
        assert!(Fields::new(&[12, 0], b"nameabcBODY").is_none());
    }
}
