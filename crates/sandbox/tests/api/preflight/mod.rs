//! What the console's checks let pass the service accepts, and what they refuse it refuses with the
//! same code and status: for backing up, policies, runs, deletions and images, over HTTP and in both
//! directions. What is done changes the world that the next deed meets. (Restores have a test of
//! their own, `restore_preflight`.)

mod deeds;
mod seen;

use std::collections::BTreeMap;

use hyper::StatusCode;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use sandbox::Seed;
use serde_json::json;

use crate::csbs::Company;
use deeds::Deed;
use seen::Seen;

/// How many deeds are done.
const DEEDS: usize = 300;

/// Numbers that deeds are made from.
pub struct Dice {
    numbers: Vec<usize>,
    next: usize,
}

impl Dice {
    pub fn throw(runner: &mut TestRunner) -> Self {
        let numbers = prop::collection::vec(0..1_000_000_usize, 24);
        Self {
            numbers: numbers.new_tree(runner).unwrap().current(),
            next: 0,
        }
    }

    /// A number below `sides`.
    pub fn below(&mut self, sides: usize) -> usize {
        self.next += 1;
        self.numbers[self.next % self.numbers.len()] % sides.max(1)
    }

    /// Once in `n` times.
    pub fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    /// One of these.
    pub fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }
}

#[tokio::test]
async fn the_consoles_checks_and_the_service_agree_on_every_deed() {
    let company = Company::with(Seed::Demo).await;
    let mut runner = TestRunner::deterministic();
    let mut met: BTreeMap<String, usize> = BTreeMap::new();
    for _ in 0..DEEDS {
        let mut dice = Dice::throw(&mut runner);
        change_the_world(&company, &mut dice).await;
        let seen = Seen::read(&company).await;
        let deed = Deed::of(&mut dice, &seen);
        let expected = deed.refusal(&company, &seen).await;
        let answer = deed.send(&company).await;
        let body = answer.json();
        let code = body["error"]["code"]
            .as_str()
            .or(body["error_code"].as_str());
        let heard = match answer.status {
            StatusCode::OK => None,
            status => Some((code.unwrap_or_default().to_owned(), status.as_u16())),
        };
        assert_eq!(heard, expected, "{deed:?}\n{answer:?}");
        let word = heard.map_or_else(|| "done".to_owned(), |(code, _)| code);
        *met.entry(format!("{} {word}", deed.word())).or_default() += 1;
    }
    // The generator is worth something: every deed is done, and the documented reasons are met.
    let done = met.keys().filter(|key| key.ends_with(" done")).count();
    assert_eq!(done, Deed::KINDS, "{met:#?}");
    assert!(met.len() >= 42, "{} outcomes: {met:#?}", met.len());
}

/// Time passes, quotas change, restores begin, and now and then a server is moved to another state.
async fn change_the_world(company: &Company, dice: &mut Dice) {
    if dice.once_in(4) {
        let durations = ["PT20S", "PT3M", "PT40M", "PT3H", "PT14H"];
        company.advance(dice.of(&durations)).await;
    }
    if dice.once_in(6) {
        let quota = match dice.below(3) {
            0 => "quota_backups = backups + 1, quota_gb = -1",
            1 => "quota_backups = -1, quota_gb = backups_mb / 1024",
            _ => "quota_backups = -1, quota_gb = -1",
        };
        company.sql(&format!("UPDATE tenants SET {quota}"));
    }
    if dice.once_in(8) {
        let status = dice.of(&["ERROR", "ACTIVE", "RESIZE", "DELETED"]);
        let name = dice.of(&["app01", "web02", "blog01"]);
        company.sql(&format!(
            "UPDATE servers SET status = '{status}' WHERE name = '{name}' AND task_state IS NULL"
        ));
    }
    if dice.once_in(12) {
        let page = company
            .get("/v1/{p}/checkpoint_items?status=available&limit=30")
            .await;
        let items = page["checkpoint_items"].as_array().unwrap();
        let item = &items[dice.below(items.len())];
        let server = item["resource_id"].as_str().unwrap();
        let rows = crate::csbs::mapping(item);
        // Whether it begins or is refused is the other test's business.
        let body = crate::csbs::request(item, server, &rows, true);
        let answer = company
            .call(hyper::Method::POST, "/v1/{p}/restores", body)
            .await;
        assert_ne!(answer.json(), json!(null));
    }
}
