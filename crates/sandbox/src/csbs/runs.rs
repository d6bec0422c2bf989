//! What begins backups: one server now, a policy now, a policy by its schedule (csbs-v1 4.1, 4.9).

use contract::csbs::backups::{Checkpoint, Protect, ProtectionPlan, RunPolicy};
use contract::csbs::policies::Resource;
use contract::policy::{RunFacts, run_refusals};
use contract::protect::{ProtectRefusal, Running, refusals};
use contract::time::Timestamp;
use contract::{quota, rules};
use serde_json::{Value, json};

use super::making::{Begin, begin, leave_failed, write_checkpoint};
use super::policies::{self, Stored as StoredPolicy};
use super::servers::{self, Subject};
use super::{quotas, retention, tags};
use crate::jobs;
use crate::refusal::{Outcome, Refusal};
use crate::turn::Turn;

/// The operations that begin backups; scheduled runs count as the second.
pub const PROTECT: &str = "csbs.servers.protect";
/// See [`PROTECT`].
pub const RUN: &str = "csbs.policies.run";

/// Backs up one server (4.1).
pub fn protect(
    turn: &Turn<'_>,
    project_id: &str,
    server_id: &str,
    wanted: Protect,
) -> Outcome<Checkpoint> {
    let tenant = turn.tenant(project_id)?;
    let tags = match &wanted.tags {
        Some(tags) if tags.is_empty() => {
            return Err(Refusal::parameter("protect.tags", rules::Broken::Empty).into());
        }
        Some(tags) => tags::check_new(tags, "protect.tags")?,
        None => Vec::new(),
    };
    let kind = wanted
        .resource_type
        .as_deref()
        .unwrap_or(rules::SERVER_KIND);
    let subject = Subject::find(turn, project_id, server_id)?;
    let refusals = servers::protect_refusals(turn, kind, server_id, subject.as_ref(), None)?;
    if let Some(refusal) = refusals.first() {
        return Err(refused(server_id, refusal).into());
    }
    let Some(subject) = subject else {
        return Err(refused(server_id, &ProtectRefusal::NoServer).into());
    };
    check_quota(turn, project_id, 1)?;
    let checkpoint_id = turn.new_id();
    write_checkpoint(turn, tenant, &checkpoint_id, None, false)?;
    let description = wanted
        .description
        .as_ref()
        .map_or("", rules::Description::as_str);
    begin(
        turn,
        &subject,
        &Begin {
            tenant,
            checkpoint_id: &checkpoint_id,
            policy_id: None,
            automatic: false,
            name: wanted.backup_name.as_ref().map(rules::Name::as_str),
            description,
            incremental: wanted.incremental.unwrap_or(true),
            tags: &tags,
            operation: PROTECT,
        },
    )?;
    Ok(Checkpoint {
        id: checkpoint_id,
        status: "protecting".to_owned(),
        created_at: Some(turn.now),
        project_id: project_id.to_owned(),
        resource_graph: Value::Null,
        extra_info: Value::Null,
        protection_plan: ProtectionPlan {
            id: format!("fake_{}", turn.new_id()),
            name: format!("server protect plan for {server_id}"),
            resources: vec![Resource {
                id: server_id.to_owned(),
                kind: rules::SERVER_KIND.to_owned(),
                name: format!("resource_{server_id}"),
                extra_info: json!({}),
            }],
        },
    })
}

fn refused(server_id: &str, refusal: &ProtectRefusal) -> Refusal {
    Refusal {
        code: refusal.code(),
        status: refusal.status(),
        message: format!("Server {server_id}: {refusal}"),
    }
}

/// `CSBS.9006`, when there is no room for so many more.
fn check_quota(turn: &Turn<'_>, project_id: &str, more: usize) -> Outcome<()> {
    match quota::room(&quotas::all(turn, project_id)?, more) {
        Some(refusal) => Err(Refusal::from(refusal).into()),
        None => Ok(()),
    }
}

/// The run of a policy that is in progress, if any: who began it.
pub fn of_policy(turn: &Turn<'_>, policy_no: i64) -> Outcome<Option<Running>> {
    let automatic: Option<bool> = turn
        .db
        .prepare_cached(
            "SELECT max(b.automatic) FROM policies p
             JOIN backups b INDEXED BY backups_by_status
                 ON b.project = p.project AND b.status = 'protecting' AND b.policy_id = p.id
             WHERE p.no = ?1",
        )?
        .query_row([policy_no], |row| row.get(0))?;
    Ok(automatic.map(|automatic| {
        if automatic {
            Running::Scheduled
        } else {
            Running::Manual
        }
    }))
}

