//! Encrypts what a delivery holds before any store sees it.

use std::fmt;

use bytes::{BufMut as _, Bytes, BytesMut};
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hookvet_receiver::event_digest;

use crate::record::Record;
use crate::store::{
    Appended, Change, Horizon, Lease, Leased, Outcome, Page, Pending, Query, Selection, Settled, Store, StoreError,
    Swept, Terms, Wanted,
};

/// What an encrypted body begins with; no JSON does.
const MARK: &[u8] = b"\0hookvet-1\0";

const NONCE: usize = 24;

/// Keys, each with a name. The first one encrypts, all of them decrypt, so a new key is put in front of the old ones.
///
/// # Example
/// ```
/// use hookvet_inbox::Keys;
///
/// let keys = Keys::parse("2026-b 8c1f0b6e5d4c3b2a19080706f5e4d3c2b1a09f8e7d6c5b4a3928171605f4e3d2\n")?;
/// # Ok::<(), hookvet_inbox::KeysError>(())
/// ```
#[derive(Clone)]
pub struct Keys(Vec<(String, XChaCha20Poly1305)>);

/// A list of keys that is none. It quotes no key.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "line {line}: expected the name of a key of up to 255 bytes, a space and 64 hexadecimal digits, but found something else"
)]
pub struct KeysError {
    line: usize,
}

impl Keys {
    /// One key a line: its name, a space, and 32 bytes as hexadecimal digits. Empty lines and those that begin with `#` are left out.
    ///
    /// # Errors
    /// A line is something else, a name stands there twice, or there is no key.
    pub fn parse(text: &str) -> Result<Self, KeysError> {
        let mut keys: Vec<(String, XChaCha20Poly1305)> = Vec::new();
        for (number, line) in text.lines().enumerate() {
            let (line, error) = (line.trim(), KeysError { line: number + 1 });
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (name, digits) = line.split_once(' ').ok_or(error)?;
            let key = decode(digits.trim()).ok_or(error)?;
            if name.len() > 255 || keys.iter().any(|(other, _)| other == name) {
                return Err(error);
            }
            keys.push((name.to_owned(), XChaCha20Poly1305::new_from_slice(&key).map_err(|_| error)?));
        }
        if keys.is_empty() { Err(KeysError { line: 1 }) } else { Ok(Self(keys)) }
    }
}

fn decode(digits: &str) -> Option<[u8; 32]> {
    let mut key = [0; 32];
    if digits.len() != 64 {
        return None;
    }
    for (index, byte) in key.iter_mut().enumerate() {
        *byte = u8::from_str_radix(digits.get(2 * index..2 * index + 2)?, 16).ok()?;
    }
    Some(key)
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

/// A store whose bodies, headers and verdicts are encrypted: XChaCha20-Poly1305, bound to the vendor, the key and the digest.
///
/// What is searched for stays readable: vendor, key, id, type, subject, the digest. What was stored before there was a key is read as it
/// is.
#[derive(Debug)]
pub struct Encrypted<S> {
    store: S,
    keys: Keys,
}

impl<S: Store> Encrypted<S> {
    /// Encrypts what goes into `store`.
    pub const fn new(store: S, keys: Keys) -> Self {
        Self { store, keys }
    }

    fn seal(&self, mut record: Record) -> Result<Record, StoreError> {
        let (name, cipher) = self.keys.0.first().ok_or_else(|| StoreError::failed("there is no key"))?;
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce).map_err(StoreError::failed)?;
        let headers = record.headers_json();
        let mut plain = BytesMut::with_capacity(8 + headers.len() + record.verdict.len() + record.body.len());
        for text in [&headers, &record.verdict] {
            plain.put_u32(u32::try_from(text.len()).map_err(StoreError::failed)?);
            plain.put_slice(text.as_bytes());
        }
        plain.put_slice(&record.body);
        let payload = Payload { msg: &plain, aad: &bound_to(&record) };
        let sealed = cipher.encrypt(&XNonce::from(nonce), payload).map_err(StoreError::failed)?;
        let mut body = BytesMut::with_capacity(MARK.len() + 1 + name.len() + NONCE + sealed.len());
        body.put_slice(MARK);
        body.put_u8(u8::try_from(name.len()).map_err(StoreError::failed)?);
        body.put_slice(name.as_bytes());
        body.put_slice(&nonce);
        body.put_slice(&sealed);
        (record.body, record.headers, record.verdict) = (body.freeze(), Vec::new(), String::new());
        Ok(record)
    }

    fn open(&self, record: &mut Record) -> Result<(), StoreError> {
        let Some(rest) = record.body.strip_prefix(MARK) else { return Ok(()) };
        let broken = || StoreError::failed("a delivery cannot be decrypted: it was changed in the store");
        let (length, rest) = rest.split_first().ok_or_else(broken)?;
        let (name, rest) = rest.split_at_checked(usize::from(*length)).ok_or_else(broken)?;
        let (nonce, sealed) = rest.split_first_chunk::<NONCE>().ok_or_else(broken)?;
        let (_, cipher) =
            self.keys.0.iter().find(|(known, _)| known.as_bytes() == name).ok_or_else(|| {
                StoreError::failed("a delivery is encrypted with a key that is not among those given")
            })?;
        let payload = Payload { msg: sealed, aad: &bound_to(record) };
        let mut plain = Bytes::from(cipher.decrypt(&XNonce::from(*nonce), payload).map_err(|_| broken())?);
        let mut text = || {
            let length = usize::try_from(u32::from_be_bytes(*plain.first_chunk::<4>()?)).ok()?;
            let text = String::from_utf8(plain.get(4..4 + length)?.to_vec()).ok()?;
            plain = plain.slice(4 + length..);
            Some(text)
        };
        let (headers, verdict) = (text().ok_or_else(broken)?, text().ok_or_else(broken)?);
        (record.headers, record.verdict, record.body) = (Record::headers_of_json(&headers), verdict, plain);
        Ok(())
    }
}

