//! Whether a project's quotas leave room for more backups (csbs-v1 4.15, CSBS.9006).

use core::fmt;

use crate::model::Quota;

/// A quota that is used up; `Display` is the sentence to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuotaRefusal {
    /// `backups` or `backup_capacity`.
    pub kind: String,
    /// What it allows, backups or GB.
    pub limit: i64,
    /// What is used.
    pub used: i64,
}

impl QuotaRefusal {
    /// The service's code for it.
    pub const CODE: &'static str = "CSBS.9006";
}

impl fmt::Display for QuotaRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { limit, used, .. } = self;
        if self.kind == BACKUPS {
            write!(
                f,
                "The quota of {limit} backups is used up; there are {used}."
            )
        } else {
            write!(
                f,
                "The quota of {limit} GB of backups is used up; {used} GB are used."
            )
        }
    }
}

const BACKUPS: &str = "backups";
const CAPACITY: &str = "backup_capacity";

/// The quota that leaves no room for `more` backups; nothing when all do.
///
/// ```
/// use contract::model::Quota;
/// use contract::quota::room;
/// let quota = |used| Quota { kind: "backups".to_owned(), unit: String::new(), limit: Some(600), used };
/// assert_eq!(room(&[quota(599)], 1), None);
/// assert!(room(&[quota(599)], 2).is_some());
/// ```
pub fn room(quotas: &[Quota], more: usize) -> Option<QuotaRefusal> {
    let more = i64::try_from(more).unwrap_or(i64::MAX);
    quotas.iter().find_map(|quota| {
        let limit = quota.limit?;
        let full = match quota.kind.as_str() {
            BACKUPS => quota.used.saturating_add(more) > limit,
            // How large the next backup will be nobody knows before.
            CAPACITY => quota.used >= limit,
            _ => false,
        };
        full.then(|| QuotaRefusal {
            kind: quota.kind.clone(),
            limit,
            used: quota.used,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quota(kind: &str, limit: Option<i64>, used: i64) -> Quota {
        Quota {
            kind: kind.to_owned(),
            unit: String::new(),
            limit,
            used,
        }
    }

    #[test]
    fn a_quota_without_a_limit_or_of_another_kind_is_in_nobodys_way() {
        let quotas = [quota(BACKUPS, None, 99), quota("vaults", Some(0), 5)];
        assert_eq!(room(&quotas, 1000), None);
    }

    #[test]
    fn the_quota_that_is_full_is_named() {
        let quotas = [quota(CAPACITY, Some(10), 10), quota(BACKUPS, Some(5), 4)];
        let refusal = room(&quotas, 1).unwrap();
        assert_eq!(
            refusal.to_string(),
            "The quota of 10 GB of backups is used up; 10 GB are used."
        );
        let refusal = room(&quotas[1..], 2).unwrap();
        assert_eq!(
            refusal.to_string(),
            "The quota of 5 backups is used up; there are 4."
        );
    }
}
