//! Which chunks a page needs beyond the first screen's files, so that the gateway can announce them before the wasm asks.
//!
//! Without it a link to a lazy page costs one more round trip: the wasm arrives, starts, and only then fetches the page's chunk.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};

use super::Assets;

/// From the splitter's map (part → chunks) to pattern → addresses, such as `/p/:project/policies/:id`. `places` is the source with
/// the console's table of pages.
pub fn routes(
    chunk_map: &[u8],
    places: &str,
    folder: &str,
    assets: &Assets,
) -> Result<BTreeMap<String, Vec<String>>> {
    let chunks: BTreeMap<String, Vec<String>> =
        serde_json::from_slice(chunk_map).context("the splitter's chunk map")?;
    let mut pages = BTreeMap::new();
    for (pattern, part) in fetched_places(places) {
        let Some(chunks) = chunks.get(&part) else {
            bail!("{pattern} is in the part `{part}`, but nothing was split off under that name");
        };
        let mut urls: Vec<String> = chunks
            .iter()
            .map(|chunk| format!("{chunk}.wasm"))
            // A chunk that turned out empty is not written.
            .filter(|name| assets.contains_key(name))
            .map(|name| format!("/{folder}/{name}"))
            .collect();
        urls.sort();
        urls.dedup();
        pages.insert(pattern, urls);
    }
    Ok(pages)
}

/// The pattern and the part's name of each row `("/…", Place::Page, Part::Name)` that does not come with the frame.
fn fetched_places(source: &str) -> Vec<(String, String)> {
    source
        .split("\"/")
        .skip(1)
        .filter_map(|row| {
            let (pattern, rest) = row.split_once('"')?;
            let (_, part) = rest.split_once("Part::")?;
            let part: String = part
                .chars()
                .take_while(char::is_ascii_alphanumeric)
                .collect();
            Some((format!("/{pattern}"), part))
        })
        .filter(|(_, part)| part != "First")
        .map(|(pattern, part)| (pattern, part.to_lowercase()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACES: &str = r#"
const PLACES: [(&str, Place, Part); 3] = [
    ("/p/:project", Place::Overview, Part::First),
    ("/p/:project/policies", Place::Policies, Part::Pages),
    (
        "/p/:project/policies/:id/edit",
        Place::EditPolicy,
        Part::Pages,
    ),
];"#;

    fn pair(pattern: &str, part: &str) -> (String, String) {
        (pattern.to_owned(), part.to_owned())
    }

    #[test]
    fn places_that_are_fetched_are_found_with_their_part() {
        assert_eq!(
            fetched_places(PLACES),
            [
                pair("/p/:project/policies", "pages"),
                pair("/p/:project/policies/:id/edit", "pages")
            ]
        );
    }

    #[test]
    fn the_consoles_own_places_are_found() {
        let found = fetched_places(include_str!("../../../../src/routes/place.rs"));
        let one = pair("/p/:project/policies/:id/edit", "policies");
        assert!(found.contains(&one), "{found:?}");
        assert!(found.iter().all(|(pattern, _)| pattern != "/p/:project"));
    }

    #[test]
    fn routes_list_the_chunks_that_were_written() {
        let assets: Assets = ["split_pages.wasm", "chunk_1.wasm"]
            .map(|name| (name.to_owned(), vec![]))
            .into();
        let map = br#"{"pages": ["split_pages", "chunk_1", "chunk_9"]}"#;
        let pages = routes(map, PLACES, "assets/ab", &assets).expect("the part is split off");
        assert_eq!(
            pages["/p/:project/policies/:id/edit"],
            ["/assets/ab/chunk_1.wasm", "/assets/ab/split_pages.wasm"]
        );
        let missing = routes(b"{}", PLACES, "assets/ab", &assets);
        assert!(
            missing.is_err(),
            "a page without its part is a broken build"
        );
    }
}
