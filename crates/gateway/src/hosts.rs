//! The names this server answers under, and the origin each stands for.
//!
//! A page of another site can make its own name resolve to our address; answering only under known names stops
//! it from reading anything (DNS rebinding).

use axum::http::{HeaderMap, header};

use crate::app::App;

/// What the browser sees this server as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// As in the `Origin` header: scheme, host, and port unless it is the scheme's own.
    pub text: String,
    /// Whether it is reached over TLS.
    pub secure: bool,
}

/// The names that are answered: loopback, and the public address of the configuration.
#[derive(Debug, Clone, Default)]
pub struct Hosts {
    /// Host, and port unless it is 443, in lower case.
    public: Option<String>,
}

impl Hosts {
    /// `authority` is the host and port of an https address.
    pub fn new(authority: Option<&str>) -> Self {
        let public = authority.map(|text| without_port(&text.to_ascii_lowercase(), ":443"));
        Self { public }
    }

    /// The origin behind a `Host` header, if we answer under it.
    pub fn origin(&self, host: &str) -> Option<Origin> {
        let host = host.to_ascii_lowercase();
        if let Some(public) = &self.public
            && without_port(&host, ":443") == *public
        {
            return Some(Origin {
                text: format!("https://{public}"),
                secure: true,
            });
        }
        is_loopback(&host).then(|| Origin {
            text: format!("http://{}", without_port(&host, ":80")),
            secure: false,
        })
    }
}

/// The origin of a request, by its `Host` header.
pub fn of(app: &App, headers: &HeaderMap) -> Option<Origin> {
    app.hosts.origin(headers.get(header::HOST)?.to_str().ok()?)
}

fn without_port(host: &str, port: &str) -> String {
    host.strip_suffix(port).unwrap_or(host).to_owned()
}

/// `localhost`, `127.0.0.1` or `[::1]`, with or without a port.
fn is_loopback(host: &str) -> bool {
    ["localhost", "127.0.0.1", "[::1]"].into_iter().any(|name| {
        host.strip_prefix(name)
            .is_some_and(|rest| match rest.strip_prefix(':') {
                Some(port) => {
                    (1..=5).contains(&port.len()) && port.bytes().all(|b| b.is_ascii_digit())
                }
                None => rest.is_empty(),
            })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_and_the_public_name_are_ours() {
        let hosts = Hosts::new(Some("Backups.Example.org"));
        for (host, origin) in [
            ("127.0.0.1:8080", Some("http://127.0.0.1:8080")),
            ("localhost", Some("http://localhost")),
            ("LOCALHOST:80", Some("http://localhost")),
            ("[::1]:8080", Some("http://[::1]:8080")),
            ("backups.example.org", Some("https://backups.example.org")),
            (
                "backups.example.org:443",
                Some("https://backups.example.org"),
            ),
            ("backups.example.org:8443", None),
            ("evil.example", None),
            ("localhost.evil.example", None),
            ("127.0.0.1.evil.example", None),
            ("127.0.0.1:8080@evil.example", None),
            ("127.0.0.1:", None),
            ("0.0.0.0:8080", None),
            ("", None),
        ] {
            let found = hosts.origin(host).map(|origin| origin.text);
            assert_eq!(found.as_deref(), origin, "{host}");
        }
    }
}
