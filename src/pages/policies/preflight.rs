//! What the service would say to a policy being made, changed, deleted or run, asked of the same
//! checks before anything is sent (`contract::policy`).

use std::fmt::Display;

use contract::errors::lookup;
use contract::model::{
    Backup, BackupStatus, Generation, Policy, PolicyKind, Quota, Server, Volume,
};
use contract::policy::{
    PolicyFacts, PolicyRefusal, RunFacts, RunRefusal, as_shown, create_refusals, delete_refusals,
    run_refusals, update_refusals,
};
use contract::protect::{Candidate, Running};
use contract::rules::SERVER_KIND;
use contract::vault::{self, Vault};

use super::draft::id;
use super::save::{Deed, Plan};
use super::save_vaults::PolicySave;
use crate::api::{Api, ApiError, backups, quotas, servers, volumes};
use crate::form::Problem;

const PROTECTING: &str = "protecting";

/// A refusal as the forms show it: its sentence, its code, and the way out the catalogue knows.
fn said(refusal: &impl Display, code: &str, status: u16) -> String {
    let way_out = lookup(code, status).map(|text| text.remedy);
    match way_out.filter(|way_out| !way_out.is_empty()) {
        Some(way_out) => format!("{refusal} {way_out} ({code})"),
        None => format!("{refusal} ({code})"),
    }
}

/// The form's field for a member of the request; empty for the form as a whole.
fn field_of(refusal: &PolicyRefusal) -> &'static str {
    match refusal {
        PolicyRefusal::NameTaken(_) => id::NAME,
        PolicyRefusal::Kind { .. } | PolicyRefusal::NoServer(_) | PolicyRefusal::Bound { .. } => {
            id::SERVERS
        }
        PolicyRefusal::Parameter { field, .. } => {
            let fields = [
                ("policy.name", id::NAME),
                ("policy.description", id::DESCRIPTION),
                ("policy.resources", id::SERVERS),
                ("policy.scheduled_operations[0].trigger", id::SCHEDULE),
                (
                    "policy.scheduled_operations[0].operation_definition",
                    id::RETENTION,
                ),
            ];
            let found = fields.iter().find(|(member, _)| field.starts_with(member));
            found.map_or("", |(_, id)| *id)
        }
        _ => "",
    }
}

/// A server's name in the place of its id.
fn named(refusal: &PolicyRefusal, servers: &[Server]) -> PolicyRefusal {
    let name = |id: &String| {
        let server = servers.iter().find(|server| server.id == *id);
        server.map_or_else(|| id.clone(), |server| server.name.clone())
    };
    match refusal {
        PolicyRefusal::NoServer(id) => PolicyRefusal::NoServer(name(id)),
        PolicyRefusal::Bound { server, policy } => PolicyRefusal::Bound {
            server: name(server),
            policy: policy.clone(),
        },
        other => other.clone(),
    }
}

/// What is known when a policy is saved.
pub struct Known<'a> {
    /// Every policy of the project, the one being edited as well.
    pub policies: &'a [Policy],
    /// `None` while they have not come.
    pub servers: Option<&'a [Server]>,
    /// The same for vaults.
    pub vaults: Option<&'a [Vault]>,
    /// Whether the policy is running.
    pub running: bool,
}

/// Everything the service would have against saving, at its field.
pub fn save_problems(plan: &Plan, own: Option<&Policy>, known: &Known<'_>) -> Vec<Problem> {
    // Servers that are taken out of other policies first are free by then.
    let mut policies = known.policies.to_vec();
    for leave in &plan.leaves {
        for policy in policies.iter_mut().filter(|p| p.id == leave.policy.id) {
            policy
                .servers
                .retain(|server| leave.servers.iter().all(|leaving| leaving.id != server.id));
        }
    }
    let servers = known.servers.unwrap_or_default();
    let refusals = match (&plan.deed, own) {
        (Deed::Create(request), _) => {
            let wanted = &request.policy;
            let name = Some(wanted.name.as_str());
            let facts = PolicyFacts::of(name, &wanted.resources, &policies, servers, false);
            create_refusals(wanted, &facts)
        }
        (Deed::Update { id, request, .. }, Some(own)) => {
            let wanted = &request.policy;
            let name = wanted.name.as_ref().map(|name| name.as_str());
            let resources = wanted.resources.as_deref().unwrap_or_default();
            let facts = PolicyFacts::of(name, resources, &policies, servers, known.running);
            update_refusals(id, wanted, Some(&as_shown(own)), &facts)
        }
        (Deed::Update { .. }, None) => Vec::new(),
        (Deed::OfVaults(deed), _) => {
            return vault_problems(deed, known.vaults.unwrap_or_default());
        }
    };
    refusals
        .iter()
        // Without the servers nobody knows which of them exist.
        .filter(|refusal| known.servers.is_some() || !matches!(refusal, PolicyRefusal::NoServer(_)))
        .map(|refusal| {
            let text = said(&named(refusal, servers), refusal.code(), refusal.status());
            Problem::at(field_of(refusal), text)
        })
        .collect()
}

