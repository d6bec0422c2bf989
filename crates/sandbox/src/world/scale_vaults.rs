//! `scale-cbr:N`: the company with N backups in vaults, written in one go.
//!
//! As in `scale:N` nobody lived through them: hourly rounds over everything in the vaults, ending at
//! the beginning of the world, by the same model of sizes and durations. What was done leaves no
//! tasks behind. Its policy keeps everything.

use contract::cbr::policies::{Definition, PolicyCreate, TriggerPropertiesSet, TriggerSet};
use contract::cbr::rules::{ShortName, VOLUME_KIND};
use contract::cbr::vaults::{PolicyAssociate, VaultCreateRequest};
use contract::rules::SERVER_KIND;
use contract::time::Timestamp;
use rusqlite::params;
use serde_json::{Value, json};

use super::company::Story;
use super::scale::{BY_HAND, FAILED, HOUR};
use crate::cbr::subjects::{self, Subject, What};
use crate::cbr::{self, associations, policies, vaults};
use crate::csbs::{making, numbers};
use crate::refusal::{Outcome, Refusal};
use crate::turn::{Turn, scatter};

/// Servers are spread over so many vaults; one more is for volumes.
const VAULTS: usize = 4;
/// Volumes in that one.
const VOLUMES: usize = 6;
/// The largest there is: everything is kept in them.
const SIZE_GB: i64 = 10_485_760;

/// A vault and what takes part in every round of it.
struct Member {
    vault: i64,
    vault_id: String,
    vault_name: String,
    resources: Vec<Resource>,
    /// As checkpoints show them.
    shown: String,
}

struct Resource {
    id: String,
    kind: String,
    name: String,
    zone: String,
    size_gb: i64,
    source: Option<i64>,
    disks: Vec<Disk>,
    full_mb: i64,
    hour_mb: i64,
}

struct Disk {
    volume_id: String,
    name: String,
    size_gb: i64,
    system: bool,
    encrypted: bool,
    full_mb: i64,
    hour_mb: i64,
}

