//! Each reason with its code, and what is no reason.

use super::*;
use crate::cbr::vaults::{
    BillingCreate, BillingUpdate, BindRules, ResourceCreate, ResourcesMigrate, VaultCreate,
    VaultUpdate,
};
use crate::model::{Server, Tag, Volume};
use crate::rules::SERVER_KIND;

fn vault(name: &str) -> Vault {
    Vault {
        id: format!("id-of-{name}"),
        name: name.to_owned(),
        object_word: "server".to_owned(),
        size_gb: 100,
        threshold: 80,
        ..Vault::default()
    }
}

fn member(id: &str) -> Member {
    Member {
        id: id.to_owned(),
        name: format!("name of {id}"),
        backup_mb: 10 * 1024,
        ..Member::default()
    }
}

fn server(id: &str, tags: &[&str]) -> Server {
    let mut server = Server::from(crate::compute::Server::default());
    server.id = id.to_owned();
    server.name = format!("name of {id}");
    server.status = crate::model::ServerStatus::Active;
    server.tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
    server
}

fn disk(id: &str) -> Volume {
    Volume {
        id: id.to_owned(),
        name: format!("name of {id}"),
        status: "in-use".to_owned(),
        ..Volume::default()
    }
}

fn facts<'a>(server: &'a Server, volumes: &'a [Volume]) -> ServerFacts<'a> {
    ServerFacts {
        server,
        volumes,
        zone_served: true,
    }
}

fn wanted(id: &str) -> ResourceCreate {
    ResourceCreate {
        id: id.to_owned(),
        kind: SERVER_KIND.to_owned(),
        name: None,
        extra_info: None,
    }
}

fn codes(found: &[VaultRefusal]) -> Vec<&'static str> {
    found
        .iter()
        .map(|refusal| refusal.code().trim_start_matches("BackupService."))
        .collect()
}

fn create() -> VaultCreate {
    VaultCreate {
        name: "new".to_owned().try_into().unwrap(),
        billing: BillingCreate {
            consistent_level: CONSISTENT[0].to_owned(),
            object_type: "server".to_owned(),
            protect_type: "backup".to_owned(),
            size: 10,
            cloud_type: None,
            charging_mode: None,
            is_multi_az: None,
        },
        resources: Vec::new(),
        description: None,
        backup_policy_id: None,
        tags: None,
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
    }
}

fn creating(change: impl FnOnce(&mut VaultCreate)) -> Vec<&'static str> {
    let mut wanted = create();
    change(&mut wanted);
    let full = Vault {
        members: vec![member("taken")],
        ..vault("old")
    };
    let (known, disks) = (server("taken", &[]), [disk("d")]);
    let candidates: Vec<_> = wanted
        .resources
        .iter()
        .map(|resource| {
            (resource.id == "taken" || resource.id == "free")
                .then(|| Found::Server(facts(&known, &disks)))
        })
        .collect();
    codes(&create_refusals(
        &wanted,
        &CreateFacts {
            vaults: &[full],
            candidates: &candidates,
            policy: None,
        },
    ))
}

#[test]
fn a_plain_vault_can_be_made_and_each_reason_against_one_has_its_code() {
    assert!(creating(|_| {}).is_empty());
    assert!(creating(|v| v.resources = vec![wanted("free")]).is_empty());
    assert_eq!(creating(|v| v.billing.size = 9), ["6101"]);
    assert_eq!(
        creating(|v| v.billing.protect_type = "copy".into()),
        ["6116"]
    );
    assert_eq!(
        creating(|v| v.billing.consistent_level = "so so".into()),
        ["9900"]
    );
    assert!(creating(|v| v.billing.charging_mode = Some("pre_paid".into())).is_empty());
    assert_eq!(
        creating(|v| v.billing.charging_mode = Some("free".into())),
        ["9900"]
    );
    assert_eq!(creating(|v| v.threshold = Some(101)), ["9900"]);
    assert_eq!(creating(|v| v.auto_bind = Some(true)), ["9900"]);
    assert_eq!(creating(|v| v.resources = vec![wanted("taken")]), ["6103"]);
    assert_eq!(creating(|v| v.resources = vec![wanted("none")]), ["7100"]);
    let twice = || vec![wanted("free"), wanted("free")];
    assert_eq!(creating(|v| v.resources = twice()), ["6104"]);
    assert_eq!(
        creating(|v| v.backup_policy_id = Some("none".into())),
        ["6000"]
    );
    assert_eq!(
        creating(|v| {
            v.billing.protect_type = "replication".into();
            v.resources = vec![wanted("free")];
        }),
        ["6102"]
    );
}

