//! Views: built-in questions, and saved addresses of the reader's own, kept in this browser.

use serde::{Deserialize, Serialize};

use super::address::Address;
use crate::session::{recall, remember};

/// Longest name of a saved view, in characters.
const MAX_NAME: usize = 60;
/// Most saved views of a project.
const MAX_SAVED: usize = 50;

/// The built-in views: name and address.
pub const BUILT_IN: [(&str, &str); 7] = [
    ("All backups", ""),
    ("Failed", "?status=error"),
    (
        "Running now",
        "?status=waiting_protect&status=protecting&status=waiting_restore&status=restoring&status=waiting_delete&status=deleting",
    ),
    ("Last 24 hours", "?created.last=24h"),
    (
        "By hand, older than 30 days",
        "?origin=manual&created.older=30d",
    ),
    ("Server is gone", "?server-state=gone"),
    ("Largest first", "?sort=-size"),
];

/// A saved view.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Saved {
    pub name: String,
    /// The query of its address.
    pub query: String,
}

/// Why a view cannot be saved under a name.
pub fn name_problem(name: &str, saved: &[Saved], but: Option<&str>) -> Option<String> {
    let name = name.trim();
    if name.is_empty() {
        return Some("Give the view a name.".to_owned());
    }
    if name.chars().count() > MAX_NAME {
        return Some(format!("A name has at most {MAX_NAME} characters."));
    }
    let taken = BUILT_IN
        .iter()
        .any(|(known, _)| known.eq_ignore_ascii_case(name))
        || saved
            .iter()
            .any(|view| Some(view.name.as_str()) != but && view.name.eq_ignore_ascii_case(name));
    if taken {
        return Some(format!("There is already a view called “{name}”."));
    }
    (but.is_none() && saved.len() >= MAX_SAVED)
        .then(|| format!("{MAX_SAVED} views are saved already; delete one first."))
}

/// Reads what was kept; what is no address any more loses the parts that do not fit.
pub fn read(text: &str) -> Vec<Saved> {
    let saved: Vec<Saved> = serde_json::from_str(text).unwrap_or_default();
    saved
        .into_iter()
        .filter(|view| !view.name.trim().is_empty() && view.name.chars().count() <= MAX_NAME)
        .map(|view| Saved {
            query: Address::parse(&view.query).0.at_top().print(),
            ..view
        })
        .take(MAX_SAVED)
        .collect()
}

fn key(project: &str) -> String {
    format!("views.{project}")
}

/// The views saved in this browser for a project.
pub fn recall_views(project: &str) -> Vec<Saved> {
    recall(&key(project))
        .map(|text| read(&text))
        .unwrap_or_default()
}

/// Keeps the views of a project.
pub fn remember_views(project: &str, views: &[Saved]) {
    remember(&key(project), serde_json::to_string(views).ok().as_deref());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_view_is_a_valid_address() {
        for (name, query) in BUILT_IN {
            let (address, dropped) = Address::parse(query);
            assert!(dropped.is_empty(), "{name}: {dropped:?}");
            assert_eq!(address.print(), query, "{name}");
        }
    }

    #[test]
    fn names_are_there_once_and_not_endless() {
        let saved = [Saved {
            name: "Mine".into(),
            query: String::new(),
        }];
        assert_eq!(name_problem("New", &saved, None), None);
        assert_eq!(name_problem("mine", &saved, Some("Mine")), None);
        for bad in ["", "  ", "mine", "failed", &"n".repeat(61)] {
            assert!(name_problem(bad, &saved, None).is_some(), "{bad}");
        }
    }

    #[test]
    fn what_was_kept_is_read_with_care() {
        assert_eq!(read("no JSON"), []);
        assert_eq!(
            read(
                r#"[{"name": "A", "query": "?status=error&colour=red&at=x"}, {"name": " ", "query": ""}]"#
            ),
            [Saved {
                name: "A".into(),
                query: "?status=error".into()
            }]
        );
    }
}
