//! The account's administrator: enters every project, and lists the backups and policies of all of them.

use hyper::{Method, StatusCode};
use sandbox::Seed;
use serde_json::{Value, json};

use crate::client::{Session, World};
use crate::csbs::{Company, DAILY, P, pattern};

const SERVERS: &str = "/v1/{p}/cloudservers/detail?limit=100";

/// A world in which both projects have backups and a policy, and its three users.
struct Account {
    company: Company,
    partner: Session,
    admin: Session,
}

impl Account {
    async fn open() -> Self {
        let company = Company::with(Seed::Demo).await;
        let partner = company.world.sign_in("demo2", "demo-project-2").await;
        let admin = company.world.sign_in("admin", "demo-project").await;
        let account = Self {
            company,
            partner,
            admin,
        };
        let servers = account.get(&account.partner, SERVERS).await;
        for name in ["partner-test01", "partner-web01"] {
            let servers = servers["servers"].as_array().unwrap();
            let server = servers.iter().find(|server| server["name"] == name);
            let id = server.unwrap()["id"].as_str().unwrap();
            let path = format!("/v1/{{p}}/providers/{P}/resources/{id}/action");
            account.post(&path, json!({"protect": {}})).await;
        }
        let operation = json!({
            "enabled": true, "operation_type": "backup", "operation_definition": {"max_backups": 3},
            "trigger": {"properties": {"pattern": pattern(DAILY)}},
        });
        let policy = json!({"policy": {
            "name": "partner-daily", "provider_id": P, "parameters": {"common": {}}, "resources": [],
            "scheduled_operations": [operation],
        }});
        account.post("/v1/{p}/policies", policy).await;
        account.company.advance("PT12H").await;
        account
    }

    fn world(&self) -> &World {
        &self.company.world
    }

    /// A call of the partner.
    async fn post(&self, path: &str, body: Value) {
        let path = path.replace("{p}", &self.partner.project_id);
        let headers = [("x-auth-token", self.partner.token.as_str())];
        let answer = self
            .world()
            .send(Method::POST, &path, &headers, body.to_string())
            .await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {answer:?}");
    }

