//! The second generation: vaults, what they hold, policies on them, backups and what ends them.

use std::collections::BTreeMap;
use std::path::Path;

use contract::cbr::checkpoints::CheckpointCreate;
use contract::cbr::policies::PolicyCreateRequest;
use contract::cbr::vaults::{PolicyAssociate, ResourceCreate, VaultCreateRequest};
use contract::rules::SERVER_KIND;
use sandbox::cbr::{associations, backups, checkpoints, owner, policies, resources, vaults};
use sandbox::{Failure, Outcome, Sandbox, Seed, Turn};
use serde_json::json;

use super::{
    acknowledge, kill_again_and_again, name_of, nothing_is_half_done, open, project, told,
};

const SEED: Seed = Seed::ScaleCbr(60);

fn text(sandbox: &Sandbox, sql: &str) -> Option<String> {
    sandbox
        .look(|turn| Ok(turn.db.query_row(sql, [], |row| row.get(0))?))
        .ok()
}

fn new_vault(turn: &Turn<'_>, project: &str, name: &str) -> Outcome<String> {
    let body = json!({"vault": {
        "name": name, "resources": [],
        "billing": {"consistent_level": "crash_consistent", "object_type": "server", "protect_type": "backup", "size": 900},
    }});
    let wanted: VaultCreateRequest = serde_json::from_value(body)?;
    Ok(vaults::create(turn, &owner(turn, project)?, &wanted.vault)?.id)
}

fn new_policy(turn: &Turn<'_>, project: &str, name: &str) -> Outcome<String> {
    let body = json!({"policy": {
        "name": name, "operation_definition": {"max_backups": 3},
        "trigger": {"properties": {"pattern": ["FREQ=DAILY;BYHOUR=2;BYMINUTE=30"]}},
    }});
    let wanted: PolicyCreateRequest = serde_json::from_value(body)?;
    Ok(policies::create(turn, project, &wanted.policy)?.id)
}

#[test]
#[ignore = "the process that the next test kills"]
fn a_process_that_writes_until_it_is_killed() {
    let Some(dir) = told() else {
        return;
    };
    let sandbox = open(&dir, SEED);
    let project = sandbox.look(|turn| Ok(project(turn))).unwrap();
    acknowledge("open");
    for n in 0.. {
        step(&sandbox, &project, n);
    }
}

