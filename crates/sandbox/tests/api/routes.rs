//! The routes are those of `contract::operations`, and none of them falls over.

use std::time::{Duration, Instant};

use contract::operations::{ALL, Operation, Service};
use hyper::{Method, StatusCode};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::client::{Answer, Session, World};

/// Below which path a service is, as the catalog says; `None` for what is not served yet.
fn endpoint(service: Service, project_id: &str) -> Option<String> {
    Some(match service {
        Service::Csbs | Service::Ecs => format!("/v1/{project_id}"),
        Service::Compute => format!("/v2.1/{project_id}"),
        Service::VolumeV2 => format!("/v2/{project_id}"),
        Service::VolumeV3 | Service::Cbr => format!("/v3/{project_id}"),
        Service::Identity | Service::CbrAccount => "/v3".to_owned(),
        Service::Sandbox => "/sandbox".to_owned(),
        Service::Image => String::new(),
    })
}

fn method(operation: &Operation) -> Method {
    Method::from_bytes(operation.method.as_str().as_bytes()).unwrap()
}

fn target(operation: &Operation, session: &Session, value: &str) -> Option<String> {
    let values: Vec<&str> = operation
        .parameters()
        .map(|name| match name {
            "project_id" => session.project_id.as_str(),
            _ => value,
        })
        .collect();
    let path = operation.path_with(&values);
    Some(format!(
        "{}{path}",
        endpoint(operation.service, &session.project_id)?
    ))
}

#[tokio::test]
async fn every_described_read_is_routed() {
    let world = World::empty().await;
    let session = world.demo().await;
    let services = [
        Service::Csbs,
        Service::Sandbox,
        Service::Ecs,
        Service::Compute,
        Service::VolumeV2,
        Service::VolumeV3,
        Service::Image,
        Service::Identity,
    ];
    for operation in ALL
        .iter()
        .filter(|operation| services.contains(&operation.service))
    {
        let path = target(operation, &session, "0a1b").unwrap();
        let headers = [
            ("x-auth-token", session.token.as_str()),
            ("x-subject-token", "none"),
        ];
        let answer = world.send(method(operation), &path, &headers, "").await;
        assert_ne!(
            answer.json()["error_code"],
            "APIGW.0101",
            "{}: no route for {path}",
            operation.id
        );
        assert_ne!(
            answer.status,
            StatusCode::METHOD_NOT_ALLOWED,
            "{}",
            operation.id
        );
    }
}

/// Whether an error has one of the documented bodies.
fn is_documented(answer: &Answer) -> bool {
    let body = answer.json();
    let Some(members) = body.as_object() else {
        return false;
    };
    let text = |value: &serde_json::Value| value.as_str().is_some_and(|text| !text.is_empty());
    if members.contains_key("error_code") {
        return text(&body["error_code"]) && text(&body["error_msg"]);
    }
    members.len() == 1
        && members.values().all(|inner| {
            text(&inner["message"]) && (inner["code"].is_i64() || text(&inner["code"]))
        })
}

/// How long any answer may take, whatever was asked.
const PATIENCE: Duration = Duration::from_secs(1);

/// Whether an error of the backup service says what went wrong in its own form, whatever else it says.
fn is_in_service_form(answer: &Answer) -> bool {
    let body = answer.json();
    let text = |name: &str| body[name].as_str().is_some_and(|text| !text.is_empty());
    text("error_code") && text("error_msg")
}

