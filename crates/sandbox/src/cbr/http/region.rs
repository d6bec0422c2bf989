//! Routes of protectables, agents, the region, and what is not sold here.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use contract::cbr::tasks::{
    AgentAnswer, AgentCheckRequest, AgentRegisterRequest, AgentUpdateRequest, AgentsAnswer,
    PathsAdd, PathsRemove, ProtectableAnswer, ProtectablesAnswer,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, World, act, echo, look, read_body};
use crate::Sandbox;
use crate::cbr::vaults::{self, not_sold};
use crate::cbr::{agents, invalid, page, protectables, refusal, region};
use crate::http::{Pairs, Problem};
use crate::iam::Authenticated;
use crate::refusal::Failure;

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
        .route("/v3/{project_id}/vaults/order", post(order))
        .route(
            "/v3/{project_id}/vaults/change-charge-mode",
            post(change_charge_mode),
        )
        .route("/v3/{project_id}/orders/change", post(change_order))
        .route("/v3/{project_id}/orders/{order_id}", put(update_order))
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

async fn order(_: Authenticated, body: Bytes) -> Result<Json<Value>, Problem> {
    let _: Value = read_body(&body)?;
    Err(Failure::from(not_sold()).into())
}

#[derive(Deserialize)]
struct ChangeChargeMode {
    vault_ids: Vec<String>,
}

async fn change_charge_mode(
    State(sandbox): World,
    who: Authenticated,
    body: Bytes,
) -> Answer<Value> {
    let wanted: ChangeChargeMode = read_body(&body)?;
    if !(1..=60).contains(&wanted.vault_ids.len()) {
        return Err(Failure::from(invalid("vault_ids", "must have 1 to 60 ids")).into());
    }
    look(&sandbox, who, move |turn, project| {
        for id in &wanted.vault_ids {
            vaults::stored(turn, project, id)?;
        }
        Err::<(), _>(not_sold().into())
    })
    .await?;
    Ok(Json(json!({})))
}

fn no_order(id: &str) -> Failure {
    refusal(
        "BackupService.6109",
        format!("There is no order of {id}: nothing is sold here."),
    )
    .into()
}

#[derive(Deserialize)]
struct ChangeOrder {
    resource_id: String,
}

async fn change_order(State(sandbox): World, who: Authenticated, body: Bytes) -> Answer<Value> {
    let wanted: ChangeOrder = read_body(&body)?;
    look(&sandbox, who, move |turn, project| {
        vaults::stored(turn, project, &wanted.resource_id)?;
        Err::<(), _>(no_order(&wanted.resource_id))
    })
    .await?;
    Ok(Json(json!({})))
}

async fn update_order(_: Authenticated, Path((_, id)): Id) -> Answer<Value> {
    Err(no_order(&id).into())
}