/// One write after the other; each is said when it was answered, and what undoes another also before it is
/// tried: it may be done when the process ends, but not said.
fn step(sandbox: &Sandbox, project: &str, n: usize) {
    const NEWEST: &str = "SELECT id FROM cbr_vaults WHERE name LIKE 'made-%' AND status = 'available' ORDER BY no DESC LIMIT 1";
    match n % 8 {
        0 => {
            let name = format!("made-{}", name_of(n));
            if let Ok(vault) = sandbox.act(|turn| new_vault(turn, project, &name)) {
                acknowledge(&format!("vault {vault}"));
            }
        }
        // A server that is in no vault, or else one that is taken out of its vault by step 5.
        1 => {
            let free = "SELECT s.id FROM servers s WHERE s.status = 'ACTIVE' AND s.kind = 'ecs'
                AND s.id NOT IN (SELECT resource_id FROM cbr_resources) ORDER BY s.id LIMIT 1";
            if let (Some(vault), Some(server)) = (text(sandbox, NEWEST), text(sandbox, free)) {
                let resource: ResourceCreate =
                    serde_json::from_value(json!({"id": server, "type": SERVER_KIND})).unwrap();
                let put = |turn: &Turn<'_>| {
                    resources::add(turn, project, &vault, std::slice::from_ref(&resource))
                };
                acknowledge(&format!("try in {server}"));
                if sandbox.act(put).is_ok() {
                    acknowledge(&format!("in {server} {vault}"));
                }
            }
        }
        2 => {
            let name = format!("p-{}", name_of(n));
            if let Some(vault) = text(sandbox, NEWEST)
                && let Ok(policy) = sandbox.act(|turn| {
                    acknowledge(&format!("try applied {vault}"));
                    let policy = new_policy(turn, project, &name)?;
                    let link = PolicyAssociate {
                        policy_id: Some(policy.clone()),
                        add_policy_ids: None,
                        destination_vault_id: None,
                    };
                    associations::associate(turn, project, &vault, &link)?;
                    Ok(policy)
                })
            {
                acknowledge(&format!("applied {policy} {vault}"));
                if n % 16 == 2 {
                    acknowledge(&format!("try gone {policy}"));
                    sandbox
                        .act(|turn| policies::delete(turn, project, &policy))
                        .unwrap();
                    acknowledge(&format!("gone {policy}"));
                }
            }
        }
        3 => {
            let any = "SELECT v.id FROM cbr_vaults v WHERE v.status = 'available' AND v.object_type = 'server'
                AND EXISTS (SELECT 1 FROM cbr_resources r WHERE r.vault = v.no) ORDER BY v.used_mb, v.no LIMIT 1";
            if let Some(vault) = text(sandbox, any) {
                let wanted = CheckpointCreate {
                    vault_id: vault,
                    parameters: None,
                };
                if let Ok(made) = sandbox.act(|turn| checkpoints::create(turn, project, &wanted)) {
                    acknowledge(&format!("checkpoint {}", made.id));
                }
            }
        }
        4 => {
            let before = sandbox.look(|turn| Ok(turn.now)).unwrap();
            acknowledge("try clock");
            sandbox.advance(20 * 60 * 1_000_000).unwrap();
            acknowledge(&format!("clock {}", before.plus_seconds(20 * 60).micros()));
        }
        5 => {
            let held = "SELECT r.resource_id || ' ' || v.id FROM cbr_resources r JOIN cbr_vaults v ON v.no = r.vault
                WHERE v.status = 'available' AND v.object_type = 'server' ORDER BY r.no LIMIT 1";
            if let Some(pair) = text(sandbox, held)
                && let Some((server, vault)) = pair.split_once(' ')
            {
                let out =
                    |turn: &Turn<'_>| resources::remove(turn, project, vault, &[server.to_owned()]);
                acknowledge(&format!("try out {server} {vault}"));
                if sandbox.act(out).is_ok() {
                    acknowledge(&format!("out {server} {vault}"));
                }
            }
        }
        6 => {
            let oldest = "SELECT id FROM cbr_backups WHERE status IN ('available', 'error') ORDER BY seq LIMIT 1";
            if let Some(backup) = text(sandbox, oldest) {
                acknowledge(&format!("try deleting {backup}"));
                let delete = |turn: &Turn<'_>| backups::delete(turn, project, &backup);
                if sandbox.act(delete).is_ok() {
                    acknowledge(&format!("deleting {backup}"));
                }
            }
        }
        _ => {
            let oldest =
                "SELECT id FROM cbr_vaults WHERE name LIKE 'made-%' AND status = 'available'
                ORDER BY no LIMIT 1 OFFSET 3";
            if let Some(vault) = text(sandbox, oldest) {
                acknowledge(&format!("try dropping {vault}"));
                let drop = |turn: &Turn<'_>| vaults::delete(turn, project, &vault);
                if sandbox.act(drop).is_ok() {
                    acknowledge(&format!("dropping {vault}"));
                }
            }
        }
    }
}

