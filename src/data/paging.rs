//! Walking a list page by page when the list may change, repeat itself or never end.

use std::collections::HashSet;

use super::texts::hash;

/// No list is walked further than this.
pub const MOST_ROWS: usize = 2_000_000;

/// What to do after a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Ask for what follows this id.
    After(String),
    /// That was all.
    End,
    /// The service repeats itself: what has come is kept, the rest is out of reach.
    Repeats,
}

/// The walk over one list.
#[derive(Default)]
pub struct Walk {
    seen: HashSet<u64>,
}

impl Walk {
    /// Different rows so far.
    pub fn seen(&self) -> usize {
        self.seen.len()
    }

    /// Whether an id has come.
    pub fn has(&self, id: &str) -> bool {
        self.seen.contains(&hash(id))
    }

    /// Takes the ids of a page of at most `limit` rows in its order.
    pub fn page<'a>(&mut self, limit: usize, ids: impl Iterator<Item = &'a str>) -> Next {
        let before = self.seen.len();
        let mut rows = 0;
        let mut last = "";
        for id in ids {
            rows += 1;
            if !id.is_empty() {
                self.seen.insert(hash(id));
                last = id;
            }
        }
        match () {
            () if rows < limit || last.is_empty() => Next::End,
            () if self.seen.len() == before || self.seen.len() >= MOST_ROWS => Next::Repeats,
            () => Next::After(last.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_page_is_the_last() {
        let mut walk = Walk::default();
        assert_eq!(
            walk.page(2, ["a", "b"].into_iter()),
            Next::After("b".into())
        );
        assert_eq!(walk.page(2, ["c"].into_iter()), Next::End);
        assert_eq!(walk.seen(), 3);
    }

    #[test]
    fn an_empty_page_is_the_last() {
        assert_eq!(Walk::default().page(2, [].into_iter()), Next::End);
    }

    #[test]
    fn a_page_that_brings_nothing_new_ends_the_walk() {
        let mut walk = Walk::default();
        assert_eq!(
            walk.page(2, ["a", "b"].into_iter()),
            Next::After("b".into())
        );
        assert_eq!(
            walk.page(2, ["b", "c"].into_iter()),
            Next::After("c".into())
        );
        assert_eq!(walk.page(2, ["b", "c"].into_iter()), Next::Repeats);
        assert_eq!(walk.seen(), 3);
    }

    #[test]
    fn a_page_without_ids_cannot_be_continued() {
        assert_eq!(Walk::default().page(2, ["", ""].into_iter()), Next::End);
    }
}
