//! Takes a body frame by frame, counting.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes, BytesMut};
use hookvet_receiver::End;
use http_body::Body;

use crate::timer::Timer;

/// Most that is set aside ahead of what has arrived, in bytes: a length that is announced costs its sender nothing.
const MAX_AHEAD: usize = 64 * 1024;

/// The bytes so far. One frame is kept as it came; only the second one makes a copy.
#[derive(Debug)]
pub(crate) struct Collected {
    limit: usize,
    held: Held,
}

#[derive(Debug)]
enum Held {
    One(Bytes),
    Many(BytesMut),
}

impl Collected {
    /// Takes at most `limit` bytes.
    pub(crate) const fn new(limit: usize) -> Self {
        Self { limit, held: Held::One(Bytes::new()) }
    }

    pub(crate) fn into_bytes(self) -> Bytes {
        match self.held {
            Held::One(bytes) => bytes,
            Held::Many(bytes) => bytes.freeze(),
        }
    }

    /// Reads until the body ends. Trailers are read past.
    pub(crate) fn poll<B: Body>(&mut self, mut body: Pin<&mut B>, cx: &mut Context<'_>) -> Poll<End> {
        while !body.is_end_stream() {
            match ready!(body.as_mut().poll_frame(cx)) {
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data()
                        && !self.push(data, || body.size_hint().lower())
                    {
                        return Poll::Ready(End::TooLarge);
                    }
                }
                Some(Err(_)) => return Poll::Ready(End::Incomplete),
                None => break,
            }
        }
        Poll::Ready(End::Whole)
    }

    /// Adds a frame, unless the limit forbids; so many bytes at least as `ahead` says are still to come.
    fn push(&mut self, mut data: impl Buf, ahead: impl FnOnce() -> u64) -> bool {
        let held = match &self.held {
            Held::One(bytes) => bytes.len(),
            Held::Many(bytes) => bytes.len(),
        };
        let more = data.remaining();
        if more > self.limit - held {
            return false;
        }
        match &mut self.held {
            _ if more == 0 => {}
            Held::One(bytes) if bytes.is_empty() => *bytes = data.copy_to_bytes(more),
            Held::One(first) => {
                let ahead = usize::try_from(ahead()).map_or(MAX_AHEAD, |ahead| ahead.min(MAX_AHEAD));
                let mut bytes = BytesMut::with_capacity((held + more + ahead).min(self.limit));
                bytes.extend_from_slice(first);
                put(&mut bytes, data);
                self.held = Held::Many(bytes);
            }
            Held::Many(bytes) => put(bytes, data),
        }
        true
    }
}

fn put(bytes: &mut BytesMut, mut data: impl Buf) {
    while data.has_remaining() {
        let chunk = data.chunk();
        bytes.extend_from_slice(chunk);
        let taken = chunk.len();
        data.advance(taken);
    }
}

/// Reads and forgets, until the body ends (`true`), or `left` bytes or the time are used up, or it breaks (`false`).
pub(crate) fn poll_discard<B: Body>(
    mut body: Pin<&mut B>,
    timer: &mut Timer,
    left: &mut usize,
    cx: &mut Context<'_>,
) -> Poll<bool> {
    while !body.is_end_stream() {
        match body.as_mut().poll_frame(cx) {
            Poll::Ready(Some(Ok(frame))) => {
                if let Ok(data) = frame.into_data() {
                    match left.checked_sub(data.remaining()) {
                        Some(rest) => *left = rest,
                        None => return Poll::Ready(false),
                    }
                }
            }
            Poll::Ready(Some(Err(_))) => return Poll::Ready(false),
            Poll::Ready(None) => break,
            Poll::Pending => {
                ready!(timer.poll(cx));
                return Poll::Ready(false);
            }
        }
    }
    Poll::Ready(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_frame_is_kept_and_not_copied() {
        let frame = Bytes::from(b"{ }".to_vec());
        let address = frame.as_ptr();
        let mut collected = Collected::new(3);
        assert!(collected.push(Bytes::new(), || 3));
        assert!(collected.push(frame, || 0));
        assert!(collected.push(Bytes::new(), || 0));
        assert_eq!(collected.into_bytes().as_ptr(), address);
    }

    #[test]
    fn frames_are_joined_in_order_up_to_the_limit_and_not_past_it() {
        let mut collected = Collected::new(6);
        for part in ["ab", "c", "de", "f"] {
            assert!(collected.push(part.as_bytes(), || u64::MAX), "{part}");
        }
        assert!(!collected.push(&b"g"[..], || 0));
        assert_eq!(collected.into_bytes(), "abcdef");
    }

    #[test]
    fn a_frame_of_several_chunks_is_taken_whole() {
        let mut collected = Collected::new(9);
        assert!(collected.push(b"a".chain(&b"b"[..]), || 0));
        assert!(collected.push(b"c".chain(&b"d"[..]), || 0));
        assert_eq!(collected.into_bytes(), "abcd");
    }
}