/// Failures that a service documents with a 5xx of its own; anything else at 500 is a fault here.
fn is_documented_5xx(answer: &Answer) -> bool {
    let code = answer.json()["error_code"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    (code.starts_with("CSBS.") && code != "CSBS.9999")
        || (code.starts_with("BackupService.") && code != "BackupService.9910")
}

fn any_query() -> impl Strategy<Value = String> {
    let name = prop_oneof![
        Just("limit"),
        Just("offset"),
        Just("marker"),
        Just("name"),
        Just("status"),
        Just("sort"),
        Just("sort_key"),
        Just("sort_dir"),
        Just("ip"),
        Just("ids"),
        Just("metadata"),
        Just("tags"),
        Just("not-tags"),
        Just("server_id"),
        Just("changes-since"),
        Just("page"),
        Just("per_page"),
        Just("start_time"),
        Just("end_time"),
        Just("checkpoint_items"),
        Just("policy_id"),
        Just("az"),
        Just("dedicated_storage_id"),
        Just("multiattach"),
        Just("enabled"),
        Just("pattern"),
        Just("from"),
        Just("count"),
    ];
    let value = prop_oneof![
        "[!-~]{0,12}".prop_map(|text| contract_encode(&text)),
        "\\PC{0,6}".prop_map(|text| contract_encode(&text)),
        "-?[0-9]{1,22}",
        Just("%00".to_owned()),
        Just("%ff%fe".to_owned()),
        Just("%".to_owned()),
        Just("%25_%27;--".to_owned()),
        Just("true".to_owned()),
        Just("".to_owned()),
        Just("a".repeat(4000)),
    ];
    proptest::collection::vec((name, value), 0..4).prop_map(|pairs| {
        pairs
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect::<Vec<_>>()
            .join("&")
    })
}

fn contract_encode(text: &str) -> String {
    signing::encode_component(text)
}

fn any_json() -> impl Strategy<Value = serde_json::Value> {
    use serde_json::{Value, json};
    let words = prop_oneof![
        Just("auth"),
        Just("identity"),
        Just("methods"),
        Just("password"),
        Just("user"),
        Just("scope"),
        Just("policy"),
        Just("name"),
        Just("id"),
        Just("provider_id"),
        Just("scheduled_operations"),
        Just("resources"),
        Just("protect"),
        Just("restore"),
        Just("checkpoint"),
        Just("parameters"),
        Just("check_protectable"),
        Just("check_restorable"),
        Just("advance"),
        Just("rate"),
        Just("trigger"),
        Just("properties"),
        Just("pattern"),
        Just("tags"),
        Just("backup_id"),
        Just("image_tags"),
        Just("whole_image_type"),
        Just("delete_backup"),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        Just(json!(1e308)),
        "\\PC{0,8}".prop_map(Value::from),
        Just(json!("token")),
        Just(json!("password")),
        Just(json!("fc4d5750-22e7-4798-8a46-f48f62c4c1da")),
    ];
    leaf.prop_recursive(6, 24, 4, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec((words.clone(), inner), 0..4).prop_map(|pairs| pairs
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect::<Value>()),
        ]
    })
}

fn any_body() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        2 => any_json().prop_map(|json| json.to_string().into_bytes()),
        1 => proptest::collection::vec(any::<u8>(), 0..60),
        1 => Just(b"[".repeat(5000)),
        1 => Just(Vec::new()),
    ]
}

fn any_segment() -> impl Strategy<Value = String> {
    prop_oneof![
        "[!-~]{1,12}",
        "\\PC{1,6}",
        Just("..".to_owned()),
        Just("\u{0}".to_owned()),
        Just("a".repeat(2000))
    ]
}

