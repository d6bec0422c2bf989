//! What the lens says before a migration is what the migration makes: the plan is made from what the
//! services tell over HTTP, as the console makes it, and held against the world afterwards.

use std::collections::{BTreeSet, HashMap};

use contract::cbr::policies::Definition;
use contract::cbr::vaults::Vault;
use contract::csbs::backups::CheckAnswer;
use contract::csbs::policies::PoliciesAnswer;
use contract::image::ImagesAnswer;
use contract::migration::{self, After, Gathered, Plan, PlanText, Present, compare};
use contract::model::{Backup, Volume};
use hyper::Method;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::Vaults;
use crate::csbs::{P, pattern};

const START: &str = "/v3/migrates";
const RULES: [&str; 5] = [
    "FREQ=DAILY;BYHOUR=2;BYMINUTE=30",
    "FREQ=WEEKLY;BYDAY=MO,TH,SA;BYHOUR=1,13;BYMINUTE=0",
    "FREQ=DAILY;INTERVAL=2;BYHOUR=22;BYMINUTE=15",
    "FREQ=WEEKLY;BYDAY=SU;BYHOUR=23;BYMINUTE=15",
    "FREQ=DAILY;BYHOUR=0,6,12,18;BYMINUTE=0",
];

fn read<T: DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap_or_else(|problem| panic!("{problem}"))
}

impl Vaults {
    async fn items(&self, query: &str) -> Vec<Backup> {
        let path = format!("/v1/{{p}}/checkpoint_items?limit=1000&{query}");
        let items = self.0.get(&path).await["checkpoint_items"].clone();
        let items: Vec<contract::csbs::backups::CheckpointItem> = read(items);
        items.into_iter().map(Into::into).collect()
    }

    /// What the console asks for.
    async fn gathered(&self) -> Gathered {
        let mut told = Gathered {
            spare_percent: migration::SPARE_PERCENT,
            backups: self.items("").await,
            ..Gathered::default()
        };
        let policies: PoliciesAnswer = read(self.0.get("/v1/{p}/policies?limit=1000").await);
        told.policies = policies.policies.into_iter().map(Into::into).collect();
        for policy in &told.policies {
            for backup in self.items(&format!("policy_id={}", policy.id)).await {
                told.made_by.insert(backup.id, policy.id.clone());
            }
        }
        let servers: contract::compute::ServersAnswer =
            read(self.0.get("/v1/{p}/cloudservers/detail?limit=1000").await);
        told.servers = servers.servers.into_iter().map(Into::into).collect();
        let volumes: contract::volumes::VolumesAnswer =
            read(self.0.get("/v2/{p}/cloudvolumes/detail?limit=1000").await);
        told.volumes = volumes.volumes.into_iter().map(Volume::from).collect();
        let listed: BTreeSet<&str> = told
            .policies
            .iter()
            .flat_map(|policy| policy.servers.iter().map(|server| server.id.as_str()))
            .collect();
        let asked: Vec<Value> = listed
            .iter()
            .map(|id| json!({"resource_id": id, "resource_type": "OS::Nova::Server"}))
            .collect();
        let path = format!("/v1/{{p}}/providers/{P}/resources/action");
        let answer = self
            .0
            .ok(Method::POST, &path, json!({"check_protectable": asked}))
            .await;
        told.checks = read::<CheckAnswer>(answer).protectable;
        told.images = read::<ImagesAnswer>(self.0.get("/v2/cloudimages").await).images;
        told.vaults = read(self.get("/vaults").await["vaults"].clone());
        told.cbr_policies = read(self.get("/policies").await["policies"].clone());
        told
    }

    async fn after(&self) -> After {
        let mut after = After {
            vaults: read(self.get("/vaults").await["vaults"].clone()),
            policies: read(self.get("/policies").await["policies"].clone()),
            backups: HashMap::new(),
        };
        for vault in &after.vaults {
            let count = self.count(&format!("vault_id={}", vault.id)).await;
            after.backups.insert(vault.id.clone(), count);
        }
        after
    }

