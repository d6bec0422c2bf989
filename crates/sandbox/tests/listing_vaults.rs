//! The list of backups in vaults agrees with the same thing done by hand, and so does what is kept for it.

use std::cmp::Ordering;
use std::collections::HashMap;

use contract::cbr::backups::Backup;
use contract::time::Timestamp;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use sandbox::cbr::list;
use sandbox::csbs::Page;
use sandbox::csbs::page::{Key, Order};
use sandbox::http::Pairs;
use sandbox::{Data, Failure, Options, Sandbox, Seed};

/// Every backup that is the project's or shared with it.
struct World {
    sandbox: Sandbox,
    project: String,
    all: Vec<(Row, Backup)>,
}

/// What the store knows of a backup and the service does not say.
#[derive(Clone, Debug)]
struct Row {
    seq: i64,
    /// Of a backup that is shared: `accepted` or `pending`.
    share: Option<String>,
    size_mb: i64,
    vault_gb: i64,
}

/// Changes with every name, state, time and resource that the list looks at.
const CHANGES: &str = "
    DELETE FROM jobs;
    UPDATE cbr_backups SET name = 'a_b%c' WHERE seq % 7 = 0;
    UPDATE cbr_backups SET name = 'AXBYC' WHERE seq % 11 = 0;
    UPDATE cbr_backups SET created_at = 1000000 * (seq / 5), updated_at = 7 WHERE seq % 3 = 0;
    UPDATE cbr_backups SET status = 'deleting' WHERE seq % 13 = 0;
    UPDATE cbr_backups SET resource_name = 'we_b%01' WHERE seq % 17 = 0;
    UPDATE cbr_backups SET vault = (SELECT min(no) FROM cbr_vaults) WHERE seq % 19 = 0;
    UPDATE cbr_vaults SET size_gb = 40;
    UPDATE cbr_backups SET size_mb = seq % 50 * 1024 WHERE seq % 5 = 0;
    UPDATE cbr_backups SET project = (SELECT max(no) FROM tenants) WHERE seq % 9 = 0;
    INSERT INTO cbr_members (id, backup, receiver, status, created_at, updated_at)
        SELECT 'share ' || seq, seq, (SELECT no FROM tenants JOIN projects ON id = project_id WHERE name = 'demo-project'),
            iif(seq % 2, 'accepted', 'pending'), 0, 0
        FROM cbr_backups WHERE seq % 9 = 0 AND seq % 27 > 0;
    DELETE FROM cbr_backups WHERE seq % 23 = 0;";

fn world() -> World {
    let options = Options {
        data: Data::Memory,
        seed: Seed::ScaleCbr(320),
        ..Options::default()
    };
    let sandbox = Sandbox::open(&options).unwrap();
    sandbox
        .store
        .write_blocking(|db| {
            db.execute_batch(CHANGES)?;
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
            let rows: HashMap<String, Row> = turn
                .db
                .prepare(
                    "SELECT b.id, b.seq, m.status, b.size_mb, v.size_gb
                     FROM cbr_backups b JOIN cbr_vaults v ON v.no = b.vault JOIN tenants t ON t.no = b.project
                         LEFT JOIN cbr_members m ON m.backup = b.seq
                     WHERE t.project_id = ?1 OR m.id IS NOT NULL",
                )?
                .query_map([&project], |row| {
                    let found = Row {
                        seq: row.get(1)?,
                        share: row.get(2)?,
                        size_mb: row.get(3)?,
                        vault_gb: row.get(4)?,
                    };
                    Ok((row.get(0)?, found))
                })?
                .collect::<Result<_, _>>()?;
            Ok((project, rows))
        })
        .unwrap();
    let found = sandbox
        .look(|turn| {
            let pairs = Pairs::parse("own_type=all_granted");
            list::list(turn, &project, &pairs, &Page::default())
        })
        .unwrap();
    assert_eq!(found.rows.len(), rows.len());
    let all: Vec<(Row, _)> = found
        .rows
        .into_iter()
        .map(|backup| (rows[&backup.id].clone(), backup))
        .collect();
    assert!(all.iter().any(|(row, _)| row.share.is_some()));
    World {
        sandbox,
        project,
        all,
    }
}

