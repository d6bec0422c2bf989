//! A gateway on a free port, the service behind it, and clients.

pub mod client;
pub mod logs;
pub mod upstream;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use bytes::Bytes;
use contract::time::Timestamp;
use gateway::{
    app::{App, Gateway, router},
    audit::Audit,
    clock::Clock,
    cloud::Cloud,
    config::{CloudConfig, Ways},
    connection,
    endpoint::Endpoint,
    hosts::Hosts,
    limits::Limits,
    metrics::Metrics,
    site::Site,
};
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

pub use self::client::{Connection, Reply};
pub use self::upstream::{Step, Upstream};

/// The project everybody may enter.
pub const PROJECT: &str = "0605767a1b80d5ee2fb4c00950e4ae11";
pub const OTHER_PROJECT: &str = "1605767a1b80d5ee2fb4c00950e4ae22";
/// An operation that reads and one that writes.
pub const READ: &str = "/api/0605767a1b80d5ee2fb4c00950e4ae11/csbs/policies";
pub const WRITE: &str = READ;

/// A running gateway with one cloud.
pub struct Setup {
    pub address: SocketAddr,
    pub upstream: Upstream,
    pub app: App,
    stop: watch::Sender<bool>,
    serving: JoinHandle<()>,
}

/// With the limits of production.
pub async fn start() -> Setup {
    start_with(|_| {}).await
}

/// With some limits made short.
pub async fn start_with(change: impl FnOnce(&mut Limits)) -> Setup {
    let upstream = Upstream::start().await;
    let url = format!("{}/v3", upstream.url());
    start_for(upstream, &url, change).await
}

/// With a cloud at `auth_url`.
pub async fn start_for(
    upstream: Upstream,
    auth_url: &str,
    change: impl FnOnce(&mut Limits),
) -> Setup {
    start_cloud(upstream, cloud_at(auth_url), change).await
}

/// With a cloud that offers these ways of signing in.
pub async fn start_ways(upstream: Upstream, auth_url: &str, ways: Ways) -> Setup {
    let cloud = CloudConfig {
        ways,
        ..cloud_at(auth_url)
    };
    start_cloud(upstream, cloud, |_| {}).await
}

fn cloud_at(auth_url: &str) -> CloudConfig {
    CloudConfig {
        id: "test".to_owned(),
        label: "Test cloud".to_owned(),
        auth_url: Endpoint::parse(auth_url).unwrap(),
        region: "eu-de".to_owned(),
        ca_file: None,
        ways: Ways::default(),
        endpoints: Default::default(),
    }
}

/// With a cloud as the operator's file would have it.
pub async fn start_cloud(
    upstream: Upstream,
    cloud: CloudConfig,
    change: impl FnOnce(&mut Limits),
) -> Setup {
    let made = |limits: &Limits, metrics| Cloud::configured(cloud, limits, metrics).unwrap();
    start_made(upstream, made, change).await
}

/// With a cloud made from the limits.
pub async fn start_made(
    upstream: Upstream,
    made: impl FnOnce(&Limits, Arc<Metrics>) -> Cloud,
    change: impl FnOnce(&mut Limits),
) -> Setup {
    let clock = Clock::new(|| Timestamp::from_seconds(1_773_480_413));
    start_clocked(upstream, made, clock, change).await
}

/// The same at a time of the test's own.
pub async fn start_clocked(
    upstream: Upstream,
    made: impl FnOnce(&Limits, Arc<Metrics>) -> Cloud,
    clock: Clock,
    change: impl FnOnce(&mut Limits),
) -> Setup {
    logs::capture();
    let mut limits = Limits::default();
    change(&mut limits);
    let metrics = Arc::new(Metrics::default());
    let cloud = made(&limits, metrics.clone());
    let app = Arc::new(Gateway::new(
        clock,
        limits.clone(),
        Hosts::new(Some("backups.example.org")),
        vec![cloud],
        site(),
        Audit::open(None).unwrap(),
        metrics,
    ));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = watch::channel(false);
    let serving = tokio::spawn(connection::serve(
        listener,
        router(app.clone()),
        limits,
        stopped,
    ));
    Setup {
        address,
        upstream,
        app,
        stop,
        serving,
    }
}