    /// Makes a world of policies, backups, images and vaults from numbers.
    async fn furnish(&self, dice: &mut Dice) {
        let servers = self.0.get("/v1/{p}/cloudservers/detail?limit=100").await;
        let mut free: Vec<String> = servers["servers"]
            .as_array()
            .unwrap()
            .iter()
            .map(|server| server["id"].as_str().unwrap().to_owned())
            .collect();
        // The company has policies of its own; in some worlds they stay, in others they are gone.
        let policies = self.0.get("/v1/{p}/policies").await;
        for policy in policies["policies"].as_array().unwrap() {
            if dice.once_in(2) {
                for server in policy["resources"].as_array().unwrap() {
                    free.retain(|id| server["id"] != json!(id));
                }
            } else {
                let path = format!("/v1/{{p}}/policies/{}", super::text(&policy["id"]));
                self.0.call(Method::DELETE, &path, Value::Null).await;
            }
        }
        if dice.once_in(2) {
            let (held, name) = (
                free.remove(dice.below(free.len())),
                dice.of(&["default", "old"]),
            );
            let body = super::vault_with(name, 500, |vault| {
                vault["resources"] = json!([super::server(&held)]);
            });
            // A server that CBR does not back up leaves the world without this vault.
            self.0.call(Method::POST, "/v3/{p}/vaults", body).await;
            free.push(held);
        }
        for n in 0..1 + dice.below(4) {
            let mut own = Vec::new();
            for _ in 0..dice.below(4).min(free.len()) {
                let id = free.remove(dice.below(free.len()));
                own.push(json!({"id": id, "type": "OS::Nova::Server", "name": "as listed"}));
            }
            let mut keep = json!({"permanent": false});
            for (member, most) in [("max_backups", 4), ("retention_duration_days", 5)] {
                if dice.once_in(2) {
                    keep[member] = json!(dice.below(most));
                }
            }
            if dice.once_in(3) {
                keep["week_backups"] = json!(1 + dice.below(4));
                keep["timezone"] = json!("UTC+02:00");
            }
            let name = match dice.below(3) {
                0 => "nightly".to_owned(),
                1 => format!("policy-{n}-{}", "long".repeat(20)),
                _ => format!("p{n}"),
            };
            let tags = match dice.below(2) {
                0 => json!([{"key": "env", "value": "prod"}]),
                _ => Value::Null,
            };
            let mut body = json!({"policy": {
                "name": name, "description": "as it was", "provider_id": P, "parameters": {"common": {}},
                "resources": own,
                "scheduled_operations": [{
                    "enabled": !dice.once_in(3), "operation_type": "backup", "operation_definition": keep,
                    "trigger": {"properties": {"pattern": pattern(dice.of(&RULES))}},
                }],
            }});
            if !tags.is_null() {
                body["policy"]["tags"] = tags;
            }
            self.0.ok(Method::POST, "/v1/{p}/policies", body).await;
        }
        self.0.advance(dice.of(&["PT1H", "P1D", "P4D"])).await;
        for _ in 0..dice.below(3) {
            let body = json!({"protect": {"backup_name": "b".repeat(60 + dice.below(10))}});
            let server = servers["servers"][dice.below(5)]["id"].as_str().unwrap();
            if dice.once_in(3) {
                let fault = json!({"operation": "csbs.servers.protect", "job": "fail", "code": "CSBS.9999"});
                self.0.arm(fault).await;
            }
            let path = format!("/v1/{{p}}/providers/{P}/resources/{server}/action");
            // Some servers cannot be backed up; the others have one backup more.
            self.0.call(Method::POST, &path, body).await;
            self.0.advance("PT16H").await;
        }
        let usable = self.items("status=available").await;
        for n in 0..dice.below(3).min(usable.len()) {
            let backup = &usable[dice.below(usable.len())].id;
            let mut body = json!({"name": format!("image-{n}"), "backup_id": backup, "whole_image_type": "CSBS"});
            if dice.once_in(2) {
                body["image_tags"] = json!([{"key": "env", "value": "prod"}]);
            }
            let path = "/v1/cloudimages/wholeimages/action";
            // A second image of the same backup is refused.
            self.0.call(Method::POST, path, body).await;
            self.0.advance("PT4H").await;
        }
        if dice.once_in(3) {
            let policies = self.0.get("/v1/{p}/policies").await;
            let gone = policies["policies"][0]["id"].as_str().unwrap();
            let path = format!("/v1/{{p}}/policies/{gone}");
            self.0.call(Method::DELETE, &path, Value::Null).await;
        }
        // Nothing is under way at a quiet minute: wait for one.
        for _ in 0..40 {
            let all = self.items("").await;
            if all.iter().all(|backup| !backup.status.is_busy()) {
                return;
            }
            self.0.advance("PT17M").await;
        }
        panic!("backups are under way for ever");
    }
}

/// Numbers that worlds are made from.
struct Dice {
    numbers: Vec<usize>,
    next: usize,
}

impl Dice {
    fn below(&mut self, sides: usize) -> usize {
        self.next += 1;
        self.numbers[self.next % self.numbers.len()] % sides.max(1)
    }

    fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }
}

