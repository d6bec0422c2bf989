//! Taking over what a project has in the older service: policies, servers and backups become policies
//! and vaults (cbr-v3 5.12).
//!
//! Every policy is taken over. Its servers get a vault of its name when they have backups or the policy
//! is on; backups that belong to no policy go into a vault called `default`. A vault is as large as its
//! backups and the spare share asked for. What images were made from cannot be moved and stays.

use contract::cbr::Tag;
use contract::cbr::policies::{Definition, PolicyCreate, TriggerPropertiesSet, TriggerSet};
use contract::cbr::rules::{MAX_NAME, MAX_RESOURCES, SIZES, ShortName, migrated_size_gb};
use contract::cbr::tasks::{MigrationRequest, MigrationStatus, ProjectMigration};
use contract::cbr::vaults::{BillingCreate, ResourceCreate, VaultCreate};
use contract::rules::SERVER_KIND;
use contract::schedule::Schedule;
use rusqlite::{OptionalExtension as _, params};
use serde_json::{Map, Value, json};

use super::{
    associations, checkpoints, invalid, policies, project_of, refusal, subjects, tasks, vaults,
};
use crate::csbs::backups::{Disk, SourceVolume};
use crate::csbs::numbers;
use crate::csbs::policies as older;
use crate::iam::Authenticated;
use crate::jobs;
use crate::refusal::Outcome;
use crate::turn::Turn;

/// The operation that converts.
pub const START: &str = "cbr-account.migration.start";
/// Seconds a conversion takes.
const SECONDS: i64 = 300;
/// Where backups go that belong to no policy.
const DEFAULT: &str = "default";

/// Number, id, name and region of the projects that are meant.
fn projects(
    turn: &Turn<'_>,
    who: &Authenticated,
    all: bool,
) -> Outcome<Vec<(i64, String, String, String)>> {
    let found = turn
        .db
        .prepare_cached(
            "SELECT t.no, p.id, p.name, p.region FROM projects p JOIN tenants t ON t.project_id = p.id
             WHERE p.domain_id = ?1 AND (?2 OR p.id = ?3) ORDER BY t.no",
        )?
        .query_map((&who.user.domain.id, all, &who.project.id), |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })?
        .collect::<Result<_, _>>()?;
    Ok(found)
}

/// Begins to convert (73); a project that was converted stays as it is.
pub fn start(turn: &Turn<'_>, who: &Authenticated, wanted: &MigrationRequest) -> Outcome<Value> {
    if !(0.0..=1.0).contains(&wanted.reservation) {
        let rule = format!("{} is outside the range from 0 to 1", wanted.reservation);
        return Err(invalid("reservation", rule).into());
    }
    let mut regions = Map::new();
    for (tenant, _, name, region) in projects(turn, who, wanted.all_regions)? {
        regions.insert(region, json!("running"));
        let known: Option<String> = turn
            .db
            .prepare_cached(
                "SELECT status FROM cbr_migrations WHERE project = ?1 AND status <> 'failed'",
            )?
            .query_row([tenant], |row| row.get(0))
            .optional()?;
        if known.is_some() {
            continue;
        }
        let busy: i64 = turn
            .db
            .prepare_cached(
                "SELECT count(*) FROM backups WHERE project = ?1 AND status NOT IN ('available', 'error')",
            )?
            .query_row([tenant], |row| row.get(0))?;
        if busy > 0 {
            let message = format!(
                "{busy} backups of project {name} are being made, restored or deleted; wait for them."
            );
            return Err(refusal("BackupService.4006", message).into());
        }
        let end = turn.now.plus_seconds(SECONDS);
        turn.db
            .prepare_cached(
                "INSERT OR REPLACE INTO cbr_migrations (project, status, reservation, started_at, busy_until)
                 VALUES (?1, 'migrating', ?2, ?3, ?4)",
            )?
            .execute((
                tenant,
                (wanted.reservation * 100.0).round() as i64,
                turn.now.micros(),
                end.micros(),
            ))?;
        let fail_code = turn.faults.job_failure(START);
        jobs::schedule(
            turn,
            jobs::Kind::CbrMigration,
            tenant,
            end,
            fail_code.as_deref(),
        )?;
    }
    Ok(Value::Object(regions))
}

/// How far the conversion is (74).
pub fn show(turn: &Turn<'_>, who: &Authenticated, all: bool) -> Outcome<MigrationStatus> {
    let mut rows = Vec::new();
    for (tenant, project_id, project_name, region_id) in projects(turn, who, all)? {
        let found = turn
            .db
            .prepare_cached(
                "SELECT status, started_at, busy_until, fail_code, fail_reason FROM cbr_migrations WHERE project = ?1",
            )?
            .query_row([tenant], |row| {
                let status: String = row.get(0)?;
                let progress = match status.as_str() {
                    "migrating" => numbers::progress(row.get(1)?, row.get(2)?, turn.now.micros()),
                    "success" => 100,
                    _ => 0,
                };
                Ok(ProjectMigration {
                    project_id: project_id.clone(),
                    project_name,
                    region_id,
                    status,
                    progress: Some(progress),
                    fail_code: row.get(3)?,
                    fail_reason: row.get(4)?,
                })
            })
            .optional()?;
        rows.extend(found);
    }
    let any = |status: &str| rows.iter().any(|row| row.status == status);
    let status = match () {
        () if rows.is_empty() => {
            return Err(refusal("BackupService.4001", "No conversion was ever begun.").into());
        }
        () if any("migrating") => "migrating",
        () if any("failed") => "failed",
        () => "success",
    };
    Ok(MigrationStatus {
        status: status.to_owned(),
        project_status: rows,
    })
}

