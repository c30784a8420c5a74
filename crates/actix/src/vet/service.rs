//! From the first byte of the body to the answer.

use std::fmt;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{Payload, Service, ServiceRequest, ServiceResponse};
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use actix_web::{Error, HttpMessage as _, HttpResponse};
use hookvet_receiver::{Closing, DeliverySpan, End, Head, Opening, Receiver, Reception};

use crate::collect::{collect, read_past};
use crate::delivery::Delivery;
use crate::limits::Limits;
use crate::refusal::{Refusal, with_delivery, written};

/// What is read past of a refused body even where accepted ones must be smaller, in bytes: about what is on its way
/// anyhow, in buffers that nobody can call back.
const MIN_LINGER: usize = 64 * 1024;

/// Hands a delivery to `inner` only once it is accepted. Story and examples: [module docs](super).
pub struct VetService<S> {
    pub(super) inner: Rc<S>,
    pub(super) receiver: Receiver,
    pub(super) limits: Rc<Limits>,
}

type Responding<B> = Pin<Box<dyn Future<Output = Result<ServiceResponse<EitherBody<B>>, Error>>>>;

impl<S, B> Service<ServiceRequest> for VetService<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Future = Responding<B>;

    fn poll_ready(&self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&self, mut request: ServiceRequest) -> Responding<B> {
        let (inner, receiver, limits) = (self.inner.clone(), self.receiver.clone(), self.limits.clone());
        Box::pin(async move {
            let mut payload = request.take_payload();
            let own = match open(&receiver, &request) {
                Opening::Consent(answer) => written(answer),
                Opening::Refuse(turned) => {
                    let is_body_left = !matches!(payload, Payload::None);
                    let refusal = Refusal { turned, version: request.version(), is_body_left };
                    refuse(&receiver, refusal, &mut payload).await
                }
                Opening::Read(reception) => {
                    let span = reception.span().clone();
                    match inside(&span, close(&receiver, reception, &mut request, payload)).await {
                        Some(own) => own,
                        None => {
                            limits.raise(&mut request);
                            let answer = span.in_scope(|| inner.call(request));
                            return inside(&span, answer).await.map(ServiceResponse::map_into_left_body);
                        }
                    }
                }
            };
            Ok(request.into_response(own).map_into_right_body())
        })
    }
}

/// Polls `work` inside the span.
async fn inside<T>(span: &DeliverySpan, work: impl Future<Output = T>) -> T {
    let mut work = pin!(work);
    poll_fn(|cx| span.in_scope(|| work.as_mut().poll(cx))).await
}

fn open(receiver: &Receiver, request: &ServiceRequest) -> Opening {
    let headers = request.headers();
    let announced = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.trim().parse().ok());
    let peer = if receiver.looks_at_peers() { request.peer_addr().map(|peer| peer.ip()) } else { None };
    receiver.open(Head::new(request.method().as_str(), headers).peer(peer).body_at_least(announced.unwrap_or(0)))
}

/// Reads and judges the body. `None` where the handler is to be called: then the body and the delivery stand in `request`.
async fn close(
    receiver: &Receiver,
    reception: Reception,
    request: &mut ServiceRequest,
    mut payload: Payload,
) -> Option<HttpResponse> {
    let (body, end) = collect(&mut payload, receiver.vetter().max_body(), receiver.max_body_time()).await;
    match receiver.close(reception, body, end) {
        Closing::Pass(received) => {
            if received.is_decoded() {
                request.headers_mut().remove(CONTENT_ENCODING);
                request.headers_mut().insert(CONTENT_LENGTH, received.body().len().into());
            }
            if !received.body().is_empty() {
                request.set_payload(Payload::from(received.body().clone()));
            }
            request.extensions_mut().insert(Delivery(received));
            None
        }
        Closing::Refuse(turned) => {
            let refusal = Refusal { turned, version: request.version(), is_body_left: end != End::Whole };
            if end == End::TooLarge {
                return Some(refuse(receiver, refusal, &mut payload).await);
            }
            Some(refusal.into_response())
        }
        Closing::Keep(keep) => {
            let (received, answer) = keep.start(request.headers()).await;
            Some(with_delivery(answer, received))
        }
    }
}

/// Reads past what is left of the body where that helps its sender to read the answer.
async fn refuse(receiver: &Receiver, mut refusal: Refusal, payload: &mut Payload) -> HttpResponse {
    if refusal.is_body_left && refusal.is_http1() && receiver.linger_time() > Duration::ZERO {
        let left = receiver.vetter().max_body().max(MIN_LINGER);
        refusal.is_body_left = !read_past(payload, left, receiver.linger_time()).await;
    }
    refusal.into_response()
}

impl<S: fmt::Debug> fmt::Debug for VetService<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VetService")
            .field("inner", &self.inner)
            .field("receiver", &self.receiver)
            .finish_non_exhaustive()
    }
}
