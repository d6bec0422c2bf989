//! One case per documented refusal, the proposal's promises, and the consequences.

use super::*;
use crate::csbs::restores::RestoreCreate;
use crate::model::{
    Attachment, Backup, BackupStatus, DiskBackup, Generation, RestoreMode, Server, ServerStatus,
    Volume,
};
use crate::rules::{BARE_METAL_KIND, SERVER_KIND};
use crate::time::Timestamp;
use proptest::prelude::*;

fn disk(id: &str, volume: &str, size_gb: i64, bootable: bool) -> DiskBackup {
    DiskBackup {
        id: id.to_owned(),
        volume_id: volume.to_owned(),
        volume_name: format!("{volume}-name"),
        volume_size_gb: size_gb,
        bootable,
        ..DiskBackup::default()
    }
}

fn backup() -> Backup {
    let item = crate::csbs::backups::CheckpointItem::default();
    Backup {
        id: "b".to_owned(),
        checkpoint_id: "c".to_owned(),
        status: BackupStatus::Available,
        created_at: Timestamp::parse("2026-03-14T02:00:00"),
        kind: SERVER_KIND.to_owned(),
        zone: "eu-de-01".to_owned(),
        disks: vec![disk("d1", "v1", 40, true), disk("d2", "v2", 100, false)],
        ..Backup::from(item)
    }
}

fn server() -> Server {
    Server {
        id: "s".to_owned(),
        name: "web-01".to_owned(),
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
        attachments: vec![
            Attachment {
                volume_id: "v1".to_owned(),
                device: "/dev/vda".to_owned(),
                system: true,
            },
            Attachment {
                volume_id: "v2".to_owned(),
                device: "/dev/vdb".to_owned(),
                system: false,
            },
        ],
        created_at: None,
        tags: Vec::new(),
    }
}

fn volume(id: &str, size_gb: i64, system: bool) -> TargetVolume {
    TargetVolume {
        id: id.to_owned(),
        size_gb,
        system,
        attached: true,
        status: "in-use".to_owned(),
        zone: "eu-de-01".to_owned(),
        ..TargetVolume::default()
    }
}

fn plan(rows: &[(&str, &str)]) -> RestorePlan {
    let mut plan = RestorePlan {
        backup: "b".to_owned(),
        checkpoint: "c".to_owned(),
        server: "s".to_owned(),
        ..RestorePlan::default()
    };
    for (disk, volume) in rows {
        plan.mapping.push(Assignment {
            disk: (*disk).to_owned(),
            volume: (*volume).to_owned(),
        });
    }
    plan
}

/// A world in which everything is fine, to be spoilt by one thing.
struct World {
    backup: Option<Backup>,
    server: Option<Server>,
    volumes: Vec<TargetVolume>,
    restoring: bool,
    plan: RestorePlan,
}

impl World {
    fn fine() -> Self {
        Self {
            backup: Some(backup()),
            server: Some(server()),
            volumes: vec![
                volume("v1", 40, true),
                volume("v2", 100, false),
                volume("v3", 200, false),
            ],
            restoring: false,
            plan: plan(&[("d1", "v1"), ("d2", "v2")]),
        }
    }

    fn spoilt(change: impl FnOnce(&mut Self)) -> Self {
        let mut world = Self::fine();
        change(&mut world);
        world
    }

    fn backup(&mut self) -> &mut Backup {
        self.backup.as_mut().unwrap()
    }

    fn server(&mut self) -> &mut Server {
        self.server.as_mut().unwrap()
    }

    fn check(&self) -> Vec<RestoreRefusal> {
        check(
            &self.plan,
            &RestoreFacts {
                backup: self.backup.as_ref(),
                target: self.server.as_ref(),
                volumes: &self.volumes,
                restoring: self.restoring,
            },
        )
    }
}