/// The end of a conversion (jobs): everything is taken over at once, or nothing is.
pub fn finish(turn: &Turn<'_>, tenant: i64, fail_code: Option<&str>) -> Outcome<()> {
    let (status, code, reason) = match fail_code {
        Some(code) => ("failed", code.to_owned(), tasks::reason(code)),
        None => match convert(turn, tenant) {
            Ok(()) => ("success", String::new(), String::new()),
            Err(failure) => match failure.refusal() {
                Some(refused) => ("failed", refused.code.to_owned(), refused.message.clone()),
                None => return Err(failure),
            },
        },
    };
    turn.db
        .prepare_cached("UPDATE cbr_migrations SET status = ?2, fail_code = ?3, fail_reason = ?4 WHERE project = ?1")?
        .execute((tenant, status, code, reason))?;
    Ok(())
}

/// What of the older service goes into one vault.
struct Moved {
    policy_id: Option<String>,
    name: String,
    enabled: bool,
    servers: Vec<String>,
    tags: Vec<Tag>,
    create: Option<PolicyCreate>,
}

fn convert(turn: &Turn<'_>, tenant: i64) -> Outcome<()> {
    let project_id = project_of(turn, tenant)?;
    let reservation: i64 = turn
        .db
        .prepare_cached("SELECT reservation FROM cbr_migrations WHERE project = ?1")?
        .query_row([tenant], |row| row.get(0))?;
    let who = super::owner(turn, &project_id)?;
    let mut all = policies_of(turn, &project_id)?;
    all.push(Moved {
        policy_id: None,
        name: DEFAULT.to_owned(),
        enabled: false,
        servers: Vec::new(),
        tags: Vec::new(),
        create: None,
    });
    for moved in &all {
        take_over(turn, &who, tenant, moved, reservation)?;
    }
    for moved in &all {
        if let Some(id) = &moved.policy_id {
            let policy = older::stored(turn, &project_id, id)?;
            jobs::cancel(turn, jobs::Kind::Run, policy.no)?;
            turn.db
                .prepare_cached("DELETE FROM policies WHERE no = ?1")?
                .execute([policy.no])?;
        }
    }
    Ok(())
}

/// A name as short and plain as vaults and policies have it.
fn short(name: &str) -> String {
    let kept: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || c == '-' {
                c
            } else {
                '_'
            }
        })
        .take(MAX_NAME)
        .collect();
    if kept.is_empty() {
        DEFAULT.to_owned()
    } else {
        kept
    }
}

fn policies_of(turn: &Turn<'_>, project_id: &str) -> Outcome<Vec<Moved>> {
    let page = older::PolicyQuery::default();
    let mut moved = Vec::new();
    for policy in older::list(turn, project_id, &page)? {
        let operation = &policy.scheduled_operations[0];
        let name = short(&policy.name);
        let rules = Schedule::parse(&operation.trigger.properties.pattern)
            .map(|schedule| vec![schedule.to_string()])
            .unwrap_or_default();
        let create = ShortName::try_from(name.clone())
            .ok()
            .map(|name| PolicyCreate {
                name,
                operation_definition: Definition::from(&operation.operation_definition.retention()),
                operation_type: None,
                trigger: TriggerSet {
                    properties: TriggerPropertiesSet {
                        pattern: rules,
                        start_window_minutes: None,
                    },
                },
                enabled: operation.enabled,
            });
        moved.push(Moved {
            name,
            enabled: operation.enabled == Some(true),
            servers: policy
                .resources
                .iter()
                .map(|server| server.id.clone())
                .collect(),
            tags: policy.tags,
            create,
            policy_id: Some(policy.id),
        });
    }
    Ok(moved)
}

/// MB of the backups that move with this policy, or with none; and how many there are.
fn backups_of(turn: &Turn<'_>, tenant: i64, policy_id: Option<&str>) -> Outcome<(i64, i64)> {
    Ok(turn
        .db
        .prepare_cached(&format!(
            "SELECT coalesce(sum(size_mb), 0), count(*) FROM backups b WHERE {MOVES}"
        ))?
        .query_row((tenant, policy_id), |row| Ok((row.get(0)?, row.get(1)?)))?)
}

/// Backups that can be moved, of a policy that still exists (?2), or of none.
const MOVES: &str = "b.project = ?1 AND b.status = 'available' AND b.image_id IS NULL
     AND (b.policy_id = ?2 OR (?2 IS NULL AND (b.policy_id IS NULL
         OR b.policy_id NOT IN (SELECT id FROM policies WHERE project = ?1))))";

