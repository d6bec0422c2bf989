//! Every documented refusal of backups and policies is reached by something a client can do.

use hyper::Method;
use sandbox::{Failure, Seed};
use serde_json::{Value, json};

use super::{Company, DAILY, P, policy};

impl Company {
    /// Changes the world behind the service's back, as other services would.
    pub fn sql(&self, sql: &str) {
        let sandbox = self.world.sandbox();
        sandbox
            .store
            .write_blocking(|db| Ok::<_, Failure>(db.execute_batch(sql)?))
            .unwrap();
    }

    /// Nothing happens by itself but what the test begins.
    pub fn without_schedules(&self) {
        self.sql("DELETE FROM jobs WHERE kind = 'run'");
    }

    pub async fn protect_refused(&self, server: &str) -> String {
        let path = format!("/v1/{{p}}/providers/{P}/resources/{server}/action");
        self.refused(Method::POST, &path, json!({"protect": {}}))
            .await
            .0
    }

    async fn check(&self, server: &str, kind: &str) -> Value {
        let path = format!("/v1/{{p}}/providers/{P}/resources/action");
        let body = json!({"check_protectable": [{"resource_id": server, "resource_type": kind}]});
        self.ok(Method::POST, &path, body).await["protectable"][0].clone()
    }

    pub async fn run_refused(&self, policy: &Value) -> String {
        let path = format!("/v1/{{p}}/providers/{P}/checkpoints");
        self.refused(
            Method::POST,
            &path,
            json!({"checkpoint": {"plan_id": policy["id"], "parameters": {}}}),
        )
        .await
        .0
    }

    pub async fn run(&self, policy: &Value) -> Value {
        let path = format!("/v1/{{p}}/providers/{P}/checkpoints");
        let body =
            json!({"checkpoint": {"plan_id": policy["id"], "parameters": {"resources": null}}});
        self.ok(Method::POST, &path, body).await["checkpoint"].clone()
    }
}

#[tokio::test]
async fn a_server_that_cannot_be_backed_up_is_refused_with_its_reason() {
    let company = Company::open().await;
    company.sql(
        "UPDATE servers SET status = 'DELETED' WHERE name = 'blog01';
         UPDATE volumes SET volume_type = 'uh-l1' WHERE name = 'app03-root';",
    );
    let cases = [
        ("blog01", "400 CSBS.6001"),
        ("legacy01", "400 CSBS.6005"),
        ("hana01", "400 CSBS.6006"),
        ("netboot01", "400 CSBS.6007"),
        ("cluster01", "400 CSBS.6010"),
        ("cluster02", "400 CSBS.6010"),
        ("edge01", "400 CSBS.6027"),
        ("ledger01", "400 CSBS.6033"),
        ("app03", "400 CSBS.6061"),
    ];
    for (name, code) in cases {
        let server = company.server(name).await;
        assert_eq!(company.protect_refused(&server).await, code, "{name}");
        let check = company.check(&server, "OS::Nova::Server").await;
        assert_eq!(check["result"], false);
        assert_eq!(
            format!("400 {}", check["error_code"].as_str().unwrap()),
            code,
            "{name}"
        );
        assert!(!check["error_msg"].as_str().unwrap().is_empty());
    }
    assert_eq!(
        company.protect_refused("no-such-server").await,
        "400 CSBS.6000"
    );
    assert_eq!(
        company.check("no-such-server", "OS::Nova::Server").await["error_code"],
        "CSBS.6000"
    );

    let dev = company.server("app01").await;
    assert_eq!(
        company.check(&dev, "OS::Cinder::Volume").await["error_code"],
        "CSBS.6003"
    );
    assert_eq!(
        company.check(&dev, "OS::Ironic::BareMetalServer").await["error_code"],
        "CSBS.6006"
    );
    // It belongs to a policy: no reason against a backup, but one against another policy.
    assert_eq!(
        company.check(&dev, "OS::Nova::Server").await["error_code"],
        "CSBS.6004"
    );
    let free = company.server("shop-app01").await;
    company.sql("DELETE FROM policy_servers WHERE name = 'shop-app01'");
    let check = company.check(&free, "OS::Nova::Server").await;
    assert_eq!(
        check,
        json!({"resource_id": free, "resource_type": "OS::Nova::Server", "result": true})
    );

    let path = format!("/v1/{{p}}/providers/{P}/resources/{dev}/action");
    let kind = json!({"protect": {"resource_type": "OS::Cinder::Volume"}});
    assert_eq!(
        company.refused(Method::POST, &path, kind).await.0,
        "400 CSBS.6003"
    );
    for protect in [
        json!({"tags": []}),
        json!({"tags": [{"key": "env", "value": 1}]}),
        json!({"tags": [{"value": "test"}]}),
        json!({"extra_info": "none"}),
        json!([]),
    ] {
        let body = json!({"protect": protect});
        let (code, words) = company.refused(Method::POST, &path, body).await;
        assert_eq!(code, "400 CSBS.9001", "{protect}: {words}");
    }
    let eleven: Vec<_> = (0..11)
        .map(|n| json!({"key": format!("k{n}"), "value": ""}))
        .collect();
    assert_eq!(
        company
            .refused(Method::POST, &path, json!({"protect": {"tags": eleven}}))
            .await
            .0,
        "400 CSBS.7000"
    );
    let other = path.replace(P, "c714180d-ea34-4b13-9a5e-577c7c416eec");
    assert_eq!(
        company
            .refused(Method::POST, &other, json!({"protect": {}}))
            .await
            .0,
        "400 CSBS.9001"
    );
    let path = format!("/v1/{{p}}/providers/{P}/resources/action");
    assert_eq!(
        company.refused(Method::POST, &path, json!({})).await.0,
        "400 CSBS.9001"
    );
}

