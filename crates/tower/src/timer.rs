//! A timer that costs nothing until something has to be waited for, and that is absent where tokio is.

#[cfg(all(feature = "deadline", not(target_family = "wasm")))]
mod with_tokio {
    use std::pin::Pin;
    use std::task::{Context, Poll};
    use std::time::Duration;

    use pin_project_lite::pin_project;
    use tokio::time::{Sleep, sleep};

    pin_project! {
        /// Runs from the first poll on: a body that is there at once never touches tokio's timer.
        pub(crate) struct Timer {
            limit: Option<Duration>,
            #[pin]
            sleep: Option<Sleep>,
        }
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

        /// Forgets the time that has passed.
        pub(crate) fn restart(self: Pin<&mut Self>, limit: Option<Duration>) {
            let mut this = self.project();
            *this.limit = limit;
            this.sleep.set(None);
        }

        pub(crate) fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
            let mut this = self.project();
            let Some(limit) = *this.limit else { return Poll::Pending };
            if this.sleep.is_none() {
                this.sleep.set(Some(sleep(limit)));
            }
            this.sleep.as_pin_mut().map_or(Poll::Pending, |sleep| sleep.poll(cx))
        }
    }
}

#[cfg(not(all(feature = "deadline", not(target_family = "wasm"))))]
mod without {
    use std::pin::Pin;
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

        pub(crate) fn restart(self: Pin<&mut Self>, _limit: Option<Duration>) {}

        pub(crate) fn poll(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<()> {
            Poll::Pending
        }
    }
}

#[cfg(all(feature = "deadline", not(target_family = "wasm")))]
pub(crate) use with_tokio::Timer;
#[cfg(not(all(feature = "deadline", not(target_family = "wasm"))))]
pub(crate) use without::Timer;
