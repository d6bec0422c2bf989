//! What the console's retention timeline says goes is what the sandbox deletes, and when: over random
//! schedules and retentions, changed on the way, for both services, as the clock goes on.

use contract::cbr;
use contract::csbs::backups::CheckpointItemsAnswer;
use contract::csbs::policies::Definition as ServerDefinition;
use contract::model::{Backup, Generation, Limits, LongTerm, Policy, Retention};
use contract::retention::timeline::{Known, Life, Rule, lives};
use contract::schedule::{Schedule, together};
use contract::time::Timestamp;
use hyper::Method;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::json;

use crate::cbr::{Vaults, policy, text};
use crate::csbs::{Company, P};

/// Worlds that are lived through for each service.
const WORLDS: usize = 5;
/// Looks at each world before and after its rule is changed.
const LOOKS: usize = 4;
/// The server that is backed up.
const SERVER: &str = "wiki01";

/// A backup as the service lists it.
#[derive(Debug)]
struct Listed {
    id: String,
    at: Timestamp,
    automatic: bool,
    expires: Option<Timestamp>,
}

/// A world of one service with one policy for one server.
struct Subject {
    vaults: Vaults,
    generation: Generation,
    policy_id: String,
    operation_id: String,
    vault_id: String,
}

/// A rule, as the service takes it: at hours at which nobody looks.
fn any_rule() -> impl Strategy<Value = String> {
    let hours = proptest::sample::subsequence(vec![0, 2, 14, 20], 1..=3);
    (hours, 0..4_u8, 1..4_u8).prop_map(|(hours, days, every)| {
        let hours: Vec<String> = hours.iter().map(ToString::to_string).collect();
        let hours = hours.join(",");
        match days {
            0 => format!("FREQ=WEEKLY;BYDAY=MO,WE,SA;BYHOUR={hours};BYMINUTE=30"),
            1 => format!("FREQ=WEEKLY;BYDAY=SU;BYHOUR={hours};BYMINUTE=30"),
            _ => format!("FREQ=DAILY;INTERVAL={every};BYHOUR={hours};BYMINUTE=30"),
        }
    })
}

/// A retention that the service knows.
fn any_retention(generation: Generation) -> impl Strategy<Value = Retention> {
    let slots =
        (0..4_u32, 0..3_u32, 0..2_u32, -12..=14_i32).prop_map(|(day, week, month, hours)| {
            LongTerm {
                day: day + 1,
                week,
                month,
                year: 0,
                timezone: format!(
                    "UTC{}{:02}:00",
                    if hours < 0 { '-' } else { '+' },
                    hours.abs()
                ),
            }
        });
    (0..5_u8, 1..7_u32, 1..12_u32, slots).prop_map(move |(kind, count, days, slots)| {
        let both = generation.capabilities().both_limits;
        let limits = match kind {
            0 => return Retention::Forever,
            1 => (Some(count), None, None),
            2 => (None, Some(days), None),
            3 if both => (Some(count), Some(days), None),
            3 => (Some(1), None, Some(slots)),
            _ if both => (Some(1), None, None),
            _ => (Some(count), None, Some(slots)),
        };
        Retention::Limited(Limits {
            count: limits.0,
            days: limits.1,
            long_term: limits.2,
        })
    })
}

fn drawn<T: std::fmt::Debug>(runner: &mut TestRunner, strategy: impl Strategy<Value = T>) -> T {
    strategy.new_tree(runner).unwrap().current()
}

