//! One call: from an operation's description to text or an [`ApiError`].
//!
//! Dropping the future of a call aborts its request, so leaving a page ends what it asked for.

use std::cell::Cell;
use std::rc::Rc;

use contract::csbs::ErrorBody;
use contract::operations::{Method, Operation, Service, push_encoded};
use contract::session::{
    CONSOLE_HEADER, EPOCH_HEADER, OPERATION_HEADER, REASON_HEADER, REQUEST_ID_HEADER,
    SERVICE_DATE_HEADER,
};
use contract::time::Timestamp;
use gloo_net::http::{RequestBuilder, Response};
use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::catalogue::learn;
use super::error::ApiError;
use super::trouble::{Trouble, note};
use crate::clock::Clock;

/// How long an answer may take, in milliseconds.
const PATIENCE_MS: u32 = 60_000;

/// The gateway's codes for "nobody is signed in here": never, no longer, or somebody else.
const NOBODY: [&str; 3] = ["Gateway.0002", "Gateway.0003", "Gateway.0004"];

/// What every call needs: whose project, which clock to set, whom to tell that the session ended.
#[derive(Clone, Copy)]
pub struct Api {
    project: StoredValue<String>,
    /// Which sign-in this tab acts for.
    epoch: StoredValue<String>,
    /// Words of the services the project has; empty when nobody knows.
    services: StoredValue<Vec<String>>,
    clock: Clock,
    /// True from an answer that says nobody is signed in until somebody is again.
    pub ended: RwSignal<bool>,
    /// Counts the times somebody signed in again, or a service came back; what failed for want of it loads anew.
    pub renewed: RwSignal<u32>,
    /// The services whose last read failed.
    pub troubles: RwSignal<Vec<Trouble>>,
}

/// The API of the project this page is in.
pub fn use_api() -> Api {
    expect_context()
}

impl Api {
    /// Makes the API available to [`use_api`]; outside any project until [`Api::enter`].
    pub fn provide(clock: Clock) -> Self {
        let api = Self {
            project: StoredValue::new(String::new()),
            epoch: StoredValue::new(String::new()),
            services: StoredValue::new(Vec::new()),
            clock,
            ended: RwSignal::new(false),
            renewed: RwSignal::new(0),
            troubles: RwSignal::new(Vec::new()),
        };
        provide_context(api);
        api
    }

    /// Directs the calls to a project; once, before the first of them.
    pub fn enter(self, project: String) {
        self.project.set_value(project);
    }

    /// Says which sign-in the calls are made for; another one's are refused by the gateway.
    pub fn act_for(self, epoch: String) {
        self.epoch.set_value(epoch);
    }

    /// Says which services the project's catalog has.
    pub fn offer(self, services: Vec<String>) {
        self.services.set_value(services);
    }

    /// Whether the project has a service; of a cloud that does not say, the first generation is expected.
    pub fn has(self, service: Service) -> bool {
        self.services
            .with_value(|services| match services.as_slice() {
                [] => service != Service::Cbr,
                services => services.iter().any(|known| known == service.word()),
            })
    }

    /// Id of the project the calls go to.
    pub fn project(self) -> String {
        self.project.get_value()
    }

    /// Whether a service fails again and again, which is said for the whole page; tracked.
    pub fn in_trouble(self) -> bool {
        self.troubles
            .with(|all| all.iter().any(Trouble::is_lasting))
    }

    /// Takes down how a read of a service ended. One that is back is asked anew for everything on screen.
    fn note(self, service: Service, error: Option<&ApiError>, rest: u32) {
        let failed = match error {
            Some(error) if error.is_trouble() => Some((error.clone(), rest)),
            // Whoever is offline or not signed in learns nothing about the service.
            Some(ApiError::Network | ApiError::SessionEnded) => return,
            _ => None,
        };
        if failed.is_none() && self.troubles.try_with_untracked(Vec::is_empty) != Some(false) {
            return;
        }
        let back = |all: &mut Vec<Trouble>| note(all, service, failed);
        if self.troubles.try_update(back) == Some(true) {
            self.renewed.try_update(|renewed| *renewed += 1);
        }
    }

