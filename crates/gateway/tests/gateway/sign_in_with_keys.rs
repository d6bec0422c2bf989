//! Signing in with an access key: the gateway keeps the pair and signs what it sends.

use contract::{
    session::{SessionInfo, SignInKind},
    time::Timestamp,
};
use gateway::{clock::Clock, cloud::Cloud, config::Ways};
use sandbox::{Options, Running, Seed};
use serde_json::{Value, json};

use crate::support::{
    self, PROJECT, READ, Setup, Upstream, WRITE, cookie_of, logs,
    upstream::{KeyRules, json_answer},
};

/// The gateway before a sandbox, `late` seconds behind the sandbox's clock.
async fn before_sandbox(late: i64) -> (Setup, Running) {
    let options = Options {
        seed: Seed::Empty,
        ..Options::default()
    };
    let running = sandbox::start(options).await.unwrap();
    let url = running.url();
    let made = |limits: &_, metrics| Cloud::sandbox(&url, limits, metrics).unwrap();
    let world = running.sandbox.clone();
    let clock =
        Clock::new(move || Timestamp::from_micros(world.clock.real_now()).plus_seconds(-late));
    let setup = support::start_clocked(Upstream::start().await, made, clock, |_| {}).await;
    (setup, running)
}

/// The demo account's permanent pair.
fn pair(running: &Running) -> (String, String) {
    let line: Value = serde_json::from_str(&running.start_line()).unwrap();
    let text = |name: &str| line["sandbox"][name].as_str().unwrap().to_owned();
    (text("access_key"), text("secret_key"))
}

async fn enter(setup: &Setup, with: Value) -> support::Reply {
    setup
        .change("POST", "/session", "", &with.to_string())
        .await
}

fn info(reply: &support::Reply) -> SessionInfo {
    assert_eq!(reply.status, 200, "{reply:?}");
    serde_json::from_str(&reply.body).unwrap()
}

#[tokio::test]
async fn a_pair_of_keys_signs_in_lists_and_writes() {
    let (setup, running) = before_sandbox(0).await;
    let (access, secret) = pair(&running);
    let reply = enter(&setup, json!({"access_key": access, "secret_key": secret})).await;
    let session = info(&reply);
    let cookie = cookie_of(&reply);
    assert_eq!(session.sign_in, SignInKind::AccessKey);
    assert_eq!(
        (session.domain.as_str(), &session.user),
        ("sandbox", &access)
    );
    assert_eq!(session.region, "eu-de");
    assert_eq!(session.projects.len(), 1);

    let api = |path: &str| format!("/api/{}/{path}", session.project_id);
    for path in [
        "csbs/checkpoint_items?name=a%20b%2Bc&status=error&limit=3",
        "ecs/cloudservers/detail",
        "volumev3/volumes/detail",
        "compute/servers/detail",
    ] {
        let reply = setup.get(&api(path), &cookie).await;
        assert_eq!(reply.status, 200, "{path}: {reply:?}");
    }
    let policy = json!({"policy": {
        "name": "signed", "description": "made with a signature – é", "parameters": {"common": {}},
        "provider_id": "fc4d5750-22e7-4798-8a46-f48f62c4c1da", "resources": [],
        "scheduled_operations": [{
            "name": "nightly", "operation_type": "backup", "enabled": true,
            "operation_definition": {"max_backups": 5},
            "trigger": {"properties": {"pattern":
                "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nRRULE:FREQ=WEEKLY;BYDAY=MO;BYHOUR=1;BYMINUTE=0\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"}},
        }],
    }});
    let path = api("csbs/policies");
    let made = setup
        .change("POST", &path, &cookie, &policy.to_string())
        .await;
    assert_eq!(made.status, 200, "{made:?}");
    let id = made.json()["policy"]["id"].as_str().unwrap().to_owned();
    let gone = setup
        .change("DELETE", &api(&format!("csbs/policies/{id}")), &cookie, "")
        .await;
    assert_eq!(gone.status, 200, "{gone:?}");

    let rows = setup
        .get(&format!("/audit/{}", session.project_id), &cookie)
        .await
        .json();
    assert_eq!(rows["entries"][0]["user"], access.as_str());
    assert_eq!(
        setup.change("DELETE", "/session", &cookie, "").await.status,
        204
    );
    assert_eq!(setup.get(&path, &cookie).await.status, 401);
    assert!(
        !logs::text().contains(&secret),
        "the secret key was written down"
    );
}

