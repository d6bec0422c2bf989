//! What the gateway asks of an identity service: a token, a token for another project, the projects, and to forget a
//! token; for people who sign in with an access key, their projects, account and catalog instead.

use std::{sync::Arc, time::Duration};

use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use bytes::Bytes;
use contract::{
    iam::{self, CatalogAnswer, DomainsAnswer, ProjectsAnswer, Token, TokenAnswer},
    session::Project,
    time::Timestamp,
};
use http_body_util::{BodyExt, Limited};
use hyper::{Response, body::Incoming};

use crate::{
    cloud::Cloud,
    credentials::{Auth, Keys, Signature, Variant},
    error::Refusal,
    secret::Secret,
    upstream::Call,
};

/// A catalog is some tens of kilobytes.
const ANSWER_LIMIT: usize = 4 * 1024 * 1024;
const ANSWER_TIME: Duration = Duration::from_secs(30);

/// A token and what it stands for.
#[derive(Debug)]
pub struct Granted {
    pub token: Secret,
    pub about: Token,
    /// How long it is valid from now, by the service's own clock.
    pub lifetime: Duration,
}

/// Signs in with a password; without a project's name the token is for the account.
pub async fn password(
    cloud: &Cloud,
    domain: &str,
    user: &str,
    password: &Secret,
    project: &str,
    now: Timestamp,
) -> Result<Granted, Refusal> {
    let project = Some(project).filter(|name| !name.is_empty());
    let body = iam::password_request(domain, user, password.expose(), project);
    granted(cloud, &body, now)
        .await
        .map_err(|status| match status {
            Denied::Status(
                StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND,
            ) => Refusal::WrongSignIn,
            Denied::Status(other) => Refusal::Identity(other),
            Denied::Refusal(refusal) => refusal,
        })
}

/// A token for a project, from a token of the same user.
pub async fn rescope(
    cloud: &Cloud,
    token: &Secret,
    project_id: &str,
    now: Timestamp,
) -> Result<Granted, Refusal> {
    let body = iam::rescope_request(token.expose(), project_id);
    granted(cloud, &body, now)
        .await
        .map_err(|status| match status {
            Denied::Status(StatusCode::UNAUTHORIZED) => Refusal::SessionEnded,
            Denied::Status(StatusCode::FORBIDDEN | StatusCode::NOT_FOUND) => Refusal::NoSuchProject,
            Denied::Status(other) => Refusal::Identity(other),
            Denied::Refusal(refusal) => refusal,
        })
}

/// The projects the user may enter, by name. Built-in ones that hold no servers are left out.
pub async fn projects(cloud: &Cloud, auth: Auth) -> Result<Vec<Project>, Refusal> {
    let answer = get(cloud, auth, "/auth/projects").await?;
    if answer.status() != StatusCode::OK {
        return Err(Refusal::Identity(answer.status()));
    }
    projects_of(answer).await
}

/// The projects of somebody who signs in with keys, and the variant of the signature that was accepted.
pub async fn projects_by_keys(
    cloud: &Cloud,
    keys: &Arc<Keys>,
    now: Timestamp,
) -> Result<(Variant, Vec<Project>), Refusal> {
    for variant in Variant::ALL {
        let auth = Auth::Signature(Signature {
            keys: keys.clone(),
            variant,
            project: None,
            at: now,
        });
        let answer = get(cloud, auth, "/auth/projects").await?;
        match answer.status() {
            StatusCode::OK => return Ok((variant, projects_of(answer).await?)),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {}
            other => return Err(Refusal::Identity(other)),
        }
    }
    Err(Refusal::WrongKeys)
}

/// What a token of this project would stand for, asked with a signature: its services.
pub async fn catalog(cloud: &Cloud, auth: Auth, project: &Project) -> Result<Token, Refusal> {
    let answer = get(cloud, auth, "/auth/catalog").await?;
    match answer.status() {
        StatusCode::OK => {}
        StatusCode::UNAUTHORIZED => return Err(Refusal::SessionEnded),
        StatusCode::FORBIDDEN | StatusCode::NOT_FOUND => return Err(Refusal::NoSuchProject),
        other => return Err(Refusal::Identity(other)),
    }
    Ok(Token {
        project: iam::Named {
            id: project.id.clone(),
            name: project.name.clone(),
        },
        catalog: json::<CatalogAnswer>(answer).await?.catalog,
        ..Token::default()
    })
}