    /// A call of an operation; `values` fill the parameters of its path.
    pub fn call(self, operation: &'static Operation, values: &[&str]) -> Call {
        let mut url = String::from("/api/");
        self.project
            .with_value(|project| push_encoded(&mut url, project));
        url.push('/');
        url.push_str(operation.service.word());
        url.push_str(&operation.path_with(values));
        let mut call = Call::new(self, operation.method, url);
        call.service = (operation.method.is_read() && operation.service != Service::Sandbox)
            .then_some(operation.service);
        let epoch = self.epoch.get_value();
        if !epoch.is_empty() {
            call.headers.push((EPOCH_HEADER, epoch));
        }
        call
    }

    /// A call of the gateway itself.
    pub fn gateway(self, method: Method, path: &str) -> Call {
        Call::new(self, method, path.to_owned())
    }
}

/// An id for one deed; the gateway carries out a repeated one only once.
pub fn operation_id() -> String {
    let mut id = String::with_capacity(32);
    for _ in 0..4 {
        let part = (js_sys::Math::random() * f64::from(u32::MAX)) as u32;
        id.push_str(&format!("{part:08x}"));
    }
    id
}

/// A call being put together.
#[must_use = "a call does nothing until it is sent"]
pub struct Call {
    api: Api,
    /// The service a read tells something about.
    service: Option<Service>,
    method: Method,
    url: String,
    query: Vec<(String, String)>,
    headers: Vec<(&'static str, String)>,
    body: Option<String>,
}

impl Call {
    fn new(api: Api, method: Method, url: String) -> Self {
        Self {
            api,
            service: None,
            method,
            url,
            query: Vec::new(),
            headers: Vec::new(),
            body: None,
        }
    }

    /// Adds a query parameter; an empty value is left out.
    pub fn query(mut self, name: &str, value: &str) -> Self {
        if !value.is_empty() {
            self.query.push((name.to_owned(), value.to_owned()));
        }
        self
    }

    /// Sets the body.
    pub fn json(mut self, body: &impl Serialize) -> Self {
        self.body = serde_json::to_string(body).ok();
        self
    }

    /// The reason for the audit row.
    pub fn reason(mut self, reason: &str) -> Self {
        if !reason.is_empty() {
            let mut encoded = String::new();
            push_encoded(&mut encoded, reason);
            self.headers.push((REASON_HEADER, encoded));
        }
        self
    }

    /// Makes the gateway carry it out only once, however often it is sent; see [`operation_id`].
    pub fn once(mut self, id: &str) -> Self {
        self.headers.push((OPERATION_HEADER, id.to_owned()));
        self
    }

    /// Sends it and reads the answer.
    pub async fn send<T: DeserializeOwned>(self) -> Result<T, ApiError> {
        let answer = self.text().await?;
        serde_json::from_str(&answer.text).map_err(|_| answer.unreadable())
    }

    /// Sends it; only its success matters.
    pub async fn done(self) -> Result<(), ApiError> {
        self.text().await.map(|_| ())
    }

