//! Saving a policy of vaults: the policy itself, and then the vaults it is applied to and taken off.

use contract::cbr::policies::{PolicyCreateRequest, PolicyUpdateRequest};
use contract::cbr::vaults::{PolicyAssociate, PolicyDissociate};
use contract::model::Policy;
use contract::operations::cbr;
use contract::request::RequestText;

use super::fields::{PolicyFields, VaultRef};
use super::save::Saved;
use crate::api::{
    Api, ApiError, VaultDeed, create_policy_of_vaults, operation_id, policy_of_vaults,
    update_policy_of_vaults,
};
use crate::ui::Toasts;

/// In requests that are shown: the id the service gives the policy.
const NEW_ID: &str = "POLICY_ID";

/// What is done to the policy itself.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    Create(PolicyCreateRequest),
    Update {
        id: String,
        /// The policy as it was when the draft was begun.
        base: Box<PolicyFields>,
        /// Nothing when only its vaults change.
        request: Option<PolicyUpdateRequest>,
    },
}

/// A save of a policy of vaults.
#[derive(Clone, Debug, PartialEq)]
pub struct PolicySave {
    pub change: Change,
    /// What the policy makes, for the checks before it.
    pub wanted: PolicyFields,
    /// Vaults it is applied to, new ones and those that copy to another vault than before.
    pub apply: Vec<VaultRef>,
    /// Vaults it is taken off.
    pub take_off: Vec<VaultRef>,
}

/// Taking a policy off a vault.
pub fn take_off(policy: &str) -> VaultDeed {
    VaultDeed::TakeOff(PolicyDissociate {
        policy_id: policy.to_owned(),
    })
}

/// Applying a policy to a vault.
pub fn apply(policy: &str, vault: &VaultRef) -> VaultDeed {
    let to = &vault.destination_id;
    VaultDeed::Apply(PolicyAssociate {
        policy_id: Some(policy.to_owned()),
        destination_vault_id: (!to.is_empty()).then(|| to.clone()),
        ..PolicyAssociate::default()
    })
}

impl PolicySave {
    /// What saving these fields does; nothing when they are not within the rules.
    pub fn new(
        wanted: &PolicyFields,
        policy: Option<&Policy>,
        base: Option<&PolicyFields>,
    ) -> Option<Self> {
        let before = base.map_or(&[][..], |base| &base.vaults);
        let is_new = |vault: &&VaultRef| {
            let known = before.iter().find(|known| known.id == vault.id);
            known.is_none_or(|known| known.destination_id != vault.destination_id)
        };
        let is_gone = |vault: &&VaultRef| wanted.vaults.iter().all(|stays| stays.id != vault.id);
        let change = match (policy, base) {
            (Some(policy), Some(base)) => Change::Update {
                id: policy.id.clone(),
                base: Box::new(base.clone()),
                request: wanted.to_vault_update(base, policy).ok()?,
            },
            _ => Change::Create(wanted.to_vault_create().ok()?),
        };
        Some(Self {
            change,
            apply: wanted.vaults.iter().filter(is_new).cloned().collect(),
            take_off: before.iter().filter(is_gone).cloned().collect(),
            wanted: wanted.clone(),
        })
    }

    /// The requests, in their order.
    pub fn requests(&self) -> Vec<RequestText> {
        let mut requests = Vec::new();
        let id = match &self.change {
            Change::Create(request) => {
                requests.push(RequestText::new(&cbr::POLICIES_CREATE, &[]).with_body(request));
                NEW_ID
            }
            Change::Update { id, request, .. } => {
                let text = RequestText::new(&cbr::POLICIES_UPDATE, &[id]);
                requests.extend(request.as_ref().map(|request| text.with_body(request)));
                id
            }
        };
        let off = self.take_off.iter().map(|vault| (vault, take_off(id)));
        let on = self.apply.iter().map(|vault| (vault, apply(id, vault)));
        requests.extend(off.chain(on).map(|(vault, deed)| deed.request(&vault.id)));
        requests
    }

    /// Carries it out. A vault that refuses keeps none of the others from getting the policy: each
    /// refusal is a notice of its own.
    pub async fn carry_out(self, api: Api, toasts: Toasts, once: &str) -> Result<Saved, ApiError> {
        let saved = match self.change {
            Change::Create(request) => create_policy_of_vaults(api, &request, once).await?,
            Change::Update { id, base, request } => {
                let now = policy_of_vaults(api, &id).await?;
                if !PolicyFields::from(&now).changed(&base).is_empty() {
                    return Ok(Saved::Changed(Box::new(now)));
                }
                match request {
                    Some(request) => update_policy_of_vaults(api, &id, &request).await?,
                    None => now,
                }
            }
        };
        for vault in &self.take_off {
            let deed = take_off(&saved.id);
            if let Err(error) = deed.carry_out(api, &vault.id, &operation_id()).await {
                let title = format!("{} was not taken off vault {}", saved.name, vault.shown());
                toasts.failure(title, error.to_string());
            }
        }
        for vault in &self.apply {
            let deed = apply(&saved.id, vault);
            if let Err(error) = deed.carry_out(api, &vault.id, &operation_id()).await {
                let title = format!("{} was not applied to vault {}", saved.name, vault.shown());
                let text = format!("The policy itself is saved; edit it and try again. {error}");
                toasts.failure(title, text);
            }
        }
        Ok(Saved::Done(Box::new(saved)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::model::Generation;

    fn vault(id: &str, destination: &str) -> VaultRef {
        VaultRef {
            id: id.into(),
            name: String::new(),
            destination_id: destination.into(),
        }
    }

    fn fields(vaults: &[VaultRef]) -> PolicyFields {
        PolicyFields {
            generation: Generation::Cbr,
            name: "weekly".into(),
            patterns: vec!["FREQ=DAILY;BYHOUR=2;BYMINUTE=0".into()],
            vaults: vaults.to_vec(),
            ..PolicyFields::default()
        }
    }

    #[test]
    fn a_new_policy_is_made_first_and_then_applied() {
        let wanted = fields(&[vault("v1", ""), vault("v2", "")]);
        let deed = PolicySave::new(&wanted, None, None).expect("a deed");
        let paths: Vec<String> = deed.requests().into_iter().map(|r| r.path).collect();
        assert_eq!(
            paths,
            [
                "/policies",
                "/vaults/v1/associatepolicy",
                "/vaults/v2/associatepolicy"
            ]
        );
    }

    #[test]
    fn only_vaults_that_differ_are_touched() {
        let base = fields(&[vault("v1", "a"), vault("v2", "a"), vault("v3", "a")]);
        let policy = Policy {
            id: "p".into(),
            ..base.to_policy(None)
        };
        let wanted = fields(&[vault("v1", "a"), vault("v2", "b")]);
        let deed = PolicySave::new(&wanted, Some(&policy), Some(&base)).expect("a deed");
        assert_eq!(deed.apply, [vault("v2", "b")]);
        assert_eq!(deed.take_off, [vault("v3", "a")]);
        let paths: Vec<String> = deed.requests().into_iter().map(|r| r.path).collect();
        assert_eq!(
            paths,
            ["/vaults/v3/dissociatepolicy", "/vaults/v2/associatepolicy"]
        );
    }
}
