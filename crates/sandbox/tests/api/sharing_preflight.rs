//! The console's checks of sharing and replication and the service give the same answer to every
//! request, over HTTP and in both directions: what the check lets pass is accepted, what it refuses is
//! refused with the same code. The requests are generated from the demo world, spoilt here and there.

use std::collections::BTreeMap;

use contract::cbr::backups::{Backup, BackupsAnswer};
use contract::cbr::replicate::{
    self, Destination, DestinationFacts, Looked, ReplicationRefusal, destination_refusal,
    vault_refusal,
};
use contract::cbr::share::{
    AnswerFacts, AnswerRefusal, ShareFacts, ShareRefusal, answer_refusal, revoke_refusal,
    share_refusal,
};
use contract::cbr::sharing::{Member, MemberUpdate, MembersAnswer};
use contract::cbr::vaults::{Vault, VaultsAnswer};
use hyper::{Method, StatusCode};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use sandbox::Seed;
use serde_json::{Value, json};

use crate::client::{Answer, Session, World};

/// Requests of each kind.
const TRIES: usize = 240;

/// One of the two projects, and everything it can see.
struct Side {
    who: Session,
    backups: Vec<Backup>,
    /// Own backups, and those shared with it.
    visible: Vec<Backup>,
    vaults: Vec<Vault>,
}

struct Two {
    world: World,
    sides: [Side; 2],
    /// MB of each backup, which the interface does not say.
    sizes: BTreeMap<String, i64>,
}

async fn call(world: &World, who: &Session, method: Method, path: &str, body: &Value) -> Answer {
    let path = format!("/v3/{}{path}", who.project_id);
    let headers = [
        ("x-auth-token", who.token.as_str()),
        ("content-type", "application/json"),
    ];
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    world.send(method, &path, &headers, body).await
}

fn read<T: serde::de::DeserializeOwned>(answer: &Answer) -> T {
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    serde_json::from_slice(&answer.body).unwrap()
}

/// The code of a refusal, or nothing for what was done.
fn code(answer: &Answer) -> String {
    if answer.status.is_success() {
        return String::new();
    }
    let code = answer.json()["error_code"].as_str().unwrap().to_owned();
    format!("{} {code}", answer.status.as_u16())
}

impl Side {
    async fn read(world: &World, who: Session) -> Self {
        let get = async |path: &str| call(world, &who, Method::GET, path, &Value::Null).await;
        let backups: BackupsAnswer = read(&get("/backups").await);
        let visible: BackupsAnswer = read(&get("/backups?own_type=all_granted").await);
        let vaults: VaultsAnswer = read(&get("/vaults").await);
        Self {
            who,
            backups: backups.backups,
            visible: visible.backups,
            vaults: vaults.vaults,
        }
    }

    /// Who has a backup, as far as this side may know.
    async fn members(&self, world: &World, backup: &str) -> Vec<Member> {
        let path = format!("/backups/{backup}/members");
        let answer = call(world, &self.who, Method::GET, &path, &Value::Null).await;
        read::<MembersAnswer>(&answer).members
    }
}

impl Two {
    async fn open() -> Self {
        let world = World::start(Seed::Demo).await;
        let stopped = world.post("/sandbox/clock", json!({"rate": 0})).await;
        assert_eq!(stopped.status, StatusCode::OK, "{stopped:?}");
        spoil(&world).await;
        let partner = world.sign_in("demo2", "demo-project-2").await;
        let empty = json!({"vault": {"name": "offsite-2", "resources": [], "billing": {
            "consistent_level": "crash_consistent", "object_type": "server", "protect_type": "replication", "size": 900,
        }}});
        let made = call(&world, &partner, Method::POST, "/vaults", &empty).await;
        assert_eq!(made.status, StatusCode::OK, "{made:?}");
        let sides = [
            Side::read(&world, world.demo().await).await,
            Side::read(&world, partner).await,
        ];
        let state = world.get("/sandbox/world", &[]).await.json();
        let rows = state["tables"]["cbr_backups"].as_array().unwrap();
        let size = |row: &Value| {
            let id = row["id"].as_str().unwrap().to_owned();
            (id, row["size_mb"].as_i64().unwrap())
        };
        Self {
            sizes: rows.iter().map(size).collect(),
            world,
            sides,
        }
    }

