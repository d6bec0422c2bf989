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
    iam::Token,
    operations::Service,
    session::{Project, SessionInfo, SignInKind},
    time::Timestamp,
};
use tokio::time::Instant;

pub use self::store::Sessions;
use crate::{
    app::App,
    cloud::Cloud,
    credentials::{Auth, Keychain, Signature},
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
    /// Words of the services of the project signed in to.
    services: Vec<&'static str>,
    /// Public mark of this sign-in: a tab that holds another one belongs to somebody else.
    pub epoch: String,
    pub idle: Duration,
    ends: Instant,
    ends_at: Timestamp,
    last_used: Mutex<Instant>,
    root: Root,
    access: RwLock<BTreeMap<String, Arc<Access>>>,
    /// Held while a project's token is fetched, so that ten calls at once fetch one.
    fetching: tokio::sync::Mutex<()>,
}

/// What the sign-in left behind.
pub enum Root {
    /// Its token; others are made from it.
    Token(Secret),
    /// The person's own keys: each request is signed with them.
    Keys(Keychain),
}

/// A sign-in the cloud accepted.
pub struct Accepted {
    pub root: Root,
    pub domain: String,
    pub user_id: String,
    pub user: String,
    pub projects: Vec<Project>,
    /// The project to begin with, and what its services are; nothing when the person may enter none.
    pub entered: Option<(Project, Access, String)>,
    /// How long it is valid; nothing when nobody knows.
    pub lifetime: Option<Duration>,
}

/// How calls for a project are made, and its endpoints.
pub struct Access {
    /// Marked sensitive: it is never shown. Nothing in a session that signs its requests.
    token: Option<HeaderValue>,
    endpoints: BTreeMap<&'static str, Endpoint>,
}

impl Access {
    pub fn by_token(cloud: &Cloud, granted: &Granted) -> Result<Self, Refusal> {
        let unusable = Refusal::UpstreamUnreadable("its token cannot be sent in a header");
        Ok(Self {
            token: Some(granted.token.to_header().ok_or(unusable)?),
            endpoints: cloud.endpoints(&granted.about),
        })
    }

    pub fn by_signature(cloud: &Cloud, about: &Token) -> Self {
        Self {
            token: None,
            endpoints: cloud.endpoints(about),
        }
    }

    pub fn endpoint(&self, service: Service) -> Option<&Endpoint> {
        self.endpoints.get(service.word())
    }

    /// The words of the services there are.
    fn services(&self) -> Vec<&'static str> {
        self.endpoints.keys().copied().collect()
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
        f.debug_struct("Access")
            .field("services", &self.services())
            .finish_non_exhaustive()
    }
}

impl Session {
    pub fn begin(app: &App, cloud: Arc<Cloud>, accepted: Accepted, key: Key) -> Self {
        let age = app.limits.session_age;
        let age = accepted.lifetime.map_or(age, |lifetime| age.min(lifetime));
        let (now, wall) = (Instant::now(), app.clock.now());
        let mut access = BTreeMap::new();
        let (project_id, region, services) = match accepted.entered {
            Some((project, entered, region)) => {
                let services = entered.services();
                access.insert(project.id.clone(), Arc::new(entered));
                (project.id, region, services)
            }
            None => Default::default(),
        };
        Self {
            key,
            domain: accepted.domain,
            region,
            services,
            user_id: accepted.user_id,
            user: accepted.user,
            project_id,
            projects: accepted.projects,
            epoch: crate::random::hex::<8>(),
            idle: app.limits.session_idle,
            ends: now + age,
            ends_at: wall
                .plus_seconds(i64::try_from(age.as_secs()).unwrap_or(i64::MAX / 2_000_000)),
            last_used: Mutex::new(now),
            root: accepted.root,
            access: RwLock::new(access),
            fetching: tokio::sync::Mutex::new(()),
            cloud,
        }
    }

    pub fn info(&self, now: Timestamp) -> SessionInfo {
        SessionInfo {
            cloud: self.cloud.info(),
            domain: self.domain.clone(),
            user_id: self.user_id.clone(),
            user: self.user.clone(),
            sign_in: self.kind(),
            project_id: self.project_id.clone(),
            projects: self.projects.clone(),
            region: self.region.clone(),
            services: self.services.iter().map(|&word| word.to_owned()).collect(),
            epoch: self.epoch.clone(),
            expires_at: self.ends_at.seconds(),
            now: now.seconds(),
            idle_seconds: i64::try_from(self.idle.as_secs()).unwrap_or(i64::MAX),
        }
    }

    fn kind(&self) -> SignInKind {
        match &self.root {
            Root::Token(_) => SignInKind::Password,
            Root::Keys(chain) if chain.keys.are_temporary() => SignInKind::TemporaryKey,
            Root::Keys(_) => SignInKind::AccessKey,
        }
    }

    pub fn may_enter(&self, project_id: &str) -> bool {
        self.project(project_id).is_some()
    }

    fn project(&self, id: &str) -> Option<&Project> {
        self.projects.iter().find(|project| project.id == id)
    }

    /// The keys of a session that signs its requests.
    pub fn keychain(&self) -> Option<&Keychain> {
        match &self.root {
            Root::Token(_) => None,
            Root::Keys(chain) => Some(chain),
        }
    }

    /// What a call to a service of a project carries.
    pub fn auth(
        &self,
        access: &Access,
        service: Service,
        project_id: &str,
        now: Timestamp,
    ) -> Auth {
        match (&access.token, &self.root) {
            (Some(token), _) => Auth::Token(token.clone()),
            (None, Root::Keys(chain)) => Auth::Signature(Signature {
                keys: chain.keys.clone(),
                variant: chain.variant(service),
                project: Some(project_id.to_owned()),
                at: now,
            }),
            (None, Root::Token(_)) => Auth::None,
        }
    }

    /// The token and endpoints for a project, fetched when they are first needed.
    pub async fn access(&self, app: &App, project_id: &str) -> Result<Arc<Access>, Refusal> {
        let project = self.project(project_id).ok_or(Refusal::NoSuchProject)?;
        if let Some(access) = self.known_access(project_id) {
            return Ok(access);
        }
        let _one_at_a_time = self.fetching.lock().await;
        if let Some(access) = self.known_access(project_id) {
            return Ok(access);
        }
        let (cloud, now) = (&self.cloud, app.clock.now());
        let access = match &self.root {
            Root::Token(token) => {
                let granted = identity::rescope(cloud, token, project_id, now).await?;
                Access::by_token(cloud, &granted)?
            }
            Root::Keys(chain) => {
                let auth = Auth::Signature(chain.for_project(project_id, now));
                Access::by_signature(cloud, &identity::catalog(cloud, auth, project).await?)
            }
        };
        let access = Arc::new(access);
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

    /// Every token, to be revoked; keys are the person's own and stay what they are.
    pub fn tokens(&self) -> Vec<Secret> {
        let Root::Token(root) = &self.root else {
            return Vec::new();
        };
        let all = self.access.read().unwrap_or_else(PoisonError::into_inner);
        let of_projects = all.values().filter_map(|access| access.token.as_ref());
        let mut tokens: Vec<Secret> = of_projects
            .filter_map(|token| Some(Secret::new(token.to_str().ok()?.to_owned())))
            .collect();
        if tokens.iter().all(|token| token.expose() != root.expose()) {
            tokens.push(root.clone());
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
