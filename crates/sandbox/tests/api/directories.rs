//! Projects, domains, the catalog and the directory, for callers only.

use hyper::{Method, StatusCode};
use serde_json::{Value, json};

use crate::client::World;

const TOKENS: &str = "/v3/auth/tokens";

#[tokio::test]
async fn the_catalog_is_the_documented_one_and_has_no_null_region() {
    let world = World::empty().await;
    let session = world.demo().await;
    let base = format!("http://{}", world.host());
    let p = &session.project_id;
    let answer = world.get_as(&session, "/v3/auth/catalog").await.json();
    let rows: Vec<_> = answer["catalog"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| {
            let endpoint = &entry["endpoints"][0];
            assert_eq!(endpoint["interface"], "public");
            assert_eq!(endpoint["region"], endpoint["region_id"]);
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            (
                text(&entry["type"]),
                text(&entry["name"]),
                text(&endpoint["region"]),
                text(&endpoint["url"]),
            )
        })
        .collect();
    let expected = [
        ("identity", "iam", "*", format!("{base}/v3")),
        ("cbr", "cbr", "eu-de", format!("{base}/v3/{p}")),
        ("data-protect", "csbs", "eu-de", format!("{base}/v1/{p}")),
        ("compute", "nova", "eu-de", format!("{base}/v2.1/{p}")),
        ("ecs", "ecs", "eu-de", format!("{base}/v1/{p}")),
        ("volumev2", "cinderv2", "eu-de", format!("{base}/v2/{p}")),
        ("volumev3", "cinderv3", "eu-de", format!("{base}/v3/{p}")),
        ("image", "glance", "eu-de", base.clone()),
    ];
    let expected = expected.map(|(a, b, c, d)| (a.to_owned(), b.to_owned(), c.to_owned(), d));
    assert_eq!(rows, expected);
}

#[tokio::test]
async fn projects_are_filtered_exactly_and_paged() {
    let world = World::empty().await;
    let session = world.demo().await;
    let names = async |query: &str| {
        let answer = world
            .get_as(&session, &format!("/v3/projects{query}"))
            .await;
        assert_eq!(answer.status, StatusCode::OK, "{query}");
        let projects = answer.json()["projects"].as_array().unwrap().clone();
        projects
            .iter()
            .map(|p| p["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    for query in [
        "",
        "?name=demo-project",
        "?name=",
        "?enabled=true&is_domain=false",
        "?page=1&per_page=5000",
    ] {
        assert_eq!(names(query).await, ["demo-project"], "{query}");
    }
    for query in [
        "?name=demo",
        "?name=demo-project-2",
        "?name=eu-de",
        "?name=demo%25",
        "?name=demo_project",
        "?enabled=false",
        "?is_domain=true",
        "?domain_id=x",
        "?page=2&per_page=1",
    ] {
        assert!(names(query).await.is_empty(), "{query}");
    }
    let one = world
        .get_as(&session, "/v3/projects?name=demo-project")
        .await
        .json();
    let base = format!("http://{}", world.host());
    assert_eq!(
        one["links"],
        json!({"self": format!("{base}/v3/projects?name=demo-project"), "previous": null, "next": null})
    );
    let project = &one["projects"][0];
    assert_eq!(
        project["links"]["self"],
        format!("{base}/v3/projects/{}", session.project_id)
    );
    assert_eq!(project["parent_id"], project["domain_id"]);
    assert_eq!(
        (&project["enabled"], &project["is_domain"]),
        (&json!(true), &json!(false))
    );
    for query in [
        "?page=1",
        "?per_page=5",
        "?page=0&per_page=5",
        "?page=1&per_page=5001",
        "?page=x&per_page=1",
        "?enabled=maybe",
    ] {
        let answer = world
            .get_as(&session, &format!("/v3/projects{query}"))
            .await;
        assert_eq!(answer.json()["error"]["code"], 400, "{query}");
    }
}

#[tokio::test]
async fn the_other_directories_answer_for_the_caller() {
    let world = World::empty().await;
    let session = world.demo().await;
    let mine = world
        .get_as(&session, "/v3/auth/projects?name=ignored")
        .await
        .json();
    assert_eq!(mine["projects"][0]["id"], session.project_id);
    let ask = [
        ("x-auth-token", session.token.as_str()),
        ("x-subject-token", session.token.as_str()),
    ];
    let user = world.get(TOKENS, &ask).await.json()["token"]["user"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let own = world
        .get_as(&session, &format!("/v3/users/{user}/projects"))
        .await
        .json();
    assert_eq!(own["projects"], mine["projects"]);
    let foreign = world.get_as(&session, "/v3/users/someone/projects").await;
    assert_eq!(foreign.json()["error"]["code"], 403);
    let domains = world
        .get_as(&session, "/v3/auth/domains?name=sandbox")
        .await
        .json();
    assert_eq!(domains["domains"][0]["name"], "sandbox");
    let none = world
        .get_as(&session, "/v3/auth/domains?name=other")
        .await
        .json();
    assert_eq!(none["domains"], json!([]));
}

#[tokio::test]
async fn regions_services_and_endpoints_agree_with_the_catalog() {
    let world = World::empty().await;
    let session = world.demo().await;
    let ask = async |path: &str| world.get_as(&session, path).await.json();
    assert_eq!(ask("/v3/regions").await["regions"][0]["id"], "eu-de");
    let services = ask("/v3/services").await["services"].clone();
    assert_eq!(services.as_array().unwrap().len(), 8);
    let csbs = ask("/v3/services?type=data-protect").await["services"].clone();
    assert_eq!(csbs.as_array().unwrap().len(), 1);
    assert_eq!(csbs[0]["name"], "csbs");
    let query = format!(
        "/v3/endpoints?interface=public&service_id={}",
        csbs[0]["id"].as_str().unwrap()
    );
    let endpoints = ask(&query).await["endpoints"].clone();
    assert_eq!(endpoints.as_array().unwrap().len(), 1);
    let url = format!("{}/v1/{}", world.running.url(), session.project_id);
    assert_eq!(endpoints[0]["url"], url);
    let admin = ask("/v3/endpoints?interface=admin").await;
    assert_eq!(admin["endpoints"], json!([]));
    let bad = ask("/v3/endpoints?interface=x").await;
    assert_eq!(bad["error"]["code"], 400);
}

#[tokio::test]
async fn nobody_gets_anything_without_credentials() {
    let world = World::empty().await;
    for path in [
        "/v3/auth/tokens",
        "/v3/auth/projects",
        "/v3/auth/domains",
        "/v3/auth/catalog",
        "/v3/projects",
        "/v3/users/x/projects",
        "/v3/regions",
        "/v3/services",
        "/v3/endpoints",
    ] {
        let answer = world.get(path, &[]).await;
        assert_eq!(answer.json()["error"]["code"], 401, "{path}");
        assert!(answer.header("www-authenticate").starts_with("Keystone"));
        let answer = world.get(path, &[("x-auth-token", "made-up")]).await;
        assert_eq!(answer.json()["error"]["code"], 401, "{path}");
        assert_eq!(
            world.get(path, &[("x-auth-token", "\u{e9}")]).await.status,
            StatusCode::UNAUTHORIZED
        );
    }
    let answer = world.send(Method::POST, "/v3/projects", &[], "").await;
    assert_eq!(answer.json()["error"]["code"], 405);
    assert_eq!(
        world.get("/v3/auth/nothing", &[]).await.json()["error"]["code"],
        404
    );
}
