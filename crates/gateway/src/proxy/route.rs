//! Which operation an address means. Its path is rebuilt from the operation's description, never copied.

use axum::http::Method;
use contract::operations::{self, Operation, Service};

use super::query;
use crate::error::Refusal;

/// An operation with its parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    pub project: String,
    pub operation: &'static Operation,
    /// Path and query below the service's endpoint.
    pub target: String,
}

impl Route {
    /// The operation behind `/api/{project_id}/{service}/…?…`.
    pub fn find(method: &Method, path: &str, text: &str) -> Result<Self, Refusal> {
        let rest = path.strip_prefix("/api/").ok_or(Refusal::NoSuchOperation)?;
        let (project, rest) = rest.split_once('/').ok_or(Refusal::NoSuchOperation)?;
        let (word, _) = rest.split_once('/').ok_or(Refusal::NoSuchOperation)?;
        let service = Service::from_word(word).ok_or(Refusal::NoSuchOperation)?;
        let below = &rest[word.len()..];
        if !is_id(project) {
            return Err(Refusal::NoSuchOperation);
        }
        let (operation, values) = find(service, method, below)?;
        // Tokens are the gateway's own business.
        if operation.id.starts_with("identity.tokens.") {
            return Err(Refusal::NoSuchOperation);
        }
        let values: Option<Vec<String>> = operation
            .parameters()
            .zip(values)
            .map(|(name, value)| match name {
                "key" => tag_key(value),
                // Some services name the project once more in the path; it is the one the call is for.
                "project_id" => (value == project).then(|| value.to_owned()),
                _ => is_id(value).then(|| value.to_owned()),
            })
            .collect();
        let values = values.ok_or(Refusal::NoSuchOperation)?;
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        let mut target = operation.path_with(&values);
        let pairs = query::pairs(text).ok_or(Refusal::Malformed(
            axum::http::StatusCode::BAD_REQUEST,
            "The query is not readable.",
        ))?;
        query::append(&mut target, &pairs);
        Ok(Self {
            project: project.to_owned(),
            operation,
            target,
        })
    }
}

fn find<'a>(
    service: Service,
    method: &Method,
    path: &'a str,
) -> Result<(&'static Operation, Vec<&'a str>), Refusal> {
    use operations::Method::{Delete, Get, Head, Post, Put};
    let wanted = [Get, Head, Post, Put, Delete]
        .into_iter()
        .find(|known| known.as_str() == method.as_str())
        .ok_or(Refusal::MethodNotAllowed)?;
    operations::find(service, wanted, path).ok_or_else(|| {
        let other = [Get, Head, Post, Put, Delete]
            .into_iter()
            .any(|method| operations::find(service, method, path).is_some());
        if other {
            Refusal::MethodNotAllowed
        } else {
            Refusal::NoSuchOperation
        }
    })
}

/// What the services use as ids: letters, digits, `.`, `_`, `-`, and never a path of its own.
pub fn is_id(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
    (1..=64).contains(&text.len()) && text.bytes().all(plain) && !text.starts_with('.')
}

/// A tag's key may hold more than an id; it is decoded here and encoded again.
fn tag_key(value: &str) -> Option<String> {
    let key = percent_encoding::percent_decode_str(value)
        .decode_utf8()
        .ok()?;
    let plain = !key
        .chars()
        .any(|c| c.is_control() || matches!(c, '/' | '\\'));
    (plain && !key.is_empty() && key.chars().count() <= 36 && !key.starts_with('.'))
        .then(|| key.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const P: &str = "0605767a1b80d5ee2fb4c00950e4ae11";

    fn found(method: &Method, path: &str, query: &str) -> Result<(&'static str, String), Refusal> {
        Route::find(method, path, query).map(|route| (route.operation.id, route.target))
    }

    #[test]
    fn operations_are_found_and_rebuilt() {
        let path = format!("/api/{P}/csbs/policies/17e2b861-1c1d-4a5c-9d3a-0c1f0b2c3d4e");
        let (id, target) = found(&Method::GET, &path, "").unwrap();
        assert_eq!(id, "csbs.policies.show");
        assert_eq!(target, "/policies/17e2b861-1c1d-4a5c-9d3a-0c1f0b2c3d4e");
        let path = format!("/api/{P}/csbs/checkpoint_items");
        let (_, target) = found(&Method::GET, &path, "name=a%20b+c&sort=&limit=10").unwrap();
        assert_eq!(target, "/checkpoint_items?name=a%20b%20c&sort=&limit=10");
    }

    #[test]
    fn a_project_in_a_services_own_path_is_the_one_the_call_is_for() {
        let job = |project: &str| format!("/api/{P}/image/v1/{project}/jobs/4010b39d5281d3ef01528");
        let (id, target) = found(&Method::GET, &job(P), "").unwrap();
        assert_eq!(id, "image.jobs.show");
        assert_eq!(target, format!("/v1/{P}/jobs/4010b39d5281d3ef01528"));
        let other = "1605767a1b80d5ee2fb4c00950e4ae22";
        assert_eq!(
            found(&Method::GET, &job(other), ""),
            Err(Refusal::NoSuchOperation)
        );
    }

    #[test]
    fn e02_what_is_no_operation_has_no_way_through() {
        for path in [
            "/api",
            "/api/",
            "/api/x",
            "/api//csbs/policies",
            "/api/../csbs/policies",
            "/api/./csbs/policies",
            "/api/p/csbs",
            "/api/p/csbs/",
            "/api/p/csbs/policies/",
            "/api/p/csbs/policies/..",
            "/api/p/csbs/policies/%2e%2e",
            "/api/p/csbs/policies/a%2fb",
            "/api/p/csbs/policies/a;b",
            "/api/p/csbs/policies/a\\b",
            "/api/p/csbs//policies",
            "/api/p%2f/csbs/policies",
            "/api/p/CSBS/policies",
            "/api/p/obs/policies",
            "/api/p/csbs/policies/\u{ff0e}",
            "/api/p/identity/auth/tokens",
            "/api/p/csbs/providers",
            "/api/evil.example:80/csbs/policies",
        ] {
            assert_eq!(
                found(&Method::GET, path, "").unwrap_err().status().as_u16() / 100,
                4,
                "{path}"
            );
        }
        assert_eq!(
            found(&Method::PUT, "/api/p/csbs/policies", ""),
            Err(Refusal::MethodNotAllowed)
        );
        assert_eq!(
            found(&Method::POST, "/api/p/identity/auth/tokens", ""),
            Err(Refusal::NoSuchOperation)
        );
    }

    #[test]
    fn e06_a_query_cannot_become_a_header() {
        let (_, target) = found(
            &Method::GET,
            "/api/p/csbs/checkpoint_items",
            "name=a%0d%0aX-Auth-Token:%20evil&%0d%0a=1",
        )
        .unwrap();
        assert_eq!(
            target,
            "/checkpoint_items?name=a%0D%0AX-Auth-Token%3A%20evil&%0D%0A=1"
        );
    }

    proptest::proptest! {
        #[test]
        fn e02_any_path_is_refused_or_rebuilt_from_plain_parts(tail in "[a-z0-9/.%;\\\\\u{0}-\u{20}é]{0,60}") {
            let path = format!("/api/{P}/csbs/policies/{tail}");
            if let Ok(route) = Route::find(&Method::GET, &path, "") {
                proptest::prop_assert!(route.target.strip_prefix("/policies/").is_some_and(is_id), "{}", route.target);
            }
        }
    }
}
