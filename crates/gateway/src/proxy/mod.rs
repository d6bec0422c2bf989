//! `/api/{project_id}/{service}/…`: the services' operations, passed on byte for byte with the session's token.
//!
//! What goes to a service is built here from an operation of the contract; nothing of the browser's request is
//! copied but identifiers, the query and the JSON body, each checked.

mod answer;
pub mod query;
mod relay;
pub mod repeats;
mod route;
mod write;

use std::sync::Arc;

use axum::{
    Extension,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode, Uri},
    response::Response,
};
use contract::{operations::Service, session::EPOCH_HEADER};
use hyper::body::Incoming;

use self::route::Route;
pub use self::route::is_id;
use crate::{
    app::App,
    body,
    breaker::Permit,
    endpoint::Endpoint,
    envelope::RequestId,
    error::Refusal,
    session::{self, Access, Session},
    upstream::Call,
};

/// A request for a service, understood but not sent.
struct Asked {
    session: Arc<Session>,
    route: Route,
    method: Method,
    body: bytes::Bytes,
}

pub async fn forward(
    State(app): State<App>,
    Extension(id): Extension<RequestId>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    match answer(&app, &id, &parts.method, &parts.uri, &parts.headers, body).await {
        Ok(response) => response,
        Err(refusal) => session::routes::ended(&app, &parts.headers, refusal),
    }
}

async fn answer(
    app: &App,
    id: &RequestId,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    let session = session::of(app, headers)?;
    let route = Route::find(method, uri.path(), uri.query().unwrap_or_default())?;
    if !session.may_enter(&route.project) {
        return Err(Refusal::NoSuchProject);
    }
    if headers
        .get(EPOCH_HEADER)
        .is_some_and(|epoch| epoch != session.epoch.as_str())
    {
        return Err(Refusal::OtherSession);
    }
    if route.operation.method.is_read() {
        let asked = Asked {
            session,
            route,
            method: method.clone(),
            body: bytes::Bytes::new(),
        };
        let sent = read(app, &asked).await?;
        return answer::pass_on(app, &asked, sent).await;
    }
    let limit = match route.operation.service {
        // A whole world may come back in as large as it went out.
        Service::Sandbox => usize::try_from(app.limits.answer).unwrap_or(usize::MAX),
        _ => app.limits.body,
    };
    let body = body::read_json(headers, body, limit, &app.limits).await?;
    let asked = Asked {
        session,
        route,
        method: method.clone(),
        body,
    };
    write::run(app, id, headers, asked).await
}

/// Sends a read. A token that was revoked meanwhile is replaced once; a signature is made once in the other variant.
async fn read(app: &App, asked: &Asked) -> Result<Sent, Refusal> {
    let access = asked.session.access(app, &asked.route.project).await?;
    let service = asked.route.operation.service;
    let tried = asked.session.keychain().map(|chain| chain.variant(service));
    let first = asked.send(app, &access, asked.admit(&access)?).await?;
    if first.answer.status() != StatusCode::UNAUTHORIZED || service == Service::Sandbox {
        return Ok(first);
    }
    first.succeeded();
    let renewed = match asked.session.keychain().zip(tried) {
        Some((chain, tried)) => {
            chain.learn(service, tried.other());
            access
        }
        None => {
            asked.session.forget(&asked.route.project, &access);
            let renewed = asked.session.access(app, &asked.route.project).await;
            renewed.inspect_err(|_| asked.session_is_over(app))?
        }
    };
    let second = asked.send(app, &renewed, asked.admit(&renewed)?).await?;
    if second.answer.status() == StatusCode::UNAUTHORIZED {
        asked.session_is_over(app);
        return Err(Refusal::SessionEnded);
    }
    Ok(second)
}

/// The head of a service's answer; its body decides whether the service is well.
struct Sent {
    answer: axum::http::Response<Incoming>,
    permit: Option<Permit>,
}

impl Sent {
    fn succeeded(self) {
        if let Some(permit) = self.permit {
            permit.succeeded();
        }
    }
}

impl Asked {
    fn endpoint<'a>(&self, access: &'a Access) -> Result<&'a Endpoint, Refusal> {
        let service = self.route.operation.service;
        let endpoint = access.endpoint(service);
        endpoint.ok_or(Refusal::NoService(service.word()))
    }

    /// Leave to send a call, unless the service is being left alone. The sandbox's controls always answer.
    fn admit(&self, access: &Access) -> Result<Option<Permit>, Refusal> {
        let service = self.route.operation.service;
        if service == Service::Sandbox {
            return Ok(None);
        }
        let breakers = &self.session.cloud.breakers;
        let breaker = breakers.of(self.endpoint(access)?.origin(), service.word());
        breaker.admit().map(Some)
    }

    async fn send(
        &self,
        app: &App,
        access: &Access,
        permit: Option<Permit>,
    ) -> Result<Sent, Refusal> {
        let service = self.route.operation.service;
        let uri: Uri = format!("{}{}", self.endpoint(access)?.base(), self.route.target)
            .parse()
            .map_err(|_| Refusal::NoSuchOperation)?;
        let mut call = Call::new(self.method.clone(), uri);
        call.body = self.body.clone();
        call.patient = service == Service::Sandbox;
        if service != Service::Sandbox {
            let (project, now) = (&self.route.project, app.clock.now());
            call.auth = self.session.auth(access, service, project, now);
        } else if self.method != Method::GET && self.body.is_empty() {
            // The controls take no change without this type, so that no web page can send one unasked.
            let json = axum::http::HeaderValue::from_static("application/json");
            call.headers.insert(axum::http::header::CONTENT_TYPE, json);
        }
        match self.session.cloud.upstream.send(&call).await {
            Ok(answer) => Ok(Sent { answer, permit }),
            Err(refusal) => {
                answer::judge(permit, Err(&refusal));
                Err(refusal)
            }
        }
    }

    /// The cloud accepts no token of this session any more.
    fn session_is_over(&self, app: &App) {
        tracing::info!("the cloud no longer accepts a session's token");
        app.sessions.remove(&self.session.key);
    }
}
