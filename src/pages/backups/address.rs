//! The list's address: the only home of its filter, order, columns, grouping, selection mode and
//! place. Every part is checked when it is read; what does not fit is dropped and said.

use contract::operations::push_encoded;

use super::columns::Column;
use super::shelf::Scope;
use crate::data::filter::{Filter, parse_pair, print_pair};
use crate::data::sort::{SortBy, SortKey};
use crate::routes::Pairs;

/// Most keys of an order; a fifth would never decide anything.
const MAX_KEYS: usize = 4;
/// Most rows that stand open.
pub const MAX_OPEN: usize = 20;
/// Longest address that is read, in bytes.
const MAX_ADDRESS: usize = 16_000;

/// What rows are put together by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Group {
    Server,
    /// The day they were made on, on the chosen clock.
    Day,
    /// Made in one go; the service's word is checkpoint.
    Together,
    /// No groups of rows, but servers against time.
    Timeline,
}

impl Group {
    pub const ALL: [Self; 4] = [Self::Server, Self::Day, Self::Together, Self::Timeline];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Day => "day",
            Self::Together => "together",
            Self::Timeline => "timeline",
        }
    }

    pub const fn title(self) -> &'static str {
        match self {
            Self::Server => "By server",
            Self::Day => "By day",
            Self::Together => "Made together",
            Self::Timeline => "Timeline",
        }
    }
}

/// What the address says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Address {
    pub filter: Filter,
    /// Empty: newest first.
    pub sort: Vec<SortKey>,
    /// `None`: the default ones. The name is always among them.
    pub columns: Option<Vec<Column>>,
    pub group: Option<Group>,
    /// Whose backups.
    pub scope: Scope,
    /// All that match are chosen.
    pub all_chosen: bool,
    /// Id of the topmost row on screen.
    pub at: Option<String>,
    /// Ids of rows that stand open.
    pub open: Vec<String>,
}

impl Address {
    /// Reads a query (with or without `?`); the second part says what was dropped and why.
    pub fn parse(query: &str) -> (Self, Vec<String>) {
        let mut address = Self::default();
        let mut dropped = Vec::new();
        if query.len() > MAX_ADDRESS {
            dropped.push("The address is too long to be read".to_owned());
            return (address, dropped);
        }
        for (key, value) in Pairs::of_query(query).iter() {
            if let Err(problem) = address.take(key, value) {
                dropped.push(problem);
            }
        }
        (address, dropped)
    }

    fn take(&mut self, key: &str, value: &str) -> Result<(), String> {
        let wrong = || Err(format!("“{}” is not a value of {key}", short(value)));
        match key {
            "sort" => {
                for part in value.split(',') {
                    let (word, descending) = match part.strip_prefix('-') {
                        Some(rest) => (rest, true),
                        None => (part, false),
                    };
                    match SortBy::from_word(word) {
                        Some(by)
                            if self.sort.iter().all(|key| key.by != by)
                                && self.sort.len() < MAX_KEYS =>
                        {
                            self.sort.push(SortKey { by, descending });
                        }
                        Some(_) => {}
                        None => return wrong(),
                    }
                }
                let keys = std::mem::take(&mut self.sort);
                self.set_sort(keys);
            }
            "columns" => {
                let mut columns: Vec<Column> = Vec::new();
                let mut unknown = false;
                for word in value.split(',') {
                    match Column::from_word(word) {
                        Some(column) => columns.push(column),
                        None => unknown = true,
                    }
                }
                self.set_columns(&columns);
                if unknown {
                    return wrong();
                }
            }
            "group" => match Group::ALL.into_iter().find(|group| group.word() == value) {
                Some(group) => self.group = Some(group),
                None => return wrong(),
            },
            "projects" if value == "all" => self.scope = Scope::AllProjects,
            "select" if value == "all" => self.all_chosen = true,
            "at" if is_id(value) => self.at = Some(value.to_owned()),
            "open" => {
                for id in value.split(',').filter(|id| is_id(id)) {
                    if self.open.len() < MAX_OPEN && !self.open.iter().any(|open| open == id) {
                        self.open.push(id.to_owned());
                    }
                }
            }
            "projects" | "select" | "at" => return wrong(),
            _ => {
                let token = parse_pair(key, value).map_err(|problem| problem.to_string())?;
                self.filter
                    .add(token)
                    .map_err(|problem| problem.to_string())?;
            }
        }
        Ok(())
    }

    /// Sets the order; what is the default anyway is none.
    pub fn set_sort(&mut self, keys: Vec<SortKey>) {
        self.sort = if keys == [SortKey::NEWEST] {
            Vec::new()
        } else {
            keys
        };
    }

    /// Sets the columns, in their fixed order and with the name.
    pub fn set_columns(&mut self, columns: &[Column]) {
        let chosen: Vec<Column> = Column::ALL
            .into_iter()
            .filter(|column| *column == Column::Name || columns.contains(column))
            .collect();
        self.columns = Some(chosen);
    }

    /// The columns to show; see [`Column::default_of`].
    pub fn shown_columns(&self, mixed: bool, vaults: bool) -> Vec<Column> {
        match &self.columns {
            Some(columns) => {
                let exists = |column: &&Column| column.exists(mixed, vaults);
                columns.iter().filter(exists).copied().collect()
            }
            None => Column::default_of(mixed, vaults),
        }
    }

