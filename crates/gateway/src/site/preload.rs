//! Which parts of the console a page will load next, told with the page itself: a deep link saves a round trip.

use std::collections::BTreeMap;

use axum::http::HeaderValue;
use serde::Deserialize;

/// More than this many parts would cost the page's own loading more than they save.
const MOST: usize = 8;

/// The build's list, `site.json`.
#[derive(Debug, Default, Deserialize)]
pub struct Preload {
    /// Parts by the pattern of their page's path: `/p/:project/backups/:id`.
    #[serde(default)]
    preload: BTreeMap<String, Vec<String>>,
}

impl Preload {
    /// An unreadable list is no list: pages load without it.
    pub fn read(json: &[u8]) -> Self {
        serde_json::from_slice(json)
            .inspect_err(|error| tracing::warn!(%error, "site.json is not readable"))
            .unwrap_or_default()
    }

    /// The `Link` header for a page (RFC 8288), when there is something to load early.
    pub fn link(&self, path: &str) -> Option<HeaderValue> {
        let matching = self.preload.iter().filter_map(|(pattern, parts)| {
            let parameters = matches(pattern, path)?;
            Some((parameters, parts))
        });
        // `/policies/new` is not the policy with the id `new`.
        let (_, parts) = matching.min_by_key(|(parameters, _)| *parameters)?;
        let links: Vec<String> = parts
            .iter()
            .filter(|part| part.ends_with(".wasm"))
            .take(MOST)
            .map(|part| {
                format!("<{part}>; rel=preload; as=fetch; type=\"application/wasm\"; crossorigin")
            })
            .collect();
        HeaderValue::from_str(&links.join(", "))
            .ok()
            .filter(|value| !value.is_empty())
    }
}

/// How many segments of the path are parameters, when it matches.
fn matches(pattern: &str, path: &str) -> Option<usize> {
    let mut given = path.trim_end_matches('/').split('/');
    let mut parameters = 0;
    for segment in pattern.trim_end_matches('/').split('/') {
        let part = given.next()?;
        if segment.starts_with(':') && !part.is_empty() {
            parameters += 1;
        } else if segment != part {
            return None;
        }
    }
    given.next().is_none().then_some(parameters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_names_its_own_parts() {
        let list = r#"{"assets": "/assets/1/", "preload": {
            "/p/:project/policies": ["/assets/1/a.wasm", "/assets/1/b.wasm"],
            "/p/:project/policies/:id": ["/assets/1/c.wasm"],
            "/p/:project/policies/new": ["/assets/1/d.wasm"]}}"#;
        let preload = Preload::read(list.as_bytes());
        let link = |path| Some(preload.link(path)?.to_str().unwrap().to_owned());
        let one = |name| {
            format!(
                "</assets/1/{name}.wasm>; rel=preload; as=fetch; type=\"application/wasm\"; crossorigin"
            )
        };
        assert_eq!(
            link("/p/x/policies"),
            Some(format!("{}, {}", one("a"), one("b")))
        );
        assert_eq!(link("/p/x/policies/"), link("/p/x/policies"));
        assert_eq!(link("/p/x/policies/17e2"), Some(one("c")));
        assert_eq!(link("/p/x/policies/new"), Some(one("d")));
        for path in [
            "/",
            "/p/x",
            "/p//policies/x",
            "/p/x/policies/a/b",
            "/policies",
        ] {
            assert_eq!(link(path), None, "{path}");
        }
        assert!(Preload::read(b"no json").link("/p/x/policies").is_none());
    }
}