/// What is asked for, as the words of the query.
type Query = Vec<(&'static str, String)>;

fn matches(query: &Query, row: &Row, backup: &Backup) -> bool {
    let created = backup.created_at.unwrap();
    let asked = |wanted: &str| {
        let found = query.iter().find(|(key, _)| *key == wanted);
        found.map(|(_, value)| value.as_str())
    };
    let share_asked_for = |share: &str| asked("member_status").is_none_or(|word| word == share);
    let owned = match (asked("own_type").unwrap_or("private"), &row.share) {
        ("private" | "all_granted", None) => true,
        ("shared" | "all_granted", Some(share)) => share_asked_for(share),
        _ => false,
    };
    let statuses: Vec<_> = query.iter().filter(|(key, _)| *key == "status").collect();
    owned
        && (statuses.is_empty() || statuses.iter().any(|(_, word)| *word == backup.status))
        && query.iter().all(|(key, value)| match *key {
            "name" => backup.name.contains(value.as_str()),
            "resource_name" => backup.resource_name.contains(value.as_str()),
            "resource_id" => backup.resource_id == *value,
            "resource_type" => backup.resource_type == *value,
            "resource_az" => backup.resource_az == *value,
            "vault_id" => backup.vault_id == *value,
            "checkpoint_id" => backup.checkpoint_id == *value,
            "incremental" => backup.incremental == Some(true),
            "start_time" => created >= Timestamp::parse(value).unwrap(),
            "end_time" => created <= Timestamp::parse(value).unwrap(),
            "used_percent" => {
                row.size_mb * 100 >= value.parse::<i64>().unwrap() * row.vault_gb * 1024
            }
            _ => true,
        })
}

fn compare(key: Key, a: &Backup, b: &Backup) -> Ordering {
    match key {
        Key::CreatedAt => a.created_at.cmp(&b.created_at),
        Key::UpdatedAt => a.updated_at.cmp(&b.updated_at),
        Key::Name => a.name.cmp(&b.name),
        Key::Status => a.status.cmp(&b.status),
        Key::ProtectedAt => a.protected_at.cmp(&b.protected_at),
        Key::Id => a.id.cmp(&b.id),
    }
}

/// The ids of the page, and how many match in all.
fn by_hand(world: &World, query: &Query, page: &Page) -> (Vec<String>, usize) {
    let mut orders = page.sort.clone();
    if let [only] = orders[..]
        && only.key == Key::Status
    {
        let key = Key::CreatedAt;
        orders.push(Order { key, ..only });
    }
    let last = orders.last().unwrap().descending;
    let mut found: Vec<_> = world.all.iter().collect();
    found.sort_by(|(a_row, a), (b_row, b)| {
        let directed = |ordering: Ordering, descending: bool| match descending {
            true => ordering.reverse(),
            false => ordering,
        };
        orders
            .iter()
            .fold(Ordering::Equal, |so_far, order| {
                so_far.then_with(|| directed(compare(order.key, a, b), order.descending))
            })
            .then_with(|| directed(a_row.seq.cmp(&b_row.seq), last))
    });
    let count = found
        .iter()
        .filter(|(row, b)| matches(query, row, b))
        .count();
    // The marker need not match the filter: the page begins behind its place.
    let begin = page.marker.as_ref().map_or(0, |marker| {
        1 + found.iter().position(|(_, b)| b.id == *marker).unwrap()
    });
    let ids = found[begin..]
        .iter()
        .filter(|(row, backup)| matches(query, row, backup))
        .skip(page.offset)
        .take(page.limit)
        .map(|(_, backup)| backup.id.clone())
        .collect();
    (ids, count)
}

fn queries(world: &World) -> impl Strategy<Value = Query> + use<> {
    let backups: Vec<_> = world.all.iter().map(|(_, backup)| backup.clone()).collect();
    let n = backups.len();
    (0..n, any::<[u8; 15]>(), 0..n).prop_map(move |(one, on, other)| {
        let (backup, far) = (&backups[one], &backups[other]);
        let part = |n: usize, texts: &[&str]| texts[usize::from(on[n]) % texts.len()].to_owned();
        let time = |at: Option<Timestamp>| at.unwrap().to_naive_text();
        let names = [
            "_", "%", "bk", "a_b%c", "AXBYC", "auto", "zz", "'", "a", "zzz",
        ];
        let servers = ["web", "_", "%", "db0", "01", "we_b%01"];
        let wishes: [(u8, &'static str, String); 15] = [
            (60, "status", backup.status.clone()),
            (30, "status", far.status.clone()),
            (60, "name", part(2, &names)),
            (60, "resource_name", part(3, &servers)),
            (40, "resource_az", backup.resource_az.clone()),
            (40, "resource_id", backup.resource_id.clone()),
            (40, "resource_type", backup.resource_type.clone()),
            (40, "vault_id", backup.vault_id.clone()),
            (15, "checkpoint_id", backup.checkpoint_id.clone()),
            (40, "incremental", "true".to_owned()),
            (50, "start_time", time(backup.created_at)),
            (50, "end_time", time(far.created_at)),
            (40, "used_percent", part(12, &["1", "30", "80", "100"])),
            (
                80,
                "own_type",
                part(13, &["private", "shared", "all_granted"]),
            ),
            (50, "member_status", part(14, &["accepted", "pending"])),
        ];
        let chosen = wishes
            .into_iter()
            .zip(on)
            .filter(|((share, ..), on)| on < share);
        chosen.map(|((_, key, value), _)| (key, value)).collect()
    })
}

fn pages(world: &World) -> impl Strategy<Value = Page> + use<> {
    let ids: Vec<_> = world
        .all
        .iter()
        .map(|(_, backup)| backup.id.clone())
        .collect();
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
    let marker = prop::option::weighted(0.4, prop::sample::select(ids));
    (sort, marker, 0..20usize, 1..50usize).prop_map(|(sort, marker, offset, limit)| Page {
        limit,
        marker,
        offset,
        sort,
    })
}

fn pairs(query: &Query) -> Pairs {
    let parts: Vec<_> = query
        .iter()
        .map(|(key, value)| format!("{key}={}", encoded(value)))
        .collect();
    Pairs::parse(&parts.join("&"))
}

/// What a query can hold as it is, and everything else by its bytes.
fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

#[test]
fn any_filter_sort_and_page_is_what_it_is_by_hand() {
    let world = world();
    let mut runner = TestRunner::new(Config::with_cases(600));
    runner
        .run(&(queries(&world), pages(&world)), |(query, page)| {
            let found = world
                .sandbox
                .look(|turn| list::list(turn, &world.project, &pairs(&query), &page))
                .map_err(|failure| TestCaseError::fail(failure.to_string()))?;
            let ids: Vec<_> = found.rows.into_iter().map(|backup| backup.id).collect();
            let (by_hand, count) = by_hand(&world, &query, &page);
            prop_assert_eq!(ids, by_hand);
            prop_assert_eq!(usize::try_from(found.count).unwrap(), count);
            Ok(())
        })
        .unwrap();
}

#[test]
fn paging_by_marker_visits_everything_once() {
    let world = world();
    for sort in ["created_at", "name:asc", "status", "status:asc,name"] {
        let mut page = Page::parse(&Pairs::parse(&format!("limit=7&sort={sort}"))).unwrap();
        let whole = Page {
            limit: 1000,
            ..page.clone()
        };
        let mut seen = Vec::new();
        loop {
            let found = world
                .sandbox
                .look(|turn| list::list(turn, &world.project, &Pairs::parse(""), &page))
                .unwrap();
            let Some(last) = found.rows.last() else { break };
            page.marker = Some(last.id.clone());
            seen.extend(found.rows.into_iter().map(|backup| backup.id));
        }
        assert_eq!(seen, by_hand(&world, &Vec::new(), &whole).0, "{sort}");
    }
}

/// What triggers keep is what one would count, after changes, a reset and a document.
#[test]
fn what_is_kept_is_what_is_there() {
    let world = world();
    let same = |sandbox: &Sandbox| {
        let differences: Vec<i64> = sandbox
            .look(|turn| {
                let mut found = Vec::new();
                for (kept, counted) in [
                    (
                        "SELECT * FROM backup_name_counts",
                        "SELECT project, name, count(*) FROM backups GROUP BY 1, 2",
                    ),
                    (
                        "SELECT * FROM cbr_name_counts",
                        "SELECT project, name, count(*) FROM cbr_backups GROUP BY 1, 2",
                    ),
                    (
                        "SELECT * FROM cbr_tallies",
                        "SELECT project, vault, resource_id, resource_kind, resource_name, resource_zone, image_type,
                             status, incremental, count(*)
                         FROM cbr_backups GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9",
                    ),
                    (
                        "SELECT no, used_mb FROM cbr_vaults",
                        "SELECT no, (SELECT ifnull(sum(size_mb), 0) FROM cbr_backups WHERE vault = v.no) FROM cbr_vaults v",
                    ),
                ] {
                    for (a, b) in [(kept, counted), (counted, kept)] {
                        let sql = format!("SELECT count(*) FROM ({a} EXCEPT {b})");
                        found.push(turn.db.query_row(&sql, [], |row| row.get(0))?);
                    }
                }
                Ok(found)
            })
            .unwrap();
        assert_eq!(differences, [0; 8]);
    };
    same(&world.sandbox);
    let document = world.sandbox.export_world().unwrap();
    world.sandbox.reset(Seed::Demo, None).unwrap();
    same(&world.sandbox);
    world.sandbox.import_world(&document).unwrap();
    same(&world.sandbox);
    let whole = world
        .sandbox
        .look(|turn| list::list(turn, &world.project, &Pairs::parse(""), &Page::default()))
        .unwrap();
    let own = world.all.iter().filter(|(row, _)| row.share.is_none());
    assert_eq!(whole.rows.len(), own.count());
    world.sandbox.reset(Seed::Empty, None).unwrap();
    same(&world.sandbox);
}