#[tokio::test]
async fn what_runs_keeps_other_things_from_beginning() {
    let company = Company::open().await;
    let server = company.server("app01").await;
    let policy = company.policy("apps-nightly").await;
    let path = format!("/v1/{{p}}/policies/{}", policy["id"].as_str().unwrap());

    let by_hand = company.protect(&server, json!({})).await;
    assert_eq!(company.protect_refused(&server).await, "400 CSBS.6005");
    assert_eq!(company.run_refused(&policy).await, "500 CSBS.1001");
    assert_eq!(
        company.delete(&by_hand).await.json()["error_code"],
        "CSBS.2003"
    );

    // Until its schedule has begun a run; one that is due while that backup runs would wait for it.
    company.advance("PT6H").await;
    let first = policy["scheduled_operations"][0]["trigger"]["properties"]["pattern"]
        .as_str()
        .unwrap();
    let preview = company
        .world
        .get(
            &format!("/sandbox/preview?count=1&pattern={}", encode(first)),
            &[],
        )
        .await;
    let run = preview.json()["runs"][0].as_str().unwrap().to_owned();
    company.advance(&until(&company, &run).await).await;
    company.advance("PT1S").await;
    assert_eq!(company.protect_refused(&server).await, "500 CSBS.6030");
    assert_eq!(company.run_refused(&policy).await, "500 CSBS.6030");
    assert_eq!(
        company.refused(Method::DELETE, &path, Value::Null).await.0,
        "400 CSBS.2004"
    );
    assert_eq!(
        company
            .refused(Method::PUT, &path, json!({"policy": {}}))
            .await
            .0,
        "400 CSBS.2004"
    );
    company.advance("PT6H").await;

    // A manual run: a finished backup of it waits for the others.
    company.run(&policy).await;
    assert_eq!(company.run_refused(&policy).await, "500 CSBS.1001");
    let id = policy["id"].as_str().unwrap();
    let mut found = None;
    for _ in 0..600 {
        company.advance("PT1S").await;
        let page = company
            .get(&format!(
                "/v1/{{p}}/checkpoint_items?policy_id={id}&limit=3"
            ))
            .await;
        let items = page["checkpoint_items"].as_array().unwrap().clone();
        let done = items
            .iter()
            .find(|item| item["status"] == "available")
            .cloned();
        if done.is_some() && items.iter().any(|item| item["status"] == "protecting") {
            found = done;
            break;
        }
    }
    let done = found.expect("one of three servers is done before the others");
    assert_eq!(
        company.delete(&done).await.json()["error_code"],
        "CSBS.2004"
    );
}

pub fn encode(text: &str) -> String {
    let mut out = String::new();
    contract::operations::push_encoded(&mut out, text);
    out
}

/// The duration from the company's clock until an instant.
pub async fn until(company: &Company, instant: &str) -> String {
    let now = company.control(json!({"rate": 0})).await;
    let parse = |text: &str| contract::time::Timestamp::parse(text).unwrap().micros();
    let micros = parse(instant) - parse(&now);
    format!("PT{}.{:06}S", micros / 1_000_000, micros % 1_000_000)
}

