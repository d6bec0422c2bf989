//! Requests signed with permanent and temporary keys.

use hyper::StatusCode;
use sandbox::{Options, Seed};
use serde_json::{Value, json};
use signing::{Authorization, Message, Scheme};

use crate::client::{Answer, HOUR, Session, World};

/// The machine's time plus `seconds`, as `X-Sdk-Date` writes it.
fn sdk_date(world: &World, seconds: i64) -> String {
    let micros = world.sandbox().clock.real_now() + seconds * 1_000_000;
    let date = chrono::DateTime::from_timestamp_micros(micros).unwrap();
    date.format("%Y%m%dT%H%M%SZ").to_string()
}

/// What a signed request is made of; the defaults are right.
struct Signed<'a> {
    access: &'a str,
    secret: &'a str,
    scheme: Option<Scheme>,
    date: String,
    more: &'a [(&'a str, &'a str)],
}

impl<'a> Signed<'a> {
    fn by(world: &World, session: &'a Session) -> Self {
        let date = sdk_date(world, 0);
        Self {
            access: &session.access_key,
            secret: &session.secret_key,
            scheme: None,
            date,
            more: &[],
        }
    }

    async fn get(&self, world: &World, path: &str, query: &str) -> Answer {
        let host = world.host();
        let mut headers = vec![("host", host.as_str()), ("x-sdk-date", &self.date)];
        headers.extend(self.more);
        let scheme = self.scheme.clone().unwrap_or(Scheme::Plain);
        let message = Message {
            method: "GET",
            path,
            query,
            headers: &headers,
            body: b"",
        };
        let value = Authorization::sign(self.access, self.secret, scheme, &message)
            .unwrap()
            .to_string();
        headers.push(("authorization", &value));
        let target = if query.is_empty() {
            path.to_owned()
        } else {
            format!("{path}?{query}")
        };
        world.get(&target, &headers).await
    }
}

#[tokio::test]
async fn both_signature_variants_open_the_identity_service() {
    let world = World::empty().await;
    let session = world.demo().await;
    let plain = Signed::by(&world, &session);
    let scoped = Signed {
        scheme: Some(Scheme::scoped(&plain.date)),
        ..Signed::by(&world, &session)
    };
    for signed in [&plain, &scoped] {
        let answer = signed
            .get(&world, "/v3/projects", "name=demo-project")
            .await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        assert_eq!(answer.json()["projects"].as_array().unwrap().len(), 1);
        let answer = signed.get(&world, "/v3/auth/catalog", "").await;
        assert_eq!(answer.json()["catalog"].as_array().unwrap().len(), 8);
        assert_eq!(
            signed
                .get(&world, "/v3/auth/domains", "name=sandbox")
                .await
                .status,
            StatusCode::OK
        );
    }
}

#[tokio::test]
async fn signatures_that_do_not_hold_are_all_refused_alike() {
    let world = World::empty().await;
    let session = world.demo().await;
    let old = sdk_date(&world, -16 * 60);
    let cases = [
        Signed {
            secret: "wrong",
            ..Signed::by(&world, &session)
        },
        Signed {
            access: "UNKNOWN",
            ..Signed::by(&world, &session)
        },
        Signed {
            date: old.clone(),
            ..Signed::by(&world, &session)
        },
        Signed {
            date: "20300115T081530Z".to_owned(),
            ..Signed::by(&world, &session)
        },
        Signed {
            more: &[("x-security-token", "made-up")],
            ..Signed::by(&world, &session)
        },
    ];
    for signed in cases {
        let answer = signed.get(&world, "/v3/projects", "").await;
        assert_eq!(answer.json()["error"]["code"], 401);
        assert_eq!(
            answer.json()["error"]["message"],
            "Incorrect IAM authentication information: verify aksk signature fail"
        );
    }
    let foreign = world.sign_in("demo2", "demo-project-2").await;
    let headers = [("x-project-id", foreign.project_id.as_str())];
    let answer = Signed {
        more: &headers,
        ..Signed::by(&world, &session)
    }
    .get(&world, "/v3/projects", "")
    .await;
    assert_eq!(answer.json()["error"]["code"], 403);

    // The machine's clock counts, wherever the virtual one is.
    world.pass(0, 24 * HOUR);
    assert_eq!(
        Signed::by(&world, &session)
            .get(&world, "/v3/projects", "")
            .await
            .status,
        StatusCode::OK
    );

    let options = Options {
        seed: Seed::Empty,
        check_signature_date: false,
        ..Options::default()
    };
    let relaxed = World::with(options).await;
    let session = relaxed.demo().await;
    let answer = Signed {
        date: old,
        ..Signed::by(&relaxed, &session)
    }
    .get(&relaxed, "/v3/projects", "")
    .await;
    assert_eq!(answer.status, StatusCode::OK);
}

#[tokio::test]
async fn a_temporary_pair_works_with_its_token_until_it_expires() {
    let world = World::empty().await;
    let session = world.demo().await;
    let path = "/v3.0/OS-CREDENTIAL/securitytokens";
    let body = |token: Value| json!({"auth": {"identity": {"methods": ["token"], "token": token}}});
    let answer = world
        .post(
            path,
            body(json!({"id": session.token, "duration_seconds": 900})),
        )
        .await;
    assert_eq!(answer.status, StatusCode::CREATED);
    let pair = answer.json()["credential"].clone();
    let text = |name: &str| pair[name].as_str().unwrap().to_owned();
    let (access, secret, token) = (text("access"), text("secret"), text("securitytoken"));
    let headers = [("x-security-token", token.as_str())];
    let with_token = Signed {
        access: &access,
        secret: &secret,
        more: &headers,
        ..Signed::by(&world, &session)
    };
    let without = Signed {
        access: &access,
        secret: &secret,
        ..Signed::by(&world, &session)
    };
    assert_eq!(
        with_token.get(&world, "/v3/projects", "").await.status,
        StatusCode::OK
    );
    assert_eq!(
        without.get(&world, "/v3/projects", "").await.status,
        StatusCode::UNAUTHORIZED
    );
    world.pass(901 * 1_000_000, 0);
    assert_eq!(
        with_token.get(&world, "/v3/projects", "").await.status,
        StatusCode::UNAUTHORIZED
    );

    for (token, status) in [
        (json!({"id": session.token, "duration_seconds": 899}), 400),
        (json!({"id": session.token, "duration_seconds": 86401}), 400),
        (json!({"id": "made-up"}), 401),
        (json!({}), 401),
    ] {
        let answer = world.post(path, body(token.clone())).await;
        assert_eq!(answer.json()["error"]["code"], status, "{token}");
    }
}