#[test]
fn a_plan_with_nothing_wrong_is_accepted() {
    assert_eq!(World::fine().check(), []);
    let remapped = World::spoilt(|w| w.plan = plan(&[("d1", "v1"), ("d2", "v3")]));
    assert_eq!(remapped.check(), []);
    let system_onto_data = World::spoilt(|w| w.plan = plan(&[("d1", "v2"), ("d2", "v3")]));
    assert_eq!(
        system_onto_data.check(),
        [],
        "only data onto system is documented as refused"
    );
}

type Spoil = fn(&mut World);

/// (code, status, what is wrong)
const CASES: &[(&str, u16, Spoil)] = &[
    ("CSBS.3001", 404, |w| w.backup = None),
    ("CSBS.3001", 404, |w| {
        w.plan.checkpoint = "another".to_owned()
    }),
    ("CSBS.2003", 400, |w| {
        w.backup().status = BackupStatus::Restoring
    }),
    ("CSBS.2003", 400, |w| {
        w.backup().status = BackupStatus::WaitingDelete
    }),
    ("CSBS.4000", 400, |w| {
        w.backup().status = BackupStatus::Error
    }),
    ("CSBS.4000", 400, |w| {
        w.backup().status = BackupStatus::Unknown("thawing".to_owned())
    }),
    ("CSBS.4000", 400, |w| {
        w.backup().restore_mode = RestoreMode::ImageOnly
    }),
    ("CSBS.4000", 400, |w| {
        w.backup().restore_mode = RestoreMode::None
    }),
    ("CSBS.4000", 400, |w| {
        w.backup().disks.clear();
        w.plan.mapping.clear();
    }),
    ("CSBS.6000", 400, |w| w.server = None),
    ("CSBS.6013", 400, |w| {
        w.plan.kind = "OS::Cinder::Volume".to_owned()
    }),
    ("CSBS.6014", 400, |w| w.volumes[1].attached = false),
    ("CSBS.6014", 400, |w| w.plan.assign("d2", Some("gone"))),
    ("CSBS.6015", 400, |w| w.restoring = true),
    ("CSBS.6015", 400, |w| {
        w.server().status = ServerStatus::from_word("VERIFY_RESIZE")
    }),
    ("CSBS.6015", 400, |w| {
        w.server().task_state = "restoring".to_owned()
    }),
    ("CSBS.6015", 400, |w| {
        w.volumes[1].status = "restoring-backup".to_owned()
    }),
    ("CSBS.6016", 400, |w| {
        w.server().bare_metal = true;
        w.backup().kind = BARE_METAL_KIND.to_owned();
    }),
    ("CSBS.6017", 400, |w| w.plan.assign("foreign", Some("v3"))),
    ("CSBS.6018", 400, |w| w.plan.assign("d2", None)),
    ("CSBS.6019", 500, |w| w.server().bare_metal = true),
    ("CSBS.6019", 500, |w| {
        w.plan.kind = BARE_METAL_KIND.to_owned()
    }),
    ("CSBS.6019", 500, |w| {
        w.backup().kind = BARE_METAL_KIND.to_owned()
    }),
    ("CSBS.6020", 400, |w| w.volumes.clear()),
    ("CSBS.6021", 400, |w| w.volumes[1].shared = true),
    ("CSBS.6023", 500, |w| {
        w.plan = plan(&[("d1", "v3"), ("d2", "v1")])
    }),
    ("CSBS.6024", 400, |w| w.volumes[1].size_gb = 99),
    ("CSBS.6025", 400, |w| {
        w.server().zone = "eu-de-02".to_owned()
    }),
    ("CSBS.6025", 400, |w| {
        w.volumes[1].zone = "eu-de-02".to_owned()
    }),
    ("CSBS.6061", 400, |w| w.volumes[1].pod_excluded = true),
    ("CSBS.9001", 400, |w| {
        w.plan = plan(&[("d1", "v3"), ("d2", "v3")])
    }),
    ("CSBS.9001", 400, |w| {
        w.plan = plan(&[("d1", "v1"), ("d2", "v2"), ("d2", "v3")])
    }),
];

