//! What becomes of what, what is lost, and the texts of a plan.

use super::*;
use crate::cbr::rules::check_definition;
use crate::cbr::vaults::Resource;
use crate::model::{Attachment, Limits, LongTerm, PolicyServer, Retention, ServerStatus};
use proptest::prelude::*;

fn server(id: &str, name: &str) -> Server {
    Server {
        id: id.to_owned(),
        name: name.to_owned(),
        description: String::new(),
        status: ServerStatus::Active,
        task_state: String::new(),
        zone: "eu-de-01".to_owned(),
        flavor: String::new(),
        vcpus: None,
        ram_mb: None,
        os_type: String::new(),
        bare_metal: false,
        private_ips: Vec::new(),
        public_ips: Vec::new(),
        attachments: vec![Attachment {
            volume_id: format!("{id}-disk"),
            ..Attachment::default()
        }],
        created_at: None,
        tags: Vec::new(),
    }
}

fn volume(id: &str, gb: i64) -> Volume {
    Volume {
        id: id.to_owned(),
        name: id.to_owned(),
        size_gb: gb,
        status: "in-use".to_owned(),
        kind: "SSD".to_owned(),
        ..Volume::default()
    }
}

fn policy(id: &str, name: &str, servers: &[&str]) -> Policy {
    Policy {
        id: id.to_owned(),
        name: name.to_owned(),
        enabled: true,
        pattern: "FREQ=DAILY;BYHOUR=2;BYMINUTE=0".to_owned(),
        servers: servers
            .iter()
            .map(|id| PolicyServer {
                id: (*id).to_owned(),
                ..PolicyServer::default()
            })
            .collect(),
        ..Policy::default()
    }
}

fn kept(id: &str, policy: Option<&str>, size_mb: i64) -> Kept {
    Kept {
        id: id.to_owned(),
        name: id.to_owned(),
        policy: policy.map(ToOwned::to_owned),
        automatic: policy.is_some(),
        size_mb,
        ..Kept::default()
    }
}

fn present() -> Present {
    Present {
        servers: vec![server("web", "web-01"), server("db", "db-01")],
        volumes: vec![volume("web-disk", 40), volume("db-disk", 200)],
        spare_percent: SPARE_PERCENT,
        ..Present::default()
    }
}

fn words(plan: &Plan) -> Vec<String> {
    plan.losses.iter().map(Loss::what).collect()
}

#[test]
fn policies_with_backups_or_with_work_to_do_become_vaults() {
    let mut project = present();
    let mut idle = policy("p3", "idle", &["db"]);
    idle.enabled = false;
    let mut kept_off = policy("p4", "was-on", &[]);
    kept_off.enabled = false;
    project.policies = vec![
        policy("p1", "nightly", &["web"]),
        policy("p2", "new", &["db"]),
        idle,
        kept_off,
        policy("p5", "nobody", &[]),
    ];
    project.backups = vec![
        kept("b1", Some("p1"), 20 * 1024),
        kept("b2", Some("p4"), 10 * 1024),
        kept("b3", None, 30 * 1024),
        kept("b4", Some("gone"), 1024),
    ];
    let plan = plan(&project);
    let vaults: Vec<_> = plan
        .vaults
        .iter()
        .map(|vault| (vault.name.as_str(), vault.size.gb, vault.servers.len()))
        .collect();
    assert_eq!(
        vaults,
        [
            ("nightly", 24, 1),
            ("new", 240, 1),
            ("was-on", 12, 0),
            ("default", 38, 0)
        ]
    );
    assert_eq!(plan.vaults[3].backups, ["b3", "b4"]);
    assert_eq!(
        plan.vaults[1].size.to_string(),
        "no backup yet; 1 server has disks of 200 GB; 1.2 times that is 240 GB"
    );
    assert_eq!(plan.policies.len(), 5, "every policy is taken over");
    assert_eq!(plan.size_gb(), 24 + 240 + 12 + 38);
    assert!(words(&plan).contains(
        &"It is off and has no backups, so there will be no vault for its 1 server.".to_owned()
    ));
    assert!(plan.policy_of(&plan.vaults[3]).is_none());
}

