//! Which policies are shown; the address is its only home.

use contract::model::{Generation, Policy, Tag};

use super::service::{from_key, key};
use crate::tags::tag_text;

/// The filter of the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub text: String,
    /// `key`, any value, or `key=value`; empty: any.
    pub tag: String,
    /// Nothing: of every service.
    pub service: Option<Generation>,
}

impl Filter {
    /// Reads an address's query.
    pub fn from_query(value: impl Fn(&str) -> Option<String>) -> Self {
        Self {
            text: value("q").unwrap_or_default(),
            tag: value("tag").unwrap_or_default(),
            service: value("service").and_then(|service| from_key(&service)),
        }
    }

    /// The query that reads as this filter.
    pub fn to_query(&self) -> [(&str, &str); 3] {
        let service = self.service.map(key).unwrap_or_default();
        [("q", &self.text), ("tag", &self.tag), ("service", service)]
    }

    /// Whether a policy passes: its name, id, description or one of its servers contains the text,
    /// and it carries the tag.
    pub fn accepts(&self, policy: &Policy) -> bool {
        let text = self.text.trim().to_lowercase();
        let contains = |part: &str| part.to_lowercase().contains(&text);
        let found = text.is_empty()
            || [&policy.name, &policy.id, &policy.description]
                .into_iter()
                .any(|part| contains(part))
            || policy
                .servers
                .iter()
                .any(|server| contains(&server.name) || contains(&server.id));
        let tagged = self.tag.is_empty()
            || policy
                .tags
                .iter()
                .any(|tag| tag.key == self.tag || tag_text(tag) == self.tag);
        let of_service = self.service.is_none_or(|of| policy.generation == of);
        found && tagged && of_service
    }
}

/// What can be asked for: every key, and every key with each of its values, once.
pub fn offered_tags(policies: &[Policy]) -> Vec<String> {
    let tags = policies.iter().flat_map(|policy| &policy.tags);
    let words = |tag: &Tag| [tag.key.clone(), tag_text(tag)];
    let mut all: Vec<String> = tags.flat_map(words).collect();
    all.sort_unstable();
    all.dedup();
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::model::PolicyServer;

    fn policy() -> Policy {
        Policy {
            id: "p1".into(),
            name: "Nightly".into(),
            description: "Web tier".into(),
            servers: vec![PolicyServer {
                id: "s1".into(),
                name: "web-01".into(),
                ..PolicyServer::default()
            }],
            tags: vec![
                Tag {
                    key: "env".into(),
                    value: "prod".into(),
                },
                Tag {
                    key: "old".into(),
                    value: String::new(),
                },
            ],
            ..Policy::default()
        }
    }

    #[test]
    fn the_address_and_the_filter_are_inverses() {
        let filter = Filter {
            text: "web & co".into(),
            tag: "env=prod".into(),
            service: Some(Generation::Cbr),
        };
        let pairs = filter.to_query();
        let value = |name: &str| {
            let pair = pairs.iter().find(|(key, _)| *key == name);
            pair.map(|(_, value)| (*value).to_owned())
        };
        assert_eq!(Filter::from_query(value), filter);
    }

    #[test]
    fn policies_pass_by_text_and_tag() {
        let passes = |text: &str, tag: &str| {
            Filter {
                text: text.into(),
                tag: tag.into(),
                service: None,
            }
            .accepts(&policy())
        };
        for (text, tag) in [
            ("", ""),
            ("night", ""),
            ("WEB-0", "env"),
            ("tier", "env=prod"),
            ("", "old"),
        ] {
            assert!(passes(text, tag), "{text} {tag}");
        }
        for (text, tag) in [("db", ""), ("night", "env=test"), ("", "prod")] {
            assert!(!passes(text, tag), "{text} {tag}");
        }
        let of_vaults = Filter {
            service: Some(Generation::Cbr),
            ..Filter::default()
        };
        assert!(!of_vaults.accepts(&policy()));
        assert_eq!(offered_tags(&[policy()]), ["env", "env=prod", "old"]);
    }
}
