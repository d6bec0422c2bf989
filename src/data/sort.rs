//! The order of rows: any columns, several keys, always the same order for the same data.

use std::cmp::Ordering;

use super::store::BackupStore;

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
    /// The UTC day it was made on; only for grouping.
    Day,
}

impl SortBy {
    pub const ALL: [Self; 11] = [
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
            Self::Day => "day",
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

fn compare(store: &BackupStore, key: SortKey) -> Compare<'_> {
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
        SortBy::Created => store.created.clone(),
        SortBy::Finished => store.finished.clone(),
        SortBy::Size => store.size_mb.clone(),
        SortBy::Type => numbers(&|row| store.incremental(row).into()),
        SortBy::Origin => numbers(&|row| store.automatic(row).into()),
        SortBy::Day => numbers(&|row| day(store, row)),
        SortBy::Disks => numbers(&|row| store.disks(row) as i64),
    };
    directed(
        Box::new(move |a, b| values[a as usize].cmp(&values[b as usize])),
        key,
    )
}

/// Days since 1970 in UTC.
pub fn day(store: &BackupStore, row: u32) -> i64 {
    store
        .created
        .get(row as usize)
        .map_or(i64::MIN, |at| at.div_euclid(86_400_000_000))
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
pub fn sort(store: &BackupStore, keys: &[SortKey], rows: &mut [u32]) {
    let compares: Vec<Compare<'_>> = keys.iter().map(|key| compare(store, *key)).collect();
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