#[test]
fn each_documented_reason_is_found_alone_with_its_code_and_status() {
    for (at, (code, status, spoil)) in CASES.iter().enumerate() {
        let found = World::spoilt(spoil).check();
        let first = found
            .first()
            .unwrap_or_else(|| panic!("case {at} ({code}) was accepted"));
        assert_eq!(
            (first.code(), first.status()),
            (*code, *status),
            "case {at}: {found:?}"
        );
        // 6023 comes with the smaller system disk; everything else stands alone.
        let alone = found
            .iter()
            .all(|r| r.code() == *code || r.code() == "CSBS.6024");
        assert!(alone, "case {at}: {found:?}");
        let (sentence, way_out) = (first.to_string(), first.way_out());
        assert!(
            sentence.ends_with('.') && way_out.ends_with('.'),
            "{sentence} {way_out}"
        );
    }
}

#[test]
fn the_cases_cover_every_code() {
    let mut covered: Vec<&str> = CASES.iter().map(|case| case.0).collect();
    covered.sort_unstable();
    covered.dedup();
    assert_eq!(covered, RestoreRefusal::CODES);
}

#[test]
fn a_busy_backup_is_4000_inside_a_check() {
    let refused = World::spoilt(|w| w.backup().status = BackupStatus::Deleting).check();
    assert_eq!(
        (refused[0].code(), refused[0].check_code()),
        ("CSBS.2003", "CSBS.4000")
    );
}

#[test]
fn a_refusal_names_what_it_is_about() {
    let small = World::spoilt(|w| w.volumes[1].size_gb = 20).check();
    assert_eq!(small[0].concern(), Concern::Disk("d2", Some("v2")));
    assert_eq!(
        small[0].to_string(),
        "The volume v2 has 20 GB; v2-name needs at least 100 GB."
    );
    assert_eq!(
        World::spoilt(|w| w.restoring = true).check()[0].concern(),
        Concern::Server
    );
    assert_eq!(
        World::spoilt(|w| w.backup = None).check()[0].concern(),
        Concern::Backup
    );
}

#[test]
fn everything_wrong_at_once_is_listed_in_order_of_precedence() {
    let found = World::spoilt(|w| {
        w.volumes[2].shared = true;
        w.volumes[2].size_gb = 1;
        w.plan = plan(&[("d1", "v3"), ("x", "v3")]);
        w.backup().status = BackupStatus::Error;
        w.restoring = true;
    })
    .check();
    let codes: Vec<&str> = found.iter().map(RestoreRefusal::code).collect();
    assert_eq!(
        codes,
        [
            "CSBS.4000",
            "CSBS.6015",
            "CSBS.6017",
            "CSBS.6018",
            "CSBS.6021",
            "CSBS.6024"
        ]
    );
}

#[test]
fn the_request_and_the_plan_are_the_same_thing() {
    let plan = World::fine().plan;
    let request: RestoreCreate = plan.to_request().restore;
    assert_eq!(RestorePlan::from(&request), plan);
    let check = RestorePlan::from(&plan.to_check());
    assert_eq!(
        (check.mapping, check.kind.as_str()),
        (plan.mapping, SERVER_KIND)
    );
}

#[test]
fn the_attachment_says_which_volume_is_the_system_disk() {
    let mut bootable_data = Volume {
        id: "v2".to_owned(),
        bootable: true,
        ..Volume::default()
    };
    assert!(!TargetVolume::of(&server(), &bootable_data).system);
    bootable_data.id = "v1".to_owned();
    let system = TargetVolume::of(&server(), &bootable_data);
    assert!(system.system && system.attached);
    assert_eq!(system.device, "/dev/vda");
    bootable_data.id = "elsewhere".to_owned();
    assert!(!TargetVolume::of(&server(), &bootable_data).attached);
}

