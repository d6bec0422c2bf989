//! An address in its parts.

use leptos::prelude::window;

/// A path and a query, as they stand in the address bar.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Address {
    /// `/p/1/backups/2`, encoded.
    pub path: String,
    /// `?status=error`, encoded, or nothing.
    pub search: String,
}

impl Address {
    /// Splits what follows the host; a fragment is left out.
    pub fn parse(href: &str) -> Self {
        let href = href.split('#').next().unwrap_or_default();
        let (path, search) = match href.find('?') {
            Some(at) => href.split_at(at),
            None => (href, ""),
        };
        Self {
            path: path.to_owned(),
            search: search.to_owned(),
        }
    }

    /// Where the browser is.
    pub fn of_window() -> Self {
        let location = window().location();
        Self {
            path: location.pathname().unwrap_or_default(),
            search: location.search().unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_split_at_its_query() {
        let address = Address::parse("/p/1?a=b?c#d");
        assert_eq!(
            (address.path.as_str(), address.search.as_str()),
            ("/p/1", "?a=b?c")
        );
        assert_eq!(Address::parse("/p/1#d").search, "");
    }
}
