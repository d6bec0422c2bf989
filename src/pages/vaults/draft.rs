//! The draft of a new vault as the form holds it, and the request it stands for.

use contract::cbr::rules::{BIND_TAGS, DEFAULT_THRESHOLD, ObjectType, VAULT_TAGS};
use contract::cbr::vaults::{
    BillingCreate, BindRules, ResourceCreate, ResourceExtra, VaultCreate, VaultCreateRequest,
};
use contract::model::Tag;
use contract::vault::{CONSISTENT, CreateFacts, Protects, Vault, VaultPolicy, VaultRefusal};
use serde::{Deserialize, Serialize};

use crate::api::Resources;
use crate::form::Problem;
use crate::tags::{TagRow, tags_by};

/// Ids of the fields, to which problems lead.
pub mod id {
    pub const NAME: &str = "vault-name";
    pub const DESCRIPTION: &str = "vault-description";
    pub const PREFIX: &str = "vault-prefix";
    pub const SIZE: &str = "vault-size";
    pub const THRESHOLD: &str = "vault-threshold";
    pub const RESOURCES: &str = "vault-resources";
    pub const POLICY: &str = "vault-policy";
    pub const BINDING: &str = "vault-binding";
    pub const TAGS: &str = "vault-tags";
}

/// A resource that shall go into a vault.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chosen {
    pub id: String,
    pub kind: String,
    pub name: String,
    /// GB of everything it has.
    pub size_gb: i64,
    /// Volumes to leave out, each with its GB.
    pub excluded: Vec<(String, i64)>,
}

impl Chosen {
    /// GB that count towards the vault.
    pub fn counted_gb(&self) -> i64 {
        self.size_gb - self.excluded.iter().map(|(_, gb)| gb).sum::<i64>()
    }

    /// As the request names it.
    pub fn to_wire(&self) -> ResourceCreate {
        let excluded: Vec<String> = self.excluded.iter().map(|(id, _)| id.clone()).collect();
        ResourceCreate {
            id: self.id.clone(),
            kind: self.kind.clone(),
            name: (!self.name.is_empty()).then(|| self.name.clone()),
            extra_info: (!excluded.is_empty()).then_some(ResourceExtra {
                exclude_volumes: Some(excluded),
            }),
        }
    }
}

/// A new vault as it is typed; tags and resources are lists of their own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VaultDraft {
    pub name: String,
    pub description: String,
    pub object: ObjectType,
    /// For replicas of other backups, not for backups.
    pub replicas: bool,
    pub with_applications: bool,
    pub size: String,
    pub auto_expand: bool,
    pub notify: bool,
    pub threshold: String,
    /// Id of a backup policy; empty for none.
    pub policy: String,
    pub auto_bind: bool,
    pub prefix: String,
    pub locked: bool,
}

impl Default for VaultDraft {
    fn default() -> Self {
        Self {
            name: String::new(),
            description: String::new(),
            object: ObjectType::Server,
            replicas: false,
            with_applications: false,
            size: "100".to_owned(),
            auto_expand: false,
            notify: true,
            threshold: DEFAULT_THRESHOLD.to_string(),
            policy: String::new(),
            auto_bind: false,
            prefix: String::new(),
            locked: false,
        }
    }
}

/// What stands beside a draft: its lists, and what the service has.
pub struct Surroundings<'a> {
    pub chosen: &'a [Chosen],
    pub tags: &'a [TagRow],
    pub bind: &'a [TagRow],
    pub resources: &'a Resources,
    pub policies: &'a [VaultPolicy],
}

/// A whole number as typed; blanks around do not count.
pub fn number(text: &str) -> Result<i64, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err("must not be empty".to_owned());
    }
    text.parse()
        .map_err(|_| format!("`{text}` is not a whole number"))
}

fn wire_tags(tags: Vec<Tag>) -> Option<Vec<contract::cbr::Tag>> {
    (!tags.is_empty()).then(|| tags.into_iter().map(Into::into).collect())
}

impl VaultDraft {
    /// Whether servers can be taken in by their tags.
    pub fn can_bind(&self) -> bool {
        self.object == ObjectType::Server && !self.replicas
    }

    /// The vault this draft would make, as far as it can be read; for checks of single resources.
    pub fn as_vault(&self, bind: &[TagRow]) -> Vault {
        Vault {
            name: self.name.clone(),
            object_word: self.object.as_str().to_owned(),
            protects: if self.replicas {
                Protects::Replication
            } else {
                Protects::Backup
            },
            with_applications: self.with_applications,
            size_gb: number(&self.size).unwrap_or(0),
            auto_expand: self.auto_expand,
            auto_bind: self.auto_bind && self.can_bind(),
            bind_tags: tags_by(bind, BIND_TAGS).unwrap_or_default(),
            ..Vault::default()
        }
    }