#[test]
fn a_proposal_prefers_the_same_volume_then_the_boot_flag_then_the_size() {
    let disks = [
        disk("boot", "old-root", 40, true),
        disk("db", "v2", 100, false),
        disk("log", "old-log", 50, false),
    ];
    let volumes = [
        volume("v2", 100, false),
        volume("root", 60, true),
        volume("big", 500, false),
        volume("fit", 50, false),
    ];
    let rows = Proposal::of(&disks, &volumes).rows;
    let picture: Vec<_> = rows
        .iter()
        .map(|r| (r.disk.as_str(), r.volume.as_deref(), r.reason))
        .collect();
    assert_eq!(
        picture,
        [
            ("boot", Some("root"), Reason::SystemDisk),
            ("db", Some("v2"), Reason::SameVolume),
            ("log", Some("fit"), Reason::Size),
        ]
    );
}

#[test]
fn a_disk_backup_without_a_fitting_volume_stays_open() {
    let disks = [disk("d", "gone", 100, false)];
    let shared = TargetVolume {
        shared: true,
        ..volume("s", 500, false)
    };
    let detached = TargetVolume {
        attached: false,
        ..volume("x", 500, false)
    };
    let rows = Proposal::of(
        &disks,
        &[
            volume("root", 500, true),
            volume("tiny", 99, false),
            shared,
            detached,
        ],
    )
    .rows;
    assert_eq!(
        (rows[0].volume.as_deref(), rows[0].reason),
        (None, Reason::NothingFits)
    );
}

#[test]
fn two_system_disks_or_one_source_twice_do_not_confuse_the_proposal() {
    let disks = [
        disk("a", "v1", 40, true),
        disk("b", "v1", 40, true),
        disk("c", "x", 0, true),
    ];
    let rows = Proposal::of(&disks, &[volume("v1", 40, true), volume("v2", 40, false)]).rows;
    let volumes: Vec<_> = rows.iter().map(|r| r.volume.as_deref()).collect();
    assert_eq!(
        volumes,
        [Some("v1"), None, Some("v2")],
        "the smaller one first"
    );
    assert!(Proposal::of(&[], &[]).rows.is_empty());
}

#[test]
fn the_consequences_name_each_disk_and_volume() {
    let world = World::spoilt(|w| {
        w.volumes[0].size_gb = 80;
        w.backup().disks.push(disk("d3", "lost", 10, false));
        w.plan = plan(&[("d1", "v1"), ("d2", "v3")]);
    });
    let facts = RestoreFacts {
        backup: world.backup.as_ref(),
        target: world.server.as_ref(),
        volumes: &world.volumes,
        restoring: false,
    };
    let n = |id: &str| Named::new(id, "");
    let d = |id: &str, v: &str| Named::new(id, &format!("{v}-name"));
    assert_eq!(
        outcomes(&world.plan, &facts),
        [
            DiskOutcome::Overwritten {
                disk: d("d1", "v1"),
                volume: n("v1"),
                same: true,
                shrinks: Some((80, 40)),
                boots: true
            },
            DiskOutcome::Overwritten {
                disk: d("d2", "v2"),
                volume: n("v3"),
                same: false,
                shrinks: Some((200, 100)),
                boots: true
            },
            DiskOutcome::CannotReturn {
                disk: d("d3", "lost"),
                source: Named::new("lost", "lost-name"),
                exists: false,
                instead: None
            },
            DiskOutcome::Untouched {
                volume: n("v2"),
                system: false
            },
        ]
    );
}

#[test]
fn a_file_system_goes_back_to_itself_as_a_whole() {
    let mut whole = backup();
    whole.kind = crate::cbr::rules::TURBO_KIND.to_owned();
    whole.server_id = "share".to_owned();
    whole.server_name = "partner-share".to_owned();
    whole.disks = vec![disk("b", "share", 500, false)];
    let facts = RestoreFacts {
        backup: Some(&whole),
        target: None,
        volumes: &[],
        restoring: false,
    };
    let itself = Named::new("share", "partner-share");
    assert_eq!(
        outcomes(&plan(&[]), &facts),
        [DiskOutcome::Overwritten {
            disk: itself.clone(),
            volume: itself,
            same: true,
            shrinks: None,
            boots: true
        }]
    );
}