    async fn look_again(&mut self) {
        for side in &mut self.sides {
            let who = Session {
                token: side.who.token.clone(),
                project_id: side.who.project_id.clone(),
                access_key: String::new(),
                secret_key: String::new(),
            };
            *side = Side::read(&self.world, who).await;
        }
    }

    /// A project, or something that is none.
    fn project(&self, n: usize) -> String {
        match n % 6 {
            0 => self.sides[0].who.project_id.clone(),
            1 | 2 => self.sides[1].who.project_id.clone(),
            3 => "demo-project-2".to_owned(),
            _ => format!("{n:032x}"),
        }
    }

    fn projects(&self) -> Vec<String> {
        let ids = self.sides.iter().map(|side| side.who.project_id.clone());
        ids.collect()
    }

    /// Any vault of either side, or an id that none has.
    fn vault(&self, n: usize) -> (String, Option<&Vault>) {
        let all: Vec<&Vault> = self.sides.iter().flat_map(|side| &side.vaults).collect();
        match all.get(n % (all.len() + 1)) {
            Some(vault) => (vault.id.clone(), Some(vault)),
            None => ("no-such-vault".to_owned(), None),
        }
    }

    /// The vault that takes replicas and has none yet.
    fn offsite(&self) -> (String, Option<&Vault>) {
        let mut vaults = self.sides[1].vaults.iter();
        let offsite = vaults.find(|vault| vault.name == "offsite-2").unwrap();
        (offsite.id.clone(), Some(offsite))
    }

    fn replicas(&self, project: &str) -> usize {
        let side = self
            .sides
            .iter()
            .find(|side| side.who.project_id == project);
        side.map_or(0, |side| {
            let replica = |backup: &&Backup| backup.image_type == "replication";
            side.backups.iter().filter(replica).count()
        })
    }
}

/// Everything there is a reason for, somewhere in the demo world.
async fn spoil(world: &World) {
    const SPOILT: [&str; 9] = [
        "UPDATE cbr_backups SET status = 'error' WHERE seq % 11 = 0",
        "UPDATE cbr_backups SET image_type = 'replication' WHERE seq % 11 = 1",
        "UPDATE cbr_backups SET resource_kind = 'OS::Ironic::BareMetalServer' WHERE seq % 11 = 2",
        "UPDATE cbr_disks SET encrypted = 1 WHERE backup % 11 = 3",
        "UPDATE cbr_disks SET system = 0 WHERE backup % 11 = 4",
        "UPDATE cbr_backups SET size_mb = 100000000 WHERE seq % 11 = 5",
        "UPDATE cbr_vaults SET status = 'frozen' WHERE name IN ('partner-ledger', 'wiki-disks')",
        "INSERT INTO cbr_vaults (id, project, user_id, name, description, created_at, object_type, protect_type, consistent_level,
             cloud_type, size_gb, used_mb, status, multi_az, auto_bind, bind_rules, auto_expand, smn_notify, threshold, locked,
             zone, name_prefix, demand_billing, tags)
         SELECT 'cold' || no, project, user_id, 'cold', description, created_at, object_type, protect_type, consistent_level,
             cloud_type, size_gb, 0, 'frozen', multi_az, 0, '[]', auto_expand, smn_notify, threshold, 0, zone, name_prefix,
             demand_billing, tags FROM cbr_vaults WHERE name IN ('cluster', 'offsite')",
        "UPDATE cbr_backups SET vault = (SELECT no FROM cbr_vaults WHERE name = 'cold' AND protect_type = 'backup')
         WHERE seq % 11 = 6 AND image_type = 'backup' AND project = (SELECT project FROM cbr_vaults WHERE name = 'cluster')",
    ];
    let store = &world.sandbox().store;
    let done = store.write(|db| {
        for sql in SPOILT {
            assert!(db.execute(sql, [])? > 0, "{sql} changed nothing");
        }
        Ok::<_, sandbox::store::StoreError>(())
    });
    done.await.unwrap();
}

/// A few numbers a request is made from.
#[derive(Clone, Debug)]
struct Dice {
    side: bool,
    backup: usize,
    vault: usize,
    projects: Vec<usize>,
    word: usize,
}

fn dice(runner: &mut TestRunner) -> Dice {
    let number = prop_oneof![8 => 1..3_usize, 1 => 0..14_usize];
    let projects = number.prop_flat_map(|number| prop::collection::vec(0..60_usize, number));
    let all = (
        any::<bool>(),
        0..10_000_usize,
        0..60_usize,
        projects,
        0..60_usize,
    );
    let (side, backup, vault, projects, word) = all.new_tree(runner).unwrap().current();
    Dice {
        side,
        backup,
        vault,
        projects,
        word,
    }
}

