//! `POST /v3/auth/tokens`: a password or a token for a token (iam-v3 section 3).

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use rusqlite::Transaction;
use serde::Deserialize;
use serde_json::{Value, json};

use super::catalog::catalog;
use super::directory::{Key, User};
use super::tokens::{LIFETIME, Scope, Token};
use crate::Sandbox;
use crate::clock::Micros;
use crate::http::{Pairs, Problem, base_url, read_json, read_value};

/// The header a token comes in and is asked about.
pub const SUBJECT: &str = "x-subject-token";

#[derive(Deserialize)]
struct Body {
    auth: Auth,
}

#[derive(Deserialize)]
struct Auth {
    identity: Identity,
    /// An object, absent, or Keystone's word `"unscoped"`.
    #[serde(default)]
    scope: Value,
}

#[derive(Deserialize)]
struct Identity {
    methods: Vec<String>,
    password: Option<Password>,
    token: Option<TokenId>,
    assume_role: Option<AssumeRole>,
}

#[derive(Deserialize)]
struct Password {
    user: PasswordUser,
}

#[derive(Deserialize)]
struct PasswordUser {
    id: Option<String>,
    name: Option<String>,
    password: String,
    domain: Option<Reference>,
}

#[derive(Deserialize)]
struct TokenId {
    id: String,
}

#[derive(Deserialize)]
struct AssumeRole {
    /// The table of the API page calls it `agency_name`, its example `xrole_name`.
    #[serde(alias = "xrole_name")]
    agency_name: Option<String>,
}

#[derive(Deserialize)]
struct ScopeBody {
    project: Option<Reference>,
    domain: Option<Reference>,
}

/// Read by itself, because a scope may be a word as well.
#[derive(Deserialize)]
struct Scoped {
    scope: ScopeBody,
}

#[derive(Deserialize)]
struct Reference {
    id: Option<String>,
    name: Option<String>,
    domain: Option<Box<Reference>>,
}

impl Reference {
    /// The id wins over the name.
    fn key(&self) -> Option<Key<'_>> {
        self.id
            .as_deref()
            .map(Key::Id)
            .or(self.name.as_deref().map(Key::Name))
    }
}

fn malformed(message: impl Into<String>) -> Problem {
    Problem::identity(StatusCode::BAD_REQUEST, message)
}

/// Makes a token. Open to anybody.
pub async fn create_token(
    State(sandbox): State<Arc<Sandbox>>,
    headers: HeaderMap,
    query: Pairs,
    body: Bytes,
) -> Result<Response, Problem> {
    let body: Body = read_json(&body).map_err(malformed)?;
    let scope = read_scope(body.auth.scope)?;
    let now = sandbox.clock.session_now();
    let identity = body.auth.identity;
    let (token, text) = sandbox
        .store
        .write(move |db| {
            let token = sign_in(db, &identity, scope.as_ref(), now)?;
            let text = token.issue(db)?;
            Ok::<_, Problem>((token, text))
        })
        .await?;
    let mut answer = token.json(&sandbox.clock);
    if query.filled("nocatalog").is_none() {
        answer["catalog"] = json!(catalog(&token.scope, &base_url(&headers)));
    }
    Ok((
        StatusCode::CREATED,
        [(SUBJECT, text)],
        Json(json!({"token": answer})),
    )
        .into_response())
}

fn read_scope(scope: Value) -> Result<Option<ScopeBody>, Problem> {
    match scope {
        Value::Null => Ok(None),
        Value::String(word) if word == "unscoped" => Ok(None),
        scope => read_value(json!({"scope": scope}))
            .map(|Scoped { scope }| Some(scope))
            .map_err(|words| malformed(format!("auth.{words}"))),
    }
}

fn sign_in(
    db: &Transaction<'_>,
    identity: &Identity,
    scope: Option<&ScopeBody>,
    now: Micros,
) -> Result<Token, Problem> {
    let methods: Vec<&str> = identity.methods.iter().map(String::as_str).collect();
    let (user, expires_at) = match methods[..] {
        ["password"] => (by_password(db, identity.password.as_ref())?, now + LIFETIME),
        ["token"] => {
            let id = identity
                .token
                .as_ref()
                .ok_or_else(|| malformed("identity.token is missing."))?;
            let token = Token::find(db, &id.id, now)?.ok_or_else(|| {
                Problem::identity(
                    StatusCode::UNAUTHORIZED,
                    "The token is unknown or has expired.",
                )
            })?;
            // A token made from a token does not outlive it.
            (token.user, token.expires_at)
        }
        ["assume_role"] => {
            let name = identity
                .assume_role
                .as_ref()
                .and_then(|role| role.agency_name.as_deref());
            let name =
                name.ok_or_else(|| malformed("identity.assume_role.agency_name is missing."))?;
            let message = format!("Could not find agency: {name}.");
            return Err(Problem::identity(StatusCode::NOT_FOUND, message));
        }
        _ => {
            return Err(malformed(
                "identity.methods must be [\"password\"] or [\"token\"].",
            ));
        }
    };
    let scope = enter(db, &user, scope)?;
    Ok(Token {
        user,
        scope,
        methods: methods.join(","),
        issued_at: now,
        expires_at,
    })
}

fn by_password(db: &Transaction<'_>, password: Option<&Password>) -> Result<User, Problem> {
    let user = &password
        .ok_or_else(|| malformed("identity.password is missing."))?
        .user;
    let domain = user.domain.as_ref().and_then(Reference::key);
    let key = match (&user.id, &user.name) {
        (Some(id), _) => Key::Id(id),
        (None, Some(name)) if domain.is_some() => Key::Name(name),
        (None, Some(_)) => return Err(malformed("A user's name needs the domain it belongs to.")),
        (None, None) => return Err(malformed("identity.password.user needs an id or a name.")),
    };
    User::with_password(db, key, domain, &user.password)?.ok_or_else(|| {
        Problem::identity(
            StatusCode::UNAUTHORIZED,
            "The username or password is wrong.",
        )
    })
}

/// The scope a request asks for; none is the user's domain, both is the project.
fn enter(db: &Transaction<'_>, user: &User, scope: Option<&ScopeBody>) -> Result<Scope, Problem> {
    let forbidden = |what: &str| {
        Problem::identity(
            StatusCode::FORBIDDEN,
            format!("You are not allowed to enter this {what}."),
        )
    };
    let home = || Ok(Scope::Domain(user.domain.clone()));
    let Some(scope) = scope else { return home() };
    if let Some(project) = &scope.project {
        let key = project
            .key()
            .ok_or_else(|| malformed("scope.project needs an id or a name."))?;
        let domain = project.domain.as_deref().and_then(Reference::key);
        let found = user.project(db, key, domain)?;
        return found
            .map(Scope::Project)
            .ok_or_else(|| forbidden("project"));
    }
    if let Some(domain) = &scope.domain {
        return match domain
            .key()
            .ok_or_else(|| malformed("scope.domain needs an id or a name."))?
        {
            Key::Id(id) if id == user.domain.id => home(),
            Key::Name(name) if name == user.domain.name => home(),
            _ => Err(forbidden("domain")),
        };
    }
    home()
}
