//! Every code of the catalogue: met in its situation by the tests beside this one, or made to happen.

use contract::errors::backup_service::TABLE;
use contract::errors::lookup_all;
use contract::operations::{ALL, Operation, Service};
use hyper::Method;
use serde_json::{Value, json};

use super::Vaults;
use crate::client::Answer;

/// Codes that any operation may answer.
const ANYWHERE: [&str; 3] = ["9900", "9910", "9998"];

/// The operation a code is documented for.
fn operation_with(code: &str) -> &'static Operation {
    let of = |operation: &&&Operation| {
        matches!(operation.service, Service::Cbr | Service::CbrAccount)
            && operation.codes.contains(&code)
    };
    ALL.iter()
        .find(of)
        .copied()
        .unwrap_or(&contract::operations::cbr::VAULTS_LIST)
}

async fn call(world: &Vaults, operation: &Operation) -> Answer {
    let values: Vec<_> = operation.parameters().map(|_| "x").collect();
    let base = match operation.service {
        Service::CbrAccount => "/v3",
        _ => "/v3/{p}",
    };
    let method = Method::from_bytes(operation.method.as_str().as_bytes()).unwrap();
    let path = format!("{base}{}", operation.path_with(&values));
    world.0.call(method, &path, Value::Null).await
}

#[tokio::test]
async fn every_code_can_be_ordered_and_comes_with_its_status_and_words() {
    let world = Vaults::open().await;
    let mut covered = Vec::new();
    for row in TABLE {
        let code = format!("BackupService.{:04}", row.number());
        let operation = operation_with(&code);
        world
            .0
            .arm(json!({"operation": operation.id, "status": row.status, "error_code": code}))
            .await;
        let answer = call(&world, operation).await;
        let body = answer.json();
        assert_eq!(answer.status.as_u16(), row.status, "{code}: {answer:?}");
        assert_eq!(body["error_code"], json!(code), "{answer:?}");
        assert_eq!(body["error_msg"], row.meaning, "{code}");
        assert!(!row.remedy.is_empty(), "{code}");
        covered.push(row.number());
    }
    covered.sort_unstable();
    covered.dedup();
    assert_eq!(
        covered.len(),
        182,
        "the catalogue and what was met are the same"
    );
}

#[test]
fn every_code_is_documented_for_an_operation_that_can_answer_it() {
    for row in TABLE {
        let code = format!("BackupService.{:04}", row.number());
        let known = ALL
            .iter()
            .any(|operation| operation.codes.contains(&code.as_str()));
        assert!(
            known || ANYWHERE.contains(&&code["BackupService.".len()..]),
            "{code}"
        );
    }
}

#[tokio::test]
async fn every_code_can_be_the_reason_of_a_failed_task() {
    let world = Vaults::open().await;
    let vault = world.vault("servers", 10_000, &["blog01"]).await;
    // Codes that the catalogue gives to tasks first of all.
    for number in [
        1006, 6121, 7202, 7203, 7204, 7504, 7505, 7506, 7508, 7509, 9910,
    ] {
        let code = format!("BackupService.{number:04}");
        world
            .0
            .arm(json!({"operation": "cbr.checkpoints.create", "job": "fail", "code": code}))
            .await;
        world.run(&vault, json!({})).await;
        world.0.advance("PT6H").await;
        let task = world.get("/operation-logs?limit=1").await["operation_logs"][0].clone();
        let expected = lookup_all(&code, 0).unwrap().meaning;
        assert_eq!(
            task["error_info"],
            json!({"code": code, "message": expected})
        );
    }
}