    /// The request this draft stands for, or everything that keeps it from being one.
    pub fn check(&self, around: &Surroundings<'_>) -> Result<VaultCreateRequest, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut refuse = |field: &str, text: String| problems.push(Problem::at(field, text));
        let name = self.name.clone().try_into();
        if let Err(broken) = &name {
            refuse(id::NAME, format!("Name: {broken}."));
        }
        let description = self.description.clone().try_into();
        if let Err(broken) = &description {
            refuse(id::DESCRIPTION, format!("Description: {broken}."));
        }
        let size = number(&self.size);
        if let Err(rule) = &size {
            refuse(id::SIZE, format!("Size: {rule}."));
        }
        let threshold = number(&self.threshold);
        if let Err(rule) = &threshold {
            refuse(id::THRESHOLD, format!("Threshold: {rule}."));
        }
        let tags = tags_by(around.tags, VAULT_TAGS);
        if let Err(text) = &tags {
            refuse(id::TAGS, text.clone());
        }
        let auto_bind = self.auto_bind && self.can_bind();
        let bind = if auto_bind {
            tags_by(around.bind, BIND_TAGS)
        } else {
            Ok(Vec::new())
        };
        if let Err(text) = &bind {
            refuse(id::BINDING, text.clone());
        }
        let unread = bind.is_err();
        let wanted = VaultCreate {
            // What could not be read has its problem already; any good text does for the other checks.
            name: match name {
                Ok(name) => name,
                Err(_) => "vault".to_owned().try_into().map_err(|_| Vec::new())?,
            },
            billing: BillingCreate {
                consistent_level: CONSISTENT[usize::from(self.with_applications)].to_owned(),
                object_type: self.object.as_str().to_owned(),
                protect_type: if self.replicas {
                    "replication"
                } else {
                    "backup"
                }
                .to_owned(),
                size: size.unwrap_or(100),
                cloud_type: Some("public".to_owned()),
                charging_mode: Some("post_paid".to_owned()),
                is_multi_az: None,
            },
            resources: around.chosen.iter().map(Chosen::to_wire).collect(),
            description: description.ok().filter(|_| !self.description.is_empty()),
            backup_policy_id: (!self.policy.is_empty()).then(|| self.policy.clone()),
            tags: wire_tags(tags.unwrap_or_default()),
            enterprise_project_id: None,
            auto_bind: (auto_bind && !unread).then_some(true),
            bind_rules: wire_tags(bind.unwrap_or_default())
                .map(|tags| BindRules { tags: Some(tags) }),
            auto_expand: self.auto_expand.then_some(true),
            smn_notify: Some(self.notify),
            threshold: Some(threshold.unwrap_or(DEFAULT_THRESHOLD)),
            locked: self.locked.then_some(true),
            availability_zone: None,
            backup_name_prefix: (!self.prefix.is_empty()).then(|| self.prefix.clone()),
            demand_billing: None,
        };
        problems.extend(refusals(&wanted, around));
        if problems.is_empty() {
            Ok(VaultCreateRequest { vault: wanted })
        } else {
            Err(problems)
        }
    }
}

fn refusals(wanted: &VaultCreate, around: &Surroundings<'_>) -> Vec<Problem> {
    let resources = wanted.resources.iter();
    let candidates: Vec<_> = resources
        .map(|resource| around.resources.candidate(&resource.kind, &resource.id))
        .collect();
    let policy = wanted.backup_policy_id.as_deref();
    let policy = policy.and_then(|id| around.policies.iter().find(|policy| policy.id == id));
    let facts = CreateFacts {
        vaults: &around.resources.vaults,
        candidates: &candidates,
        policy: policy.map(VaultPolicy::facts),
    };
    contract::vault::create_refusals(wanted, &facts)
        .iter()
        .map(|refusal| Problem::at(field_of(refusal), sentence(refusal)))
        .collect()
}

/// The field a refusal is about; empty for the whole form.
pub fn field_of(refusal: &VaultRefusal) -> &'static str {
    use VaultRefusal as R;
    match refusal {
        R::Size { .. } | R::BelowAllocated { .. } | R::BelowUsed { .. } => id::SIZE,
        R::Invalid { field, .. } | R::TooManyTags { field, .. } => named(field),
        R::TooManyResources { .. }
        | R::Twice { .. }
        | R::Kind { .. }
        | R::Missing { .. }
        | R::Inside { .. }
        | R::Elsewhere { .. }
        | R::Unfit { .. }
        | R::SharedElsewhere { .. }
        | R::Full(_)
        | R::ReplicasOnly(_) => id::RESOURCES,
        R::NoPolicy(_) | R::HybridVault(_) | R::ReplicasTakeNoPolicy(_) | R::NotReplicated(_) => {
            id::POLICY
        }
        _ => "",
    }
}

