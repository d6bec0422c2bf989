//! The HTTP layer of the service: reads requests, calls the typed behaviour, writes answers.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use contract::csbs::QuotasAnswer;
use contract::csbs::backups::{
    CheckRequest, CheckpointAnswer, CheckpointItemAnswer, CheckpointItemsAnswer, CountAnswer,
    ProtectRequest, RunPolicyRequest,
};
use contract::csbs::policies::{
    PoliciesAnswer, PolicyAnswer, PolicyCreateRequest, PolicyUpdateRequest,
};
use contract::csbs::restores::{RestoreAnswer, RestoreRequest};
use contract::csbs::tags::{ProjectTagsAnswer, TagBatchRequest, TagRequest, TagSearch, TagsAnswer};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::list::{self, BackupFilter};
use super::page::Page;
use super::policies::{self, PolicyQuery};
use super::tags::{self, Carrier};
use super::{backups, checks, deletions, native, quotas, restores, runs};
use crate::Sandbox;
use crate::http::{Pairs, Problem, read_json};
use crate::iam::Authenticated;
use crate::refusal::{Failure, Outcome, Refusal};
use crate::turn::Turn;

type Answer<T> = Result<Json<T>, Problem>;
type World = State<Arc<Sandbox>>;

/// Every route of the service; its callers are those of the path's project.
pub fn routes() -> Router<Arc<Sandbox>> {
    let mut router = Router::new()
        .route(
            "/v1/{project_id}/providers/{provider_id}/resources/{resource_id}/action",
            post(protect),
        )
        .route(
            "/v1/{project_id}/providers/{provider_id}/resources/action",
            post(check),
        )
        .route(
            "/v1/{project_id}/providers/{provider_id}/checkpoints",
            post(run_policy),
        )
        .route(
            "/v1/{project_id}/providers/{provider_id}/checkpoints/{checkpoint_id}",
            delete(delete_backups),
        )
        .route(
            "/v1/{project_id}/policies",
            post(create_policy).get(list_policies),
        )
        .route(
            "/v1/{project_id}/policies/{policy_id}",
            get(show_policy).put(update_policy).delete(delete_policy),
        )
        .route("/v1/{project_id}/checkpoint_items", get(list_backups))
        .route(
            "/v1/{project_id}/checkpoint_items/count",
            get(count_backups),
        )
        .route(
            "/v1/{project_id}/checkpoint_items/{checkpoint_item_id}",
            get(show_backup),
        )
        .route("/v1/{project_id}/restores", post(create_restore))
        .route("/v1/{project_id}/quotas", get(show_quotas))
        .merge(native::routes());
    for carrier in [Carrier::Backup, Carrier::Policy] {
        router = router.merge(tag_routes(carrier));
    }
    router
}

fn tag_routes(carrier: Carrier) -> Router<Arc<Sandbox>> {
    let base = match carrier {
        Carrier::Backup => "/v1/{project_id}/csbs_backup",
        Carrier::Policy => "/v1/{project_id}/csbs_backup_policy",
    };
    let search = move |State(sandbox): World, who: Authenticated, body: Bytes| async move {
        let wanted: TagSearch = read_body(&body)?;
        let look =
            sandbox.look_async(move |turn| tags::search(turn, &who.project.id, carrier, &wanted));
        Ok::<_, Problem>(Json(look.await?))
    };
    let batch = move |State(sandbox): World,
                      who: Authenticated,
                      Path((_, id)): Path<(String, String)>,
                      body: Bytes| async move {
        let wanted: TagBatchRequest = read_body(&body)?;
        let act = sandbox
            .act_async(move |turn| tags::batch(turn, &who.project.id, carrier, &id, &wanted));
        act.await?;
        Ok::<_, Problem>(StatusCode::NO_CONTENT)
    };
    let add = move |State(sandbox): World,
                    who: Authenticated,
                    Path((_, id)): Path<(String, String)>,
                    body: Bytes| async move {
        let wanted: TagRequest = read_body(&body)?;
        let act = sandbox
            .act_async(move |turn| tags::add(turn, &who.project.id, carrier, &id, wanted.tag));
        act.await?;
        Ok::<_, Problem>(StatusCode::NO_CONTENT)
    };
    let show = move |State(sandbox): World,
                     who: Authenticated,
                     Path((_, id)): Path<(String, String)>| async move {
        let look = sandbox.look_async(move |turn| tags::show(turn, &who.project.id, carrier, &id));
        Ok::<_, Problem>(Json(TagsAnswer { tags: look.await? }))
    };
    let remove = move |State(sandbox): World,
                       who: Authenticated,
                       Path((_, id, key)): Path<(String, String, String)>| async move {
        let act =
            sandbox.act_async(move |turn| tags::remove(turn, &who.project.id, carrier, &id, &key));
        act.await?;
        Ok::<_, Problem>(StatusCode::NO_CONTENT)
    };
    let of_project = move |State(sandbox): World, who: Authenticated| async move {
        let look = sandbox.look_async(move |turn| tags::of_project(turn, &who.project.id, carrier));
        Ok::<_, Problem>(Json(ProjectTagsAnswer { tags: look.await? }))
    };
    Router::new()
        .route(&format!("{base}/resource_instances/action"), post(search))
        .route(&format!("{base}/tags"), get(of_project))
        .route(&format!("{base}/{{id}}/tags/action"), post(batch))
        .route(&format!("{base}/{{id}}/tags"), get(show).post(add))
        .route(&format!("{base}/{{id}}/tags/{{key}}"), delete(remove))
}

