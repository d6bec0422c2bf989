//! The list's filters, sorting and paging in SQL agree with the same thing done by hand.

use std::collections::HashMap;

use contract::csbs::backups::CheckpointItem;
use contract::model::BackupStatus;
use contract::time::Timestamp;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use sandbox::csbs::page::{Key, Order};
use sandbox::csbs::{BackupFilter, Page, list};
use sandbox::{Data, Failure, Options, Sandbox, Seed};

/// Every backup, its row number and its policy.
struct World {
    sandbox: Sandbox,
    project: String,
    all: Vec<(i64, Option<String>, CheckpointItem)>,
}

fn world() -> World {
    let options = Options {
        data: Data::Memory,
        seed: Seed::Scale(300),
        ..Options::default()
    };
    let sandbox = Sandbox::open(&options).unwrap();
    sandbox
        .store
        .write_blocking(|db| {
            // Names that are patterns elsewhere, equal times, and a few of every status.
            db.execute_batch(
                "DELETE FROM jobs;
                 UPDATE backups SET name = 'a_b%c' WHERE seq % 7 = 0;
                 UPDATE backups SET name = 'AXBYC' WHERE seq % 11 = 0;
                 UPDATE backups SET created_at = 1000000 * (seq / 5), updated_at = 7 WHERE seq % 3 = 0;
                 UPDATE backups SET status = 'deleting' WHERE seq % 13 = 0;
                 UPDATE sources SET name = 'we_b%01' WHERE no % 4 = 0;",
            )?;
            Ok::<_, Failure>(())
        })
        .unwrap();
    let (project, rows) = sandbox
        .look(|turn| {
            let project: String = turn.db.query_row(
                "SELECT id FROM projects WHERE name = 'demo-project'",
                [],
                |row| row.get(0),
            )?;
            let rows: HashMap<String, (i64, Option<String>)> = turn
                .db
                .prepare("SELECT id, seq, policy_id FROM backups")?
                .query_map([], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?))))?
                .collect::<Result<_, _>>()?;
            Ok((project, rows))
        })
        .unwrap();
    let items = sandbox
        .look(|turn| list::list(turn, &project, &BackupFilter::default(), &Page::default()))
        .unwrap();
    assert_eq!(items.len(), 300);
    let all = items
        .into_iter()
        .map(|item| {
            let (seq, policy) = rows[&item.id].clone();
            (seq, policy, item)
        })
        .collect();
    World {
        sandbox,
        project,
        all,
    }
}

fn matches(filter: &BackupFilter, policy: Option<&str>, item: &CheckpointItem) -> bool {
    let info = &item.extend_info;
    let is =
        |wanted: &Option<String>, value: &str| wanted.as_ref().is_none_or(|wanted| wanted == value);
    let has = |wanted: &Option<String>, value: &str| {
        wanted.as_ref().is_none_or(|wanted| value.contains(wanted))
    };
    filter
        .status
        .as_ref()
        .is_none_or(|status| status.as_str() == item.status)
        && has(&filter.name, &item.name)
        && has(&filter.resource_name, &info.resource_name)
        && is(&filter.az, &info.resource_az)
        && is(&filter.resource_id, &item.resource_id)
        && is(&filter.resource_type, &item.resource_type)
        && filter
            .policy_id
            .as_deref()
            .is_none_or(|wanted| Some(wanted) == policy)
        && is(&filter.checkpoint_id, &item.checkpoint_id)
        && is(&filter.image_type, &info.image_type)
        && filter
            .start_time
            .is_none_or(|at| item.created_at >= Some(at))
        && filter.end_time.is_none_or(|at| item.created_at <= Some(at))
        && filter
            .ip
            .as_ref()
            .is_none_or(|ip| *ip == item.backup_data.private_ip || *ip == item.backup_data.eip)
}

fn by_hand(world: &World, filter: &BackupFilter, page: &Page) -> Vec<String> {
    let mut found: Vec<_> = world.all.iter().collect();
    found.sort_by(|(a_seq, _, a), (b_seq, _, b)| {
        let mut ordering = std::cmp::Ordering::Equal;
        let mut last = true;
        for Order { key, descending } in &page.sort {
            let one = match key {
                Key::CreatedAt => a.created_at.cmp(&b.created_at),
                Key::UpdatedAt => a.updated_at.cmp(&b.updated_at),
                Key::Name => a.name.cmp(&b.name),
                Key::Status => a.status.cmp(&b.status),
                Key::ProtectedAt => a.extend_info.finished_at.cmp(&b.extend_info.finished_at),
                Key::Id => a.id.cmp(&b.id),
            };
            ordering = ordering.then(if *descending { one.reverse() } else { one });
            last = *descending;
        }
        if let [
            Order {
                key: Key::Status,
                descending,
            },
        ] = page.sort[..]
        {
            let one = a.created_at.cmp(&b.created_at);
            ordering = ordering.then(if descending { one.reverse() } else { one });
        }
        let one = a_seq.cmp(b_seq);
        ordering.then(if last { one.reverse() } else { one })
    });
    // The marker need not match the filter: the page begins behind its place.
    let begin = page.marker.as_ref().map_or(0, |marker| {
        1 + found
            .iter()
            .position(|(.., item)| item.id == *marker)
            .unwrap()
    });
    found[begin..]
        .iter()
        .filter(|(_, policy, item)| matches(filter, policy.as_deref(), item))
        .skip(page.offset)
        .take(page.limit)
        .map(|(.., item)| item.id.clone())
        .collect()
}

