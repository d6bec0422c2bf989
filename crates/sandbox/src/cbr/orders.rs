//! Orders of vaults (cbr-v3 5.1, 16 to 19). Nothing is charged here: an order is carried out when it is given.

use contract::cbr::rules::{MIN_NEW_SIZE, PRE_PAID, SIZES, within};
use contract::cbr::vaults::{BillingUpdate, VaultCreate, VaultUpdate};
use rusqlite::OptionalExtension as _;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{invalid, refusal, vaults};
use crate::iam::Authenticated;
use crate::refusal::Outcome;
use crate::turn::Turn;

/// What the service is called in orders.
const SERVICE: &str = "cbr";

/// How vaults shall be paid for (17).
#[derive(Serialize, Deserialize)]
pub struct ModeChange {
    vault_ids: Vec<String>,
    #[serde(default)]
    charging_mode: Option<String>,
    #[serde(default)]
    period_type: Option<String>,
    #[serde(default)]
    period_num: Option<i64>,
}

/// Another size for a vault that was ordered (18).
#[derive(Serialize, Deserialize)]
pub struct OrderChange {
    resource_id: String,
    #[serde(default)]
    product_info: Product,
}

/// The same in the older spelling (19).
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderUpdate {
    #[serde(default)]
    resource_id: Option<String>,
    #[serde(default)]
    product_info: Product,
}

#[derive(Default, Serialize, Deserialize)]
struct Product {
    #[serde(default, alias = "resourceSize")]
    resource_size: Option<i64>,
}

/// Makes a vault that was ordered (16, and 1 when it is to be paid in advance).
pub fn vault(turn: &Turn<'_>, who: &Authenticated, wanted: &VaultCreate) -> Outcome<Value> {
    let id = vaults::create(turn, who, wanted)?.id;
    let order = note(turn, &id, &turn.new_id())?;
    Ok(json!({
        "orders": [{"orderId": order, "resourceId": id, "cloudServiceId": SERVICE, "subscribeResult": 1}],
        "errText": "",
        "error_code": "0",
        "retCode": 0,
    }))
}

/// The order that made or changed a vault last.
fn note(turn: &Turn<'_>, vault_id: &str, order: &str) -> Outcome<String> {
    turn.db
        .prepare_cached("UPDATE cbr_vaults SET order_id = ?2 WHERE id = ?1")?
        .execute((vault_id, order))?;
    Ok(order.to_owned())
}

fn answer(order: &str) -> Value {
    json!({"orderId": order, "retCode": 0, "retMsg": ""})
}

/// Changes how vaults are paid for (17).
pub fn change_mode(turn: &Turn<'_>, project_id: &str, wanted: &ModeChange) -> Outcome<Value> {
    if !(1..=60).contains(&wanted.vault_ids.len()) {
        return Err(invalid("vault_ids", "must have 1 to 60 ids").into());
    }
    let words = [
        ("charging_mode", &wanted.charging_mode, &[PRE_PAID][..]),
        ("period_type", &wanted.period_type, &["month", "year"]),
    ];
    for (member, given, allowed) in words {
        if let Some(word) = given.as_deref().filter(|word| !allowed.contains(word)) {
            let rule = format!("`{word}` is none of {}", allowed.join(", "));
            return Err(invalid(member, rule).into());
        }
    }
    if let Some(Err(rule)) = wanted.period_num.map(|number| within(number, (1, 9))) {
        return Err(invalid("period_num", rule).into());
    }
    for id in &wanted.vault_ids {
        vaults::stored(turn, project_id, id)?;
    }
    let order = turn.new_id();
    for id in &wanted.vault_ids {
        note(turn, id, &order)?;
        turn.db
            .prepare_cached("UPDATE cbr_vaults SET charging_mode = ?2 WHERE id = ?1")?
            .execute((id, PRE_PAID))?;
    }
    Ok(answer(&order))
}

/// Changes what was ordered (18).
pub fn change(turn: &Turn<'_>, project_id: &str, wanted: &OrderChange) -> Outcome<Value> {
    resize(turn, project_id, &wanted.resource_id, &wanted.product_info)?;
    let order = note(turn, &wanted.resource_id, &turn.new_id())?;
    Ok(answer(&order))
}

/// The same, the older way (19): the order is found by its id, or by its vault.
pub fn update(
    turn: &Turn<'_>,
    project_id: &str,
    order: &str,
    wanted: &OrderUpdate,
) -> Outcome<Value> {
    let tenant = turn.tenant(project_id)?;
    let found: Option<String> = turn
        .db
        .prepare_cached(
            "SELECT id FROM cbr_vaults WHERE project = ?1 AND (order_id = ?2 OR id = ?3)
             ORDER BY id = ?3 DESC LIMIT 1",
        )?
        .query_row((tenant, order, &wanted.resource_id), |row| row.get(0))
        .optional()?;
    let vault_id = found
        .ok_or_else(|| refusal("BackupService.6109", format!("There is no order {order}.")))?;
    resize(turn, project_id, &vault_id, &wanted.product_info)?;
    note(turn, &vault_id, order)?;
    // Here the code is a text.
    Ok(json!({"orderId": order, "retCode": "0", "retMsg": ""}))
}

fn resize(turn: &Turn<'_>, project_id: &str, vault_id: &str, product: &Product) -> Outcome<()> {
    vaults::stored(turn, project_id, vault_id)?;
    let Some(size) = product.resource_size else {
        return Ok(());
    };
    within(size, (MIN_NEW_SIZE, SIZES.1))
        .map_err(|rule| invalid("product_info.resource_size", rule))?;
    let change = VaultUpdate {
        billing: Some(BillingUpdate {
            size: Some(size),
            consistent_level: None,
        }),
        ..VaultUpdate::default()
    };
    vaults::update(turn, project_id, vault_id, &change).map(drop)
}
