//! A timer that costs nothing until something has to be waited for, and that is absent where tokio is.

#[cfg(all(feature = "deadline", not(target_family = "wasm")))]
mod with_tokio {
    use std::pin::Pin;
    use std::task::{Context, Poll};
    use std::time::Duration;

    use tokio::time::{Sleep, sleep};

    /// Runs from the first poll on: a body that is there at once never touches tokio's timer.
    pub(crate) struct Timer {
        limit: Option<Duration>,
        /// On the heap, since most deliveries never need it and every future would have room for it.
        sleep: Option<Pin<Box<Sleep>>>,
    }

    impl Timer {
        /// A timer that ends after `limit`, or never.
        pub(crate) const fn new(limit: Option<Duration>) -> Self {
            Self { limit, sleep: None }
        }

        /// Whether there is a runtime here whose timer could be waited for.
        pub(crate) fn is_available() -> bool {
            tokio::runtime::Handle::try_current().is_ok()
        }

        pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
            let Some(limit) = self.limit else { return Poll::Pending };
            self.sleep.get_or_insert_with(|| Box::pin(sleep(limit))).as_mut().poll(cx)
        }
    }
}

#[cfg(not(all(feature = "deadline", not(target_family = "wasm"))))]
mod without {
    use std::task::{Context, Poll};
    use std::time::Duration;

    /// Never ends.
    pub(crate) struct Timer;

    #[expect(clippy::unused_self, reason = "the same shape as the timer that runs")]
    impl Timer {
        pub(crate) const fn new(_limit: Option<Duration>) -> Self {
            Self
        }

        pub(crate) const fn is_available() -> bool {
            false
        }

        pub(crate) fn poll(&mut self, _cx: &mut Context<'_>) -> Poll<()> {
            Poll::Pending
        }
    }
}

#[cfg(all(feature = "deadline", not(target_family = "wasm")))]
pub(crate) use with_tokio::Timer;
#[cfg(not(all(feature = "deadline", not(target_family = "wasm"))))]
pub(crate) use without::Timer;
