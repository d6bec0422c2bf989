//! The first generation: policies, backups, deletions and images.

use std::sync::Arc;

use contract::csbs::backups::Protect;
use contract::csbs::policies::{PolicyCreate, PolicyCreateRequest, PolicyUpdate};
use contract::image::WholeImageRequest;
use contract::rules::{Description, PROVIDER_ID};
use sandbox::csbs::{deletions, policies, runs};
use sandbox::images;
use sandbox::{Failure, Sandbox, Seed};
use serde_json::json;

use super::{
    acknowledge, kill_again_and_again, name_of, nothing_is_half_done, open, project, told,
};

const SEED: Seed = Seed::Scale(60);

fn policy(name: &str) -> PolicyCreate {
    let request: PolicyCreateRequest = serde_json::from_value(json!({"policy": {
        "name": name, "provider_id": PROVIDER_ID, "parameters": {"common": {}}, "resources": [],
        "scheduled_operations": [{"enabled": true, "operation_type": "backup", "operation_definition": {},
            "trigger": {"properties": {"pattern": "FREQ=DAILY;BYHOUR=2;BYMINUTE=30"}}}],
    }}))
    .unwrap();
    request.policy
}

#[test]
#[ignore = "the process that the next test kills"]
fn a_process_that_writes_until_it_is_killed() {
    let Some(dir) = told() else {
        return;
    };
    let sandbox = open(&dir, SEED);
    let project = sandbox.look(|turn| Ok(project(turn))).unwrap();
    let servers: Vec<String> = sandbox
        .look(|turn| {
            let sql = "SELECT s.server_id FROM policy_servers s JOIN servers v ON v.id = s.server_id WHERE v.status = 'ACTIVE'";
            Ok(turn.db.prepare(sql)?.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
        })
        .unwrap();
    acknowledge("open");
    for n in 0.. {
        match n % 5 {
            0 => {
                let name = format!("made-{}", name_of(n));
                if let Ok(made) =
                    sandbox.act(|turn| policies::create(turn, &project, policy(&name)))
                {
                    acknowledge(&format!("policy {}", made.id));
                    sandbox
                        .act(|turn| policies::delete(turn, &project, &made.id))
                        .unwrap();
                    acknowledge(&format!("gone {}", made.id));
                }
            }
            1 => {
                let server = &servers[n % servers.len()];
                if let Ok(made) =
                    sandbox.act(|turn| runs::protect(turn, &project, server, Protect::default()))
                {
                    acknowledge(&format!("checkpoint {}", made.id));
                }
            }
            2 => {
                let before = sandbox.look(|turn| Ok(turn.now)).unwrap();
                sandbox.advance(20 * 60 * 1_000_000).unwrap();
                acknowledge(&format!("clock {}", before.plus_seconds(20 * 60).micros()));
            }
            3 => {
                let newest = sandbox.look(|turn| {
                    let sql = "SELECT id FROM backups WHERE status = 'available' AND image_id IS NULL ORDER BY seq DESC LIMIT 1";
                    Ok(turn.db.query_row(sql, [], |row| row.get::<_, String>(0))?)
                });
                let name = format!("image {}", name_of(n));
                if let Ok(newest) = newest
                    && let Ok(Ok(job)) = sandbox.act(|turn| {
                        let wanted = WholeImageRequest::from_backup(&newest, &name);
                        images::create(turn, &project, &wanted)
                    })
                {
                    acknowledge(&format!("image {job}"));
                }
            }
            _ => {
                let oldest = sandbox.look(|turn| {
                    let sql = "SELECT checkpoint_id FROM backups WHERE status IN ('available', 'error') ORDER BY seq LIMIT 1";
                    Ok(turn.db.query_row(sql, [], |row| row.get::<_, String>(0))?)
                });
                if let Ok(oldest) = oldest
                    && sandbox
                        .act(|turn| deletions::delete(turn, &project, &oldest, &[]))
                        .is_ok()
                {
                    acknowledge(&format!("deleting {oldest}"));
                }
            }
        }
    }
}

#[test]
fn nothing_acknowledged_is_lost_when_the_process_is_killed() {
    let dir = tempfile::tempdir().unwrap();
    let child = "servers::a_process_that_writes_until_it_is_killed";
    kill_again_and_again(child, dir.path(), SEED, check);
    let images = open(dir.path(), SEED)
        .look(|turn| {
            let sql = "SELECT count(*) FROM images";
            Ok(turn.db.query_row(sql, [], |row| row.get::<_, i64>(0))?)
        })
        .unwrap();
    assert!(images > 0, "the children did something of everything");
}

fn check(sandbox: &Sandbox, acknowledged: &[String], round: u64) {
    let last_policy_gone = |id: &str| {
        acknowledged
            .iter()
            .any(|line| line == &format!("gone {id}"))
    };
    nothing_is_half_done(sandbox, &INVARIANTS, round);
    sandbox
        .store
        .read_blocking(|db| {
            let count = |sql: &str| db.query_row(sql, [], |row| row.get::<_, i64>(0));
            let exists = |sql: &str, id: &str| db.query_row(sql, [id], |row| row.get::<_, bool>(0));
            for line in acknowledged {
                match line.split_once(' ') {
                    Some(("policy", id)) if !last_policy_gone(id) => {
                        // The kill may have come after its deletion, but before that was acknowledged.
                        let last = acknowledged.last() == Some(line);
                        assert!(last || exists("SELECT EXISTS (SELECT 1 FROM policies WHERE id = ?1)", id)?, "{line}");
                    }
                    Some(("gone", id)) => {
                        assert!(!exists("SELECT EXISTS (SELECT 1 FROM policies WHERE id = ?1)", id)?, "{line}");
                    }
                    Some(("checkpoint", id)) => {
                        let deleted = acknowledged.iter().any(|other| other == &format!("deleting {id}"));
                        assert!(deleted || exists("SELECT EXISTS (SELECT 1 FROM backups WHERE checkpoint_id = ?1)", id)?, "{line}");
                    }
                    Some(("image", job)) => {
                        assert!(exists("SELECT EXISTS (SELECT 1 FROM images WHERE job_id = ?1)", job)?, "{line}");
                    }
                    Some(("deleting", id)) => {
                        let sql = "SELECT EXISTS (SELECT 1 FROM backups WHERE checkpoint_id = ?1 AND status = 'available')";
                        assert!(!exists(sql, id)?, "{line}");
                    }
                    Some(("clock", micros)) => {
                        let at: i64 = micros.parse().unwrap();
                        assert!(count("SELECT virtual_at FROM clock")? >= at, "{line}");
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
        "a backup that is being made, without its end",
        "SELECT count(*) FROM backups WHERE status = 'protecting' AND seq NOT IN (SELECT subject FROM jobs WHERE kind = 'backup')",
    ),
    (
        "a deletion that runs, without its end",
        "SELECT count(*) FROM deletions WHERE running AND no NOT IN (SELECT subject FROM jobs WHERE kind = 'deletion')",
    ),
    (
        "a backup being deleted that is in no queue",
        "SELECT count(*) FROM backups WHERE status IN ('deleting', 'waiting_delete') AND seq NOT IN (SELECT backup FROM deletions)",
    ),
    (
        "more than five deletions at once",
        "SELECT max(0, count(*) - 5) FROM deletions WHERE running",
    ),
    (
        "a backup without its checkpoint",
        "SELECT count(*) FROM backups WHERE checkpoint_id NOT IN (SELECT id FROM checkpoints)",
    ),
    (
        "an enabled policy without a next run",
        "SELECT count(*) FROM policies WHERE enabled AND no NOT IN (SELECT subject FROM jobs WHERE kind = 'run')",
    ),
    (
        "an image that is being made, without its end",
        "SELECT count(*) FROM images WHERE status = 'saving' AND no NOT IN (SELECT subject FROM jobs WHERE kind = 'image')",
    ),
    (
        "a living image whose backup does not know it",
        "SELECT count(*) FROM images i WHERE status IN ('saving', 'active')
             AND NOT EXISTS (SELECT 1 FROM backups b WHERE b.id = i.backup_id AND b.image_id = i.id)",
    ),
    (
        "a wrong sum",
        "SELECT count(*) FROM tenants t WHERE backups <> (SELECT count(*) FROM backups WHERE project = t.no)",
    ),
];

#[test]
fn many_writers_at_once_lose_no_update() {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = Arc::new(open(dir.path(), SEED));
    let project = sandbox.look(|turn| Ok(project(turn))).unwrap();
    let made: Vec<_> = (0..8)
        .map(|n| {
            sandbox
                .act(|turn| policies::create(turn, &project, policy(&format!("p{n}"))))
                .unwrap()
        })
        .collect();
    std::thread::scope(|scope| {
        for writer in 0..32 {
            let (sandbox, project, made) = (&sandbox, &project, &made);
            scope.spawn(move || {
                let id = &made[writer % made.len()].id;
                for _ in 0..20 {
                    // Read and written in one transaction: every addition counts.
                    sandbox
                        .act(|turn| {
                            let shown = policies::show(turn, project, id)?;
                            let n: u32 = shown.description.parse().unwrap_or(0);
                            let change = PolicyUpdate {
                                description: Description::try_from((n + 1).to_string()).ok(),
                                ..PolicyUpdate::default()
                            };
                            policies::update(turn, project, id, change)
                        })
                        .unwrap();
                }
            });
        }
    });
    for policy in &made {
        let shown = sandbox
            .look(|turn| policies::show(turn, &project, &policy.id))
            .unwrap();
        assert_eq!(shown.description, (32 / made.len() * 20).to_string());
    }
    check(&sandbox, &[], 0);
}
