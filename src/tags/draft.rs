//! Tags being edited: rows of key and value as typed, what they come to, and what saving changes.

use contract::csbs::Tag as WireTag;
use contract::csbs::tags::{TagProblem, checked_by};
use contract::model::Tag;
use contract::rules::{TagRules, tag_key};

/// One row as it is typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct TagRow {
    pub key: String,
    pub value: String,
}

impl TagRow {
    /// A row nobody has written into stands for nothing.
    pub fn is_blank(&self) -> bool {
        self.key.trim().is_empty() && self.value.trim().is_empty()
    }

    /// What is wrong with the key; `rows` are all rows, this one at `at`.
    pub fn key_problem(rows: &[Self], at: usize) -> Option<String> {
        let row = rows.get(at).filter(|row| !row.is_blank())?;
        let key = match tag_key(&row.key) {
            Ok(key) => key,
            Err(broken) => return Some(format!("Key: {broken}")),
        };
        let twice = rows[..at].iter().any(|earlier| earlier.key.trim() == key);
        twice.then(|| format!("Key: `{key}` stands in a row above already; a key is there once"))
    }

    /// What is wrong with the value.
    pub fn value_problem(&self, rules: TagRules) -> Option<String> {
        let broken = (rules.value)(&self.value).err()?;
        Some(format!("Value: {broken}"))
    }
}

/// The tags that rows stand for, or a sentence about the first thing that keeps them from it.
pub fn tags_of(rows: &[TagRow]) -> Result<Vec<Tag>, String> {
    tags_by(rows, TagRules::CSBS)
}

/// The same for an object with these rules.
pub fn tags_by(rows: &[TagRow], rules: TagRules) -> Result<Vec<Tag>, String> {
    let typed: Vec<WireTag> = rows
        .iter()
        .filter(|row| !row.is_blank())
        .map(|row| WireTag {
            key: row.key.clone(),
            value: row.value.clone(),
        })
        .collect();
    match checked_by(&typed, rules) {
        Ok(tags) => Ok(tags.into_iter().map(Into::into).collect()),
        Err(TagProblem::TooMany { count }) => Err(too_many(count, rules.limit)),
        Err(TagProblem::Broken { member, rule }) => Err(format!("A {member}: {rule}")),
    }
}

/// What tags may be, before any is typed.
pub fn tags_hint(rules: TagRules) -> String {
    let also = if (rules.value)(".").is_ok() {
        ", also dots"
    } else {
        ""
    };
    format!(
        "Up to {} tags. A key has 1–36 letters, digits, - and _; a value up to 43{also}, or none.",
        rules.limit
    )
}

/// The sentence about a number of tags that is too large.
pub fn too_many(count: usize, limit: usize) -> String {
    format!("There are at most {limit} tags on one object; these are {count}.")
}

/// What saving does: keys that go, and tags that are added or get another value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    pub gone: Vec<String>,
    pub put: Vec<Tag>,
}

impl Change {
    /// From tags to tags.
    pub fn between(before: &[Tag], after: &[Tag]) -> Self {
        let is_in = |tags: &[Tag], key: &str| tags.iter().any(|tag| tag.key == key);
        Self {
            gone: before
                .iter()
                .filter(|tag| !is_in(after, &tag.key))
                .map(|tag| tag.key.clone())
                .collect(),
            put: after
                .iter()
                .filter(|tag| !before.contains(tag))
                .cloned()
                .collect(),
        }
    }

    /// The part of a wish for many that this one object needs, and the tags it then has.
    pub fn for_one(&self, before: &[Tag]) -> (Self, Vec<Tag>) {
        let mut after: Vec<Tag> = before
            .iter()
            .filter(|tag| !self.gone.contains(&tag.key))
            .cloned()
            .collect();
        for tag in &self.put {
            match after.iter_mut().find(|known| known.key == tag.key) {
                Some(known) => known.value.clone_from(&tag.value),
                None => after.push(tag.clone()),
            }
        }
        (Self::between(before, &after), after)
    }

    /// Whether it changes nothing.
    pub fn is_empty(&self) -> bool {
        self.gone.is_empty() && self.put.is_empty()
    }
}

/// `key=value`, or the key alone where the value is empty.
pub fn tag_text(tag: &Tag) -> String {
    if tag.value.is_empty() {
        tag.key.clone()
    } else {
        format!("{}={}", tag.key, tag.value)
    }
}

#[cfg(test)]
mod tests {
    use contract::cbr::rules::VAULT_TAGS;

    use super::*;

    fn tag(key: &str, value: &str) -> Tag {
        Tag {
            key: key.into(),
            value: value.into(),
        }
    }

    fn row(key: &str, value: &str) -> TagRow {
        TagRow {
            key: key.into(),
            value: value.into(),
        }
    }

    #[test]
    fn blank_rows_stand_for_nothing_and_blanks_around_do_not_count() {
        let rows = [row(" env ", "test "), row("", " "), row("team", "")];
        assert_eq!(
            tags_of(&rows),
            Ok(vec![tag("env", "test"), tag("team", "")])
        );
    }

    #[test]
    fn every_broken_rule_is_said_at_its_row() {
        let rows = [
            row("env", "a"),
            row("", "b"),
            row("env ", "c"),
            row("a=b", "x y"),
        ];
        let keys: Vec<bool> = (0..4)
            .map(|at| TagRow::key_problem(&rows, at).is_some())
            .collect();
        assert_eq!(keys, [false, true, true, true]);
        let problem = |at: usize| rows[at].value_problem(TagRules::CSBS);
        assert!(problem(3).is_some() && problem(0).is_none());
        assert!(tags_of(&rows).is_err());
        let eleven: Vec<TagRow> = (0..11).map(|n| row(&format!("k{n}"), "")).collect();
        assert_eq!(tags_of(&eleven), Err(too_many(11, TagRules::CSBS.limit)));
    }

    #[test]
    fn a_vaults_value_may_have_a_dot() {
        let row = row("version", "1.2");
        assert!(row.value_problem(TagRules::CSBS).is_some());
        assert_eq!(row.value_problem(VAULT_TAGS), None);
        let rows = [row];
        assert!(tags_of(&rows).is_err());
        assert_eq!(tags_by(&rows, VAULT_TAGS), Ok(vec![tag("version", "1.2")]));
    }

    #[test]
    fn saving_sends_only_what_differs() {
        let before = [tag("env", "test"), tag("team", "shop"), tag("old", "")];
        let after = [tag("env", "prod"), tag("team", "shop"), tag("new", "1")];
        let change = Change::between(&before, &after);
        assert_eq!(change.gone, ["old"]);
        assert_eq!(change.put, [tag("env", "prod"), tag("new", "1")]);
        assert!(Change::between(&before, &before).is_empty());
    }

    #[test]
    fn a_wish_for_many_asks_of_each_only_what_it_lacks() {
        let wish = Change {
            gone: vec!["old".into()],
            put: vec![tag("env", "prod")],
        };
        let (change, after) = wish.for_one(&[tag("env", "prod"), tag("team", "x")]);
        assert!(change.is_empty());
        assert_eq!(after.len(), 2);
        let (change, after) = wish.for_one(&[tag("old", "1")]);
        assert_eq!((change.gone.len(), after), (1, vec![tag("env", "prod")]));
    }
}
