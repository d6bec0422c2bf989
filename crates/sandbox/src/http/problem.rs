//! Failures as the services word them: one type, six body forms.

use std::borrow::Cow;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::exchange::request_id;
use crate::store::StoreError;

/// A failed request: status, code, words, and the form its service gives them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// HTTP status.
    pub status: StatusCode,
    /// What clients branch on; unused by the forms that have none.
    pub code: Cow<'static, str>,
    /// What people read.
    pub message: String,
    /// The code of another service that is the reason.
    cause: Option<&'static str>,
    form: Form,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// `{"error_code", "error_msg"}`: CSBS, CBR, the sandbox's controls.
    Service,
    /// The same with `request_id`: the API gateway in front of the services.
    Gateway,
    /// `{"error": {"code", "message", "title"}}`: the identity service (Keystone).
    Identity,
    /// `{"itemNotFound": {"code", "message"}}`: Nova and Cinder.
    OpenStack,
    /// `{"error": {"code", "message"}}`: ECS and images.
    Nested,
    /// `{"itemNotFound": {"code", "message"}, "error_code", "error_msg"}`: the native routes of the
    /// backup service, whose own client crashes unless the first member is an object (clients.md
    /// section 5).
    Native,
}

impl Problem {
    /// A service's own error, by its catalogue code (`CSBS.3000`).
    pub fn service(
        status: StatusCode,
        code: impl Into<Cow<'static, str>>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            status,
            code: code.into(),
            message: message.into(),
            cause: None,
            form: Form::Service,
        }
    }

    /// The API gateway's error (`APIGW.0301`), with the request id in its body.
    pub fn gateway(
        status: StatusCode,
        code: impl Into<Cow<'static, str>>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            form: Form::Gateway,
            ..Self::service(status, code, message)
        }
    }

    /// The identity service's error.
    pub fn identity(status: StatusCode, message: impl Into<String>) -> Self {
        Self {
            form: Form::Identity,
            ..Self::service(status, "", message)
        }
    }

    /// An error of Nova or Cinder; the member is named after the status.
    pub fn openstack(status: StatusCode, message: impl Into<String>) -> Self {
        Self {
            form: Form::OpenStack,
            ..Self::service(status, "", message)
        }
    }

    /// An error of ECS (`Ecs.0114`) or of the image service (`IMG.0020`).
    pub fn nested(
        status: StatusCode,
        code: impl Into<Cow<'static, str>>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            form: Form::Nested,
            ..Self::service(status, code, message)
        }
    }

    /// The same in the form of the backup service's native routes.
    pub fn native(self) -> Self {
        Self {
            form: Form::Native,
            ..self
        }
    }

    /// The same, and beside it the code of the service that refused.
    pub fn caused_by(self, code: &'static str) -> Self {
        Self {
            cause: Some(code),
            ..self
        }
    }

    /// The member an OpenStack service puts its error in.
    fn openstack_member(&self) -> &'static str {
        match self.status.as_u16() {
            400 => "badRequest",
            401 => "unauthorized",
            403 => "forbidden",
            404 => "itemNotFound",
            405 => "badMethod",
            409 => "conflictingRequest",
            413 => "overLimit",
            503 => "serviceUnavailable",
            _ => "computeFault",
        }
    }

    fn body(&self) -> Value {
        let (code, message) = (&self.code, &self.message);
        match self.form {
            Form::Native => json!({
                self.openstack_member(): {"code": self.status.as_u16(), "message": message},
                "error_code": code,
                "error_msg": message,
            }),
            Form::Service => json!({"error_code": code, "error_msg": message}),
            Form::Gateway => {
                json!({"error_code": code, "error_msg": message, "request_id": request_id()})
            }
            Form::Identity => json!({"error": {
                "code": self.status.as_u16(),
                "message": message,
                "title": self.status.canonical_reason().unwrap_or_default(),
            }}),
            Form::OpenStack => {
                json!({self.openstack_member(): {"code": self.status.as_u16(), "message": message}})
            }
            Form::Nested if self.cause.is_some() => json!({
                "error": {"code": code, "message": message},
                "error_code": self.cause,
                "error_msg": message,
            }),
            Form::Nested => json!({"error": {"code": code, "message": message}}),
        }
    }
}

/// Clients learn that it failed; the log learns why.
impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        tracing::error!(request_id = request_id(), %error, "the store failed");
        let full = matches!(
            &error,
            StoreError::Sql(rusqlite::Error::SqliteFailure(cause, _))
                if cause.code == rusqlite::ErrorCode::DiskFull
        );
        if full {
            let message = "The sandbox's disk is full; nothing was changed.";
            Self::gateway(StatusCode::INSUFFICIENT_STORAGE, "APIGW.0507", message)
        } else {
            let message = "The sandbox could not read or write its database; nothing was changed.";
            Self::gateway(StatusCode::INTERNAL_SERVER_ERROR, "APIGW.0500", message)
        }
    }
}

impl From<rusqlite::Error> for Problem {
    fn from(error: rusqlite::Error) -> Self {
        StoreError::Sql(error).into()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = self.body();
        let mut response = if self.form == Form::Native {
            // The order counts, and maps of JSON have none.
            let member = self.openstack_member();
            let text = format!(
                "{{\"{member}\":{},\"error_code\":{},\"error_msg\":{}}}",
                body[member], body["error_code"], body["error_msg"]
            );
            let kind = [(header::CONTENT_TYPE, "application/json")];
            (self.status, kind, text).into_response()
        } else {
            (self.status, Json(body)).into_response()
        };
        if self.status == StatusCode::UNAUTHORIZED && self.form == Form::Identity {
            // keystoneauth and gopher look for it on a 401 of the identity service.
            let scheme = HeaderValue::from_static("Keystone uri=\"/v3\"");
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, scheme);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_has_its_documented_body() {
        let not_found = StatusCode::NOT_FOUND;
        let cases = [
            (
                Problem::service(not_found, "CSBS.3000", "gone"),
                json!({"error_code": "CSBS.3000", "error_msg": "gone"}),
            ),
            (
                Problem::gateway(not_found, "APIGW.0101", "gone"),
                json!({"error_code": "APIGW.0101", "error_msg": "gone", "request_id": ""}),
            ),
            (
                Problem::identity(not_found, "gone"),
                json!({"error": {"code": 404, "message": "gone", "title": "Not Found"}}),
            ),
            (
                Problem::openstack(not_found, "gone"),
                json!({"itemNotFound": {"code": 404, "message": "gone"}}),
            ),
            (
                Problem::nested(not_found, "Ecs.0114", "gone"),
                json!({"error": {"code": "Ecs.0114", "message": "gone"}}),
            ),
            (
                Problem::nested(not_found, "IMG.0032", "gone").caused_by("CSBS.8001"),
                json!({"error": {"code": "IMG.0032", "message": "gone"},
                    "error_code": "CSBS.8001", "error_msg": "gone"}),
            ),
            (
                Problem::service(not_found, "CSBS.6040", "gone").native(),
                json!({"itemNotFound": {"code": 404, "message": "gone"},
                    "error_code": "CSBS.6040", "error_msg": "gone"}),
            ),
        ];
        for (problem, expected) in cases {
            assert_eq!(problem.body(), expected);
        }
    }
}