/// A console of three files.
fn site() -> Site {
    let files = [
        ("index.html", "<!doctype html><title>Console</title>"),
        ("assets/app-1.js", "console.log(1) // plain"),
        ("assets/app-1.js.br", "brotli bytes"),
        ("assets/app-1.js.gz", "gzip bytes"),
        ("favicon.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>"),
    ];
    Site::new(files.map(|(name, text)| (name.to_owned(), Bytes::from(text))))
}

impl Setup {
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    pub async fn connect(&self) -> Connection {
        Connection::open(self.address).await
    }

    /// One request on a connection of its own, with `Host` and whatever headers are given.
    pub async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Reply {
        let mut connection = self.connect().await;
        connection
            .send(self.address, method, path, headers, body)
            .await;
        connection.read_to_end().await
    }

    pub async fn get(&self, path: &str, cookie: &str) -> Reply {
        self.send("GET", path, &[("Cookie", cookie)], "").await
    }

    /// As the console sends a change.
    pub async fn change(&self, method: &str, path: &str, cookie: &str, body: &str) -> Reply {
        self.change_with(method, path, cookie, body, &[]).await
    }

    pub async fn change_with(
        &self,
        method: &str,
        path: &str,
        cookie: &str,
        body: &str,
        more: &[(&str, &str)],
    ) -> Reply {
        let origin = self.origin();
        let mut headers = vec![
            ("Cookie", cookie),
            ("Origin", &origin),
            ("Sec-Fetch-Site", "same-origin"),
            ("X-Anchorage", "1"),
        ];
        if !body.is_empty() {
            headers.push(("Content-Type", "application/json"));
        }
        headers.extend_from_slice(more);
        self.send(method, path, &headers, body).await
    }

    /// The sign-in form, as a browser sends it.
    pub async fn submit_form(&self, body: &str, more: &[(&str, &str)]) -> Reply {
        let origin = self.origin();
        let mut headers = vec![
            ("Origin", origin.as_str()),
            ("Sec-Fetch-Site", "same-origin"),
            ("Content-Type", "application/x-www-form-urlencoded"),
        ];
        headers.extend_from_slice(more);
        self.send("POST", "/sign-in", &headers, body).await
    }

    /// Signs in; the answer is the `Cookie` header for what follows.
    pub async fn sign_in(&self) -> String {
        let reply = self
            .submit_form(
                "cloud=test&domain=acme&user=demo&password=right&project=eu-de",
                &[],
            )
            .await;
        assert_eq!(reply.status, 303, "{reply:?}");
        self.upstream.forget();
        cookie_of(&reply)
    }

    /// Tells it to stop and waits until it has.
    pub async fn stop(self) -> Upstream {
        self.stop.send_replace(true);
        self.serving.await.unwrap();
        self.upstream
    }

    pub fn begin_to_stop(&self) {
        self.stop.send_replace(true);
    }
}

/// `name=value` of the answer's cookie.
pub fn cookie_of(reply: &Reply) -> String {
    let line = reply.header("set-cookie").expect("a cookie");
    line.split(';').next().unwrap().to_owned()
}

/// Waits for something that will be true soon, however slow the machine.
pub async fn until(what: &str, mut is: impl FnMut() -> bool) {
    let waited = tokio::time::timeout(Duration::from_secs(20), async {
        let mut look_again = tokio::time::interval(Duration::from_millis(5));
        while !is() {
            look_again.tick().await;
        }
    });
    waited
        .await
        .unwrap_or_else(|_| panic!("waited in vain: {what}"));
}
