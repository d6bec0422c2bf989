//! Saving a policy: looks first whether somebody else changed it, takes servers out of the policies
//! they are in, then creates or updates; and puts servers back when the last step fails.

use contract::csbs::policies::{PolicyCreateRequest, PolicyUpdate, PolicyUpdateRequest};
use contract::model::Policy;
use contract::operations::csbs;
use contract::request::RequestText;

use super::fields::{PolicyFields, ServerRef};
use super::save_vaults::PolicySave;
use crate::api::{Api, ApiError, create_policy, policy, update_policy};
use crate::ui::Toasts;

/// Servers that leave another policy.
#[derive(Clone, Debug, PartialEq)]
pub struct Leave {
    /// The policy they leave, as the list shows it.
    pub policy: Policy,
    pub servers: Vec<ServerRef>,
}

/// What saving does.
#[derive(Clone, Debug, PartialEq)]
pub enum Deed {
    Create(PolicyCreateRequest),
    Update {
        id: String,
        /// The policy as it was when the draft was begun.
        base: Box<PolicyFields>,
        request: PolicyUpdateRequest,
    },
    /// The same for a policy of vaults.
    OfVaults(Box<PolicySave>),
}

/// A save, ready to be carried out.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    pub leaves: Vec<Leave>,
    pub deed: Deed,
}

/// How a save ended.
pub enum Saved {
    Done(Box<Policy>),
    /// Nothing was sent: somebody changed the policy since the draft was begun.
    Changed(Box<Policy>),
}

/// What saving these fields does.
pub fn plan_of(
    wanted: &PolicyFields,
    policy: Option<&Policy>,
    base: Option<&PolicyFields>,
    all: &[Policy],
) -> Option<Plan> {
    if wanted.generation.capabilities().vaults {
        let deed = PolicySave::new(wanted, policy, base)?;
        return Some(Plan {
            leaves: Vec::new(),
            deed: Deed::OfVaults(Box::new(deed)),
        });
    }
    let own = policy.map(|policy| policy.id.as_str());
    let leaves = leaves(&wanted.servers, all, own);
    let deed = match (policy, base) {
        (Some(policy), Some(base)) => Deed::Update {
            id: policy.id.clone(),
            base: Box::new(base.clone()),
            request: wanted.to_update(base, policy).ok()?,
        },
        _ => Deed::Create(wanted.to_create().ok()?),
    };
    Some(Plan { leaves, deed })
}

/// The other policies that servers have to leave; `own` is the policy being saved.
pub fn leaves(servers: &[ServerRef], all: &[Policy], own: Option<&str>) -> Vec<Leave> {
    all.iter()
        .filter(|policy| Some(policy.id.as_str()) != own)
        .filter_map(|policy| {
            let leaving: Vec<ServerRef> = servers
                .iter()
                .filter(|server| policy.servers.iter().any(|theirs| theirs.id == server.id))
                .cloned()
                .collect();
            (!leaving.is_empty()).then(|| Leave {
                policy: policy.clone(),
                servers: leaving,
            })
        })
        .collect()
}

/// The request that takes servers out of a policy.
fn without(policy: &Policy, leaving: &[ServerRef]) -> PolicyUpdateRequest {
    let stays = |id: &str| !leaving.iter().any(|server| server.id == id);
    let resources = policy
        .servers
        .iter()
        .filter(|server| stays(&server.id))
        .cloned()
        .map(Into::into)
        .collect();
    PolicyUpdateRequest {
        policy: PolicyUpdate {
            resources: Some(resources),
            ..PolicyUpdate::default()
        },
    }
}

impl Plan {
    /// The requests, in their order; of those that take servers out of other policies none.
    pub fn requests(&self) -> Vec<RequestText> {
        match &self.deed {
            Deed::Create(request) => {
                vec![RequestText::new(&csbs::POLICIES_CREATE, &[]).with_body(request)]
            }
            Deed::Update { id, request, .. } => {
                vec![RequestText::new(&csbs::POLICIES_UPDATE, &[id]).with_body(request)]
            }
            Deed::OfVaults(deed) => deed.requests(),
        }
    }

    /// Carries it out; `once` makes a repeated creation one.
    pub async fn carry_out(self, api: Api, toasts: Toasts, once: &str) -> Result<Saved, ApiError> {
        let mut left: Vec<Policy> = Vec::new();
        let outcome = match self.deed {
            Deed::OfVaults(deed) => return deed.carry_out(api, toasts, once).await,
            Deed::Create(request) => match leave_all(api, &self.leaves, &mut left).await {
                Ok(()) => create_policy(api, &request, once).await,
                Err(error) => Err(error),
            },
            Deed::Update { id, base, request } => {
                let now = policy(api, &id).await?;
                if !PolicyFields::from(&now).changed(&base).is_empty() {
                    return Ok(Saved::Changed(Box::new(now)));
                }
                match leave_all(api, &self.leaves, &mut left).await {
                    Ok(()) => update_policy(api, &id, &request).await,
                    Err(error) => Err(error),
                }
            }
        };
        match outcome {
            Ok(policy) => Ok(Saved::Done(Box::new(policy))),
            // Whether it was made is not known: putting servers back could tear them out again.
            Err(ApiError::Timeout) => Err(ApiError::Timeout),
            Err(error) => {
                put_back(api, toasts, left).await;
                Err(error)
            }
        }
    }
}

/// Takes servers out of their policies, as these are now; `left` holds them as they were.
async fn leave_all(api: Api, leaves: &[Leave], left: &mut Vec<Policy>) -> Result<(), ApiError> {
    for leave in leaves {
        let now = policy(api, &leave.policy.id).await?;
        update_policy(api, &now.id, &without(&now, &leave.servers)).await?;
        left.push(now);
    }
    Ok(())
}

async fn put_back(api: Api, toasts: Toasts, left: Vec<Policy>) {
    for policy in left {
        if let Err(error) = update_policy(api, &policy.id, &without(&policy, &[])).await {
            let title = format!("Servers could not be put back into {}", policy.name);
            toasts.failure(
                title,
                format!("Open that policy and add them again. {error}"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::model::PolicyServer;

    fn policy(id: &str, servers: &[&str]) -> Policy {
        let server = |id: &&str| PolicyServer {
            id: (*id).into(),
            name: format!("name of {id}"),
            ..PolicyServer::default()
        };
        Policy {
            id: id.into(),
            servers: servers.iter().map(server).collect(),
            ..Policy::default()
        }
    }

    fn servers(ids: &[&str]) -> Vec<ServerRef> {
        ids.iter()
            .map(|id| ServerRef {
                id: (*id).into(),
                name: String::new(),
            })
            .collect()
    }

    #[test]
    fn servers_leave_every_other_policy_and_never_their_own() {
        let all = [
            policy("p1", &["a", "b"]),
            policy("p2", &["c"]),
            policy("p3", &["d"]),
        ];
        let found = leaves(&servers(&["a", "c"]), &all, Some("p2"));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].policy.id, "p1");
        assert_eq!(found[0].servers, servers(&["a"]));
    }

    #[test]
    fn the_servers_that_stay_go_back_as_they_came() {
        let request = without(&policy("p1", &["a", "b"]), &servers(&["a"]));
        let resources = request.policy.resources.expect("a list");
        assert_eq!(resources.len(), 1);
        assert_eq!(
            (resources[0].id.as_str(), resources[0].name.as_str()),
            ("b", "name of b")
        );
    }
}
