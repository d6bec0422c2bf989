//! Which rows are chosen for a deed: some by hand, or all that match as an explicit second step.

use std::collections::BTreeSet;

/// The chosen rows of a list, by row number of the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// These.
    Some(BTreeSet<u32>),
    /// All that match and can be chosen, but these.
    AllBut(BTreeSet<u32>),
}

impl Default for Selection {
    fn default() -> Self {
        Self::Some(BTreeSet::new())
    }
}

impl Selection {
    /// Every row that matches.
    pub fn all() -> Self {
        Self::AllBut(BTreeSet::new())
    }

    /// Whether it is the second step.
    pub fn is_all(&self) -> bool {
        matches!(self, Self::AllBut(_))
    }

    /// Whether a row that can be chosen is.
    pub fn has(&self, row: u32) -> bool {
        match self {
            Self::Some(rows) => rows.contains(&row),
            Self::AllBut(rows) => !rows.contains(&row),
        }
    }

    /// Chooses a row, or takes it out.
    pub fn set(&mut self, row: u32, chosen: bool) {
        let (rows, insert) = match self {
            Self::Some(rows) => (rows, chosen),
            Self::AllBut(rows) => (rows, !chosen),
        };
        if insert {
            rows.insert(row);
        } else {
            rows.remove(&row);
        }
    }

    /// Whether nothing is chosen by hand.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Some(rows) if rows.is_empty())
    }

    /// The chosen ones of `rows`, in their order.
    pub fn of(&self, rows: impl Iterator<Item = u32>) -> Vec<u32> {
        rows.filter(|row| self.has(*row)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_chosen_and_taken_out_one_by_one() {
        let mut chosen = Selection::default();
        assert!(chosen.is_empty());
        chosen.set(3, true);
        chosen.set(5, true);
        chosen.set(3, false);
        assert_eq!(chosen.of(0..9), [5]);
    }

    #[test]
    fn all_is_a_step_of_its_own_and_takes_exceptions() {
        let mut chosen = Selection::all();
        assert!(chosen.is_all() && !chosen.is_empty());
        chosen.set(1, false);
        assert_eq!(chosen.of(0..4), [0, 2, 3]);
        chosen.set(1, true);
        assert_eq!(chosen.of(0..4), [0, 1, 2, 3]);
    }
}
