//! Failures somebody asked for: matched by operation, counted, and told what to do to the answer.

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;

/// A fault that is armed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// Operation id, `csbs.*` or `*`.
    pub operation: String,
    /// How often it still happens.
    pub times: u64,
    /// How many matching calls pass before it happens.
    pub after: u64,
    /// What happens.
    #[serde(flatten)]
    pub effect: Effect,
}

/// What a fault does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Effect {
    /// Answer with this error instead.
    Error {
        /// HTTP status.
        status: u16,
        /// Catalogue code.
        error_code: String,
        /// Words.
        error_msg: String,
        /// Seconds in `Retry-After`.
        #[serde(skip_serializing_if = "Option::is_none")]
        retry_after: Option<u64>,
    },
    /// Wait before the call is done.
    Delay {
        /// Milliseconds.
        delay_ms: u64,
    },
    /// Promise the whole answer, send this much of it and hang up.
    Cut {
        /// Bytes of the body.
        cut_after_bytes: usize,
    },
    /// Close the connection without an answer, the hard way (RST).
    Reset {
        /// Always `true`.
        reset: bool,
    },
    /// Send the body one byte at a time.
    Drip {
        /// Milliseconds between two bytes.
        drip_ms: u64,
    },
    /// Answer 200 with this text instead.
    Body {
        /// The text.
        body: String,
        /// Its type.
        content_type: String,
    },
    /// The backup, restore or deletion that the call begins fails while running.
    Job {
        /// Always `fail`.
        job: String,
        /// Catalogue code of the failure.
        code: String,
    },
}

impl Fault {
    fn matches(&self, operation: &str) -> bool {
        match self.operation.strip_suffix('*') {
            Some(prefix) => operation.starts_with(prefix),
            None => self.operation == operation,
        }
    }
}

/// The faults of one world.
#[derive(Debug, Default)]
pub struct Faults {
    armed: Mutex<Vec<Fault>>,
}

impl Faults {
    /// Arms one more.
    pub fn arm(&self, fault: Fault) {
        self.held().push(fault);
    }

    /// What is armed, oldest first.
    pub fn list(&self) -> Vec<Fault> {
        self.held().clone()
    }

    /// Disarms all.
    pub fn clear(&self) {
        self.held().clear();
    }

    /// What happens to this call of `operation`, counted as one.
    pub fn of_request(&self, operation: &str) -> Option<Effect> {
        self.take(|fault| !matches!(fault.effect, Effect::Job { .. }) && fault.matches(operation))
    }

    /// The code with which a job begun by `operation` fails, counted as one.
    pub fn job_failure(&self, operation: &str) -> Option<String> {
        let effect = self
            .take(|fault| matches!(fault.effect, Effect::Job { .. }) && fault.matches(operation));
        match effect {
            Some(Effect::Job { code, .. }) => Some(code),
            _ => None,
        }
    }

    /// Whether the scheduler refuses to stop for `operation`, counted as one. Only a fault for just this
    /// operation says so: to a wider one the jobs are backups, restores and deletions.
    pub fn refusal_to_stop(&self, operation: &str) -> bool {
        self.take(|fault| {
            matches!(fault.effect, Effect::Job { .. }) && fault.operation == operation
        })
        .is_some()
    }

    /// The first matching fault that is due; those that wait for later calls count this one.
    fn take(&self, matches: impl Fn(&Fault) -> bool) -> Option<Effect> {
        let mut armed = self.held();
        let mut effect = None;
        for fault in armed.iter_mut().filter(|fault| matches(fault)) {
            if fault.after > 0 {
                fault.after -= 1;
            } else if effect.is_none() {
                fault.times -= 1;
                effect = Some(fault.effect.clone());
            }
        }
        armed.retain(|fault| fault.times > 0);
        effect
    }

    fn held(&self) -> MutexGuard<'_, Vec<Fault>> {
        self.armed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(operation: &str, times: u64, after: u64, effect: Effect) -> Fault {
        Fault {
            operation: operation.to_owned(),
            times,
            after,
            effect,
        }
    }

    const SLOW: Effect = Effect::Delay { delay_ms: 5 };

    #[test]
    fn a_fault_waits_happens_and_is_gone() {
        let faults = Faults::default();
        faults.arm(fault("csbs.policies.list", 2, 1, SLOW));
        let calls: Vec<_> = (0..4)
            .map(|_| faults.of_request("csbs.policies.list").is_some())
            .collect();
        assert_eq!(calls, [false, true, true, false]);
        assert!(faults.list().is_empty());
    }

    #[test]
    fn patterns_match_a_service_or_everything() {
        let faults = Faults::default();
        faults.arm(fault("csbs.*", 1, 0, SLOW));
        assert_eq!(faults.of_request("ecs.servers.list"), None);
        assert_eq!(faults.of_request("csbs.backups.list"), Some(SLOW));
        faults.arm(fault("*", 1, 0, SLOW));
        assert_eq!(faults.of_request("ecs.servers.list"), Some(SLOW));
    }

    #[test]
    fn a_wide_fault_is_kept_for_a_job_when_a_scheduler_is_stopped() {
        let faults = Faults::default();
        let fails = Effect::Job {
            job: "fail".to_owned(),
            code: "CSBS.9999".to_owned(),
        };
        faults.arm(fault("csbs.*", 1, 0, fails.clone()));
        assert!(!faults.refusal_to_stop("csbs.policies.delete"));
        assert!(faults.job_failure("csbs.backups.delete").is_some());
        faults.arm(fault("csbs.policies.delete", 1, 0, fails));
        assert!(faults.refusal_to_stop("csbs.policies.delete"));
        assert!(!faults.refusal_to_stop("csbs.policies.delete"));
    }

    #[test]
    fn jobs_and_answers_do_not_use_up_each_others_faults() {
        let faults = Faults::default();
        faults.arm(fault(
            "*",
            1,
            0,
            Effect::Job {
                job: "fail".to_owned(),
                code: "CSBS.9999".to_owned(),
            },
        ));
        assert_eq!(faults.of_request("csbs.servers.protect"), None);
        let code = faults.job_failure("csbs.servers.protect");
        assert_eq!(code.as_deref(), Some("CSBS.9999"));
    }
}
