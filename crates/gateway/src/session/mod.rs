//! Sessions: who is signed in, and the tokens that never leave this process.

pub mod cookie;
pub mod routes;
mod store;

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::Duration,
};

use axum::http::{HeaderMap, HeaderValue};
use contract::{
    operations::Service,
    session::{Project, SessionInfo},
    time::Timestamp,
};
use tokio::time::Instant;

pub use self::store::Sessions;
use crate::{
    app::App,
    cloud::Cloud,
    endpoint::Endpoint,
    error::Refusal,
    identity::{self, Granted},
    secret::Secret,
};

/// SHA-256 of a session's id; the id itself is known to the browser alone.
pub type Key = [u8; 32];

/// One sign-in.
pub struct Session {
    pub key: Key,
    pub cloud: Arc<Cloud>,
    pub domain: String,
    pub user_id: String,
    pub user: String,
    /// The project signed in to.
    pub project_id: String,
    pub projects: Vec<Project>,
    pub region: String,
    /// Public mark of this sign-in: a tab that holds another one belongs to somebody else.
    pub epoch: String,
    pub idle: Duration,
    ends: Instant,
    ends_at: Timestamp,
    last_used: Mutex<Instant>,
    /// The token of the sign-in; others are made from it.
    root: Secret,
    access: RwLock<BTreeMap<String, Arc<Access>>>,
    /// Held while a project's token is fetched, so that ten calls at once fetch one.
    fetching: tokio::sync::Mutex<()>,
}

/// A project's token and endpoints.
pub struct Access {
    /// Marked sensitive: it is never shown.
    pub token: HeaderValue,
    secret: Secret,
    endpoints: BTreeMap<&'static str, Endpoint>,
}

impl Access {
    fn new(cloud: &Cloud, granted: &Granted) -> Result<Self, Refusal> {
        let unusable = Refusal::UpstreamUnreadable("its token cannot be sent in a header");
        Ok(Self {
            token: granted.token.to_header().ok_or(unusable)?,
            secret: granted.token.clone(),
            endpoints: cloud.endpoints(&granted.about),
        })
    }

    pub fn endpoint(&self, service: Service) -> Option<&Endpoint> {
        self.endpoints.get(service.word())
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("cloud", &self.cloud.id)
            .field("user_id", &self.user_id)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let services: Vec<_> = self.endpoints.keys().collect();
        f.debug_struct("Access")
            .field("services", &services)
            .finish_non_exhaustive()
    }
}

impl Session {
    /// From a fresh token; asks the cloud which projects there are, and enters one when none was named.
    pub async fn begin(
        app: &App,
        cloud: Arc<Cloud>,
        domain: &str,
        granted: Granted,
        key: Key,
    ) -> Result<Self, Refusal> {
        let mut projects = identity::projects(&cloud, &granted.token).await?;
        let entered = &granted.about.project;
        if crate::proxy::is_id(&entered.id) && projects.iter().all(|p| p.id != entered.id) {
            projects.insert(
                0,
                Project {
                    id: entered.id.clone(),
                    name: entered.name.clone(),
                },
            );
        }
        let mut access = BTreeMap::new();
        let mut region = cloud.region(&granted.about);
        let mut project_id = entered.id.clone();
        if !project_id.is_empty() {
            access.insert(project_id.clone(), Arc::new(Access::new(&cloud, &granted)?));
        } else if let Some(first) = projects.first() {
            let now = app.clock.now();
            let scoped = identity::rescope(&cloud, &granted.token, &first.id, now).await?;
            region = cloud.region(&scoped.about);
            project_id.clone_from(&first.id);
            access.insert(first.id.clone(), Arc::new(Access::new(&cloud, &scoped)?));
        }
        let age = app.limits.session_age.min(granted.lifetime);
        let (now, wall) = (Instant::now(), app.clock.now());
        Ok(Self {
            key,
            domain: domain.to_owned(),
            region,
            user_id: granted.about.user.id,
            user: granted.about.user.name,
            project_id,
            projects,
            epoch: crate::random::hex::<8>(),
            idle: app.limits.session_idle,
            ends: now + age,
            ends_at: wall
                .plus_seconds(i64::try_from(age.as_secs()).unwrap_or(i64::MAX / 2_000_000)),
            last_used: Mutex::new(now),
            root: granted.token,
            access: RwLock::new(access),
            fetching: tokio::sync::Mutex::new(()),
            cloud,
        })
    }

    pub fn info(&self, now: Timestamp) -> SessionInfo {
        SessionInfo {
            cloud: self.cloud.info(),
            domain: self.domain.clone(),
            user_id: self.user_id.clone(),
            user: self.user.clone(),
            project_id: self.project_id.clone(),
            projects: self.projects.clone(),
            region: self.region.clone(),
            epoch: self.epoch.clone(),
            expires_at: self.ends_at.seconds(),
            now: now.seconds(),
            idle_seconds: i64::try_from(self.idle.as_secs()).unwrap_or(i64::MAX),
        }
    }

    pub fn may_enter(&self, project_id: &str) -> bool {
        self.projects.iter().any(|project| project.id == project_id)
    }

    /// The token and endpoints for a project, fetched when they are first needed.
    pub async fn access(&self, app: &App, project_id: &str) -> Result<Arc<Access>, Refusal> {
        if !self.may_enter(project_id) {
            return Err(Refusal::NoSuchProject);
        }
        if let Some(access) = self.known_access(project_id) {
            return Ok(access);
        }
        let _one_at_a_time = self.fetching.lock().await;
        if let Some(access) = self.known_access(project_id) {
            return Ok(access);
        }
        let granted =
            identity::rescope(&self.cloud, &self.root, project_id, app.clock.now()).await?;
        let access = Arc::new(Access::new(&self.cloud, &granted)?);
        let mut all = self.access.write().unwrap_or_else(PoisonError::into_inner);
        all.insert(project_id.to_owned(), access.clone());
        Ok(access)
    }

    /// Forgets a project's token that a service no longer accepts, unless another call has replaced it already.
    pub fn forget(&self, project_id: &str, used: &Arc<Access>) {
        let mut all = self.access.write().unwrap_or_else(PoisonError::into_inner);
        if all
            .get(project_id)
            .is_some_and(|known| Arc::ptr_eq(known, used))
        {
            all.remove(project_id);
        }
    }

    /// Every token, to be revoked.
    pub fn tokens(&self) -> Vec<Secret> {
        let all = self.access.read().unwrap_or_else(PoisonError::into_inner);
        let of_projects = all.values().map(|access| access.secret.clone());
        let mut tokens: Vec<Secret> = of_projects.collect();
        if tokens
            .iter()
            .all(|token| token.expose() != self.root.expose())
        {
            tokens.push(self.root.clone());
        }
        tokens
    }

    fn known_access(&self, project_id: &str) -> Option<Arc<Access>> {
        let all = self.access.read().unwrap_or_else(PoisonError::into_inner);
        all.get(project_id).cloned()
    }

    fn last_used(&self) -> Instant {
        *self
            .last_used
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn over(&self, now: Instant) -> bool {
        now >= self.ends || now.duration_since(self.last_used()) >= self.idle
    }

    fn touch(&self, now: Instant) {
        *self
            .last_used
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = now;
    }
}

/// The session of a request's cookie.
pub fn of(app: &App, headers: &HeaderMap) -> Result<Arc<Session>, Refusal> {
    let id = cookie::read(app, headers).ok_or(Refusal::NotSignedIn)?;
    app.sessions
        .get(&cookie::key(&id))
        .ok_or(Refusal::SessionEnded)
}
