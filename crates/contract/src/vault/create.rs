//! Whether a vault can be made as it is asked for (cbr-v3 5.1, 1).

use super::policies::{AssociateFacts, PolicyFacts, associate_refusals};
use super::resources::{Candidate, put_in_refusals};
use super::tags::tag_refusals;
use super::{CONSISTENT, Protects, Vault, VaultRefusal, VaultStatus};
use crate::cbr::Tag;
use crate::cbr::rules::{
    DEFAULT_THRESHOLD, MAX_BIND_TAGS, MAX_VAULTS, MIN_NEW_SIZE, ObjectType, PRE_PAID, SIZES,
    ShortName, within,
};
use crate::cbr::vaults::{BillingCreate, BindRules, VaultCreate};
use crate::rules::Broken;

/// What is known when somebody wants to make a vault.
#[derive(Clone, Copy, Debug)]
pub struct CreateFacts<'a> {
    /// Vaults of the project.
    pub vaults: &'a [Vault],
    /// What is known of each resource it shall hold, in their order.
    pub candidates: &'a [Candidate<'a>],
    /// The policy that shall be applied; `None` when there is none with this id.
    pub policy: Option<PolicyFacts<'a>>,
}

/// Everything that keeps a vault from being made, what the service answers with first; empty when
/// nothing does.
pub fn create_refusals(wanted: &VaultCreate, facts: &CreateFacts<'_>) -> Vec<VaultRefusal> {
    let mut found = billing_refusals(&wanted.billing);
    found.extend(threshold_refusal(wanted.threshold));
    let auto_bind = wanted.auto_bind.unwrap_or(false);
    let object = ObjectType::from_word(&wanted.billing.object_type);
    found.extend(bind_refusals(
        auto_bind,
        wanted.bind_rules.as_ref(),
        &[],
        object,
    ));
    let tags = wanted.tags.as_deref().unwrap_or_default();
    found.extend(tag_refusals(&[], tags, "vault.tags"));
    found.extend(text_refusals(wanted));
    let vaults = facts.vaults.len();
    if vaults >= MAX_VAULTS {
        found.push(VaultRefusal::TooManyVaults(vaults));
    }
    let made = as_made(wanted);
    found.extend(put_in_refusals(
        &made,
        &wanted.resources,
        facts.candidates,
        facts.vaults,
        "vault.resources",
    ));
    if let Some(id) = wanted
        .backup_policy_id
        .as_deref()
        .filter(|id| !id.is_empty())
    {
        let links = [(id, facts.policy)];
        let facts = AssociateFacts {
            vault: Some(&made),
            policies: &links,
            target: None,
        };
        found.extend(associate_refusals("", None, &facts));
    }
    found
}

/// The vault a request would make, before anything is in it.
fn as_made(wanted: &VaultCreate) -> Vault {
    Vault {
        name: wanted.name.as_str().to_owned(),
        status: VaultStatus::Available,
        object_word: wanted.billing.object_type.clone(),
        protects: Protects::from_word(&wanted.billing.protect_type),
        with_applications: wanted.billing.consistent_level == CONSISTENT[1],
        size_gb: wanted.billing.size,
        auto_expand: wanted.auto_expand.unwrap_or(false),
        threshold: wanted.threshold.unwrap_or(DEFAULT_THRESHOLD),
        ..Vault::default()
    }
}

fn none_of(field: &str, given: &str, allowed: &[&str]) -> Option<VaultRefusal> {
    (!allowed.contains(&given)).then(|| {
        let rule = format!("`{given}` is none of {}", allowed.join(", "));
        VaultRefusal::invalid(format!("vault.billing.{field}"), rule)
    })
}

/// A level that is none.
pub(super) fn consistent_refusal(level: &str) -> Option<VaultRefusal> {
    none_of("consistent_level", level, &CONSISTENT)
}

fn billing_refusals(billing: &BillingCreate) -> Vec<VaultRefusal> {
    let mut found = Vec::new();
    found.extend(consistent_refusal(&billing.consistent_level));
    if let Protects::Unknown(word) = Protects::from_word(&billing.protect_type) {
        found.push(VaultRefusal::Protects(word));
    }
    let words = ObjectType::ALL.map(ObjectType::as_str);
    found.extend(none_of("object_type", &billing.object_type, &words));
    if let Some(cloud) = &billing.cloud_type {
        found.extend(none_of("cloud_type", cloud, &["public", "hybrid"]));
    }
    let range = (MIN_NEW_SIZE, SIZES.1);
    if within(billing.size, range).is_err() {
        found.push(VaultRefusal::Size {
            size: billing.size,
            range,
        });
    }
    if let Some(mode) = &billing.charging_mode {
        found.extend(none_of("charging_mode", mode, &["post_paid", PRE_PAID]));
    }
    found
}

/// A threshold that is no share in percent.
pub(super) fn threshold_refusal(threshold: Option<i64>) -> Option<VaultRefusal> {
    let rule = within(threshold?, (1, 100)).err()?;
    Some(VaultRefusal::invalid("vault.threshold", rule))
}

/// What is against binding by tags; `present` are the tags that stay when no rules are sent.
pub(super) fn bind_refusals(
    auto_bind: bool,
    rules: Option<&BindRules>,
    present: &[Tag],
    object: Option<ObjectType>,
) -> Vec<VaultRefusal> {
    const FIELD: &str = "vault.bind_rules.tags";
    let given = rules.map(|rules| rules.tags.as_deref().unwrap_or_default());
    let mut found = Vec::new();
    if let Some(given) = given {
        if given.len() > MAX_BIND_TAGS {
            let rule = Broken::TooMany {
                count: given.len(),
                limit: MAX_BIND_TAGS,
                what: "tags",
            };
            found.push(VaultRefusal::invalid(FIELD, rule));
        }
        found.extend(tag_refusals(&[], given, FIELD));
    }
    if auto_bind && given.unwrap_or(present).is_empty() {
        found.push(VaultRefusal::invalid(
            FIELD,
            "is needed when auto_bind is on",
        ));
    }
    if auto_bind && object.is_some_and(|object| object != ObjectType::Server) {
        let rule = "only vaults for servers take them in by their tags";
        found.push(VaultRefusal::invalid("vault.auto_bind", rule));
    }
    found
}

fn text_refusals(wanted: &VaultCreate) -> Vec<VaultRefusal> {
    let mut found = Vec::new();
    for (member, text) in [
        ("availability_zone", &wanted.availability_zone),
        ("backup_name_prefix", &wanted.backup_name_prefix),
    ] {
        let length = text.as_deref().unwrap_or_default().chars().count();
        if length > 32 {
            let rule = Broken::TooLong { length, limit: 32 };
            found.push(VaultRefusal::invalid(format!("vault.{member}"), rule));
        }
    }
    let prefix = wanted.backup_name_prefix.clone().unwrap_or_default();
    if !prefix.is_empty()
        && let Err(rule) = ShortName::try_from(prefix)
    {
        found.push(VaultRefusal::invalid("vault.backup_name_prefix", rule));
    }
    let enterprise = wanted.enterprise_project_id.as_deref();
    if enterprise.is_some_and(|id| !matches!(id, "" | "0")) {
        found.push(VaultRefusal::invalid(
            "vault.enterprise_project_id",
            "only the default one, 0, exists here",
        ));
    }
    found
}
