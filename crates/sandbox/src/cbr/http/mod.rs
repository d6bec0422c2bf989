//! The HTTP layer of the service: reads requests, calls the typed behaviour, writes answers.

mod account;
mod backups;
mod orders;
mod policies;
mod region;
mod sharing;
mod vaults;

pub use account::account_routes;

use std::sync::Arc;

use axum::Json;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::get;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{invalid, refusal};
use crate::Sandbox;
use crate::http::{Pairs, Problem, base_url};
use crate::iam::Authenticated;
use crate::refusal::{Failure, Outcome};
use crate::turn::Turn;

type Answer<T> = Result<Json<T>, Problem>;
type Done = Result<StatusCode, Problem>;
type World = State<Arc<Sandbox>>;

/// Every route of the service within a project; its callers are those of the path's project.
pub fn routes() -> Router<Arc<Sandbox>> {
    Router::new()
        .merge(vaults::routes())
        .merge(orders::routes())
        .merge(backups::routes())
        .merge(policies::routes())
        .merge(sharing::routes())
        .merge(region::routes())
        .merge(account::routes())
}

/// Version discovery for anybody (76); `GET /` belongs to the identity service on a shared host.
pub fn discovery() -> Router<Arc<Sandbox>> {
    let mut router = Router::new();
    for name in ["/cbr", "/csbs", "/vbs"] {
        router = router.route(name, get(versions));
    }
    router
}

async fn versions(headers: HeaderMap) -> (StatusCode, Json<Value>) {
    let href = format!("{}/v3", base_url(&headers));
    let versions = json!({"versions": [{
        "id": "v3",
        "status": "CURRENT",
        "links": [{"rel": "self", "href": href}],
    }]});
    (StatusCode::MULTIPLE_CHOICES, Json(versions))
}

/// A body as JSON; what is wrong is said with the member it is in.
///
/// Some members are of types that answers have too and are read forgivingly; a request may not count on it.
fn read_body<T: DeserializeOwned + Serialize>(body: &Bytes) -> Result<T, Failure> {
    let read: T = read_loosely(body)?;
    let (given, meant) = (serde_json::from_slice(body)?, serde_json::to_value(&read)?);
    match misread(&given, &meant) {
        Some((path, rule)) => Err(invalid(&path, rule).into()),
        None => Ok(read),
    }
}

/// The first member that was read as something of another kind than it was sent as, and what it should be.
fn misread(given: &Value, meant: &Value) -> Option<(String, &'static str)> {
    let below = |place: String, given: &Value, meant: &Value| {
        let (path, rule) = misread(given, meant)?;
        let dot = match path.chars().next() {
            None | Some('[') => "",
            Some(_) => ".",
        };
        Some((format!("{place}{dot}{path}"), rule))
    };
    match (given, meant) {
        (Value::Null, _) | (_, Value::Null) => None,
        (Value::Object(given), Value::Object(meant)) => given
            .iter()
            .find_map(|(name, given)| below(name.clone(), given, meant.get(name)?)),
        (Value::Array(given), Value::Array(meant)) => given
            .iter()
            .zip(meant)
            .enumerate()
            .find_map(|(n, (given, meant))| below(format!("[{n}]"), given, meant)),
        (Value::Bool(_), Value::Bool(_))
        | (Value::Number(_), Value::Number(_))
        | (Value::String(_), Value::String(_)) => None,
        (_, Value::Object(_)) => Some((String::new(), "must be an object")),
        (_, Value::Array(_)) => Some((String::new(), "must be a list")),
        (_, Value::String(_)) => Some((String::new(), "must be a text")),
        (_, Value::Number(_)) => Some((String::new(), "must be a number")),
        (_, Value::Bool(_)) => Some((String::new(), "must be true or false")),
    }
}

/// The same for a body in which a number may stand for a text.
fn read_loosely<T: DeserializeOwned>(body: &Bytes) -> Result<T, Failure> {
    crate::http::read_json(body).map_err(|words| refusal("BackupService.9900", words).into())
}

/// Changes the world on behalf of a caller.
async fn act<T, F>(sandbox: &Arc<Sandbox>, who: Authenticated, work: F) -> Result<T, Problem>
where
    F: FnOnce(&Turn<'_>, &Authenticated) -> Outcome<T> + Send + 'static,
    T: Send + 'static,
{
    Ok(sandbox.act_async(move |turn| work(turn, &who)).await?)
}

/// Looks at the world on behalf of a caller.
async fn look<T, F>(sandbox: &Arc<Sandbox>, who: Authenticated, work: F) -> Result<T, Problem>
where
    F: FnOnce(&Turn<'_>, &str) -> Outcome<T> + Send + 'static,
    T: Send + 'static,
{
    Ok(sandbox
        .look_async(move |turn| work(turn, &who.project.id))
        .await?)
}

/// `limit` and `offset` as the answer repeats them.
fn echo(pairs: &Pairs) -> (Option<i64>, Option<i64>) {
    let number = |name: &str| pairs.filled(name).and_then(|text| text.parse().ok());
    (
        number("limit")
            .map(|limit: i64| limit.min(1000))
            .or(Some(1000)),
        number("offset").or(Some(0)),
    )
}