#[test]
fn backups_that_cannot_be_moved_stay_and_those_under_way_are_in_the_way() {
    let mut project = present();
    let with = |id: &str, change: fn(&mut Kept)| {
        let mut backup = kept(id, None, 1024);
        change(&mut backup);
        backup
    };
    project.backups = vec![
        with("plain", |backup| backup.image = KeptImage::Plain),
        with("tagged", |backup| backup.image = KeptImage::Tagged),
        with("failed", |backup| backup.state = KeptState::Failed),
        with("busy", |backup| backup.state = KeptState::Busy),
        with("replica", |backup| backup.replica = true),
    ];
    let plan = plan(&project);
    assert_eq!(plan.vaults[0].backups, ["plain"]);
    assert_eq!(plan.vaults[1].backups, ["replica"]);
    assert_eq!(plan.vaults[1].protect_type(), "replication");
    assert_eq!(
        words(&plan),
        [
            "1 backup is being made, restored or deleted.",
            "1 backup cannot be moved: an image with a tag was made from it.",
            "1 backup that failed will not be moved.",
            "1 backup of no policy goes into a vault called “default”.",
            "1 replica from another region goes into a vault for replicas called “default”.",
            "There will be more than one vault called “default”.",
        ]
    );
    assert_eq!(plan.blockers().count(), 1);
}

#[test]
fn a_server_goes_into_one_vault_and_the_plan_says_why_into_no_other() {
    let mut project = present();
    let mut metal = server("metal", "bm-01");
    metal.bare_metal = true;
    let mut remote = server("remote", "far-01");
    remote.attachments = vec![Attachment {
        volume_id: "web-disk".to_owned(),
        ..Attachment::default()
    }];
    project.volumes[0].shared = true;
    project.volumes[0].attachments = ["web", "remote"]
        .map(|id| (id.to_owned(), String::new()))
        .to_vec();
    project
        .servers
        .extend([metal, remote, server("held", "held-01")]);
    project.vaults = vec![Vault {
        name: "old".to_owned(),
        resources: vec![Resource {
            id: "held".to_owned(),
            ..Resource::default()
        }],
        ..Vault::default()
    }];
    project.unserved = vec!["db".to_owned()];
    project.policies = vec![
        policy("p1", "first", &["web", "metal", "held", "gone"]),
        policy("p2", "second", &["web", "remote", "db"]),
    ];
    let plan = plan(&project);
    assert_eq!(plan.vaults[0].servers.len(), 1);
    assert!(plan.vaults[1].servers.is_empty());
    let whys: Vec<String> = plan
        .losses
        .iter()
        .filter_map(|loss| match &loss.kind {
            LossKind::ServerLeftOut { server, why } => Some(format!("{}: {why}", server.id)),
            _ => None,
        })
        .collect();
    assert_eq!(
        whys,
        [
            "metal: it is a bare-metal server; name it as OS::Ironic::BareMetalServer",
            "held: it is in the vault old already",
            "gone: there is no such server any more",
            "web: it is in two policies, and goes into the vault first with the first",
            "remote: its volume web-disk is shared with a server of the vault first",
            "db: zone eu-de-01 has no backup service",
        ]
    );
}

/// What CBR would be asked to keep, and what is said about it.
fn converted(limits: Limits) -> (serde_json::Value, Vec<String>) {
    let mut project = present();
    let mut nightly = policy("p", "nightly", &["web"]);
    nightly.retention = Retention::Limited(limits);
    project.policies = vec![nightly];
    let plan = plan(&project);
    let definition = &plan.policies[0].create.operation_definition;
    (serde_json::to_value(definition).unwrap(), words(&plan))
}

#[test]
fn retentions_become_the_nearest_that_cbr_has() {
    let slots = |zone: &str| {
        Some(LongTerm {
            week: 4,
            month: 200,
            timezone: zone.to_owned(),
            ..LongTerm::default()
        })
    };
    let cases = [
        (
            (Some(14), Some(30), None),
            serde_json::json!({"max_backups": 14}),
            vec!["It keeps the newest 14 and none older than 30 days; only the 14 remain."],
        ),
        (
            (None, Some(30), slots("UTC+01:00")),
            serde_json::json!({"retention_duration_days": 30}),
            vec![
                "It keeps backups for 30 days and beyond that one for each of the last 4 weeks, 200 months (UTC+01:00); only the days remain.",
            ],
        ),
        (
            (Some(0), None, None),
            serde_json::json!({"max_backups": 1}),
            vec!["It keeps nothing, which CBR cannot; it will keep 1."],
        ),
        (
            (Some(7), None, slots("Mars")),
            serde_json::json!({"max_backups": 7, "day_backups": 0, "week_backups": 4, "month_backups": 100,
                "year_backups": 0, "timezone": "UTC+00:00"}),
            vec![
                "It has more than 100 long-term slots of a kind; 100 remain.",
                "The zone of its long-term slots, “Mars”, is no fixed offset; it becomes UTC+00:00.",
            ],
        ),
        (
            (None, None, slots("UTC+01:00")),
            serde_json::json!({}),
            vec![
                "Its long-term slots are dropped: without a count or an age they keep nothing that would go.",
            ],
        ),
    ];
    for ((count, days, long_term), expected, said) in cases {
        let (definition, words) = converted(Limits {
            count,
            days,
            long_term,
        });
        assert_eq!(definition, expected);
        assert_eq!(words, said);
    }
}