impl Subject {
    async fn open(generation: Generation, rules: &[String], retention: &Retention) -> Self {
        let vaults = Vaults::of(Company::open().await).await;
        let mut subject = Self {
            vaults,
            generation,
            policy_id: String::new(),
            operation_id: String::new(),
            vault_id: String::new(),
        };
        if generation == Generation::Cbr {
            let vaults = &subject.vaults;
            subject.vault_id = vaults.vault("timeline", 10_000, &[SERVER]).await;
            let rules: Vec<&str> = rules.iter().map(String::as_str).collect();
            let keep = json!(cbr::policies::Definition::from(retention));
            subject.policy_id = vaults
                .apply(&subject.vault_id, policy("timeline", &rules, keep))
                .await;
        } else {
            let company = &subject.vaults.0;
            let server = company.server(SERVER).await;
            let rule = Schedule::parse(&rules[0]).unwrap();
            let body = json!({"policy": {
                "name": "timeline", "provider_id": P, "parameters": {"common": {}},
                "resources": [{"id": server, "type": "OS::Nova::Server", "name": SERVER}],
                "scheduled_operations": [{
                    "enabled": true, "operation_type": "backup",
                    "operation_definition": ServerDefinition::from_retention(retention),
                    "trigger": {"properties": {"pattern": rule.to_pattern()}},
                }],
            }});
            let made = company.ok(Method::POST, "/v1/{p}/policies", body).await;
            let made = &made["policy"];
            let operation_id = text(&made["scheduled_operations"][0]["id"]);
            let policy_id = text(&made["id"]);
            (subject.policy_id, subject.operation_id) = (policy_id, operation_id);
        }
        subject
    }

    async fn change(&self, retention: &Retention) {
        let id = &self.policy_id;
        if self.generation == Generation::Cbr {
            let keep = json!(cbr::policies::Definition::from(retention));
            let body = json!({"policy": {"operation_definition": keep}});
            self.vaults.put(&format!("/policies/{id}"), body).await;
        } else {
            let body = json!({"policy": {"scheduled_operations": [{
                "id": self.operation_id,
                "operation_definition": ServerDefinition::from_retention(retention),
            }]}});
            let path = format!("/v1/{{p}}/policies/{id}");
            self.vaults.0.ok(Method::PUT, &path, body).await;
        }
    }

    async fn policy(&self) -> Policy {
        let id = &self.policy_id;
        if self.generation == Generation::Cbr {
            let shown = self.vaults.get(&format!("/policies/{id}")).await;
            let policy: cbr::Policy = serde_json::from_value(shown["policy"].clone()).unwrap();
            policy.into()
        } else {
            let shown = self.vaults.0.get(&format!("/v1/{{p}}/policies/{id}")).await;
            let policy: contract::csbs::policies::Policy =
                serde_json::from_value(shown["policy"].clone()).unwrap();
            policy.into()
        }
    }

    /// Its backups, oldest first.
    async fn backups(&self) -> Vec<Listed> {
        let mut listed: Vec<Listed> = if self.generation == Generation::Cbr {
            let path = format!("/backups?vault_id={}&limit=1000", self.vault_id);
            let page: cbr::BackupsAnswer =
                serde_json::from_value(self.vaults.get(&path).await).unwrap();
            let listed = page.backups.into_iter().map(|backup| Listed {
                at: backup.created_at.unwrap(),
                automatic: backup.extend_info.auto_trigger.unwrap(),
                expires: backup.expired_at,
                id: backup.id,
            });
            listed.collect()
        } else {
            let path = format!("/v1/{{p}}/checkpoint_items?policy_id={}", self.policy_id);
            let page: CheckpointItemsAnswer =
                serde_json::from_value(self.vaults.0.get(&path).await).unwrap();
            let backups = page.checkpoint_items.into_iter().map(Backup::from);
            let listed = backups.map(|backup| Listed {
                at: backup.created_at.unwrap(),
                automatic: backup.automatic,
                expires: None,
                id: backup.id,
            });
            listed.collect()
        };
        listed.sort_by_key(|backup| backup.at);
        listed
    }

    async fn now(&self) -> Timestamp {
        Timestamp::parse(&self.vaults.0.control(json!({"rate": 0})).await).unwrap()
    }

    /// What the timeline says of what is there now and of what is to come.
    async fn forecast(&self, retention: &Retention) -> (Vec<Listed>, Vec<Life>) {
        let (policy, listed, now) = (self.policy().await, self.backups().await, self.now().await);
        assert_eq!(policy.retention, *retention);
        let rules: Vec<Schedule> = policy
            .patterns()
            .map(|pattern| Schedule::parse(pattern).unwrap())
            .collect();
        let known: Vec<Known<'_>> = listed
            .iter()
            .map(|backup| Known {
                id: &backup.id,
                at: backup.at,
                automatic: backup.automatic,
                expires: backup.expires,
                pinned: false,
            })
            .collect();
        let rule = Rule {
            generation: self.generation,
            retention,
            enabled: true,
        };
        let runs = together(&rules, policy.start_time.unwrap(), now);
        let until = now.plus_seconds(60 * 86_400);
        let lives = lives(rule, &known, runs, now, until);
        (listed, lives)
    }