/// How often each answer was met.
#[derive(Default)]
struct Met(BTreeMap<String, usize>);

impl Met {
    fn note(&mut self, code: &str) {
        *self.0.entry(code.to_owned()).or_default() += 1;
    }

    /// Both answers came, and at least so many of these reasons.
    fn worth(&self, codes: &[&str], least: usize) {
        let reasons = codes
            .iter()
            .filter(|code| self.0.keys().any(|met| met.ends_with(**code)))
            .count();
        assert!(reasons >= least, "{reasons} reasons: {:?}", self.0);
        assert!(
            self.0.get("").is_some_and(|done| *done >= 5),
            "{:?}",
            self.0
        );
    }
}

#[tokio::test]
async fn sharing_is_refused_alike() {
    let two = Two::open().await;
    let mut runner = TestRunner::deterministic();
    let (mut shared, mut answered) = (Met::default(), Met::default());
    let known = two.projects();
    for n in 0..TRIES {
        let dice = dice(&mut runner);
        let side = &two.sides[usize::from(dice.side)];
        let vault_of =
            |backup: &Backup| side.vaults.iter().find(|vault| vault.id == backup.vault_id);
        let (backup, receivers) = if n % 3 == 0 {
            // Nothing speaks against these but that they may be shared already: how many there are by chance alone
            // hangs on the hour at which the demo world was made.
            let partner = [two.project(usize::from(!dice.side))];
            let may = |backup: &&Backup| {
                let facts = ShareFacts {
                    backup,
                    vault: vault_of(backup),
                    members: &[],
                    projects: Some(&known),
                };
                share_refusal(&partner, &facts).is_none()
            };
            let fit: Vec<&Backup> = side.backups.iter().filter(may).collect();
            (fit[dice.backup % fit.len()], partner.to_vec())
        } else {
            let any = &side.backups[dice.backup % side.backups.len()];
            (any, dice.projects.iter().map(|n| two.project(*n)).collect())
        };
        let facts = ShareFacts {
            backup,
            vault: vault_of(backup),
            members: &side.members(&two.world, &backup.id).await,
            projects: Some(&known),
        };
        let ours = share_refusal(&receivers, &facts);
        let ours = ours.map_or(String::new(), |why| {
            format!("{} {}", why.status(), why.code())
        });
        let path = format!("/backups/{}/members", backup.id);
        let body = json!({"members": receivers});
        let theirs = code(&call(&two.world, &side.who, Method::POST, &path, &body).await);
        assert_eq!(ours, theirs, "{dice:?} {}", backup.name);
        shared.note(&theirs);
    }
    shared.worth(&ShareRefusal::CODES, 9);

    let mut two = two;
    two.look_again().await;
    for _ in 0..TRIES {
        let dice = dice(&mut runner);
        let side = &two.sides[usize::from(dice.side)];
        let foreign = |backup: &&Backup| backup.project_id != side.who.project_id;
        let granted: Vec<_> = side.visible.iter().filter(foreign).collect();
        let backup = match dice.backup % 4 {
            1.. if !granted.is_empty() => granted[dice.backup % granted.len()],
            _ => &side.backups[dice.backup % side.backups.len()],
        };
        let member_id = match dice.word % 7 {
            0 => two.project(dice.vault),
            _ => side.who.project_id.clone(),
        };
        let members = side.members(&two.world, &backup.id).await;
        let member = members
            .iter()
            .find(|member| member.dest_project_id == member_id);
        let path = format!("/backups/{}/members/{member_id}", backup.id);
        let refused = if dice.word % 15 == 14 {
            let ours = revoke_refusal(&member_id, member).map(|why| (why.status(), why.code()));
            let answer = call(&two.world, &side.who, Method::DELETE, &path, &Value::Null).await;
            (ours, answer)
        } else {
            let (id, vault) = two.vault(dice.vault);
            let word = [
                "accepted", "accepted", "accepted", "rejected", "pending", "maybe",
            ];
            let change = MemberUpdate {
                status: word[dice.word % word.len()].to_owned(),
                vault_id: (!dice.vault.is_multiple_of(8)).then_some(id),
            };
            let facts = AnswerFacts {
                project: &side.who.project_id,
                member_id: &member_id,
                member,
                vault: vault.filter(|vault| vault.project_id == side.who.project_id),
            };
            let ours = answer_refusal(&change, &facts).map(|why| (why.status(), why.code()));
            let body = serde_json::to_value(&change).unwrap();
            let answer = call(&two.world, &side.who, Method::PUT, &path, &body).await;
            (ours, answer)
        };
        let (ours, answer) = refused;
        let ours = ours.map_or(String::new(), |(status, code)| format!("{status} {code}"));
        assert_eq!(ours, code(&answer), "{dice:?} {}", backup.name);
        if ours.is_empty() {
            // A share that ended is seen no more.
            two.look_again().await;
        }
        answered.note(&ours);
    }
    answered.worth(&AnswerRefusal::CODES, 6);
}