    async fn get(&self, who: &Session, path: &str) -> Value {
        let answer = self.world().get_as(who, path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {answer:?}");
        answer.json()
    }

    /// Ids of backups, in the order of the answer.
    async fn backups(&self, who: &Session, query: &str) -> Vec<String> {
        let page = self
            .get(who, &format!("/v1/{{p}}/checkpoint_items?{query}"))
            .await;
        let items = page["checkpoint_items"].as_array().unwrap();
        items
            .iter()
            .map(|item| item["id"].as_str().unwrap().to_owned())
            .collect()
    }
}

#[tokio::test]
async fn an_administrator_sees_the_backups_of_all_projects_and_nobody_else_does() {
    let account = Account::open().await;
    let (demo, admin) = (&account.company.session, &account.admin);
    let own = account.backups(demo, "").await;
    let theirs = account.backups(&account.partner, "").await;
    assert_eq!(theirs.len(), 2);
    // For everybody else the word changes nothing.
    assert_eq!(account.backups(demo, "all_tenants=true").await, own);
    assert_eq!(account.backups(admin, "").await, own);
    assert_eq!(account.backups(admin, "all_tenants=false").await, own);

    let counted = account
        .get(admin, "/v1/{p}/checkpoint_items/count?all_tenants=true")
        .await["count"]
        .as_u64()
        .unwrap();
    let own_count = account.get(demo, "/v1/{p}/checkpoint_items/count").await["count"].clone();
    assert_eq!(counted, own_count.as_u64().unwrap() + 2);
    let named = account
        .backups(admin, "all_tenants=true&resource_name=partner-test01")
        .await;
    assert_eq!(named.len(), 1);
    assert!(theirs.contains(&named[0]));

    let refused = account
        .world()
        .get_as(admin, "/v1/{p}/checkpoint_items?all_tenants=perhaps")
        .await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert!(
        refused.json()["error_msg"]
            .as_str()
            .unwrap()
            .starts_with("all_tenants: ")
    );
}

/// One list: in order over all projects, and paged through without losing or repeating anything.
#[tokio::test]
async fn the_projects_are_one_list() {
    let account = Account::open().await;
    let admin = &account.admin;
    for sort in ["created_at", "name:asc", "status", "status:asc,name", "id"] {
        let sort = format!("all_tenants=true&sort={sort}");
        let mut whole = account.backups(admin, &sort).await;
        // The demo has more than a page holds.
        let last = whole.last().unwrap().clone();
        whole.extend(
            account
                .backups(admin, &format!("{sort}&marker={last}"))
                .await,
        );
        let counted = account
            .get(admin, "/v1/{p}/checkpoint_items/count?all_tenants=true")
            .await["count"]
            .as_u64()
            .unwrap();
        assert_eq!(whole.len() as u64, counted, "{sort}");
        let mut once = whole.clone();
        once.sort();
        once.dedup();
        assert_eq!(once.len(), whole.len(), "{sort}");
        let part = account
            .backups(
                admin,
                &format!("{sort}&marker={}&offset=3&limit=20", whole[4]),
            )
            .await;
        assert_eq!(part, whole[8..28], "{sort}");
    }
    let newest = account.backups(admin, "all_tenants=true&limit=1000").await;
    let mut times = Vec::new();
    for id in newest.iter().take(50) {
        let who = match account
            .world()
            .get_as(admin, &format!("/v1/{{p}}/checkpoint_items/{id}"))
            .await
        {
            answer if answer.status == StatusCode::OK => answer,
            _ => {
                account
                    .world()
                    .get_as(
                        &account.partner,
                        &format!("/v1/{{p}}/checkpoint_items/{id}"),
                    )
                    .await
            }
        };
        times.push(
            who.json()["checkpoint_item"]["created_at"]
                .as_str()
                .unwrap()
                .to_owned(),
        );
    }
    assert!(times.is_sorted_by(|a, b| a >= b), "{times:?}");
}

#[tokio::test]
async fn policies_of_all_projects_are_one_list_too() {
    let account = Account::open().await;
    let names = async |who: &Session, query: &str| -> Vec<Value> {
        let page = account
            .get(who, &format!("/v1/{{p}}/policies?{query}"))
            .await;
        let policies = page["policies"].as_array().unwrap();
        policies
            .iter()
            .map(|policy| policy["name"].clone())
            .collect()
    };
    let own = names(&account.company.session, "all_tenants=true&sort=name:asc").await;
    assert!(!own.contains(&json!("partner-daily")));
    let all = names(&account.admin, "all_tenants=true&sort=name:asc").await;
    assert_eq!(all.len(), own.len() + 1);
    assert!(all.contains(&json!("partner-daily")));
}

#[tokio::test]
async fn an_administrator_enters_every_project_and_says_so_in_its_token() {
    let world = World::start(Seed::Demo).await;
    let roles = |answer: Value| -> Vec<String> {
        let roles = answer["token"]["roles"].as_array().unwrap().clone();
        roles
            .iter()
            .map(|role| role["name"].as_str().unwrap().to_owned())
            .collect()
    };
    for (user, project, expected) in [
        ("admin", "demo-project", vec!["te_admin", "secu_admin"]),
        ("admin", "demo-project-2", vec!["te_admin", "secu_admin"]),
        ("demo", "demo-project", vec!["te_admin"]),
    ] {
        let session = world.sign_in(user, project).await;
        let headers = [
            ("x-auth-token", session.token.as_str()),
            ("x-subject-token", session.token.as_str()),
        ];
        let shown = world.get("/v3/auth/tokens", &headers).await.json();
        assert_eq!(roles(shown), expected, "{user} in {project}");
    }
    // What the seed made belongs to the people of the projects, not to the administrator.
    let demo = world.demo().await;
    let servers = world.get_as(&demo, SERVERS).await.json();
    let admin = world.sign_in("admin", "demo-project").await;
    let accounts = world.get("/sandbox/accounts", &[]).await.json();
    let id = |user: &str| {
        let accounts = accounts["accounts"].as_array().unwrap();
        accounts
            .iter()
            .find(|account| account["user"] == user)
            .unwrap()["user_id"]
            .clone()
    };
    assert_eq!(servers["servers"][0]["user_id"], id("demo"));
    assert_ne!(admin.access_key, demo.access_key);
}