/// What the vaults themselves have against a policy; which vault copies go to is the draft's matter.
fn vault_problems(deed: &PolicySave, vaults: &[Vault]) -> Vec<Problem> {
    let refused = deed.apply.iter().filter_map(|applied| {
        let vault = vaults.iter().find(|vault| vault.id == applied.id)?;
        let refused = apply_refusal(vault, &deed.wanted.kind)?;
        Some(Problem::at(id::VAULTS, format!("Vaults: {refused}")))
    });
    refused.collect()
}

/// What keeps policies of this kind from a vault, whichever vault copies go to.
pub fn apply_refusal(vault: &Vault, kind: &PolicyKind) -> Option<String> {
    let policy = vault::PolicyFacts {
        name: "",
        replication: matches!(kind, PolicyKind::Replication(_)),
        project: "",
    };
    // Copies go to the vault itself: what the check then says is about what it is, not where to.
    let target = Vault {
        project_id: String::new(),
        protects: vault::Protects::Replication,
        ..vault.clone()
    };
    let facts = vault::AssociateFacts {
        vault: Some(vault),
        policies: &[("", Some(policy))],
        target: Some(&target),
    };
    let found = vault::associate_refusals(&vault.id, Some(&target.id), &facts);
    let refusal = found.first()?;
    Some(format!("{refusal} ({})", refusal.code()))
}

/// Who began the backups that are being made; nobody when none is.
pub fn running(backups: &[Backup]) -> Option<Running> {
    let made = backups
        .iter()
        .filter(|backup| backup.status == BackupStatus::Protecting);
    made.map(|backup| backup.automatic)
        .max()
        .map(|automatic| match automatic {
            true => Running::Scheduled,
            false => Running::Manual,
        })
}

/// The backups of a policy that are being made right now.
pub async fn being_made(api: Api, policy_id: &str) -> Result<Vec<Backup>, ApiError> {
    backups(api, &[("policy_id", policy_id), ("status", PROTECTING)]).await
}

/// Ids of the policies that are running; one call while none is.
pub async fn running_policies(api: Api, policies: &[Policy]) -> Result<Vec<String>, ApiError> {
    let mut found = Vec::new();
    if backups(api, &[("status", PROTECTING)]).await?.is_empty() {
        return Ok(found);
    }
    for policy in policies {
        if running(&being_made(api, &policy.id).await?).is_some() {
            found.push(policy.id.clone());
        }
    }
    Ok(found)
}

/// Why a policy with these backups under way is not deleted now, if it is not.
pub fn delete_refusal(policy: &Policy, made: &[Backup]) -> Option<String> {
    let refusals = delete_refusals(&policy.id, true, running(made).is_some());
    let refusal = refusals.first()?;
    Some(said(refusal, refusal.code(), refusal.status()))
}

/// What a run is judged by.
#[derive(Clone, Debug, PartialEq)]
pub struct RunSeen {
    servers: Vec<Server>,
    volumes: Vec<Volume>,
    quotas: Vec<Quota>,
    /// Backups of the project that are being made …
    protecting: Vec<Backup>,
    /// … and those of the policy among them.
    of_policy: Vec<Backup>,
}

impl RunSeen {
    /// Asks the services.
    pub async fn look(api: Api, policy_id: &str) -> Result<Self, ApiError> {
        Ok(Self {
            of_policy: being_made(api, policy_id).await?,
            protecting: backups(api, &[("status", PROTECTING)]).await?,
            servers: servers(api).await?,
            volumes: volumes(api).await?,
            quotas: quotas(api).await?.heard(Generation::Csbs)?,
        })
    }

