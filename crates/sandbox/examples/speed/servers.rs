//! The first generation: backups of servers, and one policy.

use std::time::Instant;

use contract::csbs::policies::{PolicyCreateRequest, PolicyUpdate};
use contract::model::BackupStatus;
use contract::rules::Description;
use sandbox::Sandbox;
use sandbox::csbs::page::Key;
use sandbox::csbs::{BackupFilter, Page, list, page::Order, policies};

use super::ROUNDS;
use super::measure::{measure, resident_kb};

/// Pages, filtered and sorted in every way.
pub fn pages(sandbox: &Sandbox, project: &str) -> Result<(), Box<dyn std::error::Error>> {
    let newest = sandbox
        .look(|turn| list::list(turn, project, &BackupFilter::default(), &Page::default()))?;
    let one = newest.first().cloned().unwrap_or_default();
    let middle = sandbox.look(|turn| {
        Ok(turn.db.query_row(
            "SELECT created_at FROM backups ORDER BY seq LIMIT 1 OFFSET (SELECT count(*) / 2 FROM backups)",
            [],
            |row| row.get::<_, i64>(0),
        )?)
    })?;
    let with = |change: fn(&mut BackupFilter, &str), text: &str| {
        let mut filter = BackupFilter::default();
        change(&mut filter, text);
        filter
    };
    let sorted = |key: Key, descending: bool| Page {
        sort: vec![Order { key, descending }],
        ..Page::default()
    };
    let by = |keys: &[(Key, bool)]| Page {
        sort: keys
            .iter()
            .map(|(key, descending)| Order {
                key: *key,
                descending: *descending,
            })
            .collect(),
        ..Page::default()
    };
    let at = contract::time::Timestamp::from_micros(middle);
    let month = BackupFilter {
        start_time: Some(at),
        end_time: Some(at.plus_seconds(30 * 86_400)),
        ..BackupFilter::default()
    };
    let newest_first = Page::default();
    let cases = [
        ("no filter", BackupFilter::default(), newest_first.clone()),
        (
            "status=error",
            with(|f, _| f.status = Some(BackupStatus::Error), ""),
            newest_first.clone(),
        ),
        (
            "status=protecting",
            with(|f, _| f.status = Some(BackupStatus::Protecting), ""),
            newest_first.clone(),
        ),
        (
            "resource_id",
            with(|f, t| f.resource_id = Some(t.to_owned()), &one.resource_id),
            newest_first.clone(),
        ),
        (
            "resource_name=web",
            with(|f, t| f.resource_name = Some(t.to_owned()), "web"),
            newest_first.clone(),
        ),
        (
            "az=eu-de-02",
            with(|f, t| f.az = Some(t.to_owned()), "eu-de-02"),
            newest_first.clone(),
        ),
        (
            "ip",
            with(
                |f, t| f.ip = Some(t.to_owned()),
                &one.backup_data.private_ip,
            ),
            newest_first.clone(),
        ),
        (
            "name=autobk",
            with(|f, t| f.name = Some(t.to_owned()), "autobk"),
            newest_first.clone(),
        ),
        (
            "name=bk_ab",
            with(|f, t| f.name = Some(t.to_owned()), "bk_ab"),
            newest_first.clone(),
        ),
        (
            "name=nothing",
            with(|f, t| f.name = Some(t.to_owned()), "nothing"),
            newest_first.clone(),
        ),
        (
            "end_time in the middle",
            BackupFilter {
                end_time: Some(contract::time::Timestamp::from_micros(middle)),
                ..BackupFilter::default()
            },
            newest_first,
        ),
        (
            "sort=name:asc",
            BackupFilter::default(),
            sorted(Key::Name, false),
        ),
        (
            "sort=protected_at",
            BackupFilter::default(),
            sorted(Key::ProtectedAt, true),
        ),
        (
            "status=error, sort=name",
            with(|f, _| f.status = Some(BackupStatus::Error), ""),
            sorted(Key::Name, false),
        ),
        (
            "sort=status",
            BackupFilter::default(),
            sorted(Key::Status, true),
        ),
        (
            "sort=status:asc,name:asc",
            BackupFilter::default(),
            by(&[(Key::Status, false), (Key::Name, false)]),
        ),
        (
            "sort=created_at,name:asc",
            BackupFilter::default(),
            by(&[(Key::CreatedAt, true), (Key::Name, false)]),
        ),
        (
            "resource_id, sort=name",
            with(|f, t| f.resource_id = Some(t.to_owned()), &one.resource_id),
            sorted(Key::Name, false),
        ),
        (
            "resource_id, sort=status",
            with(|f, t| f.resource_id = Some(t.to_owned()), &one.resource_id),
            sorted(Key::Status, true),
        ),
        (
            "az, status, sort=updated_at",
            BackupFilter {
                az: Some("eu-de-02".to_owned()),
                status: Some(BackupStatus::Available),
                ..BackupFilter::default()
            },
            sorted(Key::UpdatedAt, true),
        ),
        (
            "name=nothing, sort=protected_at",
            with(|f, t| f.name = Some(t.to_owned()), "nothing"),
            sorted(Key::ProtectedAt, true),
        ),
        (
            "name=bk_abc, sort=updated_at",
            with(|f, t| f.name = Some(t.to_owned()), "bk_abc"),
            sorted(Key::UpdatedAt, true),
        ),
        (
            "name=zz",
            with(|f, t| f.name = Some(t.to_owned()), "zz"),
            Page::default(),
        ),
        (
            "name=z",
            with(|f, t| f.name = Some(t.to_owned()), "z"),
            Page::default(),
        ),
        (
            "name=a1",
            with(|f, t| f.name = Some(t.to_owned()), "a1"),
            Page::default(),
        ),
        (
            "a month, sort=name",
            month.clone(),
            sorted(Key::Name, false),
        ),
        (
            "a month, sort=updated_at",
            month.clone(),
            sorted(Key::UpdatedAt, true),
        ),
        ("a month, sort=status", month, sorted(Key::Status, true)),
        (
            "marker in the middle",
            BackupFilter::default(),
            Page {
                marker: newest.last().map(|item| item.id.clone()),
                ..Page::default()
            },
        ),
    ];
    for (name, filter, page) in cases {
        let mut found = 0;
        let times = measure(ROUNDS / 4, || {
            found = sandbox
                .look(|turn| list::list(turn, project, &filter, &page))?
                .len();
            Ok(())
        })?;
        println!("{name:32} {found:5} items  {times}");
    }
    Ok(())
}

