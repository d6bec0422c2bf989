//! Routes of what belongs to an account and not to a project.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router};
use contract::cbr::policies::{OrganizationPolicy, OrganizationPolicyRequest};
use contract::cbr::tasks::{MigrationRequest, MigrationStatus};
use serde_json::{Value, json};

use super::{Answer, Done, World, act, echo, look, read_body};
use crate::Sandbox;
use crate::cbr::{migration, organization, page, region};
use crate::http::{Pairs, base_url};
use crate::iam::Authenticated;

type Id = Path<(String, String)>;

/// Within a project, though they are for all of them.
pub fn routes() -> Router<Arc<Sandbox>> {
    let policies = "/v3/{project_id}/organization-policies";
    let one = format!("{policies}/{{organization_policy_id}}");
    Router::new()
        .route(policies, post(create).get(list))
        .route(&one, get(show).put(update).delete(remove))
        .route(&format!("{one}/policy-detail"), get(detail))
}

/// One level above the project; the caller's credentials say which account.
pub fn account_routes() -> Router<Arc<Sandbox>> {
    Router::new()
        .route("/v3/region-projects", get(region_projects))
        .route("/v3/domain/{source_project_id}", get(domain))
        .route(
            "/v3/domain/{source_project_id}/projects",
            get(domain_projects),
        )
        .route("/v3/migrates", post(migrate).get(migrated))
}

async fn create(State(sandbox): World, who: Authenticated, body: Bytes) -> Answer<Value> {
    let wanted: OrganizationPolicyRequest = read_body(&body)?;
    let policy = act(&sandbox, who, move |turn, who| {
        organization::create(turn, who, &wanted.policy)
    })
    .await?;
    Ok(shown(&policy))
}

fn shown(policy: &OrganizationPolicy) -> Json<Value> {
    Json(json!({"policy": policy}))
}

async fn list(State(sandbox): World, who: Authenticated, pairs: Pairs) -> Answer<Value> {
    let page = page::read(&pairs)?;
    let (limit, offset) = echo(&pairs);
    let found = sandbox
        .look_async(move |turn| organization::list(turn, &who, &pairs, &page))
        .await?;
    Ok(Json(
        json!({"policies": found.rows, "count": found.count, "limit": limit, "offset": offset}),
    ))
}

async fn show(State(sandbox): World, who: Authenticated, Path((_, id)): Id) -> Answer<Value> {
    Ok(shown(
        &sandbox
            .look_async(move |turn| organization::show(turn, &who, &id))
            .await?,
    ))
}

async fn update(
    State(sandbox): World,
    who: Authenticated,
    Path((_, id)): Id,
    body: Bytes,
) -> Answer<Value> {
    let change: OrganizationPolicyRequest = read_body(&body)?;
    let policy = act(&sandbox, who, move |turn, who| {
        organization::update(turn, who, &id, &change.policy)
    })
    .await?;
    Ok(shown(&policy))
}

async fn remove(State(sandbox): World, who: Authenticated, Path((_, id)): Id) -> Done {
    act(&sandbox, who, move |turn, who| {
        organization::delete(turn, who, &id)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn detail(
    State(sandbox): World,
    who: Authenticated,
    Path((_, id)): Id,
    pairs: Pairs,
) -> Answer<Value> {
    let (limit, offset) = echo(&pairs);
    let rows = sandbox
        .look_async(move |turn| organization::detail(turn, &who, &id))
        .await?;
    Ok(Json(
        json!({"count": rows.len(), "policies": rows, "limit": limit, "offset": offset}),
    ))
}

async fn region_projects(
    State(sandbox): World,
    who: Authenticated,
    headers: HeaderMap,
) -> Answer<Value> {
    let base = base_url(&headers);
    let projects = sandbox.store.read(move |db| who.user.projects(db)).await?;
    let bodies: Vec<_> = projects.iter().map(|project| project.json(&base)).collect();
    Ok(Json(json!({
        "projects": bodies,
        "links": {"self": format!("{base}/v3/region-projects")},
    })))
}

async fn domain_projects(
    State(sandbox): World,
    who: Authenticated,
    Path(name): Path<String>,
) -> Answer<Value> {
    Ok(Json(
        look(&sandbox, who, move |turn, _| {
            region::projects_of(turn, &name)
        })
        .await?,
    ))
}

async fn domain(
    State(sandbox): World,
    who: Authenticated,
    Path(id): Path<String>,
) -> Answer<Value> {
    Ok(Json(
        look(&sandbox, who, move |turn, _| region::domain_of(turn, &id)).await?,
    ))
}

async fn migrate(State(sandbox): World, who: Authenticated, body: Bytes) -> Answer<Value> {
    let wanted: MigrationRequest = read_body(&body)?;
    Ok(Json(
        act(&sandbox, who, move |turn, who| {
            migration::start(turn, who, &wanted)
        })
        .await?,
    ))
}

async fn migrated(
    State(sandbox): World,
    who: Authenticated,
    pairs: Pairs,
) -> Answer<MigrationStatus> {
    let all = page::flag(&pairs, "all_regions")?.unwrap_or(true);
    Ok(Json(
        sandbox
            .look_async(move |turn| migration::show(turn, &who, all))
            .await?,
    ))
}
