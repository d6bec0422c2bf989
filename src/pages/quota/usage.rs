//! What uses the quota: backups added up by server while their pages pass by; no row is kept.

use std::collections::HashMap;

use contract::rules::MAX_PAGE;
use contract::time::Timestamp;

use crate::api::{Api, ApiError, backup_rows};
use crate::data::paging::{Next, Walk};
use crate::data::row::{Page, Row};

/// What one server uses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Share {
    pub server_id: String,
    pub server_name: String,
    pub backups: u64,
    pub size_mb: i64,
    /// Made by hand: no retention deletes them.
    pub manual: u64,
    pub oldest: Option<Timestamp>,
}

/// What all of them use, largest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    pub shares: Vec<Share>,
    pub backups: u64,
    pub size_mb: i64,
}

/// Reads all backups of the project, page by page.
pub async fn read_usage(api: Api) -> Result<Usage, ApiError> {
    let mut shares: HashMap<String, Share> = HashMap::new();
    let mut walk = Walk::default();
    let mut marker: Option<String> = None;
    loop {
        let page: Page = backup_rows(api, &[], marker.as_deref(), MAX_PAGE).await?;
        let rows = page.checkpoint_items;
        for row in rows.iter().filter(|row| !walk.has(&row.id)) {
            add(&mut shares, row);
        }
        match walk.page(MAX_PAGE, rows.iter().map(|row| row.id.as_str())) {
            Next::After(id) => marker = Some(id),
            Next::End | Next::Repeats => return Ok(total(shares)),
        }
    }
}

fn add(shares: &mut HashMap<String, Share>, row: &Row) {
    let share = shares.entry(row.resource_id.clone()).or_default();
    share.server_id.clone_from(&row.resource_id);
    // Newest first: the name it had last.
    if share.server_name.is_empty() {
        share.server_name.clone_from(&row.extend_info.resource_name);
    }
    share.backups += 1;
    share.size_mb += row.extend_info.size.unwrap_or(0);
    share.manual += u64::from(row.extend_info.auto_trigger != Some(true));
    share.oldest = match (share.oldest, row.created_at) {
        (Some(known), Some(made)) => Some(known.min(made)),
        (known, made) => known.or(made),
    };
}

fn total(shares: HashMap<String, Share>) -> Usage {
    let mut shares: Vec<Share> = shares.into_values().collect();
    shares.sort_by(|a, b| {
        (b.size_mb, b.backups, &a.server_name).cmp(&(a.size_mb, a.backups, &b.server_name))
    });
    Usage {
        backups: shares.iter().map(|share| share.backups).sum(),
        size_mb: shares.iter().map(|share| share.size_mb).sum(),
        shares,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backups_add_up_by_server_largest_first() {
        let row = |server: &str, size: i64, automatic: bool, day: i64| {
            let mut row = Row {
                id: format!("{server}{day}"),
                resource_id: server.into(),
                created_at: Some(Timestamp::from_seconds(day)),
                ..Row::default()
            };
            row.extend_info.size = Some(size);
            row.extend_info.auto_trigger = Some(automatic);
            row
        };
        let mut shares = HashMap::new();
        for row in [
            row("a", 10, true, 3),
            row("b", 50, false, 2),
            row("a", 5, false, 1),
        ] {
            add(&mut shares, &row);
        }
        let usage = total(shares);
        assert_eq!((usage.backups, usage.size_mb), (3, 65));
        let said: Vec<(&str, u64, i64, u64)> = usage
            .shares
            .iter()
            .map(|share| {
                (
                    share.server_id.as_str(),
                    share.backups,
                    share.size_mb,
                    share.manual,
                )
            })
            .collect();
        assert_eq!(said, [("b", 1, 50, 1), ("a", 2, 15, 1)]);
        assert_eq!(usage.shares[1].oldest, Some(Timestamp::from_seconds(1)));
    }
}
