//! Takes a payload chunk by chunk, counting.

use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::rt::time::timeout;
use bytes::{Bytes, BytesMut};
use futures_core::Stream as _;
use hookvet_receiver::End;

/// The bytes so far. One chunk is kept as it came; only the second one makes a copy.
#[derive(Debug, Default)]
struct Collected {
    first: Bytes,
    all: BytesMut,
}

impl Collected {
    /// Adds a chunk, unless that makes more than `limit` bytes of it.
    fn push(&mut self, chunk: Bytes, limit: usize) -> bool {
        let held = self.first.len().max(self.all.len());
        if chunk.len() > limit - held {
            return false;
        }
        if held == 0 {
            self.first = chunk;
        } else {
            if self.all.is_empty() {
                self.all.extend_from_slice(&self.first);
            }
            self.all.extend_from_slice(&chunk);
        }
        true
    }

    fn into_bytes(self) -> Bytes {
        if self.all.is_empty() { self.first } else { self.all.freeze() }
    }
}

/// Reads until the payload, the limit or the time ends.
pub(crate) async fn collect(payload: &mut Payload, limit: usize, deadline: Option<Duration>) -> (Bytes, End) {
    let mut collected = Collected::default();
    let reading = async {
        loop {
            match next(payload).await {
                Some(Ok(chunk)) => {
                    if !collected.push(chunk, limit) {
                        return End::TooLarge;
                    }
                }
                Some(Err(_)) => return End::Incomplete,
                None => return End::Whole,
            }
        }
    };
    let end = in_time(deadline, reading).await.unwrap_or(End::TimedOut);
    (collected.into_bytes(), end)
}

/// Reads and forgets, until the payload ends (`true`), or `left` bytes or the time are used up, or it breaks (`false`).
pub(crate) async fn read_past(payload: &mut Payload, mut left: usize, time: Duration) -> bool {
    let reading = async {
        loop {
            match next(payload).await {
                Some(Ok(chunk)) => match left.checked_sub(chunk.len()) {
                    Some(rest) => left = rest,
                    None => return false,
                },
                Some(Err(_)) => return false,
                None => return true,
            }
        }
    };
    in_time(Some(time), reading).await.unwrap_or(false)
}

async fn in_time<T>(limit: Option<Duration>, work: impl Future<Output = T>) -> Option<T> {
    match limit {
        Some(limit) => timeout(limit, work).await.ok(),
        None => Some(work.await),
    }
}

async fn next(payload: &mut Payload) -> Option<Result<Bytes, PayloadError>> {
    poll_fn(|cx| Pin::new(&mut *payload).poll_next(cx)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_chunk_is_kept_and_not_copied() {
        let chunk = Bytes::from(b"{ }".to_vec());
        let address = chunk.as_ptr();
        let mut collected = Collected::default();
        assert!(collected.push(Bytes::new(), 3));
        assert!(collected.push(chunk, 3));
        assert_eq!(collected.into_bytes().as_ptr(), address);
    }

    #[test]
    fn chunks_are_joined_in_order_up_to_the_limit_and_not_past_it() {
        let mut collected = Collected::default();
        for part in ["ab", "c", "", "de", "f"] {
            assert!(collected.push(Bytes::from(part), 6), "{part}");
        }
        assert!(!collected.push(Bytes::from("g"), 6));
        assert_eq!(collected.into_bytes(), "abcdef");
    }
}