/// Makes the company with this many backups in vaults; the turn's instant is the present.
pub fn found(turn: &Turn<'_>, backups: u64) -> Outcome<()> {
    let story = Story::without_past(turn, &contract::csbs::policies::Definition::default())?;
    let project_id = story.project_id().to_owned();
    let mut servers: Vec<String> = story.servers().cloned().collect();
    servers.sort_unstable();
    drop(story);
    // Vaults do what its policies for servers did.
    turn.db.execute_batch(
        "DELETE FROM jobs WHERE kind = 'run'; DELETE FROM policies; DELETE FROM sources WHERE backups = 0;",
    )?;
    let policy = policy(turn, &project_id)?;
    // Servers that share volumes would have to be in one vault.
    let fit = |kind: &str, id: &str| -> Outcome<bool> {
        let subject = subjects::find(turn, &project_id, kind, id, &[])?;
        Ok(subject.unfit(false).is_empty() && subject.disks().iter().all(|disk| !disk.shared))
    };
    let mut shelves: Vec<Vec<&str>> = vec![Vec::new(); VAULTS];
    for (n, id) in servers.iter().enumerate() {
        if fit(SERVER_KIND, id)? {
            shelves[n % VAULTS].push(id);
        }
    }
    let mut members = Vec::new();
    for (n, shelf) in (1..).zip(&shelves) {
        let name = format!("scale-servers-{n}");
        members.push(vault(
            turn,
            &project_id,
            &name,
            ("server", SERVER_KIND),
            shelf,
            &policy,
        )?);
    }
    let volumes: Vec<String> = turn
        .db
        .prepare(
            "SELECT v.id FROM volumes v WHERE v.project_id = ?1 AND NOT v.bootable AND NOT v.multiattach ORDER BY v.id",
        )?
        .query_map([&project_id], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let mut chosen = Vec::new();
    for id in &volumes {
        if chosen.len() < VOLUMES && fit(VOLUME_KIND, id)? {
            chosen.push(id.as_str());
        }
    }
    members.push(vault(
        turn,
        &project_id,
        "scale-volumes",
        ("disk", VOLUME_KIND),
        &chosen,
        &policy,
    )?);
    let tenant = turn.tenant(&project_id)?;
    super::in_bulk(turn.db, || write(turn, tenant, &members, &policy, backups))?;
    recount(turn)
}

fn policy(turn: &Turn<'_>, project_id: &str) -> Outcome<String> {
    let name = ShortName::try_from("scale-hourly".to_owned())
        .map_err(|rule| Refusal::parameter("name", rule))?;
    let hours: Vec<_> = (0..24).map(|hour| hour.to_string()).collect();
    let wanted = PolicyCreate {
        name,
        operation_definition: Definition::default(),
        operation_type: None,
        trigger: TriggerSet {
            properties: TriggerPropertiesSet {
                pattern: vec![format!("FREQ=DAILY;BYHOUR={};BYMINUTE=20", hours.join(","))],
                start_window_minutes: None,
            },
        },
        enabled: None,
    };
    Ok(policies::create(turn, project_id, &wanted)?.id)
}

/// Makes a vault with these resources, for the policy.
fn vault(
    turn: &Turn<'_>,
    project_id: &str,
    name: &str,
    (object, kind): (&str, &str),
    ids: &[&str],
    policy: &str,
) -> Outcome<Member> {
    let resources: Vec<_> = ids
        .iter()
        .map(|id| json!({"id": id, "type": kind}))
        .collect();
    let body = json!({"vault": {
        "name": name, "resources": resources,
        "billing": {
            "consistent_level": "crash_consistent", "object_type": object, "protect_type": "backup",
            "size": SIZE_GB,
        },
    }});
    let wanted: VaultCreateRequest = serde_json::from_value(body)?;
    let made = vaults::create(turn, &cbr::owner(turn, project_id)?, &wanted.vault)?;
    let link = PolicyAssociate {
        policy_id: Some(policy.to_owned()),
        add_policy_ids: None,
        destination_vault_id: None,
    };
    associations::associate(turn, project_id, &made.id, &link)?;
    let stored = vaults::stored(turn, project_id, &made.id)?;
    let mut members = Vec::new();
    for id in ids {
        let subject = subjects::find(turn, project_id, kind, id, &[])?;
        members.push(resource(turn, stored.tenant, &subject)?);
    }
    let shown: Vec<Value> = members
        .iter()
        .map(|r| json!({"id": r.id, "type": r.kind, "name": r.name, "size": r.size_gb}))
        .collect();
    Ok(Member {
        vault: stored.no,
        vault_id: made.id,
        vault_name: name.to_owned(),
        resources: members,
        shown: Value::from(shown).to_string(),
    })
}

fn resource(turn: &Turn<'_>, tenant: i64, subject: &Subject) -> Outcome<Resource> {
    let mb = |id: &str, size_gb: i64, since| numbers::disk_backup_mb(id, size_gb, since);
    let disks: Vec<Disk> = subject
        .disks()
        .into_iter()
        .map(|volume| Disk {
            full_mb: mb(&volume.id, volume.size_gb, None),
            hour_mb: mb(&volume.id, volume.size_gb, Some(HOUR)),
            system: matches!(&subject.what, What::Server(server) if server.is_system(&volume.id)),
            volume_id: volume.id,
            name: volume.name,
            size_gb: volume.size_gb,
            encrypted: volume.encrypted,
        })
        .collect();
    let whole = |since| match &subject.what {
        What::Server(_) => None,
        What::Volume(volume) => Some(mb(&volume.id, volume.size_gb, since)),
        What::FileSystem(files) => Some(mb(&files.id, files.size_gb, since)),
    };
    Ok(Resource {
        source: match &subject.what {
            What::Server(server) => Some(making::source(turn, tenant, server)?.no()),
            _ => None,
        },
        full_mb: whole(None).unwrap_or_else(|| disks.iter().map(|disk| disk.full_mb).sum()),
        hour_mb: whole(Some(HOUR)).unwrap_or_else(|| disks.iter().map(|disk| disk.hour_mb).sum()),
        id: subject.id.clone(),
        kind: subject.kind.clone(),
        name: subject.name().to_owned(),
        zone: subject.zone().to_owned(),
        size_gb: subject.size_gb(),
        disks,
    })
}

/// Oldest first, so that row numbers grow with time.
fn write(
    turn: &Turn<'_>,
    tenant: i64,
    members: &[Member],
    policy: &str,
    backups: u64,
) -> Outcome<()> {
    let per_round: usize = members.iter().map(|member| member.resources.len()).sum();
    let per_round = per_round as u64;
    if per_round == 0 {
        return Ok(());
    }
    let rounds = backups.div_ceil(per_round);
    let mut insert = turn.db.prepare(
        "INSERT INTO cbr_backups (id, project, vault, checkpoint_id, policy_id, name, status, automatic, incremental,
             created_at, updated_at, protected_at, size_mb, resource_id, resource_kind, resource_name, resource_zone,
             resource_gb, source)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)",
    )?;
    let mut insert_disk = turn.db.prepare(
        "INSERT INTO cbr_disks (id, backup, position, volume_id, volume_name, size_gb, size_mb, system, encrypted)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?;
    let mut checkpoint = turn.db.prepare(
        "INSERT INTO cbr_checkpoints (id, project, vault_id, vault_name, policy_id, status, created_at, resources, skipped)
         VALUES (?1, ?2, ?3, ?4, ?5, 'available', ?6, ?7, '[]')",
    )?;
    // The last round is two hours old, so that everything in it is over.
    let newest = turn.now.seconds() - 2 * HOUR;
    let mut left = backups;
    for round in 0..rounds {
        let ago = i64::try_from(rounds - 1 - round).unwrap_or(i64::MAX / HOUR) * HOUR;
        let begun = Timestamp::from_seconds(newest - ago);
        let automatic = !round.is_multiple_of(BY_HAND);
        let full = round.is_multiple_of(168);
        let mut n = 0;
        for member in members {
            if left == 0 {
                return Ok(());
            }
            let checkpoint_id = turn.new_id();
            let policy = automatic.then_some(policy);
            checkpoint.execute(params![
                checkpoint_id,
                tenant,
                member.vault_id,
                member.vault_name,
                policy,
                begun.micros(),
                member.shown,
            ])?;
            for resource in &member.resources {
                if left == 0 {
                    return Ok(());
                }
                left -= 1;
                let chance = scatter(round * per_round + n);
                n += 1;
                let begun = begun.plus_seconds((chance % 900) as i64);
                let failed = (chance / 900).is_multiple_of(FAILED);
                let mb = match (failed, full) {
                    (true, _) => 0,
                    (false, true) => resource.full_mb,
                    (false, false) => resource.hour_mb,
                };
                let ended = begun.plus_seconds(numbers::backup_seconds(mb));
                let id = turn.new_id();
                let word = if automatic { "autobk" } else { "manualbk" };
                insert.execute(params![
                    id,
                    tenant,
                    member.vault,
                    checkpoint_id,
                    policy,
                    format!("{word}_{}", &id[..4]),
                    if failed { "error" } else { "available" },
                    automatic,
                    !full,
                    begun.micros(),
                    ended.micros(),
                    mb,
                    resource.id,
                    resource.kind,
                    resource.name,
                    resource.zone,
                    resource.size_gb,
                    resource.source,
                ])?;
                if failed {
                    continue;
                }
                let seq = turn.db.last_insert_rowid();
                for (position, disk) in (0i64..).zip(&resource.disks) {
                    insert_disk.execute(params![
                        turn.new_id(),
                        seq,
                        position,
                        disk.volume_id,
                        disk.name,
                        disk.size_gb,
                        if full { disk.full_mb } else { disk.hour_mb },
                        disk.system,
                        disk.encrypted,
                    ])?;
                }
            }
        }
    }
    Ok(())
}

/// The sums the triggers would have kept.
fn recount(turn: &Turn<'_>) -> Outcome<()> {
    turn.db.execute_batch(
        "UPDATE cbr_vaults SET used_mb =
             (SELECT ifnull(sum(size_mb), 0) FROM cbr_backups WHERE vault = cbr_vaults.no);
         UPDATE cbr_resources SET (backups, backups_mb) =
             (SELECT count(*), ifnull(sum(size_mb), 0) FROM cbr_backups WHERE resource_id = cbr_resources.resource_id);",
    )?;
    Ok(())
}
