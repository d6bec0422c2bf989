//! Which tasks are shown; the address is its only home, the service does the finding.

use contract::cbr::tasks::{TaskKind, TaskStatus};
use contract::time::Timestamp;

/// Spans that can be chosen: as it stands in the address, in words, in seconds.
pub const SPANS: [(&str, &str, i64); 4] = [
    ("1h", "The last hour", 3_600),
    ("1d", "The last 24 hours", 86_400),
    ("7d", "The last 7 days", 7 * 86_400),
    ("30d", "The last 30 days", 30 * 86_400),
];

/// Tasks on one page of the list.
pub const PER_PAGE: usize = 50;

/// The filter of the list. Empty means any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// The service's word for the kind.
    pub kind: String,
    /// The service's word for the state.
    pub status: String,
    /// Part of a resource's name.
    pub resource: String,
    /// Part of a vault's name.
    pub vault: String,
    /// A resource by its id: links from other pages.
    pub resource_id: String,
    /// A vault by its id: links from other pages.
    pub vault_id: String,
    /// One of [`SPANS`].
    pub span: String,
    /// 1-based.
    pub page: usize,
}

impl Filter {
    /// Reads an address's query; what is not offered is dropped.
    pub fn from_query(value: impl Fn(&str) -> Option<String>) -> Self {
        let text = |name: &str| value(name).unwrap_or_default();
        let offered = |name: &str, known: &dyn Fn(&str) -> bool| {
            Some(text(name))
                .filter(|word| known(word))
                .unwrap_or_default()
        };
        Self {
            kind: offered("kind", &|word| {
                !matches!(TaskKind::from_word(word), TaskKind::Unknown(_))
            }),
            status: offered("status", &|word| {
                !matches!(TaskStatus::from_word(word), TaskStatus::Unknown(_))
            }),
            resource: text("resource"),
            vault: text("vault"),
            resource_id: text("resource_id"),
            vault_id: text("vault_id"),
            span: offered("since", &|word| SPANS.iter().any(|(key, ..)| *key == word)),
            page: text("page").parse().unwrap_or(1).max(1),
        }
    }

    /// The query that reads as this filter.
    pub fn to_query(&self) -> Vec<(&'static str, String)> {
        let page = match self.page {
            0 | 1 => String::new(),
            page => page.to_string(),
        };
        vec![
            ("kind", self.kind.clone()),
            ("status", self.status.clone()),
            ("resource", self.resource.clone()),
            ("vault", self.vault.clone()),
            ("resource_id", self.resource_id.clone()),
            ("vault_id", self.vault_id.clone()),
            ("since", self.span.clone()),
            ("page", page),
        ]
    }

    /// Whether anything is filtered.
    pub fn is_any(&self) -> bool {
        *self
            == Self {
                page: self.page,
                ..Self::default()
            }
    }

    /// What the service is asked (cbr-v3 5.7).
    pub fn to_service(&self, now: Timestamp) -> Vec<(&'static str, String)> {
        let span = SPANS.iter().find(|(key, ..)| *key == self.span);
        let since = span.map(|(_, _, seconds)| now.plus_seconds(-seconds).to_seconds_text());
        vec![
            ("operation_type", self.kind.clone()),
            ("status", self.status.clone()),
            ("resource_name", self.resource.trim().to_owned()),
            ("vault_name", self.vault.trim().to_owned()),
            ("resource_id", self.resource_id.clone()),
            ("vault_id", self.vault_id.clone()),
            ("start_time", since.unwrap_or_default()),
        ]
    }

    /// The first row of its page.
    pub const fn offset(&self) -> usize {
        self.page.saturating_sub(1) * PER_PAGE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &[(&str, &str)]) -> Filter {
        let find = |name: &str| {
            let pair = query.iter().find(|(key, _)| *key == name)?;
            Some(pair.1.to_owned())
        };
        Filter::from_query(find)
    }

    #[test]
    fn a_filter_survives_its_address_and_what_is_not_offered_is_dropped() {
        let filter = read(&[
            ("kind", "restore"),
            ("status", "failed"),
            ("since", "7d"),
            ("page", "3"),
        ]);
        let written = filter.to_query();
        let again: Vec<_> = written
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        assert_eq!(read(&again), filter);
        assert_eq!((filter.offset(), filter.is_any()), (100, false));
        let odd = read(&[
            ("kind", "fold"),
            ("status", "thawing"),
            ("since", "1y"),
            ("page", "-3"),
        ]);
        assert_eq!((odd.is_any(), odd.page), (true, 1));
    }

    #[test]
    fn the_span_becomes_a_time_the_service_reads() {
        let now = Timestamp::parse("2026-03-14T09:26:53Z").expect("a time");
        let asked = read(&[("since", "1h"), ("resource", " web ")]).to_service(now);
        assert!(
            asked.contains(&("start_time", "2026-03-14T08:26:53Z".to_owned())),
            "{asked:?}"
        );
        assert!(asked.contains(&("resource_name", "web".to_owned())));
    }
}
