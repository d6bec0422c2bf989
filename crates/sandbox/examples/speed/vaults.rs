//! The second generation: backups in vaults. Each page comes with the number of all that match.

use std::error::Error;
use std::time::Instant;

use sandbox::Sandbox;
use sandbox::cbr::list;
use sandbox::csbs::Page;
use sandbox::http::Pairs;

use super::ROUNDS;
use super::measure::{measure, resident_kb};

/// Pages, filtered and sorted in every way.
pub fn pages(sandbox: &Sandbox, project: &str) -> Result<(), Box<dyn Error>> {
    let all = |query: &str| -> Result<_, Box<dyn Error>> {
        let pairs = Pairs::parse(query);
        let page = Page::parse(&pairs).map_err(|refusal| refusal.to_string())?;
        Ok(sandbox.look(|turn| list::list(turn, project, &pairs, &page))?)
    };
    let newest = all("")?;
    let Some(one) = newest.rows.first() else {
        return Ok(());
    };
    let last = newest.rows.last().map_or("", |backup| &backup.id);
    let middle = all(&format!("limit=1&offset={}", newest.count / 2))?.rows;
    let at = middle.first().and_then(|backup| backup.created_at);
    let at = at.ok_or("the middle has no time")?;
    let time = |at: contract::time::Timestamp| at.to_filter_text();
    let month = format!(
        "start_time={}&end_time={}",
        time(at),
        time(at.plus_seconds(30 * 86_400))
    );
    let (id, vault) = (&one.resource_id, &one.vault_id);
    let cases = [
        String::new(),
        "sort=name:asc".to_owned(),
        "sort=updated_at".to_owned(),
        "sort=protected_at:asc".to_owned(),
        "sort=status".to_owned(),
        "sort=status:asc,name:asc".to_owned(),
        "sort=created_at,name:asc".to_owned(),
        "sort=id".to_owned(),
        "status=error".to_owned(),
        "status=available&sort=name:asc".to_owned(),
        "status=error&sort=name".to_owned(),
        "status=protecting".to_owned(),
        format!("resource_id={id}"),
        format!("resource_id={id}&sort=name:asc"),
        format!("resource_id={id}&sort=status"),
        format!("vault_id={vault}"),
        format!("vault_id={vault}&sort=name"),
        format!("vault_id={vault}&status=error&sort=updated_at"),
        "resource_name=web".to_owned(),
        "resource_name=web&sort=updated_at:asc".to_owned(),
        "resource_az=eu-de-02&sort=name".to_owned(),
        "resource_type=OS::Cinder::Volume&sort=protected_at".to_owned(),
        "name=autobk".to_owned(),
        "name=autobk&sort=name".to_owned(),
        "name=bk_ab&sort=updated_at".to_owned(),
        "name=bk_abc".to_owned(),
        "name=a1".to_owned(),
        "name=zz".to_owned(),
        "name=nothing&sort=name".to_owned(),
        format!("name=autobk&vault_id={vault}"),
        format!("end_time={}", time(at)),
        month.clone(),
        format!("sort=name:asc&{month}"),
        format!("sort=updated_at&{month}"),
        format!("{month}&status=error&sort=status"),
        "incremental=true".to_owned(),
        "used_percent=1".to_owned(),
        "own_type=all_granted".to_owned(),
        format!("marker={last}"),
        format!("marker={last}&sort=name:asc,created_at"),
    ];
    for query in cases {
        let pairs = Pairs::parse(&query);
        let page = Page::parse(&pairs).map_err(|refusal| refusal.to_string())?;
        let (mut rows, mut count) = (0, 0);
        let times = measure(ROUNDS / 4, || {
            let found = sandbox.look(|turn| list::list(turn, project, &pairs, &page))?;
            (rows, count) = (found.rows.len(), found.count);
            Ok(())
        })?;
        // Ids say nothing to a reader.
        let shown: String = query
            .replace(id, "…")
            .replace(vault, "…")
            .replace(last, "…");
        println!("{shown:60.60} {rows:4} of {count:7}  {times}");
    }
    Ok(())
}

/// Every page of everything, one behind the other: memory must not grow with what was read.
pub fn whole(sandbox: &Sandbox, project: &str) -> Result<(), Box<dyn Error>> {
    let begun = Instant::now();
    let pairs = Pairs::parse("");
    let mut page = Page::default();
    let (mut rows, mut first, mut most) = (0, None, 0);
    loop {
        let found = sandbox
            .look(|turn| list::list(turn, project, &pairs, &page))?
            .rows;
        let Some(last) = found.last() else { break };
        page.marker = Some(last.id.clone());
        rows += found.len();
        let now = resident_kb();
        first.get_or_insert(now);
        most = most.max(now);
    }
    println!(
        "everything, page by page          {rows} items in {:.1?}, {} MB resident after the first page, {} MB at most",
        begun.elapsed(),
        first.unwrap_or_default() / 1024,
        most / 1024
    );
    Ok(())
}