#[tokio::test]
async fn the_form_signs_in_with_keys_and_keeps_only_what_is_no_secret() {
    let (setup, running) = before_sandbox(0).await;
    let (access, secret) = pair(&running);
    let form = |secret: &str, project: &str| {
        format!(
            "with=access-key&cloud=sandbox&access_key={access}&secret_key={secret}&security_token=&project={project}&next=%2Fp%2Fx"
        )
    };
    let reply = setup.submit_form(&form("SK-CANARY", ""), &[]).await;
    assert_eq!(reply.status, 401, "{reply:?}");
    let page = &reply.body;
    assert!(
        page.contains("role=\"alert\"") && page.contains("Gateway.0028"),
        "{page}"
    );
    assert!(
        page.contains(&access) && page.contains("id=\"secret_key\""),
        "{page}"
    );
    assert!(
        !page.contains("SK-CANARY") && page.contains("value=\"/p/x\""),
        "{page}"
    );

    let reply = setup
        .submit_form(&form(&secret, "no-such-project"), &[])
        .await;
    assert_eq!(reply.status, 403);
    assert!(reply.body.contains("Check the project"), "{}", reply.body);

    // Copying from a page often brings a blank along.
    let reply = setup
        .submit_form(&form(&format!("{secret}+"), "demo-project"), &[])
        .await;
    assert_eq!(
        (reply.status, reply.header("location")),
        (303, Some("/p/x"))
    );
}

#[tokio::test]
async fn a_tampered_key_and_a_wrong_clock_are_refused() {
    let (setup, running) = before_sandbox(0).await;
    let (access, secret) = pair(&running);
    let mut turned = secret.clone().into_bytes();
    turned.reverse();
    let turned = String::from_utf8(turned).unwrap();
    for (access, secret) in [
        (access.as_str(), turned.as_str()),
        ("AKEXAMPLE0123456789A", &secret),
        ("AK, Signature=0", &secret),
        (&access, ""),
        ("", &secret),
    ] {
        let reply = enter(&setup, json!({"access_key": access, "secret_key": secret})).await;
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (401, "Gateway.0028"),
            "{access:?} {secret:?}"
        );
    }
    let (setup, running) = before_sandbox(16 * 60).await;
    let (access, secret) = pair(&running);
    let reply = enter(&setup, json!({"access_key": access, "secret_key": secret})).await;
    assert_eq!((reply.status, reply.code().as_str()), (401, "Gateway.0028"));
}

#[tokio::test]
async fn a_temporary_pair_needs_its_token_and_ends_the_session_when_it_ends() {
    let (setup, running) = before_sandbox(0).await;
    let (access, secret) = pair(&running);
    // The permanent pair's session has no token to exchange, so the pair is made as the service would make it.
    let now = running.sandbox.clock.session_now();
    let expires = now + 900 * 1_000_000;
    running
        .sandbox
        .store
        .write_blocking(|db| {
            db.execute(
                "INSERT INTO access_keys (access, secret, user_id, security_token, expires_at)
             SELECT 'TEMPORARY0123456789A', 'temporary-secret', user_id, 'SECURITY-TOKEN', ?1
             FROM access_keys WHERE access = ?2",
                (expires, &access),
            )?;
            Ok::<_, sandbox::store::StoreError>(())
        })
        .unwrap();
    let keys = |token: &str| json!({"access_key": "TEMPORARY0123456789A", "secret_key": "temporary-secret", "security_token": token});
    for token in ["", "OTHER-TOKEN"] {
        assert_eq!(
            enter(&setup, keys(token)).await.code(),
            "Gateway.0028",
            "{token:?}"
        );
    }
    let reply = enter(&setup, keys("SECURITY-TOKEN")).await;
    let session = info(&reply);
    let cookie = cookie_of(&reply);
    assert_eq!(session.sign_in, SignInKind::TemporaryKey);
    let path = format!("/api/{}/csbs/policies", session.project_id);
    assert_eq!(setup.get(&path, &cookie).await.status, 200);

    running
        .sandbox
        .store
        .write_blocking(|db| {
            db.execute(
                "UPDATE access_keys SET expires_at = ?1 WHERE security_token IS NOT NULL",
                [now - 1],
            )?;
            Ok::<_, sandbox::store::StoreError>(())
        })
        .unwrap();
    let reply = setup.get(&path, &cookie).await;
    assert_eq!((reply.status, reply.code().as_str()), (401, "Gateway.0003"));
    assert_eq!(setup.get("/session", &cookie).await.status, 401);
    let reply = enter(&setup, json!({"access_key": access, "secret_key": secret})).await;
    assert_eq!(
        reply.status, 200,
        "the permanent pair is not touched: {reply:?}"
    );
}