#[test]
fn a_system_disk_on_a_data_volume_will_not_boot() {
    let world = World::spoilt(|w| w.plan = plan(&[("d1", "v3"), ("d2", "v2")]));
    let facts = RestoreFacts {
        backup: world.backup.as_ref(),
        target: None,
        volumes: &world.volumes,
        restoring: false,
    };
    let found = outcomes(&world.plan, &facts);
    assert!(
        matches!(
            &found[0],
            DiskOutcome::Overwritten {
                boots: false,
                same: false,
                ..
            }
        ),
        "{found:?}"
    );
    assert!(found.contains(&DiskOutcome::Untouched {
        volume: Named::new("v1", ""),
        system: true
    }));
}

#[test]
fn the_loss_is_counted_from_the_beginning_of_the_backup() {
    let now = Timestamp::parse("2026-03-14T12:30:00").unwrap();
    let lost = loss(&backup(), now).unwrap();
    assert_eq!(lost.seconds, 37_800);
    assert_eq!(
        loss(&backup(), lost.since.plus_seconds(-60))
            .unwrap()
            .seconds,
        0
    );
    let undated = Backup {
        created_at: None,
        ..backup()
    };
    assert_eq!(loss(&undated, now), None);
}

prop_compose! {
    fn any_disk()(at in 0..6usize, size in 0..5i64, bootable in any::<bool>()) -> (usize, i64, bool) {
        (at, size * 10, bootable)
    }
}

prop_compose! {
    fn any_volume()(size in 0..6i64, system in prop::bool::weighted(0.3), shared in prop::bool::weighted(0.2), attached in prop::bool::weighted(0.8)) -> TargetVolume {
        TargetVolume { size_gb: size * 10, system, shared, attached, ..TargetVolume::default() }
    }
}

proptest! {
    /// Whatever is proposed uses each volume once, only attached ones, does not depend on the
    /// order of the volumes, and is refused only for what a kept volume has become.
    #[test]
    fn a_proposal_holds_its_promises(
        disks in prop::collection::vec(any_disk(), 0..6),
        volumes in prop::collection::vec(any_volume(), 0..6),
        turn in 0..6usize,
    ) {
        let disks: Vec<DiskBackup> = disks.iter().enumerate()
            .map(|(at, (source, size, boot))| disk(&format!("d{at}"), &format!("v{source}"), *size, *boot))
            .collect();
        let mut volumes: Vec<TargetVolume> = volumes.into_iter().enumerate()
            .map(|(at, volume)| TargetVolume { id: format!("v{at}"), ..volume })
            .collect();
        let proposal = Proposal::of(&disks, &volumes);
        if !volumes.is_empty() {
            let turn = turn % volumes.len();
            volumes.rotate_left(turn);
        }
        prop_assert_eq!(&Proposal::of(&disks, &volumes), &proposal);
        prop_assert_eq!(proposal.rows.len(), disks.len());
        let mut used: Vec<&str> = proposal.rows.iter().filter_map(|r| r.volume.as_deref()).collect();
        let count = used.len();
        used.sort_unstable();
        used.dedup();
        prop_assert_eq!(used.len(), count);
        for (row, disk) in proposal.rows.iter().zip(&disks) {
            let Some(id) = &row.volume else { continue };
            let volume = volumes.iter().find(|v| v.id == *id).unwrap();
            prop_assert!(volume.attached);
            match row.reason {
                Reason::SameVolume => prop_assert_eq!(&volume.id, &disk.volume_id),
                Reason::SystemDisk => prop_assert!(volume.system && disk.bootable && volume.takes(disk.volume_size_gb)),
                Reason::Size => prop_assert!(!volume.system && volume.takes(disk.volume_size_gb)),
                Reason::NothingFits => prop_assert!(false, "a volume without a reason"),
            }
        }
    }

    /// `first` is the first of `check`, and a plan that names rubbish never panics.
    #[test]
    fn any_plan_gets_an_answer(rows in prop::collection::vec(("[a-dé]{0,2}", "[v0-4]{0,2}"), 0..8)) {
        let mut world = World::fine();
        world.plan.mapping = rows.into_iter().map(|(disk, volume)| Assignment { disk, volume }).collect();
        let facts = RestoreFacts { backup: world.backup.as_ref(), target: world.server.as_ref(), volumes: &world.volumes, restoring: false };
        let all = check(&world.plan, &facts);
        prop_assert_eq!(first(&world.plan, &facts), all.first().cloned());
        let sent: RestorePlan = (&world.plan.to_request().restore).into();
        prop_assert_eq!(check(&sent, &facts), all);
        outcomes(&world.plan, &facts);
    }
}

