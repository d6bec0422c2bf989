//! Who is calling: a token or an AK/SK signature, resolved once per request before its handler.

use std::sync::Arc;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use rusqlite::{Connection, OptionalExtension as _};
use subtle::ConstantTimeEq as _;

use super::directory::{Key, Project, User};
use super::tokens::{Scope, Token};
use crate::Sandbox;
use crate::clock::Micros;
use crate::http::{BODY_LIMIT, Problem, decode_component};
use crate::store::StoreError;
use signing::{Authorization, Message};

/// The header that carries a token.
pub const TOKEN: &str = "x-auth-token";

/// A caller of the identity service.
#[derive(Clone, Debug)]
pub struct Caller {
    pub user: User,
    pub scope: Scope,
}

/// A caller of a service: who, and in which project. The project of the path is this one.
///
/// As an extractor it is there on every route behind [`require_project`].
#[derive(Clone, Debug)]
pub struct Authenticated {
    /// Who calls.
    pub user: User,
    /// The project everything happens in.
    pub project: Project,
}

impl<S: Sync> FromRequestParts<S> for Authenticated {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        // Absent only on a route that forgot its layer: then nobody is let in.
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or_else(|| Denied::NoCredentials.at_gateway())
    }
}

impl Caller {
    /// The caller a token in a body stands for.
    pub async fn with_token(sandbox: &Arc<Sandbox>, token: String) -> Result<Self, Problem> {
        let now = sandbox.clock.session_now();
        let found = sandbox
            .store
            .read(move |db| Token::find(db, &token, now))
            .await?;
        found
            .map(Self::from)
            .ok_or_else(|| Denied::Token.at_identity())
    }

    /// The answer to nobody in particular.
    pub fn missing() -> Problem {
        Denied::NoCredentials.at_identity()
    }
}

impl From<Token> for Caller {
    fn from(token: Token) -> Self {
        Self {
            user: token.user,
            scope: token.scope,
        }
    }
}

/// Why somebody is not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Denied {
    NoCredentials,
    Token,
    Signature,
    /// A token for a domain, where a project is needed.
    NoProject,
    /// The project of the path or of `X-Project-Id` is not the caller's.
    OtherProject,
}

impl Denied {
    fn status(self) -> StatusCode {
        match self {
            Self::NoCredentials | Self::Token | Self::Signature => StatusCode::UNAUTHORIZED,
            Self::NoProject | Self::OtherProject => StatusCode::FORBIDDEN,
        }
    }

    /// As the gateway before the services words it (errors.md section 4).
    fn at_gateway(self) -> Problem {
        let text = match self {
            Self::NoCredentials => {
                "Incorrect IAM authentication information: no token and no signature"
            }
            Self::Token => {
                "Incorrect IAM authentication information: the token is unknown or has expired"
            }
            Self::Signature => {
                "Incorrect IAM authentication information: verify aksk signature fail"
            }
            Self::NoProject => {
                "Incorrect IAM authentication information: the token is not for a project"
            }
            Self::OtherProject => {
                "Incorrect IAM authentication information: the project is not the caller's"
            }
        };
        Problem::gateway(self.status(), "APIGW.0301", text)
    }

    fn at_identity(self) -> Problem {
        let text = match self {
            Self::NoCredentials => "The request you have made requires authentication.",
            Self::Token => "The token is unknown or has expired.",
            Self::Signature => {
                "Incorrect IAM authentication information: verify aksk signature fail"
            }
            Self::NoProject | Self::OtherProject => "You are not allowed to enter this project.",
        };
        Problem::identity(self.status(), text)
    }
}

/// What a request shows of itself, owned, so that it can be checked beside the database.
struct Shown {
    method: String,
    path: String,
    query: String,
    headers: Vec<(String, String)>,
    body: Bytes,
}

