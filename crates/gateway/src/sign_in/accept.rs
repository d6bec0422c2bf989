//! Asks the cloud whether it accepts somebody, and for everything a session begins with.

use std::sync::Arc;

use contract::session::{Project, SignIn, SignInKind};

use crate::{
    app::App,
    cloud::Cloud,
    credentials::{Auth, Keychain, Keys, Signature},
    error::Refusal,
    identity,
    secret::Secret,
    session::{Accepted, Access, Root},
};

/// Longest text of a field that is looked at.
const FIELD: usize = 255;
/// A temporary key's token is longer than everything else, and still has to fit in a header.
pub const SECURITY_TOKEN: usize = 8 * 1024;

/// What somebody typed, if it can be anything at all.
pub enum Credentials {
    Password {
        domain: String,
        user: String,
        password: Secret,
        project: String,
    },
    Keys {
        keys: Arc<Keys>,
        project: String,
    },
}

impl Credentials {
    /// Checks what can be checked without asking the cloud.
    pub fn of(with: &SignIn, cloud: &Cloud) -> Result<Self, Refusal> {
        let wrong = match with.kind() {
            SignInKind::Password => Refusal::WrongSignIn,
            SignInKind::AccessKey | SignInKind::TemporaryKey => Refusal::WrongKeys,
        };
        let fields = [
            &with.domain,
            &with.user,
            &with.password,
            &with.project,
            &with.access_key,
            &with.secret_key,
        ];
        let too_long = fields.iter().any(|field| field.len() > FIELD)
            || with.security_token.len() > SECURITY_TOKEN;
        if too_long || fields.iter().any(|field| field.contains('\0')) {
            return Err(wrong);
        }
        let project = with.project.trim().to_owned();
        if with.kind() == SignInKind::Password {
            if !cloud.ways.password {
                return Err(Refusal::NotOffered);
            }
            if with.domain.is_empty() || with.user.is_empty() || with.password.is_empty() {
                return Err(wrong);
            }
            return Ok(Self::Password {
                domain: with.domain.clone(),
                user: with.user.clone(),
                password: Secret::new(with.password.clone()),
                project,
            });
        }
        if !cloud.ways.access_key {
            return Err(Refusal::NotOffered);
        }
        // A blank before or after comes from copying; no key has one.
        let secret = |text: &str| Secret::new(text.trim().to_owned());
        let token = Some(secret(&with.security_token)).filter(|t| !t.expose().is_empty());
        let keys = Keys::new(with.access_key.trim(), secret(&with.secret_key), token);
        Ok(Self::Keys {
            keys: Arc::new(keys.ok_or(wrong)?),
            project,
        })
    }

    /// Who tries, as far as guessing is counted.
    pub fn who(&self, cloud: &Cloud) -> String {
        match self {
            Self::Password { domain, user, .. } => format!("{}/{domain}/{user}", cloud.id),
            Self::Keys { keys, .. } => format!("{}/key/{}", cloud.id, keys.access()),
        }
    }

    /// Asks the cloud.
    pub async fn present(&self, app: &App, cloud: &Cloud) -> Result<Accepted, Refusal> {
        match self {
            Self::Password {
                domain,
                user,
                password,
                project,
            } => by_password(app, cloud, (domain, user, password, project)).await,
            Self::Keys { keys, project } => by_keys(app, cloud, keys, project).await,
        }
    }
}

/// A token for the project named, or for the first one there is.
async fn by_password(
    app: &App,
    cloud: &Cloud,
    (domain, user, password, project): (&str, &str, &Secret, &str),
) -> Result<Accepted, Refusal> {
    let now = app.clock.now();
    let granted = identity::password(cloud, domain, user, password, project, now).await?;
    let token = granted.token.to_header().map_or(Auth::None, Auth::Token);
    let mut projects = identity::projects(cloud, token).await?;
    let named = &granted.about.project;
    if crate::proxy::is_id(&named.id) && projects.iter().all(|p| p.id != named.id) {
        let project = Project {
            id: named.id.clone(),
            name: named.name.clone(),
        };
        projects.insert(0, project);
    }
    let entered = if !named.id.is_empty() {
        let project = Project {
            id: named.id.clone(),
            name: named.name.clone(),
        };
        let access = Access::by_token(cloud, &granted)?;
        Some((project, access, cloud.region(&granted.about)))
    } else if let Some(first) = projects.first() {
        let scoped = identity::rescope(cloud, &granted.token, &first.id, now).await?;
        let access = Access::by_token(cloud, &scoped)?;
        Some((first.clone(), access, cloud.region(&scoped.about)))
    } else {
        None
    };
    Ok(Accepted {
        root: Root::Token(granted.token),
        domain: domain.to_owned(),
        user_id: granted.about.user.id,
        user: granted.about.user.name,
        projects,
        entered,
        lifetime: Some(granted.lifetime),
    })
}

/// The keys' projects, and the services of the one named, or of the first one there is.
async fn by_keys(
    app: &App,
    cloud: &Cloud,
    keys: &Arc<Keys>,
    named: &str,
) -> Result<Accepted, Refusal> {
    let now = app.clock.now();
    let (variant, projects) = identity::projects_by_keys(cloud, keys, now).await?;
    let chain = Keychain::new(keys.clone(), variant);
    let project = match named {
        "" => projects.first(),
        // The keys are right, so it may be said what is not.
        _ => Some(
            projects
                .iter()
                .find(|project| project.name == named)
                .ok_or(Refusal::NoSuchProject)?,
        ),
    };
    let account = Auth::Signature(Signature {
        keys: keys.clone(),
        variant,
        project: None,
        at: now,
    });
    let domain = identity::domain(cloud, account).await?;
    let entered = match project {
        None => None,
        Some(project) => {
            let auth = Auth::Signature(chain.for_project(&project.id, now));
            let about = identity::catalog(cloud, auth, project).await?;
            let access = Access::by_signature(cloud, &about);
            Some((project.clone(), access, cloud.region(&about)))
        }
    };
    Ok(Accepted {
        root: Root::Keys(chain),
        domain,
        // Neither the catalog nor the projects say whose key it is, so it stands for its owner.
        user_id: keys.access().to_owned(),
        user: keys.access().to_owned(),
        projects,
        entered,
        lifetime: None,
    })
}