/// A body as JSON; what is wrong is said with the member it is in.
fn read_body<T: DeserializeOwned>(body: &Bytes) -> Result<T, Failure> {
    read_json(body).map_err(|words| Refusal::bad("CSBS.9001", words).into())
}

fn provider(given: &str) -> Outcome<()> {
    policies::check_provider(given)
}

async fn protect(
    State(sandbox): World,
    who: Authenticated,
    Path((_, provider_id, server_id)): Path<(String, String, String)>,
    body: Bytes,
) -> Answer<CheckpointAnswer> {
    provider(&provider_id)?;
    let wanted: ProtectRequest = read_body(&body)?;
    let act = sandbox
        .act_async(move |turn| runs::protect(turn, &who.project.id, &server_id, wanted.protect));
    Ok(Json(CheckpointAnswer {
        checkpoint: act.await?,
    }))
}

async fn check(
    State(sandbox): World,
    who: Authenticated,
    Path((_, provider_id)): Path<(String, String)>,
    body: Bytes,
) -> Answer<Value> {
    provider(&provider_id)?;
    let wanted: CheckRequest = read_body(&body)?;
    let about_backups = wanted.check_protectable.is_some();
    let answer = sandbox
        .look_async(move |turn| checks::check(turn, &who.project.id, &wanted))
        .await?;
    // Written here so that an empty question gets an empty list and not nothing.
    Ok(Json(if about_backups {
        json!({"protectable": answer.protectable})
    } else {
        json!({"restorable": answer.restorable})
    }))
}

async fn run_policy(
    State(sandbox): World,
    who: Authenticated,
    Path((_, provider_id)): Path<(String, String)>,
    body: Bytes,
) -> Answer<CheckpointAnswer> {
    provider(&provider_id)?;
    let wanted: RunPolicyRequest = read_body(&body)?;
    let act =
        sandbox.act_async(move |turn| runs::run_policy(turn, &who.project.id, wanted.checkpoint));
    Ok(Json(CheckpointAnswer {
        checkpoint: act.await?,
    }))
}

async fn delete_backups(
    State(sandbox): World,
    who: Authenticated,
    Path((_, provider_id, checkpoint_id)): Path<(String, String, String)>,
    pairs: Pairs,
) -> Answer<Value> {
    provider(&provider_id)?;
    let chosen: Vec<String> = pairs
        .all("checkpoint_items")
        .flat_map(|list| list.split(','))
        .map(|id| id.trim().to_owned())
        .filter(|id| !id.is_empty())
        .collect();
    sandbox
        .act_async(move |turn| deletions::delete(turn, &who.project.id, &checkpoint_id, &chosen))
        .await?;
    Ok(Json(json!({})))
}

async fn create_policy(
    State(sandbox): World,
    who: Authenticated,
    body: Bytes,
) -> Answer<PolicyAnswer> {
    let wanted: PolicyCreateRequest = read_body(&body)?;
    let act = sandbox.act_async(move |turn| policies::create(turn, &who.project.id, wanted.policy));
    Ok(Json(PolicyAnswer { policy: act.await? }))
}

/// Whether a list is asked for with the backups and policies of all projects.
fn all_tenants(pairs: &Pairs) -> Result<bool, Failure> {
    match pairs.filled("all_tenants") {
        None => Ok(false),
        Some(text) if text.eq_ignore_ascii_case("true") || text == "1" => Ok(true),
        Some(text) if text.eq_ignore_ascii_case("false") || text == "0" => Ok(false),
        Some(text) => {
            let rule = format!("`{text}` is neither true nor false");
            Err(Refusal::parameter("all_tenants", rule).into())
        }
    }
}

