//! What runs next, by the same engine the policy editor uses.

use std::sync::Arc;

use contract::model::Policy;
use contract::schedule::Schedule;
use contract::time::Timestamp;
use leptos::prelude::*;

use crate::clock::use_clock;
use crate::coverage::CoverageData;
use crate::format::count;
use crate::layout::use_paths;
use crate::ui::{Card, TextLink, Time};

/// Runs shown here.
const SHOWN: usize = 6;

/// The coming runs of all policies, soonest first: when, which policy, how many servers.
fn next_runs(policies: &[Policy], now: Timestamp) -> Vec<(Timestamp, &Policy)> {
    let mut runs: Vec<(Timestamp, &Policy)> = policies
        .iter()
        .filter(|policy| policy.enabled)
        .flat_map(|policy| {
            let rules = std::iter::once(&policy.pattern).chain(&policy.further_patterns);
            rules.filter_map(move |rule| Some((policy, Schedule::parse(rule).ok()?)))
        })
        .flat_map(|(policy, schedule)| {
            let start = policy.start_time.unwrap_or(now);
            schedule
                .occurrences_since(start, now.max(start))
                .take(SHOWN)
                .map(move |at| (at, policy))
        })
        .collect();
    runs.sort_by(|a, b| (a.0, &a.1.name, &a.1.id).cmp(&(b.0, &b.1.name, &b.1.id)));
    // Two rules of a policy may meet.
    runs.dedup_by(|a, b| a.0 == b.0 && a.1.id == b.1.id);
    runs.truncate(SHOWN);
    runs
}

/// The next runs.
#[component]
pub(super) fn NextRuns(data: Signal<Arc<CoverageData>>) -> AnyView {
    let (clock, paths) = (use_clock(), use_paths());
    let entries = move || {
        let now = clock.ticking();
        data.with(|data| {
            next_runs(&data.policies, now)
                .into_iter()
                .map(|(at, policy)| {
                    let (href, name) = (paths.policy(&policy.id), policy.name.clone());
                    let servers = count(policy.servers.len(), "server", "servers");
                    view! {
                        <li class="next-run">
                            <Time at=Some(at)/>
                            <span class="stack"><TextLink href=href><bdi>{name}</bdi></TextLink><span class="field-hint">{servers}</span></span>
                        </li>
                    }
                })
                .collect_view()
        })
    };
    let none = move || {
        data.with(|data| {
            !data.missing.policies && !data.policies.iter().any(|policy| policy.enabled)
        })
    };
    let new_policy = use_paths().new_policy();
    view! {
        <Card title="Next runs">
            {move || none().then(|| view! {
                <p>"No policy is switched on, so nothing runs by itself. "<TextLink href=new_policy.clone()>"Create a policy"</TextLink></p>
            })}
            <ul class="overview-list">{entries}</ul>
        </Card>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(name: &str, enabled: bool, pattern: &str) -> Policy {
        Policy {
            id: name.into(),
            name: name.into(),
            enabled,
            pattern: pattern.into(),
            ..Policy::default()
        }
    }

    #[test]
    fn runs_of_all_policies_come_in_their_order_and_switched_off_ones_do_not_come() {
        let policies = [
            policy(
                "evening",
                true,
                "FREQ=WEEKLY;BYDAY=SA,SU;BYHOUR=18;BYMINUTE=30",
            ),
            policy("off", false, "FREQ=WEEKLY;BYDAY=SA;BYHOUR=10;BYMINUTE=0"),
            policy("unreadable", true, "FREQ=YEARLY"),
            policy("noon", true, "FREQ=WEEKLY;BYDAY=SA;BYHOUR=12;BYMINUTE=0"),
        ];
        let now = Timestamp::parse("2026-03-14T09:00:00").expect("valid");
        let runs: Vec<_> = next_runs(&policies, now)
            .iter()
            .map(|(at, policy)| (at.to_seconds_text(), policy.name.as_str()))
            .take(3)
            .collect();
        assert_eq!(
            runs,
            [
                ("2026-03-14T12:00:00Z".to_owned(), "noon"),
                ("2026-03-14T18:30:00Z".to_owned(), "evening"),
                ("2026-03-15T18:30:00Z".to_owned(), "evening"),
            ]
        );
    }
}
