//! The console's pre-flight and the service give the same answer to every plan, over HTTP and in
//! both directions: what the check lets pass is accepted, what it refuses is refused with the
//! same code. The plans are generated from the demo world: proposals, spoilt proposals, rubbish.

use std::collections::BTreeMap;

use contract::compute::ServersAnswer;
use contract::csbs::backups::{CheckRequest, CheckpointItemsAnswer};
use contract::csbs::restores::RestoresAnswer;
use contract::model::{Backup, Server, Volume};
use contract::restore::{Proposal, RestoreFacts, RestorePlan, RestoreRefusal, TargetVolume, first};
use contract::rules::{BARE_METAL_KIND, SERVER_KIND};
use contract::volumes::VolumesAnswer;
use hyper::{Method, StatusCode};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use sandbox::Seed;
use serde_json::{Value, json};

use crate::client::{Answer, Session, World};

/// Plans asked about; those that are refused or accepted for real come on top.
const PLANS: usize = 600;
/// Plans per request of the check.
const BATCH: usize = 50;
/// Accepted plans that are really started.
const STARTED: usize = 12;

/// The world as the console reads it.
struct Seen {
    backups: Vec<Backup>,
    servers: Vec<Server>,
    volumes: Vec<Volume>,
    restoring: Vec<String>,
}

impl Seen {
    async fn read(world: &World, demo: &Session) -> Self {
        let get = async |path: &str| {
            let answer = world.get_as(demo, path).await;
            assert_eq!(answer.status, StatusCode::OK, "{path}: {answer:?}");
            answer.body
        };
        let mut backups = Vec::new();
        for status in ["available", "error", "protecting", "restoring"] {
            let page = get(&format!(
                "/v1/{{p}}/checkpoint_items?limit=120&status={status}"
            ))
            .await;
            let page: CheckpointItemsAnswer = serde_json::from_slice(&page).unwrap();
            backups.extend(page.checkpoint_items.into_iter().map(Backup::from));
        }
        let servers: ServersAnswer =
            serde_json::from_slice(&get("/v1/{p}/cloudservers/detail?limit=1000").await).unwrap();
        let volumes: VolumesAnswer =
            serde_json::from_slice(&get("/v2/{p}/cloudvolumes/detail?limit=1000").await).unwrap();
        let restores: RestoresAnswer =
            serde_json::from_slice(&get("/v1/{p}/restores").await).unwrap();
        let restoring = restores
            .restores
            .iter()
            .filter(|restore| restore.status == "in_progress")
            .filter_map(|restore| restore.parameters.pointer("/targets/server_id")?.as_str())
            .map(str::to_owned)
            .collect();
        Self {
            backups,
            servers: servers.servers.into_iter().map(Server::from).collect(),
            volumes: volumes.volumes.into_iter().map(Volume::from).collect(),
            restoring,
        }
    }

    fn targets(&self, server: &Server) -> Vec<TargetVolume> {
        self.volumes
            .iter()
            .map(|volume| TargetVolume::of(server, volume))
            .collect()
    }

    /// What the console's check says.
    fn preflight(&self, plan: &RestorePlan) -> Option<RestoreRefusal> {
        let target = self.servers.iter().find(|server| server.id == plan.server);
        let volumes = target
            .map(|server| self.targets(server))
            .unwrap_or_default();
        first(
            plan,
            &RestoreFacts {
                backup: self.backups.iter().find(|backup| backup.id == plan.backup),
                target,
                volumes: &volumes,
                restoring: self.restoring.contains(&plan.server),
            },
        )
    }

    /// A plan from a few numbers: a backup, a server, its proposal, and what to spoil.
    fn plan(&self, dice: &Dice) -> RestorePlan {
        let backup = &self.backups[dice.backup % self.backups.len()];
        let original = self
            .servers
            .iter()
            .find(|server| server.id == backup.server_id);
        let other = &self.servers[dice.server % self.servers.len()];
        let server = if dice.elsewhere {
            other
        } else {
            original.unwrap_or(other)
        };
        let mut plan = RestorePlan {
            backup: backup.id.clone(),
            checkpoint: backup.checkpoint_id.clone(),
            server: server.id.clone(),
            kind: SERVER_KIND.to_owned(),
            mapping: Proposal::of(&backup.disks, &self.targets(server)).mapping(),
            power_on: dice.power_on,
            ..RestorePlan::default()
        };
        for (spoil, a, b) in &dice.spoil {
            let disk = backup
                .disks
                .get(a % backup.disks.len().max(1))
                .map(|disk| disk.id.clone());
            let attached = server
                .attachments
                .get(b % server.attachments.len().max(1))
                .map(|at| at.volume_id.clone());
            match (spoil, disk) {
                // Any disk backup to any attached volume: twice, data to system, too small.
                (0..=4, Some(disk)) => plan.assign(&disk, attached.as_deref()),
                // To any volume of the project: not attached.
                (5, Some(disk)) => {
                    plan.assign(&disk, Some(&self.volumes[b % self.volumes.len()].id))
                }
                (6, Some(disk)) => plan.assign(&disk, None),
                (7, Some(disk)) => plan.assign(&disk, Some("no-such-volume")),
                (8, _) => {
                    let foreign = self.backups[a % self.backups.len()].disks.first();
                    if let Some(foreign) = foreign {
                        plan.assign(&foreign.id, attached.as_deref());
                    }
                }
                (9, _) => plan.mapping.extend(plan.mapping.first().cloned()),
                (10, _) => "no-such-server".clone_into(&mut plan.server),
                (11, _) => "no-such-backup".clone_into(&mut plan.backup),
                (12, _) => BARE_METAL_KIND.clone_into(&mut plan.kind),
                (13, _) => "OS::Cinder::Volume".clone_into(&mut plan.kind),
                _ => {}
            }
        }
        plan
    }
}