#[test]
fn times_and_days_that_look_different_are_named() {
    let mut project = present();
    let with = |id: &str, pattern: &str| {
        let mut policy = policy(id, id, &[]);
        policy.pattern = pattern.to_owned();
        policy
    };
    project.policies = vec![
        with("weekly", "FREQ=WEEKLY;BYDAY=SU;BYHOUR=23;BYMINUTE=15"),
        with("sevens", "FREQ=DAILY;INTERVAL=7;BYHOUR=2;BYMINUTE=0"),
        with("broken", "FREQ=HOURLY"),
    ];
    let plan = plan(&project);
    assert_eq!(
        words(&plan),
        [
            "Its schedule cannot be read, so there will be no policy.",
            "“Every 7 days” is counted anew, from the day of the migration.",
            "It runs 15 minutes past the hour, and goes on doing so.",
        ]
    );
    assert_eq!(
        plan.losses[1].meaning(),
        "Its runs move to the weekday of the migration."
    );
    let moved = moved_days(&plan, "Europe/Berlin", 3600);
    assert_eq!(
        moved.iter().map(Loss::what).collect::<Vec<_>>(),
        ["Every Sunday at 23:15 UTC is on another day in Europe/Berlin: every Monday at 00:15."]
    );
    assert!(moved_days(&plan, "UTC", 0).is_empty());
}

#[test]
fn the_plan_is_written_as_json_and_read_back() {
    let mut project = present();
    project.policies = vec![policy("p1", "nightly", &["web"])];
    project.backups = vec![kept("b1", Some("p1"), 20 * 1024)];
    let text = PlanText::from(&plan(&project));
    assert_eq!(
        serde_json::from_str::<PlanText>(&text.to_json()).unwrap(),
        text
    );
    let vault = &text.vaults[0];
    assert_eq!(
        (vault.policy.as_str(), vault.size_gb, vault.backups),
        ("nightly", 24, 1)
    );
    assert_eq!(
        vault.size_is,
        "1 backup takes 20 GB; 1.2 times that is 24 GB"
    );
}

#[test]
fn the_configuration_names_every_argument_and_no_label_twice() {
    let mut project = present();
    let mut first = policy("p1", "night ly", &["web"]);
    first.retention = Retention::Limited(Limits {
        days: Some(30),
        ..Limits::default()
    });
    first.tags = vec![Tag {
        key: "env".to_owned(),
        value: "prod".to_owned(),
    }];
    project.servers[0].name = "web\"${evil}\n".to_owned();
    project.policies = vec![first, policy("p2", "night_ly", &[])];
    project.backups = vec![kept("b1", Some("p1"), 20 * 1024)];
    assert_eq!(
        terraform(&plan(&project)),
        r##"# What the migration from CSBS to CBR would make, as new policies and vaults.
# Backups do not come along this way: they stay in CSBS.
# A server can be in one place only: take it out of its policy of CSBS before.

resource "opentelekomcloud_cbr_policy_v3" "night_ly" {
  name            = "night_ly"
  operation_type  = "backup"
  enabled         = true
  trigger_pattern = ["FREQ=DAILY;BYHOUR=2;BYMINUTE=0"]

  operation_definition {
    retention_duration_days = 30
    timezone                = "UTC+00:00"
  }
}

resource "opentelekomcloud_cbr_policy_v3" "night_ly_2" {
  name            = "night_ly"
  operation_type  = "backup"
  enabled         = true
  trigger_pattern = ["FREQ=DAILY;BYHOUR=2;BYMINUTE=0"]
}

resource "opentelekomcloud_cbr_vault_v3" "night_ly" {
  name             = "night_ly"
  backup_policy_id = opentelekomcloud_cbr_policy_v3.night_ly.id

  # 1 backup takes 20 GB; 1.2 times that is 24 GB.
  billing {
    size             = 24
    object_type      = "server"
    protect_type     = "backup"
    consistent_level = "crash_consistent"
    charging_mode    = "post_paid"
  }

  resource {
    id   = "web"
    type = "OS::Nova::Server"
    name = "web\"$${evil}\n"
  }

  tags = {
    "env" = "prod"
  }
}
"##
    );
}