/// A single volume's backup, and the volumes it could go to.
fn volume_backup() -> Backup {
    let mut wire = crate::cbr::Backup {
        id: "b".to_owned(),
        status: "available".to_owned(),
        resource_type: "OS::Cinder::Volume".to_owned(),
        resource_id: "v1".to_owned(),
        resource_name: "data".to_owned(),
        resource_size: Some(100),
        ..crate::cbr::Backup::default()
    };
    wire.extend_info.supported_restore_mode = "backup".to_owned();
    wire.into()
}

#[test]
fn a_single_volume_is_restored_to_another_by_the_documented_rules() {
    let backup = volume_backup();
    let volume = |size_gb: i64, change: &dyn Fn(&mut TargetVolume)| {
        let mut volume = TargetVolume {
            id: "v9".to_owned(),
            name: "other".to_owned(),
            size_gb,
            status: "available".to_owned(),
            attached: true,
            ..TargetVolume::default()
        };
        change(&mut volume);
        volume
    };
    let mut plan = RestorePlan {
        generation: Generation::Cbr,
        backup: "b".to_owned(),
        kind: "OS::Cinder::Volume".to_owned(),
        ..RestorePlan::default()
    };
    let codes = |plan: &RestorePlan, volumes: &[TargetVolume]| -> Vec<&'static str> {
        let facts = RestoreFacts {
            backup: Some(&backup),
            target: None,
            volumes,
            restoring: false,
        };
        check(plan, &facts)
            .iter()
            .map(|refusal| refusal.code_in(Generation::Cbr))
            .collect()
    };
    assert_eq!(codes(&plan, &[]), ["BackupService.2012"]);
    plan.assign("b", Some("v9"));
    assert_eq!(codes(&plan, &[]), ["BackupService.7000"]);
    assert_eq!(codes(&plan, &[volume(100, &|_| ())]), [] as [&str; 0]);
    assert_eq!(codes(&plan, &[volume(99, &|_| ())]), ["BackupService.2001"]);
    for (change, code) in [
        (
            (|v| v.shared = true) as fn(&mut TargetVolume),
            "BackupService.2009",
        ),
        (|v| v.pod_excluded = true, "BackupService.7004"),
        (
            |v| v.status = "restoring-backup".to_owned(),
            "BackupService.2010",
        ),
        (|v| v.status = "error".to_owned(), "BackupService.2011"),
    ] {
        assert_eq!(codes(&plan, &[volume(100, &change)]), [code]);
    }
    let request = serde_json::to_value(plan.to_cbr_request()).expect("JSON");
    assert_eq!(request, serde_json::json!({"restore": {"volume_id": "v9"}}));
    assert_eq!(plan.target(), "v9");
}

#[test]
fn the_second_generation_minds_neither_zone_nor_bare_metal() {
    let elsewhere = |generation| {
        let world = World::spoilt(|w| {
            w.server().zone = "eu-de-02".to_owned();
            w.backup().generation = generation;
        });
        world.check().len()
    };
    assert_eq!(
        (elsewhere(Generation::Csbs), elsewhere(Generation::Cbr)),
        (1, 0)
    );
}
