//! Which servers are shown; the address is its only home.

use crate::coverage::{Gap, PolicyState, ServerCoverage, Target};

/// What of the protection is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Protection {
    #[default]
    Any,
    Protected,
    /// Any gap.
    Gap,
    /// No usable backup at all.
    Never,
    /// No policy, or one that is switched off.
    NoPolicy,
    /// Nobody could be asked.
    NotKnown,
}

impl Protection {
    /// All of them, in the order they are offered.
    pub const ALL: [Self; 6] = [
        Self::Any,
        Self::Gap,
        Self::Never,
        Self::NoPolicy,
        Self::NotKnown,
        Self::Protected,
    ];

    /// As it stands in the address.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Any => "",
            Self::Protected => "ok",
            Self::Gap => "gap",
            Self::Never => "never",
            Self::NoPolicy => "no-policy",
            Self::NotKnown => "unknown",
        }
    }

    /// What it is called.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Any => "All",
            Self::Protected => "Protected",
            Self::Gap => "Not protected",
            Self::Never => "Without any backup",
            Self::NoPolicy => "Without a running policy",
            Self::NotKnown => "Not known",
        }
    }
}

/// The filter of the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub text: String,
    pub protection: Protection,
    pub target: Target,
}

impl Filter {
    /// Reads an address's query; what it cannot read is left out.
    pub fn from_query(value: impl Fn(&str) -> Option<String>) -> Self {
        let get = |name: &str| value(name).unwrap_or_default();
        let protection = get("protection");
        Self {
            text: get("q"),
            protection: Protection::ALL
                .into_iter()
                .find(|one| one.key() == protection)
                .unwrap_or_default(),
            target: Target::from_key(&get("target")),
        }
    }

    /// The query that reads as this filter.
    pub fn to_query(&self) -> [(&str, &str); 3] {
        let target = if self.target == Target::default() {
            ""
        } else {
            self.target.key()
        };
        [
            ("q", &self.text),
            ("protection", self.protection.key()),
            ("target", target),
        ]
    }

    /// Whether a server passes.
    pub fn accepts(&self, server: &ServerCoverage) -> bool {
        let text = self.text.trim().to_lowercase();
        let found = text.is_empty()
            || server.server_name.to_lowercase().contains(&text)
            || server.server_id.contains(&text)
            || server
                .policy
                .policy()
                .is_some_and(|(_, name)| name.to_lowercase().contains(&text));
        found
            && match self.protection {
                Protection::Any => true,
                Protection::Protected => server.gap.is_none(),
                Protection::Gap => server.has_gap(),
                Protection::Never => server.gap == Some(Gap::Never),
                Protection::NoPolicy => {
                    matches!(server.policy, PolicyState::None | PolicyState::Off { .. })
                }
                Protection::NotKnown => server.is_unknown(),
            }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(name: &str, gap: Option<Gap>, policy: PolicyState) -> ServerCoverage {
        ServerCoverage {
            server_id: format!("id-{name}"),
            server_name: name.into(),
            gap,
            newest: None,
            policy,
            failed: None,
        }
    }

    #[test]
    fn the_address_and_the_filter_are_inverses() {
        for protection in Protection::ALL {
            for target in Target::ALL {
                let filter = Filter {
                    text: "web & co".into(),
                    protection,
                    target,
                };
                let pairs = filter.to_query();
                let value = |name: &str| {
                    let pair = pairs.iter().find(|(key, _)| *key == name);
                    pair.map(|(_, value)| (*value).to_owned())
                };
                assert_eq!(Filter::from_query(value), filter);
            }
        }
    }

    #[test]
    fn unreadable_parts_of_an_address_are_left_out() {
        let value = |name: &str| match name {
            "protection" => Some("all right".to_owned()),
            "target" => Some("99y".to_owned()),
            _ => None,
        };
        assert_eq!(Filter::from_query(value), Filter::default());
    }

    #[test]
    fn servers_pass_by_name_policy_and_protection() {
        let on = PolicyState::On {
            id: "p".into(),
            name: "Nightly".into(),
        };
        let web = server("Web-01", None, on);
        let db = server("db-01", Some(Gap::Never), PolicyState::None);
        let passes = |text: &str, protection, server: &ServerCoverage| {
            Filter {
                text: text.into(),
                protection,
                ..Filter::default()
            }
            .accepts(server)
        };
        assert!(passes("web", Protection::Any, &web));
        assert!(passes("nightly", Protection::Protected, &web));
        assert!(!passes("web", Protection::Any, &db));
        assert!(passes("", Protection::Gap, &db) && passes("", Protection::Never, &db));
        let silent = server(
            "edge-01",
            Some(Gap::NotKnown("silent")),
            PolicyState::NotKnown,
        );
        assert!(passes("", Protection::NotKnown, &silent) && !passes("", Protection::Gap, &silent));
        assert!(!passes("", Protection::NoPolicy, &silent));
        assert!(passes("", Protection::NoPolicy, &db) && !passes("", Protection::NoPolicy, &web));
    }
}