/// The name of the account the keys belong to; empty when the service does not say.
pub async fn domain(cloud: &Cloud, auth: Auth) -> Result<String, Refusal> {
    let answer = get(cloud, auth, "/auth/domains").await?;
    if answer.status() != StatusCode::OK {
        return Ok(String::new());
    }
    let domains = json::<DomainsAnswer>(answer).await?.domains;
    Ok(domains
        .into_iter()
        .next()
        .map_or_else(String::new, |d| d.name))
}

async fn get(cloud: &Cloud, auth: Auth, path: &str) -> Result<Response<Incoming>, Refusal> {
    let mut call = call(cloud, Method::GET, path)?;
    call.auth = auth;
    send(cloud, &call).await
}

/// Unless the service is being left alone.
async fn send(cloud: &Cloud, call: &Call) -> Result<Response<Incoming>, Refusal> {
    let breaker = cloud.breakers.of(cloud.auth.origin(), "identity");
    let permit = breaker.admit()?;
    let answer = cloud.upstream.send(call).await;
    match &answer {
        Ok(answer) if answer.status().is_server_error() => permit.failed(),
        Err(refusal) if refusal.is_upstream_trouble() => permit.failed(),
        _ => permit.succeeded(),
    }
    answer
}

async fn projects_of(answer: Response<Incoming>) -> Result<Vec<Project>, Refusal> {
    let read: ProjectsAnswer = json(answer).await?;
    let mut projects: Vec<Project> = read
        .projects
        .into_iter()
        .filter(|project| crate::proxy::is_id(&project.id) && project.name != "MOS")
        .map(|project| Project {
            id: project.id,
            name: project.name,
        })
        .collect();
    projects.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(projects)
}

/// Makes a token worthless; the answer does not matter, it is forgotten here anyway.
pub async fn revoke(cloud: &Cloud, token: &Secret) {
    let Ok(mut call) = call(cloud, Method::DELETE, "/auth/tokens") else {
        return;
    };
    if let Some(subject) = token.to_header() {
        call.auth = Auth::Token(subject.clone());
        call.headers.insert("x-subject-token", subject);
    }
    if let Err(refusal) = cloud.upstream.send(&call).await {
        tracing::info!(code = refusal.code(), "a token could not be revoked");
    }
}

enum Denied {
    Status(StatusCode),
    Refusal(Refusal),
}

async fn granted(
    cloud: &Cloud,
    body: &serde_json::Value,
    now: Timestamp,
) -> Result<Granted, Denied> {
    let mut call = call(cloud, Method::POST, "/auth/tokens").map_err(Denied::Refusal)?;
    call.body = Bytes::from(body.to_string());
    let answer = send(cloud, &call).await.map_err(Denied::Refusal)?;
    if !matches!(answer.status(), StatusCode::CREATED | StatusCode::OK) {
        return Err(Denied::Status(answer.status()));
    }
    let date = cloud.note_date(answer.headers(), now).unwrap_or(now);
    let token = token_of(answer.headers()).ok_or(Denied::Refusal(Refusal::UpstreamUnreadable(
        "it granted no token",
    )))?;
    let about = json::<TokenAnswer>(answer)
        .await
        .map_err(Denied::Refusal)?
        .token;
    let lifetime = Timestamp::parse(&about.expires_at)
        .and_then(|end| u64::try_from(end.seconds() - date.seconds()).ok())
        .map_or(Duration::from_secs(24 * 3600), Duration::from_secs);
    Ok(Granted {
        token,
        about,
        lifetime,
    })
}

fn token_of(headers: &HeaderMap) -> Option<Secret> {
    let text = headers
        .get("x-subject-token")
        .map(HeaderValue::to_str)?
        .ok()?;
    (!text.is_empty()).then(|| Secret::new(text.to_owned()))
}

fn call(cloud: &Cloud, method: Method, path: &str) -> Result<Call, Refusal> {
    let uri: Uri = format!("{}{path}", cloud.auth.base())
        .parse()
        .map_err(|_| Refusal::Unreachable("The identity service's address is not usable."))?;
    Ok(Call::new(method, uri))
}

async fn json<T: serde::de::DeserializeOwned>(answer: Response<Incoming>) -> Result<T, Refusal> {
    let body = Limited::new(answer.into_body(), ANSWER_LIMIT).collect();
    let bytes = tokio::time::timeout(ANSWER_TIME, body)
        .await
        .map_err(|_| Refusal::UpstreamTimeout("The identity service did not answer in time."))?
        .map_err(|_| Refusal::UpstreamUnreadable("the identity service's answer is incomplete"))?
        .to_bytes();
    serde_json::from_slice(&bytes).map_err(|_| {
        Refusal::UpstreamUnreadable("the identity service's answer is no JSON we know")
    })
}
