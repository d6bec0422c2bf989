//! Deeds made by chance from what is there, what the console's checks say about each, and the
//! requests they are.

use contract::cbr::Tag;
use contract::cbr::rules::{TURBO_KIND, VOLUME_KIND};
use contract::cbr::vaults::{
    PolicyAssociate, ResourceCreate, ResourceExtra, ResourcesMigrate, ResourcesSet, VaultCreate,
    VaultUpdate,
};
use contract::rules::{BARE_METAL_KIND, SERVER_KIND};
use contract::vault::{
    AssociateFacts, CreateFacts, DeletionFacts, MigrateFacts, RemoveFacts, VaultPolicy,
    VaultRefusal, add_refusals, associate_refusals, create_refusals, delete_refusals,
    dissociate_refusals, migrate_refusals, policy_ids, remove_refusals, set_refusals, tag_refusals,
    update_refusals,
};
use hyper::Method;
use serde_json::{Value, json};

use super::seen::Seen;
use crate::client::Answer;
use crate::csbs::Company;
use crate::preflight::Dice;

#[derive(Debug)]
pub enum Deed {
    Create(Box<VaultCreate>),
    Update(String, VaultUpdate),
    Delete(String),
    Add(String, Vec<ResourceCreate>),
    Remove(String, Vec<String>),
    Migrate(String, ResourcesMigrate),
    Set(String, ResourcesSet),
    Apply(String, PolicyAssociate),
    TakeOff(String, String),
    Tag(String, Tag),
}

fn vault(dice: &mut Dice, seen: &Seen) -> String {
    if seen.vaults.is_empty() || dice.once_in(20) {
        "no-such-vault".to_owned()
    } else {
        seen.vaults[dice.below(seen.vaults.len())].id.clone()
    }
}

/// A vault with something in it, mostly.
fn full_vault(dice: &mut Dice, seen: &Seen) -> String {
    let full: Vec<_> = seen
        .vaults
        .iter()
        .filter(|v| !v.members.is_empty())
        .collect();
    if full.is_empty() || dice.once_in(10) {
        vault(dice, seen)
    } else {
        full[dice.below(full.len())].id.clone()
    }
}

fn policy(dice: &mut Dice, seen: &Seen) -> String {
    if seen.policies.is_empty() || dice.once_in(8) {
        "no-such-policy".to_owned()
    } else {
        seen.policies[dice.below(seen.policies.len())].id.clone()
    }
}

fn tags(dice: &mut Dice, most: &[usize]) -> Vec<Tag> {
    let key = dice.of(&["k", "k", "k", "bad key", "env"]);
    (0..dice.of(most))
        .map(|n| Tag {
            key: format!("{key}{n}"),
            value: "v".to_owned(),
        })
        .collect()
}

/// Something a vault may or may not take; mostly of the kind it holds.
fn resource(dice: &mut Dice, seen: &Seen, object: &str) -> ResourceCreate {
    let choice = match object {
        _ if dice.once_in(5) => dice.below(6),
        "disk" => 2,
        "turbo" => 4,
        _ => 6,
    };
    let (id, kind) = match choice {
        0 => ("no-such-server".to_owned(), SERVER_KIND),
        1 => ("no-such-volume".to_owned(), VOLUME_KIND),
        2 | 3 => {
            let volume = &seen.volumes[dice.below(seen.volumes.len())];
            (volume.id.clone(), VOLUME_KIND)
        }
        4 => (
            seen.files
                .first()
                .map_or("no-files".to_owned(), |(id, _)| id.clone()),
            TURBO_KIND,
        ),
        5 => (
            seen.servers[dice.below(seen.servers.len())].id.clone(),
            BARE_METAL_KIND,
        ),
        _ => (
            seen.servers[dice.below(seen.servers.len())].id.clone(),
            SERVER_KIND,
        ),
    };
    let excluded = match dice.below(8) {
        0 => Some("no-such-volume".to_owned()),
        1 | 2 => {
            let own = seen.attached.get(&id).map_or(&[][..], Vec::as_slice);
            own.last().map(|volume| volume.id.clone())
        }
        _ => None,
    };
    ResourceCreate {
        id,
        kind: kind.to_owned(),
        name: dice.once_in(40).then(|| "n".repeat(256)),
        extra_info: excluded.map(|id| ResourceExtra {
            exclude_volumes: Some(vec![id]),
        }),
    }
}

