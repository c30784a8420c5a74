//! Content codings that are undone: feature `decompression`.
//!
//! Which bytes does a signature cover? The decoded ones. A vendor signs the JSON that it made, and a coding is put around it behind
//! that, by its HTTP client or by a proxy; RFC 9110 §8.4 calls it a property of the representation and not of what is represented.
//! Should a sender have signed the coded bytes, the signature does not fit and the delivery is refused: nothing passes unproven.
//! So bytes are decoded before anybody has proven anything, and therefore under a limit: the coded body may be no longer than
//! [`Vetter::max_body`](hookvet::Vetter::max_body), and decoding stops one byte behind the same limit.

use std::io::Read;

use bytes::Bytes;
use flate2::bufread::{MultiGzDecoder, ZlibDecoder};

/// A coding that can be undone.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Coding {
    Gzip,
    /// The zlib format, as RFC 9110 §8.4.1.2 has it.
    Deflate,
}

/// Why there is no decoded body.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Undecoded {
    /// It is longer than the limit.
    TooLarge,
    /// It is not what its coding makes, or it is cut off.
    Damaged,
}

/// The codings that are read, as `Accept-Encoding` lists them.
pub(crate) const READ: &str = "gzip, deflate, identity";

impl Coding {
    /// The coding of a body: exactly one, named once. Everything else is left to the vetter, which refuses it.
    pub(crate) fn of<'h, N, V>(headers: impl IntoIterator<Item = (&'h N, &'h V)>) -> Option<Self>
    where
        N: AsRef<[u8]> + ?Sized + 'h,
        V: AsRef<[u8]> + ?Sized + 'h,
    {
        let mut values = headers.into_iter().filter(|(name, _)| is_content_encoding(name)).map(|(_, value)| value);
        let (first, second) = (values.next()?, values.next());
        let value = first.as_ref().trim_ascii();
        if second.is_some() {
            None
        } else if value.eq_ignore_ascii_case(b"gzip") || value.eq_ignore_ascii_case(b"x-gzip") {
            Some(Self::Gzip)
        } else {
            value.eq_ignore_ascii_case(b"deflate").then_some(Self::Deflate)
        }
    }

    /// Undoes the coding. No more than one byte above `limit` is ever made.
    pub(crate) fn undo(self, body: &[u8], limit: usize) -> Result<Bytes, Undecoded> {
        let most = limit as u64 + 1;
        let mut decoded = Vec::new();
        let is_read = match self {
            // Several members may follow each other (RFC 1952 §2.2); what is none behind them is an error.
            Self::Gzip => MultiGzDecoder::new(body).take(most).read_to_end(&mut decoded).is_ok(),
            Self::Deflate => {
                let mut decoder = ZlibDecoder::new(body);
                let is_read = decoder.by_ref().take(most).read_to_end(&mut decoded).is_ok();
                is_read && (decoded.len() > limit || decoder.into_inner().is_empty())
            }
        };
        if decoded.len() > limit {
            return Err(Undecoded::TooLarge);
        }
        if is_read && !body.is_empty() { Ok(Bytes::from(decoded)) } else { Err(Undecoded::Damaged) }
    }
}

pub(crate) fn is_content_encoding<N: AsRef<[u8]> + ?Sized>(name: &N) -> bool {
    name.as_ref().eq_ignore_ascii_case(b"content-encoding")
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::{GzEncoder, ZlibEncoder};

    use super::*;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(text).expect("memory");
        encoder.finish().expect("memory")
    }

    fn deflate(text: &[u8]) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(text).expect("memory");
        encoder.finish().expect("memory")
    }

    #[test]
    fn what_was_coded_is_decoded_up_to_exactly_the_limit() {
        for (coding, coded) in [(Coding::Gzip, gzip(b"{\"a\":1}")), (Coding::Deflate, deflate(b"{\"a\":1}"))] {
            assert_eq!(coding.undo(&coded, 7).as_deref(), Ok(&b"{\"a\":1}"[..]), "{coding:?}");
            assert_eq!(coding.undo(&coded, 6), Err(Undecoded::TooLarge), "{coding:?}");
        }
    }

    #[test]
    fn a_bomb_stops_at_the_limit() {
        let zeros = vec![b' '; 50_000_000];
        for (coding, coded) in [(Coding::Gzip, gzip(&zeros)), (Coding::Deflate, deflate(&zeros))] {
            assert!(coded.len() < 100_000);
            assert_eq!(coding.undo(&coded, 262_144), Err(Undecoded::TooLarge), "{coding:?}");
        }
    }

    #[test]
    fn what_is_damaged_cut_off_or_followed_by_something_is_not_decoded() {
        for (coding, coded) in [(Coding::Gzip, gzip(b"{}")), (Coding::Deflate, deflate(b"{}"))] {
            for end in 0..coded.len() {
                assert_eq!(coding.undo(&coded[..end], 100), Err(Undecoded::Damaged), "{coding:?} {end}");
            }
            let mut longer = coded.clone();
            longer.extend_from_slice(b"{}");
            assert_eq!(coding.undo(&longer, 100), Err(Undecoded::Damaged), "{coding:?}");
            assert_eq!(coding.undo(b"{}", 100), Err(Undecoded::Damaged), "{coding:?}");
        }
    }

    #[test]
    fn one_coding_is_undone_and_no_two() {
        let of = |values: &[&'static str]| Coding::of(values.iter().map(|value| ("Content-Encoding", *value)));
        assert_eq!(of(&[" GZIP "]), Some(Coding::Gzip));
        assert_eq!(of(&["x-gzip"]), Some(Coding::Gzip));
        assert_eq!(of(&["deflate"]), Some(Coding::Deflate));
        for values in [&[][..], &["identity"], &["br"], &["gzip, gzip"], &["gzip", "gzip"], &["gzip", "identity"]] {
            assert_eq!(of(values), None, "{values:?}");
        }
    }
}