impl Shown {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, value)| value.as_str())
    }

    /// The project id of `/v1/{project_id}/…`, when it looks like one.
    fn path_project(&self) -> Option<&str> {
        let segment = self.path.split('/').nth(2)?;
        let hex = segment.len() == 32 && segment.bytes().all(|b| b.is_ascii_hexdigit());
        hex.then_some(segment)
    }
}

/// Lets only callers with a valid token or signature through to the identity routes behind it;
/// gives them a [`Caller`].
pub async fn require_caller(
    State(sandbox): State<Arc<Sandbox>>,
    request: Request,
    next: Next,
) -> Response {
    match resolve(&sandbox, request).await {
        Ok((Ok(caller), mut request)) => {
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        Ok((Err(denied), _)) => denied.at_identity().into_response(),
        Err(problem) => problem.into_response(),
    }
}

/// Gives the routes behind it a [`Caller`] when the request shows credentials; bad ones are refused.
pub async fn note_caller(
    State(sandbox): State<Arc<Sandbox>>,
    request: Request,
    next: Next,
) -> Response {
    match resolve(&sandbox, request).await {
        Ok((Ok(caller), mut request)) => {
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        Ok((Err(Denied::NoCredentials), request)) => next.run(request).await,
        Ok((Err(denied), _)) => denied.at_identity().into_response(),
        Err(problem) => problem.into_response(),
    }
}

/// Lets only callers of the path's project through to the service routes behind it; gives them an
/// [`Authenticated`]. A path without a project means the caller's own.
pub async fn require_project(
    State(sandbox): State<Arc<Sandbox>>,
    request: Request,
    next: Next,
) -> Response {
    let asked = project_of_path(request.uri().path());
    let (caller, mut request) = match resolve(&sandbox, request).await {
        Ok((Ok(caller), request)) => (caller, request),
        Ok((Err(denied), _)) => return denied.at_gateway().into_response(),
        Err(problem) => return problem.into_response(),
    };
    let Scope::Project(project) = caller.scope else {
        return Denied::NoProject.at_gateway().into_response();
    };
    if asked.is_some_and(|asked| asked != project.id) {
        return Denied::OtherProject.at_gateway().into_response();
    }
    request.extensions_mut().insert(Authenticated {
        user: caller.user,
        project,
    });
    next.run(request).await
}

/// The segment after the version, where services have their project; images have none.
fn project_of_path(path: &str) -> Option<String> {
    let mut segments = path.split('/').skip(1);
    let version = segments.next()?;
    let project = segments.next()?;
    let global = version == "v2" && project == "images"
        || (version == "v1" || version == "v2") && project == "cloudimages"
        || version == "v3" && matches!(project, "domain" | "migrates" | "region-projects");
    if global {
        None
    } else {
        decode_component(project, false).ok()
    }
}

async fn resolve(
    sandbox: &Arc<Sandbox>,
    request: Request,
) -> Result<(Result<Caller, Denied>, Request), Problem> {
    let now = sandbox.clock.session_now();
    if let Some(token) = request.headers().get(TOKEN) {
        let Ok(token) = token.to_str().map(str::to_owned) else {
            return Ok((Err(Denied::Token), request));
        };
        let found = sandbox
            .store
            .read(move |db| Token::find(db, &token, now))
            .await?;
        let caller = found.map(Caller::from).ok_or(Denied::Token);
        return Ok((caller, request));
    }
    if !request.headers().contains_key(header::AUTHORIZATION) {
        return Ok((Err(Denied::NoCredentials), request));
    }
    let (parts, body) = request.into_parts();
    // The layer around every request has read the body already: this only joins it again.
    let body = to_bytes(body, BODY_LIMIT).await.unwrap_or_default();
    let shown = Shown {
        method: parts.method.as_str().to_owned(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: readable(&parts.headers),
        body: body.clone(),
    };
    let date_clock = sandbox
        .check_signature_date
        .then(|| sandbox.clock.real_now());
    let caller = sandbox
        .store
        .read(move |db| signed_by(db, &shown, date_clock, now))
        .await?;
    Ok((caller, Request::from_parts(parts, Body::from(body))))
}

/// Headers as text; one that is none cannot have been signed.
fn readable(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .filter_map(|(name, value)| {
            Some((
                name.as_str().to_owned(),
                std::str::from_utf8(value.as_bytes()).ok()?.to_owned(),
            ))
        })
        .collect()
}

/// The caller whose key signed the request (iam-v3 7.2).
///
/// `date_clock` is the machine's clock, which clients sign with; without it dates are not checked.
fn signed_by(
    db: &Connection,
    shown: &Shown,
    date_clock: Option<Micros>,
    now: Micros,
) -> Result<Result<Caller, Denied>, StoreError> {
    let authorization = shown.header("authorization").unwrap_or_default();
    let Ok(authorization) = Authorization::parse(authorization) else {
        return Ok(Err(Denied::Signature));
    };
    let key = find_key(db, &authorization.access, now)?;
    let headers: Vec<(&str, &str)> = shown
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let message = Message {
        method: &shown.method,
        path: &shown.path,
        query: &shown.query,
        headers: &headers,
        body: &shown.body,
    };
    // An unknown key is computed with too, so that it takes as long as a wrong signature.
    let secret = key.as_ref().map_or("", |key| key.secret.as_str());
    let verified = authorization.verify(secret, &message).is_ok();
    let Some(key) = key.filter(|_| verified) else {
        return Ok(Err(Denied::Signature));
    };
    let presented = shown.header("x-security-token").unwrap_or_default();
    let expected = key.security_token.as_deref().unwrap_or_default();
    let same_token: bool = presented.as_bytes().ct_eq(expected.as_bytes()).into();
    let fresh = date_clock.is_none_or(|clock| {
        shown
            .header(signing::DATE_HEADER)
            .and_then(signing::date_seconds)
            .is_some_and(|date| (clock / 1_000_000 - date).abs() <= signing::MAX_SKEW_SECONDS)
    });
    if !same_token || !fresh {
        return Ok(Err(Denied::Signature));
    }
    let Some(user) = User::by_id(db, &key.user_id)? else {
        return Ok(Err(Denied::Signature));
    };
    let scope = match shown
        .header("x-project-id")
        .or_else(|| shown.path_project())
    {
        Some(id) => match user.project(db, Key::Id(id), None)? {
            Some(project) => Scope::Project(project),
            None => return Ok(Err(Denied::OtherProject)),
        },
        None => {
            let mut projects = user.projects(db)?;
            match projects.pop().filter(|_| projects.is_empty()) {
                Some(only) => Scope::Project(only),
                None => Scope::Domain(user.domain.clone()),
            }
        }
    };
    Ok(Ok(Caller { user, scope }))
}

struct AccessKey {
    secret: String,
    user_id: String,
    security_token: Option<String>,
}

fn find_key(db: &Connection, access: &str, now: Micros) -> Result<Option<AccessKey>, StoreError> {
    let mut query = db.prepare_cached(
        "SELECT secret, user_id, security_token FROM access_keys
         WHERE access = ?1 AND (expires_at IS NULL OR expires_at > ?2)",
    )?;
    let key = query
        .query_row((access, now), |row| {
            Ok(AccessKey {
                secret: row.get(0)?,
                user_id: row.get(1)?,
                security_token: row.get(2)?,
            })
        })
        .optional()?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_project_is_the_segment_after_the_version_except_for_images() {
        assert_eq!(project_of_path("/v1/abc/policies").as_deref(), Some("abc"));
        assert_eq!(project_of_path("/v2.1/a%62c").as_deref(), Some("abc"));
        assert_eq!(
            project_of_path("/v2/cloudvolumes/detail").as_deref(),
            Some("cloudvolumes")
        );
        assert_eq!(project_of_path("/v1/cloudimages/quota"), None);
        assert_eq!(project_of_path("/v2/images"), None);
    }
}
