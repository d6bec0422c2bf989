//! Routes of vaults and their tags.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{delete, get, post, put};
use axum::{Json, Router};
use contract::cbr::rules::PRE_PAID;
use contract::cbr::vaults::{
    ExpirationUpdate, PolicyAssociate, PolicyAssociated, PolicyDissociate, PolicyDissociated,
    ResourcesAdd, ResourcesAdded, ResourcesMigrate, ResourcesMigrated, ResourcesRemove,
    ResourcesRemoved, ResourcesSet, ResourcesWereSet, Summary, UpdatedVaults, VaultAnswer,
    VaultBatchUpdateRequest, VaultCreateRequest, VaultUpdateRequest, VaultsAnswer,
};
use contract::csbs::tags::{ProjectTagsAnswer, TagRequest};
use serde_json::{Value, json};

use super::{Answer, Done, World, act, echo, look, read_body, read_loosely};
use crate::Sandbox;
use crate::cbr::page;
use crate::cbr::vaults::{self, Filter};
use crate::cbr::{associations, orders, resources, tags};
use crate::http::Pairs;
use crate::iam::Authenticated;

type Id = Path<(String, String)>;

pub fn routes() -> Router<Arc<Sandbox>> {
    let vault = "/v3/{project_id}/vaults/{vault_id}";
    let below = |rest: &str| format!("{vault}/{rest}");
    Router::new()
        .route("/v3/{project_id}/vaults", post(create).get(list))
        .route("/v3/{project_id}/vaults/summary", get(summary))
        .route("/v3/{project_id}/vaults/external", get(external))
        .route("/v3/{project_id}/vaults/batch-update", put(update_all))
        .route(vault, get(show).put(update).delete(remove))
        .route(&below("addresources"), post(add_resources))
        .route(&below("removeresources"), post(remove_resources))
        .route(&below("migrateresources"), post(migrate_resources))
        .route(&below("set-resources"), put(set_resources))
        .route(&below("associatepolicy"), post(associate))
        .route(&below("dissociatepolicy"), post(dissociate))
        .route(
            &below("update-backup-expiration-time"),
            put(update_expiration),
        )
        .route("/v3/{project_id}/vault/tags", get(project_tags))
        .route(
            "/v3/{project_id}/vault/resource_instances/action",
            post(by_tag),
        )
        .route(
            "/v3/{project_id}/vault/{vault_id}/tags",
            get(show_tags).post(add_tag),
        )
        .route(
            "/v3/{project_id}/vault/{vault_id}/tags/action",
            post(batch_tags),
        )
        .route(
            "/v3/{project_id}/vault/{vault_id}/tags/{key}",
            delete(remove_tag),
        )
}

/// The vault, or, when it is paid for in advance, its order.
async fn create(State(sandbox): World, who: Authenticated, body: Bytes) -> Answer<Value> {
    let wanted: VaultCreateRequest = read_body(&body)?;
    let answer = act(&sandbox, who, move |turn, who| {
        if wanted.vault.billing.charging_mode.as_deref() == Some(PRE_PAID) {
            return orders::vault(turn, who, &wanted.vault);
        }
        let vault = vaults::create(turn, who, &wanted.vault)?;
        Ok(json!(VaultAnswer { vault }))
    })
    .await?;
    Ok(Json(answer))
}

async fn list(State(sandbox): World, who: Authenticated, pairs: Pairs) -> Answer<VaultsAnswer> {
    let page = page::read(&pairs)?;
    let filter = Filter::parse(&pairs);
    let (limit, offset) = echo(&pairs);
    let found = look(&sandbox, who, move |turn, project| {
        vaults::list(turn, project, &filter, &page)
    })
    .await?;
    Ok(Json(VaultsAnswer {
        vaults: found.rows,
        count: Some(found.count),
        limit,
        offset,
    }))
}

async fn external(State(sandbox): World, who: Authenticated, pairs: Pairs) -> Answer<VaultsAnswer> {
    let page = page::read(&pairs)?;
    let (limit, offset) = echo(&pairs);
    let found = look(&sandbox, who, move |turn, _| {
        vaults::external(turn, &pairs, &page)
    })
    .await?;
    Ok(Json(VaultsAnswer {
        vaults: found.rows,
        count: Some(found.count),
        limit,
        offset,
    }))
}

async fn show(State(sandbox): World, who: Authenticated, Path((_, id)): Id) -> Answer<VaultAnswer> {
    let vault = look(&sandbox, who, move |turn, project| {
        vaults::show(turn, project, &id)
    })
    .await?;
    Ok(Json(VaultAnswer { vault }))
}

async fn update(
    State(sandbox): World,
    who: Authenticated,
    Path((_, id)): Id,
    body: Bytes,
) -> Answer<VaultAnswer> {
    let change: VaultUpdateRequest = read_body(&body)?;
    let vault = act(&sandbox, who, move |turn, who| {
        vaults::update(turn, &who.project.id, &id, &change.vault)
    })
    .await?;
    Ok(Json(VaultAnswer { vault }))
}

async fn update_all(
    State(sandbox): World,
    who: Authenticated,
    body: Bytes,
) -> Answer<UpdatedVaults> {
    let change: VaultBatchUpdateRequest = read_body(&body)?;
    let updated_vaults_id = act(&sandbox, who, move |turn, who| {
        vaults::update_all(turn, &who.project.id, &change.vault)
    })
    .await?;
    Ok(Json(UpdatedVaults { updated_vaults_id }))
}