    /// Lets time pass and compares, several times.
    async fn compare(&self, runner: &mut TestRunner, retention: &Retention) -> usize {
        let (known, lives) = self.forecast(retention).await;
        let mut gone = 0;
        for _ in 0..LOOKS {
            self.vaults
                .0
                .advance(&format!("P{}D", drawn(runner, 1..6_u8)))
                .await;
            let now = self.now().await;
            // To the minute: a run begins with the first job of its second.
            let minute = |at: Timestamp| at.seconds().div_euclid(60);
            let expected: Vec<i64> = lives
                .iter()
                .filter(|life| life.is_there(now))
                .map(|life| minute(life.at))
                .collect();
            let there: Vec<i64> = self.backups().await.iter().map(|b| minute(b.at)).collect();
            let policy = self.policy().await;
            assert_eq!(
                there,
                expected,
                "{retention} at {now:?}, {:?}, known {known:?}",
                policy.patterns().collect::<Vec<_>>()
            );
            gone = lives
                .iter()
                .filter(|life| life.at <= now && !life.is_there(now))
                .count();
        }
        gone
    }
}

async fn live_through(generation: Generation) {
    let mut runner = TestRunner::deterministic();
    let mut gone = 0;
    for _ in 0..WORLDS {
        let mut rules = vec![drawn(&mut runner, any_rule())];
        if generation.capabilities().several_rules && drawn(&mut runner, any::<bool>()) {
            rules.push("FREQ=DAILY;INTERVAL=2;BYHOUR=17;BYMINUTE=0".to_owned());
        }
        let mut retention = drawn(&mut runner, any_retention(generation));
        let subject = Subject::open(generation, &rules, &retention).await;
        gone += subject.compare(&mut runner, &retention).await;
        // What exists is judged by the new rule from here on, as the service does.
        retention = drawn(&mut runner, any_retention(generation));
        subject.change(&retention).await;
        gone += subject.compare(&mut runner, &retention).await;
    }
    // The generator is worth something: a good part of what is made goes again.
    assert!(gone > 20, "only {gone} backups went");
}

#[tokio::test]
async fn what_the_timeline_says_of_policies_of_servers_is_what_happens() {
    live_through(Generation::Csbs).await;
}

#[tokio::test]
async fn what_the_timeline_says_of_policies_of_vaults_is_what_happens() {
    live_through(Generation::Cbr).await;
}

#[tokio::test]
async fn what_an_edit_is_said_to_delete_is_deleted_and_nothing_else() {
    let keep = |count| {
        Retention::Limited(Limits {
            count: Some(count),
            ..Limits::default()
        })
    };
    let rules = ["FREQ=DAILY;BYHOUR=2;BYMINUTE=30".to_owned()];
    let subject = Subject::open(Generation::Cbr, &rules, &keep(6)).await;
    subject.vaults.0.advance("P8D").await;
    let (before, today) = subject.forecast(&keep(6)).await;
    subject.change(&keep(2)).await;
    let (_, after) = subject.forecast(&keep(2)).await;
    let losses = contract::retention::timeline::losses(&today, &after);
    let soon = subject.now().await.plus_seconds(86_400);
    let said: Vec<&str> = losses
        .iter()
        .filter(|loss| loss.goes.0 <= soon)
        .map(|loss| before[loss.known].id.as_str())
        .collect();
    subject.vaults.0.advance("P1D").await;
    let left = subject.backups().await;
    let gone: Vec<&str> = before
        .iter()
        .filter(|backup| left.iter().all(|left| left.id != backup.id))
        .map(|backup| backup.id.as_str())
        .collect();
    assert_eq!(
        gone.len(),
        5,
        "one more than two are made and kept: {gone:?}"
    );
    // The oldest would have gone with the next run in any case: an edit is not to blame for it.
    assert_eq!(said, gone[1..]);
}
