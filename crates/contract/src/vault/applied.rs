//! A policy as a vault looks at it: what it does, when it runs, and to which vaults it is applied.

use super::PolicyFacts;
use crate::cbr::policies as wire;
use crate::model::Retention;
use crate::schedule::Schedule;
use crate::time::Timestamp;

/// A policy that can be applied to vaults (cbr-v3 4.4).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct VaultPolicy {
    /// Policy id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Whether its schedule is on.
    pub enabled: bool,
    /// Whether it replicates; otherwise it backs up.
    pub replication: bool,
    /// The region it replicates to; empty for a backup policy.
    pub region: String,
    /// The project it replicates to; empty for a backup policy.
    pub project: String,
    /// Its rules, each as the service stores it.
    pub rules: Vec<String>,
    /// What "every N days" counts from.
    pub start_time: Option<Timestamp>,
    /// How long its backups are kept.
    pub retention: Retention,
    /// Vaults it is applied to, each with the vault it copies to (empty for a backup policy).
    pub vaults: Vec<(String, String)>,
}

impl VaultPolicy {
    /// Its next runs after an instant, the soonest first, over all rules; none while it is off.
    pub fn next_runs(&self, now: Timestamp, count: usize) -> Vec<Timestamp> {
        if !self.enabled {
            return Vec::new();
        }
        let start = self.start_time.unwrap_or(now);
        let from = now.max(start);
        let schedules = self.rules.iter().filter_map(|r| Schedule::parse(r).ok());
        let mut runs: Vec<Timestamp> = schedules
            .flat_map(|schedule| {
                let mut after = from;
                std::iter::from_fn(move || {
                    after = schedule.next_after(start, after)?;
                    Some(after)
                })
                .take(count)
            })
            .collect();
        runs.sort_unstable();
        runs.dedup();
        runs.truncate(count);
        runs
    }

    /// Whether it is applied to this vault.
    pub fn is_on(&self, vault: &str) -> bool {
        self.vaults.iter().any(|(id, _)| id == vault)
    }

    /// What of it matters to a vault.
    pub fn facts(&self) -> PolicyFacts<'_> {
        PolicyFacts {
            name: &self.name,
            replication: self.replication,
            project: &self.project,
        }
    }
}

impl From<wire::Policy> for VaultPolicy {
    fn from(policy: wire::Policy) -> Self {
        let definition = policy.operation_definition;
        Self {
            id: policy.id,
            name: policy.name,
            enabled: policy.enabled.unwrap_or(false),
            replication: policy.operation_type == "replication",
            retention: definition.retention(),
            region: definition.destination_region,
            project: definition.destination_project_id,
            rules: policy.trigger.properties.pattern,
            start_time: policy.trigger.properties.start_time,
            vaults: policy
                .associated_vaults
                .into_iter()
                .map(|link| (link.vault_id, link.destination_vault_id))
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_several_rules_come_in_one_row() {
        let now = Timestamp::parse("2026-11-21T04:00:00").unwrap();
        let mut policy = VaultPolicy {
            enabled: true,
            rules: vec![
                "FREQ=DAILY;BYHOUR=14;BYMINUTE=0".to_owned(),
                "FREQ=DAILY;BYHOUR=2;BYMINUTE=30".to_owned(),
                "not readable".to_owned(),
            ],
            ..VaultPolicy::default()
        };
        let texts: Vec<_> = policy
            .next_runs(now, 3)
            .into_iter()
            .map(|at| at.to_seconds_text())
            .collect();
        assert_eq!(
            texts,
            [
                "2026-11-21T14:00:00Z",
                "2026-11-22T02:30:00Z",
                "2026-11-22T14:00:00Z"
            ]
        );
        policy.enabled = false;
        assert!(policy.next_runs(now, 3).is_empty());
    }
}
