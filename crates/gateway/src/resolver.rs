//! Names become addresses here, and addresses no cloud service has are dropped at the moment of connecting:
//! a name that was harmless when it was checked cannot lead to this machine or to cloud metadata later.

use std::{
    future::Future,
    io,
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll},
    vec,
};

use hyper_util::client::legacy::connect::dns::Name;
use tower::Service;

use crate::endpoint::{Reach, reach};

/// The system's resolver behind that check.
#[derive(Debug, Clone, Copy)]
pub struct Resolver;

impl Service<Name> for Resolver {
    type Response = vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            allowed(name.as_str(), found.collect()).map(Vec::into_iter)
        })
    }
}

fn allowed(name: &str, mut found: Vec<SocketAddr>) -> io::Result<Vec<SocketAddr>> {
    let local = name.eq_ignore_ascii_case("localhost");
    found.retain(|address| match reach(address.ip()) {
        Reach::Network => true,
        Reach::Loopback => local,
        Reach::Never => false,
    });
    if found.is_empty() {
        return Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            "the name resolves to no address a service may have",
        ));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e03_a_name_that_turns_inward_is_dropped_at_connect_time() {
        let address = |text: &str| SocketAddr::new(text.parse().unwrap(), 0);
        let public = address("198.51.100.7");
        for inner in [
            "127.0.0.1",
            "169.254.169.254",
            "::1",
            "fe80::1",
            "::ffff:127.0.0.1",
            "0.0.0.0",
        ] {
            let found = vec![address(inner), public];
            assert_eq!(allowed("iam.example.com", found).unwrap(), [public]);
            assert!(
                allowed("iam.example.com", vec![address(inner)]).is_err(),
                "{inner}"
            );
        }
        assert!(allowed("localhost", vec![address("127.0.0.1")]).is_ok());
    }
}
