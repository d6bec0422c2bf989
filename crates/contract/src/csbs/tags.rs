//! Tags of backups and policies: requests, rules and the tag search (csbs-v1 section 5).

use super::{Tag, given};
use crate::lenient;
use crate::rules::{self, Broken};
use serde::{Deserialize, Serialize};

/// `{"tag": {…}}`: add one tag (5.4).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagRequest {
    /// The tag.
    #[serde(deserialize_with = "given::tag")]
    pub tag: Tag,
}

/// Add or remove several tags at once; all of them or none (5.3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagBatchRequest {
    /// What to do.
    pub action: BatchAction,
    /// With which tags; a removal may leave the value out.
    pub tags: Vec<BatchTag>,
}

/// What a batch does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BatchAction {
    /// Add, or overwrite the value of the same key.
    Create,
    /// Remove; a tag that is not there is no error.
    Delete,
}

/// A tag of a batch.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchTag {
    /// Key.
    pub key: String,
    /// Value; in a removal, `None` removes by key alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

/// `{"tags": […]}`: tags of one object.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagsAnswer {
    /// The tags.
    #[serde(default, deserialize_with = "lenient::list")]
    pub tags: Vec<Tag>,
}

/// `{"tags": [{"key", "values"}]}`: all tags of the project.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectTagsAnswer {
    /// Every key once, with its distinct values.
    #[serde(default, deserialize_with = "lenient::list")]
    pub tags: Vec<KeyValues>,
}

/// A key with several values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyValues {
    /// Key.
    #[serde(default)]
    pub key: String,
    /// Values.
    #[serde(default)]
    pub values: Vec<String>,
}

/// Why tags are refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TagProblem {
    /// The object would have more than [`rules::MAX_TAGS`] (CSBS.7000).
    TooMany {
        /// How many it would have.
        count: usize,
    },
    /// A key or value breaks a rule (CSBS.9001).
    Broken {
        /// `key` or `value`.
        member: &'static str,
        /// Which rule.
        rule: Broken,
    },
}

/// Tags as they are stored: blanks trimmed, each within the rules of creation.
pub fn checked(tags: &[Tag]) -> Result<Vec<Tag>, TagProblem> {
    checked_by(tags, rules::TagRules::CSBS)
}

/// The same for objects with other rules, such as vaults.
pub fn checked_by(tags: &[Tag], wanted: rules::TagRules) -> Result<Vec<Tag>, TagProblem> {
    let part = |member| move |rule| TagProblem::Broken { member, rule };
    let mut clean: Vec<Tag> = Vec::with_capacity(tags.len());
    for tag in tags {
        let key = rules::tag_key(&tag.key).map_err(part("key"))?;
        let value = (wanted.value)(&tag.value).map_err(part("value"))?;
        if clean.iter().any(|earlier| earlier.key == key) {
            return Err(part("key")(Broken::Duplicate(key)));
        }
        clean.push(Tag { key, value });
    }
    if clean.len() > wanted.limit {
        return Err(TagProblem::TooMany { count: clean.len() });
    }
    Ok(clean)
}

/// Adds checked tags to those an object has; the same key gets the new value (5.1).
pub fn added(present: &[Tag], new: &[Tag]) -> Result<Vec<Tag>, TagProblem> {
    let new = checked(new)?;
    let mut tags = present.to_vec();
    for tag in new {
        match tags.iter_mut().find(|old| old.key == tag.key) {
            Some(old) => old.value = tag.value,
            None => tags.push(tag),
        }
    }
    if tags.len() > rules::MAX_TAGS {
        return Err(TagProblem::TooMany { count: tags.len() });
    }
    Ok(tags)
}

/// Removes tags: with a value only the pair that equals both, without one by key (5.3).
pub fn removed(present: &[Tag], gone: &[BatchTag]) -> Vec<Tag> {
    let is_gone = |tag: &&Tag| {
        gone.iter().any(|gone| {
            gone.key.trim() == tag.key
                && gone.value.as_ref().is_none_or(|value| *value == tag.value)
        })
    };
    present
        .iter()
        .filter(|tag| !is_gone(tag))
        .cloned()
        .collect()
}