fn resources(dice: &mut Dice, seen: &Seen, object: &str, most: usize) -> Vec<ResourceCreate> {
    let mut all: Vec<_> = (0..dice.below(most))
        .map(|_| resource(dice, seen, object))
        .collect();
    if dice.once_in(12)
        && let Some(first) = all.first().cloned()
    {
        all.push(first);
    }
    all
}

/// Resources of a vault, or strangers.
fn members(dice: &mut Dice, seen: &Seen, vault: &str) -> Vec<String> {
    let own = seen
        .vault(vault)
        .map_or(&[][..], |vault| &vault.members[..]);
    match dice.below(8) {
        0 => Vec::new(),
        1 => vec!["a-stranger".to_owned()],
        _ if own.is_empty() => vec!["a-stranger".to_owned()],
        _ => vec![own[dice.below(own.len())].id.clone()],
    }
}

impl Deed {
    /// How many kinds of deeds there are.
    pub const KINDS: usize = 10;

    pub fn of(dice: &mut Dice, seen: &Seen) -> Self {
        match dice.below(15) {
            0 | 14 => Self::create(dice, seen),
            1 | 2 => Self::update(dice, seen),
            // A vault that goes is missed by the others.
            3 if dice.once_in(4) => Self::Delete(vault(dice, seen)),
            3..=5 => {
                let id = vault(dice, seen);
                let object = seen.vault(&id).map_or("", |vault| &vault.object_word);
                let wanted = resources(dice, seen, object, 4);
                Self::Add(id, wanted)
            }
            6 => {
                let vault = full_vault(dice, seen);
                let ids = members(dice, seen, &vault);
                Self::Remove(vault, ids)
            }
            7 | 8 => {
                let from = full_vault(dice, seen);
                let resource_ids = members(dice, seen, &from);
                let destination_vault_id = vault(dice, seen);
                let wanted = ResourcesMigrate {
                    destination_vault_id,
                    resource_ids,
                };
                Self::Migrate(from, wanted)
            }
            9 => {
                let vault = full_vault(dice, seen);
                let resource_ids = members(dice, seen, &vault);
                let action = dice.of(&["suspend", "unsuspend", "pause"]).to_owned();
                Self::Set(
                    vault,
                    ResourcesSet {
                        action,
                        resource_ids,
                    },
                )
            }
            10 | 11 => {
                let own = vault(dice, seen);
                let (one, other) = (policy(dice, seen), policy(dice, seen));
                let (policy_id, add_policy_ids) = match dice.below(8) {
                    0 => (None, None),
                    1 => (None, Some(Vec::new())),
                    2 | 3 => (None, Some(vec![one, other])),
                    _ => (Some(one), None),
                };
                let destination_vault_id = (!dice.once_in(4)).then(|| vault(dice, seen));
                let wanted = PolicyAssociate {
                    policy_id,
                    add_policy_ids,
                    destination_vault_id,
                };
                Self::Apply(own, wanted)
            }
            12 => Self::TakeOff(vault(dice, seen), policy(dice, seen)),
            _ => {
                let vault = vault(dice, seen);
                let tag = tags(dice, &[1]).remove(0);
                Self::Tag(vault, tag)
            }
        }
    }