#[tokio::test]
async fn quotas_names_and_servers_of_policies_are_held() {
    let company = Company::open().await;
    let policies = "/v1/{p}/policies";
    let refused = async |body: Value| company.refused(Method::POST, policies, body).await.0;
    assert_eq!(
        refused(policy("databases", DAILY, &[], json!({}))).await,
        "400 CSBS.9007"
    );
    assert_eq!(
        refused(policy("x", DAILY, &["nowhere"], json!({}))).await,
        "400 CSBS.6000"
    );
    let bound = company.server("db01").await;
    assert_eq!(
        refused(policy("x", DAILY, &[&bound], json!({}))).await,
        "400 CSBS.6004"
    );
    let free = company.server("netboot01").await;
    assert_eq!(
        refused(policy("x", DAILY, &[&free, &free], json!({}))).await,
        "400 CSBS.9001"
    );
    let mut volume = policy("x", DAILY, &[&free], json!({}));
    volume["policy"]["resources"][0]["type"] = json!("OS::Cinder::Volume");
    assert_eq!(refused(volume).await, "400 CSBS.6003");
    let many: Vec<String> = (0..65).map(|n| n.to_string()).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(
        refused(policy("x", DAILY, &many, json!({}))).await,
        "400 CSBS.9001"
    );

    let one = company.policy("databases").await;
    let path = format!("/v1/{{p}}/policies/{}", one["id"].as_str().unwrap());
    let update = async |body: Value| {
        company
            .refused(Method::PUT, &path, json!({"policy": body}))
            .await
            .0
    };
    assert_eq!(
        update(json!({"name": "web-nightly"})).await,
        "400 CSBS.9007"
    );
    assert_eq!(
        update(json!({"scheduled_operations": [{"id": "other", "enabled": false}]})).await,
        "400 CSBS.9001"
    );
    let taken = company.server("web01").await;
    let resource = json!([{"id": taken, "type": "OS::Nova::Server", "name": "web01"}]);
    assert_eq!(
        update(json!({"resources": resource})).await,
        "400 CSBS.6004"
    );
    // Its own name and servers are no conflict.
    company
        .ok(
            Method::PUT,
            &path,
            json!({"policy": {"name": "databases", "resources": one["resources"]}}),
        )
        .await;
    assert_eq!(
        company
            .refused(Method::PUT, "/v1/{p}/policies/none", json!({"policy": {}}))
            .await
            .0,
        "404 CSBS.3000"
    );

    company
        .arm(json!({"operation": "csbs.policies.delete", "job": "fail"}))
        .await;
    assert_eq!(
        company.refused(Method::DELETE, &path, Value::Null).await.0,
        "500 CSBS.5001"
    );
    company
        .arm(json!({"operation": "csbs.policies.update", "job": "fail"}))
        .await;
    let off = json!({"scheduled_operations": [{"id": one["scheduled_operations"][0]["id"], "enabled": false}]});
    assert_eq!(update(off).await, "500 CSBS.5001");

    for n in 8..32 {
        company
            .ok(
                Method::POST,
                policies,
                policy(&format!("p{n}"), DAILY, &[], json!({})),
            )
            .await;
    }
    assert_eq!(
        refused(policy("p32", DAILY, &[], json!({}))).await,
        "400 CSBS.0001"
    );
    let empty = company.policy("p9").await;
    assert_eq!(company.run_refused(&empty).await, "500 CSBS.6032");
    assert_eq!(
        company.run_refused(&json!({"id": "none"})).await,
        "404 CSBS.3000"
    );
}

#[tokio::test]
async fn backups_that_are_over_quota_elsewhere_or_imaged_are_refused() {
    let company = Company::with(Seed::Scale(50)).await;
    let page = company
        .get("/v1/{p}/checkpoint_items?status=available&limit=2")
        .await;
    let (one, other) = (&page["checkpoint_items"][0], &page["checkpoint_items"][1]);
    let id = one["id"].as_str().unwrap();
    company.sql(&format!(
        "UPDATE backups SET image_id = 'an-image' WHERE id = '{id}'"
    ));
    assert_eq!(company.delete(one).await.json()["error_code"], "CSBS.8007");
    assert_eq!(
        company.item(id).await["extend_info"]["os_images_data"],
        json!([{"image_id": "an-image"}])
    );
    let delete = async |checkpoint: &Value, item: &str| {
        let checkpoint = checkpoint["checkpoint_id"].as_str().unwrap();
        let path =
            format!("/v1/{{p}}/providers/{P}/checkpoints/{checkpoint}?checkpoint_items={item}");
        company.refused(Method::DELETE, &path, Value::Null).await.0
    };
    assert_eq!(delete(other, id).await, "404 CSBS.6040");
    assert_eq!(delete(other, "none").await, "404 CSBS.3001");
    assert_eq!(
        delete(&json!({"checkpoint_id": "none"}), id).await,
        "404 CSBS.3001"
    );
    assert_eq!(
        company
            .refused(Method::GET, "/v1/{p}/checkpoint_items/none", Value::Null)
            .await
            .0,
        "404 CSBS.3001"
    );

    company.sql("UPDATE tenants SET quota_backups = 50");
    let server = company.server("web01").await;
    assert_eq!(company.protect_refused(&server).await, "400 CSBS.9006");
    let web = company.policy("web-nightly").await;
    assert_eq!(company.run_refused(&web).await, "400 CSBS.9006");
    company.sql("UPDATE tenants SET quota_backups = -1, quota_gb = 0");
    assert_eq!(company.protect_refused(&server).await, "400 CSBS.9006");
    let quotas = company.get("/v1/{p}/quotas").await;
    let resources = quotas["quotas"]["resources"].as_array().unwrap();
    assert_eq!(resources[0]["type"], "backup_capacity");
    assert_eq!(resources[0]["unit"], "GB");
    assert_eq!(
        resources[1],
        json!({"type": "backups", "quota": -1, "used": 50})
    );
}