    /// The query to write, `?` included; empty when everything is as it begins.
    pub fn print(&self) -> String {
        let mut query = String::new();
        let mut put = |key: &str, value: &str| {
            query.push(if query.is_empty() { '?' } else { '&' });
            push_encoded(&mut query, key);
            query.push('=');
            push_encoded(&mut query, value);
        };
        for token in self.filter.tokens() {
            let (key, value) = print_pair(token);
            put(&key, &value);
        }
        if !self.sort.is_empty() {
            let words: Vec<String> = self
                .sort
                .iter()
                .map(|key| format!("{}{}", if key.descending { "-" } else { "" }, key.by.word()))
                .collect();
            put("sort", &words.join(","));
        }
        if let Some(columns) = &self.columns {
            put(
                "columns",
                &columns
                    .iter()
                    .map(|column| column.word())
                    .collect::<Vec<_>>()
                    .join(","),
            );
        }
        if let Some(group) = self.group {
            put("group", group.word());
        }
        if self.scope == Scope::AllProjects {
            put("projects", "all");
        }
        if self.all_chosen {
            put("select", "all");
        }
        if !self.open.is_empty() {
            put("open", &self.open.join(","));
        }
        if let Some(at) = &self.at {
            put("at", at);
        }
        // A comma may stand in a query as it is (RFC 3986 section 3.4), and reads better.
        query.replace("%2C", ",")
    }

    /// The same list from its beginning: what a saved view and another filter keep.
    #[must_use]
    pub fn at_top(mut self) -> Self {
        self.all_chosen = false;
        self.at = None;
        self.open.clear();
        self
    }
}

/// Ids as the services make them; others are not looked up by address.
fn is_id(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(40).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::data::filter::{Operator, Property, Token};

    fn any_address() -> impl Strategy<Value = Address> {
        let tokens = proptest::collection::vec(
            ("\\PC{1,8}", 0usize..5).prop_filter_map("a value that is refused", |(text, which)| {
                match which {
                    0 => Token::new(Property::Text, Operator::Contains, &text).ok(),
                    1 => Token::new(Property::Status, Operator::IsNot, &text).ok(),
                    2 => Token::new(Property::Name, Operator::Lacks, &text).ok(),
                    3 => Token::new(Property::Created, Operator::Older, "30d").ok(),
                    _ => Token::new(Property::Size, Operator::AtMost, "10GB").ok(),
                }
            }),
            0..5,
        );
        let keys = proptest::sample::subsequence(SortBy::ALL.to_vec(), 0..=MAX_KEYS).prop_shuffle();
        let columns = proptest::sample::subsequence(Column::ALL.to_vec(), 0..=Column::ALL.len());
        (
            tokens,
            keys,
            proptest::bool::ANY,
            columns,
            proptest::option::of(proptest::sample::select(Group::ALL.to_vec())),
            proptest::bool::ANY,
            proptest::option::of("[a-f0-9-]{1,36}"),
            proptest::collection::hash_set("[a-f0-9]{1,36}", 0..4),
        )
            .prop_map(
                |(tokens, keys, descending, columns, group, all_chosen, at, open)| {
                    let mut address = Address {
                        group,
                        scope: if descending {
                            Scope::AllProjects
                        } else {
                            Scope::Project
                        },
                        all_chosen,
                        at,
                        ..Address::default()
                    };
                    for token in tokens {
                        address.filter.add(token).expect("few tokens");
                    }
                    address.set_sort(
                        keys.into_iter()
                            .map(|by| SortKey { by, descending })
                            .collect(),
                    );
                    address.set_columns(&columns);
                    address.open = open.into_iter().collect();
                    address
                },
            )
    }

    proptest! {
        #[test]
        fn printing_and_parsing_are_inverses(address in any_address()) {
            prop_assert_eq!(Address::parse(&address.print()), (address, Vec::new()));
        }

        #[test]
        fn any_text_reads_and_prints_the_same_again(query in "\\PC{0,80}") {
            let (address, _) = Address::parse(&query);
            prop_assert_eq!(Address::parse(&address.print()), (address, Vec::new()));
        }
    }

    #[test]
    fn links_of_other_pages_are_understood() {
        let (address, dropped) = Address::parse(
            "?status=error&status=deleting&server=web-01&created.last=24h&sort=-size,name&group=day",
        );
        assert_eq!(dropped, [] as [&str; 0]);
        assert_eq!(address.filter.tokens().len(), 4);
        assert_eq!(address.sort.len(), 2);
        assert_eq!(address.group, Some(Group::Day));
        assert_eq!(
            address.print(),
            "?status=error&status=deleting&server=web-01&created.last=24h&sort=-size,name&group=day"
        );
    }

    #[test]
    fn what_does_not_fit_is_dropped_and_said() {
        let (address, dropped) = Address::parse(
            "colour=red&type=half&sort=luck&columns=name,luck&group=moon&select=some&at=../x&q=%ff%zz+a",
        );
        assert_eq!(
            dropped,
            [
                "“colour” is not a property of backups",
                "Type cannot be “half”; use full or incremental",
                "“luck” is not a value of sort",
                "“name,luck” is not a value of columns",
                "“moon” is not a value of group",
                "“some” is not a value of select",
                "“../x” is not a value of at",
            ]
        );
        assert_eq!(address.columns, Some(vec![Column::Name]));
        assert_eq!(
            address.filter.tokens()[0].value().text(),
            Some("\u{fffd}%zz a")
        );
    }
}
