//! A timer that costs nothing until something has to be waited for, and that is absent where tokio is.

#[cfg(all(feature = "deadline", not(target_family = "wasm")))]
mod with_tokio {
    use std::panic::catch_unwind;
    use std::pin::Pin;
    use std::task::{Context, Poll};
    use std::time::Duration;

    use tokio::runtime::Handle;
    use tokio::time::{Sleep, sleep};

    /// On the heap, since most deliveries never need it and every future would have room for it.
    type Running = Pin<Box<Sleep>>;

    pub(crate) struct Timer {
        /// `None` once it was started.
        limit: Option<Duration>,
        running: Option<Running>,
    }

    impl Timer {
        /// Ends `limit` after it was first polled, so that a body that is there at once never touches tokio's timer. Without a limit,
        /// and where there is no timer, it never ends.
        pub(crate) const fn new(limit: Option<Duration>) -> Self {
            Self { limit, running: None }
        }

        /// Ends `limit` from now on; `None` where there is no timer.
        pub(crate) fn start(limit: Duration) -> Option<Self> {
            Some(Self { limit: None, running: Some(start(limit)?) })
        }

        pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
            if let Some(limit) = self.limit.take() {
                self.running = start(limit);
            }
            self.running.as_mut().map_or(Poll::Pending, |running| running.as_mut().poll(cx))
        }
    }

    fn start(limit: Duration) -> Option<Running> {
        // Whether the timer of a runtime is enabled cannot be asked; tokio panics where it is not.
        Handle::try_current().ok().and_then(|_| catch_unwind(|| Box::pin(sleep(limit))).ok())
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

        pub(crate) const fn start(_limit: Duration) -> Option<Self> {
            None
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