/// So that no sealed body can stand in the place of another.
fn bound_to(record: &Record) -> [u8; 32] {
    let key = record.key.as_deref().unwrap_or_default();
    event_digest([("vendor", record.vendor.as_str()), ("key", key)], &record.digest)
}

impl<S: Store> Store for Encrypted<S> {
    fn append(&self, record: Record, terms: Option<Terms>) -> Pending<'_, Appended> {
        match self.seal(record) {
            Ok(record) => self.store.append(record, terms),
            Err(error) => Box::pin(std::future::ready(Err(error))),
        }
    }

    fn lease(&self, wanted: Wanted) -> Pending<'_, Vec<Leased>> {
        Box::pin(async move {
            let mut leased = self.store.lease(wanted).await?;
            leased.iter_mut().try_for_each(|leased| self.open(&mut leased.delivery.record))?;
            Ok(leased)
        })
    }

    fn settle(&self, lease: Lease, outcome: Outcome) -> Pending<'_, Settled> {
        self.store.settle(lease, outcome)
    }

    fn find(&self, query: Query) -> Pending<'_, Page> {
        Box::pin(async move {
            let mut page = self.store.find(query).await?;
            page.deliveries.iter_mut().try_for_each(|delivery| self.open(&mut delivery.record))?;
            Ok(page)
        })
    }

    fn amend(&self, selection: Selection, change: Change) -> Pending<'_, u64> {
        self.store.amend(selection, change)
    }

    fn sweep(&self, horizon: Horizon, limit: u32) -> Pending<'_, Swept> {
        self.store.sweep(horizon, limit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MemoryStore;

    fn keys(names: &[(&str, &str)]) -> Keys {
        let lines: String = names.iter().map(|(name, digit)| format!("{name} {}\n", digit.repeat(64))).collect();
        Keys::parse(&format!("# since March\n\n{lines}")).expect("keys")
    }

    fn record() -> Record {
        Record {
            vendor: "amlyze".into(),
            key: Some("1".into()),
            headers: vec![("x".into(), vec![0, 255])],
            verdict: "{}".into(),
            body: b"Sputnik".as_slice().into(),
            ..Record::default()
        }
    }

    #[tokio::test]
    async fn a_store_sees_nothing_and_a_key_can_take_the_place_of_another() {
        let old = Encrypted::new(MemoryStore::new(), keys(&[("a", "1")]));
        let _ = old.append(record(), None).await.expect("appended");
        let query = Query { limit: 10, ..Query::default() };
        let seen = old.store.find(query.clone()).await.expect("found").deliveries.remove(0).record;
        assert!(
            !seen.body.windows(7).any(|window| window == b"Sputnik")
                && seen.headers.is_empty()
                && seen.verdict.is_empty()
        );
        let new = Encrypted::new(old.store, keys(&[("b", "2"), ("a", "1")]));
        let _ = new.append(Record { key: Some("2".into()), ..record() }, None).await.expect("appended");
        let page = new.find(query.clone()).await.expect("found");
        assert!(page.deliveries.iter().all(|delivery| delivery.record.body == record().body));
        assert!(page.deliveries.iter().all(|delivery| delivery.record.headers == record().headers));
        // Without the new one, and with another under its name.
        for keys in [keys(&[("a", "1")]), keys(&[("b", "3"), ("a", "1")])] {
            let without = Encrypted::new(MemoryStore::new(), keys);
            let mut sealed = new.seal(record()).expect("sealed");
            assert!(without.open(&mut sealed).is_err());
        }
        // Under another key of the vendor's, or changed.
        let mut moved = Record { key: Some("3".into()), ..new.seal(record()).expect("sealed") };
        assert!(new.open(&mut moved).is_err());
        let sealed = new.seal(record()).expect("sealed");
        for length in 0..sealed.body.len() {
            let mut cut = Record { body: sealed.body.slice(..length), ..sealed.clone() };
            assert!(new.open(&mut cut).is_err() || length < MARK.len(), "{length}");
        }
    }

    #[test]
    fn what_is_no_list_of_keys_is_refused_and_not_quoted() {
        for text in ["", "a", "a 12", &format!("a {}", "g".repeat(64)), &format!("a {0}\na {0}", "1".repeat(64))] {
            let error = Keys::parse(text).expect_err(text).to_string();
            assert!(error.starts_with("line ") && !error.contains("111"), "{error}");
        }
        assert_eq!(format!("{:?}", keys(&[("a", "1")])), r#"["a"]"#);
    }
}
