//! Routes of protectables, agents and the region.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use axum::{Json, Router};
use contract::cbr::tasks::{
    AgentAnswer, AgentCheckRequest, AgentRegisterRequest, AgentUpdateRequest, AgentsAnswer,
    PathsAdd, PathsRemove, ProtectableAnswer, ProtectablesAnswer,
};
use serde_json::{Value, json};

use super::{Answer, World, act, echo, look, read_body};
use crate::Sandbox;
use crate::cbr::{agents, page, protectables, region};
use crate::http::Pairs;
use crate::iam::Authenticated;

type Id = Path<(String, String)>;

pub fn routes() -> Router<Arc<Sandbox>> {
    Router::new()
        .route(
            "/v3/{project_id}/protectables/{protectable_type}/instances",
            get(list_protectables),
        )
        .route(
            "/v3/{project_id}/protectables/{protectable_type}/instances/{instance_id}",
            get(show_protectable),
        )
        .route("/v3/{project_id}/agent/check", post(check_agents))
        .route("/v3/{project_id}/agents", post(register).get(list_agents))
        .route(
            "/v3/{project_id}/agents/{agent_id}",
            get(show_agent).put(update_agent).delete(unregister),
        )
        .route(
            "/v3/{project_id}/agents/{agent_id}/add-path",
            post(add_paths),
        )
        .route(
            "/v3/{project_id}/agents/{agent_id}/remove-path",
            post(remove_paths),
        )
        .route(
            "/v3/{project_id}/replication-capabilities",
            get(capabilities),
        )
        .route("/v3/{project_id}/cbr-features", get(features))
        .route("/v3/{project_id}/cbr-features/{feature_key}", get(feature))
        .route("/v3/{project_id}/storage_usage", get(usage))
}

async fn list_protectables(
    State(sandbox): World,
    who: Authenticated,
    Path((_, kind)): Id,
    pairs: Pairs,
) -> Answer<ProtectablesAnswer> {
    let page = page::read(&pairs)?;
    let found = look(&sandbox, who, move |turn, project| {
        protectables::list(turn, project, &kind, &pairs, &page)
    })
    .await?;
    Ok(Json(ProtectablesAnswer {
        instances: found.rows,
    }))
}

async fn show_protectable(
    State(sandbox): World,
    who: Authenticated,
    Path((_, kind, id)): Path<(String, String, String)>,
) -> Answer<ProtectableAnswer> {
    let instance = look(&sandbox, who, move |turn, project| {
        protectables::show(turn, project, &kind, &id)
    })
    .await?;
    Ok(Json(ProtectableAnswer { instance }))
}

async fn check_agents(State(sandbox): World, who: Authenticated, body: Bytes) -> Answer<Value> {
    let wanted: AgentCheckRequest = read_body(&body)?;
    Ok(Json(
        look(&sandbox, who, move |turn, project| {
            agents::check(turn, project, &wanted.agent_status)
        })
        .await?,
    ))
}

async fn register(State(sandbox): World, who: Authenticated, body: Bytes) -> Answer<AgentAnswer> {
    let wanted: AgentRegisterRequest = read_body(&body)?;
    let agent = act(&sandbox, who, move |turn, who| {
        agents::register(turn, &who.project.id, &wanted.agent)
    })
    .await?;
    Ok(Json(AgentAnswer { agent }))
}

async fn list_agents(
    State(sandbox): World,
    who: Authenticated,
    pairs: Pairs,
) -> Answer<AgentsAnswer> {
    let page = page::read(&pairs)?;
    let (limit, offset) = echo(&pairs);
    let found = look(&sandbox, who, move |turn, project| {
        agents::list(turn, project, &pairs, &page)
    })
    .await?;
    Ok(Json(AgentsAnswer {
        agents: found.rows,
        count: Some(found.count),
        limit,
        offset,
    }))
}

async fn show_agent(
    State(sandbox): World,
    who: Authenticated,
    Path((_, id)): Id,
) -> Answer<AgentAnswer> {
    let agent = look(&sandbox, who, move |turn, project| {
        agents::show(turn, project, &id)
    })
    .await?;
    Ok(Json(AgentAnswer { agent }))
}

async fn update_agent(
    State(sandbox): World,
    who: Authenticated,
    Path((_, id)): Id,
    body: Bytes,
) -> Answer<AgentAnswer> {
    let change: AgentUpdateRequest = read_body(&body)?;
    let agent = act(&sandbox, who, move |turn, who| {
        agents::update(turn, &who.project.id, &id, &change.agent)
    })
    .await?;
    Ok(Json(AgentAnswer { agent }))
}

/// 200 and not 204: this one is documented so.
async fn unregister(State(sandbox): World, who: Authenticated, Path((_, id)): Id) -> Answer<Value> {
    act(&sandbox, who, move |turn, who| {
        agents::unregister(turn, &who.project.id, &id)
    })
    .await?;
    Ok(Json(json!({})))
}

async fn add_paths(
    State(sandbox): World,
    who: Authenticated,
    Path((_, id)): Id,
    body: Bytes,
) -> Answer<Value> {
    let wanted: PathsAdd = read_body(&body)?;
    Ok(Json(
        act(&sandbox, who, move |turn, who| {
            agents::add_paths(turn, &who.project.id, &id, &wanted)
        })
        .await?,
    ))
}

async fn remove_paths(
    State(sandbox): World,
    who: Authenticated,
    Path((_, id)): Id,
    body: Bytes,
) -> Answer<Value> {
    let wanted: PathsRemove = read_body(&body)?;
    let work = act(&sandbox, who, move |turn, who| {
        agents::remove_paths(turn, &who.project.id, &id, &wanted.remove_path)
    });
    Ok(Json(work.await?))
}

async fn capabilities(_: Authenticated) -> Json<Value> {
    Json(region::capabilities())
}

async fn features(_: Authenticated) -> Json<Value> {
    Json(region::features())
}

async fn feature(_: Authenticated, Path((_, key)): Id) -> Answer<Value> {
    Ok(Json(region::feature(&key)?))
}

async fn usage(State(sandbox): World, who: Authenticated, pairs: Pairs) -> Answer<Value> {
    let page = page::read(&pairs)?;
    Ok(Json(
        look(&sandbox, who, move |turn, project| {
            region::usage(turn, project, &pairs, &page)
        })
        .await?,
    ))
}