#[tokio::test]
async fn replication_is_refused_alike() {
    let mut two = Two::open().await;
    let mut runner = TestRunner::deterministic();
    let (mut copied, mut whole) = (Met::default(), Met::default());
    let regions = ["eu-nl".to_owned()];
    for n in 0..TRIES {
        let dice = dice(&mut runner);
        let side = &two.sides[usize::from(dice.side)];
        let region = ["eu-nl", "eu-nl", "eu-nl", "eu-nl", "eu-de", "moon"][dice.word % 6];
        let (vault_id, vault) = match dice.word % 5 {
            // Most do not want to be refused.
            0..=2 => two.offsite(),
            _ => two.vault(dice.vault),
        };
        let project_id = match (vault, dice.backup % 4) {
            (Some(vault), 1..) => vault.project_id.clone(),
            (None, 1..) => two.project(1),
            _ => two.project(dice.vault),
        };
        let wanted = Destination {
            region,
            project_id: &project_id,
            vault_id: &vault_id,
        };
        let facts = DestinationFacts {
            regions: &regions,
            project: match two.projects().contains(&project_id) {
                true => Looked::Found(()),
                false => Looked::Missing,
            },
            vault: vault.map_or(Looked::Missing, Looked::Found),
            replicas: Some(two.replicas(&project_id)),
        };
        let mut body = json!({"replicate": {
            "destination_region": region, "destination_project_id": project_id, "destination_vault_id": vault_id,
        }});
        let said = |why: Option<ReplicationRefusal>| {
            why.map_or(String::new(), |why| {
                format!("{} {}", why.status(), why.code())
            })
        };
        let done = if n >= TRIES * 4 / 5 {
            let source = &side.vaults[dice.backup % side.vaults.len()];
            body["replicate"]["vault_id"] = json!(source.id);
            let ours = vault_refusal(source).or_else(|| destination_refusal(&wanted, &facts));
            let answer = call(
                &two.world,
                &side.who,
                Method::POST,
                "/checkpoints/replicate",
                &body,
            );
            let theirs = code(&answer.await);
            match said(ours) {
                // Its backups may have reasons of their own.
                ours if ours.is_empty() => assert!(
                    [
                        "",
                        "500 BackupService.1001",
                        "500 BackupService.1003",
                        "500 BackupService.1004",
                        "400 BackupService.6122",
                        "400 BackupService.6129",
                        "400 BackupService.6130",
                    ]
                    .contains(&theirs.as_str()),
                    "{theirs}: {dice:?}"
                ),
                ours => assert_eq!(ours, theirs, "{dice:?}"),
            }
            whole.note(&theirs);
            theirs.is_empty()
        } else {
            let may = |backup: &&Backup| replicate::backup_refusal(backup).is_none();
            let fit: Vec<&Backup> = side.backups.iter().filter(may).collect();
            let backup = match dice.projects.first().map_or(0, |n| n % 3) {
                0 => &side.backups[dice.backup % side.backups.len()],
                _ => fit[dice.backup % fit.len()],
            };
            let size = two.sizes.get(&backup.id).copied();
            let ours = said(replicate::refusal(backup, size, &wanted, &facts));
            let path = format!("/backups/{}/replicate", backup.id);
            let theirs = code(&call(&two.world, &side.who, Method::POST, &path, &body).await);
            assert_eq!(ours, theirs, "{dice:?} {}", backup.name);
            copied.note(&theirs);
            theirs.is_empty()
        };
        if done {
            two.look_again().await;
        }
    }
    copied.worth(&ReplicationRefusal::CODES, 11);
    assert!(
        whole.0.contains_key("400 BackupService.6128"),
        "{:?}",
        whole.0
    );
}
