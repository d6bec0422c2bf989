//! The demo world: two months in the life of a small company, lived through by the same code that
//! serves the API, so that every backup is one that its policies really left behind.

use std::collections::HashMap;

use contract::csbs::Tag;
use contract::csbs::backups::{Protect, VolumeBackup};
use contract::csbs::policies::{
    Definition, PolicyCreate, PolicyUpdate, Resource, ScheduledOperationCreate, TriggerCreate,
    TriggerPropertiesCreate,
};
use contract::csbs::restores::{RestoreCreate, RestoreParameters, RestoreTargets, VolumeMapping};
use contract::image::WholeImageRequest;
use contract::model::BackupStatus;
use contract::rules::{Description, Name, PROVIDER_ID, SERVER_KIND};
use contract::schedule::Schedule;
use serde_json::json;

use super::inventory::{Disk, HUGE, LARGE, MEDIUM, Machine, SMALL, Site, disk, linux};
use super::vaults;
use crate::csbs::{BackupFilter, Page, list, policies, restores, runs};
use crate::faults::{Effect, Fault};
use crate::images;
use crate::jobs;
use crate::refusal::{Outcome, Refusal};
use crate::turn::Turn;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// What has happened when the demo begins, in days before it.
const FOUNDED: i64 = 60;
const SHOP_OPENED: i64 = 16;

fn machines() -> Vec<Machine> {
    let shared = Disk {
        shared: true,
        ..disk(200, "SSD")
    };
    let dedicated = Disk {
        dedicated: true,
        ..disk(100, "SAS")
    };
    vec![
        linux("web01", "Public website, first node", MEDIUM)
            .public()
            .tagged(&["tier=web", "env=prod"]),
        linux("web02", "Public website, second node", MEDIUM)
            .public()
            .tagged(&["tier=web", "env=prod"]),
        linux("web03", "Public website, third node", MEDIUM).tagged(&["tier=web", "env=prod"]),
        linux("blog01", "Company blog", SMALL)
            .public()
            .tagged(&["tier=web"]),
        linux("proxy01", "Reverse proxy", SMALL)
            .public()
            .tagged(&["tier=web", "env=prod"]),
        linux("db01", "PostgreSQL primary", HUGE)
            .with(&[disk(300, "SSD"), disk(100, "SSD")])
            .tagged(&["tier=db", "env=prod"]),
        linux("db02", "PostgreSQL standby", HUGE)
            .with(&[disk(300, "SSD"), disk(100, "SSD")])
            .tagged(&["tier=db", "env=prod"]),
        linux("app01", "Order service", LARGE)
            .with(&[disk(60, "SSD")])
            .tagged(&["tier=app", "env=prod"]),
        linux("app02", "Billing service", LARGE)
            .with(&[disk(60, "SSD")])
            .tagged(&["tier=app", "env=prod"]),
        linux("app03", "Reporting", LARGE).tagged(&["tier=app"]),
        linux("win-dc01", "Domain controller", MEDIUM)
            .windows()
            .tagged(&["os=windows"]),
        linux("win-files01", "File server", LARGE)
            .windows()
            .with(&[disk(2_000, "SAS")])
            .tagged(&["os=windows"]),
        linux("mail01", "Mail", MEDIUM).with(&[disk(250, "SAS")]),
        linux("shop-db01", "Shop database", LARGE)
            .with(&[disk(120, "SSD")])
            .tagged(&["shop", "env=prod"]),
        linux("shop-app01", "Shop", MEDIUM)
            .public()
            .tagged(&["shop", "env=prod"]),
        linux("archive01", "Document archive", MEDIUM).with(&[disk(500, "SATA")]),
        linux("vpn01", "VPN, stopped since the new one", SMALL).status("SHUTOFF"),
        linux("legacy01", "Old time tracking", SMALL).status("ERROR"),
        linux("dr-web01", "Standby in the second zone", MEDIUM)
            .zone("eu-de-02")
            .tagged(&["tier=web", "dr"]),
        Machine {
            bare_metal: true,
            flavor: ("physical.h2.large", 32, 524_288),
            ..linux("hana01", "In-memory database, bare metal", HUGE)
        },
        linux("netboot01", "Boots from the network", SMALL).disks(&[]),
        linux("cluster01", "Cluster node with a shared disk", LARGE).with(&[shared]),
        linux("ledger01", "Bookkeeping on dedicated storage", LARGE).with(&[dedicated]),
        linux("edge01", "In a zone without backup service", SMALL).zone("eu-de-03"),
        linux("dev01", "Developers' playground", MEDIUM),
        // Two volumes of one size, which a restore can tell apart only with somebody's help.
        linux("wiki01", "Wiki; nobody has thought of backups yet", MEDIUM)
            .with(&[disk(80, "SSD"), disk(80, "SSD")]),
    ]
}

