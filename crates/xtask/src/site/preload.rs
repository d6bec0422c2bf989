//! Which chunks a page needs beyond the first screen's files, so that the gateway can announce them before the wasm asks.
//!
//! Without it a link to a lazy page costs one more round trip: the wasm arrives, starts, and only then fetches the page's chunk.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};

use super::Assets;

/// From the splitter's map (split function → chunks) to route → addresses, such as `/p/:project/policies/:id`. `routes` is the
/// source that declares the console's routes.
pub fn routes(
    chunk_map: &[u8],
    routes: &str,
    folder: &str,
    assets: &Assets,
) -> Result<BTreeMap<String, Vec<String>>> {
    let map: BTreeMap<String, Vec<String>> =
        serde_json::from_slice(chunk_map).context("the splitter's chunk map")?;
    let chunks: BTreeMap<String, Vec<String>> = map
        .into_iter()
        .map(|(split, chunks)| (view_name(&split).to_owned(), chunks))
        .collect();
    let mut pages = BTreeMap::new();
    for (route, page) in lazy_routes(routes) {
        let view = format!("{}_view", snake_case(&page));
        let Some(chunks) = chunks.get(&view) else {
            bail!("{route} is shown by {page}, but nothing was split off for it");
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
        pages.insert(route, urls);
    }
    Ok(pages)
}

/// `__policies_page_view_123456789` is `policies_page_view`: the macro puts the underscores in front and a hash behind.
fn view_name(split: &str) -> &str {
    let name = match split.rsplit_once('_') {
        Some((name, hash)) if hash.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => split,
    };
    name.trim_start_matches('_')
}

/// The full path and the page's type of each `<Route path=path!("…") view={Lazy::<Page>::new()}/>`, inside its `<ParentRoute>`s.
fn lazy_routes(source: &str) -> Vec<(String, String)> {
    let mut parents: Vec<&str> = Vec::new();
    let mut found = Vec::new();
    for element in source.split('<') {
        if element.starts_with("/ParentRoute") {
            parents.pop();
        } else if element.starts_with("ParentRoute") {
            parents.push(path_of(element).unwrap_or_default());
        } else if element.starts_with("Route") && element[5..].starts_with(char::is_whitespace) {
            // The page's type follows the next `<`; see below.
            found.push((
                full_path(&parents, path_of(element).unwrap_or_default()),
                None,
            ));
        } else if let Some((_, page @ None)) = found.last_mut()
            && let Some((name, _)) = element.split_once(">::new()")
        {
            *page = Some(name.to_owned());
        }
    }
    found
        .into_iter()
        .filter_map(|(route, page)| Some((route, page?)))
        .collect()
}

/// What `path!("…")` of an element says.
fn path_of(element: &str) -> Option<&str> {
    let (_, rest) = element.split_once("path!(\"")?;
    rest.split('"').next()
}

fn full_path(parents: &[&str], own: &str) -> String {
    let parts = parents.iter().copied().chain([own]);
    let segments: Vec<&str> = parts
        .flat_map(|part| part.split('/'))
        .filter(|segment| !segment.is_empty())
        .collect();
    format!("/{}", segments.join("/"))
}

fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for (at, letter) in name.char_indices() {
        if letter.is_uppercase() && at > 0 {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROUTES: &str = r#"
        <Routes fallback=NotFound>
            <ParentRoute path=path!("") view=Frame>
                <ParentRoute path=path!("/p/:project") view=Outlet>
                    <Route path=path!("") view=Overview/>
                    <Route path=path!("policies/:id/edit") view={Lazy::<EditPolicyPage>::new()}/>
                </ParentRoute>
                <Route
                    path=path!("gallery")
                    view={Lazy::<GalleryPage>::new()}
                />
            </ParentRoute>
        </Routes>"#;

    #[test]
    fn lazy_routes_are_found_with_their_parents_path() {
        let pair = |route: &str, page: &str| (route.to_owned(), page.to_owned());
        assert_eq!(
            lazy_routes(ROUTES),
            [
                pair("/p/:project/policies/:id/edit", "EditPolicyPage"),
                pair("/gallery", "GalleryPage")
            ]
        );
    }

    #[test]
    fn the_consoles_own_routes_are_found() {
        let found = lazy_routes(include_str!("../../../../src/app.rs"));
        assert!(
            found
                .iter()
                .any(|(route, _)| route == "/p/:project/policies"),
            "{found:?}"
        );
    }

    #[test]
    fn routes_list_the_chunks_that_were_written() {
        let assets: Assets = ["split_a.wasm", "chunk_1.wasm"]
            .map(|name| (name.to_owned(), vec![]))
            .into();
        let map = br#"{"__edit_policy_page_view_77": ["split_a", "chunk_1", "chunk_9"], "__gallery_page_view_1": ["split_a"]}"#;
        let pages = routes(map, ROUTES, "assets/ab", &assets).expect("both pages are split");
        assert_eq!(
            pages["/p/:project/policies/:id/edit"],
            ["/assets/ab/chunk_1.wasm", "/assets/ab/split_a.wasm"]
        );
        let missing = routes(b"{}", ROUTES, "assets/ab", &assets);
        assert!(
            missing.is_err(),
            "a lazy page without a chunk is a broken build"
        );
    }
}
