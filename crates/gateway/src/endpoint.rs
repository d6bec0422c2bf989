//! Addresses of services: where a token may be sent, and where never.
//!
//! They come from the operator's file and from the identity service's catalog, never from a browser. Both are
//! checked the same way, and the addresses a name resolves to are checked again when a connection is made.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use axum::http::Uri;

/// The checked base address of a service, without a slash at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    base: String,
    loopback: bool,
}

/// Why a text is no address to send tokens to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EndpointProblem {
    NotAnAddress,
    Scheme,
    PlainHttp,
    UserInfo,
    QueryOrFragment,
    Path,
    Host,
    LinkLocal,
    Loopback,
}

impl fmt::Display for EndpointProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotAnAddress => "is not a complete address; write it like https://iam.example.com/v3",
            Self::Scheme => "must begin with https://",
            Self::PlainHttp => "must begin with https://; http:// is for 127.0.0.1, [::1] and localhost only",
            Self::UserInfo => "must not contain a user name or password; people type theirs when they sign in",
            Self::QueryOrFragment => "must not contain `?` or `#`",
            Self::Path => "must have a plain path: letters, digits, `.`, `-`, `_` and single slashes",
            Self::Host => "has a host that is neither a plain name nor a complete IP address",
            Self::LinkLocal => "points to an address that no cloud service has (link-local, multicast or unspecified)",
            Self::Loopback => "points to this machine, which only the sandbox or a test cloud may do",
        })
    }
}

impl Endpoint {
    /// Reads a base address.
    pub fn parse(text: &str) -> Result<Self, EndpointProblem> {
        let (scheme, rest) = text
            .trim()
            .split_once("://")
            .ok_or(EndpointProblem::NotAnAddress)?;
        let secure = match scheme {
            "https" => true,
            "http" => false,
            _ => return Err(EndpointProblem::Scheme),
        };
        if rest.contains(['?', '#']) {
            return Err(EndpointProblem::QueryOrFragment);
        }
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        if authority.contains('@') {
            return Err(EndpointProblem::UserInfo);
        }
        let path = path.trim_end_matches('/');
        if !path.split('/').skip(1).all(is_plain_segment) {
            return Err(EndpointProblem::Path);
        }
        let uri: Uri = format!("{scheme}://{authority}{path}/")
            .parse()
            .map_err(|_| EndpointProblem::NotAnAddress)?;
        let loopback = check_host(uri.host().ok_or(EndpointProblem::NotAnAddress)?)?;
        if !secure && !loopback {
            return Err(EndpointProblem::PlainHttp);
        }
        Ok(Self {
            base: format!("{scheme}://{}{path}", authority.to_ascii_lowercase()),
            loopback,
        })
    }

    /// The same, for an address that a cloud's catalog names: it may lead to this machine only if the cloud is on it.
    pub fn from_catalog(text: &str, cloud: &Self) -> Result<Self, EndpointProblem> {
        let endpoint = Self::parse(text)?;
        if endpoint.loopback && !cloud.loopback {
            return Err(EndpointProblem::Loopback);
        }
        Ok(endpoint)
    }

    pub fn base(&self) -> &str {
        &self.base
    }

    /// Scheme, host and port.
    pub fn origin(&self) -> &str {
        let host = self.base.find("://").map_or(0, |at| at + 3);
        let end = self.base[host..].find('/');
        end.map_or(&self.base, |end| &self.base[..host + end])
    }

    pub fn is_loopback(&self) -> bool {
        self.loopback
    }
}

fn is_plain_segment(segment: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
    !matches!(segment, "" | "." | "..") && segment.bytes().all(plain)
}