/// What a plan is made from.
#[derive(Clone, Debug)]
struct Dice {
    backup: usize,
    server: usize,
    elsewhere: bool,
    power_on: bool,
    spoil: Vec<(u8, usize, usize)>,
}

fn dice() -> impl Strategy<Value = Dice> {
    let spoil = prop::collection::vec((0..14_u8, 0..64_usize, 0..64_usize), 0..4);
    (
        0..10_000_usize,
        0..64_usize,
        prop::bool::weighted(0.35),
        any::<bool>(),
        spoil,
    )
        .prop_map(|(backup, server, elsewhere, power_on, spoil)| Dice {
            backup,
            server,
            elsewhere,
            power_on,
            spoil,
        })
}

fn plans(seen: &Seen, runner: &mut TestRunner, number: usize) -> Vec<RestorePlan> {
    (0..number)
        .map(|_| seen.plan(&dice().new_tree(runner).unwrap().current()))
        .collect()
}

async fn post(world: &World, demo: &Session, path: &str, body: Value) -> Answer {
    let headers = [
        ("x-auth-token", demo.token.as_str()),
        ("content-type", "application/json"),
    ];
    let path = path.replace("{p}", &demo.project_id);
    world
        .send(Method::POST, &path, &headers, body.to_string())
        .await
}

/// The codes the service's check gives to plans; `""` for those it lets pass.
async fn asked(world: &World, demo: &Session, plans: &[RestorePlan]) -> Vec<String> {
    let mut codes = Vec::new();
    for batch in plans.chunks(BATCH) {
        let request = CheckRequest {
            check_protectable: None,
            check_restorable: Some(batch.iter().map(RestorePlan::to_check).collect()),
        };
        let path = "/v1/{p}/providers/fc4d5750-22e7-4798-8a46-f48f62c4c1da/resources/action";
        let answer = post(world, demo, path, serde_json::to_value(&request).unwrap()).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        let answer = answer.json();
        let elements = answer["restorable"].as_array().unwrap();
        assert_eq!(elements.len(), batch.len());
        codes.extend(elements.iter().map(|element| {
            let code = element["error_code"]
                .as_str()
                .unwrap_or_default()
                .to_owned();
            assert_eq!(element["result"], json!(code.is_empty()), "{element}");
            code
        }));
    }
    codes
}

#[tokio::test]
async fn the_consoles_check_and_the_service_agree_on_every_plan() {
    let world = World::start(Seed::Demo).await;
    let demo = world.demo().await;
    // Nothing moves between looking and asking.
    let stopped = world.post("/sandbox/clock", json!({"rate": 0})).await;
    assert_eq!(stopped.status, StatusCode::OK, "{stopped:?}");
    let mut runner = TestRunner::deterministic();
    let mut seen = Seen::read(&world, &demo).await;
    let mut met: BTreeMap<String, usize> = BTreeMap::new();

    // The service's check, for all of them.
    let all = plans(&seen, &mut runner, PLANS);
    let codes = asked(&world, &demo, &all).await;
    for (plan, code) in all.iter().zip(&codes) {
        let ours = seen.preflight(plan);
        let ours = ours.as_ref().map_or("", RestoreRefusal::check_code);
        assert_eq!(ours, code, "{plan:?}");
        *met.entry(code.clone()).or_default() += 1;
    }

    // The request itself: refused with the same code and status …
    let mut started = 0;
    for plan in all {
        let plan = RestorePlan {
            kind: String::new(),
            ..plan
        };
        let ours = seen.preflight(&plan);
        if ours.is_none() && started == STARTED {
            continue;
        }
        let answer = post(
            &world,
            &demo,
            "/v1/{p}/restores",
            serde_json::to_value(plan.to_request()).unwrap(),
        )
        .await;
        match ours {
            Some(refusal) => {
                assert_eq!(answer.json()["error_code"], refusal.code(), "{plan:?}");
                assert_eq!(answer.status.as_u16(), refusal.status(), "{plan:?}");
                *met.entry(refusal.code().to_owned()).or_default() += 1;
            }
            // … or accepted, which changes the world for those that follow.
            None => {
                assert_eq!(answer.status, StatusCode::OK, "{plan:?}: {answer:?}");
                started += 1;
                seen = Seen::read(&world, &demo).await;
                let again = seen.preflight(&plan).expect("a plan under way is refused");
                assert_eq!(again.code(), "CSBS.2003");
            }
        }
    }
    assert_eq!(started, STARTED);

    // The generator is worth something: both answers, and nearly every documented reason.
    assert!(met.get("").is_some_and(|passed| *passed > 50), "{met:?}");
    let reasons = RestoreRefusal::CODES
        .iter()
        .filter(|code| met.contains_key(**code))
        .count();
    assert!(reasons >= 14, "{reasons} reasons: {met:?}");
}
