//! Two people at one policy: what each of them changed.

use super::{Field, PolicyFields};

/// What two people did to one policy: mine since `base`, and theirs since `base`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merge {
    /// Fields only they changed; they are taken over.
    pub theirs: Vec<Field>,
    /// Fields both changed, to different values: somebody has to choose.
    pub both: Vec<Field>,
}

impl Merge {
    /// Compares; nothing to merge when neither list has an entry.
    pub fn new(base: &PolicyFields, mine: &PolicyFields, theirs: &PolicyFields) -> Self {
        let changed = theirs
            .changed(base)
            .into_iter()
            .filter(|field| mine.differs(theirs, *field));
        let (both, theirs) = changed.partition(|field| mine.differs(base, *field));
        Self { theirs, both }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::model::Retention;

    #[test]
    fn of_two_edits_only_what_both_changed_differently_needs_a_choice() {
        let base = PolicyFields::default();
        let (mut mine, mut theirs) = (base.clone(), base.clone());
        mine.name = "mine".into();
        theirs.name = "theirs".into();
        theirs.enabled = true;
        mine.description = "same".into();
        theirs.description = "same".into();
        mine.retention = Retention::Forever;
        let merge = Merge::new(&base, &mine, &theirs);
        assert_eq!(
            merge,
            Merge {
                theirs: vec![Field::Enabled],
                both: vec![Field::Name]
            }
        );
        assert_eq!(
            Merge::new(&base, &mine, &base),
            Merge {
                theirs: vec![],
                both: vec![]
            }
        );
    }
}
