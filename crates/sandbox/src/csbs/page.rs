//! Paging and sorting as the list operations take them (csbs-v1 2.5).

use std::cmp::Ordering;

use contract::rules;

use crate::http::Pairs;
use crate::refusal::{Outcome, Refusal};

/// Longest `sort`, in characters.
const MAX_SORT: usize = 255;

/// What a list can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    CreatedAt,
    UpdatedAt,
    Name,
    Status,
    ProtectedAt,
    Id,
}

impl Key {
    /// Every key, as it is written.
    pub const ALL: [(&'static str, Self); 6] = [
        ("created_at", Self::CreatedAt),
        ("updated_at", Self::UpdatedAt),
        ("name", Self::Name),
        ("status", Self::Status),
        ("protected_at", Self::ProtectedAt),
        ("id", Self::Id),
    ];
}

/// A sort key and its direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    /// By what.
    pub key: Key,
    /// Largest first.
    pub descending: bool,
}

/// Which part of a list, in which order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// At most this many, 1 to 1000.
    pub limit: usize,
    /// Begin after the record with this id …
    pub marker: Option<String>,
    /// … and skip this many.
    pub offset: usize,
    /// Never empty; newest first unless asked otherwise.
    pub sort: Vec<Order>,
}

impl Default for Page {
    fn default() -> Self {
        Self {
            limit: rules::MAX_PAGE,
            marker: None,
            offset: 0,
            sort: vec![Order {
                key: Key::CreatedAt,
                descending: true,
            }],
        }
    }
}

impl Page {
    /// Reads `limit`, `marker`, `offset` and `sort`.
    pub fn parse(pairs: &Pairs) -> Result<Self, Refusal> {
        let mut page = Self::default();
        // Nothing is no number either.
        if let Some(text) = pairs.get("limit") {
            let limit = whole(text).filter(|limit| *limit > 0).ok_or_else(|| {
                Refusal::parameter("limit", format!("`{text}` is not a positive whole number"))
            })?;
            page.limit = limit.min(rules::MAX_PAGE);
        }
        if let Some(text) = pairs.get("offset") {
            page.offset = whole(text).ok_or_else(|| {
                Refusal::parameter("offset", format!("`{text}` is not a whole number from 0"))
            })?;
        }
        page.marker = pairs.filled("marker").map(str::to_owned);
        if let Some(text) = pairs.filled("sort") {
            page.sort = parse_sort(text)?;
        }
        Ok(page)
    }
}

/// Digits only; what does not fit is as large as it gets.
fn whole(text: &str) -> Option<usize> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(usize::MAX / 2))
}

fn parse_sort(text: &str) -> Result<Vec<Order>, Refusal> {
    let length = text.chars().count();
    if length > MAX_SORT {
        let rule = rules::Broken::TooLong {
            length,
            limit: MAX_SORT,
        };
        return Err(Refusal::parameter("sort", rule));
    }
    let mut orders: Vec<Order> = Vec::new();
    for part in text.split(',') {
        let (name, direction) = part.split_once(':').unwrap_or((part, "desc"));
        let key = Key::ALL
            .iter()
            .find(|(word, _)| *word == name.trim())
            .map(|(_, key)| *key)
            .ok_or_else(|| {
                Refusal::parameter("sort", format!("`{name}` is not one of created_at, updated_at, name, status, protected_at, id"))
            })?;
        let descending = match direction.trim() {
            "desc" => true,
            "asc" => false,
            other => {
                let rule = format!("`{other}` is neither asc nor desc");
                return Err(Refusal::parameter("sort", rule));
            }
        };
        // Only the first mention of a key has an effect.
        if orders.iter().all(|order| order.key != key) {
            orders.push(Order { key, descending });
        }
    }
    Ok(orders)
}

/// What a record is sorted by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    Number(i64),
    Text(String),
}

/// Sorts records that are all in memory; equal ones keep their order.
pub fn sort_by<T>(records: &mut [T], page: &Page, value: impl Fn(&T, Key) -> Value) {
    records.sort_by(|a, b| {
        page.sort.iter().fold(Ordering::Equal, |so_far, order| {
            so_far.then_with(|| {
                let ordering = value(a, order.key).cmp(&value(b, order.key));
                if order.descending {
                    ordering.reverse()
                } else {
                    ordering
                }
            })
        })
    });
}

/// The page out of sorted records that are all in memory.
pub fn cut<T>(records: Vec<T>, page: &Page, id: impl Fn(&T) -> &String) -> Outcome<Vec<T>> {
    let begin = match &page.marker {
        Some(marker) => match records.iter().position(|record| id(record) == marker) {
            Some(position) => position + 1,
            None => return Err(unknown_marker(marker).into()),
        },
        None => 0,
    };
    let skip = begin.saturating_add(page.offset);
    Ok(records.into_iter().skip(skip).take(page.limit).collect())
}

/// The refusal of a marker that is no record of the list.
pub fn unknown_marker(marker: &str) -> Refusal {
    Refusal::parameter(
        "marker",
        format!("`{marker}` is the id of no record of this list"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(query: &str) -> Result<Page, Refusal> {
        Page::parse(&Pairs::parse(query))
    }

    #[test]
    fn a_limit_is_positive_and_capped() {
        assert_eq!(page("").unwrap().limit, 1000);
        assert_eq!(page("limit=1").unwrap().limit, 1);
        for large in ["1001", "99999999999999999999"] {
            assert_eq!(page(&format!("limit={large}")).unwrap().limit, 1000);
        }
        for bad in ["", "0", "-1", "1.5", "+1", "ten", "1;drop"] {
            let refusal = page(&format!("limit={bad}")).unwrap_err();
            assert_eq!(refusal.code, "CSBS.9001");
            assert!(refusal.message.starts_with("limit: "), "{refusal}");
        }
    }

    #[test]
    fn a_sort_names_known_keys_and_directions_only() {
        let sort = page("sort=name:asc,created_at,name:desc").unwrap().sort;
        assert_eq!(
            sort,
            [
                Order {
                    key: Key::Name,
                    descending: false
                },
                Order {
                    key: Key::CreatedAt,
                    descending: true
                }
            ]
        );
        for bad in [
            "created_at;drop table backups",
            "size",
            "name:up",
            "name:",
            ",",
            "name,,id",
        ] {
            assert!(page(&format!("sort={bad}")).is_err(), "{bad}");
        }
        assert!(page(&format!("sort={}", "id,".repeat(86))).is_err());
    }

    #[test]
    fn marker_and_offset_combine() {
        let records: Vec<_> = ["a", "b", "c", "d"].map(str::to_owned).into();
        let page = page("marker=a&offset=1&limit=1").unwrap();
        assert_eq!(cut(records.clone(), &page, |id| id).unwrap(), ["c"]);
        let lost = Page {
            marker: Some("x".to_owned()),
            ..page
        };
        assert_eq!(
            cut(records, &lost, |id| id)
                .unwrap_err()
                .refusal()
                .unwrap()
                .code,
            "CSBS.9001"
        );
    }
}