/// Every page of everything, one behind the other: memory must not grow with what was read.
pub fn whole(sandbox: &Sandbox, project: &str) -> Result<(), Box<dyn std::error::Error>> {
    let begun = Instant::now();
    let mut page = Page::default();
    let (mut rows, mut first, mut most) = (0, None, 0);
    loop {
        let items =
            sandbox.look(|turn| list::list(turn, project, &BackupFilter::default(), &page))?;
        let Some(last) = items.last() else { break };
        page.marker = Some(last.id.clone());
        rows += items.len();
        let now = resident_kb();
        first.get_or_insert(now);
        most = most.max(now);
    }
    let first = first.unwrap_or_default();
    println!(
        "everything, page by page          {rows} items in {:.1?}, {} MB resident after the first page, {} MB at most",
        begun.elapsed(),
        first / 1024,
        most / 1024
    );
    Ok(())
}

/// One policy, written again and again.
pub fn writes(sandbox: &Sandbox, project: &str) -> Result<(), Box<dyn std::error::Error>> {
    let made: PolicyCreateRequest = serde_json::from_value(serde_json::json!({"policy": {
        "name": "measured", "provider_id": contract::rules::PROVIDER_ID, "parameters": {"common": {}}, "resources": [],
        "scheduled_operations": [{"enabled": true, "operation_type": "backup", "operation_definition": {},
            "trigger": {"properties": {"pattern": "FREQ=DAILY;BYHOUR=2;BYMINUTE=30"}}}],
    }}))?;
    let policy = sandbox.act(|turn| policies::create(turn, project, made.policy))?;
    let mut n = 0;
    let times = measure(ROUNDS * 5, || {
        n += 1;
        let change = PolicyUpdate {
            description: Description::try_from(format!("number {n}")).ok(),
            ..PolicyUpdate::default()
        };
        sandbox
            .act(|turn| policies::update(turn, project, &policy.id, change))
            .map(drop)
    })?;
    println!("{:32} durable      {times}", "one policy written");
    Ok(())
}
