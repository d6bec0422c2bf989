//! The order of rows: any columns, several keys, always the same order for the same data.

use std::cell::RefCell;
use std::cmp::Ordering;
use std::collections::HashMap;

use contract::time::Timestamp;

use super::filter::Clock;
use super::store::{BackupStore, NEVER};

const DAY: i64 = 86_400;

/// What rows can be ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SortBy {
    Name,
    Status,
    Server,
    Zone,
    Created,
    Finished,
    Size,
    Type,
    Origin,
    Disks,
    Checkpoint,
    Service,
    Kind,
    Vault,
    Expires,
    /// The day it was made on, on the chosen clock; only for grouping.
    Day,
    /// When the first of those made together with it was made; only for grouping.
    Together,
}

impl SortBy {
    pub const ALL: [Self; 15] = [
        Self::Name,
        Self::Status,
        Self::Server,
        Self::Zone,
        Self::Created,
        Self::Finished,
        Self::Size,
        Self::Type,
        Self::Origin,
        Self::Disks,
        Self::Checkpoint,
        Self::Service,
        Self::Kind,
        Self::Vault,
        Self::Expires,
    ];

    /// Its word in addresses.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Status => "status",
            Self::Server => "server",
            Self::Zone => "zone",
            Self::Created => "created",
            Self::Finished => "finished",
            Self::Size => "size",
            Self::Type => "type",
            Self::Origin => "origin",
            Self::Disks => "disks",
            Self::Checkpoint => "checkpoint",
            Self::Service => "service",
            Self::Kind => "kind",
            Self::Vault => "vault",
            Self::Expires => "expires",
            Self::Day => "day",
            Self::Together => "together",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|by| by.word() == word)
    }

    /// Whether the first click on its head puts the largest first.
    pub const fn largest_first(self) -> bool {
        matches!(
            self,
            Self::Created | Self::Finished | Self::Size | Self::Disks
        )
    }
}

/// One key of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SortKey {
    pub by: SortBy,
    pub descending: bool,
}

impl SortKey {
    /// Newest first.
    pub const NEWEST: Self = Self {
        by: SortBy::Created,
        descending: true,
    };
}

type Compare<'a> = Box<dyn Fn(u32, u32) -> Ordering + 'a>;

fn compare<'a>(store: &'a BackupStore, key: SortKey, days: &Days<'_>) -> Compare<'a> {
    let numbers = |column: &dyn Fn(u32) -> i64| -> Vec<i64> {
        (0..store.rows() as u32).map(column).collect()
    };
    let ranked = |column: &super::store::Coded| -> Vec<i64> {
        let ranks = column.words.ranks();
        column
            .codes
            .iter()
            .map(|code| i64::from(ranks[*code as usize]))
            .collect()
    };
    let values = match key.by {
        SortBy::Name => {
            return directed(
                Box::new(|a, b| store.lower_name(a).cmp(store.lower_name(b))),
                key,
            );
        }
        SortBy::Checkpoint => {
            return directed(
                Box::new(|a, b| store.checkpoint(a).cmp(store.checkpoint(b))),
                key,
            );
        }
        SortBy::Status => ranked(&store.status),
        SortBy::Server => ranked(&store.server_name),
        SortBy::Zone => ranked(&store.zone),
        SortBy::Kind => ranked(&store.kind),
        SortBy::Vault => ranked(&store.vault),
        SortBy::Service => numbers(&|row| store.in_vault(row).into()),
        // What never expires comes after everything that does.
        SortBy::Expires => numbers(&|row| store.expires(row).map_or(i64::MAX, Timestamp::micros)),
        SortBy::Created => store.created.clone(),
        SortBy::Finished => store.finished.clone(),
        SortBy::Size => store.size_mb.clone(),
        SortBy::Type => numbers(&|row| store.incremental(row).into()),
        SortBy::Origin => numbers(&|row| store.automatic(row).into()),
        SortBy::Day => numbers(&|row| days.of_row(store, row)),
        SortBy::Together => together(store),
        SortBy::Disks => numbers(&|row| store.disks(row) as i64),
    };
    directed(
        Box::new(move |a, b| values[a as usize].cmp(&values[b as usize])),
        key,
    )
}

