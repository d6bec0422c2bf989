//! Pages of the server and volume lists: a limit, and a place to start.

use super::query::Pairs;

/// Which part of a list was asked for, read from `limit`, `marker` and `offset`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Rows at most; at least 1.
    pub limit: usize,
    /// The id after which the page starts.
    pub marker: Option<String>,
    /// Rows to leave out behind the marker.
    pub offset: usize,
}

/// A part of a list and whether more follows.
#[derive(Debug, PartialEq, Eq)]
pub struct Part {
    /// Ids of the page, in order.
    pub ids: Vec<String>,
    /// Ids that pass the filter, on all pages.
    pub total: usize,
    /// Whether another page follows.
    pub more: bool,
}

impl Page {
    /// Reads the three; `limit` is capped at `max`, 0 means `max` (as in Nova). The error says what
    /// is wrong with which parameter.
    pub fn read(query: &Pairs, default: usize, max: usize) -> Result<Self, String> {
        let limit = match number(query, "limit")?.unwrap_or(default) {
            0 => max,
            limit => limit.min(max),
        };
        let offset = number(query, "offset")?.unwrap_or(0);
        Ok(Self {
            limit,
            marker: query.filled("marker").map(str::to_owned),
            offset,
        })
    }

    /// Cuts the page out of a list of ids, each with whether it passes the filter.
    /// `None`: there is no such marker.
    pub fn cut(&self, ids: Vec<(String, bool)>) -> Option<Part> {
        let total = ids.iter().filter(|(_, passes)| *passes).count();
        let start = match &self.marker {
            Some(marker) => ids.iter().position(|(id, _)| id == marker)? + 1,
            None => 0,
        };
        let mut rest = ids
            .into_iter()
            .skip(start)
            .filter_map(|(id, passes)| passes.then_some(id))
            .skip(self.offset);
        let ids: Vec<String> = rest.by_ref().take(self.limit).collect();
        Some(Part {
            ids,
            total,
            more: rest.next().is_some(),
        })
    }
}

/// A parameter that is a number, when it is there.
pub fn number(query: &Pairs, name: &str) -> Result<Option<usize>, String> {
    let Some(text) = query.filled(name) else {
        return Ok(None);
    };
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    match text.parse() {
        Ok(number) if digits => Ok(Some(number)),
        _ => Err(format!("`{name}` must be a number from 0 on.")),
    }
}

/// The address of the page behind `last`: the same question with another marker.
pub fn next_link(address: &str, query: &Pairs, last: &str) -> String {
    use signing::encode_component as encode;
    let kept = query
        .iter()
        .filter(|(key, _)| !matches!(*key, "marker" | "offset"));
    let parts: Vec<String> = kept
        .map(|(key, value)| format!("{}={}", encode(key), encode(value)))
        .chain([format!("marker={}", encode(last))])
        .collect();
    format!("{address}?{}", parts.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list() -> Vec<(String, bool)> {
        [("a", true), ("b", false), ("c", true), ("d", true)]
            .map(|(id, ok)| (id.to_owned(), ok))
            .into()
    }

    fn cut(query: &str) -> Option<(Vec<String>, bool)> {
        let part = Page::read(&Pairs::parse(query), 1000, 1000)
            .unwrap()
            .cut(list())?;
        assert_eq!(part.total, 3);
        Some((part.ids, part.more))
    }

    #[test]
    fn pages_start_behind_their_marker_even_when_it_no_longer_passes() {
        let ids = |texts: &[&str]| {
            texts
                .iter()
                .map(|text| (*text).to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(cut(""), Some((ids(&["a", "c", "d"]), false)));
        assert_eq!(cut("limit=2"), Some((ids(&["a", "c"]), true)));
        assert_eq!(cut("limit=2&marker=c"), Some((ids(&["d"]), false)));
        assert_eq!(cut("marker=b"), Some((ids(&["c", "d"]), false)));
        assert_eq!(cut("marker=a&offset=1"), Some((ids(&["d"]), false)));
        assert_eq!(cut("marker=d"), Some((ids(&[]), false)));
        assert_eq!(cut("offset=99"), Some((ids(&[]), false)));
        assert_eq!(cut("marker=nothing"), None);
    }

    #[test]
    fn limits_are_capped_and_checked() {
        let read = |query: &str| Page::read(&Pairs::parse(query), 25, 1000).map(|page| page.limit);
        assert_eq!(read(""), Ok(25));
        assert_eq!(read("limit=0"), Ok(1000));
        assert_eq!(read("limit=5000"), Ok(1000));
        for bad in [
            "limit=-1",
            "limit=+1",
            "limit=x",
            "limit=1.5",
            "offset=-1",
            "limit=99999999999999999999999",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_next_link_keeps_the_question() {
        let query = Pairs::parse("name=a%26b&limit=2&marker=old&offset=3");
        assert_eq!(
            next_link("http://h/v2.1/p/servers", &query, "new"),
            "http://h/v2.1/p/servers?name=a%26b&limit=2&marker=new"
        );
    }
}
