//! The capability checks: can these servers be backed up, or restored to? (csbs-v1 4.2, 4.3)

use contract::csbs::backups::{
    CheckAnswer, CheckProtectable, CheckRequest, CheckRestorable, CheckResult,
};
use contract::protect::ProtectRefusal;
use contract::restore::RestorePlan;

use super::servers::{self, Subject};
use super::{policies, restores};
use crate::refusal::{Outcome, Refusal};
use crate::turn::Turn;

/// Answers in the order of the request; a failed check is an element, not an error.
pub fn check(turn: &Turn<'_>, project_id: &str, wanted: &CheckRequest) -> Outcome<CheckAnswer> {
    let mut answer = CheckAnswer::default();
    match (&wanted.check_protectable, &wanted.check_restorable) {
        (Some(servers), None) => {
            for server in servers {
                answer
                    .protectable
                    .push(protectable(turn, project_id, server)?);
            }
        }
        (None, Some(targets)) => {
            for target in targets {
                answer
                    .restorable
                    .push(restorable(turn, project_id, target)?);
            }
        }
        _ => {
            let message = "Send exactly one of check_protectable and check_restorable.";
            return Err(Refusal::bad("CSBS.9001", message).into());
        }
    }
    Ok(answer)
}

fn result(id: &str, kind: &str, refused: Option<(&str, String)>) -> CheckResult {
    let result = refused.is_none();
    let (code, words) = refused.unwrap_or(("", String::new()));
    CheckResult {
        resource_id: id.to_owned(),
        resource_type: kind.to_owned(),
        result: Some(result),
        error_code: code.to_owned(),
        error_msg: words,
    }
}

fn protectable(
    turn: &Turn<'_>,
    project_id: &str,
    wanted: &CheckProtectable,
) -> Outcome<CheckResult> {
    let (id, kind) = (&wanted.resource_id, &wanted.resource_type);
    let subject = Subject::find(turn, project_id, id)?;
    let policy = policies::policy_of(turn, id)?.map(|(_, name)| name);
    let refusals = servers::protect_refusals(turn, kind, id, subject.as_ref(), policy.as_deref())?;
    // A scheduled backup that happens to run says nothing about what the server is capable of.
    let refusal = refusals
        .iter()
        .find(|r| !matches!(r, ProtectRefusal::ScheduledRunning));
    Ok(result(id, kind, refusal.map(|r| (r.code(), r.to_string()))))
}

fn restorable(turn: &Turn<'_>, project_id: &str, wanted: &CheckRestorable) -> Outcome<CheckResult> {
    let plan = RestorePlan::from(wanted);
    let (refusal, ..) = restores::refusal_of(turn, project_id, &plan)?;
    let refused = refusal.map(|refusal| (refusal.check_code(), refusal.to_string()));
    Ok(result(
        &wanted.target.resource_id,
        &wanted.target.resource_type,
        refused,
    ))
}
