//! Where rows stand: most are of one height, a few opened ones are taller.

use std::ops::Range;

/// Heights of a list, in CSS pixels.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Geometry {
    /// Height of a row that is not opened.
    row: f64,
    /// Number of rows.
    count: usize,
    /// Opened rows in order: number and the height they have beside their own.
    tall: Vec<(usize, f64)>,
}

impl Geometry {
    /// `tall` need not be in order; rows beyond the end are ignored.
    pub fn new(row: f64, count: usize, mut tall: Vec<(usize, f64)>) -> Self {
        tall.retain(|(index, _)| *index < count);
        tall.sort_by_key(|(index, _)| *index);
        Self {
            row: row.max(1.0),
            count,
            tall,
        }
    }

    /// Number of rows.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Height of a row that is not opened.
    pub fn row(&self) -> f64 {
        self.row
    }

    /// Distance of a row's upper edge from the list's.
    pub fn top(&self, index: usize) -> f64 {
        let before = self.tall.iter().take_while(|(tall, _)| *tall < index);
        index as f64 * self.row + before.map(|(_, extra)| extra).sum::<f64>()
    }

    /// Height of the whole list.
    pub fn total(&self) -> f64 {
        self.top(self.count)
    }

    /// The row at a distance from the list's upper edge; the nearest one outside of it.
    pub fn at(&self, y: f64) -> usize {
        let mut extra = 0.0;
        for (index, more) in &self.tall {
            let top = *index as f64 * self.row + extra;
            if y < top + self.row {
                break;
            }
            if y < top + self.row + more {
                return *index;
            }
            extra += more;
        }
        let index = ((y - extra) / self.row).floor().max(0.0);
        (index as usize).min(self.count.saturating_sub(1))
    }

    /// The rows between two distances, and `spare` more on both sides.
    pub fn between(&self, from: f64, to: f64, spare: usize) -> Range<usize> {
        if self.count == 0 {
            return 0..0;
        }
        let first = self.at(from).saturating_sub(spare);
        let last = self.at(to.max(from)) + 1 + spare;
        first..last.min(self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_found_where_they_stand() {
        let list = Geometry::new(10.0, 100, vec![(5, 25.0), (2, 15.0)]);
        assert_eq!((list.top(2), list.top(3), list.top(6)), (20.0, 45.0, 100.0));
        assert_eq!(list.total(), 1_040.0);
        assert_eq!(
            (list.at(29.9), list.at(44.9), list.at(45.0), list.at(99.0)),
            (2, 2, 3, 5)
        );
        assert_eq!(list.between(0.0, 30.0, 1), 0..4);
        assert_eq!(list.between(-500.0, -1.0, 0), 0..1);
        assert_eq!(list.between(9_999.0, 99_999.0, 2), 97..100);
        assert_eq!(
            Geometry::new(10.0, 0, vec![(1, 1.0)]).between(0.0, 99.0, 3),
            0..0
        );
    }

    proptest::proptest! {
        #[test]
        fn every_row_is_at_its_own_top(
            count in 1usize..500,
            tall in proptest::collection::btree_map(0usize..500, 1u32..100, 0..8),
        ) {
            let tall = tall.into_iter().map(|(index, extra)| (index, f64::from(extra))).collect();
            let list = Geometry::new(12.0, count, tall);
            for index in 0..count {
                proptest::prop_assert_eq!(list.at(list.top(index)), index);
                proptest::prop_assert_eq!(list.at(list.top(index + 1) - 0.5), index);
            }
        }
    }
}