/// Of each row, when the first backup of its checkpoint was made.
fn together(store: &BackupStore) -> Vec<i64> {
    let mut first: HashMap<&str, i64> = HashMap::new();
    for row in store.alive().iter() {
        let at = store.created[row];
        let begun = first.entry(store.checkpoint(row as u32)).or_insert(at);
        *begun = at.min(*begun);
    }
    (0..store.rows() as u32)
        .map(|row| first.get(store.checkpoint(row)).copied().unwrap_or(NEVER))
        .collect()
}

/// Which calendar day an instant falls on, on a clock. Asking a browser for an offset is slow, so
/// each UTC day is asked about at its two ends only; between them the offset changes rarely.
pub struct Days<'a> {
    clock: Clock<'a>,
    known: RefCell<HashMap<i64, (i32, i32)>>,
}

impl<'a> Days<'a> {
    pub fn on(clock: Clock<'a>) -> Self {
        Self {
            clock,
            known: RefCell::default(),
        }
    }

    /// Days since 1970 of the day a row was made on.
    pub fn of_row(&self, store: &BackupStore, row: u32) -> i64 {
        match store.created.get(row as usize) {
            Some(at) if *at != NEVER => self.of(Timestamp::from_micros(*at)),
            _ => i64::MIN,
        }
    }

    /// Days since 1970.
    pub fn of(&self, at: Timestamp) -> i64 {
        let day = at.seconds().div_euclid(DAY);
        let ends = *self.known.borrow_mut().entry(day).or_insert_with(|| {
            let offset = |second| (self.clock)(Timestamp::from_seconds(second));
            (offset(day * DAY), offset(day * DAY + DAY - 1))
        });
        let offset = if ends.0 == ends.1 {
            ends.0
        } else {
            (self.clock)(at)
        };
        (at.seconds() + i64::from(offset) * 60).div_euclid(DAY)
    }
}

fn directed<'a>(compare: Compare<'a>, key: SortKey) -> Compare<'a> {
    if key.descending {
        Box::new(move |a, b| compare(b, a))
    } else {
        compare
    }
}

/// Brings `rows` in order; what is equal stays newest first, then by id.
///
/// An order of before is a good beginning: rows that are already sorted cost one pass.
pub fn sort(store: &BackupStore, keys: &[SortKey], rows: &mut [u32], days: &Days<'_>) {
    let compares: Vec<Compare<'_>> = keys.iter().map(|key| compare(store, *key, days)).collect();
    rows.sort_by(|a, b| {
        compares
            .iter()
            .map(|compare| compare(*a, *b))
            .find(|ordering| ordering.is_ne())
            .unwrap_or_else(|| {
                let created = |row: &u32| store.created.get(*row as usize);
                created(b)
                    .cmp(&created(a))
                    .then_with(|| store.id(*a).cmp(store.id(*b)))
            })
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_the_one_the_clock_on_the_wall_shows() {
        let change = Timestamp::parse("2026-03-29T01:00:00").expect("an instant");
        let summer = move |at: Timestamp| if at < change { 60 } else { 120 };
        let day = |text: &str| {
            let at = Timestamp::parse(text).expect("an instant");
            Days::on(&summer).of(at)
        };
        let first = day("2026-03-28T12:00:00");
        assert_eq!(day("2026-03-28T22:59:59"), first);
        assert_eq!(day("2026-03-28T23:00:00"), first + 1);
        assert_eq!(day("2026-03-29T21:59:59"), first + 1);
        assert_eq!(day("2026-03-29T22:00:00"), first + 2);
    }
}
