//! Every code of the service can be met: by the situation the documents describe, or, where they
//! call it unused, internal or of another service, by a fault.

use std::collections::BTreeSet;

use contract::errors::csbs_codes;
use hyper::{Method, StatusCode};
use serde_json::{Value, json};

use super::refusals::{encode, until};
use super::restores::{check, mapping, request, shared_map};
use super::{Company, DAILY, P, policy};

/// Codes without a situation that a client can bring about, and an operation that answers them.
const BY_FAULT: [(&str, u16, &str); 9] = [
    // Documented as unused.
    ("CSBS.0002", 400, "csbs.servers.protect"),
    ("CSBS.1002", 500, "csbs.servers.protect"),
    ("CSBS.2001", 500, "csbs.policies.delete"),
    // Replication and capacity changes are not part of this interface.
    ("CSBS.6031", 400, "csbs.servers.protect"),
    ("CSBS.9009", 400, "csbs.quotas.show"),
    // Internal to the service, or to the account.
    ("CSBS.8008", 500, "csbs.backups.show"),
    ("CSBS.9009", 403, "csbs.policies.create"),
    ("CSBS.9998", 500, "csbs.backups.list"),
    ("CSBS.9999", 500, "csbs.policies.list"),
];

/// What was heard, as `400 CSBS.6000`.
#[derive(Default)]
struct Heard(BTreeSet<String>);

impl Heard {
    fn expect(&mut self, expected: &str, heard: &str) {
        assert_eq!(heard, expected);
        self.0.insert(expected.to_owned());
    }
}

#[tokio::test]
async fn every_code_of_the_catalogue_is_answered_in_its_situation() {
    let mut heard = Heard::default();
    servers(&mut heard).await;
    policies(&mut heard).await;
    runs(&mut heard).await;
    backups(&mut heard).await;
    restores(&mut heard).await;
    images(&mut heard).await;
    faults(&mut heard).await;
    let catalogue: BTreeSet<String> = csbs_codes()
        .map(|(code, status)| format!("{status} {code}"))
        .collect();
    assert_eq!(heard.0, catalogue);
}

async fn servers(heard: &mut Heard) {
    let company = Company::open().await;
    company.sql(
        "UPDATE servers SET status = 'DELETED' WHERE name = 'blog01';
         UPDATE volumes SET volume_type = 'uh-l1' WHERE name = 'app03-root';",
    );
    for (name, code) in [
        ("blog01", "400 CSBS.6001"),
        ("legacy01", "400 CSBS.6005"),
        ("hana01", "400 CSBS.6006"),
        ("netboot01", "400 CSBS.6007"),
        ("cluster01", "400 CSBS.6010"),
        ("edge01", "400 CSBS.6027"),
        ("ledger01", "400 CSBS.6033"),
        ("app03", "400 CSBS.6061"),
    ] {
        let server = company.server(name).await;
        heard.expect(code, &company.protect_refused(&server).await);
    }
    heard.expect("400 CSBS.6000", &company.protect_refused("none").await);
    let server = company.server("app01").await;
    let path = format!("/v1/{{p}}/providers/{P}/resources/{server}/action");
    let protect = async |body: Value| {
        let body = json!({"protect": body});
        company.refused(Method::POST, &path, body).await.0
    };
    let volume = json!({"resource_type": "OS::Cinder::Volume"});
    heard.expect("400 CSBS.6003", &protect(volume).await);
    heard.expect("400 CSBS.9001", &protect(json!({"backup_name": "é"})).await);
    let tags: Vec<_> = (0..11)
        .map(|n| json!({"key": format!("k{n}"), "value": ""}))
        .collect();
    heard.expect("400 CSBS.7000", &protect(json!({"tags": tags})).await);
    company.sql("UPDATE tenants SET quota_backups = 0");
    heard.expect("400 CSBS.9006", &protect(json!({})).await);
}

