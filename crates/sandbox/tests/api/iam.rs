//! Signing in, and asking about tokens.

use hyper::{Method, StatusCode};
use serde_json::{Value, json};

use crate::client::{Answer, HOUR, Session, World};

const TOKENS: &str = "/v3/auth/tokens";

fn password(user: Value, scope: Value) -> Value {
    json!({"auth": {"identity": {"methods": ["password"], "password": {"user": user}}, "scope": scope}})
}

fn demo_user() -> Value {
    json!({"name": "demo", "password": "demo", "domain": {"name": "sandbox"}})
}

async fn rescope(world: &World, token: &str, scope: Value) -> Answer {
    let identity = json!({"methods": ["token"], "token": {"id": token}});
    world
        .post(
            TOKENS,
            json!({"auth": {"identity": identity, "scope": scope}}),
        )
        .await
}

#[tokio::test]
async fn discovery_uses_the_address_the_client_used() {
    let world = World::empty().await;
    let answer = world.get("/", &[("host", "localhost:4711")]).await;
    assert_eq!(answer.status, StatusCode::MULTIPLE_CHOICES);
    let version = &answer.json()["versions"]["values"][0];
    assert_eq!(version["id"], "v3.6");
    assert_eq!(version["status"], "stable");
    assert_eq!(version["links"][0]["href"], "http://localhost:4711/v3/");
    for path in ["/v3", "/v3/"] {
        let answer = world.get(path, &[]).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(
            answer.json()["version"]["links"][0]["href"],
            format!("http://{}/v3/", world.host())
        );
    }
}

#[tokio::test]
async fn a_password_gives_a_token_with_the_documented_members() {
    let world = World::empty().await;
    let domain = json!({"name": "sandbox"});
    for scope in [
        json!({"project": {"name": "demo-project"}}),
        json!({"project": {"name": "demo-project", "domain": domain}}),
    ] {
        let answer = world.post(TOKENS, password(demo_user(), scope)).await;
        assert_eq!(answer.status, StatusCode::CREATED);
        assert!(!answer.header("x-subject-token").is_empty());
        let token = answer.json()["token"].clone();
        assert_eq!(token["methods"], json!(["password"]));
        assert_eq!(token["user"]["name"], "demo");
        assert_eq!(token["user"]["domain"]["name"], "sandbox");
        assert_eq!(token["user"]["password_expires_at"], Value::Null);
        assert_eq!(token["project"]["name"], "demo-project");
        assert_eq!(token["project"]["domain"], token["user"]["domain"]);
        assert_eq!(token["roles"], json!([{"id": "0", "name": "te_admin"}]));
        assert_eq!(token.get("domain"), None);
        for member in ["issued_at", "expires_at"] {
            let text = token[member].as_str().unwrap();
            assert!(text.len() == 27 && text.ends_with('Z'), "{text}");
        }
        let read: contract::iam::TokenAnswer = serde_json::from_slice(&answer.body).unwrap();
        let endpoint = read.token.endpoint("data-protect", "eu-de").unwrap();
        assert_eq!(
            endpoint.url,
            format!("http://{}/v1/{}", world.host(), read.token.project.id)
        );
    }
}

#[tokio::test]
async fn without_a_project_the_token_is_for_the_domain_and_no_service_takes_it() {
    let world = World::empty().await;
    for scope in [
        Value::Null,
        json!("unscoped"),
        json!({}),
        json!({"domain": {"name": "sandbox"}}),
    ] {
        let answer = world.post(TOKENS, password(demo_user(), scope)).await;
        assert_eq!(answer.status, StatusCode::CREATED);
        let token = &answer.json()["token"];
        assert_eq!(token["domain"]["name"], "sandbox");
        assert_eq!(token.get("project"), None);
        assert_eq!(token["catalog"].as_array().unwrap().len(), 1);
    }
    let both = json!({"domain": {"name": "sandbox"}, "project": {"name": "demo-project"}});
    let answer = world.post(TOKENS, password(demo_user(), both)).await;
    assert_eq!(answer.json()["token"]["project"]["name"], "demo-project");
    let path = format!("{TOKENS}?nocatalog=1");
    let answer = world.post(&path, password(demo_user(), Value::Null)).await;
    assert_eq!(answer.json()["token"].get("catalog"), None);
}