fn take_over(
    turn: &Turn<'_>,
    who: &Authenticated,
    tenant: i64,
    moved: &Moved,
    reservation: i64,
) -> Outcome<()> {
    let project_id = &who.project.id;
    let new_policy = match &moved.create {
        Some(create) => Some(policies::create(turn, project_id, create)?),
        None => None,
    };
    let (mb, count) = backups_of(turn, tenant, moved.policy_id.as_deref())?;
    if count == 0 && (!moved.enabled || moved.servers.is_empty()) {
        return Ok(());
    }
    let mut resources = Vec::new();
    let mut volumes_gb = 0;
    for id in moved.servers.iter().take(MAX_RESOURCES) {
        let Ok(subject) = subjects::find(turn, project_id, SERVER_KIND, id, &[]) else {
            continue;
        };
        volumes_gb += subject.size_gb();
        if subject.unfit(false).iter().all(|unfit| unfit.passes())
            && super::resources::vault_of(turn, id)?.is_none()
        {
            resources.push(ResourceCreate {
                id: id.clone(),
                kind: SERVER_KIND.to_owned(),
                name: Some(subject.name().to_owned()),
                extra_info: None,
            });
        }
    }
    let whole_mb = if mb > 0 { mb } else { volumes_gb * 1024 };
    let size = migrated_size_gb(whole_mb, reservation as f64 / 100.0).min(SIZES.1);
    let name = ShortName::try_from(moved.name.clone())
        .map_err(|rule| refusal("BackupService.4005", format!("{}: {rule}.", moved.name)))?;
    let vault = vaults::create(
        turn,
        who,
        &VaultCreate {
            name,
            billing: BillingCreate {
                consistent_level: "crash_consistent".to_owned(),
                object_type: "server".to_owned(),
                protect_type: "backup".to_owned(),
                size,
                cloud_type: None,
                charging_mode: None,
                is_multi_az: None,
            },
            resources,
            description: None,
            backup_policy_id: None,
            tags: Some(moved.tags.clone()),
            enterprise_project_id: None,
            auto_bind: None,
            bind_rules: None,
            auto_expand: None,
            smn_notify: None,
            threshold: None,
            locked: None,
            availability_zone: None,
            backup_name_prefix: None,
            demand_billing: None,
        },
    )?;
    let stored = vaults::stored(turn, project_id, &vault.id)?;
    if let Some(policy) = &new_policy {
        associations::apply(turn, &stored, &policy.id, None)?;
    }
    move_backups(
        turn,
        tenant,
        moved.policy_id.as_deref(),
        &stored,
        new_policy.as_ref().map(|policy| policy.id.as_str()),
    )
}

fn move_backups(
    turn: &Turn<'_>,
    tenant: i64,
    old_policy: Option<&str>,
    vault: &vaults::Stored,
    new_policy: Option<&str>,
) -> Outcome<()> {
    let found: Vec<(i64, String, String, String, Value)> = turn
        .db
        .prepare_cached(&format!(
            "SELECT b.seq, b.disks, s.volumes, b.checkpoint_id, s.server_id, s.kind, s.name FROM backups b JOIN sources s ON s.no = b.source WHERE {MOVES} ORDER BY b.seq"
        ))?
        .query_map((tenant, old_policy), |row| {
            let resource = json!({
                "id": row.get::<_, String>(4)?,
                "type": row.get::<_, String>(5)?,
                "name": row.get::<_, String>(6)?,
            });
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, resource))
        })?
        .collect::<Result<_, _>>()?;
    for (seq, disks, volumes, checkpoint, resource) in found {
        checkpoints::note(turn, &checkpoint, vault, "available", &resource)?;
        let disks: Vec<Disk> = serde_json::from_str(&disks)?;
        let volumes: Vec<SourceVolume> = serde_json::from_str(&volumes)?;
        let gb: i64 = volumes.iter().map(|volume| volume.2).sum();
        turn.db
            .prepare_cached(
                "INSERT INTO cbr_backups (id, project, vault, checkpoint_id, policy_id, name, description, status, automatic,
                     incremental, created_at, updated_at, protected_at, size_mb, resource_id, resource_kind, resource_name,
                     resource_zone, resource_gb, source)
                 SELECT b.id, b.project, ?2, b.checkpoint_id, ?3, substr(b.name, 1, 64), b.description, b.status,
                     b.automatic, b.incremental, b.created_at, ?4, b.protected_at, b.size_mb, s.server_id, s.kind, s.name,
                     s.zone, ?5, b.source
                 FROM backups b JOIN sources s ON s.no = b.source WHERE b.seq = ?1",
            )?
            .execute((seq, vault.no, new_policy, turn.now.micros(), gb))?;
        let new = turn.db.last_insert_rowid();
        for (position, ((id, mb), (volume_id, name, gb, system))) in
            (0i64..).zip(disks.into_iter().zip(volumes))
        {
            turn.db
                .prepare_cached(
                    "INSERT INTO cbr_disks (id, backup, position, volume_id, volume_name, size_gb, size_mb, system)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                )?
                .execute(params![id, new, position, volume_id, name, gb, mb, system])?;
        }
        crate::csbs::retention::remove(turn, seq)?;
    }
    Ok(())
}