async fn policies(heard: &mut Heard) {
    let company = Company::open().await;
    let path = "/v1/{p}/policies";
    let create = async |body: Value| company.refused(Method::POST, path, body).await.0;
    let bound = company.server("db01").await;
    let taken = policy("databases", DAILY, &[], json!({}));
    heard.expect("400 CSBS.9007", &create(taken).await);
    let moved = policy("x", DAILY, &[&bound], json!({}));
    heard.expect("400 CSBS.6004", &create(moved).await);
    let one = company.policy("databases").await;
    let show = format!("{path}/{}", one["id"].as_str().unwrap());
    let refused =
        async |method: Method, path: &str| company.refused(method, path, Value::Null).await.0;
    let stuck = json!({"operation": "csbs.policies.delete", "job": "fail"});
    company.arm(stuck).await;
    heard.expect("500 CSBS.5001", &refused(Method::DELETE, &show).await);
    let none = format!("{path}/none");
    heard.expect("404 CSBS.3000", &refused(Method::GET, &none).await);
    let tag = format!(
        "/v1/{{p}}/csbs_backup_policy/{}/tags/none",
        one["id"].as_str().unwrap()
    );
    heard.expect("404 CSBS.7001", &refused(Method::DELETE, &tag).await);
    let present = company.get(path).await["policies"]
        .as_array()
        .unwrap()
        .len();
    for n in present..32 {
        let body = policy(&format!("p{n}"), DAILY, &[], json!({}));
        company.ok(Method::POST, path, body).await;
    }
    let last = policy("p32", DAILY, &[], json!({}));
    heard.expect("400 CSBS.0001", &create(last).await);
}

async fn runs(heard: &mut Heard) {
    let company = Company::open().await;
    let server = company.server("app01").await;
    let nightly = company.policy("apps-nightly").await;
    company.protect(&server, json!({})).await;
    heard.expect("500 CSBS.1001", &company.run_refused(&nightly).await);
    // A schedule that is due while that backup runs would wait for it.
    company.advance("PT6H").await;
    let pattern = nightly["scheduled_operations"][0]["trigger"]["properties"]["pattern"]
        .as_str()
        .unwrap();
    let preview = format!("/sandbox/preview?count=1&pattern={}", encode(pattern));
    let run = company.get(&preview).await["runs"][0]
        .as_str()
        .unwrap()
        .to_owned();
    company.advance(&until(&company, &run).await).await;
    company.advance("PT1S").await;
    heard.expect("500 CSBS.6030", &company.run_refused(&nightly).await);
    let path = format!("/v1/{{p}}/policies/{}", nightly["id"].as_str().unwrap());
    let busy = company.refused(Method::DELETE, &path, Value::Null).await.0;
    heard.expect("400 CSBS.2004", &busy);
    let body = policy("nobody", DAILY, &[], json!({}));
    let empty = company.ok(Method::POST, "/v1/{p}/policies", body).await["policy"].clone();
    heard.expect("500 CSBS.6032", &company.run_refused(&empty).await);
}

async fn backups(heard: &mut Heard) {
    let company = Company::open().await;
    let server = company.server("app01").await;
    let one = company.backup(&server).await;
    let other = company.backup(&server).await;
    let busy = company.protect(&server, json!({})).await;
    let refused = async |checkpoint: &Value, item: &Value| {
        let path = format!(
            "/v1/{{p}}/providers/{P}/checkpoints/{}?checkpoint_items={}",
            checkpoint["checkpoint_id"].as_str().unwrap(),
            item["id"].as_str().unwrap()
        );
        company.refused(Method::DELETE, &path, Value::Null).await.0
    };
    heard.expect("404 CSBS.6040", &refused(&one, &other).await);
    heard.expect(
        "404 CSBS.3001",
        &refused(&one, &json!({"id": "none"})).await,
    );
    heard.expect("400 CSBS.2003", &refused(&busy, &busy).await);
    let path = "/v1/cloudimages/wholeimages/action";
    let image = json!({"name": "golden", "backup_id": one["id"]});
    company.ok(Method::POST, path, image).await;
    heard.expect("400 CSBS.8007", &refused(&one, &one).await);
}