#[test]
fn nothing_acknowledged_is_lost_when_the_process_is_killed() {
    let dir = tempfile::tempdir().unwrap();
    let child = "vaults::a_process_that_writes_until_it_is_killed";
    let met = std::cell::RefCell::new(BTreeMap::<String, usize>::new());
    kill_again_and_again(child, dir.path(), SEED, |sandbox, acknowledged, round| {
        for line in acknowledged {
            let word = line.split(' ').next().unwrap_or_default();
            *met.borrow_mut().entry(word.to_owned()).or_default() += 1;
        }
        check(sandbox, acknowledged, round);
    });
    for word in [
        "vault",
        "in",
        "applied",
        "gone",
        "checkpoint",
        "clock",
        "out",
        "deleting",
        "dropping",
    ] {
        assert!(
            met.borrow().contains_key(word),
            "nothing was {word}: {met:?}"
        );
    }
    the_end_comes(dir.path());
}

/// Whatever was going on when the last process was killed comes to its end when time passes.
fn the_end_comes(dir: &Path) {
    let sandbox = open(dir, SEED);
    sandbox
        .act(|turn| {
            turn.db.execute("UPDATE cbr_policies SET enabled = 0", [])?;
            turn.db
                .execute("DELETE FROM jobs WHERE kind = 'cbr_run'", [])?;
            Ok(())
        })
        .unwrap();
    sandbox.advance(3 * 86_400 * 1_000_000).unwrap();
    let unfinished = [
        (
            "a task",
            "SELECT count(*) FROM cbr_tasks WHERE status = 'running'",
        ),
        (
            "a vault",
            "SELECT count(*) FROM cbr_vaults WHERE status = 'deleting'",
        ),
        (
            "a backup",
            "SELECT count(*) FROM cbr_backups WHERE status NOT IN ('available', 'error')",
        ),
    ];
    nothing_is_half_done(&sandbox, &unfinished, u64::MAX);
}

fn check(sandbox: &Sandbox, acknowledged: &[String], round: u64) {
    nothing_is_half_done(sandbox, &INVARIANTS, round);
    let tried = |from: usize, what: &str| {
        let line = format!("try {what}");
        acknowledged[from..].contains(&line)
    };
    sandbox
        .store
        .read_blocking(|db| {
            let exists = |sql: &str, id: &str| db.query_row(sql, [id], |row| row.get::<_, bool>(0));
            for (n, line) in acknowledged.iter().enumerate() {
                let words: Vec<_> = line.split(' ').collect();
                match words[..] {
                    ["vault", id] => {
                        let sql = "SELECT EXISTS (SELECT 1 FROM cbr_vaults WHERE id = ?1)";
                        let over = tried(n, &format!("dropping {id}"));
                        assert!(exists(sql, id)? || over, "round {round}: {line}");
                    }
                    ["in", server, vault] => {
                        let sql = "SELECT EXISTS (SELECT 1 FROM cbr_resources WHERE resource_id = ?1)";
                        let over = tried(n, &format!("out {server} {vault}"))
                            || tried(n, &format!("dropping {vault}"));
                        assert!(exists(sql, server)? || over, "round {round}: {line}");
                    }
                    ["applied", policy, vault] => {
                        let sql = "SELECT EXISTS (SELECT 1 FROM cbr_vault_policies l JOIN cbr_policies p ON p.no = l.policy
                            WHERE p.id = ?1)";
                        // Another policy on the same vault takes its place.
                        let over = tried(n, &format!("applied {vault}"))
                            || tried(n, &format!("gone {policy}"))
                            || tried(n, &format!("dropping {vault}"));
                        assert!(exists(sql, policy)? || over, "round {round}: {line}");
                    }
                    ["gone", policy] => {
                        let sql = "SELECT EXISTS (SELECT 1 FROM cbr_policies WHERE id = ?1)";
                        assert!(!exists(sql, policy)?, "round {round}: {line}");
                    }
                    ["checkpoint", id] => {
                        let sql = "SELECT EXISTS (SELECT 1 FROM cbr_checkpoints WHERE id = ?1)";
                        // It goes with the last of its backups.
                        let over = acknowledged[n..].iter().any(|other| {
                            ["try out", "try deleting", "try dropping", "try clock"]
                                .iter()
                                .any(|word| other.starts_with(word))
                        });
                        assert!(exists(sql, id)? || over, "round {round}: {line}");
                    }
                    ["out", server, _] => {
                        let sql = "SELECT EXISTS (SELECT 1 FROM cbr_resources WHERE resource_id = ?1)";
                        let back = tried(n, &format!("in {server}"));
                        assert!(!exists(sql, server)? || back, "round {round}: {line}");
                    }
                    ["deleting", id] => {
                        let sql = "SELECT EXISTS (SELECT 1 FROM cbr_backups WHERE id = ?1 AND status = 'available')";
                        assert!(!exists(sql, id)?, "round {round}: {line}");
                    }
                    ["dropping", id] => {
                        let sql = "SELECT EXISTS (SELECT 1 FROM cbr_vaults WHERE id = ?1 AND status <> 'deleting')";
                        assert!(!exists(sql, id)?, "round {round}: {line}");
                    }
                    ["clock", micros] => {
                        let at: i64 = micros.parse().unwrap();
                        let now: i64 = db.query_row("SELECT virtual_at FROM clock", [], |row| row.get(0))?;
                        assert!(now >= at, "round {round}: {line}");
                    }
                    _ => {}
                }
            }
            Ok::<_, Failure>(())
        })
        .unwrap();
}