/// Whether the host is this machine.
fn check_host(host: &str) -> Result<bool, EndpointProblem> {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    if let Ok(address) = bare.parse::<IpAddr>() {
        return match reach(address) {
            Reach::Never => Err(EndpointProblem::LinkLocal),
            Reach::Loopback => Ok(true),
            Reach::Network => Ok(false),
        };
    }
    let labels: Vec<&str> = host.trim_end_matches('.').split('.').collect();
    let plain = |label: &&str| {
        !label.is_empty()
            && label.len() <= 63
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    // `2130706433`, `0x7f.1`, `127.1`: some resolvers read them as addresses, so nobody gets to.
    let last = labels.last().copied().unwrap_or_default();
    let numeric = last.bytes().all(|b| b.is_ascii_digit()) || last.starts_with("0x");
    if !labels.iter().all(plain) || numeric {
        return Err(EndpointProblem::Host);
    }
    Ok(host.eq_ignore_ascii_case("localhost"))
}

/// How far away an address is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    Network,
    Loopback,
    /// Link-local (cloud metadata among it), multicast, unspecified, broadcast.
    Never,
}

/// Classifies an address; an IPv4 address inside an IPv6 one counts as itself.
pub fn reach(address: IpAddr) -> Reach {
    let v4 = |a: Ipv4Addr| match a {
        _ if a.is_loopback() => Reach::Loopback,
        _ if a.is_link_local() || a.is_multicast() || a.is_broadcast() || a.octets()[0] == 0 => {
            Reach::Never
        }
        _ => Reach::Network,
    };
    let v6 = |a: Ipv6Addr| match a {
        _ if a.is_loopback() => Reach::Loopback,
        _ if a.is_multicast() || a.is_unspecified() || a.is_unicast_link_local() => Reach::Never,
        _ => Reach::Network,
    };
    match address {
        IpAddr::V4(a) => v4(a),
        IpAddr::V6(a) => a.to_ipv4_mapped().map_or_else(|| v6(a), v4),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e03_only_https_and_plain_hosts() {
        use EndpointProblem::*;
        for (text, expected) in [
            ("file:///etc/passwd", Scheme),
            ("gopher://example.com/", Scheme),
            ("ftp://example.com", Scheme),
            ("example.com/v3", NotAnAddress),
            ("https://", NotAnAddress),
            ("http://iam.example.com/v3", PlainHttp),
            ("https://user:pw@iam.example.com/v3", UserInfo),
            ("https://iam.example.com#@evil.example/", QueryOrFragment),
            ("https://iam.example.com/v3?x=1", QueryOrFragment),
            ("https://iam.example.com/../x", Path),
            ("https://iam.example.com//x", Path),
            ("https://iam.example.com/%2e%2e", Path),
            ("https://169.254.169.254/latest", LinkLocal),
            ("https://[::ffff:169.254.169.254]/", LinkLocal),
            ("https://[fe80::1]/", LinkLocal),
            ("https://0.0.0.0/", LinkLocal),
            ("https://2130706433/", Host),
            ("https://127.1/", Host),
            ("https://0x7f.0x1/", Host),
            ("https://exa mple.com/", NotAnAddress),
        ] {
            assert_eq!(Endpoint::parse(text), Err(expected), "{text}");
        }
        for text in [
            "https://iam.eu-de.example.com/v3",
            "https://iam.example.com:8443/v3/",
            "https://10.0.0.5/identity/v3",
            "http://127.0.0.1:8081/v3",
            "http://[::1]:8081/v3",
            "http://localhost:5000/v3",
        ] {
            let endpoint = Endpoint::parse(text).unwrap();
            assert_eq!(endpoint.base(), text.trim_end_matches('/'));
            assert_eq!(endpoint.origin().matches('/').count(), 2, "{text}");
            assert!(text.starts_with(endpoint.origin()), "{text}");
        }
    }

    #[test]
    fn e03_a_catalog_does_not_lead_back_to_this_machine() {
        let cloud = Endpoint::parse("https://iam.example.com/v3").unwrap();
        for text in [
            "https://127.0.0.1/v1",
            "http://localhost:9000/v1",
            "https://[::ffff:127.0.0.1]/",
        ] {
            let found = Endpoint::from_catalog(text, &cloud);
            assert_eq!(found, Err(EndpointProblem::Loopback), "{text}");
        }
        let local = Endpoint::parse("http://127.0.0.1:5000/v3").unwrap();
        assert!(Endpoint::from_catalog("http://127.0.0.1:8776/v3/abc", &local).is_ok());
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "(https?://)?\\PC{0,40}") {
            let _ = Endpoint::parse(&text);
        }
    }
}