/// A search by tags (5.2).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagSearch {
    /// `filter` or `count`.
    pub action: String,
    /// All keys must match.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<KeyValues>,
    /// At least one key must match.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags_any: Vec<KeyValues>,
    /// Excluded when all match.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_tags: Vec<KeyValues>,
    /// Excluded when any matches.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_tags_any: Vec<KeyValues>,
    /// 1–1000, as text; a number is read too.
    #[serde(
        default,
        deserialize_with = "text_or_number",
        skip_serializing_if = "Option::is_none"
    )]
    pub limit: Option<String>,
    /// As text; a number is read too.
    #[serde(
        default,
        deserialize_with = "text_or_number",
        skip_serializing_if = "Option::is_none"
    )]
    pub offset: Option<String>,
    /// Only the key `resource_name`.
    #[serde(
        default,
        deserialize_with = "given::tags",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub matches: Vec<Tag>,
}

fn text_or_number<'de, D: serde::Deserializer<'de>>(d: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "must be a whole number, as text")]
    enum Given {
        Text(String),
        Number(u64),
    }
    Ok(Option::<Given>::deserialize(d)?.map(|given| match given {
        Given::Text(text) => text,
        Given::Number(number) => number.to_string(),
    }))
}

/// Most keys in each list of a search, and most values of each key.
pub const MAX_SEARCH_ENTRIES: usize = 10;

impl TagSearch {
    /// What keeps it from being a search, naming the member.
    pub fn check(&self) -> Result<(), String> {
        if !matches!(self.action.as_str(), "filter" | "count") {
            return Err("action must be `filter` or `count`".to_owned());
        }
        let lists = [
            ("tags", &self.tags),
            ("tags_any", &self.tags_any),
            ("not_tags", &self.not_tags),
            ("not_tags_any", &self.not_tags_any),
        ];
        for (name, list) in lists {
            if list.len() > MAX_SEARCH_ENTRIES {
                return Err(format!(
                    "{name} has {} keys; at most {MAX_SEARCH_ENTRIES} are allowed",
                    list.len()
                ));
            }
            for (index, entry) in list.iter().enumerate() {
                if entry.key.trim().is_empty() {
                    return Err(format!("{name} has an empty key"));
                }
                if list[..index].iter().any(|earlier| earlier.key == entry.key) {
                    return Err(format!("{name} has the key `{}` twice", entry.key));
                }
                if entry.values.len() > MAX_SEARCH_ENTRIES {
                    return Err(format!(
                        "{name} has {} values for one key; at most {MAX_SEARCH_ENTRIES} are allowed",
                        entry.values.len()
                    ));
                }
                if (1..entry.values.len()).any(|i| entry.values[..i].contains(&entry.values[i])) {
                    return Err(format!("{name} has a value of `{}` twice", entry.key));
                }
            }
        }
        if let Some(other) = self
            .matches
            .iter()
            .find(|entry| entry.key != "resource_name")
        {
            return Err(format!(
                "matches knows only the key `resource_name`, not `{}`",
                other.key
            ));
        }
        self.page().map(|_| ())
    }

    /// Limit and offset; both come as text, and neither matters to a count.
    pub fn page(&self) -> Result<(usize, usize), String> {
        if self.action == "count" {
            return Ok((rules::MAX_PAGE, 0));
        }
        let number = |name: &str, text: &Option<String>, default: usize| match text {
            None => Ok(default),
            Some(text) => text
                .trim()
                .parse::<usize>()
                .map_err(|_| format!("{name} `{text}` is not a whole number")),
        };
        let limit = number("limit", &self.limit, rules::MAX_PAGE)?;
        if !(1..=rules::MAX_PAGE).contains(&limit) {
            return Err(format!(
                "limit {limit} is outside the range from 1 to {}",
                rules::MAX_PAGE
            ));
        }
        Ok((limit, number("offset", &self.offset, 0)?))
    }

