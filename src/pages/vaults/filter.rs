//! Which vaults are shown; the address is its only home.

use contract::vault::Vault;

use super::words::over_threshold;

/// What is asked of the state of a vault.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum State {
    #[default]
    Any,
    Available,
    /// At or above its threshold.
    Filling,
    Locked,
    /// In any other state than available.
    Other,
}

impl State {
    pub const ALL: [Self; 5] = [
        Self::Any,
        Self::Available,
        Self::Filling,
        Self::Locked,
        Self::Other,
    ];

    pub const fn key(self) -> &'static str {
        match self {
            Self::Any => "",
            Self::Available => "available",
            Self::Filling => "filling",
            Self::Locked => "locked",
            Self::Other => "other",
        }
    }

    pub const fn title(self) -> &'static str {
        match self {
            Self::Any => "Any",
            Self::Available => "Available",
            Self::Filling => "Above its threshold",
            Self::Locked => "Locked for good",
            Self::Other => "Not available",
        }
    }

    fn accepts(self, vault: &Vault) -> bool {
        let available = vault.status == contract::vault::VaultStatus::Available;
        match self {
            Self::Any => true,
            Self::Available => available,
            Self::Filling => over_threshold(vault),
            Self::Locked => vault.locked,
            Self::Other => !available,
        }
    }
}

/// The filter of the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub text: String,
    /// The service's word for what a vault holds, or `replicas`; empty: any.
    pub kind: String,
    pub state: State,
}

/// The kind under which a vault is found.
pub fn kind_key(vault: &Vault) -> &str {
    match vault.protects {
        contract::vault::Protects::Replication => "replicas",
        _ => &vault.object_word,
    }
}

impl Filter {
    /// Reads an address's query; what is not known is left out.
    pub fn from_query(value: impl Fn(&str) -> Option<String>) -> Self {
        let state = value("state").unwrap_or_default();
        Self {
            text: value("q").unwrap_or_default(),
            kind: value("kind").unwrap_or_default(),
            state: State::ALL
                .into_iter()
                .find(|known| known.key() == state)
                .unwrap_or_default(),
        }
    }

    /// The query that reads as this filter.
    pub fn to_query(&self) -> [(&str, &str); 3] {
        [
            ("q", &self.text),
            ("kind", &self.kind),
            ("state", self.state.key()),
        ]
    }

    /// Whether a vault passes: its name, id, description, one of its resources or tags contains the text.
    pub fn accepts(&self, vault: &Vault) -> bool {
        let text = self.text.trim().to_lowercase();
        let contains = |part: &str| part.to_lowercase().contains(&text);
        let found = text.is_empty()
            || [&vault.name, &vault.id, &vault.description]
                .into_iter()
                .any(|part| contains(part))
            || vault
                .members
                .iter()
                .any(|member| contains(&member.name) || contains(&member.id))
            || vault
                .tags
                .iter()
                .any(|tag| contains(&crate::tags::tag_text(tag)));
        found && (self.kind.is_empty() || kind_key(vault) == self.kind) && self.state.accepts(vault)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::model::Tag;
    use contract::vault::{Member, Protects};

    #[test]
    fn the_address_and_the_filter_are_inverses() {
        for state in State::ALL {
            let filter = Filter {
                text: "web & co".into(),
                kind: "server".into(),
                state,
            };
            let pairs = filter.to_query();
            let value = |name: &str| {
                let pair = pairs.iter().find(|(key, _)| *key == name);
                pair.map(|(_, value)| (*value).to_owned())
            };
            assert_eq!(Filter::from_query(value), filter);
        }
    }

    #[test]
    fn vaults_pass_by_text_kind_and_state() {
        let vault = Vault {
            id: "v1".into(),
            name: "Servers".into(),
            object_word: "server".into(),
            size_gb: 10,
            used_mb: 9 * 1024,
            threshold: 80,
            members: vec![Member {
                id: "s1".into(),
                name: "web-01".into(),
                ..Member::default()
            }],
            tags: vec![Tag {
                key: "env".into(),
                value: "prod".into(),
            }],
            ..Vault::default()
        };
        let passes = |text: &str, kind: &str, state| {
            let filter = Filter {
                text: text.into(),
                kind: kind.into(),
                state,
            };
            filter.accepts(&vault)
        };
        for text in ["", " serv", "WEB-0", "env=prod", "v1"] {
            assert!(passes(text, "server", State::Any), "{text}");
        }
        assert!(passes("", "", State::Filling) && passes("", "", State::Available));
        assert!(!passes("db", "", State::Any) && !passes("", "disk", State::Any));
        assert!(!passes("", "", State::Locked) && !passes("", "", State::Other));
        let replicas = Vault {
            protects: Protects::Replication,
            ..vault.clone()
        };
        assert_eq!(kind_key(&replicas), "replicas");
    }
}
