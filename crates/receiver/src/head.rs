//! The head of a request, as any web framework can give it.

use std::fmt;
use std::net::IpAddr;

/// What a [`Receiver`](crate::Receiver) is told of a request before its body. `Debug` shows nothing of method and headers.
#[derive(Clone)]
#[non_exhaustive]
pub struct Head<'m, I> {
    /// As it stands in the request: `POST`.
    pub method: &'m str,
    /// (name, value) pairs in the order in which they came, repeated ones kept; values are octets.
    pub headers: I,
    /// The address at the other end of the connection, where
    /// [`Receiver::looks_at_peers`](crate::Receiver::looks_at_peers).
    pub peer: Option<IpAddr>,
    /// The body has at least this many bytes: by its `Content-Length`, or by what the framework knows of it.
    pub body_at_least: u64,
}

impl<'m, I> Head<'m, I> {
    /// A head of which nothing is known about the peer and the body.
    pub const fn new(method: &'m str, headers: I) -> Self {
        Self { method, headers, peer: None, body_at_least: 0 }
    }

    /// With the address at the other end of the connection.
    #[must_use]
    pub fn peer(mut self, peer: Option<IpAddr>) -> Self {
        self.peer = peer;
        self
    }

    /// With the least number of bytes that the body has.
    #[must_use]
    pub fn body_at_least(mut self, bytes: u64) -> Self {
        self.body_at_least = bytes;
        self
    }
}

impl<I> fmt::Debug for Head<'_, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Head")
            .field("peer", &self.peer)
            .field("body_at_least", &self.body_at_least)
            .finish_non_exhaustive()
    }
}

/// The headers of a request, for a limiter. `Debug` shows names alone.
#[derive(Clone)]
pub struct Headers<'h>(Vec<(&'h [u8], &'h [u8])>);

impl<'h> Headers<'h> {
    pub(crate) fn collect<I, N, V>(headers: I) -> Self
    where
        I: IntoIterator<Item = (&'h N, &'h V)>,
        N: AsRef<[u8]> + ?Sized + 'h,
        V: AsRef<[u8]> + ?Sized + 'h,
    {
        Self(headers.into_iter().map(|(name, value)| (name.as_ref(), value.as_ref())).collect())
    }

    /// The first value under this name, letter case aside.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&'h [u8]> {
        self.iter().find(|(other, _)| other.eq_ignore_ascii_case(name.as_bytes())).map(|(_, value)| value)
    }

    /// Every header in the order in which it came.
    pub fn iter(&self) -> impl Iterator<Item = (&'h [u8], &'h [u8])> {
        self.0.iter().copied()
    }
}

impl fmt::Debug for Headers<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().map(|(name, _)| String::from_utf8_lossy(name))).finish()
    }
}