    fn create(dice: &mut Dice, seen: &Seen) -> Self {
        let object = dice.of(&[
            "server", "server", "server", "server", "server", "server", "disk", "turbo", "tape",
        ]);
        let mut body = json!({
            "name": format!("v{}", dice.below(1000)),
            "billing": {
                "consistent_level": dice.of(&["crash_consistent", "crash_consistent", "crash_consistent", "crash_consistent", "app_consistent", "app_consistent", "so_so"]),
                "object_type": object,
                "protect_type": dice.of(&["backup", "backup", "backup", "backup", "backup", "backup", "replication", "hybrid", "copy"]),
                "size": dice.of(&[10, 100, 100, 400, 400, 400, 9, 10_485_761]),
            },
            "resources": resources(dice, seen, object, 3),
        });
        if dice.once_in(3) {
            body["backup_policy_id"] = policy(dice, seen).into();
        }
        if dice.once_in(4) {
            body["tags"] = json!(tags(dice, &[0, 2, 20, 21]));
        }
        if dice.once_in(4) {
            body["auto_bind"] = true.into();
            body["bind_rules"] = json!({"tags": tags(dice, &[0, 1, 5, 6])});
        }
        if dice.once_in(6) {
            body["threshold"] = dice.of(&[0, 1, 100, 101]).into();
        }
        if dice.once_in(6) {
            body["billing"]["charging_mode"] = dice.of(&["pre_paid", "post_paid", "free"]).into();
        }
        if dice.once_in(6) {
            body["backup_name_prefix"] = dice.of(&["ok", "not ok"]).into();
        }
        if dice.once_in(10) {
            body["availability_zone"] = "z".repeat(33).into();
        }
        if dice.once_in(12) {
            body["enterprise_project_id"] = "another".into();
        }
        Self::Create(Box::new(serde_json::from_value(body).unwrap()))
    }

    fn update(dice: &mut Dice, seen: &Seen) -> Self {
        let id = vault(dice, seen);
        let mut body = json!({});
        if dice.once_in(2) {
            let own = seen.vault(&id);
            let (size, allocated) = own.map_or((10, 10), |v| (v.size_gb, v.allocated_gb));
            let sizes = [size + 100, allocated, allocated - 1, 1, 0, size];
            body["billing"] = json!({"size": dice.of(&sizes)});
        }
        if dice.once_in(4) {
            body["threshold"] = dice.of(&[0, 50, 101]).into();
        }
        if dice.once_in(4) {
            body["auto_bind"] = true.into();
        }
        if dice.once_in(4) {
            body["bind_rules"] = json!({"tags": tags(dice, &[0, 1, 6])});
        }
        if dice.once_in(4) {
            body["locked"] = false.into();
        }
        Self::Update(id, serde_json::from_value(body).unwrap())
    }