    /// Sends it; the answer as text.
    async fn text(self) -> Result<Answer, ApiError> {
        let (api, service) = (self.api, self.service);
        let renewed = api.renewed.try_get_untracked();
        let limit = Limit::start();
        let answer = exchange(self, &limit).await.map_err(|error| {
            if limit.passed.get() {
                ApiError::Timeout
            } else {
                error
            }
        });
        // A call that began before somebody signed in again says nothing about the new session.
        let same = api.renewed.try_get_untracked() == renewed;
        if same && matches!(answer, Err(ApiError::SessionEnded)) {
            api.ended.try_set(true);
        }
        if let Err(error) = &answer {
            learn(error.code()).await;
        }
        if let Some(service) = service {
            api.note(service, answer.as_ref().err(), limit.rest.get());
        }
        answer
    }
}

/// A successful answer.
struct Answer {
    status: u16,
    request_id: String,
    text: String,
}

impl Answer {
    fn unreadable(&self) -> ApiError {
        ApiError::Unreadable {
            status: self.status,
            request_id: self.request_id.clone(),
        }
    }
}

async fn exchange(call: Call, limit: &Limit) -> Result<Answer, ApiError> {
    let query = call
        .query
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()));
    let mut builder = RequestBuilder::new(&call.url)
        .query(query)
        .method(match call.method {
            Method::Get => gloo_net::http::Method::GET,
            Method::Head => gloo_net::http::Method::HEAD,
            Method::Post => gloo_net::http::Method::POST,
            Method::Put => gloo_net::http::Method::PUT,
            Method::Delete => gloo_net::http::Method::DELETE,
        });
    builder = builder
        .abort_signal(limit.signal().as_ref())
        .header("accept", "application/json");
    if !call.method.is_read() {
        builder = builder.header(CONSOLE_HEADER, "1");
    }
    for (name, value) in &call.headers {
        builder = builder.header(name, value);
    }
    let request = match call.body {
        Some(body) => builder
            .header("content-type", "application/json")
            .body(body),
        None => builder.build(),
    };
    let response = request
        .map_err(|_| ApiError::Network)?
        .send()
        .await
        .map_err(|_| ApiError::Network)?;
    let header = |name| response.headers().get(name).unwrap_or_default();
    if let Some(date) = http_date(&header(SERVICE_DATE_HEADER)) {
        call.api.clock.observe(date);
    }
    let (status, request_id) = (response.status(), header(REQUEST_ID_HEADER));
    // A body that is cut off fails here: the status came, the content did not.
    let text = response.text().await.map_err(|_| ApiError::Unreadable {
        status,
        request_id: request_id.clone(),
    })?;
    if response.ok() {
        Ok(Answer {
            status,
            request_id,
            text,
        })
    } else {
        limit.rest.set(header("retry-after").parse().unwrap_or(0));
        Err(refused(&response, &text, request_id))
    }
}

fn refused(response: &Response, text: &str, request_id: String) -> ApiError {
    let status = response.status();
    let body: ErrorBody = serde_json::from_str(text).unwrap_or_default();
    if status == 401 && NOBODY.contains(&body.error_code.as_str()) {
        return ApiError::SessionEnded;
    }
    ApiError::Refused {
        status,
        code: body.error_code,
        message: body.error_msg,
        request_id: if body.request_id.is_empty() {
            request_id
        } else {
            body.request_id
        },
    }
}

/// Reads an HTTP date (`Sat, 14 Mar 2026 09:26:53 GMT`) with the browser's own parser.
fn http_date(text: &str) -> Option<Timestamp> {
    if text.is_empty() {
        return None;
    }
    let millis = js_sys::Date::parse(text);
    millis
        .is_finite()
        .then(|| Timestamp::from_micros((millis * 1000.0) as i64))
}

/// Ends a request when it takes too long or nobody waits for it any more.
struct Limit {
    controller: Option<web_sys::AbortController>,
    passed: Rc<Cell<bool>>,
    /// Seconds the service asks to be left alone for.
    rest: Cell<u32>,
    _timeout: Timeout,
}

impl Limit {
    fn start() -> Self {
        let controller = web_sys::AbortController::new().ok();
        let passed = Rc::new(Cell::new(false));
        let timeout = {
            let (controller, passed) = (controller.clone(), Rc::clone(&passed));
            Timeout::new(PATIENCE_MS, move || {
                passed.set(true);
                if let Some(controller) = controller {
                    controller.abort();
                }
            })
        };
        Self {
            controller,
            passed,
            rest: Cell::new(0),
            _timeout: timeout,
        }
    }

    fn signal(&self) -> Option<web_sys::AbortSignal> {
        self.controller
            .as_ref()
            .map(web_sys::AbortController::signal)
    }
}

impl Drop for Limit {
    fn drop(&mut self) {
        // Harmless after the answer has been read.
        if let Some(controller) = &self.controller {
            controller.abort();
        }
    }
}