struct Plan {
    name: &'static str,
    description: &'static str,
    rule: &'static str,
    servers: &'static [&'static str],
    keep: Definition,
    tags: &'static [(&'static str, &'static str)],
    /// Days before the beginning.
    since: i64,
}

fn keep(count: i64, days: i64) -> Definition {
    Definition {
        max_backups: Some(count),
        retention_duration_days: Some(days),
        permanent: Some(false),
        ..Definition::default()
    }
}

fn plans() -> Vec<Plan> {
    let prod: &[(&str, &str)] = &[("env", "prod")];
    vec![
        Plan {
            name: "web-nightly",
            description: "All web nodes, every night",
            rule: "FREQ=DAILY;BYHOUR=1;BYMINUTE=30",
            servers: &["web01", "web02", "web03", "blog01", "proxy01"],
            keep: keep(60, -1),
            tags: prod,
            since: FOUNDED,
        },
        Plan {
            name: "databases",
            description: "Four times a day, five weeks",
            rule: "FREQ=DAILY;BYHOUR=0,6,12,18;BYMINUTE=15",
            servers: &["db01", "db02"],
            keep: keep(-1, 35),
            tags: &[("env", "prod"), ("tier", "db")],
            since: FOUNDED,
        },
        Plan {
            name: "apps-nightly",
            description: "",
            rule: "FREQ=DAILY;BYHOUR=2;BYMINUTE=0",
            servers: &["app01", "app02", "app03"],
            keep: keep(90, 50),
            tags: prod,
            since: FOUNDED,
        },
        Plan {
            name: "office-weekdays",
            description: "After work, Monday to Friday",
            rule: "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;BYHOUR=18;BYMINUTE=30",
            servers: &["win-dc01", "win-files01", "mail01"],
            keep: keep(40, -1),
            tags: &[],
            since: FOUNDED,
        },
        Plan {
            name: "shop-hourly",
            description: "Every hour since the shop opened, two weeks",
            rule: "FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23;BYMINUTE=5",
            servers: &["shop-db01", "shop-app01"],
            keep: keep(336, -1),
            tags: &[("env", "prod"), ("team", "shop")],
            since: SHOP_OPENED,
        },
        Plan {
            name: "archive-long-term",
            description: "Weekly, kept by week, month and year",
            rule: "FREQ=WEEKLY;BYDAY=SU;BYHOUR=3;BYMINUTE=0",
            servers: &["archive01", "vpn01"],
            keep: Definition {
                day_backups: Some(0),
                week_backups: Some(6),
                month_backups: Some(12),
                year_backups: Some(7),
                timezone: Some("UTC+01:00".to_owned()),
                ..keep(2, -1)
            },
            tags: &[("kept", "long-term")],
            since: FOUNDED,
        },
        Plan {
            name: "infrastructure",
            description: "Every third day, for ever",
            rule: "FREQ=DAILY;INTERVAL=3;BYHOUR=4;BYMINUTE=45",
            servers: &["dr-web01", "legacy01"],
            keep: Definition {
                permanent: Some(true),
                ..Definition::default()
            },
            tags: &[],
            since: FOUNDED,
        },
        Plan {
            name: "retired-playground",
            description: "Switched off when the developers moved on",
            rule: "FREQ=WEEKLY;BYDAY=TU,SA;BYHOUR=22;BYMINUTE=0",
            servers: &["dev01"],
            keep: keep(-1, -1),
            tags: &[("env", "dev")],
            since: FOUNDED,
        },
    ]
}