fn filters(world: &World) -> impl Strategy<Value = BackupFilter> + use<> {
    let items: Vec<_> = world
        .all
        .iter()
        .map(|(_, policy, item)| (policy.clone(), item.clone()))
        .collect();
    let n = items.len();
    (0..n, any::<[u8; 12]>(), 0..n).prop_map(move |(one, on, other)| {
        let (policy, item) = &items[one];
        let far = &items[other].1;
        let text = |n: usize, value: &str| (on[n] < 40).then(|| value.to_owned());
        let part = |n: usize, texts: &[&str]| {
            (on[n] < 60).then(|| texts[usize::from(on[n]) % texts.len()].to_owned())
        };
        BackupFilter {
            status: (on[0] < 80).then(|| BackupStatus::from_word(&item.status)),
            name: part(
                1,
                &[
                    "_", "%", "bk", "a_b%c", "AXBYC", "auto", "zz", "'", "autobk_1", "\"b%", "zzz",
                ],
            ),
            resource_name: part(2, &["web", "_", "%", "db0", "01", "we_b%01"]),
            az: text(3, &item.extend_info.resource_az),
            resource_id: text(4, &item.resource_id),
            resource_type: text(5, &item.resource_type),
            policy_id: policy.clone().filter(|_| on[6] < 50),
            checkpoint_id: text(7, &item.checkpoint_id).filter(|_| on[7] < 15),
            image_type: text(8, "backup"),
            start_time: item.created_at.filter(|_| on[9] < 50),
            end_time: far.created_at.filter(|_| on[10] < 50),
            ip: text(11, &item.backup_data.private_ip),
        }
    })
}

fn pages(world: &World) -> impl Strategy<Value = Page> + use<> {
    let ids: Vec<_> = world.all.iter().map(|(.., item)| item.id.clone()).collect();
    let key = prop::sample::select(Key::ALL.map(|(_, key)| key).to_vec());
    let order = (key, any::<bool>()).prop_map(|(key, descending)| Order { key, descending });
    let sort = prop::collection::vec(order, 1..4).prop_map(|mut sort| {
        let mut seen = Vec::new();
        sort.retain(|order| {
            let new = !seen.contains(&order.key);
            seen.push(order.key);
            new
        });
        sort
    });
    (
        sort,
        prop::option::weighted(0.4, prop::sample::select(ids)),
        0..20usize,
        1..50usize,
    )
        .prop_map(|(sort, marker, offset, limit)| Page {
            limit,
            marker,
            offset,
            sort,
        })
}

#[test]
fn any_filter_sort_and_page_is_what_it_is_by_hand() {
    let world = world();
    let mut runner = TestRunner::new(Config::with_cases(600));
    runner
        .run(&(filters(&world), pages(&world)), |(filter, page)| {
            let found = world
                .sandbox
                .look(|turn| list::list(turn, &world.project, &filter, &page))
                .map_err(|failure| TestCaseError::fail(failure.to_string()))?;
            let ids: Vec<_> = found.into_iter().map(|item| item.id).collect();
            prop_assert_eq!(ids, by_hand(&world, &filter, &page));
            let whole = Page {
                limit: 1000,
                ..Page::default()
            };
            let count = world
                .sandbox
                .look(|turn| list::count(turn, &world.project, &filter))
                .map_err(|failure| TestCaseError::fail(failure.to_string()))?;
            prop_assert_eq!(
                usize::try_from(count).unwrap(),
                by_hand(&world, &filter, &whole).len()
            );
            Ok(())
        })
        .unwrap();
}

#[test]
fn paging_by_marker_visits_everything_once() {
    let world = world();
    let mut seen = Vec::new();
    let mut page = Page {
        limit: 7,
        ..Page::default()
    };
    loop {
        let items = world
            .sandbox
            .look(|turn| list::list(turn, &world.project, &BackupFilter::default(), &page))
            .unwrap();
        let Some(last) = items.last() else { break };
        page.marker = Some(last.id.clone());
        seen.extend(items.into_iter().map(|item| item.id));
    }
    assert_eq!(
        seen,
        by_hand(
            &world,
            &BackupFilter::default(),
            &Page {
                limit: 1000,
                ..Page::default()
            }
        )
    );
    let future = BackupFilter {
        start_time: Some(Timestamp::from_seconds(1 << 40)),
        ..BackupFilter::default()
    };
    assert_eq!(
        world
            .sandbox
            .look(|turn| list::count(turn, &world.project, &future))
            .unwrap(),
        0
    );
}

#[test]
fn the_index_of_names_follows_what_happens_to_backups() {
    let world = world();
    world
        .sandbox
        .store
        .write_blocking(|db| {
            db.execute_batch(
                "DELETE FROM backups WHERE seq % 5 = 0;
                 INSERT INTO backup_names (backup_names, rank) VALUES ('integrity-check', 1);",
            )?;
            Ok::<_, Failure>(())
        })
        .unwrap();
    world.sandbox.reset(Seed::Scale(50), None).unwrap();
    let named = |text: &str| {
        let filter = BackupFilter {
            name: Some(text.to_owned()),
            ..BackupFilter::default()
        };
        let count = |turn: &sandbox::Turn<'_>| list::count(turn, &world.project, &filter);
        world.sandbox.look(count).unwrap()
    };
    assert_eq!(named("AXBYC"), 0);
    let whole = |turn: &sandbox::Turn<'_>| {
        list::list(
            turn,
            &world.project,
            &BackupFilter::default(),
            &Page::default(),
        )
    };
    let all = world.sandbox.look(whole).unwrap();
    let by_hand = all.iter().filter(|item| item.name.contains("autobk_"));
    let by_hand = i64::try_from(by_hand.count()).unwrap();
    assert!(by_hand > 0);
    assert_eq!(named("autobk_"), by_hand);
}
