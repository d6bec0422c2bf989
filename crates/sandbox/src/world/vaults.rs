//! The vaults of the demo: two of the company's own, and a partner who keeps everything in them.

use contract::cbr::policies::{Definition, PolicyCreate, TriggerPropertiesSet, TriggerSet};
use contract::cbr::rules::{ShortName, TURBO_KIND, VOLUME_KIND};
use contract::cbr::vaults::{PolicyAssociate, VaultCreateRequest};
use contract::rules::SERVER_KIND;
use serde_json::{Value, json};

use super::PROJECTS;
use super::inventory::{LARGE, MEDIUM, SMALL, Site, disk, linux};
use crate::cbr::{self, associations, checkpoints, list, members, policies, runs, vaults};
use crate::faults::{Effect, Fault};
use crate::http::Pairs;
use crate::refusal::{Outcome, Refusal};
use crate::turn::Turn;

const GIB: i64 = 1024;

/// A project, and who makes its vaults.
struct Owner {
    who: crate::iam::Authenticated,
}

impl Owner {
    fn of(turn: &Turn<'_>, project: &str) -> Outcome<Self> {
        let id: String = turn
            .db
            .prepare_cached("SELECT id FROM projects WHERE name = ?1")?
            .query_row([project], |row| row.get(0))?;
        Ok(Self {
            who: cbr::owner(turn, &id)?,
        })
    }

    fn project(&self) -> &str {
        &self.who.project.id
    }

    fn id_of(&self, turn: &Turn<'_>, table: &str, name: &str) -> Outcome<String> {
        Ok(turn
            .db
            .prepare_cached(&format!(
                "SELECT id FROM {table} WHERE project_id = ?1 AND name = ?2"
            ))?
            .query_row((self.project(), name), |row| row.get(0))?)
    }

    /// A vault with these resources, named by kind; says its id.
    fn vault(
        &self,
        turn: &Turn<'_>,
        name: &str,
        (object, size): (&str, i64),
        resources: &[&str],
        more: Value,
    ) -> Outcome<String> {
        let (table, kind) = match object {
            "disk" => ("volumes", VOLUME_KIND),
            "turbo" => ("file_systems", TURBO_KIND),
            _ => ("servers", SERVER_KIND),
        };
        let mut given = Vec::new();
        for resource in resources {
            given.push(json!({"id": self.id_of(turn, table, resource)?, "type": kind}));
        }
        let mut body = json!({"vault": {
            "name": name,
            "resources": given,
            "billing": {"consistent_level": "crash_consistent", "object_type": object, "protect_type": "backup", "size": size},
        }});
        if let (Some(vault), Value::Object(more)) = (body["vault"].as_object_mut(), more) {
            for (member, value) in more {
                match (vault.get_mut(&member).and_then(Value::as_object_mut), value) {
                    (Some(inner), Value::Object(value)) => inner.extend(value),
                    (_, value) => drop(vault.insert(member, value)),
                }
            }
        }
        let wanted: VaultCreateRequest = serde_json::from_value(body)?;
        Ok(vaults::create(turn, &self.who, &wanted.vault)?.id)
    }

    /// A policy that is applied to a vault.
    fn policy(
        &self,
        turn: &Turn<'_>,
        vault: &str,
        name: &str,
        rules: &[&str],
        keep: Definition,
        destination: Option<&str>,
    ) -> Outcome<()> {
        let made = policies::create(
            turn,
            self.project(),
            &PolicyCreate {
                name: ShortName::try_from(name.to_owned())
                    .map_err(|rule| Refusal::parameter("name", rule))?,
                operation_definition: keep,
                operation_type: destination.map(|_| "replication".to_owned()),
                trigger: TriggerSet {
                    properties: TriggerPropertiesSet {
                        pattern: rules.iter().map(|rule| (*rule).to_owned()).collect(),
                        start_window_minutes: None,
                    },
                },
                enabled: None,
            },
        )?;
        let link = PolicyAssociate {
            policy_id: Some(made.id),
            add_policy_ids: None,
            destination_vault_id: destination.map(str::to_owned),
        };
        associations::associate(turn, self.project(), vault, &link)?;
        Ok(())
    }

    /// Shares the newest usable backup of a server; it waits for the other side.
    fn share(&self, turn: &Turn<'_>, server: &str, with: &Self) -> Outcome<()> {
        let id = self.id_of(turn, "servers", server)?;
        let pairs = Pairs::parse(&format!("resource_id={id}&status=available"));
        let page = crate::csbs::Page {
            limit: 1,
            ..Default::default()
        };
        match list::list(turn, self.project(), &pairs, &page)?
            .rows
            .first()
        {
            Some(backup) => members::add(
                turn,
                self.project(),
                &backup.id,
                &[with.project().to_owned()],
            )
            .map(drop),
            None => Ok(()),
        }
    }
}

fn keep(count: Option<i64>, days: Option<i64>) -> Definition {
    Definition {
        max_backups: count,
        retention_duration_days: days,
        ..Definition::default()
    }
}

