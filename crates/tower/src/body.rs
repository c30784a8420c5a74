//! Which bodies the inner service takes and the layer answers with.
//!
//! The body has been read by the time the inner service is called, so the inner service gets a new one, made from the
//! same bytes. There are two ways, chosen by the layer's type parameter:
//!
//! - [`SameBodies`], the default: the inner service takes the type of body that comes in and answers with the type that
//!   goes out. Both must be made from [`Bytes`], as `axum::body::Body` and `http_body_util::Full<Bytes>` are. An axum
//!   router takes the layer as it is, and nothing is boxed.
//! - [`NewBody<B>`], from [`VetLayer::with_body`](crate::VetLayer::with_body): the inner service takes `B`, whatever
//!   comes in, and the answer is a [`VetBody`] around whatever the inner service answers with. For a hyper server, whose
//!   `Incoming` nobody can make, and for stacks of layers that wrap response bodies.

use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

mod sealed {
    pub trait Sealed {}
}

/// The bodies stay what they are. See the [module](self).
#[derive(Clone, Copy, Debug)]
pub struct SameBodies;

/// The inner service takes `B`. See the [module](self).
#[derive(Clone, Copy, Debug)]
pub struct NewBody<B>(PhantomData<fn() -> B>);

/// Makes the request body that the inner service takes where `In` comes in.
///
/// Sealed: how bodies are made is the layer's own affair, and may come to need more than bytes.
#[diagnostic::on_unimplemented(
    message = "a request body of type `{In}` cannot be made from bytes",
    note = "say which body the inner service takes: `VetLayer::new(vetter).with_body::<http_body_util::Full<bytes::Bytes>>()`"
)]
pub trait RequestBody<In>: sealed::Sealed {
    /// What the inner service takes.
    type Body;

    /// The body that holds `bytes` and nothing else.
    fn request_body(bytes: Bytes) -> Self::Body;
}

/// Makes the response body that goes out where the inner service answers with `Inner`.
///
/// Sealed, as [`RequestBody`].
#[diagnostic::on_unimplemented(
    message = "a response body of type `{Inner}` cannot be made from bytes",
    note = "let the layer wrap it: `VetLayer::new(vetter).with_body::<B>()`, with the request body `B` of the inner service"
)]
pub trait ResponseBody<Inner>: sealed::Sealed {
    /// What goes out.
    type Body;

    /// The inner service's own answer.
    fn response_body(inner: Inner) -> Self::Body;

    /// The layer's own answer.
    fn own_body(bytes: Bytes) -> Self::Body;
}

impl sealed::Sealed for SameBodies {}

impl<In: From<Bytes>> RequestBody<In> for SameBodies {
    type Body = In;

    fn request_body(bytes: Bytes) -> In {
        In::from(bytes)
    }
}

impl<Inner: From<Bytes>> ResponseBody<Inner> for SameBodies {
    type Body = Inner;

    fn response_body(inner: Inner) -> Inner {
        inner
    }

    fn own_body(bytes: Bytes) -> Inner {
        Inner::from(bytes)
    }
}

impl<B> sealed::Sealed for NewBody<B> {}

impl<In, B: From<Bytes>> RequestBody<In> for NewBody<B> {
    type Body = B;

    fn request_body(bytes: Bytes) -> B {
        B::from(bytes)
    }
}

impl<B, Inner> ResponseBody<Inner> for NewBody<B> {
    type Body = VetBody<Inner>;

    fn response_body(inner: Inner) -> VetBody<Inner> {
        VetBody { answer: Answer::Inner { body: inner } }
    }

    fn own_body(bytes: Bytes) -> VetBody<Inner> {
        VetBody { answer: Answer::Own { rest: bytes } }
    }
}

pin_project! {
    /// A response body: the inner service's, or the layer's own. See the [module](self). `Debug` shows nothing of either.
    pub struct VetBody<B> {
        #[pin]
        answer: Answer<B>,
    }
}

pin_project! {
    #[project = AnswerProj]
    enum Answer<B> {
        Inner { #[pin] body: B },
        Own { rest: Bytes },
    }
}

impl<B> fmt::Debug for VetBody<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VetBody").field("is_own", &matches!(self.answer, Answer::Own { .. })).finish_non_exhaustive()
    }
}

impl<B> Body for VetBody<B>
where
    B: Body,
    B::Data: From<Bytes>,
{
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        match self.project().answer.project() {
            AnswerProj::Inner { body } => body.poll_frame(cx),
            AnswerProj::Own { rest } if rest.is_empty() => Poll::Ready(None),
            AnswerProj::Own { rest } => Poll::Ready(Some(Ok(Frame::data(std::mem::take(rest).into())))),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.answer {
            Answer::Inner { body } => body.is_end_stream(),
            Answer::Own { rest } => rest.is_empty(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.answer {
            Answer::Inner { body } => body.size_hint(),
            Answer::Own { rest } => SizeHint::with_exact(rest.len() as u64),
        }
    }
}
