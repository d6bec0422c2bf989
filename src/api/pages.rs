//! Lists that come in pages, fetched to their end.

use std::collections::HashSet;
use std::future::Future;

use super::error::ApiError;

/// Entries asked for at once: the most the services give (csbs-v1 2.5).
pub const PAGE: usize = contract::rules::MAX_PAGE;

/// Fetches pages until one is not full. Each page begins after the marker, the id of the last
/// entry before it. Entries that slid into the next page meanwhile come once.
pub async fn all_pages<T, F>(
    mut fetch: impl FnMut(Option<String>) -> F,
    id: impl Fn(&T) -> &str,
) -> Result<Vec<T>, ApiError>
where
    F: Future<Output = Result<Vec<T>, ApiError>>,
{
    let mut all: Vec<T> = Vec::new();
    let mut seen = HashSet::new();
    let mut marker = None;
    loop {
        let page = fetch(marker.take()).await?;
        let full = page.len() >= PAGE;
        let before = all.len();
        all.extend(
            page.into_iter()
                .filter(|entry| seen.insert(id(entry).to_owned())),
        );
        // A page without anything new would be asked for for ever.
        if !full || all.len() == before {
            return Ok(all);
        }
        marker = all.last().map(|entry| id(entry).to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::ready;
    use std::task::{Context, Poll, Waker};

    fn now<T>(future: impl Future<Output = T>) -> T {
        let mut future = std::pin::pin!(future);
        match future
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()))
        {
            Poll::Ready(value) => value,
            Poll::Pending => panic!("ready pages are never pending"),
        }
    }

    fn ids(range: std::ops::Range<usize>) -> Vec<String> {
        range.map(|number| number.to_string()).collect()
    }

    #[test]
    fn pages_are_joined_and_what_slid_over_comes_once() {
        let mut markers = Vec::new();
        let mut pages = vec![ids(PAGE - 5..PAGE + 20), ids(0..PAGE)];
        let all = now(all_pages(
            |marker| {
                markers.push(marker);
                ready(Ok(pages.pop().unwrap_or_default()))
            },
            |id: &String| id,
        ))
        .expect("no page fails");
        assert_eq!(all.len(), PAGE + 20);
        assert_eq!(markers, [None, Some((PAGE - 1).to_string())]);
    }

    #[test]
    fn a_service_that_repeats_a_page_does_not_keep_us_for_ever() {
        let all =
            now(all_pages(|_| ready(Ok(ids(0..PAGE))), |id: &String| id)).expect("no page fails");
        assert_eq!(all.len(), PAGE);
    }

    #[test]
    fn a_failed_page_fails_the_list() {
        let all = now(all_pages(
            |_| ready(Err::<Vec<String>, _>(ApiError::Network)),
            |id| id,
        ));
        assert_eq!(all, Err(ApiError::Network));
    }
}
