//! The lines of the manual.

use hyper::{Method, StatusCode};
use sandbox::Seed;
use serde_json::{Value, json};

use super::Go;
use crate::csbs::Company;

/// A test of another project: a known world, a deed, time, the result, and the world again.
#[tokio::test]
async fn the_curl_lines_of_the_manual_do_what_they_say() {
    let company = Company::with(Seed::Empty).await;
    let world = &company.world;
    let headers = [("content-type", "application/json")];
    let control = async |method: Method, path: &str, body: Value| {
        let answer = world.send(method, path, &headers, body.to_string()).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {answer:?}");
        answer.json()
    };
    control(Method::POST, "/sandbox/reset", json!({"seed": "demo"})).await;
    control(Method::POST, "/sandbox/clock", json!({"rate": 0})).await;
    let saved = control(Method::GET, "/sandbox/world", Value::Null).await;
    let go = Go::open(world).await;
    let count = go
        .ok(Method::GET, "/checkpoint_items/count", Value::Null)
        .await;
    control(Method::POST, "/sandbox/clock", json!({"advance": "P30D"})).await;
    let later = go
        .ok(Method::GET, "/checkpoint_items/count", Value::Null)
        .await;
    assert_ne!(later, count);
    let fault = json!({"operation": "csbs.policies.list", "status": 503, "error_code": "CSBS.9998",
        "error_msg": "Out of order.", "retry_after": 5});
    control(Method::POST, "/sandbox/faults", fault).await;
    let failed = go.call(Method::GET, "/policies", Value::Null).await;
    assert_eq!(failed.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(failed.header("retry-after"), "5");
    control(Method::PUT, "/sandbox/world", saved).await;
    assert_eq!(
        go.ok(Method::GET, "/checkpoint_items/count", Value::Null)
            .await,
        count
    );
}
