//! Everything the gateway itself refuses, and how it is said to the browser.

use std::time::Duration;

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

/// Why the gateway does not answer a request with what was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The request's head or target cannot be accepted.
    Malformed(StatusCode, &'static str),
    NotSignedIn,
    SessionEnded,
    OtherSession,
    CrossSite,
    NoSuchProject,
    NoSuchOperation,
    NoSuchPage,
    MethodNotAllowed,
    NoService(&'static str),
    BodyTooLarge,
    NotJson(&'static str),
    WrongMediaType,
    BodyTimeout,
    WrongHost,
    TooManyTries(Duration),
    WrongSignIn,
    WrongKeys,
    /// The cloud's configuration leaves this way of signing in out.
    NotOffered,
    /// No connection; the sentence names the cause, never an inner address.
    Unreachable(&'static str),
    UpstreamTls(&'static str),
    UpstreamTimeout(&'static str),
    UpstreamUnreadable(&'static str),
    UpstreamTooLarge,
    UpstreamRedirect,
    /// A service that failed again and again is left alone for this long.
    Resting(&'static str, Duration),
    /// The identity service answered something other than yes or no.
    Identity(StatusCode),
    AuditUnavailable,
    OperationIdReused,
    OnlyLocal,
}

impl Refusal {
    /// Whether it tells of a service that is in trouble, rather than of this one request.
    pub fn is_upstream_trouble(&self) -> bool {
        matches!(
            self,
            Self::Unreachable(_)
                | Self::UpstreamTls(_)
                | Self::UpstreamTimeout(_)
                | Self::UpstreamUnreadable(_)
        )
    }

    pub fn status(&self) -> StatusCode {
        match self {
            Self::Malformed(status, _) => *status,
            Self::NotSignedIn
            | Self::SessionEnded
            | Self::OtherSession
            | Self::WrongSignIn
            | Self::WrongKeys => StatusCode::UNAUTHORIZED,
            Self::CrossSite | Self::NoSuchProject | Self::OnlyLocal | Self::NotOffered => {
                StatusCode::FORBIDDEN
            }
            Self::NoSuchOperation | Self::NoSuchPage | Self::NoService(_) => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NotJson(_) => StatusCode::BAD_REQUEST,
            Self::WrongMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::BodyTimeout => StatusCode::REQUEST_TIMEOUT,
            Self::WrongHost => StatusCode::MISDIRECTED_REQUEST,
            Self::TooManyTries(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Unreachable(_)
            | Self::UpstreamTls(_)
            | Self::UpstreamUnreadable(_)
            | Self::UpstreamTooLarge
            | Self::Identity(_)
            | Self::UpstreamRedirect => StatusCode::BAD_GATEWAY,
            Self::UpstreamTimeout(_) => StatusCode::GATEWAY_TIMEOUT,
            Self::AuditUnavailable | Self::Resting(..) => StatusCode::SERVICE_UNAVAILABLE,
            Self::OperationIdReused => StatusCode::CONFLICT,
        }
    }

    /// Stable code, like the services' own; `contract::errors` has a text for each.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed(..) => "Gateway.0001",
            Self::NotSignedIn => "Gateway.0002",
            Self::SessionEnded => "Gateway.0003",
            Self::OtherSession => "Gateway.0004",
            Self::CrossSite => "Gateway.0005",
            Self::NoSuchProject => "Gateway.0006",
            Self::NoSuchOperation => "Gateway.0007",
            Self::MethodNotAllowed => "Gateway.0008",
            Self::NoService(_) => "Gateway.0009",
            Self::BodyTooLarge => "Gateway.0010",
            Self::NotJson(_) => "Gateway.0011",
            Self::WrongMediaType => "Gateway.0012",
            Self::BodyTimeout => "Gateway.0013",
            Self::WrongHost => "Gateway.0014",
            Self::TooManyTries(_) => "Gateway.0015",
            Self::WrongSignIn => "Gateway.0016",
            Self::Unreachable(_) => "Gateway.0017",
            Self::UpstreamTls(_) => "Gateway.0018",
            Self::UpstreamTimeout(_) => "Gateway.0019",
            Self::UpstreamUnreadable(_) => "Gateway.0020",
            Self::UpstreamTooLarge => "Gateway.0021",
            Self::UpstreamRedirect => "Gateway.0022",
            Self::Identity(_) => "Gateway.0023",
            Self::AuditUnavailable => "Gateway.0024",
            Self::OperationIdReused => "Gateway.0025",
            Self::NoSuchPage => "Gateway.0026",
            Self::OnlyLocal => "Gateway.0027",
            Self::WrongKeys => "Gateway.0028",
            Self::NotOffered => "Gateway.0029",
            Self::Resting(..) => "Gateway.0030",
        }
    }

    /// The sentence for a person.
    pub fn message(&self) -> String {
        match self {
            Self::Malformed(_, what) => (*what).to_owned(),
            Self::NotSignedIn => "You are not signed in.".to_owned(),
            Self::SessionEnded => "Your session has ended. Sign in again to go on.".to_owned(),
            Self::OtherSession => {
                "Another sign-in has replaced the one this page was opened with. Reload the page."
                    .to_owned()
            }
            Self::CrossSite => "This request did not come from the console's own page.".to_owned(),
            Self::NoSuchProject => "Your account cannot enter this project.".to_owned(),
            Self::NoSuchOperation => "The service has no such operation.".to_owned(),
            Self::NoSuchPage => "There is nothing at this address.".to_owned(),
            Self::MethodNotAllowed => "This address does not support that method.".to_owned(),
            Self::NoService(word) => {
                format!("The cloud's catalog has no `{word}` service for this project.")
            }
            Self::BodyTooLarge => "The request is larger than 1 MiB.".to_owned(),
            Self::NotJson(why) => format!("The request is not readable JSON: {why}."),
            Self::WrongMediaType => "The request must be application/json.".to_owned(),
            Self::BodyTimeout => "The request did not arrive in time.".to_owned(),
            Self::WrongHost => "This server does not answer under that host name.".to_owned(),
            Self::TooManyTries(wait) => format!(
                "Too many tries. Wait {} seconds, then try again.",
                wait.as_secs().max(1)
            ),
            Self::WrongSignIn => {
                "The cloud did not accept this domain, user, password and project.".to_owned()
            }
            Self::WrongKeys => {
                "The cloud did not accept this access key and secret key.".to_owned()
            }
            Self::NotOffered => "This cloud does not offer this way of signing in.".to_owned(),
            Self::Unreachable(why) | Self::UpstreamTls(why) | Self::UpstreamTimeout(why) => {
                (*why).to_owned()
            }
            Self::UpstreamUnreadable(why) => {
                format!("The service answered something unreadable: {why}.")
            }
            Self::UpstreamTooLarge => "The service's answer is too large.".to_owned(),
            Self::UpstreamRedirect => {
                "The service answered with a redirect, which is not followed.".to_owned()
            }
            Self::Resting(service, wait) => format!(
                "The cloud's `{service}` service has failed several times in a row, so nothing was sent to it. Try again in \
                 {} s.",
                seconds(*wait)
            ),
            Self::Identity(status) => format!(
                "The cloud's identity service answered with status {}.",
                status.as_u16()
            ),
            Self::AuditUnavailable => {
                "The audit log cannot be written, so nothing was changed.".to_owned()
            }
            Self::OperationIdReused => {
                "This operation id was already used for another request.".to_owned()
            }
            Self::OnlyLocal => "This address answers only on the machine itself.".to_owned(),
        }
    }
}

/// Rounded up, so that whoever waits for as long is not too early.
fn seconds(wait: Duration) -> u64 {
    wait.as_millis()
        .div_ceil(1000)
        .max(1)
        .try_into()
        .unwrap_or(u64::MAX)
}

impl IntoResponse for Refusal {
    /// The envelope writes the body, because only it knows the request id.
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        if let Self::TooManyTries(wait) | Self::Resting(_, wait) = &self {
            let seconds = HeaderValue::from(seconds(*wait));
            response.headers_mut().insert(header::RETRY_AFTER, seconds);
        }
        if self == Self::MethodNotAllowed {
            let methods = HeaderValue::from_static("GET, HEAD, POST, PUT, DELETE");
            response.headers_mut().insert(header::ALLOW, methods);
        }
        response.extensions_mut().insert(self);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Vec<Refusal> {
        use Refusal::*;
        vec![
            Malformed(StatusCode::BAD_REQUEST, "x"),
            NotSignedIn,
            SessionEnded,
            OtherSession,
            CrossSite,
            NoSuchProject,
            NoSuchOperation,
            MethodNotAllowed,
            NoService("csbs"),
            BodyTooLarge,
            NotJson("x"),
            WrongMediaType,
            BodyTimeout,
            WrongHost,
            TooManyTries(Duration::from_secs(1)),
            WrongSignIn,
            Unreachable("x"),
            UpstreamTls("x"),
            UpstreamTimeout("x"),
            UpstreamUnreadable("x"),
            UpstreamTooLarge,
            UpstreamRedirect,
            Resting("csbs", Duration::from_secs(1)),
            Identity(StatusCode::BAD_GATEWAY),
            AuditUnavailable,
            OperationIdReused,
            NoSuchPage,
            OnlyLocal,
            WrongKeys,
            NotOffered,
        ]
    }

    #[test]
    fn every_refusal_has_a_code_of_its_own_that_the_console_knows() {
        let mut codes: Vec<_> = all().iter().map(Refusal::code).collect();
        for refusal in all() {
            let (code, status) = (refusal.code(), refusal.status().as_u16());
            assert!(
                contract::errors::lookup(code, status).is_some(),
                "{code} {status}"
            );
        }
        codes.dedup();
        assert_eq!(codes.len(), all().len());
    }
}