/// Things that would be half done: each counts 0.
const INVARIANTS: [(&str, &str); 9] = [
    (
        "a task that runs, without its end",
        "SELECT count(*) FROM cbr_tasks WHERE status = 'running' AND no NOT IN (SELECT subject FROM jobs WHERE kind = 'cbr_task')",
    ),
    (
        "a backup that is being made or deleted, without a task for it, its resource or its vault",
        "SELECT count(*) FROM cbr_backups b JOIN cbr_vaults v ON v.no = b.vault WHERE b.status IN ('protecting', 'deleting')
             AND NOT EXISTS (SELECT 1 FROM cbr_tasks t WHERE t.status = 'running' AND (t.backup_id = b.id
                 OR t.vault_id = v.id AND t.operation_type IN ('remove_resource', 'vault_delete')))",
    ),
    (
        "a vault being deleted, without its task",
        "SELECT count(*) FROM cbr_vaults v WHERE v.status = 'deleting' AND NOT EXISTS
             (SELECT 1 FROM cbr_tasks t WHERE t.vault_id = v.id AND t.operation_type = 'vault_delete' AND t.status = 'running')",
    ),
    (
        "a backup without its checkpoint",
        "SELECT count(*) FROM cbr_backups WHERE checkpoint_id NOT IN (SELECT id FROM cbr_checkpoints)",
    ),
    (
        "a checkpoint in progress with nothing in progress",
        "SELECT count(*) FROM cbr_checkpoints c WHERE status = 'protecting' AND NOT EXISTS
             (SELECT 1 FROM cbr_backups b WHERE b.checkpoint_id = c.id AND b.status IN ('protecting', 'deleting'))",
    ),
    (
        "an enabled policy without a next run",
        "SELECT count(*) FROM cbr_policies WHERE enabled AND no NOT IN (SELECT subject FROM jobs WHERE kind = 'cbr_run')",
    ),
    (
        "a wrong fill of a vault",
        "SELECT count(*) FROM cbr_vaults v
             WHERE used_mb <> (SELECT ifnull(sum(size_mb), 0) FROM cbr_backups b WHERE b.vault = v.no)",
    ),
    (
        "a wrong tally",
        "SELECT count(*) FROM (SELECT project, vault, resource_id, resource_kind, resource_name, resource_zone, image_type,
             status, incremental, count(*) FROM cbr_backups GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9 EXCEPT SELECT * FROM cbr_tallies)",
    ),
    (
        "a disk backup of nothing",
        "SELECT count(*) FROM cbr_disks WHERE backup NOT IN (SELECT seq FROM cbr_backups)",
    ),
];