/// Runs a policy now (4.9).
pub fn run_policy(turn: &Turn<'_>, project_id: &str, wanted: RunPolicy) -> Outcome<Checkpoint> {
    let tenant = turn.tenant(project_id)?;
    let policy = policies::stored(turn, project_id, &wanted.plan_id)?;
    let automatic = wanted.parameters.auto_trigger.unwrap_or(false);
    let chosen = wanted.parameters.resources.unwrap_or_default();
    let resources: Vec<_> = policy
        .policy
        .resources
        .iter()
        .filter(|r| chosen.is_empty() || chosen.contains(&r.id))
        .cloned()
        .collect();
    let mut found = Vec::new();
    for resource in &resources {
        let subject = Subject::find(turn, project_id, &resource.id)?;
        let running = servers::running(turn, &resource.id)?.map(|(kind, _)| kind);
        found.push((resource, subject, running));
    }
    let candidates: Vec<_> = found
        .iter()
        .map(|(resource, subject, running)| {
            let candidate = servers::candidate(&resource.kind, subject.as_ref(), None, *running);
            (resource.id.as_str(), candidate)
        })
        .collect();
    let facts = RunFacts {
        policy: Some(&policy.policy.clone().into()),
        running: of_policy(turn, policy.no)?,
        candidates: &candidates,
        quotas: &quotas::all(turn, project_id)?,
    };
    if let Some(refusal) = run_refusals(&wanted.plan_id, &chosen, &facts) {
        return Err(Refusal::from(refusal).into());
    }
    let usable: Vec<bool> = candidates
        .iter()
        .map(|(_, candidate)| refusals(candidate).is_empty())
        .collect();
    let subjects: Vec<_> = found
        .into_iter()
        .zip(usable)
        .filter(|(_, usable)| *usable)
        .filter_map(|((_, subject, _), _)| subject)
        .collect();
    let checkpoint_id = turn.new_id();
    write_checkpoint(
        turn,
        tenant,
        &checkpoint_id,
        Some(&policy.policy.id),
        automatic,
    )?;
    for subject in &subjects {
        begin(
            turn,
            subject,
            &Begin {
                tenant,
                checkpoint_id: &checkpoint_id,
                policy_id: Some(&policy.policy.id),
                automatic,
                name: None,
                description: "",
                incremental: true,
                tags: &policy.policy.tags,
                operation: RUN,
            },
        )?;
    }
    let created_by = if automatic { "scheduler" } else { "manual" };
    Ok(Checkpoint {
        id: checkpoint_id,
        status: "protecting".to_owned(),
        created_at: Some(turn.now),
        project_id: project_id.to_owned(),
        resource_graph: Value::Null,
        extra_info: Value::String(json!({"created_by": created_by}).to_string()),
        protection_plan: ProtectionPlan {
            id: policy.policy.id.clone(),
            name: policy.policy.name.clone(),
            resources: resources
                .into_iter()
                .filter(|resource| {
                    subjects
                        .iter()
                        .any(|subject| subject.server.id == resource.id)
                })
                .map(|resource| Resource {
                    extra_info: Value::String("{}".to_owned()),
                    ..resource
                })
                .collect(),
        },
    })
}

/// A run that fell due (jobs).
pub fn scheduled(turn: &Turn<'_>, policy_no: i64) -> Outcome<()> {
    let Some((project_id, policy)) = policies::by_number(turn, policy_no)? else {
        return Ok(());
    };
    if policy.operation().enabled != Some(true) {
        return Ok(());
    }
    let properties = &policy.operation().trigger.properties;
    let start = properties.start_time.unwrap_or_default();
    let next = policies::next_run(&properties.pattern, start, turn.now);
    // While a server of the policy is backed up by hand the run is postponed, but never past the next one.
    if let Some(until) = manual_until(turn, &policy)? {
        let until = Timestamp::from_micros(until.max(turn.now.micros() + 1));
        let at = next.map_or(until, |next| next.min(until));
        return jobs::schedule(turn, jobs::Kind::Run, policy_no, at, None);
    }
    if let Some(next) = next {
        jobs::schedule(turn, jobs::Kind::Run, policy_no, next, None)?;
    }
    if of_policy(turn, policy_no)?.is_some() {
        // The run before it is not done yet: this one is left out.
        return Ok(());
    }
    let tenant = turn.tenant(&project_id)?;
    let checkpoint_id = turn.new_id();
    let wanted = Begin {
        tenant,
        checkpoint_id: &checkpoint_id,
        policy_id: Some(&policy.policy.id),
        automatic: true,
        name: None,
        description: "",
        incremental: true,
        tags: &policy.policy.tags,
        operation: RUN,
    };
    let mut there = Vec::new();
    for resource in &policy.policy.resources {
        let subject = Subject::find(turn, &project_id, &resource.id)?;
        there.extend(subject.map(|subject| (resource, subject)));
    }
    // A run over nothing leaves nothing behind.
    if !there.is_empty() {
        write_checkpoint(turn, tenant, &checkpoint_id, Some(&policy.policy.id), true)?;
    }
    let mut begun = false;
    for (resource, subject) in there {
        let refusals =
            servers::protect_refusals(turn, &resource.kind, &resource.id, Some(&subject), None)?;
        if let Some(refusal) = refusals.first() {
            leave_failed(
                turn,
                &subject,
                &wanted,
                refusal.code(),
                &refusal.to_string(),
            )?;
        } else if let Err(failure) = check_quota(turn, &project_id, 1) {
            match failure.refusal() {
                Some(refusal) => {
                    leave_failed(turn, &subject, &wanted, refusal.code, &refusal.message)?
                }
                None => return Err(failure),
            }
        } else {
            begin(turn, &subject, &wanted)?;
            begun = true;
        }
    }
    if !begun {
        retention::after_run(turn, tenant, &checkpoint_id, Some(&policy.policy.id))?;
    }
    Ok(())
}

/// Until when a server of the policy is being backed up by hand.
fn manual_until(turn: &Turn<'_>, policy: &StoredPolicy) -> Outcome<Option<i64>> {
    let mut until = None;
    for resource in &policy.policy.resources {
        if let Some((Running::Manual, end)) = servers::running(turn, &resource.id)? {
            until = until.max(Some(end));
        }
    }
    Ok(until)
}