async fn remove(State(sandbox): World, who: Authenticated, Path((_, id)): Id) -> Done {
    act(&sandbox, who, move |turn, who| {
        vaults::delete(turn, &who.project.id, &id)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn summary(State(sandbox): World, who: Authenticated) -> Answer<Summary> {
    Ok(Json(look(&sandbox, who, vaults::summary).await?))
}

async fn add_resources(
    State(sandbox): World,
    who: Authenticated,
    Path((_, id)): Id,
    body: Bytes,
) -> Answer<ResourcesAdded> {
    let wanted: ResourcesAdd = read_body(&body)?;
    let add_resource_ids = act(&sandbox, who, move |turn, who| {
        resources::add(turn, &who.project.id, &id, &wanted.resources)
    })
    .await?;
    Ok(Json(ResourcesAdded { add_resource_ids }))
}

async fn remove_resources(
    State(sandbox): World,
    who: Authenticated,
    Path((_, id)): Id,
    body: Bytes,
) -> Answer<ResourcesRemoved> {
    let wanted: ResourcesRemove = read_body(&body)?;
    let remove_resource_ids = act(&sandbox, who, move |turn, who| {
        resources::remove(turn, &who.project.id, &id, &wanted.resource_ids)
    })
    .await?;
    Ok(Json(ResourcesRemoved {
        remove_resource_ids,
    }))
}

async fn migrate_resources(
    State(sandbox): World,
    who: Authenticated,
    Path((_, id)): Id,
    body: Bytes,
) -> Answer<ResourcesMigrated> {
    let wanted: ResourcesMigrate = read_body(&body)?;
    let migrated_resources = act(&sandbox, who, move |turn, who| {
        resources::migrate(turn, &who.project.id, &id, &wanted)
    })
    .await?;
    Ok(Json(ResourcesMigrated { migrated_resources }))
}

async fn set_resources(
    State(sandbox): World,
    who: Authenticated,
    Path((_, id)): Id,
    body: Bytes,
) -> Answer<ResourcesWereSet> {
    let wanted: ResourcesSet = read_body(&body)?;
    let set_resource_ids = act(&sandbox, who, move |turn, who| {
        resources::set(turn, &who.project.id, &id, &wanted)
    })
    .await?;
    Ok(Json(ResourcesWereSet { set_resource_ids }))
}

async fn associate(
    State(sandbox): World,
    who: Authenticated,
    Path((_, id)): Id,
    body: Bytes,
) -> Answer<PolicyAssociated> {
    let wanted: PolicyAssociate = read_body(&body)?;
    let associate_policy = act(&sandbox, who, move |turn, who| {
        associations::associate(turn, &who.project.id, &id, &wanted)
    })
    .await?;
    Ok(Json(PolicyAssociated { associate_policy }))
}

async fn dissociate(
    State(sandbox): World,
    who: Authenticated,
    Path((_, id)): Id,
    body: Bytes,
) -> Answer<PolicyDissociated> {
    let wanted: PolicyDissociate = read_body(&body)?;
    let dissociate_policy = act(&sandbox, who, move |turn, who| {
        associations::dissociate(turn, &who.project.id, &id, &wanted.policy_id)
    })
    .await?;
    Ok(Json(PolicyDissociated { dissociate_policy }))
}

async fn update_expiration(
    State(sandbox): World,
    who: Authenticated,
    Path((_, id)): Id,
    body: Bytes,
) -> Answer<Value> {
    let wanted: ExpirationUpdate = read_body(&body)?;
    let changed = act(&sandbox, who, move |turn, who| {
        crate::cbr::retention::set_end(turn, &who.project.id, &id, &wanted)
    })
    .await?;
    Ok(Json(json!(changed)))
}

async fn show_tags(State(sandbox): World, who: Authenticated, Path((_, id)): Id) -> Answer<Value> {
    let tags = look(&sandbox, who, move |turn, project| {
        tags::show(turn, project, &id)
    })
    .await?;
    Ok(Json(json!({"tags": tags, "sys_tags": []})))
}

async fn add_tag(
    State(sandbox): World,
    who: Authenticated,
    Path((_, id)): Id,
    body: Bytes,
) -> Done {
    let wanted: TagRequest = read_body(&body)?;
    act(&sandbox, who, move |turn, who| {
        tags::add(turn, &who.project.id, &id, wanted.tag)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn batch_tags(
    State(sandbox): World,
    who: Authenticated,
    Path((_, id)): Id,
    body: Bytes,
) -> Done {
    let wanted: tags::Batch = read_body(&body)?;
    act(&sandbox, who, move |turn, who| {
        tags::batch(turn, &who.project.id, &id, &wanted)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn remove_tag(
    State(sandbox): World,
    who: Authenticated,
    Path((_, id, key)): Path<(String, String, String)>,
) -> Done {
    act(&sandbox, who, move |turn, who| {
        tags::remove(turn, &who.project.id, &id, &key)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn project_tags(State(sandbox): World, who: Authenticated) -> Answer<ProjectTagsAnswer> {
    let tags = look(&sandbox, who, tags::of_project).await?;
    Ok(Json(ProjectTagsAnswer { tags }))
}

async fn by_tag(
    State(sandbox): World,
    who: Authenticated,
    pairs: Pairs,
    body: Bytes,
) -> Answer<Value> {
    let wanted = tags::Search {
        common: read_loosely(&body)?,
        more: read_loosely(&body)?,
    };
    if page::other_enterprise_project(&pairs) {
        return Ok(Json(json!({"resources": [], "total_count": 0})));
    }
    Ok(Json(
        look(&sandbox, who, move |turn, project| {
            tags::search(turn, project, &wanted)
        })
        .await?,
    ))
}