/// Makes the company and lets its two months pass; the turn's instant is the present.
pub fn found(turn: &Turn<'_>) -> Outcome<()> {
    let mut story = Story::begin(turn)?;
    let tenant = turn.tenant(&story.site.project_id)?;
    turn.db.execute(
        "UPDATE tenants SET quota_backups = 5000, quota_gb = 20480 WHERE no = ?1",
        [tenant],
    )?;
    for plan in plans().into_iter().filter(|plan| plan.since == FOUNDED) {
        story.policy(&plan)?;
    }
    story.by_hand(
        "db01",
        "before-migration",
        "Before the new schema",
        52 * DAY,
    )?;
    story.fails(runs::RUN, 49 * DAY, 1, "CSBS.9998")?;
    vaults::open(&story.pass_until(46 * DAY)?)?;
    story.restores("web03", "web-nightly", 44 * DAY, None)?;
    story.switch_off("retired-playground", 41 * DAY)?;
    story.by_hand("archive01", "with-the-old-disk", "", 40 * DAY)?;
    story.shrinks("archive01", 38 * DAY)?;
    story.by_hand("app01", "release-7", "Release 7", 29 * DAY)?;
    story.fails(runs::RUN, 24 * DAY + HOUR, 2, "CSBS.9999")?;
    story.by_hand("mail01", "before-upgrade", "", 20 * DAY)?;
    story.golden_image("web01", 18 * DAY)?;
    // Whatever the hour is now: the next vaults that are backed up then are the partner's.
    let since_midnight = turn.now.seconds().rem_euclid(DAY);
    vaults::fails(&story.pass_until(17 * DAY + since_midnight - 40 * MINUTE)?);
    for plan in plans().into_iter().filter(|plan| plan.since == SHOP_OPENED) {
        story.policy(&plan)?;
    }
    story.restores("shop-app01", "shop-hourly", 9 * DAY, Some("CSBS.9998"))?;
    story.restores("shop-app01", "shop-hourly", 9 * DAY - 2 * HOUR, None)?;
    story.fails(runs::RUN, 6 * DAY, 3, "CSBS.9998")?;
    story.by_hand("app02", "release-8", "Release 8", 4 * DAY)?;
    story.by_hand("win-dc01", "monthly", "", 3 * DAY)?;
    story.fails(runs::RUN, 2 * DAY, 1, "CSBS.6005")?;
    story.fails(runs::PROTECT, 26 * HOUR, 1, "CSBS.9999")?;
    story.by_hand("mail01", "before-certificates", "", 25 * HOUR)?;
    story.fails(runs::RUN, 5 * HOUR, 1, "CSBS.9998")?;
    // Still being written when the demo begins: the file server's two terabytes, in full.
    story.in_full(
        "win-files01",
        "full-before-audit",
        "The auditors asked for it",
        40 * MINUTE,
    )?;
    story.in_full("db02", "before-failover", "", 9 * MINUTE)?;
    vaults::close(&story.pass_until(8 * MINUTE)?)?;
    story.once_free(8 * MINUTE, vaults::backs_up)?;
    story.pass_until(0)?;
    for (n, machine) in (0i64..).zip(newcomers()) {
        let since = turn.now.plus_seconds(n * 7 * MINUTE - DAY);
        story.site.add(&machine, since)?;
    }
    Ok(())
}

/// Servers that nobody has decided anything about: in no policy and no vault, and fit for both. They
/// come last, so that the ids of all that was there before stay what they are.
fn newcomers() -> [Machine; 3] {
    let worker = |name| linux(name, "Batch worker, set up yesterday", SMALL);
    [
        worker("worker01"),
        worker("worker02").with(&[disk(60, "SSD")]),
        worker("worker03").with(&[disk(60, "SSD")]),
    ]
}

/// The company while its history is told.
pub struct Story<'a> {
    turn: &'a Turn<'a>,
    site: Site<'a>,
    servers: HashMap<&'static str, String>,
    policies: HashMap<&'static str, String>,
}

impl<'a> Story<'a> {
    fn begin(turn: &'a Turn<'a>) -> Outcome<Self> {
        let mut site = Site::of(turn, super::PROJECTS[0])?;
        let founded = turn.now.plus_seconds(-(FOUNDED + 3) * DAY);
        let mut servers = HashMap::new();
        for (n, machine) in (0i64..).zip(machines()) {
            servers.insert(
                machine.name,
                site.add(&machine, founded.plus_seconds(n * 7 * MINUTE))?,
            );
        }
        // Both nodes of the cluster see the shared disk.
        let second = site.add(
            &linux("cluster02", "Cluster node with the same shared disk", LARGE),
            founded.plus_seconds(5 * HOUR),
        )?;
        if let Some(shared) = site.nth_volume(&servers["cluster01"], 1)? {
            site.attach(&second, &shared, 1, founded.plus_seconds(5 * HOUR))?;
        }
        servers.insert("cluster02", second);
        Ok(Self {
            turn,
            site,
            servers,
            policies: HashMap::new(),
        })
    }

