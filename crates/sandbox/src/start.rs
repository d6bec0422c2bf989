//! Opening a world and serving it.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use contract::time::Timestamp;
use tokio::net::TcpListener;

use crate::clock::{Clock, ClockState};
use crate::faults::Faults;
use crate::http::{self, Server};
use crate::iam::accounts::{self, Account};
use crate::jobs;
use crate::refusal::Failure;
use crate::seed::Seed;
use crate::store::{Store, StoreError};
use crate::world;

/// Where a sandbox keeps its world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Data {
    /// In memory: gone when the process ends.
    Memory,
    /// In this directory, made when it is not there.
    Dir(PathBuf),
}

/// How to start a sandbox.
///
/// ```
/// let options = sandbox::Options { seed: sandbox::Seed::Empty, ..sandbox::Options::default() };
/// assert!(options.controls);
/// ```
#[derive(Clone, Debug)]
pub struct Options {
    /// Address to listen on; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where the world is kept.
    pub data: Data,
    /// What a fresh store begins with; ignored by one that has a world already.
    pub seed: Seed,
    /// What time it is in a fresh store, the machine's if `None`; a store that has a world keeps its clock.
    pub now: Option<Timestamp>,
    /// Whether `/sandbox/…` answers.
    pub controls: bool,
    /// Whether a signed request whose date is more than 15 minutes from the machine's clock is refused.
    pub check_signature_date: bool,
}

impl Default for Options {
    /// A demo world in memory on a free loopback port.
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            data: Data::Memory,
            seed: Seed::Demo,
            now: None,
            controls: true,
            check_signature_date: true,
        }
    }
}

/// Why a sandbox did not start.
#[derive(Debug)]
pub enum StartError {
    /// Its database.
    Store(StoreError),
    /// Its address.
    Listen(SocketAddr, std::io::Error),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(error) => error.fmt(f),
            Self::Listen(address, error) => write!(f, "cannot listen on {address}: {error}"),
        }
    }
}

impl std::error::Error for StartError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Store(error) => Some(error),
            Self::Listen(_, error) => Some(error),
        }
    }
}

/// A seed is never refused; should it be, the store is named with the reason.
impl From<Failure> for StartError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Store(error) => Self::Store(error),
            Failure::Refused(refusal) => Self::Store(StoreError::Unusable(
                PathBuf::from("the seed"),
                refusal.to_string(),
            )),
        }
    }
}

impl From<StoreError> for StartError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// One world: what every handler works on.
pub struct Sandbox {
    /// The database.
    pub store: Store,
    /// The virtual clock.
    pub clock: Clock,
    /// Whether `/sandbox/…` answers.
    pub controls: bool,
    /// Whether the date of a signature is checked.
    pub check_signature_date: bool,
    /// Failures somebody asked for.
    pub faults: Faults,
    /// When the next job is due; the end of time when none is.
    next_due: AtomicI64,
    /// Held by whoever lets time pass.
    settling: Mutex<()>,
}

impl Sandbox {
    /// Opens the world of `options`; a fresh one gets its clock, its accounts and its seed.
    pub fn open(options: &Options) -> Result<Self, StartError> {
        let store = Store::open(&options.data)?;
        let stored = store.read_blocking(ClockState::load)?;
        let clock = Clock::new(stored);
        if stored.is_none() {
            if let Some(now) = options.now {
                clock.set(clock.state().set_to(now.micros()));
            }
            store.write_blocking(|db| {
                clock.state().save(db)?;
                accounts::found(db)?;
                world::plant(db, Timestamp::from_micros(clock.now()), options.seed)
            })?;
        } else if store.read_blocking(accounts::incomplete)? {
            store.write_blocking(accounts::found)?;
        }
        let next_due = store.read_blocking(jobs::next_due)?;
        Ok(Self {
            store,
            clock,
            controls: options.controls,
            check_signature_date: options.check_signature_date,
            faults: Faults::default(),
            next_due: AtomicI64::new(next_due),
            settling: Mutex::new(()),
        })
    }

    /// When the next job is due.
    pub(crate) fn next_due(&self) -> i64 {
        self.next_due.load(Ordering::Acquire)
    }

    pub(crate) fn expect_next(&self, due: i64) {
        self.next_due.store(due, Ordering::Release);
    }

    /// Whoever holds this lets time pass; everybody else waits.
    pub(crate) fn settling(&self) -> MutexGuard<'_, ()> {
        self.settling.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Every route of the sandbox, ready to be served.
    pub fn router(self: &Arc<Self>) -> Router {
        http::router(Arc::clone(self))
    }
}

/// A sandbox that accepts connections.
pub struct Running {
    /// The address connections are accepted on.
    pub addr: SocketAddr,
    /// The world being served.
    pub sandbox: Arc<Sandbox>,
    account: Account,
    server: Server,
}

/// Opens the world and listens; returns when connections are accepted.
pub async fn start(options: Options) -> Result<Running, StartError> {
    let listen = options.listen;
    let opened = tokio::task::spawn_blocking(move || {
        let sandbox = Sandbox::open(&options)?;
        let account = sandbox.store.read_blocking(accounts::first)?;
        Ok::<_, StartError>((sandbox, account))
    });
    let (sandbox, account) = match opened.await {
        Ok(opened) => opened?,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    };
    let sandbox = Arc::new(sandbox);
    let listener = TcpListener::bind(listen)
        .await
        .map_err(|error| StartError::Listen(listen, error))?;
    let server = Server::run(listener, sandbox.router())
        .map_err(|error| StartError::Listen(listen, error))?;
    Ok(Running {
        addr: server.addr(),
        sandbox,
        account,
        server,
    })
}

impl Running {
    /// `http://` and the address.
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// One line of JSON, without its line end: where the sandbox is and how to sign in.
    pub fn start_line(&self) -> String {
        let account = &self.account;
        serde_json::json!({"sandbox": {
            "url": self.url(),
            "access_key": account.access_key,
            "secret_key": account.secret_key,
            "project_id": account.project_id,
            "region": account.region,
            "domain": account.domain,
            "user": account.user,
            "password": account.password,
            "project": account.project,
        }})
        .to_string()
    }

    /// Stops accepting, lets requests in flight finish (ten seconds at most), and stores the clock.
    pub async fn shutdown(self) -> Result<(), StoreError> {
        self.server.shutdown().await;
        let sandbox = self.sandbox;
        let state = sandbox.clock.state();
        sandbox.store.write(move |db| state.save(db)).await
    }
}
