//! Running a policy by hand.

use core::fmt;

use crate::model::{Policy, Quota};
use crate::protect::{self, Candidate, ProtectRefusal, Running};
use crate::quota::{QuotaRefusal, room};

/// What is known when somebody runs a policy.
#[derive(Clone, Copy, Debug)]
pub struct RunFacts<'a> {
    /// The policy; `None` when there is none with the id.
    pub policy: Option<&'a Policy>,
    /// Who began the run of it that is in progress.
    pub running: Option<Running>,
    /// The servers to back up, in the policy's order, with their ids.
    pub candidates: &'a [(&'a str, Candidate<'a>)],
    /// The project's quotas.
    pub quotas: &'a [Quota],
}

/// Why a policy is not run; `Display` is the sentence to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunRefusal {
    /// CSBS.3000: there is no such policy.
    NoPolicy(String),
    /// CSBS.9001: a server that is not in it.
    Stranger(String),
    /// CSBS.6030: its schedule has begun a run.
    ScheduledRunning,
    /// CSBS.1001: a manual backup of one of its servers is in progress.
    ManualRunning,
    /// The code of the reason: the one server that was asked for cannot be backed up.
    Server {
        /// Server id.
        server: String,
        /// Why.
        refusal: ProtectRefusal,
    },
    /// CSBS.6032: none of its servers can be backed up; with the reason of the first.
    Nothing(Option<(String, ProtectRefusal)>),
    /// CSBS.9006: no room.
    Quota(QuotaRefusal),
}

impl RunRefusal {
    /// The service's code for it.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoPolicy(_) => "CSBS.3000",
            Self::Stranger(_) => "CSBS.9001",
            Self::ScheduledRunning => "CSBS.6030",
            Self::ManualRunning => "CSBS.1001",
            Self::Server { refusal, .. } => refusal.code(),
            Self::Nothing(_) => "CSBS.6032",
            Self::Quota(_) => QuotaRefusal::CODE,
        }
    }

    /// HTTP status of the answer.
    pub const fn status(&self) -> u16 {
        match self {
            Self::NoPolicy(_) => 404,
            Self::Stranger(_) | Self::Quota(_) => 400,
            Self::ScheduledRunning | Self::ManualRunning | Self::Nothing(_) => 500,
            Self::Server { refusal, .. } => refusal.status(),
        }
    }
}

impl fmt::Display for RunRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoPolicy(id) => write!(f, "There is no policy {id}."),
            Self::Stranger(id) => write!(
                f,
                "checkpoint.parameters.resources: server `{id}` is not in this policy."
            ),
            Self::ScheduledRunning => {
                f.write_str("A scheduled run of the policy is in progress; try again afterwards.")
            }
            Self::ManualRunning => f.write_str(
                "A manual backup of a server of the policy is in progress; try again afterwards.",
            ),
            Self::Server { server, refusal } => write!(f, "Server {server}: {refusal}"),
            Self::Nothing(None) => {
                f.write_str("Nothing of the policy can be backed up now. It has no server.")
            }
            Self::Nothing(Some((server, refusal))) => write!(
                f,
                "Nothing of the policy can be backed up now. Server {server}: {refusal}"
            ),
            Self::Quota(refusal) => refusal.fmt(f),
        }
    }
}

/// The first reason not to run the policy, for the `chosen` of its servers or without any for all.
pub fn run_refusals(
    policy_id: &str,
    chosen: &[String],
    facts: &RunFacts<'_>,
) -> Option<RunRefusal> {
    let Some(policy) = facts.policy else {
        return Some(RunRefusal::NoPolicy(policy_id.to_owned()));
    };
    let member = |id: &String| policy.servers.iter().any(|server| server.id == *id);
    if let Some(stranger) = chosen.iter().find(|id| !member(id)) {
        return Some(RunRefusal::Stranger(stranger.clone()));
    }
    match facts.running {
        Some(Running::Scheduled) => return Some(RunRefusal::ScheduledRunning),
        Some(Running::Manual) => return Some(RunRefusal::ManualRunning),
        None => {}
    }
    let mut usable = 0;
    let mut first = None;
    for (id, candidate) in facts.candidates {
        if candidate.running == Some(Running::Manual) {
            return Some(RunRefusal::ManualRunning);
        }
        match protect::refusals(candidate).into_iter().next() {
            None => usable += 1,
            Some(refusal) => {
                first.get_or_insert_with(|| ((*id).to_owned(), refusal));
            }
        }
    }
    match first {
        // A single server asked for by name gets its own reason.
        Some((server, refusal)) if usable == 0 && chosen.len() == 1 => {
            Some(RunRefusal::Server { server, refusal })
        }
        first if usable == 0 => Some(RunRefusal::Nothing(first)),
        _ => room(facts.quotas, usable).map(RunRefusal::Quota),
    }
}
