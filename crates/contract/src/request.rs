//! A request as a person reads it: method, path, body, and the same as a `curl` command.
//!
//! The console never holds a token or an endpoint's address, so the command names them as shell
//! variables that its reader fills in.

use crate::operations::{Method, Operation, Service};
use serde::Serialize;

/// A request that a form or a wizard would send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestText {
    /// The service it goes to.
    pub service: Service,
    /// Its method.
    pub method: Method,
    /// Path and query below the service's endpoint.
    pub path: String,
    /// Its body as indented JSON; empty when there is none.
    pub body: String,
}

impl RequestText {
    /// A request without a body; `values` fill the parameters of the path.
    pub fn new(operation: &Operation, values: &[&str]) -> Self {
        Self {
            service: operation.service,
            method: operation.method,
            path: operation.path_with(values),
            body: String::new(),
        }
    }

    /// The same with a body.
    #[must_use]
    pub fn with_body(mut self, body: &impl Serialize) -> Self {
        self.body = serde_json::to_string_pretty(body).unwrap_or_default();
        self
    }

    /// Shell variable for the endpoint: the catalog's address of the service, with the project id.
    pub fn endpoint_variable(&self) -> String {
        format!("{}_ENDPOINT", self.service.word().to_uppercase())
    }

    /// Method and path on one line, then the body.
    pub fn to_http(&self) -> String {
        let mut text = format!("{} {}", self.method.as_str(), self.path);
        if !self.body.is_empty() {
            text.push_str("\nContent-Type: application/json\n\n");
            text.push_str(&self.body);
        }
        text
    }

    /// A command for a POSIX shell that sends it.
    ///
    /// ```
    /// use contract::{operations::csbs, request::RequestText};
    /// let request = RequestText::new(&csbs::POLICIES_DELETE, &["17e2"]);
    /// assert_eq!(
    ///     request.to_curl(),
    ///     "curl -X DELETE \"$CSBS_ENDPOINT\"'/policies/17e2' \\\n  -H \"X-Auth-Token: $TOKEN\""
    /// );
    /// ```
    pub fn to_curl(&self) -> String {
        let mut text = format!(
            "curl -X {} \"${}\"{} \\\n  -H \"X-Auth-Token: $TOKEN\"",
            self.method.as_str(),
            self.endpoint_variable(),
            quoted(&self.path)
        );
        if !self.body.is_empty() {
            text.push_str(" \\\n  -H 'Content-Type: application/json' \\\n  --data ");
            text.push_str(&quoted(&self.body));
        }
        text
    }
}

/// A word for a POSIX shell, whatever is in it.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operations::csbs;
    use serde_json::json;

    #[test]
    fn a_quote_in_the_body_cannot_end_the_shells_word() {
        let body = json!({"description": "it's; rm -rf $HOME `x`"});
        let curl = RequestText::new(&csbs::POLICIES_CREATE, &[])
            .with_body(&body)
            .to_curl();
        assert!(curl.contains(r"it'\''s; rm -rf $HOME `x`"), "{curl}");
        assert!(curl.starts_with("curl -X POST \"$CSBS_ENDPOINT\"'/policies'"));
    }

    #[test]
    fn what_is_shown_is_the_body_itself() {
        let body = json!({"policy": {"name": "nightly"}});
        let request = RequestText::new(&csbs::POLICIES_CREATE, &[]).with_body(&body);
        let (head, shown) = request
            .to_http()
            .split_once("\n\n")
            .map(|(a, b)| (a.to_owned(), b.to_owned()))
            .unwrap();
        assert_eq!(head, "POST /policies\nContent-Type: application/json");
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&shown).unwrap(),
            body
        );
    }
}