#[test]
fn no_input_makes_any_route_fall_over() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let (world, session) = runtime.block_on(async {
        let world = World::empty().await;
        let (session, _) = crate::fixture::plant(&world).await;
        (world, session)
    });
    let served: Vec<&Operation> = ALL
        .iter()
        .copied()
        .filter(|o| endpoint(o.service, "p").is_some())
        .collect();
    let input = (
        proptest::sample::select(served),
        any_segment(),
        any_query(),
        any_body(),
    );
    let mut runner = TestRunner::new(Config {
        failure_persistence: None,
        ..Config::with_cases(1500)
    });
    let result = runner.run(&input, |(operation, segment, query, body)| {
        let path = target(operation, &session, &segment).unwrap();
        let path = if query.is_empty() {
            path
        } else {
            format!("{path}?{query}")
        };
        let headers = [
            ("x-auth-token", session.token.as_str()),
            ("x-subject-token", "none"),
            ("content-type", "application/json"),
        ];
        let begun = Instant::now();
        let answer = runtime.block_on(world.send(method(operation), &path, &headers, body));
        let id = operation.id;
        prop_assert!(
            begun.elapsed() < PATIENCE,
            "{id} {path}: {:?}",
            begun.elapsed()
        );
        prop_assert!(
            answer.status.as_u16() < 500 || is_documented_5xx(&answer),
            "{id} {path}: {answer:?}"
        );
        if answer.status.is_client_error() && method(operation) != Method::HEAD {
            prop_assert!(is_documented(&answer), "{id} {path}: {answer:?}");
            let ours = matches!(operation.service, Service::Csbs | Service::Sandbox);
            prop_assert!(
                !ours || is_in_service_form(&answer),
                "{id} {path}: {answer:?}"
            );
        }
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
    let alive = runtime.block_on(world.get_as(&session, "/v1/{p}/cloudservers/detail"));
    assert_eq!(alive.status, StatusCode::OK);
}

/// Paths that nobody described, with any method and any body, below every version there is.
#[test]
fn no_path_makes_the_server_fall_over() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let (world, session) = runtime.block_on(async {
        let world = World::empty().await;
        let session = world.demo().await;
        (world, session)
    });
    let start = prop_oneof![
        Just(format!("/v1/{}", session.project_id)),
        Just(format!("/v3/{}", session.project_id)),
        Just("/v2".to_owned()),
        Just("/v1/cloudimages".to_owned()),
        Just("/sandbox".to_owned()),
        Just(String::new()),
    ];
    let methods = [
        "GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "FOO",
    ];
    let input = (
        start,
        proptest::collection::vec(any_segment(), 0..5),
        proptest::sample::select(methods.to_vec()),
        any_query(),
        any_body(),
    );
    let mut runner = TestRunner::new(Config {
        failure_persistence: None,
        ..Config::with_cases(800)
    });
    let result = runner.run(&input, |(start, segments, method, query, body)| {
        let rest: String = segments
            .iter()
            .map(|segment| format!("/{}", contract_encode(segment)))
            .collect();
        let path = format!("{start}{rest}?{query}");
        let path = if path.starts_with('/') {
            path
        } else {
            format!("/{path}")
        };
        let headers = [("x-auth-token", session.token.as_str())];
        let name = Method::from_bytes(method.as_bytes()).unwrap();
        let begun = Instant::now();
        let answer = runtime.block_on(world.send(name, &path, &headers, body));
        prop_assert!(
            begun.elapsed() < PATIENCE,
            "{method} {path}: {:?}",
            begun.elapsed()
        );
        let status = answer.status;
        prop_assert!(!status.is_server_error(), "{method} {path}: {answer:?}");
        if status.is_client_error() && method != "HEAD" {
            prop_assert!(is_documented(&answer), "{method} {path}: {answer:?}");
        }
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
    let alive = runtime.block_on(world.get_as(&session, "/v1/{p}/policies"));
    assert_eq!(alive.status, StatusCode::OK);
}

#[test]
fn hostile_authorization_headers_are_refused() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let world = runtime.block_on(World::empty());
    let session = runtime.block_on(world.demo());
    let host = world.running.addr.to_string();
    let field = prop_oneof![
        Just(format!("Access={}", session.access_key)),
        Just("SignedHeaders=host;x-sdk-date".to_owned()),
        Just("SignedHeaders=".to_owned()),
        Just("SignedHeaders=host;x-sdk-date;authorization".to_owned()),
        Just(format!("Signature={}", "0".repeat(64))),
        Just(format!("Credential={}///sdk_request", session.access_key)),
        Just(format!(
            "Credential={}/20300115///sdk_request",
            session.access_key
        )),
        "[ -~]{0,30}",
    ];
    let value = (
        prop_oneof![Just("SDK-HMAC-SHA256 "), Just("Basic "), Just("")],
        proptest::collection::vec(field, 0..5),
    )
        .prop_map(|(start, fields)| format!("{start}{}", fields.join(", ")));
    let mut runner = TestRunner::new(Config {
        failure_persistence: None,
        ..Config::with_cases(400)
    });
    let path = format!("/v1/{}/cloudservers/detail", session.project_id);
    let result = runner.run(&(value, "[0-9TZ]{0,18}"), |(value, date)| {
        let headers = [
            ("authorization", value.as_str()),
            ("x-sdk-date", &date),
            ("host", &host),
        ];
        let answer = runtime.block_on(world.get(&path, &headers));
        prop_assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        prop_assert_eq!(&answer.json()["error_code"], "APIGW.0301");
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
}