    /// Why the policy is not run now for these servers, or for all when none is named.
    pub fn refusal(&self, policy: &Policy, chosen: &[String]) -> Option<String> {
        let asked: Vec<_> = policy
            .servers
            .iter()
            .filter(|server| chosen.is_empty() || chosen.contains(&server.id))
            .map(|asked| {
                let server = self.servers.iter().find(|server| server.id == asked.id);
                let attached = server.iter().flat_map(|server| &server.attachments);
                let volumes: Vec<Volume> = attached
                    .filter_map(|at| self.volumes.iter().find(|v| v.id == at.volume_id))
                    .cloned()
                    .collect();
                (asked, server, volumes)
            })
            .collect();
        let candidates: Vec<(&str, Candidate<'_>)> = asked
            .iter()
            .map(|(asked, server, volumes)| {
                let own = self.protecting.iter().filter(|b| b.server_id == asked.id);
                let own: Vec<Backup> = own.cloned().collect();
                let candidate = Candidate {
                    kind: SERVER_KIND,
                    server: *server,
                    volumes,
                    // Which zones have the service only the service knows.
                    zone_served: true,
                    policy: None,
                    running: running(&own),
                };
                (asked.id.as_str(), candidate)
            })
            .collect();
        let facts = RunFacts {
            policy: Some(policy),
            running: running(&self.of_policy),
            candidates: &candidates,
            quotas: &self.quotas,
        };
        let refusal = run_refusals(&policy.id, chosen, &facts)?;
        let (code, status) = (refusal.code(), refusal.status());
        Some(said(&with_name(refusal, policy), code, status))
    }
}

/// A server's name in the place of its id.
fn with_name(refusal: RunRefusal, policy: &Policy) -> RunRefusal {
    let name = |id: String| {
        let server = policy.servers.iter().find(|server| server.id == id);
        match server {
            Some(server) if !server.name.is_empty() => server.name.clone(),
            _ => id,
        }
    };
    match refusal {
        RunRefusal::Server { server, refusal } => RunRefusal::Server {
            server: name(server),
            refusal,
        },
        RunRefusal::Nothing(Some((server, refusal))) => {
            RunRefusal::Nothing(Some((name(server), refusal)))
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::super::fields::PolicyFields;
    use super::super::save::{Deed, leaves};
    use super::*;
    use contract::compute;
    use contract::csbs::backups::CheckpointItem;
    use contract::model::PolicyServer;

    fn server(id: &str) -> Server {
        let mut server = Server::from(compute::Server::default());
        server.id = id.into();
        server.name = format!("name of {id}");
        server
    }

    fn policy(id: &str, servers: &[&str]) -> Policy {
        let server = |id: &&str| PolicyServer {
            id: (*id).into(),
            kind: SERVER_KIND.into(),
            ..PolicyServer::default()
        };
        Policy {
            id: id.into(),
            name: id.into(),
            operation_id: "op".into(),
            pattern: "FREQ=DAILY;BYHOUR=2;BYMINUTE=0".into(),
            servers: servers.iter().map(server).collect(),
            ..Policy::default()
        }
    }

    fn backup(status: &str, automatic: bool) -> Backup {
        let mut backup = Backup::from(CheckpointItem::default());
        backup.status = BackupStatus::from_word(status);
        backup.automatic = automatic;
        backup
    }

    fn update(own: &Policy, servers: &[&str], all: &[Policy]) -> Plan {
        let base = PolicyFields::from(own);
        let wanted = PolicyFields::from(&policy(&own.id, servers));
        let request = wanted.to_update(&base, own).expect("a request");
        Plan {
            leaves: leaves(&wanted.servers, all, Some(&own.id)),
            deed: Deed::Update {
                id: own.id.clone(),
                base: Box::new(base),
                request,
            },
        }
    }

    #[test]
    fn what_is_against_saving_is_said_at_its_field_with_code_and_way_out() {
        let all = [policy("p1", &["a"]), policy("p2", &["b"])];
        let servers = [server("a"), server("b")];
        let judge = |wanted: &[&str], running| {
            let plan = update(&all[0], wanted, &all);
            let known = Known {
                policies: &all,
                servers: Some(&servers),
                vaults: None,
                running,
            };
            save_problems(&plan, Some(&all[0]), &known)
        };
        // A server of another policy is taken out there first.
        assert_eq!(judge(&["a", "b"], false), []);
        let gone = judge(&["a", "gone"], false);
        assert_eq!(gone[0].field, id::SERVERS);
        assert!(
            gone[0].text.contains("There is no server gone."),
            "{gone:?}"
        );
        assert!(gone[0].text.ends_with("(CSBS.6000)"), "{gone:?}");
        let running = judge(&["a", "b"], true);
        assert_eq!(running[0].field, "");
        assert!(running[0].text.ends_with("(CSBS.2004)"), "{running:?}");
    }

    #[test]
    fn nothing_is_said_of_servers_that_have_not_come() {
        let all = [policy("p1", &["a"])];
        let known = Known {
            policies: &all,
            servers: None,
            vaults: None,
            running: false,
        };
        let plan = update(&all[0], &["a", "b"], &all);
        assert_eq!(save_problems(&plan, Some(&all[0]), &known), []);
    }

    #[test]
    fn a_policy_that_runs_is_neither_deleted_nor_run_again() {
        let own = policy("p1", &["a"]);
        assert_eq!(delete_refusal(&own, &[backup("available", true)]), None);
        let refusal = delete_refusal(&own, &[backup("protecting", true)]).expect("a refusal");
        assert!(refusal.ends_with("(CSBS.2004)"), "{refusal}");
        let mut seen = RunSeen {
            servers: vec![server("a")],
            volumes: Vec::new(),
            quotas: Vec::new(),
            protecting: Vec::new(),
            of_policy: vec![backup("protecting", true)],
        };
        let refusal = seen.refusal(&own, &[]).expect("a refusal");
        assert!(refusal.ends_with("(CSBS.6030)"), "{refusal}");
        seen.of_policy = Vec::new();
        let refusal = seen.refusal(&own, &[]).expect("no volume");
        assert!(refusal.ends_with("(CSBS.6032)"), "{refusal}");
        let refusal = seen.refusal(&own, &["other".into()]).expect("a stranger");
        assert!(refusal.ends_with("(CSBS.9001)"), "{refusal}");
    }
}
