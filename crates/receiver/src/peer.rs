//! Who may deliver at all, by the address at the other end of the connection.

use std::fmt;
use std::net::IpAddr;

use ipnet::IpNet;

/// Says whether deliveries are taken from an address.
///
/// The address is the one at the other end of the connection, and nothing else: `X-Forwarded-For` and `Forwarded` are written
/// by whoever sends them, so they are not believed here. Behind a reverse proxy every delivery comes from the proxy: let the
/// proxy keep strangers out, or let the server take the address from the PROXY protocol before it comes here.
///
/// An IPv4 address that arrives in the form of IPv6 (`::ffff:192.0.2.7`) is shown as IPv4.
///
/// # Example
/// ```
/// use std::net::IpAddr;
///
/// use hookvet_receiver::{PeerNetwork, Receiver};
/// use hookvet::Vetter;
///
/// let receiver = Receiver::new(Vetter::amlyze().build()?).peers(|peer: IpAddr| peer.is_loopback());
/// assert!(receiver.looks_at_peers());
/// # Ok::<(), hookvet::BuildError>(())
/// ```
pub trait PeerNetwork: Send + Sync {
    /// Whether a delivery from `peer` is looked at.
    fn allows(&self, peer: IpAddr) -> bool;
}

impl<F: Fn(IpAddr) -> bool + Send + Sync> PeerNetwork for F {
    fn allows(&self, peer: IpAddr) -> bool {
        self(peer)
    }
}

/// A list of networks, each an address and the length of its prefix, or one address.
///
/// # Example
/// ```
/// use hookvet_receiver::{Networks, PeerNetwork as _};
///
/// let networks = Networks::parse(["192.0.2.0/24", "2001:db8::/32", "198.51.100.7"])?;
/// assert!(networks.allows("192.0.2.200".parse()?));
/// assert!(!networks.allows("198.51.100.8".parse()?));
/// assert!(Networks::parse(["192.0.2.0/33"]).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Networks(Vec<IpNet>);

impl Networks {
    /// Reads the text forms.
    ///
    /// # Errors
    /// - [`NetworkError::Empty`]: nobody could deliver.
    /// - [`NetworkError::Form`]: a text is neither an address nor a network.
    pub fn parse<T: AsRef<str>>(networks: impl IntoIterator<Item = T>) -> Result<Self, NetworkError> {
        let read = |(position, text): (usize, T)| {
            let text = text.as_ref();
            text.parse::<IpNet>()
                .or_else(|_| text.parse::<IpAddr>().map(IpNet::from))
                .map_err(|_| NetworkError::Form { number: position + 1 })
        };
        let networks = networks.into_iter().enumerate().map(read).collect::<Result<Vec<_>, _>>()?;
        if networks.is_empty() { Err(NetworkError::Empty) } else { Ok(Self(networks)) }
    }
}

impl PeerNetwork for Networks {
    fn allows(&self, peer: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&peer))
    }
}

/// Why texts are no list of networks.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NetworkError {
    /// The list is empty.
    #[error("a list of networks names at least one; with none of them nobody could deliver")]
    Empty,
    /// A text is neither an address nor a network.
    #[error("network number {number} is no address and no network such as 192.0.2.0/24 or 2001:db8::/32")]
    Form {
        /// Its place in the list, from 1.
        number: usize,
    },
}

/// `Debug` without asking anything of the network.
pub(crate) struct Opaque;

impl fmt::Debug for Opaque {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("..")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_address_is_a_network_of_one() {
        let networks = Networks::parse(["2001:db8::1"]).expect("an address");
        assert!(networks.allows("2001:db8::1".parse().expect("an address")));
        assert!(!networks.allows("2001:db8::2".parse().expect("an address")));
    }

    #[test]
    fn what_is_no_network_is_named_by_its_place_and_not_quoted() {
        let error = Networks::parse(["192.0.2.1", "example.com"]).expect_err("a name");
        assert_eq!(error, NetworkError::Form { number: 2 });
        assert!(!error.to_string().contains("example"));
        assert_eq!(Networks::parse::<&str>([]), Err(NetworkError::Empty));
    }
}