#[tokio::test]
async fn who_cannot_sign_in_is_told_so_in_keystones_form() {
    let world = World::empty().await;
    let project = json!({"project": {"name": "demo-project"}});
    let cases = [
        (
            password(
                json!({"name": "demo", "password": "Demo", "domain": {"name": "sandbox"}}),
                Value::Null,
            ),
            401,
        ),
        (
            password(
                json!({"name": "nobody", "password": "demo", "domain": {"name": "sandbox"}}),
                Value::Null,
            ),
            401,
        ),
        (
            password(
                json!({"name": "demo", "password": "demo", "domain": {"name": "other"}}),
                Value::Null,
            ),
            401,
        ),
        (
            password(
                json!({"name": "demo' OR '1'='1", "password": "demo", "domain": {"name": "sandbox"}}),
                Value::Null,
            ),
            401,
        ),
        (
            password(
                json!({"name": "%", "password": "demo", "domain": {"name": "%"}}),
                Value::Null,
            ),
            401,
        ),
        (
            password(json!({"name": "demo", "password": "demo"}), Value::Null),
            400,
        ),
        (password(json!({"password": "demo"}), Value::Null), 400),
        (
            password(
                json!({"name": "demo", "domain": {"name": "sandbox"}}),
                Value::Null,
            ),
            400,
        ),
        (
            password(demo_user(), json!({"project": {"name": "demo-project-2"}})),
            403,
        ),
        (
            password(demo_user(), json!({"project": {"name": "nowhere"}})),
            403,
        ),
        (password(demo_user(), json!({"project": {"id": "0"}})), 403),
        (password(demo_user(), json!({"project": {}})), 400),
        (
            password(
                demo_user(),
                json!({"project": {"name": "demo-project", "domain": {"name": "other"}}}),
            ),
            403,
        ),
        (
            password(demo_user(), json!({"domain": {"name": "other"}})),
            403,
        ),
        (password(demo_user(), json!({"project": 7})), 400),
        (password(demo_user(), json!("demo-project")), 400),
        (password(demo_user(), json!(7)), 400),
        (
            json!({"auth": {"identity": {"methods": ["token"], "token": {"id": "made-up"}}, "scope": project}}),
            401,
        ),
        (json!({"auth": {"identity": {"methods": ["token"]}}}), 400),
        (
            json!({"auth": {"identity": {"methods": ["password"]}}}),
            400,
        ),
        (
            json!({"auth": {"identity": {"methods": ["password", "totp"]}}}),
            400,
        ),
        (json!({"auth": {"identity": {"methods": []}}}), 400),
        (
            json!({"auth": {"identity": {"methods": ["assume_role"], "assume_role": {"xrole_name": "a"}}}}),
            404,
        ),
        (json!({"auth": {}}), 400),
        (json!([]), 400),
        (json!(null), 400),
    ];
    for (body, status) in cases {
        let answer = world.post(TOKENS, body.clone()).await;
        assert_eq!(answer.status.as_u16(), status, "{body}");
        assert_eq!(answer.json()["error"]["code"], status, "{body}");
        assert!(
            answer.json()["error"]["message"]
                .as_str()
                .is_some_and(|text| !text.is_empty())
        );
        assert_eq!(answer.header("x-subject-token"), "");
    }
}

#[tokio::test]
async fn a_user_may_be_named_by_id() {
    let world = World::empty().await;
    let first = world
        .post(TOKENS, password(demo_user(), Value::Null))
        .await
        .json();
    let id = &first["token"]["user"]["id"];
    let by_id = password(json!({"id": id, "password": "demo"}), Value::Null);
    let answer = world.post(TOKENS, by_id).await;
    assert_eq!(answer.json()["token"]["user"]["name"], "demo");
    let domain = &first["token"]["user"]["domain"]["id"];
    let by_domain_id = json!({"name": "demo", "password": "demo", "domain": {"id": domain}});
    let answer = world
        .post(
            TOKENS,
            password(by_domain_id, json!({"domain": {"id": domain}})),
        )
        .await;
    assert_eq!(answer.status, StatusCode::CREATED);
}

