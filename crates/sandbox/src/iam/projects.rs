//! Projects and domains a caller may enter (iam-v3 section 5).

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::{Extension, Json};
use serde_json::{Value, json};

use super::caller::Caller;
use super::directory::Project;
use crate::Sandbox;
use crate::http::{Pairs, Problem, base_url};

async fn projects_of(sandbox: &Arc<Sandbox>, caller: Caller) -> Result<Vec<Project>, Problem> {
    Ok(sandbox
        .store
        .read(move |db| caller.user.projects(db))
        .await?)
}

fn bodies(projects: &[Project], base: &str) -> Vec<Value> {
    projects.iter().map(|project| project.json(base)).collect()
}

/// `GET /v3/projects`: the caller's projects that match every criterion exactly.
///
/// The vendor's SDK looks its project up by the *region's* name and takes nothing but exactly one
/// match. A name is never widened to make that succeed: see `docs/sandbox.md` for what to
/// configure instead.
pub async fn by_criteria(
    State(sandbox): State<Arc<Sandbox>>,
    Extension(caller): Extension<Caller>,
    uri: Uri,
    headers: HeaderMap,
    query: Pairs,
) -> Result<Json<Value>, Problem> {
    let page = Page::read(&query)?;
    let flag = |name: &str| match query.filled(name) {
        None => Ok(None),
        Some(text) => read_flag(text)
            .map(Some)
            .ok_or_else(|| bad(format!("`{name}` must be true or false."))),
    };
    let (enabled, is_domain) = (flag("enabled")?, flag("is_domain")?);
    let same = |name: &str, value: &str| query.filled(name).is_none_or(|asked| asked == value);
    let mut projects = projects_of(&sandbox, caller).await?;
    projects.retain(|project| {
        same("name", &project.name)
            && same("domain_id", &project.domain.id)
            && same("parent_id", &project.domain.id)
            && enabled != Some(false)
            && is_domain != Some(true)
    });
    let base = base_url(&headers);
    let address = |query: Option<String>| match query.filter(|query| !query.is_empty()) {
        Some(query) => format!("{base}/v3/projects?{query}"),
        None => format!("{base}/v3/projects"),
    };
    let (mut previous, mut next) = (None, None);
    if let Some(page) = page {
        let total = projects.len();
        let link = |number: usize| address(Some(page.query(&query, number)));
        previous = (page.number > 1).then(|| link(page.number - 1));
        next = (page.number.saturating_mul(page.size) < total).then(|| link(page.number + 1));
        let start = (page.number - 1).saturating_mul(page.size).min(total);
        projects = projects.drain(start..).take(page.size).collect();
    }
    let own = address(uri.query().map(str::to_owned));
    Ok(Json(json!({
        "projects": bodies(&projects, &base),
        "links": {"self": own, "previous": previous, "next": next},
    })))
}

fn bad(message: impl Into<String>) -> Problem {
    Problem::identity(StatusCode::BAD_REQUEST, message)
}

fn read_flag(text: &str) -> Option<bool> {
    match text {
        "true" | "True" | "1" => Some(true),
        "false" | "False" | "0" => Some(false),
        _ => None,
    }
}

/// `page` (from 1) and `per_page` (1 to 5000), only together.
struct Page {
    number: usize,
    size: usize,
}

impl Page {
    fn read(query: &Pairs) -> Result<Option<Self>, Problem> {
        let number = |name: &str| query.filled(name).map(|text| text.parse::<usize>().ok());
        match (number("page"), number("per_page")) {
            (None, None) => Ok(None),
            (Some(Some(number @ 1..)), Some(Some(size @ 1..=5000))) => {
                Ok(Some(Self { number, size }))
            }
            _ => Err(bad(
                "`page` (from 1) and `per_page` (1 to 5000) go together.",
            )),
        }
    }

    /// The query of another page of the same question.
    fn query(&self, query: &Pairs, number: usize) -> String {
        let encode = |text: &str| signing::encode_component(text);
        let others = query.iter().filter(|(key, _)| *key != "page");
        let parts: Vec<String> = others
            .map(|(key, value)| format!("{}={}", encode(key), encode(value)))
            .chain([format!("page={number}")])
            .collect();
        parts.join("&")
    }
}

/// `GET /v3/auth/projects`: where the caller may go; filters are ignored.
pub async fn enterable(
    State(sandbox): State<Arc<Sandbox>>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
) -> Result<Json<Value>, Problem> {
    let base = base_url(&headers);
    let projects = projects_of(&sandbox, caller).await?;
    Ok(Json(json!({
        "projects": bodies(&projects, &base),
        "links": {"self": format!("{base}/v3/auth/projects")},
    })))
}

/// `GET /v3/users/{user_id}/projects`, for the caller's own id.
pub async fn of_user(
    State(sandbox): State<Arc<Sandbox>>,
    Extension(caller): Extension<Caller>,
    Path(user_id): Path<String>,
    headers: HeaderMap,
) -> Result<Json<Value>, Problem> {
    if user_id != caller.user.id {
        let message = "You may only ask for your own projects.";
        return Err(Problem::identity(StatusCode::FORBIDDEN, message));
    }
    let base = base_url(&headers);
    let projects = projects_of(&sandbox, caller).await?;
    Ok(Json(json!({
        "projects": bodies(&projects, &base),
        "links": {"self": format!("{base}/v3/users/{user_id}/projects"), "previous": null, "next": null},
    })))
}

/// `GET /v3/auth/domains`: the caller's account. `name` filters: the Go client sends it.
pub async fn domains(
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    query: Pairs,
) -> Json<Value> {
    let base = base_url(&headers);
    let domain = &caller.user.domain;
    let matches = query.filled("name").is_none_or(|name| name == domain.name);
    let domains: Vec<Value> = matches
        .then(|| {
            json!({
                "id": domain.id,
                "name": domain.name,
                "enabled": true,
                "description": "",
                "links": {"self": format!("{base}/v3/domains/{}", domain.id)},
            })
        })
        .into_iter()
        .collect();
    Json(json!({"domains": domains, "links": {"self": format!("{base}/v3/auth/domains")}}))
}