    /// Whether an object with this name and these tags is found.
    pub fn finds(&self, name: &str, tags: &[Tag]) -> bool {
        let has = |entry: &KeyValues| {
            tags.iter().any(|tag| {
                tag.key == entry.key
                    && (entry.values.is_empty()
                        || entry
                            .values
                            .iter()
                            .any(|value| match value.strip_prefix('*') {
                                Some(part) => tag.value.contains(part),
                                None => tag.value == *value,
                            }))
            })
        };
        let named = |entry: &Tag| {
            if entry.value.is_empty() {
                name.is_empty()
            } else {
                name.contains(&entry.value)
            }
        };
        self.tags.iter().all(has)
            && (self.tags_any.is_empty() || self.tags_any.iter().any(has))
            && (self.not_tags.is_empty() || !self.not_tags.iter().all(has))
            && !self.not_tags_any.iter().any(has)
            && self.matches.iter().all(named)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(key: &str, value: &str) -> Tag {
        Tag {
            key: key.to_owned(),
            value: value.to_owned(),
        }
    }

    fn entry(key: &str, values: &[&str]) -> KeyValues {
        KeyValues {
            key: key.to_owned(),
            values: values.iter().map(|v| (*v).to_owned()).collect(),
        }
    }

    #[test]
    fn the_eleventh_tag_is_refused_but_an_eleventh_value_is_not() {
        let ten: Vec<_> = (0..10).map(|n| tag(&format!("k{n}"), "v")).collect();
        assert_eq!(
            added(&ten, &[tag("k10", "")]),
            Err(TagProblem::TooMany { count: 11 })
        );
        let overwritten = added(&ten, &[tag(" k3 ", "new")]).unwrap();
        assert_eq!(
            (overwritten.len(), overwritten[3].value.as_str()),
            (10, "new")
        );
    }

    #[test]
    fn a_removal_with_a_value_takes_only_the_pair() {
        let present = [tag("env", "test"), tag("team", "shop")];
        let gone = |value: Option<&str>| {
            vec![BatchTag {
                key: "env".to_owned(),
                value: value.map(str::to_owned),
            }]
        };
        assert_eq!(removed(&present, &gone(Some("prod"))).len(), 2);
        assert_eq!(
            removed(&present, &gone(Some("test"))),
            [tag("team", "shop")]
        );
        assert_eq!(removed(&present, &gone(None)), [tag("team", "shop")]);
    }

    #[test]
    fn a_search_joins_its_lists_as_documented() {
        let tags = [tag("env", "production"), tag("team", "shop")];
        let search = |change: fn(&mut TagSearch)| {
            let mut search = TagSearch {
                action: "filter".to_owned(),
                ..TagSearch::default()
            };
            change(&mut search);
            search.check().unwrap();
            search.finds("web-01", &tags)
        };
        assert!(search(|_| ()));
        assert!(search(
            |s| s.tags = vec![entry("env", &[]), entry("team", &["shop", "bank"])]
        ));
        assert!(!search(
            |s| s.tags = vec![entry("env", &[]), entry("team", &["bank"])]
        ));
        assert!(search(
            |s| s.tags_any = vec![entry("none", &[]), entry("env", &["*duct"])]
        ));
        assert!(!search(|s| s.tags_any = vec![entry("none", &[])]));
        assert!(search(
            |s| s.not_tags = vec![entry("env", &[]), entry("none", &[])]
        ));
        assert!(!search(
            |s| s.not_tags = vec![entry("env", &[]), entry("team", &[])]
        ));
        assert!(!search(
            |s| s.not_tags_any = vec![entry("none", &[]), entry("team", &[])]
        ));
        assert!(search(|s| s.matches = vec![tag("resource_name", "eb-0")]));
        assert!(!search(|s| s.matches = vec![tag("resource_name", "")]));
    }

    #[test]
    fn what_is_no_search_names_the_member() {
        let search = TagSearch {
            action: "filter".to_owned(),
            limit: Some("0".to_owned()),
            ..TagSearch::default()
        };
        assert!(search.check().unwrap_err().contains("limit"));
        let count = TagSearch {
            action: "count".to_owned(),
            ..search
        };
        assert_eq!(count.check(), Ok(()));
        let search = TagSearch {
            action: "filter".to_owned(),
            tags: vec![entry("a", &["x", "x"])],
            ..TagSearch::default()
        };
        assert!(search.check().unwrap_err().contains("tags"));
        assert!(TagSearch::default().check().unwrap_err().contains("action"));
    }
}