    /// The servers and policies alone, nothing of it lived through; every policy keeps this.
    pub fn without_past(turn: &'a Turn<'a>, keep: &Definition) -> Outcome<Self> {
        let mut story = Self::begin(turn)?;
        for plan in plans() {
            story.policy(&Plan {
                keep: keep.clone(),
                since: 0,
                ..plan
            })?;
        }
        Ok(story)
    }

    /// The project it is in.
    pub fn project_id(&self) -> &str {
        &self.site.project_id
    }

    /// Ids of its servers, in no order.
    pub fn servers(&self) -> impl Iterator<Item = &String> {
        self.servers.values()
    }

    fn server(&self, name: &str) -> &str {
        self.servers.get(name).map_or("", String::as_str)
    }

    /// Lets time pass until so many seconds before the present.
    fn pass_until(&self, before: i64) -> Outcome<Turn<'a>> {
        let at = self.turn.now.plus_seconds(-before);
        jobs::run_due(self.turn, at, usize::MAX)?;
        Ok(self.turn.at(at))
    }

    fn policy(&mut self, plan: &Plan) -> Outcome<()> {
        let turn = self.pass_until(plan.since * DAY)?;
        let pattern = Schedule::parse(plan.rule)
            .map(|schedule| schedule.to_pattern())
            .unwrap_or_default();
        let made = policies::create(
            &turn,
            &self.site.project_id,
            PolicyCreate {
                name: name(plan.name)?,
                description: description(plan.description)?,
                provider_id: PROVIDER_ID.to_owned(),
                parameters: json!({"common": {}}),
                resources: plan
                    .servers
                    .iter()
                    .map(|server| Resource {
                        id: self.server(server).to_owned(),
                        kind: SERVER_KIND.to_owned(),
                        name: (*server).to_owned(),
                        extra_info: json!({}),
                    })
                    .collect(),
                scheduled_operations: vec![ScheduledOperationCreate {
                    name: None,
                    description: None,
                    enabled: true,
                    operation_type: "backup".to_owned(),
                    operation_definition: plan.keep.clone(),
                    trigger: TriggerCreate {
                        properties: TriggerPropertiesCreate { pattern },
                    },
                }],
                tags: plan
                    .tags
                    .iter()
                    .map(|(key, value)| Tag {
                        key: (*key).to_owned(),
                        value: (*value).to_owned(),
                    })
                    .collect(),
            },
        )?;
        self.policies.insert(plan.name, made.id);
        Ok(())
    }

    fn by_hand(&self, server: &str, backup: &str, words: &str, before: i64) -> Outcome<()> {
        self.backup(server, backup, words, before, true)
    }

    fn in_full(&self, server: &str, backup: &str, words: &str, before: i64) -> Outcome<()> {
        self.backup(server, backup, words, before, false)
    }

    /// Does it when nothing else runs on the server any more, as a person would who waits for an hour at most.
    /// Says how many seconds before the present that was.
    fn once_free<T>(
        &self,
        before: i64,
        act: impl Fn(&Turn<'a>) -> Outcome<T>,
    ) -> Outcome<Option<(i64, T)>> {
        for minutes in 0..=(before / MINUTE).min(60) {
            let before = before - minutes * MINUTE;
            match act(&self.pass_until(before)?) {
                Err(failure) if failure.refusal().is_some() => {}
                done => return Ok(Some((before, done?))),
            }
        }
        Ok(None)
    }

    fn backup(
        &self,
        server: &str,
        backup: &str,
        words: &str,
        before: i64,
        incremental: bool,
    ) -> Outcome<()> {
        let (backup, words) = (name(backup)?, description(words)?);
        let by_hand = |turn: &Turn<'_>| {
            let wanted = Protect {
                backup_name: Some(backup.clone()),
                description: Some(words.clone()),
                incremental: Some(incremental),
                ..Protect::default()
            };
            runs::protect(turn, &self.site.project_id, self.server(server), wanted)
        };
        self.once_free(before, by_hand).map(drop)
    }

    fn fails(&self, operation: &str, before: i64, times: u64, code: &str) -> Outcome<()> {
        let turn = self.pass_until(before)?;
        turn.faults.arm(Fault {
            operation: operation.to_owned(),
            times,
            after: 2,
            effect: Effect::Job {
                job: "fail".to_owned(),
                code: code.to_owned(),
            },
        });
        Ok(())
    }

    fn switch_off(&self, policy: &str, before: i64) -> Outcome<()> {
        let turn = self.pass_until(before)?;
        let id = self.policies.get(policy).cloned().unwrap_or_default();
        let shown = policies::show(&turn, &self.site.project_id, &id)?;
        let change = PolicyUpdate::switch(&shown.scheduled_operations[0].id, false);
        policies::update(&turn, &self.site.project_id, &id, change)?;
        Ok(())
    }

    /// The data disk is replaced by a smaller one: its older backups no longer fit.
    fn shrinks(&self, server: &str, before: i64) -> Outcome<()> {
        let turn = self.pass_until(before)?;
        let id = self.server(server);
        if let Some(old) = self.site.nth_volume(id, 1)? {
            self.site.detach(&old)?;
            turn.db
                .execute("DELETE FROM volumes WHERE id = ?1", [&old])?;
        }
        let smaller = self.site.volume(
            &format!("{server}-data1"),
            "eu-de-01",
            &disk(200, "SAS"),
            turn.now,
        )?;
        self.site.attach(id, &smaller, 1, turn.now)
    }

    /// An image was made from the newest backup of a server.
    fn golden_image(&self, server: &str, before: i64) -> Outcome<()> {
        let turn = self.pass_until(before)?;
        let backup: String = turn.db.query_row(
            "SELECT b.id FROM backups b JOIN sources s ON s.no = b.source
             WHERE s.server_id = ?1 AND b.status = 'available' ORDER BY b.created_at DESC LIMIT 1",
            [self.server(server)],
            |row| row.get(0),
        )?;
        let wanted = WholeImageRequest::from_backup(&backup, &format!("{server} golden"));
        images::create(&turn, &self.site.project_id, &wanted)?
            .map(drop)
            .map_err(|refusal| Refusal::bad(refusal.code(), refusal.to_string()).into())
    }

    /// The newest backup of a server is restored to it.
    fn restores(&self, server: &str, policy: &str, before: i64, code: Option<&str>) -> Outcome<()> {
        if let Some(code) = code {
            self.turn.faults.arm(Fault {
                operation: restores::RESTORE.to_owned(),
                times: 1,
                after: 0,
                effect: Effect::Job {
                    job: "fail".to_owned(),
                    code: code.to_owned(),
                },
            });
        }
        let policy = self.policies.get(policy).cloned().unwrap_or_default();
        let newest = BackupFilter {
            resource_id: Some(self.server(server).to_owned()),
            policy_id: Some(policy),
            status: Some(BackupStatus::Available),
            ..BackupFilter::default()
        };
        let restored = self.once_free(before, |turn| self.restore(turn, &newest))?;
        if let (Some((began, true)), true) = (restored, code.is_some()) {
            // Somebody starts the server again after the failed attempt.
            let later = self.pass_until(began - 20 * MINUTE)?;
            later.db.execute(
                "UPDATE servers SET status = 'ACTIVE' WHERE id = ?1",
                [self.server(server)],
            )?;
        }
        Ok(())
    }

    /// The first backup that fits goes back to where it came from; `false` when there is none.
    fn restore(&self, turn: &Turn<'_>, wanted: &BackupFilter) -> Outcome<bool> {
        let first = Page {
            limit: 1,
            ..Page::default()
        };
        let found = list::list(turn, &self.site.project_id, wanted, &first)?;
        let Some(backup) = found.into_iter().next() else {
            return Ok(false);
        };
        let back = |disk: VolumeBackup| VolumeMapping {
            backup_id: disk.id,
            volume_id: disk.source_volume_id,
        };
        let wanted = RestoreCreate {
            provider_id: PROVIDER_ID.to_owned(),
            checkpoint_id: backup.checkpoint_id,
            restore_target: None,
            parameters: RestoreParameters {
                checkpoint_item_id: backup.id,
                power_on: true,
                targets: RestoreTargets {
                    server_id: backup.resource_id,
                    volumes: backup
                        .extend_info
                        .volume_backups
                        .into_iter()
                        .map(back)
                        .collect(),
                },
            },
        };
        restores::create(turn, &self.site.project_id, &wanted)?;
        Ok(true)
    }
}

fn name(text: &str) -> Outcome<Name> {
    Name::try_from(text.to_owned()).map_err(|rule| Refusal::parameter("name", rule).into())
}

fn description(text: &str) -> Outcome<Description> {
    Description::try_from(text.to_owned())
        .map_err(|rule| Refusal::parameter("description", rule).into())
}