/// What a vault comes to: name, size, servers, applied policy, backups, tags.
type Held = (
    String,
    i64,
    BTreeSet<String>,
    String,
    BTreeSet<String>,
    Value,
);

fn planned(plan: &Plan) -> Vec<Held> {
    let mut all: Vec<Held> = plan
        .vaults
        .iter()
        .map(|vault| {
            let policy = plan.policy_of(vault);
            let tags: Vec<Value> = vault
                .tags
                .iter()
                .map(|tag| json!({"key": tag.key, "value": tag.value}))
                .collect();
            (
                vault.name.as_str().to_owned(),
                vault.size.gb,
                vault
                    .servers
                    .iter()
                    .map(|server| server.id.clone())
                    .collect(),
                policy.map_or_else(String::new, |policy| policy.create.name.as_str().to_owned()),
                vault.backups.iter().cloned().collect(),
                json!(tags),
            )
        })
        .collect();
    all.sort_by_key(|held| format!("{held:?}"));
    all
}

async fn found(world: &Vaults, after: &After, before: &[Vault]) -> Vec<Held> {
    let mut all = Vec::new();
    for vault in &after.vaults {
        if before.iter().any(|known| known.id == vault.id) {
            continue;
        }
        let policy = after.policies.iter().find(|policy| {
            let mut links = policy.associated_vaults.iter();
            links.any(|link| link.vault_id == vault.id)
        });
        let path = format!("/backups?limit=1000&vault_id={}", vault.id);
        let ids = world.ids(&path, "backups").await;
        all.push((
            vault.name.clone(),
            vault.billing.size.unwrap_or(0),
            vault.resources.iter().map(|held| held.id.clone()).collect(),
            policy.map_or_else(String::new, |policy| policy.name.clone()),
            ids.into_iter().collect(),
            json!(vault.tags),
        ));
    }
    all.sort_by_key(|held| format!("{held:?}"));
    all
}

/// How many worlds are tried.
const WORLDS: usize = 12;

#[tokio::test]
async fn what_the_lens_says_is_what_the_migration_makes() {
    let mut runner = TestRunner::deterministic();
    let mut met: BTreeSet<String> = BTreeSet::new();
    for world_no in 0..WORLDS {
        let numbers = prop::collection::vec(0..1_000_000_usize, 61);
        let numbers = numbers.new_tree(&mut runner).unwrap().current();
        let world = Vaults::open().await;
        world.furnish(&mut Dice { numbers, next: 0 }).await;
        let told = world.gathered().await;
        let (before, all) = (told.vaults.clone(), told.backups.clone());
        let plan = migration::plan(&Present::from(told));
        assert_eq!(plan.blockers().count(), 0, "{:?}", plan.losses);
        for loss in &plan.losses {
            let word = format!("{:?}", loss.kind);
            met.extend(word.split([' ', '(']).next().map(ToOwned::to_owned));
        }

        let body = json!({"all_regions": false, "reservation": 0.2});
        world.0.ok(Method::POST, START, body).await;
        // No run falls into the five minutes that it takes, or the world would not be the one looked at.
        world.0.advance("PT5M1S").await;
        let status = world.0.get(START).await;
        assert_eq!(status["status"], "success", "world {world_no}: {status}");

        let after = world.after().await;
        let context = format!("world {world_no}: {:#?}", plan.losses);
        let (made, wanted) = (found(&world, &after, &before).await, planned(&plan));
        for (made, wanted) in made.iter().zip(&wanted) {
            assert_eq!(made, wanted, "{context}");
        }
        assert_eq!(made.len(), wanted.len(), "{context}");
        let text = PlanText::from(&plan);
        let comparison = compare(&text, &after);
        assert!(comparison.is_same(), "{comparison:#?}");
        for policy in &plan.policies {
            let made = after.policies.iter().any(|made| {
                made.name == policy.create.name.as_str()
                    && made.enabled == policy.create.enabled
                    && made.trigger.properties.pattern == policy.create.trigger.properties.pattern
                    && Definition::eq(
                        &made.operation_definition,
                        &policy.create.operation_definition,
                    )
            });
            assert!(made, "{policy:?}");
        }
        let moved: BTreeSet<&String> = plan
            .vaults
            .iter()
            .flat_map(|vault| &vault.backups)
            .collect();
        let stay: BTreeSet<String> = all
            .iter()
            .filter(|backup| !moved.contains(&backup.id))
            .map(|backup| backup.id.clone())
            .collect();
        let left: BTreeSet<String> = world.items("").await.into_iter().map(|b| b.id).collect();
        assert_eq!(left, stay, "{context}");
    }
    // The worlds are worth something: most kinds of losses are met in them.
    assert!(met.len() >= 14, "{met:?}");
}