    pub fn word(&self) -> &'static str {
        match self {
            Self::Create(_) => "create",
            Self::Update(..) => "update",
            Self::Delete(_) => "delete",
            Self::Add(..) => "add",
            Self::Remove(..) => "remove",
            Self::Migrate(..) => "migrate",
            Self::Set(..) => "set",
            Self::Apply(..) => "apply",
            Self::TakeOff(..) => "take off",
            Self::Tag(..) => "tag",
        }
    }

    /// What the console's checks say: the code and the status of the first reason.
    pub fn refusal(&self, seen: &Seen) -> Option<(String, u16)> {
        let found = self.refusals(seen);
        let first = found.first()?;
        Some((first.code().to_owned(), first.status()))
    }

    fn refusals(&self, seen: &Seen) -> Vec<VaultRefusal> {
        match self {
            Self::Create(wanted) => {
                let policy = wanted.backup_policy_id.as_deref();
                let facts = CreateFacts {
                    vaults: &seen.vaults,
                    candidates: &seen.candidates(&wanted.resources),
                    policy: policy
                        .and_then(|id| seen.policy(id))
                        .map(VaultPolicy::facts),
                };
                create_refusals(wanted, &facts)
            }
            Self::Update(id, wanted) => update_refusals(id, wanted, seen.vault(id)),
            Self::Delete(id) => {
                let kept = seen.kept.get(id);
                let facts = DeletionFacts {
                    vault: seen.vault(id),
                    work: seen.work(id),
                    imaged: kept.is_some_and(|kept| !kept.imaged.is_empty()),
                    automatic: kept.is_some_and(|kept| !kept.automatic.is_empty()),
                };
                delete_refusals(id, &facts)
            }
            Self::Add(id, wanted) => {
                let candidates = seen.candidates(wanted);
                add_refusals(id, wanted, &candidates, seen.vault(id), &seen.vaults)
            }
            Self::Remove(id, ids) => {
                let vault = seen.vault(id);
                let mut kept = Vec::new();
                if let (Some(vault), Some(known)) = (vault, seen.kept.get(id)) {
                    kept.extend(known.imaged.iter().cloned());
                    if vault.locked {
                        kept.extend(known.automatic.iter().cloned());
                    }
                }
                let facts = RemoveFacts {
                    vault,
                    work: seen.work(id),
                    kept: &kept,
                };
                remove_refusals(id, ids, &facts)
            }
            Self::Migrate(id, wanted) => {
                let target = &wanted.destination_vault_id;
                let facts = MigrateFacts {
                    vault: seen.vault(id),
                    work: seen.work(id),
                    target: seen.vault(target),
                    target_work: seen.work(target),
                };
                migrate_refusals(id, wanted, &facts)
            }
            Self::Set(id, wanted) => set_refusals(id, wanted, seen.vault(id)),
            Self::Apply(id, wanted) => {
                if seen.vault(id).is_none() {
                    return vec![VaultRefusal::NoVault(id.clone())];
                }
                let ids = match policy_ids(wanted) {
                    Ok(ids) => ids,
                    Err(refusal) => return vec![refusal],
                };
                let policies: Vec<_> = ids
                    .iter()
                    .map(|id| (id.as_str(), seen.policy(id).map(VaultPolicy::facts)))
                    .collect();
                let destination = wanted.destination_vault_id.as_deref();
                let facts = AssociateFacts {
                    vault: seen.vault(id),
                    policies: &policies,
                    target: destination.and_then(|id| seen.vault(id)),
                };
                associate_refusals(id, destination, &facts)
            }
            Self::TakeOff(id, policy) => {
                let known = seen.policy(policy);
                let applied = known.is_some_and(|policy| policy.is_on(id));
                let name = known.map(|policy| policy.name.as_str());
                dissociate_refusals(id, policy, seen.vault(id), name, applied)
            }
            Self::Tag(id, tag) => match seen.vault(id) {
                None => vec![VaultRefusal::NoVault(id.clone())],
                Some(vault) => {
                    let present: Vec<Tag> = vault.tags.iter().cloned().map(Into::into).collect();
                    tag_refusals(&present, std::slice::from_ref(tag), "tag")
                }
            },
        }
    }

    pub async fn send(&self, company: &Company) -> Answer {
        let below = |id: &str, rest: &str| format!("/v3/{{p}}/vaults/{id}{rest}");
        let (method, path, body) = match self {
            Self::Create(wanted) => {
                let path = "/v3/{p}/vaults".to_owned();
                (Method::POST, path, json!({"vault": wanted}))
            }
            Self::Update(id, wanted) => (Method::PUT, below(id, ""), json!({"vault": wanted})),
            Self::Delete(id) => (Method::DELETE, below(id, ""), Value::Null),
            Self::Add(id, wanted) => {
                let body = json!({"resources": wanted});
                (Method::POST, below(id, "/addresources"), body)
            }
            Self::Remove(id, ids) => {
                let body = json!({"resource_ids": ids});
                (Method::POST, below(id, "/removeresources"), body)
            }
            Self::Migrate(id, wanted) => {
                (Method::POST, below(id, "/migrateresources"), json!(wanted))
            }
            Self::Set(id, wanted) => (Method::PUT, below(id, "/set-resources"), json!(wanted)),
            Self::Apply(id, wanted) => (Method::POST, below(id, "/associatepolicy"), json!(wanted)),
            Self::TakeOff(id, policy) => {
                let body = json!({"policy_id": policy});
                (Method::POST, below(id, "/dissociatepolicy"), body)
            }
            Self::Tag(id, tag) => {
                let path = format!("/v3/{{p}}/vault/{id}/tags");
                (Method::POST, path, json!({"tag": tag}))
            }
        };
        company.call(method, &path, body).await
    }
}