fn named(field: &str) -> &'static str {
    let member = field.strip_prefix("vault.").unwrap_or(field);
    match member.split(['.', '[']).next().unwrap_or_default() {
        "threshold" => id::THRESHOLD,
        "bind_rules" | "auto_bind" => id::BINDING,
        "tags" => id::TAGS,
        "backup_name_prefix" => id::PREFIX,
        "resources" | "extra_info" => id::RESOURCES,
        "destination_vault_id" | "policy_id" => id::POLICY,
        _ => "",
    }
}

/// A refusal as its field says it: with the field's own name in place of the request's.
pub fn sentence(refusal: &VaultRefusal) -> String {
    use VaultRefusal as R;
    match refusal {
        R::Size { size, range } => format!(
            "Size: {size} GB is outside the range from {} to {} GB.",
            range.0, range.1
        ),
        R::Invalid { field, rule } => match named(field) {
            id::THRESHOLD => format!("Threshold: {rule}."),
            id::BINDING if rule.starts_with("is needed") => {
                "Give at least one tag by which servers are taken in, or switch it off.".to_owned()
            }
            id::PREFIX => format!("Prefix: {rule}."),
            _ => refusal.to_string(),
        },
        _ => refusal.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::rules::SERVER_KIND;
    use contract::vault::Member;

    fn checked(draft: &VaultDraft, chosen: &[Chosen], bind: &[TagRow]) -> Vec<String> {
        let resources = Resources {
            vaults: vec![Vault {
                id: "other".into(),
                name: "other".into(),
                members: vec![Member {
                    id: "s1".into(),
                    ..Member::default()
                }],
                ..Vault::default()
            }],
            ..Resources::default()
        };
        let around = Surroundings {
            chosen,
            tags: &[],
            bind,
            resources: &resources,
            policies: &[],
        };
        match draft.check(&around) {
            Ok(_) => Vec::new(),
            Err(problems) => problems.into_iter().map(|problem| problem.field).collect(),
        }
    }

    fn named_draft() -> VaultDraft {
        VaultDraft {
            name: "servers".into(),
            ..VaultDraft::default()
        }
    }

    #[test]
    fn a_draft_becomes_a_request_that_says_only_what_is_asked_for() {
        let draft = named_draft();
        let resources = Resources::default();
        let around = Surroundings {
            chosen: &[],
            tags: &[],
            bind: &[],
            resources: &resources,
            policies: &[],
        };
        let request = draft.check(&around).expect("a request");
        let json = serde_json::to_value(&request).expect("json");
        assert_eq!(
            json,
            serde_json::json!({"vault": {
                "name": "servers", "resources": [], "smn_notify": true, "threshold": 80,
                "billing": {"consistent_level": "crash_consistent", "object_type": "server", "protect_type": "backup",
                    "size": 100, "cloud_type": "public", "charging_mode": "post_paid"},
            }})
        );
    }

    #[test]
    fn every_problem_is_told_at_its_field_at_once() {
        let draft = VaultDraft {
            name: "a b".into(),
            description: "<x>".into(),
            size: "9".into(),
            threshold: "0".into(),
            auto_bind: true,
            policy: "gone".into(),
            prefix: "é".into(),
            ..VaultDraft::default()
        };
        let mut found = checked(&draft, &[], &[]);
        found.sort();
        let mut expected = [
            id::NAME,
            id::DESCRIPTION,
            id::SIZE,
            id::THRESHOLD,
            id::BINDING,
            id::POLICY,
            id::PREFIX,
        ];
        expected.sort_unstable();
        assert_eq!(found, expected);
        let unreadable = VaultDraft {
            size: "ten".into(),
            threshold: String::new(),
            ..named_draft()
        };
        assert_eq!(checked(&unreadable, &[], &[]), [id::SIZE, id::THRESHOLD]);
    }

    #[test]
    fn a_resource_that_is_gone_is_said_at_the_resources() {
        let chosen = Chosen {
            id: "s9".into(),
            kind: SERVER_KIND.into(),
            ..Chosen::default()
        };
        assert_eq!(checked(&named_draft(), &[chosen], &[]), [id::RESOURCES]);
    }

    #[test]
    fn what_is_left_out_does_not_count() {
        let chosen = Chosen {
            size_gb: 100,
            excluded: vec![("v".into(), 60)],
            ..Chosen::default()
        };
        assert_eq!(chosen.counted_gb(), 40);
        let extra = chosen.to_wire().extra_info.expect("what is left out");
        assert_eq!(extra.exclude_volumes, Some(vec!["v".to_owned()]));
    }
}