const PAIR: KeyRules = KeyRules {
    access: "AKEXAMPLE0123456789A",
    secret: "SKexample0123456789abcdef0123456789ABCDEF",
    identity_scoped: false,
    services_scoped: false,
};

async fn before_rules(rules: KeyRules) -> (Setup, String) {
    let setup = support::start().await;
    setup.upstream.state().keys = Some(rules);
    let reply = enter(
        &setup,
        json!({"access_key": rules.access, "secret_key": rules.secret}),
    )
    .await;
    assert_eq!(info(&reply).domain, "acme");
    setup.upstream.forget();
    (setup, cookie_of(&reply))
}

#[tokio::test]
async fn each_service_gets_the_variant_it_understands() {
    for (identity_scoped, services_scoped) in
        [(false, false), (true, true), (true, false), (false, true)]
    {
        let rules = KeyRules {
            identity_scoped,
            services_scoped,
            ..PAIR
        };
        let (setup, cookie) = before_rules(rules).await;
        let learning = usize::from(identity_scoped != services_scoped);
        for round in 0..2 {
            let reply = setup
                .get(&format!("{READ}?name=a%20b&status=x&status=y"), &cookie)
                .await;
            assert_eq!(reply.status, 200, "{rules:?} {reply:?}");
            assert_eq!(
                setup.upstream.calls().len(),
                1 + round + learning,
                "{rules:?}"
            );
        }
        let reply = setup
            .change("POST", WRITE, &cookie, "{\"policy\": {\"name\": \"é\"}}")
            .await;
        assert_eq!(reply.status, 200, "{rules:?} {reply:?}");
        let sent = setup.upstream.calls().pop().unwrap();
        assert_eq!(sent.headers("x-project-id"), [PROJECT]);
        assert!(sent.headers("x-auth-token").is_empty() && sent.headers("cookie").is_empty());
    }
}

#[tokio::test]
async fn another_project_is_entered_with_the_same_keys() {
    let (setup, cookie) = before_rules(PAIR).await;
    let path = format!("/api/{}/csbs/policies", support::OTHER_PROJECT);
    assert_eq!(setup.get(&path, &cookie).await.status, 200);
    let sent = setup.upstream.calls().pop().unwrap();
    assert_eq!(sent.headers("x-project-id"), [support::OTHER_PROJECT]);
    assert!(
        sent.line().contains(support::OTHER_PROJECT),
        "{}",
        sent.line()
    );
}

#[tokio::test]
async fn a_key_that_was_deleted_ends_the_session_and_a_change_is_not_repeated() {
    let (setup, cookie) = before_rules(PAIR).await;
    setup.upstream.state().keys = None;
    let reply = setup.change("POST", WRITE, &cookie, "{}").await;
    assert_eq!((reply.status, reply.code().as_str()), (401, "Gateway.0003"));
    assert_eq!(setup.upstream.calls().len(), 1);
}

#[tokio::test]
async fn a_service_without_right_is_no_end_of_the_session() {
    let (setup, cookie) = before_rules(PAIR).await;
    setup.upstream.then(json_answer(
        403,
        "{\"error_code\":\"CSBS.9009\",\"error_msg\":\"no\"}",
    ));
    assert_eq!(setup.get(READ, &cookie).await.status, 403);
    assert_eq!(setup.get(READ, &cookie).await.status, 200);
}

#[tokio::test]
async fn a_way_the_operator_leaves_out_is_not_offered() {
    let upstream = Upstream::start().await;
    upstream.state().keys = Some(PAIR);
    let url = format!("{}/v3", upstream.url());
    for ways in [
        Ways {
            password: true,
            access_key: false,
        },
        Ways {
            password: false,
            access_key: true,
        },
    ] {
        let setup = support::start_ways(upstream.clone(), &url, ways).await;
        let keys = json!({"access_key": PAIR.access, "secret_key": PAIR.secret});
        let password = json!({"domain": "acme", "user": "demo", "password": "right"});
        let (offered, other) = match ways.password {
            true => (password, keys),
            false => (keys, password),
        };
        let reply = enter(&setup, other).await;
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (403, "Gateway.0029"),
            "{ways:?}"
        );
        assert_eq!(enter(&setup, offered).await.status, 200, "{ways:?}");
        for asked in ["/sign-in", "/sign-in?with=access-key"] {
            let page = setup.get(asked, "").await.body;
            assert!(!page.contains("<nav"), "{page}");
            assert_eq!(page.contains("id=\"password\""), ways.password, "{page}");
            assert_eq!(
                page.contains("id=\"access_key\""),
                ways.access_key,
                "{page}"
            );
        }
    }
}
