//! Pairs of a name and a value, as JavaScript writes them: one list of lengths, one text.

/// The pairs that are still to come. Cheap to clone, so that they can be walked more than once.
#[derive(Clone)]
pub(crate) struct Fields<'a> {
    lengths: &'a [u32],
    text: &'a [u8],
    start: usize,
}

impl<'a> Fields<'a> {
    /// `None` where the lengths reach beyond the text.
    pub(crate) fn new(lengths: &'a [u32], text: &'a [u8]) -> Option<Self> {
        let fields = Self { lengths, text, start: 0 };
        (fields.text_length() <= text.len()).then_some(fields)
    }

    /// How much of the text the pairs take.
    fn text_length(&self) -> usize {
        self.lengths.iter().fold(0, |sum, length| sum.saturating_add(*length as usize))
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let ([name, value], rest) = self.lengths.split_first_chunk()?;
        let (from, middle) = (self.start, self.start + *name as usize);
        let end = middle + *value as usize;
        (self.lengths, self.start) = (rest, end);
        Some((self.text.get(from..middle)?, self.text.get(middle..end)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_come_out_as_they_were_written() {
        let fields = Fields::new(&[4, 1, 0, 2], b"nameabcBODY").expect("they fit");
        assert_eq!(fields.clone().collect::<Vec<_>>(), [(&b"name"[..], &b"a"[..]), (b"", b"bc")]);
        assert_eq!(fields.text_length(), 7);
    }

    #[test]
    fn lengths_that_reach_beyond_the_text_are_no_fields() {
        assert!(Fields::new(&[4, 8], b"nameabcBODY").is_none());
        assert!(Fields::new(&[u32::MAX, u32::MAX], b"").is_none());
    }
}