#[test]
fn a_vault_is_never_smaller_than_what_is_in_it_and_never_unlocked() {
    let mut vault = vault("old");
    vault.allocated_gb = 60;
    vault.used_mb = 30 * 1024;
    vault.locked = true;
    let resized = |size| VaultUpdate {
        billing: Some(BillingUpdate {
            size: Some(size),
            consistent_level: None,
        }),
        ..VaultUpdate::default()
    };
    let ask = |wanted: &VaultUpdate| codes(&update_refusals("x", wanted, Some(&vault)));
    assert!(ask(&resized(60)).is_empty());
    assert_eq!(ask(&resized(59)), ["6101"]);
    assert_eq!(ask(&resized(29)), ["6114"]);
    assert_eq!(ask(&resized(0)), ["6101"]);
    let unlock = VaultUpdate {
        locked: Some(false),
        ..VaultUpdate::default()
    };
    assert_eq!(ask(&unlock), ["6110"]);
    assert_eq!(codes(&update_refusals("x", &unlock, None)), ["6105"]);
    // A vault that is too small already may still grow.
    vault.size_gb = 40;
    let ask = |wanted: &VaultUpdate| codes(&update_refusals("x", wanted, Some(&vault)));
    assert!(ask(&resized(50)).is_empty());
}

#[test]
fn rules_that_stay_count_when_binding_is_switched_on() {
    let mut vault = vault("old");
    let on = VaultUpdate {
        auto_bind: Some(true),
        ..VaultUpdate::default()
    };
    assert_eq!(codes(&update_refusals("x", &on, Some(&vault))), ["9900"]);
    vault.bind_tags = vec![Tag {
        key: "env".into(),
        value: "prod".into(),
    }];
    assert!(update_refusals("x", &on, Some(&vault)).is_empty());
    let cleared = VaultUpdate {
        bind_rules: Some(BindRules { tags: Some(vec![]) }),
        ..on
    };
    assert_eq!(
        codes(&update_refusals("x", &cleared, Some(&vault))),
        ["9900"]
    );
}

#[test]
fn work_images_and_a_lock_keep_a_vault_from_being_deleted() {
    let mut old = vault("old");
    let ask = |vault: &Vault, work: &[Work], imaged, automatic| {
        codes(&delete_refusals(
            "x",
            &DeletionFacts {
                vault: Some(vault),
                work,
                imaged,
                automatic,
            },
        ))
    };
    assert!(ask(&old, &[], false, true).is_empty());
    assert_eq!(ask(&old, &[Work::Protecting], true, true), ["6125", "6204"]);
    old.locked = true;
    assert_eq!(ask(&old, &[], false, true), ["6111"]);
    assert!(ask(&old, &[], false, false).is_empty());
    old.status = VaultStatus::Deleting;
    assert_eq!(ask(&old, &[], false, false), ["6112"]);
}

#[test]
fn resources_move_to_a_vault_of_the_same_kind_with_room() {
    let from = Vault {
        members: vec![member("s")],
        ..vault("from")
    };
    let ask = |target: Option<&Vault>, id: &str| {
        let wanted = ResourcesMigrate {
            destination_vault_id: "to".to_owned(),
            resource_ids: vec![id.to_owned()],
        };
        let facts = MigrateFacts {
            vault: Some(&from),
            work: &[],
            target,
            target_work: &[],
        };
        codes(&migrate_refusals("x", &wanted, &facts))
    };
    let to = vault("to");
    assert!(ask(Some(&to), "s").is_empty());
    assert_eq!(ask(Some(&to), "t"), ["6135"]);
    assert_eq!(ask(None, "s"), ["6120"]);
    assert_eq!(ask(Some(&from), "s"), ["9900"]);
    let other = Vault {
        with_applications: true,
        ..vault("to")
    };
    assert_eq!(ask(Some(&other), "s"), ["6102"]);
    let full = Vault {
        used_mb: 95 * 1024,
        ..vault("to")
    };
    assert_eq!(ask(Some(&full), "s"), ["6129"]);
    let grows = Vault {
        auto_expand: true,
        ..full
    };
    assert!(ask(Some(&grows), "s").is_empty());
    assert_eq!(grows.size_for(10 * 1024), Some(110));
}

