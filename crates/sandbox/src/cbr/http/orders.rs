//! Routes of orders.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::routing::{post, put};
use axum::{Json, Router};
use contract::cbr::rules::PRE_PAID;
use contract::cbr::vaults::VaultCreateRequest;
use serde_json::Value;

use super::{Answer, World, act, read_body};
use crate::Sandbox;
use crate::cbr::orders::{self, ModeChange, OrderChange, OrderUpdate};
use crate::iam::Authenticated;

pub fn routes() -> Router<Arc<Sandbox>> {
    Router::new()
        .route("/v3/{project_id}/vaults/order", post(order))
        .route(
            "/v3/{project_id}/vaults/change-charge-mode",
            post(change_mode),
        )
        .route("/v3/{project_id}/orders/change", post(change))
        .route("/v3/{project_id}/orders/{order_id}", put(update))
}

async fn order(State(sandbox): World, who: Authenticated, body: Bytes) -> Answer<Value> {
    let mut wanted: VaultCreateRequest = read_body(&body)?;
    let mode = &mut wanted.vault.billing.charging_mode;
    mode.get_or_insert_with(|| PRE_PAID.to_owned());
    let work = act(&sandbox, who, move |turn, who| {
        orders::vault(turn, who, &wanted.vault)
    });
    Ok(Json(work.await?))
}

async fn change_mode(State(sandbox): World, who: Authenticated, body: Bytes) -> Answer<Value> {
    let wanted: ModeChange = read_body(&body)?;
    let work = act(&sandbox, who, move |turn, who| {
        orders::change_mode(turn, &who.project.id, &wanted)
    });
    Ok(Json(work.await?))
}

async fn change(State(sandbox): World, who: Authenticated, body: Bytes) -> Answer<Value> {
    let wanted: OrderChange = read_body(&body)?;
    let work = act(&sandbox, who, move |turn, who| {
        orders::change(turn, &who.project.id, &wanted)
    });
    Ok(Json(work.await?))
}

async fn update(
    State(sandbox): World,
    who: Authenticated,
    Path((_, id)): Path<(String, String)>,
    body: Bytes,
) -> Answer<Value> {
    let wanted: OrderUpdate = read_body(&body)?;
    let work = act(&sandbox, who, move |turn, who| {
        orders::update(turn, &who.project.id, &id, &wanted)
    });
    Ok(Json(work.await?))
}