async fn restores(heard: &mut Heard) {
    let company = Company::open().await;
    let server = company.server("app01").await;
    let backup = company.backup(&server).await;
    let map = mapping(&backup);
    let row = |disk: &Value, volume: &Value| json!({"backup_id": disk, "volume_id": volume});
    let (disk, volume) = (
        |n: usize| &map[n]["backup_id"],
        |n: usize| &map[n]["volume_id"],
    );
    let to = |server: &str, volumes: &[Value]| request(&backup, server, volumes, true);
    let elsewhere = json!("elsewhere");
    let shared = company.server("cluster01").await;
    let shared_rows = shared_map(&company, &shared, &map).await;
    let id = async |name: &str| company.server(name).await;
    let cases = [
        ("400 CSBS.6015", to(&id("legacy01").await, &map)),
        ("500 CSBS.6019", to(&id("hana01").await, &map)),
        ("400 CSBS.6025", to(&id("dr-web01").await, &map)),
        ("400 CSBS.6020", to(&id("netboot01").await, &map)),
        (
            "400 CSBS.6017",
            to(
                &server,
                &[row(disk(0), volume(0)), row(&elsewhere, volume(1))],
            ),
        ),
        ("400 CSBS.6018", to(&server, &map[..1])),
        (
            "400 CSBS.6014",
            to(&server, &[map[0].clone(), row(disk(1), &elsewhere)]),
        ),
        ("400 CSBS.6021", to(&shared, &shared_rows)),
        (
            "500 CSBS.6023",
            to(&server, &[row(disk(0), volume(1)), row(disk(1), volume(0))]),
        ),
    ];
    let restore = async |body: Value| {
        company
            .refused(Method::POST, "/v1/{p}/restores", body)
            .await
            .0
    };
    for (code, body) in cases {
        heard.expect(code, &restore(body).await);
    }
    // The request names no kind, so only the check can refuse one: inside an answer of 200.
    let kind = check(&company, &to(&server, &map), "OS::Cinder::Volume").await;
    let kind = kind["error_code"].as_str().unwrap();
    heard.expect("400 CSBS.6013", &format!("400 {kind}"));
    company.sql("UPDATE volumes SET size_gb = 30 WHERE name = 'app01-data1'");
    heard.expect("400 CSBS.6024", &restore(to(&server, &map)).await);
    company.sql("UPDATE backups SET status = 'error'");
    heard.expect("400 CSBS.4000", &restore(to(&server, &map)).await);
    company.sql(
        "UPDATE backups SET status = 'available';
         UPDATE sources SET kind = 'OS::Ironic::BareMetalServer'",
    );
    heard.expect(
        "400 CSBS.6016",
        &restore(to(&id("hana01").await, &map)).await,
    );
}

async fn images(heard: &mut Heard) {
    let company = Company::open().await;
    let server = company.server("app01").await;
    let one = company.backup(&server).await;
    let busy = company.protect(&server, json!({})).await;
    let path = "/v1/cloudimages/wholeimages/action";
    let refused = async |backup: &Value| {
        let body = json!({"name": "golden", "backup_id": backup["id"]});
        company.refused(Method::POST, path, body).await.0
    };
    heard.expect("400 CSBS.9008", &refused(&busy).await);
    company.sql("UPDATE backups SET status = 'error' WHERE status = 'available'");
    heard.expect("500 CSBS.8001", &refused(&one).await);
    company.sql(
        "UPDATE backups SET status = 'available';
         UPDATE sources SET volumes = replace(volumes, 'true', 'false');",
    );
    heard.expect("500 CSBS.8009", &refused(&one).await);
}

async fn faults(heard: &mut Heard) {
    let company = Company::open().await;
    for (code, status, operation) in BY_FAULT {
        company
            .arm(json!({"operation": operation, "status": status, "error_code": code, "error_msg": "As told."}))
            .await;
        let operation = contract::operations::by_id(operation).unwrap();
        let values: Vec<_> = operation.parameters().map(|_| "none").collect();
        let path = format!("/v1/{{p}}{}", operation.path_with(&values));
        let method = Method::from_bytes(operation.method.as_str().as_bytes()).unwrap();
        let (told, words) = company.refused(method.clone(), &path, json!({})).await;
        assert_eq!(words, "As told.");
        heard.expect(&format!("{status} {code}"), &told);
        // Once, and then the operation is itself again.
        let answer = company.call(method, &path, json!({})).await;
        assert!(answer.status == StatusCode::OK || answer.json()["error_code"] != code);
    }
}