#[test]
fn a_result_that_is_not_as_planned_says_in_what() {
    let mut project = present();
    project.policies = vec![policy("p1", "nightly", &["web"])];
    let text = PlanText::from(&plan(&project));
    let mut vault = Vault {
        id: "v1".to_owned(),
        name: "nightly".to_owned(),
        ..Vault::default()
    };
    vault.billing.protect_type = "backup".to_owned();
    vault.billing.size = Some(48);
    let after = After {
        vaults: vec![vault],
        ..After::default()
    };
    let comparison = compare(&text, &after);
    assert!(!comparison.is_same());
    assert_eq!(comparison.policies[0].id, None);
    let differences: Vec<_> = comparison.vaults[0]
        .differences
        .iter()
        .map(|difference| {
            (
                difference.what,
                difference.planned.as_str(),
                difference.found.as_str(),
            )
        })
        .collect();
    assert_eq!(
        differences,
        [("policy", "nightly", "none"), ("servers", "web-01", "none")]
    );
}

#[test]
fn the_paper_shows_what_is_written() {
    let paper = include_str!("../../../../docs/migration.md");
    let (_, rest) = paper.split_once("  ```json\n").expect("the document");
    let (shown, _) = rest.split_once("  ```\n").expect("its end");
    let shown: String = shown
        .lines()
        .map(|line| line.strip_prefix("  ").unwrap_or(line).to_owned() + "\n")
        .collect();
    let mut project = present();
    project.servers = vec![server("s1", "web-01")];
    project.volumes = vec![volume("s1-disk", 40)];
    let mut nightly = policy("p1", "nightly", &["s1"]);
    nightly.retention = Retention::Limited(Limits {
        count: Some(14),
        ..Limits::default()
    });
    project.policies = vec![nightly];
    let mut text = PlanText::from(&plan(&project));
    text.losses.clear();
    assert_eq!(text.to_json(), shown);
    let sizes = [
        Size::of(
            Basis::Backups {
                count: 2,
                mb: 30 * 1024,
            },
            SPARE_PERCENT,
        ),
        Size::of(
            Basis::Disks {
                servers: 1,
                gb: 200,
            },
            SPARE_PERCENT,
        ),
    ];
    for size in sizes {
        assert!(paper.contains(&format!("`{size}`")), "{size}");
    }
    for weight in [Weight::Blocks, Weight::Lost, Weight::Changed, Weight::Note] {
        assert!(paper.contains(&format!("| {} |", weight.title())));
    }
}

fn any_limits() -> impl Strategy<Value = Retention> {
    let zone = prop_oneof![
        Just("UTC+08:00".to_owned()),
        Just(String::new()),
        Just("Europe/Berlin".to_owned())
    ];
    let slots = (0u32..300, 0u32..300, 0u32..300, 0u32..300, zone).prop_map(
        |(day, week, month, year, timezone)| LongTerm {
            day,
            week,
            month,
            year,
            timezone,
        },
    );
    let limits = (
        proptest::option::of(0u32..=99_999),
        proptest::option::of(0u32..=99_999),
        proptest::option::of(slots),
    );
    limits.prop_map(|(count, days, long_term)| {
        Retention::Limited(Limits {
            count,
            days,
            long_term,
        })
    })
}

proptest! {
    /// CBR takes every policy of a plan, and every loss has its sentences.
    #[test]
    fn whatever_there_was_cbr_takes_what_is_planned(
        retention in any_limits(),
        name in ".{0,80}",
        description in ".{0,20}",
        minute in 0u8..60,
        enabled: bool,
    ) {
        let mut project = present();
        let mut one = policy("p", &name, &["web", "nowhere"]);
        one.retention = retention;
        one.description = description;
        one.enabled = enabled;
        one.pattern = format!("FREQ=WEEKLY;BYDAY=MO;BYHOUR=3;BYMINUTE={minute}");
        project.policies = vec![one];
        let plan = plan(&project);
        let create = &plan.policies[0].create;
        prop_assert_eq!(check_definition(&create.operation_definition, false), Ok(()));
        prop_assert!(crate::cbr::rules::check_rules(&create.trigger.properties.pattern).is_ok());
        for loss in &plan.losses {
            for sentence in [loss.what(), loss.meaning(), loss.way_out()] {
                prop_assert!(sentence.ends_with(['.', '”']), "{}", sentence);
            }
        }
        // The text of a plan reads back as itself, whatever was in it.
        let text = PlanText::from(&plan);
        let read: PlanText = serde_json::from_str(&text.to_json()).unwrap();
        prop_assert_eq!(read, text);
    }
}