/// The numbers of the projects a list is of. Only an administrator's is of all (csbs-v1 2.5); anybody
/// else's is of its own, as if nothing had been said.
fn tenants(turn: &Turn<'_>, who: &Authenticated, all: bool) -> Outcome<Vec<i64>> {
    if !all || !who.user.admin {
        return Ok(vec![turn.tenant(&who.project.id)?]);
    }
    let found = turn
        .db
        .prepare_cached(
            "SELECT t.no FROM tenants t JOIN projects p ON p.id = t.project_id WHERE p.domain_id = ?1 ORDER BY t.no",
        )?
        .query_map([&who.user.domain.id], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    Ok(found)
}

async fn list_policies(
    State(sandbox): World,
    who: Authenticated,
    pairs: Pairs,
) -> Answer<PoliciesAnswer> {
    let query = PolicyQuery {
        name: pairs.filled("name").map(str::to_owned),
        page: Page::parse(&pairs).map_err(Failure::from)?,
    };
    let all = all_tenants(&pairs)?;
    let look =
        sandbox.look_async(move |turn| policies::list_of(turn, &tenants(turn, &who, all)?, &query));
    Ok(Json(PoliciesAnswer {
        policies: look.await?,
    }))
}

async fn show_policy(
    State(sandbox): World,
    who: Authenticated,
    Path((_, policy_id)): Path<(String, String)>,
) -> Answer<PolicyAnswer> {
    let look = sandbox.look_async(move |turn| policies::show(turn, &who.project.id, &policy_id));
    Ok(Json(PolicyAnswer {
        policy: look.await?,
    }))
}

async fn update_policy(
    State(sandbox): World,
    who: Authenticated,
    Path((_, policy_id)): Path<(String, String)>,
    body: Bytes,
) -> Answer<PolicyAnswer> {
    let wanted: PolicyUpdateRequest = read_body(&body)?;
    let act = sandbox
        .act_async(move |turn| policies::update(turn, &who.project.id, &policy_id, wanted.policy));
    Ok(Json(PolicyAnswer { policy: act.await? }))
}

async fn delete_policy(
    State(sandbox): World,
    who: Authenticated,
    Path((_, policy_id)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    sandbox
        .act_async(move |turn| policies::delete(turn, &who.project.id, &policy_id))
        .await?;
    Ok(StatusCode::OK)
}

async fn list_backups(
    State(sandbox): World,
    who: Authenticated,
    pairs: Pairs,
) -> Answer<CheckpointItemsAnswer> {
    let filter = BackupFilter::parse(&pairs).map_err(Failure::from)?;
    let page = Page::parse(&pairs).map_err(Failure::from)?;
    let all = all_tenants(&pairs)?;
    let look = sandbox
        .look_async(move |turn| list::list_of(turn, &tenants(turn, &who, all)?, &filter, &page));
    Ok(Json(CheckpointItemsAnswer {
        checkpoint_items: look.await?,
    }))
}

async fn count_backups(
    State(sandbox): World,
    who: Authenticated,
    pairs: Pairs,
) -> Answer<CountAnswer> {
    let filter = BackupFilter::parse(&pairs).map_err(Failure::from)?;
    let all = all_tenants(&pairs)?;
    let look =
        sandbox.look_async(move |turn| list::count_of(turn, &tenants(turn, &who, all)?, &filter));
    Ok(Json(CountAnswer {
        count: Some(look.await?),
    }))
}

async fn show_backup(
    State(sandbox): World,
    who: Authenticated,
    Path((_, backup_id)): Path<(String, String)>,
) -> Answer<CheckpointItemAnswer> {
    let look = sandbox.look_async(move |turn| backups::show(turn, &who.project.id, &backup_id));
    Ok(Json(CheckpointItemAnswer {
        checkpoint_item: look.await?,
    }))
}

async fn create_restore(
    State(sandbox): World,
    who: Authenticated,
    body: Bytes,
) -> Answer<RestoreAnswer> {
    let wanted: RestoreRequest = read_body(&body)?;
    let act =
        sandbox.act_async(move |turn| restores::create(turn, &who.project.id, &wanted.restore));
    Ok(Json(RestoreAnswer {
        restore: act.await?,
    }))
}

async fn show_quotas(State(sandbox): World, who: Authenticated) -> Answer<QuotasAnswer> {
    let look = sandbox.look_async(move |turn| quotas::show(turn, &who.project.id));
    Ok(Json(QuotasAnswer {
        quotas: look.await?,
    }))
}