#[test]
fn a_shared_volume_keeps_its_servers_together() {
    let mut shared = disk("d");
    shared.shared = true;
    shared.attachments = vec![
        ("s".to_owned(), "/dev/vdb".to_owned()),
        ("other".to_owned(), "/dev/vdb".to_owned()),
    ];
    let (server, volumes) = (server("s", &[]), [shared]);
    let mut there = Vault {
        members: vec![member("other")],
        ..vault("there")
    };
    let ask = |vaults: &[Vault]| {
        let candidates = [Some(Found::Server(facts(&server, &volumes)))];
        let target = vault("target");
        codes(&add_refusals(
            "x",
            &[wanted("s")],
            &candidates,
            Some(&target),
            vaults,
        ))
    };
    assert_eq!(ask(std::slice::from_ref(&there)), ["6137"]);
    there.members[0].excluded = vec!["d".to_owned()];
    assert!(ask(&[there]).is_empty());
}

#[test]
fn the_vault_whose_rules_come_first_takes_a_server_and_the_others_are_told_why_not() {
    let rule = |value: &str| Tag {
        key: "env".into(),
        value: value.into(),
    };
    let binding = |name: &str, values: &[&str]| Vault {
        auto_bind: true,
        bind_tags: values.iter().map(|value| rule(value)).collect(),
        ..vault(name)
    };
    let vaults = [
        binding("newest", &["prod"]),
        binding("older", &["prod", "test"]),
        Vault {
            members: vec![member("kept")],
            ..vault("plain")
        },
    ];
    let servers = [
        server("free", &["env=prod"]),
        server("tested", &["env=test"]),
        server("kept", &["env=test"]),
        server("bare", &["env=test"]),
        server("stranger", &["env=dev"]),
    ];
    let disks = [disk("d")];
    let known: Vec<_> = servers
        .iter()
        .map(|server| {
            let disks = if server.id == "bare" {
                &disks[..0]
            } else {
                &disks[..]
            };
            facts(server, disks)
        })
        .collect();
    let facts = BindingFacts {
        vaults: &vaults,
        servers: &known,
    };
    let fates: Vec<_> = bindings("id-of-older", &facts)
        .into_iter()
        .map(|binding| (binding.server, binding.fate))
        .collect();
    let refused = VaultRefusal::Unfit {
        noun: "Server",
        name: "name of bare".to_owned(),
        unfit: crate::cbr::protect::Unfit::NoVolume,
    };
    assert_eq!(
        fates,
        [
            ("free".to_owned(), Fate::TakenBy("newest".to_owned())),
            ("tested".to_owned(), Fate::Bound),
            ("kept".to_owned(), Fate::Elsewhere("plain".to_owned())),
            ("bare".to_owned(), Fate::Refused(refused)),
        ]
    );
    let pairs = bound(&facts);
    assert_eq!(pairs.len(), 2);
    assert_eq!(pairs[0], ("free".to_owned(), "id-of-newest".to_owned()));
}

#[test]
fn a_replication_needs_a_vault_for_replicas_in_the_policys_project() {
    let own = vault("own");
    let policy = PolicyFacts {
        name: "copy",
        replication: true,
        project: "p2",
    };
    let ask = |vault: &Vault, destination: Option<&str>, target: Option<&Vault>| {
        let facts = AssociateFacts {
            vault: Some(vault),
            policies: &[("p", Some(policy))],
            target,
        };
        codes(&associate_refusals("x", destination, &facts))
    };
    let mut target = vault("target");
    assert_eq!(ask(&own, None, None), ["9900"]);
    assert_eq!(ask(&own, Some("t"), None), ["6120"]);
    assert_eq!(ask(&own, Some("t"), Some(&target)), ["6118"]);
    target.project_id = "p2".to_owned();
    assert_eq!(ask(&own, Some("t"), Some(&target)), ["6119"]);
    target.protects = Protects::Replication;
    assert!(ask(&own, Some("t"), Some(&target)).is_empty());
    assert_eq!(ask(&target, Some("t"), Some(&target)), ["6127"]);
    assert_eq!(
        codes(&dissociate_refusals(
            "x",
            "p",
            Some(&own),
            Some("copy"),
            false
        )),
        ["6002"]
    );
}