/// The partner's machines, everybody's vaults, and what is backed up from now on.
pub fn open(turn: &Turn<'_>) -> Outcome<()> {
    let (company, partner) = (Owner::of(turn, PROJECTS[0])?, Owner::of(turn, PROJECTS[1])?);
    machines(turn, &partner)?;

    let servers = partner.vault(
        turn,
        "partner-servers",
        ("server", 900),
        &[],
        json!({
            "description": "Whatever carries the tag",
            "auto_bind": true,
            "bind_rules": {"tags": [{"key": "team", "value": "partner"}]},
            "tags": [{"key": "env", "value": "prod"}],
        }),
    )?;
    let nightly = [
        "FREQ=DAILY;BYHOUR=0;BYMINUTE=45",
        "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;BYHOUR=12;BYMINUTE=45",
    ];
    let long_term = Definition {
        week_backups: Some(4),
        month_backups: Some(6),
        timezone: "UTC+01:00".to_owned(),
        full_backup_interval: Some(20),
        ..keep(Some(14), None)
    };
    partner.policy(turn, &servers, "partner-nightly", &nightly, long_term, None)?;
    let locked = partner.vault(
        turn,
        "partner-ledger",
        ("server", 600),
        &["partner-db01"],
        json!({"locked": true, "billing": {"consistent_level": "app_consistent"}, "backup_name_prefix": "ledger"}),
    )?;
    let weekly = ["FREQ=WEEKLY;BYDAY=SU;BYHOUR=4;BYMINUTE=0"];
    partner.policy(
        turn,
        &locked,
        "ledger-weekly",
        &weekly,
        keep(None, Some(90)),
        None,
    )?;
    let share = partner.vault(
        turn,
        "partner-share",
        ("turbo", 2_000),
        &["partner-share"],
        json!({}),
    )?;
    partner.policy(
        turn,
        &share,
        "share-third-day",
        &["FREQ=DAILY;INTERVAL=3;BYHOUR=5;BYMINUTE=0"],
        keep(Some(8), None),
        None,
    )?;
    let offsite = partner.vault(
        turn,
        "offsite",
        ("server", 1_500),
        &[],
        json!({"description": "Replicas of the cluster", "billing": {"protect_type": "replication"}}),
    )?;

    let cluster = company.vault(
        turn,
        "cluster",
        ("server", 1_200),
        &["cluster01", "cluster02"],
        json!({}),
    )?;
    company.policy(
        turn,
        &cluster,
        "cluster-nightly",
        &["FREQ=DAILY;BYHOUR=3;BYMINUTE=20"],
        keep(Some(12), None),
        None,
    )?;
    let copies = Definition {
        destination_region: "eu-nl".to_owned(),
        destination_project_id: partner.project().to_owned(),
        ..keep(None, Some(35))
    };
    company.policy(
        turn,
        &cluster,
        "cluster-offsite",
        &["FREQ=WEEKLY;BYDAY=SA;BYHOUR=9;BYMINUTE=20"],
        copies,
        Some(&offsite),
    )?;
    let disks = company.vault(
        turn,
        "wiki-disks",
        ("disk", 400),
        &["wiki01-data1"],
        json!({"threshold": 75}),
    )?;
    company.policy(
        turn,
        &disks,
        "wiki-nightly",
        &["FREQ=DAILY;BYHOUR=22;BYMINUTE=10"],
        keep(None, Some(60)),
        None,
    )?;
    Ok(())
}

fn machines(turn: &Turn<'_>, partner: &Owner) -> Outcome<()> {
    let mut site = Site::of(turn, PROJECTS[1])?;
    let team: &[&str] = &["team=partner"];
    for machine in [
        linux("partner-web01", "Partner portal", MEDIUM)
            .public()
            .tagged(team),
        linux("partner-app01", "Partner services", LARGE)
            .with(&[disk(60, "SSD")])
            .tagged(team),
        linux("partner-files01", "Partner files", MEDIUM)
            .windows()
            .with(&[disk(250, "SAS")])
            .tagged(team),
        linux("partner-db01", "Partner database", LARGE).with(&[disk(80, "SSD")]),
        linux("partner-test01", "For trying things out", SMALL),
    ] {
        site.add(&machine, turn.now)?;
    }
    turn.db.execute(
        "INSERT INTO file_systems (id, project_id, name, size_gb, availability_zone, created_at)
         VALUES (?1, ?2, 'partner-share', 800, 'eu-de-01', ?3)",
        (turn.new_id(), partner.project(), turn.now.micros()),
    )?;
    Ok(())
}

/// The second of the next backups fails; the partner's vault of servers is backed up at 00:45.
pub fn fails(turn: &Turn<'_>) {
    turn.faults.arm(Fault {
        operation: runs::RUN.to_owned(),
        times: 1,
        after: 1,
        effect: Effect::Job {
            job: "fail".to_owned(),
            code: "BackupService.7506".to_owned(),
        },
    });
}

/// The last day: a vault is nearly full, two backups wait to be accepted.
pub fn close(turn: &Turn<'_>) -> Outcome<()> {
    let (company, partner) = (Owner::of(turn, PROJECTS[0])?, Owner::of(turn, PROJECTS[1])?);
    turn.db.execute(
        "UPDATE cbr_vaults SET size_gb = used_mb * 100 / 96 / ?1 + 1 WHERE name = 'wiki-disks'",
        [GIB],
    )?;
    company.share(turn, "cluster01", &partner)?;
    partner.share(turn, "partner-db01", &company)
}

/// Begins a long backup in the partner's vault; refused while the vault's own run is in progress.
pub fn backs_up(turn: &Turn<'_>) -> Outcome<()> {
    let partner = Owner::of(turn, PROJECTS[1])?;
    let files = partner.id_of(turn, "servers", "partner-files01")?;
    let vault = partner_vault(turn, &partner)?;
    let body = json!({"vault_id": vault, "parameters": {"name": "before-cleanup", "incremental": false, "resources": [files]}});
    checkpoints::create(turn, partner.project(), &serde_json::from_value(body)?).map(drop)
}

fn partner_vault(turn: &Turn<'_>, partner: &Owner) -> Outcome<String> {
    Ok(turn
        .db
        .prepare_cached(
            "SELECT v.id FROM cbr_vaults v JOIN tenants t ON t.no = v.project
             WHERE t.project_id = ?1 AND v.name = 'partner-servers'",
        )?
        .query_row([partner.project()], |row| row.get(0))?)
}
