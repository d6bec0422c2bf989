//! Paging, sorting and counting of this service's lists (cbr-v3 section 2).

use crate::csbs::Page;
use crate::http::Pairs;
use crate::refusal::{Failure, Outcome};

/// A page of a list and how many records there are in all.
pub struct Listed<T> {
    pub rows: Vec<T>,
    pub count: i64,
}

/// Reads `limit`, `marker`, `offset` and `sort`.
pub fn read(pairs: &Pairs) -> Outcome<Page> {
    Page::parse(pairs).map_err(|refusal| super::own(refusal).into())
}

/// Cuts the page out of records that are all in memory, in their order.
pub fn cut<T>(records: Vec<T>, page: &Page, id: impl Fn(&T) -> &String) -> Outcome<Listed<T>> {
    let count = i64::try_from(records.len()).unwrap_or(i64::MAX);
    let rows = crate::csbs::page::cut(records, page, id).map_err(|failure| match failure {
        Failure::Refused(refusal) => Failure::Refused(super::own(refusal)),
        store => store,
    })?;
    Ok(Listed { rows, count })
}

/// A filter that is a word of its own or nothing.
pub fn filter(pairs: &Pairs, name: &str) -> Option<String> {
    pairs.filled(name).map(str::to_owned)
}

/// A filter that is yes or no.
pub fn flag(pairs: &Pairs, name: &str) -> Outcome<Option<bool>> {
    match pairs.filled(name) {
        None => Ok(None),
        Some(text) if text.eq_ignore_ascii_case("true") => Ok(Some(true)),
        Some(text) if text.eq_ignore_ascii_case("false") => Ok(Some(false)),
        Some(text) => {
            Err(super::invalid(name, format!("`{text}` is neither true nor false")).into())
        }
    }
}

/// Only the default enterprise project exists: any other filter finds nothing.
pub fn other_enterprise_project(pairs: &Pairs) -> bool {
    pairs
        .filled("enterprise_project_id")
        .is_some_and(|id| id != "0" && id != "all_granted_eps")
}