#[tokio::test]
async fn a_token_for_another_scope_keeps_the_first_ones_end() {
    let world = World::empty().await;
    let first = world.post(TOKENS, password(demo_user(), Value::Null)).await;
    world.pass(HOUR, 0);
    let scope = json!({"project": {"name": "demo-project"}});
    let second = rescope(&world, first.header("x-subject-token"), scope).await;
    assert_eq!(second.status, StatusCode::CREATED);
    let (first, token) = (first.json(), second.json());
    assert_eq!(token["token"]["expires_at"], first["token"]["expires_at"]);
    assert_ne!(token["token"]["issued_at"], first["token"]["issued_at"]);
    assert_eq!(token["token"]["methods"], json!(["token"]));
    let foreign = json!({"project": {"name": "demo-project-2"}});
    let refused = rescope(&world, second.header("x-subject-token"), foreign).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn tokens_end_after_a_day_that_passed_but_not_by_a_jump() {
    let world = World::empty().await;
    let session = world.demo().await;
    let before = world.get_as(&session, "/v3/auth/projects").await;
    assert_eq!(before.status, StatusCode::OK);
    let shown = |answer: &Answer| {
        answer.json()["token"]["expires_at"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let ask = [
        ("x-auth-token", session.token.as_str()),
        ("x-subject-token", session.token.as_str()),
    ];
    let end = shown(&world.get(TOKENS, &ask).await);

    world.pass(0, 90 * 24 * HOUR);
    let moved = shown(&world.get(TOKENS, &ask).await);
    assert!(
        moved > end,
        "{moved} is shown moved along with the clock, {end} before"
    );

    world.pass(23 * HOUR, 0);
    assert_eq!(
        world.get_as(&session, "/v3/auth/projects").await.status,
        StatusCode::OK
    );
    world.pass(HOUR, 0);
    assert_eq!(
        world.get_as(&session, "/v3/auth/projects").await.status,
        StatusCode::UNAUTHORIZED
    );
    let answer = rescope(&world, &session.token, Value::Null).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_token_can_be_asked_about_and_ended_by_its_owner_only() {
    let world = World::empty().await;
    let demo = world.demo().await;
    let other = world.sign_in("demo2", "demo-project-2").await;
    let ask = |caller: &Session, subject: &Session| {
        [
            ("x-auth-token".to_owned(), caller.token.clone()),
            ("x-subject-token".to_owned(), subject.token.clone()),
        ]
    };
    let call = async |method: Method, headers: [(String, String); 2]| {
        let headers = headers.each_ref().map(|(a, b)| (a.as_str(), b.as_str()));
        world.send(method, TOKENS, &headers, "").await
    };

    let answer = call(Method::GET, ask(&demo, &demo)).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("x-subject-token"), demo.token);
    assert_eq!(answer.json()["token"]["project"]["id"], demo.project_id);
    assert!(answer.json()["token"]["catalog"].is_array());
    let answer = call(Method::HEAD, ask(&demo, &demo)).await;
    assert_eq!((answer.status, answer.body.len()), (StatusCode::OK, 0));

    assert_eq!(
        call(Method::GET, ask(&other, &demo)).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        call(Method::DELETE, ask(&other, &demo)).await.status,
        StatusCode::NOT_FOUND
    );
    let missing = world.get(TOKENS, &[("x-auth-token", &demo.token)]).await;
    assert_eq!(missing.status, StatusCode::BAD_REQUEST);

    assert_eq!(
        call(Method::DELETE, ask(&demo, &demo)).await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(
        call(Method::GET, ask(&demo, &demo)).await.status,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(
        call(Method::GET, ask(&other, &other)).await.status,
        StatusCode::OK
    );
}
