//! What refused senders are told, through a bare receiver, through tower and through axum: the same bytes.

use std::convert::Infallible;

use axum::Router;
use axum::body::Body;
use axum::routing::any;
use bytes::Bytes;
use hookvet_receiver::{Answer, Closing, End, Head, Opening};
use hookvet_tests::problems::{Case, Given, all};
use hookvet_tower::{Peer, VetLayer};
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use libtest_mimic::{Arguments, Failed, Trial};
use tower::{Layer as _, ServiceExt as _, service_fn};

fn main() {
    let trials = all()
        .into_iter()
        .map(|case| Trial::test(case.name.clone(), move || check(&case).map_err(Failed::from)))
        .collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn check(case: &Case) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let bare = bare(case).await.ok_or("the delivery is let through")?;
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            case.update(&bare);
            return Ok(());
        }
        case.check("a bare receiver", &bare)?;
        case.check("tower", &tower_service(case).await)?;
        case.check("axum", &axum_router(case).await)
    })
}

async fn bare(case: &Case) -> Option<Given> {
    let headers = || case.headers.iter().map(|(name, value)| (name, value));
    let length = case.body.len() as u64;
    let head = Head::new(&case.method, headers()).peer(case.peer).body_at_least(length);
    let answer: Answer = match case.receiver.open(head) {
        Opening::Consent(answer) => answer,
        Opening::Refuse(refusal) => refusal.answer(),
        Opening::Read(reception) => match case.receiver.close(reception, case.body.clone().into(), End::Whole) {
            Closing::Pass(_) => return None,
            Closing::Refuse(refusal) => refusal.answer(),
            Closing::Keep(keep) => keep.start(headers()).await.1,
        },
    };
    let headers = answer.headers.into_iter().map(|(name, value)| (name.to_owned(), value));
    Some(Given::new(answer.status, headers, &answer.body))
}

fn request<B: From<Bytes>>(case: &Case) -> Request<B> {
    let mut request = Request::builder().method(case.method.as_str()).uri("/hook");
    for (name, value) in &case.headers {
        request = request.header(name, value.as_slice());
    }
    if let Some(peer) = case.peer {
        request = request.extension(Peer(peer));
    }
    request.body(B::from(Bytes::from(case.body.clone()))).expect("a request")
}

async fn given<B: http_body::Body<Error: std::fmt::Debug>>(response: Response<B>) -> Given {
    let status = response.status().as_u16();
    let headers: Vec<(String, String)> = response
        .headers()
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().expect("text").to_owned()))
        .collect();
    Given::new(status, headers, &response.into_body().collect().await.expect("a body").to_bytes())
}

async fn tower_service(case: &Case) -> Given {
    let inner =
        service_fn(async |_: Request<Full<Bytes>>| Ok::<_, Infallible>(Response::new(Full::<Bytes>::default())));
    let service = VetLayer::from(case.receiver.clone()).layer(inner);
    given(service.oneshot(request(case)).await.expect("infallible")).await
}

async fn axum_router(case: &Case) -> Given {
    let app: Router =
        Router::new().route("/hook", any(async || "called")).route_layer(VetLayer::from(case.receiver.clone()));
    given(app.oneshot(request::<Body>(case)).await.expect("infallible")).await
}
